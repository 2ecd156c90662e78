/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - numbers, names and types from the module's bytes; and the words for what is wrong
 * with them, which are those of the specification's test suite. */
#include "base/text.h"
#include "lang/wasm/translator.h"

#define MESSAGE_BYTES 200
#define NAME_BYTES_SHOWN 80

/* Copies `name` for a message; control characters become question marks. */
static void copy_printable(char *to, struct ph_slice name)
{
    uint64_t size = PH_MIN(name.size, NAME_BYTES_SHOWN);
    for (uint64_t i = 0; i < size; i++) {
        to[i] = name.bytes[i] < ' ' || name.bytes[i] == 0x7f ? '?' : (char)name.bytes[i];
    }
    to[size] = 0;
}

ph_status ph_wasm_fail(struct ph_wasm *self, ph_status status, const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    ph_text_vprintf(message, sizeof(message), format, arguments);
    va_end(arguments);

    if (self->body.index == PH_WASM_NONE) {
        return ph_fail(self->error, status, "%s: at offset 0x%zx", message,
                       (size_t)(self->next - self->begin));
    }
    struct ph_slice module = {self->begin, (uint64_t)(self->end - self->begin)};
    struct ph_slice name;
    char shown[NAME_BYTES_SHOWN + 1] = "no name";
    if (ph_wasm_find_function_name(module, self->body.index, &name)) {
        copy_printable(shown, name);
    }
    return ph_fail(self->error, status, "%s: function %u (%s) at offset 0x%zx", message,
                   (unsigned)self->body.index, shown, (size_t)(self->body.at - self->begin));
}

ph_status ph_wasm_fail_end(struct ph_wasm *self)
{
    return ph_wasm_fail(self, PH_MALFORMED, "unexpected end of section or function");
}

ph_status ph_wasm_fail_memory(struct ph_wasm *self)
{
    return ph_wasm_fail(self, PH_NO_MEMORY, "out of memory while translating the module");
}

/* Spec 5.2.2. A last byte with unused bits set makes the number too large; one that says it is
 * not the last, too long. */
ph_status ph_wasm_read_unsigned(struct ph_wasm *self, int bits, uint32_t *value)
{
    uint32_t result = 0;
    PH_ASSERT(bits >= 1 && bits <= 32);

    for (int shift = 0;; shift += 7) {
        uint8_t byte;
        if (shift >= bits) {
            return ph_wasm_fail(self, PH_MALFORMED, "integer representation too long");
        }
        PH_WASM_TRY(ph_wasm_read_byte(self, &byte));
        if (bits - shift < 7 && (byte & 0x7f) >> (bits - shift) != 0) {
            return ph_wasm_fail(self, PH_MALFORMED, "integer too large");
        }
        result |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = result;
            return PH_OK;
        }
    }
}

ph_status ph_wasm_read_signed(struct ph_wasm *self, int bits, int64_t *value)
{
    uint64_t result = 0;
    PH_ASSERT(bits >= 7 && bits <= 64);

    for (int shift = 0;; shift += 7) {
        uint8_t byte;
        if (shift >= bits) {
            return ph_wasm_fail(self, PH_MALFORMED, "integer representation too long");
        }
        PH_WASM_TRY(ph_wasm_read_byte(self, &byte));
        if (bits - shift < 7) {
            uint32_t mask = (0x7fu << (bits - shift - 1)) & 0x7f;
            if ((byte & mask) != 0 && (byte & mask) != mask) {
                return ph_wasm_fail(self, PH_MALFORMED, "integer too large");
            }
        }
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            if (shift + 7 < 64 && (byte & 0x40)) {
                result |= UINT64_MAX << (shift + 7);
            }
            *value = (int64_t)result;
            return PH_OK;
        }
    }
}

ph_status ph_wasm_read_length(struct ph_wasm *self, uint32_t *value)
{
    PH_WASM_TRY(ph_wasm_read_u32(self, value));
    if (*value > ph_wasm_bytes_left(self)) {
        return ph_wasm_fail(self, PH_MALFORMED, "length out of bounds");
    }
    return PH_OK;
}

ph_status ph_wasm_read_name(struct ph_wasm *self, struct ph_slice *name)
{
    uint32_t size;
    PH_WASM_TRY(ph_wasm_read_length(self, &size));
    if (!ph_text_is_utf8(self->next, size)) {
        return ph_wasm_fail(self, PH_MALFORMED, "malformed UTF-8 encoding");
    }
    *name = (struct ph_slice){self->next, size};
    self->next += size;
    return PH_OK;
}

ph_status ph_wasm_read_value_type(struct ph_wasm *self, uint8_t *type)
{
    uint8_t byte;
    PH_WASM_TRY(ph_wasm_read_byte(self, &byte));
    switch (byte) {
    case 0x7f:
        *type = PH_WASM_I32;
        return PH_OK;
    case 0x7e:
        *type = PH_WASM_I64;
        return PH_OK;
    case 0x7d:
        *type = PH_WASM_F32;
        return PH_OK;
    case 0x7c:
        *type = PH_WASM_F64;
        return PH_OK;
    case 0x70:
        *type = PH_WASM_FUNCREF;
        return PH_OK;
    case 0x6f:
        *type = PH_WASM_EXTERNREF;
        return PH_OK;
    case 0x7b:
        return ph_wasm_fail(self, PH_UNSUPPORTED, "SIMD (type v128) is not supported");
    default:
        if (byte >= 0x80) {
            return ph_wasm_fail(self, PH_MALFORMED, "integer representation too long");
        }
        return ph_wasm_fail(self, PH_MALFORMED, "malformed value type 0x%02x", (unsigned)byte);
    }
}

ph_status ph_wasm_read_reference_type(struct ph_wasm *self, uint8_t *type)
{
    uint8_t byte;
    PH_WASM_TRY(ph_wasm_read_byte(self, &byte));
    if (byte != 0x70 && byte != 0x6f) {
        return ph_wasm_fail(self, PH_MALFORMED, "malformed reference type 0x%02x", (unsigned)byte);
    }
    *type = byte == 0x70 ? PH_WASM_FUNCREF : PH_WASM_EXTERNREF;
    return PH_OK;
}
