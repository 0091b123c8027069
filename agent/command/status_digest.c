/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses from all readings of a device what people look at first. */
#include "command/status_digest.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/human.h"

/* States that make a device worth a look, in words. */
static const struct {
    enum quantity quantity;
    int code;
    const char *text;
} troubles[] = {
    {LEAK_STATE, LEAK_WET, "leak"},
    {LEAK_STATE, LEAK_SENSOR_FAULT, "leak sensor fault"},
    {SMOKE_STATE, STATE_YES, "smoke"},
    {UPS_MODE_STATE, UPS_ON_BATTERY, "on battery"},
    {UPS_MODE_STATE, UPS_BYPASS, "on bypass"},
    {UPS_MODE_STATE, UPS_MAINTENANCE_BYPASS, "on maintenance bypass"},
    {UPS_MODE_STATE, UPS_OFF, "output off"},
    {UPS_BATTERY_STATE, BATTERY_LOW, "battery low"},
    {UPS_BATTERY_STATE, BATTERY_DEPLETED, "battery depleted"},
    {UPS_BATTERY_STATE, BATTERY_FAULT, "battery fault"},
    {UPS_BATTERY_STATE, BATTERY_REPLACE, "replace battery"},
    {BREAKER_STATE, BREAKER_TRIPPED, "breaker tripped"},
    {LOAD_STATE, LOAD_STATE_OVERLOAD, "overload"},
    {LOAD_STATE, LOAD_STATE_NEAR_OVERLOAD, "near overload"},
    {UNIT_STATE, UNIT_FAULT, "fault"},
    {POWER_SUPPLY_STATE, SUPPLY_FAULT, "power supply fault"},
    {RESERVOIR_STATE, LEVEL_LOW, "reservoir low"},
    {ALARM_STATE, STATE_YES, "alarm"},
};
enum { N_TROUBLES = sizeof(troubles) / sizeof(troubles[0]) };

/* Where a device's own power is looked for, in this order. */
static const char *const power_components[] = {"", "output", "input", "inlet"};
enum { N_POWER_COMPONENTS = sizeof(power_components) / sizeof(power_components[0]) };

/* Sums by component: the totals it says itself, and what its phases add up to. */
struct power {
    double total[N_POWER_COMPONENTS], phases[N_POWER_COMPONENTS];
    bool has_total[N_POWER_COMPONENTS], has_phases[N_POWER_COMPONENTS];
};

static const enum quantity temperatures[] = {COOLANT_TEMPERATURE, AIR_TEMPERATURE, BATTERY_TEMPERATURE,
                                             DEVICE_TEMPERATURE};
enum { N_TEMPERATURES = sizeof(temperatures) / sizeof(temperatures[0]) };

struct gathered {
    struct power power;
    double hottest[N_TEMPERATURES]; /* NAN: none */
    double thermal_w;
    bool has[N_TROUBLES];
};

