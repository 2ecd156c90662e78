/* SPDX-License-Identifier: Apache-2.0 */
/* assembler.h - what the files of the assembler share. Private to src/code.
 *
 * The text is read twice: first for the names of classes, their members and functions, which may be
 * used before they are defined (ph_assembler_collect), then for what it means. */
#ifndef PH_CODE_ASSEMBLER_H
#define PH_CODE_ASSEMBLER_H

#include "base/map.h"
#include "base/vector.h"
#include "code/builder.h"
#include "code/lexer.h"

#define NO_NUMBER UINT32_MAX

/* What stands behind "label". A list of types becomes a shape only when all labels are known, so
 * that shapes are made in the order of the labels' numbers. */
struct label_text {
    uint32_t number;
    uint32_t shape; /* or, for a list, its first place in `types`; the list ends with a 0 */
    bool is_list;
    bool is_loop;
};

/* What the first reading finds of a class definition; its number is its place. */
struct class_text {
    struct ph_slice name, super_name; /* super_name: empty unless it was given as a string */
};

/* A field or method of a class definition. */
struct member_text {
    const uint8_t *place;      /* of its name in the text */
    struct ph_slice name;
    uint32_t class_number;
    bool is_method;
    uint8_t storage, flags;
    struct token signature_at; /* methods */
    uint32_t signature;        /* NO_NUMBER until somebody needed it */
};

struct handler_text {
    struct ph_exception_handler handler;
    bool has_start, has_end;
};

struct assembler {
    struct lexer lexer;
    struct ph_allocator *allocator;
    struct ph_builder *builder;
    struct ph_scratch scratch;  /* strings of the item at hand */
    struct ph_scratch names;    /* strings that are kept to the end */
    struct ph_name_map opcodes;
    uint32_t signature_count, function_count;
    bool has_array_root;
    bool has_definitions[PH_EXTERN_GLOBAL + 1]; /* of a kind: no import may follow */
    PH_VECTOR(uint8_t) types;
    PH_VECTOR(uint8_t) ref_kinds;  /* of the signature's types */
    PH_VECTOR(struct ph_init) items;
    PH_VECTOR(uint8_t) bytes;
    PH_VECTOR(uint32_t) numbers;   /* labels of a br_table */
    PH_VECTOR(uint32_t) shapes;    /* by their number in the text */
    PH_VECTOR(struct label_text) labels;
    PH_VECTOR(struct handler_text) handlers; /* of the function at hand, by number */

    /* From the first reading. */
    struct ph_name_map functions;            /* name to number */
    PH_VECTOR(struct class_text) classes;
    PH_VECTOR(struct member_text) members;   /* as they stand in the text */
    uint32_t member_next;                    /* those before it were read the second time too */

    /* What the builder was given, by number. */
    struct ph_name_map signatures;           /* the types as bytes, to a number */
    PH_VECTOR(struct ph_class_ref) class_refs;
    PH_VECTOR(struct ph_field_ref) field_refs;
    PH_VECTOR(struct ph_method_ref) method_refs;
    PH_VECTOR(struct ph_slice) constants;

    /* The class at hand. */
    PH_VECTOR(uint32_t) interfaces;
    PH_VECTOR(struct ph_field_def) fields;
    PH_VECTOR(struct ph_method_def) methods;
};

#define PUSH(self, vector, item)                              \
    do {                                                      \
        if (!ph_vector_push((vector), (self)->allocator, (item))) { \
            ph_lexer_no_memory(&(self)->lexer);               \
        }                                                     \
    } while (0)

static inline bool ph_assembler_good(const struct assembler *self)
{
    return self->lexer.status == PH_OK;
}

/* ---- assemble.c ---- */

/* "signature N" or "(i32) -> (i64)"; the latter makes one, or not where `may_share` and there is
 * one. */
uint32_t ph_assembler_signature(struct assembler *self, bool may_share);
/* The function "name" with the body that follows in braces; returns its number. */
uint32_t ph_assembler_function(struct assembler *self, struct ph_slice name, uint32_t signature);
/* A function's number, or its name as a string. */
uint32_t ph_assembler_function_number(struct assembler *self);
/* STRING…, joined in self->bytes. */
struct ph_slice ph_assembler_strings(struct assembler *self);

/* ---- assemble_collect.c ---- */

/* The first reading. Leaves the lexer where it was. */
void ph_assembler_collect(struct assembler *self);
/* "interface abstract final", or less of it. */
uint32_t ph_assembler_class_flags(struct assembler *self);
/* "static volatile", or less of it. */
uint8_t ph_assembler_field_flags(struct assembler *self);
/* "static final special", or less of it. */
uint8_t ph_assembler_method_flags(struct assembler *self);
bool ph_assembler_at_storage(const struct assembler *self, uint8_t *storage);
uint8_t ph_assembler_storage(struct assembler *self);
void ph_assembler_skip_signature(struct assembler *self);
/* "CLASS.NAME", the name of a method's function; empty without memory. */
struct ph_slice ph_assembler_join(struct assembler *self, struct ph_slice class,
                                  struct ph_slice name);

/* ---- assemble_class.c ---- */

/* Items, behind their first word. */
void ph_assembler_class_item(struct assembler *self);
void ph_assembler_arrays_item(struct assembler *self);
void ph_assembler_reference_item(struct assembler *self);
void ph_assembler_bytes_item(struct assembler *self);

/* Operands: a number, or what is meant, for which a reference is made if there is none yet. */
uint32_t ph_assembler_class_ref(struct assembler *self);
uint32_t ph_assembler_field_ref(struct assembler *self, bool is_static);
uint32_t ph_assembler_method_ref(struct assembler *self);
uint32_t ph_assembler_constant(struct assembler *self);
/* The number of the class definition with this name; NO_NUMBER: there is none. */
uint32_t ph_assembler_find_class(const struct assembler *self, struct ph_slice name);

#endif
