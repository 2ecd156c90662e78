/* SPDX-License-Identifier: Apache-2.0 */
/* outline.c - one walk over a class file, and questions afterwards (outline.h).
 *
 * 1. Offsets in the tables are those of whole constants and of whole heads of members: their fixed
 *    parts, and the text of a UTF8, lie inside of the bytes. */
#include "lang/java/outline.h"

#include "base/text.h"

#define CONSTANTS_AT 8u    /* behind magic and version */
#define MAJOR_AT 6u
#define MEMBER_BYTES 8u    /* flags, name, descriptor, count of attributes */
#define ATTRIBUTE_BYTES 6u /* name, u32 size of what follows */
#define CODE_HEAD_BYTES 8u /* max_stack, max_locals, u32 size of the code that follows */
#define MAJOR_NESTS 55u    /* older files have no nests, whatever their attributes are called */

/* Bytes behind the tag; 0: there is no such constant. Of a UTF8 its text follows. */
static const uint8_t constant_bytes[] = {
    [PH_CONSTANT_UTF8] = 2,          [PH_CONSTANT_INTEGER] = 4,
    [PH_CONSTANT_FLOAT] = 4,         [PH_CONSTANT_LONG] = 8,
    [PH_CONSTANT_DOUBLE] = 8,        [PH_CONSTANT_CLASS] = 2,
    [PH_CONSTANT_STRING] = 2,        [PH_CONSTANT_FIELD] = 4,
    [PH_CONSTANT_METHOD] = 4,        [PH_CONSTANT_INTERFACE_METHOD] = 4,
    [PH_CONSTANT_NAME_AND_TYPE] = 4, [PH_CONSTANT_METHOD_HANDLE] = 3,
    [PH_CONSTANT_METHOD_TYPE] = 2,   [PH_CONSTANT_DYNAMIC] = 4,
    [PH_CONSTANT_INVOKE_DYNAMIC] = 4, [PH_CONSTANT_MODULE] = 2,
    [PH_CONSTANT_PACKAGE] = 2};

/* ---- Opening -------------------------------------------------------------------------------- */

struct walk {
    struct ph_slice bytes;
    uint64_t at;
    struct ph_scratch *scratch;
};

static bool has(const struct walk *self, uint64_t bytes)
{
    return bytes <= self->bytes.size - self->at; /* `at` is never behind the end */
}

/* False: the bytes end before. */
static bool take_u16(struct walk *self, uint16_t *value)
{
    if (!has(self, 2)) {
        return false;
    }
    *value = ph_java_u16(self->bytes.bytes + self->at);
    self->at += 2;
    return true;
}

static bool skip(struct walk *self, uint64_t bytes)
{
    bool fits = has(self, bytes);
    self->at += fits ? bytes : 0;
    return fits;
}

static ph_status walk_constants(struct walk *self, uint32_t count, uint32_t *offsets)
{
    const uint8_t *bytes = self->bytes.bytes;

    offsets[0] = 0;
    for (uint32_t i = 1; i < count; i++) {
        uint64_t at = self->at;
        uint8_t tag = has(self, 1) ? bytes[at] : (uint8_t)PH_CONSTANT_NONE;
        uint32_t size = tag < PH_COUNT(constant_bytes) ? constant_bytes[tag] : 0;
        if (size == 0 || !skip(self, 1 + (uint64_t)size) ||
            (tag == PH_CONSTANT_UTF8 && !skip(self, ph_java_u16(bytes + at + 1)))) {
            return PH_MALFORMED;
        }
        offsets[i] = (uint32_t)at;
        if ((tag == PH_CONSTANT_LONG || tag == PH_CONSTANT_DOUBLE) && i + 1 < count) {
            offsets[++i] = 0;
        }
    }
    return PH_OK;
}

static bool skip_attributes(struct walk *self)
{
    uint16_t count;
    bool good = take_u16(self, &count);

    for (uint32_t i = 0; good && i < count; i++) {
        good = has(self, ATTRIBUTE_BYTES) &&
               skip(self, ATTRIBUTE_BYTES +
                              (uint64_t)ph_java_u32(self->bytes.bytes + self->at + 2));
    }
    return good;
}

