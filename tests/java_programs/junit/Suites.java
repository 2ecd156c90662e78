import static org.hamcrest.CoreMatchers.allOf;
import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.everyItem;
import static org.hamcrest.CoreMatchers.hasItem;
import static org.hamcrest.CoreMatchers.instanceOf;
import static org.hamcrest.CoreMatchers.is;
import static org.hamcrest.CoreMatchers.not;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.arrayContaining;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasEntry;
import static org.hamcrest.Matchers.hasProperty;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;
import static org.junit.Assume.assumeTrue;

import java.io.File;
import java.io.FileWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.hamcrest.Description;
import org.hamcrest.Matcher;
import org.hamcrest.TypeSafeMatcher;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.FixMethodOrder;
import org.junit.Ignore;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Categories;
import org.junit.experimental.categories.Category;
import org.junit.experimental.theories.DataPoints;
import org.junit.experimental.theories.Theories;
import org.junit.experimental.theories.Theory;
import org.junit.rules.ErrorCollector;
import org.junit.rules.ExpectedException;
import org.junit.rules.ExternalResource;
import org.junit.rules.TemporaryFolder;
import org.junit.rules.TestName;
import org.junit.rules.TestRule;
import org.junit.rules.Timeout;
import org.junit.runner.JUnitCore;
import org.junit.runner.RunWith;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;
import org.junit.runners.MethodSorters;
import org.junit.runners.Parameterized;
import org.junit.runners.Suite;
import org.junit.runners.model.Statement;

/* JUnit 4 with Hamcrest as the runner of a set of test classes, some of which fail: what a listener
 * hears and what JUnit says of the failures. */
public class Suites {
    static final int ROUNDS = Integer.getInteger("rounds", 3);

    @FixMethodOrder(MethodSorters.NAME_ASCENDING)
    public static class Plain {
        static int classes;
        private List<String> list;

        @BeforeClass
        public static void first() {
            System.out.println("    before class " + ++classes % 1);
        }

        @Before
        public void before() {
            list = new ArrayList<>(List.of("a", "b"));
        }

        @After
        public void after() {
            list.clear();
        }

        @AfterClass
        public static void last() {
            System.out.println("    after class");
        }

        @Test
        public void equal() {
            assertEquals(2, list.size());
            assertArrayEquals(new int[] {1, 2}, new int[] {1, 2});
        }

        @Test
        public void differs() {
            assertEquals("a text", "another text");
        }

        @Test(expected = ArithmeticException.class)
        public void expected() {
            assertEquals(1, 1 / (list.size() - 2));
        }

        @Test(expected = ArithmeticException.class)
        public void expectedInVain() {}

        @Test
        public void breaks() {
            list.get(7);
        }

        @Test
        public void throwsAsWanted() {
            assertEquals("mine", assertThrows(IllegalStateException.class, () -> {
                throw new IllegalStateException("mine");
            }).getMessage());
        }

        @Test
        @Ignore("not today")
        public void ignored() {
            fail();
        }

        @Test
        public void assumes() {
            assumeTrue("never true", list.isEmpty());
        }

        @Test(timeout = 60000)
        public void inTime() throws Exception {
            Thread.sleep(1);
        }

        @Test(timeout = 30)
        public void tooLate() throws Exception {
            Thread.sleep(100000);
        }

        @Test
        public void arrays() {
            assertArrayEquals("of three", new long[] {1, 2, 3}, new long[] {1, 5, 3});
        }
    }

    @FixMethodOrder(MethodSorters.NAME_ASCENDING)
    public static class Matchers1 {
        static Matcher<Integer> even() {
            return new TypeSafeMatcher<>() {
                @Override
                protected boolean matchesSafely(Integer i) {
                    return i % 2 == 0;
                }

                @Override
                public void describeTo(Description description) {
                    description.appendText("an even number");
                }
            };
        }

        public static class Bean {
            public int getSize() {
                return 3;
            }
        }

        @Test
        public void good() {
            assertThat("phantom", allOf(containsString("ant"), not(containsString("bee"))));
            assertThat(List.of(1, 2, 3), hasItem(2));
            assertThat(Map.of("k", 1), hasEntry("k", 1));
            assertThat(3.0, closeTo(3.01, 0.1));
            assertThat(new String[] {"a", "b"}, arrayContaining("a", "b"));
            assertThat(List.of(1, 2), hasSize(2));
            assertThat(4, is(even()));
            assertThat("x", instanceOf(CharSequence.class));
        }

        @Test
        public void item() {
            assertThat(List.of(2, 4, 5), everyItem(is(even())));
        }

        @Test
        public void map() {
            assertThat(new java.util.TreeMap<>(Map.of("a", 1, "b", 2)), hasEntry("c", 3));
        }

        @Test
        public void number() {
            assertThat("with a reason", 3, is(greaterThan(7)));
        }

