/* SPDX-License-Identifier: Apache-2.0 */
/* unit.h - a unit: the file format that all front ends produce, and its decoded view.
 *
 * docs/formats/unit.md has every byte. A unit's bytes may come from anywhere: ph_unit_open checks
 * all that is outside function bodies (indices, types, names, limits) and ph_verify_* the bodies.
 * After both, the engine asserts and does not check again.
 *
 * Index spaces are WebAssembly's: imports come first in each of functions, tables, memories and
 * globals. */
#ifndef PH_CODE_UNIT_H
#define PH_CODE_UNIT_H

#include "base/memory.h"
#include "code/code.h"

/* Params of a function, results of a function, values that one squeeze keeps. */
#define PH_VALUES_MAX 1000u
#define PH_LOCALS_MAX 50000u     /* with the parameters */
#define PH_FRAME_SLOTS_MAX 60000u /* locals + deepest operand stack */
#define PH_UNIT_BYTES_MAX 0x7fffffffu
#define PH_MEMORY_PAGES_MAX 65536u
#define PH_CLASS_MEMBERS_MAX 65535u  /* fields, methods, interfaces: of each so many at most */
#define PH_CONSTANTS_MAX 1000000u    /* dynamic constants */
#define PH_ARRAY_DEPTH_MAX 255u      /* arrays of arrays of … */

/* Only exports are of kind class: other units' classes are named by class references. */
enum ph_extern_kind {
    PH_EXTERN_FUNCTION, PH_EXTERN_TABLE, PH_EXTERN_MEMORY, PH_EXTERN_GLOBAL, PH_EXTERN_CLASS
};

/* What a reference may point to, where a front end distinguishes (WebAssembly's reftype). The
 * verifier does not need it; linking and indirect calls compare it. */
enum ph_ref_kind { PH_REF_ANY = 0, PH_REF_FUNCTION = 1, PH_REF_EXTERN = 2 };

struct ph_signature {
    uint32_t param_count, result_count;
    const uint8_t *types;     /* enum ph_type: the params, then the results */
    const uint8_t *ref_kinds; /* enum ph_ref_kind for each type, PH_REF_ANY where it is no
                               * reference; NULL: PH_REF_ANY for all */
};

struct ph_limits {
    uint64_t min, max; /* pages of 64 KiB, or table elements */
    bool has_max;
};

struct ph_table_type { struct ph_limits limits; uint8_t ref_kind; };
struct ph_memory_type { struct ph_limits limits; };
struct ph_global_type { uint8_t type; uint8_t ref_kind; bool is_mutable; };

/* A constant expression: one value. */
enum ph_init_kind {
    PH_INIT_BITS = 0,     /* value: the bits of the global's numeric type (i32/f32 zero-extended) */
    PH_INIT_NULL = 1,
    PH_INIT_FUNCTION = 2, /* value: function index */
    PH_INIT_GLOBAL = 3    /* value: index of an imported immutable global of the same type */
};
struct ph_init { uint8_t kind; uint64_t value; };

struct ph_import {
    struct ph_slice module, name;
    uint8_t kind;    /* enum ph_extern_kind */
    uint32_t index;  /* in the index space of its kind */
};

struct ph_export {
    struct ph_slice name;
    uint8_t kind;
    uint32_t index;
};

struct ph_global { struct ph_global_type type; struct ph_init init; /* imports: unused */ };

/* Segments. Active ones are applied by instantiation, in order: element segments, then data. */
enum ph_segment_mode { PH_SEGMENT_PASSIVE = 0, PH_SEGMENT_ACTIVE = 1, PH_SEGMENT_DECLARED = 2 };
struct ph_element_segment {
    uint8_t mode, ref_kind;
    uint32_t table;
    struct ph_init offset;  /* active only: an i32 */
    uint32_t count;
    const struct ph_init *items;
};
struct ph_data_segment {
    uint8_t mode;
    uint32_t memory;
    struct ph_init offset;
    struct ph_slice bytes;
};

/* ---- Classes ------------------------------------------------------------------------------- */

enum ph_class_ref_kind {
    PH_CLASS_REF_IMPORTED = 0, /* module, name: an export of another unit */
    PH_CLASS_REF_DEFINED = 1,  /* index: a class definition of this unit */
    PH_CLASS_REF_NUMBERS = 2,  /* an array of `storage`, which is not PH_STORE_REF */
    PH_CLASS_REF_REFS = 3,     /* an array of references to `index`, an earlier class reference */
    PH_CLASS_REF_BUILTIN = 4   /* name, builtin */
};

