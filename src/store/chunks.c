/* SPDX-License-Identifier: Apache-2.0 */
/* chunks.c - who uses which chunk of the file, and the home table.
 *
 * Invariants
 *   (1) A chunk that a durable superblock or a durable cut names is not free.
 *   (2) A block of the table is written once, when it is full, before the first superblock that
 *       counts it. The entries after the last full block are in the superblock itself. So nothing
 *       of the table that is durable is ever written again. */
#include "store/internal.h"

/* The file grows by so much at a time: fewer calls, and a commit rarely has to wait for one. */
#define GROW_CHUNKS 4u
#define CHUNKS_MAX UINT32_MAX

ph_status ph_chunks_init(struct ph_store *self)
{
    struct ph_chunks *chunks = &self->chunks;
    uint64_t file_bytes = 0;
    ph_status status = self->block->ops->size(self->block, &file_bytes);

    if (status != PH_OK) {
        return status;
    }
    uint64_t count = PH_MIN(file_bytes / self->chunk_bytes, (uint64_t)CHUNKS_MAX);
    uint64_t capacity = count + GROW_CHUNKS;

    chunks->items = ph_alloc_zeroed(self->allocator, capacity * sizeof(*chunks->items));
    if (chunks->items == NULL) {
        return PH_NO_MEMORY;
    }
    chunks->count = (uint32_t)count;
    chunks->capacity = (uint32_t)PH_MIN(capacity, (uint64_t)CHUNKS_MAX);
    chunks->free_count = (uint32_t)count;
    return count > 0 && ph_chunk_claim(self, 0, PH_CHUNK_HEAD) ? PH_OK : PH_DAMAGED;
}

void ph_chunks_finish(struct ph_store *self)
{
    struct ph_chunks *chunks = &self->chunks;

    ph_free(self->allocator, chunks->items, (size_t)chunks->capacity * sizeof(*chunks->items));
    memset(chunks, 0, sizeof(*chunks));
}

ph_status ph_chunks_reserve(struct ph_store *self, uint64_t more)
{
    struct ph_chunks *chunks = &self->chunks;
    uint64_t wanted = chunks->count + more + GROW_CHUNKS;

    if (wanted <= chunks->capacity) {
        return PH_OK;
    }
    if (wanted > CHUNKS_MAX) {
        return PH_NO_SPACE;
    }
    uint64_t capacity = PH_MIN(PH_MAX(wanted, (uint64_t)chunks->capacity * 2), CHUNKS_MAX);
    struct ph_chunk *items =
        ph_resize(self->allocator, chunks->items, chunks->capacity * sizeof(*items),
                  capacity * sizeof(*items));

    if (items == NULL) {
        return PH_NO_MEMORY;
    }
    memset(items + chunks->capacity, 0, (capacity - chunks->capacity) * sizeof(*items));
    chunks->items = items;
    chunks->capacity = (uint32_t)capacity;
    return PH_OK;
}

/* Makes the file longer: by some chunks, or by one where there is no more room. */
static ph_status chunks_grow(struct ph_store *self)
{
    struct ph_chunks *chunks = &self->chunks;
    struct ph_block *block = self->block;
    ph_status status = ph_chunks_reserve(self, 0);
    uint32_t more = GROW_CHUNKS;

    if (status != PH_OK) {
        return status;
    }
    if (block->fixed_size) {
        return PH_NO_SPACE;
    }
    status = block->ops->grow(block, (uint64_t)(chunks->count + more) * self->chunk_bytes);
    if (status == PH_NO_SPACE) {
        more = 1;
        status = block->ops->grow(block, (uint64_t)(chunks->count + more) * self->chunk_bytes);
    }
    if (status != PH_OK) {
        return status;
    }
    memset(&chunks->items[chunks->count], 0, more * sizeof(*chunks->items));
    chunks->free_hint = PH_MIN(chunks->free_hint, chunks->count);
    chunks->count += more;
    chunks->free_count += more;
    return PH_OK;
}

ph_status ph_chunk_take(struct ph_store *self, enum ph_chunk_use use, uint32_t *chunk)
{
    struct ph_chunks *chunks = &self->chunks;

    PH_ASSERT(use != PH_CHUNK_FREE && self->is_writable);
    if (chunks->free_count == 0) {
        ph_status status = chunks_grow(self);

        if (status != PH_OK) {
            return status;
        }
        chunks->free_hint = chunks->count - chunks->free_count;
    }
    uint32_t at = chunks->free_hint;

    while (chunks->items[at].use != PH_CHUNK_FREE) {
        at++;
        PH_ASSERT(at < chunks->count);
    }
    chunks->items[at].use = use;
    chunks->items[at].next = 0;
    chunks->free_count--;
    chunks->free_hint = at + 1;
    *chunk = at;
    return PH_OK;
}

void ph_chunk_free(struct ph_store *self, uint32_t chunk)
{
    struct ph_chunks *chunks = &self->chunks;

    PH_ASSERT(chunk < chunks->count && chunks->items[chunk].use == PH_CHUNK_LOG);
    chunks->items[chunk].use = PH_CHUNK_FREE;
    chunks->items[chunk].next = 0;
    chunks->free_count++;
    chunks->free_hint = PH_MIN(chunks->free_hint, chunk);
}

