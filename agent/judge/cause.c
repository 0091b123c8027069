/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cause and consequence. The table says which rule's alarm may follow from which other, and how the two must
 * be related; the live path is walked upwards from the consequence.
 */
#include "judge/cause.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "judge/cause_table.h"

/* PDUs, UPSes and the like need so long to be themselves again after their supply is back. */
enum { GRACE_MS = 60 * 1000, DEPTH_MOST = 16, TOLD_GATEWAYS_MOST = 256 };

/* When it began, as against its cause: power.md section 5. */
enum { BEFORE_MS = 5 * 1000, AFTER_MS = 30 * 1000 };

#define NONE UINT32_MAX

/* Links between rules as they are numbered here, sorted by consequence. */
struct resolved {
    const struct cause_link *link;
    uint32_t cause, next; /* rule; the next of the same consequence, NONE */
};

struct causes {
    size_t n_rules, n_nodes;
    struct resolved resolved[CAUSE_LINKS];
    uint32_t *first_link; /* by rule */
    uint32_t *first_told; /* by node: the first one of the same other gateway; NONE: it is of none */
    /* Alarms that are up, as lists: heads by rule, node and device; places in the engine's array. */
    uint32_t *of_rule, *of_node, *of_device;
    size_t n_devices;
    uint32_t *next_of_rule, *next_of_node, *next_of_device;
    size_t room;
    /* The walk upwards. */
    uint32_t *seen, *queue; /* by node: the walk that saw it; nodes to look at */
    uint32_t walk;
};

/* --- the table, resolved --- */

static uint32_t find_rule(const struct alarms *alarms, const char *name) {
    const struct rule *rule = rule_set_find(&alarms->set, name);
    return rule != NULL ? (uint32_t)(rule - alarms->set.rules) : NONE;
}

static void resolve(const struct alarms *alarms, struct causes *causes) {
    memset(causes->first_link, 0xff, causes->n_rules * sizeof(uint32_t));
    for (uint32_t i = CAUSE_LINKS; i-- > 0;) { /* so that each list is in the table's order */
        uint32_t consequence = find_rule(alarms, cause_links[i].consequence);
        causes->resolved[i] = (struct resolved){
            .link = &cause_links[i], .cause = find_rule(alarms, cause_links[i].cause), .next = NONE};
        if (consequence == NONE || causes->resolved[i].cause == NONE)
            continue;
        if (alarms->set.rules[consequence].life.is_never_suppressed &&
            causes->resolved[i].cause != consequence)
            continue; /* by its likes only */
        causes->resolved[i].next = causes->first_link[consequence];
        causes->first_link[consequence] = i;
    }
}

/* Gateways are few, and nodes of one mostly stand together. */
static void find_told(const struct alarms *alarms, struct causes *causes) {
    uint32_t firsts[TOLD_GATEWAYS_MOST], n = 0, last = 0;
    for (uint32_t i = 0; i < causes->n_nodes; i++) {
        const struct power_node *nodes = alarms->topology->power->nodes;
        causes->first_told[i] = NONE;
        if (!nodes[i].elsewhere || !nodes[i].gateway)
            continue;
        for (uint32_t tries = 0; tries < n && causes->first_told[i] == NONE; tries++) {
            uint32_t at = (last + tries) % n;
            if (strcmp(nodes[firsts[at]].gateway, nodes[i].gateway) != 0)
                continue;
            causes->first_told[i] = firsts[at];
            last = at;
        }
        if (causes->first_told[i] == NONE && n < TOLD_GATEWAYS_MOST)
            causes->first_told[i] = firsts[n++] = i;
    }
}

int causes_new(const struct alarms *alarms, struct causes **causes) {
    struct causes *new = calloc(1, sizeof(*new));
    *causes = new;
    if (new == NULL)
        return ERROR_MEMORY;
    new->n_rules = alarms->set.n;
    new->n_nodes = alarms->topology != NULL ? alarms->topology->n_nodes : 0;
    new->n_devices = alarms->devices_room;
    uint32_t **arrays[] = {&new->first_link, &new->first_told, &new->of_rule, &new->of_node,
                           &new->of_device,  &new->seen,       &new->queue};
    size_t sizes[] = {new->n_rules,   new->n_nodes, new->n_rules, new->n_nodes,
                      new->n_devices, new->n_nodes, new->n_nodes};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        *arrays[i] = calloc(sizes[i] + 1, sizeof(uint32_t));
        if (*arrays[i] == NULL)
            return ERROR_MEMORY;
    }
    resolve(alarms, new);
    find_told(alarms, new);
    return 0;
}

