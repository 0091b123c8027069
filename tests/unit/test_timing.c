/* SPDX-License-Identifier: Apache-2.0 */
/* What a bus needs and can promise, against figures worked out by hand; and which bus carries what. */
#include "acquire/forecast.h"
#include "check.h"

#include <string.h>

static const struct line_settings slow_line = {.baud = 9600, .parity = 'N', .stop_bits = 1};
static const struct line_settings fast_line = {.baud = 115200, .parity = 'E', .stop_bits = 1};
static const struct plan_request fifty = {.rate = RATE_NORMAL, .function = 3, .count = 50};

/* `n` devices that ask `requests` times for a time at one rate. */
static struct timing_unit asking(uint32_t n, enum rate rate, uint32_t requests, int64_t us,
                                 int64_t interval_us) {
    struct timing_unit unit = {.n = n, .timeout_us = 1000000};
    for (int i = 0; i < RATE_ONCE; i++)
        unit.polls[i].interval_us = interval_us;
    unit.polls[rate] = (struct timing_poll){
        .interval_us = interval_us, .n = requests, .all_us = requests * us, .longest_us = us};
    return unit;
}

static void a_request_takes_its_characters_the_silence_and_the_turnaround(void **state) {
    (void)state;
    /* 3.5 x 11 bits / 9600 = 4010 us; (8 + 105) characters x 10 bits / 9600 = 117,709 us; 50 ms */
    assert_int_equal(timing_request_us(&slow_line, &fifty), 4010 + 117709 + 50000);
    /* 1.75 ms; 113 characters x 11 bits / 115,200 = 10,790 us */
    assert_int_equal(timing_request_us(&fast_line, &fifty), 1750 + 10790 + 50000);
    const struct plan_request bits = {.function = 1, .count = 20};
    /* 3 bytes of bits: 16 characters */
    assert_int_equal(timing_request_us(&slow_line, &bits), 4010 + 16667 + 50000);
    assert_int_equal(timing_request_us(NULL, &fifty), 50000);
}

static void thirty_two_units_on_a_slow_line(void **state) {
    (void)state;
    struct timing_unit unit = {.n = 32, .timeout_us = 1000000};
    struct timing_bus bus = {.units = &unit, .n_units = 1};
    unit.polls[RATE_NORMAL].interval_us = 10000000;
    timing_add_request(&unit, &slow_line, &fifty, 0);
    timing_judge(&bus);
    const struct timing_poll *poll = &unit.polls[RATE_NORMAL];
    assert_int_equal(bus.cycle_us, 32 * 171719);
    assert_int_equal(poll->done_us, 32 * 171719);
    assert_int_equal(poll->age_us, 10000000 + 32 * 171719);
    assert_int_equal(poll->age_dead_us, 10000000 + 32 * 171719 + 1050000); /* noticed a tick later */
    assert_true(poll->kept && bus.worst < 1);
    assert_true(bus.share > 0.5494 && bus.share < 0.5496);
    /* At 5 s they take longer than that: each gets every second turn. */
    unit.polls[RATE_NORMAL].interval_us = 5000000;
    timing_judge(&bus);
    assert_false(poll->kept);
    assert_true(bus.worst > 1);
    assert_int_equal(poll->every_us, 10000000);
    assert_int_equal(poll->age_us, 10000000 + 32 * 171719);
}

static void a_faster_line_keeps_what_a_slow_one_cannot(void **state) {
    (void)state;
    struct timing_unit unit = {.n = 32};
    struct timing_bus bus = {.units = &unit, .n_units = 1};
    unit.polls[RATE_NORMAL].interval_us = 5000000;
    timing_add_request(&unit, &fast_line, &fifty, 0);
    timing_judge(&bus);
    assert_int_equal(bus.cycle_us, 32 * 62540);
    assert_true(unit.polls[RATE_NORMAL].kept);
}

