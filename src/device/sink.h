/* SPDX-License-Identifier: Apache-2.0 */
/* sink.h - where the console's output goes: a file, or the output and error of the process.
 *
 * A regular file knows how much of the image's output it has taken (its size: it must have been
 * empty when the image was new), so every byte is there exactly once, whatever happens. The other
 * places do not know it. */
#ifndef PH_DEVICE_SINK_H
#define PH_DEVICE_SINK_H

#include "machine/gate.h"
#include "port/host_console.h"

/* The sink that writes to `output`, which stays the caller's and must outlive the machine. */
struct ph_sink ph_output_sink(struct ph_host_output *output);

#endif
