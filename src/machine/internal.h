/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h - what the files of src/machine share: the volatile half of a world. */
#ifndef PH_MACHINE_INTERNAL_H
#define PH_MACHINE_INTERNAL_H

#include "base/map.h"
#include "base/random.h"
#include "base/vector.h"
#include "machine/collect.h"
#include "machine/cut.h"
#include "machine/gate.h"
#include "machine/look.h"
#include "machine/machine.h"

#define PH_DEVICES_MAX 8u
#define PH_WORKERS_MAX 64u
#define PH_VIEW_PAGE_COUNT 1024u /* views in a page */
#define PH_VIEW_PAGES 4096u
#define PH_GATE_BUFFER_BYTES 16384u
#define PH_SLICE_NS UINT64_C(10000000)
#define PH_INTERVAL_DEFAULT_NS UINT64_C(100000000)
#define PH_INTERVAL_MAX_NS (UINT64_C(1) << 62)
#define PH_ARENA_DEFAULT_BYTES (UINT64_C(1) << 40)
#define PH_STACK_SLOTS_DEFAULT (8u << 20)
#define PH_MONITOR_STRIPES 32u

typedef PH_VECTOR(ph_ref) ph_thread_refs;

/* ---- What the scheduler knows of threads: volatile, made anew at a resume -------------------- */

enum ph_schedule_state {
    PH_SCHEDULE_NONE = 0,    /* new or ended */
    PH_SCHEDULE_ACTIVE = 1,  /* in a ring, or held by a worker */
    PH_SCHEDULE_WAITING = 2, /* on no list */
    PH_SCHEDULE_LISTED = 3,  /* on a list, or among the deadlines */
    PH_SCHEDULE_WOKEN = 8    /* added to one of these (waiting.c) */
};

/* One per thread, found by the thread's address. */
struct ph_schedule {
    uint32_t state;          /* atomic */
    uint32_t ticket;         /* of its entry in a ring (ready.c) */
    uint32_t heap_place;     /* 1 + index in `deadlines`; 0: not there */
    uint32_t list;           /* 1 + index in `wait_lists`; 0: in none */
    ph_ref next, previous;   /* there */
    ph_ref lowest_chunk;     /* of the stack, that was run on in young_turn */
    uint32_t young_turn;     /* the last evacuation's turn that it ran in */
};
#define PH_SCHEDULE_SHIFT 7u /* threads are larger than 128 bytes */
_Static_assert(sizeof(struct ph_thread) >= 1u << PH_SCHEDULE_SHIFT, "one entry for each");

struct ph_ready_entry {
    ph_ref thread_ref;
    uint32_t ticket;
};

/* A worker's ready threads, and the threads that it was first to run since the last evacuation. */
struct ph_ready {
    struct ph_mutex lock;
    struct ph_ready_entry *items;
    uint32_t capacity;       /* a power of two */
    uint32_t first;
    uint32_t count;          /* atomic */
    ph_thread_refs young;
};
#define PH_STEAL_MAX 64u
#define PH_SPIN_TURNS 2000u

struct ph_wait_list {
    ph_ref first, last;
};
/* By kind, then by a hash of the thread whose end is waited for. */
#define PH_WAIT_BUCKET_BITS 20u
#define PH_WAIT_LISTS (PH_WAIT_KINDS + (UINT64_C(1) << PH_WAIT_BUCKET_BITS))

struct ph_deadline {
    uint64_t ns;             /* on the world's clock */
    ph_ref thread_ref;
};

/* Why workers are stopped; bits. */
enum ph_stop {
    PH_STOP_CUT = 1,
    PH_STOP_COLLECT = 2,     /* somebody's slice of the nursery is full */
    PH_STOP_PROGRAM = 4,     /* a program has ended, and with it its threads do */
    PH_STOP_PAUSE = 8,
    PH_STOP_LEAVE = 16
};

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

