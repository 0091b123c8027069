/* SPDX-License-Identifier: Apache-2.0 */
/* Which alarm may follow from which other, and how the two must be related. */
#ifndef HALLWATCH_JUDGE_CAUSE_TABLE_H
#define HALLWATCH_JUDGE_CAUSE_TABLE_H

#include <stdbool.h>

enum relation {
    SAME,           /* the same node, or the same place of the same device */
    SAME_DEVICE,    /* any place of it */
    SAME_NODE,      /* whichever of its devices told it */
    SAME_GATEWAY,   /* the first node of the same other gateway: that is silent as a whole */
    UPSTREAM,       /* a node before it on the live path */
    AT_OR_UPSTREAM, /* its own supply */
    ON_PATH,        /* before it or behind it */
    ON_BUS,         /* the line or gateway that the device is behind */
    ON_FEED,        /* the feed of the row that the PDU is on */
    FIRST_OF_HALL,  /* the node of the same rule and hall that is nearest to the supply */
    IN_ZONE         /* the same hall, and the same row where both have one */
};

struct cause_link {
    const char *consequence, *cause; /* names of rules */
    enum relation relation;
    bool any_time; /* as long as the cause stands, not only about its onset */
    bool recovers; /* it needs a while to be itself again when its cause is gone */
};

enum { CAUSE_LINKS = 76 };
extern const struct cause_link cause_links[CAUSE_LINKS];

#endif
