/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/java/vm/own.h"

#include "base/text.h"
#include "lang/java/vm/own_classes.def"

bool ph_java_own_class(struct ph_slice name, struct ph_slice *bytes)
{
    for (uint32_t i = 0; i < PH_COUNT(classes); i++) {
        if (ph_slice_equal(classes[i].name, name)) {
            *bytes = classes[i].bytes;
            return true;
        }
    }
    return false;
}
