/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes are found by a hash of their names, which come as they are configured, from one topology for all. */
#include "acquire/site_intake.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "acquire/told_node.h"
#include "base/error.h"
#include "base/log.h"

enum { BATCHES_PER_NODE = 3 };

/* Where a node's messages of one stream stand. */
struct stream {
    uint64_t id; /* a hash; 0: none yet */
    uint64_t sequence;
    int64_t time_ms;
};

struct intake_node {
    struct told_node told;
    struct stream streams[TOLD_STREAMS];
    uint16_t gateway;
    bool is_known; /* else it was said to be unknown */
};

struct gateway {
    struct intake_gateway public;
    int64_t heard_monotonic_ms;
    struct complaint silence, clock, strange;
};

struct site_intake {
    struct site_intake_options options;
    char *site, *hall;
    struct node_reader *reader;
    struct intake_node *nodes; /* as in the topology */
    uint32_t *slots;           /* of a hash table over names: number + 1; 0: free */
    size_t n_slots;            /* a power of two */
    struct told_site told;
    int64_t wall_ms, monotonic_ms; /* of the payload under way */
    uv_mutex_t lock;               /* of what follows */
    struct gateway gateways[SITE_GATEWAYS_MOST];
    size_t n_gateways;
    struct intake_totals totals;
    struct complaint unreadable;
};

static uint64_t hash_of(const char *text) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash ^ hash >> 32;
}

/* --- nodes and gateways by name --- */

static uint32_t *slot_of(const struct site_intake *intake, const char *name) {
    const struct power_node *nodes = intake->options.power->nodes;
    uint64_t i = hash_of(name);
    uint32_t *slot = &intake->slots[i & (intake->n_slots - 1)];
    while (*slot && strcmp(nodes[*slot - 1].name, name) != 0)
        slot = &intake->slots[++i & (intake->n_slots - 1)];
    return slot;
}

static struct gateway *find_gateway(struct site_intake *intake, const char *name) {
    for (size_t i = 0; i < intake->n_gateways; i++)
        if (strcmp(intake->gateways[i].public.name, name) == 0)
            return &intake->gateways[i];
    return NULL;
}

static struct gateway *make_gateway(struct site_intake *intake, const char *name) {
    struct gateway *gateway = find_gateway(intake, name);
    if (gateway || intake->n_gateways == SITE_GATEWAYS_MOST)
        return gateway;
    gateway = &intake->gateways[intake->n_gateways++];
    gateway->public =
        (struct intake_gateway){.name = name, .clock_error_s = (double)NAN, .behind_s = (double)NAN};
    return gateway;
}

/* False when out of memory. */
static bool list_nodes(struct site_intake *intake) {
    const struct power_config *power = intake->options.power;
    for (intake->n_slots = 16; intake->n_slots < 2 * power->n_nodes; intake->n_slots *= 2)
        continue;
    intake->slots = calloc(intake->n_slots, sizeof(*intake->slots));
    intake->nodes = calloc(power->n_nodes + 1, sizeof(*intake->nodes));
    size_t n = 0;
    for (uint32_t i = 0; intake->slots && intake->nodes && i < power->n_nodes; i++) {
        const struct power_node *node = &power->nodes[i];
        struct gateway *gateway = node->elsewhere ? make_gateway(intake, node->gateway) : NULL;
        if (!gateway)
            continue;
        *slot_of(intake, node->name) = i + 1;
        intake->nodes[i].gateway = (uint16_t)(gateway - intake->gateways);
        gateway->public.n_nodes++;
        n++;
    }
    batch_pool_set_most(intake->options.pool, n * BATCHES_PER_NODE);
    return intake->slots && intake->nodes;
}

/* --- batches --- */

static void give(struct site_intake *intake, struct batch *batch, int64_t time_ms) {
    batch->time_ms = time_ms;
    batch->is_told = true;
    intake->options.give(intake->options.context, batch);
}

