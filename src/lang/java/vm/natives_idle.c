/* SPDX-License-Identifier: Apache-2.0 */
/* natives_idle.c - what the library calls so that natives of a class are prepared. Here they
 * are bound by their names, and there is nothing to do. */
#include "lang/java/vm/vm.h"

static enum ph_outcome nothing(struct ph_call *call)
{
    (void)call;
    return PH_DONE;
}

ph_status ph_java_idle_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", "java/io/FileDescriptor.initIDs()V", ":", nothing},
        {"java", "java/io/FileInputStream.initIDs()V", ":", nothing},
        {"java", "java/io/FileOutputStream.initIDs()V", ":", nothing},
        {"java", "java/io/ObjectStreamClass.initNative()V", ":", nothing},
        {"java", "java/io/RandomAccessFile.initIDs()V", ":", nothing},
        {"java", "java/io/UnixFileSystem.initIDs()V", ":", nothing},
        {"java", "java/lang/Class.registerNatives()V", ":", nothing},
        {"java", "java/lang/ClassLoader.registerNatives()V", ":", nothing},
        {"java", "java/lang/ProcessHandleImpl$Info.initIDs()V", ":", nothing},
        {"java", "java/lang/ProcessHandleImpl.initNative()V", ":", nothing},
        {"java", "java/lang/System.registerNatives()V", ":", nothing},
        {"java", "java/lang/Thread.registerNatives()V", ":", nothing},
        {"java", "java/lang/invoke/MethodHandleNatives.registerNatives()V", ":", nothing},
        {"java", "java/util/zip/Inflater.initIDs()V", ":", nothing},
        {"java", "jdk/internal/invoke/NativeEntryPoint.registerNatives()V", ":", nothing},
        {"java", "jdk/internal/misc/ScopedMemoryAccess.registerNatives()V", ":", nothing},
        {"java", "jdk/internal/misc/Unsafe.registerNatives()V", ":", nothing},
        {"java", "jdk/internal/perf/Perf.registerNatives()V", ":", nothing},
        {"java", "sun/nio/ch/FileKey.initIDs()V", ":", nothing},
        {"java", "sun/nio/ch/IOUtil.initIDs()V", ":", nothing},
        {"java", "sun/nio/ch/InheritedChannel.initIDs()V", ":", nothing},
        {"java", "sun/nio/ch/Net.initIDs()V", ":", nothing},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
