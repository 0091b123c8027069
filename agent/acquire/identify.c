/* SPDX-License-Identifier: Apache-2.0 */
/* Recognises SNMP devices: one GET for what the device says of itself, then at most one request for each
 * candidate's probe. */
#include "acquire/identify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/decode.h"
#include "acquire/oid.h"
#include "acquire/pattern.h"
#include "acquire/raw_text.h"

enum {
    CANDIDATES_MOST = 16,
    RECOGNITIONS = sizeof(((struct driver *)0)->recognition) / sizeof(struct recognition)
};

static const uint32_t sys_descr_name[] = {1, 3, 6, 1, 2, 1, 1, 1, 0};
static const uint32_t sys_object_id_name[] = {1, 3, 6, 1, 2, 1, 1, 2, 0};

struct identify {
    struct link *link;
    identify_done done;
    void *context;
    uint32_t timeout_ms;
    struct candidate candidates[CANDIDATES_MOST];
    size_t n_candidates, at;
    struct oid asked[2];
    struct link_request request; /* the link reads it until it answers */
    uint32_t probe_part[OID_MOST];
    struct oid probe; /* in probe_part */
    char says[256];   /* sysObjectID and sysDescr, for people */
};

/* How well a recognition fits: the length of its sysObjectID, 0 for a probe alone, -1 for not at all. */
static int recognition_weight(const struct recognition *recognition, const struct oid *sys_object_id,
                              const char *sys_descr, size_t descr_size) {
    uint32_t part[OID_MOST];
    if (recognition->sys_descr != NULL && !pattern_match(recognition->sys_descr, sys_descr, descr_size))
        return -1;
    if (recognition->sys_object_id == NULL)
        return recognition->probe != NULL ? 0 : -1;
    int n = oid_parse(recognition->sys_object_id, part, OID_MOST);
    struct oid prefix = {part, n > 0 ? (size_t)n : 0};
    return n > 0 && oid_has_prefix(sys_object_id, &prefix) ? n : -1;
}

size_t identify_candidates(const struct oid *sys_object_id, const char *sys_descr, size_t descr_size,
                           struct candidate *candidates, size_t most) {
    size_t n = 0;
    for (size_t i = 0; i < n_drivers; i++) {
        for (size_t j = 0; j < RECOGNITIONS && n < most && all_drivers[i]->protocol == PROTOCOL_SNMP; j++) {
            const struct recognition *recognition = &all_drivers[i]->recognition[j];
            int weight = recognition_weight(recognition, sys_object_id, sys_descr, descr_size);
            if (weight < 0)
                continue;
            size_t at = n++;
            for (; at > 0 && candidates[at - 1].weight < (size_t)weight; at--)
                candidates[at] = candidates[at - 1];
            candidates[at] = (struct candidate){all_drivers[i], recognition, (size_t)weight};
        }
    }
    return n;
}

static void identify_end(struct identify *identify, const struct driver *driver, int error, const char *why) {
    identify->done(identify->context, driver, error, why);
    free(identify);
}

static void identify_next(struct identify *identify);

static void identify_accept(struct identify *identify) {
    const struct candidate *candidate = &identify->candidates[identify->at];
    char why[400];
    if (candidate->recognition->sys_object_id != NULL)
        snprintf(why, sizeof(why), "its sysObjectID begins with %s", candidate->recognition->sys_object_id);
    else
        snprintf(why, sizeof(why), "it answers %s", candidate->recognition->probe);
    identify_end(identify, candidate->driver, 0, why);
}

static void probe_answered(void *context, const struct link_answer *answer) {
    struct identify *identify = context;
    /* Not asked is not answered: a lost packet must not make it another device. */
    if (answer->error != 0 && answer->error != ERROR_REFUSED && answer->error != ERROR_TOO_BIG) {
        identify_end(identify, NULL, answer->error, answer->detail);
        return;
    }
    bool there = answer->error == 0 && answer->n_varbinds > 0 && answer->varbinds[0].raw.kind != RAW_NONE &&
                 oid_has_prefix(&answer->varbinds[0].name, &identify->probe);
    if (there) {
        identify_accept(identify);
        return;
    }
    identify->at++;
    identify_next(identify);
}

