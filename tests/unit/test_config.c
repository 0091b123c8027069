/* SPDX-License-Identifier: Apache-2.0 */
/* config_load from files: what a configuration becomes, and every mistake with its exact line. */
#include "check.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "model/config.h"
#include "model/device_map.h"
#include "tests/unit/pem.h"

#define HEAD "site: seoul-1\n"
#define DEVICE "devices:\n  - {name: pdu-a1, url: \"snmp://10.0.0.5\"}\n"

static void write_file(const char *path, const char *content, mode_t mode) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(content, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
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
    write_file("hallwatch.yaml", yaml, 0644);
    struct site_config *config = load(gateway, &said);
    assert_string_equal(said, "");
    free(said);
    assert_non_null(config);
    return config;
}

static void check_mistakes(const char *yaml, const char *expected) {
    char *said = NULL;
    write_file("hallwatch.yaml", yaml, 0644);
    assert_null(load(NULL, &said));
    assert_string_equal(said, expected);
    free(said);
}

static void whole_configuration(void **state) {
    (void)state;
    write_file("community.txt", "s3cret\n", 0640);
    write_file("password.txt", "pass word\r\n", 0600);
    write_file("devices.csv",
               "name,driver,url,gateway,hall,row,rack,feed,interval\n"
               "meter-1,schneider_pm5000,modbus://10.0.0.6/1,gw-1,hall-2,a,r02,B,10s\n"
               "other,schneider_pm5000,modbus://10.0.0.7/1,gw-2,,,,,\n",
               0644);
    struct site_config *config = load_right(
        HEAD
        "hall: hall-1\ngateway: ｇｗ-1\nstatus_socket: status.sock\n"
        "poll: {fast: 500ms, normal: 2s, slow: 5min, timeout: 3s}\n"
        "credentials:\n  ro: {community_file: community.txt}\n"
        "inventory: devices.csv\nbuffer: 8MiB\nspool: {folder: spool, quota: 1GiB, quota_age: 3d, "
        "spill_after: 0ms}\n"
        "devices:\n  - {name: 랙/1, driver: apc_rpdu2, url: \"snmp://10.0.0.5\", credentials: ro, rack: "
        "r01}\n"
        "sinks:\n  - {name: broker, type: mqtt, url: \"mqtt://127.0.0.1:1883\", user: u, "
        "password_file: password.txt}\n"
        "  - {name: db, type: remote_write, url: \"http://127.0.0.1:8428/api/v1/write\", batch_wait: 0ms}\n"
        "  - {name: quick, type: remote_write, url: \"http://127.0.0.1:8428/api/v1/write\", order: "
        "live_first, "
        "backlog_rate: 50000/s}\n",
        NULL);
    assert_string_equal(config->site, "seoul-1");
    assert_string_equal(config->gateway, "ｇｗ-1");
    assert_string_equal(config->status_socket, "status.sock");
    assert_int_equal(config->buffer_bytes, 8 << 20);
    assert_string_equal(config->spool.folder, "spool");
    assert_int_equal(config->spool.quota_bytes, 1 << 30);
    assert_int_equal(config->spool.quota_age_ms, 3 * 86400000);
    assert_int_equal(config->spool.spill_after_ms, 0);
    assert_int_equal(config->n_devices, 2);
    const struct device_config *pdu = &config->devices[0], *meter = &config->devices[1];
    assert_string_equal(pdu->name, "랙/1");
    assert_string_equal(pdu->driver->name, "apc_rpdu2");
    assert_string_equal(pdu->snmp->community, "s3cret");
    assert_string_equal(pdu->hall, "hall-1");
    assert_string_equal(pdu->feed, "");
    assert_int_equal(pdu->interval_ms[RATE_SLOW], 300000);
    assert_int_equal(pdu->timeout_ms, 3000);
    assert_string_equal(meter->hall, "hall-2");
    assert_string_equal(meter->url_text, "modbus://10.0.0.6/1");
    assert_int_equal(meter->url.unit, 1);
    assert_null(meter->snmp);
    assert_int_equal(meter->interval_ms[RATE_NORMAL], 10000);
    assert_int_equal(config->n_sinks, 3);
    assert_int_equal(config->sinks[0].order, SINK_LIVE_FIRST);
    assert_int_equal(config->sinks[1].order, SINK_STRICT);
    assert_int_equal(config->sinks[1].backlog_rate, 0);
    assert_int_equal(config->sinks[2].order, SINK_LIVE_FIRST);
    assert_int_equal(config->sinks[2].backlog_rate, 50000);
    assert_string_equal(config->sinks[0].password, "pass word");
    assert_string_equal(config->sinks[0].client_id, "hallwatch-seoul-1-ｇｗ-1");
    assert_int_equal(config->sinks[0].window, 20);
    assert_int_equal(config->sinks[1].kind, SINK_REMOTE_WRITE);
    assert_int_equal(config->sinks[1].batch_wait_ms, 0);
    assert_int_equal(config->sinks[1].batch_readings, 20000);
    assert_null(config->sinks[1].password);
    config_free(config);
}

static void defaults_stand_in(void **state) {
    (void)state;
    assert_int_equal(setenv("RUNTIME_DIRECTORY", "/run/hallwatch:/run/other", 1), 0);
    struct site_config *config = load_right(HEAD DEVICE, "gw-9");
    assert_string_equal(config->hall, "");
    assert_string_equal(config->gateway, "gw-9");
    assert_string_equal(config->status_socket, "/run/hallwatch/status.sock");
    assert_int_equal(config->buffer_bytes, 64 << 20);
    assert_null(config->spool.folder);
    assert_int_equal(config->n_sinks, 0);
    assert_null(config->devices[0].driver);
    assert_ptr_equal(config->devices[0].snmp, &snmp_credentials_public);
    assert_int_equal(config->devices[0].interval_ms[RATE_NORMAL], 5000);
    assert_int_equal(config->devices[0].timeout_ms, 1000);
    config_free(config);

    unsetenv("RUNTIME_DIRECTORY");
    assert_int_equal(setenv("XDG_RUNTIME_DIR", "/run/user/7", 1), 0);
    config = load_right(HEAD DEVICE, NULL);
    assert_string_equal(config->status_socket, "/run/user/7/hallwatch.sock");
    char host[256] = "";
    gethostname(host, sizeof(host) - 1);
    assert_string_equal(config->gateway, host);
    config_free(config);

    unsetenv("XDG_RUNTIME_DIR");
    char expected[64];
    snprintf(expected, sizeof(expected), "/tmp/hallwatch-%u.sock", (unsigned)getuid());
    config = load_right(HEAD DEVICE, NULL);
    assert_string_equal(config->status_socket, expected);
    config_free(config);
}

static void every_mistake_is_said_in_one_run(void **state) {
    (void)state;
    check_mistakes(
        "sitte: x\n"
        "gateway: [a]\n"
        "poll: {fast: 5, normal: 2s, normal: 3s, slow: 2days}\n"
        "buffer: 1KiB\n"
        "devices:\n"
        "  - {name: \"\", url: \"snmp://10.0.0.5\"}\n"
        "  - {name: b, url: \"snmp://10.0.0.5:x\", driver: schneider_pm500}\n"
        "  - {name: c, url: \"snmp://10.0.0.6\", driver: schneider_pm500, interval: 1ms}\n"
        "  - just a text\n"
        "  - {nmae: d}\n"
        "sinks: {}\n",
        "hallwatch.yaml:1:1: unknown key \"sitte\"; did you mean \"site\"?\n"
        "hallwatch.yaml:2:10: gateway: must be a text, not a list\n"
        "hallwatch.yaml:3:14: poll.fast: \"5\" must be a duration with its unit, such as 200ms, 5s, 15min or "
        "1h\n"
        "hallwatch.yaml:3:29: poll.normal: is already on line 3\n"
        "hallwatch.yaml:3:47: poll.slow: \"2days\" must be a duration with its unit, such as 200ms, 5s, "
        "15min "
        "or 1h\n"
        "hallwatch.yaml:4:9: buffer: 1KiB is out of bounds: from 1MiB to 16GiB\n"
        "hallwatch.yaml:6:12: devices[0].name: must not be empty\n"
        "hallwatch.yaml:7:20: devices[1].url: the port must be a number between 1 and 65535\n"
        "hallwatch.yaml:8:74: devices[2].interval: 1ms is out of bounds: from 100ms to 24h\n"
        "hallwatch.yaml:9:5: devices[3]: must be a map, not a text\n"
        "hallwatch.yaml:10:6: devices[4]: unknown key \"nmae\"; did you mean \"name\"?\n"
        "hallwatch.yaml:10:5: devices[4]: \"name\" is missing\n"
        "hallwatch.yaml:10:5: devices[4]: \"url\" is missing\n"
        "hallwatch.yaml:11:8: sinks: must be a list, not a map\n"
        "hallwatch.yaml:1:1: \"site\" is missing\n"
        "hallwatch.yaml:7:49: devices[1].driver: unknown driver \"schneider_pm500\"; did you mean "
        "\"schneider_pm5000\"?\n"
        "hallwatch.yaml:8:47: devices[2].driver: unknown driver \"schneider_pm500\"; did you mean "
        "\"schneider_pm5000\"?\n");
}

