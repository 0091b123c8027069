/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a site hears of its halls, as a piece of the status document between its nodes and its tail; none
 * where it is not the site:
 *
 *   "intake":{"silent":15,"unreadable":0,"strangers":0,"brokers":[
 *     {"url":"mqtt://10.0.0.9","connected":true,"dropped":0}, ...]},
 *   "gateways":[
 *    {"gateway":"gw-3","state":"heard","last":1764000059876,"nodes":748,"clock_error":0.002,"behind":0.004,
 *     "taken":5236,"repeated":0,"late":0,"ahead":0,"refused":0,"dropped":0}, ...]
 *
 * A gateway's state is waiting (nothing came yet), heard or silent; `silent`, `clock_error` and `behind` (how
 * old its last message was when it came, by the two clocks) are in seconds. Pure.
 */
#ifndef HALLWATCH_SERVE_STATUS_HALLS_H
#define HALLWATCH_SERVE_STATUS_HALLS_H

#include "acquire/site_source.h"
#include "base/text.h"

/* A site_source_look: `text` is a struct text. The last list is left open, as the tail expects it. */
void status_write_halls(void *text, const struct site_look *look);

#endif
