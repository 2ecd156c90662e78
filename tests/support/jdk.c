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
