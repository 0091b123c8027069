#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Clients of the agent's HTTP server that are too many, too slow or speak no TLS: others are served, no poll is late, and what
they took is given back."""

import os
import resource
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from certificates import Authority
from http_watched import CLOSED, LIMIT_S, Watched
from http_wire import ask, connect, exchange_all, get, get_kept, listen, own_address, reset, with_body
from servers import wait_until

CONNECTIONS, EACH = 3000, 12  # of the latter: so many of each kind of slow client
TAKEN_MOST = 512  # descriptors that clients may hold at the same time


class Crowds(Watched):
    def connected(self, n, data, buffer=None):
        """Clients of an address each, that have sent this."""
        clients = []
        for _ in range(n):
            client = connect(self.port, buffer=buffer)
            self.addCleanup(client.close)
            client.sendall(data)
            clients.append(client)
        return clients

    @staticmethod
    def is_ended(client, word):
        """Whether the server has ended the connection, where it is sent one more word, and heard out."""
        client.setblocking(False)
        try:
            if word:
                client.send(word)
            return client.recv(1024) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def test_the_slow_are_cut_off(self):
        """Who does not finish its request, be it silent or one byte after the other, and who does not read the answer."""
        with self.unharmed():
            before = self.descriptors()
            readers = self.connected(EACH, get_kept("/metrics") * 50, buffer=4096)
            left = [(client, b"a") for client in self.connected(EACH, get("/metrics")[:-4] + b"\r\nX: ")]
            left += [(client, b"") for client in self.connected(EACH, get("/metrics")[:-2])]
            left += [(client, b"") for client in self.connected(EACH, b"GET /metr")]
            left += [(client, b"") for client in self.connected(EACH, b"")]
            left += [(client, b"a") for client in self.connected(EACH, with_body(["Content-Length: 10000"], b"a"))]
            deadline = time.monotonic() + LIMIT_S
            while left or self.descriptors() > before:
                self.assertLess(time.monotonic(), deadline, f"{len(left)} are still connected")
                time.sleep(0.5)
                self.assertEqual(self.page("/healthz").status, 200)
                left = [(client, word) for client, word in left if not self.is_ended(client, word)]
            for client in readers:
                reset(client)

    def test_readers_that_leave(self):
        with self.unharmed():
            for client in self.connected(100, get("/metrics")):
                reset(client)
            for client in self.connected(100, get("/metrics")):
                client.close()

    def test_thousands_of_connections(self):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (CONNECTIONS + 1000, max(limits[1], CONNECTIONS + 1000)))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        for what, source in (("of one address", own_address()), ("of 250 addresses", None)):
            with self.subTest(what), self.unharmed(), ExitStack() as stack:
                before, refused = self.descriptors(), 0
                for n in range(CONNECTIONS):
                    client = stack.enter_context(socket.socket())
                    client.settimeout(1)
                    client.bind((source or f"127.67.0.{n % 250 + 1}", 0))
                    try:
                        client.connect(("127.0.0.1", self.port))
                        client.sendall(b"GET /metrics HTTP/1.1\r\n"[: n % 20])
                    except OSError:
                        refused += 1
                self.assertLess(self.descriptors() - before, TAKEN_MOST)
                if source:  # who takes all that one address may have takes it from nobody else
                    self.assert_served()
                stack.close()
                wait_until(lambda: self.page("/healthz").status == 200, "others are let in again", LIMIT_S)

    def test_a_flood_of_requests(self):
        """One address asks without end; it is told to wait, and another is served as ever."""
        address, end = own_address(), threading.Event()
        statuses, waits = [], set()

        def flood():
            while not end.is_set():
                try:
                    answer = ask(self.port, "/", address=address)
                except OSError:
                    continue
                statuses.append(answer.status)
                if answer.status == 429:
                    waits.add(answer.headers.get("retry-after"))

        with self.unharmed(), ThreadPoolExecutor(8) as pool:
            for _ in range(8):
                pool.submit(flood)
            try:
                wait_until(lambda: 429 in statuses, "the flood is told to wait")
                for _ in range(5):
                    self.assert_served()
            finally:
                end.set()
        self.assertLessEqual(set(statuses), {200, 429, 503, CLOSED})
        self.assertTrue(waits and all(wait and int(wait) > 0 for wait in waits), waits)


class Tls(Watched):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="hallwatch-tls-"))
        authority = Authority(folder)
        certificate, key = authority.sign("server")
        cls.section = {"certificate_file": certificate, "key_file": key}
        cls.context = ssl.create_default_context(cafile=authority.file)
        super().setUpClass()

    @classmethod
    def page(cls, path):
        return ask(cls.port, path, tls=cls.context)

    def test_what_is_no_tls(self):
        hello = b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"
        requests = {
            "plain HTTP": get("/metrics"),
            "a hello of noise": hello + os.urandom(508),
            "a record of the largest size": b"\x16\x03\x03\xff\xff" + os.urandom(65535),
            "an alert": b"\x15\x03\x03\0\x02\x02\x28",
            "a heartbeat": b"\x18\x03\x02\0\x03\x01\x40\0",
            "data first": b"\x17\x03\x03\0\x20" + os.urandom(32),
            "SSL 2": b"\x80\x2e\x01\0\x02\0\x15\0\0\0\x10" + os.urandom(40),
            "zeros": b"\0" * 10000,
        }
        with self.unharmed():
            answers = exchange_all(self.port, requests)
            for name, answer in answers.items():
                with self.subTest(name):
                    self.assertNotIn(b"facility_", answer.data)
                    self.assertIn(answer.status, (400, CLOSED), answer)
                    self.assertTrue(answer.closed, answer)

    def test_old_versions_are_refused(self):
        for version in ("-tls1", "-tls1_1"):
            command = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", version, "-cipher", "ALL@SECLEVEL=0"]
            done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20, check=False)
            self.assertIn("Cipher is (NONE)", done.stdout + done.stderr)

    def test_handshakes_that_stop(self):
        with self.unharmed(), ExitStack() as stack:
            clients = [stack.enter_context(connect(self.port)) for _ in range(60)]
            for n, client in enumerate(clients):
                client.sendall((b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + os.urandom(500))[: n * 4])
            self.assert_served()
            deadline = time.monotonic() + LIMIT_S
            for client in clients:
                self.assertTrue(listen(client, max(deadline - time.monotonic(), 0.1)).closed)

    def test_a_session_that_ends_in_noise(self):
        with self.unharmed():
            for noise in (os.urandom(1000), b"\x17\x03\x03\x40\0" + os.urandom(16384)):
                with connect(self.port) as raw, self.context.wrap_socket(
                    raw.dup(), server_hostname="localhost", do_handshake_on_connect=True
                ) as client:
                    client.sendall(b"GET /metrics HTTP/1.1\r\n")
                    raw.sendall(noise)
                    self.assertNotEqual(listen(client, LIMIT_S).status, 200)


if __name__ == "__main__":
    unittest.main()
