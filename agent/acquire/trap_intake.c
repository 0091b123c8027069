/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a datagram to the devices that it is about. The order is that of the cost: who sent it (a look into a
 * table), what it says (our own parser), whether it is genuine (a comparison of communities; hashing for
 * SNMPv3, within bounds), and only then an answer and a poll.
 *
 * A sender is known by its source address. A trap that a proxy passes on names its device in agent-addr of v1
 * or snmpTrapAddress of v2c. That is anybody's word, so it is taken from configured devices and proxies only,
 * and only where it names the address of a device that has the trap's community; else the source counts, for
 * many devices fill in an address that is of no use. SNMPv3 has no such field: its traps come from the device
 * itself.
 */
#include "acquire/trap_intake.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
    OPENINGS_MOST = 8,         /* keys tried on one datagram: devices that share an address and a user */
    QUIET_MS = 10 * 60 * 1000, /* after which a complaint is over */
};

struct trap_intake {
    const struct trap_config *config;
    trap_event event;
    void *context;
    struct snmp_receiver *receiver;
    uint8_t *copy; /* TRAP_DATAGRAM_ROOM bytes, of the packet that is opened */
    struct trap_senders senders;
    struct trap_pace pace;
    struct trap_counts counts;
    struct complaint strangers, broken;
    int64_t stranger_ms, broken_ms; /* when the last came */
};

/* A datagram on its way. */
struct arrival {
    struct trap_intake *intake;
    const struct sockaddr *from;
    struct trap_host host;
    uint8_t *packet;
    size_t size;
    int64_t now_ms;
    struct snmp_notice notice;
    trap_answer answer;
    void *answer_context;
};

static struct trap_sender *sender_at(struct trap_place *place) {
    return (struct trap_sender *)place; /* its first member */
}

static void write_host(const struct sockaddr *from, char *text, size_t size) {
    struct trap_host host; /* a socket of both protocols shows IPv4 within IPv6 */
    bool known = trap_host_of(from, &host);
    bool v4 = known && trap_host_is_v4(&host);
    if (!known || !inet_ntop(v4 ? AF_INET : AF_INET6, host.byte + (v4 ? sizeof host.byte - 4 : 0), text,
                             (socklen_t)size))
        snprintf(text, size, "?");
}

/* --- what becomes of it */

static void refuse_stranger(const struct arrival *arrival) {
    struct trap_intake *intake = arrival->intake;
    char host[INET6_ADDRSTRLEN];
    intake->counts.unknown_sender++;
    intake->stranger_ms = arrival->now_ms;
    write_host(arrival->from, host, sizeof host);
    log_complain(&intake->strangers, arrival->now_ms, "traps",
                 "from %s, which is no configured device: dropped", host);
}

static void refuse_broken(const struct arrival *arrival) {
    struct trap_intake *intake = arrival->intake;
    char host[INET6_ADDRSTRLEN];
    intake->counts.malformed++;
    intake->broken_ms = arrival->now_ms;
    write_host(arrival->from, host, sizeof host);
    log_complain(&intake->broken, arrival->now_ms, "traps", "from %s: no SNMP trap or inform: dropped", host);
}

static void refuse_credentials(const struct arrival *arrival, struct trap_sender *sender, const char *what) {
    arrival->intake->counts.wrong_credentials++;
    sender->wrong_ms = arrival->now_ms;
    log_complain(&sender->wrong, arrival->now_ms, sender->name,
                 "a trap came from it with another %s than it is asked with: dropped", what);
}

/* True where it leads to a poll at once. */
static bool welcome(const struct arrival *arrival, struct trap_sender *sender) {
    struct trap_intake *intake = arrival->intake;
    if (arrival->now_ms - sender->wrong_ms > QUIET_MS)
        log_relieve(&sender->wrong, arrival->now_ms, sender->name, "its traps have its credentials again");
    sender->accepted++;
    sender->cold_start |= arrival->notice.cold_start;
    if (!trap_pace_ask(&intake->pace, &sender->turn, arrival->now_ms))
        return false;
    bool cold_start = sender->cold_start;
    sender->cold_start = false;
    intake->event(intake->context, sender, cold_start);
    return true;
}

static void count_accepted(struct trap_intake *intake, bool triggered) {
    if (triggered)
        intake->counts.triggered++;
    else
        intake->counts.limited++;
}

/* --- v1 and v2c */

/* Takes as long for a wrong community as for a right one of its length. */
static bool has_community(const struct trap_sender *sender, const struct snmp_notice *notice) {
    if (sender->credentials->version == SNMP_V3)
        return false;
    const char *community = sender->credentials->community;
    uint8_t difference = 0;
    if (strlen(community) != notice->community_size)
        return false;
    for (size_t i = 0; i < notice->community_size; i++)
        difference |= (uint8_t)community[i] ^ notice->community[i];
    return difference == 0;
}

