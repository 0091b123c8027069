/* SPDX-License-Identifier: Apache-2.0 */
/* What a node says of itself: ratings, behaviour, trip curve, redundancy. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/power_build.h"
#include "model/quantity.h"

/* --- ratings --- */

static void set_rating(struct power_build *build, uint32_t number, const struct setting *setting) {
    struct power_rating *rating = &build->power->nodes[number].rating;
    enum dimension dimension = DIMENSION_NONE;
    double value = 0;
    char why[256];
    quantity_read(setting->text, NULL, &value, &dimension, why, sizeof(why)); /* the schema has checked it */
    double *of = dimension == DIMENSION_CURRENT          ? &rating->amperes
                 : dimension == DIMENSION_ACTIVE_POWER   ? &rating->watts
                 : dimension == DIMENSION_APPARENT_POWER ? &rating->voltamperes
                                                         : &rating->volts;
    if (*of > 0)
        power_refuse(build, number, "rating", setting, "\"%.60s\": there is another rating of this kind",
                     setting->text);
    *of = value;
}

static void set_ratings(struct power_build *build, uint32_t number) {
    const struct power_node_settings *settings = build->written[number];
    struct power_node *node = &build->power->nodes[number];
    const struct setting *ratings = settings->rating.items;
    for (size_t i = 0; i < settings->rating.n; i++)
        set_rating(build, number, &ratings[i]);
    node->standard = (enum breaker_standard)settings->standard.number;
    node->continuous_ratio = node->standard == STANDARD_UL_489 ? 0.8 : 1.0; /* power.md section 2 */
    if (setting_given(&settings->ratio))
        node->continuous_ratio = settings->ratio.value;
    node->derating = setting_given(&settings->derating) ? settings->derating.value : 1.0;
    node->units = (uint32_t)settings->units.number;
}

/* --- behaviour --- */

static enum power_behaviour behaviour_of(enum power_kind kind) {
    if (kind == POWER_STS || kind == POWER_ATS || kind == POWER_STATIC_BYPASS)
        return POWER_PREFERS;
    if (kind == POWER_BUS || kind == POWER_DC_BUS || kind == POWER_HEADER)
        return POWER_PARALLEL;
    return POWER_SHARES;
}

static void set_on_loss(struct power_build *build, uint32_t number) {
    static const enum dimension ratio[] = {DIMENSION_RATIO, DIMENSION_NONE};
    static const char steps[] = "steps down to ";
    const struct setting *setting = &build->written[number]->on_loss;
    struct power_node *node = &build->power->nodes[number];
    enum dimension dimension;
    char why[256];
    node->step_down = 1;
    if (!setting_given(setting) || strcmp(setting->text, "keeps") == 0)
        return;
    if (strncmp(setting->text, steps, sizeof(steps) - 1) != 0) {
        power_refuse(build, number, "on_loss", setting,
                     "\"%.60s\" must be \"keeps\", or like \"steps down to 60 %%\"", setting->text);
        return;
    }
    node->on_loss = POWER_STEPS_DOWN;
    if (quantity_read(setting->text + sizeof(steps) - 1, ratio, &node->step_down, &dimension, why,
                      sizeof(why)) != 0)
        power_refuse(build, number, "on_loss", setting, "%s", why);
    else if (node->step_down < 0 || node->step_down >= 1)
        power_refuse(build, number, "on_loss", setting, "\"%.60s\" is out of bounds: from 0 %% to 99 %%",
                     setting->text);
}

/* "N", "N+1", "2N". */
static void set_redundancy(struct power_build *build, uint32_t number) {
    const struct setting *setting = &build->written[number]->redundancy;
    struct power_redundancy *redundancy = &build->power->nodes[number].redundancy;
    int64_t spare;
    if (!setting_given(setting) || strcmp(setting->text, "N") == 0)
        return;
    if (strcmp(setting->text, "2N") == 0) {
        redundancy->rule = REDUNDANCY_2N;
    } else if (strncmp(setting->text, "N+", 2) == 0 && text_to_integer(setting->text + 2, &spare) == 0 &&
               spare >= 1 && spare <= POWER_SOURCES_MOST) {
        redundancy->rule = REDUNDANCY_N_PLUS;
        redundancy->spare = (uint32_t)spare;
    } else {
        power_refuse(build, number, "redundancy", setting, "\"%.60s\" must be N, N+1, N+2 ... or 2N",
                     setting->text);
    }
}

/* --- trip --- */

