/* SPDX-License-Identifier: Apache-2.0 */
/* The schedule and the batches of a poller whose one device is a recording. */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "acquire/poller.h"
#include "base/clock.h"
#include "check.h"

enum { INTERVAL_MS = 100, LIMIT_MS = 30000, KEPT_MOST = 200, STALL_MS = 450, AFTER_STALL = 5 };

static const char recording[] = "holding 10 230\nholding 20 50\nholding 30 1\n";
static const struct point points[] = {{VOLTAGE, HOLDING(10, U16), VOLT},
                                      {FREQUENCY, HOLDING(20, U16), HERTZ}};
static const struct group groups[] = {{POINTS(points)}};
static const struct driver driver = {.name = "test", .protocol = PROTOCOL_MODBUS, GROUPS(groups)};
static const struct point with_leak[] = {{VOLTAGE, HOLDING(10, U16), VOLT},
                                         {LEAK_STATE, HOLDING(30, U16), ONE}};
static const struct group leak_groups[] = {{POINTS(with_leak)}};
static const struct driver leak_driver = {.name = "leak", .protocol = PROTOCOL_MODBUS, GROUPS(leak_groups)};

struct hall {
    uv_loop_t loop;
    uv_timer_t clock; /* keeps the loop turning, so that conditions are looked at */
    char path[64];
    struct device_config config;
    struct poller *poller;
    struct batch *kept[KEPT_MOST];
    size_t n_kept, n_polls;
    size_t n_routine, n_urgent,
        n_misplaced; /* batches; those with a series that is not as urgent as they are */
    bool keeps;
    int64_t polled_ms, shortest_ms; /* the last poll; the shortest pause since it was reset */
    bool stall;
};

static void on_tick(uv_timer_t *clock) {
    (void)clock;
}

static void on_batch(void *context, struct batch *batch) {
    struct hall *hall = context;
    bool poll = batch->view->series[batch->first].quantity == VOLTAGE;
    int64_t now_ms = clock_monotonic_ms();
    ++*(batch->urgent ? &hall->n_urgent : &hall->n_routine);
    for (uint32_t i = batch->first; i < batch->first + batch->n; i++)
        hall->n_misplaced += batch->urgent != (batch->view->series[i].quantity == LEAK_STATE);
    if (poll) {
        if (now_ms - hall->polled_ms < hall->shortest_ms)
            hall->shortest_ms = now_ms - hall->polled_ms;
        hall->polled_ms = now_ms;
        hall->n_polls++;
    }
    if (poll && hall->stall) {
        hall->stall = false;
        while (clock_monotonic_ms() - now_ms < STALL_MS)
            ;
        hall->polled_ms = clock_monotonic_ms();
        hall->shortest_ms = INT64_MAX;
    }
    if (hall->keeps && hall->n_kept < KEPT_MOST)
        hall->kept[hall->n_kept++] = batch;
    else
        batch_give_back(batch);
}

static void give_back(struct hall *hall) {
    while (hall->n_kept > 0)
        batch_give_back(hall->kept[--hall->n_kept]);
}

static void hall_init_with(struct hall *hall, const struct driver *of) {
    *hall = (struct hall){.path = "/tmp/hallwatch-XXXXXX.registers", .shortest_ms = INT64_MAX};
    int file = mkstemps(hall->path, (int)strlen(".registers"));
    assert_true(file >= 0 && write(file, recording, strlen(recording)) == (ssize_t)strlen(recording));
    close(file);
    hall->config = (struct device_config){
        .name = (char *)"device",
        .url_text = hall->path,
        .driver = of,
        .url = {.transport = TRANSPORT_REPLAY, .host = hall->path},
        .hall = (char *)"",
        .row = (char *)"",
        .rack = (char *)"",
        .feed = (char *)"",
        .interval_ms = {INTERVAL_MS, INTERVAL_MS, INTERVAL_MS, INTERVAL_MS},
        .timeout_ms = 1000,
    };
    const struct poller_options options = {.site = "site"};
    const struct poller_events events = {.context = hall, .batch = on_batch};
    uv_loop_init(&hall->loop);
    uv_timer_init(&hall->loop, &hall->clock);
    uv_timer_start(&hall->clock, on_tick, 1, 1);
    assert_int_equal(poller_new(&hall->loop, &options, &events, &hall->poller), 0);
    assert_int_equal(poller_add(hall->poller, &hall->config), 0);
    assert_int_equal(poller_start(hall->poller), 0);
}

static void hall_init(struct hall *hall) {
    hall_init_with(hall, &driver);
}

static void hall_done(struct hall *hall) {
    give_back(hall);
    poller_stop(hall->poller);
    uv_close((uv_handle_t *)&hall->clock, NULL);
    uv_run(&hall->loop, UV_RUN_DEFAULT);
    poller_free(hall->poller);
    assert_int_equal(uv_loop_close(&hall->loop), 0);
    unlink(hall->path);
}

static void run_until_polls(struct hall *hall, size_t n) {
    int64_t limit_ms = clock_monotonic_ms() + LIMIT_MS;
    for (n += hall->n_polls; hall->n_polls < n; uv_run(&hall->loop, UV_RUN_ONCE))
        assert_true(clock_monotonic_ms() < limit_ms);
}

static void test_a_stall_is_not_caught_up(void **state) {
    (void)state;
    struct hall hall;
    hall_init(&hall);
    run_until_polls(&hall, 3);
    hall.stall = true;
    run_until_polls(&hall, 1);
    /* When the first one comes depends on where in its interval the stall ended. */
    run_until_polls(&hall, 1);
    hall.shortest_ms = INT64_MAX;
    run_until_polls(&hall, AFTER_STALL);
    assert_true(hall.shortest_ms > INTERVAL_MS / 3);
    hall_done(&hall);
}

static void test_batches_are_bounded_and_used_again(void **state) {
    (void)state;
    struct hall hall;
    hall_init(&hall);
    hall.keeps = true;
    int64_t limit_ms = clock_monotonic_ms() + LIMIT_MS;
    /* Until nothing comes any more: the publisher has them all. */
    while (hall.n_kept == 0 || clock_monotonic_ms() - hall.polled_ms < 5 * INTERVAL_MS) {
        assert_true(clock_monotonic_ms() < limit_ms);
        uv_run(&hall.loop, UV_RUN_ONCE);
    }
    assert_in_range(hall.n_kept, 50, 53); /* five seconds of polls; health; what is read once */
    give_back(&hall);
    hall.keeps = false;
    run_until_polls(&hall, 3);
    hall_done(&hall);
}

static void test_fast_points_are_urgent_and_nothing_else(void **state) {
    (void)state;
    struct hall hall;
    hall_init_with(&hall, &leak_driver);
    int64_t limit_ms = clock_monotonic_ms() + LIMIT_MS;
    for (; hall.n_urgent < 3 || hall.n_routine < 3; uv_run(&hall.loop, UV_RUN_ONCE))
        assert_true(clock_monotonic_ms() < limit_ms);
    assert_int_equal(hall.n_misplaced, 0);
    hall_done(&hall);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stall_is_not_caught_up),
        cmocka_unit_test(test_batches_are_bounded_and_used_again),
        cmocka_unit_test(test_fast_points_are_urgent_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
