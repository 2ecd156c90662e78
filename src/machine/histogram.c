/* SPDX-License-Identifier: Apache-2.0 */
/* histogram.c - quantiles of durations with a relative error under 1/16. */
#include "machine/internal.h"

static uint32_t step_of(uint64_t value)
{
    if (value < 16) {
        return (uint32_t)value;
    }
    uint32_t octave = 63u - (uint32_t)__builtin_clzll(value); /* ≥ 4 */
    return (octave - 3) * 16 + (uint32_t)((value >> (octave - 4)) & 15u);
}

/* The largest value that falls into a step. */
static uint64_t step_end(uint32_t step)
{
    if (step < 16) {
        return step;
    }
    uint32_t octave = step / 16 + 3;
    return ((UINT64_C(16) + step % 16 + 1) << (octave - 4)) - 1;
}

void ph_histogram_add(struct ph_histogram *self, uint64_t value)
{
    uint32_t step = step_of(value);
    PH_ASSERT(step < PH_HISTOGRAM_STEPS);
    self->counts[step]++;
    self->count++;
    self->max = PH_MAX(self->max, value);
}

static uint64_t quantile(const struct ph_histogram *self, uint64_t per_mille)
{
    uint64_t rank = (self->count * per_mille + 999) / 1000;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < PH_HISTOGRAM_STEPS; i++) {
        seen += self->counts[i];
        if (seen >= rank && seen > 0) {
            return PH_MIN(step_end(i), self->max);
        }
    }
    return 0;
}

void ph_histogram_quantiles(const struct ph_histogram *self, struct ph_quantiles *quantiles)
{
    quantiles->p50 = quantile(self, 500);
    quantiles->p99 = quantile(self, 990);
    quantiles->p999 = quantile(self, 999);
    quantiles->max = self->max;
    quantiles->count = self->count;
}
