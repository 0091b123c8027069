#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`hallwatch run` from devices to sinks: against a simulated hall, real servers, and devices that misbehave."""

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import hallwatch
from agent import Agent, errors, value
from device_servers import TOP, ModbusServer, SnmpSimulator, free_tcp_port, free_udp_port
from hallsim import Hallsim
from hostile import ANOTHER, SILENCE, UNIT_SILENT, Hostile
from servers import Mosquitto, Prometheus, Subscriber, VictoriaMetrics, wait_until

DRIVERS = TOP / "tests" / "drivers"
APC = DRIVERS / "apc_rpdu2" / "apc_rpdu2.snmprec"
UPS = DRIVERS / "rfc1628" / "rfc1628.snmprec"
METER = DRIVERS / "schneider_pm5000" / "schneider_pm5000.registers"
RPU = DRIVERS / "orv3_rpu" / "orv3_rpu.registers"

OFTEN = {"fast": "1s", "normal": "1s", "slow": "2s", "timeout": "300ms"}
STOP_MOST_S = 5
# Of the agent's own, not of the device; and what has no place in a time-series database.
ABOUT_POLLING = re.compile(
    r"facility_(bus_time|device_up|device_state|device_last_success|sample_skew|poll_|points_parked|reading_bad)"
)


def mqtt_sink(broker, name="broker"):
    return {"name": name, "type": "mqtt", "url": broker.url}


def write_sink(database, name="database", **more):
    return {"name": name, "type": "remote_write", "url": database.write_url, "batch_wait": "200ms", **more}


class WithAgent(unittest.TestCase):
    def assert_even(self, counts, share=0.05):
        """Nobody's poll came late or not at all: 99 % of the pauses are within this share of the interval."""
        polls = counts["polls"]
        self.assertGreater(polls["counted"], 0)
        self.assertEqual(polls["missed"], 0, polls)
        share = 0.2 if hallwatch.SANITIZED else share
        self.assertLessEqual(polls["deviation_ms"]["p99"], share * polls["interval_ms"], polls)

    def assert_evenly_polled(self, hall, seconds, attempts=4):
        """The same within 2 %, over so many seconds. A machine that is busy with something else gets further chances."""
        for attempt in range(attempts):
            hall.ask("reset")
            deadline = time.monotonic() + seconds
            wait_until(lambda: time.monotonic() > deadline, "the time to count is over", seconds + 5)
            try:
                self.assert_even(hall.ask("counts"), 0.02)
                return
            except AssertionError:
                if attempt + 1 == attempts:
                    raise

    def assert_reads_only(self, hall):
        counts = hall.ask("counts")
        self.assertEqual((counts["modbus"]["writes"], counts["snmp"]["writes"]), (0, 0))

    def assert_stops(self, agent, how=signal.SIGTERM):
        status, seconds = agent.stop(how)
        self.assertEqual(status, hallwatch.OK, agent.log())
        self.assertLess(seconds, STOP_MOST_S)


