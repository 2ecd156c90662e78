/* SPDX-License-Identifier: Apache-2.0 */
/* io.h - descriptors, files and folders for natives of any language: what WASI's functions are made
 * of, once their arguments have been taken out of guest memory.
 *
 * Promise. A native is a step: a function that runs under the world's lock, looks at everything
 * anew each time, and returns an errno. ph_io_run lets it wait as it asks (for input, for the
 * console, for a durable cut) and starts it again, also after a resume. Nothing in a step collects,
 * so addresses in the world stay good in it; arguments are taken before, results made after.
 * docs/wasi.md says what each operation does. */
#ifndef PH_DEVICE_IO_H
#define PH_DEVICE_IO_H

#include "device/wasi_host.h"

/* May return PH_E_WAITING and PH_E_UNDURABLE, as they come from the functions below. */
typedef ph_errno (*ph_io_step)(struct ph_wasi_call *c, void *context);
/* PH_DONE: *error says how the step ended. Else the native returns this outcome, and is started
 * again from its beginning. */
enum ph_outcome ph_io_run(struct ph_call *call, ph_io_step step, void *context, ph_errno *error);

/* The same of a step that never waits, in a native that runs other steps besides: what those have
 * noted of their waiting stays. */
ph_errno ph_io_run_once(struct ph_call *call, ph_io_step step, void *context);

/* A step that has to say more than one thing before it is done keeps here how far it got, until it
 * is done. Not together with what waits for a durable cut: files of the host, SYNC and DSYNC. */
uint64_t ph_io_progress(const struct ph_wasi_call *c);
void ph_io_set_progress(struct ph_wasi_call *c, uint64_t progress);

/* ---- Descriptors ------------------------------------------------------------------------- */

/* Bytes of the world. What is read is barriered here, where it goes. */
struct ph_span {
    uint8_t *at;
    uint64_t bytes;
};
struct ph_spans {
    const struct ph_span *items;
    uint32_t count;
    uint64_t bytes; /* of all */
};
#define PH_IO_HERE UINT64_MAX /* at the descriptor's offset, which is moved */

/* PH_E_BADF, PH_E_NOTCAPABLE. */
PH_MUST_CHECK ph_errno ph_io_descriptor(struct ph_wasi_call *c, uint32_t number, uint64_t rights,
                                        struct ph_descriptor **descriptor);
/* *total is 0 at the end of a file; *total < spans->bytes elsewhere says nothing. Both wait. Rights
 * are the caller's. */
PH_MUST_CHECK ph_errno ph_io_read(struct ph_wasi_call *c, struct ph_descriptor *d,
                                  const struct ph_spans *spans, uint64_t offset, uint64_t *total);
PH_MUST_CHECK ph_errno ph_io_write(struct ph_wasi_call *c, struct ph_descriptor *d,
                                   const struct ph_spans *spans, uint64_t offset, uint64_t *total);
PH_MUST_CHECK ph_errno ph_io_set_size(struct ph_wasi_call *c, struct ph_descriptor *d,
                                      uint64_t bytes);
PH_MUST_CHECK ph_errno ph_io_sync(struct ph_wasi_call *c, struct ph_descriptor *d,
                                  bool data_only);
PH_MUST_CHECK ph_errno ph_io_set_file_times(struct ph_wasi_call *c, struct ph_descriptor *d,
                                            struct ph_host_times times);
PH_MUST_CHECK ph_errno ph_io_close(struct ph_wasi_call *c, uint32_t number);

/* Entries of a folder from `cookie` on, "." and ".." among them, until `put` says that it wants no
 * more. Cookies stay good for ever. */
struct ph_io_listing {
    bool (*put)(struct ph_wasi_call *c, void *context, const struct ph_wasi_entry *entry);
    void *context;
};
PH_MUST_CHECK ph_errno ph_io_list(struct ph_wasi_call *c, struct ph_descriptor *d, uint64_t cookie,
                                  const struct ph_io_listing *listing);

/* ---- Paths ------------------------------------------------------------------------------- */

/* Where `path` lies, "/" being where the program is at home: in the folder that it was given whose
 * name is the longest beginning of it. PH_E_NOENT: it was given none. What is before a ".." counts,
 * but for those at the beginning, which lead nowhere. `place` borrows from `path`. */
PH_MUST_CHECK ph_errno ph_io_find_place(struct ph_wasi_call *c, struct ph_slice path,
                                        struct ph_wasi_place *place);

PH_MUST_CHECK ph_errno ph_io_make_folder(struct ph_wasi_call *c,
                                         const struct ph_wasi_place *place);
PH_MUST_CHECK ph_errno ph_io_unlink(struct ph_wasi_call *c, const struct ph_wasi_place *place);
PH_MUST_CHECK ph_errno ph_io_remove_folder(struct ph_wasi_call *c,
                                           const struct ph_wasi_place *place);
PH_MUST_CHECK ph_errno ph_io_symlink(struct ph_wasi_call *c, struct ph_slice target,
                                     const struct ph_wasi_place *place);
PH_MUST_CHECK ph_errno ph_io_link(struct ph_wasi_call *c, const struct ph_wasi_place *from,
                                  bool follow, const struct ph_wasi_place *to);
PH_MUST_CHECK ph_errno ph_io_rename(struct ph_wasi_call *c, const struct ph_wasi_place *from,
                                    const struct ph_wasi_place *to);
PH_MUST_CHECK ph_errno ph_io_stat(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                                  bool follow, struct ph_host_about *about);
PH_MUST_CHECK ph_errno ph_io_set_times(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                                       bool follow, struct ph_host_times times);
/* Permissions: those of files in the tree are told again and refuse nobody anything. */
PH_MUST_CHECK ph_errno ph_io_set_permissions(struct ph_wasi_call *c,
                                             const struct ph_wasi_place *place,
                                             uint32_t permissions);
PH_MUST_CHECK ph_errno ph_io_set_file_permissions(struct ph_wasi_call *c, struct ph_descriptor *d,
                                                  uint32_t permissions);
/* Of the image, or of the file system in which the host's folder is. */
PH_MUST_CHECK ph_errno ph_io_space(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                                   struct ph_host_space *space);
/* `buffer` has room for PH_PATH_BYTES_MAX; *target lies there, or in the world. */
PH_MUST_CHECK ph_errno ph_io_readlink(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                                      uint8_t *buffer, struct ph_slice *target);
/* how->path in `folder`; rights are cut to what the folder hands on. */
PH_MUST_CHECK ph_errno ph_io_open(struct ph_wasi_call *c, struct ph_descriptor *folder,
                                  const struct ph_wasi_open *how, uint32_t *number);

#endif
