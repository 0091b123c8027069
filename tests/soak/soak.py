#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every hostile behaviour at once, for minutes, beside healthy devices, against an agent, built with a sanitizer or without.

    soak.py --build FOLDER [--minutes N]

What must hold: no healthy device misses a poll; each misbehaviour is counted and said as what it is; memory, descriptors
and threads stay what they are; the sanitizer has nothing to say, and at the end the agent stops in time and nothing leaks.
"""

import argparse
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

E2E = Path(__file__).resolve().parent.parent / "e2e"
sys.path.insert(0, str(E2E))
# Of each protocol. A sanitizer makes a poll dear; without one there are many, that a loss at some of them shows.
DEVICES, DEVICES_SANITIZED = 300, 60
URGENCY = -5  # so that the peers, who do much more than devices would, do not take the agent's time
INTERVAL_S, INTERVAL_SANITIZED_S = 2, 4
START_LIMIT_S, STOP_MOST_S = 180, 15
HEALTHY_ON_LINES = ("line right", "line highest")
# A poll's batch is about 700 bytes, and two thirds of the time lie between what is compared.
# Besides, heaps grow by a step now and then, and sanitizers hold memory back. The judge of the hall is made anew by half of the
# reloads, which moves the resident size by 10 MB up and down while others want the same two cores; the least of
# either part is compared. (Alone, the agent grows by 2 MB.)
BATCH_BYTES, GROWTH_KB, GROWTH_SANITIZED_KB = 512, 12288, 24576
# Of healthy devices' polls, for other agents and halls share two cores, and instrumented ones are several times
# slower. (Alone, one that is not instrumented misses none.)
MISSED, MISSED_SANITIZED = 0.0001, 0.005
# How that looks from within: an agent that waited for a core skips a poll, or looks at an answer after its time.
OF_WAITING = ("missed", "timeout")
JUDGED_MINUTES = 6  # in less the allocator has not yet seen the worst of everything
SANITIZERS = {
    # What is freed is held back for a while, by each thread too; the more of it, the longer memory grows before it stays.
    "ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=8:thread_local_quarantine_size_kb=64:malloc_context_size=12",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    # Nothing is suppressed: it has nothing to say of the libraries either.
    "TSAN_OPTIONS": "halt_on_error=0:history_size=4",
}
# Of the simulated hall: who, what is wrong with it, and by which reasons its errors are counted; None: it is up all the
# same.
HALL_FAULTS = [
    ("modbus-00001", "dead", "timeout"),
    ("modbus-00002", "vanished", "unreachable|timeout"),
    ("modbus-00003", "slow 2000", "timeout"),
    ("modbus-00004", "dribbling", "timeout"),
    ("modbus-00005", "resetting", "unreachable"),
    ("modbus-00006", "cutting", "unreachable|held"),
    ("modbus-00007", "garbled", "garbled|refused"),
    ("modbus-00008", "wrong-id", "garbled"),
    ("modbus-00009", "previous", "garbled|timeout"),
    ("modbus-00010", "wrong-unit", "garbled"),
    ("modbus-00011", "wrong-length", "garbled|timeout"),
    ("modbus-00012", "wrong-count", "garbled"),
    ("modbus-00013", "too-many", "garbled"),
    ("modbus-00014", "exception", "refused"),
    ("modbus-00015", "endless", "garbled|timeout"),
    ("modbus-00016", "held", "held|unreachable"),
    ("modbus-00017", "closing", None),
    ("modbus-00018", "truncated", "timeout"),
    ("snmp-00001", "dead", "timeout"),
    ("snmp-00002", "slow 2000", "timeout"),
    ("snmp-00003", "garbled", "garbled|timeout"),
    ("snmp-00004", "truncated", "garbled|timeout"),
    ("snmp-00005", "wrong-id", "timeout"),
    ("snmp-00006", "previous", "timeout"),
    ("snmp-00007", "other-address", "timeout"),
    ("snmp-00008", "too-big", "refused"),
    ("snmp-00009", "gen-err", "refused"),
    ("snmp-00010", "reports", "garbled|timeout"),
    ("snmp-00011", "looping-walk", None),
    ("snmp-00012", "endless-walk", None),
    ("snmp-00013", "unsorted-walk", None),
]
# What must have been counted of links, by quantity.
LINK_EVENTS = {
    "facility_modbus_events_total": "connected connect_failed connection_lost late unsolicited noise_bytes broken_length "
    "wrong_check_sum wrong_protocol wrong_id wrong_unit wrong_function wrong_count",
    "facility_serial_events_total": "opened line_lost noise_bytes wrong_check_sum wrong_unit",
    "facility_snmp_events_total": "unmatched foreign malformed",
    "facility_trap_events_total": "triggered limited unknown_sender wrong_credentials malformed",
}
# Up with every other answer of a connection. A poll that is given up under load ends the connection, and the next begins with
# half an answer again: such a device may as well be down, and it must be said why.
EITHER = {"rtu half_frame": ("timeout", "incomplete answer")}
# These come and go.
COMING_AND_GOING = [("modbus-0002?", "vanished"), ("snmp-0002?", "dead"), ("modbus-0003?", "resetting")]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True, help="where the agent was built")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    os.environ["HALLWATCH_BUILD"] = str(options.build.resolve())
    os.environ["HALLWATCH"] = str(options.build.resolve() / "agent/hallwatch")
    os.environ.update(SANITIZERS)
    return options


def healthy_names(hall):
    """Of the hall: those that nothing is ever wrong with."""
    return [name for name in hall.devices if not re.match(r"(modbus|snmp)-000(0|1|2|3)", name)]


def topology(names):
    """Two feeds, a UPS and a bus on each; every device is the meter of a PDU, each rack stands on two of those."""
    nodes = [{"name": "intake", "kind": "intake", "rating": ["5 MW", "22.9 kV"]}]
    for side in "ab":
        nodes += [
            {"name": f"transformer-{side}", "kind": "transformer", "sources": "intake", "rating": ["4 MVA", "400 V"]},
            {"name": f"ups-{side}", "kind": "ups", "sources": f"transformer-{side}", "rating": "3 MVA", "autonomy": "5min"},
            {"name": f"bus-{side}", "kind": "bus", "sources": f"ups-{side}", "rating": "5000 A", "budget": "bus"},
        ]
    for i, name in enumerate(names):
        pdu = {"name": f"pdu {name}", "kind": "pdu", "sources": f"bus-{'ab'[i % 2]}", "meters": name, "rating": "63 A"}
        nodes.append({**pdu, "standard": "IEC 60898", "trip": "thermal-magnetic", "budget": "pdu"})
    for i in range(0, len(names) - 1, 2):
        sources = [f"pdu {names[i]}", f"pdu {names[i + 1]}"]
        nodes.append({"name": f"rack {i // 2}", "kind": "rack", "sources": sources, "redundancy": "2N"})
    budget = {"warning": "60 %", "critical": "80 %", "on_delay": "2s", "off_delay": "2s"}
    return {"nodes": nodes, "budgets": {"bus": budget, "pdu": budget}}


class Soak:
    def __init__(self, agent, hall, hostile, relay, scraper, failures):
        self.agent, self.hall, self.hostile, self.relay, self.failures = agent, hall, hostile, relay, failures
        self.scraper, self.http = scraper, agent.settings["http"]
        self.devices, self.sinks, self.turn = agent.settings["devices"], agent.settings["sinks"], 0
        self.power = agent.settings["power"]
        self.healthy = healthy_names(hall) + [name for name in HEALTHY_ON_LINES if name in hostile.expected]

    def order(self, who, what):
        answer = self.hall.ask(f"fault {who} {what}")
        self.failures.check(answer and answer.get("devices"), f"hallsim: fault {who} {what}: {answer}")

    def begin(self):
        """All of the hall is up; then things go wrong."""
        begin, names = time.monotonic(), list(self.hall.devices)
        wait_until(
            lambda: (now := self.agent.devices()) and all(now[name]["up"] for name in names),
            "all devices of the hall are up",
            START_LIMIT_S,
        )
        print(f"all are up after {time.monotonic() - begin:.0f} s", flush=True)
        for who, what, _ in HALL_FAULTS:
            self.order(who, what)
        if not hallwatch.SANITIZED:  # whose memory is judged
            wait_until(self.is_at_quota, "what waits fills the spool", START_LIMIT_S)
            print(f"the spool is full after {time.monotonic() - begin:.0f} s", flush=True)

    def is_at_quota(self):
        return "the spool is at its quota" in self.agent.log()

    def disturb(self, seconds):
        """Lets things come and go for so long, and the configuration change."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.agent.process.poll() is None:
            who, what = COMING_AND_GOING[self.turn % len(COMING_AND_GOING)]
            self.order(who, what)
            pause(min(5, end - time.monotonic()))
            self.relay.cut()
            pause(min(5, end - time.monotonic()))
            self.relay.open()
            self.order(who, "none")
            self.reload()
            pause(min(10, end - time.monotonic()))
            self.turn += 1

    def reload(self):
        """The same again; a device, a sink and an address more or less; devices asked more seldom; what is refused."""
        more = {"name": "newcomer", "driver": "orv3_rpu", "url": self.hostile.devices[0]["url"]}
        sink = {"name": "late comer", "type": "mqtt", "url": self.sinks[-1]["url"]}
        hot = {"name": "hot", "quantity": "facility_active_power_watts", "device": self.healthy[0], "above": "10 W", "priority": 4}
        seldom = [{**device, "interval": "5s"} if "v3 " in device["name"] else device for device in self.devices]
        http = {"listen": [self.http["listen"], f"127.0.0.1:{free_port()}"]}
        changes = [
            (SAME, {}),
            (IN_FORCE, {"devices": [*self.devices, more], "power": {**self.power, "alarms": [hot]}}),
            (IN_FORCE, {"devices": seldom, "sinks": [*self.sinks, sink], "http": http}),
            (REFUSED, {"devices": [*self.devices, *self.devices]}),
            (IN_FORCE, {"devices": self.devices, "sinks": self.sinks, "power": self.power, "http": self.http}),
        ]
        outcome, settings = changes[self.turn % len(changes)]
        self.agent.write(**settings)
        self.agent.reload(outcome)

    def judge_polls(self):
        counts = self.hall.ask("counts")
        polls = counts["polls"]
        print(f"polls of healthy devices: {polls}", flush=True)
        self.failures.check(polls["counted"] > 0, f"nobody was polled: {polls}")
        self.most_missed = (MISSED_SANITIZED if hallwatch.SANITIZED else MISSED) * polls["counted"]
        self.failures.check(polls["missed"] + polls["overdue"] <= self.most_missed, f"healthy devices missed polls: {polls}")
        self.failures.check(counts["modbus"]["writes"] + counts["snmp"]["writes"] == 0, "something was written to a device")

    def judge_devices(self, before):
        """Healthy ones are up without a new error but for polls missed, which are counted together; the others are what they
        should be."""
        devices = self.agent.devices()
        missed = Counter()
        for name in self.healthy:
            new = {reason: n - before[name].get(reason, 0) for reason, n in errors(devices[name]).items()}
            missed[name] = sum(new.pop(reason, 0) for reason in OF_WAITING)
            new = {reason: n for reason, n in new.items() if n > 0}
            up = devices[name]["up"]
            self.failures.check(up is True and not new, f"{name} is healthy, but: up {up}, {new}")
        said = f"{missed.total()} polls of healthy devices were missed or too late: {(+missed).most_common(5)}"
        print(said, flush=True)
        self.failures.check(missed.total() <= self.most_missed, said)
        for name, expected in self.hostile.expected.items():
            self.judge_device(devices[name], expected if devices[name]["up"] else EITHER.get(name, expected))
        for who, what, reason in HALL_FAULTS:
            print(f"{who} {what}: {errors(devices[who])}")
            self.judge_device(devices[who], reason and (reason, ""))

    def judge_links(self):
        """Each fault of a link has a counter of its own."""
        links = self.agent.document()["links"]
        print(f"links: {links}", flush=True)
        for quantity, words in LINK_EVENTS.items():
            for word in words.split():
                self.failures.check(links[quantity].get(word, 0) > 0, f"{quantity} counted no {word}")

    def judge_sinks(self):
        """Those that take something got it; the others' backlog kept the spool at its quota."""
        sinks = self.agent.sinks()
        print(f"sinks: {sinks}", flush=True)
        for name in ("broker", "slow database", "flaky database", "flaky influx"):
            self.failures.check(sinks[name]["sent"] > 0, f"{name} was sent nothing: {sinks[name]}")
        if OPTIONS.minutes >= JUDGED_MINUTES:
            self.failures.check(self.is_at_quota(), "the spool was never full")

    def judge_pages(self):
        """Who scrapes is served all the while."""
        print(f"pages of /metrics: {self.scraper.pages}", flush=True)
        self.failures.check(self.scraper.pages > 0 and not self.scraper.failures, f"/metrics failed: {self.scraper.failures[:5]}")

    def judge_alarms(self):
        """Who is silent is an alarm, who is healthy is none, and the judge keeps up."""
        alarms = self.agent.document()["alarms"]
        subjects = {alarm.get("device") for alarm in alarms if alarm["state"] == "active"}
        print(f"alarms: {len(alarms)}, of devices: {sorted(filter(None, subjects))[:20]}", flush=True)
        silent = [alarm for alarm in alarms if alarm["rule"] == "device_silent" and alarm["state"] != "normal"]
        self.failures.check("modbus-00001" in {alarm.get("device") for alarm in silent}, "a dead device is no alarm")
        wrong = {alarm.get("device") for alarm in silent} & set(self.healthy)
        self.failures.check(not wrong, f"healthy devices are said to be silent: {sorted(wrong)}")

    def judge_device(self, device, expected):
        """That its misbehaviour was counted and said as what it is, or that it is up all the same."""
        name, counted = device["name"], errors(device)
        said = [text for _, text in self.agent.said(name)]
        if expected is None:
            self.failures.check(device["up"] is True, f"{name} should be up: {counted}, {said[-2:]}")
            return
        reason, words = expected
        is_counted = any(re.fullmatch(reason, word) for word in counted)
        is_said = not words or any(re.search(words, text) for text in said)
        self.failures.check(is_counted and is_said, f"{name} should have failed by {expected}: {counted}, {said[-2:]}")


