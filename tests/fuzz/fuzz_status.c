/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the agent's answer to `hallwatch status`: what is JSON is printed, whatever its shape. */
#include <stdint.h>
#include <stdlib.h>

#include "command/status_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static FILE *out;
    json_error_t error;
    if (!out)
        out = fopen("/dev/null", "w");
    if (!out)
        abort();
    json_t *document = json_loadb((const char *)data, size, 0, &error);
    if (!document)
        return 0;
    const json_t *first = json_array_get(json_object_get(document, "devices"), 0);
    const char *name = json_string_value(json_object_get(first, "name"));
    status_table_print(document, out);
    if (name)
        status_table_print_device(document, name, out);
    json_decref(document);
    return 0;
}
