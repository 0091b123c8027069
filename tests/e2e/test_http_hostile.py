#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Requests that mean ill, and what the agent's HTTP server makes of them: each is refused or survived, and meanwhile no poll is
late, no descriptor and no memory is lost."""

import gzip
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import hallwatch
from agent import Agent
from device_servers import TOP
from http_watched import CLOSED, Watched
from http_wire import ask, exchange, exchange_all, get, get_kept, series_of, with_body
from servers import free_port, wait_until

PDU = TOP / "tests" / "drivers" / "apc_rpdu2" / "apc_rpdu2.snmprec"
TOKEN = "correct-horse-battery-staple"
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"


class Requests(Watched):
    def test_malformed(self):
        requests = {
            "zeros": b"\0" * 100 + b"\r\n\r\n",
            "bytes": bytes(range(256)) * 4 + b"\r\n\r\n",
            "no request": b"\r\n\r\n\r\n\r\n" + b"x" * 10 + b"\r\n\r\n",
            "no path": b"GET\r\n\r\n",
            "version 9": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
            "no version at all": b"GET / FTP\r\nHost: a\r\n\r\n",
            "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "no Host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
            "no colon": get("/", b"nonsense"),
            "no name": get("/", b": nonsense"),
            "space before the colon": get("/", b"Content-Length : 5"),
            "NUL in a header": get("/", b"X: a\0b"),
            "a line that goes on first": b"GET / HTTP/1.1\r\n folded: x\r\nHost: a\r\nConnection: close\r\n\r\n",
            "TLS": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + os.urandom(508),
            "SSH": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        }
        with self.unharmed():
            answers = exchange_all(self.port, requests)
            strict = {"version 9", "HTTP/2", "zeros", "bytes", "TLS", "SSH"}
            lenient = {name: answers.pop(name) for name in set(answers) - strict}
            self.assert_statuses(answers, {400, 404, 405, 501, 505, CLOSED})
            self.assert_statuses(lenient, {200, 400, 404, 405, 501, 505, CLOSED})

    def test_oversized(self):
        requests = {
            "path": get("/" + "a" * 65536),
            "path of a page": get("/metrics?" + "a" * 65536),
            "header": get("/", b"X: " + b"a" * 65536),
            "name of a header": get("/", b"X" * 65536 + b": a"),
            "headers": get("/", *(b"X-%d: a" % n for n in range(10000))),
            "authorization": get("/", b"Authorization: Bearer " + b"a" * 65536),
            "method": b"A" * 65536 + b" / HTTP/1.1\r\nHost: a\r\n\r\n",
            "version": b"GET / HTTP/1." + b"1" * 65536 + b"\r\nHost: a\r\n\r\n",
            "lines before": b"\r\n" * 500000 + get("/missing"),
            "without end": b"GET / HTTP/1.1\r\nX: " + b"a" * 4000000,
            "arguments": get("/missing?" + "&".join(f"a{n}=b" for n in range(20000))),
        }
        with self.unharmed():
            self.assert_statuses(exchange_all(self.port, requests), {400, 404, 405, 413, 414, 431, 501, CLOSED})

    def test_paths_that_are_no_pages(self):
        paths = """/../metrics /./metrics /x/../metrics /%2e%2e/metrics /..%2fmetrics //metrics /metrics/ /metrics// /METRICS
            /metrics%00 /metrics%00.html /%00metrics /metrics; /metrics;x /metrics%20 /metrics%0d%0a /metrics%3f /metrics%23
            /metricsx /healthz/../metrics /etc/passwd /../../../../etc/passwd /%2e%2e%2f%2e%2e%2fetc%2fpasswd /.%00./etc/passwd
            /\\..\\..\\etc\\passwd /%c0%ae%c0%ae/etc/passwd /%ff%fe /% /%4 /%zz /%25%32%65 /<script>alert(1)</script>
            metrics ../metrics . ?x #metrics * localhost:80 ftp://localhost/metrics //localhost/metrics /api/v1/query /favicon.ico"""
        requests = {path: get(path) for path in paths.split()}
        requests |= {f"byte {byte:02x}": get(b"/metrics" + bytes([byte])) for byte in (1, 9, 0x0B, 0x7F, 0x80, 0xFF)}
        with self.unharmed():
            answers = exchange_all(self.port, requests)
            self.assert_statuses(answers, {400, 404, CLOSED})
            for answer in answers.values():
                self.assertNotIn(b"script", answer.data)
                self.assertNotIn(b"passwd", answer.data)

    def test_what_names_a_page_in_another_way(self):
        """Either is right, an answer or a refusal; the whole page or nothing of it."""
        paths = ("http://localhost/healthz", "/%68ealthz", "/healthz?x=%00#", "/healthz\0", "/healthz\0x")
        answers = exchange_all(self.port, {path: get(path) for path in paths})
        self.assert_statuses(answers, {200, 400, 404})

    def test_methods(self):
        with self.unharmed():
            for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "get", "GETT", "X" * 200):
                with self.subTest(method):
                    answer = ask(self.port, "/metrics", method)
                    self.assertEqual(answer.status, 405, answer)
                    self.assertEqual(answer.headers["allow"].replace(" ", "").split(","), ["GET", "HEAD"])
            head = ask(self.port, "/metrics", "HEAD")
            self.assertEqual((head.status, head.body), (200, b""))
            self.assertIn(ask(self.port, "localhost:80", "CONNECT").status, (400, 404, 405))

    def test_smuggling(self):
        """Two readings of where a request ends: nothing of its body is ever taken for a request."""
        length, chunked = f"Content-Length: {len(SMUGGLED)}", "Transfer-Encoding: chunked"
        chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)
        requests = {
            "body": with_body([length], SMUGGLED),
            "body of a POST": with_body([length], SMUGGLED, "POST"),
            "chunks": with_body([chunked], chunk),
            "both": with_body([length, chunked], b"0\r\n\r\n" + SMUGGLED),
            "both, the other order": with_body([chunked, "Content-Length: 5"], b"0\r\n\r\n" + SMUGGLED),
            "two lengths": with_body(["Content-Length: 0", length], SMUGGLED),
            "two lengths, the other order": with_body([length, "Content-Length: 0"], SMUGGLED),
            "a list of lengths": with_body([f"Content-Length: 0, {len(SMUGGLED)}"], SMUGGLED),
            "a signed length": with_body([f"Content-Length: +{len(SMUGGLED)}"], SMUGGLED),
            "a length below 0": with_body(["Content-Length: -1"], SMUGGLED),
            "a length in hex": with_body(["Content-Length: 0x0"], SMUGGLED),
            "a length beyond 64 bits": with_body(["Content-Length: 18446744073709551616"], SMUGGLED),
            "no length": with_body(["Content-Length: "], SMUGGLED),
            "an unknown coding": with_body(["Transfer-Encoding: xchunked"], b"0\r\n\r\n" + SMUGGLED),
            "two codings": with_body(["Transfer-Encoding: gzip, chunked"], b"0\r\n\r\n" + SMUGGLED),
            "a coding twice": with_body([chunked, "Transfer-Encoding: identity"], b"0\r\n\r\n" + SMUGGLED),
            "a coding after a tab": with_body(["Transfer-Encoding:\tchunked"], b"0\r\n\r\n" + SMUGGLED),
            "a coding, vertical tab": with_body(["Transfer-Encoding: \x0bchunked"], b"0\r\n\r\n" + SMUGGLED),
            "a bad chunk": with_body([chunked], b"zz\r\n" + SMUGGLED),
            "a chunk below 0": with_body([chunked], b"-1\r\n" + SMUGGLED),
            "a chunk beyond 64 bits": with_body([chunked], b"1" + b"0" * 16 + b"\r\n" + SMUGGLED),
            "a chunk with a long remark": with_body([chunked], b"0;" + b"a" * 100000 + b"\r\n\r\n" + SMUGGLED),
            "a chunk of another length": with_body([chunked], b"1\r\n" + SMUGGLED),
            "trailers": with_body([chunked], b"0\r\n" + b"X: a\r\n" * 20000 + b"\r\n" + SMUGGLED),
            "endless": with_body(["Content-Length: 999999999999"], b"a" * 3000000),
            "expected": with_body([length, "Expect: 100-continue"], SMUGGLED),
        }
        with self.unharmed():
            for name, answer in exchange_all(self.port, requests).items():
                with self.subTest(name):
                    statuses = [status for status in answer.statuses if status != 100]
                    self.assertLessEqual(len(set(statuses)), 1, answer)
                    self.assertNotIn(200, statuses, answer)

    def test_requests_in_one_packet_are_answered_in_order(self):
        """As many of them as the server takes on one connection."""
        answer = exchange(self.port, get_kept("/healthz") + get_kept("/missing") + get("/healthz"))
        self.assertIn(answer.statuses, ([200], [200, 404], [200, 404, 200]))

    def test_gzip_is_the_same_page(self):
        answer = ask(self.port, headers=["Accept-Encoding: gzip"])
        self.assertEqual(answer.headers["content-encoding"], "gzip")
        plain = self.assert_served()
        self.assertNotIn("content-encoding", plain.headers)
        names = [set(metric for metric, _ in series_of(text.decode())) for text in (gzip.decompress(answer.body), plain.body)]
        self.assertEqual(names[0], names[1])


