/* SPDX-License-Identifier: Apache-2.0 */
/* The section `power`: what it becomes, in which order, and every mistake with its exact place. */
#include "check.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "judge/alarm_rules.h"
#include "model/alarm_names.h"
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

static const struct power_node *node_of(const struct power_config *power, const char *name) {
    uint32_t number = power_find(power, name);
    assert_int_not_equal(number, POWER_NO_NODE);
    return &power->nodes[number];
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

/* --- mistakes --- */

static void check_mistakes(const char *yaml, const char *expected) {
    char *said = NULL;
    write_file("hallwatch.yaml", yaml);
    assert_null(load(NULL, &said));
    assert_string_equal(said, expected);
    free(said);
}

/* Nodes stand from line 11 on; the mistakes, without the file's name. */
struct wrong {
    const char *nodes, *said;
};

#define IN "    - {name: in, kind: intake}\n"

static void check_nodes(const struct wrong *cases, size_t n) {
    for (size_t i = 0; i < n; i++) {
        struct text yaml = {0}, said = {0};
        text_add_format(&yaml, HEAD "  nodes:\n" IN "%s", cases[i].nodes);
        text_add_format(&said, "hallwatch.yaml:%s\n", cases[i].said);
        check_mistakes(yaml.data, said.data);
        text_done(&yaml);
        text_done(&said);
    }
}

#define CHECK(cases) check_nodes(cases, sizeof(cases) / sizeof((cases)[0]))

static void words_and_names_are_known(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"    - {name: a, kind: buss, sources: in}\n",
         "12:23: power.nodes[1].kind: unknown kind \"buss\"; did you mean \"bus\"?"},
        {"    - {name: msb-a, kind: bus, sources: in, meters: meter-a}\n"
         "    - {name: b, kind: bus, sources: [msb-b], meters: meter-b}\n",
         "13:38: nodes[2].sources: unknown node \"msb-b\"; did you mean \"msb-a\"?"},
        {"    - {name: a, kind: bus, source: in}\n",
         "12:28: power.nodes[1]: unknown key \"source\"; did you mean \"sources\"?"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-aa}\n",
         "12:49: nodes[1].meters: unknown device \"meter-aa\"; did you mean \"meter-a\"?"},
        {"    - {name: a, kind: bus, sources: in, meters: \"meter-a:outlett/1\"}\n",
         "12:49: nodes[1].meters: unknown part \"outlett\"; did you mean \"outlet\"?"},
        {"    - {name: a, kind: bus, sources: in, meters: \"meter-a:outlet/1/2/3/4\"}\n",
         "12:49: nodes[1].meters: \"1/2/3/4\" must be a number, or up to 3 with slashes from outer to inner: "
         "2/17"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, budget: rackk}\n",
         "12:66: nodes[1].budget: unknown budget \"rackk\""},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, standard: IEC 60947}\n",
         "12:68: power.nodes[1].standard: unknown standard \"IEC 60947\"; did you mean \"IEC 60947-2\"?"},
        {"    - {name: \"a;b\", kind: bus, sources: in, meters: meter-a}\n",
         "12:14: power.nodes[1].name: must not hold a semicolon, which stands between names in a CSV file"},
        {"    - {name: a, kind: bus, sources: [in, in], meters: meter-a}\n",
         "12:42: nodes[1].sources: \"in\" is there twice"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-2}\n"
         "    - {name: b, kind: bus, sources: in, meters: [meter-a, meter-2], gateway: gw-1}\n",
         "13:59: nodes[2].meters: \"meter-2\" is read by gateway gw-2, the node is gateway gw-1's"},
    };
    CHECK(cases);
}

