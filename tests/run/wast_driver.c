/* SPDX-License-Identifier: Apache-2.0 */
/* wast_driver.c - runs the WebAssembly test suite's commands, as scripts/wast.py lists them.
 *
 *     run_wast              converts the suite and runs this program on every list
 *     run_wast LIST         runs one list: "N passed, N failed, N skipped" is its last line
 *
 * A list has one command a line, and words between single spaces. NAME and TEXT are 'x' and the
 * bytes in hexadecimal, or '-' for none:
 *
 *     module LINE NAME FILE                 register LINE NAME INSTANCE
 *     malformed | invalid | unlinkable | uninstantiable LINE FILE TEXT
 *     action | return | trap | exhaustion LINE ACTION [EXPECTED | TEXT]
 *     ACTION is invoke|get INSTANCE NAME N VALUE…; EXPECTED is N VALUE…
 *     VALUE is TYPE:number (floats: the bits), TYPE:null, TYPE:any, TYPE:nan:canonical|arithmetic
 *
 * Every module is translated and verified here; what has to run goes to the host. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/vector.h"
#include "code/verify.h"
#include "lang/wasm/wasm.h"
#include "port/port.h"
#include "run/wast_host.h"

#define LINE_BYTES 65536
#define NAMES_MAX 256

struct named {
    char *name; /* as in the list */
    struct wast_instance *instance;
};

static struct {
    struct ph_allocator *allocator;
    struct wast_host *host;
    struct wast_instance *current; /* the last module; NULL if it could not be instantiated */
    struct named names[NAMES_MAX];
    unsigned name_count;
    PH_VECTOR(struct ph_slice) units; /* hosts borrow them */
    unsigned passed, failed, skipped;
    const char *list;
    const char *line_number;
} run;

/* ---- Words ---------------------------------------------------------------------------------- */

static char *next_word(void)
{
    char *word = strtok(NULL, " \n");
    if (word == NULL) {
        fprintf(stderr, "%s:%s: a word is missing\n", run.list, run.line_number);
        exit(2);
    }
    return word;
}

/* Decodes "x6162" in place. */
static struct ph_slice unhex(char *word)
{
    uint8_t *bytes = (uint8_t *)word;
    uint64_t size = 0;
    const char *at = word[0] == 'x' ? word + 1 : "";
    for (; at[0] != 0 && at[1] != 0; at += 2) {
        char digits[3] = {at[0], at[1], 0};
        bytes[size++] = (uint8_t)strtoul(digits, NULL, 16);
    }
    bytes[size] = 0;
    return (struct ph_slice){bytes, size};
}

static struct wast_value parse_value(char *word)
{
    static const char *const types[] = {"i32", "i64", "f32", "f64", "funcref", "externref"};
    struct wast_value value = {0};
    char *text = strchr(word, ':');
    *text++ = 0;
    while (strcmp(types[value.type], word) != 0) {
        value.type++;
    }
    if (strcmp(text, "null") == 0) {
        value.kind = WAST_NULL;
    } else if (strcmp(text, "any") == 0) {
        value.kind = WAST_ANY;
    } else if (strcmp(text, "nan:canonical") == 0) {
        value.kind = WAST_NAN_CANONICAL;
    } else if (strcmp(text, "nan:arithmetic") == 0) {
        value.kind = WAST_NAN_ARITHMETIC;
    } else {
        value.bits = strtoull(text, NULL, 10);
    }
    return value;
}

static void parse_values(struct wast_values *values)
{
    values->count = (uint32_t)strtoul(next_word(), NULL, 10);
    if (values->count > WAST_VALUES_MAX) {
        fprintf(stderr, "%s:%s: too many values\n", run.list, run.line_number);
        exit(2);
    }
    for (uint32_t i = 0; i < values->count; i++) {
        values->items[i] = parse_value(next_word());
    }
}

static void pass(void) { run.passed++; }

static void fail(const char *what, const char *detail)
{
    printf("%s: line %s: %s: %s\n", run.list, run.line_number, what, detail);
    run.failed++;
}

/* ---- Modules -------------------------------------------------------------------------------- */

static bool read_file(const char *path, struct ph_slice *bytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *buffer = malloc((size_t)size + 1);
    bool ok = buffer != NULL && fread(buffer, 1, (size_t)size, file) == (size_t)size;
    fclose(file);
    *bytes = (struct ph_slice){buffer, (uint64_t)size};
    return ok;
}

