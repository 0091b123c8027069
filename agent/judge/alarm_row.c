/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every change makes a view anew: alarms are rare, and their texts change. The class, which views borrow, is
 * kept behind the series in the list's own piece of memory.
 */
#include "judge/alarm_row.h"

#include <stdlib.h>
#include <string.h>

#include "model/alarm_json.h"

enum { STATE, PRIORITY, SINCE, N_SERIES };

struct alarm_row {
    uint32_t generation;
    struct text detail;
    struct batch batch;
    double values[N_SERIES];
    uint8_t qualities[N_SERIES];
};

struct alarm_row *alarm_row_new(void) {
    struct alarm_row *row = calloc(1, sizeof(*row));
    if (!row)
        return NULL;
    memset(row->qualities, QUALITY_GOOD, sizeof(row->qualities));
    row->batch = (struct batch){.n = N_SERIES,
                                .room = N_SERIES,
                                .urgent = true,
                                .is_news = true,
                                .values = row->values,
                                .qualities = row->qualities};
    return row;
}

void alarm_row_free(struct alarm_row *row) {
    if (!row)
        return;
    device_view_release(row->batch.view);
    text_done(&row->detail);
    free(row);
}

static struct series_list *make_list(const char *class) {
    static const enum quantity quantities[N_SERIES] = {
        [STATE] = ALARM_CONDITION_STATE, [PRIORITY] = ALARM_PRIORITY, [SINCE] = ALARM_SINCE};
    size_t size = strlen(class) + 1;
    struct series_list *list = series_list_new(N_SERIES + size / sizeof(struct series) + 1);
    if (!list)
        return NULL;
    list->n = N_SERIES;
    for (size_t i = 0; i < N_SERIES; i++)
        list->series[i].quantity = quantities[i];
    memcpy(&list->series[N_SERIES], class, size);
    return list;
}

static struct device_view *make_view(struct alarm_row *row, const struct alarm_record *record,
                                     uint32_t number) {
    struct series_list *list = make_list(record->class ? record->class : "");
    struct device_view *view = list ? device_view_new(number, list) : NULL;
    series_list_release(list);
    if (!view)
        return NULL;
    view->generation = ++row->generation;
    view->class = (const char *)&list->series[N_SERIES];
    const struct {
        char **to;
        const char *from;
    } texts[] = {
        {&view->site, record->site},     {&view->hall, record->hall}, {&view->row, record->row},
        {&view->rack, record->rack},     {&view->feed, record->feed}, {&view->node, record->node},
        {&view->device, record->device}, {&view->alarm, record->id},  {&view->detail, row->detail.data},
    };
    bool all = true;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].from && texts[i].from[0])
            all = device_view_set(texts[i].to, texts[i].from) && all;
    if (all)
        return view;
    device_view_release(view);
    return NULL;
}

struct batch *alarm_row_write(struct alarm_row *row, const struct alarm_record *record, uint32_t number) {
    text_clear(&row->detail);
    alarm_json_write(record, &row->detail);
    struct device_view *view = row->detail.failed ? NULL : make_view(row, record, number);
    if (!view)
        return NULL;
    device_view_release(row->batch.view);
    row->batch.view = view;
    row->batch.time_ms = record->changed_ms;
    row->values[STATE] = record->state;
    row->values[PRIORITY] = record->priority;
    row->values[SINCE] = (double)record->since_ms / 1000;
    return &row->batch;
}
