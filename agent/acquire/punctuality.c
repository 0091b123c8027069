/* SPDX-License-Identifier: Apache-2.0 */
/* Times between good polls, held against intervals. */
#include "acquire/punctuality.h"

int64_t punctuality_held_us(const struct link_answer *answer, uint32_t timeout_ms) {
    if (answer->held_us > 0)
        return answer->held_us;
    return answer->error == ERROR_TIMEOUT ? timeout_ms * INT64_C(1000) : answer->latency_us;
}

void punctuality_polled(struct punctuality *punctuality, enum rate rate, bool good, int64_t held_us,
                        int64_t now_us) {
    struct punctuality_rate *of = &punctuality->rates[rate];
    of->held_us = held_us;
    if (!good)
        return;
    of->latest_us = of->good_us != 0 ? now_us - of->good_us : 0;
    if (of->latest_us > of->longest_us)
        of->longest_us = of->latest_us;
    of->good_us = now_us;
}

void punctuality_report(struct punctuality *punctuality, const int64_t interval_ms[N_RATES], int64_t now_us,
                        struct punctuality_report *report) {
    double furthest = 0;
    *report = (struct punctuality_report){0};
    for (int rate = 0; rate < RATE_ONCE; rate++) {
        struct punctuality_rate *of = &punctuality->rates[rate];
        double interval_s = (double)interval_ms[rate] / 1000;
        if (of->good_us == 0 || interval_s <= 0)
            continue;
        int64_t since_us = now_us - of->good_us;
        bool overdue = (double)since_us / 1e6 > 1.5 * interval_s;
        double longest_s = (double)(overdue && since_us > of->longest_us ? since_us : of->longest_us) / 1e6;
        of->longest_us = of->latest_us;
        report->bus_time += (double)of->held_us / 1e6 / interval_s;
        if (longest_s / interval_s <= furthest)
            continue;
        furthest = longest_s / interval_s;
        report->interval_s = longest_s;
        report->lateness_s = furthest > 1.5 ? longest_s - interval_s : 0;
    }
}
