/* SPDX-License-Identifier: Apache-2.0 */
/* natives_management.c - java.lang.management: what a machine says of itself. Most of it is done in
 * Java (phantom.vm.Management). What this machine does not count (processor time of threads,
 * contention, pools of memory, collections) it says it does not support. */
#include "lang/java/vm/natives.h"
#include "port/host_facts.h"
#include "machine/internal.h"

#define OURS "phantom/vm/Management"

/* ---- sun.management ------------------------------------------------------------------------- */

static enum ph_outcome version(struct ph_call *call)
{
    return ph_java_return_string(call, PH_SLICE_TEXT("3.0")); /* as JDK 17's */
}

static enum ph_outcome minus_one(struct ph_call *call)
{
    return ph_java_return(call, UINT64_MAX); /* not known */
}

static enum ph_outcome no_strings(struct ph_call *call)
{
    return ph_java_return_ref(call, ph_java_new_array_named(call, "[Ljava/lang/String;", 0));
}

static enum ph_outcome startup_time(struct ph_call *call)
{
    return ph_java_call(call, OURS, "begun()J", NULL, 0);
}

static enum ph_outcome uptime(struct ph_call *call)
{
    return ph_java_call(call, OURS, "uptime()J", NULL, 0);
}

/* Of all programs of the world. */
static enum ph_outcome class_count(struct ph_call *call)
{
    return ph_java_return(call, call->mutator->heap->header->class_count);
}

static enum ph_outcome threads(struct ph_call *call)
{
    uint64_t daemons_only = 0;
    return ph_java_call(call, OURS, "threads(Z)I", &daemons_only, 1);
}

static enum ph_outcome daemons(struct ph_call *call)
{
    uint64_t daemons_only = 1;
    return ph_java_call(call, OURS, "threads(Z)I", &daemons_only, 1);
}

static enum ph_outcome memory(struct ph_call *call)
{
    uint64_t is_heap = call->slots[1];
    return ph_java_call(call, OURS, "memory(Z)Ljava/lang/Object;", &is_heap, 1);
}

/* An empty array of that class of java.lang.management. */
static enum ph_outcome none(struct ph_call *call, const char *class_name)
{
    uint64_t name = ph_java_string_of(call, class_name);
    return name == 0 ? ph_java_out_of_memory(call)
                     : ph_java_call(call, OURS, "none(Ljava/lang/String;)Ljava/lang/Object;",
                                    &name, 1);
}

static enum ph_outcome pools(struct ph_call *call) { return none(call, "MemoryPoolMXBean"); }
static enum ph_outcome managers(struct ph_call *call) { return none(call, "MemoryManagerMXBean"); }

/* getThreadInfo1(ids, depth, infos) */
static enum ph_outcome thread_infos(struct ph_call *call)
{
    uint64_t arguments[] = {call->slots[0], call->slots[1], call->slots[2]};
    return ph_java_call(call, OURS, "infos([JI[Ljava/lang/Object;)V", arguments, 3);
}

/* dumpThreads0(ids, lockedMonitors, lockedSynchronizers, depth) */
static enum ph_outcome dump_threads(struct ph_call *call)
{
    uint64_t arguments[] = {call->slots[0], call->slots[3]};
    return ph_java_call(call, OURS, "dump([JI)Ljava/lang/Object;", arguments, 2);
}

/* ---- com.sun.management.internal ------------------------------------------------------------ */

static enum ph_outcome host(struct ph_call *call, enum ph_host_fact fact)
{
    return ph_java_return(call, (uint64_t)ph_host_fact(fact));
}

static enum ph_outcome total_memory(struct ph_call *call) { return host(call, PH_HOST_MEMORY); }
static enum ph_outcome free_memory(struct ph_call *call) { return host(call, PH_HOST_FREE_MEMORY); }
static enum ph_outcome cpu_time(struct ph_call *call) { return host(call, PH_HOST_CPU_TIME_NS); }

static enum ph_outcome unknown_load(struct ph_call *call)
{
    double unknown = -1;
    memcpy(&call->slots[0], &unknown, sizeof(unknown));
    return PH_DONE;
}

/* ---- The table ------------------------------------------------------------------------------ */

#define VM "sun/management/VMManagementImpl."
#define MEMORY "sun/management/MemoryImpl."
#define THREADS "sun/management/ThreadImpl."
#define SYSTEM "com/sun/management/internal/OperatingSystemImpl."
#define COMMANDS "com/sun/management/internal/DiagnosticCommandImpl."
#define BEANS "[Ljava/lang/management/"
#define STRINGS "[Ljava/lang/String;"

