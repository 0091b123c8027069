/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNMPv3 notifications, received. A trap is secured by its sender's engine, an inform by ours, so there is
 * one here, with an id, a count of boots and a clock. Both roles use the tables of net-snmp as link_snmp_usm
 * does: they are empty but for the one engine that a message is about.
 */
#ifndef HALLWATCH_ACQUIRE_LINK_SNMP_NOTICE_H
#define HALLWATCH_ACQUIRE_LINK_SNMP_NOTICE_H

#include "acquire/link_snmp_usm.h"
#include "acquire/snmp_notice.h"

/* Work for messages of one sender that come to nothing, in a second; beyond it they are not looked at. */
enum { SNMP_FORGERIES_MOST = 100 };

/* Who may notify: its keys, localized for its engine and for ours when they are first needed. */
struct snmp_notifier {
    struct snmp_keys *keys; /* NULL: not with SNMPv3 */
    struct snmp_engine theirs, ours;
    int64_t forgeries_ms; /* the second they are counted in */
    unsigned forgeries;
};

enum snmp_seal {
    SNMP_SEAL_GOOD,
    SNMP_SEAL_FORGED, /* another user, level or key */
    SNMP_SEAL_LATE,   /* of an earlier time: repeated by somebody, or its sender's clock went back */
    SNMP_SEAL_BROKEN, /* breaks SNMP's rules behind a good seal, or is no notification */
    SNMP_SEAL_UNREAD, /* too many forgeries before it */
};

struct snmp_receiver;

/*
 * `name` tells gateways apart; the engine's id is made of it. `wall_s` is the wall clock's time, which counts
 * the boots. One for the process. 0, ERROR_MEMORY or ERROR_SYSTEM.
 */
int snmp_receiver_new(const char *name, int64_t wall_s, struct snmp_receiver **receiver);
void snmp_receiver_free(struct snmp_receiver *receiver);
/* The engine's id, as devices are configured with it. */
const uint8_t *snmp_receiver_id(const struct snmp_receiver *receiver, size_t *size);

/* As snmp_keys_hold: the first with some passphrases costs milliseconds of hashing. */
int snmp_notifier_init(struct snmp_receiver *receiver, const struct snmp_credentials *credentials,
                       struct snmp_notifier *notifier);
void snmp_notifier_done(struct snmp_receiver *receiver, struct snmp_notifier *notifier);

/* Whether user and level of the message's head are the notifier's: only then is it worth opening. */
bool snmp_notifier_fits(const struct snmp_notifier *notifier, const struct snmp_notice *notice);
/* Whether what one can open the other can too. */
bool snmp_notifier_shares(const struct snmp_notifier *a, const struct snmp_notifier *b);
/* Whether the message is secured for our engine. */
bool snmp_receiver_is_addressed(const struct snmp_receiver *receiver, const struct snmp_notice *notice);

/*
 * Opens a message that fits, in `packet`, which has room behind its end. Good: *notice says what it is. What
 * was opened last is kept for snmp_receiver_answer.
 */
enum snmp_seal snmp_receiver_open(struct snmp_receiver *receiver, struct snmp_notifier *notifier,
                                  uint8_t *packet, size_t size, int64_t now_ms, struct snmp_notice *notice);

/*
 * What its sender is to hear of the message opened last: an acknowledgement, or a Report of what is wrong;
 * where none was opened, the Report that tells our engine (`packet` is the message), so often as the sender
 * may cost work. False: nothing.
 * *answer is the receiver's, until the next call.
 */
bool snmp_receiver_answer(struct snmp_receiver *receiver, struct snmp_notifier *notifier,
                          const uint8_t **answer, size_t *size);
bool snmp_receiver_introduce(struct snmp_receiver *receiver, struct snmp_notifier *notifier, uint8_t *packet,
                             size_t size, int64_t now_ms, const struct snmp_notice *notice,
                             const uint8_t **answer, size_t *answer_size);
/* Forgets what was opened. */
void snmp_receiver_release(struct snmp_receiver *receiver);

#endif
