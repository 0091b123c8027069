# SPDX-License-Identifier: Apache-2.0
"""What Grafana dashboards are made of, as plain JSON: panels, rows, variables. Knows no dashboard and nothing of the catalogue."""

SCHEMA = 38  # of Grafana 10; Grafana 11 takes it as it is
WIDTH = 24  # columns of Grafana's grid
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
GREEN, YELLOW, ORANGE, RED, BLUE, GREY = "green", "yellow", "orange", "red", "blue", "#8e8e8e"


def steps(*levels, base=GREEN):
    """Thresholds: the colour below all, then (from which value on, colour)."""
    return [{"color": base, "value": None}, *({"color": colour, "value": value} for value, colour in levels)]


def words(mapping, colours=()):
    """Values that stand for words: {code: word}, and the colours of some words."""
    colours = dict(colours)
    return [
        {
            "type": "value",
            "options": {
                str(code): {"text": word, "index": i, **({"color": colours[word]} if word in colours else {})}
                for i, (code, word) in enumerate(mapping.items())
            },
        }
    ]


class Query:
    """An expression, and what its series are called. A table's is of one instant."""

    def __init__(self, expression, legend="__auto"):
        self.expression, self.legend = expression, legend

    def target(self, letter, instant):
        kind = (
            {"instant": True, "range": False, "format": "table"}
            if instant
            else {"instant": False, "range": True}
        )
        return {
            "datasource": SOURCE,
            "editorMode": "code",
            "expr": self.expression,
            "legendFormat": self.legend,
            "refId": letter,
            **kind,
        }


def defaults(unit, thresholds=None, mappings=None, no_value="no data", custom=None, **more):
    return {
        "unit": unit,
        "noValue": no_value,
        "color": {"mode": "thresholds" if thresholds or mappings else "palette-classic"},
        "thresholds": {"mode": "absolute", "steps": thresholds or steps()},
        "mappings": mappings or [],
        "custom": custom or {},
        **more,
    }


LEGEND = {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"], "showLegend": True}
LINES = {"lineWidth": 1, "fillOpacity": 8, "showPoints": "never", "spanNulls": False}


def panel(kind, title, description, queries, width, height, options, fields, overrides=(), **more):
    instant = kind == "table"
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": SOURCE,
        "gridPos": {"w": width, "h": height},
        "targets": [query.target(chr(ord("A") + i), instant) for i, query in enumerate(queries)],
        "options": options,
        "fieldConfig": {"defaults": fields, "overrides": list(overrides)},
        **more,
    }


def lines(
    title, description, *queries, unit, thresholds=None, no_value="no data", width=12, height=8, least=None
):
    """Curves over time; levels are drawn as lines behind them."""
    custom = {**LINES, "thresholdsStyle": {"mode": "line" if thresholds else "off"}}
    fields = defaults(
        unit, thresholds, None, no_value, custom, **({"min": least} if least is not None else {})
    )
    fields["color"] = {"mode": "palette-classic"}
    options = {"legend": LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}}
    return panel("timeseries", title, description, queries, width, height, options, fields)


def states(title, description, *queries, mappings, no_value="no data", width=12, height=8):
    """What state each was in when."""
    options = {
        "mergeValues": True,
        "showValue": "auto",
        "rowHeight": 0.8,
        "legend": {"showLegend": False},
        "tooltip": {"mode": "single"},
    }
    fields = defaults("short", None, mappings, no_value, {"fillOpacity": 75, "lineWidth": 0})
    return panel("state-timeline", title, description, queries, width, height, options, fields)


def figure(
    title, description, query, unit, thresholds=None, no_value="no data", width=3, height=4, mappings=None
):
    """One number, the latest."""
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value",
        "graphMode": "area",
        "textMode": "auto",
    }
    return panel(
        "stat",
        title,
        description,
        [query],
        width,
        height,
        options,
        defaults(unit, thresholds, mappings, no_value),
    )