class Values(WithAgent):
    """What arrives in the broker and the databases is what `hallwatch read` says of the same device. That one more
    database is away and a second broker does not let us in is told by those that work."""

    names = ['분전반 "A/1" 🔌', "ups+#%/무정전", "meter\\1 'x', y=z", "냉각 {장치}"]
    away, shut = '없는 "곳"', "잠긴 브로커"

    @classmethod
    def setUpClass(cls):
        simulator = cls.enterClassContext(SnmpSimulator([APC, UPS]))
        meter = cls.enterClassContext(ModbusServer(METER))
        rpu = cls.enterClassContext(ModbusServer(RPU, unit=12))
        cls.broker = cls.enterClassContext(Mosquitto())
        shut = cls.enterClassContext(Mosquitto(["allow_anonymous false"]))
        cls.victoria = cls.enterClassContext(VictoriaMetrics())
        cls.prometheus = cls.enterClassContext(Prometheus())
        cls.subscriber = cls.enterClassContext(Subscriber(cls.broker))
        devices = [
            {"name": cls.names[0], "url": simulator.url, "credentials": "apc_rpdu2", "hall": "홀 1", "row": '"r"/1'},
            {"name": cls.names[1], "url": simulator.url, "credentials": "rfc1628", "rack": "랙\\3", "feed": "⚡ A"},
            {"name": cls.names[2], "driver": "schneider_pm5000", "url": meter.url},
            {"name": cls.names[3], "driver": "orv3_rpu", "url": rpu.url, "hall": "a,b"},
        ]
        cls.agent = cls.enterClassContext(
            Agent(
                devices,
                [
                    mqtt_sink(cls.broker),
                    write_sink(cls.victoria),
                    write_sink(cls.prometheus, "second"),
                    {"name": cls.away, "type": "remote_write", "url": f"http://127.0.0.1:{free_tcp_port()}/write"},
                    mqtt_sink(shut, cls.shut),
                ],
                communities=["apc_rpdu2", "rfc1628"],
                site="서울 1/가",
                poll=OFTEN,
                spool={"folder": "spool", "spill_after": "0ms"},
            )
        )

    def expected(self, name):
        """{(metric, labels): (value, quality)} as `hallwatch read` says with the agent's own configuration."""
        readings = hallwatch.read_json("--config", str(self.agent.config), name)
        self.assertGreater(len(readings), 20)
        return {
            (reading["metric"], frozenset(reading["labels"].items())): (reading["value"], reading["quality"])
            for reading in readings
        }

    def published(self, name):
        """The same, from the messages of the broker. Every message's own labels stand at its head."""
        found = {}
        for topic, payload, _ in self.subscriber.messages():
            message = json.loads(payload)
            if message.get("device") != name or "alarm" in message:
                continue
            self.assertEqual(topic.count("/"), 2, topic)
            head = {key: message[key] for key in ("site", "hall", "row", "rack", "feed", "device", "class") if key in message}
            for reading in message["readings"]:
                labels = {k: v for k, v in reading.items() if k not in ("metric", "value", "quality")}
                key = reading["metric"], frozenset({**head, **labels}.items())
                found[key] = (reading["value"], reading["quality"])
        return {key: value for key, value in found.items() if not ABOUT_POLLING.match(key[0])}

    def stored(self, database, name):
        found = {}
        for labels, _, values in database.export():
            labels = dict(labels)
            metric = labels.pop("__name__")
            if "alarm" in labels:
                continue
            if labels.get("device") == name and not ABOUT_POLLING.match(metric) and not metric.endswith(("_info", "_sequence")):
                found[metric, frozenset(labels.items())] = values[-1]
        return found

    def test_messages_say_what_read_says(self):
        for name in self.names:
            expected = self.expected(name)
            wait_until(lambda: set(self.published(name)) >= set(expected), f"the broker has all of {name}")
            self.assertEqual(self.published(name), expected)

    def test_databases_hold_what_read_says(self):
        for database in (self.victoria, self.prometheus):
            for name in self.names:
                expected = {key: number for key, (number, quality) in self.expected(name).items() if quality == "good"}
                wait_until(lambda: set(self.stored(database, name)) >= set(expected), f"{name} is stored")
                stored = self.stored(database, name)
                self.assertEqual(set(stored), set(expected))
                for key, number in expected.items():
                    self.assertAlmostEqual(stored[key], number, delta=abs(number) * 1e-12)

    def test_names_of_parts_are_info(self):
        def outlets():
            return [
                labels
                for labels, *_ in self.victoria.export('facility_component_info{component="outlet"}')
                if labels["device"] == self.names[0]
            ]

        labels = wait_until(outlets, "the names of outlets are stored")[0]
        self.assertEqual((labels["site"], labels["hall"], labels["row"]), ("서울 1/가", "홀 1", '"r"/1'))

    def test_links_are_told_as_series_of_the_gateway(self):
        def told():
            return [(dict(labels), values[-1]) for labels, _, values in self.victoria.export()]

        def events():
            return [(labels, n) for labels, n in told() if labels["__name__"] == "facility_snmp_events_total"]

        found = wait_until(events, "the links' events are stored")
        self.assertEqual({labels.get("gateway") for labels, _ in found}, {"gw-1"})
        self.assertEqual({labels.get("device") for labels, _ in found}, {None})
        self.assertLessEqual({"unmatched", "foreign", "malformed", "kernel_dropped"}, {l["reason"] for l, _ in found})
        topics = {topic for topic, _, _ in self.subscriber.messages() if topic.endswith("/links")}
        self.assertEqual(len(topics), 1, topics)

    def delivery(self):
        """What the gateway has told of its delivery so far: {(metric, component_id, reason): value}, one by one."""
        told = []
        for topic, payload, _ in self.subscriber.messages():
            if not topic.endswith("/status/gw-1/delivery"):
                continue
            message = json.loads(payload)
            self.assertEqual((message["site"], message["gateway"]), ("서울 1/가", "gw-1"))
            readings = [(r["metric"][9:], r["component_id"], r.get("reason"), r["value"]) for r in message["readings"]]
            told.append({tuple(reading[:3]): reading[3] for reading in readings})
            self.assertEqual(len(told[-1]), len(readings))
        return told

    def test_sinks_and_spools_are_told_as_series_of_the_gateway(self):
        wait_until(lambda: len(self.delivery()) >= 2, "delivery is told twice")
        first, last = self.delivery()[0], self.delivery()[-1]
        for metric in ("sink_waiting_rows", "sink_waiting_readings", "sink_waiting_age_seconds"):
            self.assertGreater(last[metric, self.away, None], first[metric, self.away, None], metric)
        self.assertEqual(last["sink_up", self.away, None], 0)
        self.assertGreater(last["sink_events_total", self.away, "retried"], 0)
        for name in ("broker", "database", "second"):
            self.assertEqual(last["sink_up", name, None], 1)
            self.assertEqual(last["sink_events_total", name, "retried"], 0)
            self.assertGreater(last["sink_events_total", name, "delivered"], 0)
            self.assertGreater(last["sink_readings_total", name, "sent"], 0)
            self.assertGreater(last["sink_readings_per_second", name, None], 0)
            self.assertLess(last["sink_waiting_readings", name, None], last["sink_waiting_readings", self.away, None])
        for name in ("alarms", "readings"):
            self.assertEqual(last["spool_up", name, None], 1)
            self.assertGreater(last["spool_written_bytes_total", name, None], first["spool_written_bytes_total", name, None])
            self.assertGreater(last["spool_quota_bytes", name, None], last["spool_disk_bytes", name, None])

        def stored():
            exported = self.victoria.export('facility_sink_up{component="sink",gateway="gw-1"}')
            return {labels["component_id"]: values[-1] for labels, _, values in exported}

        expected = {"broker": 1, "database": 1, "second": 1, self.away: 0, self.shut: 0}
        wait_until(lambda: stored() == expected, "the sinks' health is stored")

    def test_status_says_what_became_of_sinks(self):
        wait_until(lambda: self.agent.sinks()[self.away]["retried"] > 1, "it was tried again")
        wait_until(lambda: self.agent.sinks()["broker"]["delivered"] > 5, "the broker takes messages")
        document = self.agent.document()
        sinks = {sink["name"]: sink for sink in document["sinks"]}
        self.assertEqual(sinks[self.away]["state"], "retrying")
        self.assertIn("Failed to connect", sinks[self.away]["error"])
        self.assertEqual(sinks[self.shut]["state"], "denied")
        self.assertIn("the broker refuses the connection: ", sinks[self.shut]["error"])
        self.assertLess(sinks[self.away]["since"], sinks[self.away]["next_try"])
        self.assertEqual((sinks[self.away]["sent"], sinks["broker"]["retried"]), (0, 0))
        self.assertEqual((sinks["broker"]["state"], sinks["broker"]["receiver"]), ("working", self.broker.url))
        self.assertEqual([part["name"] for part in document["spool"]["parts"]], ["alarms", "readings"])
        shown = self.agent.status().stdout
        self.assertIn(f"\n\nsink {self.away} gets nothing through for ", shown)
        self.assertIn(f"\nsink {self.shut} is turned away for ", shown)
        self.assertNotIn("sink broker", shown)
        self.assertRegex(shown, r"(?m)^SPOOL +MEMORY +OF +DISK +OF +WRITTEN +PER DAY$")

    def test_status_says_what_read_says(self):
        for name in self.names:
            expected = self.expected(name)
            wait_until(lambda: self.agent.devices()[name]["up"], f"{name} is up")
            wait_until(
                lambda: len([r for r in self.agent.devices()[name]["readings"] if not ABOUT_POLLING.match(r["metric"])])
                == len(expected),
                f"everything of {name} was read",
            )
            self.assertEqual(
                sorted(r["value"] for r in self.agent.devices()[name]["readings"] if not ABOUT_POLLING.match(r["metric"])),
                sorted(number for number, _ in expected.values()),
            )
            shown = self.agent.status("--device", name)
            self.assertEqual(shown.returncode, hallwatch.OK, shown.stderr)
            self.assertIn(name, shown.stdout)


