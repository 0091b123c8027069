/* SPDX-License-Identifier: Apache-2.0 */
/* What `hallwatch prove` makes of captures: sets of rows, markers, and documents in whole and in pieces. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "command/prove_input.h"
#include "command/prove_time.h"
#include "tests/unit/check.h"

enum { ROWS = 20000 };

struct fixture {
    struct prove_streams streams;
    struct prove_verdict verdict;
    char *log; /* what was said */
    size_t log_size;
    uint64_t skipped;
};

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    fixture->streams.from_ms = INT64_MIN;
    fixture->streams.to_ms = INT64_MAX;
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    prove_streams_done(&fixture->streams);
    free(fixture->log);
    test_free(fixture);
    return 0;
}

/* --- sets --- */

static void rows_in_no_order_are_one_run(void **state) {
    (void)state;
    struct prove_ids ids = {0};
    struct prove_walk walk = {0};
    struct prove_range range;
    for (uint64_t i = 0; i < ROWS; i++) /* 7919 is prime */
        assert_int_equal(prove_ids_add(&ids, 5 + i * 7919 % ROWS, 1000), 0);
    assert_int_equal(ids.n, ROWS);
    assert_int_equal(ids.n_again, 0);
    assert_int_equal(prove_ids_add(&ids, 5, 1000), 0);
    assert_int_equal(ids.n_again, 1);
    prove_ids_sort(&ids);
    assert_true(prove_ids_next(&ids, &walk, 0, &range));
    assert_int_equal(range.first, 5);
    assert_int_equal(range.last, ROWS + 4);
    assert_false(prove_ids_next(&ids, &walk, range.last + 1, &range));
    prove_ids_done(&ids);
}

/* Holes at and around the edges of words and pieces, against a plain array. */
static void runs_are_found_around_every_hole(void **state) {
    (void)state;
    static const uint64_t holes[] = {1, 63, 64, 127, 128, 4095, 4096, 4097, 8191, 12288, 12289, 12290};
    enum { END = 16400 };
    static bool seen[END + 1];
    struct prove_ids ids = {0};
    struct prove_walk walk = {0};
    struct prove_range range;
    for (uint64_t i = 1; i < END; i++)
        seen[i] = true;
    for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++)
        seen[holes[i]] = false;
    for (uint64_t i = 1; i < END; i++)
        if (seen[i])
            assert_int_equal(prove_ids_add(&ids, i, PROVE_NO_TIME), 0);
    prove_ids_sort(&ids);
    uint64_t at = 1;
    while (prove_ids_next(&ids, &walk, at, &range)) {
        for (; at < range.first; at++)
            assert_false(seen[at]);
        for (; at <= range.last; at++)
            assert_true(seen[at]);
        assert_false(seen[at]);
        assert_true(range.first_ms == PROVE_NO_TIME && range.last_ms == PROVE_NO_TIME);
    }
    assert_int_equal(at, END);
    prove_ids_done(&ids);
}

static void rows_too_far_apart_are_refused(void **state) {
    (void)state;
    struct prove_ids ids = {0};
    int error = 0;
    for (uint64_t i = 1; i < 1 << 19 && !error; i++)
        error = prove_ids_add(&ids, i << 13, 0);
    assert_int_equal(error, ERROR_TOO_BIG);
    prove_ids_done(&ids);
}

/* --- captures --- */

/* Reads the text in pieces of this size. */
static int feed(struct fixture *fixture, const char *text, size_t size, size_t piece) {
    struct prove_reader *reader = prove_reader_new(&fixture->streams);
    struct prove_input input;
    assert_non_null(reader);
    free(fixture->log);
    FILE *out = open_memstream(&fixture->log, &fixture->log_size);
    assert_non_null(out);
    prove_input_init(&input, reader, "f", out);
    int error = 0;
    for (size_t at = 0; at < size && !error; at += piece)
        error = prove_input_feed(&input, text + at, size - at < piece ? size - at : piece);
    prove_input_end(&input);
    fclose(out);
    fixture->skipped = input.skipped;
    prove_reader_free(reader);
    return error;
}

static struct prove_stream *judge(struct fixture *fixture) {
    assert_int_equal(fixture->streams.n, 1);
    prove_stream_judge(&fixture->streams, fixture->streams.at[0], &fixture->verdict);
    return fixture->streams.at[0];
}

