/* SPDX-License-Identifier: Apache-2.0 */
/* natives_zip.c - java.util.zip: sums, Inflater, Deflater.
 *
 * What Java holds of a stream is the address of a block of memory (unsafe.h) that begins with a
 * word that says what it is; the rest is the stream's struct. Java code can write into such blocks:
 * those structs may hold anything. */
#include "base/text.h"
#include "lang/java/deflater.h"
#include "lang/java/inflater.h"
#include "lang/java/vm/files.h"
#include "lang/java/vm/unsafe.h"

/* ---- Bytes that Java names ------------------------------------------------------------------ */

/* Where bytes are: in byte[] `slot` from `slot + 1` on, or at the address in `slot`. Arguments that
 * follow are the count and others. NULL with *outcome: thrown. */
static uint8_t *array_part(struct ph_call *call, uint32_t slot, uint64_t *count,
                           enum ph_outcome *outcome)
{
    struct ph_span part;
    if (!ph_java_part(call, slot, "java/lang/ArrayIndexOutOfBoundsException", &part, outcome)) {
        return NULL;
    }
    *count = part.bytes;
    return part.at;
}

/* To be read; with `fills` to be written. */
static uint8_t *memory_part(struct ph_call *call, uint64_t address, int32_t wanted,
                            uint64_t *count, enum ph_outcome *outcome, bool fills)
{
    static uint8_t nothing[1];
    *count = (uint64_t)PH_MAX(wanted, 0);
    uint8_t *at = *count == 0 ? nothing
                  : fills     ? ph_java_memory_write(call, address, *count)
                              : ph_java_memory_read(call, address, *count);
    if (at == NULL) {
        *outcome = ph_java_throw(call, "java/lang/InternalError", "no such place in memory");
    }
    return at;
}

/* ---- Sums ----------------------------------------------------------------------------------- */

