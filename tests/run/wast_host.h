/* SPDX-License-Identifier: Apache-2.0 */
/* wast_host.h - what the test suite's driver asks of a machine.
 *
 * A host is a fresh world in which the module "spectest" of the suite is registered: print,
 * print_i32, print_i64, print_f32, print_f64, print_i32_f32, print_f64_f64 (which may do nothing),
 * global_i32 = 666, global_i64 = 666, global_f32 = 666.6, global_f64 = 666.6 (immutable), table
 * (10 to 20 funcref) and memory (1 to 2 pages). Instances live as long as their host. */
#ifndef PH_TESTS_RUN_WAST_HOST_H
#define PH_TESTS_RUN_WAST_HOST_H

#include "code/unit.h"

#define WAST_VALUES_MAX 32

enum wast_type { WAST_I32, WAST_I64, WAST_F32, WAST_F64, WAST_FUNCREF, WAST_EXTERNREF };

enum wast_kind {
    WAST_BITS,          /* numbers: the bits; externref: the number that the suite gave it */
    WAST_NULL,          /* a null reference (of either type) */
    WAST_ANY,           /* a reference to anything but null */
    WAST_NAN_CANONICAL, /* expected only */
    WAST_NAN_ARITHMETIC /* expected only */
};

struct wast_value {
    uint8_t type, kind;
    uint64_t bits;
};

struct wast_values {
    uint32_t count;
    struct wast_value items[WAST_VALUES_MAX];
};

struct wast_host;
struct wast_instance;

/* NULL: there is no machine in this build, and commands that need one are skipped. */
struct wast_host *wast_host_create(void);
void wast_host_destroy(struct wast_host *host);

/* Links `unit` (verified; borrowed for as long as the host lives) with what is registered, runs
 * its segments and its start function. PH_UNLINKABLE with "unknown import…" or "incompatible
 * import type…", PH_TRAP with the trap's text. */
PH_MUST_CHECK ph_status wast_host_instantiate(struct wast_host *host, struct ph_slice unit,
                                              struct wast_instance **instance,
                                              struct ph_error *error);
/* Later imports from module `name` mean the exports of `instance`. */
void wast_host_register(struct wast_host *host, struct ph_slice name,
                        struct wast_instance *instance);
/* Calls an export. PH_TRAP with the trap's text; PH_NOT_FOUND if there is no such function. */
PH_MUST_CHECK ph_status wast_host_invoke(struct wast_host *host, struct wast_instance *instance,
                                         struct ph_slice name, const struct wast_values *arguments,
                                         struct wast_values *results, struct ph_error *error);
/* Reads an exported global. */
PH_MUST_CHECK ph_status wast_host_get(struct wast_host *host, struct wast_instance *instance,
                                      struct ph_slice name, struct wast_value *value,
                                      struct ph_error *error);

#endif
