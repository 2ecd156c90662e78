/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - writing JSON. */
#include "tool/json.h"

#include <string.h>

#include "base/text.h"

static void item(struct ph_json *self, const char *key)
{
    fprintf(self->to, "%s", self->has_item ? ", " : "");
    if (key != NULL) {
        fprintf(self->to, "\"%s\": ", key);
    }
    self->has_item = true;
}

void ph_json_begin(struct ph_json *self, FILE *to)
{
    self->to = to;
    self->has_item = false;
    fputc('{', to);
}

void ph_json_end(struct ph_json *self)
{
    fputs("}\n", self->to);
}

void ph_json_open(struct ph_json *self, const char *key, char bracket)
{
    item(self, key);
    fputc(bracket, self->to);
    self->has_item = false;
}

void ph_json_close(struct ph_json *self, char bracket)
{
    fputc(bracket, self->to);
    self->has_item = true;
}

void ph_json_number(struct ph_json *self, const char *key, uint64_t value)
{
    item(self, key);
    fprintf(self->to, "%llu", (unsigned long long)value);
}

void ph_json_real(struct ph_json *self, const char *key, double value, int decimals)
{
    item(self, key);
    fprintf(self->to, "%.*f", decimals, value);
}

void ph_json_bool(struct ph_json *self, const char *key, bool value)
{
    item(self, key);
    fputs(value ? "true" : "false", self->to);
}

void ph_json_text(struct ph_json *self, const char *key, const char *text)
{
    ph_json_slice(self, key, (struct ph_slice){(const uint8_t *)text, strlen(text)});
}

/* Length of the well-formed UTF-8 sequence at `at`; 0: there is none. */
static uint32_t sequence_length(struct ph_slice text, uint64_t at)
{
    for (uint32_t length = 1; length <= 4 && at + length <= text.size; length++) {
        if (ph_text_is_utf8(text.bytes + at, length)) {
            return length;
        }
    }
    return 0;
}

void ph_json_slice(struct ph_json *self, const char *key, struct ph_slice text)
{
    item(self, key);
    fputc('"', self->to);
    for (uint64_t at = 0; at < text.size;) {
        uint32_t length = sequence_length(text, at);
        uint8_t byte = text.bytes[at];
        if (length == 0) {
            fputs("\\ufffd", self->to);
        } else if (byte == '"' || byte == '\\') {
            fprintf(self->to, "\\%c", byte);
        } else if (byte < 0x20) {
            fprintf(self->to, "\\u%04x", byte);
        } else {
            fwrite(text.bytes + at, 1, length, self->to);
        }
        at += length == 0 ? 1 : length;
    }
    fputc('"', self->to);
}
