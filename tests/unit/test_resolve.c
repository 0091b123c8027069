/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/resolve.h: numeric addresses at once, names through the loop, failures told apart, stopped ones
 * silent.
 */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/resolve.h"

struct result {
    int n, error;
    struct sockaddr_storage address;
};

static void keep(void *context, int error, const struct sockaddr_storage *address) {
    struct result *result = context;
    result->n++;
    result->error = error;
    assert_true(!address == (error != 0));
    if (address)
        result->address = *address;
}

static void check_address(const struct result *result, const char *expected, uint16_t port) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&result->address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&result->address;
    bool is_v4 = result->address.ss_family == AF_INET;
    char text[INET6_ADDRSTRLEN];
    assert_int_equal(result->error, 0);
    inet_ntop(result->address.ss_family, is_v4 ? (const void *)&v4->sin_addr : &v6->sin6_addr, text,
              sizeof(text));
    assert_string_equal(text, expected);
    assert_int_equal(ntohs(is_v4 ? v4->sin_port : v6->sin6_port), port);
}

static void numeric_addresses_are_known_at_once(void **state) {
    (void)state;
    uv_loop_t loop;
    struct resolve *resolve;
    struct result result = {0};
    uv_loop_init(&loop);
    assert_int_equal(resolve_start(&loop, "10.1.2.3", 502, keep, &result, &resolve), 0);
    assert_int_equal(result.n, 1);
    assert_null(resolve);
    check_address(&result, "10.1.2.3", 502);
    assert_int_equal(resolve_start(&loop, "fd00::1", 161, keep, &result, &resolve), 0);
    assert_int_equal(result.n, 2);
    check_address(&result, "fd00::1", 161);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static struct result resolve_name(const char *name) {
    uv_loop_t loop;
    struct resolve *resolve;
    struct result result = {0};
    uv_loop_init(&loop);
    assert_int_equal(resolve_start(&loop, name, 1502, keep, &result, &resolve), 0);
    assert_int_equal(result.n, 0);
    assert_non_null(resolve);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_int_equal(result.n, 1);
    return result;
}

static void names_are_resolved_on_the_loop(void **state) {
    (void)state;
    struct result result = resolve_name("localhost");
    check_address(&result, result.address.ss_family == AF_INET ? "127.0.0.1" : "::1", 1502);
}

/* A label of more than 63 letters is no name anywhere, with or without a name server. */
static void failure_is_an_error(void **state) {
    (void)state;
    char name[101];
    memset(name, 'x', 100);
    name[100] = '\0';
    int error = resolve_name(name).error;
    assert_true(error == ERROR_NOT_FOUND || error == ERROR_TIMEOUT);
    uv_loop_t loop;
    struct resolve *resolve;
    uv_loop_init(&loop);
    char endless[2000];
    memset(endless, 'x', sizeof(endless));
    endless[sizeof(endless) - 1] = '\0';
    assert_int_equal(resolve_start(&loop, endless, 1, keep, NULL, &resolve), ERROR_ARGUMENT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void stopped_is_silent(void **state) {
    (void)state;
    uv_loop_t loop;
    struct resolve *resolve;
    struct result result = {0};
    uv_loop_init(&loop);
    assert_int_equal(resolve_start(&loop, "localhost", 1, keep, &result, &resolve), 0);
    resolve_stop(resolve);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_int_equal(result.n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numeric_addresses_are_known_at_once),
        cmocka_unit_test(names_are_resolved_on_the_loop),
        cmocka_unit_test(failure_is_an_error),
        cmocka_unit_test(stopped_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
