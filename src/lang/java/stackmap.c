/* SPDX-License-Identifier: Apache-2.0 */
/* stackmap.c - invariants:
 * 1. locals[i] for i ≥ locals_used is TOP.
 * 2. What follows a LONG or DOUBLE in `locals` is its second half, a TOP, and is below locals_used:
 *    so the entries of the table can be told apart from behind. */
#include "lang/java/stackmap.h"

#include "base/assert.h"
#include "base/text.h"
#include "lang/java/descriptor.h"

/* Kinds of frames by their first byte (4.7.4). */
enum {
    FRAME_SAME_LAST = 63,
    FRAME_ONE_LAST = 127,
    FRAME_ONE_EXTENDED = 247,
    FRAME_CHOP_LAST = 250,
    FRAME_SAME_EXTENDED = 251,
    FRAME_APPEND_LAST = 254
};

static const struct ph_stackmap_type top = {.tag = PH_VT_TOP};

PH_COLD static ph_status fail(struct ph_stackmap *self, struct ph_error *error, const char *what)
{
    struct ph_slice class_name = self->classfile->name;
    struct ph_slice name = ph_classfile_text(self->classfile, self->method->name);
    self->frames_left = 0;
    self->next = self->end;
    return ph_fail(error, PH_MALFORMED,
                   "StackMapTable format error: %s, in method \"%.*s\" of class file %.*s", what,
                   (int)PH_MIN(name.size, 120u), (const char *)name.bytes,
                   (int)PH_MIN(class_name.size, 120u), (const char *)class_name.bytes);
}

static ph_status fail_end(struct ph_stackmap *self, struct ph_error *error)
{
    return fail(self, error, "it ends too early");
}

static bool is_wide(uint8_t tag) { return tag == PH_VT_LONG || tag == PH_VT_DOUBLE; }

static uint64_t bytes_left(const struct ph_stackmap *self)
{
    return (uint64_t)(self->end - self->next);
}

static bool read_u16(struct ph_stackmap *self, uint32_t *value)
{
    if (bytes_left(self) < 2) {
        return false;
    }
    *value = ph_java_u16(self->next);
    self->next += 2;
    return true;
}

/* ---- The first frame ------------------------------------------------------------------------ */

static struct ph_stackmap_type type_of(struct ph_slice descriptor)
{
    switch (descriptor.bytes[0]) {
    case 'J':
        return (struct ph_stackmap_type){.tag = PH_VT_LONG};
    case 'D':
        return (struct ph_stackmap_type){.tag = PH_VT_DOUBLE};
    case 'F':
        return (struct ph_stackmap_type){.tag = PH_VT_FLOAT};
    case 'L':
    case '[':
        return (struct ph_stackmap_type){.tag = PH_VT_OBJECT,
                                         .class_name = ph_java_class_of(descriptor)};
    default:
        return (struct ph_stackmap_type){.tag = PH_VT_INT};
    }
}

/* False: there is no room. */
static bool add_local(struct ph_stackmap *self, struct ph_stackmap_type type)
{
    uint32_t slots = is_wide(type.tag) ? 2 : 1;
    if (self->method->code.max_locals - self->locals_used < slots) {
        return false;
    }
    self->locals[self->locals_used++] = type;
    if (slots == 2) {
        self->locals[self->locals_used++] = top;
    }
    return true;
}

static void set_first(struct ph_stackmap *self)
{
    const struct ph_class_method *method = self->method;
    bool fits = true;
    if ((method->flags & PH_ACC_STATIC) == 0) {
        struct ph_stackmap_type this_type = {.tag = PH_VT_OBJECT,
                                             .class_name = self->classfile->name};
        if (method->is_initializer && self->classfile->super_class != 0) {
            this_type.tag = PH_VT_UNINITIALIZED_THIS;
        }
        fits &= add_local(self, this_type);
    }
    struct ph_slice rest = ph_classfile_text(self->classfile, method->descriptor), type;
    while (ph_java_next_parameter(&rest, &type)) {
        fits &= add_local(self, type_of(type));
    }
    PH_ASSERT(fits); /* classfile.h: parameter_slots ≤ max_locals */
}

ph_status ph_stackmap_init(struct ph_stackmap *self, const struct ph_classfile *classfile,
                           const struct ph_class_method *method, struct ph_scratch *scratch,
                           struct ph_error *error)
{
    const struct ph_class_code *code = &method->code;
    PH_ASSERT(code->code.bytes != NULL);
    *self = (struct ph_stackmap){
        .classfile = classfile,
        .method = method,
        .next = code->stack_map.bytes,
        .end = code->stack_map.size == 0 ? code->stack_map.bytes
                                         : code->stack_map.bytes + code->stack_map.size,
        .is_first = true,
    };
    self->locals = ph_scratch_alloc(scratch, code->max_locals * sizeof(*self->locals));
    self->stack = ph_scratch_alloc(scratch, code->max_stack * sizeof(*self->stack));
    if (self->locals == NULL || self->stack == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no memory is left for the frames of a method");
    }
    for (uint32_t i = 0; i < code->max_locals; i++) {
        self->locals[i] = top;
    }
    set_first(self);
    if (code->stack_map.bytes != NULL && !read_u16(self, &self->frames_left)) {
        return fail_end(self, error);
    }
    return PH_OK;
}

