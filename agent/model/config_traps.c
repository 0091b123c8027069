/* SPDX-License-Identifier: Apache-2.0 */
/* Where traps are received, and who passes them on: texts to addresses. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "model/config_build.h"

int trap_address_parse(const char *text, struct sockaddr_storage *address) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
    *address = (struct sockaddr_storage){.ss_family = AF_INET};
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
        return ERROR_NONE;
    *address = (struct sockaddr_storage){.ss_family = AF_INET6};
    return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1 ? ERROR_NONE : ERROR_ARGUMENT;
}

static int refuse(char *why, size_t size, const char *what) {
    snprintf(why, size, "%s", what);
    return ERROR_ARGUMENT;
}

static void set_port(struct sockaddr_storage *address, uint16_t port) {
    if (address->ss_family == AF_INET)
        ((struct sockaddr_in *)address)->sin_port = htons(port);
    else
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
}

int config_parse_endpoint(const char *at, const char *form, struct sockaddr_storage *address, char *why,
                          size_t size) {
    char host[INET6_ADDRSTRLEN];
    int64_t port;
    const char *colon = strrchr(at, ':');
    bool bracketed = *at == '[';
    if (!colon || (bracketed && colon[-1] != ']') || (!bracketed && strchr(at, ':') != colon))
        return refuse(why, size, form);
    size_t n = (size_t)(colon - at) - 2 * bracketed;
    if (n >= sizeof(host))
        return refuse(why, size, form);
    memcpy(host, at + bracketed, n);
    host[n] = '\0';
    if (trap_address_parse(host, address) != 0 || address->ss_family != (bracketed ? AF_INET6 : AF_INET))
        return refuse(why, size, "there is no IPv4 address, or IPv6 address in brackets, before the port");
    if (text_to_integer(colon + 1, &port) != 0 || port < 1 || port > UINT16_MAX)
        return refuse(why, size, "the port must be a number between 1 and 65535");
    set_port(address, (uint16_t)port);
    return ERROR_NONE;
}

int trap_listen_parse(const char *text, struct trap_listen *listen, char *why, size_t size) {
    static const char form[] = "must be like \"udp 0.0.0.0:162\" or \"udp [::]:162\", or \"inherited\"";
    *listen = (struct trap_listen){.text = text, .inherited = strcmp(text, "inherited") == 0};
    if (listen->inherited)
        return ERROR_NONE;
    if (strncmp(text, "udp ", 4) != 0)
        return refuse(why, size, form);
    return config_parse_endpoint(text + 4, form, &listen->address, why, size);
}

void config_build_traps(struct build *build) {
    const struct trap_settings *settings = &build->settings.traps;
    const struct setting *listen = settings->listen.items, *proxies = settings->proxies.items;
    struct trap_config *traps = &build->config->traps;
    char why[256];
    traps->listens = calloc(settings->listen.n + 1, sizeof(*traps->listens));
    traps->proxies = calloc(settings->proxies.n + 1, sizeof(*traps->proxies));
    if (!traps->listens || !traps->proxies) {
        mistakes_add(&build->mistakes, &(struct spot){build->path, 0, 0}, "", "out of memory");
        return;
    }
    for (size_t i = 0; i < settings->listen.n; i++) {
        for (size_t k = 0; k < i; k++)
            if (strcmp(listen[k].text, listen[i].text) == 0 && strcmp(listen[i].text, "inherited") != 0)
                mistakes_add(&build->mistakes, &listen[i].at, "traps.listen", "is already on line %u",
                             listen[k].at.line);
        struct trap_listen *made = &traps->listens[traps->n_listens++];
        trap_listen_parse(listen[i].text, made, why, sizeof(why));
        made->text = config_copy(build, listen[i].text);
    }
    for (size_t i = 0; i < settings->proxies.n; i++)
        trap_address_parse(proxies[i].text, &traps->proxies[traps->n_proxies++]);
}

int trap_config_copy(const struct trap_config *from, struct trap_config *to) {
    *to = (struct trap_config){
        .listens = calloc(from->n_listens + 1, sizeof(*to->listens)),
        .proxies = calloc(from->n_proxies + 1, sizeof(*to->proxies)),
    };
    bool whole = to->listens && to->proxies;
    for (; whole && to->n_listens < from->n_listens; to->n_listens++) {
        struct trap_listen *listen = &to->listens[to->n_listens];
        *listen = from->listens[to->n_listens];
        listen->text = strdup(listen->text);
        whole = listen->text != NULL;
    }
    for (; whole && to->n_proxies < from->n_proxies; to->n_proxies++)
        to->proxies[to->n_proxies] = from->proxies[to->n_proxies];
    if (!whole)
        trap_config_done(to);
    return whole ? 0 : ERROR_MEMORY;
}

bool trap_config_same(const struct trap_config *a, const struct trap_config *b) {
    if (a->n_listens != b->n_listens || a->n_proxies != b->n_proxies)
        return false;
    for (size_t i = 0; i < a->n_listens; i++)
        if (strcmp(a->listens[i].text, b->listens[i].text) != 0)
            return false;
    for (size_t i = 0; i < a->n_proxies; i++)
        if (memcmp(&a->proxies[i], &b->proxies[i], sizeof(a->proxies[i])) != 0)
            return false;
    return true;
}

void trap_config_done(struct trap_config *traps) {
    for (size_t i = 0; i < traps->n_listens; i++)
        free((void *)traps->listens[i].text);
    free(traps->listens);
    free(traps->proxies);
    *traps = (struct trap_config){0};
}
