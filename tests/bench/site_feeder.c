/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for the gateways of a campus before its site: publishes what each of them would about its nodes,
 * once a second, over a connection of its own.
 *
 *   site_feeder CONFIG SECONDS NODES_PER_MESSAGE
 *
 * CONFIG is the site's: its power.site names the broker, its topology the nodes and whose they are. Loads are
 * 60 % of what racks are rated for, shared among their sources. Prints what was published.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/broker_address.h"
#include "base/clock.h"
#include "base/mqtt_client.h"
#include "base/mqtt_rules.h"
#include "model/config.h"

enum { GATEWAYS_MOST = 64, TICKS = 20 /* a second */, WINDOW = 20 };

struct gateway {
    const char *name;
    char client_id[200];
    struct mqtt_client *client;
    bool is_connected;
    uint32_t *nodes;
    size_t n, next; /* next: of the second under way */
    uint64_t sequence;
    struct text topic, message;
};

struct feeder {
    struct site_config *config;
    double *watts;
    struct gateway gateways[GATEWAYS_MOST];
    size_t n_gateways, per_message;
    int64_t start_ms; /* wall clock; makes streams new with each start */
    uint64_t messages, readings, bytes, waits;
};

static void nothing(void *context) {
    (void)context;
}

static void fail(const char *what) {
    fprintf(stderr, "site_feeder: %s\n", what);
    exit(1);
}

static void *take(size_t n, size_t size) {
    void *memory = calloc(n + 1, size);
    if (!memory)
        fail("out of memory");
    return memory;
}

/* --- what is published --- */

static double rated_watts(const struct power_node *node) {
    const struct power_rating *rating = &node->rating;
    double volts = rating->volts > 0 ? rating->volts : 400;
    return rating->watts > 0         ? rating->watts
           : rating->voltamperes > 0 ? rating->voltamperes
           : rating->amperes > 0     ? sqrt(3) * volts * rating->amperes
                                     : 20000;
}

/* Sources stand before what they feed. */
static void share_loads(struct feeder *feeder) {
    const struct power_config *power = feeder->config->power;
    feeder->watts = take(power->n_nodes, sizeof(double));
    for (uint32_t i = (uint32_t)power->n_nodes; i-- > 0;) {
        const struct power_node *node = &power->nodes[i];
        bool prefers = node->behaviour == POWER_PREFERS;
        size_t n = prefers ? 1 : node->n_sources;
        if (node->kind == POWER_RACK || node->kind == POWER_LOAD || node->kind == POWER_CDU ||
            node->kind == POWER_AIR_UNIT || node->kind == POWER_CHILLER)
            feeder->watts[i] = 0.6 * rated_watts(node);
        if (node->normally_open)
            feeder->watts[i] = 0;
        for (size_t k = 0; k < n && k < node->n_sources; k++)
            feeder->watts[node->sources[k].node] += feeder->watts[i] / (double)n;
    }
}

static void add_reading(struct feeder *feeder, struct text *text, const char *metric, const char *phase,
                        const char *point, double value) {
    text_add_format(text, "%s{\"metric\":\"facility_%s\"", text->data[text->size - 1] == '[' ? "" : ",",
                    metric);
    if (phase)
        text_add_format(text, ",\"phase\":\"%s\"", phase);
    if (point)
        text_add_format(text, ",\"point\":\"%s\"", point);
    text_add_string(text, ",\"value\":");
    text_add_number(text, value);
    text_add_string(text, ",\"quality\":\"good\"}");
    feeder->readings++;
}

/* The figures of a rated node with phases, as a judge tells them. */
static void add_figures(struct feeder *feeder, struct text *text, const struct power_node *node,
                        double watts) {
    static const char *const phases[] = {"L1", "L2", "L3"};
    double volts = node->rating.volts > 0 ? node->rating.volts : 400,
           amperes = watts / (sqrt(3) * volts * 0.97);
    add_reading(feeder, text, "active_power_watts", "total", NULL, watts);
    add_reading(feeder, text, "reactive_power_vars", "total", NULL, 0.25 * watts);
    add_reading(feeder, text, "apparent_power_voltamperes", "total", NULL, watts / 0.97);
    for (size_t i = 0; i < 3 && node->phases == 3; i++) {
        add_reading(feeder, text, "active_power_watts", phases[i], NULL, watts / 3);
        add_reading(feeder, text, "current_amperes", phases[i], NULL, amperes);
    }
    add_reading(feeder, text, "current_amperes", NULL, "highest", amperes);
    add_reading(feeder, text, "sum_state", NULL, NULL, 1);
    add_reading(feeder, text, "measured_ratio", NULL, NULL, 1);
    add_reading(feeder, text, "held_ratio", NULL, NULL, 0);
    add_reading(feeder, text, "unknown_ratio", NULL, NULL, 0);
    add_reading(feeder, text, "input_skew_seconds", NULL, NULL, 0.8);
    add_reading(feeder, text, "usable_load_ratio", NULL, NULL, watts / rated_watts(node));
    add_reading(feeder, text, "failover_load_ratio", NULL, NULL, 2 * watts / rated_watts(node));
}

