/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links to SNMP agents: which request waits, which is under way, whose answer a datagram is, and when silence
 * is a time-out. link_snmp_codec makes and parses messages, link_snmp_socket carries them, snmp_peek tells
 * whose they are.
 *
 * link_snmp_slots gives out request ids, by which an answer finds its link; SNMPv3 has message ids in their
 * place.
 *
 * A request may take several messages, one after the other and each with its own deadline: SNMPv3 discovers
 * the agent's engine and its clock, SNMPv1 loses a name at a time. The codec knows which comes next.
 */
#include "acquire/link_snmp.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/deadline.h"
#include "acquire/link_snmp_codec.h"
#include "acquire/link_snmp_question.h"
#include "acquire/link_snmp_slots.h"
#include "acquire/link_snmp_socket.h"
#include "acquire/snmp_peek.h"
#include "base/clock.h"

enum { EPOCH_US = 10000, PUMP_MS = 10 };
enum { LESSONS_MOST = 6 }; /* of SNMPv3 in one request: engine, clock, and each changed under way */

enum state { STATE_IDLE, STATE_QUEUED, STATE_SENT, STATE_FAILED };

struct link_snmp {
    struct link link;
    struct snmp_service *service;
    struct family *family;
    union snmp_address address;
    struct snmp_peer peer;
    uint32_t slot;

    enum state state;
    struct link_snmp *previous, *next; /* in the list of what is queued or failed */
    struct link_request request;
    struct snmp_question question;
    unsigned lessons;
    link_done done;
    void *context;
    int64_t sent_us;
    struct deadline deadline;
    int failure; /* of STATE_FAILED */
    const char *failure_detail;
    const char *trouble; /* the detail of the last answer, if it was a failure */
};

struct list {
    struct link_snmp *first, *last;
    size_t n;
};

/*
 * What was sent of late and is not answered: as many answers may be about to arrive at once, and the receive
 * buffer must hold them. A request counts for one to two epochs; what has not come by then comes scattered or
 * not at all, and dead agents must not hold up the living.
 */
struct burst {
    int64_t epoch;
    uint32_t recent, earlier;
};

struct family {
    struct snmp_socket socket; /* opened with the first link */
    struct burst burst;
    struct list queued; /* in the order of asking, but urgent ones first */
};

struct snmp_service {
    uv_loop_t *loop;
    uv_timer_t pump; /* runs while something is queued or failed */
    int open_handles;
    struct snmp_codec *codec;
    uint8_t *packet;
    struct family v4, v6;
    struct deadline_wheel deadlines; /* of what is sent */
    struct list failed;              /* could not be sent; not yet said */
    struct snmp_slots slots;         /* of all links */
    struct snmp_counts counts;
};

static void list_append(struct list *list, struct link_snmp *link) {
    link->previous = list->last;
    link->next = NULL;
    *(list->last ? &list->last->next : &list->first) = link;
    list->last = link;
    list->n++;
}

static void list_prepend(struct list *list, struct link_snmp *link) {
    link->previous = NULL;
    link->next = list->first;
    *(list->first ? &list->first->previous : &list->last) = link;
    list->first = link;
    list->n++;
}

static void list_remove(struct list *list, struct link_snmp *link) {
    *(link->previous ? &link->previous->next : &list->first) = link->next;
    *(link->next ? &link->next->previous : &list->last) = link->previous;
    list->n--;
}

static void burst_advance(struct burst *burst, int64_t now_us) {
    int64_t epoch = now_us / EPOCH_US;
    if (epoch == burst->epoch)
        return;
    burst->earlier = epoch == burst->epoch + 1 ? burst->recent : 0;
    burst->recent = 0;
    burst->epoch = epoch;
}

static void burst_leave(struct burst *burst, int64_t sent_us) {
    int64_t epoch = sent_us / EPOCH_US;
    if (epoch == burst->epoch)
        burst->recent--;
    else if (epoch == burst->epoch - 1)
        burst->earlier--;
}

/* Takes the link out of whatever its request was in. */
static void forget_request(struct link_snmp *link) {
    switch (link->state) {
    case STATE_IDLE:
        return;
    case STATE_QUEUED:
        list_remove(&link->family->queued, link);
        break;
    case STATE_SENT:
        deadline_set(&link->service->deadlines, &link->deadline, DEADLINE_NEVER);
        burst_leave(&link->family->burst, link->sent_us);
        break;
    case STATE_FAILED:
        list_remove(&link->service->failed, link);
        break;
    }
    link->state = STATE_IDLE;
}

/* The callback may ask again and may close the link: nothing of it is touched afterwards. */
static void complete(struct link_snmp *link, const struct link_answer *answer) {
    forget_request(link);
    link->trouble = answer->error ? answer->detail : NULL;
    link->done(link->context, answer);
}

