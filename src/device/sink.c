/* SPDX-License-Identifier: Apache-2.0 */
#include "device/sink.h"

static ph_status sink_write(void *context, uint32_t stream, struct ph_slice bytes, uint64_t *done)
{
    return ph_host_output_write(context, stream, bytes, done);
}

static ph_status sink_position(void *context, uint64_t *payload_bytes)
{
    return ph_host_output_position(context, payload_bytes);
}

static ph_status sink_flush(void *context) { return ph_host_output_flush(context); }

struct ph_sink ph_output_sink(struct ph_host_output *output)
{
    return (struct ph_sink){output, sink_write, sink_position, sink_flush};
}
