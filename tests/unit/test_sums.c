/* SPDX-License-Identifier: Apache-2.0 */
/* judge/sums.h: what nodes carry, calculated by hand. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "tests/sim/plant.h"

static const double unknown = (double)NAN;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int64_t start_ms = 1764000000000;

static const struct series power_only[] = {{ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL}};
static const struct series power_and_var[] = {
    {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL},
    {REACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL}};
static const struct series whole_meter[] = {
    {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL},
    {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_L1}, NULL},
    {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_L2}, NULL},
    {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_L3}, NULL},
    {CURRENT, {.part = PART_INPUT, .phase = PHASE_L1}, NULL},
    {CURRENT, {.part = PART_INPUT, .phase = PHASE_L2}, NULL},
    {CURRENT, {.part = PART_INPUT, .phase = PHASE_L3}, NULL},
    {VOLTAGE, {.part = PART_INPUT, .phase = PHASE_L1}, NULL},
    {APPARENT_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL},
    {ACTIVE_ENERGY, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL}};

static void assert_near(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-6 * fmax(1, fabs(expected))))
        fail_msg("%.9g instead of %.9g", value, expected);
}

struct hall {
    struct plant plant;
    int64_t now_ms;
};

static struct hall *begin(void) {
    struct hall *hall = test_calloc(1, sizeof(*hall));
    plant_begin(&hall->plant);
    hall->now_ms = start_ms;
    return hall;
}

static void end(struct hall *hall) {
    plant_end(&hall->plant);
    test_free(hall);
}

static void say(struct hall *hall, uint32_t device, const double *values) {
    plant_say(&hall->plant, device, values, hall->now_ms, hall->now_ms);
}

static void say_watts(struct hall *hall, uint32_t device, double watts) {
    say(hall, device, &watts);
}

static void settle(struct hall *hall) {
    sums_age(hall->plant.sums, hall->now_ms);
    sums_settle(hall->plant.sums, hall->now_ms);
}

static const struct node_sum *sum(const struct hall *hall, const char *name) {
    return plant_sum(&hall->plant, name);
}

/* A rack with a PDU on each side, under one intake: it counts once. */
static void a_double_fed_rack_counts_once(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    plant_node(plant, POWER_INTAKE, "grid", "", "");
    plant_node(plant, POWER_BUS, "a", "grid", "");
    plant_node(plant, POWER_BUS, "b", "grid", "");
    plant_node(plant, POWER_PDU, "pdu-a", "a", "meter-a");
    plant_node(plant, POWER_PDU, "pdu-b", "b", "meter-b");
    plant_node(plant, POWER_RACK, "rack", "pdu-a;pdu-b", "");
    plant_node(plant, POWER_RACK, "other", "a;b", "meter-r");
    plant_settle(plant);
    uint32_t a = plant_device(plant, "meter-a", power_only, 1);
    uint32_t b = plant_device(plant, "meter-b", power_only, 1);
    uint32_t r = plant_device(plant, "meter-r", power_only, 1);
    say_watts(hall, a, 3000);
    say_watts(hall, b, 2000);
    say_watts(hall, r, 8000);
    settle(hall);
    assert_near(sum(hall, "rack")->watts, 5000);
    assert_near(sum(hall, "a")->watts, 7000);
    assert_near(sum(hall, "b")->watts, 6000);
    assert_near(sum(hall, "grid")->watts, 13000);
    assert_near((double)sum(hall, "grid")->measured, 1);
    assert_int_equal(sum(hall, "grid")->flags & SUM_LOWER_BOUND, 0);
    end(hall);
}

/* What the meters say of P and Q makes VA; where one has no Q, VA is a bound. */
static void voltamperes_are_a_root_or_a_bound(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    plant_node(plant, POWER_BUS, "bus", "", "");
    plant_node(plant, POWER_BREAKER, "q1", "bus", "m1");
    plant_node(plant, POWER_BREAKER, "q2", "bus", "m2");
    plant_settle(plant);
    uint32_t m1 = plant_device(plant, "m1", power_and_var, 2);
    uint32_t m2 = plant_device(plant, "m2", power_and_var, 2);
    say(hall, m1, (double[]){3000, 4000});
    say(hall, m2, (double[]){5000, -1000});
    settle(hall);
    assert_near(sum(hall, "q1")->voltamperes, 5000);
    assert_near(sum(hall, "bus")->vars, 3000);
    assert_near(sum(hall, "bus")->voltamperes, sqrt(8000. * 8000 + 3000. * 3000));
    assert_int_equal(sum(hall, "bus")->flags & SUM_VA_IS_BOUND, 0);
    end(hall);
}

