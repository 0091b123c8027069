/* SPDX-License-Identifier: Apache-2.0 */
/* The tables behind settings.h, and the rules for single texts: names, paths, URLs. */
#include "model/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/config.h"

enum { NAME_MOST = 128, SINK_NAME_MOST = 63 };

static bool refuse(char *why, size_t size, const char *what) {
    snprintf(why, size, "%s", what);
    return false;
}

/* Of a text that is UTF-8. */
static bool has_control_character(const char *text) {
    uint32_t character;
    const char *end = text + strlen(text);
    for (; text < end; text += text_take_character(text, (size_t)(end - text), &character))
        if (text_take_character(text, (size_t)(end - text), &character) > 0 && text_is_control(character))
            return true;
    return false;
}

bool settings_check_text(const char *text, char *why, size_t size) {
    if (!*text)
        return refuse(why, size, "must not be empty");
    if (!text_is_utf8(text, strlen(text)))
        return refuse(why, size, "is not UTF-8: save the file as UTF-8");
    if (has_control_character(text))
        return refuse(why, size, "must not hold control characters");
    return true;
}

bool settings_check_name(const char *text, char *why, size_t size) {
    if (strlen(text) > NAME_MOST)
        return refuse(why, size, "is longer than 128 bytes");
    return settings_check_text(text, why, size);
}

static bool check_sink_name(const char *text, char *why, size_t size) {
    if (strlen(text) > SINK_NAME_MOST)
        return refuse(why, size, "is longer than 63 bytes");
    return settings_check_text(text, why, size);
}

static bool check_device_url(const char *text, char *why, size_t size) {
    struct device_url url;
    if (!settings_check_text(text, why, size) || device_url_parse(text, &url, why, size) != 0)
        return false;
    device_url_done(&url);
    return true;
}

bool settings_check_sink_url(int64_t type, const char *url, char *why, size_t size) {
    static const char *const examples[] = {[SINK_MQTT] = "mqtt://broker:1883",
                                           [SINK_REMOTE_WRITE] = "http://database:8428/api/v1/write",
                                           [SINK_INFLUX] = "http://database:8086",
                                           [SINK_ALERTMANAGER] = "http://alertmanager:9093",
                                           [SINK_WEBHOOK] = "https://desk.example/hooks/hall"};
    const char *example = examples[type];
    const char *rest = NULL;
    if (type == SINK_MQTT && strncmp(url, "mqtt://", 7) == 0)
        rest = url + 7;
    if (type == SINK_MQTT && strncmp(url, "mqtts://", 8) == 0)
        rest = url + 8;
    if (type != SINK_MQTT && strncmp(url, "http://", 7) == 0)
        rest = url + 7;
    if (type != SINK_MQTT && strncmp(url, "https://", 8) == 0)
        rest = url + 8;
    /* Not echoed: it may hold a password. */
    if (rest && memchr(rest, '@', strcspn(rest, "/")))
        return refuse(why, size, "a URL holds no user and no password: write \"user\" and \"password_file\"");
    if (rest && type == SINK_ALERTMANAGER && (strpbrk(rest, "?#") || strstr(rest, "/api/")))
        return refuse(why, size, "ends before \"/api\": what follows is added");
    if (rest && type == SINK_INFLUX && strpbrk(rest, "?#"))
        return refuse(why, size, "ends before the \"?\": write \"bucket\" or \"database\" beside it");
    if (!rest || strcspn(rest, "/:?#") == 0 || strpbrk(rest, " \"<>\\^`{|}")) {
        snprintf(why, size, "must be like %s", example);
        return false;
    }
    return true;
}

#define AT(structure, member) .offset = offsetof(struct structure, member)
#define FIELDS(table) .fields = (table), .n_fields = sizeof(table) / sizeof((table)[0])

/* In the order of enum poll_phase. */
static const char *const poll_phases[] = {"spread", "aligned", NULL};

