/* SPDX-License-Identifier: Apache-2.0 */
#include "device/object.h"

#define AT(type, field) (uint16_t) offsetof(struct type, field)

const struct ph_class_info ph_device_classes[] = {
    {PH_CLASS_FILES, "files", PH_LAYOUT_PLAIN, sizeof(struct ph_files), PH_CLASS_PINNED, 2,
     {AT(ph_files, root_ref), AT(ph_files, mounts_ref)}},
    {PH_CLASS_FILE, "file", PH_LAYOUT_PLAIN, sizeof(struct ph_file), PH_CLASS_PINNED, 1,
     {AT(ph_file, node.parent_ref)}},
    {PH_CLASS_FOLDER, "folder", PH_LAYOUT_PLAIN, sizeof(struct ph_folder), PH_CLASS_PINNED, 3,
     {AT(ph_folder, node.parent_ref), AT(ph_folder, entries_ref), AT(ph_folder, index_ref)}},
    {PH_CLASS_LINK, "link", PH_LAYOUT_PLAIN, sizeof(struct ph_link), PH_CLASS_PINNED, 2,
     {AT(ph_link, node.parent_ref), AT(ph_link, target_ref)}},
    {PH_CLASS_DESCRIPTOR, "descriptor", PH_LAYOUT_PLAIN, sizeof(struct ph_descriptor),
     PH_CLASS_PINNED, 4,
     {AT(ph_descriptor, node_ref), AT(ph_descriptor, mount_ref), AT(ph_descriptor, path_ref),
      AT(ph_descriptor, preopen_ref)}},
    {PH_CLASS_MOUNT, "mount", PH_LAYOUT_PLAIN, sizeof(struct ph_mount), PH_CLASS_PINNED, 4,
     {AT(ph_mount, next_ref), AT(ph_mount, program_ref), AT(ph_mount, guest_ref),
      AT(ph_mount, host_ref)}},
};
const uint32_t ph_device_class_count = PH_COUNT(ph_device_classes);
