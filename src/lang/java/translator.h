/* SPDX-License-Identifier: Apache-2.0 */
/* translator.h - one translation's state, shared by the files of this folder that translate.
 *
 * A method goes through passes, each of which relies on those before it:
 *     1 check.c  ph_jt_check    every instruction is whole, its operands are right; where blocks
 *                                 begin
 *     2 flow.c   ph_jt_flow     follows control from the first block: which blocks are reached,
 *                                 with what stack; how kinds of values fit (step.c)
 *       loops.c  ph_jt_loops    which blocks are loops in the unit
 *     3 emit.c   ph_jt_emit     the unit's instructions, block by block, in the order of the file
 *     4 locals.c ph_jt_locals   no local is read that is not set
 * What cannot be reached is checked by pass 1 alone and left out.
 *
 * Once a function has returned anything but PH_OK, `error` is filled in and the translation is
 * over. What runs out of memory and returns no status sets `failed`. */
#ifndef PH_LANG_JAVA_TRANSLATOR_H
#define PH_LANG_JAVA_TRANSLATOR_H

#include "base/assert.h"
#include "base/map.h"
#include "base/text.h"
#include "base/vector.h"
#include "code/builder.h"
#include "lang/java/bytecode.h"
#include "lang/java/classfile.h"
#include "lang/java/descriptor.h"
#include "lang/java/translate.h"

#define PH_JT_NONE UINT32_MAX

/* Kinds of values: the five types of units, and what jsr pushes, which is an i32 there. */
#define PH_JT_UNSET 0u
#define PH_JT_RETURN_ADDRESS 6u
#define PH_JT_KIND_COUNT 7u

/* ---- Stacks -------------------------------------------------------------------------------- */

/* A stack is a node: its parent is the stack without its top. Equal stacks are one node. */
struct ph_jt_node {
    uint32_t parent;
    uint32_t child[PH_JT_KIND_COUNT]; /* by kind; 0: none */
    uint32_t shape;      /* of the unit's function + 1; 0: not asked for yet */
    uint32_t subroutine; /* of a return address */
    uint16_t slots;      /* as Java counts: a long takes two */
    uint8_t kind;
};

/* ---- Blocks -------------------------------------------------------------------------------- */

/* Control enters a block at its start alone. Ranges of handlers begin and end between blocks. */
struct ph_jt_block {
    uint32_t start, end; /* pcs */
    uint32_t node;       /* the stack at its start; PH_JT_NONE: not reached */
    uint32_t label;      /* of the unit's function; PH_JT_NONE: none yet */
    uint32_t offset;     /* where its code begins in the unit's function, label and all */
    uint32_t copied;     /* the goto at its end repeats this block instead of going there, and
                          * goes on behind it; PH_JT_NONE: it does not */
    bool is_loop;        /* control comes from behind, too */
    bool is_handler;
    bool is_queued;
};

enum ph_jt_edge_kind {
    PH_JT_EDGE_FLOW,   /* from the end of a block */
    PH_JT_EDGE_THROW,  /* from before any instruction of it */
    PH_JT_EDGE_RETURN, /* from a ret to what follows a jsr */
    PH_JT_EDGE_SKIP    /* from a jsr to what follows it: locals that the subroutine leaves alone
                          * are as they were before it (JVMS 4.10.2.5) */
};

struct ph_jt_edge {
    uint32_t from, to;   /* blocks */
    uint32_t subroutine; /* RETURN, SKIP */
    uint8_t kind;
};

/* A row of the exception table, with numbers of blocks: first ≤ … < end. */
struct ph_jt_handler {
    uint32_t first, end, target;
    uint16_t catch_type;
};

/* ---- jsr ----------------------------------------------------------------------------------- */

/* Which locals hold return addresses, and of which subroutine. */
#define PH_JT_ADDRESSES_MAX 16u
struct ph_jt_addresses {
    uint32_t count;
    struct { uint32_t local, subroutine; } items[PH_JT_ADDRESSES_MAX]; /* ascending by local */
};

