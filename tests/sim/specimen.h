/* SPDX-License-Identifier: Apache-2.0 */
/* Device views and batches made up for tests and benchmarks of what comes after acquisition. */
#ifndef HALLWATCH_TESTS_SIM_SPECIMEN_H
#define HALLWATCH_TESTS_SIM_SPECIMEN_H

#include "model/series.h"
#include "publish/spool/spool.h"

enum { SPECIMEN_QUANTITIES = 5 }; /* per outlet: power, current, voltage, energy, state */

/*
 * A PDU of site "dc1" with `n` series: outlets 1/1, 1/2 ... of five quantities each. One reference, the
 * caller's. Like all functions here it aborts when out of memory.
 */
struct device_view *specimen_view(uint32_t number, const char *device, size_t n);

/* The list of another view with as many series, as devices of one shape have it. */
void specimen_share_list(struct device_view *view, const struct device_view *with);

/*
 * A batch of all series of the view, all good, with values that tell series, device and `round` apart. Holds
 * the view.
 */
struct batch *specimen_batch(struct device_view *view, int64_t time_ms, uint32_t round);

/* The same in a batch that exists and is at least as long, with or without a view. */
void specimen_refill(struct batch *batch, struct device_view *view, int64_t time_ms, uint32_t round);

/* What the batch holds for a series. */
double specimen_value(const struct device_view *view, size_t series, uint32_t round);

/* A spool in memory only. */
struct spool *specimen_spool(enum spool_kind kind, size_t most_bytes);

void specimen_batch_free(struct batch *batch); /* with its reference to the view, if it has one */

#endif
