/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what a site hears of its halls. */
#include "serve/status_halls.h"

#include "serve/status_member.h"

static void add_broker(struct text *text, const struct site_broker_look *broker) {
    status_add_text(text, "url", broker->url);
    status_add_name(text, "connected");
    text_add_string(text, broker->is_connected ? "true" : "false");
    status_add_integer(text, "dropped", (int64_t)broker->dropped);
}

static void add_gateway(struct text *text, const struct intake_gateway *gateway) {
    const struct intake_counts *counts = &gateway->counts;
    status_add_text(text, "gateway", gateway->name);
    status_add_text(text, "state", gateway->is_silent ? "silent" : gateway->is_heard ? "heard" : "waiting");
    if (gateway->is_heard)
        status_add_integer(text, "last", gateway->heard_ms);
    status_add_integer(text, "nodes", gateway->n_nodes);
    status_add_number(text, "clock_error", gateway->clock_error_s);
    status_add_number(text, "behind", gateway->behind_s);
    status_add_integer(text, "taken", (int64_t)counts->taken);
    status_add_integer(text, "repeated", (int64_t)counts->repeated);
    status_add_integer(text, "late", (int64_t)counts->late);
    status_add_integer(text, "ahead", (int64_t)counts->ahead);
    status_add_integer(text, "refused", (int64_t)counts->refused);
    status_add_integer(text, "dropped", (int64_t)counts->dropped);
}

void status_write_halls(void *context, const struct site_look *look) {
    struct text *text = context;
    text_add_string(text, "\n],\"intake\":{");
    status_add_number(text, "silent", (double)look->silent_ms / 1000);
    status_add_integer(text, "unreadable", (int64_t)look->totals.unreadable);
    status_add_integer(text, "strangers", (int64_t)look->totals.strangers);
    status_add_name(text, "brokers");
    for (size_t i = 0; i < look->n_brokers; i++) {
        text_add_string(text, i ? ",{" : "[{");
        add_broker(text, &look->brokers[i]);
        text_add_char(text, '}');
    }
    text_add_string(text, "]},\"gateways\":[");
    for (size_t i = 0; i < look->n_gateways; i++) {
        text_add_string(text, i ? ",\n{" : "\n{");
        add_gateway(text, &look->gateways[i]);
        text_add_char(text, '}');
    }
}
