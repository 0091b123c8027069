/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of an alarm on its ways out: a row of the spool and an alert. */
#include "check.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "judge/alarm_row.h"
#include "publish/encode_alertmanager.h"
#include "publish/encode_json.h"

enum { MINUTE_MS = 60000 };
static const int64_t now_ms = 1764000005000; /* wall clock */
static const struct json_source source = {"dc1", "gw/1", {"00112233445566ff", "ffee"}};

static struct alarm_record record_of(enum alarm_state state) {
    return (struct alarm_record){.id = "ups_on_battery-1b2c3d4e",
                                 .rule = "ups_on_battery",
                                 .site = "dc1",
                                 .hall = "hall-2",
                                 .node = "ups \"a\" 한",
                                 .class = "ups",
                                 .summary = "ups a runs on its battery",
                                 .response = "call",
                                 .state = (uint8_t)state,
                                 .priority = 1,
                                 .value = 3,
                                 .limit = (double)NAN,
                                 .headroom_watts = (double)INFINITY,
                                 .seconds_left = 61.5,
                                 .metric = "facility_ups_state",
                                 .since_ms = 1764000000123,
                                 .changed_ms = now_ms};
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "none";
}

static json_t *parse(const struct text *text) {
    json_error_t error;
    json_t *json = json_loadb(text->data, text->size, 0, &error);
    if (!json)
        fail_msg("%s in %s", error.text, text->data);
    return json;
}

static void a_change_is_a_row_with_all_there_is_to_say(void **state) {
    (void)state;
    struct alarm_rows *rows = alarm_rows_new();
    struct alarm_board *board = alarm_board_new();
    struct alarm_record record = record_of(ALARM_ACTIVE), other = record_of(ALARM_ACTIVE);
    strcpy(other.id, "another");
    alarm_board_put(board, &other);
    alarm_rows_skip(rows, board);
    alarm_rows_note(rows, board, now_ms);
    assert_null(alarm_rows_next(rows));
    alarm_board_put(board, &record);
    alarm_rows_note(rows, board, now_ms);
    struct batch *batch = alarm_rows_next(rows);
    assert_non_null(batch);
    assert_int_equal(batch->view->number, ALARM_NUMBERS);
    assert_true(batch->urgent && batch->is_news);
    assert_int_equal(batch->n, 3);
    assert_int_equal(batch->time_ms, 1764000005000);
    assert_true(batch->values[0] == ALARM_ACTIVE && batch->values[1] == 1 &&
                batch->values[2] == 1764000000.123);
    struct device_view *view = device_view_hold(batch->view);
    struct labels labels;
    series_write_labels(view, &view->series[0], &labels);
    assert_int_equal(labels.n, 5);
    assert_string_equal(labels.label[2].name, "node");
    assert_string_equal(labels.label[3].value, "ups");
    assert_string_equal(labels.label[4].value, record.id);

    /* The next one leaves this as it is. */
    struct alarm_record ended = record_of(ALARM_NORMAL);
    ended.class = "meter";
    other.priority = 2; /* shown later, and changed before */
    alarm_board_put(board, &other);
    alarm_board_put(board, &ended);
    alarm_rows_note(rows, board, now_ms);
    assert_string_equal(alarm_rows_next(rows)->view->alarm, "another");
    batch = alarm_rows_next(rows);
    assert_null(alarm_rows_next(rows));
    assert_true(batch->view != view && batch->view->generation > view->generation &&
                batch->view->number == view->number);
    assert_true(batch->values[0] == ALARM_NORMAL);
    assert_string_equal(view->class, "ups");
    assert_non_null(strstr(view->detail, "\"state\":\"active\""));
    alarm_rows_free(rows);
    alarm_board_free(board);
    assert_int_equal(atomic_load(&view->references), 1);
    device_view_release(view);
}

