/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row is compressed with its holes: two of them are equal where they will be filled with the same byte. A
 * hole is filled where it is said; where it is said again, a copy says it.
 */
#include "publish/packed_row.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1024 };

static_assert(sizeof(struct packed_shape) ==
                  sizeof(void *) + (PACKED_READINGS_MOST / 64) * 8 + (3 + PACKED_SEGMENTS) * 4,
              "shapes are compared as bytes");

/* Bytes of the stream that are filled from the time or the head. */
struct patch {
    uint32_t at;
    uint16_t from, size;
};

/* A row as a part of a snappy stream. */
struct packed_form {
    char *bytes;
    size_t size;
    uint32_t value_at[PACKED_READINGS_MOST + 1]; /* the last: the row's number */
    struct patch *patches;                       /* of the time, then of the head */
    size_t n_times, n_heads;
};

struct packed_row {
    struct packed_shape shape;
    struct series_list *list; /* held */
    bool used;                /* since another shape was looked for in its slot */
    size_t plain_size;
    uint32_t n_values;
    uint8_t reading[PACKED_READINGS_MOST]; /* of the shape, by value */
    struct packed_form alone, following;   /* by itself, and behind another one of its shape */
};

struct packed_rows {
    struct packed_row *slots[SLOTS];
    uint64_t missed[SLOTS]; /* hash of the shape that was looked for last in vain */
};

static void free_row(struct packed_row *row) {
    if (!row)
        return;
    series_list_release(row->list);
    free(row->alone.bytes);
    free(row->alone.patches);
    free(row->following.bytes);
    free(row->following.patches);
    free(row);
}

struct packed_rows *packed_rows_new(void) {
    return calloc(1, sizeof(struct packed_rows));
}

void packed_rows_free(struct packed_rows *rows) {
    if (!rows)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        free_row(rows->slots[i]);
    free(rows);
}

static uint64_t hash(const struct packed_shape *shape) {
    uint64_t words[sizeof(*shape) / sizeof(uint64_t)], sum = 0;
    memcpy(words, shape, sizeof(words));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        sum = (sum ^ words[i]) * 0x9e3779b97f4a7c15u;
        sum ^= sum >> 29;
    }
    return sum | 1;
}

const struct packed_row *packed_rows_find(struct packed_rows *rows, const struct packed_shape *shape,
                                          bool *wanted) {
    uint64_t key = hash(shape);
    size_t slot = key / 2 % SLOTS;
    struct packed_row *row = rows->slots[slot];
    if (row && memcmp(&row->shape, shape, sizeof(*shape)) == 0) {
        row->used = true;
        return row;
    }
    /* Two shapes in one slot do not drive each other out: the one that has it keeps it while it is used. */
    *wanted = rows->missed[slot] == key && !(row && row->used);
    rows->missed[slot] = key;
    if (row)
        row->used = false;
    return NULL;
}

/* --- compressing --- */

/* Format description of snappy, section 2. */
enum {
    TAG_LITERAL = 0,
    TAG_COPY_SHORT = 1, /* of 4 to 11 bytes, at most 2047 back */
    TAG_COPY = 2,       /* of 1 to 64 bytes, at most 65535 back */
    MATCH_LEAST = 4,
    COPY_MOST = 64,
    BACK_MOST = UINT16_MAX,
    HEADS = 4096,
    LOOKS_MOST = 64, /* at places where a match may begin */
};

struct packer {
    struct packed_form *form;
    const uint16_t *symbols; /* what may be copied from, then what is to be said */
    size_t size;
    uint32_t *before;                           /* by place: the one before it with the same hash, plus 1 */
    uint32_t heads[HEADS];                      /* by hash: the last such place, plus 1 */
    struct text stream, times, heads_of_device; /* of struct patch */
};

static uint32_t *head_at(struct packer *packer, size_t at) {
    uint64_t four;
    memcpy(&four, packer->symbols + at, sizeof(four));
    return &packer->heads[four * 0x9e3779b97f4a7c15u >> 52];
}

