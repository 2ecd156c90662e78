/* SPDX-License-Identifier: Apache-2.0 */
/* java_options.c - reads options of the `java` command. */
#include "tool/java_options.h"

#include <stdlib.h>

#include "port/port.h"
#include "tool/source.h"

enum kind {
    TEXT,      /* into a field of the options: "--name VALUE", "--name=VALUE" */
    PROPERTY,  /* "-DKEY=VALUE" */
    NUMBERED,  /* "-DKEY.N=VALUE", N from 0 up: may be repeated */
    MAIN,      /* names the program, and ends the options */
    JAR,       /* what follows is a jar, whatever it is called */
    VERBATIM,  /* kept as it stands (natives_assert.c) */
    MEMORY,    /* -XmxSIZE */
    IGNORED,   /* changes nothing here */
    VALUE_IGNORED,
    REFUSED    /* `key` says what to do */
};

static const struct java_option {
    const char *name;
    enum kind kind;
    const char *key;
    bool is_prefix; /* what begins so */
} table[] = {
    {"-classpath", TEXT, NULL, false},
    {"--class-path", TEXT, NULL, false},
    {"-p", TEXT, "", false},
    {"--module-path", TEXT, "", false},
    {"-m", MAIN, NULL, false},
    {"--module", MAIN, NULL, false},
    {"-jar", JAR, NULL, false},
    {"--add-modules", NUMBERED, "jdk.module.addmods", false},
    {"--add-reads", NUMBERED, "jdk.module.addreads", false},
    {"--add-exports", NUMBERED, "jdk.module.addexports", false},
    {"--add-opens", NUMBERED, "jdk.module.addopens", false},
    {"--limit-modules", PROPERTY, "jdk.module.limitmods", false},
    {"--enable-native-access", PROPERTY, "jdk.module.enable.native.access", false},
    {"--illegal-access", VALUE_IGNORED, NULL, false},
    {"-ea", VERBATIM, NULL, false},
    {"-ea:", VERBATIM, NULL, true},
    {"-enableassertions", VERBATIM, NULL, false},
    {"-enableassertions:", VERBATIM, NULL, true},
    {"-da", VERBATIM, NULL, false},
    {"-da:", VERBATIM, NULL, true},
    {"-disableassertions", VERBATIM, NULL, false},
    {"-disableassertions:", VERBATIM, NULL, true},
    {"-dsa", IGNORED, NULL, false},
    {"-disablesystemassertions", IGNORED, NULL, false},
    {"-Xmx", MEMORY, NULL, true},
    {"-Xms", IGNORED, NULL, true},
    {"-Xmn", IGNORED, NULL, true},
    {"-Xss", IGNORED, NULL, true},
    {"-Xint", IGNORED, NULL, false},
    {"-Xcomp", IGNORED, NULL, false},
    {"-Xmixed", IGNORED, NULL, false},
    {"-Xbatch", IGNORED, NULL, false},
    {"-Xrs", IGNORED, NULL, false},
    {"-Xnoclassgc", IGNORED, NULL, false},
    {"-Xshare:", IGNORED, NULL, true},
    {"-Xlog:disable", IGNORED, NULL, false},
    {"-server", IGNORED, NULL, false},
    {"-client", IGNORED, NULL, false},
    {"-d64", IGNORED, NULL, false},
    {"-Xfuture", IGNORED, NULL, false},
    {"-Xcheck:jni", IGNORED, NULL, false},
    {"-Xverify", IGNORED, NULL, true},
    {"-noverify", IGNORED, NULL, false},
    {"-XX:MaxHeapSize=", MEMORY, NULL, true},
    {"-XX:ActiveProcessorCount=", REFUSED, "--workers N says how many threads may run at a time",
     true},
    {"-XX:MaxRAM", REFUSED, "-XmxSIZE says how large the world may grow", true},
    {"-XX:OnOutOfMemoryError=", REFUSED, "no program of the system is begun from here", true},
    {"-XX:OnError=", REFUSED, "no program of the system is begun from here", true},
    {"-esa", REFUSED, "the library's own assertions look into another virtual machine; "
                      "-ea:PACKAGE... is for some of them", false},
    {"-enablesystemassertions", REFUSED, "the library's own assertions look into another virtual "
                                         "machine; -ea:PACKAGE... is for some of them", false},
    {"-javaagent:", REFUSED, "there are no agents here: run the program without it", true},
    {"-agentlib:", REFUSED, "there are no agents here: 'phantom ps --stacks' and 'phantom "
                            "inspect' look into a running program", true},
    {"-agentpath:", REFUSED, "there are no agents here: run the program without it", true},
    {"-Xdebug", REFUSED, "there is no debugger here: 'phantom ps --stacks' and 'phantom inspect' "
                         "look into a running program", false},
    {"-Xrun", REFUSED, "there are no agents here: run the program without it", true},
    {"-Xbootclasspath", REFUSED, "the library is used as it is: put the classes on the class path",
     true},
    {"--patch-module", REFUSED, "the library is used as it is: put the classes on the class path",
     false},
    {"--upgrade-module-path", REFUSED, "the library is used as it is", false},
    {"-version", REFUSED, "'phantom version' says which release this is, and 'java -version' which "
                          "library it uses", false},
    {"--version", REFUSED, "'phantom version' says which release this is, and 'java -version' "
                           "which library it uses", false},
    {"-showversion", REFUSED, "'phantom version' says which release this is", false},
    {"--show-version", REFUSED, "'phantom version' says which release this is", false},
    {"-fullversion", REFUSED, "'phantom version' says which release this is", false},
    {"--list-modules", REFUSED, "'java --list-modules' says which there are", false},
    {"-d", REFUSED, "'java --describe-module' says what is in a module", false},
    {"--describe-module", REFUSED, "'java --describe-module' says what is in a module", false},
    {"--dry-run", REFUSED, "a program is begun or not", false},
    {"--validate-modules", REFUSED, "'java --validate-modules' does that", false},
    {"--show-module-resolution", REFUSED, "'java --show-module-resolution' shows it", false},
    {"--enable-preview", REFUSED, "features that are on trial in one release of Java are not here",
     false},
    {"--source", REFUSED, "compile the program first: javac", false},
    {"-verbose", REFUSED, "'phantom stat' and 'phantom top' say what a world does", true},
    {"-Xlog", REFUSED, "'phantom stat' and 'phantom top' say what a world does", true},
    {"-XshowSettings", REFUSED, "'java -XshowSettings' shows them", true},
    {"-splash:", REFUSED, "there are no windows here: leave it out", true},
    {"-XX:", REFUSED, "it is an option of another virtual machine: leave it out ('phantom help "
                      "run' lists what there is)", true},
    {"-X", REFUSED, "it is an option of another virtual machine: leave it out ('phantom help run' "
                    "lists what there is)", true},
};

