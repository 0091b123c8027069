#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays every driver's recording through the agent and compares what comes out with what is expected.

A driver has a folder here with:

  NAME.snmprec       lines `oid|tag|value` (2 integer, 4 string, 4x hex, 6 OID, 65 counter, 66 gauge, 67 ticks, 70 counter 64), or
  NAME.registers     lines `holding ADDRESS WORD...` by wire address; lines that begin with # explain
  expected.jsonl     every reading that must come out, in published units: {"metric", "labels", "value"} and, where it is
                     not plain, "why". {"absent": SOURCE, "why"} names a recorded value that must not come out.
  variations.jsonl   (optional) the same recording with a few lines replaced, for what one recording cannot hold: the
                     other states, missing values, wrong units. {"why", "replace": [lines], "remove": [sources],
                     "expect": [readings that change or are added], "gone": [{"metric", "labels"}]}

They are written from the manuals by someone who did not write the driver. Whoever finds a difference settles it with
the manual, never by copying what the driver said.

usage: replay.py [--hallwatch FILE] [NAME ...]      exit status 0: no difference
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
HOST_LABELS = {"site", "hall", "row", "rack", "feed", "device", "class", "driver"}
TOLERANCE = 1e-12
READ_LIMIT_S = 60


def reading_key(reading):
    """What identifies a reading inside its device: metric and place."""
    labels = {k: v for k, v in reading["labels"].items() if k not in HOST_LABELS}
    return reading["metric"], tuple(sorted(labels.items()))


def key_text(key):
    metric, labels = key
    return metric + "{" + ", ".join(f'{k}="{v}"' for k, v in labels) + "}"


def same_value(a, b):
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=0.0)


def compare(expected, got):
    """Differences between {key: value} and a list of readings, one readable line each; [] when they agree."""
    found = {}
    for reading in got:
        found.setdefault(reading_key(reading), []).append(reading["value"])
    lines = []
    for key, values in sorted(found.items()):
        if len(values) > 1:
            lines.append(f"twice: {key_text(key)}: {', '.join(map(str, values))}")
        if key not in expected:
            lines.append(f"not expected: {key_text(key)} = {values[0]}")
        elif not same_value(values[0], expected[key]):
            lines.append(f"differs: {key_text(key)} = {values[0]}, expected {expected[key]}")
    for key, value in sorted(expected.items()):
        if key not in found:
            lines.append(f"missing: {key_text(key)} = {value}")
    return lines


def load_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def load_expected(path):
    """The readings as {key: value}, and the sources that are recorded but must not come out."""
    expected, absent = {}, []
    for line in load_lines(path):
        if "absent" in line:
            absent.append(line["absent"])
            continue
        key = reading_key(line)
        if key in expected:
            raise ValueError(f"{path}: {key_text(key)} stands there twice")
        expected[key] = line["value"]
    return expected, absent


def line_source(line):
    """The OID or the first wire address that a recording's line gives; None for a comment."""
    if not line.strip() or line.startswith("#"):
        return None
    return line.split("|")[0] if "|" in line else line.split()[1]


def vary(recording, variation):
    """The recording's lines with those of the variation in place of theirs; a source that is new is an error."""
    known = {line_source(line) for line in recording}
    replaced = {line_source(line): line for line in variation.get("replace", [])}
    removed = set(variation.get("remove", []))
    strangers = (set(replaced) | removed) - known
    if strangers:
        raise ValueError(f"variation '{variation['why']}' names {sorted(strangers)}, which the recording does not have")
    return [replaced.get(line_source(line), line) for line in recording if line_source(line) not in removed]


def vary_expected(expected, variation):
    changed = dict(expected)
    for reading in variation.get("gone", []):
        del changed[reading_key(reading)]
    for reading in variation.get("expect", []):
        changed[reading_key(reading)] = reading["value"]
    return changed


def parse_output(text):
    """The good readings of `read --json`, and the others as text."""
    good, other = [], []
    for line in text.splitlines():
        reading = json.loads(line)
        if reading["quality"] in ("good", "substituted"):
            good.append(reading)
        else:
            other.append(f"{reading['quality']}: {key_text(reading_key(reading))}")
    return good, other


def read_recording(hallwatch, driver, path):
    command = [str(hallwatch), "read", "--json", "--driver", driver, f"replay:{path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=READ_LIMIT_S, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr.strip()}")
    return parse_output(done.stdout)


def replay_variation(hallwatch, driver, recording, expected, variation):
    lines = vary(recording.read_text(encoding="utf-8").splitlines(), variation)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / recording.name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        good, _ = read_recording(hallwatch, driver, path)
    return compare(vary_expected(expected, variation), good)


def find_recording(folder):
    found = [p for p in (folder / f"{folder.name}.snmprec", folder / f"{folder.name}.registers") if p.exists()]
    if len(found) != 1:
        raise ValueError(f"{folder}: needs exactly one of {folder.name}.snmprec and {folder.name}.registers")
    return found[0]


def replay_driver(hallwatch, folder):
    """Differences of one driver, as text; prints its totals."""
    recording = find_recording(folder)
    expected, absent = load_expected(folder / "expected.jsonl")
    recorded = {line_source(line) for line in recording.read_text(encoding="utf-8").splitlines()}
    differences = [f"expected.jsonl calls {source} absent, but it is not recorded" for source in absent if source not in recorded]
    good, other = read_recording(hallwatch, folder.name, recording)
    differences += compare(expected, good)
    variations = folder / "variations.jsonl"
    varied = load_lines(variations) if variations.exists() else []
    for variation in varied:
        lines = replay_variation(hallwatch, folder.name, recording, expected, variation)
        differences += [f"variation '{variation['why']}': {line}" for line in lines if line not in differences]
    print(f"{folder.name}: {len(expected)} readings expected, {len(good)} came, {len(varied)} variations,"
          f" {len(differences)} differences" + (f" ({'; '.join(other)})" if other else ""))
    return differences


def main():
    parser = argparse.ArgumentParser(description="Replays the drivers' recordings and compares.")
    parser.add_argument("--hallwatch", type=Path, default=TOP / "build" / "agent" / "hallwatch")
    parser.add_argument("names", nargs="*", help="drivers; all with a folder here if none is named")
    options = parser.parse_args()
    names = options.names or sorted(p.name for p in HERE.iterdir() if (p / "expected.jsonl").exists())
    failed = []
    for name in names:
        try:
            differences = replay_driver(options.hallwatch, HERE / name)
        except (OSError, ValueError, RuntimeError, subprocess.TimeoutExpired) as problem:
            differences = [str(problem)]
            print(f"{name}: not compared")
        for line in differences:
            print(f"  {line}")
        if differences:
            failed.append(name)
    print(f"{len(names)} drivers, {len(failed)} with differences" + (f": {', '.join(failed)}" if failed else ""))
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
