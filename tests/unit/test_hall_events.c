/* SPDX-License-Identifier: Apache-2.0 */
/* What happens in the simulated hall by order: loads move, counters stand still or go on but never jump,
 * batteries and water follow the energy. */
#include "check.h"

#include <math.h>

#include "hall_order.h"
#include "ramp.h"

static const struct hall_spec spec = {.seed = 7,
                                      .rows = 2,
                                      .racks = 4,
                                      .rack_watts = 20e3,
                                      .outlets = 24,
                                      .liquid = 0.25,
                                      .liquid_share = 0.8,
                                      .chillers = 2,
                                      .speed = 5};
static const double begin = 28e6;

static int make_hall(void **state) {
    *state = hall_new(&spec);
    return *state == NULL;
}

static int free_hall(void **state) {
    hall_free(*state);
    return 0;
}

static void check_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance * fmax(1, fabs(expected))))
        fail_msg("%.12g where %.12g was expected", value, expected);
}

static bool order(struct hall *hall, const char *line, double time) {
    struct hall_order read;
    const char *problem;
    assert_true(hall_order_read(line, &read));
    return hall_order(hall, &read, time, &problem);
}

static void a_lost_feed_moves_to_its_partner(void **state) {
    struct pdu_state a, b;
    struct load_state meter_before, meter, other;
    hall_meter_at(*state, 0, FEED_A, begin, &meter_before);
    hall_pdu_at(*state, 1, FEED_B, begin, &b);
    double joules_of_b = b.load.joules;
    assert_true(order(*state, "feed 1 A lost", begin));
    hall_pdu_at(*state, 1, FEED_A, begin + 60, &a);
    hall_pdu_at(*state, 1, FEED_B, begin + 60, &b);
    assert_true(a.dead && !b.dead);
    check_near(a.load.watts, 0, 0);
    check_near(a.load.phase[0].volts, 0, 0);
    check_near(b.load.watts, hall_rack_watts(*state, 1, begin + 60), 1e-9);
    assert_true(b.load.joules - joules_of_b > 0.9 * 60 * b.load.watts);
    hall_meter_at(*state, 0, FEED_A, begin + 60, &meter);
    check_near(meter.joules, meter_before.joules, 1e-12);
    check_near(meter.hertz, 0, 0);
    hall_meter_at(*state, 1, FEED_A, begin + 60, &other);
    assert_true(other.watts > 0 && other.phase[2].volts > 220);

    assert_true(order(*state, "feed 1 A back", begin + 60));
    hall_meter_at(*state, 0, FEED_A, begin + 60, &meter);
    check_near(meter.joules, meter_before.joules, 1e-12);
    check_near(meter.watts / meter_before.watts, 1, 0.2);
    hall_pdu_at(*state, 1, FEED_A, begin + 60, &a);
    assert_false(a.dead);
}

static void contacts_tell_the_breakers(void **state) {
    struct row_state row;
    assert_true(order(*state, "feed 2 B lost", begin));
    assert_true(order(*state, "leak 2 wet", begin));
    hall_row_at(*state, 1, &row);
    assert_true(row.closed[FEED_A] && !row.tripped[FEED_A] && !row.closed[FEED_B] && row.tripped[FEED_B]);
    assert_true(row.leaks);
    hall_row_at(*state, 0, &row);
    assert_true(row.closed[FEED_B] && !row.leaks);
}

static void no_rack_goes_dark(void **state) {
    assert_true(order(*state, "feed 1 A lost", begin));
    assert_false(order(*state, "feed 1 B lost", begin + 1));
    assert_true(order(*state, "feed 2 B lost", begin + 1));
}

static void a_battery_gives_what_the_racks_take(void **state) {
    struct ups_state before, on, after;
    hall_ups_at(*state, FEED_A, begin, &before);
    assert_true(order(*state, "ups A battery", begin));
    hall_ups_at(*state, FEED_A, begin + 30, &on);
    assert_true(on.on_battery && on.battery_amperes > 0);
    check_near(on.battery_seconds, 30, 1e-9);
    check_near(on.input.watts, 0, 0);
    check_near(on.input.phase[1].volts, 0, 0);
    check_near(on.input.joules, before.input.joules, 1e-12);
    assert_true(on.output.phase[1].volts > 220);
    double battery = on.rating_voltamperes * HALL_BATTERY_SECONDS / spec.speed;
    check_near(1 - on.charge_ratio, (on.output.joules - before.output.joules) / battery, 1e-6);
    assert_true(on.runtime_seconds < before.runtime_seconds);

    assert_true(order(*state, "ups A mains", begin + 30));
    hall_ups_at(*state, FEED_A, begin + 31, &after);
    check_near(after.input.watts,
               after.output.watts / HALL_UPS_EFFICIENCY + HALL_RECHARGE * after.rating_voltamperes, 1e-9);
    assert_true(after.charge_ratio > on.charge_ratio && after.charge_ratio < 1);
    hall_ups_at(*state, FEED_A, begin + 3600, &after);
    check_near(after.charge_ratio, 1, 1e-9);
    check_near(after.input.watts, after.output.watts / HALL_UPS_EFFICIENCY, 1e-9);
}

static void the_intake_counts_what_it_carries(void **state) {
    static const struct {
        double after;
        const char *line;
    } orders[] = {{50, "ups A battery"},
                  {70, "chiller 1 tripped"},
                  {80, "feed 1 B lost"},
                  {90, "ups A mains"},
                  {120, "chiller 1 running"}};
    const double step = 0.05;
    struct load_state load;
    hall_intake_at(*state, begin, &load);
    double first = load.joules, last = first, joules = 0;
    size_t next = 0;
    for (int i = 0; i < 6000; i++) {
        double time = begin + i * step;
        for (; next < 5 && orders[next].after <= i * step; next++)
            assert_true(order(*state, orders[next].line, time));
        hall_intake_at(*state, time + step / 2, &load);
        assert_true(load.joules >= last);
        last = load.joules;
        joules += step * load.watts;
    }
    hall_intake_at(*state, begin + 6000 * step, &load);
    check_near(load.joules - first, joules, 2e-3);
}

