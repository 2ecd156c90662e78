/* SPDX-License-Identifier: Apache-2.0 */
/* class_maker.h - class files by hand. Constants are added as they are needed, while the rest is
 * written; class_finish puts both together. Text is C's, and may have wrong bytes in it. */
#ifndef PH_TESTS_SUPPORT_CLASS_MAKER_H
#define PH_TESTS_SUPPORT_CLASS_MAKER_H

#include <stdlib.h>
#include <string.h>

#include "lang/java/classfile.h"

#define CLASS_BYTES_MAX 65536u

struct class_part {
    uint32_t size;
    uint8_t bytes[CLASS_BYTES_MAX];
};

struct class_maker {
    uint16_t major, minor;
    uint16_t constant_count;
    struct class_part constants, rest;
};

static inline void part_u8(struct class_part *self, uint32_t value)
{
    if (self->size < CLASS_BYTES_MAX) {
        self->bytes[self->size++] = (uint8_t)value;
    }
}
static inline void part_u16(struct class_part *self, uint32_t value)
{
    part_u8(self, value >> 8);
    part_u8(self, value);
}
static inline void part_u32(struct class_part *self, uint32_t value)
{
    part_u16(self, value >> 16);
    part_u16(self, value);
}
static inline void part_bytes(struct class_part *self, const void *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        part_u8(self, ((const uint8_t *)bytes)[i]);
    }
}

static inline void class_begin(struct class_maker *self, uint16_t major)
{
    self->major = major;
    self->minor = 0;
    self->constant_count = 1;
    self->constants.size = self->rest.size = 0;
}

static inline uint16_t class_utf8(struct class_maker *self, const char *text)
{
    part_u8(&self->constants, PH_CONSTANT_UTF8);
    part_u16(&self->constants, (uint32_t)strlen(text));
    part_bytes(&self->constants, text, (uint32_t)strlen(text));
    return self->constant_count++;
}
/* A constant that is an index (CLASS, STRING, METHOD_TYPE, …). */
static inline uint16_t class_one(struct class_maker *self, uint8_t tag, uint32_t first)
{
    part_u8(&self->constants, tag);
    part_u16(&self->constants, first);
    return self->constant_count++;
}
static inline uint16_t class_two(struct class_maker *self, uint8_t tag, uint32_t first,
                                 uint32_t second)
{
    part_u8(&self->constants, tag);
    part_u16(&self->constants, first);
    part_u16(&self->constants, second);
    return self->constant_count++;
}
static inline uint16_t class_handle(struct class_maker *self, uint8_t kind, uint32_t reference)
{
    part_u8(&self->constants, PH_CONSTANT_METHOD_HANDLE);
    part_u8(&self->constants, kind);
    part_u16(&self->constants, reference);
    return self->constant_count++;
}
static inline uint16_t class_int(struct class_maker *self, uint32_t value)
{
    part_u8(&self->constants, PH_CONSTANT_INTEGER);
    part_u32(&self->constants, value);
    return self->constant_count++;
}
static inline uint16_t class_long(struct class_maker *self, uint64_t value)
{
    part_u8(&self->constants, PH_CONSTANT_LONG);
    part_u32(&self->constants, (uint32_t)(value >> 32));
    part_u32(&self->constants, (uint32_t)value);
    self->constant_count = (uint16_t)(self->constant_count + 2);
    return (uint16_t)(self->constant_count - 2);
}
static inline uint16_t class_named(struct class_maker *self, const char *name)
{
    return class_one(self, PH_CONSTANT_CLASS, class_utf8(self, name));
}
static inline uint16_t class_name_and_type(struct class_maker *self, const char *name,
                                           const char *descriptor)
{
    uint16_t first = class_utf8(self, name);
    return class_two(self, PH_CONSTANT_NAME_AND_TYPE, first, class_utf8(self, descriptor));
}
static inline uint16_t class_member(struct class_maker *self, uint8_t tag, const char *class_name,
                                    const char *name, const char *descriptor)
{
    uint16_t first = class_named(self, class_name);
    return class_two(self, tag, first, class_name_and_type(self, name, descriptor));
}

/* Flags, this, super, and no interfaces. */
static inline void class_head(struct class_maker *self, uint32_t flags, const char *name,
                              const char *super)
{
    part_u16(&self->rest, flags);
    part_u16(&self->rest, class_named(self, name));
    part_u16(&self->rest, super == NULL ? 0 : class_named(self, super));
    part_u16(&self->rest, 0);
}
/* A field or method up to, and with, the number of its attributes. */
static inline void class_add(struct class_maker *self, uint32_t flags, const char *name,
                             const char *descriptor, uint32_t attribute_count)
{
    part_u16(&self->rest, flags);
    part_u16(&self->rest, class_utf8(self, name));
    part_u16(&self->rest, class_utf8(self, descriptor));
    part_u16(&self->rest, attribute_count);
}
/* The head of an attribute of `size` bytes. */
static inline void class_attribute(struct class_maker *self, const char *name, uint32_t size)
{
    part_u16(&self->rest, class_utf8(self, name));
    part_u32(&self->rest, size);
}

/* The whole file; the caller frees it. */
static inline struct ph_slice class_finish(const struct class_maker *self)
{
    struct class_part *head = calloc(1, sizeof(*head));
    uint64_t size = 10 + (uint64_t)self->constants.size + self->rest.size;
    uint8_t *bytes = malloc(size);
    part_u32(head, 0xcafebabe);
    part_u16(head, self->minor);
    part_u16(head, self->major);
    part_u16(head, self->constant_count);
    memcpy(bytes, head->bytes, 10);
    memcpy(bytes + 10, self->constants.bytes, self->constants.size);
    memcpy(bytes + 10 + self->constants.size, self->rest.bytes, self->rest.size);
    free(head);
    return (struct ph_slice){bytes, size};
}

#endif
