/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drivers/: every driver's tables obey the rules of the language, and the rules find what breaks them. The
 * program's arguments are the drivers' files as the build found them, "pdu/apc_rpdu2.c" and so on.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/driver_rules.h"

struct files {
    size_t n;
    char **path;
};

/* A breach as a line: group and point are numbered from 1, as people count them. */
static void print_breach(void *context, const struct driver_breach *breach) {
    FILE *out = context;
    fprintf(out, "%s", breach->driver->name != NULL ? breach->driver->name : "(no name)");
    if (breach->group != NULL)
        fprintf(out, ", group %td", breach->group - breach->driver->groups + 1);
    if (breach->point != NULL)
        fprintf(out, ", point %td", breach->point - breach->group->points + 1);
    fprintf(out, ": %s\n", breach->what);
}

static void every_driver_obeys_the_rules(void **state) {
    (void)state;
    unsigned breaches = 0;
    for (size_t i = 0; i < n_drivers; i++)
        breaches += driver_rules_check(all_drivers[i], print_breach, stderr);
    assert_int_equal(breaches, 0);
}

static void name_and_class_are_those_of_the_file(void **state) {
    const struct files *files = *state;
    assert_true(n_drivers > 0);
    assert_int_equal(n_drivers, files->n);
    for (size_t i = 0; i < n_drivers; i++) {
        char path[256];
        const struct driver *driver = all_drivers[i];
        snprintf(path, sizeof(path), "%s/%s.c", catalog_class(driver->class), driver->name);
        assert_string_equal(path, files->path[i]);
        assert_ptr_equal(driver_find(driver->name), driver);
    }
    assert_null(driver_find("no_such_driver"));
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void no_two_drivers_claim_the_same_device(void **state) {
    (void)state;
    for (size_t i = 0; i < n_drivers; i++)
        for (size_t j = 0; j < i; j++)
            for (size_t k = 0; k < 64; k++) {
                const struct recognition *a = &all_drivers[i]->recognition[k / 8];
                const struct recognition *b = &all_drivers[j]->recognition[k % 8];
                if ((a->sys_object_id != NULL || a->probe != NULL) &&
                    same_text(a->sys_object_id, b->sys_object_id) && same_text(a->sys_descr, b->sys_descr) &&
                    same_text(a->probe, b->probe))
                    fail_msg("%s and %s are recognised alike", all_drivers[i]->name, all_drivers[j]->name);
            }
}

/* A sane driver of one table, to be broken. */
struct sample {
    struct driver driver;
    struct group group;
    struct point points[2];
    struct repeat repeat;
};

static const struct meaning on_off[] = {{2, OUTLET_ON}, {1, OUTLET_OFF}};
static const struct meaning wrong_code[] = {{2, OUTLET_ON}, {1, 9}};
static const struct meaning code_twice[] = {{2, OUTLET_ON}, {2, OUTLET_OFF}};
static const struct unit_name volts_only[] = {{1, NULL, VOLT}, {0, NULL, UNIT_UNSTATED}};

static void sample_tie(struct sample *sample) {
    sample->group.over = &sample->repeat;
    sample->group.points = sample->points;
    sample->driver.groups = &sample->group;
}

static struct sample snmp_sample(void) {
    return (struct sample){
        .driver = {.name = "sample",
                   .title = "Sample PDU",
                   .class = CLASS_PDU,
                   .protocol = PROTOCOL_SNMP,
                   .sources = "SAMPLE-MIB",
                   .recognition = {{.sys_object_id = "1.3.6.1.4.1.99999"}},
                   .oid_base = "1.3.6.1.4.1.99999.1",
                   .n_groups = 1},
        .group = {.depth = 1, .n_points = 2},
        .points = {{.quantity = CURRENT, .source = OID("1.2"), .unit = AMPERE, .div = 10},
                   {.quantity = OUTLET_STATE, .source = OID("1.3"), .unit = ONE, STATES(on_off)}},
        .repeat = {.part = PART_OUTLET},
    };
}

static struct sample modbus_sample(void) {
    return (struct sample){
        .driver = {.name = "sample",
                   .title = "Sample meter",
                   .class = CLASS_METER,
                   .protocol = PROTOCOL_MODBUS,
                   .sources = "sample manual",
                   .n_groups = 1},
        .group = {.depth = 1, .n_points = 2},
        .points = {{.quantity = VOLTAGE, .source = HOLDING(100, U16), .unit = VOLT, .div = 10},
                   {.quantity = LEAK_STATE, .source = HOLDING_BIT(200, 3), .unit = ONE}},
        .repeat = {.part = PART_CIRCUIT, .most = 12},
    };
}

/* The lines that the rules write about the sample; the caller frees them. */
static char *breaches_of(struct sample *sample) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    sample_tie(sample);
    unsigned breaches = driver_rules_check(&sample->driver, print_breach, out);
    fclose(out);
    assert_int_equal(breaches == 0, size == 0);
    return text;
}

