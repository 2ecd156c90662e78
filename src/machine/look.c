/* SPDX-License-Identifier: Apache-2.0 */
/* look.c - shows a durable cut a second time (store/show.c), in turns with the writer. */
#include "machine/look.h"

#include "machine/internal.h"

struct ph_look {
    struct ph_machine *machine;
    uint8_t *base;
    struct ph_store_show *show;
};

/* The store is in the midst of a fold as often as not: that is brought to its end first. */
static ph_status show_begin(struct ph_look *self, struct ph_error *error)
{
    struct ph_machine *machine = self->machine;
    for (;;) {
        ph_mutex_lock(&machine->commit_lock);
        ph_status status =
            ph_store_show_begin(machine->store, self->base, &self->show, error);
        ph_mutex_unlock(&machine->commit_lock);
        if (status != PH_AGAIN) {
            return status;
        }
        bool ignored;
        status = ph_cut_fold_some(machine, &ignored);
        if (status != PH_OK) {
            return ph_fail(error, status, "the log cannot be folded: %s", ph_status_text(status));
        }
    }
}

static ph_status show_rest(struct ph_look *self, struct ph_error *error)
{
    struct ph_machine *machine = self->machine;
    bool done = false;
    while (!done) {
        ph_mutex_lock(&machine->commit_lock); /* a cut at a time: commits get their turns */
        ph_status status = ph_store_show_step(self->show, &done);
        ph_mutex_unlock(&machine->commit_lock);
        if (status != PH_OK) {
            return ph_fail(error, status, "the log cannot be read: %s", ph_status_text(status));
        }
    }
    return PH_OK;
}

ph_status ph_look_begin(struct ph_machine *self, struct ph_look **look, struct ph_error *error)
{
    *look = NULL;
    struct ph_look *new = ph_alloc_zeroed(self->allocator, sizeof(*new));
    uint8_t *base = ph_memory_reserve(self->heap->arena_bytes);
    if (new == NULL || base == NULL) {
        ph_free(self->allocator, new, sizeof(*new));
        ph_memory_release(base, self->heap->arena_bytes);
        return ph_fail(error, PH_NO_MEMORY, "no address space for a second view of the world");
    }
    new->machine = self;
    new->base = base;
    __atomic_add_fetch(&self->looks, 1, __ATOMIC_ACQ_REL);
    ph_status status = show_begin(new, error);
    if (status == PH_OK) {
        status = show_rest(new, error);
    }
    if (status != PH_OK) {
        ph_look_end(new);
        return status;
    }
    *look = new;
    return PH_OK;
}

uint8_t *ph_look_base(const struct ph_look *self)
{
    return self->base;
}

struct ph_cut_info ph_look_cut(const struct ph_look *self)
{
    return ph_store_show_cut(self->show);
}

void ph_look_end(struct ph_look *self)
{
    if (self == NULL) {
        return;
    }
    struct ph_machine *machine = self->machine;
    ph_mutex_lock(&machine->commit_lock);
    ph_store_show_end(self->show);
    ph_mutex_unlock(&machine->commit_lock);
    __atomic_sub_fetch(&machine->looks, 1, __ATOMIC_ACQ_REL);
    ph_memory_release(self->base, machine->heap->arena_bytes);
    ph_free(machine->allocator, self, sizeof(*self));
}
