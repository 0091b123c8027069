/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A script: what happens in the halls, and when. Read and checked at the start; time 0 is the first request,
 * so that whoever watches has begun to look. It is the same moment in the life of the halls whenever it is
 * played: the racks' loads are the same, too. Each order is printed as it is carried out.
 */
#include "server_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hall_order.h"

enum { LINE_MOST = 200, ORDERS_MOST = 1000 };
enum { BEGIN_S = 100 * 86400 }; /* after the hall's epoch */

struct scripted {
    int64_t after_us; /* the script's begin */
    char time[16], order[LINE_MOST];
};

struct script {
    struct timer timer; /* first: it is found by it */
    int64_t begun_us;   /* 0 = not yet */
    size_t n, next;
    struct scripted orders[ORDERS_MOST];
};

static bool is_order(const char *order) {
    struct training_spec training = {0};
    struct fault_order fault;
    struct hall_order hall;
    const char *problem;
    bool checkpoint;
    if (strncmp(order, "load ", 5) == 0)
        return training_read(order + 5, &training, &checkpoint);
    if (strncmp(order, "fault ", 6) == 0)
        return fault_read(order + 6, &fault, &problem);
    return hall_order_read(order, &hall);
}

/* `M:SS ORDER`, no sooner than the one before. */
static const char *take_line(struct script *script, const char *line, double speed) {
    unsigned minutes, seconds;
    int size = 0;
    if (script->n == ORDERS_MOST)
        return "too many orders";
    struct scripted *next = &script->orders[script->n];
    if (sscanf(line, "%4u:%2u %n", &minutes, &seconds, &size) < 2 || seconds > 59)
        return "begin with the time, M:SS";
    next->after_us = (int64_t)((minutes * 60 + seconds) * 1e6 / speed);
    snprintf(next->time, sizeof next->time, "%u:%02u", minutes, seconds);
    snprintf(next->order, sizeof next->order, "%s", line + size);
    if (script->n > 0 && next->after_us < script->orders[script->n - 1].after_us)
        return "is sooner than the order before it";
    if (!is_order(next->order))
        return "there is no such order; --help has all";
    script->n++;
    return NULL;
}

static bool read_script(struct script *script, FILE *file, const struct server_options *options) {
    char line[LINE_MOST];
    double speed = options->speed > 0 ? options->speed : 1;
    for (unsigned number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        line[strcspn(line, "#\r\n")] = '\0';
        for (size_t size = strlen(line); size > 0 && line[size - 1] == ' '; size--)
            line[size - 1] = '\0';
        const char *problem = *line != '\0' ? take_line(script, line, speed) : NULL;
        if (problem == NULL)
            continue;
        fprintf(stderr, "hallsim: %s:%u: %s\n", options->script, number, problem);
        return false;
    }
    return true;
}

bool server_open_script(struct server *server) {
    const char *path = server->options.script;
    if (path == NULL)
        return true;
    FILE *file = fopen(path, "r");
    server->script = file != NULL ? calloc(1, sizeof *server->script) : NULL;
    bool read = server->script != NULL && read_script(server->script, file, &server->options);
    if (server->script == NULL)
        fprintf(stderr, "hallsim: %s: %s\n", path, strerror(errno));
    if (file != NULL)
        fclose(file);
    return read;
}

static bool carry_out(struct server *server, const char *order, const char **problem) {
    size_t n;
    *problem = "no such load";
    if (strncmp(order, "load ", 5) == 0)
        return server_set_load(server, order + 5);
    if (strncmp(order, "fault ", 6) == 0)
        return server_set_fault(server, order + 6, &n, problem);
    return server_order(server, order, problem);
}

static void script_due(struct server *server, struct timer *timer) {
    struct script *script = (struct script *)timer;
    const char *problem;
    while (script->next < script->n) {
        const struct scripted *next = &script->orders[script->next];
        if (script->begun_us + next->after_us > server->now_us) {
            timer_set(server, timer, script->begun_us + next->after_us);
            return;
        }
        script->next++;
        if (carry_out(server, next->order, &problem))
            printf("%s %s\n", next->time, next->order);
        else
            fprintf(stderr, "hallsim: %s %s: %s\n", next->time, next->order, problem);
        fflush(stdout);
    }
    printf("the script has ended\n");
    fflush(stdout);
}

void server_begin_script(struct server *server) {
    struct script *script = server->script;
    if (script->begun_us != 0)
        return;
    script->begun_us = server->now_us;
    server->wall_offset_us = ((int64_t)HALL_EPOCH + BEGIN_S) * 1000000 - server->now_us;
    script->timer.due = script_due;
    timer_set(server, &script->timer, server->now_us);
}

void server_close_script(struct server *server) {
    if (server->script == NULL)
        return;
    timer_clear(server, &server->script->timer);
    free(server->script);
    server->script = NULL;
}
