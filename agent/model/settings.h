/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a configuration may hold, as written: the tables of keys with their types, defaults and bounds, and
 * the structures they are read into. What spans several settings is checked by config.
 */
#ifndef HALLWATCH_MODEL_SETTINGS_H
#define HALLWATCH_MODEL_SETTINGS_H

#include "model/map_settings.h"
#include "model/power_settings.h"
#include "model/schema.h"

enum { DEVICES_MOST = 20000, SINKS_MOST = 16, CREDENTIALS_MOST = 1000, MAPS_MOST = 100, INPUTS_MOST = 1024 };

struct poll_settings {
    struct setting fast, normal, slow, timeout, phase;
};

struct credentials_settings {
    struct entry entry;
    struct setting version;
    struct setting community_file, community_credential; /* of 1 and 2c */
    struct setting user, context, auth, auth_file, auth_credential, privacy, privacy_file, privacy_credential;
};

/* An entry of `devices` or a row of an inventory. */
struct device_settings {
    struct entry entry;
    struct setting name, driver, variant, url, credentials, gateway, hall, row, rack, feed, interval;
    struct setting first_register; /* of remote I/O, with its inputs: point_settings */
    struct setting_list inputs;
};

struct sink_settings {
    struct entry entry;
    struct setting name, type, url, user, user_file, password_file, password_credential;
    struct setting_list endpoints;
    struct setting ca_file, certificate_file, key_file, batch_wait, order, backlog_rate;
    struct setting client_id, window, version, devices_per_message;       /* of mqtt */
    struct setting token_file, token_credential, timeout, batch_readings; /* of those that speak HTTP */
    struct setting org, bucket, database;                                 /* of influx */
};

struct trap_settings {
    struct setting_list listen, proxies;
};

/* Pages for scrapers and for whoever looks whether the agent lives; none where the group is not given. */
struct http_settings {
    struct entry entry;
    struct setting_list listen;
    struct setting certificate_file, key_file, client_ca_file, token_file, token_credential;
};

/* `folder` is what makes a spool on disk. */
struct spool_settings {
    struct setting folder, quota, quota_age, spill_after;
};

struct site_settings {
    struct setting site, hall, gateway, status_socket, buffer;
    struct poll_settings poll;
    struct spool_settings spool;
    struct trap_settings traps;
    struct http_settings http;
    struct setting_list credentials, maps, inventory, wiring, devices, sinks;
    struct power_settings power;
};

extern const struct schema settings_of_site, settings_of_device;
/* The newer one first, ended by NULL. */
extern const char *const mqtt_version_words[];

/* Whether a text can be used as it is, or as a name or label; else `why` says what is wrong. */
bool settings_check_text(const char *text, char *why, size_t size);
bool settings_check_name(const char *text, char *why, size_t size);

/* The schemes that a sink's type accepts and an example, for its URL. */
bool settings_check_sink_url(int64_t type, const char *url, char *why, size_t size);

#endif
