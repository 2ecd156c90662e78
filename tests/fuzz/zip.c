/* SPDX-License-Identifier: Apache-2.0 */
/* zip.c - fuzzes the reader of jars, and what unpacks deflate streams.
 *
 *     fuzz_zip [--quick] [--seed N] [--count N]
 *
 * Mutations of small zip files (tests/support/zip_maker.py) may be refused, with a message; every
 * entry of one that is not is unpacked, into memory of exactly its size. Then the packed bytes
 * alone, damaged or random, which checksums do not stand in front of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/java/inflate.h"
#include "lang/java/zip.h"
#include "port/port.h"
#include "support/fuzzer.h"
#include "support/jdk.h"
#include "support/mutate.h"

#define SEEDS_MAX 16

static struct {
    struct ph_slice seeds[SEEDS_MAX];
    uint32_t seed_count;
    uint64_t opened, refused, unpacked, damaged;
} fuzz;

static struct fuzzer fuzzer = {
    .name = "fuzz_zip", .extension = "zip", .count = 1000000, .seconds_quick = 5};

static bool make_seeds(void)
{
    static const char *const kinds[] = {"mixed", "twice", "empty", "long_sizes", "encrypted"};
    char folder[] = "/tmp/ph_fuzz_zip_XXXXXX", command[300], path[300];
    if (mkdtemp(folder) == NULL) {
        return false;
    }
    snprintf(command, sizeof(command), "python3 tests/support/zip_maker.py %s small", folder);
    bool is_made = system(command) == 0;
    for (uint32_t i = 0; is_made && i < PH_COUNT(kinds); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, kinds[i]);
        is_made = jdk_map_file(path, &fuzz.seeds[fuzz.seed_count++]);
    }
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command) == 0 && is_made;
}

static void unpack(const struct ph_zip_entry *entry)
{
    struct ph_error error = {0};
    if (entry->size > 1u << 20) {
        return;
    }
    uint8_t *to = malloc(entry->size + 1);
    to[entry->size] = 0xa5;
    ph_status status = ph_zip_read(entry, to, &error);
    if (status != PH_OK && (error.text[0] == 0 || error.status != status)) {
        fuzzer_fail(&fuzzer, "no message", "");
    }
    fuzz.unpacked += status == PH_OK;
    fuzz.damaged += status != PH_OK;
    if (entry->method == 8) { /* the stream alone, damaged more */
        static struct mutated packed;
        packed.size = (uint32_t)PH_MIN(entry->packed.size, MUTATED_BYTES_MAX);
        memcpy(packed.bytes, entry->packed.bytes, packed.size);
        if (packed.size > 0) {
            mutate(&packed, &fuzzer.random, true);
        }
        uint8_t *exact = malloc(packed.size + 1);
        memcpy(exact, packed.bytes, packed.size);
        status = ph_inflate((struct ph_slice){exact, packed.size}, to, entry->size);
        fuzz.unpacked += status == PH_OK;
        free(exact);
    }
    if (to[entry->size] != 0xa5) {
        fuzzer_fail(&fuzzer, "written behind the end", "");
    }
    free(to);
}

static void check(struct ph_slice file, bool is_valid)
{
    struct ph_zip zip;
    struct ph_error error = {0};
    uint8_t *exact = malloc(file.size); /* so that a read past the end is noticed */
    memcpy(exact, file.bytes, file.size);
    fuzzer_input(&fuzzer, file.bytes, file.size);
    ph_status status =
        ph_zip_open((struct ph_slice){exact, file.size}, ph_port_allocator(), &zip, &error);
    if (status == PH_OK) {
        fuzz.opened++;
        for (uint32_t i = 0; i < zip.entry_count; i++) {
            unpack(&zip.entries[i]);
        }
        ph_zip_close(&zip);
    } else {
        fuzz.refused++;
        if (is_valid || error.text[0] == 0 || error.status != status) {
            fuzzer_fail(&fuzzer, "refused", error.text);
        }
    }
    free(exact);
}

static void one_round(void)
{
    static struct mutated file;
    struct ph_slice seed = fuzz.seeds[ph_random_below(&fuzzer.random, fuzz.seed_count)];
    file.size = (uint32_t)seed.size;
    memcpy(file.bytes, seed.bytes, file.size);
    mutate(&file, &fuzzer.random, true);
    check((struct ph_slice){file.bytes, file.size}, false);
}

int main(int argc, char **argv)
{
    fuzzer_begin(&fuzzer, argc, argv);
    if (!make_seeds()) {
        fprintf(stderr, "tests/support/zip_maker.py does not work: is python3 there?\n");
        return 1;
    }
    for (uint32_t i = 0; i < fuzz.seed_count; i++) {
        check(fuzz.seeds[i], true);
    }
    while (fuzzer_next(&fuzzer)) {
        one_round();
    }
    fuzzer_end(&fuzzer);
    printf("fuzz_zip: %llu rounds: %llu opened, %llu refused; %llu unpacked, %llu damaged\n",
           (unsigned long long)fuzzer.rounds, (unsigned long long)fuzz.opened,
           (unsigned long long)fuzz.refused, (unsigned long long)fuzz.unpacked,
           (unsigned long long)fuzz.damaged);
    return 0;
}
