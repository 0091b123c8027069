/* SPDX-License-Identifier: Apache-2.0 */
/* One set of losses in words: what a planner asks first comes first. */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "command/table.h"
#include "command/whatif_write.h"
#include "model/human.h"

enum { NAMES_MOST = 12 };
static const double high_ratio = 0.8;

void whatif_add_lost(const struct judged *judged, uint32_t lost, struct text *text) {
    if (lost & CONTINGENCY_ONE_UNIT)
        text_add_string(text, "one unit of ");
    text_add_printable(text, judged->power->nodes[lost & ~CONTINGENCY_ONE_UNIT].name);
}

void whatif_write_amount(enum contingency_limit limit, double amount, char *text, size_t size) {
    static const struct {
        enum quantity quantity;
        const char *phase;
    } amounts[] = {
        [LIMIT_WATTS] = {ACTIVE_POWER, ""}, [LIMIT_VOLTAMPERES] = {APPARENT_POWER, ""},
        [LIMIT_L1] = {CURRENT, " L1"},      [LIMIT_L2] = {CURRENT, " L2"},
        [LIMIT_L3] = {CURRENT, " L3"},      [LIMIT_HEAT] = {THERMAL_POWER, ""},
    };
    char number[48];
    if (limit == LIMIT_NONE || !isfinite(amount)) {
        snprintf(text, size, "-");
        return;
    }
    human_write_rounded(amounts[limit].quantity, amount, 2, number, sizeof(number));
    snprintf(text, size, "%s%s", number, amounts[limit].phase);
}

static size_t count(const struct whatif_answer *answer, enum whatif_list list) {
    size_t n = 0;
    for (uint32_t i = 0; i < answer->judged->topology->n_nodes; i++)
        n += whatif_is_in(answer, list, i);
    return n;
}

/* ": rack-1, rack-2 and 7 more" */
static void add_names(const struct whatif_answer *answer, enum whatif_list list, struct text *text) {
    size_t n = 0, all = count(answer, list);
    for (uint32_t i = 0; i < answer->judged->topology->n_nodes && n < NAMES_MOST; i++) {
        if (!whatif_is_in(answer, list, i))
            continue;
        text_add_string(text, n++ ? ", " : ": ");
        text_add_printable(text, answer->judged->power->nodes[i].name);
    }
    if (all > n)
        text_add_format(text, " and %zu more", all - n);
}

static const char *plural(size_t n) {
    return n == 1 ? "" : "s";
}

/* --- the lines above the table --- */

static void add_lost_line(const struct whatif_answer *answer, struct text *text) {
    text_add_string(text, "lost        ");
    for (size_t i = 0; i < answer->n_lost; i++) {
        text_add_string(text, i ? ", " : "");
        whatif_add_lost(answer->judged, answer->lost[i], text);
    }
    text_add_char(text, '\n');
}

/* What is out of service is lost already. */
static void add_out_line(const struct whatif_answer *answer, struct text *text) {
    const struct judged *judged = answer->judged;
    size_t n = 0;
    for (uint32_t i = 0; i < judged->topology->n_nodes; i++) {
        if (judged->present[i].condition != CONDITION_OUT || n++ >= NAMES_MOST)
            continue;
        text_add_string(text, n == 1 ? "besides     " : ", ");
        text_add_printable(text, judged->power->nodes[i].name);
    }
    if (n > NAMES_MOST)
        text_add_format(text, " and %zu more", n - NAMES_MOST);
    text_add_string(text, n > 0 ? ": out of service\n" : "");
}

