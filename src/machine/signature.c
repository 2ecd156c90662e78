/* SPDX-License-Identifier: Apache-2.0 */
/* signature.c - one number for each function type in the world, so that an indirect call compares
 * numbers. Encoded: u32 params, u32 results, a byte per type, and then, unless every reference
 * kind is PH_REF_ANY, a byte per type with its kind. */
#include "machine/internal.h"

#define SIGNATURE_HEAD_BYTES 8u

static struct ph_numbers numbers(struct ph_machine *self)
{
    return (struct ph_numbers){&self->signature_numbers, &self->world->signatures_ref,
                               &self->world->signature_count, UINT32_MAX};
}

ph_status ph_signatures_adopt(struct ph_machine *self)
{
    struct ph_numbers known = numbers(self);
    return ph_numbers_adopt(self, &known);
}

static bool has_kinds(const struct ph_signature *signature)
{
    uint32_t type_count = signature->param_count + signature->result_count;
    for (uint32_t i = 0; i < type_count; i++) {
        if (ph_signature_ref_kind(signature, i) != PH_REF_ANY) {
            return true;
        }
    }
    return false;
}

uint32_t ph_signature_number(struct ph_machine *self, struct ph_mutator *mutator,
                             const struct ph_signature *signature)
{
    uint32_t type_count = signature->param_count + signature->result_count;
    bool with_kinds = has_kinds(signature);
    uint64_t size = SIGNATURE_HEAD_BYTES + (uint64_t)type_count * (with_kinds ? 2 : 1);
    uint8_t *encoded = ph_alloc(self->allocator, size);
    if (encoded == NULL) {
        return UINT32_MAX;
    }
    ph_store_u32(encoded, signature->param_count);
    ph_store_u32(encoded + 4, signature->result_count);
    if (type_count > 0) {
        memcpy(encoded + SIGNATURE_HEAD_BYTES, signature->types, type_count);
    }
    if (with_kinds) {
        memcpy(encoded + SIGNATURE_HEAD_BYTES + type_count, signature->ref_kinds, type_count);
    }
    struct ph_numbers known = numbers(self);
    uint32_t number = ph_number_of(self, mutator, &known, (struct ph_slice){encoded, size});
    ph_free(self->allocator, encoded, size);
    return number;
}

bool ph_signature_by_number(struct ph_machine *self, uint32_t number,
                            struct ph_signature *signature)
{
    if (number >= self->world->signature_count) {
        return false;
    }
    ph_ref ref = ph_items(self, self->world->signatures_ref)->items[number];
    struct ph_slice encoded = ph_bytes_slice(self, ref);
    PH_ASSERT(encoded.size >= SIGNATURE_HEAD_BYTES);
    signature->param_count = ph_load_u32(encoded.bytes);
    signature->result_count = ph_load_u32(encoded.bytes + 4);
    signature->types = encoded.bytes + SIGNATURE_HEAD_BYTES;
    uint64_t type_count = (uint64_t)signature->param_count + signature->result_count;
    bool with_kinds = encoded.size > SIGNATURE_HEAD_BYTES + type_count;
    PH_ASSERT(encoded.size == SIGNATURE_HEAD_BYTES + type_count * (with_kinds ? 2 : 1));
    signature->ref_kinds = with_kinds ? signature->types + type_count : NULL;
    return true;
}
