# SPDX-License-Identifier: Apache-2.0
"""Runs tests/sim/feeder and knows what it feeds: the values of tests/sim/specimen.c."""

import json
import os
import struct
import subprocess
import tempfile
import time

METRICS = (
    "facility_active_power_watts",
    "facility_current_amperes",
    "facility_voltage_volts",
    "facility_active_energy_joules_total",
    "facility_outlet_state",
)


def value_of(device, series, round_number):
    tenths = (series * 37 + device * 101 + round_number * 7) % 100000
    return (
        tenths / 10,
        tenths / 100,
        230 + (tenths % 50) / 10,
        tenths * 360000 + round_number,
        1,
    )[series % 5]


def rows_of(messages):
    """The rows among messages, in the order in which they came."""
    return [json.loads(payload) for topic, payload, *_ in messages if "/status/" not in topic]


def by_key(rows):
    """What rows say, as Feeder.expected has it."""
    return {
        (row["device"], reading["metric"], reading["component_id"], row["time"]): reading["value"]
        for row in rows
        for reading in row["readings"]
    }


class Feeder:
    """`program` with options: Feeder(program, mqtt=url, rounds=5); further `sinks` are arguments as they are. `names` are
    those of the devices, in the place of device_name and a number; `values` are fed in turn, in the place of the specimen's;
    `environment` is added to its own. A with block ends it if it still runs."""

    def __init__(self, program, *sinks, names=None, values=None, **options):
        environment = {**os.environ, **options.pop("environment", {})}
        self.names, self.values = names, values
        self.files = [self.file("names", "".join(name + "\0" for name in names or ()).encode()),
                      self.file("values", struct.pack(f"<{len(values or ())}d", *values or ()))]  # fmt: skip
        if names:
            options["devices"], options["names"] = len(names), self.files[0].name
        if values:
            options["values"] = self.files[1].name
        self.start_ms = int(options.pop("start_ms", time.time() * 1000))
        self.device_name = options.get("device_name", "pdu-")
        self.devices, self.readings = options.get("devices", 3), options.get("readings", 10)
        self.first_device = options.get("first_device", 0)
        self.rounds, self.interval_ms = options.get("rounds", 5), options.get("interval_ms", 20)
        arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        self.stderr = tempfile.NamedTemporaryFile(prefix="hallwatch-test-", suffix=".log")
        self.process = subprocess.Popen(
            [program, f"--start-ms={self.start_ms}", *sinks, *arguments],
            stdout=subprocess.PIPE,
            stderr=self.stderr,
            text=True,
            env=environment,
        )

    @staticmethod
    def file(suffix, content):
        file = tempfile.NamedTemporaryFile(prefix="hallwatch-test-", suffix="." + suffix)
        file.write(content)
        file.flush()
        return file

    def log(self):
        """Its log lines so far."""
        with open(self.stderr.name) as lines:
            return lines.read()

    def finish(self, limit_s=120):
        """Waits for the end; returns what it printed, with its log lines as "log"."""
        output, _ = self.process.communicate(timeout=limit_s)
        if self.process.returncode != 0:
            raise AssertionError(f"the feeder ended with {self.process.returncode}:\n{self.log()}")
        return {**json.loads(output), "log": self.log()}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        for file in (self.stderr, *self.files):
            file.close()

    @property
    def total(self):
        return self.devices * self.readings * self.rounds

    def name_of(self, device):
        return self.names[device] if self.names else f"{self.device_name}{device}"

    def value_of(self, device, series, round_number):
        if self.values:
            return self.values[(round_number * self.readings + series) % len(self.values)]
        return value_of(device, series, round_number)

    def expected(self, devices=None, rounds=None):
        """Everything fed: {(device, metric, component_id, time in ms): value}."""
        return {
            (
                self.name_of(device),
                METRICS[series % 5],
                f"1/{series // 5 + 1}",
                self.start_ms + r * self.interval_ms,
            ): self.value_of(device, series, r)
            for device in (range(self.devices) if devices is None else devices)
            for series in range(self.readings)
            for r in (range(self.rounds) if rounds is None else rounds)
        }
