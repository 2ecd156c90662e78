/* SPDX-License-Identifier: Apache-2.0
 *
 * posix.h - included before every SQLite source: the POSIX names that its unix VFS mentions and
 * wasi-libc lacks. There are no users, and the database is its opener's alone (VFS "unix-none"). */
#ifndef COMPAT_POSIX_H
#define COMPAT_POSIX_H

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef F_WRLCK
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#endif
#ifndef F_GETLK
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#endif

static inline int compat_fchmod(int file, mode_t mode)
{
    (void)file;
    (void)mode;
    return 0;
}
static inline int compat_fchown(int file, uid_t owner, gid_t group)
{
    (void)file;
    (void)owner;
    (void)group;
    return 0;
}
static inline uid_t compat_geteuid(void)
{
    return 1000;
}
static inline int compat_chmod(const char *path, mode_t mode)
{
    (void)path;
    (void)mode;
    return 0;
}
static inline int compat_system(const char *command)
{
    (void)command;
    errno = ENOSYS;
    return -1;
}
#define fchmod compat_fchmod
#define fchown compat_fchown
#define geteuid compat_geteuid
#define getuid compat_geteuid
#define chmod compat_chmod
#define system compat_system

#endif
