/* SPDX-License-Identifier: Apache-2.0 */
/* trap_texts.c - Java's words for traps, from those of the machine (machine/unwind.c): these hold
 * what the instruction knew, and survive what is volatile. */
#include "lang/java/vm/words.h"

#include "base/text.h"
#include "lang/java/bytecode.h"
#include "lang/java/vm/natives.h"

#define NAME_BYTES 256u
#define HIDDEN_IN ", hidden in "

/* ---- The machine's words --------------------------------------------------------------------- */

/* What stands between "…: " and " in function"; empty: nothing. */
static struct ph_slice detail_of(struct ph_slice text, uint32_t trap)
{
    static const char end[] = " in function ";
    size_t skip = strlen(ph_trap_text(trap));

    if (text.size < skip + 2 || text.bytes[skip] != ':') {
        return (struct ph_slice){NULL, 0};
    }
    struct ph_slice detail = {text.bytes + skip + 2, 0};
    uint64_t left = text.size - skip - 2;
    while (detail.size < left && (left - detail.size < sizeof(end) - 1 ||
                                  memcmp(detail.bytes + detail.size, end, sizeof(end) - 1) != 0)) {
        detail.size++;
    }
    return detail;
}

/* The number at the beginning; *text is what follows it. */
static int32_t number_at(struct ph_slice *text)
{
    bool is_negative = text->size > 0 && text->bytes[0] == '-';
    uint32_t value = 0;
    uint64_t i = is_negative;

    for (; i < text->size && text->bytes[i] >= '0' && text->bytes[i] <= '9'; i++) {
        value = value * 10 + (text->bytes[i] - '0');
    }
    *text = (struct ph_slice){text->bytes + i, text->size - i};
    return (int32_t)(is_negative ? 0u - value : value);
}

/* What follows `word` in the text; empty: it is not there. */
static struct ph_slice after(struct ph_slice text, const char *word)
{
    size_t length = strlen(word);

    for (uint64_t i = 0; i + length <= text.size; i++) {
        if (memcmp(text.bytes + i, word, length) == 0) {
            return (struct ph_slice){text.bytes + i + length, text.size - i - length};
        }
    }
    return (struct ph_slice){NULL, 0};
}

static char letter_of(struct ph_slice name)
{
    static const struct {
        const char *name;
        char letter;
    } kinds[] = {{"i8", 'B'},  {"u8", 'Z'},  {"i16", 'S'}, {"u16", 'C'},
                 {"i32", 'I'}, {"i64", 'J'}, {"f32", 'F'}, {"f64", 'D'}};

    for (uint32_t i = 0; i < PH_COUNT(kinds); i++) {
        if (ph_slice_equal(name, (struct ph_slice){(const uint8_t *)kinds[i].name,
                                                   strlen(kinds[i].name)})) {
            return kinds[i].letter;
        }
    }
    return 0;
}

/* "java/lang/String[]" as "[Ljava.lang.String;", "i32[]" as "[I". */
static void external_name(struct ph_slice name, char to[NAME_BYTES])
{
    size_t depth = 0;

    while (name.size > 2 && name.bytes[name.size - 1] == ']' && depth < 255) {
        name.size -= 2;
        depth++;
    }
    memset(to, '[', depth);
    char letter = depth > 0 ? letter_of(name) : 0;
    if (letter != 0) {
        ph_text_printf(to + depth, NAME_BYTES - depth, "%c", letter);
        return;
    }
    ph_text_printf(to + depth, NAME_BYTES - depth, "%s%.*s%s", depth > 0 ? "L" : "",
                   (int)name.size, (const char *)name.bytes, depth > 0 ? ";" : "");
    for (size_t i = 0; to[i] != 0; i++) {
        to[i] = to[i] == '/' ? '.' : to[i];
    }
}

/* ---- Java's words ---------------------------------------------------------------------------- */

static bool bounds(struct ph_slice detail, char *to, size_t to_bytes)
{
    struct ph_slice index = after(detail, "index "), length = after(detail, "length ");

    if (index.size == 0 || length.size == 0) {
        return false;
    }
    ph_text_printf(to, to_bytes, "Index %d out of bounds for length %d", number_at(&index),
                   number_at(&length));
    return true;
}

