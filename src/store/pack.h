/* SPDX-License-Identifier: Apache-2.0 */
/* pack.h - the content of one page as a log record.
 *
 * Packed: a bitmap of 512 bits (64 bytes), one for each 8-byte word of the page in order, then the
 * words whose bit is 1. Bit i is bit i % 8 of byte i / 8. Unpacking trusts nothing: the bytes may
 * come from a damaged disk. */
#ifndef PH_STORE_PACK_H
#define PH_STORE_PACK_H

#include "store/format.h"

/* A packed page larger than this is kept raw: unpacking it would cost more than it saves. */
#define PH_PACK_BYTES_MAX 3072u

/* Chooses the smallest kind for `content` (one page). Packed bytes go to `to`, which has room for
 * PH_PACK_ROOM_BYTES; the raw kind leaves it in an undefined state. Sets record->kind and bytes. */
#define PH_PACK_ROOM_BYTES (64u + PH_PAGE_BYTES)
void ph_pack(const void *content, uint8_t *to, struct ph_record *record);

/* Only tells a page of zeros from others. */
void ph_pack_none(const void *content, struct ph_record *record);

/* Are kind and size of `record` possible? `content` (record->bytes) is not looked at. */
bool ph_record_is_sane(const struct ph_record *record);

/* Restores a page from `content` of record->bytes bytes. PH_DAMAGED: `page` is undefined then. */
PH_MUST_CHECK ph_status ph_unpack(const struct ph_record *record, const uint8_t *content,
                                  uint8_t *page);

#endif
