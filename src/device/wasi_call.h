/* SPDX-License-Identifier: Apache-2.0 */
/* wasi_call.h - one call of a WASI function, between the files wasi*.c.
 *
 * Each function of wasi.def is `ph_errno ph_wasi_<name>(struct ph_wasi_call *)`. It runs with the
 * world's lock held and may be started again from the beginning (machine.h): it changes nothing
 * before it has said that it waits, except what it notes for itself. */
#ifndef PH_DEVICE_WASI_CALL_H
#define PH_DEVICE_WASI_CALL_H

#include "base/map.h"
#include "device/descriptor.h"
#include "device/wasi.h"
#include "port/host_console.h"

/* Besides errors a function may return these; they never reach the program. */
#define PH_E_WAITING ((ph_errno)0x10000)   /* call->wait_kind, deadline_ns */
#define PH_E_UNDURABLE ((ph_errno)0x10001) /* from ph_wasi_gate */
#define PH_E_EXITING ((ph_errno)0x10002)   /* call->exit_code */

#define PH_IOVEC_COUNT_MAX 1024u

/* The volatile part: what a machine has open on the host. Under the world's lock. */
struct ph_wasi {
    struct ph_wasi *next;
    struct ph_machine *machine;
    struct ph_host_input *input;
    struct ph_map handles;      /* descriptor's ref → struct ph_host_file * */
    struct ph_map roots;        /* mount's ref → struct ph_host_file * */
    struct ph_map given;        /* mount's ref: given by the tool since we started */
    bool remembers;
};

struct ph_wasi_call {
    struct ph_call *call;
    struct ph_wasi *wasi;
    struct ph_tree tree;
    struct ph_descriptors descriptors;
    bool is_unstable;           /* "wasi_unstable": other layouts */
    bool is_durable;            /* a cut that holds this call is durable */
    bool is_again;              /* and its effect on the host may have happened already */
    uint64_t note;              /* what ph_wasi_gate was given */
    enum ph_wait_kind wait_kind;
    uint64_t deadline_ns;
    uint32_t exit_code;
    bool is_foreign_exit;       /* by code of another program than the thread's */
};

#define PH_WASI(name, signature) ph_errno ph_wasi_##name(struct ph_wasi_call *c);
#include "device/wasi.def"
#undef PH_WASI

static inline uint32_t ph_wasi_u32(const struct ph_wasi_call *c, uint32_t index)
{
    return (uint32_t)c->call->slots[index];
}
static inline uint64_t ph_wasi_u64(const struct ph_wasi_call *c, uint32_t index)
{
    return c->call->slots[index];
}

/* Guest memory; NULL if any of it is out of bounds. */
static inline const uint8_t *ph_wasi_in(struct ph_wasi_call *c, uint64_t address, uint64_t bytes)
{
    return ph_call_memory(c->call, address, bytes);
}
static inline bool ph_wasi_is_in(struct ph_wasi_call *c, uint64_t address, uint64_t bytes)
{
    return ph_call_memory(c->call, address, bytes) != NULL;
}
/* Copies into guest memory, which was found to be there. */
void ph_wasi_out(struct ph_wasi_call *c, uint64_t address, const void *from, uint64_t bytes);
static inline void ph_wasi_out_u32(struct ph_wasi_call *c, uint64_t address, uint32_t value)
{
    ph_wasi_out(c, address, &value, sizeof(value));
}
static inline void ph_wasi_out_u64(struct ph_wasi_call *c, uint64_t address, uint64_t value)
{
    ph_wasi_out(c, address, &value, sizeof(value));
}
/* The path whose address and length are arguments `index` and `index + 1`. */
PH_MUST_CHECK ph_errno ph_wasi_path_in(struct ph_wasi_call *c, uint32_t index,
                                       struct ph_slice *path);

/* The descriptor whose number is argument `index`: PH_E_BADF, PH_E_NOTCAPABLE. */
PH_MUST_CHECK ph_errno ph_wasi_descriptor(struct ph_wasi_call *c, uint32_t index, uint64_t rights,
                                          struct ph_descriptor **descriptor);
/* The same, for one that must be a folder: PH_E_NOTDIR comes before PH_E_NOTCAPABLE. */
PH_MUST_CHECK ph_errno ph_wasi_folder(struct ph_wasi_call *c, uint32_t index, uint64_t rights,
                                      struct ph_descriptor **descriptor);
