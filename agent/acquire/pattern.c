/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns, by trying what a '*' may stand for. Behind a '*' the earliest match ends earliest, since a '#'
 * takes all digits there are: what the next '*' cannot mend, a later match cannot either. So the cost is that
 * of the pattern's length times the text's, whatever a device sends.
 */
#include "acquire/pattern.h"

#include <ctype.h>

/* What the '#' of a pattern stand for, up to `most` of them. */
struct captures {
    uint32_t *numbers;
    unsigned most;
};

/* The digits that '#' number `nth` stands for; false where there are none, or where they are kept and are
 * beyond 32 bits. */
static bool match_digits(const char **text, const char *end, unsigned nth, const struct captures *captures) {
    uint64_t number = 0;
    if (*text == end || !isdigit((unsigned char)**text))
        return false;
    for (; *text < end && isdigit((unsigned char)**text); (*text)++)
        if (number <= UINT32_MAX)
            number = number * 10 + (uint64_t)(**text - '0');
    if (nth >= captures->most)
        return true;
    captures->numbers[nth] = (uint32_t)number;
    return number <= UINT32_MAX;
}

enum found { NO, YES, NOWHERE /* nor from any later place */ };

static enum found match_here(const char *pattern, const char *text, const char *end, unsigned nth,
                             const struct captures *captures) {
    for (; *pattern != 0; pattern++) {
        if (*pattern == '*') {
            for (const char *rest = text; rest <= end; rest++) {
                enum found found = match_here(pattern + 1, rest, end, nth, captures);
                if (found != NO)
                    return found;
            }
            return NOWHERE;
        }
        if (*pattern == '#') {
            if (!match_digits(&text, end, nth++, captures))
                return NO;
        } else if (text == end || *text++ != *pattern) {
            return NO;
        }
    }
    return text == end ? YES : NO;
}

bool pattern_capture(const char *pattern, const char *text, size_t size, uint32_t *numbers, unsigned most) {
    const struct captures captures = {numbers, most};
    return match_here(pattern, text, text + (size < 1024 ? size : 1024), 0, &captures) == YES;
}

bool pattern_match(const char *pattern, const char *text, size_t size) {
    return pattern_capture(pattern, text, size, NULL, 0);
}
