/* SPDX-License-Identifier: Apache-2.0 */
/* From a batch to the readings of meters and tells, and how those grow old: fresh, held over, gone. */
#include <math.h>

#include "judge/inputs_inside.h"

enum {
    INTERVALS_FRESH = 3,             /* a reading may be that many of its intervals old */
    INTERVAL_MOST_MS = 3600 * 1000,  /* what is learnt at most */
    FIRST_INTERVAL_MOST_MS = 300000, /* the first two readings may have an outage between them */
    CLOCK_SLACK_MS = 1000,           /* readings from later than this from now: the clock has stepped back */
    AGE_MS = 200,                    /* how often is looked for what has grown old */
};

int64_t inputs_advance(struct inputs *inputs, int64_t now_ms) {
    if (!inputs->has_begun) {
        inputs->has_begun = true;
        inputs->own_ms = now_ms;
    } else if (now_ms > inputs->wall_ms) {
        inputs->own_ms += now_ms - inputs->wall_ms;
    }
    inputs->wall_ms = now_ms;
    return inputs->own_ms;
}

void inputs_synchronize(struct inputs *inputs, int64_t now_ms, int64_t monotonic_ms) {
    if (inputs->monotonic_ms > 0 && monotonic_ms >= inputs->monotonic_ms && inputs->has_begun) {
        inputs->own_ms += monotonic_ms - inputs->monotonic_ms;
        inputs->wall_ms = now_ms;
    }
    inputs->monotonic_ms = monotonic_ms;
    inputs_advance(inputs, now_ms);
}

/* --- tells --- */

/* Units that tell each for itself: the failed ones are counted. */
static void count_parts(struct inputs *inputs, const struct binding *binding, uint32_t node) {
    uint32_t failed = 0;
    for (size_t i = 0; i < binding->n; i++) {
        const struct bound *bound = &binding->bounds[i];
        const struct reading *reading = &binding->readings[i];
        if (bound->kind != BOUND_TELL || bound->what != TELL_PART || bound->target != node ||
            reading->state == READING_NONE)
            continue;
        enum quantity quantity = binding->view->series[bound->series].quantity;
        double code = reading->value;
        failed +=
            quantity == POWER_SUPPLY_STATE ? code == SUPPLY_FAULT : code == UNIT_FAULT || code == UNIT_OFF;
    }
    if (inputs->tells[node].parts_failed == failed)
        return;
    inputs->tells[node].parts_failed = failed;
    inputs_note(&inputs->told, node);
}

static void note_tell(struct inputs *inputs, const struct binding *binding, size_t number) {
    const struct bound *bound = &binding->bounds[number];
    const struct reading *reading = &binding->readings[number];
    struct node_tells *tells = &inputs->tells[bound->target];
    if (bound->what == TELL_PART) {
        count_parts(inputs, binding, bound->target);
        return;
    }
    int16_t code = tells->code[bound->what];
    if (reading->state != READING_NONE)
        code = (int16_t)fmin(fmax(reading->value, 0), INT16_MAX);
    if (code == tells->code[bound->what] && reading->state == tells->state[bound->what])
        return;
    tells->code[bound->what] = code;
    tells->state[bound->what] = reading->state;
    inputs_note(&inputs->told, bound->target);
}

void inputs_note_bound(struct inputs *inputs, const struct binding *binding, size_t number) {
    const struct bound *bound = &binding->bounds[number];
    if (bound->kind == BOUND_METER)
        inputs_note(&inputs->metered, inputs->meters[bound->target].node);
    else if (bound->kind == BOUND_TELL)
        note_tell(inputs, binding, number);
}

/* --- counters --- */

/* Above what the node can have used since, four times over: another meter, or a register that was set. */
static bool is_leap(const struct power_node *node, double step, double elapsed_s) {
    double most = node->rating.watts > 0 ? node->rating.watts : node->rating.voltamperes;
    return most > 0 && step > 4 * most * (node->units ? node->units : 1) * (elapsed_s + 60);
}

/* A counter that runs backwards was reset, or is another's: what was counted stays, and the step is lost.
 * `which`: 0 the whole, else a phase, of which those count that have no whole. */
static void count_joules(const struct inputs *inputs, const struct meter *meter, struct meter_set *set,
                         unsigned which, double value, int64_t seen_ms) {
    double step = value - set->last_joules[which];
    double elapsed_s = (double)(seen_ms - set->last_joules_ms) / 1000;
    if (which > 0 && set->at[SLOT_J] > 0)
        return;
    if (isnan(step))
        set->joules += value;
    else if (step < 0 || is_leap(&inputs->power->nodes[meter->node], step, elapsed_s))
        set->resets++;
    else
        set->joules += step;
    set->has_joules = true;
    set->last_joules[which] = value;
    set->last_joules_ms = seen_ms;
}

/* --- readings --- */

static int64_t fresh_until(const struct inputs *inputs, const struct reading *reading) {
    int64_t own_ms = (int64_t)INTERVALS_FRESH * reading->interval_ms;
    return reading->seen_ms + (own_ms > inputs->fresh_ms ? own_ms : inputs->fresh_ms);
}

/* The interval follows slowly, so that one outage does not make what comes after it count as fresh. */
static void learn_interval(struct reading *reading, int64_t elapsed_ms) {
    int64_t known = reading->interval_ms;
    if (elapsed_ms <= 0)
        return;
    if (known == 0) {
        known = elapsed_ms < FIRST_INTERVAL_MOST_MS ? elapsed_ms : FIRST_INTERVAL_MOST_MS;
    } else {
        int64_t change = elapsed_ms < 2 * known ? elapsed_ms - known : known;
        known += change / 4;
    }
    reading->interval_ms = (uint32_t)(known < INTERVAL_MOST_MS ? known : INTERVAL_MOST_MS);
}

