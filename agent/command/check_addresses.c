/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts, then their addresses; both sorted, each once, and where all of a network are there it stands for
 * them. What a name holds cannot begin a line of its own.
 */
#include "command/check_addresses.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

enum { RESOLV_CONF_MOST = 1 << 20, HOST_MOST = 255 };
static const char RESOLV_CONF[] = "/etc/resolv.conf";

struct address {
    bool is_v6;
    unsigned char bytes[16];
    unsigned bits; /* of a network's prefix; all of them: one address */
};

struct addresses {
    char **hosts;
    size_t n_hosts, hosts_room;
    struct address *all;
    size_t n, room;
    struct text comments; /* what became of names */
    bool failed;          /* out of memory */
    size_t unknown;       /* names without an address */
};

static void add_host(struct addresses *found, const char *host) {
    if (found->n_hosts == found->hosts_room) {
        size_t room = found->hosts_room ? found->hosts_room * 2 : 64;
        char **larger = reallocarray(found->hosts, room, sizeof(*larger));
        found->failed |= !larger;
        if (!larger)
            return;
        found->hosts = larger;
        found->hosts_room = room;
    }
    char *copy = strdup(host);
    found->failed |= !copy;
    if (copy)
        found->hosts[found->n_hosts++] = copy;
}

static void add_address(struct addresses *found, const struct sockaddr *socket) {
    if (found->n == found->room) {
        size_t room = found->room ? found->room * 2 : 64;
        struct address *larger = reallocarray(found->all, room, sizeof(*larger));
        found->failed |= !larger;
        if (!larger)
            return;
        found->all = larger;
        found->room = room;
    }
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)socket)->sin6_addr;
    bool is_mapped = socket->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(v6); /* it is IPv4 on the wire */
    struct address address = {.is_v6 = socket->sa_family == AF_INET6 && !is_mapped};
    address.bits = address.is_v6 ? 128 : 32;
    if (address.is_v6)
        memcpy(address.bytes, v6, 16);
    else if (is_mapped)
        memcpy(address.bytes, v6->s6_addr + 12, 4);
    else
        memcpy(address.bytes, &((const struct sockaddr_in *)(const void *)socket)->sin_addr, 4);
    found->all[found->n++] = address;
}

static void write_address(const struct address *address, char text[INET6_ADDRSTRLEN]) {
    inet_ntop(address->is_v6 ? AF_INET6 : AF_INET, address->bytes, text, INET6_ADDRSTRLEN);
}

/* --- who is named --- */

/* The host of scheme://[user@]host[:port][/path]; IPv6 addresses stand in brackets. */
static void add_url(struct addresses *found, const char *url) {
    const char *at = url ? strstr(url, "://") : NULL;
    char host[HOST_MOST + 1];
    if (!at)
        return;
    at += 3;
    const char *user = memchr(at, '@', strcspn(at, "/?#"));
    if (user)
        at = user + 1;
    const size_t bracket = *at == '[';
    size_t size = strcspn(at + bracket, bracket ? "]" : ":/?#");
    if (size == 0 || size > HOST_MOST)
        return;
    memcpy(host, at + bracket, size);
    host[size] = '\0';
    add_host(found, host);
}

static void add_sink(struct addresses *found, const struct sink_config *sink) {
    add_url(found, sink->url);
    for (size_t i = 0; i < sink->n_endpoints; i++)
        add_url(found, sink->endpoints[i]);
}

static void add_all(struct addresses *found, const struct site_config *config) {
    for (size_t i = 0; i < config->n_devices; i++) {
        const struct device_url *url = &config->devices[i].url;
        if (url->transport != TRANSPORT_MODBUS_SERIAL && url->transport != TRANSPORT_REPLAY)
            add_host(found, url->host);
    }
    for (size_t i = 0; i < config->n_sinks; i++)
        add_sink(found, &config->sinks[i]);
    if (config->intake)
        add_sink(found, &config->intake->brokers);
    for (size_t i = 0; i < config->traps.n_proxies; i++)
        add_address(found, (const struct sockaddr *)&config->traps.proxies[i]);
}

/* Lines "nameserver ADDRESS" (resolv.conf(5)); without the file there is the local one. */
static void add_name_servers(struct addresses *found) {
    struct text text = {0};
    if (file_read(RESOLV_CONF, RESOLV_CONF_MOST, &text, NULL) == 0 && text.data) {
        char *rest = text.data, *line;
        while ((line = strsep(&rest, "\n"))) {
            char server[64];
            struct sockaddr_storage address;
            if (sscanf(line, " nameserver %63s", server) != 1)
                continue;
            server[strcspn(server, "%")] = '\0';
            if (trap_address_parse(server, &address) == 0)
                add_address(found, (const struct sockaddr *)&address);
        }
    }
    text_done(&text);
}

/* --- their addresses --- */

/* An address, which may name an interface behind a %. */
static bool is_number(const char *host, struct sockaddr_storage *address) {
    char number[HOST_MOST + 1];
    snprintf(number, sizeof(number), "%.*s", (int)strcspn(host, "%"), host);
    return trap_address_parse(number, address) == 0;
}

