/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is an alarm: the default rules of power.md section 5 as one table, changed and completed by the
 * site's own (`power.alarms`). A rule names what it is held against: series of devices by class, or nodes of
 * the topology by kind. Whoever judges a rule (device_conditions.c, silence.c, node_conditions.c) finds its
 * limits here.
 */
#ifndef HALLWATCH_JUDGE_ALARM_RULES_H
#define HALLWATCH_JUDGE_ALARM_RULES_H

#include "judge/alarm.h"

/* What a rule is held against. */
enum rule_on {
    ON_SERIES,  /* each series of that quantity */
    ON_ALL,     /* all of them in one device together: "all pumps" */
    ON_NODE,    /* nodes of a kind: `figure` says which of their figures */
    ON_SILENCE, /* no good reading: of a device, a critical one, a bus, a row's feed */
    ON_OUT      /* a node that is out of service */
};

/* What becomes of a series' value before it is held against the limit. */
enum rule_value {
    VALUE_PLAIN,
    VALUE_ABOVE_REFERENCE, /* minus the reference's value */
    VALUE_OF_REFERENCE,    /* over the reference's value */
    VALUE_OFF_50_60_HZ     /* minus the nominal frequency that is nearer */
};

/* Which of a node's figures an ON_NODE rule is held against. */
enum rule_figure {
    FIGURE_VOLTS,      /* over nominal, of the highest phase: is it dead */
    FIGURE_DEVIATION,  /* of the worst phase from nominal, as a share of it */
    FIGURE_LOAD,       /* over usable, as ratings are judged */
    FIGURE_TRIP,       /* earliest, s */
    FIGURE_WARNING,    /* load over the warning level of the budget */
    FIGURE_CRITICAL,   /* load over the critical level */
    FIGURE_FAILOVER,   /* greatest load over usable anywhere, after the loss of the node */
    FIGURE_REDUNDANCY, /* enum redundancy_state of the node's own rule */
    FIGURE_SPLIT,      /* share of the first feed: its distance from a half */
    FIGURE_GAP,        /* between its meters and the sum of what it feeds, as a share */
    FIGURE_FROZEN,     /* W, the same as before to the last digit: 1, else 0 */
    FIGURE_POSITION,   /* a switch that is not in its normal position: 1, else 0 */
    FIGURE_SELECTED,   /* rank of the source that a transfer switch has selected */
    FIGURE_UNSEEN,     /* 1: nothing known of a node that another gateway measures */
    FIGURE_FORECAST,   /* of block demand, over the contract */
    N_RULE_FIGURES
};

enum rule_silence { SILENT_DEVICE, SILENT_CRITICAL_DEVICE, SILENT_BUS, SILENT_FEED, LOST_FEED };

/* A bit each. */
#define OF_CLASS(class) (1U << (class))
#define OF_KIND(kind) (1U << (kind))
#define OF_STATE(code) (1U << (code))

struct rule {
    struct alarm_rule life;
    const char *says; /* "leak detected": what the alarm's line begins with */
    /* As a consequence, one and several: "silent" behind the class, or "node dead", "nodes dead". */
    const char *counted[2];
    enum rule_on on;
    uint32_t classes; /* bits of enum device_class; 0: any */
    uint32_t kinds;   /* bits of enum power_kind. ON_SERIES: of the node that names the device; 0: any */
    uint32_t not_kinds;
    enum quantity quantity;
    enum part part;     /* PART_NONE: any */
    const char *points; /* of the place, "|" before and behind each: "|supply|outlet|"; NULL: any */
    enum rule_value value;
    enum quantity reference; /* of the same device, at the same point if there is one */
    const char *reference_points;
    uint32_t states;        /* of a state: bits of the codes in breach; 0: `test` counts */
    uint32_t silent_states; /* bits of the codes that tell nothing */
    enum condition_test test;
    double limit, deadband;
    uint8_t special;      /* enum rule_figure of ON_NODE, enum rule_silence of ON_SILENCE */
    bool only_opened;     /* a breaker: open counts once it was seen closed */
    enum quantity unless; /* not while this of the same device is in one of these states */
    uint32_t unless_states;
    bool unless_rated;    /* not where a rated node is held to the same by its figures */
    bool is_generic;      /* follows from every other alarm of the same device */
    bool is_seconds_left; /* its value is the time that is left */
    bool is_disabled;
    const struct power_rule *site; /* of the site: which devices and places; NULL: a default rule */
};

/* All that hold, the defaults first, in the order of the table. */
struct rule_set {
    struct rule *rules;
    size_t n;
};
/* Borrows the configuration. 0 or ERROR_MEMORY. */
int rule_set_make(const struct power_config *power, struct rule_set *set);
void rule_set_done(struct rule_set *set);
/* The rule of that name or NULL. */
const struct rule *rule_set_find(const struct rule_set *set, const char *name);

/* The default rules: those of power, those of machines, cooling and silence. */
enum { RULE_TABLES = 4 };
struct rule_table {
    const struct rule *rules;
    size_t n;
};
extern const struct rule_table rules_of_power[RULE_TABLES], rules_of_machines[RULE_TABLES];

/* `value` (and of states the code) against the rule's limit. */
enum finding rule_find(const struct rule *rule, double value);
enum finding rule_find_within(const struct rule *rule, double value, double deadband);
/* Whether it is of these points. */
bool rule_has_point(const char *points, const char *point);

#endif
