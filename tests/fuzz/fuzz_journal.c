/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a line of the operators' journal, and as the file that keeps alarms: what is read of either is
 * read again the same from what is written of it. */
#include <stdlib.h>
#include <string.h>

#include "judge/journal.h"
#include "publish/state_file.h"

static void check_line(const char *data, size_t size) {
    struct journal_order order, again;
    struct text text = {0};
    if (journal_parse(data, size, &order))
        return;
    journal_write(&order, &text);
    if (journal_parse(text.data, text.size - 1, &again) || strcmp(order.of, again.of) != 0 ||
        order.kind != again.kind || order.time_ms != again.time_ms)
        abort();
    text_done(&text);
}

static void check_file(const char *data, size_t size) {
    struct state_content content = {0}, again = {0};
    struct text text = {0};
    if (state_file_read(data, size, &content))
        return;
    struct alarm_board *board = alarm_board_new();
    for (size_t i = 0; i < content.n_alarms; i++)
        alarm_board_put(board, &content.alarms[i].record);
    state_file_write_figures(&content, 0, &text);
    state_file_write_alarms(board, &text);
    if (state_file_read(text.data, text.size, &again) || again.n_figures != content.n_figures ||
        again.n_alarms > content.n_alarms)
        abort();
    text_done(&text);
    alarm_board_free(board);
    state_content_done(&content);
    state_content_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check_line((const char *)data, size);
    check_file((const char *)data, size);
    return 0;
}
