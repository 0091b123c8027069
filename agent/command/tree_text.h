/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in a line of `hallwatch tree`: guides and name, power, share of what is usable, and in words
 * what an operator has to know. Pure.
 */
#ifndef HALLWATCH_COMMAND_TREE_TEXT_H
#define HALLWATCH_COMMAND_TREE_TEXT_H

#include "base/text.h"
#include "command/tree_layout.h"
#include "judge/judge.h"

/* Of a node: how many alarms stand, the highest priority of them and that one's rule. */
struct tree_alarm {
    const char *rule; /* NULL: none */
    uint32_t n;
    uint8_t priority;
};

struct tree_look {
    const struct power_config *power;
    const struct judged *judged;     /* NULL: nothing is known but structure */
    const struct tree_alarm *alarms; /* by node; NULL: none */
    uint8_t *origins; /* by node, enum tree_origin: what feeds it in the end; NULL: not known */
};

/* Where a node's power comes from, as bits; 0: from nowhere. */
enum tree_origin { ORIGIN_UTILITY = 1, ORIGIN_GENERATOR = 2, ORIGIN_BATTERY = 4 };
/* Fills look->origins, of n_nodes, along the edges that carry. */
void tree_find_origins(const struct judged *judged, uint8_t *origins);

/* How urgent a line is: what it is coloured by. */
enum tree_mood { MOOD_PLAIN, MOOD_DIM, MOOD_GENERATOR, MOOD_WARNING, MOOD_ALARM };

struct tree_cells {
    struct text name; /* with its guides */
    char kind[24], power[24], used[16];
    struct text state;
    enum tree_mood mood;
};
/* `lasts`: by depth, whether the line there is its source's last; the caller keeps it from line to line. */
void tree_write_line(const struct tree_look *look, const struct tree *tree,
                     const struct tree_network *network, const struct tree_line *line, bool *lasts,
                     struct tree_cells *cells);
void tree_cells_done(struct tree_cells *cells);

/* "60 MVA, 22.9 kV"; "" where nothing is rated. */
void tree_write_rating(const struct power_node *node, char *text, size_t size);
/* "158 racks, 12 air units" of `n` nodes. */
void tree_add_counts(const struct power_config *power, const uint32_t *nodes, size_t n, struct text *text);

#endif
