/* SPDX-License-Identifier: Apache-2.0 */
/* The status document, written in pieces and read back, and what `hallwatch status` makes of it. */
#include "check.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/status_digest.h"
#include "command/status_table.h"
#include "serve/status_document.h"
#include "serve/status_line.h"
#include "tests/sim/specimen.h"

static const struct driver driver = {.name = "apc_rpdu2", .class = CLASS_PDU};

static const struct device_config pdu = {.name = "pdu \"1\"",
                                         .driver = &driver,
                                         .url_text = "snmp://10.0.0.5",
                                         .hall = "",
                                         .row = "",
                                         .rack = "r01",
                                         .feed = "A",
                                         .interval_ms = {[RATE_NORMAL] = 5000}};

static json_t *parse(const struct text *text) {
    json_error_t error;
    json_t *json = json_loadb(text->data, text->size, 0, &error);
    if (!json)
        fail_msg("line %d: %s: %s", error.line, error.text, text->data);
    return json;
}

static struct delivery *make_delivery(void) {
    struct delivery *delivery = test_calloc(1, sizeof(*delivery));
    delivery->n_sinks = 1;
    delivery->sinks[0] = (struct sink_state){.kind = SINK_MQTT,
                                             .spool = {.sink = "broker",
                                                       .waiting_readings = 1,
                                                       .waiting_since_ms = 1200,
                                                       .sent_readings = 2,
                                                       .dropped_readings = 3,
                                                       .rejected_readings = 4},
                                             .health = {.condition = SINK_DENIED,
                                                        .receiver = "mqtt://h",
                                                        .next_try_ms = 2500,
                                                        .trouble = {"\"no\"\n", 1900}},
                                             .rate = (double)NAN};
    delivery->spools[SPOOL_READINGS] = (struct spool_figures){
        .has_disk = true, .disk_bytes = 5, .quota_age_ms = 60000, .is_stuck = true, .trouble = "full"};
    return delivery;
}

static void whole_document_is_json(void **state) {
    (void)state;
    const struct site_config config = {.site = "dc1", .gateway = "gw\n1"};
    struct delivery *delivery = make_delivery();
    struct text text = {0};
    status_write_head(&text, &config, NULL, 1000, 2000);
    status_write_device(&text, &pdu, NULL, true, 2000);
    status_write_device(&text, &pdu, NULL, false, 2000);
    status_write_tail(&text, &(struct status_configuration){1000, 1500, 2}, "/spool", delivery);
    json_t *json = parse(&text);
    assert_string_equal(status_text(json, "gateway"), "gw\n1");
    assert_true(status_number(json, "started") == 1000);
    const json_t *configuration = json_object_get(json, "configuration");
    assert_true(status_number(configuration, "loaded") == 1000);
    assert_true(status_number(configuration, "refused") == 1500);
    assert_true(status_number(configuration, "mistakes") == 2);
    const json_t *devices = json_object_get(json, "devices"), *first = json_array_get(devices, 0);
    assert_int_equal(json_array_size(devices), 2);
    assert_string_equal(status_text(first, "name"), "pdu \"1\"");
    assert_string_equal(status_text(first, "driver"), "apc_rpdu2");
    assert_string_equal(status_text(first, "class"), "pdu");
    assert_null(json_object_get(first, "hall"));
    assert_true(json_is_null(json_object_get(first, "up")));
    assert_int_equal(json_array_size(json_object_get(first, "readings")), 0);
    const json_t *broker = json_array_get(json_object_get(json, "sinks"), 0);
    assert_true(status_number(broker, "waiting") == 1 && status_number(broker, "sent") == 2);
    assert_true(status_number(broker, "dropped") == 3 && status_number(broker, "rejected") == 4);
    assert_true(status_number(broker, "waiting_since") == 1200 && status_number(broker, "next_try") == 2500);
    assert_string_equal(status_text(broker, "type"), "mqtt");
    assert_string_equal(status_text(broker, "state"), "denied");
    assert_string_equal(status_text(broker, "receiver"), "mqtt://h");
    assert_string_equal(status_text(broker, "error"), "\"no\"\n");
    assert_true(json_is_null(json_object_get(broker, "rate")));
    const json_t *spool = json_object_get(json, "spool"), *parts = json_object_get(spool, "parts");
    assert_string_equal(status_text(spool, "folder"), "/spool");
    assert_null(json_object_get(json_array_get(parts, 0), "disk")); /* it is in memory only */
    assert_true(status_number(json_array_get(parts, 1), "disk") == 5);
    assert_true(status_number(json_array_get(parts, 1), "quota_age") == 60);
    assert_true(json_is_true(json_object_get(json_array_get(parts, 1), "stuck")));
    json_decref(json);
    text_done(&text);
    test_free(delivery);
}

