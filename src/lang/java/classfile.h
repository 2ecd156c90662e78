/* SPDX-License-Identifier: Apache-2.0 */
/* classfile.h - reads a class file (JVMS SE 17, chapter 4; versions 45 to 61).
 *
 * After PH_OK everything that chapter 4 says of the format holds, but for the bytes of code and
 * what needs other classes: every index of a table here names a constant of the right kind, names
 * and descriptors are well-formed, flags fit together, no field, method or interface is there
 * twice, ranges of code are inside of the code. Who reads on may assert this and need not check it.
 * Operands in code are not checked: look at ph_classfile_tag before anything else.
 *
 * Everything borrows: text points into the class file's bytes, tables lie in the scratch memory
 * that was given. Both must outlive the result; nothing is to be freed. The work is linear in the
 * size of the file.
 *
 * What is wrong is one of Java's errors. The status says which one:
 *     PH_MALFORMED   ClassFormatError
 *     PH_VERSION     UnsupportedClassVersionError
 *     PH_NOT_FOUND   NoClassDefFoundError: the class has another name than was asked for
 *     PH_NO_MEMORY   OutOfMemoryError
 * and the text is what a Java program gets as the error's message. */
#ifndef PH_LANG_JAVA_CLASSFILE_H
#define PH_LANG_JAVA_CLASSFILE_H

#include "base/memory.h"
#include "base/status.h"

#define PH_JAVA_MAJOR_MIN 45u
#define PH_JAVA_MAJOR_MAX 61u

/* Access flags (4.1-A, 4.5-A, 4.6-A, 4.7.6-A). Some numbers mean two things. */
#define PH_ACC_PUBLIC 0x0001u
#define PH_ACC_PRIVATE 0x0002u
#define PH_ACC_PROTECTED 0x0004u
#define PH_ACC_STATIC 0x0008u
#define PH_ACC_FINAL 0x0010u
#define PH_ACC_SYNCHRONIZED 0x0020u /* methods */
#define PH_ACC_SUPER 0x0020u        /* classes */
#define PH_ACC_VOLATILE 0x0040u     /* fields */
#define PH_ACC_BRIDGE 0x0040u       /* methods */
#define PH_ACC_TRANSIENT 0x0080u    /* fields */
#define PH_ACC_VARARGS 0x0080u      /* methods */
#define PH_ACC_NATIVE 0x0100u
#define PH_ACC_INTERFACE 0x0200u
#define PH_ACC_ABSTRACT 0x0400u
#define PH_ACC_STRICT 0x0800u
#define PH_ACC_SYNTHETIC 0x1000u
#define PH_ACC_ANNOTATION 0x2000u
#define PH_ACC_ENUM 0x4000u
#define PH_ACC_MODULE 0x8000u /* classes: a module-info, which is not a class */

/* ---- Constants (4.4) ----------------------------------------------------------------------- */

enum ph_constant_tag {
    PH_CONSTANT_NONE = 0, /* index 0, and what follows a long or double */
    PH_CONSTANT_UTF8 = 1,
    PH_CONSTANT_INTEGER = 3,
    PH_CONSTANT_FLOAT = 4,
    PH_CONSTANT_LONG = 5,
    PH_CONSTANT_DOUBLE = 6,
    PH_CONSTANT_CLASS = 7,
    PH_CONSTANT_STRING = 8,
    PH_CONSTANT_FIELD = 9,
    PH_CONSTANT_METHOD = 10,
    PH_CONSTANT_INTERFACE_METHOD = 11,
    PH_CONSTANT_NAME_AND_TYPE = 12,
    PH_CONSTANT_METHOD_HANDLE = 15,
    PH_CONSTANT_METHOD_TYPE = 16,
    PH_CONSTANT_DYNAMIC = 17,
    PH_CONSTANT_INVOKE_DYNAMIC = 18,
    PH_CONSTANT_MODULE = 19,
    PH_CONSTANT_PACKAGE = 20
};

