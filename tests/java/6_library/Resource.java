// SPDX-License-Identifier: Apache-2.0
// Resources on the class path, as streams and URLs; service providers that are named there.
import java.io.InputStream;
import java.util.ServiceLoader;

class Resource {
    public interface Service {
        String name();
    }

    public static class First implements Service {
        public String name() { return "first"; }
    }

    public static class Second implements Service {
        public String name() { return "second"; }
    }

    public static void main(String[] args) throws Exception {
        try (InputStream in = Resource.class.getResourceAsStream("/data/words.txt")) {
            System.out.println(new String(in.readAllBytes(), "UTF-8").trim());
        }
        System.out.println(Resource.class.getResource("nothing.txt"));
        System.out.println(Resource.class.getResource("data/words.txt").getProtocol());
        System.out.println(ClassLoader.getSystemResourceAsStream("Resource.class").read() == 0xca);
        System.out.println(Object.class.getResourceAsStream("Object.class").readNBytes(4).length);
        for (Service s : ServiceLoader.load(Service.class)) {
            System.out.println(s.name());
        }
        System.out.println(ServiceLoader.load(Runnable.class).findFirst().isPresent());
    }
}
