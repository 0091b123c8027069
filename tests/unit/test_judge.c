/* SPDX-License-Identifier: Apache-2.0 */
/* The judge as a whole: batches and time go in; figures of nodes, alarms and farewells come out. */
#include "judge/judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "tests/sim/plant.h"
#include "tests/unit/check.h"

enum { WALL_MS = 1795770000 /* s */, PUBLISH_MS = 1000 };

struct bench {
    struct plant plant;
    struct site_config config;
    struct power_budget budget;
    struct alarm_board *board;
    struct judge *judge;
    struct judge_time time;
    uint32_t meters[2];
    /* What came out last. */
    struct batch *batch;
};

static const struct series of_meter[] = {
    {ACTIVE_POWER, .place.phase = PHASE_TOTAL}, {REACTIVE_POWER, .place.phase = PHASE_TOTAL},
    {CURRENT, .place.phase = PHASE_L1},         {CURRENT, .place.phase = PHASE_L2},
    {CURRENT, .place.phase = PHASE_L3},
};
enum { N_OF_METER = sizeof(of_meter) / sizeof(of_meter[0]) };

static void start(struct bench *bench) {
    assert_int_equal(judge_new(&bench->config, bench->board, 1, &bench->judge), 0);
}

/* A rack on two feeds, each of them metered; the rack has a budget of 10 kW. */
static int setup(void **state) {
    static char none[] = "", utc[] = "UTC", name[] = "rack", site[] = "dc1", hall[] = "hall-1",
                gateway[] = "gw-1";
    struct bench *bench = calloc(1, sizeof(*bench));
    assert_non_null(bench);
    struct plant *plant = &bench->plant;
    plant_begin(plant);
    plant->power.publish_ms = PUBLISH_MS;
    plant->power.time_zone = utc;
    plant_node(plant, POWER_INTAKE, "grid", "", "");
    plant_node(plant, POWER_PDU, "pdu-a", "grid", "meter-a");
    plant_node(plant, POWER_PDU, "pdu-b", "grid", "meter-b");
    struct power_node *rack = plant_node(plant, POWER_RACK, "rack", "pdu-a;pdu-b", "");
    plant_node(plant, POWER_RACK, "stranger", "grid", "")->elsewhere = true;
    bench->budget = (struct power_budget){.name = name,
                                          .warning = {BUDGET_WATTS, 8000},
                                          .critical = {BUDGET_WATTS, 10000},
                                          .deadband = 0.02,
                                          .on_delay_ms = 2000,
                                          .off_delay_ms = 2000};
    rack->budget = &bench->budget;
    for (size_t i = 0; i < plant->power.n_nodes; i++) {
        struct power_node *node = &plant->nodes[i];
        char **const texts[] = {&node->hall, &node->row, &node->rack, &node->feed, &node->gateway};
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
            if (!*texts[k])
                *texts[k] = none;
    }
    plant_settle(plant);
    bench->meters[0] = plant_device(plant, "meter-a", of_meter, N_OF_METER);
    bench->meters[1] = plant_device(plant, "meter-b", of_meter, N_OF_METER);
    bench->config =
        (struct site_config){.site = site, .hall = hall, .gateway = gateway, .power = &plant->power};
    bench->board = alarm_board_new();
    bench->time = (struct judge_time){.wall_ms = (int64_t)WALL_MS * 1000, .monotonic_ms = 5000};
    start(bench);
    *state = bench;
    return 0;
}

static int teardown(void **state) {
    struct bench *bench = *state;
    judge_free(bench->judge);
    alarm_board_free(bench->board);
    plant_end(&bench->plant);
    free(bench);
    return 0;
}

static void say(struct bench *bench, unsigned meter, double watts) {
    const double values[N_OF_METER] = {watts, watts / 4, watts / 690, watts / 690, watts / 690};
    plant_say(&bench->plant, bench->meters[meter], values, bench->time.wall_ms, bench->time.wall_ms);
    for (size_t i = 0; i < bench->plant.n_devices; i++)
        if (bench->plant.devices[i].view->number == bench->meters[meter])
            judge_take(bench->judge, &bench->plant.devices[i].batch, &bench->time);
}

static void pass(struct bench *bench, int64_t elapsed_ms) {
    bench->time.wall_ms += elapsed_ms;
    bench->time.monotonic_ms += elapsed_ms;
    judge_tick(bench->judge, &bench->time);
}

/* A second in which both meters have told this and all that came of it was taken. */
static void live(struct bench *bench, unsigned seconds, double watts_a, double watts_b) {
    for (unsigned i = 0; i < seconds; i++) {
        say(bench, 0, watts_a);
        say(bench, 1, watts_b);
        pass(bench, 1000);
        while (judge_next_batch(bench->judge))
            ;
    }
}

