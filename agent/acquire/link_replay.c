/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the file and answers on the loop; what is in it and how it is looked up is recording's. */
#include "acquire/link_replay.h"

#include <stdio.h>
#include <stdlib.h>

#include "acquire/codec_modbus.h"
#include "acquire/recording.h"
#include "base/file.h"

enum {
    MOST_FILE_SIZE = 64 << 20,
    MOST_VARBINDS = 2048, /* in one answer; agents cut a GETBULK short too */
    ILLEGAL_FUNCTION = 1,
    ILLEGAL_ADDRESS = 2,
};

struct replay {
    struct link link;
    uv_idle_t idle;
    struct recording *recording;
    const struct link_request *request; /* NULL = none */
    link_done done;
    void *context;
    struct varbind varbinds[MOST_VARBINDS];
    uint8_t values[2 * MODBUS_MOST_REGISTERS];
};

static void refuse(struct link_answer *answer, uint8_t exception) {
    answer->error = ERROR_REFUSED;
    answer->exception = exception;
}

static void answer_registers(struct replay *replay, struct link_answer *answer) {
    const struct link_request *request = replay->request;
    if (request->function == MODBUS_IDENTIFICATION) {
        answer->data = recording_identity(replay->recording, &answer->size);
        if (answer->data == NULL)
            refuse(answer, ILLEGAL_FUNCTION);
        return;
    }
    const struct modbus_request asked = {.function = request->function, .count = request->count};
    if (recording_read(replay->recording, request->function, request->address, request->count,
                       replay->values)) {
        answer->data = replay->values;
        answer->size = modbus_request_value_size(&asked);
    } else {
        refuse(answer, ILLEGAL_ADDRESS);
    }
}

static void answer_get(struct replay *replay, struct link_answer *answer) {
    const struct link_request *request = replay->request;
    for (size_t i = 0; i < request->n_oids; i++)
        if (!recording_get(replay->recording, request->oids[i], &replay->varbinds[i]))
            replay->varbinds[i] = (struct varbind){.name = request->oids[i]};
    answer->varbinds = replay->varbinds;
    answer->n_varbinds = request->n_oids;
}

/*
 * Row by row, each column from where the row before stood; a column past the end repeats its last name,
 * without a value.
 */
static void answer_bulk(struct replay *replay, struct link_answer *answer) {
    const struct link_request *request = replay->request;
    size_t columns = request->n_oids, n = 0;
    bool more = true;
    for (uint16_t row = 0; row < request->repetitions && more && n + columns <= MOST_VARBINDS; row++) {
        more = false;
        for (size_t column = 0; column < columns; column++, n++) {
            struct oid after = row == 0 ? request->oids[column] : replay->varbinds[n - columns].name;
            if (recording_next(replay->recording, after, &replay->varbinds[n]))
                more = true;
            else
                replay->varbinds[n] = (struct varbind){.name = after};
        }
    }
    answer->varbinds = replay->varbinds;
    answer->n_varbinds = n;
}

static void on_idle(uv_idle_t *idle) {
    struct replay *replay = idle->data;
    struct link_answer answer = {0};
    uv_idle_stop(idle);
    if (replay->request->ask == ASK_REGISTERS)
        answer_registers(replay, &answer);
    else if (replay->request->ask == ASK_GET)
        answer_get(replay, &answer);
    else
        answer_bulk(replay, &answer);
    replay->request = NULL;
    replay->done(replay->context, &answer);
}

/* Whether the recorded device speaks the request's protocol, and the answer has room. */
static bool request_fits(const struct replay *replay, const struct link_request *request) {
    if (request->ask == ASK_REGISTERS) {
        const struct modbus_request asked = {
            .function = request->function, .address = request->address, .count = request->count};
        return !recording_is_snmp(replay->recording) && modbus_request_valid(&asked);
    }
    return recording_is_snmp(replay->recording) && request->n_oids <= MOST_VARBINDS;
}

static int ask_replay(struct link *link, const struct link_request *request, link_done done, void *context) {
    struct replay *replay = (struct replay *)link;
    if (!request_fits(replay, request))
        return ERROR_ARGUMENT;
    if (replay->request)
        return ERROR_BUSY;
    replay->request = request;
    replay->done = done;
    replay->context = context;
    uv_idle_start(&replay->idle, on_idle);
    return 0;
}

static void on_closed(uv_handle_t *handle) {
    struct replay *replay = handle->data;
    recording_free(replay->recording);
    free(replay);
}

static void close_replay(struct link *link) {
    struct replay *replay = (struct replay *)link;
    uv_close((uv_handle_t *)&replay->idle, on_closed);
}

int link_replay_open(uv_loop_t *loop, const char *path, struct link **link, char *why, size_t size) {
    static const struct link_kind kind = {.ask = ask_replay, .close = close_replay};
    struct text text = {0};
    struct recording *recording;
    int error = file_read(path, MOST_FILE_SIZE, &text, NULL);
    if (error)
        snprintf(why, size, "%s: %s", path, file_error_text(error));
    else
        error = recording_parse(path, text.data, text.size, &recording, why, size);
    text_done(&text);
    if (error)
        return error;
    struct replay *replay = calloc(1, sizeof(*replay));
    if (!replay) {
        snprintf(why, size, "%s: out of memory", path);
        recording_free(recording);
        return ERROR_MEMORY;
    }
    replay->link.kind = &kind;
    replay->recording = recording;
    uv_idle_init(loop, &replay->idle);
    replay->idle.data = replay;
    *link = &replay->link;
    return 0;
}
