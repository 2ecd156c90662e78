/* SPDX-License-Identifier: Apache-2.0 */
/* ps.c - `phantom ps`: threads, and their frames. */
#include <string.h>

#include "lang/java/vm/places.h"
#include "tool/facts.h"
#include "tool/json.h"
#include "tool/look.h"
#include "tool/program.h"

#define THREADS_SHOWN 1000u /* the newest; the world stands still meanwhile */

struct walk {
    struct ph_runner *runner;
    struct ph_json json;
    bool is_json, stacks, has_several;
    FILE *to;
    uint32_t frames; /* of the present thread, so far */
};

static const char *thread_state(const struct ph_thread *thread)
{
    static const char *const waits[] = {"runs",
                                        "waits for a time",
                                        "waits for input",
                                        "waits for a durable cut",
                                        "waits for room in the output",
                                        "waits for a thread",
                                        "waits for its turn",
                                        "waits for a class",
                                        "is parked",
                                        "waits for a monitor",
                                        "waits to be notified",
                                        "waits for memory",
                                        "waits for a cleared reference"};
    switch (thread->state) {
    case PH_THREAD_READY: return "runs";
    case PH_THREAD_WAITING:
        return thread->wait_kind < PH_COUNT(waits) ? waits[thread->wait_kind] : "waits";
    case PH_THREAD_FINISHED: return "has finished";
    case PH_THREAD_TRAPPED: return "has trapped";
    default: return "waits for its turn";
    }
}

/* "java.lang.String.charAt(String.java:1512)"; false: it is no frame of a Java method. */
static bool java_place(const struct walk *walk, const struct ph_view *view,
                       const struct ph_frame_header *header, char *text, size_t text_bytes)
{
    struct ph_java_vm *java = walk->runner->java;
    struct ph_java_frame place;
    char whole[256];
    if (java == NULL || !ph_java_frame_of(java, view, header->function, header->pc, &place)) {
        return false;
    }
    uint64_t bytes = PH_MIN(ph_java_frame_text(&place, whole, sizeof(whole)), sizeof(whole) - 1);
    ph_unit_printable((struct ph_slice){(const uint8_t *)whole, bytes}, text, text_bytes);
    return true;
}

static void frame(void *context, const struct ph_view *view, const struct ph_frame_header *header)
{
    struct walk *walk = context;
    const struct ph_unit *unit = &view->loaded->unit;
    char text[256];
    walk->frames++;
    if (!walk->stacks && walk->frames > 1) {
        return;
    }
    bool is_java = java_place(walk, view, header, text, sizeof(text));
    if (!walk->is_json && is_java) {
        fprintf(walk->to, walk->stacks ? "\n      %s" : " in %s", text);
        return;
    }
    if (!walk->is_json) {
        const char *name = ph_unit_describe_function(unit, header->function, text, sizeof(text));
        fprintf(walk->to, walk->stacks ? "\n      %s at offset 0x%x" : " in %s at offset 0x%x",
                name, header->pc);
        return;
    }
    ph_json_open(&walk->json, NULL, '{');
    ph_json_number(&walk->json, "function", header->function);
    ph_json_slice(&walk->json, "name",
                  unit->function_names == NULL ? (struct ph_slice){NULL, 0}
                                               : unit->function_names[header->function]);
    ph_json_number(&walk->json, "offset", header->pc);
    if (is_java) {
        ph_json_text(&walk->json, "place", text);
    }
    ph_json_close(&walk->json, '}');
}

/* ---- Threads --------------------------------------------------------------------------------- */

static uint32_t program_id(const struct walk *walk, const struct ph_thread *thread)
{
    const struct ph_heap *heap = ph_machine_heap(walk->runner->machine);
    return thread->program_ref == 0
               ? 0
               : ((const struct ph_program *)ph_address(heap, thread->program_ref))->id;
}

/* What Java calls it; "": no thread of Java. */
static const char *java_name(const struct walk *walk, const struct ph_thread *thread, char *text,
                             size_t text_bytes)
{
    struct ph_java_vm *java = walk->runner->java;
    char whole[256];
    ph_ref name;
    text[0] = '\0';
    if (java != NULL && ph_java_try_ref(java, thread->turn_ref, PH_JAVA_PLACE_THREAD_NAME, &name) &&
        name != 0) {
        uint64_t bytes = PH_MIN(ph_java_string_text(java, name, whole, sizeof(whole)),
                                sizeof(whole) - 1);
        ph_unit_printable((struct ph_slice){(const uint8_t *)whole, bytes}, text, text_bytes);
    }
    return text;
}

static void thread_text(struct walk *walk, const struct ph_thread *thread)
{
    char name[96];
    fprintf(walk->to, "%4llu  ", (unsigned long long)thread->id);
    if (java_name(walk, thread, name, sizeof(name))[0] != '\0') {
        fprintf(walk->to, "\"%s\" ", name);
    }
    fputs(thread_state(thread), walk->to);
    if (walk->has_several) {
        fprintf(walk->to, " for program %u", program_id(walk, thread));
    }
    ph_frames_each(walk->runner->machine, thread, frame, walk);
    if (!walk->stacks && walk->frames > 1) {
        fprintf(walk->to, ", %u frames deep", walk->frames);
    }
    fputc('\n', walk->to);
}