class Tokens(Watched):
    """A token is asked for."""

    @classmethod
    def setUpClass(cls):
        file = tempfile.NamedTemporaryFile("w", prefix="hallwatch-token-")
        cls.enterClassContext(file)
        file.write(TOKEN + "\n")
        file.flush()
        cls.section = {"token_file": file.name}
        super().setUpClass()

    @classmethod
    def page(cls, path):
        return ask(cls.port, path, headers=[f"Authorization: Bearer {TOKEN}"])

    def test_wrong_tokens(self):
        wrong = [
            b"",
            b"Bearer",
            b"Bearer ",
            b"Bearer wrong",
            b"Bearer " + TOKEN[:-1].encode(),
            b"Bearer " + TOKEN.encode() + b"x",
            b"Bearer " + TOKEN.encode() + b" x",
            b"Bearer " + TOKEN.upper().encode(),
            b"Bearer " + TOKEN.encode() + b"\xff",
            b"Bearer  x" + TOKEN.encode(),
            b"Bearer" + TOKEN.encode(),
            b"Basic " + TOKEN.encode(),
            TOKEN.encode(),
            b'Bearer "' + TOKEN.encode() + b'"',
            b"Bearer " + b"a" * 4000,
        ]
        requests = {repr(word): get("/metrics", b"Authorization: " + word) for word in wrong}
        requests |= {"none": get("/metrics"), "in the path": get(f"/metrics?token={TOKEN}")}
        requests |= {f"none for {path}": get(path) for path in ("/", "/missing", "/../metrics")}
        with self.unharmed():
            answers = exchange_all(self.port, requests)
            self.assert_statuses(answers, {401})
            for answer in answers.values():
                self.assertIn("bearer", answer.headers.get("www-authenticate", "").lower())
                self.assertNotIn(TOKEN.encode(), answer.data)
            odd = {
                "NUL": get("/metrics", b"Authorization: Bearer " + TOKEN.encode() + b"\0"),
                "two headers": get("/metrics", b"Authorization: Bearer x", b"Authorization: Bearer " + TOKEN.encode()),
            }
            answers = exchange_all(self.port, odd)
            self.assert_statuses({"two headers": answers["two headers"]}, {400, 401, CLOSED})
            # The library ends a value at a NUL: what is shown is the token, no more and no less.
            self.assert_statuses({"NUL": answers["NUL"]}, {200, 400, 401, CLOSED})

    def test_health_is_open_on_loopback(self):
        self.assertEqual((ask(self.port, "/healthz").status, ask(self.port, "/readyz").status), (200, 200))

    def test_the_token_is_in_no_log(self):
        self.assertNotIn(TOKEN, self.agent.log())


