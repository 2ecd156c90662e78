/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/java/descriptor.h"

#include "base/assert.h"
#include "base/text.h"

/* ---- Names ---------------------------------------------------------------------------------- */

bool ph_java_is_unqualified_name(struct ph_slice name)
{
    for (uint64_t i = 0; i < name.size; i++) {
        uint8_t c = name.bytes[i];
        if (c == '.' || c == ';' || c == '[' || c == '/') {
            return false;
        }
    }
    return name.size > 0;
}

bool ph_java_is_method_name(struct ph_slice name)
{
    if (name.size > 0 && name.bytes[0] == '<') {
        return ph_slice_equal(name, PH_SLICE_TEXT("<init>")) ||
               ph_slice_equal(name, PH_SLICE_TEXT("<clinit>"));
    }
    for (uint64_t i = 0; i < name.size; i++) {
        if (name.bytes[i] == '<' || name.bytes[i] == '>') {
            return false;
        }
    }
    return ph_java_is_unqualified_name(name);
}

bool ph_java_is_class_name(struct ph_slice name)
{
    uint8_t before = '/';
    for (uint64_t i = 0; i < name.size; i++) {
        uint8_t c = name.bytes[i];
        if (c == '.' || c == ';' || c == '[' || (c == '/' && before == '/')) {
            return false;
        }
        before = c;
    }
    return before != '/'; /* also of an empty name */
}

bool ph_java_is_module_name(struct ph_slice name)
{
    for (uint64_t i = 0; i < name.size; i++) {
        uint8_t c = name.bytes[i];
        if (c == '\\') {
            if (++i == name.size ||
                (name.bytes[i] != '\\' && name.bytes[i] != ':' && name.bytes[i] != '@')) {
                return false;
            }
        } else if (c < ' ' || c == ':' || c == '@') {
            return false;
        }
    }
    return name.size > 0;
}

struct ph_slice ph_java_package_of(struct ph_slice class_name)
{
    uint64_t size = class_name.size;

    while (size > 0 && class_name.bytes[size - 1] != '/') {
        size--;
    }
    return (struct ph_slice){class_name.bytes, size - (size > 0)};
}

/* ---- Descriptors ---------------------------------------------------------------------------- */

const char *ph_java_primitive_name(uint8_t letter)
{
    switch (letter) {
    case 'B': return "byte";
    case 'C': return "char";
    case 'D': return "double";
    case 'F': return "float";
    case 'I': return "int";
    case 'J': return "long";
    case 'S': return "short";
    case 'V': return "void";
    case 'Z': return "boolean";
    default: return NULL;
    }
}

bool ph_java_is_primitive(uint8_t letter)
{
    return letter != 'V' && ph_java_primitive_name(letter) != NULL;
}

/* The size of the field descriptor at the start of `text`; 0: there is none. */
static uint64_t field_size(struct ph_slice text)
{
    uint64_t at = 0;
    while (at < text.size && text.bytes[at] == '[') {
        at++;
    }
    if (at > PH_JAVA_DIMENSIONS_MAX || at == text.size) {
        return 0;
    }
    if (ph_java_is_primitive(text.bytes[at])) {
        return at + 1;
    }
    if (text.bytes[at] != 'L') {
        return 0;
    }
    uint64_t begin = ++at;
    while (at < text.size && text.bytes[at] != ';') {
        at++;
    }
    struct ph_slice name = {text.bytes + begin, at - begin};
    return at < text.size && ph_java_is_class_name(name) ? at + 1 : 0;
}

static uint32_t slots_of(uint8_t first) { return first == 'J' || first == 'D' ? 2 : 1; }

bool ph_java_is_field_descriptor(struct ph_slice text)
{
    return text.size > 0 && field_size(text) == text.size;
}

bool ph_java_is_method_descriptor(struct ph_slice text)
{
    uint64_t at = 1;
    uint32_t slots = 0;
    if (text.size < 3 || text.bytes[0] != '(') {
        return false;
    }
    while (at < text.size && text.bytes[at] != ')') {
        slots += slots_of(text.bytes[at]);
        uint64_t size = field_size((struct ph_slice){text.bytes + at, text.size - at});
        if (size == 0 || slots > PH_JAVA_PARAMETER_SLOTS_MAX) {
            return false;
        }
        at += size;
    }
    if (at + 1 >= text.size) {
        return false;
    }
    struct ph_slice result = {text.bytes + at + 1, text.size - at - 1};
    return (result.size == 1 && result.bytes[0] == 'V') || ph_java_is_field_descriptor(result);
}

