/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of `hallwatch whatif`, in words for a planner and as JSON. */
#ifndef HALLWATCH_COMMAND_WHATIF_WRITE_H
#define HALLWATCH_COMMAND_WHATIF_WRITE_H

#include <stdio.h>

#include "base/text.h"
#include "command/whatif_answer.h"

/* "ups-a2", "one unit of ups-a2" */
void whatif_add_lost(const struct judged *judged, uint32_t lost, struct text *text);
/* "12.50 kW", "132.00 A L2"; "-" of what is not known. */
void whatif_write_amount(enum contingency_limit limit, double amount, char *text, size_t size);

/* One set of losses. 0 or ERROR_MEMORY. */
int whatif_print(const struct whatif_answer *answer, FILE *out);
/* Every single loss, the worst first, at most `most` of them. */
int whatif_print_all(const struct judged *judged, size_t most, FILE *out);

/* The same as JSON, without a line feed; all is base units. */
void whatif_add_json(const struct whatif_answer *answer, struct text *text);
int whatif_add_json_all(const struct judged *judged, size_t most, struct text *text);

/* Single losses from which anything follows, the worst first: what exceeds, then what drops most, then the
 * least headroom. `*results` is the caller's to free. 0 or ERROR_MEMORY. */
int whatif_rank(const struct judged *judged, const struct contingency_result ***results, size_t *n);

#endif