static void a_line_has_one_speed_and_format(void **state) {
    (void)state;
    struct site_config *config = load_right(
        HEAD "devices:\n"
             "  - {name: a, driver: orv3_rpu, url: \"rtu:/dev/ttyS0:9600:8E1/1\"}\n"
             "  - {name: b, driver: orv3_rpu, url: \"rtu:/dev/ttyS0:9600:8E1/2\"}\n"
             "  - {name: c, driver: orv3_rpu, url: \"rtu:/dev/ttyS1:9600:8N1/2\"}\n"
             "  - {name: d, driver: orv3_rpu, url: \"rtu:/dev/ttyS0:19200:8E1/2\", gateway: gw-2}\n",
        "gw-1");
    assert_int_equal(config->n_devices, 3);
    config_free(config);
    check_mistakes(HEAD "devices:\n"
                        "  - {name: a, driver: orv3_rpu, url: \"rtu:/dev/ttyS0:9600:8E1/1\"}\n"
                        "  - {name: b, driver: orv3_rpu, url: \"rtu:/dev/ttyS0:19200:8E1/2\"}\n"
                        "  - {name: c, driver: orv3_rpu, url: \"rtu:/dev/ttyS0:9600:8N1/3\"}\n"
                        "  - {name: d, url: \"rtu:/dev/ttyS1:9600:8N1/3\"}\n",
                   "hallwatch.yaml:4:38: devices[1].url: /dev/ttyS0 is set to 9600:8E1 by device \"a\": all "
                   "devices on a line have the same speed and format\n"
                   "hallwatch.yaml:5:38: devices[2].url: /dev/ttyS0 is set to 9600:8E1 by device \"a\": all "
                   "devices on a line have the same speed and format\n"
                   "hallwatch.yaml:6:5: devices[3].driver: is missing: few Modbus devices say what they are; "
                   "try `hallwatch identify rtu:/dev/ttyS1:9600:8N1/3`\n");
}

static void syntax_errors_have_a_place(void **state) {
    (void)state;
    check_mistakes("", "hallwatch.yaml: the file is empty\n");
    check_mistakes("# only a comment\n", "hallwatch.yaml: the file is empty\n");
    check_mistakes("- a\n", "hallwatch.yaml:1:1: must be a map, not a list\n");
}

static void broken_yaml_is_refused(void **state) {
    (void)state;
    check_mistakes(
        HEAD "devices: [a, b\n",
        "hallwatch.yaml:3:1: no valid YAML: did not find expected ',' or ']' while parsing a flow sequence "
        "(line 2)\n");
    check_mistakes(
        HEAD "\thall: x\n",
        "hallwatch.yaml:2:1: no valid YAML: found a tab character that violates indentation while scanning a "
        "plain scalar (line 1)\n");
    check_mistakes(HEAD "hall: 랙 \xff\n",
                   "hallwatch.yaml:2:9: no valid YAML: invalid leading UTF-8 octet\n");
    check_mistakes(HEAD "hall: \"a\\0b\"\n", "hallwatch.yaml:2:7: a text must not hold a zero byte\n");
    check_mistakes(HEAD "hall: !secret x\n", "hallwatch.yaml:2:7: tags (!name) are not supported\n");
    check_mistakes(HEAD "? [a]\n: b\n", "hallwatch.yaml:2:3: a key must be a text\n");
    check_mistakes(HEAD "---\nhall: x\n",
                   "hallwatch.yaml:3:1: a second YAML document begins here; one file holds one\n");
    check_mistakes("a: &a [*a]\n",
                   "hallwatch.yaml:1:4: aliases (*name) are not supported: write the value out\n");
    check_mistakes("a: &x 1\nb: *x\n",
                   "hallwatch.yaml:2:1: aliases (*name) are not supported: write the value out\n");
    check_mistakes("a: [[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]\n", "hallwatch.yaml:1:19: nested too deeply\n");
}

static void missing_and_big_files_are_said(void **state) {
    (void)state;
    char *said = NULL;
    unlink("hallwatch.yaml");
    assert_null(load(NULL, &said));
    assert_string_equal(said, "hallwatch.yaml: cannot read hallwatch.yaml: no such file\n");
    free(said);
    write_file("hallwatch.yaml", HEAD, 0644);
    assert_int_equal(truncate("hallwatch.yaml", (4 << 20) + 1), 0);
    assert_null(load(NULL, &said));
    assert_string_equal(said, "hallwatch.yaml: cannot read hallwatch.yaml: the file is too big\n");
    free(said);
    check_mistakes(HEAD "inventory: /dev\n" DEVICE,
                   "hallwatch.yaml:2:12: inventory: cannot read /dev: it is no regular file\n");
    check_mistakes(HEAD "inventory: [none.csv, \"\"]\n" DEVICE,
                   "hallwatch.yaml:2:23: inventory[1]: must not be empty\n"
                   "hallwatch.yaml:2:13: inventory: cannot read none.csv: no such file\n");
}

static void names_are_unique_across_files_and_forms(void **state) {
    (void)state;
    write_file("devices.csv",
               "name,url\npdu-a1,snmp://10.0.0.1\nＰＤＵ-B1,snmp://10.0.0.2\nPDU-B1,snmp://10.0.0.3\n", 0644);
    check_mistakes(HEAD "inventory: devices.csv\n" DEVICE
                        "sinks:\n  - {name: a, type: mqtt, url: \"mqtt://h\"}\n"
                        "  - {name: a, type: mqtt, url: \"mqtt://h\"}\n",
                   "devices.csv:4:1: name: \"PDU-B1\" is already the name at devices.csv:3:1\n"
                   "devices.csv:2:1: name: \"pdu-a1\" is already the name at hallwatch.yaml:4:12\n"
                   "hallwatch.yaml:7:12: sinks[1].name: \"a\" is already the name at hallwatch.yaml:6:12\n");
}

static void names_are_bounded(void **state) {
    (void)state;
    check_mistakes(HEAD "hall: \"a\\tb\"\nstatus_socket:\n" DEVICE,
                   "hallwatch.yaml:2:7: hall: must not hold control "
                   "characters\n"
                   "hallwatch.yaml:3:15: status_socket: the value is "
                   "missing\n");
    char yaml[400] = HEAD DEVICE "hall: ";
    size_t size = strlen(yaml);
    memset(yaml + size, 'h', 129);
    check_mistakes(yaml, "hallwatch.yaml:4:7: hall: is longer than 128 bytes\n");
    yaml[size + 128] = '\0';
    config_free(load_right(yaml, NULL));
}