/* ---- The others ----------------------------------------------------------------------------- */

static ph_status read_type(struct ph_stackmap *self, struct ph_stackmap_type *type,
                           struct ph_error *error)
{
    uint32_t value;
    if (bytes_left(self) < 1) {
        return fail_end(self, error);
    }
    *type = (struct ph_stackmap_type){.tag = *self->next++};
    if (type->tag > PH_VT_UNINITIALIZED) {
        return fail(self, error, "unknown kind of type");
    }
    if (type->tag < PH_VT_OBJECT) {
        return PH_OK;
    }
    if (!read_u16(self, &value)) {
        return fail_end(self, error);
    }
    if (type->tag == PH_VT_OBJECT) {
        if (ph_classfile_tag(self->classfile, value) != PH_CONSTANT_CLASS) {
            return fail(self, error, "the type is no class");
        }
        type->class_name = ph_classfile_text(self->classfile, value);
        return PH_OK;
    }
    if (value >= self->method->code.code.size) {
        return fail(self, error, "an uninitialized object comes from outside of the code");
    }
    type->pc = (uint16_t)value;
    return PH_OK;
}

static ph_status append_locals(struct ph_stackmap *self, uint32_t count, struct ph_error *error)
{
    for (; count > 0; count--) {
        struct ph_stackmap_type type;
        ph_status status = read_type(self, &type, error);
        if (status != PH_OK) {
            return status;
        }
        if (!add_local(self, type)) {
            return fail(self, error, "more locals than max_locals");
        }
    }
    return PH_OK;
}

static ph_status chop_locals(struct ph_stackmap *self, uint32_t count, struct ph_error *error)
{
    for (; count > 0; count--) {
        uint32_t used = self->locals_used;
        if (used == 0) {
            return fail(self, error, "more locals are taken away than there are");
        }
        used -= used >= 2 && is_wide(self->locals[used - 2].tag) ? 2 : 1; /* invariant 2 */
        self->locals[used] = top;
        self->locals_used = used;
    }
    return PH_OK;
}

static ph_status read_stack(struct ph_stackmap *self, uint32_t count, struct ph_error *error)
{
    uint32_t slots = 0;
    for (; count > 0; count--) {
        struct ph_stackmap_type type;
        ph_status status = read_type(self, &type, error);
        if (status != PH_OK) {
            return status;
        }
        slots += is_wide(type.tag) ? 2 : 1;
        if (slots > self->method->code.max_stack) {
            return fail(self, error, "more on the stack than max_stack");
        }
        self->stack[self->stack_count++] = type;
    }
    return PH_OK;
}

static ph_status read_full(struct ph_stackmap *self, struct ph_error *error)
{
    uint32_t old_used = self->locals_used;
    uint32_t count;
    if (!read_u16(self, &count)) {
        return fail_end(self, error);
    }
    self->locals_used = 0;
    ph_status status = append_locals(self, count, error);
    for (uint32_t i = self->locals_used; i < old_used; i++) {
        self->locals[i] = top; /* invariant 1 */
    }
    if (status != PH_OK) {
        return status;
    }
    return read_u16(self, &count) ? read_stack(self, count, error) : fail_end(self, error);
}

static ph_status move_to(struct ph_stackmap *self, uint32_t delta, struct ph_error *error)
{
    uint32_t pc = self->is_first ? delta : self->pc + delta + 1;
    if (pc >= self->method->code.code.size) {
        return fail(self, error, "a frame is outside of the code");
    }
    self->pc = pc;
    self->is_first = false;
    return PH_OK;
}

ph_status ph_stackmap_next(struct ph_stackmap *self, struct ph_error *error)
{
    if (self->frames_left == 0) {
        return self->next == self->end ? PH_FINISHED : fail(self, error, "bytes are left over");
    }
    self->frames_left--;
    if (bytes_left(self) < 1) {
        return fail_end(self, error);
    }
    uint32_t kind = *self->next++;
    uint32_t delta = kind <= FRAME_SAME_LAST ? kind : kind - FRAME_SAME_LAST - 1;
    if (kind > FRAME_ONE_LAST && kind < FRAME_ONE_EXTENDED) {
        return fail(self, error, "unknown kind of frame");
    }
    if (kind >= FRAME_ONE_EXTENDED && !read_u16(self, &delta)) {
        return fail_end(self, error);
    }
    ph_status status = move_to(self, delta, error);
    if (status != PH_OK) {
        return status;
    }
    self->stack_count = 0;
    if (kind <= FRAME_SAME_LAST || kind == FRAME_SAME_EXTENDED) {
        return PH_OK;
    }
    if (kind <= FRAME_ONE_EXTENDED) {
        return read_stack(self, 1, error);
    }
    if (kind <= FRAME_CHOP_LAST) {
        return chop_locals(self, FRAME_SAME_EXTENDED - kind, error);
    }
    if (kind <= FRAME_APPEND_LAST) {
        return append_locals(self, kind - FRAME_SAME_EXTENDED, error);
    }
    return read_full(self, error);
}
