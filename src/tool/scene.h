/* SPDX-License-Identifier: Apache-2.0 */
/* scene.h - the objects of a world as they were at one durable cut: walking and naming them. A
 * running world is not stopped for it (machine/look.h); a sleeping one was opened to look. */
#ifndef PH_TOOL_SCENE_H
#define PH_TOOL_SCENE_H

#include "machine/look.h"
#include "tool/runner.h"

#define PH_SCENE_ROOT 1u /* where references of the header are met: no object lies there */

struct ph_scene {
    struct ph_runner *runner;
    const struct ph_heap *heap;
    const uint8_t *base;                  /* the arena as of the cut */
    const struct ph_heap_header *header;
    struct ph_look *look;                 /* NULL: the world sleeps */
    uint64_t cut;
    /* Of the walk: by object / 2, the object that it was met in first, or 0. */
    ph_ref *parents;
    ph_ref *queue;
    uint64_t room;                        /* of both, in entries */
    uint64_t met;                         /* objects */
    struct ph_unit unit;                  /* the last whose names were asked for, */
    ph_ref unit_ref;                      /* and its object; 0: none */
};

PH_MUST_CHECK ph_status ph_scene_open(struct ph_scene *self, struct ph_runner *runner,
                                      struct ph_error *error);
void ph_scene_close(struct ph_scene *self);

static inline const void *ph_scene_at(const struct ph_scene *self, ph_ref ref)
{
    return ph_address_in(self->base, ref);
}
static inline const struct ph_class *ph_scene_class(const struct ph_scene *self, ph_ref ref)
{
    return ph_class_in(self->base, ref);
}

/* What a walk calls; NULL: nothing. */
struct ph_scene_walk {
    void *context;
    bool (*object)(void *context, ph_ref object); /* false: enough */
    void (*reference)(void *context, ph_ref from, const void *slot, ph_ref to);
};
/* Goes through all objects that can be reached, nearest to the roots first. Once in a scene. */
PH_MUST_CHECK ph_status ph_scene_walk(struct ph_scene *self, const struct ph_scene_walk *walk,
                                      struct ph_error *error);
/* As it lies in the object space. */
uint64_t ph_scene_object_bytes(const struct ph_scene *self, ph_ref ref);
/* After a walk: whether it met this. Any number will do. */
bool ph_scene_has_met(const struct ph_scene *self, uint64_t ref);

/* ---- Names and values (fields.c) ------------------------------------------------------------- */

/* How a value lies there: enum ph_storage, and: */
enum { PH_FIELD_U32 = 32, PH_FIELD_U64 = 33, PH_FIELD_WIDE_REF = 34 };

struct ph_field_view {
    const char *name;
    uint32_t storage;
    const void *at;
};
/* Calls `each` for the fields of an object that is no array, as far as they have names. */
void ph_scene_fields(struct ph_scene *self, ph_ref object,
                     void (*each)(void *context, const struct ph_field_view *field),
                     void *context);
/* What the reference at `slot` inside `from` is called: ".next", "[7]", " on its stack". Returns
 * `to`. */
const char *ph_scene_slot_name(struct ph_scene *self, ph_ref from, const void *slot,
                               char *to, size_t to_bytes);
/* A class's name, printable. Returns `to`. */
const char *ph_scene_class_name(const struct ph_scene *self, const struct ph_class *class_object,
                                char *to, size_t to_bytes);
/* "null", or `@1a2b bytes "text"`. Returns `to`. */
const char *ph_scene_ref_text(const struct ph_scene *self, ph_ref ref, char *to, size_t to_bytes);
/* A value as text. Returns `to`. */
const char *ph_scene_value_text(const struct ph_scene *self, uint32_t storage, const void *at,
                                char *to, size_t to_bytes);
ph_ref ph_scene_value_ref(uint32_t storage, const void *at); /* 0: null, or no reference */
struct ph_slice ph_scene_bytes(const struct ph_scene *self, ph_ref ref);

#endif
