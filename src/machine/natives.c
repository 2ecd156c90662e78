/* SPDX-License-Identifier: Apache-2.0 */
/* natives.c - the table of natives, and what a native says to the machine. */
#include "base/text.h"
#include "machine/internal.h"
#include "machine/link.h"

ph_status ph_machine_add_natives_for(struct ph_machine *self,
                                     const struct ph_native_info *natives, uint32_t count,
                                     void *context, uint32_t privilege)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t module = strlen(natives[i].module), name = strlen(natives[i].name);
        uint8_t *key = ph_scratch_alloc(&self->scratch, module + 1 + name);
        const struct ph_native_entry entry = {.info = natives[i], .context = context,
                                              .privilege = privilege,
                                              .key = {key, module + 1 + name}};
        if (key == NULL || !ph_vector_push(&self->natives, self->allocator, entry)) {
            return PH_NO_MEMORY;
        }
        memcpy(key, natives[i].module, module);
        key[module] = '.';
        memcpy(key + module + 1, natives[i].name, name);
        if (!ph_name_map_put(&self->native_names, entry.key, self->natives.count - 1)) {
            return PH_NO_MEMORY;
        }
        PH_ASSERT(self->native_names.count == self->natives.count); /* none is written twice */
    }
    return PH_OK;
}

ph_status ph_machine_add_natives(struct ph_machine *self, const struct ph_native_info *natives,
                                 uint32_t count)
{
    return ph_machine_add_natives_for(self, natives, count, NULL, 0);
}

void ph_machine_set_leaves(struct ph_machine *self, const char *const *prefixes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t size = strlen(prefixes[i]);
        for (uint32_t j = 0; j < self->natives.count; j++) {
            struct ph_native_entry *native = &self->natives.items[j];
            native->is_leaf = native->is_leaf ||
                              (native->key.size >= size &&
                               memcmp(native->key.bytes, prefixes[i], size) == 0);
        }
    }
}

ph_status ph_machine_add_stand_ins(struct ph_machine *self, const struct ph_native_info *natives,
                                   uint32_t count, void *context)
{
    ph_status status =
        ph_machine_add_natives_for(self, natives, count, context, PH_PRIVILEGE_ALL);

    for (uint32_t i = 0; status == PH_OK && i < count; i++) {
        struct ph_target *target = ph_scratch_alloc(&self->scratch, sizeof(*target));
        if (target == NULL) {
            return PH_NO_MEMORY;
        }
        *target = (struct ph_target){
            .native = natives[i].run, .context = context, .is_leaf = true};
        self->natives.items[self->natives.count - count + i].stand_in = target;
        struct ph_slice class_name = {(const uint8_t *)natives[i].name, 0};
        while (natives[i].name[class_name.size] != '.') {
            PH_ASSERT(natives[i].name[class_name.size] != 0);
            class_name.size++;
        }
        if (!ph_name_map_put(&self->stood_in_classes, class_name, 1)) {
            return PH_NO_MEMORY;
        }
    }
    return status;
}

const struct ph_target *ph_stand_in_of(const struct ph_view *view, uint32_t index)
{
    const struct ph_unit *unit = &view->loaded->unit;
    const struct ph_class_def *def = unit->class_def_count > 0 ? &unit->class_defs[0] : NULL;
    uint32_t method = 0;
    uint64_t value;
    char key[256];

    if (def == NULL ||
        !ph_name_map_get(&view->machine->stood_in_classes, def->name, &value)) {
        return NULL; /* nearly always */
    }
    while (method < def->method_count && def->methods[method].function != index) {
        method++;
    }
    if (method == def->method_count) {
        return NULL;
    }
    struct ph_slice name = def->methods[method].name;
    if (def->name.size + name.size + sizeof("stand_in..") > sizeof(key)) {
        return NULL;
    }
    size_t size = ph_text_printf(key, sizeof(key), "stand_in.%.*s.%.*s", (int)def->name.size,
                                 (const char *)def->name.bytes, (int)name.size,
                                 (const char *)name.bytes);
    const struct ph_native_entry *native =
        ph_native_find(view->machine, (struct ph_slice){(const uint8_t *)key, size});
    return native != NULL && native->stand_in != NULL &&
                   ph_native_signature_equal(native->info.signature,
                                             &unit->signatures[unit->functions[index].signature])
               ? native->stand_in
               : NULL;
}

void ph_machine_set_callee(struct ph_machine *self, const char *name, ph_callee callee)
{
    uint64_t index;
    bool found = ph_name_map_get(&self->native_names,
                                 (struct ph_slice){(const uint8_t *)name, strlen(name)}, &index);

    PH_ASSERT(found);
    self->natives.items[index].callee = callee;
}

const struct ph_native_entry *ph_native_find(struct ph_machine *self, struct ph_slice name)
{
    uint64_t index;
    return ph_name_map_get(&self->native_names, name, &index) ? &self->natives.items[index]
                                                              : NULL;
}

static uint8_t type_of_letter(char letter)
{
    switch (letter) {
    case 'i': return PH_I32;
    case 'l': return PH_I64;
    case 'f': return PH_F32;
    case 'd': return PH_F64;
    case 'r': return PH_REF;
    default: return 0;
    }
}

/* An 'r' is a reference of any kind: what a native makes of it is its own affair. */
bool ph_native_signature_equal(const char *text, const struct ph_signature *signature)
{
    uint32_t total = signature->param_count + signature->result_count;
    uint32_t at = 0;
    if (text[0] == '*') {
        return true;
    }
    for (; *text != '\0'; text++) {
        if (*text == ':') {
            if (at != signature->param_count) {
                return false;
            }
            continue;
        }
        if (at >= total || signature->types[at] != type_of_letter(*text)) {
            return false;
        }
        at++;
    }
    return at == total;
}