void causes_free(struct causes *causes) {
    if (causes == NULL)
        return;
    uint32_t *arrays[] = {causes->first_told,   causes->first_link,    causes->of_rule, causes->of_node,
                          causes->of_device,    causes->seen,          causes->queue,   causes->next_of_rule,
                          causes->next_of_node, causes->next_of_device};
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
        free(arrays[i]);
    free(causes);
}

/* --- who is up --- */

static bool make_room(struct causes *causes, size_t n) {
    if (n <= causes->room)
        return true;
    uint32_t **lists[] = {&causes->next_of_rule, &causes->next_of_node, &causes->next_of_device};
    for (size_t i = 0; i < 3; i++) {
        uint32_t *grown = realloc(*lists[i], 2 * n * sizeof(uint32_t));
        if (grown == NULL)
            return false;
        *lists[i] = grown;
    }
    causes->room = 2 * n;
    return true;
}

static void list_up(const struct alarms *alarms, const struct alarm *all, size_t n) {
    struct causes *causes = alarms->causes;
    memset(causes->of_rule, 0xff, causes->n_rules * sizeof(uint32_t));
    memset(causes->of_node, 0xff, causes->n_nodes * sizeof(uint32_t));
    memset(causes->of_device, 0xff, causes->n_devices * sizeof(uint32_t));
    for (uint32_t i = 0; i < n; i++) {
        if (!all[i].is_up)
            continue;
        const struct about *about = &alarms->abouts[all[i].condition];
        uint32_t rule = (uint32_t)(about->rule - alarms->set.rules);
        causes->next_of_rule[i] = causes->of_rule[rule];
        causes->of_rule[rule] = i;
        if (about->node != POWER_NO_NODE) {
            causes->next_of_node[i] = causes->of_node[about->node];
            causes->of_node[about->node] = i;
        }
        if (about->device != NO_DEVICE) {
            causes->next_of_device[i] = causes->of_device[about->device];
            causes->of_device[about->device] = i;
        }
    }
}

/* --- relations --- */

static bool is_in_time(const struct cause_link *link, const struct alarm *consequence,
                       const struct alarm *cause) {
    int64_t after_ms = consequence->onset_ms - cause->onset_ms;
    return link->any_time || (after_ms >= -BEFORE_MS && after_ms <= AFTER_MS);
}

/* One look for a cause: the consequence, and by which link. */
struct look {
    const struct alarms *alarms;
    const struct judged *judged;
    const struct alarm *all;
    const struct alarm *of;
    const struct resolved *by;
};

static bool is_cause(const struct look *look, uint32_t at) {
    const struct alarm *cause = &look->all[at];
    uint32_t rule = (uint32_t)(look->alarms->abouts[cause->condition].rule - look->alarms->set.rules);
    if (rule != look->by->cause || cause == look->of || !is_in_time(look->by->link, look->of, cause))
        return false;
    /* What is planned takes nothing along that is not. */
    return look->by->link->relation != FIRST_OF_HALL || cause->priority <= look->of->priority;
}

static uint32_t find_at_node(const struct look *look, uint32_t node) {
    const struct causes *causes = look->alarms->causes;
    for (uint32_t at = causes->of_node[node]; at != NONE; at = causes->next_of_node[at])
        if (is_cause(look, at))
            return at;
    return NONE;
}

/* Whether anything feeds the node now. */
static bool is_fed(const struct look *look, uint32_t node) {
    const struct edge_run *run = &look->alarms->topology->sources[node];
    for (uint32_t edge = run->first; edge < run->first + run->n; edge++)
        if (look->judged->carries[edge] > 0)
            return true;
    return false;
}

/* What feeds, or fed until it died: a node that nothing feeds, or its battery, has lost all its sources. */
static bool is_live(const struct look *look, uint32_t node, uint32_t edge) {
    const struct judged *judged = look->judged;
    if (judged == NULL || judged->carries == NULL || judged->supply == NULL)
        return true;
    return judged->carries[edge] > 0 ||
           judged->supply[look->alarms->topology->edges[edge].from] == SUPPLY_DEAD || !is_fed(look, node);
}

