/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - reads a command line by the table in options.def. */
#include <stdlib.h>
#include <string.h>

#include "port/port.h"
#include "tool/java_options.h"

#define COUNT_MAX 1000000000u
#define ON(id) (1u << PH_COMMAND_##id)

const struct ph_option ph_option_table[] = {
#define PH_OPTION(commands, name, value, kind, field, text) \
    {commands, name, value, kind, offsetof(struct ph_options, field), text},
#include "tool/options.def"
#undef PH_OPTION
};
const uint32_t ph_option_count = PH_COUNT(ph_option_table);

/* ---- Values ---------------------------------------------------------------------------------- */

static bool read_interval(const char *text, uint64_t *ns)
{
    static const struct {
        const char *unit;
        uint64_t ns;
    } units[] = {{"", 1000000u}, {"ms", 1000000u}, {"s", 1000000000u}, {"m", 60000000000u},
                 {"h", 3600000000000u}};
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || value == 0 || value > 1000000000u) {
        return false;
    }
    for (uint32_t i = 0; i < PH_COUNT(units); i++) {
        if (strcmp(end, units[i].unit) == 0 && value < UINT64_MAX / units[i].ns) {
            *ns = value * units[i].ns;
            return true;
        }
    }
    return false;
}

static bool read_number(const char *text, uint32_t least, uint32_t most, uint32_t *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < least || value > most) {
        return false;
    }
    *number = (uint32_t)value;
    return true;
}

static bool read_seconds(const char *text, uint64_t *ns)
{
    char *end;
    double value = strtod(text, &end);
    if (text[0] < '0' || text[0] > '9' || (*end != '\0' && strcmp(end, "s") != 0) ||
        !(value >= 0.05 && value <= 3600)) {
        return false;
    }
    *ns = (uint64_t)(value * 1e9);
    return true;
}

static ph_status set_option(struct ph_options *self, const struct ph_option *option,
                            const char *value, struct ph_error *error)
{
    void *field = (char *)self + option->field;
    switch (option->kind) {
    case PH_OPTION_FLAG:
        *(bool *)field = true;
        return PH_OK;
    case PH_OPTION_TEXT:
        *(const char **)field = value;
        return value[0] != '\0'
                   ? PH_OK
                   : ph_fail(error, PH_BAD_ARGUMENT, "%s wants a value, not an empty text: %s %s",
                             option->name, option->name, option->value);
    case PH_OPTION_LIST: {
        ph_texts *list = field;
        return ph_vector_push(list, ph_port_allocator(), value)
                   ? PH_OK
                   : ph_fail(error, PH_NO_MEMORY, "out of memory for the options");
    }
    case PH_OPTION_INTERVAL:
        return read_interval(value, field)
                   ? PH_OK
                   : ph_fail(error, PH_BAD_ARGUMENT, "--interval '%s': wants a time from 1 ms up, "
                             "in milliseconds or with a unit: 100, 10ms, 2s, 5m, 1h", value);
    case PH_OPTION_WORKERS:
        return read_number(value, 1, 64, field)
                   ? PH_OK
                   : ph_fail(error, PH_BAD_ARGUMENT, "--workers '%s': wants a number from 1 to 64",
                             value);
    case PH_OPTION_COUNT:
        return read_number(value, 1, COUNT_MAX, field)
                   ? PH_OK
                   : ph_fail(error, PH_BAD_ARGUMENT, "%s '%s': wants a number from 1 up, "
                             "to %u at most", option->name, value, COUNT_MAX);
    case PH_OPTION_SECONDS:
        return read_seconds(value, field)
                   ? PH_OK
                   : ph_fail(error, PH_BAD_ARGUMENT, "--interval '%s': wants seconds, from 0.05 to "
                             "3600", value);
    case PH_OPTION_STATUS:
        return read_number(value, 0, 255, field)
                   ? PH_OK
                   : ph_fail(error, PH_BAD_ARGUMENT, "--status '%s': wants a number from 0 to 255",
                             value);
    }
    return PH_OK;
}

/* ---- Words ----------------------------------------------------------------------------------- */

static ph_status unknown_option(const struct ph_options *self, const char *word,
                                struct ph_error *error)
{
    const char *names[PH_COUNT(ph_option_table)];
    uint32_t count = 0;
    const struct ph_command *command = &ph_commands[self->command];
    for (uint32_t i = 0; i < ph_option_count; i++) {
        const struct ph_option *option = &ph_option_table[i];
        if (option->commands & (1u << self->command) && option->text[0] != '\0') {
            names[count++] = option->name;
        }
    }
    const char *near = ph_nearest(word, names, count);
    if (near != NULL) {
        return ph_fail(error, PH_BAD_ARGUMENT, "'%s' is no option of 'phantom %s'; did you mean "
                       "'%s'?", word, command->name, near);
    }
    return ph_fail(error, PH_BAD_ARGUMENT, "'%s' is no option of 'phantom %s'; 'phantom help %s' "
                   "lists them%s", word, command->name, command->name,
                   command->options_end == UINT32_MAX
                       ? ""
                       : "; options of the program itself stand after its name");
}

