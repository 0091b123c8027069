#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Modbus link against gateways that misbehave and against pymodbus: what exactly is each request's outcome, and does
one gateway's or unit's fault cost another a reading or time?

    test_modbus_link.py PROBE [unittest options]      PROBE is the built tests/modbus_probe
"""
import json
import os
import socket
import subprocess
import sys
import time
import unittest

HOSTILE = os.path.join(os.path.dirname(__file__), "..", "sim", "hostile_modbus.py")
PYMODBUS = """
import asyncio, sys
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartAsyncTcpServer
words = ModbusSequentialDataBlock(0, [(3 * i) % 65536 for i in range(2000)])
bits = ModbusSequentialDataBlock(0, [i % 3 == 0 for i in range(2000)])
unit = ModbusSlaveContext(hr=words, ir=words, co=bits, di=bits, zero_mode=True)
context = ModbusServerContext(slaves={1: unit}, single=False)
asyncio.run(StartAsyncTcpServer(context=context, address=("127.0.0.1", int(sys.argv[1]))))
"""


class Server:
    """A process that serves until the end of a with block."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Hostile(Server):
    def __init__(self, *names):
        super().__init__(HOSTILE, *names)
        self.ports = json.loads(self.process.stdout.readline())


def free_port():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


def wait_for(condition, what, limit_s=10):
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {limit_s} s")
        time.sleep(0.02)


