# SPDX-License-Identifier: Apache-2.0
"""A story to watch: shows what happens in the simulated hall beside what hallwatch says of it, and compares that with what
was expected. Used by deploy/try --story and by tests/e2e/test_story.py.

usage: story.py watch RECEIVED PLAYED
       story.py check RECEIVED PLAYED EXPECTED.csv

RECEIVED grows while mosquitto_sub writes to it, a line "TOPIC MESSAGE" each; PLAYED is what hallsim prints: the orders of
the script as they are carried out. Exit status of check: 0 when every expected alarm came, in its order, and nothing else.
"""

import csv
import json
import shutil
import sys
import textwrap
import time
from pathlib import Path

SCRIPT = Path(__file__).with_name("script.txt")
SPEED = 5  # at which the script is played
END = "the script has ended"
SETTLE_S = 13  # after the end, for what clears late
RULE = "\u2500"
RED, YELLOW, BLUE, GREEN, GREY, BOLD, PLAIN = (f"\033[{code}m" for code in (91, 93, 94, 92, 90, 1, 0))
COLOURS = {1: RED, 2: YELLOW, 3: BLUE, 4: GREY}


def whole_lines(file):
    """The lines that are there by now; what is not yet whole is left for the next time."""
    while True:
        begin = file.tell()
        line = file.readline()
        if not line.endswith("\n"):
            file.seek(begin)
            return
        yield line.rstrip("\n")


def story_time(seconds):
    """Seconds since the script's begin as the script counts them."""
    minutes, rest = divmod(int(seconds * SPEED), 60)
    return f"{minutes}:{rest:02}"


def told_orders():
    """{an order of the script as hallsim prints it: what whoever watches is told}."""
    lines = (line.partition("#") for line in SCRIPT.read_text(encoding="utf-8").splitlines())
    return {" ".join(order.split()): words.strip() for order, _, words in lines if order.strip()}


class Change:
    """An alarm that has changed its state. `story` is when, `before` the state that it had."""

    def __init__(self, message, story, before="normal"):
        self.story, self.message, self.before = story, message, before
        self.id, self.rule, self.state = message["alarm"], message["rule"], message["state"]
        self.priority, self.cause = message["priority"], message.get("cause")
        self.subject = message.get("node") or message.get("device") or ""
        self.place = message.get("place", "")

    def where(self):
        return f"{self.subject} {self.place}".rstrip()

    def name(self):
        return f"{self.rule} {self.where()}"


class Story:
    """All that was played and said so far."""

    def __init__(self, received, played):
        self.received, self.played = received, played
        self.begin = None  # when the script began, as far as it is known
        self.changes, self.words = [], told_orders()
        self.rows = []  # of both, in the order in which they came
        self.alarms = {}  # the last change of each alarm by its id
        self.nodes = {}  # {node: {metric: value}}
        self.has_ended = False

    def now(self):
        return story_time(time.monotonic() - self.begin) if self.begin else "0:00"

    def look(self):
        """Takes what has come since the last look."""
        for line in whole_lines(self.played):
            self.take_order(line)
        for line in whole_lines(self.received):
            topic, _, payload = line.partition(" ")
            kind = topic.split("/")[2:3]
            if kind == ["node"]:
                self.take_node(json.loads(payload))
            elif kind == ["event"]:
                self.take_change(json.loads(payload)["event"])

    def take_order(self, line):
        if line == END:
            self.has_ended = True
        at, _, order = line.partition(" ")
        if not at.replace(":", "", 1).isdigit():
            return
        if self.begin is None:
            minutes, seconds = map(int, at.split(":"))
            self.begin = time.monotonic() - (60 * minutes + seconds) / SPEED
        self.rows.append((at, self.words.get(line, order)))

    def take_node(self, message):
        readings = self.nodes.setdefault(message["node"], {"class": message.get("class")})
        for reading in message["readings"]:
            if reading.get("phase") in (None, "total"):
                readings[reading["metric"]] = reading["value"]

    def take_change(self, message):
        before = self.alarms.get(message["alarm"])
        change = Change(message, self.now(), before.state if before else "normal")
        if change.state == change.before:
            if before:
                before.message = message  # it has only more to say
                before.cause = before.cause or message.get("cause")
            return
        self.alarms[change.id] = change
        self.changes.append(change)
        self.rows.append(change)


# --- what is shown ---


def kilowatts(watts):
    return "unknown" if watts is None else f"{watts / 1000:.1f} kW"


def header(story):
    """Two lines of what an operator looks for first."""
    intake = story.nodes.get("intake", {})
    racks = [readings for readings in story.nodes.values() if readings["class"] == "rack"]
    states = [readings.get("facility_redundancy_state") for readings in racks]
    lost = states.count(2)
    redundancy = "unknown" if not states or None in states else f"lost at {lost} of {len(racks)} racks" if lost else "kept"
    worst = max((readings.get("facility_failover_load_ratio") or 0 for readings in story.nodes.values()), default=0)
    active = [change for change in story.alarms.values() if change.state == "active"]
    counts = ", ".join(f"{sum(change.priority == p for change in active)} P{p}" for p in (1, 2, 3))
    return (
        f"hall {kilowatts(intake.get('facility_active_power_watts'))}   "
        f"headroom {kilowatts(intake.get('facility_power_headroom_watts'))}   "
        f"after the worst single loss {100 * worst:.0f} % of usable",
        f"redundancy {redundancy}   alarms {counts}",
    )


