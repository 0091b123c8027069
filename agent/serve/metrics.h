/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page /metrics: every series that was read, judged or counted, as it is now and as remote write names
 * it. Left out is what is neither good nor substituted, and what is too old: a device's value after three
 * of the intervals at which it is asked (normal ones once the device is down; what is asked once holds while
 * it is up), all else after the five minutes for which a query of Prometheus sees a sample. Owned by one
 * thread.
 */
#ifndef HALLWATCH_SERVE_METRICS_H
#define HALLWATCH_SERVE_METRICS_H

#include "base/text.h"
#include "model/config.h"
#include "model/latest.h"

struct metrics;

/* Borrows `latest`. NULL when out of memory. */
struct metrics *metrics_new(struct latest *latest);
void metrics_free(struct metrics *metrics); /* NULL is fine */

/*
 * Adds the page. `config` tells the intervals, `now_ms` (wall clock) the age of values. The lock of `latest`
 * is held for the values of one device at a time. 0 or ERROR_MEMORY.
 */
int metrics_write(struct metrics *metrics, const struct site_config *config, int64_t now_ms,
                  struct text *page);

#endif
