/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the module share: the tables of a recording and the place where parsing stands. Known to
 * recording*.c only.
 */
#ifndef HALLWATCH_ACQUIRE_RECORDING_TABLE_H
#define HALLWATCH_ACQUIRE_RECORDING_TABLE_H

#include "acquire/codec_modbus.h"
#include "acquire/recording.h"

struct recording_object {
    struct varbind varbind;
    size_t line;
};

struct recording_cell {
    uint8_t function; /* that reads it */
    uint16_t address, value;
    size_t line;
};

struct recording {
    bool snmp;
    char *text;      /* the file, cut up */
    uint32_t *parts; /* of all OIDs */
    size_t n_parts;
    struct recording_object *objects; /* sorted by name */
    size_t n_objects;
    struct recording_cell *cells; /* sorted by function and address */
    size_t n_cells, room;
    uint8_t identity[MODBUS_MOST_IDENTITY]; /* as a reply of function 43/14 carries it */
    size_t identity_size;                   /* 0: none */
};

/* Where parsing stands, and where to say what is wrong. */
struct recording_parser {
    struct recording *recording;
    const char *name;
    size_t line;
    uint16_t identity_object; /* of the latest line of an identity */
    char *why;
    size_t why_size;
};

/* Says where and what is wrong; returns ERROR_ARGUMENT. */
int recording_fail(struct recording_parser *parser, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One line, ended by NUL; `size` without it. */
int recording_parse_object(struct recording_parser *parser, char *line, size_t size);
int recording_parse_registers(struct recording_parser *parser, char *line);

/* The order of the tables. A line that repeats another is refused when they are sorted. */
int recording_compare_cells(const void *a, const void *b);
int recording_sort_objects(struct recording_parser *parser);
int recording_sort_cells(struct recording_parser *parser);

#endif
