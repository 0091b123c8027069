/* SPDX-License-Identifier: Apache-2.0 */
/* The series of sinks and spools, and their values. */
#include "publish/delivery_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of each sink, in this order. */
enum sink_series {
    IS_UP,
    WAITING_ROWS,
    WAITING,
    BACKLOG,
    AGE,
    RATE,
    SENT,
    REJECTED,
    DROPPED_GAUGES,
    DROPPED_TOTALS,
    THINNED,
    DELIVERED,
    REFUSED,
    RETRIED,
    N_OF_SINK
};
static const struct series of_sink[N_OF_SINK] = {
    [IS_UP] = {SINK_UP},
    [WAITING_ROWS] = {SINK_WAITING_ROWS},
    [WAITING] = {SINK_WAITING_READINGS},
    [BACKLOG] = {SINK_BACKLOG_READINGS},
    [AGE] = {SINK_WAITING_AGE},
    [RATE] = {SINK_RATE},
    [SENT] = {SINK_READINGS, .reason = "sent"},
    [REJECTED] = {SINK_READINGS, .reason = "rejected"},
    [DROPPED_GAUGES] = {SINK_READINGS, .reason = "dropped_gauges"},
    [DROPPED_TOTALS] = {SINK_READINGS, .reason = "dropped_totals"},
    [THINNED] = {SINK_READINGS, .reason = "thinned"},
    [DELIVERED] = {SINK_EVENTS, .reason = "delivered"},
    [REFUSED] = {SINK_EVENTS, .reason = "refused"},
    [RETRIED] = {SINK_EVENTS, .reason = "retried"},
};

/* Of each spool, in this order. */
enum spool_series { MEMORY, DISK_IS_UP, DISK, QUOTA, WRITTEN, N_OF_SPOOL };
static const struct series of_spool[N_OF_SPOOL] = {
    [MEMORY] = {SPOOL_MEMORY}, [DISK_IS_UP] = {SPOOL_UP},   [DISK] = {SPOOL_DISK},
    [QUOTA] = {SPOOL_QUOTA},   [WRITTEN] = {SPOOL_WRITTEN},
};

struct delivery_report {
    struct device_view *view; /* NULL before the first */
    uint32_t generations;
    struct batch batch;
};

const char *delivery_spool_name(enum spool_kind kind) {
    return kind == SPOOL_URGENT ? "alarms" : "readings";
}

struct delivery_report *delivery_report_new(void) {
    return calloc(1, sizeof(struct delivery_report));
}

static void forget_view(struct delivery_report *report) {
    device_view_release(report->view);
    free(report->batch.values);
    free(report->batch.qualities);
    report->view = NULL;
    report->batch = (struct batch){0};
}

void delivery_report_free(struct delivery_report *report) {
    if (!report)
        return;
    forget_view(report);
    free(report);
}

/* --- series --- */

static struct series *add_component(struct series *at, enum part part, const char *name,
                                    const struct series *series, size_t n) {
    for (size_t i = 0; i < n; i++, at++) {
        *at = series[i];
        at->place = (struct place){.part = part, .point = name};
    }
    return at;
}

/* The sinks' names are kept behind the series, in the list's own piece of memory, and live as long as it. */
static struct series_list *make_list(const struct delivery *delivery) {
    size_t n = delivery->n_sinks * N_OF_SINK + N_SPOOLS * N_OF_SPOOL, room = 0;
    for (size_t i = 0; i < delivery->n_sinks; i++)
        room += strlen(delivery->sinks[i].spool.sink) + 1;
    struct series_list *list = series_list_new(n + room / sizeof(struct series) + 1);
    if (!list)
        return NULL;
    list->n = n;
    struct series *at = list->series;
    char *names = (char *)(list->series + n);
    for (size_t i = 0; i < delivery->n_sinks; i++) {
        size_t size = strlen(delivery->sinks[i].spool.sink) + 1;
        memcpy(names, delivery->sinks[i].spool.sink, size);
        at = add_component(at, PART_SINK, names, of_sink, N_OF_SINK);
        names += size;
    }
    for (unsigned kind = 0; kind < N_SPOOLS; kind++)
        at = add_component(at, PART_SPOOL, delivery_spool_name((enum spool_kind)kind), of_spool, N_OF_SPOOL);
    return list;
}

