/* SPDX-License-Identifier: Apache-2.0 */
/* gzip: bytes into one compressed member, fast rather than small. Wraps zlib. Owned by one thread. */
#ifndef HALLWATCH_BASE_GZIP_H
#define HALLWATCH_BASE_GZIP_H

#include <stddef.h>

#include "base/text.h"

struct gzip;

struct gzip *gzip_new(void);       /* NULL when out of memory */
void gzip_free(struct gzip *gzip); /* NULL is fine */

/* Puts the compressed bytes into `packed`, in the place of what is there. 0 or ERROR_MEMORY. */
int gzip_pack(struct gzip *gzip, const void *data, size_t size, struct text *packed);

#endif