struct ph_jt_subroutine {
    uint32_t block;      /* where it begins */
    uint32_t below;      /* the stack without the return address */
    uint32_t node;       /* the stack at its beginning */
    uint32_t site_count; /* of those that call it */
};

struct ph_jt_site { /* a jsr that is reached */
    uint32_t subroutine, number; /* number: what it pushes */
    uint32_t block, after;
    struct ph_jt_addresses addresses;
};

struct ph_jt_return { /* a ret that is reached */
    uint32_t subroutine, block, node;
    struct ph_jt_addresses addresses;
};

/* ---- Locals -------------------------------------------------------------------------------- */

enum ph_jt_event_kind { PH_JT_READ, PH_JT_WRITE, PH_JT_BREAK };

/* What an instruction does to one of Java's locals. BREAK: half of what may be a long or double is
 * written over. */
struct ph_jt_event {
    uint32_t pc, block;
    uint16_t local;
    uint8_t what, kind;
    bool is_last;  /* nothing in the block comes after it that may throw */
    uint32_t next; /* of the same local */
};

/* ---- The method being translated ----------------------------------------------------------- */

#define PH_JT_START 1u  /* an instruction begins here */
#define PH_JT_LEADER 2u /* so does a block */
#define PH_JT_TARGET 4u /* a branch or a handler leads here */

/* An instruction of the unit that has only pushed a value, and can do so again. */
struct ph_jt_push {
    uint32_t opcode;
    uint64_t immediate;
};
#define PH_JT_PUSHES_MAX 4u

struct ph_jt_body {
    const struct ph_class_method *method; /* NULL: none is being translated */
    struct ph_slice code;
    struct ph_slice descriptor;
    const struct ph_jt_insn *insn; /* for messages; NULL: none */
    uint8_t result;                  /* PH_JT_UNSET: void */
    bool has_jsr, writes_this, is_synchronized;
    uint8_t *marks;      /* by pc, and one more */
    uint32_t *block_at;  /* by pc of a leader: its block; and one more */
    uint32_t block_count;
    struct ph_jt_block *blocks;
    uint32_t handler_count;
    struct ph_jt_handler *handlers;
    uint32_t node;  /* the stack now */
    uint32_t block; /* the current one */
    struct ph_jt_addresses addresses;        /* now, if has_jsr */
    struct ph_jt_addresses *block_addresses; /* by block, if has_jsr */

    /* Emitting. */
    bool is_copy;          /* a block is emitted a second time, in the place of a goto to it */
    bool is_live;          /* control can go on from the last instruction */
    uint32_t param_count;
    uint32_t local_count;  /* of the unit's function */
    uint32_t temporaries[PH_JT_KIND_COUNT][4]; /* locals + 1; 0: not made yet */
    uint32_t lock;         /* the local with the monitor's object */
    uint8_t top_letter;    /* Z B C S: the value on top is known to be of that type; else 0 */
    uint32_t push_count;   /* how many values on top were pushed by these */
    struct ph_jt_push pushes[PH_JT_PUSHES_MAX];
    uint32_t position_offset, position_pc; /* of the last pair */
};

/* ---- The translation ----------------------------------------------------------------------- */

/* What an entry of the constant pool has become; numbers + 1, 0: nothing yet. */
struct ph_jt_pool_slot {
    uint32_t class_ref;
    uint32_t fields[4];  /* not static, static; then for those that are stored to */
    uint32_t methods[3]; /* enum ph_jt_use */
    uint32_t constant;   /* value; of a method that is called by its signature: the appendix */
    uint32_t import;     /* invokeBasic and the like */
};
enum ph_jt_use { PH_JT_VIRTUAL, PH_JT_SPECIAL, PH_JT_STATIC };

struct ph_jt_constant_row {
    uint16_t index;
    uint8_t role;
    uint32_t site; /* PH_JT_NONE: none */
};

struct ph_jt_function_row {
    uint32_t method; /* PH_JT_NONE: none */
    uint32_t first_byte;
};