/* Reference kinds of method handles (5.4.3.5). */
enum ph_handle_kind {
    PH_HANDLE_GET_FIELD = 1,
    PH_HANDLE_GET_STATIC = 2,
    PH_HANDLE_PUT_FIELD = 3,
    PH_HANDLE_PUT_STATIC = 4,
    PH_HANDLE_INVOKE_VIRTUAL = 5,
    PH_HANDLE_INVOKE_STATIC = 6,
    PH_HANDLE_INVOKE_SPECIAL = 7,
    PH_HANDLE_NEW_INVOKE_SPECIAL = 8,
    PH_HANDLE_INVOKE_INTERFACE = 9
};

struct ph_constant {
    uint8_t tag;
    uint8_t kind;    /* METHOD_HANDLE: its ph_handle_kind */
    uint16_t first;  /* index: the text of CLASS, STRING, METHOD_TYPE, MODULE, PACKAGE; the class
                        of a FIELD or METHOD; the name of a NAME_AND_TYPE; what a METHOD_HANDLE
                        refers to; the bootstrap method (not a constant) of a DYNAMIC */
    uint16_t second; /* index: the NAME_AND_TYPE of FIELD, METHOD, DYNAMIC; the descriptor of a
                        NAME_AND_TYPE */
    uint64_t bits;   /* INTEGER (sign-extended), LONG; FLOAT, DOUBLE: their IEEE 754 bits */
    struct ph_slice text; /* UTF8, and those whose `first` is a text; modified UTF-8 */
};

/* What a FIELD, METHOD, INTERFACE_METHOD, DYNAMIC or INVOKE_DYNAMIC says. */
struct ph_member_reference {
    struct ph_slice class_name; /* may be an array's: "[I"; empty: DYNAMIC, INVOKE_DYNAMIC */
    struct ph_slice name;
    struct ph_slice descriptor;
    uint16_t bootstrap; /* DYNAMIC, INVOKE_DYNAMIC */
    uint8_t tag;
};

/* ---- Attributes (4.7) ---------------------------------------------------------------------- */

/* What classes, fields, methods and record components may all have. Annotations are the
 * attribute's contents as they stand (from num_annotations on), unchecked; bytes == NULL: there is
 * no such attribute. */
struct ph_class_attributes {
    uint16_t signature; /* UTF8; 0: none. Its grammar (4.7.9.1) is not checked. */
    bool is_synthetic;
    bool is_deprecated;
    struct ph_slice annotations, invisible_annotations;
    struct ph_slice type_annotations, invisible_type_annotations;
};

struct ph_class_handler {
    uint16_t start, end, handler; /* start < end ≤ code size, handler < code size */
    uint16_t catch_type;          /* CLASS; 0: anything */
};

struct ph_class_line {
    uint16_t pc, line;
};

struct ph_class_local {
    uint16_t start, size;
    uint16_t name;
    uint16_t type; /* UTF8: a descriptor, in `local_types` a signature */
    uint16_t index;
};

struct ph_class_code {
    uint16_t max_stack, max_locals;
    struct ph_slice code; /* 1 to 65,535 bytes; bytes == NULL: abstract or native */
    uint16_t handler_count;
    const struct ph_class_handler *handlers; /* the first that fits is taken */
    uint32_t line_count;
    const struct ph_class_line *lines; /* of all LineNumberTables, in any order */
    uint32_t local_count, local_type_count;
    const struct ph_class_local *locals, *local_types;
    struct ph_slice stack_map; /* contents of StackMapTable, for stackmap.h; NULL: none */
    struct ph_slice type_annotations, invisible_type_annotations;
    struct ph_slice rest; /* of a known file: what follows the code, and none of the tables above */
};

struct ph_class_field {
    uint16_t flags;
    uint16_t name, descriptor;
    uint16_t constant; /* ConstantValue of a static field, of the right kind; 0: none */
    struct ph_class_attributes attributes;
};

