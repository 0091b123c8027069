# SPDX-License-Identifier: Apache-2.0
"""What must have arrived, from the copies of the spools that were made at each kill, and whether it has."""

import collections
import json
import math
import os
import random

import hallwatch
from ranges import Ranges

HEAD = {"site", "gateway", "device", "driver", "class", "hall", "row", "rack", "feed"}
SAMPLE = 12  # devices whose values are compared one by one


def series_key(device, metric, labels):
    own = frozenset((name, value) for name, value in labels.items() if name not in HEAD and name != "__name__")
    return device, metric, own


def readings_of(row):
    """{(series, time): value} of what every receiver can be told."""
    found = {}
    for reading in row["readings"]:
        labels = {name: value for name, value in reading.items() if name not in ("metric", "value", "quality")}
        labels.update({name: row[name] for name in ("node", "alarm") if name in row})
        if reading["value"] is not None and reading["quality"] in ("good", "substituted"):
            found[series_key(row.get("device", ""), reading["metric"], labels), row["time"]] = reading["value"]
    return found


class Stream:
    """What came of one stream by MQTT."""

    def __init__(self):
        self.rows, self.gaps, self.seen = {}, [], collections.Counter()
        self.differing = 0

    def add(self, payload):
        last = payload["sequence"]
        if payload.get("gap"):
            self.gaps.append((payload.get("first_sequence", last), last))
            return
        self.seen[last] += 1
        if last in self.rows and self.rows[last] != payload:
            self.differing += 1
        self.rows[last] = payload


def union(ranges):
    return Ranges(pair for one in ranges for pair in one.pairs)


def prove(path):
    """{stream: what `hallwatch prove` says of it}, and its exit status."""
    done = hallwatch.run("prove", path, "--json")
    print(f"prove {os.path.basename(path)}: exit status {done.returncode}: {done.stdout}{done.stderr}", flush=True)
    return {one["stream"]: one for one in json.loads(done.stdout)["streams"]}, done.returncode


