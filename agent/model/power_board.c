/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps one summary and its texts. */
#include "model/power_board.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { TEXTS = 4 + 3 * POWER_OUT_MOST };

struct power_board {
    pthread_mutex_t lock;
    struct power_summary summary;
    char *texts; /* the summary's, one after another; NULL: there is no summary */
};

struct power_board *power_board_new(void) {
    struct power_board *board = calloc(1, sizeof(*board));
    if (board && pthread_mutex_init(&board->lock, NULL) != 0) {
        free(board);
        return NULL;
    }
    return board;
}

void power_board_free(struct power_board *board) {
    if (!board)
        return;
    free(board->texts);
    pthread_mutex_destroy(&board->lock);
    free(board);
}

static void list_texts(struct power_summary *summary, const char **texts[TEXTS]) {
    size_t n = 0;
    texts[n++] = &summary->power.first_lost;
    texts[n++] = &summary->cooling.first_lost;
    texts[n++] = &summary->loss.lost;
    texts[n++] = &summary->loss.worst;
    for (size_t i = 0; i < POWER_OUT_MOST; i++) {
        texts[n++] = &summary->out[i].node;
        texts[n++] = &summary->out[i].by;
        texts[n++] = &summary->out[i].why;
    }
}

int power_board_put(struct power_board *board, const struct power_summary *summary) {
    struct power_summary copy = *summary;
    const char **texts[TEXTS];
    size_t size = 1;
    list_texts(&copy, texts);
    for (size_t i = 0; i < TEXTS; i++)
        size += *texts[i] ? strlen(*texts[i]) + 1 : 0;
    char *room = malloc(size), *end = room;
    if (!room)
        return ERROR_MEMORY;
    for (size_t i = 0; i < TEXTS; i++) {
        if (!*texts[i])
            continue;
        size_t length = strlen(*texts[i]) + 1;
        *texts[i] = memcpy(end, *texts[i], length);
        end += length;
    }
    pthread_mutex_lock(&board->lock);
    char *before = board->texts;
    board->summary = copy;
    board->texts = room;
    pthread_mutex_unlock(&board->lock);
    free(before);
    return 0;
}

void power_board_clear(struct power_board *board) {
    pthread_mutex_lock(&board->lock);
    char *before = board->texts;
    board->texts = NULL;
    pthread_mutex_unlock(&board->lock);
    free(before);
}

bool power_board_show(struct power_board *board, power_board_look *look, void *context) {
    pthread_mutex_lock(&board->lock);
    bool is_there = board->texts != NULL;
    if (is_there)
        look(context, &board->summary);
    pthread_mutex_unlock(&board->lock);
    return is_there;
}
