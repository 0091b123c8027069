/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views and lists are found by a hash of their bytes. A view that no row needs any more goes when those in
 * memory are swept, and when the file is opened; lists only then, for there are few shapes.
 */
#include "publish/spool/spool_views.h"

#include <stdlib.h>

#include "base/error.h"
#include "publish/spool/spool_schema.h"
#include "publish/spool/view_codec.h"
#include "publish/spool/view_shelf.h"

/* Beside the numbers of living devices, in encoders' tables. */
enum { FIRST_NUMBER = GATEWAY_NUMBER + 1, NUMBERS = 16384 };

struct kept_list {
    struct view_list list; /* shelved */
    uint64_t id;
};

struct spool_views {
    struct spool_sql *sql;
    struct view_shelf *shelf;
    struct kept_list *lists;
    size_t n_lists;
    struct text bytes;
};

struct spool_views *spool_views_new(struct spool_sql *sql) {
    struct spool_views *views = calloc(1, sizeof(*views));
    if (!views)
        return NULL;
    views->sql = sql;
    views->shelf = view_shelf_new();
    if (!views->shelf) {
        free(views);
        return NULL;
    }
    return views;
}

void spool_views_clear(struct spool_views *views) {
    if (!views)
        return;
    view_shelf_clear(views->shelf);
    for (size_t i = 0; i < views->n_lists; i++)
        series_list_unshelve(views->lists[i].list.list);
    views->n_lists = 0;
}

void spool_views_free(struct spool_views *views) {
    if (!views)
        return;
    spool_views_clear(views);
    view_shelf_free(views->shelf);
    free(views->lists);
    text_done(&views->bytes);
    free(views);
}

static uint64_t hash_of(const struct text *bytes) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < bytes->size; i++)
        hash = (hash ^ (uint8_t)bytes->data[i]) * 0x100000001b3;
    return hash;
}

/* --- lists --- */

static int keep_list(struct spool_views *views, const struct view_list *list, uint64_t id) {
    struct kept_list *larger = reallocarray(views->lists, views->n_lists + 1, sizeof(*larger));
    if (!larger)
        return ERROR_MEMORY;
    views->lists = larger;
    series_list_shelve(list->list);
    larger[views->n_lists++] = (struct kept_list){*list, id};
    return 0;
}

/* Those that nobody else holds. */
static void sweep_lists(struct spool_views *views) {
    size_t kept = 0;
    for (size_t i = 0; i < views->n_lists; i++) {
        struct kept_list list = views->lists[i];
        if (series_list_is_idle(list.list.list))
            series_list_unshelve(list.list.list);
        else
            views->lists[kept++] = list;
    }
    views->n_lists = kept;
}

static int find_list(struct spool_views *views, const struct device_view *view, uint64_t *id) {
    for (size_t i = 0; i < views->n_lists; i++) {
        const struct kept_list *kept = &views->lists[i];
        if (kept->list.list == view->list) {
            *id = kept->id;
            return 0;
        }
    }
    text_clear(&views->bytes);
    int error = view_encode_list(view, &views->bytes);
    if (error)
        return error;
    const enum spool_statement both[] = {FIND_LIST, PUT_LIST};
    for (size_t i = 0; i < 2; i++) {
        spool_sql_bind(views->sql, both[i], 1, hash_of(&views->bytes));
        spool_sql_bind_bytes(views->sql, both[i], 2, views->bytes.data, views->bytes.size);
    }
    *id = spool_sql_ask(views->sql, FIND_LIST);
    if (!*id) {
        error = spool_sql_run(views->sql, PUT_LIST);
        *id = spool_sql_last_id(views->sql);
    }
    spool_sql_reset(views->sql, PUT_LIST);
    return error ? error : keep_list(views, &(struct view_list){view->list, view->class}, *id);
}

