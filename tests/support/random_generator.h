/* SPDX-License-Identifier: Apache-2.0 */
/* random_generator.h - what the halves of the generator of random units share; see random_unit.h.
 *
 * The generator keeps the types of the operand stack and emits only what fits. */
#ifndef PH_TESTS_SUPPORT_RANDOM_GENERATOR_H
#define PH_TESTS_SUPPORT_RANDOM_GENERATOR_H

#include "base/assert.h"
#include "base/text.h"
#include "code/builder.h"
#include "support/random_unit.h"

#define DEPTH_MAX 48u
#define FUNCTIONS_MAX 64u
#define SIGNATURES_MAX 24u
#define VALUES_MAX 5u
#define LOCALS_MAX 12u
#define GLOBALS_MAX 40u
#define OPEN_MAX 12u
#define NEST_MAX 5u
#define TABLE_SLOTS 16u

struct types {
    uint32_t count;
    uint8_t items[DEPTH_MAX];
};

struct signature_model {
    struct types params, results;
};

struct open_label {
    uint32_t label;
    struct types stack;
};

struct generator {
    struct ph_random random;
    struct ph_builder *b;
    struct random_unit_options options;
    struct signature_model signatures[SIGNATURES_MAX];
    uint32_t signature_count;
    uint32_t function_signatures[FUNCTIONS_MAX];
    uint32_t function_count, imported_functions;
    struct ph_global_type globals[GLOBALS_MAX];
    uint32_t global_count, imported_globals, fuel_global;
    uint32_t slot_functions[TABLE_SLOTS]; /* what the elements put into table 0 */

    struct objects_model *objects; /* random_objects.c; NULL: no objects */

    /* The function at hand. */
    struct types stack, locals, results;
    struct open_label open[OPEN_MAX];
    uint32_t open_count, nest;
    int32_t budget;
};

static inline uint32_t below(struct generator *g, uint32_t bound)
{
    return (uint32_t)ph_random_below(&g->random, bound);
}

static inline bool chance(struct generator *g, uint32_t percent) { return below(g, 100) < percent; }

static inline uint8_t random_type(struct generator *g) { return (uint8_t)(PH_I32 + below(g, 5)); }

static inline void push(struct generator *g, uint8_t type)
{
    PH_ASSERT(g->stack.count < DEPTH_MAX);
    g->stack.items[g->stack.count++] = type;
}

static inline void pop(struct generator *g, uint32_t count)
{
    PH_ASSERT(g->stack.count >= count);
    g->stack.count -= count;
}

static inline void op(struct generator *g, uint32_t opcode)
{
    g->budget--;
    ph_builder_op(g->b, opcode);
}

static inline void op1(struct generator *g, uint32_t opcode, uint64_t immediate)
{
    g->budget--;
    ph_builder_op1(g->b, opcode, immediate);
}

static inline void op2(struct generator *g, uint32_t opcode, uint64_t first, uint64_t second)
{
    g->budget--;
    ph_builder_op2(g->b, opcode, first, second);
}

/* random_unit.c: a value of the type; a number below `bound`, a power of two (or, with traps,
 * perhaps not); the stack becomes `wanted`; labels. */
void random_value(struct generator *g, uint8_t type);
void random_small(struct generator *g, uint32_t bound);
void random_adjust(struct generator *g, const struct types *wanted);
uint32_t random_label(struct generator *g, const struct types *stack, bool is_loop);
void random_place(struct generator *g, uint32_t label, const struct types *stack);
struct types random_vary(struct generator *g, const struct types *stack);
void random_statements(struct generator *g, uint32_t count);
uint32_t random_signature(struct generator *g, const struct types *params,
                          const struct types *results);

/* random_objects.c. Classes, their references and members, and the globals that always hold an
 * instance of them; adds functions (methods, initialisers) to g->function_signatures. */
void random_objects_declare(struct generator *g);
/* Gives these globals their first instances; at the beginning of main. */
void random_objects_begin(struct generator *g);
/* What is emitted between the two may throw what it likes: it is dropped. The stack is the same at
 * the end as at the beginning. */
struct guarded {
    struct types stack;
    uint32_t start;
};
struct guarded random_guard_begin(struct generator *g);
void random_guard_end(struct generator *g, const struct guarded *guarded);
/* Whether all of this function is to be guarded: most initialisers, as they run early. */
bool random_objects_guard(struct generator *g, uint32_t function);
/* Some instruction on objects, or a block with a handler. */
void random_object_op(struct generator *g);
void random_objects_finish(struct generator *g);

#endif
