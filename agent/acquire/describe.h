/* SPDX-License-Identifier: Apache-2.0 */
/* From configuration, plan and image to the view of a device: its identity, its facts and the names of its
 * parts. Pure. */
#ifndef HALLWATCH_ACQUIRE_DESCRIBE_H
#define HALLWATCH_ACQUIRE_DESCRIBE_H

#include "acquire/plan.h"
#include "model/config.h"

/* A new view with one reference. `number` and `generation` as in struct device_view. NULL when out of memory.
 */
struct device_view *describe_device(const struct device_config *config, const char *site,
                                    const struct plan *plan, const struct image *image, uint32_t number,
                                    uint32_t generation);

/* The view of the gateway itself, of these series; holds the list. NULL when out of memory. */
struct device_view *describe_gateway(const char *site, const char *gateway, struct series_list *list);

/*
 * The same device, as another configuration has it: a new view with its hall, row, rack and feed. NULL when
 * out of memory.
 */
struct device_view *describe_relabelled(const struct device_view *view, const struct device_config *config,
                                        uint32_t generation);

/*
 * Where a value is read, for people: "holding 3058 (address 3057) bit 3", the manual's number and the wire's
 * where it differs; of SNMP the OID. The caller frees it; NULL when out of memory.
 */
char *describe_source(const struct plan *plan, const struct plan_request *request,
                      const struct plan_item *item);

/* True where both views say the same (all but the generation). */
bool describe_equal(const struct device_view *a, const struct device_view *b);

#endif
