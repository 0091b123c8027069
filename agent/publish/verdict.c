/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of answers. 502, 503, 504 and 507 come from what stands before the receiver, or say that it is
 * busy: they are never about what was sent. 500 may be: Prometheus answers so to a label name that comes
 * twice, and to a sample from before its out_of_order_time_window.
 */
#include "publish/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_about_time(const char *text) {
    static const char *const words[] = {"out of bounds", "out of order",        "out-of-order",
                                        "too old",       "too far in the past", "beyond retention policy"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasestr(text, words[i]))
            return true;
    return false;
}

enum verdict_kind verdict_of(int error, int status, const char *text) {
    if (error)
        return VERDICT_LATER;
    if (status >= 200 && status < 300)
        return VERDICT_ACCEPTED;
    switch (status) {
    case 408:
    case 425:
    case 429:
    case 502:
    case 503:
    case 504:
    case 507:
        return VERDICT_LATER;
    case 400:
    case 409:
    case 413:
    case 422:
        return is_about_time(text) ? VERDICT_TOO_OLD : VERDICT_REFUSED;
    case 500:
        return strcasestr(text, "too old sample") ? VERDICT_TOO_OLD : VERDICT_FAULT;
    default:
        return status >= 500 ? VERDICT_FAULT : VERDICT_DENIED;
    }
}

enum verdict_kind verdict_of_mqtt(int reason) {
    switch (reason) {
    case 0x87: /* not authorized */
        return VERDICT_DENIED;
    case 0x89: /* server busy */
    case 0x91: /* packet identifier in use */
    case 0x93: /* receive maximum exceeded */
    case 0x96: /* message rate too high */
    case 0x97: /* quota exceeded */
        return VERDICT_LATER;
    case 0x90: /* topic name invalid */
    case 0x95: /* packet too large */
    case 0x99: /* payload format invalid */
        return VERDICT_REFUSED;
    default: /* unspecified, implementation specific: of what is sent, or of the broker */
        return VERDICT_FAULT;
    }
}
