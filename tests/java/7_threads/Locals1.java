// SPDX-License-Identifier: Apache-2.0
// ThreadLocal and InheritableThreadLocal.
class Locals1 {
    static final ThreadLocal<Integer> COUNT = ThreadLocal.withInitial(() -> 10);
    static final InheritableThreadLocal<String> NAME = new InheritableThreadLocal<>() {
        @Override
        protected String childValue(String parent) { return parent + "'s child"; }
    };

    public static void main(String[] args) throws Exception {
        COUNT.set(COUNT.get() + 1);
        NAME.set("main");
        Thread t = new Thread(() -> {
            System.out.println(COUNT.get() + " " + NAME.get());
            COUNT.set(99);
            NAME.set("other");
        });
        t.start();
        t.join();
        System.out.println(COUNT.get() + " " + NAME.get());
        COUNT.remove();
        System.out.println(COUNT.get());
        ThreadLocal<String> unset = new ThreadLocal<>();
        System.out.println(unset.get());
        for (int i = 0; i < 100; i++) {
            ThreadLocal<Integer> many = new ThreadLocal<>();
            many.set(i);
            if (many.get() != i) {
                System.out.println("lost " + i);
            }
        }
        NAME.remove();
    }
}
