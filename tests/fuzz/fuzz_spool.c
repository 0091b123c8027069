/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a spool's file: as a list of series, as a view, and as a row of a view. What is read is written
 * and read again. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "publish/spool/row_codec.h"
#include "publish/spool/view_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void try_row(const uint8_t *bytes, size_t size, struct device_view *view) {
    struct spool_row *row, *again;
    struct text text = {0};
    if (row_decode(bytes, size, view, &row) != 0)
        return;
    assert(row_encode(row, &text) == 0);
    assert(row_decode(text.data, text.size, view, &again) == 0);
    assert(again->n == row->n && memcmp(again->qualities, row->qualities, row->n) == 0);
    assert(memcmp(again->values, row->values, row->n * sizeof(double)) == 0);
    spool_release(again);
    spool_release(row);
    text_done(&text);
}

static void try_list(const uint8_t *bytes, size_t size) {
    struct view_list list, again;
    struct text text = {0};
    if (view_decode_list(bytes, size, &list) != 0)
        return;
    const struct device_view view = {
        .series = list.list->series, .n_series = list.list->n, .class = list.class};
    assert(view_encode_list(&view, &text) == 0);
    assert(view_decode_list(text.data, text.size, &again) == 0);
    assert(again.list->n == list.list->n && strcmp(again.class, list.class) == 0);
    series_list_release(again.list);
    series_list_release(list.list);
    text_done(&text);
}

static void try_view(const uint8_t *bytes, size_t size) {
    struct view_list list = {series_list_new(0), "pdu"};
    struct device_view *view, *again;
    struct text text = {0};
    assert(list.list);
    if (view_decode(bytes, size, 1, &list, &view) == 0) {
        assert(view_encode(view, &text) == 0);
        assert(view_decode(text.data, text.size, 1, &list, &again) == 0);
        assert(again->n_names == view->n_names && strcmp(again->device, view->device) == 0);
        device_view_release(again);
        device_view_release(view);
    }
    series_list_release(list.list);
    text_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct device_view view = {.n_series = 100};
    atomic_init(&view.references, 2); /* one is ours: it is not freed */
    try_row(bytes, size, &view);
    try_list(bytes, size);
    try_view(bytes, size);
    return 0;
}
