/* SPDX-License-Identifier: Apache-2.0 */
/* top.c - `phantom top`: what a running world does. The process that runs it watches for the time
 * between two looks, by looking many times at what its workers run; nothing is stopped for it. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool/facts.h"
#include "tool/look.h"
#include "tool/program.h"
#include "tool/scene.h"
#include "tool/server.h"

#define SAMPLE_NS 5000000u
#define WORKERS_MAX 64u
#define BUSY_SHOWN 12u
#define INTERVAL_DEFAULT_NS UINT64_C(1000000000)

/* ---- Watching -------------------------------------------------------------------------------- */

struct busy {
    struct ph_running who;
    uint64_t samples;
    char thread[96], program[96]; /* what they are called; empty: not known */
};

struct watched {
    struct ph_cut_stat begin, end;
    struct ph_store_stat store;
    struct ph_programs_state programs;
    uint64_t object_bytes, extent_bytes, durable_cut, elapsed_ns;
    uint64_t samples;  /* looks */
    uint64_t running;  /* workers that ran something, all looks together */
    PH_VECTOR(struct busy) busy;
};

static void note(struct watched *w, const struct ph_running *who)
{
    uint32_t i = 0;
    while (i < w->busy.count && w->busy.items[i].who.thread_id != who->thread_id) {
        i++;
    }
    const struct busy one = {.who = *who};
    if (i == w->busy.count && !ph_vector_push(&w->busy, ph_port_allocator(), one)) {
        return; /* a look less */
    }
    w->busy.items[i].samples++;
}

static bool is_ending(struct ph_runner *runner)
{
    ph_mutex_lock(&runner->mutex);
    bool ending = runner->is_ending;
    ph_mutex_unlock(&runner->mutex);
    return ending;
}

static int busiest_first(const void *a, const void *b)
{
    const struct busy *x = a;
    const struct busy *y = b;
    return x->samples != y->samples ? (x->samples < y->samples ? 1 : -1)
           : x->who.thread_id < y->who.thread_id ? -1 : 1;
}

static void watch(struct ph_runner *runner, uint64_t interval_ns, struct watched *w)
{
    struct ph_running running[WORKERS_MAX];
    struct timespec pause = {0, SAMPLE_NS};
    uint64_t begin_ns = ph_clock_monotonic_ns();
    ph_cut_stat(runner->machine, &w->begin);
    do {
        uint32_t count = ph_programs_running(runner->machine, running, WORKERS_MAX);
        w->samples++;
        w->running += count;
        for (uint32_t i = 0; i < count; i++) {
            note(w, &running[i]);
        }
        nanosleep(&pause, NULL);
        w->elapsed_ns = ph_clock_monotonic_ns() - begin_ns;
    } while (w->elapsed_ns < interval_ns && !is_ending(runner));
    ph_cut_stat(runner->machine, &w->end);
    ph_store_stat(ph_machine_store(runner->machine), &w->store);
    w->programs = ph_programs_look(runner->machine);
    w->durable_cut = ph_cut_durable(runner->machine);
    const struct ph_heap_header *header = ph_machine_heap(runner->machine)->header;
    w->object_bytes = __atomic_load_n(&header->object_bytes_live, __ATOMIC_RELAXED);
    w->extent_bytes = __atomic_load_n(&header->extent_bytes_live, __ATOMIC_RELAXED);
    if (w->busy.count > 0) {
        qsort(w->busy.items, w->busy.count, sizeof(struct busy), busiest_first);
    }
}

/* ---- Names: as of the newest durable cut, so that nothing is stopped for them ---------------- */

static void name_thread(struct ph_scene *scene, struct watched *w, const struct ph_thread *thread)
{
    for (uint32_t i = 0; i < w->busy.count; i++) {
        struct busy *busy = &w->busy.items[i];
        if (busy->who.thread_id == thread->id) {
            ph_scene_java_thread(scene, thread, busy->thread, sizeof(busy->thread));
        }
    }
}

static void name_program(struct ph_scene *scene, struct watched *w,
                         const struct ph_program *program)
{
    for (uint32_t i = 0; i < w->busy.count; i++) {
        struct busy *busy = &w->busy.items[i];
        if (busy->who.program_id == program->id) {
            ph_unit_printable(ph_scene_bytes(scene, program->name_ref), busy->program,
                              sizeof(busy->program));
        }
    }
}

static void name_busy(struct ph_runner *runner, struct watched *w)
{
    struct ph_scene scene;
    struct ph_error error;
    if (w->busy.count == 0 || ph_scene_open(&scene, runner, &error) != PH_OK) {
        return; /* they keep their numbers */
    }
    const struct ph_world *world = ph_scene_at(&scene, scene.header->roots[PH_ROOT_WORLD]);
    for (ph_ref ref = world->threads_ref; ref != 0;) {
        const struct ph_thread *thread = ph_scene_at(&scene, ref);
        name_thread(&scene, w, thread);
        ref = thread->next_ref;
    }
    for (ph_ref ref = world->programs_ref; ref != 0;) {
        const struct ph_program *program = ph_scene_at(&scene, ref);
        name_program(&scene, w, program);
        ref = program->next_ref;
    }
    ph_scene_close(&scene);
}

/* ---- Telling --------------------------------------------------------------------------------- */

static double rate(const struct watched *w, uint64_t begin, uint64_t end)
{
    return (double)(end - begin) * 1e9 / (double)w->elapsed_ns;
}

static double share(const struct watched *w, uint64_t samples)
{
    return 100 * (double)samples / (double)w->samples;
}

