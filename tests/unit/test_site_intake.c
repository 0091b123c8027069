/* SPDX-License-Identifier: Apache-2.0 */
/* What a site takes from the messages of its gateways: hostile ones, repeats, silence. */
#include "acquire/site_intake.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "tests/unit/check.h"

enum { SILENT_MS = 15000, BATCHES_MOST = 64, N_NODES = 4 };
static const int64_t now_ms = 1764000000000;

struct fixture {
    struct power_node nodes[N_NODES];
    struct power_config power;
    struct site_intake *intake;
    struct batch_pool *pool;
    uint32_t generations;
    struct batch *batches[BATCHES_MOST];
    size_t n;
};

static void on_batch(void *context, struct batch *batch) {
    struct fixture *fixture = context;
    assert_true(batch->is_told && fixture->n < BATCHES_MOST);
    fixture->batches[fixture->n++] = batch;
}

static void give_back_all(struct fixture *fixture) {
    for (size_t i = 0; i < fixture->n; i++) {
        struct batch *batch = fixture->batches[i];
        device_view_release(batch->view);
        batch->view = NULL;
        batch->give_back(batch);
    }
    fixture->n = 0;
}

static int setup(void **state) {
    static char empty[] = "", hall[] = "hall-3", own[] = "intake", bus[] = "msb-a", other[] = "msb-b",
                korean[] = "랙 \"7\"", gw_3[] = "gw-3", gw_4[] = "gw-4";
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    fixture->nodes[0] = (struct power_node){.name = own, .kind = POWER_INTAKE, .gateway = empty};
    fixture->nodes[1] =
        (struct power_node){.name = bus, .kind = POWER_BUS, .gateway = gw_3, .elsewhere = true};
    fixture->nodes[2] =
        (struct power_node){.name = other, .kind = POWER_BUS, .gateway = gw_4, .elsewhere = true};
    fixture->nodes[3] =
        (struct power_node){.name = korean, .kind = POWER_RACK, .gateway = gw_3, .elsewhere = true};
    for (size_t i = 0; i < N_NODES; i++) {
        struct power_node *node = &fixture->nodes[i];
        node->row = node->rack = node->feed = empty;
        node->hall = i == 1 ? hall : empty;
    }
    fixture->power = (struct power_config){.nodes = fixture->nodes, .n_nodes = N_NODES};
    fixture->pool = batch_pool_new();
    const struct site_intake_options options = {.power = &fixture->power,
                                                .pool = fixture->pool,
                                                .generations = &fixture->generations,
                                                .site = "dc1",
                                                .hall = "yard",
                                                .silent_ms = SILENT_MS,
                                                .give = on_batch,
                                                .context = fixture};
    assert_int_equal(site_intake_new(&options, &fixture->intake), 0);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    give_back_all(fixture);
    site_intake_free(fixture->intake);
    batch_pool_free(fixture->pool);
    test_free(fixture);
    return 0;
}

static void take(struct fixture *fixture, const char *payload, int64_t after_ms) {
    site_intake_take(fixture->intake, payload, strlen(payload), now_ms + after_ms, 1000 + after_ms);
}

/* A message of `node` by `gateway`, so many ms after now, with one reading of so many watts. */
static void say(struct fixture *fixture, const char *gateway, const char *node, const char *stream,
                unsigned sequence, int64_t after_ms, double watts) {
    char payload[600];
    snprintf(
        payload, sizeof(payload),
        "{\"schema\":1,\"stream\":\"%s\",\"sequence\":%u,\"site\":\"dc1\",\"node\":\"%s\",\"class\":\"bus\","
        "\"hall\":\"x\",\"gateway\":\"%s\",\"clock_error\":0.002,\"time\":%lld,\"readings\":[{\"metric\":"
        "\"facility_active_power_watts\",\"phase\":\"total\",\"value\":%g,\"quality\":\"good\"}]}",
        stream, sequence, node, gateway, (long long)(now_ms + after_ms), watts);
    take(fixture, payload, after_ms);
}

static struct intake_gateway look(struct fixture *fixture, const char *name, struct intake_totals *totals) {
    struct intake_gateway gateways[4];
    size_t n = site_intake_look(fixture->intake, gateways, 4, totals);
    assert_int_equal(n, 2);
    return gateways[strcmp(gateways[0].name, name) == 0 ? 0 : 1];
}

/* The value of a series of a batch, and its quality. */
static double value_of(const struct batch *batch, enum quantity quantity, enum phase phase, const char *point,
                       uint8_t *quality) {
    for (uint32_t i = 0; i < batch->n; i++) {
        const struct series *series = &batch->view->series[i];
        bool is_point =
            point ? series->place.point && strcmp(series->place.point, point) == 0 : !series->place.point;
        if (series->quantity == quantity && series->place.phase == phase && is_point) {
            *quality = batch->qualities[i];
            return batch->values[i];
        }
    }
    *quality = QUALITY_ABSENT;
    return (double)NAN;
}

