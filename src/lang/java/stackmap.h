/* SPDX-License-Identifier: Apache-2.0 */
/* stackmap.h - the frames of a StackMapTable (JVMS 4.7.4), one after another.
 *
 * A frame says what types locals and operand stack have where control arrives at `pc`. Frames come
 * in ascending order of pc. The first, which is not in the table, is that of the method's begin
 * (4.10.1.6): it is there after ph_stackmap_init. Time and memory are linear in the table and the
 * method's max_locals and max_stack. */
#ifndef PH_LANG_JAVA_STACKMAP_H
#define PH_LANG_JAVA_STACKMAP_H

#include "lang/java/classfile.h"

enum ph_stackmap_tag { /* numbers are the table's */
    PH_VT_TOP = 0, /* no value that can be used: also the second half of a long or double local */
    PH_VT_INT = 1,
    PH_VT_FLOAT = 2,
    PH_VT_DOUBLE = 3,
    PH_VT_LONG = 4,
    PH_VT_NULL = 5,
    PH_VT_UNINITIALIZED_THIS = 6,
    PH_VT_OBJECT = 7,
    PH_VT_UNINITIALIZED = 8
};

struct ph_stackmap_type {
    uint8_t tag;
    uint16_t pc;                /* UNINITIALIZED: where its `new` is (< code size) */
    struct ph_slice class_name; /* OBJECT: "java/lang/String", "[I", "[Ljava/lang/String;" */
};

struct ph_stackmap {
    /* The current frame. */
    uint32_t pc;
    struct ph_stackmap_type *locals; /* max_locals of them, by index as code says it */
    uint32_t stack_count;            /* values: a long or double is one here */
    struct ph_stackmap_type *stack;  /* deepest first; room for max_stack */

    /* For stackmap.c alone. */
    const struct ph_classfile *classfile;
    const struct ph_class_method *method;
    const uint8_t *next, *end;
    uint32_t frames_left;
    uint32_t locals_used; /* indices below it are set by the frame; the others are TOP */
    bool is_first;
};

/* Sets up the frame at the method's begin. The method has code; its tables come from `scratch`.
 * PH_NO_MEMORY; PH_MALFORMED if the table is too short to say how many frames there are. */
PH_MUST_CHECK ph_status ph_stackmap_init(struct ph_stackmap *self,
                                         const struct ph_classfile *classfile,
                                         const struct ph_class_method *method,
                                         struct ph_scratch *scratch, struct ph_error *error);

/* Goes to the next frame: PH_OK; PH_FINISHED: there is none (and no bytes are left over).
 * PH_MALFORMED: the table breaks the format, and the current frame means nothing. */
PH_MUST_CHECK ph_status ph_stackmap_next(struct ph_stackmap *self, struct ph_error *error);

#endif
