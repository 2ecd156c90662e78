/* SPDX-License-Identifier: Apache-2.0 */
/* annotations.c - walks over the contents of RuntimeVisibleAnnotations (JVMS 4.7.16), which nobody
 * has checked. */
#include "base/text.h"
#include "lang/java/classfile.h"
#include "lang/java/descriptor.h"

#define DEPTH_MAX 32u /* of annotations and arrays in one another */

struct walk {
    const struct ph_classfile *classfile;
    const uint8_t *next, *end;
};

static bool read_u16(struct walk *self, uint16_t *value)
{
    if (self->end - self->next < 2) {
        return false;
    }
    *value = ph_java_u16(self->next);
    self->next += 2;
    return true;
}

static bool skip_annotation(struct walk *self, uint32_t depth);

/* False: not well-formed. */
static bool skip_value(struct walk *self, uint32_t depth)
{
    uint16_t value;
    if (self->next == self->end || depth == DEPTH_MAX) {
        return false;
    }
    uint8_t tag = *self->next++;
    switch (ph_java_is_primitive(tag) ? 's' : tag) {
    case 's':
    case 'c':
        return read_u16(self, &value);
    case 'e':
        return read_u16(self, &value) && read_u16(self, &value);
    case '@':
        return read_u16(self, &value) && skip_annotation(self, depth + 1);
    case '[':
        break;
    default:
        return false;
    }
    if (!read_u16(self, &value)) {
        return false;
    }
    for (; value > 0; value--) {
        if (!skip_value(self, depth + 1)) {
            return false;
        }
    }
    return true;
}

/* The rest of an annotation whose type has been read. */
static bool skip_annotation(struct walk *self, uint32_t depth)
{
    uint16_t count, name;
    if (!read_u16(self, &count)) {
        return false;
    }
    for (; count > 0; count--) {
        if (!read_u16(self, &name) || !skip_value(self, depth)) {
            return false;
        }
    }
    return true;
}

bool ph_classfile_has_annotation(const struct ph_classfile *self, struct ph_slice annotations,
                                 struct ph_slice type)
{
    if (annotations.size == 0) {
        return false;
    }
    struct walk walk = {self, annotations.bytes, annotations.bytes + annotations.size};
    uint16_t count, index;
    if (!read_u16(&walk, &count)) {
        return false;
    }
    for (; count > 0; count--) {
        if (!read_u16(&walk, &index) || ph_classfile_tag(self, index) != PH_CONSTANT_UTF8) {
            return false;
        }
        if (ph_slice_equal(ph_classfile_text(self, index), type)) {
            return true;
        }
        if (!skip_annotation(&walk, 0)) {
            return false;
        }
    }
    return false;
}
