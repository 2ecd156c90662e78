/* SPDX-License-Identifier: Apache-2.0 */
/* The world-wide number of a signature stands for all of it. */
#include "machine/internal.h"
#include "port/sim/sim.h"
#include "unit.h"

struct world {
    struct ph_sim_disk *disk;
    struct ph_machine *machine;
};

static void world_open(struct world *self)
{
    const struct ph_sim_disk_options disk = {.seed = 1};
    const struct ph_machine_options options = {
        .workers = 1, .arena_bytes = UINT64_C(64) << 30, .simulated = true};
    struct ph_error error;

    CHECK_OK(ph_sim_disk_create(&disk, &self->disk));
    CHECK_OK(ph_machine_open(ph_sim_disk_block(self->disk), true, &options, &self->machine, NULL,
                             &error));
}

static void world_close(struct world *self)
{
    ph_machine_close(self->machine);
    ph_sim_disk_destroy(self->disk);
}

static uint32_t number_of(struct world *self, const struct ph_signature *signature)
{
    uint32_t number =
        ph_signature_number(self->machine, ph_machine_mutator(self->machine), signature);

    CHECK(number != UINT32_MAX);
    return number;
}

static const uint8_t types[] = {PH_REF, PH_I64, PH_REF};
static const uint8_t no_kinds[] = {PH_REF_ANY, PH_REF_ANY, PH_REF_ANY};
static const uint8_t function_kinds[] = {PH_REF_FUNCTION, PH_REF_ANY, PH_REF_EXTERN};
static const uint8_t extern_kinds[] = {PH_REF_EXTERN, PH_REF_ANY, PH_REF_EXTERN};

TEST(signature_numbers_tell_reference_kinds_apart)
{
    const struct ph_signature any = {2, 1, types, NULL}, same = {2, 1, types, no_kinds};
    const struct ph_signature function = {2, 1, types, function_kinds};
    const struct ph_signature foreign = {2, 1, types, extern_kinds};
    const struct ph_signature other = {1, 2, types, extern_kinds};
    const struct ph_signature *all[] = {&any, &function, &foreign, &other};
    struct world world;

    world_open(&world);
    for (uint32_t i = 0; i < PH_COUNT(all); i++) {
        for (uint32_t k = 0; k < PH_COUNT(all); k++) {
            CHECK_EQ(number_of(&world, all[i]) == number_of(&world, all[k]), i == k);
        }
    }
    CHECK_EQ(number_of(&world, &any), number_of(&world, &same));
    world_close(&world);
}

TEST(signature_comes_back_from_its_number)
{
    const uint8_t *const kinds[] = {NULL, no_kinds, function_kinds, extern_kinds};
    struct world world;

    world_open(&world);
    for (uint32_t i = 0; i < PH_COUNT(kinds); i++) {
        const struct ph_signature given = {1, 2, types, kinds[i]};
        struct ph_signature back;
        CHECK(ph_signature_by_number(world.machine, number_of(&world, &given), &back));
        CHECK(ph_signature_equal(&given, &back));
    }
    const struct ph_signature empty = {0, 0, types, NULL};
    struct ph_signature back;
    CHECK(ph_signature_by_number(world.machine, number_of(&world, &empty), &back));
    CHECK(ph_signature_equal(&empty, &back));
    CHECK(!ph_signature_by_number(world.machine, 1000, &back));
    world_close(&world);
}

TEST(signature_of_a_native_takes_references_of_any_kind)
{
    const struct ph_signature any = {2, 1, types, NULL};
    const struct ph_signature function = {2, 1, types, function_kinds};

    CHECK(ph_native_signature_equal("rl:r", &any));
    CHECK(ph_native_signature_equal("rl:r", &function));
    CHECK(!ph_native_signature_equal("r:lr", &function));
    CHECK(!ph_native_signature_equal("ll:r", &function));
}
