#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The rules in conf/prometheus about hallwatch itself: they are right, and fire in a Prometheus that an agent in trouble writes
to. Delays and windows are short here."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from agent import Agent
from device_servers import TOP
from modbus_units import Devices, gauge, write_map
from servers import Prometheus, free_port, http, wait_until

RULES = TOP / "conf" / "prometheus"
LIMIT_S = 60


class Files(unittest.TestCase):
    def test_they_are_right(self):
        subprocess.run(
            ["promtool", "check", "rules", RULES / "alerts.yml", RULES / "rules.yml"],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def test_they_say_what_they_should(self):
        for path in sorted((TOP / "tests" / "prometheus").glob("*_test.yml")):
            done = subprocess.run(
                ["promtool", "test", "rules", path], capture_output=True, text=True, check=False
            )
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Firing(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-alerts-")))

    def prometheus(self):
        """One with the rules, that also scrapes a gateway which is not there."""
        text = re.sub(
            r"\b(for|keep_firing_for): \w+", lambda hit: f"{hit[1]}: 1s", (RULES / "alerts.yml").read_text()
        )
        (self.folder / "alerts.yml").write_text(text.replace("[2m]", "[15s]"))  # it is told every 10 s
        config = self.folder / "config.yml"
        config.write_text(
            f"global: {{evaluation_interval: 500ms, scrape_interval: 1s}}\nrule_files: [{self.folder}/alerts.yml]\n"
            f"scrape_configs: [{{job_name: hallwatch, static_configs: [{{targets: ['127.0.0.1:{free_port()}']}}]}}]\n"
        )
        return self.enterContext(Prometheus(config=config))

    @staticmethod
    def firing(prometheus):
        """{alert: which gateway, sink or scrape it is about}, of the agents'."""
        alerts = json.loads(http(prometheus.base + "/api/v1/alerts"))["data"]["alerts"]
        return {(one["labels"]["alertname"], one["labels"].get("component_id") or one["labels"].get("gateway") or one["labels"].get("job"))
                for one in alerts if one["state"] == "firing"}  # fmt: skip

    def test_an_agent_in_trouble(self):
        prometheus = self.prometheus()
        sinks = [{"name": "well", "type": "remote_write", "url": prometheus.write_url, "batch_wait": "200ms"},
                 {"name": "denied", "type": "remote_write", "url": prometheus.base + "/elsewhere"}]  # fmt: skip
        power = write_map(self.folder, "map_meter", "meter", [gauge("active_power_watts", 0, "W")])
        with Devices({1: {0: 5}}) as devices:
            meter = {"name": "meter-1", "driver": "map_meter", "url": f"modbus://127.0.0.1:{devices.port}/1"}
            agent = self.enterContext(
                Agent([meter], sinks, maps=[power], spool={"folder": str(self.folder / "spool")})
            )
            expected = {("sink_denied", "denied"), ("scrape_failing", "hallwatch")}
            wait_until(lambda: expected <= self.firing(prometheus), f"these fire: {expected}", LIMIT_S)
            names = {name for name, _ in self.firing(prometheus)} - {"clock_wrong", "clock_very_wrong"}
            self.assertEqual(names, {"sink_denied", "scrape_failing"})
            agent.process.kill()
            agent.process.wait()
            wait_until(lambda: ("gateway_silent", "gw-1") in self.firing(prometheus), "it is missed", LIMIT_S)


if __name__ == "__main__":
    unittest.main()
