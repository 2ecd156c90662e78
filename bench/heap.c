/* SPDX-License-Identifier: Apache-2.0 */
/* heap.c - allocation, evacuation, marking and sweeping on the heap's real paths, in one thread.
 *
 * bench_heap [OBJECTS [marks]]: so many are marked (default: 10 million); `marks`: nothing else is
 * measured. No image. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/random.h"
#include "heap/heap.h"
#include "heap/mark.h"

#define ARENA_BYTES (UINT64_C(8) << 30)
#define SHORT_LIVED 200000000u
#define WINDOW 65536u /* survivors that are alive at a time */

enum { CLASS_CLASS, CLASS_BYTES, CLASS_NODE, CLASS_TABLE };

struct node {
    struct ph_object head;
    ph_ref left, right;
    uint64_t label, unused;
};

static const struct ph_class_info classes[] = {
    {CLASS_CLASS, "class", PH_LAYOUT_CLASS, sizeof(struct ph_class), PH_CLASS_PINNED, 0, {0}},
    {CLASS_BYTES, "bytes", PH_LAYOUT_BYTES, 0, 0, 0, {0}},
    {CLASS_NODE, "node", PH_LAYOUT_PLAIN, sizeof(struct node), 0, 2,
     {offsetof(struct node, left), offsetof(struct node, right)}},
    {CLASS_TABLE, "table", PH_LAYOUT_REFS, 0, PH_CLASS_PINNED, 0, {0}},
};

static uint8_t *arena;
static struct ph_heap *heap;
static struct ph_mutator mutator;
static const struct ph_class *node_class;
static struct ph_error error;

static void must(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench_heap: %s (%s)\n", what, error.text);
        exit(1);
    }
}

static void open_heap(uint64_t nursery_bytes)
{
    struct ph_heap_options options = {.arena_bytes = ARENA_BYTES, .nursery_bytes = nursery_bytes};
    arena = ph_memory_reserve(ARENA_BYTES);
    must(arena != NULL, "no address space");
    must(ph_heap_create(arena, &options, &heap, &error) == PH_OK, "create");
    ph_mutator_init(&mutator, heap);
    must(ph_heap_format(heap, classes, PH_COUNT(classes), &error) == PH_OK, "format");
    ph_nursery_attach(&mutator);
    node_class = ph_address(heap, heap->header->classes[CLASS_NODE]);
}

static void close_heap(void)
{
    ph_heap_evacuate(&mutator);
    ph_mutator_finish(&mutator);
    ph_heap_destroy(heap);
    ph_memory_release(arena, ARENA_BYTES);
}

static double seconds_since(uint64_t start_ns)
{
    return (double)(ph_clock_monotonic_ns() - start_ns) * 1e-9;
}

static inline ph_ref make(void)
{
    ph_ref ref = ph_nursery_take(&mutator, node_class, sizeof(struct node));
    if (PH_UNLIKELY(ref == 0)) {
        ph_heap_evacuate(&mutator);
        ref = ph_nursery_take(&mutator, node_class, sizeof(struct node));
    }
    return ref;
}

/* One of `keep_every` is stored to an old table and lives until its place is taken. 0: none. */
static void bench_allocation(uint64_t nursery_bytes, uint32_t keep_every)
{
    open_heap(nursery_bytes);
    ph_ref table_ref = ph_object_new_pinned(&mutator, CLASS_TABLE, WINDOW);
    must(table_ref != 0, "table");
    PH_SET(&mutator, heap->header->roots[0], table_ref);
    struct ph_refs *table = ph_address(heap, table_ref);
    uint64_t before = heap->header->object_bytes_live;
    uint32_t count = keep_every == 0 ? SHORT_LIVED : SHORT_LIVED / 10;
    uint32_t kept = 0;
    uint64_t start = ph_clock_monotonic_ns();
    for (uint32_t i = 0; i < count; i++) {
        ph_ref ref = make();
        struct node *node = ph_address(heap, ref);
        node->label = i;
        if (keep_every != 0 && i % keep_every == 0) {
            PH_SET_REF(&mutator, table->items[kept++ % WINDOW], ref);
        }
    }
    double seconds = seconds_since(start);
    printf("32-byte objects, slice of %4llu KiB, kept 1 of %5u: %7.1f M/s; to the old space "
           "%6.1f MB\n", (unsigned long long)(nursery_bytes >> 10), keep_every,
           count / seconds * 1e-6,
           (double)(heap->header->object_bytes_live - before) * 1e-6);
    close_heap();
}

