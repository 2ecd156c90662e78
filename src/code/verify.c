/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - one pass over a function's code.
 *
 * 1. The declared shapes form a trie, built before the pass and never changed in it: a node is a
 *    stack, its parent that stack without its top. Equal stacks are the same node.
 * 2. The stack now is a node plus `extra` values above it, and the node is the deepest declared
 *    stack on the way: so the stack is a declared shape if and only if extra_count is 0, and
 *    comparing it with a label, or taking over a label's stack, is O(1) however deep it is.
 * 3. Work is bounded by the bytes read: values enter `extra` one by one (a call may push at most
 *    PH_VALUES_MAX), values leave a node one by one or, in bulk (squeeze), by jump pointers.
 * 4. Where exception handlers begin and end is compared after the pass with a bitmap of the
 *    instructions' first bytes, so their order does not matter.
 * 5. Reference maps of sites are shared where they are equal or prefixes; what they take in all
 *    is bounded by MAP_SLOTS_MIN + MAP_SLOTS_PER_BYTE × code size. */
#include "code/verify.h"

#include "base/assert.h"
#include "base/text.h"

#define MAP_SLOTS_MIN (1u << 20)
#define MAP_SLOTS_PER_BYTE 8u
#define NO_OFFSET UINT32_MAX

struct node {
    uint32_t parent;
    uint32_t depth;
    uint32_t jump;      /* an ancestor, so chosen that any depth is reached in O(log depth) */
    uint32_t ref_node;  /* the nearest node, this one or an ancestor, whose top is a ref; or 0 */
    uint32_t ref_count; /* references in the whole stack */
    uint32_t map_first; /* ref nodes: their map in ref_slots, or NO_OFFSET */
    uint32_t child[PH_TYPE_COUNT];
    uint8_t type;
};

/* The last map that was written for a stack with references in `extra`. */
struct map_window {
    uint32_t ref_node;   /* its base part */
    uint32_t base_count; /* references of that */
    uint32_t first;      /* in ref_slots */
    uint32_t extra_count;
    uint32_t common;     /* how many of extra_refs now are the same as the window's */
};

struct verifier {
    const struct ph_unit *unit;
    const struct ph_function *function;
    uint32_t index;
    struct ph_scratch *scratch;
    struct ph_error *error;
    struct ph_insn insn; /* the current one */
    bool is_reachable;

    struct node *nodes; /* 0 is the empty stack */
    uint32_t node_count;
    uint32_t *shape_nodes;
    uint32_t *label_offsets; /* NO_OFFSET until placed */
    uint8_t *starts;         /* a bit per byte of code and one more: here an instruction begins, or
                              * the code ends; NULL: nobody asks */

    uint32_t node;
    uint32_t extra_count, extra_capacity;
    uint8_t *extra;
    uint32_t extra_ref_count, extra_ref_capacity;
    uint32_t *extra_refs; /* positions of the references in `extra` */
    uint32_t depth_max, depth_limit;

    struct ph_site *sites;
    uint32_t site_count, site_capacity;
    uint32_t *ref_slots;
    uint32_t ref_slot_count, ref_slot_capacity;
    struct map_window window;
};

/* ---- Messages ----------------------------------------------------------------------------- */

static ph_status refuse(struct verifier *v, ph_status status, const char *format, ...)
    PH_PRINTF(3, 4);

static PH_COLD ph_status refuse(struct verifier *v, ph_status status, const char *format, ...)
{
    char name[80];
    char text[256];
    const struct ph_op_info *info = ph_op_info(v->insn.opcode);
    va_list arguments;

    va_start(arguments, format);
    ph_text_vprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    ph_unit_describe_function(v->unit, v->index, name, sizeof(name));
    if (v->insn.offset == NO_OFFSET || info->name == NULL) {
        return ph_fail(v->error, status, "%s: %s", name, text);
    }
    return ph_fail(v->error, status, "%s, offset %u, %s: %s", name, v->insn.offset, info->name,
                   text);
}

static PH_COLD ph_status no_memory(struct verifier *v)
{
    return refuse(v, PH_NO_MEMORY, "out of memory");
}

/* ---- Growing arrays in scratch memory ------------------------------------------------------ */

static PH_NOINLINE bool grow(struct verifier *v, void *array, uint32_t *capacity, uint64_t needed,
                             size_t item_bytes)
{
    uint64_t wanted = PH_MAX(needed, PH_MAX((uint64_t)*capacity * 2, (uint64_t)16));
    void *old;

    if (wanted > UINT32_MAX) {
        return false;
    }
    void *items = ph_scratch_alloc(v->scratch, (size_t)wanted * item_bytes);
    if (items == NULL) {
        return false;
    }
    memcpy(&old, array, sizeof(old));
    if (*capacity != 0) {
        memcpy(items, old, *capacity * item_bytes);
    }
    memcpy(array, &items, sizeof(items));
    *capacity = (uint32_t)wanted;
    return true;
}

