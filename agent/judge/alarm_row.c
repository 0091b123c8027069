/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every change makes a view anew: alarms are rare, and their texts change. The class, which views borrow, is
 * kept behind the series in the list's own piece of memory. What is repeated has a view without `detail`,
 * which is kept until the next change.
 */
#include "judge/alarm_row.h"

#include <stdlib.h>
#include <string.h>

#include "model/alarm_json.h"

enum {
    REPEAT_MS = 60 * 1000, /* well below the 5 minutes for which a query sees a sample */
};

enum { STATE, PRIORITY, SINCE, N_SERIES };

/* A change that waits to be taken, or what is repeated. */
struct change {
    uint64_t of_board;
    struct device_view *view;
    int64_t time_ms;
    double values[N_SERIES];
};

struct known {
    char id[sizeof(((struct alarm_record *)0)->id)];
    uint32_t number, generation;
    int64_t told_ms;            /* wall clock, of the newest row */
    struct device_view *repeat; /* the view of what is repeated; NULL: nothing was yet */
    uint64_t repeated;          /* the change that it is of */
};

struct alarm_rows {
    uint64_t noted;      /* of the board's changes */
    bool failed;         /* there was no memory for one */
    struct known *known; /* every alarm that there was, in the order of their ids */
    size_t n_known, known_room;
    struct change *changes;
    size_t n, next, room;
    int64_t now_ms;        /* wall clock, of the tick */
    int64_t repeat_due_ms; /* monotonic */
    struct text detail;
    struct batch batch;
    uint8_t qualities[N_SERIES];
};

struct alarm_rows *alarm_rows_new(void) {
    struct alarm_rows *rows = calloc(1, sizeof(*rows));
    if (!rows)
        return NULL;
    memset(rows->qualities, QUALITY_GOOD, sizeof(rows->qualities));
    rows->batch = (struct batch){
        .n = N_SERIES, .room = N_SERIES, .urgent = true, .is_news = true, .qualities = rows->qualities};
    return rows;
}

/* Those that were taken go. */
static void clear(struct alarm_rows *rows, size_t n) {
    for (size_t i = 0; i < n; i++)
        device_view_release(rows->changes[i].view);
    rows->n -= n;
    rows->next = 0;
    if (rows->n > 0)
        memmove(rows->changes, rows->changes + n, rows->n * sizeof(struct change));
}

void alarm_rows_free(struct alarm_rows *rows) {
    if (!rows)
        return;
    if (rows->n > 0)
        clear(rows, rows->n);
    for (size_t i = 0; i < rows->n_known; i++)
        device_view_release(rows->known[i].repeat);
    free(rows->changes);
    free(rows->known);
    text_done(&rows->detail);
    free(rows);
}

/* --- numbers --- */

static bool make_room(void **items, size_t n, size_t *room, size_t size) {
    if (n < *room)
        return true;
    size_t more = *room ? *room * 2 : 16;
    void *larger = reallocarray(*items, more, size);
    if (!larger)
        return false;
    *items = larger;
    *room = more;
    return true;
}

/* What is known of that alarm, which gets a number where it is new; NULL when out of memory. */
static struct known *get(struct alarm_rows *rows, const char *id) {
    size_t low = 0, high = rows->n_known;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(rows->known[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < rows->n_known && strcmp(rows->known[low].id, id) == 0)
        return &rows->known[low];
    void *known = rows->known;
    bool has_room = make_room(&known, rows->n_known, &rows->known_room, sizeof(struct known));
    rows->known = known;
    if (!has_room)
        return NULL;
    memmove(&rows->known[low + 1], &rows->known[low], (rows->n_known - low) * sizeof(struct known));
    rows->known[low] = (struct known){.number = ALARM_NUMBERS + (uint32_t)rows->n_known++};
    memcpy(rows->known[low].id, id, strlen(id) + 1);
    return &rows->known[low];
}

/* --- views --- */

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

/* `detail`: NULL for what is repeated. */
static struct device_view *make_view(struct known *known, const struct alarm_record *record,
                                     const char *detail) {
    struct series_list *list = make_list(record->class ? record->class : "");
    struct device_view *view = list ? device_view_new(known->number, list) : NULL;
    series_list_release(list);
    if (!view)
        return NULL;
    view->generation = ++known->generation;
    view->class = (const char *)&list->series[N_SERIES];
    const struct {
        char **to;
        const char *from;
    } texts[] = {
        {&view->site, record->site},     {&view->hall, record->hall}, {&view->row, record->row},
        {&view->rack, record->rack},     {&view->feed, record->feed}, {&view->node, record->node},
        {&view->device, record->device}, {&view->alarm, record->id},  {&view->detail, detail},
    };
    bool all = true;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && all; i++)
        if (texts[i].from && texts[i].from[0])
            all = device_view_set(texts[i].to, texts[i].from);
    if (all)
        return view;
    device_view_release(view);
    return NULL;
}

