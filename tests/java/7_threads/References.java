// SPDX-License-Identifier: Apache-2.0
// Weak, soft and phantom references, queues, cleaners; bounded waiting for the collector.
import java.lang.ref.Cleaner;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class References {
    static boolean gone(WeakReference<?> r) throws Exception {
        for (int i = 0; i < 100 && r.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        return r.get() == null;
    }

    public static void main(String[] args) throws Exception {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        Object strong = new Object();
        WeakReference<Object> held = new WeakReference<>(strong);
        WeakReference<Object> weak = new WeakReference<>(new Object(), queue);
        PhantomReference<Object> phantom = new PhantomReference<>(new Object(), queue);
        SoftReference<String> soft = new SoftReference<>(new String("soft"));
        System.out.println(gone(weak) + " " + (held.get() == strong) + phantom.get());
        int enqueued = 0;
        for (int i = 0; i < 2; i++) {
            Reference<?> r = queue.remove(10000);
            enqueued += r == weak ? 1 : r == phantom ? 10 : 100;
        }
        System.out.println(enqueued + " " + queue.poll() + soft.get());
        Map<Object, Integer> map = new WeakHashMap<>();
        map.put(new Object(), 1);
        map.put(strong, 2);
        for (int i = 0; i < 100 && map.size() > 1; i++) {
            System.gc();
            Thread.sleep(10);
        }
        System.out.println(map.size() + " " + map.get(strong));
        CountDownLatch cleaned = new CountDownLatch(1);
        Cleaner.create().register(new Object(), cleaned::countDown);
        for (int i = 0; i < 100 && cleaned.getCount() > 0; i++) {
            System.gc();
            cleaned.await(10, TimeUnit.MILLISECONDS);
        }
        System.out.println(cleaned.getCount());
        Reference.reachabilityFence(strong);
        held.clear();
        System.out.println(held.get() + " " + held.enqueue());
    }
}