static bool takes_java(const struct ph_options *self)
{
    return self->command == PH_COMMAND_RUN || self->command == PH_COMMAND_LAUNCH;
}

static const struct ph_option *find_option(const struct ph_options *self, const char *word,
                                           size_t bytes)
{
    if (strncmp(word, "-D", 2) == 0) { /* -DK=V */
        bytes = 2;
    }
    if (bytes == 2 && strncmp(word, "-o", 2) == 0) {
        word = "--output";
        bytes = strlen(word);
    }
    for (uint32_t i = 0; i < ph_option_count; i++) {
        const struct ph_option *option = &ph_option_table[i];
        if (option->commands & (1u << self->command) && strlen(option->name) == bytes &&
            strncmp(option->name, word, bytes) == 0) {
            return option;
        }
    }
    return NULL;
}

/* Reads the option at words[*at], and its value, which may be the next word. */
static ph_status read_option(struct ph_options *self, char **words, uint32_t count, uint32_t *at,
                             struct ph_error *error)
{
    const char *word = words[*at];
    const char *equals = strchr(word, '=');
    size_t bytes = equals == NULL ? strlen(word) : (size_t)(equals - word);
    const struct ph_option *option = find_option(self, word, bytes);
    if (option == NULL) {
        ph_status status = takes_java(self) ? ph_java_option(self, words, count, at, error)
                                            : PH_NOT_FOUND;
        return status == PH_NOT_FOUND ? unknown_option(self, word, error) : status;
    }
    if (option->kind == PH_OPTION_FLAG) {
        return equals == NULL ? set_option(self, option, NULL, error)
                              : ph_fail(error, PH_BAD_ARGUMENT, "%s takes no value",
                                        option->name);
    }
    bool is_joined = strncmp(word, "-D", 2) == 0 && word[2] != '\0';
    const char *value = is_joined ? word + 2 : equals == NULL ? NULL : equals + 1;
    if (value == NULL && *at + 1 < count) {
        value = words[++*at];
    }
    if (value == NULL) {
        return ph_fail(error, PH_BAD_ARGUMENT, "%s wants a value: %s %s", option->name,
                       option->name, option->value);
    }
    return set_option(self, option, value, error);
}

static ph_status check_count(const struct ph_options *self, struct ph_error *error)
{
    const struct ph_command *command = &ph_commands[self->command];
    if (self->argument_count >= command->argument_min &&
        self->argument_count <= command->argument_max) {
        return PH_OK;
    }
    if (self->argument_count > command->argument_max) {
        return ph_fail(error, PH_BAD_ARGUMENT, "'%s' is too much; usage: phantom %s %s",
                       self->arguments[command->argument_max], command->name, command->arguments);
    }
    return ph_fail(error, PH_BAD_ARGUMENT, "something is missing; usage: phantom %s %s",
                   command->name, command->arguments);
}

/* Puts the words of an argument file in the place of words[at]. */
static ph_status read_file(struct ph_options *self, char ***words, uint32_t *count, uint32_t at,
                           uint32_t *taken, struct ph_error *error)
{
    ph_status status = ph_java_argument_file(words, count, at, taken, error);
    const char **larger =
        status != PH_OK ? NULL : realloc(self->arguments, (*count + 1u) * sizeof(*larger));
    if (status == PH_OK && larger == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for the options");
    }
    self->arguments = status == PH_OK ? larger : self->arguments;
    return status;
}

ph_status ph_options_read(struct ph_options *self, char **words, uint32_t count, bool *wants_help,
                          struct ph_error *error)
{
    uint32_t options_end = ph_commands[self->command].options_end;
    uint32_t files_from = 0; /* words before it are of argument files */
    bool plain_only = false;
    self->arguments = calloc(count + 1u, sizeof(*self->arguments));
    if (self->arguments == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for the options");
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!plain_only && takes_java(self) && words[i][0] == '@' && i >= files_from) {
            uint32_t taken = 0;
            ph_status status = read_file(self, &words, &count, i, &taken, error);
            if (status != PH_OK) {
                return status;
            }
            files_from = i + taken;
            i--;
            continue;
        }
        const char *word = words[i];
        if (plain_only || word[0] != '-' || word[1] == '\0') {
            self->arguments[self->argument_count++] = word;
            plain_only = plain_only || self->argument_count >= options_end;
            continue;
        }
        if (strcmp(word, "--") == 0) {
            plain_only = true;
            continue;
        }
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            *wants_help = true;
            return PH_OK;
        }
        ph_status status = read_option(self, words, count, &i, error);
        if (status != PH_OK) {
            return status;
        }
        plain_only = self->argument_count >= options_end; /* -m names the program */
    }
    ph_status status = ph_java_options_end(self, error);
    return status == PH_OK ? check_count(self, error) : status;
}

void ph_options_finish(struct ph_options *self)
{
    ph_vector_finish(&self->dirs, ph_port_allocator());
    ph_vector_finish(&self->environment, ph_port_allocator());
    ph_vector_finish(&self->gives, ph_port_allocator());
    ph_vector_finish(&self->properties, ph_port_allocator());
    ph_vector_finish(&self->java, ph_port_allocator());
    free(self->arguments);
}
