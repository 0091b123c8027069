/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A series of a database's answer, or several in rows: its numbers become rows and markers of a stream. Which
 * document it is from is the reader's affair.
 */
#ifndef HALLWATCH_COMMAND_PROVE_SERIES_H
#define HALLWATCH_COMMAND_PROVE_SERIES_H

#include "command/prove_streams.h"

/* Whose a series is. Texts that are too long are cut, but that of the stream. */
struct prove_labels {
    char stream[sizeof(((struct prove_stream *)0)->name)];
    char site[64], gateway[64], reason[16];
    char metric[40];
};
/* Other labels are of no interest. False: the name of a stream is too long. */
bool prove_labels_set(struct prove_labels *labels, const char *name, const char *text);

/* 0 where the text is no whole number from 1 to 2^53, up to where a double tells them apart. */
uint64_t prove_sequence_of(const char *text);

struct prove_series;

/* Borrows the streams. NULL when out of memory. */
struct prove_series *prove_series_new(struct prove_streams *streams);
void prove_series_free(struct prove_series *series); /* NULL is fine */

/* Its labels or, behind them, the names of its columns are about to come. */
void prove_series_begin(struct prove_series *series);
void prove_series_add_column(struct prove_series *series, const char *name);
/* Whether the numbers of a series with these labels and columns say anything. */
bool prove_series_is_wanted(const struct prove_series *series, const struct prove_labels *labels);

/* Numbers of one series and their times, each by themselves. 0, ERROR_MEMORY or ERROR_TOO_BIG. */
void prove_series_begin_values(struct prove_series *series);
void prove_series_begin_times(struct prove_series *series);
int prove_series_add_value(struct prove_series *series, const char *text);
int prove_series_add_time(struct prove_series *series, const char *text);

/* Or rows: a time and a number, or as the columns say. "": a cell without anything. */
void prove_series_begin_row(struct prove_series *series);
void prove_series_add_cell(struct prove_series *series, const char *text);
int prove_series_end_row(struct prove_series *series, const struct prove_labels *labels);

/* No more of it comes. Errors as of the streams. */
int prove_series_end(struct prove_series *series, const struct prove_labels *labels);

/* What was wrong since this was asked last; NULL: nothing. */
const char *prove_series_why(struct prove_series *series);
uint64_t prove_series_found(const struct prove_series *series);

#endif
