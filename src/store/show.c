/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - shows the newest durable cut a second time, beside the running world.
 *
 * It is recovery once more: home mapped, the log laid over it. Two things keep it true:
 *   (1) home is not written while it is shown: folding waits (store->shows);
 *   (2) so the log's tail stays, and all cuts from there to the one that was the newest at the
 *       beginning stay as they are, whatever is committed behind them. */
#include "store/internal.h"

struct ph_store_show {
    struct ph_store *store;
    uint8_t *base;
    struct ph_reader reader;
    struct ph_log_place end; /* of the cut that is shown */
    struct ph_cut_info cut;
};

ph_status ph_store_show_begin(struct ph_store *self, uint8_t *base, struct ph_store_show **show,
                              struct ph_error *error)
{
    *show = NULL;
    if (self->fold.phase != PH_FOLD_IDLE) {
        return PH_AGAIN;
    }
    ph_status status = ph_store_complete(self);
    if (status != PH_OK) {
        return ph_fail(error, status, "home cannot be written: %s", ph_status_text(status));
    }
    struct ph_store_show *new = ph_alloc_zeroed(self->allocator, sizeof(*new));
    status = new == NULL ? PH_NO_MEMORY : ph_reader_init(&new->reader, self);

    if (status != PH_OK) {
        ph_free(self->allocator, new, sizeof(*new));
        return ph_fail(error, status, "no memory to show a cut");
    }
    status = ph_home_map(self, base, error);
    if (status != PH_OK) {
        ph_reader_finish(&new->reader);
        ph_free(self->allocator, new, sizeof(*new));
        return status;
    }
    new->store = self;
    new->base = base;
    new->end = self->head;
    new->cut = self->last;
    ph_reader_seek(&new->reader, &self->tail, ph_log_next(self, &self->tail));
    __atomic_add_fetch(&self->shows, 1, __ATOMIC_RELAXED);
    *show = new;
    return PH_OK;
}

ph_status ph_store_show_step(struct ph_store_show *self, bool *done)
{
    *done = ph_place_equal(&self->reader.place, &self->end);
    if (*done) {
        return PH_OK;
    }
    ph_status status = ph_replay_apply(&self->reader, self->base);

    *done = status == PH_OK && ph_place_equal(&self->reader.place, &self->end);
    return status;
}

struct ph_cut_info ph_store_show_cut(const struct ph_store_show *self)
{
    return self->cut;
}

void ph_store_show_end(struct ph_store_show *self)
{
    if (self == NULL) {
        return;
    }
    struct ph_store *store = self->store;

    PH_ASSERT(store->shows > 0);
    __atomic_sub_fetch(&store->shows, 1, __ATOMIC_RELAXED);
    ph_reader_finish(&self->reader);
    ph_free(store->allocator, self, sizeof(*self));
}
