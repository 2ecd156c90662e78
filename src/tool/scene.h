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
    /* Of Java: what it is declared as ("int[]") and by which class; else NULL. */
    const char *type;
    const struct ph_class *owner;
    bool is_static;
};
/* Calls `each` for the fields of an object that is no array, as far as they have names: those of
 * its own class first. A java.lang.Class begins with the static fields of the class that it stands
 * for. */
void ph_scene_fields(struct ph_scene *self, ph_ref object,
                     void (*each)(void *context, const struct ph_field_view *field),
                     void *context);
/* What the reference at `slot` inside `from` is called: ".next", "[7]", " on its stack". Returns
 * `to`. */
const char *ph_scene_slot_name(struct ph_scene *self, ph_ref from, const void *slot,
                               char *to, size_t to_bytes);
/* A class's name, printable; of Java's as Java writes it. Returns `to`. */
const char *ph_scene_class_name(const struct ph_scene *self, const struct ph_class *class_object,
                                char *to, size_t to_bytes);
/* "null", or `@1a2b bytes "text"`. Returns `to`. */
const char *ph_scene_ref_text(struct ph_scene *self, ph_ref ref, char *to, size_t to_bytes);
/* A value as text. Returns `to`. */
const char *ph_scene_value_text(struct ph_scene *self, uint32_t storage, const void *at, char *to,
                                size_t to_bytes);
ph_ref ph_scene_value_ref(uint32_t storage, const void *at); /* 0: null, or no reference */
struct ph_slice ph_scene_bytes(const struct ph_scene *self, ph_ref ref);
/* The unit that the class's definition is in, until the next call; NULL: it has none. */
const struct ph_unit *ph_scene_unit(struct ph_scene *self, const struct ph_class *class_object);

/* ---- Java (java_scene.c) --------------------------------------------------------------------- */

/* True of classes that were defined from class files, and arrays of or below them. */
bool ph_scene_is_java(const struct ph_scene *self, const struct ph_class *class_object);
/* "java.util.HashMap$Node", "int[][]". Returns `to`. */
const char *ph_scene_java_name(const struct ph_scene *self, const struct ph_class *class_object,
                               char *to, size_t to_bytes);
/* "Ljava/util/Map;" as Java writes it. Returns `to`. */
const char *ph_scene_java_type(struct ph_slice descriptor, char *to, size_t to_bytes);
/* What is said of an object of Java behind its class: ` "text"`, ` 7`, ` class X`, ` of 2 {1, 2}`;
 * or nothing. Returns `to`. */
const char *ph_scene_java_preview(struct ph_scene *self, ph_ref object, char *to,
                                  size_t to_bytes);
/* What Java calls a thread of the machine, as ph_scene_java_text; "": nothing. Returns `to`. */
const char *ph_scene_java_thread(struct ph_scene *self, const struct ph_thread *thread, char *to,
                                 size_t to_bytes);
/* A value of a field or item: 'x', true, 7. Not of references. Returns `to`. */
const char *ph_scene_java_value(uint32_t storage, const void *at, char *to, size_t to_bytes);
/* The text of a String in quotes, with escapes, of at most `units_max` chars. Returns `to`; ""
 * if it is no String. */
const char *ph_scene_java_text(struct ph_scene *self, ph_ref string, uint32_t units_max, char *to,
                               size_t to_bytes);
/* Whose class it is, where names alone do not tell: "of program 2, boot loader". Returns `to`. */
const char *ph_scene_java_origin(struct ph_scene *self, const struct ph_class *class_object,
                                 char *to, size_t to_bytes);
/* The class that a java.lang.Class stands for; NULL: of a primitive type, or it is none. */
const struct ph_class *ph_scene_java_behind(struct ph_scene *self, ph_ref mirror);
/* A field by the name that it has in its unit ("value:[B", "$class"), also a hidden one. NULL:
 * there is none. */
const void *ph_scene_java_field(struct ph_scene *self, ph_ref object, const char *key);
/* The mirror of the class that Java calls `name`; `count` says how many there are. 0: none. */
ph_ref ph_scene_java_find(struct ph_scene *self, struct ph_slice name, uint32_t *count);
/* The class whose static references lie in `object`; NULL: it is nothing such. After a walk. */
const struct ph_class *ph_scene_java_statics(const struct ph_scene *self, ph_ref object);
/* The frame that `slot` belongs to: " on its stack in app.Main.main(Main.java:7)". Returns `to`. */
const char *ph_scene_java_frame(struct ph_scene *self, ph_ref thread, const void *slot, char *to,
                                size_t to_bytes);

#endif
