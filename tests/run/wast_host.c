/* SPDX-License-Identifier: Apache-2.0 */
/* wast_host.c - our machine as the test suite's host: one worker, no cuts, on a disk in memory.
 *
 * The world stands still (ph_machine_pause) except while a thread of ours runs. PHANTOM_STRESS_MOVE
 * and PHANTOM_STRESS_CUT in the environment turn on the machine's stress modes. */
#include "run/wast_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "interp/interp.h"
#include "lang/wasm/wasm.h"
#include "machine/machine.h"
#include "port/port.h"
#include "port/sim/sim.h"

#define REGISTERED_MAX 64

struct wast_instance {
    struct ph_root root; /* on the mutator's list of roots for good */
    struct wast_instance *next;
};

struct wast_host {
    struct ph_sim_disk *disk;
    struct ph_machine *machine;
    struct ph_mutator *mutator;
    struct wast_instance *instances;
    struct {
        struct ph_slice name;
        struct wast_instance *instance;
    } registered[REGISTERED_MAX];
    uint32_t registered_count;
};

/* Assembled from:
 *   (module
 *     (global (export "global_i32") i32 (i32.const 666))
 *     (global (export "global_i64") i64 (i64.const 666))
 *     (global (export "global_f32") f32 (f32.const 666.6))
 *     (global (export "global_f64") f64 (f64.const 666.6))
 *     (table (export "table") 10 20 funcref)
 *     (memory (export "memory") 1 2)
 *     (func (export "print"))
 *     (func (export "print_i32") (param i32))
 *     (func (export "print_i64") (param i64))
 *     (func (export "print_f32") (param f32))
 *     (func (export "print_f64") (param f64))
 *     (func (export "print_i32_f32") (param i32 f32))
 *     (func (export "print_f64_f64") (param f64 f64))) */
static const uint8_t spectest_module[] = {
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x1e, 0x07, 0x60, 0x00, 0x00, 0x60, 0x01,
    0x7f, 0x00, 0x60, 0x01, 0x7e, 0x00, 0x60, 0x01, 0x7d, 0x00, 0x60, 0x01, 0x7c, 0x00, 0x60, 0x02,
    0x7f, 0x7d, 0x00, 0x60, 0x02, 0x7c, 0x7c, 0x00, 0x03, 0x08, 0x07, 0x00, 0x01, 0x02, 0x03, 0x04,
    0x05, 0x06, 0x04, 0x05, 0x01, 0x70, 0x01, 0x0a, 0x14, 0x05, 0x04, 0x01, 0x01, 0x01, 0x02, 0x06,
    0x21, 0x04, 0x7f, 0x00, 0x41, 0x9a, 0x05, 0x0b, 0x7e, 0x00, 0x42, 0x9a, 0x05, 0x0b, 0x7d, 0x00,
    0x43, 0x66, 0xa6, 0x26, 0x44, 0x0b, 0x7c, 0x00, 0x44, 0xcd, 0xcc, 0xcc, 0xcc, 0xcc, 0xd4, 0x84,
    0x40, 0x0b, 0x07, 0x9e, 0x01, 0x0d, 0x0a, 0x67, 0x6c, 0x6f, 0x62, 0x61, 0x6c, 0x5f, 0x69, 0x33,
    0x32, 0x03, 0x00, 0x0a, 0x67, 0x6c, 0x6f, 0x62, 0x61, 0x6c, 0x5f, 0x69, 0x36, 0x34, 0x03, 0x01,
    0x0a, 0x67, 0x6c, 0x6f, 0x62, 0x61, 0x6c, 0x5f, 0x66, 0x33, 0x32, 0x03, 0x02, 0x0a, 0x67, 0x6c,
    0x6f, 0x62, 0x61, 0x6c, 0x5f, 0x66, 0x36, 0x34, 0x03, 0x03, 0x05, 0x74, 0x61, 0x62, 0x6c, 0x65,
    0x01, 0x00, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00, 0x05, 0x70, 0x72, 0x69, 0x6e,
    0x74, 0x00, 0x00, 0x09, 0x70, 0x72, 0x69, 0x6e, 0x74, 0x5f, 0x69, 0x33, 0x32, 0x00, 0x01, 0x09,
    0x70, 0x72, 0x69, 0x6e, 0x74, 0x5f, 0x69, 0x36, 0x34, 0x00, 0x02, 0x09, 0x70, 0x72, 0x69, 0x6e,
    0x74, 0x5f, 0x66, 0x33, 0x32, 0x00, 0x03, 0x09, 0x70, 0x72, 0x69, 0x6e, 0x74, 0x5f, 0x66, 0x36,
    0x34, 0x00, 0x04, 0x0d, 0x70, 0x72, 0x69, 0x6e, 0x74, 0x5f, 0x69, 0x33, 0x32, 0x5f, 0x66, 0x33,
    0x32, 0x00, 0x05, 0x0d, 0x70, 0x72, 0x69, 0x6e, 0x74, 0x5f, 0x66, 0x36, 0x34, 0x5f, 0x66, 0x36,
    0x34, 0x00, 0x06, 0x0a, 0x16, 0x07, 0x02, 0x00, 0x0b, 0x02, 0x00, 0x0b, 0x02, 0x00, 0x0b, 0x02,
    0x00, 0x0b, 0x02, 0x00, 0x0b, 0x02, 0x00, 0x0b, 0x02, 0x00, 0x0b,
};