/* The nearest cause on the live path, upwards or down; NONE. */
static uint32_t find_along(const struct look *look, uint32_t node, bool with_itself, bool down) {
    struct causes *causes = look->alarms->causes;
    const struct topology *topology = look->alarms->topology;
    size_t n = 0;
    causes->walk++;
    causes->seen[node] = causes->walk;
    causes->queue[n++] = node;
    for (size_t i = 0; i < n; i++) {
        uint32_t at = causes->queue[i], found = i > 0 || with_itself ? find_at_node(look, at) : NONE;
        if (found != NONE)
            return found;
        const struct edge_run *run = down ? &topology->fed[at] : &topology->sources[at];
        for (uint32_t k = run->first; k < run->first + run->n; k++) {
            uint32_t edge = down ? topology->by_source[k] : k;
            uint32_t next = down ? topology->edges[edge].to : topology->edges[edge].from;
            if (causes->seen[next] == causes->walk || !is_live(look, down ? next : at, edge))
                continue;
            causes->seen[next] = causes->walk;
            causes->queue[n++] = next;
        }
    }
    return NONE;
}

static bool same_where_both(const char *a, const char *b) {
    return *a == 0 || *b == 0 || strcmp(a, b) == 0;
}

static void zone_of(const struct alarms *alarms, const struct about *about, const char **hall,
                    const char **row) {
    *hall = *row = "";
    if (about->device != NO_DEVICE && alarms->devices[about->device].config != NULL) {
        *hall = alarms->devices[about->device].config->hall;
        *row = alarms->devices[about->device].config->row;
    } else if (about->node != POWER_NO_NODE) {
        *hall = alarms->power->nodes[about->node].hall;
        *row = alarms->power->nodes[about->node].row;
    }
}

static bool is_in_zone(const struct alarms *alarms, const struct about *a, const struct about *b) {
    const char *halls[2], *rows[2];
    zone_of(alarms, a, &halls[0], &rows[0]);
    zone_of(alarms, b, &halls[1], &rows[1]);
    return strcmp(halls[0], halls[1]) == 0 && same_where_both(rows[0], rows[1]);
}

static bool is_related(const struct look *look, const struct about *of, const struct about *cause) {
    const struct alarms *alarms = look->alarms;
    switch (look->by->link->relation) {
    case SAME:
        return of->device == cause->device && of->series == cause->series && of->node == cause->node;
    case SAME_DEVICE:
        return of->device != NO_DEVICE && of->device == cause->device;
    case SAME_NODE:
        return of->node != POWER_NO_NODE && of->node == cause->node;
    case ON_BUS:
        return of->device != NO_DEVICE && alarms->devices[of->device].bus == cause->group;
    case ON_FEED:
        return of->device != NO_DEVICE && cause->group != NO_GROUP &&
               alarms->devices[of->device].feed == cause->group;
    case FIRST_OF_HALL:
        return cause->node < of->node && of->node != POWER_NO_NODE &&
               strcmp(alarms->power->nodes[cause->node].hall, alarms->power->nodes[of->node].hall) == 0;
    case IN_ZONE:
        return is_in_zone(alarms, of, cause);
    case SAME_GATEWAY:
    case ON_PATH:
    case UPSTREAM:
    case AT_OR_UPSTREAM:
        break;
    }
    return false;
}

static uint32_t find_from_node(const struct look *look, uint32_t node, enum relation relation) {
    uint32_t first = look->alarms->causes->first_told[node], found;
    if (relation == SAME_GATEWAY)
        return first != NONE && first != node ? find_at_node(look, first) : NONE;
    found = find_along(look, node, relation != UPSTREAM, false);
    return found == NONE && relation == ON_PATH ? find_along(look, node, false, true) : found;
}