/* ---- The trie ------------------------------------------------------------------------------ */

static uint32_t depth_now(const struct verifier *v)
{
    return v->nodes[v->node].depth + v->extra_count;
}

static uint32_t add_node(struct verifier *v, uint32_t parent, uint8_t type)
{
    uint32_t index = v->node_count++;
    struct node *up = &v->nodes[parent];
    struct node *node = &v->nodes[index];
    const struct node *jump = &v->nodes[up->jump];
    bool is_ref = type == PH_REF;

    up->child[type - 1] = index;
    /* Skew-binary jump pointers (Myers, "An applicative random-access stack", 1983). */
    bool is_balanced = up->depth - jump->depth == jump->depth - v->nodes[jump->jump].depth;
    *node = (struct node){
        .parent = parent,
        .depth = up->depth + 1,
        .jump = is_balanced && parent != 0 ? jump->jump : parent,
        .ref_node = is_ref ? index : up->ref_node,
        .ref_count = up->ref_count + is_ref,
        .map_first = NO_OFFSET,
        .type = type,
    };
    return index;
}

static ph_status build_trie(struct verifier *v)
{
    const struct ph_function *function = v->function;

    v->nodes = ph_scratch_alloc(v->scratch, function->shape_count * sizeof(*v->nodes));
    v->shape_nodes = ph_scratch_alloc(v->scratch, function->shape_count * sizeof(uint32_t));
    if (v->nodes == NULL || v->shape_nodes == NULL) {
        return no_memory(v);
    }
    v->nodes[0] = (struct node){.map_first = NO_OFFSET};
    v->node_count = 1;
    v->shape_nodes[0] = 0;
    for (uint32_t i = 1; i < function->shape_count; i++) {
        const struct ph_shape *shape = &function->shapes[i];
        PH_ASSERT(shape->parent < i && shape->type >= PH_I32 && shape->type <= PH_REF);
        uint32_t parent = v->shape_nodes[shape->parent];
        uint32_t node = v->nodes[parent].child[shape->type - 1];
        if (node == 0) {
            node = add_node(v, parent, shape->type);
        }
        if (v->nodes[node].depth > v->depth_limit) {
            return refuse(v, PH_LIMIT, "shape %u is deeper than a frame may be", i);
        }
        v->shape_nodes[i] = node;
    }
    return PH_OK;
}

static uint32_t ancestor(const struct verifier *v, uint32_t node, uint32_t depth)
{
    while (v->nodes[node].depth > depth) {
        uint32_t jump = v->nodes[node].jump;
        node = v->nodes[jump].depth >= depth ? jump : v->nodes[node].parent;
    }
    return node;
}

/* ---- The stack ----------------------------------------------------------------------------- */

static void push_extra_ref(struct verifier *v, uint32_t position)
{
    struct map_window *window = &v->window;
    uint32_t i = v->extra_ref_count++;

    v->extra_refs[i] = position;
    if (window->common == i && i < window->extra_count &&
        v->ref_slots[window->first + window->base_count + i] == position) {
        window->common++;
    }
}

static void pop_extra_ref(struct verifier *v)
{
    v->extra_ref_count--;
    v->window.common = PH_MIN(v->window.common, v->extra_ref_count);
}

/* Makes room for `count` more values in `extra`, of any types. */
static PH_NOINLINE ph_status reserve_extra(struct verifier *v, uint32_t count)
{
    if (count > v->depth_limit - depth_now(v)) {
        return refuse(v, PH_LIMIT, "locals and operand stack need more than %u slots",
                      PH_FRAME_SLOTS_MAX);
    }
    uint32_t needed = v->extra_count + count;
    uint32_t refs_needed = v->extra_ref_count + count;
    bool is_large_enough =
        (needed <= v->extra_capacity ||
         grow(v, &v->extra, &v->extra_capacity, needed, sizeof(*v->extra))) &&
        (refs_needed <= v->extra_ref_capacity ||
         grow(v, &v->extra_refs, &v->extra_ref_capacity, refs_needed, sizeof(*v->extra_refs)));
    return is_large_enough ? PH_OK : no_memory(v);
}

/* There is room for as many values more in `extra`. */
static bool has_room(const struct verifier *v, uint32_t count)
{
    return count <= v->extra_capacity - v->extra_count &&
           count <= v->extra_ref_capacity - v->extra_ref_count &&
           count <= v->depth_limit - depth_now(v);
}

