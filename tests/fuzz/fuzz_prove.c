/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a capture, in pieces of any size: whatever is in it is judged and printed in both forms. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/prove_input.h"
#include "command/prove_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static FILE *out;
    static struct prove_verdict verdict;
    struct prove_streams streams = {.from_ms = INT64_MIN, .to_ms = INT64_MAX};
    struct prove_reader *reader = prove_reader_new(&streams);
    struct prove_input input;
    struct text text = {0};
    if (!out)
        out = fopen("/dev/null", "w");
    if (!out || !reader)
        abort();
    size_t piece = size > 0 ? 1 + data[size - 1] % 64 : 1;
    int error = 0;
    prove_input_init(&input, reader, "capture", out);
    for (size_t at = 0; at < size && !error; at += piece)
        error = prove_input_feed(&input, (const char *)data + at, size - at < piece ? size - at : piece);
    prove_input_end(&input);
    for (size_t i = 0; i < streams.n; i++) {
        prove_stream_judge(&streams, streams.at[i], &verdict);
        prove_report_print(streams.at[i], &verdict, out);
        prove_report_add_json(streams.at[i], &verdict, &text);
        if (verdict.received > verdict.highest)
            abort();
    }
    text_done(&text);
    prove_reader_free(reader);
    prove_streams_done(&streams);
    return 0;
}
