/* SPDX-License-Identifier: Apache-2.0 */
/* translator.h - one translation's state, shared by the files of this folder alone.
 *
 * Everything reads through `next`, and nothing reads at or past `end`. `end` is the module's end,
 * not the section's: as in the specification's own decoder, whether a section or a body had the
 * size it claimed is checked after it. Once a function here has returned anything but PH_OK,
 * `error` is filled in and the translation is over. */
#ifndef PH_LANG_WASM_TRANSLATOR_H
#define PH_LANG_WASM_TRANSLATOR_H

#include "base/assert.h"
#include "base/map.h"
#include "base/vector.h"
#include "code/builder.h"

/* Value types. The first five are those of units; a reference to something foreign is a PH_REF
 * there, and ph_wasm_ref_kind says which. UNKNOWN is what unreachable code finds on the stack. */
enum ph_wasm_type {
    PH_WASM_UNKNOWN = 0,
    PH_WASM_I32 = PH_I32,
    PH_WASM_I64 = PH_I64,
    PH_WASM_F32 = PH_F32,
    PH_WASM_F64 = PH_F64,
    PH_WASM_FUNCREF = PH_REF,
    PH_WASM_EXTERNREF = PH_REF + 1
};

#define PH_WASM_NONE UINT32_MAX
#define PH_WASM_ARITY_MAX 1000u /* parameters, or results, of one function or block */
#define PH_WASM_MEMORY_PAGES_MAX 65536u
#define PH_WASM_OP_END 0x0b
#define PH_WASM_HEADER_BYTES 8u
#define PH_WASM_SECTION_DATA 11

struct ph_wasm_signature {
    uint32_t param_count, result_count;
    const uint8_t *types; /* the parameters, then the results */
    uint32_t signature;   /* the unit's */
};

/* A block, loop, if, else, or the function itself (the first frame). */
struct ph_wasm_frame {
    const uint8_t *params, *results;
    uint32_t param_count, result_count;
    uint32_t height;     /* of the operand stack below its parameters */
    uint32_t label;      /* where branches to it go; PH_WASM_NONE until there is one */
    uint32_t else_label; /* if: where control goes when the condition is 0 */
    uint32_t table_mark; /* the br_table that checked this frame last, and whose */
    uint32_t trampoline; /* trampoline this is; PH_WASM_NONE: it needs none */
    uint8_t opcode;      /* Wasm's */
    bool is_unreachable; /* the rest of it cannot be reached: the stack is polymorphic */
    bool is_dead;        /* it was not live when it was entered: nothing of it is emitted */
};

struct ph_wasm_global {
    uint8_t type;
    bool is_mutable;
};

/* The function being translated. When is_live, the operand stack here is what it will be in the
 * running function; else it is only validated and nothing is emitted. */
struct ph_wasm_body {
    uint32_t index;    /* PH_WASM_NONE outside functions */
    const uint8_t *at; /* the current instruction, for messages */
    uint32_t height, height_max;
    uint32_t floor; /* the current frame's height */
    uint32_t local_count;
    uint32_t table_mark;
    bool is_live;
    struct ph_wasm_frame *frame; /* the current one: the last of `frames` */
    PH_VECTOR(struct ph_wasm_frame) frames;
    PH_VECTOR(uint32_t) targets; /* of a br_table: depths */
    PH_VECTOR(uint32_t) labels;  /* of a br_table: the unit's */
    uint8_t *types;              /* operand stack, PH_FRAME_SLOTS_MAX */
    uint32_t *shapes;            /* the same: shape of the stack up to here, 0 if not known yet */
    uint8_t *locals;             /* PH_LOCALS_MAX */
};

struct ph_wasm_simple {
    uint16_t opcode;
    uint8_t pop_count;
    uint8_t push;    /* 0: nothing */
    uint8_t pops[3]; /* deepest first */
};

struct ph_wasm {
    const uint8_t *begin, *next, *end;
    struct ph_allocator *allocator;
    struct ph_error *error;
    struct ph_builder *builder;
    struct ph_scratch scratch; /* lives as long as the translation */

    PH_VECTOR(struct ph_wasm_signature) types;
    PH_VECTOR(uint32_t) functions; /* type indices */
    PH_VECTOR(uint8_t) tables;     /* element types */
    PH_VECTOR(struct ph_wasm_global) globals;
    PH_VECTOR(uint8_t) elements;     /* segments: their types */
    PH_VECTOR(struct ph_init) items; /* of the element segment being read */
    struct ph_name_map exports;
    uint8_t *declared; /* function index → 1 if ref.func may name it; has functions.count entries */
    uint64_t declared_bytes;
    uint32_t imported_functions, imported_globals;
    uint32_t memory_count;
    uint32_t body_count;
    uint32_t data_count; /* as the data count section says; PH_WASM_NONE: there is no section */
    uint32_t data_count_seen;
    bool has_names;
    struct ph_wasm_body body;
    struct ph_wasm_simple simple[256];
    struct ph_wasm_simple simple_fc[8];
};

