#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""SNMP v1 and v3 against snmpd and snmpsimd: every protocol, and agents whose engine id or clock misbehaves.

Usage: test_snmp_v3.py SNMP_TALKER HALLWATCH [unittest options]
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SYSTEM = "1.3.6.1.2.1.1"
DESCR = SYSTEM + ".1.0"
TALKER = HALLWATCH = None

AUTH = ["MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
PRIVACY = ["DES", "AES-128", "AES-192", "AES-256", "AES-192-C", "AES-256-C"]
USER = 'createUser ana SHA-256 "authpass1" AES-128 "privpass1"\nrouser ana priv\n'
ANA = "3:ana::SHA-256:authpass1:AES-128:privpass1"
BOOTS = "1.3.6.1.6.3.10.2.1.2.0"
ENGINE_A, ENGINE_B = "0x80001f8880aaaaaaaa01", "0x80001f8880bbbbbbbb02"

STRETCHED = ("it says its engine id but does not answer this user: wrong privacy passphrase, wrong privacy protocol, "
             "keys stretched another way (AES-192 and AES-192-C differ), or an access list")


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Talker:
    """snmp_talker, told line by line."""

    def __init__(self):
        self.process = subprocess.Popen([TALKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def say(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def open(self, name, port, credentials):
        told = self.say("open", name, port, credentials)
        if told != "open":
            raise AssertionError(f"open {credentials}: {told}")

    def get(self, name, *oids, timeout_ms=1000):
        return self.say("get", name, timeout_ms, *(oids or [DESCR]))

    def end(self):
        """Its exit status and what it wrote to standard error, where the sanitizers speak."""
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out + err


class Snmpd:
    """snmpd with lines of configuration; `start` again is a reboot."""

    def __init__(self, port=None):
        self.port = port or free_port()
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.process = None

    def start(self, descr, lines, engine=None, boots=1):
        self.stop()
        text = f'agentaddress udp:127.0.0.1:{self.port}\nrocommunity public\nsysDescr {descr}\n'
        if engine:
            text += f"exactEngineID {engine}\noldEngineID {engine}\nengineBoots {boots}\n"
        (self.folder / "snmpd.conf").write_text(text + lines)
        self.process = subprocess.Popen(
            ["snmpd", "-f", "-Lo", "-C", "-c", str(self.folder / "snmpd.conf"), "-I", "-smux"],
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(self.folder / "state"), "MIBS": ""},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + 30
        command = ["snmpget", "-v2c", "-cpublic", "-On", "-t", "0.2", "-r", "0", f"127.0.0.1:{self.port}", DESCR]
        while subprocess.run(command, capture_output=True, env={**os.environ, "MIBS": ""}).returncode:
            if time.monotonic() > limit or self.process.poll() is not None:
                raise AssertionError("snmpd did not start")
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)
        self.process = None

    def end(self):
        self.stop()
        shutil.rmtree(self.folder)


def answer(descr):
    return f'ok {DESCR}="{descr}"'


class Case(unittest.TestCase):
    def setUp(self):
        self.talker = Talker()
        self.addCleanup(self.end_talker)

    def end_talker(self):
        self.assertEqual(self.talker.end(), (0, ""))

    def snmpd(self, *given, port=None, **more):
        agent = Snmpd(port)
        self.addCleanup(agent.end)
        return agent.start(*given, **more)


class Protocols(Case):
    def test_every_pair(self):
        users = {f"{auth}/{privacy}": f"u{i}x{k}" for i, auth in enumerate(AUTH) for k, privacy in enumerate(PRIVACY)}
        lines = "".join(f'createUser {user} {" ".join(pair.split("/")[:1])} "authpass1" {pair.split("/")[1]} '
                        f'"privpass1"\nrouser {user} priv\n' for pair, user in users.items())
        agent = self.snmpd("pairs", lines)
        for pair, user in users.items():
            with self.subTest(pair):
                auth, privacy = pair.split("/")
                self.talker.open("x", agent.port, f"3:{user}::{auth}:authpass1:{privacy}:privpass1")
                self.assertEqual(self.talker.get("x"), answer("pairs"))
                self.talker.say("close", "x")

    def test_levels_below_privacy(self):
        lines = "createUser open\nrouser open noauth\n"
        lines += "".join(f'createUser u{i} {auth} "authpass1"\nrouser u{i} auth\n' for i, auth in enumerate(AUTH))
        agent = self.snmpd("levels", lines)
        self.talker.open("open", agent.port, "3:open:")
        self.assertEqual(self.talker.get("open"), answer("levels"))
        for i, auth in enumerate(AUTH):
            with self.subTest(auth):
                self.talker.open(auth, agent.port, f"3:u{i}::{auth}:authpass1")
                self.assertEqual(self.talker.get(auth), answer("levels"))

    def test_bulk_and_what_is_not_there(self):
        agent = self.snmpd("bulk", USER)
        self.talker.open("a", agent.port, ANA)
        self.assertEqual(self.talker.get("a", DESCR, SYSTEM + ".99.0"), answer("bulk") + f" {SYSTEM}.99.0=NONE")
        self.assertEqual(self.talker.say("next", "a", 1000, SYSTEM + ".3").count("="), 10)
        many = [f"{SYSTEM}.{4 + i % 3}.0" for i in range(128)]
        self.assertEqual(self.talker.get("a", *many).count("="), 128)

    def test_credentials_that_do_not_hold_together(self):
        self.assertEqual(self.talker.say("open", "a", 161, "3:ana::SHA-256:short"), "argument")
        self.assertEqual(self.talker.say("open", "a", 161, f"3:{33 * 'u'}:"), "argument")


class WrongKeys(Case):
    """Each says what it can be; and the right ones work beside them."""

    def test_what_is_wrong_is_said(self):
        agent = self.snmpd("keys", USER + 'createUser low SHA-256 "authpass1"\nrouser low auth\n')
        self.talker.open("right", agent.port, ANA)
        authentication = "denied: authentication failed: wrong authentication passphrase or protocol"
        level = ("denied: unsupported security level: this user has another combination of authentication and "
                 "privacy there")
        for credentials, words in (
                ("3:ana::SHA-256:authpass2:AES-128:privpass1", authentication),
                ("3:ana::SHA-512:authpass1:AES-128:privpass1", authentication),
                ("3:ana::SHA-256:authpass1:AES-128:privpass2", "timeout: " + STRETCHED),
                ("3:ana::SHA-256:authpass1:DES:privpass1", "timeout: " + STRETCHED),
                ("3:low::SHA-256:authpass1:AES-128:privpass1", level),
                ("3:bob::SHA-256:authpass1:AES-128:privpass1", "denied: unknown user")):
            with self.subTest(credentials):
                self.talker.open("wrong", agent.port, credentials)
                for _ in range(2):
                    self.assertEqual(self.talker.get("wrong", timeout_ms=300), words)
                self.assertEqual(self.talker.get("right"), answer("keys"))
                self.talker.say("close", "wrong")

    def test_the_other_way_of_stretching_keys(self):
        agent = self.snmpd("stretch", 'createUser ana SHA-1 "authpass1" AES-256 "privpass1"\nrouser ana priv\n')
        self.talker.open("c", agent.port, "3:ana::SHA-1:authpass1:AES-256-C:privpass1")
        self.assertEqual(self.talker.get("c", timeout_ms=300), "timeout: " + STRETCHED)

    def test_nobody_there(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            self.talker.open("a", silent.getsockname()[1], ANA)
            self.assertEqual(self.talker.get("a", timeout_ms=200),
                             "timeout: silence: no SNMPv3 there, an access list, or nobody there")


class Engines(Case):
    """snmpd counts one boot more than it is told was the last."""

    def test_reboot(self):
        agent = self.snmpd("first", USER, engine=ENGINE_A, boots=5)
        self.talker.open("a", agent.port, ANA)
        self.assertEqual(self.talker.get("a", DESCR, BOOTS), answer("first") + f" {BOOTS}=6")
        agent.start("second", USER, engine=ENGINE_A, boots=6)
        self.assertEqual(self.talker.get("a", DESCR, BOOTS), answer("second") + f" {BOOTS}=7")

    def test_counter_of_boots_goes_back(self):
        agent = self.snmpd("before", USER, engine=ENGINE_A, boots=500)
        self.talker.open("a", agent.port, ANA)
        self.assertEqual(self.talker.get("a", BOOTS), f"ok {BOOTS}=501")
        agent.start("after", USER, engine=ENGINE_A, boots=1)
        self.assertEqual(self.talker.get("a"), answer("after"))
        self.assertEqual(self.talker.get("a", BOOTS), f"ok {BOOTS}=2")

    def test_another_engine_id(self):
        agent = self.snmpd("old board", USER, engine=ENGINE_A, boots=500)
        self.talker.open("a", agent.port, ANA)
        self.assertEqual(self.talker.get("a"), answer("old board"))
        agent.start("new board", USER, engine=ENGINE_B, boots=1)
        self.assertEqual(self.talker.get("a"), answer("new board"))

    def test_clones_with_different_boots(self):
        one = self.snmpd("one", USER, engine=ENGINE_A, boots=9)
        two = self.snmpd("two", USER, engine=ENGINE_A, boots=90000)
        self.talker.open("one", one.port, ANA)
        self.talker.open("two", two.port, ANA)
        self.assertEqual(self.talker.get("two", BOOTS), f"ok {BOOTS}=90001")
        for _ in range(5):
            self.assertEqual(self.talker.say("both", "one", "two", 1000, DESCR), f'{answer("one")} | {answer("two")}')

    def test_clones_with_different_keys(self):
        one = self.snmpd("one", USER, engine=ENGINE_A, boots=9)
        two = self.snmpd("two", USER.replace("pass1", "pass2").replace("AES-128", "DES"), engine=ENGINE_A, boots=3)
        self.talker.open("one", one.port, ANA)
        self.talker.open("two", two.port, ANA.replace("pass1", "pass2").replace("AES-128", "DES"))
        for _ in range(5):
            self.assertEqual(self.talker.say("both", "one", "two", 1000, DESCR), f'{answer("one")} | {answer("two")}')

    def test_keys_changed_under_an_open_link(self):
        agent = self.snmpd("before", USER, engine=ENGINE_A, boots=1)
        self.talker.open("a", agent.port, ANA)
        self.assertEqual(self.talker.get("a"), answer("before"))
        agent.start("after", USER.replace("privpass1", "privpass2"), engine=ENGINE_A, boots=2)
        self.talker.get("a", timeout_ms=300)
        self.assertEqual(self.talker.get("a", timeout_ms=300), "timeout: " + STRETCHED)

    def test_boots_that_have_run_out(self):
        agent = self.snmpd("latched", USER, engine=ENGINE_A, boots=2147483647)
        self.talker.open("a", agent.port, ANA)
        self.assertRegex(self.talker.get("a", timeout_ms=300), "^(denied|timeout): ")

    def test_credentials_change(self):
        agent = self.snmpd("rotating", USER, engine=ENGINE_A, boots=1)
        for n in range(1, 6):
            credentials = ANA.replace("pass1", f"pass{n}")
            agent.start("rotating", USER.replace("pass1", f"pass{n}"), engine=ENGINE_A, boots=n)
            if n > 1:
                self.assertRegex(self.talker.get("a"), "^denied: authentication failed")
                self.talker.say("close", "a")
            self.talker.open("a", agent.port, credentials)
            self.assertEqual(self.talker.get("a"), answer("rotating"))
            self.talker.open("other", agent.port, credentials)
            self.assertEqual(self.talker.get("other"), answer("rotating"))
            self.talker.say("close", "other")
            self.assertEqual(self.talker.get("a"), answer("rotating"))


class Forger(Case):
    """An agent that answers everything with unauthenticated messages."""

    def test_reports_without_end(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
            agent.bind(("127.0.0.1", 0))
            agent.settimeout(10)
            self.talker.open("a", agent.getsockname()[1], ANA)
            self.talker.process.stdin.write(f"get a 2000 {DESCR}\n")
            self.talker.process.stdin.flush()
            for _ in range(7):  # the bound of the link
                request, sender = agent.recvfrom(65536)
                agent.sendto(report(message_id(request), "1.3.6.1.6.3.15.1.1.4.0"), sender)
            self.assertEqual(self.talker.process.stdout.readline(),
                             "denied: it asks for another engine id or clock time and again\n")

    def test_an_answer_below_the_level_is_none(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
            agent.bind(("127.0.0.1", 0))
            agent.settimeout(10)
            self.talker.open("a", agent.getsockname()[1], ANA)
            self.talker.process.stdin.write(f"get a 300 {DESCR}\n")
            self.talker.process.stdin.flush()
            request, sender = agent.recvfrom(65536)
            agent.sendto(report(message_id(request), "1.3.6.1.6.3.15.1.1.4.0"), sender)
            request, sender = agent.recvfrom(65536)
            agent.sendto(report(message_id(request), DESCR, pdu=0xA2, user="ana"), sender)
            self.assertEqual(self.talker.process.stdout.readline(), f"timeout: {STRETCHED}\n")


def ber(tag, *parts):
    body = b"".join(parts)
    head = bytes([len(body)]) if len(body) < 128 else bytes([0x82]) + len(body).to_bytes(2, "big")
    return bytes([tag]) + head + body


def number(value):
    return ber(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(text):
    parts = [int(part) for part in text.split(".")]
    body = [parts[0] * 40 + parts[1]]
    for part in parts[2:]:
        body += [part] if part < 128 else [0x80 | part >> 7, part & 127]
    return ber(6, bytes(body))


def message_id(request):
    """Of an SNMPv3 message: the first integer after the version, in its own sequence."""
    at = request.index(b"\x02\x01\x03\x30") + 5
    return int.from_bytes(request[at + 2:at + 2 + request[at + 1]], "big")


def report(identity, name, pdu=0xA8, user=""):
    engine = ber(4, bytes.fromhex(ENGINE_A[2:]))
    head = ber(0x30, number(identity), number(65507), ber(4, b"\0"), number(3))
    security = ber(4, ber(0x30, engine, number(1), number(1), ber(4, user.encode()), ber(4), ber(4)))
    varbinds = ber(0x30, ber(0x30, oid(name), number(1)))
    scoped = ber(0x30, engine, ber(4), ber(pdu, number(identity), number(0), number(0), varbinds))
    return ber(0x30, number(3), head, security, scoped)


class Version1(Case):
    def test_names_that_are_not_there(self):
        agent = self.snmpd("v1", "")
        self.talker.open("a", agent.port, "1:public")
        self.assertEqual(self.talker.get("a", SYSTEM + ".99.0", DESCR, SYSTEM + ".98.0"),
                         f'ok {SYSTEM}.99.0=NONE {DESCR}="v1" {SYSTEM}.98.0=NONE')
        self.assertEqual(self.talker.get("a", SYSTEM + ".99.0"), f"ok {SYSTEM}.99.0=NONE")
        missing = [f"{SYSTEM}.{200 + i}.0" for i in range(128)]
        self.assertEqual(self.talker.get("a", *missing), "ok " + " ".join(f"{name}=NONE" for name in missing))

    def test_one_row_at_a_time(self):
        agent = self.snmpd("v1", "")
        self.talker.open("a", agent.port, "1:public")
        self.assertEqual(self.talker.say("next", "a", 1000, SYSTEM + ".1", "1.3.6.1.7"),
                         f'ok {DESCR}="v1" 1.3.6.1.7=NONE')

    def test_wrong_community_is_silence(self):
        agent = self.snmpd("v1", "")
        self.talker.open("a", agent.port, "1:private")
        self.assertEqual(self.talker.get("a", timeout_ms=200), "timeout")


class Snmpsim(Case):
    """Each context is a recording."""

    def test_contexts(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        for made in (folder, folder / "data", folder / "cache"):
            made.mkdir(exist_ok=True)
            made.chmod(0o777)
        for name in ("left", "right"):
            (folder / "data" / f"{name}.snmprec").write_text(f"{DESCR}|4|the {name} one\n")
        port = free_port()
        command = ["snmpsimd", f"--data-dir={folder}/data", f"--cache-dir={folder}/cache",
                   f"--agent-udpv4-endpoint=127.0.0.1:{port}", "--v3-user=ana", "--v3-auth-proto=SHA",
                   "--v3-auth-key=authpass1", "--v3-priv-proto=AES", "--v3-priv-key=privpass1"]
        if os.getuid() == 0:
            command += ["--process-user=nobody", "--process-group=nogroup"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.terminate)
        for name in ("left", "right"):
            self.talker.open(name, port, f"3:ana:{name}:SHA-1:authpass1:AES-128:privpass1")
        limit = time.monotonic() + 30
        while self.talker.get("left", timeout_ms=300) != answer("the left one"):
            self.assertLess(time.monotonic(), limit)
        self.assertEqual(self.talker.get("right"), answer("the right one"))
        self.assertEqual(self.talker.get("left"), answer("the left one"))


class Read(Case):
    """Credentials from a configuration."""

    def read(self, port, credentials, **files):
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        for name, text in files.items():
            (folder / name).write_text(text + "\n")
            (folder / name).chmod(0o600)
        (folder / "hallwatch.yaml").write_text(
            f"site: s\ncredentials: {{it: {credentials}}}\npoll: {{timeout: 300ms}}\n"
            f'devices: [{{name: d, url: "snmp://127.0.0.1:{port}", credentials: it, driver: rfc1628}}]\n')
        return subprocess.run([HALLWATCH, "read", "--config", folder / "hallwatch.yaml", "d"],
                              capture_output=True, text=True, timeout=60)

    def test_causes_are_said(self):
        agent = self.snmpd("read", USER)
        settings = "{version: 3, user: ana, auth: SHA-256, auth_file: a, privacy: AES-128, privacy_file: p}"
        done = self.read(agent.port, settings, a="authpass1", p="privpass1")
        self.assertIn("answers none of the points of driver rfc1628", done.stderr)  # so it was read
        done = self.read(agent.port, settings, a="authpass2", p="privpass1")
        self.assertIn("wrong authentication passphrase or protocol", done.stderr)
        self.assertEqual(done.returncode, 4)
        done = self.read(agent.port, settings, a="authpass1", p="privpass2")
        self.assertIn("wrong privacy passphrase", done.stderr)
        self.assertEqual(done.returncode, 3)
        self.assertNotIn("pass1", done.stderr + done.stdout)
        done = self.read(agent.port, "{version: 1, community_file: c}", c="public")
        self.assertIn("answers none of the points of driver rfc1628", done.stderr)
        done = self.read(agent.port, "{version: 1, community_file: c}", c="private")
        self.assertIn("wrong community, no SNMP v1", done.stderr)


if __name__ == "__main__":
    TALKER, HALLWATCH = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main(verbosity=2)
