/* SPDX-License-Identifier: Apache-2.0 */
/* Sinks: what spans several of their settings, and their configuration. */
#include <stdlib.h>

#include "model/config_build.h"

/* A setting that only sinks of another type have. */
static void refuse_foreign(struct build *build, const struct sink_settings *sink, const char *key,
                           const struct setting *setting, const char *type) {
    if (setting_given(setting))
        entry_add_mistake(&sink->entry, key, setting, &build->mistakes, "only sinks of type %s have this",
                          type);
}

static void check_sink(struct build *build, const struct sink_settings *sink) {
    char why[256];
    if (!setting_given(&sink->type))
        return;
    if (setting_given(&sink->url) &&
        !settings_check_sink_url(sink->type.number, sink->url.text, why, sizeof(why)))
        entry_add_mistake(&sink->entry, "url", &sink->url, &build->mistakes, "%s", why);
    if (sink->type.number == SINK_MQTT) {
        refuse_foreign(build, sink, "timeout", &sink->timeout, "remote_write");
        refuse_foreign(build, sink, "batch_wait", &sink->batch_wait, "remote_write");
        refuse_foreign(build, sink, "batch_readings", &sink->batch_readings, "remote_write");
    } else {
        refuse_foreign(build, sink, "client_id", &sink->client_id, "mqtt");
        refuse_foreign(build, sink, "window", &sink->window, "mqtt");
    }
}

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
}

static void add_sink(struct build *build, const struct sink_settings *settings) {
    const struct site_config *config = build->config;
    struct sink_config *sink = &build->config->sinks[build->config->n_sinks++];
    sink->name = config_copy(build, settings->name.text);
    sink->kind = (enum sink_kind)settings->type.number;
    sink->url = config_copy(build, settings->url.text);
    if (setting_given(&settings->client_id))
        sink->client_id = config_copy(build, settings->client_id.text);
    else if (config->site && config->gateway)
        sink->client_id = config_format(build, "hallwatch-%s-%s", config->site, config->gateway);
    sink->window = (uint16_t)settings->window.number;
    sink->timeout_ms = settings->timeout.number;
    sink->batch_wait_ms = settings->batch_wait.number;
    sink->batch_readings = (uint32_t)settings->batch_readings.number;
    add_credentials(build, settings, sink);
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
