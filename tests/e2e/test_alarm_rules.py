#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""conf/prometheus/alerts.yml and hallwatch's own alarms agree: the same readings, judged by the agent and, from what it
publishes, by a Prometheus with these rules, raise the same alarms on the same things. Delays are short on both sides."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from agent import Agent
from device_servers import TOP
from modbus_units import Devices, gauge, state, write_map
from servers import Prometheus, http, wait_until

RULES = TOP / "conf" / "prometheus" / "alerts.yml"
DELAY_S = 2
# Of another subject than hallwatch's alarm, as the file says; and of the clock of the machine that the test runs on.
NOT_COMPARED = {"failover_overload", "clock_wrong", "clock_very_wrong"}


# A map for each class of devices.
MAPS = {
    "ups": [
        state("ups_mode_state", 0, online=1, battery=2, bypass=3),
        gauge("battery_runtime_seconds", 1, "s"),
        state("ups_battery_state", 2, normal=1, low=2),
        gauge("battery_temperature_celsius", 3, "degC"),
    ],
    "liquid": [state("reservoir_state", 0, normal=1, low=3), {**state("pump_state", 1, running=1, fault=4), "part": "pump", "number": 1},
               {**state("pump_state", 2, running=1, fault=4), "part": "pump", "number": 2}],
    "chiller": [state("unit_state", 0, running=1, fault=4)],
    "sensor": [{**state("leak_state", 0, dry=0, leak=1), "part": "zone", "number": 1}, gauge("air_temperature_celsius", 1, "degC", point="inlet"),
               state("alarm_state", 2, no=0, yes=1)],
    "pdu": [gauge("active_power_watts", 0, "W", phase="total"), *(gauge("current_amperes", 1 + i, "A", phase=f"L{i + 1}", scale=0.1) for i in range(3)),
            *(gauge("voltage_volts", 4 + i, "V", phase=f"L{i + 1}") for i in range(3))],
}  # fmt: skip


def pdu(watts, amperes):
    return dict(enumerate([watts, *[round(10 * amperes)] * 3, *[230] * 3]))


# Name: class, registers. Half of them are beyond a limit.
DEVICES = {
    "ups-good": ("ups", {0: 1, 1: 600, 2: 1, 3: 25}),
    "ups-battery": ("ups", {0: 2, 1: 200, 2: 2, 3: 33}),
    "ups-bypass": ("ups", {0: 3, 1: 900, 2: 1, 3: 36}),
    "ups-silent": ("ups", {0: 1, 1: 900, 2: 1, 3: 20}),
    "cdu-good": ("liquid", {0: 1, 1: 1, 2: 1}),
    "cdu-bad": ("liquid", {0: 3, 1: 1, 2: 4}),
    "chiller-good": ("chiller", {0: 1}),
    "chiller-bad": ("chiller", {0: 4}),
    "sensor-good": ("sensor", {0: 0, 1: 26, 2: 0}),
    "sensor-warm": ("sensor", {0: 0, 1: 28, 2: 0}),
    "sensor-bad": ("sensor", {0: 1, 1: 33, 2: 1}),
    "pdu-good": ("pdu", pdu(2500, 4)),
    "pdu-warning": ("pdu", pdu(3500, 5)),
    "pdu-critical": ("pdu", pdu(6000, 9)),
    "pdu-high": ("pdu", pdu(2000, 27)),
    "pdu-full": ("pdu", pdu(2000, 31)),
    "pdu-silent": ("pdu", pdu(2000, 5)),
}


def nodes():
    yield {"name": "intake", "kind": "intake", "rating": ["1 MW"]}
    for name in DEVICES:
        if name.startswith("pdu-"):
            yield {"name": name.replace("pdu", "rack"), "kind": "rack", "sources": ["intake"], "rating": ["32 A", "400 V"],
                   "standard": "IEC 60947-2", "meters": [name], "budget": "rack"}  # fmt: skip


