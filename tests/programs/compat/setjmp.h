/* SPDX-License-Identifier: Apache-2.0
 *
 * setjmp.h - for Lua's ldo.c, which includes it and is built not to use it (see lua.h here). */