/* All devices at the host with that community. False where there is none. */
static bool accept_open(const struct arrival *arrival, const struct trap_host *host) {
    bool any = false, triggered = false;
    struct trap_place *next, *place = trap_senders_find(&arrival->intake->senders, host);
    for (; place; place = next) {
        next = trap_place_next(place);
        if (!has_community(sender_at(place), &arrival->notice))
            continue;
        any = true;
        triggered |= welcome(arrival, sender_at(place));
    }
    if (any)
        count_accepted(arrival->intake, triggered);
    return any;
}

static void take_open(const struct arrival *arrival, struct trap_place *first) {
    struct trap_intake *intake = arrival->intake;
    const struct snmp_notice *notice = &arrival->notice;
    struct trap_host agent = trap_host_of_v4(notice->agent);
    bool accepted =
        notice->has_agent && !trap_host_same(&agent, &arrival->host) && accept_open(arrival, &agent);
    if (!accepted)
        accepted = accept_open(arrival, &arrival->host);
    if (!accepted && first) {
        refuse_credentials(arrival, sender_at(first), "community");
    } else if (!accepted) {
        refuse_stranger(arrival); /* passed on by a proxy, of a device that is not ours */
    } else if (notice->is_inform) {
        snmp_notice_acknowledge(arrival->packet, notice);
        intake->counts.acknowledged++;
        arrival->answer(arrival->answer_context, arrival->packet, arrival->size);
    }
}

/* --- v3 */

static void introduce(const struct arrival *arrival, struct trap_sender *sender) {
    const uint8_t *answer;
    size_t size;
    if (snmp_receiver_introduce(arrival->intake->receiver, &sender->notifier, arrival->packet, arrival->size,
                                arrival->now_ms, &arrival->notice, &answer, &size))
        arrival->answer(arrival->answer_context, answer, size);
}

static void answer_sealed(const struct arrival *arrival, struct trap_sender *sender, enum snmp_seal seal) {
    struct trap_intake *intake = arrival->intake;
    const uint8_t *answer;
    size_t size;
    if (!arrival->notice.reportable ||
        !snmp_receiver_answer(intake->receiver, &sender->notifier, &answer, &size))
        return;
    intake->counts.acknowledged += seal == SNMP_SEAL_GOOD;
    arrival->answer(arrival->answer_context, answer, size);
}

/* None of the devices there has a key that opens it; the last that was tried says what is wrong. */
static void refuse_sealed(const struct arrival *arrival, struct trap_sender *sender, enum snmp_seal seal) {
    struct trap_counts *counts = &arrival->intake->counts;
    if (seal == SNMP_SEAL_LATE)
        counts->late++;
    else if (seal == SNMP_SEAL_BROKEN)
        refuse_broken(arrival);
    else
        refuse_credentials(arrival, sender, "SNMPv3 key");
}

/* Parsing leaves its marks, so each sender's key is tried on a copy. */
static enum snmp_seal open_sealed(struct arrival *arrival, struct trap_sender *sender) {
    struct trap_intake *intake = arrival->intake;
    struct snmp_notice notice = arrival->notice;
    memcpy(intake->copy, arrival->packet, arrival->size);
    enum snmp_seal seal = snmp_receiver_open(intake->receiver, &sender->notifier, intake->copy, arrival->size,
                                             arrival->now_ms, &notice);
    if (seal == SNMP_SEAL_GOOD)
        arrival->notice = notice;
    return seal;
}

/* The first at the place whose key opens the message, or the last that was tried; NULL: it fits nobody. */
static struct trap_sender *find_opener(struct arrival *arrival, struct trap_place *place,
                                       enum snmp_seal *seal) {
    struct trap_sender *tried = NULL;
    for (int openings = 0; place && openings < OPENINGS_MOST; place = trap_place_next(place)) {
        if (!snmp_notifier_fits(&sender_at(place)->notifier, &arrival->notice))
            continue;
        tried = sender_at(place);
        *seal = open_sealed(arrival, tried);
        if (*seal == SNMP_SEAL_GOOD)
            break;
        openings++;
    }
    return tried;
}

/* All devices there that have the key. */
static void accept_sealed(const struct arrival *arrival, struct trap_place *place,
                          const struct trap_sender *opener) {
    bool triggered = false;
    struct trap_place *next;
    for (; place; place = next) {
        next = trap_place_next(place);
        if (snmp_notifier_shares(&opener->notifier, &sender_at(place)->notifier))
            triggered |= welcome(arrival, sender_at(place));
    }
    count_accepted(arrival->intake, triggered);
}

/* Of those at the place one that is asked with SNMPv3; NULL = none. */
static struct trap_sender *find_sealing(struct trap_place *place) {
    while (place && !sender_at(place)->notifier.keys)
        place = trap_place_next(place);
    return place ? sender_at(place) : NULL;
}

