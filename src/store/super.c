/* SPDX-License-Identifier: Apache-2.0 */
/* super.c - the superblock pair and the sink block.
 *
 * Invariants
 *   (1) The slot of the newest durable generation is never written. A new generation goes to the
 *       other slot; if its flush fails, the next try has a generation two higher: the same slot.
 *   (2) A generation whose flush failed is named in the sink block. An open that meets it writes it
 *       again (two higher) before it goes by it: it may be in the system's memory only. */
#include "store/internal.h"

#define SINK_CHECKED_BYTES offsetof(struct ph_sink, check)

static uint64_t slot_offset(uint64_t generation)
{
    return generation % PH_SUPER_SLOTS * PH_PAGE_BYTES;
}

void ph_super_seal(struct ph_super *super)
{
    super->check = ph_hash64(super, PH_SUPER_CHECKED_BYTES, 0);
}

static bool super_place_is_sane(const struct ph_super *super)
{
    const struct ph_log_place *tail = &super->tail;
    bool is_fresh = tail->offset == PH_LOG_HEADER_BYTES;

    return tail->chunk != 0 && tail->offset < super->chunk_bytes &&
           (is_fresh || tail->offset % PH_PAGE_BYTES == 0) &&
           is_fresh == (super->tail_next == 0);
}

bool ph_super_is_valid(const struct ph_super *super)
{
    uint32_t chunk_bytes = super->chunk_bytes;

    return super->magic == PH_SUPER_MAGIC &&
           super->check == ph_hash64(super, PH_SUPER_CHECKED_BYTES, 0) &&
           super->version == PH_STORE_VERSION && chunk_bytes >= PH_CHUNK_BYTES_MIN &&
           chunk_bytes <= PH_CHUNK_BYTES_MAX && chunk_bytes % PH_PAGE_BYTES == 0 &&
           super->arena_bytes != 0 && super->arena_bytes % chunk_bytes == 0 &&
           super->arena_bytes >> PH_PAGE_SHIFT <= UINT32_MAX &&
           super->table_chunks <= PH_TABLE_CHUNKS_MAX &&
           super->table_blocks <=
               (uint64_t)super->table_chunks * (chunk_bytes / PH_PAGE_BYTES) &&
           super->tail_entries < PH_TABLE_BLOCK_ENTRIES && super_place_is_sane(super);
}

ph_status ph_super_read(struct ph_block *block, struct ph_super supers[2], uint32_t *count,
                        struct ph_error *error)
{
    uint64_t file_bytes = 0;
    ph_status status = block->ops->size(block, &file_bytes);
    bool is_ours = false;

    *count = 0;
    if (status != PH_OK) {
        return ph_fail(error, status, "the image's size cannot be told");
    }
    for (uint32_t slot = 0; slot < PH_SUPER_SLOTS; slot++) {
        struct ph_super *super = &supers[*count];
        uint64_t offset = slot_offset(slot);

        if (file_bytes < offset + PH_PAGE_BYTES) {
            continue;
        }
        status = block->ops->read(block, offset, super, PH_PAGE_BYTES);
        if (status != PH_OK) {
            return ph_fail(error, status, "superblock %u cannot be read; check the disk", slot);
        }
        is_ours |= super->magic == PH_SUPER_MAGIC;
        if (super->magic == PH_SUPER_MAGIC && super->version != PH_STORE_VERSION &&
            super->check == ph_hash64(super, PH_SUPER_CHECKED_BYTES, 0)) {
            return ph_fail(error, PH_VERSION,
                           "the image has format %u, this phantom knows %u; use a newer one",
                           super->version, PH_STORE_VERSION);
        }
        *count += ph_super_is_valid(super);
    }
    if (*count == 2 && supers[1].generation > supers[0].generation) {
        struct ph_super older = supers[0];

        supers[0] = supers[1];
        supers[1] = older;
    }
    if (*count == 0 && is_ours) {
        return ph_fail(error, PH_DAMAGED, "both superblocks are damaged; restore a copy");
    }
    return *count > 0 ? PH_OK : ph_fail(error, PH_NOT_FOUND, PH_NO_IMAGE);
}

