/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the pieces of the status document. */
#include "serve/status_document.h"

#include <math.h>
#include <string.h>

#include "base/version.h"
#include "serve/status_member.h"

/* {"facility_modbus_events_total":{"late":3, ...}, ...}: series of one quantity follow each other. */
static void add_links(struct text *text, const struct latest_device *links) {
    enum quantity quantity = QUANTITY_NONE;
    status_add_name(text, "links");
    text_add_char(text, '{');
    for (size_t i = 0; i < links->view->n_series; i++) {
        const struct series *series = &links->view->series[i];
        if (!series->reason) /* it counts nothing */
            continue;
        if (series->quantity != quantity) {
            text_add_string(text, quantity != QUANTITY_NONE ? "}" : "");
            status_add_name(text, catalog_quantity(series->quantity)->name);
            text_add_char(text, '{');
            quantity = series->quantity;
        }
        status_add_number(text, series->reason, links->values[i]);
    }
    text_add_string(text, quantity != QUANTITY_NONE ? "}}" : "}");
}

void status_write_head(struct text *text, const struct site_config *config, const struct latest_device *links,
                       int64_t started_ms, int64_t now_ms) {
    text_add_char(text, '{');
    status_add_text(text, "site", config->site);
    status_add_text(text, "gateway", config->gateway);
    status_add_text(text, "version", version_text());
    status_add_integer(text, "started", started_ms);
    status_add_integer(text, "time", now_ms);
    if (links)
        add_links(text, links);
    text_add_string(text, ",\"devices\":[\n");
}

static const char *name_of_part(const struct device_view *view, const struct place *place) {
    for (size_t i = 0; place->part != PART_NONE && i < view->n_names; i++) {
        const struct place *named = &view->names[i].place;
        if (named->part == place->part && named->depth == place->depth &&
            memcmp(named->id, place->id, place->depth * sizeof(place->id[0])) == 0)
            return view->names[i].name;
    }
    return NULL;
}

static void add_reading(struct text *text, const struct latest_device *latest, size_t number) {
    const struct series *series = &latest->view->series[number];
    const struct quantity_info *info = catalog_quantity(series->quantity);
    char id[36];
    place_write_id(&series->place, id, sizeof(id));
    text_add_char(text, '{');
    status_add_text(text, "metric", info->name);
    status_add_text(text, "component", catalog_part(series->place.part));
    status_add_text(text, "component_id", id);
    status_add_text(text, "phase", catalog_phase(series->place.phase));
    status_add_text(text, "side", catalog_side(series->place.side));
    status_add_text(text, "point", series->place.point);
    status_add_text(text, "reason", series->reason);
    status_add_text(text, "name", name_of_part(latest->view, &series->place));
    status_add_number(text, "value", latest->values[number]);
    status_add_text(text, "unit", info->unit);
    status_add_text(text, "quality", quality_word((enum quality)latest->qualities[number]));
    status_add_integer(text, "time", latest->times_ms[number]);
    text_add_char(text, '}');
}

void status_add_readings(struct text *text, const struct latest_device *latest) {
    const char *separator = "";
    status_add_name(text, "readings");
    text_add_char(text, '[');
    for (size_t i = 0; latest && i < latest->view->n_series; i++) {
        if (latest->qualities[i] == QUALITY_ABSENT)
            continue;
        text_add_string(text, separator);
        add_reading(text, latest, i);
        separator = ",";
    }
    text_add_char(text, ']');
}

static void add_health(struct text *text, const struct latest_device *latest, int64_t now_ms) {
    double up = 0, last_success = 0;
    bool known = latest && latest_find(latest, DEVICE_UP, &up);
    if (!known && latest && latest->newest_ms) { /* its readings come before its first health */
        known = true;
        up = 1;
    }
    status_add_name(text, "up");
    text_add_string(text, !known ? "null" : up > 0 ? "true" : "false");
    if (!latest)
        return;
    if (latest_find(latest, DEVICE_LAST_SUCCESS, &last_success))
        status_add_integer(text, "last_success", (int64_t)(last_success * 1000));
    if (latest->newest_ms)
        status_add_number(text, "age",
                          (double)(now_ms > latest->newest_ms ? now_ms - latest->newest_ms : 0) / 1000);
    if (known && up <= 0)
        status_add_text(text, "error", latest->trouble);
}

static void add_bus(struct text *text, const struct device_config *config) {
    char bus[512];
    if (!config->url.host)
        return;
    device_url_write_bus(&config->url, bus, sizeof(bus));
    status_add_text(text, "bus", bus);
}

void status_write_device(struct text *text, const struct device_config *config,
                         const struct latest_device *latest, bool first, int64_t now_ms) {
    const struct device_view *view = latest ? latest->view : NULL;
    const struct driver *driver = config->driver;
    text_add_string(text, first ? "{" : ",\n{");
    status_add_text(text, "name", config->name);
    status_add_text(text, "url", config->url_text);
    add_bus(text, config);
    status_add_text(text, "driver", view ? view->driver : driver ? driver->name : "");
    status_add_text(text, "class", view ? view->class : driver ? catalog_class(driver->class) : "");
    status_add_text(text, "hall", config->hall);
    status_add_text(text, "row", config->row);
    status_add_text(text, "rack", config->rack);
    status_add_text(text, "feed", config->feed);
    status_add_number(text, "interval", (double)config->interval_ms[RATE_NORMAL] / 1000);
    add_health(text, latest, now_ms);
    if (view) {
        status_add_text(text, "manufacturer", view->manufacturer);
        status_add_text(text, "model", view->model);
        status_add_text(text, "serial", view->serial);
        status_add_text(text, "firmware", view->firmware);
        status_add_text(text, "given_name", view->given_name);
    }
    status_add_readings(text, latest);
    text_add_char(text, '}');
}

