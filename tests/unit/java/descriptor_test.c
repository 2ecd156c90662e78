/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "lang/java/descriptor.h"
#include "unit.h"

static struct ph_slice slice(const char *text)
{
    return (struct ph_slice){(const uint8_t *)text, strlen(text)};
}

TEST(java_names)
{
    CHECK(ph_java_is_unqualified_name(slice("a")));
    CHECK(ph_java_is_unqualified_name(slice("<odd> name")));
    CHECK(!ph_java_is_unqualified_name(slice("")));
    CHECK(!ph_java_is_unqualified_name(slice("a.b")));
    CHECK(!ph_java_is_unqualified_name(slice("a/b")));
    CHECK(!ph_java_is_unqualified_name(slice("a;")));
    CHECK(!ph_java_is_unqualified_name(slice("[a")));

    CHECK(ph_java_is_method_name(slice("<init>")));
    CHECK(ph_java_is_method_name(slice("<clinit>")));
    CHECK(!ph_java_is_method_name(slice("<other>")));
    CHECK(!ph_java_is_method_name(slice("a>")));
    CHECK(!ph_java_is_method_name(slice("")));

    CHECK(ph_java_is_class_name(slice("java/lang/Object")));
    CHECK(ph_java_is_class_name(slice("A")));
    CHECK(!ph_java_is_class_name(slice("")));
    CHECK(!ph_java_is_class_name(slice("/A")));
    CHECK(!ph_java_is_class_name(slice("a//A")));
    CHECK(!ph_java_is_class_name(slice("a/")));
    CHECK(!ph_java_is_class_name(slice("a.A")));
    CHECK(!ph_java_is_class_name(slice("[I")));

    CHECK(ph_java_is_module_name(slice("java.base")));
    CHECK(ph_java_is_module_name(slice("a\\:b\\@c\\\\")));
    CHECK(!ph_java_is_module_name(slice("a:b")));
    CHECK(!ph_java_is_module_name(slice("a\\")));
    CHECK(!ph_java_is_module_name(slice("a\nb")));
    CHECK(!ph_java_is_module_name(slice("")));
}

TEST(java_packages_and_primitive_types)
{
    CHECK(ph_slice_equal(ph_java_package_of(slice("java/lang/Object")), slice("java/lang")));
    CHECK_EQ(ph_java_package_of(slice("A")).size, 0);
    CHECK_EQ(ph_java_package_of(slice("")).size, 0);
    for (uint32_t letter = 0; letter < 256; letter++) {
        const char *name = ph_java_primitive_name((uint8_t)letter);
        bool is_known = letter != 0 && strchr("BCDFIJSVZ", (int)letter) != NULL;
        CHECK_EQ(name != NULL, is_known);
        CHECK_EQ(ph_java_is_primitive((uint8_t)letter), is_known && letter != 'V');
    }
}

TEST(java_descriptors)
{
    char text[600];
    CHECK(ph_java_is_field_descriptor(slice("I")));
    CHECK(ph_java_is_field_descriptor(slice("[[Ljava/lang/String;")));
    CHECK(!ph_java_is_field_descriptor(slice("")));
    CHECK(!ph_java_is_field_descriptor(slice("V")));
    CHECK(!ph_java_is_field_descriptor(slice("II")));
    CHECK(!ph_java_is_field_descriptor(slice("[")));
    CHECK(!ph_java_is_field_descriptor(slice("Ljava/lang/String")));
    CHECK(!ph_java_is_field_descriptor(slice("L;")));
    CHECK(!ph_java_is_field_descriptor(slice("La.b;")));
    memset(text, '[', 256);
    memcpy(text + 255, "I", 2);
    CHECK(ph_java_is_field_descriptor(slice(text)));
    memcpy(text + 255, "[I", 3);
    CHECK(!ph_java_is_field_descriptor(slice(text)));

    CHECK(ph_java_is_method_descriptor(slice("()V")));
    CHECK(ph_java_is_method_descriptor(slice("(I[JLa/B;)[Lc;")));
    CHECK(!ph_java_is_method_descriptor(slice("(V)V")));
    CHECK(!ph_java_is_method_descriptor(slice("()")));
    CHECK(!ph_java_is_method_descriptor(slice("()VV")));
    CHECK(!ph_java_is_method_descriptor(slice("(I")));
    CHECK(!ph_java_is_method_descriptor(slice("I")));
    memset(text, 'I', sizeof(text));
    text[0] = '(';
    strcpy(text + 256, ")V"); /* 255 of them */
    CHECK(ph_java_is_method_descriptor(slice(text)));
    CHECK_EQ(ph_java_parameter_slots(slice(text)), 255);
    text[1] = 'D';
    CHECK(!ph_java_is_method_descriptor(slice(text)));
}

