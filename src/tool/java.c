/* SPDX-License-Identifier: Apache-2.0 */
/* java.c - Java programs on the command line. */
#include "tool/java.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/descriptor.h"
#include "device/tree.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/vm.h"
#include "machine/directory.h"
#include "tool/image.h"
#include "tool/java_manifest.h"

#define PATH_BYTES 4096u

/* ---- The JDK ----------------------------------------------------------------------------- */

static bool library_path(const struct ph_library_id *id, char *path)
{
    struct ph_error error = {0};
    char home[PH_JDK_PATH_BYTES];
    ph_status status = PH_OK;

    if (id->bytes != 0) {
        status = ph_library_find(id, path, &error);
    } else { /* a world of an older phantom, which took what there was */
        status = ph_jdk_find(home, &error);
        if (status == PH_OK) {
            snprintf(path, PH_LIBRARY_PATH_BYTES, "%s" PH_JDK_LIBRARY, home);
        }
    }
    if (status != PH_OK) {
        ph_say("%s", error.text);
    }
    return status == PH_OK;
}

static bool open_library(struct ph_java_vm *vm)
{
    const struct ph_library_id id = ph_java_library(vm);
    char path[PH_LIBRARY_PATH_BYTES];
    struct ph_error error = {0};
    struct ph_slice bytes = {NULL, 0};

    if (!library_path(&id, path)) {
        return false;
    }
    ph_status status = ph_file_map(path, &bytes, &error);
    if (status == PH_OK) {
        bool is_known = ph_machine_world(vm->machine)->cut_number > 1; /* it has loaded classes */
        status = is_known && id.bytes != 0 ? ph_jimage_open_known(bytes, &vm->library, &error)
                                           : ph_jimage_open(bytes, &vm->library, &error);
    }
    if (status != PH_OK) {
        ph_say("%s", error.text);
        ph_file_unmap(&bytes);
    }
    return status == PH_OK;
}

/* Beside the library, if that is in a JDK: of the very same one. */
static bool open_symbols(struct ph_java_vm *vm, struct ph_slice *bytes)
{
    const struct ph_library_id id = ph_java_library(vm);
    char path[PH_LIBRARY_PATH_BYTES];
    struct ph_error error = {0};
    if (!library_path(&id, path)) {
        return false;
    }
    char *name = strrchr(path, '/') + 1;
    if (strcmp(name, "modules") != 0) {
        return false;
    }
    memcpy(name, "ct.sym", sizeof("ct.sym"));
    return ph_file_map(path, bytes, &error) == PH_OK;
}

/* Which library the world keeps to: 16 bytes in an entry of the root directory. */
#define LIBRARY_NAME PH_SLICE_TEXT("phantom/java")

static void read_library(struct ph_machine *machine, struct ph_java_vm *vm)
{
    const struct ph_heap *heap = ph_machine_heap(machine);
    const struct ph_directory_entry *entry = ph_directory_find(machine, LIBRARY_NAME);
    const struct ph_bytes *note =
        entry == NULL || entry->object_ref == 0 ? NULL : ph_address(heap, entry->object_ref);

    if (note != NULL && note->length == 16) {
        vm->library_bytes = ph_load_u64(note->data);
        vm->library_hash = ph_load_u64(note->data + 8);
    }
}

static ph_status note_library(struct ph_java_vm *vm, const struct ph_library_id *id,
                              struct ph_error *error)
{
    struct ph_mutator *mutator = ph_machine_mutator(vm->machine);
    uint8_t note[16];

    ph_store_u64(note, id->bytes);
    ph_store_u64(note + 8, id->hash);
    ph_ref ref = ph_text_new(mutator, (struct ph_slice){note, sizeof(note)});
    struct ph_directory_entry *entry = ph_directory_make(vm->machine, mutator, LIBRARY_NAME);
    if (ref == 0 || entry == NULL) {
        return ph_fail(error, PH_NO_SPACE, "the image has no room for Java");
    }
    PH_SET(mutator, entry->object_ref, ref);
    vm->library_bytes = id->bytes;
    vm->library_hash = id->hash;
    return PH_OK;
}