/* A meter with all of it: phases, amperes, volts, its own VA and its counter. */
static void a_meter_counts_as_it_measures(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    plant_node(plant, POWER_BUS, "bus", "", "");
    plant_node(plant, POWER_BREAKER, "q1", "bus:L2-L3-L1", "m1");
    plant_settle(plant);
    uint32_t m1 = plant_device(plant, "m1", whole_meter, COUNT(whole_meter));
    say(hall, m1, (double[]){6000, 1000, 2000, 3000, 5, 10, 15, 230, 6900, 1e9});
    settle(hall);
    const struct node_sum *q1 = sum(hall, "q1"), *bus = sum(hall, "bus");
    assert_near(q1->voltamperes, 6900);
    assert_near(q1->phase_watts[1], 2000);
    assert_near(q1->phase_amperes[2], 15);
    assert_near(q1->amperes, 15);
    assert_near(q1->joules, 1e9);
    assert_int_equal(q1->flags & (SUM_A_IS_BOUND | SUM_VA_IS_BOUND | SUM_LOWER_BOUND), 0);
    assert_int_equal(q1->flags & SUM_MEASURED, SUM_MEASURED);
    assert_near(bus->phase_watts[1], 1000); /* its L1 stands on the bus's L2 */
    assert_near(bus->phase_watts[0], 3000);
    assert_near(bus->phase_amperes[1], 5);
    assert_int_equal(bus->flags & SUM_A_IS_BOUND, 0); /* one load on a conductor */
    assert_int_equal(bus->flags & SUM_MEASURED, 0);
    end(hall);
}

/* One-phase loads on three phases, and between them. */
static void one_phase_on_three(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    static const struct series one[] = {{ACTIVE_POWER, {0}, NULL}, {CURRENT, {0}, NULL}};
    plant_node(plant, POWER_BUS, "bus", "", "");
    plant_node(plant, POWER_LOAD, "l1", "bus:L1", "m1")->phases = 1;
    plant_node(plant, POWER_LOAD, "l3", "bus:L3", "m3")->phases = 1;
    plant_node(plant, POWER_BUS, "delta", "", "");
    for (int i = 0; i < 3; i++) {
        struct power_node *node = plant_node(plant, POWER_LOAD, (const char *[]){"d12", "d23", "d31"}[i],
                                             (const char *[]){"delta:L1", "delta:L2", "delta:L3"}[i],
                                             (const char *[]){"m12", "m23", "m31"}[i]);
        node->phases = 1;
        node->line_to_line = true;
    }
    plant_settle(plant);
    say(hall, plant_device(plant, "m1", one, 2), (double[]){1000, 5});
    say(hall, plant_device(plant, "m3", one, 2), (double[]){3000, 14});
    say(hall, plant_device(plant, "m12", one, 2), (double[]){4000, 10});
    say(hall, plant_device(plant, "m23", one, 2), (double[]){0, 0});
    say(hall, plant_device(plant, "m31", one, 2), (double[]){4000, 10});
    settle(hall);
    assert_near(sum(hall, "bus")->phase_watts[0], 1000);
    assert_near(sum(hall, "bus")->phase_watts[1], 0);
    assert_near(sum(hall, "bus")->phase_watts[2], 3000);
    assert_near(sum(hall, "bus")->phase_amperes[2], 14);
    assert_near(sum(hall, "delta")->watts, 8000);
    assert_near(sum(hall, "delta")->phase_amperes[0], sqrt(300)); /* I12 and I31 */
    assert_near(sum(hall, "delta")->phase_amperes[1], 10);        /* I12 alone */
    assert_near(sum(hall, "delta")->amperes, sqrt(300));
    assert_int_equal(sum(hall, "delta")->flags & (SUM_HAS_PHASES | SUM_A_IS_BOUND), 0);
    end(hall);
}