/* --- changes --- */

void alarm_rows_skip(struct alarm_rows *rows, struct alarm_board *board) {
    rows->noted = alarm_board_change(board);
}

/* Takes the view over. */
static void add(struct alarm_rows *rows, struct known *known, struct device_view *view,
                const struct alarm_record *record) {
    void *changes = rows->changes;
    bool has_room = view && make_room(&changes, rows->n, &rows->room, sizeof(struct change));
    rows->changes = changes;
    rows->failed = rows->failed || !has_room;
    if (!has_room) {
        device_view_release(view);
        return;
    }
    known->told_ms = rows->now_ms;
    rows->changes[rows->n++] =
        (struct change){.of_board = record->change,
                        .view = view,
                        .time_ms = rows->now_ms,
                        .values = {record->state, record->priority, (double)record->since_ms / 1000}};
}

static void note(void *context, const struct alarm_record *record) {
    struct alarm_rows *rows = context;
    struct known *known = get(rows, record->id);
    text_clear(&rows->detail);
    alarm_json_write(record, &rows->detail);
    bool is_whole = known && !rows->detail.failed;
    add(rows, known, is_whole ? make_view(known, record, rows->detail.data) : NULL, record);
}

static int by_order(const void *a, const void *b) {
    uint64_t x = ((const struct change *)a)->of_board, y = ((const struct change *)b)->of_board;
    return x < y ? -1 : x > y;
}

void alarm_rows_note(struct alarm_rows *rows, struct alarm_board *board, int64_t wall_ms) {
    uint64_t change = alarm_board_change(board);
    if (change == rows->noted)
        return;
    clear(rows, rows->next);
    rows->now_ms = wall_ms;
    rows->failed = false;
    alarm_board_show(board, rows->noted, note, rows);
    if (rows->n > 1)
        qsort(rows->changes, rows->n, sizeof(struct change), by_order);
    if (!rows->failed)
        rows->noted = change;
}

static void repeat(void *context, const struct alarm_record *record) {
    struct alarm_rows *rows = context;
    struct known *known = record->state != ALARM_NORMAL ? get(rows, record->id) : NULL;
    if (!known || known->told_ms == rows->now_ms)
        return;
    if (!known->repeat || known->repeated != record->change) {
        device_view_release(known->repeat);
        known->repeat = make_view(known, record, NULL);
        known->repeated = record->change;
    }
    if (known->repeat)
        add(rows, known, device_view_hold(known->repeat), record);
}

void alarm_rows_repeat(struct alarm_rows *rows, struct alarm_board *board, int64_t wall_ms,
                       int64_t monotonic_ms) {
    if (monotonic_ms < rows->repeat_due_ms)
        return;
    rows->repeat_due_ms = monotonic_ms + REPEAT_MS;
    clear(rows, rows->next);
    rows->now_ms = wall_ms;
    alarm_board_show(board, 0, repeat, rows);
}

struct batch *alarm_rows_next(struct alarm_rows *rows) {
    if (rows->next == rows->n)
        return NULL;
    struct change *change = &rows->changes[rows->next++];
    rows->batch.view = change->view;
    rows->batch.time_ms = change->time_ms;
    rows->batch.values = change->values;
    return &rows->batch;
}
