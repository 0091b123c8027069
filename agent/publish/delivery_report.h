/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gateway says of its own delivery: how its sinks and spools fare, as a batch like those of a
 * device. Each sink and each spool is a component, known by its name. Pure.
 */
#ifndef HALLWATCH_PUBLISH_DELIVERY_REPORT_H
#define HALLWATCH_PUBLISH_DELIVERY_REPORT_H

#include "model/series.h"
#include "publish/sink_set.h"

/* The state of all delivery at one time. */
struct delivery {
    int64_t time_ms; /* of its batch */
    struct sink_state sinks[SINK_STATES_MOST];
    size_t n_sinks;
    struct spool_figures spools[N_SPOOLS];
};

/* "alarms", "readings": what a spool is called, and its file. */
const char *delivery_spool_name(enum spool_kind kind);

struct delivery_report;

struct delivery_report *delivery_report_new(void);         /* NULL when out of memory */
void delivery_report_free(struct delivery_report *report); /* NULL is fine */

/*
 * The batch of that state, with the site and the gateway of `gateway`, a view of the gateway itself. Valid
 * until the next call; it has another view whenever the names of the sinks have changed. NULL when out of
 * memory.
 */
struct batch *delivery_report_write(struct delivery_report *report, const struct device_view *gateway,
                                    const struct delivery *delivery);

#endif
