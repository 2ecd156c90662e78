/* SPDX-License-Identifier: Apache-2.0 */
/* wasi_host.h - path functions in host folders.
 *
 * What changes the host waits first until the call is durable (ph_wasi_gate). What can fail is
 * looked at before that, so that a plain mistake costs no cut. When the process ended between the
 * change and the next cut, the call is made again; then finding its own work done is success. */
#ifndef PH_DEVICE_WASI_HOST_H
#define PH_DEVICE_WASI_HOST_H

#include "device/wasi_call.h"

struct ph_wasi_place {
    struct ph_descriptor *folder;
    struct ph_slice path;
};

PH_MUST_CHECK ph_errno ph_wasi_host_make_folder(struct ph_wasi_call *c,
                                                const struct ph_wasi_place *place);
PH_MUST_CHECK ph_errno ph_wasi_host_unlink(struct ph_wasi_call *c,
                                           const struct ph_wasi_place *place);
PH_MUST_CHECK ph_errno ph_wasi_host_remove_folder(struct ph_wasi_call *c,
                                                  const struct ph_wasi_place *place);
PH_MUST_CHECK ph_errno ph_wasi_host_symlink(struct ph_wasi_call *c,
                                            const struct ph_wasi_place *place,
                                            struct ph_slice target);
PH_MUST_CHECK ph_errno ph_wasi_host_link(struct ph_wasi_call *c, const struct ph_wasi_place *from,
                                         const struct ph_wasi_place *to);
PH_MUST_CHECK ph_errno ph_wasi_host_rename(struct ph_wasi_call *c,
                                           const struct ph_wasi_place *from,
                                           const struct ph_wasi_place *to);
PH_MUST_CHECK ph_errno ph_wasi_host_stat(struct ph_wasi_call *c,
                                         const struct ph_wasi_place *place, bool follow,
                                         struct ph_host_about *about);
PH_MUST_CHECK ph_errno ph_wasi_host_set_times(struct ph_wasi_call *c,
                                              const struct ph_wasi_place *place, bool follow,
                                              struct ph_host_times times);
PH_MUST_CHECK ph_errno ph_wasi_host_set_permissions(struct ph_wasi_call *c,
                                                    const struct ph_wasi_place *place,
                                                    uint32_t permissions);
/* `to` has room for PH_PATH_BYTES_MAX. */
PH_MUST_CHECK ph_errno ph_wasi_host_readlink(struct ph_wasi_call *c,
                                             const struct ph_wasi_place *place, uint8_t *to,
                                             uint64_t *bytes);

#endif