static void add_dropped(const struct whatif_answer *answer, struct text *text) {
    const struct contingency_result *result = &answer->result;
    char watts[32];
    text_add_string(text, "drops       ");
    if (result->n_dropped == 0) {
        text_add_string(text, "no load\n");
    } else {
        human_write_watts(result->dropped_watts, watts, sizeof(watts));
        text_add_format(text, "%u load%s, %s", result->n_dropped, plural(result->n_dropped), watts);
        add_names(answer, WHATIF_DROPPED, text);
        text_add_char(text, '\n');
    }
    if (result->n_uncooled > 0) {
        human_write_watts(result->uncooled_watts, watts, sizeof(watts));
        text_add_format(text, "cooling     %u load%s of %s lose all cooling\n", result->n_uncooled,
                        plural(result->n_uncooled), watts);
    }
}

static void add_battery(const struct whatif_answer *answer, struct text *text) {
    const struct contingency_result *result = &answer->result;
    char held[32], start[32];
    if (result->n_on_battery == 0)
        return;
    human_write_duration(result->battery_s, held, sizeof(held));
    human_write_duration(result->start_s, start, sizeof(start));
    text_add_format(text, "battery     %u node%s", result->n_on_battery, plural(result->n_on_battery));
    text_add_format(text, ", for %s", *held ? held : "a time that is not known");
    text_add_string(text, *held ? " by design" : "");
    if (*start)
        text_add_format(text, "; generators take over after %s", start);
    if (result->start_s >= result->battery_s)
        text_add_string(text, ", which is too late");
    add_names(answer, WHATIF_ON_BATTERY, text);
    text_add_char(text, '\n');
    if (result->n_interrupted > 0)
        text_add_format(text, "interrupted %u node%s until generators take over\n", result->n_interrupted,
                        plural(result->n_interrupted));
}

static void add_node_name(const struct whatif_answer *answer, uint32_t node, struct text *text) {
    text_add_printable(text, answer->judged->power->nodes[node].name);
}

static void add_first(const struct whatif_answer *answer, struct text *text) {
    const struct contingency_result *result = &answer->result;
    char after[48], usable[48], earliest[32], latest[32];
    text_add_string(text, "exceeds     ");
    if (result->first == POWER_NO_NODE) {
        text_add_string(text, "nothing\n");
        return;
    }
    struct contingency_node look = whatif_look(answer, result->first);
    whatif_write_amount(look.limit, look.after, after, sizeof(after));
    whatif_write_amount(look.limit, look.usable, usable, sizeof(usable));
    add_node_name(answer, result->first, text);
    text_add_format(text, " by most: %s of %s, %.0f %%", after, usable, 100 * result->first_ratio);
    human_write_duration(answer->trips.earliest_s, earliest, sizeof(earliest));
    human_write_duration(answer->trips.latest_s, latest, sizeof(latest));
    if (isinf(answer->trips.earliest_s))
        text_add_string(text, "; it does not trip");
    else if (*earliest)
        text_add_format(text, "; trips in %s at the earliest, %s%s", earliest,
                        *latest ? "at the latest in " : "or never", latest);
    if (result->n_exceeded > 1)
        text_add_format(text, "; and %u more", result->n_exceeded - 1);
    text_add_char(text, '\n');
}

static void add_worst(const struct whatif_answer *answer, struct text *text) {
    const struct contingency_result *result = &answer->result;
    char watts[32], amounts[3][48];
    if (result->worst == POWER_NO_NODE) {
        text_add_string(text, "headroom    no load moves to anything that is rated\n");
        return;
    }
    struct contingency_node look = whatif_look(answer, result->worst);
    const double of[] = {look.before, look.after, look.usable};
    for (int i = 0; i < 3; i++)
        whatif_write_amount(look.limit, of[i], amounts[i], sizeof(amounts[i]));
    human_write_watts(fabs(result->worst_watts), watts, sizeof(watts));
    text_add_format(text, "headroom    %.1f %% at ", 100 * result->worst_headroom);
    add_node_name(answer, result->worst, text);
    text_add_format(text, ", the least: now %s, then %s of %s; %s %s\n", amounts[0], amounts[1], amounts[2],
                    watts, result->worst_watts < 0 ? "too much" : "left");
}

