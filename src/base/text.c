/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/assert.h"

/* Where the text goes; `length` also counts what no longer found room. */
struct output {
    char *to;
    size_t size_bytes;
    size_t length;
};

/* One conversion: %[-0][width][.precision][l|ll|z]letter. */
struct conversion {
    bool is_left;
    bool is_zero_padded;
    bool has_precision;
    uint32_t width;
    uint32_t precision;
    uint32_t bits; /* of an integer argument */
    char letter;
};

static void put(struct output *output, char c)
{
    if (output->length + 1 < output->size_bytes) {
        output->to[output->length] = c;
    }
    output->length++;
}

static void put_many(struct output *output, char c, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        put(output, c);
    }
}

/* Puts `prefix` ("-", "0x" or "") and `text`, padded to the conversion's width. */
static void put_padded(struct output *output, const struct conversion *how, const char *prefix,
                       const char *text, size_t text_bytes)
{
    size_t prefix_bytes = strlen(prefix);
    size_t bytes = prefix_bytes + text_bytes;
    uint32_t padding = bytes < how->width ? how->width - (uint32_t)bytes : 0;
    if (!how->is_left && !how->is_zero_padded) {
        put_many(output, ' ', padding);
    }
    for (size_t i = 0; i < prefix_bytes; i++) {
        put(output, prefix[i]);
    }
    if (!how->is_left && how->is_zero_padded) {
        put_many(output, '0', padding);
    }
    for (size_t i = 0; i < text_bytes; i++) {
        put(output, text[i]);
    }
    if (how->is_left) {
        put_many(output, ' ', padding);
    }
}

static void put_number(struct output *output, const struct conversion *how, uint64_t value,
                       const char *prefix)
{
    const char *digits = how->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned base = how->letter == 'd' || how->letter == 'u' ? 10 : 16;
    char text[20];
    size_t start = sizeof(text);
    do {
        text[--start] = digits[value % base];
        value /= base;
    } while (value > 0);
    put_padded(output, how, prefix, text + start, sizeof(text) - start);
}

static void put_string(struct output *output, struct conversion *how, const char *text)
{
    how->is_zero_padded = false;
    if (text == NULL) {
        text = "(null)";
    }
    size_t bytes = 0;
    while ((!how->has_precision || bytes < how->precision) && text[bytes] != 0) {
        bytes++;
    }
    put_padded(output, how, "", text, bytes);
}

static uint32_t parse_number(const char **format)
{
    uint32_t number = 0;
    while (**format >= '0' && **format <= '9') {
        number = number * 10 + (uint32_t)(*(*format)++ - '0');
        PH_ASSERT(number < 65536);
    }
    return number;
}

/* Reads a conversion after its '%'. "*" takes its number from `arguments`. */
static struct conversion parse_conversion(const char **format, va_list *arguments)
{
    struct conversion how = {.bits = 32};
    for (; **format == '-' || **format == '0'; (*format)++) {
        how.is_left |= **format == '-';
        how.is_zero_padded |= **format == '0';
    }
    if (**format == '*') {
        (*format)++;
        int width = va_arg(*arguments, int);
        how.is_left |= width < 0;
        how.width = width < 0 ? 0u - (uint32_t)width : (uint32_t)width;
    } else {
        how.width = parse_number(format);
    }
    if (**format == '.') {
        (*format)++;
        bool is_star = **format == '*';
        *format += is_star;
        int precision = is_star ? va_arg(*arguments, int) : (int)parse_number(format);
        how.has_precision = precision >= 0; /* a negative one counts as none, as in C */
        how.precision = precision >= 0 ? (uint32_t)precision : 0;
    }
    for (; **format == 'l' || **format == 'z'; (*format)++) {
        how.bits = 64;
    }
    how.letter = *(*format)++;
    if (how.letter == 'i') {
        how.letter = 'd';
    }
    return how;
}

_Static_assert(sizeof(long) == 8 && sizeof(size_t) == 8, "l, ll and z are all 64 bits");