/* False where no batch is free. */
static bool give_message(struct site_intake *intake, uint32_t number, size_t stream,
                         const struct node_message *message) {
    struct intake_node *node = &intake->nodes[number];
    const struct power_node *configured = &intake->options.power->nodes[number];
    if (!told_node_extend(&node->told, &intake->told, configured, number, message))
        return false;
    struct batch *batch = batch_pool_take(intake->options.pool, node->told.view);
    if (!batch)
        return false;
    told_node_write(&node->told, stream, message, batch);
    give(intake, batch, message->time_ms);
    node->is_known = true;
    return true;
}

static void give_unknown(struct site_intake *intake, struct intake_node *node) {
    struct batch *batch = batch_pool_take(intake->options.pool, node->told.view);
    if (!batch)
        return; /* it is tried again */
    told_node_write_unknown(&node->told, batch);
    give(intake, batch, intake->wall_ms);
    node->is_known = false;
}

/* --- messages --- */

/*
 * The stream that a message goes on; NULL where it was overtaken. A gateway that starts anew has new streams,
 * which take the places of those that were silent for longest.
 */
static struct stream *place_in_stream(struct intake_node *node, const struct node_message *message) {
    uint64_t id = hash_of(message->stream) | 1;
    struct stream *oldest = &node->streams[0];
    for (size_t i = 0; i < TOLD_STREAMS; i++) {
        struct stream *stream = &node->streams[i];
        if (stream->id == id)
            return message->sequence > stream->sequence ? stream : NULL;
        if (stream->time_ms < oldest->time_ms)
            oldest = stream;
    }
    if (message->time_ms < oldest->time_ms)
        return NULL;
    oldest->id = id;
    return oldest;
}

/* What keeps the message from being taken is counted; NULL: nothing does. */
static uint64_t *find_fault(struct site_intake *intake, struct gateway *gateway,
                            const struct node_message *message) {
    struct intake_counts *counts = &gateway->public.counts;
    int64_t age_ms = intake->wall_ms - message->time_ms;
    if (strcmp(message->gateway, gateway->public.name) != 0) {
        log_complain(&gateway->strange, intake->monotonic_ms, gateway->public.name,
                     "gateway %s publishes its node %s too: not taken", message->gateway, message->node);
        return &counts->refused;
    }
    gateway->public.behind_s = (double)age_ms / 1000;
    if (age_ms <= intake->options.silent_ms && age_ms >= -intake->options.silent_ms)
        return NULL;
    log_complain(&gateway->clock, intake->monotonic_ms, gateway->public.name,
                 "its message is of %.1f s %s: %s", fabs(gateway->public.behind_s),
                 age_ms > 0 ? "ago" : "from now",
                 age_ms > 0 ? "a backlog, or its clock is behind" : "its clock is ahead, or ours is behind");
    return age_ms > 0 ? &counts->late : &counts->ahead;
}

static void hear(struct site_intake *intake, struct gateway *gateway, const struct node_message *message) {
    struct intake_gateway *public = &gateway->public;
    public->counts.taken++;
    public->is_heard = true;
    public->is_silent = false;
    public->heard_ms = intake->wall_ms;
    public->clock_error_s = message->clock_error_s;
    gateway->heard_monotonic_ms = intake->monotonic_ms;
    log_relieve(&gateway->silence, intake->monotonic_ms, public->name, "its nodes are told of again");
    log_relieve(&gateway->clock, intake->monotonic_ms, public->name, "its messages are of now again");
}

static void take_message(void *context, const struct node_message *message) {
    struct site_intake *intake = context;
    uint32_t number = *slot_of(intake, message->node);
    if (number == 0 || strcmp(message->site, intake->site) != 0) {
        intake->totals.strangers++;
        return;
    }
    struct intake_node *node = &intake->nodes[--number];
    struct gateway *gateway = &intake->gateways[node->gateway];
    uint64_t *fault = find_fault(intake, gateway, message);
    struct stream *stream = fault ? NULL : place_in_stream(node, message);
    if (!fault && !stream)
        fault = &gateway->public.counts.repeated;
    if (!fault && !give_message(intake, number, (size_t)(stream - node->streams), message))
        fault = &gateway->public.counts.dropped;
    if (fault) {
        ++*fault;
        return;
    }
    stream->sequence = message->sequence;
    stream->time_ms = message->time_ms;
    hear(intake, gateway, message);
}

