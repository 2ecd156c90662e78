/* SPDX-License-Identifier: Apache-2.0 */
/* calls.c - what calls of methods cost in the interpreter, beside a direct call in one instance: of
 * other instances, at places that meet one class, two, or eight, through an interface.
 *
 *     make bench_calls, then bench_calls [MILLIONS OF CALLS]     default 20
 *
 * The least of several runs in turn counts; an empty loop's time is taken off. */
#include <stdio.h>
#include <stdlib.h>

#include "port/port.h"
#include "support/world_kit.h"

#define CLASSES 8u
#define RUNS 7u

static const char lib[] =
    "unit \"lib\" export \"Base\" class \"Base\" export \"Named\" class \"Named\"\n"
    "export \"plain\" function \"plain\"\n"
    "class interface abstract \"Named\" { method \"m\" (ref i32) -> (i32) abstract }\n"
    "class \"Base\" implements \"Named\" {\n"
    "  method \"m\" (ref i32) -> (i32) { local_get 1 return }\n"
    "  method static \"s\" (ref i32) -> (i32) { local_get 1 return } }\n"
    "function \"plain\" (ref i32) -> (i32) { local_get 1 return }\n";

/* A loop: local 0 how often, 1 turns done, 2 the objects, 3 how many kinds - 1. */
#define LOOP(name, call)                                                                   \
    "function \"" name "\" (i32 i32 ref) -> (i32) { local i32\n"                           \
    "  label 0 loop local_get 2 local_get 3 local_get 1 i32_and array_get_ref\n"           \
    "    local_get 3 " call " drop\n"                                                      \
    "    local_get 3 i32_const 1 i32_add local_tee 3 local_get 0 i32_ne br_if 0\n"         \
    "  local_get 3 return }\n"                                                             \
    "export \"" name "\" function \"" name "\"\n"

/* Each row has places of its own. */
#define VIRTUAL "call_virtual" BASE "\"m\" (ref i32) -> (i32)"
#define INTERFACE "call_virtual imported \"lib\" \"Named\" \"m\" (ref i32) -> (i32)"
#define BASE " imported \"lib\" \"Base\" "
static const char driver[] =
    "import function \"lib\" \"plain\" (ref i32) -> (i32)\n"
    LOOP("empty", "squeeze 1 1")
    LOOP("direct", "call \"near\"")
    LOOP("import", "call 0")
    LOOP("virtual, own", "call_virtual \"Near\" \"m\"")
    LOOP("virtual 1", VIRTUAL) LOOP("virtual 2", VIRTUAL) LOOP("virtual 8", VIRTUAL)
    LOOP("static", "call_method static" BASE "\"s\" (ref i32) -> (i32)")
    LOOP("special", "call_method" BASE "\"m\" (ref i32) -> (i32)")
    LOOP("interface 1", INTERFACE) LOOP("interface 8", INTERFACE)
    "class \"Near\" { method \"m\" (ref i32) -> (i32) { local_get 1 return } }\n"
    "function \"near\" (ref i32) -> (i32) { local_get 1 return }\n";

/* "LOOP on objects of KIND classes": ratios to the first. */
static const struct row {
    const char *text, *loop;
    uint32_t kinds; /* 0: objects of the driver's own class */
} rows[] = {{"direct, same instance", "direct", 1},
            {"direct, another instance", "import", 1},
            {"virtual, same instance", "virtual, own", 0},
            {"static, another instance", "static", 1},
            {"special, another instance", "special", 1},
            {"virtual, another instance", "virtual 1", 1},
            {"virtual, two classes", "virtual 2", 2},
            {"virtual, eight classes", "virtual 8", 8},
            {"interface, one class", "interface 1", 1},
            {"interface, eight classes", "interface 8", 8}};

static ph_ref make_objects(struct world *world)
{
    static char text[16384];
    size_t at = 0;

    for (uint32_t i = 0; i < CLASSES; i++) {
        snprintf(text, sizeof(text),
                 "unit \"u%u\" export \"C\" class \"C\" class \"C\" extends" BASE "{\n"
                 "method \"m\" (ref i32) -> (i32) { local_get 1 return } }\n", i);
        world_text(world, text);
    }
    at = (size_t)snprintf(text, sizeof(text), "%sexport \"make\" function \"make\"\n"
                          "function \"make\" (i32) -> (ref) { local ref\n"
                          "i32_const %u array_new \"refs\" local_set 1\n", driver, CLASSES);
    for (uint32_t i = 0; i < CLASSES; i++) {
        at += (size_t)snprintf(text + at, sizeof(text) - at,
                               "local_get 1 i32_const %u object_new imported \"u%u\" \"C\"\n"
                               "array_set_ref\n", i, i);
    }
    snprintf(text + at, sizeof(text) - at,
             "local_get 0 br_if 0 local_get 1 i32_const 0 object_new \"Near\" array_set_ref\n"
             "label 0 local_get 1 return }\n");
    struct ph_slice unit = world_assemble(text);
    ph_ref from = world_text(world, lib);
    return world_instantiate(world, unit, &from, 1);
}

/* Nanoseconds of processor time for one turn of the loop: the least of all runs so far. */
static void measure(struct world *world, ph_ref instance, const struct row *row, uint32_t count,
                    double *least)
{
    const uint64_t kinds = row->kinds;
    uint64_t objects = world_value(world, instance, "make", 1, &kinds);
    const uint64_t arguments[] = {count, kinds == 0 ? 0 : kinds - 1, objects};
    uint64_t from = ph_clock_monotonic_ns();
    world_value(world, instance, row->loop, 3, arguments);
    double ns = (double)(ph_clock_monotonic_ns() - from) / count;
    if (*least == 0 || ns < *least) {
        *least = ns;
    }
}

int main(int argc, char **argv)
{
    uint32_t count = (argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 20) * 1000000;
    static const struct row empty = {"", "empty", 1};
    double least[PH_COUNT(rows)] = {0}, nothing = 0;
    struct world world;

    world_open(&world, WORLD_FREE);
    ph_ref instance = make_objects(&world);
    for (uint32_t run = 0; run < RUNS; run++) {
        measure(&world, instance, &empty, count, &nothing);
        for (uint32_t i = 0; i < PH_COUNT(rows); i++) {
            measure(&world, instance, &rows[i], count, &least[i]);
        }
    }
    for (uint32_t i = 0; i < PH_COUNT(rows); i++) {
        printf("%-28s %6.2f ns  %5.2f\n", rows[i].text, least[i] - nothing,
               (least[i] - nothing) / (least[0] - nothing));
    }
    world_close(&world);
    return 0;
}
