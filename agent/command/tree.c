/* SPDX-License-Identifier: Apache-2.0 */
/* `hallwatch tree`: who feeds whom, drawn in the terminal, with what flows now. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "command/command.h"
#include "command/find_node.h"
#include "command/judged_document.h"
#include "command/node_alarms.h"
#include "command/options.h"
#include "command/status_digest.h"
#include "command/table.h"
#include "command/tree_dot.h"

enum { GAP = 2, STATE_LEAST = 16, KIND_FROM_WIDTH = 100, WIDTH_LEAST = 40, WIDTH_MOST = 1000 };

/* How wide a line may be, and whether colours are seen. 0: as wide as it becomes. */
struct screen {
    size_t width;
    bool colours;
};

static struct screen look_at_screen(void) {
    struct screen screen = {0};
    struct winsize size;
    const char *columns = getenv("COLUMNS"), *terminal = getenv("TERM"), *plain = getenv("NO_COLOR");
    int64_t width = 0;
    if (columns && text_to_integer(columns, &width) == 0 && width >= WIDTH_LEAST && width <= WIDTH_MOST)
        screen.width = (size_t)width;
    if (!isatty(STDOUT_FILENO))
        return screen;
    screen.colours = !(plain && *plain) && terminal && strcmp(terminal, "dumb") != 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= WIDTH_LEAST)
        screen.width = size.ws_col;
    return screen;
}

/* Widths of the columns before the last. */
struct columns {
    size_t name, kind, power, used;
};

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static void measure(const struct tree_cells *cells, struct columns *columns) {
    columns->name = larger(columns->name, table_width(cells->name.data));
    columns->kind = larger(columns->kind, table_width(cells->kind));
    columns->power = larger(columns->power, table_width(cells->power));
    columns->used = larger(columns->used, table_width(cells->used));
}

/* The kind goes first where there is little room, then names are cut. */
static void fit(struct columns *columns, size_t width) {
    if (width == 0)
        return;
    if (width < KIND_FROM_WIDTH)
        columns->kind = 0;
    size_t taken = STATE_LEAST + GAP + (columns->kind ? columns->kind + GAP : 0) +
                   (columns->power ? columns->power + GAP : 0) + (columns->used ? columns->used + GAP : 0);
    size_t left = width > taken ? width - taken : 0;
    if (columns->name > left)
        columns->name = left > STATE_LEAST ? left : STATE_LEAST;
}

static size_t add_cell(const char *cell, size_t width, bool is_right, struct text *line) {
    struct text cut = {0};
    if (width == 0)
        return 0;
    table_cut(cell, width, &cut);
    int blanks = (int)(width - table_width(cut.data ? cut.data : ""));
    text_add_format(line, "%*s%s%*s", is_right ? blanks : 0, "", cut.data ? cut.data : "",
                    (is_right ? 0 : blanks) + GAP, "");
    text_done(&cut);
    return width + GAP;
}

static void add_line(const struct tree_cells *cells, const struct columns *columns, size_t width,
                     struct text *line) {
    size_t used = add_cell(cells->name.data, columns->name, false, line);
    used += add_cell(cells->kind, columns->kind, false, line);
    used += add_cell(cells->power, columns->power, true, line);
    used += add_cell(cells->used, columns->used, true, line);
    table_cut(cells->state.data, width > used ? width - used : SIZE_MAX, line);
    while (line->size > 0 && line->data[line->size - 1] == ' ')
        line->data[--line->size] = '\0';
}

static void print_line(const struct tree_cells *cells, const struct columns *columns,
                       const struct screen *screen, FILE *out) {
    static const char *const colours[] = {[MOOD_PLAIN] = "",
                                          [MOOD_DIM] = "\033[90m",
                                          [MOOD_GENERATOR] = "\033[36m",
                                          [MOOD_WARNING] = "\033[33m",
                                          [MOOD_ALARM] = "\033[31m"};
    bool is_coloured = screen->colours && cells->mood != MOOD_PLAIN;
    struct text line = {0};
    add_line(cells, columns, screen->width, &line);
    if (!line.failed)
        fprintf(out, "%s%s%s\n", is_coloured ? colours[cells->mood] : "", line.data,
                is_coloured ? "\033[0m" : "");
    text_done(&line);
}