static void quantities_have_units(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, rating: 630}\n",
         "12:66: power.nodes[1].rating: \"630\" lacks its unit: write 630 A, 630 kW, 630 kVA or 630 V"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, rating: [630 A, 0 V]}\n",
         "12:74: power.nodes[1].rating[1]: 0 V: a rating must be above 0"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, rating: -5 A}\n",
         "12:66: power.nodes[1].rating: -5 A: a rating must be above 0"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, rating: 630 Amp}\n",
         "12:66: power.nodes[1].rating: unknown unit \"Amp\": write 630 A, 630 kW, 630 kVA or 630 V"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, rating: 630 kva}\n",
         "12:66: power.nodes[1].rating: unknown unit \"kva\": write 630 kVA"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, rating: 32 Cel}\n",
         "12:66: power.nodes[1].rating: \"32 Cel\" is a temperature: write one like 32 A, 32 kW, 32 kVA or "
         "32 V"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, rating: much}\n",
         "12:66: power.nodes[1].rating: \"much\" must be a number with its unit, such as 630 A, 630 kW, 630 "
         "kVA or "
         "630 V"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, rating: [630 A, 400 A]}\n",
         "12:74: nodes[1].rating: \"400 A\": there is another rating of this kind"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, ratio: 80}\n",
         "12:65: power.nodes[1].ratio: 80 is out of bounds: from 10 % to 100 %"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, derating: 200 %}\n",
         "12:68: power.nodes[1].derating: 200 % is out of bounds: from 10 % to 150 %"},
        {"    - {name: a, kind: cdu, sources: in, meters: meter-a, flow: 5 kW}\n",
         "12:64: power.nodes[1].flow: \"5 kW\" is a power: write one like 5 m3/h"},
        {"    - {name: a, kind: ups, sources: in, meters: meter-a, autonomy: 5}\n",
         "12:68: power.nodes[1].autonomy: \"5\" must be a duration with its unit, such as 200ms, 5s, 15min "
         "or 1h"},
    };
    CHECK(cases);
}

static void behaviour_is_said_in_known_forms(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"    - {name: a, kind: load, sources: in, meters: meter-a, on_loss: drops}\n",
         "12:68: nodes[1].on_loss: \"drops\" must be \"keeps\", or like \"steps down to 60 %\""},
        {"    - {name: a, kind: load, sources: in, meters: meter-a, on_loss: steps down to 120 %}\n",
         "12:68: nodes[1].on_loss: \"steps down to 120 %\" is out of bounds: from 0 % to 99 %"},
        {"    - {name: a, kind: load, sources: in, meters: meter-a, redundancy: 3N}\n",
         "12:71: nodes[1].redundancy: \"3N\" must be N, N+1, N+2 ... or 2N"},
        {"    - {name: a, kind: load, sources: in, meters: meter-a, redundancy: 2N}\n",
         "12:71: nodes[1].redundancy: 2N takes two sources, this node has 1"},
        {"    - {name: a, kind: ups, sources: in, meters: meter-a, redundancy: N+2, units: 2}\n",
         "12:70: nodes[1].redundancy: N+2 takes 3 sources or units, this node has 1 source and 2 units"},
        {"    - {name: a, kind: breaker, sources: in, meters: meter-a, rating: 9 A, trip: electonic}\n",
         "12:81: nodes[1].trip: unknown curve \"electonic\"; did you mean \"electronic\"?"},
        {"    - {name: a, kind: breaker, sources: in, meters: meter-a, trip: thermal-magnetic}\n",
         "12:68: nodes[1].trip: needs a rating in A, or the setting: electronic Ir 500 A tr 10 s"},
        {"    - {name: a, kind: breaker, sources: in, meters: meter-a, trip: electronic Ir 500 A}\n",
         "12:68: nodes[1].trip: lacks the delay at 6 Ir, such as: electronic Ir 500 A tr 10 s"},
        {"    - {name: a, kind: breaker, sources: in, meters: meter-a, trip: electronic Ir 500 V tr 10 s}\n",
         "12:68: nodes[1].trip: \"500 V\" is a voltage: write one like 500 A"},
        {"    - {name: a, kind: breaker, sources: in, meters: meter-a, trip: electronic Ir}\n",
         "12:68: nodes[1].trip: \" \" must be a number with its unit, such as 630 A"},
    };
    CHECK(cases);
}

