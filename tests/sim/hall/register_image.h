/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Modbus device holds: spans of registers and bits by wire address. Filled from a recording or by a
 * face of the model; read by device_modbus. A bit is a word of 0 or 1.
 */
#ifndef HALLSIM_REGISTER_IMAGE_H
#define HALLSIM_REGISTER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number is the Modbus function that reads the table. */
enum register_table { TABLE_COIL = 1, TABLE_DISCRETE = 2, TABLE_HOLDING = 3, TABLE_INPUT = 4 };

struct register_span {
    enum register_table table;
    uint32_t first, n;
    uint16_t *words;
};

/* Zeroed = empty. */
struct register_image {
    struct register_span *spans;
    size_t n;
    size_t near; /* the span that was found last: neighbours are asked for next */
};

void register_image_done(struct register_image *image);
/* Adds a span and copies its words (NULL = zeros). False: out of memory, or it would reach beyond 65,535. */
bool register_image_add(struct register_image *image, enum register_table table, uint32_t first, uint32_t n,
                        const uint16_t *words);
/*
 * Sorts the spans and joins neighbours; to be called once, after the last was added. False: two overlap, or
 * no memory.
 */
bool register_image_seal(struct register_image *image);

/* `n` words from `first` on, or NULL where one of them is not in the image. */
uint16_t *register_image_find(struct register_image *image, enum register_table table, uint32_t first,
                              uint32_t n);

/* A bit that the image has. */
void register_put_bit(struct register_image *image, enum register_table table, uint32_t address, bool value);
/* Holding registers that the image has, high word first. */
void register_put_u16(struct register_image *image, uint32_t address, double value);
void register_put_s16(struct register_image *image, uint32_t address, double value);
void register_put_u32(struct register_image *image, uint32_t address, double value);
void register_put_f32(struct register_image *image, uint32_t address, double value);
void register_put_text(struct register_image *image, uint32_t address, uint32_t n, const char *text);

#endif