        @Test
        public void property() {
            assertThat(new Bean(), hasProperty("size", is(3)));
            assertThat(List.of("one", "three"), hasSize(3));
        }
    }

    @RunWith(Parameterized.class)
    public static class Numbers {
        @Parameterized.Parameters(name = "{index}: {0} squared is {1}")
        public static Collection<Object[]> data() {
            return Arrays.asList(new Object[][] {{1, 1}, {2, 4}, {3, 10}, {4, 16}});
        }

        @Parameterized.Parameter(0) public int number;
        @Parameterized.Parameter(1) public int square;

        @Test
        public void squared() {
            assertEquals(square, number * number);
        }
    }

    @RunWith(Theories.class)
    public static class Laws {
        @DataPoints public static int[] numbers = {0, 1, -7, 1 << 20};

        @Theory
        public void commutes(int a, int b) {
            assumeTrue(a != b);
            assertEquals(a + b, b + a);
        }

        @Theory
        public void wrong(int a, int b) {
            assertTrue(a - b == b - a || a < 0);
        }
    }

    @FixMethodOrder(MethodSorters.NAME_ASCENDING)
    public static class Rules {
        @ClassRule public static final ExternalResource RESOURCE = new ExternalResource() {
            @Override
            protected void before() {
                System.out.println("    resource opened");
            }

            @Override
            protected void after() {
                System.out.println("    resource closed");
            }
        };
        @Rule public final TemporaryFolder folder = new TemporaryFolder();
        @Rule public final TestName name = new TestName();
        @Rule public final ErrorCollector errors = new ErrorCollector();
        @SuppressWarnings("deprecation")
        @Rule public final ExpectedException thrown = ExpectedException.none();
        @Rule public final Timeout timeout = new Timeout(60, TimeUnit.SECONDS);
        @Rule public final TestRule around = (base, about) -> new Statement() {
            @Override
            public void evaluate() throws Throwable {
                System.out.println("    around " + about.getMethodName());
                base.evaluate();
            }
        };

        @Test
        public void collects() {
            errors.checkThat(1, is(2));
            errors.checkThat("a", is("a"));
            errors.addError(new IllegalStateException("second"));
        }

        @Test
        public void files() throws Exception {
            File file = folder.newFile("a.txt");
            try (FileWriter writer = new FileWriter(file)) {
                writer.write("four");
            }
            assertEquals(4, file.length());
            assertEquals(0, folder.newFolder("x", "y").list().length);
            assertEquals("files", name.getMethodName());
        }

        @Test
        public void message() {
            thrown.expect(IllegalArgumentException.class);
            thrown.expectMessage(containsString("wanted"));
            throw new IllegalArgumentException("another");
        }
    }

    public interface Slow {}

    public static class Categorised {
        @Test
        @Category(Slow.class)
        public void slow() {}

        @Test
        public void fast() {}
    }

    @RunWith(Categories.class)
    @Categories.IncludeCategory(Slow.class)
    @Suite.SuiteClasses({Categorised.class})
    public static class SlowOnes {}

    @RunWith(Suite.class)
    @Suite.SuiteClasses({Plain.class, Numbers.class})
    public static class Both {}

    public static class NoTests {}

    public static class BadTests {
        @Test
        private void hidden() {}

        @Test
        public int returns() {
            return 1;
        }
    }

    static final class Listener extends RunListener {
        @Override
        public void testStarted(org.junit.runner.Description description) {
            System.out.println("  started " + description);
        }

        @Override
        public void testFinished(org.junit.runner.Description description) {
            System.out.println("  finished " + description.getMethodName());
        }

        @Override
        public void testFailure(Failure failure) {
            System.out.println("  failed " + failure.getTestHeader() + ": " + failure.getMessage());
        }

        @Override
        public void testAssumptionFailure(Failure failure) {
            System.out.println("  assumed in vain " + failure.getMessage());
        }

        @Override
        public void testIgnored(org.junit.runner.Description description) {
            System.out.println("  ignored " + description + " " +
                               description.getAnnotation(Ignore.class).value());
        }
    }

    public static void main(String[] arguments) {
        for (int round = 1; round <= ROUNDS; round++) {
            System.out.println("---- round " + round);
            for (Class<?> c : new Class<?>[] {Plain.class, Matchers1.class, Numbers.class, Laws.class,
                                              Rules.class, SlowOnes.class, Both.class, NoTests.class,
                                              BadTests.class}) {
                JUnitCore core = new JUnitCore();
                core.addListener(new Listener());
                System.out.println(c.getSimpleName());
                org.junit.runner.Result result = core.run(c);
                System.out.println(result.getRunCount() + " run, " + result.getFailureCount() +
                                   " failed, " + result.getIgnoreCount() + " ignored, " +
                                   result.wasSuccessful());
                for (Failure failure : result.getFailures()) {
                    System.out.println(failure.getTestHeader() + "\n" + failure.getTrimmedTrace());
                }
            }
        }
        System.out.println("done");
    }
}
