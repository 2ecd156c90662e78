/* SPDX-License-Identifier: Apache-2.0 */
/* wasi_poll.c - poll_oneoff: waits for clocks and descriptors.
 *
 * Invariant
 *   (1) A relative timeout counts from the first time that the call was started: that moment is
 *       kept in native_state[0] (plus 1, so that 0 means none), on the world's clock, which stands
 *       still while the world does. */
#include "device/wasi_call.h"

#define SUBSCRIPTIONS_MAX 65536u
#define EVENT_BYTES 32u
#define ROOM_BYTES 65536u /* what a descriptor that can be written is said to take */

enum { EVENT_CLOCK = 0, EVENT_READ = 1, EVENT_WRITE = 2 };
enum { CLOCK_REAL = 0, CLOCK_MONOTONIC = 1, CLOCK_ABSOLUTE = 1 /* a flag */ };
enum { EVENT_HANGUP = 1 };

struct subscription {
    uint64_t user_data;
    uint32_t type;
    uint32_t descriptor;
    uint32_t clock, clock_flags;
    uint64_t timeout_ns;
};

struct event {
    ph_errno error;
    uint64_t bytes;
    uint32_t flags;
};

/* What the call waits for while nothing has happened. */
struct waiting {
    uint64_t now_ns, wall_ns, base_ns;
    uint64_t deadline_ns; /* the next; UINT64_MAX: none */
    bool uses_base, uses_input;
};

ph_errno ph_wasi_input_ready(struct ph_wasi_call *c, uint64_t *bytes)
{
    switch (ph_host_input_ready(c->wasi->input, c->tree.files->input_bytes, bytes)) {
    case PH_OK:
        return PH_E_OK;
    case PH_AGAIN:
        return PH_E_AGAIN;
    default:
        return PH_E_IO;
    }
}

static uint32_t subscription_bytes(const struct ph_wasi_call *c)
{
    return c->is_unstable ? 56 : 48;
}

static struct subscription subscription_in(const struct ph_wasi_call *c, const uint8_t *from)
{
    struct subscription s = {
        .user_data = ph_load_u64(from), .type = from[8], .descriptor = ph_load_u32(from + 16)};
    const uint8_t *clock = from + (c->is_unstable ? 24 : 16); /* unstable: an identifier first */
    s.clock = ph_load_u32(clock);
    s.timeout_ns = ph_load_u64(clock + 8);
    s.clock_flags = ph_load_u16(clock + 24);
    return s;
}