static void phases_fit_the_sources(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"    - {name: a, kind: breaker, sources: in, phases: 1, meters: meter-a}\n",
         "12:7: nodes[1].phase: is missing: which phase of \"in\" feeds it, L1, L2 or L3"},
        {"    - {name: a, kind: breaker, sources: \"in:L2-L3-L1\", phases: 1, meters: meter-a}\n",
         "12:41: nodes[1].sources: a node of one phase has no map of three: write the one, L2"},
        {"    - {name: a, kind: breaker, sources: \"in:L2\", meters: meter-a}\n",
         "12:41: nodes[1].sources: which phases of \"in\" feed its L1, L2 and L3? Write all three, such as "
         "L2-L3-L1"},
        {"    - {name: a, kind: breaker, sources: \"in:L2-L2-L1\", meters: meter-a}\n",
         "12:41: nodes[1].sources: \"L2-L2-L1\" must be the phase of in that feeds it, L2, or those that "
         "feed its "
         "L1, L2 and L3: L2-L3-L1"},
        {"    - {name: a, kind: breaker, sources: \"in:L2\", phases: 1, meters: meter-a}\n"
         "    - {name: b, kind: breaker, sources: a, phases: 3, meters: meter-b}\n",
         "13:41: nodes[2].sources: \"a\" has one phase, this node three"},
        {"    - {name: a, kind: breaker, sources: in, phase: L1, meters: meter-a}\n",
         "12:52: nodes[1].phase: is for nodes of one phase: write \"phases: 1\""},
        {"    - {name: a, kind: breaker, sources: \"in:L2\", phases: 1, meters: meter-a, connection: line to "
         "line}\n",
         "12:90: nodes[1].connection: only loads of a node of three phases stand between phases"},
    };
    CHECK(cases);
    struct site_config *config = load_right(
        HEAD "  nodes:\n" IN
             "    - {name: q1, kind: breaker, sources: \"in:L2\", phases: 1, meters: meter-a}\n"
             "    - {name: q2, kind: breaker, sources: in, phases: 1, phase: L3, meters: meter-b}\n"
             "    - {name: rack, kind: rack, sources: [q1, q2]}\n",
        NULL);
    const struct power_node *q1 = node_of(config->power, "q1"), *q2 = node_of(config->power, "q2"),
                            *rack = node_of(config->power, "rack");
    assert_int_equal(q1->phase, 1);
    assert_int_equal(q1->sources[0].phase[0], 1);
    assert_int_equal(q2->phase, 2);
    assert_int_equal(q2->sources[0].phase[0], 2);
    assert_int_equal(rack->phases, 1);
    assert_int_equal(rack->sources[1].phase[0], 0);
    assert_null(config->warnings);
    config_free(config);
}

static void circles_are_named_whole(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"    - {name: a, kind: bus, sources: [in, c], meters: meter-a}\n"
         "    - {name: b, kind: bus, sources: a}\n"
         "    - {name: c, kind: bus, sources: b}\n"
         "    - {name: d, kind: bus, sources: c}\n",
         "12:14: nodes[1].sources: feeds itself: a <- c <- b <- a"},
        {"    - {name: a, kind: bus, sources: [in, a], meters: meter-a}\n",
         "12:14: nodes[1].sources: feeds itself: a <- a"},
        {"    - {name: a, kind: bus, sources: [in, tie], meters: meter-a}\n"
         "    - {name: tie, kind: tie, sources: [a, b]}\n"
         "    - {name: b, kind: bus, sources: [in, tie], meters: meter-b}\n",
         "12:14: nodes[1].sources: feeds itself: a <- tie <- a; a tie takes from the incomers of both buses, "
         "and "
         "both buses take from it"},
        {"    - {name: a, kind: cdu, sources: in, cooled_by: b, meters: meter-a}\n"
         "    - {name: b, kind: chiller, sources: in, cooled_by: a, meters: meter-b}\n",
         "12:14: nodes[1].cooled_by: cools itself: a <- b <- a"},
    };
    CHECK(cases);
    /* Air units may cool the UPS that feeds them. */
    config_free(load_right(HEAD "  nodes:\n" IN
                                "    - {name: ups, kind: ups, sources: in, cooled_by: air, meters: ups-a}\n"
                                "    - {name: air, kind: air_unit, sources: ups, meters: meter-a}\n",
                           NULL));
}

static void orphans_are_refused(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"    - {name: a, kind: bus, meters: meter-a}\n    - {name: b, kind: bus, sources: in, meters: "
         "meter-b}\n",
         "12:7: nodes[1].sources: is missing: what feeds this bus; only an intake, a generator or a store "
         "goes "
         "without"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a}\n    - {name: g, kind: generator}\n",
         "13:14: nodes[2].name: an orphan: nothing names this generator as a source"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a}\n    - {name: h, kind: header}\n",
         "13:14: nodes[2].name: an orphan: nothing is cooled by this header, and it has neither sources nor "
         "cooled_by"},
    };
    CHECK(cases);
    check_mistakes(
        HEAD "  contract: 1 MW\n  nodes:\n    - {name: g, kind: generator}\n"
             "    - {name: b, kind: bus, sources: g, meters: meter-a}\n",
        "hallwatch.yaml:10:13: power.contract: no node is of kind intake, where the contract's demand is "
        "measured\n");
}

