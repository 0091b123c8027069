/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks, their energy by counter and by integral, and the forecast. */
#include "judge/demand.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define KILOWATT_HOUR_J 3.6e6
#define COUNTER_STEP_MOST 0.001 /* of a block's energy: power.md section 4 */
#define GAP_MOST_MS 60000       /* a longer silence is no integral */
#define COARSEST_KWH 1e6
#define FINEST_KWH 1e-3

/* --- the counter's resolution --- */

static bool is_multiple(double joules, double step_kwh) {
    double steps = joules / KILOWATT_HOUR_J / step_kwh;
    return fabs(steps - round(steps)) < 1e-6 * fmax(1, fabs(steps) * 1e-6);
}

static void note_resolution(struct demand *demand, double joules) {
    double step_kwh =
        demand->resolution_joules > 0 ? demand->resolution_joules / KILOWATT_HOUR_J : COARSEST_KWH;
    while (step_kwh > FINEST_KWH && !is_multiple(joules, step_kwh))
        step_kwh /= 10;
    demand->resolution_joules = step_kwh * KILOWATT_HOUR_J;
}

/* --- the mean of the last three minutes --- */

static void note_mean(struct demand *demand, int64_t now_ms) {
    enum { EVERY_MS = DEMAND_MEAN_S * 1000 / (DEMAND_MEANS - 1) };
    const struct demand_mean *newest = &demand->means[(demand->next_mean + DEMAND_MEANS - 1) % DEMAND_MEANS];
    if (demand->n_means > 0 && now_ms - newest->ms < EVERY_MS)
        return;
    demand->means[demand->next_mean] = (struct demand_mean){now_ms, demand->all_joules};
    demand->next_mean = (demand->next_mean + 1) % DEMAND_MEANS;
    demand->n_means += demand->n_means < DEMAND_MEANS;
}

static double mean_watts(const struct demand *demand, int64_t now_ms) {
    uint32_t oldest = demand->n_means < DEMAND_MEANS ? 0 : demand->next_mean;
    for (uint32_t i = 0; i < demand->n_means; i++) {
        const struct demand_mean *mean = &demand->means[(oldest + i) % DEMAND_MEANS];
        if (now_ms - mean->ms <= DEMAND_MEAN_S * 1000 && now_ms > mean->ms)
            return (demand->all_joules - mean->joules) / ((double)(now_ms - mean->ms) / 1000);
    }
    return (double)NAN;
}

/* --- blocks --- */

static bool counter_is_fine(const struct demand *demand, double energy) {
    return energy > 0 && demand->resolution_joules <= COUNTER_STEP_MOST * energy;
}

/* The block's energy so far, by the counter where that can be had. */
static double energy_so_far(const struct demand *demand, bool *is_estimated) {
    double counted = demand->newest_joules - demand->start_joules;
    *is_estimated = isnan(counted) || counted < 0 || !counter_is_fine(demand, counted);
    if (!*is_estimated)
        return counted;
    return demand->has_gap ? (double)NAN : demand->block_joules;
}

static int32_t month_of(int64_t local_s) {
    struct tm parts;
    time_t time = (time_t)local_s;
    if (!gmtime_r(&time, &parts))
        return 0;
    return (parts.tm_year + 1900) * 12 + parts.tm_mon;
}

static void end_block(struct demand *demand) {
    bool is_estimated;
    double energy = energy_so_far(demand, &is_estimated);
    if (demand->is_partial || isnan(energy)) {
        demand->last_watts = (double)NAN;
        return;
    }
    demand->last_watts = energy / DEMAND_BLOCK_S;
    demand->last_is_estimated = is_estimated;
    int32_t month = month_of(demand->block_start_s + demand->block_offset_s);
    if (month != demand->month)
        demand->month_peak_watts = 0;
    demand->month = month;
    demand->month_peak_watts = fmax(demand->month_peak_watts, demand->last_watts);
}

static void begin_block(struct demand *demand, int64_t start_s, int32_t zone_offset_s, bool is_whole) {
    demand->block_start_s = start_s;
    demand->block_offset_s = zone_offset_s;
    demand->is_partial = !is_whole;
    demand->block_joules = 0;
    demand->has_gap = false;
    demand->start_joules = demand->newest_joules;
}

static void begin(struct demand *demand) {
    *demand = (struct demand){.has_begun = true,
                              .month = demand->month,
                              .month_peak_watts = demand->month_peak_watts,
                              .last_watts = (double)NAN,
                              .last_watts_seen = (double)NAN,
                              .start_joules = (double)NAN,
                              .newest_joules = (double)NAN};
}

static void integrate(struct demand *demand, const struct demand_reading *reading, int64_t now_ms) {
    int64_t elapsed_ms = now_ms - demand->last_ms;
    demand->last_ms = now_ms;
    bool is_known = !isnan(reading->watts) && !reading->is_lower_bound;
    if (is_known && !isnan(demand->last_watts_seen) && elapsed_ms <= GAP_MOST_MS) {
        double joules = (demand->last_watts_seen + reading->watts) / 2 * (double)elapsed_ms / 1000;
        demand->block_joules += joules;
        demand->all_joules += joules;
    } else {
        demand->has_gap = true;
        demand->n_means = 0;
        demand->next_mean = 0;
    }
    demand->last_watts_seen = is_known ? reading->watts : (double)NAN;
}

static void take_counter(struct demand *demand, const struct demand_reading *reading) {
    if (isnan(reading->joules) || reading->is_lower_bound)
        return;
    /* It was set back, or a step of it is lost: this block is not the counter's. */
    if (reading->joules < demand->newest_joules || reading->energy_resets != demand->energy_resets)
        demand->start_joules = (double)NAN;
    demand->energy_resets = reading->energy_resets;
    demand->newest_joules = reading->joules;
    note_resolution(demand, reading->joules);
}

/* When the block of that instant began: blocks are those of the site's clock. */
static int64_t start_of(int64_t utc_s, int32_t zone_offset_s) {
    return utc_s - (utc_s + zone_offset_s) % DEMAND_BLOCK_S;
}

void demand_advance(struct demand *demand, const struct demand_reading *reading, int64_t wall_ms,
                    int32_t zone_offset_s, int64_t monotonic_ms) {
    bool is_first = !demand->has_begun;
    int64_t utc_s = wall_ms / 1000, start_s = start_of(utc_s, zone_offset_s);
    if (is_first) {
        begin(demand);
        demand->last_ms = monotonic_ms;
    }
    integrate(demand, reading, monotonic_ms);
    take_counter(demand, reading);
    if (is_first || start_s != demand->block_start_s) {
        bool follows = !is_first && start_s == demand->block_start_s + DEMAND_BLOCK_S;
        if (follows)
            end_block(demand);
        begin_block(demand, start_s, zone_offset_s, follows);
    }
    demand->elapsed_s = (uint32_t)(utc_s - demand->block_start_s);
    note_mean(demand, monotonic_ms);
    double energy = energy_so_far(demand, &demand->is_estimated), mean = mean_watts(demand, monotonic_ms);
    demand->forecast_watts = demand->is_partial || isnan(energy) || isnan(mean)
                                 ? (double)NAN
                                 : (energy + mean * (DEMAND_BLOCK_S - demand->elapsed_s)) / DEMAND_BLOCK_S;
}
