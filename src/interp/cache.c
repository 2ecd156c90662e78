/* SPDX-License-Identifier: Apache-2.0 */
/* cache.c - what has been prepared: per loaded unit a list of instances, each found through its
 * view; per instance an entry for each function. Prepared code holds addresses of the instance's
 * memories, tables and globals, so instances of one unit do not share it.
 *
 * Instances are never taken out of the list but with the whole unit; a lock is needed to add one
 * and to prepare a function, none to look. */
#include "interp/engine.h"

struct ph_prepared_unit {
    struct ph_mutex lock;
    struct ph_prepared_instance *first;
};

static struct ph_prepared_unit *unit_of(struct ph_loaded_unit *loaded)
{
    struct ph_prepared_unit *unit = __atomic_load_n(&loaded->prepared, __ATOMIC_ACQUIRE);
    if (unit != NULL) {
        return unit;
    }
    unit = ph_alloc_zeroed(ph_port_allocator(), sizeof(*unit));
    if (unit == NULL) {
        return NULL;
    }
    ph_mutex_init(&unit->lock);
    void *expected = NULL;
    if (!__atomic_compare_exchange_n(&loaded->prepared, &expected, unit, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        ph_mutex_finish(&unit->lock); /* another worker was faster */
        ph_free(ph_port_allocator(), unit, sizeof(*unit));
        unit = expected;
    }
    return unit;
}

static size_t instance_bytes(uint32_t function_count)
{
    return sizeof(struct ph_prepared_instance) + (size_t)function_count * sizeof(struct ph_entry);
}

static struct ph_prepared_instance *instance_create(struct ph_prepared_unit *unit,
                                                    struct ph_view *view)
{
    const struct ph_unit *code = &view->loaded->unit;
    struct ph_prepared_instance *self =
        ph_alloc_zeroed(ph_port_allocator(), instance_bytes(code->function_count));

    if (self == NULL) {
        return NULL;
    }
    self->view = view;
    self->unit = unit;
    self->function_count = code->function_count;
    for (uint32_t i = 0; i < code->function_count; i++) {
        struct ph_entry *entry = &self->entries[i];
        const struct ph_signature *signature = &code->signatures[code->functions[i].signature];
        entry->frame_bytes = PH_ENTRY_UNPREPARED;
        entry->identity = (uint64_t)i << 32 | view->instance_ref;
        entry->param_count = signature->param_count;
        entry->result_count = signature->result_count;
        entry->instance = self;
    }
    self->next = unit->first;
    unit->first = self;
    return self;
}

struct ph_prepared_instance *ph_prepared_instance_of(struct ph_view *view)
{
    struct ph_prepared_instance *self = __atomic_load_n(&view->prepared, __ATOMIC_ACQUIRE);
    if (self != NULL) {
        return self;
    }
    struct ph_prepared_unit *unit = unit_of(view->loaded);
    if (unit == NULL) {
        return NULL;
    }
    ph_mutex_lock(&unit->lock);
    self = view->prepared;
    if (self == NULL) {
        self = instance_create(unit, view);
        __atomic_store_n(&view->prepared, self, __ATOMIC_RELEASE);
    }
    ph_mutex_unlock(&unit->lock);
    return self;
}

struct ph_prepared_instance *ph_prepared_instance_met(struct ph_worker *worker,
                                                      ph_ref instance_ref)
{
    struct ph_view *view;

    if (worker->view != NULL && worker->view->instance_ref == instance_ref) {
        return ph_registers_of(worker)->instance;
    }
    return ph_view_of(worker->machine, instance_ref, &view, NULL) == PH_OK
               ? ph_prepared_instance_of(view)
               : NULL;
}

static void entry_publish(struct ph_entry *entry, const struct ph_prepared *prepared)
{
    uint64_t slots = (uint64_t)prepared->local_count + PH_FRAME_HEADER_SLOTS + prepared->depth_max;

    entry->code = prepared->code;
    entry->code_words = prepared->code_words;
    entry->sites = prepared->sites;
    entry->site_count = prepared->site_count;
    entry->header = prepared->local_count;
    entry->leaf = prepared->leaf;
    __atomic_store_n(&entry->frame_bytes, slots * 8, __ATOMIC_RELEASE);
}

enum ph_trap ph_entry_prepare(struct ph_prepared_instance *instance, uint32_t index)
{
    PH_ASSERT(index < instance->function_count);
    struct ph_entry *entry = &instance->entries[index];
    struct ph_prepared prepared;
    ph_status status = PH_OK;

