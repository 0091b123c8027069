/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sinks of the running agent, by name: started together, exchanged one by one when the configuration
 * changes, stopped together, and what is known of them. One that hangs in a name look-up when it is to go is
 * put aside and ended when that is over.
 */
#ifndef HALLWATCH_PUBLISH_SINK_SET_H
#define HALLWATCH_PUBLISH_SINK_SET_H

#include "model/config_changes.h"
#include "publish/sink.h"

struct sink_set;

/*
 * Starts the configuration's sinks. Spools and board (NULL: no alarms) are borrowed. 0, or an error as
 * sink_start's: then *set is NULL.
 */
int sink_set_start(const struct site_config *site, const struct spools *spools, struct alarm_board *board,
                   struct sink_set **set);

/*
 * The first half of a change, which can fail: makes the sinks that are added or changed, and starts nothing.
 * Nothing of the running ones is touched. Errors as sink_new.
 */
int sink_set_prepare(struct sink_set *set, const struct site_config *site,
                     const struct config_changes *changes);
/* What was prepared is not wanted. */
void sink_set_forget(struct sink_set *set);
/*
 * The second half: stops those removed and changed, which takes up to SINK_STOP_MS, and starts what was
 * prepared; a changed sink goes on where it was. Unchanged ones notice nothing. A thread that cannot be
 * started is logged.
 */
void sink_set_exchange(struct sink_set *set, const struct config_changes *changes);

enum { SINK_STATES_MOST = 32 }; /* more than a configuration may name */

/* What is known of a sink: from the spools, and from itself. */
struct sink_state {
    enum sink_kind kind;
    struct spool_state spool; /* `sink` is its name */
    struct sink_health_state health;
    double rate; /* readings a second that were sent of late; NAN: not known yet */
};
/* Any thread, until the set is stopped: states of up to `most` sinks. Returns how many those are. */
size_t sink_set_states(struct sink_set *set, struct sink_state *states, size_t most);

/* Stops all; NULL is fine. False where one hangs: then it and what it borrows stay as they are. */
bool sink_set_stop(struct sink_set *set);

#endif
