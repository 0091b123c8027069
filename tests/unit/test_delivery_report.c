/* SPDX-License-Identifier: Apache-2.0 */
/* What the gateway says of its sinks and spools, and what sinks say of themselves. */
#include "publish/delivery_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "publish/encode_json.h"
#include "publish/endings.h"
#include "publish/spool/view_codec.h"
#include "tests/unit/check.h"

static const int64_t time_ms = 1764000000123;
static char site[] = "dc1", gateway_name[] = "gw/1";
static const struct device_view gateway = {.site = site, .gateway = gateway_name};

/* One broker that takes everything, and one database that is away. */
static struct delivery *make_delivery(void) {
    struct delivery *delivery = test_calloc(1, sizeof(*delivery));
    delivery->time_ms = time_ms;
    delivery->n_sinks = 2;
    delivery->sinks[0] = (struct sink_state){
        .spool = {.sink = "broker", .waiting_since_ms = INT64_MAX, .sent_readings = 1000},
        .health = {.condition = SINK_WORKING, .delivered = 10},
        .rate = 12.5,
    };
    delivery->sinks[1] = (struct sink_state){
        .spool = {.sink = "데이터베이스 \"2\"",
                  .waiting_rows = 40,
                  .waiting_readings = 800,
                  .backlog_readings = 700,
                  .waiting_since_ms = time_ms - 90500,
                  .sent_readings = 5,
                  .dropped_readings = 30,
                  .dropped_totals = 10,
                  .rejected_readings = 7,
                  .thinned_readings = 3},
        .health = {.condition = SINK_DENIED, .refused = 2, .retried = 9},
        .rate = 0,
    };
    delivery->spools[SPOOL_URGENT] = (struct spool_figures){.memory_bytes = 11};
    delivery->spools[SPOOL_READINGS] = (struct spool_figures){.has_folder = true,
                                                              .has_disk = true,
                                                              .memory_bytes = 22,
                                                              .disk_bytes = 33,
                                                              .quota_bytes = 44,
                                                              .written_bytes = 55,
                                                              .is_stuck = true};
    return delivery;
}

/* The value of the one series of that component; NAN where it is absent. */
static double find(const struct batch *batch, enum quantity quantity, const char *name, const char *reason) {
    double value = (double)NAN;
    size_t n = 0;
    for (uint32_t i = 0; i < batch->n; i++) {
        const struct series *series = &batch->view->series[i];
        if (series->quantity != quantity || strcmp(series->place.point, name) != 0 ||
            strcmp(series->reason ? series->reason : "", reason) != 0)
            continue;
        n++;
        if (batch->qualities[i] == QUALITY_GOOD)
            value = batch->values[i];
    }
    assert_int_equal(n, 1);
    return value;
}

