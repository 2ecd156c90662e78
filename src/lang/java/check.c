/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - pass 1: what must hold of all code, reached or not (JVMS 4.9.1). */
#include "lang/java/translator.h"

/* ---- Where control goes --------------------------------------------------------------------- */

static ph_status mark_target(struct ph_jt *self, const struct ph_jt_insn *insn,
                             int32_t distance)
{
    int64_t target = (int64_t)insn->pc + distance;

    if (target < 0 || (uint64_t)target >= self->body.code.size) {
        return ph_jt_fail(self, PH_INVALID, "Illegal target of jump or branch");
    }
    self->body.marks[target] |= PH_JT_TARGET | PH_JT_LEADER;
    return PH_OK;
}

static ph_status mark_switch(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    int64_t last_key = INT64_MIN;

    for (uint32_t i = 0; i < insn->count; i++) {
        int32_t key = ph_jt_switch_key(insn, i);
        if (insn->op == PH_JT_lookupswitch && key <= last_key) {
            return ph_jt_fail(self, PH_INVALID, "Bad lookupswitch instruction");
        }
        last_key = key;
        PH_JT_TRY(mark_target(self, insn, ph_jt_switch_distance(insn, i)));
    }
    return mark_target(self, insn, insn->value);
}

static ph_status mark_branch(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    char operand = ph_jt_ops[insn->op].operand;

    if (operand == 'T' || operand == 'L') {
        return mark_switch(self, insn);
    }
    return mark_target(self, insn, insn->value);
}

/* ---- Operands ------------------------------------------------------------------------------- */

static uint32_t local_slots(uint8_t op)
{
    return op == PH_JT_lload || op == PH_JT_dload || op == PH_JT_lstore ||
                   op == PH_JT_dstore
               ? 2
               : 1;
}

static ph_status check_local(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    uint32_t slots = local_slots(insn->op);

    if ((uint32_t)insn->value + slots > self->body.method->code.max_locals) {
        return ph_jt_fail(self, PH_INVALID, "Local variable table overflow");
    }
    bool writes = (insn->op >= PH_JT_istore && insn->op <= PH_JT_astore) ||
                  insn->op == PH_JT_iinc;
    if (insn->value == 0 && writes) {
        self->body.writes_this = true;
    }
    return PH_OK;
}

static ph_status want_tag(struct ph_jt *self, const struct ph_jt_insn *insn, uint32_t tags)
{
    uint8_t tag = ph_classfile_tag(self->file, (uint32_t)insn->value);

    if ((tags >> tag & 1) == 0) {
        return ph_jt_fail(self, PH_INVALID, "Illegal type at constant pool entry %d",
                            insn->value);
    }
    return PH_OK;
}

/* The dimensions of an array class; 0: it is none. */
static uint32_t dimensions(struct ph_slice name)
{
    uint32_t count = 0;

    while (count < name.size && name.bytes[count] == '[') {
        count++;
    }
    return count;
}

static ph_status check_class(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    PH_JT_TRY(want_tag(self, insn, 1u << PH_CONSTANT_CLASS));
    uint32_t depth = dimensions(ph_classfile_text(self->file, (uint32_t)insn->value));
    switch (insn->op) {
    case PH_JT_new:
        return depth == 0 ? PH_OK : ph_jt_fail(self, PH_INVALID, "Illegal creation of array");
    case PH_JT_anewarray:
        return depth < PH_JAVA_DIMENSIONS_MAX
                   ? PH_OK
                   : ph_jt_fail(self, PH_INVALID, "Array with too many dimensions");
    case PH_JT_multianewarray:
        if (insn->extra < 1 || (uint32_t)insn->extra > depth) {
            return ph_jt_fail(self, PH_INVALID, "Illegal dimension argument");
        }
        self->needs_multi[insn->extra] = true;
        return PH_OK;
    default:
        return PH_OK;
    }
}

/* Tags of the methods that an instruction may name. */
static uint32_t method_tags(const struct ph_jt *self, uint8_t op)
{
    uint32_t plain = 1u << PH_CONSTANT_METHOD;
    uint32_t both = plain | 1u << PH_CONSTANT_INTERFACE_METHOD;

    switch (op) {
    case PH_JT_invokevirtual:
        return plain;
    case PH_JT_invokeinterface:
        return 1u << PH_CONSTANT_INTERFACE_METHOD;
    case PH_JT_invokedynamic:
        return 1u << PH_CONSTANT_INVOKE_DYNAMIC;
    default:
        return self->file->major >= 52 ? both : plain;
    }
}

static ph_status check_method(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    PH_JT_TRY(want_tag(self, insn, method_tags(self, insn->op)));
    struct ph_member_reference member = ph_classfile_member(self->file, (uint32_t)insn->value);
    bool is_initializer = ph_slice_equal(member.name, PH_SLICE_TEXT("<init>"));
    if (member.name.bytes[0] == '<' && !(is_initializer && insn->op == PH_JT_invokespecial)) {
        return ph_jt_fail(self, PH_INVALID, "Illegal call to internal method");
    }
    if (insn->op != PH_JT_invokeinterface) {
        return PH_OK;
    }
    if (insn->extra != (int32_t)ph_java_parameter_slots(member.descriptor) + 1) {
        return ph_jt_fail(self, PH_INVALID, "Inconsistent args count operand in "
                                              "invokeinterface");
    }
    return PH_OK;
}