static void a_message_becomes_a_batch_of_the_node(void **state) {
    struct fixture *fixture = *state;
    struct intake_totals totals;
    uint8_t quality;
    say(fixture, "gw-3", "msb-a", "aa", 7, 0, 1234.5);
    assert_int_equal(fixture->n, 1);
    const struct batch *batch = fixture->batches[0];
    assert_string_equal(batch->view->node, "msb-a");
    assert_string_equal(batch->view->device, "");
    assert_string_equal(batch->view->site, "dc1");
    assert_string_equal(batch->view->hall, "hall-3"); /* as it is configured here */
    assert_string_equal(batch->view->class, "bus");
    assert_int_equal(batch->view->number, NODE_NUMBERS + 1);
    assert_true(batch->time_ms == now_ms);
    assert_true(value_of(batch, ACTIVE_POWER, PHASE_TOTAL, NULL, &quality) == 1234.5);
    assert_int_equal(quality, QUALITY_GOOD);
    assert_true(value_of(batch, CLOCK_ERROR, PHASE_NONE, NULL, &quality) == 0.002);
    say(fixture, "gw-3", "랙 \\\"7\\\"", "aa", 8, 0, 1);
    assert_int_equal(fixture->n, 2);
    assert_string_equal(fixture->batches[1]->view->hall, "yard");
    assert_ptr_equal(fixture->batches[1]->view->list, batch->view->list);
    struct intake_gateway gateway = look(fixture, "gw-3", &totals);
    assert_int_equal(gateway.n_nodes, 2);
    assert_int_equal(gateway.counts.taken, 2);
    assert_true(gateway.is_heard && !gateway.is_silent && gateway.clock_error_s == 0.002);
    assert_false(look(fixture, "gw-4", &totals).is_heard);
}

static void states_and_figures_meet_in_one_view(void **state) {
    struct fixture *fixture = *state;
    static const char form[] =
        "{\"schema\":1,\"site\":\"dc1\",\"gateway\":\"gw-3\",\"messages\":["
        "{\"stream\":\"aa\",\"sequence\":%d,\"site\":\"dc1\",\"node\":\"msb-a\",\"gateway\":\"gw-3\","
        "\"time\":"
        "1764000000000,\"readings\":[{\"metric\":\"facility_supply_state\",\"value\":1,\"quality\":\"good\"}]"
        "},"
        "{\"stream\":\"bb\",\"sequence\":%d,\"site\":\"dc1\",\"node\":\"msb-a\",\"gateway\":\"gw-3\","
        "\"time\":"
        "1764000000000,\"readings\":[{\"metric\":\"facility_active_power_watts\",\"phase\":\"total\",%s"
        "\"value\":%d,\"quality\":\"good\"},{\"metric\":\"facility_current_amperes\",\"phase\":\"L2\","
        "\"value\":5,"
        "\"quality\":\"substituted\"}]}]}";
    char payload[1200];
    uint8_t quality;
    snprintf(payload, sizeof(payload), form, 1, 1, "", 100);
    take(fixture, payload, 0);
    assert_int_equal(fixture->n, 2);
    snprintf(payload, sizeof(payload), form, 2, 2, "\"point\":\"at_least\",", 70);
    take(fixture, payload, 0);
    assert_int_equal(fixture->n, 4);
    const struct batch *states = fixture->batches[2], *figures = fixture->batches[3];
    assert_true(value_of(states, SUPPLY_STATE, PHASE_NONE, NULL, &quality) == 1);
    value_of(states, ACTIVE_POWER, PHASE_TOTAL, NULL, &quality);
    assert_int_equal(quality, QUALITY_ABSENT); /* it comes in the other stream */
    assert_true(value_of(figures, ACTIVE_POWER, PHASE_TOTAL, "at_least", &quality) == 70);
    assert_int_equal(quality, QUALITY_GOOD);
    assert_true(value_of(figures, ACTIVE_POWER, PHASE_TOTAL, NULL, &quality) == 100);
    assert_int_equal(quality, QUALITY_ENDED); /* said no more */
    assert_true(value_of(figures, CURRENT, PHASE_L2, NULL, &quality) == 5);
    assert_int_equal(quality, QUALITY_SUBSTITUTED);
}

