/* SPDX-License-Identifier: Apache-2.0 */
/* atomic.c - fields of 8 and 16 bits are changed through the 32 bits around them, which lie in the
 * same page and object: there are CPUs that change no less at once (riscv64). */
#include "machine/atomic.h"

#include "base/assert.h"

void ph_atomic_fence(void)
{
#ifdef __SANITIZE_THREAD__ /* gcc's knows no fences */
    static uint32_t word;
    (void)__atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST);
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

/* As it lies on the operand stack. */
static uint64_t widen(uint64_t value, uint32_t storage)
{
    switch (storage) {
    case PH_STORE_I8: return (uint32_t)(int8_t)value;
    case PH_STORE_I16: return (uint32_t)(int16_t)value;
    case PH_STORE_U8: return (uint8_t)value;
    case PH_STORE_U16: return (uint16_t)value;
    case PH_STORE_I64: case PH_STORE_F64: return value;
    default: return (uint32_t)value;
    }
}

uint64_t ph_atomic_get(const void *at, uint32_t storage)
{
    switch (ph_storage_shift(storage)) {
    case 0: return widen(__atomic_load_n((const uint8_t *)at, __ATOMIC_SEQ_CST), storage);
    case 1: return widen(__atomic_load_n((const uint16_t *)at, __ATOMIC_SEQ_CST), storage);
    case 2: return __atomic_load_n((const uint32_t *)at, __ATOMIC_SEQ_CST);
    default: return __atomic_load_n((const uint64_t *)at, __ATOMIC_SEQ_CST);
    }
}

/* After `value` may have been stored. */
static void stored(struct ph_mutator *mutator, void *at, uint32_t storage, uint64_t value)
{
    if (storage == PH_STORE_REF && ph_is_young(mutator->heap, (ph_ref)value)) {
        ph_remember(mutator, at);
    }
}

void ph_atomic_set(struct ph_mutator *mutator, void *at, uint32_t storage, uint64_t value)
{
    uint32_t shift = ph_storage_shift(storage);
    ph_touch(mutator, at, UINT64_C(1) << shift);
    switch (shift) {
    case 0: __atomic_store_n((uint8_t *)at, (uint8_t)value, __ATOMIC_SEQ_CST); break;
    case 1: __atomic_store_n((uint16_t *)at, (uint16_t)value, __ATOMIC_SEQ_CST); break;
    case 2: __atomic_store_n((uint32_t *)at, (uint32_t)value, __ATOMIC_SEQ_CST); break;
    default: __atomic_store_n((uint64_t *)at, value, __ATOMIC_SEQ_CST); break;
    }
    stored(mutator, at, storage, value);
}

enum change { SWAP, ADD, COMPARE };

static uint64_t changed(enum change change, uint64_t old, uint64_t value)
{
    return change == ADD ? old + value : value;
}

/* One of 8 or 16 bits. */
static uint64_t change_small(void *at, uint32_t bits, enum change change, uint64_t expected,
                             uint64_t value)
{
    uint32_t *word = (uint32_t *)((uintptr_t)at & ~(uintptr_t)3);
    uint8_t bytes[4] = {0}; /* which bits of the word are the field's: little-endian or not */
    memset(bytes + ((uintptr_t)at & 3), 0xff, bits / 8);
    uint32_t mask;
    memcpy(&mask, bytes, sizeof(mask));
    uint32_t shift = (uint32_t)__builtin_ctz(mask);
    uint32_t whole = __atomic_load_n(word, __ATOMIC_SEQ_CST), next, old;
    do {
        old = (whole & mask) >> shift;
        if (change == COMPARE && old != (((uint32_t)expected << shift & mask) >> shift)) {
            return old;
        }
        next = (whole & ~mask) | ((uint32_t)changed(change, old, value) << shift & mask);
    } while (!__atomic_compare_exchange_n(word, &whole, next, false, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
    return old;
}

static uint64_t change_32(uint32_t *at, enum change change, uint32_t expected, uint32_t value)
{
    switch (change) {
    case SWAP:
        return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);
    case ADD:
        return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);
    case COMPARE:
        (void)__atomic_compare_exchange_n(at, &expected, value, false, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST);
        return expected;
    }
    PH_UNREACHABLE();
}

static uint64_t change_64(uint64_t *at, enum change change, uint64_t expected, uint64_t value)
{
    switch (change) {
    case SWAP:
        return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);
    case ADD:
        return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);
    case COMPARE:
        (void)__atomic_compare_exchange_n(at, &expected, value, false, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST);
        return expected;
    }
    PH_UNREACHABLE();
}

static uint64_t change_any(void *at, uint32_t storage, enum change change, uint64_t expected,
                           uint64_t value)
{
    uint32_t shift = ph_storage_shift(storage);
    PH_DEBUG_ASSERT(((uintptr_t)at & ((UINT64_C(1) << shift) - 1)) == 0);
    return shift < 2    ? widen(change_small(at, 8u << shift, change, expected, value), storage)
           : shift == 2 ? change_32(at, change, (uint32_t)expected, (uint32_t)value)
                        : change_64(at, change, expected, value);
}

uint64_t ph_atomic_swap(struct ph_mutator *mutator, void *at, uint32_t storage, uint64_t value)
{
    ph_touch(mutator, at, UINT64_C(1) << ph_storage_shift(storage));
    uint64_t old = change_any(at, storage, SWAP, 0, value);
    stored(mutator, at, storage, value);
    return old;
}

uint64_t ph_atomic_add(struct ph_mutator *mutator, void *at, uint32_t storage, uint64_t value)
{
    PH_ASSERT(storage != PH_STORE_REF && storage != PH_STORE_F32 && storage != PH_STORE_F64);
    ph_touch(mutator, at, UINT64_C(1) << ph_storage_shift(storage));
    return change_any(at, storage, ADD, 0, value);
}

uint64_t ph_atomic_compare_swap(struct ph_mutator *mutator, void *at, uint32_t storage,
                                uint64_t expected, uint64_t value)
{
    ph_touch(mutator, at, UINT64_C(1) << ph_storage_shift(storage));
    uint64_t old = change_any(at, storage, COMPARE, expected, value);
    stored(mutator, at, storage, value); /* where it was not, what is there is looked at in vain */
    return old;
}
