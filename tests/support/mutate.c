/* SPDX-License-Identifier: Apache-2.0 */
#include "support/mutate.h"

#include <string.h>

static uint32_t below(struct ph_random *random, uint32_t bound)
{
    return (uint32_t)ph_random_below(random, bound);
}

/* Small, large, or anything. */
static uint32_t number(struct ph_random *random)
{
    static const uint32_t odd[] = {0,          1,          2,         0x7f,   0x80,
                                   0xff,       0x7fff,     0x8000,    0xffff, 0x7fffffff,
                                   0x80000000, 0xffffffff, 0xfffffffe};
    switch (below(random, 4)) {
    case 0:
        return odd[below(random, PH_COUNT(odd))];
    case 1:
        return (uint32_t)ph_random_next(random);
    default:
        return below(random, 64);
    }
}

static void put_number(struct mutated *self, uint32_t at, uint32_t bytes, uint32_t value,
                       bool is_little_endian)
{
    for (uint32_t i = 0; i < bytes && at + i < self->size; i++) {
        uint32_t shift = 8 * (is_little_endian ? i : bytes - 1 - i);
        self->bytes[at + i] = (uint8_t)(value >> shift);
    }
}

static void remove_bytes(struct mutated *self, uint32_t at, uint32_t count)
{
    count = PH_MIN(count, self->size - at);
    if (count < self->size) {
        memmove(self->bytes + at, self->bytes + at + count, self->size - at - count);
        self->size -= count;
    }
}

static void double_bytes(struct mutated *self, uint32_t at, uint32_t count)
{
    count = PH_MIN(count, PH_MIN(self->size - at, MUTATED_BYTES_MAX - self->size));
    memmove(self->bytes + at + count, self->bytes + at, self->size - at);
    self->size += count;
}

static void mutate_once(struct mutated *self, struct ph_random *random, bool is_little_endian)
{
    uint32_t at = below(random, self->size), other = below(random, self->size);
    switch (below(random, 12)) {
    case 0:
        remove_bytes(self, at, 1 + below(random, 8));
        break;
    case 1:
        double_bytes(self, at, 1 + below(random, 64));
        break;
    case 2:
        self->size = at + 1;
        break;
    case 3: {
        uint32_t count = 1 + below(random, 16);
        count = PH_MIN(count, self->size - PH_MAX(at, other));
        memmove(self->bytes + at, self->bytes + other, count);
        break;
    }
    case 4:
    case 5:
        self->bytes[at] ^= (uint8_t)(1u << below(random, 8));
        break;
    case 6:
        put_number(self, at, 4, number(random), is_little_endian);
        break;
    case 7:
    case 8:
    case 9:
        put_number(self, at, 2, number(random), is_little_endian);
        break;
    default:
        self->bytes[at] = (uint8_t)number(random);
        break;
    }
}

void mutate(struct mutated *self, struct ph_random *random, bool is_little_endian)
{
    uint32_t count = 1 + below(random, below(random, 4) == 0 ? 8 : 2);
    for (; count > 0; count--) {
        mutate_once(self, random, is_little_endian);
    }
}