class Alone(WithAgent):
    """Without any sink."""

    def test_status_shows_the_readings_until_the_agent_ends(self):
        with Hallsim("--modbus", "2", "--snmp", "2") as hall:
            devices = [{key: row[key] for key in ("name", "driver", "url")} for row in hall.devices.values()]
            with Agent(devices, poll=OFTEN) as agent:
                wait_until(lambda: all(d["up"] for d in agent.devices().values()), "all devices are up")
                self.assertEqual(agent.sinks(), {})
                table = agent.status()
                self.assertEqual(table.returncode, hallwatch.OK)
                for device in devices:
                    self.assertIn(device["name"], table.stdout)
                one = agent.status("--device", devices[0]["name"])
                self.assertIn("active power", one.stdout)
                self.assertNotIn(devices[1]["name"], one.stdout)
                self.assert_reads_only(hall)
                self.assert_stops(agent)
                gone = agent.status()
                self.assertEqual(gone.returncode, hallwatch.UNREACHABLE)
                self.assertIn(str(agent.socket), gone.stderr)


class Faults(WithAgent):
    """A hall of healthy devices with a few dead ones, and beside it every device that misbehaves."""

    # Of other kinds than the two above: (up, error, what the log says).
    others = {
        "closed": ("unreachable", "no answer from modbus://.*: connection refused"),
        "nobody": ("timeout", SILENCE),
        "community": ("timeout", SILENCE),
        "unit": ("timeout", UNIT_SILENT),
        "make-snmp": ("refused", ANOTHER),
        "make-modbus": ("refused", "no readings from .*schneider_pm5000"),
        "unknown": ("refused", "no readings from .*no driver fits: sysObjectID none"),
    }

    @classmethod
    def setUpClass(cls):
        cls.hall = cls.enterClassContext(Hallsim("--modbus", "20", "--snmp", "20", "--dead", "10"))
        simulator = cls.enterClassContext(SnmpSimulator([APC, UPS]))
        rpu = cls.enterClassContext(ModbusServer(RPU, unit=12))
        partial = cls.enterClassContext(ModbusServer(cls.without(METER, "holding 3005 ", "holding 3109 ")))
        cls.hostile = cls.enterClassContext(Hostile())
        agent_s_url = next(device["url"] for device in cls.hostile.devices if device["name"] == "snmp good")
        devices = [{key: row[key] for key in ("name", "driver", "url")} for row in cls.hall.devices.values()]
        devices += cls.hostile.devices
        devices += [
            {"name": "closed", "driver": "orv3_rpu", "url": f"modbus://127.0.0.1:{free_tcp_port()}/1"},
            {"name": "nobody", "url": f"snmp://127.0.0.1:{free_udp_port()}"},
            {"name": "community", "url": simulator.url, "credentials": "silent"},
            {"name": "unit", "driver": "orv3_rpu", "url": rpu.url.rpartition("/")[0] + "/13"},
            {"name": "make-snmp", "driver": "apc_rpdu2", "url": simulator.url, "credentials": "rfc1628"},
            {"name": "make-modbus", "driver": "schneider_pm5000", "url": rpu.url},
            {"name": "unknown", "url": agent_s_url, "credentials": "good"},
            {"name": "partial", "driver": "schneider_pm5000", "url": partial.url},
        ]
        communities = ["rfc1628", *cls.hostile.communities]
        cls.agent = cls.enterClassContext(
            Agent(devices, communities=communities, credentials=cls.hostile.credentials, poll=OFTEN)
        )

    @classmethod
    def without(cls, recording, *lines):
        """A copy of a recording without the lines that begin so."""
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-"))
        kept = [line for line in recording.read_text().splitlines(True) if not line.startswith(lines)]
        copy = Path(folder) / recording.name
        copy.write_text("".join(kept))
        return copy

    def expect(self, name, expected):
        def is_said():
            device = self.agent.devices()[name]
            if expected is None:
                return device["up"] is True and value(device, "facility_device_up") == 1
            reason, words = expected
            return (
                device["up"] is False
                and value(device, "facility_device_up") == 0
                and any(re.fullmatch(reason, counted) for counted in errors(device))
                and any(re.search(words, text) for _, text in self.agent.said(name))
            )

        try:
            wait_until(is_said, f"{name} is {expected}", 30)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.agent.devices()[name]}: {self.agent.said(name)}") from None

    def test_hostile_devices(self):
        for name, expected in self.hostile.expected.items():
            with self.subTest(name):
                self.expect(name, expected)

    def test_other_faults(self):
        for name, expected in self.others.items():
            with self.subTest(name):
                self.expect(name, expected)

    def test_dead_devices(self):
        for name in self.hall.devices:
            with self.subTest(name):
                self.expect(name, ("timeout", "silen(t|ce)") if name.endswith("0") else None)

    def test_refused_points_are_parked_and_the_others_go_on(self):
        wait_until(
            lambda: value(self.agent.devices()["partial"], "facility_points_parked") == 2, "two points are parked", 30
        )
        device = self.agent.devices()["partial"]
        self.assertTrue(device["up"])
        self.assertIn("refused", errors(device))
        readings = [r["metric"] for r in device["readings"] if not ABOUT_POLLING.match(r["metric"])]
        whole = [r["metric"] for r in hallwatch.read_json("--driver", "schneider_pm5000", f"replay:{METER}")]
        gone = ["facility_frequency_hertz", "facility_neutral_current_amperes"]
        self.assertEqual(sorted(readings + gone), sorted(whole))
        (said,) = self.agent.complaints("partial")
        self.assertRegex(said, r"gives no facility_neutral_current_amperes, holding 3006 \(address 3005\): ")
        self.assertRegex(said, r"illegal data address \(exception 2\); 2 of its \d+ values are left out")

    def test_z_healthy_devices_are_polled_evenly(self):
        self.assert_evenly_polled(self.hall, 8)
        self.assert_reads_only(self.hall)
        complained = {name for name in self.hall.devices if self.agent.said(name)}
        self.assertEqual(complained, {name for name in self.hall.devices if name.endswith("0")})


