/* SPDX-License-Identifier: Apache-2.0 */
/* host_files.h - folders of the host that a program was given.
 *
 * Promise. A path is followed below the folder that it starts in and never leaves it, whatever
 * links there are and whatever else happens on the host meanwhile: absolute paths and links and
 * ".." above the start give PH_E_PERM. Only regular files and folders are opened (PH_E_NOTSUP for
 * all else), so nothing here waits for another program. Nothing is kept between two calls but the
 * handles that ph_host_open* made.
 *
 * Errors are POSIX's, with WASI's numbers. Paths are bytes without NUL, '/' between the steps. */
#ifndef PH_PORT_HOST_FILES_H
#define PH_PORT_HOST_FILES_H

#include "base/memory.h"
#include "base/status.h"

typedef enum {
#define PH_ERRNO(name, number, text) name = number,
#include "port/host_errors.def"
#undef PH_ERRNO
} ph_errno;

/* An open file or folder. */
struct ph_host_file;

struct ph_host_about {
    uint64_t device, inode, size_bytes, link_count;
    uint64_t accessed_ns, modified_ns, changed_ns;
    uint32_t type; /* WASI's filetype */
    uint32_t permissions; /* POSIX's nine bits */
};

enum ph_host_open_flags {
    PH_HOST_WRITE = 1,      /* for writing too */
    PH_HOST_CREATE = 2,
    PH_HOST_EXCLUSIVE = 4,
    PH_HOST_TRUNCATE = 8,
    PH_HOST_FOLDER = 16,    /* PH_E_NOTDIR if it is none */
    PH_HOST_FOLLOW = 32     /* the last step, if it is a link */
};

/* Opens the folder `path` itself (as the person who started us named it). */
PH_MUST_CHECK ph_errno ph_host_open_root(const char *path, struct ph_host_file **file);
/* The absolute path of an existing folder, without links; PH_E_NAMETOOLONG if it does not fit. */
PH_MUST_CHECK ph_errno ph_host_absolute(const char *path, char *to, uint64_t size_bytes);
void ph_host_close(struct ph_host_file *file); /* NULL is fine */

/* ---- Below an open folder. `path` never is empty. ---------------------------------------- */

PH_MUST_CHECK ph_errno ph_host_open(struct ph_host_file *folder, struct ph_slice path,
                                    uint32_t flags, struct ph_host_file **file);
PH_MUST_CHECK ph_errno ph_host_stat(struct ph_host_file *folder, struct ph_slice path, bool follow,
                                    struct ph_host_about *about);
PH_MUST_CHECK ph_errno ph_host_make_folder(struct ph_host_file *folder, struct ph_slice path);
PH_MUST_CHECK ph_errno ph_host_unlink(struct ph_host_file *folder, struct ph_slice path);
PH_MUST_CHECK ph_errno ph_host_remove_folder(struct ph_host_file *folder, struct ph_slice path);
PH_MUST_CHECK ph_errno ph_host_rename(struct ph_host_file *from, struct ph_slice from_path,
                                      struct ph_host_file *to, struct ph_slice to_path);
PH_MUST_CHECK ph_errno ph_host_link(struct ph_host_file *from, struct ph_slice from_path,
                                    struct ph_host_file *to, struct ph_slice to_path);
PH_MUST_CHECK ph_errno ph_host_symlink(struct ph_slice target, struct ph_host_file *folder,
                                       struct ph_slice path);
/* *done is the whole length of the target; at most `size_bytes` of it are in `to`. */
PH_MUST_CHECK ph_errno ph_host_readlink(struct ph_host_file *folder, struct ph_slice path,
                                        void *to, uint64_t size_bytes, uint64_t *done);

/* POSIX's nine bits; a link at the end is followed. */
PH_MUST_CHECK ph_errno ph_host_set_permissions(struct ph_host_file *folder, struct ph_slice path,
                                               uint32_t permissions);

/* Times in nanoseconds; PH_HOST_KEEP leaves one as it is. */
#define PH_HOST_KEEP UINT64_MAX
struct ph_host_times { uint64_t accessed_ns, modified_ns; };
PH_MUST_CHECK ph_errno ph_host_set_times(struct ph_host_file *folder, struct ph_slice path,
                                         bool follow, struct ph_host_times times);

/* ---- An open file or folder -------------------------------------------------------------- */

PH_MUST_CHECK ph_errno ph_host_about(struct ph_host_file *file, struct ph_host_about *about);
PH_MUST_CHECK ph_errno ph_host_set_file_permissions(struct ph_host_file *file,
                                                    uint32_t permissions);
PH_MUST_CHECK ph_errno ph_host_set_file_times(struct ph_host_file *file,
                                              struct ph_host_times times);
/* *done < bytes at the end of the file. */
PH_MUST_CHECK ph_errno ph_host_read(struct ph_host_file *file, uint64_t offset, void *to,
                                    uint64_t bytes, uint64_t *done);
PH_MUST_CHECK ph_errno ph_host_write(struct ph_host_file *file, uint64_t offset,
                                     struct ph_slice from, uint64_t *done);
PH_MUST_CHECK ph_errno ph_host_resize(struct ph_host_file *file, uint64_t bytes);
PH_MUST_CHECK ph_errno ph_host_allocate(struct ph_host_file *file, uint64_t offset,
                                        uint64_t bytes);
PH_MUST_CHECK ph_errno ph_host_sync(struct ph_host_file *file, bool data_only);
/* Of the file system that it is in; `usable_bytes` are those that are free for us. */
struct ph_host_space { uint64_t total_bytes, free_bytes, usable_bytes; };
PH_MUST_CHECK ph_errno ph_host_space(struct ph_host_file *file, struct ph_host_space *space);

/* What is in a folder now, sorted by name, without "." and "..". The caller frees it. */
struct ph_host_entry { struct ph_slice name; uint64_t inode; uint32_t type; };
struct ph_host_list {
    struct ph_host_entry *entries;
    uint32_t count, capacity;
    uint64_t memory_bytes; /* of the names */
    uint8_t *memory;
};
PH_MUST_CHECK ph_errno ph_host_list(struct ph_host_file *folder, struct ph_host_list *list);
void ph_host_list_free(struct ph_host_list *list);

/* For tests: follow paths step by step even where the system can do it in one call. */
void ph_host_files_step_by_step(bool on);

#endif
