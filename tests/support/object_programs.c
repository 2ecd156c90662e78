/* SPDX-License-Identifier: Apache-2.0 */
#include "support/object_programs.h"

#include "heap/internal.h"
#include "heap/mark.h"
#include "machine/internal.h"

#include <stdlib.h>
#include <string.h>

#define CLASS_WEAK 60u
#define STEPS 24u       /* of a turn */
#define NODES_MAX (OBJECT_TURNS * STEPS + 1)
#define DEPTH 6u
#define GANG 3u
#define PUSHES 8u

/* ---- A program and its graph ----------------------------------------------------------------- */

/* The table: 32 nodes, 8 weak references with the ids of what they refer to, 4 nodes that were got
 * from them. */
const char object_program_text[] =
    "import function \"test\" \"say\" (i32 i32 i64) -> ()\n"
    "import function \"test\" \"mark\" (i32 i32) -> ()\n"
    "import function \"test\" \"weak\" (ref) -> (ref)\n"
    "import function \"test\" \"referent\" (ref) -> (ref)\n"
    "export \"run\" function \"run\"\n"
    "class \"Node\" {\n"
    "  field i64 \"id\" field ref \"left\" field ref \"right\" field ref \"data\"\n"
    "}\n"
    "class \"Thrown\" { field i64 \"id\" field ref \"cause\" }\n"
    "class \"Held\" { field ref \"weak\" field i64 \"id\" }\n"
    "function \"mix\" (i64) -> (i64) {\n"
    "  local_get 0 i64_const 6364136223846793005 i64_mul i64_const 1442695040888963407 i64_add\n"
    "  return\n"
    "}\n"
    /* id, left, right, items of data */
    "function \"make\" (i64 ref ref i32) -> (ref) { local ref 2 local i32\n"
    "  object_new \"Node\" local_set 4\n"
    "  local_get 4 local_get 0 field_set \"Node\" \"id\"\n"
    "  local_get 4 local_get 1 field_set \"Node\" \"left\"\n"
    "  local_get 4 local_get 2 field_set \"Node\" \"right\"\n"
    "  local_get 3 i32_eqz br_if 0\n"
    "  local_get 3 array_new array i64 local_set 5\n"
    "label 1 loop\n"
    "  local_get 5 local_get 6 local_get 0 local_get 6 i64_extend_i32_u i64_xor array_set_i64\n"
    "  local_get 6 i32_const 1 i32_add local_tee 6 local_get 3 i32_lt_u br_if 1\n"
    "  local_get 4 local_get 5 field_set \"Node\" \"data\"\n"
    "label 0\n"
    "  local_get 4 return\n"
    "}\n"
    "function \"check\" (ref) -> (i64) { local ref local i32\n"
    "  local_get 0 field_get \"Node\" \"data\" local_tee 1 ref_is_null br_if 0\n"
    "label 1 loop\n"
    "  local_get 2 local_get 1 array_length i32_lt_u br_unless 0\n"
    "  local_get 1 local_get 2 array_get_i64\n"
    "  local_get 0 field_get \"Node\" \"id\" local_get 2 i64_extend_i32_u i64_xor i64_eq br_if 2\n"
    "  unreachable\n"
    "label 2\n"
    "  local_get 2 i32_const 1 i32_add local_set 2 br 1\n"
    "label 0\n"
    "  local_get 0 field_get \"Node\" \"id\" local_get 2 i64_extend_i32_u i64_add return\n"
    "}\n"
    /* node, depth: all that can be reached */
    "function \"tree\" (ref i32) -> (i64) {\n"
    "  local_get 0 ref_is_null local_get 1 i32_eqz i32_or br_if 0\n"
    "  local_get 0 call \"check\"\n"
    "  local_get 0 field_get \"Node\" \"left\" local_get 1 i32_const 1 i32_sub call \"tree\"\n"
    "  i64_const 3 i64_mul i64_add\n"
    "  local_get 0 field_get \"Node\" \"right\" local_get 1 i32_const 1 i32_sub call \"tree\"\n"
    "  i64_const 5 i64_mul i64_add return\n"
    "label 0 i64_const 0 return\n"
    "}\n"
    /* cause, id, how deep */
    "function \"hurl\" (ref i64 i32) -> () { local ref\n"
    "  local_get 2 i32_eqz br_if 0\n"
    "  local_get 0 local_get 1 local_get 2 i32_const 1 i32_sub call \"hurl\" return\n"
    "label 0\n"
    "  object_new \"Thrown\" local_tee 3 local_get 1 field_set \"Thrown\" \"id\"\n"
    "  local_get 3 local_get 0 field_set \"Thrown\" \"cause\"\n"
    "  local_get 3 throw\n"
    "}\n"
    "function \"caught\" (ref i64 i32) -> (ref) { local ref\n"
    "  try 0 catch \"Thrown\" -> 0\n"
    "  local_get 0 local_get 1 local_get 2 call \"hurl\"\n"
    "  end 0 unreachable\n"
    "label 0 (ref)\n"
    "  local_tee 3 field_get \"Thrown\" \"id\" local_get 1 i64_eq br_if 1 unreachable\n"
    "label 1 local_get 3 field_get \"Thrown\" \"cause\" return\n"
    "}\n"
    /* table, where the weak reference is, where to put what it leads to */
    "function \"look\" (ref i32 i32) -> () { local ref 2\n"
    "  local_get 0 local_get 1 array_get_ref local_tee 3 ref_is_null br_if 0\n"
    "  local_get 3 field_get \"Held\" \"weak\" call \"referent\" local_tee 4 ref_is_null br_if 0\n"
    "  local_get 4 field_get \"Node\" \"id\" local_get 3 field_get \"Held\" \"id\" i64_eq br_if 1\n"
    "  unreachable\n"
    "label 1\n"
    "  local_get 0 local_get 2 local_get 4 array_set_ref\n"
    "label 0 return\n"
    "}\n"
    /* table, node, where */
    "function \"hold\" (ref ref i32) -> () { local ref\n"
    "  local_get 1 ref_is_null br_if 0\n"
    "  object_new \"Held\" local_tee 3 local_get 1 call \"weak\" field_set \"Held\" \"weak\"\n"
    "  local_get 3 local_get 1 field_get \"Node\" \"id\" field_set \"Held\" \"id\"\n"
    "  local_get 0 local_get 2 local_get 3 array_set_ref\n"
    "label 0 return\n"
    "}\n"
    /* 0 table, 1 state, 2 id, 3 random, 4 a, 5 b, 6 c, 7 node */
    "function \"step\" (ref i64 i64) -> () { local i32 4 local ref\n"
    "  local_get 1 i64_const 33 i64_shr_u i32_wrap_i64 local_tee 3\n"
    "  i32_const 3 i32_shr_u i32_const 31 i32_and local_set 4\n"
    "  local_get 3 i32_const 8 i32_shr_u i32_const 31 i32_and local_set 5\n"
    "  local_get 3 i32_const 13 i32_shr_u i32_const 31 i32_and local_set 6\n"
    "  local_get 0 local_get 4 array_get_ref local_set 7\n"
    "  local_get 3 i32_const 7 i32_and br_table 0 0 1 2 3 4 5 6\n"
    "label 0\n" /* c = a new one, left of it a */
    "  local_get 0 local_get 6\n"
    "  local_get 2 local_get 7 ref_null local_get 3 call \"length\" call \"make\" array_set_ref\n"
    "  return\n"
    "label 1\n" /* c = a new one, right of it b */
    "  local_get 0 local_get 6 local_get 2 ref_null local_get 0 local_get 5 array_get_ref\n"
    "  local_get 3 call \"length\" call \"make\" array_set_ref\n"
    "  return\n"
    "label 2\n" /* left of a is b */
    "  local_get 7 ref_is_null br_if 7\n"
    "  local_get 7 local_get 0 local_get 5 array_get_ref field_set \"Node\" \"left\"\n"
    "  return\n"
    "label 3\n" /* right of a is nothing; c = left of a */
    "  local_get 7 ref_is_null br_if 7\n"
    "  local_get 7 ref_null field_set \"Node\" \"right\"\n"
    "  local_get 0 local_get 6 local_get 7 field_get \"Node\" \"left\" array_set_ref\n"
    "  return\n"
    "label 4\n" /* b and c are nothing */
    "  local_get 0 local_get 5 ref_null array_set_ref\n"
    "  local_get 0 local_get 6 ref_null array_set_ref\n"
    "  return\n"
    "label 5\n" /* c = a, which came up by air; in b's monitor */
    "  local_get 0 local_get 5 array_get_ref local_tee 7 ref_is_null br_if 7\n"
    "  local_get 7 monitor_enter\n"
    "  local_get 0 local_get 6 local_get 0 local_get 4 array_get_ref local_get 2\n"
    "  local_get 3 i32_const 18 i32_shr_u i32_const 31 i32_and call \"caught\" array_set_ref\n"
    "  local_get 7 monitor_exit\n"
    "  return\n"
    "label 6\n" /* weak references */
    "  i32_const 32 local_set 4\n"
    "label 8 loop\n"
    "  local_get 0 local_get 4 local_get 4 i32_const 3 i32_and i32_const 40 i32_add call \"look\"\n"
    "  local_get 4 i32_const 1 i32_add local_tee 4 i32_const 40 i32_lt_u br_if 8\n"
    "  local_get 0 local_get 7 local_get 6 i32_const 7 i32_and i32_const 32 i32_add call \"hold\"\n"
    "  local_get 6 i32_const 3 i32_and i32_const 40 i32_add local_set 6\n"
    "  local_get 0 local_get 6 array_get_ref i32_const 3 call \"tree\" drop\n"
    "  local_get 5 i32_const 3 i32_and br_if 7\n"
    "  local_get 0 local_get 6 ref_null array_set_ref\n"
    "  return\n"
    "label 7\n"
    "  return\n"
    "}\n"
    /* of data; an eighth is large */
    "function \"length\" (i32) -> (i32) { local i32\n"
    "  local_get 0 i32_const 18 i32_shr_u i32_const 63 i32_and local_set 1\n"
    "  local_get 0 i32_const 24 i32_shr_u i32_const 7 i32_and br_if 0\n"
    "  local_get 1 i32_const 40 i32_mul return\n"
    "label 0 local_get 1 return\n"
    "}\n"
    /* 0 which, 1 turn, 2 state, 3 i, 4 sum, 5 table, 6 id */
    "function \"run\" (i32) -> (i64) {\n"
    "  local i32 local i64 local i32 local i64 local ref local i64\n"
    "  local_get 0 i64_extend_i32_u local_tee 2 i64_const 32 i64_shl local_set 6\n"
    "  i32_const 44 array_new \"refs\" local_set 5\n"
    "label 0 loop\n"
    "  i32_const 0 local_set 3\n"
    "label 1 loop\n"
    "  local_get 2 call \"mix\" local_set 2\n"
    "  local_get 6 i64_const 1 i64_add local_set 6\n"
    "  local_get 5 local_get 2 local_get 6 call \"step\"\n"
    "  local_get 3 i32_const 1 i32_add local_tee 3 i32_const 24 i32_lt_u br_if 1\n"
    "  i32_const 0 local_set 3\n"
    "label 2 loop\n"
    "  local_get 4 local_get 5 local_get 3 array_get_ref i32_const 6 call \"tree\" i64_add\n"
    "  i64_const 7 i64_mul local_set 4\n"
    "  local_get 3 i32_const 1 i32_add local_tee 3 i32_const 32 i32_lt_u br_if 2\n"
    "  local_get 1 i32_const 1 i32_add local_set 1\n"
    "  local_get 0 local_get 1 local_get 4 call \"say\"\n"
    "  local_get 0 local_get 1 call \"mark\"\n"
    "  local_get 1 i32_const 40 i32_lt_u br_if 0\n"
    "  local_get 4 return\n"
    "}\n";

