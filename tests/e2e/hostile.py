# SPDX-License-Identifier: Apache-2.0
"""Every way to misbehave of the peers in tests/sim, and what must become of a device that does so: None where it is up all
the same, else the reason by which its errors are counted and what the log says of it (a pattern)."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SIM = Path(__file__).resolve().parent.parent / "sim"
BROKEN = "answers that break the protocol from .*: "
SILENCE = "no answer from snmp://.*silence: wrong community"
UNIT_SILENT = "no answer from .*the unit is silent: is the unit number right"
RESTLESS = "it asks for another engine id or clock time and again"
ANOTHER = "no readings from .*is it another device"

MODBUS = {
    "right": None,
    "doubled": None,
    "many_copies": None,
    "dribble": None,
    "fragments": None,
    "late": None,
    "one_answer": None,
    "wrong_id": ("garbled", BROKEN + "wrong transaction id"),
    "constant_id": ("garbled", BROKEN + "wrong transaction id"),
    "noise_before": ("garbled", BROKEN + "wrong transaction id"),
    "flood": ("garbled", BROKEN + "wrong transaction id"),
    "wrong_unit": ("garbled", BROKEN + "wrong unit"),
    "wrong_function": ("garbled", BROKEN + "wrong function"),
    "wrong_protocol": ("garbled", BROKEN + "wrong protocol id"),
    "too_few": ("garbled", BROKEN + "wrong number of values"),
    "registers_126": ("garbled", BROKEN + "impossible length"),
    "length_zero": ("garbled", BROKEN + "impossible length"),
    "length_huge": ("garbled", BROKEN + "impossible length"),
    "length_short": ("garbled", BROKEN + "impossible length"),
    "byte_count_lies": ("garbled", BROKEN + "impossible length"),
    "length_long": ("timeout", "no answer from .*incomplete answer"),
    "half_frame": ("timeout", "no answer from .*incomplete answer"),
    "silent": ("timeout", UNIT_SILENT),
    "previous": ("timeout", "no answer from .*the unit is silent"),
    "reset_in_frame": ("unreachable", "no answer from .*(reset|closed) by peer"),
    "reset_later": ("unreachable", "no answer from .*(reset|closed) by peer"),
    "hang_up": ("unreachable", "no answer from .*(by peer|another master)"),
    "exception": ("refused", "no readings from .*it refuses every value of driver orv3_rpu"),
}
# Units of one line.
MIXED = {
    "right": (1, None),
    "glitch": (7, None),
    "highest": (255, None),
    "absent": (2, ("timeout", UNIT_SILENT)),
    "damaged": (3, ("garbled", BROKEN + "wrong check sum")),
    "other": (4, ("timeout|garbled", "(silent|wrong unit)")),
    "refuses": (5, ("refused", "device failure .exception 4.|it refuses every value")),
    "cut": (6, ("timeout|garbled", "incomplete answer|silent")),
}
# Lines, each with one unit.
RTU = {
    "right": None,
    "glitch_before": None,
    "echo": None,
    "noise_before": None,
    "doubled": None,
    "dribble": None,
    "late": None,
    "half_frame": None,
    "noise": ("garbled", BROKEN),
    "glitch": ("garbled", BROKEN),
    "damaged": ("garbled", BROKEN + "wrong check sum"),
    "other_unit": ("garbled", BROKEN + "wrong unit"),
    "wrong_function": ("garbled", BROKEN + "wrong function"),
    "too_few": ("garbled", BROKEN + "(wrong number of values|impossible length)"),
    "registers_126": ("garbled", BROKEN + "impossible length"),
    "silent": ("timeout", UNIT_SILENT),
    "flood": ("garbled", BROKEN),
    "exception": ("refused", "no readings from .*it refuses every value of driver orv3_rpu"),
}
SNMP = {
    "good": None,
    "flood": None,
    "huge": None,
    "no-bulk": None,
    "too-big-above-4": None,
    "swapped": None,
    "values": None,
    "loop": None,
    "other-port": None,
    "endless-good": None,
    "endless-huge": None,
    "endless-loop": None,
    "silent": ("timeout", SILENCE),
    "late": ("timeout", SILENCE),
    "wrong-id": ("timeout", SILENCE),
    "cut-in-head": ("timeout", SILENCE),
    "garbage": ("timeout", SILENCE),
    "version-3": ("timeout", SILENCE),
    "no-response": ("timeout", SILENCE),
    "stranger": ("timeout", SILENCE),
    "truncated": ("garbled", BROKEN + "a message that breaks the rules of SNMP"),
    "wrong-version": ("garbled", BROKEN + "a message that breaks the rules of SNMP"),
    "bad-type": ("garbled", BROKEN + "a message that breaks the rules of SNMP"),
    "odd-status": ("garbled", BROKEN + "an error-status that does not exist"),
    "fewer": ("garbled", BROKEN + "not as many varbinds as asked for"),
    "more": ("garbled", BROKEN + "not as many varbinds as asked for"),
    "other-names": ("garbled", BROKEN + "other names than asked for"),
    "unsorted": ("garbled", BROKEN + "other names than asked for"),
    "long-name": ("garbled", BROKEN + "an object identifier longer than 64 parts"),
    "too-big": ("refused", ANOTHER),
    "many": ("refused", ANOTHER),
    "no-such-name": ("refused", ANOTHER),
    "gen-err": ("refused", ANOTHER),
}
# Users of SNMPv3.
V3 = {
    "good": None,
    "changes": None,
    "engines": ("refused", RESTLESS),
    "other-engine": ("refused", RESTLESS),
    "reports": ("refused", RESTLESS),
    "strange-reports": ("refused", "it takes no SNMPv3 message of this kind"),
}


def script(name, *arguments):
    """A server of tests/sim; its first line on standard output is what it says when it is ready."""
    process = subprocess.Popen(
        [sys.executable, str(SIM / name), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    return process, process.stdout.readline()


def end(process):
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


class Hostile:
    """One device of each kind, until the end of a with block: `devices` for the configuration, `expected` by their names.
    `lines` are further behaviours of hostile_rtu.py, each with a pseudo-terminal; `places` tells where."""

    communities = list(SNMP)
    credentials = {f"v3 {name}": {"version": 3, "user": name} for name in V3}

    def __init__(self, lines=()):
        self.lines = ["mixed", *lines]

    def start(self, name, *arguments):
        process, ready = script(name, *arguments)
        self.processes.append(process)
        return json.loads(ready)

    def add(self, name, driver, url, expected, **more):
        self.devices.append({"name": name, "driver": driver, "url": url, **more})
        self.expected[name] = expected

    def __enter__(self):
        self.processes, self.devices, self.expected = [], [], {}
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatch-lines-")
        for name, port in self.start("hostile_modbus.py", *MODBUS).items():
            self.add(f"modbus {name}", "orv3_rpu", f"modbus://127.0.0.1:{port}/1", MODBUS[name])
        for name, port in self.start("hostile_rtu.py", *RTU).items():
            self.add(f"rtu {name}", "orv3_rpu", f"modbus+rtu://127.0.0.1:{port}/1", RTU[name])
        self.places = self.start("hostile_rtu.py", "--pty", self.folder.name, *self.lines)
        for name, (unit, expected) in MIXED.items():
            self.add(f"line {name}", "orv3_rpu", f"rtu:{self.places['mixed']}:19200:8E1/{unit}", expected)
        agent = f"snmp://127.0.0.1:{self.start('hostile_snmp.py')}"
        for name, expected in SNMP.items():
            self.add(f"snmp {name}", "apc_rpdu2", agent, expected, credentials=name)
        for name, expected in V3.items():
            self.add(f"v3 {name}", "apc_rpdu2", agent, expected, credentials=f"v3 {name}")
        return self

    def __exit__(self, *_):
        for process in self.processes:
            end(process)
        self.folder.cleanup()
