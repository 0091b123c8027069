/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discovery over a link that answers what the test says: what silence, refusals and lost
 * packets mean, and that no device can fill the memory.
 */
#include <stdlib.h>
#include <string.h>

#include "acquire/discovery.h"
#include "check.h"

/* --- a link whose answers are the test's -------------------------------------------------------------------
 */

struct puppet {
    struct link link;
    const struct link_request *request;
    link_done done;
    void *context;
    unsigned asked;
};

static int puppet_ask(struct link *link, const struct link_request *request, link_done done, void *context) {
    struct puppet *puppet = (struct puppet *)link;
    assert_null(puppet->request);
    puppet->request = request;
    puppet->done = done;
    puppet->context = context;
    puppet->asked++;
    return 0;
}

static void puppet_close(struct link *link) {
    (void)link;
}

static const struct link_kind puppet_kind = {.ask = puppet_ask, .close = puppet_close};

static void answer(struct puppet *puppet, const struct link_answer *with) {
    assert_non_null(puppet->request);
    puppet->request = NULL;
    puppet->done(puppet->context, with);
}

static void fail_with(struct puppet *puppet, int error) {
    answer(puppet, &(struct link_answer){.error = error});
}

static void answer_registers(struct puppet *puppet) {
    static const uint8_t data[250] = {0, 7};
    answer(puppet, &(struct link_answer){.data = data, .size = 2u * puppet->request->count});
}

/* --- discovery
 * ---------------------------------------------------------------------------------------------- */

struct outcome {
    bool ended;
    int error;
    struct image *image;
};

static void discovered(void *context, struct image *image, int error, const char *detail) {
    (void)detail;
    *(struct outcome *)context = (struct outcome){true, error, image};
}

static const struct fact facts[] = {
    {FACT_MODEL, HOLDING(0, U16)}, {FACT_SERIAL, HOLDING(10, U16)}, {FACT_FIRMWARE, HOLDING(20, U16)}};
static const struct driver modbus = {.name = "test", .protocol = PROTOCOL_MODBUS, FACTS(facts)};

static void start(struct puppet *puppet, const struct driver *driver, struct outcome *outcome) {
    struct discovery *discovery;
    *puppet = (struct puppet){.link.kind = &puppet_kind};
    *outcome = (struct outcome){0};
    assert_int_equal(discovery_start(&puppet->link, driver, 0, 1000, discovered, outcome, &discovery), 0);
}

static bool has_register(const struct outcome *outcome, uint16_t address) {
    uint8_t data[2];
    return image_registers(outcome->image, 3, address, 1, data);
}

static void test_silence_from_the_start_ends_it_at_once(void **state) {
    (void)state;
    struct puppet puppet;
    struct outcome outcome;
    start(&puppet, &modbus, &outcome);
    fail_with(&puppet, ERROR_TIMEOUT);
    assert_true(outcome.ended && outcome.error == ERROR_TIMEOUT && outcome.image == NULL);
    assert_int_equal(puppet.asked, 1);
}

static void test_a_lost_answer_is_asked_for_again(void **state) {
    (void)state;
    struct puppet puppet;
    struct outcome outcome;
    start(&puppet, &modbus, &outcome);
    answer_registers(&puppet);
    fail_with(&puppet, ERROR_TIMEOUT);
    assert_int_equal(puppet.request->address, 10);
    answer_registers(&puppet);
    answer_registers(&puppet);
    assert_true(outcome.ended && outcome.error == 0);
    assert_true(has_register(&outcome, 0) && has_register(&outcome, 10) && has_register(&outcome, 20));
    image_free(outcome.image);
}

static void test_what_stays_silent_or_is_refused_is_left_out(void **state) {
    (void)state;
    struct puppet puppet;
    struct outcome outcome;
    start(&puppet, &modbus, &outcome);
    fail_with(&puppet, ERROR_REFUSED); /* an answer, and not to be repeated */
    fail_with(&puppet, ERROR_TIMEOUT);
    fail_with(&puppet, ERROR_TIMEOUT);
    assert_int_equal(puppet.request->address, 20);
    answer_registers(&puppet);
    assert_true(outcome.ended && outcome.error == 0);
    assert_true(!has_register(&outcome, 0) && !has_register(&outcome, 10) && has_register(&outcome, 20));
    image_free(outcome.image);
}

static void test_three_silences_in_a_row_end_it(void **state) {
    (void)state;
    struct puppet puppet;
    struct outcome outcome;
    start(&puppet, &modbus, &outcome);
    answer_registers(&puppet);
    for (int i = 0; i < 3; i++)
        fail_with(&puppet, ERROR_TIMEOUT);
    assert_true(outcome.ended && outcome.error == ERROR_TIMEOUT);
}

static const struct point columns[] = {{ACTIVE_POWER, OID("1.1"), WATT}};
static const struct group tables[] = {{OVER({.part = PART_OUTLET}), POINTS(columns)}};
static const struct driver snmp = {.name = "test", .oid_base = "1.3.6.1.4.1.99999", GROUPS(tables)};

static void test_endless_large_texts_are_bounded(void **state) {
    (void)state;
    static char text[60000];
    struct puppet puppet;
    struct outcome outcome;
    uint32_t name[] = {1, 3, 6, 1, 4, 1, 99999, 1, 1, 0};
    memset(text, 'x', sizeof(text));
    start(&puppet, &snmp, &outcome);
    for (int i = 0; i < 20000 && !outcome.ended; i++) {
        name[9]++;
        const struct varbind varbind = {.name = {name, 10},
                                        .raw = {.kind = RAW_TEXT, .text = text, .size = sizeof(text)}};
        answer(&puppet, &(struct link_answer){.varbinds = &varbind, .n_varbinds = 1});
    }
    if (!outcome.ended)
        fail_with(&puppet, ERROR_CLOSED);
    assert_int_equal(outcome.error, ERROR_TOO_BIG);
}

