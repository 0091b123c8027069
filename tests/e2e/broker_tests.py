# SPDX-License-Identifier: Apache-2.0
"""What the tests of the MQTT sink and its brokers share: feeding one, and reading its messages."""

import json
import tempfile
import unittest
from pathlib import Path

from feeding import Feeder
from jsonschema import Draft7Validator
from servers import Mosquitto, Subscriber, wait_until

SCHEMA = Draft7Validator(json.loads((Path(__file__).parents[2] / "conf" / "mqtt-message.schema.json").read_text()))
STATUS, BATCH = "hallwatch/dc1/status/gw%2F1", "hallwatch/dc1/batch/gw%2F1"


def rows_of(messages):
    """What came, by (stream, sequence), whether it came alone or in a batch; each message must obey the schema."""
    rows = {}
    for topic, payload, *_ in messages:
        message = json.loads(payload)
        SCHEMA.validate(message)
        assert ("messages" in message) == (topic == BATCH), topic
        for row in message.get("messages", [] if "status" in message else [message]):
            rows.setdefault((row["stream"], row["sequence"]), []).append(row)
    return rows


def values_of(rows):
    return {
        (row["device"], reading["metric"], reading["component_id"], row["time"]): reading["value"]
        for same in rows.values()
        for row in same
        for reading in row.get("readings", [])
    }


class Brokers(unittest.TestCase):
    program = None  # the built tests/feeder

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-"))

    def enterContext(self, manager):
        entered = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return entered

    def secure(self, certificate, key, options=(), tls=()):
        lines = [f"certfile {certificate}", f"keyfile {key}", *tls]
        return self.enterContext(Mosquitto(options, tls=lines))

    @classmethod
    def feed(cls, url, **options):
        return Feeder(cls.program, mqtt=url, **options)

    def arrives(self, broker, url, **options):
        """Everything fed to `url` arrives at `broker`; the result, and the rows."""
        with Subscriber(broker) as subscriber, self.feed(url, **options) as feeder:
            result = feeder.finish(60)
            self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
            expected = feeder.devices * feeder.rounds
            wait_until(lambda: len(rows_of(subscriber.messages())) == expected, "all messages arrive")
            rows = rows_of(subscriber.messages())
            self.assertEqual(values_of(rows), feeder.expected())
            return result, rows, subscriber.messages()

    def is_refused(self, url, words, **options):
        """Nothing is lost, and the log says why there is no connection."""
        with self.feed(url, wait_ms=100000, **options) as feeder:
            wait_until(lambda: "no connection to" in feeder.log(), "the sink says so", 20)
            self.assertRegex(feeder.log(), words)
