/* SPDX-License-Identifier: Apache-2.0 */
/* unit_kit.h - small helpers for tests that build units: a builder with one function open. */
#ifndef PH_TESTS_SUPPORT_UNIT_KIT_H
#define PH_TESTS_SUPPORT_UNIT_KIT_H

#include "base/text.h"
#include "code/builder.h"
#include "code/verify.h"
#include "port/port.h"

#define KIT_TEXT(literal) PH_SLICE_TEXT(literal)

/* "if:l": params, ':', results; letters as in opcodes.def. */
static inline uint32_t kit_signature(struct ph_builder *b, const char *text)
{
    uint8_t types[64];
    struct ph_signature signature = {0, 0, types, NULL};
    uint32_t count = 0;
    bool is_result = false;

    for (; *text != 0; text++) {
        if (*text == ':') {
            is_result = true;
            continue;
        }
        types[count++] = *text == 'i'   ? PH_I32
                         : *text == 'l' ? PH_I64
                         : *text == 'f' ? PH_F32
                         : *text == 'd' ? PH_F64
                                        : PH_REF;
        *(is_result ? &signature.result_count : &signature.param_count) += 1;
    }
    return ph_builder_signature(b, &signature);
}

/* Finishes, opens and verifies; the text of the failure is in `error`. Destroys the builder. */
static inline ph_status kit_verify(struct ph_builder *b, struct ph_error *error)
{
    struct ph_slice bytes;
    struct ph_unit unit;

    error->text[0] = 0;
    ph_status status = ph_builder_finish(b, &bytes, error);
    if (status == PH_OK) {
        status = ph_unit_open(bytes, ph_port_allocator(), &unit, error);
    }
    if (status == PH_OK) {
        status = ph_verify_unit(&unit, ph_port_allocator(), error);
        ph_unit_close(&unit);
    }
    ph_builder_destroy(b);
    return status;
}

#endif