/* Of "-XX:+NAME", "-XX:-NAME" and "-XX:NAME=VALUE" those that say how another virtual machine does
 * its work, not what a program sees: they change nothing here. '*' ends what begins so. */
static const char *const tunings[] = {
    "AllocatePrefetch*", "Always*", "BackgroundCompilation", "BiasedLocking*", "CICompilerCount*",
    "CMS*", "ClassUnloading*", "Compile*", "CompressedClassSpaceSize", "ConcGCThreads",
    "CrashOnOutOfMemoryError", "CreateCoredumpOnCrash", "DebugNonSafepoints",
    "DisableAttachMechanism", "DisableExplicitGC", "DoEscapeAnalysis", "Eliminate*",
    "EnableDynamicAgentLoading", "EnableJVMCI*", "ErrorFile*", "ExitOnOutOfMemoryError",
    "ExplicitGCInvokesConcurrent*", "FreqInlineSize", "G1*", "GC*", "GuaranteedSafepointInterval",
    "HeapDump*", "IgnoreUnrecognizedVMOptions", "Initial*", "InitiatingHeapOccupancyPercent",
    "Inline*", "LargePage*", "Loop*", "MarkStackSize*", "MaxDirectMemorySize", "MaxFDLimit",
    "MaxGC*", "MaxHeapFreeRatio", "MaxInline*", "MaxMetaspace*", "MaxNewSize",
    "MaxTenuringThreshold", "Metaspace*", "MinHeap*", "MinMetaspace*", "NUMA*",
    "NativeMemoryTracking", "NewRatio", "NewSize*", "NmethodSweepActivity",
    "NonNMethodCodeHeapSize", "NonProfiledCodeHeapSize", "OldSize", "OmitStackTraceInFastThrow",
    "OptimizeStringConcat", "ParallelGCThreads", "ParallelRefProcEnabled", "PerfDataSaveToFile",
    "PerfDisableSharedMem", "PreserveFramePointer", "ProfiledCodeHeapSize",
    "ReservedCodeCacheSize", "Resize*", "ScavengeBeforeFullGC", "SegmentedCodeCache", "Shared*",
    "Shenandoah*", "ShowCodeDetailsInExceptionMessages", "SoftMaxHeapSize",
    "SoftRefLRUPolicyMSPerMB", "StringDeduplication*", "StringTableSize", "SurvivorRatio",
    "TLAB*", "TargetSurvivorRatio", "ThreadPriorityPolicy", "ThreadStackSize", "Tiered*",
    "TrimNativeHeapInterval", "UnlockDiagnosticVMOptions", "UnlockExperimentalVMOptions", "Use*",
    "VMThreadStackSize", "Z*",
};

