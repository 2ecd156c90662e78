/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/java/vm/vm.h"

ph_status ph_java_lang_natives_add(struct ph_java_vm *self)
{
    (void)self;
    return PH_OK;
}
