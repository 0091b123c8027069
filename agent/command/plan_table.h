/* SPDX-License-Identifier: Apache-2.0 */
/* A forecast, for people and for scripts. Only `hallwatch plan` uses it. */
#ifndef HALLWATCH_COMMAND_PLAN_TABLE_H
#define HALLWATCH_COMMAND_PLAN_TABLE_H

#include <stdio.h>

#include "acquire/forecast.h"

/* Which promises cannot be kept and what would help, then a line per bus, the worst first. */
void plan_table_print(const struct site_config *config, const struct forecast *forecast, FILE *out);
/* One device: its requests, and how old each of its points can become. */
void plan_table_print_device(const struct forecast *forecast, const struct forecast_device *device,
                             FILE *out);

/* To the log: which buses cannot keep what the configuration promises, if any. */
void plan_warn(const struct site_config *config);

/* The same as one JSON document. */
void plan_json_print(const struct site_config *config, const struct forecast *forecast, FILE *out);
void plan_json_print_device(const struct forecast *forecast, const struct forecast_device *device, FILE *out);

/* "fast", "normal", "slow". */
const char *plan_rate_word(enum rate rate);

#endif