/* Makes a place known to later matches. */
static void learn(struct packer *packer, size_t at) {
    if (at + MATCH_LEAST > packer->size)
        return;
    uint32_t *head = head_at(packer, at);
    packer->before[at] = *head;
    *head = (uint32_t)at + 1;
}

static size_t match_size(const struct packer *packer, size_t at, size_t from) {
    size_t size = 0;
    while (at + size < packer->size && packer->symbols[at + size] == packer->symbols[from + size])
        size++;
    return size;
}

/* The longest of what was said before; the nearest of equal ones. */
static size_t find_match(struct packer *packer, size_t at, size_t *from) {
    size_t best = 0;
    if (at + MATCH_LEAST > packer->size)
        return 0;
    uint32_t place = *head_at(packer, at);
    for (unsigned n = 0; n < LOOKS_MOST && place != 0 && at - (place - 1) <= BACK_MOST; n++) {
        size_t size = match_size(packer, at, place - 1);
        if (size > best) {
            best = size;
            *from = place - 1;
        }
        place = packer->before[place - 1];
    }
    return best >= MATCH_LEAST ? best : 0;
}

/* Lengthens the patch before, or begins one. */
static void add_patch(struct text *patches, size_t at, size_t from) {
    if (patches->size > 0) {
        struct patch *last = (struct patch *)(void *)(patches->data + patches->size - sizeof(*last));
        if (last->at + last->size == at && last->from + last->size == (int)from) {
            last->size++;
            return;
        }
    }
    const struct patch patch = {.at = (uint32_t)at, .from = (uint16_t)from, .size = 1};
    text_add(patches, &patch, sizeof(patch));
}

static void say_symbol(struct packer *packer, uint16_t symbol) {
    size_t at = packer->stream.size;
    if (symbol >= PACKED_HEAD)
        add_patch(&packer->heads_of_device, at, symbol - PACKED_HEAD);
    else if (symbol >= PACKED_TIME)
        add_patch(&packer->times, at, symbol - PACKED_TIME);
    else if (symbol >= PACKED_VALUE && (symbol - PACKED_VALUE) % sizeof(double) == 0)
        packer->form->value_at[(symbol - PACKED_VALUE) / sizeof(double)] = (uint32_t)at;
    text_add_char(&packer->stream, symbol < PACKED_VALUE ? (char)symbol : 0);
}

/* A value stays in one literal: its bytes follow each other. */
static void say_literal(struct packer *packer, size_t from, size_t to) {
    size_t size = to - from;
    if (size == 0)
        return;
    if (size <= 60) {
        text_add_char(&packer->stream, (char)((size - 1) << 2 | TAG_LITERAL));
    } else {
        const uint8_t head[] = {62 << 2 | TAG_LITERAL, (uint8_t)(size - 1), (uint8_t)((size - 1) >> 8),
                                (uint8_t)((size - 1) >> 16)};
        text_add(&packer->stream, head, sizeof(head));
    }
    for (size_t i = from; i < to; i++)
        say_symbol(packer, packer->symbols[i]);
}

static void say_copy(struct packer *packer, size_t size, size_t back) {
    for (; size > 0;) {
        size_t part = size <= COPY_MOST ? size : COPY_MOST;
        size -= part;
        if (part >= MATCH_LEAST && part <= 11 && back < 2048) {
            const uint8_t copy[] = {(uint8_t)(back >> 8 << 5 | (part - 4) << 2 | TAG_COPY_SHORT),
                                    (uint8_t)back};
            text_add(&packer->stream, copy, sizeof(copy));
        } else {
            const uint8_t copy[] = {(uint8_t)((part - 1) << 2 | TAG_COPY), (uint8_t)back,
                                    (uint8_t)(back >> 8)};
            text_add(&packer->stream, copy, sizeof(copy));
        }
    }
}

