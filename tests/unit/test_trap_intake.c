/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acquire/trap_intake.h: from a datagram to devices, without a socket; and acquire/trap_senders.h below it.
 * Where a v3 datagram is needed there is none here: net-snmp's tools make them in the end-to-end test.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/trap_intake.h"
#include "check.h"

enum { NOW_MS = 5000000, N_DEVICES = 4 };

struct bench {
    struct trap_intake *intake;
    struct trap_sender senders[N_DEVICES];
    unsigned events[N_DEVICES], cold_starts, answers;
    uint8_t answered[200];
    int64_t now_ms;
};

static const struct snmp_credentials secret = {.version = SNMP_V1, .community = (char *)"secret"};
static struct sockaddr_storage proxies[1];
static const struct trap_config config = {.proxies = proxies, .n_proxies = 1};

static struct sockaddr_storage address_of(const char *text) {
    struct sockaddr_storage address;
    assert_int_equal(trap_address_parse(text, &address), 0);
    return address;
}

static void on_event(void *context, struct trap_sender *sender, bool cold_start) {
    struct bench *bench = context;
    bench->events[sender - bench->senders]++;
    bench->cold_starts += cold_start;
}

static void on_answer(void *context, const uint8_t *packet, size_t size) {
    struct bench *bench = context;
    bench->answers++;
    assert_in_range(size, 1, sizeof bench->answered);
    memcpy(bench->answered, packet, size);
}

/* Two devices share an address, of which one has another community; one has IPv6. */
static void set_up(struct bench *bench) {
    static const char *const places[N_DEVICES] = {"10.0.0.1", "10.0.0.2", "10.0.0.2", "fd00::3"};
    *bench = (struct bench){.now_ms = NOW_MS};
    proxies[0] = address_of("10.0.0.9");
    assert_int_equal(trap_intake_new(&config, "site/gateway", on_event, bench, NOW_MS, &bench->intake), 0);
    for (size_t i = 0; i < N_DEVICES; i++) {
        struct sockaddr_storage address = address_of(places[i]);
        struct trap_sender *sender = &bench->senders[i];
        sender->name = "device";
        sender->credentials = i == 2 ? &secret : &snmp_credentials_public;
        assert_int_equal(trap_intake_place(bench->intake, sender, (struct sockaddr *)&address), 0);
    }
}

static void tear_down(struct bench *bench) {
    for (size_t i = 0; i < N_DEVICES; i++)
        trap_intake_forget(bench->intake, &bench->senders[i]);
    trap_intake_free(bench->intake);
}

/* A trap of v1 with agent-addr, or a v2c inform where `agent` is NULL; of a generic number. */
static size_t write_trap(uint8_t *packet, const char *community, const char *agent, uint8_t generic) {
    static const uint8_t inform[] =
        "\xa6\x12\x02\x01\x07\x02\x01\x00\x02\x01\x00\x30\x07\x30\x05\x06\x01\x2b\x05\x00";
    uint8_t *at = packet + 2;
    *at++ = 2, *at++ = 1, *at++ = agent == NULL;
    *at++ = 4, *at++ = (uint8_t)strlen(community);
    at = mempcpy(at, community, strlen(community));
    if (agent == NULL) {
        at = mempcpy(at, inform, sizeof inform - 1);
    } else {
        at = mempcpy(at, "\xa4\x14\x06\x01\x2b\x40\x04", 7);
        assert_int_equal(inet_pton(AF_INET, agent, at), 1);
        at = mempcpy(at + 4, "\x02\x01", 2);
        *at++ = generic;
        at = mempcpy(at, "\x02\x01\x00\x43\x01\x01\x30\x00", 8);
    }
    packet[0] = 0x30;
    packet[1] = (uint8_t)(at - packet - 2);
    return (size_t)(at - packet);
}