static void water_warms_while_a_chiller_is_missing(void **state) {
    struct chiller_state well, tripped, other;
    struct loop_state before, loop;
    hall_chiller_at(*state, 0, begin, &well);
    hall_loop_at(*state, 3, begin, &before);
    check_near(well.supply_celsius, HALL_WATER_CELSIUS, 0);
    assert_true(well.runs && well.watts > 0);
    assert_true(order(*state, "chiller 1 tripped", begin));
    hall_chiller_at(*state, 0, begin + 20, &tripped);
    hall_chiller_at(*state, 1, begin + 20, &other);
    assert_true(!tripped.runs && other.runs);
    check_near(tripped.watts, 0, 0);
    check_near(other.load_ratio, 1, 1e-9);
    double rise = tripped.supply_celsius - HALL_WATER_CELSIUS;
    assert_true(rise > 1 && rise < 15);
    hall_loop_at(*state, 3, begin + 20, &loop);
    check_near(loop.supply_celsius - before.supply_celsius, rise, 0.2);

    assert_true(order(*state, "chiller 1 running", begin + 20));
    hall_chiller_at(*state, 0, begin + 21, &well);
    assert_true(well.supply_celsius < tripped.supply_celsius && well.supply_celsius > HALL_WATER_CELSIUS);
    hall_chiller_at(*state, 0, begin + 900, &well);
    check_near(well.supply_celsius, HALL_WATER_CELSIUS, 0);
}

/* Step by step it comes out the same: the value climbs evenly, the integral is its sum, heat follows. */
static void a_creeping_load_is_exact(void **state) {
    (void)state;
    const double step = 0.001;
    struct ramp ramp = {0};
    double integral = 0, lagged = 0;
    for (int i = 0; i < 100000; i++) {
        double time = 1000 + i * step;
        if (i == 10000)
            ramp_set(&ramp, 0.4, 20, time);
        if (i == 20000) /* on the way */
            ramp_set(&ramp, 0.1, 30, time);
        integral += step * ramp_value(&ramp, time + step / 2);
        lagged += step / TRAINING_LAG * (ramp_value(&ramp, time + step / 2) - lagged);
        if (i % 1000 == 999) {
            assert_true(fabs(integral - ramp_integral(&ramp, time + step)) < 1e-3);
            assert_true(fabs(lagged - ramp_lagged(&ramp, time + step)) < 1e-3);
        }
    }
    check_near(ramp_value(&ramp, 1030), 0.2 - 0.1 * 10 / 30, 1e-6);
    check_near(ramp_value(&ramp, 1100), 0.1, 1e-9);
}

static void a_rack_creeps_alone(void **state) {
    double others = hall_rack_watts(*state, 4, begin + 30), own = hall_rack_watts(*state, 5, begin + 30);
    assert_true(order(*state, "creep 2-02 0.3 60", begin)); /* 12 s at this speed */
    check_near(hall_rack_watts(*state, 4, begin + 30), others, 0);
    assert_true(hall_rack_watts(*state, 5, begin + 30) > own + 0.3 * 0.6 * spec.rack_watts - 1);
    check_near(hall_rack_watts(*state, 5, begin), hall_rack_watts(*state, 5, begin - 1), 0.2);
}

static void orders_are_read(void **state) {
    static const char *const wrong[] = {"",
                                        "feed",
                                        "feed 1 A",
                                        "feed 1 C lost",
                                        "feed 0 A lost",
                                        "feed 1-02 A lost",
                                        "feed 1 A battery",
                                        "feed 1 A lost now",
                                        "ups 1 battery",
                                        "ups A lost",
                                        "chiller 0 tripped",
                                        "chiller one tripped",
                                        "leak 1-0 wet",
                                        "leak 1-02-3 wet",
                                        "creep 1 0.1 10",
                                        "creep 1-02 0.9 10",
                                        "creep 1-02 nan 10",
                                        "creep 1-02 0.1 -1"};
    static const char *const of_no_hall[] = {"feed 3 A lost", "chiller 3 tripped", "leak 1-05 wet",
                                             "leak 1-01 wet"};
    struct hall_order read;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (hall_order_read(wrong[i], &read))
            fail_msg("\"%s\" is no order", wrong[i]);
    for (size_t i = 0; i < sizeof of_no_hall / sizeof of_no_hall[0]; i++)
        assert_false(order(*state, of_no_hall[i], begin));
    assert_true(order(*state, "leak 1-04 wet", begin)); /* it is liquid cooled */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lost_feed_moves_to_its_partner, make_hall, free_hall),
        cmocka_unit_test_setup_teardown(contacts_tell_the_breakers, make_hall, free_hall),
        cmocka_unit_test_setup_teardown(no_rack_goes_dark, make_hall, free_hall),
        cmocka_unit_test_setup_teardown(a_battery_gives_what_the_racks_take, make_hall, free_hall),
        cmocka_unit_test_setup_teardown(the_intake_counts_what_it_carries, make_hall, free_hall),
        cmocka_unit_test_setup_teardown(water_warms_while_a_chiller_is_missing, make_hall, free_hall),
        cmocka_unit_test(a_creeping_load_is_exact),
        cmocka_unit_test_setup_teardown(a_rack_creeps_alone, make_hall, free_hall),
        cmocka_unit_test_setup_teardown(orders_are_read, make_hall, free_hall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
