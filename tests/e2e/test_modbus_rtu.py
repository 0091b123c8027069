#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Modbus RTU, through TCP and on pseudo-terminals, against lines that misbehave and against pymodbus: what exactly is each
request's outcome, and does one unit's fault cost another a reading?

    test_modbus_rtu.py PROBE [unittest options]      PROBE is the built tests/modbus_probe
"""
import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

PYMODBUS = """
import asyncio, sys
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusSerialServer
from pymodbus.transaction import ModbusRtuFramer
words = ModbusSequentialDataBlock(0, [(3 * i) % 65536 for i in range(2000)])
bits = ModbusSequentialDataBlock(0, [i % 3 == 0 for i in range(2000)])
unit = ModbusSlaveContext(hr=words, ir=words, co=bits, di=bits, zero_mode=True)
async def serve():
    server = ModbusSerialServer(
        ModbusServerContext(slaves={1: unit, 247: unit}, single=False), ModbusRtuFramer, port=sys.argv[1],
        baudrate=19200, ignore_missing_slaves=True,
    )
    await server.start()
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(serve())
"""
HOSTILE = os.path.join(os.path.dirname(__file__), "..", "sim", "hostile_rtu.py")


class Lines:
    """tests/sim/hostile_rtu.py until the end of a with block; `url` of each line by its name."""

    def __init__(self, *names):
        self.process = subprocess.Popen(
            [sys.executable, HOSTILE, *names], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        places = json.loads(self.process.stdout.readline())
        self.url = {name: f"modbus+rtu://127.0.0.1:{port}" for name, port in places.items()}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Terminals:
    """The same on pseudo-terminals."""

    def __init__(self, *names):
        self.folder = tempfile.TemporaryDirectory(prefix="hallwatch-rtu-")
        self.process = subprocess.Popen(
            [sys.executable, HOSTILE, "--pty", self.folder.name, *names],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.path = json.loads(self.process.stdout.readline())
        self.url = {name: f"rtu:{path}:19200:8E1" for name, path in self.path.items()}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()


def target(url, unit=1, function=3, register=100, count=10):
    return f"{url}/{unit}/{function}/{register}/{count}"


def words(unit=1, register=100, count=10):
    return "".join(f"{(7 * (register + i) + unit) % 65536:04x}" for i in range(count))


def probe(targets, limit_s=60, **options):
    command = [PROBE]
    for name, number in options.items():
        command += ["--" + name.replace("_", "-"), str(number)]
    result = subprocess.run(command + targets, capture_output=True, text=True, timeout=limit_s, check=False)
    assert result.returncode == 0, f"exit status {result.returncode}: {result.stderr}"
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return lines[:-1], lines[-1]


def wait_for(condition, what, limit_s=20):
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {limit_s} s")
        time.sleep(0.02)


def of(answers, number):
    return [answer for answer in answers if answer["target"] == number]


def errors_of(answers):
    return [answer["error"] for answer in answers]


class ThroughTcp(unittest.TestCase):
    """One line with one manner at a time."""

    Lines = Lines
    unsolicited_of_three = 3

    def poll(self, name, polls=3, timeout=1000, interval=20, **what):
        with self.Lines(name) as lines:
            answers, counts = probe([target(lines.url[name], **what)], polls=polls, timeout=timeout, interval=interval)
        self.assertEqual(len(answers), polls)
        return answers, counts

    def check_all(self, answers, error, detail=None, exception=0, data=""):
        for answer in answers:
            got = (answer["error"], answer["detail"], answer["exception"], answer["data"])
            self.assertEqual(got, (error, detail, exception, data))

    def test_right_answers_in_any_pieces(self):
        for name in ("right", "dribble"):
            for unit in (1, 247, 248, 255):
                with self.subTest(name, unit=unit):
                    answers, counts = self.poll(name, unit=unit)
                    self.check_all(answers, "none", data=words(unit))
                    self.assertEqual((counts["connects"], counts["unsolicited"], counts["noise"]), (1, 0, 0))
        answers, _ = self.poll("dribble", count=125)
        self.check_all(answers, "none", data=words(count=125))

    def test_noise_and_echo_before_an_answer_cost_nothing(self):
        for name, noise in (("glitch_before", 2), ("echo", 8)):
            with self.subTest(name):
                answers, counts = self.poll(name)
                self.check_all(answers, "none", data=words())
                self.assertEqual((counts["noise"], counts["garbled"], counts["connects"]), (3 * noise, {}, 1))
        answers, counts = self.poll("noise_before")
        self.check_all(answers, "none", data=words())
        self.assertEqual((counts["garbled"], counts["connects"]), ({}, 1))

    def test_damaged_answer_is_garbled_as_soon_as_the_line_is_silent(self):
        for name, detail in (("damaged", "wrong check sum"), ("noise", "impossible length")):
            with self.subTest(name):
                answers, counts = self.poll(name)
                self.check_all(answers, "garbled", detail)
                self.assertEqual(counts["garbled"], {detail: 3})
                self.assertLess(max(answer["latency_us"] for answer in answers), 500000)

    def test_little_noise_and_then_nothing_is_garbled_at_the_time_out(self):
        answers, counts = self.poll("glitch", timeout=200, polls=2)
        self.check_all(answers, "garbled", "impossible length")
        self.assertEqual(counts["garbled"], {"impossible length": 2})

    def test_frame_of_another_unit_is_no_answer(self):
        answers, counts = self.poll("other_unit", timeout=200, polls=2)
        self.check_all(answers, "garbled", "wrong unit")
        self.assertEqual((counts["garbled"], counts["unsolicited"]), ({"wrong unit": 2}, 2))

    def test_answer_to_another_question_is_garbled(self):
        for name, detail in (("wrong_function", "wrong function"), ("too_few", "wrong number of values")):
            with self.subTest(name):
                answers, counts = self.poll(name, polls=2, timeout=200)
                self.check_all(answers, "garbled", detail)
                self.assertEqual(counts["garbled"], {detail: 2})
        answers, _ = self.poll("registers_126", count=125, polls=2)
        self.check_all(answers, "garbled", "impossible length")

    def test_exception_is_a_refusal_with_its_code(self):
        for code in (1, 2, 4, 6):
            answers, counts = self.poll("exception", polls=2, unit=code)
            self.check_all(answers, "refused", exception=code)
            self.assertEqual((counts["connects"], counts["garbled"]), (1, {}))

    def test_more_than_the_answer_is_dropped(self):
        answers, counts = self.poll("doubled", interval=200)
        self.check_all(answers, "none", data=words())
        self.assertEqual((counts["unsolicited"], counts["connects"]), (self.unsolicited_of_three, 1))

    def test_silence_is_a_timeout(self):
        answers, _ = self.poll("silent", polls=2, timeout=100)
        self.check_all(answers, "timeout")

    def test_late_answer_is_dropped_though_it_has_no_number(self):
        with self.Lines("late") as lines:
            url = lines.url["late"]
            # Two readers of one unit, so that the late answer would fit the other's question.
            targets = [target(url, register=100), target(url, register=200)]
            answers, counts = probe(targets, polls=3, timeout=300)
        self.assertEqual(errors_of(of(answers, 0)), ["timeout", "none", "none"])
        self.check_all(of(answers, 0)[1:], "none", data=words())
        self.check_all(of(answers, 1), "none", data=words(register=200))
        self.assertEqual((counts["late"], counts["unsolicited"], counts["garbled"]), (1, 0, {}))

    def test_half_frame_is_a_timeout_and_its_rest_costs_nothing(self):
        answers, _ = self.poll("half_frame", polls=4, timeout=150)
        self.check_all(answers[0::2], "timeout", "incomplete answer")
        self.check_all(answers[1::2], "none", data=words())

    def test_flood_costs_no_more_than_its_own_line(self):
        with self.Lines("flood", "right") as lines:
            targets = [target(lines.url["flood"]), target(lines.url["right"])]
            answers, _ = probe(targets, polls=5, timeout=200, interval=20)
        self.assertEqual(set(errors_of(of(answers, 0))), {"garbled"})
        self.check_all(of(answers, 1), "none", data=words())

    def test_units_lose_nothing_to_each_other(self):
        expected = {
            1: ("none", None),
            2: ("timeout", None),
            3: ("garbled", "wrong check sum"),
            4: ("garbled", "wrong unit"),
            5: ("refused", None),
            6: ("timeout", "incomplete answer"),
            7: ("none", None),
            8: ("timeout", None),
            255: ("none", None),
        }
        with self.Lines("mixed") as lines:
            targets = [target(lines.url["mixed"], unit=unit) for unit in expected]
            answers, counts = probe(targets, polls=4, timeout=200)
        for number, (unit, (error, detail)) in enumerate(expected.items()):
            for answer in of(answers, number):
                self.assertEqual((answer["error"], answer["detail"]), (error, detail), f"unit {unit}")
                self.assertEqual(answer["data"], words(unit) if error == "none" else "", f"unit {unit}")
            self.assertEqual(len(of(answers, number)), 4)
        self.assertEqual(counts["garbled"], {"wrong check sum": 4, "wrong unit": 4})
        self.assertIn(counts["late"], (3, 4))

    def test_closing_with_requests_under_way(self):
        names = ("right", "silent", "flood", "dribble", "late", "half_frame")
        with self.Lines(*names) as lines:
            targets = [target(url, unit=unit) for url in lines.url.values() for unit in (1, 2)]
            for after_ms in (0, 1, 7, 60, 150):
                probe(targets, polls=10000, timeout=100, close_after=after_ms)


class OnTerminals(ThroughTcp):
    """The same manners on a serial line, and what only a serial line can do."""

    Lines = Terminals
    unsolicited_of_three = 2  # what follows an answer is looked at before the next turn

    def test_all_formats_and_speeds_are_set(self):
        with Terminals("right") as lines:
            path = lines.path["right"]
            for speed, format in ((1200, "8N1"), (9600, "8E1"), (38400, "8O1"), (115200, "8N2"), (230400, "8N1")):
                answers, _ = probe([target(f"rtu:{path}:{speed}:{format}")])
                self.check_all(answers, "none", data=words())

    def test_line_of_other_settings_is_refused(self):
        with Terminals("right") as lines:
            path = lines.path["right"]
            command = [PROBE, target(f"rtu:{path}:9600:8E1"), target(f"rtu:{path}:9600:8N1")]
            done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(done.stdout, "")
        self.assertIn(command[2], done.stderr)
        self.assertNotIn(command[1], done.stderr)

    def test_pause_of_a_unit_leaves_the_line_to_others(self):
        with Terminals("right") as lines:
            url = lines.url["right"]
            answers, _ = probe([target(url, unit=unit) for unit in (1, 2, 3)], polls=5, pause=60, tick=1)
        for number in range(3):
            times = [answer["at_ms"] for answer in of(answers, number)]
            # What the probe sees is later than the answer by what the machine takes; five answers have four pauses.
            self.assertGreaterEqual(times[-1] - times[0], 4 * 60 - 20)
        self.assertLess(answers[-1]["at_ms"], 4 * 60 + 200)

    def test_frames_are_apart_by_three_and_a_half_characters(self):
        with Terminals("right") as lines:
            url = f"rtu:{lines.path['right']}:1200:8E1"
            answers, _ = probe([target(url, unit=unit, count=1) for unit in (1, 2)], polls=3, tick=1)
        times = [answer["at_ms"] for answer in answers]
        # 3.5 characters of 11 bits are 32 ms; six answers have five silences.
        self.assertGreaterEqual(times[-1] - times[0], 5 * 32 - 20)

    def test_pulled_out_adapter_is_said_once_and_opened_again(self):
        with Terminals("unplugged") as lines:
            targets = [target(lines.url["unplugged"], unit=unit) for unit in (1, 2)]
            command = [PROBE, "--polls", "40", "--interval", "100", "--timeout", "500", *targets]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        printed = [json.loads(line) for line in done.stdout.splitlines()]
        answers, counts = printed[:-1], printed[-1]
        self.assertEqual(set(errors_of(answers)), {"none", "unreachable"})
        for number in range(2):
            # Right, then gone, then right to the end.
            errors = errors_of(of(answers, number))
            self.assertEqual((errors[0], errors[-1], len(errors)), ("none", "none", 40))
            self.assertEqual(sum(a != b for a, b in zip(errors, errors[1:])), 2, errors)
        lost = next(answer for answer in answers if answer["error"] != "none")
        self.assertIn("pulled out", lost["detail"])
        self.assertEqual((counts["losses"], counts["connects"]), (1, 2))
        self.assertEqual(len(done.stderr.splitlines()), 2, done.stderr)
        self.assertIn("pulled out", done.stderr.splitlines()[0])
        self.assertIn("open again", done.stderr.splitlines()[1])

    def test_adapter_pulled_out_within_a_frame(self):
        with Terminals("broken_off") as lines:
            answers, counts = probe([target(lines.url["broken_off"])], polls=5, interval=20)
        self.assertEqual(errors_of(answers), ["none"] + 4 * ["unreachable"])
        self.assertEqual(counts["losses"], 1)

    def test_line_that_is_not_there(self):
        answers, counts = probe([target("rtu:/dev/no-such-line:9600:8N1")], polls=3, interval=20)
        self.check_all(answers, "unreachable", "there is no such serial line: is its adapter plugged in?")
        self.assertEqual((counts["connects"], counts["connect_failures"]), (0, 1))
        answers, _ = probe([target("rtu:/dev/null:9600:8N1")])
        self.check_all(answers, "unreachable", "what its URL names is no serial line")

    def test_line_that_another_program_has(self):
        with Terminals("right") as lines, open(lines.path["right"], "rb", buffering=0) as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            answers, _ = probe([target(lines.url["right"])], polls=3, interval=700)
            # At first it could be a line of the same program that is just ending.
            self.assertEqual(errors_of(answers), ["unreachable", "unreachable", "held"])
            self.assertEqual({answer["detail"] for answer in answers}, {"another program has its serial line"})
            fcntl.flock(other, fcntl.LOCK_UN)
            answers, _ = probe([target(lines.url["right"])])
            self.check_all(answers, "none", data=words())

    def test_line_in_use_is_left_as_it_is(self):
        with Terminals("right") as lines:
            holder = subprocess.Popen(
                [PROBE, "--polls", "100", "--interval", "20", target(lines.url["right"])], stdout=subprocess.PIPE, text=True
            )
            holder.stdout.readline()
            answers, _ = probe([target(f"rtu:{lines.path['right']}:1200:8N2")])
            rest = [json.loads(line) for line in holder.communicate(timeout=60)[0].splitlines()]
        self.check_all(answers, "unreachable", "another program has its serial line")
        self.check_all(rest[:-1], "none", data=words())

    def test_waiting_for_a_turn_ends_after_ten_seconds(self):
        with Terminals("silent") as lines:
            targets = [target(lines.url["silent"], unit=unit) for unit in (1, 2, 3)]
            answers, _ = probe(targets, timeout=6000)
        self.assertEqual(sorted(errors_of(answers)), ["busy", "timeout", "timeout"])


class Pymodbus(unittest.TestCase):
    """pymodbus on the far end of a pair of pseudo-terminals."""

    def test_all_four_functions_and_two_units(self):
        with tempfile.TemporaryDirectory(prefix="hallwatch-rtu-") as folder:
            ends = [os.path.join(folder, name) for name in ("near", "far")]
            pair = subprocess.Popen(["socat", *(f"pty,raw,echo=0,link={end}" for end in ends)])
            wait_for(lambda: all(os.path.exists(end) for end in ends), "socat makes a pair of terminals")
            server = subprocess.Popen([sys.executable, "-c", PYMODBUS, ends[1]], stdout=subprocess.PIPE, text=True)
            try:
                self.assertEqual(server.stdout.readline(), "ready\n")
                self.check(f"rtu:{ends[0]}:19200:8N1")
            finally:
                for process in (server, pair):
                    process.kill()
                    process.wait()
                server.stdout.close()

    def check(self, url):
        targets = [target(url, function=3), target(url, function=4, register=1000, count=125, unit=247)]
        targets += [target(url, function=1, register=0), target(url, function=2, register=1, count=2)]
        targets += [target(url, register=1995), target(url, unit=9)]
        answers, counts = probe(targets, polls=2, timeout=500)
        self.assertEqual(len(answers), 12)
        first = {answer["target"]: answer for answer in answers}
        self.assertEqual(first[0]["data"], "".join(f"{3 * i:04x}" for i in range(100, 110)))
        self.assertEqual(first[1]["data"], "".join(f"{3 * i:04x}" for i in range(1000, 1125)))
        self.assertEqual(first[2]["data"], "4902")  # coils 0, 3, 6 and 9
        self.assertEqual(first[3]["data"], "00")
        self.assertEqual((first[4]["error"], first[4]["exception"]), ("refused", 2))
        self.assertEqual(first[5]["error"], "timeout")
        self.assertEqual((counts["connects"], counts["garbled"]), (1, {}))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROBE = sys.argv.pop(1)
    unittest.main()
