/* SPDX-License-Identifier: Apache-2.0 */
/* files.h - what natives of java.io and java.nio share: descriptors, paths, errors.
 *
 * Java's ints for files are the program's descriptors (device/descriptor.h), its paths lie in what
 * the program was given, "/" being the current folder. What is here is written on device/io.h: a
 * native takes its arguments, runs a step, and makes its result; it may be started again. */
#ifndef PH_LANG_JAVA_FILES_H
#define PH_LANG_JAVA_FILES_H

#include "device/io.h"
#include "lang/java/vm/vm.h"

#define PH_IO_EXCEPTION "java/io/IOException"

/* ---- Errors --------------------------------------------------------------------------------- */

/* Linux' number, which Java's classes know, and the text that goes with it. */
#define PH_JAVA_NO_DATA 61u
uint32_t ph_java_errno_number(ph_errno error);
const char *ph_java_errno_text(ph_errno error);
const char *ph_java_linux_text(uint32_t number);
/* An exception of the class with the error's text. */
enum ph_outcome ph_java_throw_errno(struct ph_call *call, const char *class_name, ph_errno error);

/* sun.nio.fs.UnixException, which has its errno and no trace: Java makes another exception of it at
 * once. */
enum ph_outcome ph_java_throw_unix(struct ph_call *call, ph_errno error);
enum ph_outcome ph_java_throw_linux(struct ph_call *call, uint32_t number);

/* ---- Parts of arrays ------------------------------------------------------------------------ */

/* The part of the byte[] in `slot` that the next two arguments name, first byte and count; good
 * until something collects. False: *outcome says what was thrown, `too_far` if it is not all in the
 * array. */
bool ph_java_part(struct ph_call *call, uint32_t slot, const char *too_far, struct ph_span *part,
                  enum ph_outcome *outcome);

/* ---- Paths ---------------------------------------------------------------------------------- */

#define PH_JAVA_NO_FOLDER UINT32_MAX

struct ph_java_path {
    struct ph_slice text; /* in `bytes`, ended by a 0 */
    uint32_t folder;      /* a descriptor: where it begins, if it is relative; PH_JAVA_NO_FOLDER */
    char bytes[PH_PATH_BYTES_MAX + 1];
};
/* From a string (0: false), in UTF-8. False: it does not fit; the text is empty then. */
bool ph_java_path_of(struct ph_call *call, ph_ref string, struct ph_java_path *path);
/* A string of a file's name; bytes that are no UTF-8 become U+FFFD. May collect. 0: no memory. */
ph_ref ph_java_name_string(struct ph_call *call, struct ph_slice name);

/* The path at the address in a slot: bytes up to a 0. */
ph_errno ph_java_path_at(struct ph_call *call, uint32_t slot, struct ph_java_path *path);

/* The JDK's lib/ct.sym (javac --release) is put into the program's tree when it is first asked for:
 * it is large, and seldom wanted. Does so if that is what the path names. */
void ph_java_place_symbols(struct ph_call *call, const struct ph_java_path *path);

/* Where it lies, as ph_io_find_place. */
ph_errno ph_java_find_place(struct ph_wasi_call *c, const struct ph_java_path *path,
                            struct ph_wasi_place *place);

/* Puts the path without links, "." and ".." into `to`. With `must_exist` all of it must be there;
 * else what comes after the first name that is not is taken as it stands. */
ph_errno ph_java_resolve(struct ph_wasi_call *c, const struct ph_java_path *from, bool must_exist,
                         struct ph_java_path *to);

/* Does something where the path lies. Neither the image's tree nor a folder that a program was
 * given follows a link that leads out of it (PH_E_PERM); but all of them are one tree to a Java
 * program, and so such a link leads to what is there in that tree: it is done again with the path
 * without links. `follow`: the last name is followed too. */
typedef ph_errno (*ph_java_place_step)(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                                       void *context);
ph_errno ph_java_at_place(struct ph_wasi_call *c, const struct ph_java_path *path, bool follow,
                          ph_java_place_step act, void *context);

/* ---- Steps ---------------------------------------------------------------------------------- */

struct ph_java_open {
    const struct ph_java_path *path;
    uint32_t oflags, fdflags;
    bool reads, writes;
    bool no_follow;
    bool takes_folders;
    bool sets_permissions; /* of a file that is made */
    uint32_t permissions;
    uint32_t number; /* of what was opened */
};
ph_errno ph_java_open_step(struct ph_wasi_call *c, void *context);