static const struct field poll_fields[] = {
    {"fast", FIELD_DURATION, AT(poll_settings, fast), .fallback = "1s", .least = "100ms", .most = "24h",
     .says = "how often points are asked for that people act on within seconds", .example = "1s"},
    {"normal", FIELD_DURATION, AT(poll_settings, normal), .fallback = "5s", .least = "100ms", .most = "24h",
     .says = "how often most points are asked for; `interval` of a device replaces it", .example = "5s"},
    {"slow", FIELD_DURATION, AT(poll_settings, slow), .fallback = "1min", .least = "100ms", .most = "24h",
     .says = "how often points are asked for that change slowly", .example = "1min"},
    {"timeout", FIELD_DURATION, AT(poll_settings, timeout), .fallback = "1s", .least = "10ms", .most = "1min",
     .says = "how long an answer may take", .example = "1s"},
    {"phase", FIELD_WORD, AT(poll_settings, phase), .words = poll_phases, .fallback = "spread",
     .says = "spread: polls are spread over their interval; aligned: all at whole multiples of it of the "
             "wall clock",
     .example = "aligned"},
};
static const struct schema poll_schema = {FIELDS(poll_fields), .size = sizeof(struct poll_settings)};

static const struct field spool_fields[] = {
    {"folder", FIELD_TEXT, AT(spool_settings, folder), .check = settings_check_text,
     .says = "where what waits is kept on disk, and alarms and orders over a restart; without it memory only",
     .example = "/var/lib/hallwatch"},
    {"quota", FIELD_BYTES, AT(spool_settings, quota), .fallback = "2GiB", .least = "1MiB", .most = "4096GiB",
     .says = "how large each of the spool's two files may become; then gauges are thinned, and the oldest go",
     .example = "2GiB"},
    {"quota_age", FIELD_DURATION, AT(spool_settings, quota_age), .fallback = "7d", .least = "1min",
     .most = "3650d", .says = "what is older goes", .example = "7d"},
    {"spill_after", FIELD_DURATION, AT(spool_settings, spill_after), .fallback = "10s", .least = "0ms",
     .most = "1h", .says = "what no sink has taken for so long is written to disk; 0ms: at once",
     .example = "10s"},
};
static const struct schema spool_schema = {FIELDS(spool_fields), .size = sizeof(struct spool_settings)};

static bool check_trap_listen(const char *text, char *why, size_t size) {
    struct trap_listen listen;
    return settings_check_text(text, why, size) && trap_listen_parse(text, &listen, why, size) == 0;
}

static bool check_trap_proxy(const char *text, char *why, size_t size) {
    struct sockaddr_storage address;
    if (trap_address_parse(text, &address) == 0)
        return true;
    return refuse(why, size, "must be an IPv4 or IPv6 address");
}

static const struct field trap_fields[] = {
    {"listen", FIELD_TEXTS, AT(trap_settings, listen), .required = true, .entries_most = TRAP_LISTENS_MOST,
     .check = check_trap_listen,
     .says = "where traps and informs are received: \"udp ADDRESS:PORT\"; inherited: systemd's sockets named "
             "traps",
     .example = "\"udp 0.0.0.0:162\""},
    {"proxies", FIELD_TEXTS, AT(trap_settings, proxies), .entries_most = TRAP_PROXIES_MOST,
     .check = check_trap_proxy, .says = "addresses that may pass on traps of devices",
     .example = "[10.0.0.9]"},
};
static const struct schema trap_schema = {FIELDS(trap_fields), .size = sizeof(struct trap_settings)};

static bool check_http_listen(const char *text, char *why, size_t size) {
    struct http_listen listen;
    return settings_check_text(text, why, size) && http_listen_parse(text, &listen, why, size) == 0;
}

