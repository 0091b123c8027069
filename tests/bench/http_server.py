# SPDX-License-Identifier: Apache-2.0
"""Benchmarks of the HTTP server: what a scrape costs, what a hostile client can do to polls, and how soon a started agent has
something to show."""

import gzip
import http.client
import itertools
import os
import socket
import statistics
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from publishing import Broker, threads
from stage import HALL_CORE, Agent, Hall, Sink, free_port, settle

SCRAPES, SCRAPE_LIMIT_S = 20, 60
STARTS, START_LIMIT_S, FIRST_MOST_S = 5, 30, 1.0
STALLED, FLOODING = 100, 4  # connections that dribble or do not read, and threads that ask without end
READING = b"facility_current_amperes{"  # what the hall's registers are
ADDRESSES = itertools.count()


def own_address():
    """A client that no other's limits touch."""
    n = next(ADDRESSES)
    return f"127.68.{n // 250 % 250}.{n % 250 + 1}"


def scrape(port, compressed):
    """The body as it came, seconds to its first byte and to its end."""
    begin = time.monotonic()
    client = http.client.HTTPConnection("127.0.0.1", port, SCRAPE_LIMIT_S, (own_address(), 0))
    client.request("GET", "/metrics", headers={"Accept-Encoding": "gzip" if compressed else "identity"})
    with client.getresponse() as answer:
        first = time.monotonic() - begin
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"/metrics: {answer.status} {body[:100]!r}")
    client.close()
    return body, first, time.monotonic() - begin


def n_series(body):
    return sum(1 for line in body.split(b"\n") if line and not line.startswith(b"#"))


class Hostile:
    """Everything that is hard to bear at once, until the end of a with block."""

    def __init__(self, port):
        self.port, self.over = port, threading.Event()

    def connect(self, data):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(5)
        client.bind((own_address(), 0))
        client.connect(("127.0.0.1", self.port))
        client.sendall(data)
        return client

    def stall(self):
        """Half of them dribble, half do not read; who is cut off comes again."""
        clients = [None] * STALLED
        while not self.over.wait(0.2):
            for n, client in enumerate(clients):
                try:
                    if client and n % 2 == 0:
                        client.send(b"a")
                    if not client:
                        clients[n] = self.connect(b"GET /metrics HTTP/1.1\r\nHost: a\r\n" + (b"X: " if n % 2 == 0 else b"\r\n"))
                except OSError:
                    if client:
                        client.close()
                    clients[n] = None
        for client in filter(None, clients):
            client.close()

    def flood(self):
        """Whole pages, from ever other addresses."""
        while not self.over.is_set():
            try:
                scrape(self.port, compressed=True)
            except (OSError, RuntimeError, http.client.HTTPException):
                pass

    def __enter__(self):
        self.threads = [threading.Thread(target=self.stall)] + [threading.Thread(target=self.flood) for _ in range(FLOODING)]
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def missed(hall, seconds):
    """What the hall says of its polls in so many seconds."""
    hall.ask("reset")
    time.sleep(seconds)
    polls = hall.ask("counts")["polls"]
    return polls["missed"] + polls["overdue"], polls["deviation_ms"]["p99"], polls["deviation_ms"]["largest"]


