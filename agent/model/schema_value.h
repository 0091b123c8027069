/* SPDX-License-Identifier: Apache-2.0 */
/* What the walk by schemas (schema.c) needs of single values. */
#ifndef HALLWATCH_MODEL_SCHEMA_VALUE_H
#define HALLWATCH_MODEL_SCHEMA_VALUE_H

#include "model/schema.h"

/* Reads a text as the field wants it. False after a mistake was written; the setting is as before then. */
bool schema_set_setting(const struct field *field, const struct spot *at, const char *path, const char *text,
                        struct setting *setting, struct mistakes *mistakes);
/* What the field's default means; it has one. */
void schema_set_default(const struct field *field, struct setting *setting);

#endif
