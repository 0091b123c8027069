/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which driver speaks with a device, and why. SNMP: by sysObjectID, sysDescr and probe objects; the specific
 * wins over the standard. Modbus: by what function 43/14 says, the mark of a chain of models, or a constant
 * that a driver names, with at most three requests in all; where that does not settle it, the drivers that
 * are not ruled out are named. Nothing is ever guessed.
 */
#ifndef HALLWATCH_ACQUIRE_IDENTIFY_H
#define HALLWATCH_ACQUIRE_IDENTIFY_H

#include "acquire/image.h"
#include "acquire/link.h"
#include "drivers/driver.h"

enum considered_verdict {
    CONSIDERED_OPEN,      /* was not asked for: something better fits, or all probes were used up */
    CONSIDERED_FITS,      /* what it asks for is there */
    CONSIDERED_RULED_OUT, /* and what it asks for is not */
};

/* One way in which the device could be recognised, and what came of it. */
struct considered {
    const struct driver *driver;
    const struct recognition *recognition; /* NULL: the mark of the driver's chain of models */
    size_t weight;                         /* SNMP: numbers of its sysObjectID; 0 for a probe alone */
    enum considered_verdict verdict;
    bool tried; /* Modbus: it was asked for */
};

/* What was found. Everything in it lives during the call only. */
struct identify_finding {
    enum protocol protocol;
    const struct driver *driver; /* NULL: none */
    int error;                   /* ERROR_NOT_FOUND: it answers, and no driver fits; or why it does not */
    const char *why;             /* of the driver, or of the error; NULL = nothing to add */
    bool standard;               /* the driver is that of a standard, no maker's own */
    unsigned asked;              /* requests */
    const char *sys_object_id, *sys_descr;  /* SNMP; "" where it has none */
    const char *vendor, *product, *release; /* Modbus, of function 43/14; "" where it does not say */
    /* SNMP: those whose sysObjectID and sysDescr fit, and all probes alone, in the order in which they count.
     * Modbus: all that there are. */
    const struct considered *considered;
    size_t n_considered;
    /* Modbus, where none was chosen: the drivers that are not ruled out, those of its maker first. */
    const struct driver *const *candidates;
    size_t n_candidates;
    const char *const *subtrees; /* SNMP, of a survey: where it answers below the makers' objects */
    size_t n_subtrees;
};
typedef void (*identify_done)(void *context, const struct identify_finding *finding);

/*
 * The candidates for what an SNMP agent says of itself, in the order in which they count; returns how many of
 * at most `most`. Those with a probe still have to pass it. Pure.
 */
size_t identify_candidates(const struct oid *sys_object_id, const char *sys_descr, size_t descr_size,
                           struct considered *candidates, size_t most);
/* Whether a driver goes by a standard alone. */
bool identify_is_standard(const struct driver *driver);
/*
 * Whether a Modbus device says in an image that it is another one's than this driver's: of the constants that
 * the driver names some are there, and none is as it should be. `why` then says so. Pure.
 */
bool identify_contradicts(const struct driver *driver, const struct image *image, char *why, size_t size);
/* Whether the registers of a constant (of `n` bytes) are those of a device of this driver. Pure. */
bool identify_says(const struct match *says, const uint8_t *data, size_t n);

struct identify;
struct identify_options {
    enum protocol protocol;
    uint32_t timeout_ms;
    const struct driver *first; /* Modbus: what it goes by is asked for first; NULL = none is more likely */
    bool survey; /* where no maker's driver fits, find out what its author would have to know */
};
/*
 * done comes once, from the loop, unless identify_stop is called before; from inside where the first request
 * cannot be sent. 0, or ERROR_MEMORY and no call.
 */
int identify_start(struct link *link, const struct identify_options *options, identify_done done,
                   void *context, struct identify **identify);
void identify_stop(struct identify *identify); /* as discovery_stop; NULL is fine */

#endif
