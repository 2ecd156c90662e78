/* SPDX-License-Identifier: Apache-2.0 */
#include "support/jdk.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "lang/java/jimage.h"

static bool is_java_17(const char *home)
{
    char path[4096], line[256];
    bool is_17 = false;
    snprintf(path, sizeof(path), "%s/lib/modules", home);
    if (access(path, R_OK) != 0) {
        return false;
    }
    snprintf(path, sizeof(path), "%s/release", home);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        is_17 |= strncmp(line, "JAVA_VERSION=\"17", 16) == 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return is_17;
}

const char *jdk_home(void)
{
    static char home[4096];
    const char *named = getenv("JAVA_HOME");
    if (named != NULL && is_java_17(named)) {
        return named;
    }
    glob_t found;
    const char *result = NULL;
    if (glob("/usr/lib/jvm/*", 0, NULL, &found) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < found.gl_pathc && result == NULL; i++) {
        if (is_java_17(found.gl_pathv[i])) {
            snprintf(home, sizeof(home), "%s", found.gl_pathv[i]);
            result = home;
        }
    }
    globfree(&found);
    return result;
}

bool jdk_map_file(const char *path, struct ph_slice *bytes)
{
    struct stat stat;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &stat) != 0 || stat.st_size == 0) {
        return false;
    }
    void *mapped = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    *bytes = (struct ph_slice){mapped, (uint64_t)stat.st_size};
    return mapped != MAP_FAILED;
}

bool jdk_map_modules(struct ph_slice *bytes)
{
    char path[4200];
    const char *home = jdk_home();
    if (home == NULL) {
        return false;
    }
    snprintf(path, sizeof(path), "%s/lib/modules", home);
    return jdk_map_file(path, bytes);
}

uint32_t jdk_classes(uint32_t step, uint64_t bytes_max, struct ph_slice *classes,
                     uint32_t count_max)
{
    struct ph_slice bytes;
    struct ph_jimage image;
    struct ph_error error;
    uint32_t count = 0;
    if (!jdk_map_modules(&bytes) || ph_jimage_open(bytes, &image, &error) != PH_OK) {
        printf(" skipped: classes of a JDK: %s\n", JDK_NONE);
        return 0;
    }
    for (uint32_t i = 0; i < image.entry_count && count < count_max; i += step) {
        struct ph_jimage_entry entry;
        if (ph_jimage_entry(&image, i, &entry, &error) == PH_OK && entry.is_resource &&
            ph_slice_equal(entry.extension, PH_SLICE_TEXT("class")) &&
            entry.contents.size <= bytes_max) {
            classes[count++] = entry.contents;
        }
    }
    return count;
}
