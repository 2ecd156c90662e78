/* SPDX-License-Identifier: Apache-2.0 */
/* classes.h - the sections of a unit that are about classes.
 *
 * Private to src/code: unit.c calls these in the order of the sections. */
#ifndef PH_CODE_CLASSES_H
#define PH_CODE_CLASSES_H

#include "code/reader.h"

void ph_classes_read_class_refs(struct reader *r);
void ph_classes_read_definitions(struct reader *r);
void ph_classes_read_field_refs(struct reader *r);
void ph_classes_read_method_refs(struct reader *r);
void ph_classes_read_array_root(struct reader *r);
/* Last: class references and exports name definitions that are there. */
PH_MUST_CHECK ph_status ph_classes_check(const struct ph_unit *unit, struct ph_error *error);

#endif
