/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers by their size, dates by strptime. */
#include "command/prove_time.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

static int64_t of_number(double number) {
    static const struct { double most, ms; } units[] = {{1e11, 1000}, {1e14, 1}, {1e17, 1e-3}, {1e20, 1e-6}};
    double size = fabs(number);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (size < units[i].most)
            return llround(number * units[i].ms);
    return INT64_MIN;
}

/* ".004" in milliseconds; *end is behind it. */
static int64_t read_fraction(const char *at, const char **end) {
    int64_t ms = 0, unit = 100;
    if (*at == '.')
        for (at++; isdigit((unsigned char)*at); at++, unit /= 10)
            ms += (*at - '0') * unit;
    *end = at;
    return ms;
}

int64_t prove_time_of(const char *text) {
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
                                        "%Y-%m-%d %H:%M", "%Y-%m-%d"};
    double number;
    if (text_to_number(text, &number) == 0)
        return of_number(number);
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct tm tm = {0};
        const char *end = strptime(text, forms[i], &tm);
        if (!end)
            continue;
        int64_t ms = read_fraction(end, &end);
        if (strcmp(end, "") == 0 || strcmp(end, "Z") == 0)
            return (int64_t)timegm(&tm) * 1000 + ms;
    }
    return INT64_MIN;
}

void prove_time_write(int64_t time_ms, char text[PROVE_TIME_SIZE]) {
    int64_t ms = (time_ms % 1000 + 1000) % 1000;
    time_t seconds = (time_t)((time_ms - ms) / 1000);
    struct tm tm;
    size_t size = time_ms != INT64_MIN && gmtime_r(&seconds, &tm)
                      ? strftime(text, PROVE_TIME_SIZE, "%Y-%m-%d %H:%M:%S", &tm)
                      : 0;
    if (size > 0)
        snprintf(text + size, PROVE_TIME_SIZE - size, ".%03d", (int)ms);
    else
        snprintf(text, PROVE_TIME_SIZE, "?");
}
