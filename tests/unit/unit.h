/* SPDX-License-Identifier: Apache-2.0 */
/* unit.h - the harness of the unit tests.
 *
 *     TEST(map_forgets_removed_keys)
 *     {
 *         CHECK(ph_map_remove(&map, 7));
 *         CHECK_EQ(map.count, 0);
 *     }
 *
 * Tests register themselves and run in the order of file and line. Each runs in a process of its
 * own, which ends at the first check that fails, and is killed with all its children when it takes
 * longer than its timeout. The runner closes with the line "N passed, N failed". Arguments of the
 * runner are parts of test names: a test runs if it matches one (or if there is none); --list
 * prints the names, --no-fork stays in one process, for debuggers.
 *
 * A test may skip itself (SKIP("needs root")): it counts as passed, and the reason is shown. */
#ifndef PH_TESTS_UNIT_H
#define PH_TESTS_UNIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

struct unit_test {
    const char *name;
    const char *file;
    int line;
    int timeout_seconds;
    void (*run)(void);
    struct unit_test *next;
};

#define TEST_SECONDS_DEFAULT 60

void unit_register(struct unit_test *test);

#define TEST(name) TEST_TIMEOUT(name, TEST_SECONDS_DEFAULT)
#define TEST_TIMEOUT(name, seconds)                                     \
    static void test_##name(void);                                      \
    static struct unit_test unit_##name = {                             \
        #name, __FILE__, __LINE__, (seconds), test_##name, NULL};       \
    __attribute__((constructor)) static void unit_register_##name(void) \
    {                                                                   \
        unit_register(&unit_##name);                                    \
    }                                                                   \
    static void test_##name(void)

__attribute__((noreturn, format(printf, 3, 4))) void unit_fail(const char *file, int line,
                                                               const char *format, ...);
__attribute__((noreturn)) void unit_skip(const char *reason);

void unit_check_eq(uint64_t a, uint64_t b, const char *text_a, const char *text_b, const char *file,
                   int line);
void unit_check_text(const char *a, const char *b, const char *file, int line);
void unit_check_bytes(const void *a, const void *b, uint64_t size, const char *file, int line);
void unit_check_status(ph_status actual, ph_status expected, const char *text, const char *file,
                       int line);
/* Runs `run` in a process of its own; true if it ended by abort. Its words are swallowed. */
bool unit_dies(void (*run)(void *argument), void *argument);

#define SKIP(reason) unit_skip(reason)
#define CHECK(expression)                                            \
    do {                                                             \
        if (!(expression)) {                                         \
            unit_fail(__FILE__, __LINE__, "CHECK(%s)", #expression); \
        }                                                            \
    } while (0)
/* Integers and pointers; prints both. */
#define CHECK_EQ(a, b) unit_check_eq((uint64_t)(a), (uint64_t)(b), #a, #b, __FILE__, __LINE__)
#define CHECK_TEXT(a, b) unit_check_text((a), (b), __FILE__, __LINE__)
#define CHECK_BYTES(a, b, size) unit_check_bytes((a), (b), (size), __FILE__, __LINE__)
#define CHECK_STATUS(expression, expected) \
    unit_check_status((expression), (expected), #expression, __FILE__, __LINE__)
#define CHECK_OK(expression) CHECK_STATUS(expression, PH_OK)
/* `call(argument)` must end in a failed assertion or a panic. */
#define CHECK_DIES(call, argument) CHECK(unit_dies((call), (argument)))

#endif
