/* SPDX-License-Identifier: Apache-2.0 */
/* machine.h - a world that runs: workers, threads, natives, instances.
 *
 * A machine is the volatile half of a world: it can be dropped at any instant and made anew from
 * the image. What must survive is in the arena (machine/object.h).
 *
 * Threads of the host: one per worker (machine/scheduler.c), the writer (machine/cut.c) and the
 * timer. The simulator uses none of these: it calls ph_machine_step and ph_machine_cut itself.
 *
 * Locks, outermost first: machine->lock (scheduler and lists of the world), heap, store. A native
 * that changes objects shared between threads (file tree, console) holds machine->world_lock. */
#ifndef PH_MACHINE_MACHINE_H
#define PH_MACHINE_MACHINE_H

#include "code/verify.h"
#include "machine/object.h"
#include "store/store.h"

struct ph_machine;
struct ph_worker;
struct ph_view;
struct ph_field_link;  /* machine/link.h */
struct ph_method_link;

/* ---- Natives -------------------------------------------------------------------------------
 * A native never blocks, never runs guest code, never holds state across a safepoint. It may
 * collect. It may be started again from the beginning, with the same arguments, after it said
 * PH_WAITING: when the event comes, when the deadline passes, after a resume, or for no reason. So
 * it looks again each time; what it must remember lies in thread->native_state. */
enum ph_outcome {
    PH_DONE,      /* results are in slots[0..] */
    PH_TRAPPED,   /* ph_call_trap was called */
    PH_WAITING,   /* ph_call_wait was called */
    PH_EXITING,   /* ph_call_exit was called: the program ends */
    PH_CALLING,   /* ph_call_function was called: that runs in the native's place */
    PH_INITIALISING /* ph_call_initialise: a class's initialiser runs, then the native again */
};

struct ph_call {
    struct ph_machine *machine;
    struct ph_worker *worker;
    struct ph_mutator *mutator;
    struct ph_thread *thread;
    struct ph_view *caller;     /* the instance that called; NULL: called by the machine */
    uint64_t *slots;            /* arguments in, results out; in the arena, already barriered */
    const struct ph_signature *signature; /* of this very call */
    void *context;              /* as its table was added with */
};
#define PH_CALL_ARGUMENTS_MAX 256u

typedef enum ph_outcome (*ph_native)(struct ph_call *call);

struct ph_native_info {
    const char *module, *name;
    const char *signature;      /* "ili:i" as in opcodes.def; "*": any, see call->signature */
    ph_native run;
};

/* What a native that ends in ph_call_function would call, its arguments being the first of
 * `slots`. 0: it must be asked. Changes nothing, never collects. */
struct ph_target;
typedef ph_ref (*ph_callee)(const struct ph_target *target, const uint64_t *slots);

enum ph_outcome ph_call_trap(struct ph_call *call, enum ph_trap trap);
enum ph_outcome ph_call_exit(struct ph_call *call, uint32_t exit_code);
/* A tail call: function object `function_ref` runs in the native's place with these arguments, and
 * what it returns are the native's results. It must take exactly `types`, and have the results of
 * call->signature, else: trap; if that has none, whatever it returns is dropped. At most
 * PH_CALL_ARGUMENTS_MAX; they are copied. If it is a native that waits, or has a class initialised,
 * this one is started again afterwards: so one that may call natives keeps nothing in native_state,
 * which is the callee's. */
enum ph_outcome ph_call_function(struct ph_call *call, ph_ref function_ref, const uint8_t *types,
                                 const uint64_t *arguments, uint32_t count);
/* What needs `class` to be initialised says so first. PH_DONE: it is, or by this very thread. Else
 * a native returns what this returns, and is started again from the beginning, with the same
 * arguments, when that may have changed; it traps if initialisation has failed
 * (PH_TRAP_CLASS_INIT). Never collects. */
enum ph_outcome ph_call_initialise(struct ph_call *call, struct ph_class *class);
/* deadline_ns on ph_machine_clock_ns, 0: none. */
enum ph_outcome ph_call_wait(struct ph_call *call, enum ph_wait_kind kind, uint64_t value,
                             uint64_t deadline_ns);
/* Until `object_ref` (a pinned object: a thread has ended, a class is initialised) says so. Look
 * first, then wait: what happens in between is not missed. */
