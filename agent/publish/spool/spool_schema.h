/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a spool's file and what is asked of them. Only the store's files include this. */
#ifndef HALLWATCH_PUBLISH_SPOOL_SPOOL_SCHEMA_H
#define HALLWATCH_PUBLISH_SPOOL_SPOOL_SCHEMA_H

enum { SPOOL_VERSION = 1 };

extern const char spool_schema[];

enum spool_statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    GET_STREAM,
    PUT_STREAM,
    SET_NEWEST,
    PUT_ROW,
    DELETE_ROWS,
    GET_ROWS,
    GET_OLDEST,
    GET_NEWEST,
    COUNT_ROWS,
    PUT_PLACE,
    DELETE_PLACE,
    GET_PLACE,
    PUT_REJECT,
    TRIM_REJECTS,
    FIND_LIST,
    PUT_LIST,
    GET_LIST,
    FIND_VIEW,
    PUT_VIEW,
    GET_VIEW,
    USE_VIEW,
    LEAVE_VIEW,
    LEAVE_VIEWS,
    DELETE_VIEWS,
    DELETE_LISTS,
    GET_PAGES,
    GET_FREE_PAGES,
    N_STATEMENTS
};

extern const char *const spool_statements[N_STATEMENTS];

#endif
