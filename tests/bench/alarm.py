# SPDX-License-Identifier: Apache-2.0
"""How long an urgent reading takes from its device's reply on the wire to the broker's acknowledgement, and how long an alarm that
is judged takes from the reply that breaches its limit: while all is well, and while a backlog of readings drains and the disk
stalls.

The hall is 2,000 devices of 50 points at 1 s, a third of them the meters of nodes; beside it are blocks whose fast inputs are
polled every 100 ms: a counter, by which a reading is known again, a leak that comes and goes, and steps, each of which once in
the run goes above the limit of an alarm without delay, and is known by its value. The broker is one of the smallest kind: it acknowledges and
looks whether a message is of these blocks."""

import csv
import json
import multiprocessing
import os
import socket
import struct
import subprocess
import threading
import time

from stage import AGENT_CORE, HALL_CORE, Hall, Process, free_port, settle

BLOCKS, FAST_MS = 10, 100
COUNTS = 10000  # of a block's counter, then it begins again
STEPS, FIRST_STEP, POLLS_A_STEP = 120, 50, 10  # of a block: one after the other, from that poll on
STEP_RAW, STEP_MORE = 5000, 40  # its value, of 10000, then
NODES = 660
AWAY_S, BACK_S, RECONNECT_MOST_S = 30, 1, 90  # without a broker; until what waited in the urgent spool has gone
STALL_MS = 2000  # of every write and flush
P99_MOST_MS = 50
METRIC, EVENT = b'"metric":"facility_fuel_level_ratio"', b'"event":'
RULE = "bench_step"


