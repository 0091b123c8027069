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
    {"fast", FIELD_DURATION, AT(poll_settings, fast), .fallback = "1s", .least = "100ms", .most = "24h"},
    {"normal", FIELD_DURATION, AT(poll_settings, normal), .fallback = "5s", .least = "100ms", .most = "24h"},
    {"slow", FIELD_DURATION, AT(poll_settings, slow), .fallback = "1min", .least = "100ms", .most = "24h"},
    {"timeout", FIELD_DURATION, AT(poll_settings, timeout), .fallback = "1s", .least = "10ms",
     .most = "1min"},
    {"phase", FIELD_WORD, AT(poll_settings, phase), .words = poll_phases, .fallback = "spread"},
};
static const struct schema poll_schema = {FIELDS(poll_fields), .size = sizeof(struct poll_settings)};

static const struct field spool_fields[] = {
    {"folder", FIELD_TEXT, AT(spool_settings, folder), .check = settings_check_text},
    {"quota", FIELD_BYTES, AT(spool_settings, quota), .fallback = "2GiB", .least = "1MiB", .most = "4096GiB"},
    {"quota_age", FIELD_DURATION, AT(spool_settings, quota_age), .fallback = "7d", .least = "1min",
     .most = "3650d"},
    {"spill_after", FIELD_DURATION, AT(spool_settings, spill_after), .fallback = "10s", .least = "0ms",
     .most = "1h"},
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
     .check = check_trap_listen},
    {"proxies", FIELD_TEXTS, AT(trap_settings, proxies), .entries_most = TRAP_PROXIES_MOST,
     .check = check_trap_proxy},
};
static const struct schema trap_schema = {FIELDS(trap_fields), .size = sizeof(struct trap_settings)};

static bool check_http_listen(const char *text, char *why, size_t size) {
    struct http_listen listen;
    return settings_check_text(text, why, size) && http_listen_parse(text, &listen, why, size) == 0;
}

static const struct field http_fields[] = {
    {"listen", FIELD_TEXTS, AT(http_settings, listen), .entries_most = HTTP_LISTENS_MOST,
     .check = check_http_listen},
    {"certificate_file", FIELD_TEXT, AT(http_settings, certificate_file), .check = settings_check_text},
    {"key_file", FIELD_TEXT, AT(http_settings, key_file), .check = settings_check_text},
    {"client_ca_file", FIELD_TEXT, AT(http_settings, client_ca_file), .check = settings_check_text},
    {"token_file", FIELD_TEXT, AT(http_settings, token_file), .check = settings_check_text},
    {"token_credential", FIELD_TEXT, AT(http_settings, token_credential), .check = settings_check_text},
};
static const struct schema http_schema = {FIELDS(http_fields), .size = sizeof(struct http_settings),
                                          .is_entry = true};

static bool check_user(const char *text, char *why, size_t size) {
    if (strlen(text) > SNMP_USER_MOST)
        return refuse(why, size, "is longer than 32 bytes");
    return settings_check_text(text, why, size);
}

static const struct field credentials_fields[] = {
    {"version", FIELD_WORD, AT(credentials_settings, version), .words = snmp_version_words},
    {"community_file", FIELD_TEXT, AT(credentials_settings, community_file), .check = settings_check_text},
    {"community_credential", FIELD_TEXT, AT(credentials_settings, community_credential),
     .check = settings_check_text},
    {"user", FIELD_TEXT, AT(credentials_settings, user), .check = check_user},
    {"context", FIELD_TEXT, AT(credentials_settings, context), .check = check_user},
    {"auth", FIELD_WORD, AT(credentials_settings, auth), .words = snmp_auth_words},
    {"auth_file", FIELD_TEXT, AT(credentials_settings, auth_file), .check = settings_check_text},
    {"auth_credential", FIELD_TEXT, AT(credentials_settings, auth_credential), .check = settings_check_text},
    {"privacy", FIELD_WORD, AT(credentials_settings, privacy), .words = snmp_privacy_words},
    {"privacy_file", FIELD_TEXT, AT(credentials_settings, privacy_file), .check = settings_check_text},
    {"privacy_credential", FIELD_TEXT, AT(credentials_settings, privacy_credential),
     .check = settings_check_text},
};
static const struct schema credentials_schema = {FIELDS(credentials_fields),
                                                 .size = sizeof(struct credentials_settings)};

/* The columns of an inventory too. */
static const struct field device_fields[] = {
    {"name", FIELD_TEXT, AT(device_settings, name), .required = true, .check = settings_check_name},
    {"driver", FIELD_TEXT, AT(device_settings, driver)},
    {"variant", FIELD_TEXT, AT(device_settings, variant)},
    {"url", FIELD_TEXT, AT(device_settings, url), .required = true, .check = check_device_url},
    {"credentials", FIELD_TEXT, AT(device_settings, credentials)},
    {"gateway", FIELD_TEXT, AT(device_settings, gateway), .check = settings_check_name},
    {"hall", FIELD_TEXT, AT(device_settings, hall), .check = settings_check_name},
    {"row", FIELD_TEXT, AT(device_settings, row), .check = settings_check_name},
    {"rack", FIELD_TEXT, AT(device_settings, rack), .check = settings_check_name},
    {"feed", FIELD_TEXT, AT(device_settings, feed), .check = settings_check_name},
    {"interval", FIELD_DURATION, AT(device_settings, interval), .least = "100ms", .most = "24h"},
    {"first_register", FIELD_INTEGER, AT(device_settings, first_register), .least = "0", .most = "1"},
    {"inputs", FIELD_LIST, AT(device_settings, inputs), .entries_most = INPUTS_MOST,
     .of = &settings_of_input},
};
const struct schema settings_of_device = {FIELDS(device_fields), .size = sizeof(struct device_settings)};

