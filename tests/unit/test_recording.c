/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acquire/recording.h: both formats, look-ups as an agent and a unit answer, and every mistake with its
 * line.
 */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "acquire/recording.h"

#define PARTS(...)                                                                                           \
    (struct oid) {                                                                                           \
        .part = (const uint32_t[]){__VA_ARGS__}, .n = sizeof((const uint32_t[]){__VA_ARGS__}) / 4            \
    }

static struct recording *parse(const char *name, const char *text) {
    struct recording *recording = NULL;
    char why[200] = "";
    if (recording_parse(name, text, strlen(text), &recording, why, sizeof(why)) != 0)
        fail_msg("%s", why);
    return recording;
}

static void check_mistake(const char *name, const char *text, const char *expected) {
    struct recording *recording = NULL;
    char why[200] = "";
    assert_int_equal(recording_parse(name, text, strlen(text), &recording, why, sizeof(why)), ERROR_ARGUMENT);
    assert_null(recording);
    assert_string_equal(why, expected);
}

static struct raw get(const struct recording *recording, struct oid name) {
    struct varbind found;
    assert_true(recording_get(recording, name, &found));
    return found.raw;
}

static const char agent[] = "1.3.6.1.10.0|2|-5\n"
                            "1.3.6.1.2.0|4|a|b, as it is\n"
                            "1.3.6.1.2.1|4x|00ffAb\n"
                            "1.3.6.1.2.2|4|\n"
                            "1.3.6.1.2.3|4x|\n"
                            "1.3.6.1.3.0|6|.1.3.6.1.4.1.318\n"
                            "1.3.6.1.4.0|64|10.0.255.1\n"
                            "1.3.6.1.4.1|64x|c0a80001\n"
                            "1.3.6.1.5.0|65|4294967295\n"
                            "1.3.6.1.5.1|66|7\n"
                            "1.3.6.1.5.2|67|8\n"
                            "1.3.6.1.5.3|70|9223372036854775807\n"
                            "1.3.6.1.5.4|70|18446744073709551615\n"
                            "1.3.6.1.6.0|5|";

static void check_text(struct raw raw, const char *expected, size_t size) {
    assert_int_equal(raw.kind, RAW_TEXT);
    assert_int_equal(raw.size, size);
    assert_memory_equal(raw.text, expected, size);
}

static void check_integer(struct raw raw, int64_t expected, bool unsigned32) {
    assert_int_equal(raw.kind, RAW_INTEGER);
    assert_true(raw.integer == expected);
    assert_int_equal(raw.unsigned32, unsigned32);
}

static void every_tag_has_its_kind(void **state) {
    (void)state;
    struct recording *recording = parse("x.snmprec", agent);
    assert_true(recording_is_snmp(recording));
    check_integer(get(recording, PARTS(1, 3, 6, 1, 10, 0)), -5, false);
    check_text(get(recording, PARTS(1, 3, 6, 1, 2, 0)), "a|b, as it is", 13);
    check_text(get(recording, PARTS(1, 3, 6, 1, 2, 1)), "\x00\xff\xab", 3);
    check_text(get(recording, PARTS(1, 3, 6, 1, 2, 2)), "", 0);
    check_text(get(recording, PARTS(1, 3, 6, 1, 2, 3)), "", 0);
    struct raw oid = get(recording, PARTS(1, 3, 6, 1, 3, 0));
    assert_int_equal(oid.kind, RAW_OID);
    assert_int_equal(oid.oid.n, 7);
    assert_int_equal(oid.oid.part[6], 318);
    check_text(get(recording, PARTS(1, 3, 6, 1, 4, 0)), "\x0a\x00\xff\x01", 4);
    check_text(get(recording, PARTS(1, 3, 6, 1, 4, 1)), "\xc0\xa8\x00\x01", 4);
    check_integer(get(recording, PARTS(1, 3, 6, 1, 5, 0)), 4294967295, true);
    check_integer(get(recording, PARTS(1, 3, 6, 1, 5, 1)), 7, true);
    check_integer(get(recording, PARTS(1, 3, 6, 1, 5, 2)), 8, true);
    check_integer(get(recording, PARTS(1, 3, 6, 1, 5, 3)), INT64_MAX, false);
    struct raw huge = get(recording, PARTS(1, 3, 6, 1, 5, 4));
    assert_int_equal(huge.kind, RAW_REAL);
    assert_true(huge.real == 18446744073709551616.0);
    assert_int_equal(get(recording, PARTS(1, 3, 6, 1, 6, 0)).kind, RAW_NONE);
    recording_free(recording);
}

