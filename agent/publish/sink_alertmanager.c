/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One peer: what has changed is posted at once, everything active every 30 s, with an end two minutes ahead:
 * so alerts of an agent that is gone end by themselves, and one that misses some posts ends nothing. What
 * ends is posted with its end until the peer has taken that. An alert is known by its labels: an alarm whose
 * labels change ends under the old ones.
 *
 * A 400 is partial: whatever is right in the request has been taken. It is said, and not posted again before
 * its time.
 */
#include "publish/sink_alertmanager.h"

#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/thread.h"
#include "publish/encode_alertmanager.h"
#include "publish/endpoints.h"
#include "publish/http_target.h"
#include "publish/verdict.h"

enum {
    AGAIN_MS = 30000, /* everything is posted so often */
    AHEAD_MS = 4 * AGAIN_MS,
    QUOTE_MOST = 200, /* bytes of the peer's words in a log line */
};

/* An alert that the peer has, or may have. */
struct alert {
    char id[sizeof(((struct alarm_record *)0)->id)];
    char *labels;
    int64_t starts_ms;
    uint64_t look; /* in which it was last seen */
    bool has_ended;
};

struct peer {
    struct sink_alertmanager *of;
    const char *url;
    struct http_client *client;
    struct bell bell;
    uv_thread_t thread;
    bool is_started, is_failing;
    struct alert *alerts; /* in the order of the alarms' ids */
    size_t n, room;
    uint64_t change; /* of the board, up to which the peer knows all */
    uint64_t looks;
    int64_t all_ms, retry_ms; /* monotonic: when everything is posted again; no request before */
    struct text body, labels;
    struct backoff backoff;
    struct complaint trouble, refusal;
};

struct sink_alertmanager {
    struct sink sink;
    struct peer peers[ENDPOINTS_MOST];
    size_t n;
    atomic_size_t failing; /* peers */
};

/* --- what the peer has --- */

