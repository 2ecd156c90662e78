/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/assert.h"
#include "unit.h"

static void check_as_libc(int line, const char *format, ...)
{
    char ours[200], theirs[200];
    va_list arguments;
    va_start(arguments, format);
    size_t our_length = ph_text_vprintf(ours, sizeof(ours), format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    int their_length = vsnprintf(theirs, sizeof(theirs), format, arguments);
    va_end(arguments);
    unit_check_text(ours, theirs, __FILE__, line);
    unit_check_eq(our_length, (uint64_t)their_length, "our length", "libc's", __FILE__, line);
}
#define SAME(...) check_as_libc(__LINE__, __VA_ARGS__)

TEST(printf_prints_as_libc_does)
{
    SAME("%s", "");
    SAME("plain 100%%");
    SAME("%s and %s", "one", "two");
    SAME("[%10s] [%-10s] [%.2s] [%10.2s] [%-10.2s|]", "abc", "abc", "abc", "abc", "abc");
    SAME("[%.*s] [%.*s]", 2, "abcdef", 0, "abcdef");
    SAME("[%*s] [%*s]", 6, "ab", -6, "ab");
    SAME("[%c%c] [%3c] [%-3c]", 'a', 'b', 'c', 'd');
    SAME("%d %d %d %i", 0, 1, -1, 42);
    SAME("%d %d", INT32_MAX, INT32_MIN);
    SAME("%ld %lld %zd", INT64_MIN, (long long)INT64_MAX, (size_t)5);
    SAME("%u %u %lu %llu %zu", 0u, UINT32_MAX, UINT64_MAX, (unsigned long long)1, (size_t)9);
    SAME("%x %X %lx %llX", 0xbeefu, 0xbeefu, UINT64_MAX, 0x123456789abcdefull);
    SAME("[%5d] [%-5d] [%05d] [%05d] [%2d]", 42, 42, 42, -42, 12345);
    SAME("[%08x] [%-8x] [%016lx]", 0xabcu, 0xabcu, (unsigned long)0xabc);
    SAME("%p", (void *)0x1234);
}

TEST(printf_keeps_to_its_room)
{
    char room[8];
    memset(room, '#', sizeof(room));
    CHECK_EQ(ph_text_printf(room, 4, "%s", "abcdefgh"), 8);
    CHECK_TEXT(room, "abc");
    CHECK_EQ(room[4], '#');
    CHECK_EQ(ph_text_printf(room, 1, "%d", 12345), 5);
    CHECK_TEXT(room, "");
    CHECK_EQ(ph_text_printf(NULL, 0, "%d", 12345), 5);
    CHECK_EQ(ph_text_printf(room, 4, "%s", "abc"), 3);
    CHECK_TEXT(room, "abc");
}

TEST(printf_reads_no_further_than_the_precision)
{
    const char letters[3] = {'a', 'b', 'c'}; /* no NUL */
    char text[16];
    ph_text_printf(text, sizeof(text), "%.*s", 3, letters);
    CHECK_TEXT(text, "abc");
}

TEST(printf_names_null)
{
    char text[16];
    const char *volatile nothing = NULL;
    ph_text_printf(text, sizeof(text), "%s", nothing);
    CHECK_TEXT(text, "(null)");
}

static bool is_utf8(const char *text)
{
    return ph_text_is_utf8((const uint8_t *)text, strlen(text));
}

TEST(utf8_by_example)
{
    CHECK(is_utf8(""));
    CHECK(is_utf8("ascii"));
    CHECK(is_utf8("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"));
    CHECK(is_utf8("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"));
    CHECK(!is_utf8("\x80"));
    CHECK(!is_utf8("\xc0\x80")); /* overlong NUL */
    CHECK(!is_utf8("\xc1\xbf"));
    CHECK(!is_utf8("\xe0\x9f\xbf"));     /* overlong */
    CHECK(!is_utf8("\xed\xa0\x80"));     /* surrogate */
    CHECK(!is_utf8("\xf0\x8f\xbf\xbf")); /* overlong */
    CHECK(!is_utf8("\xf4\x90\x80\x80")); /* beyond U+10FFFF */
    CHECK(!is_utf8("\xf5\x80\x80\x80"));
    CHECK(!is_utf8("\xc3"));
    CHECK(!is_utf8("\xe2\x82"));
    CHECK(!is_utf8("\xf0\x9f\x98"));
    CHECK(!is_utf8("\xc3(") && !is_utf8("\xe2\x82(") && !is_utf8("\xf0\x9f\x98("));
}

static unsigned encode(uint32_t point, uint8_t *to)
{
    if (point < 0x80) {
        to[0] = (uint8_t)point;
        return 1;
    }
    if (point < 0x800) {
        to[0] = (uint8_t)(0xc0 | point >> 6);
        to[1] = (uint8_t)(0x80 | (point & 63));
        return 2;
    }
    if (point < 0x10000) {
        to[0] = (uint8_t)(0xe0 | point >> 12);
        to[1] = (uint8_t)(0x80 | (point >> 6 & 63));
        to[2] = (uint8_t)(0x80 | (point & 63));
        return 3;
    }
    to[0] = (uint8_t)(0xf0 | point >> 18);
    to[1] = (uint8_t)(0x80 | (point >> 12 & 63));
    to[2] = (uint8_t)(0x80 | (point >> 6 & 63));
    to[3] = (uint8_t)(0x80 | (point & 63));
    return 4;
}

TEST(utf8_takes_every_code_point_and_no_part_of_one)
{
    for (uint32_t point = 0; point < 0x120000; point++) {
        uint8_t bytes[4];
        unsigned count = encode(point, bytes);
        bool is_scalar = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
        CHECK_EQ(ph_text_is_utf8(bytes, count), is_scalar);
        CHECK(count == 1 || !ph_text_is_utf8(bytes, count - 1));
        CHECK(count == 1 || !ph_text_is_utf8(bytes + 1, count - 1));
    }
}

TEST(utf8_two_byte_strings_exhaustively)
{
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            uint8_t bytes[2] = {(uint8_t)first, (uint8_t)second};
            bool is_ascii = first < 0x80 && second < 0x80;
            bool is_pair = first >= 0xc2 && first <= 0xdf && second >= 0x80 && second <= 0xbf;
            CHECK_EQ(ph_text_is_utf8(bytes, 2), is_ascii || is_pair);
        }
    }
}

