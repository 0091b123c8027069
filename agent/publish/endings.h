/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which series end: those of a device that is configured no more, and those that a device's new view lacks,
 * because its plan or its labels changed. Only series of which a value was published can end. Pure; owned by
 * one thread.
 */
#ifndef HALLWATCH_PUBLISH_ENDINGS_H
#define HALLWATCH_PUBLISH_ENDINGS_H

#include "model/series.h"
#include "publish/spool/spool.h"

struct endings;

struct endings *endings_new(void);          /* NULL when out of memory */
void endings_free(struct endings *endings); /* NULL is fine */

/*
 * To be asked before each batch goes to its spool: what has ended by it, as batches that go before it, one
 * for each spool at most. Their qualities are ENDED and ABSENT; a series ends in the spool that its values
 * went to, a millisecond after the device's last one. They are valid until the next call. Returns how many;
 * without memory series end unsaid.
 */
size_t endings_note(struct endings *endings, const struct batch *batch, struct batch ended[N_SPOOLS]);

#endif
