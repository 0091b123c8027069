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
    {"name", FIELD_TEXT, AT(power_node_settings, name), .required = true, .check = check_node_name,
     .says = "what the node is called, unique in the site; without a semicolon", .example = "ups-a1"},
    {"kind", FIELD_WORD, AT(power_node_settings, kind), .required = true, .words = power_kind_words,
     .says = "what it is", .example = "ups"},
    {"sources", FIELD_TEXTS, AT(power_node_settings, sources), .entries_most = POWER_SOURCES_MOST,
     .check = settings_check_text,
     .says = "what feeds it, by preference; behind a colon which of their phases",
     .example = "[\"busway-b:L2-L3-L1\"]"},
    {"cooled_by", FIELD_TEXTS, AT(power_node_settings, cooled_by), .entries_most = POWER_SOURCES_MOST,
     .check = settings_check_text, .says = "what carries its heat away", .example = "cdu-1"},
    {"takes", FIELD_WORD, AT(power_node_settings, takes), .words = behaviour_words,
     .says = "how it divides its load over sources; default by kind: sts, ats, static_bypass prefer; buses, "
             "headers are parallel",
     .example = "prefers"},
    {"on_loss", FIELD_TEXT, AT(power_node_settings, on_loss),
     .says = "keeps, or steps down to a share of its load when a source is lost; default: keeps",
     .example = "steps down to 60 %"},
    {"rating", FIELD_TEXTS, AT(power_node_settings, rating), .entries_most = 4, .check = check_rating,
     .says = "what it can carry: any of A (per phase), kW, kVA, and V (between phases)",
     .example = "[\"630 A\", \"400 V\"]"},
    {"standard", FIELD_WORD, AT(power_node_settings, standard), .words = standard_words,
     .says = "of a breaker; default IEC 60947-2", .example = "UL 489"},
    {"ratio", FIELD_QUANTITY, AT(power_node_settings, ratio), .dimension = DIMENSION_RATIO, .least = "10 %",
     .most = "100 %", .says = "what may flow for ever, of the rating; default: 80 % with UL 489, else 100 %",
     .example = "80 %"},
    {"derating", FIELD_QUANTITY, AT(power_node_settings, derating), .dimension = DIMENSION_RATIO,
     .least = "10 %", .most = "150 %", .says = "for temperature; default 100 %", .example = "94 %"},
    {"units", FIELD_INTEGER, AT(power_node_settings, units), .fallback = "1", .least = "1", .most = "1000",
     .says = "how many units of this rating are in it", .example = "4"},
    {"trip", FIELD_TEXT, AT(power_node_settings, trip),
     .says = "what a breaker trips by: thermal-magnetic [tau 120 s], hydraulic-magnetic, or electronic Ir "
             "500 A tr 10 s [no-memory]",
     .example = "electronic Ir 500 A tr 10 s"},
    {"phases", FIELD_WORD, AT(power_node_settings, phases), .words = phases_words,
     .says = "how many it has; default: as its first source", .example = "3"},
    {"phase", FIELD_WORD, AT(power_node_settings, phase), .words = phase_words,
     .says = "of a node of one phase: which", .example = "L2"},
    {"connection", FIELD_WORD, AT(power_node_settings, connection), .words = connection_words,
     .says = "how its loads stand; default: line to neutral", .example = "line to line"},
    {"meters", FIELD_TEXTS, AT(power_node_settings, meters), .entries_most = POWER_METERS_MOST,
     .check = settings_check_text,
     .says = "what measures it, DEVICE[:PART[/ID]], with a minus in front where it is taken off; default: "
             "sum of what it feeds",
     .example = "meter-a"},
    {"device", FIELD_TEXT, AT(power_node_settings, device), .check = settings_check_text,
     .says = "what tells its state; default: its first meter", .example = "ups-a1"},
    {"breaker", FIELD_TEXT, AT(power_node_settings, breaker), .check = settings_check_text,
     .says = "whose state is the node's: open does not feed", .example = "meter-a"},
    {"normal", FIELD_WORD, AT(power_node_settings, normal), .words = normal_words,
     .says = "how its breaker stands in normal operation; default: closed", .example = "open"},
    {"budget", FIELD_TEXT, AT(power_node_settings, budget), .says = "one of `budgets`", .example = "rack"},
    {"redundancy", FIELD_TEXT, AT(power_node_settings, redundancy),
     .says = "what is to stay when one thing is lost: N, N+1 ..., 2N; default: N", .example = "2N"},
    {"autonomy", FIELD_DURATION, AT(power_node_settings, autonomy), .least = "1s", .most = "30d",
     .says = "how long a battery carries its full load", .example = "5min"},
    {"start", FIELD_DURATION, AT(power_node_settings, start), .fallback = "15s", .least = "0s", .most = "1h",
     .says = "how long a generator takes until it takes load", .example = "15s"},
    {"flow", FIELD_QUANTITY, AT(power_node_settings, flow), .dimension = DIMENSION_FLOW, .least = "0.001 L/s",
     .most = "50 m3/s", .says = "of a CDU, by design", .example = "60 m3/h"},
    {"hall", FIELD_TEXT, AT(power_node_settings, hall), LABEL, .says = "label", .example = "hall-1"},
    {"row", FIELD_TEXT, AT(power_node_settings, row), LABEL, .says = "label", .example = "a"},
    {"rack", FIELD_TEXT, AT(power_node_settings, rack), LABEL, .says = "label", .example = "r01"},
    {"feed", FIELD_TEXT, AT(power_node_settings, feed), LABEL, .says = "label", .example = "A"},
    {"gateway", FIELD_TEXT, AT(power_node_settings, gateway), LABEL,
     .says = "which gateway judges it; default: the one that reads its meters, else that of all it feeds, "
             "else its first source's",
     .example = "gw-1"},
};
const struct schema settings_of_power_node = {FIELDS(node_fields),
                                              .size = sizeof(struct power_node_settings)};