/* Those that the table of operands does not tell apart. */
static ph_status check_constant(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    switch (insn->op) {
    case PH_JT_ldc_w:
    case PH_JT_ldc2_w: {
        uint8_t kind = ph_jt_loadable_kind(self, (uint32_t)insn->value);
        bool is_wide = kind == PH_I64 || kind == PH_F64;
        if (kind == PH_JT_UNSET || is_wide != (insn->op == PH_JT_ldc2_w)) {
            return ph_jt_fail(self, PH_INVALID, "Illegal type at constant pool entry %d",
                                insn->value);
        }
        return PH_OK;
    }
    case PH_JT_getstatic:
    case PH_JT_putstatic:
    case PH_JT_getfield:
    case PH_JT_putfield:
        return want_tag(self, insn, 1u << PH_CONSTANT_FIELD);
    case PH_JT_new:
    case PH_JT_anewarray:
    case PH_JT_checkcast:
    case PH_JT_instanceof:
    case PH_JT_multianewarray:
        return check_class(self, insn);
    default:
        return check_method(self, insn);
    }
}

static ph_status check_operand(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    switch (ph_jt_ops[insn->op].operand) {
    case 'l':
    case 'i':
        return check_local(self, insn);
    case 'C':
    case 'I':
    case 'D':
    case 'm':
        return check_constant(self, insn);
    case 'n':
        return insn->value >= 4 && insn->value <= 11
                   ? PH_OK
                   : ph_jt_fail(self, PH_INVALID, "Illegal newarray instruction");
    default:
        return PH_OK;
    }
}

static ph_status check_insn(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    struct ph_jt_body *body = &self->body;
    uint8_t flags = ph_jt_ops[insn->op].flags;

    PH_JT_TRY(check_operand(self, insn));
    if (insn->op == PH_JT_frem || insn->op == PH_JT_drem) {
        self->needs[insn->op == PH_JT_frem ? PH_JT_F32_REM : PH_JT_F64_REM] = true;
    }
    if (insn->op == PH_JT_getfield || insn->op == PH_JT_putfield) {
        enum ph_jt_helper helper = ph_jt_field_helper(self, insn);
        if (helper != PH_JT_HELPER_COUNT) {
            self->needs[helper] = true;
        }
    }
    if (insn->op == PH_JT_jsr || insn->op == PH_JT_ret) {
        if (self->file->major >= 51) {
            return ph_jt_fail(self, PH_INVALID, "Bad instruction: %s in a class file of "
                                "version %u", ph_jt_ops[insn->op].name, self->file->major);
        }
        body->has_jsr = true;
    }
    if ((flags & PH_JT_BRANCH) != 0) {
        PH_JT_TRY(mark_branch(self, insn));
    }
    if ((flags & (PH_JT_BRANCH | PH_JT_ENDS)) != 0) {
        body->marks[insn->next] |= PH_JT_LEADER;
    }
    return PH_OK;
}

/* ---- All of it ------------------------------------------------------------------------------ */

static ph_status check_handlers(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;
    const struct ph_class_code *code = &body->method->code;

    for (uint32_t i = 0; i < code->handler_count; i++) {
        const struct ph_class_handler *h = &code->handlers[i];
        bool is_good = (body->marks[h->start] & PH_JT_START) != 0 &&
                       (body->marks[h->handler] & PH_JT_START) != 0 &&
                       (h->end == code->code.size || (body->marks[h->end] & PH_JT_START) != 0);
        if (!is_good) {
            return ph_jt_fail(self, PH_INVALID, "Illegal exception table range or handler: "
                                "entry %u is not between instructions", i);
        }
        body->marks[h->start] |= PH_JT_LEADER;
        body->marks[h->end] |= PH_JT_LEADER;
        body->marks[h->handler] |= PH_JT_TARGET | PH_JT_LEADER;
    }
    return PH_OK;
}

ph_status ph_jt_check(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;
    struct ph_jt_insn insn = {0};

    body->marks = ph_jt_scratch(self, body->code.size + 1, 1);
    if (body->marks == NULL) {
        return ph_jt_fail_memory(self);
    }
    for (uint32_t pc = 0; pc < body->code.size; pc = insn.next) {
        insn.pc = pc;
        body->marks[pc] |= PH_JT_START;
        if (!ph_jt_decode(body->code, pc, &insn)) {
            body->insn = &insn;
            return ph_jt_fail(self, PH_INVALID, "Bad instruction: %02x",
                                body->code.bytes[pc]);
        }
        body->insn = &insn;
        PH_JT_TRY(check_insn(self, &insn));
    }
    body->insn = NULL;
    body->marks[0] |= PH_JT_LEADER;
    PH_JT_TRY(check_handlers(self));
    for (uint32_t pc = 0; pc < body->code.size; pc++) {
        if ((body->marks[pc] & (PH_JT_TARGET | PH_JT_START)) == PH_JT_TARGET) {
            return ph_jt_fail(self, PH_INVALID,
                                "Illegal target of jump or branch: pc %u is inside of an "
                                "instruction", pc);
        }
    }
    return PH_OK;
}