bool ph_chunk_claim(struct ph_store *self, uint32_t chunk, enum ph_chunk_use use)
{
    struct ph_chunks *chunks = &self->chunks;

    if (chunk >= chunks->count || chunks->items[chunk].use != PH_CHUNK_FREE) {
        return false;
    }
    chunks->items[chunk].use = use;
    chunks->free_count--;
    return true;
}

/* ---- The home table ---------------------------------------------------------------------- */

static uint64_t entry_check(const struct ph_store *self, struct ph_home_pair pair, uint64_t index)
{
    uint64_t seed = ph_hash64(self->image_id, sizeof(self->image_id), 0) + index;

    return ph_hash64(&pair, sizeof(pair), seed);
}

static uint64_t table_block_offset(const struct ph_store *self, uint32_t block)
{
    uint32_t chunk = self->home.table_chunk[block / self->pages_per_chunk];

    return (uint64_t)chunk * self->chunk_bytes +
           (uint64_t)(block % self->pages_per_chunk) * PH_PAGE_BYTES;
}

static void pair_put(struct ph_home *home, struct ph_home_pair pair)
{
    home->file_chunk[pair.arena_chunk] = pair.file_chunk;
    home->arena_end = PH_MAX(home->arena_end, pair.arena_chunk + 1);
    home->pairs.items[home->pairs.count++] = pair; /* there is room */
}

/* Takes one stored pair into the table. */
static bool pair_load(struct ph_store *self, struct ph_home_pair pair)
{
    struct ph_home *home = &self->home;

    if (pair.arena_chunk >= home->arena_chunks || home->file_chunk[pair.arena_chunk] != 0 ||
        !ph_chunk_claim(self, pair.file_chunk, PH_CHUNK_HOME)) {
        return false;
    }
    pair_put(home, pair);
    return true;
}

static ph_status table_block_load(struct ph_store *self, uint32_t block, struct ph_error *error)
{
    struct ph_table_entry entries[PH_TABLE_BLOCK_ENTRIES];
    uint64_t offset = table_block_offset(self, block);
    ph_status status = self->block->ops->read(self->block, offset, entries, sizeof(entries));

    if (status != PH_OK) {
        return ph_fail(error, status, "the home table cannot be read at %llu; check the disk",
                       (unsigned long long)offset);
    }
    for (uint32_t i = 0; i < PH_TABLE_BLOCK_ENTRIES; i++) {
        uint64_t index = (uint64_t)block * PH_TABLE_BLOCK_ENTRIES + i;

        if (entries[i].check != entry_check(self, entries[i].pair, index) ||
            !pair_load(self, entries[i].pair)) {
            return ph_fail(error, PH_DAMAGED,
                           "the home table is damaged at %llu; restore a copy of the image",
                           (unsigned long long)offset + i * sizeof(entries[i]));
        }
    }
    return PH_OK;
}

ph_status ph_home_load(struct ph_store *self, const struct ph_super *super, struct ph_error *error)
{
    struct ph_home *home = &self->home;
    uint64_t pairs = (uint64_t)super->table_blocks * PH_TABLE_BLOCK_ENTRIES + super->tail_entries;

    home->arena_chunks = (uint32_t)(self->arena_bytes / self->chunk_bytes);
    home->file_chunk =
        ph_table_alloc(self, (uint64_t)home->arena_chunks * sizeof(*home->file_chunk));
    if (home->file_chunk == NULL || pairs > home->arena_chunks ||
        !ph_vector_reserve(&home->pairs, self->allocator, pairs + 1)) {
        return pairs > home->arena_chunks
                   ? ph_fail(error, PH_DAMAGED, "the home table is too long; restore a copy")
                   : ph_fail(error, PH_NO_MEMORY, "no memory for the home table");
    }
    for (uint32_t i = 0; i < super->table_chunks; i++) {
        home->table_chunk[i] = super->table_chunk[i];
        if (!ph_chunk_claim(self, super->table_chunk[i], PH_CHUNK_TABLE)) {
            return ph_fail(error, PH_DAMAGED,
                           "the home table's chunk %u is outside of the file; restore a copy",
                           super->table_chunk[i]);
        }
    }
    home->table_chunks = super->table_chunks;
    for (uint32_t i = 0; i < super->table_blocks; i++) {
        ph_status status = table_block_load(self, i, error);

        if (status != PH_OK) {
            return status;
        }
    }
    for (uint32_t i = 0; i < super->tail_entries; i++) {
        if (!pair_load(self, super->tail_pairs[i])) {
            return ph_fail(error, PH_DAMAGED,
                           "the file is shorter than its superblock says, or the home table is "
                           "damaged at entry %u; restore a copy",
                           i);
        }
    }
    home->durable_pairs = home->pairs.count;
    return PH_OK;
}