static const struct point scaled_points[] = {
    {CURRENT, HOLDING(100, U16), AMPERE, .scale = {SCALE_EXPONENT, HOLDING(0, S16)}}};
static const struct group scaled_groups[] = {{OVER({PART_CIRCUIT, .most = 8}), POINTS(scaled_points)}};
static const struct driver scaled = {.name = "test", .protocol = PROTOCOL_MODBUS, GROUPS(scaled_groups)};

static void test_a_register_that_is_not_there_costs_no_other(void **state) {
    (void)state;
    struct puppet puppet;
    struct outcome outcome;
    const struct link_answer refused = {.error = ERROR_REFUSED, .exception = 2};
    start(&puppet, &scaled, &outcome);
    assert_int_equal(puppet.request->count, 8);
    while (!outcome.ended) {
        bool whole = puppet.request->address > 5 || puppet.request->address + puppet.request->count <= 5;
        if (whole)
            answer_registers(&puppet);
        else
            answer(&puppet, &refused);
    }
    assert_int_equal(outcome.error, 0);
    for (uint16_t i = 0; i < 8; i++)
        assert_int_equal(has_register(&outcome, i), i != 5);
    assert_int_equal(puppet.asked, 7); /* 8, 4, 4, 2, 1, 1, 2 */
    image_free(outcome.image);
}

static void test_who_is_busy_is_asked_once_more(void **state) {
    (void)state;
    struct puppet puppet;
    struct outcome outcome;
    start(&puppet, &scaled, &outcome);
    answer(&puppet, &(struct link_answer){.error = ERROR_REFUSED, .exception = 6});
    assert_int_equal(puppet.request->count, 8);
    answer_registers(&puppet);
    assert_true(outcome.ended && outcome.error == 0 && has_register(&outcome, 7));
    image_free(outcome.image);
}

static const struct group lengthy_groups[] = {{OVER({PART_CIRCUIT, .most = 1000}), POINTS(scaled_points)}};
static const struct driver lengthy = {.name = "test", .protocol = PROTOCOL_MODBUS, GROUPS(lengthy_groups)};

static void test_who_refuses_all_is_not_asked_for_ever(void **state) {
    (void)state;
    struct puppet puppet;
    struct outcome outcome;
    start(&puppet, &lengthy, &outcome);
    while (!outcome.ended)
        answer(&puppet, &(struct link_answer){.error = ERROR_REFUSED, .exception = 2});
    assert_int_equal(outcome.error, 0);
    assert_true(puppet.asked < 80);
    image_free(outcome.image);
}

static const struct fact named_facts[] = {{FACT_NAME, OID("9.0")}};
static const struct driver named = {
    .name = "test", .oid_base = "1.3.6.1.4.1.99999", FACTS(named_facts), GROUPS(tables)};

static void test_half_a_table_is_walked_once_more(void **state) {
    (void)state;
    static const uint32_t name[] = {1, 3, 6, 1, 4, 1, 99999, 9, 0},
                          row[] = {1, 3, 6, 1, 4, 1, 99999, 1, 1, 7};
    static const uint32_t behind[] = {1, 3, 6, 1, 4, 1, 99999, 2, 1, 7};
    const struct varbind fact = {.name = {name, 9}, .raw = {.kind = RAW_INTEGER, .integer = 1}};
    const struct varbind rows[] = {{.name = {row, 10}, .raw = {.kind = RAW_INTEGER, .integer = 70}},
                                   {.name = {behind, 10}, .raw = {.kind = RAW_INTEGER, .integer = 1}}};
    for (int lost = 0; lost < 2; lost++) {
        struct puppet puppet;
        struct outcome outcome;
        start(&puppet, &named, &outcome);
        answer(&puppet, &(struct link_answer){.varbinds = &fact, .n_varbinds = 1});
        for (int i = 0; i < 3; i++)
            fail_with(&puppet, ERROR_TIMEOUT);
        assert_false(outcome.ended);
        for (int i = 0; lost && i < 3; i++)
            fail_with(&puppet, ERROR_TIMEOUT);
        if (!lost)
            answer(&puppet, &(struct link_answer){.varbinds = rows, .n_varbinds = 2});
        assert_true(outcome.ended && outcome.error == 0);
        assert_int_equal(image_object(outcome.image, &rows[0].name).kind, lost ? RAW_NONE : RAW_INTEGER);
        image_free(outcome.image);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence_from_the_start_ends_it_at_once),
        cmocka_unit_test(test_a_lost_answer_is_asked_for_again),
        cmocka_unit_test(test_what_stays_silent_or_is_refused_is_left_out),
        cmocka_unit_test(test_three_silences_in_a_row_end_it),
        cmocka_unit_test(test_endless_large_texts_are_bounded),
        cmocka_unit_test(test_half_a_table_is_walked_once_more),
        cmocka_unit_test(test_a_register_that_is_not_there_costs_no_other),
        cmocka_unit_test(test_who_is_busy_is_asked_once_more),
        cmocka_unit_test(test_who_refuses_all_is_not_asked_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
