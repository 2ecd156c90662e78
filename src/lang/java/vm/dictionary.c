/* SPDX-License-Identifier: Apache-2.0 */
/* dictionary.c - what loaders have answered for names (JVMS 5.3), and what they will have to
 * (5.3.4).
 *
 * A dictionary is an array (TABLE_ITEMS), open-addressed by the hash of the name; it is never more
 * than half full, and replaced by one of twice its size. An item is the class that the loader has
 * answered, or a promise: the loader has not answered yet, and will be held to the class that the
 * others answer whose dictionaries have the same promise.
 *
 * A promise is a TABLE_ITEMS: the name, the class once somebody has answered, and, where promises
 * were joined, the one that stands for it. They lie in the world as what was linked by them does:
 * after a resume they hold, though nothing that led to them is linked again yet. */
#include "lang/java/vm/vm.h"

#include "base/hash.h"
#include "base/text.h"
#include "lang/java/vm/access.h"
#include "machine/internal.h"

#define DICTIONARY_SLOTS_MIN 64u

enum { PROMISE_NAME, PROMISE_CLASS, PROMISE_NEXT, PROMISE_ITEMS };

/* ---- Promises ------------------------------------------------------------------------------- */

static bool is_promise(const struct ph_heap *heap, ph_ref item)
{
    return ph_is_a(heap, item, PH_CLASS_TABLE_ITEMS);
}

/* A class or 0 as it is; of joined promises the one that stands for all. */
static ph_ref resolved(const struct ph_heap *heap, ph_ref item)
{
    while (is_promise(heap, item)) {
        const struct ph_refs *promise = ph_address(heap, item);
        if (promise->items[PROMISE_NEXT] == 0) {
            break;
        }
        item = promise->items[PROMISE_NEXT];
    }
    return item;
}

/* The class that a resolved item is, or stands for; NULL: nobody has answered. */
static struct ph_class *known(const struct ph_heap *heap, ph_ref item)
{
    if (is_promise(heap, item)) {
        item = ((const struct ph_refs *)ph_address(heap, item))->items[PROMISE_CLASS];
    }
    return item == 0 ? NULL : ph_address(heap, item);
}

/* `class`: NULL, if nobody has answered. */
static ph_ref new_promise(struct ph_mutator *mutator, struct ph_slice name,
                          const struct ph_class *class)
{
    ph_ref name_ref = class != NULL ? class->name_ref
                                    : ph_bytes_new(mutator, PH_CLASS_PINNED_BYTES, name);
    ph_ref ref = name_ref == 0 ? 0
                               : ph_object_new_pinned(mutator, PH_CLASS_TABLE_ITEMS,
                                                      PROMISE_ITEMS);
    if (ref != 0) {
        struct ph_refs *promise = ph_address(mutator->heap, ref);
        PH_SET(mutator, promise->items[PROMISE_NAME], name_ref);
    }
    return ref;
}

static void set_in_promise(struct ph_mutator *mutator, ph_ref promise_ref, uint32_t part,
                           ph_ref value)
{
    struct ph_refs *promise = ph_address(mutator->heap, promise_ref);
    PH_SET(mutator, promise->items[part], value);
}

/* ---- Tables --------------------------------------------------------------------------------- */

static struct ph_slice name_of(const struct ph_heap *heap, ph_ref item)
{
    return is_promise(heap, item)
               ? ph_java_slice(heap, ((const struct ph_refs *)ph_address(heap, item))
                                         ->items[PROMISE_NAME])
               : ph_java_slice(heap, ((const struct ph_class *)ph_address(heap, item))->name_ref);
}

/* The slot of the name, or the free one where it would go. */
static ph_ref *place_of(const struct ph_heap *heap, struct ph_refs *table, struct ph_slice name)
{
    uint32_t mask = table->length - 1;
    uint32_t at = (uint32_t)ph_hash64(name.bytes, name.size, 0) & mask;

    while (table->items[at] != 0 && !ph_slice_equal(name_of(heap, table->items[at]), name)) {
        at = (at + 1) & mask;
    }
    return &table->items[at];
}

/* How many items a dictionary has stands in its `extra`. Returns the table that has room for one
 * more; 0: no memory. */
static ph_ref with_room(struct ph_mutator *mutator, ph_ref table_ref)
{
    const struct ph_heap *heap = mutator->heap;
    const struct ph_refs *table = table_ref == 0 ? NULL : ph_address(heap, table_ref);

    if (table != NULL && table->extra < table->length / 2) {
        return table_ref;
    }
    uint32_t length = table == NULL ? DICTIONARY_SLOTS_MIN : table->length * 2;
    ph_ref larger_ref = ph_object_new_pinned(mutator, PH_CLASS_TABLE_ITEMS, length);
    if (larger_ref == 0) {
        return 0;
    }
    struct ph_refs *larger = ph_address(heap, larger_ref);
    ph_touch(mutator, larger, sizeof(*larger) + length * sizeof(ph_ref));
    for (uint32_t i = 0; table != NULL && i < table->length; i++) {
        if (table->items[i] != 0) {
            *place_of(heap, larger, name_of(heap, table->items[i])) = table->items[i];
            larger->extra++;
        }
    }
    return larger_ref;
}