/* The place of the alarm that it follows from by this link; NONE. */
static uint32_t find_by(const struct look *look) {
    const struct alarms *alarms = look->alarms;
    const struct causes *causes = alarms->causes;
    const struct about *about = &alarms->abouts[look->of->condition];
    enum relation relation = look->by->link->relation;
    if (causes->of_rule[look->by->cause] == NONE)
        return NONE;
    if (relation == SAME_GATEWAY || relation == UPSTREAM || relation == AT_OR_UPSTREAM || relation == ON_PATH)
        return about->node != POWER_NO_NODE ? find_from_node(look, about->node, relation) : NONE;
    /* Of what is about one device or node, the few alarms of that; else all of the rule. */
    const uint32_t *next = causes->next_of_rule;
    uint32_t at = causes->of_rule[look->by->cause];
    if ((relation == SAME || relation == SAME_DEVICE) && about->device != NO_DEVICE) {
        next = causes->next_of_device;
        at = causes->of_device[about->device];
    } else if ((relation == SAME || relation == SAME_NODE) && about->node != POWER_NO_NODE) {
        next = causes->next_of_node;
        at = causes->of_node[about->node];
    }
    for (; at != NONE; at = next[at])
        if (is_cause(look, at) && is_related(look, about, &alarms->abouts[look->all[at].condition]))
            return at;
    return NONE;
}

/* Any other alarm of the same device says more than its own does. */
static uint32_t find_specific(const struct look *look) {
    const struct alarms *alarms = look->alarms;
    const struct about *about = &alarms->abouts[look->of->condition];
    for (uint32_t at = about->device != NO_DEVICE ? alarms->causes->of_device[about->device] : NONE;
         at != NONE; at = alarms->causes->next_of_device[at]) {
        const struct rule *rule = alarms->abouts[look->all[at].condition].rule;
        if (!rule->is_generic && rule->on != ON_SILENCE)
            return at;
    }
    return NONE;
}

static uint32_t find_cause(struct look *look) {
    const struct alarms *alarms = look->alarms;
    const struct rule *rule = alarms->abouts[look->of->condition].rule;
    if (rule->is_generic)
        return find_specific(look);
    for (uint32_t i = alarms->causes->first_link[rule - alarms->set.rules]; i != NONE;
         i = alarms->causes->resolved[i].next) {
        look->by = &alarms->causes->resolved[i];
        uint32_t at = find_by(look);
        if (at != NONE)
            return at;
    }
    return NONE;
}

/* --- settling --- */

static bool stands(const struct alarms *alarms, uint32_t condition) {
    const struct alarm *cause = alarm_engine_look(alarms->engine, condition);
    return cause != NULL && cause->is_up;
}

static void settle_one(struct alarms *alarms, const struct judged *judged, struct alarm *all,
                       struct alarm *alarm, int64_t now_ms) {
    const struct alarm_rule *rule = &alarms->abouts[alarm->condition].rule->life;
    if (alarm->cause != ALARM_NO_CONDITION && stands(alarms, alarm->cause))
        return;
    if (alarm->cause != ALARM_NO_CONDITION && alarm->recovers)
        alarm->waits_until_ms = now_ms + (rule->on_delay_ms > GRACE_MS ? rule->on_delay_ms : GRACE_MS);
    struct look look = {.alarms = alarms, .judged = judged, .all = all, .of = alarm};
    uint32_t at = find_cause(&look), cause = at != NONE ? all[at].condition : ALARM_NO_CONDITION;
    alarm->is_to_say = alarm->is_to_say || (cause != alarm->cause && !alarm->is_restored);
    alarm->cause = cause;
    if (cause != ALARM_NO_CONDITION)
        alarm->recovers = look.by != NULL && look.by->link->recovers;
}

struct alarm *cause_root(const struct alarms *alarms, const struct alarm *alarm) {
    struct alarm *root =
        alarm->cause != ALARM_NO_CONDITION ? alarm_engine_look(alarms->engine, alarm->cause) : NULL;
    for (int depth = 0; depth < DEPTH_MOST && root != NULL && root->cause != ALARM_NO_CONDITION; depth++)
        root = alarm_engine_look(alarms->engine, root->cause);
    return root;
}

void causes_settle(struct alarms *alarms, const struct judged *judged, int64_t now_ms) {
    size_t n;
    struct alarm *all = alarm_engine_all(alarms->engine, &n);
    if (!make_room(alarms->causes, n))
        return; /* out of memory: all are shown, none is lost */
    list_up(alarms, all, n);
    for (size_t i = 0; i < n; i++) {
        all[i].n_consequences = 0;
        if (all[i].is_up)
            settle_one(alarms, judged, all, &all[i], now_ms);
    }
    for (size_t i = 0; i < n; i++) {
        struct alarm *root = all[i].is_up ? cause_root(alarms, &all[i]) : NULL;
        if (root != NULL)
            root->n_consequences++;
    }
}
