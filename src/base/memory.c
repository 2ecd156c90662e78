/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include "base/assert.h"

/* An empty piece takes one byte, so that NULL always means that there was no memory. */
static size_t real_bytes(size_t bytes) { return bytes == 0 ? 1 : bytes; }

void *ph_alloc(struct ph_allocator *allocator, size_t bytes)
{
    return allocator->resize(allocator, NULL, 0, real_bytes(bytes));
}

void *ph_alloc_zeroed(struct ph_allocator *allocator, size_t bytes)
{
    void *fresh = ph_alloc(allocator, bytes);
    if (fresh != NULL) {
        memset(fresh, 0, bytes);
    }
    return fresh;
}

void *ph_resize(struct ph_allocator *allocator, void *old, size_t old_bytes, size_t new_bytes)
{
    if (old == NULL) {
        return new_bytes == 0 ? NULL : allocator->resize(allocator, NULL, 0, new_bytes);
    }
    return allocator->resize(allocator, old, real_bytes(old_bytes), new_bytes);
}

void ph_free(struct ph_allocator *allocator, void *old, size_t bytes)
{
    if (old != NULL) {
        allocator->resize(allocator, old, real_bytes(bytes), 0);
    }
}

/* ---- Scratch ----------------------------------------------------------------------------- */

#define SCRATCH_ALIGN 16u
#define BLOCK_BYTES_MIN (16u * 1024)
#define BLOCK_BYTES_MAX (1024u * 1024)

struct ph_scratch_block {
    struct ph_scratch_block *older;
    size_t bytes; /* with this header */
};

_Static_assert(sizeof(struct ph_scratch_block) % SCRATCH_ALIGN == 0, "blocks start aligned");

void ph_scratch_init(struct ph_scratch *self, struct ph_allocator *parent, uint64_t limit_bytes)
{
    *self = (struct ph_scratch){.parent = parent, .limit_bytes = limit_bytes};
}

/* How large the next block is to be so that `bytes` fit; 0: the limit does not allow it. */
static size_t next_block_bytes(const struct ph_scratch *self, size_t bytes)
{
    size_t needed = sizeof(struct ph_scratch_block) + bytes;
    size_t wanted = self->blocks == NULL ? BLOCK_BYTES_MIN : 2 * self->blocks->bytes;
    wanted = PH_MAX(PH_MIN(wanted, BLOCK_BYTES_MAX), needed);
    if (self->limit_bytes != 0) {
        uint64_t left = self->limit_bytes - PH_MIN(self->used_bytes, self->limit_bytes);
        wanted = (size_t)PH_MIN((uint64_t)wanted, left);
    }
    return wanted < needed ? 0 : wanted;
}

static bool add_block(struct ph_scratch *self, size_t bytes)
{
    size_t block_bytes = next_block_bytes(self, bytes);
    if (block_bytes == 0) {
        return false;
    }
    struct ph_scratch_block *block = ph_alloc(self->parent, block_bytes);
    if (block == NULL) {
        return false;
    }
    block->older = self->blocks;
    block->bytes = block_bytes;
    self->blocks = block;
    self->used_bytes += block_bytes;
    self->next = (uint8_t *)(block + 1);
    self->end = (uint8_t *)block + block_bytes;
    return true;
}

void *ph_scratch_alloc(struct ph_scratch *self, size_t bytes)
{
    if (bytes > SIZE_MAX / 4) {
        return NULL;
    }
    size_t rounded = (size_t)PH_ALIGN_UP(real_bytes(bytes), SCRATCH_ALIGN);
    if ((size_t)(self->end - self->next) < rounded && !add_block(self, rounded)) {
        return NULL;
    }
    PH_DEBUG_ASSERT((size_t)(self->end - self->next) >= rounded);
    void *fresh = self->next;
    self->next += rounded;
    return fresh;
}

static void free_blocks(struct ph_scratch *self, struct ph_scratch_block *kept)
{
    struct ph_scratch_block *block = self->blocks;
    while (block != NULL) {
        struct ph_scratch_block *older = block->older;
        if (block != kept) {
            self->used_bytes -= block->bytes;
            ph_free(self->parent, block, block->bytes);
        }
        block = older;
    }
    self->blocks = kept;
    if (kept != NULL) {
        kept->older = NULL;
    }
}

void ph_scratch_reset(struct ph_scratch *self)
{
    struct ph_scratch_block *kept = self->blocks;
    if (kept == NULL) {
        return;
    }
    free_blocks(self, kept);
    PH_ASSERT(self->used_bytes == kept->bytes);
    self->next = (uint8_t *)(kept + 1);
    self->end = (uint8_t *)kept + kept->bytes;
}

void ph_scratch_finish(struct ph_scratch *self)
{
    free_blocks(self, NULL);
    PH_ASSERT(self->used_bytes == 0);
    self->next = NULL;
    self->end = NULL;
}