static ph_ref dictionary_of(const struct ph_call *call, ph_ref loader)
{
    return loader == 0 ? ph_java_root(call, PH_JAVA_ROOT_CLASSES)
                       : ph_java_get_ref(ph_java_vm_of(call), loader, "$classes");
}

/* Resolved; 0: none. */
static ph_ref item_of(const struct ph_call *call, ph_ref loader, struct ph_slice name)
{
    const struct ph_heap *heap = call->mutator->heap;
    ph_ref table_ref = dictionary_of(call, loader);
    return table_ref == 0 ? 0 : resolved(heap, *place_of(heap, ph_address(heap, table_ref), name));
}

/* In place of what there may be of that name. False: no memory. */
static bool put(struct ph_call *call, ph_ref loader, struct ph_slice name, ph_ref item)
{
    const struct ph_heap *heap = call->mutator->heap;
    ph_ref old_ref = dictionary_of(call, loader);
    ph_ref table_ref = with_room(call->mutator, old_ref);

    if (table_ref == 0) {
        return false;
    }
    struct ph_refs *table = ph_address(heap, table_ref);
    ph_ref *place = place_of(heap, table, name);
    if (*place == 0) {
        PH_SET(call->mutator, table->extra, table->extra + 1);
    }
    PH_SET(call->mutator, *place, item);
    if (table_ref != old_ref && loader == 0) {
        ph_java_set_root(call, PH_JAVA_ROOT_CLASSES, table_ref);
    } else if (table_ref != old_ref) {
        ph_java_set_ref(call, loader, "$classes", table_ref);
    }
    return true;
}

/* ---- Answers -------------------------------------------------------------------------------- */

struct ph_class *ph_java_answered(const struct ph_heap *heap, ph_ref item)
{
    return item == 0 || is_promise(heap, item) ? NULL : ph_address(heap, item);
}

bool ph_java_look_up(struct ph_call *call, ph_ref loader, struct ph_slice name,
                     struct ph_class **class)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);

    ph_mutex_lock(&vm->dictionary_lock);
    *class = ph_java_answered(vm->heap, item_of(call, loader, name));
    ph_mutex_unlock(&vm->dictionary_lock);
    return *class != NULL;
}

struct ph_class *ph_java_note_class(struct ph_call *call, ph_ref loader, struct ph_class *class,
                                    struct ph_java_error *error)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_slice name = ph_java_slice(vm->heap, class->name_ref);

    ph_mutex_lock(&vm->dictionary_lock);
    ph_ref item = item_of(call, loader, name);
    bool is_promised = is_promise(vm->heap, item);
    struct ph_class *answer = known(vm->heap, item);
    bool is_broken = is_promised && answer != NULL && answer != class;
    bool ok = !is_broken;
    if (ok && (item == 0 || is_promised)) {
        answer = class;
        ok = put(call, loader, name, ph_ref_to(vm->heap, class));
    }
    if (ok && is_promised) {
        set_in_promise(call->mutator, item, PROMISE_CLASS, ph_ref_to(vm->heap, class));
    }
    ph_mutex_unlock(&vm->dictionary_lock);
    if (is_broken) {
        ph_java_say_broken(call, loader, class, answer, error);
    } else if (!ok && error != NULL) {
        *error = (struct ph_java_error){"java/lang/OutOfMemoryError", "no room for a class"};
    }
    return ok ? answer : NULL;
}

/* Both items, which do not contradict, become one promise, or are held to one class. */
static bool join(struct ph_call *call, const ph_ref loaders[2], struct ph_slice name,
                 const ph_ref items[2], const struct ph_class *class)
{
    const struct ph_heap *heap = call->mutator->heap;
    ph_ref promise = is_promise(heap, items[0])   ? items[0]
                     : is_promise(heap, items[1]) ? items[1]
                                                  : new_promise(call->mutator, name, class);
    bool ok = promise != 0;

    if (ok && class != NULL) {
        set_in_promise(call->mutator, promise, PROMISE_CLASS, ph_ref_to(heap, class));
    }
    for (uint32_t i = 0; ok && i < 2; i++) {
        if (items[i] == 0) {
            ok = put(call, loaders[i], name, promise);
        } else if (is_promise(heap, items[i]) && items[i] != promise) {
            set_in_promise(call->mutator, items[i], PROMISE_NEXT, promise);
        }
    }
    return ok;
}

enum ph_java_promised ph_java_promise(struct ph_call *call, ph_ref one, ph_ref other,
                                      struct ph_slice name)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const ph_ref loaders[] = {one, other};
    enum ph_java_promised result = PH_JAVA_PROMISED;

    ph_mutex_lock(&vm->dictionary_lock);
    const ph_ref items[] = {item_of(call, one, name), item_of(call, other, name)};
    const struct ph_class *mine = known(vm->heap, items[0]), *theirs = known(vm->heap, items[1]);
    if (mine != NULL && theirs != NULL) {
        result = mine == theirs ? PH_JAVA_PROMISED : PH_JAVA_CONFLICT;
    } else if (items[0] != items[1] || items[0] == 0) {
        result = join(call, loaders, name, items, mine != NULL ? mine : theirs)
                     ? PH_JAVA_PROMISED
                     : PH_JAVA_NO_PROMISE;
    }
    ph_mutex_unlock(&vm->dictionary_lock);
    return result;
}