static void drivers_fit_their_devices(void **state) {
    (void)state;
    check_mistakes(
        HEAD "devices:\n"
             "  - {name: a, url: \"modbus://10.0.0.5/1\"}\n"
             "  - {name: b, url: \"modbus://10.0.0.5/1\", driver: apc_rpdu2}\n"
             "  - {name: c, url: \"snmp://10.0.0.5\", driver: schneider_pm5000}\n"
             "  - {name: d, url: \"snmp://10.0.0.5\", driver: toaster}\n"
             "  - {name: e, url: \"modbus://10.0.0.5/2\", driver: schneider_pm5000, credentials: ro}\n"
             "  - {name: f, url: \"snmp://10.0.0.5\", credentials: rw}\n"
             "  - {name: g, url: \"modbus://10.0.0.5/3\", driver: schneider_pm5000, interval: 100ms}\n"
             "credentials: {ro: {community_file: c}, ro: {community_file: c}}\n",
        "hallwatch.yaml:10:40: credentials.ro: is already on line 10\n"
        "hallwatch.yaml:3:5: devices[0].driver: is missing: few Modbus devices say what they are; try "
        "`hallwatch identify modbus://10.0.0.5/1`\n"
        "hallwatch.yaml:4:51: devices[1].driver: apc_rpdu2 speaks SNMP, but the URL is for Modbus\n"
        "hallwatch.yaml:5:47: devices[2].driver: schneider_pm5000 speaks Modbus, but the URL is for SNMP\n"
        "hallwatch.yaml:6:47: devices[3].driver: unknown driver \"toaster\": `hallwatch drivers` lists them\n"
        "hallwatch.yaml:7:82: devices[4].credentials: only SNMP has credentials: leave this empty\n"
        "hallwatch.yaml:8:52: devices[5].credentials: unknown credentials \"rw\"; did you mean \"ro\"?\n");
}

static void secrets_are_kept(void **state) {
    (void)state;
    write_file("open.txt", "s3cret\n", 0644);
    write_file("empty.txt", "\n", 0600);
    write_file("lines.txt", "s3cret\nmore\n", 0600);
    unsetenv("CREDENTIALS_DIRECTORY");
    check_mistakes(
        HEAD "credentials:\n"
             "  a: {community_file: open.txt}\n"
             "  b: {community_file: none.txt}\n"
             "  c: {community_file: empty.txt}\n"
             "  d: {community_file: lines.txt}\n"
             "  e: {community_file: open.txt, community_credential: x}\n"
             "  f: {}\n"
             "  g: {community_credential: x}\n"
             "  h: {community: s3cret}\n"
             "  unused: {community_file: none.txt}\n"
             "  twice: {community_file: none.txt, community_credential: x}\n"
             "devices:\n"
             "  - {name: a, url: \"snmp://h\", credentials: a}\n"
             "  - {name: a2, url: \"snmp://h\", credentials: a}\n"
             "  - {name: b, url: \"snmp://h\", credentials: b}\n"
             "  - {name: c, url: \"snmp://h\", credentials: c}\n"
             "  - {name: d, url: \"snmp://h\", credentials: d}\n"
             "  - {name: e, url: \"snmp://h\", credentials: e}\n"
             "  - {name: f, url: \"snmp://h\", credentials: f}\n"
             "  - {name: g, url: \"snmp://h\", credentials: g}\n",
        "hallwatch.yaml:10:7: credentials.h: unknown key \"community\"; known: version, community_file, "
        "community_credential, user, context, auth, auth_file, auth_credential, privacy, privacy_file, "
        "privacy_credential\n"
        "hallwatch.yaml:3:23: credentials.a.community_file: everybody can read open.txt: chmod 640 open.txt\n"
        "hallwatch.yaml:4:23: credentials.b.community_file: cannot read none.txt: no such file\n"
        "hallwatch.yaml:5:23: credentials.c.community_file: empty.txt is empty\n"
        "hallwatch.yaml:6:23: credentials.d.community_file: lines.txt must hold one line of text\n"
        "hallwatch.yaml:7:23: credentials.e.community_file: write either community_file or "
        "community_credential\n"
        "hallwatch.yaml:8:3: credentials.f.community_credential: write either community_file or "
        "community_credential\n"
        "hallwatch.yaml:9:29: credentials.g.community_credential: no credential \"x\": systemd hands "
        "it over (LoadCredential=x:FILE)\n"
        "hallwatch.yaml:12:27: credentials.twice.community_file: write either community_file or "
        "community_credential\n");
}

static void snmp_v3_credentials_are_read(void **state) {
    (void)state;
    write_file("auth.txt", "authpass1\n", 0600);
    write_file("privacy.txt", "privpass1\n", 0600);
    write_file("community.txt", "s3cret\n", 0600);
    struct site_config *config = load_right(
        HEAD "credentials:\n"
             "  full: {version: 3, user: u, auth: SHA-256, auth_file: auth.txt, privacy: AES-192-C,\n"
             "         privacy_file: privacy.txt, context: c}\n"
             "  open: {version: 3, user: anybody}\n"
             "  old: {version: 1, community_file: community.txt}\n"
             "devices:\n"
             "  - {name: a, url: \"snmp://h\", credentials: full}\n"
             "  - {name: b, url: \"snmp://h\", credentials: open}\n"
             "  - {name: c, url: \"snmp://h\", credentials: old}\n"
             "  - {name: d, url: \"snmp://h\", credentials: full}\n",
        NULL);
    const struct snmp_credentials *full = config->devices[0].snmp, *open = config->devices[1].snmp;
    assert_int_equal(full->version, SNMP_V3);
    assert_string_equal(full->user, "u");
    assert_string_equal(full->context, "c");
    assert_int_equal(full->auth, SNMP_AUTH_SHA256);
    assert_int_equal(full->privacy, SNMP_PRIVACY_AES192_C);
    assert_string_equal(full->auth_passphrase, "authpass1");
    assert_string_equal(full->privacy_passphrase, "privpass1");
    assert_ptr_equal(config->devices[3].snmp, full);
    assert_string_equal(open->user, "anybody");
    assert_string_equal(open->context, "");
    assert_int_equal(open->auth, SNMP_AUTH_NONE);
    assert_int_equal(open->privacy, SNMP_PRIVACY_NONE);
    assert_null(open->auth_passphrase);
    assert_int_equal(config->devices[2].snmp->version, SNMP_V1);
    assert_string_equal(config->devices[2].snmp->community, "s3cret");
    config_free(config);
}

static void snmp_v3_credentials_fit_together(void **state) {
    (void)state;
    write_file("short.txt", "1234567\n", 0600);
    write_file("long.txt", "12345678\n", 0600);
    check_mistakes(
        HEAD "credentials:\n"
             "  a: {version: 3, auth: SHA-255, auth_file: long.txt}\n"
             "  b: {version: 3, user: u, privacy: DES, privacy_file: long.txt}\n"
             "  c: {version: 3, user: u, auth: MD5, auth_file: short.txt}\n"
             "  d: {version: 3, user: u, auth: MD5}\n"
             "  e: {version: 3, user: u, auth_file: long.txt, community_file: long.txt}\n"
             "  f: {user: u, community_file: long.txt}\n"
             "  g: {version: 4}\n"
             "devices:\n"
             "  - {name: a, url: \"snmp://h\", credentials: a}\n"
             "  - {name: b, url: \"snmp://h\", credentials: b}\n"
             "  - {name: c, url: \"snmp://h\", credentials: c}\n"
             "  - {name: d, url: \"snmp://h\", credentials: d}\n"
             "  - {name: e, url: \"snmp://h\", credentials: e}\n"
             "  - {name: f, url: \"snmp://h\", credentials: f}\n",
        "hallwatch.yaml:3:25: credentials.a.auth: unknown auth \"SHA-255\"; did you mean \"SHA-256\"?\n"
        "hallwatch.yaml:9:16: credentials.g.version: unknown version \"4\"; known: 1, 2c, 3\n"
        "hallwatch.yaml:3:3: credentials.a.user: is missing: SNMPv3 has users\n"
        "hallwatch.yaml:3:45: credentials.a.auth_file: write auth, its protocol, too\n"
        "hallwatch.yaml:4:37: credentials.b.privacy: SNMPv3 has no privacy without authentication\n"
        "hallwatch.yaml:5:50: credentials.c.auth_file: an SNMPv3 passphrase has at least 8 characters\n"
        "hallwatch.yaml:6:3: credentials.d.auth_credential: write either auth_file or auth_credential\n"
        "hallwatch.yaml:7:65: credentials.e.community_file: SNMPv3 has a user and no community\n"
        "hallwatch.yaml:7:39: credentials.e.auth_file: write auth, its protocol, too\n"
        "hallwatch.yaml:8:13: credentials.f.user: is for SNMPv3: write \"version: 3\" too\n");
}

