#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who is asked when: the fast lane, silent units on a shared bus, equipment that another master holds, polls aligned to
the wall clock, and a hall that vanishes and comes back."""

import signal
import tempfile
import time
import unittest
from pathlib import Path

import hallwatch
from agent import Agent, errors, value
from device_servers import TOP
from hallsim import Hallsim
from servers import wait_until

RPU = TOP / "tests" / "drivers" / "orv3_rpu" / "orv3_rpu.registers"
GATEWAY = "127.9.0.1"
BURST_S = 2  # of silence in a row that a bus may spend before silent units wait for their tenth
SLACK_S = 1.5 if hallwatch.SANITIZED else 0.4  # of a busy machine


def units(n, folder):
    """hallsim's options for so many cooling units behind one gateway; each is named by its file."""
    options = []
    for unit in range(1, n + 1):
        recording = Path(folder) / f"unit-{unit}.registers"
        recording.symlink_to(RPU)
        options += ["--recording", recording, "--address", f"{GATEWAY}/{unit}", "--driver", "orv3_rpu"]
    return options


def rows(hall):
    return [{key: row[key] for key in ("name", "driver", "url") if row[key]} for row in hall.devices.values()]


def states(agent):
    return [value(device, "facility_device_state") for device in agent.devices().values()]


def requests(hall):
    return {device["name"]: device["requests"] for device in hall.ask("devices")}


def ages(agent, metric):
    """How old each device's oldest reading of the metric is, in seconds."""
    devices, now = agent.devices().values(), time.time()
    times = [[each["time"] for each in device["readings"] if each["metric"] == metric] for device in devices]
    return [now - min(each) / 1000 for each in times if each]


