/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of contract demand: measured or estimated, how they will end, and the month's peak. */
#include "judge/demand.h"

#include <math.h>

#include "tests/unit/check.h"

#define KWH 3.6e6

/* 2026-11-27 00:00 UTC. */
enum { MIDNIGHT_S = 1795737600 };

struct meter {
    struct demand demand;
    int64_t now_ms; /* UTC; the monotonic clock runs beside it */
    double joules, step_joules;
    bool has_counter;
    uint32_t resets;
    int32_t zone_offset_s;
};

/* `seconds` at so many watts, a reading each second; NAN: no reading. */
static void run(struct meter *meter, unsigned seconds, double watts) {
    for (unsigned i = 0; i < seconds; i++) {
        meter->now_ms += 1000;
        meter->joules += isnan(watts) ? 0 : watts;
        double counted = meter->has_counter && !isnan(watts)
                             ? floor(meter->joules / meter->step_joules) * meter->step_joules
                             : (double)NAN;
        struct demand_reading reading = {watts, counted, meter->resets, false};
        demand_advance(&meter->demand, &reading, meter->now_ms, meter->zone_offset_s,
                       meter->now_ms - (int64_t)MIDNIGHT_S * 1000 + 7);
    }
}

static struct meter begin_at(unsigned second, double step_joules) {
    return (struct meter){.now_ms = ((int64_t)MIDNIGHT_S + second) * 1000,
                          .joules = 1e6 * KWH,
                          .step_joules = step_joules,
                          .has_counter = step_joules > 0};
}

static bool is_near(double value, double expected, double tolerance) {
    return fabs(value - expected) <= tolerance * expected;
}

static void the_first_block_is_partial(void **unused) {
    (void)unused;
    struct meter meter = begin_at(300, KWH);
    run(&meter, 599, 10e6);
    assert_true(meter.demand.is_partial && isnan(meter.demand.forecast_watts));
    run(&meter, 10, 10e6);
    assert_false(meter.demand.is_partial);
    assert_true(isnan(meter.demand.last_watts)); /* only part of it was seen */
    assert_int_equal(meter.demand.block_start_s, MIDNIGHT_S + 900);
}

static void a_block_by_the_counter_is_measured(void **unused) {
    (void)unused;
    struct meter meter = begin_at(898, KWH); /* 1 kWh of 2,500 in a block of 10 MW */
    run(&meter, 450, 8e6);
    run(&meter, 450, 12e6);
    run(&meter, 5, 12e6);
    assert_true(is_near(meter.demand.last_watts, 10e6, 0.002));
    assert_false(meter.demand.last_is_estimated);
    assert_true(meter.demand.month_peak_watts == meter.demand.last_watts);
}

static void a_coarse_counter_gives_an_estimate(void **unused) {
    (void)unused;
    struct meter meter = begin_at(898, 100 * KWH); /* 4 % of the block */
    run(&meter, 905, 10e6);
    assert_true(meter.demand.last_is_estimated && is_near(meter.demand.last_watts, 10e6, 0.002));
    struct meter none = begin_at(898, 0);
    run(&none, 905, 10e6);
    assert_true(none.demand.last_is_estimated && is_near(none.demand.last_watts, 10e6, 0.002));
}

static void a_gap_inside_a_block_is_harmless_with_a_counter(void **unused) {
    (void)unused;
    struct meter meter = begin_at(898, KWH);
    run(&meter, 300, 10e6);
    run(&meter, 300, (double)NAN);
    meter.joules += 300 * 10e6; /* it counted on */
    run(&meter, 305, 10e6);
    assert_true(is_near(meter.demand.last_watts, 10e6, 0.002) && !meter.demand.last_is_estimated);
    struct meter none = begin_at(898, 0);
    run(&none, 300, 10e6);
    run(&none, 300, (double)NAN);
    run(&none, 305, 10e6);
    assert_true(isnan(none.demand.last_watts));
}