static void systemd_credentials_are_read(void **state) {
    (void)state;
    assert_int_equal(mkdir("credentials", 0700), 0);
    write_file("credentials/snmp", "from-systemd", 0400);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "credentials", 1), 0);
    struct site_config *config = load_right(HEAD "credentials: {ro: {community_credential: snmp}}\n"
                                                 "devices: [{name: a, url: \"snmp://h\", credentials: ro}]\n",
                                            NULL);
    assert_string_equal(config->devices[0].snmp->community, "from-systemd");
    config_free(config);
    unsetenv("CREDENTIALS_DIRECTORY");
}

/* An operator may not read them: nothing of them is looked for, and all else is checked. */
static void what_asks_nobody_needs_no_secrets(void **state) {
    (void)state;
    static const char right[] =
        HEAD "credentials: {ro: {community_file: none.txt}, v3: {version: 3, user: u, auth: SHA-1, "
             "auth_credential: auth}}\n"
             "devices: [{name: a, url: \"snmp://h\", credentials: ro}, {name: b, url: \"snmp://i\", "
             "credentials: v3}]\n"
             "sinks: [{name: s, type: mqtt, url: \"mqtts://h\", user: u, password_file: none.txt, "
             "ca_file: none.pem, certificate_file: none.pem, key_file: none.pem}]\n";
    char *said = NULL;
    write_file("hallwatch.yaml", right, 0644);
    assert_null(load(NULL, &said));
    free(said);
    struct site_config *config = NULL;
    assert_int_equal(config_load_without_secrets("hallwatch.yaml", NULL, stderr, &config), 0);
    assert_int_equal(config->n_devices, 2);
    assert_null(config->devices[0].snmp->community);
    assert_null(config->sinks[0].password);
    config_free(config);
    write_file("hallwatch.yaml", HEAD "devices: [{name: a, url: \"snmp://\"}]\n", 0644);
    FILE *nowhere = fopen("/dev/null", "w");
    assert_int_equal(config_load_without_secrets("hallwatch.yaml", NULL, nowhere, &config), ERROR_CONFIG);
    fclose(nowhere);
}

/* Only the service is handed its credentials; whoever checks the configuration before has none. */
static void credentials_are_checked_where_they_are(void **state) {
    (void)state;
    char *said = NULL;
    size_t size;
    struct site_config *config = NULL;
    write_file("ro.txt", "public\n", 0644);
    write_file("hallwatch.yaml",
               HEAD "credentials: {ro: {community_credential: core}, rw: {community_file: ro.txt}}\n"
                    "devices: [{name: a, url: \"snmp://h\", credentials: ro}]\n",
               0644);
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_equal(config_load_to_check("hallwatch.yaml", NULL, stderr, &config), 0);
    assert_string_equal(config->warnings,
                        "hallwatch.yaml:2:42: credentials.ro.community_credential: the credential \"core\" "
                        "is the service's alone and was not looked at\n");
    config_free(config);
    FILE *errors = open_memstream(&said, &size);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "nowhere", 1), 0);
    assert_int_equal(config_load_to_check("hallwatch.yaml", NULL, errors, &config), ERROR_CONFIG);
    fclose(errors);
    assert_non_null(
        strstr(said, "no credential \"core\": systemd hands it over (LoadCredential=core:FILE)\n"));
    free(said);
    write_file("hallwatch.yaml",
               HEAD "credentials: {rw: {community_file: ro.txt}}\n"
                    "devices: [{name: a, url: \"snmp://h\", credentials: rw}]\n",
               0644);
    unsetenv("CREDENTIALS_DIRECTORY");
    errors = open_memstream(&said, &size);
    assert_int_equal(config_load_to_check("hallwatch.yaml", NULL, errors, &config), ERROR_CONFIG);
    fclose(errors);
    assert_non_null(strstr(said, "everybody can read ro.txt"));
    free(said);
}

static void few_of_many_gateways_are_listed(void **state) {
    (void)state;
    struct text yaml = {0};
    text_add_string(&yaml, HEAD "gateway: seoul\ndevices:\n");
    for (int i = 1; i <= 15; i++)
        text_add_format(&yaml, "  - {name: d%d, url: \"snmp://h\", gateway: g%d}\n", i, i);
    check_mistakes(yaml.data,
                   "hallwatch.yaml:2:10: gateway: no device is for gateway \"seoul\"; there are "
                   "devices for g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12 and 3 more: choose "
                   "with --gateway\n");
    text_done(&yaml);
}

static void gateways_take_their_own(void **state) {
    (void)state;
    static const char yaml[] = HEAD "gateway: gw-3\ncredentials: {ro: {community_file: none.txt}}\n"
                                    "devices:\n  - {name: a, url: \"snmp://h\", gateway: gw-1}\n"
                                    "  - {name: b, url: \"snmp://h\", gateway: gw-2, credentials: ro}\n"
                                    "  - {name: c, url: \"snmp://h\", gateway: gw-1}\n";
    struct site_config *config = load_right(yaml, "gw-1");
    assert_int_equal(config->n_devices, 2); /* and gw-2's secret is not looked for */
    config_free(config);
    check_mistakes(
        yaml, "hallwatch.yaml:2:10: gateway: no device is for gateway \"gw-3\"; there are devices for gw-1, "
              "gw-2: choose with --gateway\n");
    char *said = NULL;
    assert_null(load("gw-4", &said));
    assert_string_equal(
        said, "hallwatch.yaml: gateway: no device is for gateway \"gw-4\"; there are devices for gw-1, "
              "gw-2: choose with --gateway\n");
    free(said);
    check_mistakes(HEAD, "hallwatch.yaml: no devices: write \"devices\" or \"inventory\"\n");
    write_file("empty.csv", "name,url\n", 0644);
    check_mistakes(
        HEAD "inventory: empty.csv\n",
        "hallwatch.yaml:2:12: inventory: has no devices yet: empty.csv is empty but for its head\n");
}

static void sinks_are_checked(void **state) {
    (void)state;
    write_file("secret.txt", "hunter2\n", 0644);
    check_mistakes(
        HEAD DEVICE "sinks:\n"
                    "  - {name: a, type: mtqq, url: \"mqtt://h\"}\n"
                    "  - {name: b, type: mqtt, url: \"http://h\"}\n"
                    "  - {name: c, type: mqtt, url: \"mqtt://u:hunter2@h\"}\n"
                    "  - {name: d, type: remote_write, url: \"mqtt://h\", window: 5}\n"
                    "  - {name: e, type: mqtt, url: \"mqtt://h\", window: 0, batch_readings: 9}\n"
                    "  - {name: f, type: mqtt, url: \"mqtt://h\", password_file: secret.txt}\n"
                    "  - {name: g, type: mqtt, url: \"mqtt://h\", window: many, password: hunter2}\n"
                    "  - {name: h, type: mqtt, url: \"mqtt://h\", order: live-first, backlog_rate: 5}\n"
                    "  - {url: \"mqtt://h\"}\n",
        "hallwatch.yaml:5:21: sinks[0].type: unknown type \"mtqq\"; did you mean \"mqtt\"?\n"
        "hallwatch.yaml:9:52: sinks[4].window: 0 is out of bounds: from 1 to 65535\n"
        "hallwatch.yaml:11:52: sinks[6].window: \"many\" must be a whole number\n"
        "hallwatch.yaml:11:58: sinks[6]: unknown key \"password\"; known: name, type, url, endpoints, "
        "ca_file, certificate_file, key_file, user, user_file, password_file, password_credential, "
        "token_file and 13 more\n"
        "hallwatch.yaml:12:51: sinks[7].order: unknown order \"live-first\"; did you mean \"live_first\"?\n"
        "hallwatch.yaml:12:77: sinks[7].backlog_rate: \"5\" must be a number a second, such as 20000/s\n"
        "hallwatch.yaml:13:5: sinks[8]: \"name\" is missing\n"
        "hallwatch.yaml:13:5: sinks[8]: \"type\" is missing\n"
        "hallwatch.yaml:6:32: sinks[1].url: must be like mqtt://broker:1883\n"
        "hallwatch.yaml:7:32: sinks[2].url: a URL holds no user and no password: write \"user\" and "
        "\"password_file\"\n"
        "hallwatch.yaml:8:40: sinks[3].url: must be like http://database:8428/api/v1/write\n"
        "hallwatch.yaml:8:60: sinks[3].window: only sinks of type mqtt have this\n"
        "hallwatch.yaml:9:71: sinks[4].batch_readings: only sinks of type remote_write and influx have this\n"
        "hallwatch.yaml:10:5: sinks[5].user: is missing: a password goes with a user\n"
        "hallwatch.yaml:10:59: sinks[5].password_file: everybody can read secret.txt: chmod 640 "
        "secret.txt\n");
}

