/* SPDX-License-Identifier: Apache-2.0 */
/* unsafe.h - addresses that Java code makes up itself: places in objects, and memory outside of
 * objects.
 *
 * What Java takes for an address of memory is an offset into the arena, so a resumed program finds
 * its memory where it was. A block is an object (PINNED_BYTES) that the program's table of blocks
 * holds (PH_JAVA_ROOT_MEMORY, ascending): an address is good if it lies in one of them. A block
 * that was freed is left to the collector, which frees nothing while a native runs; so an address
 * that was found good stays so until the native ends, whatever other threads free. */
#ifndef PH_LANG_JAVA_UNSAFE_H
#define PH_LANG_JAVA_UNSAFE_H

#include "lang/java/vm/vm.h"

/* From here on lies the JDK's lib/modules, to be read. */
#define PH_JAVA_LIBRARY_ADDRESS (UINT64_C(1) << 56)

/* The program's table of blocks under vm->dictionary_lock. */

/* A zeroed block: its address; 0: no memory, or 2 GiB and more. Never collects. */
uint64_t ph_java_memory_new(struct ph_call *call, uint64_t bytes);
/* False: no block begins there. */
bool ph_java_memory_free(struct ph_call *call, uint64_t address);
/* Of the block that begins there; 0: none does. */
uint64_t ph_java_memory_bytes(struct ph_call *call, uint64_t address);
/* `bytes` bytes at `address`, which are not to be written. NULL: they do not lie in one block. */
uint8_t *ph_java_memory(struct ph_call *call, uint64_t address, uint64_t bytes);
/* The same, and they may be written until the native ends. */
uint8_t *ph_java_memory_write(struct ph_call *call, uint64_t address, uint64_t bytes);

/* A block of nobody's, dropped with the native. NULL: no memory. Never collects. */
uint8_t *ph_java_memory_spare(struct ph_call *call, uint64_t bytes);
/* As ph_java_memory, also of a mapped file: then a copy in such a block. */
uint8_t *ph_java_memory_read(struct ph_call *call, uint64_t address, uint64_t bytes);

/* ---- Mapped files (natives_mapped.c) -------------------------------------------------------- */

/* From here on lie files of the image's tree that are mapped: above bit 40 the number of a
 * descriptor of the program, below the place in its file. Such an address is no memory: what is
 * there is read and written with the functions below, all of it or (false) nothing, because the
 * descriptor is not open, has no right to it, or the file is shorter. They take the world's lock.
 * Never collect. */
#define PH_JAVA_MAPPED_ADDRESS (UINT64_C(1) << 57)

static inline bool ph_java_is_mapped(uint64_t address)
{
    return address >= PH_JAVA_MAPPED_ADDRESS && address < 2 * PH_JAVA_MAPPED_ADDRESS;
}
bool ph_java_mapped_read(struct ph_call *call, uint64_t address, void *to, uint64_t bytes);
bool ph_java_mapped_write(struct ph_call *call, uint64_t address, const void *from,
                          uint64_t bytes);
/* Puts *wanted there if *found is there; what was there goes to *found. Both have `bytes`, 8 at
 * most. */
bool ph_java_mapped_exchange(struct ph_call *call, uint64_t address, void *found,
                             const void *wanted, uint32_t bytes);

/* What Unsafe says for the place of a field; UINT64_MAX: there is no such field. */
uint64_t ph_java_unsafe_offset(const struct ph_java_class *class, uint32_t field);

#endif
