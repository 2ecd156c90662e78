/* SPDX-License-Identifier: Apache-2.0 */
/* parser.h - the state of reading one class file, shared by the files of this folder alone.
 *
 * Nothing reads at or past `end`, which is the end of the attribute that is being read, else the
 * file's. Counts come from the file: before a table is allocated, ph_parser_need makes sure that
 * its bytes are there, so that memory is linear in the file's size. Once a function here has
 * returned anything but PH_OK, `error` is filled in and the reading is over. */
#ifndef PH_LANG_JAVA_PARSER_H
#define PH_LANG_JAVA_PARSER_H

#include "base/assert.h"
#include "lang/java/classfile.h"

/* Major versions that changed rules. */
#define PH_JAVA_5 49u
#define PH_JAVA_6 50u
#define PH_JAVA_7 51u
#define PH_JAVA_8 52u
#define PH_JAVA_9 53u
#define PH_JAVA_11 55u
#define PH_JAVA_12 56u
#define PH_JAVA_16 60u
#define PH_JAVA_17 61u

struct ph_parser {
    const uint8_t *next, *end;
    struct ph_classfile *out;
    struct ph_constant *constants; /* out->constants */
    struct ph_scratch *scratch;
    struct ph_error *error;
    struct ph_slice name;     /* for messages: the one that was asked for, or the class's own */
    uint32_t bootstraps_used; /* by constants: one above the highest */
    uint8_t module_tag;       /* of a MODULE or PACKAGE among the constants; 0: none */
    bool is_known;            /* the file was read before: texts need no second look */
};

#define PH_PARSER_TRY(expression)                \
    do {                                         \
        ph_status try_status_ = (expression);    \
        if (PH_UNLIKELY(try_status_ != PH_OK)) { \
            return try_status_;                  \
        }                                        \
    } while (0)

/* A ClassFormatError in HotSpot's words: the text, then " in class file" and its name. Returns
 * PH_MALFORMED. */
PH_COLD ph_status ph_parser_fail(struct ph_parser *self, const char *format, ...) PH_PRINTF(2, 3);
/* The text alone. */
PH_COLD ph_status ph_parser_fail_plain(struct ph_parser *self, const char *format, ...)
    PH_PRINTF(2, 3);
/* The text, in which # stands for the index. */
PH_COLD ph_status ph_parser_fail_index(struct ph_parser *self, const char *text, uint32_t index);
PH_COLD ph_status ph_parser_fail_name(struct ph_parser *self, bool is_method,
                                      struct ph_slice name);
/* Of a descriptor that is wrong where it stands, or (fail_descriptor) is none. */
PH_COLD ph_status ph_parser_fail_signature(struct ph_parser *self, bool is_method,
                                           struct ph_slice name, struct ph_slice descriptor);
PH_COLD ph_status ph_parser_fail_descriptor(struct ph_parser *self, bool is_method,
                                            struct ph_slice name, struct ph_slice descriptor);
/* The class's, or "<Unknown>". */
struct ph_slice ph_parser_class_name(const struct ph_parser *self);
PH_COLD ph_status ph_parser_fail_memory(struct ph_parser *self);

/* For "%.*s": as much of a name as a message shows. */
#define PH_PARSER_SHOWN(text) ph_parser_shown_size(text), (const char *)(text).bytes
int ph_parser_shown_size(struct ph_slice text);

/* ---- Reading -------------------------------------------------------------------------------- */

static inline uint64_t ph_parser_bytes_left(const struct ph_parser *self)
{
    return (uint64_t)(self->end - self->next);
}

PH_COLD ph_status ph_parser_fail_end(struct ph_parser *self);

/* Makes sure that `bytes` bytes follow. */
PH_MUST_CHECK static inline ph_status ph_parser_need(struct ph_parser *self, uint64_t bytes)
{
    return PH_LIKELY(bytes <= ph_parser_bytes_left(self)) ? PH_OK : ph_parser_fail_end(self);
}

/* These want ph_parser_need first. */
static inline uint8_t ph_parser_u8(struct ph_parser *self)
{
    PH_DEBUG_ASSERT(ph_parser_bytes_left(self) >= 1);
    return *self->next++;
}
static inline uint16_t ph_parser_u16(struct ph_parser *self)
{
    PH_DEBUG_ASSERT(ph_parser_bytes_left(self) >= 2);
    uint16_t value = ph_java_u16(self->next);
    self->next += 2;
    return value;
}
static inline uint32_t ph_parser_u32(struct ph_parser *self)
{
    PH_DEBUG_ASSERT(ph_parser_bytes_left(self) >= 4);
    uint32_t value = ph_java_u32(self->next);
    self->next += 4;
    return value;
}

/* All that is left of the attribute. */
static inline ph_status ph_parser_rest(struct ph_parser *self, struct ph_slice *contents)
{
    *contents = (struct ph_slice){self->next, ph_parser_bytes_left(self)};
    self->next = self->end;
    return PH_OK;
}