static bool is_of(const struct batch *batch, const char *node) {
    return batch->view->node && strcmp(batch->view->node, node) == 0;
}

/* What the next tick's batches say of a node: NAN where nothing. */
static double figure_of(struct bench *bench, const char *node, enum quantity quantity, const char *point) {
    double value = (double)NAN;
    struct batch *batch;
    pass(bench, PUBLISH_MS);
    while ((batch = judge_next_batch(bench->judge))) {
        if (!is_of(batch, node))
            continue;
        for (uint32_t i = 0; i < batch->n; i++) {
            const struct series *series = &batch->view->series[batch->first + i];
            bool is_point =
                point ? series->place.point && strcmp(series->place.point, point) == 0 : !series->place.point;
            bool is_whole = series->place.phase == PHASE_TOTAL || series->place.phase == PHASE_NONE;
            if (series->quantity == quantity && is_point && is_whole && batch->qualities[i] != QUALITY_ABSENT)
                value = batch->values[i];
        }
    }
    return value;
}

static void figures_of_nodes_come_out(void **state) {
    struct bench *bench = *state;
    live(bench, 2, 3000, 4000);
    assert_true(figure_of(bench, "rack", ACTIVE_POWER, NULL) == 7000);
    live(bench, 1, 3000, 4000);
    assert_true(figure_of(bench, "grid", ACTIVE_POWER, NULL) != 7000); /* a node elsewhere says nothing */
    live(bench, 1, 3000, 4000);
    assert_true(figure_of(bench, "grid", ACTIVE_POWER, "at_least") == 7000);
    live(bench, 1, 3000, 4000);
    assert_true(figure_of(bench, "rack", POWER_HEADROOM, NULL) == 3000);
    assert_true(figure_of(bench, "rack", SUPPLY_STATE, NULL) == SUPPLY_IS_LIVE ||
                figure_of(bench, "rack", SUM_STATE, NULL) == SUM_IS_WHOLE);
    assert_true(isnan(figure_of(bench, "stranger", ACTIVE_POWER, NULL)));
}

static void each_node_is_told_once_an_interval(void **state) {
    struct bench *bench = *state;
    unsigned n[4] = {0};
    static const char *const names[] = {"grid", "pdu-a", "pdu-b", "rack"};
    struct batch *batch;
    live(bench, 1, 3000, 4000);
    for (unsigned tick = 0; tick < 10 * PUBLISH_MS / JUDGE_TICK_MS; tick++) {
        pass(bench, JUDGE_TICK_MS);
        while ((batch = judge_next_batch(bench->judge)))
            for (unsigned i = 0; i < 4; i++)
                n[i] += is_of(batch, names[i]) && !batch->urgent;
    }
    for (unsigned i = 0; i < 4; i++)
        assert_in_range(n[i], 9, 11);
}

struct seen {
    char id[48];
    unsigned n_active;
};

static void see(void *context, const struct alarm_record *record) {
    struct seen *seen = context;
    if (record->state != ALARM_ACTIVE || strcmp(record->node, "rack") != 0)
        return;
    seen->n_active++;
    memcpy(seen->id, record->id, sizeof(seen->id));
}

static struct seen active(struct bench *bench) {
    struct seen seen = {.n_active = 0};
    alarm_board_show(bench->board, 0, see, &seen);
    return seen;
}

/* Events of alarms of the rack that come out of the next tick. */
static unsigned rows(struct bench *bench) {
    struct batch *batch;
    unsigned n = 0;
    pass(bench, JUDGE_TICK_MS);
    while ((batch = judge_next_batch(bench->judge)))
        n += device_view_is_event(batch->view) && is_of(batch, "rack") && batch->urgent;
    return n;
}

static void a_budget_that_is_breached_is_an_alarm_after_its_delay(void **state) {
    struct bench *bench = *state;
    live(bench, 3, 3000, 4000);
    assert_int_equal(active(bench).n_active, 0);
    live(bench, 2, 6000, 6000);
    unsigned early = active(bench).n_active;
    live(bench, 3, 6000, 6000);
    struct seen seen = active(bench);
    assert_true(early == 0 && seen.n_active >= 1);
    assert_true(strncmp(seen.id, "budget", 6) == 0 || strstr(seen.id, "budget"));
    live(bench, 6, 3000, 4000);
    assert_int_equal(active(bench).n_active, 0);
}

static void a_change_of_an_alarm_is_a_row_once(void **state) {
    struct bench *bench = *state;
    unsigned n = 0;
    live(bench, 2, 3000, 4000);
    for (unsigned i = 0; i < 4 * 1000 / JUDGE_TICK_MS; i++) {
        if (i % 50 == 0) {
            say(bench, 0, 6000);
            say(bench, 1, 6000);
        }
        n += rows(bench);
    }
    assert_true(active(bench).n_active >= 1);
    assert_in_range(n, 1, 3); /* warning, critical, and the warning behind the critical */
    assert_int_equal(rows(bench), 0);
}

