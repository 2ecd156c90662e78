/* SPDX-License-Identifier: Apache-2.0 */
/* natives_system.c - what Java asks of the system that it runs on: properties, the runtime,
 * signals, archives of classes (there are none), and who called. */
#include "lang/java/vm/natives.h"

#include "base/text.h"
#include "machine/collect.h"
#include "machine/internal.h"

/* ---- Properties ------------------------------------------------------------------------------ */

/* Places in the array that SystemProps$Raw reads (constants of that class, JDK 17). Others are
 * null: Java has its own defaults for them. */
enum platform_property {
    FILE_ENCODING = 4, FILE_SEPARATOR = 5, IO_TMPDIR = 18, LINE_SEPARATOR = 19, OS_ARCH = 20,
    OS_NAME = 21, OS_VERSION = 22, PATH_SEPARATOR = 23, SUN_ARCH_DATA_MODEL = 28,
    SUN_CPU_ENDIAN = 29, SUN_IO_UNICODE_ENCODING = 31, SUN_JNU_ENCODING = 32, USER_DIR = 36,
    USER_HOME = 37, USER_NAME = 38, DISPLAY_LANGUAGE = 1, PLATFORM_PROPERTIES = 39
};

/* The world has one view of itself, wherever it runs and is resumed; a program's folders are the
 * image's. */
static const char *const platform_properties_list[PLATFORM_PROPERTIES] = {
    [DISPLAY_LANGUAGE] = "en",
    [FILE_ENCODING] = "UTF-8",
    [FILE_SEPARATOR] = "/",
    [IO_TMPDIR] = "/tmp",
    [LINE_SEPARATOR] = "\n",
    [OS_ARCH] = "amd64",
    [OS_NAME] = "Linux",
    [OS_VERSION] = "6.0",
    [PATH_SEPARATOR] = ":",
    [SUN_ARCH_DATA_MODEL] = "64",
    [SUN_CPU_ENDIAN] = "little",
    [SUN_IO_UNICODE_ENCODING] = "UnicodeLittle",
    [SUN_JNU_ENCODING] = "UTF-8",
    [USER_DIR] = "/",
    [USER_HOME] = "/",
    [USER_NAME] = "user"};

/* An array of Strings that is being filled. */
struct strings {
    struct ph_call *call;
    struct ph_root array;
    uint32_t at;
    bool ok;
};

static void begin_strings(struct strings *self, struct ph_call *call, uint32_t count)
{
    self->call = call;
    self->at = 0;
    ph_root_push(call->mutator, &self->array,
                 ph_java_new_array_named(call, "[Ljava/lang/String;", count));
    self->ok = self->array.ref != 0;
}

static void add_string(struct strings *self, struct ph_slice text) /* bytes NULL: null */
{
    ph_ref string = !self->ok || text.bytes == NULL ? 0 : ph_java_string_utf8(self->call, text);
    if (!self->ok || (string == 0 && text.bytes != NULL)) {
        self->ok = false;
        return;
    }
    struct ph_refs *refs = ph_address(self->call->mutator->heap, self->array.ref);
    PH_SET_REF(self->call->mutator, refs->items[self->at], string);
    self->at++;
}

static enum ph_outcome end_strings(struct strings *self)
{
    ph_ref made = self->array.ref;
    ph_root_pop(self->call->mutator, &self->array);
    return self->ok ? ph_java_return(self->call, made) : ph_java_out_of_memory(self->call);
}

static enum ph_outcome platform_properties(struct ph_call *call)
{
    struct strings strings;

    begin_strings(&strings, call, PLATFORM_PROPERTIES);
    for (uint32_t i = 0; i < PLATFORM_PROPERTIES; i++) {
        const char *text = platform_properties_list[i];
        add_string(&strings, text == NULL ? (struct ph_slice){NULL, 0} : ph_java_slice_of(text));
    }
    return end_strings(&strings);
}

/* ---- The command's options ------------------------------------------------------------------- */

static struct ph_slice argument_at(struct ph_call *call, uint32_t index)
{
    const struct ph_heap *heap = call->mutator->heap;
    const struct ph_program *program = ph_address(heap, call->thread->program_ref);
    const struct ph_refs *given = ph_address(heap, program->arguments_ref);
    return index < given->length ? ph_java_slice(heap, given->items[index])
                                 : (struct ph_slice){NULL, 0};
}

static bool is_one_of(struct ph_slice text, const char *const *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (ph_slice_equal(text, ph_java_slice_of(words[i]))) {
            return true;
        }
    }
    return false;
}

