/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_pages.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/gzip.h"
#include "base/text.h"
#include "serve/metrics.h"

struct http_pages {
    struct metrics *metrics;
    struct gzip *gzip;
    struct http_body *plain, *packed; /* of the page that is kept; NULL: not made */
    int64_t made_ms, cost_us;         /* when, and what both forms took to make */
    size_t n_bodies, plain_size;
};

struct http_pages *http_pages_new(struct latest *latest) {
    struct http_pages *pages = calloc(1, sizeof(*pages));
    if (!pages)
        return NULL;
    pages->metrics = metrics_new(latest);
    pages->gzip = gzip_new();
    if (pages->metrics && pages->gzip)
        return pages;
    http_pages_free(pages);
    return NULL;
}

static void let_go(struct http_body **body) {
    if (*body)
        http_body_release(*body);
    *body = NULL;
}

void http_pages_free(struct http_pages *pages) {
    if (!pages)
        return;
    let_go(&pages->plain);
    let_go(&pages->packed);
    metrics_free(pages->metrics);
    gzip_free(pages->gzip);
    free(pages);
}

/* Takes the text over, and gives back the room that it does not need; NULL when out of memory. */
static struct http_body *body_new(struct http_pages *pages, struct text *text) {
    struct http_body *body = text->failed ? NULL : malloc(sizeof(*body));
    if (!body) {
        text_done(text);
        return NULL;
    }
    char *shrunk = realloc(text->data, text->size + 1);
    *body = (struct http_body){
        .pages = pages, .data = shrunk ? shrunk : text->data, .size = text->size, .references = 1};
    pages->n_bodies++;
    return body;
}

void http_body_release(struct http_body *body) {
    if (--body->references > 0)
        return;
    body->pages->n_bodies--;
    free(body->data);
    free(body);
}

static void make_plain(struct http_pages *pages, const struct site_config *config, int64_t now_ms) {
    struct text text = {0};
    int64_t begin_us = clock_monotonic_us();
    /* A page is about as long as the one before. */
    text_reserve(&text, pages->plain_size + pages->plain_size / 16 + 4096);
    if (metrics_write(pages->metrics, config, clock_wall_ms(), &text) != 0)
        text.failed = true;
    pages->plain = body_new(pages, &text);
    if (!pages->plain)
        return;
    pages->plain_size = pages->plain->size;
    pages->cost_us = clock_monotonic_us() - begin_us;
    pages->made_ms = now_ms + pages->cost_us / 1000; /* making it is no pause */
}

static void make_packed(struct http_pages *pages) {
    struct text text = {0};
    int64_t begin_us = clock_monotonic_us();
    if (gzip_pack(pages->gzip, pages->plain->data, pages->plain->size, &text) != 0)
        text.failed = true;
    pages->packed = body_new(pages, &text);
    pages->cost_us += clock_monotonic_us() - begin_us;
}

struct http_body *http_pages_metrics(struct http_pages *pages, const struct site_config *config, bool *gzip,
                                     int64_t now_ms) {
    http_pages_age(pages, now_ms);
    if (!pages->plain && pages->n_bodies < HTTP_BODIES_MOST)
        make_plain(pages, config, now_ms);
    if (*gzip && pages->plain && !pages->packed && pages->n_bodies < HTTP_BODIES_MOST)
        make_packed(pages);
    *gzip = *gzip && pages->packed;
    struct http_body *body = *gzip ? pages->packed : pages->plain;
    if (body)
        body->references++;
    return body;
}

void http_pages_age(struct http_pages *pages, int64_t now_ms) {
    int64_t kept_ms = pages->cost_us * HTTP_KEPT_TIMES / 1000;
    kept_ms = kept_ms < HTTP_KEPT_LEAST_MS ? HTTP_KEPT_LEAST_MS : kept_ms;
    kept_ms = kept_ms > HTTP_KEPT_MOST_MS ? HTTP_KEPT_MOST_MS : kept_ms;
    if (now_ms - pages->made_ms < kept_ms)
        return;
    let_go(&pages->plain);
    let_go(&pages->packed);
}

bool http_pages_keep_any(const struct http_pages *pages) {
    return pages->plain || pages->packed;
}
