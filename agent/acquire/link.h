/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link carries requests to one device and brings answers back, on the field loop's thread. Every kind
 * (Modbus TCP, SNMP, replay of a recording) offers the same three verbs. A request gets exactly one answer,
 * through its callback, never from inside link_ask. A link never retries on its own and never blocks;
 * time-outs come from link deadlines checked by tick.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_H
#define HALLWATCH_ACQUIRE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { OID_MOST = 64 };

/* An object identifier; `part` is borrowed. */
struct oid {
    const uint32_t *part;
    size_t n;
};

enum raw_kind { RAW_NONE, RAW_INTEGER, RAW_REAL, RAW_TEXT, RAW_OID };

/* What a device said, before any meaning. Text and oid are borrowed from the answer. */
struct raw {
    enum raw_kind kind;
    bool unsigned32; /* SNMP Gauge32, Counter32, Unsigned32, TimeTicks */
    int64_t integer;
    double real;
    const char *text; /* not terminated */
    size_t size;
    struct oid oid;
};

struct varbind {
    struct oid name;
    struct raw raw; /* RAW_NONE: noSuchObject, noSuchInstance, endOfMibView, Null */
};

enum ask { ASK_REGISTERS, ASK_GET, ASK_BULK };

struct link_request {
    enum ask ask;
    uint8_t function;        /* REGISTERS: 1, 2, 3, 4, or 43 (identification); nothing else is ever sent */
    uint16_t address, count; /* REGISTERS; of 43: the first object, and the category */
    const struct oid
        *oids; /* GET: the instances; BULK: where each column goes on (returned names are greater) */
    size_t n_oids;
    uint16_t repetitions; /* BULK: rows wanted of each */
    uint32_t timeout_ms;
    bool urgent; /* goes before what waits for the same bus */
    bool
        probe; /* of a device that failed last: where it shares a bus, all of these get a tenth of its time */
};

struct link_answer {
    /*
     * ERROR_NONE, _TIMEOUT, _UNREACHABLE, _REFUSED, _GARBLED, _TOO_BIG (SNMP tooBig), _BUSY (its turn on the
     * bus never came), _CLOSED, _DENIED (SNMPv3: detail says which credential), _HELD (another master has it)
     */
    int error;
    uint8_t exception; /* Modbus exception code, or SNMP error-status, of REFUSED */
    uint16_t culprit;  /* SNMP error-index, 1-based; 0 = not said */
    const char
        *detail; /* static text that says more ("wrong unit", "closed by peer"); NULL = nothing to add */
    const uint8_t *data; /* REGISTERS: the values' bytes, exactly as many as asked for; of 43: see
                            modbus_next_object */
    size_t size;
    const struct varbind
        *varbinds; /* GET: exactly n_oids, same names, same order; BULK: as the agent sent them */
    size_t n_varbinds;
    uint32_t latency_us;
    uint32_t held_us; /* how long it held a serial line, silence included; 0 where no line is held */
};

typedef void (*link_done)(void *context, const struct link_answer *answer);

struct link;
struct link_kind {
    /*
     * 0 and exactly one later call of done; or ERROR_BUSY / ERROR_MEMORY and none. Request memory is the
     * caller's until done.
     */
    int (*ask)(struct link *link, const struct link_request *request, link_done done, void *context);
    /* Gives the link back. A request under way is forgotten: its callback is not called. */
    void (*close)(struct link *link);
};

/* Embedded as the first member of each kind's own structure. */
struct link {
    const struct link_kind *kind;
};

static inline int link_ask(struct link *link, const struct link_request *request, link_done done,
                           void *context) {
    return link->kind->ask(link, request, done, context);
}
static inline void link_close(struct link *link) {
    link->kind->close(link);
}

#endif