/* Options of the `java` command as far as they are properties; *class_path as they say it. Adds
 * "-Dname=value" to `strings`, if it is not NULL; returns how many there are. */
static uint32_t read_options(struct ph_call *call, struct strings *strings,
                             struct ph_slice *class_path)
{
    static const char *const with_path[] = {"-cp", "-classpath", "--class-path", "-jar"};
    uint32_t count = 0;

    for (uint32_t i = 1;; i++) { /* 0 is the program's name */
        struct ph_slice option = argument_at(call, i);
        if (option.size == 0 || option.bytes[0] != '-' ||
            ph_slice_equal(option, PH_SLICE_TEXT("-m"))) {
            return count;
        }
        if (is_one_of(option, with_path, PH_COUNT(with_path))) {
            bool is_jar = option.bytes[1] == 'j';
            *class_path = argument_at(call, ++i);
            if (is_jar) {
                return count;
            }
        } else if (option.size > 2 && option.bytes[1] == 'D') {
            struct ph_slice name = {option.bytes + 2, 0}, value = {option.bytes, 0};
            while (name.size < option.size - 2 && name.bytes[name.size] != '=') {
                name.size++;
            }
            if (name.size + 3 <= option.size) {
                value = (struct ph_slice){name.bytes + name.size + 1, option.size - name.size - 3};
            }
            if (strings != NULL) {
                add_string(strings, name);
                add_string(strings, value);
            }
            count++;
        }
    }
}

/* Names and values in turn. */
static enum ph_outcome vm_properties(struct ph_call *call)
{
    static const char *const fixed[] = {
        "java.home", PH_JAVA_HOME,
        "java.vm.specification.name", "Java Virtual Machine Specification",
        "java.vm.specification.vendor", "Oracle Corporation",
        "java.vm.specification.version", "17",
        "java.vm.name", "Phantom",
        "java.vm.vendor", "Phantom",
        "java.vm.version", "17",
        "java.vm.info", "interpreted mode",
        "java.library.path", PH_JAVA_HOME "/lib",
        "sun.boot.library.path", PH_JAVA_HOME "/lib",
        "jdk.debug", "release"};
    struct ph_slice class_path = PH_SLICE_TEXT(".");
    struct strings strings;

    uint32_t options = read_options(call, NULL, &class_path);
    begin_strings(&strings, call, PH_COUNT(fixed) + 2 + options * 2);
    for (uint32_t i = 0; i < PH_COUNT(fixed); i++) {
        add_string(&strings, ph_java_slice_of(fixed[i]));
    }
    add_string(&strings, PH_SLICE_TEXT("java.class.path"));
    add_string(&strings, class_path);
    (void)read_options(call, &strings, &class_path);
    return end_strings(&strings);
}

/* ---- The runtime ----------------------------------------------------------------------------- */

enum ph_outcome ph_java_processors(struct ph_call *call)
{
    return ph_java_return(call, call->machine->worker_count);
}

/* The old space: what it may become, and what of it is in use. */
static uint64_t memory_max(struct ph_call *call)
{
    const struct ph_heap *heap = call->mutator->heap;
    uint64_t limit = call->machine->options.object_bytes_max;
    return limit != 0 ? limit : heap->nursery_offset;
}

static enum ph_outcome max_memory(struct ph_call *call)
{
    return ph_java_return(call, memory_max(call));
}

static enum ph_outcome total_memory(struct ph_call *call)
{
    return ph_java_return(call, call->mutator->heap->header->object_top);
}

static enum ph_outcome free_memory(struct ph_call *call)
{
    const struct ph_heap_header *header = call->mutator->heap->header;
    uint64_t live = __atomic_load_n(&header->object_bytes_live, __ATOMIC_RELAXED);
    return ph_java_return(call, header->object_top - PH_MIN(live, header->object_top));
}

/* Waits for a collection that begins after this. */
static enum ph_outcome collect(struct ph_call *call)
{
    return ph_collect_waits_once(call->worker) ? PH_WAITING : PH_DONE;
}

/* ---- Time, users, signals -------------------------------------------------------------------- */

/* Nanoseconds since that many seconds after 1970; -1: too far off. */
static enum ph_outcome nano_time_adjustment(struct ph_call *call)
{
    int64_t offset = (int64_t)call->slots[0], now = (int64_t)ph_clock_wall_ns();
    int64_t seconds = now / 1000000000 - (offset > INT64_MAX / 4 || offset < INT64_MIN / 4
                                              ? INT64_MAX / 4
                                              : offset);
    bool is_near = seconds < INT64_C(4294967296) && seconds > -INT64_C(4294967296);
    return ph_java_return(call, is_near ? (uint64_t)(seconds * 1000000000 + now % 1000000000)
                                        : UINT64_MAX);
}