/* `is_random`: references lead anywhere; else to the two before it, as a program's tree does. */
static void build(uint32_t count, bool is_random)
{
    struct ph_random random;
    ph_random_init(&random, 1);
    ph_ref first = 0, last = 0;
    for (uint32_t i = 0; i < count; i++) {
        ph_ref ref = ph_object_new(&mutator, CLASS_NODE, 0);
        must(ref != 0, "full");
        first = first == 0 ? ref : first;
        struct node *node = ph_address(heap, ref);
        ph_touch(&mutator, node, sizeof(*node));
        uint64_t nodes = (uint64_t)i + 1;
        uint64_t other = is_random ? ph_random_below(&random, nodes) : i / 2;
        node->left = last;
        node->right = first + (ph_ref)(other * (sizeof(struct node) / 8));
        last = ref;
    }
    ((struct node *)ph_address(heap, first))->left = last; /* a cycle */
    PH_SET(&mutator, heap->header->roots[0], last);
}

/* Pages that changed in this epoch or the last stay: a cut wants them. */
static void take_cuts(void)
{
    const void *content;
    uint32_t page;
    for (uint32_t i = 0; i < 3; i++) {
        PH_SET(&mutator, heap->header->roots[1], 0);
        must(ph_heap_cut_begin(heap), "cut");
        while (ph_heap_cut_take(heap, &page, &content)) {
        }
        ph_heap_cut_end(heap, &mutator, true);
    }
}

static void bench_mark(uint32_t count, bool is_random)
{
    struct ph_mark_options options = {.stack_bytes_max = 0};
    struct ph_mark_stat stat;
    struct ph_mark *mark;
    uint64_t queued = 0;
    open_heap(UINT64_C(1) << 20);
    build(count, is_random);
    must(ph_mark_create(heap, &options, &mark, &error) == PH_OK, "mark");
    for (uint32_t round = 0; round < 2; round++) {
        ph_mark_prepare(mark, &mutator, false);
        uint64_t start = ph_clock_monotonic_ns();
        must(ph_mark_run(mark, arena) == PH_OK, "run");
        double seconds = seconds_since(start);
        must(ph_mark_finish(mark, &mutator) == PH_OK, "finish");
        (void)ph_mark_clear(mark, &mutator, UINT64_MAX, &queued);
        ph_mark_stat(mark, &stat);
        printf("mark of %u objects, %s: %6.1f M objects/s, %5.2f GB/s\n", count,
               is_random ? "at random" : "in order ", (double)stat.objects / seconds * 1e-6,
               (double)stat.bytes / seconds * 1e-9);
    }
    PH_SET(&mutator, heap->header->roots[0], 0);
    ph_ref top_ref = ph_object_new(&mutator, CLASS_NODE, 0); /* lives: all below stays a hole */
    PH_SET(&mutator, heap->header->roots[2], top_ref);
    ph_mark_prepare(mark, &mutator, false);
    must(ph_mark_run(mark, arena) == PH_OK && ph_mark_finish(mark, &mutator) == PH_OK, "run");
    (void)ph_mark_clear(mark, &mutator, UINT64_MAX, &queued);
    take_cuts();
    uint64_t top = heap->header->object_top;
    uint64_t start = ph_clock_monotonic_ns();
    uint64_t given;
    (void)ph_heap_give_back(&mutator, UINT64_MAX, &given);
    double seconds = seconds_since(start);
    printf("given back: %.1f MB in %.1f ms; ", (double)given * 1e-6, seconds * 1e3);
    start = ph_clock_monotonic_ns();
    for (uint32_t i = 0; i < count; i++) {
        must(ph_object_new(&mutator, CLASS_NODE, 0) != 0, "full");
    }
    printf("made in swept memory: %.1f M objects/s; the old space grew by %.1f MB\n",
           count / seconds_since(start) * 1e-6, (double)(heap->header->object_top - top) * 1e-6);
    ph_mark_destroy(mark);
    close_heap();
}

/* ---- A collection beside a program ------------------------------------------------------- */

#define TURN_NS UINT64_C(500000000)
#define TURNS 12u /* alternately without and with marks */

enum { MARK_STOPPED, MARK_WANTED, MARK_UNDER_WAY, MARK_RUN, MARK_LEAVE };
static uint32_t mark_state; /* atomic */
static uint64_t marks_done;

