/* SPDX-License-Identifier: Apache-2.0 */
/* base.c - `phantom base`: shows, makes or drops the prebooted image of Java's library. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/cache.h"
#include "tool/facts.h"
#include "tool/java_base.h"
#include "tool/jdk.h"
#include "tool/json.h"

/* Where the base is, or would be; says why there can be none. */
static bool find(char home[PH_JDK_PATH_BYTES], char path[PH_CACHE_PATH_BYTES])
{
    struct ph_error error = {0};
    if (ph_jdk_find(home, &error) != PH_OK) {
        ph_say_error(&error, 0);
        return false;
    }
    if (!ph_base_path(home, path, PH_CACHE_PATH_BYTES)) {
        ph_say("there is no cache: PHANTOM_CACHE, XDG_CACHE_HOME or HOME must name a folder that "
               "is yours alone");
        return false;
    }
    return true;
}

static int show(const struct ph_options *options)
{
    char home[PH_JDK_PATH_BYTES], path[PH_CACHE_PATH_BYTES], bytes[PH_SIZE_BYTES];
    char time[PH_TIME_BYTES];
    struct stat about = {0};
    if (!find(home, path)) {
        return PH_EXIT_FAILED;
    }
    bool is_there = stat(path, &about) == 0 && ph_base_is_whole(path);
    uint64_t made_ns = (uint64_t)about.st_mtim.tv_sec * 1000000000u;
    if (options->json) {
        struct ph_json j;
        ph_json_begin(&j, stdout);
        ph_json_text(&j, "jdk", home);
        ph_json_text(&j, "base", path);
        ph_json_bool(&j, "is_there", is_there);
        ph_json_number(&j, "bytes", is_there ? (uint64_t)about.st_size : 0);
        ph_json_text(&j, "made", is_there ? ph_time_text(made_ns, true, time) : "");
        ph_json_end(&j);
        return PH_EXIT_OK;
    }
    printf("jdk   %s\nbase  %s\n", home, path);
    if (is_there) {
        printf("      %s, made %s\n", ph_size_text((uint64_t)about.st_size, bytes),
               ph_time_text(made_ns, false, time));
    } else {
        printf("      not made yet; the next Java program does, or: phantom base make\n");
    }
    return PH_EXIT_OK;
}

static int make(void)
{
    char home[PH_JDK_PATH_BYTES], path[PH_CACHE_PATH_BYTES];
    struct ph_error error = {0};
    if (!find(home, path)) {
        return PH_EXIT_FAILED;
    }
    ph_progress_begin("booting Java's library");
    ph_status status = ph_base_make(home, path, &error);
    ph_progress_end();
    return status == PH_OK ? PH_EXIT_OK : ph_say_error(&error, PH_EXIT_FAILED);
}

static void drop_one(void *context, const char *name, const char *path)
{
    (void)name;
    *(bool *)context = (unlink(path) == 0) && *(bool *)context;
}

static int drop(void)
{
    bool all = true;
    ph_cache_each(PH_BASE_PREFIX, drop_one, &all);
    ph_cache_each(PH_BASE_NOTE, drop_one, &all);
    if (!all) {
        ph_say("the cache: not all could be removed");
    }
    return all ? PH_EXIT_OK : PH_EXIT_FAILED;
}

int ph_command_base(const struct ph_options *options)
{
    const char *word = options->argument_count == 0 ? "show" : options->arguments[0];
    if (strcmp(word, "show") == 0) {
        return show(options);
    }
    if (strcmp(word, "make") == 0) {
        return make();
    }
    if (strcmp(word, "drop") == 0) {
        return drop();
    }
    ph_say("'%s': base can show, make or drop", word);
    return PH_EXIT_USAGE;
}
