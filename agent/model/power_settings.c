/* SPDX-License-Identifier: Apache-2.0 */
/* The tables behind power_settings.h. */
#include "model/power_settings.h"

#include <stdio.h>
#include <string.h>

#include "model/config.h"
#include "model/map_settings.h"
#include "model/power.h"
#include "model/quantity.h"
#include "model/settings.h"

const char *const power_kind_words[] = {
    "intake",  "generator", "transformer", "bus",           "tie",     "breaker", "busway",
    "tap_off", "ups",       "ups_module",  "static_bypass", "battery", "bess",    "sts",
    "ats",     "pdu",       "dc_bus",      "shelf",         "bbu",     "rack",    "load",
    "chiller", "header",    "cdu",         "air_unit",      NULL};

/* In the order of enum power_behaviour. */
static const char *const behaviour_words[] = {"shares", "prefers", "parallel", NULL};
/* In the order of enum breaker_standard. */
static const char *const standard_words[] = {"IEC 60947-2", "IEC 60898", "UL 489", "none", NULL};
static const char *const phases_words[] = {"1", "3", "dc", NULL};
static const char *const phase_words[] = {"L1", "L2", "L3", NULL};
static const char *const connection_words[] = {"line to neutral", "line to line", NULL};
static const char *const normal_words[] = {"closed", "open", NULL};
static const char *const switch_words[] = {"no", "yes", NULL};

/* A node's name stands in lists of CSV cells. */
static bool check_node_name(const char *text, char *why, size_t size) {
    if (!settings_check_name(text, why, size))
        return false;
    if (!strchr(text, ';'))
        return true;
    snprintf(why, size, "must not hold a semicolon, which stands between names in a CSV file");
    return false;
}

static bool check_rating(const char *text, char *why, size_t size) {
    static const enum dimension dimensions[] = {DIMENSION_CURRENT, DIMENSION_ACTIVE_POWER,
                                                DIMENSION_APPARENT_POWER, DIMENSION_VOLTAGE, DIMENSION_NONE};
    enum dimension dimension;
    double value;
    if (quantity_read(text, dimensions, &value, &dimension, why, size) != 0)
        return false;
    if (value > 0)
        return true;
    snprintf(why, size, "%.60s: a rating must be above 0", text);
    return false;
}

#define AT(structure, member) .offset = offsetof(struct structure, member)
#define FIELDS(table) .fields = (table), .n_fields = sizeof(table) / sizeof((table)[0])
#define LABEL .check = settings_check_name
#define DELAY .least = "0s", .most = "7d"

