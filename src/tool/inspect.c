/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.c - `phantom inspect`: what the world consists of, by class, or one object of it: its
 * fields, who refers to it, how it is reached. All of it as of one durable cut. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "machine/directory.h"
#include "tool/facts.h"
#include "tool/look.h"
#include "tool/scene.h"
#include "tool/server.h"

#define LIMIT_DEFAULT 20u
#define LIMIT_JSON 1000u
#define TEXT_BYTES 4096u
#define NAME_BYTES 128u
#define VALUE_BYTES 300u
#define PATH_STEPS_MAX 100000u

struct inspecting {
    struct ph_scene scene;
    const char *target;  /* "": by class */
    bool referrers, path;
    uint32_t limit;
    bool json;
    FILE *to;
    const struct ph_class *owner; /* of the field that was shown last */
    struct ph_json j;
    struct ph_error *error;
};

/* ---- By class -------------------------------------------------------------------------------- */

struct row {
    ph_ref class_ref;
    uint64_t count, bytes;
};

struct census {
    const struct ph_scene *scene;
    struct ph_map places; /* class → index in rows + 1 */
    PH_VECTOR(struct row) rows;
    uint64_t count, bytes;
    bool no_memory;
};

static bool count_object(void *context, ph_ref object)
{
    struct census *census = context;
    ph_ref class_ref = ((const struct ph_object *)ph_scene_at(census->scene, object))->class_ref;
    uint64_t place;
    uint64_t bytes = ph_scene_object_bytes(census->scene, object);
    if (!ph_map_get(&census->places, class_ref, &place)) {
        const struct row row = {class_ref, 0, 0};
        place = census->rows.count;
        if (!ph_vector_push(&census->rows, ph_port_allocator(), row) ||
            !ph_map_put(&census->places, class_ref, place)) {
            census->no_memory = true;
            return false;
        }
    }
    census->rows.items[place].count++;
    census->rows.items[place].bytes += bytes;
    census->count++;
    census->bytes += bytes;
    return true;
}

static int largest_first(const void *a, const void *b)
{
    const struct row *x = a;
    const struct row *y = b;
    return x->bytes != y->bytes ? (x->bytes < y->bytes ? 1 : -1)
           : x->class_ref < y->class_ref ? -1 : x->class_ref > y->class_ref;
}

/* A class's name; where another row has the same, also whose it is. */
static const char *row_name(struct inspecting *in, const struct census *census, uint32_t row,
                            char *to, size_t to_bytes)
{
    struct ph_scene *scene = &in->scene;
    const struct ph_class *c = ph_scene_at(scene, census->rows.items[row].class_ref);
    char other[NAME_BYTES];
    ph_scene_class_name(scene, c, to, to_bytes);
    for (uint32_t i = 0; ph_scene_is_java(scene, c) && i < census->rows.count; i++) {
        const struct ph_class *d = ph_scene_at(scene, census->rows.items[i].class_ref);
        if (i != row && ph_scene_is_java(scene, d) &&
            strcmp(ph_scene_class_name(scene, d, other, sizeof(other)), to) == 0) {
            size_t used = strlen(to);
            char origin[VALUE_BYTES];
            snprintf(to + used, to_bytes - used, " (%s)",
                     ph_scene_java_origin(scene, c, origin, sizeof(origin)));
            break;
        }
    }
    return to;
}

static void census_text(struct inspecting *in, const struct census *census)
{
    char size[PH_SIZE_BYTES], extents[PH_SIZE_BYTES], name[VALUE_BYTES];
    uint32_t shown = PH_MIN(census->rows.count, in->limit);
    fprintf(in->to, "%s: cut %llu: %llu objects of %u classes, %s; and %s of extents reserved\n",
            in->scene.runner->image, (unsigned long long)in->scene.cut,
            (unsigned long long)census->count, census->rows.count,
            ph_size_text(census->bytes, size),
            ph_size_text(in->scene.header->extent_bytes_live, extents));
    fprintf(in->to, " share      objects        bytes  class\n");
    for (uint32_t i = 0; i < shown; i++) {
        const struct row *row = &census->rows.items[i];
        fprintf(in->to, "%4.1f %% %12llu %12llu  %s @%x\n",
                100 * (double)row->bytes / (double)census->bytes, (unsigned long long)row->count,
                (unsigned long long)row->bytes,
                row_name(in, census, i, name, sizeof(name)), row->class_ref);
    }
    if (shown < census->rows.count) {
        fprintf(in->to, "%u smaller ones are not shown (--limit)\n", census->rows.count - shown);
    }
}

