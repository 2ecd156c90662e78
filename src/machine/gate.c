/* SPDX-License-Identifier: Apache-2.0 */
/* gate.c - the console's queue and its way out.
 *
 * Offsets in the ring only grow:  tail ≤ safe ≤ sent ≤ durable ≤ pending ≤ head.
 *   (1) Bytes in [tail, head) are in the ring; room is made only by moving tail.
 *   (2) Nothing beyond `durable` is read by the writer; natives write only at head. So the two
 *       never touch the same bytes.
 *   (3) tail moves in the pause, and only to records that the sink has taken for good: after a
 *       resume from that cut nobody will ask for them again.
 *   (4) After a failed write or flush nothing more is given to the sink and nothing more is safe: a
 *       flush that succeeds later says nothing of the bytes that the failed one lost. */
#include "base/hash.h"
#include "machine/internal.h"

#define RING_BYTES (UINT64_C(1) << 20)
#define RECORD_HEAD_BYTES 4u
#define RECORD_BYTES_MAX 65536u
#define SAFE_STEP_BYTES (RING_BYTES / 4)
#define STREAM_SHIFT 28u
#define SINK_MAGIC UINT64_C(0x31657461676870) /* "phgate1" */

/* ---- The ring ------------------------------------------------------------------------ */

static uint8_t *ring_at(const struct ph_machine *self, uint64_t offset, uint64_t *contiguous)
{
    uint64_t at = offset % self->console->capacity_bytes;
    *contiguous = self->console->capacity_bytes - at;
    return self->arena + self->console->offset + at;
}

static void ring_put(struct ph_machine *self, struct ph_mutator *mutator, uint64_t offset,
                     const void *bytes, uint64_t count)
{
    uint64_t contiguous;
    uint8_t *to = ring_at(self, offset, &contiguous);
    uint64_t first = PH_MIN(count, contiguous);
    ph_touch(mutator, to, first);
    memcpy(to, bytes, first);
    if (first < count) {
        ring_put(self, mutator, offset + first, (const uint8_t *)bytes + first, count - first);
    }
}

static uint32_t ring_head_at(const struct ph_machine *self, uint64_t offset)
{
    uint8_t head[RECORD_HEAD_BYTES];
    for (uint32_t i = 0; i < RECORD_HEAD_BYTES; i++) {
        uint64_t contiguous;
        head[i] = *ring_at(self, offset + i, &contiguous);
    }
    return ph_load_u32(head);
}

static uint32_t record_length(uint32_t head)
{
    return head & ((1u << STREAM_SHIFT) - 1);
}

void ph_gate_append(struct ph_call *call, uint32_t stream, const uint8_t *bytes, uint64_t count,
                    uint64_t *done)
{
    struct ph_machine *self = call->machine;
    struct ph_console *console = self->console;
    PH_ASSERT(stream >= 1 && stream <= 2);
    ph_world_lock(self);
    uint64_t room = console->capacity_bytes - (console->head_offset - console->tail_offset);
    uint64_t length = 0;
    if (room > RECORD_HEAD_BYTES) {
        length = PH_MIN(PH_MIN(count, room - RECORD_HEAD_BYTES), RECORD_BYTES_MAX);
    }
    if (length > 0) {
        uint32_t head = stream << STREAM_SHIFT | (uint32_t)length;
        ring_put(self, call->mutator, console->head_offset, &head, RECORD_HEAD_BYTES);
        ring_put(self, call->mutator, console->head_offset + RECORD_HEAD_BYTES, bytes, length);
        ph_touch(call->mutator, console, sizeof(*console));
        __atomic_store_n(&console->head_offset,
                         console->head_offset + RECORD_HEAD_BYTES + length, __ATOMIC_RELAXED);
        console->head_payload += length;
    } else if (count > 0) {
        __atomic_store_n(&self->gate_wants_room, 1, __ATOMIC_RELEASE);
    }
    ph_world_unlock(self);
    *done = length;
    if (count > 0) {
        ph_cut_request(self, length > 0 ? PH_CUT_GATE : PH_CUT_NATIVE);
    }
}

/* ---- Beginning: how far did the sink get? -------------------------------------------- */

static void sink_note_write(struct ph_machine *self)
{
    uint8_t note[PH_STORE_SINK_BYTES] = {0};
    ph_store_u64(note, SINK_MAGIC);
    ph_store_u64(note + 8, self->gate_sent_payload);
    ph_store_u64(note + 16, ph_hash64(note, 16, 0));
    ph_status ignored = ph_store_sink_write(self->store, note);
    (void)ignored; /* at worst the last chunk is shown again, as gate.h says */
}

