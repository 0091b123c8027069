/* SPDX-License-Identifier: Apache-2.0 */
/* acquire/snmp_walk.h: every row once from a good agent, and an end with bounded work from every bad one. */
#include "check.h"

#include <string.h>

#include "acquire/snmp_walk.h"

enum { ROWS_MOST = 30000, VARBINDS_MOST = 512, BASE_N = 7, NAME_N = 9 };

static const uint32_t base[] = {1, 3, 6, 1, 4, 1, 99};

struct name {
    uint32_t part[NAME_N];
};

/*
 * An agent with rows in the order in which it tells them, and its vices. The link and what it carries, in
 * one.
 */
struct fake {
    struct link link;
    struct name rows[ROWS_MOST];
    size_t n_rows;
    unsigned too_big_above; /* varbinds; 0 = never */
    bool no_bulk, dead, empty, like_v1, without_index;
    int loses; /* this request, from 1 */
    bool garbles_above_4;
    const struct name *breaks_at; /* genErr where this is next */
    int refuses;                  /* an error-status for everything */

    const struct link_request *request;
    link_done done;
    void *context;
    int n_requests;

    struct name found[ROWS_MOST];
    size_t n_found;
    int n_done, error;
};

static int fake_ask(struct link *link, const struct link_request *request, link_done done, void *context) {
    struct fake *fake = (struct fake *)link;
    assert_null(fake->request);
    assert_int_equal(request->ask, ASK_BULK);
    assert_true(request->n_oids > 0 && request->repetitions > 0);
    fake->request = request;
    fake->done = done;
    fake->context = context;
    fake->n_requests++;
    return ERROR_NONE;
}

static const struct link_kind fake_kind = {.ask = fake_ask};

static struct fake *fake(void) {
    static struct fake one;
    memset(&one, 0, sizeof one);
    one.link.kind = &fake_kind;
    return &one;
}

static struct name make_name(uint32_t column, uint32_t row) {
    struct name name;
    memcpy(name.part, base, sizeof base);
    name.part[BASE_N] = column;
    name.part[BASE_N + 1] = row;
    return name;
}

static void add_column(struct fake *agent, uint32_t column, uint32_t n_rows) {
    for (uint32_t row = 1; row <= n_rows; row++)
        agent->rows[agent->n_rows++] = make_name(column, row);
}

/*
 * The row that the agent tells after this name: the one behind it, or, of a prefix, the first below. NULL at
 * the end.
 */
static const struct name *next_row(const struct fake *agent, const struct oid *after) {
    for (size_t i = 0; i < agent->n_rows; i++) {
        int order = memcmp(agent->rows[i].part, after->part, after->n * sizeof *after->part);
        if (order == 0)
            return after->n < NAME_N ? &agent->rows[i] : i + 1 < agent->n_rows ? &agent->rows[i + 1] : NULL;
    }
    return NULL;
}

static int spoil(const struct fake *agent, struct link_answer *answer) {
    const struct link_request *request = agent->request;
    size_t wanted = request->n_oids * request->repetitions;
    if (agent->dead || agent->n_requests == agent->loses || (agent->no_bulk && request->repetitions > 1))
        return ERROR_TIMEOUT;
    if (agent->garbles_above_4 && wanted > 4)
        return ERROR_GARBLED;
    if (agent->too_big_above && wanted > agent->too_big_above)
        return ERROR_TOO_BIG;
    answer->exception = (uint8_t)agent->refuses;
    return agent->refuses ? ERROR_REFUSED : ERROR_NONE;
}

static int refuse(const struct fake *agent, struct link_answer *answer, uint8_t status, size_t column) {
    answer->exception = status;
    answer->culprit = agent->without_index ? 0 : (uint16_t)(column + 1);
    return ERROR_REFUSED;
}

static int fill(const struct fake *agent, struct varbind *varbinds, struct link_answer *answer) {
    const struct link_request *request = agent->request;
    size_t n = request->n_oids, wanted = n * request->repetitions;
    for (size_t i = 0; i < wanted && i < VARBINDS_MOST; i++) {
        const struct oid *after = i < n ? &request->oids[i] : &varbinds[i - n].name;
        const struct name *next = next_row(agent, after);
        if (!next && agent->like_v1)
            return refuse(agent, answer, 2, i % n);
        if (next && agent->breaks_at && !memcmp(next, agent->breaks_at, sizeof *next))
            return refuse(agent, answer, 5, i % n);
        varbinds[i].raw = (struct raw){.kind = next ? RAW_INTEGER : RAW_NONE};
        varbinds[i].name = next ? (struct oid){next->part, NAME_N} : *after;
        answer->n_varbinds = i + 1;
    }
    answer->varbinds = varbinds;
    return ERROR_NONE;
}