enum ph_outcome ph_call_wait_for(struct ph_call *call, enum ph_wait_kind kind, ph_ref object_ref,
                                 uint64_t deadline_ns);
/* For natives whose effect leaves the machine (a write to a host folder): PH_WAITING until a cut
 * that holds this very call is durable, then PH_DONE. Uses native_state[1]. After a resume the
 * effect may happen twice, so it must be idempotent (positioned writes…); *again says so. */
enum ph_outcome ph_call_await_durable(struct ph_call *call, bool *again);
/* `bytes` bytes at guest address `address` of the caller's memory 0; NULL if out of bounds. Writing
 * asks for the barrier itself: */
const uint8_t *ph_call_memory(struct ph_call *call, uint64_t address, uint64_t bytes);
uint8_t *ph_call_memory_write(struct ph_call *call, uint64_t address, uint64_t bytes);

/* ---- Views: an instance as the engine sees it ------------------------------------------------
 * Volatile, made when first needed, valid as long as the machine; addresses in it are those of
 * pinned objects. ph_view_refresh is called when tables' items arrays or memories have changed
 * size (the objects themselves stay). */
struct ph_loaded_unit {
    struct ph_unit unit;
    uint32_t id;
    uint32_t *signatures;       /* unit's signature index → world-wide number */
    void *prepared;             /* the engine's, one per unit; see ph_engine */
};

/* What calling function `index` means. */
struct ph_target {
    struct ph_view *view;       /* NULL: a native */
    uint32_t index;             /* in that view's unit; not an import there */
    ph_native native;
    void *context;              /* the native's */
    const struct ph_signature *signature;
    ph_callee callee;           /* the native's, or NULL: see ph_machine_set_callee */
    bool is_leaf;               /* see ph_machine_set_leaves */
};

struct ph_view {
    struct ph_machine *machine;
    struct ph_loaded_unit *loaded;
    struct ph_instance *instance;
    ph_ref instance_ref;
    struct ph_memory **memories;
    struct ph_table **tables;
    struct ph_global_object **globals;
    struct ph_target *imports;  /* per imported function */
    struct ph_class **classes;  /* per class reference; and so on: see machine/link.h */
    struct ph_field_link *fields;
    struct ph_method_link *methods;
    void *prepared;             /* the engine's, atomic; gone with its unit */
    const void *known;          /* the front end's, atomic; it outlives the view */
};

/* The view of instance object `instance_ref`. Fails only for lack of memory or of a native that
 * this release does not have (PH_UNLINKABLE). */
PH_MUST_CHECK ph_status ph_view_of(struct ph_machine *machine, ph_ref instance_ref,
                                   struct ph_view **view, struct ph_error *error);
/* The same without failing, for an instance whose view exists. */
struct ph_view *ph_view_find(struct ph_machine *machine, ph_ref instance_ref);

/* Resolves a function object. False: a native is missing. Never collects. */
bool ph_target_of(struct ph_machine *machine, ph_ref function_ref, struct ph_target *target);
/* The function object of function `index` of `view`; made when first asked for. Never collects.
 * 0: out of memory. */
PH_MUST_CHECK ph_ref ph_view_function(struct ph_mutator *mutator, struct ph_view *view,
                                      uint32_t index);

/* Read before items_ref: the items are never shorter than that, even while others grow it. */
static inline uint32_t ph_table_count(const struct ph_table *table)
{
    return __atomic_load_n(&table->count, __ATOMIC_ACQUIRE);
}

/* Used by the engine's memory.grow and table.grow. -1: not possible. */
int64_t ph_memory_grow(struct ph_mutator *mutator, struct ph_memory *memory, uint64_t pages);
/* `value_root` is a root, since it may collect. */
int64_t ph_table_grow(struct ph_mutator *mutator, struct ph_table *table, struct ph_root *value,
                      uint32_t count);
/* table.init and instantiation; traps as WebAssembly says. May collect. */
struct ph_init_range {
    uint32_t to, from, count;
};
enum ph_trap ph_table_init(struct ph_mutator *mutator, struct ph_view *view, uint32_t table,
                           uint32_t segment, struct ph_init_range range);
bool ph_segment_dropped(const struct ph_view *view, bool is_data, uint32_t segment);
void ph_segment_drop(struct ph_mutator *mutator, struct ph_view *view, bool is_data,
                     uint32_t segment);