/* Closes a descriptor that was taken out of the table. */
void ph_wasi_close(struct ph_wasi *self, struct ph_tree *tree, struct ph_descriptor *descriptor);

/* Returns PH_E_OK if a cut that holds this very call is durable; else PH_E_UNDURABLE, which the
 * function hands on, to be started again when it is, with call->note == note (< 2^62). */
PH_MUST_CHECK ph_errno ph_wasi_gate(struct ph_wasi_call *c, uint64_t note);
PH_MUST_CHECK static inline ph_errno ph_wasi_wait(struct ph_wasi_call *c, enum ph_wait_kind kind,
                                                  uint64_t deadline_ns)
{
    c->wait_kind = kind;
    c->deadline_ns = deadline_ns;
    return PH_E_WAITING;
}

/* The nodes behind descriptors of the tree. */
static inline struct ph_node *ph_wasi_node(const struct ph_wasi_call *c,
                                           const struct ph_descriptor *d)
{
    PH_ASSERT(d->kind == PH_DESCRIPTOR_NODE);
    return ph_node_at(&c->tree, d->node_ref);
}
static inline bool ph_wasi_is_host(const struct ph_descriptor *d)
{
    return d->kind == PH_DESCRIPTOR_HOST_FILE || d->kind == PH_DESCRIPTOR_HOST_FOLDER;
}

/* filestat, from either world. */
void ph_wasi_out_filestat(struct ph_wasi_call *c, uint64_t address,
                          const struct ph_host_about *about);
uint32_t ph_wasi_filestat_bytes(const struct ph_wasi_call *c);
void ph_wasi_about_node(const struct ph_node *node, struct ph_host_about *about);
/* What fd_filestat_get tells of any descriptor. */
PH_MUST_CHECK ph_errno ph_wasi_about(struct ph_wasi_call *c, struct ph_descriptor *d,
                                     struct ph_host_about *about);
/* atim, mtim and fstflags, arguments `index` to `index + 2`; PH_HOST_KEEP: unchanged. */
PH_MUST_CHECK ph_errno ph_wasi_times_in(const struct ph_wasi_call *c, uint32_t index,
                                        struct ph_host_times *times);
void ph_wasi_set_node_times(struct ph_wasi_call *c, struct ph_node *node,
                            struct ph_host_times times);

/* An entry of a folder. */
struct ph_wasi_entry {
    uint64_t next_cookie, inode;
    uint32_t type;
    struct ph_slice name;
};
struct ph_io_listing; /* device/io.h */

/* Standard input: how much can be taken (0 with PH_E_OK: the end); PH_E_AGAIN. */
PH_MUST_CHECK ph_errno ph_wasi_input_ready(struct ph_wasi_call *c, uint64_t *bytes);

/* ---- Host folders (wasi_host.c) ---------------------------------------------------------- */

/* The open file of a descriptor, reopened after a resume. PH_E_STALE: it is gone. */
PH_MUST_CHECK ph_errno ph_wasi_handle(struct ph_wasi_call *c, struct ph_descriptor *d,
                                      struct ph_host_file **file);
/* The same, once it may be changed. PH_E_INVAL: it is of no host's folder. */
PH_MUST_CHECK ph_errno ph_wasi_gated_handle(struct ph_wasi_call *c, struct ph_descriptor *d,
                                            struct ph_host_file **file);
void ph_wasi_forget_handle(struct ph_wasi *self, ph_ref descriptor_ref);
PH_MUST_CHECK ph_errno ph_wasi_host_readdir(struct ph_wasi_call *c, struct ph_descriptor *d,
                                            const struct ph_io_listing *listing,
                                            uint64_t cookie);
struct ph_wasi_open {
    struct ph_slice path;
    bool follow;
    uint32_t oflags, fdflags;
    uint64_t rights_base, rights_inheriting;
};
/* Fills in `opened`. */
PH_MUST_CHECK ph_errno ph_wasi_host_open(struct ph_wasi_call *c, struct ph_descriptor *folder,
                                         const struct ph_wasi_open *how,
                                         struct ph_descriptor *opened);

/* WASI's oflags. */
enum { PH_OFLAG_CREATE = 1, PH_OFLAG_DIRECTORY = 2, PH_OFLAG_EXCLUSIVE = 4, PH_OFLAG_TRUNCATE = 8 };

#endif
