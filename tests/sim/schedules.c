/* SPDX-License-Identifier: Apache-2.0 */
/* schedules.c - all schedules of small programs, with at most three preemptions, of two threads and
 * the collector with its cuts and folds.
 *
 * The threads run scripts: each step makes, stores, loads, links or drops an object, or makes or
 * reads a weak reference; it does the same to a model at once. The third actor goes through a
 * script of its own: cuts, steps of a collection, folds, evacuations. (In the long form the cuts
 * and folds are a fourth one's.) Whoever runs goes on until it has ended, or is preempted. At every
 * choice the process forks, so no schedule is run twice from its beginning.
 *
 * Oracle. After every step all that the model can reach is there and as it was. What a weak
 * reference has lost nobody could reach. Every cut that has become durable is opened on a copy of
 * the disk that lost its power: the world is the model of that instant, and its threads go on to
 * their end. At the end, a collection finds exactly as many objects as the model has.
 *
 *   sim_schedules [--quick] [--preemptions N] [--long] [--only PROGRAM] [--schedule WORD]
 *
 * A violation prints the schedule, a letter for each step: a, b: threads, e: the third, w: the
 * fourth. --schedule runs that one alone. --break forget | unseen: breaks the heap on purpose. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "code/assemble.h"
#include "heap/internal.h"
#include "interp/interp.h"
#include "machine/internal.h"
#include "port/sim/sim.h"

#define ARENA_BYTES (UINT64_C(64) << 20)
#define CHUNK_BYTES (64u << 10)
#define CLASS_NODE 60u
#define CLASS_WEAK 61u
#define BOX_ROOT 63u  /* of the heap's header */
#define SLOTS 4u      /* of the box: nodes; and as many weak references */
#define IDS 24u
#define STEPS_MAX 16u
#define WORD_MAX 128u
#define THREADS 2u
#define ACTORS 4u
#define SEEN_BITS 22u

/* ---- Scripts --------------------------------------------------------------------------------- */

enum op { OP_END, OP_NEW, OP_STORE, OP_LOAD, OP_LEFT, OP_RIGHT, OP_CUT_OFF, OP_DROP, OP_HOLD,
          OP_GET };
/* Each works with the thread's own reference, its local: makes a node there; box[k] = local;
 * local = box[k]; local.left = box[k], local.right likewise; local.left = null; box[k] = null;
 * weak[k] = weak to local; local = what weak[k] refers to. */
struct script_step {
    enum op op;
    uint32_t slot;
};

struct program {
    const char *name;
    struct script_step threads[THREADS][STEPS_MAX];
    const char *others; /* c: cut, s: step of a collection, f: fold, v: evacuation */
};

static const struct program programs[] = {
    {"pass", /* an object goes from hand to hand, and is in no slot meanwhile */
     {{{OP_NEW, 0}, {OP_STORE, 0}, {OP_NEW, 0}, {OP_LEFT, 0}, {OP_STORE, 1}},
      {{OP_LOAD, 0}, {OP_DROP, 0}, {OP_LOAD, 1}, {OP_STORE, 2}, {OP_DROP, 1}}},
     "sscsssf"},
    {"link", /* an old object is given young ones, and they old ones */
     {{{OP_NEW, 0}, {OP_STORE, 0}, {OP_NEW, 0}, {OP_STORE, 1}, {OP_DROP, 1}},
      {{OP_LOAD, 0}, {OP_LEFT, 1}, {OP_NEW, 0}, {OP_LEFT, 0}, {OP_STORE, 0}}},
     "vsfssscs"},
    {"weak", /* whoever reads in time keeps it */
     {{{OP_NEW, 0}, {OP_HOLD, 0}, {OP_NEW, 0}, {OP_STORE, 0}},
      {{OP_GET, 0}, {OP_STORE, 1}, {OP_GET, 0}, {OP_STORE, 2}}},
     "cssssss"},
    {"garbage", /* rings and chains that are let go, while they are marked */
     {{{OP_NEW, 0}, {OP_STORE, 0}, {OP_LEFT, 0}, {OP_DROP, 0}, {OP_NEW, 0}},
      {{OP_LOAD, 0}, {OP_CUT_OFF, 0}, {OP_NEW, 0}, {OP_RIGHT, 0}, {OP_STORE, 3}}},
     "ssssscsf"},
};

/* ---- The model ------------------------------------------------------------------------------- */

