// SPDX-License-Identifier: Apache-2.0
// Assertions are off unless asked for; AssertionErrors of all constructors.
class Asserts {
    static boolean side(String s) {
        System.out.println(s);
        return false;
    }

    public static void main(String[] args) {
        assert side("not evaluated");
        assert side("neither") : side("nor this");
        System.out.println(Asserts.class.desiredAssertionStatus());
        System.out.println(new AssertionError());
        System.out.println(new AssertionError(5));
        System.out.println(new AssertionError('c'));
        System.out.println(new AssertionError(2.5));
        System.out.println(new AssertionError("text", new Error("cause")).getCause());
        System.out.println(new AssertionError((Object) new Error("as object")).getCause());
    }
}