def accepts(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class BlackHole:
    """A port whose connections are neither accepted nor refused: its queue is full."""

    def __enter__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self.fillers.append(filler)
        return self

    def __exit__(self, *_):
        for each in [self.listener, *self.fillers]:
            each.close()


def target(port, unit=1, function=3, register=100, count=10):
    return f"127.0.0.1:{port}/{unit}/{function}/{register}/{count}"


def words(unit=1, register=100, count=10):
    return "".join(f"{(7 * (register + i) + unit) % 65536:04x}" for i in range(count))


def start_probe(targets, **options):
    command = [PROBE]
    for name, number in options.items():
        command += ["--" + name.replace("_", "-"), str(number)]
    return subprocess.Popen(command + targets, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish_probe(process, limit_s=60):
    out, errors = process.communicate(timeout=limit_s)
    assert process.returncode == 0, f"exit status {process.returncode}: {errors}"
    lines = [json.loads(line) for line in out.splitlines()]
    return lines[:-1], lines[-1]


def probe(targets, **options):
    return finish_probe(start_probe(targets, **options))


def of(answers, number):
    return [answer for answer in answers if answer["target"] == number]


def errors_of(answers):
    return [answer["error"] for answer in answers]


class OneGateway(unittest.TestCase):
    """One gateway with one manner at a time."""

    def poll(self, name, polls=3, timeout=2000, interval=20, **what):
        with Hostile(name) as server:
            answers, counts = probe(
                [target(server.ports[name], **what)], polls=polls, timeout=timeout, interval=interval
            )
        self.assertEqual(len(answers), polls)
        return answers, counts

    def check_all(self, answers, error, detail=None, exception=0, data=""):
        for answer in answers:
            got = (answer["error"], answer["detail"], answer["exception"], answer["data"])
            self.assertEqual(got, (error, detail, exception, data))

    def check_garbled(self, name, detail, connects, polls=3, **what):
        answers, counts = self.poll(name, polls=polls, **what)
        self.check_all(answers, "garbled", detail)
        self.assertEqual(counts["garbled"], {detail: polls})
        self.assertEqual(counts["connects"], connects)

    def test_right_answers_in_any_pieces(self):
        for name in ("right", "dribble", "fragments"):
            with self.subTest(name):
                answers, counts = self.poll(name)
                self.check_all(answers, "none", data=words())
                self.assertEqual(counts["connects"], 1)
        answers, _ = self.poll("fragments", count=125)
        self.check_all(answers, "none", data=words(count=125))

    def test_foreign_frames_are_garbled_and_the_third_in_a_row_makes_the_connection_anew(self):
        self.check_garbled("wrong_id", "wrong transaction id", connects=1)
        self.check_garbled("wrong_id", "wrong transaction id", connects=2, polls=4)
        self.check_garbled("constant_id", "wrong transaction id", connects=1)
        self.check_garbled("wrong_unit", "wrong unit", connects=2, polls=4)
        self.check_garbled("wrong_function", "wrong function", connects=1)
        self.check_garbled("wrong_protocol", "wrong protocol id", connects=1)
        self.check_garbled("too_few", "wrong number of values", connects=1)

    def test_broken_length_ends_the_connection(self):
        for name in ("length_zero", "length_huge", "length_short", "byte_count_lies"):
            with self.subTest(name):
                self.check_garbled(name, "impossible length", connects=3)
        self.check_garbled("registers_126", "impossible length", connects=3, count=125)

    def test_frame_that_never_ends_is_a_timeout(self):
        for name in ("length_long", "half_frame"):
            with self.subTest(name):
                answers, counts = self.poll(name, timeout=150)
                self.check_all(answers, "timeout", "incomplete answer")
                self.assertEqual(counts["connects"], 3)

    def test_exception_is_a_refusal_with_its_code(self):
        for code in (1, 2, 4, 6):
            answers, counts = self.poll("exception", polls=2, unit=code)
            self.check_all(answers, "refused", exception=code)
            self.assertEqual((counts["connects"], counts["garbled"]), (1, {}))

    def test_a_gateway_s_word_about_its_unit_is_no_refusal(self):
        for code, words in ((10, "has no path to this unit"), (11, "gets no answer from this unit")):
            answers, counts = self.poll("exception", polls=2, unit=code)
            self.check_all(answers, "unreachable", f"its gateway {words} (exception {code})", exception=code)
            self.assertEqual((counts["connects"], counts["garbled"]), (1, {}))

    def test_more_than_the_answer_is_dropped(self):
        answers, counts = self.poll("doubled")
        self.check_all(answers, "none", data=words())
        self.assertEqual((counts["unsolicited"], counts["connects"]), (3, 1))
        answers, counts = self.poll("many_copies")
        self.check_all(answers, "none", data=words())
        self.assertEqual((counts["unsolicited"], counts["connects"]), (12, 3))

    def test_true_answer_behind_a_foreign_one_is_not_taken_for_the_next(self):
        answers, counts = self.poll("noise_before", polls=2)
        self.check_all(answers, "garbled", "wrong transaction id")
        self.assertEqual((counts["late"], counts["connects"]), (2, 1))

    def test_late_answer_is_dropped_and_the_connection_kept(self):
        answers, counts = self.poll("late", polls=8, timeout=300, interval=200)
        self.assertEqual(errors_of(answers), ["timeout"] + 7 * ["none"])
        self.check_all(answers[1:], "none", data=words())
        self.assertEqual((counts["late"], counts["connects"], counts["garbled"]), (1, 1, {}))

    def test_answers_to_the_question_before_are_never_accepted(self):
        with Hostile("previous") as server:
            port = server.ports["previous"]
            targets = [target(port, register=100), target(port, register=200)]
            answers, counts = probe(targets, polls=4, timeout=300)
        # Three time-outs make the connection anew; on the new one the id of the old is nobody's, and so on.
        self.assertEqual(errors_of(answers), 2 * (3 * ["timeout"] + ["garbled"]))
        self.assertEqual((counts["late"], counts["connects"]), (5, 3))

    def test_flood_is_garbled_and_bounded(self):
        answers, counts = self.poll("flood", polls=5, interval=50)
        self.check_all(answers, "garbled", "wrong transaction id")
        self.assertLess(counts["unsolicited"], 500)

    def test_silence_is_a_timeout_and_three_make_the_connection_anew(self):
        answers, counts = self.poll("silent", polls=3, timeout=60)
        self.check_all(answers, "timeout")
        self.assertEqual(counts["connects"], 1)
        answers, counts = self.poll("silent", polls=7, timeout=60)
        self.check_all(answers, "timeout")
        self.assertEqual(counts["connects"], 3)

    def test_timeout_counts_from_sending(self):
        with Hostile("silent") as server:
            port = server.ports["silent"]
            answers, _ = probe([target(port, unit=1), target(port, unit=2)], timeout=200)
        self.assertEqual(errors_of(answers), ["timeout", "timeout"])
        self.assertGreaterEqual(answers[1]["at_ms"] - answers[0]["at_ms"], 195)

    def test_reset_costs_the_request_under_way_and_then_backs_off(self):
        answers, counts = self.poll("reset_in_frame", polls=5)
        self.check_all(answers, "unreachable", "reset by peer")
        self.assertEqual(counts["connects"], 1)

    def test_reset_of_a_connection_that_answered_costs_one_request(self):
        answers, counts = self.poll("reset_later", polls=6)
        self.assertEqual(errors_of(answers), 2 * ["none", "none", "unreachable"])
        self.assertEqual((counts["connects"], counts["losses"]), (2, 2))

    def test_nobody_listens(self):
        answers, counts = probe([target(free_port())], polls=4, interval=20)
        self.check_all(answers, "unreachable", "connection refused")
        self.assertEqual((counts["connects"], counts["connect_failures"]), (0, 1))

    def test_nobody_accepts(self):
        with BlackHole() as hole:
            answers, counts = probe([target(hole.port, unit=1), target(hole.port, unit=2)])
        self.check_all(answers, "unreachable", "connection timed out")
        self.assertEqual(counts["connect_failures"], 1)
        for answer in answers:
            self.assertTrue(2950 <= answer["at_ms"] < 4000, answer)

    def test_hanging_up_at_once_names_another_master(self):
        answers, counts = self.poll("hang_up", polls=35, interval=200)
        self.assertEqual(errors_of(answers)[0], "unreachable")
        self.assertEqual(errors_of(answers)[-1], "held")
        self.assertIn(answers[0]["detail"], ("closed by peer", "reset by peer"))
        self.assertIn("held by another master?", answers[-1]["detail"])
        self.assertIn(counts["connects"], (3, 4))  # within 7 s: backing off works

    def test_closing_after_each_answer_costs_nothing_once_known(self):
        answers, _ = self.poll("one_answer", polls=5, interval=60)
        self.check_all(answers, "none", data=words())
        with Hostile("one_answer") as server:
            port = server.ports["one_answer"]
            answers, _ = probe([target(port, unit=unit) for unit in (1, 2, 3)], polls=10)
        lost = [answer for answer in answers if answer["error"] != "none"]
        self.assertLessEqual(len(lost), 2)
        self.check_all(lost, "unreachable", "closed by peer after one answer")

    def test_pause_is_kept(self):
        with Hostile("right") as server:
            port = server.ports["right"]
            targets = [target(port, unit=unit) for unit in range(1, 6)]
            answers, _ = probe(targets, polls=4, pause=30, tick=1)
        times = [answer["at_ms"] for answer in answers]
        self.assertEqual(set(errors_of(answers)), {"none"})
        self.assertGreaterEqual(min(b - a for a, b in zip(times, times[1:])), 29)

    def test_invalid_reads_are_never_sent(self):
        with Hostile("right") as server:
            port = server.ports["right"]
            bad = [target(port, count=126), target(port, count=0), target(port, function=6), target(port, function=16)]
            process = start_probe(bad)
            out, errors = process.communicate(timeout=20)
        self.assertEqual(errors.count("no valid read"), 4)
        self.assertEqual(json.loads(out)["connects"], 0)


class Together(unittest.TestCase):
    """Several gateways and units at once: a fault stays where it is."""

    def test_other_gateways_are_not_delayed(self):
        names = ("right", "silent", "flood", "dribble", "hang_up", "wrong_unit", "length_long", "reset_in_frame", "late")
        with Hostile(*names) as server, BlackHole() as hole:
            targets = [target(server.ports[name]) for name in names] + [target(hole.port), target(free_port())]
            answers, _ = probe(targets, polls=60, interval=50, timeout=400, close_after=4000)
        right = of(answers, 0)
        self.assertEqual(errors_of(right), 60 * ["none"])
        latencies = sorted(answer["latency_us"] for answer in right)
        times = [answer["at_ms"] for answer in right]
        gap_ms = max(b - a for a, b in zip(times, times[1:]))
        print(f"\n  beside ten faulty gateways: median {latencies[30] / 1000} ms, worst {latencies[-1] / 1000} ms,"
              f" longest gap of a 50 ms poll {gap_ms} ms")
        self.assertLess(latencies[-1], 150000)
        self.assertLess(gap_ms, 200)

    def test_units_behind_a_gateway_lose_nothing_to_each_other(self):
        with Hostile("mixed") as server:
            units = (1, 2, 3, 5, 6)
            targets = [target(server.ports["mixed"], unit=unit) for unit in units]
            answers, _ = probe(targets, polls=8, timeout=200)
        expected = {1: "none", 2: "timeout", 3: "garbled", 5: "refused", 6: "unreachable"}
        for number, unit in enumerate(units):
            self.assertEqual(errors_of(of(answers, number)), 8 * [expected[unit]], f"unit {unit}")

    def test_closing_with_requests_under_way(self):
        names = ("right", "silent", "flood", "dribble", "hang_up", "late", "one_answer", "half_frame")
        with Hostile(*names) as server, BlackHole() as hole:
            targets = [target(port, unit=unit) for port in [*server.ports.values(), hole.port] for unit in (1, 2)]
            for after_ms in (0, 1, 7, 60, 150):
                probe(targets, polls=10000, timeout=100, close_after=after_ms)

    def test_waiting_for_a_turn_ends_after_ten_seconds(self):
        with Hostile("silent") as server:
            port = server.ports["silent"]
            answers, _ = probe([target(port, unit=1), target(port, unit=2)], timeout=11000)
        self.assertEqual([(a["target"], a["error"]) for a in answers], [(1, "busy"), (0, "timeout")])
        self.assertTrue(9950 <= answers[0]["at_ms"] < 10500, answers[0])


class Pymodbus(unittest.TestCase):
    def test_all_four_functions(self):
        port = free_port()
        with Server("-c", PYMODBUS, str(port)):
            wait_for(lambda: accepts(port), "pymodbus accepts connections", 30)
            targets = [target(port, function=3), target(port, function=4, register=1000, count=125)]
            targets += [target(port, function=1, register=0), target(port, function=2, register=1, count=2)]
            targets += [target(port, register=1995), target(port, unit=9)]
            answers, counts = probe(targets, polls=2, timeout=500)
        first = {answer["target"]: answer for answer in answers}
        self.assertEqual(first[0]["data"], "".join(f"{3 * i:04x}" for i in range(100, 110)))
        self.assertEqual(first[1]["data"], "".join(f"{3 * i:04x}" for i in range(1000, 1125)))
        self.assertEqual(first[2]["data"], "4902")  # coils 0, 3, 6 and 9
        self.assertEqual(first[3]["data"], "00")
        self.assertEqual((first[4]["error"], first[4]["exception"]), ("refused", 2))
        self.assertEqual(first[5]["error"], "timeout")
        self.assertEqual((counts["connects"], counts["garbled"], len(answers)), (1, {}, 12))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROBE = sys.argv.pop(1)
    unittest.main()