static void take_sealed(struct arrival *arrival, struct trap_place *first) {
    struct trap_intake *intake = arrival->intake;
    struct trap_sender *sealing = find_sealing(first);
    enum snmp_seal seal = SNMP_SEAL_FORGED;
    if (!sealing) {
        refuse_credentials(arrival, sender_at(first), "SNMP version");
        return;
    }
    if (arrival->notice.reportable && !snmp_receiver_is_addressed(intake->receiver, &arrival->notice)) {
        intake->counts.introduced++;
        introduce(arrival, sealing);
        return;
    }
    struct trap_sender *opener = find_opener(arrival, first, &seal);
    if (!opener) {
        refuse_credentials(arrival, sealing, "SNMPv3 user or security level");
        if (arrival->notice.reportable)
            introduce(arrival, sealing);
        return;
    }
    answer_sealed(arrival, opener, seal);
    if (seal == SNMP_SEAL_GOOD)
        accept_sealed(arrival, first, opener);
    else
        refuse_sealed(arrival, opener, seal);
}

/* --- every datagram */

static bool is_proxy(const struct trap_config *config, const struct trap_host *host) {
    struct trap_host proxy;
    for (size_t i = 0; i < config->n_proxies; i++)
        if (trap_host_of((const struct sockaddr *)&config->proxies[i], &proxy) &&
            trap_host_same(&proxy, host))
            return true;
    return false;
}

void trap_intake_take(struct trap_intake *intake, const struct sockaddr *from, uint8_t *packet, size_t size,
                      int64_t now_ms, trap_answer answer, void *answer_context) {
    struct arrival arrival = {
        .intake = intake,
        .from = from,
        .packet = packet,
        .size = size,
        .now_ms = now_ms,
        .answer = answer,
        .answer_context = answer_context,
    };
    intake->counts.received++;
    if (!trap_host_of(from, &arrival.host))
        return;
    struct trap_place *first = trap_senders_find(&intake->senders, &arrival.host);
    if (!first && !is_proxy(intake->config, &arrival.host))
        refuse_stranger(&arrival);
    else if (snmp_notice_read(packet, size, &arrival.notice))
        refuse_broken(&arrival);
    else if (arrival.notice.version != SNMP_V3)
        take_open(&arrival, first);
    else if (first)
        take_sealed(&arrival, first);
    else
        refuse_stranger(&arrival);
}

/* --- senders */

int trap_intake_place(struct trap_intake *intake, struct trap_sender *sender,
                      const struct sockaddr *address) {
    struct trap_host host;
    if (!trap_host_of(address, &host))
        return ERROR_ARGUMENT;
    int error = ERROR_NONE;
    if (sender->credentials->version == SNMP_V3 && !sender->notifier.keys)
        error = snmp_notifier_init(intake->receiver, sender->credentials, &sender->notifier);
    if (!error)
        trap_senders_put(&intake->senders, &sender->place, &host);
    return error;
}

void trap_intake_forget(struct trap_intake *intake, struct trap_sender *sender) {
    trap_senders_remove(&sender->place);
    trap_pace_forget(&intake->pace, &sender->turn);
    if (sender->notifier.keys)
        snmp_notifier_done(intake->receiver, &sender->notifier);
}

struct trap_counts trap_intake_counts(const struct trap_intake *intake) {
    return intake->counts;
}

/* --- the whole */

int trap_intake_new(const struct trap_config *config, const char *name, trap_event event, void *context,
                    int64_t now_ms, struct trap_intake **intake) {
    struct trap_intake *made = calloc(1, sizeof *made);
    if (!made)
        return ERROR_MEMORY;
    made->config = config;
    made->event = event;
    made->context = context;
    made->copy = calloc(1, TRAP_DATAGRAM_ROOM);
    int error = made->copy ? snmp_receiver_new(name, clock_wall_ms() / 1000, &made->receiver) : ERROR_MEMORY;
    if (error) {
        trap_intake_free(made);
        return error;
    }
    trap_pace_init(&made->pace, now_ms);
    *intake = made;
    return ERROR_NONE;
}

void trap_intake_free(struct trap_intake *intake) {
    if (!intake)
        return;
    snmp_receiver_free(intake->receiver);
    free(intake->copy);
    free(intake);
}

const uint8_t *trap_intake_engine_id(const struct trap_intake *intake, size_t *size) {
    return snmp_receiver_id(intake->receiver, size);
}

/* Strangers and nonsense: over when none has come for a while. */
static void say_what_is_over(struct trap_intake *intake, int64_t now_ms) {
    if (now_ms - intake->stranger_ms > QUIET_MS)
        log_relieve(&intake->strangers, now_ms, "traps", "none from strangers any more");
    if (now_ms - intake->broken_ms > QUIET_MS)
        log_relieve(&intake->broken, now_ms, "traps", "none that are malformed any more");
}

void trap_intake_tick(struct trap_intake *intake, int64_t now_ms) {
    struct trap_turn *turn;
    while ((turn = trap_pace_due(&intake->pace, now_ms)) != NULL) {
        struct trap_sender *sender =
            (struct trap_sender *)((char *)turn - offsetof(struct trap_sender, turn));
        bool cold_start = sender->cold_start;
        sender->cold_start = false;
        intake->event(intake->context, sender, cold_start);
    }
    say_what_is_over(intake, now_ms);
}
