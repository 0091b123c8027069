/* SPDX-License-Identifier: Apache-2.0 */
/* Packets byte by byte as the standards have them, and answers that break them. */
#include "base/mqtt_packet.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "tests/unit/check.h"

static void check_bytes(struct text *written, const void *bytes, size_t size) {
    assert_int_equal(written->size, size);
    assert_memory_equal(written->data, bytes, size);
    text_done(written);
}

static void requests_are_as_the_standard_has_them(void **state) {
    (void)state;
    struct mqtt_connect connect = {
        .version = MQTT_3_1_1, .client_id = "c", .will_topic = "t", .will = "off", .keepalive_s = 20};
    struct text out = {0};
    static const char old[] = "\x10\x15\0\4MQTT\4\x2e\0\x14\0\1c\0\1t\0\3off";
    assert_int_equal(mqtt_write_connect(&connect, &out), 0);
    check_bytes(&out, old, sizeof(old) - 1);
    connect.version = MQTT_5;
    connect.user = "u";
    connect.password = "pw";
    static const char new[] = "\x10\x23\0\4MQTT\5\xee\0\x14\5\x27\0\0\x40\0\0\1c\0\0\1t\0\3off\0\1u\0\2pw";
    assert_int_equal(mqtt_write_connect(&connect, &out), 0);
    check_bytes(&out, new, sizeof(new) - 1);
    static const char publish[] = "\x32\x08\0\1t\1\2\0ab", retained[] = "\x33\x07\0\1t\1\2ab";
    assert_int_equal(mqtt_write_publish(MQTT_5, "t", "ab", 2, false, 258, &out), 0);
    check_bytes(&out, publish, sizeof(publish) - 1);
    assert_int_equal(mqtt_write_publish(MQTT_3_1_1, "t", "ab", 2, true, 258, &out), 0);
    check_bytes(&out, retained, sizeof(retained) - 1);
    assert_int_equal(mqtt_write_ping(&out), 0);
    assert_int_equal(mqtt_write_disconnect(&out), 0);
    check_bytes(&out, "\xc0\0\xe0\0", 4);
}

static void sizes_grow_by_seven_bits(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 122, 123, 16378, 16379, 2097146, 2097147};
    char *payload = calloc(1, sizes[6]);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct text out = {0};
        assert_int_equal(mqtt_write_publish(MQTT_3_1_1, "t", payload, sizes[i], false, 1, &out), 0);
        size_t length = 1 + i / 2; /* one byte more at each second size */
        assert_int_equal(out.size, 1 + length + 5 + sizes[i]);
        assert_true(out.size <= mqtt_publish_size("t", sizes[i]));
        text_done(&out);
    }
    free(payload);
}

static void what_mqtt_cannot_carry_is_refused(void **state) {
    (void)state;
    static const char *const topics[] = {"", "a/+", "#", "\xff"};
    struct text out = {0};
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
        assert_int_equal(mqtt_write_publish(MQTT_5, topics[i], "", 0, false, 1, &out), ERROR_ARGUMENT);
    char *longest = calloc(1, 65537);
    memset(longest, 'x', 65536);
    assert_int_equal(mqtt_write_publish(MQTT_5, longest, "", 0, false, 1, &out), ERROR_ARGUMENT);
    const struct mqtt_connect connect = {
        .version = MQTT_5, .client_id = "c", .will_topic = "t", .will = longest};
    assert_int_equal(mqtt_write_connect(&connect, &out), ERROR_ARGUMENT);
    assert_int_equal(mqtt_write_publish(MQTT_5, "t", longest, (size_t)300 << 20, false, 1, &out),
                     ERROR_ARGUMENT);
    assert_int_equal(out.size, 0);
    free(longest);
}

/* Reads an answer that must be whole; the result of mqtt_read_answer. */
static int answer_of(enum mqtt_version version, const char *bytes, size_t size, struct mqtt_answer *answer) {
    struct mqtt_packet packet;
    for (size_t n = 0; n < size; n++)
        assert_int_equal(mqtt_take_packet((const uint8_t *)bytes, n, &packet), 0);
    assert_int_equal(mqtt_take_packet((const uint8_t *)bytes, size, &packet), (int)size);
    return mqtt_read_answer(version, &packet, answer);
}
#define ANSWER(version, bytes, answer) answer_of(version, bytes, sizeof(bytes) - 1, answer)

