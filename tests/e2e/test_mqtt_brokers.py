#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The MQTT sink and the kinds of brokers there are: with TLS, certificates and passwords, of MQTT 3.1.1, a second one that
takes over, and those that misbehave at the door; and its messages, one device or several in each, against the JSON Schema.

    test_mqtt_brokers.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from certificates import Authority
from feeding import Feeder
from hostile_broker import HostileBroker
from jsonschema import Draft7Validator
from servers import Mosquitto, Subscriber, free_port, wait_until

FEEDER = sys.argv.pop(1)
SCHEMA = Draft7Validator(json.loads((Path(__file__).parents[2] / "conf" / "mqtt-message.schema.json").read_text()))
STATUS, BATCH = "hallwatch/dc1/status/gw%2F1", "hallwatch/dc1/batch/gw%2F1"


def feed(url, **options):
    return Feeder(FEEDER, mqtt=url, **options)


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
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-"))

    def enterContext(self, manager):
        entered = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return entered

    def secure(self, certificate, key, options=(), tls=()):
        lines = [f"certfile {certificate}", f"keyfile {key}", *tls]
        return self.enterContext(Mosquitto(options, tls=lines))

    def arrives(self, broker, url, **options):
        """Everything fed to `url` arrives at `broker`; the result, and the rows."""
        with Subscriber(broker) as subscriber, feed(url, **options) as feeder:
            result = feeder.finish(60)
            self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
            expected = feeder.devices * feeder.rounds
            wait_until(lambda: len(rows_of(subscriber.messages())) == expected, "all messages arrive")
            rows = rows_of(subscriber.messages())
            self.assertEqual(values_of(rows), feeder.expected())
            return result, rows, subscriber.messages()

    def is_refused(self, url, words, **options):
        """Nothing is lost, and the log says why there is no connection."""
        with feed(url, wait_ms=100000, **options) as feeder:
            wait_until(lambda: "no connection to" in feeder.log(), "the sink says so", 20)
            self.assertRegex(feeder.log(), words)


class Tls(Brokers):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder)
        self.pair = self.authority.sign("broker", "DNS:localhost,IP:127.0.0.1")

    def test_the_name_and_the_number_of_the_certificate_are_right(self):
        broker = self.secure(*self.pair)
        for host in ("localhost", "127.0.0.1"):
            with self.subTest(host):
                self.arrives(broker, broker.tls_url(host), ca_file=self.authority.file)

    def test_certificates_that_are_not_accepted(self):
        other = Authority(self.folder, "other")
        cases = {
            "for another name": (self.authority.sign("elsewhere", "DNS:elsewhere.example"), "hostname mismatch"),
            "expired": (self.authority.sign("old", days=-1), "certificate has expired"),
            "of another authority": (other.sign("foreign"), "unable to get local issuer certificate"),
        }
        for name, (pair, words) in cases.items():
            with self.subTest(name):
                broker = self.secure(*pair)
                self.is_refused(broker.tls_url(), f"certificate is not accepted: {words}", ca_file=self.authority.file)

    def test_nobody_is_trusted_who_is_unknown_to_the_system(self):
        broker = self.secure(*self.pair)
        self.is_refused(broker.tls_url(), "certificate is not accepted: unable to get local issuer certificate")

    def test_a_client_certificate_is_shown_where_it_is_asked_for(self):
        broker = self.secure(*self.pair, tls=[f"cafile {self.authority.file}", "require_certificate true"])
        certificate, key = self.authority.sign("gateway", "DNS:gw-1")
        who = {"certificate_file": certificate, "key_file": key}
        self.arrives(broker, broker.tls_url(), ca_file=self.authority.file, **who)
        self.is_refused(broker.tls_url(), "certificate required", ca_file=self.authority.file)

    def test_tls_meets_a_peer_without_it(self):
        with Mosquitto() as broker:
            url = broker.url.replace("mqtt:", "mqtts:")
            self.is_refused(url, "no connection to mqtts:.*: .*(TLS|closed|reset)", ca_file=self.authority.file)