static enum ph_outcome runtime_arguments(struct ph_call *call)
{
    struct strings strings;
    begin_strings(&strings, call, 0);
    return end_strings(&strings);
}

/* Signals have numbers; none of them ever comes. */
static enum ph_outcome find_signal(struct ph_call *call)
{
    static const struct {
        const char *name;
        int32_t number;
    } signals[] = {{"HUP", 1}, {"INT", 2}, {"TERM", 15}};
    char name[PH_JAVA_NAME_BYTES];

    if (ph_java_name_argument(call, 0, name, false)) {
        for (uint32_t i = 0; i < PH_COUNT(signals); i++) {
            if (ph_slice_equal(ph_java_slice_of(name), ph_java_slice_of(signals[i].name))) {
                return ph_java_return(call, (uint32_t)signals[i].number);
            }
        }
    }
    return ph_java_return(call, UINT32_MAX);
}

/* As the hosts have it that Java's programs are written for: the lowest 8 bits count. */
static enum ph_outcome halt(struct ph_call *call)
{
    return ph_call_exit(call, (uint8_t)call->slots[0]);
}

/* ---- The table ------------------------------------------------------------------------------- */

#define CLASS "Ljava/lang/Class;"
#define STRING "Ljava/lang/String;"
#define RAW "jdk/internal/util/SystemProps$Raw."
#define RUNTIME "java/lang/Runtime."
#define VM_CLASS "jdk/internal/misc/VM."
#define CDS "jdk/internal/misc/CDS."
#define SIGNAL "jdk/internal/misc/Signal."

static const struct ph_native_info natives[] = {
    {"java", RAW "platformProperties()[" STRING, ":r", platform_properties},
    {"java", RAW "vmProperties()[" STRING, ":r", vm_properties},
    {"java", "phantom/vm/Base.vmProperties()[" STRING, ":r", vm_properties},
    {"java", RUNTIME "availableProcessors()I", "r:i", ph_java_processors},
    {"java", RUNTIME "maxMemory()J", "r:l", max_memory},
    {"java", RUNTIME "totalMemory()J", "r:l", total_memory},
    {"java", RUNTIME "freeMemory()J", "r:l", free_memory},
    {"java", RUNTIME "gc()V", "r:", collect},
    {"java", VM_CLASS "initialize()V", ":", ph_java_nothing},
    {"java", VM_CLASS "getuid()J", ":l", ph_java_zero},
    {"java", VM_CLASS "geteuid()J", ":l", ph_java_zero},
    {"java", VM_CLASS "getgid()J", ":l", ph_java_zero},
    {"java", VM_CLASS "getegid()J", ":l", ph_java_zero},
    {"java", VM_CLASS "getNanoTimeAdjustment(J)J", "l:l", nano_time_adjustment},
    {"java", VM_CLASS "getRuntimeArguments()[" STRING, ":r", runtime_arguments},
    {"java", CDS "isDumpingClassList0()Z", ":i", ph_java_zero},
    {"java", CDS "isDumpingArchive0()Z", ":i", ph_java_zero},
    {"java", CDS "isSharingEnabled0()Z", ":i", ph_java_zero},
    {"java", CDS "logLambdaFormInvoker(" STRING ")V", "r:", ph_java_nothing},
    {"java", CDS "initializeFromArchive(" CLASS ")V", "r:", ph_java_nothing},
    {"java", CDS "defineArchivedModules(Ljava/lang/ClassLoader;Ljava/lang/ClassLoader;)V", "rr:",
     ph_java_nothing},
    {"java", CDS "getRandomSeedForDumping()J", ":l", ph_java_zero},
    {"java", SIGNAL "findSignal0(" STRING ")I", "r:i", find_signal},
    {"java", SIGNAL "handle0(IJ)J", "il:l", ph_java_zero},
    {"java", SIGNAL "raise0(I)V", "i:", ph_java_nothing},
    {"java", "java/lang/Shutdown.beforeHalt()V", ":", ph_java_nothing},
    {"java", "java/lang/Shutdown.halt0(I)V", "i:", halt},
};

ph_status ph_java_system_natives_add(struct ph_java_vm *self)
{
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
