/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acquire/link_replay.h: one answer to each request, from the loop; GETBULK as an agent does it; files
 * that cannot be used.
 */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acquire/link_replay.h"

#define PARTS(...)                                                                                           \
    (struct oid) {                                                                                           \
        .part = (const uint32_t[]){__VA_ARGS__}, .n = sizeof((const uint32_t[]){__VA_ARGS__}) / 4            \
    }

static uv_loop_t loop;
static struct link *replay;
static char path[64];

/* What the last answer said, kept beyond its callback. */
static struct {
    int n, error;
    uint8_t exception;
    size_t size, n_varbinds;
    uint8_t data[250];
    struct varbind varbinds[100];
} got;

static void keep(void *context, const struct link_answer *answer) {
    assert_ptr_equal(context, &got);
    got.n++;
    got.error = answer->error;
    got.exception = answer->exception;
    got.size = answer->size;
    got.n_varbinds = answer->n_varbinds;
    if (answer->size > 0)
        memcpy(got.data, answer->data, answer->size);
    for (size_t i = 0; i < answer->n_varbinds && i < 100; i++)
        got.varbinds[i] = answer->varbinds[i];
}

static void write_file(const char *end, const char *text) {
    snprintf(path, sizeof(path), "replay-%d%s", (int)getpid(), end);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

static void open_replay(const char *end, const char *text) {
    char why[200] = "";
    uv_loop_init(&loop);
    write_file(end, text);
    if (link_replay_open(&loop, path, &replay, why, sizeof(why)) != 0)
        fail_msg("%s", why);
    unlink(path);
}

static void close_replay(void) {
    link_close(replay);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void ask(const struct link_request *request) {
    memset(&got, 0, sizeof(got));
    assert_int_equal(link_ask(replay, request, keep, &got), 0);
    assert_int_equal(got.n, 0);
    assert_int_equal(link_ask(replay, request, keep, &got), ERROR_BUSY);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(got.n, 1);
}

static void registers_and_exceptions(void **state) {
    (void)state;
    open_replay(".registers", "holding 10 1 2 3\ncoil 0 1 0 1");
    struct link_request request = {.ask = ASK_REGISTERS, .function = 3, .address = 11, .count = 2};
    ask(&request);
    assert_int_equal(got.error, 0);
    assert_int_equal(got.size, 4);
    assert_memory_equal(got.data, "\0\2\0\3", 4);
    request.count = 3;
    ask(&request);
    assert_int_equal(got.error, ERROR_REFUSED);
    assert_int_equal(got.exception, 2);
    assert_int_equal(got.size, 0);
    request = (struct link_request){.ask = ASK_REGISTERS, .function = 1, .address = 0, .count = 3};
    ask(&request);
    assert_int_equal(got.size, 1);
    assert_int_equal(got.data[0], 5);
    request.function = 5;
    assert_int_equal(link_ask(replay, &request, keep, &got), ERROR_ARGUMENT);
    request.ask = ASK_GET;
    assert_int_equal(link_ask(replay, &request, keep, &got), ERROR_ARGUMENT);
    close_replay();
}

static const char table[] = "1.3.1.1|2|11\n1.3.1.2|2|12\n1.3.2.1|2|21\n1.3.2.2|2|22\n1.3.2.3|2|23\n";

static void get_answers_in_the_order_asked(void **state) {
    (void)state;
    open_replay(".snmprec", table);
    const struct oid oids[] = {PARTS(1, 3, 2, 2), PARTS(1, 3, 9), PARTS(1, 3, 1, 1)};
    const struct link_request request = {.ask = ASK_GET, .oids = oids, .n_oids = 3};
    ask(&request);
    assert_int_equal(got.n_varbinds, 3);
    assert_int_equal(got.varbinds[0].raw.integer, 22);
    assert_int_equal(got.varbinds[1].raw.kind, RAW_NONE);
    assert_int_equal(got.varbinds[1].name.n, 3);
    assert_int_equal(got.varbinds[2].raw.integer, 11);
    close_replay();
}

static void bulk_goes_row_by_row_to_the_end(void **state) {
    (void)state;
    open_replay(".snmprec", table);
    const struct oid oids[] = {PARTS(1, 3, 1), PARTS(1, 3, 2, 1)};
    struct link_request request = {.ask = ASK_BULK, .oids = oids, .n_oids = 2, .repetitions = 2};
    ask(&request);
    const int64_t expected[] = {11, 22, 12, 23};
    assert_int_equal(got.n_varbinds, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(got.varbinds[i].raw.integer, expected[i]);
    /* The second column ends in row 3, the first in row 6; nothing follows a row without values. */
    request.repetitions = 1000;
    ask(&request);
    assert_int_equal(got.n_varbinds, 12);
    assert_int_equal(got.varbinds[5].raw.kind, RAW_NONE);
    assert_int_equal(got.varbinds[5].name.part[3], 3);
    assert_int_equal(got.varbinds[8].raw.integer, 23);
    assert_int_equal(got.varbinds[10].raw.kind, RAW_NONE);
    request.repetitions = 0;
    ask(&request);
    assert_int_equal(got.n_varbinds, 0);
    close_replay();
}

static void closing_forgets_the_request(void **state) {
    (void)state;
    open_replay(".snmprec", table);
    const struct oid oids[] = {PARTS(1, 3, 1)};
    const struct link_request request = {.ask = ASK_GET, .oids = oids, .n_oids = 1};
    memset(&got, 0, sizeof(got));
    assert_int_equal(link_ask(replay, &request, keep, &got), 0);
    close_replay();
    assert_int_equal(got.n, 0);
}

static void unusable_files_are_explained(void **state) {
    (void)state;
    char why[200] = "", expected[200];
    uv_loop_init(&loop);
    assert_int_equal(link_replay_open(&loop, "missing.snmprec", &replay, why, sizeof(why)), ERROR_NOT_FOUND);
    assert_string_equal(why, "missing.snmprec: no such file");
    write_file(".snmprec", "1.3|2|1\n1.4|2|\n");
    assert_int_equal(link_replay_open(&loop, path, &replay, why, sizeof(why)), ERROR_ARGUMENT);
    snprintf(expected, sizeof(expected), "%s:2: the value is none of tag 2", path);
    assert_string_equal(why, expected);
    unlink(path);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_and_exceptions),        cmocka_unit_test(get_answers_in_the_order_asked),
        cmocka_unit_test(bulk_goes_row_by_row_to_the_end), cmocka_unit_test(closing_forgets_the_request),
        cmocka_unit_test(unusable_files_are_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