static PH_ALWAYS_INLINE ph_status push(struct verifier *v, uint8_t type)
{
    const struct node *node = &v->nodes[v->node];
    uint32_t depth = node->depth + v->extra_count;

    if (v->extra_count == 0 && node->child[type - 1] != 0) {
        v->node = node->child[type - 1];
        v->depth_max = PH_MAX(v->depth_max, depth + 1);
        return PH_OK;
    }
    if (PH_UNLIKELY(!has_room(v, 1))) {
        ph_status status = reserve_extra(v, 1);
        if (status != PH_OK) {
            return status;
        }
    }
    v->extra[v->extra_count++] = type;
    v->depth_max = PH_MAX(v->depth_max, depth + 1);
    if (type == PH_REF) {
        push_extra_ref(v, depth);
    }
    return PH_OK;
}

static PH_ALWAYS_INLINE ph_status pop_any(struct verifier *v, uint8_t *type)
{
    if (v->extra_count != 0) {
        *type = v->extra[--v->extra_count];
        if (*type == PH_REF) {
            pop_extra_ref(v);
        }
        return PH_OK;
    }
    if (v->node == 0) {
        return refuse(v, PH_INVALID, "the stack is empty");
    }
    *type = v->nodes[v->node].type;
    v->node = v->nodes[v->node].parent;
    return PH_OK;
}

static PH_COLD ph_status refuse_operand(struct verifier *v, ph_status status, uint8_t expected,
                                        uint8_t type)
{
    if (status != PH_OK) {
        return refuse(v, status, "needs %s, but the stack is empty", ph_type_name(expected));
    }
    return refuse(v, PH_INVALID, "needs %s on the stack at %u, but there is %s",
                  ph_type_name(expected), depth_now(v), ph_type_name(type));
}

static PH_ALWAYS_INLINE ph_status pop(struct verifier *v, uint8_t expected)
{
    uint8_t type = 0;
    ph_status status = pop_any(v, &type);

    if (PH_LIKELY(status == PH_OK && type == expected)) {
        return PH_OK;
    }
    return refuse_operand(v, status, expected, type);
}

/* Drops `count` values at once; the stack has as many. */
static void drop_many(struct verifier *v, uint32_t count)
{
    uint32_t from_extra = PH_MIN(count, v->extra_count);
    uint32_t base_depth = v->nodes[v->node].depth;

    v->extra_count -= from_extra;
    while (v->extra_ref_count != 0 &&
           v->extra_refs[v->extra_ref_count - 1] >= base_depth + v->extra_count) {
        pop_extra_ref(v);
    }
    v->node = ancestor(v, v->node, base_depth - (count - from_extra));
}

/* Takes the types from the last to the first; at once if they are all in `extra`. */
static ph_status pop_types(struct verifier *v, const uint8_t *types, uint32_t count)
{
    ph_status status = PH_OK;

    if (count <= v->extra_count && count != 0 &&
        memcmp(v->extra + v->extra_count - count, types, count) == 0) {
        drop_many(v, count);
        return PH_OK;
    }
    while (count != 0 && status == PH_OK) {
        status = pop(v, types[--count]);
    }
    return status;
}

/* Pushes the types; what is left as soon as all go to `extra` at once. */
static ph_status push_types(struct verifier *v, const uint8_t *types, uint32_t count)
{
    ph_status status = PH_OK;
    uint32_t i = 0;

    for (; i < count && status == PH_OK && v->extra_count == 0; i++) {
        status = push(v, types[i]);
    }
    if (status == PH_OK && !has_room(v, count - i)) {
        status = reserve_extra(v, count - i);
    }
    if (status != PH_OK) {
        return status;
    }
    uint32_t depth = depth_now(v);
    for (; i < count; i++, depth++) {
        v->extra[v->extra_count++] = types[i];
        if (types[i] == PH_REF) {
            push_extra_ref(v, depth);
        }
    }
    v->depth_max = PH_MAX(v->depth_max, depth);
    return PH_OK;
}

/* ---- Sites and reference maps -------------------------------------------------------------- */

static ph_status reserve_slots(struct verifier *v, uint32_t more)
{
    uint64_t needed = (uint64_t)v->ref_slot_count + more;

    if (needed > MAP_SLOTS_MIN + MAP_SLOTS_PER_BYTE * v->function->code.size) {
        return refuse(v, PH_LIMIT, "too many references are on the stack at too many sites");
    }
    if (needed > v->ref_slot_capacity &&
        !grow(v, &v->ref_slots, &v->ref_slot_capacity, needed, sizeof(*v->ref_slots))) {
        return no_memory(v);
    }
    return PH_OK;
}

