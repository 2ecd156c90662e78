import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.RuntimeMXBean;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/* How a program asks how it is doing. */
class Management {
    public interface CounterMBean {
        int getCount();
    }

    public static class Counter implements CounterMBean {
        @Override
        public int getCount() {
            return 7;
        }
    }

    public static void main(String[] arguments) throws Exception {
        RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
        System.out.println(runtime.getManagementSpecVersion() + " " + runtime.getSpecVersion() + " " +
                           (runtime.getUptime() >= 0) + " " + (runtime.getStartTime() > 0) + " " +
                           runtime.getName().contains("@"));
        System.out.println(ManagementFactory.getThreadMXBean().getThreadCount() > 0);
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        System.out.println((heap.getUsed() > 0) + " " + (heap.getCommitted() >= heap.getUsed()));
        System.out.println(ManagementFactory.getClassLoadingMXBean().getLoadedClassCount() > 100);
        System.out.println(ManagementFactory.getOperatingSystemMXBean().getAvailableProcessors() > 0);
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("phantom.tests:type=Counter");
        server.registerMBean(new Counter(), name);
        System.out.println(server.getAttribute(name, "Count"));
    }
}