static void tell_text(const struct ph_runner *runner, const struct watched *w, FILE *to)
{
    char logged[PH_SIZE_BYTES], log[PH_SIZE_BYTES], file[PH_SIZE_BYTES], objects[PH_SIZE_BYTES],
        extents[PH_SIZE_BYTES];
    double bytes = rate(w, w->begin.bytes_logged, w->end.bytes_logged);
    fprintf(to, "%s: cut %llu; %u programs run, %u live on, %u have ended; %llu threads; %.1f of "
            "%u workers busy\n", runner->image, (unsigned long long)w->durable_cut,
            w->programs.running, w->programs.living, w->programs.ended,
            (unsigned long long)w->end.threads, share(w, w->running) / 100, runner->workers);
    fprintf(to, "cuts    %.1f/s, pause p50 %.0f us, p99 %.0f us, max %.0f us\n",
            rate(w, w->begin.cuts, w->end.cuts), (double)w->end.pause_ns.p50 / 1e3,
            (double)w->end.pause_ns.p99 / 1e3, (double)w->end.pause_ns.max / 1e3);
    fprintf(to, "pages   %.0f/s, logged %s/s; the log is %s, the file %s\n",
            rate(w, w->begin.pages, w->end.pages), ph_size_text((uint64_t)bytes, logged),
            ph_size_text(w->store.log_bytes_live, log), ph_size_text(w->store.file_bytes, file));
    fprintf(to, "world   %s of objects, %s of extents reserved\n",
            ph_size_text(w->object_bytes, objects), ph_size_text(w->extent_bytes, extents));
    if (w->end.trouble != PH_OK) {
        fprintf(to, "trouble cuts cannot be made durable: %s\n", ph_status_text(w->end.trouble));
    }
    fprintf(to, "  busy  thread  program\n");
    for (uint32_t i = 0; i < PH_MIN(w->busy.count, BUSY_SHOWN); i++) {
        const struct busy *b = &w->busy.items[i];
        fprintf(to, " %3.0f %%  %6llu  %7u%s%s%s%s\n", share(w, b->samples),
                (unsigned long long)b->who.thread_id, b->who.program_id,
                b->program[0] == '\0' ? "" : "  ", b->program,
                b->thread[0] == '\0' ? "" : "  ", b->thread);
    }
}

static void tell_json(const struct ph_runner *runner, const struct watched *w, FILE *to)
{
    struct ph_json j;
    ph_json_begin(&j, to);
    ph_json_text(&j, "image", runner->image);
    ph_json_real(&j, "seconds", (double)w->elapsed_ns / 1e9, 3);
    ph_json_number(&j, "durable_cut", w->durable_cut);
    ph_json_real(&j, "cuts_per_s", rate(w, w->begin.cuts, w->end.cuts), 2);
    ph_json_real(&j, "pages_per_s", rate(w, w->begin.pages, w->end.pages), 1);
    ph_json_real(&j, "bytes_logged_per_s", rate(w, w->begin.bytes_logged, w->end.bytes_logged), 0);
    ph_json_number(&j, "log_bytes", w->store.log_bytes_live);
    ph_json_number(&j, "file_bytes", w->store.file_bytes);
    ph_json_number(&j, "object_bytes", w->object_bytes);
    ph_json_number(&j, "extent_bytes", w->extent_bytes);
    ph_json_number(&j, "threads", w->end.threads);
    ph_json_number(&j, "programs_running", w->programs.running);
    ph_json_number(&j, "programs_living", w->programs.living);
    ph_json_number(&j, "programs_ended", w->programs.ended);
    ph_json_number(&j, "workers", runner->workers);
    ph_json_real(&j, "workers_busy", share(w, w->running) / 100, 2);
    ph_json_text(&j, "trouble", w->end.trouble == PH_OK ? "" : ph_status_text(w->end.trouble));
    ph_json_open(&j, "busy", '[');
    for (uint32_t i = 0; i < w->busy.count; i++) {
        ph_json_open(&j, NULL, '{');
        ph_json_number(&j, "thread", w->busy.items[i].who.thread_id);
        ph_json_number(&j, "program", w->busy.items[i].who.program_id);
        ph_json_text(&j, "thread_name", w->busy.items[i].thread);
        ph_json_text(&j, "program_name", w->busy.items[i].program);
        ph_json_real(&j, "percent", share(w, w->busy.items[i].samples), 1);
        ph_json_close(&j, '}');
    }
    ph_json_close(&j, ']');
    ph_json_end(&j);
}

int ph_top_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                  struct ph_telling *telling)
{
    struct watched w = {0};
    uint64_t interval_ns = count > 0 ? strtoull(words[0], NULL, 10) : INTERVAL_DEFAULT_NS;
    watch(runner, PH_MIN(interval_ns, UINT64_C(3600000000000)), &w);
    name_busy(runner, &w);
    if (telling->json) {
        tell_json(runner, &w, telling->to);
    } else {
        fputs(count > 1 ? "\033[H\033[J" : "", telling->to); /* a new page on the terminal */
        tell_text(runner, &w, telling->to);
    }
    ph_vector_finish(&w.busy, ph_port_allocator());
    return PH_EXIT_OK;
}

/* ---- The command ----------------------------------------------------------------------------- */

int ph_command_top(const struct ph_options *options)
{
    char interval[24];
    bool is_terminal = isatty(STDOUT_FILENO) && !options->json;
    uint64_t ns = options->interval_ns != 0 ? options->interval_ns : INTERVAL_DEFAULT_NS;
    snprintf(interval, sizeof(interval), "%llu", (unsigned long long)ns);
    const char *words[] = {"top", interval, "refresh"};
    for (uint32_t i = 0; options->count == 0 || i < options->count; i++) {
        int exit_status = ph_look_running(options, words, is_terminal ? 3 : 2);
        if (exit_status != PH_EXIT_OK || fflush(stdout) != 0) {
            return exit_status;
        }
    }
    return PH_EXIT_OK;
}
