// SPDX-License-Identifier: Apache-2.0
// own process
import java.nio.file.Files;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.prefs.Preferences;

// Preferences, kept in files of the user's.
class Prefs {
    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.util.prefs.userRoot",
            Files.createTempDirectory("prefs").toString());
        Logger.getLogger("java.util.prefs").setLevel(Level.OFF);
        Preferences node = Preferences.userRoot().node("phantom/tests" + System.nanoTime());
        node.putInt("number", 42);
        node.put("text", "schön");
        node.flush();
        node.sync();
        System.out.println(node.getInt("number", 0) + node.get("text", "") + node.get("none", "-"));
        System.out.println(String.join(",", node.keys()) + " " + node.parent().name());
        node.removeNode();
        System.out.println(Preferences.userRoot().nodeExists("phantom"));
    }
}