TEST(slices_compare_bytewise)
{
    CHECK(ph_slice_equal(PH_SLICE_TEXT("abc"), PH_SLICE_TEXT("abc")));
    CHECK(!ph_slice_equal(PH_SLICE_TEXT("abc"), PH_SLICE_TEXT("abd")));
    CHECK(!ph_slice_equal(PH_SLICE_TEXT("abc"), PH_SLICE_TEXT("ab")));
    CHECK(ph_slice_equal((struct ph_slice){NULL, 0}, PH_SLICE_TEXT("")));
    CHECK(ph_slice_compare(PH_SLICE_TEXT("a"), PH_SLICE_TEXT("b")) < 0);
    CHECK(ph_slice_compare(PH_SLICE_TEXT("b"), PH_SLICE_TEXT("a")) > 0);
    CHECK(ph_slice_compare(PH_SLICE_TEXT("a"), PH_SLICE_TEXT("ab")) < 0);
    CHECK(ph_slice_compare(PH_SLICE_TEXT("ab"), PH_SLICE_TEXT("a")) > 0);
    CHECK(ph_slice_compare(PH_SLICE_TEXT("\xff"), PH_SLICE_TEXT("\x01")) > 0);
    CHECK_EQ(ph_slice_compare((struct ph_slice){NULL, 0}, PH_SLICE_TEXT("")), 0);
}

TEST(statuses_have_texts)
{
    CHECK_TEXT(ph_status_text(PH_OK), "ok");
    CHECK_TEXT(ph_status_text(PH_POWER_CUT), "power cut");
    CHECK_TEXT(ph_status_text((ph_status)99), "unknown status");
}

TEST(errors_say_what_and_where)
{
    struct ph_error error;
    CHECK_STATUS(ph_fail(&error, PH_DAMAGED, "%s: cut %llu", "a.phantom", 17ull), PH_DAMAGED);
    CHECK_STATUS(error.status, PH_DAMAGED);
    CHECK_TEXT(error.text, "a.phantom: cut 17");
    ph_error_prefix(&error, "%s", "resume");
    CHECK_TEXT(error.text, "resume: a.phantom: cut 17");
    CHECK_STATUS(ph_fail(NULL, PH_IO, "unheard"), PH_IO);
    ph_error_prefix(NULL, "unheard");
}

TEST(errors_keep_to_their_room)
{
    char long_text[1000];
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = 0;
    struct ph_error error;
    CHECK_STATUS(ph_fail(&error, PH_IO, "%s", long_text), PH_IO);
    CHECK_EQ(strlen(error.text), sizeof(error.text) - 1);
    ph_error_prefix(&error, "p");
    CHECK_EQ(strlen(error.text), sizeof(error.text) - 1);
    CHECK(strncmp(error.text, "p: xxx", 6) == 0);
    ph_error_prefix(&error, "%s", long_text);
    CHECK_EQ(strlen(error.text), sizeof(error.text) - 1);
}

static void assert_falsehood(void *argument) { PH_ASSERT(argument == NULL); }

TEST(assertions_end_the_process)
{
    CHECK_DIES(assert_falsehood, "not NULL");
    CHECK(!unit_dies(assert_falsehood, NULL));
}