enum ph_collect_state {
    PH_COLLECT_IDLE,
    PH_COLLECT_WANTED,    /* the next cut is the mark cut */
    PH_COLLECT_MARKING,   /* it was taken, and is being read */
    PH_COLLECT_MARKED,    /* it was read: the next stop declares the mark complete */
    PH_COLLECT_CLEARING,  /* weak references are being cleared, in stops */
    PH_COLLECT_DONE,
    PH_COLLECT_CANCELLED, /* the next stop cancels the mark */
    PH_COLLECT_FAILED
};

/* Where a collection is on its own way, from stop to stop. */
enum ph_collect_next {
    PH_COLLECT_STEP_NONE, /* none is under way */
    PH_COLLECT_STEP_WANT,
    PH_COLLECT_STEP_LOOK,
    PH_COLLECT_STEP_RUN,
    PH_COLLECT_STEP_FINISH,
    PH_COLLECT_STEP_CLEAR,
    PH_COLLECT_STEP_GIVE_BACK
};

/* An instance among those of units with the same name, oldest first (link.c). */
struct ph_named_instance {
    uint32_t next;           /* 0: none */
    uint32_t last;           /* the first one's: the last */
};

/* What the collector knows (collect.c). */
struct ph_collector {
    struct ph_mutex turn;     /* one collection at a time; taken outside of all others */
    struct ph_condition wake; /* under the machine's lock */
    struct ph_mark *mark;     /* made at the first collection */
    uint32_t state;           /* atomic; enum ph_collect_state */
    bool has_thread;          /* or will have one in a moment; under the machine's lock */
    struct ph_host_thread thread;
    struct ph_mutator mutator; /* of the thread, between stops */
    bool gives_back;          /* what a collection found is still to be given to the host */
    uint32_t begun, ended;    /* collections, in this process; atomic */
    uint32_t asked;           /* up to this number collections are wanted; under the lock */
    uint32_t clear_soft_until; /* up to this number they clear all soft references; likewise */
    uint64_t soft_kept;       /* by the last one; likewise */
    bool is_hindered;         /* the last one failed for the disk's sake, or at a stop; likewise */
    /* Of the collection under way; its owner's: */
    enum ph_collect_next step;
    struct ph_look *look;
    uint64_t begun_ns, look_ns, mark_ns;
    struct ph_collect_stat stat; /* under the machine's lock */
};

struct ph_native_entry {
    struct ph_native_info info;
    struct ph_slice key;      /* "module.name" */
    void *context;
    uint32_t privilege;
    bool is_leaf;             /* ph_machine_set_leaves */
    ph_callee callee;         /* ph_machine_set_callee */
    struct ph_target *stand_in; /* ph_machine_add_stand_ins; else NULL */
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
    struct ph_name_map stood_in_classes; /* those with methods that have stand-ins */
    PH_VECTOR(struct ph_native_entry) natives;
    struct ph_device devices[PH_DEVICES_MAX];
    uint32_t device_count;

    /* Units, instances, signatures (unit.c, view.c). */
    struct ph_mutex view_lock;
    PH_VECTOR(struct ph_loaded_unit *) loaded; /* by unit id */
    struct ph_view **view_pages[PH_VIEW_PAGES]; /* by instance id: view.c; read without a lock */
    struct ph_name_map signature_numbers;      /* encoded → number */
    struct ph_name_map selector_numbers;       /* likewise */
    struct ph_map signatures;                  /* number → struct ph_signature, of natives */
    struct ph_name_map named_units;            /* name of a unit → its first in named_instances */
    PH_VECTOR(struct ph_named_instance) named_instances; /* by instance id, as far as was asked */
    struct ph_scratch scratch;                 /* views and tables that live as long as this */
    struct ph_mutex frame_lock;                /* taken also inside the heap's locks */
    struct ph_scratch frame_scratch;           /* the maps */
    struct ph_map frame_maps;                  /* unit id << 32 | function → struct ph_frame_map */

