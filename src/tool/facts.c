/* SPDX-License-Identifier: Apache-2.0 */
/* facts.c - info, stat and small things. */
#include "tool/facts.h"

#include <string.h>
#include <time.h>

#include "machine/collect.h"
#include "tool/json.h"

const char *ph_time_text(uint64_t wall_ns, bool json, char *to)
{
    time_t seconds = (time_t)(wall_ns / 1000000000u);
    struct tm parts;
    if (json) {
        gmtime_r(&seconds, &parts);
        size_t bytes = strftime(to, PH_TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
        snprintf(to + bytes, PH_TIME_BYTES - bytes, ".%03uZ",
                 (unsigned)(wall_ns / 1000000u % 1000u));
    } else {
        localtime_r(&seconds, &parts);
        strftime(to, PH_TIME_BYTES, "%Y-%m-%d %H:%M:%S", &parts);
    }
    return to;
}

const char *ph_size_text(uint64_t bytes, char *to)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    uint32_t unit = 0;
    while (value >= 1024 && unit + 1 < PH_COUNT(units)) {
        value /= 1024;
        unit++;
    }
    snprintf(to, PH_SIZE_BYTES, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return to;
}

void ph_facts_words(const char *words, bool json, FILE *to)
{
    if (json) {
        struct ph_json j;
        ph_json_begin(&j, to);
        ph_json_text(&j, "text", words);
        ph_json_end(&j);
    } else if (words[0] != '\0') {
        fprintf(to, "%s\n", words);
    }
}

void ph_facts_cut(const char *image, uint64_t number, bool json, FILE *to)
{
    if (json) {
        struct ph_json j;
        ph_json_begin(&j, to);
        ph_json_text(&j, "image", image);
        ph_json_number(&j, "cut", number);
        ph_json_end(&j);
    } else {
        fprintf(to, "%s: cut %llu is durable\n", image, (unsigned long long)number);
    }
}

/* ---- stat ------------------------------------------------------------------------------------ */

struct stat_facts {
    struct ph_cut_stat cut;
    struct ph_collect_stat collect;
    struct ph_store_stat store;
    uint64_t durable_cut, home_bytes;
    uint32_t workers;
};

static void json_quantiles(struct ph_json *j, const char *key, const struct ph_quantiles *ns)
{
    ph_json_open(j, key, '{');
    ph_json_real(j, "p50", (double)ns->p50 / 1e3, 3);
    ph_json_real(j, "p99", (double)ns->p99 / 1e3, 3);
    ph_json_real(j, "p999", (double)ns->p999 / 1e3, 3);
    ph_json_real(j, "max", (double)ns->max / 1e3, 3);
    ph_json_number(j, "count", ns->count);
    ph_json_close(j, '}');
}

static void stat_json(const struct ph_runner *runner, const struct stat_facts *f, FILE *to)
{
    struct ph_json j;
    ph_json_begin(&j, to);
    ph_json_text(&j, "image", runner->image);
    ph_json_number(&j, "cuts", f->cut.cuts);
    ph_json_number(&j, "durable_cut", f->durable_cut);
    ph_json_number(&j, "resumed_cut", runner->is_new ? 0 : runner->found.last.number);
    json_quantiles(&j, "pause_us", &f->cut.pause_ns);
    json_quantiles(&j, "safepoint_us", &f->cut.safepoint_ns);
    json_quantiles(&j, "commit_us", &f->cut.commit_ns);
    ph_json_number(&j, "pages_cut", f->cut.pages);
    ph_json_number(&j, "bytes_logged", f->cut.bytes_logged);
    ph_json_number(&j, "bytes_dirty", f->cut.bytes_dirty);
    ph_json_number(&j, "pages_zero", f->store.zero_pages);
    ph_json_number(&j, "pages_raw", f->store.raw_pages);
    ph_json_number(&j, "pages_packed", f->store.packed_pages);
    ph_json_number(&j, "bytes_home_written", f->store.home_bytes_written);
    ph_json_number(&j, "flushes", f->store.flushes);
    ph_json_number(&j, "folds", f->store.folds);
    ph_json_number(&j, "log_bytes", f->store.log_bytes_live);
    ph_json_number(&j, "file_bytes", f->store.file_bytes);
    ph_json_real(&j, "resume_ms", (double)f->cut.resume_ns / 1e6, 3);
    ph_json_number(&j, "threads", f->cut.threads);
    ph_json_number(&j, "workers", f->workers);
    ph_json_number(&j, "safepoints", f->cut.safepoints);
    ph_json_number(&j, "evacuations", f->collect.evacuations);
    ph_json_number(&j, "evacuation_us", f->collect.evacuation_ns / 1000);
    ph_json_number(&j, "collections", f->collect.collections);
    ph_json_number(&j, "collections_failed", f->collect.failed);
    ph_json_number(&j, "mark_us", f->collect.last_mark_ns / 1000);
    ph_json_number(&j, "marked_objects", f->collect.last_objects);
    ph_json_number(&j, "marked_bytes", f->collect.last_bytes);
    ph_json_number(&j, "object_bytes", f->collect.object_bytes_live);
    ph_json_number(&j, "failed_cuts", f->cut.failed);
    if (f->cut.trouble == PH_OK) {
        ph_json_text(&j, "trouble", "");
    } else {
        ph_json_text(&j, "trouble", ph_status_text(f->cut.trouble));
    }
    ph_json_end(&j);
}

static void text_quantiles(FILE *to, const char *what, const struct ph_quantiles *ns)
{
    fprintf(to, "%-11s p50 %.1f us, p99 %.1f us, p99.9 %.1f us, max %.1f us (%llu)\n", what,
            (double)ns->p50 / 1e3, (double)ns->p99 / 1e3, (double)ns->p999 / 1e3,
            (double)ns->max / 1e3, (unsigned long long)ns->count);
}

static void stat_text(const struct ph_runner *runner, const struct stat_facts *f, FILE *to)
{
    char logged[PH_SIZE_BYTES], dirty[PH_SIZE_BYTES], file[PH_SIZE_BYTES], log[PH_SIZE_BYTES];
    fprintf(to, "%s: %llu cuts by this process, cut %llu is durable\n", runner->image,
            (unsigned long long)f->cut.cuts, (unsigned long long)f->durable_cut);
    text_quantiles(to, "pause", &f->cut.pause_ns);
    text_quantiles(to, "safepoint", &f->cut.safepoint_ns);
    text_quantiles(to, "commit", &f->cut.commit_ns);
    fprintf(to, "%-11s %llu of %s, logged as %s (%llu zero, %llu raw, %llu packed)\n", "pages",
            (unsigned long long)f->cut.pages, ph_size_text(f->cut.bytes_dirty, dirty),
            ph_size_text(f->cut.bytes_logged, logged), (unsigned long long)f->store.zero_pages,
            (unsigned long long)f->store.raw_pages, (unsigned long long)f->store.packed_pages);
    fprintf(to, "%-11s %s, the log in it %s; %llu flushes, %llu folds\n", "file",
            ph_size_text(f->store.file_bytes, file), ph_size_text(f->store.log_bytes_live, log),
            (unsigned long long)f->store.flushes, (unsigned long long)f->store.folds);
    fprintf(to, "%-11s %.3f ms from opening to the first instruction\n", "resume",
            (double)f->cut.resume_ns / 1e6);
    fprintf(to, "%-11s %llu on %u workers, %llu safepoints\n", "threads",
            (unsigned long long)f->cut.threads, f->workers,
            (unsigned long long)f->cut.safepoints);
    fprintf(to, "%-11s %.1f MiB old; %llu evacuations in %.3f s, %llu collections, the last found "
            "%llu objects in %.3f s\n", "objects",
            (double)f->collect.object_bytes_live / 1048576,
            (unsigned long long)f->collect.evacuations, (double)f->collect.evacuation_ns / 1e9,
            (unsigned long long)f->collect.collections,
            (unsigned long long)f->collect.last_objects,
            (double)f->collect.last_mark_ns / 1e9);
    if (f->cut.trouble != PH_OK) {
        fprintf(to, "%-11s cuts cannot be made durable: %s\n", "trouble",
                ph_status_text(f->cut.trouble));
    }
}

void ph_facts_stat(struct ph_runner *runner, bool json, FILE *to)
{
    struct stat_facts f = {.workers = runner->workers};
    ph_cut_stat(runner->machine, &f.cut);
    ph_collect_stat(runner->machine, &f.collect);
    ph_store_stat(ph_machine_store(runner->machine), &f.store);
    f.durable_cut = ph_cut_durable(runner->machine);
    if (json) {
        stat_json(runner, &f, to);
    } else {
        stat_text(runner, &f, to);
    }
}

/* ---- info ------------------------------------------------------------------------------------ */

struct info_facts {
    struct ph_cut_info last;
    struct ph_store_stat store;
    struct ph_heap_header heap;
    uint64_t threads;
    bool is_running;
};

static void info_json(struct ph_runner *runner, const struct info_facts *f, FILE *to)
{
    char time[PH_TIME_BYTES], id[40] = "";
    const struct ph_program *program = runner->program;
    const struct ph_refs *arguments =
        ph_address(ph_machine_heap(runner->machine), program->arguments_ref);
    struct ph_json j;
    for (uint32_t i = 0; i < sizeof(runner->found.image_id); i++) {
        snprintf(id + i * 2, 3, "%02x", runner->found.image_id[i]);
    }
    ph_json_begin(&j, to);
    ph_json_text(&j, "image", runner->image);
    ph_json_text(&j, "image_id", id);
    ph_json_number(&j, "image_version", PH_STORE_VERSION);
    ph_json_bool(&j, "running", f->is_running);
    ph_json_slice(&j, "program", ph_runner_bytes(runner, program->name_ref));
    ph_json_open(&j, "arguments", '[');
    for (uint32_t i = 1; i < arguments->length; i++) {
        ph_json_slice(&j, NULL, ph_runner_bytes(runner, arguments->items[i]));
    }
    ph_json_close(&j, ']');
    ph_json_text(&j, "state", ph_runner_state_word(program));
    ph_json_bool(&j, "reactor", program->is_reactor != 0);
    ph_json_number(&j, "exit_code", program->exit_code);
    ph_json_slice(&j, "trap",
                  ph_runner_trap_text(runner, program->trap, program->trap_text_ref));
    ph_facts_programs_json(runner, &j);
    ph_json_number(&j, "threads", f->threads);
    ph_json_number(&j, "cut", f->last.number);
    ph_json_text(&j, "cut_time", ph_time_text(f->last.wall_ns, true, time));
    ph_json_number(&j, "lost_cut", runner->found.lost_cut);
    ph_json_real(&j, "lived_s", (double)f->last.run_ns / 1e9, 3);
    ph_json_number(&j, "file_bytes", f->store.file_bytes);
    ph_json_number(&j, "log_bytes", f->store.log_bytes_live);
    ph_json_number(&j, "home_bytes", f->store.home_chunks * PH_STORE_CHUNK_BYTES);
    ph_json_number(&j, "object_bytes", f->heap.object_bytes_live);
    ph_json_number(&j, "extent_bytes", f->heap.extent_bytes_live);
    ph_json_number(&j, "arena_bytes", f->heap.arena_bytes);
    ph_json_end(&j);
}

static void info_text(struct ph_runner *runner, const struct info_facts *f, FILE *to)
{
    char time[PH_TIME_BYTES], file[PH_SIZE_BYTES], log[PH_SIZE_BYTES], objects[PH_SIZE_BYTES],
        extents[PH_SIZE_BYTES], state[512];
    const struct ph_refs *arguments =
        ph_address(ph_machine_heap(runner->machine), runner->program->arguments_ref);
    fprintf(to, "%s: %s, %s\n", runner->image, f->is_running ? "running" : "asleep",
            "an image of version 1");
    fprintf(to, "program     %s", runner->name);
    for (uint32_t i = 1; i < arguments->length; i++) {
        char text[256];
        fprintf(to, " %s", ph_unit_printable(ph_runner_bytes(runner, arguments->items[i]), text,
                                             sizeof(text)));
    }
    fprintf(to, "\nstate       %s; %llu threads\n",
            ph_runner_state_text(runner, runner->program, state, sizeof(state)),
            (unsigned long long)f->threads);
    if (ph_program_next(runner->machine, NULL) != runner->program) {
        ph_facts_programs_text(runner, "            ", to);
    }
    fprintf(to, "cut         %llu of %s; the world has lived for %.3f s\n",
            (unsigned long long)f->last.number, ph_time_text(f->last.wall_ns, false, time),
            (double)f->last.run_ns / 1e9);
    if (runner->found.fell_back) {
        fprintf(to, "damage      cut %llu is damaged; the world goes on from the one before\n",
                (unsigned long long)runner->found.lost_cut);
    }
    fprintf(to, "file        %s, the log in it %s\n", ph_size_text(f->store.file_bytes, file),
            ph_size_text(f->store.log_bytes_live, log));
    fprintf(to, "world       %s of objects, %s of extents reserved\n",
            ph_size_text(f->heap.object_bytes_live, objects),
            ph_size_text(f->heap.extent_bytes_live, extents));
}

void ph_facts_info(struct ph_runner *runner, bool json, FILE *to)
{
    struct info_facts f = {.is_running = runner->is_started, .last = runner->found.last};
    struct ph_machine *machine = runner->machine;
    if (f.is_running) {
        ph_machine_pause(machine);
        f.last.number = ph_machine_world(machine)->cut_number;
        f.last.run_ns = ph_machine_world(machine)->run_ns;
        f.last.wall_ns = ph_clock_wall_ns();
    }
    ph_store_stat(ph_machine_store(machine), &f.store);
    f.heap = *ph_machine_heap(machine)->header;
    f.threads = ph_machine_thread_count(machine);
    if (json) {
        info_json(runner, &f, to);
    } else {
        info_text(runner, &f, to);
    }
    if (f.is_running) {
        ph_machine_unpause(machine);
    }
}
