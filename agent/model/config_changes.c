/* SPDX-License-Identifier: Apache-2.0 */
/* Compares two configurations by the names of their devices and sinks. */
#include "model/config_changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/device_map.h"

static bool is_same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* --- devices --- */

/* The URL's text may be written in several ways. */
static bool is_same_url(const struct device_url *a, const struct device_url *b) {
    return a->transport == b->transport && is_same_text(a->host, b->host) && a->port == b->port &&
           a->unit == b->unit && a->line.baud == b->line.baud && a->line.parity == b->line.parity &&
           a->line.stop_bits == b->line.stop_bits;
}

static unsigned compare_device(const struct device_config *a, const struct device_config *b) {
    unsigned what = 0;
    if (!is_same_url(&a->url, &b->url))
        what |= DEVICE_URL;
    if (a->snmp != b->snmp && (!a->snmp || !b->snmp || !snmp_credentials_equal(a->snmp, b->snmp)))
        what |= DEVICE_CREDENTIALS;
    if (a->driver != b->driver)
        what |= DEVICE_DRIVER;
    else if (a->variant != b->variant)
        what |= DEVICE_VARIANT;
    if (!is_same_text(a->hall, b->hall) || !is_same_text(a->row, b->row) || !is_same_text(a->rack, b->rack) ||
        !is_same_text(a->feed, b->feed))
        what |= DEVICE_LABELS;
    if (memcmp(a->interval_ms, b->interval_ms, RATE_ONCE * sizeof(a->interval_ms[0])) != 0)
        what |= DEVICE_INTERVALS;
    if (a->timeout_ms != b->timeout_ms)
        what |= DEVICE_TIMEOUT;
    return what;
}

/* --- drivers of the site --- */

static void replace_driver(const struct driver **driver, const struct driver *same) {
    if (*driver == same)
        return;
    driver_release(*driver);
    *driver = driver_hold(same);
}

/* Maps are told by their names: there are a few only. */
static void share_maps(const struct site_config *before, struct site_config *now) {
    for (size_t i = 0; i < now->n_maps; i++) {
        const struct driver *map = now->maps[i], *same = NULL;
        for (size_t k = 0; k < before->n_maps && !same; k++)
            same = device_map_same(before->maps[k], map) ? before->maps[k] : NULL;
        if (!same)
            continue;
        for (size_t k = 0; k < now->n_devices; k++)
            if (now->devices[k].driver == map)
                replace_driver(&now->devices[k].driver, same);
        replace_driver(&now->maps[i], same);
    }
}

static void share_wiring(const struct device_config *before, struct device_config *now) {
    if (before && before->driver && now->driver && device_map_same(before->driver, now->driver))
        replace_driver(&now->driver, before->driver);
}

/* --- all devices --- */

