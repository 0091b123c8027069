/* SPDX-License-Identifier: Apache-2.0 */
/* What the status document says of power and alarms, and what an operator reads of it first. */
#include "check.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/status_digest.h"
#include "command/status_power.h"
#include "serve/status_document.h"
#include "serve/status_judged.h"

static const struct power_summary summary = {
    .time_ms = 1900,
    .n_nodes = 758,
    .n_dead = 2,
    .n_on_battery = 9,
    .power = {.kept = 158, .lost = 1, .first_lost = "랙 05-3"},
    .cooling = {.kept = 6, .planned = 1},
    .loss = {.lost = "h1-feeder-a",
             .worst = "h1-b3-ups",
             .headroom = 0.12,
             .headroom_watts = 300e3,
             .n_exceeding_losses = 0,
             .is_lower_bound = true},
    .demand = {.contract_watts = 250e6,
               .forecast_watts = 241.2e6,
               .last_watts = (double)NAN,
               .month_peak_watts = 239e6,
               .left_s = 312,
               .is_estimated = true},
    .measured = 0.983,
    .held = 0.017,
    .out = {{"h1-chiller-3", "kim", "filters", 3661000}},
    .n_out = 1,
};

static const struct alarm_record alarms[] = {
    {.id = "ups_on_battery-1",
     .rule = "ups_on_battery",
     .node = "h1-a2-ups",
     .summary = "h1-a2-ups: on battery",
     .response = "find out why its input is dead",
     .consequences = "40 PDUs silent",
     .state = ALARM_ACTIVE,
     .priority = 1,
     .value = (double)NAN,
     .limit = (double)NAN,
     .headroom_watts = (double)NAN,
     .seconds_left = 240,
     .n_consequences = 40,
     .since_ms = 1000},
    {.id = "device_silent-2",
     .rule = "device_silent",
     .device = "pdu \"1\"",
     .cause = "ups_on_battery-1",
     .state = ALARM_SUPPRESSED,
     .priority = 3,
     .value = 1,
     .limit = 2,
     .headroom_watts = (double)NAN,
     .seconds_left = (double)NAN,
     .since_ms = 1500},
    {.id = "leak-3",
     .rule = "leak_detected",
     .summary = "leak-1: wet",
     .state = ALARM_RETURNED,
     .latches = true,
     .priority = 1,
     .value = (double)NAN,
     .limit = (double)NAN,
     .headroom_watts = (double)NAN,
     .seconds_left = (double)NAN,
     .since_ms = 500},
    {.id = "over-4", .rule = "over", .state = ALARM_NORMAL, .priority = 2, .changed_ms = 1800},
};

static const struct power_node node = {
    .name = "h1-a2-ups", .kind = POWER_UPS, .hall = "", .row = "", .rack = "", .feed = "A"};

/* A document as the agent writes it. NULL boards: it has just begun. */
static json_t *make_document(struct power_board *power, struct alarm_board *board, double clock_error_s) {
    const struct site_config config = {.site = "dc1", .gateway = "gw-1", .hall = "hall-1"};
    struct delivery *delivery = test_calloc(1, sizeof(*delivery));
    struct text text = {0};
    json_error_t error;
    status_write_head(&text, &config, NULL, 1000, 61000);
    status_write_judged(&text, power, board, clock_error_s);
    status_write_node(&text, &config, &node, NULL, true);
    status_write_node(&text, &config, &node, NULL, false);
    status_write_tail(&text, &(struct status_configuration){.loaded_ms = 1000}, "", delivery);
    json_t *document = json_loadb(text.data, text.size, 0, &error);
    if (!document)
        fail_msg("line %d: %s: %s", error.line, error.text, text.data);
    text_done(&text);
    test_free(delivery);
    return document;
}

static struct alarm_board *make_board(void) {
    struct alarm_board *board = alarm_board_new();
    for (size_t i = 0; i < sizeof(alarms) / sizeof(alarms[0]); i++)
        assert_int_equal(alarm_board_put(board, &alarms[i]), 0);
    return board;
}

static char *print(const json_t *document) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    status_print_power(document, out);
    fclose(out);
    return text;
}

static void the_document_says_all(void **state) {
    (void)state;
    struct power_board *power = power_board_new();
    struct alarm_board *board = make_board();
    assert_int_equal(power_board_put(power, &summary), 0);
    json_t *document = make_document(power, board, 0.0121);
    const json_t *told = json_object_get(document, "power");
    assert_true(status_number(told, "nodes") == 758 && status_number(told, "on_battery") == 9);
    assert_string_equal(status_text(json_object_get(told, "redundancy"), "first_lost"), "랙 05-3");
    assert_null(json_object_get(json_object_get(told, "demand"), "last"));
    assert_true(status_number(document, "clock_error") == 0.0121);
    const json_t *list = json_object_get(document, "alarms");
    assert_int_equal(json_array_size(list), 3); /* what has ended is not told */
    const json_t *silent = json_array_get(list, 2);
    assert_string_equal(status_text(silent, "device"), "pdu \"1\"");
    assert_string_equal(status_text(silent, "state"), "suppressed");
    assert_null(json_object_get(silent, "time_left"));
    const json_t *first = json_array_get(json_object_get(document, "nodes"), 0);
    assert_string_equal(status_text(first, "class"), "ups");
    assert_string_equal(status_text(first, "hall"), "hall-1");
    assert_int_equal(json_array_size(json_object_get(document, "nodes")), 2);
    json_decref(document);
    alarm_board_free(board);
    power_board_free(power);
}