static void names_are_told_apart_as_people_do(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"    - {name: msb-a, kind: bus, sources: in, meters: meter-a}\n"
         "    - {name: ｍｓｂ-a, kind: bus, sources: in, meters: meter-b}\n",
         "13:14: nodes[2].name: \"ｍｓｂ-a\" is already the name at hallwatch.yaml:12:14"},
        /* Hangul: a precomposed syllable, its letters, and the compatibility forms of half width. */
        {"    - {name: 가, kind: bus, sources: in, meters: meter-a}\n"
         "    - {name: \u1100\u1161, kind: bus, sources: in, meters: meter-b}\n",
         "13:14: nodes[2].name: \"\u1100\u1161\" is already the name at hallwatch.yaml:12:14"},
        {"    - {name: 가, kind: bus, sources: in, meters: meter-a}\n"
         "    - {name: \uffa1\uffc2, kind: bus, sources: in, meters: meter-b}\n",
         "13:14: nodes[2].name: \"\uffa1\uffc2\" is already the name at hallwatch.yaml:12:14"},
        {"    - {name: \u3131-1, kind: bus, sources: in, meters: meter-a}\n"
         "    - {name: \u1100-1, kind: bus, sources: in, meters: meter-b}\n",
         "13:14: nodes[2].name: \"\u1100-1\" is already the name at hallwatch.yaml:12:14"},
    };
    CHECK(cases);
    struct site_config *config =
        load_right(HEAD "  nodes:\n" IN "    - {name: 배전반-가, kind: bus, sources: in, meters: meter-a}\n"
                        "    - {name: r, kind: rack, sources: \"배전반－\u1100\u1161\", "
                        "meters: meter-b}\n",
                   NULL);
    assert_int_equal(node_of(config->power, "r")->sources[0].node,
                     power_find(config->power, "배전반-\uffa1\uffc2"));
    assert_int_equal(power_find(config->power, "in"), 0);
    assert_int_equal(power_find(config->power, "ｉｎ"), 0);
    assert_int_equal(power_find(config->power, "im"), POWER_NO_NODE);
    config_free(config);
}

static void a_meter_counts_once_in_a_line(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"    - {name: a, kind: bus, sources: in, meters: [meter-b, \"meter-a:output\"]}\n"
         "    - {name: b, kind: bus, sources: a}\n"
         "    - {name: c, kind: bus, sources: b, meters: \"meter-a:output\"}\n",
         "12:59: nodes[1].meters: \"meter-a\" measures \"c\", too, which stands below \"a\": it would count "
         "twice"},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a}\n"
         "    - {name: b, kind: bus, sources: a, meters: meter-a}\n"
         "    - {name: c, kind: bus, sources: in, meters: meter-a}\n",
         "12:49: nodes[1].meters: \"meter-a\" measures \"b\", too, which stands below \"a\": it would count "
         "twice"},
    };
    CHECK(cases);
    config_free(load_right(HEAD "  nodes:\n" IN "    - {name: a, kind: bus, sources: in, meters: meter-a}\n"
                                "    - {name: b, kind: bus, sources: in, meters: meter-a}\n"
                                "    - {name: c, kind: bus, sources: b, meters: \"meter-a:output/2\"}\n",
                           NULL));
}

/* --- budgets and rules --- */

static void check_section(const char *section, const char *said) {
    struct text yaml = {0}, expected = {0};
    text_add_format(&yaml, HEAD "%s", section);
    text_add_format(&expected, "hallwatch.yaml:%s\n", said);
    check_mistakes(yaml.data, expected.data);
    text_done(&yaml);
    text_done(&expected);
}