/* Answers until nothing is asked any more. */
static void serve(struct fake *agent) {
    while (agent->request) {
        static struct varbind varbinds[VARBINDS_MOST];
        struct link_answer answer = {.error = ERROR_NONE};
        answer.error = spoil(agent, &answer);
        if (!answer.error && !agent->empty)
            answer.error = fill(agent, varbinds, &answer);
        if (answer.error)
            answer.n_varbinds = 0;
        agent->request = NULL;
        agent->done(agent->context, &answer);
    }
}

static void on_found(void *context, const struct varbind *varbind) {
    struct fake *agent = context;
    assert_int_equal(varbind->name.n, NAME_N);
    memcpy(&agent->found[agent->n_found++], varbind->name.part, sizeof agent->found[0]);
}

static void on_done(void *context, int error) {
    struct fake *agent = context;
    agent->n_done++;
    agent->error = error;
}

enum { COLUMNS_MOST = 40 };

static struct snmp_walk_plan plan_columns(struct fake *agent, uint32_t first, uint32_t last) {
    static uint32_t prefixes[COLUMNS_MOST][BASE_N + 1];
    static struct oid columns[COLUMNS_MOST];
    struct snmp_walk_plan plan = {.repetitions = 40,
                                  .timeout_ms = 1000,
                                  .found = on_found,
                                  .done = on_done,
                                  .context = agent,
                                  .columns = columns};
    for (uint32_t column = first; column <= last; column++) {
        uint32_t *prefix = prefixes[plan.n_columns];
        memcpy(prefix, base, sizeof base);
        prefix[BASE_N] = column;
        columns[plan.n_columns++] = (struct oid){prefix, BASE_N + 1};
    }
    return plan;
}

/* Walks and returns how it ended. */
static int walk(struct fake *agent, const struct snmp_walk_plan *plan) {
    struct snmp_walk *walk = NULL;
    assert_int_equal(snmp_walk_new(&agent->link, plan, &walk), ERROR_NONE);
    assert_int_equal(agent->n_done, 0);
    serve(agent);
    assert_int_equal(agent->n_done, 1);
    snmp_walk_free(walk);
    return agent->error;
}

static size_t count_found(const struct fake *agent, uint32_t column) {
    size_t n = 0;
    for (size_t i = 0; i < agent->n_found; i++)
        n += agent->found[i].part[BASE_N] == column;
    return n;
}

static void a_subtree_and_nothing_behind_it(void **state) {
    (void)state;
    struct fake *agent = fake();
    add_column(agent, 1, 100);
    add_column(agent, 2, 57);
    add_column(agent, 3, 1);
    const struct oid subtree = {base, BASE_N};
    struct snmp_walk_plan plan = plan_columns(agent, 1, 1);
    plan.columns = &subtree;
    assert_int_equal(walk(agent, &plan), ERROR_NONE);
    assert_int_equal(agent->n_found, 158);
    assert_memory_equal(agent->found, agent->rows, 158 * sizeof agent->rows[0]);
    assert_int_equal(agent->n_requests, 4); /* 158 / 40 */
    agent->n_found = 0;
    agent->n_done = 0;
    plan = plan_columns(agent, 2, 2);
    assert_int_equal(walk(agent, &plan), ERROR_NONE);
    assert_int_equal(agent->n_found, 57);
}

static void columns_side_by_side(void **state) {
    (void)state;
    struct fake *agent = fake();
    add_column(agent, 1, 60);
    add_column(agent, 2, 60);
    add_column(agent, 4, 20);
    add_column(agent, 5, 60);
    struct snmp_walk_plan plan = plan_columns(agent, 1, 5); /* there is no column 3 */
    assert_int_equal(walk(agent, &plan), ERROR_NONE);
    assert_int_equal(agent->n_found, 200);
    assert_int_equal(count_found(agent, 3), 0);
    assert_int_equal(count_found(agent, 4), 20);
    assert_int_equal(count_found(agent, 5), 60);
    assert_in_range(agent->n_requests, 5, 8);
}

static void more_columns_than_fit_a_question(void **state) {
    (void)state;
    struct fake *agent = fake();
    for (uint32_t column = 1; column <= COLUMNS_MOST; column++)
        add_column(agent, column, 3);
    struct snmp_walk_plan plan = plan_columns(agent, 1, COLUMNS_MOST);
    assert_int_equal(walk(agent, &plan), ERROR_NONE);
    assert_int_equal(agent->n_found, 3 * COLUMNS_MOST);
}

