/* SPDX-License-Identifier: Apache-2.0 */
/* java.c - Java programs on the command line. */
#include "tool/java.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "device/tree.h"
#include "lang/java/vm/vm.h"

#define PATH_BYTES 4096u
#define JVM_FOLDER "/usr/lib/jvm"

/* ---- The library ------------------------------------------------------------------------------ */

static bool map_modules(const char *home, struct ph_slice *bytes, struct ph_error *error)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/lib/modules", home);
    return ph_file_map(path, bytes, error) == PH_OK;
}

/* A JDK 17 among those that the distribution has put in its usual place. */
static bool find_installed(struct ph_slice *bytes)
{
    struct dirent **entries = NULL;
    int count = scandir(JVM_FOLDER, &entries, NULL, alphasort);
    bool found = false;

    for (int i = 0; i < count; i++) {
        char home[PATH_BYTES];
        snprintf(home, sizeof(home), "%s/%s", JVM_FOLDER, entries[i]->d_name);
        if (!found && strstr(entries[i]->d_name, "17") != NULL) {
            found = map_modules(home, bytes, NULL);
        }
        free(entries[i]);
    }
    free(entries);
    return found;
}

static bool open_library(struct ph_java_vm *vm)
{
    const char *home = getenv("JAVA_HOME");
    struct ph_error error = {0};
    struct ph_slice bytes;

    bool found = home != NULL && home[0] != '\0' ? map_modules(home, &bytes, &error)
                                                 : find_installed(&bytes);
    if (!found) {
        ph_say("Java programs want the class library of OpenJDK 17: install openjdk-17-jre-headless, "
               "or name a JDK's folder in JAVA_HOME%s%s", error.text[0] != '\0' ? ": " : "",
               error.text);
        return false;
    }
    if (ph_jimage_open(bytes, &vm->library, &error) != PH_OK) {
        ph_say("the JDK's lib/modules cannot be used: %s", error.text);
        ph_file_unmap(&bytes);
        return false;
    }
    return true;
}

ph_status ph_java_open(struct ph_machine *machine, struct ph_java_vm **vm, struct ph_error *error)
{
    return ph_java_vm_create(machine, open_library, vm, error);
}

void ph_java_close(struct ph_java_vm *vm)
{
    if (vm != NULL && vm->has_library) {
        ph_file_unmap(&vm->library.bytes);
    }
    ph_java_vm_destroy(vm);
}

/* ---- What is run ------------------------------------------------------------------------------ */

static ph_status put_file(struct ph_machine *machine, const char *path, struct ph_slice bytes,
                          struct ph_error *error)
{
    struct ph_tree tree;
    uint64_t done = 0;

    ph_tree_open(&tree, ph_machine_mutator(machine), ph_machine_world(machine)->files_ref);
    struct ph_folder *folder = ph_tree_root(&tree);
    for (const char *at = path; at != NULL;) {
        const char *slash = strchr(at, '/');
        struct ph_slice name = {(const uint8_t *)at,
                                slash == NULL ? strlen(at) : (uint64_t)(slash - at)};
        struct ph_node *node = ph_folder_find(&tree, folder, name);
        if (node == NULL &&
            ph_tree_make(&tree, folder, name, slash == NULL ? PH_NODE_FILE : PH_NODE_FOLDER,
                         (struct ph_slice){NULL, 0}, &node) != PH_E_OK) {
            return ph_fail(error, PH_NO_SPACE, "%s: the image has no room for it", path);
        }
        if (slash == NULL) {
            return ph_file_write(&tree, ph_node_file(node), 0, bytes, &done) == PH_E_OK
                       ? PH_OK
                       : ph_fail(error, PH_NO_SPACE, "%s: the image has no room for it", path);
        }
        folder = ph_node_folder(node);
        at = slash + 1;
    }
    return PH_OK;
}

static bool push(ph_texts *texts, const char *text)
{
    return ph_vector_push(texts, ph_port_allocator(), text);
}

static ph_status place_class(struct ph_machine *machine, const struct ph_source *source,
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
        status = put_file(machine, path, source->file, error);
    } else {
        ph_error_about(error, source->path);
    }
    ph_scratch_finish(&scratch);
    if (status == PH_OK && (!push(texts, "-cp") || !push(texts, "/") || !push(texts, name))) {
        status = ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
    }
    return status;
}

static ph_status place_jar(struct ph_machine *machine, const struct ph_source *source,
                           ph_texts *texts, struct ph_error *error)
{
    ph_status status = put_file(machine, "app.jar", source->file, error);
    if (status == PH_OK && (!push(texts, "-jar") || !push(texts, "/app.jar"))) {
        status = ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
    }
    return status;
}

ph_status ph_java_place(struct ph_machine *machine, const struct ph_source *source,
                        const ph_texts *arguments, ph_texts *texts, struct ph_error *error)
{
    ph_status status = source->kind == PH_SOURCE_JAR ? place_jar(machine, source, texts, error)
                                                     : place_class(machine, source, texts, error);
    for (uint32_t i = 0; status == PH_OK && i < arguments->count; i++) {
        if (!push(texts, arguments->items[i])) {
            status = ph_fail(error, PH_NO_MEMORY, "no memory for the program's arguments");
        }
    }
    return status;
}
