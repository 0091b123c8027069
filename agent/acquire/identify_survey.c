/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the author of a driver would have to know of an SNMP device that none fits: which of the makers'
 * subtrees it answers. From one to the next by their numbers, so that each costs one request, however large
 * it is.
 */
#include <stdlib.h>
#include <string.h>

#include "acquire/identify_state.h"
#include "acquire/oid.h"

enum {
    ENTERPRISES_SIZE = 6,                    /* 1.3.6.1.4.1 */
    SUBTREE_SIZE = ENTERPRISES_SIZE + 1 + 3, /* a maker, and three numbers of his own */
    BESIDE_MOST = 8,                         /* that differ in the last number only */
};

static void survey_answered(void *context, const struct link_answer *answer);

static void survey_end(struct identify *identify) {
    identify_end(identify, identify->finding.driver, identify->finding.error, identify->finding.why);
}

static void survey_ask(struct identify *identify) {
    identify->request =
        (struct link_request){.ask = ASK_BULK, .oids = identify->asked, .n_oids = 1, .repetitions = 1};
    identify_ask(identify, survey_answered);
}

/* Takes note of the subtree that a name is in. False: it is none of a maker, or the list is full. */
static bool survey_note(struct identify *identify, const struct oid *name) {
    static const uint32_t enterprises[ENTERPRISES_SIZE] = {1, 3, 6, 1, 4, 1};
    const struct oid above = {enterprises, ENTERPRISES_SIZE};
    char text[160];
    if (!oid_has_prefix(name, &above) || name->n <= ENTERPRISES_SIZE)
        return false;
    size_t n = name->n - 1 < SUBTREE_SIZE ? name->n - 1 : SUBTREE_SIZE;
    struct oid subtree = {name->part, n > ENTERPRISES_SIZE ? n : ENTERPRISES_SIZE + 1};
    oid_write(&subtree, text, sizeof(text));
    char *copy = strdup(text);
    if (copy == NULL)
        return false;
    identify->subtrees[identify->finding.n_subtrees++] = copy;
    memcpy(identify->part[0], subtree.part, subtree.n * sizeof(subtree.part[0]));
    identify->asked[0] = (struct oid){identify->part[0], subtree.n};
    return identify->finding.n_subtrees < IDENTIFY_SUBTREES_MOST;
}

/* Whether the latest subtrees all have the same parent. */
static bool survey_is_long(const struct identify *identify) {
    size_t n = identify->finding.n_subtrees;
    const char *latest = identify->subtrees[n - 1], *end = strrchr(latest, '.');
    if (n < BESIDE_MOST || identify->asked[0].n < SUBTREE_SIZE)
        return false;
    return strncmp(latest, identify->subtrees[n - BESIDE_MOST], (size_t)(end - latest) + 1) == 0;
}

static void survey_answered(void *context, const struct link_answer *answer) {
    struct identify *identify = context;
    const struct oid before = identify->asked[0];
    const struct oid *name = answer->n_varbinds > 0 ? &answer->varbinds[0].name : NULL;
    if (answer->error != 0 || name == NULL || answer->varbinds[0].raw.kind == RAW_NONE ||
        oid_compare(name, &before) <= 0 || !survey_note(identify, name)) {
        survey_end(identify);
        return;
    }
    /* The next number: everything below the subtree is passed over; after a few, what is beside them, too. */
    identify->asked[0].n -= survey_is_long(identify);
    uint32_t *last = &identify->part[0][identify->asked[0].n - 1];
    if (*last == UINT32_MAX) {
        survey_end(identify);
        return;
    }
    ++*last;
    survey_ask(identify);
}

void identify_survey(struct identify *identify, const struct driver *driver, int error, const char *why) {
    static const uint32_t enterprises[ENTERPRISES_SIZE] = {1, 3, 6, 1, 4, 1};
    identify->finding.driver = driver;
    identify->finding.error = error;
    identify->finding.why = why;
    memcpy(identify->part[0], enterprises, sizeof(enterprises));
    identify->asked[0] = (struct oid){identify->part[0], ENTERPRISES_SIZE};
    survey_ask(identify);
}