/* The same in every size of pieces: what it must come to. */
static void check(const char *text, uint64_t lowest, uint64_t highest, uint64_t received, uint64_t again,
                  uint64_t dropped, uint64_t thinned, uint64_t missing) {
    for (size_t piece = 1; piece <= strlen(text); piece = piece * 3 + 1) {
        void *state;
        setup(&state);
        struct fixture *fixture = state;
        assert_int_equal(feed(fixture, text, strlen(text), piece), 0);
        assert_string_equal(fixture->log, "");
        struct prove_stream *stream = judge(fixture);
        const struct prove_verdict *verdict = &fixture->verdict;
        assert_string_equal(stream->name, "00aa");
        assert_int_equal(verdict->lowest, lowest);
        assert_int_equal(verdict->highest, highest);
        assert_int_equal(verdict->received, received);
        assert_int_equal(verdict->again, again);
        assert_int_equal(verdict->accounted[PROVE_DROPPED], dropped);
        assert_int_equal(verdict->accounted[PROVE_THINNED], thinned);
        assert_int_equal(verdict->missing, missing);
        teardown(&state);
    }
}

#define MESSAGE(n)                                                                                           \
    "{\"schema\":1,\"stream\":\"00aa\",\"sequence\":" #n                                                     \
    ",\"site\":\"s\",\"device\":\"d\",\"time\":1764000000"                                                   \
    "000,\"readings\":[{\"metric\":\"m\",\"value\":1,\"stream\":\"no\",\"sequence\":99}]}"

static void messages_are_read_with_and_without_topics(void **state) {
    (void)state;
    check(MESSAGE(1) "\n" MESSAGE(2) "\n" MESSAGE(4) "\n" MESSAGE(2) "\n", 1, 4, 3, 1, 0, 0, 1);
    check("hallwatch/s/a {b} \xed\x99\x80 " MESSAGE(7) "\r\nhallwatch/s/x " MESSAGE(8), 7, 8, 2, 0, 0, 0, 0);
    check("[" MESSAGE(1) "," MESSAGE(2) "]", 1, 2, 2, 0, 0, 0, 0);
    check(MESSAGE(1) MESSAGE(2), 1, 2, 2, 0, 0, 0, 0);
    check("{\n \"schema\": 1,\n \"sequence\": 5,\n \"stream\": \"00aa\"\n}\n", 5, 5, 1, 0, 0, 0, 0);
    check("{\"tst\":\"x\",\"topic\":\"t\",\"qos\":1,\"payload\":" MESSAGE(
              3) "}\n"
                 "{\"topic\":\"t\",\"payload\":\"online\"}\n"
                 "{\"topic\":\"t\",\"payload\":\"{\\\"stream\\\":\\\"\\u0030\\u0030aa\\\",\\\"sequence\\\":4}"
                 "\"}\n",
          3, 4, 2, 0, 0, 0, 0);
}

static void batches_and_gaps_of_messages_count(void **state) {
    (void)state;
    check(
        "{\"schema\":1,\"site\":\"s\",\"gateway\":\"g\",\"messages\":[" MESSAGE(
            1) ","
               "{\"schema\":1,\"stream\":\"00aa\",\"sequence\":9,\"first_sequence\":2,\"gap\":true},"
               "{\"schema\":1,\"stream\":\"00aa\",\"sequence\":12,\"first_sequence\":10,\"readings\":[]}]}\n",
        1, 12, 2, 0, 8, 2, 0);
    check("{\"stream\":\"00aa\",\"sequence\":9,\"gap\":true}\n" MESSAGE(8) MESSAGE(11), 8, 11, 2, 0, 1, 0, 1);
}