def urge(*processes):
    """Where that is allowed."""
    for process in processes:
        for task in os.listdir(f"/proc/{process}/task"):
            try:
                os.setpriority(os.PRIO_PROCESS, int(task), URGENCY)
            except PermissionError:
                return


def pause(seconds):
    """A soak is as long as it is told; nothing is waited for here."""
    time.sleep(max(seconds, 0))


def judge_process(watch, warm_s, polls, failures):
    """Memory: without a sanitizer a batch lost at every thirtieth poll would show in ten minutes; with one, what is lost
    it says itself, and what it holds back comes and goes."""
    grown_kb, grown_descriptors, grown_threads = watch.growth(warm_s)
    limit_kb = GROWTH_SANITIZED_KB if hallwatch.SANITIZED else GROWTH_KB + 0.01 * polls * BATCH_BYTES / 1024
    first, last = watch.most(warm_s)
    resident = [sample[1] for sample in watch.samples if sample[0] >= warm_s]
    print("resident kB over time:", *[sample[1] for sample in watch.samples[:: max(len(watch.samples) // 20, 1)]])
    print(
        f"resident {resident[0]} kB when warm, {resident[-1]} kB at the end, "
        f"grown by {grown_kb:.0f} kB of {limit_kb:.0f}; "
        f"descriptors {first[0]} then {last[0]}, threads {first[1]} then {last[1]}",
        flush=True,
    )
    if OPTIONS.minutes >= JUDGED_MINUTES:
        failures.check(grown_kb <= limit_kb, f"memory grew by {grown_kb:.0f} kB in {polls} polls")
    # What is lost shows in the least; some forty connections come and go.
    said = f"descriptors grew: at least by {grown_descriptors}, at most {first[0]}, then {last[0]}"
    failures.check(grown_descriptors <= 8 and last[0] <= first[0] + 40, said)
    failures.check(grown_threads <= 1 and last[1] <= first[1] + 2, f"threads grew: {first[1]}, then {last[1]}")


def run(options, failures):
    n = str(DEVICES_SANITIZED if hallwatch.SANITIZED else DEVICES)
    interval_s = INTERVAL_SANITIZED_S if hallwatch.SANITIZED else INTERVAL_S
    often, seldom = f"{interval_s}s", f"{2 * interval_s}s"
    with (
        Hallsim("--modbus", n, "--snmp", n, "--values", "40", "--interval-ms", str(1000 * interval_s)) as hall,
        Hostile(lines=["restless"]) as hostile,
        BadReceivers() as receivers,
        Mosquitto() as broker,
        Relay(broker.port) as relay,
    ):
        devices = [{key: row[key] for key in ("name", "driver", "url")} for row in hall.devices.values()]
        devices += hostile.devices
        line = f"rtu:{hostile.places['restless']}:19200:8E1/1"
        devices.append({"name": "restless line", "driver": "orv3_rpu", "url": line})
        trap_port, page_port = free_udp_port(), free_port()
        good = {"name": "broker", "type": "mqtt", "url": f"mqtt://127.0.0.1:{relay.port}"}
        with Agent(
            devices,
            [good, *receivers.sinks],
            communities=hostile.communities,
            credentials=hostile.credentials,
            poll={"fast": often, "normal": often, "slow": seldom, "timeout": f"{225 * interval_s}ms"},
            buffer="1MiB",
            spool={"folder": "spool", "quota": "1MiB", "spill_after": "1s"},
            traps={"listen": f"udp 127.0.0.1:{trap_port}"},
            http={"listen": f"127.0.0.1:{page_port}"},
            power=topology(list(hall.devices)),
        ) as agent, TrapStorm(trap_port, hall.host("snmp-00001")), Scraper(page_port) as scraper:
            urge(agent.process.pid, hall.process.pid)
            watch = ProcessWatch(agent.process.pid)
            soak = Soak(agent, hall, hostile, relay, scraper, failures)
            soak.begin()
            whole_s = options.minutes * 60
            soak.disturb(whole_s * 0.3)
            warm_s = time.monotonic() - watch.begin
            before = {name: errors(device) for name, device in agent.devices().items()}
            hall.ask("reset")
            soak.disturb(whole_s * 0.7)
            if not failures.check(agent.process.poll() is None, f"the agent ended by itself:\n{agent.log()[-4000:]}"):
                return
            soak.judge_polls()
            soak.judge_devices(before)
            soak.judge_links()
            soak.judge_sinks()
            soak.judge_alarms()
            soak.judge_pages()
            watch.stop()
            judge_process(watch, warm_s, hall.ask("counts")["polls"]["counted"], failures)
            status, seconds = agent.stop()
            log = agent.log()
            failures.check(status == 0, f"the agent ended with {status}")
            failures.check(seconds <= STOP_MOST_S, f"the agent took {seconds:.1f} s to stop")
            failures.check_sanitizer(log)
            print(f"stopped within {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    OPTIONS = parse_arguments()
    # These ask the environment where the agent is.
    import hallwatch
    from agent import IN_FORCE, REFUSED, SAME, Agent, errors
    from bad_receivers import BadReceivers
    from device_servers import free_udp_port
    from failures import Failures
    from hallsim import Hallsim
    from hostile import Hostile
    from process_watch import ProcessWatch
    from relay import Relay
    from scraper import Scraper
    from servers import Mosquitto, free_port, wait_until
    from trap_storm import TrapStorm

    FAILURES = Failures()
    run(OPTIONS, FAILURES)
    sys.exit(FAILURES.tell())