/* Translates and verifies a module file. A unit that does not verify is our failure. */
static ph_status load(const char *path, struct ph_slice *unit, struct ph_error *error)
{
    struct ph_slice module;
    if (!read_file(path, &module)) {
        return ph_fail(error, PH_IO, "%s: %s", path, strerror(errno));
    }
    ph_status status = ph_wasm_translate(module, run.allocator, unit, error);
    free((void *)module.bytes);
    if (status != PH_OK) {
        return status;
    }
    if (!ph_vector_push(&run.units, run.allocator, *unit)) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory");
    }
    struct ph_unit view;
    status = ph_unit_open(*unit, run.allocator, &view, error);
    if (status == PH_OK) {
        status = ph_verify_unit(&view, run.allocator, error);
        ph_unit_close(&view);
    }
    if (status != PH_OK) {
        ph_error_prefix(error, "the verifier refuses the unit");
        return PH_DAMAGED;
    }
    return PH_OK;
}

static struct wast_instance *find_instance(const char *name)
{
    if (strcmp(name, "-") == 0) {
        return run.current;
    }
    for (unsigned i = run.name_count; i-- > 0;) {
        if (strcmp(run.names[i].name, name) == 0) {
            return run.names[i].instance;
        }
    }
    return NULL;
}

static void run_module(void)
{
    const char *name = next_word(), *path = next_word();
    struct ph_slice unit;
    struct ph_error error;
    run.current = NULL;
    if (load(path, &unit, &error) != PH_OK) {
        fail("module", error.text);
        return;
    }
    if (run.host != NULL && wast_host_instantiate(run.host, unit, &run.current, &error) != PH_OK) {
        run.current = NULL;
        fail("module", error.text);
        return;
    }
    if (strcmp(name, "-") != 0 && run.name_count < NAMES_MAX) {
        run.names[run.name_count++] = (struct named){strdup(name), run.current};
    }
    pass();
}

static void run_register(void)
{
    struct ph_slice name = unhex(next_word());
    struct wast_instance *instance = find_instance(next_word());
    if (run.host == NULL) {
        run.skipped++;
    } else if (instance == NULL) {
        fail("register", "no such instance");
    } else {
        wast_host_register(run.host, name, instance);
        pass();
    }
}

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* assert_malformed and assert_invalid. */
static void run_refused(ph_status wanted)
{
    const char *path = next_word();
    const char *text = (const char *)unhex(next_word()).bytes;
    struct ph_slice unit;
    struct ph_error error = {.text = "accepted"};
    ph_status status = load(path, &unit, &error);
    if (status == PH_OK || !begins_with(error.text, text)) {
        fail(text, error.text);
    } else if (status != wanted && status != PH_LIMIT) {
        fail(text, ph_status_text(status));
    } else {
        pass();
    }
}

/* assert_unlinkable and assert_uninstantiable. */
static void run_unlinkable(ph_status wanted)
{
    const char *path = next_word();
    const char *text = (const char *)unhex(next_word()).bytes;
    struct ph_slice unit;
    struct wast_instance *instance;
    struct ph_error error = {.text = "instantiated"};
    if (load(path, &unit, &error) != PH_OK) {
        fail(text, error.text);
    } else if (run.host == NULL) {
        run.skipped++;
    } else if (wast_host_instantiate(run.host, unit, &instance, &error) != wanted ||
               !begins_with(error.text, text)) {
        fail(text, error.text);
    } else {
        pass();
    }
}

/* ---- Actions -------------------------------------------------------------------------------- */

static ph_status run_action(struct wast_values *results, struct ph_error *error)
{
    bool is_get = strcmp(next_word(), "get") == 0;
    struct wast_instance *instance = find_instance(next_word());
    struct ph_slice name = unhex(next_word());
    struct wast_values arguments;
    parse_values(&arguments);
    if (run.host == NULL) {
        return ph_fail(error, PH_UNSUPPORTED, "no machine");
    }
    if (instance == NULL) {
        return ph_fail(error, PH_NOT_FOUND, "no such instance");
    }
    if (!is_get) {
        return wast_host_invoke(run.host, instance, name, &arguments, results, error);
    }
    results->count = 1;
    return wast_host_get(run.host, instance, name, &results->items[0], error);
}

/* A NaN whose payload's top bit is set; canonical: and no other bit. */
static bool is_nan(struct wast_value value, bool canonical)
{
    uint64_t quiet = value.type == WAST_F32 ? 0x7fc00000u : 0x7ff8000000000000u;
    uint64_t magnitude = value.bits & (value.type == WAST_F32 ? 0x7fffffffu : INT64_MAX);
    return canonical ? magnitude == quiet : (magnitude & quiet) == quiet;
}

static bool value_matches(struct wast_value actual, struct wast_value expected)
{
    bool is_null = actual.kind == WAST_NULL;
    if (expected.kind == WAST_NULL || is_null) { /* a null does not tell its type */
        return is_null && expected.kind == WAST_NULL;
    }
    if (actual.type != expected.type) {
        return false;
    }
    switch (expected.kind) {
    case WAST_ANY:
        return true;
    case WAST_NAN_CANONICAL:
        return is_nan(actual, true);
    case WAST_NAN_ARITHMETIC:
        return is_nan(actual, false);
    default:
        return actual.kind == WAST_BITS && actual.bits == expected.bits;
    }
}