/* Room for `count` items; NULL: no memory, and the error is filled in. */
void *ph_parser_table(struct ph_parser *self, uint64_t count, size_t item_bytes);

/* A u16 that must be the index of a constant with that tag, or 0 if `may_be_zero`; else `text` is
 * said, in which # stands for it. */
PH_MUST_CHECK ph_status ph_parser_index_of(struct ph_parser *self, uint8_t tag, bool may_be_zero,
                                           const char *text, uint16_t *index);
#define PH_PARSER_INVALID_INDEX "Invalid constant pool index #"
PH_MUST_CHECK static inline ph_status ph_parser_index(struct ph_parser *self, uint8_t tag,
                                                      bool may_be_zero, uint16_t *index)
{
    return ph_parser_index_of(self, tag, may_be_zero, PH_PARSER_INVALID_INDEX, index);
}
/* A u16 count, then so many indices of constants with that tag. */
PH_MUST_CHECK ph_status ph_parser_indices_of(struct ph_parser *self, uint8_t tag, const char *text,
                                             uint16_t *count, const uint16_t **indices);
PH_MUST_CHECK static inline ph_status ph_parser_indices(struct ph_parser *self, uint8_t tag,
                                                        uint16_t *count,
                                                        const uint16_t **indices)
{
    return ph_parser_indices_of(self, tag, PH_PARSER_INVALID_INDEX, count, indices);
}

static inline bool ph_parser_has_tag(const struct ph_parser *self, uint32_t index, uint8_t tag)
{
    return ph_classfile_tag(self->out, index) == tag;
}

/* ---- What is there twice --------------------------------------------------------------------- */

struct ph_parser_key {
    struct ph_slice a, b; /* may be empty */
    uint64_t number;
};

/* Items of a table by their keys. */
struct ph_parser_set {
    struct ph_parser_key (*key_of)(const struct ph_parser *self, const void *items, uint32_t index);
    const void *items;
    uint32_t *slots; /* index + 1; 0: free */
    uint32_t slot_mask;
};

/* Fills the set with items 0 .. count - 1. `*duplicate` is the index of the first that has the key
 * of one before it, or `count`. */
PH_MUST_CHECK ph_status ph_parser_set_fill(struct ph_parser *self, struct ph_parser_set *set,
                                           uint32_t count, uint32_t *duplicate);
bool ph_parser_set_has(const struct ph_parser *self, const struct ph_parser_set *set,
                       struct ph_parser_key key);

/* ---- The parts ------------------------------------------------------------------------------ */

/* constants.c: the constant pool, checked as far as it can be before the attributes are read. */
PH_MUST_CHECK ph_status ph_parser_constants(struct ph_parser *self);

/* classfile.c: leaves the flags that a class (`is_inner`: in InnerClasses) may have, or says that
 * they do not fit together. */
PH_MUST_CHECK ph_status ph_parser_class_flags(struct ph_parser *self, bool is_inner,
                                              uint16_t *flags);

/* attributes.c */
PH_MUST_CHECK ph_status ph_parser_class_attributes(struct ph_parser *self);
PH_MUST_CHECK ph_status ph_parser_field_attributes(struct ph_parser *self,
                                                   struct ph_class_field *field);
PH_MUST_CHECK ph_status ph_parser_method_attributes(struct ph_parser *self,
                                                    struct ph_class_method *method);

/* One kind of attribute in one place. `read` sees the attribute's bytes alone and must use all of
 * them; `target` is what the attribute belongs to. */
struct ph_parser_attribute {
    struct ph_slice name;
    uint8_t major_min; /* older files do not have it: it is skipped like an unknown one */
    bool may_repeat;
    ph_status (*read)(struct ph_parser *self, void *target);
};
#define PH_PARSER_ATTRIBUTES_MAX 32u
/* PH_SLICE_TEXT for static tables. */
#define PH_PARSER_TEXT(literal)                         \
    {                                                   \
        (const uint8_t *)(literal), sizeof(literal) - 1 \
    }

struct ph_parser_attributes {
    const struct ph_parser_attribute *items;
    uint32_t count;
};
PH_MUST_CHECK ph_status ph_parser_attributes(struct ph_parser *self,
                                             const struct ph_parser_attributes *known,
                                             void *target);

/* codes.c: attribute Code of the ph_class_method `target`. */
PH_MUST_CHECK ph_status ph_parser_code(struct ph_parser *self, void *target);

/* modules.c: Module, ModulePackages, ModuleMainClass of the ph_classfile `target`. */
PH_MUST_CHECK ph_status ph_parser_module(struct ph_parser *self, void *target);
PH_MUST_CHECK ph_status ph_parser_module_packages(struct ph_parser *self, void *target);
PH_MUST_CHECK ph_status ph_parser_module_main_class(struct ph_parser *self, void *target);

#endif