/* The classes that are there in every world, by their names in units. */
enum ph_builtin_class {
    PH_BUILTIN_OBJECT = 0, /* "object": the topmost */
    PH_BUILTIN_BYTES = 1,  /* "bytes": an array of u8 */
    PH_BUILTIN_REFS = 2,   /* "refs": an array of references to any object */
    PH_BUILTIN_ERROR = 3,  /* "error": what the machine throws */
    PH_BUILTIN_REFERENCE = 4, /* "reference": above all weak, soft and phantom references */
    PH_BUILTIN_QUEUE = 5   /* "queue": where references are put that were cleared; final */
};

struct ph_class_ref {
    uint8_t kind;          /* enum ph_class_ref_kind */
    uint8_t storage;       /* enum ph_storage */
    uint8_t builtin;       /* enum ph_builtin_class */
    uint8_t array_depth;   /* 0: no array; an array of i32 has 1, of such arrays 2; "refs" 1 */
    uint32_t index;
    struct ph_slice module, name;
};

enum ph_class_def_flag { /* the numbers of the heap's enum ph_class_flag */
    PH_CLASS_DEF_INTERFACE = 2, PH_CLASS_DEF_ABSTRACT = 4, PH_CLASS_DEF_FINAL = 8,
    /* One of these at most; for classes below "reference", and for those below them. */
    PH_CLASS_DEF_WEAK = 256, PH_CLASS_DEF_SOFT = 512, PH_CLASS_DEF_PHANTOM = 768,
    /* Its instances are references, though it is not below "reference": above it no class has
     * fields. For libraries whose topmost class is their own. */
    PH_CLASS_DEF_REFERENCE = 1024
};
enum ph_field_flag {
    PH_FIELD_STATIC = 1,
    PH_FIELD_VOLATILE = 2  /* accesses are sequentially consistent (machine/atomic.h); references to
                            * it do not say so */
};
enum ph_method_flag {
    PH_METHOD_STATIC = 1,  /* has no receiver */
    PH_METHOD_FINAL = 2,
    PH_METHOD_SPECIAL = 4  /* not virtual: constructors, private ones */
};

/* In one class no two fields have the same name and storage. */
struct ph_field_def {
    struct ph_slice name;
    uint8_t storage, flags;
};

/* In one class no two methods have the same name and signature. Unless it is static, the first
 * param of a method is its receiver, a ref. */
struct ph_method_def {
    struct ph_slice name;
    uint32_t signature;
    uint32_t function;     /* of that signature; maybe imported; UINT32_MAX: abstract, and then
                            * neither static nor special nor final */
    uint8_t flags;
};

struct ph_class_def {
    struct ph_slice name;
    uint32_t flags;        /* an interface has no fields but static ones */
    uint32_t super_class;  /* class reference, no array, nor this very definition; UINT32_MAX:
                            * "object" */
    uint32_t initialiser;  /* function () -> (), not imported: its return is that of a frame of this
                            * unit; UINT32_MAX: none */
    uint32_t interface_count, field_count, method_count;
    const uint32_t *interfaces; /* class references, no arrays. That they are interfaces, and
                                 * that nothing is above itself, is seen when it is linked */
    const struct ph_field_def *fields;
    const struct ph_method_def *methods;
};

struct ph_field_ref {
    uint32_t class_ref;
    uint8_t storage, flags; /* PH_FIELD_STATIC */
    struct ph_slice name;
};

struct ph_method_ref {
    uint32_t class_ref;
    uint32_t signature;    /* with the receiver, unless static */
    uint8_t flags;         /* PH_METHOD_STATIC */
    struct ph_slice name;
};

/* What a link function is asked for. Stored in units by way of the code that compares them. */
enum ph_link_request {
    PH_LINK_REQUEST_CLASS = 0, PH_LINK_REQUEST_FIELD = 1, PH_LINK_REQUEST_METHOD = 2,
    PH_LINK_REQUEST_CONSTANT = 3
};

/* ---- Functions ------------------------------------------------------------------------------ */

/* A label's stack is a shape: shape 0 is the empty stack, shape s ≥ 1 is shape `parent` < s with
 * one value of `type` on top. So comparing two stacks is comparing two numbers. */
struct ph_shape { uint32_t parent; uint8_t type; };
struct ph_label {
    uint32_t shape;
    bool is_loop;    /* only loops may be branched to from behind */
    bool is_handler; /* of an exception handler: its stack is one ref, what was thrown */
};

/* An exception at an instruction in start .. end - 1, of `class_ref` or a class below it, goes on
 * at the label. The first of a function's handlers that fits is taken, so inner ones come first. */
struct ph_exception_handler {
    uint32_t start, end;   /* offsets of instructions in the code, start < end ≤ its size */
    uint32_t label;
    uint32_t class_ref;    /* UINT32_MAX: any object */
};

/* Labels and shapes of all functions stay encoded; ph_function_open decodes one function's. */
struct ph_function_head {
    uint32_t signature;        /* index of ph_unit.signatures */
    struct ph_slice body;      /* empty for imports */
};