class Return(WithAgent):
    """Devices that fall silent or vanish, and come back."""

    def gone_and_back(self, lose, find):
        """Calls both when it is time; returns how long after `find` every device answered again."""
        with Hallsim("--modbus", "3", "--snmp", "3") as hall:
            devices = [{key: row[key] for key in ("name", "driver", "url")} for row in hall.devices.values()]
            names = [device["name"] for device in devices]
            with Agent(devices, poll=OFTEN) as agent:

                def all_up(up):
                    return lambda: all(device["up"] is up for device in agent.devices().values())

                wait_until(all_up(True), "all devices are up")
                self.assertEqual([agent.said(name) for name in names], [[]] * 6)
                lose(hall)
                wait_until(all_up(False), "all devices are down")
                found = time.monotonic()
                with find(hall) as again:
                    wait_until(all_up(True), "all devices are up again")
                    took_s = time.monotonic() - found
                    before = again.ask("counts")
                    wait_until(
                        lambda: again.ask("counts")["polls"]["counted"] > before["polls"]["counted"] + 12,
                        "they are polled as before",
                    )
                    self.assert_reads_only(again)
                for name in names:
                    self.assertEqual(len(agent.complaints(name)), 1, agent.said(name))
                    answers = [text for level, text in agent.said(name) if level == "NOTICE"]
                    self.assertEqual(len(answers), 1, agent.said(name))
                    self.assertRegex(answers[0], r"^answers \(after \d+ s\)$")
                return took_s, agent.log()

    def test_silent(self):
        class Woken:
            def __init__(self, hall):
                self.hall = hall
                hall.process.send_signal(signal.SIGCONT)

            def __enter__(self):
                return self.hall

            def __exit__(self, *_):
                pass

        took_s, log = self.gone_and_back(lambda hall: hall.process.send_signal(signal.SIGSTOP), Woken)
        self.assertLess(took_s, 8, log)  # the pauses of a device lost for so short a time

    def test_vanished(self):
        def again(hall):
            ports = ["--modbus-port", str(hall.modbus_port), "--snmp-port", str(hall.snmp_port)]
            return Hallsim("--modbus", "3", "--snmp", "3", *ports)

        took_s, log = self.gone_and_back(Hallsim.kill, again)
        self.assertLess(took_s, 12, log)  # and a gateway's own back-off


