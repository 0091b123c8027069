/* SPDX-License-Identifier: Apache-2.0 */
/* One line is one flat object; who is out of service follows from all of them. */
#include "judge/journal.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_stream.h"

static const char *const order_words[N_ORDERS] = {"maintain", "end", "reset"};
static const double TIME_MOST = 1e14; /* ms: the year 5138 */
enum { KEY_MOST = 15, DAY_MS = 24 * 3600 * 1000 };

/* --- reading --- */

struct reading {
    struct json_stream stream;
    struct journal_order *order;
    char key[KEY_MOST + 1]; /* "" where it is none of ours */
    bool has_kind, has_time, has_until, has_uid;
    unsigned depth;
    const char *why; /* what is wrong with it */
};

const char *journal_why_not(const char *text, size_t most) {
    uint32_t character;
    size_t size = strlen(text);
    if (size == 0)
        return "must not be empty";
    if (size > most)
        return "is too long";
    for (size_t at = 0, taken; at < size; at += taken) {
        taken = text_take_character(text + at, size - at, &character);
        if (taken == 0)
            return "is not UTF-8";
        if (text_is_control(character))
            return "must not hold control characters";
    }
    return NULL;
}

static void copy(struct reading *reading, char *to, size_t most, const char *text, size_t size) {
    if (strlen(text) != size || journal_why_not(text, most))
        reading->why = "a text in it is empty, too long or not plain";
    else
        memcpy(to, text, size + 1);
}

static void take_kind(struct reading *reading, const char *word) {
    for (size_t i = 0; i < N_ORDERS; i++) {
        if (strcmp(word, order_words[i]) == 0) {
            reading->order->kind = (enum order_kind)i;
            reading->has_kind = true;
        }
    }
}

static void take_string(struct reading *reading, const char *text, size_t size) {
    struct journal_order *order = reading->order;
    if (strcmp(reading->key, "order") == 0)
        take_kind(reading, text);
    else if (strcmp(reading->key, "of") == 0)
        copy(reading, order->of, ORDER_NAME_MOST, text, size);
    else if (strcmp(reading->key, "by") == 0)
        copy(reading, order->by, ORDER_NAME_MOST, text, size);
    else if (strcmp(reading->key, "why") == 0)
        copy(reading, order->why, ORDER_WHY_MOST, text, size);
}

/* A whole number of 0 to `most`, or -1. */
static double whole_number(const char *text, double most) {
    double number;
    bool is_good = text_to_number(text, &number) == 0 && number >= 0 && number <= most;
    return is_good && number == floor(number) ? number : -1;
}

static void take_number(struct reading *reading, const char *text) {
    const bool is_uid = strcmp(reading->key, "uid") == 0, is_time = strcmp(reading->key, "time") == 0;
    if (!is_uid && !is_time && strcmp(reading->key, "until") != 0)
        return;
    double number = whole_number(text, is_uid ? UINT32_MAX : TIME_MOST);
    if (number < 0) {
        reading->why = "a number in it is none, or out of bounds";
    } else if (is_uid) {
        reading->order->uid = (uint32_t)number;
        reading->has_uid = true;
    } else if (is_time) {
        reading->order->time_ms = (int64_t)number;
        reading->has_time = true;
    } else {
        reading->order->until_ms = (int64_t)number;
        reading->has_until = true;
    }
}

static void take(void *context, enum json_event event, const char *text, size_t size) {
    struct reading *reading = context;
    reading->depth += event == JSON_OBJECT || event == JSON_ARRAY;
    if (event == JSON_ARRAY || reading->depth != 1)
        reading->why = "it is no flat object";
    if (event == JSON_KEY) {
        bool fits = size <= KEY_MOST && strlen(text) == size;
        memcpy(reading->key, fits ? text : "", fits ? size + 1 : 1);
    }
    if (event == JSON_STRING)
        take_string(reading, text, size);
    if (event == JSON_NUMBER)
        take_number(reading, text);
}

static const char *judge(const struct reading *reading) {
    const struct journal_order *order = reading->order;
    if (reading->why)
        return reading->why;
    if (!reading->has_kind || !reading->has_time || !reading->has_uid || !*order->of || !*order->by)
        return "it lacks a member: order, of, by, time or uid";
    if (order->kind != ORDER_MAINTAIN)
        return NULL;
    if (!reading->has_until)
        return "it does not say until when";
    if (order->until_ms > order->time_ms + (int64_t)MAINTENANCE_DAYS_MOST * DAY_MS)
        return "it would last for more than 30 days";
    return NULL;
}

const char *journal_parse(const char *line, size_t size, struct journal_order *order) {
    *order = (struct journal_order){0};
    struct reading reading = {.stream = {.tell = take, .context = &reading, .longest = JOURNAL_LINE_MOST},
                              .order = order};
    json_stream_begin(&reading.stream);
    size_t used = json_stream_feed(&reading.stream, line, size);
    const char *why = json_stream_why_broken(&reading.stream);
    if (!why && !json_stream_has_ended(&reading.stream))
        why = "it breaks off";
    if (!why && used != size)
        why = "there is more behind its end";
    if (!why)
        why = judge(&reading);
    json_stream_done(&reading.stream);
    return why;
}

/* --- writing --- */

static void add_text(struct text *text, const char *name, const char *value) {
    text_add_format(text, ",\"%s\":", name);
    text_add_json(text, value);
}

void journal_write(const struct journal_order *order, struct text *text) {
    text_add_format(text, "{\"time\":%" PRId64 ",\"uid\":%" PRIu32 ",\"order\":\"%s\"", order->time_ms,
                    order->uid, order_words[order->kind]);
    add_text(text, "of", order->of);
    if (order->kind == ORDER_MAINTAIN)
        text_add_format(text, ",\"until\":%" PRId64, order->until_ms);
    add_text(text, "by", order->by);
    if (*order->why)
        add_text(text, "why", order->why);
    text_add_string(text, "}\n");
}

/* --- who is out of service --- */

static void take_out(struct maintenance *maintenance, size_t i) {
    memmove(&maintenance->orders[i], &maintenance->orders[i + 1],
            (--maintenance->n - i) * sizeof(maintenance->orders[0]));
}

bool maintenance_take(struct maintenance *maintenance, const struct journal_order *order) {
    if (order->kind == ORDER_RESET)
        return true;
    for (size_t i = maintenance->n; i-- > 0;)
        if (text_same_name(maintenance->orders[i].of, order->of))
            take_out(maintenance, i);
    if (order->kind == ORDER_END)
        return true;
    struct journal_order *orders =
        maintenance->n == MAINTENANCE_MOST
            ? NULL
            : reallocarray(maintenance->orders, maintenance->n + 1, sizeof(maintenance->orders[0]));
    if (!orders)
        return false;
    maintenance->orders = orders;
    orders[maintenance->n++] = *order;
    return true;
}

void maintenance_expire(struct maintenance *maintenance, int64_t now_ms) {
    for (size_t i = maintenance->n; i-- > 0;)
        if (maintenance->orders[i].until_ms <= now_ms)
            take_out(maintenance, i);
}

void maintenance_done(struct maintenance *maintenance) {
    free(maintenance->orders);
    *maintenance = (struct maintenance){0};
}
