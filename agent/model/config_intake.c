/* SPDX-License-Identifier: Apache-2.0 */
/* The group `site` of `power`: brokers, checked and connected to as those of a sink of type mqtt. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/config_build.h"

/* What access needs, in a sink's words. */
static struct sink_settings as_sink(const struct power_site_settings *site) {
    const struct setting *brokers = site->brokers.items;
    return (struct sink_settings){
        .entry = {.at = brokers[0].at, .key = NULL},
        .type = {.number = SINK_MQTT},
        .url = brokers[0],
        .endpoints = site->brokers,
        .user = site->user,
        .user_file = site->user_file,
        .password_file = site->password_file,
        .password_credential = site->password_credential,
        .ca_file = site->ca_file,
        .certificate_file = site->certificate_file,
        .key_file = site->key_file,
    };
}

static void check_brokers(struct build *build, const struct setting *brokers, size_t n) {
    char why[256];
    for (size_t i = 0; i < n; i++) {
        if (!settings_check_sink_url(SINK_MQTT, brokers[i].text, why, sizeof(why)))
            mistakes_add(&build->mistakes, &brokers[i].at, "power.site.brokers", "%s", why);
        for (size_t k = 0; k < i; k++)
            if (strcmp(brokers[k].text, brokers[i].text) == 0)
                mistakes_add(&build->mistakes, &brokers[i].at, "power.site.brokers", "is already on line %u",
                             brokers[k].at.line);
    }
}

void config_build_intake(struct build *build) {
    const struct power_site_settings *site = &build->settings.power.site;
    const struct setting *brokers = site->brokers.items;
    const struct site_config *config = build->config;
    if (site->brokers.n == 0)
        return;
    struct intake_config *intake = build->config->intake = calloc(1, sizeof(*intake));
    char **others = calloc(site->brokers.n, sizeof(*others));
    if (!intake || !others) {
        mistakes_add(&build->mistakes, &brokers[0].at, "power.site", "out of memory");
        free(others);
        return;
    }
    const struct sink_settings access = as_sink(site);
    struct sink_config *to = &intake->brokers;
    build->is_site = true;
    check_brokers(build, brokers, site->brokers.n);
    to->kind = SINK_MQTT;
    to->url = config_copy(build, brokers[0].text);
    to->endpoints = others;
    for (size_t i = 1; i < site->brokers.n; i++)
        to->endpoints[to->n_endpoints++] = config_copy(build, brokers[i].text);
    if (setting_given(&site->client_id))
        to->client_id = config_copy(build, site->client_id.text);
    else if (config->site && config->gateway)
        to->client_id = config_format(build, "hallwatch-%s-%s-site", config->site, config->gateway);
    to->is_mqtt_3 = site->version.number == 1;
    config_build_access(build, &access, to);
    intake->silent_ms = site->silent.number;
}

int intake_config_copy(const struct intake_config *from, struct intake_config **to) {
    *to = NULL;
    if (!from)
        return 0;
    struct intake_config *copy = malloc(sizeof(*copy));
    if (!copy)
        return ERROR_MEMORY;
    copy->silent_ms = from->silent_ms;
    int error = sink_config_copy(&from->brokers, &copy->brokers);
    if (error)
        free(copy);
    else
        *to = copy;
    return error;
}

void intake_config_free(struct intake_config *intake) {
    if (!intake)
        return;
    sink_config_done(&intake->brokers);
    free(intake);
}