static bool sink_note_read(struct ph_machine *self, uint64_t *payload)
{
    uint8_t note[PH_STORE_SINK_BYTES];
    ph_store_sink_read(self->store, note);
    *payload = ph_load_u64(note + 8);
    return ph_load_u64(note) == SINK_MAGIC && ph_load_u64(note + 16) == ph_hash64(note, 16, 0);
}

static void set_trouble(struct ph_machine *self, ph_status status)
{
    __atomic_store_n(&self->gate_trouble, status, __ATOMIC_RELEASE);
}

/* ph_gate_is_empty looks at it from other threads. */
static void set_sent_offset(struct ph_machine *self, uint64_t offset)
{
    __atomic_store_n(&self->gate_sent_offset, offset, __ATOMIC_RELEASE);
}

/* Moves `sent` on to where the first `payload` bytes of payload end, if they are durable. */
static void skip_to(struct ph_machine *self, uint64_t payload)
{
    while (self->gate_sent_payload < payload &&
           self->gate_sent_offset < self->gate_durable_offset) {
        uint32_t length = record_length(ring_head_at(self, self->gate_sent_offset));
        uint64_t left = length - self->gate_sent_in_record;
        uint64_t missing = payload - self->gate_sent_payload;
        if (missing < left) {
            self->gate_sent_in_record += missing;
            self->gate_sent_payload = payload;
            return;
        }
        self->gate_sent_payload += left;
        self->gate_sent_in_record = 0;
        set_sent_offset(self, self->gate_sent_offset + RECORD_HEAD_BYTES + length);
    }
}

/* The sink has taken more than the world remembers having said: the image fell back to an earlier
 * cut. From now on the world counts what the sink has, so that nothing that comes is passed over;
 * the counts are in the arena before anything more can leave. */
static void adopt_ahead(struct ph_machine *self, uint64_t ahead)
{
    struct ph_console *console = self->console;
    ph_touch(&self->mutator, console, sizeof(*console));
    console->tail_payload += ahead;
    console->head_payload += ahead;
    self->gate_safe_payload += ahead;
    self->gate_sent_payload += ahead;
    self->gate_ahead = ahead;
}

static void find_position(struct ph_machine *self)
{
    uint64_t payload = 0;
    ph_status status = PH_NOT_FOUND;
    if (self->sink.position != NULL) {
        status = self->sink.position(self->sink.context, &payload);
    }
    self->gate_sink_knows = status == PH_OK;
    if (status == PH_OK && payload < self->gate_sent_payload) {
        set_trouble(self, PH_TRUNCATED); /* the file lost what it once held */
    }
    uint64_t noted;
    if (status != PH_OK && sink_note_read(self, &noted)) {
        payload = noted;
    }
    skip_to(self, payload);
    if (self->gate_sink_knows && payload > self->gate_sent_payload) {
        adopt_ahead(self, payload - self->gate_sent_payload);
    }
}

uint64_t ph_gate_ahead(const struct ph_machine *self)
{
    return self->gate_ahead;
}

/* ---- Letting out --------------------------------------------------------------------- */

/* Copies `count` bytes at `offset` out of the ring. */
static void ring_get(const struct ph_machine *self, uint64_t offset, uint8_t *to, uint64_t count)
{
    uint64_t contiguous;
    const uint8_t *from = ring_at(self, offset, &contiguous);
    uint64_t first = PH_MIN(count, contiguous);
    memcpy(to, from, first);
    if (first < count) {
        ring_get(self, offset + first, to + first, count - first);
    }
}

/* What comes next for one stream, from as many records as the buffer holds. */
static struct ph_slice gather(const struct ph_machine *self, uint32_t *stream)
{
    uint8_t *buffer = self->gate_buffer;
    uint64_t size = 0, offset = self->gate_sent_offset, skip = self->gate_sent_in_record;
    *stream = ring_head_at(self, offset) >> STREAM_SHIFT;
    while (size < PH_GATE_BUFFER_BYTES && offset < self->gate_durable_offset) {
        uint32_t head = ring_head_at(self, offset);
        uint64_t count = PH_MIN(record_length(head) - skip, PH_GATE_BUFFER_BYTES - size);
        if (head >> STREAM_SHIFT != *stream) {
            break;
        }
        ring_get(self, offset + RECORD_HEAD_BYTES + skip, buffer + size, count);
        size += count;
        offset += RECORD_HEAD_BYTES + record_length(head);
        skip = 0;
    }
    return (struct ph_slice){buffer, size};
}

static bool send_piece(struct ph_machine *self)
{
    uint32_t stream;
    uint64_t done = 0;
    struct ph_slice piece = gather(self, &stream);
    ph_status status = self->sink.write(self->sink.context, stream, piece, &done);
    PH_ASSERT(done <= piece.size);
    skip_to(self, self->gate_sent_payload + done);
    if (status != PH_OK && status != PH_AGAIN) {
        set_trouble(self, status);
    }
    return status == PH_OK && done > 0;
}