static uint32_t state_now(void)
{
    return __atomic_load_n(&mark_state, __ATOMIC_ACQUIRE);
}

static void set_state(uint32_t state)
{
    __atomic_store_n(&mark_state, state, __ATOMIC_RELEASE);
}

/* Nothing that is reached from the roots changes, so the arena itself serves as the cut. */
static void marker_main(void *argument)
{
    struct ph_mark *mark = argument;
    while (state_now() != MARK_LEAVE) {
        if (state_now() == MARK_UNDER_WAY) {
            must(ph_mark_run(mark, arena) == PH_OK, "run");
            set_state(MARK_RUN);
        } else {
            (void)nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
        }
    }
}

/* What a machine does in its stops. */
static void collect_step(struct ph_mark *mark, bool again)
{
    uint64_t queued = 0;
    if (state_now() == MARK_RUN) {
        must(ph_mark_finish(mark, &mutator) == PH_OK, "finish");
        (void)ph_mark_clear(mark, &mutator, UINT64_MAX, &queued);
        marks_done++;
        set_state(again ? MARK_WANTED : MARK_STOPPED);
    }
    if (state_now() == MARK_WANTED || (again && state_now() == MARK_STOPPED)) {
        ph_mark_prepare(mark, &mutator, false);
        set_state(MARK_UNDER_WAY);
    }
}

/* Objects a second of a program that makes lists of ten and adds them up. */
static double turn(struct ph_mark *mark, bool with_marks, uint64_t *sum)
{
    uint64_t start = ph_clock_monotonic_ns();
    uint64_t made = 0;
    while (ph_clock_monotonic_ns() - start < TURN_NS) {
        ph_heap_evacuate(&mutator); /* nothing lives: the slice is empty again */
        collect_step(mark, with_marks);
        for (uint32_t i = 0; i < 3000; i++) {
            ph_ref list = 0;
            for (uint32_t k = 0; k < 10; k++, made++) {
                ph_ref ref = ph_nursery_take(&mutator, node_class, sizeof(struct node));
                struct node *node = ph_address(heap, ref);
                node->label = made;
                node->left = list;
                list = ref;
            }
            for (; list != 0; list = ((struct node *)ph_address(heap, list))->left) {
                uint64_t label = ((struct node *)ph_address(heap, list))->label;
                *sum = (*sum ^ label) * 0x9e3779b97f4a7c15;
            }
        }
    }
    double seconds = seconds_since(start);
    while (state_now() != MARK_STOPPED) { /* the next turn is to begin without */
        collect_step(mark, false);
    }
    return (double)made / seconds;
}

static void bench_beside(uint32_t count)
{
    struct ph_mark_options options = {.stack_bytes_max = 0};
    struct ph_host_thread thread;
    struct ph_mark *mark;
    double rates[2] = {0, 0};
    uint64_t sum = 0;
    open_heap(UINT64_C(1) << 20);
    build(count, true);
    must(ph_mark_create(heap, &options, &mark, &error) == PH_OK, "mark");
    must(ph_host_thread_start(&thread, "marker", marker_main, mark) == PH_OK, "thread");
    for (uint32_t i = 0; i < TURNS; i++) {
        rates[i % 2] += turn(mark, i % 2 == 1, &sum) / (TURNS / 2);
    }
    set_state(MARK_LEAVE);
    ph_host_thread_join(&thread);
    printf("a program beside marks of %u objects, one after the other: %6.1f M/s, "
           "without %6.1f M/s (%.1f %%); %llu marks (%llx)\n", count,
           rates[1] * 1e-6, rates[0] * 1e-6,
           100 * rates[1] / rates[0], (unsigned long long)marks_done, (unsigned long long)sum);
    ph_mark_destroy(mark);
    close_heap();
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000000u;
    must(count > 0 && count <= 20000000, "1 to 20000000 objects");
    if (argc <= 2 || strcmp(argv[2], "marks") != 0) {
        bench_allocation(UINT64_C(256) << 10, 0);
        bench_allocation(UINT64_C(1) << 20, 0);
        bench_allocation(UINT64_C(4) << 20, 0);
        bench_allocation(UINT64_C(1) << 20, 100);
        bench_allocation(UINT64_C(1) << 20, 10);
        bench_allocation(UINT64_C(1) << 20, 1);
    }
    bench_mark(count, false);
    bench_mark(count, true);
    bench_beside(count);
    return 0;
}