static void budgets_are_in_order(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"  budgets: {r: {warning: 80}}\n",
         "10:26: budgets.r.warning: \"80\" lacks its unit: write 80 %, 80 kW, 80 A or "
         "80 kVA"},
        {"  budgets: {r: {warning: 120 %}}\n",
         "10:26: budgets.r.warning: 120 % is out of bounds: above 0 % and at most 100 % of what can be used"},
        {"  budgets: {r: {critical: 0 kW}}\n",
         "10:27: budgets.r.critical: 0 kW is out of bounds: it must be above 0"},
        {"  budgets: {r: {warning: 90 %, critical: 80 %}}\n",
         "10:26: budgets.r.warning: 90 % must be below the critical 80 %"},
        {"  budgets: {r: {warning: 90 %, critical: 80 kW}}\n",
         "10:42: budgets.r.critical: 80 kW and the warning's 90 % must be in one unit"},
        {"  budgets: {r: {}}\n",
         "10:13: budgets.r.critical: is missing: a budget has a warning or a critical level"},
        {"  budgets: {r: {warning: 1 kW, deadband: 60 %}}\n",
         "10:42: power.budgets.r.deadband: 60 % is out of bounds: from 0 % to 50 %"},
        {"  budgets: {r: {times: [{days: mo-fr, from: \"09:00\", to: \"18:00\", warning: 1 kW}]}}\n",
         "10:32: times[0].days: \"mo-fr\" must be days, such as mon-fri or sat,sun"},
        {"  budgets: {r: {times: [{from: \"9:00\", to: \"18:00\", warning: 1 kW}]}}\n",
         "10:32: times[0].from: \"9:00\" must be a time of day in quotes, from \"00:00\" to \"24:00\""},
        {"  budgets: {r: {times: [{from: \"09:00\", to: \"24:01\", warning: 1 kW}]}}\n",
         "10:45: times[0].to: \"24:01\" must be a time of day in quotes, from \"00:00\" to \"24:00\""},
        {"  budgets: {r: {times: [{from: \"09:00\", to: \"09:00\", warning: 1 kW}]}}\n",
         "10:45: times[0].to: \"09:00\" is when it begins: write \"00:00\" to \"24:00\" for the whole day"},
        {"  budgets: {r: {times: [{from: \"09:00\", to: \"18:00\"}]}}\n",
         "10:25: times[0].critical: is missing: a period has a warning or a critical level"},
        {"  budgets:\n    r:\n      times:\n"
         "        - {days: mon-fri, from: \"09:00\", to: \"18:00\", warning: 1 kW}\n"
         "        - {days: \"thu,sat\", from: \"17:59\", to: \"20:00\", warning: 1 kW}\n",
         "14:35: times[1].from: it overlaps with the times on line 13, thu at 17:59"},
        {"  budgets:\n    r:\n      times:\n"
         "        - {days: sun, from: \"22:00\", to: \"06:00\", warning: 1 kW}\n"
         "        - {days: mon, from: \"05:00\", to: \"07:00\", warning: 1 kW}\n",
         "14:29: times[1].from: it overlaps with the times on line 13, mon at 05:00"},
        {"  budgets: {r: {warning: 80 %}}\n  nodes:\n    - {name: in, kind: intake}\n"
         "    - {name: b, kind: bus, sources: in, meters: meter-a, budget: r, rating: 400 V}\n",
         "13:77: nodes[1].rating: is missing: the budget \"r\" is in percent of it"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_section(cases[i].nodes, cases[i].said);
    config_free(load_right(HEAD "  budgets:\n    r:\n      times:\n"
                                "        - {days: mon-fri, from: \"09:00\", to: \"18:00\", warning: 1 kW}\n"
                                "        - {days: mon-fri, from: \"18:00\", to: \"09:00\", warning: 2 kW}\n"
                                "        - {days: sat, from: \"09:00\", to: \"24:00\", critical: 1 kW}\n",
                           NULL));
}

