/* SPDX-License-Identifier: Apache-2.0 */
/* Sinks: what spans several of their settings, and their configuration. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/certificate.h"
#include "base/file.h"
#include "model/config_build.h"

enum { PEM_MOST = 1 << 20 };

static void refuse(struct build *build, const struct sink_settings *sink, const char *key,
                   const struct setting *setting, const char *why) {
    if (setting_given(setting))
        entry_add_mistake(&sink->entry, key, setting, &build->mistakes, "%s", why);
}

/* A setting that only sinks of another type have. */
static void refuse_foreign(struct build *build, const struct sink_settings *sink, const char *key,
                           const struct setting *setting, const char *type) {
    if (setting_given(setting))
        entry_add_mistake(&sink->entry, key, setting, &build->mistakes, "only sinks of type %s have this",
                          type);
}

/* The urls: the first one, and those that take over. */
static void check_urls(struct build *build, const struct sink_settings *sink) {
    const struct setting *endpoints = sink->endpoints.items;
    char why[256];
    if (setting_given(&sink->url) &&
        !settings_check_sink_url(sink->type.number, sink->url.text, why, sizeof(why)))
        entry_add_mistake(&sink->entry, "url", &sink->url, &build->mistakes, "%s", why);
    for (size_t i = 0; i < sink->endpoints.n; i++)
        if (!settings_check_sink_url(sink->type.number, endpoints[i].text, why, sizeof(why)))
            entry_add_mistake(&sink->entry, "endpoints", &endpoints[i], &build->mistakes, "%s", why);
}

static bool has_token(const struct sink_settings *sink) {
    return setting_given(&sink->token_file) || setting_given(&sink->token_credential);
}

static const char readings[] = "remote_write and influx";

static void check_mqtt(struct build *build, const struct sink_settings *sink) {
    static const char http[] = "remote_write, influx, alertmanager and webhook";
    refuse_foreign(build, sink, "token_file", &sink->token_file, http);
    refuse_foreign(build, sink, "token_credential", &sink->token_credential, http);
    refuse_foreign(build, sink, "timeout", &sink->timeout, http);
    refuse_foreign(build, sink, "batch_readings", &sink->batch_readings, readings);
}

static void check_http(struct build *build, const struct sink_settings *sink) {
    static const char mqtt[] = "mqtt";
    if (has_token(sink))
        refuse(build, sink, "user", &sink->user, "write either a user or a token");
    refuse_foreign(build, sink, "client_id", &sink->client_id, mqtt);
    refuse_foreign(build, sink, "version", &sink->version, mqtt);
    refuse_foreign(build, sink, "devices_per_message", &sink->devices_per_message, mqtt);
    refuse_foreign(build, sink, "window", &sink->window, mqtt);
}

/* Events go one by one and in order, alarms at present as they are. */
static void check_alarms(struct build *build, const struct sink_settings *sink) {
    static const char batches[] = "mqtt, remote_write and influx";
    refuse_foreign(build, sink, "batch_readings", &sink->batch_readings, readings);
    refuse_foreign(build, sink, "batch_wait", &sink->batch_wait, batches);
    refuse_foreign(build, sink, "order", &sink->order, batches);
    refuse_foreign(build, sink, "backlog_rate", &sink->backlog_rate, batches);
}

static void check_influx(struct build *build, const struct sink_settings *sink) {
    bool is_second = setting_given(&sink->bucket);
    if (is_second == setting_given(&sink->database)) {
        entry_add_mistake(&sink->entry, is_second ? "database" : "bucket",
                          is_second ? &sink->database : &sink->bucket, &build->mistakes,
                          "write either org and bucket (InfluxDB 2) or database (InfluxDB 1)");
        return;
    }
    if (is_second != setting_given(&sink->org))
        entry_add_mistake(&sink->entry, "org", &sink->org, &build->mistakes, "org and bucket go together");
    if (is_second)
        refuse(build, sink, "user", &sink->user, "a bucket takes a token: write token_file");
}

