/* SPDX-License-Identifier: Apache-2.0 */
/* What config_compare says of two configurations: every kind of change, and none where nothing changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "model/config_changes.h"
#include "tests/unit/check.h"

enum { MANY = 2000 };

/* A configuration of its own memory, so that no pointer is equal by chance. */
static struct site_config *make(const char *devices, const char *sinks, const char *more) {
    char folder[] = "/tmp/hallwatch-XXXXXX", path[64];
    struct site_config *config = NULL;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/hallwatch.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "site: dc1\ngateway: gw-1\nstatus_socket: /tmp/status.sock\n%s\ndevices:\n%s%s%s", more,
            devices, *sinks ? "sinks:\n" : "", sinks);
    fclose(file);
    assert_int_equal(config_load(path, NULL, stderr, &config), 0);
    remove(path);
    remove(folder);
    return config;
}

static struct config_changes compare(struct site_config *before, struct site_config *now) {
    struct config_changes changes;
    assert_int_equal(config_compare(before, now, &changes), 0);
    return changes;
}

static void done(struct config_changes *changes, struct site_config *before, struct site_config *now) {
    config_changes_done(changes);
    config_free(before);
    config_free(now);
}

#define PDU "  - {name: pdu, url: \"snmp://10.0.0.5\", rack: r01, feed: A}\n"
#define METER "  - {name: meter, driver: schneider_pm5000, url: \"modbus://10.0.0.6/1\", interval: 1s}\n"
#define BROKER "  - {name: broker, type: mqtt, url: \"mqtt://10.0.0.9:1883\"}\n"
#define DATABASE "  - {name: database, type: remote_write, url: \"http://10.0.0.9:8428/api/v1/write\"}\n"

static void the_same_again_is_no_change(void **state) {
    (void)state;
    struct site_config *before = make(PDU METER, BROKER DATABASE, "");
    struct site_config *now = make(METER PDU, DATABASE BROKER, "# another order, and a comment");
    struct config_changes changes = compare(before, now);
    assert_false(config_changes_any(&changes));
    assert_int_equal(changes.n_devices, 2);
    assert_string_equal(changes.devices[0].before->name, "meter");
    assert_ptr_equal(changes.devices[0].now, &now->devices[0]);
    assert_int_equal(changes.n_sinks, 2);
    done(&changes, before, now);
}

/* One device, written otherwise. */
static void each_setting_is_a_change_of_its_kind(void **state) {
    (void)state;
    static const char pdu[] = "  - {name: pdu, url: \"snmp://10.0.0.5\", rack: r01, feed: A}\n";
    static const char meter[] =
        "  - {name: m, driver: schneider_pm5000, url: \"modbus://10.0.0.6/1\", interval: 1s}\n";
    static const char line[] =
        "  - {name: m, driver: schneider_pm5000, url: \"rtu:/dev/ttyS0:9600:8E1/1\", interval: 1s}\n";
    static const struct {
        const char *before, *now;
        unsigned what;
    } cases[] = {
        {pdu, "  - {name: pdu, url: \"snmp://10.0.0.5:161\", rack: r01, feed: A}\n", 0},
        {pdu, "  - {name: pdu, url: \"snmp://10.0.0.7\", rack: r01, feed: A}\n", DEVICE_URL},
        {pdu, "  - {name: pdu, url: \"snmp://10.0.0.5:1161\", rack: r01, feed: A}\n", DEVICE_URL},
        {pdu, "  - {name: pdu, url: \"snmp://10.0.0.5\", rack: r02, feed: A}\n", DEVICE_LABELS},
        {pdu, "  - {name: pdu, url: \"snmp://10.0.0.5\", rack: r01, feed: B}\n", DEVICE_LABELS},
        {pdu, "  - {name: pdu, url: \"snmp://10.0.0.5\", rack: r01, feed: A, row: x}\n", DEVICE_LABELS},
        {pdu, "  - {name: pdu, url: \"snmp://10.0.0.5\", rack: r01, feed: A, hall: x}\n", DEVICE_LABELS},
        {pdu, "  - {name: pdu, driver: apc_rpdu2, url: \"snmp://10.0.0.5\", rack: r01, feed: A}\n",
         DEVICE_DRIVER},
        {pdu, "  - {name: pdu, url: \"snmp://10.0.0.5\", rack: r01, feed: A, interval: 30s}\n",
         DEVICE_INTERVALS},
        {pdu, "  - {name: pdu, url: \"replay:x.snmprec\", rack: r01, feed: A}\n",
         DEVICE_URL | DEVICE_CREDENTIALS},
        {meter, "  - {name: m, driver: schneider_pm5000, url: \"modbus://10.0.0.6/2\", interval: 1s}\n",
         DEVICE_URL},
        {meter,
         "  - {name: m, driver: schneider_pm5000, url: \"modbus+rtu://10.0.0.6:502/1\", interval: 1s}\n",
         DEVICE_URL},
        {line, "  - {name: m, driver: schneider_pm5000, url: \"rtu:/dev/ttyS0:9600:8N1/1\", interval: 1s}\n",
         DEVICE_URL},
        {line, "  - {name: m, driver: schneider_pm5000, url: \"rtu:/dev/ttyS0:19200:8E1/1\", interval: 1s}\n",
         DEVICE_URL},
        {meter,
         "  - {name: m, driver: schneider_pm5000, url: \"modbus://10.0.0.7/1\", interval: 2s, rack: r}\n",
         DEVICE_URL | DEVICE_INTERVALS | DEVICE_LABELS},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct site_config *before = make(cases[i].before, "", ""), *now = make(cases[i].now, "", "");
        struct config_changes changes = compare(before, now);
        if (changes.devices[0].what != cases[i].what)
            fail_msg("case %zu: %x instead of %x", i, changes.devices[0].what, cases[i].what);
        assert_int_equal(changes.n_changed, cases[i].what != 0);
        assert_int_equal(config_changes_any(&changes), cases[i].what != 0);
        done(&changes, before, now);
    }
}

