/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A number with its unit as people write it in a configuration: "630 A", "2.5 MVA", "80 %", "32 Cel". The
 * catalogue's units and, beside them, how people write some of them.
 */
#ifndef HALLWATCH_MODEL_QUANTITY_H
#define HALLWATCH_MODEL_QUANTITY_H

#include <stddef.h>

#include "drivers/catalog.h"

/*
 * Reads `text`, which must be of one of `dimensions` (ended by DIMENSION_NONE; NULL: of any). *value is in
 * the published unit, *dimension which one it is. A ratio may go without a unit where nothing else is
 * possible: 0.8. On failure `why` (of `size` bytes) says what is wrong and what to write. 0 or
 * ERROR_ARGUMENT.
 */
int quantity_read(const char *text, const enum dimension *dimensions, double *value,
                  enum dimension *dimension, char *why, size_t size);

#endif
