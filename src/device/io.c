/* SPDX-License-Identifier: Apache-2.0 */
/* io.c - what natives of other languages than WebAssembly need besides: descriptors by number, and
 * absolute paths. */
#include "device/io.h"

#include "base/text.h"

#define PROGRESS (UINT64_C(1) << 62) /* in native_state[0]; ph_wasi_gate's has bit 63 */

uint64_t ph_io_progress(const struct ph_wasi_call *c)
{
    uint64_t state = c->call->thread->native_state[0];
    return state >> 62 == 1 ? state & ~PROGRESS : 0;
}

void ph_io_set_progress(struct ph_wasi_call *c, uint64_t progress)
{
    PH_ASSERT(progress < PROGRESS && !c->is_durable);
    PH_SET(c->call->mutator, c->call->thread->native_state[0], PROGRESS | progress);
}

ph_errno ph_io_descriptor(struct ph_wasi_call *c, uint32_t number, uint64_t rights,
                          struct ph_descriptor **descriptor)
{
    *descriptor = ph_descriptor_get(&c->descriptors, number);
    if (*descriptor == NULL) {
        return PH_E_BADF;
    }
    return rights & ~(*descriptor)->rights_base ? PH_E_NOTCAPABLE : PH_E_OK;
}

/* ---- Places ------------------------------------------------------------------------------ */

/* Without slashes and "." at the beginning; `up`: without ".." too. */
static struct ph_slice without_start(struct ph_slice path, bool up)
{
    for (;;) {
        uint64_t dots = 0;
        while (dots < path.size && dots < 2 && path.bytes[dots] == '.') {
            dots++;
        }
        bool is_step = dots == path.size || path.bytes[dots] == '/';
        if (path.size == 0 || !is_step || (dots == 2 && !up)) {
            return path;
        }
        uint64_t skipped = dots == path.size ? dots : dots + 1;
        path.bytes += skipped;
        path.size -= skipped;
    }
}

/* What is left of `path` below the folder called `name`; false: it does not lead there. */
static bool is_below(struct ph_slice path, struct ph_slice name, struct ph_slice *rest)
{
    if (name.size > path.size || memcmp(path.bytes, name.bytes, (size_t)name.size) != 0) {
        return false;
    }
    *rest = (struct ph_slice){path.bytes + name.size, path.size - name.size};
    if (name.size > 0 && rest->size > 0 && rest->bytes[0] != '/') {
        return false;
    }
    return true;
}

/* The name that a folder was given under as a path below "/", without slashes at its ends. */
static struct ph_slice given_name(const struct ph_wasi_call *c, const struct ph_descriptor *d)
{
    struct ph_slice name = without_start(ph_text_at(c->tree.heap, d->preopen_ref), false);
    while (name.size > 0 && name.bytes[name.size - 1] == '/') {
        name.size--;
    }
    return name;
}

ph_errno ph_io_find_place(struct ph_wasi_call *c, struct ph_slice path,
                          struct ph_wasi_place *place)
{
    uint32_t limit = ph_descriptor_limit(&c->descriptors);
    uint64_t best = 0;
    if (path.size == 0) {
        return PH_E_NOENT;
    }
    path = without_start(path, true);
    place->folder = NULL;
    for (uint32_t number = 0; number < limit; number++) {
        struct ph_descriptor *d = ph_descriptor_get(&c->descriptors, number);
        struct ph_slice rest;
        if (d == NULL || d->preopen_ref == 0) {
            continue;
        }
        struct ph_slice name = given_name(c, d);
        if (is_below(path, name, &rest) && (place->folder == NULL || name.size > best)) {
            best = name.size;
            place->folder = d;
            place->path = without_start(rest, false);
        }
    }
    if (place->folder == NULL) {
        return PH_E_NOENT;
    }
    if (place->path.size == 0) {
        place->path = PH_SLICE_TEXT(".");
    }
    return PH_E_OK;
}
