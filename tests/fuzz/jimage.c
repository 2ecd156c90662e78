/* SPDX-License-Identifier: Apache-2.0 */
/* jimage.c - fuzzes the reader of lib/modules with mutations of a small file of either byte order.
 *
 *     fuzz_jimage [--quick] [--seed N] [--count N]
 *
 * Opening may refuse a file, with a message. One that is open is read whole and searched; then it
 * is damaged again beneath the reader. Nothing outside of the file may be looked at (MODE=asan). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lang/java/jimage.h"
#include "support/jimage_maker.h"
#include "support/mutate.h"

#define QUICK_SECONDS 3

static uint64_t sum_of(struct ph_slice bytes)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < bytes.size; i++) {
        sum += bytes.bytes[i];
    }
    return sum;
}

/* Whatever is answered, its bytes are touched. */
static uint64_t look_at(const struct ph_jimage *image)
{
    static const char *const paths[] = {"/m.a/p/q/C.class", "/m.a/p/q/plain", "/x", "p/q", "p.q"};
    struct ph_error error;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < image->entry_count && i < 1000; i++) {
        struct ph_jimage_entry entry;
        if (ph_jimage_entry(image, i, &entry, &error) == PH_OK) {
            sum += sum_of(entry.module) + sum_of(entry.folder) + sum_of(entry.base) +
                   sum_of(entry.extension) + sum_of(entry.contents);
        }
    }
    for (uint32_t i = 0; i < PH_COUNT(paths); i++) {
        struct ph_slice path = {(const uint8_t *)paths[i], strlen(paths[i])}, found;
        if (ph_jimage_find(image, path, &found, &error) == PH_OK) {
            sum += sum_of(found);
        }
        if (ph_jimage_find_package(image, path, &found, &error) == PH_OK) {
            sum += sum_of(found);
        }
    }
    return sum;
}

int main(int argc, char **argv)
{
    static struct mutated file, changed;
    static struct jimage_maker maker;
    static volatile uint64_t sink;
    struct ph_random random;
    uint64_t seed = (uint64_t)time(NULL), count = 20000000, round = 0, opened = 0;
    bool is_quick = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            is_quick = true;
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            seed = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--count") == 0 && i + 1 < argc) {
            count = strtoull(argv[++i], NULL, 0);
        }
    }
    ph_random_init(&random, seed);
    time_t end = time(NULL) + QUICK_SECONDS;
    for (; round < count && (!is_quick || time(NULL) < end); round++) {
        struct ph_jimage image;
        struct ph_error error = {0};
        maker.is_swapped = round % 2 == 1;
        jimage_make(&maker);
        file.size = maker.size;
        memcpy(file.bytes, maker.bytes, maker.size);
        if (round >= 2) {
            mutate(&file, &random, !maker.is_swapped);
        }
        uint8_t *exact = malloc(file.size);
        memcpy(exact, file.bytes, file.size);
        ph_status status = ph_jimage_open((struct ph_slice){exact, file.size}, &image, &error);
        if (status == PH_OK) {
            opened++;
            sink = sink + look_at(&image);
            changed = file;
            mutate(&changed, &random, !maker.is_swapped);
            memcpy(exact, changed.bytes, PH_MIN(changed.size, file.size));
            sink = sink + look_at(&image);
        } else if (round < 2 || error.text[0] == 0 || error.status != status) {
            fprintf(stderr, "seed %llu, round %llu: refused: %s\n", (unsigned long long)seed,
                    (unsigned long long)round, error.text);
            return 1;
        }
        free(exact);
    }
    printf("fuzz_jimage: seed %llu, %llu rounds: %llu opened, %llu refused\n",
           (unsigned long long)seed, (unsigned long long)round, (unsigned long long)opened,
           (unsigned long long)(round - opened));
    return 0;
}
