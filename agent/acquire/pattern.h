/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns that texts of devices are held against. Pure; what hostile texts can cost is bounded. */
#ifndef HALLWATCH_ACQUIRE_PATTERN_H
#define HALLWATCH_ACQUIRE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whole match: '*' anything, '#' one or more digits, everything else itself. */
bool pattern_match(const char *pattern, const char *text, size_t size);

/* The same, and what the first `most` '#' stood for; numbers beyond 32 bits do not match. */
bool pattern_capture(const char *pattern, const char *text, size_t size, uint32_t *numbers, unsigned most);

#endif