static void readings_carry_their_place(void **state) {
    (void)state;
    struct device_view *view = specimen_view(0, "pdu", 6);
    double values[6] = {1234.5, (double)NAN, 230, 0, 0, 0};
    int64_t times_ms[6] = {1500, 1500, 1500, 0, 0, 0};
    uint8_t qualities[6] = {QUALITY_GOOD,   QUALITY_BAD,    QUALITY_STALE,
                            QUALITY_ABSENT, QUALITY_ABSENT, QUALITY_ABSENT};
    const struct latest_device latest = {
        .view = view, .values = values, .times_ms = times_ms, .qualities = qualities, .newest_ms = 1500};
    struct text text = {0};
    status_write_device(&text, &pdu, &latest, true, 2250);
    json_t *json = parse(&text);
    assert_true(json_is_true(json_object_get(json, "up"))); /* it spoke, its health comes later */
    assert_true(status_number(json, "age") == 0.75);
    const json_t *readings = json_object_get(json, "readings"), *first = json_array_get(readings, 0);
    assert_int_equal(json_array_size(readings), 3);
    assert_string_equal(status_text(first, "metric"), catalog_quantity(view->series[0].quantity)->name);
    assert_string_equal(status_text(first, "component"), "outlet");
    assert_string_equal(status_text(first, "component_id"), "1/1");
    assert_true(status_number(first, "value") == 1234.5);
    assert_true(json_is_null(json_object_get(json_array_get(readings, 1), "value")));
    assert_string_equal(status_text(json_array_get(readings, 1), "quality"), "bad");
    assert_string_equal(status_text(json_array_get(readings, 2), "quality"), "stale");
    json_decref(json);
    text_done(&text);
    device_view_release(view);
}

/* A digest of a device with these members and readings, in JSON. */
static struct digest digest_of(const char *members, const char *readings) {
    struct text text = {0};
    struct digest digest;
    text_add_format(&text, "{\"name\":\"x\",\"interval\":5,%s,\"readings\":[%s]}", members, readings);
    json_t *json = parse(&text);
    status_digest(json, &digest);
    json_decref(json);
    text_done(&text);
    return digest;
}

#define POWER(component, phase, value)                                                                       \
    "{\"metric\":\"facility_active_power_watts\",\"component\":\"" component "\",\"phase\":\"" phase         \
    "\",\"quality\":\"good\",\"value\":" #value "}"

static void power_is_the_device_s_own(void **state) {
    (void)state;
    static const char up[] = "\"up\":true,\"age\":1";
    struct digest digest =
        digest_of(up, POWER("outlet", "", 1) "," POWER("input", "L1", 10) "," POWER("input", "L2", 20));
    assert_true(digest.power_w == 30);
    digest = digest_of(
        up, POWER("input", "total", 100) "," POWER("input", "total", 200) "," POWER("input", "L1", 10));
    assert_true(digest.power_w == 300); /* two inlets, and never their phases on top */
    digest = digest_of(up, POWER("input", "total", 100) "," POWER("output", "total", 90));
    assert_true(digest.power_w == 90); /* what a UPS carries */
    digest = digest_of(up, "{\"metric\":\"facility_thermal_power_watts\",\"quality\":\"good\",\"value\":5}");
    assert_true(digest.power_w == 5 && digest.power == THERMAL_POWER);
    digest = digest_of(up, POWER("outlet", "", 1));
    assert_true(isnan(digest.power_w));
}

#define STATE(metric, value) "{\"metric\":\"" metric "\",\"quality\":\"good\",\"value\":" #value "}"

static void states_are_in_words(void **state) {
    (void)state;
    struct digest digest = digest_of("\"up\":true,\"age\":1", STATE("facility_ups_mode_state", 1));
    assert_int_equal(digest.rank, DIGEST_UP);
    assert_string_equal(digest.state, "up");
    digest = digest_of("\"up\":true,\"age\":1",
                       STATE("facility_ups_mode_state", 2) "," STATE("facility_leak_state", 1));
    assert_int_equal(digest.rank, DIGEST_TROUBLE);
    assert_string_equal(digest.state, "up: leak, on battery");
    digest = digest_of("\"up\":false,\"error\":\"timeout\",\"age\":60", POWER("", "", 5));
    assert_int_equal(digest.rank, DIGEST_DOWN);
    assert_string_equal(digest.state, "down (timeout)");
    assert_true(isnan(digest.power_w));
    digest = digest_of("\"up\":false", "");
    assert_string_equal(digest.state, "down");
    digest = digest_of("\"up\":null", "");
    assert_int_equal(digest.rank, DIGEST_WAITING);
    digest = digest_of("\"up\":true", "");
    assert_int_equal(digest.rank, DIGEST_TROUBLE);
    assert_string_equal(digest.state, "up: no readings");
    digest = digest_of("\"up\":true,\"age\":21", "");
    assert_int_equal(digest.rank, DIGEST_STALE);
    digest = digest_of("\"up\":false,\"error\":\"held\"", STATE("facility_device_state", 5));
    assert_int_equal(digest.rank, DIGEST_DOWN);
    assert_string_equal(digest.state, "held by another master");
}

