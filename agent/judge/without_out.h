/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The present state without what is out of service (hallwatch maintain) and yet told to be on. It carries its
 * load still, and sums say so; but it may be switched off at any moment, so losses are counted from the state
 * in which it is lost, its load moved to its partners (power.md section 2). Pure.
 */
#ifndef HALLWATCH_JUDGE_WITHOUT_OUT_H
#define HALLWATCH_JUDGE_WITHOUT_OUT_H

#include "judge/contingency.h"

struct without_out;

/* NULL when out of memory. */
struct without_out *without_out_new(const struct topology *topology);
void without_out_free(struct without_out *without);

/*
 * `present` itself where nothing is out and on; else the state without it, which lasts until the next call
 * and borrows the rest from `present`. Asks `contingency` for a loss: what its last pass found stays.
 */
const struct contingency_input *without_out_of(struct without_out *without, struct contingency *contingency,
                                               const struct contingency_input *present);

#endif
