/* SPDX-License-Identifier: Apache-2.0 */
/* serve/http_request.h, http_pace.h, http_clients.h: who gets what over HTTP, how often, and for how long. */
#include "check.h"

#include <stdio.h>

#include <arpa/inet.h>
#include <string.h>

#include "serve/http_clients.h"
#include "serve/http_pace.h"
#include "serve/http_request.h"

static const struct http_access open_to_all, with_token = {.token = "s3cret"},
                                             with_certificate = {.wants_certificate = true},
                                             with_both = {"s3cret", true};

static enum http_status status_of(const struct http_access *access, struct http_request request) {
    if (!request.method)
        request.method = "GET";
    const struct http_decision decision = http_decide(&request, access);
    assert_int_equal(decision.status == HTTP_OK, decision.page != HTTP_NO_PAGE);
    return decision.status;
}

static void pages_are_found_by_their_exact_paths(void **state) {
    (void)state;
    static const char *const paths[] = {"/", "/metrics", "/healthz", "/readyz"};
    for (int i = 0; i < HTTP_NO_PAGE; i++) {
        const struct http_request request = {.method = "HEAD", .path = paths[i]};
        assert_int_equal(http_decide(&request, &open_to_all).page, i);
    }
    static const char *const others[] = {"",         "*",           "/metrics/",  "//metrics", "/%6detrics",
                                         "/METRICS", "/../metrics", "/metrics\n", "metrics",   "/etc/passwd"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_int_equal(status_of(&open_to_all, (struct http_request){.path = others[i]}), HTTP_NOT_FOUND);
}

static void pages_are_only_read(void **state) {
    (void)state;
    static const char *const methods[] = {"POST",    "PUT", "DELETE", "OPTIONS", "TRACE",
                                          "CONNECT", "get", "GETS",   ""};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        assert_int_equal(
            status_of(&open_to_all, (struct http_request){.method = methods[i], .path = "/metrics"}),
            HTTP_NOT_ALLOWED);
    assert_int_equal(status_of(&open_to_all, (struct http_request){.path = "/", .has_body = true}),
                     HTTP_BAD_REQUEST);
}

static void a_token_must_be_the_very_one(void **state) {
    (void)state;
    static const struct {
        const char *authorization;
        enum http_status status;
    } cases[] = {{"Bearer s3cret", HTTP_OK},
                 {"bearer  s3cret", HTTP_OK},
                 {NULL, HTTP_UNAUTHORIZED},
                 {"", HTTP_UNAUTHORIZED},
                 {"Bearer", HTTP_UNAUTHORIZED},
                 {"Bearer ", HTTP_UNAUTHORIZED},
                 {"Bearer s3cre", HTTP_UNAUTHORIZED},
                 {"Bearer s3crets3cret", HTTP_UNAUTHORIZED},
                 {"Bearer s3cret ", HTTP_UNAUTHORIZED},
                 {"Basic s3cret", HTTP_UNAUTHORIZED},
                 {"s3cret", HTTP_UNAUTHORIZED}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            status_of(&with_token,
                      (struct http_request){.path = "/metrics", .authorization = cases[i].authorization}),
            cases[i].status);
}

static void strangers_learn_nothing(void **state) {
    (void)state;
    assert_int_equal(status_of(&with_token, (struct http_request){.path = "/nothing"}), HTTP_UNAUTHORIZED);
    assert_int_equal(status_of(&with_token, (struct http_request){.path = "/", .method = "POST"}),
                     HTTP_UNAUTHORIZED);
    assert_int_equal(status_of(&with_certificate, (struct http_request){.path = "/metrics"}), HTTP_FORBIDDEN);
    assert_int_equal(
        status_of(&with_certificate, (struct http_request){.path = "/metrics", .has_certificate = true}),
        HTTP_OK);
    assert_int_equal(
        status_of(&with_both, (struct http_request){.path = "/metrics", .has_certificate = true}),
        HTTP_UNAUTHORIZED);
    assert_int_equal(
        status_of(&with_both, (struct http_request){.path = "/metrics", .authorization = "Bearer s3cret"}),
        HTTP_FORBIDDEN);
}

static void health_is_open_on_the_machine_itself(void **state) {
    (void)state;
    for (int is_local = 0; is_local < 2; is_local++) {
        enum http_status health = is_local ? HTTP_OK : HTTP_FORBIDDEN;
        assert_int_equal(
            status_of(&with_both, (struct http_request){.path = "/healthz", .is_local = is_local}), health);
        assert_int_equal(
            status_of(&with_both, (struct http_request){.path = "/readyz", .is_local = is_local}), health);
        assert_int_equal(
            status_of(&with_both, (struct http_request){.path = "/metrics", .is_local = is_local}),
            HTTP_FORBIDDEN);
    }
}

static void compression_is_as_the_client_asks(void **state) {
    (void)state;
    static const struct {
        const char *accepts;
        bool gzip;
    } cases[] = {{"gzip", true},
                 {"deflate, gzip;q=0.5", true},
                 {"br,GZIP", true},
                 {"gzip;q=0", false},
                 {"gzip ; q=0.00", false},
                 {"gzip;q=0.001", true},
                 {"gzipped", false},
                 {"identity", false},
                 {"", false},
                 {",,, ,", false},
                 {NULL, false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_request request = {
            .method = "GET", .path = "/metrics", .accept_encoding = cases[i].accepts};
        assert_int_equal(http_decide(&request, &open_to_all).gzip, cases[i].gzip);
        request.path = "/";
        assert_false(http_decide(&request, &open_to_all).gzip);
    }
}

static struct sockaddr_storage address_of(const char *text) {
    struct sockaddr_storage address = {.ss_family = strchr(text, ':') ? AF_INET6 : AF_INET};
    void *to = address.ss_family == AF_INET ? (void *)&((struct sockaddr_in *)&address)->sin_addr
                                            : (void *)&((struct sockaddr_in6 *)&address)->sin6_addr;
    assert_int_equal(inet_pton(address.ss_family, text, to), 1);
    return address;
}

static bool take(struct http_pace *pace, const char *text, int64_t now_ms) {
    const struct sockaddr_storage address = address_of(text);
    return http_pace_take(pace, (const struct sockaddr *)&address, now_ms);
}

static void each_address_has_its_own_pace(void **state) {
    (void)state;
    static struct http_pace pace;
    http_pace_init(&pace, 10, 3);
    for (int i = 0; i < 3; i++)
        assert_true(take(&pace, "10.0.0.1", 1000));
    assert_false(take(&pace, "10.0.0.1", 1000));
    assert_false(take(&pace, "::ffff:10.0.0.1", 1000)); /* the same one */
    assert_true(take(&pace, "10.0.0.2", 1000));
    assert_false(take(&pace, "10.0.0.1", 1090));
    assert_true(take(&pace, "10.0.0.1", 1101));
    assert_false(take(&pace, "10.0.0.1", 1101));
    for (int i = 0; i < 3; i++)
        assert_true(take(&pace, i % 2 ? "2001:db8::1" : "2001:db8::ffff:2", 1000));
    assert_false(take(&pace, "2001:db8::3", 1000)); /* a network of one's own is one */
    assert_true(take(&pace, "2001:db8:0:1::3", 1000));
}

static void many_addresses_do_not_free_one_that_asks_too_much(void **state) {
    (void)state;
    static struct http_pace pace;
    char text[INET_ADDRSTRLEN];
    http_pace_init(&pace, 1, 50);
    int taken = 0;
    for (int i = 0; i < 400; i++) {
        struct in_addr other = {htonl(0x0b000000u + (unsigned)i)};
        take(&pace, inet_ntop(AF_INET, &other, text, sizeof(text)), 1000);
        taken += take(&pace, "10.0.0.1", 1000);
    }
    assert_int_equal(taken, 50);
}

static struct http_client *arrive(struct http_clients *clients, const char *text, int64_t now_ms) {
    const struct sockaddr_storage address = address_of(text);
    const struct sockaddr *peer = (const struct sockaddr *)&address;
    return http_clients_admit(clients, peer) ? http_clients_add(clients, 7, peer, now_ms) : NULL;
}

static void clients_are_bounded(void **state) {
    (void)state;
    struct http_clients clients;
    http_clients_init(&clients);
    struct http_client *first = arrive(&clients, "10.0.0.1", 0);
    for (int i = 1; i < HTTP_CLIENTS_PER_ADDRESS; i++)
        assert_non_null(arrive(&clients, "10.0.0.1", 0));
    assert_null(arrive(&clients, "10.0.0.1", 0));
    http_clients_remove(&clients, first);
    assert_non_null(arrive(&clients, "10.0.0.1", 0));
    for (int i = HTTP_CLIENTS_PER_ADDRESS; i < HTTP_CLIENTS_MOST; i++)
        assert_non_null(arrive(&clients, "127.0.0.1", 0));
    assert_null(arrive(&clients, "127.0.0.1", 0));
    assert_null(arrive(&clients, "10.0.0.2", 0));
}

/* Nobody takes all places: neither who comes from many addresses nor one program of this machine. */
static void there_is_room_for_others(void **state) {
    (void)state;
    struct http_clients clients;
    char address[16];
    http_clients_init(&clients);
    for (int i = 0; i < HTTP_CLIENTS_FROM_ELSEWHERE; i++) {
        snprintf(address, sizeof(address), "10.0.0.%d", i);
        assert_non_null(arrive(&clients, address, 0));
    }
    assert_null(arrive(&clients, "10.0.1.1", 0));
    assert_non_null(arrive(&clients, "127.0.0.1", 0));
    http_clients_init(&clients);
    for (int i = 0; i < HTTP_CLIENTS_PER_OWN_ADDRESS; i++)
        assert_non_null(arrive(&clients, "127.0.0.2", 0));
    assert_null(arrive(&clients, "127.0.0.2", 0));
    assert_non_null(arrive(&clients, "127.0.0.1", 0));
}

static void who_takes_for_ever_is_overdue(void **state) {
    (void)state;
    struct http_clients clients;
    http_clients_init(&clients);
    struct http_client *client = arrive(&clients, "::1", 1000);
    assert_true(client->is_local);
    assert_false(http_client_is_overdue(client, HTTP_TAKING_MOST_MS, 1000 + HTTP_ASKING_MOST_MS));
    assert_true(http_client_is_overdue(client, HTTP_TAKING_MOST_MS, 1001 + HTTP_ASKING_MOST_MS));
    http_client_turn(client, true, 5000);
    assert_false(http_client_is_overdue(client, HTTP_TAKING_MOST_MS, 5000 + HTTP_TAKING_MOST_MS));
    assert_true(http_client_is_overdue(client, 3000, 8001));
    http_client_turn(client, false, 9000);
    assert_false(http_client_is_overdue(client, 3000, 9000 + HTTP_ASKING_MOST_MS));
    http_clients_remove(&clients, client);
    assert_false(http_client_is_overdue(client, 0, INT64_MAX));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_found_by_their_exact_paths),
        cmocka_unit_test(pages_are_only_read),
        cmocka_unit_test(a_token_must_be_the_very_one),
        cmocka_unit_test(strangers_learn_nothing),
        cmocka_unit_test(health_is_open_on_the_machine_itself),
        cmocka_unit_test(compression_is_as_the_client_asks),
        cmocka_unit_test(each_address_has_its_own_pace),
        cmocka_unit_test(many_addresses_do_not_free_one_that_asks_too_much),
        cmocka_unit_test(clients_are_bounded),
        cmocka_unit_test(there_is_room_for_others),
        cmocka_unit_test(who_takes_for_ever_is_overdue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
