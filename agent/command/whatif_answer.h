/* SPDX-License-Identifier: Apache-2.0 */
/* What `hallwatch whatif` has to say of one set of losses, before it is written in words or as JSON. Pure. */
#ifndef HALLWATCH_COMMAND_WHATIF_ANSWER_H
#define HALLWATCH_COMMAND_WHATIF_ANSWER_H

#include "judge/judge.h"

struct whatif_answer {
    const struct judged *judged;
    const uint32_t *lost; /* nodes, or'ed with CONTINGENCY_ONE_UNIT */
    size_t n_lost;
    struct contingency *contingency;
    struct without_out *without_out;
    struct contingency_input present;
    const struct contingency_input *now; /* what it is lost from: without what is out of service */
    struct contingency_result result;
    /* Per node. */
    double *ratio;
    uint8_t *after; /* enum node_supply */
    bool *loses_redundancy;
    struct trip_time trips; /* of the first that exceeds */
};

/*
 * Loses `lost`, which is borrowed, from what is judged; that is left as it was. 0 or ERROR_MEMORY; to be
 * ended with whatif_answer_done.
 */
int whatif_answer(const struct judged *judged, const uint32_t *lost, size_t n_lost,
                  struct whatif_answer *answer);
void whatif_answer_done(struct whatif_answer *answer);

/* Nodes of which it tells; unknown: the load, of what is rated or an end load; in part: the same of what is
 * rated and changed by the loss. */
enum whatif_list {
    WHATIF_DROPPED,
    WHATIF_ON_BATTERY,
    WHATIF_REDUNDANCY,
    WHATIF_UNKNOWN,
    WHATIF_IN_PART,
    N_WHATIF_LISTS
};
bool whatif_is_in(const struct whatif_answer *answer, enum whatif_list list, uint32_t node);

/* Nodes above `ratio` of usable, the worst first; `nodes` has room for all. Returns how many. */
size_t whatif_sort(const struct whatif_answer *answer, double ratio, uint32_t *nodes);
/* One of them: what binds; and whether the loss makes it another. */
struct contingency_node whatif_look(const struct whatif_answer *answer, uint32_t node);
bool whatif_is_changed(const struct contingency_node *look);

#endif
