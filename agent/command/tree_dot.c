/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the graph. */
#include "command/tree_dot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/human.h"

/* A string of the language: quoted, line feeds as \n. */
static void add_quoted(struct text *text, const char *string) {
    struct text safe = {0};
    text_add_printable(&safe, string);
    for (const char *c = safe.data ? safe.data : ""; *c; c++) {
        if (*c == '"' || *c == '\\')
            text_add_char(text, '\\');
        text_add_char(text, *c);
    }
    text_done(&safe);
}

/* By kind; NULL: a box. */
static const char *const shapes[N_POWER_KINDS] = {
    [POWER_INTAKE] = "circle",  [POWER_GENERATOR] = "circle", [POWER_TRANSFORMER] = "doublecircle",
    [POWER_TIE] = "diamond",    [POWER_BREAKER] = "diamond",  [POWER_STS] = "diamond",
    [POWER_ATS] = "diamond",    [POWER_CHILLER] = "ellipse",  [POWER_CDU] = "ellipse",
    [POWER_HEADER] = "ellipse", [POWER_AIR_UNIT] = "ellipse"};

static const char *colour_of(const struct tree_look *look, uint32_t node) {
    const struct judged *judged = look->judged;
    if (!judged)
        return "black";
    bool is_cooling = judged->topology->sources[node].n == 0 && judged->topology->fed[node].n == 0;
    if (look->alarms && look->alarms[node].rule)
        return look->alarms[node].priority <= 2 ? "red" : "orange";
    if (judged->supply[node] == SUPPLY_DEAD && !is_cooling)
        return "grey";
    if (judged->supply[node] == SUPPLY_BATTERY)
        return "orange";
    return look->origins && look->origins[node] == ORIGIN_GENERATOR ? "blue" : "black";
}

static void add_node(const struct tree_look *look, uint32_t node, struct text *text) {
    const char *colour = colour_of(look, node);
    const char *shape = shapes[look->power->nodes[node].kind];
    text_add_format(text, "  n%u [shape=%s, color=%s, fontcolor=%s, label=\"", node, shape ? shape : "box",
                    colour, colour);
    add_quoted(text, look->power->nodes[node].name);
    if (look->judged) {
        char watts[20];
        double ratio = look->judged->ratio[node];
        human_write_watts(look->judged->sums[node].watts, watts, sizeof(watts));
        if (*watts)
            text_add_format(text, "\\n%s", watts);
        if (*watts && isfinite(ratio) && ratio > 0)
            text_add_format(text, ", %.0f %%", ratio * 100);
    } else {
        char rating[80];
        tree_write_rating(&look->power->nodes[node], rating, sizeof(rating));
        if (*rating)
            text_add_format(text, "\\n%s", rating);
    }
    text_add_string(text, "\"];\n");
}

static void add_edge(const struct tree_look *look, const struct edge *edge, uint32_t number,
                     struct text *text) {
    bool is_open = look->judged && look->judged->carries[number] <= 0;
    bool is_dead = look->judged && look->judged->supply[edge->from] == SUPPLY_DEAD;
    text_add_format(text, "  n%u -> n%u [%s%s%s];\n", edge->from, edge->to, is_open ? "style=dashed" : "",
                    is_open && is_dead ? ", " : "", is_dead ? "color=grey" : "");
}

/* How far below the root each node is; UINT16_MAX: not at all. A queue, in which each node stands once. */
static bool find_depths(const struct topology *topology, uint32_t root, uint16_t *depths) {
    uint32_t *queue = calloc(topology->n_nodes + 1, sizeof(*queue)), first = 0, n = 0;
    for (uint32_t i = 0; i < topology->n_nodes; i++)
        depths[i] = root == POWER_NO_NODE && topology->sources[i].n == 0 ? 0 : UINT16_MAX;
    if (root != POWER_NO_NODE)
        depths[root] = 0;
    for (uint32_t i = 0; queue && i < topology->n_nodes; i++)
        if (depths[i] == 0)
            queue[n++] = i;
    while (queue && first < n) {
        uint32_t node = queue[first++];
        const struct edge_run *fed = &topology->fed[node];
        for (uint32_t i = 0; i < fed->n; i++) {
            uint32_t to = topology->edges[topology->by_source[fed->first + i]].to;
            if (depths[to] != UINT16_MAX || depths[node] >= UINT16_MAX - 2)
                continue;
            depths[to] = depths[node] + 1;
            queue[n++] = to;
        }
    }
    bool is_known = queue != NULL;
    free(queue);
    return is_known;
}

int tree_write_dot(const struct tree_look *look, const struct topology *topology, uint32_t root,
                   uint16_t depth, FILE *out) {
    uint16_t *depths = calloc(topology->n_nodes + 1, sizeof(*depths));
    struct text text = {0};
    uint16_t most = depth == TREE_NO_DEPTH ? UINT16_MAX - 1 : depth;
    bool is_known = depths && find_depths(topology, root, depths);
    text_add_string(&text, "digraph power {\n  rankdir=LR;\n  node [fontname=sans];\n");
    for (uint32_t i = 0; is_known && i < topology->n_nodes; i++)
        if (depths[i] <= most)
            add_node(look, i, &text);
    for (uint32_t i = 0; is_known && i < topology->n_edges; i++)
        if (depths[topology->edges[i].from] <= most && depths[topology->edges[i].to] <= most)
            add_edge(look, &topology->edges[i], i, &text);
    for (uint32_t i = 0; is_known && i < topology->n_pipes; i++)
        if (depths[topology->pipes[i].from] <= most && depths[topology->pipes[i].to] <= most)
            text_add_format(&text, "  n%u -> n%u [color=steelblue, constraint=false, arrowhead=empty];\n",
                            topology->pipes[i].from, topology->pipes[i].to);
    text_add_string(&text, "}\n");
    bool failed = !is_known || text.failed;
    if (!failed)
        fwrite(text.data, 1, text.size, out);
    text_done(&text);
    free(depths);
    return failed ? ERROR_MEMORY : 0;
}