static int order_by_name(const void *a, const void *b) {
    const struct device_config *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

/* The devices of a configuration in the order of their names; NULL when out of memory. */
static const struct device_config **sort_devices(const struct site_config *config) {
    const struct device_config **sorted = calloc(config->n_devices + 1, sizeof(*sorted));
    if (!sorted)
        return NULL;
    for (size_t i = 0; i < config->n_devices; i++)
        sorted[i] = &config->devices[i];
    qsort(sorted, config->n_devices, sizeof(*sorted), order_by_name);
    return sorted;
}

static const struct device_config *find_device(const struct device_config **sorted, size_t n,
                                               const struct device_config *like) {
    const struct device_config **found = bsearch(&like, sorted, n, sizeof(*sorted), order_by_name);
    return found ? *found : NULL;
}

static int compare_devices(const struct site_config *before, struct site_config *now,
                           struct config_changes *changes) {
    const struct device_config **old = sort_devices(before), **new = sort_devices(now);
    changes->devices = calloc(before->n_devices + now->n_devices + 1, sizeof(*changes->devices));
    if (!old || !new || !changes->devices) {
        free(old);
        free(new);
        return ERROR_MEMORY;
    }
    for (size_t i = 0; i < before->n_devices; i++)
        if (!find_device(new, now->n_devices, &before->devices[i]))
            changes->devices[changes->n_removed++].before = &before->devices[i];
    changes->n_devices = changes->n_removed;
    for (size_t i = 0; i < now->n_devices; i++) {
        struct device_change *change = &changes->devices[changes->n_devices++];
        change->now = &now->devices[i];
        change->before = find_device(old, before->n_devices, change->now);
        share_wiring(change->before, change->now);
        change->what = change->before ? compare_device(change->before, change->now) : 0;
        changes->n_added += !change->before;
        changes->n_changed += change->what != 0;
    }
    free(old);
    free(new);
    return 0;
}

/* --- sinks: there are a few only --- */

static bool is_same_endpoints(const struct sink_config *a, const struct sink_config *b) {
    size_t i = 0;
    while (i < a->n_endpoints && i < b->n_endpoints && strcmp(a->endpoints[i], b->endpoints[i]) == 0)
        i++;
    return i == a->n_endpoints && i == b->n_endpoints;
}

static bool is_same_sink(const struct sink_config *a, const struct sink_config *b) {
    return is_same_endpoints(a, b) && is_same_text(a->ca_file, b->ca_file) &&
           is_same_text(a->certificate_file, b->certificate_file) && is_same_text(a->key_file, b->key_file) &&
           a->files_digest == b->files_digest && a->is_mqtt_3 == b->is_mqtt_3 &&
           a->devices_per_message == b->devices_per_message && a->kind == b->kind &&
           is_same_text(a->url, b->url) && is_same_text(a->user, b->user) &&
           is_same_text(a->password, b->password) && is_same_text(a->client_id, b->client_id) &&
           is_same_text(a->token, b->token) && is_same_text(a->org, b->org) &&
           is_same_text(a->bucket, b->bucket) && is_same_text(a->database, b->database) &&
           a->window == b->window && a->timeout_ms == b->timeout_ms && a->batch_wait_ms == b->batch_wait_ms &&
           a->batch_readings == b->batch_readings && a->order == b->order &&
           a->backlog_rate == b->backlog_rate;
}

static const struct sink_config *find_sink(const struct site_config *config, const char *name) {
    for (size_t i = 0; i < config->n_sinks; i++)
        if (strcmp(config->sinks[i].name, name) == 0)
            return &config->sinks[i];
    return NULL;
}

static int compare_sinks(const struct site_config *before, const struct site_config *now,
                         struct config_changes *changes) {
    changes->sinks = calloc(before->n_sinks + now->n_sinks + 1, sizeof(*changes->sinks));
    if (!changes->sinks)
        return ERROR_MEMORY;
    for (size_t i = 0; i < before->n_sinks; i++)
        if (!find_sink(now, before->sinks[i].name))
            changes->sinks[changes->n_sinks_removed++].before = &before->sinks[i];
    changes->n_sinks = changes->n_sinks_removed;
    for (size_t i = 0; i < now->n_sinks; i++) {
        struct sink_change *change = &changes->sinks[changes->n_sinks++];
        change->now = &now->sinks[i];
        change->before = find_sink(before, change->now->name);
        change->changed = change->before && !is_same_sink(change->before, change->now);
        changes->n_sinks_added += !change->before;
        changes->n_sinks_changed += change->changed;
    }
    return 0;
}

static bool is_same_spool(const struct spool_config *a, const struct spool_config *b) {
    return is_same_text(a->folder, b->folder) && a->quota_bytes == b->quota_bytes &&
           a->quota_age_ms == b->quota_age_ms && a->spill_after_ms == b->spill_after_ms;
}

static bool is_same_intake(const struct intake_config *a, const struct intake_config *b) {
    return a && b ? a->silent_ms == b->silent_ms && is_same_sink(&a->brokers, &b->brokers) : a == b;
}

static bool is_same_power(const struct power_config *a, const struct power_config *b) {
    return a && b ? a->digest == b->digest : a == b;
}

int config_compare(const struct site_config *before, struct site_config *now,
                   struct config_changes *changes) {
    *changes = (struct config_changes){0};
    if (!is_same_text(before->site, now->site))
        changes->site |= SITE_NAME;
    if (!is_same_text(before->gateway, now->gateway))
        changes->site |= SITE_GATEWAY;
    if (!is_same_text(before->status_socket, now->status_socket))
        changes->site |= SITE_SOCKET;
    if (before->phase != now->phase)
        changes->site |= SITE_PHASE;
    if (!trap_config_same(&before->traps, &now->traps))
        changes->site |= SITE_TRAPS;
    if (!http_config_same(before->http, now->http))
        changes->site |= SITE_HTTP;
    if (before->buffer_bytes != now->buffer_bytes)
        changes->site |= SITE_BUFFER;
    if (!is_same_spool(&before->spool, &now->spool))
        changes->site |= SITE_SPOOL;
    if (!is_same_intake(before->intake, now->intake))
        changes->site |= SITE_INTAKE;
    if (!is_same_power(before->power, now->power))
        changes->site |= SITE_POWER;
    share_maps(before, now);
    int error = compare_devices(before, now, changes);
    if (!error)
        error = compare_sinks(before, now, changes);
    if (error)
        config_changes_done(changes);
    return error;
}

void config_changes_done(struct config_changes *changes) {
    free(changes->devices);
    free(changes->sinks);
    *changes = (struct config_changes){0};
}

bool config_changes_any(const struct config_changes *changes) {
    return changes->site || changes->n_added || changes->n_removed || changes->n_changed ||
           changes->n_sinks_added || changes->n_sinks_removed || changes->n_sinks_changed;
}

/* --- in words --- */

enum { NAMED_MOST = 8 };

/* What a device's bits are called, in their order. */
static const char *const device_words[] = {"url",      "credentials", "driver", "labels",
                                           "interval", "time-out",    "variant"};

/* One kind of change while its names are listed. */
struct listing {
    struct text *text;
    size_t named, total;
};

/* "2 devices added"; nothing where there are none. */
static bool begin_listing(struct listing *listing, struct text *text, size_t n, const char *kind,
                          const char *verb) {
    *listing = (struct listing){.text = text, .total = n};
    if (n > 0)
        text_add_format(text, "%s%zu %s%s %s", text->size ? ", " : "", n, kind, n > 1 ? "s" : "", verb);
    return n > 0;
}

static void list(struct listing *listing, const char *name, unsigned what) {
    if (++listing->named > NAMED_MOST)
        return;
    text_add_format(listing->text, "%s%.100s", listing->named == 1 ? " (" : ", ", name);
    const char *separator = ": ";
    for (size_t bit = 0; bit < sizeof(device_words) / sizeof(device_words[0]); bit++) {
        if ((what >> bit & 1) == 0)
            continue;
        text_add_format(listing->text, "%s%s", separator, device_words[bit]);
        separator = " and ";
    }
}

static void end_listing(struct listing *listing) {
    if (listing->total > NAMED_MOST)
        text_add_format(listing->text, " and %zu more", listing->total - NAMED_MOST);
    text_add_char(listing->text, ')');
}

static void write_devices(const struct config_changes *changes, struct text *text) {
    struct listing listing;
    if (begin_listing(&listing, text, changes->n_added, "device", "added")) {
        for (size_t i = changes->n_removed; i < changes->n_devices; i++)
            if (!changes->devices[i].before)
                list(&listing, changes->devices[i].now->name, 0);
        end_listing(&listing);
    }
    if (begin_listing(&listing, text, changes->n_removed, "device", "removed")) {
        for (size_t i = 0; i < changes->n_removed; i++)
            list(&listing, changes->devices[i].before->name, 0);
        end_listing(&listing);
    }
    if (begin_listing(&listing, text, changes->n_changed, "device", "changed")) {
        for (size_t i = changes->n_removed; i < changes->n_devices; i++)
            if (changes->devices[i].what)
                list(&listing, changes->devices[i].now->name, changes->devices[i].what);
        end_listing(&listing);
    }
    size_t unchanged = changes->n_devices - changes->n_added - changes->n_removed - changes->n_changed;
    text_add_format(text, "%s%zu device%s unchanged", text->size ? ", " : "", unchanged,
                    unchanged == 1 ? "" : "s");
}

static void write_sinks(const struct config_changes *changes, struct text *text) {
    struct listing listing;
    if (begin_listing(&listing, text, changes->n_sinks_added, "sink", "added")) {
        for (size_t i = changes->n_sinks_removed; i < changes->n_sinks; i++)
            if (!changes->sinks[i].before)
                list(&listing, changes->sinks[i].now->name, 0);
        end_listing(&listing);
    }
    if (begin_listing(&listing, text, changes->n_sinks_removed, "sink", "removed")) {
        for (size_t i = 0; i < changes->n_sinks_removed; i++)
            list(&listing, changes->sinks[i].before->name, 0);
        end_listing(&listing);
    }
    if (begin_listing(&listing, text, changes->n_sinks_changed, "sink", "changed")) {
        for (size_t i = changes->n_sinks_removed; i < changes->n_sinks; i++)
            if (changes->sinks[i].changed)
                list(&listing, changes->sinks[i].now->name, 0);
        end_listing(&listing);
    }
}

void config_changes_write(const struct config_changes *changes, struct text *text) {
    write_devices(changes, text);
    write_sinks(changes, text);
    if ((changes->site & SITE_BUFFER) != 0)
        text_add_string(text, ", the buffer is of another size");
    if ((changes->site & SITE_HTTP) != 0)
        text_add_string(text, ", what is served over HTTP, or to whom, changed");
    if ((changes->site & SITE_POWER) != 0)
        text_add_string(text, ", the topology, its budgets or alarms changed");
}