def receive(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data


def answer_block(connection, told, stepped):
    """One connection to the blocks: each is a unit, register 0 its counter, bit 0 of register 1 the leak, then the steps."""
    counts, polls = [0] * (BLOCKS + 1), [0] * (BLOCKS + 1)
    while True:
        head = receive(connection, 12)
        transaction, unit, function, address, n = struct.unpack(">H4xBBHH", head)
        counts[unit] = (counts[unit] + 1) % COUNTS
        polls[unit] += 1
        registers = {0: counts[unit], 1: counts[unit] // 10 % 2}
        n_steps = min(max(polls[unit] - FIRST_STEP, 0) // POLLS_A_STEP, STEPS)
        registers.update({2 + step: STEP_RAW + STEP_MORE * step for step in range(n_steps)})
        words = [registers.get(at, 0) for at in range(address, address + n)]
        body = struct.pack(f">BBB{n}H", unit, function, 2 * n, *words)
        told[unit * COUNTS + counts[unit]] = time.time()
        if n_steps and not stepped[unit * STEPS + n_steps - 1]:
            stepped[unit * STEPS + n_steps - 1] = time.time()
        connection.sendall(struct.pack(">HHH", transaction, 0, len(body)) + body)


def serve_blocks(port, told, stepped):
    os.sched_setaffinity(0, {int(HALL_CORE)})
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=quietly, args=(answer_block, connection, told, stepped), daemon=True).start()


def quietly(function, connection, *arguments):
    """Until the other side has had enough."""
    with connection:
        try:
            function(connection, *arguments)
        except OSError:
            pass


class Broker:
    """Acknowledges what one client sends. `came` has (when, unit, count) of each urgent reading, `raised` {(unit, step): when}
    of each alarm, `passed` all bytes."""

    def __init__(self):
        self.port, self.came, self.raised, self.passed = free_port(), [], {}, 0
        self.listener = self.connection = None

    def begin(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def wait_for_client(self):
        end = time.monotonic() + RECONNECT_MOST_S
        while self.connection is None and time.monotonic() < end:
            time.sleep(0.05)

    def end(self):
        for each in (self.listener, self.connection):
            if each:
                each.shutdown(socket.SHUT_RDWR)
                each.close()
        self.connection = None

    def accept(self, listener):
        while True:
            try:
                self.connection, _ = listener.accept()
            except OSError:
                return
            quietly(self.talk, self.connection)

    def talk(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            kind = receive(connection, 1)[0] >> 4
            size = shift = 0
            while True:
                byte = receive(connection, 1)[0]
                size |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    break
            body = receive(connection, size)
            self.passed += size
            if kind == 1:
                connection.sendall(b"\x20\x03\x00\x00\x00")
            elif kind == 12:
                connection.sendall(b"\xd0\x00")
            elif kind == 3:
                at = 2 + struct.unpack_from(">H", body)[0]
                connection.sendall(b"\x40\x02" + body[at : at + 2])
                if METRIC in body or EVENT in body:
                    self.note(time.time(), body[at + 2 :])

    def note(self, now, rest):
        message = json.loads(rest[1 + rest[0] :])
        for row in message.get("messages", [message]):
            event = row.get("event", {})
            if event.get("rule") == RULE and event["state"] == "active":
                step = round((10000 * event["value"] - STEP_RAW) / STEP_MORE)
                self.raised.setdefault((int(event["device"].removeprefix("block-")), step), now)
            for reading in row["readings"]:
                if reading["metric"] == "facility_fuel_level_ratio":
                    self.came.append((now, int(row["device"].removeprefix("block-")), round(reading["value"] * COUNTS)))


def configure(folder, hall, blocks_port, broker_port):
    inputs = [
        {"name": "count", "quantity": "fuel_level_ratio", "input": 0, "type": "u16", "unit": "%", "rate": "fast",
         "raw": f"0..{COUNTS}", "value": "0..100"},
        {"name": "leak", "means": "leak", "when": "closed", "input": 1, "bit": 0, "rate": "fast"},
        *[
            {"name": f"step_{n}", "quantity": "valve_position_ratio", "input": 2 + n, "type": "u16", "unit": "%", "rate": "fast",
             "raw": "0..10000", "value": "0..100"}
            for n in range(STEPS)
        ],
    ]  # fmt: skip
    blocks = [
        {"name": f"block-{n}", "driver": "remote_io", "url": f"modbus://127.0.0.1:{blocks_port}/{n}", "inputs": inputs}
        for n in range(1, BLOCKS + 1)
    ]
    rule = {"name": RULE, "quantity": "valve_position_ratio", "above": "40 %", "on_delay": "0s", "priority": 1}
    buses = [{"name": f"bus-{n}", "kind": "bus", "sources": "intake", "rating": "4000 A"} for n in range(8)]
    with open(hall.inventory, encoding="utf-8") as file:
        meters = [row["name"] for row in csv.DictReader(file)][:NODES]
    nodes = [
        {"name": "intake", "kind": "intake", "rating": "400 V"}, *buses,
        *[{"name": f"pdu {name}", "kind": "pdu", "sources": f"bus-{n % 8}", "meters": name, "rating": "63 A"}
          for n, name in enumerate(meters)],
    ]  # fmt: skip
    sink = {"name": "broker", "type": "mqtt", "url": f"mqtt://127.0.0.1:{broker_port}", "devices_per_message": 50}
    config = folder / "hallwatch.yaml"
    config.write_text(
        json.dumps({
            "site": "bench", "status_socket": f"{folder}/status.sock", "inventory": [str(hall.inventory)], "devices": blocks,
            "poll": {"fast": f"{FAST_MS}ms"}, "sinks": [sink], "buffer": "256MiB",
            "spool": {"folder": f"{folder}/spool", "spill_after": "0ms"}, "power": {"nodes": nodes, "alarms": [rule]},
        })
    )  # fmt: skip
    return config


def latencies_ms(broker, told, since):
    """Of the readings that came after `since` and were told after it."""
    came = list(broker.came)
    spans = [1000 * (now - told[unit * COUNTS + count]) for now, unit, count in came if told[unit * COUNTS + count] > since]
    return sorted(span for span in spans if span >= 0)


def alarm_latencies_ms(broker, stepped, since):
    """Of the steps that were told after `since`."""
    spans = [1000 * (now - stepped[unit * STEPS + step]) for (unit, step), now in list(broker.raised.items())
             if stepped[unit * STEPS + step] > since]  # fmt: skip
    return sorted(spans)


def judge(title, what, spans, least, more=""):
    """Prints figures; whether they are as asked."""
    if len(spans) < least:
        print(f"alarm    NOT MET  {title}: only {len(spans)} {what} came")
        return False
    p99 = spans[len(spans) * 99 // 100]
    print(
        f"alarm    {'met' if p99 <= P99_MOST_MS else 'NOT MET':8} {title}, {what}: {spans[len(spans) // 2]:.1f} ms (p50), "
        f"{p99:.1f} ms (p99), {spans[-1]:.1f} ms at most, of {len(spans)}{more}; asked: p99 at most {P99_MOST_MS} ms",
        flush=True,
    )
    return p99 <= P99_MOST_MS


def watch(title, broker, told, stepped, seconds):
    begin, passed = time.time(), broker.passed
    time.sleep(seconds)
    rate = f"; {(broker.passed - passed) / seconds / 1e6:.1f} MB/s passed"
    spans = latencies_ms(broker, told, begin)
    met = judge(title, "urgent readings", spans, BLOCKS * seconds * 500 / FAST_MS, rate)
    return judge(title, "alarms", alarm_latencies_ms(broker, stepped, begin), BLOCKS * seconds / 2) and met


class Alarm:
    """A scenario of tests/bench/run."""

    @staticmethod
    def run(build, folder, name, options):
        return run(build, folder, options.seconds)


def run(build, folder, seconds):
    told = multiprocessing.Array("d", (BLOCKS + 1) * COUNTS, lock=False)
    stepped = multiprocessing.Array("d", (BLOCKS + 1) * STEPS, lock=False)
    blocks_port, broker = free_port(), Broker()
    blocks = multiprocessing.Process(target=serve_blocks, args=(blocks_port, told, stepped), daemon=True)
    blocks.start()
    fault = folder / "fault"
    fault.write_text("")
    environment = {**os.environ, "LD_PRELOAD": str(build / "tests/libdisk_fault.so"), "DISK_FAULT": str(fault)}
    drivers = {"modbus": "bench_registers_50"}
    try:
        with Hall(build, folder, ["--modbus", "2000", "--registers", "50"], drivers) as hall, open(folder / "log", "wb") as log:
            config = configure(folder, hall, blocks_port, broker.port)
            broker.begin()
            command = [build / "tests/bench_hallwatch", "run", config]
            with Process(AGENT_CORE, *command, stdout=log, stderr=subprocess.STDOUT, env=environment) as agent:
                settle(hall, agent, 1000)
                met = watch("all is well", broker, told, stepped, seconds)
                broker.end()
                time.sleep(AWAY_S)
                fault.write_text(f"stall {STALL_MS}")
                broker.begin()
                broker.wait_for_client()
                time.sleep(BACK_S)
                met &= watch(f"a backlog of {AWAY_S} s drains, the disk stalls", broker, told, stepped, seconds)
                fault.write_text("")
                met &= watch("after that", broker, told, stepped, seconds)
        return met
    finally:
        blocks.terminate()
        blocks.join()