static const struct field period_fields[] = {
    {"days", FIELD_TEXT, AT(period_settings, days), .says = "days on which it begins; default: every day",
     .example = "mon-fri"},
    {"from", FIELD_TEXT, AT(period_settings, from), .required = true,
     .says = "when it begins, by `time_zone`; in quotes", .example = "\"09:00\""},
    {"to", FIELD_TEXT, AT(period_settings, to), .required = true,
     .says = "when it ends; before `from`: on the next day", .example = "\"18:00\""},
    {"warning", FIELD_TEXT, AT(period_settings, warning),
     .says = "level in this period, in the unit of `critical`; without it the period has no warning",
     .example = "14 kW"},
    {"critical", FIELD_TEXT, AT(period_settings, critical),
     .says = "level in this period; without it the period has no critical level", .example = "16 kW"},
};
static const struct schema period_schema = {FIELDS(period_fields), .size = sizeof(struct period_settings)};

static const struct field budget_fields[] = {
    {"warning", FIELD_TEXT, AT(budget_settings, warning),
     .says = "level at which a warning is raised: W, VA, A, or percent of what can be used",
     .example = "80 %"},
    {"critical", FIELD_TEXT, AT(budget_settings, critical),
     .says = "level above it, in the same unit; a budget has at least one of the two", .example = "95 %"},
    {"deadband", FIELD_QUANTITY, AT(budget_settings, deadband), .dimension = DIMENSION_RATIO,
     .fallback = "2 %", .least = "0 %", .most = "50 %", .says = "how far below the level an alarm returns",
     .example = "2 %"},
    {"on_delay", FIELD_DURATION, AT(budget_settings, on_delay), .fallback = "60s", DELAY,
     .says = "how long a level is exceeded before the alarm is raised", .example = "60s"},
    {"off_delay", FIELD_DURATION, AT(budget_settings, off_delay), .fallback = "120s", DELAY,
     .says = "how long it is kept before the alarm returns", .example = "120s"},
    {"times", FIELD_LIST, AT(budget_settings, times), .entries_most = PERIODS_MOST, .of = &period_schema,
     .says = "other levels at times of the week; a period holds only the levels that it names"},
};
static const struct schema budget_schema = {FIELDS(budget_fields), .size = sizeof(struct budget_settings)};

