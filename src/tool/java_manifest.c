/* SPDX-License-Identifier: Apache-2.0 */
/* java_manifest.c - reads manifests. Lines end in CR LF, LF or CR; one that begins with a blank
 * goes on the one before; the main section ends with an empty line. */
#include "tool/java_manifest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lang/java/zip.h"
#include "port/port.h"

#define MANIFEST "META-INF/MANIFEST.MF"
#define MANIFEST_BYTES_MAX (1u << 20)
#define CLASS_PATH "Class-Path:"

/* Cuts off the next line, joined from its parts in place; NULL: the section is over. */
static char *next_line(char **text)
{
    char *line = *text, *to = line, *at = line;
    for (;;) {
        size_t bytes = strcspn(at, "\r\n");
        memmove(to, at, bytes);
        to += bytes;
        at += bytes;
        at += at[0] == '\r' && at[1] == '\n' ? 2 : at[0] != '\0';
        if (*at != ' ') {
            break;
        }
        at++;
    }
    bool is_over = to == line;
    *text = at;
    *to = '\0'; /* never behind `at`: a line end lies between, or the end of all */
    return is_over ? NULL : line;
}

static int digit_of(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c);
    return found == NULL ? -1 : (int)(found - digits);
}

/* %XX in place. */
static void decode(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        int high = *at == '%' ? digit_of(at[1]) : -1;
        int low = high < 0 ? -1 : digit_of(at[2]);
        *to++ = low < 0 ? *at : (char)(high << 4 | low);
        at += low < 0 ? 0 : 2;
    }
    *to = '\0';
}

/* The manifest, ended by 0; malloc'ed. NULL: there is none (or, with *status, no memory). */
static char *read_manifest(struct ph_slice jar, ph_status *status)
{
    struct ph_zip zip;
    char *text = NULL;
    *status = PH_OK;
    if (ph_zip_open(jar, ph_port_allocator(), &zip, NULL) != PH_OK) {
        return NULL;
    }
    const struct ph_zip_entry *entry =
        ph_zip_find(&zip, (struct ph_slice){(const uint8_t *)MANIFEST, strlen(MANIFEST)});
    if (entry != NULL && entry->size <= MANIFEST_BYTES_MAX) {
        text = malloc((size_t)entry->size + 1);
        *status = text == NULL ? PH_NO_MEMORY : PH_OK;
    }
    if (text != NULL && ph_zip_read(entry, (uint8_t *)text, NULL) == PH_OK) {
        text[entry->size] = '\0';
    } else {
        free(text);
        text = NULL;
    }
    ph_zip_close(&zip);
    return text;
}

ph_status ph_java_class_path_each(struct ph_slice jar,
                                  ph_status (*each)(void *context, const char *entry),
                                  void *context)
{
    ph_status status;
    char *text = read_manifest(jar, &status);
    char *rest = text, *line, *save = NULL;
    while (text != NULL && (line = next_line(&rest)) != NULL) {
        if (strncasecmp(line, CLASS_PATH, strlen(CLASS_PATH)) != 0) {
            continue;
        }
        char *entry = strtok_r(line + strlen(CLASS_PATH), " ", &save);
        for (; status == PH_OK && entry != NULL; entry = strtok_r(NULL, " ", &save)) {
            decode(entry);
            status = each(context, entry);
        }
    }
    free(text);
    return status;
}
