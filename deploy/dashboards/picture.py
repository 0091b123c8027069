# SPDX-License-Identifier: Apache-2.0
"""Panels of a dashboard as one SVG: figures, curves, states over time and bars, in the manner of Grafana."""

import math
from xml.sax.saxutils import escape

WIDTH, GAP, COLUMNS = 1200, 8, 24
UNIT_HEIGHT = 27  # of a row of Grafana's grid
HEAD = 26  # of a panel: its title
BACK, CARD, EDGE, TEXT, DIM, GRID = "#111217", "#181b1f", "#2a2d33", "#d8d9da", "#9a9da3", "#2b2e34"
PALETTE = (
    "#73bf69",
    "#f2cc0c",
    "#8ab8ff",
    "#ff780a",
    "#f2495c",
    "#b877d9",
    "#5794f2",
    "#ffb357",
    "#37872d",
    "#c4162a",
    "#8f3bb8",
    "#96d98d",
)
NAMED = {"green": "#73bf69", "yellow": "#fade2a", "orange": "#ff9830", "red": "#f2495c", "blue": "#5794f2"}
MOST_LINES, MOST_ROWS = 12, 14
LEAST_STEP, MOST_STEP = 14, 44  # of a row of states
LETTER, SMALL = 6.4, 5.8  # the mean width of one, at 11 pixels, and in legends
SCALES = {
    "watt": "W",
    "voltamp": "VA",
    "voltampreact": "var",
    "joule": "J",
    "amp": "A",
    "volt": "V",
    "bytes": "B",
}
PLAIN = {"celsius": " °C", "s": " s", "cps": "/s", "short": "", "rothz": " Hz"}


def colour_of(name):
    return NAMED.get(name, name)


def number(value, unit):
    """A value with its unit, in three digits or so."""
    if unit == "percentunit":
        return (
            f"{100 * value:.0f} %"
            if abs(value) >= 1
            else f"{100 * value:.3g} %"
            if abs(value) >= 0.001
            else f"{100 * value:.1g} %"
        )
    if unit == "s":
        if 0 < abs(value) < 1:
            return f"{value * 1000:.3g} ms"
        return f"{value / 60:.3g} min" if abs(value) >= 120 else f"{value:.3g} s"
    if unit in SCALES or unit in ("short", "cps"):
        for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
            if abs(value) >= size:
                return f"{value / size:.3g} {letter}{SCALES.get(unit, PLAIN.get(unit, ''))}"
        value_text = f"{value:.3g}"
        return f"{value_text} {SCALES[unit]}" if unit in SCALES else value_text + PLAIN[unit]
    return f"{value:.3g}{PLAIN.get(unit, '')}"


def text(x, y, words, size=11, colour=TEXT, anchor="start", weight=""):
    bold = f' font-weight="{weight}"' if weight else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{bold}>{escape(words)}</text>'


def box(x, y, width, height, colour, more=""):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0, width):.1f}" height="{height:.1f}" fill="{colour}"{more}/>'


def polyline(points):
    """Its coordinates, without those in the midst of a level stretch."""
    places = [(f"{x:.0f}", f"{y:.0f}") for x, y in points]
    kept = [place for i, place in enumerate(places)
            if i in (0, len(places) - 1) or not places[i - 1][1] == place[1] == places[i + 1][1]]  # fmt: skip
    return " ".join(",".join(place) for place in kept)


def step_of(*curves):
    """From one value to the next."""
    return min((after[0] - before[0] for one in curves for before, after in zip(one, one[1:])), default=1)


def without_gaps(values, step):
    """The stretches of a curve between which there is nothing."""
    part = []
    for value in values:
        if part and value[0] - part[-1][0] > 1.5 * step:
            yield part
            part = []
        part.append(value)
    yield part


def shortened(words, width, letter=LETTER):
    most = max(3, int(width / letter))
    return words if len(words) <= most else words[: most - 1] + "…"


def level_colour(value, steps):
    return colour_of([step["color"] for step in steps if step["value"] is None or value >= step["value"]][-1])


def nice_ticks(low, high, most=4):
    """Round values between the two."""
    span = (high - low) or 1
    size = 10 ** math.floor(math.log10(span / most))
    size *= next(factor for factor in (1, 2, 5, 10) if span / (size * factor) <= most)
    first = math.ceil(low / size - 1e-9) * size
    return [first + i * size for i in range(int((high - first) / size + 1e-6) + 1)]


