/* SPDX-License-Identifier: Apache-2.0 */
/* emit_objects.c - fields, calls, objects, arrays, casts. */
#include "lang/java/translator.h"

/* ---- Fields --------------------------------------------------------------------------------- */

static void emit_field(struct ph_java *self, const struct ph_java_insn *insn)
{
    uint32_t index = (uint32_t)insn->value;
    struct ph_member_reference member = ph_classfile_member(self->file, index);
    uint8_t letter = member.descriptor.bytes[0];
    bool is_static = insn->op == PH_JAVA_getstatic || insn->op == PH_JAVA_putstatic;
    bool is_set = insn->op == PH_JAVA_putfield || insn->op == PH_JAVA_putstatic;
    uint32_t field = ph_java_field(self, index, is_static);

    if (is_set && letter == 'Z') { /* the others lose their upper bits when they are stored */
        ph_java_narrow(self, letter);
    }
    if (!is_static && ph_java_own_field(self, &member) == PH_JAVA_NONE) {
        ph_java_op1(self, PH_OP_link_field, field);
    }
    ph_java_op1(self,
                is_static ? (is_set ? PH_OP_static_set : PH_OP_static_get)
                          : (is_set ? PH_OP_field_set : PH_OP_field_get),
                field);
    self->body.top_letter = is_set ? 0 : letter;
}

/* ---- Calls ---------------------------------------------------------------------------------- */

/* Arguments, appendix, function; the function takes the appendix as its last argument. */
static void emit_linked_call(struct ph_java *self, uint32_t appendix, struct ph_slice descriptor,
                             uint32_t more)
{
    uint32_t signature = ph_java_signature(self, descriptor, more | PH_JAVA_APPENDIX);

    ph_java_op1(self, PH_OP_constant_get, appendix);
    ph_java_op1(self, PH_OP_constant_get, appendix + 1);
    ph_java_op1(self, PH_OP_call_function, signature);
}

/* True: the call was one of a polymorphic method. */
static bool emit_polymorphic(struct ph_java *self, const struct ph_java_insn *insn,
                             const struct ph_member_reference *member)
{
    uint32_t index = (uint32_t)insn->value;
    bool is_static = insn->op == PH_JAVA_invokestatic;

    if (insn->op != PH_JAVA_invokevirtual && !is_static) {
        return false;
    }
    switch (ph_java_polymorphic(member)) {
    case PH_JAVA_BY_CALL:
        if (!is_static) {
            emit_linked_call(self, ph_java_call(self, index, PH_JAVA_NONE), member->descriptor,
                             PH_JAVA_RECEIVER);
        }
        return !is_static;
    case PH_JAVA_BY_IMPORT: {
        bool is_basic = ph_slice_equal(member->name, PH_SLICE_TEXT("invokeBasic"));
        if (is_basic == is_static) { /* the import is of the other kind */
            return false;
        }
        PH_ASSERT(self->pool[index].import != 0);
        ph_java_op1(self, PH_OP_call, self->pool[index].import - 1);
        return true;
    }
    default:
        return false;
    }
}

/* A method of this very class that no other can stand in for. */
static bool is_final_here(struct ph_java *self, const struct ph_member_reference *member)
{
    uint32_t row = ph_java_own_method(self, member);

    if (row == PH_JAVA_NONE) {
        return false;
    }
    uint32_t flags = self->file->methods[row].flags;
    return (flags & (PH_ACC_STATIC | PH_ACC_ABSTRACT)) == 0 &&
           ((flags & (PH_ACC_PRIVATE | PH_ACC_FINAL)) != 0 ||
            (self->file->flags & PH_ACC_FINAL) != 0);
}