struct ph_method_parameter {
    uint16_t name; /* UTF8; 0: none; another is for those who ask to refuse */
    uint16_t flags;
};

struct ph_class_method {
    uint16_t flags; /* of a <clinit>: STATIC and STRICT alone */
    uint16_t name, descriptor;
    uint16_t parameter_slots; /* with `this` */
    bool is_initializer;      /* <init> */
    bool is_class_initializer;
    struct ph_class_code code;
    uint16_t exception_count;
    const uint16_t *exceptions; /* CLASS */
    bool has_parameters;        /* there is a MethodParameters attribute */
    uint8_t parameter_count;
    const struct ph_method_parameter *parameters;
    struct ph_class_attributes attributes;
    struct ph_slice parameter_annotations, invisible_parameter_annotations;
    struct ph_slice annotation_default;
};

struct ph_inner_class {
    uint16_t inner; /* CLASS */
    uint16_t outer; /* CLASS; 0: not a member */
    uint16_t name;  /* UTF8; 0: anonymous */
    uint16_t flags;
};

struct ph_bootstrap {
    uint16_t handle; /* METHOD_HANDLE */
    uint16_t argument_count;
    const uint16_t *arguments; /* loadable constants */
};

struct ph_record_component {
    uint16_t name, descriptor;
    struct ph_class_attributes attributes;
};

struct ph_module_requires {
    uint16_t module, flags, version; /* MODULE; UTF8 or 0 */
};
struct ph_module_exports { /* exports and opens */
    uint16_t package, flags;
    uint16_t to_count;
    const uint16_t *to; /* MODULE */
};
struct ph_module_provides {
    uint16_t service; /* CLASS */
    uint16_t with_count;
    const uint16_t *with; /* CLASS */
};

/* Module, ModulePackages, ModuleMainClass (4.7.25 to 4.7.27). */
struct ph_module_info {
    uint16_t name, flags, version; /* MODULE; UTF8 or 0 */
    uint16_t requires_count, exports_count, opens_count, uses_count, provides_count;
    const struct ph_module_requires *requires;
    const struct ph_module_exports *exports, *opens;
    const uint16_t *uses; /* CLASS */
    const struct ph_module_provides *provides;
};

/* ---- The class ----------------------------------------------------------------------------- */

struct ph_classfile {
    struct ph_slice bytes;
    uint16_t minor, major;
    uint16_t flags;
    uint16_t this_class;              /* CLASS */
    uint16_t super_class;             /* CLASS; 0: java/lang/Object, or a module-info */
    struct ph_slice name, super_name; /* "java/lang/String"; super_name may be empty */
    uint16_t constant_count;          /* indices are below it */
    const struct ph_constant *constants;
    uint16_t interface_count, field_count, method_count;
    const uint16_t *interfaces; /* CLASS */
    const struct ph_class_field *fields;
    const struct ph_class_method *methods;

    struct ph_class_attributes attributes;
    uint16_t source_file; /* UTF8; 0: none; so are the following */
    struct ph_slice source_debug_extension;
    bool has_inner_classes, has_nest_members, is_record, is_sealed;
    uint16_t inner_class_count;
    const struct ph_inner_class *inner_classes;
    bool has_enclosing_method;
    uint16_t enclosing_class;  /* CLASS */
    uint16_t enclosing_method; /* NAME_AND_TYPE; 0: in no method */
    uint16_t bootstrap_count;
    const struct ph_bootstrap *bootstraps;
    uint16_t nest_host; /* CLASS; 0: it is its own */
    uint16_t nest_member_count, permitted_count, component_count;
    const uint16_t *nest_members; /* CLASS */
    const uint16_t *permitted;    /* CLASS: PermittedSubclasses */
    const struct ph_record_component *components;
    const struct ph_module_info *module; /* NULL: no Module attribute */
    uint16_t module_package_count;
    const uint16_t *module_packages; /* PACKAGE */
    uint16_t module_main_class;      /* CLASS */
};