class Doors(Brokers):
    def test_a_wrong_password_is_said_and_the_right_one_works(self):
        broker = self.enterContext(Mosquitto())
        broker.stop()
        passwords = broker.path("passwords")
        subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "gw", "right"], check=True, capture_output=True)
        broker.options = [f"password_file {passwords}"]
        broker.start()
        for version in (0, 1):
            with self.subTest(mqtt_3=version):
                wrong = {"user": "gw", "password": "wrong", "mqtt_3": version}
                self.is_refused(broker.url, r"refuses the connection: (not authorized|bad user)", **wrong)
        self.arrives(broker, broker.url, user="gw", password="right")

    def test_what_is_no_broker(self):
        cases = {
            "silence": (b"", "it accepts connections and does not answer within 10 s"),
            "http": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak MQTT"),
            "huge": (b"\x20\xff\xff\xff\x7f", "does not speak MQTT"),
            "no such property": (b"\x20\x05\0\0\x02\x7e\0", "does not speak MQTT"),
            "an answer before the greeting": (b"\x40\x02\0\x01", "does not speak MQTT"),
        }
        with contextlib.ExitStack() as stack:  # all at once: silence takes its time
            for name, (greeting, words) in cases.items():
                broker = stack.enter_context(HostileBroker(greeting=greeting))
                feeder = stack.enter_context(feed(broker.url, wait_ms=100000))
                cases[name] = (feeder, words)
            for name, (feeder, words) in cases.items():
                with self.subTest(name):
                    wait_until(lambda: "no connection to" in feeder.log(), "the sink says so", 20)
                    self.assertIn(words, feeder.log())

    def test_brokers_that_refuse_say_why(self):
        for reason, words in ((0x85, "client identifier not valid"), (0x86, "bad user name or password"), (0x9F, "0x9f")):
            with self.subTest(words), HostileBroker(reason=reason) as broker:
                self.is_refused(broker.url, words)
        with self.subTest("3.1.1"), HostileBroker(reason=4) as broker:
            self.is_refused(broker.url, "bad user name or password", mqtt_3=1)

    def test_garbage_amid_the_answers_ends_the_connection_and_costs_nothing(self):
        def decide(n):
            return b"\xff\xff\xff\xff\xff" if n == 5 else "ack"

        with HostileBroker(decide) as broker, feed(broker.url) as feeder:
            result = feeder.finish(60)
            self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
            self.assertIn("does not speak MQTT", result["log"])
            self.assertEqual(values_of(rows_of(broker.acknowledged)), feeder.expected())

    def test_a_broker_that_ends_the_connection_says_why(self):
        """Here, as most brokers do, that another gateway uses the same client id."""

        def decide(n):
            return b"\xe0\x02\x8e\0" if n == 5 else "ack"

        with HostileBroker(decide) as broker, feed(broker.url) as feeder:
            result = feeder.finish(60)
            self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
            self.assertIn("another client has connected with this client id (0x8e)", result["log"])


class Versions(Brokers):
    def test_mqtt_3_1_1(self):
        with Mosquitto() as broker, Subscriber(broker, STATUS) as status:
            self.arrives(broker, broker.url, mqtt_3=1)
            wait_until(lambda: len(status.messages()) == 2, "online and offline")
            states = [json.loads(payload)["status"] for _, payload, _ in status.messages()]
            self.assertEqual(states, ["online", "offline"])

    def test_the_version_is_the_one_that_is_configured(self):
        for mqtt_3, version in ((0, 5), (1, 4)):
            with HostileBroker() as broker, feed(broker.url, mqtt_3=mqtt_3, window=3) as feeder:
                result = feeder.finish(30)
                self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
                self.assertEqual(broker.version, version)
                self.assertEqual(values_of(rows_of(broker.acknowledged)), feeder.expected())

    def test_the_own_window_bounds_mqtt_3_1_1(self):
        with HostileBroker(pause_s=0.02) as broker, feed(broker.url, mqtt_3=1, window=5, rounds=20) as feeder:
            feeder.finish(30)
            self.assertLessEqual(broker.most_outstanding, 5)
            self.assertGreater(broker.most_outstanding, 1)


class Takeover(Brokers):
    def test_a_second_broker_takes_over_and_the_first_comes_back(self):
        with Mosquitto() as first, Mosquitto() as second, contextlib.ExitStack() as stack:
            subscribers = [stack.enter_context(Subscriber(broker)) for broker in (first, second)]
            feeder = stack.enter_context(feed(first.url, endpoint=second.url, rounds=250))
            wait_until(lambda: len(rows_of(subscribers[0].messages())) > 10, "the first broker gets messages")
            heard = subscribers[0].messages()
            first.stop()
            wait_until(lambda: len(rows_of(subscribers[1].messages())) > 10, "the second broker gets messages")
            log = feeder.log()
            first.start()
            second.stop()
            result = feeder.finish(60)
            self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
            self.assertIn(f"{second.url} takes over; no connection to {first.url}", log)
            self.assertIn(f"{first.url} is in use again", result["log"])
            everything = lambda: rows_of(heard + subscribers[0].messages() + subscribers[1].messages())
            wait_until(lambda: len(everything()) == feeder.devices * feeder.rounds, "all messages arrive somewhere")
            self.assertEqual(values_of(everything()), feeder.expected())

    def test_only_the_second_one_is_there(self):
        with Mosquitto() as broker:
            for dead in (f"mqtt://127.0.0.1:{free_port()}", "mqtt://no-such-host.invalid"):
                with self.subTest(dead):
                    self.arrives(broker, dead, endpoint=broker.url)

    def test_all_are_named_when_none_is_there(self):
        dead = [f"mqtt://127.0.0.1:{free_port()}" for _ in range(2)]
        self.is_refused(dead[0], f"no connection to {dead[0]}: .*; {dead[1]}: ", endpoint=dead[1])


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
            with feed(broker.url, devices=20, rounds=10, devices_per_message=8) as feeder:
                result = feeder.finish(30)
                self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
                self.assertEqual(broker.most_outstanding, 1)
                self.assertEqual(values_of(rows_of(broker.acknowledged)), feeder.expected())

    def test_a_batch_that_is_refused_is_tried_row_by_row(self):
        """The second message after the presence is refused, and of its rows, sent again one by one, the third."""
        broker = HostileBroker(lambda n: 0x99 if broker.payload.count('"sequence":7,') else "ack")
        with broker, feed(broker.url, devices=5, rounds=4, devices_per_message=5) as feeder:
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
            with feed(broker.url, devices_per_message=5, wait_ms=3000) as feeder:
                result = feeder.finish(30)
                self.assertEqual(result["sinks"][0]["waiting"], feeder.total, result)
                self.assertEqual(result["sinks"][0]["rejected"], 0)
                self.assertIn("not authorized (0x87)", result["log"])


if __name__ == "__main__":
    unittest.main()
