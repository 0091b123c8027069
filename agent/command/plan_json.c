/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a forecast as JSON: durations in seconds; null where it never comes to it. */
#include "base/text.h"
#include "command/plan_table.h"
#include "model/human.h"

static void add_us(struct text *text, const char *name, int64_t us) {
    text_add_format(text, ",\"%s\":", name);
    if (us >= TIMING_NEVER_US)
        text_add_string(text, "null");
    else
        text_add_number(text, (double)us / 1e6);
}

static const char *truth(bool true_) {
    return true_ ? "true" : "false";
}

static void add_poll(struct text *text, enum rate rate, const struct timing_poll *poll) {
    text_add_format(text, "{\"rate\":\"%s\",\"requests\":%u", plan_rate_word(rate), poll->n);
    add_us(text, "interval", poll->interval_us);
    add_us(text, "holds", poll->all_us);
    add_us(text, "done_within", poll->done_us);
    add_us(text, "every", poll->every_us);
    add_us(text, "oldest", poll->age_us);
    add_us(text, "oldest_with_a_dead_unit", poll->age_dead_us);
    text_add_format(text, ",\"kept\":%s}", truth(poll->kept));
}

/* The device's members, without the brace that ends them. */
static void add_device(struct text *text, const struct forecast *forecast,
                       const struct forecast_device *device) {
    const struct timing_unit *unit = forecast_unit(forecast, device);
    const char *separator = "";
    text_add_string(text, "{\"name\":");
    text_add_json(text, device->config->name);
    text_add_string(text, ",\"bus\":");
    text_add_json(text, forecast->buses[device->bus].name);
    text_add_format(text, ",\"at_least\":%s,\"polls\":[", truth(device->at_least));
    for (int rate = 0; rate < RATE_ONCE; rate++) {
        if (unit->polls[rate].n == 0)
            continue;
        text_add_string(text, separator);
        add_poll(text, (enum rate)rate, &unit->polls[rate]);
        separator = ",";
    }
    text_add_char(text, ']');
}

static void add_help(struct text *text, const struct forecast_help *help) {
    const char *separator = "";
    text_add_string(text, ",\"help\":{");
    if (help->baud != 0) {
        text_add_format(text, "\"baud\":%u", help->baud);
        separator = ",";
    }
    if (help->interval_ms != 0) {
        text_add_format(text, "%s\"interval\":", separator);
        text_add_number(text, (double)help->interval_ms / 1000);
        separator = ",";
    }
    if (help->n_moved != 0)
        text_add_format(text, "%s\"devices_moved\":%u", separator, help->n_moved);
    text_add_char(text, '}');
}

static void add_bus(struct text *text, const struct forecast_bus *bus) {
    const struct timing_bus *timing = &bus->timing;
    text_add_string(text, "{\"bus\":");
    text_add_json(text, bus->name);
    text_add_format(text, ",\"devices\":%zu,\"at_least\":%s,\"kept\":%s", bus->n, truth(bus->at_least),
                    truth(timing->worst <= 1));
    add_us(text, "cycle", timing->cycle_us);
    add_us(text, "interval", timing->shortest_us);
    text_add_string(text, ",\"share\":");
    text_add_number(text, timing->share);
    if (timing->worst > 1)
        add_help(text, &bus->help);
    text_add_char(text, '}');
}

static void put(struct text *text, FILE *out) {
    if (!text->failed && text->size > 0)
        fwrite(text->data, 1, text->size, out);
    text_clear(text);
}

void plan_json_print(const struct site_config *config, const struct forecast *forecast, FILE *out) {
    struct text text = {0};
    text_add_string(&text, "{\"site\":");
    text_add_json(&text, config->site);
    text_add_format(&text, ",\"kept\":%s,\"buses\":[", truth(forecast->kept));
    for (size_t i = 0; i < forecast->n_buses; i++) {
        text_add_string(&text, i > 0 ? ",\n" : "\n");
        add_bus(&text, &forecast->buses[i]);
        put(&text, out);
    }
    text_add_string(&text, "\n],\"devices\":[");
    for (size_t i = 0; i < forecast->n_devices; i++) {
        text_add_string(&text, i > 0 ? ",\n" : "\n");
        add_device(&text, forecast, &forecast->devices[i]);
        text_add_char(&text, '}');
        put(&text, out);
    }
    text_add_string(&text, "\n]}\n");
    put(&text, out);
    text_done(&text);
}

static void add_point(struct text *text, const struct forecast_device *device, const struct timing_unit *unit,
                      size_t number, const struct plan_item *item) {
    const struct series *series = &device->plan->list->series[item->series];
    enum rate rate = device->plan->requests[number].rate;
    char place[80];
    human_write_place(&series->place, place, sizeof(place));
    text_add_format(text, "{\"metric\":\"%s\",\"place\":", catalog_quantity(series->quantity)->name);
    text_add_json(text, place);
    text_add_format(text, ",\"rate\":\"%s\",\"request\":%zu", plan_rate_word(rate), number + 1);
    if (rate != RATE_ONCE)
        add_us(text, "oldest", unit->polls[rate].age_us);
    text_add_char(text, '}');
}

void plan_json_print_device(const struct forecast *forecast, const struct forecast_device *device,
                            FILE *out) {
    const struct timing_unit *unit = forecast_unit(forecast, device);
    const struct plan *plan = device->plan;
    struct text text = {0};
    const char *separator = "\n";
    add_device(&text, forecast, device);
    text_add_string(&text, ",\"points\":[");
    for (size_t i = 0; plan != NULL && i < plan->n_requests; i++) {
        const struct plan_request *request = &plan->requests[i];
        for (uint32_t k = 0; k < request->n_items; k++) {
            text_add_string(&text, separator);
            add_point(&text, device, unit, i, &plan->items[request->first_item + k]);
            separator = ",\n";
        }
    }
    text_add_string(&text, "\n]}\n");
    put(&text, out);
    text_done(&text);
}
