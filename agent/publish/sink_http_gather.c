/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows make the next request, and when. A request is of one lane, so that what is new never shares the
 * fate of what has waited; what is urgent goes with either, first with the live one. Between two live
 * requests the backlog goes out in portions that the receiver takes quickly.
 */
#include "base/clock.h"
#include "publish/sink_http_inside.h"

enum {
    READ_MOST = 64, /* rows in one look at the spool */
    LOOK_MS = 50,   /* between two looks for live rows while a backlog goes out, at least */
};

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/*
 * Adds rows of a source until it has no more, or the request `most` readings or the source `share` of them;
 * but a first row however large. Returns the readings added.
 */
static uint32_t take(struct sink_http *writer, enum round_source source, uint32_t most, uint32_t share) {
    struct spool_cursor *cursor = writer->sink.cursors[round_kind(source)];
    size_t n = READ_MOST;
    uint32_t taken = 0;
    for (uint64_t after = 0; n == READ_MOST && !writer->is_full;) {
        struct spool_row *rows[READ_MOST];
        n = spool_read(cursor, round_lane(source), after, rows, READ_MOST);
        for (size_t i = 0; i < n; i++) {
            uint32_t readings = rows[i]->readings;
            if (writer->n == SINK_HTTP_ROWS_MOST || (writer->n > 0 && writer->readings + readings > most) ||
                (taken > 0 && taken + readings > share))
                writer->is_full = true;
            if (writer->is_full) {
                spool_release(rows[i]);
                continue;
            }
            taken += readings;
            after = rows[i]->id;
            writer->readings += readings;
            writer->rows[writer->n++] = (struct sink_http_row){rows[i], round_lane(source)};
        }
    }
    if (n < READ_MOST && round_lane(source) == LANE_LIVE)
        writer->is_loading = writer->is_loading || spool_is_loading(cursor, LANE_LIVE);
    return taken;
}

static bool is_behind(struct sink_http *writer, enum spool_kind kind, int64_t now_ms) {
    struct spool_row *oldest;
    if (spool_read(writer->sink.cursors[kind], LANE_LIVE, 0, &oldest, 1) == 0)
        return false;
    bool is_behind = round_is_behind(oldest, now_ms, writer->sink.config->batch_wait_ms);
    spool_release(oldest);
    return is_behind;
}

/* Live rows that are so no more become backlog; of a strict sink they keep to the pace of one. */
static bool look_back(struct sink_http *writer, int64_t now_ms) {
    bool is_live_first = writer->sink.config->order == SINK_LIVE_FIRST, any = false;
    for (size_t kind = 0; kind < N_SPOOLS; kind++) {
        if (!is_behind(writer, (enum spool_kind)kind, now_ms))
            continue;
        any = any || kind == SPOOL_READINGS;
        if (!is_live_first)
            continue;
        spool_cursor_jump(writer->sink.cursors[kind]);
        writer->due_ms[LANE_BACKLOG] = now_ms;
    }
    return any && !is_live_first;
}

static void gather_live(struct sink_http *writer, int64_t now_ms) {
    uint32_t most = writer->portions[LANE_LIVE].now, allowed = UINT32_MAX;
    bool is_paced = look_back(writer, now_ms);
    writer->is_loading = false;
    if (is_paced)
        allowed = pace_allowance(&writer->pace, now_ms);
    take(writer, URGENT_LIVE, most, most);
    take(writer, URGENT_BACKLOG, most, least(most / 2, writer->portions[LANE_BACKLOG].now));
    writer->is_full = false; /* an old alarm keeps no reading back */
    if (allowed > 0) {
        uint32_t taken = take(writer, READINGS_LIVE, most, allowed);
        if (is_paced)
            pace_spend(&writer->pace, taken);
    }
    if (writer->n == 0)
        writer->due_ms[LANE_LIVE] = allowed > 0 ? INT64_MAX : pace_next_ms(&writer->pace);
}

static void gather_backlog(struct sink_http *writer, int64_t now_ms) {
    uint32_t most = writer->portions[LANE_LIVE].now, share = writer->portions[LANE_BACKLOG].now;
    uint32_t allowed = pace_allowance(&writer->pace, now_ms),
             taken = take(writer, URGENT_BACKLOG, most, share);
    writer->is_full = false;
    if (allowed > 0 && taken < share)
        pace_spend(&writer->pace, take(writer, READINGS_BACKLOG, most, least(allowed, share - taken)));
    writer->due_ms[LANE_BACKLOG] = writer->n > 0 ? now_ms
                                   : allowed > 0 ? INT64_MAX
                                                 : pace_next_ms(&writer->pace);
    if (writer->n == 0)
        return;
    writer->is_full = false;
    take(writer, URGENT_LIVE, most, most);
}

static bool is_due(const struct sink_http *writer, enum spool_lane lane, int64_t now_ms) {
    return now_ms >= writer->resume_ms[lane] &&
           (now_ms >= writer->due_ms[lane] || sink_is_stopping(&writer->sink));
}

void sink_http_gather(struct sink_http *writer, int64_t now_ms) {
    writer->n = 0;
    writer->readings = 0;
    writer->is_full = false;
    writer->lane = LANE_LIVE;
    if (is_due(writer, LANE_LIVE, now_ms))
        gather_live(writer, now_ms);
    if (writer->n > 0)
        return;
    writer->lane = LANE_BACKLOG;
    if (is_due(writer, LANE_BACKLOG, now_ms))
        gather_backlog(writer, now_ms);
    int64_t wait_ms = writer->sink.config->batch_wait_ms;
    if (writer->n > 0 && writer->due_ms[LANE_LIVE] == INT64_MAX) /* nobody listens to the bell meanwhile */
        writer->due_ms[LANE_LIVE] = now_ms + (wait_ms > LOOK_MS ? wait_ms : LOOK_MS);
}

/* When a lane may be looked at again. */
static int64_t next_ms(const struct sink_http *writer, enum spool_lane lane) {
    int64_t due_ms = writer->due_ms[lane], resume_ms = writer->resume_ms[lane];
    return due_ms > resume_ms ? due_ms : resume_ms;
}

void sink_http_wait(struct sink_http *writer) {
    int64_t live_ms = next_ms(writer, LANE_LIVE), backlog_ms = next_ms(writer, LANE_BACKLOG);
    bell_wait(&writer->sink.bell, live_ms < backlog_ms ? live_ms : backlog_ms);
    int64_t now_ms = clock_monotonic_ms(), wait_ms = writer->sink.config->batch_wait_ms;
    if (writer->due_ms[LANE_LIVE] == INT64_MAX)
        writer->due_ms[LANE_LIVE] = writer->is_loading ? now_ms : now_ms + wait_ms;
    if (writer->due_ms[LANE_BACKLOG] == INT64_MAX)
        writer->due_ms[LANE_BACKLOG] = now_ms; /* rows may have come from the disk */
}

void sink_http_let_go(struct sink_http *writer) {
    for (size_t i = 0; i < writer->n; i++)
        spool_release(writer->rows[i].row);
    writer->n = 0;
}