static uint64_t add(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

/* Each of these says whether there is something to report. */
static bool clock_event(const struct subscription *s, struct waiting *waiting,
                        struct event *event)
{
    uint64_t deadline_ns;
    if (s->clock > CLOCK_MONOTONIC || s->clock_flags & ~(uint32_t)CLOCK_ABSOLUTE) {
        event->error = PH_E_INVAL;
        return true;
    }
    if (!(s->clock_flags & CLOCK_ABSOLUTE)) {
        deadline_ns = add(waiting->base_ns, s->timeout_ns); /* (1) */
        waiting->uses_base = true;
    } else if (s->clock == CLOCK_MONOTONIC) {
        deadline_ns = s->timeout_ns;
    } else {
        uint64_t left = s->timeout_ns > waiting->wall_ns ? s->timeout_ns - waiting->wall_ns : 0;
        deadline_ns = add(waiting->now_ns, left);
    }
    if (deadline_ns <= waiting->now_ns) {
        return true;
    }
    waiting->deadline_ns = PH_MIN(waiting->deadline_ns, deadline_ns);
    return false;
}

static bool read_event(struct ph_wasi_call *c, struct ph_descriptor *d, struct waiting *waiting,
                       struct event *event)
{
    struct ph_host_about about;
    if (d->kind != PH_DESCRIPTOR_INPUT) { /* files are always ready */
        event->error = ph_wasi_about(c, d, &about);
        if (event->error == PH_E_OK && about.size_bytes > d->offset) {
            event->bytes = about.size_bytes - d->offset;
        }
        return true;
    }
    event->error = ph_wasi_input_ready(c, &event->bytes);
    if (event->error == PH_E_AGAIN) {
        event->error = PH_E_OK;
        waiting->uses_input = true;
        return false;
    }
    event->flags = event->error == PH_E_OK && event->bytes == 0 ? EVENT_HANGUP : 0;
    return true;
}

static bool descriptor_event(struct ph_wasi_call *c, const struct subscription *s,
                             struct waiting *waiting, struct event *event)
{
    struct ph_descriptor *d = ph_descriptor_get(&c->descriptors, s->descriptor);
    uint64_t right = s->type == EVENT_READ ? PH_RIGHT_FD_READ : PH_RIGHT_FD_WRITE;
    if (d == NULL) {
        event->error = PH_E_BADF;
        return true;
    }
    if ((d->rights_base & (right | PH_RIGHT_POLL_FD_READWRITE)) == 0) {
        event->error = PH_E_NOTCAPABLE;
        return true;
    }
    if (s->type == EVENT_READ) {
        return read_event(c, d, waiting, event);
    }
    event->bytes = ROOM_BYTES;
    return true;
}

static void event_out(struct ph_wasi_call *c, uint32_t address, const struct subscription *s,
                      const struct event *event)
{
    uint8_t bytes[EVENT_BYTES] = {0};
    ph_store_u64(bytes, s->user_data);
    ph_store_u16(bytes + 8, (uint16_t)event->error);
    bytes[10] = (uint8_t)s->type;
    ph_store_u64(bytes + 16, event->bytes);
    ph_store_u16(bytes + 24, (uint16_t)event->flags);
    ph_wasi_out(c, address, bytes, sizeof(bytes));
}

static ph_errno wait(struct ph_wasi_call *c, const struct waiting *waiting)
{
    struct ph_thread *thread = c->call->thread;
    if (waiting->uses_base && thread->native_state[0] == 0) {
        PH_SET(c->call->mutator, thread->native_state[0], waiting->base_ns + 1);
    }
    if (!waiting->uses_input) {
        return ph_wasi_wait(c, PH_WAIT_TIME, waiting->deadline_ns);
    }
    uint64_t deadline_ns = waiting->deadline_ns;
    return ph_wasi_wait(c, PH_WAIT_INPUT, deadline_ns == UINT64_MAX ? 0 : deadline_ns);
}

ph_errno ph_wasi_poll_oneoff(struct ph_wasi_call *c)
{
    uint32_t from = ph_wasi_u32(c, 0);
    uint32_t to = ph_wasi_u32(c, 1);
    uint32_t count = ph_wasi_u32(c, 2);
    uint32_t each = subscription_bytes(c);
    if (count == 0 || count > SUBSCRIPTIONS_MAX) {
        return PH_E_INVAL;
    }
    if (!ph_wasi_is_in(c, from, (uint64_t)each * count) ||
        !ph_wasi_is_in(c, to, (uint64_t)EVENT_BYTES * count) ||
        !ph_wasi_is_in(c, ph_wasi_u32(c, 3), 4)) {
        return PH_E_FAULT;
    }
    struct waiting waiting = {.deadline_ns = UINT64_MAX, .wall_ns = ph_clock_wall_ns()};
    waiting.now_ns = ph_machine_clock_ns(c->call->machine);
    uint64_t kept = c->call->thread->native_state[0];
    waiting.base_ns = kept != 0 ? kept - 1 : waiting.now_ns;
    uint32_t events = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct subscription s = subscription_in(c, ph_wasi_in(c, from + i * each, each));
        struct event event = {PH_E_OK, 0, 0};
        if (s.type > EVENT_WRITE) {
            return PH_E_INVAL;
        }
        if (s.type == EVENT_CLOCK ? clock_event(&s, &waiting, &event)
                                  : descriptor_event(c, &s, &waiting, &event)) {
            event_out(c, to + EVENT_BYTES * events++, &s, &event);
        }
    }
    if (events == 0) {
        return wait(c, &waiting);
    }
    ph_wasi_out_u32(c, ph_wasi_u32(c, 3), events);
    return PH_E_OK;
}
