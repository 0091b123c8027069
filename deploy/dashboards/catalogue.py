# SPDX-License-Identifier: Apache-2.0
"""What the built hallwatch says of its metrics and drivers, for the dashboards."""

import collections
import json
import re
import subprocess

Metric = collections.namedtuple("Metric", "name kind unit meaning states")


def markdown_rows(binary, *arguments):
    """The cells of the table that a command prints, without headings."""
    done = subprocess.run([binary, *arguments, "--markdown"], capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if cells[0].startswith("`") or "| `" in line[:4]:
            yield [cell.strip("| `") for cell in cells]


def read_metrics(binary):
    """{name: Metric} in the catalogue's order; `states` is {code: word}."""
    metrics = {}
    for name, kind, unit, _, meaning in markdown_rows(binary, "drivers", "--metrics"):
        words, _, codes = meaning.partition(": ") if kind == "state" else (meaning, "", "")
        states = {int(code): word for code, word in re.findall(r"(\d+) (\w+)", codes)}
        metrics[name] = Metric(name, kind, unit, words, states)
    return metrics


def read_classes(binary):
    """{class: (number of its drivers, {metric: how many of them have it})}."""
    classes = {}
    for driver, kind, *_ in markdown_rows(binary, "drivers"):
        done = subprocess.run(
            [binary, "drivers", driver, "--json"], capture_output=True, text=True, check=True
        )
        points = [json.loads(line) for line in done.stdout.splitlines()]
        number, has = classes.get(kind, (0, collections.Counter()))
        has.update({point["metric"] for point in points})
        classes[kind] = (number + 1, has)
    return classes