/* Makes sure that the ref node has a map. A map is also that of its ancestors, a prefix each. */
static ph_status map_node(struct verifier *v, uint32_t ref_node)
{
    struct node *node = &v->nodes[ref_node];

    if (ref_node == 0 || node->map_first != NO_OFFSET) {
        return PH_OK;
    }
    ph_status status = reserve_slots(v, node->ref_count);
    if (status != PH_OK) {
        return status;
    }
    const struct node *below = &v->nodes[v->nodes[node->parent].ref_node];
    if (below->map_first != NO_OFFSET &&
        below->map_first + below->ref_count == v->ref_slot_count) {
        node->map_first = below->map_first;
        v->ref_slots[v->ref_slot_count++] = node->depth - 1;
        return PH_OK;
    }
    uint32_t first = v->ref_slot_count;
    v->ref_slot_count += node->ref_count;
    while (node->ref_count != 0) {
        v->ref_slots[first + node->ref_count - 1] = node->depth - 1;
        if (node->map_first == NO_OFFSET) {
            node->map_first = first;
        }
        node = &v->nodes[v->nodes[node->parent].ref_node];
    }
    return PH_OK;
}

/* The map of a stack with references in `extra`: the window where it serves, or a new one. */
static ph_status map_extra(struct verifier *v, uint32_t ref_node)
{
    struct map_window *window = &v->window;
    uint32_t base_count = v->nodes[ref_node].ref_count;
    bool same_base = window->ref_node == ref_node && window->extra_count != 0;

    if (same_base && window->common == v->extra_ref_count) {
        return PH_OK;
    }
    ph_status status = reserve_slots(v, base_count + v->extra_ref_count);
    if (status != PH_OK) {
        return status;
    }
    bool extends = same_base && window->common == window->extra_count &&
                   window->first + base_count + window->extra_count == v->ref_slot_count;
    if (!extends) {
        status = map_node(v, ref_node);
        status = status == PH_OK ? reserve_slots(v, base_count + v->extra_ref_count) : status;
        if (status != PH_OK) {
            return status;
        }
        *window = (struct map_window){ref_node, base_count, v->ref_slot_count, 0, 0};
        if (base_count != 0) {
            memcpy(v->ref_slots + window->first, v->ref_slots + v->nodes[ref_node].map_first,
                   base_count * sizeof(uint32_t));
        }
    }
    memcpy(v->ref_slots + window->first + base_count + window->extra_count,
           v->extra_refs + window->extra_count,
           (v->extra_ref_count - window->extra_count) * sizeof(uint32_t));
    window->extra_count = v->extra_ref_count;
    window->common = v->extra_ref_count;
    v->ref_slot_count = window->first + base_count + window->extra_count;
    return PH_OK;
}

static ph_status add_site(struct verifier *v)
{
    uint32_t ref_node = v->nodes[v->node].ref_node;
    struct ph_site site = {v->insn.offset, depth_now(v), 0,
                           v->nodes[ref_node].ref_count + v->extra_ref_count};
    ph_status status = PH_OK;

    if (v->extra_ref_count != 0) {
        status = map_extra(v, ref_node);
        site.ref_first = v->window.first;
    } else if (site.ref_count != 0) {
        status = map_node(v, ref_node);
        site.ref_first = v->nodes[ref_node].map_first;
    }
    if (status != PH_OK) {
        return status;
    }
    if (v->site_count == v->site_capacity &&
        !grow(v, &v->sites, &v->site_capacity, v->site_count + 1, sizeof(*v->sites))) {
        return no_memory(v);
    }
    v->sites[v->site_count++] = site;
    return PH_OK;
}

/* ---- Rules --------------------------------------------------------------------------------- */

static PH_COLD ph_status refuse_stack(struct verifier *v, uint32_t label)
{
    uint32_t declared = v->nodes[v->shape_nodes[v->function->labels[label].shape]].depth;
    uint32_t depth = depth_now(v);

    if (depth != declared) {
        return refuse(v, PH_INVALID, "label %u wants %u values on the stack, but there are %u",
                      label, declared, depth);
    }
    return refuse(v, PH_INVALID, "the stack has other types than label %u declares", label);
}

/* The stack now must be that of `label`, and a placed label must be a loop. */
static ph_status check_branch(struct verifier *v, uint64_t label)
{
    if (label >= v->function->label_count) {
        return refuse(v, PH_INVALID, "unknown label %llu", (unsigned long long)label);
    }
    const struct ph_label *declared = &v->function->labels[label];
    if (v->label_offsets[label] != NO_OFFSET && !declared->is_loop) {
        return refuse(v, PH_INVALID, "goes back to label %u, which is no loop", (uint32_t)label);
    }
    if (v->extra_count != 0 || v->node != v->shape_nodes[declared->shape]) {
        return refuse_stack(v, (uint32_t)label);
    }
    return PH_OK;
}

