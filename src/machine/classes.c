/* SPDX-License-Identifier: Apache-2.0 */
/* classes.c - the classes of the machine's own objects. Layouts are part of the image format. */
#include "machine/object.h"

#define OFFSET(type, field) offsetof(struct type, field)
#define PLAIN(index, name, type, count, ...) \
    {index, name, PH_LAYOUT_PLAIN, sizeof(struct type), PH_CLASS_PINNED, count, {__VA_ARGS__}}

const struct ph_class_info ph_machine_classes[] = {
    {PH_CLASS_CLASS, "class", PH_LAYOUT_CLASS, sizeof(struct ph_class), PH_CLASS_PINNED, 0, {0}},
    {PH_CLASS_BYTES, "bytes", PH_LAYOUT_BYTES, 0, 0, 0, {0}},
    {PH_CLASS_REFS, "refs", PH_LAYOUT_REFS, 0, 0, 0, {0}},
    {PH_CLASS_TABLE_ITEMS, "items", PH_LAYOUT_REFS, 0, PH_CLASS_PINNED, 0, {0}},
    {PH_CLASS_PINNED_BYTES, "pinned bytes", PH_LAYOUT_BYTES, 0, PH_CLASS_PINNED, 0, {0}},
    {PH_CLASS_STACK, "stack", PH_LAYOUT_BYTES, 0, PH_CLASS_PINNED, 0, {0}},
    PLAIN(PH_CLASS_WORLD, "world", ph_world, 12, OFFSET(ph_world, programs_ref),
          OFFSET(ph_world, threads_ref), OFFSET(ph_world, directory_ref),
          OFFSET(ph_world, signatures_ref), OFFSET(ph_world, console_ref),
          OFFSET(ph_world, files_ref), OFFSET(ph_world, units_ref),
          OFFSET(ph_world, instances_ref), OFFSET(ph_world, monitors_ref),
          OFFSET(ph_world, selectors_ref), OFFSET(ph_world, array_classes_ref),
          OFFSET(ph_world, out_of_memory_ref)),
    PLAIN(PH_CLASS_UNIT, "unit", ph_unit_object, 0, 0),
    PLAIN(PH_CLASS_INSTANCE, "instance", ph_instance, 9, OFFSET(ph_instance, unit_ref),
          OFFSET(ph_instance, program_ref), OFFSET(ph_instance, functions_ref),
          OFFSET(ph_instance, tables_ref), OFFSET(ph_instance, memories_ref),
          OFFSET(ph_instance, globals_ref), OFFSET(ph_instance, dropped_ref),
          OFFSET(ph_instance, classes_ref), OFFSET(ph_instance, constants_ref)),
    PLAIN(PH_CLASS_FUNCTION, "function", ph_function_object, 2,
          OFFSET(ph_function_object, instance_ref), OFFSET(ph_function_object, name_ref)),
    PLAIN(PH_CLASS_MEMORY, "memory", ph_memory, 0, 0),
    PLAIN(PH_CLASS_TABLE, "table", ph_table, 1, OFFSET(ph_table, items_ref)),
    PLAIN(PH_CLASS_GLOBAL, "global", ph_global_object, 0, 0),
    PLAIN(PH_CLASS_GLOBAL_REF, "global reference", ph_global_object, 1,
          OFFSET(ph_global_object, value)),
    PLAIN(PH_CLASS_PROGRAM, "program", ph_program, 11, OFFSET(ph_program, next_ref),
          OFFSET(ph_program, name_ref), OFFSET(ph_program, instance_ref),
          OFFSET(ph_program, arguments_ref), OFFSET(ph_program, environment_ref),
          OFFSET(ph_program, descriptors_ref), OFFSET(ph_program, main_thread_ref),
          OFFSET(ph_program, trap_text_ref), OFFSET(ph_program, calls_ref),
          OFFSET(ph_program, threads_ref), OFFSET(ph_program, names_ref)),
    {PH_CLASS_THREAD, "thread", PH_LAYOUT_THREAD, sizeof(struct ph_thread), PH_CLASS_PINNED, 13,
     {OFFSET(ph_thread, next_ref), OFFSET(ph_thread, previous_ref),
      OFFSET(ph_thread, program_ref), OFFSET(ph_thread, chunk_ref),
      OFFSET(ph_thread, function_ref), OFFSET(ph_thread, wait_ref),
      OFFSET(ph_thread, turn_ref), OFFSET(ph_thread, trap_text_ref),
      OFFSET(ph_thread, init_ref),
      OFFSET(ph_thread, wait_next_ref), OFFSET(ph_thread, wait_previous_ref),
      OFFSET(ph_thread, program_next_ref), OFFSET(ph_thread, program_previous_ref)}},
    PLAIN(PH_CLASS_CONSOLE, "console", ph_console, 0, 0),
    PLAIN(PH_CLASS_DIRECTORY_ENTRY, "directory entry", ph_directory_entry, 3,
          OFFSET(ph_directory_entry, next_ref), OFFSET(ph_directory_entry, name_ref),
          OFFSET(ph_directory_entry, object_ref)),
    PLAIN(PH_CLASS_MONITOR, "monitor", ph_monitor, 5, OFFSET(ph_monitor, owner_ref),
          OFFSET(ph_monitor, enter_first_ref), OFFSET(ph_monitor, enter_last_ref),
          OFFSET(ph_monitor, wait_first_ref), OFFSET(ph_monitor, wait_last_ref)),
    {PH_CLASS_ERROR, "error", PH_LAYOUT_PLAIN, sizeof(struct ph_error_object), 0, 2,
     {OFFSET(ph_error_object, text_ref), OFFSET(ph_error_object, trace_ref)}},
    {PH_CLASS_OBJECT, "object", PH_LAYOUT_PLAIN, sizeof(struct ph_object), 0, 0, {0}},
    {PH_CLASS_BOX, "box", PH_LAYOUT_PLAIN, sizeof(struct ph_box), 0, 0, {0}},
};

const uint32_t ph_machine_class_count = PH_COUNT(ph_machine_classes);