/* Where it trapped; false: not known. */
static bool place_of_trap(struct ph_java_vm *self, const struct ph_error_object *error,
                          struct ph_java_frame *place)
{
    const struct ph_bytes *trace =
        error->trace_ref == 0 ? NULL : ph_address(self->heap, error->trace_ref);

    return trace != NULL && trace->length >= 2 &&
           ph_java_frame_at(self, ph_load_u64(trace->data),
                            (uint32_t)ph_load_u64(trace->data + sizeof(uint64_t)), place);
}

/* The loader of the code that trapped. */
static ph_ref loader_of_trap(struct ph_java_vm *self, const struct ph_error_object *error)
{
    struct ph_java_frame place;
    return place_of_trap(self, error, &place) ? ph_java_loader_of(self, place.class->class) : 0;
}

/* The instruction that trapped; 0: not known. */
static uint8_t op_of_trap(struct ph_java_vm *self, const struct ph_error_object *error,
                          struct ph_java_frame *place, uint32_t *bci)
{
    if (!place_of_trap(self, error, place)) {
        return 0;
    }
    struct ph_slice code = place->class->file.methods[place->method].code.code;
    *bci = ph_java_frame_bci(place);
    return *bci + UINT64_C(3) <= code.size ? code.bytes[*bci] : 0;
}

/* "module java.base of loader 'bootstrap'", of a class by the machine's name, as code of `loader`
 * sees it; false: it does not, or modules are not known yet. */
static bool home_of(struct ph_call *call, ph_ref loader, struct ph_slice name,
                    char to[NAME_BYTES])
{
    struct ph_class *class;
    bool is_array = false;

    for (; name.size > 2 && name.bytes[name.size - 1] == ']'; is_array = true) {
        name.size -= 2;
    }
    if (is_array && letter_of(name) != 0) {
        name = PH_SLICE_TEXT("java/lang/Object"); /* they live where primitive types do */
    }
    to[0] = 0;
    return (ph_java_look_up(call, loader, name, &class) ||
            ph_java_look_up(call, 0, name, &class)) &&
           ph_java_add_home(ph_java_vm_of(call), class, to, NAME_BYTES);
}

static bool wrong_class(struct ph_call *call, const struct ph_error_object *error,
                        struct ph_slice detail, char *to, size_t to_bytes)
{
    struct ph_slice wanted = after(detail, " is not ");
    char is[NAME_BYTES], want[NAME_BYTES], is_home[NAME_BYTES], want_home[NAME_BYTES];

    if (wanted.size == 0) {
        return false;
    }
    struct ph_slice actual = {detail.bytes, detail.size - wanted.size - strlen(" is not ")};
    external_name(actual, is);
    external_name(wanted, want);
    ph_text_printf(to, to_bytes, "class %s cannot be cast to class %s", is, want);
    ph_ref loader = loader_of_trap(ph_java_vm_of(call), error);
    if (!home_of(call, loader, actual, is_home) || !home_of(call, loader, wanted, want_home)) {
        return true;
    }
    size_t used = strlen(to);
    if (strcmp(is_home, want_home) == 0) {
        ph_text_printf(to + used, to_bytes - used, " (%s and %s are in %s)", is, want, is_home);
    } else {
        ph_text_printf(to + used, to_bytes - used, " (%s is in %s; %s is in %s)", is, is_home,
                       want, want_home);
    }
    return true;
}

/* "'int A.b(byte[], java.lang.String)'": the native method in which it trapped, as far as that can
 * be said. */
static bool missing_native(struct ph_java_vm *self, const struct ph_error_object *error, char *to,
                           size_t to_bytes)
{
    struct ph_java_frame place;

    if (!place_of_trap(self, error, &place)) {
        return false;
    }
    const struct ph_classfile *file = &place.class->file;
    const struct ph_class_method *method = &file->methods[place.method];

    to[0] = 0;
    ph_java_add_method(file->name, ph_classfile_text(file, method->name),
                       ph_classfile_text(file, method->descriptor), to, to_bytes);
    return true;
}

