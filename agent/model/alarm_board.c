/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records are immutable and shared by reference count: a change puts another one in the place of the old, so
 * that a look needs the lock only to find the next. An array holds them in the order in which they are shown,
 * buckets by their ids.
 */
#include "model/alarm_board.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum { BUCKETS = 1024 };

struct entry {
    atomic_uint references;
    struct alarm_record record;
    struct entry *next; /* in its bucket */
    char texts[];       /* the record's */
};

struct listener {
    void (*wake)(void *context);
    void *context;
};

struct alarm_board {
    pthread_mutex_t lock;
    struct entry *buckets[BUCKETS];
    struct entry **order; /* as they are shown */
    size_t n, room;
    uint64_t change;
    struct listener *listeners;
    size_t n_listeners;
};

static const char *const state_words[] = {
    [ALARM_NORMAL] = "normal",
    [ALARM_ACTIVE] = "active",
    [ALARM_RETURNED] = "returned",
    [ALARM_SUPPRESSED] = "suppressed",
    [ALARM_OUT_OF_SERVICE] = "out_of_service",
};
enum { N_STATES = sizeof(state_words) / sizeof(state_words[0]) };

const char *alarm_state_word(enum alarm_state state) {
    return (size_t)state < N_STATES ? state_words[state] : "unknown";
}

int alarm_state_find(const char *word) {
    for (int i = 0; i < N_STATES; i++)
        if (strcmp(state_words[i], word) == 0)
            return i;
    return -1;
}

const struct alarm_text alarm_texts[ALARM_TEXTS] = {
    {"rule", offsetof(struct alarm_record, rule)},
    {"site", offsetof(struct alarm_record, site)},
    {"hall", offsetof(struct alarm_record, hall)},
    {"row", offsetof(struct alarm_record, row)},
    {"rack", offsetof(struct alarm_record, rack)},
    {"feed", offsetof(struct alarm_record, feed)},
    {"node", offsetof(struct alarm_record, node)},
    {"device", offsetof(struct alarm_record, device)},
    {"class", offsetof(struct alarm_record, class)},
    {"place", offsetof(struct alarm_record, place)},
    {"summary", offsetof(struct alarm_record, summary)},
    {"response", offsetof(struct alarm_record, response)},
    {"cause", offsetof(struct alarm_record, cause)},
    {"consequences", offsetof(struct alarm_record, consequences)},
};

const char *alarm_text_get(const struct alarm_record *record, size_t text) {
    const char *value;
    memcpy(&value, (const char *)record + alarm_texts[text].offset, sizeof(const char *));
    return value ? value : "";
}

void alarm_text_set(struct alarm_record *record, size_t text, const char *value) {
    memcpy((char *)record + alarm_texts[text].offset, &value, sizeof(const char *));
}

/* Records */

/* Returns where the copy's NUL is. */
static char *copy_text(char *to, const char *from) {
    uint32_t character;
    size_t size = strlen(from), most = size < ALARM_TEXT_MOST ? size : ALARM_TEXT_MOST;
    for (size_t at = 0, taken; at < size; at += taken) {
        taken = text_take_character(from + at, size - at, &character);
        bool is_plain = taken > 0 && !text_is_control(character);
        taken += taken == 0;
        if (at + taken > most)
            break;
        memcpy(to, is_plain ? from + at : " ", is_plain ? taken : 1);
        to += is_plain ? taken : 1;
    }
    *to = '\0';
    return to;
}

static struct entry *entry_new(const struct alarm_record *record) {
    const char *metric = record->metric ? record->metric : "";
    size_t size = strlen(metric) + 1;
    for (size_t i = 0; i < ALARM_TEXTS; i++)
        size += strlen(alarm_text_get(record, i)) + 1;
    struct entry *entry = malloc(sizeof(*entry) + size);
    if (!entry)
        return NULL;
    atomic_init(&entry->references, 1);
    entry->record = *record;
    entry->record.id[sizeof(record->id) - 1] = '\0';
    char *text = entry->texts;
    for (size_t i = 0; i < ALARM_TEXTS; i++) {
        alarm_text_set(&entry->record, i, text);
        text = copy_text(text, alarm_text_get(record, i)) + 1;
    }
    entry->record.metric = text;
    copy_text(text, metric);
    return entry;
}

static struct entry *entry_hold(struct entry *entry) {
    atomic_fetch_add_explicit(&entry->references, 1, memory_order_relaxed);
    return entry;
}

static void entry_release(struct entry *entry) {
    if (entry && atomic_fetch_sub_explicit(&entry->references, 1, memory_order_acq_rel) == 1)
        free(entry);
}

/* Negative where `a` is shown before `b`; 0 of the same alarm only. */
static int compare(const struct alarm_record *a, const struct alarm_record *b) {
    bool a_ended = a->state == ALARM_NORMAL, b_ended = b->state == ALARM_NORMAL;
    if (a_ended != b_ended)
        return a_ended ? 1 : -1;
    if (a->priority != b->priority)
        return a->priority < b->priority ? -1 : 1;
    if (a->since_ms != b->since_ms)
        return a->since_ms < b->since_ms ? -1 : 1;
    return strcmp(a->id, b->id);
}

/* Where the record is, or would be, in the order. */
static size_t place_of(const struct alarm_board *board, const struct alarm_record *record) {
    size_t low = 0, high = board->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&board->order[middle]->record, record) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Its place in its bucket: the end of it where it is not on the board. */
