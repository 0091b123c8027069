/* SPDX-License-Identifier: Apache-2.0 */
/* Remote write requests, read back by a small protobuf reader of the test's own. */
#include "publish/encode_remote_write.h"

#include <inttypes.h>
#include <math.h>
#include <snappy-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 10, MOST_SAMPLES = 64, MOST_TEXT = 1024 };
static const int64_t time_ms = 1764000000123;
static const struct proof_source source = {"dc1", "gw/1", {"ffee", "00112233445566ff"}};

/* A sample as read: "name{label=value,...}", its value and time. */
struct sample {
    char series[MOST_TEXT];
    double value;
    int64_t time_ms;
};

struct reader {
    const unsigned char *at, *end;
};

static uint64_t read_varint(struct reader *reader) {
    uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        assert_true(reader->at < reader->end && shift < 64);
        unsigned char byte = *reader->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
}

/* The contents of a length-delimited field, which must be number `field`. */
static struct reader read_field(struct reader *reader, uint64_t field) {
    assert_int_equal(read_varint(reader), field << 3 | 2);
    uint64_t size = read_varint(reader);
    assert_true(size <= (uint64_t)(reader->end - reader->at));
    struct reader inner = {reader->at, reader->at + size};
    reader->at += size;
    return inner;
}

/* Adds one label to the sample's text; labels must come sorted, each once and not empty. */
static void read_label(struct reader label, struct sample *sample, char *last_name, size_t n) {
    struct reader name = read_field(&label, 1), value = read_field(&label, 2);
    assert_true(label.at == label.end && name.at < name.end && value.at < value.end);
    char text[MOST_TEXT];
    snprintf(text, sizeof(text), "%.*s", (int)(name.end - name.at), (const char *)name.at);
    assert_true(strcmp(last_name, text) < 0);
    strcpy(last_name, text);
    size_t used = strlen(sample->series), room = sizeof(sample->series) - used;
    int value_size = (int)(value.end - value.at);
    if (n == 0) {
        assert_string_equal(text, "__name__");
        snprintf(sample->series, room, "%.*s{", value_size, (const char *)value.at);
    } else {
        snprintf(sample->series + used, room, "%s=%.*s,", text, value_size, (const char *)value.at);
    }
}

static void read_series(struct reader series, struct sample *sample) {
    char last_name[MOST_TEXT] = "";
    sample->series[0] = '\0';
    for (size_t n = 0; series.at < series.end && *series.at == (1 << 3 | 2); n++)
        read_label(read_field(&series, 1), sample, last_name, n);
    struct reader point = read_field(&series, 2);
    assert_true(series.at == series.end);
    assert_int_equal(read_varint(&point), 1 << 3 | 1);
    assert_true(point.end - point.at > 8);
    memcpy(&sample->value, point.at, 8);
    point.at += 8;
    assert_int_equal(read_varint(&point), 2 << 3);
    sample->time_ms = (int64_t)read_varint(&point);
    assert_true(point.at == point.end);
}

static size_t finish(struct encode_remote_write *encoder, struct sample *samples) {
    const char *body;
    size_t size, raw_size;
    assert_int_equal(encode_remote_write_finish(encoder, &body, &size), 0);
    assert_int_equal(snappy_uncompressed_length(body, size, &raw_size), SNAPPY_OK);
    char *raw = test_malloc(raw_size + 1);
    assert_int_equal(snappy_uncompress(body, size, raw, &raw_size), SNAPPY_OK);
    struct reader reader = {(unsigned char *)raw, (unsigned char *)raw + raw_size};
    size_t n = 0;
    while (reader.at < reader.end) {
        assert_true(n < MOST_SAMPLES);
        read_series(read_field(&reader, 1), &samples[n++]);
    }
    test_free(raw);
    return n;
}

static void add(struct encode_remote_write *encoder, struct device_view *view, const struct batch *batch) {
    struct spool_row row = {
        .kind = SPOOL_READINGS,
        .view = view,
        .time_ms = batch->time_ms,
        .first = batch->first,
        .n = batch->n,
        .values = batch->values,
        .qualities = batch->qualities,
    };
    assert_int_equal(encode_remote_write_add(encoder, &row), 0);
}

