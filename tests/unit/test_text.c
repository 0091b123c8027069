/* SPDX-License-Identifier: Apache-2.0 */
/* base/text.h: what is written reads back, what is read is read strictly, and suggestions are near. */
#include "check.h"

#include <float.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/error.h"
#include "base/text.h"

static void check_number(double number, const char *expected) {
    struct text text = {0};
    text_add_number(&text, number);
    assert_string_equal(text.data, expected);
    text_done(&text);
}

static void numbers_are_shortest(void **state) {
    (void)state;
    check_number(0, "0");
    check_number(-0.0, "-0");
    check_number(23.4, "23.4");
    check_number(0.1 + 0.2, "0.30000000000000004");
    check_number(-230.05, "-230.05");
    check_number(0.000001, "0.000001");
    check_number(1e-7, "1e-07");
    check_number(4294967295.0, "4294967295");
    check_number(999999999999999.0, "999999999999999");
    check_number(1e15, "1e+15");
    check_number(9007199254740993.0, "9007199254740992");
    check_number(DBL_MAX, "1.7976931348623157e+308");
    check_number(5e-324, "5e-324");
    check_number(1.0 / 3, "0.3333333333333333");
    check_number((double)231.4f, "231.39999389648438");
    check_number((double)-0.001f, "-0.0010000000474974513");
    check_number(0.00012345678, "0.00012345678");
    check_number(9.9999e-05, "9.9999e-05");
    check_number(1e-7 + 1e-4, "0.00010010000000000001");
    check_number(999999999999998.9, "999999999999998.9");
    check_number(1.0 / 1024, "0.0009765625");
    check_number(0x1.0000000000001p+0, "1.0000000000000002");
    check_number(0x1.fffffffffffffp+0, "1.9999999999999998");
    check_number((double)NAN, "NaN");
    check_number((double)INFINITY, "+Inf");
    check_number(-(double)INFINITY, "-Inf");
}

/* printf with ever more digits is the slow way to the same. */
static void decimals_are_the_shortest_there_are(void **state) {
    (void)state;
    uint64_t seed = 88172645463325252;
    for (int i = 0; i < 300000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        const double numbers[] = {
            (double)(float)((double)(seed % 10000000) / 3333),
            (double)(seed >> 11) * ldexp(1, -(int)(seed % 50) - 5),
            ldexp(1, (int)(seed % 62) - 13),
            nextafter(ldexp(1, (int)(seed % 62) - 13), seed >> 20 & 1 ? 0 : DBL_MAX),
        };
        double number = numbers[i % 4];
        char shortest[40], found[40];
        struct decimal decimal;
        if (!(number >= 1e-4 && number < 1e15)) {
            assert_false(decimal_find(number, &decimal));
            continue;
        }
        assert_true(decimal_find(number, &decimal));
        assert_true(decimal.digits % 10 != 0);
        int precision = 0;
        do
            snprintf(shortest, sizeof(shortest), "%.*e", precision, number);
        while (precision++ < 16 && strtod(shortest, NULL) != number);
        char digits[40];
        int n = snprintf(digits, sizeof(digits), "%" PRIu64, decimal.digits);
        assert_true(n <= precision);
        snprintf(digits + n, sizeof(digits) - (size_t)n, "e%d", -decimal.places);
        snprintf(found, sizeof(found), "%.*e", precision - 1, strtod(digits, NULL));
        assert_true(strtod(digits, NULL) == number);
        assert_string_equal(found, shortest);
    }
}

static void numbers_read_back(void **state) {
    (void)state;
    uint64_t seed = 88172645463325252;
    struct text text = {0};
    for (int i = 0; i < 200000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        double number;
        if (i % 2)
            number = (double)(int64_t)(seed % 2000000000) / (i % 3 ? 100 : 1000);
        else
            memcpy(&number, &seed, sizeof(number));
        if (!isfinite(number))
            continue;
        text_clear(&text);
        text_add_number(&text, number);
        assert_true(strtod(text.data, NULL) == number);
    }
    text_done(&text);
}

static void integers_are_whole(void **state) {
    (void)state;
    struct text text = {0};
    text_add_integer(&text, INT64_MIN);
    text_add_char(&text, ' ');
    text_add_integer(&text, INT64_MAX);
    text_add_char(&text, ' ');
    text_add_integer(&text, 0);
    assert_string_equal(text.data, "-9223372036854775808 9223372036854775807 0");
    text_done(&text);
}

static void buffer_grows(void **state) {
    (void)state;
    struct text text = {0};
    for (int i = 0; i < 1000; i++)
        text_add_format(&text, "%s%d", i ? "," : "", i);
    assert_int_equal(text.size, strlen(text.data));
    assert_int_equal(text.size, 10 + 2 * 90 + 3 * 900 + 999);
    char *end = text_reserve(&text, 5000);
    assert_ptr_equal(end, text.data + text.size);
    text_clear(&text);
    assert_string_equal(text.data, "");
    assert_null(text_reserve(&text, SIZE_MAX - 10));
    assert_true(text.failed);
    text_add_string(&text, "ignored");
    assert_int_equal(text.size, 0);
    text_done(&text);
    assert_null(text.data);
}