static ph_status walk_members(struct walk *self, uint16_t *count, const uint32_t **offsets)
{
    if (!take_u16(self, count) || !has(self, *count * (uint64_t)MEMBER_BYTES)) {
        return PH_MALFORMED;
    }
    uint32_t *table = ph_scratch_alloc(self->scratch, *count * sizeof(*table));
    if (table == NULL) {
        return PH_NO_MEMORY;
    }
    *offsets = table;
    for (uint32_t i = 0; i < *count; i++) {
        table[i] = (uint32_t)self->at;
        if (!has(self, MEMBER_BYTES) || !skip(self, MEMBER_BYTES - 2) || !skip_attributes(self)) {
            return PH_MALFORMED;
        }
    }
    return PH_OK;
}

ph_status ph_class_outline_open(struct ph_slice bytes, struct ph_scratch *scratch,
                                struct ph_class_outline *self)
{
    struct walk walk = {.bytes = bytes, .scratch = scratch};
    uint16_t super, interfaces;

    *self = (struct ph_class_outline){.bytes = bytes};
    if (bytes.size > UINT32_MAX || !skip(&walk, CONSTANTS_AT) ||
        !take_u16(&walk, &self->constant_count) || self->constant_count == 0 ||
        !has(&walk, self->constant_count)) { /* two bytes at least for each but the first */
        return PH_MALFORMED;
    }
    uint32_t *constants =
        ph_scratch_alloc(scratch, self->constant_count * sizeof(*constants));
    if (constants == NULL) {
        return PH_NO_MEMORY;
    }
    self->constants = constants;
    ph_status status = walk_constants(&walk, self->constant_count, constants);
    if (status == PH_OK &&
        (!take_u16(&walk, &self->flags) || !take_u16(&walk, &self->this_class) ||
         !take_u16(&walk, &super) || !take_u16(&walk, &interfaces) ||
         !skip(&walk, interfaces * UINT64_C(2)))) {
        status = PH_MALFORMED;
    }
    status = status == PH_OK ? walk_members(&walk, &self->field_count, &self->fields) : status;
    status = status == PH_OK ? walk_members(&walk, &self->method_count, &self->methods) : status;
    self->attributes = (uint32_t)walk.at;
    return status;
}

/* ---- Constants ------------------------------------------------------------------------------ */

/* What follows the tag of a constant of that kind; NULL: it is none. */
static const uint8_t *constant(const struct ph_class_outline *self, uint32_t index, uint8_t tag)
{
    return ph_class_outline_tag(self, index) == tag
               ? self->bytes.bytes + self->constants[index] + 1
               : NULL;
}

uint8_t ph_class_outline_tag(const struct ph_class_outline *self, uint32_t index)
{
    return index < self->constant_count && self->constants[index] != 0
               ? self->bytes.bytes[self->constants[index]]
               : (uint8_t)PH_CONSTANT_NONE;
}

static struct ph_slice utf8(const struct ph_class_outline *self, uint32_t index)
{
    const uint8_t *at = constant(self, index, PH_CONSTANT_UTF8);
    return at == NULL ? (struct ph_slice){NULL, 0}
                      : (struct ph_slice){at + 2, ph_java_u16(at)}; /* (1) */
}

struct ph_slice ph_class_outline_text(const struct ph_class_outline *self, uint32_t index)
{
    switch (ph_class_outline_tag(self, index)) {
    case PH_CONSTANT_CLASS:
    case PH_CONSTANT_STRING:
    case PH_CONSTANT_METHOD_TYPE:
    case PH_CONSTANT_MODULE:
    case PH_CONSTANT_PACKAGE:
        return utf8(self, ph_java_u16(self->bytes.bytes + self->constants[index] + 1));
    default:
        return utf8(self, index);
    }
}

struct ph_member_reference ph_class_outline_member(const struct ph_class_outline *self,
                                                   uint32_t index)
{
    struct ph_member_reference member = {.tag = ph_class_outline_tag(self, index)};

    if (member.tag == PH_CONSTANT_FIELD || member.tag == PH_CONSTANT_METHOD ||
        member.tag == PH_CONSTANT_INTERFACE_METHOD) {
        const uint8_t *at = self->bytes.bytes + self->constants[index] + 1;
        const uint8_t *names = constant(self, ph_java_u16(at + 2), PH_CONSTANT_NAME_AND_TYPE);
        member.class_name = ph_class_outline_text(self, ph_java_u16(at));
        if (names != NULL) {
            member.name = utf8(self, ph_java_u16(names));
            member.descriptor = utf8(self, ph_java_u16(names + 2));
        }
    }
    return member;
}