/* ---- A gang ---------------------------------------------------------------------------------- */

/* Three threads a turn push eight entries each; the ids of all are added up, and the list of the
 * turn before stays as it was. */
const char gang_program_text[] =
    "import function \"test\" \"say\" (i32 i32 i64) -> ()\n"
    "import function \"test\" \"mark\" (i32 i32) -> ()\n"
    "import function \"phantom\" \"thread_start\" (ref ref) -> (ref)\n"
    "import function \"phantom\" \"thread_join\" (ref i64) -> (i32)\n"
    "import function \"phantom\" \"thread_yield\" () -> ()\n"
    "export \"run\" function \"run\"\n"
    "class \"Entry\" { field i64 \"id\" field ref \"next\" }\n"
    "class \"List\" { field ref \"first\" field i32 \"count\" field i64 \"base\" }\n"
    "function \"push\" (ref) -> () { local ref\n"
    "  local_get 0 monitor_enter\n"
    "  object_new \"Entry\" local_tee 1\n"
    "  local_get 0 field_get \"List\" \"first\" field_set \"Entry\" \"next\"\n"
    "  local_get 1 local_get 0 field_get \"List\" \"base\"\n"
    "  local_get 0 field_get \"List\" \"count\" i64_extend_i32_u i64_add\n"
    "  field_set \"Entry\" \"id\"\n"
    "  local_get 0 field_get \"List\" \"count\" i32_const 3 i32_and br_if 0\n"
    "  call \"thread_yield\"\n"
    "label 0\n"
    "  local_get 0 local_get 1 field_set \"List\" \"first\"\n"
    "  local_get 0 local_get 0 field_get \"List\" \"count\" i32_const 1 i32_add\n"
    "  field_set \"List\" \"count\"\n"
    "  local_get 0 monitor_exit return\n"
    "}\n"
    "function \"works\" (ref) -> () { local i32\n"
    "label 0 loop\n"
    "  local_get 0 call \"push\"\n"
    "  local_get 1 i32_const 1 i32_add local_tee 1 i32_const 8 i32_lt_u br_if 0\n"
    "  return\n"
    "}\n"
    "function \"total\" (ref) -> (i64) { local i64 local ref\n"
    "  local_get 0 field_get \"List\" \"first\" local_set 2\n"
    "label 0 loop\n"
    "  local_get 2 ref_is_null br_if 1\n"
    "  local_get 1 i64_const 5 i64_mul local_get 2 field_get \"Entry\" \"id\" i64_add local_set 1\n"
    "  local_get 2 field_get \"Entry\" \"next\" local_set 2 br 0\n"
    "label 1 local_get 1 return\n"
    "}\n"
    /* a list, filled by three */
    "function \"turn\" (i64) -> (ref) { local ref 2 local i32\n"
    "  object_new \"List\" local_tee 1 local_get 0 field_set \"List\" \"base\"\n"
    "  i32_const 3 array_new \"refs\" local_set 2\n"
    "label 0 loop\n"
    "  local_get 2 local_get 3 ref_func \"works\" local_get 1 call \"thread_start\" array_set_ref\n"
    "  local_get 3 i32_const 1 i32_add local_tee 3 i32_const 3 i32_lt_u br_if 0\n"
    "label 1 loop\n"
    "  local_get 3 i32_const 1 i32_sub local_set 3\n"
    "  local_get 2 local_get 3 array_get_ref i64_const -1 call \"thread_join\"\n"
    "  i32_eqz br_if 2 unreachable\n"
    "label 2\n"
    "  local_get 3 br_if 1\n"
    "  local_get 1 return\n"
    "}\n"
    /* 0 which, 1 turn, 2 sum, 3 list, 4 the one before */
    "function \"run\" (i32) -> (i64) { local i32 local i64 local ref 2\n"
    "label 0 loop\n"
    "  local_get 1 i32_const 1 i32_add local_set 1\n"
    "  local_get 3 local_set 4\n"
    "  local_get 1 i64_extend_i32_u i64_const 1000 i64_mul call \"turn\" local_set 3\n"
    "  local_get 2 local_get 3 call \"total\" i64_add local_set 2\n"
    "  local_get 4 ref_is_null br_if 1\n"
    "  local_get 2 local_get 4 call \"total\" i64_const 3 i64_mul i64_add local_set 2\n"
    "label 1\n"
    "  local_get 0 local_get 1 local_get 2 call \"say\"\n"
    "  local_get 0 local_get 1 call \"mark\"\n"
    "  local_get 1 i32_const 40 i32_lt_u br_if 0\n"
    "  local_get 2 return\n"
    "}\n";