static void poll_settings_change_every_device(void **state) {
    (void)state;
    struct site_config *before = make(PDU METER, "", "poll: {normal: 10s, timeout: 2s}");
    struct site_config *now = make(PDU METER, "", "poll: {normal: 20s, timeout: 3s}");
    struct config_changes changes = compare(before, now);
    assert_int_equal(changes.n_changed, 2);
    assert_int_equal(changes.devices[0].what, DEVICE_INTERVALS | DEVICE_TIMEOUT);
    assert_true(changes.devices[1].what & DEVICE_TIMEOUT); /* its own interval is the same */
    done(&changes, before, now);
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, 0600), 0);
}

/* The file's name stays, its content is another. */
static void a_secret_with_another_content_is_a_change(void **state) {
    (void)state;
    char path[] = "/tmp/hallwatch-XXXXXX", more[200];
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    snprintf(more, sizeof(more),
             "credentials:\n  ana: {version: 3, user: ana, auth: SHA-256, auth_file: %s}\n"
             "  other: {version: 3, user: ana, auth: SHA-256, auth_file: %s}\n",
             path, path);
    static const char ana[] = "  - {name: a, url: \"snmp://10.0.0.5\", credentials: ana}\n" METER;
    static const char other[] = "  - {name: a, url: \"snmp://10.0.0.5\", credentials: other}\n" METER;
    write_file(path, "passphrase-1\n");
    struct site_config *before = make(ana, "", more), *renamed = make(other, "", more);
    write_file(path, "passphrase-2\n");
    struct site_config *now = make(ana, "", more);
    struct config_changes changes = compare(before, renamed);
    assert_false(config_changes_any(&changes)); /* other credentials, the same content */
    config_changes_done(&changes);
    config_free(renamed);
    changes = compare(before, now);
    assert_int_equal(changes.devices[0].what, DEVICE_CREDENTIALS);
    assert_int_equal(changes.devices[1].what, 0);
    done(&changes, before, now);
    remove(path);
}

static void assert_words(const struct config_changes *changes, const char *words) {
    struct text text = {0};
    config_changes_write(changes, &text);
    assert_string_equal(text.data, words);
    text_done(&text);
}