static void identify_next(struct identify *identify) {
    char why[400];
    if (identify->at == identify->n_candidates) {
        snprintf(why, sizeof(why), "no driver fits: %s", identify->says);
        identify_end(identify, NULL, ERROR_NOT_FOUND, why);
        return;
    }
    const char *probe = identify->candidates[identify->at].recognition->probe;
    if (probe == NULL) {
        identify_accept(identify);
        return;
    }
    int n = oid_parse(probe, identify->probe_part, OID_MOST);
    identify->probe = (struct oid){identify->probe_part, n > 0 ? (size_t)n : 0};
    /* What is asked for is what follows a name: of an instance its object's. */
    bool instance = n > 1 && identify->probe_part[n - 1] == 0;
    identify->asked[0] = (struct oid){identify->probe_part, identify->probe.n - (instance ? 1 : 0)};
    identify->request = (struct link_request){.ask = ASK_BULK,
                                              .oids = identify->asked,
                                              .n_oids = 1,
                                              .repetitions = 1,
                                              .timeout_ms = identify->timeout_ms};
    int error = link_ask(identify->link, &identify->request, probe_answered, identify);
    if (error != 0)
        identify_end(identify, NULL, error, "the request could not be sent");
}

static void system_answered(void *context, const struct link_answer *answer) {
    struct identify *identify = context;
    static const uint32_t nothing = 0;
    struct oid sys_object_id = {&nothing, 0};
    const char *descr = "";
    size_t descr_size = 0;
    char oid_text[128] = "none", descr_text[100] = "";
    if (answer->error != 0 && answer->error != ERROR_REFUSED) {
        identify_end(identify, NULL, answer->error, answer->detail);
        return;
    }
    for (size_t i = 0; answer->error == 0 && i < answer->n_varbinds; i++) {
        const struct raw *raw = &answer->varbinds[i].raw;
        if (raw->kind == RAW_OID)
            sys_object_id = raw->oid;
        if (raw->kind == RAW_TEXT) {
            descr = raw->text;
            descr_size = raw->size;
            raw_write_text(raw, descr_text, sizeof(descr_text));
        }
    }
    if (sys_object_id.n > 0)
        oid_write(&sys_object_id, oid_text, sizeof(oid_text));
    snprintf(identify->says, sizeof(identify->says), "sysObjectID %s, sysDescr \"%s\"", oid_text, descr_text);
    identify->n_candidates =
        identify_candidates(&sys_object_id, descr, descr_size, identify->candidates, CANDIDATES_MOST);
    identify_next(identify);
}

int identify_start(struct link *link, uint32_t timeout_ms, identify_done done, void *context,
                   struct identify **started) {
    struct identify *identify = calloc(1, sizeof(*identify));
    if (identify == NULL)
        return ERROR_MEMORY;
    identify->link = link;
    identify->done = done;
    identify->context = context;
    identify->timeout_ms = timeout_ms;
    identify->asked[0] = (struct oid){sys_object_id_name, sizeof(sys_object_id_name) / sizeof(uint32_t)};
    identify->asked[1] = (struct oid){sys_descr_name, sizeof(sys_descr_name) / sizeof(uint32_t)};
    identify->request =
        (struct link_request){.ask = ASK_GET, .oids = identify->asked, .n_oids = 2, .timeout_ms = timeout_ms};
    int error = link_ask(link, &identify->request, system_answered, identify);
    if (error != 0) {
        free(identify);
        return error;
    }
    *started = identify;
    return 0;
}

void identify_stop(struct identify *identify) {
    free(identify);
}
