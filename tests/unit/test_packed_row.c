/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of rows that come again and again, which are packed, against the same rows in a new encoder, which
 * has seen none before and encodes each reading: unpacked they must be the same.
 */
#include "publish/packed_row.h"

#include <math.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>

#include "publish/encode_remote_write.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { DEVICES = 6, ROUNDS = 5 };
static const int64_t time_ms = 1764000000123;
static const struct proof_source source = {"dc1", "gw/1", {"ffee", "00112233445566ff"}};

struct fixture {
    struct encode_remote_write *encoder;
    struct device_view *views[DEVICES];
    struct batch *batches[DEVICES];
};

static int setup(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof(*fixture));
    fixture->encoder = encode_remote_write_new(&source);
    *state = fixture;
    return fixture->encoder ? 0 : -1;
}

/* The fixture itself stays: cmocka remembers it, its last block before the test, until the test has ended. */
static void empty(struct fixture *fixture) {
    encode_remote_write_free(fixture->encoder);
    for (size_t i = 0; i < DEVICES; i++) {
        if (fixture->batches[i])
            specimen_batch_free(fixture->batches[i]);
        if (fixture->views[i])
            assert_int_equal(atomic_load(&fixture->views[i]->references), 1);
        device_view_release(fixture->views[i]);
    }
    *fixture = (struct fixture){0};
}

static int teardown(void **state) {
    empty(*state);
    test_free(*state);
    return 0;
}

/* Devices of one shape; the names of some are longer. */
static void make_devices(struct fixture *fixture, size_t n) {
    static const char *const names[DEVICES] = {"pdu-1", "pdu-2", "pdu-3", "pdu-1234", "pdu-5", "pdu-1235"};
    for (uint32_t i = 0; i < DEVICES; i++) {
        struct device_view *view = fixture->views[i] = specimen_view(i, names[i], n);
        if (i > 0) {
            series_list_release(view->list);
            view->list = series_list_hold(fixture->views[0]->list);
            view->series = view->list->series;
        }
        fixture->batches[i] = specimen_batch(view, time_ms, 0);
    }
}

static void add(struct encode_remote_write *encoder, const struct batch *batch, uint32_t from) {
    const struct spool_row row = {
        .kind = SPOOL_READINGS,
        .id = (uint64_t)batch->time_ms + from, /* any: it changes from row to row */
        .first_id = (uint64_t)batch->time_ms + from,
        .view = batch->view,
        .time_ms = batch->time_ms,
        .first = from,
        .n = batch->n - from,
        .values = batch->values + from,
        .qualities = batch->qualities + from,
    };
    assert_int_equal(encode_remote_write_add(encoder, &row), 0);
}

/* What the request says, unpacked, without the info series: they do not come with each request. */
static struct text read_samples(struct encode_remote_write *encoder, size_t *packed_size) {
    const char *body;
    size_t size;
    struct text samples = {0};
    assert_int_equal(encode_remote_write_finish(encoder, &body, packed_size), 0);
    assert_int_equal(snappy_uncompressed_length(body, *packed_size, &size), SNAPPY_OK);
    char *plain = test_malloc(size + 1), *at = plain;
    assert_int_equal(snappy_uncompress(body, *packed_size, plain, &size), SNAPPY_OK);
    while (at < plain + size) {
        char *begin = at++;
        size_t length = 0;
        for (unsigned shift = 0, more = 1; more; shift += 7, more = (unsigned char)*at++ >> 7)
            length |= (size_t)(*at & 0x7f) << shift;
        if (!memmem(at, length, "_info", 5))
            text_add(&samples, begin, (size_t)(at - begin) + length);
        at += length;
    }
    assert_true(at == plain + size);
    test_free(plain);
    return samples;
}

static void add_all(struct fixture *fixture, struct encode_remote_write *encoder, uint32_t from) {
    encode_remote_write_begin(encoder);
    for (size_t i = 0; i < DEVICES; i++)
        add(encoder, fixture->batches[i], from);
}

/* Returns the size of the packed request. */
static size_t compare(struct fixture *fixture, uint32_t from) {
    struct encode_remote_write *fresh = encode_remote_write_new(&source);
    assert_non_null(fresh);
    size_t size, fresh_size;
    add_all(fixture, fixture->encoder, from);
    add_all(fixture, fresh, from);
    struct text samples = read_samples(fixture->encoder, &size), expected = read_samples(fresh, &fresh_size);
    assert_int_equal(samples.size, expected.size);
    if (expected.size > 0)
        assert_memory_equal(samples.data, expected.data, expected.size);
    text_done(&samples);
    text_done(&expected);
    encode_remote_write_free(fresh);
    return size;
}

static void refill(struct fixture *fixture, uint32_t round) {
    for (size_t i = 0; i < DEVICES; i++)
        specimen_refill(fixture->batches[i], fixture->views[i], time_ms + 1000 * round + (int64_t)i, round);
}

static void packed_rows_say_the_same(void **state) {
    struct fixture *fixture = *state;
    static const size_t sizes[] = {1, 3, 50, 127, 128, 129, 300};
    for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        make_devices(fixture, sizes[k]);
        for (uint32_t round = 0; round < ROUNDS; round++) {
            refill(fixture, round);
            compare(fixture, 0);
        }
        empty(fixture);
        fixture->encoder = encode_remote_write_new(&source);
        assert_non_null(fixture->encoder);
    }
}

/* Of each round other readings are missing, and then the same. */
static void what_is_missing_stays_missing(void **state) {
    struct fixture *fixture = *state;
    make_devices(fixture, 140);
    for (uint32_t round = 0; round < 4 * ROUNDS; round++) {
        refill(fixture, round);
        for (size_t i = 0; i < DEVICES; i++) {
            uint32_t part = round < ROUNDS ? round + 2 : 3;
            for (uint32_t n = 0; n < 140; n += part)
                fixture->batches[i]->qualities[n] = n % 2 ? QUALITY_ABSENT : QUALITY_BAD;
            fixture->batches[i]->values[7] = round % 7 == 6 ? (double)NAN : -0.0;
        }
        compare(fixture, round % 3 == 2 ? 10 : 0);
    }
}

/* A reading takes its value and some copies; the first devices take their labels. */
static void packed_rows_are_small(void **state) {
    struct fixture *fixture = *state;
    make_devices(fixture, 50);
    size_t size = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        refill(fixture, round);
        size = compare(fixture, 0);
    }
    assert_in_range(size, 50 * DEVICES * 9, 50 * DEVICES * 40);
}

/* Two shapes that come in turn are both right, wherever they are kept. */
static void many_shapes_do_not_mix(void **state) {
    struct fixture *fixture = *state;
    make_devices(fixture, 90);
    for (uint32_t round = 0; round < 3; round++) {
        refill(fixture, round);
        for (uint32_t from = 0; from < 80; from++)
            compare(fixture, from);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(packed_rows_say_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_missing_stays_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(packed_rows_are_small, setup, teardown),
        cmocka_unit_test_setup_teardown(many_shapes_do_not_mix, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