static void next_walks_in_the_order_of_numbers(void **state) {
    (void)state;
    struct recording *recording = parse("x.snmprec", agent);
    struct varbind found;
    struct oid at = PARTS(1);
    int n = 0;
    uint32_t last[] = {0, 0};
    for (; recording_next(recording, at, &found); at = found.name, n++) {
        const uint32_t *part = found.name.part;
        assert_true(part[4] > last[0] || (part[4] == last[0] && part[5] > last[1]) || n == 0);
        last[0] = part[4];
        last[1] = part[5];
    }
    assert_int_equal(n, 14);
    assert_int_equal(last[0], 10); /* behind 2 to 6: by number, not by text */
    assert_true(recording_next(recording, PARTS(1, 3, 6, 1, 2), &found));
    assert_int_equal(found.name.n, 6);
    assert_false(recording_get(recording, PARTS(1, 3, 6, 1, 2), &found));
    assert_false(recording_next(recording, PARTS(1, 3, 6, 1, 10, 0), &found));
    recording_free(recording);
}

static void mistakes_in_objects_have_their_line(void **state) {
    (void)state;
    const char *name = "x.snmprec";
    check_mistake(name, "1.3|2\n", "x.snmprec:1: expected OID|TAG|VALUE");
    check_mistake(name, "1.3|2|1\n\nnonsense\n", "x.snmprec:3: expected OID|TAG|VALUE");
    check_mistake(name, "1..3|2|1\n",
                  "x.snmprec:1: no OID before the first '|' (numbers with dots, at most 64)");
    check_mistake(name, "1.4294967296|2|1",
                  "x.snmprec:1: no OID before the first '|' (numbers with dots, at most 64)");
    check_mistake(name, "1.3|2:numeric|1",
                  "x.snmprec:1: unknown tag \"2:numeric\": 2, 4, 4x, 5, 6, 64, 64x, 65, 66, 67 or 70");
    check_mistake(name, "1.3|2|1x\n", "x.snmprec:1: the value is none of tag 2");
    check_mistake(name, "1.3|2|2147483648\n", "x.snmprec:1: the value is none of tag 2");
    check_mistake(name, "1.3|65|4294967296\n", "x.snmprec:1: the value is none of tag 65");
    check_mistake(name, "1.3|66|-1\n", "x.snmprec:1: the value is none of tag 66");
    check_mistake(name, "1.3|70|18446744073709551616\n", "x.snmprec:1: the value is none of tag 70");
    check_mistake(name, "1.3|4x|abc\n", "x.snmprec:1: the value is none of tag 4x");
    check_mistake(name, "1.3|4x|xy\n", "x.snmprec:1: the value is none of tag 4x");
    check_mistake(name, "1.3|64|10.0.0\n", "x.snmprec:1: the value is none of tag 64");
    check_mistake(name, "1.3|64|10.0.0.256\n", "x.snmprec:1: the value is none of tag 64");
    check_mistake(name, "1.3|64x|0a0000\n", "x.snmprec:1: the value is none of tag 64x");
    check_mistake(name, "1.3|6|1.x\n", "x.snmprec:1: the value is none of tag 6");
    check_mistake(name, "1.3|5|1\n", "x.snmprec:1: the value is none of tag 5");
    check_mistake(name, "1.3|2|1\n1.2|2|1\n1.3|2|2\n", "x.snmprec:3: the object of line 1 again");
}

static void longest_oid_and_text_are_bounds(void **state) {
    (void)state;
    char line[70000] = "1";
    for (int i = 1; i < 64; i++)
        strcat(line, ".1");
    size_t size = strlen(line);
    strcpy(line + size, "|2|1");
    recording_free(parse("x.snmprec", line));
    strcpy(line + size, ".1|2|1");
    check_mistake("x.snmprec", line,
                  "x.snmprec:1: no OID before the first '|' (numbers with dots, at most 64)");
    size = (size_t)sprintf(line, "1.3|4|");
    memset(line + size, 'a', 65536);
    line[size + 65535] = '\0';
    recording_free(parse("x.snmprec", line));
    line[size + 65535] = 'a';
    line[size + 65536] = '\0';
    check_mistake("x.snmprec", line, "x.snmprec:1: the value is none of tag 4");
}

static const char unit[] = "# a meter\n"
                           "holding 0x10 1 0xFFFF 65535   # three words\n"
                           "holding 19 4\r\n"
                           "\n"
                           "  input 0 7\n"
                           "coil 2 1 0 1 1 0 0 0 0 1 1\n"
                           "discrete 65535 1\n";