/* ---- The engine ---------------------------------------------------------------------- */

enum ph_run_result {
    PH_RUN_STOPPED,   /* the poll word was set; the thread is READY */
    PH_RUN_WAITING,   /* a native waits */
    PH_RUN_FINISHED,  /* the first function returned; results at the bottom of the stack */
    PH_RUN_TRAPPED,   /* thread->trap */
    PH_RUN_EXITING,   /* the program asked to end */
    PH_RUN_COLLECT    /* the nursery is full: the instruction is executed again afterwards */
};

struct ph_engine {
    /* Runs worker->thread from its canonical state until one of the above, and leaves it in
     * canonical state. */
    enum ph_run_result (*run)(struct ph_worker *worker);
    /* Forgets what was prepared for a unit. */
    void (*drop_unit)(struct ph_machine *machine, struct ph_loaded_unit *loaded);
};

/* One entry of the return cache: if the frame that returns has its header at `callee`, its caller
 * goes on at `code` with locals at `fp`. Never state of the world. */
struct ph_return_entry {
    const uint64_t *callee;
    const void *code;
    uint64_t *fp;
};
#define PH_RETURN_CACHE 256u

/* A worker runs threads. The engine may use every field in the first part while it runs. */
struct ph_worker {
    uint32_t poll;               /* atomic; not 0: come to the scheduler at the next safepoint */
    uint32_t return_top;         /* engine's; modulo PH_RETURN_CACHE: its place in returns */
    uint32_t return_base;        /* engine's: entries up to it are not of this run */
    struct ph_mutator mutator;
    struct ph_machine *machine;
    struct ph_thread *thread;
    struct ph_view *view;        /* of the running frame */
    /* The part of the running chunk whose pages were barriered in this epoch, whole pages cut to
     * the chunk: frames must lie in it. Emptied by the scheduler before each run. */
    uint64_t *stack_low, *stack_high;
    struct ph_return_entry returns[PH_RETURN_CACHE];
    uint64_t engine_words[16];   /* the engine's own */
    uint64_t engine_memory[14 * 256]; /* likewise; zeroed once, when the worker is made */
    uint64_t safepoints, runs, instructions;
    uint32_t locks_held;         /* monitors that the thread entered less those it left, this run */
    ph_ref callee_ref;           /* ph_call_function's: what is to be called, and with what */
    uint64_t callee_arguments[PH_CALL_ARGUMENTS_MAX];
    uint32_t trap_detail;        /* enum ph_trap: what trap_values belong to, until it is raised */
    uint64_t trap_values[2];     /* index, length; size; class of the value (a reference) */
    const struct ph_signature *callee_signature; /* a native runs on callee_arguments; else NULL */
    /* The scheduler's part. */
    uint32_t index;
    uint32_t mode;               /* enum in scheduler.c; atomic */
    ph_ref running_program_ref;  /* atomic; what it runs, for who looks on */
    uint64_t running_id;         /* atomic; the thread's; 0: none */
    struct ph_host_thread host;
    uint64_t wakes;              /* machine's, when the present run began (waiting.c) */
    uint32_t slice_over;         /* atomic; the timer's word: others are to have their turn */
    uint64_t slice_runs, slice_end_ns; /* the timer's: runs when it last looked; … */
    uint64_t move_runs;       /* stress_move at rest: of runs, when objects move next */
    uint64_t safepoints_known;   /* as of the last run's end; under the machine's lock */
};

/* Makes the pages of [low, high) of the thread's current chunk writable in this epoch and widens
 * the window (whole pages, cut to the chunk). low/high are addresses in the chunk. */
void ph_stack_window(struct ph_worker *worker, uint64_t *low, uint64_t *high);
/* A further chunk for a frame that needs `slots` slots (arguments included): links it to the
 * current chunk, whose innermost frame's header is at `caller_header` and whose results are to go
 * to `window`; makes it the thread's chunk; *first: its first usable slot. Else nothing has changed
 * and it says why: the thread's stack limit (PH_TRAP_STACK_EXHAUSTED), or there is no room
 * (PH_TRAP_OUT_OF_MEMORY). Never collects. Copying the arguments is the caller's work. */
PH_MUST_CHECK enum ph_trap ph_stack_push_chunk(struct ph_worker *worker, uint64_t *caller_header,
                                               uint64_t *window, uint32_t slots,
                                               uint64_t **first);
