/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages about nodes of the power topology, as gateways publish them (publish/encode_json.h), read back.
 * Input of any origin: sizes, depth and numbers are bounded, and what is not known is passed over, so that a
 * newer gateway may say more. What they are good for is the listener's affair. Pure.
 */
#ifndef HALLWATCH_ACQUIRE_NODE_MESSAGE_H
#define HALLWATCH_ACQUIRE_NODE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "model/series.h"

enum { NODE_TEXT_MOST = 256, NODE_STREAM_MOST = 64, NODE_READINGS_MOST = 128 };

struct node_reading {
    struct series series; /* of the node itself, or of one of its phases */
    double value;         /* NAN where it is no number */
    uint8_t quality;      /* enum quality */
};

/* Texts are "" and numbers 0 where the message does not have them. */
struct node_message {
    char site[NODE_TEXT_MOST + 1], node[NODE_TEXT_MOST + 1], gateway[NODE_TEXT_MOST + 1];
    char stream[NODE_STREAM_MOST + 1];
    uint64_t sequence;
    int64_t time_ms;
    double clock_error_s; /* NAN: the gateway does not know */
    uint32_t n;
    struct node_reading readings[NODE_READINGS_MOST];
};

struct node_reader;
typedef void node_reader_take(void *context, const struct node_message *message);

/* Each message about a node that has a stream, a sequence and a time is shown to `take`. NULL without memory.
 */
struct node_reader *node_reader_new(node_reader_take *take, void *context);
void node_reader_free(struct node_reader *reader); /* NULL is fine */

/*
 * Reads one payload: one message, or several in one. NULL, or in words what is wrong with it; what came
 * before that was shown.
 */
const char *node_reader_read(struct node_reader *reader, const char *bytes, size_t n);

#endif