static void a_batch_says_how_sinks_and_spools_fare(void **state) {
    (void)state;
    struct delivery *delivery = make_delivery();
    struct delivery_report *report = delivery_report_new();
    const struct batch *batch = delivery_report_write(report, &gateway, delivery);
    const char *database = delivery->sinks[1].spool.sink;
    assert_non_null(batch);
    assert_true(batch->urgent && batch->time_ms == time_ms && batch->n == batch->view->n_series);
    assert_true(find(batch, SINK_UP, "broker", "") == 1 && find(batch, SINK_UP, database, "") == 0);
    assert_true(find(batch, SINK_WAITING_ROWS, database, "") == 40);
    assert_true(find(batch, SINK_WAITING_READINGS, database, "") == 800);
    assert_true(find(batch, SINK_BACKLOG_READINGS, database, "") == 700);
    assert_true(find(batch, SINK_WAITING_AGE, database, "") == 90.5);
    assert_true(find(batch, SINK_WAITING_AGE, "broker", "") == 0);
    assert_true(find(batch, SINK_RATE, "broker", "") == 12.5);
    assert_true(find(batch, SINK_READINGS, "broker", "sent") == 1000);
    assert_true(find(batch, SINK_READINGS, database, "dropped_gauges") == 20);
    assert_true(find(batch, SINK_READINGS, database, "dropped_totals") == 10);
    assert_true(find(batch, SINK_READINGS, database, "thinned") == 3);
    assert_true(find(batch, SINK_READINGS, database, "rejected") == 7);
    assert_true(find(batch, SINK_EVENTS, "broker", "delivered") == 10);
    assert_true(find(batch, SINK_EVENTS, database, "refused") == 2);
    assert_true(find(batch, SINK_EVENTS, database, "retried") == 9);
    assert_true(find(batch, SPOOL_MEMORY, "alarms", "") == 11);
    assert_true(isnan(find(batch, SPOOL_DISK, "alarms", "")) && isnan(find(batch, SPOOL_UP, "alarms", "")));
    assert_true(find(batch, SPOOL_UP, "readings", "") == 0 && find(batch, SPOOL_DISK, "readings", "") == 33);
    assert_true(find(batch, SPOOL_QUOTA, "readings", "") == 44);
    assert_true(find(batch, SPOOL_WRITTEN, "readings", "") == 55);
    delivery->sinks[1].health.condition = SINK_STARTING;
    delivery->sinks[1].rate = (double)NAN;
    batch = delivery_report_write(report, &gateway, delivery);
    assert_true(isnan(find(batch, SINK_UP, database, "")) && isnan(find(batch, SINK_RATE, database, "")));
    delivery->spools[SPOOL_URGENT].has_folder = true; /* that cannot be used */
    batch = delivery_report_write(report, &gateway, delivery);
    assert_true(find(batch, SPOOL_UP, "alarms", "") == 0 && isnan(find(batch, SPOOL_DISK, "alarms", "")));
    delivery_report_free(report);
    test_free(delivery);
}

static void check_label(const struct labels *labels, size_t i, const char *name, const char *value) {
    assert_true(i < labels->n);
    assert_string_equal(labels->label[i].name, name);
    assert_string_equal(labels->label[i].value, value);
}

static void components_are_known_by_their_names(void **state) {
    (void)state;
    struct delivery *delivery = make_delivery();
    struct delivery_report *report = delivery_report_new();
    struct device_view *view = delivery_report_write(report, &gateway, delivery)->view, *again;
    struct labels labels;
    struct text topic = {0}, list_bytes = {0}, bytes = {0};
    struct view_list list;
    encode_json_topic(&(struct json_source){.gateway = "gw-1"}, view, &topic);
    assert_string_equal(topic.data, "hallwatch/dc1/status/gw%2F1/delivery");
    /* From the spool's file it comes back with the same names, whatever sinks there are by then. */
    assert_int_equal(view_encode_list(view, &list_bytes), 0);
    assert_int_equal(view_encode(view, &bytes), 0);
    assert_int_equal(view_decode_list(list_bytes.data, list_bytes.size, &list), 0);
    assert_int_equal(view_decode(bytes.data, bytes.size, 1, &list, &again), 0);
    series_list_release(list.list);
    delivery_report_free(report);
    assert_string_equal(again->gateway, "gw/1");
    series_write_labels(again, &again->series[again->n_series / 2 - 1], &labels);
    check_label(&labels, 0, "site", "dc1");
    check_label(&labels, 1, "gateway", "gw/1");
    check_label(&labels, 2, "component", "sink");
    check_label(&labels, 3, "component_id", delivery->sinks[1].spool.sink);
    series_write_labels(again, &again->series[again->n_series - 1], &labels);
    check_label(&labels, 2, "component", "spool");
    check_label(&labels, 3, "component_id", "readings");
    assert_int_equal(labels.n, 4);
    device_view_release(again);
    text_done(&topic);
    text_done(&list_bytes);
    text_done(&bytes);
    test_free(delivery);
}

