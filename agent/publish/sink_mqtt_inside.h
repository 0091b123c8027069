/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the MQTT sink share; nobody else includes this. */
#ifndef HALLWATCH_PUBLISH_SINK_MQTT_INSIDE_H
#define HALLWATCH_PUBLISH_SINK_MQTT_INSIDE_H

#include "base/backoff.h"
#include "base/log.h"
#include "base/mqtt_client.h"
#include "publish/broker_list.h"
#include "publish/encode_json.h"
#include "publish/forbidden.h"
#include "publish/gathering.h"
#include "publish/pace.h"
#include "publish/portion.h"
#include "publish/rounds.h"
#include "publish/sink.h"
#include "publish/verdict.h"
#include "publish/window.h"

enum { NOT_AUTHORIZED = 0x87 };

enum state { RESTING, LOOKING, CONNECTING, CONNECTED };

/* What the broker was told of an alarm. */
struct mqtt_alarm {
    char id[sizeof(((struct alarm_record *)0)->id)];
    uint64_t sent;    /* the record's change; 0: nothing over this connection */
    int64_t ended_ms; /* monotonic: when it was told as resolved first; INT64_MAX: it was not */
};

/* The states of alarms, retained. */
struct mqtt_alarms {
    struct mqtt_alarm *of; /* in the order of their ids */
    size_t n, room;
    uint64_t done;           /* of the board's changes over this connection; all up to it were sent */
    int64_t next_ms;         /* monotonic: when one of them goes; INT64_MAX: none */
    int64_t denied_until_ms; /* their topics are not ours */
};

struct sink_mqtt {
    struct sink sink;
    struct mqtt_alarms alarms;
    struct broker_list brokers;
    struct json_source source;
    struct encode_json *encoder;
    struct text topic, message, batch_topic, nodes_topic, status_topic, online, offline;
    struct mqtt_client *client; /* NULL until the first connection is tried */
    enum state state;
    int64_t retry_ms, deadline_ms, pause_until_ms; /* monotonic; the last: no memory just now */
    struct backoff backoff;
    int lost_for;    /* the broker's reason for refusing the connection; 0: it gave none */
    bool has_worked; /* this connection: the broker has acknowledged something */
    /*
     * Messages under way: what both sides allow, and how many for now. It begins at one, so that a message at
     * which the broker hangs up is alone, and its answer is not lost with the others'.
     */
    size_t most, limit;
    uint32_t largest_packet;
    size_t per_message; /* rows that fit into it */
    struct window window;
    struct gathering gatherings[N_ROUND_SOURCES];
    uint64_t singly_until[N_ROUND_SOURCES]; /* rows up to this are sent by themselves: a batch was refused */
    int64_t jump_again_ms[N_SPOOLS];
    int64_t fastest_ms;             /* of the acknowledgements of this connection */
    struct portion portion;         /* rows of the backlog under way */
    struct pace pace;               /* of what has waited */
    bool is_paced[N_ROUND_SOURCES]; /* this is of that */
    int64_t paced_until_ms;         /* and is not sent before; INT64_MAX: no matter */
    struct forbidden forbidden;
    int64_t taken_ms; /* when the broker last took a row over this connection; INT64_MIN: it has not */
    /* The row that has met `faults` faults in a row, and whether others were taken meanwhile. */
    uint64_t fault_row;
    enum round_source fault_source;
    uint32_t faults;
    bool took_meanwhile;
    bool has_said_goodbye;
    struct complaint trouble, takeover, refusal, alarm_refusal;
};

enum { SINK_MQTT_HELD_MS = 5000 /* how long a broker that takes nothing of ours may still take something */ };

/* Gives the connection up for now. */
void sink_mqtt_rest(struct sink_mqtt *mqtt, const char *why);

/* The broker has acknowledged or refused a message. */
void sink_mqtt_on_answer(struct sink_mqtt *mqtt, const struct mqtt_event *event);
/* Whether all there is to send goes to topics that are not ours: then it is not about the rows. */
bool sink_mqtt_is_nothing_allowed(const struct sink_mqtt *mqtt, int64_t now_ms);
void sink_mqtt_give_up_topics(struct sink_mqtt *mqtt, int64_t now_ms);

/* Whether the row travels with others in one message: what has happened to alarms does not. */
bool sink_mqtt_is_batched(const struct sink_mqtt *mqtt, const struct spool_row *row);
/* Whether another message may be on its way. */
bool sink_mqtt_has_room(const struct sink_mqtt *mqtt);
/* Sends what is ready while there is room. 0, ERROR_MEMORY, or what mqtt_client_publish says. */
int sink_mqtt_fill(struct sink_mqtt *mqtt);
/* The broker has answered the message of that flight. */
void sink_mqtt_note_answer(struct sink_mqtt *mqtt, const struct flight *flight);
/*
 * Whether rows whose topic is not ours wait for the broker to take others: as long as it takes none it is not
 * the rows' fault, and they are kept.
 */
bool sink_mqtt_is_held(const struct sink_mqtt *mqtt);
/* Moves the cursors over what is settled. */
void sink_mqtt_settle(struct sink_mqtt *mqtt);
/*
 * Hands one message to the broker; the window takes over its rows. Without rows it is an alarm's, or the
 * presence. Errors of mqtt_client_publish.
 */
struct outgoing {
    const struct text *topic, *message;
    struct spool_row *const *rows;
    size_t n;
    enum spool_lane lane;
    bool retained, is_alarm;
};
int sink_mqtt_send(struct sink_mqtt *mqtt, const struct outgoing *message);

/* The states of alarms: all are to be sent over a new connection ... */
void sink_mqtt_begin_alarms(struct sink_mqtt *mqtt);
/* ... and what has changed since, while there is room. Errors as sink_mqtt_fill. */
int sink_mqtt_send_alarms(struct sink_mqtt *mqtt);
/* The broker does not take one, in these words. */
void sink_mqtt_refuse_alarm(struct sink_mqtt *mqtt, enum verdict_kind verdict, const char *words);
void sink_mqtt_done_alarms(struct sink_mqtt *mqtt);

/* Sends the gateway's presence. The same errors. */
int sink_mqtt_send_presence(struct sink_mqtt *mqtt, const struct text *presence);
/* Says that the broker does not take the message of that row, or the presence (NULL). */
void sink_mqtt_complain(struct sink_mqtt *mqtt, const struct spool_row *row, const char *reason);

#endif