static void http_sinks_are_checked(void **state) {
    (void)state;
    write_file("token.txt", "s3cr3t\n", 0600);
    write_file("ca.pem", "-----BEGIN CERTIFICATE-----\n", 0644);
    check_mistakes(
        HEAD DEVICE
        "sinks:\n"
        "  - {name: c, type: remote_write, url: \"http://h/w\", endpoints: [\"mqtt://h\"]}\n"
        "  - {name: d, type: remote_write, url: \"http://h/w\", token_file: token.txt, org: o}\n"
        "  - {name: e, type: remote_write, url: \"http://h/w\", ca_file: ca.pem}\n"
        "  - {name: f, type: influx, url: \"http://h\"}\n"
        "  - {name: g, type: influx, url: \"http://h\", bucket: b, database: d}\n"
        "  - {name: h, type: influx, url: \"http://h\", bucket: b, user: u}\n"
        "  - {name: i, type: influx, url: \"http://h/write?db=d\", database: d}\n"
        "  - {name: j, type: mqtt, url: \"mqtt://h\", token_file: token.txt}\n"
        "  - {name: k, type: influx, url: \"http://h\", database: d, user: u, token_file: token.txt}\n"
        "  - {name: l, type: influx, url: \"https://h\", database: d, ca_file: none.pem}\n",
        "hallwatch.yaml:5:66: sinks[0].endpoints: must be like http://database:8428/api/v1/write\n"
        "hallwatch.yaml:6:82: sinks[1].org: only sinks of type influx have this\n"
        "hallwatch.yaml:7:63: sinks[2].ca_file: is for TLS: write https:// in the url\n"
        "hallwatch.yaml:8:5: sinks[3].bucket: write either org and bucket (InfluxDB 2) or database "
        "(InfluxDB 1)\n"
        "hallwatch.yaml:9:67: sinks[4].database: write either org and bucket (InfluxDB 2) or database "
        "(InfluxDB 1)\n"
        "hallwatch.yaml:10:5: sinks[5].org: org and bucket go together\n"
        "hallwatch.yaml:10:63: sinks[5].user: a bucket takes a token: write token_file\n"
        "hallwatch.yaml:11:34: sinks[6].url: ends before the \"?\": write \"bucket\" or \"database\" beside "
        "it\n"
        "hallwatch.yaml:12:56: sinks[7].token_file: only sinks of type remote_write, influx, alertmanager "
        "and "
        "webhook have this\n"
        "hallwatch.yaml:13:65: sinks[8].user: write either a user or a token\n"
        "hallwatch.yaml:14:69: sinks[9].ca_file: cannot read none.pem: no such file\n");
}

static void alarm_sinks_are_checked(void **state) {
    (void)state;
    check_mistakes(
        HEAD DEVICE
        "sinks:\n"
        "  - {name: a, type: alertmanager, url: \"http://h:9093/api/v2/alerts\"}\n"
        "  - {name: b, type: alertmanager, url: \"http://h:9093\", endpoints: [\"mqtt://h\"]}\n"
        "  - {name: c, type: webhook, url: \"http://h/x?key=1\", batch_readings: 5, order: strict}\n"
        "  - {name: d, type: webhook, url: \"h\", client_id: x, batch_wait: 1s, backlog_rate: 5/s}\n",
        "hallwatch.yaml:5:40: sinks[0].url: ends before \"/api\": what follows is added\n"
        "hallwatch.yaml:6:69: sinks[1].endpoints: must be like http://alertmanager:9093\n"
        "hallwatch.yaml:7:71: sinks[2].batch_readings: only sinks of type remote_write and influx have "
        "this\n"
        "hallwatch.yaml:7:81: sinks[2].order: only sinks of type mqtt, remote_write and influx have this\n"
        "hallwatch.yaml:8:35: sinks[3].url: must be like https://desk.example/hooks/hall\n"
        "hallwatch.yaml:8:51: sinks[3].client_id: only sinks of type mqtt have this\n"
        "hallwatch.yaml:8:66: sinks[3].batch_wait: only sinks of type mqtt, remote_write and influx have "
        "this\n"
        "hallwatch.yaml:8:84: sinks[3].backlog_rate: only sinks of type mqtt, remote_write and influx have "
        "this\n");
    write_file("token.txt", "s3cr3t\n", 0600);
    struct site_config *config = load_right(
        HEAD DEVICE "sinks:\n"
                    "  - {name: a, type: alertmanager, url: \"http://h:9093\", endpoints: [\"https://i\"]}\n"
                    "  - {name: b, type: webhook, url: \"http://h/x?key=1\", token_file: token.txt}\n",
        NULL);
    assert_int_equal(config->sinks[0].kind, SINK_ALERTMANAGER);
    assert_int_equal(config->sinks[0].n_endpoints, 1);
    assert_int_equal(config->sinks[1].kind, SINK_WEBHOOK);
    assert_int_equal(config->sinks[1].order, SINK_STRICT);
    assert_string_equal(config->sinks[1].token, "s3cr3t");
    config_free(config);
}

static void http_sinks_are_read(void **state) {
    (void)state;
    write_file("token.txt", "s3cr3t\n", 0600);
    write_file("ca.pem", "-----BEGIN CERTIFICATE-----\n1\n", 0644);
    static const char text[] =
        HEAD DEVICE "sinks:\n"
                    "  - {name: a, type: influx, url: \"https://h:8086\", endpoints: [\"http://i/x\"], org: "
                    "o, bucket: b, "
                    "token_file: token.txt, ca_file: ca.pem}\n"
                    "  - {name: b, type: influx, url: \"http://h\", database: d, user: u}\n";
    struct site_config *config = load_right(text, NULL);
    const struct sink_config *sinks = config->sinks;
    assert_int_equal(sinks[0].kind, SINK_INFLUX);
    assert_string_equal(sinks[0].url, "https://h:8086");
    assert_string_equal(sinks[0].endpoints[0], "http://i/x");
    assert_string_equal(sinks[0].org, "o");
    assert_string_equal(sinks[0].bucket, "b");
    assert_null(sinks[0].database);
    assert_string_equal(sinks[0].token, "s3cr3t");
    assert_string_equal(sinks[0].ca_file, "ca.pem");
    assert_null(sinks[0].key_file);
    assert_string_equal(sinks[1].database, "d");
    assert_null(sinks[1].token);
    assert_int_equal(sinks[1].n_endpoints, 0);
    /* The same name with something else in it is another configuration. */
    write_file("ca.pem", "-----BEGIN CERTIFICATE-----\n2\n", 0644);
    struct site_config *other = load_right(text, NULL);
    assert_true(other->sinks[0].files_digest != sinks[0].files_digest);
    assert_true(other->sinks[1].files_digest == sinks[1].files_digest);
    config_free(other);
    config_free(config);
}

#define PEM(what) "-----BEGIN " what "-----\nMIIB\n-----END " what "-----\n"