/* Whether it comes too late: something newer is known. Where that seems to be of the future, the clock has
 * stepped back since. */
static bool is_overtaken(const struct reading *reading, int64_t time_ms, int64_t now_ms) {
    return reading->state != READING_NONE && time_ms < reading->time_ms &&
           reading->time_ms <= now_ms + CLOCK_SLACK_MS;
}

static void take_good(struct inputs *inputs, struct binding *binding, size_t number, double value,
                      const struct batch *batch) {
    struct reading *reading = &binding->readings[number];
    int64_t late_ms = inputs->wall_ms > batch->time_ms ? inputs->wall_ms - batch->time_ms : 0;
    int64_t seen_ms = inputs->own_ms - late_ms;
    if (reading->state != READING_NONE && seen_ms < reading->seen_ms)
        return; /* sent before the clock was set, taken after it */
    if (reading->state != READING_NONE)
        learn_interval(reading, seen_ms - reading->seen_ms);
    reading->value = value;
    reading->seen_ms = seen_ms;
    reading->time_ms = batch->time_ms;
    reading->state = READING_FRESH;
    int64_t until_ms = fresh_until(inputs, reading);
    if (until_ms <= inputs->own_ms)
        reading->state = until_ms + inputs->held_ms <= inputs->own_ms ? READING_NONE : READING_HELD;
    if (until_ms < binding->due_ms)
        binding->due_ms = until_ms;
    const struct bound *bound = &binding->bounds[number];
    if (bound->kind != BOUND_METER)
        return;
    struct meter *meter = &inputs->meters[bound->target];
    struct meter_set *set = &meter->sets[bound->set];
    if (bound->what >= SLOT_J && bound->what <= SLOT_J + PHASES)
        count_joules(inputs, meter, set, bound->what - SLOT_J, value, seen_ms);
    if (bound->what == SLOT_W)
        set->last_watts = value;
}

/* The device does not answer: what it said is known from before only. */
static void note_silence(struct inputs *inputs, struct binding *binding) {
    for (size_t i = 0; i < binding->n; i++) {
        struct reading *reading = &binding->readings[i];
        if (reading->state != READING_FRESH || binding->bounds[i].kind == BOUND_UP)
            continue;
        reading->state = READING_HELD;
        inputs_note_bound(inputs, binding, i);
    }
    binding->due_ms = inputs->own_ms;
}

static void take_reading(struct inputs *inputs, struct binding *binding, size_t number, double value,
                         enum quality quality, const struct batch *batch) {
    struct reading *reading = &binding->readings[number];
    if (quality == QUALITY_ABSENT || is_overtaken(reading, batch->time_ms, inputs->wall_ms))
        return;
    bool is_good = (quality == QUALITY_GOOD || quality == QUALITY_SUBSTITUTED) && isfinite(value);
    reading->quality = (uint8_t)quality;
    if (binding->bounds[number].kind == BOUND_UP) {
        if (is_good && value == 0)
            note_silence(inputs, binding);
        return;
    }
    if (is_good)
        take_good(inputs, binding, number, value, batch);
    else if (quality == QUALITY_ENDED)
        reading->state = READING_NONE;
    else if (reading->state == READING_FRESH)
        reading->state = READING_HELD;
    else
        return;
    inputs_note_bound(inputs, binding, number);
}

/* The first bound series that is not before `series`. */
static size_t first_from(const struct binding *binding, uint32_t series) {
    size_t low = 0, high = binding->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (binding->bounds[middle].series < series)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void inputs_take(struct inputs *inputs, const struct batch *batch, int64_t now_ms) {
    inputs_advance(inputs, now_ms);
    if (batch->farewell) {
        inputs_unbind(inputs, batch->view);
        return;
    }
    struct binding *binding = inputs_bind(inputs, batch->view);
    for (size_t i = binding ? first_from(binding, batch->first) : 0; binding && i < binding->n; i++) {
        uint32_t at = binding->bounds[i].series - batch->first;
        if (at >= batch->n)
            break;
        take_reading(inputs, binding, i, batch->values[at], batch->qualities[at], batch);
    }
}

/* --- age --- */

static void age_binding(struct inputs *inputs, struct binding *binding) {
    int64_t now_ms = inputs->own_ms;
    binding->due_ms = INT64_MAX;
    for (size_t i = 0; i < binding->n; i++) {
        struct reading *reading = &binding->readings[i];
        uint8_t before = reading->state;
        int64_t held_from_ms = fresh_until(inputs, reading);
        int64_t gone_from_ms = held_from_ms + inputs->held_ms;
        if (before == READING_NONE || binding->bounds[i].kind == BOUND_UP)
            continue;
        if (now_ms >= gone_from_ms)
            reading->state = READING_NONE;
        else if (now_ms >= held_from_ms)
            reading->state = READING_HELD;
        int64_t due_ms = reading->state == READING_FRESH ? held_from_ms : gone_from_ms;
        if (reading->state != READING_NONE && due_ms < binding->due_ms)
            binding->due_ms = due_ms;
        if (reading->state != before)
            inputs_note_bound(inputs, binding, i);
    }
}

void inputs_age(struct inputs *inputs, int64_t now_ms) {
    if (inputs_advance(inputs, now_ms) < inputs->age_due_ms)
        return;
    inputs->age_due_ms = inputs->own_ms + AGE_MS;
    for (size_t i = 0; i < inputs->n_bindings; i++)
        if (inputs->bindings[i] && inputs->own_ms >= inputs->bindings[i]->due_ms)
            age_binding(inputs, inputs->bindings[i]);
}