struct fixture {
    struct encode_remote_write *encoder;
    struct device_view *view;
    struct batch *batch;
    struct sample samples[MOST_SAMPLES];
};

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    fixture->encoder = encode_remote_write_new(&source);
    fixture->view = specimen_view(3, "pdu-1", READINGS);
    fixture->batch = specimen_batch(fixture->view, time_ms, 9);
    encode_remote_write_begin(fixture->encoder);
    *state = fixture;
    return fixture->encoder ? 0 : -1;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    specimen_batch_free(fixture->batch);
    encode_remote_write_free(fixture->encoder);
    assert_int_equal(atomic_load(&fixture->view->references), 1);
    device_view_release(fixture->view);
    test_free(fixture);
    return 0;
}

static void every_reading_is_a_sample(void **state) {
    struct fixture *fixture = *state;
    add(fixture->encoder, fixture->view, fixture->batch);
    assert_false(encode_remote_write_is_empty(fixture->encoder));
    assert_int_equal(finish(fixture->encoder, fixture->samples), READINGS + 1);
    const struct sample *info = &fixture->samples[0];
    assert_string_equal(info->series,
                        "facility_device_info{class=pdu,device=pdu-1,driver=apc_rpdu2,firmware=v6.5.0,"
                        "hall=hall-2,manufacturer=APC,model=AP8959,name=row 3, left,rack=A07,row=A,"
                        "serial=ZA1234567890,site=dc1,");
    assert_true(info->value == 1 && info->time_ms == time_ms);
    for (size_t i = 0; i < READINGS; i++) {
        const struct sample *sample = &fixture->samples[i + 1];
        char series[MOST_TEXT];
        snprintf(series, sizeof(series),
                 "%s{class=pdu,component=outlet,component_id=1/"
                 "%zu,device=pdu-1,hall=hall-2,phase=L1,rack=A07,row=A,site=dc1,",
                 catalog_quantity(fixture->view->series[i].quantity)->name, i / 5 + 1);
        assert_string_equal(sample->series, series);
        assert_true(sample->value == specimen_value(fixture->view, i, 9));
        assert_int_equal(sample->time_ms, time_ms);
    }
}

/* Whatever labels a series has, and however long they are, they come sorted: read_label checks. */
static void labels_of_every_kind_are_sorted(void **state) {
    struct fixture *fixture = *state;
    char name[301];
    memset(name, 'x', 300);
    name[300] = '\0';
    free(fixture->view->site);
    fixture->view->site = strdup(name);
    free(fixture->view->feed);
    fixture->view->feed = strdup("B");
    for (size_t i = 0; i < READINGS; i++)
        fixture->view->list->series[i] = (struct series){
            .quantity = COOLANT_TEMPERATURE,
            .place = {.part = i & 1 ? PART_LOOP : PART_NONE,
                      .depth = i & 1,
                      .id = {(uint32_t)i},
                      .phase = i & 2 ? PHASE_TOTAL : PHASE_NONE,
                      .side = i & 4 ? SIDE_SECONDARY : SIDE_NONE,
                      .point = i & 8 ? "supply" : NULL},
            .reason = i & 1 ? "range" : NULL,
        };
    add(fixture->encoder, fixture->view, fixture->batch);
    assert_int_equal(finish(fixture->encoder, fixture->samples), READINGS + 1);
    for (size_t i = 0; i < READINGS; i++) {
        const char *series = fixture->samples[i + 1].series;
        assert_int_equal(strstr(series, ",component=loop,component_id=") != NULL, i & 1);
        assert_int_equal(strstr(series, ",phase=total,") != NULL, (i & 2) != 0);
        assert_int_equal(strstr(series, ",side=secondary,") != NULL, (i & 4) != 0);
        assert_int_equal(strstr(series, ",point=supply,") != NULL, (i & 8) != 0);
        assert_int_equal(strstr(series, ",reason=range,") != NULL, i & 1);
        assert_non_null(strstr(series, name));
    }
}

