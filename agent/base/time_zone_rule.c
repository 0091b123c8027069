/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the rule character by character, and finds its changes around a time. Form: POSIX.1-2017 8.3, RFC
 * 8536 3.3. */
#include "base/time_zone_rule.h"

enum { DAY_S = 86400, HOURS_MOST = 167 };

/* --- reading --- */

struct reader {
    const char *at, *end;
};

static char peek(const struct reader *reader) {
    return reader->at < reader->end ? *reader->at : '\0';
}

static bool take(struct reader *reader, char c) {
    if (peek(reader) != c || c == '\0')
        return false;
    reader->at++;
    return true;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool take_number(struct reader *reader, int32_t least, int32_t most, int32_t *number) {
    if (!is_digit(peek(reader)))
        return false;
    for (*number = 0; is_digit(peek(reader)); reader->at++) {
        *number = *number * 10 + (*reader->at - '0');
        if (*number > most)
            return false;
    }
    return *number >= least;
}

/* "CET", or "<-03>". */
static bool take_name(struct reader *reader) {
    const char *first = reader->at;
    if (take(reader, '<')) {
        while (reader->at < reader->end && *reader->at != '>')
            reader->at++;
        return take(reader, '>');
    }
    for (char c = peek(reader); (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); c = peek(reader))
        reader->at++;
    return reader->at - first >= 3;
}

/* "-1", "5:30", "+2:00:00". */
static bool take_time(struct reader *reader, int32_t hours_most, int32_t *time_s) {
    int32_t hours, minutes = 0, seconds = 0, sign = take(reader, '-') ? -1 : 1;
    if (sign > 0)
        take(reader, '+');
    if (!take_number(reader, 0, hours_most, &hours))
        return false;
    if (take(reader, ':') && !take_number(reader, 0, 59, &minutes))
        return false;
    if (take(reader, ':') && !take_number(reader, 0, 59, &seconds))
        return false;
    *time_s = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

/* POSIX counts westwards. */
static bool take_offset(struct reader *reader, int32_t *ahead_s) {
    int32_t behind_s;
    if (!take_time(reader, 24, &behind_s))
        return false;
    *ahead_s = -behind_s;
    return true;
}

static bool take_day(struct reader *reader, struct zone_day *day) {
    int32_t month = 0, week = 0, number = 0;
    *day = (struct zone_day){.form = 'D', .time_s = 2 * 3600};
    if (!take(reader, ','))
        return false;
    if (take(reader, 'M')) {
        day->form = 'M';
        if (!take_number(reader, 1, 12, &month) || !take(reader, '.') || !take_number(reader, 1, 5, &week) ||
            !take(reader, '.') || !take_number(reader, 0, 6, &number))
            return false;
    } else if (take(reader, 'J')) {
        day->form = 'J';
        if (!take_number(reader, 1, 365, &number))
            return false;
    } else if (!take_number(reader, 0, 365, &number)) {
        return false;
    }
    day->month = (int8_t)month;
    day->week = (int8_t)week;
    day->day = (int16_t)number;
    return !take(reader, '/') || take_time(reader, HOURS_MOST, &day->time_s);
}

bool zone_rule_parse(const char *text, size_t size, struct zone_rule *rule) {
    struct reader reader = {text, text + size};
    *rule = (struct zone_rule){0};
    if (!take_name(&reader) || !take_offset(&reader, &rule->standard_s))
        return false;
    if (reader.at == reader.end)
        return true;
    rule->has_summer = true;
    rule->summer_s = rule->standard_s + 3600;
    if (!take_name(&reader))
        return false;
    if (peek(&reader) != ',' && !take_offset(&reader, &rule->summer_s))
        return false;
    return take_day(&reader, &rule->begins) && take_day(&reader, &rule->ends) && reader.at == reader.end;
}

/* --- the calendar (Gregorian, proleptic) --- */

static bool is_leap(int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Rounded down, of negative numbers too. */
static int64_t divide(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Days from 1970-01-01 to January 1 of the year. */
static int64_t days_before(int64_t year) {
    int64_t y = year - 1;
    return 365 * y + divide(y, 4) - divide(y, 100) + divide(y, 400) - 719162;
}

static int64_t year_of(int64_t utc_s) {
    int64_t days = divide(utc_s, DAY_S), year = 1970 + divide(days * 400, 146097);
    while (days_before(year) > days)
        year--;
    while (days_before(year + 1) <= days)
        year++;
    return year;
}

/* Day of the year, from 0. */
static int64_t day_of(const struct zone_day *day, int64_t year) {
    static const int16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    bool leap = is_leap(year);
    if (day->form == 'J')
        return day->day - 1 + (leap && day->day > 59);
    if (day->form == 'D')
        return day->day;
    int64_t first = before[day->month - 1] + (leap && day->month > 2);
    int64_t after = before[day->month] + (leap && day->month > 1);
    int64_t weekday = (days_before(year) + first + 4) % 7; /* 1970-01-01 was a Thursday */
    weekday = weekday < 0 ? weekday + 7 : weekday;
    int64_t found = first + (day->day - weekday + 7) % 7 + 7 * (day->week - 1);
    return found < after ? found : found - 7;
}

static int64_t time_of(const struct zone_day *day, int64_t year, int32_t before_s) {
    return (days_before(year) + day_of(day, year)) * DAY_S + day->time_s - before_s;
}

int32_t zone_rule_offset(const struct zone_rule *rule, int64_t utc_s) {
    const int64_t far_s = INT64_C(1000000000000000); /* 30 million years: beyond, products would overflow */
    utc_s = utc_s > far_s ? far_s : utc_s < -far_s ? -far_s : utc_s;
    int64_t year = year_of(utc_s), last = INT64_MIN;
    bool is_summer = false;
    /* The last change that has been; where one ends as the next begins, the beginning counts. */
    for (int64_t y = year - 1; rule->has_summer && y <= year + 1; y++) {
        int64_t ends = time_of(&rule->ends, y, rule->summer_s);
        int64_t begins = time_of(&rule->begins, y, rule->standard_s);
        if (ends <= utc_s && ends > last) {
            last = ends;
            is_summer = false;
        }
        if (begins <= utc_s && begins >= last) {
            last = begins;
            is_summer = true;
        }
    }
    return is_summer ? rule->summer_s : rule->standard_s;
}
