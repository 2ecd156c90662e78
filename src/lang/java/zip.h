/* SPDX-License-Identifier: Apache-2.0 */
/* zip.h - reads jars: zip files with stored and deflated entries, zip64 too.
 *
 * The whole file is a slice that the caller has mapped. ph_zip_open reads the central directory and
 * checks what can be checked without unpacking: that every entry lies inside of the file and on no
 * other, that its size is one that its packed bytes can have, and that its name names a place
 * inside. So what is open is not a bomb: all contents together are at most 1,032 times the file.
 * Entries that are encrypted, or packed by another method, are listed and refused when they are
 * read. Versions of a multi-release jar are the caller's business; the signature files too. */
#ifndef PH_LANG_JAVA_ZIP_H
#define PH_LANG_JAVA_ZIP_H

#include "base/map.h"
#include "base/status.h"

struct ph_zip_entry {
    struct ph_slice name;   /* as in the directory; a folder's ends with "/" */
    struct ph_slice packed; /* in the file */
    uint64_t size;          /* unpacked */
    uint32_t crc;
    uint16_t method; /* 0: stored; 8: deflated */
    uint16_t flags;
    uint16_t time, date; /* as MS-DOS writes them */
};

/* Must not be changed. */
struct ph_zip {
    struct ph_slice bytes;
    const struct ph_zip_entry *entries; /* in the directory's order */
    uint32_t entry_count;
    struct ph_name_map names; /* to indices */
};

/* Tables come from `allocator`; ph_zip_close gives them back. `bytes` must outlive `self`.
 * PH_MALFORMED (no zip file, or not whole), PH_INVALID (a name or an overlap that is an attack),
 * PH_LIMIT (more than 16 M entries), PH_UNSUPPORTED (several disks), PH_NO_MEMORY; nothing is left
 * open then. */
PH_MUST_CHECK ph_status ph_zip_open(struct ph_slice bytes, struct ph_allocator *allocator,
                                    struct ph_zip *self, struct ph_error *error);
void ph_zip_close(struct ph_zip *self);

/* The entry of that name, the last one if there are several; NULL if there is none. */
const struct ph_zip_entry *ph_zip_find(const struct ph_zip *self, struct ph_slice name);

/* Unpacks into `to`, which has room for entry->size bytes. PH_DAMAGED (what was unpacked has
 * another size or checksum, or is no deflate stream), PH_UNSUPPORTED (the method; encryption). */
PH_MUST_CHECK ph_status ph_zip_read(const struct ph_zip_entry *entry, uint8_t *to,
                                    struct ph_error *error);

/* CRC-32 as zip files have it (polynomial 0x04c11db7, reflected). `crc` is 0, or that of what came
 * before. */
uint32_t ph_crc32(uint32_t crc, const void *bytes, uint64_t size);

#endif
