/* SPDX-License-Identifier: Apache-2.0 */
/* body.h - the operand stack and the control frames of the function being translated.
 *
 * The algorithm is that of the specification's appendix 7.3. What it calls unreachable (a frame's
 * rest cannot be reached, its stack is polymorphic) is a matter of validation; `is_live` is about
 * emission: a body's code may be valid, non-polymorphic and still dead, as after the end of a
 * block that never ends. Labels are made when something that is emitted needs them. */
#ifndef PH_LANG_WASM_BODY_H
#define PH_LANG_WASM_BODY_H

#include "lang/wasm/translator.h"

PH_COLD ph_status ph_wasm_fail_type(struct ph_wasm *self, uint8_t expected, uint8_t actual);
PH_COLD ph_status ph_wasm_fail_depth(struct ph_wasm *self);

PH_MUST_CHECK static inline ph_status ph_wasm_push(struct ph_wasm *self, uint8_t type)
{
    struct ph_wasm_body *body = &self->body;
    if (PH_UNLIKELY(body->height >= body->height_max)) {
        return ph_wasm_fail_depth(self);
    }
    body->types[body->height] = type;
    body->shapes[body->height] = 0;
    body->height++;
    return PH_OK;
}

PH_MUST_CHECK static inline ph_status ph_wasm_pop_any(struct ph_wasm *self, uint8_t *type)
{
    struct ph_wasm_body *body = &self->body;
    if (PH_LIKELY(body->height > body->floor)) {
        *type = body->types[--body->height];
        return PH_OK;
    }
    *type = PH_WASM_UNKNOWN;
    return body->frame->is_unreachable
               ? PH_OK
               : ph_wasm_fail(self, PH_INVALID, "type mismatch: nothing is on the stack");
}

PH_MUST_CHECK static inline ph_status ph_wasm_pop(struct ph_wasm *self, uint8_t expected)
{
    uint8_t actual;
    PH_WASM_TRY(ph_wasm_pop_any(self, &actual));
    /* UNKNOWN comes from unreachable code alone. */
    return PH_LIKELY(actual == expected) || actual == PH_WASM_UNKNOWN
               ? PH_OK
               : ph_wasm_fail_type(self, expected, actual);
}

PH_MUST_CHECK ph_status ph_wasm_push_all(struct ph_wasm *self, uint32_t count,
                                         const uint8_t *types);
PH_MUST_CHECK ph_status ph_wasm_pop_all(struct ph_wasm *self, uint32_t count, const uint8_t *types);

/* Control instructions (spec 5.4.1): their opcode has been read. */
PH_MUST_CHECK ph_status ph_wasm_op_unreachable(struct ph_wasm *self, uint8_t opcode);
PH_MUST_CHECK ph_status ph_wasm_op_block(struct ph_wasm *self, uint8_t opcode);
PH_MUST_CHECK ph_status ph_wasm_op_else(struct ph_wasm *self, uint8_t opcode);
PH_MUST_CHECK ph_status ph_wasm_op_end(struct ph_wasm *self, uint8_t opcode);
PH_MUST_CHECK ph_status ph_wasm_op_br(struct ph_wasm *self, uint8_t opcode);
PH_MUST_CHECK ph_status ph_wasm_op_br_if(struct ph_wasm *self, uint8_t opcode);
PH_MUST_CHECK ph_status ph_wasm_op_br_table(struct ph_wasm *self, uint8_t opcode);
PH_MUST_CHECK ph_status ph_wasm_op_return(struct ph_wasm *self, uint8_t opcode);

/* Opens the first frame: a function of `type`, whose locals are known. */
PH_MUST_CHECK ph_status ph_wasm_body_open(struct ph_wasm *self,
                                          const struct ph_wasm_signature *type);

#endif
