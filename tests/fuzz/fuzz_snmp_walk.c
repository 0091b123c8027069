/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes walks of columns: the input is what a link answers, over and over again, so that an agent that loops
 * does so for ever.
 *
 * What must hold: the walk ends, once, after a bounded number of requests; what it finds is bounded too, lies
 * below one of its columns, and in a sorted walk comes in order.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/oid.h"
#include "acquire/snmp_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_COLUMNS = 3, VARBINDS_MOST = 64 };

static const uint32_t prefixes[N_COLUMNS][4] = {{1, 3, 6, 1}, {1, 3, 6, 2}, {1, 3, 7, 7}};
static const struct oid columns[N_COLUMNS] = {{prefixes[0], 4}, {prefixes[1], 4}, {prefixes[2], 4}};

/* An agent that says what the input says. */
struct agent {
    struct link link;
    const uint8_t *data;
    size_t size, at;
    const struct link_request *request; /* waits for its answer */
    link_done done;
    void *context;
    size_t n_requests, n_found;
    bool unsorted, ended;
    uint32_t last_part[N_COLUMNS][OID_MOST]; /* what each column came to */
    struct oid last[N_COLUMNS];
    struct varbind varbinds[VARBINDS_MOST];
    uint32_t parts[VARBINDS_MOST][OID_MOST + 1];
};

static uint8_t take(struct agent *agent) {
    uint8_t byte = agent->data[agent->at];
    agent->at = (agent->at + 1) % agent->size;
    return byte;
}

static int ask(struct link *link, const struct link_request *request, link_done done, void *context) {
    struct agent *agent = (struct agent *)link;
    assert(!agent->request && !agent->ended && request->ask == ASK_BULK);
    assert(request->n_oids >= 1 && request->n_oids <= N_COLUMNS && request->repetitions >= 1);
    assert(++agent->n_requests <= SNMP_WALK_REQUESTS_MOST);
    agent->request = request;
    agent->done = done;
    agent->context = context;
    return 0;
}

static void close_nothing(struct link *link) {
    (void)link;
}

static void on_found(void *context, const struct varbind *varbind) {
    struct agent *agent = context;
    size_t i = 0;
    while (i < N_COLUMNS && !oid_has_prefix(&varbind->name, &columns[i]))
        i++;
    assert(i < N_COLUMNS && ++agent->n_found <= SNMP_WALK_VARBINDS_MOST);
    assert(agent->unsorted || agent->last[i].n == 0 || oid_compare(&varbind->name, &agent->last[i]) > 0);
    memcpy(agent->last_part[i], varbind->name.part, varbind->name.n * sizeof(uint32_t));
    agent->last[i] = (struct oid){agent->last_part[i], varbind->name.n};
}

static void on_end(void *context, int error) {
    struct agent *agent = context;
    (void)error;
    assert(!agent->ended);
    agent->ended = true;
}

/* The name of a varbind: that before it in its column and a little more, or something else. */
static void name_next(struct agent *agent, size_t i) {
    size_t n_asked = agent->request->n_oids;
    const struct oid *before = i < n_asked ? &agent->request->oids[i] : &agent->varbinds[i - n_asked].name;
    uint32_t *part = agent->parts[i];
    uint8_t how = take(agent);
    size_t n = before->n;
    memcpy(part, before->part, n * sizeof(*part));
    if (how & 1 && n < OID_MOST)
        part[n++] = how & 2 ? 0 : take(agent);
    else if (how & 4)
        part[how >> 3 & 7] = take(agent);
    else
        part[n - 1] += how & 2 ? 1 : (uint32_t)(int8_t)take(agent);
    if (how >= 0xf0)
        n = 1 + take(agent) % n;
    agent->varbinds[i] = (struct varbind){.name = {part, n}, .raw = {.kind = RAW_INTEGER, .integer = how}};
}

static void answer(struct agent *agent) {
    static const int errors[] = {ERROR_TIMEOUT,     ERROR_GARBLED, ERROR_TOO_BIG, ERROR_REFUSED,
                                 ERROR_UNREACHABLE, ERROR_DENIED,  ERROR_BUSY,    ERROR_CLOSED};
    struct link_answer said = {.varbinds = agent->varbinds};
    uint8_t how = take(agent);
    if (how >= 0xe0) {
        said.error = errors[how & 7];
        said.exception = said.error == ERROR_REFUSED ? take(agent) % 8 : 0;
        said.culprit = said.error == ERROR_REFUSED ? take(agent) % 5 : 0;
    } else {
        size_t whole = agent->request->n_oids * agent->request->repetitions;
        size_t most = how & 0x80 ? take(agent) : whole;
        while (said.n_varbinds < most && said.n_varbinds < VARBINDS_MOST)
            name_next(agent, said.n_varbinds++);
    }
    agent->request = NULL;
    agent->done(agent->context, &said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct link_kind kind = {.ask = ask, .close = close_nothing};
    static struct agent agent;
    if (size < 2)
        return 0;
    agent = (struct agent){.link = {&kind}, .data = data + 1, .size = size - 1, .unsorted = data[0] & 1};
    const struct snmp_walk_plan plan = {
        .columns = columns,
        .n_columns = 1 + (data[0] >> 1) % N_COLUMNS,
        .repetitions = (uint16_t)(1 + (data[0] >> 3)),
        .timeout_ms = 1000,
        .unsorted = agent.unsorted,
        .found = on_found,
        .done = on_end,
        .context = &agent,
    };
    struct snmp_walk *walk;
    if (snmp_walk_new(&agent.link, &plan, &walk) != 0)
        abort();
    while (!agent.ended) {
        assert(agent.request);
        answer(&agent);
    }
    assert(!agent.request);
    snmp_walk_free(walk);
    return 0;
}
