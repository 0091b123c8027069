#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The MQTT sink against mosquitto and against a broker that misbehaves: does every row arrive as one message,
is nothing lost that was not acknowledged, and is the gateway's presence true?

    test_mqtt.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import json
import os
import signal
import sys
import time
import unittest

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from feeding import Feeder
from hostile_broker import HostileBroker
from servers import Mosquitto, Subscriber, wait_until

FEEDER = sys.argv.pop(1)
PATIENCE_MS = 1500  # how late a round may begin on a busy machine; a sink in its way would cost seconds
STATUS = "hallwatch/dc1/status/gw%2F1"


def feed(url, **options):
    return Feeder(FEEDER, mqtt=url, **options)


def rows_of(messages):
    """The rows among (topic, payload, ...): {sequence: message}; a repeated one must be the same again."""
    rows = {}
    for topic, payload, *_ in messages:
        if topic.startswith(STATUS):
            continue
        row = json.loads(payload)
        assert topic == f"hallwatch/dc1/{row['device']}", topic
        assert rows.setdefault(row["sequence"], row) == row, f"row {row['sequence']} came with two contents"
    return rows


def by_key(rows):
    """{(device, metric, component_id, time): value}."""
    return {
        (row["device"], reading["metric"], reading["component_id"], row["time"]): reading["value"]
        for row in rows.values()
        for reading in row["readings"]
    }


class Mqtt(unittest.TestCase):
    def check_all_there(self, feeder, result, messages, devices=None):
        rows = rows_of(messages)
        self.assertEqual({row["stream"] for row in rows.values()}, {result["stream"]})
        self.assertEqual(by_key(rows), feeder.expected(devices=devices))
        if devices is None:
            self.assertEqual(sorted(rows), list(range(1, feeder.devices * feeder.rounds + 1)))