static void check_found(struct sample sample, const char *words) {
    char *text = breaches_of(&sample);
    if (strstr(text, words) == NULL)
        fail_msg("no breach with '%s' in:\n%s", words, text);
    free(text);
}

static void check_sane(struct sample sample) {
    char *text = breaches_of(&sample);
    assert_string_equal(text, "");
    free(text);
}

static void sane_samples_pass(void **state) {
    (void)state;
    check_sane(snmp_sample());
    check_sane(modbus_sample());
}

/* A word that would be passed over in silence must not be written: the number would be wrong. */
static void rules_find_words_that_modbus_has_not(void **state) {
    (void)state;
    struct sample s = modbus_sample();
    s.points[0].valid = (struct match){HOLDING(300, U16), ANY_OF(1)};
    check_found(s, "validity that is polled is for SNMP");
    s = modbus_sample();
    s.group.valid = (struct match){HOLDING(300, U16), ANY_OF(1)};
    check_found(s, "validity that is polled is for SNMP");
    s = modbus_sample();
    s.points[0].leading = true;
    check_found(s, "beginning of texts are for SNMP");
    s = modbus_sample();
    s.repeat.fixed = true;
    check_found(s, "a fixed piece are for SNMP");
}

static void rules_find_wrong_identity(void **state) {
    (void)state;
    struct sample s = snmp_sample();
    s.driver.name = "Sample";
    check_found(s, "the name is not in lower case");
    s = snmp_sample();
    s.driver.title = "";
    check_found(s, "the title is one line");
    s = snmp_sample();
    s.driver.sources = NULL;
    check_found(s, "says not where");
    s = snmp_sample();
    s.driver.class = CLASS_NONE;
    check_found(s, "no class");
    s = snmp_sample();
    s.driver.oid_base = "1.3.x";
    check_found(s, "no numeric OID base");
    s = snmp_sample();
    s.driver.n_groups = 0;
    check_found(s, "nothing to read");
    s = modbus_sample();
    s.driver.first_register = 2;
    check_found(s, "count from 0 or 1");
    s = modbus_sample();
    s.driver.manners.most_registers = 126;
    check_found(s, "at most 125");
    s = snmp_sample();
    s.driver.recognition[0].sys_object_id = NULL;
    check_found(s, "nothing to recognise it by");
    s = snmp_sample();
    s.driver.recognition[0].sys_object_id = "1.3.6.1.4.1";
    check_found(s, "fits nothing, or everything");
    s = snmp_sample();
    s.driver.recognition[2].sys_object_id = "1.3.6.1.4.1.99998";
    check_found(s, "after an empty one");
    s = modbus_sample();
    s.driver.recognition[0].probe = "1.3.6.1.2.1.33";
    check_found(s, "recognised by a text");
    s = modbus_sample();
    s.driver.wired = true;
    check_found(s, "has no groups");
}

static void rules_find_wrong_units_and_states(void **state) {
    (void)state;
    struct sample s = snmp_sample();
    s.points[0].unit = KILOWATT;
    check_found(s, "facility_current_amperes in kW?");
    s = snmp_sample();
    s.points[0].unit_from = (struct source)OID("1.9");
    check_found(s, "a unit column and its table");
    s = snmp_sample();
    s.points[0].unit_from = (struct source)OID("1.9");
    s.points[0].units = volts_only;
    check_found(s, "can never name a unit");
    s = snmp_sample();
    s.points[0].quantity = FACT_MODEL;
    check_found(s, "nothing that a point can tell");
    s = snmp_sample();
    s.points[0].quantity = DEVICE_UP;
    check_found(s, "nothing that a point can tell");
    s = snmp_sample();
    s.points[1].states = wrong_code;
    check_found(s, "no published code 9");
    s = snmp_sample();
    s.points[1].states = code_twice;
    check_found(s, "raw code 2 stands twice");
    s = snmp_sample();
    s.points[1].n_states = 0;
    check_found(s, "needs a table of states");
    s = snmp_sample();
    s.points[0].states = on_off;
    s.points[0].n_states = 2;
    check_found(s, "is no state");
    s = modbus_sample();
    s.points[1].quantity = OUTLET_STATE;
    check_found(s, "does not publish 0 and 1");
    s = snmp_sample();
    s.points[0].div = -10;
    check_found(s, "a negative divisor");
    s = snmp_sample();
    s.points[0].raw_least = 1;
    check_found(s, "no number is within");
    s = snmp_sample();
    s.points[1].raw_most = 1;
    check_found(s, "or of a state");
}

