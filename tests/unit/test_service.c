/* SPDX-License-Identifier: Apache-2.0 */
/* What the service manager hears: the words, and the watchdog only while readings make their way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "base/service_notify.h"
#include "command/service.h"

enum { WATCHDOG_MS = 20, ROUNDS = 5, STANDSTILL_MS = 25001 };

/* What the agent's own code is told. */
static int64_t now_ms = 1000000, passes_ms;
static uint64_t published, more;

int64_t __wrap_clock_monotonic_ms(void);
int64_t __wrap_clock_monotonic_ms(void) {
    return now_ms += passes_ms;
}

uint64_t __wrap_publisher_count(const struct publisher *publisher);
uint64_t __wrap_publisher_count(const struct publisher *publisher) {
    assert_null(publisher);
    return published += more;
}

/* Binds what plays the service manager, and names it to the process. */
static int listen_at(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(manager >= 0);
    memcpy(address.sun_path, name, strlen(name));
    if (*name == '@')
        address.sun_path[0] = '\0';
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    assert_int_equal(bind(manager, (struct sockaddr *)&address, size), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return manager;
}

static const char *heard(int manager) {
    static char words[1024];
    ssize_t n = recv(manager, words, sizeof(words) - 1, 0);
    words[n > 0 ? n : 0] = '\0';
    return words;
}

static void words_arrive_at_a_path_and_at_a_name(void **state) {
    char path[64], name[64];
    (void)state;
    snprintf(path, sizeof(path), "/tmp/hallwatch-service-%d", (int)getpid());
    snprintf(name, sizeof(name), "@hallwatch-service-%d", (int)getpid());
    const char *const names[] = {path, name};
    for (size_t i = 0; i < 2; i++) {
        int manager = listen_at(names[i]);
        service_notify("READY=1\nSTATUS=%d devices", 3);
        assert_string_equal(heard(manager), "READY=1\nSTATUS=3 devices");
        close(manager);
    }
    unlink(path);
}

static void who_is_not_there_costs_nothing(void **state) {
    (void)state;
    static const char *const names[] = {"", "relative", "/", "@", "/nowhere/at/all"};
    char long_name[200];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        service_notify("READY=1");
    }
    memset(long_name, '/', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    setenv("NOTIFY_SOCKET", long_name, 1);
    service_notify("READY=1");
    unsetenv("NOTIFY_SOCKET");
    service_notify("READY=1");
}

static void the_watchdog_is_read_from_the_environment(void **state) {
    (void)state;
    char id[24];
    const struct {
        const char *period, *process;
        int64_t ms;
    } cases[] = {{"60000000", NULL, 60000},
                 {"60000000", id, 60000},
                 {"60000000", "1", 0},
                 {"", NULL, 0},
                 {"1", NULL, 0},
                 {"-5", NULL, 0},
                 {"1e6", NULL, 0},
                 {NULL, NULL, 0}};
    snprintf(id, sizeof(id), "%d", (int)getpid());
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsetenv("WATCHDOG_USEC");
        unsetenv("WATCHDOG_PID");
        if (cases[i].period)
            setenv("WATCHDOG_USEC", cases[i].period, 1);
        if (cases[i].process)
            setenv("WATCHDOG_PID", cases[i].process, 1);
        assert_int_equal(service_watchdog_ms(), cases[i].ms);
    }
}

static void on_round(uv_timer_t *timer) {
    int *rounds = timer->data;
    if (--*rounds == 0)
        uv_close((uv_handle_t *)timer, NULL);
}

/* How many times the watchdog is fed while the loop runs for some of its periods. */
static int count_fed(void) {
    char name[64], period[24];
    uv_loop_t loop;
    uv_timer_t timer;
    struct service service;
    int rounds = ROUNDS, fed = 0;
    snprintf(name, sizeof(name), "@hallwatch-watchdog-%d", (int)getpid());
    snprintf(period, sizeof(period), "%d", WATCHDOG_MS * 1000);
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", period, 1);
    int manager = listen_at(name);
    assert_int_equal(uv_loop_init(&loop), 0);
    service_begin(&service, &loop, NULL);
    uv_timer_init(&loop, &timer);
    timer.data = &rounds;
    uv_timer_start(&timer, on_round, WATCHDOG_MS, WATCHDOG_MS);
    uv_run(&loop, UV_RUN_DEFAULT);
    service_end(&service);
    service_end(&service);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    while (strcmp(heard(manager), "WATCHDOG=1") == 0)
        fed++;
    close(manager);
    return fed;
}

static void the_watchdog_is_fed_while_readings_make_their_way(void **state) {
    (void)state;
    more = 1;
    passes_ms = STANDSTILL_MS;
    assert_true(count_fed() >= ROUNDS - 1);
}

static void a_pause_between_readings_is_no_standstill(void **state) {
    (void)state;
    more = 0;
    passes_ms = 1;
    assert_true(count_fed() >= ROUNDS - 1);
}

static void the_watchdog_is_not_fed_when_nothing_makes_its_way(void **state) {
    (void)state;
    more = 0;
    passes_ms = STANDSTILL_MS;
    assert_int_equal(count_fed(), 1); /* the first look finds more than before there was anything */
}

static void without_a_watchdog_nothing_is_fed(void **state) {
    (void)state;
    uv_loop_t loop;
    struct service service;
    unsetenv("WATCHDOG_USEC");
    assert_int_equal(uv_loop_init(&loop), 0);
    service_begin(&service, &loop, NULL);
    service_end(&service);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_arrive_at_a_path_and_at_a_name),
        cmocka_unit_test(who_is_not_there_costs_nothing),
        cmocka_unit_test(the_watchdog_is_read_from_the_environment),
        cmocka_unit_test(the_watchdog_is_fed_while_readings_make_their_way),
        cmocka_unit_test(a_pause_between_readings_is_no_standstill),
        cmocka_unit_test(the_watchdog_is_not_fed_when_nothing_makes_its_way),
        cmocka_unit_test(without_a_watchdog_nothing_is_fed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