const char *const mqtt_version_words[] = {"5", "3.1.1", NULL};

/* In the order of enum sink_kind. */
static const char *const sink_types[] = {"mqtt", "remote_write", "influx", "alertmanager", "webhook", NULL};
/* In the order of enum sink_order. */
static const char *const sink_orders[] = {"strict", "live_first", NULL};

static const struct field sink_fields[] = {
    {"name", FIELD_TEXT, AT(sink_settings, name), .required = true, .check = check_sink_name},
    {"type", FIELD_WORD, AT(sink_settings, type), .required = true, .words = sink_types},
    {"url", FIELD_TEXT, AT(sink_settings, url), .required = true, .check = settings_check_text},
    {"endpoints", FIELD_TEXTS, AT(sink_settings, endpoints), .entries_most = SINK_ENDPOINTS_MOST,
     .check = settings_check_text},
    {"ca_file", FIELD_TEXT, AT(sink_settings, ca_file), .check = settings_check_text},
    {"certificate_file", FIELD_TEXT, AT(sink_settings, certificate_file), .check = settings_check_text},
    {"key_file", FIELD_TEXT, AT(sink_settings, key_file), .check = settings_check_text},
    {"user", FIELD_TEXT, AT(sink_settings, user), .check = settings_check_name},
    {"user_file", FIELD_TEXT, AT(sink_settings, user_file), .check = settings_check_text},
    {"password_file", FIELD_TEXT, AT(sink_settings, password_file), .check = settings_check_text},
    {"password_credential", FIELD_TEXT, AT(sink_settings, password_credential), .check = settings_check_text},
    {"token_file", FIELD_TEXT, AT(sink_settings, token_file), .check = settings_check_text},
    {"token_credential", FIELD_TEXT, AT(sink_settings, token_credential), .check = settings_check_text},
    {"org", FIELD_TEXT, AT(sink_settings, org), .check = settings_check_name},
    {"bucket", FIELD_TEXT, AT(sink_settings, bucket), .check = settings_check_name},
    {"database", FIELD_TEXT, AT(sink_settings, database), .check = settings_check_name},
    {"client_id", FIELD_TEXT, AT(sink_settings, client_id), .check = settings_check_name},
    {"version", FIELD_WORD, AT(sink_settings, version), .words = mqtt_version_words, .fallback = "5"},
    {"devices_per_message", FIELD_INTEGER, AT(sink_settings, devices_per_message), .fallback = "1",
     .least = "1", .most = "1000"},
    {"window", FIELD_INTEGER, AT(sink_settings, window), .fallback = "20", .least = "1", .most = "65535"},
    {"timeout", FIELD_DURATION, AT(sink_settings, timeout), .fallback = "10s", .least = "100ms",
     .most = "5min"},
    {"batch_wait", FIELD_DURATION, AT(sink_settings, batch_wait), .fallback = "1s", .least = "0ms",
     .most = "1min"},
    {"batch_readings", FIELD_INTEGER, AT(sink_settings, batch_readings), .fallback = "20000", .least = "1",
     .most = "100000"},
    {"order", FIELD_WORD, AT(sink_settings, order), .words = sink_orders},
    {"backlog_rate", FIELD_RATE, AT(sink_settings, backlog_rate), .least = "1/s", .most = "100000000/s"},
};
static const struct schema sink_schema = {FIELDS(sink_fields), .size = sizeof(struct sink_settings)};

static const struct field site_fields[] = {
    {"site", FIELD_TEXT, AT(site_settings, site), .required = true, .check = settings_check_name},
    {"hall", FIELD_TEXT, AT(site_settings, hall), .check = settings_check_name},
    {"gateway", FIELD_TEXT, AT(site_settings, gateway), .check = settings_check_name},
    {"status_socket", FIELD_TEXT, AT(site_settings, status_socket), .check = settings_check_text},
    {"poll", FIELD_GROUP, AT(site_settings, poll), .of = &poll_schema},
    {"traps", FIELD_GROUP, AT(site_settings, traps), .of = &trap_schema},
    {"http", FIELD_GROUP, AT(site_settings, http), .of = &http_schema},
    {"credentials", FIELD_TABLE, AT(site_settings, credentials), .entries_most = CREDENTIALS_MOST,
     .of = &credentials_schema},
    {"maps", FIELD_TEXTS, AT(site_settings, maps), .entries_most = MAPS_MOST, .check = settings_check_text},
    {"inventory", FIELD_TEXTS, AT(site_settings, inventory), .entries_most = 100,
     .check = settings_check_text},
    {"wiring", FIELD_TEXTS, AT(site_settings, wiring), .entries_most = 100, .check = settings_check_text},
    {"devices", FIELD_LIST, AT(site_settings, devices), .entries_most = DEVICES_MOST,
     .of = &settings_of_device},
    {"power", FIELD_GROUP, AT(site_settings, power), .of = &settings_of_power},
    {"buffer", FIELD_BYTES, AT(site_settings, buffer), .fallback = "64MiB", .least = "1MiB", .most = "16GiB"},
    {"spool", FIELD_GROUP, AT(site_settings, spool), .of = &spool_schema},
    {"sinks", FIELD_LIST, AT(site_settings, sinks), .entries_most = SINKS_MOST, .of = &sink_schema},
};
const struct schema settings_of_site = {FIELDS(site_fields), .size = sizeof(struct site_settings)};
