/* SPDX-License-Identifier: Apache-2.0 */
/* Object identifiers: text to numbers and back, order, prefixes. Pure. */
#include "acquire/oid.h"

#include <inttypes.h>
#include <stdio.h>

int oid_parse(const char *text, uint32_t *part, size_t most) {
    size_t n = 0;
    if (*text == '.')
        text++;
    while (n < most) {
        uint64_t number = 0;
        if (*text < '0' || *text > '9')
            return ERROR_ARGUMENT;
        for (; *text >= '0' && *text <= '9'; text++) {
            number = number * 10 + (uint64_t)(*text - '0');
            if (number > UINT32_MAX)
                return ERROR_ARGUMENT;
        }
        part[n++] = (uint32_t)number;
        if (*text == 0)
            return (int)n;
        if (*text++ != '.')
            return ERROR_ARGUMENT;
    }
    return ERROR_TOO_BIG;
}

int oid_compare(const struct oid *a, const struct oid *b) {
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (a->part[i] != b->part[i])
            return a->part[i] < b->part[i] ? -1 : 1;
    return a->n == b->n ? 0 : a->n < b->n ? -1 : 1;
}

bool oid_has_prefix(const struct oid *oid, const struct oid *prefix) {
    if (oid->n < prefix->n)
        return false;
    for (size_t i = 0; i < prefix->n; i++)
        if (oid->part[i] != prefix->part[i])
            return false;
    return true;
}

void oid_write(const struct oid *oid, char *text, size_t size) {
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i < oid->n && used < size; i++) {
        int n = snprintf(text + used, size - used, i == 0 ? "%" PRIu32 : ".%" PRIu32, oid->part[i]);
        used += n > 0 ? (size_t)n : 0;
    }
}
