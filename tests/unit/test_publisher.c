/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hand-over: order, one wake for many batches, several producers, and a pool that goes round through the
 * publisher.
 */
#include "publish/publisher.h"

#include <sched.h>
#include <uv.h>

#include "publish/queue.h"
#include "tests/sim/specimen.h"
#include "tests/unit/check.h"

enum { PRODUCERS = 3, EACH = 2000, POOL = 8, ROUNDS = 400, READINGS = 5 };

static void count_wake(void *context) {
    ++*(unsigned *)context;
}

static void order_is_kept_and_the_consumer_woken_once(void **state) {
    (void)state;
    unsigned wakes = 0;
    struct queue queue;
    struct batch batches[3] = {0};
    queue_init(&queue, count_wake, &wakes);
    assert_null(queue_take(&queue));
    for (size_t i = 0; i < 3; i++)
        queue_push(&queue, &batches[i]);
    assert_int_equal(wakes, 1);
    struct batch *taken = queue_take(&queue);
    for (size_t i = 0; i < 3; i++, taken = taken->next)
        assert_ptr_equal(taken, &batches[i]);
    assert_null(taken);
    queue_push(&queue, &batches[0]);
    assert_int_equal(wakes, 2);
}

struct producer {
    struct queue *queue;
    struct batch batches[EACH];
};

static void produce(void *context) {
    struct producer *producer = context;
    for (uint32_t i = 0; i < EACH; i++) {
        producer->batches[i].first = i;
        producer->batches[i].owner = producer;
        queue_push(producer->queue, &producer->batches[i]);
    }
}

static void nothing_is_lost_between_threads(void **state) {
    (void)state;
    struct queue queue;
    queue_init(&queue, NULL, NULL);
    static struct producer producers[PRODUCERS]; /* too big for the stack */
    uv_thread_t threads[PRODUCERS];
    uint32_t came[PRODUCERS] = {0}, all = 0;
    for (size_t i = 0; i < PRODUCERS; i++) {
        producers[i].queue = &queue;
        assert_int_equal(uv_thread_create(&threads[i], produce, &producers[i]), 0);
    }
    while (all < PRODUCERS * EACH) {
        struct batch *batch = queue_take(&queue);
        if (!batch)
            sched_yield();
        for (; batch; batch = batch->next, all++) {
            size_t i = (size_t)((struct producer *)batch->owner - producers);
            assert_int_equal(batch->first, came[i]++); /* of one producer in its order */
        }
    }
    for (size_t i = 0; i < PRODUCERS; i++)
        uv_thread_join(&threads[i]);
}

struct seen {
    uint32_t batches;
    int64_t last_ms;
};

static void observe(void *context, const struct batch *batch) {
    struct seen *seen = context;
    seen->batches++;
    seen->last_ms = batch->time_ms;
}

static void ignore_wake(void *context) {
    (void)context;
}

/* Gives ROUNDS batches from a pool of POOL, each round as soon as a batch is free. */
static struct batch *go_round(struct publisher *publisher, struct device_view *view) {
    struct batch *free_ones = NULL;
    for (uint32_t i = 0; i < POOL; i++) {
        struct batch *batch = specimen_batch(view, 0, 0);
        device_view_release(batch->view);
        batch->view = NULL; /* as a batch comes back */
        batch->next = free_ones;
        free_ones = batch;
    }
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        while (!free_ones) {
            free_ones = publisher_take_back(publisher);
            if (!free_ones)
                sched_yield();
        }
        struct batch *batch = free_ones;
        free_ones = batch->next;
        specimen_refill(batch, view, round, round);
        publisher_give(publisher, batch);
    }
    return free_ones;
}

static uint32_t free_all(struct batch *batch) {
    uint32_t n = 0;
    while (batch) {
        struct batch *next = batch->next;
        assert_null(batch->view);
        specimen_batch_free(batch);
        batch = next;
        n++;
    }
    return n;
}

static void a_pool_goes_round_and_stopping_drains(void **state) {
    (void)state;
    struct spools spools = {
        {specimen_spool(SPOOL_URGENT, 1 << 20), specimen_spool(SPOOL_READINGS, 64 << 20)}};
    struct spool_cursor *cursor =
        spool_cursor_open(spools.of[SPOOL_READINGS], "a", ORDER_STRICT, ignore_wake, NULL);
    struct device_view *view = specimen_view(0, "pdu-1", READINGS);
    struct seen seen = {0};
    struct publisher *publisher;
    assert_int_equal(publisher_start(&spools, NULL, observe, &seen, &publisher), 0);
    struct batch *left = go_round(publisher, view);
    publisher_stop(publisher);
    assert_int_equal(free_all(left) + free_all(publisher_take_back(publisher)), POOL);
    publisher_free(publisher);
    assert_int_equal(seen.batches, ROUNDS);
    assert_int_equal(seen.last_ms, ROUNDS);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        struct spool_row *row;
        assert_int_equal(spool_read(cursor, LANE_LIVE, round - 1, &row, 1), 1);
        assert_int_equal(row->time_ms, round);
        for (size_t i = 0; i < READINGS; i++)
            assert_true(row->values[i] == specimen_value(view, i, round));
        spool_release(row);
    }
    spool_cursor_close(cursor);
    spool_close(spools.of[SPOOL_URGENT]);
    spool_close(spools.of[SPOOL_READINGS]);
    assert_int_equal(atomic_load(&view->references), 1);
    device_view_release(view);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_kept_and_the_consumer_woken_once),
        cmocka_unit_test(nothing_is_lost_between_threads),
        cmocka_unit_test(a_pool_goes_round_and_stopping_drains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