class Sinks(WithAgent):
    """Brokers and databases that are away: polling does not care, and what is kept arrives afterwards."""

    def test_down_from_the_start_then_killed_and_restarted(self):
        with Hallsim("--modbus", "10", "--snmp", "10") as hall:
            devices = [{key: row[key] for key in ("name", "driver", "url")} for row in hall.devices.values()]
            broker, database = Mosquitto(), VictoriaMetrics()
            self.addCleanup(broker.__exit__)
            self.addCleanup(database.__exit__)
            with Agent(devices, [mqtt_sink(broker), write_sink(database)], poll=OFTEN) as agent:
                wait_until(lambda: all(d["up"] for d in agent.devices().values()), "all devices are up")
                self.assert_evenly_polled(hall, 4)
                waiting = agent.sinks()
                for name, url in (("broker", broker.url), ("database", database.write_url)):
                    self.assertGreater(waiting[name]["waiting"], 1000)
                    self.assertEqual(waiting[name]["sent"], 0)
                    self.assertTrue(any(url in text for text in agent.complaints(name)), agent.said(name))

                broker.start()
                database.start()
                self.drained(agent)
                hall.ask("reset")
                broker.kill()
                database.stop()
                self.count_up(hall, 100)
                broker.start()
                database.start()
                self.drained(agent)
                self.assert_even(hall.ask("counts"))
                self.assert_reads_only(hall)
                self.assert_complete(database, [device["name"] for device in devices])
                for name in ("broker", "database"):
                    levels = [level for level, _ in agent.said(name)]
                    self.assertEqual(levels.count("NOTICE"), 2, agent.said(name))
                self.assert_stops(agent)

    def count_up(self, hall, polls):
        before = hall.ask("counts")["polls"]["counted"]
        wait_until(lambda: hall.ask("counts")["polls"]["counted"] > before + polls, f"{polls} more polls")

    def drained(self, agent):
        def is_drained():
            sinks = agent.sinks()
            return all(sink["waiting"] < 2000 and sink["sent"] > 0 for sink in sinks.values()) and not any(
                level == "WARNING" for name in sinks for level, _ in agent.said(name)[-1:]
            )

        wait_until(is_drained, "what waited was sent", 40)
        for sink in agent.sinks().values():
            self.assertEqual((sink["dropped"], sink["rejected"]), (0, 0))

    def assert_complete(self, database, names):
        """A sample for every poll, at every time when the database was away."""
        samples = {name: [] for name in names}
        for labels, times_ms, _ in database.export('{__name__=~"facility_(line_)?voltage_volts"}'):
            samples[labels["device"]].append(times_ms)
        for name, series in samples.items():
            times_ms = max(series, key=len)
            pauses_ms = [after - before for before, after in zip(times_ms, times_ms[1:])]
            self.assertGreater(len(times_ms), 8, name)
            self.assertLess(max(pauses_ms), 1500, (name, pauses_ms))

    def test_a_full_buffer_drops_the_oldest_counted_and_said(self):
        with Hallsim("--modbus", "100", "--snmp", "100") as hall:
            devices = [{key: row[key] for key in ("name", "driver", "url")} for row in hall.devices.values()]
            database = VictoriaMetrics()
            self.addCleanup(database.__exit__)
            with Agent(devices, [write_sink(database)], poll=OFTEN, buffer="1MiB") as agent:
                hall.ask("reset")
                wait_until(lambda: agent.sinks()["database"]["dropped"] > 0, "the buffer is full", 60)
                self.assertRegex(agent.log(), r"database: the buffer is full: the oldest readings are dropped, \d+ so far")
                self.assert_even(hall.ask("counts"))
                database.start()
                wait_until(lambda: "the buffer is empty again" in agent.log(), "the rest was sent", 40)
                self.assertGreater(agent.sinks()["database"]["sent"], 0)
                self.assert_stops(agent)


