/* SPDX-License-Identifier: Apache-2.0 */
/* directory.c - the root directory and the natives that programs use it with. Under the world's
 * lock; the world is stopped or the caller is a native. */
#include "machine/directory.h"

#include "base/text.h"
#include "machine/internal.h"

#define ENTRY_NAME_BYTES (PH_DIRECTORY_NAME_BYTES_MAX + 16u) /* with an id and '/' */

bool ph_directory_name_is_good(struct ph_slice name)
{
    bool is_good = name.size > 0 && name.size <= PH_DIRECTORY_NAME_BYTES_MAX;
    for (uint64_t i = 0; is_good && i < name.size; i++) {
        is_good = name.bytes[i] >= ' ' && name.bytes[i] != '/' && name.bytes[i] != 0x7f;
    }
    return is_good;
}

/* The entry called `name` in the list that begins with `ref`. */
static struct ph_directory_entry *find_in(const struct ph_machine *self, ph_ref ref,
                                          struct ph_slice name)
{
    struct ph_directory_entry *entry = ph_machine_object(self, ref);
    while (entry != NULL && !ph_slice_equal(ph_bytes_slice(self, entry->name_ref), name)) {
        entry = ph_machine_object(self, entry->next_ref);
    }
    return entry;
}

/* A new entry at the front of the list at *list. */
static struct ph_directory_entry *add_to(struct ph_machine *self, struct ph_mutator *mutator,
                                         ph_ref *list, struct ph_slice name)
{
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_DIRECTORY_ENTRY, 0);
    ph_ref name_ref = ph_bytes_new(mutator, PH_CLASS_PINNED_BYTES, name);
    if (ref == 0 || name_ref == 0) {
        ph_object_free(mutator, ref);
        ph_object_free(mutator, name_ref);
        return NULL;
    }
    struct ph_directory_entry *entry = ph_address(self->heap, ref);
    ph_touch(mutator, entry, sizeof(*entry));
    entry->name_ref = name_ref;
    entry->next_ref = *list;
    PH_SET(mutator, *list, ref);
    return entry;
}

struct ph_directory_entry *ph_directory_find(struct ph_machine *self, struct ph_slice name)
{
    return find_in(self, self->world->directory_ref, name);
}

struct ph_directory_entry *ph_directory_make(struct ph_machine *self, struct ph_mutator *mutator,
                                             struct ph_slice name)
{
    struct ph_directory_entry *entry = ph_directory_find(self, name);
    return entry != NULL ? entry : add_to(self, mutator, &self->world->directory_ref, name);
}

bool ph_directory_give(struct ph_machine *self, struct ph_mutator *mutator,
                       struct ph_program *program, struct ph_slice name,
                       struct ph_directory_entry *entry)
{
    struct ph_directory_entry *given = find_in(self, program->names_ref, name);
    if (given == NULL) {
        given = add_to(self, mutator, &program->names_ref, name);
    }
    if (given != NULL) {
        PH_SET(mutator, given->object_ref, ph_ref_to(self->heap, entry));
    }
    return given != NULL;
}

/* "7/sum" */
static struct ph_slice own_name(const struct ph_program *program, struct ph_slice name,
                                char to[ENTRY_NAME_BYTES])
{
    PH_ASSERT(name.size <= PH_DIRECTORY_NAME_BYTES_MAX);
    size_t bytes = ph_text_printf(to, ENTRY_NAME_BYTES, "%u/", program->id);
    memcpy(to + bytes, name.bytes, name.size);
    return (struct ph_slice){(const uint8_t *)to, bytes + name.size};
}

struct ph_directory_entry *ph_directory_of(struct ph_machine *self,
                                           const struct ph_program *program,
                                           struct ph_slice name)
{
    char text[ENTRY_NAME_BYTES];
    struct ph_directory_entry *given = find_in(self, program->names_ref, name);
    return given != NULL ? ph_machine_object(self, given->object_ref)
                         : ph_directory_find(self, own_name(program, name, text));
}

void ph_directory_forget(struct ph_machine *self, struct ph_mutator *mutator,
                         const struct ph_program *program)
{
    char text[ENTRY_NAME_BYTES];
    struct ph_slice prefix = own_name(program, (struct ph_slice){NULL, 0}, text);
    ph_ref *link = &self->world->directory_ref;
    while (*link != 0) {
        struct ph_directory_entry *entry = ph_address(self->heap, *link);
        struct ph_slice name = ph_bytes_slice(self, entry->name_ref);
        if (name.size >= prefix.size && memcmp(name.bytes, prefix.bytes, prefix.size) == 0) {
            PH_SET(mutator, *link, entry->next_ref); /* others may have been given it */
        } else {
            link = &entry->next_ref;
        }
    }
}

