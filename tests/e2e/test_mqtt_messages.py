#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The messages of the MQTT sink, one device or several in each, of MQTT 5 and 3.1.1, against the JSON Schema, and within
what a broker takes at once.

    test_mqtt_messages.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import json
import os
import re
import sys
import unittest
from pathlib import Path

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from broker_tests import BATCH, SCHEMA, STATUS, Brokers, rows_of, values_of
from hostile_broker import HostileBroker
from servers import Mosquitto, Subscriber, wait_until

Brokers.program = sys.argv.pop(1)


class Documents(unittest.TestCase):
    """The README's example is what the schema says, and the schema refuses what is wrong."""

    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    example = json.loads(re.search(r"```json\n(.*?)```", readme, re.DOTALL)[1])

    def with_reading(self, **members):
        return {**self.example, "readings": [{**self.example["readings"][0], **members}]}

    def test_the_example_and_what_it_leaves_out(self):
        batch = {"schema": 1, "site": "seoul-1", "gateway": "gw-1", "messages": [self.example, self.example]}
        for message in (self.example, batch, self.with_reading(value=None), {**self.example, "new_member": 1}):
            SCHEMA.validate(message)
        self.assertEqual({"schema", "stream", "sequence", "time", "readings"} - set(self.example), set())

    def test_what_is_wrong_is_refused(self):
        without = lambda name: {key: value for key, value in self.example.items() if key != name}
        wrong = [*(without(name) for name in ("schema", "stream", "sequence", "site", "device", "time", "readings")),
                 *({**self.example, **member} for member in ({"schema": 2}, {"sequence": 0}, {"sequence": "1"}, {"gap": True},
                                                             {"stream": "x"}, {"device": ""}, {"time": "now"}, {"hall": None})),
                 *(self.with_reading(**member) for member in ({"quality": "fine"}, {"value": "1"}, {"metric": "watts"}, {"phase": 1})),
                 {"schema": 1, "site": "s", "gateway": "g", "messages": []}]  # fmt: skip
        for message in wrong:
            with self.subTest(message):
                self.assertFalse(SCHEMA.is_valid(message))


class Batches(Brokers):
    def test_several_devices_are_one_message_and_each_keeps_its_sequence(self):
        with Mosquitto() as broker:
            result, rows, messages = self.arrives(broker, broker.url, devices=40, rounds=10, devices_per_message=40)
            self.assertEqual(sorted(rows), [(result["stream"], n) for n in range(1, 401)])
            self.assertTrue(all(len(same) == 1 for same in rows.values()))
            batches = [json.loads(payload) for topic, payload, _ in messages if topic == BATCH]
            sizes = [len(batch["messages"]) for batch in batches]
            self.assertEqual(max(sizes), 40)
            self.assertLess(len(batches), 20)
            self.assertEqual({topic for topic, _, _ in messages}, {BATCH, STATUS})

    def test_what_is_not_full_goes_when_it_has_waited(self):
        with Mosquitto() as broker:
            _, _, messages = self.arrives(broker, broker.url, devices=3, rounds=2, interval_ms=400, devices_per_message=50)
            sizes = [len(json.loads(payload)["messages"]) for topic, payload, _ in messages if topic == BATCH]
            self.assertEqual(sizes, [3, 3])

    def test_the_maximum_packet_size_makes_them_smaller(self):
        with Mosquitto(["max_packet_size 4000"]) as broker:
            _, _, messages = self.arrives(broker, broker.url, devices=20, rounds=5, devices_per_message=20)
            self.assertLessEqual(max(len(payload) for _, payload, _ in messages), 4000)
            self.assertGreater(max(len(payload) for _, payload, _ in messages), 2000)

    def test_a_receive_maximum_of_one(self):
        with HostileBroker(receive_maximum=1) as broker:
            with self.feed(broker.url, devices=20, rounds=10, devices_per_message=8) as feeder:
                result = feeder.finish(30)
                self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
                self.assertEqual(broker.most_outstanding, 1)
                self.assertEqual(values_of(rows_of(broker.acknowledged)), feeder.expected())

    def test_a_batch_that_is_refused_is_tried_row_by_row(self):
        """The second message after the presence is refused, and of its rows, sent again one by one, the third."""
        broker = HostileBroker(lambda n: 0x99 if broker.payload.count('"sequence":7,') else "ack")
        with broker, self.feed(broker.url, devices=5, rounds=4, devices_per_message=5) as feeder:
            result = feeder.finish(30)
            self.assertEqual(result["sinks"][0]["rejected"], feeder.readings, result)
            self.assertEqual(result["sinks"][0]["sent"], feeder.total - feeder.readings)
            self.assertIn("payload format invalid (0x99)", result["log"])
            taken = {sequence for _, sequence in rows_of(broker.acknowledged)}
            self.assertEqual(taken, set(range(1, 21)) - {7})

    def test_batches_that_are_not_allowed_wait(self):
        with Mosquitto() as broker:
            broker.stop()
            with open(broker.path("acl"), "w") as acl:
                acl.write("topic read #\ntopic write ready/#\ntopic write hallwatch/dc1/status/#\n")
            broker.options = ["acl_file " + broker.path("acl")]
            broker.start()
            with self.feed(broker.url, devices_per_message=5, wait_ms=1500) as feeder:
                result = feeder.finish(30)
                self.assertEqual(result["sinks"][0]["waiting"], feeder.total, result)
                self.assertEqual(result["sinks"][0]["rejected"], 0)
                self.assertIn("not authorized (0x87)", result["log"])


class Versions(Brokers):
    def test_mqtt_3_1_1(self):
        with Mosquitto() as broker, Subscriber(broker, STATUS) as status:
            self.arrives(broker, broker.url, mqtt_3=1)
            wait_until(lambda: len(status.messages()) == 2, "online and offline")
            states = [json.loads(payload)["status"] for _, payload, _ in status.messages()]
            self.assertEqual(states, ["online", "offline"])

    def test_the_version_is_the_one_that_is_configured(self):
        for mqtt_3, version in ((0, 5), (1, 4)):
            with HostileBroker() as broker, self.feed(broker.url, mqtt_3=mqtt_3, window=3) as feeder:
                result = feeder.finish(30)
                self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
                self.assertEqual(broker.version, version)
                self.assertEqual(values_of(rows_of(broker.acknowledged)), feeder.expected())

    def test_the_own_window_bounds_mqtt_3_1_1(self):
        with HostileBroker(pause_s=0.02) as broker, self.feed(broker.url, mqtt_3=1, window=5, rounds=20) as feeder:
            feeder.finish(30)
            self.assertLessEqual(broker.most_outstanding, 5)
            self.assertGreater(broker.most_outstanding, 1)


if __name__ == "__main__":
    unittest.main()
