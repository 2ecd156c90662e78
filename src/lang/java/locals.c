/* SPDX-License-Identifier: Apache-2.0 */
/* locals.c - pass 4: no local is read that is not set, or holds another kind of value.
 *
 * Most reads come after a write in their own block. For the others the question goes backwards,
 * local by local and kind by kind, from block to block until every way to the read has a write: so
 * each block is asked at most once for each local that is read where it was not just written.
 *
 * A block knows of a local what it holds at its end, and which kinds it held before its last
 * instruction, since an exception may leave the block at any of them. */
#include "lang/java/translator.h"

/* What a block may do to a local, beside writing one of the kinds to it. */
#define PASSES (PH_JT_KIND_COUNT + 0u) /* nothing */
#define BREAKS (PH_JT_KIND_COUNT + 1u) /* UNSET if it was a long or a double; else nothing */

/* Blocks on the current local. */
struct effect {
    uint32_t stamp; /* the local + 1; else nothing is known of it, and PASSES */
    uint8_t out;
    uint16_t inside; /* a bit for each `out` that was so before the last instruction */
};

/* Edges in the order of one of their blocks: those of block b are order[first[b]] and so on. */
struct edge_index {
    uint32_t *first, *order;
};

struct question {
    struct ph_jt *self;
    uint32_t local;
    uint8_t kind;
    uint32_t pc;            /* of the read, for messages */
    uint32_t number;        /* of the question, from 1 */
    struct effect *effects; /* by block */
    uint32_t *asked;        /* by block: the question that asked it last */
    uint32_t *pending;      /* blocks to ask */
    uint32_t pending_count;
    struct edge_index into; /* edges by the block that they lead to */
    uint8_t *entry;         /* by local: what it holds when the method begins */

    /* If there are subroutines. */
    struct edge_index out;  /* edges by the block that they come from */
    uint8_t *members;       /* by subroutine × blocks: 1 if the block is of it */
    uint32_t *answered;     /* by subroutine: the question that asked whether it changes */
    bool *changes;          /* the answer */
};

/* ---- Notes ---------------------------------------------------------------------------------- */

static bool is_wide(uint8_t kind) { return kind == PH_I64 || kind == PH_F64; }

static void note(struct ph_jt *self, const struct ph_jt_event *event)
{
    uint32_t *first = &self->events_of[event->local];

    if (*first == 0 && !ph_vector_push(&self->touched, self->allocator, event->local)) {
        self->failed = true;
        return;
    }
    if (!ph_vector_push(&self->events, self->allocator, *event)) {
        self->failed = true;
        return;
    }
    self->events.items[self->events.count - 1].next = *first;
    *first = self->events.count;
}

static void note_write(struct ph_jt *self, struct ph_jt_event event, uint8_t kind)
{
    uint32_t local = event.local;

    event.what = PH_JT_WRITE;
    event.kind = kind;
    note(self, &event);
    if (is_wide(kind)) {
        event.local = (uint16_t)(local + 1);
        event.kind = PH_JT_UNSET;
        note(self, &event);
    }
    if (local > 0) {
        event.local = (uint16_t)(local - 1);
        event.what = PH_JT_BREAK;
        note(self, &event);
    }
}

void ph_jt_note_locals(struct ph_jt *self, const struct ph_jt_insn *insn, bool is_last)
{
    static const uint8_t kinds[] = {PH_I32, PH_I64, PH_F32, PH_F64, PH_REF};
    struct ph_jt_event event = {.pc = insn->pc,
                                  .block = self->body.block,
                                  .local = (uint16_t)insn->value,
                                  .what = PH_JT_READ,
                                  .kind = PH_I32,
                                  .is_last = is_last};

    if (insn->op >= PH_JT_iload && insn->op <= PH_JT_aload) {
        event.kind = kinds[insn->op - PH_JT_iload];
        note(self, &event);
    } else if (insn->op == PH_JT_iinc) {
        note(self, &event);
    } else if (insn->op >= PH_JT_istore && insn->op <= PH_JT_astore) {
        uint8_t kind = insn->op == PH_JT_astore ? ph_jt_kind_at(self, 0)
                                                  : kinds[insn->op - PH_JT_istore];
        note_write(self, event, kind);
    }
}

