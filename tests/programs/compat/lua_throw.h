/* SPDX-License-Identifier: Apache-2.0
 *
 * lua_throw.h - Lua without setjmp, which plain WebAssembly cannot have: included before every Lua
 * source. Protected calls run; an error inside one shows its message and ends the program, and
 * coroutine.yield does the same. Scripts without either notice nothing. */
#ifndef LUA_THROW_H
#define LUA_THROW_H

#include <stdio.h>
#include <stdlib.h>

struct lua_State;
_Noreturn void lua_throw(struct lua_State *L);

#define luai_jmpbuf int
#define LUAI_TRY(L, c, a) { a }
#define LUAI_THROW(L, c) lua_throw(L)

/* WASI has no processes and no temporary names. */
#define system(command) ((void)(command), -1)
#define lua_tmpnam(buffer, failed) { (void)(buffer); failed = 1; }
#define LUA_TMPNAMBUFSIZE 32
#define tmpfile() ((FILE *)NULL)

#endif
