/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and strings as bytes and back, for what is kept on disk: small numbers take few bytes. Pure. */
#ifndef HALLWATCH_PUBLISH_SPOOL_BYTE_CODEC_H
#define HALLWATCH_PUBLISH_SPOOL_BYTE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

void bytes_add_number(struct text *text, uint64_t number);
void bytes_add_string(struct text *text, const char *string); /* NULL is told from "" */

/* Goes through bytes of any origin; once something is not there, `failed` stays and all reads give nothing.
 */
struct byte_reader {
    const uint8_t *at, *end;
    bool failed;
};
uint64_t bytes_read_number(struct byte_reader *reader);
/* One of 0 .. most - 1. */
uint32_t bytes_read_index(struct byte_reader *reader, uint32_t most);
const void *bytes_read(struct byte_reader *reader, size_t size); /* NULL where there are not as many */
/* Of *size bytes without an end; NULL for NULL. */
const char *bytes_read_string(struct byte_reader *reader, size_t *size);

#endif