def bars(title, description, query, unit, thresholds, no_value="no data", width=12, height=8):
    """The latest of several, as bars."""
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "orientation": "horizontal",
        "displayMode": "basic",
        "showUnfilled": True,
    }
    return panel(
        "bargauge",
        title,
        description,
        [query],
        width,
        height,
        options,
        defaults(unit, thresholds, None, no_value, min=0),
    )


def table(title, description, columns, key, hidden=(), no_value="no data", width=24, height=10):
    """A row for each value of the label `key`; a column for each (heading, query, unit, thresholds, mappings)."""
    names = {
        f"Value #{chr(ord('A') + i)}" if len(columns) > 1 else "Value": column
        for i, column in enumerate(columns)
    }
    overrides = []
    for heading, _, unit, thresholds, mappings in columns:
        properties = [{"id": "unit", "value": unit}]
        if mappings:
            properties.append({"id": "mappings", "value": mappings})
        if thresholds:
            properties.append({"id": "thresholds", "value": {"mode": "absolute", "steps": thresholds}})
        if mappings or thresholds:
            properties.append({"id": "custom.cellOptions", "value": {"type": "color-text"}})
        overrides.append({"matcher": {"id": "byName", "options": heading}, "properties": properties})
    organize = {
        "excludeByName": {name: True for name in ("Time", "__name__", "job", "instance", *hidden)},
        "renameByName": {name: column[0] for name, column in names.items()},
        "indexByName": {name: i for i, name in enumerate((*key, *names))},
    }
    transformations = [{"id": "merge", "options": {}}, {"id": "organize", "options": organize}]
    fields = defaults("short", None, None, no_value, {"align": "auto", "filterable": True})
    queries = [column[1] for column in columns]
    options = {"showHeader": True, "cellHeight": "sm"}
    return panel(
        "table",
        title,
        description,
        queries,
        width,
        height,
        options,
        fields,
        overrides,
        transformations=transformations,
    )


def variable(name, label, query, many=True):
    """A choice of the values of a label: `query` is Grafana's label_values(...). All includes what has no such label."""
    choice = {"text": ["All"], "value": ["$__all"]} if many else {}
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": SOURCE,
        "definition": query,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "regex": "",
        "sort": 1,
        "hide": 0,
        "multi": many,
        "includeAll": many,
        **({"allValue": ".*"} if many else {}),
        "current": choice,
        "options": [],
        "skipUrlSync": False,
    }


def data_source():
    return {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1, "regex": "",
            "hide": 0, "multi": False, "includeAll": False, "current": {}, "options": [], "skipUrlSync": False}  # fmt: skip


def arrange(rows):
    """Panels of [(heading, panels)] with ids and places: from left to right, and in the next line what does not fit."""
    placed, top = [], 0
    for heading, panels in rows:
        grid = {"x": 0, "y": top, "w": WIDTH, "h": 1}
        placed.append({"type": "row", "title": heading, "collapsed": False, "gridPos": grid, "panels": []})
        top, left, height = top + 1, 0, 0
        for one in panels:
            if left + one["gridPos"]["w"] > WIDTH:
                top, left, height = top + height, 0, 0
            one["gridPos"] = {"x": left, "y": top, **one["gridPos"]}
            left, height = left + one["gridPos"]["w"], max(height, one["gridPos"]["h"])
            placed.append(one)
        top += height
    return [{"id": number, **one} for number, one in enumerate(placed, 1)]


def dashboard(uid, title, description, variables, rows, span="now-1h"):
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["hallwatch"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "id": None,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "10s",
        "time": {"from": span, "to": "now"},
        "timezone": "browser",
        "annotations": {"list": []},
        "links": [
            {
                "type": "dashboards",
                "tags": ["hallwatch"],
                "title": "hallwatch",
                "asDropdown": True,
                "includeVars": True,
                "keepTime": True,
            }
        ],
        "templating": {"list": [data_source(), *variables]},
        "panels": arrange(rows),
    }