/* ---- Natives --------------------------------------------------------------------------------- */

const struct ph_class_info object_classes[] = {
    {CLASS_WEAK, "test weak", PH_LAYOUT_WEAK, sizeof(struct ph_weak), PH_CLASS_WEAK, 0, {0}}};
const uint32_t object_class_count = PH_COUNT(object_classes);

enum object_reading object_reading;
uint64_t object_weak_read, object_weak_cleared;

static enum ph_outcome native_weak(struct ph_call *call)
{
    struct ph_root referent;
    ph_root_push(call->mutator, &referent, (ph_ref)call->slots[0]);
    ph_ref ref = ph_object_new(call->mutator, CLASS_WEAK, 0);
    ph_root_pop(call->mutator, &referent);
    if (ref == 0) {
        return ph_collect_waits(call->worker) ? PH_WAITING
                                              : ph_call_trap(call, PH_TRAP_OUT_OF_MEMORY);
    }
    ph_collect_went_on(call->worker);
    ph_weak_set(call->mutator, ref, referent.ref, 0);
    call->slots[0] = ref;
    return PH_DONE;
}

static enum ph_outcome native_referent(struct ph_call *call)
{
    struct ph_heap *heap = call->mutator->heap;
    ph_ref weak = (ph_ref)call->slots[0];
    uint32_t phase = __atomic_load_n(&heap->private->sweep.phase, __ATOMIC_ACQUIRE);
    if ((object_reading == OBJECT_READ_MARKING && phase == PH_MARKING) ||
        (object_reading == OBJECT_READ_CLEARING && phase == PH_MARK_CLEARING)) {
        call->slots[0] = ((const struct ph_weak *)ph_address(heap, weak))->referent_ref;
    } else {
        call->slots[0] = ph_weak_get(call->mutator, weak);
    }
    __atomic_add_fetch(&object_weak_read, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&object_weak_cleared, call->slots[0] == 0, __ATOMIC_RELAXED);
    return PH_DONE;
}