ph_status ph_machine_add_device(struct ph_machine *self, const struct ph_device *device)
{
    if (self->device_count == PH_DEVICES_MAX) {
        return PH_LIMIT;
    }
    self->devices[self->device_count++] = *device;
    return PH_OK;
}

/* ---- What a native says -------------------------------------------------------------- */

enum ph_outcome ph_call_trap(struct ph_call *call, enum ph_trap trap)
{
    PH_SET(call->mutator, call->thread->trap, (uint32_t)trap);
    return PH_TRAPPED;
}

enum ph_outcome ph_call_function(struct ph_call *call, ph_ref function_ref, const uint8_t *types,
                                 const uint64_t *arguments, uint32_t count)
{
    struct ph_worker *worker = call->worker;
    const struct ph_signature *own = call->signature;
    struct ph_target target;
    PH_ASSERT(count <= PH_CALL_ARGUMENTS_MAX);
    if (!ph_target_of(call->machine, function_ref, &target)) {
        return ph_call_trap(call, PH_TRAP_NATIVE);
    }
    const struct ph_signature *wanted = target.signature;
    bool returns_own = wanted->result_count == own->result_count &&
                       memcmp(wanted->types + count, own->types + own->param_count,
                              own->result_count) == 0;
    if (wanted->param_count != count || memcmp(wanted->types, types, count) != 0 ||
        (own->result_count != 0 && !returns_own)) {
        return ph_call_trap(call, PH_TRAP_INDIRECT_TYPE);
    }
    worker->callee_ref = function_ref;
    memmove(worker->callee_arguments, arguments, count * sizeof(uint64_t));
    return PH_CALLING;
}

enum ph_outcome ph_call_initialise(struct ph_call *call, struct ph_class *class)
{
    if (ph_class_is_ready(class)) {
        return PH_DONE;
    }
    if (call->caller == NULL) { /* no frame that the initialiser could be called from */
        return ph_call_trap(call, PH_TRAP_NATIVE);
    }
    switch (ph_class_init_step(call->worker, class, &call->worker->callee_ref)) {
    case PH_INIT_DONE:
        return PH_DONE;
    case PH_INIT_CALL:
        return PH_INITIALISING;
    case PH_INIT_WAIT:
        return PH_WAITING;
    case PH_INIT_FAILED:
        return ph_call_trap(call, PH_TRAP_CLASS_INIT);
    case PH_INIT_NO_ROOM:
        return ph_call_trap(call, PH_TRAP_OUT_OF_MEMORY);
    }
    PH_UNREACHABLE();
}

enum ph_outcome ph_call_exit(struct ph_call *call, uint32_t exit_code)
{
    struct ph_program *program = ph_machine_object(call->machine, call->thread->program_ref);
    if (program != NULL) {
        PH_SET(call->mutator, program->exit_code, exit_code);
    }
    return PH_EXITING;
}

enum ph_outcome ph_call_wait(struct ph_call *call, enum ph_wait_kind kind, uint64_t value,
                             uint64_t deadline_ns)
{
    struct ph_thread *thread = call->thread;
    if (thread->wait_kind != (uint32_t)kind || thread->wait_value != value ||
        thread->deadline_ns != deadline_ns) { /* waiting on for the same changes nothing */
        ph_touch(call->mutator, thread, sizeof(*thread));
        thread->wait_kind = kind;
        thread->wait_value = value;
        thread->deadline_ns = deadline_ns;
    }
    return PH_WAITING;
}

enum ph_outcome ph_call_wait_for(struct ph_call *call, enum ph_wait_kind kind, ph_ref object_ref,
                                 uint64_t deadline_ns)
{
    if (call->thread->wait_ref != object_ref) {
        PH_SET_REF(call->mutator, call->thread->wait_ref, object_ref);
    }
    return ph_call_wait(call, kind, 0, deadline_ns);
}

enum ph_outcome ph_call_await_durable(struct ph_call *call, bool *again)
{
    struct ph_thread *thread = call->thread;
    struct ph_machine *machine = call->machine;
    *again = false;
    if (machine->options.no_cuts) {
        return PH_DONE; /* such a world promises nothing */
    }
    if (thread->native_state[1] == 0) {
        PH_SET(call->mutator, thread->native_state[1], machine->world->cut_number + 1);
    }
    uint64_t number = thread->native_state[1];
    if (ph_cut_durable(machine) >= number) {
        *again = number <= machine->resumed_cut; /* waited for by an earlier process */
        return PH_DONE;
    }
    ph_cut_request(machine, PH_CUT_NATIVE);
    return ph_call_wait(call, PH_WAIT_DURABLE, number, 0);
}

const uint8_t *ph_call_memory(struct ph_call *call, uint64_t address, uint64_t bytes)
{
    if (call->caller == NULL || call->caller->loaded->unit.memory_count == 0) {
        return NULL;
    }
    const struct ph_memory *memory = call->caller->memories[0];
    if (bytes > memory->bytes || address > memory->bytes - bytes) {
        return NULL;
    }
    return call->machine->arena + memory->offset + address;
}

uint8_t *ph_call_memory_write(struct ph_call *call, uint64_t address, uint64_t bytes)
{
    const uint8_t *at = ph_call_memory(call, address, bytes);
    if (at == NULL) {
        return NULL;
    }
    ph_touch(call->mutator, at, bytes);
    return call->machine->arena + ph_offset_of(call->machine->heap, at);
}
