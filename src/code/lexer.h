/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.h - words, numbers and strings of the assembler's language (docs/assembler.md).
 *
 * Private to src/code. The first failure is remembered; after it there is only TOKEN_END. */
#ifndef PH_CODE_LEXER_H
#define PH_CODE_LEXER_H

#include "base/memory.h"
#include "base/status.h"

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_NUMBER, TOKEN_STRING, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    struct ph_slice text; /* as it stands in the source, a string with its quotes */
};

struct lexer {
    struct ph_slice source;
    const char *source_name;
    uint64_t offset; /* behind `token` */
    struct token token; /* the one to be read next */
    struct ph_error *error;
    ph_status status;
};

void ph_lexer_init(struct lexer *self, struct ph_slice source, const char *source_name,
                   struct ph_error *error);
void ph_lexer_next(struct lexer *self);
/* Continues with the token that began at `token`, which came from this source. */
void ph_lexer_go_back(struct lexer *self, struct token token);

/* Remembers "NAME:LINE:COLUMN: …" for the token at hand. */
void ph_lexer_fail(struct lexer *self, const char *format, ...) PH_PRINTF(2, 3);
void ph_lexer_no_memory(struct lexer *self);

bool ph_lexer_is(const struct lexer *self, const char *text); /* a word or sign */
bool ph_lexer_accept(struct lexer *self, const char *text);
void ph_lexer_expect(struct lexer *self, const char *text);

/* An integer of at most `bits` bits: decimal, 0x…, or negative in two's complement (then all 64
 * bits of the result are the sign's). */
uint64_t ph_lexer_integer(struct lexer *self, unsigned bits);
uint32_t ph_lexer_index(struct lexer *self);
/* The bits of an f32 or f64: 0x… bits, a short decimal, inf, -inf, nan. */
uint64_t ph_lexer_float(struct lexer *self, unsigned bits);
/* The bytes of a string, in `scratch`. */
struct ph_slice ph_lexer_string(struct lexer *self, struct ph_scratch *scratch);

#endif
