/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNMPv3's user-based security as each agent has it: keys, engine id, and the engine's clock. net-snmp keeps
 * users and clocks in tables of the process, by engine id, where two agents with one id would spoil each
 * other. So no user stands in them, and the clock that does is nobody's: an engine is lent to them around
 * each message. To find a clock there the library hashes the engine id, which costs as much as a message; so
 * its place is kept.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_USM_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_USM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/snmp_credentials.h"

enum { SNMP_KEY_MOST = 64, SNMP_ENGINE_ID_MOST = 64 };

/* What a passphrase comes to by a million hashed bytes: milliseconds, so once for all agents. */
struct snmp_master_key {
    uint8_t byte[SNMP_KEY_MOST];
    size_t size;
};

/* The credentials that some agents share. */
struct snmp_keys {
    struct snmp_keys *next;
    size_t holders;
    struct snmp_credentials credentials; /* a copy */
    struct snmp_master_key auth, privacy;
};

struct usmUser;
/* One agent's engine. `user` holds its id and the localized keys; NULL = not discovered. */
struct snmp_engine {
    struct snmp_keys *keys;
    struct usmUser *user;
    /* Its clock when it was last heard, and when that was, by the library's clock; both 0 = not known. */
    uint32_t boots, time;
    int64_t heard;
    bool authentic; /* was learnt from an authenticated message */
    int bucket;     /* of its id in the table of clocks; kept, for it is a hash */
};

/* Makes the library's security ready, once for the process, without reading any file. 0 or ERROR_SYSTEM. */
int snmp_usm_start(void);

/* The keys of these credentials (v3), made where the ring has none yet. 0, ERROR_MEMORY or ERROR_ARGUMENT. */
int snmp_keys_hold(struct snmp_keys **ring, const struct snmp_credentials *credentials,
                   struct snmp_keys **keys);
/* The last to release forgets them. NULL is fine. */
void snmp_keys_release(struct snmp_keys **ring, struct snmp_keys *keys);

/*
 * Takes the engine id as the agent's: localizes the keys. The clock is what the library guesses from the
 * message just parsed. 0, ERROR_MEMORY, or ERROR_ARGUMENT for an id that is too long.
 */
int snmp_engine_meet(struct snmp_engine *engine, const uint8_t *id, size_t size);
/* The engine is to be discovered anew. */
void snmp_engine_forget(struct snmp_engine *engine);
/* The clock is to be learnt anew. */
void snmp_engine_reset_clock(struct snmp_engine *engine);

/*
 * Puts the engine's user and clock into the library's tables, before a message is built or parsed. Where its
 * clock is not known, no clock is in the table.
 */
void snmp_engine_lend(struct snmp_engine *engine);
/* Takes its user out again, and keeps what the library has learnt of its clock. */
void snmp_engine_take_back(struct snmp_engine *engine);
/* Forgets what a message may have left that was none of a known engine. */
void snmp_clocks_empty(void);

#endif