/* Back to the chunk below: gives the calling frame's header and the window for the results. False:
 * this was the first chunk. The popped chunk is kept for reuse; its slots stay readable until the
 * next push. */
bool ph_stack_pop_chunk(struct ph_worker *worker, uint64_t **caller_header, uint64_t **window);
static inline struct ph_stack *ph_stack_of(const struct ph_bytes *chunk)
{
    return (struct ph_stack *)(uintptr_t)chunk->data;
}

/* ---- Machines ------------------------------------------------------------------------ */

struct ph_machine_options {
    uint32_t workers;            /* 0: one per core */
    uint64_t interval_ns;        /* between cuts; 0: 100 ms */
    uint64_t arena_bytes;        /* 0: 1 TiB */
    uint64_t object_bytes_max;   /* of the old space; 0: as the arena has it */
    uint32_t stack_slots_max;    /* per thread; 0: 8 Mi slots (64 MiB) */
    bool stress_move;            /* move all objects at every call that may collect; if the
                                  * heap has stress_at_rest: at some safepoints */
    bool stress_cut;             /* every safepoint stops the worker */
    bool no_cuts;                /* for measuring; such a world is never durable */
    bool no_packing;             /* log whole pages */
    uint32_t chunk_bytes;        /* of a new image; 0: the store's; tests use smaller ones */
    struct ph_block *base;       /* not NULL: for a new image, which begins where the one there
                                  * stands (store.h); borrowed for the opening */
    bool simulated;              /* no host threads; ph_machine_step and ph_machine_cut drive it */
    const struct ph_engine *engine;
    const struct ph_class_info *extra_classes; /* of the device layer; the same for ever */
    uint32_t extra_class_count;
    uint64_t schedule_seed;      /* simulated: chooses threads and slices */
    bool stepped_collections;    /* simulated: its caller calls ph_collect_step, so threads that
                                  * find the heap full wait for it */
};

/* Resumes the world on `block` (borrowed); `found` (may be NULL) gets what recovery found.
 * PH_NOT_FOUND: there is no image, or (found->arena_bytes != 0) one that holds no cut yet. With
 * format true a new world is made, whatever was there; with a base it must be false, and the image
 * is durable with its first cut. */
PH_MUST_CHECK ph_status ph_machine_open(struct ph_block *block, bool format,
                                        const struct ph_machine_options *options,
                                        struct ph_machine **machine,
                                        struct ph_store_recovery *found, struct ph_error *error);
/* Stops everything at once, without a cut. */
void ph_machine_close(struct ph_machine *self);

/* Tables of natives, each native once in all; before any program is loaded or a resumed world is
 * started. */
PH_MUST_CHECK ph_status ph_machine_add_natives(struct ph_machine *self,
                                               const struct ph_native_info *natives,
                                               uint32_t count);
/* The same with a context, and for those alone that are trusted so far: only instances whose
 * resolver has at least this privilege (ordinary ones have 0) can import them. */
PH_MUST_CHECK ph_status ph_machine_add_natives_for(struct ph_machine *self,
                                                   const struct ph_native_info *natives,
                                                   uint32_t count, void *context,
                                                   uint32_t privilege);
/* The natives added so far whose "module.name" begins with one of these end in PH_DONE, or say that
 * they have trapped or call, having changed nothing; never anything else. A function that only
 * calls such a native is run without a frame of its own, and, if it does not end in PH_DONE, once
 * more with one. So it must not look at frames. */
void ph_machine_set_leaves(struct ph_machine *self, const char *const *prefixes, uint32_t count);
/* Leaves of module "stand_in", named "class.method" as units have them, that do what such a method
 * does wherever it is defined; PH_CALLING: the method itself must. Nothing imports them, and they
 * see no signature. */
PH_MUST_CHECK ph_status ph_machine_add_stand_ins(struct ph_machine *self,
                                                 const struct ph_native_info *natives,
                                                 uint32_t count, void *context);
/* The stand-in of function `index`; NULL: it has none. Any thread. */
const struct ph_target *ph_stand_in_of(const struct ph_view *view, uint32_t index);
/* Says beforehand which function the native "module.name" would call. */
void ph_machine_set_callee(struct ph_machine *self, const char *name, ph_callee callee);
/* A device: called (if not NULL) in the pause before the epoch changes; after a cut became durable,
 * on the writer's thread; after a resume before anything runs; and when a program has ended. */
