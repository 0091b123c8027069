/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of line protocol, unpacked with zlib and read back by a small reader of the test's own. */
#include "publish/encode_influx.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { READINGS = 10, PLAIN_MOST = 1 << 20, NAME_MOST = 64 << 10 };
static const int64_t time_ms = 1764000000123;
static const struct proof_source source = {"dc1", "gw/1", {"ffee", "00112233445566ff"}};

struct fixture {
    struct encode_influx *encoder;
    struct device_view *view;
    struct batch *batch;
    char plain[PLAIN_MOST];
};

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    fixture->encoder = encode_influx_new(&source);
    fixture->view = specimen_view(3, "pdu-1", READINGS);
    fixture->batch = specimen_batch(fixture->view, time_ms, 9);
    encode_influx_begin(fixture->encoder);
    *state = fixture;
    return fixture->encoder ? 0 : -1;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    specimen_batch_free(fixture->batch);
    encode_influx_free(fixture->encoder);
    assert_int_equal(atomic_load(&fixture->view->references), 1);
    device_view_release(fixture->view);
    test_free(fixture);
    return 0;
}

static struct spool_row row_of(const struct fixture *fixture) {
    return (struct spool_row){
        .kind = SPOOL_READINGS,
        .view = fixture->view,
        .time_ms = fixture->batch->time_ms,
        .first = fixture->batch->first,
        .n = fixture->batch->n,
        .values = fixture->batch->values,
        .qualities = fixture->batch->qualities,
    };
}

static void add(struct fixture *fixture) {
    struct spool_row row = row_of(fixture);
    assert_null(encode_influx_why_not(fixture->encoder, &row));
    assert_int_equal(encode_influx_add(fixture->encoder, &row), 0);
}

/* The lines of the request; it ends with a line break. */
static const char *finish(struct fixture *fixture) {
    const char *body;
    size_t size;
    assert_int_equal(encode_influx_finish(fixture->encoder, &body, &size), 0);
    z_stream stream = {.next_in = (Bytef *)body,
                       .avail_in = (uInt)size,
                       .next_out = (Bytef *)fixture->plain,
                       .avail_out = PLAIN_MOST - 1};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    inflateEnd(&stream);
    fixture->plain[stream.total_out] = '\0';
    return fixture->plain;
}

/* Without info, which is tested by itself: the row's minute has not passed. */
static const char *finish_without_info(struct fixture *fixture) {
    add(fixture);
    encode_influx_begin(fixture->encoder);
    fixture->batch->time_ms++;
    add(fixture);
    return finish(fixture);
}

static void name_device(struct fixture *fixture, const char *name) {
    free(fixture->view->device);
    fixture->view->device = strdup(name);
}

static void readings_of_a_place_share_a_line(void **state) {
    struct fixture *fixture = *state;
    add(fixture);
    assert_false(encode_influx_is_empty(fixture->encoder));
    assert_string_equal(
        finish(fixture),
        "facility,site=dc1,hall=hall-2,row=A,rack=A07,device=pdu-1,class=pdu,driver=apc_rpdu2,"
        "firmware=v6.5.0,manufacturer=APC,model=AP8959,name=row\\ 3\\,\\ left,serial=ZA1234567890 "
        "device_info=1 1764000000123\n"
        "facility,site=dc1,hall=hall-2,row=A,rack=A07,device=pdu-1,class=pdu,component=outlet,"
        "component_id=1/1,phase=L1 active_power_watts=36.6,current_amperes=4.03,voltage_volts=234,"
        "active_energy_joules_total=171720009,outlet_state=1 1764000000123\n"
        "facility,site=dc1,hall=hall-2,row=A,rack=A07,device=pdu-1,class=pdu,component=outlet,"
        "component_id=1/2,phase=L1 active_power_watts=55.1,current_amperes=5.88,voltage_volts=232.5,"
        "active_energy_joules_total=238320009,outlet_state=1 1764000000123\n");
}

