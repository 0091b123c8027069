/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a sink fares with its receiver, as it says itself: whether something gets through, what it counts, and
 * the receiver's last words. Written by the sink's thread, read by others, each with its lock. It outlives
 * the sink where another one takes its place.
 */
#ifndef HALLWATCH_PUBLISH_SINK_HEALTH_H
#define HALLWATCH_PUBLISH_SINK_HEALTH_H

#include <stdint.h>

enum sink_condition {
    SINK_STARTING, /* nothing was tried yet */
    SINK_WORKING,
    SINK_RETRYING, /* nothing gets through: tried with growing pauses */
    SINK_DENIED,   /* the same, but the receiver answers: it does not want us, or not there */
};

enum { SINK_WORDS_MOST = 240 };
struct sink_words {
    char text[SINK_WORDS_MOST];
    int64_t time_ms; /* wall clock; 0: it never said any */
};

struct sink_health_state {
    enum sink_condition condition;
    int64_t since_ms;               /* wall clock: since when it works, or does not */
    int64_t next_try_ms;            /* wall clock, of one that does not work */
    char receiver[SINK_WORDS_MOST]; /* the URL that is in use, or was tried last; "" before */
    /* Since the agent has this sink. Requests, or messages; of those retried also connections. */
    uint64_t delivered, refused, retried;
    struct sink_words trouble, refusal; /* why something did not get through, last; why it never will */
};

struct sink_health;

struct sink_health *sink_health_new(void); /* one reference; NULL when out of memory */
struct sink_health *sink_health_hold(struct sink_health *health);
void sink_health_release(struct sink_health *health); /* NULL is fine */

/* --- what a sink says --- */

/* It works with that receiver; nothing is delivered by that. */
void sink_health_connect(struct sink_health *health, const char *receiver);
/* So many requests, or messages, were taken. */
void sink_health_deliver(struct sink_health *health, uint64_t n);
/* Something is refused for good. Whether it works is not touched. */
void sink_health_refuse(struct sink_health *health, const char *words);
/* Nothing got through; it is tried again at next_ms (monotonic). SINK_RETRYING or SINK_DENIED. */
void sink_health_fail(struct sink_health *health, enum sink_condition condition, const char *receiver,
                      int64_t next_ms, const char *words);

/* --- what others learn --- */

void sink_health_read(struct sink_health *health, struct sink_health_state *state);
/*
 * The readings a second that were sent since this was asked 5 s ago or more. `sent`: all until now
 * (monotonic). NAN by the first call.
 */
double sink_health_rate(struct sink_health *health, uint64_t sent, int64_t now_ms);

#endif
