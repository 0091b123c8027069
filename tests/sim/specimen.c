/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up devices: values are short decimals, as meters send them. */
#include "tests/sim/specimen.h"

#include <stdlib.h>
#include <string.h>

static void *allocate(size_t n, size_t size) {
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        abort();
    return memory;
}

static char *copy(const char *text) {
    char *copied = strdup(text);
    if (!copied)
        abort();
    return copied;
}

static const enum quantity quantities[SPECIMEN_QUANTITIES] = {ACTIVE_POWER, CURRENT, VOLTAGE, ACTIVE_ENERGY,
                                                              OUTLET_STATE};

struct device_view *specimen_view(uint32_t number, const char *device, size_t n) {
    struct device_view *view = allocate(1, sizeof(*view));
    atomic_init(&view->references, 1);
    view->generation = 1;
    view->number = number;
    view->site = copy("dc1");
    view->hall = copy("hall-2");
    view->row = copy("A");
    view->rack = copy("A07");
    view->feed = copy("");
    view->device = copy(device);
    view->driver = copy("apc_rpdu2");
    view->class = "pdu";
    view->manufacturer = copy("APC");
    view->model = copy("AP8959");
    view->serial = copy("ZA1234567890");
    view->firmware = copy("v6.5.0");
    view->given_name = copy("row 3, left");
    view->list = series_list_new(n);
    if (!view->list)
        abort();
    view->series = view->list->series;
    view->n_series = n;
    for (size_t i = 0; i < n; i++)
        view->list->series[i] = (struct series){
            .quantity = quantities[i % SPECIMEN_QUANTITIES],
            .place = {.part = PART_OUTLET,
                      .depth = 2,
                      .id = {1, (uint32_t)(i / SPECIMEN_QUANTITIES) + 1},
                      .phase = PHASE_L1},
        };
    return view;
}

void specimen_share_list(struct device_view *view, const struct device_view *with) {
    series_list_hold(with->list);
    series_list_release(view->list);
    view->list = with->list;
    view->series = with->series;
}

double specimen_value(const struct device_view *view, size_t series, uint32_t round) {
    size_t tenths = (series * 37 + view->number * 101 + round * 7) % 100000;
    switch (series % SPECIMEN_QUANTITIES) {
    case 0: /* power */
        return (double)tenths / 10;
    case 1: /* current */
        return (double)tenths / 100;
    case 2: /* voltage */
        return 230 + (double)(tenths % 50) / 10;
    case 3: /* energy */
        return (double)tenths * 360000 + round;
    default:
        return OUTLET_ON;
    }
}

void specimen_refill(struct batch *batch, struct device_view *view, int64_t time_ms, uint32_t round) {
    device_view_hold(view);
    device_view_release(batch->view);
    batch->view = view;
    batch->next = NULL;
    batch->time_ms = time_ms;
    batch->first = 0;
    batch->n = (uint32_t)view->n_series;
    for (size_t i = 0; i < view->n_series; i++) {
        batch->values[i] = specimen_value(view, i, round);
        batch->qualities[i] = QUALITY_GOOD;
    }
}

struct batch *specimen_batch(struct device_view *view, int64_t time_ms, uint32_t round) {
    struct batch *batch = allocate(1, sizeof(*batch));
    batch->room = (uint32_t)view->n_series;
    batch->values = allocate(view->n_series, sizeof(double));
    batch->qualities = allocate(view->n_series, 1);
    specimen_refill(batch, view, time_ms, round);
    return batch;
}

struct spool *specimen_spool(enum spool_kind kind, size_t most_bytes) {
    const struct spool_options options = {.kind = kind, .most_bytes = most_bytes};
    struct spool *spool;
    if (spool_open(&options, &spool) != 0)
        abort();
    return spool;
}

void specimen_batch_free(struct batch *batch) {
    device_view_release(batch->view);
    free(batch->values);
    free(batch->qualities);
    free(batch);
}
