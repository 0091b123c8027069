/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with their times, in arrays or in rows, by the name of the series or of its columns. */
#include "command/prove_series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "command/prove_time.h"

enum { COLUMNS_MOST = 1024, NUMBERS_MOST = 1 << 25, NOTHING = -1 };
static const double sequence_most = 9007199254740992;

/* What a number is, or another cell of a row. */
enum column { NO_COLUMN, AT, ROW, GAP_FIRST, GAP_LAST, OF_STREAM, OF_REASON };

struct numbers {
    int64_t *at;
    size_t n, room;
};

struct prove_series {
    struct prove_streams *streams;
    enum column columns[COLUMNS_MOST];
    size_t n_columns; /* 0: a row is a time and a number */
    struct numbers values, times;
    /* The present row: */
    size_t cell;
    int64_t time_ms;
    uint64_t numbers[OF_REASON];
    struct prove_labels own;
    const char *why;
    uint64_t found;
};

static enum column column_of(const char *name) {
    static const struct {
        const char *name;
        enum column column;
    } known[] = {
        {"time", AT},
        {"row_sequence", ROW},
        {"gap_first_sequence", GAP_FIRST},
        {"gap_last_sequence", GAP_LAST},
        {"stream", OF_STREAM},
        {"reason", OF_REASON},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].column;
    return NO_COLUMN;
}

static enum column metric_of(const struct prove_labels *labels) {
    static const char prefix[] = "facility_";
    if (strncmp(labels->metric, prefix, sizeof(prefix) - 1) != 0)
        return NO_COLUMN;
    enum column column = column_of(labels->metric + sizeof(prefix) - 1);
    return column == ROW || column == GAP_FIRST || column == GAP_LAST ? column : NO_COLUMN;
}

bool prove_labels_set(struct prove_labels *labels, const char *name, const char *text) {
    const struct {
        const char *name;
        char *text;
        size_t size;
    } known[] = {
        {"stream", labels->stream, sizeof(labels->stream)},
        {"site", labels->site, sizeof(labels->site)},
        {"gateway", labels->gateway, sizeof(labels->gateway)},
        {"reason", labels->reason, sizeof(labels->reason)},
        {"__name__", labels->metric, sizeof(labels->metric)},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].name, name) != 0)
            continue;
        if (i == 0 && strlen(text) >= known[i].size)
            return false;
        snprintf(known[i].text, known[i].size, "%s", text);
    }
    return true;
}

