/* SPDX-License-Identifier: Apache-2.0 */
/* Puts what was judged beside the lines of the layout. */
#include "command/tree_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/human.h"

/* Below these an operator wants to see it: shares measured, seconds to a trip. */
static const double measured_least = 0.995, trip_soon_s = 600;

/* "60 MVA", "630 A". */
static void add_rated(struct text *text, double value, const char *unit) {
    static const struct {
        double least;
        const char *prefix;
    } scales[] = {{1e6, "M"}, {10e3, "k"}, {0, ""}};
    size_t i = 0;
    if (!(value > 0))
        return;
    while (value < scales[i].least)
        i++;
    double divisor = *scales[i].prefix == 'M' ? 1e6 : *scales[i].prefix == 'k' ? 1e3 : 1;
    text_add_format(text, "%s%.4g %s%s", text->size ? ", " : "", value / divisor, scales[i].prefix, unit);
}

void tree_write_rating(const struct power_node *node, char *text, size_t size) {
    struct text line = {0};
    add_rated(&line, node->rating.watts, "W");
    add_rated(&line, node->rating.voltamperes, "VA");
    add_rated(&line, node->rating.amperes, "A");
    add_rated(&line, node->rating.volts, "V");
    snprintf(text, size, "%s%s", line.data ? line.data : "", line.data && node->units > 1 ? ", " : "");
    if (line.data && node->units > 1)
        snprintf(text + strlen(text), size - strlen(text), "%u units", node->units);
    text_done(&line);
}

/* "air unit", "PDU": as people say it; plural with an s or es. */
static void write_kind(enum power_kind kind, bool plural, char *text, size_t size) {
    static const char *const short_words[] = {"ups", "pdu", "cdu", "sts", "ats", "bbu", "bess"};
    const char *word = power_kind_word(kind);
    bool is_short = false;
    size_t length = strlen(word);
    for (size_t i = 0; i < sizeof(short_words) / sizeof(short_words[0]); i++)
        is_short |= strncmp(word, short_words[i], strlen(short_words[i])) == 0 &&
                    (length == strlen(short_words[i]) || word[strlen(short_words[i])] == '_');
    const char *blank = strchr(word, '_');
    size_t first = blank ? (size_t)(blank - word) : length, used = 0;
    for (; used < length && used + 3 < size; used++) {
        char c = word[used];
        text[used] = c == '_' ? ' ' : is_short && used < first ? (char)(c - 'a' + 'A') : c;
    }
    text[used] = '\0';
    if (!plural)
        return;
    if (used && text[used - 1] == 'y' && used > 1 && text[used - 2] != 'a')
        snprintf(text + used - 1, size - used + 1, "%s", "ies");
    else
        snprintf(text + used, size - used, "%s", text[used - 1] == 's' || text[used - 1] == 'S' ? "es" : "s");
}

void tree_add_counts(const struct power_config *power, const uint32_t *nodes, size_t n, struct text *text) {
    size_t counts[N_POWER_KINDS] = {0};
    const char *separator = "";
    for (size_t i = 0; i < n; i++)
        counts[power->nodes[nodes[i]].kind]++;
    for (int kind = N_POWER_KINDS; kind-- > 0;) {
        if (counts[kind] == 0)
            continue;
        char word[32];
        write_kind((enum power_kind)kind, counts[kind] > 1, word, sizeof(word));
        text_add_format(text, "%s%zu %s", separator, counts[kind], word);
        separator = ", ";
    }
}

/* --- what feeds what --- */

void tree_find_origins(const struct judged *judged, uint8_t *origins) {
    const struct topology *topology = judged->topology;
    for (uint32_t i = 0; i < topology->n_nodes; i++) {
        const struct power_node *node = &judged->power->nodes[i];
        const struct edge_run *run = &topology->sources[i];
        bool is_down = judged->supply[i] == SUPPLY_DEAD;
        origins[i] = is_down || run->n > 0                                     ? 0
                     : node->kind == POWER_GENERATOR                           ? ORIGIN_GENERATOR
                     : node->kind == POWER_BATTERY || node->kind == POWER_BESS ? ORIGIN_BATTERY
                                                                               : ORIGIN_UTILITY;
        for (uint32_t k = 0; k < run->n && !is_down; k++)
            if (judged->carries[run->first + k] > 0)
                origins[i] |= origins[topology->edges[run->first + k].from];
        if (judged->supply[i] == SUPPLY_BATTERY)
            origins[i] = ORIGIN_BATTERY;
    }
}

