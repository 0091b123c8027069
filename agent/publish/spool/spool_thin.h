/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many rows become few: of each device's rows of a block, one with the least, one with the mean and one with
 * the greatest of each gauge stay, marked as substituted, at the times of the first row, the middle and the
 * last. Counters, which lose nothing by it but when, stay in the last with their newest value; states, too,
 * and each change of one in a row of its own. Pure.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_THIN_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_THIN_H

#include "publish/spool/spool.h"

struct spool_thin;

/* What is left: everything but detail; or only counters and states. */
enum spool_thinning { THIN_DETAIL, THIN_GAUGES, N_THINNINGS };

struct spool_thin *spool_thin_new(void); /* NULL when out of memory */
void spool_thin_free(struct spool_thin *thin);

/* The next row of the block; in the order of their ids. 0 or ERROR_MEMORY. */
int spool_thin_add(struct spool_thin *thin, struct spool_row *row);

/*
 * The rows that take the block's place, *n of them in the order of their times, with ids among those of the
 * block, the last with its last; never more than there were. They are the caller's, and so is the array. 0 or
 * ERROR_MEMORY.
 */
int spool_thin_finish(struct spool_thin *thin, enum spool_thinning thinning, struct spool_row ***rows,
                      size_t *n);

#endif
