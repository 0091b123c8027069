/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service that owns all gateways, and the links that people hold. What a gateway does with a request is
 * modbus_gateway's; here gateways are found by address, and failures wait for their callbacks.
 */
#include "acquire/link_modbus_tcp.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/modbus_gateway.h"
#include "base/clock.h"

void modbus_queue_add(struct modbus_queue *queue, struct modbus_link *link) {
    link->next = NULL;
    if (queue->first)
        queue->last->next = link;
    else
        queue->first = link;
    queue->last = link;
    queue->n++;
}

struct modbus_link *modbus_queue_take(struct modbus_queue *queue) {
    struct modbus_link *link = queue->first;
    if (link) {
        queue->first = link->next;
        queue->n--;
    }
    return link;
}

bool modbus_queue_remove(struct modbus_queue *queue, struct modbus_link *link) {
    struct modbus_link *before = NULL;
    for (struct modbus_link *each = queue->first; each; before = each, each = each->next) {
        if (each != link)
            continue;
        *(before ? &before->next : &queue->first) = link->next;
        if (queue->last == link)
            queue->last = before;
        queue->n--;
        return true;
    }
    return false;
}

/* Only those settled before: a callback that asks again and fails again comes with the loop's next turn. */
static void on_idle(uv_idle_t *idle) {
    struct modbus_service *service = idle->data;
    for (size_t n = service->settled.n; n > 0 && service->settled.first; n--) {
        struct modbus_link *link = modbus_queue_take(&service->settled);
        const struct link_answer answer = {.error = link->error, .detail = link->detail};
        link->request = NULL;
        link->done(link->context, &answer);
    }
    if (!service->settled.first)
        uv_idle_stop(idle);
}

void modbus_service_settle(struct modbus_service *service, struct modbus_link *link, int error,
                           const char *detail) {
    link->error = error;
    link->detail = detail;
    modbus_queue_add(&service->settled, link);
    uv_idle_start(&service->idle, on_idle);
}

int modbus_service_new(uv_loop_t *loop, struct modbus_service **service) {
    struct modbus_service *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    new->loop = loop;
    new->random = (uint64_t)clock_monotonic_us();
    deadline_wheel_init(&new->wheel, clock_monotonic_ms());
    uv_idle_init(loop, &new->idle);
    new->idle.data = new;
    *service = new;
    return 0;
}

static void on_idle_closed(uv_handle_t *handle) {
    free(handle->data);
}

void modbus_service_free(struct modbus_service *service) {
    if (service)
        uv_close((uv_handle_t *)&service->idle, on_idle_closed);
}

void modbus_service_tick(struct modbus_service *service, int64_t now_ms) {
    struct modbus_gateway *gateway;
    while ((gateway = deadline_due(&service->wheel, now_ms)))
        modbus_gateway_due(gateway);
}

struct modbus_counts modbus_service_counts(const struct modbus_service *service) {
    return service->counts;
}

/* Copies what makes an address, so that equal ones are equal bytes. */
static int copy_address(const struct sockaddr *from, union modbus_address *to) {
    memset(to, 0, sizeof(*to));
    to->any.sa_family = from->sa_family;
    if (from->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof(v4));
        to->v4.sin_port = v4.sin_port;
        to->v4.sin_addr = v4.sin_addr;
        return 0;
    }
    if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, from, sizeof(v6));
        to->v6.sin6_port = v6.sin6_port;
        to->v6.sin6_addr = v6.sin6_addr;
        to->v6.sin6_scope_id = v6.sin6_scope_id;
        return 0;
    }
    return ERROR_ARGUMENT;
}

static struct modbus_gateway **find_bucket(struct modbus_service *service,
                                           const union modbus_address *address) {
    const uint8_t *bytes = (const uint8_t *)address;
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < sizeof(*address); i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return &service->buckets[hash % MODBUS_BUCKETS];
}

static struct modbus_gateway *new_gateway(struct modbus_service *service, const union modbus_address *address,
                                          const struct modbus_framing *framing) {
    struct modbus_gateway *gateway = calloc(1, sizeof(*gateway));
    if (!gateway)
        return NULL;
    if (!framing->numbered) {
        gateway->owing_until_us = calloc(MODBUS_UNITS, sizeof(*gateway->owing_until_us));
        if (!gateway->owing_until_us) {
            free(gateway);
            return NULL;
        }
    }
    gateway->service = service;
    gateway->address = *address;
    gateway->framing = framing;
    gateway->due_ms = DEADLINE_NEVER;
    gateway->deadline.owner = gateway;
    return gateway;
}

/* The gateway at the address, made where there is none. */
static int hold_gateway(struct modbus_service *service, const union modbus_address *address,
                        const struct modbus_framing *framing, struct modbus_gateway **gateway) {
    struct modbus_gateway **bucket = find_bucket(service, address);
    struct modbus_gateway *each = *bucket;
    while (each && (each->framing != framing || memcmp(&each->address, address, sizeof(*address)) != 0))
        each = each->next;
    if (!each) {
        each = new_gateway(service, address, framing);
        if (!each)
            return ERROR_MEMORY;
        each->next = *bucket;
        *bucket = each;
    }
    each->n_links++;
    *gateway = each;
    return 0;
}

static void release_gateway(struct modbus_gateway *gateway) {
    if (--gateway->n_links > 0)
        return;
    struct modbus_gateway **place = find_bucket(gateway->service, &gateway->address);
    while (*place != gateway)
        place = &(*place)->next;
    *place = gateway->next;
    modbus_gateway_done(gateway);
    free(gateway->owing_until_us);
    free(gateway);
}

static int ask_link(struct link *base, const struct link_request *request, link_done done, void *context) {
    struct modbus_link *link = (struct modbus_link *)base;
    const struct modbus_request asked = {.unit = link->unit,
                                         .function = request->function,
                                         .address = request->address,
                                         .count = request->count};
    if (request->ask != ASK_REGISTERS || !modbus_request_valid(&asked))
        return ERROR_ARGUMENT;
    if (link->request)
        return ERROR_BUSY;
    link->request = request;
    link->done = done;
    link->context = context;
    modbus_gateway_ask(link->gateway, link);
    return 0;
}

static void close_link(struct link *base) {
    struct modbus_link *link = (struct modbus_link *)base;
    if (link->request)
        modbus_gateway_forget(link->gateway, link);
    release_gateway(link->gateway);
    free(link);
}

int link_modbus_tcp_open(struct modbus_service *service, const struct sockaddr *address,
                         const struct modbus_framing *framing, uint8_t unit, uint16_t pause_ms,
                         struct link **link) {
    static const struct link_kind kind = {.ask = ask_link, .close = close_link};
    union modbus_address copy;
    if (copy_address(address, &copy) < 0)
        return ERROR_ARGUMENT;
    struct modbus_link *new = calloc(1, sizeof(*new));
    if (!new)
        return ERROR_MEMORY;
    if (hold_gateway(service, &copy, framing, &new->gateway) < 0) {
        free(new);
        return ERROR_MEMORY;
    }
    if (pause_ms > new->gateway->pause_ms)
        new->gateway->pause_ms = pause_ms;
    new->link.kind = &kind;
    new->unit = unit;
    *link = &new->link;
    return 0;
}
