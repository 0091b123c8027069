/* SPDX-License-Identifier: Apache-2.0 */
/* Alarms under test. */
#include "tests/sim/alarm_desk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[] = "";

/* Drivers by class: only that is looked at. */
static const struct driver drivers[N_CLASSES] = {
    [CLASS_PDU] = {.class = CLASS_PDU},       [CLASS_UPS] = {.class = CLASS_UPS},
    [CLASS_DC] = {.class = CLASS_DC},         [CLASS_CHILLER] = {.class = CLASS_CHILLER},
    [CLASS_AIR] = {.class = CLASS_AIR},       [CLASS_LIQUID] = {.class = CLASS_LIQUID},
    [CLASS_METER] = {.class = CLASS_METER},   [CLASS_SHELF] = {.class = CLASS_SHELF},
    [CLASS_SWITCH] = {.class = CLASS_SWITCH}, [CLASS_GENSET] = {.class = CLASS_GENSET},
    [CLASS_SENSOR] = {.class = CLASS_SENSOR}, [CLASS_IO] = {.class = CLASS_IO},
};

static char *copy(const char *text, size_t size) {
    char *copied = strndup(text, size);
    if (!copied)
        abort();
    return copied;
}

struct desk *desk_new(void) {
    struct desk *desk = calloc(1, sizeof(*desk));
    if (!desk)
        abort();
    plant_begin(&desk->plant);
    desk->config =
        (struct site_config){.site = empty, .hall = empty, .gateway = empty, .devices = desk->configs};
    desk->board = alarm_board_new();
    if (!desk->board)
        abort();
    desk->time = (struct judge_time){.wall_ms = 1764000000000, .monotonic_ms = 1000000};
    return desk;
}

void desk_free(struct desk *desk) {
    alarms_free(desk->alarms);
    alarm_board_free(desk->board);
    for (size_t i = 0; i < desk->config.n_devices; i++) {
        struct device_config *config = &desk->configs[i];
        char *texts[] = {config->name, config->url.host, config->hall,
                         config->row,  config->rack,     config->feed};
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
            free(texts[k]);
    }
    plant_end(&desk->plant);
    free(desk);
}

static const char *take_piece(const char *at, char **piece) {
    size_t size = strcspn(at, "/");
    *piece = copy(at, size);
    return at + size + (at[size] == '/');
}

uint32_t desk_device(struct desk *desk, enum device_class class, const char *name, const char *at,
                     const struct series *series, size_t n) {
    struct device_config *config = &desk->configs[desk->config.n_devices++];
    *config = (struct device_config){.name = copy(name, strlen(name)), .driver = &drivers[class]};
    config->url =
        (struct device_url){.transport = TRANSPORT_SNMP, .host = copy(name, strlen(name)), .port = 161};
    config->interval_ms[RATE_NORMAL] = 5000;
    at = take_piece(at, &config->hall);
    at = take_piece(at, &config->row);
    at = take_piece(at, &config->rack);
    take_piece(at, &config->feed);
    uint32_t number = plant_device(&desk->plant, name, series, n);
    desk->plant.devices[number].view->class = catalog_class(class);
    return number;
}

static void begin_figures(struct desk *desk) {
    size_t n = desk->plant.power.n_nodes;
    for (size_t i = 0; i < n; i++) {
        struct power_node *node = &desk->plant.nodes[i];
        char **labels[] = {&node->hall, &node->row, &node->rack, &node->feed};
        for (size_t k = 0; k < 4; k++)
            *labels[k] = *labels[k] ? *labels[k] : empty;
        desk->sums[i] = (struct node_sum){.watts = (double)NAN, .unknown = 1};
        for (int phase = 0; phase < PHASES; phase++)
            desk->sums[i].phase_volts[phase] = (double)NAN;
        desk->present[i].condition = CONDITION_NORMAL;
        desk->supply[i] = SUPPLY_LIVE;
        desk->usable[i] = (struct usable){HUGE_VAL, HUGE_VAL, HUGE_VAL};
        desk->ratio[i] = (double)NAN;
        desk->budgets[i] = (struct budget_state){.headroom_watts = (double)NAN};
        desk->trips[i] = (struct trip_time){.earliest_s = (double)NAN, .latest_s = (double)NAN};
    }
    for (uint32_t i = 0; i < desk->plant.topology->n_edges; i++)
        desk->carries[i] = 1;
}

void desk_open(struct desk *desk) {
    plant_settle(&desk->plant);
    begin_figures(desk);
    desk->judged = (struct judged){.power = &desk->plant.power,
                                   .topology = desk->plant.topology,
                                   .sums = desk->sums,
                                   .present = desk->present,
                                   .supply = desk->supply,
                                   .carries = desk->carries,
                                   .loads = desk->loads,
                                   .usable = desk->usable,
                                   .ratio = desk->ratio,
                                   .budgets = desk->budgets,
                                   .trips = desk->trips};
    if (alarms_new(&desk->config, desk->plant.topology, desk->board, &desk->alarms) != 0)
        abort();
}

/* --- what is on the board --- */

struct kept {
    struct alarms *alarms;
    const struct judge_time *time;
};