class Stopping(WithAgent):
    """SIGTERM and SIGINT end it within 5 s, whatever it waits for; what waits is on the disk then."""

    def unreachable(self):
        """Sinks of every kind of silence, and a device with each."""
        deaf = socket.socket()  # its queue of connections is full
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        self.addCleanup(deaf.close)
        for _ in range(2):
            caller = socket.socket()
            caller.setblocking(False)
            self.addCleanup(caller.close)
            caller.connect_ex(deaf.getsockname())
        silent = socket.socket()  # accepts, says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen(100)
        self.addCleanup(silent.close)
        sinks = []
        for name, port in (("deaf", deaf.getsockname()[1]), ("silent", silent.getsockname()[1]), ("closed", free_tcp_port())):
            sinks.append({"name": f"{name} broker", "type": "mqtt", "url": f"mqtt://127.0.0.1:{port}"})
            sinks.append({"name": f"{name} database", "type": "remote_write", "url": f"http://127.0.0.1:{port}/write"})
        return sinks

    def stop_amid_silence(self, how, sinks, environment=None, devices=()):
        recording = {"name": "pdu", "driver": "apc_rpdu2", "url": f"replay:{APC}"}
        dead = {"name": "dead", "url": f"snmp://127.0.0.1:{free_udp_port()}"}
        spool = {"folder": "spool"}
        with Agent([recording, dead, *devices], sinks, poll=OFTEN, environment=environment, spool=spool) as agent:
            wait_until(
                lambda: all(sink["waiting"] > 100 for sink in agent.sinks().values()), "readings wait for every sink"
            )
            self.assert_stops(agent, how)
            with sqlite3.connect(agent.path / "spool" / "readings.db") as db:
                newest, reserved, rows = db.execute("SELECT newest, reserved, (SELECT count(*) FROM rows) FROM stream").fetchone()
            self.assertEqual((rows, reserved), (newest, newest), "all that waited is on the disk")
            self.assertFalse(agent.socket.exists())
            self.assertIn(f"stopping on {how.name}", agent.log())

    def test_sigterm_while_sinks_are_unreachable(self):
        self.stop_amid_silence(signal.SIGTERM, self.unreachable())

    def test_sigint_while_names_are_looked_up_for_ever(self):
        if hallwatch.SANITIZED:
            self.skipTest("the slow resolver cannot be loaded before a sanitizer")
        sinks = [
            {"name": "broker", "type": "mqtt", "url": "mqtt://broker.invalid"},
            {"name": "database", "type": "remote_write", "url": "http://database.invalid/write"},
        ]
        device = {"name": "lost", "url": "snmp://pdu.invalid"}
        resolver = Path(hallwatch.BUILD) / "tests" / "libslow_resolver.so"
        self.stop_amid_silence(signal.SIGINT, sinks, {"LD_PRELOAD": str(resolver)}, [device])


