/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the pieces of the status document. */
#include "serve/status_document.h"

#include <math.h>
#include <string.h>

#include "base/version.h"

/* The name of a member of the object under way. */
static void add_name(struct text *text, const char *name) {
    bool first = text->size > 0 && text->data[text->size - 1] == '{';
    text_add_string(text, first ? "\"" : ",\"");
    text_add_string(text, name);
    text_add_string(text, "\":");
}

/* None where the value is empty. */
static void add_text(struct text *text, const char *name, const char *value) {
    if (!value || !*value)
        return;
    add_name(text, name);
    text_add_json(text, value);
}

static void add_integer(struct text *text, const char *name, int64_t value) {
    add_name(text, name);
    text_add_integer(text, value);
}

static void add_number(struct text *text, const char *name, double value) {
    add_name(text, name);
    if (isfinite(value))
        text_add_number(text, value);
    else
        text_add_string(text, "null");
}

/* {"facility_modbus_events_total":{"late":3, ...}, ...}: series of one quantity follow each other. */
static void add_links(struct text *text, const struct latest_device *links) {
    enum quantity quantity = QUANTITY_NONE;
    add_name(text, "links");
    text_add_char(text, '{');
    for (size_t i = 0; i < links->view->n_series; i++) {
        const struct series *series = &links->view->series[i];
        if (series->quantity != quantity) {
            text_add_string(text, quantity != QUANTITY_NONE ? "}" : "");
            add_name(text, catalog_quantity(series->quantity)->name);
            text_add_char(text, '{');
            quantity = series->quantity;
        }
        add_number(text, series->reason, links->values[i]);
    }
    text_add_string(text, quantity != QUANTITY_NONE ? "}}" : "}");
}

void status_write_head(struct text *text, const struct site_config *config, const struct latest_device *links,
                       int64_t started_ms, int64_t now_ms) {
    text_add_char(text, '{');
    add_text(text, "site", config->site);
    add_text(text, "gateway", config->gateway);
    add_text(text, "version", version_text());
    add_integer(text, "started", started_ms);
    add_integer(text, "time", now_ms);
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
    add_text(text, "metric", info->name);
    add_text(text, "component", catalog_part(series->place.part));
    add_text(text, "component_id", id);
    add_text(text, "phase", catalog_phase(series->place.phase));
    add_text(text, "side", catalog_side(series->place.side));
    add_text(text, "point", series->place.point);
    add_text(text, "reason", series->reason);
    add_text(text, "name", name_of_part(latest->view, &series->place));
    add_number(text, "value", latest->values[number]);
    add_text(text, "unit", info->unit);
    add_text(text, "quality", quality_word((enum quality)latest->qualities[number]));
    add_integer(text, "time", latest->times_ms[number]);
    text_add_char(text, '}');
}

static void add_readings(struct text *text, const struct latest_device *latest) {
    const char *separator = "";
    add_name(text, "readings");
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
    add_name(text, "up");
    text_add_string(text, !known ? "null" : up > 0 ? "true" : "false");
    if (!latest)
        return;
    if (latest_find(latest, DEVICE_LAST_SUCCESS, &last_success))
        add_integer(text, "last_success", (int64_t)(last_success * 1000));
    if (latest->newest_ms)
        add_number(text, "age", (double)(now_ms > latest->newest_ms ? now_ms - latest->newest_ms : 0) / 1000);
    if (known && up <= 0)
        add_text(text, "error", latest->trouble);
}

static void add_bus(struct text *text, const struct device_config *config) {
    char bus[512];
    if (!config->url.host)
        return;
    device_url_write_bus(&config->url, bus, sizeof(bus));
    add_text(text, "bus", bus);
}

void status_write_device(struct text *text, const struct device_config *config,
                         const struct latest_device *latest, bool first, int64_t now_ms) {
    const struct device_view *view = latest ? latest->view : NULL;
    const struct driver *driver = config->driver;
    text_add_string(text, first ? "{" : ",\n{");
    add_text(text, "name", config->name);
    add_text(text, "url", config->url_text);
    add_bus(text, config);
    add_text(text, "driver", view ? view->driver : driver ? driver->name : "");
    add_text(text, "class", view ? view->class : driver ? catalog_class(driver->class) : "");
    add_text(text, "hall", config->hall);
    add_text(text, "row", config->row);
    add_text(text, "rack", config->rack);
    add_text(text, "feed", config->feed);
    add_number(text, "interval", (double)config->interval_ms[RATE_NORMAL] / 1000);
    add_health(text, latest, now_ms);
    if (view) {
        add_text(text, "manufacturer", view->manufacturer);
        add_text(text, "model", view->model);
        add_text(text, "serial", view->serial);
        add_text(text, "firmware", view->firmware);
        add_text(text, "given_name", view->given_name);
    }
    add_readings(text, latest);
    text_add_char(text, '}');
}

void status_write_tail(struct text *text, const struct status_configuration *configuration,
                       const struct spool_state *states, size_t n) {
    text_add_string(text, "\n],\"configuration\":{");
    add_integer(text, "loaded", configuration->loaded_ms);
    if (configuration->refused_ms) {
        add_integer(text, "refused", configuration->refused_ms);
        add_integer(text, "mistakes", (int64_t)configuration->mistakes);
    }
    text_add_string(text, "},\"sinks\":[");
    for (size_t i = 0; i < n; i++) {
        const struct spool_state *state = &states[i];
        text_add_string(text, i ? ",\n{" : "\n{");
        add_text(text, "name", state->sink);
        add_integer(text, "waiting", (int64_t)state->waiting_readings);
        add_integer(text, "sent", (int64_t)state->sent_readings);
        add_integer(text, "dropped", (int64_t)state->dropped_readings);
        add_integer(text, "rejected", (int64_t)state->rejected_readings);
        text_add_char(text, '}');
    }
    text_add_string(text, "]}\n");
}
