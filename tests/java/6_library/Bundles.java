// SPDX-License-Identifier: Apache-2.0
// Resource bundles of classes and of properties, with their parents; messages made of them.
import java.text.MessageFormat;
import java.util.ListResourceBundle;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import java.util.TreeSet;

public class Bundles {
    public static class Own extends ListResourceBundle {
        @Override
        protected Object[][] getContents() {
            return new Object[][] {{"number", 42}, {"names", new String[] {"a", "b"}}, {"x", "base"}};
        }
    }

    public static class Own_fr extends ListResourceBundle {
        @Override
        protected Object[][] getContents() {
            return new Object[][] {{"x", "fran\u00e7ais"}};
        }
    }

    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT);
        for (Locale l : new Locale[] {Locale.ROOT, Locale.GERMAN, new Locale("de", "CH"),
            Locale.JAPANESE}) {
            ResourceBundle b = ResourceBundle.getBundle("BundlesText", l);
            System.out.println(l + ": " + MessageFormat.format(b.getString("greeting"), "you") + "|"
                + b.getString("unicode") + "|" + b.getString("empty") + "|" + b.getLocale() + " "
                + new TreeSet<>(b.keySet()));
        }
        ResourceBundle own = ResourceBundle.getBundle("Bundles$Own", Locale.FRENCH);
        System.out.println(own.getObject("number") + own.getStringArray("names")[1]
            + own.getString("x") + own.containsKey("y"));
        try {
            own.getString("y");
        } catch (MissingResourceException e) {
            System.out.println(e.getMessage() + " " + e.getKey());
        }
        try {
            ResourceBundle.getBundle("Nowhere", Locale.ROOT);
        } catch (MissingResourceException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(MessageFormat.format("{0,number,#.##} {1} '{2}' {2,choice,0#none|1#one|2#{2} of them}",
            1234.567, "s", 3));
    }
}
