/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.c - see lexer.h. */
#include "code/lexer.h"

#include "base/assert.h"
#include "base/text.h"

static bool is_space(uint8_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static bool is_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.';
}

static int hex_value(uint8_t c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void ph_lexer_fail(struct lexer *self, const char *format, ...)
{
    char text[256];
    va_list arguments;
    uint64_t at = self->source.size;
    uint64_t line = 1;
    uint64_t column = 1;

    if (self->status != PH_OK) {
        return;
    }
    if (self->token.text.bytes != NULL) {
        at = (uint64_t)(self->token.text.bytes - self->source.bytes);
    }
    for (uint64_t i = 0; i < at; i++) {
        column = self->source.bytes[i] == '\n' ? 1 : column + 1;
        line += self->source.bytes[i] == '\n';
    }
    va_start(arguments, format);
    ph_text_vprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    self->status = ph_fail(self->error, PH_MALFORMED, "%s:%llu:%llu: %s", self->source_name,
                           (unsigned long long)line, (unsigned long long)column, text);
    self->token.kind = TOKEN_END;
}

void ph_lexer_no_memory(struct lexer *self)
{
    if (self->status == PH_OK) {
        self->status = ph_fail(self->error, PH_NO_MEMORY, "%s: out of memory",
                               self->source_name);
        self->token.kind = TOKEN_END;
    }
}

/* To the next byte that is neither white nor in a comment. */
static void skip_space(struct lexer *self)
{
    const uint8_t *bytes = self->source.bytes;
    bool in_comment = false;

    while (self->offset < self->source.size) {
        uint8_t c = bytes[self->offset];
        if (c == '\n') {
            in_comment = false;
        } else if (c == ';') {
            in_comment = true;
        } else if (!in_comment && !is_space(c)) {
            return;
        }
        self->offset++;
    }
}

static uint64_t string_end(struct lexer *self, uint64_t at)
{
    const uint8_t *bytes = self->source.bytes;

    while (at < self->source.size && bytes[at] != '"' && bytes[at] != '\n') {
        at += bytes[at] == '\\' && at + 1 < self->source.size ? 2 : 1;
    }
    if (at >= self->source.size || bytes[at] != '"') {
        ph_lexer_fail(self, "this string does not end on its line");
        return self->offset;
    }
    return at + 1;
}

void ph_lexer_next(struct lexer *self)
{
    struct ph_slice source = self->source;

    if (self->status != PH_OK) {
        self->token.kind = TOKEN_END;
        return;
    }
    skip_space(self);
    uint64_t at = self->offset;
    if (at >= source.size) {
        self->token = (struct token){TOKEN_END, {NULL, 0}};
        return;
    }
    uint8_t c = source.bytes[at];
    uint8_t following = at + 1 < source.size ? source.bytes[at + 1] : 0;
    self->token = (struct token){TOKEN_SIGN, {source.bytes + at, 1}};
    uint64_t end = at + 1;
    if (c == '"') {
        self->token.kind = TOKEN_STRING;
        end = string_end(self, at + 1);
    } else if (c == '-' && following == '>') {
        end = at + 2;
    } else if (is_word(c) || (c == '-' && is_word(following))) {
        bool is_number = is_digit(c) || (c == '-' && is_digit(following));
        self->token.kind = is_number ? TOKEN_NUMBER : TOKEN_WORD;
        while (end < source.size && is_word(source.bytes[end])) {
            end++;
        }
    }
    if (self->status == PH_OK) {
        self->token.text.size = end - at;
        self->offset = end;
    }
}

void ph_lexer_init(struct lexer *self, struct ph_slice source, const char *source_name,
                   struct ph_error *error)
{
    *self = (struct lexer){.source = source, .source_name = source_name, .error = error};
    ph_lexer_next(self);
}

void ph_lexer_go_back(struct lexer *self, struct token token)
{
    if (self->status == PH_OK && token.text.bytes != NULL) {
        self->offset = (uint64_t)(token.text.bytes - self->source.bytes);
        ph_lexer_next(self);
    }
}

bool ph_lexer_is(const struct lexer *self, const char *text)
{
    size_t size = strlen(text);

    return (self->token.kind == TOKEN_WORD || self->token.kind == TOKEN_SIGN) &&
           self->token.text.size == size && memcmp(self->token.text.bytes, text, size) == 0;
}

bool ph_lexer_accept(struct lexer *self, const char *text)
{
    if (!ph_lexer_is(self, text)) {
        return false;
    }
    ph_lexer_next(self);
    return true;
}

void ph_lexer_expect(struct lexer *self, const char *text)
{
    if (!ph_lexer_accept(self, text)) {
        ph_lexer_fail(self, "'%s' is wanted here", text);
    }
}

/* ---- Numbers ------------------------------------------------------------------------------ */

/* The magnitude; false: malformed or beyond 64 bits. */
static bool read_magnitude(struct ph_slice digits, uint64_t *value)
{
    bool is_hex = digits.size > 2 && digits.bytes[0] == '0' && digits.bytes[1] == 'x';
    unsigned radix = is_hex ? 16 : 10;
    uint64_t result = 0;

    if (digits.size == 0) {
        return false;
    }
    for (uint64_t i = is_hex ? 2 : 0; i < digits.size; i++) {
        int digit = hex_value(digits.bytes[i]);
        if (digit < 0 || (unsigned)digit >= radix ||
            result > (UINT64_MAX - (unsigned)digit) / radix) {
            return false;
        }
        result = result * radix + (unsigned)digit;
    }
    *value = result;
    return true;
}

uint64_t ph_lexer_integer(struct lexer *self, unsigned bits)
{
    struct ph_slice digits = self->token.text;
    uint64_t value = 0;

    if (self->token.kind != TOKEN_NUMBER) {
        ph_lexer_fail(self, "a number is wanted here");
        return 0;
    }
    bool is_negative = digits.bytes[0] == '-';
    if (is_negative) {
        digits.bytes++;
        digits.size--;
    }
    uint64_t max = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
    max = is_negative ? max / 2 + 1 : max;
    if (!read_magnitude(digits, &value) || value > max) {
        ph_lexer_fail(self, "this is no integer of %u bits", bits);
        return 0;
    }
    ph_lexer_next(self);
    return is_negative ? 0 - value : value;
}

uint32_t ph_lexer_index(struct lexer *self) { return (uint32_t)ph_lexer_integer(self, 32); }

/* DIGITS.DIGITS, where the result is exact to the last bit by one correctly rounded division
 * (Clinger, "How to read floating point numbers accurately", 1990). False: too long for that. */
static bool read_decimal(struct ph_slice text, unsigned bits, uint64_t *value)
{
    uint64_t digits = 0;
    uint64_t power = 1;
    bool is_fraction = false;
    bool is_negative = text.bytes[0] == '-';
    uint64_t digits_max = bits == 32 ? (uint64_t)1 << 24 : (uint64_t)1 << 53;
    uint64_t power_max = bits == 32 ? 10000000000u : 1000000000000000u;

    for (uint64_t i = is_negative; i < text.size; i++) {
        uint8_t c = text.bytes[i];
        if (c == '.' && !is_fraction) {
            is_fraction = true;
            continue;
        }
        if (!is_digit(c) || (is_fraction && power >= power_max)) {
            return false;
        }
        digits = digits * 10 + (c - '0');
        power *= is_fraction ? 10 : 1;
        if (digits > digits_max) {
            return false;
        }
    }
    if (bits == 32) {
        float single = (float)digits / (float)power;
        uint32_t word;
        memcpy(&word, &single, sizeof(word));
        *value = word | (uint32_t)is_negative << 31;
    } else {
        double wide = (double)digits / (double)power;
        memcpy(value, &wide, sizeof(wide));
        *value |= (uint64_t)is_negative << 63;
    }
    return true;
}

uint64_t ph_lexer_float(struct lexer *self, unsigned bits)
{
    struct ph_slice text = self->token.text;
    uint64_t infinity = bits == 32 ? 0x7f800000u : 0x7ff0000000000000u;
    uint64_t value = 0;

    if (ph_lexer_accept(self, "inf")) {
        return infinity;
    }
    if (ph_lexer_accept(self, "-inf")) {
        return infinity | (uint64_t)1 << (bits - 1);
    }
    if (ph_lexer_accept(self, "nan")) {
        return infinity | (bits == 32 ? (uint64_t)1 << 22 : (uint64_t)1 << 51);
    }
    if (self->token.kind != TOKEN_NUMBER ||
        (text.size > 1 && text.bytes[0] == '0' && text.bytes[1] == 'x')) {
        return ph_lexer_integer(self, bits);
    }
    if (!read_decimal(text, bits, &value)) {
        ph_lexer_fail(self, "only short decimals like 1.5 can be written so; write the bits (0x…)");
        return 0;
    }
    ph_lexer_next(self);
    return value;
}

/* ---- Strings ------------------------------------------------------------------------------ */

/* The byte that the escape at `*at` (behind the backslash) means; moves past it. */
static int read_escape(struct ph_slice text, uint64_t *at)
{
    uint8_t c = text.bytes[(*at)++];

    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case '"':
    case '\\':
        return c;
    default:
        break;
    }
    int high = hex_value(c);
    int low = *at < text.size ? hex_value(text.bytes[*at]) : -1;
    (*at)++;
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

struct ph_slice ph_lexer_string(struct lexer *self, struct ph_scratch *scratch)
{
    struct ph_slice text = self->token.text;
    struct ph_slice result = {NULL, 0};

    if (self->token.kind != TOKEN_STRING) {
        ph_lexer_fail(self, "a string is wanted here");
        return result;
    }
    PH_ASSERT(text.size >= 2);
    text.bytes++;
    text.size -= 2;
    uint8_t *to = ph_scratch_alloc(scratch, (size_t)text.size);
    if (to == NULL) {
        ph_lexer_no_memory(self);
        return result;
    }
    result.bytes = to;
    for (uint64_t at = 0; at < text.size;) {
        int byte = text.bytes[at++];
        if (byte == '\\') {
            byte = at < text.size ? read_escape(text, &at) : -1;
        }
        if (byte < 0) {
            ph_lexer_fail(self, "a string has a wrong escape: "
                                "there are \\n \\t \\r \\\\ \\\" and two hex digits");
            return (struct ph_slice){NULL, 0};
        }
        to[result.size++] = (uint8_t)byte;
    }
    ph_lexer_next(self);
    return result;
}
