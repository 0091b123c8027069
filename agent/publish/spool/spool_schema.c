/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row in `stream`. A view's last_row is NULL while the agent may still write rows of it, else no row
 * after that one is of it. What is data is in the codecs' form.
 */
#include "publish/spool/spool_schema.h"

const char spool_schema[] =
    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
    "BEGIN;"
    "CREATE TABLE stream(name TEXT, newest INTEGER, total INTEGER, reserved INTEGER);"
    "CREATE TABLE lists(id INTEGER PRIMARY KEY, hash INTEGER, data BLOB);"
    "CREATE INDEX lists_hash ON lists(hash);"
    "CREATE TABLE views(id INTEGER PRIMARY KEY, hash INTEGER, last_row INTEGER, list INTEGER, data BLOB);"
    "CREATE INDEX views_hash ON views(hash);"
    "CREATE TABLE rows(id INTEGER PRIMARY KEY, first_id INTEGER, total INTEGER, time INTEGER, view INTEGER,"
    " data BLOB);"
    "CREATE TABLE places(sink TEXT PRIMARY KEY, data BLOB) WITHOUT ROWID;"
    "CREATE TABLE rejects(id INTEGER PRIMARY KEY, sink TEXT, row INTEGER, time INTEGER, readings INTEGER,"
    " words TEXT, list BLOB, view BLOB, data BLOB);"
    "PRAGMA user_version=1;"
    "COMMIT;";

const char *const spool_statements[N_STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [GET_STREAM] = "SELECT name, newest, total, reserved FROM stream",
    [PUT_STREAM] = "INSERT INTO stream VALUES (?1, ?2, ?3, ?2)",
    [SET_NEWEST] = "UPDATE stream SET newest=?1, total=?2, reserved=?3",
    [PUT_ROW] = "INSERT OR REPLACE INTO rows VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [DELETE_ROWS] = "DELETE FROM rows WHERE id BETWEEN ?1 AND ?2",
    [GET_ROWS] = ("SELECT id, first_id, total, time, view, data FROM rows WHERE id BETWEEN ?1 AND ?2"
                  " ORDER BY id LIMIT ?3"),
    [GET_OLDEST] = "SELECT id, time FROM rows ORDER BY id LIMIT 1",
    [GET_NEWEST] = "SELECT id, total FROM rows ORDER BY id DESC LIMIT 1",
    [COUNT_ROWS] = "SELECT count(*) FROM rows WHERE id BETWEEN ?1 AND ?2",
    [PUT_PLACE] = "INSERT OR REPLACE INTO places VALUES (?1, ?2)",
    [DELETE_PLACE] = "DELETE FROM places WHERE sink=?1",
    [GET_PLACE] = "SELECT sink, data FROM places ORDER BY sink LIMIT 1 OFFSET ?1",
    [PUT_REJECT] = "INSERT INTO rejects VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [TRIM_REJECTS] =
        "DELETE FROM rejects WHERE id <= (SELECT max(id) FROM (SELECT id, row_number() OVER newer AS n,"
        " sum(length(list) + length(view) + length(data) + length(words)) OVER newer AS bytes FROM rejects"
        " WINDOW newer AS (ORDER BY id DESC)) WHERE n > ?1 OR (n > 1 AND bytes > ?2))",
    [FIND_LIST] = "SELECT id FROM lists WHERE hash=?1 AND data=?2",
    [PUT_LIST] = "INSERT INTO lists VALUES (NULL, ?1, ?2)",
    [GET_LIST] = "SELECT data FROM lists WHERE id=?1",
    [FIND_VIEW] = "SELECT id FROM views WHERE hash=?1 AND data=?2 AND list=?3",
    [PUT_VIEW] = "INSERT INTO views VALUES (NULL, ?1, NULL, ?3, ?2)",
    [GET_VIEW] = "SELECT data, list FROM views WHERE id=?1",
    [USE_VIEW] = "UPDATE views SET last_row=NULL WHERE id=?1",
    [LEAVE_VIEW] = ("UPDATE views SET last_row=ifnull((SELECT max(id) FROM rows), 0)"
                    " WHERE id=?1 AND last_row IS NULL"),
    [LEAVE_VIEWS] = "UPDATE views SET last_row=ifnull((SELECT max(id) FROM rows), 0) WHERE last_row IS NULL",
    [DELETE_VIEWS] = "DELETE FROM views WHERE last_row < ifnull((SELECT min(id) FROM rows), ?1)",
    [DELETE_LISTS] = "DELETE FROM lists WHERE id NOT IN (SELECT list FROM views)",
    [GET_PAGES] = "PRAGMA page_count",
    [GET_FREE_PAGES] = "PRAGMA freelist_count",
};