/* "not known   the load of 2 nodes: rack-1, rack-2" */
static void add_loads(const struct whatif_answer *answer, enum whatif_list list, const char *title,
                      struct text *text) {
    size_t n = count(answer, list);
    if (n == 0)
        return;
    text_add_format(text, "%sthe load of %zu node%s", title, n, plural(n));
    add_names(answer, list, text);
    text_add_char(text, '\n');
}

static void add_rest(const struct whatif_answer *answer, struct text *text) {
    size_t n = count(answer, WHATIF_REDUNDANCY);
    text_add_string(text, "redundancy  ");
    text_add_format(text, n ? "%zu node%s lose%s theirs" : "no more than now is lost", n, plural(n),
                    n == 1 ? "s" : "");
    add_names(answer, WHATIF_REDUNDANCY, text);
    text_add_char(text, '\n');
    add_loads(answer, WHATIF_UNKNOWN, "not known   ", text);
    add_loads(answer, WHATIF_IN_PART, "in part     ", text);
    if (!answer->result.is_known)
        text_add_string(text, "so little is known that no answer can be given: the figures are a least\n");
    else if (answer->result.is_lower_bound)
        text_add_string(text, "not all loads are known: it may be worse\n");
}

/* --- the table --- */

static void add_row(const struct whatif_answer *answer, uint32_t node, const struct contingency_node *look,
                    struct table *table) {
    char amounts[3][48];
    const double of[] = {look->before, look->after, look->usable};
    for (int i = 0; i < 3; i++)
        whatif_write_amount(look->limit, of[i], amounts[i], sizeof(amounts[i]));
    table_add(table, "%s", answer->judged->power->nodes[node].name);
    table_add(table, "%s", power_kind_word(answer->judged->power->nodes[node].kind));
    for (int i = 0; i < 3; i++)
        table_add(table, "%s", amounts[i]);
    table_add(table, "%s%.1f %%", look->is_lower_bound ? "at least " : "", 100 * answer->ratio[node]);
}

static void print_rows(const struct whatif_answer *answer, const uint32_t *nodes, size_t n, FILE *out) {
    static const char *const headings[] = {"NODE", "KIND", "BEFORE", "AFTER", "USABLE", "USED"};
    struct table table;
    size_t changed = 0;
    table_init(&table, "llrrrr");
    for (size_t i = 0; i < table.n_columns; i++)
        table_add(&table, "%s", headings[i]);
    for (size_t i = 0; i < n; i++) {
        struct contingency_node look = whatif_look(answer, nodes[i]);
        if (!whatif_is_changed(&look))
            continue;
        changed++;
        add_row(answer, nodes[i], &look, &table);
    }
    fputs(changed ? "\nabove 80 % of usable then:\n" : "\nwhat it changes stays below 80 % of usable\n", out);
    if (changed)
        table_print(&table, out);
    if (n > changed)
        fprintf(out, "and %zu above it that it does not change\n", n - changed);
    table_done(&table);
}

static int print_table(const struct whatif_answer *answer, FILE *out) {
    uint32_t *nodes = calloc(answer->judged->topology->n_nodes + (size_t)1, sizeof(*nodes));
    if (!nodes)
        return ERROR_MEMORY;
    print_rows(answer, nodes, whatif_sort(answer, high_ratio, nodes), out);
    free(nodes);
    return 0;
}

int whatif_print(const struct whatif_answer *answer, FILE *out) {
    struct text text = {0};
    add_lost_line(answer, &text);
    add_out_line(answer, &text);
    add_dropped(answer, &text);
    add_battery(answer, &text);
    add_first(answer, &text);
    add_worst(answer, &text);
    add_rest(answer, &text);
    int error = text.failed ? ERROR_MEMORY : 0;
    if (!error)
        fputs(text.data, out);
    text_done(&text);
    return error ? error : print_table(answer, out);
}