static ph_status verify_br_table(struct verifier *v)
{
    uint32_t cursor = v->insn.targets_offset;
    ph_status status = pop(v, PH_I32);

    for (uint64_t i = 0; i <= v->insn.immediate[0] && status == PH_OK; i++) {
        status = check_branch(v, ph_insn_next_target(v->function->code, &cursor));
    }
    return status;
}

static ph_status place_label(struct verifier *v)
{
    uint64_t label = v->insn.immediate[0];

    if (label >= v->function->label_count) {
        return refuse(v, PH_INVALID, "unknown label %llu", (unsigned long long)label);
    }
    const struct ph_label *declared = &v->function->labels[label];
    uint32_t node = v->shape_nodes[declared->shape];
    if (v->label_offsets[label] != NO_OFFSET) {
        return refuse(v, PH_INVALID, "label %u is placed a second time", (uint32_t)label);
    }
    if (v->is_reachable && (v->extra_count != 0 || v->node != node)) {
        return refuse_stack(v, (uint32_t)label);
    }
    v->extra_count = 0;
    v->extra_ref_count = 0;
    v->window.common = 0;
    v->node = node;
    v->depth_max = PH_MAX(v->depth_max, v->nodes[node].depth);
    v->label_offsets[label] = v->insn.offset;
    v->is_reachable = true;
    return declared->is_loop || declared->is_handler ? add_site(v) : PH_OK;
}

static ph_status verify_return(struct verifier *v)
{
    const struct ph_signature *signature = v->function->signature;

    if (depth_now(v) != signature->result_count) {
        return refuse(v, PH_INVALID, "the function has %u results, but the stack has %u values",
                      signature->result_count, depth_now(v));
    }
    return pop_types(v, signature->types + signature->param_count, signature->result_count);
}

static ph_status verify_signature(struct verifier *v, const struct ph_signature *signature)
{
    ph_status status = pop_types(v, signature->types, signature->param_count);

    return status == PH_OK ? push_types(v, signature->types + signature->param_count,
                                        signature->result_count)
                           : status;
}

static ph_status verify_select(struct verifier *v)
{
    uint8_t type = 0;
    ph_status status = pop(v, PH_I32);

    status = status == PH_OK ? pop_any(v, &type) : status;
    status = status == PH_OK ? pop(v, type) : status;
    return status == PH_OK ? push(v, type) : status;
}

static ph_status verify_squeeze(struct verifier *v)
{
    uint8_t kept[PH_VALUES_MAX];
    uint64_t kept_count = v->insn.immediate[0];
    uint64_t dropped_count = v->insn.immediate[1];
    ph_status status = PH_OK;

    if (kept_count > PH_VALUES_MAX) {
        return refuse(v, PH_LIMIT, "keeps more than %u values", PH_VALUES_MAX);
    }
    if (kept_count + dropped_count > depth_now(v)) {
        return refuse(v, PH_INVALID, "needs %llu values, but the stack has %u",
                      (unsigned long long)(kept_count + dropped_count), depth_now(v));
    }
    for (uint64_t i = kept_count; i-- != 0 && status == PH_OK;) {
        status = pop_any(v, &kept[i]);
    }
    drop_many(v, (uint32_t)dropped_count);
    return status == PH_OK ? push_types(v, kept, (uint32_t)kept_count) : status;
}

static ph_status verify_global(struct verifier *v, bool is_set)
{
    const struct ph_global_type *type = &v->unit->globals[v->insn.immediate[0]].type;

    if (!is_set) {
        return push(v, type->type);
    }
    if (!type->is_mutable) {
        return refuse(v, PH_INVALID, "global %u is immutable", (uint32_t)v->insn.immediate[0]);
    }
    return pop(v, type->type);
}

/* The storage of the field that the instruction names, which must be static, or must not. */
static ph_status check_field(struct verifier *v, bool is_static, uint32_t *storage)
{
    uint32_t index = (uint32_t)v->insn.immediate[0];
    const struct ph_field_ref *field = &v->unit->field_refs[index];

    *storage = field->storage;
    return ((field->flags & PH_FIELD_STATIC) != 0) == is_static
               ? PH_OK
               : refuse(v, PH_INVALID, "field reference %u is %s", index,
                        is_static ? "not static" : "static");
}

