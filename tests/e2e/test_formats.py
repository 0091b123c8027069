#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Odd names, values and times in every format at once, against VictoriaMetrics, Prometheus, InfluxDB and mosquitto: each
reading is stored exactly as it was fed, or set aside with a reason that is said.

    test_formats.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import contextlib
import json
import math
import sys
import time
import unittest
from pathlib import Path

from feeding import METRICS, Feeder
from jsonschema import Draft7Validator
from servers import InfluxDB, Mosquitto, Prometheus, Subscriber, VictoriaMetrics, wait_until

FEEDER = sys.argv.pop(1)
SCHEMA = Draft7Validator(json.loads((Path(__file__).parents[2] / "conf" / "mqtt-message.schema.json").read_text()))

# What line protocol cannot say.
UNSAID = (
    "line\nbreak", "cr\rhere", "tab\there", "\x01\x1f", "\\", "ends in a backslash\\", "a\\,b", "a\\ b", "a\\=b", "a\\\\b",
)  # fmt: skip
NAMES = (
    *UNSAID, "a,b c=d", '"quoted" \'too\'', "C:\\racks\\left", " leading and trailing ", "   ", ",", "=", "#comment",
    "+/#$%&?;:@", "%2F%zz", "{}[]()<>|^`~!*", "\x7f", "\x80\x85\x9f", "\u2028\u2029\ufeff\u200d", "\ufffe\uffff\ufdd0\U0010ffff",
    "🔌👩‍🔧", "랙 3, 냉각", "e\u0301 \u1112\u1161\u11ab", "NaN", "true", "0", "x" * 16000,
)  # fmt: skip
VALUES = (
    0.0, -0.0, 0.1, -273.15, 0.1 + 0.2, 1 / 3, 2.0**53, 2.0**53 + 2, 2.0**63, 1e15 + 0.3, 123456789.123456789, 1e-7, 1e21,
    4.35, 5e-324, -1e-310, 2.2250738585072014e-308, 1.7976931348623157e308, -1e308, 6.62607015e-34,
)  # fmt: skip
NO_NUMBERS = (math.nan, math.inf, -math.inf)


ALL = VALUES + NO_NUMBERS


def stored(server, **options):
    """{(device, metric, component_id, time in ms): value} of readings, and the labels of all info series."""
    found, info = {}, []
    for labels, times, values in server.export(**options):
        if labels["__name__"].endswith("_sequence"):
            continue
        if labels["__name__"].endswith("_info"):
            info.append(labels)
            continue
        for time_ms, value in zip(times, map(float, values)):
            key = (labels["device"], labels["__name__"], labels["component_id"], time_ms)
            assert found.setdefault(key, value) == value, f"{key} came with two values"
    return found, info


def published(subscriber):
    """The same of messages, each of which obeys the schema; and the topics of devices."""
    found, topics = {}, {}
    for topic, payload, _ in subscriber.messages():
        message = json.loads(payload)
        SCHEMA.validate(message)
        for reading in message.get("readings", []):
            key = (message["device"], reading["metric"], reading["component_id"], message["time"])
            found[key] = reading["value"]
            topics[message["device"]] = topic
    return found, topics