struct model {
    uint32_t box[SLOTS], weak[SLOTS], local[THREADS]; /* ids; 0: null */
    uint32_t left[IDS], right[IDS];
    uint32_t at[THREADS]; /* steps done */
};

struct node {
    struct ph_object head;
    ph_ref left_ref, right_ref;
    uint64_t id, twice;
};

static const struct ph_class_info classes[] = {
    {CLASS_NODE, "test node", PH_LAYOUT_PLAIN, sizeof(struct node), 0, 2,
     {offsetof(struct node, left_ref), offsetof(struct node, right_ref)}},
    {CLASS_WEAK, "test weak", PH_LAYOUT_WEAK, sizeof(struct ph_weak), PH_CLASS_WEAK, 0, {0}}};

enum breaking { BREAK_NOTHING, BREAK_FORGET, BREAK_UNSEEN, BREAK_COUNT };
static const char *const break_names[BREAK_COUNT] = {"", "forget", "unseen"};

/* Shared by all processes. */
struct tally {
    uint64_t schedules, cuts_checked, cleared, steps;
    uint64_t base_objects; /* that are not nodes, after the last collection; + 1 */
    uint8_t seen[1u << SEEN_BITS];
};

static struct {
    const struct program *program;
    uint32_t preemptions_max;
    bool is_long, checks_all;
    enum breaking breaking;
    struct tally *tally;
    /* Of this schedule: */
    struct ph_sim_disk *disk;
    struct ph_machine *machine;
    struct ph_thread *threads[THREADS];
    struct model model;
    char word[WORD_MAX];
    uint32_t length;
    uint32_t others_at[2]; /* of scripts */
    uint64_t history;      /* of what a cut can show */
} it;

static void violation(const char *what)
{
    if (it.breaking == BREAK_NOTHING) {
        printf("%s, schedule %.*s: %s\n", it.program->name, (int)it.length, it.word, what);
        fflush(stdout);
    }
    _exit(1);
}

