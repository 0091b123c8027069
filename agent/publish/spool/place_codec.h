/* SPDX-License-Identifier: Apache-2.0 */
/* A cursor's place as bytes and back. Pure. */
#ifndef HALLWATCH_PUBLISH_SPOOL_PLACE_CODEC_H
#define HALLWATCH_PUBLISH_SPOOL_PLACE_CODEC_H

#include "base/text.h"
#include "publish/spool/spool_span.h"

/* Adds all but the sink's name to the text. 0 or ERROR_MEMORY. */
int place_encode(const struct spool_place *place, struct text *text);

/* From bytes of any origin; without a name. 0 or ERROR_GARBLED. */
int place_decode(const void *bytes, size_t size, struct spool_place *place);

#endif
