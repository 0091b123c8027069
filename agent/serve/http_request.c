/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_request.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static enum http_page find_page(const char *path) {
    static const char *const paths[] = {
        [HTTP_LIST] = "/", [HTTP_METRICS] = "/metrics", [HTTP_HEALTH] = "/healthz", [HTTP_READY] = "/readyz"};
    for (size_t i = 0; i < HTTP_NO_PAGE; i++)
        if (strcmp(path, paths[i]) == 0)
            return (enum http_page)i;
    return HTTP_NO_PAGE;
}

/* Takes the same time wherever the first difference is, so that nobody finds a token byte by byte. */
static bool is_same_secret(const char *given, const char *secret) {
    size_t n_given = strlen(given), n_secret = strlen(secret);
    volatile unsigned char difference = n_given != n_secret;
    for (size_t i = 0; i < n_given; i++)
        difference |= (unsigned char)(given[i] ^ secret[n_secret > 0 ? i % n_secret : 0]);
    return difference == 0;
}

/* The form of RFC 6750, section 2.1; the scheme's case does not count. */
static bool has_token(const char *authorization, const char *token) {
    static const char scheme[] = "Bearer ";
    if (!authorization || strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0)
        return false;
    const char *given = authorization + sizeof(scheme) - 1;
    return is_same_secret(given + strspn(given, " "), token);
}

/* A weight of zero: "q=0" to "q=0.000" (RFC 9110, section 12.4.2). */
static bool is_refused(const char *parameters, size_t size) {
    size_t at = 0;
    while (at < size && strchr("; \t", parameters[at]))
        at++;
    if (size - at < 3 || strncasecmp(parameters + at, "q=0", 3) != 0)
        return false;
    for (at += 3; at < size && parameters[at] != ';'; at++)
        if (parameters[at] >= '1' && parameters[at] <= '9')
            return false;
    return true;
}

static bool takes_gzip(const char *list) {
    while (list && *list) {
        list += strspn(list, ", \t");
        size_t size = strcspn(list, ","), name = strcspn(list, ",; \t");
        if (name == 4 && strncasecmp(list, "gzip", name) == 0)
            return !is_refused(list + name, size - name);
        list += size;
    }
    return false;
}

/* Who looks whether the agent lives is often no more than a line of shell on the same machine. */
static bool is_open(enum http_page page, bool is_local) {
    return is_local && (page == HTTP_HEALTH || page == HTTP_READY);
}

/* Who is not let in learns nothing: neither which pages there are nor which methods. */
static enum http_status judge(const struct http_request *request, const struct http_access *access,
                              enum http_page page) {
    if (request->has_body)
        return HTTP_BAD_REQUEST;
    if (!is_open(page, request->is_local)) {
        if (access->wants_certificate && !request->has_certificate)
            return HTTP_FORBIDDEN;
        if (access->token && !has_token(request->authorization, access->token))
            return HTTP_UNAUTHORIZED;
    }
    if (page == HTTP_NO_PAGE)
        return HTTP_NOT_FOUND;
    if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        return HTTP_NOT_ALLOWED;
    return HTTP_OK;
}

struct http_decision http_decide(const struct http_request *request, const struct http_access *access) {
    enum http_page page = find_page(request->path);
    struct http_decision decision = {.status = judge(request, access, page), .page = HTTP_NO_PAGE};
    if (decision.status != HTTP_OK)
        return decision;
    decision.page = page;
    decision.gzip = page == HTTP_METRICS && takes_gzip(request->accept_encoding);
    return decision;
}
