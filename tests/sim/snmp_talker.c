/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds SNMP links open and asks over them as it is told on standard input, for tests of what a link
 * remembers of its agent. One line, one answer:
 *
 *     open NAME PORT CREDENTIALS           prints "open", or the error
 *     get NAME TIMEOUT_MS OID...           prints the answer and its varbinds, side by side
 *     next NAME TIMEOUT_MS OID...          ASK_BULK with ten repetitions, likewise
 *     both NAME NAME TIMEOUT_MS OID        asks two links at once, prints their answers in this order
 *     close NAME                           prints "close"
 *
 * CREDENTIALS: 1:COMMUNITY, 2c:COMMUNITY, or 3:USER:CONTEXT[:AUTH:PASSPHRASE[:PRIVACY:PASSPHRASE]].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/link_snmp.h"
#include "acquire/oid.h"
#include "base/clock.h"

enum { LINKS_MOST = 16, OIDS_MOST = 128, WORDS_MOST = 160, TICK_MS = 10, SAID_MOST = 8000 };

struct talker {
    uv_loop_t loop;
    uv_timer_t tick;
    struct snmp_service *service;
    struct named {
        char name[32];
        struct link *link;
        char said[SAID_MOST];
    } links[LINKS_MOST];
    struct oid oids[OIDS_MOST];
    uint32_t parts[OIDS_MOST][OID_MOST];
    struct link_request request;
    unsigned waiting;
};

static void fail(const char *what) {
    fprintf(stderr, "snmp_talker: %s\n", what);
    exit(2);
}

static void on_tick(uv_timer_t *timer) {
    struct talker *talker = timer->data;
    snmp_service_tick(talker->service, clock_monotonic_ms());
}

static void write_value(FILE *out, const struct varbind *varbind) {
    char name[1000];
    oid_write(&varbind->name, name, sizeof name);
    if (varbind->raw.kind == RAW_NONE)
        fprintf(out, " %s=NONE", name);
    else if (varbind->raw.kind == RAW_INTEGER)
        fprintf(out, " %s=%lld", name, (long long)varbind->raw.integer);
    else if (varbind->raw.kind == RAW_TEXT)
        fprintf(out, " %s=\"%.*s\"", name, (int)varbind->raw.size, varbind->raw.text);
    else
        fprintf(out, " %s=?", name);
}

struct waiting {
    struct talker *talker;
    struct named *named;
};

static void on_done(void *context, const struct link_answer *answer) {
    struct waiting *waiting = context;
    FILE *out = fmemopen(waiting->named->said, SAID_MOST, "w");
    if (!out)
        fail("out of memory");
    fprintf(out, "%s", answer->error ? error_word(answer->error) : "ok");
    if (answer->detail)
        fprintf(out, ": %s", answer->detail);
    for (size_t i = 0; i < answer->n_varbinds; i++)
        write_value(out, &answer->varbinds[i]);
    fclose(out);
    if (--waiting->talker->waiting == 0)
        uv_stop(&waiting->talker->loop);
}

static struct named *find(struct talker *talker, const char *name) {
    for (size_t i = 0; i < LINKS_MOST; i++)
        if (talker->links[i].link && strcmp(talker->links[i].name, name) == 0)
            return &talker->links[i];
    fail("no such link");
    return NULL;
}

static int find_word(const char *const *words, const char *word) {
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    fail("no such word");
    return 0;
}

static struct snmp_credentials read_credentials(char *text) {
    struct snmp_credentials credentials = {
        .version = (enum snmp_version)find_word(snmp_version_words, strsep(&text, ":"))};
    if (credentials.version != SNMP_V3) {
        credentials.community = text;
        return credentials;
    }
    credentials.user = strsep(&text, ":");
    credentials.context = strsep(&text, ":");
    if (text)
        credentials.auth = (enum snmp_auth)(find_word(snmp_auth_words, strsep(&text, ":")) + 1);
    credentials.auth_passphrase = strsep(&text, ":");
    if (text)
        credentials.privacy = (enum snmp_privacy)(find_word(snmp_privacy_words, strsep(&text, ":")) + 1);
    credentials.privacy_passphrase = text;
    return credentials;
}

static void open_link(struct talker *talker, char **words) {
    struct sockaddr_in address;
    struct named *named = talker->links;
    while (named->link)
        named++;
    uv_ip4_addr("127.0.0.1", atoi(words[1]), &address);
    snprintf(named->name, sizeof named->name, "%s", words[0]);
    const struct snmp_credentials credentials = read_credentials(words[2]);
    int error = link_snmp_open(talker->service, (struct sockaddr *)&address, &credentials, &named->link);
    printf("%s\n", error ? error_word(error) : "open");
}

static void ask(struct talker *talker, struct waiting *waiting, size_t n, char **words) {
    talker->request.timeout_ms = (uint32_t)atoi(*words++);
    for (talker->request.n_oids = 0; *words; words++) {
        size_t i = talker->request.n_oids++;
        int parts = oid_parse(*words, talker->parts[i], OID_MOST);
        if (parts < 0)
            fail("no OID");
        talker->oids[i] = (struct oid){talker->parts[i], (size_t)parts};
    }
    talker->request.oids = talker->oids;
    talker->waiting = (unsigned)n;
    for (size_t i = 0; i < n; i++)
        if (link_ask(waiting[i].named->link, &talker->request, on_done, &waiting[i]))
            fail("link_ask");
    uv_run(&talker->loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < n; i++)
        printf("%s%s", i ? " | " : "", waiting[i].named->said);
    putchar('\n');
}

static void obey(struct talker *talker, char **words) {
    const char *verb = *words++;
    struct named *named = strcmp(verb, "open") ? find(talker, *words) : NULL;
    if (!named) {
        open_link(talker, words);
    } else if (!strcmp(verb, "close")) {
        link_close(named->link);
        named->link = NULL;
        puts("close");
    } else if (!strcmp(verb, "both")) {
        struct waiting waiting[] = {{talker, named}, {talker, find(talker, words[1])}};
        talker->request.ask = ASK_GET;
        ask(talker, waiting, 2, words + 2);
    } else {
        struct waiting waiting = {talker, named};
        talker->request.ask = strcmp(verb, "next") ? ASK_GET : ASK_BULK;
        talker->request.repetitions = 10;
        ask(talker, &waiting, 1, words + 1);
    }
    fflush(stdout);
}

int main(void) {
    static struct talker talker;
    static char line[16000];
    uv_loop_init(&talker.loop);
    uv_timer_init(&talker.loop, &talker.tick);
    talker.tick.data = &talker;
    if (snmp_service_new(&talker.loop, &talker.service))
        return 2;
    uv_timer_start(&talker.tick, on_tick, TICK_MS, TICK_MS);
    while (fgets(line, sizeof line, stdin)) {
        char *words[WORDS_MOST] = {NULL}, *rest = line;
        size_t n = 0;
        while (n + 1 < WORDS_MOST && (words[n] = strtok_r(rest, " \n", &rest)) != NULL)
            n++;
        if (n > 2 || (n == 2 && !strcmp(words[0], "close")))
            obey(&talker, words);
    }
    for (size_t i = 0; i < LINKS_MOST; i++)
        if (talker.links[i].link)
            link_close(talker.links[i].link);
    snmp_service_free(talker.service);
    uv_close((uv_handle_t *)&talker.tick, NULL);
    uv_run(&talker.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&talker.loop) ? 2 : 0;
}
