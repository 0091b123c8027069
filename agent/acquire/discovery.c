/* SPDX-License-Identifier: Apache-2.0 */
/* Discovery, one step after the other: instances in batches, columns walked side by side, or runs of
 * registers one by one. */
#include "acquire/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/snmp_walk.h"

enum { TOGETHER_MOST = 16, REPETITIONS_DEFAULT = 40, SILENCES_MOST = 2 };

struct discovery {
    struct link *link;
    const struct driver *driver;
    uint32_t timeout_ms;
    discovery_done done;
    void *context;
    struct image *image;
    struct wanted_list list;
    size_t at;       /* the next to read */
    size_t asked;    /* how many the request under way asks for */
    unsigned silent; /* time-outs in a row */
    struct oid oids[TOGETHER_MOST];
    struct link_request request; /* the link reads it until it answers */
    struct snmp_walk *walk;      /* under way */
};

static void discovery_next(struct discovery *discovery);

void discovery_stop(struct discovery *discovery) {
    if (discovery == NULL)
        return;
    if (discovery->walk != NULL)
        snmp_walk_free(discovery->walk);
    image_free(discovery->image);
    wanted_done(&discovery->list);
    free(discovery);
}

static void discovery_end(struct discovery *discovery, int error, const char *detail) {
    struct image *image = NULL;
    if (error == 0) {
        image = discovery->image;
        discovery->image = NULL;
        image_seal(image);
    }
    discovery->done(discovery->context, image, error, detail);
    discovery_stop(discovery);
}

/* Whether this failure ends it; counts silences. A refusal is an answer. */
static bool discovery_failed(struct discovery *discovery, int error, const char *detail) {
    if (error == 0 || error == ERROR_REFUSED || error == ERROR_TOO_BIG) {
        discovery->silent = 0;
        return false;
    }
    if (error != ERROR_UNREACHABLE && error != ERROR_CLOSED && error != ERROR_MEMORY &&
        error != ERROR_DENIED && ++discovery->silent < SILENCES_MOST)
        return false;
    discovery_end(discovery, error, detail);
    return true;
}

static void instances_answered(void *context, const struct link_answer *answer) {
    struct discovery *discovery = context;
    if (discovery_failed(discovery, answer->error, answer->detail))
        return;
    for (size_t i = 0; answer->error == 0 && i < answer->n_varbinds; i++)
        if (image_put_varbind(discovery->image, &answer->varbinds[i]) == ERROR_MEMORY) {
            discovery_end(discovery, ERROR_MEMORY, NULL);
            return;
        }
    /* An agent that refuses many at once may give them one by one. */
    if (answer->error != 0 && discovery->asked > 1) {
        discovery->asked = 1;
    } else {
        discovery->at += discovery->asked;
        discovery->asked = 0;
    }
    discovery_next(discovery);
}

static void registers_answered(void *context, const struct link_answer *answer) {
    struct discovery *discovery = context;
    const struct wanted *wanted = &discovery->list.item[discovery->at];
    if (discovery_failed(discovery, answer->error, answer->detail))
        return;
    if (answer->error == 0)
        image_put_registers(discovery->image, wanted->function, wanted->address, answer->data, wanted->count);
    discovery->at++;
    discovery_next(discovery);
}

static void column_found(void *context, const struct varbind *varbind) {
    struct discovery *discovery = context;
    image_put_varbind(discovery->image, varbind);
}

static void columns_walked(void *context, int error) {
    struct discovery *discovery = context;
    snmp_walk_free(discovery->walk);
    discovery->walk = NULL;
    if (discovery_failed(discovery, error, "while its tables were walked"))
        return;
    discovery->at += discovery->asked;
    discovery->asked = 0;
    discovery_next(discovery);
}

/* The run of items of one kind that the next request takes together. */
static void discovery_gather(struct discovery *discovery, size_t most) {
    const struct wanted *first = &discovery->list.item[discovery->at];
    discovery->asked = 0;
    for (size_t i = discovery->at; i < discovery->list.n && discovery->asked < most; i++) {
        const struct wanted *wanted = &discovery->list.item[i];
        if (wanted->n == 0 || wanted->column != first->column)
            break;
        discovery->oids[discovery->asked++] = (struct oid){wanted->part, wanted->n};
    }
}

static int discovery_ask_instances(struct discovery *discovery) {
    discovery_gather(discovery, discovery->asked == 1 ? 1 : TOGETHER_MOST);
    discovery->request = (struct link_request){.ask = ASK_GET,
                                               .oids = discovery->oids,
                                               .n_oids = discovery->asked,
                                               .timeout_ms = discovery->timeout_ms};
    return link_ask(discovery->link, &discovery->request, instances_answered, discovery);
}

static int discovery_walk_columns(struct discovery *discovery) {
    const struct manners *manners = &discovery->driver->manners;
    discovery_gather(discovery, TOGETHER_MOST);
    struct snmp_walk_plan plan = {
        .columns = discovery->oids,
        .n_columns = discovery->asked,
        .repetitions = manners->most_repetitions > 0 ? manners->most_repetitions : REPETITIONS_DEFAULT,
        .timeout_ms = discovery->timeout_ms,
        .unsorted = manners->unsorted,
        .found = column_found,
        .done = columns_walked,
        .context = discovery,
    };
    return snmp_walk_new(discovery->link, &plan, &discovery->walk);
}

static void discovery_next(struct discovery *discovery) {
    int error;
    if (discovery->at >= discovery->list.n) {
        discovery_end(discovery, 0, NULL);
        return;
    }
    struct wanted *wanted = &discovery->list.item[discovery->at];
    if (wanted->n == 0) {
        discovery->request = (struct link_request){.ask = ASK_REGISTERS,
                                                   .function = wanted->function,
                                                   .address = wanted->address,
                                                   .count = wanted->count,
                                                   .timeout_ms = discovery->timeout_ms};
        error = link_ask(discovery->link, &discovery->request, registers_answered, discovery);
    } else if (wanted->column) {
        error = discovery_walk_columns(discovery);
    } else {
        error = discovery_ask_instances(discovery);
    }
    if (error != 0)
        discovery_end(discovery, error, "the request could not be sent");
}

int discovery_start(struct link *link, const struct driver *driver, uint32_t timeout_ms, discovery_done done,
                    void *context, struct discovery **started) {
    struct discovery *discovery = calloc(1, sizeof(*discovery));
    if (discovery == NULL)
        return ERROR_MEMORY;
    *discovery = (struct discovery){
        .link = link, .driver = driver, .timeout_ms = timeout_ms, .done = done, .context = context};
    discovery->image = image_new();
    if (discovery->image == NULL || wanted_collect(driver, &discovery->list) != 0) {
        discovery_stop(discovery);
        return ERROR_MEMORY;
    }
    *started = discovery;
    discovery_next(discovery);
    return 0;
}