static void check_sink(struct build *build, const struct sink_settings *sink) {
    static const char influx[] = "influx";
    if (!setting_given(&sink->type))
        return;
    check_urls(build, sink);
    if (sink->type.number == SINK_MQTT)
        check_mqtt(build, sink);
    else
        check_http(build, sink);
    if (sink->type.number == SINK_ALERTMANAGER || sink->type.number == SINK_WEBHOOK)
        check_alarms(build, sink);
    if (sink->type.number == SINK_INFLUX) {
        check_influx(build, sink);
        return;
    }
    refuse_foreign(build, sink, "org", &sink->org, influx);
    refuse_foreign(build, sink, "bucket", &sink->bucket, influx);
    refuse_foreign(build, sink, "database", &sink->database, influx);
}

static bool is_tls_url(const char *url) {
    return strncmp(url, "mqtts://", 8) == 0 || strncmp(url, "https://", 8) == 0;
}

static bool has_tls(const struct sink_settings *sink) {
    const struct setting *endpoints = sink->endpoints.items;
    bool has = is_tls_url(sink->url.text);
    for (size_t i = 0; i < sink->endpoints.n; i++)
        has = has || is_tls_url(endpoints[i].text);
    return has;
}

/* What keeps the file from being used, in words after its name; NULL: nothing. */
static const char *judge_pem(const char *pem, mode_t mode, bool is_key) {
    if (!is_key)
        return strstr(pem, "-----BEGIN CERTIFICATE-----") ? NULL : "holds no certificate in PEM form";
    if (mode & S_IROTH)
        return "can be read by everybody: chmod 640";
    if (strstr(pem, "ENCRYPTED PRIVATE KEY") || strstr(pem, "Proc-Type: 4,ENCRYPTED"))
        return "has a passphrase, which nobody can give at a start: store the key without one";
    return strstr(pem, "PRIVATE KEY-----") ? NULL : "holds no private key in PEM form";
}

static void add_to_digest(uint64_t *digest, const struct text *content) {
    for (size_t i = 0; i < content->size; i++)
        *digest = (*digest ^ (unsigned char)content->data[i]) * UINT64_C(0x100000001b3);
}

bool config_read_pem(struct build *build, const struct entry *entry, const char *key,
                     const struct setting *setting, bool is_key, const char *path, struct text *content) {
    mode_t mode = 0;
    int error = file_read(path, PEM_MOST, content, &mode);
    if (error) {
        entry_add_mistake(entry, key, setting, &build->mistakes, "cannot read %s: %s", path,
                          file_error_text(error));
        return false;
    }
    const char *why = judge_pem(content->data ? content->data : "", mode, is_key);
    if (why)
        entry_add_mistake(entry, key, setting, &build->mistakes, "%s %s", path, why);
    return why == NULL;
}

void config_check_end(struct build *build, const struct entry *entry, const char *key,
                      const struct setting *setting, const char *certificate) {
    time_t end = certificate_end(certificate);
    if (end != (time_t)-1 && end < time(NULL))
        entry_add_mistake(entry, key, setting, &build->warnings,
                          "has expired: the other side will not believe it");
}

/* The path of a PEM file, and what is in it; NULL where there is none. Mistakes are only written. */
static char *add_pem(struct build *build, const struct sink_settings *sink, const char *key,
                     const struct setting *setting, struct text *content) {
    if (!setting_given(setting))
        return NULL;
    char *path = config_resolve_path(build, setting->text);
    if (build->secrets != SECRETS_UNREAD && path)
        config_read_pem(build, &sink->entry, key, setting, setting == &sink->key_file, path, content);
    return path;
}

/* What the server would not take, before it is asked: a pair of which only one was changed, for example. */
static void check_pair(struct build *build, const struct sink_settings *settings, const char *certificate,
                       const char *key) {
    if (certificate_has_other_key(certificate, key))
        entry_add_mistake(&settings->entry, "key_file", &settings->key_file, &build->mistakes,
                          "is not the key of certificate_file");
    config_check_end(build, &settings->entry, "certificate_file", &settings->certificate_file, certificate);
}