/* --- the state of a node in words --- */

static void add_words(struct text *text, const char *words) {
    text_add_string(text, text->size ? ", " : "");
    text_add_string(text, words);
}

static void raise_mood(struct tree_cells *cells, enum tree_mood mood) {
    if (cells->mood < mood || (cells->mood == MOOD_DIM && mood != MOOD_PLAIN))
        cells->mood = mood;
}

static void add_said(struct tree_cells *cells, enum tree_mood mood, const char *words) {
    add_words(&cells->state, words);
    raise_mood(cells, mood);
}

static void add_alarm(const struct tree_look *look, uint32_t node, struct tree_cells *cells) {
    const struct tree_alarm *alarm = look->alarms ? &look->alarms[node] : NULL;
    char words[160];
    if (!alarm || !alarm->rule)
        return;
    int used = snprintf(words, sizeof(words), "P%u %s", (unsigned)alarm->priority, alarm->rule);
    if (alarm->n > 1 && used > 0 && (size_t)used < sizeof(words))
        snprintf(words + used, sizeof(words) - (size_t)used, " and %u more", alarm->n - 1);
    add_said(cells, alarm->priority <= 2 ? MOOD_ALARM : MOOD_WARNING, words);
}

static void add_supply(const struct tree_look *look, uint32_t node, struct tree_cells *cells) {
    const struct judged *judged = look->judged;
    const struct power_node *config = &look->power->nodes[node];
    const struct node_present *present = &judged->present[node];
    bool is_cooling = judged->topology->sources[node].n == 0 && judged->topology->fed[node].n == 0;
    bool is_open = config->normally_open;
    if (present->condition == CONDITION_OUT)
        add_said(cells, MOOD_WARNING, "out of service");
    else if (present->condition == CONDITION_OPEN || (is_open && present->condition == CONDITION_UNKNOWN))
        add_said(cells, is_open ? MOOD_DIM : MOOD_WARNING, is_open ? "open" : "open or off");
    else if (present->condition == CONDITION_BYPASS)
        add_said(cells, MOOD_WARNING, "on bypass");
    if (present->condition == CONDITION_SELECTS && present->selected > 0 &&
        present->selected < config->n_sources) {
        add_words(&cells->state, "on ");
        text_add_printable(&cells->state, look->power->nodes[config->sources[present->selected].node].name);
        raise_mood(cells, MOOD_WARNING);
    }
    if (is_cooling)
        return;
    if (judged->supply[node] == SUPPLY_DEAD && !(is_open && present->condition != CONDITION_NORMAL))
        add_said(cells, MOOD_DIM, config->kind == POWER_GENERATOR ? "stands" : "dead");
    else if (judged->supply[node] == SUPPLY_BATTERY)
        add_said(cells, MOOD_WARNING, "on battery");
    else if (judged->supply[node] == SUPPLY_UNDETERMINED)
        add_said(cells, MOOD_WARNING, "undetermined");
    else if (look->origins && look->origins[node] == ORIGIN_GENERATOR && config->kind != POWER_GENERATOR)
        add_said(cells, MOOD_GENERATOR, "on generators");
}

static void add_judgements(const struct tree_look *look, uint32_t node, struct tree_cells *cells) {
    const struct judged *judged = look->judged;
    const struct budget_state *budget = &judged->budgets[node];
    char words[80], span[32];
    if (budget->unit != BUDGET_NONE && budget->value > budget->critical)
        add_said(cells, MOOD_ALARM, "over its budget");
    else if (budget->unit != BUDGET_NONE && budget->value > budget->warning)
        add_said(cells, MOOD_WARNING, "near its budget");
    if (judged->trips[node].earliest_s < trip_soon_s) {
        human_write_duration(judged->trips[node].earliest_s, span, sizeof(span));
        snprintf(words, sizeof(words), "may trip in %s", span);
        add_said(cells, MOOD_ALARM, words);
    }
    bool is_said =
        look->alarms && look->alarms[node].rule && strcmp(look->alarms[node].rule, "redundancy_lost") == 0;
    if (!is_said && judged->passes > 0 &&
        contingency_redundancy(judged->contingency, node) == REDUNDANCY_LOST)
        add_said(cells, MOOD_ALARM, "redundancy lost");
}

