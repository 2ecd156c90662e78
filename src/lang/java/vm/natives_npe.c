/* SPDX-License-Identifier: Apache-2.0 */
/* natives_npe.c - what a NullPointerException says about itself (JEP 358): which action failed, and
 * where the null came from, found out from the bytecode of the method.
 *
 * For each instruction that can be reached the stack is worked out as the numbers of the
 * instructions that pushed what lies there. Methods were verified when they were defined; where the
 * bytes do not fit what is expected here all the same, there is no message. */
#include "lang/java/vm/natives.h"

#include "base/text.h"
#include "lang/java/bytecode.h"

#define DETAIL_MAX 5u         /* how far back a value is followed */
#define TABLE_BYTES_MAX (UINT64_C(4) << 20)
#define TEXT_BYTES 2048u
#define SOURCE_UNKNOWN UINT16_MAX
#define DEPTH_UNSET UINT16_MAX

struct npe {
    const struct ph_classfile *file;
    const struct ph_class_method *method;
    struct ph_class_code code; /* the method's */
    struct ph_scratch scratch;
    uint16_t *depths;    /* by pc: words on the stack before it; DEPTH_UNSET: not reached */
    uint16_t *sources;   /* by pc, max_stack words each: pc of what pushed it */
    uint64_t *written;   /* by pc: locals below 64 that may have been stored to */
    uint32_t *queue, queue_count;
    bool *is_queued;
    uint16_t *stack;     /* now */
    uint32_t depth;
    uint64_t writes;
    bool failed;
    char text[TEXT_BYTES];
    size_t length;
};

PH_PRINTF(2, 3) static void add(struct npe *n, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ph_text_vappend(n->text, sizeof(n->text), &n->length, format, arguments);
    va_end(arguments);
}

/* ---- The stack ------------------------------------------------------------------------------- */

static uint16_t pop(struct npe *n)
{
    if (n->depth == 0) {
        n->failed = true;
        return SOURCE_UNKNOWN;
    }
    return n->stack[--n->depth];
}

static void push(struct npe *n, uint32_t words, uint32_t source)
{
    for (uint32_t i = 0; i < words; i++) {
        if (n->depth == n->code.max_stack) {
            n->failed = true;
            return;
        }
        n->stack[n->depth++] = (uint16_t)source;
    }
}

static void drop(struct npe *n, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++) {
        (void)pop(n);
    }
}

static uint32_t words_of(uint8_t letter)
{
    switch (letter) {
    case 'V': return 0;
    case 'J': case 'D': case 'l': case 'd': return 2;
    default: return 1;
    }
}

/* The upper `count` words, once more below `under` others. */
static void duplicate(struct npe *n, uint32_t count, uint32_t under)
{
    uint16_t words[4];
    uint32_t total = count + under;

    for (uint32_t i = 0; i < total; i++) {
        words[i] = pop(n); /* uppermost first */
    }
    for (uint32_t i = count; i > 0; i--) {
        push(n, 1, words[i - 1]);
    }
    for (uint32_t i = total; i > 0; i--) {
        push(n, 1, words[i - 1]);
    }
}

static void swap(struct npe *n)
{
    uint16_t upper = pop(n), lower = pop(n);
    push(n, 1, upper);
    push(n, 1, lower);
}

static void step_member(struct npe *n, const struct ph_jt_insn *insn)
{
    struct ph_member_reference member = ph_classfile_member(n->file, (uint32_t)insn->value);
    uint32_t words = words_of(member.descriptor.bytes[0]);

    switch (insn->op) {
    case PH_JT_getstatic:
        push(n, words, insn->pc);
        return;
    case PH_JT_putstatic:
        drop(n, words);
        return;
    case PH_JT_getfield:
        drop(n, 1);
        push(n, words, insn->pc);
        return;
    case PH_JT_putfield:
        drop(n, words + 1);
        return;
    default:
        drop(n, ph_java_parameter_slots(member.descriptor) +
                    (insn->op != PH_JT_invokestatic && insn->op != PH_JT_invokedynamic));
        push(n, words_of(ph_java_result(member.descriptor).bytes[0]), insn->pc);
        return;
    }
}

