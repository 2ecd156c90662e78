/* SPDX-License-Identifier: Apache-2.0 */
/* section.h - the frame of the unit format, shared by its reader and its writer only.
 * docs/formats/unit.md describes it. */
#ifndef PH_CODE_SECTION_H
#define PH_CODE_SECTION_H

#include "base/common.h"

#define PH_UNIT_MAGIC "PHU\x1a"
#define PH_UNIT_MAGIC_BYTES 4u
#define PH_UNIT_VERSION 4u
#define PH_UNIT_VERSION_MIN 1u     /* its signatures have no kinds of references: all are any */
#define PH_UNIT_VERSION_CLASSES 3u /* the first with classes, and with handlers in bodies */
#define PH_UNIT_VERSION_ASKS 4u /* the first with an array root, and with a link function */
#define PH_UNIT_HEADER_BYTES 8u
#define PH_SECTION_HEADER_BYTES 5u /* number, u32 size of what follows */

enum ph_section {
    PH_SECTION_NAME = 1,
    PH_SECTION_SIGNATURES = 2,
    PH_SECTION_IMPORTS = 3,
    PH_SECTION_FUNCTIONS = 4,
    PH_SECTION_TABLES = 5,
    PH_SECTION_MEMORIES = 6,
    PH_SECTION_GLOBALS = 7,
    PH_SECTION_EXPORTS = 8,
    PH_SECTION_START = 9,
    PH_SECTION_ELEMENTS = 10,
    PH_SECTION_DATAS = 11,
    PH_SECTION_FUNCTION_NAMES = 12,
    PH_SECTION_CLASS_REFS = 13,
    PH_SECTION_CLASS_DEFS = 14,
    PH_SECTION_FIELD_REFS = 15,
    PH_SECTION_METHOD_REFS = 16,
    PH_SECTION_BYTES_CONSTANTS = 17,
    PH_SECTION_TRAP_FUNCTION = 18,
    PH_SECTION_ARRAY_ROOT = 19,
    PH_SECTION_LINK_FUNCTION = 20,
    PH_SECTION_CONSTANTS = 21,
    PH_SECTION_ORIGIN = 22,
    PH_SECTION_LIMIT = 23
};

/* A type in a signature is one byte: the enum ph_type, and its enum ph_ref_kind from this bit. */
#define PH_SIGNATURE_KIND_SHIFT 4u
#define PH_SIGNATURE_TYPE_MASK 0x0fu

#endif