static void rows_come_with_their_number_and_gaps_with_markers(void **state) {
    struct fixture *fixture = *state;
    struct spool_row row = row_of(fixture),
                     gap = {.kind = SPOOL_URGENT, .first_id = 7, .id = 9, .time_ms = 5};
    row.id = row.first_id = 4711;
    row.n = 0;
    assert_int_equal(encode_influx_add(fixture->encoder, &row), 0);
    assert_int_equal(encode_influx_add(fixture->encoder, &gap), 0);
    assert_string_equal(finish(fixture),
                        "facility,site=dc1,hall=hall-2,row=A,rack=A07,device=pdu-1,class=pdu,part=0,"
                        "stream=00112233445566ff row_sequence=4711 1764000000123\n"
                        "facility,site=dc1,gateway=gw/1,reason=dropped,stream=ffee "
                        "gap_first_sequence=7,gap_last_sequence=9 5\n");
}

static void a_row_may_be_a_part_of_the_series(void **state) {
    struct fixture *fixture = *state;
    fixture->batch->first = 4;
    fixture->batch->n = 2;
    fixture->batch->values[0] = 1;
    fixture->batch->values[1] = 2.5;
    assert_string_equal(finish_without_info(fixture),
                        "facility,site=dc1,hall=hall-2,row=A,rack=A07,device=pdu-1,class=pdu,component="
                        "outlet,component_id=1/1,phase=L1 outlet_state=1 1764000000124\n"
                        "facility,site=dc1,hall=hall-2,row=A,rack=A07,device=pdu-1,class=pdu,component="
                        "outlet,component_id=1/2,phase=L1 active_power_watts=2.5 1764000000124\n");
}

static void numbers_are_exact_floats_and_others_are_left_out(void **state) {
    struct fixture *fixture = *state;
    static const double values[] = {0.1 + 0.2, -1e-310, 1.7976931348623157e308, 1e21, -0.0};
    for (size_t i = 0; i < 5; i++)
        fixture->batch->values[i] = values[i];
    fixture->batch->values[5] = (double)NAN;
    fixture->batch->values[6] = (double)INFINITY;
    fixture->batch->values[7] = -(double)INFINITY;
    fixture->batch->qualities[8] = QUALITY_BAD;
    fixture->batch->qualities[9] = QUALITY_STALE;
    const char *lines = finish_without_info(fixture);
    const char *at = strstr(lines, "phase=L1 ");
    assert_non_null(at);
    for (size_t i = 0; i < 5; i++) {
        at = strchr(at + 10, '=');
        assert_non_null(at);
        char *end;
        double value = strtod(at + 1, &end);
        assert_memory_equal(&value, &values[i], sizeof(value));
        assert_int_equal(*end, i < 4 ? ',' : ' ');
    }
    assert_null(strstr(lines, "component_id=1/2"));
    fixture->batch->qualities[0] = QUALITY_SUBSTITUTED;
    for (uint32_t i = 1; i < READINGS; i++)
        fixture->batch->qualities[i] = QUALITY_ABSENT;
    encode_influx_begin(fixture->encoder);
    add(fixture);
    assert_non_null(strstr(finish(fixture), " active_power_watts=0.30000000000000004 "));
    fixture->batch->qualities[0] = QUALITY_ABSENT;
    encode_influx_begin(fixture->encoder);
    add(fixture);
    assert_true(encode_influx_is_empty(fixture->encoder));
}

/* As servers read a tag's value: a backslash in front of what is special is not part of it. */
static void read_device(const char *line, char *name) {
    const char *at = strstr(line, ",device=");
    assert_non_null(at);
    for (at += 8; *at != ',' && *at != ' ' && *at != '='; at++) {
        at += *at == '\\' && strchr(", =", at[1]) != NULL;
        *name++ = *at;
    }
    *name = '\0';
}

static void names_come_through_as_they_are(void **state) {
    struct fixture *fixture = *state;
    static const char *const names[] = {
        "a,b c=d",
        ",",
        " ",
        "=",
        ", =, =",
        " leading and trailing ",
        "\"quoted\" 'too'",
        "C:\\racks\\left",
        "#no comment",
        "\xf0\x9f\x94\x8c\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xa7",
        "\xeb\x9e\x99 3 \xeb\x83\x89\xea\xb0\x81",
        "a=\"b\\c\"",
        "%0A&;{}[]",
    };
    char *name = test_malloc(NAME_MOST + 1);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        name_device(fixture, names[i]);
        encode_influx_free(fixture->encoder);
        fixture->encoder = encode_influx_new(&source);
        encode_influx_begin(fixture->encoder);
        read_device(finish_without_info(fixture), name);
        assert_string_equal(name, names[i]);
    }
    test_free(name);
}

