/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the server share: the loop, its endpoints and the one way to answer. Used by server*.c
 * alone.
 */
#ifndef HALLSIM_SERVER_PARTS_H
#define HALLSIM_SERVER_PARTS_H

#include <netinet/in.h>

#include "server.h"

/* A descriptor in the loop and what to do when it is ready. */
struct endpoint {
    void (*ready)(struct server *server, struct endpoint *endpoint);
    int descriptor; /* -1 = none */
};

/* Something to be done later; see server_timers.c. Zeroed = not set. */
struct timer {
    int64_t due_us;
    void (*due)(struct server *server, struct timer *timer);
    size_t at; /* its place among the timers, from 1; 0 = not set */
};

/* In order of time: a heap. */
struct timers {
    struct timer **heap; /* from 1 on */
    size_t n, room;
};

enum { WATCHES_MOST = 4 };

struct connection;
struct datagrams;
struct later_datagram;
struct trap_run;
struct script;

struct server {
    struct site *site;
    struct server_options options;
    int loop;
    struct endpoint listener, snmp, control, signals;
    uint16_t vanished_port;                  /* of the listener while all are gone; 0 = it listens */
    struct connection *connections, *closed; /* closed: until the end of the loop's round */
    struct datagrams *datagrams;
    struct later_datagram *later; /* all that are under way */
    uint64_t n_connections, strangers,
        malformed; /* strangers: requests to units and addresses that are no device */
    int64_t now_us, wall_offset_us;
    struct trap_run *trap_runs;
    uint64_t traps; /* sent */
    struct timers timers;
    struct script *script; /* NULL = none, or played to its end */
    struct training_spec training;
    struct poll_watch watches[WATCHES_MOST]; /* one for each interval */
    unsigned n_watches;
    struct times returns;
    struct rate_watch accepted; /* connections, also those that were refused */
    bool stopped;
};

/*
 * Answers one request to a device, its faults included, as far as they are of bytes; 0 where nothing is to be
 * sent.
 */
size_t server_answer(struct server *server, struct device *device, const uint8_t *request, size_t size,
                     uint8_t answer[FAULT_ANSWER_MOST]);
void server_add_endpoint(struct server *server, struct endpoint *endpoint);
/* A socket for every loopback address; -1 after the cause was said. */
int server_open_socket(int type, uint16_t port);

/* Sets a timer, anew where it is set; without memory it is not set. Takes it back. */
void timer_set(struct server *server, struct timer *timer, int64_t due_us);
void timer_clear(struct server *server, struct timer *timer);
/* Does what is due, and then: milliseconds until the next, -1 where there is none. */
int timers_run(struct server *server);

/* Frees the connections that were closed in this round of the loop. */
void server_forget_closed(struct server *server);
/* Closes the connections to devices that refuse them. */
void server_close_refused(struct server *server);

/* Sends a datagram from this address of ours; what the kernel does not take is lost. */
void server_send_datagram(struct server *server, uint32_t from, const struct sockaddr_in *to,
                          const uint8_t *bytes, size_t size);
/* An address where nobody lives, for a device that speaks from a wrong one. */
uint32_t server_strange_address(const struct device *device);
void server_end_traps(struct server *server);

/* Reads the script of the options; false after the cause was said. It begins with the first request. */
bool server_open_script(struct server *server);
void server_begin_script(struct server *server);
void server_close_script(struct server *server);

/* Each opens its endpoint; false after the cause was said. */
bool server_open_modbus(struct server *server);
bool server_open_snmp(struct server *server);
bool server_open_control(struct server *server);
void server_close_modbus(struct server *server);
void server_close_snmp(struct server *server);
void server_close_control(struct server *server);

#endif
