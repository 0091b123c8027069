/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that knows libyaml: parses, bounds and copies its document into own nodes. */
#include "model/yaml_document.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH_MOST = 16, NODES_MOST = 1000000 };

struct copy {
    yaml_document_t *document;
    const char *file;
    struct mistakes *mistakes;
    bool *seen; /* by node number: libyaml resolves an alias into a second visit of one node */
    bool failed;
};

static void free_node(struct node *node) {
    for (size_t i = 0; i < node->n_children; i++)
        free_node(&node->children[i]);
    free(node->children);
    free(node->text);
}

void yaml_document_free(struct node *root) {
    if (!root)
        return;
    free_node(root);
    free(root);
}

const char *node_kind_text(enum node_kind kind) {
    static const char *const texts[] = {"a text", "a list", "a map"};
    return texts[kind];
}

static struct spot spot_of(const char *file, const yaml_mark_t *mark) {
    return (struct spot){file, (uint32_t)mark->line + 1, (uint32_t)mark->column + 1};
}

static void refuse(struct copy *copy, const struct spot *at, const char *what) {
    if (!copy->failed)
        mistakes_add(copy->mistakes, at, "", "%s", what);
    copy->failed = true;
}

static void copy_scalar(struct copy *copy, const yaml_node_t *from, struct node *to) {
    const char *value = (const char *)from->data.scalar.value;
    if (memchr(value, 0, from->data.scalar.length)) {
        refuse(copy, &to->at, "a text must not hold a zero byte");
        return;
    }
    to->kind = NODE_SCALAR;
    to->quoted = from->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    to->text = strdup(value);
    if (!to->text)
        refuse(copy, &to->at, "out of memory");
}

static void copy_node(struct copy *copy, int number, const struct spot *parent, int depth, struct node *to);

static struct node *add_children(struct copy *copy, struct node *to, enum node_kind kind, size_t n) {
    to->kind = kind;
    if (n == 0)
        return NULL;
    to->children = calloc(n, sizeof(*to->children));
    if (!to->children)
        refuse(copy, &to->at, "out of memory");
    else
        to->n_children = n;
    return to->children;
}

static void copy_list(struct copy *copy, const yaml_node_t *from, int depth, struct node *to) {
    const yaml_node_item_t *first = from->data.sequence.items.start, *end = from->data.sequence.items.top;
    if (!add_children(copy, to, NODE_LIST, (size_t)(end - first)))
        return;
    for (size_t i = 0; i < to->n_children && !copy->failed; i++)
        copy_node(copy, first[i], &to->at, depth + 1, &to->children[i]);
}

static void copy_map(struct copy *copy, const yaml_node_t *from, int depth, struct node *to) {
    const yaml_node_pair_t *first = from->data.mapping.pairs.start, *end = from->data.mapping.pairs.top;
    if (!add_children(copy, to, NODE_MAP, 2 * (size_t)(end - first)))
        return;
    for (size_t i = 0; i < to->n_children && !copy->failed; i += 2) {
        struct node *key = &to->children[i];
        copy_node(copy, first[i / 2].key, &to->at, depth + 1, key);
        if (!copy->failed && key->kind != NODE_SCALAR)
            refuse(copy, &key->at, "a key must be a text");
        if (!copy->failed)
            copy_node(copy, first[i / 2].value, &key->at, depth + 1, &to->children[i + 1]);
    }
}

static void copy_node(struct copy *copy, int number, const struct spot *parent, int depth, struct node *to) {
    yaml_node_t *from = yaml_document_get_node(copy->document, number);
    if (copy->seen[number]) {
        refuse(copy, parent, "aliases (*name) are not supported: write the value out");
        return;
    }
    copy->seen[number] = true;
    to->at = spot_of(copy->file, &from->start_mark);
    if (depth > DEPTH_MOST) {
        refuse(copy, &to->at, "nested too deeply");
        return;
    }
    static const char *const tags[] = {[YAML_SCALAR_NODE] = YAML_STR_TAG,
                                       [YAML_SEQUENCE_NODE] = YAML_SEQ_TAG,
                                       [YAML_MAPPING_NODE] = YAML_MAP_TAG};
    if (strcmp((const char *)from->tag, tags[from->type]) != 0)
        refuse(copy, &to->at, "tags (!name) are not supported");
    else if (from->type == YAML_SCALAR_NODE)
        copy_scalar(copy, from, to);
    else if (from->type == YAML_SEQUENCE_NODE)
        copy_list(copy, from, depth, to);
    else
        copy_map(copy, from, depth, to);
}

