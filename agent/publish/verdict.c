/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of answers. 502, 503 and 504 come from what stands before the receiver, or say that it is busy:
 * they are never about what was sent. 500 may be: Prometheus answers so to a label name that comes twice, and
 * to a sample from before its out_of_order_time_window.
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