/* A second later each, so that the pace does not matter. */
static void send_trap(struct bench *bench, const char *from, const char *community, const char *agent,
                      uint8_t generic) {
    static uint8_t packet[TRAP_DATAGRAM_ROOM];
    struct sockaddr_storage address = address_of(from);
    size_t size = write_trap(packet, community, agent, generic);
    memset(bench->events, 0, sizeof bench->events);
    bench->answers = 0;
    bench->now_ms += 2000;
    trap_intake_take(bench->intake, (struct sockaddr *)&address, packet, size, bench->now_ms, on_answer,
                     bench);
}

static void assert_events(const struct bench *bench, unsigned a, unsigned b, unsigned c, unsigned d) {
    const unsigned wanted[N_DEVICES] = {a, b, c, d};
    assert_memory_equal(bench->events, wanted, sizeof wanted);
}

static void by_address_and_community(void **state) {
    (void)state;
    struct bench bench;
    set_up(&bench);
    send_trap(&bench, "10.0.0.1", "public", "0.0.0.0", 2);
    assert_events(&bench, 1, 0, 0, 0);
    send_trap(&bench, "10.0.0.2", "public", "0.0.0.0", 2);
    assert_events(&bench, 0, 1, 0, 0);
    send_trap(&bench, "10.0.0.2", "secret", "0.0.0.0", 2);
    assert_events(&bench, 0, 0, 1, 0);
    send_trap(&bench, "fd00::3", "public", "0.0.0.0", 2);
    assert_events(&bench, 0, 0, 0, 1);
    send_trap(&bench, "::ffff:10.0.0.1", "public", "0.0.0.0", 2);
    assert_events(&bench, 1, 0, 0, 0);
    assert_int_equal(bench.cold_starts, 0);
    send_trap(&bench, "10.0.0.1", "public", "0.0.0.0", 0);
    assert_int_equal(bench.cold_starts, 1);
    struct trap_counts counts = trap_intake_counts(bench.intake);
    assert_int_equal(counts.received, 6);
    assert_int_equal(counts.triggered, 6);
    assert_int_equal(bench.answers, 0);
    tear_down(&bench);
}

static void strangers_cost_a_counter(void **state) {
    (void)state;
    struct bench bench;
    set_up(&bench);
    send_trap(&bench, "10.0.0.1", "Public", "0.0.0.0", 2);
    send_trap(&bench, "10.0.0.1", "publi", "0.0.0.0", 2);
    send_trap(&bench, "10.0.0.1", "publics", "0.0.0.0", 2);
    send_trap(&bench, "10.0.0.1", "", "0.0.0.0", 2);
    send_trap(&bench, "10.0.0.7", "public", "10.0.0.1", 2);
    assert_events(&bench, 0, 0, 0, 0);
    struct trap_counts counts = trap_intake_counts(bench.intake);
    assert_int_equal(counts.wrong_credentials, 4);
    assert_int_equal(counts.unknown_sender, 1);
    assert_int_equal(counts.triggered + counts.limited, 0);
    tear_down(&bench);
}

static void who_may_speak_for_others(void **state) {
    (void)state;
    struct bench bench;
    set_up(&bench);
    send_trap(&bench, "10.0.0.9", "public", "10.0.0.1", 2); /* a proxy */
    assert_events(&bench, 1, 0, 0, 0);
    send_trap(&bench, "10.0.0.9", "secret", "10.0.0.2", 2);
    assert_events(&bench, 0, 0, 1, 0);
    send_trap(&bench, "10.0.0.2", "public", "10.0.0.1", 2); /* a device */
    assert_events(&bench, 1, 0, 0, 0);
    send_trap(&bench, "10.0.0.2", "secret", "10.0.0.1", 2); /* not with that community: its own */
    assert_events(&bench, 0, 0, 1, 0);
    send_trap(&bench, "10.0.0.2", "public", "192.168.1.1", 2);
    assert_events(&bench, 0, 1, 0, 0);
    send_trap(&bench, "10.0.0.9", "public", "10.0.0.200", 2);
    assert_events(&bench, 0, 0, 0, 0);
    assert_int_equal(trap_intake_counts(bench.intake).unknown_sender, 1);
    tear_down(&bench);
}

