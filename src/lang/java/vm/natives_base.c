/* SPDX-License-Identifier: Apache-2.0 */
/* natives_base.c - what a program does that was booted ahead: it waits until it is told what it is,
 * and changes what may not be the same in every program made of one image (phantom.vm.Base). */
#include "lang/java/vm/base.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/own.h"

/* ---- Waiting --------------------------------------------------------------------------------- */

bool ph_java_base_waits(struct ph_machine *machine, const struct ph_program *program)
{
    const struct ph_thread *thread =
        program->main_thread_ref == 0
            ? NULL
            : ph_address(ph_machine_heap(machine), program->main_thread_ref);
    return thread != NULL && thread->state == PH_THREAD_WAITING &&
           thread->wait_kind == PH_WAIT_TURN;
}

/* Whether the command has not said yet what to run: the program has its name alone. */
static bool is_base(const struct ph_call *call)
{
    const struct ph_heap *heap = call->mutator->heap;
    const struct ph_program *program = ph_address(heap, call->thread->program_ref);
    const struct ph_refs *given = ph_address(heap, program->arguments_ref);
    return given->length <= 1;
}

static enum ph_outcome is_ahead(struct ph_call *call)
{
    return ph_java_return(call, is_base(call));
}

/* The arguments come while the world is closed: whoever resumes it calls this again. */
static enum ph_outcome await_arguments(struct ph_call *call)
{
    return is_base(call) ? ph_call_wait(call, PH_WAIT_TURN, 0, 0) : PH_DONE;
}

/* ---- What is made anew ----------------------------------------------------------------------- */

/* An own static field of a class that is initialised. */
struct place {
    struct ph_class *class;
    const struct ph_field_def *field;
    uint32_t offset;
};

/* (type, key): false: there is no such field. */
static bool find_static(struct ph_call *call, struct place *place)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive, number = UINT32_MAX;
    char key[PH_JAVA_NAME_BYTES];

    place->class = ph_java_class_behind(vm, ph_java_argument(call, 0), &primitive);
    const struct ph_java_known *known =
        place->class == NULL ? NULL : ph_java_know(vm, place->class);
    if (known != NULL && ph_java_name_argument(call, 1, key, false)) {
        number = ph_java_field_number(known, ph_java_slice_of(key));
    }
    if (number == UINT32_MAX) {
        return false;
    }
    place->field = &known->view->loaded->unit.class_defs[0].fields[number];
    place->offset = ph_java_field_offset(known, number);
    return (place->field->flags & PH_FIELD_STATIC) != 0;
}

static enum ph_outcome get_static(struct ph_call *call)
{
    struct place place;

    if (!find_static(call, &place) || place.field->storage != PH_STORE_REF) {
        return ph_java_throw(call, "java/lang/NoSuchFieldError", "getStatic");
    }
    const struct ph_refs *statics = ph_address(call->mutator->heap, place.class->static_refs_ref);
    return ph_java_return(call, statics->items[place.offset]);
}

static enum ph_outcome set_static(struct ph_call *call)
{
    struct place place;
    uint64_t bits = call->slots[2];

    if (!find_static(call, &place) || place.field->storage == PH_STORE_REF) {
        return ph_java_throw(call, "java/lang/NoSuchFieldError", "setStatic");
    }
    struct ph_bytes *statics = ph_address(call->mutator->heap, place.class->statics_ref);
    size_t bytes = (size_t)1 << ph_storage_shift(place.field->storage);
    ph_touch(call->mutator, statics->data + place.offset, bytes);
    memcpy(statics->data + place.offset, &bits, bytes);
    return PH_DONE;
}

static enum ph_outcome random(struct ph_call *call)
{
    uint64_t value;
    ph_random_fill(&value, sizeof(value));
    return ph_java_return(call, value);
}

/* classFile(name): of one of our own classes. */
static enum ph_outcome class_file(struct ph_call *call)
{
    char name[PH_JAVA_NAME_BYTES];
    struct ph_slice bytes;

    return ph_java_name_argument(call, 0, name, false) &&
                   ph_java_own_class(ph_java_slice_of(name), &bytes)
               ? ph_java_return_ref(call, ph_java_bytes(call, bytes))
               : ph_java_throw(call, "java/lang/NoClassDefFoundError", name);
}

#define BASE "phantom/vm/Base."
#define FIELD "(Ljava/lang/Class;Ljava/lang/String;"

ph_status ph_java_base_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", BASE "isAhead()Z", ":i", is_ahead},
        {"java", BASE "awaitArguments()V", ":", await_arguments},
        {"java", BASE "getStatic" FIELD ")Ljava/lang/Object;", "rr:r", get_static},
        {"java", BASE "setStatic" FIELD "J)V", "rrl:", set_static},
        {"java", BASE "random()J", ":l", random},
        {"java", "phantom/vm/Training.classFile(Ljava/lang/String;)[B", "r:r", class_file},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
