/* SPDX-License-Identifier: Apache-2.0 */
/* natives_management.c - java.lang.management, as far as programs ask it how they are doing:
 * memory, threads, time. What HotSpot would measure beside that is not supported, and says so
 * itself. */
#include "lang/java/vm/natives.h"
#include "machine/internal.h"

#define VM_NAME "sun/management/VMManagementImpl."
#define MS_NS UINT64_C(1000000)

static enum ph_outcome version(struct ph_call *call)
{
    ph_ref text = ph_java_string_of(call, "3.0");
    return text == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, text);
}

static enum ph_outcome none_of(struct ph_call *call, const char *array_class)
{
    ph_ref array = ph_java_new_array_named(call, array_class, 0);
    return array == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, array);
}

static enum ph_outcome no_arguments(struct ph_call *call)
{
    return none_of(call, "[Ljava/lang/String;");
}

static enum ph_outcome no_pools(struct ph_call *call)
{
    return none_of(call, "[Ljava/lang/management/MemoryPoolMXBean;");
}

static enum ph_outcome no_managers(struct ph_call *call)
{
    return none_of(call, "[Ljava/lang/management/MemoryManagerMXBean;");
}

static enum ph_outcome zero(struct ph_call *call) { return ph_java_return(call, 0); }
static enum ph_outcome one(struct ph_call *call) { return ph_java_return(call, 1); }

/* The world's clock: time in which it did not run does not count. */
static enum ph_outcome uptime(struct ph_call *call)
{
    return ph_java_return(call, ph_machine_clock_ns(call->machine) / MS_NS);
}

static enum ph_outcome start_time(struct ph_call *call)
{
    return ph_java_return(call, (ph_clock_wall_ns() - ph_machine_clock_ns(call->machine)) / MS_NS);
}

static enum ph_outcome processors(struct ph_call *call)
{
    return ph_java_return(call, call->machine->options.workers);
}

static enum ph_outcome thread_count(struct ph_call *call)
{
    return ph_java_return(call, PH_MIN(ph_machine_thread_count(call->machine), INT32_MAX));
}

static enum ph_outcome class_count(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);

    ph_mutex_lock(&vm->lock);
    uint64_t count = vm->classes.count;
    ph_mutex_unlock(&vm->lock);
    return ph_java_return(call, count);
}

/* getMemoryUsage0(heap): all that there is are objects. */
static enum ph_outcome memory_usage(struct ph_call *call)
{
    const struct ph_heap_header *header = call->mutator->heap->header;
    bool is_heap = call->slots[1] != 0;
    uint64_t committed = is_heap ? header->object_top : 0;
    uint64_t live = __atomic_load_n(&header->object_bytes_live, __ATOMIC_RELAXED);
    struct ph_class *class;

    if (ph_java_find_boot(call, "java/lang/management/MemoryUsage", &class, NULL) !=
        PH_JAVA_FOUND) {
        return ph_java_out_of_memory(call);
    }
    ph_ref usage = ph_object_new_of(call->mutator, class, 0);
    if (usage == 0) {
        return ph_java_out_of_memory(call);
    }
    ph_java_set_number(call, usage, "init:J", -1);
    ph_java_set_number(call, usage, "used:J", (int64_t)PH_MIN(live, committed));
    ph_java_set_number(call, usage, "committed:J", (int64_t)committed);
    ph_java_set_number(call, usage, "max:J", -1);
    return ph_java_return(call, usage);
}

ph_status ph_java_management_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", VM_NAME "getVersion0()Ljava/lang/String;", ":r", version},
        {"java", VM_NAME "initOptionalSupportFields()V", ":", ph_java_nothing},
        {"java", VM_NAME "getVmArguments0()[Ljava/lang/String;", "r:r", no_arguments},
        {"java", VM_NAME "getStartupTime()J", "r:l", start_time},
        {"java", VM_NAME "getUptime0()J", "r:l", uptime},
        {"java", VM_NAME "getProcessId()I", "r:i", one},
        {"java", VM_NAME "getAvailableProcessors()I", "r:i", processors},
        {"java", VM_NAME "getTotalClassCount()J", "r:l", class_count},
        {"java", VM_NAME "getUnloadedClassCount()J", "r:l", zero},
        {"java", VM_NAME "getVerboseClass()Z", "r:i", zero},
        {"java", VM_NAME "getVerboseGC()Z", "r:i", zero},
        {"java", VM_NAME "isThreadContentionMonitoringEnabled()Z", "r:i", zero},
        {"java", VM_NAME "isThreadCpuTimeEnabled()Z", "r:i", zero},
        {"java", VM_NAME "isThreadAllocatedMemoryEnabled()Z", "r:i", zero},
        {"java", VM_NAME "getLiveThreadCount()I", "r:i", thread_count},
        {"java", VM_NAME "getPeakThreadCount()I", "r:i", thread_count},
        {"java", VM_NAME "getTotalThreadCount()J", "r:l", thread_count},
        {"java",
         "sun/management/MemoryImpl.getMemoryUsage0(Z)Ljava/lang/management/MemoryUsage;", "ri:r",
         memory_usage},
        {"java",
         "sun/management/MemoryImpl.getMemoryPools0()[Ljava/lang/management/MemoryPoolMXBean;",
         ":r", no_pools},
        {"java",
         "sun/management/MemoryImpl.getMemoryManagers0()"
         "[Ljava/lang/management/MemoryManagerMXBean;", ":r", no_managers},
        {"java", "com/sun/management/internal/OperatingSystemImpl.initialize0()V", ":",
         ph_java_nothing},
        {"java", "jdk/internal/platform/CgroupMetrics.isUseContainerSupport()Z", ":i", zero},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