static void only_sound_readings_are_sent(void **state) {
    struct fixture *fixture = *state;
    uint8_t *qualities = fixture->batch->qualities;
    qualities[0] = QUALITY_ABSENT;
    qualities[1] = QUALITY_BAD;
    qualities[2] = QUALITY_STALE;
    qualities[3] = QUALITY_SUBSTITUTED;
    fixture->batch->values[4] = (double)NAN;
    fixture->batch->values[5] = (double)INFINITY;
    fixture->batch->values[6] = -0.1;
    add(fixture->encoder, fixture->view, fixture->batch);
    assert_int_equal(finish(fixture->encoder, fixture->samples), READINGS - 5 + 1);
    assert_true(fixture->samples[1].value == specimen_value(fixture->view, 3, 9));
    assert_true(fixture->samples[2].value == -0.1);
}

/* The second request is the first again, which was not taken; the last is after a step of the clock. */
static void info_comes_every_minute_and_again_after_a_failure(void **state) {
    struct fixture *fixture = *state;
    fixture->view->names = calloc(1, sizeof(struct part_name));
    fixture->view->n_names = 1;
    fixture->view->names[0] = (struct part_name){.place = {.part = PART_OUTLET, .depth = 2, .id = {1, 7}},
                                                 .name = strdup("\xed\x95\x9c 1")};
    static const size_t expected[] = {2, 2, 0, 0, 2, 0, 2};
    static const int64_t after_ms[] = {0, 0, 1000, 59999, 60000, 59000, -3600000};
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        encode_remote_write_begin(fixture->encoder);
        fixture->batch->time_ms = time_ms + after_ms[i];
        add(fixture->encoder, fixture->view, fixture->batch);
        assert_int_equal(finish(fixture->encoder, fixture->samples), READINGS + expected[i]);
        assert_int_equal(fixture->samples[0].time_ms, time_ms + after_ms[i]);
    }
    assert_string_equal(
        fixture->samples[1].series,
        "facility_component_info{class=pdu,component=outlet,component_id=1/7,device=pdu-1,hall=hall-2,"
        "name=\xed\x95\x9c 1,rack=A07,row=A,site=dc1,");
}

static void series_that_end_get_the_stale_marker(void **state) {
    struct fixture *fixture = *state;
    static const uint64_t marker = 0x7ff0000000000002;
    memset(fixture->batch->qualities, QUALITY_ABSENT, READINGS);
    fixture->batch->qualities[2] = fixture->batch->qualities[7] = QUALITY_ENDED;
    add(fixture->encoder, fixture->view, fixture->batch);
    assert_false(encode_remote_write_is_empty(fixture->encoder));
    assert_int_equal(finish(fixture->encoder, fixture->samples), 3);
    assert_non_null(strstr(fixture->samples[0].series, "facility_voltage_volts{class=pdu,component=outlet,"
                                                       "component_id=1/1,"));
    assert_non_null(strstr(fixture->samples[1].series, "component_id=1/2,"));
    assert_non_null(strstr(fixture->samples[2].series, "facility_device_info{"));
    for (size_t i = 0; i < 3; i++) {
        assert_memory_equal(&fixture->samples[i].value, &marker, sizeof(marker));
        assert_int_equal(fixture->samples[i].time_ms, time_ms);
    }
}

static void check_marker(const struct sample *sample, const char *which, const char *labels, double value,
                         int64_t at_ms) {
    char series[MOST_TEXT];
    snprintf(series, sizeof(series), "facility_gap_%s_sequence{gateway=gw/1,%s,", which, labels);
    assert_string_equal(sample->series, series);
    assert_true(sample->value == value);
    assert_int_equal(sample->time_ms, at_ms);
}

