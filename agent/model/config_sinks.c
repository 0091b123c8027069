/* SPDX-License-Identifier: Apache-2.0 */
/* Sinks: what spans several of their settings, and their configuration. */
#include <stdlib.h>
#include <string.h>

#include "model/config_build.h"

static void refuse(struct build *build, const struct sink_settings *sink, const char *key,
                   const struct setting *setting, const char *why) {
    if (setting_given(setting))
        entry_add_mistake(&sink->entry, key, setting, &build->mistakes, "%s", why);
}

/* --- where it is --- */

static bool is_https(const struct setting *url) {
    return strncmp(url->text, "https://", 8) == 0;
}

/* `url`, or the two `endpoints`; what was not given is NULL. */
struct addresses {
    const char *key;
    const struct setting *first, *second;
};

static struct addresses addresses_of(const struct sink_settings *sink) {
    const struct setting *endpoints = sink->endpoints.items;
    if (setting_given(&sink->url) || sink->endpoints.n == 0)
        return (struct addresses){"url", setting_given(&sink->url) ? &sink->url : NULL, NULL};
    return (struct addresses){"endpoints", &endpoints[0], sink->endpoints.n > 1 ? &endpoints[1] : NULL};
}

static void check_address(struct build *build, const struct sink_settings *sink, const char *key,
                          const struct setting *url) {
    char why[256];
    if (url && !settings_check_sink_url(sink->type.number, url->text, why, sizeof(why)))
        entry_add_mistake(&sink->entry, key, url, &build->mistakes, "%s", why);
}

static void check_addresses(struct build *build, const struct sink_settings *sink) {
    struct addresses addresses = addresses_of(sink);
    const struct setting *endpoints = sink->endpoints.items;
    if (!addresses.first)
        entry_add_mistake(&sink->entry, "url", &sink->url, &build->mistakes, "is missing");
    if (setting_given(&sink->url) && sink->endpoints.n > 0)
        refuse(build, sink, "endpoints", &endpoints[0], "write either url or endpoints");
    check_address(build, sink, addresses.key, addresses.first);
    check_address(build, sink, addresses.key, addresses.second);
}

/* --- what goes with which type --- */

static void check_mqtt(struct build *build, const struct sink_settings *sink) {
    static const char why[] = "only sinks of type remote_write and influx have this";
    const struct setting *endpoints = sink->endpoints.items;
    if (sink->endpoints.n > 0)
        refuse(build, sink, "endpoints", &endpoints[0], why);
    refuse(build, sink, "token_file", &sink->token_file, why);
    refuse(build, sink, "token_credential", &sink->token_credential, why);
    refuse(build, sink, "ca_file", &sink->ca_file, why);
    refuse(build, sink, "certificate_file", &sink->certificate_file, why);
    refuse(build, sink, "key_file", &sink->key_file, why);
    refuse(build, sink, "timeout", &sink->timeout, why);
    refuse(build, sink, "batch_wait", &sink->batch_wait, why);
    refuse(build, sink, "batch_readings", &sink->batch_readings, why);
}

static bool has_token(const struct sink_settings *sink) {
    return setting_given(&sink->token_file) || setting_given(&sink->token_credential);
}

static void check_http(struct build *build, const struct sink_settings *sink) {
    static const char why[] = "only sinks of type mqtt have this",
                      secured[] = "is for https: the url says http";
    struct addresses addresses = addresses_of(sink);
    refuse(build, sink, "client_id", &sink->client_id, why);
    refuse(build, sink, "window", &sink->window, why);
    if (has_token(sink))
        refuse(build, sink, "user", &sink->user, "write either a user or a token");
    if (!addresses.first || is_https(addresses.first) || (addresses.second && is_https(addresses.second)))
        return;
    refuse(build, sink, "ca_file", &sink->ca_file, secured);
    refuse(build, sink, "certificate_file", &sink->certificate_file, secured);
    refuse(build, sink, "key_file", &sink->key_file, secured);
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
    static const char why[] = "only sinks of type influx have this";
    if (!setting_given(&sink->type))
        return;
    check_addresses(build, sink);
    if (sink->type.number == SINK_MQTT)
        check_mqtt(build, sink);
    else
        check_http(build, sink);
    if (sink->type.number == SINK_INFLUX) {
        check_influx(build, sink);
        return;
    }
    refuse(build, sink, "org", &sink->org, why);
    refuse(build, sink, "bucket", &sink->bucket, why);
    refuse(build, sink, "database", &sink->database, why);
}

/* --- the sink --- */

static void add_credentials(struct build *build, const struct sink_settings *settings,
                            struct sink_config *sink) {
    bool has_password =
        setting_given(&settings->password_file) || setting_given(&settings->password_credential);
    if (setting_given(&settings->user))
        sink->user = config_copy(build, settings->user.text);
    if (has_password && !sink->user)
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

/* NULL where it was not given. */
static char *copy_given(struct build *build, const struct setting *setting) {
    return setting && setting_given(setting) ? config_copy(build, setting->text) : NULL;
}

static void add_sink(struct build *build, const struct sink_settings *settings) {
    const struct site_config *config = build->config;
    struct sink_config *sink = &build->config->sinks[build->config->n_sinks++];
    sink->name = config_copy(build, settings->name.text);
    sink->kind = (enum sink_kind)settings->type.number;
    struct addresses addresses = addresses_of(settings);
    sink->url = copy_given(build, addresses.first);
    sink->second_url = copy_given(build, addresses.second);
    sink->org = copy_given(build, &settings->org);
    sink->bucket = copy_given(build, &settings->bucket);
    sink->database = copy_given(build, &settings->database);
    if (setting_given(&settings->client_id))
        sink->client_id = config_copy(build, settings->client_id.text);
    else if (config->site && config->gateway)
        sink->client_id = config_format(build, "hallwatch-%s-%s", config->site, config->gateway);
    sink->window = (uint16_t)settings->window.number;
    sink->timeout_ms = settings->timeout.number;
    sink->batch_wait_ms = settings->batch_wait.number;
    sink->batch_readings = (uint32_t)settings->batch_readings.number;
    add_credentials(build, settings, sink);
    config_build_tls(build, settings, &sink->tls);
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
    config_check_names(build, names, n);
}
