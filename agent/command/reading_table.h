/* SPDX-License-Identifier: Apache-2.0 */
/* What one device said in one reading, gathered from batches and answers, and printed for people or as JSON
 * lines. */
#ifndef HALLWATCH_COMMAND_READING_TABLE_H
#define HALLWATCH_COMMAND_READING_TABLE_H

#include <stdio.h>

#include "acquire/plan.h"

/* What the device really sent for one item of the plan. */
struct raw_row {
    char *source, *value; /* NULL: nothing came */
    bool number;          /* value is one, as JSON writes it */
    bool counts;          /* it is a reading */
};

/* Zeroed = empty, but for with_raw. */
struct reading_table {
    bool with_raw;
    struct plan *plan;
    struct device_view *view;
    char *choice;
    int64_t time_ms;
    double *values;
    uint8_t *qualities;
    struct raw_row *raws; /* one per item */
    size_t n_raws;
};

void reading_table_done(struct reading_table *table);

/* Copies a batch in. The batch stays the caller's. */
void reading_table_add(struct reading_table *table, const struct batch *batch);
void reading_table_add_raw(struct reading_table *table, const struct plan *plan,
                           const struct plan_request *request, const struct link_answer *answer);
/* Holds what is needed for printing; NULL where the device was not attached. */
void reading_table_describe(struct reading_table *table, const struct plan *plan,
                            const struct device_view *view, const char *choice);

/* True where the device gave not one reading. */
bool reading_table_is_empty(const struct reading_table *table);

/* False where the stream could not be written. */
bool reading_table_print(const struct reading_table *table, FILE *to);
bool reading_table_print_json(const struct reading_table *table, FILE *to);

#endif
