// SPDX-License-Identifier: Apache-2.0
// Which method is selected (JVMS 5.4.5, 5.4.6) where some of one name are package-private and their
// classes are in several packages: all ways there are for four classes below one another.
class LinkOverride {
    static final String[] NAMES = {"LinkOverrideA", "LinkOverrideB", "LinkOverrideC",
        "LinkOverrideD"};
    static final String FACE = "LinkOverrideFace";
    static final int PUBLIC = 1;
    static final int PROTECTED = 4;
    static final int FINAL = 16;

    /** `places`: a letter for each class, its package; `flags`: its method's, '-': it has none. */
    static Patch family(String places, String flags) {
        Patch patch = new Patch(NAMES[0], NAMES[1], NAMES[2], NAMES[3], FACE);
        patch.flags(FACE, 0x601);
        for (int i = 0; i < NAMES.length; i++) {
            patch.flags(NAMES[i], 0x21).method(NAMES[i], "<init>", PUBLIC);
            if (flags.charAt(i) == '-') {
                patch.drop(NAMES[i], "m");
            } else {
                patch.method(NAMES[i], "m", flags.charAt(i) == 'p' ? 0
                    : flags.charAt(i) == 'f' ? FINAL : flags.charAt(i) == 'q' ? PROTECTED : PUBLIC);
            }
            patch.rename(NAMES[i], places.charAt(i) + "/" + NAMES[i]);
        }
        return patch;
    }

    static String call(Patch patch, String name, String method, Object receiver) {
        try {
            for (java.lang.reflect.Method m : patch.loadClass(name).getMethods()) {
                if (m.getName().equals(method)) {
                    return m.invoke(null, receiver).toString();
                }
            }
            return "?";
        } catch (java.lang.reflect.InvocationTargetException e) {
            String text = Patch.plain(e.getCause());
            return text.startsWith("java.lang.IllegalAccessError: class ") ? "!" : " " + text + " ";
        } catch (ReflectiveOperationException | LinkageError e) {
            return " " + Patch.plain(e) + " ";
        }
    }

    /** What each class's own call finds in an object of each class. */
    static void all(String places, String flags) {
        StringBuilder text = new StringBuilder(places + " " + flags + ":");
        Patch patch = family(places, flags);
        for (int i = 0; i < NAMES.length; i++) {
            text.append(' ');
            try {
                Object receiver = patch.loadClass(places.charAt(i) + "." + NAMES[i])
                    .getConstructor().newInstance();
                for (int k = 0; k <= i; k++) {
                    text.append(call(patch, places.charAt(k) + "." + NAMES[k], "via"
                        + NAMES[k].charAt(12), receiver));
                }
                if (i == 3) {
                    text.append(' ').append(call(patch, FACE, "viaFace", receiver));
                }
            } catch (ReflectiveOperationException | LinkageError e) {
                text.append(Patch.plain(e));
            }
        }
        System.out.println(text);
    }

    public static void main(String[] args) {
        for (String places : new String[] {"aaaa", "abab", "abba", "aaba", "aabb", "abca"}) {
            for (int mask = 0; mask < 16; mask++) {
                StringBuilder flags = new StringBuilder();
                for (int i = 0; i < 4; i++) {
                    flags.append((mask >> i & 1) != 0 ? '+' : 'p');
                }
                all(places, flags.toString());
            }
        }
        for (String flags : new String[] {"p-++", "p+-+", "p-+-", "pp--", "f+++", "ff++", "fp+p",
            "q---", "qqqq", "pq+q", "p+f+", "-+p+", "---p", "---q"}) {
            all("abab", flags);
            all("abba", flags);
        }
    }
}

interface LinkOverrideFace {
    int m();

    static int viaFace(LinkOverrideFace face) {
        return face.m();
    }
}

class LinkOverrideA {
    public int m() {
        return 1;
    }

    public static int viaA(LinkOverrideA it) {
        return it.m();
    }
}

class LinkOverrideB extends LinkOverrideA {
    public int m() {
        return 2;
    }

    public static int viaB(LinkOverrideB it) {
        return it.m();
    }
}

class LinkOverrideC extends LinkOverrideB {
    public int m() {
        return 3;
    }

    public static int viaC(LinkOverrideC it) {
        return it.m();
    }
}

class LinkOverrideD extends LinkOverrideC implements LinkOverrideFace {
    public int m() {
        return 4;
    }

    public static int viaD(LinkOverrideD it) {
        return it.m();
    }
}
