/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The site as a source of readings: a thread that listens to the brokers of the halls and hands over what
 * gateways publish about their nodes, in batches like those of a device. They are judged and shown here, and
 * not published again: hallwatch/SITE/node/NODE is the topic of the gateway that judged the node. What the
 * site judges itself (nodes that no other gateway measures) is published as everywhere.
 */
#ifndef HALLWATCH_ACQUIRE_SITE_SOURCE_H
#define HALLWATCH_ACQUIRE_SITE_SOURCE_H

#include "acquire/site_intake.h"

struct site_source;

/*
 * Listens as config->intake says, for the nodes of config->power; the configuration is held. Batches are
 * given away on the source's thread and come back by their give_back. 0, or an error after it was logged.
 */
int site_source_start(struct site_config *config, void (*give)(void *context, struct batch *batch),
                      void *context, struct site_source **source);
/* Any thread: another configuration is in force, whose nodes are taken from now on; it is held. NULL is fine.
 */
void site_source_set_config(struct site_source *source, struct site_config *config);
/* Ends the connections and the thread: no batch is given away any more. NULL is fine. */
void site_source_stop(struct site_source *source);
/* After site_source_stop, when all batches have come back. NULL is fine. */
void site_source_free(struct site_source *source);

/* One broker as it is now. */
struct site_broker_look {
    const char *url;
    bool is_connected;
    uint64_t dropped; /* messages that came faster than they were read */
};

struct site_look {
    struct site_broker_look brokers[SITE_BROKERS_MOST];
    size_t n_brokers;
    struct intake_gateway gateways[SITE_GATEWAYS_MOST];
    size_t n_gateways;
    struct intake_totals totals;
    int64_t silent_ms;
};
typedef void site_source_look(void *context, const struct site_look *look);
/* Any thread. Shown once, valid during the call only; not at all when out of memory. */
void site_source_show(struct site_source *source, site_source_look *show, void *context);

#endif