class Scrapes:
    """/metrics of a hall of 100,000 series, one scrape after the other."""

    def __init__(self, *hall, drivers):
        self.hall, self.drivers = hall, drivers

    def run(self, build, folder, name, options):
        os.sched_setaffinity(0, {int(HALL_CORE)})  # the clients are no guests on the agent's core
        with Hall(build, folder, self.hall, self.drivers) as hall, Sink(build) as sink:
            with Agent(build, folder, hall, sink.port) as agent:
                settle(hall, agent, 1000)
                without = agent.resident_mb()
            port = free_port()
            with Agent(build, folder, hall, sink.port, further=f"http: {{listen: '127.0.0.1:{port}'}}\n") as agent:
                settle(hall, agent, 1000)
                print(f"{name:8} {without:.1f} MB resident without the section, {agent.resident_mb():.1f} MB with it and unasked")
                for compressed in (False, True):
                    self.measure(name, agent, port, compressed)
                quiet = missed(hall, options.seconds)
                with Hostile(port):
                    disturbed = missed(hall, options.seconds)
                resident = agent.resident_mb()
        for title, (lost, p99, largest) in (("quiet", quiet), ("hostile", disturbed)):
            print(f"{'':8} {title}: {lost} polls missed, interval off by {p99:.1f} ms (p99), {largest:.1f} ms at most")
        print(f"{'':8} {resident:.1f} MB resident after it")
        met = disturbed[0] == 0
        print(f"{'':8} {'met' if met else 'NOT MET':8} {disturbed[0]} polls delayed by hostile clients, asked: none", flush=True)
        return met

    @staticmethod
    def measure(name, agent, port, compressed):
        """Its processor time is that of the threads which do not run while nobody asks: the server's."""
        pid = agent.process.pid
        before, begin, times = threads(pid), time.monotonic(), []
        for _ in range(SCRAPES):
            body, first, whole = scrape(port, compressed)
            times.append((first, whole))
        took = time.monotonic() - begin
        spent = {thread: cpu[0] - before.get(thread, (0, 0, 0))[0] for thread, cpu in threads(pid).items()}
        cpu_s = sum(cpu for thread, cpu in spent.items() if thread.startswith("http")) / SCRAPES
        firsts, wholes = (sorted(column) for column in zip(*times))
        size, body = len(body), gzip.decompress(body) if compressed else body
        print(
            f"{name:8} {'gzip' if compressed else 'plain'}: {SCRAPES / took:.1f} scrapes/s of {n_series(body)} series in {size / 1e6:.2f} MB; "
            f"{1000 * cpu_s:.0f} ms of processor time each, {1e6 * cpu_s / n_series(body):.2f} us a series; first byte after "
            f"{1000 * statistics.median(firsts):.0f} ms, whole after {1000 * statistics.median(wholes):.0f} ms (p50), "
            f"{1000 * wholes[-1]:.0f} ms at most; {agent.resident_mb():.1f} MB resident",
            flush=True,
        )


class Starts:
    """From exec to the first reading that /metrics shows, and that a broker's subscriber has."""

    def __init__(self, *hall, drivers):
        self.hall, self.drivers = hall, drivers

    def run(self, build, folder, name, _options):
        shown, arrived, resident = [], [], []
        with Hall(build, folder, self.hall, self.drivers) as hall, Broker(folder) as broker:
            self.wait_for(broker)
            for _ in range(STARTS):
                port = free_port()
                subscriber = subprocess.Popen(
                    ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker.port), "-t", "hallwatch/bench/+", "-C", "1", "-W", str(START_LIMIT_S)],
                    stdout=subprocess.DEVNULL,
                )
                time.sleep(0.5)  # it has subscribed; no figure depends on it
                begin = time.monotonic()
                with Agent(build, folder, hall, broker.port, "mqtt", further=f"http: {{listen: '127.0.0.1:{port}'}}\n") as agent:
                    with ThreadPoolExecutor(1) as pool:
                        arrives = pool.submit(self.first_arrived, subscriber)
                        shown.append(self.first_shown(port) - begin)
                        arrived.append(arrives.result() - begin)
                    settle(hall, agent, 1000)
                    resident.append(agent.resident_mb())
            with Agent(build, folder, hall, broker.port, "mqtt") as agent:
                settle(hall, agent, 1000)
                without = agent.resident_mb()
        for title, times in (("/metrics", shown), ("the broker", arrived)):
            print(f"{name:8} first reading in {title} after {statistics.median(times):.3f} s (p50), {max(times):.3f} s at most")
        print(f"{'':8} {statistics.median(resident):.1f} MB resident with the server, {without:.1f} MB without")
        met = max(*shown, *arrived) <= FIRST_MOST_S
        print(f"{'':8} {'met' if met else 'NOT MET':8} asked: at most {FIRST_MOST_S} s", flush=True)
        return met

    @staticmethod
    def wait_for(broker):
        """Until it listens."""
        end = time.monotonic() + START_LIMIT_S
        with socket.socket() as probe:
            while probe.connect_ex(("127.0.0.1", broker.port)) != 0:
                if broker.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("the broker does not listen")
                time.sleep(0.02)

    @staticmethod
    def first_arrived(subscriber):
        """When a subscriber that waits for one message has it."""
        if subscriber.wait(START_LIMIT_S) != 0:
            raise RuntimeError("the broker's subscriber got nothing")
        return time.monotonic()

    @staticmethod
    def first_shown(port):
        """When /metrics shows a reading for the first time."""
        end = time.monotonic() + START_LIMIT_S
        while time.monotonic() < end:
            try:
                if READING in scrape(port, compressed=False)[0]:
                    return time.monotonic()
            except (OSError, RuntimeError, http.client.HTTPException):
                time.sleep(0.005)
        raise RuntimeError("/metrics shows no reading")
