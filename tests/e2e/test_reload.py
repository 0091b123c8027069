#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""SIGHUP to a running agent: what is unchanged goes on undisturbed, what changed changes, and mistakes change nothing.

Usage: test_reload.py [unittest options]
"""

import collections
import fcntl
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import termios
import time
import unittest
from pathlib import Path

import hallwatch
from agent import IN_FORCE, REFUSED, SAME, Agent, value
from device_servers import free_udp_port
from hallsim import Hallsim
from servers import Mosquitto, Server, Subscriber, http, wait_until

OFTEN = {"fast": "1s", "normal": "1s", "slow": "2s", "timeout": "500ms"}
# Of one agent: of what is urgent, and of the rest.
STREAMS = 2
SINK = os.path.join(hallwatch.BUILD, "tests", "sink")


class CountingSink(Server):
    """tests/sim/sink: counts what comes by remote write."""

    def command(self):
        return [SINK, "--port", str(self.port)]

    def is_ready(self):
        try:
            return bool(self.counts())
        except OSError:
            return False

    def counts(self):
        return json.loads(http(f"http://127.0.0.1:{self.port}/counts"))

    def sink(self, name="database", **more):
        url = f"http://127.0.0.1:{self.port}/api/v1/write"
        return {"name": name, "type": "remote_write", "url": url, "batch_wait": "100ms", **more}


def devices_of(hall, interval="1s", **more):
    """The hall's devices as entries of a configuration."""
    rows = ({key: text for key, text in row.items() if text and key != "gateway"} for row in hall.devices.values())
    return [{**row, "interval": interval, **more} for row in rows]


def pause(seconds):
    """Lets time pass while something is counted."""
    until = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > until, "the time to count is over", seconds + 5)


def end(process):
    """Ends a server that a test started."""
    if process.poll() is None:
        process.terminate()
        process.wait(10)


def by_name(hall):
    return {device["name"]: device for device in hall.ask("devices")}


class WithAgent(unittest.TestCase):
    def all_up(self, agent, n):
        def are_up():
            devices = agent.devices()
            return len(devices) == n and all(device["up"] for device in devices.values())

        wait_until(are_up, f"{n} devices are up", 60)


