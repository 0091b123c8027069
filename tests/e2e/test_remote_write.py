#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The remote write sink against VictoriaMetrics, Prometheus and receivers that misbehave: does every reading
arrive, with its value and time, and is everything else counted and said?

    test_remote_write.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import concurrent.futures
import os
import sys
import time
import unittest

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from feeding import Feeder
from hostile_receiver import HostileReceiver
from servers import Prometheus, VictoriaMetrics, wait_until

FEEDER = sys.argv.pop(1)
PATIENCE_MS = 1500  # how late a round may begin on a busy machine; a sink in its way would cost seconds


def feed(url, **options):
    return Feeder(FEEDER, remote_write=url, **options)


def by_key(samples):
    """{(device, metric, component_id, time): value} of readings; a repeated sample must be the same again."""
    found = {}
    for labels, time_ms, value in samples:
        if labels["__name__"].endswith(("_info", "_sequence")):
            continue
        key = (labels["device"], labels["__name__"], labels["component_id"], time_ms)
        assert found.setdefault(key, value) == value, f"{key} came with two values"
    return found


def flat(series):
    return [(labels, t, v) for labels, times, values in series for t, v in zip(times, values)]


def refuse(device, status, text):
    """A receiver that takes no request with samples of this device."""

    def decide(samples, _):
        bad = any(labels["device"] == device for labels, _, _ in samples)
        return (status, {}, text) if bad else 204

    return decide


def first(n, answer):
    """Answers the first n requests so, then accepts."""
    return lambda _, request: answer if request <= n else 204


class RealServers(unittest.TestCase):
    def check(self, server, feeder):
        result = feeder.finish()
        self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
        expected = feeder.expected()
        wait_until(lambda: len(by_key(flat(server.export()))) >= len(expected), "all samples are stored")
        self.assertEqual(by_key(flat(server.export())), expected)
        info = [labels for labels, _, _ in server.export('{__name__="facility_device_info"}')]
        self.assertEqual({one["device"] for one in info}, {f"pdu-{i}" for i in range(feeder.devices)})
        self.assertEqual((info[0]["model"], info[0]["serial"]), ("AP8959", "ZA1234567890"))

    def test_victoria_metrics_stores_every_sample(self):
        size = {"devices": 40, "readings": 50, "rounds": 10}
        with VictoriaMetrics() as server, feed(server.write_url, **size) as feeder:
            self.check(server, feeder)

    def test_prometheus_stores_every_sample(self):
        with Prometheus() as server, feed(server.write_url, devices=4, rounds=10) as feeder:
            self.check(server, feeder)

    def test_prometheus_refuses_what_is_too_old(self):
        with Prometheus() as server:
            with feed(server.write_url, rounds=2) as feeder:
                self.assertEqual(feeder.finish()["sinks"][0]["sent"], feeder.total)
            with feed(server.write_url, start_ms=(time.time() - 3 * 3600) * 1000) as feeder:
                result = feeder.finish()
            self.assertEqual(result["sinks"][0]["rejected"], feeder.total)
            self.assertIn("set aside", result["log"])
            self.assertIn("out of bounds", result["log"])

    def test_a_server_that_is_killed_and_comes_back_gets_everything(self):
        with VictoriaMetrics() as server, feed(server.write_url, rounds=150) as feeder:
            wait_until(server.export, "the first samples")
            server.stop()
            server.start()
            result = feeder.finish()
            self.assertEqual(result["sinks"][0]["sent"], feeder.total)
            self.assertLess(result["latest_ms"], PATIENCE_MS)
            wait_until(lambda: by_key(flat(server.export())) == feeder.expected(), "all samples are stored")


