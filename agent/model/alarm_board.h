/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alarms at present: what the judge has raised and not yet ended, each with its texts. Filled by the
 * judge, looked at by the status socket, by the sinks that deliver states (MQTT retained, Alertmanager) and
 * by what keeps them over a restart. A lock of its own is held for one change or one look.
 */
#ifndef HALLWATCH_MODEL_ALARM_BOARD_H
#define HALLWATCH_MODEL_ALARM_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ISA-18.2 words. Acknowledging and shelving belong downstream. */
enum alarm_state {
    ALARM_NORMAL,
    ALARM_ACTIVE,
    ALARM_RETURNED,      /* the condition is gone, and it latches: until `hallwatch reset` */
    ALARM_SUPPRESSED,    /* the condition holds, as the consequence of `cause` */
    ALARM_OUT_OF_SERVICE /* the condition holds, and its node is out of service */
};
const char *alarm_state_word(enum alarm_state state);
/* The state of that word, or -1. */
int alarm_state_find(const char *word);

/* One alarm. Texts are "" where there is none. */
struct alarm_record {
    char id[48];      /* stable over restarts: RULE-XXXXXXXX, of a digest of rule and subject */
    const char *rule; /* "node_budget_critical" */
    const char *site, *hall, *row, *rack, *feed;
    const char *node, *device; /* what it is about: a node, or a device */
    const char *class;         /* of either */
    const char *place;         /* in the device: "sensor/2", "pump/1" */
    const char *summary;       /* one line, with value and limit in people's units */
    const char *response;      /* what to do */
    const char *cause;         /* id of the alarm that this follows from */
    const char *consequences;  /* one line: what it takes along ("40 PDUs silent, 3 racks on one feed") */
    uint8_t state;             /* enum alarm_state */
    uint8_t priority;          /* 1..4 */
    bool latches, is_chattering;
    double value, limit;                 /* published units; NAN: none */
    const char *metric;                  /* what `value` is */
    double headroom_watts, seconds_left; /* NAN: not known */
    uint32_t n_consequences;
    int64_t since_ms;   /* wall clock: when it was raised */
    int64_t changed_ms; /* when its state changed last */
    uint64_t change;    /* of the board: grows with every change of any alarm */
};

/* The texts of a record, for whoever copies, writes or reads all of them. */
enum { ALARM_TEXTS = 14, ALARM_TEXT_MOST = 4096 };
struct alarm_text {
    const char *name; /* of the member: "rule" */
    size_t offset;    /* of a const char * */
};
extern const struct alarm_text alarm_texts[ALARM_TEXTS];
const char *alarm_text_get(const struct alarm_record *record, size_t text);       /* "" where it is NULL */
void alarm_text_set(struct alarm_record *record, size_t text, const char *value); /* borrowed */

struct alarm_board;

struct alarm_board *alarm_board_new(void);        /* NULL when out of memory */
void alarm_board_free(struct alarm_board *board); /* NULL is fine */

/*
 * Puts a copy in the place of what that id had; its `change` is given here. Texts end after ALARM_TEXT_MOST
 * bytes, and what is no plain character in them becomes a space. ALARM_NORMAL ends it: it stays readable for
 * 15 minutes as resolved. 0, or ERROR_MEMORY and the board is as it was.
 */
int alarm_board_put(struct alarm_board *board, const struct alarm_record *record);
/* Of the last change; 0 before the first. */
uint64_t alarm_board_change(struct alarm_board *board);

/* Whether an alarm of that id is on it, resolved ones too. */
bool alarm_board_has(struct alarm_board *board, const char *id);

typedef void alarm_board_look(void *context, const struct alarm_record *record);
/*
 * Shows each alarm whose change is above `after`: by priority and age, resolved ones last. Nobody waits for
 * `look`, and what changes meanwhile may be shown as it was and as it is, or be missed: who looks again asks
 * for alarm_board_change first and gives that as the next `after`. The record is valid during the call only.
 */
void alarm_board_show(struct alarm_board *board, uint64_t after, alarm_board_look *look, void *context);

enum { ALARM_RESOLVED_MS = 15 * 60 * 1000 };
/* Those that were resolved so long before `now_ms` (wall clock) are shown no more. */
void alarm_board_forget(struct alarm_board *board, int64_t now_ms);

/*
 * `wake` is called by every change, on the judge's thread; it must not block, and not call the board. 0 or
 * ERROR_MEMORY.
 */
int alarm_board_listen(struct alarm_board *board, void (*wake)(void *context), void *context);
/* After it `wake` is not called any more. */
void alarm_board_unlisten(struct alarm_board *board, void *context);

#endif
