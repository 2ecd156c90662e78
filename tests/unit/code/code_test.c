/* SPDX-License-Identifier: Apache-2.0 */
#include "code/code.h"
#include "unit.h"

static struct ph_slice slice(const char *bytes, uint64_t size)
{
    return (struct ph_slice){(const uint8_t *)bytes, size};
}
#define BYTES(literal) slice((literal), sizeof(literal) - 1)

static ph_status uleb(struct ph_slice bytes, unsigned bits, uint64_t *value)
{
    uint64_t offset = 0;

    return ph_read_uleb(bytes, &offset, bits, value);
}

static ph_status sleb(struct ph_slice bytes, unsigned bits, int64_t *value)
{
    uint64_t offset = 0;

    return ph_read_sleb(bytes, &offset, bits, value);
}

TEST(uleb_reads_what_fits)
{
    uint64_t value = 0;

    CHECK_OK(uleb(BYTES("\x00"), 32, &value));
    CHECK_EQ(value, 0);
    CHECK_OK(uleb(BYTES("\xe5\x8e\x26"), 32, &value));
    CHECK_EQ(value, 624485);
    CHECK_OK(uleb(BYTES("\xff\xff\xff\xff\x0f"), 32, &value));
    CHECK_EQ(value, UINT32_MAX);
    CHECK_OK(uleb(BYTES("\x80\x80\x80\x80\x00"), 32, &value));
    CHECK_EQ(value, 0);
    CHECK_OK(uleb(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 64, &value));
    CHECK_EQ(value, UINT64_MAX);
}

TEST(uleb_refuses_the_rest)
{
    uint64_t value = 0;

    CHECK_STATUS(uleb(BYTES(""), 32, &value), PH_TRUNCATED);
    CHECK_STATUS(uleb(BYTES("\x80"), 32, &value), PH_TRUNCATED);
    CHECK_STATUS(uleb(BYTES("\xff\xff\xff\xff\x1f"), 32, &value), PH_MALFORMED);
    CHECK_STATUS(uleb(BYTES("\x80\x80\x80\x80\x80\x00"), 32, &value), PH_MALFORMED);
    CHECK_STATUS(uleb(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), 64, &value),
                 PH_MALFORMED);
}