static void brokers_are_reached_with_tls(void **state) {
    (void)state;
    write_file("ca.pem", PEM("CERTIFICATE"), 0644);
    write_file("gw.pem", PEM("CERTIFICATE"), 0644);
    write_file("gw.key", PEM("PRIVATE KEY"), 0640);
    write_file("user.txt", "gw-1\n", 0640);
    static const char yaml[] =
        HEAD DEVICE "sinks:\n"
                    "  - {name: a, type: mqtt, url: \"mqtts://h\", endpoints: [\"mqtt://i\", \"mqtt://j\"], "
                    "ca_file: ca.pem, certificate_file: gw.pem, key_file: gw.key, user_file: user.txt, "
                    "version: 3.1.1, devices_per_message: 50}\n"
                    "  - {name: b, type: mqtt, url: \"mqtt://h\"}\n";
    struct site_config *before = load_right(yaml, NULL);
    const struct sink_config *sink = &before->sinks[0], *plain = &before->sinks[1];
    assert_int_equal(sink->n_endpoints, 2);
    assert_string_equal(sink->endpoints[1], "mqtt://j");
    assert_non_null(strstr(sink->ca_file, "ca.pem"));
    assert_non_null(strstr(sink->certificate_file, "gw.pem"));
    assert_non_null(strstr(sink->key_file, "gw.key"));
    assert_string_equal(sink->user, "gw-1");
    assert_true(sink->is_mqtt_3);
    assert_int_equal(sink->devices_per_message, 50);
    assert_int_equal(plain->n_endpoints, 0);
    assert_null(plain->ca_file);
    assert_false(plain->is_mqtt_3);
    assert_int_equal(plain->devices_per_message, 1);
    write_file("gw.key", PEM("EC PRIVATE KEY"), 0640); /* another key under the same name */
    struct site_config *after = load_right(yaml, NULL);
    assert_int_not_equal(sink->files_digest, after->sinks[0].files_digest);
    assert_int_equal(plain->files_digest, after->sinks[1].files_digest);
    config_free(before);
    config_free(after);
}

static void what_tls_cannot_use_is_said(void **state) {
    (void)state;
    write_file("ca.pem", PEM("CERTIFICATE"), 0644);
    write_file("no.pem", "hello\n", 0644);
    write_file("open.key", PEM("PRIVATE KEY"), 0644);
    write_file("locked.key", PEM("ENCRYPTED PRIVATE KEY"), 0600);
    write_file("user.txt", "gw-1\n", 0640);
    check_mistakes(
        HEAD DEVICE
        "sinks:\n"
        "  - {name: a, type: mqtt, url: \"mqtt://h\", ca_file: ca.pem}\n"
        "  - {name: b, type: mqtt, url: \"mqtts://h\", ca_file: no.pem}\n"
        "  - {name: c, type: mqtt, url: \"mqtts://h\", certificate_file: ca.pem}\n"
        "  - {name: d, type: mqtt, url: \"mqtts://h\", certificate_file: ca.pem, key_file: open.key}\n"
        "  - {name: e, type: mqtt, url: \"mqtts://h\", certificate_file: ca.pem, key_file: locked.key}\n"
        "  - {name: f, type: mqtt, url: \"mqtts://h\", user: u, user_file: user.txt}\n"
        "  - {name: g, type: mqtt, url: \"mqtt://h\", endpoints: [\"mqtt://i\", \"http://j\"]}\n"
        "  - {name: h, type: mqtt, url: \"mqtt://h\", version: 4}\n",
        "hallwatch.yaml:12:53: sinks[7].version: unknown version \"4\"; known: 5, 3.1.1\n"
        "hallwatch.yaml:5:53: sinks[0].ca_file: is for TLS: write mqtts:// in the url\n"
        "hallwatch.yaml:6:54: sinks[1].ca_file: no.pem holds no certificate in PEM form\n"
        "hallwatch.yaml:7:63: sinks[2].certificate_file: certificate_file and key_file go together: write "
        "both\n"
        "hallwatch.yaml:8:81: sinks[3].key_file: open.key can be read by everybody: chmod 640\n"
        "hallwatch.yaml:9:81: sinks[4].key_file: locked.key has a passphrase, which nobody can give at a "
        "start: "
        "store the key without one\n"
        "hallwatch.yaml:10:65: sinks[5].user_file: write either user or user_file\n"
        "hallwatch.yaml:11:68: sinks[6].endpoints: must be like mqtt://broker:1883\n");
}

/* Of a pair, both must be changed; what is only not understood here is left to whoever is to use it. */
static void certificate_and_key_are_one_pair(void **state) {
    (void)state;
    static const char sink[] = HEAD DEVICE
        "sinks:\n"
        "  - {name: a, type: mqtt, url: \"mqtts://h\", certificate_file: gw.pem, key_file: gw.key}\n";
    write_file("gw.pem", pem_certificate, 0644);
    write_file("gw.key", pem_key, 0640);
    config_free(load_right(sink, NULL));
    write_file("gw.key", PEM("EC PRIVATE KEY"), 0640);
    config_free(load_right(sink, NULL));
    write_file("gw.key", pem_other_key, 0640);
    check_mistakes(sink, "hallwatch.yaml:5:81: sinks[0].key_file: is not the key of certificate_file\n");
    write_file("gw.pem", pem_expired, 0644);
    write_file("gw.key", pem_key, 0640);
    struct site_config *config = load_right(sink, NULL);
    assert_string_equal(config->warnings, "hallwatch.yaml:5:63: sinks[0].certificate_file: has expired: the "
                                          "other side will not believe it\n");
    config_free(config);
}

static void two_sinks_at_one_broker_have_two_client_ids(void **state) {
    (void)state;
    struct site_config *config =
        load_right(HEAD DEVICE "sinks:\n"
                               "  - {name: a, type: mqtt, url: \"mqtt://h\"}\n"
                               "  - {name: b, type: mqtt, url: \"mqtt://i\"}\n"
                               "  - {name: c, type: mqtt, url: \"mqtt://j\", endpoints: "
                               "[\"mqtt://h\"]}\n",
                   NULL);
    const char *first = config->sinks[0].client_id;
    assert_string_equal(config->sinks[1].client_id, first);
    assert_memory_equal(config->sinks[2].client_id, first, strlen(first));
    assert_string_equal(config->sinks[2].client_id + strlen(first), "-c");
    config_free(config);
    check_mistakes(HEAD DEVICE "sinks:\n"
                               "  - {name: a, type: mqtt, url: \"mqtt://h\", client_id: x}\n"
                               "  - {name: b, type: mqtt, url: \"mqtt://h\", client_id: x}\n",
                   "hallwatch.yaml:6:55: sinks[1].client_id: a has the same at the same broker: each would "
                   "end the other's connection\n");
}

static void polls_are_ordered(void **state) {
    (void)state;
    check_mistakes(HEAD "poll: {fast: 10s, slow: 2s}\n" DEVICE,
                   "hallwatch.yaml:2:14: poll: \"fast\" must not be longer than \"normal\"\n"
                   "hallwatch.yaml:2:25: poll: \"normal\" must not be longer than \"slow\"\n");
}