/* Cuts the next word off. */
static char *take_word(char **rest) {
    char *word = *rest + strspn(*rest, " ");
    char *end = word + strcspn(word, " ");
    *rest = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

/* "500 A" or "10 s" behind what it is. */
static bool take_value(struct power_build *build, uint32_t number, char **rest, enum dimension wanted,
                       double *value) {
    const enum dimension dimensions[] = {wanted, DIMENSION_NONE};
    const struct setting *setting = &build->written[number]->trip;
    enum dimension dimension;
    char text[64], why[256];
    const char *figure = take_word(rest);
    bool is_bare = figure[strspn(figure, "+-.0123456789")] == '\0';
    snprintf(text, sizeof(text), "%.30s %.30s", figure, is_bare ? take_word(rest) : "");
    if (!is_bare)
        text[strlen(text) - 1] = '\0';
    bool right = quantity_read(text, dimensions, value, &dimension, why, sizeof(why)) == 0;
    if (!right)
        power_refuse(build, number, "trip", setting, "%s", why);
    else if (*value <= 0)
        power_refuse(build, number, "trip", setting, "%s must be above 0", text);
    return right && *value > 0;
}

static bool set_trip_words(struct power_build *build, uint32_t number, char *rest) {
    static const char *const curves[] = {"none", "thermal-magnetic", "electronic", "hydraulic-magnetic"};
    static const char *const words[] = {"Ir", "tr", "tau", "no-memory"};
    struct power_trip *trip = &build->power->nodes[number].trip;
    const struct setting *setting = &build->written[number]->trip;
    const char *curve = take_word(&rest);
    size_t n = 0;
    while (n < 4 && strcmp(curves[n], curve) != 0)
        n++;
    if (n == 4) {
        power_refuse_unknown(build, number, "trip", setting, "curve", curve, curves, 4);
        return false;
    }
    trip->curve = (enum trip_curve)n;
    for (const char *word = take_word(&rest); *word; word = take_word(&rest)) {
        bool right = true;
        if (strcmp(word, "Ir") == 0)
            right = take_value(build, number, &rest, DIMENSION_CURRENT, &trip->setting_amperes);
        else if (strcmp(word, "tr") == 0)
            right = take_value(build, number, &rest, DIMENSION_TIME, &trip->delay_seconds);
        else if (strcmp(word, "tau") == 0)
            right = take_value(build, number, &rest, DIMENSION_TIME, &trip->time_constant_s);
        else if (strcmp(word, "no-memory") == 0)
            trip->no_thermal_memory = true;
        else
            power_refuse_unknown(build, number, "trip", setting, "word", word, words, 4);
        if (!right)
            return false;
    }
    return true;
}

static void set_trip(struct power_build *build, uint32_t number) {
    const struct setting *setting = &build->written[number]->trip;
    const struct power_node *node = &build->power->nodes[number];
    char *copy = setting_given(setting) ? config_copy(build->build, setting->text) : NULL;
    if (copy && set_trip_words(build, number, copy) && node->trip.curve != CURVE_NONE) {
        if (node->rating.amperes <= 0 && node->trip.setting_amperes <= 0)
            power_refuse(build, number, "trip", setting,
                         "needs a rating in A, or the setting: electronic Ir 500 A tr 10 s");
        if (node->trip.curve == CURVE_ELECTRONIC && node->trip.delay_seconds <= 0)
            power_refuse(build, number, "trip", setting,
                         "lacks the delay at 6 Ir, such as: electronic Ir 500 A tr 10 s");
    }
    free(copy);
}

/* --- all of it --- */

static void set_labels(struct power_build *build, uint32_t number) {
    const struct power_node_settings *settings = build->written[number];
    struct power_node *node = &build->power->nodes[number];
    const struct setting *hall =
        setting_given(&settings->hall) ? &settings->hall : &build->build->settings.hall;
    node->name = config_copy(build->build, settings->name.text);
    node->hall = config_copy(build->build, hall->text);
    node->row = config_copy(build->build, settings->row.text);
    node->rack = config_copy(build->build, settings->rack.text);
    node->feed = config_copy(build->build, settings->feed.text);
}

void power_build_node(struct power_build *build, uint32_t number) {
    const struct power_node_settings *settings = build->written[number];
    struct power_node *node = &build->power->nodes[number];
    node->at = power_keep_spot(build, &settings->entry.at);
    node->kind = (enum power_kind)settings->kind.number;
    node->behaviour = setting_given(&settings->takes) ? (enum power_behaviour)settings->takes.number
                                                      : behaviour_of(node->kind);
    node->normally_open = settings->normal.number == 1;
    node->line_to_line = settings->connection.number == 1;
    node->autonomy_ms = settings->autonomy.number;
    node->start_ms = settings->start.number;
    node->design_flow = settings->flow.value;
    set_labels(build, number);
    set_ratings(build, number);
    set_on_loss(build, number);
    set_redundancy(build, number);
    set_trip(build, number);
}