/* ---- Members and attributes ----------------------------------------------------------------- */

/* One of the four numbers that a member begins with. */
static uint16_t head_of(const struct ph_class_outline *self, uint32_t member, uint32_t which)
{
    return ph_java_u16(self->bytes.bytes + member + which * sizeof(uint16_t));
}
enum { FLAGS, NAME, DESCRIPTOR };

uint16_t ph_class_outline_field_flags(const struct ph_class_outline *self, uint32_t field)
{
    return field < self->field_count ? head_of(self, self->fields[field], FLAGS) : 0;
}

uint16_t ph_class_outline_method_flags(const struct ph_class_outline *self, uint32_t method)
{
    return method < self->method_count ? head_of(self, self->methods[method], FLAGS) : 0;
}

struct ph_slice ph_class_outline_field_name(const struct ph_class_outline *self, uint32_t field)
{
    return utf8(self, field < self->field_count ? head_of(self, self->fields[field], NAME) : 0);
}

void ph_class_outline_method_names(const struct ph_class_outline *self, uint32_t method,
                                   struct ph_slice *name, struct ph_slice *descriptor)
{
    bool is_there = method < self->method_count;
    *name = utf8(self, is_there ? head_of(self, self->methods[method], NAME) : 0);
    *descriptor = utf8(self, is_there ? head_of(self, self->methods[method], DESCRIPTOR) : 0);
}

/* The contents of the attribute of that name; empty: there is none. At `at` stands how many there
 * are. */
static struct ph_slice attribute(const struct ph_class_outline *self, uint32_t at,
                                 struct ph_slice name)
{
    struct walk walk = {.bytes = self->bytes, .at = at};
    uint16_t count;

    if (!take_u16(&walk, &count)) {
        return (struct ph_slice){NULL, 0};
    }
    for (uint32_t i = 0; i < count && has(&walk, ATTRIBUTE_BYTES); i++) {
        const uint8_t *head = self->bytes.bytes + walk.at;
        uint32_t size = ph_java_u32(head + 2);
        if (!skip(&walk, ATTRIBUTE_BYTES + (uint64_t)size)) {
            break;
        }
        if (ph_slice_equal(utf8(self, ph_java_u16(head)), name)) {
            return (struct ph_slice){head + ATTRIBUTE_BYTES, size};
        }
    }
    return (struct ph_slice){NULL, 0};
}

struct ph_slice ph_class_outline_code(const struct ph_class_outline *self, uint32_t method)
{
    struct ph_slice code = {NULL, 0};

    if (method < self->method_count) {
        code = attribute(self, self->methods[method] + MEMBER_BYTES - 2, PH_SLICE_TEXT("Code"));
    }
    if (code.size < CODE_HEAD_BYTES ||
        ph_java_u32(code.bytes + CODE_HEAD_BYTES - 4) > code.size - CODE_HEAD_BYTES) {
        return (struct ph_slice){NULL, 0};
    }
    return (struct ph_slice){code.bytes + CODE_HEAD_BYTES,
                             ph_java_u32(code.bytes + CODE_HEAD_BYTES - 4)};
}

static struct ph_slice nest_attribute(const struct ph_class_outline *self, struct ph_slice name)
{
    return ph_java_u16(self->bytes.bytes + MAJOR_AT) < MAJOR_NESTS
               ? (struct ph_slice){NULL, 0}
               : attribute(self, self->attributes, name);
}

struct ph_slice ph_class_outline_nest_host(const struct ph_class_outline *self)
{
    struct ph_slice host = nest_attribute(self, PH_SLICE_TEXT("NestHost"));
    return host.size < 2 ? (struct ph_slice){NULL, 0}
                         : ph_class_outline_text(self, ph_java_u16(host.bytes));
}

bool ph_class_outline_has_nest_member(const struct ph_class_outline *self, struct ph_slice name)
{
    struct ph_slice members = nest_attribute(self, PH_SLICE_TEXT("NestMembers"));
    bool is_there = false;

    for (uint64_t at = 2; !is_there && at + 2 <= members.size; at += 2) {
        is_there = ph_slice_equal(ph_class_outline_text(self, ph_java_u16(members.bytes + at)),
                                  name);
    }
    return is_there;
}