/* Returns from the calling function what `expression` returned, unless that was PH_OK. */
#define PH_WASM_TRY(expression)                  \
    do {                                         \
        ph_status try_status_ = (expression);    \
        if (PH_UNLIKELY(try_status_ != PH_OK)) { \
            return try_status_;                  \
        }                                        \
    } while (0)

/* ---- reader.c ------------------------------------------------------------------------------- */

/* Fills in the error: the text, then function and offset. Returns `status`. */
PH_COLD ph_status ph_wasm_fail(struct ph_wasm *self, ph_status status, const char *format, ...)
    PH_PRINTF(3, 4);
PH_COLD ph_status ph_wasm_fail_end(struct ph_wasm *self);
PH_COLD ph_status ph_wasm_fail_memory(struct ph_wasm *self);

PH_MUST_CHECK ph_status ph_wasm_read_unsigned(struct ph_wasm *self, int bits, uint32_t *value);
PH_MUST_CHECK ph_status ph_wasm_read_signed(struct ph_wasm *self, int bits, int64_t *value);
/* A size: at most as much as there are bytes left. (A count is only a number: too large a one ends
 * at the end of the bytes.) */
PH_MUST_CHECK ph_status ph_wasm_read_length(struct ph_wasm *self, uint32_t *value);
PH_MUST_CHECK ph_status ph_wasm_read_name(struct ph_wasm *self, struct ph_slice *name);
PH_MUST_CHECK ph_status ph_wasm_read_value_type(struct ph_wasm *self, uint8_t *type);
PH_MUST_CHECK ph_status ph_wasm_read_reference_type(struct ph_wasm *self, uint8_t *type);

PH_MUST_CHECK static inline ph_status ph_wasm_read_byte(struct ph_wasm *self, uint8_t *value)
{
    if (PH_UNLIKELY(self->next == self->end)) {
        ph_wasm_fail_end(self);
        return PH_MALFORMED; /* which lets the compiler see that *value is set where it is used */
    }
    *value = *self->next++;
    return PH_OK;
}

PH_MUST_CHECK static inline ph_status ph_wasm_read_u32(struct ph_wasm *self, uint32_t *value)
{
    if (PH_LIKELY(self->next < self->end && *self->next < 0x80)) {
        *value = *self->next++;
        return PH_OK;
    }
    return ph_wasm_read_unsigned(self, 32, value);
}

static inline uint64_t ph_wasm_bytes_left(const struct ph_wasm *self)
{
    return (uint64_t)(self->end - self->next);
}

static inline uint8_t ph_wasm_unit_type(uint8_t type)
{
    return type > PH_REF ? (uint8_t)PH_REF : type;
}

static inline bool ph_wasm_is_reference(uint8_t type) { return type >= PH_WASM_FUNCREF; }

static inline uint8_t ph_wasm_ref_kind(uint8_t type)
{
    return type == PH_WASM_FUNCREF     ? PH_REF_FUNCTION
           : type == PH_WASM_EXTERNREF ? PH_REF_EXTERN
                                       : PH_REF_ANY;
}

/* ---- sections.c, segments.c, constant.c ----------------------------------------------------- */

PH_MUST_CHECK ph_status ph_wasm_type_section(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_import_section(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_function_section(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_table_section(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_memory_section(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_global_section(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_export_section(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_start_section(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_element_section(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_data_count_section(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_data_section(struct ph_wasm *self);

/* A constant expression of `type`. */
PH_MUST_CHECK ph_status ph_wasm_constant(struct ph_wasm *self, uint8_t type, struct ph_init *init);
/* Checks a function index that code outside of bodies names; ref.func may name it from now on. */
PH_MUST_CHECK ph_status ph_wasm_declare_function(struct ph_wasm *self, uint32_t function);

/* ---- code.c, body.c ------------------------------------------------------------------------- */

/* Makes the tables and stacks that bodies need. */
PH_MUST_CHECK ph_status ph_wasm_body_init(struct ph_wasm *self);
void ph_wasm_body_finish(struct ph_wasm *self);
PH_MUST_CHECK ph_status ph_wasm_code_section(struct ph_wasm *self);
/* Whether `opcode` begins an instruction of the specification (SIMD aside). */
bool ph_wasm_is_opcode(uint8_t opcode);

/* ---- names.c -------------------------------------------------------------------------------- */

/* Gives the builder what the payload of a "name" section says, as far as it is well-formed. */
void ph_wasm_name_section(struct ph_wasm *self, struct ph_slice payload);
/* Looks for a function's name in the whole module: slow, for messages. */
bool ph_wasm_find_function_name(struct ph_slice module, uint32_t function, struct ph_slice *name);
/* Whether the module seems to have a section. The same. */
bool ph_wasm_has_section(struct ph_slice module, uint8_t id);

#endif
