/* SPDX-License-Identifier: Apache-2.0 */
/* format_test.c - docs/formats/world.md says what device/object.h does. */
#include "device/object.h"
#include "support/format_page.h"

static const struct format_field fields[] = {
    FORMAT_FIELD(ph_files, head), FORMAT_FIELD(ph_files, root_ref),
    FORMAT_FIELD(ph_files, mounts_ref), FORMAT_FIELD(ph_files, next_inode),
    FORMAT_FIELD(ph_files, node_count), FORMAT_FIELD(ph_files, input_bytes),
    FORMAT_FIELD(ph_node, head), FORMAT_FIELD(ph_node, inode), FORMAT_FIELD(ph_node, size_bytes),
    FORMAT_FIELD(ph_node, accessed_ns), FORMAT_FIELD(ph_node, modified_ns),
    FORMAT_FIELD(ph_node, changed_ns), FORMAT_FIELD(ph_node, type),
    FORMAT_FIELD(ph_node, permissions),
    FORMAT_FIELD(ph_node, link_count), FORMAT_FIELD(ph_node, open_count),
    FORMAT_FIELD(ph_node, parent_ref), FORMAT_FIELD(ph_file, node),
    FORMAT_FIELD(ph_file, written_bytes), FORMAT_FIELD(ph_file, chunks),
    FORMAT_FIELD(ph_folder, node), FORMAT_FIELD(ph_folder, entries_ref),
    FORMAT_FIELD(ph_folder, index_ref), FORMAT_FIELD(ph_folder, capacity),
    FORMAT_FIELD(ph_folder, used_count), FORMAT_FIELD(ph_folder, live_count),
    FORMAT_FIELD(ph_folder, unused), FORMAT_FIELD(ph_folder, next_cookie),
    FORMAT_FIELD(ph_link, node), FORMAT_FIELD(ph_link, target_ref), FORMAT_FIELD(ph_link, unused),
    FORMAT_FIELD(ph_descriptor, head), FORMAT_FIELD(ph_descriptor, kind),
    FORMAT_FIELD(ph_descriptor, flags), FORMAT_FIELD(ph_descriptor, rights_base),
    FORMAT_FIELD(ph_descriptor, rights_inheriting), FORMAT_FIELD(ph_descriptor, offset),
    FORMAT_FIELD(ph_descriptor, node_ref), FORMAT_FIELD(ph_descriptor, mount_ref),
    FORMAT_FIELD(ph_descriptor, path_ref), FORMAT_FIELD(ph_descriptor, preopen_ref),
    FORMAT_FIELD(ph_descriptor, is_writable), FORMAT_FIELD(ph_descriptor, unused),
    FORMAT_FIELD(ph_mount, head), FORMAT_FIELD(ph_mount, next_ref),
    FORMAT_FIELD(ph_mount, program_ref), FORMAT_FIELD(ph_mount, guest_ref),
    FORMAT_FIELD(ph_mount, host_ref),
};

TEST(the_page_has_every_field)
{
    format_check(fields, PH_COUNT(fields));
}

TEST(the_page_has_every_class)
{
    format_check_classes(ph_device_classes, ph_device_class_count);
}
