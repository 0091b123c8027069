/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recognises SNMP devices: one GET for what the device says of itself, then the probes of the candidates,
 * many in one request, in the order in which they count. An agent that refuses many at once is asked one by
 * one.
 */
#include <stdio.h>
#include <string.h>

#include "acquire/decode.h"
#include "acquire/identify_state.h"
#include "acquire/oid.h"
#include "acquire/pattern.h"
#include "acquire/raw_text.h"

static const uint32_t sys_descr_name[] = {1, 3, 6, 1, 2, 1, 1, 1, 0};
static const uint32_t sys_object_id_name[] = {1, 3, 6, 1, 2, 1, 1, 2, 0};

/* --- candidates */

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

static size_t probe_length(const struct considered *one) {
    return one->recognition->probe != NULL ? strlen(one->recognition->probe) : 0;
}

/*
 * Makers before standards, then the longer sysObjectID, then who asks for more: a text that sysDescr must
 * match, or a probe farther down.
 */
static bool counts_before(const struct considered *a, const struct considered *b) {
    bool a_standard = identify_is_standard(a->driver), b_standard = identify_is_standard(b->driver);
    if (a_standard != b_standard)
        return b_standard;
    if (a->weight != b->weight)
        return a->weight > b->weight;
    if ((a->recognition->sys_descr != NULL) != (b->recognition->sys_descr != NULL))
        return a->recognition->sys_descr != NULL;
    return probe_length(a) > probe_length(b);
}

size_t identify_candidates(const struct oid *sys_object_id, const char *sys_descr, size_t descr_size,
                           struct considered *candidates, size_t most) {
    size_t n = 0;
    for (size_t i = 0; i < n_drivers; i++) {
        for (size_t j = 0; j < IDENTIFY_RECOGNITIONS && n < most && all_drivers[i]->protocol == PROTOCOL_SNMP;
             j++) {
            const struct recognition *recognition = &all_drivers[i]->recognition[j];
            int weight = recognition_weight(recognition, sys_object_id, sys_descr, descr_size);
            if (weight < 0)
                continue;
            const struct considered one = {
                .driver = all_drivers[i], .recognition = recognition, .weight = (size_t)weight};
            size_t at = n++;
            for (; at > 0 && counts_before(&one, &candidates[at - 1]); at--)
                candidates[at] = candidates[at - 1];
            candidates[at] = one;
        }
    }
    return n;
}

/* --- the choice */

static void accept(struct identify *identify, const struct considered *chosen) {
    const struct recognition *by = chosen->recognition;
    size_t used = 0, size = sizeof(identify->why);
    char *why = identify->why;
    const char *parts[][2] = {{"its sysObjectID begins with ", by->sys_object_id},
                              {"its sysDescr matches ", by->sys_descr},
                              {"it answers ", by->probe}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i][1] == NULL || used >= size)
            continue;
        int n =
            snprintf(why + used, size - used, "%s%s%s", used > 0 ? " and " : "", parts[i][0], parts[i][1]);
        used += n > 0 ? (size_t)n : 0;
    }
    if (identify->options.survey && identify_is_standard(chosen->driver))
        identify_survey(identify, chosen->driver, 0, why);
    else
        identify_end(identify, chosen->driver, 0, why);
}

static void refuse(struct identify *identify) {
    const char *oid = identify->sys_object_id;
    snprintf(identify->why, sizeof(identify->why), "no driver fits: sysObjectID %s, sysDescr \"%s\"",
             oid[0] != 0 ? oid : "none", identify->sys_descr);
    if (identify->options.survey)
        identify_survey(identify, NULL, ERROR_NOT_FOUND, identify->why);
    else
        identify_end(identify, NULL, ERROR_NOT_FOUND, identify->why);
}

static void probes_answered(void *context, const struct link_answer *answer);