    /* Scheduler (scheduler.c). All under lock. */
    struct ph_mutex lock;
    struct ph_condition released;     /* workers: the stop is over */
    struct ph_condition quiet;        /* whoever waits for: all stopped, a thread ended, idle */
    struct ph_worker **workers;
    uint32_t worker_count;
    struct ph_schedule *schedules;    /* by a thread's offset in the arena >> PH_SCHEDULE_SHIFT */
    struct ph_wait_list *wait_lists;  /* PH_WAIT_LISTS */
    PH_VECTOR(struct ph_deadline) deadlines; /* a binary heap */
    uint64_t timer_until_ns;          /* the earliest deadline that the timer knows of */
    uint64_t wakes;                   /* how often all that wait for an event were woken; atomic */
    uint64_t thread_count;            /* in the world's list; atomic */
    uint64_t live_count;              /* of these, those ready, running or waiting; atomic, and
                                       * decreased under lock */
    uint32_t running;                 /* workers that run threads */
    uint32_t stops;                   /* atomic; bits of enum ph_stop */
    uint32_t pauses;                  /* holders of a pause (ph_machine_pause); no thread starts */
    uint32_t pause_turn;              /* atomic; increased when a stop ends: waiters spin on it */
    bool started, stopping;
    ph_thread_refs ending;            /* programs that have ended and still have threads */
    ph_thread_refs young;             /* threads made with references since the last evacuation */
    uint32_t young_turn;              /* counts evacuations */
    struct ph_host_thread timer_thread, writer_thread;
    struct ph_random schedule;
    /* Ready threads, each ring under its own lock; sleepers under theirs (ready.c). */
    struct ph_ready ready[PH_WORKERS_MAX];
    uint32_t push_turn;               /* atomic */
    struct ph_mutex sleep_lock;       /* taken last of all */
    struct ph_condition work;         /* workers: something is ready, or stopping */
    struct ph_condition timer_wake;
    uint32_t sleepers;                /* workers that wait for work; atomic */
    bool timer_sleeps;                /* atomic; until something is ready */
    bool timer_kicked;

    /* Monitors (monitor.c). */
    struct ph_mutex monitor_stripes[PH_MONITOR_STRIPES]; /* by object */
    struct ph_mutex monitor_lock;     /* the four below; taken inside a stripe */
    ph_thread_refs free_locks, free_monitors; /* numbers */
    uint32_t next_lock, next_monitor; /* numbers from here on were never used */
    ph_ref *lock_owners;              /* thread by number of its lock word; see monitor.c */
    ph_ref *monitors;                 /* monitor by number; changed under its object's stripe */
    uint64_t hash_turn;               /* atomic */

    /* Cuts (cut.c). Under lock. */
    struct ph_condition writer_wake;
    struct ph_condition durable_wake;
    struct ph_mutex commit_lock;      /* one cut at a time: the writer or ph_machine_cut */
    bool requested[6];                /* by enum ph_cut_reason */
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