static void json_is_escaped(void **state) {
    (void)state;
    struct text text = {0};
    text_add_json(&text, "a\"b\\c\n\x01\x1f 서울 \xff\xc3 end\xed\xa0\x80");
    assert_string_equal(text.data, "\"a\\\"b\\\\c\\n\\u0001\\u001f 서울 \xef\xbf\xbd\xef\xbf\xbd end"
                                   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    json_t *json = json_loads(text.data, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    json_decref(json);
    text_clear(&text);
    text_add_json(&text, "");
    assert_string_equal(text.data, "\"\"");
    text_done(&text);
}

static void printable_is_harmless(void **state) {
    (void)state;
    struct text text = {0};
    text_add_printable(&text, "랙 1\x1b[31m\x7f\xff\xc2\x9b");
    assert_string_equal(text.data, "랙 1\\x1b[31m\\x7f\\xff\\xc2\\x9b");
    text_done(&text);
}

static void integers_are_read_strictly(void **state) {
    (void)state;
    int64_t number = 7;
    assert_int_equal(text_to_integer("-42", &number), 0);
    assert_int_equal(number, -42);
    assert_int_equal(text_to_integer("9223372036854775807", &number), 0);
    assert_int_equal(text_to_integer("9223372036854775808", &number), ERROR_TOO_BIG);
    static const char *const wrong[] = {"", " 1", "1 ", "-", "+-1", "0x10", "1.0", "1e3", "one"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(text_to_integer(wrong[i], &number), ERROR_ARGUMENT);
}

static void numbers_are_read_strictly(void **state) {
    (void)state;
    double number = 7;
    assert_int_equal(text_to_number("-1.5e3", &number), 0);
    assert_true(number == -1500);
    assert_int_equal(text_to_number("1e999", &number), ERROR_TOO_BIG);
    static const char *const wrong[] = {"", " 1", "1 ", "-", "0x10", "inf", "nan", "1,5", "1e", "1.2.3"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(text_to_number(wrong[i], &number), ERROR_ARGUMENT);
}

static void durations_carry_their_unit(void **state) {
    (void)state;
    int64_t ms = 0;
    assert_int_equal(text_to_duration_ms("100ms", &ms), 0);
    assert_int_equal(ms, 100);
    assert_int_equal(text_to_duration_ms("5s", &ms), 0);
    assert_int_equal(ms, 5000);
    assert_int_equal(text_to_duration_ms("15 min", &ms), 0);
    assert_int_equal(ms, 900000);
    assert_int_equal(text_to_duration_ms("24h", &ms), 0);
    assert_int_equal(ms, 86400000);
    assert_int_equal(text_to_duration_ms("9223372036854775807h", &ms), ERROR_TOO_BIG);
    assert_int_equal(text_to_duration_ms("99999999999999999999999999s", &ms), ERROR_TOO_BIG);
    static const char *const wrong[] = {"", "5", "s", "-5s", "5  s", "1.5s", "5m", "5S", "5s "};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(text_to_duration_ms(wrong[i], &ms), ERROR_ARGUMENT);
}

static void bytes_are_binary(void **state) {
    (void)state;
    int64_t bytes = 0;
    assert_int_equal(text_to_bytes("64MiB", &bytes), 0);
    assert_int_equal(bytes, 64 << 20);
    assert_int_equal(text_to_bytes("4096", &bytes), 0);
    assert_int_equal(bytes, 4096);
    assert_int_equal(text_to_bytes("64MB", &bytes), ERROR_ARGUMENT);
    assert_int_equal(text_to_bytes("9223372036854775807GiB", &bytes), ERROR_TOO_BIG);
    assert_int_equal(text_to_rate("20000/s", &bytes), 0);
    assert_int_equal(bytes, 20000);
    assert_int_equal(text_to_rate("20000", &bytes), ERROR_ARGUMENT);
}

static void names_are_normalized(void **state) {
    (void)state;
    char *wide = text_normalize("ＰＤＵ－１"), *hangul = text_normalize("가");
    assert_string_equal(wide, "PDU-1");
    assert_string_equal(hangul, "가");
    free(wide);
    free(hangul);
    assert_null(text_normalize("\xff"));
    assert_true(text_same_name("ＰＤＵ－１", "PDU-1"));
    assert_false(text_same_name("PDU-1", "pdu-1"));
    assert_true(text_same_name("\xff", "\xff"));
    assert_false(text_same_name("\xff", "\xfe"));
    assert_true(text_is_utf8("서울", strlen("서울")));
    assert_false(text_is_utf8("\xed\xa0\x80", 3));
}

static void nearest_is_near(void **state) {
    (void)state;
    static const char *const words[] = {"inventory", "devices", "sinks", "site", "hall", "poll"};
    const size_t n = sizeof(words) / sizeof(words[0]);
    assert_string_equal(text_nearest("inventroy", words, n), "inventory");
    assert_string_equal(text_nearest("Device", words, n), "devices");
    assert_string_equal(text_nearest("pol", words, n), "poll");
    assert_string_equal(text_nearest("sink", words, n), "sinks");
    assert_null(text_nearest("gateway", words, n));
    assert_null(text_nearest("x", words, n));
    assert_null(text_nearest("", words, n));
    char *huge = calloc(1, 100001);
    assert_non_null(huge);
    memset(huge, 'a', 100000);
    assert_null(text_nearest(huge, words, n));
    free(huge);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_shortest),
        cmocka_unit_test(decimals_are_the_shortest_there_are),
        cmocka_unit_test(numbers_read_back),
        cmocka_unit_test(integers_are_whole),
        cmocka_unit_test(buffer_grows),
        cmocka_unit_test(json_is_escaped),
        cmocka_unit_test(printable_is_harmless),
        cmocka_unit_test(integers_are_read_strictly),
        cmocka_unit_test(numbers_are_read_strictly),
        cmocka_unit_test(durations_carry_their_unit),
        cmocka_unit_test(bytes_are_binary),
        cmocka_unit_test(names_are_normalized),
        cmocka_unit_test(nearest_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