/* What the table of instructions says of them. */
static void step_plain(struct npe *n, const struct ph_jt_insn *insn)
{
    const char *stack = ph_jt_ops[insn->op].stack, *at = stack;
    uint32_t pops = 0;

    for (; *at != 0 && *at != ':'; at++) {
        pops += words_of((uint8_t)*at);
    }
    drop(n, pops);
    for (at += *at == ':'; *at != 0; at++) {
        push(n, words_of((uint8_t)*at), insn->pc);
    }
}

static void note_write(struct npe *n, const struct ph_jt_insn *insn)
{
    bool is_store = insn->op >= PH_JT_istore && insn->op <= PH_JT_astore;
    if ((is_store || insn->op == PH_JT_iinc) && insn->value < 64) {
        n->writes |= UINT64_C(1) << insn->value;
    }
}

static void step(struct npe *n, const struct ph_jt_insn *insn)
{
    note_write(n, insn);
    switch (insn->op) {
    case PH_JT_checkcast: break; /* the same value */
    case PH_JT_ldc: case PH_JT_ldc_w: case PH_JT_jsr: push(n, 1, insn->pc); break;
    case PH_JT_ldc2_w: push(n, 2, insn->pc); break;
    case PH_JT_astore: case PH_JT_pop: drop(n, 1); break;
    case PH_JT_pop2: drop(n, 2); break;
    case PH_JT_dup: duplicate(n, 1, 0); break;
    case PH_JT_dup_x1: duplicate(n, 1, 1); break;
    case PH_JT_dup_x2: duplicate(n, 1, 2); break;
    case PH_JT_dup2: duplicate(n, 2, 0); break;
    case PH_JT_dup2_x1: duplicate(n, 2, 1); break;
    case PH_JT_dup2_x2: duplicate(n, 2, 2); break;
    case PH_JT_swap: swap(n); break;
    case PH_JT_multianewarray:
        drop(n, (uint32_t)insn->extra);
        push(n, 1, insn->pc);
        break;
    default:
        if (insn->op >= PH_JT_getstatic && insn->op <= PH_JT_invokedynamic) {
            step_member(n, insn);
        } else if (ph_jt_ops[insn->op].stack[0] != '*') {
            step_plain(n, insn);
        }
        break;
    }
}

/* ---- Flow ------------------------------------------------------------------------------------ */

/* Control may come to `pc` with the stack as it is now. */
static void flow_to(struct npe *n, uint32_t pc)
{
    uint32_t size = (uint32_t)n->code.code.size, width = n->code.max_stack;
    bool changed = false;

    if (pc >= size) {
        n->failed = true;
        return;
    }
    uint16_t *there = n->sources + (uint64_t)pc * width;
    if (n->depths[pc] == DEPTH_UNSET) {
        n->depths[pc] = (uint16_t)n->depth;
        memcpy(there, n->stack, n->depth * sizeof(*there));
        changed = true;
    } else if (n->depths[pc] != n->depth) {
        n->failed = true;
        return;
    }
    for (uint32_t i = 0; i < n->depth; i++) {
        if (there[i] != n->stack[i] && there[i] != SOURCE_UNKNOWN) {
            there[i] = SOURCE_UNKNOWN;
            changed = true;
        }
    }
    changed = changed || (n->writes & ~n->written[pc]) != 0;
    n->written[pc] |= n->writes;
    if (changed && !n->is_queued[pc]) {
        n->is_queued[pc] = true;
        n->queue[n->queue_count++] = pc;
    }
}

static void flow_to_handlers(struct npe *n, uint32_t pc)
{
    const struct ph_class_code *code = &n->code;
    uint32_t depth = n->depth;
    uint16_t lowest = depth > 0 ? n->stack[0] : 0;

    for (uint32_t i = 0; i < code->handler_count && code->max_stack > 0; i++) {
        if (code->handlers[i].start <= pc && pc < code->handlers[i].end) {
            n->stack[0] = SOURCE_UNKNOWN;
            n->depth = 1;
            flow_to(n, code->handlers[i].handler);
        }
    }
    n->depth = depth;
    if (depth > 0) {
        n->stack[0] = lowest;
    }
}

static void flow_on(struct npe *n, const struct ph_jt_insn *insn)
{
    uint8_t flags = ph_jt_ops[insn->op].flags;

    if (insn->op == PH_JT_tableswitch || insn->op == PH_JT_lookupswitch) {
        flow_to(n, insn->pc + (uint32_t)insn->value);
        for (uint32_t i = 0; i < insn->count && !n->failed; i++) {
            flow_to(n, insn->pc + (uint32_t)ph_jt_switch_distance(insn, i));
        }
        return;
    }
    if (insn->op == PH_JT_jsr || insn->op == PH_JT_ret) {
        n->failed = true; /* of old compilers */
        return;
    }
    if ((flags & PH_JT_BRANCH) != 0) {
        flow_to(n, insn->pc + (uint32_t)insn->value);
    }
    if ((flags & PH_JT_ENDS) == 0) {
        flow_to(n, insn->next);
    }
}

