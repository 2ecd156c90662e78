/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h - what the files of src/machine share: the volatile half of a world. */
#ifndef PH_MACHINE_INTERNAL_H
#define PH_MACHINE_INTERNAL_H

#include "base/map.h"
#include "base/random.h"
#include "base/vector.h"
#include "machine/cut.h"
#include "machine/gate.h"
#include "machine/machine.h"

#define PH_DEVICES_MAX 8u
#define PH_WORKERS_MAX 64u
#define PH_GATE_BUFFER_BYTES 16384u
#define PH_SLICE_NS UINT64_C(10000000)
#define PH_INTERVAL_DEFAULT_NS UINT64_C(100000000)
#define PH_INTERVAL_MAX_NS (UINT64_C(1) << 62)
#define PH_ARENA_DEFAULT_BYTES (UINT64_C(1) << 40)
#define PH_STACK_SLOTS_DEFAULT (8u << 20)

typedef PH_VECTOR(struct ph_thread *) ph_thread_list;

/* Logarithmic histogram of nanoseconds: 16 steps per octave (histogram.c). */
#define PH_HISTOGRAM_STEPS (64u * 16u)
struct ph_histogram {
    uint64_t counts[PH_HISTOGRAM_STEPS];
    uint64_t count, max;
};
void ph_histogram_add(struct ph_histogram *self, uint64_t value);
void ph_histogram_quantiles(const struct ph_histogram *self, struct ph_quantiles *quantiles);

/* What a walk must know of one function's frames (frames.c). */
struct ph_frame_map {
    struct ph_function function;
    struct ph_function_facts facts;
};

struct ph_machine {
    struct ph_allocator *allocator;
    struct ph_machine_options options;
    struct ph_block *block;
    uint8_t *arena;
    struct ph_heap *heap;
    struct ph_store *store;
    struct ph_world *world;           /* in the arena; pinned */
    struct ph_console *console;       /* likewise */
    const struct ph_engine *engine;

    struct ph_mutex world_lock;       /* natives that change shared objects */
    struct ph_mutator mutator;        /* for whoever holds the world stopped */
    struct ph_mutator writer_mutator; /* cut.c: pages of a cut that failed */

    /* Natives, by "module.name" (natives.c). */
    struct ph_name_map native_names;  /* → index into natives */
    PH_VECTOR(struct ph_native_info) natives;
    struct ph_device devices[PH_DEVICES_MAX];
    uint32_t device_count;

    /* Units, instances, signatures (unit.c, view.c). */
    struct ph_mutex view_lock;
    PH_VECTOR(struct ph_loaded_unit *) loaded; /* by unit id */
    PH_VECTOR(struct ph_view *) views;         /* by instance id */
    struct ph_name_map signature_numbers;      /* encoded → number */
    struct ph_scratch scratch;                 /* views and tables that live as long as this */
    struct ph_map frame_maps;                  /* unit id << 32 | function → struct ph_frame_map */

    /* Scheduler (scheduler.c). All under lock. */
    struct ph_mutex lock;
    struct ph_condition work;         /* workers: something is ready, or stopping */
    struct ph_condition released;     /* workers: the pause is over */
    struct ph_condition quiet;        /* whoever waits for: all stopped, a thread ended, idle */
    struct ph_condition timer_wake;
    struct ph_worker **workers;
    uint32_t worker_count;
    ph_thread_list ready;             /* first in, first out: a ring from ready_first */
    uint32_t ready_first;
    ph_thread_list waiting;
    uint64_t wakes[PH_WAIT_TURN + 1]; /* how often each kind was woken; atomic */
    uint32_t running;                 /* workers inside the engine */
    uint32_t pauses;                  /* holders of a pause (ph_machine_pause); no thread starts */
    uint32_t pause_turn;              /* atomic; increased when a pause ends: waiters spin on it */
    bool cut_wanted;                  /* the last worker to stop takes the cut's instant */
    bool started, stopping;
    struct ph_host_thread timer_thread, writer_thread;
    struct ph_random schedule;

    /* Cuts (cut.c). Under lock. */
    struct ph_condition writer_wake;
    struct ph_condition durable_wake;
    struct ph_mutex commit_lock;      /* one cut at a time: the writer or ph_machine_cut */
    bool requested[5];                /* by enum ph_cut_reason */
    bool writing;                     /* a cut is pending */
    uint64_t tickets;                 /* one per ph_cut_now */
    uint64_t ticket_serving;          /* those up to it are served by the pending cut */
    uint64_t ticket_served, ticket_failed;
    ph_status trouble;
    uint64_t durable_cut;             /* atomic */
    uint64_t last_cut_ns, retry_ns, fold_retry_ns;
    bool folding;                     /* a fold is under way; written under commit_lock */
    uint32_t looks;                   /* atomic; that were begun and not ended (look.c) */
    uint64_t replayed_pages;          /* in the log when the world was opened */
    uint64_t folding_pages, folded_pages; /* of replayed + totals.pages: in the fold, in home */
    uint64_t request_ns;              /* when the pause now wanted was asked for */
    struct ph_cut_info cut_info;      /* of the pending cut */
    struct ph_histogram pause_times, commit_times, safepoint_times;
    struct ph_cut_stat totals;
    uint64_t open_ns, first_run_ns;   /* host clock */
    uint64_t run_base_ns;             /* world->run_ns at open */
    uint64_t resumed_cut;             /* what this process started from; 0: a new world */