static void registers_are_read_over_lines(void **state) {
    (void)state;
    struct recording *recording = parse("x.registers", unit);
    uint8_t values[20];
    assert_false(recording_is_snmp(recording));
    assert_true(recording_read(recording, 3, 16, 4, values));
    assert_memory_equal(values, ((const uint8_t[]){0, 1, 0xff, 0xff, 0xff, 0xff, 0, 4}), 8);
    assert_true(recording_read(recording, 4, 0, 1, values));
    assert_memory_equal(values, ((const uint8_t[]){0, 7}), 2);
    recording_free(recording);
}

static void bits_are_packed_from_the_lowest(void **state) {
    (void)state;
    struct recording *recording = parse("x.registers", unit);
    uint8_t values[2];
    assert_true(recording_read(recording, 1, 2, 10, values));
    assert_memory_equal(values, ((const uint8_t[]){0x0d, 0x03}), 2);
    assert_true(recording_read(recording, 2, 65535, 1, values));
    assert_int_equal(values[0], 1);
    recording_free(recording);
}

static void unlisted_registers_are_not_read(void **state) {
    (void)state;
    struct recording *recording = parse("x.registers", unit);
    uint8_t values[20];
    assert_false(recording_read(recording, 3, 15, 1, values));
    assert_false(recording_read(recording, 3, 15, 2, values));
    assert_false(recording_read(recording, 3, 16, 5, values));
    assert_false(recording_read(recording, 4, 0, 2, values));
    assert_false(recording_read(recording, 4, 16, 1, values));
    assert_false(recording_read(recording, 2, 65535, 2, values));
    recording_free(recording);
    recording = parse("x.registers", "");
    assert_false(recording_read(recording, 3, 0, 1, values));
    recording_free(recording);
}

static void mistakes_in_registers_have_their_line(void **state) {
    (void)state;
    const char *name = "x.registers";
    check_mistake(name, "\nholdin 1 2\n",
                  "x.registers:2: \"holdin\": holding, input, coil, discrete or identity");
    check_mistake(name, "holding\n", "x.registers:1: expected an address from 0 to 65535");
    check_mistake(name, "holding 65536 1\n", "x.registers:1: expected an address from 0 to 65535");
    check_mistake(name, "holding -1 1\n", "x.registers:1: expected an address from 0 to 65535");
    check_mistake(name, "holding 1 # 2\n", "x.registers:1: no value after the address");
    check_mistake(name, "holding 1 65536\n", "x.registers:1: \"65536\" is no number from 0 to 65535");
    check_mistake(name, "holding 1 0x\n", "x.registers:1: \"0x\" is no number from 0 to 65535");
    check_mistake(name, "coil 1 2\n", "x.registers:1: \"2\" is no number from 0 to 1");
    check_mistake(name, "holding 65535 1 2\n", "x.registers:1: more values than addresses up to 65535");
    check_mistake(name, "holding 1 1 2\ninput 2 1\nholding 2 1\n", "x.registers:3: address 2 again");
    check_mistake(name, "identity 256 x\n", "x.registers:1: expected an object from 0 to 255");
    check_mistake(name, "identity 1 x\nidentity 1 y\n",
                  "x.registers:2: objects go from lower to higher numbers");
}

static void identity_is_what_a_reply_carries(void **state) {
    (void)state;
    struct recording *recording = parse("x.registers", "identity 0 ACME, Inc. \nidentity 1 M #1\n");
    const uint8_t expected[] = {1,   1,   0,   0,   2,   0, 10, 'A', 'C', 'M', 'E', ',',
                                ' ', 'I', 'n', 'c', '.', 1, 4,  'M', ' ', '#', '1'};
    size_t size;
    const uint8_t *identity = recording_identity(recording, &size);
    assert_int_equal(size, sizeof(expected));
    assert_memory_equal(identity, expected, size);
    recording_free(recording);
    recording = parse("x.registers", "holding 0 1\n");
    assert_null(recording_identity(recording, &size));
    recording_free(recording);
}

static void other_names_are_refused(void **state) {
    (void)state;
    check_mistake("x.txt", "", "x.txt: a recording's name ends in .snmprec or .registers");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tag_has_its_kind),
        cmocka_unit_test(next_walks_in_the_order_of_numbers),
        cmocka_unit_test(mistakes_in_objects_have_their_line),
        cmocka_unit_test(longest_oid_and_text_are_bounds),
        cmocka_unit_test(registers_are_read_over_lines),
        cmocka_unit_test(bits_are_packed_from_the_lowest),
        cmocka_unit_test(unlisted_registers_are_not_read),
        cmocka_unit_test(mistakes_in_registers_have_their_line),
        cmocka_unit_test(identity_is_what_a_reply_carries),
        cmocka_unit_test(other_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
