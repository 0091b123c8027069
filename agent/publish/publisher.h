/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publisher's thread: takes batches from the threads that read devices, puts them into the spools, shows
 * them to an observer and gives them back empty. It takes them together, some milliseconds after the first.
 * The readers never wait for it: both ways are lock-free queues.
 */
#ifndef HALLWATCH_PUBLISH_PUBLISHER_H
#define HALLWATCH_PUBLISH_PUBLISHER_H

#include "model/series.h"
#include "publish/judging.h"
#include "publish/sink_set.h"

struct publisher;

/*
 * Sees every batch, on the publisher's thread, before it goes back: the store of latest readings. The batch
 * stays the publisher's; who wants to keep the view holds it.
 */
typedef void publisher_observe(void *context, const struct batch *batch);

/*
 * Borrows the spools, and `judging`, which may be NULL: else what is read is judged, and what is judged goes
 * the way of readings. `observe` may be NULL. 0 or ERROR_MEMORY, ERROR_SYSTEM.
 */
int publisher_start(const struct spools *spools, struct judging *judging, publisher_observe *observe,
                    void *context, struct publisher **publisher);

/*
 * Before the first batch: with each batch of the gateway itself comes one about its delivery
 * (delivery_report.h), of these sinks. They are borrowed.
 */
void publisher_report(struct publisher *publisher, struct sink_set *sinks);

/* Any thread, never blocks: gives the batch, with its reference to the view, to the publisher. */
void publisher_give(struct publisher *publisher, struct batch *batch);

/*
 * One thread (the owner of the pool), never blocks: the batches that are free again, linked by `next`,
 * without a view; NULL where none is.
 */
struct batch *publisher_take_back(struct publisher *publisher);

/* Any thread: how many batches were published so far. */
uint64_t publisher_count(const struct publisher *publisher);

/*
 * Publishes what was given before, then ends the thread. Afterwards only publisher_take_back and
 * publisher_free.
 */
void publisher_stop(struct publisher *publisher);
void publisher_free(struct publisher *publisher); /* after publisher_stop; NULL is fine */

#endif
