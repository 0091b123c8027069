#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""/metrics, /healthz and /readyz of a running agent: scraped by a real Prometheus, beside what the status and remote write
say; with TLS, a token and client certificates; and what is refused."""

import http.client
import os
import random
import re
import socket
import ssl
import tempfile
import unittest
from pathlib import Path

import hallwatch
from agent import REFUSED, Agent
from certificates import Authority
from hallsim import Hallsim
from servers import Prometheus, VictoriaMetrics, free_port, wait_until

HEAD_MOST = 16384
ASKED_AT_ONCE = 2000  # well above what an address may in that time
CUT_OFF_LIMIT_S = 30  # the agent cuts off after 10 s who has not asked
LINE = re.compile(r'^([a-z_]+)\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\} (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
OF_DELIVERY = ("facility_row_sequence", "facility_gap_first_sequence", "facility_gap_last_sequence")


def series_of(page):
    """{(metric, labels): value}; each is there once, and the lines of a metric stand together under their type."""
    found, typed, current = {}, set(), None
    for line in page.splitlines():
        if line.startswith("# TYPE "):
            current = line.split()[2]
            assert current not in typed, f"{current} twice"
            typed.add(current)
        elif not line.startswith("#"):
            match = LINE.match(line)
            assert match and match[1] == current, line
            labels = {name: re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value) for name, value in LABEL.findall(match[2])}
            key = (match[1], frozenset(labels.items()))
            assert key not in found, f"{line} twice"
            found[key] = float(match[3])
    return found


def quiet_port():
    """A port of every address that nobody listens on, and that the system gives to no client of another test."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def request(port, path="/metrics", method="GET", context=None, body=None, **headers):
    """Status, headers and body of an answer."""
    if context:
        client = http.client.HTTPSConnection("localhost", port, timeout=20, context=context)
    else:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        client.request(method, path, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = client.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        client.close()


def status_at(port, **headers):
    """Of /metrics, in the clear; None: nobody listens."""
    try:
        return request(port, **headers)[0]
    except OSError:
        return None


def is_ready(port):
    return request(port, "/readyz")[::2] == (200, "ready\n")


class Scraped(unittest.TestCase):
    """One agent, read by Prometheus and writing to VictoriaMetrics."""

    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.hall = cls.enterClassContext(Hallsim("--modbus", "3", "--snmp", "3", "--dead", "3"))
        cls.database = cls.enterClassContext(VictoriaMetrics())
        config = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-"))) / "prometheus.yml"
        targets = f"static_configs: [{{targets: ['127.0.0.1:{cls.port}']}}]"
        config.write_text(f"scrape_configs: [{{job_name: hallwatch, scrape_interval: 1s, honor_labels: true, {targets}}}]\n")
        cls.prometheus = cls.enterClassContext(Prometheus(config=config))
        sink = {"name": "database", "type": "remote_write", "url": cls.database.write_url, "batch_wait": "100ms"}
        settings = {"inventory": str(cls.hall.inventory), "http": {"listen": f"127.0.0.1:{cls.port}"}}
        cls.agent = cls.enterClassContext(Agent([], [sink], **settings))
        wait_until(lambda: is_ready(cls.port), "every device was asked once")

    def test_the_page_is_what_the_status_says(self):
        def agrees():
            before, page, after = self.agent.devices(), series_of(request(self.port)[2]), self.agent.devices()
            shown = {(key[0], dict(key[1]).get("device"), dict(key[1]).get("component_id"), value) for key, value in page.items()}
            compared = 0
            for name, device in before.items():
                for old, new in zip(device["readings"], after[name]["readings"]):
                    if old["value"] != new["value"] or old["time"] != new["time"] or old["quality"] != "good":
                        continue
                    key = (old["metric"], name, old.get("component_id") or None, old["value"])
                    if key not in shown:
                        return False
                    compared += 1
            return compared > 300

        wait_until(agrees, "the readings of the status are on the page")

    def test_prometheus_takes_all_of_it(self):
        def is_whole():
            page = {key for key in series_of(request(self.port)[2])}
            taken = {
                (labels.pop("__name__"), frozenset((n, v) for n, v in labels.items() if n not in ("instance", "job")))
                for labels, _, _ in self.prometheus.export(span="5s")
            }
            return len(page) > 300 and page == taken

        wait_until(is_whole, "Prometheus has what the page shows")
        self.assertEqual([one["value"][1] for one in self.prometheus.query("up")], ["1"])

    def test_names_and_labels_are_those_of_remote_write(self):
        def keys():
            stored = set()
            for labels, _, _ in self.database.export():
                metric = labels.pop("__name__")
                if metric not in OF_DELIVERY and not metric.endswith("_sequence"):
                    stored.add((metric, frozenset(labels.items())))
            return stored

        def is_same():
            page, stored = set(series_of(request(self.port)[2])), keys()
            self.difference = [(len(page), len(stored)), *page - stored, "|", *stored - page]
            self.difference = self.difference if len(self.difference) > 2 else None
            return not self.difference

        try:
            wait_until(is_same, "both have the same series")
        except AssertionError as failure:
            raise AssertionError(f"{failure}: {self.difference[:6]} {self.difference[-6:]}") from None

    def test_health_and_what_is_refused(self):
        self.assertEqual(request(self.port, "/healthz")[::2], (200, "ok\n"))
        self.assertIn("/metrics", request(self.port, "/")[2])
        status, headers, body = request(self.port, Accept_Encoding="gzip", method="HEAD")
        self.assertEqual((status, body, headers["Content-Encoding"]), (200, "", "gzip"))
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        for path in ("/metrics/", "//metrics", "/%6detrics", "/../etc/passwd", "/metrics%00"):
            self.assertEqual(request(self.port, path)[0], 404, path)
        self.assertEqual(request(self.port, "/metrics?x=%00<b>")[0], 200)
        status, headers, _ = request(self.port, method="DELETE")
        self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))
        self.assertEqual(request(self.port, method="POST", body="a" * 100)[0], 400)
        self.assertEqual(request(self.port, "/" + "a" * HEAD_MOST)[0], 414)
        self.assertEqual(request(self.port, X="a" * HEAD_MOST)[0], 431)

    def test_who_asks_too_often_is_told_so(self):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=("127.9.9.9", 0))

        statuses, again = [], None
        for _ in range(ASKED_AT_ONCE):
            client.request("GET", "/healthz")
            answer = client.getresponse()
            answer.read()
            statuses.append(answer.status)
            again = again or answer.headers["Retry-After"]
        client.close()
        self.assertEqual((set(statuses), again), ({200, 429}, "1"))
        self.assertEqual(request(self.port, "/healthz")[0], 200)

    def test_who_drips_a_request_is_cut_off(self):
        with socket.create_connection(("127.0.0.1", self.port)) as slow:
            slow.settimeout(0.5)
            slow.sendall(b"GET / HTTP/1.1\r\nX: ")

            def is_over():
                try:
                    slow.sendall(b"a")
                    return slow.recv(1) == b""
                except TimeoutError:
                    return False
                except OSError:
                    return True

            wait_until(is_over, "the connection is ended", CUT_OFF_LIMIT_S)


