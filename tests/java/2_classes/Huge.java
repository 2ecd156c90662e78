// SPDX-License-Identifier: Apache-2.0
// Classes as large as class files allow: made byte by byte.
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

class Huge extends ClassLoader {
    interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    /** Class `name` with static int run(int); `pool` writes further constants, from 10 on. */
    Class<?> make(String name, int poolCount, Body pool, int maxLocals, Body code)
        throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        code.write(new DataOutputStream(body));
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0xcafebabe);
        out.writeInt(49); // no stack maps are wanted
        out.writeShort(poolCount);
        out.writeByte(1);
        out.writeUTF(name);
        out.writeByte(7);
        out.writeShort(1);
        out.writeByte(1);
        out.writeUTF("java/lang/Object");
        out.writeByte(7);
        out.writeShort(3);
        out.writeByte(1);
        out.writeUTF("run");
        out.writeByte(1);
        out.writeUTF("(I)I");
        out.writeByte(1);
        out.writeUTF("Code");
        out.writeByte(1);
        out.writeUTF("wide");
        out.writeByte(3);
        out.writeInt(12345);
        pool.write(out);
        out.writeShort(0x21);
        out.writeShort(2);
        out.writeShort(4);
        out.writeShort(0);
        out.writeShort(0);
        out.writeShort(1);
        out.writeShort(9);
        out.writeShort(5);
        out.writeShort(6);
        out.writeShort(1);
        out.writeShort(7);
        out.writeInt(12 + body.size());
        out.writeShort(4);
        out.writeShort(maxLocals);
        out.writeInt(body.size());
        body.writeTo(out);
        out.writeShort(0);
        out.writeShort(0);
        out.writeShort(0);
        return defineClass(name, bytes.toByteArray(), 0, bytes.size());
    }

    static void run(String what, Class<?> c, int argument) {
        try {
            System.out.println(what + " " + c.getDeclaredMethod("run", int.class)
                .invoke(null, argument));
        } catch (ReflectiveOperationException e) {
            System.out.println(what + " " + e);
        }
    }

    void longMethod(int size) {
        try {
            Class<?> c = make("Long" + size, 10, out -> { }, 1, out -> {
                int left = size - 2;
                for (; left >= 3; left -= 3) { // iinc 0 1
                    out.writeByte(0x84);
                    out.writeByte(0);
                    out.writeByte(1);
                }
                for (; left > 0; left--) {
                    out.writeByte(0);
                }
                out.writeByte(0x1a); // iload_0
                out.writeByte(0xac); // ireturn
            });
            run("long " + size, c, 7);
        } catch (IOException | ClassFormatError e) {
            System.out.println("long " + size + " " + e.getClass());
        }
    }

    /** Every constant that an index can name, the last one used by ldc_w. */
    void manyConstants() throws IOException {
        Class<?> c = make("Many", 65535, out -> {
            for (int i = 10; i < 65535; i++) {
                out.writeByte(3);
                out.writeInt(i * 3);
            }
        }, 1, out -> {
            out.writeByte(0x13); // ldc_w
            out.writeShort(65534);
            out.writeByte(0x13);
            out.writeShort(10);
            out.writeByte(0x60); // iadd
            out.writeByte(0x1a);
            out.writeByte(0x60);
            out.writeByte(0xac);
        });
        run("many", c, 1);
    }

    /** wide iload, istore, iinc of the last local. */
    void manyLocals() throws IOException {
        Class<?> c = make("Wide", 10, out -> { }, 65535, out -> {
            out.writeByte(0x1a);
            out.writeByte(0xc4); // wide istore 65534
            out.writeByte(0x36);
            out.writeShort(65534);
            out.writeByte(0xc4); // wide iinc 65534 -30000
            out.writeByte(0x84);
            out.writeShort(65534);
            out.writeShort(-30000);
            out.writeByte(0xc4); // wide iload
            out.writeByte(0x15);
            out.writeShort(65534);
            out.writeByte(0xac);
        });
        run("wide", c, 5);
    }

    /** A branch over more than 32,767 bytes: goto_w. */
    void farBranch() throws IOException {
        Class<?> c = make("Far", 10, out -> { }, 1, out -> {
            out.writeByte(0xc8); // goto_w
            out.writeInt(5 + 40000);
            for (int i = 0; i < 40000 - 2; i++) {
                out.writeByte(0);
            }
            out.writeByte(0x1a); // 40003
            out.writeByte(0xac);
            out.writeByte(0x84); // iinc 0 9
            out.writeByte(0);
            out.writeByte(9);
            out.writeByte(0xc8); // goto_w back
            out.writeInt(40003 - 40008);
        });
        run("far", c, 5);
    }

    /** A tableswitch with thousands of cases. */
    void wideSwitch() throws IOException {
        Class<?> c = make("Switch", 10, out -> { }, 1, out -> {
            out.writeByte(0x1a);
            out.writeByte(0xaa); // at 1; padding to 4
            out.writeShort(0);
            int cases = 10000;
            int end = 4 + 12 + 4 * cases - 1; // behind it, from 1
            out.writeInt(end + 2);
            out.writeInt(-5000);
            out.writeInt(-5000 + cases - 1);
            for (int i = 0; i < cases; i++) {
                out.writeInt(end + (i % 2 == 0 ? 0 : 2));
            }
            out.writeByte(0x04); // iconst_1
            out.writeByte(0xac);
            out.writeByte(0x05); // iconst_2
            out.writeByte(0xac);
        });
        for (int x : new int[] {-5001, -5000, -4999, 0, 4998, 4999, 5000}) {
            run("switch " + x, c, x);
        }
    }

    public static void main(String[] args) throws IOException {
        Huge huge = new Huge();
        huge.longMethod(100);
        huge.longMethod(65535);
        huge.longMethod(65536);
        huge.manyConstants();
        huge.manyLocals();
        huge.farBranch();
        huge.wideSwitch();
    }
}
