/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image of a device: what discovery read of it, before any meaning. The plan is built from a driver and
 * an image alone, so it can be tested without a wire. Filled while discovery runs, then sealed, then only
 * read.
 */
#ifndef HALLWATCH_ACQUIRE_IMAGE_H
#define HALLWATCH_ACQUIRE_IMAGE_H

#include "acquire/link.h"

struct image;

struct image *image_new(void);
void image_free(struct image *image);

/*
 * Both copy. Varbinds without a value are left out, of a text the first 1,024 bytes are kept. ERROR_TOO_BIG
 * past 50,000 objects or 8 MiB, ERROR_MEMORY.
 */
int image_put_varbind(struct image *image, const struct varbind *varbind);
/* `data`: big-endian registers of functions 3 and 4, packed bits of 1 and 2, from `address` on. */
int image_put_registers(struct image *image, uint8_t function, uint16_t address, const uint8_t *data,
                        uint16_t n);

/* Where a model of a chain begins (struct chain) and what is the first register behind it; of equal models
 * the first stays. ERROR_TOO_BIG past 64. */
int image_put_model(struct image *image, uint16_t model, uint16_t address, uint32_t behind);
/* The variants that the site named, a bit each (struct group); 0 where it named none. */
void image_set_variant(struct image *image, uint32_t variants);

/* Sorts by name; of equal names the first stays. Called once, before the look-ups below. */
void image_seal(struct image *image);

/* The object of exactly that name; RAW_NONE where there is none. Texts live as long as the image. */
struct raw image_object(const struct image *image, const struct oid *name);

/* The objects below a prefix: begin with image_below, go on while image_row is true. */
size_t image_below(const struct image *image, const struct oid *prefix);
bool image_row(const struct image *image, size_t at, const struct oid *prefix, struct oid *name,
               struct raw *raw);

/* Whether the device has the model, and from where to where. */
bool image_model(const struct image *image, uint16_t model, uint32_t *address, uint32_t *behind);
uint32_t image_variant(const struct image *image);

/* `n` registers as big-endian bytes (or bits as one byte each) into `data`; false unless all were read. */
bool image_registers(const struct image *image, uint8_t function, uint16_t address, uint16_t n,
                     uint8_t *data);

#endif
