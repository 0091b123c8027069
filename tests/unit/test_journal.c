/* SPDX-License-Identifier: Apache-2.0 */
/* judge/journal.h: lines of any origin, and who is out of service by them. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "judge/journal.h"

static const char good[] = "{\"time\":1764000000000,\"uid\":1001,\"order\":\"maintain\",\"of\":\"ups-a2\","
                           "\"until\":1764010000000,\"by\":\"kim\",\"why\":\"battery \\\"2\\\"\"}";

static void an_order_survives_its_line(void **state) {
    (void)state;
    struct journal_order order;
    struct text text = {0};
    assert_null(journal_parse(good, strlen(good), &order));
    assert_int_equal(order.kind, ORDER_MAINTAIN);
    assert_int_equal(order.until_ms, 1764010000000);
    assert_int_equal(order.uid, 1001);
    assert_string_equal(order.of, "ups-a2");
    assert_string_equal(order.why, "battery \"2\"");
    journal_write(&order, &text);
    assert_int_equal(text.size, strlen(good) + 1);
    assert_memory_equal(text.data, good, strlen(good));
    assert_int_equal(text.data[text.size - 1], '\n');
    text_done(&text);
}

static void assert_refused(const char *line) {
    struct journal_order order;
    if (!journal_parse(line, strlen(line), &order))
        fail_msg("taken: %s", line);
}

static void lines_that_are_none_are_refused(void **state) {
    (void)state;
    static const char *const lines[] = {
        "",
        "maintain ups-a2",
        "[]",
        "{}",
        "17",
        "{\"time\":1,\"uid\":1,\"order\":\"end\",\"of\":\"a\",\"by\":\"b\"} and more",
        "{\"time\":1,\"uid\":1,\"order\":\"end\",\"of\":\"a\",\"by\":[\"b\"]}",
        "{\"time\":1,\"uid\":1,\"order\":\"end\",\"of\":\"a\",\"by\":{\"b\":1}}",
        "{\"time\":1,\"uid\":1,\"order\":\"trip\",\"of\":\"a\",\"by\":\"b\"}",
        "{\"time\":1,\"uid\":1,\"order\":\"end\",\"of\":\"\",\"by\":\"b\"}",
        "{\"time\":1,\"uid\":1,\"order\":\"end\",\"of\":\"a\\u0007\",\"by\":\"b\"}",
        "{\"time\":1,\"uid\":1,\"order\":\"end\",\"of\":\"a\\u0000b\",\"by\":\"b\"}",
        "{\"time\":1,\"uid\":1,\"order\":\"end\",\"of\":\"a\"}",
        "{\"time\":-1,\"uid\":1,\"order\":\"end\",\"of\":\"a\",\"by\":\"b\"}",
        "{\"time\":1.5,\"uid\":1,\"order\":\"end\",\"of\":\"a\",\"by\":\"b\"}",
        "{\"time\":1e300,\"uid\":1,\"order\":\"end\",\"of\":\"a\",\"by\":\"b\"}",
        "{\"time\":1,\"uid\":4294967296,\"order\":\"end\",\"of\":\"a\",\"by\":\"b\"}",
        "{\"time\":1,\"uid\":1,\"order\":\"maintain\",\"of\":\"a\",\"by\":\"b\"}",
        "{\"time\":1,\"uid\":1,\"order\":\"maintain\",\"until\":2592000002,\"of\":\"a\",\"by\":\"b\"}",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_refused(lines[i]);
    char broken[sizeof(good)];
    for (size_t size = 0; size < sizeof(good) - 1; size++) {
        memcpy(broken, good, size);
        broken[size] = '\0';
        assert_refused(broken);
    }
}

static struct journal_order order_of(enum order_kind kind, const char *of, int64_t until_ms) {
    struct journal_order order = {.kind = kind, .until_ms = until_ms};
    snprintf(order.of, sizeof(order.of), "%s", of);
    return order;
}

static void the_last_order_of_a_node_counts(void **state) {
    (void)state;
    struct maintenance out = {0};
    struct journal_order orders[] = {
        order_of(ORDER_MAINTAIN, "a", 100), order_of(ORDER_MAINTAIN, "b", 200), order_of(ORDER_RESET, "a", 0),
        order_of(ORDER_MAINTAIN, "a", 300), order_of(ORDER_END, "c", 0),
    };
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        assert_true(maintenance_take(&out, &orders[i]));
    assert_int_equal(out.n, 2);
    assert_string_equal(out.orders[1].of, "a");
    assert_int_equal(out.orders[1].until_ms, 300);
    maintenance_expire(&out, 200);
    assert_int_equal(out.n, 1);
    orders[0].kind = ORDER_END;
    assert_true(maintenance_take(&out, &orders[0]));
    assert_int_equal(out.n, 0);
    for (int i = 0; i < MAINTENANCE_MOST; i++) {
        char name[20];
        snprintf(name, sizeof(name), "node-%d", i);
        orders[0] = order_of(ORDER_MAINTAIN, name, 100);
        assert_true(maintenance_take(&out, &orders[0]));
    }
    assert_false(maintenance_take(&out, &orders[1]));
    maintenance_done(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_survives_its_line),
        cmocka_unit_test(lines_that_are_none_are_refused),
        cmocka_unit_test(the_last_order_of_a_node_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