void ph_jt_locals_reset(struct ph_jt *self)
{
    for (uint32_t i = 0; i < self->touched.count; i++) {
        uint32_t local = self->touched.items[i];
        self->events_of[local] = 0;
        memset(&self->locals[local * PH_JT_KIND_COUNT], 0,
               PH_JT_KIND_COUNT * sizeof(self->locals[0]));
    }
    self->touched.count = 0;
    self->events.count = 0;
}

/* ---- A question ----------------------------------------------------------------------------- */

static ph_status refuse(const struct question *q)
{
    struct ph_jt_insn insn;
    bool is_whole = ph_jt_decode(q->self->body.code, q->pc, &insn);

    PH_ASSERT(is_whole);
    q->self->body.insn = &insn;
    return ph_jt_fail(q->self, PH_INVALID,
                        "Bad local variable type: accessing local %u, which is not set or holds "
                        "another kind of value", q->local);
}

/* Whether what a block does leaves the local as it is wanted; *passes: if it had it before. */
static bool is_good(const struct question *q, uint8_t out, bool *passes)
{
    *passes = out == PASSES || (out == BREAKS && !is_wide(q->kind));
    return *passes || out == q->kind;
}

/* Whether the subroutine writes to the current local. */
static bool is_changed(struct question *q, uint32_t subroutine)
{
    uint32_t count = q->self->body.block_count;
    const uint8_t *members = q->members + (uint64_t)subroutine * count;

    if (q->answered[subroutine] == q->number) {
        return q->changes[subroutine];
    }
    q->answered[subroutine] = q->number;
    q->changes[subroutine] = false;
    for (uint32_t i = 0; i < count && !q->changes[subroutine]; i++) {
        bool passes = true;
        q->changes[subroutine] = members[i] != 0 && q->effects[i].stamp == q->local + 1 &&
                                 (!is_good(q, q->effects[i].out, &passes) || !passes);
    }
    return q->changes[subroutine];
}

static void ask(struct question *q, uint32_t block)
{
    if (q->asked[block] != q->number) {
        q->asked[block] = q->number;
        q->pending[q->pending_count++] = block;
    }
}

static ph_status follow_throw(struct question *q, uint32_t from)
{
    const struct effect *effect = &q->effects[from];

    for (uint8_t out = 0; effect->stamp == q->local + 1 && out <= BREAKS; out++) {
        bool passes;
        if ((effect->inside >> out & 1) != 0 && !is_good(q, out, &passes)) {
            return refuse(q);
        }
    }
    ask(q, from);
    return PH_OK;
}

static ph_status follow(struct question *q, const struct ph_jt_edge *edge)
{
    bool passes = true;

    if (edge->kind == PH_JT_EDGE_THROW) {
        return follow_throw(q, edge->from);
    }
    if (edge->kind != PH_JT_EDGE_FLOW &&
        is_changed(q, edge->subroutine) != (edge->kind == PH_JT_EDGE_RETURN)) {
        return PH_OK;
    }
    if (q->effects[edge->from].stamp == q->local + 1 &&
        !is_good(q, q->effects[edge->from].out, &passes)) {
        return refuse(q);
    }
    if (passes) {
        ask(q, edge->from);
    }
    return PH_OK;
}

/* Whether the local is of the kind wherever control comes to `block`. */
static ph_status answer(struct question *q, uint32_t block)
{
    ask(q, block);
    while (q->pending_count > 0) {
        uint32_t next = q->pending[--q->pending_count];
        if (next == 0 && q->entry[q->local] != q->kind) {
            return refuse(q);
        }
        for (uint32_t i = q->into.first[next]; i < q->into.first[next + 1]; i++) {
            PH_JT_TRY(follow(q, &q->self->edges.items[q->into.order[i]]));
        }
    }
    return PH_OK;
}