class OneGateway(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-test-"))

    def test_leaks_pass_everything_else_on_an_overloaded_bus(self):
        """Six units whose gateway takes 50 ms an answer: a round of everything takes seconds, one of leaks does not."""
        answer_s, fast_s = 0.05, 2.0
        poll = {"fast": f"{fast_s:.0f}s", "normal": "2s", "slow": "2s", "timeout": "2s"}
        with Hallsim(*units(6, self.folder)) as hall, Agent(rows(hall), poll=poll) as agent:
            wait_until(lambda: states(agent) == [2] * 6, "all six answer", 60)
            hall.ask(f"fault modbus slow {answer_s * 1000:.0f}")
            missed = lambda: [errors(device).get("missed", 0) for device in agent.devices().values()]
            wait_until(lambda: min(missed()) >= 2, "everybody's routine polls are missed", 60)
            worst, end = 0.0, time.monotonic() + 10
            while time.monotonic() < end:
                worst = max([worst, *ages(agent, "facility_leak_state")])
                time.sleep(0.1)
            # The interval; six units that ask for two blocks each, with one request of others under way before each.
            self.assertLess(worst, fast_s + 6 * 2 * 2 * answer_s + SLACK_S)
            self.assertGreater(max(ages(agent, "facility_coolant_temperature_celsius")), 0)

    def test_silent_units_take_a_tenth_of_the_bus(self):
        timeout_s, seconds = 0.5, 40
        poll = {"fast": "2s", "normal": "2s", "slow": "10s", "timeout": f"{timeout_s * 1000:.0f}ms"}
        with Hallsim(*units(10, self.folder), "--interval-ms", "2000") as hall, Agent(rows(hall), poll=poll) as agent:
            wait_until(lambda: states(agent) == [2] * 10, "all ten answer", 60)
            silent = list(hall.devices)[:4]
            for name in silent:
                hall.ask(f"fault {name} dead")
            wait_until(lambda: states(agent).count(4) == 4, "four are known to be silent", 120)
            hall.ask("reset")
            before, begin = requests(hall), time.monotonic()
            wait_until(lambda: time.monotonic() > begin + seconds, "the time to count is over", seconds + 5)
            after, passed_s = requests(hall), time.monotonic() - begin
            asked = sum(after[name] - before[name] for name in silent)
            self.assertGreater(asked, 0)
            self.assertLessEqual(asked * timeout_s, 0.1 * passed_s + BURST_S + timeout_s)
            polls = hall.ask("counts")["polls"]
            self.assertEqual((polls["devices"], polls["missed"]), (6, 0), polls)
            self.assertEqual(states(agent).count(2), 6)
            hall.ask("fault modbus none")
            wait_until(lambda: states(agent) == [2] * 10, "all ten answer again", 60)


class Masters(unittest.TestCase):
    def test_what_another_master_holds_is_left_alone_and_said_to_be_so(self):
        options = ["--recording", RPU, "--address", GATEWAY, "--driver", "orv3_rpu"]
        poll = {"fast": "1s", "normal": "1s", "slow": "5s", "timeout": "300ms"}
        with Hallsim(*options) as hall, Agent(rows(hall), poll=poll) as agent:
            (name,) = hall.devices
            wait_until(lambda: states(agent) == [2], "it answers", 30)
            hall.ask(f"fault {name} held")
            wait_until(lambda: states(agent) == [5], "it is held", 30)
            self.assertIn("held by another master", " ".join(agent.complaints(name)))
            connects = hall.ask("counts")["accepted"]["counted"]
            begin = time.monotonic()
            wait_until(lambda: time.monotonic() > begin + 8, "it is left alone for a while", 10)
            self.assertLessEqual(hall.ask("counts")["accepted"]["counted"] - connects, 1)
            hall.ask(f"fault {name} none")
            wait_until(lambda: states(agent) == [2], "it answers again", 70)


class Aligned(unittest.TestCase):
    def test_samples_of_one_instant(self):
        poll = {"fast": "1s", "normal": "1s", "slow": "1s", "phase": "aligned"}
        with Hallsim("--modbus", "40", "--snmp", "40", "--values", "20") as hall, Agent(rows(hall), poll=poll) as agent:
            wait_until(lambda: states(agent) == [2] * 80, "all answer", 60)
            skew = lambda device: value(device, "facility_sample_skew_seconds")
            wait_until(lambda: None not in map(skew, agent.devices().values()), "skews are published", 30)

            def late():
                """Devices whose samples are not of the instant: by their own word, or by the time of a reading."""
                found = []
                for device in agent.devices().values():
                    power = [each for each in device["readings"] if each["metric"] == "facility_active_power_watts"]
                    self.assertGreater(len(power), 0)
                    found += [device["name"] for each in power if each["time"] % 1000 > 1000 * SLACK_S]
                    self.assertGreaterEqual(skew(device), 0)
                    found += [device["name"]] if skew(device) > SLACK_S else []
                return found

            wait_until(lambda: not late(), "all samples are of one instant", 30)

    def test_spread_polls_have_no_instant(self):
        with Hallsim("--modbus", "1") as hall, Agent(rows(hall), poll={"normal": "1s"}) as agent:
            wait_until(lambda: states(agent) == [2], "it answers", 30)
            (device,) = agent.devices().values()
            self.assertIsNone(value(device, "facility_sample_skew_seconds"))


class Stall(unittest.TestCase):
    def test_a_stall_of_the_agent_is_nobodys_silence(self):
        """What was asked before is answered meanwhile; the answers are read before time-outs are judged."""
        poll = {"fast": "1s", "normal": "1s", "slow": "10s", "timeout": "600ms"}
        with Hallsim("--modbus", "40", "--snmp", "40", "--values", "20") as hall, Agent(rows(hall), poll=poll) as agent:
            wait_until(lambda: states(agent) == [2] * 80, "all answer", 60)
            hall.ask("fault modbus slow 300")
            hall.ask("fault snmp slow 300")
            timeouts = lambda: sum(errors(device).get("timeout", 0) for device in agent.devices().values())
            wait_until(lambda: states(agent) == [2] * 80, "all answer slowly", 60)
            before, begin = timeouts(), time.monotonic()
            agent.process.send_signal(signal.SIGSTOP)
            wait_until(lambda: time.monotonic() > begin + 2, "the agent has stood still", 5)
            agent.process.send_signal(signal.SIGCONT)
            begin = time.monotonic()
            wait_until(lambda: time.monotonic() > begin + 12, "health has been said since", 15)
            self.assertEqual(timeouts() - before, 0)


class WholeHall(unittest.TestCase):
    """Everybody is asked again within 10 s of coming back, and not all at once."""

    N = 100 if hallwatch.SANITIZED else 400

    def test_all_vanish_and_return(self):
        poll = {"normal": "1s", "fast": "1s", "slow": "10s"}
        half = str(self.N // 2)
        with Hallsim("--modbus", half, "--snmp", half, "--values", "20") as hall, Agent(rows(hall), poll=poll) as agent:
            wait_until(lambda: states(agent).count(2) == self.N, "all answer", 90)
            for kind in ("dead", "vanished"):
                hall.ask(f"fault * {kind}")
                wait_until(lambda: not {2, 3} & set(states(agent)), f"all are silent: {kind}", 90)
                begin = time.monotonic()
                wait_until(lambda: time.monotonic() > begin + 10, "pauses have grown", 15)
                hall.ask("reset")
                hall.ask("fault * none")
                wait_until(lambda: states(agent).count(2) == self.N, f"all answer again: {kind}", 60)
                counts = hall.ask("counts")
                returns = counts["returns"]
                self.assertEqual((returns["counted"], counts["polls"]["returning"]), (self.N, 0), counts)
                self.assertLessEqual(returns["ms"]["largest"], 10000 + 1000 * SLACK_S, returns)
                self.assertLess(counts["accepted"]["largest_per_second"], self.N // 2, counts)


if __name__ == "__main__":
    unittest.main()