/* What a map or the wiring says counts, not how it is laid out; who uses what changed begins anew. */
static void a_map_with_another_content_is_a_change(void **state) {
    (void)state;
    static const char head[] = "name: plant\ntitle: Plant\nclass: chiller\nprotocol: modbus\nsources: list\n"
                               "first_register: 0\n";
    static const char devices[] = "  - {name: a, driver: plant, url: \"modbus://10.0.0.6/1\"}\n" METER;
    char path[] = "/tmp/hallwatch-XXXXXX", more[100], map[500];
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    snprintf(more, sizeof(more), "maps: %s", path);
    snprintf(map, sizeof(map), "%spoints: [{quantity: leak_state, coil: 1}]\n", head);
    write_file(path, map);
    struct site_config *before = make(devices, "", more);
    snprintf(map, sizeof(map), "# laid out otherwise\npoints:\n  - {coil: \"1\", quantity: leak_state}\n%s",
             head);
    write_file(path, map);
    struct site_config *now = make(devices, "", more);
    assert_ptr_not_equal(before->devices[0].driver, now->devices[0].driver);
    struct config_changes changes = compare(before, now);
    assert_false(config_changes_any(&changes));
    assert_ptr_equal(before->devices[0].driver, now->devices[0].driver);
    assert_ptr_equal(before->maps[0], now->maps[0]);
    config_changes_done(&changes);
    config_free(before);
    snprintf(map, sizeof(map), "%spoints: [{quantity: leak_state, coil: 2}]\n", head);
    write_file(path, map);
    struct site_config *last = make(devices, "", more);
    changes = compare(now, last);
    assert_int_equal(changes.n_changed, 1);
    assert_int_equal(changes.devices[0].what, DEVICE_DRIVER);
    done(&changes, now, last);
    remove(path);
}

static void wiring_with_another_content_is_a_change(void **state) {
    (void)state;
    static const char one[] = "  - {name: a, driver: remote_io, url: \"modbus://10.0.0.6/1\",\n"
                              "     inputs: [{name: q1, means: tripped, when: closed, coil: 1}]}\n";
    static const char same[] = "  - name: a\n    driver: remote_io\n    url: \"modbus://10.0.0.6/1\"\n"
                               "    inputs:\n      - {coil: 1, when: closed, name: q1, means: tripped}\n";
    static const char other[] = "  - {name: a, driver: remote_io, url: \"modbus://10.0.0.6/1\",\n"
                                "     inputs: [{name: q1, means: tripped, when: open, coil: 1}]}\n";
    struct site_config *before = make(one, "", ""), *now = make(same, "", ""), *last = make(other, "", "");
    struct config_changes changes = compare(before, now);
    assert_false(config_changes_any(&changes));
    assert_ptr_equal(before->devices[0].driver, now->devices[0].driver);
    config_changes_done(&changes);
    config_free(before);
    changes = compare(now, last);
    assert_int_equal(changes.devices[0].what, DEVICE_DRIVER);
    done(&changes, now, last);
}

static void another_variant_is_another_plan(void **state) {
    (void)state;
    struct site_config *before = make(METER, "", ""), *now = make(METER, "", "");
    now->devices[0].variant = 2;
    struct config_changes changes = compare(before, now);
    assert_int_equal(changes.devices[0].what, DEVICE_VARIANT);
    assert_true(changes.devices[0].what & DEVICE_BEGINS_ANEW);
    assert_words(&changes, "1 device changed (meter: variant), 0 devices unchanged");
    done(&changes, before, now);
}

static void devices_come_and_go(void **state) {
    (void)state;
    struct site_config *before = make(PDU METER, "", "");
    struct site_config *now = make(METER "  - {name: ups, url: \"snmp://10.0.0.8\"}\n", "", "");
    struct config_changes changes = compare(before, now);
    assert_int_equal(changes.n_devices, 3);
    assert_int_equal(changes.n_removed, 1);
    assert_int_equal(changes.n_added, 1);
    assert_int_equal(changes.n_changed, 0);
    assert_string_equal(changes.devices[0].before->name, "pdu");
    assert_null(changes.devices[0].now);
    assert_string_equal(changes.devices[1].now->name, "meter");
    assert_string_equal(changes.devices[2].now->name, "ups");
    assert_null(changes.devices[2].before);
    done(&changes, before, now);
}