static void answers_are_understood(void **state) {
    (void)state;
    struct mqtt_answer answer;
    assert_int_equal(ANSWER(MQTT_3_1_1, "\x20\2\0\0", &answer), 0);
    assert_int_equal(answer.reason, 0);
    assert_int_equal(ANSWER(MQTT_3_1_1, "\x20\2\0\5", &answer), 0);
    assert_string_equal(mqtt_reason_text(answer.reason), "not authorized");
    assert_int_equal(ANSWER(MQTT_3_1_1, "\x40\2\1\2", &answer), 0);
    assert_int_equal(answer.id, 258);
    assert_int_equal(answer.reason, 0);
    assert_int_equal(ANSWER(MQTT_5, "\x20\x0e\1\0\x0b\x21\0\7\x27\0\0\4\0\x13\0\x09", &answer), 0);
    assert_int_equal(answer.receive_maximum, 7);
    assert_int_equal(answer.largest_packet, 1024);
    assert_int_equal(answer.keepalive_s, 9);
    assert_int_equal(ANSWER(MQTT_5, "\x20\3\0\x86\0", &answer), 0);
    assert_int_equal(answer.reason, 0x86);
    assert_int_equal(answer.receive_maximum, UINT16_MAX);
    assert_int_equal(answer.largest_packet, UINT32_MAX);
    assert_int_equal(ANSWER(MQTT_5, "\x40\x12\0\1\x97\x0e\x26\0\1k\0\1v\x1f\0\4no\x1b!", &answer), 0);
    assert_int_equal(answer.id, 1);
    assert_int_equal(answer.reason, 0x97);
    assert_string_equal(answer.words, "no\\x1b!");
    assert_int_equal(ANSWER(MQTT_5, "\xe0\0", &answer), 0);
    assert_int_equal(answer.reason, 0);
    assert_int_equal(ANSWER(MQTT_5, "\xe0\1\x8e", &answer), 0);
    assert_non_null(strstr(mqtt_reason_text(answer.reason), "another client"));
}

static void answers_that_break_the_standard_are_garbled(void **state) {
    (void)state;
    struct mqtt_answer answer;
    assert_int_equal(ANSWER(MQTT_5, "\x20\0", &answer), ERROR_GARBLED);
    assert_int_equal(ANSWER(MQTT_5, "\x20\1\0", &answer), ERROR_GARBLED);
    assert_int_equal(ANSWER(MQTT_5, "\x40\1\0", &answer), ERROR_GARBLED);
    assert_int_equal(ANSWER(MQTT_3_1_1, "\x20\3\0\0\0", &answer), ERROR_GARBLED);
    assert_int_equal(ANSWER(MQTT_5, "\x20\4\0\0\2\x21", &answer), ERROR_GARBLED);     /* beyond the end */
    assert_int_equal(ANSWER(MQTT_5, "\x20\5\0\0\2\x21\0", &answer), ERROR_GARBLED);   /* half a number */
    assert_int_equal(ANSWER(MQTT_5, "\x20\6\0\0\3\x21\0\0", &answer), ERROR_GARBLED); /* maximum 0 */
    assert_int_equal(ANSWER(MQTT_5, "\x20\5\0\0\2\x7e\0", &answer), ERROR_GARBLED);   /* no such property */
    assert_int_equal(ANSWER(MQTT_5, "\x20\6\0\0\3\x1f\0\x09", &answer),
                     ERROR_GARBLED); /* a string too long */
    assert_int_equal(ANSWER(MQTT_5, "\x20\7\0\0\xff\xff\xff\xff\1", &answer), ERROR_GARBLED);
    struct mqtt_packet packet;
    assert_int_equal(mqtt_take_packet((const uint8_t *)"\x20\x80\x80\x80\x80\1", 6, &packet), ERROR_GARBLED);
    assert_int_equal(mqtt_take_packet((const uint8_t *)"HTTP/1.1", 8, &packet),
                     0); /* 'T': 84 bytes to come */
    assert_int_equal(mqtt_take_packet((const uint8_t *)"\x20\xff\xff\x7f", 4, &packet), ERROR_TOO_BIG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_as_the_standard_has_them),
        cmocka_unit_test(sizes_grow_by_seven_bits),
        cmocka_unit_test(what_mqtt_cannot_carry_is_refused),
        cmocka_unit_test(answers_are_understood),
        cmocka_unit_test(answers_that_break_the_standard_are_garbled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