const struct ph_native_info object_natives[] = {{"test", "weak", "r:r", native_weak},
                                                {"test", "referent", "r:r", native_referent}};
const uint32_t object_native_count = PH_COUNT(object_natives);

/* ---- The model ------------------------------------------------------------------------------- */

struct node {
    uint32_t left, right, length; /* indices; 0: null */
};

struct object_model {
    bool is_gang;
    uint32_t which, turn, made;
    uint64_t state, sum, last;
    uint32_t table[32];
    struct node nodes[NODES_MAX];
};

struct object_model *object_model_new(uint32_t which, bool is_gang)
{
    struct object_model *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        abort();
    }
    self->is_gang = is_gang;
    self->which = which;
    self->state = which;
    return self;
}

void object_model_free(struct object_model *self)
{
    free(self);
}

static uint64_t tree(const struct object_model *self, uint32_t index, uint32_t depth)
{
    if (index == 0 || depth == 0) {
        return 0;
    }
    const struct node *node = &self->nodes[index];
    return ((uint64_t)self->which << 32) + index + node->length +
           3 * tree(self, node->left, depth - 1) + 5 * tree(self, node->right, depth - 1);
}

static uint32_t length(uint32_t random)
{
    uint32_t items = random >> 18 & 63;
    return (random >> 24 & 7) != 0 ? items : items * 40;
}