#define MUST(condition)               \
    do {                              \
        if (!(condition)) {           \
            violation(#condition);    \
        }                             \
    } while (0)

static void reach(const struct model *m, uint32_t id, bool *reached)
{
    if (id != 0 && !reached[id]) {
        reached[id] = true;
        reach(m, m->left[id], reached);
        reach(m, m->right[id], reached);
    }
}

static uint32_t reach_all(const struct model *m, bool *reached)
{
    uint32_t count = 0;
    memset(reached, 0, IDS * sizeof(reached[0]));
    for (uint32_t i = 0; i < SLOTS; i++) {
        reach(m, m->box[i], reached);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        reach(m, m->local[i], reached);
    }
    for (uint32_t i = 0; i < IDS; i++) {
        count += reached[i];
    }
    return count;
}

/* ---- Natives --------------------------------------------------------------------------------- */

static struct ph_refs *box_of(struct ph_heap *heap)
{
    return ph_address(heap, heap->header->roots[BOX_ROOT]);
}

static uint32_t id_of(struct ph_heap *heap, ph_ref ref)
{
    if (ref == 0) {
        return 0;
    }
    MUST(ph_is_a(heap, ref, CLASS_NODE));
    const struct node *node = ph_address(heap, ref);
    MUST(node->id > 0 && node->id < IDS && node->twice == 2 * node->id);
    return (uint32_t)node->id;
}

static ph_ref make_node(struct ph_mutator *m, uint32_t id)
{
    ph_ref ref = ph_object_new_of(m, ph_address(m->heap, m->heap->header->classes[CLASS_NODE]), 0);
    MUST(ref != 0);
    struct node *node = ph_address(m->heap, ref);
    ph_touch(m, node, sizeof(*node));
    node->id = id;
    node->twice = 2 * (uint64_t)id;
    return ref;
}

static void make_weak(struct ph_mutator *m, uint32_t slot, ph_ref referent)
{
    ph_ref ref = ph_object_new_of(m, ph_address(m->heap, m->heap->header->classes[CLASS_WEAK]), 0);
    MUST(ref != 0);
    ph_weak_set(m, ref, referent, 0);
    PH_SET_REF(m, box_of(m->heap)->items[SLOTS + slot], ref);
}

static ph_ref get_weak(struct ph_mutator *m, uint32_t slot)
{
    ph_ref weak = box_of(m->heap)->items[SLOTS + slot];
    if (weak == 0) {
        MUST(it.model.weak[slot] == 0);
        return 0;
    }
    ph_ref ref = it.breaking == BREAK_UNSEEN
                     ? ((const struct ph_weak *)ph_address(m->heap, weak))->referent_ref
                     : ph_weak_get(m, weak);
    if (ref == 0 && it.model.weak[slot] != 0) {
        bool reached[IDS];
        (void)reach_all(&it.model, reached);
        MUST(!reached[it.model.weak[slot]]);
        it.model.weak[slot] = 0;
        it.tally->cleared++;
    }
    return ref;
}

/* Two threads' ids do not meet. */
static uint32_t id_for(uint32_t thread, uint32_t at)
{
    return 1 + thread * (IDS / 2 - 1) + at;
}

static ph_ref do_step(struct ph_mutator *m, uint32_t thread, struct script_step step, ph_ref local)
{
    struct model *model = &it.model;
    struct ph_refs *box = box_of(m->heap);
    uint32_t k = step.slot, mine = model->local[thread];
    struct node *node = local == 0 ? NULL : ph_address(m->heap, local);
    switch (step.op) {
    case OP_NEW:
        model->local[thread] = id_for(thread, model->at[thread]);
        return make_node(m, model->local[thread]);
    case OP_STORE:
        model->box[k] = mine;
        PH_SET_REF(m, box->items[k], local);
        return local;
    case OP_LOAD:
        model->local[thread] = model->box[k];
        return box->items[k];
    case OP_LEFT:
    case OP_RIGHT:
        if (node != NULL) {
            *(step.op == OP_LEFT ? &model->left[mine] : &model->right[mine]) = model->box[k];
            PH_SET_REF(m, *(step.op == OP_LEFT ? &node->left_ref : &node->right_ref),
                       box->items[k]);
        }
        return local;
    case OP_CUT_OFF:
        if (node != NULL) {
            model->left[mine] = 0;
            PH_SET_REF(m, node->left_ref, 0);
        }
        return local;
    case OP_DROP:
        model->box[k] = 0;
        PH_SET_REF(m, box->items[k], 0);
        return local;
    case OP_HOLD:
        model->weak[k] = mine;
        make_weak(m, k, local);
        return 0 * (model->local[thread] = 0);
    default:
        local = get_weak(m, k);
        model->local[thread] = model->weak[k];
        return local;
    }
}

/* (thread, local) → (local): the next step of the thread's script. */
static enum ph_outcome native_step(struct ph_call *call)
{
    uint32_t thread = (uint32_t)call->slots[0];
    ph_ref local = (ph_ref)call->slots[1];
    struct ph_heap *heap = call->mutator->heap;
    MUST(id_of(heap, local) == it.model.local[thread]);
    local = do_step(call->mutator, thread,
                    it.program->threads[thread][it.model.at[thread]], local);
    MUST(id_of(heap, local) == it.model.local[thread]);
    it.model.at[thread]++;
    call->slots[0] = local;
    if (it.program->threads[thread][it.model.at[thread]].op == OP_END) {
        it.model.local[thread] = 0; /* it ends before anything else happens */
    }
    return PH_DONE;
}

static const struct ph_native_info natives[] = {{"test", "step", "ir:r", native_step}};

/* A unit whose functions "a" and "b" do the threads' steps, a call each. */
static struct ph_slice assemble(const struct program *program)
{
    char text[4096] = "import function \"test\" \"step\" (i32 ref) -> (ref)\n"
                      "export \"a\" function 1 export \"b\" function 2\n";
    struct ph_slice unit = {NULL, 0};
    struct ph_error error;
    for (uint32_t i = 0; i < THREADS; i++) {
        strcat(text, "function (i32) -> () { local ref\n");
        for (uint32_t k = 0; program->threads[i][k].op != OP_END; k++) {
            strcat(text, "local_get 0 local_get 1 call 0 local_set 1\n");
        }
        strcat(text, "return }\n");
    }
    struct ph_slice source = {(const uint8_t *)text, strlen(text)};
    if (ph_assemble(source, "test", ph_port_allocator(), &unit, &error) != PH_OK) {
        violation(error.text);
    }
    return unit;
}

/* ---- The world ------------------------------------------------------------------------------- */

static struct ph_machine *open_world(struct ph_sim_disk *disk, bool format)
{
    struct ph_machine_options options = {.simulated = true, .engine = &ph_interp,
                                         .arena_bytes = ARENA_BYTES,
                                         .chunk_bytes = CHUNK_BYTES,
                                         .extra_classes = classes,
                                         .extra_class_count = PH_COUNT(classes)};
    struct ph_machine *machine = NULL;
    MUST(ph_machine_open(ph_sim_disk_block(disk), format, &options, &machine, NULL, NULL) == PH_OK);
    MUST(ph_machine_add_natives(machine, natives, PH_COUNT(natives)) == PH_OK);
    return machine;
}

static void make_thread(ph_ref instance_ref, uint32_t which)
{
    struct ph_mutator *m = ph_machine_mutator(it.machine);
    const uint8_t name = (uint8_t)('a' + which);
    uint64_t argument = which;
    struct ph_root function;
    ph_root_push(m, &function, 0);
    MUST(ph_instance_export(it.machine, m, instance_ref, (struct ph_slice){&name, 1}, &function,
                            NULL) == PH_OK);
    MUST(ph_thread_create(it.machine, m, function.ref, &argument, &it.threads[which], NULL) ==
         PH_OK);
    ph_root_pop(m, &function);
    ph_thread_ready(it.machine, m, it.threads[which]);
}

static void begin_world(void)
{
    struct ph_slice unit = assemble(it.program);
    const struct ph_sim_disk_options options = {.seed = 1};
    MUST(ph_sim_disk_create(&options, &it.disk) == PH_OK);
    it.machine = open_world(it.disk, true);
    struct ph_mutator *m = ph_machine_mutator(it.machine);
    struct ph_heap *heap = m->heap;
    ph_ref box = ph_object_new(m, PH_CLASS_REFS, 2 * SLOTS), unit_ref;
    MUST(box != 0);
    PH_SET_REF(m, heap->header->roots[BOX_ROOT], box);
    MUST(ph_unit_load(it.machine, m, unit, &unit_ref, NULL) == PH_OK);
    struct ph_root instance;
    ph_root_push(m, &instance, 0);
    MUST(ph_instantiate(it.machine, m, unit_ref, NULL, &instance, NULL) == PH_OK);
    for (uint32_t i = 0; i < THREADS; i++) {
        make_thread(instance.ref, i);
    }
    ph_root_pop(m, &instance);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    MUST(ph_machine_cut(it.machine, PH_CUT_COMMAND) == PH_OK);
}

static void compare_node(struct ph_heap *heap, ph_ref ref, uint32_t id, ph_ref *seen)
{
    MUST(id_of(heap, ref) == id);
    if (id == 0 || seen[id] != 0) {
        MUST(id == 0 || seen[id] == ref);
        return;
    }
    const struct node *node = ph_address(heap, ref);
    seen[id] = ref;
    compare_node(heap, node->left_ref, it.model.left[id], seen);
    compare_node(heap, node->right_ref, it.model.right[id], seen);
}

/* What is in the box is what the model says; what threads hold is compared when they use it. */
static void compare(struct ph_machine *machine)
{
    struct ph_heap *heap = ph_machine_heap(machine);
    ph_ref seen[IDS] = {0};
    for (uint32_t i = 0; i < SLOTS; i++) {
        compare_node(heap, box_of(heap)->items[i], it.model.box[i], seen);
    }
}

static void complain(void *context, const char *line)
{
    (void)context;
    if (it.breaking == BREAK_NOTHING) {
        printf("%s\n", line);
    }
}

/* Threads go on to their end, whatever order; then a collection finds what the model has. */
static void run_out(struct ph_machine *machine)
{
    struct ph_collect_stat stat;
    bool reached[IDS];
    while (ph_machine_step(machine, 1)) {
        compare(machine);
    }
    MUST(it.model.local[0] == 0 && it.model.local[1] == 0);
    MUST(ph_heap_verify(ph_machine_heap(machine), complain, NULL, NULL) == PH_OK);
    bool done = machine->collect.step == PH_COLLECT_STEP_NONE;
    while (!done) { /* one is under way */
        MUST(ph_collect_step(machine, &done) == PH_OK);
    }
    MUST(ph_collect_now(machine) == PH_OK);
    compare(machine);
    MUST(ph_heap_verify(ph_machine_heap(machine), complain, NULL, NULL) == PH_OK);
    ph_collect_stat(machine, &stat);
    uint32_t weak = 0;
    for (uint32_t i = 0; i < SLOTS; i++) {
        weak += box_of(ph_machine_heap(machine))->items[SLOTS + i] != 0;
    }
    uint64_t others = stat.last_objects - weak - reach_all(&it.model, reached);
    if (it.tally->base_objects == 0) {
        it.tally->base_objects = others + 1;
    }
    MUST(others + 1 == it.tally->base_objects);
}

/* The newest durable cut, after a power cut, is the world as it is now. */
static void check_durable(void)
{
    uint64_t key = it.checks_all ? it.history : ph_hash64(&it.model, sizeof(it.model), 0);
    uint64_t place = (key * UINT64_C(0x9e3779b97f4a7c15) + it.machine->collect.step) >>
                     (64 - SEEN_BITS);
    if (it.tally->seen[place] != 0) {
        return;
    }
    it.tally->seen[place] = 1;
    it.tally->cuts_checked++;
    struct model kept = it.model;
    struct ph_sim_disk *clone;
    MUST(ph_sim_disk_clone(it.disk, &clone) == PH_OK);
    ph_sim_disk_power_on(clone);
    struct ph_machine *machine = open_world(clone, false);
    MUST(ph_cut_durable(machine) == ph_cut_durable(it.machine));
    MUST(ph_heap_verify(ph_machine_heap(machine), complain, NULL, NULL) == PH_OK);
    compare(machine);
    run_out(machine);
    ph_machine_close(machine);
    ph_sim_disk_destroy(clone);
    it.model = kept;
}

/* ---- Actors ---------------------------------------------------------------------------------- */

/* In the long form the cuts and folds are the fourth's. */
static const char *script_of(uint32_t which)
{
    return !it.is_long ? (which == 0 ? it.program->others : "") : which == 0 ? "ssssssv" : "cfcf";
}

static bool is_enabled(uint32_t actor)
{
    return actor < THREADS ? !ph_thread_has_ended(it.threads[actor])
                           : script_of(actor - THREADS)[it.others_at[actor - THREADS]] != '\0';
}

static void step_thread(const struct ph_thread *thread)
{
    const struct ph_ready *ring = &it.machine->ready[0];
    ph_ref ref = ph_ref_to(ph_machine_heap(it.machine), thread);
    for (uint32_t i = 0; i < ring->count; i++) {
        if (ring->items[(ring->first + i) & (ring->capacity - 1)].thread_ref == ref) {
            MUST(ph_machine_step_at(it.machine, i, 1));
            return;
        }
    }
    MUST(!"the thread is ready");
}

static void step_other(char what)
{
    uint64_t durable = ph_cut_durable(it.machine);
    bool done;
    switch (what) {
    case 'c':
        MUST(ph_machine_cut(it.machine, PH_CUT_INTERVAL) == PH_OK);
        break;
    case 's':
        MUST(ph_collect_step(it.machine, &done) == PH_OK);
        break;
    case 'f':
        MUST(ph_store_fold(ph_machine_store(it.machine), &done) == PH_OK);
        break;
    default:
        ph_collect_instant(it.machine);
        break;
    }
    if (ph_cut_durable(it.machine) != durable) {
        check_durable();
    }
}

static void forget_remembered(void)
{
    for (struct ph_mutator *m = ph_machine_heap(it.machine)->mutators; m != NULL; m = m->next) {
        m->remembered_count = 0;
    }
}

static void step(uint32_t actor)
{
    static const char letters[] = "abew";
    char what = letters[actor];
    MUST(it.length < WORD_MAX);
    it.word[it.length++] = what;
    if (actor < THREADS) {
        step_thread(it.threads[actor]);
    } else {
        what = script_of(actor - THREADS)[it.others_at[actor - THREADS]++];
        step_other(what);
    }
    if (it.breaking == BREAK_FORGET) {
        forget_remembered();
    }
    if (what != 'f') {
        it.history = ph_hash64(&what, 1, it.history);
    }
    it.tally->steps++;
    compare(it.machine);
}

/* ---- All schedules --------------------------------------------------------------------------- */

static uint32_t choices_of(uint32_t last, uint32_t preemptions, uint32_t *choices)
{
    bool goes_on = last < ACTORS && is_enabled(last);
    uint32_t count = 0;
    for (uint32_t i = 0; i < ACTORS; i++) {
        if (is_enabled(i) && (!goes_on || i == last || preemptions < it.preemptions_max)) {
            choices[count++] = i;
        }
    }
    return count;
}

/* In a process of its own; false: it has found something. */
static bool fork_off(bool *is_child)
{
    pid_t child = fork();
    int ended = 0;
    *is_child = child == 0;
    return *is_child || (child > 0 && waitpid(child, &ended, 0) == child && ended == 0);
}

/* From here on. Does not return. */
static _Noreturn void explore(uint32_t last, uint32_t preemptions)
{
    uint32_t choices[ACTORS], count;
    while ((count = choices_of(last, preemptions, choices)) > 0) {
        bool goes_on = last < ACTORS && is_enabled(last);
        uint32_t chosen = choices[count - 1];
        for (uint32_t i = 0; i + 1 < count; i++) {
            bool is_child;
            if (!fork_off(&is_child)) {
                _exit(1);
            }
            if (is_child) {
                chosen = choices[i];
                break;
            }
        }
        preemptions += goes_on && chosen != last;
        last = chosen;
        step(chosen);
    }
    run_out(it.machine);
    it.tally->schedules++;
    _exit(0);
}

static _Noreturn void run_word(const char *word)
{
    for (; *word != '\0'; word++) {
        const char *at = strchr("abew", *word);
        if (at == NULL || !is_enabled((uint32_t)(at - "abew"))) {
            printf("no such schedule\n");
            _exit(1);
        }
        step((uint32_t)(at - "abew"));
    }
    run_out(it.machine);
    _exit(0);
}

static bool run_program(const struct program *program, const char *word)
{
    bool is_child;
    it.program = program;
    memset(it.tally, 0, sizeof(*it.tally));
    uint64_t from = ph_clock_monotonic_ns();
    fflush(stdout);
    bool ok = fork_off(&is_child);
    if (is_child) {
        if (it.breaking != BREAK_NOTHING) {
            FILE *ignored = freopen("/dev/null", "w", stderr);
            (void)ignored;
        }
        begin_world();
        if (word != NULL) {
            run_word(word);
        }
        explore(ACTORS, 0);
    }
    if (it.breaking == BREAK_NOTHING) {
        printf("%s: %llu schedules, %llu steps, %llu cuts opened, %llu references cleared, "
               "%.1f s\n", program->name, (unsigned long long)it.tally->schedules,
               (unsigned long long)it.tally->steps, (unsigned long long)it.tally->cuts_checked,
               (unsigned long long)it.tally->cleared,
               (double)(ph_clock_monotonic_ns() - from) * 1e-9);
    }
    return ok;
}

static bool run_programs(const char *only, const char *word)
{
    bool ok = true;
    for (uint32_t i = 0; i < PH_COUNT(programs) && ok; i++) {
        if (only == NULL || strcmp(only, programs[i].name) == 0) {
            ok = run_program(&programs[i], word);
        }
    }
    return ok;
}

static bool is_noticed(enum breaking breaking)
{
    uint32_t kept = it.preemptions_max;
    it.breaking = breaking;
    it.preemptions_max = PH_MIN(kept, 2u);
    bool noticed = !run_programs(NULL, NULL);
    it.breaking = BREAK_NOTHING;
    it.preemptions_max = kept;
    printf("self-check: %s is %s\n", break_names[breaking], noticed ? "found out" : "NOT NOTICED");
    return noticed;
}

int main(int argc, char **argv)
{
    const char *only = NULL, *word = NULL, *broken = NULL;
    it.preemptions_max = 3;
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 28); /* memory goes round instead of back and forth */
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 28);
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--quick") == 0) {
            it.preemptions_max = 2;
        } else if (strcmp(argv[i], "--all-cuts") == 0) {
            it.checks_all = true;
        } else if (strcmp(argv[i], "--long") == 0) {
            it.is_long = true;
        } else if (has_value && strcmp(argv[i], "--preemptions") == 0) {
            it.preemptions_max = (uint32_t)strtoul(argv[++i], NULL, 0);
        } else if (has_value && strcmp(argv[i], "--only") == 0) {
            only = argv[++i];
        } else if (has_value && strcmp(argv[i], "--schedule") == 0) {
            word = argv[++i];
        } else if (has_value && strcmp(argv[i], "--break") == 0) {
            broken = argv[++i];
        }
    }
    it.tally = mmap(NULL, sizeof(*it.tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                    -1, 0);
    if (it.tally == MAP_FAILED) {
        printf("cannot begin\n");
        return 1;
    }
    bool ok = broken != NULL || run_programs(only, word);
    for (uint32_t i = BREAK_NOTHING + 1; i < BREAK_COUNT && ok && only == NULL; i++) {
        if (broken == NULL || strcmp(broken, break_names[i]) == 0) {
            ok = is_noticed((enum breaking)i);
        }
    }
    printf("%d passed, %d failed\n", ok, !ok);
    return !ok;
}