static bool analyse(struct npe *n)
{
    const struct ph_class_code *code = &n->code;
    struct ph_jt_insn insn;

    flow_to(n, 0);
    while (n->queue_count > 0 && !n->failed) {
        uint32_t pc = n->queue[--n->queue_count];
        n->is_queued[pc] = false;
        n->depth = n->depths[pc];
        n->writes = n->written[pc];
        memcpy(n->stack, n->sources + (uint64_t)pc * code->max_stack,
               n->depth * sizeof(*n->stack));
        if (!ph_jt_decode(code->code, pc, &insn)) {
            return false;
        }
        flow_to_handlers(n, pc);
        step(n, &insn);
        if (!n->failed) {
            flow_on(n, &insn);
        }
    }
    return !n->failed;
}

static bool make_tables(struct npe *n)
{
    const struct ph_class_code *code = &n->code;
    size_t size = (size_t)code->code.size, width = code->max_stack;

    if (size * (width * sizeof(uint16_t) + 16) > TABLE_BYTES_MAX) {
        return false;
    }
    n->depths = ph_scratch_alloc(&n->scratch, size * sizeof(*n->depths));
    n->sources = ph_scratch_alloc(&n->scratch, size * width * sizeof(*n->sources) + 1);
    n->written = ph_scratch_alloc(&n->scratch, size * sizeof(*n->written));
    n->queue = ph_scratch_alloc(&n->scratch, size * sizeof(*n->queue));
    n->is_queued = ph_scratch_alloc(&n->scratch, size * sizeof(*n->is_queued));
    n->stack = ph_scratch_alloc(&n->scratch, (width + 1) * sizeof(*n->stack));
    if (n->depths == NULL || n->sources == NULL || n->written == NULL || n->queue == NULL ||
        n->is_queued == NULL || n->stack == NULL) {
        return false;
    }
    memset(n->depths, 0xff, size * sizeof(*n->depths));
    memset(n->written, 0, size * sizeof(*n->written));
    memset(n->is_queued, 0, size * sizeof(*n->is_queued));
    return true;
}

/* ---- Names ----------------------------------------------------------------------------------- */

/* A class's name with dots; the two best known ones without their package. */
static void add_class(struct npe *n, struct ph_slice name)
{
    if (ph_slice_equal(name, PH_SLICE_TEXT("java/lang/Object")) ||
        ph_slice_equal(name, PH_SLICE_TEXT("java/lang/String"))) {
        name.bytes += strlen("java/lang/");
        name.size -= strlen("java/lang/");
    }
    for (uint64_t i = 0; i < name.size; i++) {
        add(n, "%c", name.bytes[i] == '/' ? '.' : name.bytes[i]);
    }
}

static void add_type(struct npe *n, struct ph_slice type)
{
    uint32_t depth = 0;

    for (; type.bytes[0] == '['; depth++) {
        type.bytes++;
        type.size--;
    }
    if (type.bytes[0] == 'L') {
        add_class(n, ph_java_class_of(type));
    } else {
        add(n, "%s", ph_java_primitive_name(type.bytes[0]));
    }
    for (; depth > 0; depth--) {
        add(n, "[]");
    }
}

static void add_slice(struct npe *n, struct ph_slice text)
{
    add(n, "%.*s", (int)text.size, (const char *)text.bytes);
}

static void add_method(struct npe *n, const struct ph_member_reference *member)
{
    struct ph_slice rest = member->descriptor, type;
    bool is_first = true;

    if (member->class_name.size > 0 && member->class_name.bytes[0] == '[') {
        add_type(n, member->class_name);
    } else {
        add_class(n, member->class_name);
    }
    add(n, ".");
    add_slice(n, member->name);
    add(n, "(");
    while (ph_java_next_parameter(&rest, &type)) {
        add(n, is_first ? "" : ", ");
        add_type(n, type);
        is_first = false;
    }
    add(n, ")");
}