static void sinks_come_go_and_change(void **state) {
    (void)state;
    struct site_config *before = make(PDU, BROKER DATABASE, "");
    struct site_config *now =
        make(PDU,
             "  - {name: broker, type: mqtt, url: \"mqtt://10.0.0.9:1883\", window: 7}\n"
             "  - {name: other, type: mqtt, url: \"mqtt://10.0.0.10:1883\"}\n",
             "");
    struct config_changes changes = compare(before, now);
    assert_int_equal(changes.n_sinks, 3);
    assert_string_equal(changes.sinks[0].before->name, "database");
    assert_null(changes.sinks[0].now);
    assert_true(changes.sinks[1].changed);
    assert_null(changes.sinks[2].before);
    assert_int_equal(changes.n_sinks_added + changes.n_sinks_changed + changes.n_sinks_removed, 3);
    done(&changes, before, now);
}

static void another_order_or_rate_is_another_sink(void **state) {
    (void)state;
    static const char *const others[] = {"order: strict", "backlog_rate: 9/s"};
    for (size_t i = 0; i < 2; i++) {
        struct text sinks = {0};
        text_add_format(&sinks, "  - {name: broker, type: mqtt, url: \"mqtt://10.0.0.9:1883\", %s}\n",
                        others[i]);
        struct site_config *before = make(PDU, BROKER, ""), *now = make(PDU, sinks.data, "");
        struct config_changes changes = compare(before, now);
        assert_int_equal(changes.n_sinks_changed, 1);
        done(&changes, before, now);
        text_done(&sinks);
    }
}

static void what_concerns_the_whole_agent_is_told_apart(void **state) {
    (void)state;
    static const struct {
        const char *more;
        unsigned site;
    } cases[] = {{"buffer: 128MiB", SITE_BUFFER},
                 {"poll: {phase: aligned}", SITE_PHASE},
                 {"spool: {folder: /tmp/none}", SITE_SPOOL},
                 {"traps: {listen: inherited}", SITE_TRAPS},
                 {"power: {publish: 2s}", SITE_POWER},
                 {"", 0}};
    struct site_config *before = make(PDU, BROKER, "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct site_config *now = make(PDU, BROKER, cases[i].more);
        struct config_changes changes = compare(before, now);
        assert_int_equal(changes.site, cases[i].site);
        config_changes_done(&changes);
        free(now->status_socket);
        now->status_socket = strdup("/tmp/other.sock");
        free(now->site);
        now->site = strdup("dc2");
        free(now->gateway);
        now->gateway = strdup("gw-2");
        changes = compare(before, now);
        assert_int_equal(changes.site, cases[i].site | SITE_NAME | SITE_GATEWAY | SITE_SOCKET);
        config_changes_done(&changes);
        config_free(now);
    }
    config_free(before);
}

#define NODES "nodes: [{name: in, kind: intake}, {name: bus, kind: bus, sources: in, meters: pdu"

static void a_topology_that_says_the_same_is_the_same(void **state) {
    (void)state;
    static const struct {
        const char *power;
        unsigned site;
    } cases[] = {{"power: {" NODES "}]}", 0},
                 {"# a comment\npower: {held: 60s, time_zone: UTC, " NODES ", phases: 3}]}", SITE_POWER},
                 {"# a comment\n\npower: {" NODES "}]}", 0},
                 {"power: {" NODES ", rating: 100 A}]}", SITE_POWER},
                 {"power: {publish: 2s, " NODES "}]}", SITE_POWER},
                 {"power: {alarms: [{name: leak_detected, priority: 2}], " NODES "}]}", SITE_POWER},
                 {"power: {budgets: {main: {warning: 1 kW}}, " NODES "}]}", SITE_POWER},
                 {"", SITE_POWER}};
    struct site_config *before = make(PDU, BROKER, cases[0].power);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct site_config *now = make(PDU, BROKER, cases[i].power);
        struct config_changes changes = compare(before, now);
        struct text words = {0};
        assert_int_equal(changes.site, cases[i].site);
        assert_int_equal(config_changes_any(&changes), cases[i].site != 0);
        config_changes_write(&changes, &words);
        assert_int_equal(strstr(words.data, "topology") != NULL, cases[i].site != 0);
        text_done(&words);
        config_changes_done(&changes);
        config_free(now);
    }
    config_free(before);
}

