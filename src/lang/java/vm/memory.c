/* SPDX-License-Identifier: Apache-2.0 */
/* memory.c - memory outside of objects (unsafe.h). */
#include "lang/java/vm/unsafe.h"

#include "base/text.h"

#define BLOCKS_MIN 16u
#define BLOCK_HEAD offsetof(struct ph_bytes, data)

/* How many blocks there are stands in the table's `extra`. */
static struct ph_refs *blocks_of(const struct ph_call *call)
{
    ph_ref ref = ph_java_root(call, PH_JAVA_ROOT_MEMORY);
    return ref == 0 ? NULL : ph_address(call->mutator->heap, ref);
}

/* Index of the first block that begins above `address`. */
static uint32_t first_above(const struct ph_refs *blocks, uint64_t address)
{
    uint32_t low = 0, high = blocks == NULL ? 0 : blocks->extra;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if ((uint64_t)blocks->items[middle] * 8 + BLOCK_HEAD <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The table with room for one more; NULL: no memory. */
static struct ph_refs *with_room(struct ph_call *call)
{
    struct ph_refs *blocks = blocks_of(call);

    if (blocks != NULL && blocks->extra < blocks->length) {
        return blocks;
    }
    uint32_t length = blocks == NULL ? BLOCKS_MIN : blocks->length * 2;
    ph_ref larger_ref = ph_object_new_pinned(call->mutator, PH_CLASS_TABLE_ITEMS, length);
    if (larger_ref == 0) {
        return NULL;
    }
    struct ph_refs *larger = ph_address(call->mutator->heap, larger_ref);
    if (blocks != NULL) {
        ph_touch(call->mutator, larger, sizeof(*larger) + blocks->extra * sizeof(ph_ref));
        memcpy(larger->items, blocks->items, blocks->extra * sizeof(ph_ref));
        larger->extra = blocks->extra;
    }
    ph_java_set_root(call, PH_JAVA_ROOT_MEMORY, larger_ref);
    return larger;
}

uint64_t ph_java_memory_new(struct ph_call *call, uint64_t bytes)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref ref = bytes > INT32_MAX ? 0
                                   : ph_object_new_pinned(call->mutator, PH_CLASS_PINNED_BYTES,
                                                          (uint32_t)PH_MAX(bytes, 1u));
    if (ref == 0) {
        return 0;
    }
    uint64_t address = (uint64_t)ref * 8 + BLOCK_HEAD;
    ph_mutex_lock(&vm->dictionary_lock);
    struct ph_refs *blocks = with_room(call);
    if (blocks != NULL) {
        uint32_t at = first_above(blocks, address);
        ph_touch(call->mutator, blocks, sizeof(*blocks) + (blocks->extra + 1u) * sizeof(ph_ref));
        memmove(&blocks->items[at + 1], &blocks->items[at],
                (blocks->extra - at) * sizeof(ph_ref));
        blocks->items[at] = ref;
        blocks->extra++;
    }
    ph_mutex_unlock(&vm->dictionary_lock);
    return blocks == NULL ? 0 : address;
}

/* The block with the greatest beginning that is not above `address`; NULL: none. Locked. */
static const struct ph_bytes *block_below(const struct ph_call *call, uint64_t address)
{
    const struct ph_refs *blocks = blocks_of(call);
    uint32_t above = first_above(blocks, address);
    return above == 0 ? NULL : ph_address(call->mutator->heap, blocks->items[above - 1]);
}

static uint64_t address_of(const struct ph_call *call, const struct ph_bytes *block)
{
    return ph_offset_of(call->mutator->heap, block->data);
}

bool ph_java_memory_free(struct ph_call *call, uint64_t address)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);

    ph_mutex_lock(&vm->dictionary_lock);
    const struct ph_bytes *block = block_below(call, address);
    bool found = block != NULL && address_of(call, block) == address;
    if (found) {
        struct ph_refs *blocks = blocks_of(call);
        uint32_t above = first_above(blocks, address);
        ph_touch(call->mutator, blocks, sizeof(*blocks) + blocks->extra * sizeof(ph_ref));
        memmove(&blocks->items[above - 1], &blocks->items[above],
                (blocks->extra - above) * sizeof(ph_ref));
        blocks->extra--;
        blocks->items[blocks->extra] = 0;
    }
    ph_mutex_unlock(&vm->dictionary_lock);
    return found;
}

uint64_t ph_java_memory_bytes(struct ph_call *call, uint64_t address)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);

    ph_mutex_lock(&vm->dictionary_lock);
    const struct ph_bytes *block = block_below(call, address);
    uint64_t bytes = block != NULL && address_of(call, block) == address ? block->length : 0;
    ph_mutex_unlock(&vm->dictionary_lock);
    return bytes;
}

uint8_t *ph_java_memory(struct ph_call *call, uint64_t address, uint64_t bytes)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);

    if (ph_java_is_mapped(address)) {
        return NULL;
    }
    if (address >= PH_JAVA_LIBRARY_ADDRESS) {
        uint64_t offset = address - PH_JAVA_LIBRARY_ADDRESS;
        bool is_good = ph_java_has_library(vm) && /* not yet opened in a resumed world */
                       offset <= vm->library.bytes.size &&
                       bytes <= vm->library.bytes.size - offset;
        return is_good ? (uint8_t *)(uintptr_t)vm->library.bytes.bytes + offset : NULL;
    }
    ph_mutex_lock(&vm->dictionary_lock);
    const struct ph_bytes *block = block_below(call, address);
    bool is_good = block != NULL && bytes <= block->length &&
                   address - address_of(call, block) <= block->length - bytes;
    ph_mutex_unlock(&vm->dictionary_lock);
    return is_good ? call->mutator->heap->arena + address : NULL;
}

uint8_t *ph_java_memory_write(struct ph_call *call, uint64_t address, uint64_t bytes)
{
    uint8_t *at = address >= PH_JAVA_LIBRARY_ADDRESS ? NULL : ph_java_memory(call, address, bytes);

    if (at != NULL) {
        ph_touch(call->mutator, at, bytes);
    }
    return at;
}

uint8_t *ph_java_memory_spare(struct ph_call *call, uint64_t bytes)
{
    ph_ref ref = bytes > INT32_MAX ? 0
                                   : ph_object_new_pinned(call->mutator, PH_CLASS_PINNED_BYTES,
                                                          (uint32_t)PH_MAX(bytes, 1u));
    return ref == 0 ? NULL : ((struct ph_bytes *)ph_address(call->mutator->heap, ref))->data;
}

uint8_t *ph_java_memory_read(struct ph_call *call, uint64_t address, uint64_t bytes)
{
    if (!ph_java_is_mapped(address)) {
        return ph_java_memory(call, address, bytes);
    }
    uint8_t *copy = ph_java_memory_spare(call, bytes);
    return copy != NULL && ph_java_mapped_read(call, address, copy, bytes) ? copy : NULL;
}
