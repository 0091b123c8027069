/* SPDX-License-Identifier: Apache-2.0 */
/* The section `power`: what it becomes, in which order, and every mistake with its exact place. */
#include "check.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "model/config.h"

/* Nine lines; the section begins on line 10. */
#define HEAD                                                                                                 \
    "site: seoul-1\n"                                                                                        \
    "gateway: gw-1\n"                                                                                        \
    "devices:\n"                                                                                             \
    "  - {name: meter-a, url: \"snmp://10.0.0.1\"}\n"                                                        \
    "  - {name: meter-b, url: \"snmp://10.0.0.2\"}\n"                                                        \
    "  - {name: ups-a, url: \"snmp://10.0.0.3\"}\n"                                                          \
    "  - {name: \"-odd:one\", url: \"snmp://10.0.0.4\"}\n"                                                   \
    "  - {name: meter-2, url: \"snmp://10.0.0.5\", gateway: gw-2}\n"                                         \
    "power:\n"

static void write_file(const char *path, const char *content) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(content, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

/* Loads hallwatch.yaml of the working folder; *said is what was written of it. */
static struct site_config *load(const char *gateway, char **said) {
    size_t size = 0;
    FILE *errors = open_memstream(said, &size);
    struct site_config *config = NULL;
    assert_non_null(errors);
    int error = config_load("hallwatch.yaml", gateway, errors, &config);
    fclose(errors);
    assert_int_equal(error, config ? 0 : ERROR_CONFIG);
    assert_int_equal(size > 0, error != 0);
    return config;
}

static struct site_config *load_right(const char *yaml, const char *gateway) {
    char *said = NULL;
    write_file("hallwatch.yaml", yaml);
    struct site_config *config = load(gateway, &said);
    assert_string_equal(said, "");
    free(said);
    assert_non_null(config);
    return config;
}

static void whole_section(void **state) {
    (void)state;
    write_file("power.csv", "name,kind,sources,rating,meters,trip\n"
                            "rack-1,rack,\"pdu-a; pdu-b:L2-L3-L1\",20 kW,,\n"
                            "pdu-a,pdu,msb-a,32 A;400 V,meter-a:inlet/1,electronic Ir 30 A tr 10 s\n"
                            "pdu-b,pdu,msb-a,32 A,meter-b;- -odd:one,thermal-magnetic\n");
    struct site_config *config = load_right(
        HEAD
        "  time_zone: Asia/Seoul\n  contract: 250 MW\n  topology: power.csv\n  publish: 2s\n"
        "  nodes:\n"
        "    - {name: msb-a, kind: bus, sources: ups-a, rating: [4000 A, 400 V], standard: UL 489, hall: "
        "hall-1,\n"
        "       breaker: \"ups-a:breaker/q1\", normal: open, redundancy: N+1, units: 2, on_loss: steps down "
        "to 60 %}\n"
        "    - {name: ups-a, kind: ups, sources: in, rating: 2.5 MVA, autonomy: 5min, budget: main}\n"
        "    - {name: in, kind: intake}\n"
        "  budgets:\n"
        "    main: {warning: 80 %, critical: 95 %, times: [{days: fri-mon, from: \"22:00\", to: \"06:00\", "
        "critical: 2 MW}]}\n"
        "  alarms:\n"
        "    - {name: inlet_hot, quantity: facility_air_temperature_celsius, class: pdu, point: inlet, "
        "above: 32 Cel,\n"
        "       deadband: 1 K, on_delay: 2min, priority: 2, response: look}\n"
        "    - {name: on_battery, quantity: ups_mode_state, is: battery, priority: 1, latches: yes}\n"
        "    - {name: leak_detected, priority: 1}\n"
        "    - {name: rack_split, enabled: no}\n",
        NULL);
    const struct power_config *power = config->power;
    assert_non_null(power);
    assert_string_equal(power->time_zone, "Asia/Seoul");
    assert_true(power->contract_watts == 250e6);
    assert_int_equal(power->publish_ms, 2000);
    assert_int_equal(power->fresh_ms, 15000);
    assert_int_equal(power->held_ms, 60000);
    assert_int_equal(power->n_nodes, 6);
    static const char *const order[] = {"in", "ups-a", "msb-a", "pdu-a", "pdu-b", "rack-1"};
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(power->nodes[i].name, order[i]);

    const struct power_node *msb = &power->nodes[2], *ups = &power->nodes[1], *pdu_a = &power->nodes[3],
                            *pdu_b = &power->nodes[4], *rack = &power->nodes[5];
    assert_int_equal(msb->kind, POWER_BUS);
    assert_int_equal(msb->behaviour, POWER_PARALLEL);
    assert_int_equal(msb->sources[0].node, 1);
    assert_int_equal(msb->sources[0].phase[2], 2);
    assert_true(msb->rating.amperes == 4000 && msb->rating.volts == 400 && msb->rating.watts == 0);
    assert_true(msb->continuous_ratio == 0.8 && msb->derating == 1 && msb->step_down == 0.6);
    assert_int_equal(msb->on_loss, POWER_STEPS_DOWN);
    assert_int_equal(msb->standard, STANDARD_UL_489);
    assert_int_equal(msb->redundancy.rule, REDUNDANCY_N_PLUS);
    assert_int_equal(msb->units, 2);
    assert_true(msb->normally_open);
    assert_string_equal(msb->breaker->device, "ups-a");
    assert_int_equal(msb->breaker->part, PART_BREAKER);
    assert_string_equal(msb->breaker->name, "q1");
    assert_string_equal(msb->hall, "hall-1");
    assert_int_equal(msb->phases, 3);
    assert_true(ups->rating.voltamperes == 2.5e6);
    assert_int_equal(ups->autonomy_ms, 300000);
    assert_ptr_equal(ups->budget, &power->budgets[0]);
    assert_int_equal(pdu_a->meters[0].part, PART_INLET);
    assert_int_equal(pdu_a->meters[0].id[0], 1);
    assert_int_equal(pdu_a->trip.curve, CURVE_ELECTRONIC);
    assert_true(pdu_a->trip.setting_amperes == 30 && pdu_a->trip.delay_seconds == 10);
    assert_string_equal(pdu_a->at.file, "power.csv");
    assert_int_equal(pdu_a->at.line, 3);
    assert_int_equal(pdu_b->n_meters, 2);
    assert_string_equal(pdu_b->meters[1].device, "-odd:one");
    assert_true(pdu_b->meters[0].sign == 1 && pdu_b->meters[1].sign == -1);
    assert_int_equal(rack->n_sources, 2);
    assert_int_equal(rack->sources[1].phase[0], 1);
    assert_int_equal(rack->sources[1].phase[2], 0);
    assert_int_equal(rack->sources[1].at.column, 21);
    assert_true(rack->rating.watts == 20000);

    const struct power_budget *budget = &power->budgets[0];
    assert_string_equal(budget->name, "main");
    assert_true(budget->warning.value == 0.8 && budget->deadband == 0.02);
    assert_int_equal(budget->off_delay_ms, 120000);
    assert_int_equal(budget->periods[0].days, 0x71);
    assert_int_equal(budget->periods[0].from_min, 22 * 60);
    assert_int_equal(budget->periods[0].critical.unit, BUDGET_WATTS);
    assert_int_equal(budget->periods[0].warning.unit, BUDGET_NONE);

    assert_int_equal(power->n_rules, 4);
    const struct power_rule *hot = &power->rules[0], *battery = &power->rules[1], *leak = &power->rules[2];
    assert_int_equal(hot->quantity, AIR_TEMPERATURE);
    assert_int_equal(hot->class, CLASS_PDU);
    assert_true(hot->limit == 32 && hot->deadband == 1 && !hot->of_default && !hot->latches_given);
    assert_int_equal(hot->on_delay_ms, 120000);
    assert_int_equal(hot->off_delay_ms, -1);
    assert_int_equal(battery->test, TEST_IS);
    assert_true(battery->limit == UPS_ON_BATTERY && battery->latches);
    assert_true(leak->of_default && isnan(leak->limit) && leak->priority == 1 && !leak->disabled);
    assert_true(power->rules[3].disabled);
    config_free(config);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static int enter_folder(void **state) {
    char *folder = strdup("/tmp/hallwatch-test-XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) ? chdir(folder) : -1;
}

static int leave_folder(void **state) {
    int failed = chdir("/") != 0 || nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS) != 0;
    free(*state);
    return failed;
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(whole_section),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
