/* SPDX-License-Identifier: Apache-2.0 */
/* Register spans; see the header. */
#include "register_image.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void register_image_done(struct register_image *image) {
    for (size_t i = 0; i < image->n; i++)
        free(image->spans[i].words);
    free(image->spans);
    *image = (struct register_image){0};
}

bool register_image_add(struct register_image *image, enum register_table table, uint32_t first, uint32_t n,
                        const uint16_t *words) {
    if (n == 0 || first + n > 0x10000)
        return false;
    struct register_span *spans = realloc(image->spans, (image->n + 1) * sizeof *spans);
    if (spans == NULL)
        return false;
    image->spans = spans;
    uint16_t *copy = calloc(n, sizeof *copy);
    if (copy == NULL)
        return false;
    if (words != NULL)
        memcpy(copy, words, n * sizeof *copy);
    spans[image->n++] = (struct register_span){.table = table, .first = first, .n = n, .words = copy};
    return true;
}

static int compare_spans(const void *a, const void *b) {
    const struct register_span *one = a, *other = b;
    if (one->table != other->table)
        return one->table < other->table ? -1 : 1;
    return (one->first > other->first) - (one->first < other->first);
}

static bool join(struct register_span *span, struct register_span *next) {
    uint16_t *words = realloc(span->words, (span->n + next->n) * sizeof *words);
    if (words == NULL)
        return false;
    memcpy(words + span->n, next->words, next->n * sizeof *words);
    free(next->words);
    next->words = NULL;
    span->words = words;
    span->n += next->n;
    return true;
}

bool register_image_seal(struct register_image *image) {
    if (image->n == 0)
        return true;
    qsort(image->spans, image->n, sizeof image->spans[0], compare_spans);
    size_t kept = 0;
    bool sound = true;
    for (size_t i = 1; i < image->n; i++) {
        struct register_span *span = &image->spans[kept], *next = &image->spans[i];
        if (next->table == span->table && next->first < span->first + span->n)
            sound = false;
        if (next->table == span->table && next->first == span->first + span->n && join(span, next))
            continue;
        image->spans[++kept] = *next;
    }
    image->n = kept + 1;
    return sound;
}

/* `n` words of the span from `first` on, or NULL where it has not all of them. */
static uint16_t *words_of(const struct register_span *span, enum register_table table, uint32_t first,
                          uint32_t n) {
    bool inside = span->table == table && span->first <= first && first + n <= span->first + span->n;
    return inside ? span->words + (first - span->first) : NULL;
}

uint16_t *register_image_find(struct register_image *image, enum register_table table, uint32_t first,
                              uint32_t n) {
    uint16_t *words = image->n > 0 ? words_of(&image->spans[image->near], table, first, n) : NULL;
    size_t low = 0, high = words ? 0 : image->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct register_span *span = &image->spans[middle];
        if (span->table < table || (span->table == table && span->first + span->n <= first))
            low = middle + 1;
        else
            high = middle;
    }
    if (words != NULL || low == image->n)
        return words;
    image->near = low;
    return words_of(&image->spans[low], table, first, n);
}

static uint16_t *holding(struct register_image *image, uint32_t address, uint32_t n) {
    uint16_t *words = register_image_find(image, TABLE_HOLDING, address, n);
    assert(words != NULL);
    return words;
}

static double bounded(double value, double least, double most) {
    return round(value < least ? least : value > most ? most : value);
}

void register_put_u16(struct register_image *image, uint32_t address, double value) {
    *holding(image, address, 1) = (uint16_t)bounded(value, 0, UINT16_MAX);
}

void register_put_s16(struct register_image *image, uint32_t address, double value) {
    *holding(image, address, 1) = (uint16_t)(int16_t)bounded(value, INT16_MIN, INT16_MAX);
}

static void put_bits(struct register_image *image, uint32_t address, uint32_t bits) {
    uint16_t *words = holding(image, address, 2);
    words[0] = (uint16_t)(bits >> 16);
    words[1] = (uint16_t)bits;
}

void register_put_u32(struct register_image *image, uint32_t address, double value) {
    put_bits(image, address, (uint32_t)bounded(value, 0, UINT32_MAX));
}

void register_put_f32(struct register_image *image, uint32_t address, double value) {
    float number = (float)value;
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    put_bits(image, address, bits);
}

void register_put_text(struct register_image *image, uint32_t address, uint32_t n, const char *text) {
    uint16_t *words = holding(image, address, n);
    size_t size = strlen(text);
    for (size_t i = 0; i < n; i++) {
        unsigned high = 2 * i < size ? (uint8_t)text[2 * i] : 0;
        unsigned low = 2 * i + 1 < size ? (uint8_t)text[2 * i + 1] : 0;
        words[i] = (uint16_t)(high << 8 | low);
    }
}

void register_put_bit(struct register_image *image, enum register_table table, uint32_t address, bool value) {
    uint16_t *word = register_image_find(image, table, address, 1);
    if (word != NULL)
        *word = value;
}
