/* SPDX-License-Identifier: Apache-2.0 */
/* What the standards of MQTT say, held against their own numbers, and how it is told. */
#include "base/mqtt_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/mqtt_words.h"
#include "tests/unit/check.h"

static void every_refusal_has_words(void **state) {
    (void)state;
    assert_string_equal(mqtt_reason_text(0x87), "not authorized");
    assert_non_null(strstr(mqtt_reason_text(0x8e), "another client"));
    assert_string_equal(mqtt_reason_text(0xa2), "unknown reason"); /* of subscriptions only */
    assert_string_equal(mqtt_reason_text(0x9e), "unknown reason");
    assert_string_equal(mqtt_reason_text(0xff), "unknown reason");
    assert_string_equal(mqtt_reason_text(0x10000), "unknown reason");
    assert_string_equal(mqtt_reason_text(0), "no reason given");
    assert_string_equal(mqtt_reason_text(-1), "no reason given");
}

static void refusals_of_3_1_1_have_a_counterpart(void **state) {
    (void)state;
    static const char *const words[] = {"unsupported protocol version", "client identifier not valid",
                                        "server unavailable", "bad user name or password", "not authorized"};
    for (int code = 1; code <= 5; code++)
        assert_string_equal(mqtt_reason_text(mqtt_reason_of_3_1_1(code)), words[code - 1]);
    assert_int_equal(mqtt_reason_of_3_1_1(0), 0x80);
    assert_int_equal(mqtt_reason_of_3_1_1(6), 0x80);
    assert_int_equal(mqtt_reason_of_3_1_1(-1), 0x80);
}

static void what_a_broker_adds_is_quoted(void **state) {
    (void)state;
    char out[200];
    mqtt_explain(out, sizeof(out), "no: ", 0x97, NULL, 0);
    assert_string_equal(out, "no: quota exceeded (0x97)");
    mqtt_explain(out, sizeof(out), "", 0x97, "no\x1b!, and more", 4);
    assert_string_equal(out, "quota exceeded (0x97): \"no\\x1b!\"");
    char longest[70000];
    memset(longest, 'x', sizeof(longest));
    mqtt_explain(out, sizeof(out), "", 0x80, longest, sizeof(longest));
    assert_int_equal(strlen(out), strlen("unspecified error (0x80): \"\"") + 80);
    mqtt_explain(out, 10, "", 0x97, "no", 2);
    assert_string_equal(out, "quota exc");
}

static void the_reason_is_found_in_what_tls_says(void **state) {
    (void)state;
    static const char line[] =
        "1:error:0A000086:SSL routines:tls_process:certificate verify failed:a.c:18:\n";
    char out[40];
    mqtt_tls_reason(out, sizeof(out), line, sizeof(line) - 1);
    assert_string_equal(out, "certificate verify failed");
    mqtt_tls_reason(out, 12, line, sizeof(line) - 1);
    assert_string_equal(out, "certificate");
    for (size_t n = 0; n <= strlen("1:error:0A000086:SSL routines:tls_process:certificate verify failed");
         n++) {
        mqtt_tls_reason(out, sizeof(out), line, n);
        assert_string_equal(out, "");
    }
    mqtt_tls_reason(out, sizeof(out), ":::::::", 7);
    assert_string_equal(out, "");
}

static void a_size_is_never_less_than_the_packet(void **state) {
    (void)state;
    /* Header, remaining length, topic with its size, packet identifier, no properties, payload. */
    assert_true(mqtt_publish_size("t", 0) >= 1 + 1 + 3 + 2 + 1);
    assert_true(mqtt_publish_size("t", 121) >= 1 + 1 + 3 + 2 + 1 + 121);
    assert_true(mqtt_publish_size("t", 2097146) >= 1 + 4 + 3 + 2 + 1 + 2097146);
    assert_true(mqtt_publish_size("t", 100) < 100 + 16);
}

static void what_mqtt_cannot_carry_is_known(void **state) {
    (void)state;
    char *longest = calloc(1, 65537);
    memset(longest, 'x', 65536);
    assert_false(mqtt_is_field(longest));
    assert_false(mqtt_can_publish(longest, 0));
    longest[65535] = '\0';
    assert_true(mqtt_is_field(longest));
    assert_true(mqtt_can_publish(longest, 1000));
    assert_false(mqtt_can_publish(longest, 268400000));
    assert_false(mqtt_can_publish("t", 268435455));
    assert_false(mqtt_can_publish("t", SIZE_MAX));
    assert_true(mqtt_can_publish("t", 268435000));
    assert_false(mqtt_can_publish("", 1));
    assert_true(mqtt_is_field(NULL));
    free(longest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refusal_has_words),
        cmocka_unit_test(refusals_of_3_1_1_have_a_counterpart),
        cmocka_unit_test(what_a_broker_adds_is_quoted),
        cmocka_unit_test(the_reason_is_found_in_what_tls_says),
        cmocka_unit_test(a_size_is_never_less_than_the_packet),
        cmocka_unit_test(what_mqtt_cannot_carry_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