/* A world has one library, that of its first Java program: another one is refused. */
static ph_status keep_library(struct ph_java_vm *vm, const char *home, struct ph_error *error)
{
    struct ph_library_id id;
    char path[PH_LIBRARY_PATH_BYTES];

    snprintf(path, sizeof(path), "%s" PH_JDK_LIBRARY, home);
    ph_status status = ph_library_identify(path, &id, error);
    if (status == PH_OK && vm->library_bytes == 0) {
        return note_library(vm, &id, error);
    }
    if (status == PH_OK && (id.bytes != vm->library_bytes || id.hash != vm->library_hash)) {
        status = ph_fail(error, PH_UNSUPPORTED,
                         "the Java programs of this world run on another library than %s; name the "
                         "JDK's folder that they were begun with in JAVA_HOME", path);
    }
    return status;
}

struct ph_library_id ph_java_library(const struct ph_java_vm *vm)
{
    return (struct ph_library_id){vm->library_bytes, vm->library_hash};
}

ph_status ph_java_open(struct ph_machine *machine, struct ph_java_vm **vm, struct ph_error *error)
{
    ph_status status = ph_java_vm_create(machine, open_library, vm, error);
    if (status == PH_OK) {
        (*vm)->open_symbols = open_symbols;
        (*vm)->free_symbols = ph_file_unmap;
        read_library(machine, *vm);
    }
    return status;
}

void ph_java_close(struct ph_java_vm *vm)
{
    if (vm != NULL && vm->has_library) {
        ph_file_unmap(&vm->library.bytes);
    }
    ph_java_vm_destroy(vm);
}

/* ---- What is run ----------------------------------------------------------------------------- */

/* Where a program's files go: `root`, "" or "programs/N/", is the folder of the tree that it sees
 * as its root. */
struct place {
    struct ph_machine *machine;
    char root[32];
};

/* A node of that name, made if need be; NULL: something else has it, or no room. */
static struct ph_node *put_node(struct ph_tree *tree, struct ph_folder *folder,
                                struct ph_slice name, enum ph_node_type type,
                                struct ph_slice bytes)
{
    struct ph_node *node = ph_folder_find(tree, folder, name);
    if (node == NULL && ph_tree_make(tree, folder, name, type, bytes, &node) != PH_E_OK) {
        return NULL;
    }
    return node->type == type ? node : NULL;
}

/* Puts something into the tree: `bytes` are a file's content (zeros if there are none, which take
 * no room) or a device's kind. */
static ph_status put(const struct place *place, const char *path, enum ph_node_type type,
                     struct ph_slice bytes, struct ph_error *error)
{
    struct ph_tree tree;
    uint64_t done = 0;
    char whole[PATH_BYTES + sizeof(place->root)];

    ph_tree_open(&tree, ph_machine_mutator(place->machine),
                 ph_machine_world(place->machine)->files_ref);
    struct ph_node *node = &ph_tree_root(&tree)->node;
    snprintf(whole, sizeof(whole), "%s%s", place->root, path);
    for (const char *at = whole; at != NULL && node != NULL;) {
        const char *slash = strchr(at, '/');
        struct ph_slice name = {(const uint8_t *)at,
                                slash == NULL ? strlen(at) : (uint64_t)(slash - at)};
        node = put_node(&tree, ph_node_folder(node), name,
                        slash == NULL ? type : PH_NODE_FOLDER, bytes);
        at = slash == NULL ? NULL : slash + 1;
    }
    bool ok = node != NULL &&
              (type != PH_NODE_FILE ||
               (ph_file_resize(&tree, ph_node_file(node), 0) == PH_E_OK &&
                (bytes.bytes == NULL
                     ? ph_file_resize(&tree, ph_node_file(node), bytes.size) == PH_E_OK
                     : ph_file_write(&tree, ph_node_file(node), 0, bytes, &done) == PH_E_OK)));
    return ok ? PH_OK : ph_fail(error, PH_NO_SPACE, "%s: the image has no room for it", whole);
}

static ph_status put_file(const struct place *place, const char *path, struct ph_slice bytes,
                          struct ph_error *error)
{
    return put(place, path, PH_NODE_FILE, bytes, error);
}

static bool push(ph_texts *texts, const char *text)
{
    return ph_vector_push(texts, ph_port_allocator(), text);
}

