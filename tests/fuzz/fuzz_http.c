/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any request over HTTP: lines of method, path, Authorization and Accept-Encoding after a byte of flags. What
 * is given and what is refused follow from rules that are told here a second time, in the contract's words.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "serve/http_request.h"

enum { N_LINES = 4, SIZE_MOST = 4096 };
enum {
    HAS_BODY = 1,
    IS_LOCAL = 2,
    HAS_CERTIFICATE = 4,
    ASKS_TOKEN = 8,
    ASKS_CERTIFICATE = 16,
    NO_HEADERS = 32
};

static const char token[] = "s3cret-token";

/* Cuts the text at its line ends; lines that are not there are empty. */
static void cut_lines(char *text, const char *lines[N_LINES]) {
    for (size_t i = 0; i < N_LINES; i++) {
        lines[i] = text;
        text += strcspn(text, "\n");
        if (*text)
            *text++ = '\0';
    }
}

static bool is_page(const char *path) {
    return strcmp(path, "/") == 0 || strcmp(path, "/metrics") == 0 || strcmp(path, "/healthz") == 0 ||
           strcmp(path, "/readyz") == 0;
}

static bool shows_token(const char *authorization) {
    return authorization && strncasecmp(authorization, "Bearer ", 7) == 0 &&
           strcmp(authorization + 7 + strspn(authorization + 7, " "), token) == 0;
}

/* What must never be: a page for who may not have it, or for what is no plain GET or HEAD of it. */
static void check(const struct http_request *request, const struct http_access *access,
                  const struct http_decision *decision) {
    bool given = decision->status == HTTP_OK,
         is_health = strcmp(request->path, "/healthz") == 0 || strcmp(request->path, "/readyz") == 0;
    if (given != (decision->page != HTTP_NO_PAGE) || decision->page > HTTP_NO_PAGE)
        abort();
    if (decision->gzip && (decision->page != HTTP_METRICS || !request->accept_encoding ||
                           !strcasestr(request->accept_encoding, "gzip")))
        abort();
    if (!given)
        return;
    if (request->has_body || !is_page(request->path) ||
        (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0))
        abort();
    if (is_health && request->is_local)
        return;
    if ((access->token && !shows_token(request->authorization)) ||
        (access->wants_certificate && !request->has_certificate))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char text[SIZE_MOST + 1];
    const char *lines[N_LINES];
    if (size == 0 || size > SIZE_MOST)
        return 0;
    unsigned flags = data[0];
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    cut_lines(text, lines);
    const struct http_request request = {
        .method = lines[0],
        .path = lines[1],
        .authorization = flags & NO_HEADERS ? NULL : lines[2],
        .accept_encoding = flags & NO_HEADERS ? NULL : lines[3],
        .has_body = flags & HAS_BODY,
        .is_local = flags & IS_LOCAL,
        .has_certificate = flags & HAS_CERTIFICATE,
    };
    const struct http_access access = {.token = flags & ASKS_TOKEN ? token : NULL,
                                       .wants_certificate = flags & ASKS_CERTIFICATE};
    struct http_decision decision = http_decide(&request, &access), again = http_decide(&request, &access);
    if (decision.status != again.status || decision.page != again.page || decision.gzip != again.gzip)
        abort();
    check(&request, &access, &decision);
    return 0;
}
