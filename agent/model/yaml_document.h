/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A YAML file as a small tree of own nodes, each with its place. Texts only: what a scalar means is the
 * schema's. Aliases, tags and a second document are refused; size, depth and number of nodes are bounded.
 */
#ifndef HALLWATCH_MODEL_YAML_DOCUMENT_H
#define HALLWATCH_MODEL_YAML_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/mistakes.h"

enum { YAML_FILE_MOST = 4 << 20 };

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    bool quoted; /* a scalar in quotes: never empty by omission */
    struct spot at;
    char *text;            /* of scalars; UTF-8 without NUL inside */
    struct node *children; /* of lists: the entries; of maps: key, value, key, value ... Keys are scalars. */
    size_t n_children;
};

/*
 * Parses `size` bytes; `file` names them in mistakes and is borrowed by the nodes. Returns the root, to be
 * freed with yaml_document_free, or NULL after a mistake was written.
 */
struct node *yaml_document_parse(const char *file, const char *data, size_t size, struct mistakes *mistakes);
void yaml_document_free(struct node *root);

/* "a text", "a list", "a map": what a node is, for people. */
const char *node_kind_text(enum node_kind kind);

#endif
