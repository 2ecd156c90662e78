/* SPDX-License-Identifier: Apache-2.0 */
/* reference_verifier.h - the verifier's rules a second time, slow and simple: the stack is a list
 * of types, a label's stack is a list, comparing is comparing lists. Written from the texts of
 * opcodes.def and verify.h, to be compared with src/code/verify.c. */
#ifndef PH_TESTS_SUPPORT_REFERENCE_VERIFIER_H
#define PH_TESTS_SUPPORT_REFERENCE_VERIFIER_H

#include "code/verify.h"

/* Whether the function may run. If `facts` is not NULL and it may, also compares the sites, and
 * returns false in *facts_agree if they differ. Uses malloc. */
bool reference_verify(const struct ph_unit *unit, const struct ph_function *function,
                      const struct ph_function_facts *facts, bool *facts_agree);

#endif