class HostileReceivers(unittest.TestCase):
    def check_nothing_lost(self, receiver, limit_s=120, **options):
        with feed(receiver.url, **options) as feeder:
            result = feeder.finish(limit_s)
        self.assertEqual(result["sinks"][0]["sent"], feeder.total, result)
        self.assertEqual(result["sinks"][0]["rejected"], 0)
        self.assertLess(result["latest_ms"], PATIENCE_MS)
        self.assertEqual(by_key(receiver.accepted), feeder.expected())
        return result

    def test_headers_and_size_of_requests(self):
        with HostileReceiver() as receiver:
            self.check_nothing_lost(receiver, devices=10, readings=20, rounds=20, batch_readings=100)
            headers = receiver.headers[0]
            self.assertEqual(headers["Content-Encoding"], "snappy")
            self.assertEqual(headers["Content-Type"], "application/x-protobuf")
            self.assertEqual(headers["X-Prometheus-Remote-Write-Version"], "0.1.0")
            self.assertGreaterEqual(len(receiver.requests), 10 * 20 * 20 / 100)

    def test_passing_trouble_loses_nothing(self):
        troubles = {
            "500": (500, {}, "internal"),
            "503": (503, {}, "busy"),
            "silence": "nothing",
            "close": "close",
            "garbage": b"\x00\xff not HTTP at all\r\n\r\n",
            "half": b"HTTP/1.1 204 No Con",
            "401": (401, {}, "who are you"),
            "redirect": (302, {"Location": "http://127.0.0.1:1/"}, ""),
        }

        def go_through(name):
            with HostileReceiver(first(2, troubles[name]), silence_s=1) as receiver:
                return self.check_nothing_lost(receiver, timeout_ms=500)

        with concurrent.futures.ThreadPoolExecutor(len(troubles)) as pool:  # they mostly wait
            for name, result in zip(troubles, pool.map(go_through, troubles)):
                with self.subTest(name):
                    self.assertIn("WARNING write-0", result["log"])
                    self.assertIn("takes readings again", result["log"])
                    is_denied = "check url, user and password" in result["log"]
                    self.assertEqual(is_denied, name in ("401", "redirect"))

    def test_retry_after_is_honoured(self):
        with HostileReceiver(first(1, (429, {"Retry-After": "4"}, "slow down"))) as receiver:
            self.check_nothing_lost(receiver)
            self.assertGreaterEqual(receiver.requests[1] - receiver.requests[0], 4)

    def test_an_answer_without_end_is_cut_off(self):
        with HostileReceiver(lambda *_: (200, {}, "x" * (8 << 20))) as receiver:
            self.check_nothing_lost(receiver)

    def check_set_aside(self, receiver, rounds=5, **options):
        with feed(receiver.url, devices=5, rounds=rounds, **options) as feeder:
            result = feeder.finish()
        others = [0, 1, 3, 4]
        self.assertEqual(by_key(receiver.accepted), feeder.expected(devices=others))
        self.assertEqual(result["sinks"][0]["rejected"], feeder.total // 5, result)
        self.assertEqual(result["sinks"][0]["sent"], feeder.total * 4 // 5)
        return result

    def test_a_refused_row_is_found_and_set_aside(self):
        with HostileReceiver(refuse("pdu-2", 400, "label value of pdu-2 is not to my taste")) as receiver:
            result = self.check_set_aside(receiver)
            self.assertIn("readings of pdu-2 are set aside", result["log"])
            self.assertIn("not to my taste", result["log"])

    def test_a_fault_that_lies_in_a_row_does_not_block_the_rest(self):
        with HostileReceiver(refuse("pdu-2", 500, "duplicate label")) as receiver:
            self.check_set_aside(receiver, rounds=3)

    def test_a_fault_of_the_receiver_itself_sets_nothing_aside(self):
        with HostileReceiver(first(12, (500, {}, "disk full"))) as receiver:
            self.check_nothing_lost(receiver)

    def test_what_the_buffer_cannot_keep_is_counted_and_the_newest_arrives(self):
        with HostileReceiver(first(2, (503, {}, "busy"))) as receiver:
            with feed(receiver.url, rounds=100, interval_ms=5, buffer_bytes=6000) as feeder:
                result = feeder.finish()
        sink = result["sinks"][0]
        self.assertGreater(sink["dropped"], 0)
        given = feeder.total - result["not_given"] * feeder.readings
        self.assertEqual(sink["sent"] + sink["dropped"], given)
        self.assertEqual(len(by_key(receiver.accepted)), sink["sent"])
        last = feeder.expected(rounds=[99])
        self.assertEqual({k: v for k, v in by_key(receiver.accepted).items() if k in last}, last)
        self.assertLess(result["latest_ms"], PATIENCE_MS)
        self.assertIn("the buffer is full", result["log"])

    def test_a_receiver_that_is_away_never_slows_the_readers(self):
        with feed("http://127.0.0.1:1/api/v1/write", rounds=100, interval_ms=10, wait_ms=10) as feeder:
            result = feeder.finish()
        self.assertLess(result["latest_ms"], PATIENCE_MS)
        self.assertEqual(result["not_given"], 0)
        self.assertEqual(result["sinks"][0]["waiting"], feeder.total)
        self.assertIn(f"{feeder.total} readings were still waiting at the end and are lost", result["log"])

    def test_stopping_does_not_wait_for_a_silent_receiver(self):
        with HostileReceiver(lambda *_: "nothing", silence_s=20) as receiver:
            started = time.monotonic()
            with feed(receiver.url, wait_ms=10, timeout_ms=20000) as feeder:
                feeder.finish(10)
            self.assertLess(time.monotonic() - started, 8)


if __name__ == "__main__":
    unittest.main()