/* ---- One local ------------------------------------------------------------------------------ */

/* The local's events come last first; puts them in order. */
static uint32_t in_order(struct ph_jt *self, uint32_t local)
{
    uint32_t first = 0;

    for (uint32_t at = self->events_of[local]; at != 0;) {
        struct ph_jt_event *event = &self->events.items[at - 1];
        uint32_t next = event->next;
        event->next = first;
        first = at;
        at = next;
    }
    self->events_of[local] = first;
    return first;
}

static void add_effect(struct effect *effect, uint32_t stamp, const struct ph_jt_event *event)
{
    if (effect->stamp != stamp) {
        *effect = (struct effect){stamp, PASSES, 0};
    }
    if (event->what == PH_JT_WRITE) {
        effect->out = event->kind;
    } else if (effect->out == PASSES) {
        effect->out = BREAKS;
    } else if (is_wide(effect->out)) {
        effect->out = PH_JT_UNSET;
    }
    if (!event->is_last) {
        effect->inside |= (uint16_t)(1u << effect->out);
    }
}

/* First what blocks do, then what is read. `read` keeps only those reads that no write in their
 * block answers: the others are looked at at once. */
static ph_status gather(struct question *q, uint32_t first, uint32_t *reads)
{
    struct ph_jt *self = q->self;
    uint32_t *end = reads;

    *reads = 0;
    for (uint32_t at = first; at != 0;) {
        struct ph_jt_event *event = &self->events.items[at - 1];
        uint32_t next = event->next;
        struct effect *effect = &q->effects[event->block];
        bool is_known = effect->stamp == q->local + 1 && effect->out != PASSES;
        bool passes = true;
        if (event->what != PH_JT_READ) {
            add_effect(effect, q->local + 1, event);
        } else {
            q->kind = event->kind;
            q->pc = event->pc;
            if (is_known && !is_good(q, effect->out, &passes)) {
                return refuse(q);
            }
            if (passes) {
                *end = at;
                end = &event->next;
                *end = 0;
            }
        }
        at = next;
    }
    return PH_OK;
}

static ph_status check_local(struct question *q, uint32_t local)
{
    struct ph_jt *self = q->self;
    uint32_t reads;

    q->local = local;
    uint32_t first = in_order(self, local);
    self->events_of[local] = 0; /* it may be among `touched` again */
    PH_JT_TRY(gather(q, first, &reads));
    for (uint8_t kind = PH_I32; kind <= PH_REF; kind++) {
        q->kind = kind;
        q->number++;
        for (uint32_t at = reads; at != 0; at = self->events.items[at - 1].next) {
            const struct ph_jt_event *event = &self->events.items[at - 1];
            q->pc = event->pc;
            if (event->kind == kind) {
                PH_JT_TRY(answer(q, event->block));
            }
        }
    }
    return PH_OK;
}

/* ---- All locals ----------------------------------------------------------------------------- */

/* Counting sort. */
static ph_status sort_edges(struct ph_jt *self, bool by_from, struct edge_index *index)
{
    uint32_t blocks = self->body.block_count;
    uint32_t *first = ph_jt_scratch(self, blocks + UINT64_C(1), sizeof(*first));
    uint32_t *order = ph_jt_scratch(self, self->edges.count, sizeof(*order));

    if (first == NULL || order == NULL) {
        return ph_jt_fail_memory(self);
    }
    *index = (struct edge_index){first, order};
    for (uint32_t i = 0; i < self->edges.count; i++) {
        const struct ph_jt_edge *edge = &self->edges.items[i];
        first[(by_from ? edge->from : edge->to) + 1]++;
    }
    for (uint32_t i = 0; i < blocks; i++) {
        first[i + 1] += first[i];
    }
    for (uint32_t i = self->edges.count; i-- > 0;) { /* first[b + 1]: the end of b's */
        const struct ph_jt_edge *edge = &self->edges.items[i];
        order[--first[(by_from ? edge->from : edge->to) + 1]] = i;
    }
    for (uint32_t i = 0; i < blocks; i++) { /* now where b's begin: back by one */
        first[i] = first[i + 1];
    }
    first[blocks] = self->edges.count;
    return PH_OK;
}

