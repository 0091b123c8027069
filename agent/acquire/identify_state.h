/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recognition under way, as identify.c (begin and end), identify_snmp.c, identify_modbus.c and
 * identify_survey.c share it. Nobody else includes this.
 */
#ifndef HALLWATCH_ACQUIRE_IDENTIFY_STATE_H
#define HALLWATCH_ACQUIRE_IDENTIFY_STATE_H

#include "acquire/identify.h"

enum {
    IDENTIFY_RECOGNITIONS = sizeof(((struct driver *)0)->recognition) / sizeof(struct recognition),
    IDENTIFY_TOGETHER_MOST = 16, /* probes in one request */
    IDENTIFY_PROBES_MOST = 3,    /* Modbus: requests in all */
    IDENTIFY_SUBTREES_MOST = 40,
};

struct identify {
    struct link *link;
    struct identify_options options;
    identify_done done;
    void *context;
    struct identify_finding finding;
    struct considered *considered;
    size_t n_considered;
    const struct driver **candidates;
    size_t n_candidates;
    struct link_request request; /* the link reads it until it answers */
    bool again;                  /* what is asked for is asked for the second time */
    char why[600];

    /* SNMP */
    struct oid asked[IDENTIFY_TOGETHER_MOST];
    uint32_t part[IDENTIFY_TOGETHER_MOST][OID_MOST]; /* of these */
    size_t tested[IDENTIFY_TOGETHER_MOST];           /* the candidates whose probes they are */
    size_t n_asked, together;
    char sys_object_id[160], sys_descr[256];
    char *subtrees[IDENTIFY_SUBTREES_MOST];

    /* Modbus */
    char vendor[128], product[128], release[128];
    bool alive; /* it has answered something */
    int silence;
    const char *silence_text;
};

/* Asks what identify->request says, but for the time-out. Ends the recognition where that cannot be sent. */
void identify_ask(struct identify *identify, link_done answered);
/* Says what was found and frees: the last that happens. `driver` NULL: `error`. */
void identify_end(struct identify *identify, const struct driver *driver, int error, const char *why);

void identify_snmp(struct identify *identify);
void identify_modbus(struct identify *identify);
/* Goes through the makers' subtrees, then ends as identify_end would. */
void identify_survey(struct identify *identify, const struct driver *driver, int error, const char *why);

#endif