static void a_gateway_rests_after_each_request(void **state) {
    (void)state;
    struct timing_unit unit = {.n = 20};
    struct timing_bus bus = {.units = &unit, .n_units = 1};
    unit.polls[RATE_NORMAL].interval_us = 1000000;
    timing_add_request(&unit, NULL, &fifty, 0);
    timing_judge(&bus);
    assert_int_equal(unit.polls[RATE_NORMAL].done_us, 1000000); /* just so */
    assert_true(unit.polls[RATE_NORMAL].kept);
    unit.polls[RATE_NORMAL] = (struct timing_poll){.interval_us = 1000000};
    timing_add_request(&unit, NULL, &fifty, 20000);
    timing_judge(&bus);
    assert_int_equal(unit.polls[RATE_NORMAL].done_us, 1400000);
    assert_int_equal(unit.polls[RATE_NORMAL].age_us, 2000000 + 1400000);
    assert_false(unit.polls[RATE_NORMAL].kept);
}

static void a_device_rests_while_others_are_asked(void **state) {
    (void)state;
    struct timing_unit unit = asking(1, RATE_NORMAL, 3, 100000, 1000000);
    struct timing_bus bus = {.units = &unit, .n_units = 1};
    unit.rest_us = 50000;
    timing_judge(&bus);
    assert_int_equal(unit.polls[RATE_NORMAL].done_us, 450000);
    assert_int_equal(bus.cycle_us, 300000);
}

static void others_come_once_before_each_request(void **state) {
    (void)state;
    struct timing_unit units[] = {asking(1, RATE_NORMAL, 2, 100000, 2000000),
                                  asking(1, RATE_NORMAL, 5, 10000, 2000000)};
    struct timing_bus bus = {.units = units, .n_units = 2};
    timing_judge(&bus);
    assert_int_equal(units[0].polls[RATE_NORMAL].done_us, 200000 + 2 * 10000);
    /* Before its five there are no more than the two that the other has. */
    assert_int_equal(units[1].polls[RATE_NORMAL].done_us, 50000 + 2 * 100000);
    /* At 400 ms the other may have begun late and begin again meanwhile. */
    units[0].polls[RATE_NORMAL].interval_us = 400000;
    timing_judge(&bus);
    assert_int_equal(units[1].polls[RATE_NORMAL].done_us, 50000 + 4 * 100000);
}

static void a_device_does_its_other_rates_first(void **state) {
    (void)state;
    struct timing_unit unit = asking(1, RATE_NORMAL, 2, 100000, 1000000);
    struct timing_bus bus = {.units = &unit, .n_units = 1};
    unit.polls[RATE_SLOW] =
        (struct timing_poll){.interval_us = 60000000, .n = 1, .all_us = 300000, .longest_us = 300000};
    timing_judge(&bus);
    assert_int_equal(unit.polls[RATE_NORMAL].done_us, 500000);
    assert_int_equal(unit.polls[RATE_SLOW].age_us, 60000000 + 500000);
    assert_int_equal(bus.shortest_us, 1000000);
}

static void fast_waits_for_the_one_under_way_only(void **state) {
    (void)state;
    struct timing_unit units[] = {asking(1, RATE_FAST, 1, 60000, 500000),
                                  asking(10, RATE_NORMAL, 3, 100000, 5000000)};
    struct timing_bus bus = {.units = units, .n_units = 2};
    timing_judge(&bus);
    assert_int_equal(units[0].polls[RATE_FAST].done_us, 100000 + 60000);
    assert_true(units[0].polls[RATE_FAST].kept);
    /* Two of them: somebody else's routine request can begin between them, but none of its own. */
    units[0] = asking(1, RATE_FAST, 2, 60000, 500000);
    units[0].polls[RATE_NORMAL] =
        (struct timing_poll){.interval_us = 5000000, .n = 3, .all_us = 450000, .longest_us = 150000};
    timing_judge(&bus);
    assert_int_equal(units[0].polls[RATE_FAST].done_us, 150000 + 60000 + 100000 + 60000);
    bus.n_units = 1;
    timing_judge(&bus);
    assert_int_equal(units[0].polls[RATE_FAST].done_us, 150000 + 60000 + 60000);
}