static size_t place_of(const struct peer *peer, const char *id) {
    size_t low = 0, high = peer->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(peer->alerts[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_of(const struct peer *peer, size_t i, const char *id) {
    return i < peer->n && strcmp(peer->alerts[i].id, id) == 0;
}

static bool add_alert(struct peer *peer, size_t i, const struct alarm_record *record) {
    if (peer->n == peer->room) {
        size_t room = peer->room ? peer->room * 2 : 64;
        struct alert *alerts = reallocarray(peer->alerts, room, sizeof(*alerts));
        if (!alerts)
            return false;
        peer->alerts = alerts;
        peer->room = room;
    }
    char *labels = strdup(peer->labels.data);
    if (!labels)
        return false;
    memmove(&peer->alerts[i + 1], &peer->alerts[i], (peer->n++ - i) * sizeof(struct alert));
    peer->alerts[i] = (struct alert){.labels = labels};
    memcpy(peer->alerts[i].id, record->id, sizeof(record->id));
    return true;
}

/* All of that alarm have ended but the one with these labels (NULL: but none), which is returned. */
static struct alert *find(struct peer *peer, const char *id, const char *labels) {
    struct alert *found = NULL;
    for (size_t i = place_of(peer, id); is_of(peer, i, id); i++) {
        bool is_it = labels && strcmp(peer->alerts[i].labels, labels) == 0;
        peer->alerts[i].has_ended = !is_it;
        if (is_it)
            found = &peer->alerts[i];
    }
    return found;
}

/* --- a request --- */

struct look {
    struct peer *peer;
    int64_t wall_ms;
    bool failed;
};

static void look_at(void *context, const struct alarm_record *record) {
    struct look *look = context;
    struct peer *peer = look->peer;
    if (record->state != ALARM_ACTIVE && record->state != ALARM_RETURNED) {
        find(peer, record->id, NULL);
        return;
    }
    text_clear(&peer->labels);
    encode_alert_labels(record, &peer->labels);
    look->failed = look->failed || peer->labels.failed;
    if (look->failed)
        return;
    struct alert *alert = find(peer, record->id, peer->labels.data);
    size_t i = place_of(peer, record->id);
    if (!alert && add_alert(peer, i, record))
        alert = &peer->alerts[i];
    look->failed = !alert;
    if (!alert)
        return;
    alert->starts_ms = record->since_ms;
    alert->look = peer->looks;
    encode_alert(alert->labels, record, record->since_ms, look->wall_ms + AHEAD_MS, &peer->body);
}

/* What the peer is to know. False when out of memory. */
static bool write_body(struct peer *peer, bool all) {
    struct look look = {.peer = peer, .wall_ms = clock_wall_ms()};
    peer->looks++;
    text_clear(&peer->body);
    alarm_board_show(peer->of->sink.board, all ? 0 : peer->change, look_at, &look);
    for (size_t i = 0; i < peer->n; i++) {
        struct alert *alert = &peer->alerts[i];
        alert->has_ended = alert->has_ended || (all && alert->look != peer->looks);
        if (alert->has_ended)
            encode_alert(alert->labels, NULL, alert->starts_ms, look.wall_ms, &peer->body);
    }
    if (peer->body.size > 0)
        encode_alert_end(&peer->body);
    return !look.failed && !peer->body.failed;
}

static void forget_ended(struct peer *peer) {
    size_t kept = 0;
    for (size_t i = 0; i < peer->n; i++) {
        if (peer->alerts[i].has_ended)
            free(peer->alerts[i].labels);
        else
            peer->alerts[kept++] = peer->alerts[i];
    }
    peer->n = kept;
}

/* --- what comes of it --- */

static void succeed(struct peer *peer, int64_t now_ms) {
    struct sink *sink = &peer->of->sink;
    backoff_reset(&peer->backoff);
    if (peer->is_failing)
        atomic_fetch_sub(&peer->of->failing, 1);
    peer->is_failing = false;
    sink_health_connect(sink->health, peer->url);
    log_relieve(&peer->trouble, now_ms, sink->config->name, "%s takes alarms again", peer->url);
}

/* The sink fares ill where none of its peers is told. */
static void fail(struct peer *peer, enum verdict_kind verdict, const struct http_answer *answer,
                 int64_t now_ms) {
    struct sink *sink = &peer->of->sink;
    int64_t pause_ms = backoff_next_ms(&peer->backoff, backoff_random());
    peer->retry_ms = now_ms + (pause_ms < answer->retry_after_ms ? answer->retry_after_ms : pause_ms);
    if (!peer->is_failing)
        atomic_fetch_add(&peer->of->failing, 1);
    peer->is_failing = true;
    if (atomic_load(&peer->of->failing) == peer->of->n)
        sink_health_fail(sink->health, verdict == VERDICT_DENIED ? SINK_DENIED : SINK_RETRYING, peer->url,
                         peer->retry_ms, answer->text);
    log_complain(&peer->trouble, now_ms, sink->config->name, "alarms do not get to %s: %s%.*s", peer->url,
                 answer->status ? "HTTP: " : "", QUOTE_MOST, answer->text);
}

static void say_refused(struct peer *peer, const struct http_answer *answer, int64_t now_ms) {
    struct sink *sink = &peer->of->sink;
    sink_health_refuse(sink->health, answer->text);
    log_complain(&peer->refusal, now_ms, sink->config->name, "%s refuses some alarms: %.*s", peer->url,
                 QUOTE_MOST, answer->text);
}

/* Whether the peer knows by now what is in the request. */
static bool post(struct peer *peer) {
    struct http_answer answer;
    int error = http_client_post(peer->client, peer->body.data, peer->body.size, &answer);
    int64_t now_ms = clock_monotonic_ms();
    enum verdict_kind verdict = verdict_of(error, answer.status, answer.text);
    bool is_refused = verdict == VERDICT_REFUSED || verdict == VERDICT_TOO_OLD;
    if (verdict != VERDICT_ACCEPTED && !is_refused) {
        fail(peer, verdict, &answer, now_ms);
        return false;
    }
    succeed(peer, now_ms);
    if (is_refused)
        say_refused(peer, &answer, now_ms);
    else
        sink_health_deliver(peer->of->sink.health, 1);
    return true;
}

/* --- the threads --- */

/* Tells the peer what it is to know; returns when to look again without a change. */
static int64_t step(struct peer *peer) {
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms < peer->retry_ms)
        return peer->retry_ms;
    bool all = now_ms >= peer->all_ms;
    uint64_t change = alarm_board_change(peer->of->sink.board);
    if (!all && change == peer->change)
        return peer->all_ms;
    if (!write_body(peer, all)) {
        peer->retry_ms = now_ms + AGAIN_MS / 30;
        return peer->retry_ms;
    }
    if (peer->body.size > 0 && !post(peer))
        return peer->retry_ms;
    forget_ended(peer);
    peer->change = change;
    if (all)
        peer->all_ms = now_ms + AGAIN_MS;
    return peer->all_ms;
}

static void run_peer(void *context) {
    struct peer *peer = context;
    struct sink *sink = &peer->of->sink;
    thread_set_name("sink", sink->config->name);
    while (!sink_is_stopping(sink)) {
        int64_t next_ms = step(peer);
        if (!sink_is_stopping(sink))
            bell_wait(&peer->bell, next_ms);
    }
    if (peer->retry_ms <= clock_monotonic_ms()) /* what ended last */
        step(peer);
}

static void start_peer(struct peer *peer) {
    struct sink *sink = &peer->of->sink;
    int error = alarm_board_listen(sink->board, bell_ring, &peer->bell);
    peer->is_started = !error && uv_thread_create(&peer->thread, run_peer, peer) == 0;
    if (!peer->is_started)
        log_write(LOG_ERROR, sink->config->name, "there is no thread for %s: it is told nothing", peer->url);
}

static void run(struct sink *sink) {
    struct sink_alertmanager *manager = (struct sink_alertmanager *)sink;
    for (size_t i = 0; i < manager->n && sink->board; i++)
        start_peer(&manager->peers[i]);
    while (!sink_is_stopping(sink))
        bell_wait(&sink->bell, INT64_MAX);
    for (size_t i = 0; i < manager->n; i++)
        bell_ring(&manager->peers[i].bell);
    for (size_t i = 0; i < manager->n; i++)
        if (manager->peers[i].is_started)
            uv_thread_join(&manager->peers[i].thread);
    for (size_t i = 0; i < manager->n && sink->board; i++)
        alarm_board_unlisten(sink->board, &manager->peers[i].bell);
}

static void hurry(struct sink *sink) {
    struct sink_alertmanager *manager = (struct sink_alertmanager *)sink;
    for (size_t i = 0; i < manager->n; i++)
        http_client_stop(manager->peers[i].client);
}

static void release(struct sink *sink) {
    struct sink_alertmanager *manager = (struct sink_alertmanager *)sink;
    for (size_t i = 0; i < manager->n; i++) {
        struct peer *peer = &manager->peers[i];
        for (size_t k = 0; k < peer->n; k++)
            free(peer->alerts[k].labels);
        free(peer->alerts);
        http_client_free(peer->client);
        text_done(&peer->body);
        text_done(&peer->labels);
        bell_done(&peer->bell);
    }
}

static int prepare_peer(struct sink_alertmanager *manager) {
    static const char *const headers[] = {"Content-Type: application/json", "User-Agent: hallwatch", NULL};
    const struct sink_config *config = manager->sink.config;
    struct peer *peer = &manager->peers[manager->n];
    struct text url = {0};
    peer->of = manager;
    peer->url = http_target_url(config, manager->n);
    size_t size = strlen(peer->url);
    text_add(&url, peer->url, size - (size > 0 && peer->url[size - 1] == '/'));
    text_add_string(&url, "/api/v2/alerts");
    int error =
        url.failed ? ERROR_MEMORY : http_target_open(config, url.data, "Bearer", headers, &peer->client);
    text_done(&url);
    if (!error && (error = bell_init(&peer->bell)) != 0)
        http_client_free(peer->client);
    if (!error)
        manager->n++;
    return error;
}

static int prepare(struct sink *sink) {
    struct sink_alertmanager *manager = (struct sink_alertmanager *)sink;
    int error = 0;
    while (!error && manager->n <= sink->config->n_endpoints)
        error = prepare_peer(manager);
    if (!error)
        return 0;
    release(sink);
    return http_target_say(sink->config, error);
}

const struct sink_kind_info sink_alertmanager_kind = {
    .size = sizeof(struct sink_alertmanager),
    .passes_over = {[SPOOL_URGENT] = true, [SPOOL_READINGS] = true},
    .prepare = prepare,
    .run = run,
    .hurry = hurry,
    .release = release,
};
