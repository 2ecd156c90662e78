/* SPDX-License-Identifier: Apache-2.0 */
/* object.h - the device layer's objects, as they lie in the arena and in the image.
 *
 * All are pinned, little-endian, with explicit padding; class indices 20 to 31 are ours. Names,
 * link targets and paths are PINNED_BYTES, arrays of references TABLE_ITEMS (machine/object.h).
 * There is no other owner of these objects than the ones said here, so they are freed when their
 * last link and their last descriptor are gone.
 *
 * docs/wasi.md describes what a program sees of them. */
#ifndef PH_DEVICE_OBJECT_H
#define PH_DEVICE_OBJECT_H

#include "heap/heap.h"

enum ph_device_class_index {
    PH_CLASS_FILES = 20,      /* struct ph_files */
    PH_CLASS_FILE = 21,       /* struct ph_file */
    PH_CLASS_FOLDER = 22,     /* struct ph_folder */
    PH_CLASS_LINK = 23,       /* struct ph_link */
    PH_CLASS_DESCRIPTOR = 24, /* struct ph_descriptor */
    PH_CLASS_MOUNT = 25       /* struct ph_mount */
};

/* The image's file tree as a whole; world->files_ref. */
struct ph_files {
    struct ph_object head;
    ph_ref root_ref;          /* FOLDER */
    ph_ref mounts_ref;        /* first MOUNT; linked by next_ref; freed with their program's end */
    uint64_t next_inode;
    uint64_t node_count;
    uint64_t input_bytes;     /* of standard input, consumed over the image's life */
};

/* Numbers are WASI's filetype. A character device is a LINK object whose target is its kind:
 * "null", "zero", "random". */
enum ph_node_type {
    PH_NODE_UNKNOWN = 0,
    PH_NODE_BLOCK = 1,
    PH_NODE_CHARACTER = 2,
    PH_NODE_FOLDER = 3,
    PH_NODE_FILE = 4,
    PH_NODE_LINK = 7
};

#define PH_NODE_PERMITTED 01000u

/* What files, folders and symbolic links begin with. */
struct ph_node {
    struct ph_object head;
    uint64_t inode;
    uint64_t size_bytes;
    uint64_t accessed_ns, modified_ns, changed_ns; /* wall clock */
    uint16_t type;            /* enum ph_node_type */
    uint16_t permissions;     /* PH_NODE_PERMITTED and POSIX's nine bits; 0: what is usual */
    uint32_t link_count;      /* entries that name it; folders: 2 + folders in it; 0: removed */
    uint32_t open_count;      /* descriptors that hold it */
    ph_ref parent_ref;        /* folders: the one above (the root: itself; removed: 0); others: 0 */
};

/* Content lies in extents, each twice as long as the one before it, so a file grows without being
 * copied and a hole takes nothing. Chunk k holds PH_CHUNK_BYTES << k bytes; 0: all zeros. */
#define PH_CHUNK_BYTES UINT64_C(65536)
#define PH_CHUNK_COUNT 20u
#define PH_FILE_BYTES_MAX (PH_CHUNK_BYTES * ((UINT64_C(1) << PH_CHUNK_COUNT) - 1))

struct ph_file {
    struct ph_node node;
    uint64_t written_bytes;   /* every byte at or beyond it is zero in the chunks there are */
    uint64_t chunks[PH_CHUNK_COUNT]; /* offsets of extents */
};

/* Entries lie in the order in which they were made; see folder.c. */
struct ph_folder {
    struct ph_node node;
    ph_ref entries_ref;       /* TABLE_ITEMS: name, node, name, node …; 0: never had an entry */
    ph_ref index_ref;         /* PINNED_BYTES: cookies, then a hash table of places */
    uint32_t capacity;        /* places; a power of two */
    uint32_t used_count;      /* places taken, by entries and by removed ones */
    uint32_t live_count;
    uint32_t unused;
    uint64_t next_cookie;
};

struct ph_link {
    struct ph_node node;
    ph_ref target_ref;        /* PINNED_BYTES */
    uint32_t unused;
};

enum ph_descriptor_kind {
    PH_DESCRIPTOR_INPUT = 1,
    PH_DESCRIPTOR_OUTPUT = 2,
    PH_DESCRIPTOR_ERRORS = 3,
    PH_DESCRIPTOR_NODE = 4,        /* file or folder of the tree */
    PH_DESCRIPTOR_HOST_FILE = 5,
    PH_DESCRIPTOR_HOST_FOLDER = 6
};

struct ph_descriptor {
    struct ph_object head;
    uint32_t kind;            /* enum ph_descriptor_kind */
    uint32_t flags;           /* WASI's fdflags */
    uint64_t rights_base, rights_inheriting;
    uint64_t offset;          /* of files */
    ph_ref node_ref;          /* NODE: counted in its open_count */
    ph_ref mount_ref;         /* HOST_*: the folder that was given */
    ph_ref path_ref;          /* HOST_*: PINNED_BYTES, where below the mount; owned */
    ph_ref preopen_ref;       /* PINNED_BYTES: the name it was given under; owned; 0: opened */
    uint32_t is_writable;     /* HOST_FILE: open it for writing too */
    uint32_t unused;
};

/* A host folder that the program was given. The tool may point it elsewhere. */
struct ph_mount {
    struct ph_object head;
    ph_ref next_ref;
    ph_ref program_ref;
    ph_ref guest_ref;         /* PINNED_BYTES */
    ph_ref host_ref;          /* PINNED_BYTES, absolute */
};

_Static_assert(sizeof(struct ph_files) == 40, "stored");
_Static_assert(sizeof(struct ph_node) == 64, "stored");
_Static_assert(sizeof(struct ph_file) == 232, "stored");
_Static_assert(sizeof(struct ph_folder) == 96, "stored");
_Static_assert(sizeof(struct ph_link) == 72, "stored");
_Static_assert(sizeof(struct ph_descriptor) == 64, "stored");
_Static_assert(sizeof(struct ph_mount) == 24, "stored");

/* For ph_machine_options.extra_classes. */
extern const struct ph_class_info ph_device_classes[];
extern const uint32_t ph_device_class_count;

#endif