static void keep_record(void *context, const struct alarm_record *record) {
    struct bench *bench = context;
    judge_restore(bench->judge, record, &bench->time);
}

static void keep_figure(void *context, const char *key, double value) {
    judge_restore_figure(context, key, value);
}

static void a_restart_neither_forgets_nor_repeats(void **state) {
    struct bench *bench = *state;
    live(bench, 2, 3000, 4000);
    live(bench, 6, 6000, 6000);
    assert_true(active(bench).n_active >= 1);
    struct alarm_board *kept = bench->board;
    struct judge *before = bench->judge;
    bench->board = alarm_board_new();
    start(bench);
    alarm_board_show(kept, 0, keep_record, bench);
    judge_list_figures(before, keep_figure, bench->judge);
    judge_free(before);
    alarm_board_free(kept);
    assert_true(active(bench).n_active >= 1);
    assert_int_equal(rows(bench), 0);
    unsigned n = 0;
    for (unsigned i = 0; i < 5 * 1000 / JUDGE_TICK_MS; i++) {
        if (i % 50 == 0) {
            say(bench, 0, 6000);
            say(bench, 1, 6000);
        }
        n += rows(bench);
    }
    assert_int_equal(n, 0);
    assert_true(active(bench).n_active >= 1);
    double over = judge_look(bench->judge)->budgets[plant_number(&bench->plant, "rack")].over_critical_s;
    assert_true(over > 8); /* of both lives */
}

static void who_is_to_go_says_farewell(void **state) {
    struct bench *bench = *state;
    unsigned n = 0;
    struct batch *batch;
    live(bench, 2, 3000, 4000);
    judge_leave(bench->judge);
    while ((batch = judge_next_batch(bench->judge))) {
        assert_true(batch->farewell && batch->n == 0 && batch->view->node);
        n++;
    }
    assert_int_equal(n, 4); /* all but that of another gateway */
    assert_null(judge_next_batch(bench->judge));
}

static void orders_name_what_there_is(void **state) {
    struct bench *bench = *state;
    live(bench, 2, 3000, 4000);
    int64_t until_ms = bench->time.wall_ms + 60000;
    assert_false(judge_set_out(bench->judge, "pdu-x", until_ms, "kim", "test", &bench->time));
    assert_true(judge_set_out(bench->judge, "pdu-a", until_ms, "kim", "test", &bench->time));
    live(bench, 1, 3000, 4000);
    uint32_t node = plant_number(&bench->plant, "pdu-a");
    assert_int_equal(judge_look(bench->judge)->present[node].condition, CONDITION_OUT);
    assert_true(judge_set_out(bench->judge, "pdu-a", 0, "kim", "done", &bench->time));
    live(bench, 1, 3000, 4000);
    assert_int_not_equal(judge_look(bench->judge)->present[node].condition, CONDITION_OUT);
    assert_false(judge_reset(bench->judge, "leak_detected-00000000", "kim", "dry", &bench->time));
}

static void strange_figures_are_not_believed(void **state) {
    struct bench *bench = *state;
    judge_restore_figure(bench->judge, "over_critical/rack", -5);
    judge_restore_figure(bench->judge, "over_critical/rack", (double)NAN);
    judge_restore_figure(bench->judge, "over_critical/rack", (double)INFINITY);
    judge_restore_figure(bench->judge, "over_critical/nobody", 5);
    judge_restore_figure(bench->judge, "over_critical/", 5);
    judge_restore_figure(bench->judge, "what/ever", 5);
    judge_restore_figure(bench->judge, "", 5);
    judge_restore_figure(bench->judge, "over_warning/rack", 7);
    const struct budget_state *state_of =
        &judge_look(bench->judge)->budgets[plant_number(&bench->plant, "rack")];
    assert_true(state_of->over_critical_s == 0 && state_of->over_warning_s == 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(figures_of_nodes_come_out, setup, teardown),
        cmocka_unit_test_setup_teardown(each_node_is_told_once_an_interval, setup, teardown),
        cmocka_unit_test_setup_teardown(a_budget_that_is_breached_is_an_alarm_after_its_delay, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_change_of_an_alarm_is_a_row_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_restart_neither_forgets_nor_repeats, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_to_go_says_farewell, setup, teardown),
        cmocka_unit_test_setup_teardown(orders_name_what_there_is, setup, teardown),
        cmocka_unit_test_setup_teardown(strange_figures_are_not_believed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
