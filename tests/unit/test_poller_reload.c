/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that come, go and change while the poller runs, with batches out; each device is a recording. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "acquire/poller.h"
#include "base/clock.h"
#include "model/config_changes.h"
#include "tests/unit/check.h"

enum { INTERVAL_MS = 100, LIMIT_MS = 30000, KEPT_MOST = 1000, DEVICES = 4, NUMBERS = 16, ROUNDS = 1000 };

static const char recording[] = "holding 10 230\nholding 20 50\n";
static const struct point points[] = {{VOLTAGE, HOLDING(10, U16), VOLT},
                                      {FREQUENCY, HOLDING(20, U16), HERTZ}};
static const struct group groups[] = {{POINTS(points)}};
static const struct driver driver = {
    .name = "test", .class = CLASS_METER, .protocol = PROTOCOL_MODBUS, GROUPS(groups)};
static const struct driver other_driver = {
    .name = "other", .class = CLASS_SENSOR, .protocol = PROTOCOL_MODBUS, GROUPS(groups)};

struct hall {
    uv_loop_t loop;
    uv_timer_t clock; /* keeps the loop turning, so that conditions are looked at */
    char path[64];
    struct device_config configs[DEVICES];
    struct poller *poller;
    struct batch *kept[KEPT_MOST];
    size_t n_kept;
    bool keeps;
    size_t polls[NUMBERS], farewells[NUMBERS]; /* by the device's number */
    int64_t polled_ms[NUMBERS], shortest_ms;   /* between two polls of device 0 */
    char rack[NUMBERS][8], driver[NUMBERS][8]; /* of the last poll */
};

static void on_tick(uv_timer_t *clock) {
    (void)clock;
}

static void look_at_poll(struct hall *hall, const struct batch *batch) {
    const struct device_view *view = batch->view;
    int64_t now_ms = clock_monotonic_ms();
    if (view->number == 0 && hall->polls[0] > 0 && now_ms - hall->polled_ms[0] < hall->shortest_ms)
        hall->shortest_ms = now_ms - hall->polled_ms[0];
    hall->polled_ms[view->number] = now_ms;
    hall->polls[view->number]++;
    strncpy(hall->rack[view->number], view->rack, sizeof(hall->rack[0]) - 1);
    strncpy(hall->driver[view->number], view->driver, sizeof(hall->driver[0]) - 1);
}

static void on_batch(void *context, struct batch *batch) {
    struct hall *hall = context;
    assert_true(batch->view->number < NUMBERS);
    if (batch->farewell)
        hall->farewells[batch->view->number]++;
    else if (batch->view->series[batch->first].quantity == VOLTAGE)
        look_at_poll(hall, batch);
    if (hall->keeps && hall->n_kept < KEPT_MOST)
        hall->kept[hall->n_kept++] = batch;
    else
        batch_give_back(batch);
}

static void give_back(struct hall *hall) {
    while (hall->n_kept > 0)
        batch_give_back(hall->kept[--hall->n_kept]);
}

static struct device_config make_config(struct hall *hall) {
    return (struct device_config){
        .name = (char *)"device",
        .url_text = hall->path,
        .driver = &driver,
        .url = {.transport = TRANSPORT_REPLAY, .host = hall->path},
        .hall = (char *)"",
        .row = (char *)"",
        .rack = (char *)"r1",
        .feed = (char *)"",
        .interval_ms = {INTERVAL_MS, INTERVAL_MS, INTERVAL_MS, INTERVAL_MS},
        .timeout_ms = 1000,
        .number = DEVICE_NO_NUMBER,
    };
}

static int setup(void **state) {
    struct hall *hall = test_calloc(1, sizeof(*hall));
    *hall = (struct hall){.path = "/tmp/hallwatch-XXXXXX.registers", .shortest_ms = INT64_MAX};
    int file = mkstemps(hall->path, (int)strlen(".registers"));
    assert_true(file >= 0 && write(file, recording, strlen(recording)) == (ssize_t)strlen(recording));
    close(file);
    const struct poller_options options = {.site = "site"};
    const struct poller_events events = {.context = hall, .batch = on_batch};
    uv_loop_init(&hall->loop);
    uv_timer_init(&hall->loop, &hall->clock);
    uv_timer_start(&hall->clock, on_tick, 1, 1);
    assert_int_equal(poller_new(&hall->loop, &options, &events, &hall->poller), 0);
    for (size_t i = 0; i < DEVICES; i++) {
        hall->configs[i] = make_config(hall);
        assert_int_equal(poller_add(hall->poller, &hall->configs[i]), 0);
        assert_int_equal(hall->configs[i].number, i);
    }
    assert_int_equal(poller_start(hall->poller), 0);
    *state = hall;
    return 0;
}

static int teardown(void **state) {
    struct hall *hall = *state;
    give_back(hall);
    poller_stop(hall->poller);
    uv_close((uv_handle_t *)&hall->clock, NULL);
    uv_run(&hall->loop, UV_RUN_DEFAULT);
    poller_free(hall->poller);
    assert_int_equal(uv_loop_close(&hall->loop), 0);
    unlink(hall->path);
    test_free(hall);
    return 0;
}

/* Until that device was polled so many times more. */
static void run_until_polled(struct hall *hall, uint32_t number, size_t n) {
    int64_t limit_ms = clock_monotonic_ms() + LIMIT_MS;
    for (n += hall->polls[number]; hall->polls[number] < n; uv_run(&hall->loop, UV_RUN_ONCE))
        assert_true(clock_monotonic_ms() < limit_ms);
}