static ph_status verify_field(struct verifier *v, bool is_static, bool is_set)
{
    uint32_t storage;
    ph_status status = check_field(v, is_static, &storage);
    uint8_t type = ph_storage_type(storage);

    status = status == PH_OK && is_set ? pop(v, type) : status;
    if (status == PH_OK && !is_static) {
        status = pop(v, PH_REF);
    }
    return status == PH_OK && !is_set ? push(v, type) : status;
}

/* An instruction that threads agree on. */
static ph_status verify_atomic(struct verifier *v, const struct ph_atomic_op *op)
{
    uint32_t storage = (uint32_t)v->insn.immediate[0];
    ph_status status = op->place == PH_ATOMIC_ITEM
                           ? PH_OK
                           : check_field(v, op->place == PH_ATOMIC_STATIC, &storage);

    if (status == PH_OK &&
        (storage == 0 || (op->change == PH_ATOMIC_ADD && !ph_storage_is_integer(storage)))) {
        return refuse(v, PH_INVALID, "this is not done to %s", ph_storage_name(storage));
    }
    uint8_t type = ph_storage_type(storage);
    status = status == PH_OK && op->change != PH_ATOMIC_GET ? pop(v, type) : status;
    if (status == PH_OK && op->change == PH_ATOMIC_COMPARE_SWAP) {
        status = pop(v, type);
    }
    if (status == PH_OK && op->place == PH_ATOMIC_ITEM) {
        status = pop(v, PH_I32);
    }
    if (status == PH_OK && op->place != PH_ATOMIC_STATIC) {
        status = pop(v, PH_REF);
    }
    return status == PH_OK && op->change != PH_ATOMIC_SET ? push(v, type) : status;
}

static ph_status verify_method(struct verifier *v, bool is_virtual)
{
    const struct ph_method_ref *method = &v->unit->method_refs[v->insn.immediate[0]];

    if (is_virtual && (method->flags & PH_METHOD_STATIC) != 0) {
        return refuse(v, PH_INVALID, "method reference %u is static",
                      (uint32_t)v->insn.immediate[0]);
    }
    return verify_signature(v, &v->unit->signatures[method->signature]);
}

/* Only arrays are made by array_new, and nothing else is. */
static ph_status verify_new(struct verifier *v, const struct ph_class_ref *class_ref)
{
    bool wants_array = v->insn.opcode == PH_OP_array_new;

    if ((class_ref->array_depth != 0) == wants_array) {
        return PH_OK;
    }
    return refuse(v, PH_INVALID, "class reference %u is %s", (uint32_t)v->insn.immediate[0],
                  wants_array ? "no array" : "an array");
}

/* What the table says: "ii:i". */
static ph_status verify_effect(struct verifier *v, const char *effect)
{
    const char *end = effect;
    ph_status status = PH_OK;

    if (*effect == 0) {
        return PH_OK;
    }
    while (*end != ':') {
        end++;
    }
    for (const char *at = end; at != effect && status == PH_OK;) {
        status = pop(v, ph_type_of_letter(*--at));
    }
    for (end++; *end != 0 && status == PH_OK; end++) {
        status = push(v, ph_type_of_letter(*end));
    }
    return status;
}

/* Of verify_special, those on objects. */
static ph_status verify_object(struct verifier *v)
{
    struct ph_atomic_op op = {PH_ATOMIC_ITEM, PH_ATOMIC_GET};

    switch (v->insn.opcode) {
    case PH_OP_field_get:
        return verify_field(v, false, false);
    case PH_OP_field_set:
        return verify_field(v, false, true);
    case PH_OP_static_get:
        return verify_field(v, true, false);
    case PH_OP_static_set:
        return verify_field(v, true, true);
    case PH_OP_call_virtual:
        return verify_method(v, true);
    case PH_OP_call_method:
        return verify_method(v, false);
    default:
        PH_ASSERT(ph_atomic_op(v->insn.opcode, &op));
        return verify_atomic(v, &op);
    }
}