class Refusals(WithAgent):
    """What `hallwatch run` does not begin with."""

    devices = [{"name": "pdu", "driver": "apc_rpdu2", "url": f"replay:{APC}"}]

    def refused(self, agent):
        """What an agent says that is started and does not run, and its exit status."""
        agent.start()
        status = agent.process.wait(timeout=30)
        return status, agent.log()

    def test_two_agents_on_one_socket(self):
        with Mosquitto() as broker, Subscriber(broker) as subscriber:
            with Agent(self.devices, [mqtt_sink(broker)], poll=OFTEN) as first:
                wait_until(lambda: len(subscriber.messages()) > 2, "the first agent publishes")
                second = Agent(self.devices, [mqtt_sink(broker)], poll=OFTEN, status_socket=str(first.socket))
                self.addCleanup(second.folder.cleanup)
                status, log = self.refused(second)
                self.assertEqual(status, 1)
                self.assertIn(f"another agent listens at {first.socket}", log)
                before = len(subscriber.messages())
                wait_until(lambda: len(subscriber.messages()) > before + 3, "the first agent goes on")
                self.assertEqual(first.said("broker"), [])
                self.assertTrue(first.devices()["pdu"]["up"])
                self.assert_stops(first)
            presence = [payload for topic, payload, _ in subscriber.messages() if topic.endswith("/status/gw-1")]
            states = [json.loads(payload)["status"] for payload in presence]
            self.assertEqual(states, ["online", "offline"])

    def test_two_agents_on_one_spool(self):
        sinks = [{"name": "nobody", "type": "mqtt", "url": f"mqtt://127.0.0.1:{free_tcp_port()}"}]
        with Agent(self.devices, sinks, poll=OFTEN, spool={"folder": "spool"}) as first:
            second = Agent(self.devices, sinks, poll=OFTEN, spool={"folder": str(first.path / "spool")})
            self.addCleanup(second.folder.cleanup)
            status, log = self.refused(second)
            self.assertEqual(status, 1)
            self.assertIn(f"another agent has the folder {first.path / 'spool'}", log)
            wait_until(lambda: first.devices()["pdu"]["up"], "the first agent goes on")

    def test_socket_that_cannot_be(self):
        cases = (
            ("/proc/hallwatch.sock", 1, "cannot listen"),
            ("/nowhere/at/all.sock", 1, "cannot listen"),
            (str(APC), 1, "no socket"),
            ("/tmp/" + 120 * "x", hallwatch.USAGE, "status_socket"),
        )
        for path, expected, why in cases:
            with self.subTest(path):
                agent = Agent(self.devices, status_socket=path)
                self.addCleanup(agent.folder.cleanup)
                status, log = self.refused(agent)
                self.assertEqual(status, expected)
                self.assertIn(why, log)
                if expected == 1:
                    self.assertIn(path, log)

    def test_every_mistake_of_a_configuration_is_listed(self):
        devices = [
            {"name": "a", "driver": "apc_rpdu", "url": "snmp://127.0.0.1"},
            {"name": "a", "url": "snmp://127.0.0.1", "credentials": "nobody"},
            {"name": "b", "url": "modbus://127.0.0.1/1"},
            {"name": "c", "driver": "apc_rpdu2", "url": "modbus://127.0.0.1/1"},
            {"name": "d", "url": "snmp//127.0.0.1", "interval": "5"},
        ]
        agent = Agent(devices, [{"name": "x", "type": "kafka", "url": "mqtt://h"}], colour="red", poll={"normal": "never"})
        self.addCleanup(agent.folder.cleanup)
        status, log = self.refused(agent)
        self.assertEqual(status, hallwatch.USAGE)
        for words in ("apc_rpdu2", "nobody", "driver", "protocol", "interval", "kafka", "colour", "never"):
            self.assertIn(words, log)
        mistakes = [line for line in log.splitlines() if re.match(r".*hallwatch\.yaml:\d+:\d+: ", line)]
        self.assertGreaterEqual(len(mistakes), 9, log)


class Sources(unittest.TestCase):
    """hallwatch never writes to a device: its sources have no words for it. What it sends is counted by the simulated
    hall in every other test here."""

    # SNMP SET, and the Modbus functions that write: 5, 6, 15, 16, 21, 22 and 23.
    writing = re.compile(
        r"SNMP_MSG_SET|snmp_set|SNMP_PDU_SET|MODBUS_FC_WRITE|modbus_write|write_register|write_coil"
        r"|function\s*=\s*(5|6|15|16|21|22|23|0x0?[56]|0x0f|0x1[0567])\b",
        re.IGNORECASE,
    )

    def test_no_source_names_a_write(self):
        sources = [path for folder in ("agent", "drivers") for path in (TOP / folder).rglob("*.[ch]")]
        self.assertGreater(len(sources), 50)
        for path in sources:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                self.assertIsNone(self.writing.search(line), f"{path}:{number}: {line}")


if __name__ == "__main__":
    unittest.main()