static void census_json(struct inspecting *in, const struct census *census)
{
    struct ph_json *j = &in->j;
    char name[VALUE_BYTES];
    char ref[16];
    ph_json_number(j, "objects", census->count);
    ph_json_number(j, "bytes", census->bytes);
    ph_json_number(j, "extent_bytes", in->scene.header->extent_bytes_live);
    ph_json_number(j, "class_count", census->rows.count);
    ph_json_open(j, "classes", '[');
    for (uint32_t i = 0; i < PH_MIN(census->rows.count, in->limit); i++) {
        const struct row *row = &census->rows.items[i];
        snprintf(ref, sizeof(ref), "@%x", row->class_ref);
        ph_json_open(j, NULL, '{');
        ph_json_text(j, "class", row_name(in, census, i, name, sizeof(name)));
        ph_json_text(j, "ref", ref);
        ph_json_number(j, "objects", row->count);
        ph_json_number(j, "bytes", row->bytes);
        ph_json_real(j, "share", (double)row->bytes / (double)census->bytes, 4);
        ph_json_close(j, '}');
    }
    ph_json_close(j, ']');
}

static ph_status by_class(struct inspecting *in)
{
    struct census census = {.scene = &in->scene};
    const struct ph_scene_walk walk = {.context = &census, .object = count_object};
    ph_map_init(&census.places, ph_port_allocator());
    ph_status status = ph_scene_walk(&in->scene, &walk, in->error);
    if (census.no_memory) {
        status = ph_fail(in->error, PH_NO_MEMORY, "no memory to count classes");
    }
    if (status == PH_OK) {
        qsort(census.rows.items, census.rows.count, sizeof(struct row), largest_first);
        if (in->json) {
            census_json(in, &census);
        } else {
            census_text(in, &census);
        }
    }
    ph_map_finish(&census.places);
    ph_vector_finish(&census.rows, ph_port_allocator());
    return status;
}

/* ---- Which one ------------------------------------------------------------------------------- */

struct seeking {
    struct ph_slice name;
    uint32_t storage;
    const void *at; /* NULL: no such field */
};

static void match_name(void *context, const struct ph_field_view *field)
{
    struct seeking *wanted = context;
    if (wanted->at == NULL && ph_slice_equal(ph_slice_of(field->name), wanted->name)) {
        wanted->at = field->at;
        wanted->storage = field->storage;
    }
}

/* "[7]" of `bytes` bytes. */
static bool read_index(const char *step, size_t bytes, uint64_t *index)
{
    char *end;
    *index = strtoull(step + 1, &end, 10);
    return step[1] >= '0' && step[1] <= '9' && *end == ']' && end + 1 == step + bytes;
}

/* The value that one step, ".field" or "[7]" of `bytes` bytes, leads to. False: it is not there. */
static bool take_step(struct inspecting *in, const char *step, size_t bytes, ph_ref *object)
{
    struct ph_scene *scene = &in->scene;
    const struct ph_class *c = ph_scene_class(scene, *object);
    uint64_t index;
    if (step[0] == '[') {
        const struct ph_refs *items = ph_scene_at(scene, *object);
        bool is_there = c->layout == PH_LAYOUT_REFS && read_index(step, bytes, &index) &&
                        index < items->length;
        *object = is_there ? items->items[index] : 0;
        return is_there;
    }
    struct seeking wanted = {{(const uint8_t *)step + 1, bytes - 1}, 0, NULL};
    if (c->layout != PH_LAYOUT_REFS && c->layout != PH_LAYOUT_BYTES) {
        ph_scene_fields(scene, *object, match_name, &wanted);
    }
    *object = wanted.at != NULL ? ph_scene_value_ref(wanted.storage, wanted.at) : 0;
    return wanted.at != NULL;
}