static void add_coverage(const struct tree_look *look, uint32_t node, struct tree_cells *cells) {
    const struct node_sum *sum = &look->judged->sums[node];
    char words[80];
    if (look->power->nodes[node].elsewhere)
        add_words(&cells->state, "elsewhere");
    if (isnan(sum->watts) || (double)sum->measured >= measured_least)
        return;
    snprintf(words, sizeof(words), "%.0f %% measured", floor((double)sum->measured * 100));
    add_words(&cells->state, words);
    if (sum->held > 0) {
        snprintf(words, sizeof(words), "%.0f %% held over", fmax(1, (double)sum->held * 100));
        add_words(&cells->state, words);
    }
}

/* Its rating is of heat, which its power says nothing of. */
static bool carries_heat(const struct tree_look *look, uint32_t node) {
    enum power_kind kind = look->power->nodes[node].kind;
    return kind == POWER_CHILLER || kind == POWER_HEADER || kind == POWER_CDU || kind == POWER_AIR_UNIT;
}

static void write_figures(const struct tree_look *look, uint32_t node, struct tree_cells *cells) {
    const struct node_sum *sum = &look->judged->sums[node];
    double ratio = look->judged->ratio[node];
    char watts[20];
    human_write_watts(sum->watts, watts, sizeof(watts));
    snprintf(cells->power, sizeof(cells->power), "%s%s", *watts && sum->flags & SUM_LOWER_BOUND ? "≥ " : "",
             *watts ? watts : "-");
    if (isfinite(ratio) && ratio > 0 && !carries_heat(look, node))
        snprintf(cells->used, sizeof(cells->used), "%.0f %%", ratio * 100);
}

static void write_node(const struct tree_look *look, uint32_t node, struct tree_cells *cells) {
    const struct power_node *config = &look->power->nodes[node];
    char rating[80];
    text_add_printable(&cells->name, config->name);
    write_kind(config->kind, false, cells->kind, sizeof(cells->kind));
    if (!look->judged) {
        tree_write_rating(config, rating, sizeof(rating));
        add_words(&cells->state, rating);
        if (config->normally_open)
            add_words(&cells->state, "normally open");
        if (config->elsewhere)
            add_words(&cells->state, "elsewhere");
        return;
    }
    write_figures(look, node, cells);
    add_alarm(look, node, cells);
    add_supply(look, node, cells);
    add_judgements(look, node, cells);
    add_coverage(look, node, cells);
}

/* --- many in a line --- */

/* What is to be said of the members together. */
struct many {
    double watts;
    bool is_least;
    uint32_t worst; /* POWER_NO_NODE: nothing is rated */
    uint32_t dead, on_battery, alarmed;
    uint8_t priority;
};

static struct many gather(const struct tree_look *look, const uint32_t *nodes, size_t n) {
    struct many many = {.worst = POWER_NO_NODE, .priority = UINT8_MAX};
    for (size_t i = 0; i < n; i++) {
        uint32_t node = nodes[i];
        const struct node_sum *sum = &look->judged->sums[node];
        double ratio = look->judged->ratio[node];
        many.is_least |= isnan(sum->watts) || sum->flags & SUM_LOWER_BOUND;
        many.watts += isnan(sum->watts) ? 0 : sum->watts;
        many.dead +=
            look->judged->supply[node] == SUPPLY_DEAD && look->power->nodes[node].kind != POWER_GENERATOR;
        many.on_battery += look->judged->supply[node] == SUPPLY_BATTERY;
        if (isfinite(ratio) && ratio > 0 && !carries_heat(look, node) &&
            (many.worst == POWER_NO_NODE || ratio > look->judged->ratio[many.worst]))
            many.worst = node;
        if (!look->alarms || !look->alarms[node].rule)
            continue;
        many.alarmed++;
        if (look->alarms[node].priority < many.priority)
            many.priority = look->alarms[node].priority;
    }
    return many;
}

