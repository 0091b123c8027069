/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mistakes that people made in a configuration: all of them in one run, each with its place, in their
 * words and with the nearest valid word. Secrets are never passed here.
 */
#ifndef HALLWATCH_MODEL_MISTAKES_H
#define HALLWATCH_MODEL_MISTAKES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Where something is written. Line and column count from 1, columns in characters; line 0: the file as a
 * whole.
 */
struct spot {
    const char *file; /* borrowed */
    uint32_t line, column;
};

/* Starts with `out` set and n = 0. */
struct mistakes {
    FILE *out;
    size_t n;
};

/* Writes `file:line:column: path: what`; from the 101st on only counts. `path` may be "". */
void mistakes_add(struct mistakes *mistakes, const struct spot *at, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * The same for a word that is none of `words`: `unknown KIND "word"; did you mean "nearest"?`, or which
 * there are.
 */
void mistakes_add_unknown(struct mistakes *mistakes, const struct spot *at, const char *path,
                          const char *kind, const char *word, const char *const *words, size_t n);

/* Says how many were only counted. Returns ERROR_CONFIG when there was any, else 0. */
int mistakes_finish(struct mistakes *mistakes);

#endif
