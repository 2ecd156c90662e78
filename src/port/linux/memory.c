/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "port/port.h"

#define POPULATE_WRITE 23 /* MADV_POPULATE_WRITE of Linux 5.14, younger than Debian 12's libc */

#define RESERVE_ALIGN (2u * 1024 * 1024)

static void *resize(struct ph_allocator *self, void *old, size_t old_bytes, size_t new_bytes)
{
    (void)self;
    (void)old_bytes;
    if (new_bytes == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, new_bytes);
}

struct ph_allocator *ph_port_allocator(void)
{
    static struct ph_allocator allocator = {resize};
    return &allocator;
}

void *ph_memory_reserve(uint64_t bytes)
{
    if (bytes == 0 || bytes > SIZE_MAX - 2 * (uint64_t)RESERVE_ALIGN) {
        return NULL;
    }
    uint64_t rounded = PH_ALIGN_UP(bytes, PH_PAGE_BYTES);
    uint64_t taken = rounded + RESERVE_ALIGN;
    char *start = mmap(NULL, taken, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) {
        return NULL;
    }
    char *aligned = (char *)PH_ALIGN_UP((uint64_t)start, RESERVE_ALIGN);
    if (aligned > start) {
        munmap(start, (size_t)(aligned - start));
    }
    char *end = start + taken;
    if (end > aligned + rounded) {
        munmap(aligned + rounded, (size_t)(end - (aligned + rounded)));
    }
    return aligned;
}

void ph_memory_release(void *base, uint64_t bytes)
{
    if (base != NULL) {
        int result = munmap(base, PH_ALIGN_UP(bytes, PH_PAGE_BYTES));
        PH_ASSERT(result == 0);
    }
}

void ph_memory_discard(void *base, uint64_t bytes)
{
    PH_ASSERT((uint64_t)base % PH_PAGE_BYTES == 0);
    if (bytes > 0) {
        int result = madvise(base, PH_ALIGN_UP(bytes, PH_PAGE_BYTES), MADV_DONTNEED);
        PH_ASSERT(result == 0);
    }
}

void ph_memory_populate(void *base, uint64_t bytes)
{
    (void)madvise(base, bytes, MADV_HUGEPAGE);
    (void)madvise(base, bytes, POPULATE_WRITE); /* an older kernel refuses: the faults come */
}

bool ph_memory_overwrite(void *page)
{
    unsigned char is_resident = 0;
    /* What is in the system's memory is copied sooner than mapped away. */
    if (mincore(page, PH_PAGE_BYTES, &is_resident) == 0 && (is_resident & 1) != 0) {
        return false;
    }
    return mmap(page, PH_PAGE_BYTES, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
}

void ph_memory_clear(void *base, uint64_t bytes)
{
    void *mapped = mmap(base, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (mapped == MAP_FAILED) { /* too many mappings */
        memset(base, 0, bytes);
    }
}
