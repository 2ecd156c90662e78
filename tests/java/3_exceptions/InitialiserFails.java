// SPDX-License-Identifier: Apache-2.0
// What a class says that could not be initialised, and those below it: the first time and then.
class InitialiserFails {
  static class Bad { static int x; static { if (true) throw new IllegalStateException("bad"); } }
  static class Sub extends Bad { static int y; static { System.out.println("sub"); } }
  static class SubSub extends Sub { static int z; }
  static class Bad2 { static int x; static { if (true) throw new AssertionError(); } }
  static class Sub2 extends Bad2 { static int y; static void f() {} }
  interface FaceX { int k = InitialiserFails.fail(); default void d() {} }
  static class Impl implements FaceX { static int q; }
  static class Impl2 extends Impl { static int q; }
  static int fail() { throw new IllegalArgumentException(); }
  static void t(Runnable r) {
    try { r.run(); System.out.println("fine"); } catch (Throwable e) {
      for (Throwable c = e; c != null; c = c.getCause()) System.out.println("  " + c + (c instanceof ExceptionInInitializerError ? " ex " + ((ExceptionInInitializerError) c).getException() : ""));
      System.out.println("--");
    }
  }
  public static void main(String[] a) {
    t(() -> System.out.println(Sub.y));
    t(() -> System.out.println(Sub.y));
    t(() -> System.out.println(SubSub.z));
    t(() -> System.out.println(SubSub.z));
    t(() -> new SubSub());
    t(() -> System.out.println(Bad.x));
    t(() -> Sub2.f());
    t(() -> Sub2.f());
    t(() -> System.out.println(Bad2.x));
    t(() -> new Impl2());
    t(() -> new Impl2());
    t(() -> new Impl());
    t(() -> System.out.println(FaceX.k));
    t(() -> { try { Class.forName("InitialiserFails$Sub"); } catch (ClassNotFoundException e) { System.out.println(e); } });
    t(() -> { try { Sub.class.getDeclaredConstructor().newInstance(); } catch (ReflectiveOperationException e) { System.out.println(e); } });
    t(() -> { try { Sub.class.getDeclaredField("y").setInt(null, 2); } catch (ReflectiveOperationException e) { System.out.println(e); } });
  }
}