static void add_tls(struct build *build, const struct sink_settings *settings, struct sink_config *sink) {
    static const char together[] = "certificate_file and key_file go together: write both";
    const struct {
        const char *key;
        const struct setting *setting;
        char **path;
    } files[] = {
        {"ca_file", &settings->ca_file, &sink->ca_file},
        {"certificate_file", &settings->certificate_file, &sink->certificate_file},
        {"key_file", &settings->key_file, &sink->key_file},
    };
    struct text contents[sizeof(files) / sizeof(files[0])] = {0};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        *files[i].path = add_pem(build, settings, files[i].key, files[i].setting, &contents[i]);
        add_to_digest(&sink->files_digest, &contents[i]);
        if (setting_given(files[i].setting) && !has_tls(settings))
            entry_add_mistake(&settings->entry, files[i].key, files[i].setting, &build->mistakes,
                              "is for TLS: write %s:// in the url",
                              settings->type.number == SINK_MQTT ? "mqtts" : "https");
    }
    if (setting_given(&settings->certificate_file) != setting_given(&settings->key_file))
        entry_add_mistake(&settings->entry, sink->key_file ? "key_file" : "certificate_file",
                          sink->key_file ? &settings->key_file : &settings->certificate_file,
                          &build->mistakes, "%s", together);
    if (contents[1].data && contents[2].data)
        check_pair(build, settings, contents[1].data, contents[2].data);
    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
        if (contents[i].data)
            explicit_bzero(contents[i].data, contents[i].room);
        text_done(&contents[i]);
    }
}

static void add_user(struct build *build, const struct sink_settings *settings, struct sink_config *sink) {
    static const struct setting none = {.text = ""};
    if (setting_given(&settings->user_file) && setting_given(&settings->user))
        entry_add_mistake(&settings->entry, "user_file", &settings->user_file, &build->mistakes,
                          "write either user or user_file");
    else if (setting_given(&settings->user_file))
        sink->user = config_read_secret(build, &settings->entry, "user_file", &settings->user_file,
                                        "user_credential", &none);
    else if (setting_given(&settings->user))
        sink->user = config_copy(build, settings->user.text);
}

static void add_credentials(struct build *build, const struct sink_settings *settings,
                            struct sink_config *sink) {
    bool has_password =
        setting_given(&settings->password_file) || setting_given(&settings->password_credential);
    add_user(build, settings, sink);
    if (has_password && !setting_given(&settings->user) && !setting_given(&settings->user_file))
        entry_add_mistake(&settings->entry, "user", &settings->user, &build->mistakes,
                          "is missing: a password goes with a user");
    if (has_password)
        sink->password =
            config_read_secret(build, &settings->entry, "password_file", &settings->password_file,
                               "password_credential", &settings->password_credential);
    if (has_token(settings))
        sink->token = config_read_secret(build, &settings->entry, "token_file", &settings->token_file,
                                         "token_credential", &settings->token_credential);
}

void config_build_access(struct build *build, const struct sink_settings *settings,
                         struct sink_config *sink) {
    add_credentials(build, settings, sink);
    add_tls(build, settings, sink);
}

/* NULL where it was not given. */
static char *copy_given(struct build *build, const struct setting *setting) {
    return setting_given(setting) ? config_copy(build, setting->text) : NULL;
}

/* Prometheus wants its samples in order of time, whatever else speaks remote write; events are in order. */
static enum sink_order order_of(const struct sink_settings *settings) {
    if (setting_given(&settings->order))
        return (enum sink_order)settings->order.number;
    bool is_in_order = settings->type.number == SINK_REMOTE_WRITE || settings->type.number == SINK_WEBHOOK;
    return is_in_order ? SINK_STRICT : SINK_LIVE_FIRST;
}

