/* SPDX-License-Identifier: Apache-2.0 */
/* Brokers in the order in which they are configured. Connecting, and pauses, are the sink's. */
#include "publish/broker_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "base/error.h"

/* Each attempt interrupts a connection that works. */
enum { FIRST_PAUSE_MS = 5 * 60000, LONGEST_PAUSE_MS = 60 * 60000 };

int broker_list_init(struct broker_list *list, const struct sink_config *config) {
    *list = (struct broker_list){.n = 1 + config->n_endpoints};
    list->brokers = calloc(list->n, sizeof(*list->brokers));
    if (!list->brokers)
        return ERROR_MEMORY;
    for (size_t i = 0; i < list->n; i++) {
        struct broker *broker = &list->brokers[i];
        broker->url = i == 0 ? config->url : config->endpoints[i - 1];
        int error = broker_address_parse(broker->url, &broker->address);
        if (error) {
            broker_list_done(list);
            return error;
        }
    }
    return 0;
}

void broker_list_done(struct broker_list *list) {
    for (size_t i = 0; list->brokers && i < list->n; i++)
        lookup_free(list->brokers[i].lookup);
    free(list->brokers);
    text_done(&list->failures);
    *list = (struct broker_list){0};
}

const struct broker *broker_list_current(const struct broker_list *list) {
    return &list->brokers[list->at];
}

int broker_list_find(struct broker_list *list, void (*wake)(void *context), void *context,
                     struct broker_address *address, char *words) {
    struct broker *broker = &list->brokers[list->at];
    int error = 0;
    if (list->n_tried >= list->found.n) {
        if (!broker->lookup)
            error = lookup_start(broker->address.host, broker->address.port, wake, context, &broker->lookup);
        if (!error)
            error = lookup_poll(broker->lookup, &list->found);
        if (error == ERROR_BUSY)
            return error;
        lookup_free(broker->lookup);
        broker->lookup = NULL;
        list->n_tried = 0;
        snprintf(words, sizeof(list->found.words), "%s", error ? error_word(error) : list->found.words);
        if (error || list->found.n == 0)
            return ERROR_UNREACHABLE;
    }
    *address = broker->address;
    if (broker->address.is_tls)
        list->found.n = 1; /* the MQTT library chooses among them itself */
    else
        uv_ip_name((const struct sockaddr *)&list->found.addresses[list->n_tried], address->host,
                   sizeof(address->host));
    return 0;
}

static void forget_addresses(struct broker_list *list) {
    list->found.n = 0;
    list->n_tried = 0;
}

bool broker_list_fail(struct broker_list *list, const char *why) {
    text_add_format(&list->failures, "%s%s: %s", list->failures.size ? "; " : "",
                    broker_list_current(list)->url, why);
    if (++list->n_tried < list->found.n)
        return true;
    forget_addresses(list);
    list->at = (list->at + 1) % list->n;
    return list->at != 0;
}

void broker_list_succeed(struct broker_list *list, int64_t now_ms) {
    if (list->at == 0) {
        list->pause_ms = 0;
        return;
    }
    list->pause_ms = list->pause_ms == 0 ? FIRST_PAUSE_MS : list->pause_ms * 2;
    if (list->pause_ms > LONGEST_PAUSE_MS)
        list->pause_ms = LONGEST_PAUSE_MS;
    list->first_again_ms = now_ms + list->pause_ms;
}

bool broker_list_is_first_due(const struct broker_list *list, int64_t now_ms) {
    return list->at != 0 && now_ms >= list->first_again_ms;
}

void broker_list_begin_again(struct broker_list *list) {
    forget_addresses(list);
    list->at = 0;
}