static const struct field http_fields[] = {
    {"listen", FIELD_TEXTS, AT(http_settings, listen), .entries_most = HTTP_LISTENS_MOST,
     .check = check_http_listen,
     .says = "where is listened: \"ADDRESS:PORT\"; an address that others reach takes TLS, and a token or "
             "client certificates; default: \"127.0.0.1:9746\"",
     .example = "\"10.0.0.7:9746\""},
    {"certificate_file", FIELD_TEXT, AT(http_settings, certificate_file), .check = settings_check_text,
     .says = "PEM file with the certificate shown to who asks, and those between it and its root; with it "
             "TLS is spoken",
     .example = "tls.crt"},
    {"key_file", FIELD_TEXT, AT(http_settings, key_file), .check = settings_check_text,
     .says = "PEM file with the private key of `certificate_file`", .example = "tls.key"},
    {"client_ca_file", FIELD_TEXT, AT(http_settings, client_ca_file), .check = settings_check_text,
     .says = "PEM file: who asks must show a certificate signed by one of these",
     .example = "scrapers-ca.pem"},
    {"token_file", FIELD_TEXT, AT(http_settings, token_file), .check = settings_check_text,
     .says = "file with the token that /metrics is asked with: `Authorization: Bearer TOKEN`",
     .example = "scrape-token.txt"},
    {"token_credential", FIELD_TEXT, AT(http_settings, token_credential), .check = settings_check_text,
     .says = "the same, handed over by systemd under this name", .example = "scrape-token"},
};
static const struct schema http_schema = {FIELDS(http_fields), .size = sizeof(struct http_settings),
                                          .is_entry = true};

static bool check_user(const char *text, char *why, size_t size) {
    if (strlen(text) > SNMP_USER_MOST)
        return refuse(why, size, "is longer than 32 bytes");
    return settings_check_text(text, why, size);
}

static const struct field credentials_fields[] = {
    {"version", FIELD_WORD, AT(credentials_settings, version), .words = snmp_version_words,
     .says = "version of SNMP; default 2c", .example = "3"},
    {"community_file", FIELD_TEXT, AT(credentials_settings, community_file), .check = settings_check_text,
     .says = "file that holds the community of version 1 or 2c", .example = "secrets/community"},
    {"community_credential", FIELD_TEXT, AT(credentials_settings, community_credential),
     .check = settings_check_text, .says = "the same, handed over by systemd under this name",
     .example = "snmp-core"},
    {"user", FIELD_TEXT, AT(credentials_settings, user), .check = check_user, .says = "user of version 3",
     .example = "hallwatch"},
    {"context", FIELD_TEXT, AT(credentials_settings, context), .check = check_user,
     .says = "context of version 3; default: none", .example = "hall-1"},
    {"auth", FIELD_WORD, AT(credentials_settings, auth), .words = snmp_auth_words,
     .says = "authentication of version 3; default: none", .example = "SHA-256"},
    {"auth_file", FIELD_TEXT, AT(credentials_settings, auth_file), .check = settings_check_text,
     .says = "file that holds the passphrase of `auth`", .example = "secrets/snmp-auth"},
    {"auth_credential", FIELD_TEXT, AT(credentials_settings, auth_credential), .check = settings_check_text,
     .says = "the same, handed over by systemd under this name", .example = "snmp-auth"},
    {"privacy", FIELD_WORD, AT(credentials_settings, privacy), .words = snmp_privacy_words,
     .says = "encryption of version 3; -C: keys stretched in Cisco's way; default: none",
     .example = "AES-128"},
    {"privacy_file", FIELD_TEXT, AT(credentials_settings, privacy_file), .check = settings_check_text,
     .says = "file that holds the passphrase of `privacy`", .example = "secrets/snmp-privacy"},
    {"privacy_credential", FIELD_TEXT, AT(credentials_settings, privacy_credential),
     .check = settings_check_text, .says = "the same, handed over by systemd under this name",
     .example = "snmp-privacy"},
};
static const struct schema credentials_schema = {FIELDS(credentials_fields),
                                                 .size = sizeof(struct credentials_settings)};

