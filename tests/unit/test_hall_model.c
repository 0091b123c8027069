/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated hall's physics: at any moment sums add up, P = V I PF, energy is the integral of power, heat
 * balances. */
#include "check.h"

#include <math.h>

#include "hall_model.h"

static const struct hall_spec spec = {
    .seed = 7, .rows = 3, .racks = 4, .rack_watts = 20e3, .outlets = 24, .liquid = 0.25, .liquid_share = 0.8};
static const double moments[] = {0, 0.1, 3600, 28e6 + 1234.5, 60e6};
enum { N_MOMENTS = sizeof moments / sizeof moments[0] };

static int make_hall(void **state) {
    *state = hall_new(&spec);
    return *state == NULL;
}

static int free_hall(void **state) {
    hall_free(*state);
    return 0;
}

static void check_near(double value, double expected) {
    double tolerance = 1e-9 * fmax(1, fabs(expected));
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g where %.12g was expected", value, expected);
}

static void check_phases(const struct load_state *load) {
    double watts = 0, vars = 0;
    for (unsigned i = 0; i < 3; i++) {
        const struct phase_state *phase = &load->phase[i];
        assert_true(phase->watts > 0 && phase->volts > 220 && phase->volts < 240);
        check_near(phase->watts, phase->volts * phase->amperes * phase->power_factor);
        check_near(phase->voltamperes, hypot(phase->watts, phase->vars));
        watts += phase->watts;
        vars += phase->vars;
    }
    check_near(load->watts, watts);
    check_near(load->vars, vars);
    check_near(load->voltamperes, hypot(watts, vars));
}

static void both_feeds_carry_the_rack(void **state) {
    for (unsigned m = 0; m < N_MOMENTS; m++)
        for (unsigned rack = 0; rack < spec.rows * spec.racks; rack++) {
            struct pdu_state a, b;
            hall_pdu_at(*state, rack, FEED_A, moments[m], &a);
            hall_pdu_at(*state, rack, FEED_B, moments[m], &b);
            check_near(a.load.watts + b.load.watts, hall_rack_watts(*state, rack, moments[m]));
            check_phases(&a.load);
            check_phases(&b.load);
        }
}

static void outlets_add_up_to_their_phase(void **state) {
    for (unsigned m = 0; m < N_MOMENTS; m++) {
        struct pdu_state pdu;
        double watts[3] = {0}, amperes[3] = {0}, joules = 0;
        hall_pdu_at(*state, 5, FEED_B, moments[m], &pdu);
        for (unsigned i = 0; i < spec.outlets; i++) {
            watts[pdu.outlet[i].phase] += pdu.outlet[i].watts;
            amperes[pdu.outlet[i].phase] += pdu.outlet[i].amperes;
            joules += pdu.outlet[i].joules;
        }
        for (unsigned i = 0; i < 3; i++) {
            check_near(watts[i], pdu.load.phase[i].watts);
            check_near(amperes[i], pdu.load.phase[i].amperes);
        }
        check_near(joules, pdu.load.joules);
    }
}

static void meters_see_their_pdus_and_the_loss(void **state) {
    for (unsigned m = 0; m < N_MOMENTS; m++)
        for (unsigned row = 0; row < spec.rows; row++) {
            struct load_state meter;
            struct pdu_state pdu;
            double watts[3] = {0}, vars = 0, joules = 0;
            for (unsigned i = 0; i < spec.racks; i++) {
                hall_pdu_at(*state, row * spec.racks + i, FEED_A, moments[m], &pdu);
                for (unsigned phase = 0; phase < 3; phase++)
                    watts[phase] += pdu.load.phase[phase].watts;
                vars += pdu.load.vars;
                joules += pdu.load.joules;
            }
            hall_meter_at(*state, row, FEED_A, moments[m], &meter);
            for (unsigned phase = 0; phase < 3; phase++)
                check_near(meter.phase[phase].watts, watts[phase] * (1 + HALL_BUSWAY_LOSS));
            check_near(meter.vars, vars * (1 + HALL_BUSWAY_LOSS));
            check_near(meter.joules, joules * (1 + HALL_BUSWAY_LOSS));
            check_phases(&meter);
        }
}

static void ups_carries_its_meters(void **state) {
    for (unsigned m = 0; m < N_MOMENTS; m++)
        for (int feed = 0; feed < N_FEEDS; feed++) {
            struct ups_state ups;
            struct load_state meter;
            double watts = 0, joules = 0;
            for (unsigned row = 0; row < spec.rows; row++) {
                hall_meter_at(*state, row, (enum feed)feed, moments[m], &meter);
                watts += meter.watts;
                joules += meter.joules;
            }
            hall_ups_at(*state, (enum feed)feed, moments[m], &ups);
            check_near(ups.output.watts, watts);
            check_near(ups.output.joules, joules);
            check_near(ups.input.watts * HALL_UPS_EFFICIENCY, ups.output.watts);
            check_phases(&ups.output);
            check_phases(&ups.input);
        }
}