    struct ph_collector collect;

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

/* ready.c. Any thread, any lock held but a ring's. `by` is the worker in whose ring it is to be, or
 * NULL: the shortest. One that no worker held becomes ready by ph_thread_make_ready. */
void ph_ready_init(struct ph_machine *self);
void ph_ready_finish(struct ph_machine *self);
void ph_ready_push(struct ph_machine *self, struct ph_worker *by, struct ph_thread *thread);
/* The worker's present thread goes behind all that are in the longest ring, and the first one there
 * is the result; if none is, the same thread again. Not in a simulated machine. */
struct ph_thread *ph_ready_swap(struct ph_machine *self, struct ph_worker *worker,
                                struct ph_thread *thread);
struct ph_thread *ph_ready_take(struct ph_machine *self, struct ph_worker *worker); /* or NULL */
/* Simulated machines: the one at `index` in the order in which they became ready, or NULL. */
struct ph_thread *ph_ready_take_at(struct ph_machine *self, uint32_t index);
uint32_t ph_ready_count(const struct ph_machine *self); /* at least as many as there are */
void ph_ready_sleep(struct ph_machine *self); /* until something is ready, or the end */
void ph_ready_wake_sleepers(struct ph_machine *self);

/* waiting.c. The lock is held where nothing else is said. */
PH_MUST_CHECK ph_status ph_waiting_init(struct ph_machine *self);
void ph_waiting_finish(struct ph_machine *self);
/* A run of worker->thread begins; without the lock. */
void ph_waiting_begin(struct ph_machine *self, struct ph_worker *worker);
/* Lets worker->thread wait for what it says; false: it is to run again, now or when its turn
 * comes. When true somebody else may run it already. Without the lock. */
bool ph_waiting_add(struct ph_machine *self, struct ph_worker *worker);
bool ph_waiting_adopt(struct ph_machine *self, struct ph_thread *thread); /* false: let it run */
/* The thread has ended or is dropped: it is in no ring, on no list. No worker runs it. */
void ph_waiting_forget(struct ph_machine *self, struct ph_thread *thread);
uint64_t ph_waiting_wake_due(struct ph_machine *self, uint64_t now_ns); /* the next deadline */
void ph_scheduler_wake(struct ph_machine *self, enum ph_wait_kind kind);
/* Wakes those that wait for the end of the thread `thread_ref`, which has ended. */
void ph_scheduler_wake_joiners(struct ph_machine *self, ph_ref thread_ref);
/* A thread that is new or was taken off all lists may run. Locks and `by` as of ph_ready_push. */
void ph_thread_make_ready(struct ph_machine *self, struct ph_worker *by,
                          struct ph_thread *thread);
/* Lets a thread look again at what it waits for. Touches that thread alone; takes the lock if it is
 * on a list or has a deadline. `by` as in ph_ready_push. */
void ph_thread_wake(struct ph_machine *self, struct ph_worker *by, struct ph_thread *thread);
void ph_thread_wake_locked(struct ph_machine *self, struct ph_thread *thread); /* lock held */

/* scheduler.c */
PH_MUST_CHECK ph_status ph_scheduler_init(struct ph_machine *self);
ph_status ph_scheduler_adopt(struct ph_machine *self);                    /* after a resume */
/* Stops all workers, lets `instant` happen and lets them go; the lock is held and kept. */
void ph_scheduler_instant(struct ph_machine *self);
/* The same for a step of the collection: ph_collect_instant. */
void ph_scheduler_collect(struct ph_machine *self);
/* Asks for a stop and returns; the lock is held. */
void ph_scheduler_stop_for(struct ph_machine *self, enum ph_stop why);
void ph_scheduler_kick_timer(struct ph_machine *self);
/* Takes a thread out of the lists and from the worker that holds it; none runs it. Lock held. */
void ph_scheduler_forget(struct ph_machine *self, struct ph_thread *thread);

/* Threads that may hold references to young objects: those that ran since the last
 * ph_threads_young_clear, each once, and those made since. Below `lowest_chunk` a thread's stack
 * holds none. All workers are stopped. */
typedef void (*ph_young_thread)(void *context, struct ph_thread *thread, ph_ref lowest_chunk);
void ph_threads_young_each(struct ph_machine *self, ph_young_thread callback, void *context);
void ph_threads_young_clear(struct ph_machine *self);
void ph_threads_young_new(struct ph_machine *self, struct ph_thread *thread); /* lock held */
void ph_threads_chunk_popped(struct ph_machine *self, struct ph_thread *thread,
                             ph_ref popped_ref);

/* collect.c. In a stop, the lock held: because a slice is full, or the collector asked for it;
 * before a cut's epoch changes. */
void ph_collect_instant(struct ph_machine *self);
void ph_collect_before_cut(struct ph_machine *self);
void ph_collect_set_clock(struct ph_machine *self); /* of soft references; at the beginning too */
void ph_collect_init(struct ph_machine *self);
void ph_collect_finish(struct ph_machine *self);
void ph_collect_announce(struct ph_machine *self); /* it will be started: who needs it may wait */
PH_MUST_CHECK ph_status ph_collect_start(struct ph_machine *self);
void ph_collect_stop(struct ph_machine *self); /* the machine is stopping; harmless again */
ph_status ph_scheduler_start(struct ph_machine *self, struct ph_error *error);
void ph_scheduler_stop(struct ph_machine *self);
void ph_scheduler_finish(struct ph_machine *self);

/* cut.c: the instant itself; every worker is stopped, the lock is held. */
void ph_cut_instant(struct ph_machine *self);
void ph_cut_writer(void *machine);
/* A bounded piece of folding. *done: the fold has come to its end, or cannot go on now. */
PH_MUST_CHECK ph_status ph_cut_fold_some(struct ph_machine *self, bool *done);
void ph_cut_settle(struct ph_machine *self); /* folds before leaving, for a bounded time */

/* thread.c: what happens when a thread has ended; lock held. Who traps has a text to say why. */
void ph_thread_ended(struct ph_machine *self, struct ph_mutator *mutator,
                     struct ph_thread *thread, enum ph_run_result result);
/* ph_thread_ready for a native: the thread is to run on its worker, or who steals it from there.
 * Takes no lock but a ring's, as ph_thread_ready does. */
void ph_thread_start(struct ph_machine *self, struct ph_worker *by, struct ph_thread *thread);
/* The program's queued call that came first has its turn; without one, nobody has. */
void ph_program_next_turn(struct ph_machine *self, struct ph_mutator *mutator,
                          struct ph_program *program);
/* Makes a thread, which is of no program yet, one of `program`. */
void ph_thread_give(struct ph_machine *self, struct ph_mutator *mutator, struct ph_thread *thread,
                    struct ph_program *program);
/* All workers are stopped: the threads of programs that have ended end too. Lock held. */
void ph_programs_end(struct ph_machine *self);

/* gate.c */
ph_status ph_gate_format(struct ph_machine *self);
void ph_gate_adopt(struct ph_machine *self);
void ph_gate_before_cut(struct ph_machine *self); /* in the pause */
void ph_gate_durable(struct ph_machine *self);    /* the pending cut has become durable */
bool ph_gate_can_make_room(struct ph_machine *self);

/* monitor.c */
PH_MUST_CHECK ph_status ph_monitors_init(struct ph_machine *self);
void ph_monitors_finish(struct ph_machine *self);
PH_MUST_CHECK ph_status ph_monitors_adopt(struct ph_machine *self);
/* The thread has ended by itself, or all workers are stopped: it waits at no monitor and owns none
 * from now on. Lock held. */
void ph_monitors_thread_ended(struct ph_machine *self, struct ph_mutator *mutator,
                              struct ph_thread *thread);

/* threads.c, monitor.c, references.c: natives of module "phantom". */
/* A waiting native's deadline, kept in native_state[0]; `timeout` is that of threads.c. 0: none.
 * True: it has passed. */
bool ph_call_timeout(struct ph_call *call, uint64_t timeout, uint64_t *deadline_ns);
/* Was the calling thread interrupted? Not any more. */
bool ph_call_take_interruption(struct ph_call *call);
/* A thread of the caller's program, which a program may refer to; not started
 * (ph_thread_start). The function takes one reference and returns nothing. */
PH_MUST_CHECK ph_status ph_thread_spawn(struct ph_call *call, ph_ref function_ref,
                                        uint64_t argument, struct ph_thread **spawned);
/* Gives it the flag (enum ph_thread_flag), and wakes it if that is news. */
void ph_thread_tell(struct ph_call *call, struct ph_thread *thread, uint32_t flag);
bool ph_thread_take_flag(struct ph_mutator *mutator, struct ph_thread *thread, uint32_t flag);
void ph_call_yield(struct ph_call *call);
PH_MUST_CHECK ph_status ph_thread_natives_add(struct ph_machine *self);
PH_MUST_CHECK ph_status ph_monitor_natives_add(struct ph_machine *self);
PH_MUST_CHECK ph_status ph_reference_natives_add(struct ph_machine *self);

/* natives.c */
const struct ph_native_entry *ph_native_find(struct ph_machine *self, struct ph_slice name);
bool ph_native_signature_equal(const char *text, const struct ph_signature *signature);

/* numbers.c: numbers below `limit` for the byte strings of a kind. The caller has the lock that
 * guards the map. UINT32_MAX: no memory, or no number is left. */
struct ph_numbers {
    struct ph_name_map *map;  /* encoded → number */
    ph_ref *items_ref;        /* of the world: PINNED_BYTES by number */
    uint32_t *count;          /* of the world */
    uint32_t limit;
};
ph_status ph_numbers_adopt(struct ph_machine *self, const struct ph_numbers *numbers);
uint32_t ph_number_of(struct ph_machine *self, struct ph_mutator *mutator,
                      const struct ph_numbers *numbers, struct ph_slice encoded);

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

/* view.c: with the view lock held. Never collect. */
ph_status ph_view_of_locked(struct ph_machine *self, ph_ref instance_ref, struct ph_view **view,
                            struct ph_error *error);
ph_ref ph_view_function_locked(struct ph_mutator *mutator, struct ph_view *view, uint32_t index);

/* selector.c: the world-wide number of a method's name and signature (a world-wide number); the
 * view lock is held. UINT32_MAX: no memory. */
uint32_t ph_selector_number(struct ph_machine *self, struct ph_mutator *mutator,
                            struct ph_slice name, uint32_t signature);
ph_status ph_selectors_adopt(struct ph_machine *self);

/* class.c: what link.h needs of the built-in classes, in a world that was just opened. */
ph_status ph_classes_format(struct ph_machine *self);

/* initialise.c: what thread is initialising, from stack position `position` up (0: all of it), has
 * failed. `lock` is held or not, as `is_locked` says. */
void ph_class_init_abandon(struct ph_machine *self, struct ph_mutator *mutator,
                           struct ph_thread *thread, uint32_t position, bool is_locked);

/* unwind.c: the error for out of memory, in a new world. */
ph_status ph_errors_format(struct ph_machine *self);
/* The trap and where it was, for people: BYTES; 0: no memory. May collect. */
ph_ref ph_trap_text_new(struct ph_machine *self, struct ph_mutator *mutator,
                        const struct ph_thread *thread, uint32_t trap);

/* frames.c: shows the heap the references on a thread's stack. */
void ph_frames_visit(void *machine, const uint8_t *base, ph_ref thread,
                     struct ph_visitor *visitor);
void ph_frames_visit_young(void *machine, struct ph_visitor *visitor);
const struct ph_frame_map *ph_frame_map_of(struct ph_machine *self,
                                           struct ph_loaded_unit *loaded, uint32_t function);

/* The frames of a thread, innermost first; false: there is none (any more). */
struct ph_frame_cursor {
    struct ph_machine *machine;
    ph_ref chunk_ref;
    uint32_t header_slot;
    struct ph_frame_header *header;
};
bool ph_frame_first(struct ph_machine *machine, const struct ph_thread *thread,
                    struct ph_frame_cursor *self);
bool ph_frame_next(struct ph_frame_cursor *self);

/* stack.c: a chunk with room for `slots`; never collects; 0: no room. */
ph_ref ph_stack_new(struct ph_machine *self, struct ph_mutator *mutator, uint32_t slots);
void ph_stack_free_all(struct ph_machine *self, struct ph_mutator *mutator,
                       struct ph_thread *thread);

static inline struct ph_schedule *ph_schedule_of(const struct ph_machine *self,
                                                const struct ph_thread *thread)
{
    return &self->schedules[ph_offset_of(self->heap, thread) >> PH_SCHEDULE_SHIFT];
}
static inline uint64_t ph_schedule_bytes(const struct ph_machine *self)
{
    uint64_t objects = PH_MIN(PH_OBJECT_LIMIT, self->options.arena_bytes);
    return (objects >> PH_SCHEDULE_SHIFT) * sizeof(struct ph_schedule);
}

static inline void ph_thread_set_state(struct ph_mutator *mutator, struct ph_thread *thread,
                                       enum ph_thread_state state)
{
    ph_touch(mutator, &thread->state, sizeof(thread->state));
    __atomic_store_n(&thread->state, (uint32_t)state, __ATOMIC_RELEASE);
}
static inline bool ph_thread_has_ended(const struct ph_thread *thread)
{
    uint32_t state = __atomic_load_n(&thread->state, __ATOMIC_ACQUIRE);
    return state == PH_THREAD_FINISHED || state == PH_THREAD_TRAPPED;
}

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
