/* SPDX-License-Identifier: Apache-2.0 */
/* natives_world.c - phantom.World: cuts, resumes, and the root directory.
 *
 * Every Java program has a library of its own, so classes of two programs are never the same. An
 * object of another program's class never gets into a program here: get_entry makes a copy of what
 * is a value (String, boxed numbers, arrays of numbers, and `bytes` of the machine) and refuses the
 * rest. What is of this program's java.lang.Object is its own. */
#include "base/text.h"
#include "lang/java/vm/natives.h"
#include "machine/directory.h"
#include "machine/internal.h"

static enum ph_outcome here(struct ph_call *call)
{
    return ph_java_return(call, 1);
}

static enum ph_outcome await_cut(struct ph_call *call)
{
    bool again;
    return ph_call_await_durable(call, &again);
}

/* ---- Resumes -------------------------------------------------------------------------------- */

static enum ph_outcome resumed(struct ph_call *call)
{
    return ph_java_return(call, call->machine->resumed_cut);
}

/* A resume starts natives that wait again: that is all there is to it. */
static enum ph_outcome await_resume(struct ph_call *call)
{
    return call->slots[0] != call->machine->resumed_cut
               ? PH_DONE
               : ph_call_wait(call, PH_WAIT_TIME, 0, INT64_MAX);
}

/* ---- Names ---------------------------------------------------------------------------------- */

static const struct ph_program *program_of(const struct ph_call *call)
{
    return ph_address(call->mutator->heap, call->thread->program_ref);
}

/* The byte[] in slot 0; empty if it is none. Valid until something collects. */
static struct ph_slice name_argument(const struct ph_call *call)
{
    const struct ph_heap *heap = call->mutator->heap;
    ph_ref ref = ph_java_argument(call, 0);
    const struct ph_class *class = ref == 0 ? NULL : ph_class_of(heap, ref);

    return class != NULL && (class->flags & PH_CLASS_ARRAY) != 0 &&
                   class->item_kind == PH_STORE_I8
               ? ph_java_slice(heap, ref)
               : (struct ph_slice){NULL, 0};
}

static enum ph_outcome bad_name(struct ph_call *call)
{
    return ph_java_throw(call, "java/lang/IllegalArgumentException",
                         "a name in the root directory has 1 to 255 bytes, and neither '/' nor "
                         "control characters");
}

static enum ph_outcome put_entry(struct ph_call *call)
{
    ph_world_lock(call->machine);
    enum ph_directory_answer answer =
        ph_directory_put(call->machine, call->mutator, program_of(call), name_argument(call),
                         ph_java_argument(call, 1));
    ph_world_unlock(call->machine);
    return answer == PH_DIRECTORY_DONE     ? PH_DONE
           : answer == PH_DIRECTORY_BAD_NAME ? bad_name(call)
                                             : ph_java_out_of_memory(call);
}

struct listing {
    uint8_t *to; /* NULL: only counts */
    uint64_t bytes;
};

static void list_one(void *context, struct ph_slice name, const struct ph_directory_entry *entry)
{
    struct listing *list = context;

    if (entry->object_ref == 0) {
        return;
    }
    if (list->to != NULL) {
        memcpy(list->to + list->bytes, name.bytes, (size_t)name.size);
        list->to[list->bytes + name.size] = '\n';
    }
    list->bytes += name.size + 1;
}

/* Collected outside of the heap, so that one look under the lock is enough. */
static enum ph_outcome list_entries(struct ph_call *call)
{
    struct ph_allocator *allocator = ph_java_vm_of(call)->allocator;
    struct listing count = {NULL, 0}, list = {NULL, 0};

    ph_world_lock(call->machine);
    ph_directory_each(call->machine, program_of(call), list_one, &count);
    list.to = ph_alloc(allocator, (size_t)count.bytes + 1);
    if (list.to != NULL) {
        ph_directory_each(call->machine, program_of(call), list_one, &list);
    }
    ph_world_unlock(call->machine);
    ph_ref made =
        list.to == NULL ? 0 : ph_java_bytes(call, (struct ph_slice){list.to, list.bytes});
    ph_free(allocator, list.to, (size_t)count.bytes + 1);
    return ph_java_return_ref(call, made);
}

/* ---- What another program has put there ------------------------------------------------------ */

/* An array of this program's with the same bytes. May collect. */
static ph_ref copy_array(struct ph_call *call, struct ph_root *from, uint32_t kind)
{
    const struct ph_heap *heap = call->mutator->heap;
    const struct ph_bytes *old = ph_address(heap, from->ref);
    struct ph_class *class = ph_java_array_class(call, kind, NULL);
    ph_ref made = class == NULL ? 0 : ph_java_new_array(call, class, old->length);

    if (made != 0) {
        struct ph_bytes *array = ph_address(heap, made);
        old = ph_address(heap, from->ref); /* it may have moved */
        uint64_t bytes = (uint64_t)array->length << ph_storage_shift((uint8_t)kind);
        ph_touch(call->mutator, array->data, bytes);
        memcpy(array->data, old->data, (size_t)bytes);
    }
    return made;
}

/* A string of this program's with the same text. */
static ph_ref copy_string(struct ph_call *call, ph_ref from)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_bytes *value =
        ph_address(vm->heap, ph_java_get_ref(vm, from, "value:[B"));
    bool is_wide = ph_java_get_number(vm, from, "coder:B") != 0;
    uint64_t count = is_wide ? value->length / 2 : value->length;
    size_t bytes = (size_t)PH_MAX(count, 1u) * sizeof(uint16_t);
    uint16_t *units = ph_alloc(vm->allocator, bytes);

    if (units == NULL) {
        return 0;
    }
    for (uint64_t i = 0; i < count; i++) {
        units[i] = is_wide ? ph_load_u16(value->data + i * 2) : value->data[i];
    }
    ph_ref made = ph_java_string_utf16(call, units, count);
    ph_free(vm->allocator, units, bytes);
    return made;
}

