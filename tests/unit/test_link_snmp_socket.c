/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acquire/link_snmp_socket.h: a bounded number of datagrams per turn of the loop, drops counted, closing from
 * anywhere.
 */
#include "check.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "acquire/link_snmp_socket.h"

enum { SENT = 2000, PER_TURN_MOST = 100 };

struct bench {
    uv_loop_t loop;
    struct snmp_socket socket;
    uint8_t packet[SNMP_DATAGRAM_ROOM];
    int peer; /* a socket that sends to it */
    size_t received;
    bool closes; /* in the callback */
};

static void on_datagram(void *context, const union snmp_address *from, uint8_t *packet, size_t size) {
    struct bench *bench = context;
    assert_int_equal(from->any.sa_family, AF_INET);
    assert_int_equal(from->v4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    assert_int_equal(size, 5);
    assert_memory_equal(packet, "hello", 5);
    bench->received++;
    if (bench->closes)
        snmp_socket_done(&bench->socket, NULL);
}

/* Opens the socket and a peer that is connected to it. */
static void open_both(struct bench *bench) {
    memset(bench, 0, sizeof *bench);
    uv_loop_init(&bench->loop);
    assert_int_equal(
        snmp_socket_init(&bench->socket, &bench->loop, AF_INET, bench->packet, on_datagram, bench), 0);
    union snmp_address address = {.v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    bench->peer = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(bench->peer, &address.any, sizeof address.v4), 0);
    assert_int_equal(getsockname(bench->peer, &address.any, &length), 0);
    /* Sending gives the socket its port. */
    assert_int_equal(snmp_socket_send(&bench->socket, &address, (const uint8_t *)"first", 5), 0);
    char packet[8];
    length = sizeof address;
    assert_int_equal(recvfrom(bench->peer, packet, sizeof packet, 0, &address.any, &length), 5);
    assert_int_equal(connect(bench->peer, &address.any, length), 0);
}

static void close_both(struct bench *bench) {
    if (bench->socket.is_open)
        snmp_socket_done(&bench->socket, NULL);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&bench->loop), 0);
    close(bench->peer);
}

static void say_hello(struct bench *bench) {
    assert_int_equal(send(bench->peer, "hello", 5, 0), 5);
}

static void every_datagram_is_received_or_counted(void **state) {
    (void)state;
    static struct bench bench;
    open_both(&bench);
    int small = 16384;
    assert_int_equal(setsockopt(bench.socket.descriptor, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    for (int i = 0; i < SENT; i++)
        say_hello(&bench);
    size_t before;
    do {
        before = bench.received;
        uv_run(&bench.loop, UV_RUN_NOWAIT);
    } while (bench.received > before);
    assert_in_range(bench.received, 1, SENT - 1);
    assert_int_equal(bench.socket.drops.n, 0); /* the kernel tells with the next that it queues */
    say_hello(&bench);
    uv_run(&bench.loop, UV_RUN_ONCE);
    assert_int_equal(bench.received + bench.socket.drops.n, SENT + 1);
    close_both(&bench);
}

static void a_turn_is_bounded(void **state) {
    (void)state;
    static struct bench bench;
    open_both(&bench);
    for (int i = 0; i < 2 * PER_TURN_MOST; i++)
        say_hello(&bench);
    uv_run(&bench.loop, UV_RUN_ONCE);
    assert_in_range(bench.received, 1, PER_TURN_MOST);
    while (bench.received < 2 * PER_TURN_MOST)
        uv_run(&bench.loop, UV_RUN_ONCE);
    assert_int_equal(bench.socket.drops.n, 0);
    close_both(&bench);
}

static void closing_inside_the_callback(void **state) {
    (void)state;
    static struct bench bench;
    open_both(&bench);
    bench.closes = true;
    say_hello(&bench);
    say_hello(&bench);
    uv_run(&bench.loop, UV_RUN_ONCE);
    assert_int_equal(bench.received, 1);
    close_both(&bench);
}

static void hosts(void **state) {
    (void)state;
    union snmp_address a = {.v4 = {.sin_family = AF_INET, .sin_port = 1}}, b = a;
    union snmp_address six = {.v6 = {.sin6_family = AF_INET6, .sin6_port = 1}}, seven = six;
    b.v4.sin_port = seven.v6.sin6_port = 2;
    assert_true(snmp_address_same_host(&a, &b));
    assert_true(snmp_address_same_host(&six, &seven));
    assert_false(snmp_address_same_host(&a, &six));
    b.v4.sin_addr.s_addr = htonl(1);
    seven.v6.sin6_addr.s6_addr[15] = 1;
    assert_false(snmp_address_same_host(&a, &b));
    assert_false(snmp_address_same_host(&six, &seven));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_datagram_is_received_or_counted),
        cmocka_unit_test(a_turn_is_bounded),
        cmocka_unit_test(closing_inside_the_callback),
        cmocka_unit_test(hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