static void too_big_is_halved(void **state) {
    (void)state;
    for (unsigned bound = 1; bound < 12; bound++) {
        struct fake *agent = fake();
        add_column(agent, 1, 50);
        add_column(agent, 2, 50);
        add_column(agent, 3, 50);
        agent->too_big_above = bound;
        struct snmp_walk_plan plan = plan_columns(agent, 1, 3);
        assert_int_equal(walk(agent, &plan), ERROR_NONE);
        assert_int_equal(agent->n_found, 150);
    }
}

static void one_varbind_that_is_too_big(void **state) {
    (void)state;
    struct fake *agent = fake();
    add_column(agent, 1, 5);
    struct snmp_walk_plan plan = plan_columns(agent, 1, 1);
    struct snmp_walk *one = NULL;
    assert_int_equal(snmp_walk_new(&agent->link, &plan, &one), ERROR_NONE);
    const struct link_answer too_big = {.error = ERROR_TOO_BIG};
    while (agent->request) {
        agent->request = NULL;
        agent->done(agent->context, &too_big);
    }
    assert_int_equal(agent->n_done, 1);
    assert_int_equal(agent->error, ERROR_TOO_BIG);
    assert_int_equal(agent->n_requests, 6); /* 40 20 10 5 2 1 */
    snmp_walk_free(one);
}

static void an_agent_without_getbulk(void **state) {
    (void)state;
    struct fake *agent = fake();
    add_column(agent, 1, 50);
    add_column(agent, 2, 50);
    agent->no_bulk = true;
    struct snmp_walk_plan plan = plan_columns(agent, 1, 2);
    assert_int_equal(walk(agent, &plan), ERROR_NONE);
    assert_int_equal(agent->n_found, 100);
    assert_in_range(agent->n_requests, 51, 60); /* few in vain */
}

static void a_lost_answer_costs_little(void **state) {
    (void)state;
    struct fake *agent = fake();
    add_column(agent, 1, 400);
    agent->loses = 3;
    struct snmp_walk_plan plan = plan_columns(agent, 1, 1);
    assert_int_equal(walk(agent, &plan), ERROR_NONE);
    assert_int_equal(agent->n_found, 400);
    assert_in_range(agent->n_requests, 12, 26);
}

static void a_dead_agent(void **state) {
    (void)state;
    struct fake *agent = fake();
    agent->dead = true;
    struct snmp_walk_plan plan = plan_columns(agent, 1, 20);
    assert_int_equal(walk(agent, &plan), ERROR_TIMEOUT);
    assert_int_equal(agent->n_requests, 3);
}

static void garbled_when_large_and_empty_always(void **state) {
    (void)state;
    struct fake *agent = fake();
    add_column(agent, 1, 50);
    agent->garbles_above_4 = true;
    struct snmp_walk_plan plan = plan_columns(agent, 1, 1);
    assert_int_equal(walk(agent, &plan), ERROR_NONE);
    assert_int_equal(agent->n_found, 50);
    agent = fake();
    agent->empty = true;
    plan = plan_columns(agent, 1, 3);
    assert_int_equal(walk(agent, &plan), ERROR_GARBLED);
    assert_int_equal(agent->n_requests, 3);
}

static void an_end_by_refusal(void **state) {
    (void)state;
    for (int without_index = 0; without_index < 2; without_index++) {
        struct fake *agent = fake();
        add_column(agent, 1, 30);
        add_column(agent, 2, 30);
        agent->like_v1 = true;
        agent->without_index = without_index;
        struct snmp_walk_plan plan = plan_columns(agent, 1, 4);
        assert_int_equal(walk(agent, &plan), ERROR_NONE);
        assert_int_equal(agent->n_found, 60);
        assert_in_range(agent->n_requests, 4, 60);
    }
    struct fake *agent = fake();
    agent->refuses = 16; /* authorizationError */
    struct snmp_walk_plan plan = plan_columns(agent, 1, 4);
    assert_int_equal(walk(agent, &plan), ERROR_REFUSED);
    assert_int_equal(agent->n_requests, 1);
}

static void a_row_that_breaks_the_agent(void **state) {
    (void)state;
    struct fake *agent = fake();
    add_column(agent, 1, 30);
    add_column(agent, 2, 30);
    const struct name culprit = make_name(1, 18);
    agent->breaks_at = &culprit;
    struct snmp_walk_plan plan = plan_columns(agent, 1, 2);
    assert_int_equal(walk(agent, &plan), ERROR_NONE);
    assert_int_equal(count_found(agent, 1), 17);
    assert_int_equal(count_found(agent, 2), 30);
}

