/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "port/host_control.h"
#include "port/port.h"
#include "unit.h"

static char *scratch_image(const char *name)
{
    static char path[1024];
    char folder[] = "/tmp/phantom-control-XXXXXX";
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* Removes the folder that scratch_image made, which is empty but perhaps for `left`. */
static void remove_folder(const char *image, const char *left)
{
    char folder[1024];
    snprintf(folder, sizeof(folder), "%s", image);
    *strrchr(folder, '/') = '\0';
    CHECK(left == NULL || unlink(left) == 0);
    CHECK(rmdir(folder) == 0);
}

/* Takes one connection and gives back what it is sent. */
static void echo(void *argument)
{
    struct ph_control_server *server = argument;
    struct ph_control *control;
    char bytes[64];
    uint64_t done = 0;
    if (ph_control_accept(server, &control) != PH_OK) {
        return;
    }
    CHECK_OK(ph_control_read(control, bytes, sizeof(bytes), &done));
    CHECK_OK(ph_control_write(control, bytes, done));
    ph_control_close(control);
}

static void converse(const char *image)
{
    struct ph_control_server *server;
    struct ph_control *control;
    struct ph_host_thread thread;
    struct ph_error error;
    char bytes[64] = "";
    uint64_t done = 0;

    CHECK_STATUS(ph_control_connect(image, &control, &error), PH_NOT_FOUND);
    CHECK_OK(ph_control_listen(image, &server, &error));
    CHECK_OK(ph_host_thread_start(&thread, "echo", echo, server));
    CHECK_OK(ph_control_connect(image, &control, &error));
    CHECK_OK(ph_control_write(control, "hello", 5));
    CHECK_OK(ph_control_read(control, bytes, sizeof(bytes), &done));
    CHECK_EQ(done, 5);
    CHECK(memcmp(bytes, "hello", 5) == 0);
    CHECK_OK(ph_control_read(control, bytes, sizeof(bytes), &done));
    CHECK_EQ(done, 0);
    ph_control_close(control);
    ph_host_thread_join(&thread);
    ph_control_free(server);
    CHECK_STATUS(ph_control_connect(image, &control, &error), PH_NOT_FOUND);
}

TEST(control_carries_a_conversation)
{
    const char *image = scratch_image("world.phantom");
    converse(image);
    remove_folder(image, NULL);
}

TEST(control_takes_names_that_are_too_long_for_an_address)
{
    char name[256];
    memset(name, 'x', 240);
    name[240] = '\0';
    const char *image = scratch_image(name);
    converse(image);
    remove_folder(image, NULL);
}

TEST(control_is_for_its_owner_alone)
{
    const char *image = scratch_image("world.phantom");
    char path[1100];
    struct ph_control_server *server;
    struct ph_error error;
    struct stat about;

    snprintf(path, sizeof(path), "%s.sock", image);
    CHECK_OK(ph_control_listen(image, &server, &error));
    CHECK(stat(path, &about) == 0);
    CHECK_EQ(about.st_mode & 07777, 0600);
    ph_control_shut(server);
    CHECK(stat(path, &about) != 0);
    ph_control_free(server);
    remove_folder(image, NULL);
}

TEST(control_replaces_what_a_dead_process_left)
{
    const char *image = scratch_image("world.phantom");
    struct ph_control_server *dead;
    struct ph_error error;

    CHECK_OK(ph_control_listen(image, &dead, &error));
    uint64_t before = ph_clock_wall_ns();
    usleep(20000);
    ph_control_touch(dead);
    uint64_t touched = ph_control_last_touch_ns(image);
    CHECK(touched > before && touched <= ph_clock_wall_ns());
    struct ph_control_server *living;
    CHECK_OK(ph_control_listen(image, &living, &error)); /* `dead` has not closed it */
    ph_control_free(living);
    ph_control_free(dead);
    remove_folder(image, NULL);
}

TEST(control_leaves_what_is_no_socket)
{
    const char *image = scratch_image("world.phantom");
    char path[1100];
    struct ph_control_server *server;
    struct ph_error error;

    snprintf(path, sizeof(path), "%s.sock", image);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fclose(file);
    CHECK_STATUS(ph_control_listen(image, &server, &error), PH_EXISTS);
    CHECK(access(path, F_OK) == 0);
    CHECK_STATUS(ph_control_listen("/nonexistent/world.phantom", &server, &error), PH_IO);
    remove_folder(image, path);
}