static void emit_call(struct ph_java *self, const struct ph_java_insn *insn)
{
    uint32_t index = (uint32_t)insn->value;
    struct ph_member_reference member = ph_classfile_member(self->file, index);

    if (insn->op == PH_JAVA_invokedynamic) {
        emit_linked_call(self, ph_java_call(self, index, self->site_count++), member.descriptor,
                         0);
    } else if (emit_polymorphic(self, insn, &member)) {
        ;
    } else if (insn->op == PH_JAVA_invokestatic) {
        ph_java_op1(self, PH_OP_call_method, ph_java_method(self, index, PH_JAVA_STATIC));
    } else if (insn->op == PH_JAVA_invokespecial || is_final_here(self, &member)) {
        ph_java_op1(self, PH_OP_call_method, ph_java_method(self, index, PH_JAVA_SPECIAL));
    } else {
        ph_java_op1(self, PH_OP_call_virtual, ph_java_method(self, index, PH_JAVA_VIRTUAL));
    }
    self->body.top_letter = ph_java_result(member.descriptor).bytes[0];
}

/* ---- Classes -------------------------------------------------------------------------------- */

/* The class, or what an array consists of in the end, may be one that others define. */
static bool needs_link(const struct ph_java *self, struct ph_slice name)
{
    uint64_t depth = 0;

    while (depth < name.size && name.bytes[depth] == '[') {
        depth++;
    }
    struct ph_slice item = {name.bytes + depth, name.size - depth};
    if (depth > 0 && item.bytes[0] != 'L') {
        return false;
    }
    return !ph_slice_equal(depth > 0 ? ph_java_class_of(item) : item, self->file->name);
}

static void emit_cast(struct ph_java *self, const struct ph_java_insn *insn)
{
    uint32_t index = (uint32_t)insn->value;
    struct ph_slice name = ph_classfile_text(self->file, index);
    bool is_cast = insn->op == PH_JAVA_checkcast;

    if (is_cast && ph_slice_equal(name, PH_SLICE_TEXT("java/lang/Object"))) {
        return;
    }
    uint32_t class_ref = ph_java_class(self, index);
    if (needs_link(self, name)) {
        ph_java_op1(self, PH_OP_link_class, class_ref);
    }
    ph_java_op1(self, is_cast ? PH_OP_ref_cast : PH_OP_ref_test, class_ref);
    self->body.top_letter = is_cast ? 0 : 'Z';
}

/* ---- Arrays --------------------------------------------------------------------------------- */

static void emit_newarray(struct ph_java *self, const struct ph_java_insn *insn)
{
    static const char names[][3] = {"[Z", "[C", "[F", "[D", "[B", "[S", "[I", "[J"};
    struct ph_slice name = {(const uint8_t *)names[insn->value - 4], 2};

    ph_java_op1(self, PH_OP_array_new, ph_java_class_named(self, name, 0));
}

static void emit_anewarray(struct ph_java *self, const struct ph_java_insn *insn)
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
    (void)ph_java_class(self, (uint32_t)insn->value); /* so that the item has its origin */
    ph_java_op1(self, PH_OP_array_new,
                ph_java_class_named(self, (struct ph_slice){name, at}, 0));
}

static void emit_multianewarray(struct ph_java *self, const struct ph_java_insn *insn)
{
    ph_java_op1(self, PH_OP_constant_get, ph_java_constant(self, (uint32_t)insn->value));
    ph_java_op1(self, PH_OP_call, self->new_multi[insn->extra] - 1);
}

ph_status ph_java_emit_object(struct ph_java *self, struct ph_java_insn *insn)
{
    switch (insn->op) {
    case PH_JAVA_getstatic:
    case PH_JAVA_putstatic:
    case PH_JAVA_getfield:
    case PH_JAVA_putfield:
        emit_field(self, insn);
        break;
    case PH_JAVA_new:
        ph_java_op1(self, PH_OP_object_new, ph_java_class(self, (uint32_t)insn->value));
        break;
    case PH_JAVA_newarray:
        emit_newarray(self, insn);
        break;
    case PH_JAVA_anewarray:
        emit_anewarray(self, insn);
        break;
    case PH_JAVA_multianewarray:
        emit_multianewarray(self, insn);
        break;
    case PH_JAVA_checkcast:
    case PH_JAVA_instanceof:
        emit_cast(self, insn);
        break;
    default:
        PH_ASSERT(insn->op >= PH_JAVA_invokevirtual && insn->op <= PH_JAVA_invokedynamic);
        emit_call(self, insn);
        break;
    }
    return PH_OK;
}
