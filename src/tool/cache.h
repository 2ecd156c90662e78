/* SPDX-License-Identifier: Apache-2.0 */
/* cache.h - the user's cache: what can be made again, and saves time. PHANTOM_CACHE names its
 * folder, or else it is phantom in XDG_CACHE_HOME or ~/.cache. Without one all works, only slower:
 * so nothing here is an error to be told.
 *
 * It is used only if it belongs to the user and nobody else can write there. Files in it are made
 * under another name and renamed when they are whole; so whoever opens one has a whole one, however
 * many make it at once. */
#ifndef PH_TOOL_CACHE_H
#define PH_TOOL_CACHE_H

#include "base/status.h"

#define PH_CACHE_PATH_BYTES 4096u

/* The path of `name` in the cache, whose folder is made if need be. False: there is none. */
bool ph_cache_path(const char *name, char path[PH_CACHE_PATH_BYTES]);
/* A name beside `path` that no other process uses: path.PID.new. */
bool ph_cache_temporary(const char *path, char temporary[PH_CACHE_PATH_BYTES]);
/* Gives a whole file its name; on failure it is removed. */
bool ph_cache_name(const char *temporary, const char *path);

/* Small notes by name: a text without a slash. What is noted is there at once, or not. */
bool ph_cache_read_note(const char *name, char *text, size_t text_bytes);
void ph_cache_write_note(const char *name, const char *text);

/* The name of a note about the very file at `path`, as it is now: `about`, then its place, size and
 * times in short. False: there is none. */
#define PH_CACHE_NOTE_BYTES 64u
bool ph_cache_note_name(const char *about, const char *path, char name[PH_CACHE_NOTE_BYTES]);

/* Calls `each` with the name and path of every file whose name begins with `prefix`. */
void ph_cache_each(const char *prefix,
                   void (*each)(void *context, const char *name, const char *path), void *context);

#endif
