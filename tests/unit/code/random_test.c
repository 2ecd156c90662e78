/* SPDX-License-Identifier: Apache-2.0 */
/* What the generator makes is valid, and its text reads back as the same bytes. */
#include "code/assemble.h"
#include "code/verify.h"
#include "port/port.h"
#include "support/random_classes.h"
#include "support/random_unit.h"
#include "unit.h"

struct text {
    char *bytes;
    size_t size, capacity;
};

static void append(void *context, const char *bytes, size_t size)
{
    struct text *text = context;

    if (text->size + size > text->capacity) {
        text->capacity = 2 * (text->size + size);
        text->bytes = realloc(text->bytes, text->capacity);
        CHECK(text->bytes != NULL);
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

static void check_round_trip(const struct ph_unit *unit)
{
    struct text text = {NULL, 0, 0};
    struct ph_slice again;
    struct ph_error error;

    error.text[0] = 0;
    CHECK_OK(ph_disassemble(unit, ph_port_allocator(), append, &text, &error));
    struct ph_slice source = {(const uint8_t *)text.bytes, text.size};
    ph_status status = ph_assemble(source, "text", ph_port_allocator(), &again, &error);
    if (status != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s\n%.*s", error.text, (int)text.size, text.bytes);
    }
    CHECK_EQ(again.size, unit->bytes.size);
    CHECK_BYTES(again.bytes, unit->bytes.bytes, again.size);
    ph_free(ph_port_allocator(), (void *)again.bytes, again.size);
    free(text.bytes);
}

static void check_valid(uint64_t seed, struct ph_slice bytes)
{
    struct ph_unit unit;
    struct ph_error error;

    if (ph_unit_open(bytes, ph_port_allocator(), &unit, &error) != PH_OK ||
        ph_verify_unit(&unit, ph_port_allocator(), &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "seed %d: %s", (int)seed, error.text);
    }
    check_round_trip(&unit);
    ph_unit_close(&unit);
    CHECK_OK(ph_unit_open_known(bytes, ph_port_allocator(), &unit, &error));
    CHECK_OK(ph_verify_unit(&unit, ph_port_allocator(), &error));
    check_round_trip(&unit);
    ph_unit_close(&unit);
    ph_free(ph_port_allocator(), (void *)bytes.bytes, bytes.size);
}

TEST(random_units_are_valid_and_read_back_from_their_text)
{
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct random_unit_options options = {.with_imports = seed % 2,
                                              .with_traps = seed % 3 == 0,
                                              .with_objects = seed % 5 < 2};
        check_valid(seed, random_unit_make(seed, &options, ph_port_allocator()));
    }
}

TEST(random_classes_are_valid_and_read_back_from_their_text)
{
    for (uint64_t seed = 0; seed < 500; seed++) {
        check_valid(seed, random_classes_make(seed, ph_port_allocator()));
    }
}

TEST(text_tells_reference_kinds_of_signatures)
{
    static const char source[] = "signature (funcref i32 externref) -> (ref)  ; 0\n"
                                 "signature () -> (externref funcref)  ; 1\n"
                                 "signature (i64) -> ()  ; 2\n"
                                 "signature () -> ()  ; 3\n";
    struct text text = {NULL, 0, 0};
    struct ph_slice bytes;
    struct ph_unit unit;
    struct ph_error error;

    CHECK_OK(ph_assemble(PH_SLICE_TEXT(source), "text", ph_port_allocator(), &bytes, &error));
    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), &unit, &error));
    CHECK_EQ(ph_signature_ref_kind(&unit.signatures[0], 0), PH_REF_FUNCTION);
    CHECK_EQ(ph_signature_ref_kind(&unit.signatures[0], 1), PH_REF_ANY);
    CHECK_EQ(ph_signature_ref_kind(&unit.signatures[0], 2), PH_REF_EXTERN);
    CHECK_EQ(ph_signature_ref_kind(&unit.signatures[0], 3), PH_REF_ANY);
    CHECK_OK(ph_disassemble(&unit, ph_port_allocator(), append, &text, &error));
    append(&text, "", 1);
    CHECK_TEXT(text.bytes, source);
    ph_unit_close(&unit);
    ph_free(ph_port_allocator(), (void *)bytes.bytes, bytes.size);
    free(text.bytes);
}
