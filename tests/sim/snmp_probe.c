/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives the SNMP link from the command line, for the end-to-end tests: what comes out of it is printed line
 * by line.
 *
 *     snmp_probe ADDRESS PORT COMMUNITY TIMEOUT_MS COMMAND ...
 *
 *     get OID...
 *     bulk REPETITIONS OID...
 *     walk REPETITIONS OID...     prints what is found; "walks" only counts
 *     twice OID...                a GET, and the same again when it is answered
 *     crowd LINKS ROUNDS OID...   that many links at once, that many GETs each
 *     close OID...                closes the link while its request is under way
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/link_snmp.h"
#include "acquire/snmp_walk.h"
#include "base/clock.h"

enum { OIDS_MOST = 128, LINKS_MOST = 5000, TICK_MS = 10, LINGER_MS = 50 };

struct probe {
    uv_loop_t loop;
    uv_timer_t tick;
    struct snmp_service *service;
    struct link_request request;
    struct oid oids[OIDS_MOST];
    uint32_t parts[OIDS_MOST][OID_MOST];
    struct member {
        struct probe *probe;
        struct link *link;
        unsigned rounds_left;
    } members[LINKS_MOST];
    size_t n_members, n_waiting;
    struct snmp_walk *walk;
    size_t n_good, n_failed, n_called, n_found;
    bool quiet;              /* count answers instead of printing them */
    int64_t linger_until_ms; /* of close: how long a callback may still come */
};

static void print_oid(const struct oid *oid) {
    for (size_t i = 0; i < oid->n; i++)
        printf("%s%u", i ? "." : "", oid->part[i]);
}

static void print_text(const char *text, size_t size) {
    printf("TEXT %zu ", size);
    for (size_t i = 0; i < size && i < 80; i++)
        if (isprint((unsigned char)text[i]) && text[i] != '\\')
            putchar(text[i]);
        else
            printf("\\x%02x", (unsigned char)text[i]);
}

static void print_varbind(const struct varbind *varbind) {
    print_oid(&varbind->name);
    printf(" = ");
    const struct raw *raw = &varbind->raw;
    switch (raw->kind) {
    case RAW_NONE:
        printf("NONE");
        break;
    case RAW_INTEGER:
        printf("%s %lld", raw->unsigned32 ? "UNSIGNED32" : "INTEGER", (long long)raw->integer);
        break;
    case RAW_REAL:
        printf("REAL %.17g", raw->real);
        break;
    case RAW_TEXT:
        print_text(raw->text, raw->size);
        break;
    case RAW_OID:
        printf("OID ");
        print_oid(&raw->oid);
        break;
    }
    putchar('\n');
}

static void print_answer(const struct link_answer *answer) {
    printf("answer %s", answer->error ? error_word(answer->error) : "ok");
    if (answer->exception)
        printf(" status %u index %u", answer->exception, answer->culprit);
    if (answer->detail)
        printf(": %s", answer->detail);
    putchar('\n');
    for (size_t i = 0; i < answer->n_varbinds; i++)
        print_varbind(&answer->varbinds[i]);
}

static void on_done(void *context, const struct link_answer *answer);

static void ask(struct member *member) {
    size_t called = member->probe->n_called;
    int error = link_ask(member->link, &member->probe->request, on_done, member);
    if (error) {
        printf("ask %s\n", error_word(error));
        exit(2);
    }
    if (member->probe->n_called != called) {
        printf("answered from inside ask\n");
        exit(2);
    }
    /* One request at a time: a second is turned away. */
    if (link_ask(member->link, &member->probe->request, on_done, member) != ERROR_BUSY) {
        printf("two requests at once\n");
        exit(2);
    }
}

static void on_done(void *context, const struct link_answer *answer) {
    struct member *member = context;
    struct probe *probe = member->probe;
    probe->n_called++;
    *(answer->error ? &probe->n_failed : &probe->n_good) += 1;
    if (!probe->quiet)
        print_answer(answer);
    if (--member->rounds_left > 0) {
        ask(member);
        return;
    }
    link_close(member->link);
    probe->n_waiting--;
}

static void on_found(void *context, const struct varbind *varbind) {
    struct member *member = context;
    member->probe->n_found++;
    if (!member->probe->quiet)
        print_varbind(varbind);
}

static void on_walked(void *context, int error) {
    struct member *member = context;
    struct probe *probe = member->probe;
    printf("walk %s %zu\n", error ? error_word(error) : "ok", probe->n_found);
    snmp_walk_free(probe->walk);
    link_close(member->link);
    probe->n_waiting--;
}