class OddThings(unittest.TestCase):
    """Everything is fed once, to five receivers."""

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.metrics, cls.lines = (stack.enter_context(VictoriaMetrics()) for _ in range(2))
        cls.prometheus, cls.influx = stack.enter_context(Prometheus()), stack.enter_context(InfluxDB())
        broker = stack.enter_context(Mosquitto())
        cls.subscriber = stack.enter_context(Subscriber(broker))
        sinks = [
            f"--mqtt={broker.url}",
            f"--remote-write={cls.metrics.write_url}",
            f"--remote-write={cls.prometheus.write_url}",
            *(f"--influx={cls.influx.base}", "--database=facility"),
            *(f"--influx={cls.lines.base}", "--database=facility"),
        ]
        cls.feeder = stack.enter_context(
            Feeder(FEEDER, *sinks, names=NAMES, values=ALL, readings=len(ALL), rounds=1, wait_ms=20000)
        )
        cls.result = cls.feeder.finish()
        cls.expected = {key: value for key, value in cls.feeder.expected().items() if math.isfinite(value)}
        cls.said = {key: value for key, value in cls.expected.items() if key[0] not in UNSAID}

    def wait_for(self, server, expected, names):
        """Exactly these readings, and the names, as what devices and their parts are called."""
        wait_until(lambda: len(stored(server)[0]) >= len(expected), "all is stored")
        found, info = stored(server)
        self.assertEqual(found.keys(), expected.keys())
        called = {(labels["__name__"], labels["device"], labels["name"]) for labels in info}
        both = ("facility_device_info", "facility_component_info")
        self.assertEqual(called, {(metric, name, name) for metric in both for name in names})
        return found

    def check_state(self, sink, rejected):
        state = self.result["sinks"][sink]
        self.assertEqual((state["waiting"], state["rejected"]), (0, rejected), self.result)
        self.assertEqual(state["sent"], self.feeder.total - rejected)

    def test_prometheus_has_every_bit(self):
        self.check_state(1, 0)
        self.check_state(2, 0)
        found = self.wait_for(self.prometheus, self.expected, NAMES)
        self.assertEqual({key: value.hex() for key, value in found.items()},
                         {key: value.hex() for key, value in self.expected.items()})  # fmt: skip

    def test_influxdb_has_every_bit_of_what_line_protocol_can_say(self):
        self.check_state(3, len(UNSAID) * len(ALL))
        self.assertIn("line protocol cannot say the device's name or place", self.result["log"])
        names = [name for name in NAMES if name not in UNSAID]
        self.assertEqual(self.wait_for(self.influx, self.said, names), self.said)

    def test_victoria_metrics_has_twelve_digits(self):
        """It stores decimals, and what is nearer to zero than 1e-300 as zero."""
        names = [name for name in NAMES if name not in UNSAID]
        for server, expected, called in ((self.metrics, self.expected, NAMES), (self.lines, self.said, names)):
            for key, value in self.wait_for(server, expected, called).items():
                self.assertTrue(math.isclose(value, expected[key], rel_tol=1e-12, abs_tol=1e-300), (key, value))

    def test_mosquitto_has_every_bit_and_null_for_what_is_no_number(self):
        self.check_state(0, 0)
        expected = {key: value if math.isfinite(value) else None for key, value in self.feeder.expected().items()}
        wait_until(lambda: len(published(self.subscriber)[0]) >= len(expected), "all messages arrive")
        found, topics = published(self.subscriber)
        self.assertEqual(found, expected)
        self.assertEqual(topics["+/#$%&?;:@"], "hallwatch/dc1/%2B%2F%23$%25&?;:@")
        self.assertEqual(len(set(topics.values())), len(NAMES))


class OddTimes(unittest.TestCase):
    def test_another_value_at_the_same_time_is_set_aside_with_the_words_of_prometheus(self):
        """No device is polled twice in one millisecond: but if one were, the first value would stay."""
        with Prometheus() as server, Feeder(FEEDER, remote_write=server.write_url, rounds=1) as feeder:
            self.assertEqual(feeder.finish()["sinks"][0]["sent"], feeder.total)
            first = feeder.expected()
            same = {"start_ms": feeder.start_ms, "rounds": 1, "interval_ms": 0}
            with Feeder(FEEDER, remote_write=server.write_url, **same) as again:
                self.assertEqual(again.finish()["sinks"][0]["sent"], feeder.total)
            with Feeder(FEEDER, remote_write=server.write_url, first=1, **same) as other:
                result = other.finish()
            self.assertEqual(stored(server)[0], first)
            changed = {key for key, value in feeder.expected(rounds=[0]).items() if key[1] != METRICS[4]}
            self.assertEqual(result["sinks"][0]["rejected"], len(changed), result)
            self.assertIn("duplicate sample for timestamp", result["log"])

    def test_what_is_late_arrives_or_is_set_aside(self):
        """A clock that steps back an hour, and one that begins in 1971, which Prometheus does not take: to the millisecond."""
        with Prometheus("48h") as prometheus, VictoriaMetrics() as metrics, InfluxDB() as influx:
            sinks = [f"--remote-write={prometheus.write_url}", f"--remote-write={metrics.write_url}",
                     f"--influx={influx.base}", "--database=facility"]  # fmt: skip
            fed, recent = {}, {}
            for start_s, is_taken in ((time.time(), True), (time.time() - 3600, True), (86400 * 365, False)):
                with Feeder(FEEDER, *sinks, start_ms=start_s * 1000, rounds=2, interval_ms=1) as feeder:
                    result = feeder.finish()
                fed.update(feeder.expected())
                recent.update(feeder.expected() if is_taken else {})
                self.assertEqual([sink["sent"] for sink in result["sinks"]], [feeder.total * is_taken] + [feeder.total] * 2)
                self.assertEqual(result["sinks"][0]["rejected"], feeder.total * (not is_taken))
            self.assertIn("HTTP 500: too old sample", result["log"])
            for server in (metrics, influx):
                wait_until(lambda: len(stored(server)[0]) >= len(fed), "all is stored")
                self.assertEqual(stored(server)[0], fed)
            self.assertEqual(stored(prometheus, span="2h")[0], recent)


if __name__ == "__main__":
    unittest.main()