static void put_conversion(struct output *output, struct conversion *how, va_list *arguments)
{
    bool is_long = how->bits == 64;
    switch (how->letter) {
    case 's':
        put_string(output, how, va_arg(*arguments, const char *));
        break;
    case 'c': {
        char letter = (char)va_arg(*arguments, int);
        how->is_zero_padded = false;
        put_padded(output, how, "", &letter, 1);
        break;
    }
    case 'd': {
        int64_t value = is_long ? va_arg(*arguments, int64_t) : va_arg(*arguments, int);
        uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
        put_number(output, how, magnitude, value < 0 ? "-" : "");
        break;
    }
    case 'u':
    case 'x':
    case 'X': {
        uint64_t value = is_long ? va_arg(*arguments, uint64_t) : va_arg(*arguments, uint32_t);
        put_number(output, how, value, "");
        break;
    }
    case 'p':
        put_number(output, how, (uint64_t)(uintptr_t)va_arg(*arguments, void *), "0x");
        break;
    case '%':
        put(output, '%');
        break;
    default:
        PH_UNREACHABLE(); /* a format is ours, never from outside */
    }
}

size_t ph_text_vprintf(char *to, size_t size_bytes, const char *format, va_list arguments)
{
    struct output output = {to, size_bytes, 0};
    va_list rest; /* a copy: the parameter itself may have decayed to a pointer */
    va_copy(rest, arguments);
    while (*format != 0) {
        char c = *format++;
        if (c != '%') {
            put(&output, c);
            continue;
        }
        struct conversion how = parse_conversion(&format, &rest);
        put_conversion(&output, &how, &rest);
    }
    va_end(rest);
    if (size_bytes > 0) {
        to[PH_MIN(output.length, size_bytes - 1)] = 0;
    }
    return output.length;
}

size_t ph_text_printf(char *to, size_t size_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t length = ph_text_vprintf(to, size_bytes, format, arguments);
    va_end(arguments);
    return length;
}

void ph_text_vappend(char *to, size_t size_bytes, size_t *length, const char *format,
                     va_list arguments)
{
    PH_ASSERT(*length < size_bytes);
    size_t room = size_bytes - *length;
    size_t wanted = ph_text_vprintf(to + *length, room, format, arguments);
    *length += PH_MIN(wanted, room - 1);
}

/* ---- UTF-8 ------------------------------------------------------------------------------- */

/* A row of table 3-7: first bytes, second bytes, and how many bytes there are. */
static const struct utf8_row {
    uint8_t first_min, first_max, second_min, second_max, bytes;
} utf8_rows[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static const struct utf8_row *utf8_row_of(uint8_t first)
{
    for (unsigned i = 0; i < PH_COUNT(utf8_rows); i++) {
        if (first >= utf8_rows[i].first_min && first <= utf8_rows[i].first_max) {
            return &utf8_rows[i];
        }
    }
    return NULL;
}

bool ph_text_is_utf8(const uint8_t *bytes, uint64_t size)
{
    uint64_t i = 0;
    while (i < size) {
        if (bytes[i] < 0x80) {
            i++;
            continue;
        }
        const struct utf8_row *row = utf8_row_of(bytes[i]);
        if (row == NULL || size - i < row->bytes || bytes[i + 1] < row->second_min ||
            bytes[i + 1] > row->second_max) {
            return false;
        }
        for (unsigned k = 2; k < row->bytes; k++) {
            if ((bytes[i + k] & 0xc0) != 0x80) {
                return false;
            }
        }
        i += row->bytes;
    }
    return true;
}

bool ph_slice_equal(struct ph_slice a, struct ph_slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, (size_t)a.size) == 0);
}

int ph_slice_compare(struct ph_slice a, struct ph_slice b)
{
    uint64_t common = PH_MIN(a.size, b.size);
    int order = common == 0 ? 0 : memcmp(a.bytes, b.bytes, (size_t)common);
    if (order != 0) {
        return order;
    }
    return a.size < b.size ? -1 : a.size > b.size;
}