/* Takes all that waits; how many rows. The last one's view, values and time stay for a look. */
static unsigned take(struct alarm_rows *rows, struct batch *last) {
    unsigned n = 0;
    for (struct batch *batch; (batch = alarm_rows_next(rows)); n++)
        *last = *batch;
    return n;
}

static unsigned repeat(struct alarm_rows *rows, struct alarm_board *board, int64_t after_ms,
                       struct batch *last) {
    alarm_rows_note(rows, board, now_ms + after_ms);
    alarm_rows_repeat(rows, board, now_ms + after_ms, 7 + after_ms);
    return take(rows, last);
}

static void what_stands_is_repeated_every_minute_and_is_no_event(void **state) {
    (void)state;
    struct alarm_rows *rows = alarm_rows_new();
    struct alarm_board *board = alarm_board_new();
    struct alarm_record record = record_of(ALARM_ACTIVE), restored = record_of(ALARM_RETURNED);
    struct batch last;
    strcpy(restored.id, "restored");
    alarm_board_put(board, &restored);
    alarm_rows_skip(rows, board);
    assert_int_equal(repeat(rows, board, 0, &last), 1); /* was told before the restart: at once */
    assert_string_equal(last.view->alarm, "restored");
    assert_null(last.view->detail);
    assert_int_equal(repeat(rows, board, MINUTE_MS - 1, &last), 0);
    alarm_board_put(board, &record);
    assert_int_equal(repeat(rows, board, MINUTE_MS, &last), 2); /* the event, and not that again */
    assert_int_equal(repeat(rows, board, 2 * MINUTE_MS, &last), 2);
    struct device_view *view = device_view_hold(last.view);
    assert_int_equal(last.time_ms, now_ms + 2 * MINUTE_MS);
    assert_true(last.urgent && view->number >= ALARM_NUMBERS && !device_view_is_event(view));
    assert_int_equal(repeat(rows, board, 3 * MINUTE_MS, &last), 2);
    assert_true(last.view == view && last.time_ms == now_ms + 3 * MINUTE_MS); /* the same one */
    record.state = restored.state = ALARM_NORMAL;
    alarm_board_put(board, &record);
    alarm_board_put(board, &restored);
    assert_int_equal(repeat(rows, board, 3 * MINUTE_MS + 9, &last), 2);
    assert_true(last.values[0] == ALARM_NORMAL && last.time_ms == now_ms + 3 * MINUTE_MS + 9);
    assert_int_equal(repeat(rows, board, 4 * MINUTE_MS, &last), 0);
    alarm_rows_free(rows);
    alarm_board_free(board);
    assert_int_equal(atomic_load(&view->references), 1);
    device_view_release(view);
}

/* A row of an alarm that only its consequences changed: databases refuse times before the newest. */
static void rows_of_an_alarm_never_go_back_in_time(void **state) {
    (void)state;
    struct alarm_rows *rows = alarm_rows_new();
    struct alarm_board *board = alarm_board_new();
    struct alarm_record record = record_of(ALARM_ACTIVE);
    struct batch last;
    alarm_board_put(board, &record);
    assert_int_equal(repeat(rows, board, 0, &last), 1);
    assert_int_equal(repeat(rows, board, MINUTE_MS, &last), 1);
    record.n_consequences = 3;
    alarm_board_put(board, &record);
    assert_int_equal(repeat(rows, board, MINUTE_MS + 20, &last), 1);
    assert_true(device_view_is_event(last.view) && last.time_ms == now_ms + MINUTE_MS + 20);
    alarm_rows_free(rows);
    alarm_board_free(board);
}