static const struct field rule_fields[] = {
    {"name", FIELD_TEXT, AT(rule_settings, name), .required = true, .check = settings_check_slug,
     .says = "of a default alarm, which it changes, or of one of the site's own", .example = "hall_hot"},
    {"enabled", FIELD_WORD, AT(rule_settings, enabled), .words = switch_words,
     .says = "no: this default alarm is not judged", .example = "no"},
    {"quantity", FIELD_TEXT, AT(rule_settings, quantity),
     .says = "what is judged, of `hallwatch drivers --metrics`; makes a rule of the site's own",
     .example = "air_temperature_celsius"},
    {"class", FIELD_WORD, AT(rule_settings, class), .words = map_class_words,
     .says = "only of devices of this class", .example = "pdu"},
    {"device", FIELD_TEXT, AT(rule_settings, device), LABEL, .says = "only of this device",
     .example = "pdu-r01-a"},
    {"hall", FIELD_TEXT, AT(rule_settings, hall), LABEL, .says = "only of devices with this label",
     .example = "hall-1"},
    {"row", FIELD_TEXT, AT(rule_settings, row), LABEL, .says = "only of devices with this label",
     .example = "a"},
    {"rack", FIELD_TEXT, AT(rule_settings, rack), LABEL, .says = "only of devices with this label",
     .example = "r01"},
    {"feed", FIELD_TEXT, AT(rule_settings, feed), LABEL, .says = "only of devices with this label",
     .example = "A"},
    {"part", FIELD_TEXT, AT(rule_settings, part), .says = "only of this part", .example = "outlet"},
    {"phase", FIELD_TEXT, AT(rule_settings, phase), .says = "only of this phase", .example = "L1"},
    {"side", FIELD_TEXT, AT(rule_settings, side), .says = "only of this side", .example = "primary"},
    {"point", FIELD_TEXT, AT(rule_settings, point), LABEL, .says = "only of this point", .example = "supply"},
    {"above", FIELD_TEXT, AT(rule_settings, above), .says = "limit, with its unit", .example = "32 Cel"},
    {"below", FIELD_TEXT, AT(rule_settings, below), .says = "limit, with its unit", .example = "10 %"},
    {"is", FIELD_TEXT, AT(rule_settings, is), .says = "of a state: the word that is an alarm",
     .example = "fault"},
    {"is_not", FIELD_TEXT, AT(rule_settings, is_not), .says = "of a state: the only word that is none",
     .example = "running"},
    {"deadband", FIELD_TEXT, AT(rule_settings, deadband),
     .says = "how far behind the limit it returns, with its unit", .example = "1 K"},
    {"on_delay", FIELD_DURATION, AT(rule_settings, on_delay), DELAY,
     .says = "how long the limit is exceeded before it is raised", .example = "2min"},
    {"off_delay", FIELD_DURATION, AT(rule_settings, off_delay), DELAY,
     .says = "how long it is kept before it returns", .example = "5min"},
    {"priority", FIELD_INTEGER, AT(rule_settings, priority), .least = "1", .most = "4",
     .says = "1 act within minutes, 2 high, 3 medium, 4 journal", .example = "2"},
    {"latches", FIELD_WORD, AT(rule_settings, latches), .words = switch_words,
     .says = "yes: stands until `hallwatch reset`", .example = "yes"},
    {"response", FIELD_TEXT, AT(rule_settings, response), .check = settings_check_text,
     .says = "what to do, for whoever reads the alarm", .example = "look behind the blanking panels"},
};
static const struct schema rule_schema = {FIELDS(rule_fields), .size = sizeof(struct rule_settings)};

