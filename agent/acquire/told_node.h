/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node of the power topology that another gateway tells of: its view here, which lists what any of its
 * messages had so far, and the last values. States and figures come in streams of their own. Pure.
 */
#ifndef HALLWATCH_ACQUIRE_TOLD_NODE_H
#define HALLWATCH_ACQUIRE_TOLD_NODE_H

#include "acquire/node_message.h"
#include "model/power.h"

enum { TOLD_STREAMS = 2, TOLD_SHAPES = 64 };

/* What the views of nodes share; zeroed = nothing yet. */
struct told_site {
    const char *site, *hall; /* borrowed; the hall of nodes that have none of their own */
    struct series_list *shapes[TOLD_SHAPES];
    size_t n_shapes;
    uint32_t *generations; /* borrowed: of the last view made */
};
void told_site_done(struct told_site *site);

/* Zeroed = nothing came yet. */
struct told_node {
    struct device_view *view; /* the gateway's clock error is its first series */
    double *values;           /* the last of each series */
    uint8_t *streams_of;      /* per series: in which stream it comes; TOLD_STREAMS: in none yet */
};
void told_node_done(struct told_node *node);

/*
 * Makes the view list what the message has, of the node that has that number in its topology. False when out
 * of memory: it is as it was.
 */
bool told_node_extend(struct told_node *node, struct told_site *site, const struct power_node *configured,
                      uint32_t number, const struct node_message *message);
/* Writes what the message says into a batch of the view; what came in this stream before and does not now has
 * ended, with its last value. */
void told_node_write(struct told_node *node, size_t stream, const struct node_message *message,
                     struct batch *batch);
/* Writes that nothing is known any more: the sum is unknown, and all else has ended. */
void told_node_write_unknown(const struct told_node *node, struct batch *batch);

#endif
