# SPDX-License-Identifier: Apache-2.0
"""An agent that reads a hall while clients ill-treat its HTTP server, and how it is watched meanwhile."""

import os
import re
import unittest
from contextlib import contextmanager
from pathlib import Path

import hallwatch
from agent import Agent
from hallsim import Hallsim
from http_wire import ask, series_of
from servers import free_port, wait_until

DEVICES = 40
GROWTH_MOST_BYTES = 32e6  # of the agent's resident memory, whatever clients do
LIMIT_S = 40  # after which nobody who says or takes too little is still connected
CLOSED = None  # in place of a status: without an answer


class Watched(unittest.TestCase):
    """An agent that reads a hall, and whose HTTP server is ill-treated."""

    section = {}

    @classmethod
    def setUpClass(cls):
        cls.hall = cls.enterClassContext(Hallsim("--modbus", str(DEVICES)))
        cls.port = free_port()
        devices = [{"name": name, "driver": row["driver"], "url": row["url"]} for name, row in cls.hall.devices.items()]
        section = {"listen": f"127.0.0.1:{cls.port}", **cls.section}
        cls.agent = cls.enterClassContext(Agent(devices, http=section, poll={"fast": "1s", "normal": "1s", "slow": "1s"}))
        wait_until(lambda: cls.page("/readyz").status == 200, "the agent is ready")
        for _ in range(3):  # what it needs once, it has now
            cls.page("/metrics")

    @classmethod
    def page(cls, path):
        return ask(cls.port, path)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.agent.process.pid}/fd"))

    def resident_bytes(self):
        status = Path(f"/proc/{self.agent.process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)[1]) * 1024

    def assert_served(self):
        answer = self.page("/metrics")
        self.assertEqual(answer.status, 200, answer)
        self.assertIn(b"facility_device_up", answer.body)
        return answer

    @contextmanager
    def unharmed(self):
        """Whatever is done meanwhile: no poll is missed or late, and what it took is given back."""
        self.hall.ask("reset")
        descriptors, resident = self.descriptors(), self.resident_bytes()
        yield
        self.assert_served()
        wait_until(lambda: self.descriptors() <= descriptors, f"{descriptors} descriptors, as before", LIMIT_S)
        if not hallwatch.SANITIZED:  # whose freed memory waits
            self.assertLess(self.resident_bytes() - resident, GROWTH_MOST_BYTES)
        wait_until(lambda: self.hall.ask("counts")["polls"]["counted"] > 2 * DEVICES, "polls go on")
        polls = self.hall.ask("counts")["polls"]
        self.assertEqual((polls["devices"], polls["missed"], polls["overdue"]), (DEVICES, 0, 0), polls)
        late = {
            labels: value
            for (metric, labels), value in series_of(self.page("/metrics").body.decode()).items()
            if metric == "facility_poll_lateness_seconds" and value > 0
        }
        self.assertEqual(late, {})

    def assert_statuses(self, answers, allowed):
        """Each was answered as allowed, or not at all where that is; nothing of a page went to who may not have it."""
        for name, answer in answers.items():
            with self.subTest(name):
                self.assertIn(answer.status, allowed, answer)
                self.assertLessEqual(len(set(answer.statuses)), 1, answer)
                if answer.status != 200:
                    self.assertNotIn(b"facility_", answer.data)
                    self.assertLess(len(answer.data), 2000)