class Devices(WithAgent):
    def reload_often(self, agent, kept, other, seconds):
        """For so long; how often. Devices of the other hall come, go and change."""
        until, reloads = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            changed = [{**device, "rack": f"r{reloads}"} for device in other[:10]]
            agent.write(devices=kept[::-1] + changed + (other[10:] if reloads % 2 == 0 else []))
            agent.reload()
            reloads += 1
        return reloads

    def watch(self, hall, during):
        """What the hall says of its polls while something is done: those missed, and requests per poll."""
        hall.ask("reset")
        before = by_name(hall)
        during()
        polls, after = hall.ask("counts")["polls"], by_name(hall)
        per_poll = [
            (after[name]["requests"] - before[name]["requests"]) / max(1, after[name]["polls"] - before[name]["polls"])
            for name in before
        ]
        return polls, per_poll

    def check_unchanged(self, interval_ms, n, seconds, noise=0, attempts=4):
        """Devices that did not change miss no poll, are not polled twice, and make no new connection. A busy machine
        costs polls by itself, so what it costs without reloads is counted beside it, or a share of noise is granted, and
        it gets further chances: a poll lost by reloading would be lost in every one of them."""
        options = ["--interval-ms", str(interval_ms)]
        poll = {"fast": f"{interval_ms}ms", "normal": f"{interval_ms}ms", "slow": "10s", "timeout": "400ms"}
        with Hallsim("--modbus", str(n // 2), "--snmp", str(n // 2), *options) as hall, Hallsim(
            "--modbus", "10", "--snmp", "10", "--first-address", "127.2.0.1", *options
        ) as other:
            kept, more = devices_of(hall, f"{interval_ms}ms"), devices_of(other, f"{interval_ms}ms")
            for device in more:
                device["name"] = "other-" + device["name"]
            with Agent(kept + more[:10], poll=poll) as agent:
                self.all_up(agent, n + 10)
                pause(2)
                connections = hall.ask("counts")["connections"]
                for attempt in range(attempts):
                    undisturbed, _ = self.watch(hall, lambda: pause(seconds))
                    polls, per_poll = self.watch(hall, lambda: self.reload_often(agent, kept, more, seconds))
                    most = max(undisturbed["missed"], noise * polls["counted"])
                    if polls["missed"] <= most or attempt + 1 == attempts:
                        break
                self.assertLessEqual(polls["missed"], most, (undisturbed, polls))
                self.assertGreater(polls["counted"], n * seconds * 1000 / interval_ms / 2)
                wait_until(lambda: hall.ask("counts")["polls"]["overdue"] == 0, "nobody is left out")
                half = len(per_poll) // 2
                for of_kind in (per_poll[:half], per_poll[half:]):
                    self.assertLess(max(of_kind) - min(of_kind), 0.5, "requests per poll")
                self.assertGreater(len(agent.outcomes(IN_FORCE)), 3)
                self.assertEqual(hall.ask("counts")["connections"], connections)

    def test_500_devices_at_1_s_notice_nothing(self):
        self.check_unchanged(1000, 500, 8)

    def test_500_devices_at_100_ms_notice_nothing(self):
        self.check_unchanged(100, 100 if hallwatch.SANITIZED else 500, 4, noise=0.01, attempts=10)

    def test_devices_come_and_go(self):
        with Hallsim("--modbus", "6", "--snmp", "6") as hall, Mosquitto() as broker, Subscriber(broker) as subscriber:
            every = devices_of(hall)
            with Agent(every[:8], [{"name": "broker", "type": "mqtt", "url": broker.url}], poll=OFTEN) as agent:
                self.all_up(agent, 8)
                agent.write(devices=every[4:])
                said = agent.reload()
                self.assertIn("4 devices added", said)
                self.assertIn("4 devices removed", said)
                self.assertIn("4 devices unchanged", said)
                self.all_up(agent, 8)
                self.assertEqual(set(agent.devices()), {device["name"] for device in every[4:]})
                gone = {device["name"] for device in every[:4]}
                heard = len(subscriber.messages())
                wait_until(lambda: len(subscriber.messages()) > heard + 40, "further messages")
                topics = {topic.split("/")[-1] for topic, _, _ in subscriber.messages()[heard + 10 :]}
                self.assertEqual(topics & gone, set())
                polls = by_name(hall)
                pause(2)
                now = by_name(hall)
                self.assertEqual({name: now[name]["requests"] - polls[name]["requests"] for name in gone},
                                 dict.fromkeys(gone, 0))
                # They come back under numbers that others had.
                agent.write(devices=every)
                agent.reload()
                self.all_up(agent, 12)

    def test_labels_change_without_a_new_connection(self):
        with Hallsim("--modbus", "5", "--snmp", "5") as hall, Mosquitto() as broker, Subscriber(broker) as subscriber:
            devices = devices_of(hall)
            with Agent(devices, [{"name": "broker", "type": "mqtt", "url": broker.url}], poll=OFTEN) as agent:
                self.all_up(agent, 10)
                pause(2)
                readings = {name: len(device["readings"]) for name, device in agent.devices().items()}
                connections = hall.ask("counts")["connections"]
                agent.write(devices=[{**device, "rack": "elsewhere", "feed": "B"} for device in devices])
                self.assertIn("labels", agent.reload())
                shown = agent.devices()
                self.assertEqual({device["rack"] for device in shown.values()}, {"elsewhere"})
                # What was read before is still shown.
                self.assertEqual({name: len(device["readings"]) for name, device in shown.items()}, readings)

                def moved():
                    racks = collections.defaultdict(set)
                    for _, payload, _ in subscriber.messages():
                        row = json.loads(payload)
                        if "device" in row:
                            racks[row["device"]].add((row.get("rack"), row.get("feed")))
                    return len(racks) == 10 and all(("elsewhere", "B") in each for each in racks.values())

                wait_until(moved, "every device is published under its new labels")
                pause(2)
                self.assertEqual(hall.ask("counts")["connections"], connections)

    def test_another_url_is_another_connection_to_the_same_device(self):
        with Hallsim("--modbus", "3") as hall:
            devices = devices_of(hall)
            with Agent(devices[:2], poll=OFTEN) as agent:
                self.all_up(agent, 2)
                moved = {**devices[1], "url": devices[2]["url"]}
                agent.write(devices=[devices[0], moved])
                self.assertIn(f"({moved['name']}: url)", agent.reload())
                before = by_name(hall)
                wait_until(lambda: by_name(hall)[devices[2]["name"]]["polls"] >= 3, "the new address is polled")
                after = by_name(hall)
                self.assertEqual(after[devices[1]["name"]]["requests"], before[devices[1]["name"]]["requests"])
                self.all_up(agent, 2)

    def test_another_interval_and_another_driver(self):
        with Hallsim("--modbus", "4") as hall:
            devices = devices_of(hall)
            with Agent(devices, poll=OFTEN) as agent:
                self.all_up(agent, 4)
                fast, wrong = {**devices[0], "interval": "100ms"}, {**devices[1], "driver": "orv3_rpu"}
                agent.write(devices=[fast, wrong, *devices[2:]])
                said = agent.reload()
                self.assertIn(f"{fast['name']}: interval", said)
                self.assertIn(f"{wrong['name']}: driver", said)
                before = by_name(hall)[fast["name"]]["requests"]
                pause(3)
                self.assertGreater(by_name(hall)[fast["name"]]["requests"] - before, 15)
                wait_until(lambda: agent.devices()[wrong["name"]]["class"] == "liquid", "its class is another")
                agent.write(devices=devices)
                agent.reload()
                self.all_up(agent, 4)


class Credentials(WithAgent):
    """The key of a real agent's user is rotated, while others go on with theirs."""

    def snmpd(self, user, passphrase, port):
        """snmpd with one user; ended by the caller."""
        folder = Path(tempfile.mkdtemp(prefix="hallwatch-snmpd-"))
        self.addCleanup(shutil.rmtree, folder)
        (folder / "snmpd.conf").write_text(
            f"agentaddress udp:127.0.0.1:{port}\nrocommunity public\nsysDescr rotated\n"
            f'createUser {user} SHA-256 "{passphrase}" AES-128 "{passphrase}"\nrouser {user} priv\n'
        )
        process = subprocess.Popen(
            ["snmpd", "-f", "-Lo", "-C", "-c", str(folder / "snmpd.conf"), "-I", "-smux"],
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder / "state"), "MIBS": ""},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(end, process)
        command = ["snmpget", "-v2c", "-cpublic", "-On", "-t", "0.2", "-r", "0", f"127.0.0.1:{port}", "1.3.6.1.2.1.1.1.0"]
        wait_until(lambda: subprocess.run(command, capture_output=True, env={**os.environ, "MIBS": ""}).returncode == 0,
                   "snmpd answers")
        return process

    def secret(self, folder, name, text):
        path = Path(folder) / name
        path.touch(mode=0o600)
        path.write_text(text + "\n")
        return str(path)

    def test_a_changed_passphrase_is_picked_up(self):
        ports = free_udp_port(), free_udp_port()
        agents = [self.snmpd(user, "passphrase-of-old", port) for user, port in zip(("ana", "bea"), ports)]
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-secrets-"))
        secrets = {user: self.secret(folder, user, "passphrase-of-old") for user in ("ana", "bea")}
        credentials = {user: {"version": 3, "user": user, "auth": "SHA-256", "auth_file": secrets[user],
                              "privacy": "AES-128", "privacy_file": secrets[user]} for user in secrets}
        hall = self.enterContext(Hallsim("--snmp", "5", "--modbus", "5"))
        # A driver whose identification snmpd answers is not needed: a refused key is told from an agent that
        # answers, and has none of the driver's points.
        users = [{"name": user, "url": f"snmp://127.0.0.1:{port}", "driver": "rfc1628", "credentials": user,
                  "interval": "1s"} for user, port in zip(secrets, ports)]
        answers = "none of the points of driver rfc1628"

        def last(device):
            said = agent.said(device)
            return said[-1][1] if said else ""

        with Agent(devices_of(hall) + users, poll=OFTEN, credentials=credentials) as agent:
            wait_until(lambda: all(answers in last(user) for user in secrets), "both let the old passphrase in", 60)
            end(agents[0])
            self.snmpd("ana", "passphrase-anew", ports[0])
            self.secret(folder, "ana", "passphrase-anew")
            hall.ask("reset")
            connections = hall.ask("counts")["connections"]
            said_of_bea, said_of_ana = len(agent.said("bea")), len(agent.said("ana"))
            began = time.monotonic()
            self.assertIn("1 device changed (ana: credentials)", agent.reload())
            wait_until(lambda: any(answers in text for _, text in agent.said("ana")[said_of_ana:]),
                       "ana lets the new passphrase in", 60)
            self.assertLess(time.monotonic() - began, 20)
            self.assertEqual(agent.complaints("bea")[said_of_bea:], [])
            counts = hall.ask("counts")
            self.assertEqual(counts["connections"], connections)
            self.assertEqual(counts["polls"]["overdue"], 0)
            # One that is too short is refused, and the one that works stays.
            self.secret(folder, "ana", "short")
            agent.reload(REFUSED)
            self.assertRegex(agent.said("configuration")[-1][1], "auth_file|privacy_file")
            self.assertNotIn("passphrase-of-old", agent.log())
            self.assertNotIn("passphrase-anew", agent.log())


