#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Receivers over HTTP of every bad kind, each beside a good one: what is wrong is said within bounded time and memory,
nothing is set aside or lost, and the good one is not touched.

    test_http_peers.py FEEDER [unittest options]      FEEDER is the built tests/feeder
"""

import contextlib
import os
import re
import sys
import tempfile
import time
import unittest

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "sim"))
from certificates import Authority
from feeding import Feeder
from hostile_receiver import HostileReceiver
from servers import VictoriaMetrics, free_port, wait_until

FEEDER = sys.argv.pop(1)
TIMEOUT_MS, PATIENCE_MS = 1500, 2500  # of one request; of the feeder with receivers that take nothing
MEMORY_MOST_KB = 100 << 10
DENIED = "takes nothing from us, check url, user and password or token"


def without_end(begin, piece, pause_s=0.002):
    """An answer that never ends."""

    def write(file):
        file.write(begin)
        while True:
            file.write(piece)
            time.sleep(pause_s)  # the misbehaviour itself

    return write


def answer(status, body="", **headers):
    return lambda *_: (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


# What the receiver does, and what the log says of it.
PEERS = {
    "never answers": (lambda *_: "nothing", "nothing gets to .*timed out"),
    "answers garbage": (lambda *_: b"\x1b[2J\x00\xff\r\n\r\n", "nothing gets to .*it does not speak HTTP there"),
    "closes": (lambda *_: "close", "nothing gets to .*[Ee]mpty reply"),
    "closes amid the body": (lambda *_: b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "nothing gets to .*5 bytes remaining"),
    "closes amid the status": (lambda *_: b"HTTP/1.1 204 No Con", "nothing gets to "),
    "expects TLS": (lambda *_: b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.", DENIED + ".*HTTPS server"),
    "headers without end": (lambda *_: without_end(b"HTTP/1.1 200 OK\r\n", b"X-Y: " + b"z" * 9000 + b"\r\n"), "nothing gets to "),
    "one header without end": (lambda *_: without_end(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 9000), "nothing gets to .*(header without end|timed out)"),
    "continues without end": (lambda *_: without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), "nothing gets to .*(header|timed out)"),
    "drips": (lambda *_: without_end(b"HTTP/1.1 2", b"0", 0.05), "nothing gets to .*timed out"),
    "401": (answer(401, "who are you"), DENIED + ".*HTTP 401: who are you"),
    "403": (answer(403, "not you"), DENIED + ".*HTTP 403: not you"),
    "redirects": (answer(308, Location="http://127.0.0.1:1/"), DENIED + ".*HTTP 308"),
    "400 to everything": (answer(400, 'unsupported path "\x1b]0;x\x07\n'), DENIED + r'.*HTTP 400: unsupported path "\\x1b\]0;x\\x07'),
    "waits for an age": (answer(429, "slow down", Retry_After="99999999999999999999"), "takes nothing now: HTTP 429: slow down"),
    "500 for ever": (answer(500, "x" * 100000), r"takes nothing now: HTTP 500: x{200}$"),
}  # fmt: skip


class Peers(unittest.TestCase):
    def memory_kb(self, process):
        with open(f"/proc/{process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])

    def test_the_bad_are_said_and_the_good_one_is_not_touched(self):
        with contextlib.ExitStack() as stack:
            bad = [stack.enter_context(HostileReceiver(decide)) for decide, _ in PEERS.values()]
            good = stack.enter_context(HostileReceiver())
            sinks = [f"--remote-write={receiver.url}" for receiver in (*bad, good)]
            times = {"timeout_ms": TIMEOUT_MS, "wait_ms": PATIENCE_MS}
            started = time.monotonic()
            feeder = stack.enter_context(Feeder(FEEDER, *sinks, **times))
            readings = lambda: [sample for sample in list(good.accepted) if "component_id" in sample[0]]
            wait_until(lambda: len(readings()) >= feeder.total, "the good one has everything")
            self.assertLess(time.monotonic() - started, 5)
            wait_until(lambda: all(f"write-{i}:" in feeder.log() for i in range(len(bad))), "all is said", 10)
            memory_kb = self.memory_kb(feeder.process)
            result = feeder.finish()
            self.assertLess(time.monotonic() - started, 15)
            self.assertLess(memory_kb, MEMORY_MOST_KB)
            self.assertEqual(result["sinks"][-1]["sent"], feeder.total)
            for i, (name, (_, words)) in enumerate(PEERS.items()):
                with self.subTest(name):
                    state = result["sinks"][i]
                    self.assertEqual((state["waiting"], state["rejected"]), (feeder.total, 0))
                    self.assertLess(len(bad[i].requests), 100)  # some look for what it may take
                    [said] = re.findall(rf"^WARNING write-{i}: (.*(?:gets to|takes nothing).*)$", result["log"], re.MULTILINE)
                    self.assertRegex(said, words)

    def test_answers_that_are_odd_and_good_enough(self):
        """They are what says that the readings are there."""
        cases = {
            "without a length": b"HTTP/1.0 204 No Content\r\n\r\n",
            "a body until it closes": b"HTTP/1.0 200 OK\r\n\r\nthank you",
            "a body that is no text": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\x00\x1b\xff\n",
            "without an end": without_end(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
            "closes amid the headers": b"HTTP/1.1 204 No Content\r\nX-",
            "continues first": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        }
        with contextlib.ExitStack() as stack:
            peers = [stack.enter_context(HostileReceiver(lambda *_, what=what: what)) for what in cases.values()]
            sinks = [f"--remote-write={peer.url}" for peer in peers]
            feeder = stack.enter_context(Feeder(FEEDER, *sinks, rounds=1, timeout_ms=5000))
            result = feeder.finish()
            for state, name in zip(result["sinks"], cases):
                with self.subTest(name):
                    self.assertEqual((state["sent"], state["rejected"]), (feeder.total, 0), result)

    def test_pauses_that_make_no_sense_are_not_taken(self):
        cases = ("-5", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "", "0x7fffffff")
        with contextlib.ExitStack() as stack:
            decide = lambda _, n, pause: (503, {"Retry-After": pause}, "busy") if n == 1 else 204
            peers = [stack.enter_context(HostileReceiver(lambda s, n, p=pause: decide(s, n, p))) for pause in cases]
            feeder = stack.enter_context(Feeder(FEEDER, *(f"--remote-write={peer.url}" for peer in peers)))
            result = feeder.finish(20)
            for state, pause in zip(result["sinks"], cases):
                with self.subTest(pause):
                    self.assertEqual(state["sent"], feeder.total, result)

    def test_what_is_too_large_is_halved(self):
        decide = lambda samples, _: (413, {}, "too large") if len(samples) > 20 else 204
        with HostileReceiver(decide) as receiver, Feeder(FEEDER, remote_write=receiver.url, rounds=20) as feeder:
            result = feeder.finish()
            self.assertEqual((result["sinks"][0]["sent"], result["sinks"][0]["rejected"]), (feeder.total, 0), result)


class Addresses(unittest.TestCase):
    """What VictoriaMetrics answers to what is not meant for it: 400, as to readings that it does not like."""

    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-"))
        self.authority, other = Authority(folder), Authority(folder, "other")
        certificate, key = self.authority.sign("database", "IP:127.0.0.1")
        tls = ["-tls", f"-tlsCertFile={certificate}", f"-tlsKeyFile={key}"]
        self.plain = self.enterContext(VictoriaMetrics())
        self.secure = self.enterContext(Secure(tls))
        self.picky = self.enterContext(HostileReceiver(certificate=(certificate, key), client_ca=self.authority.file))
        self.stranger = other.sign("gateway")

    def test_everything_is_kept_and_what_is_wrong_is_said(self):
        port = self.secure.port
        trust = f"--ca-file={self.authority.file}"
        cases = {
            "a path of nobody": ([f"--remote-write={self.plain.base}/api/v1/wrte"], DENIED + ".*unsupported path"),
            "a path of nobody, lines": ([f"--influx={self.plain.base}/wrong", "--database=d"], DENIED + ".*unsupported path"),
            "no TLS where it is expected": ([f"--remote-write=http://127.0.0.1:{port}/api/v1/write"], "nothing gets to .*reset"),
            "TLS where none is expected": ([f"--remote-write={self.plain.write_url.replace('http:', 'https:')}", trust], "it does not speak TLS there"),
            "nobody listens": ([f"--remote-write=http://127.0.0.1:{free_port()}/"], "nothing gets to .*[Cc]onnect"),
            "a certificate of a stranger": (
                [f"--remote-write={self.picky.url}", trust, f"--certificate-file={self.stranger[0]}", f"--key-file={self.stranger[1]}"],
                "(it does not know who signed our certificate|it ends the connection)",
            ),
        }  # fmt: skip
        sinks = [argument for arguments, _ in cases.values() for argument in arguments]
        good = [f"--remote-write=https://127.0.0.1:{port}/api/v1/write", trust]
        with Feeder(FEEDER, *sinks, *good, wait_ms=PATIENCE_MS) as feeder:
            result = feeder.finish()
        for i, (name, (arguments, words)) in enumerate(cases.items()):
            with self.subTest(name):
                kind = "influx" if "--influx" in arguments[0] else "write"
                self.assertEqual((result["sinks"][i]["waiting"], result["sinks"][i]["rejected"]), (feeder.total, 0))
                self.assertRegex(result["log"], rf"WARNING {kind}-{i}: .*{words}")
        self.assertEqual(result["sinks"][-1]["sent"], feeder.total, result)


class Secure(VictoriaMetrics):
    """Over TLS; whether it listens is all that is asked here."""

    def is_ready(self):
        return "started server" in self.log() or "starting http server" in self.log()


if __name__ == "__main__":
    unittest.main()
