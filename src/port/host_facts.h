/* SPDX-License-Identifier: Apache-2.0 */
/* host_facts.h - what programs may know of the host that the world runs on just now. Nothing of it
 * is state of the world: it is another answer after each resume. */
#ifndef PH_PORT_HOST_FACTS_H
#define PH_PORT_HOST_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ph_host_fact {
    PH_HOST_MEMORY,      /* bytes */
    PH_HOST_FREE_MEMORY, /* bytes */
    PH_HOST_CPU_TIME_NS  /* of this process */
};

/* -1: not known. */
int64_t ph_host_fact(enum ph_host_fact fact);

/* Name of the time zone that programs of the host take for theirs ("Europe/Berlin"), ended by 0.
 * False: not known, or longer than `to`. */
bool ph_host_time_zone(char *to, size_t to_bytes);

#endif