#define ERRORS(reason, value)                                                                                \
    "{\"metric\":\"facility_poll_errors_total\",\"reason\":\"" reason                                        \
    "\",\"quality\":\"good\",\"value\":" #value "}"

static void health_is_gathered(void **state) {
    (void)state;
    static const char up[] = "\"up\":true,\"age\":1";
    struct digest digest = digest_of(up, "");
    assert_true(isnan(digest.latency_s) && isnan(digest.lateness_s) && digest.condition == 0);
    digest = digest_of(up, STATE("facility_poll_duration_seconds", 0.25) "," ERRORS("timeout", 3) "," ERRORS(
                               "missed", 2) "," STATE("facility_device_state", 3));
    assert_true(digest.latency_s == 0.25);
    assert_true(digest.errors[HEALTH_TIMEOUT] == 3 && digest.errors[HEALTH_MISSED] == 2);
    assert_int_equal(digest.rank, DIGEST_LATE);
    assert_string_equal(digest.state, "up: its last poll failed");
    digest =
        digest_of(up, STATE("facility_poll_lateness_seconds", 1.5) "," STATE(
                          "facility_poll_interval_seconds", 6.5) "," STATE("facility_bus_time_ratio", 0.5));
    assert_int_equal(digest.rank, DIGEST_LATE);
    assert_string_equal(digest.state, "up: late by 1.5 s");
    assert_true(digest.bus_time == 0.5);
    digest = digest_of("\"up\":false", STATE("facility_poll_lateness_seconds", 1.5));
    assert_true(isnan(digest.lateness_s)); /* that is how it was when it was up */
}

static char *print_table(const json_t *json) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    status_table_print(json, out);
    fclose(out);
    return text;
}

static void add_device(struct text *text, const char *name, const char *bus, double late_s, double share) {
    text_add_format(text,
                    "{\"name\":\"%s\",\"bus\":\"%s\",\"interval\":1,\"up\":true,\"age\":1,\"readings\":[",
                    name, bus);
    text_add_format(text, "{\"metric\":\"facility_poll_lateness_seconds\",\"value\":%g},", late_s);
    text_add_format(text, "{\"metric\":\"facility_poll_interval_seconds\",\"value\":%g},", 1 + late_s);
    text_add_format(text, "{\"metric\":\"facility_poll_duration_seconds\",\"value\":0.5},");
    text_add_format(text, "{\"metric\":\"facility_bus_time_ratio\",\"value\":%g}]},", share);
}

static void late_devices_are_named_with_what_takes_the_time(void **state) {
    (void)state;
    struct text text = {0};
    text_add_string(&text, "{\"devices\":[");
    add_device(&text, "a", "rtu:/dev/a", 0, 0.5);
    add_device(&text, "b", "rtu:/dev/a", 2, 0.25);
    add_device(&text, "c", "rtu:/dev/a", 1, 0.125);
    add_device(&text, "d", "rtu:/dev/a", 0, 0.125);
    add_device(&text, "e", "rtu:/dev/a", 0, 0.5);
    add_device(&text, "f", "snmp://f:161", 4, 4.5);
    add_device(&text, "g", "snmp://g:161", 0, 0.5);
    text_add_string(&text, "{\"name\":\"h\",\"bus\":\"rtu:/dev/a\",\"up\":false}]}");
    json_t *json = parse(&text);
    char *table = print_table(json);
    assert_non_null(
        strstr(table, "\nf is late: it comes every 5 s instead of 1 s; its last poll took 500 ms, it needs "
                      "450 % of the time\n"
                      "rtu:/dev/a: 2 of 6 devices late; all together they need 150 % of its time\n"
                      "  the latest: b comes every 3 s instead of 1 s\n"
                      "  what takes its time: a 50 %, e 50 %, b 25 %, 2 others 25 %; 1 silent, each try a "
                      "time-out\n\nDEVICE "));
    assert_non_null(strstr(table, "\nSHARED BUS  DEVICES  UP  LATE  NEEDED\n"
                                  "rtu:/dev/a        6   5     2   150 %\n"));
    free(table);
    json_decref(json);
    text_done(&text);
}

