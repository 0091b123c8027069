/* SPDX-License-Identifier: Apache-2.0 */
/* Object identifiers: text to numbers and back, order, prefixes. Pure. */
#ifndef HALLWATCH_ACQUIRE_OID_H
#define HALLWATCH_ACQUIRE_OID_H

#include "acquire/link.h"

/* Parses "1.3.6.1" into `part` (room for `most`). Returns how many, or a negative error. A leading dot is
 * allowed. */
int oid_parse(const char *text, uint32_t *part, size_t most);

/* Lexicographic order as agents sort: < 0, 0, > 0. */
int oid_compare(const struct oid *a, const struct oid *b);

bool oid_has_prefix(const struct oid *oid, const struct oid *prefix);

/* Writes "1.3.6.1" into `text` of `size` bytes, cut where it does not fit, always terminated. */
void oid_write(const struct oid *oid, char *text, size_t size);

#endif
