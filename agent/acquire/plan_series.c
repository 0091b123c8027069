/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows are one reading, and the order of the series. */
#include "acquire/plan_series.h"

#include <stdlib.h>

#include "acquire/health.h"
#include "model/device_map.h"

/* Rows of one reading side by side, in table order. */
static int compare_readings(const void *left, const void *right, void *context) {
    const struct plan_row *rows = context;
    uint32_t first = *(const uint32_t *)left, second = *(const uint32_t *)right;
    const struct plan_row *a = &rows[first], *b = &rows[second];
    int order = 0;
    if (a->point->quantity != b->point->quantity)
        order = a->point->quantity < b->point->quantity ? -1 : 1;
    if (order == 0 && a->raw_only != b->raw_only)
        order = a->raw_only ? 1 : -1;
    if (order == 0)
        order = place_compare(&a->place, &b->place);
    return order != 0 ? order : first < second ? -1 : first > second;
}

static bool same_reading(const struct plan_row *a, const struct plan_row *b) {
    return a->point->quantity == b->point->quantity && !a->raw_only && !b->raw_only &&
           place_equal(&a->place, &b->place);
}

/*
 * Gives rows of one quantity and place one series, numbered in table order; raw rows get their own. Sorted,
 * since an agent may list thousands.
 */
static int rows_number_series(struct plan_rows *rows, size_t *n_series) {
    uint32_t n = 0, *order = calloc(rows->n, sizeof(*order));
    if (order == NULL)
        return ERROR_MEMORY;
    for (uint32_t i = 0; i < rows->n; i++)
        order[i] = i;
    qsort_r(order, rows->n, sizeof(*order), compare_readings, rows->row);
    for (size_t i = 0; i < rows->n; i++) {
        struct plan_row *row = &rows->row[order[i]];
        const struct plan_row *before = i > 0 ? &rows->row[order[i - 1]] : NULL;
        row->series = order[i]; /* for now the row that is first of its reading */
        if (before == NULL || !same_reading(before, row))
            continue;
        row->series = before->series;
        row->rank = (uint8_t)(before->rank < UINT8_MAX ? before->rank + 1 : UINT8_MAX);
    }
    for (uint32_t i = 0; i < rows->n; i++) {
        struct plan_row *row = &rows->row[i];
        row->series = row->series == i ? n++ : rows->row[row->series].series;
    }
    free(order);
    *n_series = n;
    return 0;
}

static enum rate plan_rate_of(const struct plan *plan, uint32_t series) {
    int rate = 0;
    while (series - plan->series_of[rate].first >= plan->series_of[rate].n)
        rate++;
    return (enum rate)rate;
}

/* What people act on within seconds is fast whatever its driver says. */
static enum rate row_rate(const struct plan_row *row) {
    bool fast = catalog_quantity(row->point->quantity)->fast && row->point->rate == RATE_NORMAL;
    return fast ? RATE_FAST : row->point->rate;
}

/* Orders series by rate, in table order within one. A later source of a series is polled with the first. */
static int rows_settle_rates(struct plan_rows *rows, uint32_t n_series, struct plan *plan) {
    uint32_t *place = calloc(n_series + 1, sizeof(*place)), next = 0;
    if (place == NULL)
        return ERROR_MEMORY;
    for (int rate = 0; rate < N_RATES; rate++) {
        plan->series_of[rate].first = next;
        for (size_t i = 0; i < rows->n; i++)
            if (rows->row[i].rank == 0 && row_rate(&rows->row[i]) == (enum rate)rate)
                place[rows->row[i].series] = next++;
        plan->series_of[rate].n = next - plan->series_of[rate].first;
    }
    for (size_t i = 0; i < rows->n; i++) {
        struct plan_row *row = &rows->row[i];
        row->series = place[row->series];
        row->order = (uint32_t)i;
        row->rate = plan_rate_of(plan, row->series);
        plan->list->series[row->series] = (struct series){
            .quantity = row->point->quantity, .place = row->place, .rate = (uint8_t)row->rate};
    }
    free(place);
    return 0;
}

/* The list of series, with those of the device's health behind the driver's. */
static int plan_make_list(struct plan *plan) {
    static const enum quantity quantities[HEALTH_SERIES_ERRORS] = {
        DEVICE_UP,     DEVICE_STATE, DEVICE_LAST_SUCCESS, POLL_DURATION, POLL_INTERVAL,
        POLL_LATENESS, BUS_TIME,     SAMPLE_SKEW,         POINTS_PARKED};
    plan->list = series_list_new(plan->n_series + N_HEALTH_SERIES);
    if (plan->list == NULL)
        return ERROR_MEMORY;
    plan->list->driver = driver_hold(plan->driver);
    struct series *series = plan->list->series + plan->n_series;
    plan->health = (struct plan_range){(uint32_t)plan->n_series, N_HEALTH_SERIES};
    for (int i = 0; i < HEALTH_SERIES_ERRORS; i++)
        series[i].quantity = quantities[i];
    for (int i = 0; i < N_HEALTH_ERRORS; i++)
        series[HEALTH_SERIES_ERRORS + i] =
            (struct series){.quantity = POLL_ERRORS, .reason = health_error_word((enum health_error)i)};
    for (int i = 0; i < N_BAD_REASONS; i++)
        series[HEALTH_SERIES_BAD + i] =
            (struct series){.quantity = READINGS_BAD, .reason = bad_reason_word((enum bad_reason)i)};
    return 0;
}

int plan_series_settle(struct plan *plan, struct plan_rows *rows) {
    int error = rows != NULL ? rows_number_series(rows, &plan->n_series) : 0;
    if (error == 0)
        error = plan_make_list(plan);
    if (error == 0 && rows != NULL)
        error = rows_settle_rates(rows, (uint32_t)plan->n_series, plan);
    return error;
}
