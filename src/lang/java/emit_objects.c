/* SPDX-License-Identifier: Apache-2.0 */
/* emit_objects.c - fields, calls, objects, arrays, casts. */
#include "lang/java/translator.h"

/* ---- Fields --------------------------------------------------------------------------------- */

/* One of the class's own is there when the code runs, unless the instruction means another kind. */
static bool is_own_field(struct ph_jt *self, const struct ph_member_reference *member)
{
    uint32_t own = ph_jt_own_field(self, member);
    return own != PH_JT_NONE &&
           (own >= self->file->field_count || /* added by the translator */
            (self->file->fields[own].flags & PH_ACC_STATIC) == 0);
}

static void emit_field(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    uint32_t index = (uint32_t)insn->value;
    struct ph_member_reference member = ph_classfile_member(self->file, index);
    uint8_t letter = member.descriptor.bytes[0];
    bool is_static = insn->op == PH_JT_getstatic || insn->op == PH_JT_putstatic;
    bool is_set = insn->op == PH_JT_putfield || insn->op == PH_JT_putstatic;
    enum ph_jt_helper helper = ph_jt_field_helper(self, insn);
    uint32_t field = ph_jt_field(self, index, is_static, is_set);

    if (helper != PH_JT_HELPER_COUNT) {
        ph_jt_op1(self, PH_OP_call, self->helpers[helper]);
        self->body.top_letter = is_set ? 0 : letter;
        return;
    }
    if (is_set && letter == 'Z') { /* the others lose their upper bits when they are stored */
        ph_jt_narrow(self, letter);
    }
    if (!is_static && !is_own_field(self, &member)) {
        ph_jt_op1(self, PH_OP_link_field, field);
    }
    ph_jt_op1(self,
                is_static ? (is_set ? PH_OP_static_set : PH_OP_static_get)
                          : (is_set ? PH_OP_field_set : PH_OP_field_get),
                field);
    self->body.top_letter = is_set ? 0 : letter;
}

/* ---- Calls ---------------------------------------------------------------------------------- */

/* Arguments, appendix, function; the function takes the appendix as its last argument. */
static void emit_linked_call(struct ph_jt *self, uint32_t appendix, struct ph_slice descriptor,
                             uint32_t more)
{
    uint32_t signature = ph_jt_signature(self, descriptor, more | PH_JT_APPENDIX);

    ph_jt_op1(self, PH_OP_constant_get, appendix);
    ph_jt_op1(self, PH_OP_constant_get, appendix + 1);
    ph_jt_op1(self, PH_OP_call_function, signature);
}

/* True: the call was one of a polymorphic method. */
static bool emit_polymorphic(struct ph_jt *self, const struct ph_jt_insn *insn,
                             const struct ph_member_reference *member)
{
    uint32_t index = (uint32_t)insn->value;
    bool is_static = insn->op == PH_JT_invokestatic;

    if (insn->op != PH_JT_invokevirtual && !is_static) {
        return false;
    }
    switch (ph_jt_polymorphic(member)) {
    case PH_JT_BY_CALL:
        if (!is_static) {
            emit_linked_call(self, ph_jt_call(self, index, PH_JT_NONE), member->descriptor,
                             PH_JT_RECEIVER);
        }
        return !is_static;
    case PH_JT_BY_IMPORT: {
        bool is_basic = ph_slice_equal(member->name, PH_SLICE_TEXT("invokeBasic"));
        if (is_basic == is_static) { /* the import is of the other kind */
            return false;
        }
        PH_ASSERT(self->pool[index].import != 0);
        ph_jt_op1(self, PH_OP_call, self->pool[index].import - 1);
        return true;
    }
    default:
        return false;
    }
}

/* A method of this very class that no other can stand in for. */
static bool is_final_here(struct ph_jt *self, const struct ph_member_reference *member)
{
    uint32_t row = ph_jt_own_method(self, member);

    if (row == PH_JT_NONE) {
        return false;
    }
    uint32_t flags = self->file->methods[row].flags;
    return (flags & (PH_ACC_STATIC | PH_ACC_ABSTRACT)) == 0 &&
           ((flags & (PH_ACC_PRIVATE | PH_ACC_FINAL)) != 0 ||
            (self->file->flags & PH_ACC_FINAL) != 0);
}