static void thread_json(struct walk *walk, const struct ph_thread *thread)
{
    struct ph_json *j = &walk->json;
    char name[96];
    ph_json_open(j, NULL, '{');
    ph_json_number(j, "id", thread->id);
    ph_json_text(j, "name", java_name(walk, thread, name, sizeof(name)));
    ph_json_number(j, "program", program_id(walk, thread));
    ph_json_text(j, "state", thread_state(thread));
    ph_json_bool(j, "call", thread->is_call != 0);
    ph_json_open(j, "frames", '[');
    ph_frames_each(walk->runner->machine, thread, frame, walk);
    ph_json_close(j, ']');
    ph_json_number(j, "depth", walk->frames);
    ph_json_close(j, '}');
}

/* The world's threads, as many as are shown. */
static void threads(struct walk *walk)
{
    struct ph_machine *machine = walk->runner->machine;
    uint64_t count = ph_machine_thread_count(machine), shown = 0;
    ph_ref ref = ph_machine_world(machine)->threads_ref;
    for (; ref != 0 && shown < THREADS_SHOWN; shown++) {
        const struct ph_thread *thread = ph_address(ph_machine_heap(machine), ref);
        walk->frames = 0;
        if (walk->is_json) {
            thread_json(walk, thread);
        } else {
            thread_text(walk, thread);
        }
        ref = thread->next_ref;
    }
    if (!walk->is_json && shown < count) {
        fprintf(walk->to, "and %llu older threads\n", (unsigned long long)(count - shown));
    }
}

/* ---- Programs -------------------------------------------------------------------------------- */

static uint64_t threads_of(struct ph_runner *runner, const struct ph_program *program)
{
    struct ph_heap *heap = ph_machine_heap(runner->machine);
    uint64_t count = 0;
    for (ph_ref ref = program->threads_ref; ref != 0; count++) {
        const struct ph_thread *thread = ph_address(heap, ref);
        ref = thread->program_next_ref;
    }
    return count;
}

void ph_facts_programs_json(struct ph_runner *runner, struct ph_json *j)
{
    const struct ph_program *program = ph_program_next(runner->machine, NULL);
    ph_json_open(j, "programs", '[');
    for (; program != NULL; program = ph_program_next(runner->machine, program)) {
        ph_json_open(j, NULL, '{');
        ph_json_number(j, "id", program->id);
        ph_json_slice(j, "name", ph_runner_bytes(runner, program->name_ref));
        ph_json_text(j, "state", ph_runner_state_word(program));
        ph_json_bool(j, "reactor", program->is_reactor != 0);
        ph_json_number(j, "exit_code", program->exit_code);
        ph_json_slice(j, "trap",
                      ph_runner_trap_text(runner, program->trap, program->trap_text_ref));
        ph_json_number(j, "threads", threads_of(runner, program));
        ph_json_close(j, '}');
    }
    ph_json_close(j, ']');
}

void ph_facts_programs_text(struct ph_runner *runner, const char *begin, FILE *to)
{
    char name[PH_PROGRAM_NAME_BYTES], state[512];
    const struct ph_program *program = ph_program_next(runner->machine, NULL);
    for (; program != NULL; program = ph_program_next(runner->machine, program)) {
        uint64_t count = threads_of(runner, program);
        fprintf(to, "%s%u (%s) %s; %llu thread%s\n", begin, program->id,
                ph_runner_program_name(runner, program, name, sizeof(name)),
                ph_runner_state_text(runner, program, state, sizeof(state)),
                (unsigned long long)count, count == 1 ? "" : "s");
    }
}

static void programs_and_threads(struct walk *walk)
{
    struct ph_runner *runner = walk->runner;
    if (walk->is_json) {
        ph_json_begin(&walk->json, walk->to);
        ph_json_text(&walk->json, "image", runner->image);
        ph_json_text(&walk->json, "program", runner->name);
        ph_facts_programs_json(runner, &walk->json);
        ph_json_number(&walk->json, "thread_count", ph_machine_thread_count(runner->machine));
        ph_json_open(&walk->json, "threads", '[');
        threads(walk);
        ph_json_close(&walk->json, ']');
        ph_json_end(&walk->json);
    } else {
        char begin[300];
        snprintf(begin, sizeof(begin), "%s: program ", runner->image);
        ph_facts_programs_text(runner, begin, walk->to);
        threads(walk);
    }
}

void ph_facts_ps(struct ph_runner *runner, bool stacks, bool json, FILE *to)
{
    struct walk walk = {.runner = runner, .is_json = json, .stacks = stacks, .to = to};
    if (runner->is_started) {
        ph_machine_pause(runner->machine);
    }
    walk.has_several = ph_program_next(runner->machine, NULL) != runner->program;
    programs_and_threads(&walk);
    if (runner->is_started) {
        ph_machine_unpause(runner->machine);
    }
}

int ph_command_ps(const struct ph_options *options)
{
    const char *words[] = {"ps", "stacks"};
    struct ph_runner runner;
    int exit_status;
    if (!ph_look_open(options, words, options->stacks ? 2 : 1, &runner, &exit_status)) {
        return exit_status;
    }
    ph_facts_ps(&runner, options->stacks, options->json, stdout);
    ph_runner_close(&runner);
    return PH_EXIT_OK;
}