static void battery_lasts_longer_with_less_load(void **state) {
    struct ups_state before, after;
    hall_ups_at(*state, FEED_A, 0, &before);
    for (double time = 60; time < 7200; time += 60) {
        hall_ups_at(*state, FEED_A, time, &after);
        assert_true(after.runtime_seconds > 600 && after.runtime_seconds < 7200);
        if (after.output.voltamperes > before.output.voltamperes)
            assert_true(after.runtime_seconds < before.runtime_seconds);
        before = after;
    }
}

/* Simpson's rule in steps far shorter than the fastest wave. */
static void energy_is_the_integral_of_power(void **state) {
    const double step = 0.05, begin = 1e6;
    struct pdu_state pdu;
    double joules = 0;
    hall_pdu_at(*state, 2, FEED_A, begin, &pdu);
    double first = pdu.load.joules, share = pdu.load.watts / hall_rack_watts(*state, 2, begin);
    for (int i = 0; i < 20000; i++) {
        double time = begin + i * step;
        joules += step / 6 *
                  (hall_rack_watts(*state, 2, time) + 4 * hall_rack_watts(*state, 2, time + step / 2) +
                   hall_rack_watts(*state, 2, time + step));
    }
    hall_pdu_at(*state, 2, FEED_A, begin + 1000, &pdu);
    double measured = pdu.load.joules - first;
    assert_true(measured > 0);
    assert_true(fabs(measured - joules * share) < 1e-6 * measured);
}

static void heat_leaves_with_the_coolant(void **state) {
    unsigned loops = 0;
    for (unsigned rack = 0; rack < spec.rows * spec.racks; rack++) {
        if (!hall_rack_is_liquid(*state, rack))
            continue;
        loops++;
        for (unsigned m = 0; m < N_MOMENTS; m++) {
            struct loop_state loop;
            hall_loop_at(*state, rack, moments[m], &loop);
            double heat = HALL_COOLANT_HEAT * loop.flow * (loop.return_celsius - loop.supply_celsius);
            check_near(heat, loop.heat_watts);
            check_near(heat, spec.liquid_share * hall_rack_heat_watts(*state, rack, moments[m]));
            assert_true(loop.pump_ratio >= 0.4 && loop.pump_ratio <= 1);
            assert_true(loop.supply_pascals > loop.return_pascals);
        }
    }
    assert_int_equal(loops, 3);
}

/* A hall of its own, to which orders are given. */
static struct hall *train(const struct training_spec *training, double time, bool begins_with_checkpoint) {
    struct hall *hall = hall_new(&spec);
    assert_non_null(hall);
    hall_train(hall, training, time, begins_with_checkpoint);
    return hall;
}

static const struct training_spec trainings[] = {{0, 0, 0, 0},      {0.2, 0.3, 0, 0},  {3, 0.6, 0, 0},
                                                 {0.7, 0.4, 60, 8}, {1.3, 0.2, 25, 3}, {0, 0, 30, 5}};
enum { N_TRAININGS = sizeof trainings / sizeof trainings[0] };

/* Orders follow each other; heat and energy go on without a step, and at each moment the sums hold. */
static void training_swings_all_racks_together(void **state) {
    static const struct training_spec swing = {.hertz = 1, .swing = 0.4};
    struct hall *hall = train(&swing, 1000, false);
    for (unsigned rack = 0; rack < spec.rows * spec.racks; rack++) {
        double design = (hall_rack_watts(hall, rack, 1000.25) - hall_rack_watts(*state, rack, 1000.25)) / 0.2;
        assert_true(design > 0.6 * spec.rack_watts - 1 && design < spec.rack_watts + 1);
        check_near(hall_rack_watts(hall, rack, 1000.75) - hall_rack_watts(*state, rack, 1000.75),
                   -0.2 * design);
    }
    struct load_state meter;
    struct pdu_state pdu;
    double watts = 0;
    for (unsigned i = 0; i < spec.racks; i++) {
        hall_pdu_at(hall, i, FEED_A, 1000.25, &pdu);
        watts += pdu.load.watts;
    }
    hall_meter_at(hall, 0, FEED_A, 1000.25, &meter);
    check_near(meter.watts, watts * (1 + HALL_BUSWAY_LOSS));
    check_phases(&meter);
    hall_free(hall);
}