static void traps_are_received_somewhere(void **state) {
    (void)state;
    struct site_config *config = load_right(HEAD DEVICE, NULL);
    assert_int_equal(config->traps.n_listens, 0);
    config_free(config);
    config = load_right(
        HEAD DEVICE
        "traps: {listen: [\"udp 0.0.0.0:162\", \"udp [fd00::1]:10162\", inherited], proxies: 10.0.0.9}\n",
        NULL);
    const struct trap_config *traps = &config->traps;
    assert_int_equal(traps->n_listens, 3);
    assert_string_equal(traps->listens[0].text, "udp 0.0.0.0:162");
    assert_int_equal(traps->listens[0].address.ss_family, AF_INET);
    const struct sockaddr_in6 *second = (const struct sockaddr_in6 *)&traps->listens[1].address;
    assert_int_equal(second->sin6_family, AF_INET6);
    assert_int_equal(ntohs(second->sin6_port), 10162);
    assert_true(traps->listens[2].inherited && !traps->listens[1].inherited);
    assert_int_equal(traps->n_proxies, 1);
    config_free(config);
    check_mistakes(
        HEAD DEVICE "traps: {listen: 0.0.0.0:162}\n",
        "hallwatch.yaml:4:17: traps.listen: must be like \"udp 0.0.0.0:162\" or \"udp [::]:162\", or "
        "\"inherited\"\n");
    check_mistakes(HEAD DEVICE "traps: {proxies: 10.0.0.9}\n",
                   "hallwatch.yaml:4:8: traps: \"listen\" is missing\n");
    check_mistakes(HEAD DEVICE "traps: {listen: [\"udp 1.2.3.4:1\", \"udp 1.2.3.4:1\"], proxies: [ten]}\n",
                   "hallwatch.yaml:4:63: traps.proxies[0]: must be an IPv4 or IPv6 address\n"
                   "hallwatch.yaml:4:35: traps.listen: is already on line 4\n");
}

static void a_hundred_mistakes_are_printed(void **state) {
    (void)state;
    FILE *file = fopen("hallwatch.yaml", "w");
    assert_non_null(file);
    fputs(HEAD "devices:\n", file);
    for (int i = 0; i < 150; i++)
        fprintf(file, "  - {name: d%d, url: wrong}\n", i);
    fclose(file);
    char *said = NULL;
    assert_null(load(NULL, &said));
    size_t lines = 0;
    for (const char *at = said; *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 101);
    assert_string_equal(strrchr(said, '.') - 2, "... and 50 more\n");
    free(said);
}

