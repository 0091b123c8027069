#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The status socket of a running agent, and `hallwatch status`. Devices are recordings, so nothing else runs.

Usage: test_status.py HALLWATCH [TEST ...]
"""

import json
import os
import pathlib
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
APC, RARITAN = (TOP / "tests" / "drivers" / name / f"{name}.snmprec" for name in ("apc_rpdu2", "raritan_px"))
OK, FAILED, USAGE, UNREACHABLE = 0, 1, 2, 3
CLIENTS_MOST = 16
START_LIMIT_S = 30
PATIENCE_LIMIT_S = 30  # the agent cuts off who takes nothing for 10 s


def wait_until(condition, limit_s, what):
    """The first true answer of `condition`; fails loudly when there is none within the limit."""
    end = time.monotonic() + limit_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {limit_s} s")
        time.sleep(0.05)


class Agent:
    """`hallwatch run` over `n` recordings in a folder of its own, until the end of a with block."""

    def __init__(self, n=2):
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatch-status-")
        self.path = pathlib.Path(self.folder.name)
        self.socket = self.path / "status.sock"
        self.config = self.path / "hallwatch.yaml"
        self.config.write_text("site: dc1\ngateway: gw-1\ninventory: devices.csv\nstatus_socket: status.sock\n")
        rows = [f"pdu-{i},apc_rpdu2,replay:{APC},1s" for i in range(n - 1)] + [f"랙 {n - 1},,replay:{RARITAN},1s"]
        (self.path / "devices.csv").write_text("\n".join(["name,driver,url,interval", *rows]) + "\n", encoding="utf-8")
        self.n = n

    def start(self):
        return subprocess.Popen([HALLWATCH, "run", self.config], stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        self.process = self.start()
        wait_until(lambda: self.socket.exists() or self.process.poll() is not None, START_LIMIT_S, "the agent listens")
        return self

    def stop(self):
        """What the agent said; it must end on request."""
        self.process.terminate()
        _, said = self.process.communicate(timeout=START_LIMIT_S)
        return said

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.folder.cleanup()

    def connect(self, buffer=None):
        client = socket.socket(socket.AF_UNIX)
        if buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.settimeout(START_LIMIT_S)
        try:
            client.connect(str(self.socket))
        except OSError:
            client.close()
            raise
        return client

    def document(self):
        with self.connect() as client, client.makefile("rb") as stream:
            return json.loads(stream.read())

    def wait_for_readings(self):
        """The document once every device has said something itself; the agent's word on its health may come before."""

        def complete():
            document = self.document()
            return document if all("age" in device for device in document["devices"]) else None

        return wait_until(complete, START_LIMIT_S, "every device has readings")

    def status(self, *arguments):
        done = subprocess.run(
            [HALLWATCH, "status", "--config", self.config, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr


class Document(unittest.TestCase):
    def test_says_every_device_and_reading(self):
        with Agent() as agent:
            document = agent.wait_for_readings()
            self.assertEqual((document["site"], document["gateway"]), ("dc1", "gw-1"))
            self.assertLessEqual(document["started"], document["time"])
            self.assertEqual([device["name"] for device in document["devices"]], ["pdu-0", "랙 1"])
            self.assertEqual([device["driver"] for device in document["devices"]], ["apc_rpdu2", "raritan_px"])
            for device in document["devices"]:
                self.assertEqual((device["class"], device["up"]), ("pdu", True))
                self.assertLess(device["age"], START_LIMIT_S)
                keys = [tuple(v for k, v in r.items() if k not in ("value", "time")) for r in device["readings"]]
                self.assertEqual(len(keys), len(set(keys)))
                metrics = {reading["metric"] for reading in device["readings"]}
                self.assertLessEqual({"facility_active_power_watts", "facility_outlet_state"}, metrics)
            self.assertEqual(document["sinks"], [])

            status, out, err = agent.status("--json")
            self.assertEqual((status, err), (OK, ""))
            self.assertEqual([d["name"] for d in json.loads(out)["devices"]], ["pdu-0", "랙 1"])

    def test_table_and_device(self):
        with Agent() as agent:
            agent.wait_for_readings()
            status, out, err = agent.status()
            self.assertEqual((status, err), (OK, ""))
            self.assertIn("site dc1, gateway gw-1: 2 of 2 devices up", out)
            self.assertRegex(out, r"(?m)^pdu-0 +pdu +apc_rpdu2 +up.* kW +")
            status, out, err = agent.status("--device", "pdu-0")
            self.assertEqual((status, err), (OK, ""))
            self.assertRegex(out, r"(?m)^active power +input 1 total .* kW +")
            self.assertRegex(out, r"(?m)^outlet state +outlet \S+ .* on +")
            status, out, err = agent.status("--device", "랙\u00a01")  # compared in NFKC
            self.assertEqual((status, err), (OK, ""))
            self.assertRegex(out, r"(?m)^driver +raritan_px$")
            status, out, err = agent.status("--device", "pdu-9")
            self.assertEqual((status, out), (USAGE, ""))
            self.assertEqual(err, 'hallwatch status: no device "pdu-9"; did you mean "pdu-0"?\n')


class Socket(unittest.TestCase):
    def test_mode_and_end(self):
        with Agent() as agent:
            mode = agent.socket.stat().st_mode
            self.assertTrue(stat.S_ISSOCK(mode))
            self.assertEqual(stat.S_IMODE(mode), 0o660)
            agent.stop()
            self.assertEqual(agent.process.returncode, OK)
            self.assertFalse(agent.socket.exists())
            status, out, err = agent.status()
            self.assertEqual((status, out), (UNREACHABLE, ""))
            self.assertIn("no agent listens here: is `hallwatch run` running?", err)

    def test_stale_socket_is_replaced(self):
        with Agent() as agent:
            agent.process.kill()
            agent.process.communicate()
            self.assertTrue(agent.socket.exists())
            agent.process = agent.start()

            def answers():
                try:
                    return agent.document()
                except ConnectionRefusedError:
                    return None

            self.assertEqual(wait_until(answers, START_LIMIT_S, "the new agent answers")["site"], "dc1")

    def test_second_agent_is_refused(self):
        with Agent() as agent:
            second = agent.start()
            _, said = second.communicate(timeout=START_LIMIT_S)
            self.assertEqual(second.returncode, FAILED)
            self.assertIn(f"ERROR status: another agent listens at {agent.socket}: set status_socket\n", said)
            self.assertEqual(agent.document()["site"], "dc1")

    def test_other_files_are_left_alone(self):
        agent = Agent()
        agent.socket.write_text("precious")
        with agent:
            _, said = agent.process.communicate(timeout=START_LIMIT_S)
            self.assertEqual(agent.process.returncode, FAILED)
            self.assertIn(f"ERROR status: {agent.socket} is there already and no socket", said)
            self.assertEqual(agent.socket.read_text(), "precious")

    def test_permission_is_refused_in_words(self):
        if os.geteuid() == 0:
            self.skipTest("root may ask everybody")
        with Agent() as agent:
            agent.socket.chmod(0)
            status, _, err = agent.status()
            self.assertEqual(status, 4)
            self.assertIn("you may not ask this agent", err)


class Clients(unittest.TestCase):
    def test_stuck_clients_are_bounded_and_cut_off(self):
        with Agent(n=200) as agent:
            agent.wait_for_readings()
            stuck = [agent.connect(buffer=4096) for _ in range(CLIENTS_MOST)]
            first = [client.recv(1) for client in stuck]  # the agent has taken them all
            self.assertEqual(set(first), {b"{"})
            with agent.connect() as late:
                self.assertEqual(late.recv(1), b"")
            status, _, err = agent.status()
            self.assertEqual(status, UNREACHABLE)
            self.assertIn("the agent broke off: try again", err)

            document = wait_until(
                lambda: agent.status("--json")[1], PATIENCE_LIMIT_S, "the stuck clients are cut off"
            )
            devices = json.loads(document)["devices"]
            self.assertEqual(len(devices), agent.n)
            # Polling went on all the while.
            self.assertLess(max(device["age"] for device in devices), PATIENCE_LIMIT_S)
            self.assertTrue(all(device["up"] for device in devices))
            for client in stuck:
                client.close()
            self.assertNotIn("ERROR", agent.stop())

    def test_clients_that_hang_up_hurt_nobody(self):
        with Agent(n=200) as agent:
            agent.wait_for_readings()
            refused = 0
            for _ in range(100):
                with agent.connect(buffer=4096) as client:
                    try:
                        client.send(b"GET / HTTP/1.1\r\n\r\n")
                        client.recv(10)
                    except OSError:
                        refused += 1  # while sixteen others are not noticed gone yet
            self.assertLess(refused, 100)
            wait_until(lambda: agent.status()[0] == OK, PATIENCE_LIMIT_S, "the agent answers")
            agent.stop()
            self.assertEqual(agent.process.returncode, OK)

    def test_stop_does_not_wait_for_clients(self):
        with Agent(n=200) as agent:
            agent.wait_for_readings()
            with agent.connect(buffer=4096) as client:
                client.recv(1)
                start = time.monotonic()
                agent.stop()
                self.assertLess(time.monotonic() - start, 5)
                self.assertEqual(agent.process.returncode, OK)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    HALLWATCH = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
