/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest of many words: edits from one to another, counted only as far as they matter. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"

enum { WORD_MOST = 64 }; /* longer ones are no words that are mistyped */

/* A word to be compared: case does not count. */
struct folded {
    char text[WORD_MOST];
    size_t n;
};

static bool fold(const char *word, struct folded *folded) {
    for (folded->n = 0; word[folded->n]; folded->n++) {
        if (folded->n == WORD_MOST)
            return false;
        folded->text[folded->n] = (char)tolower((unsigned char)word[folded->n]);
    }
    return true;
}

static size_t least_of(size_t a, size_t b) {
    return a < b ? a : b;
}

/*
 * Edits from one word to another: a letter more, fewer, other, or two swapped. More than `most` where there
 * are more: it stops as soon as that is certain, since there may be 100,000 words.
 */
static size_t distance(const struct folded *a, const struct folded *b, size_t most) {
    size_t rows[3][WORD_MOST + 1]; /* row i is rows[i % 3]: two back is needed for swaps */
    if ((a->n > b->n ? a->n - b->n : b->n - a->n) > most)
        return most + 1;
    for (size_t j = 0; j <= b->n; j++)
        rows[0][j] = j;
    size_t best_above = 0;
    for (size_t i = 1; i <= a->n; i++) {
        size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        size_t best = row[0] = i;
        for (size_t j = 1; j <= b->n; j++) {
            char x = a->text[i - 1], y = b->text[j - 1];
            size_t least = least_of(above[j - 1] + (x != y), least_of(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == b->text[j - 2] && y == a->text[i - 2])
                least = least_of(least, two_above[j - 2] + 1);
            row[j] = least;
            best = least_of(best, least);
        }
        if (best > most && best_above > most) /* a swap reaches over one row */
            return most + 1;
        best_above = best;
    }
    return rows[a->n % 3][b->n];
}

const char *text_nearest(const char *word, const char *const *words, size_t n) {
    struct folded folded, other;
    if (!fold(word, &folded) || folded.n == 0)
        return NULL;
    const char *nearest = NULL;
    size_t most = 1 + folded.n / 3; /* more edits than that is another word */
    most = least_of(most, folded.n - 1);
    for (size_t i = 0; i < n; i++) {
        size_t edits = fold(words[i], &other) ? distance(&folded, &other, most) : most + 1;
        if (edits > most)
            continue;
        nearest = words[i];
        if (edits == 0)
            break;
        most = edits - 1; /* the next one must be nearer */
    }
    return nearest;
}