/* Imports of module `java`. */
enum ph_jt_helper {
    PH_JT_LINK, PH_JT_TRAP, PH_JT_INITIALISER_FAILED, PH_JT_F32_REM, PH_JT_F64_REM,
    PH_JT_REFERENCE_GET, PH_JT_REFERENCE_SET, PH_JT_THREAD_STATUS,
    PH_JT_HELPER_COUNT
};

struct ph_jt {
    const struct ph_classfile *file;
    struct ph_allocator *allocator;
    struct ph_error *error;
    struct ph_builder *builder;
    struct ph_scratch scratch;        /* lives as long as the translation */
    struct ph_scratch method_scratch; /* emptied for each method */
    bool failed;
    struct ph_slice name; /* of the class, as the unit has it */

    struct ph_jt_pool_slot *pool;
    struct ph_name_map class_refs, signatures; /* names, types → numbers */
    struct ph_name_map own_fields, own_methods; /* "count:I", "put(I)V" → rows of the class file */
    uint32_t helpers[PH_JT_HELPER_COUNT];     /* PH_JT_NONE: not imported */
    bool needs[PH_JT_HELPER_COUNT];
    uint32_t new_multi[256];   /* by dimensions; functions + 1; 0: not imported */
    bool needs_multi[256];
    uint32_t import_count;     /* of functions */
    uint32_t *functions;       /* by method; PH_JT_NONE: abstract */
    uint32_t *natives;         /* the imports that native methods call */
    uint32_t site_count;       /* of invokedynamic */

    /* The origin section. */
    PH_VECTOR(uint16_t) class_rows;
    PH_VECTOR(uint16_t) field_rows;
    PH_VECTOR(uint16_t) method_rows;
    PH_VECTOR(struct ph_jt_constant_row) constant_rows;
    PH_VECTOR(struct ph_jt_function_row) function_rows;
    PH_VECTOR(uint8_t) positions;

    struct ph_jt_body body;
    PH_VECTOR(struct ph_jt_node) nodes; /* 0: the empty stack */
    PH_VECTOR(struct ph_jt_edge) edges;
    PH_VECTOR(uint32_t) queue;
    PH_VECTOR(struct ph_jt_subroutine) subroutines;
    PH_VECTOR(struct ph_jt_site) sites;
    PH_VECTOR(struct ph_jt_return) returns;
    PH_VECTOR(struct ph_jt_event) events;
    PH_VECTOR(uint32_t) labels;  /* of the switch being emitted */
    PH_VECTOR(uint32_t) touched; /* indices of `locals` and `events_of` that are not 0 */
    uint16_t *locals;            /* by local × kinds + kind: the unit's local + 1 */
    uint32_t *events_of;         /* by local: its first event + 1 */
    uint32_t locals_max;         /* of all methods */
};

#define PH_JT_TRY(expression)                  \
    do {                                         \
        ph_status try_status_ = (expression);    \
        if (PH_UNLIKELY(try_status_ != PH_OK)) { \
            return try_status_;                  \
        }                                        \
    } while (0)

/* ---- translate.c --------------------------------------------------------------------------- */

/* Fills in the error: the message, then where, in Java's way. Returns `status`. */
PH_COLD ph_status ph_jt_fail(struct ph_jt *self, ph_status status, const char *format, ...)
    PH_PRINTF(3, 4);
PH_COLD ph_status ph_jt_fail_memory(struct ph_jt *self);
/* Scratch of the method that is translated, all 0; NULL: no memory, `failed` is set. */
void *ph_jt_scratch(struct ph_jt *self, uint64_t count, size_t item_bytes);

/* ---- names.c ------------------------------------------------------------------------------- */

/* The parts, one behind the other, in UTF-8; lives as long as the translation. */
struct ph_slice ph_jt_text(struct ph_jt *self, const struct ph_slice *parts, uint32_t count);
/* "count:I"; "put(I)V" */
struct ph_slice ph_jt_field_name(struct ph_jt *self, struct ph_slice name,
                                   struct ph_slice descriptor);
