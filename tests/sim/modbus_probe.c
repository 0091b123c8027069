/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads registers through the agent's Modbus link and prints one JSON object per answer, then the
 * connection counters.
 *
 *   modbus_probe [--tick MS] [--timeout MS] [--pause MS] [--interval MS] [--polls N] [--close-after MS]
 *                TARGET...
 *
 * A target is ADDRESS:PORT/UNIT/FUNCTION/REGISTER/COUNT, for instance 127.0.0.1:502/1/3/0/10, with
 * "modbus+rtu://" before it where the gateway talks RTU; or rtu:LINE:SPEED:FORMAT/UNIT/... Every target is
 * polled N times (default 1), at best every MS milliseconds. --close-after closes all links then, whatever is
 * under way.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/link_modbus_rtu.h"
#include "acquire/link_modbus_tcp.h"
#include "base/clock.h"

struct probe {
    struct modbus_service *service;
    struct rtu_service *lines;
    struct target *targets;
    int n_targets;
    bool serial;
    uint32_t timeout_ms, tick_ms;
    uint16_t pause_ms;
    int64_t interval_ms, close_after_ms, start_ms;
    int polls;
    uv_timer_t timer;
};

struct target {
    struct probe *probe;
    int number;
    struct link *link;
    struct link_request request;
    int64_t next_ms;
    int asked, answered;
};

static void print_answer(const struct target *target, const struct link_answer *answer) {
    printf("{\"target\": %d, \"at_ms\": %lld, \"error\": \"%s\", \"exception\": %d, \"detail\": ",
           target->number, (long long)(clock_monotonic_ms() - target->probe->start_ms),
           error_word(answer->error), answer->exception);
    printf(answer->detail ? "\"%s\"" : "null", answer->detail);
    printf(", \"latency_us\": %u, \"data\": \"", answer->latency_us);
    for (size_t i = 0; i < answer->size; i++)
        printf("%02x", answer->data[i]);
    printf("\"}\n");
}

static void on_answer(void *context, const struct link_answer *answer) {
    struct target *target = context;
    target->answered++;
    print_answer(target, answer);
}

static void print_counts(const struct modbus_counts *counts) {
    printf("{\"connects\": %llu, \"connect_failures\": %llu, \"losses\": %llu, \"late\": %llu, "
           "\"unsolicited\": %llu, \"noise\": %llu",
           (unsigned long long)counts->connects, (unsigned long long)counts->connect_failures,
           (unsigned long long)counts->losses, (unsigned long long)counts->late,
           (unsigned long long)counts->unsolicited, (unsigned long long)counts->noise);
    printf(", \"garbled\": {");
    const char *separator = "";
    for (int fault = 0; fault < N_MODBUS_FAULTS; fault++) {
        if (counts->garbled[fault] == 0)
            continue;
        printf("%s\"%s\": %llu", separator, modbus_fault_text((enum modbus_fault)fault),
               (unsigned long long)counts->garbled[fault]);
        separator = ", ";
    }
    printf("}}\n");
}

/* Targets are of one kind: the counters printed are those of the kind that was used. */
static void finish(struct probe *probe) {
    struct modbus_counts counts = modbus_service_counts(probe->service);
    if (probe->serial)
        counts = rtu_service_counts(probe->lines);
    for (int i = 0; i < probe->n_targets; i++)
        link_close(probe->targets[i].link);
    print_counts(&counts);
    modbus_service_free(probe->service);
    rtu_service_free(probe->lines);
    uv_close((uv_handle_t *)&probe->timer, NULL);
}

static void on_tick(uv_timer_t *timer) {
    struct probe *probe = timer->data;
    int64_t now_ms = clock_monotonic_ms();
    modbus_service_tick(probe->service, now_ms);
    bool over = true;
    for (int i = 0; i < probe->n_targets; i++) {
        struct target *target = &probe->targets[i];
        if (target->answered < probe->polls)
            over = false;
        if (target->asked > target->answered || target->asked == probe->polls || now_ms < target->next_ms)
            continue;
        target->next_ms = now_ms + probe->interval_ms;
        target->asked++;
        if (link_ask(target->link, &target->request, on_answer, target) < 0) {
            fprintf(stderr, "modbus_probe: target %d: no valid read\n", i);
            target->answered++;
        }
    }
    if (over || now_ms - probe->start_ms >= probe->close_after_ms)
        finish(probe);
}