static void step(struct object_model *self)
{
    self->state = self->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint32_t random = (uint32_t)(self->state >> 33);
    uint32_t a = self->table[random >> 3 & 31], b = self->table[random >> 8 & 31];
    uint32_t *c = &self->table[random >> 13 & 31];
    uint32_t index = ++self->made;
    switch (random & 7) {
    case 0:
    case 1:
        self->nodes[index] = (struct node){a, 0, length(random)};
        *c = index;
        break;
    case 2:
        self->nodes[index] = (struct node){0, b, length(random)};
        *c = index;
        break;
    case 3:
        if (a != 0) {
            self->nodes[a].left = b;
        }
        break;
    case 4:
        if (a != 0) {
            self->nodes[a].right = 0;
            *c = self->nodes[a].left;
        }
        break;
    case 5:
        self->table[random >> 8 & 31] = 0;
        *c = 0;
        break;
    case 6:
        *c = b != 0 ? a : *c;
        break;
    default:
        break; /* weak references change nothing of what is reached without them */
    }
}

static uint64_t gang_total(uint64_t turn)
{
    uint64_t sum = 0;
    for (uint32_t i = GANG * PUSHES; i > 0 && turn > 0; i--) {
        sum = sum * 5 + turn * 1000 + i - 1;
    }
    return sum;
}

uint64_t object_model_turn(struct object_model *self)
{
    self->turn++;
    if (self->is_gang) {
        self->sum += gang_total(self->turn) + 3 * gang_total(self->turn - 1);
        return self->sum;
    }
    for (uint32_t i = 0; i < STEPS; i++) {
        step(self);
    }
    for (uint32_t i = 0; i < 32; i++) {
        self->sum = (self->sum + tree(self, self->table[i], DEPTH)) * 7;
    }
    return self->sum;
}
