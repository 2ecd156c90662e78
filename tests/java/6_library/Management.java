// SPDX-License-Identifier: Apache-2.0
// own process
// What java.lang.management says of a machine, as far as it is the same everywhere.
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.OperatingSystemMXBean;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import javax.management.MBeanServer;
import javax.management.ObjectName;

class Management {
    static void runtime() {
        RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
        System.out.println(runtime.getVmVendor().length() > 0);
        System.out.println(runtime.getPid() == ProcessHandle.current().pid());
        System.out.println(runtime.getUptime() >= 0
            && runtime.getStartTime() <= System.currentTimeMillis()
            && runtime.getStartTime() > System.currentTimeMillis() - 100_000);
        System.out.println(runtime.getSpecName() + runtime.getManagementSpecVersion());
        System.out.println(runtime.getName().contains("@"));
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        System.out.println(classes.getLoadedClassCount() > 100);
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        System.out.println(system.getName() + " " + system.getArch() + " "
            + (system.getAvailableProcessors() > 0) + " " + (system.getSystemLoadAverage() >= -1));
        var more = (com.sun.management.OperatingSystemMXBean) system;
        System.out.println(more.getTotalMemorySize() >= more.getFreeMemorySize());
        System.out.println(more.getProcessCpuTime() > 0);
    }

    static void memory() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        MemoryUsage heap = memory.getHeapMemoryUsage();
        System.out.println(heap.getUsed() > 0 && heap.getCommitted() >= heap.getUsed()
            && heap.getMax() >= heap.getUsed());
        memory.gc();
        System.out.println(memory.getNonHeapMemoryUsage().getUsed() >= 0);
        System.out.println(memory.isVerbose());
        for (GarbageCollectorMXBean g : ManagementFactory.getGarbageCollectorMXBeans()) {
            System.out.print(g.getCollectionCount() >= 0 ? "" : "count");
        }
        for (MemoryPoolMXBean p : ManagementFactory.getMemoryPoolMXBeans()) {
            System.out.print(p.getUsage() != null ? "" : "usage");
        }
        System.out.println(ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).size() > 0);
    }

    static void threads() throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        CountDownLatch begun = new CountDownLatch(1);
        Thread parked = new Thread(() -> {
            begun.countDown();
            LockSupport.park("blocker");
        }, "parked");
        parked.start();
        begun.await();
        while (parked.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        long self = Thread.currentThread().getId();
        boolean isListed = false;
        for (long id : threads.getAllThreadIds()) {
            isListed |= id == self;
        }
        System.out.println(isListed + " " + (threads.getThreadCount() >= 2));
        System.out.println(threads.getThreadInfo(self).getThreadName());
        System.out.println(threads.getThreadInfo(self).getStackTrace().length);
        System.out.println(threads.getThreadInfo(123456789));
        ThreadInfo info = threads.getThreadInfo(parked.getId(), 2);
        System.out.println(info.getThreadName() + " " + info.getThreadState() + " "
            + info.getStackTrace().length + " " + info.getStackTrace()[1].getMethodName() + " "
            + info.getLockInfo().getClassName());
        for (ThreadInfo i : threads.dumpAllThreads(false, false)) {
            if (i.getThreadId() == parked.getId()) {
                StackTraceElement[] trace = i.getStackTrace();
                System.out.println(i.getThreadState() + " " + trace[trace.length - 1]);
            }
        }
        LockSupport.unpark(parked);
        parked.join();
        System.out.println(threads.getThreadInfo(parked.getId()));
    }

    public static void main(String[] arguments) throws Exception {
        runtime();
        memory();
        threads();
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        System.out.println(server.getAttribute(new ObjectName("java.lang:type=Runtime"),
            "SpecVersion"));
        System.out.println(server.isRegistered(new ObjectName("java.lang:type=Memory")));
    }
}
