#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Replays every driver's recording through the agent and compares what comes out with what is expected.

A driver has a folder here with:

  NAME.snmprec       lines `oid|tag|value` (tags: 2 integer, 4 string, 4x hex, 6 OID, 65 counter, 66 gauge,
                     67 ticks, 70 counter 64), or
  NAME.registers     lines `holding ADDRESS WORD...` by wire address, `identity OBJECT TEXT` for what function
                     43/14 says; lines that begin with # explain
  expected.jsonl     every reading that must come out, in published units: {"metric", "labels", "value"}
                     and, where it is not plain, "why". {"absent": SOURCE, "why"} names a recorded value that
                     must not come out, {"identity": [...]} what the device says it is: model, serial ...,
                     {"variant": NAME} as which variant of the driver the recording is read
  hallwatch.yaml     of a driver that only a configuration makes whole: one device, NAME, whose url is
                     replay:RECORDING
  variations.jsonl   the same recording with a few lines changed, for what one recording cannot hold: the
                     other states, missing values, wrong units. {"why", "replace": [lines], "remove":
                     [sources], "add": [lines], "expect": [readings that change or are added],
                     "gone": [{"metric", "labels"}], "variant": NAME of the driver's variant}

Points of a driver that no recording here answers are listed; that is information, no difference.

They are written from the manuals by someone who did not write the driver. Whoever finds a difference settles
it with the manual, never by copying what the driver said.

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
    """The readings as {key: value}, the sources that must not come out, and the words of the identity."""
    expected, absent, identity = {}, [], []
    for line in load_lines(path):
        if "absent" in line:
            absent.append(line["absent"])
            continue
        if "identity" in line:
            identity += line["identity"]
            continue
        if "variant" in line:
            continue
        key = reading_key(line)
        if key in expected:
            raise ValueError(f"{path}: {key_text(key)} stands there twice")
        expected[key] = line["value"]
    return expected, absent, identity


def line_source(line):
    """The OID or the first wire address that a recording's line gives; None for a comment."""
    if not line.strip() or line.startswith("#"):
        return None
    if line.startswith("identity "):
        return " ".join(line.split()[:2])
    return line.split("|")[0] if "|" in line else line.split()[1]


def line_key(line):
    """What a line that replaces another must share with it: the OID, or the kind and the first address."""
    return line_source(line) if "|" in line or line_source(line) is None else " ".join(line.split()[:2])


def vary(recording, variation):
    """The recording's lines, changed as the variation says; to change what is not recorded is an error."""
    replaced = {line_key(line): line for line in variation.get("replace", [])}
    removed = set(variation.get("remove", []))
    strangers = set(replaced) - {line_key(line) for line in recording}
    strangers |= removed - {line_source(line) for line in recording}
    if strangers:
        raise ValueError(f"variation '{variation['why']}' names what is not recorded: {sorted(strangers)}")
    lines = [replaced.get(line_key(line), line) for line in recording if line_source(line) not in removed]
    return lines + variation.get("add", [])


def vary_expected(expected, variation):
    changed = dict(expected)
    for reading in variation.get("gone", []):
        del changed[reading_key(reading)]
    for reading in variation.get("expect", []):
        changed[reading_key(reading)] = reading["value"]
    return changed


def parse_output(text):
    """The good readings of `read --json`, and those that are not as text."""
    good, other = [], []
    for line in text.splitlines():
        reading = json.loads(line)
        if reading["quality"] in ("good", "substituted"):
            good.append(reading)
        elif reading["quality"] != "absent":
            other.append(f"{reading['quality']}: {key_text(reading_key(reading))}")
    return good, other


def run(*command):
    """What a command prints; anything but success is an error with what it said."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=READ_LIMIT_S, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: exit status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def read_device(hallwatch, driver, path, *options):
    """What `hallwatch read` prints of a recording, by the driver or by its folder's configuration."""
    config = HERE / driver / "hallwatch.yaml"
    if not config.exists():
        return run(hallwatch, "read", *options, "--driver", driver, f"replay:{path}")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / config.name
        copy.write_text(config.read_text(encoding="utf-8").replace("replay:RECORDING", f"replay:{path}"), encoding="utf-8")
        return run(hallwatch, "read", *options, "--config", copy, driver)


def variant_options(line):
    """The options that read a recording as the variant that a line of expectations names, if it names one."""
    return ("--variant", line["variant"]) if "variant" in line else ()


def read_recording(hallwatch, driver, path, *options):
    return parse_output(read_device(hallwatch, driver, path, "--json", *options))


def answers(reading, point):
    """Whether a reading of `read --raw` came from a point of `drivers NAME --json`, by OID or register."""
    source, column = reading["source"].split(" (")[0], point["source"]
    if column[0].isdigit():
        column = column.split()[0]
        return source == column or source.startswith(column + ".")
    return source == column or source == " ".join(column.split()[:2])


def unanswered_points(hallwatch, driver, readings):
    """The driver's published points that none of the readings came from, one line each."""
    lines = []
    for point in map(json.loads, run(hallwatch, "drivers", driver, "--json").splitlines()):
        known = any(reading["metric"] == point["metric"] and answers(reading, point) for reading in readings)
        if not known and point["unit"] != "not published":
            lines.append(f"{point['metric']} of {point['place'] or 'the device'} from {point['source']}")
    return lines


def replay_variation(hallwatch, driver, recording, variation, *options):
    lines = vary(recording.read_text(encoding="utf-8").splitlines(), variation)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / recording.name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_recording(hallwatch, driver, path, "--raw", *(variant_options(variation) or options))[0]


def find_recording(folder):
    name = folder.name
    found = [path for path in (folder / f"{name}.snmprec", folder / f"{name}.registers") if path.exists()]
    if len(found) != 1:
        raise ValueError(f"{folder}: needs exactly one of {name}.snmprec and {name}.registers")
    return found[0]


def replay_driver(hallwatch, folder):
    """Differences of one driver, as text; prints its totals."""
    recording = find_recording(folder)
    expected, absent, identity = load_expected(folder / "expected.jsonl")
    recorded = {line_source(line) for line in recording.read_text(encoding="utf-8").splitlines()}
    strangers = [source for source in absent if source not in recorded]
    differences = [f"called absent, but not recorded: {source}" for source in strangers]
    lines = load_lines(folder / "expected.jsonl")
    options = next((variant_options(line) for line in lines if "variant" in line), ())
    good, other = read_recording(hallwatch, folder.name, recording, "--raw", *options)
    differences += compare(expected, good)
    head = read_device(hallwatch, folder.name, recording, *options).splitlines()[0]
    differences += [f"the device is not called '{word}': {head}" for word in identity if word not in head]
    answered = list(good)
    variations = folder / "variations.jsonl"
    varied = load_lines(variations) if variations.exists() else []
    for variation in varied:
        readings = replay_variation(hallwatch, folder.name, recording, variation, *options)
        answered += readings
        lines = compare(vary_expected(expected, variation), readings)
        why = variation["why"]
        differences += [f"variation '{why}': {line}" for line in lines if line not in differences]
    unanswered = unanswered_points(hallwatch, folder.name, answered)
    print(f"{folder.name}: {len(expected)} readings expected, {len(good)} came, {len(varied)} variations,"
          f" {len(differences)} differences" + (f" ({'; '.join(other)})" if other else ""))
    for line in unanswered:
        print(f"  no recording answers {line}")
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
    print(f"{len(names)} drivers, {len(failed)} with differences", *failed)
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
