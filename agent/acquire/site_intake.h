/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the site takes from the gateways of its halls: messages about nodes become batches of views of these
 * nodes, as they are configured here. A message that comes again, or after a newer one, is dropped; nodes
 * that are not configured as that gateway's are not taken; of a gateway that is silent every node is said to
 * be unknown. Pure: times are handed in. Owned by one thread; its counts are looked at from any.
 */
#ifndef HALLWATCH_ACQUIRE_SITE_INTAKE_H
#define HALLWATCH_ACQUIRE_SITE_INTAKE_H

#include "acquire/batch_pool.h"
#include "acquire/node_message.h"
#include "model/config.h"

struct site_intake;

enum { SITE_GATEWAYS_MOST = 256 };

struct site_intake_options {
    const struct power_config *power; /* borrowed; of its nodes those that are `elsewhere` */
    const char *site, *hall;          /* copied; the hall of nodes that have none of their own */
    int64_t silent_ms;                /* without a message for so long a gateway is silent */
    struct batch_pool *pool;          /* borrowed: batches outlive an intake */
    uint32_t *generations;            /* borrowed: of the views that it or others made */
    void (*give)(void *context, struct batch *batch); /* the batch is given away */
    void *context;
};

/* What became of messages. */
struct intake_counts {
    uint64_t taken;
    uint64_t repeated; /* the same stream and sequence again, or one that is older */
    uint64_t late;     /* older than `silent_ms`: of a backlog, or of a clock that is behind */
    uint64_t ahead;    /* newer than now by more than that: of a clock that is ahead */
    uint64_t refused;  /* about a node that is not that gateway's */
    uint64_t dropped;  /* taken too fast for who judges them */
};

/* A gateway whose nodes are taken, as it is now. */
struct intake_gateway {
    const char *name; /* valid as long as the intake */
    uint32_t n_nodes; /* that are its */
    bool is_heard;    /* ever */
    bool is_silent;
    int64_t heard_ms;     /* wall clock, of the last message taken */
    double clock_error_s; /* as it said last; NAN: it does not know */
    double behind_s;      /* how old its last message was when it came, by the two clocks */
    struct intake_counts counts;
};

/* What became of all that was not a gateway's. */
struct intake_totals {
    uint64_t unreadable; /* payloads */
    uint64_t strangers;  /* messages about nodes that are not configured here, or of gateways without any */
};

/* 0 or ERROR_MEMORY. */
int site_intake_new(const struct site_intake_options *options, struct site_intake **intake);
void site_intake_free(struct site_intake *intake); /* NULL is fine */

/* A payload as it came, at that time on both clocks. */
void site_intake_take(struct site_intake *intake, const char *payload, size_t size, int64_t wall_ms,
                      int64_t monotonic_ms);
/* At least once a second: finds out who is silent. */
void site_intake_tick(struct site_intake *intake, int64_t wall_ms, int64_t monotonic_ms);

/* Any thread. Returns how many gateways there are; the first `most` of them are written. */
size_t site_intake_look(struct site_intake *intake, struct intake_gateway *gateways, size_t most,
                        struct intake_totals *totals);

#endif
