/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - names of class files, in modified UTF-8, as units have them, in UTF-8.
 *
 * A surrogate without its other half, which Java allows in names and UTF-8 does not, becomes a
 * character of private use, so that different names stay different. */
#include "lang/java/translator.h"

#define LONE_SURROGATES 0x10f000u /* as 0xd800 */

/* All that differs between the two has such a byte (or is not well-formed in old class files). */
static bool is_plain(struct ph_slice text)
{
    for (uint64_t i = 0; i < text.size; i++) {
        if (text.bytes[i] >= 0xc0 && (text.bytes[i] <= 0xc1 || text.bytes[i] == 0xe0 ||
                                      text.bytes[i] == 0xed)) {
            return false;
        }
    }
    return true;
}

static uint8_t *put_character(uint8_t *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (uint8_t)c;
        return to;
    }
    uint32_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3; /* bytes behind the first */
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    *to++ = (uint8_t)(first[more] | c >> 6 * more);
    while (more-- > 0) {
        *to++ = (uint8_t)(0x80 | (c >> 6 * more & 0x3f));
    }
    return to;
}

/* Returns the end. A unit of UTF-16 takes at most 4 bytes, and is at least one of the text's. */
static uint8_t *put_converted(struct ph_jt *self, uint8_t *to, struct ph_slice text)
{
    uint16_t *units = ph_scratch_alloc(&self->scratch, (size_t)text.size * sizeof(*units));
    if (units == NULL) {
        self->failed = true;
        return to;
    }
    uint64_t count = ph_java_to_utf16(text, units);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t c = units[i];
        bool is_pair = c >> 10 == 0xd800 >> 10 && i + 1 < count &&
                       units[i + 1] >> 10 == 0xdc00 >> 10;
        if (is_pair) {
            c = 0x10000 + ((c & 0x3ff) << 10) + (units[++i] & 0x3ffu);
        } else if (c >> 11 == 0xd800 >> 11) {
            c = LONE_SURROGATES + (c & 0x7ff);
        }
        to = put_character(to, c);
    }
    return to;
}

struct ph_slice ph_jt_text(struct ph_jt *self, const struct ph_slice *parts, uint32_t count)
{
    uint64_t bytes = 0;

    if (count == 1 && is_plain(parts[0])) {
        return parts[0];
    }
    for (uint32_t i = 0; i < count; i++) {
        bytes += parts[i].size * (is_plain(parts[i]) ? 1 : 4);
    }
    uint8_t *text = ph_scratch_alloc(&self->scratch, (size_t)bytes);
    if (text == NULL) {
        self->failed = true;
        return (struct ph_slice){NULL, 0};
    }
    uint8_t *end = text;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_plain(parts[i])) {
            end = put_converted(self, end, parts[i]);
        } else if (parts[i].size != 0) {
            memcpy(end, parts[i].bytes, (size_t)parts[i].size);
            end += parts[i].size;
        }
    }
    return (struct ph_slice){text, (uint64_t)(end - text)};
}

struct ph_slice ph_jt_field_name(struct ph_jt *self, struct ph_slice name,
                                   struct ph_slice descriptor)
{
    struct ph_slice parts[] = {name, PH_SLICE_TEXT(":"), descriptor};
    return ph_jt_text(self, parts, PH_COUNT(parts));
}

struct ph_slice ph_jt_method_name(struct ph_jt *self, struct ph_slice name,
                                    struct ph_slice descriptor)
{
    struct ph_slice parts[] = {name, descriptor};
    return ph_jt_text(self, parts, PH_COUNT(parts));
}
