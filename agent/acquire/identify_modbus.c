/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recognises Modbus devices with at most three requests: what function 43/14 says, then the constants that
 * drivers name and the mark of a chain of models, those first that settle most. A constant that is not there
 * rules its driver out. What is left is named, never chosen: two makers may well use one register.
 */
#include <stdio.h>
#include <string.h>

#include "acquire/codec_modbus.h"
#include "acquire/decode.h"
#include "acquire/identify_state.h"
#include "acquire/pattern.h"
#include "acquire/raw_text.h"

enum { BASIC = 1 }; /* category of objects: vendor, product code, release */

/* The registers that a way to recognise asks for. `count` 0: none. */
struct constant {
    uint8_t function;
    uint16_t address, count;
};

static struct constant constant_of(const struct considered *one) {
    const struct driver *driver = one->driver;
    if (one->recognition == NULL)
        return (struct constant){MODBUS_HOLDING_REGISTERS, (uint16_t)driver->chain.values[0], 2};
    const struct source *source = &one->recognition->says.source;
    if (source->kind != SOURCE_HOLDING && source->kind != SOURCE_INPUT)
        return (struct constant){0};
    return (struct constant){source_function(source), (uint16_t)(source->address - driver->first_register),
                             source_width(source)};
}

static bool same_constant(const struct constant *a, const struct constant *b) {
    return a->function == b->function && a->address == b->address && a->count == b->count;
}

bool identify_says(const struct match *says, const uint8_t *data, size_t n) {
    char text[256];
    if (n < 2u * source_width(&says->source))
        return false;
    struct raw raw = decode_registers(&says->source, data);
    if (raw.kind != RAW_TEXT)
        return match_raw(says, &raw);
    raw.size = raw_write_text(&raw, text, sizeof(text)) ? strlen(text) : 0;
    raw.text = text;
    return match_raw(says, &raw);
}

bool identify_contradicts(const struct driver *driver, const struct image *image, char *why, size_t size) {
    char text[128];
    bool other = false;
    for (size_t i = 0; i < IDENTIFY_RECOGNITIONS && driver->protocol == PROTOCOL_MODBUS; i++) {
        const struct match *says = &driver->recognition[i].says;
        uint8_t data[2 * UINT8_MAX];
        if ((says->source.kind != SOURCE_HOLDING && says->source.kind != SOURCE_INPUT) ||
            !image_registers(image, source_function(&says->source),
                             (uint16_t)(says->source.address - driver->first_register),
                             source_width(&says->source), data))
            continue;
        const struct raw raw = decode_registers(&says->source, data);
        if (!raw_write_text(&raw, text, sizeof(text)))
            continue; /* it says nothing */
        if (identify_says(says, data, sizeof(data)))
            return false;
        other = true;
    }
    if (other)
        snprintf(why, size, "it calls itself \"%s\", which is no device of driver %s", text, driver->name);
    return other;
}

/* --- the end */

/* Drivers of which every way to recognise them is ruled out are no candidates. */
static bool is_candidate(const struct identify *identify, const struct driver *driver) {
    bool any = false, open = false;
    for (size_t i = 0; i < identify->n_considered; i++) {
        any |= identify->considered[i].driver == driver;
        open |= identify->considered[i].driver == driver &&
                identify->considered[i].verdict != CONSIDERED_RULED_OUT;
    }
    return open || !any;
}

static bool is_of_maker(const struct identify *identify, const struct driver *driver) {
    return identify->vendor[0] != 0 && driver->manufacturer != NULL &&
           strcasestr(identify->vendor, driver->manufacturer) != NULL;
}

static void find_candidates(struct identify *identify) {
    for (size_t i = 0; i < 2 * n_drivers; i++) {
        const struct driver *driver = all_drivers[i % n_drivers];
        if (driver->protocol == PROTOCOL_MODBUS && !driver->wired &&
            is_of_maker(identify, driver) == (i < n_drivers) && is_candidate(identify, driver))
            identify->candidates[identify->n_candidates++] = driver;
    }
}

static void name_candidates(struct identify *identify) {
    enum { NAMED_MOST = 12 };
    char *why = identify->why;
    size_t size = sizeof(identify->why), n = identify->n_candidates, used = 0;
    if (n == 0) {
        snprintf(why, size, "no driver fits: all that could be are ruled out");
        return;
    }
    used += (size_t)snprintf(why, size, "it does not say what it is; its driver may be");
    for (size_t i = 0; i < n && i < NAMED_MOST && used < size; i++)
        used += (size_t)snprintf(why + used, size - used, "%s %s", i > 0 ? "," : "",
                                 identify->candidates[i]->name);
    if (n > NAMED_MOST && used < size)
        snprintf(why + used, size - used, " or one of %zu others", n - NAMED_MOST);
}