/* The constructor that every object comes to in the end, and that does nothing. */
static bool is_empty_constructor(const struct ph_jt_insn *insn,
                                 const struct ph_member_reference *member)
{
    return insn->op == PH_JT_invokespecial &&
           ph_slice_equal(member->name, PH_SLICE_TEXT("<init>")) &&
           ph_slice_equal(member->descriptor, PH_SLICE_TEXT("()V")) &&
           ph_slice_equal(member->class_name, PH_SLICE_TEXT("java/lang/Object"));
}

/* Static methods of the library that are what one instruction does, or two. No loader but the first
 * may define their classes, and nobody sees whether those were initialised. */
static const struct {
    const char *class_name, *name, *descriptor;
    uint16_t opcode, then; /* then: 0, or what makes the result, or the operand, fit */
    bool is_before;
} instructions[] = {
    {"Math", "sqrt", "(D)D", PH_OP_f64_sqrt, 0, false},
    {"Math", "abs", "(D)D", PH_OP_f64_abs, 0, false},
    {"Math", "abs", "(F)F", PH_OP_f32_abs, 0, false},
    {"Math", "floor", "(D)D", PH_OP_f64_floor, 0, false},
    {"Math", "ceil", "(D)D", PH_OP_f64_ceil, 0, false},
    {"Math", "rint", "(D)D", PH_OP_f64_nearest, 0, false},
    {"StrictMath", "sqrt", "(D)D", PH_OP_f64_sqrt, 0, false},
    {"Double", "doubleToRawLongBits", "(D)J", PH_OP_i64_reinterpret_f64, 0, false},
    {"Double", "longBitsToDouble", "(J)D", PH_OP_f64_reinterpret_i64, 0, false},
    {"Float", "floatToRawIntBits", "(F)I", PH_OP_i32_reinterpret_f32, 0, false},
    {"Float", "intBitsToFloat", "(I)F", PH_OP_f32_reinterpret_i32, 0, false},
    {"Integer", "numberOfLeadingZeros", "(I)I", PH_OP_i32_clz, 0, false},
    {"Integer", "numberOfTrailingZeros", "(I)I", PH_OP_i32_ctz, 0, false},
    {"Integer", "bitCount", "(I)I", PH_OP_i32_popcnt, 0, false},
    {"Integer", "rotateLeft", "(II)I", PH_OP_i32_rotl, 0, false},
    {"Integer", "rotateRight", "(II)I", PH_OP_i32_rotr, 0, false},
    {"Long", "numberOfLeadingZeros", "(J)I", PH_OP_i64_clz, PH_OP_i32_wrap_i64, false},
    {"Long", "numberOfTrailingZeros", "(J)I", PH_OP_i64_ctz, PH_OP_i32_wrap_i64, false},
    {"Long", "bitCount", "(J)I", PH_OP_i64_popcnt, PH_OP_i32_wrap_i64, false},
    {"Long", "rotateLeft", "(JI)J", PH_OP_i64_rotl, PH_OP_i64_extend_i32_u, true},
    {"Long", "rotateRight", "(JI)J", PH_OP_i64_rotr, PH_OP_i64_extend_i32_u, true},
    {"Long", "compare", "(JJ)I", PH_OP_i64_compare, 0, false},
};

static bool is_text(struct ph_slice slice, const char *text)
{
    return ph_slice_equal(slice, (struct ph_slice){(const uint8_t *)text, strlen(text)});
}

/* True: the call was an instruction. */
static bool emit_instruction(struct ph_jt *self, const struct ph_member_reference *member)
{
    struct ph_slice package = PH_SLICE_TEXT("java/lang/"), class_name = member->class_name;

    if (class_name.size < package.size ||
        memcmp(class_name.bytes, package.bytes, (size_t)package.size) != 0) {
        return false;
    }
    class_name.bytes += package.size;
    class_name.size -= package.size;
    for (uint32_t i = 0; i < PH_COUNT(instructions); i++) {
        if (is_text(class_name, instructions[i].class_name) &&
            is_text(member->name, instructions[i].name) &&
            is_text(member->descriptor, instructions[i].descriptor)) {
            if (instructions[i].is_before) {
                ph_jt_op(self, instructions[i].then);
            }
            ph_jt_op(self, instructions[i].opcode);
            if (!instructions[i].is_before && instructions[i].then != 0) {
                ph_jt_op(self, instructions[i].then);
            }
            return true;
        }
    }
    return false;
}

