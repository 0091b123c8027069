/* SPDX-License-Identifier: Apache-2.0 */
/* The walk along a chain of models. */
#include "acquire/chain_walk.h"

enum { END_ID = 0xffff, REGISTERS = 65536 };

struct chain_walk chain_walk_begin(const struct driver *driver) {
    return driver->chain.n > 0 ? (struct chain_walk){.chain = &driver->chain}
                               : (struct chain_walk){.ended = true};
}

bool chain_walk_next(const struct chain_walk *walk, uint16_t *address) {
    if (walk->ended)
        return false;
    *address = (uint16_t)(walk->marked ? walk->at : (uint32_t)walk->chain->values[walk->start]);
    return true;
}

/* The next place where the chain may begin, or the end. */
static void walk_look_elsewhere(struct chain_walk *walk) {
    walk->start++;
    walk->ended = walk->start == walk->chain->n;
}

void chain_walk_take(struct chain_walk *walk, const uint8_t *data, struct image *image) {
    uint32_t first = data == NULL ? 0 : (uint32_t)data[0] << 8 | data[1];
    uint32_t second = data == NULL ? 0 : (uint32_t)data[2] << 8 | data[3];
    if (!walk->marked) {
        walk->marked = data != NULL && (first << 16 | second) == walk->chain->mark;
        walk->at = (uint32_t)walk->chain->values[walk->start] + CHAIN_WORDS;
        if (!walk->marked)
            walk_look_elsewhere(walk);
        return;
    }
    uint32_t behind = walk->at + CHAIN_WORDS + second;
    walk->ended = data == NULL || first == END_ID || second == 0 || behind > REGISTERS ||
                  image_put_model(image, (uint16_t)first, (uint16_t)walk->at, behind) != 0 ||
                  behind + CHAIN_WORDS > REGISTERS;
    walk->at = behind;
}
