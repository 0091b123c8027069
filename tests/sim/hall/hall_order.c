/* SPDX-License-Identifier: Apache-2.0 */
/* What may happen in the hall; see the header. */
#include "hall_order.h"

#include <stdio.h>
#include <string.h>

#include "hall_parts.h"

static const struct {
    const char *word, *wrong, *right;
} events[] = {[EVENT_FEED] = {"feed", "lost", "back"},
              [EVENT_UPS] = {"ups", "battery", "mains"},
              [EVENT_CHILLER] = {"chiller", "tripped", "running"},
              [EVENT_LEAK] = {"leak", "wet", "dry"},
              [EVENT_CREEP] = {"creep", "", ""}};
enum { N_EVENTS = sizeof events / sizeof events[0] };

/* "2" or "2-03"; counted from 1. */
static bool read_place(const char *text, struct hall_order *order) {
    char rest;
    int n = sscanf(text, "%4u-%4u%c", &order->row, &order->rack, &rest);
    order->of_rack = n == 2;
    if (n < 1 || n > 2 || order->row == 0 || (n == 2 && order->rack == 0))
        return false;
    order->row--;
    order->rack -= order->of_rack;
    return true;
}

static bool read_feed(const char *text, struct hall_order *order) {
    order->feed = text[0] == 'A' ? FEED_A : FEED_B;
    return (text[0] == 'A' || text[0] == 'B') && text[1] == '\0';
}

static bool read_chiller(const char *text, struct hall_order *order) {
    char rest;
    bool read = sscanf(text, "%4u%c", &order->chiller, &rest) == 1 && order->chiller > 0;
    order->chiller--;
    return read;
}

static bool read_creep(const char *share, const char *seconds, struct hall_order *order) {
    char rest;
    return order->of_rack && sscanf(share, "%lf%c", &order->share, &rest) == 1 &&
           sscanf(seconds, "%lf%c", &order->seconds, &rest) == 1 && order->share >= -0.2 &&
           order->share <= 0.6 && order->seconds >= 0 && order->seconds <= 86400;
}

bool hall_order_read(const char *line, struct hall_order *order) {
    char word[16] = "", a[16] = "", b[16] = "", c[16] = "", rest[2];
    int n = sscanf(line, "%15s %15s %15s %15s %1s", word, a, b, c, rest), event = 0;
    *order = (struct hall_order){0};
    while (event < N_EVENTS && strcmp(events[event].word, word) != 0)
        event++;
    if (event == N_EVENTS || n != (event == EVENT_FEED || event == EVENT_CREEP ? 4 : 3))
        return false;
    order->event = (enum hall_event)event;
    const char *state = event == EVENT_FEED ? c : b;
    order->wrong = strcmp(state, events[event].wrong) == 0;
    bool known = order->wrong || strcmp(state, events[event].right) == 0;
    switch (order->event) {
    case EVENT_FEED:
        return known && read_place(a, order) && !order->of_rack && read_feed(b, order);
    case EVENT_UPS:
        return known && read_feed(a, order);
    case EVENT_CHILLER:
        return known && read_chiller(a, order);
    case EVENT_LEAK:
        return known && read_place(a, order);
    case EVENT_CREEP:
    default:
        return read_place(a, order) && read_creep(b, c, order);
    }
}

static bool set_feed(struct hall *hall, const struct hall_order *order, double time, const char **problem) {
    struct row *row = &hall->rows[order->row];
    enum feed other = order->feed == FEED_A ? FEED_B : FEED_A;
    *problem = "the row's other feed is lost: its racks would be dark";
    if (order->wrong && row->lost[other])
        return false;
    row->lost[order->feed] = order->wrong;
    for (unsigned i = 0; i < hall->spec.racks; i++) {
        struct rack *rack = &hall->racks[order->row * hall->spec.racks + i];
        hall_mark_rack(rack, hall, time);
        for (unsigned feed = 0; feed < N_FEEDS; feed++)
            rack->taking[feed].share = row->lost[feed] ? 0 : row->lost[!feed] ? 1 : rack->feed_share[feed];
    }
    return true;
}

static void set_leak(struct hall *hall, const struct hall_order *order) {
    if (order->of_rack)
        hall->racks[order->row * hall->spec.racks + order->rack].leaks = order->wrong;
    else
        hall->rows[order->row].leaks = order->wrong;
}

/* Racks have a pan to leak into only where they are liquid cooled. */
static bool has_place(const struct hall *hall, const struct hall_order *order) {
    if (order->row >= hall->spec.rows || (order->of_rack && order->rack >= hall->spec.racks))
        return false;
    return order->event != EVENT_LEAK || !order->of_rack ||
           hall->racks[order->row * hall->spec.racks + order->rack].liquid;
}

bool hall_order(struct hall *hall, const struct hall_order *order, double time, const char **problem) {
    *problem = "the hall has no such thing";
    if (!has_place(hall, order) || (order->event == EVENT_CHILLER && order->chiller >= hall->spec.chillers))
        return false;
    switch (order->event) {
    case EVENT_FEED:
        return set_feed(hall, order, time, problem);
    case EVENT_UPS:
        if (hall->ups[order->feed].on_battery != order->wrong)
            hall_mark_ups(hall, order->feed, time);
        hall->ups[order->feed].on_battery = order->wrong;
        return true;
    case EVENT_CHILLER:
        hall_mark_water(hall, time);
        hall->chiller_runs[order->chiller] = !order->wrong;
        return true;
    case EVENT_LEAK:
        set_leak(hall, order);
        return true;
    case EVENT_CREEP:
    default:
        ramp_set(&hall->racks[order->row * hall->spec.racks + order->rack].creep, order->share,
                 order->seconds / hall->spec.speed, time);
        return true;
    }
}