static void exports_of_victoria_metrics_are_read(void **state) {
    (void)state;
    check(
        "{\"metric\":{\"__name__\":\"facility_row_sequence\",\"stream\":\"00aa\",\"device\":\"a\"},"
        "\"values\":[1,3,5,null],\"timestamps\":[1764000000000,1764000001000,1764000002000,1764000003000]}\n"
        "{\"metric\":{\"__name__\":\"facility_voltage_volts\",\"stream\":\"00aa\"},\"values\":[77],"
        "\"timestamps\":[1764000000000]}\n"
        "{\"metric\":{\"__name__\":\"facility_row_sequence\",\"stream\":\"00aa\",\"device\":\"b\"},"
        "\"timestamps\":[1764000000000,1764000001000],\"values\":[2,5]}\n"
        "{\"metric\":{\"__name__\":\"facility_gap_last_sequence\",\"stream\":\"00aa\",\"reason\":\"dropped\"}"
        ","
        "\"values\":[9,13],\"timestamps\":[1764000004000,1764000005000]}\n"
        "{\"metric\":{\"__name__\":\"facility_gap_first_sequence\",\"stream\":\"00aa\",\"reason\":"
        "\"dropped\"},"
        "\"values\":[7,12],\"timestamps\":[1764000004000,1764000005000]}\n",
        1, 13, 4, 1, 5, 0, 4);
}

static void answers_of_prometheus_are_read(void **state) {
    (void)state;
    check("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{\"__name__\":"
          "\"facility_row_sequence\",\"stream\":\"00aa\"},\"values\":[[1764000000.123,\"1\"],[1764000001,"
          "\"3\"],"
          "[1764000002,\"NaN\"]]},{\"metric\":{\"__name__\":\"facility_gap_first_sequence\",\"reason\":"
          "\"thinned\","
          "\"stream\":\"00aa\"},\"values\":[[1764000000,\"2\"]]},{\"metric\":{\"__name__\":"
          "\"facility_gap_last_sequence\",\"reason\":\"thinned\",\"stream\":\"00aa\"},\"value\":[1764000000,"
          "\"2\"]}"
          "]}}",
          1, 3, 2, 0, 0, 1, 0);
}

static void answers_of_influxdb_are_read(void **state) {
    (void)state;
    check(
        "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"facility\",\"tags\":{\"stream\":\"00aa\"},"
        "\"columns\":[\"time\",\"row_sequence\",\"gap_first_sequence\",\"gap_last_sequence\"],\"values\":["
        "[\"2026-11-27T02:09:54.179Z\",1,null,null],[1764000000000,2,null,null],[1764000001000,null,3,6]]}]}]"
        "}\n",
        1, 6, 2, 0, 4, 0, 0);
    check(
        "{\"results\":[{\"series\":[{\"name\":\"facility\",\"columns\":[\"time\",\"device\",\"row_sequence\","
        "\"stream\"],\"values\":[[1764000000000,\"a\",1,\"00aa\"],[1764000000000,\"a\",null,null],"
        "[1764000000000,\"b\",2.0,\"00aa\"]]}]}]}",
        1, 2, 2, 0, 0, 0, 0);
}

static void what_cannot_be_read_is_said_with_its_line(void **state) {
    struct fixture *fixture = *state;
    static const char text[] =
        MESSAGE(1) "\n"
                   "\0\0\xff nothing of ours\n"
                   "{\"schema\":1,\"stream\":\"00aa\",\"readings\":[\n" MESSAGE(
                       2) "\n"
                          "{\"schema\":1,\"stream\":\"00aa\",\"sequence\":1e400}\n"
                          "{\"schema\":1,\"stream\":\"00aa\",\"sequence\":2.5}\n"
                          "{\"schema\":1,\"stream\":\"00aa\",\"sequence\":99999999999999999999}\n"
                          "{\"schema\":1,\"stream\":\"00aa\",\"sequence\":3,\"first_sequence\":7}\n"
                          "{\"a\":\"\0\"}\n"
                          "{\"a\":[}\n"
                          "{\"status\":\"error\",\"error\":\"x\"}\n"
                          "{\"schema\":1,\"stream\":"
                          "\"0123456789012345678901234567890123456789012345678901234567890123456789\"}\n"
                          "{\"metric\":{\"__name__\":\"facility_row_sequence\",\"stream\":\"00aa\"},"
                          "\"values\":[3],\"timestamps\":[]}\n"
                          "{\"schema\":1,\"stream\":\"00aa\",\"sequence\":4";
    assert_int_equal(feed(fixture, text, sizeof(text) - 1, 7), 0);
    assert_int_equal(fixture->skipped, 12);
    assert_non_null(strstr(fixture->log, "f:2: there is no message in this line\nf:3: the line breaks off\n"
                                         "f:5: a sequence is no whole number from 1 to 2^53\nf:6: "));
    assert_non_null(strstr(fixture->log, "f: 2 more are not said\n"));
    judge(fixture);
    assert_int_equal(fixture->verdict.received, 2);
    assert_int_equal(fixture->verdict.missing, 0);
}