/* Follows the step at *path. */
static ph_status follow_step(struct inspecting *in, const char **path, ph_ref *object)
{
    char name[NAME_BYTES];
    const struct ph_scene *scene = &in->scene;
    size_t bytes = 1 + strcspn(*path + 1, ".[");
    ph_ref found = *object;
    bool is_there = take_step(in, *path, bytes, &found);
    if (found == 0) {
        const struct ph_class *c = ph_scene_class(scene, *object);
        return ph_fail(in->error, PH_NOT_FOUND, "%s: '%.*s' of @%x, a %s, %s; 'phantom inspect %s "
                       "@%x' shows what it has", scene->runner->image, (int)bytes, *path, *object,
                       ph_scene_class_name(scene, c, name, sizeof(name)),
                       is_there ? "leads nowhere" : "is not there", scene->runner->image, *object);
    }
    *object = found;
    *path += bytes;
    return PH_OK;
}

/* The object that `name` begins at: "world", an entry of the root directory, or a class of Java
 * (its java.lang.Class). 0: none; `error` says so only if there are several. */
static ph_ref start_of(struct ph_scene *scene, struct ph_slice name, struct ph_error *error)
{
    uint32_t count;
    const struct ph_world *world = ph_scene_at(scene, scene->header->roots[PH_ROOT_WORLD]);
    if (ph_slice_equal(name, PH_SLICE_TEXT("world"))) {
        return scene->header->roots[PH_ROOT_WORLD];
    }
    for (ph_ref ref = world->directory_ref; ref != 0;) {
        const struct ph_directory_entry *entry = ph_scene_at(scene, ref);
        if (ph_slice_equal(ph_scene_bytes(scene, entry->name_ref), name)) {
            return entry->object_ref != 0 ? entry->object_ref : ref;
        }
        ref = entry->next_ref;
    }
    ph_ref mirror = ph_scene_java_find(scene, name, &count);
    if (count > 1) {
        ph_fail(error, PH_NOT_FOUND, "%s: %u classes are called '%.*s'; 'phantom inspect %s' shows "
                "their references", scene->runner->image, count, (int)name.size,
                (const char *)name.bytes, scene->runner->image);
    }
    return count == 1 ? mirror : 0;
}

/* "1/add.instance_ref[2]": names may have dots in them, so the longest that there is counts. */
static ph_status find_path(struct inspecting *in, ph_ref *object)
{
    const char *path = in->target;
    size_t bytes = strlen(path);
    *object = 0;
    while (bytes > 0 && *object == 0 && in->error->status == PH_OK) {
        if (path[bytes] == '\0' || path[bytes] == '.' || path[bytes] == '[') {
            *object = start_of(&in->scene, (struct ph_slice){(const uint8_t *)path, bytes},
                               in->error);
        }
        bytes -= *object == 0;
    }
    if (*object == 0) {
        return in->error->status != PH_OK
                   ? in->error->status
                   : ph_fail(in->error, PH_NOT_FOUND, "%s: nothing is called '%s'; a path begins "
                             "with 'world', an entry of the root directory (1/NAME) or a class of "
                             "Java, and goes on with .FIELD or [INDEX]", in->scene.runner->image,
                             path);
    }
    path += bytes;
    ph_status status = PH_OK;
    while (status == PH_OK && *path != '\0') {
        status = follow_step(in, &path, object);
    }
    return status;
}

/* "@1a2b"; 0: that is no reference. Whether an object is there, the walk tells. */
static ph_ref read_ref(const char *target)
{
    char *end;
    unsigned long long ref = strtoull(target + 1, &end, 16);
    return isxdigit((unsigned char)target[1]) && *end == '\0' && ref <= UINT32_MAX ? (ph_ref)ref
                                                                                   : 0;
}

/* ---- One object ------------------------------------------------------------------------------ */

