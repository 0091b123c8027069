/* SPDX-License-Identifier: Apache-2.0 */
/* Puts what was judged into lines, the worst first. */
#include "command/status_power.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "command/status_digest.h"
#include "command/status_incidents.h"
#include "model/human.h"

enum { SILENT_MOST = 5 };
/* The kernel's bound while nobody tells it the time is 16 s (base/clock.h). */
static const double clock_unknown_s = 16, clock_poor_s = 0.1;

/* Devices whose silence is a danger of its own (power.md section 5). */
static const char *const critical_classes[] = {"ups", "switch", "liquid", "genset"};

static void begin(struct text *text, const char *label) {
    text_add_format(text, "%-12s ", label);
}

static void add_watts(struct text *text, double watts) {
    char words[24];
    human_write_watts(watts, words, sizeof(words));
    text_add_string(text, words);
}

static double number_or_0(const json_t *object, const char *key) {
    double number = status_number(object, key);
    return isfinite(number) ? number : 0;
}

/* --- redundancy --- */

static void add_redundancy(struct text *text, const char *label, const json_t *counts) {
    double kept = number_or_0(counts, "kept"), lost = number_or_0(counts, "lost");
    double planned = number_or_0(counts, "planned"), unknown = number_or_0(counts, "unknown");
    double all = kept + lost + planned + unknown;
    if (!(all > 0))
        return;
    begin(text, label);
    if (lost > 0) {
        text_add_format(text, "REDUNDANCY LOST at %.0f of %.0f: ", lost, all);
        text_add_printable(text, status_text(counts, "first_lost"));
        text_add_string(text, lost > 1 ? " and others" : "");
    } else if (unknown > 0 && kept <= 0) {
        text_add_string(text, "redundancy not known");
    } else {
        text_add_format(text, "redundancy kept at %.0f of %.0f", kept, all);
    }
    if (planned > 0)
        text_add_format(text, ", %.0f without by maintenance", planned);
    if (unknown > 0 && (lost > 0 || kept > 0))
        text_add_format(text, ", %.0f not known", unknown);
    text_add_char(text, '\n');
}

static void add_supply(struct text *text, const json_t *power) {
    double dead = number_or_0(power, "dead"), battery = number_or_0(power, "on_battery");
    double undetermined = number_or_0(power, "undetermined");
    if (!(dead + battery + undetermined > 0))
        return;
    begin(text, "supply");
    const char *separator = "";
    if (dead > 0) {
        text_add_format(text, "%.0f node%s dead", dead, dead > 1 ? "s" : "");
        separator = ", ";
    }
    if (battery > 0) {
        text_add_format(text, "%s%.0f%s on battery", separator, battery,
                        dead > 0      ? ""
                        : battery > 1 ? " nodes"
                                      : " node");
        separator = ", ";
    }
    if (undetermined > 0)
        text_add_format(text, "%s%.0f undetermined", separator, undetermined);
    text_add_char(text, '\n');
}

/* --- contract, losses --- */

static void add_contract(struct text *text, const json_t *demand) {
    double contract = status_number(demand, "contract"), forecast = status_number(demand, "forecast");
    char span[32];
    if (!(contract > 0))
        return;
    begin(text, "contract");
    if (isnan(forecast)) {
        text_add_string(text, "no forecast yet, of ");
        add_watts(text, contract);
    } else {
        text_add_string(text, "this block ends at ");
        add_watts(text, forecast);
        text_add_format(text, ", %.0f %% of ", forecast / contract * 100);
        add_watts(text, contract);
        status_write_span(number_or_0(demand, "left"), span, sizeof(span));
        text_add_format(text, ", in %s", span);
        text_add_string(text, json_is_true(json_object_get(demand, "partial"))     ? " (seen in part)"
                              : json_is_true(json_object_get(demand, "estimated")) ? " (estimated)"
                                                                                   : "");
    }
    double peak = status_number(demand, "month_peak");
    if (isfinite(peak)) {
        text_add_string(text, "; month's peak ");
        add_watts(text, peak);
    }
    text_add_char(text, '\n');
}

static void add_loss(struct text *text, const json_t *loss) {
    double headroom = status_number(loss, "headroom"), watts = status_number(loss, "headroom_watts");
    double exceeding = number_or_0(loss, "exceeding_losses"), dropped = number_or_0(loss, "dropped");
    if (isnan(headroom))
        return;
    begin(text, "worst loss");
    text_add_printable(text, status_text(loss, "lost"));
    text_add_string(text, ": ");
    text_add_printable(text, status_text(loss, "worst"));
    bool is_over = headroom < 0;
    text_add_format(text, is_over ? " EXCEEDS what is usable by %.0f %%" : " keeps %.0f %%",
                    fabs(headroom) * 100);
    if (isfinite(watts) && watts != 0) {
        text_add_string(text, " (");
        add_watts(text, fabs(watts));
        text_add_char(text, ')');
    }
    if (json_is_true(json_object_get(loss, "at_least")))
        text_add_string(text, is_over ? " at least" : " at most: loads are not all known");
    if (dropped > 0) {
        text_add_format(text, ", %.0f load%s without power, ", dropped, dropped > 1 ? "s" : "");
        add_watts(text, number_or_0(loss, "dropped_watts"));
    }
    if (exceeding > 1)
        text_add_format(text, "; %.0f losses exceed something", exceeding);
    text_add_char(text, '\n');
}