static void the_longest_names_come_through(void **state) {
    struct fixture *fixture = *state;
    char *name = test_malloc(NAME_MOST + 1), *read = test_malloc(NAME_MOST + 1);
    for (size_t i = 0; i < NAME_MOST; i++)
        name[i] = ", =x\"'\\y"[i % 8];
    name[NAME_MOST] = '\0';
    name_device(fixture, name);
    fixture->batch->n = 1;
    read_device(finish_without_info(fixture), read);
    assert_string_equal(read, name);
    test_free(name);
    test_free(read);
}

static void what_cannot_be_said_is_refused(void **state) {
    struct fixture *fixture = *state;
    static const char *const names[] = {"a\\",    "\\",   "a\\,b", "a\\ b", "a\\=b",
                                        "a\\\\b", "a\nb", "a\r",   "\x01"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        name_device(fixture, names[i]);
        encode_influx_free(fixture->encoder);
        fixture->encoder = encode_influx_new(&source);
        struct spool_row row = row_of(fixture);
        const char *why = encode_influx_why_not(fixture->encoder, &row);
        assert_non_null(why);
        assert_non_null(strstr(why, "name"));
    }
}

static void facts_that_cannot_be_said_are_left_out(void **state) {
    struct fixture *fixture = *state;
    free(fixture->view->given_name);
    fixture->view->given_name = strdup("two\nlines");
    fixture->view->names = calloc(2, sizeof(struct part_name));
    fixture->view->n_names = 2;
    for (size_t i = 0; i < 2; i++)
        fixture->view->names[i] =
            (struct part_name){.place = {.part = PART_OUTLET, .depth = 2, .id = {1, 7 + (uint32_t)i}},
                               .name = strdup(i ? "\xed\x95\x9c \"1\"" : "bad\\")};
    add(fixture);
    const char *lines = finish(fixture);
    assert_non_null(strstr(lines, ",model=AP8959,serial=ZA1234567890 device_info=1 "));
    assert_null(strstr(lines, "component_id=1/7"));
    assert_non_null(strstr(lines, ",component=outlet,component_id=1/8,name=\xed\x95\x9c\\ \"1\" "
                                  "component_info=1 1764000000123\n"));
    assert_string_equal(encode_influx_left_out(fixture->encoder), "pdu-1");
    encode_influx_begin(fixture->encoder);
    assert_null(encode_influx_left_out(fixture->encoder));
}

static void a_request_without_rows_is_a_comment(void **state) {
    assert_string_equal(finish(*state), "#\n");
}

static void a_request_goes_to_the_bucket_or_the_database(void **state) {
    (void)state;
    struct text url = {0};
    const struct sink_config second = {.org = "my org", .bucket = "r&d/\xed\x95\x9c"};
    encode_influx_url(&second, "https://h:8086/", &url);
    assert_string_equal(url.data,
                        "https://h:8086/api/v2/write?org=my%20org&bucket=r%26d%2F%ED%95%9C&precision=ms");
    text_clear(&url);
    const struct sink_config first = {.database = "facility"};
    encode_influx_url(&first, "http://h/influx", &url);
    assert_string_equal(url.data, "http://h/influx/write?db=facility&precision=ms");
    text_done(&url);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(readings_of_a_place_share_a_line, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_come_with_their_number_and_gaps_with_markers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_row_may_be_a_part_of_the_series, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_are_exact_floats_and_others_are_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(names_come_through_as_they_are, setup, teardown),
        cmocka_unit_test_setup_teardown(the_longest_names_come_through, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_said_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(facts_that_cannot_be_said_are_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_request_without_rows_is_a_comment, setup, teardown),
        cmocka_unit_test(a_request_goes_to_the_bucket_or_the_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