static void a_removed_device_says_farewell_and_is_polled_no_more(void **state) {
    struct hall *hall = *state;
    run_until_polled(hall, 1, 3);
    poller_remove(hall->poller, 1);
    assert_int_equal(hall->farewells[1], 1);
    size_t polls = hall->polls[1];
    run_until_polled(hall, 0, 5);
    assert_int_equal(hall->polls[1], polls);
    poller_remove(hall->poller, 1); /* nothing there any more */
    poller_remove(hall->poller, 9999);
    assert_int_equal(hall->farewells[1], 1);
}

static void a_number_is_free_when_the_last_batch_is_back(void **state) {
    struct hall *hall = *state;
    struct device_config first = make_config(hall), second = make_config(hall), third = make_config(hall);
    run_until_polled(hall, 2, 2);
    hall->keeps = true;
    run_until_polled(hall, 2, 2);
    poller_remove(hall->poller, 2);
    run_until_polled(hall, 0, 3);
    assert_int_equal(poller_add(hall->poller, &first), 0);
    assert_int_equal(first.number, DEVICES); /* batches of device 2 are still out */
    give_back(hall);
    hall->keeps = false;
    run_until_polled(hall, 0, 3);
    assert_int_equal(poller_add(hall->poller, &second), 0);
    assert_int_equal(second.number, 2);
    assert_int_equal(poller_add(hall->poller, &third), 0);
    assert_int_equal(third.number, DEVICES + 1);
    run_until_polled(hall, 2, 2);
    run_until_polled(hall, DEVICES + 1, 2);
}

static void a_stop_frees_what_is_still_leaving(void **state) {
    struct hall *hall = *state;
    hall->keeps = true;
    run_until_polled(hall, 3, 2);
    poller_remove(hall->poller, 3);
    poller_remove(hall->poller, 0);
    /* teardown gives the batches back and looks for leaks where a sanitizer does */
}

static void labels_change_from_the_next_poll_on(void **state) {
    struct hall *hall = *state;
    struct device_config moved = make_config(hall);
    run_until_polled(hall, 0, 2);
    run_until_polled(hall, 1, 2);
    assert_string_equal(hall->rack[0], "r1");
    moved.rack = (char *)"r2";
    assert_true(poller_adopt(hall->poller, 0, &moved, DEVICE_LABELS));
    assert_int_equal(moved.number, 0);
    hall->configs[0].rack = NULL; /* of no use any more */
    assert_int_equal(poller_renew(hall->poller, 0, DEVICE_LABELS), 0);
    run_until_polled(hall, 0, 2);
    assert_string_equal(hall->rack[0], "r2");
    assert_string_equal(hall->rack[1], "r1");
}

static void an_unchanged_device_keeps_its_phase(void **state) {
    struct hall *hall = *state;
    struct device_config same[2] = {make_config(hall), make_config(hall)};
    run_until_polled(hall, 0, 2);
    hall->shortest_ms = INT64_MAX;
    for (int i = 0; i < 20; i++) {
        assert_true(poller_adopt(hall->poller, 0, &same[i % 2], 0));
        assert_int_equal(poller_renew(hall->poller, 0, 0), 0);
        run_until_polled(hall, 0, 1);
    }
    assert_true(hall->shortest_ms > INTERVAL_MS / 3);
}

static void another_interval_and_another_driver(void **state) {
    struct hall *hall = *state;
    struct device_config quick = make_config(hall), other = make_config(hall);
    run_until_polled(hall, 1, 2);
    for (int rate = 0; rate < N_RATES; rate++)
        quick.interval_ms[rate] = INTERVAL_MS / 5;
    other.driver = &other_driver;
    assert_true(poller_adopt(hall->poller, 0, &quick, DEVICE_INTERVALS));
    assert_true(poller_adopt(hall->poller, 1, &other, DEVICE_DRIVER));
    assert_int_equal(poller_renew(hall->poller, 0, DEVICE_INTERVALS), 0);
    assert_int_equal(poller_renew(hall->poller, 1, DEVICE_DRIVER), 0);
    size_t before = hall->polls[0];
    run_until_polled(hall, 2, 4);
    assert_true(hall->polls[0] - before >= 8);
    run_until_polled(hall, 1, 2);
    assert_string_equal(hall->driver[1], "other");
    assert_false(poller_adopt(hall->poller, DEVICE_NO_NUMBER, &other, 0));
}

static void numbers_do_not_grow_over_many_reloads(void **state) {
    struct hall *hall = *state;
    struct device_config config = make_config(hall);
    run_until_polled(hall, 0, 1);
    for (int round = 0; round < ROUNDS; round++) {
        assert_int_equal(poller_add(hall->poller, &config), 0);
        assert_in_range(config.number, DEVICES, NUMBERS - 1);
        poller_remove(hall->poller, config.number);
        /* What left is buried by the poller's next turn. */
        for (int turn = 0; turn < 100 && round % 8 == 7; turn++)
            uv_run(&hall->loop, UV_RUN_ONCE);
    }
    run_until_polled(hall, 0, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_removed_device_says_farewell_and_is_polled_no_more, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_number_is_free_when_the_last_batch_is_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stop_frees_what_is_still_leaving, setup, teardown),
        cmocka_unit_test_setup_teardown(labels_change_from_the_next_poll_on, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unchanged_device_keeps_its_phase, setup, teardown),
        cmocka_unit_test_setup_teardown(another_interval_and_another_driver, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_do_not_grow_over_many_reloads, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
