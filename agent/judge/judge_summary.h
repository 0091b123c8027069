/* SPDX-License-Identifier: Apache-2.0 */
/* All that was judged in a few figures, for whoever looks at the whole. Pure. */
#ifndef HALLWATCH_JUDGE_JUDGE_SUMMARY_H
#define HALLWATCH_JUDGE_JUDGE_SUMMARY_H

#include "judge/judge.h"
#include "model/power_board.h"

/* Texts of the summary are the configuration's. What is out of service is not said: who orders it knows more.
 */
void judge_summarize(const struct judged *judged, const struct judge_time *time,
                     struct power_summary *summary);

#endif