/* Which blocks a subroutine consists of: all that it leads to before its ret. */
static void find_members(struct question *q, uint32_t subroutine)
{
    struct ph_jt *self = q->self;
    uint8_t *members = q->members + (uint64_t)subroutine * self->body.block_count;
    uint32_t begin = self->subroutines.items[subroutine].block;

    members[begin] = 1;
    q->pending[q->pending_count++] = begin;
    while (q->pending_count > 0) {
        uint32_t block = q->pending[--q->pending_count];
        for (uint32_t i = q->out.first[block]; i < q->out.first[block + 1]; i++) {
            const struct ph_jt_edge *edge = &self->edges.items[q->out.order[i]];
            if (edge->kind != PH_JT_EDGE_RETURN && members[edge->to] == 0) {
                members[edge->to] = 1;
                q->pending[q->pending_count++] = edge->to;
            }
        }
    }
}

static void set_entry(struct question *q)
{
    struct ph_jt *self = q->self;
    struct ph_slice rest = self->body.descriptor, type;
    uint32_t local = 0;

    if ((self->body.method->flags & PH_ACC_STATIC) == 0) {
        q->entry[local++] = PH_REF;
    }
    while (ph_java_next_parameter(&rest, &type)) {
        q->entry[local] = ph_jt_kind(type.bytes[0]);
        local += is_wide(q->entry[local]) ? 2 : 1;
    }
}

#define MEMBERS_MAX (1u << 24) /* subroutines × blocks */

static ph_status prepare_subroutines(struct question *q)
{
    struct ph_jt *self = q->self;
    uint32_t count = self->subroutines.count;
    uint64_t member_count = (uint64_t)count * self->body.block_count;

    if (member_count > MEMBERS_MAX) {
        return ph_jt_fail(self, PH_LIMIT, "Too many subroutines");
    }
    PH_JT_TRY(sort_edges(self, true, &q->out));
    q->members = ph_jt_scratch(self, member_count, 1);
    q->answered = ph_jt_scratch(self, count, sizeof(*q->answered));
    q->changes = ph_jt_scratch(self, count, sizeof(*q->changes));
    if (self->failed) {
        return ph_jt_fail_memory(self);
    }
    for (uint32_t i = 0; i < count; i++) {
        find_members(q, i);
    }
    return PH_OK;
}

static ph_status prepare(struct question *q)
{
    struct ph_jt *self = q->self;
    uint32_t blocks = self->body.block_count;

    q->effects = ph_jt_scratch(self, blocks, sizeof(*q->effects));
    q->asked = ph_jt_scratch(self, blocks, sizeof(*q->asked));
    q->pending = ph_jt_scratch(self, blocks, sizeof(*q->pending));
    q->entry = ph_jt_scratch(self, self->body.method->code.max_locals + UINT64_C(1), 1);
    if (self->failed) {
        return ph_jt_fail_memory(self);
    }
    PH_JT_TRY(sort_edges(self, false, &q->into));
    set_entry(q);
    return self->subroutines.count == 0 ? PH_OK : prepare_subroutines(q);
}

ph_status ph_jt_locals(struct ph_jt *self)
{
    struct question q = {.self = self};

    PH_JT_TRY(prepare(&q));
    for (uint32_t i = 0; i < self->touched.count; i++) {
        if (self->events_of[self->touched.items[i]] != 0) {
            PH_JT_TRY(check_local(&q, self->touched.items[i]));
        }
    }
    return PH_OK;
}