typedef void take_cells(void *context, const struct tree_cells *cells);

static void for_each_line(const struct tree_look *look, const struct tree_network *network,
                          const struct tree *tree, take_cells *take, void *context) {
    bool lasts[TREE_DEPTH_MOST + 3] = {false};
    for (size_t i = 0; i < tree->n_lines; i++) {
        struct tree_cells cells;
        tree_write_line(look, tree, network, &tree->lines[i], lasts, &cells);
        if (!cells.name.failed && !cells.state.failed)
            take(context, &cells);
        tree_cells_done(&cells);
    }
}

struct printing {
    struct columns columns;
    struct screen screen;
};

static void measure_cells(void *context, const struct tree_cells *cells) {
    struct printing *printing = context;
    measure(cells, &printing->columns);
}

static void print_cells(void *context, const struct tree_cells *cells) {
    const struct printing *printing = context;
    print_line(cells, &printing->columns, &printing->screen, stdout);
}

/* Draws one of the networks; nothing where it has no lines. */
static int print_network(const struct tree_look *look, const struct tree_network *network, uint32_t root,
                         uint16_t depth, const char *heading) {
    struct tree tree = {0};
    struct printing printing = {.screen = look_at_screen()};
    int error = tree_lay_out(network, root, depth, &tree);
    if (!error && tree.n_lines > 0) {
        fputs(heading, stdout);
        for_each_line(look, network, &tree, measure_cells, &printing);
        fit(&printing.columns, printing.screen.width);
        for_each_line(look, network, &tree, print_cells, &printing);
        bool is_cut = false;
        for (size_t i = 0; i < tree.n_lines; i++)
            is_cut |= tree.lines[i].kind == LINE_DEEPER;
        if (is_cut && depth == TREE_NO_DEPTH)
            printf("(%u levels in all: name a node to see what it feeds, or --depth)\n", tree.deepest + 1u);
    }
    tree_done(&tree);
    return error ? STATUS_FAILED : STATUS_OK;
}

static int print_tree(const struct tree_look *look, const struct topology *topology, uint32_t root,
                      uint16_t depth) {
    struct tree_network power = tree_of_power(topology), heat = tree_of_heat(topology);
    bool is_all = root == POWER_NO_NODE;
    bool has_power = is_all || topology->fed[root].n > 0 || topology->sources[root].n > 0;
    bool has_heat = is_all ? topology->n_pipes > 0 : topology->cooled[root].n > 0;
    int status = STATUS_OK;
    if (has_power || !has_heat)
        status = print_network(look, &power, root, depth, "");
    if (status == STATUS_OK && has_heat)
        status = print_network(look, &heat, root, depth, has_power ? "\ncooling\n" : "");
    return status;
}

static void print_heading(const struct site_config *config, const struct judged_document *document) {
    struct text line = {0};
    char span[32];
    text_add_string(&line, "site ");
    text_add_printable(&line, config->site);
    text_add_format(&line, ", gateway ");
    text_add_printable(&line, config->gateway);
    text_add_format(&line, ": %zu nodes, ", config->power->n_nodes);
    if (document->judged) {
        double age_s = (double)(clock_wall_ms() - document->time.wall_ms) / 1000;
        status_write_span(age_s > 0 ? age_s : 0, span, sizeof(span));
        text_add_format(&line, "as of %s ago", span);
    } else {
        text_add_string(&line, "structure only, for no agent answers");
    }
    if (!line.failed)
        printf("%s\n\n", line.data);
    text_done(&line);
}