/* 1 2 3 4 5 3 4 5 3 ...: the name after row 5 is row 3 again. */
static void add_loop(struct fake *agent) {
    add_column(agent, 1, 5);
    add_column(agent, 1, 2);
    agent->rows[5] = agent->rows[2];
    agent->rows[6] = agent->rows[3];
}

static void loops_end(void **state) {
    (void)state;
    for (int unsorted = 0; unsorted < 2; unsorted++) {
        struct fake *agent = fake();
        add_loop(agent);
        struct snmp_walk_plan plan = plan_columns(agent, 1, 1);
        plan.unsorted = unsorted;
        assert_int_equal(walk(agent, &plan), ERROR_NONE);
        assert_int_equal(agent->n_found, 5);
        agent = fake();
        add_column(agent, 1, 1); /* says its only name for ever */
        agent->rows[agent->n_rows++] = agent->rows[0];
        plan = plan_columns(agent, 1, 1);
        plan.unsorted = unsorted;
        assert_int_equal(walk(agent, &plan), ERROR_NONE);
        assert_int_equal(agent->n_found, 1);
    }
}

static void rows_out_of_order(void **state) {
    (void)state;
    struct fake *agent = fake();
    static const uint32_t order[] = {4, 1, 9, 2, 7};
    for (size_t i = 0; i < 5; i++)
        agent->rows[agent->n_rows++] = make_name(1, order[i]);
    add_column(agent, 2, 3);
    struct snmp_walk_plan plan = plan_columns(agent, 1, 2);
    plan.unsorted = true;
    assert_int_equal(walk(agent, &plan), ERROR_NONE);
    assert_int_equal(count_found(agent, 1), 5);
    assert_int_equal(count_found(agent, 2), 3);
    agent->n_found = 0;
    agent->n_done = 0;
    plan.unsorted = false; /* an agent that claims to be sorted is believed until it is not */
    assert_int_equal(walk(agent, &plan), ERROR_NONE);
    assert_int_equal(count_found(agent, 1), 1);
}

static void a_walk_without_end(void **state) {
    (void)state;
    struct fake *agent = fake();
    struct snmp_walk_plan plan = plan_columns(agent, 1, 1);
    struct snmp_walk *endless = NULL;
    assert_int_equal(snmp_walk_new(&agent->link, &plan, &endless), ERROR_NONE);
    for (uint32_t row = 1; agent->request; row++) {
        struct name name = make_name(1, row);
        const struct varbind varbind = {.name = {name.part, NAME_N}, .raw = {.kind = RAW_INTEGER}};
        const struct link_answer answer = {.varbinds = &varbind, .n_varbinds = 1};
        agent->request = NULL;
        agent->done(agent->context, &answer);
    }
    assert_int_equal(agent->error, ERROR_TOO_BIG);
    assert_int_equal(agent->n_found, SNMP_WALK_VARBINDS_MOST);
    snmp_walk_free(endless);
}

static void plans_that_are_refused(void **state) {
    (void)state;
    struct fake *agent = fake();
    struct snmp_walk *none = NULL;
    struct snmp_walk_plan plan = plan_columns(agent, 1, 1);
    plan.n_columns = 0;
    assert_int_equal(snmp_walk_new(&agent->link, &plan, &none), ERROR_ARGUMENT);
    plan = plan_columns(agent, 1, 1);
    plan.repetitions = 0;
    assert_int_equal(snmp_walk_new(&agent->link, &plan, &none), ERROR_ARGUMENT);
    const struct oid short_prefix = {base, 1};
    plan = plan_columns(agent, 1, 1);
    plan.columns = &short_prefix;
    assert_int_equal(snmp_walk_new(&agent->link, &plan, &none), ERROR_ARGUMENT);
    assert_int_equal(agent->n_requests, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subtree_and_nothing_behind_it),
        cmocka_unit_test(columns_side_by_side),
        cmocka_unit_test(more_columns_than_fit_a_question),
        cmocka_unit_test(too_big_is_halved),
        cmocka_unit_test(one_varbind_that_is_too_big),
        cmocka_unit_test(an_agent_without_getbulk),
        cmocka_unit_test(a_lost_answer_costs_little),
        cmocka_unit_test(a_dead_agent),
        cmocka_unit_test(garbled_when_large_and_empty_always),
        cmocka_unit_test(an_end_by_refusal),
        cmocka_unit_test(a_row_that_breaks_the_agent),
        cmocka_unit_test(loops_end),
        cmocka_unit_test(rows_out_of_order),
        cmocka_unit_test(a_walk_without_end),
        cmocka_unit_test(plans_that_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