/* The columns of a topology too. */
static const struct field node_fields[] = {
    {"name", FIELD_TEXT, AT(power_node_settings, name), .required = true, .check = check_node_name},
    {"kind", FIELD_WORD, AT(power_node_settings, kind), .required = true, .words = power_kind_words},
    {"sources", FIELD_TEXTS, AT(power_node_settings, sources), .entries_most = POWER_SOURCES_MOST,
     .check = settings_check_text},
    {"cooled_by", FIELD_TEXTS, AT(power_node_settings, cooled_by), .entries_most = POWER_SOURCES_MOST,
     .check = settings_check_text},
    {"takes", FIELD_WORD, AT(power_node_settings, takes), .words = behaviour_words},
    {"on_loss", FIELD_TEXT, AT(power_node_settings, on_loss)},
    {"rating", FIELD_TEXTS, AT(power_node_settings, rating), .entries_most = 4, .check = check_rating},
    {"standard", FIELD_WORD, AT(power_node_settings, standard), .words = standard_words},
    {"ratio", FIELD_QUANTITY, AT(power_node_settings, ratio), .dimension = DIMENSION_RATIO, .least = "10 %",
     .most = "100 %"},
    {"derating", FIELD_QUANTITY, AT(power_node_settings, derating), .dimension = DIMENSION_RATIO,
     .least = "10 %", .most = "150 %"},
    {"units", FIELD_INTEGER, AT(power_node_settings, units), .fallback = "1", .least = "1", .most = "1000"},
    {"trip", FIELD_TEXT, AT(power_node_settings, trip)},
    {"phases", FIELD_WORD, AT(power_node_settings, phases), .words = phases_words},
    {"phase", FIELD_WORD, AT(power_node_settings, phase), .words = phase_words},
    {"connection", FIELD_WORD, AT(power_node_settings, connection), .words = connection_words},
    {"meters", FIELD_TEXTS, AT(power_node_settings, meters), .entries_most = POWER_METERS_MOST,
     .check = settings_check_text},
    {"device", FIELD_TEXT, AT(power_node_settings, device), .check = settings_check_text},
    {"breaker", FIELD_TEXT, AT(power_node_settings, breaker), .check = settings_check_text},
    {"normal", FIELD_WORD, AT(power_node_settings, normal), .words = normal_words},
    {"budget", FIELD_TEXT, AT(power_node_settings, budget)},
    {"redundancy", FIELD_TEXT, AT(power_node_settings, redundancy)},
    {"autonomy", FIELD_DURATION, AT(power_node_settings, autonomy), .least = "1s", .most = "30d"},
    {"start", FIELD_DURATION, AT(power_node_settings, start), .fallback = "15s", .least = "0s", .most = "1h"},
    {"flow", FIELD_QUANTITY, AT(power_node_settings, flow), .dimension = DIMENSION_FLOW, .least = "0.001 L/s",
     .most = "50 m3/s"},
    {"hall", FIELD_TEXT, AT(power_node_settings, hall), LABEL},
    {"row", FIELD_TEXT, AT(power_node_settings, row), LABEL},
    {"rack", FIELD_TEXT, AT(power_node_settings, rack), LABEL},
    {"feed", FIELD_TEXT, AT(power_node_settings, feed), LABEL},
    {"gateway", FIELD_TEXT, AT(power_node_settings, gateway), LABEL},
};
const struct schema settings_of_power_node = {FIELDS(node_fields),
                                              .size = sizeof(struct power_node_settings)};

static const struct field period_fields[] = {
    {"days", FIELD_TEXT, AT(period_settings, days)},
    {"from", FIELD_TEXT, AT(period_settings, from), .required = true},
    {"to", FIELD_TEXT, AT(period_settings, to), .required = true},
    {"warning", FIELD_TEXT, AT(period_settings, warning)},
    {"critical", FIELD_TEXT, AT(period_settings, critical)},
};
static const struct schema period_schema = {FIELDS(period_fields), .size = sizeof(struct period_settings)};

static const struct field budget_fields[] = {
    {"warning", FIELD_TEXT, AT(budget_settings, warning)},
    {"critical", FIELD_TEXT, AT(budget_settings, critical)},
    {"deadband", FIELD_QUANTITY, AT(budget_settings, deadband), .dimension = DIMENSION_RATIO,
     .fallback = "2 %", .least = "0 %", .most = "50 %"},
    {"on_delay", FIELD_DURATION, AT(budget_settings, on_delay), .fallback = "60s", DELAY},
    {"off_delay", FIELD_DURATION, AT(budget_settings, off_delay), .fallback = "120s", DELAY},
    {"times", FIELD_LIST, AT(budget_settings, times), .entries_most = PERIODS_MOST, .of = &period_schema},
};
static const struct schema budget_schema = {FIELDS(budget_fields), .size = sizeof(struct budget_settings)};

