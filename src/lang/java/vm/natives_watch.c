/* SPDX-License-Identifier: Apache-2.0 */
/* natives_watch.c - sun.nio.fs.LinuxWatchService: who watches folders. Nobody tells of changes, so
 * phantom.vm.Watches looks for them; its numbers stand for descriptors and are beyond them all. */
#include "lang/java/vm/files.h"
#include "lang/java/vm/natives.h"

#define WATCHES "phantom/vm/Watches"
#define EVENT_BYTES 16u /* struct inotify_event, as Watches makes it */

static enum ph_outcome event_size(struct ph_call *call)
{
    return ph_java_return(call, EVENT_BYTES);
}

/* Of wd, mask, cookie, len and name. */
static enum ph_outcome event_offsets(struct ph_call *call)
{
    static const uint32_t offsets[] = {0, 4, 8, 12, EVENT_BYTES};
    ph_ref array = ph_java_new_array_named(call, "[I", PH_COUNT(offsets));
    if (array != 0) {
        struct ph_bytes *items = ph_address(call->mutator->heap, array);
        ph_touch(call->mutator, items->data, sizeof(offsets));
        memcpy(items->data, offsets, sizeof(offsets));
    }
    return ph_java_return_ref(call, array);
}

static enum ph_outcome open_watches(struct ph_call *call)
{
    return ph_java_call(call, WATCHES, "open()I", NULL, 0);
}

/* inotifyAddWatch(number, path, mask) */
static enum ph_outcome add_watch(struct ph_call *call)
{
    struct ph_java_path path;
    ph_errno error = ph_java_path_at(call, 1, &path);
    ph_ref name = error == PH_E_OK ? ph_java_name_string(call, path.text) : 0;
    if (error != PH_E_OK || name == 0) {
        return error != PH_E_OK ? ph_java_throw_unix(call, error) : ph_java_out_of_memory(call);
    }
    const uint64_t arguments[] = {call->slots[0], name, call->slots[2]};
    return ph_java_call(call, WATCHES, "add(ILjava/lang/String;I)I", arguments, 3);
}

/* The native's own arguments, `count` of them. */
static enum ph_outcome forward(struct ph_call *call, const char *key, uint32_t count)
{
    uint64_t arguments[3];
    memcpy(arguments, call->slots, count * sizeof(arguments[0]));
    return ph_java_call(call, WATCHES, key, arguments, count);
}

static enum ph_outcome remove_watch(struct ph_call *call)
{
    return forward(call, "remove(II)V", 2);
}
static enum ph_outcome pair(struct ph_call *call) { return forward(call, "pair([I)V", 1); }
static enum ph_outcome poll(struct ph_call *call) { return forward(call, "poll(II)I", 2); }

enum ph_outcome ph_java_watch_transfer(struct ph_call *call, bool is_write)
{
    return forward(call, is_write ? "write(IJI)I" : "read(IJI)I", 3);
}

enum ph_outcome ph_java_watch_close(struct ph_call *call)
{
    return forward(call, "close(I)V", 1);
}

#define WATCH "sun/nio/fs/LinuxWatchService."

ph_status ph_java_watch_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", WATCH "eventSize()I", ":i", event_size},
        {"java", WATCH "eventOffsets()[I", ":r", event_offsets},
        {"java", WATCH "inotifyInit()I", ":i", open_watches},
        {"java", WATCH "inotifyAddWatch(IJI)I", "ili:i", add_watch},
        {"java", WATCH "inotifyRmWatch(II)V", "ii:", remove_watch},
        {"java", WATCH "configureBlocking(IZ)V", "ii:", ph_java_nothing},
        {"java", WATCH "socketpair([I)V", "r:", pair},
        {"java", WATCH "poll(II)I", "ii:i", poll},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