/* The columns of an inventory too. */
static const struct field device_fields[] = {
    {"name", FIELD_TEXT, AT(device_settings, name), .required = true, .check = settings_check_name,
     .says = "what the device is called, unique in the site: its label", .example = "pdu-r01-a"},
    {"driver", FIELD_TEXT, AT(device_settings, driver),
     .says = "a driver of `hallwatch drivers` or the name of a map; an SNMP device is recognised where none "
             "is named",
     .example = "apc_rpdu2"},
    {"variant", FIELD_TEXT, AT(device_settings, variant),
     .says = "which model it is, of a driver with variants", .example = "rtwd"},
    {"url", FIELD_TEXT, AT(device_settings, url), .required = true, .check = check_device_url,
     .says = "snmp://HOST[:PORT], modbus://HOST[:PORT]/UNIT, modbus+rtu://HOST:PORT/UNIT or "
             "rtu:TTY:SPEED:8E1/UNIT",
     .example = "\"snmp://10.0.0.5\""},
    {"credentials", FIELD_TEXT, AT(device_settings, credentials),
     .says = "one of `credentials`; default: version 2c, community public", .example = "core"},
    {"gateway", FIELD_TEXT, AT(device_settings, gateway), .check = settings_check_name,
     .says = "which gateway reads it; default: every one that has this configuration", .example = "gw-1"},
    {"hall", FIELD_TEXT, AT(device_settings, hall), .check = settings_check_name,
     .says = "label; default: the site's `hall`", .example = "hall-1"},
    {"row", FIELD_TEXT, AT(device_settings, row), .check = settings_check_name, .says = "label",
     .example = "a"},
    {"rack", FIELD_TEXT, AT(device_settings, rack), .check = settings_check_name, .says = "label",
     .example = "r01"},
    {"feed", FIELD_TEXT, AT(device_settings, feed), .check = settings_check_name, .says = "label",
     .example = "A"},
    {"interval", FIELD_DURATION, AT(device_settings, interval), .least = "100ms", .most = "24h",
     .says = "how often its normal points are asked for; default: `poll.normal`", .example = "1s"},
    {"first_register", FIELD_INTEGER, AT(device_settings, first_register), .least = "0", .most = "1",
     .says = "of remote_io: the number of the first input in the block's manual; default 0", .example = "1"},
    {"inputs", FIELD_LIST, AT(device_settings, inputs), .entries_most = INPUTS_MOST, .of = &settings_of_input,
     .says = "of remote_io: what is wired to it; a spreadsheet under `wiring` has the same keys as columns"},
};
const struct schema settings_of_device = {FIELDS(device_fields), .size = sizeof(struct device_settings)};

const char *const mqtt_version_words[] = {"5", "3.1.1", NULL};

/* In the order of enum sink_kind. */
static const char *const sink_types[] = {"mqtt", "remote_write", "influx", "alertmanager", "webhook", NULL};
/* In the order of enum sink_order. */
static const char *const sink_orders[] = {"strict", "live_first", NULL};

