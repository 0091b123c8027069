/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offsets of zones around the changes of their clocks, by the system's zone files, by rules alone, and of
 * files that are broken.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time_zone.h"
#include "base/time_zone_rule.h"

enum { HOUR = 3600 };

static struct time_zone *load(const char *name) {
    struct time_zone *zone = NULL;
    assert_int_equal(time_zone_load(name, &zone), 0);
    assert_non_null(zone);
    return zone;
}

/* Of each change: the last second before it, and the first of it. */
struct expected {
    int64_t utc_s;
    int32_t before_s, after_s;
};

static void check_changes(const char *name, const struct expected *expected, size_t n) {
    struct time_zone *zone = load(name);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(time_zone_offset(zone, expected[i].utc_s - 1), expected[i].before_s);
        assert_int_equal(time_zone_offset(zone, expected[i].utc_s), expected[i].after_s);
    }
    time_zone_free(zone);
}

/* Seconds of times as `date -u -d ... +%s` prints them. */
static void clocks_change_when_they_do(void **state) {
    (void)state;
    static const struct expected seoul[] = {
        {547580, 9 * HOUR, 9 * HOUR},             /* 1970-01-07 */
        {547578000, 9 * HOUR, 10 * HOUR},         /* 1987-05-09 17:00, until */
        {560883600, 10 * HOUR, 9 * HOUR},         /* 1987-10-10 17:00 */
        {1782864000, 9 * HOUR, 9 * HOUR},         /* 2026-07-01 */
        {INT64_C(4086547200), 9 * HOUR, 9 * HOUR} /* 2099-07-01 */
    };
    static const struct expected berlin[] = {
        {1774746000, 1 * HOUR, 2 * HOUR},          /* 2026-03-29 01:00 */
        {1792890000, 2 * HOUR, 1 * HOUR},          /* 2026-10-25 01:00 */
        {INT64_C(4078429200), 1 * HOUR, 2 * HOUR}, /* 2099-03-29 01:00, beyond the table */
        {INT64_C(4096573200), 2 * HOUR, 1 * HOUR}, /* 2099-10-25 01:00 */
    };
    static const struct expected new_york[] = {
        {1772953200, -5 * HOUR, -4 * HOUR},          /* 2026-03-08 07:00 */
        {1793512800, -4 * HOUR, -5 * HOUR},          /* 2026-11-01 06:00 */
        {INT64_C(4076636400), -5 * HOUR, -4 * HOUR}, /* 2099-03-08 07:00 */
        {INT64_C(4097196000), -4 * HOUR, -5 * HOUR}, /* 2099-11-01 06:00 */
    };
    check_changes("Asia/Seoul", seoul, sizeof(seoul) / sizeof(seoul[0]));
    check_changes("Europe/Berlin", berlin, sizeof(berlin) / sizeof(berlin[0]));
    check_changes("America/New_York", new_york, sizeof(new_york) / sizeof(new_york[0]));
}

static void south_of_the_equator_summer_spans_the_year(void **state) {
    (void)state;
    static const struct expected sydney[] = {
        {1775318400, 11 * HOUR, 10 * HOUR}, /* 2026-04-04 16:00 */
        {1791043200, 10 * HOUR, 11 * HOUR}  /* 2026-10-03 16:00 */
    };
    check_changes("Australia/Sydney", sydney, sizeof(sydney) / sizeof(sydney[0]));
}

static void utc_needs_no_file(void **state) {
    (void)state;
    struct time_zone *zone = load("UTC");
    assert_int_equal(time_zone_offset(zone, 1782864000), 0);
    assert_int_equal(time_zone_offset(NULL, 1782864000), 0);
    time_zone_free(zone);
    time_zone_free(NULL);
}