/* Says the symbols from `said` on. */
static void say_from(struct packer *packer, size_t said) {
    size_t at = said, from = 0;
    for (size_t i = 0; i < said; i++)
        learn(packer, i);
    while (at < packer->size) {
        size_t size = find_match(packer, at, &from);
        learn(packer, at);
        if (size == 0) {
            at++;
            continue;
        }
        say_literal(packer, said, at);
        say_copy(packer, size, at - from);
        for (size_t i = 1; i < size; i++)
            learn(packer, at + i);
        at += size;
        said = at;
    }
    say_literal(packer, said, at);
}

/* Takes over what was packed. */
static bool keep(struct packer *packer) {
    struct packed_form *form = packer->form;
    struct text *times = &packer->times, *heads = &packer->heads_of_device;
    form->n_times = times->size / sizeof(struct patch);
    form->n_heads = heads->size / sizeof(struct patch);
    text_add(times, heads->data ? heads->data : "", heads->size);
    bool failed = packer->stream.failed || times->failed || heads->failed;
    text_done(heads);
    form->patches = (struct patch *)(void *)times->data;
    form->bytes = packer->stream.data;
    form->size = packer->stream.size;
    return !failed;
}

static bool pack(struct packed_form *form, const uint16_t *symbols, size_t size, size_t begin) {
    struct packer *packer = calloc(1, sizeof(*packer) + size * sizeof(uint32_t));
    if (!packer)
        return false;
    *packer = (struct packer){.form = form, .symbols = symbols, .size = size};
    packer->before = (uint32_t *)(packer + 1);
    say_from(packer, begin);
    bool kept = keep(packer);
    free(packer);
    return kept;
}

/* In the row before, other bytes are filled in: nothing is copied from there. */
static bool pack_following(struct packed_row *row, const uint16_t *symbols) {
    size_t n = row->plain_size;
    uint16_t *both = calloc(2 * n, sizeof(*both));
    if (!both)
        return false;
    for (size_t i = 0; i < n; i++)
        both[i] = symbols[i] < PACKED_VALUE ? symbols[i] : UINT16_MAX;
    memcpy(both + n, symbols, n * sizeof(*both));
    bool packed = pack(&row->following, both, 2 * n, n);
    free(both);
    return packed;
}

const struct packed_row *packed_rows_make(struct packed_rows *rows, const struct packed_shape *shape,
                                          const uint16_t *symbols, size_t size) {
    struct packed_row *row = calloc(1, sizeof(*row));
    if (!row)
        return NULL;
    row->shape = *shape;
    row->list = series_list_hold(shape->list);
    row->plain_size = size;
    for (uint32_t i = 0; i < shape->n; i++)
        if (shape->sent[i / 64] >> i % 64 & 1)
            row->reading[row->n_values++] = (uint8_t)i;
    if (!pack(&row->alone, symbols, size, 0) || !pack_following(row, symbols)) {
        free_row(row);
        return NULL;
    }
    struct packed_row **slot = &rows->slots[hash(shape) / 2 % SLOTS];
    free_row(*slot);
    *slot = row;
    return row;
}

size_t packed_row_add(const struct packed_row *row, bool follows, const double *values, double number,
                      const char *time, const char *head, struct text *stream) {
    const struct packed_form *form = follows ? &row->following : &row->alone;
    char *at = text_reserve(stream, form->size);
    if (!at)
        return 0;
    memcpy(at, form->bytes, form->size);
    for (uint32_t i = 0; i < row->n_values; i++)
        memcpy(at + form->value_at[i], &values[row->reading[i]], sizeof(*values));
    if (row->shape.number)
        memcpy(at + form->value_at[PACKED_READINGS_MOST], &number, sizeof(number));
    const struct patch *patch = form->patches;
    for (size_t i = 0; i < form->n_times; i++, patch++)
        memcpy(at + patch->at, time + patch->from, patch->size);
    for (size_t i = 0; i < form->n_heads; i++, patch++)
        memcpy(at + patch->at, head + patch->from, patch->size);
    stream->size += form->size;
    return row->plain_size;
}
