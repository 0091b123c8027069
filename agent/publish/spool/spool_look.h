/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look into a spool's file from another process, also while its agent runs: how far it has come, where each
 * sink is, and what was refused. Reads only, and all of one moment.
 */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_LOOK_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_LOOK_H

#include "publish/spool/spool.h"
#include "publish/spool/spool_span.h"
#include "publish/spool/spool_store.h"

struct spool_look;

/*
 * ERROR_NOT_FOUND: there is no such file. Else an error of the file, of which `why` (of `size` bytes) says
 * more.
 */
int spool_look_open(const char *folder, enum spool_kind kind, struct spool_look **look, char *why,
                    size_t size);
void spool_look_close(struct spool_look *look); /* NULL is fine */

/*
 * Ends the one moment, for a caller who takes his time: as long as it lasts the agent's log grows. What is
 * refused is read on as it is then.
 */
void spool_look_let_go(struct spool_look *look);

/* Its stream, and the newest row that is committed. */
const struct spool_identity *spool_look_identity(const struct spool_look *look);

/* The n-th place. False: there are no more, or it cannot be read. */
bool spool_look_place(struct spool_look *look, size_t n, struct spool_place *place);

struct spool_refusal {
    const char *sink, *words; /* valid until the next */
    uint64_t row, readings;   /* how many of the row's */
    int64_t time_ms;
    struct spool_row *columns; /* what it held; NULL where that cannot be read. The caller releases it. */
};
/* The next one, oldest first. 0, ERROR_NOT_FOUND after the last, or an error of the file. */
int spool_look_next_refusal(struct spool_look *look, struct spool_refusal *refusal);

#endif