def duration(seconds):
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def details(change, story):
    """What stands under an alarm: cause, consequences, headroom, time left."""
    message, parts = change.message, []
    cause = story.alarms.get(message.get("cause"))
    if message.get("cause"):
        parts.append(f"because of {cause.name() if cause else message['cause']}")
    if message.get("consequences"):
        parts.append(f"takes along {message['consequences']}")
    if "headroom_watts" in message:
        parts.append(f"headroom {kilowatts(message['headroom_watts'])}")
    if "seconds_left" in message:
        parts.append(f"{duration(message['seconds_left'])} left")
    return " \u00b7 ".join(parts)


MARKS = {"active": "\u25cf", "normal": "\u25cb", "returned": "\u25d0", "suppressed": "\u00b7", "out_of_service": "\u00b7"}


def is_consequence(row):
    """It stands under its cause."""
    return isinstance(row, Change) and (row.state == "suppressed" or (row.before, row.state) == ("suppressed", "normal"))


def row_lines(row, story):
    """[(colour, text)] of an order or a change."""
    if isinstance(row, tuple):
        return [(BOLD, f"{row[0]:>5}  {row[1]}")]
    change = row
    colour = GREEN if change.state == "normal" else GREY if change.state == "suppressed" else COLOURS[change.priority]
    words = {"active": "", "normal": "over: ", "returned": "gone, latched until its reset: "}.get(
        change.state, f"{change.state.replace('_', ' ')}: "
    )
    what = f"{words}{change.message.get('summary') or change.rule}"
    lines = [(colour, f"{change.story:>5}    {MARKS[change.state]} P{change.priority}  {what}")]
    more = details(change, story) if change.state != "normal" else ""
    return lines + ([(GREY, f"{'':>5}         {more}")] if more else [])


def wrapped(text, width):
    """The lines of a text; what does not fit goes on below its words, behind time, mark and priority."""
    begin = len(text) - len(text.lstrip()) if text.startswith(" " * 9) else 14 if text[9:10] in MARKS.values() else 7
    return textwrap.wrap(text, max(width, 2 * begin), subsequent_indent=" " * begin) or [""]


def paint(story):
    """The whole picture, on a terminal."""
    width, height = shutil.get_terminal_size()
    title = f"A story to watch: ten minutes in two    {story.now()}{'   (it has ended; Ctrl-C)' if story.has_ended else ''}"
    top = [(BOLD, title), *((PLAIN, line) for line in header(story)), (GREY, RULE * width)]
    lines = [
        (colour, piece)
        for row in story.rows
        if not is_consequence(row)
        for colour, text in row_lines(row, story)
        for piece in wrapped(text, width)
    ]
    shown = top + lines[-(height - len(top) - 1) :]
    sys.stdout.write("\033[H" + "".join(f"{colour}{text[:width]}{PLAIN}\033[K\n" for colour, text in shown) + "\033[J")
    sys.stdout.flush()


def print_new(story, printed):
    """The rows that were not printed yet, where there is no terminal; how many there are now."""
    for row in story.rows[printed:]:
        for _, text in row_lines(row, story):
            print(text, flush=True)
    return len(story.rows)


# --- what was expected ---


def read_expected(path):
    """The rows of the list; what is empty in it is not asked for."""
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def seconds_of(text):
    minutes, seconds = map(int, text.split(":"))
    return 60 * minutes + seconds


def say(row):
    because = f" because of {row['cause']}" if row["cause"] else ""
    return f"{row['state']} {row['rule']} {row['subject']}{because}"


def is_meant(row, change, story):
    cause = story.alarms.get(change.cause)
    return (row["state"], row["rule"], row["subject"], row["cause"]) == (
        change.state,
        change.rule,
        change.subject,
        cause.rule if cause else "",
    )


def compare(expected, story):
    """What differs, in words; [] when all is as it was expected. Rows of one step may come in any order,
    those without a step at any time from `from` to `to`."""
    left, step, found = list(expected), 0, []
    for change in story.changes:
        row = next((row for row in left if is_meant(row, change, story)), None)
        if row is None:
            found.append(f"at {change.story}, not expected: {change.state} {change.name()} {details(change, story)}")
            continue
        left.remove(row)
        if int(row["step"] or step) < step:
            found.append(f"at {change.story}, later than what was to follow it: {say(row)}")
        step = max(step, int(row["step"] or step))
        if not seconds_of(row["from"]) <= seconds_of(change.story) <= seconds_of(row["to"]):
            found.append(f"at {change.story}, not from {row['from']} to {row['to']}: {say(row)}")
    return found + [f"did not come: {say(row)}, from {row['from']} to {row['to']}" for row in left]


def tell(received, played, show, for_ever=False):
    """The story from its begin until some time after its end, shown as it goes."""
    with open(received, encoding="utf-8") as messages, open(played, encoding="utf-8") as orders:
        story = Story(messages, orders)
        end = None
        while for_ever or end is None or time.monotonic() < end:
            story.look()
            show(story)
            if story.has_ended and end is None:
                end = time.monotonic() + SETTLE_S
            time.sleep(0.25)
    return story


def main(mode, received, played, expected=None):
    printed = 0

    def show(story):
        nonlocal printed
        if sys.stdout.isatty():
            paint(story)
        else:
            printed = print_new(story, printed)

    story = tell(received, played, show, for_ever=mode == "watch")
    differences = compare(read_expected(expected), story)
    for line in differences:
        print(f"DIFFERS {line}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
