/* SPDX-License-Identifier: Apache-2.0 */
/* A status document, written as the agent writes it and read back as views and batches; and hostile ones. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "command/readings_source.h"
#include "serve/status_document.h"
#include "tests/sim/specimen.h"

static const struct driver driver = {.name = "apc_rpdu2", .class = CLASS_PDU};
static const struct device_config pdu = {.name = "pdu-1",
                                         .driver = &driver,
                                         .url_text = "snmp://10.0.0.5",
                                         .hall = "h1",
                                         .row = "",
                                         .rack = "r01",
                                         .feed = "A",
                                         .interval_ms = {[RATE_NORMAL] = 5000}};

static int parse(const char *text, struct readings_source *source) {
    char why[200];
    return readings_source_parse(text, strlen(text), source, why, sizeof(why));
}

static void what_the_agent_writes_is_read(void **state) {
    (void)state;
    struct device_view *view = specimen_view(7, "pdu-1", 6);
    double values[6] = {1234.5, (double)NAN, 230, 0, 1, 0};
    int64_t times_ms[6] = {1900, 1900, 1500, 0, 1500, 0};
    uint8_t qualities[6] = {QUALITY_GOOD,   QUALITY_BAD,  QUALITY_STALE,
                            QUALITY_ABSENT, QUALITY_GOOD, QUALITY_ABSENT};
    const struct latest_device latest = {
        .view = view, .values = values, .times_ms = times_ms, .qualities = qualities, .newest_ms = 1900};
    const struct site_config config = {.site = "dc1", .gateway = "gw"};
    static struct delivery delivery;
    struct text text = {0};
    struct readings_source source;
    status_write_head(&text, &config, NULL, 1000, 2000);
    status_write_device(&text, &pdu, &latest, true, 2000);
    status_write_tail(&text, &(struct status_configuration){.loaded_ms = 1000}, "", &delivery);
    assert_int_equal(parse(text.data, &source), 0);
    assert_true(source.time_ms == 2000 && source.n_views == 1 && source.n_readings == 4);
    assert_int_equal(source.n_batches, 2);
    const struct batch *old = source.batches[0], *new = source.batches[1];
    assert_true(old->time_ms == 1500 && old->n == 2 && new->time_ms == 1900 && new->n == 2);
    assert_ptr_equal(old->view, new->view);
    assert_string_equal(new->view->device, "pdu-1");
    assert_string_equal(new->view->rack, "r01");
    assert_string_equal(new->view->class, "pdu");
    const struct series *series = &new->view->series[new->first];
    assert_int_equal(series->quantity, view->series[0].quantity);
    assert_true(place_equal(&series->place, &view->series[0].place));
    assert_true(new->values[0] == 1234.5 && new->qualities[0] == QUALITY_GOOD);
    assert_int_equal(new->qualities[1], QUALITY_BAD);
    assert_true(old->values[0] == 230 && old->qualities[0] == QUALITY_STALE);
    readings_source_done(&source);
    text_done(&text);
    device_view_release(view);
}

static void nodes_and_alarms_have_views_of_their_own(void **state) {
    (void)state;
    struct readings_source source;
    static const char reading[] =
        "\"readings\":[{\"metric\":\"facility_active_power_watts\",\"phase\":\"total\","
        "\"value\":5,\"quality\":\"good\"}]";
    struct text text = {0};
    text_add_format(&text,
                    "{\"time\":9,\"devices\":[],\"nodes\":[{\"name\":\"ups-a\",\"class\":\"ups\",%s}],"
                    "\"alarms\":[{\"id\":\"leak-1\",\"device\":\"cdu\",%s}]}",
                    reading, reading);
    assert_int_equal(parse(text.data, &source), 0);
    assert_int_equal(source.n_batches, 2);
    assert_string_equal(source.batches[0]->view->node, "ups-a");
    assert_string_equal(source.batches[0]->view->device, "");
    assert_int_equal(source.batches[0]->view->number, NODE_NUMBERS);
    assert_string_equal(source.batches[1]->view->alarm, "leak-1");
    assert_string_equal(source.batches[1]->view->device, "cdu");
    assert_true(source.batches[1]->time_ms == 9); /* it names none: the document's */
    readings_source_done(&source);
    text_done(&text);
}

static void what_is_no_reading_is_left_out(void **state) {
    (void)state;
    static const char *const readings[] = {
        "7",
        "{}",
        "{\"metric\":\"facility_nonsense\",\"value\":1,\"quality\":\"good\"}",
        "{\"metric\":\"facility_active_power_watts\",\"value\":1,\"quality\":\"superb\"}",
        "{\"metric\":\"facility_active_power_watts\",\"value\":1,\"quality\":\"absent\"}",
        "{\"metric\":\"facility_active_power_watts\",\"value\":1,\"quality\":\"good\",\"phase\":\"L9\"}",
        "{\"metric\":\"facility_active_power_watts\",\"value\":1,\"quality\":\"good\",\"component_id\":\"1/"
        "\"}",
        "{\"metric\":\"facility_active_power_watts\",\"value\":1,\"quality\":\"good\",\"component_id\":\"-"
        "1\"}",
        "{\"metric\":\"facility_active_power_watts\",\"value\":1,\"quality\":\"good\","
        "\"component_id\":\"1/2/3/4\"}",
        "{\"metric\":\"facility_active_power_watts\",\"value\":1,\"quality\":\"good\","
        "\"component_id\":\"99999999999\"}",
    };
    for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
        struct readings_source source;
        struct text text = {0};
        text_add_format(&text, "{\"time\":9,\"devices\":[{\"name\":\"x\",\"readings\":[%s]},[],3]}",
                        readings[i]);
        assert_int_equal(parse(text.data, &source), 0);
        assert_true(source.n_batches == 0 && source.n_left_out == 1);
        readings_source_done(&source);
        text_done(&text);
    }
}

static void what_is_no_document_is_refused(void **state) {
    (void)state;
    static const char *const documents[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"time\":1}",
        "{\"time\":-1,\"devices\":[]}",
        "{\"time\":1e300,\"devices\":[]}",
        "{\"time\":1,\"devices\":{}}",
        "\"time\"",
    };
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        struct readings_source source;
        assert_int_equal(parse(documents[i], &source), ERROR_GARBLED);
        assert_null(source.batches);
    }
    struct readings_source source;
    struct text text = {0};
    text_add_string(&text, "{\"time\":1,\"devices\":[0");
    for (int i = 0; i < JUDGE_NUMBER; i++)
        text_add_string(&text, ",0");
    text_add_string(&text, "]}");
    assert_int_equal(parse(text.data, &source), ERROR_TOO_BIG);
    text_done(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_agent_writes_is_read),
        cmocka_unit_test(nodes_and_alarms_have_views_of_their_own),
        cmocka_unit_test(what_is_no_reading_is_left_out),
        cmocka_unit_test(what_is_no_document_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
