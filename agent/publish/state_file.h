/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that keeps the alarms, as text and back:
 *
 *   {"schema":1,"written":1764000000000,"journal":4711,
 *    "figures":{"budget/rack-1/over_warning":12.5},
 *    "alarms":[{"alarm":"...", ...}, ...]}
 *
 * `journal` is how far the operators' journal was read. Pure.
 */
#ifndef HALLWATCH_PUBLISH_STATE_FILE_H
#define HALLWATCH_PUBLISH_STATE_FILE_H

#include "base/text.h"
#include "model/alarm_board.h"
#include "model/alarm_json.h"

#define STATE_FILE "alarm-state.json"
enum { STATE_FILE_SCHEMA = 1, STATE_KEY_MOST = 255, STATE_ALARMS_MOST = 100000, STATE_FIGURES_MOST = 400000 };

struct state_figure {
    char *key;
    double value;
};

/* Zeroed: nothing. */
struct state_content {
    uint64_t journal_size;
    struct alarm_draft *alarms;
    size_t n_alarms, alarms_room;
    struct state_figure *figures; /* in the order of their keys */
    size_t n_figures, figures_room;
};
void state_content_done(struct state_content *content);
/* Sets a figure. False when out of memory, or there are too many, or it is none. */
bool state_content_set(struct state_content *content, const char *key, double value);

/* Replaces `text` by the first part of the file: all but the alarms. */
void state_file_write_figures(const struct state_content *content, int64_t now_ms, struct text *text);
/* Adds the alarms, which are the board's, and the end. */
void state_file_write_alarms(struct alarm_board *board, struct text *text);
/* Adds what a file of any origin holds. NULL, or why it cannot be used: then nothing is in `content`. */
const char *state_file_read(const char *bytes, size_t size, struct state_content *content);

#endif
