/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sums cost a tick of 20 ms: of a site that takes 8,000 nodes from twelve gateways, and of a gateway
 * whose 2,000 PDUs say 100,000 readings a second, a tenth of them meters of nodes.
 *
 *   bench_sums [SECONDS]
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge/judge.h"

enum { TICKS_A_SECOND = 50, FANOUT = 10, OUTLETS = 45 };

struct place_of_work {
    struct power_config power;
    struct topology *topology;
    struct sums *sums;
    struct batch *batches;
    size_t n_batches;
};

static void *room(size_t n, size_t size) {
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        abort();
    return memory;
}

static char *name_of(const char *what, unsigned number) {
    char *made;
    if (asprintf(&made, "%s-%u", what, number) < 0)
        abort();
    return made;
}

/* A tree: every node feeds ten, the last level are PDUs. */
static void make_nodes(struct power_config *power, uint32_t n, bool elsewhere) {
    power->nodes = room(n, sizeof(*power->nodes));
    power->n_nodes = n;
    power->fresh_ms = 15000;
    power->held_ms = 60000;
    for (uint32_t i = 0; i < n; i++) {
        struct power_node *node = &power->nodes[i];
        bool is_last = i * FANOUT + 1 >= n;
        *node = (struct power_node){.name = name_of("node", i),
                                    .kind = is_last ? POWER_PDU : POWER_BUS,
                                    .units = 1,
                                    .phases = 3,
                                    .rating = {.amperes = 63, .volts = 400},
                                    .elsewhere = elsewhere && is_last};
        if (i > 0) {
            node->sources = room(1, sizeof(*node->sources));
            node->sources[0] = (struct power_link){.node = (i - 1) / FANOUT, .phase = {0, 1, 2}};
            node->n_sources = 1;
        }
        if (is_last && !elsewhere) {
            node->meters = room(1, sizeof(*node->meters));
            node->meters[0] = (struct power_point){.device = name_of("pdu", i), .sign = 1};
            node->n_meters = 1;
        }
    }
}

static const struct series node_series[] = {{ACTIVE_POWER, {.phase = PHASE_TOTAL}, NULL},
                                            {CURRENT, {.phase = PHASE_L1}, NULL},
                                            {CURRENT, {.phase = PHASE_L2}, NULL},
                                            {CURRENT, {.phase = PHASE_L3}, NULL},
                                            {ACTIVE_ENERGY, {.phase = PHASE_TOTAL}, NULL}};
enum { NODE_SERIES = sizeof(node_series) / sizeof(node_series[0]) };

static struct series_list *make_list(bool elsewhere) {
    struct series_list *list = series_list_new(NODE_SERIES + (elsewhere ? 0 : OUTLETS));
    if (!list)
        abort();
    for (uint32_t i = 0; i < list->n; i++) {
        list->series[i] = i < NODE_SERIES ? node_series[i] : (struct series){.quantity = ACTIVE_POWER};
        list->series[i].place.part = i >= NODE_SERIES ? PART_OUTLET : elsewhere ? PART_NONE : PART_INPUT;
        list->series[i].place.depth = i >= NODE_SERIES;
        list->series[i].place.id[0] = i;
    }
    return list;
}

static void make_batches(struct place_of_work *work, bool elsewhere) {
    struct series_list *list = make_list(elsewhere);
    work->batches = room(work->power.n_nodes, sizeof(*work->batches));
    for (uint32_t i = 0; i < work->power.n_nodes; i++) {
        const struct power_node *node = &work->power.nodes[i];
        if (node->kind != POWER_PDU)
            continue;
        struct device_view *view = device_view_new((elsewhere ? NODE_NUMBERS : 0) + i, list);
        if (!view || !(elsewhere ? device_view_set(&view->node, node->name)
                                 : device_view_set(&view->device, node->meters[0].device)))
            abort();
        struct batch *batch = &work->batches[work->n_batches++];
        *batch = (struct batch){.view = view,
                                .n = (uint32_t)list->n,
                                .values = room(list->n, sizeof(double)),
                                .qualities = room(list->n, 1)};
        memset(batch->qualities, QUALITY_GOOD, list->n);
    }
}

/* Processor time: other work on the machine does not count. */
static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b) {
    double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

static void tick(struct place_of_work *work, size_t from, size_t to, int64_t now_ms, unsigned round) {
    for (size_t i = from; i < to; i++) {
        struct batch *batch = &work->batches[i];
        for (uint32_t k = 0; k < batch->n; k++)
            batch->values[k] = (double)((i * 37 + k * 11 + round) % 9000);
        batch->time_ms = now_ms;
        sums_take(work->sums, batch, now_ms);
    }
    sums_age(work->sums, now_ms);
    sums_settle(work->sums, now_ms);
}

static void run(const char *what, uint32_t n_nodes, bool elsewhere, unsigned n_seconds) {
    struct place_of_work work = {0};
    make_nodes(&work.power, n_nodes, elsewhere);
    struct mallinfo2 before = mallinfo2();
    if (topology_new(&work.power, &work.topology) != 0 || !(work.sums = sums_new(work.topology)))
        abort();
    make_batches(&work, elsewhere);
    int64_t now_ms = 1764000000000;
    unsigned n_ticks = n_seconds * TICKS_A_SECOND;
    double *took = room(n_ticks, sizeof(*took)), all = 0, readings = 0;
    tick(&work, 0, work.n_batches, now_ms, 0); /* all views are bound */
    for (unsigned i = 0; i < n_ticks; i++) {
        size_t part = i % TICKS_A_SECOND, from = work.n_batches * part / TICKS_A_SECOND;
        size_t to = work.n_batches * (part + 1) / TICKS_A_SECOND;
        now_ms += 1000 / TICKS_A_SECOND;
        double start = seconds();
        tick(&work, from, to, now_ms, i);
        took[i] = seconds() - start;
        all += took[i];
        readings += (double)((to - from) * work.batches[0].n);
    }
    qsort(took, n_ticks, sizeof(*took), compare);
    struct mallinfo2 after = mallinfo2();
    double length_s = (double)n_ticks / TICKS_A_SECOND;
    printf("%s: %u nodes, %.0f readings/s: tick p50 %.3f ms, p99 %.3f ms, most %.3f ms; %.2f %% of a core; "
           "%.1f MB\n",
           what, n_nodes, readings / length_s, took[n_ticks / 2] * 1e3, took[n_ticks * 99 / 100] * 1e3,
           took[n_ticks - 1] * 1e3, 100 * all / length_s, (double)(after.uordblks - before.uordblks) / 1e6);
    free(took);
    sums_free(work.sums);
    topology_free(work.topology);
}

int main(int argc, char **argv) {
    unsigned n_seconds = argc > 1 ? (unsigned)atoi(argv[1]) : 20;
    run("site", 8889, true, n_seconds);
    run("gateway", 2223, false, n_seconds);
    return 0;
}