/* "<parameter2>" for what was passed and not stored to; its number, 0: it is none. */
static uint32_t parameter_number(const struct npe *n, uint32_t slot)
{
    struct ph_slice rest = ph_classfile_text(n->file, n->method->descriptor), type;
    uint32_t at = (n->method->flags & PH_ACC_STATIC) == 0, number = 1;

    for (; ph_java_next_parameter(&rest, &type); number++) {
        if (at == slot) {
            return number;
        }
        at += words_of(type.bytes[0]);
    }
    return 0;
}

static void add_local(struct npe *n, uint32_t pc, uint32_t slot)
{
    const struct ph_class_code *code = &n->code;
    bool is_written = slot >= 64 || (n->written[pc] >> slot & 1) != 0;

    for (uint32_t i = 0; i < code->local_count; i++) {
        const struct ph_class_local *local = &code->locals[i];
        if (local->index == slot && local->start <= pc && pc < local->start + local->size) {
            add_slice(n, ph_classfile_text(n->file, local->name));
            return;
        }
    }
    uint32_t number = is_written ? 0 : parameter_number(n, slot);
    if (!is_written && slot == 0 && (n->method->flags & PH_ACC_STATIC) == 0) {
        add(n, "this");
    } else if (number != 0) {
        add(n, "<parameter%u>", number);
    } else {
        add(n, "<local%u>", slot);
    }
}

/* ---- Where the null came from ---------------------------------------------------------------- */

static bool is_call(uint8_t op)
{
    return op >= PH_JT_invokevirtual && op <= PH_JT_invokeinterface;
}

/* What pushed the word that is `below` others under the top before `pc`; false: not known. */
static bool source_of(struct npe *n, uint32_t pc, uint32_t below, struct ph_jt_insn *insn)
{
    uint32_t depth = n->depths[pc], width = n->code.max_stack;

    if (n->depths[pc] == DEPTH_UNSET || below >= depth) {
        return false;
    }
    uint16_t source = n->sources[(uint64_t)pc * width + depth - 1 - below];
    return source != SOURCE_UNKNOWN && ph_jt_decode(n->code.code, source, insn);
}

/* The expression that gave that word, as in Java's text. False: none that can be said; nothing was
 * added then. */
static bool add_value(struct npe *n, uint32_t pc, uint32_t below, uint32_t detail) /* NOLINT */
{
    struct ph_jt_insn insn;
    struct ph_member_reference member;

    if (detail == 0 || !source_of(n, pc, below, &insn)) {
        return false;
    }
    if (insn.op >= PH_JT_iaload && insn.op <= PH_JT_saload) {
        if (!add_value(n, insn.pc, 1, detail - 1)) {
            add(n, "<array>");
        }
        add(n, "[");
        if (!add_value(n, insn.pc, 0, detail - 1)) {
            add(n, "...");
        }
        add(n, "]");
        return true;
    }
    switch (insn.op) {
    case PH_JT_aconst_null: add(n, "null"); return true;
    case PH_JT_sipush: add(n, "%d", insn.value); return true;
    case PH_JT_iload: case PH_JT_aload: add_local(n, insn.pc, (uint32_t)insn.value); return true;
    case PH_JT_getstatic:
        member = ph_classfile_member(n->file, (uint32_t)insn.value);
        add_class(n, member.class_name);
        add(n, ".");
        add_slice(n, member.name);
        return true;
    case PH_JT_getfield:
        member = ph_classfile_member(n->file, (uint32_t)insn.value);
        if (add_value(n, insn.pc, 0, detail - 1)) {
            add(n, ".");
        }
        add_slice(n, member.name);
        return true;
    default:
        if (!is_call(insn.op)) {
            return false;
        }
        member = ph_classfile_member(n->file, (uint32_t)insn.value);
        add_method(n, &member);
        return true;
    }
}

/* What failed; *below: how many words lie over the null. False: the instruction cannot have thrown
 * the exception itself. */