static ph_status place_class(const struct place *place, const struct ph_source *source,
                             ph_texts *texts, struct ph_error *error)
{
    static char name[PATH_BYTES]; /* one program is begun by a process */
    struct ph_scratch scratch;
    struct ph_classfile file;
    char path[PATH_BYTES + 8];

    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    ph_status status = ph_classfile_read(source->file, (struct ph_slice){NULL, 0}, &scratch, &file,
                                         error);
    if (status == PH_OK) {
        snprintf(name, sizeof(name), "%.*s", (int)file.name.size, (const char *)file.name.bytes);
        snprintf(path, sizeof(path), "%s.class", name);
        status = put_file(place, path, source->file, error);
    } else {
        ph_error_about(error, source->path);
    }
    ph_scratch_finish(&scratch);
    if (status == PH_OK && (!push(texts, "-cp") || !push(texts, "/") || !push(texts, name))) {
        status = ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
    }
    return status;
}

/* ---- Class paths ----------------------------------------------------------------------------- */

#define FOLDER_DEPTH_MAX 64u
#define PATHS_BYTES (2 * PATH_BYTES)

static ph_status place_path(const struct place *place, const char *from, const char *to,
                            uint32_t depth, struct ph_error *error);

static ph_status place_folder(const struct place *place, const char *from, const char *to,
                              uint32_t depth, struct ph_error *error)
{
    struct dirent **entries = NULL;
    int count = scandir(from, &entries, NULL, alphasort);
    ph_status status = count < 0 ? ph_fail(error, PH_IO, "%s: cannot be read: %s", from,
                                           strerror(errno))
                                 : PH_OK;

    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char inner_from[PATH_BYTES], inner_to[PATH_BYTES];
        bool is_self = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
        int from_bytes = snprintf(inner_from, sizeof(inner_from), "%s/%s", from, name);
        int to_bytes = snprintf(inner_to, sizeof(inner_to), "%s/%s", to, name);
        bool fits = from_bytes < (int)PATH_BYTES && to_bytes < (int)PATH_BYTES;
        if (status == PH_OK && !is_self) {
            status = fits ? place_path(place, inner_from, inner_to, depth + 1, error)
                          : ph_fail(error, PH_LIMIT, "%s: a path in it is too long", from);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

static ph_status place_path(const struct place *place, const char *from, const char *to,
                            uint32_t depth, struct ph_error *error)
{
    struct stat about;
    struct ph_slice bytes;

    if (stat(from, &about) != 0) {
        return PH_OK; /* not there, a link to nothing, or removed just now: as with java */
    }
    if (S_ISDIR(about.st_mode)) {
        return depth > FOLDER_DEPTH_MAX
                   ? ph_fail(error, PH_LIMIT, "%s: folders are too deep in one another", from)
                   : place_folder(place, from, to, depth, error);
    }
    if (!S_ISREG(about.st_mode)) {
        return PH_OK; /* sockets and the like are nobody's classes */
    }
    ph_status status = ph_file_map(from, &bytes, error);
    if (status == PH_NOT_FOUND && depth > 0) {
        return PH_OK; /* likewise */
    }
    if (status == PH_OK) {
        bool is_image = depth > 0 && ph_image_is_one(bytes); /* maybe the one that we fill */
        status = is_image ? PH_OK : put_file(place, to, bytes, error);
        ph_file_unmap(&bytes);
    }
    return status;
}

/* Jars that a jar's manifest names, and those that they name. */
struct beside {
    const struct place *place;
    const char *from, *to; /* of the jar that names them: here, and in the image */
    ph_texts *placed;      /* in the image; malloc'ed */
    uint32_t depth;
    struct ph_error *error;
};

static ph_status place_named(const struct beside *self, struct ph_slice jar);

/* ph_java_class_path_each */
static ph_status place_one_beside(void *context, const char *entry)
{
    const struct beside *self = context;
    char from[PATH_BYTES], to[PATH_BYTES];
    const char *slash_from = strrchr(self->from, '/'), *slash_to = strrchr(self->to, '/');
    int from_folder = slash_from == NULL ? 0 : (int)(slash_from + 1 - self->from);
    int to_folder = slash_to == NULL ? 0 : (int)(slash_to + 1 - self->to);
    int from_bytes = snprintf(from, sizeof(from), "%.*s%s", from_folder, self->from, entry);
    int to_bytes = snprintf(to, sizeof(to), "%.*s%s", to_folder, self->to, entry);
    if (entry[0] == '/' || from_bytes >= (int)PATH_BYTES || to_bytes >= (int)PATH_BYTES ||
        access(from, R_OK) != 0) {
        return PH_OK; /* as with java, what is not there is no error */
    }
    if (strstr(entry, "..") != NULL) {
        return ph_fail(self->error, PH_BAD_ARGUMENT, "%s: its manifest names %s, in another "
                       "folder; put them into one, or name them all with -cp", self->from, entry);
    }
    for (uint32_t i = 0; i < self->placed->count; i++) {
        if (strcmp(self->placed->items[i], to) == 0) {
            return PH_OK;
        }
    }
    char *kept = strdup(to);
    if (kept == NULL || !push(self->placed, kept)) {
        return ph_fail(self->error, PH_NO_MEMORY, "no memory for the class path");
    }
    struct ph_slice bytes;
    struct stat about;
    ph_status status = place_path(self->place, from, to, 0, self->error);
    if (status == PH_OK && stat(from, &about) == 0 && S_ISREG(about.st_mode) &&
        ph_file_map(from, &bytes, NULL) == PH_OK) {
        struct beside inner = *self;
        inner.from = from;
        inner.to = to;
        inner.depth++;
        status = place_named(&inner, bytes);
        ph_file_unmap(&bytes);
    }
    return status;
}

static ph_status place_named(const struct beside *self, struct ph_slice jar)
{
    return self->depth > FOLDER_DEPTH_MAX
               ? PH_OK
               : ph_java_class_path_each(jar, place_one_beside, (void *)(uintptr_t)self);
}

static ph_status place_beside(const struct place *place, struct ph_slice jar, const char *from,
                              const char *to, struct ph_error *error)
{
    ph_texts placed = {0};
    const struct beside beside = {place, from, to, &placed, 0, error};
    ph_status status = place_named(&beside, jar);
    for (uint32_t i = 0; i < placed.count; i++) {
        free((char *)(uintptr_t)placed.items[i]);
    }
    ph_vector_finish(&placed, ph_port_allocator());
    return status;
}

static ph_status place_jar(const struct place *place, const struct ph_source *source,
                           ph_texts *texts, struct ph_error *error)
{
    ph_status status = put_file(place, "app.jar", source->file, error);
    if (status == PH_OK) {
        status = place_beside(place, source->file, source->path, "app.jar", error);
    }
    if (status == PH_OK && (!push(texts, "-jar") || !push(texts, "/app.jar"))) {
        status = ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
    }
    return status;
}

/* Each entry of `entries` at a place of its own: FOLDER/0/NAME.jar, FOLDER/1/… `placed`, of
 * PATHS_BYTES, names them in the program, after what it holds already. One that is not there keeps
 * its place: to Java it is an entry without classes. */
static ph_status place_entries(const struct place *place, const char *entries, const char *folder,
                               char *placed, struct ph_error *error)
{
    size_t used = strlen(placed);
    bool is_any = false;
    ph_status status = PH_OK;
    const char *at = entries;

    for (uint32_t i = 0; status == PH_OK && at != NULL; i++) {
        const char *colon = strchr(at, ':');
        size_t bytes = colon == NULL ? strlen(at) : (size_t)(colon - at);
        char from[PATH_BYTES], to[PATH_BYTES + 32];
        snprintf(from, sizeof(from), "%.*s", bytes == 0 ? 1 : (int)bytes, bytes == 0 ? "." : at);
        const char *base = strrchr(from, '/');
        bool is_jar = bytes > 4 && (strcmp(from + strlen(from) - 4, ".jar") == 0 ||
                                    strcmp(from + strlen(from) - 4, ".zip") == 0);
        snprintf(to, sizeof(to), "%s/%u%s%s", folder, i, is_jar ? "/" : "",
                 !is_jar ? "" : base == NULL ? from : base + 1);
        is_any = is_any || access(from, F_OK) == 0;
        status = place_path(place, from, to, 0, error);
        struct ph_slice jar;
        if (status == PH_OK && is_jar && ph_file_map(from, &jar, NULL) == PH_OK) {
            status = place_beside(place, jar, from, to, error);
            ph_file_unmap(&jar);
        }
        used += (size_t)snprintf(placed + used, PATHS_BYTES - used, "%s/%s", i == 0 ? "" : ":",
                                 to);
        if (used >= PATHS_BYTES) {
            return ph_fail(error, PH_LIMIT, "the class path is too long");
        }
        at = colon == NULL ? NULL : colon + 1;
    }
    if (status == PH_OK && !is_any && strcmp(folder, "cp") == 0) {
        ph_say("warning: nothing of the class path '%s' is there", entries);
    }
    return status;
}

static int is_jar_entry(const struct dirent *entry)
{
    size_t bytes = strlen(entry->d_name);
    const char *end = bytes > 4 ? entry->d_name + bytes - 4 : "";
    return strcmp(end, ".jar") == 0 || strcmp(end, ".JAR") == 0;
}

static bool add_text(char *to, size_t to_bytes, const char *folder, const char *name)
{
    size_t used = strlen(to);
    int bytes = snprintf(to + used, to_bytes - used, "%s%s%s", used == 0 ? "" : ":", folder, name);
    return bytes >= 0 && (size_t)bytes < to_bytes - used;
}

/* All jars of `folder`, which ends with '/' or is empty, by their names. Without any the '*' stays,
 * as with java: an entry that is not there. */
static bool add_jars(const char *folder, char *to, size_t to_bytes)
{
    struct dirent **entries = NULL;
    int count = scandir(folder[0] == '\0' ? "." : folder, &entries, is_jar_entry, alphasort);
    bool fits = count > 0 || add_text(to, to_bytes, folder, "*");
    for (int i = 0; i < count; i++) {
        fits = fits && add_text(to, to_bytes, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return fits;
}

/* The class path with the jars in FOLDER instead of each "FOLDER/" and '*'. */
static ph_status expand_entries(const char *entries, char *to, size_t to_bytes,
                                struct ph_error *error)
{
    bool fits = true;
    to[0] = '\0';
    for (const char *at = entries; fits && at != NULL;) {
        size_t bytes = strcspn(at, ":");
        char entry[PATH_BYTES];
        int written = snprintf(entry, sizeof(entry), "%.*s", bytes == 0 ? 1 : (int)bytes,
                               bytes == 0 ? "." : at);
        bool is_all = bytes > 0 && at[bytes - 1] == '*' && (bytes == 1 || at[bytes - 2] == '/');
        if (written >= (int)sizeof(entry)) {
            fits = false;
        } else if (is_all) {
            entry[bytes - 1] = '\0';
            fits = add_jars(entry, to, to_bytes);
        } else {
            fits = add_text(to, to_bytes, entry, "");
        }
        at = at[bytes] == ':' ? at + bytes + 1 : NULL;
    }
    return fits ? PH_OK : ph_fail(error, PH_LIMIT, "the class path is too long");
}

/* A class that the class path has, or a module: "-cp PATH CLASS", "-m MODULE". */
static ph_status place_main(const struct place *place, const struct ph_source *source,
                            const struct ph_options *options, ph_texts *texts,
                            struct ph_error *error)
{
    static char placed[PATHS_BYTES], module[PATH_BYTES]; /* one program is begun at a time */
    static char expanded[8 * PATHS_BYTES];
    bool is_module = source->kind == PH_SOURCE_MODULE_MAIN;
    bool ok = true;
    ph_status status = PH_OK;
    placed[0] = '\0';
    if (options->class_path != NULL) {
        status = expand_entries(options->class_path, expanded, sizeof(expanded), error);
        if (status == PH_OK) {
            status = place_entries(place, expanded, "cp", placed, error);
        }
    }
    if (is_module) {
        snprintf(module, sizeof(module), "-Djdk.module.main=%.*s",
                 (int)strcspn(source->path, "/"), source->path);
        ok = push(texts, module);
    }
    ok = ok && push(texts, "-cp") && push(texts, placed) &&
         (!is_module || push(texts, "-m")) && push(texts, source->path);
    return ok || status != PH_OK
               ? status
               : ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
}

static ph_status place_module_path(const struct place *place, const char *module_path,
                                   ph_texts *texts, struct ph_error *error)
{
    static char placed[PATHS_BYTES];
    snprintf(placed, sizeof(placed), "-Djdk.module.path=");
    ph_status status = place_entries(place, module_path, "mp", placed, error);
    return status != PH_OK || push(texts, placed)
               ? status
               : ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
}

/* "-DK=V", which live as long as the process does, and what Java's launcher reads. */
static ph_status add_properties(const struct ph_options *options, ph_texts *texts,
                                struct ph_error *error)
{
    for (uint32_t i = 0; i < options->properties.count; i++) {
        size_t bytes = strlen(options->properties.items[i]) + 3;
        char *text = malloc(bytes);
        if (text == NULL || !push(texts, text)) {
            return ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
        }
        snprintf(text, bytes, "-D%s", options->properties.items[i]);
    }
    for (uint32_t i = 0; i < options->java.count; i++) {
        if (!push(texts, options->java.items[i])) {
            return ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
        }
    }
    return PH_OK;
}

/* What a program expects beside its own files. Of lib/modules there is only the name and the size:
 * what is in it natives_image.c and files.c show. */
static ph_status place_usual(const struct place *place, uint64_t library_bytes,
                             struct ph_error *error)
{
    static const struct {
        const char *path;
        enum ph_node_type type;
        const char *text;
    } things[] = {
        {"/tmp", PH_NODE_FOLDER, ""},
        {"/dev/null", PH_NODE_CHARACTER, "null"},
        {"/dev/zero", PH_NODE_CHARACTER, "zero"},
        {"/dev/random", PH_NODE_CHARACTER, "random"},
        {"/dev/urandom", PH_NODE_CHARACTER, "random"},
    };
    const struct ph_slice modules = {NULL, library_bytes};
    ph_status status = put_file(place, &(PH_JAVA_HOME "/lib/modules")[1], modules, error);

    for (uint32_t i = 0; status == PH_OK && i < PH_COUNT(things); i++) {
        const char *text = things[i].text;
        status = put(place, &things[i].path[1], things[i].type,
                     (struct ph_slice){(const uint8_t *)text, strlen(text)}, error);
    }
    return status;
}

/* What the library reads of its own folder goes with the world; compilers that want to see the
 * library ask for jrt-fs.jar, and javadoc copies what is in legal. */
const char *const ph_java_home_parts[] = {"conf", "lib/tzdb.dat", "lib/security",
                                          "lib/jrt-fs.jar", "legal/jdk.javadoc", "release"};
const uint32_t ph_java_home_part_count = PH_COUNT(ph_java_home_parts);

static ph_status place_home(const struct place *place, struct ph_java_vm *vm, const char *home,
                            struct ph_error *error)
{
    char from[PATH_BYTES + 16], to[64];
    ph_status status = keep_library(vm, home, error);

    for (uint32_t i = 0; status == PH_OK && i < ph_java_home_part_count; i++) {
        snprintf(from, sizeof(from), "%s/%s", home, ph_java_home_parts[i]);
        snprintf(to, sizeof(to), "%s/%s", &PH_JAVA_HOME[1], ph_java_home_parts[i]);
        if (access(from, R_OK) == 0) {
            status = place_path(place, from, to, 0, error);
        }
    }
    return status == PH_OK ? place_usual(place, vm->library_bytes, error) : status;
}

ph_status ph_java_place_home(struct ph_machine *machine, struct ph_java_vm *vm, const char *home,
                             struct ph_error *error)
{
    const struct place place = {machine, ""};
    return place_home(&place, vm, home, error);
}

/* A launched program has a root of its own, and the library's folder in it. */
static ph_status place_launched(struct place *place, struct ph_java_vm *vm, struct ph_error *error)
{
    char home[PH_JDK_PATH_BYTES];
    uint32_t id = ph_machine_world(place->machine)->next_program_id + 1; /* it will have */

    if (id > 1) {
        snprintf(place->root, sizeof(place->root), "programs/%u/", id);
    }
    ph_status status = ph_jdk_find(home, error);
    return status == PH_OK ? place_home(place, vm, home, error) : status;
}

ph_status ph_java_put(struct ph_java_vm *vm, const struct ph_source *source,
                      const struct ph_options *options, ph_texts *texts, struct ph_error *error)
{
    struct place place = {vm->machine, ""};
    ph_status status =
        options->command == PH_COMMAND_LAUNCH ? place_launched(&place, vm, error) : PH_OK;

    if (status == PH_OK) {
        status = add_properties(options, texts, error);
    }
    if (status == PH_OK && options->module_path != NULL) {
        status = place_module_path(&place, options->module_path, texts, error);
    }
    if (status == PH_OK && source->kind >= PH_SOURCE_MAIN) {
        status = place_main(&place, source, options, texts, error);
    } else if (status == PH_OK) {
        status = source->kind == PH_SOURCE_JAR ? place_jar(&place, source, texts, error)
                                               : place_class(&place, source, texts, error);
    }
    uint32_t own = options->command == PH_COMMAND_LAUNCH ? 2 : 1; /* IMAGE, PROGRAM */
    for (uint32_t i = own; status == PH_OK && i < options->argument_count; i++) {
        if (!push(texts, options->arguments[i])) {
            status = ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
        }
    }
    return status;
}