bool ph_java_next_parameter(struct ph_slice *rest, struct ph_slice *type)
{
    if (rest->size > 0 && rest->bytes[0] == '(') {
        *rest = (struct ph_slice){rest->bytes + 1, rest->size - 1};
    }
    if (rest->size == 0 || rest->bytes[0] == ')') {
        return false;
    }
    uint64_t size = field_size(*rest);
    PH_ASSERT(size > 0 && size < rest->size);
    *type = (struct ph_slice){rest->bytes, size};
    *rest = (struct ph_slice){rest->bytes + size, rest->size - size};
    return true;
}

struct ph_slice ph_java_result(struct ph_slice descriptor)
{
    struct ph_slice rest = descriptor, type; /* a class name may have a ')' too: walk */
    while (ph_java_next_parameter(&rest, &type)) {
    }
    PH_ASSERT(rest.size >= 2 && rest.bytes[0] == ')');
    return (struct ph_slice){rest.bytes + 1, rest.size - 1};
}

uint32_t ph_java_parameter_slots(struct ph_slice descriptor)
{
    struct ph_slice rest = descriptor, type;
    uint32_t slots = 0;
    while (ph_java_next_parameter(&rest, &type)) {
        slots += slots_of(type.bytes[0]);
    }
    return slots;
}

struct ph_slice ph_java_class_of(struct ph_slice descriptor)
{
    if (descriptor.size < 3 || descriptor.bytes[0] != 'L') {
        return descriptor;
    }
    return (struct ph_slice){descriptor.bytes + 1, descriptor.size - 2};
}

/* ---- Modified UTF-8 ------------------------------------------------------------------------- */

static bool is_more(const uint8_t *at) { return (*at & 0xc0) == 0x80; }

/* The size of the sequence at `at`, 1 to 3, and what it stands for; 0: there is none. */
static uint32_t decode(const uint8_t *at, uint64_t bytes_left, uint32_t *unit)
{
    if (at[0] < 0x80) {
        *unit = at[0];
        return 1;
    }
    if ((at[0] & 0xe0) == 0xc0 && bytes_left >= 2 && is_more(at + 1)) {
        *unit = (at[0] & 0x1fu) << 6 | (at[1] & 0x3fu);
        return 2;
    }
    if ((at[0] & 0xf0) == 0xe0 && bytes_left >= 3 && is_more(at + 1) && is_more(at + 2)) {
        *unit = (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
        return 3;
    }
    return 0;
}

bool ph_java_is_utf8(struct ph_slice text, bool is_lenient)
{
    for (uint64_t i = 0; i < text.size;) {
        if (text.bytes[i] - 1u < 0x7f) {
            i++;
            continue;
        }
        uint32_t unit;
        uint32_t size = decode(text.bytes + i, text.size - i, &unit);
        bool is_too_long = (size == 2 && unit < 0x80 && unit != 0) || (size == 3 && unit < 0x800);
        if (text.bytes[i] == 0 || size == 0 || (is_too_long && !is_lenient)) {
            return false;
        }
        i += size;
    }
    return true;
}

uint64_t ph_java_to_utf16(struct ph_slice text, uint16_t *to)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < text.size; count++) {
        uint32_t unit = 0;
        uint32_t size = decode(text.bytes + i, text.size - i, &unit);
        PH_ASSERT(size > 0);
        if (to != NULL) {
            to[count] = (uint16_t)unit;
        }
        i += size;
    }
    return count;
}

uint64_t ph_java_from_utf16(const uint16_t *units, uint64_t count, uint8_t *to)
{
    uint64_t size = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint16_t unit = units[i];
        uint8_t bytes[3] = {(uint8_t)(0xe0 | unit >> 12), (uint8_t)(0x80 | (unit >> 6 & 0x3f)),
                            (uint8_t)(0x80 | (unit & 0x3f))};
        uint32_t used = 3;
        if (unit != 0 && unit < 0x80) {
            bytes[2] = (uint8_t)unit;
            used = 1;
        } else if (unit < 0x800) {
            bytes[1] = (uint8_t)(0xc0 | unit >> 6);
            used = 2;
        }
        if (to != NULL) {
            memcpy(to + size, bytes + 3 - used, used);
        }
        size += used;
    }
    return size;
}