static bool add_action(struct npe *n, const struct ph_jt_insn *insn, uint32_t *below)
{
    static const char *const kinds[] = {"int",    "long", "float", "double",
                                        "object", "byte/boolean", "char",  "short"};
    struct ph_member_reference member;

    *below = 0;
    if (insn->op >= PH_JT_iaload && insn->op <= PH_JT_saload) {
        *below = 1;
        add(n, "Cannot load from %s array", kinds[insn->op - PH_JT_iaload]);
        return true;
    }
    if (insn->op >= PH_JT_iastore && insn->op <= PH_JT_sastore) {
        uint32_t kind = insn->op - (uint32_t)PH_JT_iastore;
        *below = kind == 1 || kind == 3 ? 3 : 2;
        add(n, "Cannot store to %s array", kinds[kind]);
        return true;
    }
    switch (insn->op) {
    case PH_JT_arraylength: add(n, "Cannot read the array length"); return true;
    case PH_JT_athrow: add(n, "Cannot throw exception"); return true;
    case PH_JT_monitorenter: add(n, "Cannot enter synchronized block"); return true;
    case PH_JT_monitorexit: add(n, "Cannot exit synchronized block"); return true;
    case PH_JT_getfield:
    case PH_JT_putfield:
        member = ph_classfile_member(n->file, (uint32_t)insn->value);
        *below = insn->op == PH_JT_putfield ? words_of(member.descriptor.bytes[0]) : 0;
        add(n, "Cannot %s field \"", insn->op == PH_JT_putfield ? "assign" : "read");
        add_slice(n, member.name);
        add(n, "\"");
        return true;
    case PH_JT_invokevirtual:
    case PH_JT_invokespecial:
    case PH_JT_invokeinterface:
        member = ph_classfile_member(n->file, (uint32_t)insn->value);
        if (ph_slice_equal(member.name, PH_SLICE_TEXT("<init>"))) {
            return false; /* "new NullPointerException()": a constructor's receiver is never null */
        }
        *below = ph_java_parameter_slots(member.descriptor);
        add(n, "Cannot invoke \"");
        add_method(n, &member);
        add(n, "\"");
        return true;
    default:
        return false;
    }
}

static void add_reason(struct npe *n, uint32_t pc, uint32_t below)
{
    struct ph_jt_insn insn;
    size_t before = n->length;

    if (!source_of(n, pc, below, &insn)) {
        return;
    }
    add(n, is_call(insn.op) ? " because the return value of \"" : " because \"");
    if (add_value(n, pc, below, DETAIL_MAX)) {
        add(n, "\" is null");
    } else {
        n->length = before;
    }
}

/* ---- The native ------------------------------------------------------------------------------ */

/* Where the exception was thrown: the innermost frame of its backtrace. */
static bool place_of(struct ph_call *call, struct ph_java_frame *place)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref trace = ph_java_get_ref(vm, ph_java_argument(call, 0), "backtrace:Ljava/lang/Object;");
    const struct ph_class *class = trace == 0 ? NULL : ph_class_of(vm->heap, trace);

    if (class == NULL || class->layout != PH_LAYOUT_BYTES || class->item_kind != PH_STORE_I64) {
        return false;
    }
    const struct ph_bytes *array = ph_address(vm->heap, trace);
    const uint64_t *numbers = (const uint64_t *)(const void *)array->data;
    return array->length >= 2 && ph_java_frame_at(vm, numbers[0], (uint32_t)numbers[1], place);
}

static enum ph_outcome extended_message(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_java_frame place;
    struct ph_jt_insn insn;
    uint32_t below;

    if (!place_of(call, &place)) {
        return ph_java_return(call, 0);
    }
    uint32_t bci = ph_java_frame_bci(&place);
    const struct ph_class_method *method = &place.class->file.methods[place.method];
    struct npe *n = ph_alloc(vm->allocator, sizeof(*n));
    if (n == NULL) {
        return ph_java_out_of_memory(call);
    }
    *n = (struct npe){.file = &place.class->file, .method = method};
    ph_scratch_init(&n->scratch, vm->allocator, 0);
    if (method->code.code.bytes != NULL && bci < method->code.code.size &&
        ph_classfile_code(n->file, method, &n->scratch, &n->code) == PH_OK &&
        ph_jt_decode(n->code.code, bci, &insn) && add_action(n, &insn, &below) &&
        make_tables(n) && analyse(n)) {
        add_reason(n, bci, below);
    }
    struct ph_slice text = {(const uint8_t *)n->text, n->length};
    ph_ref string = n->length == 0 ? 0 : ph_java_string(call, text);
    ph_scratch_finish(&n->scratch);
    ph_free(vm->allocator, n, sizeof(*n));
    return ph_java_return(call, string);
}

ph_status ph_java_npe_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", "java/lang/NullPointerException.getExtendedNPEMessage()Ljava/lang/String;",
         "r:r", extended_message},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