static void names_lead_nowhere_else(void **state) {
    (void)state;
    static const char *const tricks[] = {"",
                                         "/etc/localtime",
                                         "../../../etc/passwd",
                                         "Asia/../Europe/Berlin",
                                         "Asia//Seoul",
                                         "Asia/Seoul/",
                                         "Asia/Seo\nul",
                                         "./UTC",
                                         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct time_zone *zone = NULL;
    for (size_t i = 0; i < sizeof(tricks) / sizeof(tricks[0]); i++)
        assert_int_equal(time_zone_load(tricks[i], &zone), ERROR_ARGUMENT);
    assert_int_equal(time_zone_load("Asia/Soul", &zone), ERROR_NOT_FOUND);
    assert_int_equal(time_zone_load("Asia", &zone), ERROR_NOT_FOUND);
    assert_int_equal(time_zone_load("zone1970-tab", &zone), ERROR_NOT_FOUND);
    char *nearest = time_zone_nearest("Asia/Soul");
    assert_string_equal(nearest, "Asia/Seoul");
    free(nearest);
    assert_null(time_zone_nearest("the moon, perhaps?"));
}

/* --- rules --- */

static void check_rule(const char *text, int64_t utc_s, int32_t offset_s) {
    struct zone_rule rule;
    assert_true(zone_rule_parse(text, strlen(text), &rule));
    assert_int_equal(zone_rule_offset(&rule, utc_s), offset_s);
}

static void rules_are_read_as_posix_writes_them(void **state) {
    (void)state;
    check_rule("KST-9", 0, 9 * HOUR);
    check_rule("<+0530>-5:30", 0, 19800);
    check_rule("<-03>3", INT64_C(4086547200), -3 * HOUR);
    check_rule("EST5EDT4,J60/2,J300/2", 1772953200, -4 * HOUR);          /* 2026-03-08: J60 is March 1 */
    check_rule("EST5EDT,0/0,J365/25", 1772953200, -4 * HOUR);            /* all the year */
    check_rule("EST5EDT,0/0,J365/25", 1767225600 + 5 * HOUR, -4 * HOUR); /* 2026-01-01 00:00 there */
    /* Greenland: the change is on the Saturday before the last Sunday. */
    check_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1774746000 - 1, -2 * HOUR);
    check_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1774746000, -1 * HOUR);
    /* Times of no sense do no harm. */
    struct zone_rule rule;
    assert_true(zone_rule_parse("CET-1CEST,M3.5.0,M10.5.0/3", 26, &rule));
    assert_in_range(zone_rule_offset(&rule, INT64_MAX), HOUR, 2 * HOUR);
    assert_in_range(zone_rule_offset(&rule, INT64_MIN), HOUR, 2 * HOUR);
}

static void other_rules_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        "K",
                                        "KST",
                                        "KST-",
                                        "KST-99",
                                        "KST-9:60",
                                        "KST-9 ",
                                        "<KST-9",
                                        "CET-1CEST",
                                        "CET-1CEST,M3.5.0",
                                        "CET-1CEST,M13.5.0,M10.5.0",
                                        "CET-1CEST,M3.6.0,M10.5.0",
                                        "CET-1CEST,M3.5.7,M10.5.0",
                                        "CET-1CEST,M3.5.0,M10.5.0/168",
                                        "CET-1CEST,J0,J365",
                                        "CET-1CEST,366,1",
                                        "CET-1CEST,M3.5.0,M10.5.0,",
                                        "CET-99999999999999999999CEST,M3.5.0,M10.5.0"};
    struct zone_rule rule;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(zone_rule_parse(wrong[i], strlen(wrong[i]), &rule));
}

/* --- files --- */

static void add_number(struct text *file, int64_t number, size_t width) {
    for (size_t i = width; i-- > 0;)
        text_add_char(file, (char)(number >> (8 * i)));
}

static void add_header(struct text *file, char version, uint32_t n_times, uint32_t n_types) {
    text_add_string(file, "TZif");
    text_add_char(file, version);
    text_add(file, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15);
    const uint32_t counts[] = {0, 0, 0, n_times, n_types, 4};
    for (size_t i = 0; i < 6; i++)
        add_number(file, counts[i], 4);
}