ph_status ph_java_management_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", VM "getVersion0()Ljava/lang/String;", ":r", version},
        {"java", VM "initOptionalSupportFields()V", ":", ph_java_nothing},
        {"java", VM "isThreadContentionMonitoringEnabled()Z", "r:i", ph_java_zero},
        {"java", VM "isThreadCpuTimeEnabled()Z", "r:i", ph_java_zero},
        {"java", VM "isThreadAllocatedMemoryEnabled()Z", "r:i", ph_java_zero},
        {"java", VM "getTotalClassCount()J", "r:l", class_count},
        {"java", VM "getUnloadedClassCount()J", "r:l", ph_java_zero},
        {"java", VM "getVerboseClass()Z", "r:i", ph_java_zero},
        {"java", VM "getVerboseGC()Z", "r:i", ph_java_zero},
        {"java", VM "getProcessId()I", "r:i", ph_java_process_id},
        {"java", VM "getVmArguments0()" STRINGS, "r:r", no_strings},
        {"java", VM "getStartupTime()J", "r:l", startup_time},
        {"java", VM "getUptime0()J", "r:l", uptime},
        {"java", VM "getAvailableProcessors()I", "r:i", ph_java_processors},
        {"java", VM "getTotalCompileTime()J", "r:l", ph_java_zero},
        {"java", VM "getTotalThreadCount()J", "r:l", threads},
        {"java", VM "getLiveThreadCount()I", "r:i", threads},
        {"java", VM "getPeakThreadCount()I", "r:i", threads},
        {"java", VM "getDaemonThreadCount()I", "r:i", daemons},
        {"java", MEMORY "getMemoryPools0()" BEANS "MemoryPoolMXBean;", ":r", pools},
        {"java", MEMORY "getMemoryManagers0()" BEANS "MemoryManagerMXBean;", ":r", managers},
        {"java", MEMORY "getMemoryUsage0(Z)Ljava/lang/management/MemoryUsage;", "ri:r", memory},
        {"java", MEMORY "setVerboseGC(Z)V", "ri:", ph_java_nothing},
        {"java", "sun/management/ClassLoadingImpl.setVerboseClass(Z)V", "i:", ph_java_nothing},
        {"java", THREADS "getThreads()[Ljava/lang/Thread;", ":r", ph_java_all_threads},
        {"java", THREADS "getThreadInfo1([JI" BEANS "ThreadInfo;)V", "rir:", thread_infos},
        {"java", THREADS "dumpThreads0([JZZI)" BEANS "ThreadInfo;", "riii:r", dump_threads},
        {"java", THREADS "findMonitorDeadlockedThreads0()[Ljava/lang/Thread;", ":r", ph_java_zero},
        {"java", THREADS "findDeadlockedThreads0()[Ljava/lang/Thread;", ":r", ph_java_zero},
        {"java", THREADS "resetPeakThreadCount0()V", ":", ph_java_nothing},
        {"java", SYSTEM "initialize0()V", ":", ph_java_nothing},
        {"java", SYSTEM "getTotalMemorySize0()J", "r:l", total_memory},
        {"java", SYSTEM "getFreeMemorySize0()J", "r:l", free_memory},
        {"java", SYSTEM "getTotalSwapSpaceSize0()J", "r:l", ph_java_zero},
        {"java", SYSTEM "getFreeSwapSpaceSize0()J", "r:l", ph_java_zero},
        {"java", SYSTEM "getCommittedVirtualMemorySize0()J", "r:l", minus_one},
        {"java", SYSTEM "getMaxFileDescriptorCount0()J", "r:l", minus_one},
        {"java", SYSTEM "getOpenFileDescriptorCount0()J", "r:l", minus_one},
        {"java", SYSTEM "getProcessCpuTime0()J", "r:l", cpu_time},
        {"java", SYSTEM "getProcessCpuLoad0()D", "r:d", unknown_load},
        {"java", SYSTEM "getCpuLoad0()D", "r:d", unknown_load},
        {"java", SYSTEM "getSingleCpuLoad0(I)D", "ri:d", unknown_load},
        {"java", SYSTEM "getHostConfiguredCpuCount0()I", "r:i", ph_java_processors},
        {"java", SYSTEM "getHostOnlineCpuCount0()I", "r:i", ph_java_processors},
        {"java", SYSTEM "getHostTotalCpuTicks0()J", "r:l", minus_one},
        {"java", COMMANDS "setNotificationEnabled(Z)V", "ri:", ph_java_nothing},
        {"java", COMMANDS "getDiagnosticCommands()" STRINGS, "r:r", no_strings},
        {"java", "jdk/internal/platform/CgroupMetrics.isUseContainerSupport()Z", ":i",
         ph_java_zero},
        {"java", "com/sun/management/internal/Flag.initialize()V", ":", ph_java_nothing},
        {"java", "com/sun/management/internal/Flag.getInternalFlagCount()I", ":i", ph_java_zero},
        {"java", "com/sun/management/internal/Flag.getAllFlagNames()" STRINGS, ":r", no_strings},
        {"java",
         "com/sun/management/internal/Flag.getFlags(" STRINGS
         "[Lcom/sun/management/internal/Flag;I)I", "rri:i", ph_java_zero},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
