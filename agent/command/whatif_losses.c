/* SPDX-License-Identifier: Apache-2.0 */
/* Every single loss, the worst first. */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "command/table.h"
#include "command/whatif_write.h"
#include "model/human.h"

static bool matters(const struct contingency_result *result) {
    return result->worst != POWER_NO_NODE || result->n_dropped > 0 || result->n_on_battery > 0 ||
           result->n_uncooled > 0;
}

/* Less is worse. */
static int compare_numbers(double a, double b) {
    return a < b ? -1 : a > b;
}

static double headroom_of(const struct contingency_result *result) {
    return result->worst == POWER_NO_NODE ? 1 : result->worst_headroom;
}

static int compare(const void *left, const void *right) {
    const struct contingency_result *a = *(const struct contingency_result *const *)left;
    const struct contingency_result *b = *(const struct contingency_result *const *)right;
    int order = compare_numbers(fmin(headroom_of(a), 0), fmin(headroom_of(b), 0));
    if (order == 0)
        order = compare_numbers(b->dropped_watts + b->uncooled_watts, a->dropped_watts + a->uncooled_watts);
    if (order == 0)
        order = compare_numbers(headroom_of(a), headroom_of(b));
    if (order == 0)
        order = compare_numbers(b->n_on_battery, a->n_on_battery);
    return order ? order : compare_numbers(a->lost, b->lost);
}

int whatif_rank(const struct judged *judged, const struct contingency_result ***results, size_t *n) {
    size_t n_units, n_nodes = judged->topology->n_nodes;
    const struct contingency_result *of_nodes = contingency_results(judged->contingency);
    const struct contingency_result *of_units = contingency_unit_results(judged->contingency, &n_units);
    const struct contingency_result **ranked = calloc(n_nodes + n_units + 1, sizeof(*ranked));
    *results = ranked;
    *n = 0;
    if (!ranked)
        return ERROR_MEMORY;
    for (size_t i = 0; i < n_nodes; i++)
        if (matters(&of_nodes[i]))
            ranked[(*n)++] = &of_nodes[i];
    for (size_t i = 0; i < n_units; i++)
        if (matters(&of_units[i]))
            ranked[(*n)++] = &of_units[i];
    if (*n > 0)
        qsort(ranked, *n, sizeof(*ranked), compare);
    return 0;
}

/* "30, 120 s": how many and how much of it; nothing where there is none. */
static void add_count(struct table *table, unsigned n, const char *amount) {
    if (n > 0)
        table_add(table, *amount ? "%u, %s" : "%u", n, amount);
    else
        table_add(table, "%s", "");
}

static void add_worst(const struct judged *judged, const struct contingency_result *result,
                      struct table *table) {
    if (result->worst == POWER_NO_NODE) {
        table_add(table, "%s", "");
        table_add(table, "%s", "");
    } else {
        table_add(table, "%.1f %%", 100 * result->worst_headroom);
        table_add(table, "%s", judged->power->nodes[result->worst].name);
    }
}

static void add_row(const struct judged *judged, const struct contingency_result *result,
                    struct table *table) {
    struct text lost = {0};
    char dropped[32], uncooled[32], held[32];
    whatif_add_lost(judged, result->lost | (result->is_unit ? CONTINGENCY_ONE_UNIT : 0), &lost);
    table_add(table, "%s", lost.data ? lost.data : "");
    text_done(&lost);
    table_add(table, "%s", power_kind_word(judged->power->nodes[result->lost].kind));
    add_worst(judged, result, table);
    human_write_watts(result->dropped_watts, dropped, sizeof(dropped));
    human_write_watts(result->uncooled_watts, uncooled, sizeof(uncooled));
    human_write_duration(result->battery_s, held, sizeof(held));
    add_count(table, result->n_exceeded, "");
    add_count(table, result->n_dropped, dropped);
    add_count(table, result->n_uncooled, uncooled);
    add_count(table, result->n_on_battery, held);
    table_add(table, "%s",
              !result->is_known        ? "not known"
              : result->is_lower_bound ? "at least"
              : result->n_interrupted  ? "interrupted"
                                       : "");
}

int whatif_print_all(const struct judged *judged, size_t most, FILE *out) {
    static const char *const headings[] = {"LOST",  "KIND",     "HEADROOM", "AT", "EXCEEDS",
                                           "DROPS", "UNCOOLED", "BATTERY",  ""};
    const struct contingency_result **results;
    struct table table;
    size_t n;
    if (whatif_rank(judged, &results, &n) != 0)
        return ERROR_MEMORY;
    table_init(&table, "llrlrrrrl");
    for (size_t i = 0; i < table.n_columns; i++)
        table_add(&table, "%s", headings[i]);
    for (size_t i = 0; i < n && i < most; i++)
        add_row(judged, results[i], &table);
    if (n > 0)
        table_print(&table, out);
    else
        fputs("no single loss moves or drops anything\n", out);
    if (n > most)
        fprintf(out, "and %zu more losses (--all)\n", n - most);
    table_done(&table);
    free(results);
    return 0;
}