static void add_part(struct text *text, enum spool_kind kind, const struct spool_figures *figures) {
    text_add_char(text, '{');
    status_add_text(text, "name", delivery_spool_name(kind));
    status_add_integer(text, "memory", (int64_t)figures->memory_bytes);
    status_add_integer(text, "memory_most", (int64_t)figures->most_bytes);
    if (figures->has_disk) {
        status_add_integer(text, "disk", (int64_t)figures->disk_bytes);
        status_add_integer(text, "quota", (int64_t)figures->quota_bytes);
        status_add_number(text, "quota_age", (double)figures->quota_age_ms / 1000);
        status_add_integer(text, "written", (int64_t)figures->written_bytes);
        status_add_name(text, "stuck");
        text_add_string(text, figures->is_stuck ? "true" : "false");
        status_add_text(text, "error", figures->trouble);
    }
    text_add_char(text, '}');
}

static void add_words(struct text *text, const char *name, const char *time_name,
                      const struct sink_words *words) {
    status_add_text(text, name, words->text);
    if (words->time_ms)
        status_add_integer(text, time_name, words->time_ms);
}

static void add_receiver(struct text *text, const struct sink_state *sink) {
    static const char *const types[] = {[SINK_MQTT] = "mqtt",
                                        [SINK_REMOTE_WRITE] = "remote_write",
                                        [SINK_INFLUX] = "influx",
                                        [SINK_ALERTMANAGER] = "alertmanager",
                                        [SINK_WEBHOOK] = "webhook"};
    static const char *const states[] = {[SINK_STARTING] = "starting",
                                         [SINK_WORKING] = "working",
                                         [SINK_RETRYING] = "retrying",
                                         [SINK_DENIED] = "denied"};
    const struct sink_health_state *health = &sink->health;
    bool fails = health->condition == SINK_RETRYING || health->condition == SINK_DENIED;
    status_add_text(text, "name", sink->spool.sink);
    status_add_text(text, "type", types[sink->kind]);
    status_add_text(text, "receiver", health->receiver);
    status_add_text(text, "state", states[health->condition]);
    status_add_integer(text, "since", health->since_ms);
    if (fails)
        status_add_integer(text, "next_try", health->next_try_ms);
    add_words(text, "error", "error_time", &health->trouble);
    add_words(text, "refusal", "refusal_time", &health->refusal);
}

static void add_sink(struct text *text, const struct sink_state *sink) {
    const struct spool_state *spool = &sink->spool;
    add_receiver(text, sink);
    status_add_integer(text, "waiting_rows", (int64_t)spool->waiting_rows);
    status_add_integer(text, "waiting", (int64_t)spool->waiting_readings);
    status_add_integer(text, "backlog", (int64_t)spool->backlog_readings);
    if (spool->waiting_since_ms != INT64_MAX)
        status_add_integer(text, "waiting_since", spool->waiting_since_ms);
    status_add_number(text, "rate", sink->rate);
    status_add_integer(text, "sent", (int64_t)spool->sent_readings);
    status_add_integer(text, "dropped", (int64_t)spool->dropped_readings);
    status_add_integer(text, "dropped_totals", (int64_t)spool->dropped_totals);
    status_add_integer(text, "thinned", (int64_t)spool->thinned_readings);
    status_add_integer(text, "rejected", (int64_t)spool->rejected_readings);
    status_add_integer(text, "delivered", (int64_t)sink->health.delivered);
    status_add_integer(text, "refused", (int64_t)sink->health.refused);
    status_add_integer(text, "retried", (int64_t)sink->health.retried);
}

void status_write_tail(struct text *text, const struct status_configuration *configuration,
                       const char *folder, const struct delivery *delivery) {
    text_add_string(text, "\n],\"configuration\":{");
    status_add_integer(text, "loaded", configuration->loaded_ms);
    if (configuration->refused_ms) {
        status_add_integer(text, "refused", configuration->refused_ms);
        status_add_integer(text, "mistakes", (int64_t)configuration->mistakes);
    }
    text_add_string(text, "},\"spool\":{");
    status_add_text(text, "folder", folder);
    status_add_name(text, "parts");
    for (unsigned kind = 0; kind < N_SPOOLS; kind++) {
        text_add_char(text, kind ? ',' : '[');
        add_part(text, (enum spool_kind)kind, &delivery->spools[kind]);
    }
    text_add_string(text, "]},\"sinks\":[");
    for (size_t i = 0; i < delivery->n_sinks; i++) {
        text_add_string(text, i ? ",\n{" : "\n{");
        add_sink(text, &delivery->sinks[i]);
        text_add_char(text, '}');
    }
    text_add_string(text, "]}\n");
}
