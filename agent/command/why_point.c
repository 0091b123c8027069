/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the points of a driver that a reading can come from. */
#include "command/why_point.h"

#include <ctype.h>
#include <string.h>

#include "command/driver_point.h"
#include "model/human.h"

const struct device_config *why_find_device(const struct site_config *config, const char *name) {
    for (size_t i = 0; i < config->n_devices; i++)
        if (text_same_name(config->devices[i].name, name))
            return &config->devices[i];
    return NULL;
}

static const struct driver *driver_of(const struct device_config *device, const char *name) {
    if (device && device->driver)
        return device->driver;
    for (size_t i = 0; i < n_drivers; i++)
        if (strcmp(all_drivers[i]->name, name) == 0)
            return all_drivers[i];
    return NULL;
}

/* Numbers as #, as driver_point_place writes those that a device's rows or blocks bring. */
static void blur(const char *text, char *blurred, size_t size) {
    size_t used = 0;
    for (; *text && used + 1 < size; text++) {
        if (isdigit((unsigned char)*text) && used > 0 && blurred[used - 1] == '#')
            continue;
        blurred[used++] = isdigit((unsigned char)*text) ? '#' : *text;
    }
    blurred[used] = '\0';
}

static bool is_at(const struct described *item, const struct place *place) {
    struct text text = {0};
    char wanted[200], there[200], blurred[200];
    human_write_place(place, there, sizeof(there));
    blur(there, wanted, sizeof(wanted));
    driver_point_place(&text, item);
    blur(text.size ? text.data : "-", blurred, sizeof(blurred));
    bool is_same = !text.failed && strcmp(wanted, blurred) == 0;
    text_done(&text);
    return is_same;
}

/* Modbus: how many registers behind the first of the group's this one is. */
static unsigned offset_of(const struct described *item, const struct place *place) {
    unsigned offset = 0;
    uint8_t number = 0;
    for (uint8_t i = 0; i < item->group->depth; i++) {
        const struct repeat *repeat = &item->group->over[i];
        unsigned first = repeat->first ? repeat->first : 1, at = 0;
        unsigned step = item->point->source.stride[i] ? item->point->source.stride[i]
                        : repeat->stride              ? repeat->stride
                                                      : source_width(&item->point->source);
        if (repeat->part == PART_PHASE_LINE)
            at = (unsigned)place->phase - PHASE_L1 + 1;
        else if (repeat->part == PART_PHASE_PAIR)
            at = (unsigned)place->phase - PHASE_L1_L2 + 1;
        else if (repeat->part != PART_NONE && number < place->depth)
            at = place->id[number++];
        offset += at >= first && !item->point->source.whole ? (at - first) * step : 0;
    }
    return offset;
}

static void add_point(const struct described *item, const struct place *place, struct text *text) {
    struct point there = *item->point;
    struct described shown = {item->driver, true, item->group, &there};
    there.source.address = (uint16_t)(there.source.address + offset_of(item, place));
    struct text one = {0}, manual = {0};
    driver_point_source(&one, &shown);
    if (item->driver->protocol == PROTOCOL_SNMP && item->group->depth > 0)
        text_add_string(&one, " by row");
    driver_point_manual(&manual, item);
    if (manual.size && strcmp(manual.data, "a code") != 0)
        text_add_format(&one, " in %s", manual.data);
    if (one.data && !(text->data && strstr(text->data, one.data))) /* variants may read the same */
        text_add_format(text, "%s%s", text->size ? ", else " : "", one.data);
    text_done(&one);
    text_done(&manual);
}

void why_add_source(const struct device_config *device, const char *driver_name, enum quantity quantity,
                    const struct place *place, struct text *text) {
    const struct driver *driver = driver_of(device, driver_name);
    enum { SOURCES_MOST = 3 };
    size_t n = 0;
    for (size_t i = 0; driver && i < driver->n_groups; i++) {
        for (size_t k = 0; k < driver->groups[i].n_points && n < SOURCES_MOST; k++) {
            struct described item = {driver, true, &driver->groups[i], &driver->groups[i].points[k]};
            uint32_t variants = item.group->variants;
            bool is_other = variants && device && device->variant && !(variants & device->variant);
            if (item.point->quantity != quantity || is_other || !is_at(&item, place))
                continue;
            add_point(&item, place, text);
            n++;
        }
    }
}
