/* SPDX-License-Identifier: Apache-2.0 */
/* What a node's figures are made of: readings of its meters, sums of what it feeds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/status_digest.h"
#include "command/table.h"
#include "command/why_node.h"
#include "command/why_point.h"
#include "model/human.h"

struct inputs {
    const struct why *why;
    struct table table;
    size_t n;
};

/* As the agent recognised it. */
static const char *driver_in(const json_t *document, const char *device) {
    const json_t *devices = json_object_get(document, "devices");
    for (size_t i = 0; i < json_array_size(devices); i++)
        if (text_same_name(status_text(json_array_get(devices, i), "name"), device))
            return status_text(json_array_get(devices, i), "driver");
    return "";
}

static void add_input(void *context, const struct sum_input *input) {
    struct inputs *inputs = context;
    const struct why *why = inputs->why;
    const struct device_config *device = why_find_device(why->config, input->device);
    char title[80], place[200], value[64] = "-", age[32];
    struct text source = {0};
    human_write_title(input->quantity, title, sizeof(title));
    human_write_place(input->place, place, sizeof(place));
    if (isfinite(input->value))
        human_write_value(input->quantity, input->value, value, sizeof(value));
    const char *unit = isfinite(input->value) ? human_unit(input->quantity) : "";
    status_write_span((double)(why->time.wall_ms - input->time_ms) / 1000, age, sizeof(age));
    why_add_source(device, driver_in(why->document, input->device), input->quantity, input->place, &source);
    table_add(&inputs->table, "  %s", input->device);
    table_add(&inputs->table, "%s", title);
    table_add(&inputs->table, "%s", place);
    table_add(&inputs->table, "%s%s%s", value, *unit ? " " : "", unit);
    table_add(&inputs->table, "%s", input->time_ms > 0 ? age : "never");
    table_add(&inputs->table, "%s%s",
              input->quality == QUALITY_ABSENT ? "none" : quality_word((enum quality)input->quality),
              input->is_held ? ", held over" : "");
    table_add(&inputs->table, "%s", source.data ? source.data : "");
    text_done(&source);
    inputs->n++;
}

static void add_table(const struct why *why, const struct table *table) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return;
    table_print(table, out);
    fclose(out);
    if (text)
        text_add(why->text, text, size);
    free(text);
}

void why_add_inputs(const struct why *why, uint32_t node) {
    static const char *const headings[] = {"  INPUT", "READING", "PLACE",  "VALUE",
                                           "AGE",     "QUALITY", "READ AT"};
    struct inputs inputs = {.why = why};
    table_init(&inputs.table, "lllrrll");
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
        table_add(&inputs.table, "%s", headings[i]);
    judge_explain(why->judge, node, add_input, &inputs);
    if (inputs.n > 0)
        add_table(why, &inputs.table);
    table_done(&inputs.table);
}