static void an_operator_reads_the_worst_first(void **state) {
    (void)state;
    struct power_board *power = power_board_new();
    struct alarm_board *board = make_board();
    assert_int_equal(power_board_put(power, &summary), 0);
    json_t *document = make_document(power, board, 0.0121);
    char *text = print(document);
    assert_string_equal(
        text, "power        REDUNDANCY LOST at 1 of 159: 랙 05-3\n"
              "cooling      redundancy kept at 6 of 7, 1 without by maintenance\n"
              "supply       2 nodes dead, 9 on battery\n"
              "alarms       2 incidents: 2 P1; 1 alarm follows from these\n"
              "  P1         leak-1: wet, for 60 s, gone and latched  [leak-3]\n"
              "  P1         h1-a2-ups: on battery, for 60 s, 4 min LEFT  [ups_on_battery-1]\n"
              "                takes along: 40 PDUs silent\n"
              "                do: find out why its input is dead\n"
              "contract     this block ends at 241.2 MW, 96 % of 250.0 MW, in 5 min (estimated); "
              "month's peak 239.0 MW\n"
              "worst loss   h1-feeder-a: h1-b3-ups keeps 12 % (300 kW) at most: loads are not all known\n"
              "blind spots  98.3 % of the load measured, 1.7 % held over\n"
              "maintenance  h1-chiller-3, for another 60 min, by kim: filters\n"
              "clock        right within 13 ms\n\n");
    free(text);
    json_decref(document);
    alarm_board_free(board);
    power_board_free(power);
}

static void nothing_is_invented_before_anything_is_known(void **state) {
    (void)state;
    json_t *document = make_document(NULL, NULL, (double)NAN);
    char *text = print(document);
    assert_string_equal(
        text, "alarms       none\nblind spots  nothing is measured yet\nclock        not known\n\n");
    free(text);
    json_decref(document);
}

static void a_hall_without_power_says_nothing_of_it(void **state) {
    (void)state;
    json_t *document = json_object();
    char *text = print(document);
    assert_string_equal(text, "");
    free(text);
    json_decref(document);
}

/* The document comes from a file, too: whatever stands there must not bring the command down. */
static void odd_documents_are_survived(void **state) {
    (void)state;
    static const char *const documents[] = {
        "{\"alarms\":1,\"power\":[]}", "{\"alarms\":[1,{},{\"state\":7,\"priority\":\"x\"},null]}",
        "{\"alarms\":[{\"state\":\"active\",\"priority\":-3,\"since\":\"then\",\"id\":\"\\u001b[31m\"}]}",
        ("{\"alarms\":[],\"power\":{\"redundancy\":{\"lost\":1e300},\"worst_loss\":{\"headroom\":\"x\"},"
         "\"demand\":{\"contract\":-1},\"coverage\":7,\"out\":[1,2],\"n_out\":-4}}")};
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        json_t *document = json_loads(documents[i], 0, NULL);
        assert_non_null(document);
        char *text = print(document);
        assert_null(strchr(text, '\033'));
        free(text);
        json_decref(document);
    }
}

/* What was put stays as it was until the next, whatever becomes of its texts. */
static void the_board_keeps_its_own_texts(void **state) {
    (void)state;
    char name[] = "ups-a2";
    struct power_summary one = {.loss = {.lost = name}, .n_nodes = 7};
    struct power_board *board = power_board_new();
    json_t *document = make_document(board, NULL, 0);
    assert_null(json_object_get(document, "power"));
    json_decref(document);
    assert_int_equal(power_board_put(board, &one), 0);
    memset(name, 'x', sizeof(name) - 1);
    document = make_document(board, NULL, 0);
    assert_string_equal(
        status_text(json_object_get(json_object_get(document, "power"), "worst_loss"), "lost"), "ups-a2");
    json_decref(document);
    power_board_clear(board);
    document = make_document(board, NULL, 0);
    assert_null(json_object_get(document, "power"));
    json_decref(document);
    power_board_free(board);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_says_all),
        cmocka_unit_test(an_operator_reads_the_worst_first),
        cmocka_unit_test(nothing_is_invented_before_anything_is_known),
        cmocka_unit_test(a_hall_without_power_says_nothing_of_it),
        cmocka_unit_test(odd_documents_are_survived),
        cmocka_unit_test(the_board_keeps_its_own_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