void site_intake_take(struct site_intake *intake, const char *payload, size_t size, int64_t wall_ms,
                      int64_t monotonic_ms) {
    uv_mutex_lock(&intake->lock);
    intake->wall_ms = wall_ms;
    intake->monotonic_ms = monotonic_ms;
    const char *why = node_reader_read(intake->reader, payload, size);
    intake->totals.unreadable += why != NULL;
    if (why)
        log_complain(&intake->unreadable, monotonic_ms, "site", "a message about nodes cannot be used: %s",
                     why);
    uv_mutex_unlock(&intake->lock);
}

/* --- silence --- */

static void tick_gateway(struct site_intake *intake, struct gateway *gateway) {
    if (gateway->heard_monotonic_ms == 0) /* the time in which it may be heard begins now */
        gateway->heard_monotonic_ms = intake->monotonic_ms;
    if (intake->monotonic_ms - gateway->heard_monotonic_ms <= intake->options.silent_ms)
        return;
    gateway->public.is_silent = true;
    log_complain(&gateway->silence, intake->monotonic_ms, gateway->public.name,
                 "nothing was heard of it for %.0f s: its %u nodes are unknown",
                 (double)(intake->monotonic_ms - gateway->heard_monotonic_ms) / 1000,
                 gateway->public.n_nodes);
}

void site_intake_tick(struct site_intake *intake, int64_t wall_ms, int64_t monotonic_ms) {
    uv_mutex_lock(&intake->lock);
    intake->wall_ms = wall_ms;
    intake->monotonic_ms = monotonic_ms;
    bool any = false;
    for (size_t i = 0; i < intake->n_gateways; i++) {
        tick_gateway(intake, &intake->gateways[i]);
        any |= intake->gateways[i].public.is_silent;
    }
    for (size_t i = 0; any && i < intake->options.power->n_nodes; i++)
        if (intake->nodes[i].is_known && intake->gateways[intake->nodes[i].gateway].public.is_silent)
            give_unknown(intake, &intake->nodes[i]);
    uv_mutex_unlock(&intake->lock);
}

size_t site_intake_look(struct site_intake *intake, struct intake_gateway *gateways, size_t most,
                        struct intake_totals *totals) {
    uv_mutex_lock(&intake->lock);
    for (size_t i = 0; i < intake->n_gateways && i < most; i++)
        gateways[i] = intake->gateways[i].public;
    *totals = intake->totals;
    size_t n = intake->n_gateways;
    uv_mutex_unlock(&intake->lock);
    return n;
}

/* --- life --- */

int site_intake_new(const struct site_intake_options *options, struct site_intake **intake) {
    struct site_intake *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    if (uv_mutex_init(&new->lock) != 0) {
        free(new);
        return ERROR_MEMORY;
    }
    new->options = *options;
    new->site = strdup(options->site);
    new->hall = strdup(options->hall);
    new->told = (struct told_site){.site = new->site, .hall = new->hall, .generations = options->generations};
    new->reader = node_reader_new(take_message, new);
    if (!new->site || !new->hall || !new->reader || !list_nodes(new)) {
        site_intake_free(new);
        return ERROR_MEMORY;
    }
    *intake = new;
    return 0;
}

void site_intake_free(struct site_intake *intake) {
    if (!intake)
        return;
    for (size_t i = 0; intake->nodes && i < intake->options.power->n_nodes; i++) {
        told_node_done(&intake->nodes[i].told);
    }
    told_site_done(&intake->told);
    node_reader_free(intake->reader);
    uv_mutex_destroy(&intake->lock);
    free(intake->nodes);
    free(intake->slots);
    free(intake->site);
    free(intake->hall);
    free(intake);
}