static const struct field rule_fields[] = {
    {"name", FIELD_TEXT, AT(rule_settings, name), .required = true, .check = settings_check_slug},
    {"enabled", FIELD_WORD, AT(rule_settings, enabled), .words = switch_words},
    {"quantity", FIELD_TEXT, AT(rule_settings, quantity)},
    {"class", FIELD_WORD, AT(rule_settings, class), .words = map_class_words},
    {"device", FIELD_TEXT, AT(rule_settings, device), LABEL},
    {"hall", FIELD_TEXT, AT(rule_settings, hall), LABEL},
    {"row", FIELD_TEXT, AT(rule_settings, row), LABEL},
    {"rack", FIELD_TEXT, AT(rule_settings, rack), LABEL},
    {"feed", FIELD_TEXT, AT(rule_settings, feed), LABEL},
    {"part", FIELD_TEXT, AT(rule_settings, part)},
    {"phase", FIELD_TEXT, AT(rule_settings, phase)},
    {"side", FIELD_TEXT, AT(rule_settings, side)},
    {"point", FIELD_TEXT, AT(rule_settings, point), LABEL},
    {"above", FIELD_TEXT, AT(rule_settings, above)},
    {"below", FIELD_TEXT, AT(rule_settings, below)},
    {"is", FIELD_TEXT, AT(rule_settings, is)},
    {"is_not", FIELD_TEXT, AT(rule_settings, is_not)},
    {"deadband", FIELD_TEXT, AT(rule_settings, deadband)},
    {"on_delay", FIELD_DURATION, AT(rule_settings, on_delay), DELAY},
    {"off_delay", FIELD_DURATION, AT(rule_settings, off_delay), DELAY},
    {"priority", FIELD_INTEGER, AT(rule_settings, priority), .least = "1", .most = "4"},
    {"latches", FIELD_WORD, AT(rule_settings, latches), .words = switch_words},
    {"response", FIELD_TEXT, AT(rule_settings, response), .check = settings_check_text},
};
static const struct schema rule_schema = {FIELDS(rule_fields), .size = sizeof(struct rule_settings)};

static const struct field site_fields[] = {
    {"brokers", FIELD_TEXTS, AT(power_site_settings, brokers), .required = true,
     .entries_most = SITE_BROKERS_MOST, .check = settings_check_text},
    {"silent", FIELD_DURATION, AT(power_site_settings, silent), .fallback = "15s", .least = "1s",
     .most = "1h"},
    {"client_id", FIELD_TEXT, AT(power_site_settings, client_id), LABEL},
    {"version", FIELD_WORD, AT(power_site_settings, version), .words = mqtt_version_words, .fallback = "5"},
    {"user", FIELD_TEXT, AT(power_site_settings, user), LABEL},
    {"user_file", FIELD_TEXT, AT(power_site_settings, user_file), .check = settings_check_text},
    {"password_file", FIELD_TEXT, AT(power_site_settings, password_file), .check = settings_check_text},
    {"password_credential", FIELD_TEXT, AT(power_site_settings, password_credential),
     .check = settings_check_text},
    {"ca_file", FIELD_TEXT, AT(power_site_settings, ca_file), .check = settings_check_text},
    {"certificate_file", FIELD_TEXT, AT(power_site_settings, certificate_file), .check = settings_check_text},
    {"key_file", FIELD_TEXT, AT(power_site_settings, key_file), .check = settings_check_text},
};
static const struct schema site_schema = {FIELDS(site_fields), .size = sizeof(struct power_site_settings)};

static const struct field power_fields[] = {
    {"time_zone", FIELD_TEXT, AT(power_settings, time_zone), .fallback = "UTC"},
    {"contract", FIELD_QUANTITY, AT(power_settings, contract), .dimension = DIMENSION_ACTIVE_POWER,
     .least = "1 kW", .most = "1000 MW"},
    {"topology", FIELD_TEXTS, AT(power_settings, topology), .entries_most = 100,
     .check = settings_check_text},
    {"nodes", FIELD_LIST, AT(power_settings, nodes), .entries_most = POWER_NODES_MOST,
     .of = &settings_of_power_node},
    {"budgets", FIELD_TABLE, AT(power_settings, budgets), .entries_most = BUDGETS_MOST, .of = &budget_schema},
    {"alarms", FIELD_LIST, AT(power_settings, alarms), .entries_most = RULES_MOST, .of = &rule_schema},
    {"site", FIELD_GROUP, AT(power_settings, site), .of = &site_schema},
    {"publish", FIELD_DURATION, AT(power_settings, publish), .fallback = "1s", .least = "100ms",
     .most = "1h"},
    {"fresh", FIELD_DURATION, AT(power_settings, fresh), .fallback = "15s", .least = "1s", .most = "1h"},
    {"held", FIELD_DURATION, AT(power_settings, held), .fallback = "60s", .least = "0s", .most = "24h"},
};
const struct schema settings_of_power = {FIELDS(power_fields), .size = sizeof(struct power_settings)};