static void add_many(const struct tree_look *look, const uint32_t *nodes, size_t n,
                     struct tree_cells *cells) {
    struct many many = gather(look, nodes, n);
    char words[64], watts[20];
    human_write_watts(many.watts, watts, sizeof(watts));
    if (many.is_least && many.watts <= 0)
        snprintf(watts, sizeof(watts), "-");
    snprintf(cells->power, sizeof(cells->power), "%s%s", many.is_least && many.watts > 0 ? "≥ " : "", watts);
    if (many.alarmed > 0) {
        snprintf(words, sizeof(words), "P%u: %u in alarm", (unsigned)many.priority, many.alarmed);
        add_said(cells, many.priority <= 2 ? MOOD_ALARM : MOOD_WARNING, words);
    }
    if (many.dead > 0) {
        snprintf(words, sizeof(words), "%u dead", many.dead);
        add_said(cells, many.dead == n ? MOOD_DIM : MOOD_ALARM, words);
    }
    if (many.on_battery > 0) {
        snprintf(words, sizeof(words), "%u on battery", many.on_battery);
        add_said(cells, MOOD_WARNING, words);
    }
    if (many.worst == POWER_NO_NODE)
        return;
    snprintf(cells->used, sizeof(cells->used), "%.0f %%", look->judged->ratio[many.worst] * 100);
    add_words(&cells->state, "most ");
    text_add_printable(&cells->state, look->power->nodes[many.worst].name);
}

/* --- a line --- */

static void write_reference(const struct tree_look *look, const struct tree_line *line,
                            struct tree_cells *cells) {
    text_add_printable(&cells->name, look->power->nodes[line->node].name);
    text_add_string(&cells->state, "see below ");
    text_add_printable(&cells->state, look->power->nodes[line->drawn_below].name);
    raise_mood(cells, MOOD_DIM);
}

static void write_many(const struct tree_look *look, const struct tree *tree,
                       const struct tree_network *network, const struct tree_line *line,
                       struct tree_cells *cells) {
    const uint32_t *members = &tree->members[line->first_member];
    if (line->kind == LINE_DEEPER)
        text_add_string(&cells->name, "… ");
    tree_add_counts(look->power, members, line->n_members, &cells->name);
    if (line->node == POWER_NO_NODE && line->edge != TREE_NO_EDGE) {
        text_add_string(&cells->state, "also for ");
        text_add_printable(&cells->state, look->power->nodes[network->edges[line->edge].to].name);
    }
    if (look->judged && !line->is_repeated)
        add_many(look, members, line->n_members, cells);
    if (line->is_repeated)
        add_said(cells, MOOD_DIM, "their other side");
}

/* A dashed guide where the edge is open. */
static void add_guides(const struct tree_look *look, const struct tree_network *network,
                       const struct tree_line *line, const bool *lasts, struct text *text) {
    bool is_power = look->judged && network->edges == look->judged->topology->edges;
    bool is_open = is_power && line->edge != TREE_NO_EDGE && look->judged->carries[line->edge] <= 0;
    for (uint16_t depth = 1; depth < line->depth; depth++)
        text_add_string(text, lasts[depth] ? "  " : "│ ");
    if (line->depth > 0) {
        text_add_string(text, line->is_last ? "└" : "├");
        text_add_string(text, is_open ? "╌" : "─");
    }
}

void tree_write_line(const struct tree_look *look, const struct tree *tree,
                     const struct tree_network *network, const struct tree_line *line, bool *lasts,
                     struct tree_cells *cells) {
    *cells = (struct tree_cells){0};
    lasts[line->depth] = line->is_last;
    add_guides(look, network, line, lasts, &cells->name);
    if (line->kind == LINE_NODE)
        write_node(look, line->node, cells);
    else if (line->kind == LINE_REFERENCE)
        write_reference(look, line, cells);
    else
        write_many(look, tree, network, line, cells);
    text_add_string(&cells->name, "");
    text_add_string(&cells->state, "");
}

void tree_cells_done(struct tree_cells *cells) {
    text_done(&cells->name);
    text_done(&cells->state);
}
