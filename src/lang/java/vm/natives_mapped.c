/* SPDX-License-Identifier: Apache-2.0 */
/* natives_mapped.c - files that are mapped.
 *
 * A file of the image's tree is not copied: the mapping's address says where to look (unsafe.h),
 * and each access is a read or a write of the file. So what is written is seen at once by all who
 * read the file or have mapped it, and lies in the same cuts as they. The mapping has a descriptor
 * of its own, which outlives the channel's and goes with the program.
 *
 * MapMode.PRIVATE, and what is mapped to be read of a host folder, is a copy as the file is now.
 * Files of the host cannot be mapped to be written: each change of them waits for a cut. */
#include "lang/java/vm/files.h"
#include "lang/java/vm/unsafe.h"

#define NUMBER_SHIFT 40u
#define OFFSETS (UINT64_C(1) << NUMBER_SHIFT)

_Static_assert(PH_DESCRIPTOR_COUNT_MAX <= PH_JAVA_MAPPED_ADDRESS >> NUMBER_SHIFT, "has room");

static uint32_t number_of(uint64_t address)
{
    return (uint32_t)((address - PH_JAVA_MAPPED_ADDRESS) >> NUMBER_SHIFT);
}

/* ---- Reading and writing -------------------------------------------------------------------- */

struct access {
    uint64_t address, bytes;
    void *to;         /* NULL: nothing is read */
    const void *from; /* NULL: nothing is written */
    const void *expected; /* NULL: it is written whatever is there */
};

static ph_errno access_step(struct ph_wasi_call *c, void *context)
{
    const struct access *self = context;
    uint64_t offset = self->address % OFFSETS, done;
    uint64_t rights = self->from == NULL ? PH_RIGHT_FD_READ : PH_RIGHT_FD_READ | PH_RIGHT_FD_WRITE;
    struct ph_descriptor *d;
    ph_errno error = ph_io_descriptor(c, number_of(self->address), rights, &d);
    if (error != PH_E_OK) {
        return error;
    }
    struct ph_node *node =
        d->kind == PH_DESCRIPTOR_NODE ? ph_node_at(&c->tree, d->node_ref) : NULL;
    if (node == NULL || node->type != PH_NODE_FILE || offset > node->size_bytes ||
        self->bytes > node->size_bytes - offset) {
        return PH_E_FAULT;
    }
    struct ph_file *file = ph_node_file(node);
    if (self->to != NULL) {
        (void)ph_file_read(&c->tree, file, offset, self->to, self->bytes);
    }
    if (self->from == NULL ||
        (self->expected != NULL && memcmp(self->to, self->expected, (size_t)self->bytes) != 0)) {
        return PH_E_OK;
    }
    const struct ph_slice from = {self->from, self->bytes};
    return ph_file_write(&c->tree, file, offset, from, &done);
}

static bool run_access(struct ph_call *call, struct access *self)
{
    return ph_io_run_once(call, access_step, self) == PH_E_OK;
}

bool ph_java_mapped_read(struct ph_call *call, uint64_t address, void *to, uint64_t bytes)
{
    struct access self = {.address = address, .bytes = bytes, .to = to};
    return run_access(call, &self);
}

bool ph_java_mapped_write(struct ph_call *call, uint64_t address, const void *from,
                          uint64_t bytes)
{
    struct access self = {.address = address, .bytes = bytes, .from = from};
    return run_access(call, &self);
}

bool ph_java_mapped_exchange(struct ph_call *call, uint64_t address, void *found,
                             const void *wanted, uint32_t bytes)
{
    uint8_t expected[8];
    struct access self = {.address = address, .bytes = bytes, .to = found, .from = wanted,
                          .expected = expected};
    PH_ASSERT(bytes <= sizeof(expected));
    memcpy(expected, found, bytes);
    return run_access(call, &self);
}

/* ---- Mapping -------------------------------------------------------------------------------- */

enum { MAP_READ_ONLY = 0, MAP_READ_WRITE = 1, MAP_PRIVATE = 2 }; /* FileChannelImpl.MAP_* */

struct mapping {
    uint32_t number; /* of the file; then of the mapping */
    bool writes;
    bool is_host; /* no file of the tree: nothing was done */
    bool is_library; /* nor then: it is there anyway */
};

static ph_errno map_step(struct ph_wasi_call *c, void *context)
{
    struct mapping *self = context;
    struct ph_descriptor *d, *made;
    ph_errno error = ph_io_descriptor(c, self->number, PH_RIGHT_FD_READ, &d);
    if (error != PH_E_OK) {
        return error;
    }
    if (self->writes && (d->rights_base & PH_RIGHT_FD_WRITE) == 0) {
        return PH_E_ACCES;
    }
    self->is_host = ph_wasi_is_host(d);
    self->is_library = !self->writes && ph_java_is_library(c, d);
    if (self->is_host || self->is_library) {
        return PH_E_OK;
    }
    if (d->kind != PH_DESCRIPTOR_NODE ||
        ph_node_at(&c->tree, d->node_ref)->type != PH_NODE_FILE) {
        return PH_E_NODEV;
    }
    ph_ref node_ref = d->node_ref;
    error = ph_descriptor_new(&c->descriptors, &self->number, &made);
    if (error == PH_E_OK) {
        ph_touch(c->call->mutator, made, sizeof(*made));
        made->kind = PH_DESCRIPTOR_NODE;
        made->rights_base = PH_RIGHT_FD_READ | (self->writes ? PH_RIGHT_FD_WRITE : 0);
        made->node_ref = node_ref;
        ph_node_hold(&c->tree, ph_node_at(&c->tree, node_ref));
    }
    return error;
}