class Guarded(unittest.TestCase):
    """TLS, a token and client certificates."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-")))
        cls.authority, cls.strangers = Authority(str(cls.folder)), Authority(str(cls.folder), "strangers")
        cls.server, cls.client = cls.authority.sign("server"), cls.authority.sign("client")
        cls.stranger = cls.strangers.sign("stranger")
        cls.token = cls.folder / "token"

    def context(self, certificate=None, authority=None):
        context = ssl.create_default_context(cafile=(authority or self.authority).file)
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    def agent(self, **settings):
        self.token.write_text("s3cret\n")
        self.token.chmod(0o600)
        port = quiet_port()
        tls = {"certificate_file": self.server[0], "key_file": self.server[1]}
        device = {"name": "dead", "url": f"modbus://127.0.0.1:{free_port()}/1", "driver": "schneider_pm5000"}
        return port, Agent([device], http={"listen": f"0.0.0.0:{port}", **tls, **settings})

    def test_a_token_and_its_rotation(self):
        port, agent = self.agent(token_file=str(self.token))
        with agent:
            self.assertEqual(request(port, context=self.context(), Authorization="Bearer s3cret")[0], 200)
            status, headers, _ = request(port, context=self.context(), Authorization="Bearer s3cre")
            self.assertEqual((status, headers["WWW-Authenticate"]), (401, 'Bearer realm="hallwatch"'))
            self.assertEqual(request(port, "/healthz", context=self.context())[0], 200)
            with self.assertRaises((OSError, http.client.HTTPException)):
                request(port, "/healthz")  # in the clear
            self.token.write_text("another\n")
            agent.reload()
            wait_until(
                lambda: request(port, context=self.context(), Authorization="Bearer another")[0] == 200, "the new token is in force"
            )
            self.assertEqual(request(port, context=self.context(), Authorization="Bearer s3cret")[0], 401)
            self.assertNotIn("another", agent.log())

    def test_client_certificates_and_the_servers_rotation(self):
        port, agent = self.agent(client_ca_file=self.authority.file)
        with agent:
            self.assertEqual(request(port, context=self.context(self.client))[0], 200)
            self.assertEqual(request(port, context=self.context())[0], 403)
            self.assertEqual(request(port, context=self.context(self.stranger))[0], 403)
            renewed = self.strangers.sign("renewed")
            for to, made in zip(self.server, renewed):
                Path(to).write_bytes(Path(made).read_bytes())
                os.chmod(to, 0o600)
            agent.reload()
            context = self.context(self.client, self.strangers)

            def is_renewed():
                try:
                    return request(port, context=context)[0] == 200
                except ssl.SSLError:
                    return False

            wait_until(is_renewed, "the new certificate is shown")

    def test_all_of_it_changes_at_a_reload(self):
        """The section comes, its addresses and its token change, it goes; and an address that was taken is served when it is free."""
        one, two = free_port(), free_port()
        self.token.write_text("s3cret\n")
        self.token.chmod(0o600)
        device = {"name": "dead", "url": f"modbus://127.0.0.1:{free_port()}/1", "driver": "schneider_pm5000"}
        with Agent([device]) as agent:
            agent.write(http={"listen": f"127.0.0.1:{one}"})
            agent.reload()
            wait_until(lambda: status_at(one) == 200, "it is served")
            agent.write(http={"listen": [f"127.0.0.1:{one}", f"127.0.0.1:{two}"], "token_file": str(self.token)})
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", two))
                taken.listen()
                agent.reload()
                wait_until(lambda: status_at(one) == 401, "who has no token is turned away")
                self.assertEqual(status_at(one, Authorization="Bearer s3cret"), 200)
                wait_until(lambda: f"http: cannot listen at 127.0.0.1:{two}: Address already in use" in agent.log(), "that is said")
            wait_until(lambda: status_at(two, Authorization="Bearer s3cret") == 200, "both are served")
            self.assertIn("http: all addresses are served", agent.log())
            self.assertRegex(agent.log(), "http: 127.0.0.1 is not let in: it does not show the token of http")
            agent.write(http={"listen": f"127.0.0.1:{two}"})
            agent.reload()
            wait_until(lambda: status_at(one) is None and status_at(two) == 200, "the first is served no more")
            del agent.settings["http"]
            agent.write()
            agent.reload()
            wait_until(lambda: status_at(two) is None, "nothing is served")

    def test_certificates_that_do_not_fit_leave_those_of_before(self):
        server = self.authority.sign("mismatched")
        port, agent = self.agent(certificate_file=server[0], key_file=server[1], token_file=str(self.token))
        with agent:
            Path(server[1]).write_bytes(Path(self.client[1]).read_bytes())
            self.assertEqual(hallwatch.run("check", str(agent.config)).returncode, hallwatch.USAGE)
            agent.reload(REFUSED)
            self.assertIn("http.key_file: key_file is not the key of certificate_file", agent.log())
            self.assertEqual(request(port, context=self.context(), Authorization="Bearer s3cret")[0], 200)


class Refused(unittest.TestCase):
    def test_an_address_that_others_reach_takes_tls_and_a_token(self):
        with tempfile.TemporaryDirectory(prefix="hallwatch-test-") as folder:
            config = Path(folder) / "hallwatch.yaml"
            config.write_text("site: dc1\nhttp:\n  listen: 10.0.0.1:9746\ndevices: [{name: a, url: 'snmp://10.0.0.9'}]\n")
            done = hallwatch.run("check", str(config))
            self.assertEqual(done.returncode, hallwatch.USAGE)
            place = f"{config}:3:11: http.listen: others reach 10.0.0.1:9746, so"
            self.assertIn(f"{place} it takes TLS: write certificate_file and key_file", done.stdout + done.stderr)
            self.assertIn(f"{place} clients must show who they are: write token_file", done.stdout + done.stderr)

    def test_an_address_that_is_taken_is_said(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            device = {"name": "dead", "url": "modbus://127.0.0.1:1/1", "driver": "schneider_pm5000"}
            agent = Agent([device], http={"listen": address})
            with self.assertRaisesRegex(AssertionError, f"http: cannot listen at {address}: Address already in use"):
                agent.__enter__()


if __name__ == "__main__":
    unittest.main(verbosity=2)