/* Ops whose effect the table leaves to us. Their immediates are in range. */
static ph_status verify_special(struct verifier *v)
{
    const struct ph_unit *unit = v->unit;
    uint64_t first = v->insn.immediate[0];
    ph_status status = PH_OK;
    uint8_t type;

    switch (v->insn.opcode) {
    case PH_OP_unreachable:
        return PH_OK;
    case PH_OP_label:
        return place_label(v);
    case PH_OP_br:
        return check_branch(v, first);
    case PH_OP_br_if:
    case PH_OP_br_unless:
        status = pop(v, PH_I32);
        return status == PH_OK ? check_branch(v, first) : status;
    case PH_OP_br_table:
        return verify_br_table(v);
    case PH_OP_return:
        return verify_return(v);
    case PH_OP_call:
        return verify_signature(v, &unit->signatures[unit->functions[first].signature]);
    case PH_OP_call_indirect:
        status = pop(v, PH_I32);
        return status == PH_OK ? verify_signature(v, &unit->signatures[first]) : status;
    case PH_OP_call_function:
        status = pop(v, PH_REF);
        return status == PH_OK ? verify_signature(v, &unit->signatures[first]) : status;
    case PH_OP_drop:
        return pop_any(v, &type);
    case PH_OP_select:
        return verify_select(v);
    case PH_OP_squeeze:
        return verify_squeeze(v);
    case PH_OP_local_get:
        return push(v, v->function->local_types[first]);
    case PH_OP_local_set:
        return pop(v, v->function->local_types[first]);
    case PH_OP_local_tee:
        type = v->function->local_types[first];
        status = pop(v, type);
        return status == PH_OK ? push(v, type) : status;
    case PH_OP_global_get:
    case PH_OP_global_set:
        return verify_global(v, v->insn.opcode == PH_OP_global_set);
    default:
        return verify_object(v);
    }
}

/* How many there are of what an immediate names; UINT64_MAX: it is no index, or a label, which is
 * checked where it is used. */
static uint64_t immediate_limit(const struct verifier *v, char letter, const char **what)
{
    const struct ph_unit *unit = v->unit;

    switch (letter) {
    case 'l':
        *what = "local";
        return v->function->local_count;
    case 'g':
        *what = "global";
        return unit->global_count;
    case 'F':
        *what = "function";
        return unit->function_count;
    case 'T':
        *what = "table";
        return unit->table_count;
    case 'M':
        *what = "memory";
        return unit->memory_count;
    case 't':
        *what = "signature";
        return unit->signature_count;
    case 'E':
        *what = "element segment";
        return unit->element_count;
    case 'D':
        *what = "data segment";
        return unit->data_count;
    case 'c':
        *what = "class reference";
        return unit->class_ref_count;
    case 'f':
        *what = "field reference";
        return unit->field_ref_count;
    case 'm':
        *what = "method reference";
        return unit->method_ref_count;
    case 'x':
        *what = "byte constant";
        return unit->bytes_constant_count;
    case 'k':
        *what = "storage";
        return PH_STORE_LAST + 1;
    case 'K':
        *what = "dynamic constant";
        return unit->constant_count;
    case 'U':
        *what = "offset beyond 32 bits:";
        return (uint64_t)UINT32_MAX + 1; /* memories are addressed with 32 bits */
    default:
        return UINT64_MAX;
    }
}

static ph_status verify_immediate(struct verifier *v, char letter, uint64_t value)
{
    const char *what = "";
    uint64_t limit = immediate_limit(v, letter, &what);

    if (PH_UNLIKELY(value >= limit && limit != UINT64_MAX)) {
        return refuse(v, PH_INVALID, "unknown %s %llu", what, (unsigned long long)value);
    }
    if (v->insn.opcode == PH_OP_object_new || v->insn.opcode == PH_OP_array_new) {
        return verify_new(v, &v->unit->class_refs[value]);
    }
    return PH_OK;
}

static ph_status verify_insn(struct verifier *v)
{
    const struct ph_op_info *info = ph_op_info(v->insn.opcode);
    ph_status status = PH_OK;

    if (PH_UNLIKELY(!v->is_reachable) && (info->flags & PH_OP_LABEL) == 0) {
        return refuse(v, PH_INVALID, "nothing leads here: only a label may stand here");
    }
    for (uint32_t i = 0; i < v->insn.immediate_count && status == PH_OK; i++) {
        status = verify_immediate(v, info->immediates[i], v->insn.immediate[i]);
    }
    if (status == PH_OK && (info->flags & PH_OP_SITE) != 0) {
        status = add_site(v);
    }
    if (status != PH_OK) {
        return status;
    }
    status = info->stack[0] == '*' ? verify_special(v) : verify_effect(v, info->stack);
    if ((info->flags & PH_OP_END) != 0) {
        v->is_reachable = false;
    }
    return status;
}

/* ---- Exception handlers --------------------------------------------------------------------- */

static void mark_start(struct verifier *v, uint32_t offset)
{
    v->starts[offset / 8] |= (uint8_t)(1u << offset % 8);
}

static bool is_start(const struct verifier *v, uint32_t offset)
{
    return offset <= v->function->code.size && (v->starts[offset / 8] >> offset % 8 & 1) != 0;
}

