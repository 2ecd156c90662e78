// SPDX-License-Identifier: Apache-2.0
import java.lang.annotation.Retention;

// The packages of the library, when proxies (of annotations) have packages of their own.
class SystemPackages {
    public static void main(String[] arguments) {
        System.out.println(Deprecated.class.getAnnotation(Retention.class).value());
        int count = 0;
        for (Package p : Package.getPackages()) {
            if (p.getName().contains("proxy")) {
                System.out.println(p);
            }
            count += p.getName().equals("java.lang") || p.getName().equals("java.util") ? 1 : 0;
        }
        System.out.println(count);
        System.out.println(Package.getPackage("java.util"));
        System.out.println(Package.getPackage("jdk.proxy1"));
    }
}