struct ph_slice ph_jt_method_name(struct ph_jt *self, struct ph_slice name,
                                    struct ph_slice descriptor);

/* ---- references.c -------------------------------------------------------------------------- */

uint8_t ph_jt_kind(uint8_t letter);      /* of a descriptor; 'V': PH_JT_UNSET */

/* What a signature has before and behind the descriptor's parameters. */
#define PH_JT_RECEIVER 1u
#define PH_JT_APPENDIX 2u
uint32_t ph_jt_signature(struct ph_jt *self, struct ph_slice descriptor, uint32_t more);
/* A signature of types. */
uint32_t ph_jt_signature_of(struct ph_jt *self, uint32_t param_count, uint32_t result_count,
                              const uint8_t *types);

/* A class by its name, or an array by its descriptor. `index`: its entry of the pool, or 0. */
uint32_t ph_jt_class_named(struct ph_jt *self, struct ph_slice name, uint32_t index);
uint32_t ph_jt_class(struct ph_jt *self, uint32_t index);
/* Of another class there are two: that for stores is refused if the field is final. */
uint32_t ph_jt_field(struct ph_jt *self, uint32_t index, bool is_static, bool is_set);
uint32_t ph_jt_method(struct ph_jt *self, uint32_t index, enum ph_jt_use use);
/* A method that the constant pool does not name. */
uint32_t ph_jt_method_named(struct ph_jt *self, struct ph_slice class_name,
                              struct ph_slice name, struct ph_slice descriptor);
/* The dynamic constant that is the value of an entry of the pool. */
uint32_t ph_jt_constant(struct ph_jt *self, uint32_t index);
/* The appendix of a call; the number after it is the function's. `site`: as the origin has it. */
uint32_t ph_jt_call(struct ph_jt *self, uint32_t index, uint32_t site);

/* Rows of the class file; PH_JT_NONE: the reference is not to a member of this class. */
uint32_t ph_jt_own_field(struct ph_jt *self, const struct ph_member_reference *member);
uint32_t ph_jt_own_method(struct ph_jt *self, const struct ph_member_reference *member);

/* What to call instead of a getfield or putfield of this class's own field, since the machine keeps
 * the value itself; PH_JT_HELPER_COUNT: nothing, it is a field like others. */
enum ph_jt_helper ph_jt_field_helper(struct ph_jt *self, const struct ph_jt_insn *insn);

/* How a method of java.lang.invoke is called (JVMS 2.9.3). */
enum ph_jt_polymorphic {
    PH_JT_ORDINARY,
    PH_JT_BY_CALL,   /* invokeExact, VarHandle.get…: linked for its call's own type */
    PH_JT_BY_IMPORT  /* invokeBasic, linkTo…: an import of its call's own type */
};
enum ph_jt_polymorphic ph_jt_polymorphic(const struct ph_member_reference *member);

/* ---- check.c ------------------------------------------------------------------------------- */

PH_MUST_CHECK ph_status ph_jt_check(struct ph_jt *self);
/* What a branch at `insn` leads to; `distance` has been checked. */
static inline uint32_t ph_jt_target(const struct ph_jt_insn *insn, int32_t distance)
{
    return insn->pc + (uint32_t)distance;
}

/* ---- step.c -------------------------------------------------------------------------------- */

/* The stack `node` with one more value. Each return address is a new one. */
uint32_t ph_jt_node_push(struct ph_jt *self, uint32_t node, uint8_t kind);
/* What the instruction does to the stack (and, with jsr, to return addresses in locals). For a jsr
 * the stack is afterwards that of the subroutine's begin. */
PH_MUST_CHECK ph_status ph_jt_step(struct ph_jt *self, const struct ph_jt_insn *insn);
/* The kind of the value `depth` below the top; the stack is deep enough. */
uint8_t ph_jt_kind_at(const struct ph_jt *self, uint32_t depth);
/* The kind of what an ldc pushes; PH_JT_UNSET: the constant cannot be loaded. */
uint8_t ph_jt_loadable_kind(const struct ph_jt *self, uint32_t index);
/* The orders of dup and its like: how many values they take from the top, and which of these they
 * leave, by number from the deepest. */
