/* SPDX-License-Identifier: Apache-2.0 */
/* The series of the judge itself, and the longest durations since the last report. */
#include "judge/judge_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_MS = 10000 };

enum figure {
    TICK,
    PASS,
    RAISED,
    ENDED,
    SUPPRESSED,
    CHATTERING,
    ACTIVE,
    STANDING_OVER_DAY,
    OUT_OF_SERVICE,
    PER_10_MIN,
    N_ALL
};
static const struct series figures[N_ALL] = {
    [TICK] = {JUDGE_TIME, .place.point = "tick"},
    [PASS] = {JUDGE_TIME, .place.point = "pass"},
    [RAISED] = {ALARM_CHANGES, .reason = "raised"},
    [ENDED] = {ALARM_CHANGES, .reason = "ended"},
    [SUPPRESSED] = {ALARM_CHANGES, .reason = "suppressed"},
    [CHATTERING] = {ALARM_CHANGES, .reason = "chattering"},
    [ACTIVE] = {ALARMS_STANDING, .reason = "active"},
    [STANDING_OVER_DAY] = {ALARMS_STANDING, .reason = "over_a_day"},
    [OUT_OF_SERVICE] = {ALARMS_STANDING, .reason = "out_of_service"},
    [PER_10_MIN] = {ALARMS_STANDING, .reason = "raised_in_10_min"},
};

struct judge_report {
    struct device_view *view;
    int64_t due_ms;
    double tick_s, pass_s; /* the longest since the last report */
    struct batch batch;
    double values[N_ALL];
    uint8_t qualities[N_ALL];
};

struct judge_report *judge_report_new(const struct site_config *config, uint32_t generation) {
    struct judge_report *report = calloc(1, sizeof(*report));
    struct series_list *list = series_list_new(N_ALL);
    if (report && list) {
        memcpy(list->series, figures, sizeof(figures));
        report->view = device_view_new(JUDGE_NUMBER, list);
    }
    series_list_release(list);
    if (report && report->view && device_view_set(&report->view->site, config->site) &&
        device_view_set(&report->view->gateway, config->gateway)) {
        report->view->generation = generation;
        return report;
    }
    judge_report_free(report);
    return NULL;
}

void judge_report_free(struct judge_report *report) {
    if (!report)
        return;
    device_view_release(report->view);
    free(report);
}

void judge_report_note(struct judge_report *report, double tick_s, double pass_s) {
    report->tick_s = fmax(report->tick_s, tick_s);
    report->pass_s = fmax(report->pass_s, pass_s);
}

static void write_values(struct judge_report *report, const struct alarm_measures *measures) {
    const double values[N_ALL] = {
        [TICK] = report->tick_s,
        [PASS] = report->pass_s,
        [RAISED] = (double)measures->raised,
        [ENDED] = (double)measures->ended,
        [SUPPRESSED] = (double)measures->suppressed,
        [CHATTERING] = (double)measures->chattering,
        [ACTIVE] = measures->active,
        [STANDING_OVER_DAY] = measures->standing_over_day,
        [OUT_OF_SERVICE] = measures->out_of_service,
        [PER_10_MIN] = measures->per_10_min,
    };
    memcpy(report->values, values, sizeof(values));
    memset(report->qualities, QUALITY_GOOD, sizeof(report->qualities));
    report->tick_s = 0;
    report->pass_s = 0;
}

struct batch *judge_report_next(struct judge_report *report, const struct alarms *alarms,
                                const struct judge_time *time) {
    struct alarm_measures measures = {0};
    if (time->monotonic_ms < report->due_ms)
        return NULL;
    report->due_ms = time->monotonic_ms + EVERY_MS;
    alarms_measure(alarms, time, &measures);
    write_values(report, &measures);
    report->batch = (struct batch){.view = report->view,
                                   .time_ms = time->wall_ms,
                                   .n = N_ALL,
                                   .urgent = true, /* as all that the gateway says of itself */
                                   .values = report->values,
                                   .qualities = report->qualities};
    return &report->batch;
}