static void resolve(struct addresses *found, const char *host) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int error = getaddrinfo(host, NULL, &hints, &list);
    text_add_string(&found->comments, "# ");
    text_add_printable(&found->comments, host);
    text_add_char(&found->comments, ':');
    if (error) {
        found->unknown++;
        fprintf(stderr, "hallwatch check: %s has no address: %s\n", host, gai_strerror(error));
        text_add_format(&found->comments, " has no address at present (%s)", gai_strerror(error));
    }
    for (const struct addrinfo *at = list; at; at = at->ai_next) {
        if (at->ai_family != AF_INET && at->ai_family != AF_INET6)
            continue;
        char text[INET6_ADDRSTRLEN];
        add_address(found, at->ai_addr);
        if (found->failed)
            break;
        write_address(&found->all[found->n - 1], text);
        text_add_format(&found->comments, " %s", text);
    }
    text_add_char(&found->comments, '\n');
    if (list)
        freeaddrinfo(list);
}

static int compare_hosts(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int compare_addresses(const void *a, const void *b) {
    const struct address *x = a, *y = b;
    return x->is_v6 != y->is_v6 ? x->is_v6 - y->is_v6 : memcmp(x->bytes, y->bytes, sizeof(x->bytes));
}

/* Whether they are the two halves of a network. */
static bool are_halves(const struct address *lower, const struct address *upper) {
    struct address other = *lower;
    if (lower->bits == 0 || lower->bits != upper->bits || lower->is_v6 != upper->is_v6)
        return false;
    const unsigned last = lower->bits - 1;
    other.bytes[last / 8] ^= (unsigned char)(0x80 >> last % 8);
    return memcmp(other.bytes, upper->bytes, sizeof(other.bytes)) == 0;
}

/* Of sorted ones: each once, and networks instead of their halves. */
static void collapse(struct addresses *found) {
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++) {
        if (i > 0 && compare_addresses(&found->all[i - 1], &found->all[i]) == 0)
            continue;
        found->all[n++] = found->all[i];
        while (n > 1 && are_halves(&found->all[n - 2], &found->all[n - 1]))
            found->all[--n - 1].bits--;
    }
    found->n = n;
}

static void find_addresses(struct addresses *found) {
    struct sockaddr_storage number;
    if (found->n_hosts > 0)
        qsort(found->hosts, found->n_hosts, sizeof(*found->hosts), compare_hosts);
    for (size_t i = 0; i < found->n_hosts && !found->failed; i++) {
        if (i > 0 && strcmp(found->hosts[i], found->hosts[i - 1]) == 0)
            continue;
        if (is_number(found->hosts[i], &number))
            add_address(found, (const struct sockaddr *)&number);
        else
            resolve(found, found->hosts[i]);
    }
    if (found->n > 0)
        qsort(found->all, found->n, sizeof(*found->all), compare_addresses);
    collapse(found);
}

/* --- the drop-in --- */

/* Who scrapes is nowhere in the configuration. */
static void add_scrapers(struct addresses *found, const struct http_config *http) {
    for (size_t i = 0; http && i < http->n_listens; i++)
        if (!http->listens[i].is_loopback)
            text_add_format(
                &found->comments,
                "# http listens at %s: who asks there takes IPAddressAllow= in a drop-in beside this one\n",
                http->listens[i].text);
}

static void write_drop_in(const struct addresses *found, const char *path, FILE *out) {
    struct text head = {0};
    text_add_printable(&head, path);
    fprintf(
        out,
        "# With whom hallwatch talks, by `hallwatch check --systemd`; write it anew when devices or sinks\n"
        "# change, and after the address of a name has changed. It belongs into\n"
        "# /etc/systemd/system/hallwatch.service.d/addresses.conf.\n# configuration: %s\n%s"
        "[Service]\nIPAddressDeny=any\nIPAddressAllow=localhost\n",
        head.data ? head.data : "", found->comments.data ? found->comments.data : "");
    for (size_t i = 0; i < found->n; i++) {
        const struct address *address = &found->all[i];
        char text[INET6_ADDRSTRLEN], prefix[8] = "";
        write_address(address, text);
        if (address->bits < (address->is_v6 ? 128 : 32))
            snprintf(prefix, sizeof(prefix), "/%u", address->bits);
        fprintf(out, "IPAddressAllow=%s%s\n", text, prefix);
    }
    text_done(&head);
}

int check_write_addresses(const struct site_config *config, const char *path, FILE *out) {
    struct addresses found = {0};
    add_all(&found, config);
    add_name_servers(&found);
    find_addresses(&found);
    add_scrapers(&found, config->http);
    bool failed = found.failed || found.comments.failed;
    if (!failed)
        write_drop_in(&found, path, out);
    for (size_t i = 0; i < found.n_hosts; i++)
        free(found.hosts[i]);
    free(found.hosts);
    free(found.all);
    text_done(&found.comments);
    return failed ? ERROR_MEMORY : found.unknown > 0 ? ERROR_NOT_FOUND : 0;
}