static bool values_match(const struct wast_values *actual, const struct wast_values *expected)
{
    bool same = actual->count == expected->count;
    for (uint32_t i = 0; same && i < expected->count; i++) {
        same = value_matches(actual->items[i], expected->items[i]);
    }
    return same;
}

static void fail_return(const struct wast_values *actual, const struct wast_values *expected)
{
    char text[2048];
    size_t used = 0;
    for (int side = 0; side < 2; side++) {
        const struct wast_values *values = side == 0 ? actual : expected;
        for (uint32_t i = 0; i < values->count && used < sizeof(text) - 100; i++) {
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%u/%u:0x%llx ",
                                     values->items[i].type, values->items[i].kind,
                                     (unsigned long long)values->items[i].bits);
        }
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s",
                                 side == 0 ? "are the results, wanted are " : "(type/kind:bits)");
    }
    fail("assert_return", text);
}

static void run_return(void)
{
    struct wast_values actual = {0}, expected;
    struct ph_error error;
    ph_status status = run_action(&actual, &error);
    parse_values(&expected);
    if (run.host == NULL) {
        run.skipped++;
    } else if (status != PH_OK) {
        fail("assert_return", error.text);
    } else if (!values_match(&actual, &expected)) {
        fail_return(&actual, &expected);
    } else {
        pass();
    }
}

/* assert_trap and assert_exhaustion. */
static void run_trap(void)
{
    struct wast_values results;
    struct ph_error error = {.text = "returned"};
    ph_status status = run_action(&results, &error);
    const char *text = (const char *)unhex(next_word()).bytes;
    if (run.host == NULL) {
        run.skipped++;
    } else if (status == PH_TRAP &&
               (begins_with(error.text, text) || begins_with(text, error.text))) {
        pass();
    } else {
        fail(text, error.text);
    }
}

static void run_bare_action(void)
{
    struct wast_values results;
    struct ph_error error;
    ph_status status = run_action(&results, &error);
    if (run.host == NULL) {
        run.skipped++;
    } else if (status != PH_OK) {
        fail("action", error.text);
    } else {
        pass();
    }
}

static void run_command(char *line)
{
    const char *kind = strtok(line, " \n");
    if (kind == NULL) {
        return;
    }
    run.line_number = "?";
    run.line_number = next_word();
    if (strcmp(kind, "module") == 0) {
        run_module();
    } else if (strcmp(kind, "register") == 0) {
        run_register();
    } else if (strcmp(kind, "malformed") == 0) {
        run_refused(PH_MALFORMED);
    } else if (strcmp(kind, "invalid") == 0) {
        run_refused(PH_INVALID);
    } else if (strcmp(kind, "unlinkable") == 0) {
        run_unlinkable(PH_UNLINKABLE);
    } else if (strcmp(kind, "uninstantiable") == 0) {
        run_unlinkable(PH_TRAP);
    } else if (strcmp(kind, "return") == 0) {
        run_return();
    } else if (strcmp(kind, "trap") == 0 || strcmp(kind, "exhaustion") == 0) {
        run_trap();
    } else if (strcmp(kind, "action") == 0) {
        run_bare_action();
    } else {
        fail(kind, "unknown command");
    }
}

static void finish(void)
{
    wast_host_destroy(run.host);
    for (uint32_t i = 0; i < run.units.count; i++) {
        ph_free(run.allocator, (void *)run.units.items[i].bytes, run.units.items[i].size);
    }
    ph_vector_finish(&run.units, run.allocator);
    for (unsigned i = 0; i < run.name_count; i++) {
        free(run.names[i].name);
    }
}

/* Becomes scripts/wast.py, which calls this program again for each list. */
static int run_script(char *self)
{
    char *arguments[] = {"python3", "scripts/wast.py", "--run", self, NULL};
    execvp(arguments[0], arguments);
    printf("skipped: WebAssembly test suite (python3: %s)\n", strerror(errno));
    return 0;
}

int main(int argc, char **argv)
{
    static char line[LINE_BYTES];
    if (argc < 2 || argv[1][0] == '-') {
        return run_script(argv[0]);
    }
    run.allocator = ph_port_allocator();
    run.host = wast_host_create();
    run.list = argv[1];
    FILE *file = fopen(run.list, "r");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", run.list, strerror(errno));
        return 2;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        run_command(line);
    }
    fclose(file);
    finish();
    printf("%u passed, %u failed, %u skipped\n", run.passed, run.failed, run.skipped);
    return run.failed == 0 ? 0 : 1;
}
