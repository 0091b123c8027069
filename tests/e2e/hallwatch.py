# SPDX-License-Identifier: Apache-2.0
"""The built hallwatch as the end-to-end tests call it, and its exit statuses."""

import json
import os
import subprocess

from device_servers import TOP

BINARY = os.environ.get("HALLWATCH", str(TOP / "build" / "agent" / "hallwatch"))
OK, USAGE, UNREACHABLE, REFUSED = 0, 2, 3, 4
RUN_LIMIT_S = 60


def run(*arguments):
    """Runs hallwatch to its end; stdout and stderr are text."""
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)


def read_json(*arguments):
    """The objects that `hallwatch read --json` prints; anything but success is an error with what it said."""
    done = run("read", "--json", *arguments)
    if done.returncode != OK:
        raise RuntimeError(f"hallwatch read {' '.join(arguments)}: exit status {done.returncode}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def driver_points(driver):
    """What `hallwatch drivers NAME` says about each point of a driver."""
    done = run("drivers", "--json", driver)
    if done.returncode != OK:
        raise RuntimeError(f"hallwatch drivers {driver}: exit status {done.returncode}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]