/* Borrowed. False where it cannot be had. */
static bool get_list(struct spool_views *views, uint64_t id, struct view_list *list) {
    for (size_t i = 0; i < views->n_lists; i++)
        if (views->lists[i].id == id) {
            *list = views->lists[i].list;
            return true;
        }
    bool is_there = false;
    spool_sql_bind(views->sql, GET_LIST, 1, id);
    if (spool_sql_next(views->sql, GET_LIST) == 0) {
        size_t size;
        const void *bytes = spool_sql_bytes(views->sql, GET_LIST, 0, &size);
        if (bytes && view_decode_list(bytes, size, list) == 0) {
            is_there = keep_list(views, list, id) == 0;
            series_list_release(list->list);
        }
    }
    spool_sql_reset(views->sql, GET_LIST);
    return is_there;
}

/* --- views --- */

static int delete_views(struct spool_views *views) {
    spool_sql_bind(views->sql, DELETE_VIEWS, 1, INT64_MAX);
    return spool_sql_run(views->sql, DELETE_VIEWS);
}

/* Views that nobody holds any more are forgotten, and those go that no row needs. */
static int sweep(struct spool_views *views) {
    uint64_t id;
    while (view_shelf_take_idle(views->shelf, &id)) {
        spool_sql_bind(views->sql, LEAVE_VIEW, 1, id);
        int error = spool_sql_run(views->sql, LEAVE_VIEW);
        if (error)
            return error;
    }
    sweep_lists(views);
    return delete_views(views);
}

int spool_views_tidy(struct spool_views *views) {
    int error = spool_sql_run(views->sql, LEAVE_VIEWS);
    if (!error)
        error = delete_views(views);
    return error ? error : spool_sql_run(views->sql, DELETE_LISTS);
}

static int put_view(struct spool_views *views, const struct device_view *view, uint64_t *id) {
    uint64_t list;
    int error = find_list(views, view, &list);
    text_clear(&views->bytes);
    if (!error)
        error = view_encode(view, &views->bytes);
    if (error)
        return error;
    const enum spool_statement both[] = {FIND_VIEW, PUT_VIEW};
    for (size_t i = 0; i < 2; i++) {
        spool_sql_bind(views->sql, both[i], 1, hash_of(&views->bytes));
        spool_sql_bind_bytes(views->sql, both[i], 2, views->bytes.data, views->bytes.size);
        spool_sql_bind(views->sql, both[i], 3, list);
    }
    *id = spool_sql_ask(views->sql, FIND_VIEW);
    if (*id) {
        spool_sql_reset(views->sql, PUT_VIEW);
        spool_sql_bind(views->sql, USE_VIEW, 1, *id);
        return spool_sql_run(views->sql, USE_VIEW);
    }
    error = spool_sql_run(views->sql, PUT_VIEW);
    *id = spool_sql_last_id(views->sql);
    return error;
}

int spool_views_find(struct spool_views *views, struct device_view *view, uint64_t *id) {
    *id = view_shelf_find(views->shelf, view);
    if (*id)
        return 0;
    int error = view_shelf_is_full(views->shelf) ? sweep(views) : 0;
    if (!error)
        error = put_view(views, view, id);
    return error ? error : view_shelf_add(views->shelf, view, *id, true);
}

struct device_view *spool_views_get(struct spool_views *views, uint64_t id) {
    struct device_view *view = view_shelf_get(views->shelf, id);
    if (view)
        return view;
    spool_sql_bind(views->sql, GET_VIEW, 1, id);
    if (spool_sql_next(views->sql, GET_VIEW) == 0) {
        struct view_list list;
        size_t size;
        const void *bytes = spool_sql_bytes(views->sql, GET_VIEW, 0, &size);
        uint32_t number = FIRST_NUMBER + (uint32_t)(id % NUMBERS);
        if (bytes && get_list(views, spool_sql_number(views->sql, GET_VIEW, 1), &list) &&
            view_decode(bytes, size, number, &list, &view) == 0) {
            bool is_kept = view_shelf_add(views->shelf, view, id, false) == 0;
            device_view_release(view);
            view = is_kept ? view : NULL;
        }
    }
    spool_sql_reset(views->sql, GET_VIEW);
    return view;
}
