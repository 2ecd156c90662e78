/* SPDX-License-Identifier: Apache-2.0 */
/* facts.h - what is told of worlds and images, for people or as one line of JSON. The same whether
 * the world runs in this process, answers over its socket, or sleeps. */
#ifndef PH_TOOL_FACTS_H
#define PH_TOOL_FACTS_H

#include "tool/json.h"
#include "tool/program.h"

/* A running world only. */
void ph_facts_stat(struct ph_runner *runner, bool json, FILE *to);
/* Running, or opened to look. A running world is paused while its threads are walked. */
void ph_facts_info(struct ph_runner *runner, bool json, FILE *to);
void ph_facts_ps(struct ph_runner *runner, bool stacks, bool json, FILE *to);
/* All programs, newest first. The world is paused or does not run. */
void ph_facts_programs_json(struct ph_runner *runner, struct ph_json *json);
void ph_facts_programs_text(struct ph_runner *runner, const char *begin, FILE *to);
/* That cut `number` is durable. */
void ph_facts_cut(const char *image, uint64_t number, bool json, FILE *to);
/* A sentence. */
void ph_facts_words(const char *words, bool json, FILE *to);

#define PH_TIME_BYTES 40u
/* "2026-01-31 13:05:07" in local time, or in UTC as RFC 3339 for JSON. Returns `to`. */
const char *ph_time_text(uint64_t wall_ns, bool json, char *to);
#define PH_SIZE_BYTES 32u
/* "12.5 MiB". Returns `to`. */
const char *ph_size_text(uint64_t bytes, char *to);

#endif