static void twenty_thousand_devices_are_the_most(void **state) {
    (void)state;
    FILE *file = fopen("devices.csv", "w");
    assert_non_null(file);
    fputs("name,url\n", file);
    for (int i = 0; i < 20000; i++)
        fprintf(file, "d%d,snmp://10.0.0.1\n", i);
    fclose(file);
    struct site_config *config = load_right(HEAD "inventory: devices.csv\n", NULL);
    assert_int_equal(config->n_devices, 20000);
    config_free(config);
    check_mistakes(HEAD "inventory: devices.csv\n" DEVICE,
                   "hallwatch.yaml: 20001 devices; one gateway takes at most 20000\n");
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

#define MAP(name, coil)                                                                                      \
    "name: " name "\ntitle: Plant\nclass: chiller\nprotocol: modbus\nsources: list\nfirst_register: 0\n"     \
    "manners: {refresh: 2s}\npoints: [{quantity: leak_state, coil: " coil "}]\n"
#define MODBUS_DEVICE(name, driver) "  - {name: " name ", driver: " driver ", url: \"modbus://10.0.0.6/1\"}\n"

static void device_maps_are_drivers_of_the_site(void **state) {
    (void)state;
    assert_int_equal(mkdir("maps", 0700), 0);
    write_file("maps/plant.yaml", MAP("plant", "1"), 0644);
    write_file("maps/other.yaml", MAP("other", "2"), 0644);
    struct site_config *config =
        load_right(HEAD "maps: [maps/plant.yaml, maps/other.yaml]\ndevices:\n" MODBUS_DEVICE("a", "plant")
                       MODBUS_DEVICE("b", "plant") MODBUS_DEVICE("c", "schneider_pm5000"),
                   NULL);
    assert_int_equal(config->n_maps, 2);
    assert_ptr_equal(config->devices[0].driver, config->maps[0]);
    assert_ptr_equal(config->devices[1].driver, config->maps[0]);
    assert_string_equal(device_map_file(config->maps[1]), "maps/other.yaml");
    const struct driver *plant = driver_hold(config->devices[0].driver);
    config_free(config);
    assert_string_equal(plant->name, "plant"); /* who holds it still has it */
    driver_release(plant);
    check_mistakes(
        HEAD "maps: [maps/plant.yaml, maps/plant.yaml]\ndevices:\n" MODBUS_DEVICE(
            "a", "plnt") "  - {name: b, driver: plant, url: \"snmp://10.0.0.5\"}\n"
                         "  - {name: c, driver: plant, url: \"modbus://10.0.0.5/1\", interval: 1s}\n",
        "hallwatch.yaml:2:25: maps: maps/plant.yaml is named \"plant\" like maps/plant.yaml\n"
        "hallwatch.yaml:4:23: devices[0].driver: unknown driver \"plnt\"; did you mean "
        "\"plant\"?\n"
        "hallwatch.yaml:5:23: devices[1].driver: plant speaks Modbus, but the URL is for SNMP\n"
        "hallwatch.yaml:6:68: devices[2].interval: 1s is too short: plant refreshes its values every "
        "2000 ms\n");
}

static void mistakes_in_maps_stand_beside_the_others(void **state) {
    (void)state;
    assert_int_equal(mkdir("maps", 0700), 0);
    write_file("maps/broken.yaml", MAP("broken", "x"), 0644);
    check_mistakes(
        HEAD "maps: [maps/broken.yaml, maps/none.yaml]\nbuffer: 1\ndevices:\n" MODBUS_DEVICE("a", "broken"),
        "hallwatch.yaml:3:9: buffer: 1 is out of bounds: from 1MiB to 16GiB\n"
        "maps/broken.yaml:8:39: points[0].coil: \"x\" must be a whole number\n"
        "maps/none.yaml: cannot read it: no such file\n");
}

static void remote_io_is_wired_by_the_site(void **state) {
    (void)state;
    write_file("wiring.csv",
               "device,name,means,when,discrete,quantity,input,type,unit,raw,value\n"
               "ｉｏ-1,q2,breaker_closed,closed,1,,,,,,\n"
               "io-2,tank,,,,fuel_level_ratio,0,u16,%,4000..20000,0..100\n"
               "io-1,q2,tripped,open,2,,,,,,\n"
               "io-2,q2,breaker_closed,closed,1,,,,,,\n",
               0644);
    struct site_config *config = load_right(
        HEAD
        "wiring: wiring.csv\n"
        "devices:\n"
        "  - name: io-1\n    driver: remote_io\n    url: \"modbus://10.0.0.6/1\"\n"
        "    inputs: [{name: q1, means: tripped, when: closed, discrete: 0}]\n"
        "  - {name: io-2, driver: remote_io, url: \"modbus://10.0.0.6/2\", first_register: 0,\n"
        "     inputs: [{name: q2, means: tripped, when: closed, discrete: 4, part: breaker, number: 3}]}\n"
        "  - {name: io-3, driver: remote_io, url: \"modbus://10.0.0.6/3\", gateway: other,\n"
        "     inputs: [{name: a, means: leak, when: open, coil: 3}]}\n",
        "gw-1");
    assert_int_equal(config->n_devices, 2);
    const struct driver *first = config->devices[0].driver, *second = config->devices[1].driver;
    assert_string_equal(first->name, "remote_io");
    assert_int_equal(first->groups[0].n_points, 3);
    const struct point *points = first->groups[0].points;
    /* Trip contacts go first: q1, then that of q2, which leaves its rest to the position. */
    assert_string_equal(points[0].at.point, "q1");
    assert_int_equal(points[0].absent.n, 0);
    assert_int_equal(points[1].source.address, 2);
    assert_int_equal(points[1].absent.values[0], 1);
    assert_int_equal(points[1].states[0].published, BREAKER_UNKNOWN);
    assert_int_equal(points[1].states[1].published, BREAKER_TRIPPED);
    assert_int_equal(points[2].source.address, 1);
    /* Of another breaker of that name: each is a reading of its own. */
    points = second->groups[0].points;
    assert_int_equal(points[0].absent.n, 0);
    assert_int_equal(points[1].quantity, FUEL_LEVEL);
    assert_int_equal(points[2].states[0].published, BREAKER_CLOSED);
    config_free(config);
}

static void mistakes_in_wiring(void **state) {
    (void)state;
    write_file("wiring.csv",
               "device,name,means,when,discrete\n"
               "io-9,q1,tripped,closed,1\n"
               "io-1,q1,tripped,,1\n",
               0644);
    check_mistakes(
        HEAD "wiring: wiring.csv\ndevices:\n"
             "  - name: io-1\n    driver: remote_io\n    url: \"modbus://10.0.0.6/1\"\n"
             "    inputs:\n"
             "      - {name: a, discrete: 1}\n"
             "      - {name: b, means: leak, when: closed, quantity: leak_state, discrete: 2}\n"
             "      - {name: c, means: contact, when: closed, coil: 3}\n"
             "      - {name: d, means: leak, when: closed, holding: 3}\n"
             "      - {name: e, means: leak, when: closed, holding: 3, bit: 1, point: x}\n"
             "      - {name: f, quantity: current_amperes, when: open, input: 3, type: u16, unit: A}\n"
             "      - {name: g, quantity: current_amperes, input: 4, type: u16, unit: V}\n"
             "      - {name: h, means: leak, when: open, coil: 9, absent: 3, states: {1: dry}, stride: 2}\n"
             "  - {name: io-2, driver: remote_io, url: \"modbus://10.0.0.6/2\"}\n"
             "  - {name: m, driver: schneider_pm5000, url: \"modbus://10.0.0.6/3\", first_register: 1,\n"
             "     inputs: [{name: a, means: leak, when: open, coil: 3}]}\n",
        "wiring.csv:3:1: when: is missing: closed or open, the contact's position in which it means that\n"
        "hallwatch.yaml:8:9: inputs[0].means: is missing: what the contact means; or write \"quantity\" of "
        "an "
        "analogue input\n"
        "hallwatch.yaml:9:56: inputs[1].quantity: goes without \"means\", which says all of a contact\n"
        "hallwatch.yaml:10:41: inputs[2].when: a plain contact is published as it is: closed or not\n"
        "hallwatch.yaml:11:55: inputs[3].type: is missing: u16, s16, u32, s32, u64, s64, f32, f64, low_byte "
        "or "
        "high_byte; or write \"bit\"\n"
        "hallwatch.yaml:12:73: inputs[4].point: an input's name is its point\n"
        "hallwatch.yaml:13:52: inputs[5].when: goes with \"means\"\n"
        "hallwatch.yaml:14:73: inputs[6].unit: \"V\" is no unit of current_amperes; there are: A, mA\n"
        "hallwatch.yaml:15:73: inputs[7].states: goes without \"means\", which says all of a contact\n"
        "hallwatch.yaml:15:61: inputs[7].absent: goes without \"means\", which says all of a contact\n"
        "hallwatch.yaml:16:26: devices[1].inputs: is missing: what is wired to it, here or in a file of "
        "\"wiring\"\n"
        "hallwatch.yaml:18:15: devices[2].inputs: only a device with driver remote_io has inputs\n"
        "hallwatch.yaml:17:85: devices[2].first_register: is for driver remote_io: drivers and maps know it "
        "themselves\n"
        "wiring.csv:2:1: device: \"io-9\" is no device with driver remote_io\n");
    check_mistakes(
        HEAD "devices:\n"
             "  - name: io-1\n    driver: remote_io\n    url: \"modbus://10.0.0.6/1\"\n"
             "    inputs:\n"
             "      - {name: a, means: leak, when: closed, discrete: 1}\n"
             "      - {name: a, means: leak, when: closed, discrete: 2}\n"
             "      - {name: a, means: smoke, when: closed, discrete: 2}\n",
        "hallwatch.yaml:8:9: inputs[1].quantity: leak_state of the same place is on line 7 already: "
        "give it another part, number, phase, side or point\n"
        "hallwatch.yaml:9:9: inputs[2].quantity: the same is read on line 8 already\n");
    check_mistakes(
        HEAD "devices:\n"
             "  - name: io-1\n    driver: remote_io\n    url: \"modbus://10.0.0.6/1\"\n"
             "    inputs:\n"
             "      - {name: Q1, means: trip, when: shut, discrete: 70000}\n",
        "hallwatch.yaml:7:16: devices[0].inputs[0].name: must be lower-case letters, digits and "
        "underscores: it is part of every reading's identity\n"
        "hallwatch.yaml:7:27: devices[0].inputs[0].means: unknown means \"trip\"; known: tripped, "
        "breaker_closed, alarm, epo, leak, smoke, door_open, low_level, source_available, contact\n"
        "hallwatch.yaml:7:39: devices[0].inputs[0].when: unknown when \"shut\"; known: open, closed\n"
        "hallwatch.yaml:7:55: devices[0].inputs[0].discrete: 70000 is out of bounds: from 0 to 65535\n");
}

/* Of the first driver that has variants. */
static void a_variant_is_one_of_its_drivers(void **state) {
    (void)state;
    const struct driver *driver = NULL;
    for (size_t i = 0; i < n_drivers && !driver; i++)
        driver =
            all_drivers[i]->variants && all_drivers[i]->protocol == PROTOCOL_MODBUS ? all_drivers[i] : NULL;
    check_mistakes(
        HEAD "devices:\n"
             "  - {name: a, driver: schneider_pm5000, url: \"modbus://10.0.0.6/1\", variant: x}\n"
             "  - {name: b, url: \"snmp://10.0.0.6\", variant: x}\n",
        "hallwatch.yaml:3:78: devices[0].variant: schneider_pm5000 has no variants: leave this empty\n"
        "hallwatch.yaml:4:48: devices[1].variant: goes with \"driver\": name it too\n");
    if (!driver)
        return;
    char yaml[500];
    snprintf(yaml, sizeof(yaml),
             HEAD "devices:\n  - {name: a, driver: %s, url: \"modbus://10.0.0.6/1\", variant: %s}\n"
                  "  - {name: b, driver: %s, url: \"modbus://10.0.0.6/2\"}\n",
             driver->name, driver->variants[1], driver->name);
    struct site_config *config = load_right(yaml, NULL);
    assert_int_equal(config->devices[0].variant, 2);
    assert_int_equal(config->devices[1].variant, 0);
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(whole_configuration),
        IN_FOLDER(defaults_stand_in),
        IN_FOLDER(every_mistake_is_said_in_one_run),
        IN_FOLDER(a_line_has_one_speed_and_format),
        IN_FOLDER(syntax_errors_have_a_place),
        IN_FOLDER(broken_yaml_is_refused),
        IN_FOLDER(missing_and_big_files_are_said),
        IN_FOLDER(names_are_unique_across_files_and_forms),
        IN_FOLDER(names_are_bounded),
        IN_FOLDER(drivers_fit_their_devices),
        IN_FOLDER(secrets_are_kept),
        IN_FOLDER(snmp_v3_credentials_are_read),
        IN_FOLDER(snmp_v3_credentials_fit_together),
        IN_FOLDER(systemd_credentials_are_read),
        IN_FOLDER(what_asks_nobody_needs_no_secrets),
        IN_FOLDER(credentials_are_checked_where_they_are),
        IN_FOLDER(few_of_many_gateways_are_listed),
        IN_FOLDER(gateways_take_their_own),
        IN_FOLDER(sinks_are_checked),
        IN_FOLDER(http_sinks_are_checked),
        IN_FOLDER(alarm_sinks_are_checked),
        IN_FOLDER(http_sinks_are_read),
        IN_FOLDER(brokers_are_reached_with_tls),
        IN_FOLDER(what_tls_cannot_use_is_said),
        IN_FOLDER(certificate_and_key_are_one_pair),
        IN_FOLDER(two_sinks_at_one_broker_have_two_client_ids),
        IN_FOLDER(polls_are_ordered),
        IN_FOLDER(traps_are_received_somewhere),
        IN_FOLDER(device_maps_are_drivers_of_the_site),
        IN_FOLDER(mistakes_in_maps_stand_beside_the_others),
        IN_FOLDER(remote_io_is_wired_by_the_site),
        IN_FOLDER(mistakes_in_wiring),
        IN_FOLDER(a_variant_is_one_of_its_drivers),
        IN_FOLDER(a_hundred_mistakes_are_printed),
        IN_FOLDER(twenty_thousand_devices_are_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