static void start_walk(struct member *member) {
    struct probe *probe = member->probe;
    const struct snmp_walk_plan plan = {
        .columns = probe->oids,
        .n_columns = probe->request.n_oids,
        .repetitions = probe->request.repetitions,
        .timeout_ms = probe->request.timeout_ms,
        .found = on_found,
        .done = on_walked,
        .context = member,
    };
    if (snmp_walk_new(member->link, &plan, &probe->walk))
        exit(2);
}

static void on_tick(uv_timer_t *timer) {
    struct probe *probe = timer->data;
    int64_t now_ms = clock_monotonic_ms();
    snmp_service_tick(probe->service, now_ms);
    if (probe->n_waiting > 0 || now_ms < probe->linger_until_ms)
        return;
    const struct snmp_counts counts = snmp_service_counts(probe->service);
    printf("good %zu failed %zu unmatched %llu foreign %llu malformed %llu drops %llu\n", probe->n_good,
           probe->n_failed, (unsigned long long)counts.unmatched, (unsigned long long)counts.foreign,
           (unsigned long long)counts.malformed, (unsigned long long)counts.kernel_drops);
    snmp_service_free(probe->service);
    uv_close((uv_handle_t *)timer, NULL);
}

static void usage(void) {
    fprintf(stderr, "see the head of tests/sim/snmp_probe.c\n");
    exit(2);
}

static size_t read_number(const char *text, size_t most) {
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*end || end == text || number > most)
        usage();
    return number;
}

static void read_oids(struct probe *probe, char **words) {
    for (size_t i = 0; words[i] && i < OIDS_MOST; i++) {
        size_t n = 0;
        for (char *word = strtok(words[i], "."); word && n < OID_MOST; word = strtok(NULL, "."))
            probe->parts[i][n++] = (uint32_t)read_number(word, UINT32_MAX);
        probe->oids[i] = (struct oid){probe->parts[i], n};
        probe->request.n_oids++;
    }
    probe->request.oids = probe->oids;
}

static void read_address(const char *address, const char *port, struct sockaddr_storage *into) {
    int number = (int)read_number(port, 65535);
    if (uv_ip4_addr(address, number, (struct sockaddr_in *)into) &&
        uv_ip6_addr(address, number, (struct sockaddr_in6 *)into))
        usage();
}

/* Reads the command into the probe and returns the rounds that each link goes. */
static unsigned read_command(struct probe *probe, char **words) {
    const char *command = words[0];
    unsigned rounds = 1;
    probe->n_members = 1;
    words++;
    if ((!strcmp(command, "bulk") || !strncmp(command, "walk", 4)) && words[0]) {
        probe->quiet = !strcmp(command, "walks");
        probe->request.ask = ASK_BULK;
        probe->request.repetitions = (uint16_t)read_number(*words++, UINT16_MAX);
    } else if (!strcmp(command, "crowd") && words[0] && words[1]) {
        probe->n_members = read_number(*words++, LINKS_MOST);
        rounds = (unsigned)read_number(*words++, 1000000);
        probe->quiet = true;
    } else if (!strcmp(command, "twice")) {
        rounds = 2;
    }
    read_oids(probe, words);
    return rounds;
}

int main(int argc, char **argv) {
    if (argc < 7)
        usage();
    static struct probe probe = {.request.ask = ASK_GET};
    struct sockaddr_storage address;
    read_address(argv[1], argv[2], &address);
    probe.request.timeout_ms = (uint32_t)read_number(argv[4], 60000);
    unsigned rounds = read_command(&probe, argv + 5);
    const struct snmp_credentials credentials = {.version = SNMP_V2C, .community = argv[3]};
    uv_loop_init(&probe.loop);
    uv_timer_init(&probe.loop, &probe.tick);
    probe.tick.data = &probe;
    if (snmp_service_new(&probe.loop, &probe.service))
        return 2;
    for (size_t i = 0; i < probe.n_members; i++) {
        struct member *member = &probe.members[i];
        *member = (struct member){.probe = &probe, .rounds_left = rounds};
        if (link_snmp_open(probe.service, (struct sockaddr *)&address, &credentials, &member->link))
            return 2;
    }
    probe.n_waiting = probe.n_members;
    if (!strncmp(argv[5], "walk", 4))
        start_walk(&probe.members[0]);
    for (size_t i = 0; i < probe.n_members && !probe.walk; i++)
        ask(&probe.members[i]);
    if (!strcmp(argv[5], "close")) {
        link_close(probe.members[0].link);
        probe.n_waiting = 0;
        probe.linger_until_ms = clock_monotonic_ms() + LINGER_MS;
    }
    uv_timer_start(&probe.tick, on_tick, TICK_MS, TICK_MS);
    uv_run(&probe.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&probe.loop) ? 2 : 0;
}