/* The instruction names the method; `receiver`: class of the object that lacks it. */
static bool abstract(struct ph_java_vm *self, const struct ph_error_object *error,
                     struct ph_slice receiver, char *to, size_t to_bytes)
{
    struct ph_java_frame place;
    uint32_t bci;
    uint8_t op = op_of_trap(self, error, &place, &bci);
    char name[NAME_BYTES];

    bool is_special = op == PH_JT_invokespecial;
    if (op < PH_JT_invokevirtual || op > PH_JT_invokeinterface ||
        (receiver.size == 0 && !is_special)) {
        return false;
    }
    const struct ph_classfile *file = &place.class->file;
    uint32_t index =
        ph_java_u16(file->methods[place.method].code.code.bytes + bci + 1);
    struct ph_member_reference member = ph_classfile_member(file, index);
    if (is_special) {
        to[0] = 0;
        ph_java_add_method(member.class_name, member.name, member.descriptor, to, to_bytes);
        return true;
    }
    external_name(receiver, name);
    ph_text_printf(to, to_bytes, "Receiver class %s does not define or inherit an implementation "
                   "of the resolved method 'abstract ", name);
    ph_java_add_signature((struct ph_slice){NULL, 0}, member.name, member.descriptor, to, to_bytes);
    ph_java_add(to, to_bytes, "' of %s ", op == PH_JT_invokeinterface ? "interface"
                                                                     : "abstract class");
    ph_java_add_name(member.class_name, to, to_bytes);
    ph_java_add(to, to_bytes, ".");
    return true;
}

/* "'int A.b()'": of class `receiver`, whether that declares it or not. */
static bool hidden(struct ph_java_vm *self, const struct ph_error_object *error,
                   struct ph_slice receiver, char *to, size_t to_bytes)
{
    struct ph_java_frame place;
    uint32_t bci;

    if (op_of_trap(self, error, &place, &bci) != PH_JT_invokeinterface) {
        return false;
    }
    const struct ph_classfile *file = &place.class->file;
    struct ph_member_reference member = ph_classfile_member(
        file, ph_java_u16(file->methods[place.method].code.code.bytes + bci + 1));
    to[0] = 0;
    ph_java_add_method(receiver, member.name, member.descriptor, to, to_bytes);
    return true;
}

uint32_t ph_java_trap_kind(struct ph_call *call, uint32_t trap, ph_ref error_ref)
{
    struct ph_java_vm *self = ph_java_vm_of(call);
    const struct ph_error_object *error =
        error_ref == 0 ? NULL : ph_address(self->heap, error_ref);
    struct ph_java_frame place;
    uint32_t bci;

    if (error != NULL && trap == PH_TRAP_ABSTRACT &&
        ph_is_a(self->heap, error->text_ref, PH_CLASS_BYTES) &&
        after(detail_of(ph_java_slice(self->heap, error->text_ref), trap), HIDDEN_IN).size > 0) {
        return PH_JAVA_TRAP_HIDDEN;
    }
    if (error == NULL || (trap != PH_TRAP_LINK && trap != PH_TRAP_WRONG_CLASS)) {
        return trap;
    }
    uint8_t op = op_of_trap(self, error, &place, &bci);
    return trap == PH_TRAP_LINK && op == PH_JT_new ? PH_JAVA_TRAP_INSTANTIATION
           : trap == PH_TRAP_WRONG_CLASS && op == PH_JT_invokeinterface
               ? PH_JAVA_TRAP_NO_INTERFACE
               : trap;
}

/* "Class A does not implement the requested interface B", of "A is not B". */
static bool no_interface(struct ph_slice detail, char *to, size_t to_bytes)
{
    struct ph_slice wanted = after(detail, " is not ");
    struct ph_slice actual = {detail.bytes, detail.size - wanted.size - strlen(" is not ")};
    char is[NAME_BYTES], want[NAME_BYTES];

    if (wanted.size == 0) {
        return false;
    }
    external_name(actual, is);
    external_name(wanted, want);
    ph_text_printf(to, to_bytes, "Class %s does not implement the requested interface %s", is,
                   want);
    return true;
}

