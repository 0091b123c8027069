/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session begins clean each time: what was missed is history, which the databases have; the next figures
 * of every node come within seconds.
 */
#include "acquire/site_broker.h"

#include <stdio.h>
#include <uv.h>

#include "base/clock.h"
#include "base/error.h"

enum {
    LOOKUP_MS = 10000,
    CONNECT_MS = 20000, /* the client gives up earlier */
    SETTLE_MS = 50,     /* after an end the client is not ready at once */
};
static const char subject[] = "site";

int site_broker_init(struct site_broker *broker, const char *url, const struct sink_config *access,
                     char *const *filters, void (*wake)(void *context), void *context) {
    *broker = (struct site_broker){
        .url = url, .access = access, .filters = filters, .wake = wake, .context = context};
    return broker_address_parse(url, &broker->address);
}

void site_broker_done(struct site_broker *broker) {
    mqtt_client_free(broker->client);
    lookup_free(broker->lookup);
}

static void rest(struct site_broker *broker, int64_t now_ms, const char *why) {
    if (broker->client)
        mqtt_client_leave(broker->client);
    broker->state = SITE_BROKER_RESTING;
    if (broker->n_tried > 0 && broker->n_tried < broker->found.n) { /* its other addresses */
        broker->retry_ms = now_ms + SETTLE_MS;
        return;
    }
    broker->found.n = broker->n_tried = 0;
    broker->retry_ms = now_ms + backoff_next_ms(&broker->backoff, backoff_random());
    log_complain(&broker->trouble, now_ms, subject, "no connection to %s: %s", broker->url, why);
}

/* --- connecting --- */

/* ERROR_BUSY while it is looked up. */
static int look_up(struct site_broker *broker, int64_t now_ms) {
    int error = 0;
    if (broker->n_tried < broker->found.n)
        return 0;
    if (!broker->lookup)
        error = lookup_start(broker->address.host, broker->address.port, broker->wake, broker->context,
                             &broker->lookup);
    if (!error)
        error = lookup_poll(broker->lookup, &broker->found);
    if (error == ERROR_BUSY) {
        if (broker->state != SITE_BROKER_LOOKING)
            broker->deadline_ms = now_ms + LOOKUP_MS;
        broker->state = SITE_BROKER_LOOKING;
        return error;
    }
    lookup_free(broker->lookup);
    broker->lookup = NULL;
    broker->n_tried = 0;
    if (error || broker->found.n == 0) {
        rest(broker, now_ms, error ? error_word(error) : broker->found.words);
        return ERROR_UNREACHABLE;
    }
    if (broker->address.is_tls)
        broker->found.n = 1; /* the MQTT library chooses among them itself */
    return 0;
}

static int make_client(struct site_broker *broker) {
    const struct sink_config *access = broker->access;
    const struct mqtt_options options = {
        .is_3_1_1 = access->is_mqtt_3,
        .client_id = access->client_id,
        .user = access->user,
        .password = access->password,
        .filters = broker->filters,
        .n_filters = SITE_FILTERS,
        .ca_file = access->ca_file,
        .certificate_file = access->certificate_file,
        .key_file = access->key_file,
        .wake = broker->wake,
        .context = broker->context,
    };
    return broker->client ? 0 : mqtt_client_new(&options, &broker->client);
}

static void find(struct site_broker *broker, int64_t now_ms) {
    char host[sizeof(broker->address.host)];
    if (look_up(broker, now_ms) != 0)
        return;
    snprintf(host, sizeof(host), "%s", broker->address.host);
    if (!broker->address.is_tls)
        uv_ip_name((const struct sockaddr *)&broker->found.addresses[broker->n_tried], host, sizeof(host));
    int error = make_client(broker);
    if (!error)
        error = mqtt_client_connect(broker->client, host, broker->address.port, broker->address.is_tls);
    if (error == ERROR_BUSY) {
        broker->state = SITE_BROKER_RESTING;
        broker->retry_ms = now_ms + SETTLE_MS;
        return;
    }
    broker->n_tried++;
    broker->state = SITE_BROKER_CONNECTING;
    broker->deadline_ms = now_ms + CONNECT_MS;
    if (error)
        rest(broker, now_ms, error_word(error));
}

/* --- events --- */

static void take_events(struct site_broker *broker, int64_t now_ms) {
    struct mqtt_event event;
    while (broker->client && mqtt_client_next(broker->client, &event)) {
        if (event.kind == MQTT_LOST) {
            rest(broker, now_ms, event.text);
        } else if (event.kind == MQTT_CONNECTED) {
            broker->state = SITE_BROKER_LISTENING;
            broker->found.n = broker->n_tried = 0;
            backoff_reset(&broker->backoff);
            log_relieve(&broker->trouble, now_ms, subject, "connected to %s", broker->url);
        }
    }
}

static void say_dropped(struct site_broker *broker, int64_t now_ms) {
    uint64_t dropped = broker->client ? mqtt_client_dropped(broker->client) : 0;
    if (dropped != broker->dropped)
        log_complain(&broker->crowd, now_ms, subject,
                     "%s sends faster than is read: %llu messages were dropped so far", broker->url,
                     (unsigned long long)dropped);
    else
        log_relieve(&broker->crowd, now_ms, subject, "all that %s sends is read again", broker->url);
    broker->dropped = dropped;
}

void site_broker_step(struct site_broker *broker, int64_t now_ms) {
    take_events(broker, now_ms);
    if (broker->state == SITE_BROKER_LOOKING ||
        (broker->state == SITE_BROKER_RESTING && now_ms >= broker->retry_ms))
        find(broker, now_ms);
    if (broker->state == SITE_BROKER_LOOKING && now_ms >= broker->deadline_ms)
        rest(broker, now_ms, "the name service does not answer");
    if (broker->state == SITE_BROKER_CONNECTING && now_ms >= broker->deadline_ms)
        rest(broker, now_ms, "it does not answer");
    if (broker->state == SITE_BROKER_LISTENING)
        say_dropped(broker, now_ms);
}

struct mqtt_message *site_broker_receive(struct site_broker *broker) {
    return broker->client ? mqtt_client_receive(broker->client) : NULL;
}
