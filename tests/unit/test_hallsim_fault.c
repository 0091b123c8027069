/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders of faults: who is meant, which share, what is refused; and that a fault changes an answer as its
 * word says. (Over real sockets: tests/e2e/test_hallsim.py.)
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "fault.h"

enum { N_DEVICES = 100 };

static int make_devices(void **state) {
    struct devices *devices = calloc(1, sizeof *devices);
    if (devices == NULL)
        return -1;
    *state = devices;
    for (unsigned i = 0; i < N_DEVICES; i++) {
        struct device *device = devices_add(devices);
        if (device == NULL)
            return -1;
        snprintf(device->name, sizeof device->name, "%s-%02u", i % 2 ? "meter" : "pdu", i);
        device->driver = i % 2 ? "schneider_pm5000" : "apc_rpdu2";
        device->protocol = i % 2 ? MODBUS : SNMP;
    }
    return 0;
}

static int free_devices(void **state) {
    devices_done(*state);
    free(*state);
    return 0;
}

static size_t give(struct devices *devices, const char *line) {
    struct fault_order order;
    const char *problem;
    if (!fault_read(line, &order, &problem))
        fail_msg("%s: %s", line, problem);
    return fault_set(devices, &order, 1);
}

static size_t count(const struct devices *devices, enum fault_kind kind) {
    size_t n = 0;
    for (size_t i = 0; i < devices->n; i++)
        n += devices->list[i]->fault.kind == kind;
    return n;
}

static void orders_find_their_devices(void **state) {
    static const struct {
        const char *order;
        size_t n;
    } cases[] = {{"pdu-00 dead", 1},        {"pdu-* dead", 50},       {"modbus slow 50", 50},
                 {"apc_rpdu2:/10 slow", 5}, {"*:7% garbled", 7},      {"snmp:50% dead", 25},
                 {"* wrong-unit 2", 50},    {"snmp wrong-unit 2", 0}, {"pdu-?? reports", 50},
                 {"modbus reports", 0},     {"nobody dead", 0},       {"*:100% none", 100}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (strstr(cases[i].order, "none") == NULL)
            give(*state, "* none");
        else
            give(*state, "* dead");
        assert_int_equal(give(*state, cases[i].order), cases[i].n);
    }
    assert_int_equal(count(*state, FAULT_NONE), N_DEVICES);
}

static void shares_do_not_overlap(void **state) {
    static const char *const orders[] = {"*:30% dead", "*:30% slow", "*:30% garbled", "*:30% wrong-id"};
    give(*state, "* none");
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(give(*state, orders[i]), i < 3 ? 30 : 10);
    assert_int_equal(count(*state, FAULT_DEAD), 30);
    assert_int_equal(count(*state, FAULT_NONE), 0);
}

static void what_a_protocol_lacks_is_replaced_by_its_nearest(void **state) {
    give(*state, "* none");
    assert_int_equal(give(*state, "* dribbling 700"), N_DEVICES);
    assert_int_equal(count(*state, FAULT_DRIBBLING), N_DEVICES / 2);
    assert_int_equal(count(*state, FAULT_TRUNCATED), N_DEVICES / 2);
    uint8_t answer[FAULT_ANSWER_MOST] = {0};
    struct devices *devices = *state;
    assert_int_equal(fault_change_snmp(devices->list[0], answer, 100), 50);
    give(*state, "* resetting");
    assert_int_equal(count(*state, FAULT_REPORTS), N_DEVICES / 2);
    give(*state, "* none");
    assert_int_equal(devices->list[0]->mark.returned_us, 1);
}

static void senseless_orders_are_refused(void **state) {
    static const char *const lines[] = {
        "",          "dead",           "* dead 1",          "* slow 0",
        "* slow 1x", "*:101% dead",    "*:5 dead",          "*:/x dead",
        ":5% dead",  "* exception 0",  "* exception 2 5-4", "* slow 5 1-2",
        "* Dead",    "* slow 5 1-2 3", "* exception 2 5-",  "* truncated 101"};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct fault_order order;
        const char *problem = NULL;
        if (fault_read(lines[i], &order, &problem))
            fail_msg("%s was taken", lines[i]);
        assert_non_null(problem);
    }
}

static void a_share_of_the_answers_is_garbled(void **state) {
    struct devices *devices = *state;
    static const uint8_t right[50] = {0};
    unsigned wrong = 0;
    give(devices, "* garbled 20");
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t answer[FAULT_ANSWER_MOST] = {0};
        assert_int_equal(fault_change_modbus(devices->list[1], right, answer, sizeof right), sizeof right);
        wrong += memcmp(answer, right, sizeof right) != 0;
    }
    assert_in_range(wrong, 150, 250);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_find_their_devices),
        cmocka_unit_test(shares_do_not_overlap),
        cmocka_unit_test(what_a_protocol_lacks_is_replaced_by_its_nearest),
        cmocka_unit_test(senseless_orders_are_refused),
        cmocka_unit_test(a_share_of_the_answers_is_garbled),
    };
    return cmocka_run_group_tests(tests, make_devices, free_devices);
}
