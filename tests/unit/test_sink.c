/* SPDX-License-Identifier: Apache-2.0 */
/* What sinks decide without talking: what an answer means, how long to wait, where a broker is. */
#include <string.h>

#include "base/backoff.h"
#include "base/broker_address.h"
#include "base/error.h"
#include "publish/broker_list.h"
#include "publish/endpoints.h"
#include "publish/verdict.h"
#include "tests/unit/check.h"

static void answers_have_their_meaning(void **state) {
    (void)state;
    static const struct {
        int error, status;
        const char *text;
        enum verdict_kind verdict;
    } cases[] = {
        {0, 200, "", VERDICT_ACCEPTED},
        {0, 204, "", VERDICT_ACCEPTED},
        {ERROR_TIMEOUT, 0, "", VERDICT_LATER},
        {ERROR_UNREACHABLE, 0, "", VERDICT_LATER},
        {ERROR_GARBLED, 0, "", VERDICT_LATER},
        {0, 429, "slow down", VERDICT_LATER},
        {0, 503, "out of order", VERDICT_LATER}, /* a lift, not a sample */
        {0, 504, "", VERDICT_LATER},
        {0, 507, "disk full", VERDICT_LATER},
        {0, 405, "", VERDICT_DENIED},
        {0, 308, "", VERDICT_DENIED},
        {0, 500, "", VERDICT_FAULT},
        {0, 500, "too old sample\n", VERDICT_TOO_OLD},           /* Prometheus, of its window */
        {0, 500, "array index is out of bounds", VERDICT_FAULT}, /* not of time */
        {0, 501, "", VERDICT_FAULT},
        {0, 401, "", VERDICT_DENIED},
        {0, 403, "", VERDICT_DENIED},
        {0, 404, "", VERDICT_DENIED},
        {0, 301, "", VERDICT_DENIED},
        {0, 400, "label name is empty", VERDICT_REFUSED},
        {0, 413, "", VERDICT_REFUSED},
        {0, 422, "", VERDICT_REFUSED},
        {0, 400, "Out of order sample", VERDICT_TOO_OLD},
        {0, 400, "out of bounds", VERDICT_TOO_OLD},
        {0, 400, "the sample is too old", VERDICT_TOO_OLD},
        {0, 400, "partial write: points beyond retention policy dropped=1", VERDICT_TOO_OLD},
        {0, 400, "partial write: field type conflict: input field is type float dropped=3", VERDICT_REFUSED},
        {0, 404, "database not found: \"x\"", VERDICT_DENIED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(verdict_of(cases[i].error, cases[i].status, cases[i].text), cases[i].verdict);
}

static void reasons_of_brokers_have_their_meaning(void **state) {
    (void)state;
    static const struct {
        int reason;
        enum verdict_kind verdict;
    } cases[] = {
        {0x80, VERDICT_FAULT},   {0x83, VERDICT_FAULT},   {0x87, VERDICT_DENIED},  {0x89, VERDICT_LATER},
        {0x90, VERDICT_REFUSED}, {0x93, VERDICT_LATER},   {0x95, VERDICT_REFUSED}, {0x96, VERDICT_LATER},
        {0x97, VERDICT_LATER},   {0x99, VERDICT_REFUSED}, {0xff, VERDICT_FAULT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(verdict_of_mqtt(cases[i].reason), cases[i].verdict);
}

static void the_first_broker_is_gone_back_to(void **state) {
    (void)state;
    enum { MINUTE_MS = 60000 };
    char *second = (char *)"mqtt://b";
    const struct sink_config config = {.url = (char *)"mqtt://a", .endpoints = &second, .n_endpoints = 1};
    struct broker_list list;
    assert_int_equal(broker_list_init(&list, &config), 0);
    broker_list_succeed(&list, 0);
    assert_false(broker_list_is_first_due(&list, 1000 * MINUTE_MS));
    assert_true(broker_list_fail(&list, "gone"));
    broker_list_succeed(&list, 0);
    assert_false(broker_list_is_first_due(&list, 5 * MINUTE_MS - 1));
    assert_true(broker_list_is_first_due(&list, 5 * MINUTE_MS));
    broker_list_begin_again(&list);
    assert_string_equal(broker_list_current(&list)->url, "mqtt://a");
    assert_true(broker_list_fail(&list, "still")); /* each time in vain it is tried less */
    broker_list_succeed(&list, 6 * MINUTE_MS);
    assert_false(broker_list_is_first_due(&list, 16 * MINUTE_MS - 1));
    assert_true(broker_list_is_first_due(&list, 16 * MINUTE_MS));
    broker_list_begin_again(&list);
    broker_list_succeed(&list, 17 * MINUTE_MS);
    assert_true(broker_list_fail(&list, "gone again"));
    broker_list_succeed(&list, 20 * MINUTE_MS);
    assert_true(broker_list_is_first_due(&list, 25 * MINUTE_MS));
    broker_list_done(&list);
}

static void an_endpoint_that_asks_for_a_pause_gets_it_while_another_is_used(void **state) {
    (void)state;
    struct endpoints endpoints = {.n = 2};
    assert_false(endpoints_fail(&endpoints, 1000, 5000));
    assert_true(endpoints_fail(&endpoints, 6000, 600000));
    endpoints_succeed(&endpoints);
    endpoints = (struct endpoints){.n = 2};
    assert_true(endpoints_fail(&endpoints, 0, 600000)); /* at once: not in ten minutes */
    assert_int_equal(endpoints_choose(&endpoints, 0), 1);
    assert_false(endpoints_fail(&endpoints, 1000, 0));
    assert_false(endpoints_fail(&endpoints, 2000, 0));
    assert_int_equal(endpoints_choose(&endpoints, 3000), 1); /* the first is left alone */
    assert_false(endpoints_fail(&endpoints, 599000, 0));
    assert_int_equal(endpoints_choose(&endpoints, 600000), 0);
}

static void a_second_endpoint_takes_over_and_the_first_is_tried_again(void **state) {
    (void)state;
    struct endpoints endpoints = {.n = 2};
    assert_int_equal(endpoints_choose(&endpoints, 0), 0);
    assert_false(endpoints_succeed(&endpoints));
    assert_false(endpoints_fail(&endpoints, 1000, 0)); /* one failure is nothing */
    assert_false(endpoints_succeed(&endpoints));
    assert_false(endpoints_fail(&endpoints, 2000, 0));
    assert_true(endpoints_fail(&endpoints, 3000, 0));
    assert_int_equal(endpoints_choose(&endpoints, 3000), 1);
    assert_true(endpoints_succeed(&endpoints));
    assert_false(endpoints_succeed(&endpoints)); /* it is no news any more */
    assert_int_equal(endpoints_choose(&endpoints, 62999), 1);
    assert_int_equal(endpoints_choose(&endpoints, 63000), 0);
    assert_true(endpoints_fail(&endpoints, 64000, 0)); /* back at once, and later again */
    assert_int_equal(endpoints_choose(&endpoints, 64000 + 119999), 1);
    assert_false(endpoints_succeed(&endpoints));
    assert_int_equal(endpoints_choose(&endpoints, 64000 + 120000), 0);
    assert_true(endpoints_succeed(&endpoints));
    assert_false(endpoints_fail(&endpoints, 200000, 0));
    assert_true(endpoints_fail(&endpoints, 200000, 300000)); /* it has asked for that long */
    assert_int_equal(endpoints_choose(&endpoints, 499999), 1);
    assert_int_equal(endpoints_choose(&endpoints, 500000), 0);
}

static void where_neither_answers_both_are_tried(void **state) {
    (void)state;
    struct endpoints endpoints = {.n = 2}, alone = {.n = 1};
    size_t at_once = 0, tries[ENDPOINTS_MOST] = {0};
    for (int64_t now_ms = 0; now_ms < 40000; now_ms += 1000) {
        tries[endpoints_choose(&endpoints, now_ms)]++;
        at_once += endpoints_fail(&endpoints, now_ms, 0);
        assert_int_equal(endpoints_choose(&alone, now_ms), 0);
        assert_false(endpoints_fail(&alone, now_ms, 0));
    }
    assert_int_equal(tries[0], tries[1]);
    assert_int_equal(at_once, 10); /* between others there is a pause */
    assert_false(endpoints_succeed(&alone));
}

static void pauses_double_from_one_second_to_a_minute(void **state) {
    (void)state;
    static const int64_t least_ms[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    for (uint32_t random = 0; random < 3; random++) {
        struct backoff backoff = {0};
        for (size_t i = 0; i < sizeof(least_ms) / sizeof(least_ms[0]); i++) {
            int64_t pause_ms = backoff_next_ms(&backoff, random * (UINT32_MAX / 2));
            assert_in_range(pause_ms, least_ms[i], 2 * least_ms[i]);
        }
        backoff_reset(&backoff);
        assert_in_range(backoff_next_ms(&backoff, random), 1000, 2000);
    }
    struct backoff tired = {.failures = UINT32_MAX - 1};
    assert_in_range(backoff_next_ms(&tired, UINT32_MAX), 30000, 60000);
    assert_in_range(backoff_next_ms(&tired, 0), 1000, 60000);
    struct backoff one = {0}, other = {0};
    assert_int_not_equal(backoff_next_ms(&one, 1), backoff_next_ms(&other, 500)); /* jitter */
}

static void brokers_are_found_in_their_urls(void **state) {
    (void)state;
    static const struct {
        const char *url, *host;
        uint16_t port;
        bool is_tls;
    } good[] = {
        {"mqtt://broker", "broker", 1883},
        {"mqtt://broker/", "broker", 1883},
        {"mqtt://10.1.2.3:18831", "10.1.2.3", 18831},
        {"mqtt://[fe80::1]", "fe80::1", 1883},
        {"mqtt://[::1]:65535", "::1", 65535},
        {"mqtts://broker.example", "broker.example", 8883, true},
        {"mqtts://[::1]:1", "::1", 1, true},
    };
    static const char *const bad[] = {
        "",           "broker",           "http://broker",      "mqtt://",         "mqtt://:1883",
        "mqtt://b:0", "mqtt://b:65536",   "mqtt://b:x",         "mqtt://b:1883/x", "mqtt://[::1",
        "mqtt://[]",  "mqtt://[::1]1883", "mqtt://me:secret@b",
    };
    struct broker_address address;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(broker_address_parse(good[i].url, &address), 0);
        assert_string_equal(address.host, good[i].host);
        assert_int_equal(address.port, good[i].port);
        assert_int_equal(address.is_tls, good[i].is_tls);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(broker_address_parse(bad[i], &address), ERROR_ARGUMENT);
    char url[600] = "mqtt://";
    memset(url + 7, 'x', 500);
    assert_int_equal(broker_address_parse(url, &address), ERROR_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_have_their_meaning),
        cmocka_unit_test(reasons_of_brokers_have_their_meaning),
        cmocka_unit_test(the_first_broker_is_gone_back_to),
        cmocka_unit_test(an_endpoint_that_asks_for_a_pause_gets_it_while_another_is_used),
        cmocka_unit_test(a_second_endpoint_takes_over_and_the_first_is_tried_again),
        cmocka_unit_test(where_neither_answers_both_are_tried),
        cmocka_unit_test(pauses_double_from_one_second_to_a_minute),
        cmocka_unit_test(brokers_are_found_in_their_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
