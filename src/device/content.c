/* SPDX-License-Identifier: Apache-2.0 */
/* content.c - what is in a file.
 *
 * Chunk k begins at PH_CHUNK_BYTES * (2^k - 1) and is twice as long as chunk k - 1, so no byte is
 * ever moved because a file grows, and a chunk that was never written does not exist.
 *
 * Invariants
 *   (1) Bytes of chunks at or beyond `written_bytes` are zero, and so are those at or beyond
 *       `size_bytes`: a file that grows again reads as zeros there. */
#include "device/tree.h"

#define DAY_NS UINT64_C(86400000000000)

/* A piece of a file that lies in one chunk. */
struct piece {
    uint32_t chunk;
    uint64_t in_chunk; /* where in it */
    uint64_t bytes;
};

static uint64_t chunk_start(uint32_t chunk)
{
    return PH_CHUNK_BYTES * ((UINT64_C(1) << chunk) - 1);
}

static struct piece piece_at(uint64_t offset, uint64_t bytes)
{
    uint32_t chunk = 63u - (uint32_t)__builtin_clzll(offset / PH_CHUNK_BYTES + 1);
    PH_ASSERT(chunk < PH_CHUNK_COUNT);
    uint64_t in_chunk = offset - chunk_start(chunk);
    uint64_t left = (PH_CHUNK_BYTES << chunk) - in_chunk;
    return (struct piece){chunk, in_chunk, PH_MIN(bytes, left)};
}

uint64_t ph_file_read(const struct ph_tree *tree, const struct ph_file *file, uint64_t offset,
                      void *to, uint64_t bytes)
{
    if (offset >= file->node.size_bytes) {
        return 0;
    }
    uint64_t count = PH_MIN(bytes, file->node.size_bytes - offset);
    uint8_t *next = to;
    for (uint64_t done = 0; done < count;) {
        struct piece piece = piece_at(offset + done, count - done);
        uint64_t extent = file->chunks[piece.chunk];
        if (extent != 0) {
            memmove(next + done, tree->heap->arena + extent + piece.in_chunk, piece.bytes);
        } else {
            memset(next + done, 0, piece.bytes);
        }
        done += piece.bytes;
    }
    return count;
}

void ph_file_accessed(struct ph_tree *tree, struct ph_file *file)
{
    uint64_t now_ns = ph_clock_wall_ns();
    uint64_t accessed_ns = file->node.accessed_ns;
    if (accessed_ns <= file->node.modified_ns || accessed_ns <= file->node.changed_ns ||
        now_ns > accessed_ns + DAY_NS) {
        PH_SET(tree->mutator, file->node.accessed_ns, now_ns);
    }
}

static void changed(struct ph_tree *tree, struct ph_file *file)
{
    uint64_t now_ns = ph_clock_wall_ns();
    ph_touch(tree->mutator, file, sizeof(*file));
    file->node.modified_ns = now_ns;
    file->node.changed_ns = now_ns;
}

ph_errno ph_file_write(struct ph_tree *tree, struct ph_file *file, uint64_t offset,
                       struct ph_slice from, uint64_t *done)
{
    *done = 0;
    if (from.size == 0) {
        return PH_E_OK;
    }
    if (offset >= PH_FILE_BYTES_MAX) {
        return PH_E_FBIG;
    }
    uint64_t count = PH_MIN(from.size, PH_FILE_BYTES_MAX - offset);
    while (*done < count) {
        struct piece piece = piece_at(offset + *done, count - *done);
        uint64_t extent = file->chunks[piece.chunk];
        if (extent == 0) {
            extent = ph_extent_new(tree->mutator, PH_CHUNK_BYTES << piece.chunk);
            if (extent == 0) {
                break;
            }
            PH_SET(tree->mutator, file->chunks[piece.chunk], extent);
        }
        ph_barrier(tree->mutator, extent + piece.in_chunk, piece.bytes);
        memmove(tree->heap->arena + extent + piece.in_chunk, from.bytes + *done, piece.bytes);
        *done += piece.bytes;
    }
    if (*done > 0) {
        changed(tree, file);
        file->written_bytes = PH_MAX(file->written_bytes, offset + *done);
        file->node.size_bytes = PH_MAX(file->node.size_bytes, offset + *done);
    }
    if (*done < count) {
        return PH_E_NOSPC;
    }
    return count < from.size ? PH_E_FBIG : PH_E_OK;
}

static void free_chunk(struct ph_tree *tree, struct ph_file *file, uint32_t chunk)
{
    uint64_t start = chunk_start(chunk);
    uint64_t size = PH_CHUNK_BYTES << chunk;
    uint64_t used = file->written_bytes > start ? PH_MIN(size, file->written_bytes - start) : 0;
    ph_extent_free(tree->mutator, file->chunks[chunk], size, used);
    PH_SET(tree->mutator, file->chunks[chunk], 0);
}

void ph_file_free_content(struct ph_tree *tree, struct ph_file *file)
{
    for (uint32_t chunk = 0; chunk < PH_CHUNK_COUNT; chunk++) {
        if (file->chunks[chunk] != 0) {
            free_chunk(tree, file, chunk);
        }
    }
    PH_SET(tree->mutator, file->written_bytes, 0);
}

static bool is_zero(const uint8_t *bytes, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Makes [offset, offset + bytes) of the arena zero, and changes no page that is zero already: of a
 * file with holes most are. */
static void clear(struct ph_tree *tree, uint64_t offset, uint64_t bytes)
{
    uint64_t end = offset + bytes;
    while (offset < end) {
        uint64_t stop = PH_MIN(end, PH_ALIGN_DOWN(offset, PH_PAGE_BYTES) + PH_PAGE_BYTES);
        if (!is_zero(tree->heap->arena + offset, stop - offset)) {
            ph_barrier_page(tree->mutator, offset);
            memset(tree->heap->arena + offset, 0, stop - offset);
        }
        offset = stop;
    }
}

ph_errno ph_file_resize(struct ph_tree *tree, struct ph_file *file, uint64_t bytes)
{
    if (bytes > PH_FILE_BYTES_MAX) {
        return PH_E_FBIG;
    }
    for (uint32_t chunk = 0; chunk < PH_CHUNK_COUNT && bytes < file->written_bytes; chunk++) {
        uint64_t start = chunk_start(chunk);
        uint64_t end = PH_MIN(start + (PH_CHUNK_BYTES << chunk), file->written_bytes);
        if (file->chunks[chunk] == 0 || bytes >= end) {
            continue;
        }
        if (start >= bytes) {
            free_chunk(tree, file, chunk);
        } else {
            clear(tree, file->chunks[chunk] + (bytes - start), end - bytes);
        }
    }
    changed(tree, file);
    file->written_bytes = PH_MIN(file->written_bytes, bytes);
    file->node.size_bytes = bytes;
    return PH_E_OK;
}