static void need(ph_status status, const struct ph_error *error)
{
    if (status != PH_OK) {
        fprintf(stderr, "the machine does not start: %s\n", error->text);
        exit(2);
    }
}

static void add_spectest(struct wast_host *host)
{
    struct ph_slice unit;
    struct ph_error error;
    struct wast_instance *instance;
    struct ph_slice module = {spectest_module, sizeof(spectest_module)};
    need(ph_wasm_translate(module, ph_port_allocator(), &unit, &error), &error);
    need(wast_host_instantiate(host, unit, &instance, &error), &error);
    ph_free(ph_port_allocator(), (void *)unit.bytes, unit.size);
    wast_host_register(host, PH_SLICE_TEXT("spectest"), instance);
}

struct wast_host *wast_host_create(void)
{
    struct wast_host *host = calloc(1, sizeof(*host));
    struct ph_error error = {.text = "out of memory"};
    struct ph_sim_disk_options disk = {.seed = 1};
    struct ph_machine_options options = {
        .workers = 1,
        .no_cuts = true,
        .stress_move = getenv("PHANTOM_STRESS_MOVE") != NULL,
        .stress_cut = getenv("PHANTOM_STRESS_CUT") != NULL,
        .engine = &ph_interp,
    };
    need(host == NULL ? PH_NO_MEMORY : ph_sim_disk_create(&disk, &host->disk), &error);
    need(ph_machine_open(ph_sim_disk_block(host->disk), true, &options, &host->machine, NULL,
                         &error),
         &error);
    host->mutator = ph_machine_mutator(host->machine);
    need(ph_machine_start(host->machine, &error), &error);
    ph_machine_pause(host->machine);
    add_spectest(host);
    return host;
}

void wast_host_destroy(struct wast_host *host)
{
    ph_machine_unpause(host->machine);
    ph_machine_close(host->machine);
    ph_sim_disk_destroy(host->disk);
    for (uint32_t i = 0; i < host->registered_count; i++) {
        free((void *)host->registered[i].name.bytes);
    }
    while (host->instances != NULL) {
        struct wast_instance *next = host->instances->next;
        free(host->instances);
        host->instances = next;
    }
    free(host);
}

void wast_host_register(struct wast_host *host, struct ph_slice name,
                        struct wast_instance *instance)
{
    if (host->registered_count == REGISTERED_MAX) {
        fprintf(stderr, "too many registered modules\n");
        exit(2);
    }
    uint8_t *copy = malloc(name.size + 1);
    memcpy(copy, name.bytes, name.size);
    host->registered[host->registered_count].name = (struct ph_slice){copy, name.size};
    host->registered[host->registered_count++].instance = instance;
}

