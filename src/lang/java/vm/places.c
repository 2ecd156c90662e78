/* SPDX-License-Identifier: Apache-2.0 */
/* places.c - fields that natives look at often (places.h).
 *
 * vm->places has for each one the class that was found to declare it (upper half) and its offset;
 * class objects are pinned and stay. Another program in the world has classes of its own: then it
 * is looked for again. */
#include "lang/java/vm/places.h"

#include "base/text.h"
#include "machine/link.h"

static const struct {
    const char *class_name, *key;
    uint32_t storage;
} places[] = {
#define PLACE(name, class_name, key, storage) {class_name, key, storage},
    PH_JAVA_PLACES(PLACE)
};

static uint64_t find(struct ph_java_vm *self, const struct ph_class *class,
                     enum ph_java_place place)
{
    struct ph_slice key = {(const uint8_t *)places[place].key, strlen(places[place].key)};
    struct ph_slice name = {(const uint8_t *)places[place].class_name,
                            strlen(places[place].class_name)};
    uint32_t number;
    const struct ph_java_known *found =
        ph_java_find_field(self, (struct ph_class *)(uintptr_t)class, key, &number);

    if (found == NULL || !ph_slice_equal(ph_class_outline_name(&found->outline), name) ||
        ph_java_loader_of(self, found->class) != 0) {
        return 0;
    }
    const struct ph_field_def *field =
        &found->view->loaded->unit.class_defs[0].fields[number];
    return field->storage != places[place].storage || (field->flags & PH_FIELD_STATIC) != 0
               ? 0
               : (uint64_t)ph_ref_to(self->heap, found->class) << 32 |
                     ph_java_field_offset(found, number);
}

void *ph_java_place(struct ph_java_vm *self, ph_ref object, enum ph_java_place place)
{
    PH_ASSERT(place < PH_JAVA_PLACE_COUNT);
    if (object == 0) {
        return NULL;
    }
    const struct ph_object *head = ph_address(self->heap, object);
    uint64_t known = __atomic_load_n(&self->places[place], __ATOMIC_RELAXED);
    if (head->class_ref == (ph_ref)(known >> 32)) { /* mostly */
        return (uint8_t *)ph_address(self->heap, object) + (uint32_t)known;
    }
    const struct ph_class *class = ph_class_of(self->heap, object);
    if (known == 0 ||
        !ph_class_is_subclass(self->heap, class, ph_address(self->heap, (ph_ref)(known >> 32)))) {
        known = find(self, class, place);
        if (known == 0) {
            return NULL;
        }
        __atomic_store_n(&self->places[place], known, __ATOMIC_RELAXED);
    }
    return (uint8_t *)ph_address(self->heap, object) + (uint32_t)known;
}
