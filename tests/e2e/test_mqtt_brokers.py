#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The MQTT sink and the kinds of brokers there are: with TLS, certificates and passwords, a second one that takes over, and
those that misbehave at the door.

    test_mqtt_brokers.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import contextlib
import os
import subprocess
import sys
import unittest

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from broker_tests import Brokers, rows_of, values_of
from certificates import Authority
from hostile_broker import HostileBroker
from servers import Mosquitto, Subscriber, free_port, wait_until

Brokers.program = sys.argv.pop(1)
# What answers instead of a broker: its first bytes, and what is said of it. The library waits for an answer to end, and
# passes over one that is none, so that most of them take 10 s; they begin first and are looked at last.
NO_BROKERS = {
    "silence": (b"", "it does not answer within 10 s"),
    "http": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "it does not answer within 10 s"),
    "huge": (b"\x20\xff\xff\xff\x7f", "it does not answer within 10 s"),
    "no such property": (b"\x20\x05\0\0\x02\x7e\0", "no connection: "),
    "an answer before the greeting": (b"\x40\x02\0\x01", "it does not answer within 10 s"),
}
beside = {}  # the feeders of those


def setUpModule():
    for name, (greeting, _) in NO_BROKERS.items():
        broker = unittest.enterModuleContext(HostileBroker(greeting=greeting))
        beside[name] = unittest.enterModuleContext(Brokers.feed(broker.url, wait_ms=100000))


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
            "for another name": (self.authority.sign("elsewhere", "DNS:elsewhere.example"), "a certificate is not accepted"),
            "expired": (self.authority.sign("old", days=-1), "certificate verify failed"),
            "of another authority": (other.sign("foreign"), "certificate verify failed"),
        }
        for name, (pair, words) in cases.items():
            with self.subTest(name):
                broker = self.secure(*pair)
                self.is_refused(broker.tls_url(), words, ca_file=self.authority.file)

    def test_nobody_is_trusted_who_is_unknown_to_the_system(self):
        broker = self.secure(*self.pair)
        self.is_refused(broker.tls_url(), "certificate verify failed")

    def test_a_client_certificate_is_shown_where_it_is_asked_for(self):
        broker = self.secure(*self.pair, tls=[f"cafile {self.authority.file}", "require_certificate true"])
        certificate, key = self.authority.sign("gateway", "DNS:gw-1")
        who = {"certificate_file": certificate, "key_file": key}
        self.arrives(broker, broker.tls_url(), ca_file=self.authority.file, **who)
        self.is_refused(broker.tls_url(), "a certificate is not accepted", ca_file=self.authority.file)

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

    def test_brokers_that_refuse_say_why(self):
        for reason, words in ((0x85, "client identifier not valid"), (0x86, "bad user name or password"), (0x9F, "0x9f")):
            with self.subTest(words), HostileBroker(reason=reason) as broker:
                self.is_refused(broker.url, words)
        with self.subTest("3.1.1"), HostileBroker(reason=4) as broker:
            self.is_refused(broker.url, "bad user name or password", mqtt_3=1)

    def test_connections_that_end_amid_the_answers_cost_nothing(self):
        """By garbage; by a broker that says why, here, as most do, that another gateway uses the same client id."""
        cases = {
            "garbage": (b"\xff\xff\xff\xff\xff", "the connection is lost"),
            "farewell": (b"\xe0\x02\x8e\0", "another client has connected with this client id (0x8e)"),
        }
        with contextlib.ExitStack() as stack:
            for name, (answer, words) in cases.items():
                decide = lambda n, answer=answer: answer if n == 5 else "ack"
                broker = stack.enter_context(HostileBroker(decide))
                cases[name] = (broker, stack.enter_context(self.feed(broker.url)), words)
            for name, (broker, feeder, words) in cases.items():
                with self.subTest(name):
                    result = feeder.finish(60)
                    self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
                    self.assertIn(words, result["log"])
                    self.assertEqual(values_of(rows_of(broker.acknowledged)), feeder.expected())


class Takeover(Brokers):
    def keeping(self, name):
        """A broker that keeps for its subscribers what it has acknowledged, when it is stopped."""
        folder = os.path.join(self.folder, name)
        os.mkdir(folder)
        return Mosquitto(["persistence true", f"persistence_location {folder}/"])

    def test_a_second_broker_takes_over_and_the_first_comes_back(self):
        with self.keeping("first") as first, self.keeping("second") as second, contextlib.ExitStack() as stack:
            subscribers = [stack.enter_context(Subscriber(broker)) for broker in (first, second)]
            feeder = stack.enter_context(self.feed(first.url, endpoint=second.url, rounds=400))
            wait_until(lambda: len(subscribers[0].messages()) > 10, "the first broker gets messages")
            heard = subscribers[0].messages()
            first.stop()
            wait_until(lambda: len(subscribers[1].messages()) > 10, "the second broker gets messages")
            log = feeder.log()
            first.start()
            second.stop()
            result = feeder.finish(60)
            second.start()  # what its subscriber has not got yet
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


class WhatIsNoBroker(Brokers):
    def test_it_is_said_and_tried_again(self):
        for name, (_, words) in NO_BROKERS.items():
            with self.subTest(name):
                wait_until(lambda: words in beside[name].log(), "the sink says so", 20)


if __name__ == "__main__":
    unittest.main()