uint64_t prove_sequence_of(const char *text) {
    uint64_t number = 0;
    size_t i = 0;
    for (; i < 15 && text[i] >= '0' && text[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(text[i] - '0');
    if (i > 0 && text[i] == '\0')
        return number;
    double value;
    if (text_to_number(text, &value) != 0 || !(value >= 1 && value <= sequence_most))
        return 0;
    number = (uint64_t)value;
    return (double)number == value ? number : 0;
}

struct prove_series *prove_series_new(struct prove_streams *streams) {
    struct prove_series *series = calloc(1, sizeof(*series));
    if (series)
        series->streams = streams;
    return series;
}

void prove_series_free(struct prove_series *series) {
    if (!series)
        return;
    free(series->values.at);
    free(series->times.at);
    free(series);
}

static void complain(struct prove_series *series, const char *why) {
    if (!series->why)
        series->why = why;
}

const char *prove_series_why(struct prove_series *series) {
    const char *why = series->why;
    series->why = NULL;
    return why;
}

uint64_t prove_series_found(const struct prove_series *series) {
    return series->found;
}

/* --- what it is of --- */

void prove_series_begin(struct prove_series *series) {
    series->n_columns = 0;
}

void prove_series_add_column(struct prove_series *series, const char *name) {
    if (series->n_columns == COLUMNS_MOST)
        complain(series, "there are too many columns");
    else
        series->columns[series->n_columns++] = column_of(name);
}

static bool has_column(const struct prove_series *series, enum column column) {
    for (size_t i = 0; i < series->n_columns; i++)
        if (series->columns[i] == column)
            return true;
    return false;
}

bool prove_series_is_wanted(const struct prove_series *series, const struct prove_labels *labels) {
    if (series->n_columns == 0)
        return metric_of(labels) != NO_COLUMN;
    bool has_numbers =
        has_column(series, ROW) || has_column(series, GAP_FIRST) || has_column(series, GAP_LAST);
    return has_numbers && (*labels->stream || has_column(series, OF_STREAM));
}

/* An empty cell, or NaN, as databases say that a series has ended: nothing is wrong with it. */
static bool is_nothing(const char *text) {
    return *text == '\0' || strcmp(text, "NaN") == 0 || strcmp(text, "null") == 0;
}

/* --- numbers by themselves --- */

static int add_number(struct numbers *numbers, int64_t number) {
    if (numbers->n == numbers->room) {
        size_t room = numbers->room ? numbers->room * 2 : 1024;
        if (room > NUMBERS_MOST)
            return ERROR_TOO_BIG;
        int64_t *at = reallocarray(numbers->at, room, sizeof(*at));
        if (!at)
            return ERROR_MEMORY;
        numbers->at = at;
        numbers->room = room;
    }
    numbers->at[numbers->n++] = number;
    return 0;
}

void prove_series_begin_values(struct prove_series *series) {
    series->values.n = 0;
}

void prove_series_begin_times(struct prove_series *series) {
    series->times.n = 0;
}

int prove_series_add_value(struct prove_series *series, const char *text) {
    return add_number(&series->values, is_nothing(text) ? NOTHING : (int64_t)prove_sequence_of(text));
}

int prove_series_add_time(struct prove_series *series, const char *text) {
    return add_number(&series->times, prove_time_of(text));
}

/* --- what follows for the stream --- */

static enum prove_reason reason_of(const char *word) {
    return strcmp(word, prove_reason_word(PROVE_THINNED)) == 0 ? PROVE_THINNED : PROVE_DROPPED;
}

static int use(struct prove_series *series, struct prove_stream *stream, const char *reason,
               enum column column, uint64_t number, int64_t time_ms) {
    series->found++;
    if (column == ROW)
        return prove_stream_see(series->streams, stream, number, time_ms);
    return prove_stream_account(series->streams, stream, reason_of(reason), column == GAP_FIRST ? number : 0,
                                column == GAP_LAST ? number : 0, time_ms);
}

static int find_stream(struct prove_series *series, const struct prove_labels *labels,
                       struct prove_stream **stream) {
    const char *name = *series->own.stream ? series->own.stream : labels->stream;
    int error = prove_streams_find(series->streams, name, stream);
    return error ? error : prove_stream_name(*stream, labels->site, labels->gateway);
}

/* --- rows --- */

void prove_series_begin_row(struct prove_series *series) {
    series->cell = 0;
    series->time_ms = PROVE_NO_TIME;
    memset(series->numbers, 0, sizeof(series->numbers));
    series->own.stream[0] = series->own.reason[0] = '\0';
}

void prove_series_add_cell(struct prove_series *series, const char *text) {
    enum column column = NO_COLUMN;
    size_t cell = series->cell++;
    if (series->n_columns > 0)
        column = cell < series->n_columns ? series->columns[cell] : NO_COLUMN;
    else if (cell < 2)
        column = cell == 0 ? AT : ROW;
    if (column == NO_COLUMN || is_nothing(text))
        return;
    if (column == AT)
        series->time_ms = prove_time_of(text);
    else if (column == OF_STREAM || column == OF_REASON) {
        if (!prove_labels_set(&series->own, column == OF_STREAM ? "stream" : "reason", text))
            complain(series, "the name of a stream is too long");
    } else if (!(series->numbers[column] = prove_sequence_of(text)))
        complain(series, "a sequence is no whole number from 1 to 2^53");
}

int prove_series_end_row(struct prove_series *series, const struct prove_labels *labels) {
    enum column metric = metric_of(labels);
    const char *reason = *series->own.reason ? series->own.reason : labels->reason;
    struct prove_stream *stream;
    bool has_stream = *series->own.stream || *labels->stream;
    if (!has_stream || (series->n_columns == 0 && metric == NO_COLUMN))
        return 0;
    int error = 0;
    for (enum column column = ROW; column <= GAP_LAST && !error; column++) {
        if (!series->numbers[column])
            continue;
        error = find_stream(series, labels, &stream);
        if (!error)
            error = use(series, stream, reason, series->n_columns ? column : metric, series->numbers[column],
                        series->time_ms);
    }
    return error;
}

int prove_series_end(struct prove_series *series, const struct prove_labels *labels) {
    const struct numbers *values = &series->values, *times = &series->times;
    enum column metric = metric_of(labels);
    struct prove_stream *stream;
    if (values->n == 0 || metric == NO_COLUMN || !*labels->stream)
        return 0;
    if (values->n != times->n) {
        complain(series, "there are not as many times as values");
        return 0;
    }
    series->own.stream[0] = '\0';
    int error = find_stream(series, labels, &stream);
    series->values.n = 0;
    for (size_t i = 0; i < times->n && !error; i++) {
        if (values->at[i] == NOTHING)
            continue;
        if (values->at[i])
            error = use(series, stream, labels->reason, metric, (uint64_t)values->at[i], times->at[i]);
        else
            complain(series, "a sequence is no whole number from 1 to 2^53");
    }
    return error;
}