/* Takes over the reference to the list. */
static struct device_view *make_view(const struct device_view *gateway, struct series_list *list) {
    struct device_view *view = device_view_new(DELIVERY_NUMBER, list);
    series_list_release(list);
    if (view && device_view_set(&view->site, gateway->site) &&
        device_view_set(&view->gateway, gateway->gateway))
        return view;
    device_view_release(view);
    return NULL;
}

/* Whether the view is of these sinks, in this order. */
static bool is_of(const struct device_view *view, const struct delivery *delivery) {
    if (!view || view->n_series != delivery->n_sinks * N_OF_SINK + N_SPOOLS * N_OF_SPOOL)
        return false;
    for (size_t i = 0; i < delivery->n_sinks; i++)
        if (strcmp(view->series[i * N_OF_SINK].place.point, delivery->sinks[i].spool.sink) != 0)
            return false;
    return true;
}

static bool renew(struct delivery_report *report, const struct device_view *gateway,
                  const struct delivery *delivery) {
    struct series_list *list = make_list(delivery);
    forget_view(report);
    report->view = list ? make_view(gateway, list) : NULL;
    if (!report->view)
        return false;
    report->view->generation = ++report->generations;
    uint32_t n = (uint32_t)report->view->n_series;
    report->batch = (struct batch){.view = report->view,
                                   .n = n,
                                   .urgent = true, /* as all that the gateway says of itself */
                                   .values = calloc(n, sizeof(double)),
                                   .qualities = calloc(n, 1)};
    if (report->batch.values && report->batch.qualities)
        return true;
    forget_view(report);
    return false;
}

/* --- values --- */

static void write_sink(const struct sink_state *sink, int64_t now_ms, double *values, uint8_t *qualities) {
    const struct spool_state *spool = &sink->spool;
    const struct sink_health_state *health = &sink->health;
    bool none_waits = spool->waiting_since_ms == INT64_MAX || spool->waiting_since_ms > now_ms;
    memset(qualities, QUALITY_GOOD, N_OF_SINK);
    values[IS_UP] = health->condition == SINK_WORKING;
    values[WAITING_ROWS] = (double)spool->waiting_rows;
    values[WAITING] = (double)spool->waiting_readings;
    values[BACKLOG] = (double)spool->backlog_readings;
    values[AGE] = none_waits ? 0 : (double)(now_ms - spool->waiting_since_ms) / 1000;
    values[RATE] = sink->rate;
    values[SENT] = (double)spool->sent_readings;
    values[REJECTED] = (double)spool->rejected_readings;
    values[DROPPED_GAUGES] = (double)(spool->dropped_readings - spool->dropped_totals);
    values[DROPPED_TOTALS] = (double)spool->dropped_totals;
    values[THINNED] = (double)spool->thinned_readings;
    values[DELIVERED] = (double)health->delivered;
    values[REFUSED] = (double)health->refused;
    values[RETRIED] = (double)health->retried;
    if (health->condition == SINK_STARTING)
        qualities[IS_UP] = QUALITY_ABSENT;
    if (isnan(sink->rate))
        qualities[RATE] = QUALITY_ABSENT;
}

static void write_spool(const struct spool_figures *spool, double *values, uint8_t *qualities) {
    values[MEMORY] = (double)spool->memory_bytes;
    values[DISK_IS_UP] = spool->has_disk && !spool->is_stuck;
    values[DISK] = (double)spool->disk_bytes;
    values[QUOTA] = (double)spool->quota_bytes;
    values[WRITTEN] = (double)spool->written_bytes;
    memset(qualities, spool->has_disk ? QUALITY_GOOD : QUALITY_ABSENT, N_OF_SPOOL);
    qualities[MEMORY] = QUALITY_GOOD;
    qualities[DISK_IS_UP] = spool->has_folder ? QUALITY_GOOD : QUALITY_ABSENT;
}

struct batch *delivery_report_write(struct delivery_report *report, const struct device_view *gateway,
                                    const struct delivery *delivery) {
    if (!is_of(report->view, delivery) && !renew(report, gateway, delivery))
        return NULL;
    double *values = report->batch.values;
    uint8_t *qualities = report->batch.qualities;
    for (size_t i = 0; i < delivery->n_sinks; i++, values += N_OF_SINK, qualities += N_OF_SINK)
        write_sink(&delivery->sinks[i], delivery->time_ms, values, qualities);
    for (size_t i = 0; i < N_SPOOLS; i++, values += N_OF_SPOOL, qualities += N_OF_SPOOL)
        write_spool(&delivery->spools[i], values, qualities);
    report->batch.time_ms = delivery->time_ms;
    return &report->batch;
}
