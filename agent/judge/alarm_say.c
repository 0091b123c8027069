/* SPDX-License-Identifier: Apache-2.0 */
/* What people read of an alarm: its id, its line with value and limit in their units, what it takes along. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "judge/cause.h"
#include "judge/silence.h"
#include "model/human.h"

enum { SUMMARY_MOST = 400, CONSEQUENCES_MOST = 300 };

/* FNV-1a, 64 bits (draft-eastlake-fnv), folded to 32. */
static uint64_t digest(uint64_t sum, const char *text) {
    for (; *text != 0; text++)
        sum = (sum ^ (uint8_t)*text) * 1099511628211U;
    return (sum ^ 0xff) * 1099511628211U; /* so that "ab","c" is not "a","bc" */
}

uint32_t alarm_key(const char *rule, const char *subject, const struct place *place) {
    uint64_t sum = digest(digest(14695981039346656037U, rule), subject);
    if (place != NULL) {
        char id[40];
        place_write_id(place, id, sizeof(id));
        const char *words[] = {catalog_part(place->part), id, catalog_phase(place->phase),
                               catalog_side(place->side), place->point != NULL ? place->point : ""};
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            sum = digest(sum, words[i]);
    }
    return (uint32_t)(sum ^ sum >> 32);
}

void alarm_write_id(const struct about *about, char *id, size_t size) {
    enum { DIGITS = 9 }; /* with the dash */
    const char *name = about->rule->life.name;
    size_t n = strlen(name), room = size - DIGITS - 1;
    if (n > room)
        for (n = room; n > 0 && ((uint8_t)name[n] & 0xc0) == 0x80;)
            n--; /* not amidst a character */
    snprintf(id, size, "%.*s-%08x", (int)n, name, about->key);
}

/* --- values --- */

/* What an ON_NODE rule's value is published as. */
static const enum quantity figure_quantities[N_RULE_FIGURES] = {
    [FIGURE_LOAD] = USABLE_LOAD,       [FIGURE_TRIP] = TIME_TO_TRIP,
    [FIGURE_WARNING] = BUDGET_LOAD,    [FIGURE_CRITICAL] = BUDGET_LOAD,
    [FIGURE_FAILOVER] = FAILOVER_LOAD, [FIGURE_REDUNDANCY] = REDUNDANCY_STATE,
};

static void add_budget(const struct judged *judged, const struct about *about, struct text *line) {
    const struct budget_state *budget = &judged->budgets[about->node];
    static const enum quantity quantities[] = {
        [BUDGET_WATTS] = ACTIVE_POWER, [BUDGET_AMPERES] = CURRENT, [BUDGET_VOLTAMPERES] = APPARENT_POWER};
    if (budget->unit == BUDGET_NONE || budget->unit > BUDGET_VOLTAMPERES)
        return;
    enum quantity quantity = quantities[budget->unit];
    double level = about->rule->special == FIGURE_CRITICAL ? budget->critical : budget->warning;
    char value[40], limit[40];
    human_write_value(quantity, budget->value, value, sizeof(value));
    human_write_value(quantity, level, limit, sizeof(limit));
    const char *unit = human_unit(quantity);
    text_add_format(line, ": %s %s, level %s %s", value, unit, limit, unit);
}

static void add_loss(const struct judged *judged, const struct about *about, struct text *line) {
    const struct contingency_result *result = &contingency_results(judged->contingency)[about->node];
    if (result->first < judged->topology->n_nodes)
        text_add_format(line, ": %s would be at %.0f %% of usable", judged->power->nodes[result->first].name,
                        100 * result->first_ratio);
}

static void add_figure(const struct judged *judged, const struct about *about, const struct alarm *alarm,
                       struct text *line) {
    char words[40];
    switch ((enum rule_figure)about->rule->special) {
    case FIGURE_TRIP:
        human_write_duration(alarm->value, words, sizeof(words));
        text_add_format(line, ": in %s", words);
        break;
    case FIGURE_WARNING:
    case FIGURE_CRITICAL:
        add_budget(judged, about, line);
        break;
    case FIGURE_FAILOVER:
        add_loss(judged, about, line);
        break;
    case FIGURE_REDUNDANCY:
        text_add_string(line, alarm->priority > about->rule->life.priority ? ", as planned" : "");
        break;
    case FIGURE_DEVIATION:
    case FIGURE_LOAD:
    case FIGURE_SPLIT:
    case FIGURE_GAP:
    case FIGURE_FORECAST:
        text_add_format(line, ": %.4g %%, limit %.4g %%", 100 * alarm->value, 100 * alarm->limit);
        break;
    case FIGURE_VOLTS:
    case FIGURE_FROZEN:
    case FIGURE_POSITION:
    case FIGURE_SELECTED:
    case FIGURE_UNSEEN:
    case N_RULE_FIGURES:
        break;
    }
}

