#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What all HTTP sinks have in common: TLS, credentials, a second endpoint, receivers that misbehave, and series
that end.

    test_http.py FEEDER [unittest options]      FEEDER is the built tests/feeder; $HALLWATCH_BUILD the build
"""

import base64
import concurrent.futures
import os
import struct
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
FEEDER = sys.argv.pop(1)

from agent import Agent  # noqa: E402
from certificates import Authority  # noqa: E402
from feeding import Feeder  # noqa: E402
from hostile_receiver import HostileReceiver  # noqa: E402
from servers import Prometheus, wait_until  # noqa: E402

DRIVERS = Path(__file__).parent.parent / "drivers"
APC = DRIVERS / "apc_rpdu2" / "apc_rpdu2.snmprec"
RARITAN = DRIVERS / "raritan_px" / "raritan_px.snmprec"
PATIENCE_MS = 1500  # for what never gets through
STALE = struct.pack("<Q", 0x7FF0000000000002)


def feed_remote_write(receiver, **options):
    return Feeder(FEEDER, remote_write=receiver.url, **options)


def feed_influx(receiver, **options):
    options = options if "bucket" in options else {"database": "facility", **options}
    return Feeder(FEEDER, influx=receiver.base, **options)


FORMATS = {"remote write": feed_remote_write, "influx": feed_influx}


def by_key(samples):
    found = {}
    for labels, time_ms, value in samples:
        if labels["__name__"].endswith(("_info", "_sequence")):
            continue
        key = (labels["device"], labels["__name__"], labels["component_id"], time_ms)
        assert found.setdefault(key, value) == value, f"{key} came with two values"
    return found


def first(n, answer):
    """Answers the first n requests so, then accepts."""
    return lambda _, request: answer if request <= n else 204


class WithReceiver(unittest.TestCase):
    def check_all_arrives(self, receiver, feeder, limit_s=60):
        result = feeder.finish(limit_s)
        self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
        self.assertEqual(result["sinks"][0]["rejected"], 0)
        self.assertEqual(by_key(receiver.accepted), feeder.expected())
        return result

    def check_nothing_arrives(self, receiver, feeder, words):
        """It is said and kept."""
        result = feeder.finish()
        self.assertIn(words, result["log"])
        self.assertEqual(receiver.accepted, [])
        self.assertEqual(result["sinks"][0]["waiting"], feeder.total, result)
        self.assertNotIn("s3cr3t", result["log"])


class Tls(WithReceiver):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-"))
        cls.authority, cls.other = Authority(folder), Authority(folder, "other")
        cls.good = cls.authority.sign("receiver", "IP:127.0.0.1")
        cls.client = cls.authority.sign("gateway")

    def test_a_peer_whose_certificate_is_right_gets_everything(self):
        for name, feed in FORMATS.items():
            with self.subTest(name), HostileReceiver(certificate=self.good) as receiver:
                with feed(receiver, ca_file=self.authority.file, token="s3cr3t") as feeder:
                    self.check_all_arrives(receiver, feeder)
                self.assertEqual(receiver.headers[0]["Authorization"], "Bearer s3cr3t")

    def test_a_peer_that_cannot_prove_who_it_is_gets_nothing(self):
        cases = {
            "of nobody we trust": (self.good, self.other.file, "unable to get local issuer certificate"),
            "nobody is named": (self.good, None, "unable to get local issuer certificate"),
            "expired": (self.authority.sign("old", "IP:127.0.0.1", days=-1), self.authority.file, "has expired"),
            "of another": (self.authority.sign("x", "DNS:other.example"), self.authority.file, "no alternative certificate subject name matches"),
            "no TLS at all": (None, self.authority.file, "wrong version number"),
        }

        def go_through(name):
            certificate, ca, words = cases[name]
            with HostileReceiver(certificate=certificate) as receiver:
                receiver.url = receiver.url.replace("http://", "https://")
                more = {"ca_file": ca} if ca else {}
                with feed_remote_write(receiver, wait_ms=PATIENCE_MS, token="s3cr3t", **more) as feeder:
                    self.check_nothing_arrives(receiver, feeder, words)

        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            for name, outcome in {name: pool.submit(go_through, name) for name in cases}.items():
                with self.subTest(name):
                    outcome.result()

    def test_a_peer_that_asks_who_we_are(self):
        with HostileReceiver(certificate=self.good, client_ca=self.authority.file) as receiver:
            with feed_influx(receiver, ca_file=self.authority.file, wait_ms=PATIENCE_MS) as feeder:
                self.check_nothing_arrives(receiver, feeder, "nothing gets to")
            certificate, key = self.client
            with feed_influx(
                receiver, ca_file=self.authority.file, certificate_file=certificate, key_file=key
            ) as feeder:
                self.check_all_arrives(receiver, feeder)


class Credentials(WithReceiver):
    def test_each_is_sent_as_its_receiver_wants_it(self):
        basic = "Basic " + base64.b64encode("me:pass: wörd".encode()).decode()
        login = {"user": "me", "password": "pass: wörd"}
        cases = [
            (feed_remote_write, {"token": "t0ken"}, "Bearer t0ken", "/api/v1/write"),
            (feed_remote_write, login, basic, "/api/v1/write"),
            (feed_influx, {"token": "t0ken"}, "Bearer t0ken", "/write?db=facility&precision=ms"),
            (feed_influx, login, basic, "/write?db=facility&precision=ms"),
            (
                feed_influx,
                {"token": "t0ken", "org": "my org", "bucket": "b"},
                "Token t0ken",
                "/api/v2/write?org=my%20org&bucket=b&precision=ms",
            ),
        ]
        for feed, options, header, path in cases:
            with self.subTest(path=path, header=header), HostileReceiver() as receiver:
                with feed(receiver, rounds=1, **options) as feeder:
                    self.check_all_arrives(receiver, feeder)
                self.assertEqual(receiver.headers[0]["Authorization"], header)
                self.assertEqual(receiver.paths[0], path)

    def test_a_redirect_is_not_followed(self):
        with (
            HostileReceiver() as other,
            HostileReceiver(lambda *_: (307, {"Location": other.url}, "")) as receiver,
        ):
            with feed_remote_write(receiver, token="s3cr3t", wait_ms=PATIENCE_MS) as feeder:
                self.check_nothing_arrives(receiver, feeder, "HTTP 307")
            self.assertEqual(other.requests, [])

    def test_what_a_receiver_repeats_of_them_is_not_printed(self):
        pair = base64.b64encode(b"me:s3cr3t").decode()
        for options in ({"token": "s3cr3t"}, {"user": "me", "password": "s3cr3t"}):
            with HostileReceiver(lambda *_: (401, {}, f"no s3cr3t, not Basic {pair}, s3cr3t \r\n")) as receiver:
                with feed_remote_write(receiver, wait_ms=PATIENCE_MS, **options) as feeder:
                    self.check_nothing_arrives(receiver, feeder, "HTTP 401: no ******, not Basic ")
                    self.assertIn(", ******\n", feeder.log())
                    self.assertEqual(pair in feeder.log(), "token" in options)

    def test_a_token_is_read_again_on_reload(self):
        def decide(*_):
            return 204 if receiver.headers[-1].get("Authorization") == "Bearer two" else (401, {}, "who are you")

        with HostileReceiver(decide) as receiver:
            sink = {"name": "database", "type": "remote_write", "url": receiver.url, "batch_wait": "100ms"}
            agent = Agent([{"name": "pdu", "driver": "apc_rpdu2", "url": f"replay:{APC}"}],
                          sinks=[{**sink, "token_file": "token.txt"}])  # fmt: skip
            token = agent.path / "token.txt"
            token.write_text("one\n")
            token.chmod(0o600)
            with agent:
                wait_until(lambda: "HTTP 401" in agent.log(), "the sink says it")
                token.write_text("two\n")
                agent.reload()
                wait_until(lambda: receiver.accepted, "readings are accepted")
                self.assertNotIn("two", agent.log())
            self.assertEqual(receiver.headers[0]["Authorization"], "Bearer one")


class Misbehaviour(WithReceiver):
    def test_passing_trouble_loses_nothing(self):
        troubles = {
            "500": (500, {}, "internal"),
            "503": (503, {"Retry-After": "1"}, "busy"),
            "silence": "nothing",
            "close": "close",
            "garbage": b"\x00\xff not HTTP at all\r\n\r\n",
            "mid-body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
            "404": (404, {}, '{"error":"database not found"}'),
            "redirect": (302, {"Location": "http://127.0.0.1:1/"}, ""),
        }

        def go_through(name):
            with HostileReceiver(first(2, troubles[name]), silence_s=1) as receiver:
                with feed_influx(receiver, timeout_ms=500) as feeder:
                    return self.check_all_arrives(receiver, feeder)

        with concurrent.futures.ThreadPoolExecutor(len(troubles)) as pool:  # they mostly wait
            for name, result in zip(troubles, pool.map(go_through, troubles)):
                with self.subTest(name):
                    self.assertIn("WARNING influx-0", result["log"])
                    self.assertIn("takes readings again", result["log"])

    def check_one_reading_is_set_aside(self, feed, status):
        def decide(samples, _):
            bad = any(
                labels["device"] == "pdu-1"
                and labels["__name__"] == "facility_voltage_volts"
                and labels["component_id"] == "1/2"
                for labels, _, _ in samples
            )
            return (status, {}, "not to my taste") if bad else 204

        with HostileReceiver(decide) as receiver, feed(receiver, rounds=3) as feeder:
            result = feeder.finish()
        bad = {key for key in feeder.expected() if key[:3] == ("pdu-1", "facility_voltage_volts", "1/2")}
        good = {key: value for key, value in feeder.expected().items() if key not in bad}
        self.assertEqual(by_key(receiver.accepted), good)
        self.assertEqual(result["sinks"][0]["rejected"], len(bad), result)
        self.assertEqual(result["sinks"][0]["sent"], len(good))
        self.assertIn("not to my taste", result["log"])

    def test_one_bad_reading_is_found_and_the_others_arrive(self):
        for name, feed in FORMATS.items():
            for status in (400, 422):
                with self.subTest(name, status=status):
                    self.check_one_reading_is_set_aside(feed, status)


class Endpoints(WithReceiver):
    def test_the_second_takes_over(self):
        for name, feed in FORMATS.items():
            with (
                self.subTest(name),
                HostileReceiver(lambda *_: (503, {}, "busy")) as receiver,
                HostileReceiver() as second,
            ):
                url = second.url if feed is feed_remote_write else second.base
                with feed(receiver, endpoint=url) as feeder:
                    result = self.check_all_arrives(second, feeder)
                self.assertEqual(receiver.accepted, [])
                self.assertEqual(len(receiver.requests), 2)
                self.assertIn(f"readings go to {url} now", result["log"])

    def test_the_first_is_tried_again(self):
        with (
            HostileReceiver(first(2, "close")) as receiver,
            HostileReceiver(lambda *_: (401, {}, "who are you")) as second,
        ):
            with feed_remote_write(receiver, endpoint=second.url) as feeder:
                self.check_all_arrives(receiver, feeder)
            self.assertEqual(len(second.requests), 2)


def is_stale(value):
    return struct.pack("<d", value) == STALE


class Farewell(unittest.TestCase):
    """Series that end when their device leaves the configuration."""

    def agent(self, url):
        devices = [
            {"name": "goes", "driver": "apc_rpdu2", "url": f"replay:{APC}", "interval": "1s"},
            {"name": "stays", "driver": "raritan_px", "url": f"replay:{RARITAN}", "interval": "1s"},
        ]
        sink = {"name": "database", "type": "remote_write", "url": url, "batch_wait": "100ms"}
        return Agent(devices, sinks=[sink], poll={"fast": "1s", "normal": "1s", "slow": "1s"})

    def remove(self, agent):
        agent.write(devices=[device for device in agent.settings["devices"] if device["name"] != "goes"])
        agent.reload()

    def test_every_series_of_the_device_gets_the_stale_marker_last(self):
        def series():
            """{series: its values in order of time}."""
            found = {}
            for labels, time_ms, value in list(receiver.accepted):
                if labels.get("device") == "goes" and not labels["__name__"].endswith("_sequence"):
                    found.setdefault(tuple(sorted(labels.items())), []).append((time_ms, value))
            return {key: [value for _, value in sorted(values)] for key, values in found.items()}

        def others():
            return [value for labels, _, value in list(receiver.accepted) if labels.get("device") == "stays"]

        def all_end():
            found = series()
            return found and all(is_stale(values[-1]) for values in found.values())

        with HostileReceiver() as receiver, self.agent(receiver.url) as agent:
            wait_until(lambda: len(series()) > 20 and others(), "readings of both devices")
            self.remove(agent)
            wait_until(all_end, "every series ends")
            for values in series().values():
                self.assertEqual([is_stale(value) for value in values], [False] * (len(values) - 1) + [True])
            self.assertFalse(any(is_stale(value) for value in others()))

    def test_prometheus_forgets_the_device_at_once(self):
        with Prometheus() as server, self.agent(server.write_url) as agent:
            up = 'facility_device_up{device="%s"}'
            wait_until(lambda: server.query(up % "goes") and server.query(up % "stays"), "both are up")
            self.remove(agent)
            wait_until(lambda: not server.query('{device="goes", __name__!="facility_row_sequence"}'), "nothing is left of it")
            self.assertTrue(server.query(up % "stays"))
            self.assertNotIn("set aside", agent.log())


if __name__ == "__main__":
    unittest.main()
