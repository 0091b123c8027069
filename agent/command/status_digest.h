/* SPDX-License-Identifier: Apache-2.0 */
/* One device of a status document in a line: what is wrong with it, its power and its temperature. Pure. */
#ifndef HALLWATCH_COMMAND_STATUS_DIGEST_H
#define HALLWATCH_COMMAND_STATUS_DIGEST_H

#include <jansson.h>

#include "acquire/health.h"

/* The worst first: the order of the table. */
enum digest_rank { DIGEST_DOWN, DIGEST_TROUBLE, DIGEST_STALE, DIGEST_LATE, DIGEST_WAITING, DIGEST_UP };

struct digest {
    enum digest_rank rank;
    char state[80];       /* "down (timeout)", "up: on battery" */
    double power_w;       /* NAN: none */
    enum quantity power;  /* ACTIVE_POWER, or THERMAL_POWER of what cools */
    double temperature_c; /* NAN: none */
    double age_s;         /* NAN: nothing was read yet */
    /* Its health; NAN where it is not known. */
    int condition;                 /* DEVICE_NEW to DEVICE_HELD; 0 where it is not known */
    double latency_s;              /* of its last poll, waiting for its bus included */
    double interval_s, lateness_s; /* between good polls, and by how much that is too long */
    double bus_time;               /* share of its bus's time that it needs */
    double errors[N_HEALTH_ERRORS];
};

void status_digest(const json_t *device, struct digest *digest);

/* A member of an object: "" and NAN where it is missing or of another type. */
const char *status_text(const json_t *object, const char *key);
double status_number(const json_t *object, const char *key);

/* "0.4 s", "12 s", "5 min", "3 h", "4 days"; "" where it is not known. */
void status_write_span(double seconds, char *text, size_t size);

#endif
