/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk is a list of columns, each with the name it has come to. A question goes on with the first open
 * columns; an answer moves them forward or ends them. How much is asked for adapts: tooBig halves it, and
 * after silence or garbage one row is asked for, since that tells a dead agent from an overtaxed one at the
 * least cost.
 */
#include "acquire/snmp_walk.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/oid.h"

enum {
    ABREAST_MOST = 16,   /* columns in one question */
    TROUBLES_MOST = 3,   /* silences and garbled answers in a row */
    SEEN_ROOM = 1 << 16, /* a power of two, well above the names there can be */
    NO_SUCH_NAME = 2,
    GEN_ERR = 5,
};

struct column {
    struct oid prefix, at; /* in the parts below */
    uint32_t prefix_part[OID_MOST], at_part[OID_MOST];
    bool ended;
};

struct snmp_walk {
    struct link *link;
    struct snmp_walk_plan plan;
    struct column *columns;
    size_t n_columns;
    size_t abreast;           /* columns asked for at once, at most */
    unsigned wanted, ceiling; /* varbinds: in the next answer; what seems to work at most */
    unsigned troubles;
    size_t n_found, n_requests;
    uint64_t *seen; /* of an unsorted walk: hashes of names, open addressing, 0 = free */

    struct link_request request; /* under way, with what it asks for */
    struct column *asked[ABREAST_MOST];
    struct oid oids[ABREAST_MOST];
};

static void on_answer(void *context, const struct link_answer *answer);

static size_t choose_columns(struct snmp_walk *walk) {
    size_t n = 0;
    for (size_t i = 0; i < walk->n_columns && n < walk->abreast; i++) {
        struct column *column = &walk->columns[i];
        if (column->ended)
            continue;
        walk->asked[n] = column;
        walk->oids[n++] = column->at;
    }
    return n;
}

static int ask_next(struct snmp_walk *walk, size_t n) {
    if (walk->n_requests++ == SNMP_WALK_REQUESTS_MOST)
        return ERROR_TOO_BIG;
    size_t rows = walk->wanted / n;
    walk->request = (struct link_request){
        .ask = ASK_BULK,
        .oids = walk->oids,
        .n_oids = n,
        .repetitions = (uint16_t)(rows > 0 ? rows : 1),
        .timeout_ms = walk->plan.timeout_ms,
    };
    return link_ask(walk->link, &walk->request, on_answer, walk);
}

/*
 * FNV-1a: names are many and short, and a collision would end a column early, which 64 bits make improbable.
 */
static uint64_t hash_oid(const struct oid *name) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < name->n; i++)
        hash = (hash ^ name->part[i]) * 0x100000001b3;
    return hash ? hash : 1;
}

static bool is_seen(struct snmp_walk *walk, const struct oid *name) {
    uint64_t hash = hash_oid(name);
    size_t at = (hash ^ hash >> 32) % SEEN_ROOM;
    while (walk->seen[at] && walk->seen[at] != hash)
        at = (at + 1) % SEEN_ROOM;
    bool seen = walk->seen[at] == hash;
    walk->seen[at] = hash;
    return seen;
}

/* An agent at its end repeats the name it was asked for, which is not new either. */
static bool is_new(struct snmp_walk *walk, const struct column *column, const struct oid *name) {
    int order = oid_compare(name, &column->at);
    return walk->plan.unsorted ? order != 0 && !is_seen(walk, name) : order > 0;
}

/* Moves the columns on. Varbinds come row by row; the last row may be incomplete. */
static int take_rows(struct snmp_walk *walk, const struct link_answer *answer) {
    for (size_t i = 0; i < answer->n_varbinds; i++) {
        struct column *column = walk->asked[i % walk->request.n_oids];
        const struct oid *name = &answer->varbinds[i].name;
        if (column->ended)
            continue;
        if (name->n > OID_MOST || !oid_has_prefix(name, &column->prefix) || !is_new(walk, column, name)) {
            column->ended = true;
            continue;
        }
        if (walk->n_found++ == SNMP_WALK_VARBINDS_MOST)
            return ERROR_TOO_BIG;
        memcpy(column->at_part, name->part, name->n * sizeof *column->at_part);
        column->at.n = name->n;
        walk->plan.found(walk->plan.context, &answer->varbinds[i]);
    }
    walk->troubles = 0;
    walk->wanted = 2 * walk->wanted < walk->ceiling ? 2 * walk->wanted : walk->ceiling;
    return ERROR_NONE;
}