static char *many_devices(size_t first, const char *rack) {
    char *text = calloc(MANY, 100);
    assert_non_null(text);
    for (size_t i = 0, used = 0; i < MANY; i++)
        used += (size_t)sprintf(text + used, "  - {name: d%zu, url: \"snmp://10.1.%zu.%zu\", rack: %s}\n",
                                (first + i * 11) % (MANY + 100), (first + i * 11) % (MANY + 100) / 250,
                                (first + i * 11) % (MANY + 100) % 250, rack);
    return text;
}

static void a_hall_is_compared_by_name_in_any_order(void **state) {
    (void)state;
    char *one = many_devices(0, "r1"), *other = many_devices(700, "r1");
    struct site_config *before = make(one, "", ""), *now = make(other, "", "");
    struct config_changes changes = compare(before, now);
    assert_int_equal(changes.n_removed, 100);
    assert_int_equal(changes.n_added, 100);
    assert_int_equal(changes.n_changed, 0);
    for (size_t i = 0; i < changes.n_devices; i++)
        if (changes.devices[i].before && changes.devices[i].now)
            assert_string_equal(changes.devices[i].before->name, changes.devices[i].now->name);
    done(&changes, before, now);
    free(one);
    free(other);
}

static void changes_are_said_in_words(void **state) {
    (void)state;
    struct site_config *before = make(PDU METER, BROKER, "");
    struct site_config *now = make("  - {name: pdu, url: \"snmp://10.0.0.7\", rack: r02, feed: A}\n"
                                   "  - {name: ups, url: \"snmp://10.0.0.8\"}\n",
                                   DATABASE, "buffer: 128MiB");
    struct config_changes changes = compare(before, now);
    assert_words(&changes,
                 "1 device added (ups), 1 device removed (meter), 1 device changed (pdu: url and labels), 0 "
                 "devices unchanged, 1 sink added (database), 1 sink removed (broker), the buffer is of "
                 "another size");
    config_changes_done(&changes);
    changes = compare(before, before);
    assert_words(&changes, "2 devices unchanged");
    done(&changes, before, now);
}

static void of_many_changes_a_few_are_named(void **state) {
    (void)state;
    char *many = many_devices(0, "r1");
    struct site_config *before = make(PDU, "", ""), *now = make(many, "", "");
    struct config_changes changes = compare(before, now);
    assert_words(&changes,
                 "2000 devices added (d0, d11, d22, d33, d44, d55, d66, d77 and 1992 more), 1 device "
                 "removed (pdu), 0 devices unchanged");
    done(&changes, before, now);
    free(many);
}

static void a_configuration_lives_as_long_as_somebody_holds_it(void **state) {
    (void)state;
    struct site_config *config = make(PDU, BROKER, "");
    assert_ptr_equal(config_hold(config), config);
    config_free(config);
    assert_string_equal(config->devices[0].name, "pdu");
    struct sink_config copy;
    assert_int_equal(sink_config_copy(&config->sinks[0], &copy), 0);
    config_free(config);
    assert_string_equal(copy.name, "broker");
    assert_string_equal(copy.client_id, "hallwatch-dc1-gw-1");
    sink_config_done(&copy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_again_is_no_change),
        cmocka_unit_test(each_setting_is_a_change_of_its_kind),
        cmocka_unit_test(poll_settings_change_every_device),
        cmocka_unit_test(a_secret_with_another_content_is_a_change),
        cmocka_unit_test(a_map_with_another_content_is_a_change),
        cmocka_unit_test(wiring_with_another_content_is_a_change),
        cmocka_unit_test(another_variant_is_another_plan),
        cmocka_unit_test(devices_come_and_go),
        cmocka_unit_test(sinks_come_go_and_change),
        cmocka_unit_test(another_order_or_rate_is_another_sink),
        cmocka_unit_test(what_concerns_the_whole_agent_is_told_apart),
        cmocka_unit_test(a_topology_that_says_the_same_is_the_same),
        cmocka_unit_test(a_hall_is_compared_by_name_in_any_order),
        cmocka_unit_test(changes_are_said_in_words),
        cmocka_unit_test(of_many_changes_a_few_are_named),
        cmocka_unit_test(a_configuration_lives_as_long_as_somebody_holds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