static void informs_are_acknowledged_to_devices(void **state) {
    (void)state;
    struct bench bench;
    set_up(&bench);
    send_trap(&bench, "10.0.0.1", "public", NULL, 0);
    assert_events(&bench, 1, 0, 0, 0);
    assert_int_equal(bench.answers, 1);
    assert_int_equal(bench.answered[13], 0xa2);
    send_trap(&bench, "10.0.0.1", "other", NULL, 0);
    assert_int_equal(bench.answers, 0);
    send_trap(&bench, "10.0.0.8", "public", NULL, 0);
    assert_int_equal(bench.answers, 0);
    assert_int_equal(trap_intake_counts(bench.intake).acknowledged, 1);
    tear_down(&bench);
}

static void a_device_moves_and_goes(void **state) {
    (void)state;
    struct bench bench;
    set_up(&bench);
    struct sockaddr_storage there = address_of("10.0.0.77");
    assert_int_equal(trap_intake_place(bench.intake, &bench.senders[0], (struct sockaddr *)&there), 0);
    send_trap(&bench, "10.0.0.1", "public", "0.0.0.0", 2);
    assert_events(&bench, 0, 0, 0, 0);
    send_trap(&bench, "10.0.0.77", "public", "0.0.0.0", 2);
    assert_events(&bench, 1, 0, 0, 0);
    trap_intake_forget(bench.intake, &bench.senders[0]);
    send_trap(&bench, "10.0.0.77", "public", "0.0.0.0", 2);
    assert_events(&bench, 0, 0, 0, 0);
    assert_int_equal(trap_intake_counts(bench.intake).unknown_sender, 2);
    tear_down(&bench);
}

static void the_last_of_a_burst_is_told_by_a_tick(void **state) {
    (void)state;
    struct bench bench;
    set_up(&bench);
    send_trap(&bench, "10.0.0.1", "public", "0.0.0.0", 2);
    int64_t first_ms = bench.now_ms;
    bench.now_ms = first_ms - 1900; /* 100 ms later */
    send_trap(&bench, "10.0.0.1", "public", "0.0.0.0", 0);
    assert_events(&bench, 0, 0, 0, 0);
    trap_intake_tick(bench.intake, first_ms + 500);
    assert_events(&bench, 0, 0, 0, 0);
    trap_intake_tick(bench.intake, first_ms + 1100);
    assert_events(&bench, 1, 0, 0, 0);
    assert_int_equal(bench.cold_starts, 1); /* what it said while it waited is not lost */
    struct trap_counts counts = trap_intake_counts(bench.intake);
    assert_int_equal(counts.triggered, 1);
    assert_int_equal(counts.limited, 1);
    tear_down(&bench);
}

/* The same for the same gateway, another for another: devices may be configured with it. */
static void the_engine_id_is_the_gateways(void **state) {
    (void)state;
    const char *const names[] = {"site/a", "site/a", "site/b"};
    uint8_t ids[3][32];
    size_t size = 0;
    for (size_t i = 0; i < 3; i++) {
        struct trap_intake *intake;
        assert_int_equal(trap_intake_new(&config, names[i], on_event, NULL, NOW_MS, &intake), 0);
        memcpy(ids[i], trap_intake_engine_id(intake, &size), 17);
        assert_int_equal(size, 17);
        trap_intake_free(intake);
    }
    assert_memory_equal(ids[0], ids[1], size);
    assert_memory_not_equal(ids[0], ids[2], size);
    assert_memory_equal(ids[0], "\x80\x00\x1f\x88\x05", 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_address_and_community),
        cmocka_unit_test(strangers_cost_a_counter),
        cmocka_unit_test(who_may_speak_for_others),
        cmocka_unit_test(informs_are_acknowledged_to_devices),
        cmocka_unit_test(a_device_moves_and_goes),
        cmocka_unit_test(the_last_of_a_burst_is_told_by_a_tick),
        cmocka_unit_test(the_engine_id_is_the_gateways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
