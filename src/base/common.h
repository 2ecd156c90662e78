/* SPDX-License-Identifier: Apache-2.0 */
/* common.h - the few words that every file uses.
 *
 * The core (base to interp) is freestanding: these headers, plus memcpy, memmove, memset and
 * memcmp, are all of C that it may use. GNU extensions appear only behind the macros here. */
#ifndef PH_BASE_COMMON_H
#define PH_BASE_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PH_MUST_CHECK __attribute__((warn_unused_result))
#define PH_NORETURN __attribute__((noreturn))
#define PH_PRINTF(format_index, first_index) \
    __attribute__((format(printf, format_index, first_index)))
#define PH_COLD __attribute__((cold, noinline))
#define PH_NOINLINE __attribute__((noinline))
#define PH_ALWAYS_INLINE inline __attribute__((always_inline))
#define PH_UNUSED __attribute__((unused))
#define PH_FALLTHROUGH __attribute__((fallthrough))
#define PH_LIKELY(x) __builtin_expect(!!(x), 1)
#define PH_UNLIKELY(x) __builtin_expect(!!(x), 0)

#define PH_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PH_MIN(a, b) ((a) < (b) ? (a) : (b))
#define PH_MAX(a, b) ((a) > (b) ? (a) : (b))
#define PH_ALIGN_UP(x, power_of_two) (((x) + ((power_of_two)-1)) & ~((uint64_t)(power_of_two)-1))
#define PH_ALIGN_DOWN(x, power_of_two) ((x) & ~((uint64_t)(power_of_two)-1))

#define PH_PAGE_BYTES 4096u
#define PH_PAGE_SHIFT 12u

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);

/* Bytes that somebody else owns. */
struct ph_slice {
    const uint8_t *bytes;
    uint64_t size;
};

#define PH_SLICE_TEXT(literal) ((struct ph_slice){(const uint8_t *)(literal), sizeof(literal) - 1})

/* Unaligned little-endian access; compiles to one instruction where that is possible. */
static inline uint16_t ph_load_u16(const void *from)
{
    uint16_t v;
    memcpy(&v, from, 2);
    return v;
}
static inline uint32_t ph_load_u32(const void *from)
{
    uint32_t v;
    memcpy(&v, from, 4);
    return v;
}
static inline uint64_t ph_load_u64(const void *from)
{
    uint64_t v;
    memcpy(&v, from, 8);
    return v;
}
static inline void ph_store_u16(void *to, uint16_t v) { memcpy(to, &v, 2); }
static inline void ph_store_u32(void *to, uint32_t v) { memcpy(to, &v, 4); }
static inline void ph_store_u64(void *to, uint64_t v) { memcpy(to, &v, 8); }

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "images and units are little-endian; a big-endian port needs swapping loads");

#endif
