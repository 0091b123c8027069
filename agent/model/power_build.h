/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that make the section `power` share: its settings on one side, the nodes in the making on
 * the other. Only config_power*.c include this. Nodes stand in the order in which they are written until
 * power_order puts sources first; their links name nodes by that order.
 */
#ifndef HALLWATCH_MODEL_POWER_BUILD_H
#define HALLWATCH_MODEL_POWER_BUILD_H

#include "model/config_build.h"
#include "model/power.h"

/* Of a link whose phases are not said: until power_check. */
enum { POWER_PHASE_UNSAID = UINT8_MAX };

/* Names in NFKC and what they are of; sorted. */
struct name_index {
    struct indexed_name *names;
    size_t n;
};
struct indexed_name {
    char *name;
    uint32_t number;
};

struct power_build {
    struct build *build;
    const struct power_settings *settings;
    struct power_config *power;
    const struct power_node_settings **written; /* one per node, in its order */
    size_t n_written;
    struct name_index nodes;   /* numbers of `written`, before power_order */
    struct name_index devices; /* of all gateways; numbers of `device_settings` */
    struct name_index budgets;
    bool has_all_links; /* none was refused: what seems to feed nothing does */
    const struct device_settings **device_settings;
    const char **node_names, **device_names;     /* as written, for the nearest one */
    const struct device_config **device_configs; /* in their order; NULL: another gateway's */
    size_t n_devices;
};

/* Writes a mistake, or a warning, about a setting of a node. */
void power_refuse(struct power_build *build, uint32_t node, const char *key, const struct setting *setting,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
void power_warn(struct power_build *build, uint32_t node, const char *key, const struct setting *setting,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The same of a word that is none of `words`, with the nearest one. */
void power_refuse_unknown(struct power_build *build, uint32_t node, const char *key,
                          const struct setting *setting, const char *kind, const char *word,
                          const char *const *words, size_t n);
/* The number of that name, or POWER_NO_NODE. */
uint32_t power_find_name(const struct name_index *index, const char *name);
/* Adds a name, if it was given; behind the last one the index is sorted. */
void power_add_name(struct name_index *index, const struct setting *name, uint32_t number);
void power_sort_names(struct name_index *index);
/* The same place, its file's name owned by the configuration. */
struct spot power_keep_spot(struct power_build *build, const struct spot *at);
/* Zeroed memory; NULL after a mistake was written. */
void *power_take(struct power_build *build, size_t n, size_t size);

/* --- the steps; mistakes are only written --- */

void power_build_budgets(struct power_build *build);
void power_build_rules(struct power_build *build);
/* What a node says of itself. */
void power_build_node(struct power_build *build, uint32_t number);
/* Which devices tell of it, and which gateway reads them. */
void power_build_points(struct power_build *build, uint32_t number);
void power_choose_budget(struct power_build *build, uint32_t number);
/* Who feeds it and who cools it. */
void power_build_links(struct power_build *build, uint32_t number);
/* Puts sources before what they feed; false where that cannot be. */
bool power_order(struct power_build *build);
/* Which gateway judges each node: `gateway` and `elsewhere`. */
void power_choose_gateways(struct power_build *build);
/* What spans several nodes: phases, then ratings and meters against the sources', and whether each node has
 * its place. */
void power_check(struct power_build *build);
void power_check_ratings(struct power_build *build);
void power_check_meters(struct power_build *build);
void power_check_places(struct power_build *build);
/* Lets go of what is nothing to this gateway. */
void power_prune(struct power_build *build);

#endif
