/* SPDX-License-Identifier: Apache-2.0 */
/* JSON messages and topics, read back by an independent parser. */
#include "publish/encode_json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mqtt_rules.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 10 };
static const int64_t time_ms = 1764000000123;
static const struct json_source source = {
    .site = "dc1", .gateway = "gw/1", .streams = {"ffee", "00112233445566ff"}, .clock_error_s = 0.25};

static struct spool_row row_of(struct device_view *view, const struct batch *batch, uint64_t id) {
    return (struct spool_row){
        .kind = SPOOL_READINGS,
        .id = id,
        .first_id = id,
        .view = view,
        .time_ms = batch->time_ms,
        .first = batch->first,
        .n = batch->n,
        .values = batch->values,
        .qualities = batch->qualities,
    };
}

/* Takes over the message. */
static json_t *parse(struct text *message) {
    json_error_t error;
    json_t *json = json_loadb(message->data, message->size, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s in %s", error.text, message->data);
    text_done(message);
    return json;
}

static json_t *encode(struct encode_json *encoder, const struct spool_row *row) {
    struct text message = {0};
    assert_int_equal(encode_json_row(encoder, &source, row, &message), 0);
    return parse(&message);
}

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static void a_row_is_one_message(void **state) {
    (void)state;
    struct encode_json *encoder = encode_json_new();
    struct device_view *view = specimen_view(3, "pdu-1", READINGS);
    struct batch *batch = specimen_batch(view, time_ms, 9);
    struct spool_row row = row_of(view, batch, 42);
    for (int again = 0; again < 2; again++) { /* rendered, then from the cache */
        json_t *json = encode(encoder, &row);
        assert_int_equal(json_integer_value(json_object_get(json, "schema")), 1);
        assert_int_equal(json_integer_value(json_object_get(json, "sequence")), 42);
        assert_int_equal(json_integer_value(json_object_get(json, "time")), time_ms);
        assert_string_equal(text_of(json, "stream"), "00112233445566ff");
        assert_string_equal(text_of(json, "site"), "dc1");
        assert_string_equal(text_of(json, "device"), "pdu-1");
        assert_string_equal(text_of(json, "driver"), "apc_rpdu2");
        assert_string_equal(text_of(json, "class"), "pdu");
        assert_string_equal(text_of(json, "hall"), "hall-2");
        assert_string_equal(text_of(json, "row"), "A");
        assert_string_equal(text_of(json, "rack"), "A07");
        assert_null(json_object_get(json, "feed"));
        const json_t *readings = json_object_get(json, "readings");
        assert_int_equal(json_array_size(readings), READINGS);
        for (size_t i = 0; i < READINGS; i++) {
            const json_t *reading = json_array_get(readings, i);
            assert_string_equal(text_of(reading, "metric"), catalog_quantity(view->series[i].quantity)->name);
            assert_string_equal(text_of(reading, "component"), "outlet");
            assert_string_equal(text_of(reading, "component_id"), i < 5 ? "1/1" : "1/2");
            assert_string_equal(text_of(reading, "phase"), "L1");
            assert_string_equal(text_of(reading, "quality"), "good");
            assert_null(json_object_get(reading, "site"));
            assert_true(json_number_value(json_object_get(reading, "value")) == specimen_value(view, i, 9));
        }
        json_decref(json);
    }
    specimen_batch_free(batch);
    encode_json_free(encoder);
    assert_int_equal(atomic_load(&view->references), 1);
    device_view_release(view);
}

static void only_what_is_a_reading_is_sent(void **state) {
    (void)state;
    struct encode_json *encoder = encode_json_new();
    struct device_view *view = specimen_view(0, "pdu-1", READINGS);
    struct batch *batch = specimen_batch(view, time_ms, 1);
    batch->qualities[0] = QUALITY_ABSENT;
    batch->values[1] = (double)NAN;
    batch->qualities[1] = QUALITY_BAD;
    batch->values[2] = (double)INFINITY;
    batch->qualities[3] = QUALITY_STALE;
    batch->qualities[4] = QUALITY_SUBSTITUTED;
    batch->qualities[9] = QUALITY_ABSENT;
    struct spool_row row = row_of(view, batch, 1);
    json_t *json = encode(encoder, &row);
    const json_t *readings = json_object_get(json, "readings");
    assert_int_equal(json_array_size(readings), READINGS - 2);
    static const char *const qualities[] = {"bad", "good", "stale", "substituted"};
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(text_of(json_array_get(readings, i), "quality"), qualities[i]);
    assert_true(json_is_null(json_object_get(json_array_get(readings, 0), "value")));
    assert_true(json_is_null(json_object_get(json_array_get(readings, 1), "value")));
    json_decref(json);
    memset(batch->qualities, QUALITY_ABSENT, READINGS);
    json = encode(encoder, &row);
    assert_int_equal(json_array_size(json_object_get(json, "readings")), 0);
    json_decref(json);
    specimen_batch_free(batch);
    encode_json_free(encoder);
    device_view_release(view);
}

/* A batch of part of the series: its first reading is not the view's first. */
static void part_of_a_view_keeps_its_labels(void **state) {
    (void)state;
    struct encode_json *encoder = encode_json_new();
    struct device_view *view = specimen_view(0, "pdu-1", READINGS);
    struct batch *batch = specimen_batch(view, time_ms, 1);
    batch->first = 6;
    batch->n = 2;
    struct spool_row row = row_of(view, batch, 1);
    json_t *json = encode(encoder, &row);
    const json_t *readings = json_object_get(json, "readings");
    assert_int_equal(json_array_size(readings), 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(text_of(json_array_get(readings, i), "metric"),
                            catalog_quantity(view->series[6 + i].quantity)->name);
    json_decref(json);
    specimen_batch_free(batch);
    encode_json_free(encoder);
    device_view_release(view);
}

static void a_new_view_replaces_the_old_one(void **state) {
    (void)state;
    struct encode_json *encoder = encode_json_new();
    struct device_view *old = specimen_view(5, "pdu-1", READINGS), *new = specimen_view(5, "pdu-1", 5);
    new->generation = 2;
    free(new->rack);
    new->rack = strdup("B01");
    struct batch *batch = specimen_batch(old, time_ms, 1);
    struct spool_row row = row_of(old, batch, 1);
    json_decref(encode(encoder, &row));
    specimen_batch_free(batch);
    assert_int_equal(atomic_load(&old->references), 2); /* the cache's */
    batch = specimen_batch(new, time_ms, 2);
    row = row_of(new, batch, 2);
    json_t *json = encode(encoder, &row);
    assert_string_equal(text_of(json, "rack"), "B01");
    assert_int_equal(atomic_load(&old->references), 1);
    json_decref(json);
    specimen_batch_free(batch);
    encode_json_free(encoder);
    device_view_release(old);
    device_view_release(new);
}

static void several_rows_are_one_message_with_each_of_them_whole(void **state) {
    (void)state;
    struct encode_json *encoder = encode_json_new();
    struct device_view *view = specimen_view(3, "pdu-1", READINGS);
    struct batch *batch = specimen_batch(view, time_ms, 9);
    struct spool_row first = row_of(view, batch, 42), second = row_of(view, batch, 43);
    struct spool_row gap = {.kind = SPOOL_URGENT, .first_id = 7, .id = 9};
    struct spool_row *const rows[] = {&first, &gap, &second};
    struct text message = {0};
    second.first_id = 40; /* thinned: in the place of four */
    assert_int_equal(encode_json_rows(encoder, &source, rows, 3, &message), 0);
    json_t *json = parse(&message), *messages = json_object_get(json, "messages");
    assert_string_equal(text_of(json, "gateway"), "gw/1");
    assert_int_equal(json_array_size(messages), 3);
    json_t *alone = encode(encoder, &first);
    assert_true(json_equal(json_array_get(messages, 0), alone));
    assert_null(json_object_get(alone, "first_sequence"));
    json_t *missing = json_array_get(messages, 1), *thinned = json_array_get(messages, 2);
    assert_true(json_is_true(json_object_get(missing, "gap")));
    assert_string_equal(text_of(missing, "stream"), "ffee");
    assert_int_equal(json_integer_value(json_object_get(missing, "first_sequence")), 7);
    assert_int_equal(json_integer_value(json_object_get(missing, "sequence")), 9);
    assert_null(json_object_get(missing, "readings"));
    assert_int_equal(json_integer_value(json_object_get(thinned, "first_sequence")), 40);
    assert_null(json_object_get(thinned, "gap"));
    json_decref(alone);
    json_decref(json);
    specimen_batch_free(batch);
    encode_json_free(encoder);
    device_view_release(view);
}

static void texts_of_any_kind_stay_json(void **state) {
    (void)state;
    struct encode_json *encoder = encode_json_new();
    struct device_view *view = specimen_view(0, "\"quoted\"\\\n\x01 \xed\x95\x9c", 5);
    free(view->rack);
    view->rack = strdup("broken \xff\xfe");
    struct batch *batch = specimen_batch(view, time_ms, 1);
    struct spool_row row = row_of(view, batch, 1);
    json_t *json = encode(encoder, &row);
    assert_string_equal(text_of(json, "device"), "\"quoted\"\\\n\x01 \xed\x95\x9c");
    assert_string_equal(text_of(json, "rack"), "broken \xef\xbf\xbd\xef\xbf\xbd");
    json_decref(json);
    specimen_batch_free(batch);
    encode_json_free(encoder);
    device_view_release(view);
}

static void topics_hold_what_mqtt_allows(void **state) {
    (void)state;
    static const struct {
        const char *name, *level;
    } cases[] = {
        {"pdu-1_a.b~", "pdu-1_a.b~"},
        {"a/b", "a%2Fb"},
        {"+#%", "%2B%23%25"},
        {"tab\tdel\x7f", "tab%09del%7F"},
        {"\xed\x95\x9c A", "\xed\x95\x9c A"},   /* Hangul and a blank stay */
        {"\xc2\x85\xc2\xa0", "%C2%85\xc2\xa0"}, /* a control character, a no-break space */
        {"\xe1\x82\x85", "\xe1\x82\x85"},
        {"\xff/", "%FF%2F"},
        {"\xc2", "%C2"},
        {"$SYS", "$SYS"},
        {"\xef\xb7\x90\xef\xbf\xbe", "%EF%B7%90%EF%BF%BE"}, /* no characters: brokers end the connection */
        {"\xf4\x8f\xbf\xbf", "%F4%8F%BF%BF"},
        {"\xed\x95\x9c\xff", "\xed\x95\x9c%FF"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct text topic = {0};
        mqtt_add_topic_level(&topic, cases[i].name);
        assert_string_equal(topic.data, cases[i].level);
        text_done(&topic);
    }
    struct device_view *view = specimen_view(0, "a/1", 5);
    struct text topic = {0};
    encode_json_topic(&(struct json_source){.gateway = "gw-1"}, view, &topic);
    assert_string_equal(topic.data, "hallwatch/dc1/a%2F1");
    encode_json_batch_topic(&source, &topic);
    assert_string_equal(topic.data, "hallwatch/dc1/batch/gw%2F1");
    encode_json_gap_topic(&source, &topic);
    assert_string_equal(topic.data, "hallwatch/dc1/status/gw%2F1/gaps");
    text_done(&topic);
    device_view_release(view);
}

static void a_node_names_who_judged_it(void **state) {
    (void)state;
    struct encode_json *encoder = encode_json_new();
    struct device_view *view = specimen_view(NODE_NUMBERS + 7, "", READINGS);
    struct batch *batch = specimen_batch(view, time_ms, 1);
    struct spool_row row = row_of(view, batch, 42);
    struct text topic = {0};
    view->node = strdup("hall-3/msb a");
    view->class = "bus";
    json_t *json = encode(encoder, &row);
    assert_string_equal(text_of(json, "node"), "hall-3/msb a");
    assert_string_equal(text_of(json, "class"), "bus");
    assert_string_equal(text_of(json, "gateway"), "gw/1");
    assert_true(json_number_value(json_object_get(json, "clock_error")) == 0.25);
    assert_null(json_object_get(json, "device"));
    assert_null(json_object_get(json_array_get(json_object_get(json, "readings"), 0), "node"));
    json_decref(json);
    encode_json_topic(&source, view, &topic);
    assert_string_equal(topic.data, "hallwatch/dc1/node/hall-3%2Fmsb a");
    encode_json_nodes_topic(&source, &topic);
    assert_string_equal(topic.data, "hallwatch/dc1/nodes/gw%2F1");
    view->alarm = strdup("node_budget-00c0ffee");
    encode_json_topic(&source, view, &topic);
    assert_string_equal(topic.data, "hallwatch/dc1/status/gw%2F1/alarms");
    view->detail = strdup("\"priority\":1");
    encode_json_topic(&source, view, &topic);
    assert_string_equal(topic.data, "hallwatch/dc1/event/gw%2F1");
    text_done(&topic);
    encode_json_free(encoder);
    encoder = encode_json_new();
    json = encode(encoder, &row);
    assert_string_equal(text_of(json, "alarm"), "node_budget-00c0ffee");
    json_decref(json);
    encode_json_free(encoder);
    specimen_batch_free(batch);
    device_view_release(view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_names_who_judged_it),
        cmocka_unit_test(a_row_is_one_message),
        cmocka_unit_test(only_what_is_a_reading_is_sent),
        cmocka_unit_test(part_of_a_view_keeps_its_labels),
        cmocka_unit_test(a_new_view_replaces_the_old_one),
        cmocka_unit_test(several_rows_are_one_message_with_each_of_them_whole),
        cmocka_unit_test(texts_of_any_kind_stay_json),
        cmocka_unit_test(topics_hold_what_mqtt_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
