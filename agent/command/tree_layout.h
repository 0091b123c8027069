/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of `hallwatch tree`: a network of nodes laid out as a tree. A node is drawn once, below the
 * source that it prefers, and only named below its others. Many racks are one line, and so are machines of a
 * kind that feed the same. Pure: structure only, what is live is put beside the lines by tree_text.
 */
#ifndef HALLWATCH_COMMAND_TREE_LAYOUT_H
#define HALLWATCH_COMMAND_TREE_LAYOUT_H

#include "judge/topology.h"

/* One of the two networks of a topology: of electricity, or of heat (sources are what carries it away). */
struct tree_network {
    const struct power_config *power;
    uint32_t n_nodes;
    const struct edge *edges;
    const struct edge_run *sources, *fed; /* by node */
    const uint32_t *by_source;            /* what `fed` are runs of */
    /* The other network's: a node in neither stands alone, and is drawn in that of electricity. */
    const struct edge_run *other_sources, *other_fed;
    bool draws_alone;
};
struct tree_network tree_of_power(const struct topology *topology);
struct tree_network tree_of_heat(const struct topology *topology);

#define TREE_NO_EDGE UINT32_MAX

enum tree_line_kind {
    LINE_NODE,
    LINE_REFERENCE, /* the node is drawn below another source */
    LINE_FOLD,      /* `n_members` nodes at the ends: racks, machines */
    LINE_DEEPER     /* what is below the node of the line above and beyond the depth: its `n_members` ends */
};
struct tree_line {
    enum tree_line_kind kind;
    uint32_t node;        /* of LINE_FOLD and LINE_DEEPER: what they are below; POWER_NO_NODE: folded roots */
    uint32_t edge;        /* between it and the line above; TREE_NO_EDGE: a root, or several edges */
    uint32_t drawn_below; /* of LINE_REFERENCE: the source below which it is drawn */
    uint32_t first_member, n_members;
    uint16_t depth;
    bool is_last;     /* below its source */
    bool is_repeated; /* LINE_FOLD: all members are drawn or folded below other sources, too, which they
                         prefer */
};
struct tree {
    struct tree_line *lines;
    size_t n_lines, lines_room;
    uint32_t *members; /* nodes that lines have folded */
    size_t n_members, members_room;
    uint16_t deepest; /* what a line's depth would be without a limit */
};

enum {
    TREE_NO_DEPTH = UINT16_MAX,
    TREE_ENDS_MOST = 40,   /* more ends than so many are folded */
    TREE_LINES_MOST = 250, /* the depth is chosen so that there are no more, where none is asked for */
    TREE_DEPTH_MOST = 256
};

/*
 * Lays out what `root` feeds, or the whole network where it is POWER_NO_NODE, `depth` levels below it;
 * TREE_NO_DEPTH chooses one. Starts zeroed. 0 or ERROR_MEMORY.
 */
int tree_lay_out(const struct tree_network *network, uint32_t root, uint16_t depth, struct tree *tree);
void tree_done(struct tree *tree);

#endif
