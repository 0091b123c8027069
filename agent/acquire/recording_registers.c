/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a Modbus recording. */
#include "acquire/recording_table.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/codec_modbus.h"

/* The next word of a line and its end as NUL; NULL at the end of the line or where a comment begins. */
static char *next_word(char **rest) {
    char *word = *rest + strspn(*rest, " \t\r");
    if (*word == '\0' || *word == '#')
        return NULL;
    size_t size = strcspn(word, " \t\r");
    *rest = word + size + (word[size] != '\0');
    word[size] = '\0';
    return word;
}

static bool parse_word(const char *text, uint16_t most, uint16_t *number) {
    bool hex = text[0] == '0' && (text[1] | 0x20) == 'x';
    const char *digits = hex ? text + 2 : text;
    if (strlen(digits) > 5 || !*digits ||
        digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")])
        return false;
    unsigned long value = strtoul(digits, NULL, hex ? 16 : 10);
    *number = (uint16_t)value;
    return value <= most;
}

static uint8_t function_of(const char *word) {
    static const char *const words[] = {
        [MODBUS_COILS] = "coil",
        [MODBUS_DISCRETE_INPUTS] = "discrete",
        [MODBUS_HOLDING_REGISTERS] = "holding",
        [MODBUS_INPUT_REGISTERS] = "input",
    };
    for (uint8_t function = MODBUS_COILS; function <= MODBUS_INPUT_REGISTERS; function++)
        if (strcmp(word, words[function]) == 0)
            return function;
    return 0;
}

static bool holds_bits(uint8_t function) {
    return function == MODBUS_COILS || function == MODBUS_DISCRETE_INPUTS;
}

static int add_cell(struct recording *recording, const struct recording_cell *cell) {
    if (recording->n_cells == recording->room) {
        size_t room = recording->room ? 2 * recording->room : 256;
        struct recording_cell *cells = realloc(recording->cells, room * sizeof(*cells));
        if (!cells)
            return ERROR_MEMORY;
        recording->cells = cells;
        recording->room = room;
    }
    recording->cells[recording->n_cells++] = *cell;
    return 0;
}

/* The rest of a line "identity OBJECT TEXT", appended to what a reply says; objects in rising order. */
static int parse_identity(struct recording_parser *parser, char *line) {
    struct recording *recording = parser->recording;
    uint8_t *identity = recording->identity, *more = &identity[4];
    uint16_t object;
    char *word = next_word(&line);
    if (!word || !parse_word(word, UINT8_MAX, &object))
        return recording_fail(parser, parser->line, "expected an object from 0 to 255");
    line += strspn(line, " \t\r");
    size_t size = strlen(line), used = recording->identity_size > 0 ? recording->identity_size : 5;
    while (size > 0 && strchr(" \t\r", line[size - 1]))
        size--;
    if (used + 2 + size > sizeof(recording->identity))
        return recording_fail(parser, parser->line, "more text than an answer has room for");
    if (*more > 0 && object <= parser->identity_object)
        return recording_fail(parser, parser->line, "objects go from lower to higher numbers");
    identity[0] = identity[1] = 1; /* the basic category, and no more than that */
    identity[used] = (uint8_t)object;
    identity[used + 1] = (uint8_t)size;
    memcpy(identity + used + 2, line, size);
    recording->identity_size = used + 2 + size;
    parser->identity_object = object;
    ++*more;
    return 0;
}

int recording_parse_registers(struct recording_parser *parser, char *line) {
    char *word = next_word(&line);
    if (!word)
        return 0;
    if (strcmp(word, "identity") == 0)
        return parse_identity(parser, line);
    struct recording_cell cell = {.function = function_of(word), .line = parser->line};
    if (cell.function == 0)
        return recording_fail(parser, parser->line, "\"%.20s\": holding, input, coil, discrete or identity",
                              word);
    word = next_word(&line);
    if (!word || !parse_word(word, UINT16_MAX, &cell.address))
        return recording_fail(parser, parser->line, "expected an address from 0 to 65535");
    uint32_t address = cell.address;
    uint16_t most = holds_bits(cell.function) ? 1 : UINT16_MAX;
    if (!(word = next_word(&line)))
        return recording_fail(parser, parser->line, "no value after the address");
    for (; word; word = next_word(&line), address++) {
        if (!parse_word(word, most, &cell.value))
            return recording_fail(parser, parser->line, "\"%.20s\" is no number from 0 to %u", word, most);
        if (address > UINT16_MAX)
            return recording_fail(parser, parser->line, "more values than addresses up to 65535");
        cell.address = (uint16_t)address;
        if (add_cell(parser->recording, &cell) < 0)
            return ERROR_MEMORY;
    }
    return 0;
}

int recording_compare_cells(const void *a, const void *b) {
    const struct recording_cell *left = a, *right = b;
    int functions = (left->function > right->function) - (left->function < right->function);
    int addresses = (left->address > right->address) - (left->address < right->address);
    return functions ? functions : addresses;
}

int recording_sort_cells(struct recording_parser *parser) {
    struct recording *recording = parser->recording;
    if (recording->n_cells > 0)
        qsort(recording->cells, recording->n_cells, sizeof(struct recording_cell), recording_compare_cells);
    for (size_t i = 1; i < recording->n_cells; i++) {
        const struct recording_cell *a = &recording->cells[i - 1], *b = &recording->cells[i];
        if (recording_compare_cells(a, b) == 0)
            return recording_fail(parser, a->line > b->line ? a->line : b->line, "address %u again",
                                  a->address);
    }
    return 0;
}
