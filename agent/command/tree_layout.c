/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the network in depth, once to see what is there and once for each depth that is tried. */
#include "command/tree_layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

struct layout {
    const struct tree_network *network;
    struct tree *tree;
    bool *in_scope;  /* below the root that was asked for, itself included */
    bool *leads;     /* nothing but ends, and what leads to them, is at and below the node */
    uint32_t *marks; /* by node: in which gathering it was seen last */
    uint32_t *stack; /* of a gathering */
    uint32_t mark;   /* of the gathering under way */
    uint16_t depth;  /* the most */
    bool folds, failed;
};

struct tree_network tree_of_power(const struct topology *topology) {
    return (struct tree_network){topology->power,   topology->n_nodes, topology->edges,
                                 topology->sources, topology->fed,     topology->by_source,
                                 topology->coolers, topology->cooled,  true};
}

struct tree_network tree_of_heat(const struct topology *topology) {
    return (struct tree_network){topology->power,   topology->n_nodes, topology->pipes,
                                 topology->coolers, topology->cooled,  topology->pipes_by_source,
                                 topology->sources, topology->fed,     false};
}

/* What stands at the ends of a network and is counted rather than drawn where there is much of it. */
static const bool terminal[N_POWER_KINDS] = {
    [POWER_TAP_OFF] = true, [POWER_PDU] = true,     [POWER_DC_BUS] = true, [POWER_SHELF] = true,
    [POWER_BBU] = true,     [POWER_RACK] = true,    [POWER_LOAD] = true,   [POWER_CDU] = true,
    [POWER_CHILLER] = true, [POWER_AIR_UNIT] = true};

static bool is_terminal(const struct layout *layout, uint32_t node) {
    return terminal[layout->network->power->nodes[node].kind];
}

static const struct edge *fed_edge(const struct layout *layout, uint32_t node, uint32_t i, uint32_t *edge) {
    const struct edge_run *run = &layout->network->fed[node];
    *edge = layout->network->by_source[run->first + i];
    return &layout->network->edges[*edge];
}

/* The edge below which a node is drawn: from the first of its sources that is in scope. */
static uint32_t drawn_edge(const struct layout *layout, uint32_t node) {
    const struct edge_run *run = &layout->network->sources[node];
    for (uint32_t i = 0; i < run->n; i++)
        if (layout->in_scope[layout->network->edges[run->first + i].from])
            return run->first + i;
    return TREE_NO_EDGE;
}

static void add_line(struct layout *layout, struct tree_line line) {
    struct tree *tree = layout->tree;
    if (tree->n_lines == tree->lines_room) {
        size_t room = tree->lines_room ? 2 * tree->lines_room : 256;
        struct tree_line *lines = reallocarray(tree->lines, room, sizeof(*lines));
        if (!lines) {
            layout->failed = true;
            return;
        }
        tree->lines = lines;
        tree->lines_room = room;
    }
    tree->lines[tree->n_lines++] = line;
}

static void add_member(struct layout *layout, uint32_t node) {
    struct tree *tree = layout->tree;
    if (tree->n_members == tree->members_room) {
        size_t room = tree->members_room ? 2 * tree->members_room : 256;
        uint32_t *members = reallocarray(tree->members, room, sizeof(*members));
        if (!members) {
            layout->failed = true;
            return;
        }
        tree->members = members;
        tree->members_room = room;
    }
    tree->members[tree->n_members++] = node;
}

/* Marks the node and all below it; each once, over all ways. `look` says what becomes of them. */
typedef void look_at(struct layout *layout, uint32_t node);
static void walk_down(struct layout *layout, uint32_t from, look_at *look) {
    size_t n = 0;
    if (layout->marks[from] == layout->mark)
        return;
    layout->marks[from] = layout->mark;
    layout->stack[n++] = from;
    while (n > 0 && !layout->failed) {
        uint32_t node = layout->stack[--n];
        look(layout, node);
        for (uint32_t i = layout->network->fed[node].n; i-- > 0;) {
            uint32_t edge, to = fed_edge(layout, node, i, &edge)->to;
            if (layout->marks[to] == layout->mark)
                continue;
            layout->marks[to] = layout->mark;
            layout->stack[n++] = to;
        }
    }
}

static void add_end(struct layout *layout, uint32_t node) {
    if (layout->network->fed[node].n == 0)
        add_member(layout, node);
}

/* Whether the end is drawn, or would be, elsewhere than below the node. */
static bool is_repeated(const struct layout *layout, uint32_t end, uint32_t below) {
    for (uint16_t steps = 0; end != below; steps++) {
        uint32_t edge = drawn_edge(layout, end);
        if (edge == TREE_NO_EDGE || steps == TREE_DEPTH_MOST)
            return true;
        end = layout->network->edges[edge].from;
    }
    return false;
}

static void draw(struct layout *layout, uint32_t node, uint32_t edge, uint16_t depth);

