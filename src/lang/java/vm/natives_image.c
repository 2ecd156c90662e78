/* SPDX-License-Identifier: Apache-2.0 */
/* natives_image.c - the JDK's lib/modules as the library's own reader of resources sees it. */
#include "lang/java/vm/unsafe.h"

/* getNativeMap(path): a buffer over the file; null: there is none, or it is another file. */
static enum ph_outcome get_native_map(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);

    if (!ph_java_has_library(vm) || vm->library.bytes.size > INT32_MAX) {
        return ph_java_return(call, 0);
    }
    const uint64_t arguments[] = {PH_JAVA_LIBRARY_ADDRESS, vm->library.bytes.size};
    return ph_java_call(call, "phantom/vm/Images", "map(JI)Ljava/nio/ByteBuffer;", arguments, 2);
}

ph_status ph_java_image_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java",
         "jdk/internal/jimage/NativeImageBuffer.getNativeMap(Ljava/lang/String;)"
         "Ljava/nio/ByteBuffer;",
         "r:r", get_native_map},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
