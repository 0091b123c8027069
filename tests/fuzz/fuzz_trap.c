/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the way of a datagram on the trap port, without a socket: the first byte says who sends it, of
 * devices with a community, with an SNMPv3 user with and without keys, two that share an address, a proxy and
 * a stranger. Each datagram is counted once; an answer is made of what may be answered, and never grows much
 * beyond it; strangers cause nothing.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/trap_intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_DEVICES = 5, N_SOURCES = 7, GROWTH_MOST = 200 };

static unsigned events, answers;
static size_t asked;

static void on_event(void *context, struct trap_sender *sender, bool cold_start) {
    (void)context, (void)cold_start;
    assert(sender->owner == sender && sender->accepted > 0);
    events++;
}

static void on_answer(void *context, const uint8_t *packet, size_t size) {
    (void)context;
    static volatile uint8_t read_for_real;
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum ^= packet[i];
    read_for_real = sum;
    (void)read_for_real;
    assert(size > 0 && size <= asked + GROWTH_MOST);
    answers++;
}

static struct sockaddr_storage source_of(unsigned number) {
    static const char *const hosts[N_SOURCES] = {"10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::4",
                                                 "10.0.0.2", "10.0.0.9", "10.0.0.66"};
    struct sockaddr_storage address;
    if (trap_address_parse(hosts[number % N_SOURCES], &address))
        abort();
    return address;
}

static struct trap_intake *start(void) {
    static const struct snmp_credentials credentials[N_DEVICES] = {
        {.version = SNMP_V2C, .community = (char *)"public"},
        {.version = SNMP_V3, .user = (char *)"open", .context = (char *)""},
        {.version = SNMP_V3,
         .user = (char *)"ana",
         .context = (char *)"",
         .auth = SNMP_AUTH_SHA256,
         .auth_passphrase = (char *)"authpass1",
         .privacy = SNMP_PRIVACY_AES128,
         .privacy_passphrase = (char *)"privpass1"},
        {.version = SNMP_V1, .community = (char *)""},
        {.version = SNMP_V3,
         .user = (char *)"ben",
         .context = (char *)"",
         .auth = SNMP_AUTH_MD5,
         .auth_passphrase = (char *)"authpass1"},
    };
    static struct sockaddr_storage proxy;
    static const struct trap_config config = {.proxies = &proxy, .n_proxies = 1};
    static struct trap_sender senders[N_DEVICES];
    struct trap_intake *intake;
    proxy = source_of(5);
    if (trap_intake_new(&config, "site/gateway", on_event, NULL, 0, &intake))
        abort();
    for (unsigned i = 0; i < N_DEVICES; i++) {
        struct sockaddr_storage address = source_of(i);
        senders[i].owner = &senders[i];
        senders[i].name = "device";
        senders[i].credentials = &credentials[i];
        if (trap_intake_place(intake, &senders[i], (const struct sockaddr *)&address))
            abort();
    }
    return intake;
}

static uint64_t total(const struct trap_counts *counts) {
    return counts->triggered + counts->limited + counts->unknown_sender + counts->wrong_credentials +
           counts->late + counts->malformed + counts->introduced;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct trap_intake *intake;
    static uint8_t packet[TRAP_DATAGRAM_ROOM];
    static int64_t now_ms;
    if (size < 1 || size > TRAP_DATAGRAM_MOST)
        return 0;
    if (!intake)
        intake = start();
    const struct sockaddr_storage from = source_of(data[0]);
    bool stranger = data[0] % N_SOURCES == N_SOURCES - 1;
    struct trap_counts before = trap_intake_counts(intake);
    events = answers = 0;
    asked = size - 1;
    memcpy(packet, data + 1, size - 1);
    now_ms += 100;
    trap_intake_take(intake, (const struct sockaddr *)&from, packet, size - 1, now_ms, on_answer, NULL);
    struct trap_counts after = trap_intake_counts(intake);
    assert(after.received == before.received + 1 && total(&after) == after.received);
    assert(answers <= 1 && (events == 0 || after.triggered > before.triggered));
    assert(!stranger || (answers == 0 && events == 0 && after.unknown_sender > before.unknown_sender));
    trap_intake_tick(intake, now_ms);
    return 0;
}
