/* SPDX-License-Identifier: Apache-2.0 */
/* cache.c - the user's cache. Notes are symbolic links: made in one step, read in one. */
#include "tool/cache.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

static bool folder_name(char *path)
{
    static const struct {
        const char *variable, *below;
    } places[] = {{"PHANTOM_CACHE", ""}, {"XDG_CACHE_HOME", "/phantom"}, {"HOME",
                                                                          "/.cache/phantom"}};
    for (uint32_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *value = getenv(places[i].variable);
        if (value != NULL && value[0] != '\0') {
            int bytes = snprintf(path, PH_CACHE_PATH_BYTES, "%s%s", value, places[i].below);
            return value[0] == '/' && bytes < (int)PH_CACHE_PATH_BYTES;
        }
    }
    return false;
}

/* Makes the folder and those above it. */
static bool make_folder(char *path)
{
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            int result = mkdir(path, 0700);
            *at = '/';
            if (result != 0 && errno != EEXIST) {
                return false;
            }
        }
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool folder(char *path)
{
    struct stat about;
    if (!folder_name(path)) {
        return false;
    }
    if (stat(path, &about) != 0 && (!make_folder(path) || stat(path, &about) != 0)) {
        return false;
    }
    return S_ISDIR(about.st_mode) && about.st_uid == geteuid() && (about.st_mode & 022) == 0;
}

bool ph_cache_path(const char *name, char path[PH_CACHE_PATH_BYTES])
{
    if (!folder(path)) {
        return false;
    }
    size_t used = strlen(path);
    int bytes = snprintf(path + used, PH_CACHE_PATH_BYTES - used, "/%s", name);
    return used + (size_t)bytes < PH_CACHE_PATH_BYTES;
}

bool ph_cache_temporary(const char *path, char temporary[PH_CACHE_PATH_BYTES])
{
    int bytes = snprintf(temporary, PH_CACHE_PATH_BYTES, "%s.%ld.new", path, (long)getpid());
    return bytes < (int)PH_CACHE_PATH_BYTES;
}

bool ph_cache_name(const char *temporary, const char *path)
{
    bool named = rename(temporary, path) == 0;
    if (!named) {
        unlink(temporary);
    }
    return named;
}

bool ph_cache_read_note(const char *name, char *text, size_t text_bytes)
{
    char path[PH_CACHE_PATH_BYTES];
    ssize_t bytes = ph_cache_path(name, path) ? readlink(path, text, text_bytes - 1) : -1;
    if (bytes < 0) {
        return false;
    }
    text[bytes] = '\0';
    return true;
}

void ph_cache_write_note(const char *name, const char *text)
{
    char path[PH_CACHE_PATH_BYTES], temporary[PH_CACHE_PATH_BYTES];
    if (ph_cache_path(name, path) && ph_cache_temporary(path, temporary) &&
        (symlink(text, temporary) == 0 || errno == EEXIST)) {
        (void)ph_cache_name(temporary, path);
    }
}

bool ph_cache_note_name(const char *about, const char *path, char name[PH_CACHE_NOTE_BYTES])
{
    struct stat now;

    if (stat(path, &now) != 0) {
        return false;
    }
    const uint64_t facts[] = {now.st_dev,
                              now.st_ino,
                              (uint64_t)now.st_size,
                              (uint64_t)now.st_mtim.tv_sec,
                              (uint64_t)now.st_mtim.tv_nsec,
                              (uint64_t)now.st_ctim.tv_sec,
                              (uint64_t)now.st_ctim.tv_nsec};
    snprintf(name, PH_CACHE_NOTE_BYTES, "%s-%016llx", about,
             (unsigned long long)ph_hash64(facts, sizeof(facts), 0));
    return true;
}

void ph_cache_each(const char *prefix,
                   void (*each)(void *context, const char *name, const char *path), void *context)
{
    char path[PH_CACHE_PATH_BYTES];
    struct dirent **entries = NULL;
    int count = folder(path) ? scandir(path, &entries, NULL, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        char file[PH_CACHE_PATH_BYTES];
        if (strncmp(entries[i]->d_name, prefix, strlen(prefix)) == 0 &&
            ph_cache_path(entries[i]->d_name, file)) {
            each(context, entries[i]->d_name, file);
        }
        free(entries[i]);
    }
    free(entries);
}