static const struct field sink_fields[] = {
    {"name", FIELD_TEXT, AT(sink_settings, name), .required = true, .check = check_sink_name,
     .says = "what the sink is called; what waits in the spool belongs to this name", .example = "broker"},
    {"type", FIELD_WORD, AT(sink_settings, type), .required = true, .words = sink_types,
     .says =
         "what is spoken: MQTT, Prometheus remote write, Influx lines; of alarms Alertmanager and a webhook",
     .example = "mqtt"},
    {"url", FIELD_TEXT, AT(sink_settings, url), .required = true, .check = settings_check_text,
     .says = "where the receiver is: mqtt, mqtts, http or https", .example = "\"mqtt://10.0.0.9:1883\""},
    {"endpoints", FIELD_TEXTS, AT(sink_settings, endpoints), .entries_most = SINK_ENDPOINTS_MOST,
     .check = settings_check_text,
     .says = "further URLs, which take over in their order; of alertmanager its peers, each of which is told",
     .example = "[\"mqtt://10.0.0.10:1883\"]"},
    {"ca_file", FIELD_TEXT, AT(sink_settings, ca_file), .check = settings_check_text,
     .says = "authorities to trust, PEM; default: those of the system", .example = "ca.pem"},
    {"certificate_file", FIELD_TEXT, AT(sink_settings, certificate_file), .check = settings_check_text,
     .says = "certificate to show, PEM; goes with `key_file`", .example = "gw-1.pem"},
    {"key_file", FIELD_TEXT, AT(sink_settings, key_file), .check = settings_check_text,
     .says = "its key, PEM without a passphrase", .example = "gw-1.key"},
    {"user", FIELD_TEXT, AT(sink_settings, user), .check = settings_check_name,
     .says = "user at the receiver", .example = "hallwatch"},
    {"user_file", FIELD_TEXT, AT(sink_settings, user_file), .check = settings_check_text,
     .says = "file that holds the user's name", .example = "secrets/user"},
    {"password_file", FIELD_TEXT, AT(sink_settings, password_file), .check = settings_check_text,
     .says = "file that holds the user's password", .example = "secrets/mqtt"},
    {"password_credential", FIELD_TEXT, AT(sink_settings, password_credential), .check = settings_check_text,
     .says = "the same, handed over by systemd under this name", .example = "mqtt"},
    {"token_file", FIELD_TEXT, AT(sink_settings, token_file), .check = settings_check_text,
     .says = "of HTTP: file that holds a bearer token", .example = "secrets/token"},
    {"token_credential", FIELD_TEXT, AT(sink_settings, token_credential), .check = settings_check_text,
     .says = "the same, handed over by systemd under this name", .example = "token"},
    {"org", FIELD_TEXT, AT(sink_settings, org), .check = settings_check_name,
     .says = "of influx, InfluxDB 2: organisation", .example = "facility"},
    {"bucket", FIELD_TEXT, AT(sink_settings, bucket), .check = settings_check_name,
     .says = "of influx, InfluxDB 2: bucket", .example = "facility"},
    {"database", FIELD_TEXT, AT(sink_settings, database), .check = settings_check_name,
     .says = "of influx, InfluxDB 1: database", .example = "facility"},
    {"client_id", FIELD_TEXT, AT(sink_settings, client_id), .check = settings_check_name,
     .says = "of mqtt: who we are to the broker; default: hallwatch-SITE-GATEWAY",
     .example = "hallwatch-seoul-1-gw-1"},
    {"version", FIELD_WORD, AT(sink_settings, version), .words = mqtt_version_words, .fallback = "5",
     .says = "of mqtt: version of the protocol", .example = "3.1.1"},
    {"devices_per_message", FIELD_INTEGER, AT(sink_settings, devices_per_message), .fallback = "1",
     .least = "1", .most = "1000",
     .says = "of mqtt: most devices in one message; above 1 they are published as batches", .example = "50"},
    {"window", FIELD_INTEGER, AT(sink_settings, window), .fallback = "20", .least = "1", .most = "65535",
     .says = "of mqtt: most messages under way", .example = "20"},
    {"timeout", FIELD_DURATION, AT(sink_settings, timeout), .fallback = "10s", .least = "100ms",
     .most = "5min", .says = "of HTTP: how long one request may take", .example = "10s"},
    {"batch_wait", FIELD_DURATION, AT(sink_settings, batch_wait), .fallback = "1s", .least = "0ms",
     .most = "1min", .says = "how long readings gather into one request or message", .example = "1s"},
    {"batch_readings", FIELD_INTEGER, AT(sink_settings, batch_readings), .fallback = "20000", .least = "1",
     .most = "100000", .says = "of remote_write and influx: most readings in one request",
     .example = "20000"},
    {"order", FIELD_WORD, AT(sink_settings, order), .words = sink_orders,
     .says = "after an outage: the oldest first, or what is new and beside it what waited; default: "
             "live_first, of remote_write strict",
     .example = "live_first"},
    {"backlog_rate", FIELD_RATE, AT(sink_settings, backlog_rate), .least = "1/s", .most = "100000000/s",
     .says = "most readings a second of what waited; default: as the receiver takes them",
     .example = "20000/s"},
};
static const struct schema sink_schema = {FIELDS(sink_fields), .size = sizeof(struct sink_settings)};