static const struct box {
    const char *class_name, *field, *value_of;
} boxes[] = {
    {"java/lang/Boolean", "value:Z", "valueOf(Z)Ljava/lang/Boolean;"},
    {"java/lang/Byte", "value:B", "valueOf(B)Ljava/lang/Byte;"},
    {"java/lang/Character", "value:C", "valueOf(C)Ljava/lang/Character;"},
    {"java/lang/Short", "value:S", "valueOf(S)Ljava/lang/Short;"},
    {"java/lang/Integer", "value:I", "valueOf(I)Ljava/lang/Integer;"},
    {"java/lang/Long", "value:J", "valueOf(J)Ljava/lang/Long;"},
    {"java/lang/Float", "value:F", "valueOf(F)Ljava/lang/Float;"},
    {"java/lang/Double", "value:D", "valueOf(D)Ljava/lang/Double;"},
};

/* A box with the same number, by the library's valueOf. */
static enum ph_outcome copy_box(struct ph_call *call, ph_ref from, const struct box *box)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_java_known *class = ph_java_know(vm, ph_class_of(vm->heap, from));
    uint32_t field = ph_java_field_number(class, ph_java_slice_of(box->field));
    uint8_t storage = class->view->loaded->unit.class_defs[0].fields[field].storage;
    const uint8_t *at =
        (const uint8_t *)ph_address(vm->heap, from) + ph_java_field_offset(class, field);
    uint64_t bits = 0;

    switch (storage) {
    case PH_STORE_I8: bits = (uint32_t)(int8_t)*at; break;
    case PH_STORE_U8: bits = *at; break;
    case PH_STORE_I16: bits = (uint32_t)(int16_t)ph_load_u16(at); break;
    case PH_STORE_U16: bits = ph_load_u16(at); break;
    case PH_STORE_I32:
    case PH_STORE_F32: bits = ph_load_u32(at); break;
    default: bits = ph_load_u64(at); break;
    }
    return ph_java_call(call, box->class_name, box->value_of, &bits, 1);
}

static enum ph_outcome refuse(struct ph_call *call, const struct ph_class *class)
{
    char name[256], text[640];

    ph_java_external_name(ph_java_vm_of(call), class, name, sizeof(name));
    ph_text_printf(text, sizeof(text),
                   "what another program has put there is a %s of that program: only String, boxed "
                   "numbers and arrays of numbers are handed over (serialize it into a byte[])",
                   name);
    return ph_java_throw(call, "java/lang/ClassCastException", text);
}

static enum ph_outcome copy_foreign(struct ph_call *call, struct ph_root *from)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_class *class = ph_class_of(vm->heap, from->ref);

    if (class->number == PH_CLASS_BYTES || class->number == PH_CLASS_PINNED_BYTES) {
        return ph_java_return_ref(call, copy_array(call, from, PH_STORE_I8));
    }
    if ((class->flags & PH_CLASS_ARRAY) != 0) {
        return class->item_kind != PH_STORE_REF
                   ? ph_java_return_ref(call, copy_array(call, from, class->item_kind))
                   : refuse(call, class);
    }
    const struct ph_java_known *known = ph_java_know(vm, class);
    if (known == NULL || ph_java_loader_of(vm, class) != 0) {
        return refuse(call, class);
    }
    struct ph_slice name = ph_class_outline_name(&known->outline);
    if (ph_slice_equal(name, PH_SLICE_TEXT("java/lang/String"))) {
        return ph_java_return_ref(call, copy_string(call, from->ref));
    }
    for (uint32_t i = 0; i < PH_COUNT(boxes); i++) {
        if (ph_slice_equal(name, ph_java_slice_of(boxes[i].class_name))) {
            return copy_box(call, from->ref, &boxes[i]);
        }
    }
    return refuse(call, class);
}

static enum ph_outcome get_entry(struct ph_call *call)
{
    const struct ph_directory_entry *entry = NULL;
    struct ph_root object;
    struct ph_slice name = name_argument(call);

    if (!ph_directory_name_is_good(name)) {
        return bad_name(call);
    }
    ph_world_lock(call->machine);
    entry = ph_directory_of(call->machine, program_of(call), name);
    ph_root_push(call->mutator, &object, entry == NULL ? 0 : entry->object_ref);
    ph_world_unlock(call->machine);
    enum ph_outcome outcome =
        object.ref == 0 || ph_java_is_instance(call, object.ref, "java/lang/Object")
            ? ph_java_return(call, object.ref)
            : copy_foreign(call, &object);
    ph_root_pop(call->mutator, &object);
    return outcome;
}

/* ---- The table ------------------------------------------------------------------------------ */

#define WORLD "phantom/World."

ph_status ph_java_world_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", WORLD "here()Z", ":i", here},
        {"java", WORLD "awaitCut()V", ":", await_cut},
        {"java", WORLD "resumed()J", ":l", resumed},
        {"java", WORLD "awaitResume(J)V", "l:", await_resume},
        {"java", WORLD "getEntry([B)Ljava/lang/Object;", "r:r", get_entry},
        {"java", WORLD "putEntry([BLjava/lang/Object;)V", "rr:", put_entry},
        {"java", WORLD "listEntries()[B", ":r", list_entries},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
