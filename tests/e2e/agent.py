# SPDX-License-Identifier: Apache-2.0
"""A running `hallwatch run` as the end-to-end tests start it: in a folder of its own, ended by its id."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import hallwatch
from servers import wait_until

START_LIMIT_S = 30
# How a reload ends.
IN_FORCE, SAME, REFUSED = "a new configuration is in force", "nothing changed", "the new configuration is refused"
STOP_LIMIT_S = 30


class Agent:
    """Runs until the end of a with block. `devices`, `sinks` and `credentials` are the configuration's; `communities` are
    put into files and named as credentials too; `settings` are further keys of the configuration."""

    def __init__(self, devices, sinks=(), communities=(), credentials=(), environment=None, **settings):
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatch-agent-")
        self.path = Path(self.folder.name)
        self.config = self.path / "hallwatch.yaml"
        self.socket = self.path / "status.sock"
        self.environment = {**os.environ, **(environment or {})}
        for name in communities:
            file = self.path / f"{name}.community"
            file.write_text(name + "\n")
            file.chmod(0o600)
        credentials = {**dict(credentials), **{name: {"community_file": f"{name}.community"} for name in communities}}
        self.settings = {
            "site": "dc1",
            "gateway": "gw-1",
            "status_socket": str(self.socket),
            "devices": list(devices),
            **({"credentials": credentials} if credentials else {}),
            **({"sinks": list(sinks)} if sinks else {}),
            **settings,
        }
        self.write()
        self.process = None

    def write(self, **settings):
        """The configuration, with further or other keys."""
        self.settings.update(settings)
        self.config.write_text(json.dumps(self.settings, ensure_ascii=False), encoding="utf-8")

    def reload(self, outcome=IN_FORCE):
        """Asks it to load the configuration again, and waits for what comes of it; returns that log line."""
        lines = len(self.outcomes(outcome))
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.outcomes(outcome)) > lines, f"the agent says: {outcome}\n{self.log()}", 60)
        return self.outcomes(outcome)[-1]

    def outcomes(self, outcome):
        return [text for _, text in self.said("agent") if outcome in text]

    def start(self):
        with open(self.path / "log", "ab") as log:
            self.process = subprocess.Popen(
                [hallwatch.BINARY, "run", self.config], stderr=log, stdout=log, env=self.environment
            )
        return self

    def is_started(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the agent ended with {self.process.returncode}:\n{self.log()}")
        return "status at" in self.log()

    def __enter__(self):
        try:
            self.start()
            wait_until(self.is_started, "the agent runs", START_LIMIT_S)
        except BaseException:
            self.kill()
            self.folder.cleanup()
            raise
        return self

    def __exit__(self, failure=None, *_):
        """It must end well, which is also when a sanitizer says what it found."""
        try:
            if self.process and self.process.poll() is None:
                status, _ = self.stop()
                if status != 0 and failure is None:
                    raise AssertionError(f"the agent ended with {status}:\n{self.log()}")
        finally:
            self.kill()
            self.folder.cleanup()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self, how=signal.SIGTERM):
        """Asks it to stop; its exit status and how many seconds it took."""
        begin = time.monotonic()
        self.process.send_signal(how)
        status = self.process.wait(timeout=STOP_LIMIT_S)
        return status, time.monotonic() - begin

    def log(self):
        return (self.path / "log").read_text(errors="replace")

    def said(self, subject):
        """What the log says of a device or sink, line by line: (level, text)."""
        lines = re.findall(r"^(\w+) (.*)$", self.log(), re.MULTILINE)
        return [(level, rest[len(subject) + 2 :]) for level, rest in lines if rest.startswith(subject + ": ")]

    def complaints(self, subject):
        """What was wrong with it, each trouble once."""
        return [text for level, text in self.said(subject) if level == "WARNING" and not re.search(r" times\)$", text)]

    def status(self, *arguments):
        return hallwatch.run("status", "--config", str(self.config), *arguments)

    def document(self):
        done = self.status("--json")
        if done.returncode != hallwatch.OK:
            raise AssertionError(f"hallwatch status: {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def devices(self):
        """{name: what the status says of the device}."""
        return {device["name"]: device for device in self.document()["devices"]}

    def sinks(self):
        return {sink["name"]: sink for sink in self.document()["sinks"]}


def value(device, metric, **labels):
    """The value of the one reading of a device's status that fits; None where there is none."""
    found = [
        reading["value"]
        for reading in device["readings"]
        if reading["metric"] == metric and all(reading.get(key) == word for key, word in labels.items())
    ]
    if len(found) > 1:
        raise AssertionError(f"{len(found)} readings {metric} {labels} of {device['name']}")
    return found[0] if found else None


def errors(device):
    """{reason: how many} of a device's status, without those that never happened."""
    counts = {
        reading["reason"]: reading["value"]
        for reading in device["readings"]
        if reading["metric"] == "facility_poll_errors_total"
    }
    return {reason: n for reason, n in counts.items() if n > 0}
