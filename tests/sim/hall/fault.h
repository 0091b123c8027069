/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be wrong with a simulated device: the kinds of faults with their words, the line that orders one,
 * the choice of devices, and what a fault does to the bytes of an answer. When and how an answer leaves is
 * the servers' business, and SNMP faults that need the message's structure are device_snmp's.
 */
#ifndef HALLSIM_FAULT_H
#define HALLSIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct device;
struct devices;

enum fault_kind {
    FAULT_NONE,
    FAULT_DEAD,
    FAULT_VANISHED,
    FAULT_HELD,
    FAULT_SLOW,
    FAULT_DRIBBLING,
    FAULT_RESETTING,
    FAULT_CLOSING,
    FAULT_CUTTING,
    FAULT_TRUNCATED,
    FAULT_GARBLED,
    FAULT_WRONG_ID,
    FAULT_PREVIOUS,
    FAULT_WRONG_UNIT,
    FAULT_WRONG_LENGTH,
    FAULT_WRONG_COUNT,
    FAULT_TOO_MANY,
    FAULT_EXCEPTION,
    FAULT_ENDLESS,
    FAULT_OTHER_ADDRESS,
    FAULT_LOOPING_WALK,
    FAULT_ENDLESS_WALK,
    FAULT_UNSORTED_WALK,
    FAULT_TOO_BIG,
    FAULT_GENERAL_ERROR,
    FAULT_REPORTS,
    /* Of these a device stays well; only its SNMPv3 engine is another one afterwards. */
    CHANGE_REBOOT,
    CHANGE_BOOTS_RESET,
    CHANGE_NEW_ENGINE,
    CHANGE_SAME_ENGINE,
};

/* Of one device. Zeroed = none. */
struct fault {
    enum fault_kind kind;
    const char *word;     /* as it was ordered */
    int argument;         /* milliseconds, bytes, a code, per cent: by kind */
    uint16_t first, last; /* of an exception: the addresses that it is about */
    uint32_t dice;        /* state of the chance that garbles */
    uint8_t *previous;    /* the answer before; owned, only where the kind needs it */
    size_t previous_size;
};

enum { FAULT_ANSWER_MOST = 1600 }; /* room for any answer, also one that a fault made longer */

/* An order: who, and what. */
struct fault_order {
    char pattern[64];    /* of names, drivers or protocols */
    double share;        /* 0..1 of those, 0 = all */
    unsigned every;      /* every so manieth of those, 0 = all */
    struct fault fault;  /* but for its kind, which depends on the protocol */
    const void *of_kind; /* fault.c's own */
};

/*
 * Reads `WHO KIND [ARGUMENT] [FIRST-LAST]`, see fault_write_help. False: no such order; *problem says why.
 */
bool fault_read(const char *line, struct fault_order *order, const char **problem);
/*
 * Gives the devices of the order its fault, or takes theirs away; how many. Those that it makes healthy are
 * marked as returned at this time (monotonic), and their polls are counted anew.
 */
size_t fault_set(struct devices *devices, const struct fault_order *order, int64_t now_us);
void fault_done(struct fault *fault);

/* Whether the device takes no connection, or lets it go at once. */
bool fault_refuses(const struct fault *fault);
/*
 * Changes the bytes of an answer (room: FAULT_ANSWER_MOST) to `request` as the device's fault has it; the
 * size after it, 0 where nothing is said.
 */
size_t fault_change_modbus(struct device *device, const uint8_t *request, uint8_t *answer, size_t size);
size_t fault_change_snmp(struct device *device, uint8_t *answer, size_t size);

/* The lines of the help about faults. */
void fault_write_help(FILE *file);

#endif
