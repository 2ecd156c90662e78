/* SPDX-License-Identifier: Apache-2.0 */
/* help.c - `phantom help` and `phantom version`, expanded from commands.def and options.def. */
#include <string.h>

#include "interp/interp.h"
#include "store/store.h"
#include "tool/json.h"
#include "tool/tool.h"

static void help_all(void)
{
    printf("Phantom runs programs that never lose their place: kill it, pull the plug, and the\n"
           "program goes on from a moment ago, in the middle of the statement it was in.\n"
           "\n"
           "  phantom run counter.wasm       makes counter.phantom, or goes on with it\n"
           "  phantom resume counter.phantom goes on with it\n"
           "  phantom stop counter.phantom   takes a cut and leaves\n"
           "\n"
           "Commands:\n");
    for (uint32_t i = 0; i < PH_COMMAND_COUNT; i++) {
        printf("  %-8s %s\n", ph_commands[i].name, ph_commands[i].summary);
    }
    printf("\n'phantom help COMMAND' shows its options.\n");
}

static void help_options(uint32_t id)
{
    bool any = false;
    for (uint32_t i = 0; i < ph_option_count; i++) {
        const struct ph_option *option = &ph_option_table[i];
        if (!(option->commands & (1u << id)) || option->text[0] == '\0') {
            continue;
        }
        char name[64];
        snprintf(name, sizeof(name), "%s%s%s", option->name, option->value != NULL ? " " : "",
                 option->value != NULL ? option->value : "");
        printf("%s  %-19s %s\n", any ? "" : "\nOptions:\n", name, option->text);
        any = true;
    }
    if (id == PH_COMMAND_RUN || id == PH_COMMAND_LAUNCH) {
        printf("\nA Java program also takes the options of the java command (-jar, -p, -m, -ea,\n"
               "-Xmx, --add-modules…); docs/java.md lists them.\n");
    }
}

int ph_command_help(const struct ph_options *options)
{
    if (options->argument_count == 0) {
        help_all();
        return PH_EXIT_OK;
    }
    const char *names[PH_COMMAND_COUNT];
    for (uint32_t i = 0; i < PH_COMMAND_COUNT; i++) {
        const struct ph_command *command = &ph_commands[i];
        names[i] = command->name;
        if (strcmp(command->name, options->arguments[0]) != 0) {
            continue;
        }
        printf("phantom %s %s%s\n\n%s\n", command->name,
               command->options_end == UINT32_MAX ? "" : "[OPTION]... ", command->arguments,
               command->summary);
        help_options(i);
        return PH_EXIT_OK;
    }
    const char *near = ph_nearest(options->arguments[0], names, PH_COMMAND_COUNT);
    if (near != NULL) {
        ph_say("'%s' is no command; did you mean '%s'?", options->arguments[0], near);
    } else {
        ph_say("'%s' is no command; 'phantom help' lists them", options->arguments[0]);
    }
    return PH_EXIT_USAGE;
}

int ph_command_version(const struct ph_options *options)
{
    if (options->json) {
        struct ph_json json;
        ph_json_begin(&json, stdout);
        ph_json_text(&json, "release", PH_RELEASE);
        ph_json_number(&json, "image_version", PH_STORE_VERSION);
        ph_json_text(&json, "dispatch", ph_interp_dispatch());
        ph_json_text(&json, "compiler", __VERSION__);
        ph_json_end(&json);
    } else {
        printf("phantom %s (images of version %u; %s; built by %s)\n", PH_RELEASE,
               PH_STORE_VERSION, ph_interp_dispatch(), __VERSION__);
    }
    return PH_EXIT_OK;
}