static void routine_lets_every_fast_request_pass(void **state) {
    (void)state;
    struct timing_unit units[] = {asking(1, RATE_FAST, 1, 50000, 200000),
                                  asking(1, RATE_NORMAL, 3, 100000, 1000000)};
    struct timing_bus bus = {.units = units, .n_units = 2};
    timing_judge(&bus);
    /* 300 ms of its own; a fast poll takes up to 150 ms, so four can be under way in 500 ms: 150 ms before
     * its begin and 50, 250 and 450 ms behind it. */
    assert_int_equal(units[1].polls[RATE_NORMAL].done_us, 500000);
    /* A fast lane that is never empty lets nothing else pass. */
    units[0] = asking(1, RATE_FAST, 1, 50000, 50000);
    timing_judge(&bus);
    assert_int_equal(units[1].polls[RATE_NORMAL].done_us, TIMING_NEVER_US);
    assert_int_equal(units[1].polls[RATE_NORMAL].age_us, TIMING_NEVER_US);
    assert_false(units[1].polls[RATE_NORMAL].kept);
}

static void one_alone_has_no_dead_neighbour(void **state) {
    (void)state;
    struct timing_unit unit = asking(1, RATE_NORMAL, 1, 50000, 1000000);
    struct timing_bus bus = {.units = &unit, .n_units = 1};
    timing_judge(&bus);
    assert_int_equal(unit.polls[RATE_NORMAL].age_us, 1050000);
    assert_int_equal(unit.polls[RATE_NORMAL].age_dead_us, 1050000);
}

static void a_line_that_carries_nothing_promises_nothing(void **state) {
    (void)state;
    struct timing_bus bus = {.units = NULL, .n_units = 0};
    timing_judge(&bus);
    assert_true(bus.worst == 0 && bus.share == 0);
}

/* --- forecast */

enum { DEVICES = 40 };

static struct device_config devices[DEVICES];
static char names[DEVICES][16], urls[DEVICES][64];

/* Devices whose URLs differ in a number. */
static struct site_config site_of(const char *before, const char *behind, unsigned n, const char *driver,
                                  int64_t interval_ms) {
    for (unsigned i = 0; i < n; i++) {
        struct device_config *device = &devices[i];
        char why[200];
        *device = (struct device_config){.name = names[i],
                                         .url_text = urls[i],
                                         .driver = driver != NULL ? driver_find(driver) : NULL,
                                         .interval_ms = {interval_ms, interval_ms, 60000},
                                         .timeout_ms = 1000};
        snprintf(names[i], sizeof(names[i]), "d%u", i + 1);
        snprintf(urls[i], sizeof(urls[i]), "%s%u%s", before, i + 1, behind);
        if (device_url_parse(urls[i], &device->url, why, sizeof(why)) != 0)
            fail_msg("%s: %s", urls[i], why);
    }
    return (struct site_config){.site = (char *)"s", .devices = devices, .n_devices = n};
}

static struct forecast *forecast_of(const struct site_config *site) {
    struct forecast *forecast;
    assert_int_equal(forecast_new(site, &forecast), 0);
    return forecast;
}

static void forecast_done(struct forecast *forecast, const struct site_config *site) {
    forecast_free(forecast);
    for (size_t i = 0; i < site->n_devices; i++)
        device_url_done(&site->devices[i].url);
}

static void units_of_a_line_share_it(void **state) {
    (void)state;
    struct site_config site = site_of("rtu:/dev/ttyUSB0:9600:8N1/", "", 20, "schneider_pm5000", 5000);
    struct forecast *forecast = forecast_of(&site);
    const struct forecast_bus *bus = &forecast->buses[0];
    assert_int_equal(forecast->n_buses, 1);
    assert_string_equal(bus->name, "rtu:/dev/ttyUSB0");
    assert_int_equal(bus->n, 20);
    assert_int_equal(bus->timing.n_units, 1); /* they are alike */
    assert_false(forecast->kept || bus->at_least);
    assert_non_null(forecast->devices[0].plan);
    /* What is said to help does. */
    assert_int_equal(bus->help.baud, 38400);
    assert_int_equal(bus->help.interval_ms, 10000);
    char faster[64];
    snprintf(faster, sizeof(faster), "rtu:/dev/ttyUSB0:%u:8N1/", (unsigned)bus->help.baud);
    int64_t interval_ms = bus->help.interval_ms;
    uint32_t stay = 20 - bus->help.n_moved;
    forecast_done(forecast, &site);
    site = site_of(faster, "", 20, "schneider_pm5000", 5000);
    forecast = forecast_of(&site);
    assert_true(forecast->kept);
    forecast_done(forecast, &site);
    site = site_of("rtu:/dev/ttyUSB0:9600:8N1/", "", 20, "schneider_pm5000", interval_ms);
    forecast = forecast_of(&site);
    assert_true(forecast->kept);
    forecast_done(forecast, &site);
    for (uint32_t more = 0; more < 2; more++) {
        site = site_of("rtu:/dev/ttyUSB0:9600:8N1/", "", stay + more, "schneider_pm5000", 5000);
        forecast = forecast_of(&site);
        assert_int_equal(forecast->kept, more == 0);
        forecast_done(forecast, &site);
    }
}