/* "java.util.AbstractMap:" before the fields that it declares. */
static void show_owner(struct inspecting *in, const struct ph_field_view *field)
{
    char name[NAME_BYTES];
    if (field->owner != NULL && field->owner != in->owner && !in->json) {
        fprintf(in->to, "  %s%s:\n", field->is_static ? "static of " : "",
                ph_scene_class_name(&in->scene, field->owner, name, sizeof(name)));
    }
    in->owner = field->owner;
}

static void show_json_value(struct inspecting *in, const struct ph_field_view *field,
                            const char *value)
{
    char text[NAME_BYTES];
    ph_json_open(&in->j, NULL, '{');
    ph_json_text(&in->j, "name", field->name);
    if (field->owner != NULL) {
        ph_json_text(&in->j, "type", field->type);
        ph_json_text(&in->j, "declared_by",
                     ph_scene_class_name(&in->scene, field->owner, text, sizeof(text)));
        ph_json_bool(&in->j, "static", field->is_static);
    }
    ph_json_text(&in->j, "value", value);
    if (ph_scene_value_ref(field->storage, field->at) != 0) {
        snprintf(text, sizeof(text), "@%x", ph_scene_value_ref(field->storage, field->at));
        ph_json_text(&in->j, "ref", text);
    }
    ph_json_close(&in->j, '}');
}

static void show_field(void *context, const struct ph_field_view *field)
{
    struct inspecting *in = context;
    char value[VALUE_BYTES], name[2 * NAME_BYTES];
    if (field->type != NULL && field->storage != PH_STORE_REF) {
        ph_scene_java_value(field->storage, field->at, value, sizeof(value));
    } else {
        ph_scene_value_text(&in->scene, field->storage, field->at, value, sizeof(value));
    }
    show_owner(in, field);
    if (in->json) {
        show_json_value(in, field, value);
    } else if (field->owner == NULL) {
        fprintf(in->to, "  %-20s %s\n", field->name, value);
    } else {
        snprintf(name, sizeof(name), "%s %s", field->type, field->name);
        fprintf(in->to, "    %-28s %s\n", name, value);
    }
}

static bool is_text(const struct ph_scene *scene, ph_ref object)
{
    const struct ph_class *c = ph_scene_class(scene, object);
    struct ph_slice bytes = ph_scene_bytes(scene, object);
    bool is_good = c->layout == PH_LAYOUT_BYTES && c->item_shift == 0 &&
                   !ph_scene_is_java(scene, c) && c->number != PH_CLASS_STACK && bytes.size > 0 &&
                   ph_text_is_utf8(bytes.bytes, bytes.size);
    for (uint64_t i = 0; is_good && i < bytes.size; i++) {
        is_good = bytes.bytes[i] >= ' ' || bytes.bytes[i] == '\n' || bytes.bytes[i] == '\t';
    }
    return is_good;
}

static void show_items(struct inspecting *in, const struct ph_class *c, ph_ref object)
{
    const struct ph_bytes *array = ph_scene_at(&in->scene, object);
    bool is_refs = c->layout == PH_LAYOUT_REFS;
    uint32_t storage = is_refs ? PH_STORE_REF : c->item_kind != 0 ? c->item_kind : PH_STORE_U8;
    uint32_t shift = is_refs ? 2 : c->item_shift;
    char name[24];
    for (uint32_t i = 0; i < PH_MIN(array->length, in->limit); i++) {
        snprintf(name, sizeof(name), "[%u]", i);
        const struct ph_field_view item = {.name = name, .storage = storage,
                                           .at = array->data + ((uint64_t)i << shift),
                                           .type = ph_scene_is_java(&in->scene, c) ? "" : NULL};
        show_field(in, &item);
    }
    if (array->length > in->limit && !in->json) {
        fprintf(in->to, "  and %u more (--limit)\n", array->length - in->limit);
    }
}

