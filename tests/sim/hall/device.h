/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One simulated device: where it listens, what it stands for in the hall, what it holds, and what was asked
 * of it. What it answers from is either a register image (Modbus) or an object table with values (SNMP).
 */
#ifndef HALLSIM_DEVICE_H
#define HALLSIM_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "hall_model.h"
#include "object_table.h"
#include "poll_watch.h"
#include "register_image.h"
#include "usm.h"

enum protocol { MODBUS, SNMP };
enum { NAME_MOST = 64 };

/* What was asked and answered; of one device, and of all. */
struct counts {
    uint64_t requests, answers, refused; /* refused: answered with an exception or an error status */
    uint64_t values;                     /* registers, bits and varbinds sent */
    uint64_t writes;                     /* requests to write: always refused */
    uint64_t acknowledged;               /* informs */
};

struct device;
/* Brings what the device holds to the state of this time. */
typedef void (*device_refresh)(struct device *device, double time);

struct device {
    char name[NAME_MOST];
    const char *driver; /* what reads it; "" where the agent shall find out */
    char row[16], rack[16], feed[4];
    enum protocol protocol;
    uint32_t address; /* host byte order */
    uint8_t unit;     /* Modbus */
    struct fault fault;

    const struct hall *hall; /* what it stands for; NULL for a recording */
    unsigned place;          /* rack or row, by the kind of device */
    enum feed side;
    device_refresh refresh; /* NULL for a recording */
    bool silent;            /* the refresh found it without power */
    int64_t step;           /* of the clock in which it was refreshed last */

    struct register_image registers;
    const struct object_table *objects; /* borrowed */
    struct object_value *values;        /* by slot; owned */
    char *texts;                        /* storage that values point into; owned */
    struct usm_engine engine;
    size_t user; /* of SNMPv3, that hallwatch is told and that signs its traps */

    struct counts counts;
    unsigned interval_ms; /* at which it is expected to be polled */
    unsigned watch;       /* which of the server's watches, by interval */
    struct poll_mark mark;
};

/*
 * Every device, in the order in which they were added; found by address and unit (0 = the SNMP agent there).
 */
struct devices {
    struct device **list;
    size_t n, room;
    struct device **by_address; /* open hash table */
    size_t hash_room;
};

void devices_done(struct devices *devices);
/* A new device, zeroed; NULL when out of memory. */
struct device *devices_add(struct devices *devices);
/* Whether the pattern (* and ?) is of its name, or is its driver, or its protocol: modbus or snmp. */
bool device_is_named(const struct device *device, const char *pattern);
/*
 * To be called after the last was added. False: out of memory, or two devices at one address, named in
 * *twice.
 */
bool devices_index(struct devices *devices, const struct device **twice);
struct device *devices_find(const struct devices *devices, uint32_t address, uint8_t unit);
/* Any Modbus device at this address, or NULL. */
struct device *devices_find_gateway(const struct devices *devices, uint32_t address);

#endif