static void fail_later(struct link_snmp *link, int error, const char *detail) {
    struct snmp_service *service = link->service;
    forget_request(link);
    link->failure = error;
    link->failure_detail = detail;
    link->state = STATE_FAILED;
    list_append(&service->failed, link);
}

/*
 * From the queue onto the wire, or among the failed. Returns ERROR_BUSY, and it stays queued, when the kernel
 * has no room.
 */
static int send_request(struct link_snmp *link, int64_t now_us) {
    struct snmp_service *service = link->service;
    const uint8_t *packet;
    size_t size;
    link->question.id = snmp_slots_new_id(&service->slots, link->slot);
    int error = snmp_codec_encode(service->codec, &link->question, &packet, &size);
    if (!error)
        error = snmp_socket_send(&link->family->socket, &link->address, packet, size);
    if (error == ERROR_BUSY)
        return error;
    if (error) {
        fail_later(link, error, error == ERROR_UNREACHABLE ? strerrordesc_np(errno) : NULL);
        return ERROR_NONE;
    }
    forget_request(link);
    link->sent_us = now_us;
    deadline_set(&service->deadlines, &link->deadline, now_us / 1000 + link->request.timeout_ms);
    link->state = STATE_SENT;
    link->family->burst.recent++;
    return ERROR_NONE;
}

static void send_queued(struct family *family) {
    int64_t now_us = clock_monotonic_us();
    struct burst *burst = &family->burst;
    burst_advance(burst, now_us);
    while (family->queued.first && burst->recent + burst->earlier < family->socket.room)
        if (send_request(family->queued.first, now_us) == ERROR_BUSY)
            break;
}

static void on_pump(uv_timer_t *timer);

static void pump(struct snmp_service *service) {
    send_queued(&service->v4);
    send_queued(&service->v6);
    if (service->failed.n > 0)
        uv_timer_start(&service->pump, on_pump, 0, 0);
    else if ((service->v4.queued.n > 0 || service->v6.queued.n > 0) &&
             !uv_is_active((uv_handle_t *)&service->pump))
        uv_timer_start(&service->pump, on_pump, PUMP_MS, 0);
}

static void on_pump(uv_timer_t *timer) {
    struct snmp_service *service = timer->data;
    for (size_t n = service->failed.n; n > 0 && service->failed.first; n--) {
        struct link_snmp *link = service->failed.first;
        struct link_answer answer = {.error = link->failure, .detail = link->failure_detail};
        complete(link, &answer);
    }
    pump(service);
}

void snmp_service_tick(struct snmp_service *service, int64_t now_ms) {
    struct link_snmp *link;
    while ((link = deadline_due(&service->deadlines, now_ms)) != NULL) {
        const struct link_answer answer = {
            .error = ERROR_TIMEOUT,
            .detail = snmp_peer_silent(&link->peer),
            .latency_us = (uint32_t)(clock_monotonic_us() - link->sent_us),
        };
        complete(link, &answer);
    }
    pump(service);
}

/* The link that waits for this datagram, or NULL and it is counted. */
static struct link_snmp *find_link(struct snmp_service *service, const union snmp_address *from,
                                   const uint8_t *packet, size_t size) {
    struct snmp_peek peek;
    if (snmp_peek_read(packet, size, &peek) || (peek.pdu != SNMP_PDU_RESPONSE && peek.pdu != 0)) {
        service->counts.malformed++;
        return NULL;
    }
    struct link_snmp *link = snmp_slots_find(&service->slots, peek.request_id);
    if (!link || link->state != STATE_SENT || link->question.id != peek.request_id) {
        service->counts.unmatched++;
        return NULL;
    }
    if (!snmp_address_same_host(from, &link->address)) {
        service->counts.foreign++;
        return NULL;
    }
    return link;
}

static void enqueue(struct link_snmp *link) {
    forget_request(link);
    link->state = STATE_QUEUED;
    if (link->request.urgent)
        list_prepend(&link->family->queued, link);
    else
        list_append(&link->family->queued, link);
}

/* SNMPv1 ends by itself, having fewer names each time. */
static bool may_go_on(struct link_snmp *link, struct link_answer *answer) {
    if (link->peer.version != SNMP_V3 || ++link->lessons <= LESSONS_MOST)
        return true;
    answer->error = ERROR_DENIED;
    answer->detail = "it asks for another engine id or clock time and again";
    return false;
}

