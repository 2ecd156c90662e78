/* SPDX-License-Identifier: Apache-2.0 */
/* wasm.h - turns a WebAssembly module into a unit.
 *
 * Core spec 2.0 without SIMD. One pass over the module decodes, validates (spec section 3 and the
 * algorithm of its appendix) and emits; the work is linear in the module's size. The front end is
 * not trusted: what it emits is verified like anybody's unit.
 *
 * Translation of a function body: blocks become labels; a branch out of a deeper stack is preceded
 * by `squeeze`; code that cannot be reached is validated and not emitted. Imports, exports,
 * segments and index spaces carry over one to one; "name" custom sections give function names. */
#ifndef PH_LANG_WASM_WASM_H
#define PH_LANG_WASM_WASM_H

#include "base/memory.h"
#include "base/status.h"

/* True if `bytes` begins like a module (magic number). */
bool ph_wasm_is_module(struct ph_slice bytes);

/* The unit's bytes are allocated from `allocator` and owned by the caller (free with unit->size).
 * PH_MALFORMED and PH_INVALID carry the test suite's words in the text ("type mismatch",
 * "unexpected end", …), then function and byte offset. PH_UNSUPPORTED names the proposal that
 * the module needs (SIMD, exceptions, threads, …). */
PH_MUST_CHECK ph_status ph_wasm_translate(struct ph_slice module, struct ph_allocator *allocator,
                                          struct ph_slice *unit, struct ph_error *error);

#endif