struct request {
    const char *node, *from, *gateway;
    uint16_t depth;
    bool dot;
};

static int show(const struct site_config *config, const struct topology *topology,
                const struct request *request, const struct judged_document *document) {
    struct tree_look look = {.power = config->power, .judged = document->judged};
    uint32_t root = request->node ? find_node("tree", config->power, request->node) : POWER_NO_NODE;
    int status = STATUS_FAILED;
    if (request->node && root == POWER_NO_NODE)
        return STATUS_USAGE;
    struct tree_alarm *alarms = node_alarms_new(config->power, document->source.document);
    look.alarms = alarms;
    look.origins = calloc(topology->n_nodes + 1, sizeof(*look.origins));
    if (alarms && look.origins) {
        if (look.judged)
            tree_find_origins(look.judged, look.origins);
        if (request->dot) {
            status =
                tree_write_dot(&look, topology, root, request->depth, stdout) ? STATUS_FAILED : STATUS_OK;
        } else {
            print_heading(config, document);
            status = print_tree(&look, topology, root, request->depth);
        }
    }
    free(look.origins);
    free(alarms);
    return status;
}

static bool read_depth(const char *text, uint16_t *depth) {
    int64_t number;
    *depth = TREE_NO_DEPTH;
    if (!text)
        return true;
    if (text_to_integer(text, &number) == 0 && number >= 0 && number <= TREE_DEPTH_MOST) {
        *depth = (uint16_t)number;
        return true;
    }
    fprintf(stderr, "hallwatch tree: --depth %s: so many levels, from 0 to %d\n", text, TREE_DEPTH_MOST);
    return false;
}

static int run(int argc, char **argv) {
    struct request request = {0};
    const char *depth = NULL, *others[2] = {NULL, NULL};
    const struct option options[] = {{"from", .value = &request.from},
                                     {"depth", .value = &depth},
                                     {"gateway", .value = &request.gateway},
                                     {"dot", .flag = &request.dot}};
    struct site_config *config = NULL;
    struct judged_document document = {0};
    struct topology *topology = NULL;
    if (options_read(argc, argv, options, 4, others, 1, 2) < 0 || !read_depth(depth, &request.depth))
        return STATUS_USAGE;
    request.node = others[1];
    int status = load_power_config("tree", others[0], request.gateway, &config);
    if (status != STATUS_OK)
        return status;
    status = judged_document_open("tree", config, request.from, &document);
    if (status == STATUS_UNREACHABLE && !request.from)
        status = STATUS_OK; /* the structure is known without it */
    if (status == STATUS_OK && topology_new(config->power, &topology) != 0)
        status = STATUS_FAILED;
    if (status == STATUS_OK)
        status = show(config, topology, &request, &document);
    topology_free(topology);
    judged_document_done(&document);
    config_free(config);
    return status;
}

const struct command command_tree = {
    .name = "tree",
    .summary = "draw who feeds whom, with what flows now",
    .help =
        "tree CONFIG [NODE] [--from FILE] [--depth N] [--dot] [--gateway NAME]\n\n"
        "Draws the topology of the configuration CONFIG, or what NODE feeds: power, its share of what is "
        "usable, and what\n"
        "is the matter. Readings are those of the agent that runs here; where none answers it is structure "
        "only. A node\n"
        "with several sources stands below the one it prefers, and is named below the others; edges that "
        "carry nothing\n"
        "are dashed. More than 40 racks are counted rather than drawn.\n\n"
        "  --from FILE     readings that `hallwatch status --json` wrote, instead of the agent's\n"
        "  --depth N       so many levels below the top; default: what fits 250 lines\n"
        "  --dot           for graphviz: hallwatch tree CONFIG --dot | dot -Tsvg > tree.svg\n"
        "  --gateway NAME  as the gateway NAME; default: the configuration's, else the host's name\n\n"
        "Exit status: 0 drawn, 2 wrong arguments or configuration.\n",
    .run = run,
};