static const struct field site_fields[] = {
    {"brokers", FIELD_TEXTS, AT(power_site_settings, brokers), .required = true,
     .entries_most = SITE_BROKERS_MOST, .check = settings_check_text,
     .says = "brokers of the halls; makes this instance the site above them",
     .example = "[\"mqtts://broker-1.example\"]"},
    {"silent", FIELD_DURATION, AT(power_site_settings, silent), .fallback = "15s", .least = "1s",
     .most = "1h", .says = "a gateway that says nothing for so long is silent, and its nodes unknown",
     .example = "15s"},
    {"client_id", FIELD_TEXT, AT(power_site_settings, client_id), LABEL, .says = "as of a sink of type mqtt",
     .example = "hallwatch-site"},
    {"version", FIELD_WORD, AT(power_site_settings, version), .words = mqtt_version_words, .fallback = "5",
     .says = "as of a sink of type mqtt", .example = "5"},
    {"user", FIELD_TEXT, AT(power_site_settings, user), LABEL, .says = "as of a sink of type mqtt",
     .example = "site"},
    {"user_file", FIELD_TEXT, AT(power_site_settings, user_file), .check = settings_check_text,
     .says = "as of a sink of type mqtt", .example = "secrets/user"},
    {"password_file", FIELD_TEXT, AT(power_site_settings, password_file), .check = settings_check_text,
     .says = "as of a sink of type mqtt", .example = "secrets/mqtt"},
    {"password_credential", FIELD_TEXT, AT(power_site_settings, password_credential),
     .check = settings_check_text, .says = "as of a sink of type mqtt", .example = "mqtt"},
    {"ca_file", FIELD_TEXT, AT(power_site_settings, ca_file), .check = settings_check_text,
     .says = "as of a sink of type mqtt", .example = "ca.pem"},
    {"certificate_file", FIELD_TEXT, AT(power_site_settings, certificate_file), .check = settings_check_text,
     .says = "as of a sink of type mqtt", .example = "site.pem"},
    {"key_file", FIELD_TEXT, AT(power_site_settings, key_file), .check = settings_check_text,
     .says = "as of a sink of type mqtt", .example = "site.key"},
};
static const struct schema site_schema = {FIELDS(site_fields), .size = sizeof(struct power_site_settings)};

static const struct field power_fields[] = {
    {"time_zone", FIELD_TEXT, AT(power_settings, time_zone), .fallback = "UTC",
     .says = "of times of the week, as the system's zones are called", .example = "Asia/Seoul"},
    {"contract", FIELD_QUANTITY, AT(power_settings, contract), .dimension = DIMENSION_ACTIVE_POWER,
     .least = "1 kW", .most = "1000 MW", .says = "demand contract, held at the intake; default: none",
     .example = "2 MW"},
    {"topology", FIELD_TEXTS, AT(power_settings, topology), .entries_most = 100, .check = settings_check_text,
     .says = "nodes in CSV files; their columns are the keys of `nodes`, and `;` stands between texts of one "
             "cell",
     .example = "power.csv"},
    {"nodes", FIELD_LIST, AT(power_settings, nodes), .entries_most = POWER_NODES_MOST,
     .of = &settings_of_power_node, .says = "what feeds, carries and takes power or cooling"},
    {"budgets", FIELD_TABLE, AT(power_settings, budgets), .entries_most = BUDGETS_MOST, .of = &budget_schema,
     .says = "what nodes may use, by a name of your own"},
    {"alarms", FIELD_LIST, AT(power_settings, alarms), .entries_most = RULES_MOST, .of = &rule_schema,
     .says = "changes of default alarms, and the site's own"},
    {"site", FIELD_GROUP, AT(power_settings, site), .of = &site_schema,
     .says = "makes an instance the site above halls: it takes what gateways publish of their nodes"},
    {"publish", FIELD_DURATION, AT(power_settings, publish), .fallback = "1s", .least = "100ms", .most = "1h",
     .says = "how often figures of nodes are published", .example = "1s"},
    {"fresh", FIELD_DURATION, AT(power_settings, fresh), .fallback = "15s", .least = "1s", .most = "1h",
     .says = "readings that are older are held over", .example = "15s"},
    {"held", FIELD_DURATION, AT(power_settings, held), .fallback = "60s", .least = "0s", .most = "24h",
     .says = "for so long; then they are unknown", .example = "60s"},
};
const struct schema settings_of_power = {FIELDS(power_fields), .size = sizeof(struct power_settings)};