/* Two gaps of one time, and a row that stands for others: their markers have times of their own. */
static void what_is_no_more_is_marked(void **state) {
    struct fixture *fixture = *state;
    const struct sample *samples = fixture->samples;
    const struct spool_row gap = {.kind = SPOOL_URGENT, .first_id = 7, .id = 9, .time_ms = time_ms};
    const struct spool_row next = {.kind = SPOOL_URGENT, .first_id = 11, .id = 11, .time_ms = time_ms - 5};
    const struct spool_row thinned = {
        .kind = SPOOL_URGENT, .first_id = 20, .id = 30, .time_ms = time_ms + 60, .view = fixture->view};
    assert_int_equal(encode_remote_write_add(fixture->encoder, &gap), 0);
    assert_false(encode_remote_write_is_empty(fixture->encoder));
    assert_int_equal(encode_remote_write_add(fixture->encoder, &next), 0);
    assert_int_equal(encode_remote_write_add(fixture->encoder, &thinned), 0);
    assert_int_equal(finish(fixture->encoder, fixture->samples), 7);
    check_marker(&samples[0], "first", "reason=dropped,site=dc1,stream=ffee", 7, time_ms);
    check_marker(&samples[1], "last", "reason=dropped,site=dc1,stream=ffee", 9, time_ms);
    check_marker(&samples[2], "first", "reason=dropped,site=dc1,stream=ffee", 11, time_ms + 1);
    check_marker(&samples[3], "last", "reason=dropped,site=dc1,stream=ffee", 11, time_ms + 1);
    check_marker(&samples[4], "first", "reason=thinned,site=dc1,stream=ffee", 20, time_ms + 60);
    check_marker(&samples[5], "last", "reason=thinned,site=dc1,stream=ffee", 29, time_ms + 60);
    assert_true(samples[6].value == 30);
}

/* Also where the format has a place for none of its readings; not of a part of a row, which has no number. */
static void each_row_comes_with_its_number(void **state) {
    struct fixture *fixture = *state;
    struct spool_row row = {.kind = SPOOL_READINGS,
                            .first_id = 4711,
                            .id = 4711,
                            .time_ms = time_ms,
                            .view = fixture->view,
                            .first = 3,
                            .n = READINGS - 3,
                            .values = fixture->batch->values,
                            .qualities = fixture->batch->qualities};
    assert_int_equal(encode_remote_write_add(fixture->encoder, &row), 0);
    assert_int_equal(finish(fixture->encoder, fixture->samples), 1 + READINGS - 3 + 1);
    memset(fixture->batch->qualities, QUALITY_BAD, READINGS);
    encode_remote_write_begin(fixture->encoder);
    row.time_ms++;
    assert_int_equal(encode_remote_write_add(fixture->encoder, &row), 0);
    row.id = 0;
    assert_int_equal(encode_remote_write_add(fixture->encoder, &row), 0);
    assert_int_equal(finish(fixture->encoder, fixture->samples), 1);
    assert_string_equal(fixture->samples[0].series,
                        "facility_row_sequence{class=pdu,device=pdu-1,hall=hall-2,part=3,rack=A07,row=A,"
                        "site=dc1,stream=00112233445566ff,");
    assert_true(fixture->samples[0].value == 4711);
    assert_int_equal(fixture->samples[0].time_ms, time_ms + 1);
}

static void an_empty_request_is_sound(void **state) {
    struct fixture *fixture = *state;
    assert_true(encode_remote_write_is_empty(fixture->encoder));
    assert_int_equal(finish(fixture->encoder, fixture->samples), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_reading_is_a_sample, setup, teardown),
        cmocka_unit_test_setup_teardown(labels_of_every_kind_are_sorted, setup, teardown),
        cmocka_unit_test_setup_teardown(only_sound_readings_are_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(info_comes_every_minute_and_again_after_a_failure, setup, teardown),
        cmocka_unit_test_setup_teardown(series_that_end_get_the_stale_marker, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_more_is_marked, setup, teardown),
        cmocka_unit_test_setup_teardown(each_row_comes_with_its_number, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_request_is_sound, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