const char *status_text(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

double status_number(const json_t *object, const char *key) {
    const json_t *number = json_object_get(object, key);
    return json_is_number(number) ? json_number_value(number) : (double)NAN;
}

static void gather_power(struct power *power, const json_t *reading, double value) {
    const char *component = status_text(reading, "component"), *phase = status_text(reading, "phase");
    for (size_t i = 0; i < N_POWER_COMPONENTS; i++) {
        if (strcmp(component, power_components[i]) != 0)
            continue;
        bool total = strcmp(phase, "total") == 0 || !*phase;
        *(total ? &power->total[i] : &power->phases[i]) += value;
        *(total ? &power->has_total[i] : &power->has_phases[i]) = true;
    }
}

static void gather(struct gathered *gathered, const json_t *reading) {
    enum quantity quantity = catalog_find_quantity(status_text(reading, "metric"));
    double value = status_number(reading, "value");
    if (isnan(value) || strcmp(status_text(reading, "quality"), "bad") == 0)
        return;
    if (quantity == ACTIVE_POWER)
        gather_power(&gathered->power, reading, value);
    if (quantity == THERMAL_POWER && isnan(gathered->thermal_w))
        gathered->thermal_w = value;
    for (size_t i = 0; i < N_TEMPERATURES; i++) {
        if (quantity == temperatures[i] && !(value <= gathered->hottest[i]))
            gathered->hottest[i] = value;
    }
    for (size_t i = 0; i < N_TROUBLES; i++)
        gathered->has[i] |= quantity == troubles[i].quantity && value == troubles[i].code;
}

static void gather_health(struct digest *digest, const json_t *reading) {
    enum quantity quantity = catalog_find_quantity(status_text(reading, "metric"));
    double value = status_number(reading, "value");
    if (quantity == DEVICE_STATE && !isnan(value))
        digest->condition = (int)value;
    else if (quantity == POLL_DURATION)
        digest->latency_s = value;
    else if (quantity == POLL_INTERVAL)
        digest->interval_s = value;
    else if (quantity == POLL_LATENESS)
        digest->lateness_s = value;
    else if (quantity == BUS_TIME)
        digest->bus_time = value;
    for (int kind = 0; quantity == POLL_ERRORS && kind < N_HEALTH_ERRORS; kind++)
        if (strcmp(status_text(reading, "reason"), health_error_word((enum health_error)kind)) == 0)
            digest->errors[kind] = value;
}

static void choose_power(const struct gathered *gathered, struct digest *digest) {
    const struct power *power = &gathered->power;
    digest->power = ACTIVE_POWER;
    digest->power_w = (double)NAN;
    for (size_t i = 0; i < N_POWER_COMPONENTS && isnan(digest->power_w); i++) {
        if (power->has_total[i])
            digest->power_w = power->total[i];
        else if (power->has_phases[i])
            digest->power_w = power->phases[i];
    }
    if (isnan(digest->power_w) && !isnan(gathered->thermal_w)) {
        digest->power = THERMAL_POWER;
        digest->power_w = gathered->thermal_w;
    }
}

static void choose_temperature(const struct gathered *gathered, struct digest *digest) {
    digest->temperature_c = (double)NAN;
    for (size_t i = 0; i < N_TEMPERATURES && isnan(digest->temperature_c); i++)
        digest->temperature_c = gathered->hottest[i];
}

static void describe_trouble(const struct gathered *gathered, struct digest *digest) {
    size_t used = 0;
    for (size_t i = 0; i < N_TROUBLES && used < sizeof(digest->state); i++) {
        if (!gathered->has[i])
            continue;
        int n = snprintf(digest->state + used, sizeof(digest->state) - used, "%s%s",
                         used ? ", " : "up: ", troubles[i].text);
        used += n > 0 ? (size_t)n : 0;
        digest->rank = DIGEST_TROUBLE;
    }
}

static void describe_lateness(struct digest *digest) {
    char span[32];
    human_write_duration(digest->lateness_s, span, sizeof(span));
    snprintf(digest->state, sizeof(digest->state), "up: late by %s", span);
    digest->rank = DIGEST_LATE;
}

static void describe_failing(struct digest *digest) {
    snprintf(digest->state, sizeof(digest->state), "up: its last poll failed");
    digest->rank = DIGEST_LATE;
}

static void judge(const json_t *device, const struct gathered *gathered, struct digest *digest) {
    const json_t *up = json_object_get(device, "up");
    const char *error = status_text(device, "error");
    double interval_s = status_number(device, "interval");
    enum { FEWEST_MISSED = 3, SLACK_S = 5 };
    digest->rank = DIGEST_UP;
    snprintf(digest->state, sizeof(digest->state), "up");
    if (json_is_false(up)) {
        digest->rank = DIGEST_DOWN;
        snprintf(digest->state, sizeof(digest->state), "down%s%.60s%s", *error ? " (" : "", error,
                 *error ? ")" : "");
        if (digest->condition == DEVICE_HELD)
            snprintf(digest->state, sizeof(digest->state), "held by another master");
    } else if (!json_is_true(up)) {
        digest->rank = DIGEST_WAITING;
        snprintf(digest->state, sizeof(digest->state), "no answer yet");
    } else if (digest->age_s > FEWEST_MISSED * interval_s + SLACK_S) {
        digest->rank = DIGEST_STALE;
        snprintf(digest->state, sizeof(digest->state), "stale");
    } else if (isnan(digest->age_s)) { /* it answers, but nothing that its driver asks for */
        digest->rank = DIGEST_TROUBLE;
        snprintf(digest->state, sizeof(digest->state), "up: no readings");
    } else {
        describe_trouble(gathered, digest);
        if (digest->rank == DIGEST_UP && digest->lateness_s > 0)
            describe_lateness(digest);
        else if (digest->rank == DIGEST_UP && digest->condition == DEVICE_FAILING)
            describe_failing(digest);
    }
}

void status_digest(const json_t *device, struct digest *digest) {
    struct gathered gathered = {.thermal_w = (double)NAN};
    const json_t *readings = json_object_get(device, "readings");
    for (size_t i = 0; i < N_TEMPERATURES; i++)
        gathered.hottest[i] = (double)NAN;
    digest->latency_s = digest->interval_s = digest->lateness_s = digest->bus_time = (double)NAN;
    digest->condition = 0;
    memset(digest->errors, 0, sizeof(digest->errors));
    for (size_t i = 0; i < json_array_size(readings); i++) {
        gather(&gathered, json_array_get(readings, i));
        gather_health(digest, json_array_get(readings, i));
    }
    digest->age_s = status_number(device, "age");
    choose_power(&gathered, digest);
    choose_temperature(&gathered, digest);
    judge(device, &gathered, digest);
    if (digest->rank == DIGEST_DOWN) /* what it said last is no longer so */
        digest->power_w = digest->temperature_c = digest->latency_s = digest->interval_s =
            digest->lateness_s = digest->bus_time = (double)NAN;
}

void status_write_span(double seconds, char *text, size_t size) {
    if (isnan(seconds))
        snprintf(text, size, "%s", "");
    else if (seconds < 10)
        snprintf(text, size, "%.1f s", seconds);
    else if (seconds < 120)
        snprintf(text, size, "%.0f s", seconds);
    else if (seconds < 7200)
        snprintf(text, size, "%.0f min", seconds / 60);
    else if (seconds < 172800)
        snprintf(text, size, "%.0f h", seconds / 3600);
    else
        snprintf(text, size, "%.0f days", seconds / 86400);
}