class Memory(WithAgent):
    def resident_kb(self, agent):
        status = Path(f"/proc/{agent.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def test_200_reloads_leave_nothing_behind(self):
        """With devices and sinks that come, go and change every time."""
        with Hallsim("--modbus", "20", "--snmp", "20") as hall, CountingSink() as database:
            devices = devices_of(hall)
            # A sanitizer would keep what is freed.
            options = ":".join([*filter(None, [os.environ.get("ASAN_OPTIONS")]), "quarantine_size_mb=1"])
            environment = {"ASAN_OPTIONS": options}
            with Agent(devices, [database.sink()], environment=environment, poll=OFTEN) as agent:
                self.all_up(agent, 40)

                def reloads(n):
                    for i in range(n):
                        chosen = [{**d, "rack": f"r{i % 7}"} if k % 5 == i % 5 else d for k, d in enumerate(devices)]
                        agent.write(devices=chosen[i % 10 :] if i % 2 else chosen[: 40 - i % 10],
                                    sinks=[database.sink(), *([database.sink("second")] if i % 3 == 0 else [])])
                        agent.reload()

                reloads(60)
                before = self.resident_kb(agent)
                reloads(200)
                after = self.resident_kb(agent)
                self.assertLess(after - before, 8192 if hallwatch.SANITIZED else 2048, f"{before} kB before")
                agent.write(devices=devices, sinks=[database.sink()])
                agent.reload()
                self.all_up(agent, 40)
                threads = len(os.listdir(f"/proc/{agent.process.pid}/task"))
                self.assertLess(threads, 12)


class Sinks(WithAgent):
    def rows(self, subscriber):
        """The sequence numbers that came, in their order, by stream."""
        came = collections.defaultdict(list)
        for _, payload, _ in subscriber.messages():
            row = json.loads(payload)
            if "sequence" in row:
                came[row["stream"]].append(row["sequence"])
        return came

    def statuses(self, subscriber):
        messages = [json.loads(payload) for topic, payload, _ in subscriber.messages() if "/status/" in topic]
        return [message["status"] for message in messages if "status" in message]

    def test_an_unchanged_sink_keeps_its_connection_and_place(self):
        with Hallsim("--modbus", "10") as hall, Mosquitto() as broker, CountingSink() as database:
            devices, mqtt = devices_of(hall), {"name": "broker", "type": "mqtt", "url": broker.url}
            with Subscriber(broker) as subscriber, Agent(devices, [mqtt, database.sink()], poll=OFTEN) as agent:
                self.all_up(agent, 10)
                with CountingSink() as other:
                    for sinks in (
                        [mqtt],  # one removed
                        [mqtt, database.sink()],  # and added again
                        [mqtt, other.sink()],  # changed
                        [other.sink("second"), database.sink(), mqtt],
                    ):
                        requests = database.counts()["requests"], other.counts()["requests"]
                        agent.write(sinks=sinks, devices=devices[: 5 + len(sinks)])
                        agent.reload()
                        self.assertEqual({sink["name"] for sink in sinks}, set(agent.sinks()))
                        for url, server, before in zip((database, other), (database, other), requests):
                            if any(str(server.port) in sink["url"] for sink in sinks):
                                wait_until(lambda: server.counts()["requests"] > before, "the sink gets readings")
                    came = len(subscriber.messages())
                    wait_until(lambda: len(subscriber.messages()) > came + 20, "messages after the last reload")
                    rows = self.rows(subscriber)
                    self.assertEqual(len(rows), STREAMS)
                    for sequence in rows.values():
                        self.assertEqual(sequence, list(range(sequence[0], sequence[0] + len(sequence))))
                    self.assertEqual(self.statuses(subscriber), ["online"])
                    connected = re.findall(r"New client connected from \S+ as hallwatch-dc1-gw-1", broker.log())
                    self.assertEqual(len(connected), 1)

    def test_a_changed_sink_goes_on_where_it_was(self):
        with Hallsim("--modbus", "10") as hall, Mosquitto() as broker, Subscriber(broker) as subscriber:
            mqtt = {"name": "broker", "type": "mqtt", "url": broker.url}
            with Agent(devices_of(hall), [mqtt], poll=OFTEN) as agent:
                self.all_up(agent, 10)
                for window in (5, 50, 7):
                    agent.write(sinks=[{**mqtt, "window": window}])
                    self.assertIn("1 sink changed (broker)", agent.reload())
                    sent = agent.sinks()["broker"]["sent"]
                    self.assertGreater(sent, 0)
                    wait_until(lambda: agent.sinks()["broker"]["sent"] > sent, "the changed sink sends")
                self.assertEqual(agent.sinks()["broker"]["dropped"], 0)
                rows = self.rows(subscriber)
                self.assertEqual(len(rows), STREAMS)
                # Acknowledged or not is not known of what was under way: it may come twice, but it comes.
                for stream, sequence in rows.items():
                    self.assertEqual(sorted(set(sequence)), list(range(min(sequence), max(sequence) + 1)), stream)
                self.assertEqual(self.statuses(subscriber)[-1], "online")

    def test_what_waits_for_a_dead_receiver_goes_to_its_new_address(self):
        with Hallsim("--modbus", "5") as hall, Mosquitto() as broker, Subscriber(broker) as subscriber:
            dead = {"name": "broker", "type": "mqtt", "url": "mqtt://127.0.0.1:1"}
            with Agent(devices_of(hall), [dead], poll=OFTEN) as agent:
                self.all_up(agent, 5)
                wait_until(lambda: agent.sinks()["broker"]["waiting"] > 100, "readings wait")
                agent.write(sinks=[{**dead, "url": broker.url}])
                agent.reload()
                wait_until(lambda: agent.sinks()["broker"]["waiting"] < 20, "what waited is sent")
                rows = self.rows(subscriber)
                self.assertEqual([sequence[0] for sequence in rows.values()], STREAMS * [1])
                self.assertEqual(agent.sinks()["broker"]["dropped"], 0)

    def test_a_receiver_that_hangs_does_not_hold_up_the_devices(self):
        with socket.socket() as silent, Hallsim("--modbus", "5") as hall:
            silent.bind(("127.0.0.1", 0))
            silent.listen(8)  # accepts and says nothing
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/write"
            sink = {"name": "silent", "type": "remote_write", "url": url, "timeout": "30s", "batch_wait": "100ms"}
            with Agent(devices_of(hall)[:3], [sink], poll=OFTEN) as agent:
                self.all_up(agent, 3)
                before = by_name(hall)
                agent.write(devices=devices_of(hall), sinks=[])
                began = time.monotonic()
                agent.reload()
                took = time.monotonic() - began
                self.assertLess(took, 10)
                polls = by_name(hall)
                for device in devices_of(hall)[:3]:
                    more = polls[device["name"]]["polls"] - before[device["name"]]["polls"]
                    self.assertGreaterEqual(more, int(took) - 1)
                self.all_up(agent, 5)


class Refusals(WithAgent):
    """Everything stays as it was, and the log says exactly why."""

    def setUp(self):
        self.hall = self.enterContext(Hallsim("--modbus", "3", "--snmp", "2"))
        self.agent = self.enterContext(Agent(devices_of(self.hall), poll=OFTEN))
        self.all_up(self.agent, 5)

    def status(self, *arguments):
        """By the socket: the configuration may not be one."""
        return hallwatch.run("status", *arguments, "--socket", str(self.agent.socket)).stdout

    def refused(self, *mistakes):
        """Those lines, and nothing else, are said; all goes on."""
        connections = self.hall.ask("counts")["connections"]
        before = len(self.agent.said("configuration"))
        said = self.agent.reload(REFUSED)
        lines = [text for level, text in self.agent.said("configuration")[before:] if level == "ERROR"]
        self.assertEqual(len(lines), len(mistakes), lines)
        for line, mistake in zip(lines, mistakes):
            self.assertRegex(line, "^" + mistake)
        self.assertIn(f"for {len(mistakes)} mistake", said)
        configuration = json.loads(self.status("--json"))["configuration"]
        self.assertEqual(configuration["mistakes"], len(mistakes))
        self.assertGreater(configuration["refused"], configuration["loaded"])
        self.assertIn("another one was refused", self.status())
        polls = by_name(self.hall)
        wait_until(lambda: all(by_name(self.hall)[name]["polls"] > polls[name]["polls"] for name in polls),
                   "every device is polled on")
        self.assertEqual(self.hall.ask("counts")["connections"], connections)

    def path(self):
        return re.escape(str(self.agent.config))

    def test_mistakes_of_every_kind(self):
        right = self.agent.config.read_text()
        self.agent.config.write_text("site: dc1\ndevices: [}\n")
        self.refused(self.path() + ":2:11: ")
        self.agent.config.write_text("")
        self.refused(self.path() + ".*: ")
        self.agent.config.write_text(
            "site: dc1\ngateway: gw-1\ndevices:\n"
            "  - {name: a, driver: schneider_pm500, url: \"modbus://127.0.0.1/1\"}\n"
            "  - {name: b, url: \"smnp://127.0.0.1\"}\n"
        )
        self.refused(self.path() + r':5:20: devices\[1\].url: unknown protocol "smnp"; did you mean "snmp"',
                     self.path() + r':4:23: devices\[0\].driver: unknown driver .*did you mean "schneider_pm5000"')
        self.agent.config.write_text("site: dc1\ngateway: gw-1\ninventory: missing.csv\n")
        self.refused(self.path() + ":3:12: inventory: cannot read .*missing.csv: no such file")
        secret = self.agent.path / "secret"
        secret.write_text("s3cret-s3cret\n")
        secret.chmod(0o644)
        text = ("site: dc1\ngateway: gw-1\ncredentials:\n  ana: {community_file: secret}\ndevices:\n"
                "  - {name: a, url: \"snmp://127.0.0.1\", credentials: ana}\n")
        self.agent.config.write_text(text)
        self.refused(self.path() + r":4:25: credentials.ana.community_file: everybody can read ")
        secret.unlink()
        self.refused(self.path() + r":4:25: credentials.ana.community_file: cannot read ")
        self.agent.config.unlink()
        self.refused(self.path() + ": cannot read .*: no such file")
        self.agent.config.mkdir()
        self.refused(self.path() + ": cannot read .*: it is no regular file")
        self.agent.config.rmdir()
        self.agent.config.write_text(right)
        self.agent.reload(SAME)
        self.assertNotIn("refused", self.agent.document()["configuration"])
        self.assertNotIn("s3cret", self.agent.log())

    def test_the_site_and_the_gateway_keep_their_names(self):
        self.agent.write(site="dc2", gateway="gw-2")
        self.refused(self.path() + ': site: "dc1" cannot become "dc2" without a restart',
                     self.path() + ': gateway: "gw-1" cannot become "gw-2" without a restart')

    def test_the_spool_takes_a_restart(self):
        self.agent.write(spool={"folder": str(self.agent.path / "spool")})
        for times in (1, 2):
            self.agent.reload(SAME)
            self.assertIn("spool: to change it takes a restart", self.agent.complaints("configuration")[-1])
            self.assertEqual(len(self.agent.complaints("configuration")), times)
        self.assertFalse((self.agent.path / "spool").exists())

    def test_a_socket_takes_a_restart_and_the_rest_is_done(self):
        devices = devices_of(self.hall)[:4]
        self.agent.write(status_socket=str(self.agent.path / "other.sock"), devices=devices)
        for outcome in (IN_FORCE, SAME):
            self.agent.reload(outcome)
            self.assertIn("status_socket: ", self.agent.complaints("configuration")[-1])
        self.assertEqual(len(self.agent.complaints("configuration")), 2)
        self.assertEqual(len(json.loads(self.status("--json"))["devices"]), 4)

    def test_the_same_bytes_change_nothing(self):
        connections = self.hall.ask("counts")["connections"]
        for _ in range(5):
            self.agent.reload(SAME)
        self.assertEqual(self.hall.ask("counts")["connections"], connections)

    def test_a_second_signal_meanwhile_is_remembered(self):
        """The last word counts, however quickly the signals follow each other."""
        devices = devices_of(self.hall)
        for n in range(30):
            self.agent.write(devices=devices[: 1 + n % 5])
            self.agent.process.send_signal(signal.SIGHUP)
        self.agent.write(devices=devices[:2])
        self.agent.process.send_signal(signal.SIGHUP)
        wait_until(lambda: set(self.agent.devices()) == {device["name"] for device in devices[:2]},
                   "the last configuration is in force")

    def test_an_agent_on_a_terminal_ends_with_it(self):
        ours, theirs = pty.openpty()
        config = self.agent.path / "other.yaml"
        config.write_text(json.dumps({**self.agent.settings, "status_socket": str(self.agent.path / "other.sock")}))
        process = subprocess.Popen([hallwatch.BINARY, "run", config], stdin=theirs, stdout=theirs, stderr=theirs,
                                   start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.addCleanup(end, process)
        os.close(theirs)
        said = b""
        while b"status at" not in said:
            said += os.read(ours, 4096)
        process.send_signal(signal.SIGHUP)
        while b"nothing changed" not in said:
            said += os.read(ours, 4096)
        self.assertIsNone(process.poll())
        os.close(ours)  # sends SIGHUP
        self.assertEqual(process.wait(30), 0)

    def test_stopping_in_the_middle_of_a_reload(self):
        devices = devices_of(self.hall)
        self.agent.write(devices=devices[:2])
        self.agent.process.send_signal(signal.SIGHUP)
        self.assertEqual(self.agent.stop()[0], 0, self.agent.log())


if __name__ == "__main__":
    unittest.main()