static void add_sink(struct build *build, const struct sink_settings *settings) {
    const struct site_config *config = build->config;
    struct sink_config *sink = &build->config->sinks[build->config->n_sinks++];
    const struct setting *endpoints = settings->endpoints.items;
    sink->name = config_copy(build, settings->name.text);
    sink->kind = (enum sink_kind)settings->type.number;
    sink->url = config_copy(build, settings->url.text);
    sink->org = copy_given(build, &settings->org);
    sink->bucket = copy_given(build, &settings->bucket);
    sink->database = copy_given(build, &settings->database);
    sink->endpoints = calloc(settings->endpoints.n + 1, sizeof(char *));
    if (setting_given(&settings->client_id))
        sink->client_id = config_copy(build, settings->client_id.text);
    else if (config->site && config->gateway)
        sink->client_id = config_format(build, "hallwatch-%s-%s", config->site, config->gateway);
    sink->window = (uint16_t)settings->window.number;
    for (size_t i = 0; sink->endpoints && i < settings->endpoints.n; i++)
        sink->endpoints[sink->n_endpoints++] = config_copy(build, endpoints[i].text);
    sink->is_mqtt_3 = settings->version.number == 1;
    sink->devices_per_message = (uint32_t)settings->devices_per_message.number;
    sink->timeout_ms = settings->timeout.number;
    sink->batch_wait_ms = settings->batch_wait.number;
    sink->batch_readings = (uint32_t)settings->batch_readings.number;
    sink->order = order_of(settings);
    sink->backlog_rate = settings->backlog_rate.number;
    config_build_access(build, settings, sink);
}

static const char *url_at(const struct sink_config *sink, size_t i) {
    return i == 0 ? sink->url : sink->endpoints[i - 1];
}

static bool share_broker(const struct sink_config *a, const struct sink_config *b) {
    for (size_t i = 0; i <= a->n_endpoints; i++)
        for (size_t k = 0; k <= b->n_endpoints; k++)
            if (url_at(a, i) && url_at(b, k) && strcmp(url_at(a, i), url_at(b, k)) == 0)
                return true;
    return false;
}

/* The first sink before this one that is the same client of the same broker; NULL: there is none. */
static const struct sink_config *find_rival(const struct sink_config *sinks, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (sinks[i].kind == SINK_MQTT && sinks[i].client_id &&
            strcmp(sinks[i].client_id, sinks[at].client_id) == 0 && share_broker(&sinks[i], &sinks[at]))
            return &sinks[i];
    return NULL;
}

/* A broker ends a client's connection when another of its name comes: each would end the other's for ever. */
static void part_clients(struct build *build, size_t n) {
    const struct sink_settings *settings = build->settings.sinks.items;
    for (size_t i = 0; i < n; i++) {
        struct sink_config *sink = &build->config->sinks[i];
        bool is_client = sink->kind == SINK_MQTT && sink->client_id && sink->name;
        const struct sink_config *rival = is_client ? find_rival(build->config->sinks, i) : NULL;
        if (!rival)
            continue;
        if (setting_given(&settings[i].client_id)) {
            entry_add_mistake(&settings[i].entry, "client_id", &settings[i].client_id, &build->mistakes,
                              "%s has the same at the same broker: each would end the other's connection",
                              rival->name);
            continue;
        }
        char *own = config_format(build, "%s-%s", sink->client_id, sink->name);
        free(sink->client_id);
        sink->client_id = own;
    }
}

void config_build_sinks(struct build *build) {
    const struct sink_settings *sinks = build->settings.sinks.items;
    size_t n = build->settings.sinks.n;
    struct named names[SINKS_MOST];
    build->config->sinks = calloc(n + 1, sizeof(*build->config->sinks));
    if (!build->config->sinks) {
        mistakes_add(&build->mistakes, &(struct spot){build->path, 0, 0}, "", "out of memory");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        check_sink(build, &sinks[i]);
        add_sink(build, &sinks[i]);
        names[i] = (struct named){&sinks[i].entry, &sinks[i].name};
    }
    part_clients(build, n);
    config_check_names(build, names, n);
}
