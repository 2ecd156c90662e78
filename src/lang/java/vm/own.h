/* SPDX-License-Identifier: Apache-2.0 */
/* own.h - the classes of package phantom.vm, as the build made them from java/ (own_classes.def is
 * written by scripts/java-classes). */
#ifndef PH_LANG_JAVA_OWN_H
#define PH_LANG_JAVA_OWN_H

#include "base/common.h"

/* The class file of "phantom/vm/NAME"; false: there is none. */
bool ph_java_own_class(struct ph_slice name, struct ph_slice *bytes);

#endif