/* As mosquitto_sub -v writes a retained topic that was emptied. */
static void a_topic_that_was_emptied_is_no_matter(void **state) {
    struct fixture *fixture = *state;
    static const char text[] =
        "hallwatch/dc1/alarm/leak-1 (null)\n" MESSAGE(1) "\n"
                                                         "hallwatch/dc1/alarm/fire (( (null)\n"
                                                         "hallwatch/dc1/pdu (null) 1\n"
                                                         "hallwatch/dc1/alarm/leak-2 (null)";
    assert_int_equal(feed(fixture, text, sizeof(text) - 1, 3), 0);
    assert_int_equal(fixture->skipped, 1);
    assert_non_null(strstr(fixture->log, "f:4: there is no message in this line\n"));
    judge(fixture);
    assert_int_equal(fixture->verdict.received, 1);
}

/* A line of any length costs no memory, and deep nesting is refused. */
static void endless_lines_end_with_their_line(void **state) {
    struct fixture *fixture = *state;
    enum { SIZE = 1 << 20 };
    static const char next[] = "\n" MESSAGE(2) "\n";
    char *text = test_malloc(SIZE + sizeof(next));
    for (size_t i = 0; i < SIZE; i++)
        text[i] = '[';
    memcpy(text + SIZE, next, sizeof(next));
    assert_int_equal(feed(fixture, text, SIZE + sizeof(next) - 1, 4096), 0);
    assert_string_equal(fixture->log, "f:1: it is nested too deeply\n");
    test_free(text);
    judge(fixture);
    assert_int_equal(fixture->verdict.received, 1);
}

static void only_rows_of_the_time_asked_for_count(void **state) {
    struct fixture *fixture = *state;
    struct prove_stream *stream;
    fixture->streams.from_ms = 30000;
    fixture->streams.to_ms = 60000;
    assert_int_equal(prove_streams_find(&fixture->streams, "00aa", &stream), 0);
    for (uint64_t id = 1; id <= 100; id++)
        if (id != 10 && id != 40)
            /* Of two rows the second is older: both edges are ragged. */
            prove_stream_see(&fixture->streams, stream, id, (int64_t)(id % 2 ? id + 1 : id - 1) * 1000);
    judge(fixture);
    assert_int_equal(fixture->verdict.lowest, 29);
    assert_int_equal(fixture->verdict.highest, 60);
    assert_int_equal(fixture->verdict.missing, 1);
    assert_int_equal(fixture->verdict.ranges[0].first, 40);
}

/* Judges rows 2 to 1000 but for those from `first` to `last`, each a second after the one before. */
static void judge_without(uint64_t first, uint64_t last, int64_t from_s, int64_t to_s,
                          struct prove_verdict *verdict) {
    struct prove_streams streams = {.from_ms = from_s * 1000, .to_ms = to_s * 1000};
    struct prove_stream *stream;
    assert_int_equal(prove_streams_find(&streams, "00aa", &stream), 0);
    for (uint64_t id = 2; id <= 1000; id++)
        if (id < first || id > last)
            assert_int_equal(prove_stream_see(&streams, stream, id, (int64_t)id * 1000), 0);
    prove_stream_judge(&streams, stream, verdict);
    prove_streams_done(&streams);
}

static void what_is_missing_at_the_edges_of_a_time_is_found(void **state) {
    struct fixture *fixture = *state;
    struct prove_verdict *verdict = &fixture->verdict;
    judge_without(300, 700, 400, 500, verdict); /* no row of the time at all */
    assert_int_equal(verdict->missing, 401);
    assert_false(prove_verdict_is_complete(verdict));
    judge_without(300, 700, 400, 800, verdict);
    assert_int_equal(verdict->missing, 401);
    judge_without(300, 700, 200, 500, verdict);
    assert_int_equal(verdict->missing, 401);
    judge_without(300, 700, 800, 900, verdict);
    assert_true(prove_verdict_is_complete(verdict));
    assert_int_equal(verdict->lowest, 800);
    assert_int_equal(verdict->highest, 900);
}