struct ph_device {
    void *context;
    void (*before_cut)(void *context, struct ph_mutator *mutator);
    void (*durable)(void *context, uint64_t cut_number);
    void (*revive)(void *context, struct ph_mutator *mutator);
    /* A program has ended: closes what it held open. The world is stopped (ph_program_finish). */
    void (*ended)(void *context, struct ph_mutator *mutator, struct ph_program *program);
};
PH_MUST_CHECK ph_status ph_machine_add_device(struct ph_machine *self,
                                              const struct ph_device *device);

/* Starts workers, writer and timer; threads of the world run from now on. */
PH_MUST_CHECK ph_status ph_machine_start(struct ph_machine *self, struct ph_error *error);
/* Brings the workers to a stop (threads stay as they are); with `cut`, takes a last one and returns
 * when it is durable. */
PH_MUST_CHECK ph_status ph_machine_stop(struct ph_machine *self, bool cut,
                                        struct ph_error *error);

struct ph_world *ph_machine_world(struct ph_machine *self);
struct ph_heap *ph_machine_heap(struct ph_machine *self);
struct ph_store *ph_machine_store(struct ph_machine *self);
/* The mutator for callers outside of natives; hold the world stopped (not started, or between
 * ph_machine_pause and ph_machine_unpause) while using it. */
struct ph_mutator *ph_machine_mutator(struct ph_machine *self);
void ph_machine_pause(struct ph_machine *self);
void ph_machine_unpause(struct ph_machine *self);
void ph_world_lock(struct ph_machine *self);
void ph_world_unlock(struct ph_machine *self);

/* The world's monotonic clock: goes on only while the world runs; never goes back. */
uint64_t ph_machine_clock_ns(struct ph_machine *self);

/* Events. Wakes all threads that wait for this kind of event (they look again themselves). */
void ph_machine_wake(struct ph_machine *self, enum ph_wait_kind kind);

/* ---- Programs, instances, threads. The world is stopped or `mutator` belongs to a native.  */

/* A unit's file that has been decoded and verified. Only ph_unit_check makes one; borrowed. */
struct ph_checked_unit { struct ph_slice bytes; };

/* Decodes and verifies `bytes`, a unit's file: most of the work of loading one. Any thread, while
 * the world runs. */
PH_MUST_CHECK ph_status ph_unit_check(struct ph_machine *self, struct ph_slice bytes,
                                      struct ph_checked_unit *checked, struct ph_error *error);
/* Copies it into the world; one that is there already is used again. May collect. */
PH_MUST_CHECK ph_status ph_unit_put(struct ph_machine *self, struct ph_mutator *mutator,
                                    struct ph_checked_unit unit, ph_ref *unit_ref,
                                    struct ph_error *error);
/* Both. */
PH_MUST_CHECK ph_status ph_unit_load(struct ph_machine *self, struct ph_mutator *mutator,
                                     struct ph_slice bytes, ph_ref *unit_ref,
                                     struct ph_error *error);

#define PH_PRIVILEGE_ALL 2u

/* Finds what an import names: sets *object to a function, table, memory or global object. Natives
 * are found by the machine when the resolver says PH_NOT_FOUND. May collect. */
struct ph_resolver {
    ph_status (*resolve)(void *context, const struct ph_unit *unit,
                         const struct ph_import *import, struct ph_root *object);
    void *context;
    uint32_t privilege;        /* of the instance, for its natives: PH_PRIVILEGE_ALL, or less */
};

/* Makes an instance: links imports (checking types: PH_UNLINKABLE "incompatible import type" /
 * "unknown import"), allocates, applies active segments (PH_TRAP: the trap is in the text; what was
 * written to imported tables and memories stays). Does not run the start function: the caller
 * starts a thread on it if instance's unit has one. The new instance is put in *instance. */
PH_MUST_CHECK ph_status ph_instantiate(struct ph_machine *self, struct ph_mutator *mutator,
                                       ph_ref unit_ref, const struct ph_resolver *resolver,
                                       struct ph_root *instance, struct ph_error *error);