static ph_status prepare_handlers(struct verifier *v)
{
    size_t bytes = (size_t)(v->function->code.size / 8 + 1);

    if (v->function->handler_count == 0) {
        return PH_OK;
    }
    v->starts = ph_scratch_alloc(v->scratch, bytes);
    if (v->starts == NULL) {
        return no_memory(v);
    }
    memset(v->starts, 0, bytes);
    mark_start(v, (uint32_t)v->function->code.size);
    return PH_OK;
}

/* After the pass. Labels and classes of handlers are in range: ph_function_open saw to it. */
static ph_status verify_handlers(struct verifier *v)
{
    for (uint32_t i = 0; i < v->function->handler_count; i++) {
        const struct ph_exception_handler *handler = &v->function->handlers[i];
        const struct ph_label *label = &v->function->labels[handler->label];
        const struct node *node = &v->nodes[v->shape_nodes[label->shape]];
        PH_ASSERT(label->is_handler);
        if (handler->start >= handler->end) {
            return refuse(v, PH_INVALID, "handler %u: its range %u to %u is empty", i,
                          handler->start, handler->end);
        }
        if (!is_start(v, handler->start) || !is_start(v, handler->end)) {
            return refuse(v, PH_INVALID, "handler %u: its range %u to %u does not begin and end "
                          "between instructions", i, handler->start, handler->end);
        }
        if (node->depth != 1 || node->type != PH_REF) {
            return refuse(v, PH_INVALID, "handler %u: the stack of its label %u must be one ref",
                          i, handler->label);
        }
    }
    return PH_OK;
}

static ph_status verify_code(struct verifier *v)
{
    struct ph_slice code = v->function->code;
    uint32_t offset = 0;
    ph_status status = PH_OK;

    while (offset < code.size && status == PH_OK) {
        status = ph_insn_decode(code, offset, &v->insn);
        if (PH_UNLIKELY(status != PH_OK)) {
            v->insn.offset = NO_OFFSET;
            return refuse(v, status, "offset %u: %s", offset,
                          status == PH_TRUNCATED ? "the code ends within an instruction"
                                                 : "this is no instruction");
        }
        if (v->starts != NULL) {
            mark_start(v, offset);
        }
        status = verify_insn(v);
        offset = v->insn.next;
    }
    if (status != PH_OK) {
        return status;
    }
    v->insn.offset = NO_OFFSET;
    if (v->is_reachable) {
        return refuse(v, PH_INVALID, "control runs off the end of the code");
    }
    for (uint32_t i = 0; i < v->function->label_count; i++) {
        if (v->label_offsets[i] == NO_OFFSET) {
            return refuse(v, PH_INVALID, "label %u is never placed", i);
        }
    }
    return PH_OK;
}

ph_status ph_verify_function(const struct ph_unit *unit, uint32_t index,
                             const struct ph_function *function, struct ph_scratch *scratch,
                             struct ph_function_facts *facts, struct ph_error *error)
{
    PH_ASSERT(function->local_count <= PH_LOCALS_MAX && function->shape_count >= 1);
    struct verifier v = {
        .unit = unit,
        .function = function,
        .index = index,
        .scratch = scratch,
        .error = error,
        .insn = {.offset = NO_OFFSET},
        .is_reachable = true,
        .depth_limit = PH_FRAME_SLOTS_MAX - function->local_count,
    };

    v.label_offsets = ph_scratch_alloc(scratch, function->label_count * sizeof(uint32_t));
    if (v.label_offsets == NULL) {
        return no_memory(&v);
    }
    memset(v.label_offsets, 0xff, function->label_count * sizeof(uint32_t));
    ph_status status = build_trie(&v);
    status = status == PH_OK ? prepare_handlers(&v) : status;
    status = status == PH_OK ? verify_code(&v) : status;
    status = status == PH_OK ? verify_handlers(&v) : status;
    if (status == PH_OK && facts != NULL) {
        *facts = (struct ph_function_facts){v.depth_max, v.site_count, v.sites, v.ref_slots,
                                            v.label_offsets};
    }
    return status;
}

ph_status ph_verify_unit(const struct ph_unit *unit, struct ph_allocator *allocator,
                         struct ph_error *error)
{
    struct ph_scratch scratch;
    ph_status status = PH_OK;

    ph_scratch_init(&scratch, allocator, 0);
    for (uint32_t i = unit->imported_functions; i < unit->function_count && status == PH_OK;
         i++) {
        struct ph_function function;
        status = ph_function_open(unit, i, &scratch, &function, error);
        if (status == PH_OK) {
            status = ph_verify_function(unit, i, &function, &scratch, NULL, error);
        }
        ph_scratch_reset(&scratch);
    }
    ph_scratch_finish(&scratch);
    return status;
}