/* Makes sure that what was sent stays sent, so that room can be made. */
static void make_safe(struct ph_machine *self)
{
    uint64_t unsafe = self->gate_sent_offset - self->gate_safe_offset;
    bool wants = __atomic_load_n(&self->gate_wants_room, __ATOMIC_ACQUIRE) != 0;
    if (unsafe == 0 || (self->sink.flush != NULL && unsafe < SAFE_STEP_BYTES && !wants)) {
        return;
    }
    ph_status status = self->sink.flush == NULL ? PH_OK : self->sink.flush(self->sink.context);
    if (status != PH_OK) {
        set_trouble(self, status);
        return;
    }
    ph_mutex_lock(&self->lock);
    self->gate_safe_offset = self->gate_sent_offset;
    self->gate_safe_payload = self->gate_sent_payload - self->gate_sent_in_record;
    ph_mutex_unlock(&self->lock);
}

ph_status ph_gate_release(struct ph_machine *self)
{
    if (!self->has_sink) {
        return PH_OK;
    }
    uint64_t before = self->gate_sent_payload;
    while (self->gate_trouble == PH_OK && self->gate_sent_offset < self->gate_durable_offset &&
           send_piece(self)) {
    }
    if (self->gate_sent_payload != before && !self->gate_sink_knows) {
        sink_note_write(self);
    }
    if (self->gate_trouble == PH_OK) {
        make_safe(self);
    }
    if (ph_gate_can_make_room(self)) {
        ph_cut_request(self, PH_CUT_NATIVE);
    }
    self->gate_is_behind = self->gate_trouble == PH_OK &&
                           self->gate_sent_offset < self->gate_durable_offset;
    return self->gate_is_behind ? PH_AGAIN : PH_OK;
}

void ph_gate_durable(struct ph_machine *self)
{
    self->gate_durable_offset = self->gate_pending_offset;
    ph_status ignored = ph_gate_release(self);
    (void)ignored; /* what did not leave now leaves after the next cut or interval */
}

bool ph_gate_can_make_room(struct ph_machine *self)
{
    return __atomic_load_n(&self->gate_wants_room, __ATOMIC_ACQUIRE) != 0 &&
           self->gate_safe_offset != self->console->tail_offset;
}

void ph_gate_before_cut(struct ph_machine *self)
{
    struct ph_console *console = self->console;
    if (console->tail_offset != self->gate_safe_offset) {
        ph_touch(&self->mutator, console, sizeof(*console));
        console->tail_offset = self->gate_safe_offset;
        console->tail_payload = self->gate_safe_payload;
        if (__atomic_exchange_n(&self->gate_wants_room, 0, __ATOMIC_ACQ_REL) != 0) {
            ph_scheduler_wake(self, PH_WAIT_GATE);
        }
    }
    self->gate_pending_offset = console->head_offset;
}

bool ph_gate_is_empty(struct ph_machine *self)
{
    return !self->has_sink ||
           __atomic_load_n(&self->gate_sent_offset, __ATOMIC_ACQUIRE) ==
               __atomic_load_n(&self->console->head_offset, __ATOMIC_RELAXED);
}

ph_status ph_gate_trouble(struct ph_machine *self)
{
    return __atomic_load_n(&self->gate_trouble, __ATOMIC_ACQUIRE);
}

void ph_gate_set_sink(struct ph_machine *self, const struct ph_sink *sink)
{
    PH_ASSERT(!self->started);
    self->sink = *sink;
    self->has_sink = true;
    find_position(self);
}

/* The console's object of a new world; for a resumed one, where its queue stands. */
ph_status ph_gate_format(struct ph_machine *self)
{
    ph_ref ref = ph_object_new_pinned(&self->mutator, PH_CLASS_CONSOLE, 0);
    uint64_t offset = ph_extent_new(&self->mutator, RING_BYTES);
    if (ref == 0 || offset == 0) {
        return PH_NO_SPACE;
    }
    struct ph_console *console = ph_address(self->heap, ref);
    ph_touch(&self->mutator, console, sizeof(*console));
    console->offset = offset;
    console->capacity_bytes = RING_BYTES;
    PH_SET(&self->mutator, self->world->console_ref, ref);
    return PH_OK;
}

void ph_gate_adopt(struct ph_machine *self)
{
    self->console = ph_address(self->heap, self->world->console_ref);
    self->gate_sent_offset = self->gate_safe_offset = self->console->tail_offset;
    self->gate_sent_payload = self->gate_safe_payload = self->console->tail_payload;
    /* All that a resumed world holds is durable: it was read from a durable cut. */
    self->gate_durable_offset = self->gate_pending_offset =
        self->resumed_cut != 0 ? self->console->head_offset : self->console->tail_offset;
}