TEST(sleb_reads_what_fits)
{
    int64_t value = 0;

    CHECK_OK(sleb(BYTES("\x7f"), 32, &value));
    CHECK(value == -1);
    CHECK_OK(sleb(BYTES("\x3f"), 32, &value));
    CHECK(value == 63);
    CHECK_OK(sleb(BYTES("\x80\x80\x80\x80\x78"), 32, &value));
    CHECK(value == INT32_MIN);
    CHECK_OK(sleb(BYTES("\xff\xff\xff\xff\x07"), 32, &value));
    CHECK(value == INT32_MAX);
    CHECK_OK(sleb(BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f"), 64, &value));
    CHECK(value == INT64_MIN);
    CHECK_OK(sleb(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00"), 64, &value));
    CHECK(value == INT64_MAX);
}

TEST(sleb_refuses_the_rest)
{
    int64_t value = 0;

    CHECK_STATUS(sleb(BYTES("\xff"), 32, &value), PH_TRUNCATED);
    CHECK_STATUS(sleb(BYTES("\x80\x80\x80\x80\x08"), 32, &value), PH_MALFORMED);
    CHECK_STATUS(sleb(BYTES("\xff\xff\xff\xff\x4f"), 32, &value), PH_MALFORMED);
    CHECK_STATUS(sleb(BYTES("\x80\x80\x80\x80\xf8\x00"), 32, &value), PH_MALFORMED);
    CHECK_STATUS(sleb(BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), 64, &value),
                 PH_MALFORMED);
}

TEST(decode_reads_every_kind_of_immediate)
{
    struct ph_insn insn;

    CHECK_OK(ph_insn_decode(BYTES("\x15\x7f"), 0, &insn));
    CHECK_EQ(insn.opcode, PH_OP_i32_const);
    CHECK_EQ(insn.immediate[0], UINT64_MAX);
    CHECK_EQ(insn.next, 2);
    CHECK_OK(ph_insn_decode(BYTES("\x01\x17\x00\x00\x80\x3f"), 1, &insn));
    CHECK_EQ(insn.immediate[0], 0x3f800000);
    CHECK_OK(ph_insn_decode(BYTES("\x18\x01\x02\x03\x04\x05\x06\x07\x08"), 0, &insn));
    CHECK_EQ(insn.immediate[0], 0x0807060504030201);
    CHECK_OK(ph_insn_decode(BYTES("\xf1\x01\x02\x03"), 0, &insn));
    CHECK_EQ(insn.opcode, PH_OP_memory_copy);
    CHECK_EQ(insn.immediate_count, 2);
    CHECK_EQ(insn.immediate[1], 3);
}

TEST(decode_reads_a_br_table)
{
    struct ph_slice code = BYTES("\x06\x02\x05\x86\x01\x07");
    struct ph_insn insn;

    CHECK_OK(ph_insn_decode(code, 0, &insn));
    CHECK_EQ(insn.immediate[0], 2);
    CHECK_EQ(insn.next, 6);
    uint32_t cursor = insn.targets_offset;
    CHECK_EQ(ph_insn_next_target(code, &cursor), 5);
    CHECK_EQ(ph_insn_next_target(code, &cursor), 134);
    CHECK_EQ(ph_insn_next_target(code, &cursor), 7);
    CHECK_STATUS(ph_insn_decode(BYTES("\x06\x02\x05\x06"), 0, &insn), PH_TRUNCATED);
    CHECK_STATUS(ph_insn_decode(BYTES("\x06\xff\xff\xff\xff\x0f\x00"), 0, &insn), PH_TRUNCATED);
}

TEST(decode_refuses_what_is_no_instruction)
{
    struct ph_insn insn;

    CHECK_STATUS(ph_insn_decode(BYTES(""), 0, &insn), PH_TRUNCATED);
    CHECK_STATUS(ph_insn_decode(BYTES("\x01"), 1, &insn), PH_TRUNCATED);
    CHECK_STATUS(ph_insn_decode(BYTES("\xef"), 0, &insn), PH_MALFORMED);
    CHECK_STATUS(ph_insn_decode(BYTES("\xf0\x01"), 0, &insn), PH_MALFORMED);
    CHECK_STATUS(ph_insn_decode(BYTES("\xff\x00"), 0, &insn), PH_MALFORMED);
    CHECK_STATUS(ph_insn_decode(BYTES("\xf1"), 0, &insn), PH_TRUNCATED);
    CHECK_STATUS(ph_insn_decode(BYTES("\x18\x01\x02\x03"), 0, &insn), PH_TRUNCATED);
    CHECK_STATUS(ph_insn_decode(BYTES("\x08\x80"), 0, &insn), PH_TRUNCATED);
}

TEST(table_names_every_op_and_nothing_else)
{
    CHECK_TEXT(ph_op_info(PH_OP_i32_add)->name, "i32_add");
    CHECK(ph_op_info(0xef)->name == NULL);
    CHECK(ph_op_info(0x1ff)->name == NULL);
    CHECK(ph_op_info(UINT32_MAX)->name == NULL);
    for (uint32_t i = 0; i < PH_OPCODE_LIMIT; i++) {
        const struct ph_op_info *info = ph_op_info(i);
        CHECK(info->name == NULL || (info->immediates != NULL && info->stack != NULL));
        CHECK(info->name == NULL || strlen(info->immediates) <= 2);
        CHECK(info->name == NULL || i < 0xf0 || i >= 0x100);
    }
    CHECK_TEXT(ph_type_name(PH_REF), "ref");
    CHECK_TEXT(ph_type_name(9), "?");
    CHECK_TEXT(ph_trap_text(2), "integer divide by zero");
}