/* The probes that have to be known for the next step, as many as one request takes. */
static void ask_probes(struct identify *identify, size_t from) {
    identify->n_asked = 0;
    for (size_t i = from; i < identify->n_considered && identify->n_asked < identify->together; i++) {
        const struct considered *one = &identify->considered[i];
        if (one->recognition->probe == NULL)
            break;
        if (one->verdict != CONSIDERED_OPEN)
            continue;
        size_t at = identify->n_asked;
        uint32_t *part = identify->part[at];
        int n = oid_parse(one->recognition->probe, part, OID_MOST);
        /* What is asked for is what follows a name: of an instance its object's. */
        bool instance = n > 1 && part[n - 1] == 0;
        identify->asked[at] = (struct oid){part, (n > 0 ? (size_t)n : 0) - (instance ? 1 : 0)};
        identify->tested[at] = i;
        identify->n_asked++;
    }
    identify->request = (struct link_request){
        .ask = ASK_BULK, .oids = identify->asked, .n_oids = identify->n_asked, .repetitions = 1};
    identify_ask(identify, probes_answered);
}

/* Goes on from what is known: to the first candidate that fits, or to the next probes. */
static void choose(struct identify *identify) {
    size_t i = 0;
    while (i < identify->n_considered && identify->considered[i].verdict == CONSIDERED_RULED_OUT)
        i++;
    if (i == identify->n_considered) {
        refuse(identify);
        return;
    }
    struct considered *one = &identify->considered[i];
    if (one->recognition->probe != NULL && one->verdict == CONSIDERED_OPEN) {
        ask_probes(identify, i);
        return;
    }
    one->verdict = CONSIDERED_FITS;
    accept(identify, one);
}

static bool is_there(const struct link_answer *answer, const char *probe) {
    uint32_t part[OID_MOST];
    int n = oid_parse(probe, part, OID_MOST);
    struct oid name = {part, n > 0 ? (size_t)n : 0};
    for (size_t i = 0; answer->error == 0 && i < answer->n_varbinds; i++)
        if (answer->varbinds[i].raw.kind != RAW_NONE && oid_has_prefix(&answer->varbinds[i].name, &name))
            return true;
    return false;
}

static void probes_answered(void *context, const struct link_answer *answer) {
    struct identify *identify = context;
    bool refused = answer->error == ERROR_REFUSED || answer->error == ERROR_TOO_BIG;
    /* Not asked is not answered: a lost packet must not make it another device. */
    if (answer->error == ERROR_TIMEOUT && !identify->again) {
        identify->again = true;
        identify_ask(identify, probes_answered);
        return;
    }
    if (answer->error != 0 && !refused) {
        identify_end(identify, NULL, answer->error, answer->detail);
        return;
    }
    identify->again = false;
    if (refused && identify->n_asked > 1) {
        identify->together = 1;
        choose(identify);
        return;
    }
    for (size_t k = 0; k < identify->n_asked; k++) {
        struct considered *one = &identify->considered[identify->tested[k]];
        one->verdict = is_there(answer, one->recognition->probe) ? CONSIDERED_FITS : CONSIDERED_RULED_OUT;
    }
    choose(identify);
}

static void system_answered(void *context, const struct link_answer *answer) {
    struct identify *identify = context;
    static const uint32_t nothing = 0;
    struct oid sys_object_id = {&nothing, 0};
    const char *descr = "";
    size_t descr_size = 0;
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
            raw_write_text(raw, identify->sys_descr, sizeof(identify->sys_descr));
        }
    }
    if (sys_object_id.n > 0)
        oid_write(&sys_object_id, identify->sys_object_id, sizeof(identify->sys_object_id));
    identify->n_considered = identify_candidates(&sys_object_id, descr, descr_size, identify->considered,
                                                 n_drivers * IDENTIFY_RECOGNITIONS);
    choose(identify);
}

void identify_snmp(struct identify *identify) {
    identify->together = IDENTIFY_TOGETHER_MOST;
    identify->asked[0] = (struct oid){sys_object_id_name, sizeof(sys_object_id_name) / sizeof(uint32_t)};
    identify->asked[1] = (struct oid){sys_descr_name, sizeof(sys_descr_name) / sizeof(uint32_t)};
    identify->request = (struct link_request){.ask = ASK_GET, .oids = identify->asked, .n_oids = 2};
    identify_ask(identify, system_answered);
}
