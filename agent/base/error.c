/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the errors, as they stand in logs and as the label `reason` of error counters. */
#include "base/error.h"

const char *error_word(int error) {
    switch ((enum error)error) {
    case ERROR_NONE:
        return "none";
    case ERROR_MEMORY:
        return "memory";
    case ERROR_ARGUMENT:
        return "argument";
    case ERROR_CONFIG:
        return "configuration";
    case ERROR_NOT_FOUND:
        return "not_found";
    case ERROR_TIMEOUT:
        return "timeout";
    case ERROR_UNREACHABLE:
        return "unreachable";
    case ERROR_REFUSED:
        return "refused";
    case ERROR_GARBLED:
        return "garbled";
    case ERROR_TOO_BIG:
        return "too_big";
    case ERROR_BUSY:
        return "busy";
    case ERROR_CLOSED:
        return "closed";
    case ERROR_SYSTEM:
        return "system";
    case ERROR_DENIED:
        return "denied";
    case ERROR_HELD:
        return "held";
    }
    return "unknown";
}
