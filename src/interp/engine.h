/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - what the parts of the interpreter share; private to this folder.
 *
 * Prepared code is an array of 8-byte words. An instruction is its handler's address, then operand
 * words. Word 1 holds up to four u16 (frame slots; slot 0 is the first local, at fp), or two and a
 * 32-bit value in the upper half:
 *
 *   binary, compare   d a b      or d a imm32 (sign-extended)
 *   unary             d a        load   d a offset32      store   a b offset32 (b may be an imm16)
 *   load, store of a sum   d a imm32 | offset      d a b offset16
 *                          a b imm32 | offset      a a' b offset16
 *   branch            a b rel32  (b may be an imm16; rel is in words from the instruction's start;
 *                     branches back have word 2: header slot, 0, offset32 of the label; those on a
 *                     sum, which goes to slot a, have word 3: a' 0 imm32)
 *   site              header slot, operand slot, offset32 of the instruction in the bytecode
 *
 * Objects: word 2 is a cache, 0 until it is filled. One word is read and written at once, so that
 * what it says always belongs together; workers may overwrite each other's.
 *
 *   field_get, array_length, ref_cast, ref_test   d a index32 | class32 what-follows32
 *   field_set         a b index32       | class32 offset32
 *   array_get         d a b storage     | class32          array_set   a b c storage | class32 …
 *   object_new, array_new, class_const, static_get, bytes_const, constant_get
 *                     d | … | site | index     static_set   site | address | index
 *   link              site | 0, or how often it was found bound | index32 field32
 *   atomic            site | … | index32 (of the field, or enum ph_storage) opcode32
 *   call_import       site | entry | index
 *   call_method       site | entry | method | moves
 *   call_virtual      site | class32 entry's lower32 | method's link | class32 entry's upper32 |
 *                     moves
 *   call_leaf, call_callee             site | the native's target | index
 *
 * Where moves are not 0 they are two moves, d a d' a', of locals into arguments (the same one twice
 * if there is only one), and the handlers' names end in _m. What is called again from the beginning
 * moves again: nothing has changed in between.
 *
 * call_method_leaf and call_virtual_leaf are what these become where they have met a function that
 * only calls a leaf native (machine.h).
 *
 * What follows from a class: a field's offset; the answer of a ref_test; the class of the value
 * that a reference array took last (PH_CACHE_ANY: it takes all); the bits that an array of items of
 * 8 bits keeps of a value; the entry that a method has. At one place a class always has the same
 * entry, so both halves are right if both name the class.
 * Where several classes come by, a table of the worker's knows the entries of the others.
 *
 * Invariants
 *   (1) Before a site and at a label every value is in its canonical slot (machine/object.h), and
 *       no instruction reads the accumulators before it wrote them.
 *   (2) An instruction that reads an accumulator follows the one that wrote it directly, or with
 *       only moves between, and moves leave the accumulators alone.
 *   (3) The running frame lies in the worker's stack window. So does, or did in this run, every
 *       frame that has an entry in the return cache between its base and its top.
 *   (4) The return cache's top moves by one at each call and return. A run, and a handler's run
 *       after a throw, begin with the base at the top and an empty entry there; a call writes the
 *       entry that it moves the top to, and a return that would bring the top to the base or below
 *       takes the base along and empties that entry. So the entry at the top is the running
 *       frame's own, or an empty one, or that of a frame PH_RETURN_CACHE deeper, which was live
 *       together with the running one and has another address; what other threads, or earlier
 *       runs, left in the cache is never at the top. */
#ifndef PH_INTERP_ENGINE_H
#define PH_INTERP_ENGINE_H

#include "base/map.h"
#include "base/vector.h"
#include "interp/interp.h"
#include "machine/atomic.h"
#include "machine/link.h"

#define PH_ARRAY_ITEMS 16u        /* where an array's items begin */
#define PH_LINK_TURNS 100u        /* then a function is prepared anew, without the link */
#define PH_CACHE_ANY UINT32_MAX
#define PH_CACHE_VOLATILE 1u      /* beside the class, whose number is even: a volatile field */
#define PH_CELL_VOLATILE (UINT64_C(1) << 63)

/* Variants of a handler, by where its operands are: slot, immediate in word 1, register (the
 * accumulator), word 2. The result goes to a slot and the accumulator; in the second half of the
 * variants to the accumulator alone. Branches have the first five, forward and then back. */
enum ph_variant {
    PH_V_SS, PH_V_SI, PH_V_RS, PH_V_SR, PH_V_RI,
    PH_V_SW, PH_V_RW, PH_V_WS, PH_V_WR,
    PH_V_OPERANDS, PH_V_BRANCHES = PH_V_SW
};
enum ph_unary_variant { PH_V_S, PH_V_R, PH_V_UNARY_OPERANDS };
/* Addresses: a value, or the 32-bit sum of one and an immediate or a slot. */
enum ph_load_variant {
    PH_V_AT_S, PH_V_AT_R, PH_V_AT_SI, PH_V_AT_RI, PH_V_AT_SS, PH_V_AT_RS, PH_V_ADDRESSES
};
/* Stores: the first five of enum ph_variant, then those with sums. */
enum ph_store_variant {
    PH_V_SI_S = PH_V_BRANCHES, PH_V_SI_I, PH_V_RI_S, PH_V_RI_I, PH_V_SS_S, PH_V_RS_S, PH_V_STORES
};
/* Items of arrays: array and index from their slots; the array, or the index, from the register. */
enum ph_array_variant { PH_V_ARRAY_SS, PH_V_ARRAY_RS, PH_V_ARRAY_SR, PH_V_ARRAY_OPERANDS };
/* Branches back on a sum, which is compared with: a slot, from the other side, an immediate. */
enum ph_sum_variant { PH_V_SUM_S, PH_V_S_SUM, PH_V_SUM_I, PH_V_SUMS };

enum ph_handler {
#define PH_RANGE(name, count) PH_H_##name, PH_H_##name##_last = PH_H_##name + (count)-1,
#define PH_BINARY(op, from, to, traps, result) PH_RANGE(op, 2 * PH_V_OPERANDS)
#define PH_COMPARE(op, from, result, swapped, inverse) \
    PH_RANGE(op, 2 * PH_V_OPERANDS) PH_RANGE(br_##op, 2 * PH_V_BRANCHES)
#define PH_COMPARE_I32(op, from, result, swapped, inverse) \
    PH_COMPARE(op, from, result, swapped, inverse) PH_RANGE(br_sum_##op, PH_V_SUMS)
#define PH_FLOAT_COMPARE(op, from, result, swapped, inverse) \
    PH_COMPARE(op, from, result, swapped, inverse)
#define PH_UNARY(op, from, to, traps, result) PH_RANGE(op, 2 * PH_V_UNARY_OPERANDS)
#define PH_LOAD(op, to, memory) PH_RANGE(op, 2 * PH_V_ADDRESSES)
#define PH_STORE(op, from, memory) PH_RANGE(op, PH_V_STORES)
#define PH_CACHED(op, to, slow, hit, result) PH_RANGE(op, 2 * PH_V_UNARY_OPERANDS)
#define PH_ARRAY_GET(op, to, memory) PH_RANGE(op, 2 * PH_V_ARRAY_OPERANDS)
#define PH_FIELD_SET(op, from, memory) PH_RANGE(op, PH_V_UNARY_OPERANDS)
#define PH_ARRAY_SET(op, from, memory) PH_RANGE(op, PH_V_UNARY_OPERANDS)
#define PH_SIMPLE(name) PH_H_##name,
#define PH_SLOW(name) PH_H_slow_##name,
#include "interp/handlers.def"
#undef PH_RANGE
    PH_HANDLER_COUNT
};

/* What stands for the running thread while C code has the word; lies in worker->engine_words. */
struct ph_registers {
    const uint64_t *pc;
    uint64_t *fp;
    uint8_t *memory;          /* memory 0 of the view, and how many bytes of it are known */
    uint64_t memory_bytes;
    const uint32_t *stamps;   /* of memory 0's pages */
    uint32_t epoch;
    uint32_t result;          /* enum ph_run_result, once pc is at `leave` */
    const uint64_t *resume;   /* the site that this run began with is executed without a poll */
    struct ph_prepared_instance *instance;
    uint64_t store_address, store_value;
    uint64_t store_shape;     /* bytes << 8 | words of the instruction */
    const void *leave[1];     /* prepared code that ends the run */
    const void *cross[1];     /* … that returns to another instance */
    uint8_t *arena;
    const uint32_t *all_stamps; /* of the arena's pages */
    ph_ref function_class;
};

#define PH_FOUND_BITS 10u
/* What a virtual call of a method runs on an instance of a class. */
struct ph_found_method {
    const struct ph_method_link *method;
    const struct ph_entry *entry;
    uint64_t class_ref;
};
/* The caller of the frame whose entry in the return cache is `cross`. */
struct ph_crossing {
    struct ph_prepared_instance *instance;
    const uint64_t *after;
};
/* Lies in worker->engine_memory. Methods and classes that were found stay what they are: neither
 * ends before its program does, and then nobody asks for them. */
struct ph_engine_memory {
    struct ph_found_method found[1u << PH_FOUND_BITS];
    struct ph_crossing crossings[PH_RETURN_CACHE];
};

static inline struct ph_engine_memory *ph_engine_memory_of(struct ph_worker *worker)
{
    _Static_assert(sizeof(struct ph_engine_memory) <= sizeof(worker->engine_memory), "fits");
    return (struct ph_engine_memory *)(void *)worker->engine_memory;
}

static inline struct ph_found_method *ph_found_method_of(struct ph_worker *worker,
                                                         const struct ph_method_link *method,
                                                         ph_ref class_ref)
{
    uint32_t key = (uint32_t)((uintptr_t)method / sizeof(*method)) ^ class_ref;
    return &ph_engine_memory_of(worker)->found[key * 0x9e3779b1u >> (32 - PH_FOUND_BITS)];
}

/* The same table, for the functions that `native` was seen to call, and for function objects that
 * were called as such: methods are neither. */
#define PH_FOUND_FUNCTION ((const struct ph_target *)8)
static inline struct ph_found_method *ph_found_callee_of(struct ph_worker *worker,
                                                         const struct ph_target *native,
                                                         ph_ref function_ref)
{
    return ph_found_method_of(worker, (const void *)native, function_ref);
}

static inline struct ph_registers *ph_registers_of(struct ph_worker *worker)
{
    _Static_assert(sizeof(struct ph_registers) <= sizeof(worker->engine_words), "fits");
    return (struct ph_registers *)(void *)worker->engine_words;
}

/* A site or label: where to go on before it, and after it (calls). Word indices into the code. */
struct ph_prepared_site {
    uint32_t offset;
    uint32_t before, after;
};

/* One version of a function's code. Where references have been bound since, a newer one does
 * without asking for them; frames may run in any. */
struct ph_code {
    const uint64_t *words;
    const struct ph_prepared_site *sites; /* the same offsets in all versions */
    uint32_t word_count, site_count;
    struct ph_code *older;
};

/* A function as calls see it. Until it is prepared frame_bytes is so large that every call takes
 * the slow path; it is set last. */
struct ph_entry {
    uint64_t frame_bytes;     /* locals, header and deepest operand stack */
    const uint64_t *code;     /* the newest; atomic */
    uint64_t identity;        /* the first word of its frames' headers */
    uint32_t header;          /* slot of the header == number of locals */
    uint32_t param_count;
    uint32_t result_count;
    uint32_t version_count;
    struct ph_code *versions; /* the newest first; atomic */
    struct ph_prepared_instance *instance;
    const struct ph_target *leaf; /* the leaf that is all that it calls, or stands in for it
                                   * (machine.h); else NULL */
};
#define PH_ENTRY_UNPREPARED ((uint64_t)INT64_MAX)

struct ph_prepared_instance {
    struct ph_view *view;
    struct ph_prepared_unit *unit;
    struct ph_prepared_instance *next;
    uint32_t function_count;
    struct ph_entry entries[]; /* by function index; imports stay unprepared */
};

/* ---- dispatch.c ------------------------------------------------------------------------------ */

/* Addresses by enum ph_handler; NULL where a variant does not exist. */
const void *const *ph_interp_handlers(void);
/* Runs from the worker's registers until the thread leaves. */
void ph_interp_enter(struct ph_worker *worker);

/* ---- cache.c --------------------------------------------------------------------------------- */

/* NULL: no memory. Any worker. */
struct ph_prepared_instance *ph_prepared_instance_of(struct ph_view *view);
/* The same by the instance's reference; NULL also if it has no view. Without a lock but for an
 * instance that is met for the first time. */
struct ph_prepared_instance *ph_prepared_instance_met(struct ph_worker *worker,
                                                      ph_ref instance_ref);
/* Prepares entry `index` if need be. PH_TRAP_NONE, or why it cannot be run. */
enum ph_trap ph_entry_prepare(struct ph_prepared_instance *instance, uint32_t index);
static inline bool ph_entry_is_prepared(const struct ph_entry *entry)
{
    return __atomic_load_n(&entry->frame_bytes, __ATOMIC_ACQUIRE) != PH_ENTRY_UNPREPARED;
}
static inline const uint64_t *ph_entry_code(const struct ph_entry *entry)
{
    return __atomic_load_n(&entry->code, __ATOMIC_RELAXED);
}
/* Where to go on before, or after, the site at `offset`; asserts that there is one. */
const uint64_t *ph_entry_place(const struct ph_entry *entry, uint32_t offset, bool after);
bool ph_entry_has_site(const struct ph_entry *entry, uint32_t offset);
/* The entry with a version whose code holds `pc`; asserts that there is one. Linear in the unit's
 * functions. */
struct ph_entry *ph_entry_of_code(struct ph_prepared_instance *instance, const uint64_t *pc,
                                  const struct ph_code **code);
/* Prepares a function anew, in which the site at `offset`, at `pc`, has been reached so often that
 * it should not ask whether its reference is bound. Where to go on instead; NULL: where it is. */
const uint64_t *ph_entry_renew(struct ph_prepared_instance *instance, const uint64_t *pc,
                               uint32_t offset);
/* The offset in the bytecode of the instruction that `pc` in `code` belongs to; prepares the
 * function again to find out. Sites' offsets are exact. */
uint32_t ph_entry_offset_of(struct ph_prepared_instance *instance, struct ph_entry *entry,
                            const struct ph_code *code, const uint64_t *pc);
void ph_interp_drop_unit(struct ph_machine *machine, struct ph_loaded_unit *loaded);

/* ---- prepare.c ------------------------------------------------------------------------------- */

struct ph_prepared {
    uint64_t *code;
    uint32_t code_words, site_count;
    struct ph_prepared_site *sites;
    uint32_t depth_max;
    uint32_t local_count;
    uint32_t found_offset;    /* see ph_prepare */
    const struct ph_target *leaf;
};

/* A word of code that was prepared before. */
struct ph_find {
    const struct ph_code *code;
    uint32_t word;
};
/* Prepares function `index` of the instance; code and sites are from ph_port_allocator and the
 * caller's. `find` is NULL, or says a word: the code is written as it was, and found_offset becomes
 * the bytecode offset of the instruction that the word belongs to. PH_NO_MEMORY, PH_LIMIT. */
PH_MUST_CHECK ph_status ph_prepare(const struct ph_view *view, struct ph_entry *entries,
                                   uint32_t index, const struct ph_find *find,
                                   struct ph_prepared *prepared, struct ph_error *error);
void ph_prepared_free(struct ph_prepared *prepared);

/* ---- frame.c --------------------------------------------------------------------------------- */

/* True if the thread is to stop at the site that pc is at: then it has, and pc is at `leave`. */
bool ph_stop_at_site(struct ph_worker *worker);
void ph_leave(struct ph_worker *worker, enum ph_run_result result);
/* Makes the frame whose header slot is `header` canonical: it is at `offset`. */
void ph_write_position(struct ph_worker *worker, uint32_t header, uint32_t offset);
void ph_reload_memory(struct ph_worker *worker);
/* Goes on in the frame whose header is at `header`, at its site: before it, or after its call.
 * False: it cannot be prepared, and the thread has trapped. */
bool ph_frame_continue(struct ph_worker *worker, uint64_t *header, bool after);
/* The header of the thread's innermost frame, as of when its position was last written. */
uint64_t *ph_frame_innermost(const struct ph_worker *worker);

/* A call that is being made. */
struct ph_calling {
    const uint64_t *site;    /* its word 1 is the site */
    uint64_t *window;        /* the arguments, and then the results */
    const uint64_t *after;   /* where the caller goes on */
    uint32_t flags;          /* PH_FRAME_…: of the new frame */
    const uint64_t *arguments; /* where they are if not in the window; else NULL */
};
/* Pushes a frame of function `index` and goes on there, or says why not; nothing has changed then.
 * The result must be looked at. */
PH_MUST_CHECK enum ph_trap ph_frame_call(struct ph_worker *worker,
                                         struct ph_prepared_instance *instance, uint32_t index,
                                         const struct ph_calling *calling);
/* The same of any target; raises. A native is run at once: true if it is done (and then the caller
 * decides where to go on). */
bool ph_frame_call_target(struct ph_worker *worker, const struct ph_target *target,
                          const struct ph_calling *calling);
/* Calls a function object from the site at pc; the instruction ends at `after`. Raises. */
void ph_call_function_object(struct ph_worker *worker, ph_ref function_ref,
                             const uint64_t *after);
/* Runs the leaf native from the site at pc, without a frame. False: it has done nothing. */
bool ph_call_leaf(struct ph_worker *worker, const struct ph_target *target);
/* Sets the registers up for a thread, from its canonical state. False: it has left already. */
bool ph_frame_resume(struct ph_worker *worker);
bool ph_frame_begin(struct ph_worker *worker);

#define PH_SLOW(name) void ph_slow_##name(struct ph_worker *worker);
#include "interp/handlers.def"

/* ---- throw.c --------------------------------------------------------------------------------- */

/* The instruction that pc is at has trapped: goes on at a handler, or in the unit's trap function,
 * or ends the thread. */
void ph_raise(struct ph_worker *worker, enum ph_trap trap);
/* The innermost frame, whose position is written, has thrown `exception`. */
void ph_throw_from(struct ph_worker *worker, ph_ref exception);

/* ---- invoke.c -------------------------------------------------------------------------------- */

/* True if `class` is initialised, or by this very thread. Else the thread goes on in its
 * initialiser, or waits, or has trapped; the instruction at pc, whose site is
 * `site`'s word 1, is executed again. `window`: above its operands. */
bool ph_initialise(struct ph_worker *worker, struct ph_class *class, const uint64_t *site,
                   uint64_t *window);
/* Calls what ph_class_init_step said; likewise. */
void ph_call_initialiser(struct ph_worker *worker, ph_ref function_ref, const uint64_t *site,
                         uint64_t *window);

/* A reference of the running function could not be linked at the site `site`, because of `trap`:
 * the unit's link function is called, above `window`, and the instruction executed again; or it
 * traps. It was not bound before that was tried. `request`: enum ph_link_request. */
void ph_link_or_raise(struct ph_worker *worker, enum ph_trap trap, uint32_t request,
                      uint32_t index, const struct ph_calling *calling);
/* Is the reference known? `request` is a class or a field. */
static inline bool ph_is_bound(const struct ph_view *view, uint32_t request, uint32_t index)
{
    return request == PH_LINK_REQUEST_FIELD ? ph_view_field(view, index) != NULL
                                            : ph_view_class(view, index) != NULL;
}

/* Nothing in the return cache is of this run any more. */
static inline void ph_returns_forget(struct ph_worker *worker)
{
    worker->return_base = worker->return_top;
    worker->returns[worker->return_top % PH_RETURN_CACHE].callee = NULL;
}

/* The running frame returns. The entry at the new top is of this run, or empty. */
static inline void ph_returns_pop(struct ph_worker *worker)
{
    worker->return_top--;
    if (worker->return_top == worker->return_base - 1) {
        ph_returns_forget(worker);
    }
}

/* The entry of a function object; NULL: a native, or an instance that lacks one. */
const struct ph_entry *ph_entry_of_function(struct ph_worker *worker, ph_ref function_ref);

/* Where the static field `index` lies; fills the cache at pc, word 2, if it may stay. `window` as
 * above. NULL: the thread goes on elsewhere. */
uint8_t *ph_static_cell(struct ph_worker *worker, uint32_t index, const uint64_t *site,
                        uint64_t *window);

/* Fills a cache word. */
static inline void ph_set_cache(const uint64_t *word, uint64_t value)
{
    __atomic_store_n((uint64_t *)(uintptr_t)word, value, __ATOMIC_RELEASE);
}

/* Operands of the instruction at pc. */
static inline uint32_t ph_word_u16(const uint64_t *pc, uint32_t word, uint32_t index)
{
    return ((const uint16_t *)(pc + word))[index];
}
static inline uint32_t ph_word_u32(const uint64_t *pc, uint32_t word, uint32_t index)
{
    return ((const uint32_t *)(pc + word))[index];
}
static inline void *ph_word_pointer(const uint64_t *pc, uint32_t word)
{
    return (void *)(uintptr_t)pc[word];
}

/* Pushes the frame of `entry`, whose parameters are at `new_fp`; the frame fits in the window.
 * `site` is word 1 of the call. */
static PH_ALWAYS_INLINE void ph_push_frame(struct ph_worker *worker, const struct ph_entry *entry,
                                           uint64_t *fp, uint64_t *new_fp, const uint64_t *pc,
                                           const uint64_t *after)
{
    uint64_t *caller = fp + ph_word_u16(pc, 1, 0);
    uint64_t *callee = new_fp + entry->header;

    /* Two at a time; volatile, lest it becomes a call of memset. What is written too much is
     * the header, which comes next. */
    for (uint64_t *local = new_fp + entry->param_count; local < callee; local += 2) {
        ((volatile uint64_t *)local)[0] = 0;
        ((volatile uint64_t *)local)[1] = 0;
    }
    ((struct ph_frame_header *)(void *)caller)->pc = ph_word_u32(pc, 1, 1);
    callee[0] = entry->identity;
    callee[1] = (uint64_t)(uint32_t)(callee - caller) << 32;
    uint32_t top = ++worker->return_top;
    struct ph_return_entry *entered = &worker->returns[top % PH_RETURN_CACHE];
    entered->callee = callee;
    entered->code = after;
    entered->fp = fp;
}

/* After ph_push_frame, where the callee is of another instance than the caller: goes over to it,
 * and its return comes back. What is known of the memory is forgotten: the first access that finds
 * itself out of bounds asks again. */
static PH_ALWAYS_INLINE void ph_cross(struct ph_worker *worker,
                                      struct ph_prepared_instance *instance)
{
    struct ph_registers *registers = ph_registers_of(worker);
    uint32_t place = worker->return_top % PH_RETURN_CACHE;
    struct ph_return_entry *entry = &worker->returns[place];

    ph_engine_memory_of(worker)->crossings[place] =
        (struct ph_crossing){registers->instance, entry->code};
    entry->code = registers->cross;
    registers->instance = instance;
    registers->memory_bytes = 0;
    worker->view = instance->view;
}

#endif
