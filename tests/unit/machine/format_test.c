/* SPDX-License-Identifier: Apache-2.0 */
/* format_test.c - docs/formats/world.md says what heap.h and object.h do. */
#include "machine/object.h"
#include "support/format_page.h"

static const struct format_field fields[] = {
    FORMAT_FIELD(ph_heap_header, magic), FORMAT_FIELD(ph_heap_header, version),
    FORMAT_FIELD(ph_heap_header, object_free_count), FORMAT_FIELD(ph_heap_header, arena_bytes),
    FORMAT_FIELD(ph_heap_header, object_top), FORMAT_FIELD(ph_heap_header, extent_top),
    FORMAT_FIELD(ph_heap_header, object_bytes_live),
    FORMAT_FIELD(ph_heap_header, extent_bytes_live), FORMAT_FIELD(ph_heap_header, object_free),
    FORMAT_FIELD(ph_heap_header, extent_free), FORMAT_FIELD(ph_heap_header, classes),
    FORMAT_FIELD(ph_heap_header, roots), FORMAT_FIELD(ph_object, class_ref),
    FORMAT_FIELD(ph_object, flags), FORMAT_FIELD(ph_bytes, head), FORMAT_FIELD(ph_bytes, length),
    FORMAT_FIELD(ph_bytes, extra), FORMAT_FIELD(ph_refs, head), FORMAT_FIELD(ph_refs, length),
    FORMAT_FIELD(ph_refs, extra), FORMAT_FIELD(ph_class, head), FORMAT_FIELD(ph_class, layout),
    FORMAT_FIELD(ph_class, bytes), FORMAT_FIELD(ph_class, is_pinned),
    FORMAT_FIELD(ph_class, ref_count), FORMAT_FIELD(ph_class, ref_offsets),
    FORMAT_FIELD(ph_class, name), FORMAT_FIELD(ph_world, head), FORMAT_FIELD(ph_world, cut_number),
    FORMAT_FIELD(ph_world, run_ns), FORMAT_FIELD(ph_world, next_thread_id),
    FORMAT_FIELD(ph_world, next_instance_id), FORMAT_FIELD(ph_world, next_unit_id),
    FORMAT_FIELD(ph_world, programs_ref), FORMAT_FIELD(ph_world, threads_ref),
    FORMAT_FIELD(ph_world, directory_ref), FORMAT_FIELD(ph_world, signatures_ref),
    FORMAT_FIELD(ph_world, console_ref), FORMAT_FIELD(ph_world, files_ref),
    FORMAT_FIELD(ph_world, units_ref), FORMAT_FIELD(ph_world, instances_ref),
    FORMAT_FIELD(ph_world, signature_count), FORMAT_FIELD(ph_world, unused),
    FORMAT_FIELD(ph_world, next_program_id), FORMAT_FIELD(ph_world, spare),
    FORMAT_FIELD(ph_unit_object, head), FORMAT_FIELD(ph_unit_object, id),
    FORMAT_FIELD(ph_unit_object, unused), FORMAT_FIELD(ph_unit_object, offset),
    FORMAT_FIELD(ph_unit_object, bytes), FORMAT_FIELD(ph_unit_object, reserved_bytes),
    FORMAT_FIELD(ph_instance, head), FORMAT_FIELD(ph_instance, id),
    FORMAT_FIELD(ph_instance, unit_ref), FORMAT_FIELD(ph_instance, program_ref),
    FORMAT_FIELD(ph_instance, functions_ref), FORMAT_FIELD(ph_instance, tables_ref),
    FORMAT_FIELD(ph_instance, memories_ref), FORMAT_FIELD(ph_instance, globals_ref),
    FORMAT_FIELD(ph_instance, dropped_ref), FORMAT_FIELD(ph_function_object, head),
    FORMAT_FIELD(ph_function_object, instance_ref), FORMAT_FIELD(ph_function_object, index),
    FORMAT_FIELD(ph_function_object, signature), FORMAT_FIELD(ph_function_object, name_ref),
    FORMAT_FIELD(ph_memory, head), FORMAT_FIELD(ph_memory, offset), FORMAT_FIELD(ph_memory, bytes),
    FORMAT_FIELD(ph_memory, max_bytes), FORMAT_FIELD(ph_memory, reserved_bytes),
    FORMAT_FIELD(ph_memory, declared_max_pages), FORMAT_FIELD(ph_table, head),
    FORMAT_FIELD(ph_table, items_ref), FORMAT_FIELD(ph_table, count), FORMAT_FIELD(ph_table, max),
    FORMAT_FIELD(ph_table, ref_kind), FORMAT_FIELD(ph_table, has_max),
    FORMAT_FIELD(ph_table, unused), FORMAT_FIELD(ph_global_object, head),
    FORMAT_FIELD(ph_global_object, type), FORMAT_FIELD(ph_global_object, ref_kind),
    FORMAT_FIELD(ph_global_object, is_mutable), FORMAT_FIELD(ph_global_object, unused),
    FORMAT_FIELD(ph_global_object, value), FORMAT_FIELD(ph_program, head),
    FORMAT_FIELD(ph_program, next_ref), FORMAT_FIELD(ph_program, name_ref),
    FORMAT_FIELD(ph_program, instance_ref), FORMAT_FIELD(ph_program, arguments_ref),
    FORMAT_FIELD(ph_program, environment_ref), FORMAT_FIELD(ph_program, descriptors_ref),
    FORMAT_FIELD(ph_program, main_thread_ref), FORMAT_FIELD(ph_program, trap_text_ref),
    FORMAT_FIELD(ph_program, calls_ref), FORMAT_FIELD(ph_program, state),
    FORMAT_FIELD(ph_program, exit_code), FORMAT_FIELD(ph_program, trap),
    FORMAT_FIELD(ph_program, id), FORMAT_FIELD(ph_program, is_reactor),
    FORMAT_FIELD(ph_program, names_ref), FORMAT_FIELD(ph_program, is_finished),
    FORMAT_FIELD(ph_thread, head), FORMAT_FIELD(ph_thread, next_ref),
    FORMAT_FIELD(ph_thread, previous_ref), FORMAT_FIELD(ph_thread, program_ref),
    FORMAT_FIELD(ph_thread, chunk_ref), FORMAT_FIELD(ph_thread, function_ref),
    FORMAT_FIELD(ph_thread, wait_ref), FORMAT_FIELD(ph_thread, state),
    FORMAT_FIELD(ph_thread, wait_kind), FORMAT_FIELD(ph_thread, id),
    FORMAT_FIELD(ph_thread, deadline_ns), FORMAT_FIELD(ph_thread, wait_value),
    FORMAT_FIELD(ph_thread, native_state), FORMAT_FIELD(ph_thread, header_slot),
    FORMAT_FIELD(ph_thread, trap), FORMAT_FIELD(ph_thread, result_count),
    FORMAT_FIELD(ph_thread, depth_slots), FORMAT_FIELD(ph_thread, started),
    FORMAT_FIELD(ph_thread, spare_ref), FORMAT_FIELD(ph_thread, turn_ref),
    FORMAT_FIELD(ph_thread, trap_text_ref), FORMAT_FIELD(ph_thread, is_call),
    FORMAT_FIELD(ph_thread, unused), FORMAT_FIELD(ph_directory_entry, head),
    FORMAT_FIELD(ph_directory_entry, next_ref), FORMAT_FIELD(ph_directory_entry, name_ref),
    FORMAT_FIELD(ph_directory_entry, object_ref), FORMAT_FIELD(ph_directory_entry, unused),
    FORMAT_FIELD(ph_box, head), FORMAT_FIELD(ph_box, value), FORMAT_FIELD(ph_stack, previous_ref),
    FORMAT_FIELD(ph_stack, slots), FORMAT_FIELD(ph_stack, caller_header),
    FORMAT_FIELD(ph_stack, window_slot), FORMAT_FIELD(ph_frame_header, instance_ref),
    FORMAT_FIELD(ph_frame_header, function), FORMAT_FIELD(ph_frame_header, pc),
    FORMAT_FIELD(ph_frame_header, caller), FORMAT_FIELD(ph_console, head),
    FORMAT_FIELD(ph_console, offset), FORMAT_FIELD(ph_console, capacity_bytes),
    FORMAT_FIELD(ph_console, head_offset), FORMAT_FIELD(ph_console, tail_offset),
    FORMAT_FIELD(ph_console, tail_payload), FORMAT_FIELD(ph_console, head_payload),
};

TEST(the_page_has_every_field)
{
    format_check(fields, PH_COUNT(fields));
}

TEST(the_page_has_every_class)
{
    format_check_classes(ph_machine_classes, ph_machine_class_count);
}