struct ph_jt_shuffle {
    uint8_t takes, leaves;
    uint8_t order[6];
};
PH_MUST_CHECK ph_status ph_jt_shuffle(struct ph_jt *self, uint8_t op,
                                        struct ph_jt_shuffle *shuffle);

/* ---- flow.c -------------------------------------------------------------------------------- */

PH_MUST_CHECK ph_status ph_jt_flow(struct ph_jt *self);
/* The subroutine whose return address `local` holds; PH_JT_NONE: it holds none. */
uint32_t ph_jt_address_in(const struct ph_jt_addresses *addresses, uint32_t local);

/* ---- loops.c -------------------------------------------------------------------------------- */

void ph_jt_loops(struct ph_jt *self);

/* ---- locals.c ------------------------------------------------------------------------------ */

/* Notes what the instruction, with the stack as it is before it, does to locals. */
void ph_jt_note_locals(struct ph_jt *self, const struct ph_jt_insn *insn, bool is_last);
PH_MUST_CHECK ph_status ph_jt_locals(struct ph_jt *self);
/* Forgets the method's locals. */
void ph_jt_locals_reset(struct ph_jt *self);

/* ---- emit.c, emit_objects.c, emit_control.c ------------------------------------------------ */

PH_MUST_CHECK ph_status ph_jt_emit(struct ph_jt *self);
/* Emits the instruction at `insn`, and maybe some behind it: `insn` is then the last of them. */
PH_MUST_CHECK ph_status ph_jt_emit_insn(struct ph_jt *self, struct ph_jt_insn *insn);

void ph_jt_op(struct ph_jt *self, uint32_t opcode);
void ph_jt_op1(struct ph_jt *self, uint32_t opcode, uint64_t immediate);
/* Pushes a local, or a constant: something that can be pushed again. */
void ph_jt_push_again(struct ph_jt *self, uint32_t opcode, uint64_t immediate);
/* The unit's local for one of Java's. */
uint32_t ph_jt_local(struct ph_jt *self, uint32_t local, uint8_t kind);
/* A local of the translator's own; `number` < 4. */
uint32_t ph_jt_temporary(struct ph_jt *self, uint8_t kind, uint32_t number);
uint32_t ph_jt_shape(struct ph_jt *self, uint32_t node);
uint32_t ph_jt_label(struct ph_jt *self, uint32_t block);
/* Makes of the value on top one of the type `letter` (of a descriptor), as ireturn does. */
void ph_jt_narrow(struct ph_jt *self, uint8_t letter);
/* What is emitted from now on comes from `pc`. */
void ph_jt_position(struct ph_jt *self, uint32_t pc);
/* The instruction behind `insn`, if it is in the same block. */
bool ph_jt_peek(struct ph_jt *self, const struct ph_jt_insn *insn,
                  struct ph_jt_insn *behind);
/* Has been emitted: notes its locals and steps. */
PH_MUST_CHECK ph_status ph_jt_done(struct ph_jt *self, const struct ph_jt_insn *insn);

/* Emit an instruction and those behind it that they take along; `insn` becomes the last of them. */
PH_MUST_CHECK ph_status ph_jt_emit_shuffle(struct ph_jt *self, struct ph_jt_insn *insn);
PH_MUST_CHECK ph_status ph_jt_emit_object(struct ph_jt *self, struct ph_jt_insn *insn);
PH_MUST_CHECK ph_status ph_jt_emit_control(struct ph_jt *self, struct ph_jt_insn *insn);
PH_MUST_CHECK ph_status ph_jt_emit_compare(struct ph_jt *self, struct ph_jt_insn *insn);
void ph_jt_emit_handlers(struct ph_jt *self);
void ph_jt_enter_monitor(struct ph_jt *self);

/* ---- origin.c ------------------------------------------------------------------------------ */

void ph_jt_origin_write(struct ph_jt *self);

#endif
