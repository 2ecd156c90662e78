/* SPDX-License-Identifier: Apache-2.0 */
/* builder.h - writes a unit: what every front end and the assembler use.
 *
 * Order: names, types, classes and references in any order, also while a function is open;
 * ph_builder_function_begin/end once per function that is not imported, in index order, each body
 * between; ph_builder_finish last. Indices count imports first,
 * so all imports of a kind come before the first definition of that kind. Running out of memory is
 * remembered and reported by finish; no call before it fails. */
#ifndef PH_CODE_BUILDER_H
#define PH_CODE_BUILDER_H

#include "code/unit.h"

struct ph_builder;

PH_MUST_CHECK ph_status ph_builder_create(struct ph_allocator *allocator,
                                          struct ph_builder **builder);
void ph_builder_destroy(struct ph_builder *self);

void ph_builder_name(struct ph_builder *self, struct ph_slice name);
uint32_t ph_builder_signature(struct ph_builder *self, const struct ph_signature *signature);
uint32_t ph_builder_import_function(struct ph_builder *self, struct ph_slice module,
                                    struct ph_slice name, uint32_t signature);
uint32_t ph_builder_import_table(struct ph_builder *self, struct ph_slice module,
                                 struct ph_slice name, const struct ph_table_type *type);
uint32_t ph_builder_import_memory(struct ph_builder *self, struct ph_slice module,
                                  struct ph_slice name, const struct ph_memory_type *type);
uint32_t ph_builder_import_global(struct ph_builder *self, struct ph_slice module,
                                  struct ph_slice name, const struct ph_global_type *type);
uint32_t ph_builder_table(struct ph_builder *self, const struct ph_table_type *type);
uint32_t ph_builder_memory(struct ph_builder *self, const struct ph_memory_type *type);
uint32_t ph_builder_global(struct ph_builder *self, const struct ph_global *global);
void ph_builder_export(struct ph_builder *self, struct ph_slice name, uint8_t kind,
                       uint32_t index);
/* Items and bytes are copied. */
uint32_t ph_builder_element(struct ph_builder *self, const struct ph_element_segment *segment);
uint32_t ph_builder_data(struct ph_builder *self, const struct ph_data_segment *segment);
void ph_builder_start(struct ph_builder *self, uint32_t function);
void ph_builder_function_name(struct ph_builder *self, uint32_t function, struct ph_slice name);

/* ---- Classes ------------------------------------------------------------------------------- */

/* Each gets the next number of its kind; equal ones are not joined. Everything is copied. */
uint32_t ph_builder_class_ref(struct ph_builder *self, const struct ph_class_ref *class_ref);
uint32_t ph_builder_class_def(struct ph_builder *self, const struct ph_class_def *def);
uint32_t ph_builder_field_ref(struct ph_builder *self, const struct ph_field_ref *field);
uint32_t ph_builder_method_ref(struct ph_builder *self, const struct ph_method_ref *method);
uint32_t ph_builder_bytes_constant(struct ph_builder *self, struct ph_slice bytes);
void ph_builder_trap_function(struct ph_builder *self, uint32_t function);
void ph_builder_link_function(struct ph_builder *self, uint32_t function);
/* How many dynamic constants there are; said last, it holds. */
void ph_builder_constants(struct ph_builder *self, uint32_t count);
/* Added to what the unit's origin has already. */
void ph_builder_origin(struct ph_builder *self, struct ph_slice bytes);
/* At most once. */
void ph_builder_array_root(struct ph_builder *self, uint32_t class_ref, uint32_t interface_count,
                           const uint32_t *interfaces);

/* ---- One function body -------------------------------------------------------------------- */

void ph_builder_function_begin(struct ph_builder *self, uint32_t signature);
/* Adds `count` locals of `type` after the parameters and earlier locals; also between ops. */
void ph_builder_locals(struct ph_builder *self, uint32_t count, uint8_t type);
/* The shape that has `type` on top of `parent` (interned within the function). */
uint32_t ph_builder_shape(struct ph_builder *self, uint32_t parent, uint8_t type);
/* A new label; place it with ph_builder_op1(self, PH_OP_label, label). */
uint32_t ph_builder_label(struct ph_builder *self, uint32_t shape, bool is_loop);
void ph_builder_op(struct ph_builder *self, uint32_t opcode);
void ph_builder_op1(struct ph_builder *self, uint32_t opcode, uint64_t immediate);
void ph_builder_op2(struct ph_builder *self, uint32_t opcode, uint64_t first, uint64_t second);
/* `count` labels and the default after them: labels[count]. */
void ph_builder_br_table(struct ph_builder *self, uint32_t count, const uint32_t *labels);
/* Where the next op goes, for the ranges of handlers. */
uint32_t ph_builder_code_offset(const struct ph_builder *self);
/* Adds an exception handler behind those that were added before (the first that fits is taken). */
void ph_builder_handler(struct ph_builder *self, const struct ph_exception_handler *handler);
void ph_builder_function_end(struct ph_builder *self);

/* The finished file, owned by the builder until it is destroyed. */
PH_MUST_CHECK ph_status ph_builder_finish(struct ph_builder *self, struct ph_slice *unit,
                                          struct ph_error *error);

#endif