/* The line of all ends below the children that `folded` marks. */
static void add_fold(struct layout *layout, uint32_t node, uint16_t depth) {
    const struct edge_run *run = &layout->network->fed[node];
    struct tree_line line = {.kind = LINE_FOLD,
                             .node = node,
                             .edge = TREE_NO_EDGE,
                             .first_member = (uint32_t)layout->tree->n_members,
                             .depth = depth,
                             .is_repeated = true};
    layout->mark++;
    for (uint32_t i = 0; i < run->n; i++) {
        uint32_t edge, child = fed_edge(layout, node, i, &edge)->to;
        if (layout->leads[child])
            walk_down(layout, child, add_end);
    }
    line.n_members = (uint32_t)layout->tree->n_members - line.first_member;
    for (uint32_t i = 0; i < line.n_members && line.is_repeated; i++)
        line.is_repeated = is_repeated(layout, layout->tree->members[line.first_member + i], node);
    add_line(layout, line);
}

static void add_deeper(struct layout *layout, uint32_t node, uint16_t depth) {
    struct tree_line line = {.kind = LINE_DEEPER,
                             .node = node,
                             .edge = TREE_NO_EDGE,
                             .first_member = (uint32_t)layout->tree->n_members,
                             .depth = depth,
                             .is_last = true};
    layout->mark++;
    walk_down(layout, node, add_end);
    line.n_members = (uint32_t)layout->tree->n_members - line.first_member;
    add_line(layout, line);
}

/* Of a node that only helps to feed one other, which is drawn below another: that edge; else TREE_NO_EDGE. */
static uint32_t only_helps(const struct layout *layout, uint32_t node) {
    uint32_t edge;
    if (layout->network->fed[node].n != 1)
        return TREE_NO_EDGE;
    const struct edge *fed = fed_edge(layout, node, 0, &edge);
    return edge == drawn_edge(layout, fed->to) ? TREE_NO_EDGE : edge;
}

/* Whether both help to feed the same, and are of a kind. */
static bool help_alike(const struct layout *layout, uint32_t node, uint32_t other) {
    uint32_t a = only_helps(layout, node), b = only_helps(layout, other);
    return a != TREE_NO_EDGE && b != TREE_NO_EDGE &&
           layout->network->edges[a].to == layout->network->edges[b].to &&
           layout->network->power->nodes[node].kind == layout->network->power->nodes[other].kind;
}

/* The line of `n_members` nodes, the last of the tree's, that help to feed the same. */
static void add_helpers(struct layout *layout, uint32_t n_members, uint16_t depth) {
    uint32_t first = (uint32_t)layout->tree->n_members - n_members;
    add_line(layout, (struct tree_line){.kind = LINE_FOLD,
                                        .node = POWER_NO_NODE,
                                        .edge = only_helps(layout, layout->tree->members[first]),
                                        .first_member = first,
                                        .n_members = n_members,
                                        .depth = depth});
}

/* Draws what `edge`, the i-th below the node, leads to; or one line of it and of those that follow and are
 * like it. Returns how many that were. */
static uint32_t draw_child(struct layout *layout, uint32_t node, uint32_t i, uint16_t depth) {
    const struct edge_run *run = &layout->network->fed[node];
    uint32_t edge, child = fed_edge(layout, node, i, &edge)->to, n = 0;
    while (layout->folds && i + n < run->n) {
        uint32_t other_edge, other = fed_edge(layout, node, i + n, &other_edge)->to;
        if (other_edge != drawn_edge(layout, other) || !help_alike(layout, child, other))
            break;
        add_member(layout, other);
        n++;
    }
    if (n > 1 && !layout->failed) {
        add_helpers(layout, n, depth);
        return n;
    }
    layout->tree->n_members -= layout->failed ? 0 : n;
    draw(layout, child, edge, depth);
    return 1;
}

static void draw_fed(struct layout *layout, uint32_t node, uint16_t depth) {
    const struct edge_run *run = &layout->network->fed[node];
    bool folds = false;
    size_t last = layout->tree->n_lines;
    for (uint32_t i = 0; i < run->n && !layout->failed;) {
        uint32_t edge, child = fed_edge(layout, node, i, &edge)->to;
        if (layout->folds && layout->leads[child] && !is_terminal(layout, node)) {
            folds = true;
            i++;
            continue;
        }
        last = layout->tree->n_lines;
        i += draw_child(layout, node, i, depth);
    }
    if (folds) {
        last = layout->tree->n_lines;
        add_fold(layout, node, depth);
    }
    if (!layout->failed && last < layout->tree->n_lines)
        layout->tree->lines[last].is_last = true;
}

static void draw(struct layout *layout, uint32_t node, uint32_t edge, uint16_t depth) {
    struct tree_line line = {.node = node, .edge = edge, .depth = depth};
    if (edge != TREE_NO_EDGE && edge != drawn_edge(layout, node)) {
        line.kind = LINE_REFERENCE;
        line.drawn_below = layout->network->edges[drawn_edge(layout, node)].from;
    }
    if (depth > layout->tree->deepest)
        layout->tree->deepest = depth;
    add_line(layout, line);
    if (line.kind == LINE_REFERENCE || layout->network->fed[node].n == 0 || layout->failed)
        return;
    if (depth < layout->depth && depth < TREE_DEPTH_MOST)
        draw_fed(layout, node, depth + 1);
    else
        add_deeper(layout, node, depth + 1);
}

