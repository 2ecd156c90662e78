/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - writes JSON (RFC 8259), one line per document. Keys are plain ASCII of ours; NULL in
 * lists. Texts that are not UTF-8 have each bad byte shown as U+FFFD. */
#ifndef PH_TOOL_JSON_H
#define PH_TOOL_JSON_H

#include <stdio.h>

#include "base/common.h"

struct ph_json {
    FILE *to;
    bool has_item; /* a comma is due */
};

void ph_json_begin(struct ph_json *self, FILE *to);
void ph_json_end(struct ph_json *self);
void ph_json_open(struct ph_json *self, const char *key, char bracket); /* '{' or '[' */
void ph_json_close(struct ph_json *self, char bracket);
void ph_json_number(struct ph_json *self, const char *key, uint64_t value);
void ph_json_real(struct ph_json *self, const char *key, double value, int decimals);
void ph_json_bool(struct ph_json *self, const char *key, bool value);
void ph_json_text(struct ph_json *self, const char *key, const char *text);
void ph_json_slice(struct ph_json *self, const char *key, struct ph_slice text);

#endif
