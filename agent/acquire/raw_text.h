/* SPDX-License-Identifier: Apache-2.0 */
/* What a device sends as text: as a number, as a word, for people. Pure. */
#ifndef HALLWATCH_ACQUIRE_RAW_TEXT_H
#define HALLWATCH_ACQUIRE_RAW_TEXT_H

#include "acquire/link.h"

/* A text that is a number, or with `leading` begins with one, as that number, an empty one as nothing;
 * everything else as it is. */
struct raw raw_plain(const struct raw *raw, bool leading);

/* A raw value as a number; texts are read as decimal numbers. ERROR_ARGUMENT where it is none. */
int raw_number(const struct raw *raw, double *number);

/* A text that is this one, blanks and ends of string around it left out. */
bool raw_is_text(const struct raw *raw, const char *text);

/*
 * A raw text or integer for people: trimmed, control characters dropped, bytes that are no UTF-8 as U+FFFD.
 * One of `size` bytes or more is cut and ends in an ellipsis; `size` is 4 or more. False where nothing is
 * left.
 */
bool raw_write_text(const struct raw *raw, char *text, size_t size);

#endif
