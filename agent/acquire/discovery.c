/* SPDX-License-Identifier: Apache-2.0 */
/* Discovery, one step after the other: instances in batches, then each column by walking, or runs of registers one by one. */
#include "acquire/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/snmp_walk.h"

enum { INSTANCES_MOST = 16, REPETITIONS_DEFAULT = 40, SILENCES_MOST = 2 };

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
    bool answered;   /* the device has answered something */
    struct oid oids[INSTANCES_MOST];
    struct snmp_walk *walk;
};

static void discovery_next(struct discovery *discovery);

void discovery_stop(struct discovery *discovery) {
    if (discovery == NULL)
        return;
    if (discovery->walk != NULL)
        snmp_walk_stop(discovery->walk);
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
        discovery->answered = true;
        return false;
    }
    if (error != ERROR_UNREACHABLE && error != ERROR_CLOSED && error != ERROR_MEMORY &&
        ++discovery->silent < SILENCES_MOST)
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
    discovery->answered = true;
    image_put_varbind(discovery->image, varbind);
}

static void column_walked(void *context, int error) {
    struct discovery *discovery = context;
    discovery->walk = NULL;
    if (discovery_failed(discovery, error, "while walking its tables"))
        return;
    discovery->at++;
    discovery_next(discovery);
}

static int discovery_ask_instances(struct discovery *discovery) {
    size_t most = discovery->asked == 1 ? 1 : INSTANCES_MOST, n = 0;
    for (size_t i = discovery->at; i < discovery->list.n && n < most; i++, n++) {
        struct wanted *wanted = &discovery->list.item[i];
        if (wanted->column || wanted->n == 0)
            break;
        discovery->oids[n] = (struct oid){wanted->part, wanted->n};
    }
    discovery->asked = n;
    struct link_request request = {
        .ask = ASK_GET, .oids = discovery->oids, .n_oids = n, .timeout_ms = discovery->timeout_ms};
    return link_ask(discovery->link, &request, instances_answered, discovery);
}

static int discovery_walk_column(struct discovery *discovery, struct wanted *wanted) {
    const struct manners *manners = &discovery->driver->manners;
    discovery->oids[0] = (struct oid){wanted->part, wanted->n};
    struct snmp_walk_order order = {
        .columns = discovery->oids,
        .n_columns = 1,
        .repetitions = manners->most_repetitions > 0 ? manners->most_repetitions : REPETITIONS_DEFAULT,
        .unsorted = manners->unsorted,
        .timeout_ms = discovery->timeout_ms,
    };
    return snmp_walk_start(discovery->link, &order, column_found, column_walked, discovery, &discovery->walk);
}

static void discovery_next(struct discovery *discovery) {
    int error;
    if (discovery->at >= discovery->list.n) {
        discovery_end(discovery, 0, NULL);
        return;
    }
    struct wanted *wanted = &discovery->list.item[discovery->at];
    if (wanted->n == 0) {
        struct link_request request = {.ask = ASK_REGISTERS,
                                       .function = wanted->function,
                                       .address = wanted->address,
                                       .count = wanted->count,
                                       .timeout_ms = discovery->timeout_ms};
        error = link_ask(discovery->link, &request, registers_answered, discovery);
    } else if (wanted->column) {
        error = discovery_walk_column(discovery, wanted);
    } else {
        error = discovery_ask_instances(discovery);
    }
    if (error != 0)
        discovery_end(discovery, error, "the request could not be sent");
}

int discovery_start(struct link *link, const struct driver *driver, uint32_t timeout_ms, discovery_done done, void *context,
                    struct discovery **started) {
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