static ph_status resolve(void *context, const struct ph_unit *unit, const struct ph_import *import,
                         struct ph_root *object)
{
    struct wast_host *host = context;
    struct ph_error error;
    (void)unit;
    for (uint32_t i = host->registered_count; i-- > 0;) {
        if (ph_slice_equal(host->registered[i].name, import->module)) {
            return ph_instance_export(host->machine, host->mutator,
                                      host->registered[i].instance->root.ref, import->name, object,
                                      &error);
        }
    }
    return PH_NOT_FOUND;
}

/* Runs `function` to its end. Its results are in *thread, which the caller drops. */
static ph_status run_thread(struct wast_host *host, ph_ref function_ref, const uint64_t *arguments,
                            struct ph_thread **thread, struct ph_error *error)
{
    ph_status status =
        ph_thread_create(host->machine, host->mutator, function_ref, arguments, thread, error);
    if (status != PH_OK) {
        return status;
    }
    ph_thread_ready(host->machine, host->mutator, *thread);
    ph_machine_unpause(host->machine);
    status = ph_machine_wait_thread(host->machine, *thread);
    ph_machine_pause(host->machine);
    if (status == PH_OK && (*thread)->state == PH_THREAD_TRAPPED) {
        status = ph_fail(error, PH_TRAP, "%s", ph_trap_text((*thread)->trap));
        ph_thread_drop(host->machine, host->mutator, *thread);
    }
    return status;
}

static ph_status run_start_function(struct wast_host *host, struct wast_instance *instance,
                                    struct ph_error *error)
{
    struct ph_view *view;
    struct ph_thread *thread;
    struct ph_root function;
    ph_status status = ph_view_of(host->machine, instance->root.ref, &view, error);
    if (status != PH_OK || view->loaded->unit.start_function == UINT32_MAX) {
        return status;
    }
    ph_root_push(host->mutator, &function,
                 ph_view_function(host->mutator, view, view->loaded->unit.start_function));
    status = run_thread(host, function.ref, NULL, &thread, error);
    if (status == PH_OK) {
        ph_thread_drop(host->machine, host->mutator, thread);
    }
    ph_root_pop(host->mutator, &function);
    return status;
}

ph_status wast_host_instantiate(struct wast_host *host, struct ph_slice unit,
                                struct wast_instance **instance, struct ph_error *error)
{
    struct ph_resolver resolver = {resolve, host, 0};
    ph_ref unit_ref;
    ph_status status = ph_unit_load(host->machine, host->mutator, unit, &unit_ref, error);
    if (status != PH_OK) {
        return status;
    }
    *instance = calloc(1, sizeof(**instance));
    (*instance)->next = host->instances;
    host->instances = *instance;
    ph_root_push(host->mutator, &(*instance)->root, 0);
    status = ph_instantiate(host->machine, host->mutator, unit_ref, &resolver, &(*instance)->root,
                            error);
    return status == PH_OK ? run_start_function(host, *instance, error) : status;
}

/* ---- Values --------------------------------------------------------------------------------- */

static struct wast_value value_of(struct wast_host *host, uint8_t type, uint64_t slot)
{
    static const uint8_t types[] = {0, WAST_I32, WAST_I64, WAST_F32, WAST_F64};
    struct ph_heap *heap = ph_machine_heap(host->machine);
    ph_ref ref = (ph_ref)slot;
    if (type != PH_REF) {
        return (struct wast_value){types[type], WAST_BITS, slot};
    }
    if (slot == 0) {
        return (struct wast_value){WAST_EXTERNREF, WAST_NULL, 0};
    }
    if (ph_is_a(heap, ref, PH_CLASS_BOX)) {
        return (struct wast_value){WAST_EXTERNREF, WAST_BITS,
                                   ((struct ph_box *)ph_address(heap, ref))->value};
    }
    return (struct wast_value){WAST_FUNCREF, WAST_ANY, 0};
}

