/* SPDX-License-Identifier: Apache-2.0 */
/* places.h - fields of Java's own classes that natives look at often, in objects that may be
 * anything: unlike ph_java_get_ref these do not assert that the object has the field. */
#ifndef PH_LANG_JAVA_PLACES_H
#define PH_LANG_JAVA_PLACES_H

#include "lang/java/vm/vm.h"

/* name, class that declares it, key, storage */
#define PH_JAVA_PLACES(X)                                                                        \
    X(FIELD_CLASS, "java/lang/reflect/Field", "clazz:Ljava/lang/Class;", PH_STORE_REF)           \
    X(FIELD_SLOT, "java/lang/reflect/Field", "slot:I", PH_STORE_I32)                             \
    X(METHOD_CLASS, "java/lang/reflect/Method", "clazz:Ljava/lang/Class;", PH_STORE_REF)         \
    X(METHOD_SLOT, "java/lang/reflect/Method", "slot:I", PH_STORE_I32)                           \
    X(CONSTRUCTOR_CLASS, "java/lang/reflect/Constructor", "clazz:Ljava/lang/Class;",             \
      PH_STORE_REF)                                                                              \
    X(CONSTRUCTOR_SLOT, "java/lang/reflect/Constructor", "slot:I", PH_STORE_I32)                 \
    X(MEMBER_CLASS, "java/lang/invoke/MemberName", "clazz:Ljava/lang/Class;", PH_STORE_REF)      \
    X(MEMBER_NAME, "java/lang/invoke/MemberName", "name:Ljava/lang/String;", PH_STORE_REF)       \
    X(MEMBER_TYPE, "java/lang/invoke/MemberName", "type:Ljava/lang/Object;", PH_STORE_REF)       \
    X(MEMBER_FLAGS, "java/lang/invoke/MemberName", "flags:I", PH_STORE_I32)                      \
    X(MEMBER_METHOD, "java/lang/invoke/MemberName",                                              \
      "method:Ljava/lang/invoke/ResolvedMethodName;", PH_STORE_REF)                              \
    X(RESOLVED_CLASS, "java/lang/invoke/ResolvedMethodName", "$class", PH_STORE_REF)             \
    X(RESOLVED_FUNCTION, "java/lang/invoke/ResolvedMethodName", "$function", PH_STORE_REF)       \
    X(HANDLE_FORM, "java/lang/invoke/MethodHandle", "form:Ljava/lang/invoke/LambdaForm;",        \
      PH_STORE_REF)                                                                              \
    X(FORM_ENTRY, "java/lang/invoke/LambdaForm", "vmentry:Ljava/lang/invoke/MemberName;",        \
      PH_STORE_REF)                                                                              \
    X(RESOLVED_METHOD, "java/lang/invoke/ResolvedMethodName", "$method", PH_STORE_I32)           \
    X(TYPE_PARAMETERS, "java/lang/invoke/MethodType", "ptypes:[Ljava/lang/Class;", PH_STORE_REF) \
    X(TYPE_RESULT, "java/lang/invoke/MethodType", "rtype:Ljava/lang/Class;", PH_STORE_REF)       \
    X(STRING_VALUE, "java/lang/String", "value:[B", PH_STORE_REF)                                \
    X(STRING_CODER, "java/lang/String", "coder:B", PH_STORE_I8)                                  \
    X(STRING_HASH, "java/lang/String", "hash:I", PH_STORE_I32)                                   \
    X(THREAD_NAME, "java/lang/Thread", "name:Ljava/lang/String;", PH_STORE_REF)                  \
    X(SITE_TARGET, "java/lang/invoke/CallSite", "target:Ljava/lang/invoke/MethodHandle;",        \
      PH_STORE_REF)

enum ph_java_place {
#define PH_JAVA_PLACE_NAME(name, class_name, key, storage) PH_JAVA_PLACE_##name,
    PH_JAVA_PLACES(PH_JAVA_PLACE_NAME)
#undef PH_JAVA_PLACE_NAME
    PH_JAVA_PLACE_COUNT
};

/* NULL: `object` is null or has no such field. Never collects. */
void *ph_java_place(struct ph_java_vm *self, ph_ref object, enum ph_java_place place);

static inline bool ph_java_try_ref(struct ph_java_vm *self, ph_ref object,
                                   enum ph_java_place place, ph_ref *value)
{
    const ph_ref *at = ph_java_place(self, object, place);
    *value = at == NULL ? 0 : *at;
    return at != NULL;
}
static inline bool ph_java_try_int(struct ph_java_vm *self, ph_ref object,
                                   enum ph_java_place place, int32_t *value)
{
    const int32_t *at = ph_java_place(self, object, place);
    *value = at == NULL ? 0 : *at;
    return at != NULL;
}

#endif
