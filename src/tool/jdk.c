/* SPDX-License-Identifier: Apache-2.0 */
/* jdk.c - finding the user's JDK and the class library in it.
 *
 * That a file was read and hashed is noted in the cache under its place, size and times: so it is
 * read once, and again if it was touched. */
#include "tool/jdk.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "tool/cache.h"
#include "tool/source.h"

#define JVM_FOLDER "/usr/lib/jvm"
#define NOTE_BYTES 64u

/* ---- Homes ----------------------------------------------------------------------------------- */

static bool is_home(const char *home)
{
    char path[PH_LIBRARY_PATH_BYTES];
    snprintf(path, sizeof(path), "%s" PH_JDK_LIBRARY, home);
    return access(path, R_OK) == 0;
}

/* The first JDK 17 in the usual place that `takes` takes. */
static bool find_installed(char *home, bool (*takes)(const char *home, const void *context),
                           const void *context)
{
    struct dirent **entries = NULL;
    int count = scandir(JVM_FOLDER, &entries, NULL, alphasort);
    bool found = false;

    for (int i = 0; i < count; i++) {
        if (!found && strstr(entries[i]->d_name, "17") != NULL) {
            snprintf(home, PH_JDK_PATH_BYTES, "%s/%s", JVM_FOLDER, entries[i]->d_name);
            found = is_home(home) && takes(home, context);
        }
        free(entries[i]);
    }
    free(entries);
    return found;
}

static bool takes_any(const char *home, const void *context)
{
    (void)home, (void)context;
    return true;
}

ph_status ph_jdk_find(char home[PH_JDK_PATH_BYTES], struct ph_error *error)
{
    const char *named = getenv("JAVA_HOME");

    if (named != NULL && named[0] != '\0') {
        snprintf(home, PH_JDK_PATH_BYTES, "%s", named);
        return is_home(home) ? PH_OK
                             : ph_fail(error, PH_NOT_FOUND, "JAVA_HOME is %s, but there is no %s"
                                       PH_JDK_LIBRARY ": it must name the folder of a JDK or JRE "
                                       "17", named, named);
    }
    return find_installed(home, takes_any, NULL)
               ? PH_OK
               : ph_fail(error, PH_NOT_FOUND, "Java programs want the class library of OpenJDK 17: "
                         "install openjdk-17-jre-headless, or name a JDK's folder in JAVA_HOME");
}

/* ---- Libraries ------------------------------------------------------------------------------- */

ph_status ph_library_identify(const char *path, struct ph_library_id *id, struct ph_error *error)
{
    char name[PH_CACHE_NOTE_BYTES], text[NOTE_BYTES];
    char *end = text;
    struct stat about;

    if (!ph_cache_note_name("seen", path, name) || stat(path, &about) != 0) {
        return ph_fail(error, PH_NOT_FOUND, "%s: no such file", path);
    }
    id->bytes = (uint64_t)about.st_size;
    if (ph_cache_read_note(name, text, sizeof(text))) {
        id->hash = strtoull(text, &end, 16);
        if (end == text + 16 && *end == '\0') {
            return PH_OK;
        }
    }
    struct ph_slice bytes;
    ph_status status = ph_file_map(path, &bytes, error);
    if (status == PH_OK) {
        *id = (struct ph_library_id){bytes.size, ph_hash64(bytes.bytes, bytes.size, 0)};
        ph_file_unmap(&bytes);
        snprintf(text, sizeof(text), "%016llx", (unsigned long long)id->hash);
        ph_cache_write_note(name, text);
    }
    return status;
}

static bool has_bytes(const char *path, const struct ph_library_id *wanted)
{
    struct ph_library_id id;
    struct stat about;

    return stat(path, &about) == 0 && (uint64_t)about.st_size == wanted->bytes &&
           ph_library_identify(path, &id, NULL) == PH_OK && id.hash == wanted->hash;
}

static bool home_has_bytes(const char *home, const void *wanted)
{
    char path[PH_LIBRARY_PATH_BYTES];
    snprintf(path, sizeof(path), "%s" PH_JDK_LIBRARY, home);
    return has_bytes(path, wanted);
}

static bool kept_path(const struct ph_library_id *id, char path[PH_CACHE_PATH_BYTES])
{
    char name[NOTE_BYTES];
    snprintf(name, sizeof(name), "modules-%016llx", (unsigned long long)id->hash);
    return ph_cache_path(name, path);
}

ph_status ph_library_find(const struct ph_library_id *id, char path[PH_LIBRARY_PATH_BYTES],
                          struct ph_error *error)
{
    char home[PH_JDK_PATH_BYTES], kept[PH_CACHE_PATH_BYTES];
    const char *named = getenv("JAVA_HOME");
    bool is_named = named != NULL && named[0] != '\0' && home_has_bytes(named, id);

    if (is_named || find_installed(home, home_has_bytes, id)) {
        snprintf(path, PH_LIBRARY_PATH_BYTES, "%s" PH_JDK_LIBRARY, is_named ? named : home);
        return PH_OK;
    }
    if (kept_path(id, kept) && has_bytes(kept, id)) {
        snprintf(path, PH_LIBRARY_PATH_BYTES, "%s", kept);
        return PH_OK;
    }
    return ph_fail(error, PH_NOT_FOUND, "the JDK that this world was begun with is not there any "
                   "more (its lib/modules had %llu bytes, hash %016llx): what of its library is "
                   "loaded goes on, other classes of it are not found; put that JDK back, or name "
                   "its folder in JAVA_HOME, and resume", (unsigned long long)id->bytes,
                   (unsigned long long)id->hash);
}

/* ---- Keeping --------------------------------------------------------------------------------- */

/* Shares the blocks where the file system can, else copies them. */
static bool copy(int from, int to, uint64_t bytes)
{
    if (ioctl(to, FICLONE, from) == 0) {
        return true;
    }
    while (bytes > 0) {
        ssize_t done = sendfile(to, from, NULL, bytes > (1u << 30) ? 1u << 30 : (size_t)bytes);
        if (done <= 0) {
            return false;
        }
        bytes -= (uint64_t)done;
    }
    return true;
}

bool ph_library_keep(const char *path, const struct ph_library_id *id)
{
    char kept[PH_CACHE_PATH_BYTES], temporary[PH_CACHE_PATH_BYTES];

    if (!kept_path(id, kept) || !ph_cache_temporary(kept, temporary)) {
        return false;
    }
    if (has_bytes(kept, id)) {
        return true;
    }
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool done = from >= 0 && to >= 0 && copy(from, to, id->bytes) && fdatasync(to) == 0;
    if (from >= 0) {
        close(from);
    }
    if (to >= 0) {
        close(to);
        done = done ? ph_cache_name(temporary, kept) : (unlink(temporary), false);
    }
    return done && has_bytes(kept, id); /* and noted: nobody has to read it again */
}