/* The object behind an export: function object, table, memory or global. May collect. */
PH_MUST_CHECK ph_status ph_instance_export(struct ph_machine *self, struct ph_mutator *mutator,
                                           ph_ref instance_ref, struct ph_slice name,
                                           struct ph_root *object, struct ph_error *error);

/* A thread that will call `function` with `arguments` (one slot each). It is NEW and of no program;
 * ph_thread_ready lets it run. Never collects. */
PH_MUST_CHECK ph_status ph_thread_create(struct ph_machine *self, struct ph_mutator *mutator,
                                         ph_ref function_ref, const uint64_t *arguments,
                                         struct ph_thread **thread, struct ph_error *error);
void ph_thread_ready(struct ph_machine *self, struct ph_mutator *mutator,
                     struct ph_thread *thread);
/* The results of a finished thread (its first chunk's first slots). */
const uint64_t *ph_thread_results(struct ph_machine *self, const struct ph_thread *thread);
/* Takes an ended thread out of the world's list and frees its stack. */
void ph_thread_drop(struct ph_machine *self, struct ph_mutator *mutator,
                    struct ph_thread *thread);

/* Visits the frames of a thread that does not run, innermost first. */
void ph_frames_each(struct ph_machine *self, const struct ph_thread *thread,
                    void (*each)(void *context, const struct ph_view *view,
                                 const struct ph_frame_header *header),
                    void *context);

/* A program around an instance; name, arguments and environment are copied. May collect. */
struct ph_program_options {
    struct ph_slice name;
    uint32_t argument_count, environment_count;
    const struct ph_slice *arguments, *environment;
};
PH_MUST_CHECK ph_status ph_program_create(struct ph_machine *self, struct ph_mutator *mutator,
                                          const struct ph_program_options *options,
                                          struct ph_program **program, struct ph_error *error);
/* Gives a program another name, arguments and environment. The world is not started. */
PH_MUST_CHECK ph_status ph_program_set_texts(struct ph_machine *self, struct ph_mutator *mutator,
                                             struct ph_program *program,
                                             const struct ph_program_options *options,
                                             struct ph_error *error);
/* Puts `unit` into the world, instantiates it for `program` with natives as its imports, and
 * prepares its threads: the unit's start function, then `_start` (a command) or `_initialize` (a
 * reactor: it goes on living and its exports can be called). They run once the machine does. */
PH_MUST_CHECK ph_status ph_program_load(struct ph_machine *self, struct ph_mutator *mutator,
                                        struct ph_program *program,
                                        struct ph_checked_unit unit, struct ph_error *error);
/* Queues a call of an export of a living reactor; calls of one program run one after another. The
 * thread stays, ended, until ph_thread_drop; if the program ends before the call does it is
 * PH_THREAD_TRAPPED with trap PH_TRAP_NONE. `arguments`: one slot per parameter. */
struct ph_export_call {
    struct ph_slice name;
    const uint64_t *arguments;
};
PH_MUST_CHECK ph_status ph_program_call(struct ph_machine *self, struct ph_mutator *mutator,
                                        struct ph_program *program,
                                        const struct ph_export_call *call,
                                        struct ph_thread **thread, struct ph_error *error);
/* Ends a program and all its threads, as if it had exited. The world is paused or stopped. */
void ph_program_end(struct ph_machine *self, struct ph_mutator *mutator,
                    struct ph_program *program, uint32_t exit_code);

/* Threads in the world's list: all but those that have ended. At once. */
uint64_t ph_machine_thread_count(struct ph_machine *self);
/* Waits (on the host) until `thread` has ended, or the machine was told to stop (PH_AGAIN). */
PH_MUST_CHECK ph_status ph_machine_wait_thread(struct ph_machine *self, struct ph_thread *thread);
/* Waits until every program is LIVING, EXITED or TRAPPED and no thread is left to run. */
PH_MUST_CHECK ph_status ph_machine_wait_idle(struct ph_machine *self);

/* ---- Simulated machines -------------------------------------------------------------- */

/* Runs one thread for about `polls` safepoints (chosen by the seed); false: none is ready. */
bool ph_machine_step(struct ph_machine *self, uint32_t polls);
/* The same with the thread that is at `index` in the order in which they became ready; false: there
 * are not so many. Seeds play no part: for trying all schedules. */
bool ph_machine_step_at(struct ph_machine *self, uint32_t index, uint32_t polls);

#endif
