/* SPDX-License-Identifier: Apache-2.0 */
/* natives_idle.c - what the library calls so that natives of a class are prepared. Here they
 * are bound by their names, and there is nothing to do. Where a table has
 * other natives of the class, it has this one too. */
#include "lang/java/vm/natives.h"

ph_status ph_java_idle_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", "java/io/FileDescriptor.initIDs()V", ":", ph_java_nothing},
        {"java", "java/io/FileInputStream.initIDs()V", ":", ph_java_nothing},
        {"java", "java/io/FileOutputStream.initIDs()V", ":", ph_java_nothing},
        {"java", "java/io/RandomAccessFile.initIDs()V", ":", ph_java_nothing},
        {"java", "java/io/UnixFileSystem.initIDs()V", ":", ph_java_nothing},
        {"java", "java/lang/ProcessHandleImpl$Info.initIDs()V", ":", ph_java_nothing},
        {"java", "java/lang/ProcessHandleImpl.initNative()V", ":", ph_java_nothing},
        {"java", "java/util/zip/Inflater.initIDs()V", ":", ph_java_nothing},
        {"java", "jdk/internal/invoke/NativeEntryPoint.registerNatives()V", ":", ph_java_nothing},
        {"java", "jdk/internal/misc/ScopedMemoryAccess.registerNatives()V", ":", ph_java_nothing},
        {"java", "jdk/internal/perf/Perf.registerNatives()V", ":", ph_java_nothing},
        {"java", "sun/nio/ch/FileKey.initIDs()V", ":", ph_java_nothing},
        {"java", "sun/nio/ch/IOUtil.initIDs()V", ":", ph_java_nothing},
        {"java", "sun/nio/ch/Net.initIDs()V", ":", ph_java_nothing},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
