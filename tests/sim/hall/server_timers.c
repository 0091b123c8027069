/* SPDX-License-Identifier: Apache-2.0 */
/* What faulty devices do later: timers in a heap, the soonest first. Well devices need none. */
#include "server_parts.h"

#include <stdlib.h>

static void put(struct timers *timers, size_t at, struct timer *timer) {
    timers->heap[at] = timer;
    timer->at = at;
}

/* Moves the timer that belongs at `at` up or down to where it is in order. */
static void settle(struct timers *timers, size_t at, struct timer *timer) {
    while (at > 1 && timers->heap[at / 2]->due_us > timer->due_us) {
        put(timers, at, timers->heap[at / 2]);
        at /= 2;
    }
    for (;;) {
        size_t child = 2 * at;
        if (child + 1 <= timers->n && timers->heap[child + 1]->due_us < timers->heap[child]->due_us)
            child++;
        if (child > timers->n || timers->heap[child]->due_us >= timer->due_us)
            break;
        put(timers, at, timers->heap[child]);
        at = child;
    }
    put(timers, at, timer);
}

void timer_set(struct server *server, struct timer *timer, int64_t due_us) {
    struct timers *timers = &server->timers;
    timer_clear(server, timer);
    if (timers->n + 1 >= timers->room) {
        size_t room = timers->room ? 2 * timers->room : 64;
        struct timer **heap = realloc(timers->heap, room * sizeof(struct timer *));
        if (heap == NULL)
            return;
        timers->heap = heap;
        timers->room = room;
    }
    timer->due_us = due_us;
    timers->n++;
    settle(timers, timers->n, timer);
}

void timer_clear(struct server *server, struct timer *timer) {
    struct timers *timers = &server->timers;
    size_t at = timer->at;
    if (at == 0)
        return;
    timer->at = 0;
    struct timer *last = timers->heap[timers->n--];
    if (last != timer)
        settle(timers, at, last);
}

int timers_run(struct server *server) {
    struct timers *timers = &server->timers;
    while (timers->n > 0 && timers->heap[1]->due_us <= server->now_us) {
        struct timer *timer = timers->heap[1];
        timer_clear(server, timer);
        timer->due(server, timer);
    }
    return timers->n == 0 ? -1 : (int)((timers->heap[1]->due_us - server->now_us + 999) / 1000);
}