static void add_reading(const struct rule *rule, const struct alarm *alarm, struct text *line) {
    char value[40], limit[40];
    if (rule->value == VALUE_PLAIN) {
        human_write_value(rule->quantity, alarm->value, value, sizeof(value));
        human_write_value(rule->quantity, alarm->limit, limit, sizeof(limit));
        const char *unit = human_unit(rule->quantity);
        const char *blank = *unit != 0 ? " " : "";
        text_add_format(line, ": %s%s%s, limit %s%s%s", value, blank, unit, limit, blank, unit);
    } else if (rule->value == VALUE_OF_REFERENCE) {
        text_add_format(line, ": %.4g %%, limit %.4g %%", 100 * alarm->value, 100 * alarm->limit);
    } else {
        const char *unit = rule->value == VALUE_OFF_50_60_HZ ? "Hz" : "K";
        text_add_format(line, ": %.3g %s, limit %.3g %s", alarm->value, unit, alarm->limit, unit);
    }
}

static const struct node_out *find_out(const struct alarms *alarms, uint32_t node) {
    const struct node_out *out = alarms->outs;
    while (out != NULL && out->node != node)
        out = out->next;
    return out;
}

static void add_out(const struct alarms *alarms, const struct about *about, struct text *line) {
    const struct node_out *out = find_out(alarms, about->node);
    if (out == NULL || out->until_ms == 0)
        return;
    time_t until = (time_t)(out->until_ms / 1000);
    struct tm utc;
    char words[40] = "";
    if (gmtime_r(&until, &utc) != NULL)
        strftime(words, sizeof(words), "%Y-%m-%dT%H:%M:%SZ", &utc);
    text_add_format(line, " until %s, by %s: %s", words, out->by, out->why);
}

/* --- the record --- */

static void add_value(const struct alarms *alarms, const struct judged *judged, const struct about *about,
                      const struct alarm *alarm, struct text *line) {
    const struct rule *rule = about->rule;
    if (rule->on == ON_OUT)
        add_out(alarms, about, line);
    else if (isfinite(alarm->value) && rule->on == ON_NODE && judged != NULL)
        add_figure(judged, about, alarm, line);
    else if (isfinite(alarm->value) && rule->on == ON_SERIES && rule->states == 0)
        add_reading(rule, alarm, line);
}

static void write_summary(const struct alarms *alarms, const struct judged *judged, const struct about *about,
                          const struct alarm *alarm, const struct alarm_record *record, struct text *line) {
    const struct rule *rule = about->rule;
    const char *subject = *record->node != 0 ? record->node : record->device;
    char title[80] = "";
    if (rule->says == NULL && rule->quantity != QUANTITY_NONE)
        human_write_title(rule->quantity, title, sizeof(title));
    text_add_format(line, "%s%s%s: %s", subject, *subject != 0 && *record->place != 0 ? " " : "",
                    record->place, rule->says != NULL ? rule->says : title);
    add_value(alarms, judged, about, alarm, line);
    if (alarm->is_chattering)
        text_add_string(line, " (chatters)");
    if (about->note != NULL)
        text_add_format(line, "; %s", about->note);
}

static void label_by_device(const struct device_watch *watch, struct alarm_record *record) {
    const struct device_view *view = watch->view;
    const struct device_config *config = watch->config;
    if (config != NULL) {
        record->hall = config->hall;
        record->row = config->row;
        record->rack = config->rack;
        record->feed = config->feed;
        record->device = config->name;
    } else if (view != NULL) {
        record->device = view->gateway != NULL ? view->gateway : view->device;
    }
    record->class = view != NULL && view->class != NULL && view->class[0] != 0 ? view->class
                                                                               : catalog_class(watch->class);
}

