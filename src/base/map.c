/* SPDX-License-Identifier: Apache-2.0 */
/* map.c - both maps.
 *
 * Invariants:
 * 1. capacity is 0 or a power of two, and more than a quarter of the entries is free.
 * 2. Between the slot that a key hashes to and the slot that holds it no entry is free. */
#include "base/map.h"

#include "base/assert.h"
#include "base/hash.h"
#include "base/text.h"

#define CAPACITY_MIN 16u

struct ph_map_entry {
    uint64_t key;
    uint64_t value;
    uint64_t is_used;
};

void ph_map_init(struct ph_map *self, struct ph_allocator *allocator)
{
    *self = (struct ph_map){.allocator = allocator};
}

void ph_map_finish(struct ph_map *self)
{
    ph_free(self->allocator, self->entries, (size_t)(self->capacity * sizeof(*self->entries)));
    self->entries = NULL;
    self->count = 0;
    self->capacity = 0;
}

static uint64_t home_of(uint64_t key, uint64_t capacity) { return ph_mix64(key) & (capacity - 1); }

/* The index of the entry with `key`, or of the free one where it would go. */
static uint64_t find(const struct ph_map_entry *entries, uint64_t capacity, uint64_t key)
{
    uint64_t index = home_of(key, capacity);
    while (entries[index].is_used && entries[index].key != key) {
        index = (index + 1) & (capacity - 1);
    }
    return index;
}

static bool map_grow(struct ph_map *self)
{
    uint64_t capacity = self->capacity == 0 ? CAPACITY_MIN : 2 * self->capacity;
    if (capacity > SIZE_MAX / 2 / sizeof(*self->entries)) {
        return false;
    }
    struct ph_map_entry *entries =
        ph_alloc_zeroed(self->allocator, (size_t)(capacity * sizeof(*entries)));
    if (entries == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < self->capacity; i++) {
        if (self->entries[i].is_used) {
            entries[find(entries, capacity, self->entries[i].key)] = self->entries[i];
        }
    }
    ph_free(self->allocator, self->entries, (size_t)(self->capacity * sizeof(*entries)));
    self->entries = entries;
    self->capacity = capacity;
    return true;
}

bool ph_map_put(struct ph_map *self, uint64_t key, uint64_t value)
{
    if (self->count >= self->capacity / 4 * 3) { /* invariant 1; a replacement may grow early */
        if (!map_grow(self)) {
            return false;
        }
    }
    struct ph_map_entry *entry = &self->entries[find(self->entries, self->capacity, key)];
    self->count += !entry->is_used;
    *entry = (struct ph_map_entry){key, value, 1};
    PH_DEBUG_ASSERT(self->count <= self->capacity / 4 * 3);
    return true;
}

bool ph_map_get(const struct ph_map *self, uint64_t key, uint64_t *value)
{
    if (self->count == 0) {
        return false;
    }
    const struct ph_map_entry *entry = &self->entries[find(self->entries, self->capacity, key)];
    if (!entry->is_used) {
        return false;
    }
    *value = entry->value;
    return true;
}

bool ph_map_remove(struct ph_map *self, uint64_t key)
{
    if (self->count == 0) {
        return false;
    }
    uint64_t mask = self->capacity - 1;
    uint64_t hole = find(self->entries, self->capacity, key);
    if (!self->entries[hole].is_used) {
        return false;
    }
    /* Invariant 2: an entry whose way from its home leads over the hole moves into it. */
    for (uint64_t i = (hole + 1) & mask; self->entries[i].is_used; i = (i + 1) & mask) {
        uint64_t home = home_of(self->entries[i].key, self->capacity);
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            self->entries[hole] = self->entries[i];
            hole = i;
        }
    }
    self->entries[hole].is_used = 0;
    self->count--;
    return true;
}

bool ph_map_next(const struct ph_map *self, uint64_t *cursor, uint64_t *key, uint64_t *value)
{
    while (*cursor < self->capacity) {
        const struct ph_map_entry *entry = &self->entries[(*cursor)++];
        if (entry->is_used) {
            *key = entry->key;
            *value = entry->value;
            return true;
        }
    }
    return false;
}

/* ---- Names ------------------------------------------------------------------------------- */

struct ph_name_map_entry {
    struct ph_slice key;
    uint64_t hash; /* 0: free */
    uint64_t value;
};

void ph_name_map_init(struct ph_name_map *self, struct ph_allocator *allocator)
{
    *self = (struct ph_name_map){.allocator = allocator};
}

void ph_name_map_finish(struct ph_name_map *self)
{
    ph_free(self->allocator, self->entries, (size_t)(self->capacity * sizeof(*self->entries)));
    self->entries = NULL;
    self->count = 0;
    self->capacity = 0;
}

static uint64_t name_hash(struct ph_slice key)
{
    uint64_t hash = ph_hash64(key.bytes, key.size, 0);
    return hash == 0 ? 1 : hash;
}

static uint64_t name_find(const struct ph_name_map *self, struct ph_slice key, uint64_t hash)
{
    uint64_t mask = self->capacity - 1;
    uint64_t index = hash & mask;
    while (self->entries[index].hash != 0 &&
           !(self->entries[index].hash == hash && ph_slice_equal(self->entries[index].key, key))) {
        index = (index + 1) & mask;
    }
    return index;
}

static bool name_map_grow(struct ph_name_map *self, uint64_t capacity)
{
    if (capacity > SIZE_MAX / 2 / sizeof(*self->entries)) {
        return false;
    }
    struct ph_name_map_entry *entries =
        ph_alloc_zeroed(self->allocator, (size_t)(capacity * sizeof(*entries)));
    if (entries == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < self->capacity; i++) {
        uint64_t index = self->entries[i].hash & (capacity - 1);
        while (entries[index].hash != 0) {
            index = (index + 1) & (capacity - 1);
        }
        entries[index] = self->entries[i]; /* of a free one: nothing changes */
    }
    ph_free(self->allocator, self->entries, (size_t)(self->capacity * sizeof(*entries)));
    self->entries = entries;
    self->capacity = capacity;
    return true;
}

bool ph_name_map_reserve(struct ph_name_map *self, uint64_t count)
{
    uint64_t capacity = PH_MAX(self->capacity, CAPACITY_MIN);
    while (capacity / 4 * 3 < count && capacity <= UINT64_MAX / 2) {
        capacity *= 2;
    }
    return capacity == self->capacity || name_map_grow(self, capacity);
}

bool ph_name_map_put(struct ph_name_map *self, struct ph_slice key, uint64_t value)
{
    if (self->count >= self->capacity / 4 * 3 && !ph_name_map_reserve(self, self->count + 1)) {
        return false;
    }
    uint64_t hash = name_hash(key);
    struct ph_name_map_entry *entry = &self->entries[name_find(self, key, hash)];
    self->count += entry->hash == 0;
    *entry = (struct ph_name_map_entry){key, hash, value};
    PH_DEBUG_ASSERT(self->count <= self->capacity / 4 * 3);
    return true;
}

bool ph_name_map_get(const struct ph_name_map *self, struct ph_slice key, uint64_t *value)
{
    if (self->count == 0) {
        return false;
    }
    const struct ph_name_map_entry *entry = &self->entries[name_find(self, key, name_hash(key))];
    if (entry->hash == 0) {
        return false;
    }
    *value = entry->value;
    return true;
}