ph_status ph_home_assign(struct ph_store *self, uint32_t arena_chunk)
{
    struct ph_home *home = &self->home;
    uint32_t chunk;

    PH_ASSERT(arena_chunk < home->arena_chunks && home->file_chunk[arena_chunk] == 0);
    if (!ph_vector_reserve(&home->pairs, self->allocator, 1)) {
        return PH_NO_MEMORY;
    }
    ph_status status = ph_chunk_take(self, PH_CHUNK_HOME_NEW, &chunk);

    if (status != PH_OK) {
        return status;
    }
    struct ph_home_pair pair = {arena_chunk, chunk};

    pair_put(home, pair);
    return PH_OK;
}

static ph_status table_block_write(struct ph_store *self, uint32_t block)
{
    struct ph_table_entry entries[PH_TABLE_BLOCK_ENTRIES];
    uint32_t first = block * PH_TABLE_BLOCK_ENTRIES;

    PH_ASSERT(first + PH_TABLE_BLOCK_ENTRIES <= self->home.pairs.count);
    for (uint32_t i = 0; i < PH_TABLE_BLOCK_ENTRIES; i++) {
        entries[i].pair = self->home.pairs.items[first + i];
        entries[i].check = entry_check(self, entries[i].pair, (uint64_t)first + i);
    }
    return self->block->ops->write(self->block, table_block_offset(self, block), entries,
                                   sizeof(entries));
}

ph_status ph_home_write(struct ph_store *self, bool *wrote)
{
    struct ph_home *home = &self->home;
    uint32_t first = home->durable_pairs / PH_TABLE_BLOCK_ENTRIES;
    uint32_t end = home->pairs.count / PH_TABLE_BLOCK_ENTRIES;

    *wrote = false;
    for (uint32_t block = first; block < end; block++) {
        while (home->table_chunks <= block / self->pages_per_chunk) {
            if (home->table_chunks == PH_TABLE_CHUNKS_MAX) {
                return PH_LIMIT;
            }
            ph_status status = ph_chunk_take(self, PH_CHUNK_TABLE,
                                             &home->table_chunk[home->table_chunks]);

            if (status != PH_OK) {
                return status;
            }
            home->table_chunks++;
        }
        ph_status status = table_block_write(self, block);

        if (status != PH_OK) {
            return status;
        }
        *wrote = true;
    }
    return PH_OK;
}

void ph_home_fill_super(const struct ph_store *self, struct ph_super *super, uint32_t pairs)
{
    const struct ph_home *home = &self->home;

    PH_ASSERT(pairs >= home->durable_pairs && pairs <= home->pairs.count);
    super->table_blocks = pairs / PH_TABLE_BLOCK_ENTRIES;
    super->tail_entries = pairs % PH_TABLE_BLOCK_ENTRIES;
    super->table_chunks =
        (super->table_blocks + self->pages_per_chunk - 1) / self->pages_per_chunk;
    PH_ASSERT(super->table_chunks <= home->table_chunks);
    memcpy(super->table_chunk, home->table_chunk,
           super->table_chunks * sizeof(super->table_chunk[0]));
    if (super->tail_entries > 0) {
        memcpy(super->tail_pairs, home->pairs.items + (pairs - super->tail_entries),
               super->tail_entries * sizeof(super->tail_pairs[0]));
    }
}

void ph_home_made_durable(struct ph_store *self, uint32_t pairs)
{
    struct ph_home *home = &self->home;

    for (uint32_t i = home->durable_pairs; i < pairs; i++) {
        self->chunks.items[home->pairs.items[i].file_chunk].use = PH_CHUNK_HOME;
    }
    home->durable_pairs = pairs;
}

/* Shows a run of adjacent chunks, or reads it in where the system will not map it (Linux: after
 * 65530 mappings). */
static ph_status run_map(struct ph_store *self, uint8_t *address, uint32_t file_chunk,
                         uint32_t chunks)
{
    uint64_t offset = (uint64_t)file_chunk * self->chunk_bytes;
    uint64_t bytes = (uint64_t)chunks * self->chunk_bytes;
    const struct ph_block_ops *ops = self->block->ops;
    ph_status status = ops->map_private(self->block, offset, address, bytes);

    if (status == PH_NO_MEMORY || status == PH_UNSUPPORTED) {
        status = ops->read(self->block, offset, address, bytes);
    }
    return status;
}

ph_status ph_home_map(struct ph_store *self, uint8_t *arena, struct ph_error *error)
{
    const struct ph_home *home = &self->home;

    if (home->pairs.count == 0) {
        return PH_OK;
    }
    for (uint32_t at = 0; at < home->arena_end;) {
        uint32_t first = home->file_chunk[at];
        uint32_t run = 1;

        while (first != 0 && at + run < home->arena_end &&
               home->file_chunk[at + run] == first + run) {
            run++;
        }
        ph_status status =
            first == 0 ? PH_OK
                       : run_map(self, arena + (uint64_t)at * self->chunk_bytes, first, run);

        if (status != PH_OK) {
            return ph_fail(error, status, "home cannot be mapped at chunk %u of the file: %s",
                           first, ph_status_text(status));
        }
        at += run;
    }
    return PH_OK;
}
