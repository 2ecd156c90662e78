/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - how fast units are built, opened and verified: 300,000 small functions; 20 MB of
 * random bodies; and inputs made to be slow. */
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "code/builder.h"
#include "code/verify.h"
#include "port/port.h"
#include "support/random_unit.h"

static double seconds_since(uint64_t start_ns)
{
    return (double)(ph_clock_monotonic_ns() - start_ns) / 1e9;
}

static struct ph_builder *begin(void)
{
    static const uint8_t types[] = {PH_I32, PH_I32};
    const struct ph_signature signatures[] = {{1, 1, types, NULL}, {0, 0, types, NULL}};
    struct ph_builder *b;

    if (ph_builder_create(ph_port_allocator(), &b) != PH_OK) {
        abort();
    }
    ph_builder_signature(b, &signatures[0]);
    ph_builder_signature(b, &signatures[1]);
    return b;
}

/* Finishes `b`, opens and verifies, and prints a line. */
static void measure(const char *what, struct ph_builder *b, double build_seconds)
{
    struct ph_slice bytes;
    struct ph_unit unit;
    struct ph_error error = {PH_OK, ""};
    uint64_t start_ns = ph_clock_monotonic_ns();

    if (ph_builder_finish(b, &bytes, &error) != PH_OK) {
        abort();
    }
    build_seconds += seconds_since(start_ns);
    start_ns = ph_clock_monotonic_ns();
    if (ph_unit_open(bytes, ph_port_allocator(), &unit, &error) != PH_OK) {
        abort();
    }
    double open_seconds = seconds_since(start_ns);
    start_ns = ph_clock_monotonic_ns();
    ph_status status = ph_verify_unit(&unit, ph_port_allocator(), &error);
    double verify_seconds = seconds_since(start_ns);
    double megabytes = (double)bytes.size / 1e6;
    printf("%-28s %8u functions %6.1f MB  build %6.3f s  open %7.4f s  verify %6.3f s "
           "%6.0f MB/s  %s\n",
           what, unit.function_count, megabytes, build_seconds, open_seconds, verify_seconds,
           megabytes / (open_seconds + verify_seconds), ph_status_text(status));
    ph_unit_close(&unit);
    ph_builder_destroy(b);
}

static void bench_many_functions(void)
{
    struct ph_builder *b = begin();
    uint64_t start_ns = ph_clock_monotonic_ns();

    for (uint32_t i = 0; i < 300000; i++) {
        ph_builder_function_begin(b, 0);
        ph_builder_locals(b, 2, PH_I64);
        uint32_t end = ph_builder_label(b, ph_builder_shape(b, 0, PH_I32), false);
        for (uint32_t k = 0; k < 6; k++) {
            ph_builder_op1(b, PH_OP_local_get, 0);
            ph_builder_op1(b, PH_OP_i32_const, 7 * k * i);
            ph_builder_op(b, PH_OP_i32_add);
            ph_builder_op1(b, PH_OP_local_set, 0);
        }
        ph_builder_op1(b, PH_OP_local_get, 0);
        ph_builder_op1(b, PH_OP_call, i);
        ph_builder_op1(b, PH_OP_local_get, 0);
        ph_builder_op1(b, PH_OP_br_if, end);
        ph_builder_op1(b, PH_OP_label, end);
        ph_builder_op(b, PH_OP_return);
        ph_builder_function_end(b);
    }
    measure("300,000 functions", b, seconds_since(start_ns));
}

static void bench_big_function(void)
{
    struct ph_builder *b = begin();
    uint64_t start_ns = ph_clock_monotonic_ns();

    ph_builder_function_begin(b, 0);
    for (uint32_t i = 0; i < 1500000; i++) {
        uint32_t label = ph_builder_label(b, 0, i % 4 == 0);
        ph_builder_op1(b, PH_OP_local_get, 0);
        ph_builder_op1(b, PH_OP_i32_const, i);
        ph_builder_op(b, PH_OP_i32_mul);
        ph_builder_op1(b, PH_OP_local_tee, 0);
        ph_builder_op1(b, PH_OP_br_if, label);
        ph_builder_op1(b, PH_OP_label, label);
    }
    ph_builder_op1(b, PH_OP_local_get, 0);
    ph_builder_op(b, PH_OP_return);
    ph_builder_function_end(b);
    measure("one function, many labels", b, seconds_since(start_ns));
}

/* Many labels, each with a stack of 50,000 references; left by squeeze. */
static void bench_deep_labels(void)
{
    struct ph_builder *b = begin();
    uint64_t start_ns = ph_clock_monotonic_ns();
    uint32_t shape = 0;

    ph_builder_function_begin(b, 1);
    for (uint32_t i = 0; i < 50000; i++) {
        shape = ph_builder_shape(b, shape, PH_REF);
    }
    for (uint32_t i = 0; i < 1000000; i++) {
        uint32_t label = ph_builder_label(b, shape, true);
        ph_builder_op(b, PH_OP_unreachable);
        ph_builder_op1(b, PH_OP_label, label);
        ph_builder_op2(b, PH_OP_squeeze, 0, 49000 + i % 1000);
    }
    ph_builder_op(b, PH_OP_unreachable);
    ph_builder_function_end(b);
    measure("hostile: deep labels", b, seconds_since(start_ns));
}

