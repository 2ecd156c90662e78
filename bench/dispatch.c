/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.c - how fast this build's interpreter is on small kernels, to compare dispatches:
 *
 *     make bench_dispatch                                          tail calls (clang-19)
 *     make bench_dispatch CFLAGS=-DPH_INTERP_DISPATCH=2 BUILD=DIR  computed goto
 *     make bench_dispatch CC=gcc
 *
 * Prints the best of some runs in milliseconds. Figures: docs/decisions/0001-dispatch.md. */
#include <stdio.h>
#include <string.h>

#include "support/world_kit.h"

#define RUNS 7

static const char kernels[] =
    "memory 16\n"
    "export \"calls\" function 0 export \"integers\" function 1 export \"floats\" function 2\n"
    "export \"memory\" function 3 export \"sieve\" function 4\n"
    /* calls: fib(n) */
    "function (i64) -> (i64) { local_get 0 i64_const 2 i64_lt_u br_unless 0 local_get 0 return\n"
    "  label 0 local_get 0 i64_const 1 i64_sub call 0\n"
    "    local_get 0 i64_const 2 i64_sub call 0 i64_add return }\n"
    /* integers: a random walk of xorshift */
    "function (i64) -> (i64) { local i64 2 i64_const 88172645463325252 local_set 1\n"
    "  label 0 loop local_get 1 local_get 1 i64_const 13 i64_shl i64_xor local_set 1\n"
    "    local_get 1 local_get 1 i64_const 7 i64_shr_u i64_xor local_set 1\n"
    "    local_get 1 local_get 1 i64_const 17 i64_shl i64_xor local_set 1\n"
    "    local_get 2 local_get 1 i64_const 255 i64_and i64_add local_set 2\n"
    "    local_get 0 i64_const 1 i64_sub local_tee 0 i64_eqz br_unless 0\n"
    "    local_get 2 return }\n"
    /* floats: one point of the Mandelbrot set */
    "function (i64) -> (i64) { local f64 4\n"
    "  label 0 loop\n"
    "    local_get 1 local_get 1 f64_mul local_tee 3 local_get 2 local_get 2 f64_mul local_tee 4\n"
    "    f64_add f64_const 4.0 f64_gt br_if 1\n"
    "    local_get 1 local_get 1 f64_add local_get 2 f64_mul f64_const 0.25 f64_add\n"
    "    local_get 3 local_get 4 f64_sub f64_const -0.5 f64_add local_set 1 local_set 2\n"
    "    local_get 0 i64_const 1 i64_sub local_tee 0 i64_eqz br_unless 0\n"
    "  label 1 local_get 1 i64_reinterpret_f64 return }\n"
    /* memory: adds up and stores */
    "function (i64) -> (i64) { local i32 local i64\n"
    "  label 0 loop local_get 0 i32_wrap_i64 i32_const 0x7fff8 i32_and local_tee 1\n"
    "    local_get 1 i64_load 0 8 local_get 2 i64_add local_tee 2 i64_store 0 0\n"
    "    local_get 0 i64_const 1 i64_sub local_tee 0 i64_eqz br_unless 0\n"
    "    local_get 2 return }\n"
    /* sieve: byte stores in an inner loop, rounds of it */
    "function (i64) -> (i64) { local i32 2\n"
    "  label 0 loop i32_const 2 local_set 1\n"
    "  label 1 loop local_get 1 local_get 1 i32_mul local_set 2\n"
    "  label 2 loop local_get 2 i32_const 1 i32_store8 0 0\n"
    "    local_get 2 local_get 1 i32_add local_tee 2 i32_const 1000000 i32_lt_u br_if 2\n"
    "    local_get 1 i32_const 1 i32_add local_tee 1 i32_const 1000 i32_lt_u br_if 1\n"
    "    local_get 0 i64_const 1 i64_sub local_tee 0 i64_eqz br_unless 0\n"
    "    i64_const 0 return }\n";

static double best_ms(struct world *world, ph_ref instance, const char *name, uint64_t argument)
{
    uint64_t best = UINT64_MAX;

    for (int i = 0; i < RUNS; i++) {
        uint64_t from = ph_clock_monotonic_ns();
        (void)world_value(world, instance, name, 1, &argument);
        best = PH_MIN(best, ph_clock_monotonic_ns() - from);
    }
    return (double)best * 1e-6;
}

int main(void)
{
    static const struct { const char *name; uint64_t argument; } runs[] = {
        {"calls", 27}, {"integers", 5000000}, {"floats", 4000000}, {"memory", 5000000},
        {"sieve", 2}};
    struct world world;

    world_open(&world, WORLD_FREE);
    ph_ref instance = world_text(&world, kernels);
    printf("%-10s %s\n", "dispatch", ph_interp_dispatch());
    for (size_t i = 0; i < PH_COUNT(runs); i++) {
        printf("%-10s %7.1f ms\n", runs[i].name,
               best_ms(&world, instance, runs[i].name, runs[i].argument));
    }
    world_close(&world);
    return 0;
}