/* The URL of a line and its unit, which is what a target of three numbers begins with. */
static int open_line(struct probe *probe, const char *text, int size, struct link **link) {
    char url_text[300], why[256];
    struct device_url url;
    snprintf(url_text, sizeof(url_text), "%.*s", size, text);
    if (device_url_parse(url_text, &url, why, sizeof(why)) < 0)
        return ERROR_ARGUMENT;
    int error = link_modbus_rtu_open(probe->lines, url.host, &url.line, url.unit, probe->pause_ms, link);
    device_url_done(&url);
    probe->serial = true;
    return error;
}

static int open_gateway(struct probe *probe, const char *text, struct link **link) {
    char host[64];
    int port, unit;
    bool rtu = strncmp(text, "modbus+rtu://", 13) == 0;
    if (sscanf(text + (rtu ? 13 : 0), "%63[^:]:%d/%d", host, &port, &unit) != 3)
        return ERROR_ARGUMENT;
    struct sockaddr_in where;
    if (uv_ip4_addr(host, port, &where) < 0)
        return ERROR_ARGUMENT;
    return link_modbus_tcp_open(probe->service, (const struct sockaddr *)&where,
                                rtu ? &modbus_framing_rtu : &modbus_framing_tcp, (uint8_t)unit,
                                probe->pause_ms, link);
}

static int open_target(struct probe *probe, const char *text, struct target *target) {
    const char *numbers = text + strlen(text);
    for (int slashes = 0; slashes < 3 && numbers > text;)
        slashes += *--numbers == '/';
    int function, address, count;
    if (sscanf(numbers, "/%d/%d/%d", &function, &address, &count) != 3)
        return ERROR_ARGUMENT;
    target->probe = probe;
    target->request = (struct link_request){
        .ask = ASK_REGISTERS,
        .function = (uint8_t)function,
        .address = (uint16_t)address,
        .count = (uint16_t)count,
        .timeout_ms = probe->timeout_ms,
    };
    if (strncmp(text, "rtu:", 4) == 0)
        return open_line(probe, text, (int)(numbers - text), &target->link);
    return open_gateway(probe, text, &target->link);
}

static void read_options(int argc, char **argv, struct probe *probe) {
    static const struct option options[] = {
        {"tick", required_argument, NULL, 't'},
        {"timeout", required_argument, NULL, 'o'},
        {"pause", required_argument, NULL, 'p'},
        {"interval", required_argument, NULL, 'i'},
        {"polls", required_argument, NULL, 'n'},
        {"close-after", required_argument, NULL, 'c'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        long number = option == '?' ? 0 : strtol(optarg, NULL, 10);
        if (option == 't')
            probe->tick_ms = (uint32_t)number;
        else if (option == 'o')
            probe->timeout_ms = (uint32_t)number;
        else if (option == 'p')
            probe->pause_ms = (uint16_t)number;
        else if (option == 'i')
            probe->interval_ms = number;
        else if (option == 'n')
            probe->polls = (int)number;
        else if (option == 'c')
            probe->close_after_ms = number;
        else
            exit(2);
    }
}

int main(int argc, char **argv) {
    struct probe probe = {.timeout_ms = 1000, .tick_ms = 5, .polls = 1, .close_after_ms = INT64_MAX};
    read_options(argc, argv, &probe);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    uv_loop_t *loop = uv_default_loop();
    if (modbus_service_new(loop, &probe.service) < 0 || rtu_service_new(loop, &probe.lines) < 0)
        return 1;
    probe.n_targets = argc - optind;
    probe.targets = calloc((size_t)probe.n_targets, sizeof(*probe.targets));
    for (int i = 0; i < probe.n_targets; i++) {
        probe.targets[i].number = i;
        if (open_target(&probe, argv[optind + i], &probe.targets[i]) < 0) {
            fprintf(stderr, "modbus_probe: %s: not ADDRESS:PORT/UNIT/FUNCTION/REGISTER/COUNT\n",
                    argv[optind + i]);
            return 2;
        }
    }
    probe.start_ms = clock_monotonic_ms();
    uv_timer_init(loop, &probe.timer);
    probe.timer.data = &probe;
    uv_timer_start(&probe.timer, on_tick, 0, probe.tick_ms);
    uv_run(loop, UV_RUN_DEFAULT);
    uv_loop_close(loop);
    free(probe.targets);
    return 0;
}