static void give_up(struct identify *identify) {
    if (!identify->alive) {
        identify_end(identify, NULL, identify->silence, identify->silence_text);
        return;
    }
    find_candidates(identify);
    name_candidates(identify);
    identify_end(identify, NULL, ERROR_NOT_FOUND, identify->why);
}

/* --- constants */

static bool is_open(const struct considered *one) {
    return one->verdict == CONSIDERED_OPEN && !one->tried && constant_of(one).count > 0;
}

/* How many ways are settled by reading what one asks for. */
static unsigned settles(const struct identify *identify, const struct considered *one) {
    const struct constant wanted = constant_of(one);
    unsigned n = 0;
    for (size_t i = 0; i < identify->n_considered; i++) {
        const struct constant other = constant_of(&identify->considered[i]);
        n += is_open(&identify->considered[i]) && same_constant(&wanted, &other);
    }
    return n;
}

/*
 * The driver that is thought to be right first, then those of the maker that it names; then the standard;
 * then texts, which say more than numbers. Of these what settles most.
 */
static unsigned worth(const struct identify *identify, const struct considered *one) {
    enum { CLASS = 1000 };
    unsigned n = settles(identify, one);
    if (one->driver == identify->options.first)
        return 4 * CLASS + n;
    if (is_of_maker(identify, one->driver))
        return 3 * CLASS + n;
    if (one->recognition == NULL)
        return 2 * CLASS + n;
    return one->recognition->says.pattern != NULL ? CLASS + n : n;
}

static struct considered *next_open(struct identify *identify) {
    struct considered *best = NULL;
    for (size_t i = 0; i < identify->n_considered; i++) {
        struct considered *one = &identify->considered[i];
        if (is_open(one) && (best == NULL || worth(identify, one) > worth(identify, best)))
            best = one;
    }
    return best;
}

/* What an error of one request means for the whole. False: it is over. */
static bool goes_on(struct identify *identify, const struct link_answer *answer) {
    if (answer->error == 0 || answer->error == ERROR_REFUSED) {
        identify->alive = true;
        return true;
    }
    /* Some units are silent where they do not know a function. */
    if (answer->error == ERROR_TIMEOUT || answer->error == ERROR_GARBLED) {
        identify->silence = answer->error;
        identify->silence_text = answer->detail;
        return true;
    }
    identify_end(identify, NULL, answer->error, answer->detail);
    return false;
}

static void ask_constant(struct identify *identify);