/* "abstract class A has no instances of its own" */
static bool instantiation(struct ph_slice detail, char *to, size_t to_bytes)
{
    struct ph_slice class = after(detail, "class "), rest = after(detail, " has no instances");
    char name[NAME_BYTES];

    if (class.size == 0) {
        class = after(detail, "interface ");
    }
    if (class.size == 0 || rest.bytes == NULL) {
        return false;
    }
    class.size -= rest.size + strlen(" has no instances");
    external_name(class, name);
    ph_text_printf(to, to_bytes, "%s", name);
    return true;
}

bool ph_java_trap_message(struct ph_call *call, uint32_t trap, ph_ref error_ref, char *to,
                          size_t to_bytes)
{
    struct ph_java_vm *self = ph_java_vm_of(call);
    const struct ph_error_object *error =
        error_ref == 0 ? NULL : ph_address(self->heap, error_ref);
    char name[NAME_BYTES];

    if (trap == PH_TRAP_DIVIDE_BY_ZERO) {
        ph_text_printf(to, to_bytes, "/ by zero");
        return true;
    }
    if (error == NULL || !ph_is_a(self->heap, error->text_ref, PH_CLASS_BYTES)) {
        return false;
    }
    struct ph_slice text = ph_java_slice(self->heap, error->text_ref);
    struct ph_slice detail = detail_of(text, trap == PH_JAVA_TRAP_INSTANTIATION ? PH_TRAP_LINK
                                             : trap == PH_JAVA_TRAP_NO_INTERFACE
                                                 ? PH_TRAP_WRONG_CLASS
                                             : trap == PH_JAVA_TRAP_HIDDEN ? PH_TRAP_ABSTRACT
                                                                           : trap);
    switch (trap) {
    case PH_JAVA_TRAP_INSTANTIATION:
        return instantiation(detail, to, to_bytes);
    case PH_JAVA_TRAP_NO_INTERFACE:
        return no_interface(detail, to, to_bytes);
    case PH_JAVA_TRAP_HIDDEN:
        return hidden(self, error, after(detail, HIDDEN_IN), to, to_bytes);
    case PH_TRAP_ABSTRACT:
        return abstract(self, error, after(detail, ", receiver "), to, to_bytes);
    case PH_TRAP_NULL_REFERENCE:
    case PH_TRAP_STACK_EXHAUSTED:
    case PH_TRAP_MONITOR:
        return false;
    case PH_TRAP_OUT_OF_MEMORY:
        ph_text_printf(to, to_bytes, "Java heap space");
        return true;
    case PH_TRAP_ARRAY_BOUNDS:
        return bounds(detail, to, to_bytes);
    case PH_TRAP_NEGATIVE_SIZE:
        ph_text_printf(to, to_bytes, "%d", number_at(&detail));
        return true;
    case PH_TRAP_ARRAY_STORE:
        external_name(detail, name);
        ph_text_printf(to, to_bytes, "%s", name);
        return detail.size != 0;
    case PH_TRAP_WRONG_CLASS:
        return wrong_class(call, error, detail, to, to_bytes);
    case PH_TRAP_CLASS_INIT:
        external_name(detail, name);
        ph_text_printf(to, to_bytes, "Could not initialize class %s", name);
        return detail.size != 0;
    case PH_TRAP_NATIVE:
        return missing_native(self, error, to, to_bytes);
    default:
        ph_text_printf(to, to_bytes, "%.*s", (int)text.size, (const char *)text.bytes);
        return true;
    }
}

ph_ref ph_java_trap_mirror(struct ph_call *call, ph_ref error_ref)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_error_object *error = error_ref == 0 ? NULL : ph_address(vm->heap, error_ref);
    struct ph_class *class;

    if (error == NULL || !ph_is_a(vm->heap, error->text_ref, PH_CLASS_BYTES)) {
        return 0;
    }
    struct ph_slice name = detail_of(ph_java_slice(vm->heap, error->text_ref), PH_TRAP_CLASS_INIT);
    return name.size > 0 && (ph_java_look_up(call, loader_of_trap(vm, error), name, &class) ||
                             ph_java_look_up(call, 0, name, &class))
               ? class->mirror_ref
               : 0;
}