/* Sites above 50,000 references, whose maps all differ: refused, and soon. */
static void bench_deep_sites(void)
{
    struct ph_builder *b = begin();
    uint64_t start_ns = ph_clock_monotonic_ns();

    ph_builder_function_begin(b, 1);
    for (uint32_t i = 0; i < 50000; i++) {
        ph_builder_op(b, PH_OP_ref_null);
    }
    for (uint32_t i = 0; i < 1000000; i++) {
        uint32_t pushed = 1 + i % 3;
        for (uint32_t k = 0; k < pushed; k++) {
            ph_builder_op1(b, PH_OP_i32_const, 0);
        }
        ph_builder_op(b, PH_OP_ref_null);
        ph_builder_op1(b, PH_OP_ref_func, 0);
        ph_builder_op2(b, PH_OP_squeeze, 0, pushed + 2);
    }
    ph_builder_op(b, PH_OP_unreachable);
    ph_builder_function_end(b);
    measure("hostile: deep sites", b, seconds_since(start_ns));
}

/* Every call pushes 1,000 values that are dropped at once. */
static void bench_wide_calls(void)
{
    static uint8_t types[PH_VALUES_MAX];
    const struct ph_signature wide = {0, PH_VALUES_MAX, types, NULL};
    struct ph_builder *b = begin();
    uint64_t start_ns = ph_clock_monotonic_ns();

    for (uint32_t i = 0; i < PH_VALUES_MAX; i++) {
        types[i] = (uint8_t)(PH_I32 + i % 5);
    }
    uint32_t signature = ph_builder_signature(b, &wide);
    ph_builder_function_begin(b, signature);
    for (uint32_t i = 0; i < 100000; i++) {
        ph_builder_op1(b, PH_OP_call, 0);
        ph_builder_op2(b, PH_OP_squeeze, 0, PH_VALUES_MAX);
    }
    ph_builder_op(b, PH_OP_unreachable);
    ph_builder_function_end(b);
    measure("hostile: wide calls", b, seconds_since(start_ns));
}

/* As many handlers as instructions, each over nearly all of the code. */
static void bench_handlers(void)
{
    const uint32_t count = 2000000;
    struct ph_builder *b = begin();
    uint64_t start_ns = ph_clock_monotonic_ns();

    ph_builder_function_begin(b, 1);
    uint32_t label = ph_builder_label(b, ph_builder_shape(b, 0, PH_REF), false);
    for (uint32_t i = 0; i < count; i++) {
        ph_builder_op(b, PH_OP_nop);
        struct ph_exception_handler handler = {i % 1000, count - i % 999, label, UINT32_MAX};
        ph_builder_handler(b, &handler);
    }
    ph_builder_op(b, PH_OP_return);
    ph_builder_op1(b, PH_OP_label, label);
    ph_builder_op(b, PH_OP_throw);
    ph_builder_function_end(b);
    measure("hostile: many handlers", b, seconds_since(start_ns));
}

/* 20 classes of 65,535 fields each, whose names agree but for their ends. */
static void bench_members(void)
{
    static char names[PH_CLASS_MEMBERS_MAX][16];
    static struct ph_field_def fields[PH_CLASS_MEMBERS_MAX];
    struct ph_class_def def = {.super_class = UINT32_MAX, .initialiser = UINT32_MAX,
                               .field_count = PH_CLASS_MEMBERS_MAX, .fields = fields};
    struct ph_builder *b = begin();
    uint64_t start_ns = ph_clock_monotonic_ns();

    for (uint32_t i = 0; i < PH_CLASS_MEMBERS_MAX; i++) {
        int size = snprintf(names[i], sizeof(names[i]), "aaaaaaaa%u", i * 40503 % 65536);
        fields[i].name = (struct ph_slice){(const uint8_t *)names[i], (uint64_t)size};
        fields[i].storage = PH_STORE_I32;
    }
    for (uint32_t i = 0; i < 20; i++) {
        ph_builder_class_def(b, &def);
    }
    measure("hostile: many members", b, seconds_since(start_ns));
}

/* Many different functions with everything in them; time of verifying only. */
static void bench_random(void)
{
    const struct random_unit_options options = {.function_count_max = 50, .op_count_max = 2000};
    struct ph_error error;
    uint64_t verified_bytes = 0;
    double seconds = 0;

    for (uint64_t seed = 0; seed < 200; seed++) {
        struct ph_slice bytes = random_unit_make(seed, &options, ph_port_allocator());
        struct ph_unit unit;
        uint64_t start_ns = ph_clock_monotonic_ns();
        if (ph_unit_open(bytes, ph_port_allocator(), &unit, &error) != PH_OK ||
            ph_verify_unit(&unit, ph_port_allocator(), &error) != PH_OK) {
            abort();
        }
        seconds += seconds_since(start_ns);
        verified_bytes += bytes.size;
        ph_unit_close(&unit);
        ph_free(ph_port_allocator(), (void *)bytes.bytes, bytes.size);
    }
    printf("%-28s %6.1f MB open and verify %6.3f s %6.0f MB/s\n", "random units",
           (double)verified_bytes / 1e6, seconds, (double)verified_bytes / 1e6 / seconds);
}

int main(void)
{
    bench_many_functions();
    bench_big_function();
    bench_random();
    bench_deep_labels();
    bench_deep_sites();
    bench_wide_calls();
    bench_handlers();
    bench_members();
    return 0;
}