static void on_datagram(void *context, const union snmp_address *from, uint8_t *packet, size_t size) {
    struct snmp_service *service = context;
    struct link_snmp *link = find_link(service, from, packet, size);
    if (!link)
        return;
    struct link_answer answer;
    int64_t latency_us = clock_monotonic_us() - link->sent_us;
    enum snmp_meaning meaning = snmp_codec_decode(service->codec, &link->question, packet, size, &answer);
    answer.latency_us = (uint32_t)latency_us;
    if (meaning == SNMP_STRAY || answer.error == ERROR_GARBLED)
        service->counts.malformed++;
    if (meaning == SNMP_GO_ON && may_go_on(link, &answer))
        enqueue(link);
    else if (meaning != SNMP_STRAY)
        complete(link, &answer);
    snmp_codec_release(service->codec);
    pump(service);
}

static int ask(struct link *base, const struct link_request *request, link_done done, void *context) {
    struct link_snmp *link = (struct link_snmp *)base;
    if (link->state != STATE_IDLE)
        return ERROR_BUSY;
    int error = snmp_question_check(request);
    if (error)
        return error;
    link->request = *request;
    link->done = done;
    link->context = context;
    link->question = (struct snmp_question){.peer = &link->peer, .request = &link->request};
    link->lessons = 0;
    enqueue(link);
    pump(link->service);
    return ERROR_NONE;
}

static void close_link(struct link *base) {
    struct link_snmp *link = (struct link_snmp *)base;
    forget_request(link);
    deadline_remove(&link->deadline);
    snmp_slots_give_back(&link->service->slots, link->slot);
    snmp_peer_done(link->service->codec, &link->peer);
    free(link);
}

static const struct link_kind link_kind_snmp = {.ask = ask, .close = close_link};

static int open_family(struct snmp_service *service, int which, struct family **family) {
    if (which != AF_INET && which != AF_INET6)
        return ERROR_ARGUMENT;
    *family = which == AF_INET ? &service->v4 : &service->v6;
    struct snmp_socket *socket = &(*family)->socket;
    if (socket->is_open)
        return ERROR_NONE;
    int error = snmp_socket_init(socket, service->loop, which, service->packet, on_datagram, service);
    if (error)
        return error;
    socket->poll.data = service;
    service->open_handles++;
    return ERROR_NONE;
}

int link_snmp_open(struct snmp_service *service, const struct sockaddr *address,
                   const struct snmp_credentials *credentials, struct link **link) {
    struct family *family;
    int error = open_family(service, address->sa_family, &family);
    if (error)
        return error;
    struct link_snmp *made = calloc(1, sizeof *made);
    if (!made)
        return ERROR_MEMORY;
    made->link.kind = &link_kind_snmp;
    made->service = service;
    made->family = family;
    made->deadline.owner = made;
    memcpy(&made->address, address,
           address->sa_family == AF_INET ? sizeof made->address.v4 : sizeof made->address.v6);
    error = snmp_peer_init(service->codec, credentials, &made->peer);
    if (!error)
        error = snmp_slots_take(&service->slots, made, &made->slot);
    if (error) {
        snmp_peer_done(service->codec, &made->peer);
        free(made);
        return error;
    }
    *link = &made->link;
    return ERROR_NONE;
}

const char *link_snmp_trouble(const struct link *link) {
    return ((const struct link_snmp *)link)->trouble;
}

int snmp_service_new(uv_loop_t *loop, struct snmp_service **service) {
    struct snmp_service *made = calloc(1, sizeof *made);
    if (!made)
        return ERROR_MEMORY;
    made->packet = calloc(1, SNMP_DATAGRAM_ROOM);
    if (!made->packet || snmp_codec_new(&made->codec)) {
        free(made->packet);
        free(made);
        return ERROR_MEMORY;
    }
    made->loop = loop;
    deadline_wheel_init(&made->deadlines, clock_monotonic_ms());
    uv_timer_init(loop, &made->pump);
    made->pump.data = made;
    made->open_handles = 1;
    *service = made;
    return ERROR_NONE;
}

/* Memory goes with the last handle, so that a callback may free the service that called it. */
static void on_closed(uv_handle_t *handle) {
    struct snmp_service *service = handle->data;
    if (--service->open_handles > 0)
        return;
    snmp_codec_free(service->codec);
    free(service->packet);
    snmp_slots_done(&service->slots);
    free(service);
}

void snmp_service_free(struct snmp_service *service) {
    assert(service->slots.n_taken == 0);
    uv_close((uv_handle_t *)&service->pump, on_closed);
    if (service->v4.socket.is_open)
        snmp_socket_done(&service->v4.socket, on_closed);
    if (service->v6.socket.is_open)
        snmp_socket_done(&service->v6.socket, on_closed);
}

struct snmp_counts snmp_service_counts(const struct snmp_service *service) {
    struct snmp_counts counts = service->counts;
    counts.kernel_drops = service->v4.socket.drops.n + service->v6.socket.drops.n;
    return counts;
}