    if (ph_entry_is_prepared(entry)) {
        return PH_TRAP_NONE;
    }
    ph_mutex_lock(&instance->unit->lock);
    if (!ph_entry_is_prepared(entry)) {
        struct ph_error error;
        status = ph_prepare(instance->view, instance->entries, index, UINT32_MAX, &prepared,
                            &error);
        if (status == PH_OK) {
            entry_publish(entry, &prepared);
        }
    }
    ph_mutex_unlock(&instance->unit->lock);
    return status == PH_OK          ? PH_TRAP_NONE
           : status == PH_NO_MEMORY ? PH_TRAP_OUT_OF_MEMORY
                                    : PH_TRAP_CODE_TOO_LARGE;
}

/* The first site at or behind `offset`. */
static uint32_t find_site(const struct ph_entry *entry, uint32_t offset)
{
    uint32_t low = 0, high = entry->site_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (entry->sites[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct ph_prepared_site *ph_entry_site(const struct ph_entry *entry, uint32_t offset)
{
    uint32_t index = find_site(entry, offset);

    PH_ASSERT(index < entry->site_count && entry->sites[index].offset == offset);
    return &entry->sites[index];
}

bool ph_entry_has_site(const struct ph_entry *entry, uint32_t offset)
{
    uint32_t index = find_site(entry, offset);

    return index < entry->site_count && entry->sites[index].offset == offset;
}

struct ph_entry *ph_entry_of_code(struct ph_prepared_instance *instance, const uint64_t *pc)
{
    for (uint32_t i = 0; i < instance->function_count; i++) {
        struct ph_entry *entry = &instance->entries[i];
        if (ph_entry_is_prepared(entry) && pc >= entry->code &&
            pc < entry->code + entry->code_words) {
            return entry;
        }
    }
    PH_UNREACHABLE();
}

uint32_t ph_entry_offset_of(struct ph_prepared_instance *instance, struct ph_entry *entry,
                            const uint64_t *pc)
{
    struct ph_prepared again;
    uint32_t index = (uint32_t)(entry - instance->entries);

    if (ph_prepare(instance->view, instance->entries, index, (uint32_t)(pc - entry->code), &again,
                   NULL) != PH_OK) {
        return 0; /* no memory to find out; the trap is what matters */
    }
    ph_prepared_free(&again);
    return again.found_offset;
}

static void instance_destroy(struct ph_prepared_instance *self)
{
    struct ph_allocator *allocator = ph_port_allocator();

    for (uint32_t i = 0; i < self->function_count; i++) {
        struct ph_entry *entry = &self->entries[i];
        if (ph_entry_is_prepared(entry)) {
            ph_free(allocator, (void *)(uintptr_t)entry->code, (size_t)entry->code_words * 8);
            ph_free(allocator, (void *)(uintptr_t)entry->sites,
                    (size_t)entry->site_count * sizeof(entry->sites[0]) + 1);
        }
    }
    ph_free(allocator, self, instance_bytes(self->function_count));
}

void ph_interp_drop_unit(struct ph_machine *machine, struct ph_loaded_unit *loaded)
{
    struct ph_prepared_unit *unit = loaded->prepared;

    (void)machine;
    if (unit == NULL) {
        return;
    }
    for (struct ph_prepared_instance *i = unit->first; i != NULL;) {
        struct ph_prepared_instance *next = i->next;
        i->view->prepared = NULL;
        instance_destroy(i);
        i = next;
    }
    ph_mutex_finish(&unit->lock);
    ph_free(ph_port_allocator(), unit, sizeof(*unit));
    loaded->prepared = NULL;
}