/* A 54 V plant: volts times amperes; what feeds it sees its power on three phases. */
static void direct_current(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    static const struct series dc[] = {{VOLTAGE, {.part = PART_OUTPUT}, NULL},
                                       {CURRENT, {.part = PART_LOAD, .phase = PHASE_TOTAL}, NULL}};
    plant_node(plant, POWER_BREAKER, "q", "", "");
    plant_node(plant, POWER_SHELF, "shelf", "q", "");
    plant_node(plant, POWER_DC_BUS, "dc", "shelf", "dc-1")->phases = 0;
    plant_settle(plant);
    say(hall, plant_device(plant, "dc-1", dc, 2), (double[]){-54, 100});
    settle(hall);
    assert_near(sum(hall, "dc")->watts, 5400);
    assert_near(sum(hall, "dc")->voltamperes, 5400);
    assert_near(sum(hall, "dc")->amperes, 100);
    assert_near(sum(hall, "q")->watts, 5400);
    assert_near(sum(hall, "q")->phase_watts[2], 1800);
    assert_true(isnan(sum(hall, "q")->amperes)); /* amperes do not go through a rectifier */
    end(hall);
}

/* What is not known is not nothing; weights are what each was last known to take. */
static void what_is_not_known_is_said(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    plant_node(plant, POWER_BUS, "bus", "", "");
    plant_node(plant, POWER_BREAKER, "q1", "bus", "m1");
    plant_node(plant, POWER_BREAKER, "q2", "bus", "m2");
    plant_settle(plant);
    settle(hall);
    assert_true(isnan(sum(hall, "bus")->watts));
    assert_near((double)sum(hall, "bus")->unknown, 1);
    uint32_t m1 = plant_device(plant, "m1", power_only, 1), m2 = plant_device(plant, "m2", power_only, 1);
    say_watts(hall, m1, 3000);
    settle(hall);
    assert_near(sum(hall, "bus")->watts, 3000);
    assert_int_equal(sum(hall, "bus")->flags & SUM_LOWER_BOUND, SUM_LOWER_BOUND);
    assert_near((double)sum(hall, "bus")->unknown,
                0.5); /* nothing is known of the other: as much as this one */
    say_watts(hall, m2, 1000);
    settle(hall);
    assert_int_equal(sum(hall, "bus")->flags & SUM_LOWER_BOUND, 0);
    for (int i = 0; i < 20; i++) { /* m2 is silent from here on */
        hall->now_ms += 1000;
        say_watts(hall, m1, 3000);
        settle(hall);
    }
    assert_near(sum(hall, "bus")->watts, 4000);
    assert_near((double)sum(hall, "bus")->held, 0.25);
    assert_near((double)sum(hall, "bus")->measured, 0.75);
    assert_int_equal(sum(hall, "bus")->newest_ms - sum(hall, "bus")->oldest_ms, 20000);
    assert_int_equal(sum(hall, "bus")->flags & SUM_LOWER_BOUND, 0);
    for (int i = 0; i < 60; i++) {
        hall->now_ms += 1000;
        say_watts(hall, m1, 3000);
        settle(hall);
    }
    assert_near(sum(hall, "bus")->watts, 3000);
    assert_near((double)sum(hall, "bus")->unknown, 0.25);
    assert_int_equal(sum(hall, "bus")->flags & SUM_LOWER_BOUND, SUM_LOWER_BOUND);
    assert_int_equal(sum(hall, "bus")->newest_ms - sum(hall, "bus")->oldest_ms, 0);
    end(hall);
}

