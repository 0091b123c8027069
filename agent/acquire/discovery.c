/* SPDX-License-Identifier: Apache-2.0 */
/* Discovery, one step after the other: instances in batches, columns walked side by side, or runs of
 * registers one by one. */
#include "acquire/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/chain_walk.h"
#include "acquire/snmp_walk.h"

enum {
    TOGETHER_MOST = 16,
    REPETITIONS_DEFAULT = 40,
    SILENCES_MOST = 3,
    HALVINGS_MOST = 32,     /* enough for a few culprits among many; not for a device that refuses all */
    ILLEGAL_DATA_VALUE = 3, /* Modbus exceptions above it speak of the moment, not of what is asked */
};

struct discovery {
    struct link *link;
    const struct driver *driver;
    uint32_t timeout_ms;
    discovery_done done;
    void *context;
    struct image *image;
    struct chain_walk chain;
    bool collected; /* the list is made, which takes the chain's models */
    struct wanted_list list;
    size_t at;       /* the next to read */
    size_t asked;    /* how many the request under way asks for */
    bool again;      /* what is asked for is asked for the second time */
    bool answered;   /* the device has said something sensible */
    unsigned silent; /* time-outs and garbled answers in a row */
    unsigned halvings;
    int error; /* of the image, while columns are walked */
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

/* The image takes no more. */
static void discovery_give_up(struct discovery *discovery, int error) {
    discovery_end(discovery, error,
                  error == ERROR_TOO_BIG ? "its tables hold more than any device's: is it one?" : NULL);
}

/*
 * Whether this failure ends it; counts silences. A refusal is an answer. A device that was silent from the
 * first request on is not asked a second one: others may wait behind it.
 */
static bool discovery_failed(struct discovery *discovery, int error, const char *detail) {
    if (error == 0 || error == ERROR_REFUSED || error == ERROR_TOO_BIG) {
        discovery->silent = 0;
        discovery->answered = true;
        return false;
    }
    bool goes_on = (error == ERROR_TIMEOUT && discovery->answered) || error == ERROR_GARBLED;
    if (goes_on && ++discovery->silent < SILENCES_MOST)
        return false;
    discovery_end(discovery, error, detail);
    return true;
}

/* Moves on to the next item, or gives the present one a second chance after silence. */
static void discovery_advance(struct discovery *discovery, size_t n, bool answered) {
    discovery->again = !answered && !discovery->again;
    if (!discovery->again)
        discovery->at += n;
}

static void instances_answered(void *context, const struct link_answer *answer) {
    struct discovery *discovery = context;
    if (discovery_failed(discovery, answer->error, answer->detail))
        return;
    int error = 0;
    for (size_t i = 0; answer->error == 0 && error == 0 && i < answer->n_varbinds; i++)
        error = image_put_varbind(discovery->image, &answer->varbinds[i]);
    if (error != 0) {
        discovery_give_up(discovery, error);
        return;
    }
    /* An agent that refuses many at once may give them one by one. */
    if (answer->error != 0 && discovery->asked > 1) {
        discovery->asked = 1;
    } else {
        discovery_advance(discovery, discovery->asked, discovery->silent == 0);
        discovery->asked = discovery->again ? 1 : 0;
    }
    discovery_next(discovery);
}

/* One register that the device does not have is no reason to miss the others of its run: it is asked for in
 * halves. Something that is refused for the moment is asked for again like something lost. */
static void registers_refused(struct discovery *discovery, const struct link_answer *answer) {
    bool moment = answer->error == ERROR_REFUSED && answer->exception > ILLEGAL_DATA_VALUE;
    if (moment || discovery->halvings == HALVINGS_MOST ||
        wanted_halve(&discovery->list, discovery->at) != 0) {
        discovery_advance(discovery, 1, !moment);
        return;
    }
    discovery->halvings++;
    discovery->again = false;
}

static void registers_answered(void *context, const struct link_answer *answer) {
    struct discovery *discovery = context;
    const struct wanted *wanted = &discovery->list.item[discovery->at];
    if (discovery_failed(discovery, answer->error, answer->detail))
        return;
    int error = answer->error != 0 ? 0
                                   : image_put_registers(discovery->image, wanted->function, wanted->address,
                                                         answer->data, wanted->count);
    if (error != 0) {
        discovery_give_up(discovery, error);
        return;
    }
    if (answer->error != 0 && discovery->silent == 0)
        registers_refused(discovery, answer);
    else
        discovery_advance(discovery, 1, discovery->silent == 0);
    discovery_next(discovery);
}

/* Two registers of the chain. After silence the same ones are asked for a second time. */
static void chain_answered(void *context, const struct link_answer *answer) {
    struct discovery *discovery = context;
    if (discovery_failed(discovery, answer->error, answer->detail))
        return;
    if (discovery->silent == 0)
        chain_walk_take(&discovery->chain, answer->error == 0 ? answer->data : NULL, discovery->image);
    discovery_next(discovery);
}

static void column_found(void *context, const struct varbind *varbind) {
    struct discovery *discovery = context;
    if (discovery->error == 0)
        discovery->error = image_put_varbind(discovery->image, varbind);
}

static void columns_walked(void *context, int error) {
    struct discovery *discovery = context;
    snmp_walk_free(discovery->walk);
    discovery->walk = NULL;
    if (discovery->error != 0) {
        discovery_give_up(discovery, discovery->error);
        return;
    }
    bool lost = error == ERROR_TIMEOUT || error == ERROR_GARBLED;
    /* A row without its unit is taken for one of the usual unit: half a table is walked once more. */
    if (lost && discovery->answered && !discovery->again) {
        discovery->again = true;
        discovery_next(discovery);
        return;
    }
    if (discovery_failed(discovery, error, "it fell silent while its tables were walked"))
        return;
    discovery->again = false;
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

static int discovery_ask_registers(struct discovery *discovery, uint8_t function, uint16_t address,
                                   uint16_t count, link_done done) {
    discovery->request = (struct link_request){.ask = ASK_REGISTERS,
                                               .function = function,
                                               .address = address,
                                               .count = count,
                                               .timeout_ms = discovery->timeout_ms};
    return link_ask(discovery->link, &discovery->request, done, discovery);
}

static void discovery_next(struct discovery *discovery) {
    uint16_t address;
    int error = 0;
    if (chain_walk_next(&discovery->chain, &address)) {
        error = discovery_ask_registers(discovery, 3, address, CHAIN_WORDS, chain_answered);
        if (error != 0)
            discovery_end(discovery, error, "the request could not be sent");
        return;
    }
    if (!discovery->collected)
        error = wanted_collect(discovery->driver, discovery->image, &discovery->list);
    discovery->collected = true;
    if (error != 0) {
        discovery_end(discovery, error, NULL);
        return;
    }
    if (discovery->at >= discovery->list.n) {
        discovery_end(discovery, 0, NULL);
        return;
    }
    struct wanted *wanted = &discovery->list.item[discovery->at];
    if (wanted->n == 0) {
        error = discovery_ask_registers(discovery, wanted->function, wanted->address, wanted->count,
                                        registers_answered);
    } else if (wanted->column) {
        error = discovery_walk_columns(discovery);
    } else {
        error = discovery_ask_instances(discovery);
    }
    if (error != 0)
        discovery_end(discovery, error, "the request could not be sent");
}

int discovery_start(struct link *link, const struct driver *driver, uint32_t variant, uint32_t timeout_ms,
                    discovery_done done, void *context, struct discovery **started) {
    struct discovery *discovery = calloc(1, sizeof(*discovery));
    if (discovery == NULL)
        return ERROR_MEMORY;
    *discovery = (struct discovery){
        .link = link, .driver = driver, .timeout_ms = timeout_ms, .done = done, .context = context};
    discovery->image = image_new();
    discovery->chain = chain_walk_begin(driver);
    if (discovery->image == NULL) {
        discovery_stop(discovery);
        return ERROR_MEMORY;
    }
    image_set_variant(discovery->image, variant);
    *started = discovery;
    discovery_next(discovery);
    return 0;
}