class RealBroker(Mqtt):
    def run_through(self, options=(), limit_s=60, **feeding):
        """Feeds a mosquitto with these options; every row must arrive."""
        with Mosquitto(options) as broker, Subscriber(broker) as subscriber:
            with feed(broker.url, **feeding) as feeder:
                result = feeder.finish(limit_s)
            self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
            self.assertLess(result["latest_ms"], PATIENCE_MS)
            expected = feeder.devices * feeder.rounds
            wait_until(lambda: len(rows_of(subscriber.messages())) == expected, "all messages arrive")
            self.check_all_there(feeder, result, subscriber.messages())
            return result, subscriber.messages()

    def test_every_row_is_a_message_between_online_and_offline(self):
        result, messages = self.run_through(devices=20, rounds=20)
        status = [json.loads(payload) for topic, payload, _ in messages if topic == STATUS]
        self.assertEqual([one["status"] for one in status], ["online", "offline"])
        self.assertEqual({(one["gateway"], one["stream"]) for one in status}, {("gw/1", result["stream"])})
        self.assertIn('"status":"offline"', messages[-1][1])
        self.assertFalse(any(retained for _, _, retained in messages))
        row = next(iter(rows_of(messages).values()))
        labels = {"site": "dc1", "hall": "hall-2", "row": "A", "rack": "A07", "class": "pdu"}
        self.assertEqual({name: row[name] for name in labels}, labels)
        self.assertEqual({reading["quality"] for reading in row["readings"]}, {"good"})

    def test_a_receive_maximum_of_one_is_kept_without_stalls(self):
        started = time.monotonic()
        self.run_through(["max_inflight_messages 1"], devices=20, rounds=20)
        self.assertLess(time.monotonic() - started, 30)  # with stalls it would take 400 s

    def test_what_is_too_large_for_the_broker_is_set_aside(self):
        with Mosquitto(["max_packet_size 900"]) as broker, Subscriber(broker) as subscriber:
            with feed(broker.url, readings=10) as feeder:
                result = feeder.finish()
            self.assertEqual(result["sinks"][0]["rejected"], feeder.total)
            self.assertIn("maximum packet size of 900", result["log"])
            with feed(broker.url, readings=3) as feeder:
                result = feeder.finish()
            self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
            wait_until(lambda: len(rows_of(subscriber.messages())) == 15, "the small ones arrive")

    def test_what_the_broker_forbids_is_set_aside_with_its_reason(self):
        with Mosquitto() as broker:
            broker.stop()
            with open(broker.path("acl"), "w") as acl:
                acl.write("topic read #\ntopic write ready/#\ntopic write hallwatch/dc1/status/#\n")
                acl.write("topic write hallwatch/dc1/pdu-0\ntopic write hallwatch/dc1/pdu-2\n")
            broker.options = ["acl_file " + broker.path("acl")]
            broker.start()
            with Subscriber(broker) as subscriber, feed(broker.url) as feeder:
                result = feeder.finish()
                self.assertEqual(result["sinks"][0]["rejected"], feeder.total // 3, result)
                self.assertEqual(result["sinks"][0]["sent"], feeder.total * 2 // 3)
                self.assertRegex(result["log"], r"does not take the message of pdu-1: .*\(0x87\)")
                wait_until(lambda: len(rows_of(subscriber.messages())) == 10, "the allowed ones arrive")
                self.check_all_there(feeder, result, subscriber.messages(), devices=[0, 2])

    def test_a_broker_that_is_restarted_gets_everything(self):
        with Mosquitto(["persistence true"]) as broker, Subscriber(broker) as subscriber:
            with feed(broker.url, rounds=200) as feeder:
                wait_until(lambda: len(rows_of(subscriber.messages())) > 10, "the first messages")
                broker.stop()
                broker.start()
                result = feeder.finish()
                self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
                self.assertLess(result["latest_ms"], PATIENCE_MS)
                self.assertIn("no connection to " + broker.url, result["log"])
                self.assertIn("connected to " + broker.url, result["log"])
                wait_until(lambda: len(rows_of(subscriber.messages())) == 600, "all messages arrive")
                self.check_all_there(feeder, result, subscriber.messages())

    def test_a_frozen_broker_never_slows_the_readers_and_gets_everything(self):
        with Mosquitto() as broker, Subscriber(broker) as subscriber, feed(broker.url, rounds=100) as feeder:
            wait_until(lambda: len(rows_of(subscriber.messages())) > 10, "the first messages")
            broker.process.send_signal(signal.SIGSTOP)
            time_up = time.monotonic() + 3  # longer than the feeding takes
            wait_until(lambda: time.monotonic() > time_up, "the broker was frozen long enough")
            broker.process.send_signal(signal.SIGCONT)
            result = feeder.finish()
            self.assertLess(result["latest_ms"], PATIENCE_MS)
            wait_until(lambda: len(rows_of(subscriber.messages())) == 300, "all messages arrive")
            self.check_all_there(feeder, result, subscriber.messages())

    def test_the_last_will_says_that_a_killed_agent_is_offline(self):
        def status(broker):
            with Subscriber(broker, STATUS) as late:
                retained = [json.loads(payload) for _, payload, is_retained in late.messages() if is_retained]
            return [one["status"] for one in retained]

        with Mosquitto() as broker, feed(broker.url, rounds=100000) as feeder:
            wait_until(lambda: status(broker) == ["online"], "the agent is online")
            feeder.process.kill()
            wait_until(lambda: status(broker) == ["offline"], "the agent is offline")


class HostileBrokers(Mqtt):
    def check_nothing_lost(self, broker, limit_s=120, **options):
        with feed(broker.url, **options) as feeder:
            result = feeder.finish(limit_s)
        self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
        self.assertLess(result["latest_ms"], PATIENCE_MS)
        self.check_all_there(feeder, result, broker.acknowledged)
        return result

    def test_acknowledgements_in_any_order_within_the_receive_maximum(self):
        with HostileBroker(receive_maximum=7, pause_s=0.02) as broker:
            self.check_nothing_lost(broker, rounds=40)
            self.assertLessEqual(broker.most_outstanding, 7)
            self.assertGreater(broker.most_outstanding, 1)

    def test_the_own_window_bounds_a_broker_that_takes_any_number(self):
        with HostileBroker(pause_s=0.02) as broker:
            self.check_nothing_lost(broker, rounds=40, window=5)
            self.assertLessEqual(broker.most_outstanding, 5)

    def test_a_broker_that_hangs_up_again_and_again_gets_everything(self):
        with HostileBroker(lambda n: "close" if n % 40 == 0 else "ack") as broker:
            self.check_nothing_lost(broker, rounds=40)
            pauses = [after - before for before, after in zip(broker.connected_at, broker.connected_at[1:])]
            self.assertGreater(len(pauses), 1)
            self.assertGreaterEqual(min(pauses), 0.9)

    def test_a_broker_that_stops_acknowledging_is_left_and_tried_again(self):
        def decide(n):
            return "silence" if n > 5 and len(broker.connected_at) == 1 else "ack"

        with HostileBroker(decide) as broker:
            result = self.check_nothing_lost(broker, rounds=10)
            self.assertIn("does not acknowledge", result["log"])
            self.assertGreaterEqual(broker.connected_at[1] - broker.connected_at[0], 30)

    def test_a_refusal_is_counted_with_its_reason(self):
        for reason in (0x90, 0x95, 0x99):
            with self.subTest(hex(reason)), HostileBroker(lambda n: reason if n == 4 else "ack") as broker:
                with feed(broker.url) as feeder:
                    result = feeder.finish()
                self.assertEqual(result["sinks"][0]["rejected"], feeder.readings)
                self.assertEqual(result["sinks"][0]["sent"], feeder.total - feeder.readings)
                self.assertIn(f"({reason:#x})", result["log"])

    def test_a_forbidden_presence_does_not_hold_up_the_readings(self):
        with HostileBroker(lambda n: 0x87 if n == 1 else "ack") as broker:
            result = self.check_nothing_lost(broker)
            self.assertIn("the gateway's presence", result["log"])

    def test_a_broker_that_is_away_never_slows_the_readers(self):
        for url in ("mqtt://127.0.0.1:1", "mqtt://no-such-host.invalid"):
            with self.subTest(url), feed(url, rounds=100, interval_ms=10, wait_ms=10) as feeder:
                result = feeder.finish()
                self.assertLess(result["latest_ms"], PATIENCE_MS)
                self.assertEqual(result["sinks"][0]["waiting"], feeder.total)
                self.assertIn("no connection to", result["log"])

    def test_what_the_buffer_cannot_keep_is_counted_and_the_newest_arrives(self):
        with HostileBroker(lambda n: "close" if n == 2 else "ack") as broker:
            with feed(broker.url, rounds=100, interval_ms=5, buffer_bytes=6000) as feeder:
                result = feeder.finish()
        sink = result["sinks"][0]
        self.assertGreater(sink["dropped"], 0)
        given = feeder.total - result["not_given"] * feeder.readings
        self.assertEqual(sink["sent"] + sink["dropped"], given)
        gaps = [json.loads(payload) for topic, payload in broker.acknowledged if topic == STATUS + "/gaps"]
        missing = {n for gap in gaps for n in range(gap["first_sequence"], gap["sequence"] + 1)}
        self.assertEqual(missing | set(rows_of(broker.acknowledged)), set(range(1, sink["rows"] + 1)))
        last = feeder.expected(rounds=[99])
        self.assertEqual({k: v for k, v in by_key(rows_of(broker.acknowledged)).items() if k in last}, last)


if __name__ == "__main__":
    unittest.main()