/* Writes and flushes. A failure is remembered (invariant 2). */
static ph_status super_put(struct ph_store *self, const struct ph_super *super)
{
    uint64_t offset = slot_offset(super->generation);
    ph_status status = self->block->ops->write(self->block, offset, super, sizeof(*super));

    if (status == PH_OK) {
        status = ph_store_flush(self);
    }
    if (status != PH_OK) {
        self->sink.doubtful_generation = super->generation;
        (void)!ph_sink_store(self); /* best effort: it matters only if the process is killed now */
    }
    return status;
}

ph_status ph_super_write(struct ph_store *self, const struct ph_log_place *tail,
                         const struct ph_cut_info *folded, uint64_t floor)
{
    struct ph_super super;
    uint32_t pairs =
        folded->number > self->folded.number ? self->home.pairs.count : self->home.durable_pairs;

    PH_ASSERT(self->is_writable && floor >= folded->number);
    PH_ASSERT(floor < self->last.number || self->last.number == folded->number);
    memset(&super, 0, sizeof(super));
    super.magic = PH_SUPER_MAGIC;
    super.version = PH_STORE_VERSION;
    super.chunk_bytes = self->chunk_bytes;
    memcpy(super.image_id, self->image_id, sizeof(super.image_id));
    super.generation = self->generation + 1;
    if (self->sink.doubtful_generation >= super.generation) {
        super.generation += (self->sink.doubtful_generation - super.generation) /
                                PH_SUPER_SLOTS * PH_SUPER_SLOTS +
                            PH_SUPER_SLOTS;
    }
    super.arena_bytes = self->arena_bytes;
    super.tail = *tail;
    super.tail_next = ph_log_next(self, tail);
    super.floor = floor;
    super.folded = *folded;
    ph_home_fill_super(self, &super, pairs);
    ph_super_seal(&super);
    PH_ASSERT(ph_super_is_valid(&super));
    ph_status status = super_put(self, &super);

    if (status != PH_OK) {
        return status;
    }
    ph_home_made_durable(self, pairs);
    self->generation = super.generation;
    self->tail = *tail;
    self->folded = *folded;
    self->floor = floor;
    return PH_OK;
}

ph_status ph_super_settle(struct ph_store *self, const struct ph_super *super)
{
    struct ph_super again = *super;
    uint64_t doubtful = self->sink.doubtful_generation;

    if (super->generation != doubtful || doubtful == 0) {
        return PH_OK;
    }
    again.generation += PH_SUPER_SLOTS;
    ph_super_seal(&again);
    ph_status status = super_put(self, &again);

    if (status == PH_OK) {
        self->generation = again.generation;
    }
    return status;
}

/* ---- The sink ---------------------------------------------------------------------------- */

void ph_sink_load(struct ph_store *self)
{
    struct ph_sink *sink = &self->sink;
    ph_status status = self->block->ops->read(self->block, PH_SINK_OFFSET, sink, sizeof(*sink));

    if (status == PH_OK && sink->magic == PH_SINK_MAGIC &&
        sink->check == ph_hash64(sink, SINK_CHECKED_BYTES, 0) &&
        memcmp(sink->image_id, self->image_id, sizeof(sink->image_id)) == 0 &&
        sink->doubtful_generation < UINT64_MAX / 2) {
        return;
    }
    memset(sink, 0, sizeof(*sink)); /* torn, or never written: that is what store.h promises */
}

ph_status ph_sink_store(struct ph_store *self)
{
    uint8_t block[PH_PAGE_BYTES];
    struct ph_sink *sink = &self->sink;

    PH_ASSERT(self->is_writable);
    sink->magic = PH_SINK_MAGIC;
    memcpy(sink->image_id, self->image_id, sizeof(sink->image_id));
    sink->check = ph_hash64(sink, SINK_CHECKED_BYTES, 0);
    memcpy(block, sink, sizeof(*sink));
    memset(block + sizeof(*sink), 0, sizeof(block) - sizeof(*sink));
    return self->block->ops->write(self->block, PH_SINK_OFFSET, block, sizeof(block));
}

ph_status ph_store_sink_write(struct ph_store *self, const uint8_t content[PH_STORE_SINK_BYTES])
{
    memcpy(self->sink.content, content, PH_STORE_SINK_BYTES);
    return ph_sink_store(self);
}

void ph_store_sink_read(struct ph_store *self, uint8_t content[PH_STORE_SINK_BYTES])
{
    memcpy(content, self->sink.content, PH_STORE_SINK_BYTES);
}
