import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;

/* LargeTable MIB OPERATIONS - fills tables of H2 in memory until they take so much, then does so many
 * operations on them: reads by key and by index, updates, inserts and deletes, and now and then an
 * aggregate. OPERATIONS 0: for ever. */
class LargeTable {
    public static void main(String[] arguments) throws Exception {
        int mib = Integer.parseInt(arguments[0]);
        long operations = Long.parseLong(arguments[1]);
        int rows = mib * 820;
        try (Connection c = DriverManager.getConnection("jdbc:h2:mem:large;DB_CLOSE_DELAY=-1", "sa", "");
             Statement s = c.createStatement()) {
            s.execute("create table big(id int primary key, k int, name varchar, payload varchar)");
            s.execute("create index by_k on big(k)");
            try (PreparedStatement fill = c.prepareStatement(
                     "insert into big select x, mod(x * 7919, 10007), 'row number ' || x, ? || x "
                     + "from system_range(?, ?)")) {
                fill.setString(1, "payload ".repeat(125));
                for (int first = 0; first < rows; first += 20000) {
                    fill.setInt(2, first);
                    fill.setInt(3, Math.min(first + 19999, rows - 1));
                    fill.execute();
                }
            }
            System.out.println("filled " + rows);
            work(c, rows, operations);
        }
    }

    static void work(Connection c, int rows, long operations) throws Exception {
        long seed = 1, sum = 0;
        long start = System.nanoTime();
        try (PreparedStatement read = c.prepareStatement("select name, k from big where id = ?");
             PreparedStatement index = c.prepareStatement("select count(*), max(id) from big where k = ?");
             PreparedStatement update = c.prepareStatement("update big set k = k + 1 where id = ?");
             PreparedStatement delete = c.prepareStatement("delete from big where id = ?");
             PreparedStatement insert = c.prepareStatement("insert into big values(?, ?, ?, ?)")) {
            for (long i = 0; operations == 0 || i < operations; i++) {
                seed = seed * 6364136223846793005L + 1442695040888963407L;
                int id = (int) ((seed >>> 33) % rows);
                PreparedStatement asked = i % 4 == 1 ? index : read;
                asked.setInt(1, asked == index ? id % 10007 : id);
                try (ResultSet r = asked.executeQuery()) {
                    while (r.next()) {
                        sum += r.getInt(2);
                    }
                }
                if (i % 4 == 2) {
                    update.setInt(1, id);
                    sum += update.executeUpdate();
                } else if (i % 16 == 3) {
                    delete.setInt(1, id);
                    sum += delete.executeUpdate();
                    insert.setInt(1, id);
                    insert.setInt(2, id % 10007);
                    insert.setString(3, "again " + id);
                    insert.setString(4, "x".repeat(1000));
                    insert.executeUpdate();
                }
                if (i % 100000 == 99999) {
                    System.out.println(i + 1 + " operations, " + sum);
                }
            }
        }
        System.out.println("worked " + (System.nanoTime() - start) / 1000000 + " ms, " + sum);
    }
}