static void a_counter_that_is_set_back_is_not_believed(void **unused) {
    (void)unused;
    struct meter meter = begin_at(898, KWH);
    run(&meter, 450, 10e6);
    meter.joules = 5 * KWH;
    run(&meter, 455, 10e6);
    assert_true(meter.demand.last_is_estimated && is_near(meter.demand.last_watts, 10e6, 0.002));
}

/* Sums go on counting over a reset, and lack what was counted then. */
static void a_counter_that_lost_a_step_is_not_believed(void **unused) {
    (void)unused;
    struct meter meter = begin_at(898, KWH);
    run(&meter, 150, 10e6);
    double before = meter.joules;
    meter.has_counter = false;
    run(&meter, 300, 10e6);
    meter.has_counter = true;
    meter.joules = before;
    meter.resets++;
    run(&meter, 455, 10e6);
    assert_true(meter.demand.last_is_estimated && is_near(meter.demand.last_watts, 10e6, 0.002));
    run(&meter, 900, 10e6);
    assert_true(!meter.demand.last_is_estimated && is_near(meter.demand.last_watts, 10e6, 0.002));
}

/* Blocks follow each other as before where the clocks of the site are set by an hour. */
static void daylight_saving_makes_no_block_partial(void **unused) {
    (void)unused;
    struct meter meter = begin_at(898, KWH);
    run(&meter, 905, 10e6);
    for (int32_t offset_s = 3600; offset_s >= 0; offset_s -= 3600) {
        run(&meter, 890, 12e6);
        meter.zone_offset_s = offset_s;
        run(&meter, 10, 12e6);
        assert_false(meter.demand.is_partial);
        assert_true(is_near(meter.demand.last_watts, 12e6, 0.01));
    }
}

static void the_forecast_goes_by_the_last_three_minutes(void **unused) {
    (void)unused;
    struct meter meter = begin_at(898, KWH);
    run(&meter, 300, 8e6);
    run(&meter, 300, 12e6); /* 8 x 300 + 12 x 300, and 12 for the 300 s that are left */
    assert_true(is_near(meter.demand.forecast_watts, (8e6 * 300 + 12e6 * 600) / 900, 0.005));
}

static void a_month_has_its_own_peak(void **unused) {
    (void)unused;
    struct meter meter = begin_at(898, KWH);
    run(&meter, 905, 12e6);
    double november = meter.demand.month_peak_watts;
    assert_true(is_near(november, 12e6, 0.002));
    run(&meter, 900, 6e6);
    assert_true(meter.demand.month_peak_watts == november);
    meter.now_ms += (int64_t)4 * 24 * 3600 * 1000; /* the 1st of December */
    run(&meter, 1900, 6e6);
    assert_true(is_near(meter.demand.month_peak_watts, 6e6, 0.002));
}

static void a_step_of_the_clock_makes_a_block_partial(void **unused) {
    (void)unused;
    struct meter meter = begin_at(898, KWH);
    run(&meter, 100, 10e6);
    meter.now_ms += 7200 * 1000;
    run(&meter, 1, 10e6);
    assert_true(meter.demand.is_partial && isnan(meter.demand.forecast_watts));
    meter.now_ms -= 3600 * 1000;
    run(&meter, 1, 10e6);
    assert_true(meter.demand.is_partial);
    assert_true(meter.demand.month_peak_watts == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_block_is_partial),
        cmocka_unit_test(a_block_by_the_counter_is_measured),
        cmocka_unit_test(a_coarse_counter_gives_an_estimate),
        cmocka_unit_test(a_gap_inside_a_block_is_harmless_with_a_counter),
        cmocka_unit_test(a_counter_that_is_set_back_is_not_believed),
        cmocka_unit_test(a_counter_that_lost_a_step_is_not_believed),
        cmocka_unit_test(daylight_saving_makes_no_block_partial),
        cmocka_unit_test(the_forecast_goes_by_the_last_three_minutes),
        cmocka_unit_test(a_month_has_its_own_peak),
        cmocka_unit_test(a_step_of_the_clock_makes_a_block_partial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
