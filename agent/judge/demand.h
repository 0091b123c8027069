/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract demand at the intake: the mean power of each block of 15 minutes of the site's clock, how the
 * present block will end, and the month's peak. Pure. A block is measured where the energy counter's step is
 * at most 0.1 % of it and both its edges were seen, else it is the integral of power and said to be
 * estimated; a gap inside a block is harmless when both edges are known (power.md sections 4 and 6).
 */
#ifndef HALLWATCH_JUDGE_DEMAND_H
#define HALLWATCH_JUDGE_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

enum { DEMAND_BLOCK_S = 900, DEMAND_MEAN_S = 180, DEMAND_MEANS = 61 };

/* What all intakes take together. */
struct demand_reading {
    double watts, joules;   /* NAN: not known; joules: the sum of their counters */
    uint32_t energy_resets; /* times that one of those lost a step */
    bool is_lower_bound;
};

/* Starts zeroed. What the caller reads stands first. */
struct demand {
    double forecast_watts;   /* as the block will end; NAN: not known yet */
    double last_watts;       /* the block before; NAN: none whole */
    double month_peak_watts; /* of whole blocks; 0: none yet */
    bool is_estimated;       /* the present block: not by the counter */
    bool last_is_estimated;
    bool is_partial;       /* the present block began before it was watched: no forecast is judged */
    int64_t block_start_s; /* UTC, seconds since 1970 */
    uint32_t elapsed_s;    /* of the block */

    bool has_begun;
    int32_t month;          /* of the peak: year x 12 + month, local */
    int32_t block_offset_s; /* of the site's clock, when the block began */
    uint32_t energy_resets; /* as read last */
    int64_t last_ms;        /* monotonic */
    double last_watts_seen;
    double start_joules, newest_joules; /* of the counter; NAN: not seen */
    double resolution_joules; /* the largest decimal step of a kWh that all readings are multiples of */
    double block_joules, all_joules; /* integrals of power: of the block, since the start */
    bool has_gap;                    /* power was unknown in part of the block */
    struct demand_mean {
        int64_t ms;
        double joules;
    } means[DEMAND_MEANS]; /* of all_joules, a ring over the last three minutes */
    uint32_t n_means, next_mean;
};

/*
 * Goes on to this instant. `wall_ms`: UTC; `zone_offset_s`: of the site's clock, east is positive. Blocks
 * follow each other where daylight saving begins or ends.
 */
void demand_advance(struct demand *demand, const struct demand_reading *reading, int64_t wall_ms,
                    int32_t zone_offset_s, int64_t monotonic_ms);

#endif
