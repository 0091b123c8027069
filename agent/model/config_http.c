/* SPDX-License-Identifier: Apache-2.0 */
/* The section `http`: where is listened, and who is let in. What leaves the machine is never in the clear. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/certificate.h"
#include "base/error.h"
#include "base/text.h"
#include "model/config_build.h"
#include "model/secret.h"

bool address_is_loopback(const struct sockaddr *address) {
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    if (address->sa_family != AF_INET6)
        return false;
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == IN_LOOPBACKNET);
}

int http_listen_parse(const char *text, struct http_listen *listen, char *why, size_t size) {
    *listen = (struct http_listen){.text = text};
    int error = config_parse_endpoint(text, "must be like \"127.0.0.1:9746\" or \"[::1]:9746\"",
                                      &listen->address, why, size);
    listen->is_loopback = !error && address_is_loopback((const struct sockaddr *)&listen->address);
    return error;
}

static void add_listens(struct build *build, struct http_config *http) {
    const struct setting_list *list = &build->settings.http.listen;
    const struct setting *listen = list->items, by_default = {.text = HTTP_LISTEN_DEFAULT};
    char why[256];
    for (size_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(listen[k].text, listen[i].text) == 0)
                mistakes_add(&build->mistakes, &listen[i].at, "http.listen", "is already on line %u",
                             listen[k].at.line);
    for (size_t i = 0; i < (list->n ? list->n : 1); i++) {
        struct http_listen *made = &http->listens[http->n_listens++];
        http_listen_parse(list->n ? listen[i].text : by_default.text, made, why, sizeof(why));
        made->text = config_copy(build, made->text);
    }
}

static char *read_pem(struct build *build, const char *key, const struct setting *setting, bool is_key) {
    struct text content = {0};
    char *path = setting_given(setting) && build->secrets != SECRETS_UNREAD
                     ? config_resolve_path(build, setting->text)
                     : NULL;
    if (!path)
        return NULL;
    bool usable = config_read_pem(build, &build->settings.http.entry, key, setting, is_key, path, &content);
    free(path);
    char *pem = usable ? config_copy(build, content.data) : NULL;
    if (content.data)
        explicit_bzero(content.data, content.room);
    text_done(&content);
    return pem;
}

static bool has_token(const struct http_settings *settings) {
    return setting_given(&settings->token_file) || setting_given(&settings->token_credential);
}

/* What an address that others reach lacks, as a mistake at the address. */
static void check_reach(struct build *build, const struct http_config *http) {
    const struct http_settings *settings = &build->settings.http;
    const struct setting *listen = settings->listen.items;
    bool has_tls = setting_given(&settings->certificate_file);
    bool knows_clients = has_token(settings) || setting_given(&settings->client_ca_file);
    for (size_t i = 0; i < settings->listen.n; i++) {
        if (http->listens[i].is_loopback)
            continue;
        if (!has_tls)
            mistakes_add(
                &build->mistakes, &listen[i].at, "http.listen",
                "others reach %s, so it takes TLS: write certificate_file and key_file, or listen at "
                "127.0.0.1",
                listen[i].text);
        if (!knows_clients)
            mistakes_add(&build->mistakes, &listen[i].at, "http.listen",
                         "others reach %s, so clients must show who they are: write token_file or "
                         "client_ca_file, or listen at 127.0.0.1",
                         listen[i].text);
    }
}

static void check_files(struct build *build) {
    const struct http_settings *settings = &build->settings.http;
    bool has_certificate = setting_given(&settings->certificate_file);
    if (has_certificate != setting_given(&settings->key_file))
        entry_add_mistake(&settings->entry, has_certificate ? "http.certificate_file" : "http.key_file",
                          has_certificate ? &settings->certificate_file : &settings->key_file,
                          &build->mistakes, "certificate_file and key_file go together: write both");
    if (setting_given(&settings->client_ca_file) && !has_certificate)
        entry_add_mistake(&settings->entry, "http.client_ca_file", &settings->client_ca_file,
                          &build->mistakes, "is for TLS: write certificate_file and key_file");
}

/* What TLS would not take, before anybody meets it. */
static void check_content(struct build *build, const struct http_config *http) {
    const struct http_settings *settings = &build->settings.http;
    const char *why =
        http->certificate && http->key ? certificate_judge_pair(http->certificate, http->key) : NULL;
    if (why)
        entry_add_mistake(&settings->entry, "http.key_file", &settings->key_file, &build->mistakes, "%s",
                          why);
    if (http->certificate)
        config_check_end(build, &settings->entry, "http.certificate_file", &settings->certificate_file,
                         http->certificate);
    if (http->client_ca && !certificate_is_authority(http->client_ca))
        entry_add_mistake(&settings->entry, "http.client_ca_file", &settings->client_ca_file,
                          &build->mistakes, "holds no certificate that can be used");
}

/* A header can carry it (RFC 6750, section 2.1: no blanks, and none of what is not ASCII). */
static void check_token(struct build *build, const char *token) {
    const struct http_settings *settings = &build->settings.http;
    bool is_file = setting_given(&settings->token_file);
    size_t size = token ? strlen(token) : 0, shown = 0;
    while (shown < size && token[shown] > ' ' && token[shown] < 0x7f)
        shown++;
    if (shown < size)
        entry_add_mistake(
            &settings->entry, is_file ? "http.token_file" : "http.token_credential",
            is_file ? &settings->token_file : &settings->token_credential, &build->mistakes,
            "holds a token that nobody can show: it may have letters, digits and signs of ASCII, no blanks");
}

void config_build_http(struct build *build) {
    const struct http_settings *settings = &build->settings.http;
    if (!settings->entry.at.file)
        return;
    struct http_config *http = build->config->http = calloc(1, sizeof(*http));
    if (!http) {
        mistakes_add(&build->mistakes, &settings->entry.at, "http", "out of memory");
        return;
    }
    add_listens(build, http);
    check_files(build);
    check_reach(build, http);
    http->certificate = read_pem(build, "http.certificate_file", &settings->certificate_file, false);
    http->key = read_pem(build, "http.key_file", &settings->key_file, true);
    http->client_ca = read_pem(build, "http.client_ca_file", &settings->client_ca_file, false);
    check_content(build, http);
    if (has_token(settings))
        http->token = config_read_secret(build, &settings->entry, "http.token_file", &settings->token_file,
                                         "http.token_credential", &settings->token_credential);
    check_token(build, http->token);
}

static bool is_same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool http_config_same_certificates(const struct http_config *a, const struct http_config *b) {
    return is_same(a->certificate, b->certificate) && is_same(a->key, b->key) &&
           is_same(a->client_ca, b->client_ca);
}

bool http_config_same(const struct http_config *a, const struct http_config *b) {
    if (!a || !b || a->n_listens != b->n_listens)
        return a == b;
    for (size_t i = 0; i < a->n_listens; i++)
        if (strcmp(a->listens[i].text, b->listens[i].text) != 0)
            return false;
    return http_config_same_certificates(a, b) && is_same(a->token, b->token);
}

void http_config_free(struct http_config *http) {
    if (!http)
        return;
    for (size_t i = 0; i < http->n_listens; i++)
        free((void *)http->listens[i].text);
    free(http->certificate);
    secret_free(http->key);
    free(http->client_ca);
    secret_free(http->token);
    free(http);
}