    /* Gate (gate.c). */
    struct ph_sink sink;
    uint8_t *gate_buffer;             /* PH_GATE_BUFFER_BYTES: many small records, one write */
    bool has_sink;
    uint64_t gate_ahead;              /* bytes that the sink has and the world never said */
    uint32_t gate_wants_room;         /* atomic; a native found the queue full */
    uint64_t gate_pending_offset;     /* head_offset in the pending cut */
    uint64_t gate_durable_offset;     /* head_offset in the newest durable cut */
    uint64_t gate_sent_offset;        /* the record that the sink is in */
    uint64_t gate_sent_in_record;     /* bytes of its payload that the sink took */
    uint64_t gate_sent_payload;       /* all payload that the sink took */
    uint64_t gate_safe_offset;        /* records before it survive a power cut: tail may move */
    uint64_t gate_safe_payload;
    bool gate_is_behind;              /* the sink is slow: the writer tries again soon */
    bool gate_sink_knows;             /* the sink tells its position; no notes are needed */
    ph_status gate_trouble;
};

/* scheduler.c */
void ph_scheduler_push(struct ph_machine *self, struct ph_thread *thread); /* lock held */
ph_status ph_scheduler_adopt(struct ph_machine *self);                    /* after a resume */
/* Stops all workers, lets `instant` happen and lets them go; the lock is held and kept. */
void ph_scheduler_instant(struct ph_machine *self);
void ph_scheduler_wake(struct ph_machine *self, enum ph_wait_kind kind); /* lock held */
/* Takes a thread out of the lists and from the worker that holds it; none runs it. Lock held. */
void ph_scheduler_forget(struct ph_machine *self, struct ph_thread *thread);
ph_status ph_scheduler_start(struct ph_machine *self, struct ph_error *error);
void ph_scheduler_stop(struct ph_machine *self);
void ph_scheduler_finish(struct ph_machine *self);

/* cut.c: the instant itself; every worker is stopped, the lock is held. */
void ph_cut_instant(struct ph_machine *self);
void ph_cut_writer(void *machine);
/* A bounded piece of folding, for whoever has to see a fold end. Not the writer's thread only. */
ph_status ph_cut_fold_some(struct ph_machine *self);
void ph_cut_settle(struct ph_machine *self); /* folds before leaving, for a bounded time */

/* thread.c: what happens when a thread has ended; lock held. */
void ph_thread_ended(struct ph_machine *self, struct ph_mutator *mutator,
                     struct ph_thread *thread, enum ph_run_result result);

/* gate.c */
ph_status ph_gate_format(struct ph_machine *self);
void ph_gate_adopt(struct ph_machine *self);
void ph_gate_before_cut(struct ph_machine *self); /* in the pause */
void ph_gate_durable(struct ph_machine *self);    /* the pending cut has become durable */
bool ph_gate_can_make_room(struct ph_machine *self);

/* natives.c */
bool ph_native_find(struct ph_machine *self, struct ph_slice name, ph_native *native,
                    const char **signature);
bool ph_native_signature_equal(const char *text, const struct ph_signature *signature);

/* signature.c: the world-wide number of a signature; UINT32_MAX: no memory. */
uint32_t ph_signature_number(struct ph_machine *self, struct ph_mutator *mutator,
                             const struct ph_signature *signature);
bool ph_signature_by_number(struct ph_machine *self, uint32_t number,
                            struct ph_signature *signature);
ph_status ph_signatures_adopt(struct ph_machine *self);

/* unit.c */
ph_status ph_unit_of(struct ph_machine *self, ph_ref unit_ref, struct ph_loaded_unit **loaded,
                     struct ph_error *error);

void ph_units_close(struct ph_machine *self);

/* frames.c: shows the heap the references on a thread's stack. */
void ph_frames_visit(void *machine, ph_ref thread, struct ph_visitor *visitor);
const struct ph_frame_map *ph_frame_map_of(struct ph_machine *self,
                                           struct ph_loaded_unit *loaded, uint32_t function);

/* stack.c: a chunk with room for `slots`; never collects; 0: no room. */
ph_ref ph_stack_new(struct ph_machine *self, struct ph_mutator *mutator, uint32_t slots);
void ph_stack_free_all(struct ph_machine *self, struct ph_mutator *mutator,
                       struct ph_thread *thread);

static inline void *ph_machine_object(const struct ph_machine *self, ph_ref ref)
{
    return ref == 0 ? NULL : ph_address(self->heap, ref);
}

/* Items of a TABLE_ITEMS object. */
static inline struct ph_refs *ph_items(const struct ph_machine *self, ph_ref ref)
{
    PH_ASSERT(ref != 0);
    return ph_address(self->heap, ref);
}

/* Stores `item` at `index` of the TABLE_ITEMS array in *slot, which is made or doubled where it is
 * too short. Never collects. False: out of memory. */
bool ph_items_put(struct ph_machine *self, struct ph_mutator *mutator, ph_ref *slot,
                  uint32_t index, ph_ref item);
/* A BYTES (or, pinned, PINNED_BYTES) object with a copy of `bytes`; 0: no memory. */
ph_ref ph_bytes_new(struct ph_mutator *mutator, uint32_t class_index, struct ph_slice bytes);
static inline struct ph_slice ph_bytes_slice(const struct ph_machine *self, ph_ref ref)
{
    if (ref == 0) {
        return (struct ph_slice){NULL, 0};
    }
    const struct ph_bytes *b = ph_address(self->heap, ref);
    return (struct ph_slice){b->data, b->length};
}

#endif
