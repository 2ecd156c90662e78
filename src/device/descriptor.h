/* SPDX-License-Identifier: Apache-2.0 */
/* descriptor.h - a program's table of descriptors: which number means what. The table is a
 * TABLE_ITEMS array at program->descriptors_ref; its `extra` is a number below which none is free.
 * Callers hold the world's lock. Nothing here collects. */
#ifndef PH_DEVICE_DESCRIPTOR_H
#define PH_DEVICE_DESCRIPTOR_H

#include "device/object.h"
#include "device/tree.h"
#include "machine/object.h"

#define PH_DESCRIPTOR_COUNT_MAX 65536u

/* WASI's rights. */
#define PH_RIGHT(bit) (UINT64_C(1) << (bit))
#define PH_RIGHT_FD_DATASYNC PH_RIGHT(0)
#define PH_RIGHT_FD_READ PH_RIGHT(1)
#define PH_RIGHT_FD_SEEK PH_RIGHT(2)
#define PH_RIGHT_FD_FDSTAT_SET_FLAGS PH_RIGHT(3)
#define PH_RIGHT_FD_SYNC PH_RIGHT(4)
#define PH_RIGHT_FD_TELL PH_RIGHT(5)
#define PH_RIGHT_FD_WRITE PH_RIGHT(6)
#define PH_RIGHT_FD_ADVISE PH_RIGHT(7)
#define PH_RIGHT_FD_ALLOCATE PH_RIGHT(8)
#define PH_RIGHT_PATH_CREATE_DIRECTORY PH_RIGHT(9)
#define PH_RIGHT_PATH_CREATE_FILE PH_RIGHT(10)
#define PH_RIGHT_PATH_LINK_SOURCE PH_RIGHT(11)
#define PH_RIGHT_PATH_LINK_TARGET PH_RIGHT(12)
#define PH_RIGHT_PATH_OPEN PH_RIGHT(13)
#define PH_RIGHT_FD_READDIR PH_RIGHT(14)
#define PH_RIGHT_PATH_READLINK PH_RIGHT(15)
#define PH_RIGHT_PATH_RENAME_SOURCE PH_RIGHT(16)
#define PH_RIGHT_PATH_RENAME_TARGET PH_RIGHT(17)
#define PH_RIGHT_PATH_FILESTAT_GET PH_RIGHT(18)
#define PH_RIGHT_PATH_FILESTAT_SET_SIZE PH_RIGHT(19)
#define PH_RIGHT_PATH_FILESTAT_SET_TIMES PH_RIGHT(20)
#define PH_RIGHT_FD_FILESTAT_GET PH_RIGHT(21)
#define PH_RIGHT_FD_FILESTAT_SET_SIZE PH_RIGHT(22)
#define PH_RIGHT_FD_FILESTAT_SET_TIMES PH_RIGHT(23)
#define PH_RIGHT_PATH_SYMLINK PH_RIGHT(24)
#define PH_RIGHT_PATH_REMOVE_DIRECTORY PH_RIGHT(25)
#define PH_RIGHT_PATH_UNLINK_FILE PH_RIGHT(26)
#define PH_RIGHT_POLL_FD_READWRITE PH_RIGHT(27)

/* What makes sense for each kind of thing; nobody ever has more. */
#define PH_RIGHTS_FILE                                                                       \
    (PH_RIGHT_FD_DATASYNC | PH_RIGHT_FD_READ | PH_RIGHT_FD_SEEK | PH_RIGHT_FD_FDSTAT_SET_FLAGS | \
     PH_RIGHT_FD_SYNC | PH_RIGHT_FD_TELL | PH_RIGHT_FD_WRITE | PH_RIGHT_FD_ADVISE |          \
     PH_RIGHT_FD_ALLOCATE | PH_RIGHT_FD_FILESTAT_GET | PH_RIGHT_FD_FILESTAT_SET_SIZE |       \
     PH_RIGHT_FD_FILESTAT_SET_TIMES | PH_RIGHT_POLL_FD_READWRITE)
#define PH_RIGHTS_FOLDER                                                                     \
    (PH_RIGHT_FD_DATASYNC | PH_RIGHT_FD_FDSTAT_SET_FLAGS | PH_RIGHT_FD_SYNC |                \
     PH_RIGHT_PATH_CREATE_DIRECTORY | PH_RIGHT_PATH_CREATE_FILE | PH_RIGHT_PATH_LINK_SOURCE | \
     PH_RIGHT_PATH_LINK_TARGET | PH_RIGHT_PATH_OPEN | PH_RIGHT_FD_READDIR |                  \
     PH_RIGHT_PATH_READLINK | PH_RIGHT_PATH_RENAME_SOURCE | PH_RIGHT_PATH_RENAME_TARGET |    \
     PH_RIGHT_PATH_FILESTAT_GET | PH_RIGHT_PATH_FILESTAT_SET_SIZE |                          \
     PH_RIGHT_PATH_FILESTAT_SET_TIMES | PH_RIGHT_FD_FILESTAT_GET |                           \
     PH_RIGHT_FD_FILESTAT_SET_TIMES | PH_RIGHT_PATH_SYMLINK |                                \
     PH_RIGHT_PATH_REMOVE_DIRECTORY | PH_RIGHT_PATH_UNLINK_FILE)
#define PH_RIGHTS_INPUT                                                                  \
    (PH_RIGHT_FD_READ | PH_RIGHT_FD_FDSTAT_SET_FLAGS | PH_RIGHT_FD_FILESTAT_GET |        \
     PH_RIGHT_POLL_FD_READWRITE)
#define PH_RIGHTS_OUTPUT                                                                 \
    (PH_RIGHT_FD_WRITE | PH_RIGHT_FD_FDSTAT_SET_FLAGS | PH_RIGHT_FD_FILESTAT_GET |       \
     PH_RIGHT_FD_SYNC | PH_RIGHT_FD_DATASYNC | PH_RIGHT_POLL_FD_READWRITE)

/* WASI's fdflags. */
enum {
    PH_FDFLAG_APPEND = 1,
    PH_FDFLAG_DSYNC = 2,
    PH_FDFLAG_NONBLOCK = 4,
    PH_FDFLAG_RSYNC = 8,
    PH_FDFLAG_SYNC = 16,
    PH_FDFLAGS_ALL = 31
};

struct ph_descriptors {
    struct ph_mutator *mutator;
    struct ph_program *program;
};

/* NULL: not open. */
struct ph_descriptor *ph_descriptor_get(const struct ph_descriptors *self, uint32_t number);
/* A new descriptor under the lowest free number, all zero. PH_E_MFILE, PH_E_NOSPC. */
PH_MUST_CHECK ph_errno ph_descriptor_new(const struct ph_descriptors *self, uint32_t *number,
                                         struct ph_descriptor **descriptor);
/* Takes `number` out of the table; the object becomes the caller's. */
struct ph_descriptor *ph_descriptor_take(const struct ph_descriptors *self, uint32_t number);
/* Puts `descriptor` where nothing is open. */
void ph_descriptor_put(const struct ph_descriptors *self, uint32_t number,
                       struct ph_descriptor *descriptor);
uint32_t ph_descriptor_limit(const struct ph_descriptors *self); /* all numbers are below it */

/* PINNED_BYTES with a copy of `from`; 0: no space. */
PH_MUST_CHECK ph_ref ph_text_new(struct ph_mutator *mutator, struct ph_slice from);
struct ph_slice ph_text_at(const struct ph_heap *heap, ph_ref ref);

#endif