static void checkpoints_drop_the_load(void **state) {
    static const struct training_spec with = {.hertz = 0.5, .swing = 0.2, .every = 60, .checkpoint = 8};
    struct hall *hall = train(&with, 2000, false), *now = train(&with, 2000, true);
    for (unsigned cycle = 1; cycle < 4; cycle++)
        for (double seconds = 0.05; seconds < 60; seconds += 0.1) {
            double time = 2000 - 8 + cycle * 60 + seconds;
            double extra = hall_rack_watts(hall, 0, time) - hall_rack_watts(*state, 0, time);
            double design =
                (hall_rack_watts(*state, 0, 2000.5) - hall_rack_watts(now, 0, 2000.5)) / CHECKPOINT_DROP;
            assert_true(design > 0);
            if (seconds < 8)
                check_near(extra, -CHECKPOINT_DROP * design);
            else
                assert_true(fabs(extra) < 0.1001 * design);
        }
    hall_free(hall);
    hall_free(now);
}

static void energy_is_the_integral_of_training_too(void **state) {
    (void)state;
    const double step = 0.002;
    struct hall *hall = train(&trainings[3], 1e6, true);
    struct pdu_state pdu;
    for (unsigned i = 0; i < N_TRAININGS; i++) {
        double begin = 1e6 + 100 + 200 * i, joules = 0;
        hall_train(hall, &trainings[i], begin - 37, i % 2);
        hall_pdu_at(hall, 2, FEED_A, begin, &pdu);
        double first = pdu.load.joules, share = pdu.load.watts / hall_rack_watts(hall, 2, begin);
        for (int k = 0; k < 50000; k++)
            joules += step * hall_rack_watts(hall, 2, begin + (k + 0.5) * step);
        hall_pdu_at(hall, 2, FEED_A, begin + 100, &pdu);
        double measured = pdu.load.joules - first;
        assert_true(fabs(measured - joules * share) < 2e-5 * measured);
    }
    hall_free(hall);
}

/* Heat follows power as through one thermal mass: integrated step by step it comes out the same. */
static void heat_lags_behind_power(void **state) {
    (void)state;
    const double step = 0.002;
    struct hall *hall = train(&trainings[1], 1e6, false);
    for (unsigned i = 0; i < N_TRAININGS; i++) {
        double begin = 1e6 + 100 + 200 * i;
        double before = hall_rack_heat_watts(hall, 2, begin);
        hall_train(hall, &trainings[i], begin, i % 2);
        double heat = hall_rack_heat_watts(hall, 2, begin);
        check_near(heat, before);
        for (int k = 0; k < 50000; k++) {
            heat += step / TRAINING_LAG * (hall_rack_watts(hall, 2, begin + (k + 0.5) * step) - heat);
            if (k % 1000 == 999)
                assert_true(fabs(heat - hall_rack_heat_watts(hall, 2, begin + (k + 1) * step)) < 5e-4 * heat);
        }
    }
    hall_free(hall);
}

static void same_seed_same_hall(void **state) {
    struct hall_spec other_spec = spec;
    struct hall *same = hall_new(&other_spec);
    other_spec.seed++;
    struct hall *other = hall_new(&other_spec);
    assert_non_null(same);
    assert_non_null(other);
    assert_true(hall_rack_watts(same, 3, 99) == hall_rack_watts(*state, 3, 99));
    assert_true(hall_rack_watts(other, 3, 99) != hall_rack_watts(*state, 3, 99));
    assert_true(hall_rack_watts(same, 3, 100) != hall_rack_watts(same, 3, 99));
    hall_free(same);
    hall_free(other);
}

static void impossible_halls_are_refused(void **state) {
    (void)state;
    struct hall_spec wrong[4] = {spec, spec, spec, spec};
    wrong[0].rows = 0;
    wrong[1].outlets = OUTLETS_MOST + 1;
    wrong[2].liquid = 1.5;
    wrong[3].rack_watts = (double)NAN;
    for (unsigned i = 0; i < 4; i++)
        assert_null(hall_new(&wrong[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_feeds_carry_the_rack),
        cmocka_unit_test(outlets_add_up_to_their_phase),
        cmocka_unit_test(meters_see_their_pdus_and_the_loss),
        cmocka_unit_test(ups_carries_its_meters),
        cmocka_unit_test(battery_lasts_longer_with_less_load),
        cmocka_unit_test(energy_is_the_integral_of_power),
        cmocka_unit_test(heat_leaves_with_the_coolant),
        cmocka_unit_test(training_swings_all_racks_together),
        cmocka_unit_test(checkpoints_drop_the_load),
        cmocka_unit_test(energy_is_the_integral_of_training_too),
        cmocka_unit_test(heat_lags_behind_power),
        cmocka_unit_test(same_seed_same_hall),
        cmocka_unit_test(impossible_halls_are_refused),
    };
    return cmocka_run_group_tests(tests, make_hall, free_hall);
}
