/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves a device: its view (identity, facts and the list of its series) and batches (one poll: values
 * and qualities in the order of that list).
 *
 * A view is immutable and shared by reference count; when a device is discovered anew and its list changes,
 * it gets a new view, and old batches keep the old one. A batch is owned by whoever holds its pointer;
 * handing over gives it away.
 */
#ifndef HALLWATCH_MODEL_SERIES_H
#define HALLWATCH_MODEL_SERIES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/catalog.h"

struct driver;

enum quality {
    QUALITY_ABSENT, /* no reading: not fitted, not answered, not asked in this poll */
    QUALITY_GOOD,
    QUALITY_STALE,
    QUALITY_BAD, /* implausible: out of the physical range, unknown state code, no number */
    QUALITY_SUBSTITUTED,
    QUALITY_ENDED, /* no reading: the series has ended; on the way to the sinks, and of nodes that another
                      gateway tells of no more, with the last value */
    N_QUALITIES
};
const char *quality_word(enum quality quality);

struct series {
    enum quantity quantity;
    struct place place;
    const char *reason; /* label of counters by reason ("timeout", "range"); NULL = none. Static text. */
    uint8_t rate; /* enum rate; of a device's point: how often it is asked; not kept with rows on disk */
};

/* Shared by the views of all devices of one shape: there are thousands of devices and few shapes. */
struct series_list {
    atomic_uint references;
    atomic_uint shelved;         /* as a view's, below */
    const struct driver *driver; /* a reference: places borrow from it; NULL: from nobody */
    size_t n;
    struct series series[];
};
struct series_list *series_list_new(size_t n); /* zeroed series to be filled; NULL when out of memory */
struct series_list *series_list_hold(struct series_list *list);
void series_list_release(struct series_list *list); /* NULL is fine */

/* The name people gave to a part: published on facility_component_info, never part of a series key. */
struct part_name {
    struct place place; /* part, depth and id only */
    char *name;
};

/*
 * The numbers of views that are of no device, above those of devices: of the gateway's judging, its delivery
 * and its links; of each node of the topology, of each alarm.
 */
enum {
    JUDGE_NUMBER = 32765,
    DELIVERY_NUMBER = 32766,
    GATEWAY_NUMBER = 32767,
    NODE_NUMBERS = 65536, /* the first of them */
    ALARM_NUMBERS = 262144
};

struct device_view {
    atomic_uint references;
    atomic_uint shelved;                   /* those of them that let go when nobody else holds it */
    uint32_t generation;                   /* 1, 2 ... per device */
    uint32_t number;                       /* the device's number in this process, stable over generations */
    char *site, *hall, *row, *rack, *feed; /* "" where not configured */
    char *device, *driver;
    char *gateway; /* of the gateway's own series, which have no device; else NULL */
    char *node;    /* of a node of the power topology, which is no device; else NULL */
    char *alarm;   /* of an alarm: its id; the device or node is what it is about; else NULL */
    char *detail; /* of an event of an alarm: members of a JSON object, all that there is to say; else NULL */
    const char *class;
    /* What the device says of itself; "" where it does not. `given_name` is what people called it there. */
    char *manufacturer, *model, *serial, *firmware, *given_name;
    struct series_list *list;    /* a reference */
    const struct series *series; /* list's, for brevity */
    size_t n_series;
    struct part_name *names;
    size_t n_names;
};

/*
 * A view with one reference, generation 1 and all its texts "", of class "" and without gateway, node or
 * alarm. Holds the list. NULL when out of memory.
 */
struct device_view *device_view_new(uint32_t number, struct series_list *list);
/* Gives one of its texts a copy of another value. False when out of memory: it is then as it was. */
bool device_view_set(char **text, const char *value);
struct device_view *device_view_hold(struct device_view *view); /* returns it, one more reference */
void device_view_release(struct device_view *view);             /* frees with the last; NULL is fine */
/*
 * A reference of one who remembers the view for as long as somebody needs it; several such do not hold it for
 * each other's sake. Idle: nobody else holds it. Any thread; what becomes needed just then may be called
 * idle.
 */
struct device_view *device_view_shelve(struct device_view *view); /* returns it */
void device_view_unshelve(struct device_view *view);
bool device_view_is_idle(const struct device_view *view);
struct series_list *series_list_shelve(struct series_list *list);
void series_list_unshelve(struct series_list *list);
bool series_list_is_idle(const struct series_list *list);
/* Else it is of a gateway, a node or an alarm, which have no facts and no named parts. */
bool device_view_is_device(const struct device_view *view);
/* Of a change of an alarm, which is told once; without `detail` an alarm's state is only repeated. */
bool device_view_is_event(const struct device_view *view);
/* The name of what it is of, for messages: a device, a node, an alarm's id or a gateway. */
const char *device_view_name(const struct device_view *view);
/* What a view of a gateway itself is about: "links", "delivery" or "judging". */
const char *device_view_gateway_part(const struct device_view *view);

/* The labels of a series, in the published order, without empty ones. */
enum { LABELS_MOST = 16 };
struct label {
    const char *name, *value;
};
struct labels {
    size_t n;
    struct label label[LABELS_MOST];
    char id[36]; /* storage of component_id */
};
void series_write_labels(const struct device_view *view, const struct series *series, struct labels *labels);

struct batch {
    struct device_view *view; /* holds a reference while in flight */
    struct batch *next;       /* for the queue that holds it */
    void *owner;              /* the pool it returns to */
    /* Any thread: takes the batch, without a view, back. NULL: it goes back through publisher_take_back. */
    void (*give_back)(struct batch *batch);
    int64_t time_ms;   /* wall clock, when the last reply arrived */
    uint32_t first, n; /* series first .. first + n - 1 of the view */
    uint32_t room;
    bool urgent;    /* of fast points: what people act on within seconds. A series is always or never. */
    bool is_news;   /* urgent, and not what was said before: the publisher's to say */
    bool is_told;   /* by another gateway, which publishes it itself: judged and shown here, not published */
    bool farewell;  /* without values: the device's last, it is configured no more */
    double *values; /* n of them */
    uint8_t *qualities;
    uint8_t *ranks; /* while it is filled: which of several sources gave the value */
};

#endif