static void its_message_is_an_event(void **state) {
    (void)state;
    struct alarm_rows *rows = alarm_rows_new();
    struct alarm_board *board = alarm_board_new();
    struct alarm_record record = record_of(ALARM_ACTIVE);
    alarm_board_put(board, &record);
    alarm_rows_note(rows, board, now_ms);
    struct batch *batch = alarm_rows_next(rows);
    struct encode_json *encoder = encode_json_new();
    struct spool_row row = {.kind = SPOOL_URGENT,
                            .id = 7,
                            .first_id = 7,
                            .view = batch->view,
                            .time_ms = batch->time_ms,
                            .n = batch->n,
                            .values = batch->values,
                            .qualities = batch->qualities};
    struct text text = {0};
    assert_int_equal(encode_json_row(encoder, &source, &row, &text), 0);
    json_t *json = parse(&text);
    const json_t *event = json_object_get(json, "event");
    assert_string_equal(text_of(json, "stream"), "00112233445566ff");
    assert_string_equal(text_of(json, "alarm"), record.id);
    assert_string_equal(text_of(json, "node"), record.node);
    assert_null(json_object_get(json, "device"));
    assert_string_equal(text_of(event, "summary"), record.summary);
    assert_string_equal(text_of(event, "node"), record.node);
    assert_string_equal(text_of(event, "state"), "active");
    assert_true(json_number_value(json_object_get(event, "seconds_left")) == 61.5);
    assert_null(json_object_get(event, "limit"));
    assert_null(json_object_get(event, "headroom_watts"));
    assert_null(json_object_get(event, "cause"));
    assert_int_equal(json_array_size(json_object_get(json, "readings")), 3);
    json_decref(json);

    encode_json_topic(&source, batch->view, &text);
    assert_string_equal(text.data, "hallwatch/dc1/event/gw%2F1");
    encode_json_alarm_topic(&source, record.id, &text);
    assert_string_equal(text.data, "hallwatch/dc1/alarm/ups_on_battery-1b2c3d4e");
    encode_json_alarm(&source, &record, &text);
    json = parse(&text);
    assert_string_equal(text_of(json, "gateway"), "gw/1");
    assert_string_equal(text_of(json, "site"), "dc1");
    assert_string_equal(text_of(json, "response"), "call");
    json_decref(json);
    text_done(&text);
    encode_json_free(encoder);
    alarm_rows_free(rows);
    alarm_board_free(board);
}

static void its_alert_is_known_by_labels(void **state) {
    (void)state;
    struct alarm_record record = record_of(ALARM_ACTIVE);
    struct text labels = {0}, body = {0};
    encode_alert_labels(&record, &labels);
    encode_alert(labels.data, &record, record.since_ms, 1764000120123, &body);
    encode_alert(labels.data, NULL, 1764000120124, 1764000120123, &body);
    encode_alert_end(&body);
    json_t *json = parse(&body);
    const json_t *alert = json_array_get(json, 0), *ended = json_array_get(json, 1);
    assert_int_equal(json_array_size(json), 2);
    assert_true(json_equal(json_object_get(alert, "labels"), json_object_get(ended, "labels")));
    const json_t *names = json_object_get(alert, "labels");
    assert_string_equal(text_of(names, "alertname"), "ups_on_battery");
    assert_string_equal(text_of(names, "severity"), "critical");
    assert_string_equal(text_of(names, "priority"), "1");
    assert_string_equal(text_of(names, "hall"), "hall-2");
    assert_null(json_object_get(names, "rack"));
    assert_string_equal(text_of(alert, "startsAt"), "2025-11-24T16:00:00.123Z");
    assert_string_equal(text_of(alert, "endsAt"), "2025-11-24T16:02:00.123Z");
    assert_string_equal(text_of(ended, "startsAt"), text_of(ended, "endsAt"));
    assert_string_equal(text_of(json_object_get(alert, "annotations"), "value"), "3");
    assert_null(json_object_get(json_object_get(alert, "annotations"), "limit"));
    json_decref(json);
    text_done(&labels);
    text_done(&body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_a_row_with_all_there_is_to_say),
        cmocka_unit_test(its_message_is_an_event),
        cmocka_unit_test(rows_of_an_alarm_never_go_back_in_time),
        cmocka_unit_test(what_stands_is_repeated_every_minute_and_is_no_event),
        cmocka_unit_test(its_alert_is_known_by_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