static void a_sink_that_goes_ends_and_another_begins(void **state) {
    (void)state;
    struct delivery *delivery = make_delivery();
    struct delivery_report *report = delivery_report_new();
    struct endings *endings = endings_new();
    struct batch ended[N_SPOOLS];
    const struct batch *batch = delivery_report_write(report, &gateway, delivery);
    const struct device_view *before = batch->view;
    assert_int_equal(endings_note(endings, batch, ended), 0);
    delivery->time_ms += 10000;
    batch = delivery_report_write(report, &gateway, delivery);
    assert_ptr_equal(batch->view, before);
    assert_int_equal(endings_note(endings, batch, ended), 0);
    delivery->sinks[0].spool.sink[0] = 'B';
    delivery->time_ms += 10000;
    batch = delivery_report_write(report, &gateway, delivery);
    assert_true(batch->view->number == DELIVERY_NUMBER && batch->view->generation == 2);
    assert_true(find(batch, SINK_UP, "Broker", "") == 1);
    assert_int_equal(endings_note(endings, batch, ended), 1);
    assert_true(ended[0].urgent);
    for (uint32_t i = 0; i < ended[0].n; i++) {
        bool ends = strcmp(ended[0].view->series[i].place.point, "broker") == 0;
        assert_int_equal(ended[0].qualities[i], ends ? QUALITY_ENDED : QUALITY_ABSENT);
    }
    endings_free(endings);
    delivery_report_free(report);
    test_free(delivery);
}

static void a_sink_says_how_it_fares(void **state) {
    (void)state;
    struct sink_health *health = sink_health_new();
    struct sink_health_state said;
    char words[2 * SINK_WORDS_MOST];
    memset(words, 'x', sizeof(words));
    words[sizeof(words) - 1] = '\0';
    sink_health_read(health, &said);
    assert_true(said.condition == SINK_STARTING && !*said.receiver && said.trouble.time_ms == 0);
    sink_health_fail(health, SINK_RETRYING, "mqtt://a", clock_monotonic_ms() + 60000, "no route");
    sink_health_read(health, &said);
    int64_t since_ms = said.since_ms;
    assert_true(said.next_try_ms > clock_wall_ms() + 50000 && said.next_try_ms <= clock_wall_ms() + 60000);
    assert_string_equal(said.trouble.text, "no route");
    sink_health_fail(health, SINK_DENIED, "mqtt://b", clock_monotonic_ms(), words);
    sink_health_read(health, &said);
    assert_true(said.condition == SINK_DENIED && said.retried == 2 && said.since_ms == since_ms);
    assert_string_equal(said.receiver, "mqtt://b");
    assert_int_equal(strlen(said.trouble.text), SINK_WORDS_MOST - 1);
    sink_health_connect(health, "mqtt://a");
    sink_health_deliver(health, 3);
    sink_health_refuse(health, "too big");
    sink_health_read(health, &said);
    assert_true(said.condition == SINK_WORKING && said.delivered == 3 && said.refused == 1);
    assert_string_equal(said.refusal.text, "too big");
    sink_health_release(health);
}

static void a_rate_is_that_of_late(void **state) {
    (void)state;
    struct sink_health *health = sink_health_new();
    assert_true(isnan(sink_health_rate(health, 1000, 50000)));
    assert_true(sink_health_rate(health, 1200, 52000) == 100);
    assert_true(sink_health_rate(health, 2000, 60000) == 100);
    assert_true(sink_health_rate(health, 2000, 61000) == 1000 / 11.0);
    assert_true(sink_health_rate(health, 2000, 70000) == 0);
    assert_true(sink_health_rate(health, 2500, 75000) == 100);
    sink_health_release(health);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_says_how_sinks_and_spools_fare),
        cmocka_unit_test(components_are_known_by_their_names),
        cmocka_unit_test(a_sink_that_goes_ends_and_another_begins),
        cmocka_unit_test(a_sink_says_how_it_fares),
        cmocka_unit_test(a_rate_is_that_of_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
