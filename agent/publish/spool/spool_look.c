/* SPDX-License-Identifier: Apache-2.0 */
/* One transaction that only reads. What is in the file may be from any origin; the codecs check it. */
#include "publish/spool/spool_look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "publish/spool/place_codec.h"
#include "publish/spool/row_codec.h"
#include "publish/spool/spool_file.h"
#include "publish/spool/spool_schema.h"
#include "publish/spool/spool_sql.h"
#include "publish/spool/view_codec.h"

enum statement { LOOK_BEGIN, LOOK_STREAM, LOOK_PLACE, LOOK_REFUSAL, LOOK_END, N_LOOKS };

static const char *const statements[N_LOOKS] = {
    [LOOK_BEGIN] = "BEGIN",
    [LOOK_STREAM] = "SELECT name, newest, total FROM stream",
    [LOOK_PLACE] = "SELECT sink, data FROM places ORDER BY sink LIMIT 1 OFFSET ?1",
    [LOOK_REFUSAL] = ("SELECT id, row, time, readings, sink, words, list, view, data FROM rejects"
                      " WHERE id > ?1 ORDER BY id LIMIT 1"),
    [LOOK_END] = "COMMIT",
};

struct spool_look {
    char *path;
    enum spool_kind kind;
    struct spool_sql *sql;
    struct spool_identity identity;
    uint64_t refusal;        /* the last one that was read */
    struct text sink, words; /* of it */
};

static int begin(struct spool_look *look) {
    struct spool_identity *identity = &look->identity;
    int error = spool_sql_open(look->sql);
    if (!error)
        error = spool_sql_run(look->sql, LOOK_BEGIN);
    if (!error)
        error = spool_sql_next(look->sql, LOOK_STREAM);
    if (error == ERROR_NOT_FOUND) {
        spool_sql_set_why(look->sql, "it has no stream");
        return ERROR_GARBLED;
    }
    if (error)
        return error;
    const char *name = spool_sql_text(look->sql, LOOK_STREAM, 0);
    snprintf(identity->stream, sizeof(identity->stream), "%s", name ? name : "");
    identity->newest = spool_sql_number(look->sql, LOOK_STREAM, 1);
    identity->total = spool_sql_number(look->sql, LOOK_STREAM, 2);
    spool_sql_reset(look->sql, LOOK_STREAM);
    return 0;
}

int spool_look_open(const char *folder, enum spool_kind kind, struct spool_look **opened, char *why,
                    size_t size) {
    struct spool_look *look = calloc(1, sizeof(*look));
    if (!look)
        return ERROR_MEMORY;
    look->kind = kind;
    if (asprintf(&look->path, "%s/%s.db", folder, spool_file_name(kind)) < 0)
        look->path = NULL;
    const struct spool_sql_options options = {.path = look->path,
                                              .version = SPOOL_VERSION,
                                              .read_only = true,
                                              .statements = statements,
                                              .n_statements = N_LOOKS};
    look->sql = look->path ? spool_sql_new(&options) : NULL;
    int error = look->sql ? 0 : ERROR_MEMORY;
    if (!error && access(look->path, R_OK) != 0) {
        error = errno == ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM;
        spool_sql_set_why(look->sql, strerror(errno));
    }
    if (!error)
        error = begin(look);
    if (!error) {
        *opened = look;
        return 0;
    }
    snprintf(why, size, "%s", look->sql ? spool_sql_why(look->sql) : error_word(error));
    spool_look_close(look);
    return error;
}

void spool_look_close(struct spool_look *look) {
    if (!look)
        return;
    spool_sql_free(look->sql);
    text_done(&look->sink);
    text_done(&look->words);
    free(look->path);
    free(look);
}

void spool_look_let_go(struct spool_look *look) {
    if (spool_sql_is_within(look->sql))
        spool_sql_run(look->sql, LOOK_END);
}

const struct spool_identity *spool_look_identity(const struct spool_look *look) {
    return &look->identity;
}

bool spool_look_place(struct spool_look *look, size_t n, struct spool_place *place) {
    bool whole = false;
    spool_sql_bind(look->sql, LOOK_PLACE, 1, n);
    if (spool_sql_next(look->sql, LOOK_PLACE) == 0) {
        size_t size;
        const char *sink = spool_sql_text(look->sql, LOOK_PLACE, 0);
        const void *bytes = spool_sql_bytes(look->sql, LOOK_PLACE, 1, &size);
        whole = sink && bytes && place_decode(bytes, size, place) == 0;
        if (whole)
            snprintf(place->sink, sizeof(place->sink), "%s", sink);
    }
    spool_sql_reset(look->sql, LOOK_PLACE);
    return whole;
}

static struct spool_row *read_columns(struct spool_look *look) {
    size_t sizes[3];
    const void *bytes[3];
    struct view_list list;
    struct device_view *view;
    struct spool_row *row = NULL;
    for (int i = 0; i < 3; i++)
        bytes[i] = spool_sql_bytes(look->sql, LOOK_REFUSAL, 6 + i, &sizes[i]);
    if (!bytes[0] || !bytes[1] || !bytes[2] || view_decode_list(bytes[0], sizes[0], &list) != 0)
        return NULL;
    if (view_decode(bytes[1], sizes[1], 0, &list, &view) == 0) {
        if (row_decode(bytes[2], sizes[2], view, &row) != 0)
            row = NULL;
        device_view_release(view);
    }
    series_list_release(list.list);
    return row;
}

/* Texts are kept beyond the statement, which must not stand open while the caller does something else. */
static const char *keep(struct spool_look *look, int column, struct text *text) {
    const char *found = spool_sql_text(look->sql, LOOK_REFUSAL, column);
    text_clear(text);
    text_add_string(text, found ? found : "");
    return text->data && !text->failed ? text->data : "";
}

int spool_look_next_refusal(struct spool_look *look, struct spool_refusal *refusal) {
    spool_sql_bind(look->sql, LOOK_REFUSAL, 1, look->refusal);
    int error = spool_sql_next(look->sql, LOOK_REFUSAL);
    if (!error) {
        look->refusal = spool_sql_number(look->sql, LOOK_REFUSAL, 0);
        *refusal = (struct spool_refusal){.sink = keep(look, 4, &look->sink),
                                          .words = keep(look, 5, &look->words),
                                          .row = spool_sql_number(look->sql, LOOK_REFUSAL, 1),
                                          .time_ms = (int64_t)spool_sql_number(look->sql, LOOK_REFUSAL, 2),
                                          .readings = spool_sql_number(look->sql, LOOK_REFUSAL, 3),
                                          .columns = read_columns(look)};
    }
    spool_sql_reset(look->sql, LOOK_REFUSAL);
    return error;
}