class Agreement(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-rules-")))

    def rules(self):
        """The rules with short delays, and the names of those that hallwatch has, too: not of what is about itself."""
        text = re.sub(r"\b(for|keep_firing_for): \w+", lambda hit: f"{hit[1]}: {DELAY_S}s", RULES.read_text())
        (self.folder / "alerts.yml").write_text(text)
        return set(re.findall(r"alert: (\w+)", text.partition("- name: agents")[0])) - NOT_COMPARED

    def prometheus(self):
        config = self.folder / "config.yml"
        config.write_text(f"global: {{evaluation_interval: 500ms}}\nrule_files: [{self.folder}/alerts.yml]\n")
        return self.enterContext(Prometheus(config=config))

    def agent(self, prometheus, port, names):
        maps = [write_map(self.folder, f"map_{name}", name, points) for name, points in MAPS.items()]
        level = {"warning": "3 kW", "critical": "5 kW", "on_delay": f"{DELAY_S}s", "off_delay": f"{DELAY_S}s"}
        delays = {"on_delay": f"{DELAY_S}s", "off_delay": f"{DELAY_S}s"}
        return self.enterContext(Agent(
            [{"name": name, "driver": f"map_{kind}", "url": f"modbus://127.0.0.1:{port}/{unit}", "interval": "500ms"}
             for unit, (name, (kind, _)) in enumerate(DEVICES.items(), 1)],
            [{"name": "prometheus", "type": "remote_write", "url": prometheus.write_url, "batch_wait": "200ms"}],
            maps=maps,
            spool={"folder": str(self.folder / "spool")},
            poll={"fast": "500ms", "timeout": "300ms"},
            power={"nodes": list(nodes()), "budgets": {"rack": level}, "publish": "500ms",
                   "alarms": [{"name": name, **delays} for name in sorted(names) if not name.startswith("node_budget")]},
        ))  # fmt: skip

    def holding(self, names):
        """What the agent holds to be wrong: (rule, subject)."""
        path = self.folder / "spool" / "alarm-state.json"
        alarms = json.loads(path.read_text())["alarms"] if path.exists() else []
        return {(one["rule"], one.get("device") or one["node"]) for one in alarms if one["state"] != "normal" and one["rule"] in names}

    @staticmethod
    def firing(prometheus, names):
        alerts = json.loads(http(prometheus.base + "/api/v1/alerts"))["data"]["alerts"]
        return {(one["labels"]["alertname"], one["labels"].get("device") or one["labels"]["node"])
                for one in alerts if one["state"] == "firing" and one["labels"]["alertname"] in names}  # fmt: skip

    def test_the_file_is_right(self):
        subprocess.run(["promtool", "check", "rules", RULES], check=True, stdout=subprocess.DEVNULL)

    def test_both_raise_the_same(self):
        names = self.rules()
        units = {unit: registers for unit, (_, registers) in enumerate(DEVICES.values(), 1)}
        number = {name: unit for unit, name in enumerate(DEVICES, 1)}
        with Devices(units) as devices:
            prometheus = self.prometheus()
            agent = self.agent(prometheus, devices.port, names)
            expected = {("ups_on_battery", "ups-battery"), ("ups_on_battery_long", "ups-battery"), ("ups_runtime_low", "ups-battery"),
                        ("ups_battery_low", "ups-battery"), ("battery_hot", "ups-battery"), ("ups_bypass", "ups-bypass"),
                        ("battery_hot", "ups-bypass"), ("battery_very_hot", "ups-bypass"), ("cdu_reservoir_low", "cdu-bad"),
                        ("cdu_pump_failed", "cdu-bad"), ("chiller_failed", "chiller-bad"), ("inlet_hot", "sensor-warm"),
                        ("inlet_hot", "sensor-bad"), ("inlet_very_hot", "sensor-bad"), ("leak_detected", "sensor-bad"),
                        ("device_alarm", "sensor-bad"), ("node_budget_warning", "rack-warning"), ("node_budget_warning", "rack-critical"),
                        ("node_budget_critical", "rack-critical"), ("circuit_load_high", "rack-high"), ("circuit_load_high", "rack-full"),
                        ("circuit_load_critical", "rack-full")}  # fmt: skip
            self.both_become(prometheus, names, expected, agent)
            devices.silent |= {number["ups-silent"], number["pdu-silent"]}
            expected |= {("critical_device_silent", "ups-silent"), ("device_silent", "pdu-silent")}
            self.both_become(prometheus, names, expected, agent)

    def both_become(self, prometheus, names, expected, agent):
        try:
            wait_until(lambda: self.holding(names) == expected and self.firing(prometheus, names) == expected, "both agree", 40)
        except AssertionError:
            holding, firing = self.holding(names), self.firing(prometheus, names)
            self.fail(f"the agent lacks {sorted(expected - holding)}, has beyond {sorted(holding - expected)}; Prometheus lacks "
                      f"{sorted(expected - firing)}, has beyond {sorted(firing - expected)}\n{agent.log()}")  # fmt: skip


if __name__ == "__main__":
    unittest.main()
