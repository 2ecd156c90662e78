/* SPDX-License-Identifier: Apache-2.0 */
/* inflate.h - unpacks a deflate stream (RFC 1951) that is there as a whole into memory that has
 * exactly the size of what comes out. Any bytes are fine; nothing allocates. */
#ifndef PH_LANG_JAVA_INFLATE_H
#define PH_LANG_JAVA_INFLATE_H

#include "base/status.h"

/* Fills `size` bytes. Bytes behind the end of the stream are ignored. PH_MALFORMED: no deflate
 * stream; PH_TRUNCATED: it goes on after its last byte; PH_LIMIT: it has more than `size` bytes;
 * PH_INVALID: it has less. `to` is partly written then. */
PH_MUST_CHECK ph_status ph_inflate(struct ph_slice packed, uint8_t *to, uint64_t size);

#endif