static void rules_test_what_there_is(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"  alarms: [{name: a, quantity: air_temprature_celsius, above: 32 Cel, priority: 2}]\n",
         "10:32: alarms[0].quantity: unknown quantity \"air_temprature_celsius\"; did you mean "
         "\"air_temperature_celsius\"?"},
        {"  alarms: [{name: a, quantity: air_temperature_celsius, above: 32, priority: 2}]\n",
         "10:64: alarms[0].above: \"32\" lacks its unit: write 32 Cel"},
        {"  alarms: [{name: a, quantity: air_temperature_celsius, above: 32 K, priority: 2}]\n",
         "10:64: alarms[0].above: \"32 K\" is a temperature difference: write one like 32 Cel"},
        {"  alarms: [{name: a, quantity: air_temperature_celsius, above: 32 Cel, deadband: 1 Cel, priority: "
         "2}]\n",
         "10:82: alarms[0].deadband: \"1 Cel\" is a temperature: write one like 1 K"},
        {"  alarms: [{name: a, quantity: air_temperature_celsius, is: hot, priority: 2}]\n",
         "10:61: alarms[0].is: only of a quantity that is a state: write above or below"},
        {"  alarms: [{name: a, quantity: leak_state, above: 1, priority: 2}]\n",
         "10:51: alarms[0].above: the quantity is a state: write is or is_not, and a word"},
        {"  alarms: [{name: a, quantity: leak_state, is: wet, priority: 2}]\n",
         "10:48: alarms[0].is: unknown state \"wet\"; known: dry, leak, sensor_fault"},
        {"  alarms: [{name: a, quantity: leak_state, is: leak, is_not: dry, priority: 2}]\n",
         "10:62: alarms[0].is_not: a rule has one of above, below, is and is_not"},
        {"  alarms: [{name: a, quantity: leak_state, priority: 2}]\n",
         "10:12: alarms[0].above: is missing: above, below, is or is_not"},
        {"  alarms: [{name: a, quantity: leak_state, is: leak}]\n",
         "10:12: alarms[0].priority: is missing: 1 (act within minutes) to 4 (journal)"},
        {"  alarms: [{name: a, quantity: leak_state, is: leak, priority: 5}]\n",
         "10:64: power.alarms[0].priority: 5 is out of bounds: from 1 to 4"},
        {"  alarms: [{name: a, quantity: leak_state, is: leak, deadband: 1, priority: 2}]\n",
         "10:64: alarms[0].deadband: only a number has one: leave this out"},
        {"  alarms: [{name: a, quantity: outlet_cycles_total, above: 1 A, priority: 2}]\n",
         "10:60: alarms[0].above: must be a plain number: what is counted has no unit"},
        {"  alarms: [{name: a, quantity: leak_state, is: leak, part: pumps, priority: 2}]\n",
         "10:60: alarms[0].part: unknown part \"pumps\"; did you mean \"pump\"?"},
        {"  alarms: [{name: leak_detcted, priority: 2}]\n",
         "10:19: alarms[0].name: no default alarm is called \"leak_detcted\"; did you mean "
         "\"leak_detected\"?"},
        {"  alarms: [{name: my_own, priority: 2}]\n",
         "10:19: alarms[0].name: no default alarm is called \"my_own\": write \"quantity\" for one of the "
         "site's own"},
        {"  alarms: [{name: inlet_hot, above: 30 kW}]\n",
         "10:37: alarms[0].above: \"30 kW\" is a power: write one like 30 Cel"},
        {"  alarms: [{name: inlet_hot, is: leak}]\n",
         "10:34: alarms[0].is: only of a quantity that is a state: write above or below"},
        {"  alarms: [{name: device_silent, above: 5 s}]\n",
         "10:41: alarms[0].above: this default alarm has no limit: leave this out"},
        {"  alarms: [{name: ups_on_battery, is: batery}]\n",
         "10:39: alarms[0].is: unknown state \"batery\"; did you mean \"battery\"?"},
        {"  alarms: [{name: A b, priority: 2}]\n", "10:19: power.alarms[0].name: must be lower-case letters, "
                                                   "digits and underscores: it is part of every "
                                                   "reading's identity"},
        {"  alarms: [{name: leak_detected, priority: 2}, {name: leak_detected, enabled: no}]\n",
         "10:55: alarms[1].name: \"leak_detected\" is already the name at hallwatch.yaml:10:19"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_section(cases[i].nodes, cases[i].said);
}

static void default_alarms_are_those_of_the_judge(void **state) {
    (void)state;
    struct rule_set set;
    assert_int_equal(rule_set_make(NULL, &set), 0);
    assert_int_equal(set.n, n_alarm_names);
    for (size_t i = 0; i < set.n; i++) {
        const struct rule *rule = &set.rules[i];
        const struct alarm_name *name = alarm_name_find(rule->life.name);
        assert_non_null(name);
        bool is_state = rule->quantity && catalog_quantity(rule->quantity)->kind == KIND_STATE;
        assert_int_equal(name->state, is_state ? rule->quantity : QUANTITY_NONE);
        assert_true(!is_state || name->limit == DIMENSION_NONE);
    }
    rule_set_done(&set);
}

static void zones_are_known(void **state) {
    (void)state;
    check_section("  time_zone: Asia/Soul\n",
                  "10:14: power.time_zone: unknown time zone \"Asia/Soul\"; did you mean \"Asia/Seoul\"?");
    check_section("  time_zone: ../../etc/passwd\n",
                  "10:14: power.time_zone: unknown time zone \"../../etc/passwd\": /usr/share/zoneinfo "
                  "(package tzdata) "
                  "lacks it");
}

/* --- warnings --- */