static void show_object(struct inspecting *in, ph_ref object)
{
    struct ph_scene *scene = &in->scene;
    const struct ph_class *c = ph_scene_class(scene, object);
    const struct ph_bytes *array = ph_scene_at(scene, object);
    bool is_array = c->layout == PH_LAYOUT_REFS || c->layout == PH_LAYOUT_BYTES;
    uint64_t bytes = ph_scene_object_bytes(scene, object);
    char text[VALUE_BYTES], whole[TEXT_BYTES];
    ph_scene_java_text(scene, object, TEXT_BYTES, whole, sizeof(whole));
    ph_scene_ref_text(scene, object, text, sizeof(text));
    if (in->json) {
        ph_json_number(&in->j, "bytes", bytes);
        ph_json_text(&in->j, "shown", text);
        if (whole[0] != '\0') {
            ph_json_text(&in->j, "text", whole);
        }
        ph_json_text(&in->j, "class", ph_scene_class_name(scene, c, text, sizeof(text)));
        if (is_array) {
            ph_json_number(&in->j, "length", array->length);
        }
        if (is_text(scene, object)) {
            struct ph_slice shown = {array->data, PH_MIN(array->length, TEXT_BYTES)};
            ph_json_slice(&in->j, "text", shown);
        }
        ph_json_open(&in->j, is_array ? "items" : "fields", '[');
    } else {
        fprintf(in->to, "%s: cut %llu: %s, %llu bytes\n", scene->runner->image,
                (unsigned long long)scene->cut, text, (unsigned long long)bytes);
        fprintf(in->to, "%s%s%s", whole[0] == '\0' ? "" : "  ", whole,
                whole[0] == '\0' ? "" : "\n");
    }
    if (!in->json && is_text(scene, object)) {
        fprintf(in->to, "  %.*s%s\n", (int)PH_MIN(array->length, TEXT_BYTES),
                (const char *)array->data, array->length > TEXT_BYTES ? "..." : "");
    } else if (is_array) {
        show_items(in, c, object);
    } else {
        ph_scene_fields(scene, object, show_field, in);
    }
    if (in->json) {
        ph_json_close(&in->j, ']');
    }
}

/* ---- Who refers to it ------------------------------------------------------------------------ */

struct referrer {
    ph_ref from;
    const void *slot;
};

struct referring {
    ph_ref object;
    uint32_t limit;
    uint64_t count;
    PH_VECTOR(struct referrer) first; /* up to `limit` of them */
    bool no_memory;
};

static void meet_referrer(void *context, ph_ref from, const void *slot, ph_ref to)
{
    struct referring *referring = context;
    const struct referrer one = {from, slot};
    if (to != referring->object || from == PH_SCENE_ROOT) {
        return;
    }
    if (referring->count++ < referring->limit &&
        !ph_vector_push(&referring->first, ph_port_allocator(), one)) {
        referring->no_memory = true;
    }
}

static void show_referrer(struct inspecting *in, ph_ref from, const void *slot)
{
    char text[VALUE_BYTES];
    char name[NAME_BYTES];
    const struct ph_class *statics = ph_scene_java_statics(&in->scene, from);
    char own[NAME_BYTES];
    ph_scene_ref_text(&in->scene, from, text, sizeof(text));
    if (statics != NULL) { /* not the table, but the class that has it */
        snprintf(text, sizeof(text), "static %s",
                 ph_scene_class_name(&in->scene, statics, own, sizeof(own)));
    }
    ph_scene_slot_name(&in->scene, from, slot, name, sizeof(name));
    if (in->json) {
        ph_json_open(&in->j, NULL, '{');
        ph_json_text(&in->j, "from", text);
        ph_json_text(&in->j, "field", name);
        ph_json_close(&in->j, '}');
    } else {
        const struct ph_class *c = ph_scene_class(&in->scene, from);
        bool is_array = ph_scene_is_java(&in->scene, c) && (c->flags & PH_CLASS_ARRAY) != 0;
        fprintf(in->to, "  %s%s%s\n", text, is_array ? " " : "", name);
    }
}