static void devices_of_their_own_wait_for_nobody(void **state) {
    (void)state;
    struct site_config site = site_of("modbus://10.0.0.", "/1", 40, "schneider_pm5000", 1000);
    struct forecast *forecast = forecast_of(&site);
    assert_int_equal(forecast->n_buses, 40);
    for (size_t i = 0; i < forecast->n_devices; i++) {
        const struct timing_poll *poll = &forecast_unit(forecast, &forecast->devices[i])->polls[RATE_NORMAL];
        assert_int_equal(poll->age_us, 1000000 + poll->all_us);
        assert_false(forecast->devices[i].at_least);
    }
    forecast_done(forecast, &site);
}

static void what_is_not_known_is_said_to_be_the_least(void **state) {
    (void)state;
    static const struct {
        const char *before, *behind, *driver;
        unsigned n;
    } cases[] = {{"modbus://10.0.0.1/", "", "schneider_pm5000", 2},
                 {"modbus+rtu://10.0.0.1:4001/", "", "schneider_pm5000", 1},
                 {"snmp://10.0.0.", "", "apc_rpdu2", 1},
                 {"snmp://10.0.0.", "", NULL, 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct site_config site =
            site_of(cases[i].before, cases[i].behind, cases[i].n, cases[i].driver, 1000);
        struct forecast *forecast = forecast_of(&site);
        assert_true(forecast->buses[0].at_least && forecast->devices[0].at_least);
        assert_true(forecast_unit(forecast, &forecast->devices[0])->polls[RATE_NORMAL].n > 0);
        forecast_done(forecast, &site);
    }
}

static void the_worst_bus_comes_first(void **state) {
    (void)state;
    struct site_config site = site_of("rtu:/dev/ttyUSB0:9600:8N1/", "", 20, "schneider_pm5000", 5000);
    char why[200];
    device_url_done(&devices[3].url);
    assert_int_equal(device_url_parse("modbus://10.0.0.1/1", &devices[3].url, why, sizeof(why)), 0);
    struct forecast *forecast = forecast_of(&site);
    assert_int_equal(forecast->n_buses, 2);
    assert_string_equal(forecast->buses[0].name, "rtu:/dev/ttyUSB0");
    for (size_t i = 0; i < forecast->n_devices; i++) {
        const struct forecast_device *device = &forecast->devices[i];
        assert_int_equal(device->bus, device->config == &devices[3]);
    }
    forecast_done(forecast, &site);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_takes_its_characters_the_silence_and_the_turnaround),
        cmocka_unit_test(thirty_two_units_on_a_slow_line),
        cmocka_unit_test(a_faster_line_keeps_what_a_slow_one_cannot),
        cmocka_unit_test(a_gateway_rests_after_each_request),
        cmocka_unit_test(a_device_rests_while_others_are_asked),
        cmocka_unit_test(others_come_once_before_each_request),
        cmocka_unit_test(a_device_does_its_other_rates_first),
        cmocka_unit_test(fast_waits_for_the_one_under_way_only),
        cmocka_unit_test(routine_lets_every_fast_request_pass),
        cmocka_unit_test(one_alone_has_no_dead_neighbour),
        cmocka_unit_test(a_line_that_carries_nothing_promises_nothing),
        cmocka_unit_test(units_of_a_line_share_it),
        cmocka_unit_test(devices_of_their_own_wait_for_nobody),
        cmocka_unit_test(what_is_not_known_is_said_to_be_the_least),
        cmocka_unit_test(the_worst_bus_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
