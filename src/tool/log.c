/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - `phantom log`: the cuts that are in an image's log. Read from the file, also while the
 * world runs: then the log may move below us, and is read again. */
#include <string.h>

#include "tool/facts.h"
#include "tool/image.h"
#include "tool/json.h"

#define TRIES 5u

struct listing {
    PH_VECTOR(struct ph_cut_info) cuts;
    bool no_memory;
};

static void add_cut(void *context, const struct ph_cut_info *cut)
{
    struct listing *listing = context;
    if (!ph_vector_push(&listing->cuts, ph_port_allocator(), *cut)) {
        listing->no_memory = true;
    }
}

static ph_status read_log(const char *image, struct listing *listing, struct ph_error *error)
{
    struct ph_block *block;
    struct ph_store *store;
    struct ph_store_options options = {0};
    struct ph_store_recovery found;
    listing->cuts.count = 0;
    ph_status status = ph_image_open_private(image, &block, error);
    if (status != PH_OK) {
        return status;
    }
    status = ph_store_open(block, &options, NULL, &store, &found, error);
    if (status == PH_OK) {
        status = ph_store_each_cut(store, add_cut, listing, error);
        ph_store_close(store);
    }
    block->ops->close(block);
    if (status == PH_OK && listing->no_memory) {
        status = ph_fail(error, PH_NO_MEMORY, "no memory for the list of cuts");
    }
    return status;
}

static const char *reason_text(uint64_t reason)
{
    static const char *const texts[] = {"interval", "gate", "command", "stop", "native"};
    return reason < PH_COUNT(texts) ? texts[reason] : "?";
}

static void show_json(const char *image, const struct listing *listing)
{
    struct ph_json j;
    ph_json_begin(&j, stdout);
    ph_json_text(&j, "image", image);
    ph_json_open(&j, "cuts", '[');
    for (uint32_t i = 0; i < listing->cuts.count; i++) {
        const struct ph_cut_info *cut = &listing->cuts.items[i];
        char time[PH_TIME_BYTES];
        ph_json_open(&j, NULL, '{');
        ph_json_number(&j, "number", cut->number);
        ph_json_text(&j, "time", ph_time_text(cut->wall_ns, true, time));
        ph_json_real(&j, "lived_s", (double)cut->run_ns / 1e9, 6);
        ph_json_number(&j, "pages", cut->pages);
        ph_json_number(&j, "bytes", cut->log_bytes);
        ph_json_real(&j, "pause_us", (double)cut->pause_ns / 1e3, 3);
        ph_json_text(&j, "reason", reason_text(cut->reason));
        ph_json_close(&j, '}');
    }
    ph_json_close(&j, ']');
    ph_json_end(&j);
}

static void show_text(const struct listing *listing)
{
    printf("%10s  %-23s %9s %12s %9s  %s\n", "cut", "time", "pages", "bytes", "pause us",
           "reason");
    for (uint32_t i = 0; i < listing->cuts.count; i++) {
        const struct ph_cut_info *cut = &listing->cuts.items[i];
        char time[PH_TIME_BYTES];
        printf("%10llu  %s.%03u %9llu %12llu %9.1f  %s\n", (unsigned long long)cut->number,
               ph_time_text(cut->wall_ns, false, time),
               (unsigned)(cut->wall_ns / 1000000u % 1000u), (unsigned long long)cut->pages,
               (unsigned long long)cut->log_bytes, (double)cut->pause_ns / 1e3,
               reason_text(cut->reason));
    }
}

int ph_command_log(const struct ph_options *options)
{
    const char *image = options->arguments[0];
    struct listing listing = {0};
    struct ph_error error = {0};
    ph_status status = PH_DAMAGED;
    for (uint32_t i = 0; i < TRIES && status == PH_DAMAGED; i++) {
        memset(&error, 0, sizeof(error));
        status = read_log(image, &listing, &error);
    }
    if (status != PH_OK) {
        ph_error_about(&error, image);
        ph_vector_finish(&listing.cuts, ph_port_allocator());
        return ph_say_error(&error, PH_EXIT_FAILED);
    }
    if (options->json) {
        show_json(image, &listing);
    } else {
        show_text(&listing);
    }
    ph_vector_finish(&listing.cuts, ph_port_allocator());
    return PH_EXIT_OK;
}
