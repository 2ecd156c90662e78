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

#include "lang/java/jimage.h"
#include "support/fuzzer.h"
#include "support/jimage_maker.h"
#include "support/mutate.h"

static struct fuzzer fuzzer = {
    .name = "fuzz_jimage", .extension = "jimage", .count = 20000000, .seconds_quick = 3};
static uint64_t opened;

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

/* Opens `file`; then it becomes `later`. */
static void check(const struct mutated *file, const struct mutated *later, bool is_valid)
{
    static volatile uint64_t sink;
    struct ph_jimage image;
    struct ph_error error = {0};
    uint8_t *exact = malloc(file->size); /* so that a read past the end is noticed */
    memcpy(exact, file->bytes, file->size);
    fuzzer_input(&fuzzer, file->bytes, file->size);
    ph_status status = ph_jimage_open((struct ph_slice){exact, file->size}, &image, &error);
    if (status == PH_OK) {
        opened++;
        sink = sink + look_at(&image);
        memcpy(exact, later->bytes, PH_MIN(later->size, file->size));
        sink = sink + look_at(&image);
    } else if (is_valid || error.text[0] == 0 || error.status != status) {
        fuzzer_fail(&fuzzer, "refused", error.text);
    }
    free(exact);
}

static void make(struct mutated *file, bool is_swapped)
{
    static struct jimage_maker maker;
    maker.is_swapped = is_swapped;
    jimage_make(&maker);
    file->size = maker.size;
    memcpy(file->bytes, maker.bytes, maker.size);
}

int main(int argc, char **argv)
{
    static struct mutated file, later;
    fuzzer_begin(&fuzzer, argc, argv);
    for (int is_swapped = 0; is_swapped < 2; is_swapped++) {
        make(&file, is_swapped);
        check(&file, &file, true);
    }
    while (fuzzer_next(&fuzzer)) {
        bool is_swapped = ph_random_below(&fuzzer.random, 2);
        make(&file, is_swapped);
        mutate(&file, &fuzzer.random, !is_swapped);
        later = file;
        mutate(&later, &fuzzer.random, !is_swapped);
        check(&file, &later, false);
    }
    fuzzer_end(&fuzzer);
    printf("fuzz_jimage: %llu rounds: %llu opened\n", (unsigned long long)fuzzer.rounds,
           (unsigned long long)opened);
    return 0;
}