static bool constant_fits(const struct considered *one, const struct link_answer *answer) {
    if (answer->error != 0)
        return false;
    if (one->recognition != NULL)
        return identify_says(&one->recognition->says, answer->data, answer->size);
    const uint8_t *data = answer->data;
    return answer->size >= 4 && ((uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 |
                                 data[3]) == one->driver->chain.mark;
}

/* The one driver that fits what was just read; NULL where none does, or several. */
static const struct considered *judge_constants(struct identify *identify, const struct link_answer *answer) {
    const struct link_request *request = &identify->request;
    const struct constant read = {request->function, request->address, request->count};
    const struct considered *found = NULL;
    bool several = false;
    for (size_t i = 0; i < identify->n_considered; i++) {
        struct considered *one = &identify->considered[i];
        const struct constant own = constant_of(one);
        if (!is_open(one) || !same_constant(&own, &read))
            continue;
        bool elsewhere = one->recognition == NULL && one->driver->chain.n > 1; /* it may begin there */
        one->tried = true;
        if (!constant_fits(one, answer)) {
            one->verdict = elsewhere ? CONSIDERED_OPEN : CONSIDERED_RULED_OUT;
            continue;
        }
        one->verdict = CONSIDERED_FITS;
        several |= found != NULL && found->driver != one->driver;
        found = one;
    }
    return several ? NULL : found;
}

static void constant_answered(void *context, const struct link_answer *answer) {
    struct identify *identify = context;
    const struct link_request *request = &identify->request;
    if (!goes_on(identify, answer))
        return;
    bool said = answer->error == 0 || answer->error == ERROR_REFUSED;
    const struct considered *found = said ? judge_constants(identify, answer) : NULL;
    if (found == NULL) {
        ask_constant(identify);
        return;
    }
    const char *kind = request->function == MODBUS_HOLDING_REGISTERS ? "holding" : "input";
    snprintf(identify->why, sizeof(identify->why), "its %s register %u%s what %s says", kind,
             request->address + found->driver->first_register,
             request->count > 1 ? " and those that follow hold" : " holds",
             found->recognition != NULL ? "its driver" : "the standard");
    identify_end(identify, found->driver, 0, identify->why);
}

static void ask_constant(struct identify *identify) {
    struct considered *next = next_open(identify);
    if (next == NULL || identify->finding.asked >= IDENTIFY_PROBES_MOST) {
        give_up(identify);
        return;
    }
    const struct constant own = constant_of(next);
    identify->request = (struct link_request){
        .ask = ASK_REGISTERS, .function = own.function, .address = own.address, .count = own.count};
    identify_ask(identify, constant_answered);
}

/* --- function 43/14 */

static void take_objects(struct identify *identify, const struct link_answer *answer) {
    struct modbus_object object;
    size_t at = 0;
    while (modbus_next_object(answer->data, answer->size, &at, &object)) {
        char *texts[] = {identify->vendor, identify->product, identify->release};
        const struct raw raw = {.kind = RAW_TEXT, .text = object.text, .size = object.size};
        if (object.id <= MODBUS_OBJECT_REVISION)
            raw_write_text(&raw, texts[object.id], sizeof(identify->vendor));
    }
}

static size_t literal_length(const char *pattern) {
    size_t n = 0;
    for (; *pattern != 0; pattern++)
        n += *pattern != '*' && *pattern != '#';
    return n;
}

/* The driver whose pattern fits and says most; NULL where none does, or two say as much. */
static const struct considered *judge_products(struct identify *identify) {
    char text[sizeof(identify->vendor) + sizeof(identify->product) + 1];
    const struct considered *found = NULL;
    bool several = false;
    snprintf(text, sizeof(text), "%s|%s", identify->vendor, identify->product);
    for (size_t i = 0; i < identify->n_considered && text[1] != 0; i++) {
        struct considered *one = &identify->considered[i];
        const char *pattern = one->recognition != NULL ? one->recognition->product : NULL;
        if (pattern == NULL)
            continue;
        bool fits = pattern_match(pattern, text, strlen(text));
        if (fits)
            one->verdict = CONSIDERED_FITS;
        else if (constant_of(one).count == 0)
            one->verdict = CONSIDERED_RULED_OUT;
        size_t length = fits ? literal_length(pattern) : 0;
        size_t longest = found != NULL ? literal_length(found->recognition->product) : 0;
        if (!fits || (found != NULL && length < longest))
            continue;
        several = found != NULL && found->driver != one->driver && length == longest;
        found = one;
    }
    return several ? NULL : found;
}

static void identity_answered(void *context, const struct link_answer *answer);

static void ask_identity(struct identify *identify, uint8_t object) {
    identify->request = (struct link_request){
        .ask = ASK_REGISTERS, .function = MODBUS_IDENTIFICATION, .address = object, .count = BASIC};
    identify_ask(identify, identity_answered);
}

static void identity_answered(void *context, const struct link_answer *answer) {
    struct identify *identify = context;
    if (!goes_on(identify, answer))
        return;
    if (answer->error == 0) {
        take_objects(identify, answer);
        uint8_t more = modbus_more_objects(answer->data, answer->size);
        if (more > identify->request.address && more <= MODBUS_OBJECT_PRODUCT_CODE) {
            ask_identity(identify, more);
            return;
        }
        const struct considered *found = judge_products(identify);
        if (found != NULL) {
            snprintf(identify->why, sizeof(identify->why), "it calls itself \"%s\" of \"%s\"",
                     identify->product, identify->vendor);
            identify_end(identify, found->driver, 0, identify->why);
            return;
        }
    }
    ask_constant(identify);
}

/* All the ways that drivers name, and the marks of their chains. */
static void collect(struct identify *identify) {
    for (size_t i = 0; i < n_drivers; i++) {
        const struct driver *driver = all_drivers[i];
        if (driver->protocol != PROTOCOL_MODBUS)
            continue;
        if (driver->chain.n > 0)
            identify->considered[identify->n_considered++] = (struct considered){.driver = driver};
        for (size_t j = 0; j < IDENTIFY_RECOGNITIONS; j++) {
            const struct recognition *recognition = &driver->recognition[j];
            if (recognition->product != NULL || recognition->says.source.kind != SOURCE_NONE)
                identify->considered[identify->n_considered++] =
                    (struct considered){.driver = driver, .recognition = recognition};
        }
    }
}

void identify_modbus(struct identify *identify) {
    collect(identify);
    ask_identity(identify, MODBUS_OBJECT_VENDOR);
}