static int ask_for_less(struct snmp_walk *walk) {
    size_t n = walk->request.n_oids;
    if (walk->request.repetitions > 1) {
        walk->wanted = walk->ceiling = (unsigned)(n * walk->request.repetitions / 2);
        return ERROR_NONE;
    }
    if (n == 1)
        return ERROR_TOO_BIG;
    walk->abreast = n / 2;
    walk->wanted = walk->ceiling = (unsigned)walk->abreast;
    return ERROR_NONE;
}

static int ask_for_least(struct snmp_walk *walk, int error) {
    if (++walk->troubles == TROUBLES_MOST)
        return error;
    if (walk->request.repetitions == 1)
        walk->abreast = 1;
    unsigned asked = (unsigned)(walk->request.n_oids * walk->request.repetitions);
    walk->ceiling = asked > 1 ? asked / 2 : 1;
    walk->wanted = 1;
    return ERROR_NONE;
}

/*
 * Agents that speak like SNMPv1 end a column by a refusal; some break down within one. Neither concerns the
 * others.
 */
static int end_refused(struct snmp_walk *walk, const struct link_answer *answer) {
    if (answer->exception != NO_SUCH_NAME && answer->exception != GEN_ERR)
        return ERROR_REFUSED;
    size_t n = walk->request.n_oids;
    if (walk->request.repetitions > 1)
        walk->wanted = 1; /* the rows before the culprit are still to be had */
    else if (answer->culprit > 0 && answer->culprit <= n)
        walk->asked[answer->culprit - 1]->ended = true;
    else if (n == 1)
        walk->asked[0]->ended = true;
    else
        walk->abreast = 1;
    return ERROR_NONE;
}

static int take_answer(struct snmp_walk *walk, const struct link_answer *answer) {
    switch (answer->error) {
    case ERROR_NONE:
        /* No rows at all brings the walk no further. */
        return answer->n_varbinds > 0 ? take_rows(walk, answer) : ask_for_least(walk, ERROR_GARBLED);
    case ERROR_TOO_BIG:
        return ask_for_less(walk);
    case ERROR_TIMEOUT:
    case ERROR_GARBLED:
        return ask_for_least(walk, answer->error);
    case ERROR_REFUSED:
        return end_refused(walk, answer);
    default:
        return answer->error;
    }
}

static void on_answer(void *context, const struct link_answer *answer) {
    struct snmp_walk *walk = context;
    int error = take_answer(walk, answer);
    if (!error) {
        size_t n = choose_columns(walk);
        if (n > 0)
            error = ask_next(walk, n);
        if (n > 0 && !error)
            return;
    }
    walk->plan.done(walk->plan.context, error);
}

static int copy_columns(struct snmp_walk *walk, const struct snmp_walk_plan *plan) {
    for (size_t i = 0; i < plan->n_columns; i++) {
        const struct oid *prefix = &plan->columns[i];
        struct column *column = &walk->columns[i];
        if (prefix->n < 2 || prefix->n > OID_MOST)
            return ERROR_ARGUMENT;
        memcpy(column->prefix_part, prefix->part, prefix->n * sizeof *column->prefix_part);
        memcpy(column->at_part, prefix->part, prefix->n * sizeof *column->at_part);
        column->prefix = (struct oid){column->prefix_part, prefix->n};
        column->at = (struct oid){column->at_part, prefix->n};
    }
    return ERROR_NONE;
}

static int start(struct snmp_walk *walk, const struct snmp_walk_plan *plan) {
    walk->columns = calloc(plan->n_columns, sizeof *walk->columns);
    if (plan->unsorted)
        walk->seen = calloc(SEEN_ROOM, sizeof *walk->seen);
    if (!walk->columns || (plan->unsorted && !walk->seen))
        return ERROR_MEMORY;
    int error = copy_columns(walk, plan);
    return error ? error : ask_next(walk, choose_columns(walk));
}

int snmp_walk_new(struct link *link, const struct snmp_walk_plan *plan, struct snmp_walk **walk) {
    if (plan->n_columns == 0 || plan->repetitions == 0)
        return ERROR_ARGUMENT;
    struct snmp_walk *made = calloc(1, sizeof *made);
    if (!made)
        return ERROR_MEMORY;
    made->link = link;
    made->plan = *plan;
    made->plan.columns = NULL;
    made->n_columns = plan->n_columns;
    made->abreast = plan->repetitions < ABREAST_MOST ? plan->repetitions : ABREAST_MOST;
    made->wanted = made->ceiling = plan->repetitions;
    int error = start(made, plan);
    if (error) {
        snmp_walk_free(made);
        return error;
    }
    *walk = made;
    return ERROR_NONE;
}

void snmp_walk_free(struct snmp_walk *walk) {
    if (!walk)
        return;
    free(walk->columns);
    free(walk->seen);
    free(walk);
}