static void show_referrers(struct inspecting *in, const struct referring *referring)
{
    if (in->json) {
        ph_json_open(&in->j, "referrers", '[');
    }
    for (uint32_t i = 0; i < referring->first.count; i++) {
        show_referrer(in, referring->first.items[i].from, referring->first.items[i].slot);
    }
    if (in->json) {
        ph_json_close(&in->j, ']');
        ph_json_number(&in->j, "referrer_count", referring->count);
    } else {
        fprintf(in->to, "%llu references to it%s\n", (unsigned long long)referring->count,
                referring->count > in->limit ? "; the first are shown (--limit)" : "");
    }
}

/* ---- The way to it --------------------------------------------------------------------------- */

struct slot_search {
    struct ph_visitor visitor;
    ph_ref object;
    const void *slot;
};

static void search_ref(struct ph_visitor *visitor, ph_ref *slot)
{
    struct slot_search *search = (struct slot_search *)(void *)visitor;
    if (*slot == search->object && search->slot == NULL) {
        search->slot = slot;
    }
}

static void search_slot(struct ph_visitor *visitor, uint64_t *slot)
{
    struct slot_search *search = (struct slot_search *)(void *)visitor;
    if (*slot == search->object && search->slot == NULL) {
        search->slot = slot;
    }
}

static void show_step(struct inspecting *in, ph_ref parent, ph_ref object)
{
    char text[VALUE_BYTES];
    char name[NAME_BYTES] = "";
    ph_scene_ref_text(&in->scene, object, text, sizeof(text));
    if (parent != PH_SCENE_ROOT) {
        struct slot_search search = {.visitor = {.ref = search_ref, .slot = search_slot},
                                     .object = object};
        ph_object_visit(in->scene.heap, in->scene.base, parent, &search.visitor);
        ph_scene_slot_name(&in->scene, parent, search.slot, name, sizeof(name));
    }
    if (in->json) {
        ph_json_open(&in->j, NULL, '{');
        ph_json_text(&in->j, "field", name);
        ph_json_text(&in->j, "object", text);
        ph_json_close(&in->j, '}');
    } else {
        fprintf(in->to, "  %-20s %s\n", name, text);
    }
}

/* After the walk. */
static ph_status show_path(struct inspecting *in, ph_ref object)
{
    uint32_t count = 0;
    for (ph_ref at = object; at != PH_SCENE_ROOT; at = in->scene.parents[at / 2]) {
        count++;
    }
    uint32_t shown = PH_MIN(count, PATH_STEPS_MAX);
    ph_ref *steps = calloc(shown, sizeof(*steps)); /* the last ones */
    if (steps == NULL) {
        return ph_fail(in->error, PH_NO_MEMORY, "no memory for the path");
    }
    ph_ref at = object;
    for (uint32_t i = shown; i > 0; i--) {
        steps[i - 1] = at;
        at = in->scene.parents[at / 2];
    }
    if (in->json) {
        ph_json_number(&in->j, "path_length", count);
        ph_json_open(&in->j, "path", '[');
    } else {
        fprintf(in->to, "the way to it, %u objects:\n", count);
    }
    for (uint32_t i = 0; i < shown; i++) {
        show_step(in, i == 0 ? at : steps[i - 1], steps[i]);
    }
    if (in->json) {
        ph_json_close(&in->j, ']');
    }
    free(steps);
    return PH_OK;
}

/* ---- All together ---------------------------------------------------------------------------- */

/* One walk tells whether a reference leads to an object, who refers to it, and the way to it. */
static ph_status walk_for(struct inspecting *in, struct referring *referring)
{
    const struct ph_scene_walk walk = {.context = referring,
                                       .reference = in->referrers ? meet_referrer : NULL};
    ph_status status = ph_scene_walk(&in->scene, &walk, in->error);
    if (status == PH_OK && referring->no_memory) {
        status = ph_fail(in->error, PH_NO_MEMORY, "no memory for so many references");
    }
    if (status == PH_OK && !ph_scene_has_met(&in->scene, referring->object)) {
        status = ph_fail(in->error, PH_NOT_FOUND, "%s: no object that can be reached is at %s; "
                         "references are hexadecimal, as inspect and fsck show them",
                         in->scene.runner->image, in->target);
    }
    return status;
}

