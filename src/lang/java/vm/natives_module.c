/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/java/vm/natives.h"

ph_ref ph_java_module_of(struct ph_call *call, ph_ref loader, struct ph_slice package)
{
    (void)call;
    (void)loader;
    (void)package;
    return 0;
}

ph_status ph_java_module_natives_add(struct ph_java_vm *self)
{
    (void)self;
    return PH_OK;
}

ph_status ph_java_loader_natives_add(struct ph_java_vm *self)
{
    (void)self;
    return PH_OK;
}
