#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the health pages and /metrics say when the disk is full, the state's folder cannot be written, or devices are silent."""

import tempfile
import unittest
from contextlib import contextmanager
from pathlib import Path

import hallwatch
from agent import Agent
from device_servers import TOP
from hallsim import Hallsim
from http_wire import ask, series_of
from servers import free_port, wait_until

PDU = TOP / "tests" / "drivers" / "apc_rpdu2" / "apc_rpdu2.snmprec"
FULL, READ_ONLY = 28, 30  # ENOSPC, EROFS
BUILT = Path(hallwatch.BUILD) / "tests"


class States(unittest.TestCase):
    @contextmanager
    def agent(self, **settings):
        """An agent with a device that answers, and a receiver that is away, so that rows wait."""
        self.port = free_port()
        devices = [{"name": "pdu", "driver": "apc_rpdu2", "url": f"replay:{PDU}"}]
        sink = {"name": "away", "type": "remote_write", "url": f"http://127.0.0.1:{free_port()}/write"}
        with Agent(devices, [sink], http={"listen": f"127.0.0.1:{self.port}"}, poll={"fast": "1s", "normal": "1s"}, **settings) as agent:
            wait_until(lambda: ask(self.port, "/readyz").status == 200, "it is ready")
            yield agent

    def values(self, metric):
        answer = ask(self.port)
        self.assertEqual(answer.status, 200)
        return {value for (name, _), value in series_of(answer.body.decode()).items() if name == metric}

    def assert_polling(self):
        """Neither the disk nor the receiver is a reason to restart an agent that reads, keeps and shows."""
        health, ready = ask(self.port, "/healthz"), ask(self.port, "/readyz")
        self.assertEqual((health.status, health.body.strip()), (200, b"ok"))
        self.assertEqual((ready.status, ready.body.strip()), (200, b"ready"))
        self.assertEqual(self.values("facility_device_up"), {1})

    def fails_with(self, error):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-disk-")))
        fault = folder / "fault"
        fault.write_text("")
        environment = {"LD_PRELOAD": str(BUILT / "libdisk_fault.so"), "DISK_FAULT": str(fault)}
        spool = {"folder": str(folder / "state"), "spill_after": "0ms"}
        with self.agent(spool=spool, environment=environment) as agent:
            wait_until(lambda: self.values("facility_spool_up") == {1}, "the disk takes rows")
            fault.write_text(f"error {error}")
            wait_until(lambda: 0 in self.values("facility_spool_up"), "/metrics says that the disk takes none")
            self.assert_polling()
            self.assertIn("the disk takes nothing, rows stay in memory", agent.log())
            fault.write_text("")
            wait_until(lambda: self.values("facility_spool_up") == {1}, "it takes rows again")
            self.assert_polling()

    @unittest.skipIf(hallwatch.SANITIZED, "a sanitizer wants to be loaded first")
    def test_a_full_disk(self):
        self.fails_with(FULL)

    @unittest.skipIf(hallwatch.SANITIZED, "a sanitizer wants to be loaded first")
    def test_a_disk_that_becomes_read_only(self):
        self.fails_with(READ_ONLY)

    def test_a_folder_that_cannot_be_used(self):
        """As where it may not be written: root may, so one that nobody can."""
        with self.agent(spool={"folder": "/proc/none"}) as agent:
            self.assert_polling()
            wait_until(lambda: 0 in self.values("facility_spool_up"), "/metrics says that there is no disk")
            self.assertIn("/proc/none cannot be used: No such file or directory", agent.log())

    def test_devices_that_say_nothing(self):
        """All have been asked once: ready, and the devices' trouble is in /metrics."""
        self.port = free_port()
        with Hallsim("--modbus", "3", "--fault", "* dead") as hall:
            devices = [{"name": name, "driver": row["driver"], "url": row["url"]} for name, row in hall.devices.items()]
            with Agent(devices, http={"listen": f"127.0.0.1:{self.port}"}, poll={"fast": "1s", "normal": "1s", "timeout": "300ms"}):
                wait_until(lambda: ask(self.port, "/readyz").status == 200, "all have been asked")
                self.assertEqual(ask(self.port, "/healthz").status, 200)
                wait_until(lambda: self.values("facility_device_up") == {0}, "all are down")


if __name__ == "__main__":
    unittest.main()
