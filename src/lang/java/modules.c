/* SPDX-License-Identifier: Apache-2.0 */
/* modules.c - attributes of a module-info (JVMS 4.7.25 to 4.7.27). In other classes they mean
 * nothing and may hold anything. */
#include "lang/java/parser.h"

/* A count, and a table of that many items, each of which takes at least `item_bytes_min`. */
static ph_status begin_table(struct ph_parser *self, uint32_t item_bytes_min, size_t item_bytes,
                             uint16_t *count, void **table)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    *count = ph_parser_u16(self);
    PH_PARSER_TRY(ph_parser_need(self, item_bytes_min * (uint64_t)*count));
    *table = ph_parser_table(self, *count, item_bytes);
    return *table == NULL ? PH_NO_MEMORY : PH_OK;
}

/* Steps over the attribute of what is no module. */
static bool is_skipped(struct ph_parser *self)
{
    if ((self->out->flags & PH_ACC_MODULE) == 0) {
        self->next = self->end;
        return true;
    }
    return false;
}

static ph_status read_u16(struct ph_parser *self, uint16_t *value)
{
    PH_PARSER_TRY(ph_parser_need(self, 2));
    *value = ph_parser_u16(self);
    return PH_OK;
}

static ph_status read_requires(struct ph_parser *self, struct ph_module_info *module)
{
    void *table;
    PH_PARSER_TRY(begin_table(self, 6, sizeof(*module->requires), &module->requires_count, &table));
    struct ph_module_requires *items = table;
    module->requires = items;
    for (uint32_t i = 0; i < module->requires_count; i++) {
        PH_PARSER_TRY(ph_parser_index(self, PH_CONSTANT_MODULE, false, &items[i].module));
        PH_PARSER_TRY(read_u16(self, &items[i].flags));
        PH_PARSER_TRY(ph_parser_index(self, PH_CONSTANT_UTF8, true, &items[i].version));
    }
    return PH_OK;
}

static ph_status read_exports(struct ph_parser *self, uint16_t *count,
                              const struct ph_module_exports **exports)
{
    void *table;
    PH_PARSER_TRY(begin_table(self, 6, sizeof(**exports), count, &table));
    struct ph_module_exports *items = table;
    *exports = items;
    for (uint32_t i = 0; i < *count; i++) {
        PH_PARSER_TRY(ph_parser_index(self, PH_CONSTANT_PACKAGE, false, &items[i].package));
        PH_PARSER_TRY(read_u16(self, &items[i].flags));
        PH_PARSER_TRY(
            ph_parser_indices(self, PH_CONSTANT_MODULE, &items[i].to_count, &items[i].to));
    }
    return PH_OK;
}

static ph_status read_provides(struct ph_parser *self, struct ph_module_info *module)
{
    void *table;
    PH_PARSER_TRY(begin_table(self, 4, sizeof(*module->provides), &module->provides_count, &table));
    struct ph_module_provides *items = table;
    module->provides = items;
    for (uint32_t i = 0; i < module->provides_count; i++) {
        PH_PARSER_TRY(ph_parser_index(self, PH_CONSTANT_CLASS, false, &items[i].service));
        PH_PARSER_TRY(
            ph_parser_indices(self, PH_CONSTANT_CLASS, &items[i].with_count, &items[i].with));
    }
    return PH_OK;
}

ph_status ph_parser_module(struct ph_parser *self, PH_UNUSED void *target)
{
    if (is_skipped(self)) {
        return PH_OK;
    }
    struct ph_module_info *module = ph_parser_table(self, 1, sizeof(*module));
    if (module == NULL) {
        return PH_NO_MEMORY;
    }
    *module = (struct ph_module_info){.name = 0};
    self->out->module = module;
    PH_PARSER_TRY(ph_parser_index(self, PH_CONSTANT_MODULE, false, &module->name));
    PH_PARSER_TRY(read_u16(self, &module->flags));
    PH_PARSER_TRY(ph_parser_index(self, PH_CONSTANT_UTF8, true, &module->version));
    PH_PARSER_TRY(read_requires(self, module));
    PH_PARSER_TRY(read_exports(self, &module->exports_count, &module->exports));
    PH_PARSER_TRY(read_exports(self, &module->opens_count, &module->opens));
    PH_PARSER_TRY(ph_parser_indices(self, PH_CONSTANT_CLASS, &module->uses_count, &module->uses));
    return read_provides(self, module);
}

ph_status ph_parser_module_packages(struct ph_parser *self, PH_UNUSED void *target)
{
    if (is_skipped(self)) {
        return PH_OK;
    }
    return ph_parser_indices(self, PH_CONSTANT_PACKAGE, &self->out->module_package_count,
                             &self->out->module_packages);
}

ph_status ph_parser_module_main_class(struct ph_parser *self, PH_UNUSED void *target)
{
    if (is_skipped(self)) {
        return PH_OK;
    }
    return ph_parser_index(self, PH_CONSTANT_CLASS, false, &self->out->module_main_class);
}