TEST(java_parameters_one_by_one)
{
    struct ph_slice rest = slice("(IJ[[DLa/)b;[Lc;)La)b;"), type;
    const char *expected[] = {"I", "J", "[[D", "La/)b;", "[Lc;"};
    CHECK(ph_java_is_method_descriptor(rest));
    CHECK_EQ(ph_java_parameter_slots(rest), 6);
    struct ph_slice result = ph_java_result(rest);
    CHECK(result.size == 5 && memcmp(result.bytes, "La)b;", 5) == 0);
    for (uint32_t i = 0; i < PH_COUNT(expected); i++) {
        CHECK(ph_java_next_parameter(&rest, &type));
        CHECK(type.size == strlen(expected[i]) && memcmp(type.bytes, expected[i], type.size) == 0);
    }
    CHECK(!ph_java_next_parameter(&rest, &type));
    rest = ph_java_class_of(slice("La/b;"));
    CHECK(rest.size == 3 && memcmp(rest.bytes, "a/b", 3) == 0);
    CHECK_EQ(ph_java_class_of(slice("[I")).size, 2);
}

TEST(java_modified_utf8)
{
    CHECK(ph_java_is_utf8(slice(""), false));
    CHECK(ph_java_is_utf8(slice("a\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"), false));
    CHECK(ph_java_is_utf8(slice("\xc0\x80"), false));                 /* NUL */
    CHECK(ph_java_is_utf8(slice("\xed\xa0\x80\xed\xb0\x80"), false)); /* a surrogate pair */
    CHECK(ph_java_is_utf8(slice("\xed\xb0\x80"), false));             /* half of one */
    CHECK(!ph_java_is_utf8((struct ph_slice){(const uint8_t *)"a\0b", 3}, false));
    CHECK(!ph_java_is_utf8(slice("\x80"), false));
    CHECK(!ph_java_is_utf8(slice("\xc2"), false));
    CHECK(!ph_java_is_utf8(slice("\xc2\x20"), false));
    CHECK(!ph_java_is_utf8(slice("\xe0\xa0"), false));
    CHECK(!ph_java_is_utf8(slice("\xf0\x90\x80\x80"), false));
    CHECK(!ph_java_is_utf8(slice("\xff"), true));
    CHECK(!ph_java_is_utf8(slice("\xc1\x81"), false)); /* too long for an A */
    CHECK(ph_java_is_utf8(slice("\xc1\x81"), true));
    CHECK(!ph_java_is_utf8(slice("\xe0\x81\x81"), false));
    CHECK(ph_java_is_utf8(slice("\xe0\x81\x81"), true));
}

TEST(java_every_utf16_unit_there_and_back)
{
    for (uint32_t unit = 0; unit <= UINT16_MAX; unit++) {
        uint16_t units[3] = {'x', (uint16_t)unit, 'y'}, back[3];
        uint8_t bytes[9];
        uint64_t size = ph_java_from_utf16(units, 3, bytes);
        CHECK_EQ(size, ph_java_from_utf16(units, 3, NULL));
        struct ph_slice text = {bytes, size};
        CHECK(ph_java_is_utf8(text, false));
        CHECK_EQ(ph_java_to_utf16(text, NULL), 3);
        CHECK_EQ(ph_java_to_utf16(text, back), 3);
        CHECK_BYTES(units, back, sizeof(units));
    }
}