static void add_head(const struct feeder *feeder, struct gateway *gateway, const struct power_node *node,
                     char stream, int64_t now_ms) {
    text_add_format(&gateway->message,
                    "{\"schema\":1,\"stream\":\"%c%015llx\",\"sequence\":%llu,\"site\":", stream,
                    (unsigned long long)(feeder->start_ms * GATEWAYS_MOST + (gateway - feeder->gateways)),
                    (unsigned long long)++gateway->sequence);
    text_add_json(&gateway->message, feeder->config->site);
    text_add_string(&gateway->message, ",\"node\":");
    text_add_json(&gateway->message, node->name);
    text_add_string(&gateway->message, ",\"gateway\":");
    text_add_json(&gateway->message, gateway->name);
    text_add_format(&gateway->message, ",\"clock_error\":0.002,\"time\":%lld,\"readings\":[",
                    (long long)now_ms);
}

static void add_node(struct feeder *feeder, struct gateway *gateway, uint32_t number, int64_t now_ms) {
    const struct power_node *node = &feeder->config->power->nodes[number];
    double wave = 1 + 0.01 * sin((double)now_ms / 7000 + number);
    add_head(feeder, gateway, node, 'b', now_ms);
    add_figures(feeder, &gateway->message, node, feeder->watts[number] * wave);
    text_add_string(&gateway->message, "]}");
}

/* States are published when they change, and every fifteen seconds. */
static void add_states(struct feeder *feeder, struct gateway *gateway, uint32_t number, int64_t now_ms) {
    add_head(feeder, gateway, &feeder->config->power->nodes[number], 'a', now_ms);
    add_reading(feeder, &gateway->message, "supply_state", NULL, NULL, 1);
    add_reading(feeder, &gateway->message, "redundancy_state", NULL, NULL, 1);
    text_add_string(&gateway->message, "]}");
}

/* --- publishing --- */

static void pump(struct gateway *gateway) {
    struct mqtt_event event;
    while (mqtt_client_next(gateway->client, &event)) {
        gateway->is_connected = gateway->is_connected || event.kind == MQTT_CONNECTED;
        if (event.kind == MQTT_LOST)
            fail(event.text);
    }
}

static void send_message(struct feeder *feeder, struct gateway *gateway) {
    int token;
    while (mqtt_client_outstanding(gateway->client) >= WINDOW) {
        feeder->waits++;
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
        pump(gateway);
    }
    if (mqtt_client_publish(gateway->client, gateway->topic.data, gateway->message.data,
                            gateway->message.size, false, &token) != 0)
        fail("cannot publish");
    feeder->messages++;
    feeder->bytes += gateway->message.size;
}

/* `n` nodes from the next on, in one message; alone where it is one. */
static void publish(struct feeder *feeder, struct gateway *gateway, size_t n, bool with_states) {
    int64_t now_ms = clock_wall_ms();
    text_clear(&gateway->topic);
    text_clear(&gateway->message);
    text_add_string(&gateway->topic, "hallwatch/");
    mqtt_add_topic_level(&gateway->topic, feeder->config->site);
    text_add_string(&gateway->topic, feeder->per_message > 1 ? "/nodes/" : "/node/");
    mqtt_add_topic_level(&gateway->topic,
                         feeder->per_message > 1
                             ? gateway->name
                             : feeder->config->power->nodes[gateway->nodes[gateway->next]].name);
    if (feeder->per_message > 1)
        text_add_string(&gateway->message, "{\"schema\":1,\"messages\":[");
    for (size_t i = 0; i < n; i++, gateway->next++) {
        text_add_string(&gateway->message, i > 0 ? "," : "");
        add_node(feeder, gateway, gateway->nodes[gateway->next], now_ms);
        if (!with_states || feeder->per_message == 1)
            continue;
        text_add_string(&gateway->message, ",");
        add_states(feeder, gateway, gateway->nodes[gateway->next], now_ms);
    }
    if (feeder->per_message > 1)
        text_add_string(&gateway->message, "]}");
    send_message(feeder, gateway);
}

