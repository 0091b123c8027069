/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is added to the operators' journal while the agent runs. The file is theirs: it is only read, and may
 * be cut, replaced or garbled at any time. Owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_JOURNAL_WATCH_H
#define HALLWATCH_PUBLISH_JOURNAL_WATCH_H

#include <stdint.h>

#include "judge/journal.h"

struct journal_watch;

/* `done`: how many of its bytes an agent before has read. 0 or ERROR_MEMORY. */
int journal_watch_new(const char *folder, uint64_t done, struct journal_watch **watch);
void journal_watch_free(struct journal_watch *watch); /* NULL is fine */

typedef void journal_watch_take(void *context, const struct journal_order *order);
/*
 * Hands over what has been ordered since the last look; at the first look, who is out of service by what an
 * agent before has read, and what came since. Lines that cannot be read are passed over and said. Returns how
 * many bytes of the file are read.
 */
uint64_t journal_watch_look(struct journal_watch *watch, journal_watch_take *take, void *context);

#endif
