/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states of alarms, each retained on a topic of its own. They come from the board, not from a spool: of
 * an alarm only its present state matters, and it may be told again. One that has ended stays as "normal" for
 * as long as the board shows it, so that whoever subscribes late sees the end; then its topic is emptied.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mqtt_rules.h"
#include "publish/sink_mqtt_inside.h"

enum {
    DENIED_MS = 10 * 60000, /* how long topics that are not ours are left alone */
    ROOM_MS = 100,          /* until there may be room again */
};

/* One look at the board. */
struct telling {
    struct sink_mqtt *mqtt;
    int64_t now_ms, wall_ms;
    bool is_full; /* there was no room for all */
    int error;
};

void sink_mqtt_done_alarms(struct sink_mqtt *mqtt) {
    free(mqtt->alarms.of);
}

void sink_mqtt_begin_alarms(struct sink_mqtt *mqtt) {
    struct mqtt_alarms *alarms = &mqtt->alarms;
    for (size_t i = 0; i < alarms->n; i++)
        alarms->of[i].sent = 0;
    alarms->done = 0;
    alarms->denied_until_ms = 0;
    alarms->next_ms = 0;
}

/* Where the id is, or belongs. */
static size_t place_of(const struct mqtt_alarms *alarms, const char *id) {
    size_t low = 0, high = alarms->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(alarms->of[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What is known of that alarm, added where it is new; NULL when out of memory. */
static struct mqtt_alarm *get(struct mqtt_alarms *alarms, const char *id) {
    size_t i = place_of(alarms, id);
    if (i < alarms->n && strcmp(alarms->of[i].id, id) == 0)
        return &alarms->of[i];
    if (alarms->n == alarms->room) {
        size_t room = alarms->room ? alarms->room * 2 : 64;
        struct mqtt_alarm *of = reallocarray(alarms->of, room, sizeof(*of));
        if (!of)
            return NULL;
        alarms->of = of;
        alarms->room = room;
    }
    memmove(&alarms->of[i + 1], &alarms->of[i], (alarms->n++ - i) * sizeof(struct mqtt_alarm));
    alarms->of[i] = (struct mqtt_alarm){.ended_ms = INT64_MAX};
    memcpy(alarms->of[i].id, id, strlen(id) + 1);
    return &alarms->of[i];
}

static bool is_known(const struct mqtt_alarms *alarms, const char *id) {
    size_t i = place_of(alarms, id);
    return i < alarms->n && strcmp(alarms->of[i].id, id) == 0;
}

void sink_mqtt_refuse_alarm(struct sink_mqtt *mqtt, enum verdict_kind verdict, const char *words) {
    int64_t now_ms = clock_monotonic_ms();
    sink_health_refuse(mqtt->sink.health, words);
    log_complain(&mqtt->alarm_refusal, now_ms, mqtt->sink.config->name,
                 "the broker does not take the state of an alarm: %s", words);
    if (verdict != VERDICT_DENIED)
        return;
    mqtt->alarms.denied_until_ms = mqtt->alarms.next_ms = now_ms + DENIED_MS;
    mqtt->alarms.done = 0;
    for (size_t i = 0; i < mqtt->alarms.n; i++)
        mqtt->alarms.of[i].sent = 0;
}

/* An empty `message` has the broker forget the topic's. */
static int send_state(struct sink_mqtt *mqtt, const char *id, const struct text *message) {
    encode_json_alarm_topic(&mqtt->source, id, &mqtt->topic);
    if (mqtt->topic.failed || message->failed)
        return ERROR_MEMORY;
    if (mqtt_publish_size(mqtt->topic.data, message->size) > mqtt->largest_packet) {
        sink_mqtt_refuse_alarm(mqtt, VERDICT_REFUSED, "it is more than its maximum packet size");
        return 0;
    }
    int error = sink_mqtt_send(
        mqtt,
        &(struct outgoing){.topic = &mqtt->topic, .message = message, .retained = true, .is_alarm = true});
    if (error != ERROR_ARGUMENT)
        return error;
    sink_mqtt_refuse_alarm(mqtt, VERDICT_REFUSED, "its topic is not possible in MQTT");
    return 0;
}

static void tell(void *context, const struct alarm_record *record) {
    struct telling *telling = context;
    struct sink_mqtt *mqtt = telling->mqtt;
    bool has_ended = record->state == ALARM_NORMAL;
    if (telling->is_full || telling->error)
        return;
    if (has_ended && telling->wall_ms - record->changed_ms >= ALARM_RESOLVED_MS &&
        !is_known(&mqtt->alarms, record->id))
        return;
    struct mqtt_alarm *alarm = get(&mqtt->alarms, record->id);
    telling->error = alarm ? 0 : ERROR_MEMORY;
    if (!alarm || alarm->sent == record->change)
        return;
    telling->is_full = !sink_mqtt_has_room(mqtt);
    if (telling->is_full)
        return;
    encode_json_alarm(&mqtt->source, record, &mqtt->message);
    telling->error = send_state(mqtt, record->id, &mqtt->message);
    if (telling->error)
        return;
    alarm->sent = record->change;
    if (!has_ended)
        alarm->ended_ms = INT64_MAX;
    else if (alarm->ended_ms == INT64_MAX)
        alarm->ended_ms = telling->now_ms;
    if (has_ended && mqtt->alarms.next_ms > alarm->ended_ms + ALARM_RESOLVED_MS)
        mqtt->alarms.next_ms = alarm->ended_ms + ALARM_RESOLVED_MS;
}

/* When its topic is emptied; INT64_MAX: it has not ended. What the board does not show any more has ended
 * while the broker was away. */
static int64_t goes_ms(const struct sink_mqtt *mqtt, const struct mqtt_alarm *alarm, int64_t now_ms) {
    if (alarm->ended_ms != INT64_MAX)
        return alarm->ended_ms + ALARM_RESOLVED_MS;
    return alarm_board_has(mqtt->sink.board, alarm->id) ? INT64_MAX : now_ms;
}

/* Those that ended long ago go. */
static int forget(struct sink_mqtt *mqtt, int64_t now_ms) {
    static const struct text nothing = {.data = ""};
    struct mqtt_alarms *alarms = &mqtt->alarms;
    int error = 0;
    alarms->next_ms = INT64_MAX;
    for (size_t i = alarms->n; i-- > 0 && !error;) {
        struct mqtt_alarm *alarm = &alarms->of[i];
        int64_t due_ms = goes_ms(mqtt, alarm, now_ms);
        if (now_ms >= due_ms && !sink_mqtt_has_room(mqtt)) {
            due_ms = now_ms + ROOM_MS;
        } else if (now_ms >= due_ms) {
            error = send_state(mqtt, alarm->id, &nothing);
            if (!error)
                memmove(alarm, alarm + 1, (--alarms->n - i) * sizeof(*alarm));
            continue;
        }
        if (due_ms < alarms->next_ms)
            alarms->next_ms = due_ms;
    }
    return error;
}

int sink_mqtt_send_alarms(struct sink_mqtt *mqtt) {
    struct mqtt_alarms *alarms = &mqtt->alarms;
    struct telling telling = {.mqtt = mqtt, .now_ms = clock_monotonic_ms(), .wall_ms = clock_wall_ms()};
    if (!mqtt->sink.board || telling.now_ms < alarms->denied_until_ms)
        return 0;
    uint64_t change = alarm_board_change(mqtt->sink.board);
    if (change != alarms->done) {
        alarm_board_show(mqtt->sink.board, alarms->done, tell, &telling);
        if (!telling.is_full && !telling.error && telling.now_ms >= alarms->denied_until_ms)
            alarms->done = change;
    }
    if (!telling.error && telling.now_ms >= alarms->next_ms)
        telling.error = forget(mqtt, telling.now_ms);
    return telling.error;
}
