/* SPDX-License-Identifier: Apache-2.0 */
#include "support/fuzzer.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "port/port.h"
#include "support/seed.h"

static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTERM, SIGINT};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static const struct fuzzer *current;
static struct sigaction before[SIGNALS];
static char failure_path[200];
static uint8_t handler_stack[1 << 16]; /* the usual one may be what ran out */

/* Of the sanitizers' libraries, where one is linked: they end a process without a signal. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* ---- The last words: called from handlers of signals ---------------------------------------- */

static void say(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

static void say_number(uint64_t number)
{
    char digits[24];
    char *at = digits + sizeof(digits) - 1;
    *at = 0;
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    say(at);
}

static bool write_input(void)
{
    if (current->extension == NULL || current->input == NULL) {
        return false;
    }
    int file = open(failure_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    bool is_written = file >= 0 && write(file, current->input, (size_t)current->input_size) ==
                                       (ssize_t)current->input_size;
    if (file >= 0) {
        close(file);
    }
    return is_written;
}

static void last_words(void)
{
    static bool is_said;
    if (is_said || current == NULL) {
        return;
    }
    is_said = true;
    say(current->name);
    if (current->rounds == 0) {
        say(": ended before the first round");
    } else {
        say(": ended in a round; repeat it with --seed ");
        say_number(current->round_seed);
        say(" --count 1");
    }
    if (write_input()) {
        say("; what it tried is in ");
        say(failure_path);
    }
    say("\n");
}

/* Whoever was to handle the signal does so when it comes again. */
static void on_signal(int number)
{
    last_words();
    for (uint32_t i = 0; i < SIGNALS; i++) {
        if (signals[i] == number) {
            sigaction(number, &before[i], NULL);
        }
    }
    if (number == SIGTERM || number == SIGINT) {
        raise(number);
    }
}

static void watch(const struct fuzzer *self)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof(handler_stack)};
    snprintf(failure_path, sizeof(failure_path), "%s.failed.%s", self->name,
             self->extension == NULL ? "" : self->extension);
    current = self;
    sigaltstack(&stack, NULL);
    for (uint32_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], &action, &before[i]);
    }
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(last_words);
    }
}

/* ---- The run -------------------------------------------------------------------------------- */

static void usage(const struct fuzzer *self)
{
    fprintf(stderr, "usage: %s [--quick] [--seed N] [--count N]%s%s\n", self->name,
            self->can_dump ? " [--dump FILE]" : "", self->other != NULL ? " [FILE…]" : "");
    exit(2);
}

static void open_dump(struct fuzzer *self, const char *path)
{
    self->dump = fopen(path, "wb");
    if (self->dump == NULL) {
        fprintf(stderr, "%s: %s cannot be written\n", self->name, path);
        exit(2);
    }
}

void fuzzer_begin(struct fuzzer *self, int argc, char **argv)
{
    bool has_seed = false;
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--quick") == 0) {
            self->is_quick = true;
        } else if (strcmp(argv[i], "--seed") == 0 && has_value) {
            self->seed = strtoull(argv[++i], NULL, 0);
            has_seed = true;
        } else if (strcmp(argv[i], "--count") == 0 && has_value) {
            self->count = strtoull(argv[++i], NULL, 0);
            self->has_count = true;
        } else if (strcmp(argv[i], "--dump") == 0 && has_value && self->can_dump) {
            open_dump(self, argv[++i]);
        } else if (self->other != NULL && argv[i][0] != '-') {
            self->other(argv[i]);
        } else {
            usage(self);
        }
    }
    if (!has_seed) {
        self->seed = seed_default(self->is_quick);
    }
    self->round_seed = self->seed;
    printf("%s: seed %llu\n", self->name, (unsigned long long)self->seed);
    fflush(stdout);
    watch(self);
}

bool fuzzer_next(struct fuzzer *self)
{
    uint32_t seconds = self->is_quick ? self->seconds_quick : self->seconds;
    if (self->rounds == 0) {
        self->end_ns = seconds == 0 || self->has_count
                           ? UINT64_MAX
                           : ph_clock_monotonic_ns() + seconds * UINT64_C(1000000000);
    }
    bool is_counted = self->has_count || self->count > 0;
    if ((is_counted && self->rounds >= self->count) || ph_clock_monotonic_ns() >= self->end_ns) {
        return false;
    }
    self->input = NULL;
    self->round_seed = self->seed + self->rounds++;
    ph_random_init(&self->random, self->round_seed);
    return true;
}

void fuzzer_input(struct fuzzer *self, const void *bytes, uint64_t size)
{
    self->input = bytes;
    self->input_size = size;
}

void fuzzer_fail(const struct fuzzer *self, const char *what, const char *text)
{
    fflush(stdout);
    fprintf(stderr, "%s: %s%s%s\n", self->name, what, text[0] == 0 ? "" : ": ", text);
    abort();
}

void fuzzer_dump(struct fuzzer *self, uint32_t status, const char *text, uint32_t text_bytes)
{
    uint32_t head[2] = {status, (uint32_t)self->input_size};
    size_t length = strlen(text);
    if (self->dump == NULL) {
        return;
    }
    fwrite(head, sizeof(head), 1, self->dump);
    fwrite(self->input, 1, (size_t)self->input_size, self->dump);
    for (uint32_t i = 0; i < text_bytes; i++) {
        fputc(i < length && i + 1 < text_bytes ? text[i] : 0, self->dump);
    }
}

void fuzzer_end(struct fuzzer *self)
{
    for (uint32_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], &before[i], NULL);
    }
    current = NULL;
    if (self->dump != NULL && fclose(self->dump) != 0) {
        fprintf(stderr, "%s: the dump is not whole\n", self->name);
        exit(1);
    }
}
