/* SPDX-License-Identifier: Apache-2.0 */
/* unit.c - runs the registered tests, each in a process of its own. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_PASSED = 0, EXIT_FAILED = 97, EXIT_SKIPPED = 98 };

static struct unit_test *tests;
static unsigned test_count;

void unit_register(struct unit_test *test)
{
    test->next = tests;
    tests = test;
    test_count++;
}

void unit_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    _exit(EXIT_FAILED);
}

void unit_skip(const char *reason)
{
    printf("    skipped: %s\n", reason);
    fflush(stdout);
    _exit(EXIT_SKIPPED);
}

void unit_check_eq(uint64_t a, uint64_t b, const char *text_a, const char *text_b, const char *file,
                   int line)
{
    if (a != b) {
        unit_fail(file, line, "CHECK_EQ(%s, %s): %lld (0x%llx) != %lld (0x%llx)", text_a, text_b,
                  (long long)a, (unsigned long long)a, (long long)b, (unsigned long long)b);
    }
}

void unit_check_text(const char *a, const char *b, const char *file, int line)
{
    if (a == NULL || b == NULL || strcmp(a, b) != 0) {
        unit_fail(file, line, "CHECK_TEXT: \"%s\" != \"%s\"", a == NULL ? "(null)" : a,
                  b == NULL ? "(null)" : b);
    }
}

void unit_check_bytes(const void *a, const void *b, uint64_t size, const char *file, int line)
{
    const uint8_t *x = a;
    const uint8_t *y = b;
    for (uint64_t i = 0; i < size; i++) {
        if (x[i] != y[i]) {
            unit_fail(file, line, "CHECK_BYTES: byte %llu of %llu: 0x%02x != 0x%02x",
                      (unsigned long long)i, (unsigned long long)size, x[i], y[i]);
        }
    }
}

void unit_check_status(ph_status actual, ph_status expected, const char *text, const char *file,
                       int line)
{
    if (actual != expected) {
        unit_fail(file, line, "CHECK_STATUS(%s): \"%s\" (%d), expected \"%s\" (%d)", text,
                  ph_status_text(actual), (int)actual, ph_status_text(expected), (int)expected);
    }
}

bool unit_dies(void (*run)(void *argument), void *argument)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGABRT, SIG_DFL);
        int null_fd = open("/dev/null", O_WRONLY);
        dup2(null_fd, 2);
        run(argument);
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* ---- The runner -------------------------------------------------------------------------- */

static int compare_tests(const void *a, const void *b)
{
    const struct unit_test *x = *(struct unit_test *const *)a;
    const struct unit_test *y = *(struct unit_test *const *)b;
    int order = strcmp(x->file, y->file);
    return order != 0 ? order : x->line - y->line;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Waits until `child` ends or `seconds` have passed. SIGCHLD is blocked. True if it ended. */
static bool wait_for(pid_t child, double seconds, int *status)
{
    double deadline = seconds_now() + seconds;
    sigset_t child_signal;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    for (;;) {
        if (waitpid(child, status, WNOHANG) == child) {
            return true;
        }
        double left = deadline - seconds_now();
        if (left <= 0) {
            return false;
        }
        struct timespec wait = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};
        sigtimedwait(&child_signal, NULL, &wait);
    }
}

/* By what tests may take longer than written: sanitizers and emulated CPUs are slow. */
static int timeout_factor(void)
{
    const char *text = getenv("UNIT_TIMEOUT_FACTOR");
    int factor = text == NULL ? 1 : atoi(text);
    return factor < 1 ? 1 : factor;
}

static bool run_forked(const struct unit_test *test)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        return false;
    }
    if (child == 0) {
        setpgid(0, 0);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        test->run();
        exit(EXIT_PASSED); /* and not _exit: the leak checker looks at exit */
    }
    setpgid(child, child);
    int status = 0;
    bool ended = wait_for(child, (double)test->timeout_seconds * timeout_factor(), &status);
    kill(-child, SIGKILL);
    if (!ended) {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        fprintf(stderr, "%s:%d: took longer than %d s\n", test->file, test->line,
                test->timeout_seconds * timeout_factor());
        return false;
    }
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "%s:%d: ended by signal %d (%s)\n", test->file, test->line,
                WTERMSIG(status), strsignal(WTERMSIG(status)));
        return false;
    }
    return WEXITSTATUS(status) == EXIT_PASSED || WEXITSTATUS(status) == EXIT_SKIPPED;
}

static bool is_wanted(const struct unit_test *test, int argc, char **argv)
{
    bool any_filter = false;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            continue;
        }
        any_filter = true;
        if (strstr(test->name, argv[i]) != NULL) {
            return true;
        }
    }
    return !any_filter;
}

static bool has_option(int argc, char **argv, const char *option)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], option) == 0) {
            return true;
        }
    }
    return false;
}

static bool run_one(const struct unit_test *test, bool can_fork)
{
    if (!can_fork) {
        printf("%s\n", test->name);
        test->run();
        return true;
    }
    double start = seconds_now();
    bool passed = run_forked(test);
    double seconds = seconds_now() - start;
    if (!passed) {
        printf("FAILED %s\n", test->name);
    } else if (seconds > 2) {
        printf("    slow: %s %.1f s\n", test->name, seconds);
    }
    return passed;
}

int main(int argc, char **argv)
{
    struct unit_test **order = calloc(test_count + 1, sizeof *order);
    unsigned count = 0;
    for (struct unit_test *test = tests; test != NULL; test = test->next) {
        if (is_wanted(test, argc, argv)) {
            order[count++] = test;
        }
    }
    qsort(order, count, sizeof *order, compare_tests);
    sigset_t child_signal;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_signal, NULL);
    unsigned passed = 0;
    bool only_list = has_option(argc, argv, "--list");
    for (unsigned i = 0; i < count; i++) {
        if (only_list) {
            printf("%s\n", order[i]->name);
            continue;
        }
        passed += run_one(order[i], !has_option(argc, argv, "--no-fork"));
    }
    free(order);
    if (only_list) {
        return 0;
    }
    printf("%u passed, %u failed\n", passed, count - passed);
    return passed == count ? 0 : 1;
}