static void label(struct alarms *alarms, struct about *about, struct alarm_record *record) {
    if (about->group != NO_GROUP) {
        const struct device_watch *member = silence_group_device(alarms, about->group);
        label_by_device(member, record);
        record->rack = record->device = "";
        record->place = silence_group_name(alarms->silence, about->group);
    } else if (about->device != NO_DEVICE) {
        label_by_device(&alarms->devices[about->device], record);
    }
    if (about->node != POWER_NO_NODE && about->device == NO_DEVICE) {
        const struct power_node *node = &alarms->power->nodes[about->node];
        record->hall = node->hall;
        record->row = node->row;
        record->rack = node->rack;
        record->feed = node->feed;
        record->node = node->name;
        record->class = power_kind_word(node->kind);
    }
}

/* A feed is told by its labels, too, when its node has none. */
static void name_place(struct alarms *alarms, struct about *about, struct alarm_record *record) {
    char words[80];
    if (about->series != NO_SERIES && about->place == NULL) {
        const struct series *series = &alarms->devices[about->device].view->series[about->series];
        human_write_place(&series->place, words, sizeof(words));
        about->place = strdup(strcmp(words, "-") != 0 ? words : "");
    }
    if (about->place != NULL)
        record->place = about->place;
}

static double seconds_left(const struct alarms *alarms, const struct about *about,
                           const struct alarm *alarm) {
    if (about->rule->is_seconds_left)
        return alarm->value;
    if (about->device == NO_DEVICE || alarms->devices[about->device].values == NULL)
        return (double)NAN;
    const struct device_watch *watch = &alarms->devices[about->device];
    for (size_t i = 0; i < watch->n_bounds && watch->class == CLASS_UPS; i++)
        if (watch->view->series[watch->bounds[i].series].quantity == BATTERY_RUNTIME)
            return watch->values[watch->bounds[i].series];
    return (double)NAN;
}

static const char *metric_of(const struct rule *rule) {
    enum quantity quantity = rule->on == ON_NODE ? figure_quantities[rule->special] : rule->quantity;
    return quantity != QUANTITY_NONE && rule->value == VALUE_PLAIN ? catalog_quantity(quantity)->name : "";
}

static struct alarm_record begin_record(const struct alarms *alarms, const struct rule *rule,
                                        const struct alarm *alarm) {
    return (struct alarm_record){.rule = rule->life.name,
                                 .site = alarms->config->site,
                                 .hall = "",
                                 .row = "",
                                 .rack = "",
                                 .feed = "",
                                 .node = "",
                                 .device = "",
                                 .class = "",
                                 .place = "",
                                 .response = rule->life.response,
                                 .state = alarm->said,
                                 .priority = alarm->priority,
                                 .latches = rule->life.latches,
                                 .is_chattering = alarm->is_chattering,
                                 .value = alarm->value,
                                 .limit = rule->states != 0 ? (double)NAN : alarm->limit,
                                 .metric = metric_of(rule),
                                 .headroom_watts = (double)NAN,
                                 .n_consequences = alarm->n_consequences,
                                 .since_ms = alarm->since_ms,
                                 .changed_ms = alarm->changed_ms};
}

void alarm_say(struct alarms *alarms, const struct judged *judged, struct alarm *alarm) {
    struct about *about = &alarms->abouts[alarm->condition];
    const struct rule *rule = about->rule;
    char consequences[CONSEQUENCES_MOST] = "", cause[sizeof(((struct alarm_record *)0)->id)] = "";
    struct alarm_record record = begin_record(alarms, rule, alarm);
    alarm_write_id(about, record.id, sizeof(record.id));
    label(alarms, about, &record);
    name_place(alarms, about, &record);
    record.seconds_left = seconds_left(alarms, about, alarm);
    if (about->node != POWER_NO_NODE && judged != NULL && judged->budgets != NULL)
        record.headroom_watts = judged->budgets[about->node].headroom_watts;
    const struct alarm *root = cause_root(alarms, alarm);
    if (root != NULL)
        alarm_write_id(&alarms->abouts[root->condition], cause, sizeof(cause));
    record.cause = cause;
    cause_write_consequences(alarms, judged, alarm, consequences, sizeof(consequences));
    record.consequences = consequences;
    struct text line = {0};
    write_summary(alarms, judged, about, alarm, &record, &line);
    record.summary = line.data != NULL && !line.failed ? line.data : rule->life.name;
    if (alarm_board_put(alarms->board, &record) == 0) {
        alarm->is_to_say = false;
        free(about->note);
        about->note = NULL;
    }
    text_done(&line);
}