static enum ph_outcome map_copy(struct ph_call *call, uint32_t number, uint64_t offset,
                                uint64_t bytes)
{
    uint64_t address = ph_java_memory_new(call, PH_MAX(bytes, UINT64_C(1)));
    struct ph_span span = {ph_java_memory(call, address, bytes), bytes};
    if (span.at == NULL) {
        return ph_java_throw(call, "java/lang/OutOfMemoryError", "Map failed");
    }
    struct ph_java_transfer self = {.number = number, .offset = offset,
                                    .spans = {&span, 1, bytes}};
    ph_errno error;
    enum ph_outcome outcome = ph_io_run(call, ph_java_transfer_step, &self, &error);
    if (outcome == PH_DONE && error != PH_E_OK) {
        return ph_java_throw_errno(call, PH_IO_EXCEPTION, error);
    }
    return outcome == PH_DONE ? ph_java_return(call, address) : outcome;
}

static enum ph_outcome map(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    int32_t protection = ph_java_int(call, 1);
    uint64_t offset = call->slots[2], bytes = call->slots[3];
    ph_ref descriptor =
        ph_java_get_ref(vm, ph_java_argument(call, 0), "fd:Ljava/io/FileDescriptor;");
    if (descriptor == 0) {
        return ph_java_throw_null(call);
    }
    struct mapping self = {.number = (uint32_t)ph_java_get_number(vm, descriptor, "fd:I"),
                           .writes = protection == MAP_READ_WRITE};
    if (protection == MAP_PRIVATE) {
        return map_copy(call, self.number, offset, bytes);
    }
    ph_errno error = offset >= OFFSETS || bytes > OFFSETS - offset
                         ? PH_E_OVERFLOW
                         : ph_io_run_once(call, map_step, &self);
    if (error != PH_E_OK) {
        return ph_java_throw_errno(call, PH_IO_EXCEPTION, error);
    }
    if (self.is_host && self.writes) {
        return ph_java_throw(call, PH_IO_EXCEPTION, "a file of a host folder cannot be mapped to "
                             "be written, only one of the image");
    }
    if (self.is_library) {
        return ph_java_memory(call, PH_JAVA_LIBRARY_ADDRESS + offset, bytes) != NULL
                   ? ph_java_return(call, PH_JAVA_LIBRARY_ADDRESS + offset)
                   : ph_java_throw_errno(call, PH_IO_EXCEPTION, PH_E_INVAL);
    }
    return self.is_host
               ? map_copy(call, self.number, offset, bytes)
               : ph_java_return(call, PH_JAVA_MAPPED_ADDRESS |
                                          (uint64_t)self.number << NUMBER_SHIFT | offset);
}

static enum ph_outcome unmap(struct ph_call *call)
{
    uint64_t address = call->slots[0];
    ph_errno error;
    if (!ph_java_is_mapped(address)) {
        (void)ph_java_memory_free(call, address);
    } else {
        struct ph_java_number number = {number_of(address), false};
        (void)ph_io_run(call, ph_java_close_step, &number, &error);
    }
    return ph_java_return(call, 0);
}

/* force0(descriptor, address, bytes): Java gives no descriptor. A copy has nothing to be forced. */
static enum ph_outcome force(struct ph_call *call)
{
    struct ph_java_number number = {number_of(call->slots[1]), false};
    ph_errno error = PH_E_OK;
    enum ph_outcome outcome = PH_DONE;
    if (ph_java_is_mapped(call->slots[1])) {
        outcome = ph_io_run(call, ph_java_sync_step, &number, &error);
    }
    return outcome == PH_DONE && error != PH_E_OK
               ? ph_java_throw_errno(call, PH_IO_EXCEPTION, error)
               : outcome;
}

static enum ph_outcome is_loaded(struct ph_call *call) { return ph_java_return(call, 1); }

ph_status ph_java_mapped_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", "sun/nio/ch/FileChannelImpl.map0(IJJZ)J", "rilli:l", map},
        {"java", "sun/nio/ch/FileChannelImpl.unmap0(JJ)I", "ll:i", unmap},
        {"java", "java/nio/MappedMemoryUtils.isLoaded0(JJJ)Z", "lll:i", is_loaded},
        {"java", "java/nio/MappedMemoryUtils.load0(JJ)V", "ll:", ph_java_nothing},
        {"java", "java/nio/MappedMemoryUtils.unload0(JJ)V", "ll:", ph_java_nothing},
        {"java", "java/nio/MappedMemoryUtils.force0(Ljava/io/FileDescriptor;JJ)V", "rll:", force},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
