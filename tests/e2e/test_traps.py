#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""SNMP traps and informs from net-snmp's own tools, and forged ones, against a running agent: each genuine one is
followed by a poll at once, and nothing else is."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import hallwatch
from agent import Agent
from device_servers import free_udp_port
from hallsim import Hallsim
from servers import wait_until

LINK_DOWN, COLD_START = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.1"
ENGINE = "0x80001f8880aaaaaaaa01"
# At once, on a machine that does other things too; the schedule would ask after the better part of a minute.
AT_ONCE_S = 5.0 if hallwatch.SANITIZED else 1.0
SELDOM = {"fast": "60s", "normal": "60s", "slow": "60s", "timeout": "300ms"}
QUIET_S = 0.5
AUTH = ["MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
PRIVACY = ["DES", "AES-128", "AES-192", "AES-256", "AES-192-C", "AES-256-C"]
PAIRS = [*zip(AUTH, PRIVACY), ("SHA-256", None), (None, None)]


def tool_words(user, auth, privacy, auth_pass="authpass1", privacy_pass="privpass1"):
    level = "authPriv" if privacy else "authNoPriv" if auth else "noAuthNoPriv"
    words = ["-v3", "-u", user, "-l", level]
    words += ["-a", auth.replace("SHA-1", "SHA") if auth == "SHA-1" else auth, "-A", auth_pass] if auth else []
    return words + (["-x", privacy, "-X", privacy_pass] if privacy else [])


def notify(tool, port, source, *options, what=LINK_DOWN, host="127.0.0.1", wait_s=1, variables=()):
    """Runs snmptrap or snmpinform; its exit status and what it said."""
    target = f"udp6:[{host}]:{port}" if ":" in host else f"{host}:{port}"
    body = ["1.3.6.1.4.1.8072", source or "", "2", "0", ""] if "-v1" in options else ["", what]
    if "-v1" in options and what == COLD_START:
        body[2] = "0"
    command = [tool, *options, "-r", "0", "-t", str(wait_s)]
    command += [f"--clientaddr={source}"] if source else []
    done = subprocess.run([*command, target, *body, *variables], capture_output=True, text=True, timeout=30,
                          env={**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": "/nonexistent"})
    return done.returncode, done.stderr


class Listener:
    """A device that says nothing, and remembers when it was asked."""

    def __init__(self, host):
        self.host = host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(0.02)
        self.port = self.socket.getsockname()[1]
        self.url = f"snmp://[{host}]:{self.port}" if ":" in host else f"snmp://{host}:{self.port}"
        self.times = []
        self.ended = False
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def listen(self):
        while not self.ended:
            try:
                self.socket.recv(65536)
                self.times.append(time.monotonic())
            except TimeoutError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended = True
        self.thread.join()
        self.socket.close()

    def is_asked(self, n):
        return len(self.times) >= n


def pause(seconds):
    """The time in which nothing may happen."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end, "the time is over", seconds + 5)


def counts_of(agent):
    """{word: number} that the agent says at its end."""
    text = [text for _, text in agent.said("traps") if " received: " in text][-1]
    said = {word.strip(): int(n) for n, word in re.findall(r"(\d+) ([a-z ]+)", text)}
    names = {"triggered a poll": "triggered", "from unknown senders": "strangers", "informs acknowledged": "acknowledged",
             "with wrong credentials": "wrong", "lost in the kernel": "lost"}
    return {names.get(word, word): n for word, n in said.items()}


class WithTraps(unittest.TestCase):
    def start(self, devices, poll=SELDOM, files=(), traps=None, **settings):
        """An agent that receives traps on a port of its own."""
        self.port = free_udp_port()
        traps = traps or {"listen": f"udp 0.0.0.0:{self.port}"}
        agent = Agent(devices, poll=poll, traps=traps, **settings)
        for name, text in dict(files).items():
            (agent.path / name).write_text(text + "\n")
            (agent.path / name).chmod(0o600)
        return self.enterContext(agent)

    def silent(self, host="127.9.0.1"):
        return self.enterContext(Listener(host))

    def assert_asked_at_once(self, listener, act):
        """By what is done now. A silent device is asked now and then anyway: the counts at the end are the proof."""
        before = len(listener.times)
        result = act()
        acted = time.monotonic()
        wait_until(lambda: listener.is_asked(before + 1), "the device is asked", 10)
        self.assertLess(listener.times[before] - acted, AT_ONCE_S)
        return result

    def wait_for_first(self, *listeners):
        """Their addresses are known."""
        for listener in listeners:
            wait_until(lambda one=listener: one.is_asked(1), "the first attempt", 10)

    def end(self, agent, **wanted):
        agent.stop()
        counts = counts_of(agent)
        for word, n in wanted.items():
            self.assertEqual(counts[word], n, counts)
        return counts


def v3_devices(listeners, pairs=PAIRS):
    """Devices, credentials and secrets of every pair of protocols."""
    devices, credentials = [], {}
    for i, (listener, (auth, privacy)) in enumerate(zip(listeners, pairs)):
        entry = {"version": 3, "user": f"user{i}"}
        if auth:
            entry |= {"auth": auth, "auth_file": "auth.txt"}
        if privacy:
            entry |= {"privacy": privacy, "privacy_file": "privacy.txt"}
        credentials[f"c{i}"] = entry
        devices.append({"name": f"d{i}", "url": listener.url, "credentials": f"c{i}"})
    return {"devices": devices, "credentials": credentials,
            "files": {"auth.txt": "authpass1", "privacy.txt": "privpass1"}}


class Communities(WithTraps):
    def test_a_healthy_device_is_polled_at_once(self):
        with Hallsim("--snmp", "2", "--interval-ms", "60000") as hall:
            devices = [{**{k: v for k, v in row.items() if v}} for row in hall.devices.values()]
            for device in devices:
                device["interval"] = "60s"
            agent = self.start(devices)
            wait_until(lambda: all(d["up"] for d in agent.devices().values()), "both are read")

            def requests():
                return {one["name"]: one["requests"] for one in hall.ask("devices")}

            wait_until(lambda: (a := requests(), pause(0.3), requests())[0] == requests(), "they are left alone")
            name, other = hall.devices
            for options in (["-v2c", "-c", "public"], ["-v1", "-c", "public"]):
                pause(1.1)
                before = requests()
                begin = time.monotonic()
                self.assertEqual(notify("snmptrap", self.port, hall.host(name), *options)[0], 0)
                wait_until(lambda: requests()[name] > before[name], "it is polled", 5)
                self.assertLess(time.monotonic() - begin, AT_ONCE_S)
                pause(0.3)
                self.assertEqual(requests()[other], before[other])
            # A start: everything is discovered again, which takes more than a poll.
            pause(1.1)
            before = requests()[name]
            notify("snmptrap", self.port, hall.host(name), "-v2c", "-c", "public", what=COLD_START)
            wait_until(lambda: requests()[name] > before + 3, "it is discovered again", 10)
            self.end(agent, triggered=3, received=3)

    def test_who_may_and_who_may_not(self):
        one, two = self.silent("127.9.0.1"), self.silent("127.9.0.2")
        twin = self.silent("127.9.0.2")
        agent = self.start([{"name": "one", "url": one.url}, {"name": "two", "url": two.url, "credentials": "two"},
                            {"name": "twin", "url": twin.url}], communities=["two"])
        self.wait_for_first(one, two, twin)
        public, other = ["-v2c", "-c", "public"], ["-v2c", "-c", "two"]
        notify("snmptrap", self.port, "127.9.0.1", *other)
        notify("snmptrap", self.port, "127.9.0.9", *public)
        self.assert_asked_at_once(twin, lambda: notify("snmptrap", self.port, "127.9.0.2", *public))
        self.assert_asked_at_once(two, lambda: notify("snmptrap", self.port, "127.9.0.2", *other))
        self.end(agent, received=4, triggered=2, strangers=1, wrong=1)
        self.assertRegex(agent.log(), r"WARNING one: a trap came from it with another community")
        self.assertRegex(agent.log(), r"WARNING traps: from 127\.9\.0\.9, which is no configured device")
        self.assertEqual(len(agent.complaints("two")), 1)  # that it is silent

    def test_informs_are_acknowledged(self):
        device = self.silent()
        agent = self.start([{"name": "d", "url": device.url}])
        self.wait_for_first(device)
        status, said = self.assert_asked_at_once(
            device, lambda: notify("snmpinform", self.port, device.host, "-v2c", "-c", "public"))
        self.assertEqual((status, said), (0, ""))
        status, _ = notify("snmpinform", self.port, device.host, "-v2c", "-c", "wrong")
        self.assertNotEqual(status, 0)
        status, _ = notify("snmpinform", self.port, "127.9.0.9", "-v2c", "-c", "public")
        self.assertNotEqual(status, 0)
        self.end(agent, acknowledged=1, triggered=1)

    def test_a_proxy_names_the_device(self):
        """agent-addr of v1 and snmpTrapAddress of v2c count when a proxy or a device sends them."""
        device, forwarder = self.silent("127.9.0.1"), self.silent("127.9.0.2")
        self.port = free_udp_port()
        agent = self.start([{"name": "d", "url": device.url}, {"name": "f", "url": forwarder.url}],
                           traps={"listen": f"udp 127.0.0.1:{self.port}", "proxies": ["127.9.0.3"]})
        self.port = int(re.search(r":(\d+)", agent.settings["traps"]["listen"])[1])
        self.wait_for_first(device, forwarder)
        v1 = trap_v1("public", "127.9.0.1")
        v2 = trap_v2("public", (ber(6, b"\x2b\6\1\6\3\x12\1\3\0"), ber(0x40, socket.inet_aton("127.9.0.1"))))
        for source in ("127.9.0.3", "127.9.0.2"):
            for packet in (v1, v2):
                self.assert_asked_at_once(device, lambda s=source, p=packet: self.send(s, p))
                pause(1.1)
        self.send("127.9.0.4", v1)
        # The address of nobody: the source counts.
        self.assert_asked_at_once(forwarder, lambda: self.send("127.9.0.2", trap_v1("public", "10.1.1.1")))
        self.send("127.9.0.3", trap_v1("public", "10.1.1.1"))
        self.end(agent, strangers=2, triggered=5)

    def send(self, source, packet):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((source, 0))
            sender.sendto(packet, ("127.0.0.1", self.port))

    def test_a_device_that_is_back(self):
        """A silent device is tried now and then; its coldStart has it tried at once."""
        with Hallsim("--snmp", "1", "--interval-ms", "60000") as hall:
            devices = [{k: v for k, v in row.items() if v} for row in hall.devices.values()]
            name = devices[0]["name"]
            poll = {"fast": "1s", "normal": "1s", "slow": "1s", "timeout": "100ms"}
            agent = self.start([{**device, "interval": "1s"} for device in devices], poll=poll)
            self.assertIsNone(hall.ask("fault * dead").get("error"))
            wait_until(lambda: agent.devices()[name]["up"] is False, "it is silent", 60)
            pause(12)  # until the pauses have grown to their longest
            seen = self.requests(hall)
            wait_until(lambda: self.requests(hall) > seen, "it was tried just now", 15)
            hall.ask("fault * none")
            begin = time.monotonic()
            pause(0.3)  # that trial is over
            self.assertEqual(notify("snmptrap", self.port, hall.host(name), "-v2c", "-c", "public", what=COLD_START)[0], 0)
            wait_until(lambda: agent.devices()[name]["up"], "it is up", 30)
            self.assertLess(time.monotonic() - begin, 0.3 + AT_ONCE_S + 1)  # the next trial was seconds away
            self.end(agent, triggered=1)

    def test_the_address_that_was_spoken_to_answers(self):
        """A gateway has several, and a device takes an acknowledgement from that one only."""
        device = self.silent()
        agent = self.start([{"name": "d", "url": device.url}])
        self.wait_for_first(device)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((device.host, 0))
            sender.settimeout(10)
            for host in ("127.9.0.40", "127.9.0.41"):
                inform = trap_v2("public").replace(b"\xa7", b"\xa6")
                sender.sendto(inform, (host, self.port))
                answer, source = sender.recvfrom(65536)
                self.assertEqual(source, (host, self.port))
                self.assertEqual(answer, inform.replace(b"\xa6", b"\xa2"))
        self.end(agent, acknowledged=2)

    def test_reload(self):
        """Devices of a new configuration may send, those that stay go on; where traps are received stays."""
        one, two = self.silent("127.9.0.1"), self.silent("127.9.0.2")
        agent = self.start([{"name": "one", "url": one.url}], communities=["other"])
        self.wait_for_first(one)
        port = self.port
        changed = {**agent.settings, "traps": {"listen": f"udp 127.0.0.1:{free_udp_port()}"},
                   "devices": [{"name": "one", "url": one.url}, {"name": "two", "url": two.url, "credentials": "other"}]}
        agent.config.write_text(json.dumps(changed))
        agent.process.send_signal(signal.SIGHUP)
        self.wait_for_first(two)
        self.assertIn("traps: to change them takes a restart", agent.log())
        self.assert_asked_at_once(one, lambda: notify("snmptrap", port, one.host, "-v2c", "-c", "public"))
        self.assert_asked_at_once(two, lambda: notify("snmptrap", port, two.host, "-v2c", "-c", "other"))
        changed["devices"] = [{"name": "one", "url": one.url, "credentials": "other"}]
        agent.config.write_text(json.dumps(changed))
        asked = len(one.times)
        agent.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "1 device removed (two)" in agent.log() and one.is_asked(asked + 1), "it is reloaded")
        pause(1.1)
        for source, community in ((one.host, "public"), (two.host, "other"), (one.host, "other")):
            notify("snmptrap", port, source, "-v2c", "-c", community)
        self.end(agent, received=5, triggered=3, strangers=1, wrong=1)

    def test_ipv6(self):
        device = self.silent("::1")
        port = free_udp_port()
        agent = self.start([{"name": "d", "url": device.url}],
                           traps={"listen": [f"udp 127.0.0.1:{port}", f"udp [::]:{port}"]})
        self.wait_for_first(device)
        status, said = self.assert_asked_at_once(
            device, lambda: notify("snmpinform", port, None, "-v2c", "-c", "public", host="::1"))
        self.assertEqual((status, said), (0, ""))
        self.end(agent, acknowledged=1, triggered=1)

    def test_a_device_by_its_name(self):
        device = self.silent("127.0.0.1")
        agent = self.start([{"name": "d", "url": f"snmp://localhost:{device.port}"}])
        self.wait_for_first(device)
        self.assert_asked_at_once(device, lambda: notify("snmptrap", self.port, "127.0.0.1", "-v2c", "-c", "public"))
        self.end(agent, triggered=1)

    def test_limit(self):
        """A burst makes one poll at once and one more after a second."""
        with Hallsim("--snmp", "1", "--interval-ms", "60000") as hall:
            devices = [{k: v for k, v in row.items() if v} for row in hall.devices.values()]
            agent = self.start([{**device, "interval": "60s"} for device in devices])
            quiet = self.wait_until_quiet(agent, hall)
            for _ in range(50):
                self.send(hall.host(devices[0]["name"]), trap_v2("public"))
            pause(0.4)
            one_poll = self.requests(hall) - quiet
            self.assertGreater(one_poll, 0)
            wait_until(lambda: self.requests(hall) > quiet + one_poll, "it is polled again", 5)
            pause(1.5)
            self.assertEqual(self.requests(hall), quiet + 2 * one_poll)
            self.end(agent, received=50, triggered=1, limited=49)

    def test_latency(self):
        """From the trap to the poll, of a device whose turn is in a minute."""
        with Hallsim("--snmp", "1", "--interval-ms", "60000") as hall:
            devices = [{k: v for k, v in row.items() if v} for row in hall.devices.values()]
            agent = self.start([{**device, "interval": "60s"} for device in devices])
            seen = self.wait_until_quiet(agent, hall)
            latencies = []
            for _ in range(5):
                begin = time.monotonic()
                self.send(hall.host(devices[0]["name"]), trap_v2("public"))
                wait_until(lambda n=seen: self.requests(hall) > n, "it is polled", 5)
                latencies.append((time.monotonic() - begin) * 1000)
                pause(1.2)
                seen = self.requests(hall)
            print(f"from trap to poll: {min(latencies):.1f} ms at best, {max(latencies):.1f} ms at worst")
            self.assertLess(min(latencies), 100)
            self.end(agent, triggered=5)

    @staticmethod
    def requests(hall):
        return sum(one["requests"] for one in hall.ask("devices"))

    def wait_until_quiet(self, agent, hall):
        """All devices were read, and are left alone now; how many requests that took."""
        wait_until(lambda: all(device["up"] for device in agent.devices().values()), "all are read", 60)

        def is_quiet():
            before = self.requests(hall)
            pause(0.4)
            return self.requests(hall) == before

        wait_until(is_quiet, "they are left alone")
        return self.requests(hall)


class Version3(WithTraps):
    def test_every_pair_of_protocols(self):
        listeners = [self.silent(f"127.9.1.{i + 1}") for i in range(len(PAIRS))]
        agent = self.start(**v3_devices(listeners))
        self.wait_for_first(*listeners)
        for i, (auth, privacy) in enumerate(PAIRS):
            words = tool_words(f"user{i}", auth, privacy)
            with self.subTest(auth=auth, privacy=privacy):
                self.assert_asked_at_once(listeners[i], lambda: notify(
                    "snmptrap", self.port, listeners[i].host, "-e", ENGINE[:-2] + f"{i:02x}", *words))
        pause(1.1)
        for i, (auth, privacy) in enumerate(PAIRS):
            words = tool_words(f"user{i}", auth, privacy)
            with self.subTest(auth=auth, privacy=privacy, inform=True):
                status, said = self.assert_asked_at_once(
                    listeners[i], lambda: notify("snmpinform", self.port, listeners[i].host, *words))
                self.assertEqual((status, said), (0, ""))
        self.end(agent, acknowledged=len(PAIRS), late=0, malformed=0)

    def test_wrong_keys_users_and_levels(self):
        device = self.silent()
        agent = self.start(**v3_devices([device], [("SHA-256", "AES-128")]))
        self.wait_for_first(device)
        right = ("user0", "SHA-256", "AES-128")
        wrong = {
            "passphrase": tool_words(*right, auth_pass="authpass2"),
            "privacy passphrase": tool_words(*right, privacy_pass="privpass2"),
            "protocol": tool_words("user0", "SHA-512", "AES-128"),
            "user": tool_words("bob", "SHA-256", "AES-128"),
            "level": tool_words("user0", "SHA-256", None),
        }
        for what, words in wrong.items():
            with self.subTest(what):
                notify("snmptrap", self.port, device.host, "-e", ENGINE, *words)
                self.assertNotEqual(notify("snmpinform", self.port, device.host, *words)[0], 0)
        self.assertRegex(notify("snmpinform", self.port, device.host, *wrong["user"])[1], "(?i)unknown user")
        self.assertRegex(notify("snmpinform", self.port, device.host, *wrong["passphrase"])[1], "(?i)authentication")
        notify("snmptrap", self.port, "127.9.0.9", "-e", ENGINE, *tool_words(*right))
        for engine in (ENGINE, "0x8000000001020304", ENGINE):  # one that is not known yet is met
            self.assert_asked_at_once(
                device, lambda e=engine: notify("snmptrap", self.port, device.host, "-e", e, *tool_words(*right)))
            pause(1.1)
        counts = self.end(agent, triggered=3, acknowledged=0, strangers=1)
        self.assertGreaterEqual(counts["wrong"], 9)
        self.assertNotIn("pass1", agent.log())

    def test_a_sender_that_knows_an_earlier_start(self):
        """An inform with the engine id and an old clock is told the time, and comes again."""
        device = self.silent()
        settings = v3_devices([device], [("SHA-256", "AES-128")])
        words = tool_words("user0", "SHA-256", "AES-128")
        agent = self.start(**settings)
        self.wait_for_first(device)
        engine = re.search(r"engine id for SNMPv3 informs is ([0-9a-f]+)", agent.log())[1]
        status, said = self.assert_asked_at_once(device, lambda: notify(
            "snmpinform", self.port, device.host, "-e", "0x" + engine, "-Z", "17,4711", *words))
        self.assertEqual((status, said), (0, ""))
        self.end(agent, late=1, acknowledged=1)
        agent.start()  # the same gateway: the same engine
        wait_until(lambda: len(re.findall(f"informs is {engine}", agent.log())) == 2, "it starts again")

    def test_a_replayed_trap(self):
        """Caught, and sent again after a later one: out of time."""
        device = self.silent()
        agent = self.start(**v3_devices([device], [("SHA-256", None)]))
        self.wait_for_first(device)
        words = tool_words("user0", "SHA-256", None)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as catcher:
            catcher.bind(("127.0.0.1", 0))
            catcher.settimeout(10)
            port = catcher.getsockname()[1]
            notify("snmptrap", port, device.host, "-e", ENGINE, "-Z", "5,1000", *words)
            old = catcher.recv(65536)
        self.assert_asked_at_once(device, lambda: notify(
            "snmptrap", self.port, device.host, "-e", ENGINE, "-Z", "6,10", *words))
        pause(1.1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((device.host, 0))
            sender.sendto(old, ("127.0.0.1", self.port))
            pause(QUIET_S)
        self.end(agent, late=1, triggered=1, received=2)


class Hostile(WithTraps):
    def test_forged_and_cut_off(self):
        """Every prefix of real datagrams, and every one with a byte changed, from the device's own address."""
        device = self.silent()
        agent = self.start(**v3_devices([device], [("SHA-256", "AES-128")]))
        self.wait_for_first(device)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as catcher:
            catcher.bind(("127.0.0.1", 0))
            catcher.settimeout(10)
            notify("snmptrap", catcher.getsockname()[1], device.host, "-e", ENGINE,
                   *tool_words("user0", "SHA-256", "AES-128"))
            real = catcher.recv(65536)
        packets = [trap_v2("public"), trap_v1("public", "0.0.0.0"), b"", b"\x30", b"\x30\x84\xff\xff\xff\xff"]
        packets += [real[:n] for n in range(len(real))]
        packets += [real[:i] + bytes([real[i] ^ 0x41]) + real[i + 1:] for i in range(len(real))]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((device.host, 0))
            for packet in packets:
                sender.sendto(packet, ("127.0.0.1", self.port))
                time.sleep(0)
            pause(1.5)  # what may have tired the agent of this sender is over
            self.assert_asked_at_once(device, lambda: sender.sendto(real, ("127.0.0.1", self.port)))
        counts = self.end(agent)
        self.assertGreater(counts["malformed"], len(real))
        # The real one, and the real one with something changed that no seal covers.
        self.assertIn(counts["triggered"], (1, 2, 3))

    def test_flood(self):
        """20,000 datagrams of a stranger and of a device: no scheduled poll of a hall is missed."""
        with Hallsim("--snmp", "100", "--interval-ms", "1000") as hall:
            devices = [{k: v for k, v in row.items() if v} for row in hall.devices.values()]
            poll = {"fast": "1s", "normal": "1s", "slow": "60s", "timeout": "1s"}
            agent = self.start(devices, poll=poll)
            wait_until(lambda: all(d["up"] for d in agent.devices().values()), "all are read", 60)
            pause(2)
            missed = sum(self.missed(device) for device in agent.devices().values())
            polls = sum(one["polls"] for one in hall.ask("devices"))
            begin = time.monotonic()
            for source in ("127.9.0.9", hall.host(next(iter(hall.devices)))):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    sender.bind((source, 0))
                    for i in range(10000):
                        sender.sendto(trap_v2("public"), ("127.0.0.1", self.port))
            pause(3)
            seconds = time.monotonic() - begin
            after = sum(one["polls"] for one in hall.ask("devices")) - polls
            wait_until(lambda: agent.devices(), "the status answers")
            self.assertEqual(sum(self.missed(device) for device in agent.devices().values()), missed)
            self.assertGreater(after, 0.9 * 100 * (seconds - 1))
        counts = self.end(agent)
        print(f"of 20,000 datagrams {counts['received']} received, {counts['lost']} lost in the kernel")
        self.assertLessEqual(counts["triggered"] , seconds + 2)
        self.assertEqual(counts["received"], sum(counts[word] for word in (
            "triggered", "limited", "strangers", "wrong", "late", "malformed",
            "introduced")))
        self.assertEqual(len(agent.complaints("traps")), 1)

    @staticmethod
    def missed(device):
        return sum(r["value"] for r in device["readings"]
                   if r["metric"] == "facility_poll_errors_total" and r["reason"] == "missed")


STARTER = """
import os, sys
os.dup2(int(sys.argv[1]), 3) if int(sys.argv[1]) != 3 else None
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", **({"LISTEN_FDNAMES": sys.argv[2]} if sys.argv[2] else {}))
os.execv(sys.argv[3], sys.argv[3:])
"""


class Sockets(WithTraps):
    def handed_over(self, names):
        """An agent with a socket from its starter, and the socket's port."""
        device = self.silent()
        agent = Agent([{"name": "d", "url": device.url}], poll=SELDOM, traps={"listen": "inherited"})
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handed:
            handed.bind(("127.0.0.1", 0))
            port = handed.getsockname()[1]
            with open(agent.path / "log", "ab") as log:
                agent.process = subprocess.Popen(
                    [sys.executable, "-c", STARTER, str(handed.fileno()), names, hallwatch.BINARY, "run", agent.config],
                    stderr=log, stdout=log, pass_fds=[handed.fileno()])
        self.addCleanup(agent.__exit__)
        wait_until(agent.is_started, "the agent runs")
        return agent, device, port

    def test_handed_over(self):
        for names in ("traps", ""):
            with self.subTest(names):
                agent, device, port = self.handed_over(names)
                self.wait_for_first(device)
                status, said = self.assert_asked_at_once(
                    device, lambda: notify("snmpinform", port, device.host, "-v2c", "-c", "public"))
                self.assertEqual((status, said), (0, ""))
                self.assertEqual(agent.stop()[0], 0)
                device.__exit__()

    def test_handed_over_for_something_else(self):
        agent, _, _ = self.handed_over("other")
        wait_until(lambda: "no UDP socket named" in agent.log(), "it is said")

    def test_port_that_is_taken(self):
        """It is said, polling goes on, and the port is had when it is free."""
        device = self.silent()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
            holder.bind(("127.0.0.1", 0))
            port = holder.getsockname()[1]
            agent = self.start([{"name": "d", "url": device.url}], traps={"listen": f"udp 127.0.0.1:{port}"})
            self.wait_for_first(device)
            self.assertIn(f"none are received at udp 127.0.0.1:{port}: Address already in use", agent.log())
        wait_until(lambda: f"NOTICE traps: received at udp 127.0.0.1:{port}" in agent.log(), "the port is had", 20)
        self.assert_asked_at_once(device, lambda: notify("snmptrap", port, device.host, "-v2c", "-c", "public"))


class Configuration(unittest.TestCase):
    def test_mistakes(self):
        for traps, words in (
            ({"listen": "0.0.0.0:162"}, 'must be like "udp 0.0.0.0:162" or "udp [::]:162", or "inherited"'),
            ({"listen": "udp 0.0.0.0:0"}, "the port must be a number between 1 and 65535"),
            ({"listen": "udp host:162"}, "there is no IPv4 address, or IPv6 address in brackets, before the port"),
            ({"listen": "udp ::1:162"}, 'must be like "udp 0.0.0.0:162"'),
            ({"listen": "udp [::1]162"}, 'must be like "udp 0.0.0.0:162"'),
            ({"listen": "udp 0.0.0.0:162", "proxies": "10.0.0"}, "must be an IPv4 or IPv6 address"),
            ({"proxies": "10.0.0.1"}, '"listen" is missing'),
            ({"listen": ["udp 0.0.0.0:162", "udp 0.0.0.0:162"]}, "is already on line 1"),
            ({"lisen": "x"}, 'unknown key "lisen"; did you mean "listen"?'),
        ):
            with self.subTest(traps):
                agent = Agent([{"name": "d", "url": "snmp://127.9.0.1"}], traps=traps)
                done = hallwatch.run("check", str(agent.config))
                self.assertEqual(done.returncode, hallwatch.USAGE)
                self.assertRegex(done.stderr, r"hallwatch\.yaml:1:\d+: traps[^\n]*" + re.escape(words))
                agent.folder.cleanup()


def ber(tag, *parts):
    body = b"".join(parts)
    head = bytes([len(body)]) if len(body) < 128 else bytes([0x82]) + len(body).to_bytes(2, "big")
    return bytes([tag]) + head + body


def trap_v2(community, *varbinds):
    """linkDown, with further varbinds as (name, value) already encoded."""
    pairs = [(ber(6, b"\x2b\6\1\2\1\1\3\0"), ber(0x43, b"\1")),
             (ber(6, b"\x2b\6\1\6\3\1\1\4\1\0"), ber(6, b"\x2b\6\1\6\3\1\1\5\3")), *varbinds]
    listed = ber(0x30, *(ber(0x30, *pair) for pair in pairs))
    return ber(0x30, ber(2, b"\1"), ber(4, community.encode()),
               ber(0xA7, ber(2, b"\1"), ber(2, b"\0"), ber(2, b"\0"), listed))


def trap_v1(community, agent):
    return ber(0x30, ber(2, b"\0"), ber(4, community.encode()),
               ber(0xA4, ber(6, b"\x2b\6\1\4\1"), ber(0x40, socket.inet_aton(agent)), ber(2, b"\2"), ber(2, b"\0"),
                   ber(0x43, b"\1"), ber(0x30)))


if __name__ == "__main__":
    unittest.main()