static void trouble_comes_first(void **state) {
    (void)state;
    static const char document[] =
        "{\"site\":\"dc1\",\"gateway\":\"gw\",\"version\":\"1\",\"started\":0,\"time\":300000,\"devices\":["
        "{\"name\":\"a\",\"class\":\"pdu\",\"driver\":\"d\",\"interval\":5,\"up\":true,\"age\":0.25,"
        "\"readings\":["
        "{\"metric\":\"facility_active_power_watts\",\"value\":1500,\"quality\":\"good\"},"
        "{\"metric\":\"facility_air_temperature_celsius\",\"value\":23.5,\"quality\":\"good\"}]},"
        "{\"name\":\"랙\",\"class\":\"ups\",\"driver\":\"d\",\"interval\":5,\"up\":false,\"age\":90,"
        "\"readings\":[]}],"
        "\"sinks\":[{\"name\":\"s\",\"state\":\"working\",\"rate\":5,\"waiting\":1,\"sent\":22,\"dropped\":0}"
        "]}";
    json_t *json = json_loads(document, 0, NULL);
    assert_non_null(json);
    char *text = print_table(json);
    assert_string_equal(text, "site dc1, gateway gw: 1 of 2 devices up; hallwatch 1, running for 5 min\n\n"
                              "DEVICE  CLASS  DRIVER  STATE    POWER     TEMP    AGE  LATENCY\n"
                              "랙      ups    d       down                      90 s         \n"
                              "a       pdu    d       up     1.50 kW  23.5 °C  0.2 s         \n\n"
                              "SINK  STATE  RATE  WAITING  SENT\n"
                              "s     sends   5/s        1    22\n");
    free(text);
    json_decref(json);
}

#define SINK(name, state, more)                                                                              \
    "{\"name\":\"" name "\",\"state\":\"" state "\",\"receiver\":\"http://h\",\"rate\":0,\"sent\":1234567,"  \
    "\"since\":9280000," more "}"
#define PART(name, more) "{\"name\":\"" name "\",\"memory\":1500,\"memory_most\":67108864" more "}"
#define DISK(error)                                                                                          \
    ",\"disk\":1000000,\"quota\":4000000,\"quota_age\":604800,\"written\":2000000,\"stuck\":" error
#define DOCUMENT(spool, sinks)                                                                               \
    "{\"started\":0,\"time\":10000000,\"devices\":[],\"spool\":{" spool "},\"sinks\":[" sinks "]}"

static char *print_document(const char *document) {
    json_t *json = json_loads(document, 0, NULL);
    assert_non_null(json);
    char *text = print_table(json);
    json_decref(json);
    return text;
}

static void assert_says(const char *text, const char *words) {
    if (!strstr(text, words))
        fail_msg("not said:\n%s\nbut:\n%s", words, text);
}

static void what_does_not_get_through_comes_first(void **state) {
    (void)state;
    char *text = print_document(DOCUMENT(
        "\"folder\":\"/spool\",\"parts\":[" PART("alarms", DISK("true,\"error\":\"disk full\"")) "," PART(
            "readings", DISK("false")) "]",
        SINK("broker", "working", "\"waiting\":0") "," SINK(
            "데이터베이스", "retrying",
            "\"next_try\":10021000,\"error\":\"no route\",\"waiting\":1900000,\"retried\":12,\"dropped\":0,"
            "\"waiting_since\":9280000") "," SINK("b", "denied",
                                                  "\"next_try\":9999000,\"error\":\"HTTP "
                                                  "401\",\"waiting\":5,\"dropped\":44,\"thinned\":1")));
    assert_says(text, "\n\nsink 데이터베이스 gets nothing through for 12 min; it tries again in 21 s\n"
                      "  http://h\n  no route\n"
                      "  1.90 M readings wait; there is room for about 36 min more, then the oldest go\n"
                      "  check that the receiver runs, and the way to it\n"
                      "sink b is turned away for 12 min; it tries now\n"
                      "  http://h\n  HTTP 401\n"
                      "  5 readings wait, 45 are dropped or thinned\n"
                      "  check url, user and password or token of this sink\n"
                      "spool alarms: the disk takes nothing: disk full\n"
                      "  rows stay in memory meanwhile; see to /spool\n\nDEVICE ");
    assert_says(text, "\nSINK          STATE     RATE  WAITING    SENT  RETRIES  DROPPED  THINNED\n"
                      "broker        sends      0/s        0  1.23 M                           \n"
                      "데이터베이스  retrying   0/s   1.90 M  1.23 M       12        0         \n"
                      "b             denied     0/s        5  1.23 M                44        1\n\n"
                      "SPOOL      MEMORY       OF     DISK       OF  WRITTEN  PER DAY\n"
                      "alarms    1.50 kB  67.1 MB  1.00 MB  4.00 MB  2.00 MB  17.3 MB\n"
                      "readings  1.50 kB  67.1 MB  1.00 MB  4.00 MB  2.00 MB  17.3 MB\n"
                      "the oldest that waits was read 12 min ago\n");
    free(text);
}