class Panel:
    """Where one is, what it shows, and the span of its time axis."""

    def __init__(self, panel, series, place, span):
        self.panel, self.series, self.span = panel, series, span
        self.x, self.y, self.width, self.height = place
        self.fields = panel["fieldConfig"]["defaults"]
        self.unit, self.steps = self.fields["unit"], self.fields["thresholds"]["steps"]

    def frame(self):
        return [box(self.x, self.y, self.width, self.height, CARD, f' stroke="{EDGE}" rx="3"'),
                text(self.x + 10, self.y + 18, shortened(self.panel["title"], self.width - 16, 6.6), 12, TEXT, weight="600")]  # fmt: skip

    def draw(self):
        if not self.series:
            return [
                *self.frame(),
                text(
                    self.x + self.width / 2,
                    self.y + self.height / 2 + 6,
                    self.fields["noValue"],
                    12,
                    DIM,
                    "middle",
                ),
            ]
        kinds = {
            "stat": self.stat,
            "timeseries": self.curves,
            "state-timeline": self.states,
            "bargauge": self.bars,
        }
        return [*self.frame(), *kinds[self.panel["type"]]()]

    # --- figures and bars ---

    def stat(self):
        values = self.series[0][1]
        last = values[-1][1]
        colour = level_colour(last, self.steps)
        low, high = min(v for _, v in values), max(v for _, v in values)
        base, tall = self.y + self.height - 2, self.height * 0.35
        points = [
            (
                self.x + 1 + (self.width - 2) * t / self.span,
                base - tall * ((v - low) / (high - low) if high > low else 0.1),
            )
            for t, v in values
        ]
        path = polyline(points)
        area = f'<polygon points="{points[0][0]:.0f},{base:.0f} {path} {points[-1][0]:.0f},{base:.0f}" fill="{colour}" fill-opacity="0.15"/>'
        line = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-opacity="0.6"/>'
        return [
            area,
            line,
            text(
                self.x + self.width / 2,
                self.y + self.height * 0.56,
                number(last, self.unit),
                23,
                colour,
                "middle",
                "600",
            ),
        ]

    def bars(self):
        rows = sorted(((values[-1][1], name) for name, values in self.series), reverse=True)[:MOST_ROWS]
        most = max(max(v for v, _ in rows), 1e-9 if self.unit != "percentunit" else 1)
        names = min(self.width * 0.42, max(len(name) for _, name in rows) * LETTER + 8)
        step = min(20, (self.height - HEAD - 6) / len(rows))
        left, room, out = self.x + 10 + names, self.width - names - 76, []
        for i, (value, name) in enumerate(rows):
            top = self.y + HEAD + 2 + i * step
            out += [text(left - 6, top + step * 0.68, shortened(name, names), 11, TEXT, "end"), box(left, top + 2, room, step - 4, GRID),
                    box(left, top + 2, room * max(0, value) / most, step - 4, level_colour(value, self.steps)),
                    text(left + room + 6, top + step * 0.68, number(value, self.unit), 11)]  # fmt: skip
        return out

    # --- over time ---

    def time_axis(self, left, right, bottom):
        out = [text(left - 18, bottom + 13, "min:s", 10, DIM, "end")]
        for minute in range(0, int(self.span) + 1, 30 if self.span < 300 else 60):
            x = left + (right - left) * minute / self.span
            out += [f'<line x1="{x:.0f}" y1="{self.y + HEAD}" x2="{x:.0f}" y2="{bottom:.0f}" stroke="{GRID}"/>',
                    text(x, bottom + 13, f"{minute // 60}:{minute % 60:02}", 10, DIM, "middle")]  # fmt: skip
        return out

    def shown(self):
        """The curves that there is room for: those with the highest values."""
        ranked = sorted(self.series, key=lambda one: -max(v for _, v in one[1]))[:MOST_LINES]
        return [one for one in self.series if one in ranked]

    def legend(self, shown):
        """Names and last values below, in columns; returns its height, too."""
        entries = [(name or self.panel["title"], number(values[-1][1], self.unit)) for name, values in shown]
        wide = max(len(name) + len(value) for name, value in entries) * SMALL + 34
        columns = max(1, int((self.width - 20) // min(wide, self.width - 20)))
        lines = math.ceil(len(entries) / columns)
        each, top, out = (self.width - 20) / columns, self.y + self.height - 14 * lines - 4, []
        for i, (name, value) in enumerate(entries):
            x, y = self.x + 10 + each * (i % columns), top + 14 * (i // columns) + 10
            room = each - 26 - len(value) * SMALL
            out += [
                box(x, y - 5, 10, 3, PALETTE[i]),
                text(x + 14, y, f"{shortened(name, room, SMALL)}  {value}", 10.5, DIM),
            ]
        return out, 14 * lines + 4

    def curves(self):
        shown = self.shown()
        below, height = self.legend(shown)
        every = [v for _, values in shown for _, v in values]
        low, high = min(every), max(every)
        low = min(low, self.fields.get("min", low))
        margin = (high - low) * 0.06 or abs(high) * 0.1 or 1
        high, low = high + margin, low if low == self.fields.get("min") else low - margin
        left, right = self.x + 62, self.x + self.width - 12
        top, bottom = self.y + HEAD + 4, self.y + self.height - height - 20

        def at(value):
            return bottom - (bottom - top) * (value - low) / (high - low)

        out = self.time_axis(left, right, bottom)
        size = 60 if self.unit == "s" and high >= 120 else 1  # whole minutes
        for tick in (size * one for one in nice_ticks(low / size, high / size)):
            out += [f'<line x1="{left}" y1="{at(tick):.0f}" x2="{right:.0f}" y2="{at(tick):.0f}" stroke="{GRID}"/>',
                    text(left - 6, at(tick) + 4, number(tick, self.unit), 10, DIM, "end")]  # fmt: skip
        if self.fields["custom"].get("thresholdsStyle", {}).get("mode") == "line":
            for step in self.steps:
                if step["value"] is not None and low <= step["value"] <= high:
                    out.append(f'<line x1="{left}" y1="{at(step["value"]):.0f}" x2="{right:.0f}" y2="{at(step["value"]):.0f}" '
                               f'stroke="{colour_of(step["color"])}" stroke-dasharray="5 4" stroke-opacity="0.8"/>')  # fmt: skip
        for i, (_, values) in enumerate(shown):
            for part in without_gaps(values, step_of(values)):
                points = polyline([(left + (right - left) * t / self.span, at(v)) for t, v in part])
                out.append(
                    f'<polyline points="{points}" fill="none" stroke="{PALETTE[i]}" stroke-width="1.4"/>'
                )
        return out + below

    def states(self):
        words = self.fields["mappings"][0]["options"]
        room = self.height - HEAD - 36
        rows = self.ranked(words)[: min(MOST_ROWS, int(room / LEAST_STEP))]
        rows.sort(key=lambda one: one[0])
        names = min(self.width * 0.4, max(len(name) for name, _ in rows) * LETTER + 8)
        left, right = self.x + 10 + names, self.x + self.width - 12
        step = min(MOST_STEP, room / len(rows))
        bottom = self.y + HEAD + step * len(rows)
        out, used = self.time_axis(left, right, bottom), {}
        for i, (name, values) in enumerate(rows):
            top = self.y + HEAD + i * step
            out.append(text(left - 6, top + step * 0.5 + 4, shortened(name, names), 11, TEXT, "end"))
            for begin, end, value in self.stretches(values):
                word = words.get(f"{value:.0f}", {"text": number(value, "short")})
                used[word["text"]] = colour_of(word.get("color", DIM))
                x = left + (right - left) * begin / self.span
                out.append(
                    box(
                        x,
                        top + 2,
                        (right - left) * (end - begin) / self.span,
                        step - 4,
                        used[word["text"]],
                        ' fill-opacity="0.85"',
                    )
                )
        x = left
        for word, colour in used.items():
            out += [
                box(x, bottom + 20, 10, 8, colour),
                text(x + 14, bottom + 28, word.replace("_", " "), 10.5, DIM),
            ]
            x += 30 + len(word) * LETTER
        return out

    def ranked(self, words):
        """Those first that are in trouble at the end, then those that changed, or came or went."""
        last = max(time for _, values in self.series for time, _ in values)

        def rank(one):
            name, values = one
            time, value = values[-1]
            is_trouble = time == last and words.get(f"{value:.0f}", {}).get("color") == "red"
            return not is_trouble, -len(list(self.stretches(values))), values[0][0] == 0 and time == last, name

        return sorted(self.series, key=rank)

    def stretches(self, values):
        """(begin, end, value) of each stretch in which the value stays: up to the next value, or where none follows."""
        step = step_of(*(one for _, one in self.series))
        for part in without_gaps(values, step):
            begin, before = part[0]
            for time, value in part[1:]:
                if value != before:
                    yield begin, time, before
                    begin, before = time, value
            yield begin, min(part[-1][0] + step, self.span), before


def draw(title, panels, span):
    """The picture of [(panel, series)], from left to right, in lines."""
    unit = (WIDTH - GAP) / COLUMNS
    left, top, height, body = 0, 40, 0, []
    for panel, series in panels:
        wide, tall = panel["gridPos"]["w"], panel["gridPos"]["h"] * UNIT_HEIGHT
        if left + wide > COLUMNS:
            left, top, height = 0, top + height + GAP, 0
        place = (GAP + left * unit, top, wide * unit - GAP, tall)
        body += Panel(panel, series, place, span).draw()
        left, height = left + wide, max(height, tall)
    total = top + height + GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total:.0f}" font-family="DejaVu Sans, Verdana, sans-serif">'
    return (
        "\n".join(
            [
                head,
                box(0, 0, WIDTH, total, BACK),
                text(GAP + 4, 26, title, 17, TEXT, weight="600"),
                *body,
                "</svg>",
            ]
        )
        + "\n"
    )