class Names(unittest.TestCase):
    """Names that would break out of the format, where they are not escaped."""

    odd = [
        'rack "A\\B"',
        '"} 1\\n',
        "<script>alert('x')</script>",
        'a{b="c"} 5',
        "# HELP x y",
        "\\",
        "\\n\\\\n",
        "x, y=z",
        "{{.Labels}} $value",
        "%0a%00%22",
        "랙 🔌",
        "a\u202eb\u2028c",
        '"' * 128,
        " ",
    ]
    told = b'\xff\xfe"\\\n\r\t\x00\x1b[31m</td>{}\xed\xa0\x80'  # what a device itself calls an outlet

    def recording(self, folder):
        """A PDU whose first outlet has that name."""
        lines = PDU.read_text().split("\n")
        lines = [re.sub(r"^(\S+)\|4\|web 1$", rf"\1|4x|{self.told.hex()}", line) for line in lines]
        file = Path(folder) / "pdu.snmprec"
        file.write_text("\n".join(lines))
        return file

    def test_names_come_out_as_they_are(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-names-"))
        url, port = f"replay:{self.recording(folder)}", free_port()
        devices = [{"name": name, "url": url, "rack": name, "hall": name, "row": name, "feed": name} for name in self.odd]
        with Agent(devices, http={"listen": f"127.0.0.1:{port}"}, site=self.odd[0], gateway=self.odd[1]) as agent:
            wait_until(lambda: ask(port, "/readyz").status == 200, "all have been asked")
            answer = ask(port)
            self.assertEqual(answer.status, 200)
            self.assertRegex(answer.headers["content-type"], r"^text/plain; *version=0\.0\.4")
            text = answer.body.decode()
            labels = [dict(labels) for metric, labels in series_of(text)]
            for key in ("device", "rack", "hall", "row", "feed"):
                self.assertEqual({one[key] for one in labels if key in one}, set(self.odd))
            self.assertEqual({one["site"] for one in labels}, {self.odd[0]})
            told = {one["name"] for one in labels if "name" in one and one.get("component") == "outlet"}
            self.assertFalse([name for name in told if "\x1b" in name or "\0" in name or "\n" in name], told)
            done = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True, check=False)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, b""))

    def test_control_characters_are_refused(self):
        for number in (0, 1, 7, 8, 9, 10, 13, 27, 0x7F, 0x85, 0x9B):
            for key in ("name", "rack"):
                with self.subTest(f"{number:02x} in {key}"), tempfile.TemporaryDirectory() as folder:
                    file = Path(folder) / "hallwatch.yaml"
                    texts = {"name": "a", "rack": "a"} | {key: f"a\\x{number:02x}b"}
                    device = ", ".join(f'{word}: "{text}"' for word, text in texts.items())
                    file.write_text(f"site: x\nhttp: {{}}\ndevices:\n  - {{{device}, url: 'snmp://127.0.0.1'}}\n")
                    done = hallwatch.run("check", str(file))
                    self.assertEqual(done.returncode, hallwatch.USAGE)
                    self.assertRegex(done.stderr, r"hallwatch\.yaml:4:\d+: ")
                    self.assertNotRegex(done.stderr, r"[\x00-\x09\x0b-\x1f\x7f\x80-\x9f]")


if __name__ == "__main__":
    unittest.main()
