#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Brokers of every bad kind, each beside a good one: what is wrong is said within bounded time and memory, nothing is lost,
and the good one is not touched.

    test_mqtt_peers.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import contextlib
import os
import re
import sys
import time
import unittest

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from broker_tests import rows_of, values_of
from feeding import Feeder
from hostile_broker import HostileBroker
from servers import wait_until

FEEDER = sys.argv.pop(1)
MEMORY_MOST_KB = 100 << 10


def moved(reason, to):
    """A CONNACK that names another server."""
    reference = to.encode()
    properties = b"\x1c" + len(reference).to_bytes(2, "big") + reference
    body = bytes([0, reason, len(properties)]) + properties
    return bytes([0x20, len(body)]) + body


def farewell(reason, why=b""):
    """A DISCONNECT, with words of the broker."""
    properties = b"\x1f" + len(why).to_bytes(2, "big") + why if why else b""
    body = bytes([reason, len(properties)]) + properties
    return bytes([0xE0, len(body)]) + body


def at(n, *answers):
    """These answers to the n-th message; all others are acknowledged."""
    return lambda message: answers if message == n else "ack"


# What the broker does, once, and what the log says of it; "" where there is nothing to say.
PASSING = {
    "closes after CONNECT": ({"greeting": ["close"]}, "no connection to"),
    "says that it is busy": ({"greeting": [b"\x20\x03\x00\x89\x00"]}, r"server busy \(0x89\)"),
    "closes after PUBLISH": ({"decide": at(3, "close")}, "no connection to"),
    "acknowledges what nobody sent": ({"decide": at(3, b"\x40\x02\xff\xff", "ack")}, ""),
    "acknowledges twice": ({"decide": at(3, "ack", "ack")}, ""),
    "has no subscribers": ({"decide": lambda n: ("ack", 0x10)[n % 2]}, ""),
    "sends what was not asked for": ({"decide": at(3, b"\x30\x08\0\3a/b\0hi", "ack")}, ""),
    "a topic alias of 0": ({"decide": at(3, b"\x30\x08\0\0\3\x23\0\0hi", "ack")}, ""),
    "PUBREC instead of PUBACK": ({"decide": at(3, b"\x50\x02\0\x03", "ack")}, ""),
    "garbage": ({"decide": at(3, b"\xff\xff\xff\xff\xff\xff")}, "no connection to"),
    "says farewell": ({"decide": at(3, farewell(0x98, b"mai\x1bnt\nenance"))}, r"administrative action \(0x98\)"),
    "shuts down": ({"decide": at(3, farewell(0x8B))}, r"server shutting down \(0x8b\)"),
    "takes one at a time": ({"receive_maximum": 1}, ""),
}  # fmt: skip


class Peers(unittest.TestCase):
    def test_what_passes_costs_nothing_and_the_good_one_is_not_touched(self):
        with contextlib.ExitStack() as stack:
            elsewhere = stack.enter_context(HostileBroker())
            address = elsewhere.url.removeprefix("mqtt://")
            cases = {
                **PASSING,
                "use another server": ({"greeting": [moved(0x9C, address)]}, r"use another server \(0x9c\)"),
                "server moved": ({"greeting": [moved(0x9D, address)]}, r"server moved \(0x9d\)"),
            }
            brokers = [stack.enter_context(HostileBroker(**options)) for options, _ in cases.values()]
            good = stack.enter_context(HostileBroker())
            started = time.monotonic()
            feeder = stack.enter_context(Feeder(FEEDER, *(f"--mqtt={broker.url}" for broker in (*brokers, good))))
            wait_until(lambda: len(rows_of(good.acknowledged)) >= feeder.devices * feeder.rounds, "the good one has everything")
            self.assertLess(time.monotonic() - started, 3)
            with open(f"/proc/{feeder.process.pid}/status") as status:
                self.assertLess(int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]), MEMORY_MOST_KB)
            result = feeder.finish(30)
            self.assertEqual(elsewhere.connects, [])  # nobody is led elsewhere, with what is secret
            self.assertNotIn("\x1b", result["log"])
            for i, (name, (_, words)) in enumerate(cases.items()):
                with self.subTest(name):
                    self.assertEqual(result["sinks"][i]["sent"], feeder.total, result["sinks"][i])
                    said = "\n".join(re.findall(rf"^WARNING mqtt-{i}: .*$", result["log"], re.MULTILINE))
                    self.assertTrue(re.search(words, said), said)
                    kept = [(topic, payload) for topic, payload in brokers[i].acknowledged]
                    if name != "has no subscribers":  # of which this keeps only half
                        self.assertEqual(values_of(rows_of(kept)), feeder.expected())

    def test_refusals_of_the_message_are_set_aside_with_their_reason_and_others_tried_again(self):
        reasons = {0x90: "topic name invalid", 0x99: "payload format invalid"}
        others = (0x80, 0x83, 0xEE)
        with contextlib.ExitStack() as stack:
            brokers = [stack.enter_context(HostileBroker(at(4, reason))) for reason in (*reasons, *others)]
            feeder = stack.enter_context(Feeder(FEEDER, *(f"--mqtt={broker.url}" for broker in brokers)))
            result = feeder.finish(60)
            for i, reason in enumerate((*reasons, *others)):
                with self.subTest(hex(reason)):
                    state, rejected = result["sinks"][i], feeder.readings if reason in reasons else 0
                    self.assertEqual((state["rejected"], state["sent"]), (rejected, feeder.total - rejected))
                    if reason in reasons:
                        self.assertRegex(result["log"], rf"WARNING mqtt-{i}: .*{reasons[reason]} \(0x{reason:02x}\)")
                    else:
                        self.assertEqual(values_of(rows_of(brokers[i].acknowledged)), feeder.expected())

    def test_a_name_that_no_topic_can_hold_is_set_aside_and_the_longest_arrives(self):
        names = ["pdu", "x" * 65500, "y" * 65600, "한" * 30000, "last"]
        with HostileBroker() as broker, Feeder(FEEDER, mqtt=broker.url, names=names, rounds=2) as feeder:
            state = feeder.finish(30)["sinks"][0]
        self.assertEqual((state["rejected"], state["waiting"]), (2 * 2 * feeder.readings, 0), state)
        self.assertEqual(values_of(rows_of(broker.acknowledged)), feeder.expected(devices=[0, 1, 4]))


if __name__ == "__main__":
    unittest.main()