static void where_rows_end_before_the_time_does_nothing_is_proven(void **state) {
    struct fixture *fixture = *state;
    struct prove_verdict *verdict = &fixture->verdict;
    judge_without(300, 1000, 200, 500, verdict);
    assert_int_equal(verdict->missing, 0);
    assert_true(verdict->ends_early && !verdict->begins_late);
    assert_false(prove_verdict_is_complete(verdict));
    judge_without(1, 700, 200, 800, verdict);
    assert_true(verdict->begins_late && !verdict->ends_early);
    judge_without(300, 1000, 400, 500, verdict); /* none of the time, and none behind it */
    assert_true(verdict->ends_early);
    assert_int_equal(verdict->lowest, 0);
    judge_without(300, 1000, 200, 310, verdict); /* less than a minute is no reason for doubt */
    assert_true(prove_verdict_is_complete(verdict));
}

static void rows_of_two_agents_with_one_stream_are_told(void **state) {
    struct fixture *fixture = *state;
    struct prove_stream *stream;
    assert_int_equal(prove_streams_find(&fixture->streams, "00aa", &stream), 0);
    for (uint64_t id = 1; id <= 100; id++)
        for (int64_t day = 0; day < 2; day++)
            prove_stream_see(&fixture->streams, stream, id, day * 86400000 + (int64_t)id * 1000);
    for (uint64_t id = 101; id <= 200; id++)
        for (int64_t again = 0; again < 2; again++)
            prove_stream_see(&fixture->streams, stream, id, (int64_t)id * 1000);
    judge(fixture);
    assert_int_equal(fixture->verdict.again, 200);
    assert_int_equal(fixture->verdict.missing, 0);
    assert_int_equal(fixture->verdict.other, 100);
    assert_false(prove_verdict_is_complete(&fixture->verdict));
}

/* Two sinks write into one database: their markers may have one time. */
static void rows_between_markers_of_one_time_are_missing(void **state) {
    struct fixture *fixture = *state;
    struct prove_stream *stream;
    assert_int_equal(prove_streams_find(&fixture->streams, "00aa", &stream), 0);
    static const uint64_t halves[][2] = {{0, 40}, {10, 0}, {30, 0}, {0, 20}, {0, 60}};
    for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++)
        prove_stream_account(&fixture->streams, stream, PROVE_DROPPED, halves[i][0], halves[i][1], 5000);
    judge(fixture);
    assert_int_equal(fixture->verdict.missing, 9 + 19);
    assert_int_equal(fixture->verdict.accounted[PROVE_DROPPED], 11 + 11 + 1);
}

/* A row of the middle is missed by its number; series that no longer came are missed by nothing. */
static void answers_that_are_not_whole_are_told(void **state) {
    (void)state;
#define SERIES                                                                                               \
    "{\"metric\":{\"__name__\":\"facility_row_sequence\",\"stream\":\"00aa\"},\"values\":[1,2],"             \
    "\"timestamps\":[1,2"
    static const struct {
        const char *text;
        bool is_partial;
    } answers[] = {
        {SERIES "]}\n", false},
        {SERIES, true},
        {SERIES "]}\n{\"metric\":{\"__name__\":\"facility", true},
        {"{\"status\":\"success\",\"isPartial\":false,\"data\":{\"result\":[" SERIES "]}]}}", false},
        {"{\"status\":\"success\",\"isPartial\":true,\"data\":{\"result\":[" SERIES "]}]}}", true},
        {"{\"status\":\"success\",\"data\":{\"result\":[" SERIES "]},", true},
        {"{\"results\":[{\"series\":[" SERIES "],\"partial\":true}]}]}", true},
        {SERIES "]}\n{\"status\":\"error\",\"error\":\"too many samples\"}", true},
        {MESSAGE(1) "\n{\"schema\":1,\"stream\":", false},
    };
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct prove_streams streams = {.from_ms = INT64_MIN, .to_ms = INT64_MAX};
        struct prove_reader *reader = prove_reader_new(&streams);
        struct prove_input input;
        FILE *out = fopen("/dev/null", "w");
        assert_true(reader && out);
        prove_input_init(&input, reader, "f", out);
        assert_int_equal(prove_input_feed(&input, answers[i].text, strlen(answers[i].text)), 0);
        prove_input_end(&input);
        assert_int_equal(prove_reader_is_partial(reader), answers[i].is_partial);
        fclose(out);
        prove_reader_free(reader);
        prove_streams_done(&streams);
    }