/* The number as something that a program can hold: null, or a box. */
static ph_ref box_of(struct wast_host *host, struct wast_value value)
{
    if (value.type < WAST_FUNCREF || value.kind == WAST_NULL) {
        return 0;
    }
    ph_ref ref = ph_object_new(host->mutator, PH_CLASS_BOX, 0);
    struct ph_box *box = ph_address(ph_machine_heap(host->machine), ref);
    PH_SET(host->mutator, box->value, value.bits);
    return ref;
}

static void take_results(struct wast_host *host, const struct ph_signature *signature,
                         struct ph_thread *thread, struct wast_values *results)
{
    const uint64_t *slots = ph_thread_results(host->machine, thread);
    results->count = signature->result_count;
    for (uint32_t i = 0; i < results->count && i < WAST_VALUES_MAX; i++) {
        results->items[i] = value_of(host, signature->types[signature->param_count + i], slots[i]);
    }
}

/* Calls `function`; boxes are in roots until the thread has them. */
static ph_status call(struct wast_host *host, struct ph_root *function,
                      const struct ph_signature *signature, const struct wast_values *arguments,
                      struct wast_values *results, struct ph_error *error)
{
    struct ph_root boxes[WAST_VALUES_MAX];
    uint64_t slots[WAST_VALUES_MAX];
    struct ph_thread *thread;
    for (uint32_t i = 0; i < arguments->count; i++) {
        ph_root_push(host->mutator, &boxes[i], 0);
        boxes[i].ref = box_of(host, arguments->items[i]);
    }
    for (uint32_t i = 0; i < arguments->count; i++) {
        bool is_ref = arguments->items[i].type >= WAST_FUNCREF;
        slots[i] = is_ref ? boxes[i].ref : arguments->items[i].bits;
    }
    ph_status status = run_thread(host, function->ref, slots, &thread, error);
    if (status == PH_OK) {
        take_results(host, signature, thread, results);
        ph_thread_drop(host->machine, host->mutator, thread);
    }
    for (uint32_t i = arguments->count; i-- > 0;) {
        ph_root_pop(host->mutator, &boxes[i]);
    }
    return status;
}

ph_status wast_host_invoke(struct wast_host *host, struct wast_instance *instance,
                           struct ph_slice name, const struct wast_values *arguments,
                           struct wast_values *results, struct ph_error *error)
{
    struct ph_view *view;
    struct ph_root function;
    ph_status status = ph_view_of(host->machine, instance->root.ref, &view, error);
    if (status != PH_OK) {
        return status;
    }
    const struct ph_unit *unit = &view->loaded->unit;
    const struct ph_export *export = ph_unit_export(unit, name);
    if (export == NULL || export->kind != PH_EXTERN_FUNCTION) {
        return ph_fail(error, PH_NOT_FOUND, "there is no such function");
    }
    const struct ph_signature *signature =
        &unit->signatures[unit->functions[export->index].signature];
    if (signature->param_count != arguments->count) {
        return ph_fail(error, PH_BAD_ARGUMENT, "the function takes %u arguments",
                       signature->param_count);
    }
    ph_root_push(host->mutator, &function, ph_view_function(host->mutator, view, export->index));
    status = call(host, &function, signature, arguments, results, error);
    ph_root_pop(host->mutator, &function);
    return status;
}

ph_status wast_host_get(struct wast_host *host, struct wast_instance *instance,
                        struct ph_slice name, struct wast_value *value, struct ph_error *error)
{
    struct ph_root object;
    ph_root_push(host->mutator, &object, 0);
    ph_status status =
        ph_instance_export(host->machine, host->mutator, instance->root.ref, name, &object, error);
    struct ph_heap *heap = ph_machine_heap(host->machine);
    if (status == PH_OK && !ph_is_a(heap, object.ref, PH_CLASS_GLOBAL) &&
        !ph_is_a(heap, object.ref, PH_CLASS_GLOBAL_REF)) {
        status = ph_fail(error, PH_NOT_FOUND, "the export is not a global");
    }
    if (status == PH_OK) {
        const struct ph_global_object *global = ph_address(heap, object.ref);
        *value = value_of(host, global->type, global->value);
    }
    ph_root_pop(host->mutator, &object);
    return status;
}