static ph_status one_object(struct inspecting *in)
{
    struct referring referring = {.limit = in->limit};
    bool is_ref = in->target[0] == '@';
    char ref[16];
    ph_status status = PH_OK;
    if (is_ref) {
        referring.object = read_ref(in->target);
    } else {
        status = find_path(in, &referring.object);
    }
    if (status == PH_OK && (is_ref || in->referrers || in->path)) {
        status = walk_for(in, &referring);
    }
    if (status == PH_OK) {
        if (in->json) {
            snprintf(ref, sizeof(ref), "@%x", referring.object);
            ph_json_text(&in->j, "ref", ref);
        }
        show_object(in, referring.object);
        if (in->referrers) {
            show_referrers(in, &referring);
        }
        status = in->path ? show_path(in, referring.object) : PH_OK;
    }
    ph_vector_finish(&referring.first, ph_port_allocator());
    return status;
}

/* The answer is made whole before any of it is given. */
static ph_status inspect(struct ph_runner *runner, struct inspecting *in)
{
    ph_status status = ph_scene_open(&in->scene, runner, in->error);
    if (status != PH_OK) {
        return status;
    }
    if (in->json) {
        ph_json_begin(&in->j, in->to);
        ph_json_text(&in->j, "image", runner->image);
        ph_json_number(&in->j, "cut", in->scene.cut);
    }
    status = in->target[0] == '\0' ? by_class(in) : one_object(in);
    if (in->json) {
        ph_json_end(&in->j);
    }
    ph_scene_close(&in->scene);
    return status;
}

int ph_inspect_answer(struct ph_runner *runner, const char *const *words, uint32_t count,
                      struct ph_telling *telling)
{
    if (count != 3) {
        ph_fail(telling->error, PH_MALFORMED, "inspect was not understood");
        return PH_EXIT_FAILED;
    }
    struct inspecting in = {.target = words[0],
                            .referrers = strchr(words[1], 'r') != NULL,
                            .path = strchr(words[1], 'p') != NULL,
                            .limit = (uint32_t)strtoul(words[2], NULL, 10),
                            .json = telling->json,
                            .to = telling->to,
                            .error = telling->error};
    return inspect(runner, &in) == PH_OK ? PH_EXIT_OK : PH_EXIT_FAILED;
}

static int inspect_sleeping(struct ph_runner *runner, struct ph_telling *telling,
                            const char *const *words)
{
    char *body = NULL;
    size_t body_bytes = 0;
    telling->to = open_memstream(&body, &body_bytes);
    if (telling->to == NULL) {
        ph_say("no memory for the answer");
        return PH_EXIT_FAILED;
    }
    int exit_status = ph_inspect_answer(runner, words, 3, telling);
    fclose(telling->to);
    if (exit_status == PH_EXIT_OK) {
        fwrite(body, 1, body_bytes, stdout);
    } else {
        ph_say_error(telling->error, exit_status);
    }
    free(body);
    return exit_status;
}

int ph_command_inspect(const struct ph_options *options)
{
    const char *target = options->argument_count > 1 ? options->arguments[1] : "";
    struct ph_error error = {0};
    struct ph_telling telling = {.json = options->json, .error = &error};
    struct ph_runner runner;
    char limit[16];
    int exit_status;
    if ((options->referrers || options->path) && target[0] == '\0') {
        ph_say("%s is about one object: phantom inspect %s @REF, or a path",
               options->referrers ? "--referrers" : "--path", options->arguments[0]);
        return PH_EXIT_USAGE;
    }
    snprintf(limit, sizeof(limit), "%u",
             options->limit != 0 ? options->limit : options->json ? LIMIT_JSON : LIMIT_DEFAULT);
    const char *words[] = {"inspect", target,
                           options->referrers ? options->path ? "rp" : "r"
                           : options->path    ? "p"
                                              : "",
                           limit};
    if (!ph_look_open(options, words, PH_COUNT(words), &runner, &exit_status)) {
        return exit_status;
    }
    exit_status = inspect_sleeping(&runner, &telling, words + 1);
    ph_runner_close(&runner);
    return exit_status;
}
