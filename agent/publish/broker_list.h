/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The brokers of one sink, and which of their addresses is to be tried next: the first broker first, each of
 * its addresses, then the broker after it. Names are looked up elsewhere, so that one that hangs takes its
 * turn only. Owned by one thread.
 */
#ifndef HALLWATCH_PUBLISH_BROKER_LIST_H
#define HALLWATCH_PUBLISH_BROKER_LIST_H

#include "base/broker_address.h"
#include "base/lookup.h"
#include "base/text.h"
#include "model/config.h"

struct broker {
    const char *url; /* the configuration's */
    struct broker_address address;
    struct lookup *lookup; /* under way; one that hangs is not asked again */
};

struct broker_list {
    struct broker *brokers;
    size_t n, at;
    struct lookup_result found;       /* of the broker `at` */
    size_t n_tried;                   /* of its addresses */
    int64_t first_again_ms, pause_ms; /* monotonic: when the first is tried again, while another is used */
    struct text failures;             /* since the last success or pause: "URL: why; URL: why" */
};

/* Borrows the configuration. 0, ERROR_MEMORY or ERROR_ARGUMENT (a URL of no broker). */
int broker_list_init(struct broker_list *list, const struct sink_config *config);
void broker_list_done(struct broker_list *list);

/*
 * What to connect to: an address, or with TLS, which verifies it, the host as the URL has it, but only when
 * its look-up has been answered. 0 and *address; ERROR_BUSY while the name is looked up (`wake` tells); else
 * ERROR_UNREACHABLE and why in `words` (of 320 bytes).
 */
int broker_list_find(struct broker_list *list, void (*wake)(void *context), void *context,
                     struct broker_address *address, char *words);
/* The one that is, or was last, tried. */
const struct broker *broker_list_current(const struct broker_list *list);

/*
 * The one tried has failed, and why. True where another is to be tried at once; false after all of them were.
 */
bool broker_list_fail(struct broker_list *list, const char *why);
/* The one tried is connected. */
void broker_list_succeed(struct broker_list *list, int64_t now_ms);
/* Whether it is not the first, and that is to be tried again. */
bool broker_list_is_first_due(const struct broker_list *list, int64_t now_ms);
/* The next one to be tried is the first. */
void broker_list_begin_again(struct broker_list *list);

#endif
