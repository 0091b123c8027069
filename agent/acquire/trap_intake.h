/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traps and informs of SNMP v1, v2c and v3: received, held against who may send them, acknowledged, and
 * turned into at most so many calls as the pace allows. What a device does about a trap is device_trap's.
 */
#ifndef HALLWATCH_ACQUIRE_TRAP_INTAKE_H
#define HALLWATCH_ACQUIRE_TRAP_INTAKE_H

#include "acquire/link_snmp_notice.h"
#include "acquire/trap_pace.h"
#include "acquire/trap_senders.h"
#include "base/log.h"
#include "model/config.h"

/*
 * What a datagram is received into; there is room behind the largest, for the parser may look a little beyond
 * the end of a malformed one.
 */
enum { TRAP_DATAGRAM_MOST = 65536, TRAP_DATAGRAM_ROOM = TRAP_DATAGRAM_MOST + 4096 };

/* Datagrams, by what became of them. */
struct trap_counts {
    uint64_t received;          /* is the sum of these: */
    uint64_t triggered;         /* led to a poll at once */
    uint64_t limited;           /* to one that was due already, or later: too many came */
    uint64_t unknown_sender;    /* from no configured device or proxy */
    uint64_t wrong_credentials; /* another community, user, level or key than the device is asked with */
    uint64_t late;       /* SNMPv3: outside its engine's time; of an inform, its sender is told the time */
    uint64_t malformed;  /* no notification, or not by the rules of SNMP */
    uint64_t introduced; /* SNMPv3: its sender was told our engine, and will come again */
    /* Besides: */
    uint64_t acknowledged; /* informs */
    uint64_t kernel_drops; /* were lost before they were received */
};

/* Who may send; embedded in its owner, begins zeroed. */
struct trap_sender {
    struct trap_place place;
    struct trap_turn turn;
    struct snmp_notifier notifier;
    const struct snmp_credentials *credentials; /* borrowed */
    const char *name;                           /* borrowed */
    void *owner;
    bool cold_start;        /* since its owner was told last, one said that the device has started */
    uint64_t accepted;      /* traps and informs of it */
    struct complaint wrong; /* credentials */
    int64_t wrong_ms;       /* when they were last */
};

/* A trap of the sender came, and its turn. */
typedef void (*trap_event)(void *context, struct trap_sender *sender, bool cold_start);
/* An answer to a datagram. */
typedef void (*trap_answer)(void *context, const uint8_t *packet, size_t size);

struct trap_intake;

/*
 * `config` is borrowed. `name` tells this gateway from others, for SNMPv3. One for the process. 0,
 * ERROR_MEMORY or ERROR_SYSTEM.
 */
int trap_intake_new(const struct trap_config *config, const char *name, trap_event event, void *context,
                    int64_t now_ms, struct trap_intake **intake);
/* Senders are forgotten before. NULL is fine. */
void trap_intake_free(struct trap_intake *intake);
/* Our engine's id, as devices are configured with it for SNMPv3 informs. */
const uint8_t *trap_intake_engine_id(const struct trap_intake *intake, size_t *size);

/* Once per tick, with the loop's monotonic time: calls those whose turn has come. */
void trap_intake_tick(struct trap_intake *intake, int64_t now_ms);

/* The sender is at this address now; name, owner and credentials are set. 0, ERROR_ARGUMENT or ERROR_MEMORY.
 */
int trap_intake_place(struct trap_intake *intake, struct trap_sender *sender, const struct sockaddr *address);
/* It is nowhere any more. Fine for one that never was. */
void trap_intake_forget(struct trap_intake *intake, struct trap_sender *sender);

/* What every datagram goes through; `packet` of at most TRAP_DATAGRAM_MOST bytes has TRAP_DATAGRAM_ROOM. An
 * event may come from inside. */
void trap_intake_take(struct trap_intake *intake, const struct sockaddr *from, uint8_t *packet, size_t size,
                      int64_t now_ms, trap_answer answer, void *answer_context);

/* Without kernel_drops. */
struct trap_counts trap_intake_counts(const struct trap_intake *intake);

#endif
