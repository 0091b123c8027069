/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text: a growing buffer, bounded copies, strict numbers, UTF-8 and NFKC, and the nearest of a set of words
 * for a mistyped one.
 */
#ifndef HALLWATCH_BASE_TEXT_H
#define HALLWATCH_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing byte buffer; zeroed = empty. `data` is always NUL-terminated once something was added. */
struct text {
    char *data;
    size_t size, room;
    bool failed; /* an allocation failed; later additions do nothing */
};

void text_done(struct text *text);
void text_clear(struct text *text); /* keeps the memory */
void text_add(struct text *text, const void *data, size_t size);
void text_add_string(struct text *text, const char *string);
void text_add_char(struct text *text, char c);
void text_add_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * Makes room for `size` more bytes and returns where they begin, NULL when out of memory. The caller then
 * adds to size.
 */
char *text_reserve(struct text *text, size_t size);
/* Shortest decimal that reads back as the same double; "NaN", "+Inf", "-Inf" for those. */
void text_add_number(struct text *text, double number);
void text_add_integer(struct text *text, int64_t number);
/* A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void text_add_json(struct text *text, const char *string);
/* For a terminal or a log: control characters and bytes that are no UTF-8 become \xNN. */
void text_add_printable(struct text *text, const char *string);

/* Whole-string numbers: no blanks, no rest. Return 0 or ERROR_ARGUMENT / ERROR_TOO_BIG. */
int text_to_integer(const char *string, int64_t *number);
int text_to_number(const char *string, double *number);
/* A whole number as manuals print codes and addresses: decimal, or hexadecimal behind 0x. */
int text_to_code(const char *string, int64_t *number);
/* "100ms", "5s", "2 min", "1h", "7d" into milliseconds. A bare number is refused: the unit is part of the
 * value. */
int text_to_duration_ms(const char *string, int64_t *ms);
/* "64KiB", "10MiB", "1GiB" or plain bytes. */
int text_to_bytes(const char *string, int64_t *bytes);
/* "20000/s": so many a second. */
int text_to_rate(const char *string, int64_t *per_second);

bool text_is_utf8(const char *string, size_t size);
/* How many of the `size` bytes the character takes that begins here, and which it is; 0 where none does. */
size_t text_take_character(const char *string, size_t size, uint32_t *character);
/* Control characters and the codes that are none (U+FFFE and its like), which protocols forbid in names. */
bool text_is_control(uint32_t character);
/* NFKC form for comparing names; the caller frees it. NULL when out of memory or not UTF-8. */
char *text_normalize(const char *string);
/* Whether two names are the same to people: equal in NFKC. */
bool text_same_name(const char *a, const char *b);

/* The member of `words` (n of them) nearest to `word`, or NULL where none is near enough to suggest. */
const char *text_nearest(const char *word, const char *const *words, size_t n);

#endif