static void what_a_site_lives_with_is_only_said(void **state) {
    (void)state;
    static const struct wrong cases[] = {
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, rating: [400 A, 400 V]}\n"
         "    - {name: b, kind: breaker, sources: a, meters: meter-b, rating: [630 A, 415 V]}\n",
         "13:70: nodes[2].rating: 630 A, above the 400 A of its source \"a\""},
        {"    - {name: a, kind: bus, sources: in, meters: meter-a, rating: 400 V}\n"
         "    - {name: b, kind: breaker, sources: a, meters: meter-b, rating: 480 V}\n",
         "13:69: nodes[2].rating: 480 V on \"a\" of 400 V, without a transformer between"},
        {"    - {name: a, kind: pdu, sources: in, meters: meter-a, rating: 10 kW}\n"
         "    - {name: b, kind: pdu, sources: in, meters: meter-b, rating: 10 kW}\n"
         "    - {name: r, kind: rack, sources: [a, b], rating: 22 kW}\n",
         "14:54: nodes[3].rating: 22000 W, above the 20000 W of all its sources"},
        {"    - {name: a, kind: bus, sources: in}\n"
         "    - {name: b, kind: bus, sources: a}\n"
         "    - {name: c, kind: bus, sources: in, meters: meter-a}\n",
         "12:7: nodes[1].meters: \"a\" is not metered, and nothing below it is: its power will not be known"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct text yaml = {0}, expected = {0};
        text_add_format(&yaml, HEAD "  nodes:\n" IN "%s", cases[i].nodes);
        text_add_format(&expected, "hallwatch.yaml:%s\n", cases[i].said);
        struct site_config *config = load_right(yaml.data, NULL);
        assert_non_null(config->warnings);
        assert_string_equal(config->warnings, expected.data);
        config_free(config);
        text_done(&yaml);
        text_done(&expected);
    }
    /* One phase of 400 V is 230 V; a transformer, and one source of two is enough to carry. */
    struct site_config *config =
        load_right(HEAD "  nodes:\n    - {name: in, kind: intake, rating: 22.9 kV}\n"
                        "    - {name: t, kind: transformer, sources: in, rating: [400 V, 1 MVA, 1500 A]}\n"
                        "    - {name: a, kind: breaker, sources: \"t:L1\", phases: 1, meters: meter-a, "
                        "rating: [230 V, 16 A]}\n"
                        "    - {name: s, kind: sts, sources: [t], meters: meter-b, rating: 1500 A}\n",
                   NULL);
    assert_null(config->warnings);
    config_free(config);
}

/* --- gateways --- */

static void a_gateway_keeps_its_own_and_what_it_stands_on(void **state) {
    (void)state;
    static const char yaml[] = HEAD "  nodes:\n"
                                    "    - {name: in, kind: intake, gateway: gw-0, meters: meter-a}\n"
                                    "    - {name: t, kind: transformer, sources: in, gateway: gw-0}\n"
                                    "    - {name: a, kind: bus, sources: t, meters: ups-a}\n"
                                    "    - {name: b, kind: bus, sources: t, meters: meter-2}\n"
                                    "    - {name: b1, kind: rack, sources: b, gateway: gw-2}\n"
                                    "    - {name: a1, kind: rack, sources: a, cooled_by: c}\n"
                                    "    - {name: c, kind: cdu, sources: t, gateway: gw-2}\n";
    struct site_config *config = load_right(yaml, NULL);
    const struct power_config *power = config->power;
    assert_int_equal(power->n_nodes, 5);
    assert_int_equal(power_find(power, "b"), POWER_NO_NODE);
    assert_true(node_of(power, "in")->elsewhere && node_of(power, "c")->elsewhere);
    assert_int_equal(node_of(power, "in")->n_meters, 0);
    assert_false(node_of(power, "a")->elsewhere);
    assert_int_equal(node_of(power, "a1")->sources[0].node, power_find(power, "a"));
    assert_int_equal(node_of(power, "a1")->cooled_by[0], power_find(power, "c"));
    config_free(config);
}

/* Who judges what, as seen by a gateway: names of nodes that it judges, then those that it keeps beside. */
static void check_share(const char *nodes, const char *gateway, const char *expected) {
    struct text yaml = {0}, share = {0};
    text_add_format(&yaml, HEAD "  nodes:\n%s", nodes);
    struct site_config *config = load_right(yaml.data, gateway);
    for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
        for (size_t i = 0; i < config->power->n_nodes; i++)
            if (config->power->nodes[i].elsewhere == (elsewhere == 1))
                text_add_format(&share, "%s ", config->power->nodes[i].name);
        text_add_string(&share, elsewhere ? "" : "| ");
    }
    assert_string_equal(share.data, expected);
    config_free(config);
    text_done(&share);
    text_done(&yaml);
}

