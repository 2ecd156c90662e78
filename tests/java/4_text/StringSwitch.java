// SPDX-License-Identifier: Apache-2.0
// Switches over strings, with hashes that collide.
class StringSwitch {
    static String f(String s) {
        switch (s) {
        case "Aa": return "first";
        case "BB": return "second";
        case "AaBB": return "third";
        case "BBAa":
        case "AaAa": return "fourth";
        case "": return "empty";
        case "\u20ac": return "euro";
        default: return "none";
        }
    }

    public static void main(String[] args) {
        System.out.println("Aa".hashCode() == "BB".hashCode());
        String[] all = {"Aa", "BB", "AaBB", "BBAa", "AaAa", "BBBB", "", "\u20ac", "C#", "aa"};
        for (String s : all) {
            System.out.println(f(s) + " " + f(new String(s)));
        }
        try {
            f(null);
        } catch (NullPointerException e) {
            System.out.println("null");
        }
        int n = switch ("b" + args.length) {
            case "b0" -> 10;
            case "b1" -> 20;
            default -> 30;
        };
        System.out.println(n);
    }
}