/* --- roots --- */

static bool is_root(const struct layout *layout, uint32_t node) {
    const struct tree_network *network = layout->network;
    if (network->sources[node].n > 0)
        return false;
    bool stands_alone = network->other_sources[node].n == 0 && network->other_fed[node].n == 0;
    return network->fed[node].n > 0 || (network->draws_alone && stands_alone);
}

/* Draws the root, or the line of those that help to feed the same. */
static void draw_root(struct layout *layout, uint32_t node) {
    const struct tree_network *network = layout->network;
    struct tree *tree = layout->tree;
    uint32_t edge = only_helps(layout, node), first = (uint32_t)tree->n_members;
    uint32_t fed = edge == TREE_NO_EDGE ? POWER_NO_NODE : network->edges[edge].to;
    for (uint32_t i = 0; fed != POWER_NO_NODE && i < network->sources[fed].n; i++) {
        uint32_t other = network->edges[network->sources[fed].first + i].from;
        if (is_root(layout, other) && help_alike(layout, node, other))
            add_member(layout, other);
    }
    uint32_t n = (uint32_t)tree->n_members - first;
    if (n < 2 || layout->failed) {
        tree->n_members = first;
        draw(layout, node, TREE_NO_EDGE, 0);
        return;
    }
    for (uint32_t i = first; i < tree->n_members; i++) /* so that they are not drawn again */
        layout->marks[tree->members[i]] = UINT32_MAX;
    add_helpers(layout, n, 0);
}

static void draw_all(struct layout *layout, uint32_t root) {
    layout->mark = 0;
    memset(layout->marks, 0, layout->network->n_nodes * sizeof(*layout->marks));
    layout->tree->n_lines = layout->tree->n_members = 0;
    if (root != POWER_NO_NODE) {
        draw(layout, root, TREE_NO_EDGE, 0);
        return;
    }
    for (uint32_t i = 0; i < layout->network->n_nodes && !layout->failed; i++)
        if (is_root(layout, i) && layout->marks[i] != UINT32_MAX)
            draw_root(layout, i);
}

/* --- scope --- */

static void put_in_scope(struct layout *layout, uint32_t node) {
    layout->in_scope[node] = true;
}

/* Who leads to nothing but ends: from the ends up, each node when all that it feeds is known. */
static void find_leads(struct layout *layout) {
    const struct tree_network *network = layout->network;
    uint32_t *left = layout->marks, n = 0;
    for (uint32_t i = 0; i < network->n_nodes; i++) {
        left[i] = network->fed[i].n;
        layout->leads[i] = is_terminal(layout, i);
        if (left[i] == 0)
            layout->stack[n++] = i;
    }
    while (n > 0) {
        uint32_t node = layout->stack[--n];
        const struct edge_run *run = &network->sources[node];
        for (uint32_t i = 0; i < run->n; i++) {
            uint32_t from = network->edges[run->first + i].from;
            layout->leads[from] = layout->leads[from] && layout->leads[node];
            if (--left[from] == 0)
                layout->stack[n++] = from;
        }
    }
    memset(layout->marks, 0, network->n_nodes * sizeof(*layout->marks));
}

static void mark_scope(struct layout *layout, uint32_t root) {
    uint32_t n = layout->network->n_nodes, ends = 0;
    if (root == POWER_NO_NODE)
        memset(layout->in_scope, true, n * sizeof(*layout->in_scope));
    layout->mark = 1;
    if (root != POWER_NO_NODE)
        walk_down(layout, root, put_in_scope);
    for (uint32_t i = 0; i < n; i++)
        ends += layout->in_scope[i] && layout->network->fed[i].n == 0 && is_terminal(layout, i);
    layout->folds = ends > TREE_ENDS_MOST;
}

int tree_lay_out(const struct tree_network *network, uint32_t root, uint16_t depth, struct tree *tree) {
    struct layout layout = {.network = network, .tree = tree, .depth = depth};
    layout.in_scope = calloc(network->n_nodes + 1, sizeof(*layout.in_scope));
    layout.marks = calloc(network->n_nodes + 1, sizeof(*layout.marks));
    layout.leads = calloc(network->n_nodes + 1, sizeof(*layout.leads));
    layout.stack = calloc(network->n_nodes + 1, sizeof(*layout.stack));
    layout.failed = !layout.in_scope || !layout.marks || !layout.leads || !layout.stack;
    if (!layout.failed) {
        find_leads(&layout);
        mark_scope(&layout, root);
        draw_all(&layout, root);
    }
    while (!layout.failed && depth == TREE_NO_DEPTH && tree->n_lines > TREE_LINES_MOST && layout.depth > 1) {
        layout.depth = (layout.depth < tree->deepest ? layout.depth : tree->deepest) - 1;
        draw_all(&layout, root);
    }
    free(layout.in_scope);
    free(layout.leads);
    free(layout.marks);
    free(layout.stack);
    return layout.failed ? ERROR_MEMORY : 0;
}

void tree_done(struct tree *tree) {
    free(tree->lines);
    free(tree->members);
    *tree = (struct tree){0};
}