struct ph_java_about {
    const struct ph_java_path *path; /* NULL: of descriptor `number` */
    uint32_t number;
    bool no_follow;
    struct ph_host_about about;
};
ph_errno ph_java_about_step(struct ph_wasi_call *c, void *context);

/* Reads or writes once, at the descriptor's offset or at another place. */
struct ph_java_transfer {
    uint32_t number;
    bool is_write;
    bool writes_all;  /* waits until the console has taken everything */
    uint64_t offset;  /* PH_IO_HERE */
    struct ph_spans spans;
    uint64_t total;
};
ph_errno ph_java_transfer_step(struct ph_wasi_call *c, void *context);

/* Is it lib/modules in the JDK's folder? In the image that file has its size and no content: what
 * is read of it is the library that the world keeps to. */
bool ph_java_is_library(struct ph_wasi_call *c, struct ph_descriptor *d);

/* A change by path. */
struct ph_java_change {
    ph_errno (*run)(struct ph_wasi_call *c, const struct ph_wasi_place *place);
    const struct ph_java_path *path;
};
ph_errno ph_java_change_step(struct ph_wasi_call *c, void *context);
ph_errno ph_java_remove(struct ph_wasi_call *c, const struct ph_wasi_place *place);

struct ph_java_change2 {
    ph_errno (*run)(struct ph_wasi_call *c, const struct ph_wasi_place *from,
                    const struct ph_wasi_place *to);
    const struct ph_java_path *from, *to;
};
ph_errno ph_java_change2_step(struct ph_wasi_call *c, void *context);

struct ph_java_times {
    const struct ph_java_path *path; /* NULL: of descriptor `number` */
    uint32_t number;
    bool no_follow;
    struct ph_host_times times;
};
ph_errno ph_java_times_step(struct ph_wasi_call *c, void *context);

struct ph_java_permissions {
    const struct ph_java_path *path; /* NULL: of descriptor `number` */
    uint32_t number, permissions;
    uint32_t kept; /* of the path: those that stay as they are */
};
ph_errno ph_java_permissions_step(struct ph_wasi_call *c, void *context);

struct ph_java_space {
    const struct ph_java_path *path;
    struct ph_host_space space;
};
ph_errno ph_java_space_step(struct ph_wasi_call *c, void *context);

struct ph_java_seek {
    uint32_t number;
    bool is_set;
    uint64_t offset; /* where it is afterwards */
};
ph_errno ph_java_seek_step(struct ph_wasi_call *c, void *context);

struct ph_java_size {
    uint32_t number;
    uint64_t bytes;
};
ph_errno ph_java_set_size_step(struct ph_wasi_call *c, void *context);

struct ph_java_number {
    uint32_t number;
    bool flag;
};
/* Standard input, output and errors stay open: Java's own close of them only forgets them. */
ph_errno ph_java_close_step(struct ph_wasi_call *c, void *context);
ph_errno ph_java_sync_step(struct ph_wasi_call *c, void *context); /* flag: data only */

/* ---- Tables --------------------------------------------------------------------------------- */

static inline enum ph_outcome ph_java_nothing(struct ph_call *call)
{
    (void)call;
    return PH_DONE;
}
static inline int32_t ph_java_int(const struct ph_call *call, uint32_t slot)
{
    return (int32_t)(uint32_t)call->slots[slot];
}
static inline enum ph_outcome ph_java_return_int(struct ph_call *call, int32_t value)
{
    return ph_java_return(call, (uint32_t)value);
}

ph_status ph_java_files_natives_add(struct ph_java_vm *self);
ph_status ph_java_nio_natives_add(struct ph_java_vm *self);
/* What a native does that was given a number of a WatchService: its arguments are handed on. */
static inline bool ph_java_is_watch(uint32_t number) { return number >> 30 == 1; }
enum ph_outcome ph_java_watch_transfer(struct ph_call *call, bool is_write);
enum ph_outcome ph_java_watch_close(struct ph_call *call);

ph_status ph_java_watch_natives_add(struct ph_java_vm *self);
ph_status ph_java_store_natives_add(struct ph_java_vm *self);
ph_status ph_java_mapped_natives_add(struct ph_java_vm *self);
ph_status ph_java_zip_natives_add(struct ph_java_vm *self);
ph_status ph_java_net_natives_add(struct ph_java_vm *self);

#endif
