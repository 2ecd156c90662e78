/* SPDX-License-Identifier: Apache-2.0 */
/* graph.h - a heap, its image, and a model of what is in it.
 *
 * The model is a graph of nodes. A node has an id, which its object holds too, and slots; the roots
 * are the items of a table, roots of C code of several mutators, and the slots of a stack. A
 * program of random steps changes both; graph_compare goes through both at once. */
#ifndef PH_TESTS_HEAP_GRAPH_H
#define PH_TESTS_HEAP_GRAPH_H

#include "base/random.h"
#include "heap/heap.h"
#include "heap/mark.h"
#include "unit.h"

#define GRAPH_MUTATORS 3u
#define GRAPH_TABLE 24u /* roots of each kind */
#define GRAPH_STACK 12u
#define GRAPH_C_ROOTS 3u /* of each mutator */
#define GRAPH_ROOTS (GRAPH_TABLE + GRAPH_STACK + GRAPH_C_ROOTS * GRAPH_MUTATORS)
#define GRAPH_PLAINS 6u

enum graph_class {
    GRAPH_CLASS, GRAPH_BYTES, GRAPH_REFS, GRAPH_TABLE_ITEMS, GRAPH_CHUNK, GRAPH_THREAD,
    GRAPH_WEAK, GRAPH_LONGS, GRAPH_QUEUE, GRAPH_PLAIN /* to GRAPH_PLAIN + GRAPH_PLAINS - 1 */
};

struct graph_node {
    uint32_t class_index;
    uint32_t length;      /* arrays: items */
    uint32_t slot_count;
    uint32_t *slots;      /* ids; 0: null. Of a weak one: [0] the referent, [1] the queue */
    bool reached;         /* by the last walk through the model */
    bool may_be_dead;     /* it was garbage at the marked cut, and not handed out since */
    ph_ref seen;          /* by the last comparison */
};

struct graph_options {
    uint64_t arena_bytes, seed, nursery_bytes, object_bytes_max;
    bool stress_move, stress_evacuate;
    bool no_large;        /* all nodes are small */
};

struct graph {
    struct graph_options options;
    struct ph_class_info classes[GRAPH_PLAIN + GRAPH_PLAINS];
    struct ph_random random;
    uint8_t *arena, *image, *instant, *base;
    uint64_t image_bytes; /* compared: all of the old space */
    struct ph_heap *heap;
    struct ph_mutator mutators[GRAPH_MUTATORS];
    struct ph_root c_roots[GRAPH_MUTATORS][GRAPH_C_ROOTS];
    ph_ref table_ref, thread_ref, queue_ref;
    struct graph_node *nodes; /* by id; 0 is none */
    uint32_t count, capacity;
    uint32_t roots[GRAPH_ROOTS]; /* ids */
    uint32_t *work;
    bool cut_pending;
    bool marked_once;
    uint64_t full;        /* how often there was no room */
    uint64_t reached_objects, reached_bytes; /* by graph_reach */
};

void graph_init(struct graph *g, const struct graph_options *options);
void graph_finish(struct graph *g);

/* One random step of one of the mutators. */
void graph_step(struct graph *g);
void graph_steps(struct graph *g, uint32_t count);
/* A new node in a random root. */
void graph_make(struct graph *g);
/* Reads every weak reference that lies in a root. */
void graph_read_weak(struct graph *g);
/* Removes all roots, but for `keep` of them. */
void graph_drop(struct graph *g, uint32_t keep);

/* What is in the heap is what the model says, and the heap agrees with itself. */
void graph_compare(struct graph *g);
/* A cut begins here: everything is evacuated. False: nothing had changed. */
bool graph_cut_begin(struct graph *g);
/* Takes its pages, with random steps in between; the image is then the arena of that instant. */
void graph_cut_take(struct graph *g, uint32_t steps_between);
void graph_cut(struct graph *g);
/* Every page that differs from the last cut's instant has the epoch's stamp, but for those that
 * were given back to the host: they read as zeros. */
void graph_check_stamps(struct graph *g);
/* Goes through the model: what can be reached without weak references. */
void graph_reach(struct graph *g);
/* Nodes that are garbage now may be found dead by weak references from now on. */
void graph_note_garbage(struct graph *g);
/* The image becomes what a mark reads. */
const uint8_t *graph_base(struct graph *g);

#endif
