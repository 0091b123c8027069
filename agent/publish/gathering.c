/* SPDX-License-Identifier: Apache-2.0 */
/* An array of rows in their order, and when the first of a message that is not full came. */
#include "publish/gathering.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { READ_LEAST = 32 }; /* rows in one look at the spool */

int gathering_init(struct gathering *gathering, size_t per_message) {
    *gathering = (struct gathering){.since_ms = INT64_MAX};
    gathering->room = per_message > READ_LEAST ? per_message : READ_LEAST;
    gathering->rows = calloc(gathering->room, sizeof(struct spool_row *));
    return gathering->rows ? 0 : ERROR_MEMORY;
}

void gathering_done(struct gathering *gathering) {
    if (gathering->rows)
        gathering_forget(gathering);
    free(gathering->rows);
    *gathering = (struct gathering){0};
}

/* Until nothing more is there: only then does the spool wake its reader. */
void gathering_fill(struct gathering *gathering, struct spool_cursor *cursor, enum spool_lane lane) {
    size_t n = 1;
    while (n > 0 && gathering->n < gathering->room) {
        n = spool_read(cursor, lane, gathering->read_row, gathering->rows + gathering->n,
                       gathering->room - gathering->n);
        gathering->n += n;
        if (gathering->n > 0)
            gathering->read_row = gathering->rows[gathering->n - 1]->id;
    }
}

size_t gathering_ready(struct gathering *gathering, size_t per_message, int64_t now_ms, int64_t wait_ms) {
    if (gathering->n >= per_message)
        return per_message;
    if (gathering->n == 0)
        return 0;
    if (gathering->since_ms == INT64_MAX)
        gathering->since_ms = now_ms;
    return now_ms - gathering->since_ms >= wait_ms ? gathering->n : 0;
}

void gathering_take(struct gathering *gathering, size_t n) {
    gathering->n -= n;
    gathering->since_ms = INT64_MAX;
    memmove(gathering->rows, gathering->rows + n, gathering->n * sizeof(struct spool_row *));
}

void gathering_forget(struct gathering *gathering) {
    for (size_t i = 0; i < gathering->n; i++)
        spool_release(gathering->rows[i]);
    gathering->n = 0;
    gathering->read_row = 0;
    gathering->since_ms = INT64_MAX;
}
