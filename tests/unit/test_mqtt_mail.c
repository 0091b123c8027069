/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that wait for a subscriber: bounded by number and by bytes, the oldest go. */
#include "base/mqtt_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

static void put(struct mqtt_mail *mail, const char *payload, size_t size) {
    mqtt_mail_put(mail, "a/topic", 7, &(const struct mqtt_message){.size = size, .payload = payload});
}

static void they_come_in_order(void **state) {
    (void)state;
    struct mqtt_mail *mail = test_calloc(1, sizeof(*mail));
    assert_null(mqtt_mail_take(mail));
    put(mail, "one", 3);
    put(mail, "", 0);
    struct mqtt_message *message = mqtt_mail_take(mail);
    assert_string_equal(message->payload, "one");
    assert_string_equal(message->topic, "a/topic");
    free(message);
    message = mqtt_mail_take(mail);
    assert_int_equal(message->size, 0);
    free(message);
    assert_null(mqtt_mail_take(mail));
    test_free(mail);
}

static void the_oldest_of_too_many_go(void **state) {
    (void)state;
    struct mqtt_mail *mail = test_calloc(1, sizeof(*mail));
    char text[16];
    for (int i = 0; i < MQTT_MAIL_MOST + 10; i++)
        put(mail, text, (size_t)snprintf(text, sizeof(text), "%d", i));
    assert_int_equal(mail->dropped, 10);
    assert_int_equal(mail->n, MQTT_MAIL_MOST);
    struct mqtt_message *message = mqtt_mail_take(mail);
    assert_string_equal(message->payload, "10");
    free(message);
    mqtt_mail_clear(mail);
    assert_int_equal(mail->bytes, 0);
    test_free(mail);
}

static void the_oldest_of_too_large_ones_go(void **state) {
    (void)state;
    struct mqtt_mail *mail = test_calloc(1, sizeof(*mail));
    char *large = calloc(1, MQTT_MAIL_BYTES_MOST + 1);
    assert_non_null(large);
    put(mail, "first", 5);
    put(mail, large, MQTT_MAIL_BYTES_MOST / 2);
    put(mail, large, MQTT_MAIL_BYTES_MOST / 2);
    assert_int_equal(mail->dropped, 1);
    assert_int_equal(mail->bytes, MQTT_MAIL_BYTES_MOST);
    put(mail, large, MQTT_MAIL_BYTES_MOST + 1); /* never fits, and makes no room */
    assert_int_equal(mail->dropped, 2);
    assert_int_equal(mail->n, 2);
    mqtt_mail_clear(mail);
    free(large);
    test_free(mail);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_come_in_order),
        cmocka_unit_test(the_oldest_of_too_many_go),
        cmocka_unit_test(the_oldest_of_too_large_ones_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