enum ph_directory_answer ph_directory_put(struct ph_machine *self, struct ph_mutator *mutator,
                                          const struct ph_program *program, struct ph_slice name,
                                          ph_ref object_ref)
{
    char text[ENTRY_NAME_BYTES];
    if (!ph_directory_name_is_good(name)) {
        return PH_DIRECTORY_BAD_NAME;
    }
    struct ph_directory_entry *entry = ph_directory_of(self, program, name);
    if (entry == NULL) {
        entry = ph_directory_make(self, mutator, own_name(program, name, text));
    }
    if (entry == NULL) {
        return PH_DIRECTORY_NO_ROOM;
    }
    PH_SET_REF(mutator, entry->object_ref, object_ref);
    return PH_DIRECTORY_DONE;
}

void ph_directory_each(struct ph_machine *self, const struct ph_program *program,
                       void (*each)(void *context, struct ph_slice name,
                                    const struct ph_directory_entry *entry),
                       void *context)
{
    char text[ENTRY_NAME_BYTES];
    struct ph_slice prefix = own_name(program, (struct ph_slice){NULL, 0}, text);
    const struct ph_directory_entry *given = ph_machine_object(self, program->names_ref);
    for (; given != NULL; given = ph_machine_object(self, given->next_ref)) {
        each(context, ph_bytes_slice(self, given->name_ref),
             ph_machine_object(self, given->object_ref));
    }
    const struct ph_directory_entry *entry = ph_machine_object(self, self->world->directory_ref);
    for (; entry != NULL; entry = ph_machine_object(self, entry->next_ref)) {
        struct ph_slice name = ph_bytes_slice(self, entry->name_ref);
        struct ph_slice own = {name.bytes + prefix.size, name.size - prefix.size};
        if (name.size > prefix.size && memcmp(name.bytes, prefix.bytes, prefix.size) == 0 &&
            find_in(self, program->names_ref, own) == NULL) { /* else it is not seen */
            each(context, own, entry);
        }
    }
}

/* ---- Natives ----------------------------------------------------------------------------- */

/* The program whose code makes the call, or, of a function that a thread begins with, the
 * thread's. NULL: none. */
static struct ph_program *caller_of(const struct ph_call *call)
{
    ph_ref ref = call->caller == NULL ? 0 : call->caller->instance->program_ref;
    return ph_machine_object(call->machine, ref != 0 ? ref : call->thread->program_ref);
}

static bool name_in(struct ph_call *call, struct ph_slice *name)
{
    name->size = (uint32_t)call->slots[1];
    name->bytes = ph_call_memory(call, (uint32_t)call->slots[0], name->size);
    return name->bytes != NULL;
}

static enum ph_outcome directory_get(struct ph_call *call)
{
    struct ph_slice name;
    const struct ph_program *program = caller_of(call);
    if (!name_in(call, &name)) {
        return ph_call_trap(call, PH_TRAP_MEMORY_BOUNDS);
    }
    const struct ph_directory_entry *entry = NULL;
    ph_world_lock(call->machine);
    if (program != NULL && ph_directory_name_is_good(name)) {
        entry = ph_directory_of(call->machine, program, name);
    }
    call->slots[0] = entry == NULL ? 0 : entry->object_ref;
    ph_world_unlock(call->machine);
    return PH_DONE;
}

static enum ph_outcome directory_put(struct ph_call *call)
{
    struct ph_slice name;
    if (!name_in(call, &name)) {
        return ph_call_trap(call, PH_TRAP_MEMORY_BOUNDS);
    }
    const struct ph_program *program = caller_of(call);
    ph_world_lock(call->machine);
    call->slots[0] = program == NULL
                         ? PH_DIRECTORY_BAD_NAME
                         : ph_directory_put(call->machine, call->mutator, program, name,
                                            (ph_ref)call->slots[2]);
    ph_world_unlock(call->machine);
    return PH_DONE;
}

static const struct ph_native_info natives[] = {
    {"phantom", "directory_get", "ii:r", directory_get},
    {"phantom", "directory_put", "iir:i", directory_put},
};

ph_status ph_directory_register(struct ph_machine *self)
{
    return ph_machine_add_natives(self, natives, PH_COUNT(natives));
}