/* Reads `bytes`. `name` is what the class has to be called ("java/lang/Object"); empty: anything.
 * A module-info is read like the others and has PH_ACC_MODULE: whoever defines classes refuses it
 * with NoClassDefFoundError. */
PH_MUST_CHECK ph_status ph_classfile_read(struct ph_slice bytes, struct ph_slice name,
                                          struct ph_scratch *scratch, struct ph_classfile *self,
                                          struct ph_error *error);

/* The same for bytes that it has read before, which must be unchanged: what they say of names, of
 * members and of twins holds, and is not looked at again. What follows the code of methods is left
 * for ph_classfile_code and ph_classfile_line. */
PH_MUST_CHECK ph_status ph_classfile_read_known(struct ph_slice bytes, struct ph_scratch *scratch,
                                                struct ph_classfile *self, struct ph_error *error);

/* "java/lang/ClassFormatError"… for what reading and translating a class file answer; what has no
 * error of its own is a VerifyError. NULL: PH_OK. */
const char *ph_java_error_class(ph_status status);
/* What is said of a module-info that is to be a class, behind its name (PH_NOT_FOUND). */
#define PH_JAVA_NO_CLASS " is not a class because access_flag ACC_MODULE is set"

/* The kind of a constant; PH_CONSTANT_NONE for an index that is out of range. Any index is fine. */
static inline uint8_t ph_classfile_tag(const struct ph_classfile *self, uint32_t index)
{
    return index < self->constant_count ? self->constants[index].tag : (uint8_t)PH_CONSTANT_NONE;
}

/* The text of a UTF8, CLASS, STRING, METHOD_TYPE, MODULE or PACKAGE; asserts that it is one. */
struct ph_slice ph_classfile_text(const struct ph_classfile *self, uint32_t index);

/* Asserts that the constant is a FIELD, METHOD, INTERFACE_METHOD, DYNAMIC or INVOKE_DYNAMIC. */
struct ph_member_reference ph_classfile_member(const struct ph_classfile *self, uint32_t index);

/* Name and descriptor of a NAME_AND_TYPE; asserts that it is one. */
void ph_classfile_name_and_type(const struct ph_classfile *self, uint32_t index,
                                struct ph_slice *name, struct ph_slice *descriptor);

/* The class's own field or method of that name and descriptor; NULL: it has none. Linear. */
const struct ph_class_field *ph_classfile_find_field(const struct ph_classfile *self,
                                                     struct ph_slice name,
                                                     struct ph_slice descriptor);
const struct ph_class_method *ph_classfile_find_method(const struct ph_classfile *self,
                                                       struct ph_slice name,
                                                       struct ph_slice descriptor);

/* The code of one of the file's methods, which has one, with all its tables. */
PH_MUST_CHECK ph_status ph_classfile_code(const struct ph_classfile *self,
                                          const struct ph_class_method *method,
                                          struct ph_scratch *scratch, struct ph_class_code *code);

/* The line that `pc` belongs to, as stack traces say it; -1: not known. */
int32_t ph_class_code_line(const struct ph_class_code *self, uint32_t pc);
int32_t ph_classfile_line(const struct ph_classfile *self, const struct ph_class_method *method,
                          uint32_t pc);

/* Whether an annotation of that type ("Ljdk/internal/vm/annotation/Hidden;") is among
 * `annotations`. Bytes that are not well-formed have none from there on. */
bool ph_classfile_has_annotation(const struct ph_classfile *self, struct ph_slice annotations,
                                 struct ph_slice type);

/* Big-endian, from any address. */
static inline uint16_t ph_java_u16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static inline uint32_t ph_java_u32(const uint8_t *at)
{
    return (uint32_t)ph_java_u16(at) << 16 | ph_java_u16(at + 2);
}

#endif
