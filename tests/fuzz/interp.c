/* SPDX-License-Identifier: Apache-2.0 */
/* interp.c - runs random verified units in the interpreter and in the reference interpreter, and
 * compares how they end: results, traps and where, memory, globals.
 *
 *     fuzz_interp [--quick] [--seed N] [--count N]
 *
 * Each unit runs freely, stopping at every safepoint, with all objects moving, and with cuts. A
 * failure prints the seed of its round; --seed N --count 1 repeats it. */
#include <stdio.h>
#include <string.h>

#include "support/fuzzer.h"
#include "support/random_unit.h"
#include "support/reference_interpreter.h"
#include "support/world_kit.h"

#define UNITS_PER_WORLD 40u
#define COMPARED_BYTES_MAX (UINT64_C(1) << 24)

static struct fuzzer fuzzer = {.name = "fuzz_interp", .seconds = 80, .seconds_quick = 8};
static uint64_t instructions;
static const char *mode_names[] = {"free", "step", "move", "cut"};

static void failed(enum world_mode mode, const char *what, uint64_t got, uint64_t wanted)
{
    char text[200];
    snprintf(text, sizeof(text), "%s: 0x%llx, not 0x%llx", what, (unsigned long long)got,
             (unsigned long long)wanted);
    fuzzer_fail(&fuzzer, mode_names[mode], text);
}

static void same(enum world_mode mode, const char *what, uint64_t got, uint64_t wanted)
{
    if (got != wanted) {
        failed(mode, what, got, wanted);
    }
}

static void compare_memory(struct world *world, ph_ref instance, const struct reference *reference)
{
    if (reference->unit.memory_count == 0) {
        return;
    }
    const struct ph_memory *memory = world_memory(world, instance);
    const uint8_t *bytes = ph_machine_heap(world->machine)->arena + memory->offset;
    same(world->mode, "memory size", memory->bytes, reference->memory_bytes);
    uint64_t count = PH_MIN(memory->bytes, COMPARED_BYTES_MAX);
    for (uint64_t i = 0; memcmp(bytes, reference->memory, count) != 0 && i < count; i++) {
        if (bytes[i] != reference->memory[i]) {
            fprintf(stderr, "at 0x%llx\n", (unsigned long long)i);
            failed(world->mode, "memory", bytes[i], reference->memory[i]);
        }
    }
}

static void compare_globals(struct world *world, ph_ref instance,
                            const struct reference *reference)
{
    const struct ph_heap *heap = ph_machine_heap(world->machine);
    const struct ph_instance *i = ph_address(heap, instance);
    const struct ph_refs *globals = reference->unit.global_count == 0 ? NULL
                                    : ph_address(heap, i->globals_ref);
    for (uint32_t g = 0; g < reference->unit.global_count; g++) {
        const struct ph_global_object *global = ph_address(heap, globals->items[g]);
        if (reference->unit.globals[g].type.type == PH_REF) {
            same(world->mode, "global null", global->value == 0, reference->globals[g] == 0);
        } else {
            same(world->mode, "global", global->value, reference->globals[g]);
        }
    }
}

static void run_unit(struct world *world, struct ph_slice unit, const struct reference *reference,
                     uint64_t result)
{
    const uint64_t none[1] = {0};
    ph_ref instance = world_instantiate(world, unit, NULL, 0);
    struct world_outcome outcome = world_call(world, instance, "main", 0, none);

    same(world->mode, "trap", outcome.trap, reference->trap);
    if (outcome.trap == PH_TRAP_NONE) {
        same(world->mode, "result", outcome.results[0], result);
    } else {
        same(world->mode, "function of the trap", outcome.trap_function,
             reference->trap_function);
        same(world->mode, "offset of the trap", outcome.trap_pc, reference->trap_pc);
    }
    compare_memory(world, instance, reference);
    compare_globals(world, instance, reference);
}

/* False: how the unit ends is not determined. */
static bool run_everywhere(struct world *worlds, struct ph_slice unit)
{
    struct reference reference;
    uint64_t slots[16] = {0};

    reference_init(&reference, unit);
    const struct ph_export *export = ph_unit_export(&reference.unit, PH_SLICE_TEXT("main"));
    bool clear = reference.trap == PH_TRAP_NONE;
    if (clear) {
        reference_call(&reference, export->index, slots);
        clear = !reference.ambiguous && reference.trap != PH_TRAP_STACK_EXHAUSTED;
    }
    for (unsigned mode = 0; clear && mode < WORLD_MODE_COUNT; mode++) {
        run_unit(&worlds[mode], unit, &reference, slots[0]);
    }
    instructions += reference.instructions;
    reference_finish(&reference);
    return clear;
}

int main(int argc, char **argv)
{
    uint64_t clear = 0;
    bool goes_on = true;

    fuzzer_begin(&fuzzer, argc, argv);
    while (goes_on) {
        struct world worlds[WORLD_MODE_COUNT];
        for (unsigned mode = 0; mode < WORLD_MODE_COUNT; mode++) {
            world_open(&worlds[mode], (enum world_mode)mode);
        }
        for (uint32_t i = 0; i < UNITS_PER_WORLD && (goes_on = fuzzer_next(&fuzzer)); i++) {
            uint64_t seed = fuzzer.round_seed;
            struct random_unit_options options = {.with_traps = seed % 2 == 0,
                                                  .with_objects = seed % 4 >= 2};
            struct ph_slice unit = random_unit_make(seed, &options, ph_port_allocator());
            clear += run_everywhere(worlds, unit);
            ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
        }
        for (unsigned mode = 0; mode < WORLD_MODE_COUNT; mode++) {
            world_close(&worlds[mode]);
        }
    }
    fuzzer_end(&fuzzer);
    printf("%llu units, %llu of them with a determined end, %llu instructions\n"
           "1 passed, 0 failed\n",
           (unsigned long long)fuzzer.rounds, (unsigned long long)clear,
           (unsigned long long)instructions);
    return 0;
}
