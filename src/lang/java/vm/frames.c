/* SPDX-License-Identifier: Apache-2.0 */
/* frames.c - what Java method a frame of the machine is in, and where in it. */
#include "lang/java/vm/vm.h"

#include "base/text.h"
#include "machine/internal.h"

bool ph_java_spot_of(struct ph_java_vm *self, const struct ph_view *view, uint32_t function,
                     struct ph_java_spot *spot)
{
    const struct ph_unit *unit = &view->loaded->unit;
    const struct ph_refs *classes = ph_machine_object(self->machine, view->instance->classes_ref);
    const struct ph_class *class =
        classes == NULL ? NULL : ph_machine_object(self->machine, classes->items[0]);
    const struct ph_java_known *known = ph_java_know(self, class);

    if (known == NULL || function < unit->imported_functions) {
        return false;
    }
    uint32_t index = function - unit->imported_functions;
    uint32_t method = ph_java_origin_of_function(&known->origin, index);
    if (method >= known->outline.method_count) {
        return false; /* the translator's own */
    }
    *spot = (struct ph_java_spot){known, method, index};
    return true;
}

bool ph_java_frame_of(struct ph_java_vm *self, const struct ph_view *view, uint32_t function,
                      uint32_t pc, struct ph_java_frame *frame)
{
    struct ph_java_spot spot;
    const struct ph_java_class *class =
        ph_java_spot_of(self, view, function, &spot) ? ph_java_defined(self, spot.known->class)
                                                     : NULL;

    if (class == NULL) {
        return false;
    }
    *frame = (struct ph_java_frame){class, spot.method, spot.function, pc};
    return true;
}

bool ph_java_frame_at(struct ph_java_vm *self, uint64_t code, uint32_t pc,
                      struct ph_java_frame *frame)
{
    struct ph_machine *machine = self->machine;
    const struct ph_refs *instances = ph_machine_object(machine, machine->world->instances_ref);
    uint32_t id = (uint32_t)(code >> 32);
    struct ph_view *view;

    return instances != NULL && id < instances->length && instances->items[id] != 0 &&
           ph_view_of(machine, instances->items[id], &view, NULL) == PH_OK &&
           (uint32_t)code < view->loaded->unit.function_count &&
           ph_java_frame_of(self, view, (uint32_t)code, pc, frame);
}

uint32_t ph_java_frame_bci(const struct ph_java_frame *self)
{
    return ph_java_origin_pc(&self->class->origin, self->function, self->pc);
}

int32_t ph_java_frame_line(const struct ph_java_frame *self)
{
    const struct ph_class_method *method = &self->class->file.methods[self->method];

    if ((method->flags & PH_ACC_NATIVE) != 0) {
        return PH_JAVA_LINE_NATIVE;
    }
    uint32_t bci = ph_java_frame_bci(self);
    return bci == PH_JAVA_ORIGIN_NONE ? -1 : ph_classfile_line(&self->class->file, method, bci);
}

static bool begins_with(struct ph_slice text, struct ph_slice with)
{
    return text.size >= with.size && memcmp(text.bytes, with.bytes, (size_t)with.size) == 0;
}

/* Hidden classes are not called what their files say (define.c). */
static bool is_hidden_class(struct ph_java_vm *vm, const struct ph_java_class *class)
{
    return !ph_slice_equal(ph_java_slice(vm->heap, class->class->name_ref), class->file.name);
}

bool ph_java_frame_is_hidden(struct ph_java_vm *vm, const struct ph_java_frame *self)
{
    const struct ph_classfile *file = &self->class->file;
    struct ph_slice notes = file->methods[self->method].attributes.annotations;

    if (begins_with(file->name, PH_SLICE_TEXT("phantom/vm/")) ||
        is_hidden_class(vm, self->class)) {
        return true;
    }
    return notes.bytes != NULL && begins_with(file->name, PH_SLICE_TEXT("java/")) &&
           (ph_classfile_has_annotation(file, notes,
                                        PH_SLICE_TEXT("Ljdk/internal/vm/annotation/Hidden;")) ||
            ph_classfile_has_annotation(file, notes,
                                        PH_SLICE_TEXT("Ljava/lang/invoke/LambdaForm$Hidden;")));
}

struct ph_slice ph_java_frame_method(const struct ph_java_frame *self)
{
    const struct ph_classfile *file = &self->class->file;
    return ph_classfile_text(file, file->methods[self->method].name);
}

size_t ph_java_frame_text(const struct ph_java_frame *self, char *to, size_t to_bytes)
{
    const struct ph_classfile *file = &self->class->file;
    struct ph_slice name = file->name, method = ph_java_frame_method(self);
    int32_t line = ph_java_frame_line(self);
    size_t used = ph_text_printf(to, to_bytes, "%.*s.%.*s(", (int)name.size,
                                 (const char *)name.bytes, (int)method.size,
                                 (const char *)method.bytes);

    for (size_t i = 0; i < PH_MIN(name.size, to_bytes); i++) {
        to[i] = to[i] == '/' ? '.' : to[i];
    }
    char *end = to + PH_MIN(used, to_bytes - 1);
    size_t room = to_bytes - (size_t)(end - to);
    if (line == PH_JAVA_LINE_NATIVE) {
        return used + ph_text_printf(end, room, "Native Method)");
    }
    if (file->source_file == 0) {
        return used + ph_text_printf(end, room, "Unknown Source)");
    }
    struct ph_slice source = ph_classfile_text(file, file->source_file);
    return used + (line < 0 ? ph_text_printf(end, room, "%.*s)", (int)source.size,
                                             (const char *)source.bytes)
                            : ph_text_printf(end, room, "%.*s:%d)", (int)source.size,
                                             (const char *)source.bytes, line));
}
