/* SPDX-License-Identifier: Apache-2.0 */
/* jimage.h - finds the classes and resources of a JDK in its `lib/modules` file.
 *
 * The file (jimage format 1.0, either byte order) is a slice that the caller has mapped; nothing is
 * copied, all slices given out point into it. ph_jimage_open looks at every entry once, and all of
 * them can be read then. Still every access is checked again: if the file is changed beneath its
 * mapping, functions answer PH_DAMAGED and never read outside of the slice. Nothing here allocates;
 * any thread may read. */
#ifndef PH_LANG_JAVA_JIMAGE_H
#define PH_LANG_JAVA_JIMAGE_H

#include "base/status.h"

/* Must not be changed; its fields are for jimage.c alone, but for entry_count. */
struct ph_jimage {
    struct ph_slice bytes;
    bool is_swapped;      /* written on a machine of the other byte order */
    uint32_t entry_count; /* of the table: resources, and the tree's own entries */
    uint64_t redirects;   /* offsets in `bytes` */
    uint64_t locations;
    uint64_t attributes;
    uint64_t strings;
    uint64_t contents;
    uint32_t attributes_size;
    uint32_t strings_size;
};

/* "/java.base/java/lang/Object.class" is module java.base, folder java/lang, base Object,
 * extension class. The file also has entries of its own: those of module "packages" say which
 * modules hold a package, those of module "modules" are the folders of a tree. */
struct ph_jimage_entry {
    struct ph_slice module;
    struct ph_slice folder; /* may be empty */
    struct ph_slice base;
    struct ph_slice extension; /* may be empty; without the dot */
    struct ph_slice contents;
    bool is_resource; /* else one of the file's own */
};

/* PH_MALFORMED (not a jimage file, or not whole), PH_VERSION, PH_UNSUPPORTED (a resource is
 * compressed: the text says how to get a file where none is). `bytes` must outlive `self`. */
PH_MUST_CHECK ph_status ph_jimage_open(struct ph_slice bytes, struct ph_jimage *self,
                                       struct ph_error *error);

/* The same for a file that is known to have been opened once: its entries are not looked at, which
 * takes most of the time. */
PH_MUST_CHECK ph_status ph_jimage_open_known(struct ph_slice bytes, struct ph_jimage *self,
                                             struct ph_error *error);

/* Finds "/module/folder/base.extension". PH_NOT_FOUND has no text: it is an ordinary answer. */
PH_MUST_CHECK ph_status ph_jimage_find(const struct ph_jimage *self, struct ph_slice path,
                                       struct ph_slice *contents, struct ph_error *error);
/* The same for a module ("java.base") and a name in it ("java/lang/Object.class"). `suffix` is
 * appended to the name, so that a class is found by its own name and ".class". */
PH_MUST_CHECK ph_status ph_jimage_find_in(const struct ph_jimage *self, struct ph_slice module,
                                          struct ph_slice name, struct ph_slice suffix,
                                          struct ph_slice *contents, struct ph_error *error);

/* The module that has classes or resources in `package` ("java/lang"; dots are fine too). */
PH_MUST_CHECK ph_status ph_jimage_find_package(const struct ph_jimage *self,
                                               struct ph_slice package, struct ph_slice *module,
                                               struct ph_error *error);

/* Entry `index` < entry_count, in the table's order, which means nothing. */
PH_MUST_CHECK ph_status ph_jimage_entry(const struct ph_jimage *self, uint32_t index,
                                        struct ph_jimage_entry *entry, struct ph_error *error);

#endif