class Judge:
    """`copies`: of the spools, by name, at each kill and at the end; `payloads`: what came by MQTT."""

    def __init__(self, failures, copies, payloads):
        self.failures, self.copies = failures, copies
        self.streams = collections.defaultdict(Stream)
        for payload in payloads:
            self.streams[payload["stream"]].add(payload)

    def lost(self, name, sink):
        """Rows that the sink may have missed: they were not committed when the agent was killed."""
        return union(copies[name].lost(sink) for copies in self.copies)

    def committed(self, name, sink):
        """Rows that were committed and not yet acknowledged when the agent was killed."""
        return union(copies[name].committed(sink) for copies in self.copies)

    def check_mqtt(self, name, sink, repeats_most):
        """Rows continuous but for declared gaps, gaps only where rows were lost, repeats only of what was under way."""
        last = self.copies[-1][name]
        stream, check = self.streams[last.stream], self.failures.check
        check({copies[name].stream for copies in self.copies} == {last.stream}, f"{name}: another stream")
        came, gaps = Ranges((row, row) for row in stream.rows), Ranges(stream.gaps)
        committed, lost = self.committed(name, sink), self.lost(name, sink)
        missing = Ranges([(1, last.newest)]) - came - gaps
        check(not missing.pairs, f"{name}: missing: {missing}")
        check(not (committed - came).pairs, f"{name}: committed, but not come: {committed - came}")
        check(not (gaps - lost).pairs, f"{name}: declared as a gap, but not lost: {gaps - lost}")
        check(not last.committed(sink).pairs, f"{name}: still waits: {last.committed(sink)}")
        check(stream.differing == 0, f"{name}: {stream.differing} rows came with different contents")
        repeats = {row: n - 1 for row, n in stream.seen.items() if n > 1}
        strange = sum(n for row, n in repeats.items() if row not in committed)
        check(strange <= repeats_most, f"{name}: {strange} repeats of rows that were acknowledged at every kill")
        print(
            f"{name}: {len(stream.rows)} rows came of stream {last.stream}, {len(stream.gaps)} gaps, "
            f"{len(committed)} were committed and not acknowledged at a kill; repeats: {sum(repeats.values())}, "
            f"{strange} of them not for a kill",
            flush=True,
        )

    def check_proof(self, receiver, path):
        """The agent's own judge comes to the same: nothing is missing. Of a database it knows no repeats."""
        proof, status = prove(path)
        check = self.failures.check
        check(status == 0, f"prove {receiver}: exit status {status}")
        for name, last in self.copies[-1].items():
            said = proof.get(last.stream, {"missing": None, "received": 0, "repeated": 0})
            rows = self.streams[last.stream].rows
            check(said["missing"] == 0, f"prove {receiver}, {name}: {said}")
            if receiver == "broker":
                again = sum(self.streams[last.stream].seen.values()) - len(rows)
                check(said["received"] == len(rows), f"prove {name}: {said['received']} rows received, {len(rows)} counted here")
                check(said["repeated"] == again, f"prove {name}: {said['repeated']} came again, {again} counted here")
            else:
                gone = self.lost(name, receiver)
                lost = sum(row in gone for row in rows)
                check(said["received"] >= len(rows) - lost, f"prove {receiver}, {name}: {said}, {len(rows)} by MQTT, {lost} lost")

    def check_numbers(self, receiver, export):
        """The same of a database from its series, counted here."""
        numbers, gaps = collections.defaultdict(list), collections.defaultdict(list)
        lasts = {}
        for labels, times, values in export:
            for time, value in zip(times, values):
                if labels["__name__"] == "facility_row_sequence":
                    numbers[labels["stream"]].append(int(value))
                elif labels["__name__"] == "facility_gap_last_sequence":
                    lasts[labels["stream"], labels["reason"], time] = int(value)
        for labels, times, values in export:
            if labels["__name__"] == "facility_gap_first_sequence":
                for time, value in zip(times, values):
                    last = lasts.get((labels["stream"], labels["reason"], time), 0)
                    gaps[labels["stream"]].append((int(value), last))
        for name, last in self.copies[-1].items():
            came = Ranges((number, number) for number in numbers[last.stream])
            missing = Ranges([(1, last.newest)]) - came - Ranges(gaps[last.stream])
            gone = missing - self.lost(name, receiver)
            self.failures.check(not missing.pairs, f"{receiver}, {name}: missing: {missing}; committed of these: {gone}")

    def sample(self, seed):
        devices = sorted({row["device"] for stream in self.streams.values() for row in stream.rows.values() if "device" in row})
        return random.Random(seed).sample(devices, min(SAMPLE, len(devices)))

    def expected(self, devices, sink):
        """({(series, time): value} that the database must have, the same that it may have)."""
        must, may = {}, {}
        for name in self.copies[-1]:
            lost = self.lost(name, sink)
            for number, row in self.streams[self.copies[-1][name].stream].rows.items():
                if row.get("device") in devices:
                    (may if number in lost else must).update(readings_of(row))
        return must, may

    def check_database(self, sink, devices, export, precision=0.0):
        """`export`: lists of (labels, times, values); values are compared one by one, within the database's own
        relative precision."""
        must, may = self.expected(devices, sink)
        metrics = {series[1] for series, _ in must}
        lost_by_mqtt = self.lost("readings", "broker")
        has = {}
        for labels, times, values in export:
            if labels["__name__"] in metrics:
                series = series_key(labels["device"], labels["__name__"], labels)
                has.update({(series, time): value for time, value in zip(times, values) if value is not None and value == value})
        missing = [key for key in must if key not in has]
        wrong = [
            (key, value, has[key])
            for key, value in {**may, **must}.items()
            if key in has and not math.isclose(has[key], value, rel_tol=precision)
        ]
        more = [key for key in has if key not in must and key not in may]
        check = self.failures.check
        check(len(must) > 0, f"{sink}: nothing to compare")
        check(not missing, f"{sink}: {len(missing)} of {len(must)} values are missing, such as {missing[:3]}")
        check(not wrong, f"{sink}: {len(wrong)} values differ, such as {wrong[:3]}")
        print(
            f"{sink}: {len(must)} values of {len(devices)} devices compared with MQTT's, {len(may)} were never committed; "
            f"{len(more)} that MQTT has not ({len(lost_by_mqtt)} ids lost there)",
            flush=True,
        )