static const struct field site_fields[] = {
    {"site", FIELD_TEXT, AT(site_settings, site), .required = true, .check = settings_check_name,
     .says = "label of everything that is published", .example = "seoul-1"},
    {"hall", FIELD_TEXT, AT(site_settings, hall), .check = settings_check_name,
     .says = "label of devices that name no other", .example = "hall-1"},
    {"gateway", FIELD_TEXT, AT(site_settings, gateway), .check = settings_check_name,
     .says = "what this gateway is called; default: the host's name; `--gateway` outranks it",
     .example = "gw-1"},
    {"status_socket", FIELD_TEXT, AT(site_settings, status_socket), .check = settings_check_text,
     .says = "where the agent answers `hallwatch status`; default: status.sock in systemd's runtime folder, "
             "else the user's",
     .example = "/run/hallwatch/status.sock"},
    {"poll", FIELD_GROUP, AT(site_settings, poll), .of = &poll_schema, .says = "how often devices are asked"},
    {"traps", FIELD_GROUP, AT(site_settings, traps), .of = &trap_schema,
     .says = "SNMP traps and informs, which have their devices polled at once; default: none are received"},
    {"http", FIELD_GROUP, AT(site_settings, http), .of = &http_schema,
     .says =
         "serves /metrics, /healthz and /readyz; `{}`: to this machine alone; default: nothing is served"},
    {"credentials", FIELD_TABLE, AT(site_settings, credentials), .entries_most = CREDENTIALS_MOST,
     .of = &credentials_schema,
     .says =
         "how SNMP agents are spoken to, by a name of your own; secrets stand in files or come from systemd"},
    {"maps", FIELD_TEXTS, AT(site_settings, maps), .entries_most = MAPS_MOST, .check = settings_check_text,
     .says = "device maps: equipment that only this site has", .example = "maps/chiller_plant.yaml"},
    {"inventory", FIELD_TEXTS, AT(site_settings, inventory), .entries_most = 100,
     .check = settings_check_text, .says = "devices in CSV files; their columns are the keys of `devices`",
     .example = "devices.csv"},
    {"wiring", FIELD_TEXTS, AT(site_settings, wiring), .entries_most = 100, .check = settings_check_text,
     .says = "what is wired to remote I/O in CSV files; their columns are `device` and the keys of `inputs`",
     .example = "wiring.csv"},
    {"devices", FIELD_LIST, AT(site_settings, devices), .entries_most = DEVICES_MOST,
     .of = &settings_of_device, .says = "the devices that are read"},
    {"power", FIELD_GROUP, AT(site_settings, power), .of = &settings_of_power,
     .says = "who feeds whom, what each node can carry and may use, and what is to be an alarm"},
    {"buffer", FIELD_BYTES, AT(site_settings, buffer), .fallback = "64MiB", .least = "1MiB", .most = "16GiB",
     .says = "memory for readings that no sink has taken yet", .example = "64MiB"},
    {"spool", FIELD_GROUP, AT(site_settings, spool), .of = &spool_schema, .says = "keeps what waits on disk"},
    {"sinks", FIELD_LIST, AT(site_settings, sinks), .entries_most = SINKS_MOST, .of = &sink_schema,
     .says = "where readings and alarms go; without any they can be seen by `hallwatch status`"},
};
const struct schema settings_of_site = {FIELDS(site_fields), .size = sizeof(struct site_settings)};