static bool is_tuning(const char *word)
{
    const char *name = word + strlen("-XX:");
    if (strncmp(word, "-XX:", strlen("-XX:")) != 0) {
        return false;
    }
    name += *name == '+' || *name == '-';
    size_t bytes = strcspn(name, "=");
    for (uint32_t i = 0; i < PH_COUNT(tunings); i++) {
        size_t length = strcspn(tunings[i], "*");
        if (strncmp(name, tunings[i], length) == 0 &&
            (tunings[i][length] == '*' || length == bytes)) {
            return true;
        }
    }
    return false;
}

/* ---- One option ------------------------------------------------------------------------------ */

static const struct java_option *find(const char *word)
{
    size_t bytes = strcspn(word, "=");
    bool is_long = strncmp(word, "--", 2) == 0;
    for (uint32_t i = 0; i < PH_COUNT(table); i++) {
        const struct java_option *option = &table[i];
        size_t length = strlen(option->name);
        bool is_equal = strcmp(word, option->name) == 0 ||
                        (is_long && length == bytes && strncmp(word, option->name, bytes) == 0);
        if (is_equal || (option->is_prefix && strncmp(word, option->name, length) == 0)) {
            return option;
        }
    }
    return NULL;
}

static ph_status no_memory(struct ph_error *error)
{
    return ph_fail(error, PH_NO_MEMORY, "out of memory for the options");
}

/* "-DKEY=VALUE" or "-DKEY.N=VALUE"; lives as long as the process. */
static ph_status add_property(struct ph_options *self, const struct java_option *option,
                              const char *value, struct ph_error *error)
{
    char head[64];
    uint32_t number = 0;
    snprintf(head, sizeof(head), "-D%s.", option->key);
    for (uint32_t i = 0; i < self->java.count; i++) {
        number += strncmp(self->java.items[i], head, strlen(head)) == 0;
    }
    size_t bytes = strlen(head) + strlen(value) + 16;
    char *text = malloc(bytes);
    if (text == NULL) {
        return no_memory(error);
    }
    if (option->kind == NUMBERED) {
        snprintf(text, bytes, "-D%s.%u=%s", option->key, number, value);
    } else {
        snprintf(text, bytes, "-D%s=%s", option->key, value);
    }
    return ph_vector_push(&self->java, ph_port_allocator(), text) ? PH_OK : no_memory(error);
}

/* "512m": in MiB, rounded up. */
static ph_status read_memory(struct ph_options *self, const char *name, const char *word,
                             struct ph_error *error)
{
    static const char units[] = "kmgt";
    char *end;
    const char *text = word + strlen(name);
    unsigned long long value = strtoull(text, &end, 10);
    char unit = (char)(*end | 0x20);
    const char *found = *end == '\0' ? NULL : strchr(units, unit);
    uint32_t shift = found == NULL ? 0 : 10 * (uint32_t)(found - units + 1);
    bool is_good = text[0] >= '0' && text[0] <= '9' && value > 0 && value < UINT64_C(1) << 40 &&
                   (*end == '\0' || (found != NULL && end[1] == '\0')) &&
                   value <= (UINT64_C(1) << 50) >> shift;
    if (!is_good) {
        return ph_fail(error, PH_BAD_ARGUMENT, "%s: wants a size, with a unit: -Xmx512m, -Xmx2g",
                       word);
    }
    uint64_t mib = ((value << shift) + (1u << 20) - 1) >> 20;
    self->heap_mib = (uint32_t)PH_MIN(mib, 1000000000u);
    return PH_OK;
}

static ph_status take_value(struct ph_options *self, const struct java_option *option,
                            const char *value, struct ph_error *error)
{
    switch (option->kind) {
    case TEXT:
        *(option->key == NULL ? &self->class_path : &self->module_path) = value;
        return PH_OK;
    case MAIN:
        self->is_module = true;
        self->arguments[self->argument_count++] = value;
        return PH_OK;
    case VALUE_IGNORED:
        return PH_OK;
    default:
        return add_property(self, option, value, error);
    }
}

static bool wants_value(enum kind kind)
{
    return kind == TEXT || kind == PROPERTY || kind == NUMBERED || kind == MAIN ||
           kind == VALUE_IGNORED;
}

/* What begins with "-XX:" need not be known. */
static bool ignores_unknown(char **words, uint32_t count)
{
    uint32_t i = 0;
    while (i < count && strcmp(words[i], "-XX:+IgnoreUnrecognizedVMOptions") != 0) {
        i++;
    }
    return i < count;
}

