/* SPDX-License-Identifier: Apache-2.0 */
/* What is marked, and when. How it is written is the encoders' affair. */
#include "publish/proof.h"

#include <stdio.h>
#include <string.h>

bool proof_make_marker(struct proof_times *times, const struct spool_row *row, struct proof_marker *marker) {
    int64_t *newest_ms = &times->newest_ms[row->kind], *marker_ms = &times->marker_ms[row->kind];
    if (row->time_ms > *newest_ms)
        *newest_ms = row->time_ms;
    if (row->id == 0 || (row->view && row->first_id >= row->id))
        return false;
    *marker_ms = *newest_ms > *marker_ms ? *newest_ms : *marker_ms + 1;
    marker->first = row->first_id;
    marker->last = row->view ? row->id - 1 : row->id;
    marker->time_ms = *marker_ms;
    marker->reason = row->view ? "thinned" : "dropped";
    return true;
}

/* The gateway has several lists of series, each of which begins with another kind of component. */
void proof_write_part(const struct device_view *view, uint32_t first, char part[PROOF_PART_SIZE]) {
    const char *component =
        view->gateway && first < view->n_series ? catalog_part(view->series[first].place.part) : "";
    if (component && *component)
        snprintf(part, PROOF_PART_SIZE, "%s", component);
    else if (view->gateway && strcmp(device_view_gateway_part(view), "judging") == 0)
        snprintf(part, PROOF_PART_SIZE, "judging"); /* links have the number */
    else
        snprintf(part, PROOF_PART_SIZE, "%u", first);
}

bool proof_is_given(const struct spool_row *row) {
    return row->view && row->id != 0;
}