static void rules_find_wrong_sources(void **state) {
    (void)state;
    struct sample s = snmp_sample();
    s.points[0].source = (struct source)HOLDING(1, U16);
    check_found(s, "not of the driver's protocol");
    s = snmp_sample();
    s.points[0].source = (struct source)OID("1..2");
    check_found(s, "is not a numeric OID");
    s = snmp_sample();
    s.points[0].source = (struct source)OID("1.4294967296");
    check_found(s, "is not a numeric OID");
    s = snmp_sample();
    s.points[0].source = (struct source){0};
    check_found(s, "value has no source");
    s = modbus_sample();
    s.points[1].source.bit = 16;
    check_found(s, "has no bit 16");
    s = modbus_sample();
    s.driver.first_register = 1;
    s.points[0].source.address = 0;
    check_found(s, "before the first register");
    s = modbus_sample();
    s.points[0].source.address = 65525;
    check_found(s, "beyond the last register");
    s = modbus_sample();
    s.points[0].source.wire = WIRE_NONE;
    check_found(s, "no wire type that fits");
    s = snmp_sample();
    s.points[0].valid.pattern = "on";
    check_found(s, "values to match but no source");
    s = snmp_sample();
    s.points[0].valid.source = (struct source)OID("1.5");
    check_found(s, "either numbers, a pattern or an OID");
    s = snmp_sample();
    s.group.alarms = true;
    check_found(s, "a table of alarms is one of objects");
    check_found(s, "a row of a table of alarms is an alarm");
    check_found(s, "which row is this alarm?");
    s = snmp_sample();
    s.points[0].only = (struct match){OID("1.5"), .pattern = "Fan", .captures = {PART_FAN}};
    check_found(s, "captures a number that its pattern has not");
    s = snmp_sample();
    s.points[0].only = (struct match){OID("1.5"), .oid = "fan"};
    check_found(s, "'fan' is not a numeric OID");
    s = snmp_sample();
    s.points[0].unit_from = (struct source){.kind = SOURCE_OID, .oid = "1.5.0", .whole = true, .pieces = 1};
    check_found(s, "a whole instance takes no pieces");
    s = snmp_sample();
    s.points[0].source.wire = U16;
    check_found(s, "only a bit, 0 to 31");
    s = snmp_sample();
    s.points[0].scale.kind = SCALE_DIGITS;
    check_found(s, "the scale needs both");
    s = snmp_sample();
    s.points[0].adjusted = true;
    check_found(s, "no hook");
}

static void rules_find_wrong_choices(void **state) {
    static const char *const variants[] = {"small", "large", NULL};
    static const int64_t models[] = {203};
    (void)state;
    struct sample s = modbus_sample();
    s.driver.variants = variants;
    s.group.variants = 4;
    check_found(s, "of a variant that the driver does not name");
    s.group.variants = 2;
    check_sane(s);
    s = modbus_sample();
    s.group.models.n = 1;
    s.group.models.values = models;
    check_found(s, "the driver has no chain");
}

static void rules_find_wrong_places(void **state) {
    (void)state;
    struct sample s = snmp_sample();
    s.points[0].at.point = "Supply air";
    check_found(s, "not in lower case");
    s = snmp_sample();
    s.points[0].at.depth = PLACE_DEPTH;
    s.points[0].at.id[0] = 1;
    check_found(s, "more than 3 numbers");
    s = snmp_sample();
    s.points[0].at.id[0] = 1;
    check_found(s, "number 1 of a place that has 0");
    s = snmp_sample();
    s.points[0].key = 4;
    check_found(s, "a key and an index piece");
    s = snmp_sample();
    s.repeat.key = true;
    check_found(s, "a key and an index piece");
    s = snmp_sample();
    s.repeat.most = 3;
    check_found(s, "tables tell it themselves");
    s = snmp_sample();
    s.repeat.fixed = true;
    check_found(s, "a fixed piece is no part of the place");
    s = snmp_sample();
    s.points[0].at.depth = 2;
    s.points[0].only = (struct match){OID("1.5"), .pattern = "Fan#", .captures = {PART_FAN}};
    check_found(s, "more than 3 numbers");
    s = modbus_sample();
    s.repeat.most = 0;
    check_found(s, "registers need how many at most");
    s = snmp_sample();
    s.points[1] = s.points[0];
    check_found(s, "the same source as group 1, point 1");
}

/* Several sources of one reading are what the language calls alternatives: they are no breach. */
static void alternatives_are_allowed(void **state) {
    (void)state;
    struct sample snmp = snmp_sample();
    snmp.points[1] = snmp.points[0];
    snmp.points[1].source = (struct source)OID("1.4");
    check_sane(snmp);
}

int main(int argc, char **argv) {
    struct files files = {.n = (size_t)argc - 1, .path = argv + 1};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_driver_obeys_the_rules),
        cmocka_unit_test_prestate(name_and_class_are_those_of_the_file, &files),
        cmocka_unit_test(no_two_drivers_claim_the_same_device),
        cmocka_unit_test(sane_samples_pass),
        cmocka_unit_test(rules_find_words_that_modbus_has_not),
        cmocka_unit_test(rules_find_wrong_identity),
        cmocka_unit_test(rules_find_wrong_units_and_states),
        cmocka_unit_test(rules_find_wrong_sources),
        cmocka_unit_test(rules_find_wrong_choices),
        cmocka_unit_test(rules_find_wrong_places),
        cmocka_unit_test(alternatives_are_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