ph_status ph_java_option(struct ph_options *self, char **words, uint32_t count, uint32_t *at,
                         struct ph_error *error)
{
    const char *word = words[*at];
    const struct java_option *option = find(word);
    if (option == NULL) {
        return PH_NOT_FOUND;
    }
    if (is_tuning(word) ||
        (strcmp(option->name, "-XX:") == 0 && ignores_unknown(words, count))) {
        return PH_OK;
    }
    if (option->kind == REFUSED) {
        return ph_fail(error, PH_BAD_ARGUMENT, "'%s': %s", word, option->key);
    }
    if (wants_value(option->kind)) {
        const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
        const char *value = equals != NULL      ? equals + 1
                            : *at + 1 < count ? words[++*at]
                                              : NULL;
        return value != NULL && value[0] != '\0'
                   ? take_value(self, option, value, error)
                   : ph_fail(error, PH_BAD_ARGUMENT, "%s wants a value", option->name);
    }
    switch (option->kind) {
    case JAR:
        self->is_jar = true;
        return PH_OK;
    case VERBATIM:
        return ph_vector_push(&self->java, ph_port_allocator(), word) ? PH_OK : no_memory(error);
    case MEMORY:
        return read_memory(self, option->name, word, error);
    default:
        return PH_OK;
    }
}

ph_status ph_java_options_end(struct ph_options *self, struct ph_error *error)
{
    if (self->is_jar && self->is_module) {
        return ph_fail(error, PH_BAD_ARGUMENT, "-jar and -m: a program is a jar or a module");
    }
    if (self->is_jar) {
        self->class_path = NULL; /* as with java: the jar alone counts */
    }
    return PH_OK;
}

/* ---- Argument files -------------------------------------------------------------------------- */

typedef PH_VECTOR(char *) word_list;

/* The character that '\\' and this one stand for, within quotes. */
static char unescape(char letter)
{
    switch (letter) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'f': return '\f';
    default: return letter;
    }
}

static bool is_blank(char c) { return c != '\0' && strchr(" \t\n\r\f", c) != NULL; }

/* The next word of the text, which it moves on; false: there is none. `to` has room for all of the
 * text. */
static bool next_word(const char **text, char *to)
{
    const char *at = *text;
    while (is_blank(*at) || *at == '#') {
        at += *at == '#' ? strcspn(at, "\n") : 1;
    }
    bool is_there = *at != '\0';
    for (char quote = 0; *at != '\0' && (quote != 0 || !is_blank(*at)); at++) {
        if (quote != 0 && *at == '\\' && at[1] == '\n') { /* goes on in the next line */
            at += 1 + strspn(at + 2, " \t\f");
        } else if (quote != 0 && *at == '\\' && at[1] != '\0') {
            *to++ = unescape(*++at);
        } else if (*at == quote) {
            quote = 0;
        } else if (quote == 0 && (*at == '"' || *at == '\'')) {
            quote = *at;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
    *text = at;
    return is_there;
}

static ph_status add_file(word_list *list, const char *path, struct ph_error *error)
{
    struct ph_slice bytes;
    ph_status status = ph_file_map(path, &bytes, error);
    if (status != PH_OK) {
        return status;
    }
    char *text = strndup((const char *)bytes.bytes, (size_t)bytes.size);
    ph_file_unmap(&bytes);
    const char *at = text;
    while (status == PH_OK && text != NULL) {
        char *word = malloc(strlen(at) + 1);
        if (word == NULL) {
            status = no_memory(error);
        } else if (!next_word(&at, word)) {
            free(word);
            break;
        } else if (!ph_vector_push(list, ph_port_allocator(), word)) {
            status = no_memory(error);
        }
    }
    free(text);
    return text == NULL ? no_memory(error) : status;
}

ph_status ph_java_argument_file(char ***words, uint32_t *count, uint32_t at, uint32_t *taken,
                                struct ph_error *error)
{
    word_list list = {0};
    ph_status status = PH_OK;
    for (uint32_t i = 0; status == PH_OK && i < *count; i++) {
        if (i == at && (*words)[i][1] != '@') {
            status = add_file(&list, (*words)[i] + 1, error);
            *taken = list.count - at;
        } else {
            *taken = i == at ? 1 : *taken;
            status = ph_vector_push(&list, ph_port_allocator(), (*words)[i] + (i == at))
                         ? PH_OK
                         : no_memory(error);
        }
    }
    if (status == PH_OK) {
        *words = list.items;
        *count = list.count;
    } else {
        ph_vector_finish(&list, ph_port_allocator());
    }
    return status;
}