/* Four bits at a time. */
static uint32_t crc32(uint32_t before, const uint8_t *bytes, uint64_t count)
{
    static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                       0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                       0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                       0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    uint32_t crc = ~before;
    for (uint64_t i = 0; i < count; i++) {
        crc = (crc ^ bytes[i]) >> 4 ^ table[(crc ^ bytes[i]) & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

static uint32_t adler32(uint32_t before, const uint8_t *bytes, uint64_t count)
{
    return ph_adler32(before, (struct ph_slice){bytes, count});
}

typedef uint32_t (*sum)(uint32_t before, const uint8_t *bytes, uint64_t count);

static enum ph_outcome sum_byte(struct ph_call *call, sum add)
{
    uint8_t byte = (uint8_t)call->slots[1];
    return ph_java_return(call, add((uint32_t)call->slots[0], &byte, 1));
}

static enum ph_outcome sum_array(struct ph_call *call, sum add)
{
    uint64_t count;
    enum ph_outcome outcome = PH_DONE;
    const uint8_t *from = array_part(call, 1, &count, &outcome);
    return from == NULL ? outcome
                        : ph_java_return(call, add((uint32_t)call->slots[0], from, count));
}

static enum ph_outcome sum_memory(struct ph_call *call, sum add)
{
    uint64_t count;
    enum ph_outcome outcome = PH_DONE;
    uint64_t address = call->slots[1] + (uint64_t)(int64_t)ph_java_int(call, 2);
    const uint8_t *from = memory_part(call, address, ph_java_int(call, 3), &count, &outcome, false);
    return from == NULL ? outcome
                        : ph_java_return(call, add((uint32_t)call->slots[0], from, count));
}

static enum ph_outcome crc_byte(struct ph_call *call) { return sum_byte(call, crc32); }
static enum ph_outcome crc_array(struct ph_call *call) { return sum_array(call, crc32); }
static enum ph_outcome crc_memory(struct ph_call *call) { return sum_memory(call, crc32); }
static enum ph_outcome adler_byte(struct ph_call *call) { return sum_byte(call, adler32); }
static enum ph_outcome adler_array(struct ph_call *call) { return sum_array(call, adler32); }
static enum ph_outcome adler_memory(struct ph_call *call) { return sum_memory(call, adler32); }

/* ---- Streams -------------------------------------------------------------------------------- */

/* The struct of a stream, which may be written; NULL: there is no such block, *outcome says so. */
static void *stream_at(struct ph_call *call, uint64_t address, uint64_t bytes,
                       enum ph_outcome *outcome)
{
    void *at = (address & 7) == 0 ? ph_java_memory_write(call, address, bytes) : NULL;
    if (at == NULL) {
        *outcome = ph_java_throw(call, "java/lang/InternalError", "no such stream");
    }
    return at;
}

static enum ph_outcome end_stream(struct ph_call *call)
{
    (void)ph_java_memory_free(call, call->slots[0]);
    return PH_DONE;
}

/* What a step is given: the input begins in slot `from`, the output in slot `to`. */
struct places {
    uint32_t from, to;
    bool from_memory, to_memory;
};

struct buffers {
    const uint8_t *from;
    uint8_t *to;
    uint64_t from_bytes, to_bytes;
};

static bool buffers_of(struct ph_call *call, const struct places *places, struct buffers *buffers,
                       enum ph_outcome *outcome)
{
    buffers->from =
        places->from_memory
            ? memory_part(call, call->slots[places->from], ph_java_int(call, places->from + 1),
                          &buffers->from_bytes, outcome, false)
            : array_part(call, places->from, &buffers->from_bytes, outcome);
    if (buffers->from == NULL) {
        return false;
    }
    buffers->to =
        places->to_memory
            ? memory_part(call, call->slots[places->to], ph_java_int(call, places->to + 1),
                          &buffers->to_bytes, outcome, true)
            : array_part(call, places->to, &buffers->to_bytes, outcome);
    if (buffers->to == NULL) {
        return false;
    }
    if (buffers->to_bytes > 0) {
        ph_touch(call->mutator, buffers->to, buffers->to_bytes);
    }
    return true;
}

/* What both say of a step: how much of the input was used, how much output was made. */
static uint64_t progress_of(uint64_t used, uint64_t made) { return used | made << 31; }
#define FINISHED (UINT64_C(1) << 62)
#define WANTS_DICTIONARY (UINT64_C(1) << 63)

/* ---- Inflater ------------------------------------------------------------------------------- */

static enum ph_outcome inflater_init(struct ph_call *call)
{
    enum ph_outcome outcome = PH_DONE;
    bool is_raw = call->slots[0] != 0;
    uint64_t address = ph_java_memory_new(call, sizeof(struct ph_inflater));
    if (address == 0) {
        return ph_java_out_of_memory(call);
    }
    struct ph_inflater *self = stream_at(call, address, sizeof(*self), &outcome);
    if (self == NULL) {
        return outcome;
    }
    ph_inflater_init(self, is_raw);
    return ph_java_return(call, address);
}

static enum ph_outcome inflater_reset(struct ph_call *call)
{
    enum ph_outcome outcome = PH_DONE;
    struct ph_inflater *self = stream_at(call, call->slots[0], sizeof(*self), &outcome);
    if (self != NULL) {
        ph_inflater_init(self, self->head.is_raw != 0);
    }
    return outcome;
}

static enum ph_outcome inflater_check(struct ph_call *call)
{
    enum ph_outcome outcome = PH_DONE;
    const struct ph_inflater *self = stream_at(call, call->slots[0], sizeof(*self), &outcome);
    return self == NULL ? outcome : ph_java_return(call, self->head.check);
}

static enum ph_outcome set_inflater_dictionary(struct ph_call *call, bool is_memory)
{
    enum ph_outcome outcome = PH_DONE;
    struct ph_slice dictionary;
    struct ph_inflater *self = stream_at(call, call->slots[0], sizeof(*self), &outcome);
    if (self == NULL) {
        return outcome;
    }
    dictionary.bytes = is_memory ? memory_part(call, call->slots[1], ph_java_int(call, 2),
                                               &dictionary.size, &outcome, false)
                                 : array_part(call, 1, &dictionary.size, &outcome);
    if (dictionary.bytes == NULL) {
        return outcome;
    }
    return ph_inflater_set_dictionary(self, dictionary)
               ? PH_DONE
               : ph_java_throw(call, "java/lang/IllegalArgumentException", NULL);
}

static enum ph_outcome inflater_dictionary(struct ph_call *call)
{
    return set_inflater_dictionary(call, false);
}

static enum ph_outcome inflater_dictionary_memory(struct ph_call *call)
{
    return set_inflater_dictionary(call, true);
}

static enum ph_outcome inflate(struct ph_call *call, const struct places *places)
{
    enum ph_outcome outcome = PH_DONE;
    struct buffers buffers;
    struct ph_inflater *self = stream_at(call, call->slots[1], sizeof(*self), &outcome);
    if (self == NULL || !buffers_of(call, places, &buffers, &outcome)) {
        return outcome;
    }
    struct ph_inflate_step step = {.from = buffers.from, .from_bytes = buffers.from_bytes,
                                   .to = buffers.to, .to_bytes = buffers.to_bytes};
    ph_inflater_run(self, &step);
    if (step.wrong != NULL) {
        ph_ref receiver = ph_java_argument(call, 0);
        ph_java_set_number(call, receiver, "inputConsumed:I", (int64_t)step.used_bytes);
        ph_java_set_number(call, receiver, "outputConsumed:I", (int64_t)step.made_bytes);
        return ph_java_throw(call, "java/util/zip/DataFormatException", step.wrong);
    }
    return ph_java_return(call, progress_of(step.used_bytes, step.made_bytes) |
                                    (step.is_finished ? FINISHED : 0) |
                                    (step.wants_dictionary ? WANTS_DICTIONARY : 0));
}

static enum ph_outcome inflate_bytes_bytes(struct ph_call *call)
{
    static const struct places places = {2, 5, false, false};
    return inflate(call, &places);
}

static enum ph_outcome inflate_bytes_memory(struct ph_call *call)
{
    static const struct places places = {2, 5, false, true};
    return inflate(call, &places);
}

static enum ph_outcome inflate_memory_bytes(struct ph_call *call)
{
    static const struct places places = {2, 4, true, false};
    return inflate(call, &places);
}

static enum ph_outcome inflate_memory_memory(struct ph_call *call)
{
    static const struct places places = {2, 4, true, true};
    return inflate(call, &places);
}

/* ---- Deflater ------------------------------------------------------------------------------- */

static enum ph_outcome deflater_init(struct ph_call *call)
{
    enum ph_outcome outcome = PH_DONE;
    int32_t level = ph_java_int(call, 0);
    uint32_t strategy = (uint32_t)call->slots[1];
    bool is_raw = call->slots[2] != 0;
    if (level < -1 || level > 9 || strategy > 2) {
        return ph_java_throw(call, "java/lang/IllegalArgumentException", NULL);
    }
    uint64_t address = ph_java_memory_new(call, sizeof(struct ph_deflater));
    if (address == 0) {
        return ph_java_out_of_memory(call);
    }
    struct ph_deflater *self = stream_at(call, address, sizeof(*self), &outcome);
    if (self == NULL) {
        return outcome;
    }
    ph_deflater_init(self, is_raw, level, strategy);
    return ph_java_return(call, address);
}

static enum ph_outcome deflater_reset(struct ph_call *call)
{
    enum ph_outcome outcome = PH_DONE;
    struct ph_deflater *self = stream_at(call, call->slots[0], sizeof(*self), &outcome);
    if (self != NULL) {
        ph_deflater_init(self, self->head.is_raw != 0, self->head.level, self->head.strategy);
    }
    return outcome;
}

static enum ph_outcome deflater_check(struct ph_call *call)
{
    enum ph_outcome outcome = PH_DONE;
    const struct ph_deflater *self = stream_at(call, call->slots[0], sizeof(*self), &outcome);
    return self == NULL ? outcome : ph_java_return(call, self->head.check);
}

static enum ph_outcome set_deflater_dictionary(struct ph_call *call, bool is_memory)
{
    enum ph_outcome outcome = PH_DONE;
    struct ph_slice dictionary;
    struct ph_deflater *self = stream_at(call, call->slots[0], sizeof(*self), &outcome);
    if (self == NULL) {
        return outcome;
    }
    dictionary.bytes = is_memory ? memory_part(call, call->slots[1], ph_java_int(call, 2),
                                               &dictionary.size, &outcome, false)
                                 : array_part(call, 1, &dictionary.size, &outcome);
    if (dictionary.bytes != NULL) {
        ph_deflater_set_dictionary(self, dictionary);
    }
    return outcome;
}

static enum ph_outcome deflater_dictionary(struct ph_call *call)
{
    return set_deflater_dictionary(call, false);
}

static enum ph_outcome deflater_dictionary_memory(struct ph_call *call)
{
    return set_deflater_dictionary(call, true);
}

/* Level and strategy, as Java packs them into one argument: 1 | strategy << 1 | level << 3. They
 * hold from the next block on. */
static void set_parameters(struct ph_deflater *self, int32_t parameters)
{
    int32_t level = parameters >> 3;
    if ((parameters & 1) != 0 && level >= -1 && level <= 9) {
        self->head.level = level;
        self->head.strategy = (uint32_t)parameters >> 1 & 3;
    }
}

/* Flush and parameters follow the output, in slot `last`. */
static enum ph_outcome deflate(struct ph_call *call, const struct places *places, uint32_t last)
{
    struct ph_allocator *allocator = ph_java_vm_of(call)->allocator;
    enum ph_outcome outcome = PH_DONE;
    struct buffers buffers;
    struct ph_deflater *self = stream_at(call, call->slots[1], sizeof(*self), &outcome);
    if (self == NULL || !buffers_of(call, places, &buffers, &outcome)) {
        return outcome;
    }
    struct ph_deflate_workspace *workspace = ph_alloc(allocator, sizeof(*workspace));
    if (workspace == NULL) {
        return ph_java_out_of_memory(call);
    }
    struct ph_deflate_step step = {.from = buffers.from, .from_bytes = buffers.from_bytes,
                                   .to = buffers.to, .to_bytes = buffers.to_bytes,
                                   .flush = (uint32_t)call->slots[last]};
    set_parameters(self, ph_java_int(call, last + 1));
    ph_deflater_run(self, workspace, &step);
    ph_free(allocator, workspace, sizeof(*workspace));
    return ph_java_return(call, progress_of(step.used_bytes, step.made_bytes) |
                                    (step.is_finished ? FINISHED : 0));
}

static enum ph_outcome deflate_bytes_bytes(struct ph_call *call)
{
    static const struct places places = {2, 5, false, false};
    return deflate(call, &places, 8);
}

static enum ph_outcome deflate_bytes_memory(struct ph_call *call)
{
    static const struct places places = {2, 5, false, true};
    return deflate(call, &places, 7);
}

static enum ph_outcome deflate_memory_bytes(struct ph_call *call)
{
    static const struct places places = {2, 4, true, false};
    return deflate(call, &places, 7);
}

static enum ph_outcome deflate_memory_memory(struct ph_call *call)
{
    static const struct places places = {2, 4, true, true};
    return deflate(call, &places, 6);
}

/* ---- The table ------------------------------------------------------------------------------ */

#define ZIP "java/util/zip/"

static const struct ph_native_info natives[] = {
    {"java", ZIP "CRC32.update(II)I", "ii:i", crc_byte},
    {"java", ZIP "CRC32.updateBytes0(I[BII)I", "irii:i", crc_array},
    {"java", ZIP "CRC32.updateByteBuffer0(IJII)I", "ilii:i", crc_memory},
    {"java", ZIP "Adler32.update(II)I", "ii:i", adler_byte},
    {"java", ZIP "Adler32.updateBytes(I[BII)I", "irii:i", adler_array},
    {"java", ZIP "Adler32.updateByteBuffer(IJII)I", "ilii:i", adler_memory},
    {"java", ZIP "Inflater.init(Z)J", "i:l", inflater_init},
    {"java", ZIP "Inflater.setDictionary(J[BII)V", "lrii:", inflater_dictionary},
    {"java", ZIP "Inflater.setDictionaryBuffer(JJI)V", "lli:", inflater_dictionary_memory},
    {"java", ZIP "Inflater.inflateBytesBytes(J[BII[BII)J", "rlriirii:l", inflate_bytes_bytes},
    {"java", ZIP "Inflater.inflateBytesBuffer(J[BIIJI)J", "rlriili:l", inflate_bytes_memory},
    {"java", ZIP "Inflater.inflateBufferBytes(JJI[BII)J", "rllirii:l", inflate_memory_bytes},
    {"java", ZIP "Inflater.inflateBufferBuffer(JJIJI)J", "rllili:l", inflate_memory_memory},
    {"java", ZIP "Inflater.getAdler(J)I", "l:i", inflater_check},
    {"java", ZIP "Inflater.reset(J)V", "l:", inflater_reset},
    {"java", ZIP "Inflater.end(J)V", "l:", end_stream},
    {"java", ZIP "Deflater.init(IIZ)J", "iii:l", deflater_init},
    {"java", ZIP "Deflater.setDictionary(J[BII)V", "lrii:", deflater_dictionary},
    {"java", ZIP "Deflater.setDictionaryBuffer(JJI)V", "lli:", deflater_dictionary_memory},
    {"java", ZIP "Deflater.deflateBytesBytes(J[BII[BIIII)J", "rlriiriiii:l", deflate_bytes_bytes},
    {"java", ZIP "Deflater.deflateBytesBuffer(J[BIIJIII)J", "rlriiliii:l", deflate_bytes_memory},
    {"java", ZIP "Deflater.deflateBufferBytes(JJI[BIIII)J", "rlliriiii:l", deflate_memory_bytes},
    {"java", ZIP "Deflater.deflateBufferBuffer(JJIJIII)J", "rlliliii:l", deflate_memory_memory},
    {"java", ZIP "Deflater.getAdler(J)I", "l:i", deflater_check},
    {"java", ZIP "Deflater.reset(J)V", "l:", deflater_reset},
    {"java", ZIP "Deflater.end(J)V", "l:", end_stream},
};

ph_status ph_java_zip_natives_add(struct ph_java_vm *self)
{
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