struct ph_unit {
    struct ph_slice bytes;     /* the whole file; everything below points into it */
    struct ph_slice name;
    uint32_t signature_count, import_count, function_count, imported_functions;
    uint32_t table_count, imported_tables, memory_count, imported_memories;
    uint32_t global_count, imported_globals, export_count;
    uint32_t element_count, data_count;
    uint32_t class_ref_count, class_def_count, field_ref_count, method_ref_count;
    uint32_t bytes_constant_count;
    uint32_t constant_count;   /* dynamic ones: known by number alone */
    uint32_t version;          /* of the file's format */
    uint32_t start_function;   /* UINT32_MAX: none */
    uint32_t trap_function;    /* (i32 trap, ref) -> (ref); makes what a trap in this unit's
                                * functions throws; UINT32_MAX: none */
    uint32_t link_function;    /* (i32 kind, i32 index) -> (), enum ph_link_request: binds what
                                * this unit refers to and another defines; UINT32_MAX: the machine
                                * finds it by name */
    uint32_t array_root;       /* class reference, defined or imported: the superclass of arrays of
                                * this unit's classes, and of those of numbers that it names;
                                * UINT32_MAX: "object" is */
    uint32_t array_interface_count;
    const uint32_t *array_interfaces; /* class references: what such arrays implement */
    struct ph_signature *signatures;
    struct ph_import *imports;
    struct ph_export *exports; /* ascending by name, bytewise */
    struct ph_function_head *functions;
    struct ph_table_type *tables;
    struct ph_memory_type *memories;
    struct ph_global *globals;
    struct ph_element_segment *elements;
    struct ph_data_segment *datas;
    struct ph_class_ref *class_refs;
    struct ph_class_def *class_defs;
    struct ph_field_ref *field_refs;
    struct ph_method_ref *method_refs;
    struct ph_slice *bytes_constants;
    struct ph_slice origin;    /* what the front end wants to know again; not looked into */
    struct ph_slice *function_names; /* function_count entries, empty where unknown; or NULL */
    struct ph_scratch memory;        /* owns the arrays above */
    bool is_known;                   /* it was opened by ph_unit_open_known */
};

/* Decodes and checks all but the bodies. `bytes` is borrowed until ph_unit_close. */
PH_MUST_CHECK ph_status ph_unit_open(struct ph_slice bytes, struct ph_allocator *allocator,
                                     struct ph_unit *unit, struct ph_error *error);
/* The same for bytes that it has opened before, which must be unchanged: that names are UTF-8 and
 * members unique, and that methods and their functions agree, is not looked at again. */
PH_MUST_CHECK ph_status ph_unit_open_known(struct ph_slice bytes, struct ph_allocator *allocator,
                                           struct ph_unit *unit, struct ph_error *error);
void ph_unit_close(struct ph_unit *unit);

/* Finds an export by name, in logarithmic time; NULL if there is none. */
const struct ph_export *ph_unit_export(const struct ph_unit *unit, struct ph_slice name);
/* Types and reference kinds. */
bool ph_signature_equal(const struct ph_signature *a, const struct ph_signature *b);
static inline uint8_t ph_signature_ref_kind(const struct ph_signature *self, uint32_t index)
{
    return self->ref_kinds == NULL ? (uint8_t)PH_REF_ANY : self->ref_kinds[index];
}
/* The name in units of an enum ph_builtin_class; NULL: there is none with this number. */
const char *ph_builtin_class_name(uint32_t builtin);
/* A type as a signature has it: ph_type_name, or "funcref" or "externref". */
const char *ph_signature_type_name(uint8_t type, uint8_t ref_kind);

/* Writes a name that came from outside so that it can be shown on any terminal: control characters
 * and what is no UTF-8 become '?', a long one is cut between characters. Returns `to`. */
const char *ph_unit_printable(struct ph_slice name, char *to, size_t to_bytes);
/* "function 7 (name)" for messages. Returns `to`; 80 bytes are enough. */
const char *ph_unit_describe_function(const struct ph_unit *unit, uint32_t index, char *to,
                                      size_t to_bytes);

/* One function, decoded. Arrays live in the scratch given. */
struct ph_function {
    const struct ph_signature *signature;
    uint32_t local_count;      /* with the parameters, which come first */
    const uint8_t *local_types;
    uint32_t shape_count, label_count; /* shapes[0] is the empty stack and counted */
    const struct ph_shape *shapes;
    const struct ph_label *labels;
    uint32_t handler_count;
    const struct ph_exception_handler *handlers;
    struct ph_slice code;
};

/* `index` counts imports too and must not be one. */
PH_MUST_CHECK ph_status ph_function_open(const struct ph_unit *unit, uint32_t index,
                                         struct ph_scratch *scratch, struct ph_function *function,
                                         struct ph_error *error);

#endif
