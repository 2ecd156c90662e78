/* SPDX-License-Identifier: Apache-2.0 */
/* natives_array.c - java.lang.reflect.Array: making arrays; their items are phantom.vm.Arrays'
 * affair. */
#include "lang/java/vm/natives.h"
#include "lang/java/vm/natives_reflect.h"

#include "base/text.h"

static enum ph_outcome get_length(struct ph_call *call)
{
    const struct ph_heap *heap = call->mutator->heap;
    ph_ref array = ph_java_argument(call, 0);

    if (array == 0) {
        return ph_java_throw_null(call);
    }
    if ((ph_class_of(heap, array)->flags & PH_CLASS_ARRAY) == 0) {
        return ph_java_throw(call, "java/lang/IllegalArgumentException",
                             "Argument is not an array");
    }
    return ph_java_return(call, ((const struct ph_bytes *)ph_address(heap, array))->length);
}

/* The class of arrays whose items the mirror `slot` stands for. NULL: void, no mirror, no memory.
 * May collect. */
static struct ph_class *array_of(struct ph_call *call, uint32_t slot)
{
    static const char *const names[] = {"[Z", "[C", "[F", "[D", "[B", "[S", "[I", "[J"};
    struct ph_class *class = NULL;
    uint32_t primitive; /* as newarray numbers them: enum ph_java_primitive */
    struct ph_class *item =
        ph_java_class_behind(ph_java_vm_of(call), ph_java_argument(call, slot), &primitive);

    if (item != NULL) {
        return ph_java_array_class(call, PH_STORE_REF, item);
    }
    return primitive < PH_COUNT(names) && ph_java_find_boot(call, names[primitive], &class,
                                                            NULL) == PH_JAVA_FOUND
               ? class
               : NULL;
}

static enum ph_outcome new_array(struct ph_call *call)
{
    int32_t length = (int32_t)call->slots[1];
    char text[16];

    if (ph_java_argument(call, 0) == 0) {
        return ph_java_throw_null(call);
    }
    struct ph_class *class = array_of(call, 0);
    if (class == NULL) {
        return ph_java_throw(call, "java/lang/IllegalArgumentException", NULL);
    }
    if (length < 0) {
        ph_text_printf(text, sizeof(text), "%d", length);
        return ph_java_throw(call, "java/lang/NegativeArraySizeException", text);
    }
    ph_ref made = ph_java_new_array(call, class, (uint32_t)length);
    return made == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, made);
}

/* phantom.vm.Arrays has a method of the same name for each. */
static enum ph_outcome forward(struct ph_call *call, const char *key)
{
    uint64_t arguments[3];
    uint32_t count = call->signature->param_count;

    memcpy(arguments, call->slots, count * sizeof(uint64_t));
    return ph_java_call(call, "phantom/vm/Arrays", key, arguments, count);
}

/* An index that is out of bounds is what is told first. */
static enum ph_outcome forward_item(struct ph_call *call, const char *key)
{
    const struct ph_heap *heap = call->mutator->heap;
    ph_ref array = ph_java_argument(call, 0);

    if (array != 0 && (ph_class_of(heap, array)->flags & PH_CLASS_ARRAY) != 0 &&
        (uint32_t)call->slots[1] >= ((const struct ph_bytes *)ph_address(heap, array))->length) {
        return ph_java_throw(call, "java/lang/ArrayIndexOutOfBoundsException", NULL);
    }
    return forward(call, key);
}

#define ITEMS(X)         \
    X(Boolean, "Z", "i") \
    X(Byte, "B", "i")    \
    X(Char, "C", "i")    \
    X(Short, "S", "i")   \
    X(Int, "I", "i")     \
    X(Long, "J", "l")    \
    X(Float, "F", "f")   \
    X(Double, "D", "d")

#define ITEM_NATIVES(name, letter, slot)                                               \
    static enum ph_outcome get##name(struct ph_call *call)                             \
    {                                                                                  \
        return forward_item(call, "get" #name "(Ljava/lang/Object;I)" letter);              \
    }                                                                                  \
    static enum ph_outcome set##name(struct ph_call *call)                             \
    {                                                                                  \
        return forward_item(call, "set" #name "(Ljava/lang/Object;I" letter ")V");          \
    }
ITEMS(ITEM_NATIVES)

static enum ph_outcome get(struct ph_call *call)
{
    return forward_item(call, "get(Ljava/lang/Object;I)Ljava/lang/Object;");
}

static enum ph_outcome set(struct ph_call *call)
{
    return forward_item(call, "set(Ljava/lang/Object;ILjava/lang/Object;)V");
}

static enum ph_outcome new_multi(struct ph_call *call)
{
    return forward(call, "multi(Ljava/lang/Class;[I)Ljava/lang/Object;");
}

#define ARRAY "java/lang/reflect/Array."

ph_status ph_java_array_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", ARRAY "getLength(Ljava/lang/Object;)I", "r:i", get_length},
        {"java", ARRAY "newArray(Ljava/lang/Class;I)Ljava/lang/Object;", "ri:r", new_array},
        {"java", "phantom/vm/Arrays.make(Ljava/lang/Class;I)Ljava/lang/Object;", "ri:r",
         new_array},
        {"java", ARRAY "multiNewArray(Ljava/lang/Class;[I)Ljava/lang/Object;", "rr:r", new_multi},
        {"java", ARRAY "get(Ljava/lang/Object;I)Ljava/lang/Object;", "ri:r", get},
        {"java", ARRAY "set(Ljava/lang/Object;ILjava/lang/Object;)V", "rir:", set},
#define ITEM_ROWS(name, letter, slot)                                                  \
    {"java", ARRAY "get" #name "(Ljava/lang/Object;I)" letter, "ri:" slot, get##name}, \
    {"java", ARRAY "set" #name "(Ljava/lang/Object;I" letter ")V", "ri" slot ":", set##name},
        ITEMS(ITEM_ROWS)
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
