/* SPDX-License-Identifier: Apache-2.0 */
/* fsck.c - `phantom fsck`: every checksum of the file, then every reference of the world in it.
 * Nothing is changed. */
#include <string.h>

#include "tool/facts.h"
#include "tool/image.h"
#include "tool/json.h"
#include "tool/look.h"

struct findings {
    struct ph_json json;
    bool is_json;
    uint64_t count;
};

static void report(void *context, const char *line)
{
    struct findings *findings = context;
    findings->count++;
    if (findings->is_json) {
        ph_json_text(&findings->json, NULL, line);
    } else {
        printf("%s\n", line);
    }
}

static ph_status check_file(const char *image, struct findings *findings, struct ph_error *error)
{
    struct ph_block *file;
    ph_status status = ph_block_open(image, PH_BLOCK_READ, &file, error);
    if (status != PH_OK) {
        return status;
    }
    struct ph_block *counted = ph_image_counted(file);
    if (counted == NULL) {
        file->ops->close(file);
        return ph_fail(error, PH_NO_MEMORY, "%s: no memory to check it", image);
    }
    ph_progress_begin("checking the file");
    status = ph_store_check(counted, report, findings, error);
    ph_progress_end();
    counted->ops->close(counted);
    return status;
}

static ph_status check_world(const struct ph_options *options, struct findings *findings,
                             struct ph_error *error)
{
    struct ph_runner runner;
    ph_runner_init(&runner, options, options->arguments[0]);
    ph_status status = ph_runner_open(&runner, true, error);
    if (status == PH_OK) {
        ph_progress_begin("checking the world");
        status = ph_heap_verify(ph_machine_heap(runner.machine), report, findings, error);
        ph_progress_end();
    }
    ph_runner_close(&runner);
    return status;
}

static int tell(const char *image, struct findings *findings, ph_status status,
                struct ph_error *error)
{
    bool is_good = status == PH_OK && findings->count == 0;
    if (findings->is_json) {
        ph_json_close(&findings->json, ']');
        ph_json_bool(&findings->json, "good", is_good);
        ph_json_text(&findings->json, "message", is_good ? "" : error->text);
        ph_json_end(&findings->json);
    } else if (is_good) {
        printf("%s: good\n", image);
    }
    if (status != PH_OK) {
        ph_error_about(error, image);
        return ph_say_error(error, PH_EXIT_FAILED);
    }
    return is_good ? PH_EXIT_OK : PH_EXIT_FAILED;
}

int ph_command_fsck(const struct ph_options *options)
{
    const char *image = options->arguments[0];
    struct findings findings = {.is_json = options->json};
    struct ph_error error = {0};
    if (ph_look_is_in_use(image)) {
        ph_say("%s: is running; stop it first: phantom stop %s", image, image);
        return PH_EXIT_FAILED;
    }
    if (options->json) {
        ph_json_begin(&findings.json, stdout);
        ph_json_text(&findings.json, "image", image);
        ph_json_open(&findings.json, "findings", '[');
    }
    ph_status status = check_file(image, &findings, &error);
    if (status == PH_OK) {
        status = check_world(options, &findings, &error);
    }
    return tell(image, &findings, status, &error);
}
