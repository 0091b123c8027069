/* SPDX-License-Identifier: Apache-2.0 */
/* power.site: what it becomes, its mistakes with their places, and what is a change of it. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "model/config.h"
#include "model/config_changes.h"

#define NODES                                                                                                \
    "  nodes:\n"                                                                                             \
    "    - {name: grid, kind: intake, gateway: site}\n"                                                      \
    "    - {name: msb-1, kind: bus, sources: grid, rating: [1600 A, 400 V], gateway: gw-1}\n"

/* What is written of it is said; NULL where it cannot be loaded. */
static struct site_config *load(const char *site, char **said) {
    char path[] = "/tmp/hallwatch-XXXXXX";
    size_t size = 0;
    struct site_config *config = NULL;
    FILE *file = fdopen(mkstemp(path), "w"), *errors = open_memstream(said, &size);
    assert_true(file && errors);
    fprintf(file, "site: dc1\ngateway: site\npower:\n" NODES "%s", site);
    fclose(file);
    int error = config_load(path, NULL, errors, &config);
    fclose(errors);
    assert_int_equal(error, config ? 0 : ERROR_CONFIG);
    remove(path);
    return config;
}

static struct site_config *load_right(const char *site) {
    char *said = NULL;
    struct site_config *config = load(site, &said);
    assert_string_equal(said, "");
    free(said);
    return config;
}

static void a_site_needs_no_devices_and_keeps_all_nodes(void **state) {
    (void)state;
    struct site_config *config =
        load_right("  site: {brokers: [\"mqtt://a\", \"mqtt://b:1884\"], version: 3.1.1, user: watch}\n");
    const struct intake_config *intake = config->intake;
    assert_non_null(intake);
    assert_string_equal(intake->brokers.url, "mqtt://a");
    assert_int_equal(intake->brokers.n_endpoints, 1);
    assert_string_equal(intake->brokers.endpoints[0], "mqtt://b:1884");
    assert_string_equal(intake->brokers.client_id, "hallwatch-dc1-site-site");
    assert_string_equal(intake->brokers.user, "watch");
    assert_true(intake->brokers.is_mqtt_3);
    assert_int_equal(intake->silent_ms, 15000);
    assert_int_equal(config->n_devices, 0);
    assert_int_equal(config->power->n_nodes, 2);
    assert_true(config->power->nodes[1].elsewhere);
    assert_string_equal(config->power->nodes[1].gateway, "gw-1");
    assert_false(config->power->nodes[0].elsewhere);
    config_free(config);
}

static void mistakes_have_their_places(void **state) {
    (void)state;
    static const struct {
        const char *site, *said; /* behind the file's name */
    } cases[] = {
        {"  site: {silent: 5s}\n", ":7:9: power.site: \"brokers\" is missing"},
        {"  site: {brokers: [\"http://a\"]}\n", ":7:20: power.site.brokers: must be like mqtt://broker:1883"},
        {"  site: {brokers: [\"mqtt://u:p@a\"]}\n", ":7:20: power.site.brokers: a URL holds no user"},
        {"  site: {brokers: [\"mqtt://a\", \"mqtt://a\"]}\n",
         ":7:32: power.site.brokers: is already on line 7"},
        {"  site: {brokers: \"mqtt://a\", password_file: /nowhere}\n",
         "user: is missing: a password goes with"},
        {"  site: {brokers: \"mqtt://a\", ca_file: /etc/passwd}\n", "is for TLS: write mqtts://"},
        {"  site: {brokers: \"mqtt://a\", silent: 0s}\n", ":7:39: power.site.silent: 0s is out of bounds"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *said = NULL;
        assert_null(load(cases[i].site, &said));
        if (!strstr(said, cases[i].said))
            fail_msg("%s is not in %s", cases[i].said, said);
        free(said);
    }
}

static void a_change_takes_a_restart(void **state) {
    (void)state;
    static const char *const sites[] = {
        "  site: {brokers: [\"mqtt://a\"]}\n",
        "  site: {brokers: [\"mqtt://b\"]}\n",
        "  site: {brokers: [\"mqtt://a\", \"mqtt://b\"]}\n",
        "  site: {brokers: [\"mqtt://a\"], silent: 20s}\n",
        "  site: {brokers: [\"mqtt://a\"], user: watch}\n",
    };
    struct site_config *before = load_right(sites[0]);
    for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
        struct site_config *now = load_right(sites[i]);
        struct intake_config *copy;
        struct config_changes changes;
        assert_int_equal(config_compare(before, now, &changes), 0);
        assert_int_equal((changes.site & SITE_INTAKE) != 0, i > 0);
        config_changes_done(&changes);
        assert_int_equal(intake_config_copy(before->intake, &copy), 0); /* as a reload keeps it */
        intake_config_free(now->intake);
        now->intake = copy;
        assert_int_equal(config_compare(before, now, &changes), 0);
        assert_int_equal(changes.site & SITE_INTAKE, 0);
        config_changes_done(&changes);
        config_free(now);
    }
    config_free(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_needs_no_devices_and_keeps_all_nodes),
        cmocka_unit_test(mistakes_have_their_places),
        cmocka_unit_test(a_change_takes_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