/* --- blind spots --- */

static bool is_critical(const json_t *device) {
    const char *class = status_text(device, "class");
    const json_t *readings = json_object_get(device, "readings");
    for (size_t i = 0; i < sizeof(critical_classes) / sizeof(critical_classes[0]); i++)
        if (strcmp(class, critical_classes[i]) == 0)
            return true;
    for (size_t i = 0; i < json_array_size(readings); i++)
        if (strcmp(status_text(json_array_get(readings, i), "metric"), "facility_leak_state") == 0)
            return true;
    return false;
}

static void add_silent(struct text *text, const json_t *devices) {
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(devices); i++) {
        const json_t *device = json_array_get(devices, i);
        if (!json_is_false(json_object_get(device, "up")) || !is_critical(device))
            continue;
        if (++n > SILENT_MOST)
            continue;
        text_add_string(text, n == 1 ? "; silent: " : ", ");
        text_add_printable(text, status_text(device, "name"));
        text_add_string(text, " (");
        text_add_printable(text, status_text(device, "class"));
        text_add_char(text, ')');
    }
    if (n > SILENT_MOST)
        text_add_format(text, " and %zu more", n - SILENT_MOST);
}

static void add_blind(struct text *text, const json_t *document, const json_t *power) {
    const json_t *coverage = json_object_get(power, "coverage");
    double measured = status_number(coverage, "measured"), held = number_or_0(coverage, "held");
    double unknown = number_or_0(coverage, "unknown");
    begin(text, "blind spots");
    if (isnan(measured))
        text_add_string(text, "nothing is measured yet");
    else if (measured > 0.9995)
        text_add_string(text, "none: all loads are measured");
    else
        text_add_format(text, "%.1f %% of the load measured", floor(measured * 1000) / 10);
    if (held >= 0.0005)
        text_add_format(text, ", %.1f %% held over", held * 100);
    if (unknown >= 0.0005)
        text_add_format(text, ", %.1f %% not known", unknown * 100);
    add_silent(text, json_object_get(document, "devices"));
    text_add_char(text, '\n');
}

static void add_maintenance(struct text *text, const json_t *document, const json_t *power) {
    const json_t *out = json_object_get(power, "out");
    size_t n = json_array_size(out);
    double all = number_or_0(power, "n_out");
    char span[32];
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(out, i);
        double left_s = (status_number(one, "until") - status_number(document, "time")) / 1000;
        begin(text, i ? "" : "maintenance");
        text_add_printable(text, status_text(one, "node"));
        status_write_span(left_s > 0 ? left_s : 0, span, sizeof(span));
        text_add_format(text, ", for another %s, by ", span);
        text_add_printable(text, status_text(one, "by"));
        text_add_string(text, ": ");
        text_add_printable(text, status_text(one, "why"));
        text_add_char(text, '\n');
    }
    if (n > 0 && all > (double)n) {
        begin(text, "");
        text_add_format(text, "and %.0f more\n", all - (double)n);
    }
}

/* Of the site: whose nodes are unknown, and why. */
static void add_gateways(struct text *text, const json_t *document) {
    const json_t *gateways = json_object_get(document, "gateways"), *gateway;
    size_t i, n = json_array_size(gateways), silent = 0;
    if (n == 0)
        return;
    begin(text, "gateways");
    json_array_foreach(gateways, i, gateway) {
        const char *name = json_string_value(json_object_get(gateway, "gateway"));
        const char *state = json_string_value(json_object_get(gateway, "state"));
        if (!name || !state || strcmp(state, "silent") != 0)
            continue;
        text_add_string(text, silent++ ? ", " : "SILENT: ");
        text_add_printable(text, name);
        text_add_format(text, " (%.0f nodes unknown)", number_or_0(gateway, "nodes"));
    }
    text_add_format(text, silent ? ", %zu of %zu heard\n" : "%zu of %zu heard\n", n - silent, n);
}

static void add_clock(struct text *text, const json_t *document) {
    double error_s = status_number(document, "clock_error");
    begin(text, "clock");
    if (isnan(error_s))
        text_add_string(text, "not known");
    else if (error_s >= clock_unknown_s)
        text_add_string(text, "NOT SYNCHRONIZED: the order of events across gateways is not known");
    else if (error_s > clock_poor_s)
        text_add_format(text, "may be wrong by %.2f s", error_s);
    else
        text_add_format(text, "right within %.0f ms", ceil(error_s * 1000));
    text_add_char(text, '\n');
}

void status_print_power(const json_t *document, FILE *out) {
    const json_t *power = json_object_get(document, "power");
    struct text text = {0};
    if (!json_object_get(document, "alarms"))
        return;
    add_redundancy(&text, "power", json_object_get(power, "redundancy"));
    add_redundancy(&text, "cooling", json_object_get(power, "cooling"));
    add_supply(&text, power);
    begin(&text, "alarms");
    status_add_incidents(document, &text);
    add_contract(&text, json_object_get(power, "demand"));
    add_loss(&text, json_object_get(power, "worst_loss"));
    add_blind(&text, document, power);
    add_maintenance(&text, document, power);
    add_gateways(&text, document);
    add_clock(&text, document);
    text_add_char(&text, '\n');
    if (!text.failed)
        fputs(text.data, out);
    text_done(&text);
}