#undef SERIES
}

static void what_the_spool_says_is_accounted_for(void **state) {
    struct fixture *fixture = *state;
    struct prove_stream *stream;
    assert_int_equal(prove_streams_find(&fixture->streams, "00aa", &stream), 0);
    for (uint64_t id = 3; id <= 50; id++)
        if (id < 20 || id > 22)
            prove_stream_see(&fixture->streams, stream, id, PROVE_NO_TIME);
    stream->until = 100;
    prove_stream_account(&fixture->streams, stream, PROVE_SET_ASIDE, 21, 21, PROVE_NO_TIME);
    prove_stream_account(&fixture->streams, stream, PROVE_SET_ASIDE, 30, 30, PROVE_NO_TIME); /* in part */
    prove_stream_account(&fixture->streams, stream, PROVE_WAITING, 61, 100, PROVE_NO_TIME);
    judge(fixture);
    assert_int_equal(fixture->verdict.lowest, 3);
    assert_int_equal(fixture->verdict.received, 45);
    assert_int_equal(fixture->verdict.accounted[PROVE_SET_ASIDE], 1);
    assert_int_equal(fixture->verdict.accounted[PROVE_WAITING], 40);
    assert_int_equal(fixture->verdict.missing, 2 + 10);
    assert_int_equal(fixture->verdict.newest_missing, 10);
    assert_int_equal(fixture->verdict.n_missing, 3);
}

static void times_are_read_in_every_form(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } times[] = {
        {"1764000000", 1764000000000},
        {"1764000000.123", 1764000000123},
        {"1764000000123", 1764000000123},
        {"1764000000123456", 1764000000123},
        {"1764000000123456789", 1764000000123},
        {"2025-11-24T16:00:00Z", 1764000000000},
        {"2025-11-24T16:00:00.123456789Z", 1764000000123},
        {"2025-11-24 16:00", 1764000000000},
        {"2025-11-24", 1763942400000},
        {"2025-11-24T16:00:00+09:00", PROVE_NO_TIME},
        {"1e300", PROVE_NO_TIME},
        {"", PROVE_NO_TIME},
        {"now", PROVE_NO_TIME},
    };
    char text[PROVE_TIME_SIZE];
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        assert_int_equal(prove_time_of(times[i].text), times[i].ms);
    prove_time_write(1764000000123, text);
    assert_string_equal(text, "2025-11-24 16:00:00.123");
    prove_time_write(INT64_MAX, text);
    prove_time_write(PROVE_NO_TIME, text);
    assert_string_equal(text, "?");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_in_no_order_are_one_run),
        cmocka_unit_test(runs_are_found_around_every_hole),
        cmocka_unit_test(rows_too_far_apart_are_refused),
        cmocka_unit_test(messages_are_read_with_and_without_topics),
        cmocka_unit_test(batches_and_gaps_of_messages_count),
        cmocka_unit_test(exports_of_victoria_metrics_are_read),
        cmocka_unit_test(answers_of_prometheus_are_read),
        cmocka_unit_test(answers_of_influxdb_are_read),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_said_with_its_line, setup, teardown),
        cmocka_unit_test_setup_teardown(a_topic_that_was_emptied_is_no_matter, setup, teardown),
        cmocka_unit_test_setup_teardown(endless_lines_end_with_their_line, setup, teardown),
        cmocka_unit_test_setup_teardown(only_rows_of_the_time_asked_for_count, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_missing_at_the_edges_of_a_time_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(where_rows_end_before_the_time_does_nothing_is_proven, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(rows_of_two_agents_with_one_stream_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_between_markers_of_one_time_are_missing, setup, teardown),
        cmocka_unit_test(answers_that_are_not_whole_are_told),
        cmocka_unit_test_setup_teardown(what_the_spool_says_is_accounted_for, setup, teardown),
        cmocka_unit_test(times_are_read_in_every_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