/* Two offsets, +1 h and +2 h, and changes to them in turn. */
static void add_table(struct text *file, size_t width, const int64_t *times, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        add_number(file, times[i], width);
    for (uint32_t i = 0; i < n; i++)
        text_add_char(file, (char)(1 - i % 2));
    for (int i = 1; i <= 2; i++) {
        add_number(file, i * HOUR, 4);
        text_add(file, "\0\0", 2);
    }
    text_add(file, "LMT", 4);
}

static const int64_t times[] = {1000, 2000, 3000};

static void make_file(struct text *file, char version, const char *last) {
    add_header(file, version, 3, 2);
    add_table(file, 4, times, 3);
    if (version < '2')
        return;
    add_header(file, version, 3, 2);
    add_table(file, 8, times, 3);
    text_add_string(file, last);
}

static void tables_hold_between_their_changes(void **state) {
    (void)state;
    static const struct {
        char version;
        const char *last;
        int32_t beyond_s;
    } files[] = {{'\0', "", 2 * HOUR}, {'2', "\n\n", 2 * HOUR}, {'2', "\nKST-9\n", 9 * HOUR}};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct text file = {0};
        struct time_zone *zone = NULL;
        make_file(&file, files[i].version, files[i].last);
        assert_int_equal(time_zone_parse(file.data, file.size, &zone), 0);
        assert_int_equal(time_zone_offset(zone, -5000), 1 * HOUR);
        assert_int_equal(time_zone_offset(zone, 999), 1 * HOUR);
        assert_int_equal(time_zone_offset(zone, 1000), 2 * HOUR);
        assert_int_equal(time_zone_offset(zone, 2999), 1 * HOUR);
        assert_int_equal(time_zone_offset(zone, 3000), files[i].beyond_s);
        time_zone_free(zone);
        text_done(&file);
    }
}

static int parse(const struct text *file) {
    /* Of its exact size on the heap, so that a look beyond is seen by the sanitizers. */
    char *copy = malloc(file->size + 1);
    struct time_zone *zone = NULL;
    assert_non_null(copy);
    memcpy(copy, file->data, file->size);
    copy = realloc(copy, file->size ? file->size : 1);
    assert_non_null(copy);
    int error = time_zone_parse(copy, file->size, &zone);
    free(copy);
    if (!error) {
        time_zone_offset(zone, 1782864000);
        time_zone_free(zone);
    }
    return error;
}

static void broken_files_are_refused(void **state) {
    (void)state;
    struct text file = {0};
    make_file(&file, '2', "\nCET-1CEST,M3.5.0,M10.5.0/3\n");
    assert_int_equal(parse(&file), 0);
    size_t size = file.size;
    for (file.size = 0; file.size < size; file.size++)
        assert_int_equal(parse(&file), ERROR_GARBLED);
    /* Any byte may be any other: refused, or taken, and nothing else. */
    for (size_t i = 0; i < size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            file.data[i] ^= (char)(1 << bit);
            int error = parse(&file);
            assert_true(error == 0 || error == ERROR_GARBLED);
            file.data[i] ^= (char)(1 << bit);
        }
    }
    text_done(&file);
    static const char *const lasts[] = {"", "\n", "KST-9\n", "\nKST-9", "\nKST\n"};
    for (size_t i = 0; i < sizeof(lasts) / sizeof(lasts[0]); i++) {
        make_file(&file, '2', lasts[i]);
        assert_int_equal(parse(&file), ERROR_GARBLED);
        text_done(&file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_change_when_they_do),
        cmocka_unit_test(south_of_the_equator_summer_spans_the_year),
        cmocka_unit_test(utc_needs_no_file),
        cmocka_unit_test(names_lead_nowhere_else),
        cmocka_unit_test(rules_are_read_as_posix_writes_them),
        cmocka_unit_test(other_rules_are_refused),
        cmocka_unit_test(tables_hold_between_their_changes),
        cmocka_unit_test(broken_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