static void repeats_and_older_ones_are_dropped(void **state) {
    struct fixture *fixture = *state;
    struct intake_totals totals;
    say(fixture, "gw-3", "msb-a", "aa", 7, 1000, 1);
    say(fixture, "gw-3", "msb-a", "aa", 7, 1000, 1);
    say(fixture, "gw-3", "msb-a", "aa", 6, 0, 2);
    assert_int_equal(fixture->n, 1);
    assert_int_equal(look(fixture, "gw-3", &totals).counts.repeated, 2);
    say(fixture, "gw-3", "msb-a", "bb", 1, 1000, 3); /* its states */
    say(fixture, "gw-3", "msb-a", "cc", 1, 500, 4);  /* of before it was started anew */
    assert_int_equal(fixture->n, 2);
    say(fixture, "gw-3", "msb-a", "cc", 1, 2000, 4); /* it was started anew */
    assert_int_equal(fixture->n, 3);
}

static void late_ones_and_those_of_a_wrong_clock_are_told(void **state) {
    struct fixture *fixture = *state;
    struct intake_totals totals;
    char payload[400];
    static const struct {
        int64_t time_ms;
        size_t n;
    } cases[] = {{now_ms - SILENT_MS - 1, 0},
                 {now_ms + SILENT_MS + 1, 0},
                 {INT64_MAX, 0},
                 {now_ms - SILENT_MS, 1},
                 {now_ms + SILENT_MS, 2}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(
            payload, sizeof(payload),
            "{\"stream\":\"aa\",\"sequence\":%zu,\"site\":\"dc1\",\"node\":\"msb-a\",\"gateway\":\"gw-3\","
            "\"time\":%lld,\"readings\":[]}",
            i + 1, (long long)cases[i].time_ms);
        take(fixture, payload, 0);
        assert_int_equal(fixture->n, cases[i].n);
    }
    struct intake_gateway gateway = look(fixture, "gw-3", &totals);
    assert_int_equal(gateway.counts.late, 1);
    assert_int_equal(gateway.counts.ahead, 2);
    assert_true(isnan(gateway.clock_error_s));
}

static void only_its_own_nodes_are_taken_of_a_gateway(void **state) {
    struct fixture *fixture = *state;
    struct intake_totals totals;
    say(fixture, "gw-4", "msb-a", "aa", 1, 0, 1);   /* gw-3's */
    say(fixture, "gw-4", "intake", "aa", 2, 0, 1);  /* judged here */
    say(fixture, "gw-4", "unknown", "aa", 3, 0, 1); /* not configured */
    take(fixture,
         "{\"stream\":\"aa\",\"sequence\":4,\"site\":\"dc2\",\"node\":\"msb-b\",\"gateway\":\"gw-4\","
         "\"time\":1764000000000,\"readings\":[]}",
         0);
    assert_int_equal(fixture->n, 0);
    assert_int_equal(look(fixture, "gw-3", &totals).counts.refused, 1);
    assert_int_equal(totals.strangers, 3);
    assert_int_equal(totals.unreadable, 0);
}

static void a_silent_gateway_is_unknown_not_zero(void **state) {
    struct fixture *fixture = *state;
    struct intake_totals totals;
    uint8_t quality;
    site_intake_tick(fixture->intake, now_ms, 1000);
    take(
        fixture,
        "{\"stream\":\"aa\",\"sequence\":1,\"site\":\"dc1\",\"node\":\"msb-a\",\"gateway\":\"gw-3\",\"time\":"
        "1764000000000,\"readings\":[{\"metric\":\"facility_sum_state\",\"value\":1,\"quality\":\"good\"},"
        "{\"metric\":\"facility_unknown_ratio\",\"value\":0,\"quality\":\"good\"},{\"metric\":"
        "\"facility_active_power_watts\",\"phase\":\"total\",\"value\":900,\"quality\":\"good\"}]}",
        0);
    site_intake_tick(fixture->intake, now_ms + SILENT_MS, 1000 + SILENT_MS);
    assert_int_equal(fixture->n, 1);
    site_intake_tick(fixture->intake, now_ms + SILENT_MS + 1, 1001 + SILENT_MS);
    assert_int_equal(fixture->n, 2); /* of the other node nothing was ever said */
    const struct batch *batch = fixture->batches[1];
    assert_true(value_of(batch, SUM_STATE, PHASE_NONE, NULL, &quality) == SUM_IS_UNKNOWN);
    assert_int_equal(quality, QUALITY_GOOD);
    assert_true(value_of(batch, UNKNOWN_RATIO, PHASE_NONE, NULL, &quality) == 1);
    assert_true(value_of(batch, ACTIVE_POWER, PHASE_TOTAL, NULL, &quality) == 900);
    assert_int_equal(quality, QUALITY_ENDED);
    assert_true(look(fixture, "gw-3", &totals).is_silent && look(fixture, "gw-4", &totals).is_silent);
    site_intake_tick(fixture->intake, now_ms + SILENT_MS + 2, 1002 + SILENT_MS);
    assert_int_equal(fixture->n, 2);
    say(fixture, "gw-3", "msb-a", "aa", 2, SILENT_MS + 3, 901);
    assert_int_equal(fixture->n, 3);
    assert_false(look(fixture, "gw-3", &totals).is_silent);
}