static void what_is_normal_is_quiet(void **state) {
    (void)state;
    char *text = print_document(DOCUMENT("\"parts\":[" PART("alarms", "") "," PART("readings", "") "]",
                                         SINK("b", "working",
                                              "\"waiting\":9,\"waiting_since\":9800000,\"refusal\":\"too "
                                              "old\",\"refusal_time\":9700000,\"rejected\":7")));
    assert_says(text, "running for 3 h\n\nDEVICE ");
    assert_says(text, "\nSINK  STATE                RATE  WAITING    SENT  REJECTED\n"
                      "b     sends, 3 min behind   0/s        9  1.23 M         7\n"
                      "b: refused 5 min ago, 7 readings are set aside for good by now:\n  too old\n\n"
                      "spool: in memory only, 3.00 kB of 134 MB; what waits ends with the agent\n"
                      "the oldest that waits was read 3 min ago\n");
    free(text);
    text = print_document(DOCUMENT("\"folder\":\"/spool\",\"parts\":[" PART("alarms", "") "]",
                                   SINK("b", "starting", "\"waiting\":0")));
    assert_says(text, "\n\nspool alarms is in memory only, /spool could not be used: the log says why\n"
                      "  put that right and restart the agent\n\nDEVICE ");
    free(text);
}

static void odd_documents_are_survived(void **state) {
    (void)state;
    static const char *const documents[] = {
        "{}", "[]", "{\"devices\":5,\"sinks\":{}}",
        "{\"spool\":{\"parts\":[3,{}]},\"sinks\":[4,{\"state\":\"retrying\",\"refusal\":\"x\"}]}",
        "{\"devices\":[1,{\"name\":5,\"readings\":[2,{\"value\":\"x\"}]}]}"};
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        json_t *json = json_loads(documents[i], 0, NULL);
        assert_non_null(json);
        char *text = print_table(json);
        assert_non_null(strstr(text, "DEVICE"));
        free(text);
        json_decref(json);
    }
}

static void a_line_says_how_it_fares(void **state) {
    (void)state;
    struct delivery *delivery = test_calloc(1, sizeof(*delivery));
    struct text text = {0};
    struct status_figures figures = {.delivery = delivery};
    status_line_write(&figures, &text);
    assert_string_equal(text.data, "0 devices answer, 0 sinks work");
    text_clear(&text);
    figures.n_devices = figures.n_answer = delivery->n_sinks = 1;
    delivery->sinks[0].health.condition = SINK_WORKING;
    status_line_write(&figures, &text);
    assert_string_equal(text.data, "1 device answers, 1 sink works");
    text_clear(&text);
    figures = (struct status_figures){500, 498, 2, delivery};
    delivery->n_sinks = 3;
    delivery->sinks[2].health.condition = SINK_DENIED;
    delivery->spools[SPOOL_READINGS].is_stuck = true;
    status_line_write(&figures, &text);
    assert_string_equal(text.data, "498 of 500 devices answer, 1 of 3 sinks works, the disk takes nothing; "
                                   "the last configuration was refused for 2 mistakes");
    text_done(&text);
    test_free(delivery);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_how_it_fares),
        cmocka_unit_test(whole_document_is_json),
        cmocka_unit_test(readings_carry_their_place),
        cmocka_unit_test(power_is_the_device_s_own),
        cmocka_unit_test(states_are_in_words),
        cmocka_unit_test(health_is_gathered),
        cmocka_unit_test(late_devices_are_named_with_what_takes_the_time),
        cmocka_unit_test(trouble_comes_first),
        cmocka_unit_test(what_does_not_get_through_comes_first),
        cmocka_unit_test(what_is_normal_is_quiet),
        cmocka_unit_test(odd_documents_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
