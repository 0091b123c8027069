/* SPDX-License-Identifier: Apache-2.0 */
/* What links count becomes series of the gateway, and is named wherever it goes. */
#include "acquire/link_events.h"
#include "check.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/describe.h"
#include "command/status_buses.h"
#include "publish/encode_json.h"
#include "serve/status_document.h"

static double value_of(const struct series_list *list, const double *values, enum quantity quantity,
                       const char *reason) {
    for (size_t i = 0; i < list->n; i++)
        if (list->series[i].quantity == quantity && list->series[i].reason &&
            strcmp(list->series[i].reason, reason) == 0)
            return values[i];
    fail_msg("no series with reason %s", reason);
    return 0;
}

static const struct link_counts counts = {
    .network = {.connects = 1, .late = 2, .garbled = {[MODBUS_WRONG_ID] = 3}},
    .serial = {.connects = 4, .noise = 5, .garbled = {[MODBUS_WRONG_CHECK_SUM] = 6}},
    .snmp = {.foreign = 7, .kernel_drops = 8},
    .traps = {.received = 9, .wrong_credentials = 10},
    .clock_error_s = 0.25,
    .resident_bytes = 4096,
    .cpu_s = 1.5,
};

static void each_event_has_its_own_name(void **state) {
    (void)state;
    struct series_list *list = link_events_list();
    double values[64], sum = 0;
    assert_non_null(list);
    assert_true(list->n == link_events_n() && list->n < 64);
    link_events_write(&counts, values);
    assert_true(value_of(list, values, MODBUS_EVENTS, "connected") == 1);
    assert_true(value_of(list, values, MODBUS_EVENTS, "late") == 2);
    assert_true(value_of(list, values, MODBUS_EVENTS, "wrong_id") == 3);
    assert_true(value_of(list, values, SERIAL_EVENTS, "opened") == 4);
    assert_true(value_of(list, values, SERIAL_EVENTS, "noise_bytes") == 5);
    assert_true(value_of(list, values, SERIAL_EVENTS, "wrong_check_sum") == 6);
    assert_true(value_of(list, values, SNMP_EVENTS, "foreign") == 7);
    assert_true(value_of(list, values, SNMP_EVENTS, "kernel_dropped") == 8);
    assert_true(value_of(list, values, TRAP_EVENTS, "wrong_credentials") == 10);
    const size_t n = list->n - 3;
    assert_true(list->series[n].quantity == CLOCK_ERROR && values[n] == 0.25);
    assert_true(list->series[n + 1].quantity == PROCESS_MEMORY && values[n + 1] == 4096);
    assert_true(list->series[n + 2].quantity == PROCESS_TIME && values[n + 2] == 1.5);
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        for (size_t k = 0; k < i; k++)
            assert_false(list->series[i].quantity == list->series[k].quantity &&
                         strcmp(list->series[i].reason, list->series[k].reason) == 0);
    }
    assert_true(sum == 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10);
    series_list_release(list);
}

static void they_belong_to_the_gateway_and_to_no_device(void **state) {
    (void)state;
    struct series_list *list = link_events_list();
    struct device_view *view = describe_gateway("dc1", "gw/1", list);
    struct labels labels;
    struct text topic = {0};
    assert_non_null(view);
    series_list_release(list);
    series_write_labels(view, &view->series[0], &labels);
    assert_int_equal(labels.n, 3);
    assert_string_equal(labels.label[0].value, "dc1");
    assert_string_equal(labels.label[1].name, "gateway");
    assert_string_equal(labels.label[1].value, "gw/1");
    assert_string_equal(labels.label[2].name, "reason");
    encode_json_topic(&(struct json_source){.gateway = "gw-1"}, view, &topic);
    assert_string_equal(topic.data, "hallwatch/dc1/status/gw%2F1/links");
    text_done(&topic);
    device_view_release(view);
}

static void status_shows_what_happened(void **state) {
    (void)state;
    struct series_list *list = link_events_list();
    struct device_view *view = describe_gateway("dc1", "gw", list);
    const struct site_config config = {.site = (char *)"dc1", .gateway = (char *)"gw"};
    double values[64];
    struct text text = {0};
    char *table = NULL;
    size_t size = 0;
    series_list_release(list);
    link_events_write(&counts, values);
    const struct latest_device links = {.view = view, .values = values};
    status_write_head(&text, &config, &links, 1000, 2000);
    text_add_string(&text, "]}");
    json_t *document = json_loads(text.data, 0, NULL), *shown = json_object_get(document, "links");
    assert_non_null(document);
    const json_t *serial = json_object_get(shown, "facility_serial_events_total");
    assert_true(json_number_value(json_object_get(serial, "wrong_check_sum")) == 6);
    assert_true(json_number_value(json_object_get(serial, "late")) == 0);
    FILE *out = open_memstream(&table, &size);
    status_print_links(document, out);
    fclose(out);
    assert_string_equal(table, "\nLINKS   WHAT HAPPENED\n"
                               "modbus  1 connected, 2 late, 3 wrong id\n"
                               "serial  4 opened, 5 noise bytes, 6 wrong check sum\n"
                               "snmp    7 foreign, 8 kernel dropped\n"
                               "trap    9 received, 10 wrong credentials\n");
    free(table);
    json_decref(document);
    text_done(&text);
    device_view_release(view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_has_its_own_name),
        cmocka_unit_test(they_belong_to_the_gateway_and_to_no_device),
        cmocka_unit_test(status_shows_what_happened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