static void the_gateway_of_a_node_follows_from_its_neighbours(void **state) {
    (void)state;
    static const char nodes[] = "    - {name: in, kind: intake}\n"
                                "    - {name: t1, kind: transformer, sources: in}\n"
                                "    - {name: b1, kind: bus, sources: t1, meters: meter-a, gateway: gw-1}\n"
                                "    - {name: b2, kind: bus, sources: in, meters: meter-2}\n"
                                "    - {name: r1, kind: rack, sources: b1, cooled_by: c}\n"
                                "    - {name: r2, kind: rack, sources: b2}\n"
                                "    - {name: c, kind: cdu, sources: b2}\n";
    check_share(nodes, "gw-1", "t1 b1 r1 | in b2 c ");
    check_share(nodes, "gw-2", "b2 r2 c | in ");
    /* One that says that it judges what spans two keeps the other's part, so that its sum is known to be
     * open. */
    static const char spans[] = "    - {name: in, kind: intake, gateway: gw-1}\n"
                                "    - {name: b1, kind: bus, sources: in, meters: meter-a, gateway: gw-1}\n"
                                "    - {name: b2, kind: bus, sources: in, meters: meter-2}\n"
                                "    - {name: r2, kind: rack, sources: b2}\n";
    check_share(spans, "gw-1", "in b1 | b2 ");
    /* What hangs on a node of the site is the site's; what devices of no gateway tell of is this file's. */
    static const char hangs[] = "    - {name: in, kind: intake}\n"
                                "    - {name: b1, kind: bus, sources: in, meters: meter-a}\n"
                                "    - {name: b2, kind: bus, sources: in, meters: meter-2}\n"
                                "    - {name: b3, kind: bus, sources: in}\n"
                                "    - {name: r3, kind: rack, sources: b3}\n";
    check_share(hangs, "gw-1", "b1 | in ");
    check_share(hangs, "gw-2", "b2 | in ");
    /* Without any gateway all is everyone's. */
    static const char one[] = "    - {name: in, kind: intake}\n"
                              "    - {name: b, kind: bus, sources: in, meters: meter-a}\n"
                              "    - {name: r, kind: rack, sources: b}\n";
    check_share(one, "gw-1", "in b r | ");
}

static void an_owner_that_cannot_be_told_is_a_warning(void **state) {
    (void)state;
    struct site_config *config =
        load_right("site: s\ndevices:\n  - {name: meter-a, url: \"snmp://10.0.0.1\"}\n"
                   "  - {name: meter-2, url: \"snmp://10.0.0.2\", gateway: gw-2}\npower:\n  nodes:\n"
                   "    - {name: in, kind: intake, rating: 1 MW, meters: meter-a}\n"
                   "    - {name: b2, kind: bus, sources: in, rating: 1 MW, meters: meter-2}\n",
                   "gw-2");
    assert_non_null(config->warnings);
    assert_non_null(strstr(config->warnings,
                           "hallwatch.yaml:7:7: nodes[0].gateway: is missing: every gateway with this "
                           "file reads its devices, and publishes it\n"));
    config_free(config);
}

static void a_chain_without_end_is_refused(void **state) {
    (void)state;
    struct text said = {0};
    FILE *file = fopen("power.csv", "w");
    assert_non_null(file);
    fputs("name,kind,sources,meters\nn0,intake,,\n", file);
    for (int i = 1; i < 5000; i++)
        fprintf(file, "n%d,bus,n%d,\n", i, i - 1);
    fputs("last,load,n4999,meter-a\n", file);
    fclose(file);
    text_add_format(
        &said, "power.csv:102:1: sources: 100 sources stand above each other here: a path may have 99\n");
    check_mistakes(HEAD "  topology: power.csv\n", said.data);
    text_done(&said);

    file = fopen("power.csv", "w");
    assert_non_null(file);
    fputs("name,kind,sources,meters\nin,intake,,\n", file);
    for (int i = 0; i < 5000; i++)
        fprintf(file, "n%d,bus,n%d,\n", i, (i + 1) % 5000);
    fputs("last,load,in,meter-a\n", file);
    fclose(file);
    char *circle = NULL;
    write_file("hallwatch.yaml", HEAD "  topology: power.csv\n");
    assert_null(load(NULL, &circle));
    assert_non_null(strstr(circle, "power.csv:3:1: sources: feeds itself: n0 <- n1 <- n2 <- "));
    assert_non_null(strstr(circle, "n23 <- 4976 more <- n0\n"));
    free(circle);
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
        IN_FOLDER(words_and_names_are_known),
        IN_FOLDER(quantities_have_units),
        IN_FOLDER(behaviour_is_said_in_known_forms),
        IN_FOLDER(phases_fit_the_sources),
        IN_FOLDER(circles_are_named_whole),
        IN_FOLDER(orphans_are_refused),
        IN_FOLDER(names_are_told_apart_as_people_do),
        IN_FOLDER(a_meter_counts_once_in_a_line),
        IN_FOLDER(budgets_are_in_order),
        IN_FOLDER(rules_test_what_there_is),
        IN_FOLDER(default_alarms_are_those_of_the_judge),
        IN_FOLDER(zones_are_known),
        IN_FOLDER(what_a_site_lives_with_is_only_said),
        IN_FOLDER(a_gateway_keeps_its_own_and_what_it_stands_on),
        IN_FOLDER(the_gateway_of_a_node_follows_from_its_neighbours),
        IN_FOLDER(an_owner_that_cannot_be_told_is_a_warning),
        IN_FOLDER(a_chain_without_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