static void hostile_payloads_break_nothing(void **state) {
    struct fixture *fixture = *state;
    struct intake_totals totals;
    static const char *const payloads[] = {
        "",
        "null",
        "[]",
        "[[[[[[[[",
        "{\"readings\":{\"a\":1}}",
        "{\"messages\":[[]]}",
        "{\"messages\":[{\"messages\":[{}]}]}",
        "{\"readings\":[[1]]}",
        "{\"readings\":[1,\"a\",null]} {}",
        "{\"node\":\"a\\u0000b\"}",
        "{\"node\":\"msb-a\"",
        "{\"node\":\"\xff\xfe\"}",
    };
    for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++)
        take(fixture, payloads[i], 0);
    assert_int_equal(fixture->n, 0);
    char *large = test_malloc(200000);
    size_t n =
        (size_t)snprintf(large, 200000,
                         "{\"stream\":\"aa\",\"sequence\":1,\"site\":\"dc1\",\"node\":\"msb-a\",\"gateway\":"
                         "\"gw-3\",\"time\":1764000000000,\"readings\":[");
    for (int i = 0; i < 1000; i++)
        n += (size_t)snprintf(
            large + n, 200000 - n,
            "%s{\"metric\":\"facility_active_power_watts\",\"value\":1,\"quality\":\"good\"}", i ? "," : "");
    snprintf(large + n, 200000 - n, "]}");
    take(fixture, large, 0); /* too many readings */
    memset(large, 'x', 199999);
    large[199999] = '\0';
    memcpy(large, "{\"node\":\"", 9);
    memcpy(large + 199990, "\"}", 3);
    take(fixture, large, 0); /* too long a name */
    memset(large, '[', 199999);
    take(fixture, large, 0); /* too deep */
    test_free(large);
    assert_int_equal(fixture->n, 0);
    look(fixture, "gw-3", &totals);
    assert_true(totals.unreadable >= 10);
    /* Odd readings are left out, or bad; the message is taken. */
    take(fixture,
         "{\"new\":{\"a\":[1,{}]},\"readings\":[{\"metric\":\"facility_new\",\"value\":1,\"quality\":"
         "\"good\"},"
         "{\"metric\":\"facility_active_power_watts\",\"phase\":\"L9\",\"value\":1,\"quality\":\"good\"},"
         "{\"metric\":\"facility_active_power_watts\",\"component\":\"outlet\",\"value\":1,\"quality\":"
         "\"good\"},"
         "{\"metric\":\"facility_active_power_watts\",\"point\":\"odd\",\"value\":1,\"quality\":\"good\"},"
         "{\"metric\":\"facility_active_power_watts\",\"phase\":\"L1\",\"value\":1e300,\"quality\":\"good\"},"
         "{\"metric\":\"facility_active_power_watts\",\"phase\":\"L2\",\"value\":null,\"quality\":\"good\"},"
         "{\"metric\":\"manufacturer\",\"value\":1,\"quality\":\"good\"}],"
         "\"time\":1764000000000,\"node\":\"msb-a\",\"gateway\":\"gw-3\",\"site\":\"dc1\",\"sequence\":1,"
         "\"stream\":\"aa\",\"clock_error\":-1}",
         0);
    assert_int_equal(fixture->n, 1);
    const struct batch *batch = fixture->batches[0];
    assert_int_equal(batch->n, 3);
    for (uint32_t i = 1; i < batch->n; i++)
        assert_int_equal(batch->qualities[i], QUALITY_BAD);
    assert_int_equal(batch->qualities[0], QUALITY_ABSENT);
}

static void batches_are_bounded(void **state) {
    struct fixture *fixture = *state;
    struct intake_totals totals;
    for (unsigned i = 1; i <= 20; i++)
        say(fixture, "gw-4", "msb-b", "aa", i, i, i);
    assert_int_equal(fixture->n, 9); /* three a node */
    assert_int_equal(look(fixture, "gw-4", &totals).counts.dropped, 11);
    give_back_all(fixture);
    say(fixture, "gw-4", "msb-b", "aa", 21, 21, 21);
    assert_int_equal(fixture->n, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_message_becomes_a_batch_of_the_node, setup, teardown),
        cmocka_unit_test_setup_teardown(states_and_figures_meet_in_one_view, setup, teardown),
        cmocka_unit_test_setup_teardown(repeats_and_older_ones_are_dropped, setup, teardown),
        cmocka_unit_test_setup_teardown(late_ones_and_those_of_a_wrong_clock_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(only_its_own_nodes_are_taken_of_a_gateway, setup, teardown),
        cmocka_unit_test_setup_teardown(a_silent_gateway_is_unknown_not_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_payloads_break_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(batches_are_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