static void tick(struct feeder *feeder, unsigned number, bool with_states) {
    for (size_t i = 0; i < feeder->n_gateways; i++) {
        struct gateway *gateway = &feeder->gateways[i];
        size_t until = gateway->n * (number + 1) / TICKS;
        while (gateway->next < until) {
            size_t left = until - gateway->next;
            publish(feeder, gateway, left < feeder->per_message ? left : feeder->per_message, with_states);
        }
        if (number + 1 == TICKS)
            gateway->next = 0;
        pump(gateway);
    }
}

/* --- life --- */

static void add_to_gateway(struct feeder *feeder, uint32_t number) {
    const struct power_config *power = feeder->config->power;
    size_t i = 0;
    while (i < feeder->n_gateways && strcmp(feeder->gateways[i].name, power->nodes[number].gateway) != 0)
        i++;
    if (i == GATEWAYS_MOST)
        fail("too many gateways");
    struct gateway *gateway = &feeder->gateways[i];
    if (i == feeder->n_gateways) {
        feeder->n_gateways++;
        gateway->name = power->nodes[number].gateway;
        gateway->nodes = take(power->n_nodes, sizeof(uint32_t));
    }
    gateway->nodes[gateway->n++] = number;
}

static void connect_all(struct feeder *feeder) {
    struct broker_address address;
    if (broker_address_parse(feeder->config->intake->brokers.url, &address) != 0)
        fail("no broker");
    for (size_t i = 0; i < feeder->n_gateways; i++) {
        struct gateway *gateway = &feeder->gateways[i];
        snprintf(gateway->client_id, sizeof(gateway->client_id), "feeder-%zu", i);
        const struct mqtt_options options = {.client_id = gateway->client_id, .wake = nothing};
        if (mqtt_client_new(&options, &gateway->client) != 0 ||
            mqtt_client_connect(gateway->client, address.host, address.port, false) != 0)
            fail("cannot connect");
    }
    for (size_t i = 0; i < feeder->n_gateways; i++)
        while (!feeder->gateways[i].is_connected) {
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
            pump(&feeder->gateways[i]);
        }
}

int main(int argc, char **argv) {
    struct feeder feeder = {0};
    if (argc != 4 || config_load(argv[1], NULL, stderr, &feeder.config) != 0)
        fail("site_feeder CONFIG SECONDS NODES_PER_MESSAGE");
    if (!feeder.config->intake || !feeder.config->power)
        fail("it is the configuration of no site");
    feeder.per_message = (size_t)atoi(argv[3]);
    feeder.start_ms = clock_wall_ms();
    share_loads(&feeder);
    for (uint32_t i = 0; i < feeder.config->power->n_nodes; i++)
        if (feeder.config->power->nodes[i].elsewhere)
            add_to_gateway(&feeder, i);
    connect_all(&feeder);
    int64_t start_ms = clock_monotonic_ms(), seconds = atoi(argv[2]);
    for (int64_t number = 0; number < seconds * TICKS; number++) {
        int64_t wait_ms = start_ms + number * 1000 / TICKS - clock_monotonic_ms();
        if (wait_ms > 0)
            nanosleep(&(struct timespec){.tv_nsec = wait_ms * 1000000}, NULL);
        tick(&feeder, (unsigned)(number % TICKS), number / TICKS % 15 == 0);
    }
    printf(
        "{\"gateways\":%zu,\"messages\":%llu,\"readings\":%llu,\"bytes\":%llu,\"waits\":%llu,\"ms\":%lld}\n",
        feeder.n_gateways, (unsigned long long)feeder.messages, (unsigned long long)feeder.readings,
        (unsigned long long)feeder.bytes, (unsigned long long)feeder.waits,
        (long long)(clock_monotonic_ms() - start_ms));
    for (size_t i = 0; i < feeder.n_gateways; i++)
        mqtt_client_free(feeder.gateways[i].client);
    return 0;
}
