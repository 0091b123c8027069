/* SPDX-License-Identifier: Apache-2.0 */
/* What the judge says of itself every ten seconds: how long judging took, how the alarms fare. Pure. */
#ifndef HALLWATCH_JUDGE_JUDGE_REPORT_H
#define HALLWATCH_JUDGE_JUDGE_REPORT_H

#include "judge/alarms.h"

struct judge_report;

struct judge_report *judge_report_new(const struct site_config *config, uint32_t generation);
void judge_report_free(struct judge_report *report); /* NULL is fine */
/* A tick took so long (s); pass_s above 0: of that the pass over all single losses. */
void judge_report_note(struct judge_report *report, double tick_s, double pass_s);
/* The batch when it is due, else NULL; valid until the next call. */
struct batch *judge_report_next(struct judge_report *report, const struct alarms *alarms,
                                const struct judge_time *time);

#endif