/* A total less what is metered behind it; when that is not known, nothing is. */
static void a_meter_that_is_taken_off(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    plant_node(plant, POWER_BUS, "bus", "", "total;-part");
    plant_settle(plant);
    uint32_t total = plant_device(plant, "total", power_and_var, 2);
    uint32_t part = plant_device(plant, "part", power_and_var, 2);
    say(hall, total, (double[]){9000, 4000});
    settle(hall);
    assert_true(isnan(sum(hall, "bus")->watts));
    say(hall, part, (double[]){5000, 1000});
    settle(hall);
    assert_near(sum(hall, "bus")->watts, 4000);
    assert_near(sum(hall, "bus")->vars, 3000);
    assert_near(sum(hall, "bus")->voltamperes, 5000);
    end(hall);
}

/* A counter that runs backwards was reset, one that leaps is another's: that step is lost, and counted. */
static void a_counter_goes_on(void **state) {
    (void)state;
    static const double said[] = {1e9, 1.001e9, 5e5, 1.5e6, 9e12, 9.000001e12};
    static const double sums[] = {1e9, 1.001e9, 1.001e9, 1.002e9, 1.002e9, 1.003e9};
    static const uint32_t resets[] = {0, 0, 1, 1, 2, 2};
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    plant_node(plant, POWER_BUS, "bus", "", "");
    plant_node(plant, POWER_BREAKER, "q1", "bus", "m1")->rating.watts = 1e6;
    plant_settle(plant);
    uint32_t m1 = plant_device(plant, "m1", whole_meter, COUNT(whole_meter));
    for (size_t i = 0; i < COUNT(said); i++) {
        double values[COUNT(whole_meter)] = {1000,    unknown, unknown, unknown, unknown,
                                             unknown, unknown, unknown, unknown, said[i]};
        hall->now_ms += 1000;
        say(hall, m1, values);
        settle(hall);
        assert_near(sum(hall, "q1")->joules, sums[i]);
        assert_near(sum(hall, "bus")->joules, sums[i]);
        assert_int_equal(sum(hall, "bus")->energy_resets, resets[i]);
    }
    end(hall);
}

/* Half of a rack's energy goes each way; when one feed is lost, the counters go on from where they were. */
static void a_counter_goes_on_over_a_transfer(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    static const struct series contact[] = {{BREAKER_STATE, {.part = PART_BREAKER, .point = "qa"}, NULL}};
    plant_breaker(plant_node(plant, POWER_BREAKER, "a", "", ""), "io:breaker/qa");
    plant_node(plant, POWER_BREAKER, "b", "", "");
    plant_node(plant, POWER_RACK, "rack", "a;b", "m");
    plant_settle(plant);
    uint32_t m = plant_device(plant, "m", whole_meter, COUNT(whole_meter));
    uint32_t io = plant_device(plant, "io", contact, 1);
    double values[COUNT(whole_meter)] = {1000,    unknown, unknown, unknown, unknown,
                                         unknown, unknown, unknown, unknown, 1000};
    say(hall, m, values);
    settle(hall);
    assert_near(sum(hall, "a")->joules, 500);
    say_watts(hall, io, BREAKER_OPEN);
    settle(hall);
    assert_near(sum(hall, "a")->watts, 0);
    assert_near(sum(hall, "b")->joules, 500);
    values[9] = 3000;
    say(hall, m, values);
    settle(hall);
    assert_near(sum(hall, "b")->watts, 1000);
    assert_near(sum(hall, "b")->joules, 2500);
    say_watts(hall, io, BREAKER_CLOSED);
    settle(hall);
    assert_near(sum(hall, "a")->joules, 500);
    values[9] = 5000;
    say(hall, m, values);
    settle(hall);
    assert_near(sum(hall, "a")->joules, 1500);
    assert_near(sum(hall, "b")->joules, 3500);
    end(hall);
}