static void restore(void *context, const struct alarm_record *record) {
    struct kept *kept = context;
    alarms_restore(kept->alarms, record, kept->time);
}

void desk_restart(struct desk *desk) {
    struct alarm_board *before = desk->board;
    alarms_free(desk->alarms);
    desk->board = alarm_board_new();
    if (!desk->board || alarms_new(&desk->config, desk->plant.topology, desk->board, &desk->alarms) != 0)
        abort();
    struct kept kept = {desk->alarms, &desk->time};
    alarm_board_show(before, 0, restore, &kept);
    alarm_board_free(before);
    desk->seen = alarm_board_change(desk->board);
}

static const char *subject_of(const struct alarm_record *record) {
    return *record->node ? record->node : record->device;
}

/* What changed only in its words is no event. */
static void log_event(void *context, const struct alarm_record *record) {
    struct desk *desk = context;
    for (size_t i = desk->n_events; i-- > 0;)
        if (strcmp(desk->events[i].id, record->id) == 0) {
            if (desk->events[i].state == record->state)
                return;
            break;
        }
    if (desk->n_events == DESK_EVENTS_MOST)
        abort();
    struct desk_event *event = &desk->events[desk->n_events++];
    event->state = record->state;
    event->priority = record->priority;
    snprintf(event->id, sizeof(event->id), "%s", record->id);
    snprintf(event->rule, sizeof(event->rule), "%s", record->rule);
    snprintf(event->subject, sizeof(event->subject), "%s", subject_of(record));
}

void desk_note(struct desk *desk) {
    uint64_t change = alarm_board_change(desk->board);
    if (change != desk->seen)
        alarm_board_show(desk->board, desk->seen, log_event, desk);
    desk->seen = change;
}

static void settle(struct desk *desk) {
    alarms_judge_nodes(desk->alarms, &desk->judged, &desk->time);
    alarms_settle(desk->alarms, &desk->judged, &desk->time);
    desk_note(desk);
}

void desk_run(struct desk *desk, int64_t elapsed_ms) {
    int64_t tick_ms = elapsed_ms > 30000 ? 100 : 20;
    for (int64_t gone_ms = 0; gone_ms < elapsed_ms; gone_ms += tick_ms) {
        desk->time.wall_ms += tick_ms;
        desk->time.monotonic_ms += tick_ms;
        settle(desk);
    }
    if (elapsed_ms == 0)
        settle(desk);
}

static void say(struct desk *desk, struct plant_device *device) {
    device->batch.time_ms = desk->time.wall_ms;
    alarms_take(desk->alarms, &device->batch, &desk->time);
}

void desk_say(struct desk *desk, uint32_t number, const double *values) {
    struct plant_device *device = &desk->plant.devices[number];
    for (size_t i = 0; i < device->batch.n; i++) {
        device->values[i] = values[i];
        enum quality quality = isnan(values[i]) ? QUALITY_ABSENT : QUALITY_GOOD;
        device->qualities[i] = (uint8_t)quality;
    }
    say(desk, device);
}

void desk_say_badly(struct desk *desk, uint32_t number, enum quality quality) {
    struct plant_device *device = &desk->plant.devices[number];
    memset(device->qualities, (unsigned char)quality, device->batch.n);
    say(desk, device);
}

struct search {
    const char *rule, *subject;
    enum alarm_state state;
    struct desk_texts texts;
    size_t n;
};

static void find(void *context, const struct alarm_record *record) {
    struct search *search = context;
    if (search->rule &&
        (strcmp(record->rule, search->rule) != 0 || strcmp(subject_of(record), search->subject) != 0))
        return;
    if (!search->rule && record->state != search->state)
        return;
    search->n++;
    if (record->state == ALARM_NORMAL && search->n > 1)
        return; /* resolved ones come last */
    search->state = (enum alarm_state)record->state;
    search->texts = (struct desk_texts){.priority = record->priority,
                                        .value = record->value,
                                        .seconds_left = record->seconds_left,
                                        .since_ms = record->since_ms,
                                        .is_chattering = record->is_chattering};
    snprintf(search->texts.id, sizeof(search->texts.id), "%s", record->id);
    snprintf(search->texts.summary, sizeof(search->texts.summary), "%s", record->summary);
    snprintf(search->texts.consequences, sizeof(search->texts.consequences), "%s", record->consequences);
    snprintf(search->texts.cause, sizeof(search->texts.cause), "%s", record->cause);
}

enum alarm_state desk_state(struct desk *desk, const char *rule, const char *subject) {
    struct search search = {.rule = rule, .subject = subject, .state = ALARM_NORMAL};
    alarm_board_show(desk->board, 0, find, &search);
    return search.state;
}

struct desk_texts desk_texts(struct desk *desk, const char *rule, const char *subject) {
    struct search search = {.rule = rule, .subject = subject};
    alarm_board_show(desk->board, 0, find, &search);
    if (search.n == 0)
        abort();
    return search.texts;
}

size_t desk_count(struct desk *desk, enum alarm_state state) {
    struct search search = {.state = state};
    alarm_board_show(desk->board, 0, find, &search);
    return search.n;
}
