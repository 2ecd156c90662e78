/* SPDX-License-Identifier: Apache-2.0 */
/* jimage_maker.h - small jimage files by hand, in either byte order: two resources and the entry
 * of the package that holds them, which says that it is empty in a first module. */
#ifndef PH_TESTS_SUPPORT_JIMAGE_MAKER_H
#define PH_TESTS_SUPPORT_JIMAGE_MAKER_H

#include <stdio.h>
#include <string.h>

#include "base/common.h"

#define JIMAGE_ENTRIES 3u
#define JIMAGE_BYTES_MAX 1024u
#define JIMAGE_ATTRIBUTES (28u + 8 * JIMAGE_ENTRIES) /* where the attributes begin */

struct jimage_maker {
    uint32_t size;
    bool is_swapped;
    uint32_t packed_size; /* of the first entry; not 0: it is said to be compressed */
    uint8_t bytes[JIMAGE_BYTES_MAX];
};

static inline void jimage_u32(struct jimage_maker *self, uint32_t at, uint32_t value)
{
    ph_store_u32(self->bytes + at, self->is_swapped ? __builtin_bswap32(value) : value);
}

static inline uint32_t jimage_hash(const char *text, uint32_t seed)
{
    for (; *text != 0; text++) {
        seed = (seed * 0x01000193u) ^ (uint8_t)*text;
    }
    return seed & 0x7fffffffu;
}

/* Finds redirects for these names: entry i comes to slot i. */
static inline void jimage_redirects(struct jimage_maker *self, const char *const *names)
{
    for (uint32_t slot = 0; slot < JIMAGE_ENTRIES; slot++) {
        uint32_t here[JIMAGE_ENTRIES], count = 0;
        for (uint32_t i = 0; i < JIMAGE_ENTRIES; i++) {
            if (jimage_hash(names[i], 0x01000193u) % JIMAGE_ENTRIES == slot) {
                here[count++] = i;
            }
        }
        uint32_t redirect = count == 0 ? 0 : ~here[0]; /* -1 - index */
        for (uint32_t seed = 1; count > 1; seed++) {
            uint32_t right = 0;
            for (uint32_t i = 0; i < count; i++) {
                right += jimage_hash(names[here[i]], seed) % JIMAGE_ENTRIES == here[i];
            }
            if (right == count) {
                redirect = seed;
                break;
            }
        }
        jimage_u32(self, 28 + 4 * slot, redirect);
    }
}

static inline void jimage_attribute(struct jimage_maker *self, uint32_t *at, uint8_t kind,
                                    uint32_t value)
{
    if (value == 0) {
        return;
    }
    self->bytes[(*at)++] = (uint8_t)(kind << 3 | 1);
    self->bytes[(*at)++] = (uint8_t)(value >> 8);
    self->bytes[(*at)++] = (uint8_t)value;
}

static inline void jimage_make(struct jimage_maker *self)
{
    static const char *const names[] = {"/m.a/p/q/C.class", "/m.a/p/q/plain", "/packages/p.q"};
    static const char strings[] = "\0m.a\0p/q\0C\0class\0plain\0packages\0p.q";
    static const uint8_t parts[JIMAGE_ENTRIES][4] = {
        {1, 5, 9, 11}, {1, 5, 17, 0}, {23, 0, 32, 0}}; /* in `strings` */
    static const uint32_t ranges[JIMAGE_ENTRIES][2] = {{0, 5}, {5, 3}, {8, 16}};
    uint32_t at = JIMAGE_ATTRIBUTES;
    memset(self->bytes, 0, sizeof(self->bytes));
    for (uint32_t i = 0; i < JIMAGE_ENTRIES; i++) {
        jimage_u32(self, 28 + 4 * (JIMAGE_ENTRIES + i), at - JIMAGE_ATTRIBUTES);
        for (uint8_t kind = 1; kind <= 4; kind++) {
            jimage_attribute(self, &at, kind, parts[i][kind - 1]);
        }
        jimage_attribute(self, &at, 5, ranges[i][0]);
        jimage_attribute(self, &at, 6, i == 0 ? self->packed_size : 0);
        jimage_attribute(self, &at, 7, ranges[i][1]);
        self->bytes[at++] = 0;
    }
    const uint32_t head[] = {0xcafedada,     1u << 16,       0,
                             JIMAGE_ENTRIES, JIMAGE_ENTRIES, at - JIMAGE_ATTRIBUTES,
                             sizeof(strings)};
    for (uint32_t i = 0; i < PH_COUNT(head); i++) {
        jimage_u32(self, 4 * i, head[i]);
    }
    memcpy(self->bytes + at, strings, sizeof(strings));
    at += sizeof(strings);
    memcpy(self->bytes + at, "classtxt", 8);
    jimage_u32(self, at + 8, 1);
    jimage_u32(self, at + 12, 23);
    jimage_u32(self, at + 16, 0);
    jimage_u32(self, at + 20, 1);
    self->size = at + 24;
    jimage_redirects(self, names);
}

#endif