static struct entry **find(struct alarm_board *board, const char *id) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *c = id; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    struct entry **place = &board->buckets[hash % BUCKETS];
    while (*place && strcmp((*place)->record.id, id) != 0)
        place = &(*place)->next;
    return place;
}

static void take_off(struct alarm_board *board, struct entry **in_bucket) {
    struct entry *entry = *in_bucket;
    size_t place = place_of(board, &entry->record);
    *in_bucket = entry->next;
    board->n--;
    memmove(board->order + place, board->order + place + 1, (board->n - place) * sizeof(struct entry *));
    entry_release(entry);
}

static void put_on(struct alarm_board *board, struct entry *entry) {
    struct entry **in_bucket = find(board, entry->record.id);
    if (*in_bucket)
        take_off(board, in_bucket);
    size_t place = place_of(board, &entry->record);
    memmove(board->order + place + 1, board->order + place, (board->n - place) * sizeof(struct entry *));
    board->order[place] = entry;
    board->n++;
    entry->next = *in_bucket;
    *in_bucket = entry;
}

static int make_room(struct alarm_board *board) {
    if (board->n < board->room)
        return 0;
    size_t room = board->room ? board->room * 2 : 64;
    struct entry **order = realloc(board->order, room * sizeof(*order));
    if (!order)
        return ERROR_MEMORY;
    board->order = order;
    board->room = room;
    return 0;
}

/* The board */

struct alarm_board *alarm_board_new(void) {
    struct alarm_board *board = calloc(1, sizeof(*board));
    if (board && pthread_mutex_init(&board->lock, NULL) != 0) {
        free(board);
        return NULL;
    }
    return board;
}

void alarm_board_free(struct alarm_board *board) {
    if (!board)
        return;
    for (size_t i = 0; i < board->n; i++)
        entry_release(board->order[i]);
    free(board->order);
    free(board->listeners);
    pthread_mutex_destroy(&board->lock);
    free(board);
}

int alarm_board_put(struct alarm_board *board, const struct alarm_record *record) {
    struct entry *entry = entry_new(record);
    if (!entry)
        return ERROR_MEMORY;
    pthread_mutex_lock(&board->lock);
    int error = make_room(board);
    if (!error) {
        entry->record.change = ++board->change;
        put_on(board, entry);
        for (size_t i = 0; i < board->n_listeners; i++)
            board->listeners[i].wake(board->listeners[i].context);
    }
    pthread_mutex_unlock(&board->lock);
    if (error)
        entry_release(entry);
    return error;
}

uint64_t alarm_board_change(struct alarm_board *board) {
    pthread_mutex_lock(&board->lock);
    uint64_t change = board->change;
    pthread_mutex_unlock(&board->lock);
    return change;
}

bool alarm_board_has(struct alarm_board *board, const char *id) {
    pthread_mutex_lock(&board->lock);
    bool has = *find(board, id) != NULL;
    pthread_mutex_unlock(&board->lock);
    return has;
}

/* The next one to be shown after `last` (NULL: the first), held. */
static struct entry *take_next(struct alarm_board *board, const struct entry *last, uint64_t after) {
    struct entry *next = NULL;
    pthread_mutex_lock(&board->lock);
    size_t i = last ? place_of(board, &last->record) : 0;
    if (last && i < board->n && compare(&board->order[i]->record, &last->record) == 0)
        i++;
    while (i < board->n && board->order[i]->record.change <= after)
        i++;
    if (i < board->n)
        next = entry_hold(board->order[i]);
    pthread_mutex_unlock(&board->lock);
    return next;
}

void alarm_board_show(struct alarm_board *board, uint64_t after, alarm_board_look *look, void *context) {
    struct entry *entry = take_next(board, NULL, after);
    while (entry) {
        look(context, &entry->record);
        struct entry *next = take_next(board, entry, after);
        entry_release(entry);
        entry = next;
    }
}

void alarm_board_forget(struct alarm_board *board, int64_t now_ms) {
    pthread_mutex_lock(&board->lock);
    for (size_t i = board->n; i > 0 && board->order[i - 1]->record.state == ALARM_NORMAL; i--)
        if (now_ms - board->order[i - 1]->record.changed_ms >= ALARM_RESOLVED_MS)
            take_off(board, find(board, board->order[i - 1]->record.id));
    pthread_mutex_unlock(&board->lock);
}

/* Listeners */

int alarm_board_listen(struct alarm_board *board, void (*wake)(void *context), void *context) {
    pthread_mutex_lock(&board->lock);
    size_t n = board->n_listeners;
    struct listener *listeners = realloc(board->listeners, (n + 1) * sizeof(*listeners));
    if (listeners) {
        listeners[n] = (struct listener){wake, context};
        board->listeners = listeners;
        board->n_listeners++;
    }
    pthread_mutex_unlock(&board->lock);
    return listeners ? 0 : ERROR_MEMORY;
}

void alarm_board_unlisten(struct alarm_board *board, void *context) {
    pthread_mutex_lock(&board->lock);
    for (size_t i = 0; i < board->n_listeners; i++)
        if (board->listeners[i].context == context)
            board->listeners[i--] = board->listeners[--board->n_listeners];
    pthread_mutex_unlock(&board->lock);
}