static struct node *copy_document(yaml_document_t *document, const char *file, struct mistakes *mistakes) {
    struct copy copy = {.document = document, .file = file, .mistakes = mistakes};
    size_t n_nodes = (size_t)(document->nodes.top - document->nodes.start);
    struct spot whole = {file, 0, 0};
    if (n_nodes == 0 || n_nodes > NODES_MOST) {
        refuse(&copy, &whole, n_nodes ? "has more than 1000000 values" : "the file is empty");
        return NULL;
    }
    copy.seen = calloc(n_nodes + 1, sizeof(*copy.seen)); /* nodes are numbered from 1; the root is 1 */
    struct node *root = calloc(1, sizeof(*root));
    if (!copy.seen || !root)
        refuse(&copy, &whole, "out of memory");
    else
        copy_node(&copy, 1, &whole, 1, root);
    free(copy.seen);
    if (!copy.failed)
        return root;
    yaml_document_free(root);
    return NULL;
}

struct input {
    const char *file, *data;
    size_t size;
};

/* Of bytes that are no text libyaml tells the offset only. */
static struct spot spot_of_offset(const struct input *input, size_t offset) {
    struct spot at = {input->file, 1, 1};
    for (size_t i = 0; i < offset && i < input->size; i++) {
        bool continues = ((unsigned char)input->data[i] & 0xc0) == 0x80;
        at.line += input->data[i] == '\n';
        at.column = input->data[i] == '\n' ? 1 : at.column + !continues;
    }
    return at;
}

static void say_syntax_error(const yaml_parser_t *parser, const struct input *input,
                             struct mistakes *mistakes) {
    struct spot at = parser->error == YAML_READER_ERROR ? spot_of_offset(input, parser->problem_offset)
                                                        : spot_of(input->file, &parser->problem_mark);
    const char *problem = parser->problem ? parser->problem : "out of memory";
    if (parser->context)
        mistakes_add(mistakes, &at, "", "no valid YAML: %s %s (line %zu)", problem, parser->context,
                     parser->context_mark.line + 1);
    else
        mistakes_add(mistakes, &at, "", "no valid YAML: %s", problem);
}

/* Whether the stream ends here, as it should after one document. */
static bool is_at_end(yaml_parser_t *parser, const struct input *input, struct mistakes *mistakes) {
    yaml_document_t next;
    if (!yaml_parser_load(parser, &next)) {
        say_syntax_error(parser, input, mistakes);
        return false;
    }
    yaml_node_t *root = yaml_document_get_root_node(&next);
    if (root) {
        struct spot at = spot_of(input->file, &root->start_mark);
        mistakes_add(mistakes, &at, "", "a second YAML document begins here; one file holds one");
    }
    yaml_document_delete(&next);
    return !root;
}

struct node *yaml_document_parse(const char *file, const char *data, size_t size, struct mistakes *mistakes) {
    const struct input input = {file, data, size};
    struct spot whole = {file, 0, 0};
    yaml_parser_t parser;
    yaml_document_t document;
    struct node *root = NULL;
    if (size > YAML_FILE_MOST || !yaml_parser_initialize(&parser)) {
        mistakes_add(mistakes, &whole, "", size > YAML_FILE_MOST ? "is larger than 4 MiB" : "out of memory");
        return NULL;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)data, size);
    if (yaml_parser_load(&parser, &document)) {
        root = copy_document(&document, file, mistakes);
        yaml_document_delete(&document);
        if (root && !is_at_end(&parser, &input, mistakes)) {
            yaml_document_free(root);
            root = NULL;
        }
    } else {
        say_syntax_error(&parser, &input, mistakes);
    }
    yaml_parser_delete(&parser);
    return root;
}
