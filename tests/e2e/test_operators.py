#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What operators order of the running agent: a node goes out of service and comes back, an alarm that latches is reset. The
journal is the audit, and a restart forgets nothing."""

import json
import os
import signal
import tempfile
import unittest
from pathlib import Path

import hallwatch
from agent import Agent
from modbus_units import Devices, gauge, state, write_map
from broker_tests import SCHEMA
from servers import Mosquitto, Subscriber, wait_until

LEAK = [{**state("leak_state", 0, dry=0, leak=1), "part": "zone", "number": 1}]
METER = [gauge("active_power_watts", 0, "W", phase="total")]


class Operators(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-operators-")))
        self.broker = self.enterContext(Mosquitto())
        self.devices = self.enterContext(Devices({1: {0: 0}, 2: {0: 9000}}))
        maps = [write_map(self.folder, "leak_map", "sensor", LEAK), write_map(self.folder, "meter_map", "pdu", METER)]
        url = f"modbus://127.0.0.1:{self.devices.port}"
        delays = {"on_delay": "200ms", "off_delay": "200ms"}
        self.agent = Agent(
            [{"name": "leak-1", "driver": "leak_map", "url": url + "/1", "interval": "200ms"},
             {"name": "pdu-1", "driver": "meter_map", "url": url + "/2", "interval": "200ms"}],
            sinks=[{"name": "mqtt", "type": "mqtt", "url": self.broker.url}], maps=maps, poll={"fast": "200ms"}, spool={"folder": str(self.folder / "spool")},
            power={"time_zone": "Asia/Seoul", "nodes": [{"name": "intake", "kind": "intake", "rating": ["1 MW"]},
                                                        {"name": "rack-1", "kind": "rack", "sources": ["intake"], "rating": ["20 kW"],
                                                         "meters": ["pdu-1"], "budget": "rack"}],
                   "budgets": {"rack": {"critical": "8 kW", **delays}}, "alarms": [{"name": "leak_detected", **delays}]},
        )  # fmt: skip
        self.enterContext(self.agent)

    def enterContext(self, manager):
        entered = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return entered

    @property
    def journal(self):
        return self.folder / "spool" / "operator.jsonl"

    def state(self, rule):
        path = self.folder / "spool" / "alarm-state.json"
        alarms = json.loads(path.read_text())["alarms"] if path.exists() else []
        return next(((one["alarm"], one["state"]) for one in alarms if one["rule"] == rule), (None, None))

    def becomes(self, rule, state, limit_s=20):
        wait_until(lambda: self.state(rule)[1] == state, f"{rule} becomes {state}, not {self.state(rule)}\n{self.agent.log()}", limit_s)

    def told(self, subscriber, below, rule):
        """What came on these topics of alarms of that rule: the state, or the event in a row, and whether it was retained."""
        rows = [(topic, json.loads(payload), kept) for topic, payload, kept in subscriber.messages() if payload]
        for _, row, _ in rows:
            SCHEMA.validate(row)
        said = {(row.get("stream"), row.get("sequence", i)): (row.get("event", row), kept) for i, (topic, row, kept) in enumerate(rows)
                if topic.startswith(f"hallwatch/dc1/{below}") and row["alarm"].startswith(rule)}  # fmt: skip
        return list(said.values())

    def order(self, *words, status=0):
        """What it says; the command ends with that status."""
        result = hallwatch.run(*words, str(self.agent.config))
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def test_what_latches_is_reset_by_name(self):
        by = ("--by", "kim", "--why", "mopped up")
        self.devices.units[1][0] = 1
        self.becomes("leak_detected", "active")
        leak = self.state("leak_detected")[0]
        self.assertIn("its condition holds", self.order("reset", leak, *by, status=4))
        self.devices.units[1][0] = 0
        self.becomes("leak_detected", "returned")
        self.assertIn(f"did you mean {leak}?", self.order("reset", leak[:-1] + "0" if leak[-1] != "0" else leak[:-1] + "1", *by, status=2))
        self.assertIn("is missing", self.order("reset", leak, "--by", "kim", status=2))
        self.order("reset", leak, *by)
        self.becomes("leak_detected", "normal", 5)
        self.assertIn("it has ended", self.order("reset", leak, *by, status=4))
        order = json.loads(self.journal.read_text())
        self.assertEqual({name: order[name] for name in ("order", "of", "by", "why", "uid")},
                         {"order": "reset", "of": leak, "by": "kim", "why": "mopped up", "uid": os.getuid()})  # fmt: skip
        self.assertIn(f"{leak}: reset by kim: mopped up", self.agent.log())

    def test_a_node_goes_out_of_service_and_comes_back(self):
        self.heard = self.enterContext(Subscriber(self.broker))
        self.becomes("node_budget_critical", "active")
        said = self.order("maintain", "rack-2", "--until", "1h", "--by", "kim", "--why", "x", status=2)
        self.assertIn('there is no node "rack-2"; did you mean "rack-1"?', said)
        for until in ("31d", "2020-01-01T00:00", "whenever", "12"):
            self.order("maintain", "rack-1", "--until", until, "--by", "kim", "--why", "x", status=2)
        self.assertFalse(self.journal.exists())
        self.assertIn("nothing is out of service", self.order("maintain"))

        self.order("maintain", "rack-1", "--until", "2h", "--by", "kim", "--why", "새 배터리")
        self.becomes("node_budget_critical", "out_of_service", 5)
        self.assertRegex(self.order("maintain"), r"rack-1 .*kim +새 배터리")
        self.assertIn("rack-1: out of service until", self.agent.log())

        # It is announced: an alarm of its own, its state retained and its change an event.
        announced = self.enterContext(Subscriber(self.broker))
        wait_until(lambda: self.told(announced, "alarm/", "out_of_service"), "the state is retained")
        state, retained = self.told(announced, "alarm/", "out_of_service")[0]
        self.assertEqual((state["state"], state["priority"], state["node"], retained), ("active", 4, "rack-1", True))
        self.assertIn("새 배터리", state["summary"])
        events = [event["state"] for event, _ in self.told(self.heard, "event/", "out_of_service")]
        self.assertEqual(events, ["active"])

        # It stays so over a kill; what broke off in the journal costs nothing else.
        with open(self.journal, "a") as journal:
            journal.write('{"time":17640000')
        self.agent.process.send_signal(signal.SIGKILL)
        self.agent.process.wait()
        self.agent.start()
        # What stands is told databases anew, and is no event.
        wait_until(lambda: self.told(self.heard, "status/gw-1/alarms", "out_of_service"), "it is repeated")
        repeated = self.told(self.heard, "status/gw-1/alarms", "out_of_service")[0][0]
        self.assertNotIn("event", repeated)
        self.assertEqual({one["metric"]: one["value"] for one in repeated["readings"]}["facility_alarm_condition_state"], 1)
        self.assertEqual(len(self.told(self.heard, "event/", "out_of_service")), 1)
        self.order("maintain", "rack-1", "--end", "--by", "lee")
        wait_until(lambda: self.state("node_budget_critical")[1] == "active", f"it is back\n{self.agent.log()}", 20)
        self.assertIn("operator.jsonl:2: the line is passed over", self.agent.log())
        self.assertIn("nothing is out of service", self.order("maintain"))
        wait_until(lambda: self.told(self.heard, "event/", "out_of_service")[-1][0]["state"] == "normal", "its end is announced")


if __name__ == "__main__":
    unittest.main()
