/* SPDX-License-Identifier: Apache-2.0
 *
 * lua_throw.c - what is left to do with a Lua error when there is nowhere to jump to. */
#include <stdio.h>
#include <stdlib.h>

#include "lua.h"

_Noreturn void lua_throw(lua_State *L)
{
    const char *message = lua_gettop(L) > 0 ? lua_tostring(L, -1) : NULL;
    fflush(stdout);
    fprintf(stderr, "lua: %s\n", message != NULL ? message : "error, or a coroutine that yields");
    exit(1);
}
