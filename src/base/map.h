/* SPDX-License-Identifier: Apache-2.0 */
/* map.h - an open-addressing hash map from 64-bit keys to 64-bit values (linear probing, backward
 * shift on removal), and one from byte strings to 64-bit values that borrows its keys. */
#ifndef PH_BASE_MAP_H
#define PH_BASE_MAP_H

#include "base/memory.h"

struct ph_map {
    struct ph_allocator *allocator;
    struct ph_map_entry *entries;
    uint64_t count;
    uint64_t capacity; /* 0 or a power of two */
};

void ph_map_init(struct ph_map *self, struct ph_allocator *allocator);
void ph_map_finish(struct ph_map *self);
/* Replaces an older value. False: no memory, nothing changed (as in ph_name_map_put). */
PH_MUST_CHECK bool ph_map_put(struct ph_map *self, uint64_t key, uint64_t value);
bool ph_map_get(const struct ph_map *self, uint64_t key, uint64_t *value);
bool ph_map_remove(struct ph_map *self, uint64_t key);
/* Visits all entries: `*cursor` starts at 0. */
bool ph_map_next(const struct ph_map *self, uint64_t *cursor, uint64_t *key, uint64_t *value);

struct ph_name_map {
    struct ph_allocator *allocator;
    struct ph_name_map_entry *entries;
    uint64_t count;
    uint64_t capacity;
};

void ph_name_map_init(struct ph_name_map *self, struct ph_allocator *allocator);
void ph_name_map_finish(struct ph_name_map *self);
/* Room for `count` keys in all, so that the map need not grow on the way. False: no memory. */
PH_MUST_CHECK bool ph_name_map_reserve(struct ph_name_map *self, uint64_t count);
/* `key` must outlive the map. Replaces an older value. */
PH_MUST_CHECK bool ph_name_map_put(struct ph_name_map *self, struct ph_slice key, uint64_t value);
bool ph_name_map_get(const struct ph_name_map *self, struct ph_slice key, uint64_t *value);

#endif