static void emit_call(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    uint32_t index = (uint32_t)insn->value;
    struct ph_member_reference member = ph_classfile_member(self->file, index);

    if (insn->op == PH_JT_invokedynamic) {
        emit_linked_call(self, ph_jt_call(self, index, self->site_count++), member.descriptor,
                         0);
    } else if (is_empty_constructor(insn, &member)) {
        ph_jt_op(self, PH_OP_drop);
    } else if (emit_polymorphic(self, insn, &member)) {
        ;
    } else if (insn->op == PH_JT_invokestatic && emit_instruction(self, &member)) {
        ;
    } else if (insn->op == PH_JT_invokestatic) {
        ph_jt_op1(self, PH_OP_call_method, ph_jt_method(self, index, PH_JT_STATIC));
    } else if (insn->op == PH_JT_invokespecial || is_final_here(self, &member)) {
        ph_jt_op1(self, PH_OP_call_method, ph_jt_method(self, index, PH_JT_SPECIAL));
    } else {
        ph_jt_op1(self, PH_OP_call_virtual, ph_jt_method(self, index, PH_JT_VIRTUAL));
    }
    self->body.top_letter = ph_java_result(member.descriptor).bytes[0];
}

/* ---- Classes -------------------------------------------------------------------------------- */

/* Others define it; or it is an array, which stands below classes that others define. */
static bool needs_link(const struct ph_jt *self, struct ph_slice name)
{
    return !ph_slice_equal(name, self->file->name);
}

static void emit_cast(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    uint32_t index = (uint32_t)insn->value;
    struct ph_slice name = ph_classfile_text(self->file, index);
    bool is_cast = insn->op == PH_JT_checkcast;

    if (is_cast && ph_slice_equal(name, PH_SLICE_TEXT("java/lang/Object"))) {
        return;
    }
    uint32_t class_ref = ph_jt_class(self, index);
    if (needs_link(self, name)) {
        ph_jt_op1(self, PH_OP_link_class, class_ref);
    }
    ph_jt_op1(self, is_cast ? PH_OP_ref_cast : PH_OP_ref_test, class_ref);
    self->body.top_letter = is_cast ? 0 : 'Z';
}

/* ---- Arrays --------------------------------------------------------------------------------- */

static void emit_newarray(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    static const char names[][3] = {"[Z", "[C", "[F", "[D", "[B", "[S", "[I", "[J"};
    struct ph_slice name = {(const uint8_t *)names[insn->value - 4], 2};

    ph_jt_op1(self, PH_OP_array_new, ph_jt_class_named(self, name, 0));
}

static void emit_anewarray(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    struct ph_slice item = ph_classfile_text(self->file, (uint32_t)insn->value);
    bool is_array = item.bytes[0] == '[';
    uint8_t *name = ph_scratch_alloc(&self->scratch, (size_t)item.size + 3);

    if (name == NULL) {
        self->failed = true;
        return;
    }
    uint64_t at = 0;
    name[at++] = '[';
    if (!is_array) {
        name[at++] = 'L';
    }
    memcpy(name + at, item.bytes, (size_t)item.size);
    at += item.size;
    if (!is_array) {
        name[at++] = ';';
    }
    (void)ph_jt_class(self, (uint32_t)insn->value); /* so that the item has its origin */
    ph_jt_op1(self, PH_OP_array_new,
                ph_jt_class_named(self, (struct ph_slice){name, at}, 0));
}

static void emit_multianewarray(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    ph_jt_op1(self, PH_OP_constant_get, ph_jt_constant(self, (uint32_t)insn->value));
    ph_jt_op1(self, PH_OP_call, self->new_multi[insn->extra] - 1);
}

ph_status ph_jt_emit_object(struct ph_jt *self, struct ph_jt_insn *insn)
{
    switch (insn->op) {
    case PH_JT_getstatic:
    case PH_JT_putstatic:
    case PH_JT_getfield:
    case PH_JT_putfield:
        emit_field(self, insn);
        break;
    case PH_JT_new:
        ph_jt_op1(self, PH_OP_object_new, ph_jt_class(self, (uint32_t)insn->value));
        break;
    case PH_JT_newarray:
        emit_newarray(self, insn);
        break;
    case PH_JT_anewarray:
        emit_anewarray(self, insn);
        break;
    case PH_JT_multianewarray:
        emit_multianewarray(self, insn);
        break;
    case PH_JT_checkcast:
    case PH_JT_instanceof:
        emit_cast(self, insn);
        break;
    default:
        PH_ASSERT(insn->op >= PH_JT_invokevirtual && insn->op <= PH_JT_invokedynamic);
        emit_call(self, insn);
        break;
    }
    return PH_OK;
}
