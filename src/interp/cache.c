/* SPDX-License-Identifier: Apache-2.0 */
/* cache.c - what has been prepared: per loaded unit a list of instances, each found through its
 * view; per instance an entry for each function. Prepared code holds addresses of the instance's
 * memories, tables and globals, so instances of one unit do not share it.
 *
 * Instances are never taken out of the list but with the whole unit; a lock is needed to add one
 * and to prepare a function, none to look. */
#include "interp/engine.h"

#define VERSIONS_MAX 4u /* of a function's code */

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

/* Takes code and sites over. False: no memory, and nothing has changed. */
static bool entry_publish(struct ph_entry *entry, const struct ph_prepared *prepared)
{
    uint64_t slots = (uint64_t)prepared->local_count + PH_FRAME_HEADER_SLOTS + prepared->depth_max;
    struct ph_code *code = ph_alloc(ph_port_allocator(), sizeof(*code));

    if (code == NULL) {
        return false;
    }
    *code = (struct ph_code){prepared->code, prepared->sites, prepared->code_words,
                             prepared->site_count, entry->versions};
    __atomic_store_n(&entry->versions, code, __ATOMIC_RELEASE);
    __atomic_store_n(&entry->code, code->words, __ATOMIC_RELEASE);
    if (entry->version_count++ == 0) {
        entry->header = prepared->local_count;
        entry->leaf = prepared->leaf;
        __atomic_store_n(&entry->frame_bytes, slots * 8, __ATOMIC_RELEASE);
    }
    return true;
}

/* Prepares the next version. The unit's lock is held. */
static ph_status entry_make(struct ph_prepared_instance *instance, uint32_t index)
{
    struct ph_prepared prepared;
    struct ph_error error;
    ph_status status =
        ph_prepare(instance->view, instance->entries, index, NULL, &prepared, &error);

    if (status == PH_OK && !entry_publish(&instance->entries[index], &prepared)) {
        ph_prepared_free(&prepared);
        status = PH_NO_MEMORY;
    }
    return status;
}

enum ph_trap ph_entry_prepare(struct ph_prepared_instance *instance, uint32_t index)
{
    PH_ASSERT(index < instance->function_count);
    const struct ph_entry *entry = &instance->entries[index];
    ph_status status = PH_OK;

    if (ph_entry_is_prepared(entry)) {
        return PH_TRAP_NONE;
    }
    ph_mutex_lock(&instance->unit->lock);
    if (!ph_entry_is_prepared(entry)) {
        status = entry_make(instance, index);
    }
    ph_mutex_unlock(&instance->unit->lock);
    return status == PH_OK          ? PH_TRAP_NONE
           : status == PH_NO_MEMORY ? PH_TRAP_OUT_OF_MEMORY
                                    : PH_TRAP_CODE_TOO_LARGE;
}

/* ---- Places ---------------------------------------------------------------------------------- */

static const struct ph_code *newest(const struct ph_entry *entry)
{
    return __atomic_load_n(&entry->versions, __ATOMIC_ACQUIRE);
}

/* The first site at or behind `offset`. */
static uint32_t find_site(const struct ph_code *code, uint32_t offset)
{
    uint32_t low = 0, high = code->site_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (code->sites[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const uint64_t *ph_entry_place(const struct ph_entry *entry, uint32_t offset, bool after)
{
    const struct ph_code *code = newest(entry);
    uint32_t index = find_site(code, offset);

    PH_ASSERT(index < code->site_count && code->sites[index].offset == offset);
    return code->words + (after ? code->sites[index].after : code->sites[index].before);
}

bool ph_entry_has_site(const struct ph_entry *entry, uint32_t offset)
{
    const struct ph_code *code = newest(entry);
    uint32_t index = find_site(code, offset);

    return index < code->site_count && code->sites[index].offset == offset;
}

/* The version that holds `pc`; NULL: none. */
static const struct ph_code *version_of(const struct ph_entry *entry, const uint64_t *pc)
{
    const struct ph_code *code = newest(entry);

    while (code != NULL && (pc < code->words || pc >= code->words + code->word_count)) {
        code = code->older;
    }
    return code;
}

struct ph_entry *ph_entry_of_code(struct ph_prepared_instance *instance, const uint64_t *pc,
                                  const struct ph_code **code)
{
    for (uint32_t i = 0; i < instance->function_count; i++) {
        *code = version_of(&instance->entries[i], pc);
        if (*code != NULL) {
            return &instance->entries[i];
        }
    }
    PH_UNREACHABLE();
}

uint32_t ph_entry_offset_of(struct ph_prepared_instance *instance, struct ph_entry *entry,
                            const struct ph_code *code, const uint64_t *pc)
{
    struct ph_prepared again;
    uint32_t index = (uint32_t)(entry - instance->entries);
    const struct ph_find find = {code, (uint32_t)(pc - code->words)};

    if (ph_prepare(instance->view, instance->entries, index, &find, &again, NULL) != PH_OK) {
        return 0; /* no memory to find out; the trap is what matters */
    }
    ph_prepared_free(&again);
    return again.found_offset;
}

const uint64_t *ph_entry_renew(struct ph_prepared_instance *instance, const uint64_t *pc,
                               uint32_t offset)
{
    const struct ph_code *code;
    struct ph_entry *entry = ph_entry_of_code(instance, pc, &code);
    uint32_t index = (uint32_t)(entry - instance->entries);

    ph_mutex_lock(&instance->unit->lock);
    bool is_newer = code != entry->versions;
    if (!is_newer && entry->version_count < VERSIONS_MAX) { /* no memory: it goes on as it is */
        is_newer = entry_make(instance, index) == PH_OK;
    }
    ph_mutex_unlock(&instance->unit->lock);
    return is_newer ? ph_entry_place(entry, offset, false) : NULL;
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static void instance_destroy(struct ph_prepared_instance *self)
{
    struct ph_allocator *allocator = ph_port_allocator();

    for (uint32_t i = 0; i < self->function_count; i++) {
        for (struct ph_code *code = self->entries[i].versions; code != NULL;) {
            struct ph_code *older = code->older;
            ph_free(allocator, (void *)(uintptr_t)code->words, (size_t)code->word_count * 8);
            ph_free(allocator, (void *)(uintptr_t)code->sites,
                    (size_t)code->site_count * sizeof(code->sites[0]) + 1);
            ph_free(allocator, code, sizeof(*code));
            code = older;
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