/* The meter of a bus is silent: what it feeds is known, and the bus takes that at least. */
static void a_silent_meter_over_known_ones(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    plant_node(plant, POWER_INTAKE, "grid", "", "");
    plant_node(plant, POWER_BUS, "bus", "grid", "main");
    plant_node(plant, POWER_BREAKER, "q1", "bus", "m1");
    plant_settle(plant);
    uint32_t main = plant_device(plant, "main", power_only, 1), m1 = plant_device(plant, "m1", power_only, 1);
    say_watts(hall, m1, 900);
    settle(hall);
    assert_near(sum(hall, "bus")->watts, 900);
    assert_int_equal(sum(hall, "bus")->flags & (SUM_LOWER_BOUND | SUM_MEASURED), SUM_LOWER_BOUND);
    assert_near(sum(hall, "grid")->watts, 900);
    say_watts(hall, main, 1000);
    settle(hall);
    assert_near(sum(hall, "bus")->watts, 1000);
    assert_int_equal(sum(hall, "bus")->flags & (SUM_LOWER_BOUND | SUM_MEASURED), SUM_MEASURED);
    assert_near(sum(hall, "grid")->watts, 1000);
    assert_near(sums_children_watts(plant->sums, plant_number(plant, "bus")), 900);
    plant_say_badly(plant, m1, QUALITY_STALE, hall->now_ms);
    settle(hall);
    assert_true(isnan(sums_children_watts(plant->sums, plant_number(plant, "bus"))));
    end(hall);
}

/* What the UPS gives is known; its breaker sees that at its own voltage. */
static void amperes_before_a_ups(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    static const struct series ups[] = {{ACTIVE_POWER, {.part = PART_OUTPUT, .phase = PHASE_TOTAL}, NULL},
                                        {APPARENT_POWER, {.part = PART_OUTPUT, .phase = PHASE_TOTAL}, NULL},
                                        {ACTIVE_POWER, {.part = PART_INPUT, .phase = PHASE_TOTAL}, NULL}};
    plant_node(plant, POWER_BREAKER, "q", "", "")->rating.volts = 400;
    plant_node(plant, POWER_UPS, "ups", "q", "ups-1");
    plant_settle(plant);
    say(hall, plant_device(plant, "ups-1", ups, 3), (double[]){90000, 100000, 95000});
    settle(hall);
    assert_near(sum(hall, "ups")->watts, 90000);
    assert_near(sum(hall, "q")->phase_watts[1], 30000);
    assert_near(sum(hall, "q")->amperes, 100000 / (sqrt(3) * 400));
    assert_int_equal(sum(hall, "q")->flags & SUM_A_IS_BOUND, SUM_A_IS_BOUND);
    assert_int_equal(sum(hall, "q")->flags & SUM_VA_IS_BOUND, SUM_VA_IS_BOUND);
    end(hall);
}

/* Judged loads: the mean of the minute, of a UPS the peak of the second. */
static void loads_are_means_and_peaks(void **state) {
    (void)state;
    struct hall *hall = begin();
    struct plant *plant = &hall->plant;
    struct node_load load;
    plant_node(plant, POWER_UPS, "ups", "", "m1");
    plant_node(plant, POWER_BREAKER, "q", "", "m1");
    plant_settle(plant);
    uint32_t m1 = plant_device(plant, "m1", power_only, 1);
    say_watts(hall, m1, 1000);
    settle(hall);
    hall->now_ms += 30000;
    say_watts(hall, m1, 5000);
    settle(hall);
    hall->now_ms += 500;
    say_watts(hall, m1, 2000);
    settle(hall);
    sums_load(plant->sums, 0, &load);
    assert_near(load.watts, 5000);
    sums_load(plant->sums, 1, &load);
    assert_near(load.watts, (1000 * 30 + 5000 * 0.5) / 30.5);
    hall->now_ms += 1200;
    settle(hall);
    sums_load(plant->sums, 0, &load);
    assert_near(load.watts, 2000);
    assert_false(load.is_lower_bound);
    end(hall);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_double_fed_rack_counts_once),
        cmocka_unit_test(voltamperes_are_a_root_or_a_bound),
        cmocka_unit_test(a_meter_counts_as_it_measures),
        cmocka_unit_test(one_phase_on_three),
        cmocka_unit_test(direct_current),
        cmocka_unit_test(what_is_not_known_is_said),
        cmocka_unit_test(a_meter_that_is_taken_off),
        cmocka_unit_test(a_counter_goes_on),
        cmocka_unit_test(a_counter_goes_on_over_a_transfer),
        cmocka_unit_test(a_silent_meter_over_known_ones),
        cmocka_unit_test(amperes_before_a_ups),
        cmocka_unit_test(loads_are_means_and_peaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
