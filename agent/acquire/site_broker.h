/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One broker that the site listens to: finds it, connects, subscribes to what gateways publish about nodes,
 * and begins again after a loss. What is heard is its owner's affair. Owned by one thread.
 */
#ifndef HALLWATCH_ACQUIRE_SITE_BROKER_H
#define HALLWATCH_ACQUIRE_SITE_BROKER_H

#include "base/backoff.h"
#include "base/broker_address.h"
#include "base/log.h"
#include "base/lookup.h"
#include "base/mqtt_client.h"
#include "model/config.h"

enum site_broker_state {
    SITE_BROKER_RESTING,
    SITE_BROKER_LOOKING,
    SITE_BROKER_CONNECTING,
    SITE_BROKER_LISTENING
};
enum { SITE_FILTERS = 2 };

struct site_broker {
    const char *url;                  /* borrowed */
    const struct sink_config *access; /* borrowed */
    char *const *filters;             /* borrowed; SITE_FILTERS of them */
    void (*wake)(void *context);
    void *context;
    struct broker_address address;
    struct lookup *lookup; /* under way */
    struct lookup_result found;
    size_t n_tried;             /* of what was found */
    struct mqtt_client *client; /* NULL until the first connection is tried */
    enum site_broker_state state;
    int64_t retry_ms, deadline_ms; /* monotonic */
    struct backoff backoff;
    struct complaint trouble, crowd;
    uint64_t dropped; /* as it was said */
};

/* `wake` is called from any thread when there is something to do. 0 or ERROR_ARGUMENT (a URL of no broker).
 */
int site_broker_init(struct site_broker *broker, const char *url, const struct sink_config *access,
                     char *const *filters, void (*wake)(void *context), void *context);
void site_broker_done(struct site_broker *broker);
/* Does what is due; to be called when it wakes, and some times a second. */
void site_broker_step(struct site_broker *broker, int64_t now_ms);
/* The next message, the caller's to free; NULL when there is none. */
struct mqtt_message *site_broker_receive(struct site_broker *broker);

#endif
