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

/* What Unsafe says for the place of a field; UINT64_MAX: there is no such field. */
uint64_t ph_java_unsafe_offset(const struct ph_java_known *class, uint32_t field);

#endif
