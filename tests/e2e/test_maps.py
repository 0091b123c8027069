#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Device maps, wired remote I/O and variants against real servers: read, published, reloaded, and refused with
their mistakes."""

import json
import struct
import tempfile
import unittest
from pathlib import Path

import hallwatch
from agent import IN_FORCE, REFUSED, SAME, Agent, value
from device_servers import TOP, ModbusServer, SnmpSimulator
from servers import Mosquitto, Subscriber, wait_until

PLANT = TOP / "conf" / "maps" / "chiller_plant.yaml"
PLC = TOP / "conf" / "maps" / "custom_plc.yaml"
REMOTE_IO = TOP / "tests" / "drivers" / "remote_io"


def words(form, *numbers):
    """Registers of numbers, the low word first."""
    registers = []
    for number in numbers:
        data = struct.pack(">" + form, number)
        registers += reversed([int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)])
    return registers


def text(string, registers):
    data = string.encode("ascii").ljust(2 * registers, b"\0")
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]


def line(kind, number, *values):
    """A line of a recording, by the number of a list that counts from 1."""
    return f"{kind} {number - 1} " + " ".join(str(each & 0xFFFF) for each in values)


def plant_registers():
    lines = [
        line("holding", 1, *text("BMS-9000", 8), *text("2.14", 4)),
        line("holding", 21, 65),
        line("input", 101, 71, 124, *words("I", 41250), 2457),
        line("input", 106, *words("f", 812.5), *words("I", 245678)),
        line("input", 112, 0x0008, 73),
        line("input", 114, *words("Q", 1234567)),
        line("input", 401, 855, 0, 400, 1000),
        line("coil", 401, 1, 0, 1, 1),
        line("discrete", 1, 1, 0),
    ]
    for number in range(3):
        first = 201 + 50 * number
        lines.append(line("holding", first, *text(f"CH-{number + 1}", 8)))
        lines.append(line("input", first, (2, 1, 9)[number], 70 + number, -32768, *words("I", 80000 + number), 60))
        lines.append(line("discrete", 101 + 10 * number, int(number == 2)))
    return "\n".join(lines) + "\n"


def find(readings, metric, **labels):
    """The value of the one reading of that metric whose place says what `labels` says."""
    found = [r for r in readings if r["metric"] == metric and labels.items() <= r["labels"].items()]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} readings {metric} {labels}")
    return found[0]["value"]


class WithFolder(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hallwatch-maps-")))

    def write(self, name, content):
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def serve(self, registers, **more):
        return self.enterContext(ModbusServer(self.write("device.registers", registers), **more))


class ReadMaps(WithFolder):
    def test_the_plant_of_the_example_is_read(self):
        plant = self.serve(plant_registers(), unit=7)
        readings = hallwatch.read_json("--map", str(PLANT), plant.url)
        self.assertEqual({reading["driver"] for reading in readings}, {"chiller_plant"})
        self.assertEqual({reading["quality"] for reading in readings}, {"good"})
        expected = [
            (7.1, "facility_coolant_temperature_celsius", {"side": "primary", "point": "supply"}),
            (12.4, "facility_coolant_temperature_celsius", {"side": "primary", "point": "return"}),
            (412.5 / 3600, "facility_coolant_flow_cubic_meters_per_second", {"side": "primary"}),
            (500000, "facility_coolant_pressure_pascals", {"point": "supply"}),
            (812500, "facility_thermal_power_watts", {}),
            (1234567 * 3.6e6, "facility_active_energy_joules_total", {"phase": "total"}),
            (6.5, "facility_temperature_setpoint_celsius", {}),
            (1, "facility_alarm_state", {"point": "plant_fault"}),
            (1, "facility_leak_state", {"component": "zone", "component_id": "1"}),
            (1, "facility_alarm_state", {"point": "low_makeup_water"}),
            (0.73, "facility_reservoir_level_ratio", {}),
            (1, "facility_unit_state", {"component_id": "1"}),
            (4, "facility_unit_state", {"component_id": "3"}),
            (7.2, "facility_coolant_temperature_celsius", {"component_id": "3", "point": "supply"}),
            (80001, "facility_active_power_watts", {"component_id": "2", "phase": "total"}),
            (1, "facility_alarm_state", {"component_id": "3", "point": "common_fault"}),
            (0.855, "facility_pump_speed_ratio", {"component": "pump", "component_id": "1"}),
            (3, "facility_pump_state", {"component": "pump", "component_id": "2"}),
        ]
        for number, metric, labels in expected:
            self.assertAlmostEqual(find(readings, metric, **labels), number, delta=1e-9 * abs(number), msg=metric)
        # -32768 is no temperature: the sensor is not fitted.
        returned = {"component": "unit", "point": "return"}.items()
        returns = [reading for reading in readings if returned <= reading["labels"].items()]
        self.assertEqual(returns, [])
        head = hallwatch.run("read", "--map", str(PLANT), plant.url).stdout.splitlines()[0]
        self.assertIn("BMS-9000", head)

    def test_the_maps_page_says_its_points(self):
        page = hallwatch.run("drivers", "--map", str(PLANT))
        self.assertEqual(page.returncode, hallwatch.OK, page.stderr)
        self.assertIn("chiller_plant.yaml", page.stdout)
        self.assertRegex(page.stdout, r"facility_pump_speed_ratio +pump # primary +1 +% / 10 +input 401 u16")
        points = hallwatch.json_lines("drivers", "--json", "--map", str(PLANT))
        self.assertEqual({point["driver"] for point in points}, {"chiller_plant"})

    def test_mistakes_of_a_map_are_said_wherever_it_is_used(self):
        broken = self.write("broken.yaml", PLANT.read_text(encoding="utf-8").replace("unit: bar", "unit: bra"))
        config = self.write("hallwatch.yaml", json.dumps({"site": "s", "maps": "broken.yaml", "devices": [
            {"name": "a", "driver": "chiller_plant", "url": "modbus://127.0.0.1/1"}]}))
        mistake = r'broken\.yaml:\d+:\d+: points\[3\]\.unit: "bra" is no unit of coolant_pressure_pascals; there are: '
        for arguments in (("drivers", "--map", broken), ("read", "--map", broken, "modbus://127.0.0.1/1"),
                          ("check", config), ("run", config)):
            done = hallwatch.run(*map(str, arguments))
            self.assertEqual((done.returncode, done.stdout), (hallwatch.USAGE, ""), arguments)
            self.assertRegex(done.stderr, mistake)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_table_of_snmp_objects_is_read_by_its_rows(self):
        states = {1: "on", 2: "off", 7: "tripped"}
        recording = self.write("relay.snmprec", "".join(
            f"{oid}|{tag}|{content}\n"
            for oid, tag, content in sorted([
                ("1.3.6.1.4.1.99999.1.1.0", 4, "Custom PLC"),
                ("1.3.6.1.4.1.99999.1.2.0", 2, "495"),
                ("1.3.6.1.4.1.99999.1.3.0", 2, "-999"),
                *((f"1.3.6.1.4.1.99999.3.1.2.{row}", 4, f"Pump {row}") for row in (1, 2, 7)),
                *((f"1.3.6.1.4.1.99999.3.1.3.{row}", 4, state) for row, state in states.items()),
                *((f"1.3.6.1.4.1.99999.3.1.4.{row}", 66, str(10 * row)) for row in (1, 2, 7)),
            ], key=lambda row: [int(piece) for piece in row[0].split(".")])))
        simulator = self.enterContext(SnmpSimulator([recording]))
        readings = hallwatch.read_json("--map", str(PLC), "--community", "relay", simulator.url)
        self.assertEqual(find(readings, "facility_frequency_hertz"), 49.5)
        self.assertEqual([r for r in readings if r["metric"] == "facility_coolant_temperature_celsius"], [])
        self.assertEqual(len(readings), 7)
        for row, state, speed in (("1", 1, 0.1), ("2", 3, 0.2), ("7", 4, 0.7)):
            self.assertEqual(find(readings, "facility_pump_state", component_id=row), state)
            self.assertEqual(find(readings, "facility_pump_speed_ratio", component_id=row), speed)


class Agents(WithFolder):
    def agent(self, devices, **settings):
        broker = self.enterContext(Mosquitto())
        self.subscriber = self.enterContext(Subscriber(broker, "hallwatch/dc1/+"))
        return self.enterContext(Agent(devices, [{"name": "broker", "type": "mqtt", "url": broker.url}], **settings))

    def wait_for_message(self, device, expected, metric, **labels):
        """It is published with the driver that the site made."""

        def came():
            return any(
                reading["metric"] == metric and reading["value"] == expected and labels.items() <= reading.items()
                for topic, payload, _ in self.subscriber.messages()
                if topic.endswith(f"/{device}")
                for reading in json.loads(payload)["readings"]
            )

        wait_until(came, f"{device}: {metric} {labels} is published as {expected}", 30)

    def wait_for(self, agent, device, expected, metric, **labels):
        def is_there():
            return value(agent.devices()[device], metric, **labels) == expected

        wait_until(is_there, f"{device}: {metric} {labels} is {expected}\n{agent.log()}", 30)

    def test_a_map_is_polled_and_reloaded(self):
        plant, meter = self.serve(plant_registers()), self.write("other.registers", plant_registers())
        other = self.enterContext(ModbusServer(meter))
        agent = self.agent(
            [{"name": "plant", "driver": "chiller_plant", "url": plant.url, "interval": "1s"},
             {"name": "same", "driver": "chiller_plant", "url": other.url, "interval": "1s"},
             {"name": "valves", "driver": "valves", "url": other.url, "interval": "1s"}],
            maps=[str(self.write("plant.yaml", PLANT.read_text(encoding="utf-8"))), str(self.write("valves.yaml", """\
name: valves
title: Valves
class: liquid
protocol: modbus
sources: list
first_register: 1
points: [{quantity: valve_position_ratio, input: 401, type: u16, unit: "%", scale: 0.1, part: valve, number: 1}]
"""))])
        supply = {"metric": "facility_coolant_temperature_celsius", "side": "primary", "point": "supply"}
        self.wait_for(agent, "plant", 7.1, **supply)
        self.wait_for(agent, "same", 7.1, **supply)
        self.wait_for(agent, "valves", 0.855, "facility_valve_position_ratio")

        # Laid out otherwise it says the same; then another scale, which only those that use the map notice.
        text = PLANT.read_text(encoding="utf-8")
        self.write("plant.yaml", "# a comment\n" + text)
        agent.reload(SAME)
        supplied = "input: 101, type: s16, unit: degC, scale: "
        self.write("plant.yaml", text.replace(f"{supplied}0.1", f"{supplied}0.2"))
        said = agent.reload(IN_FORCE)
        self.assertIn("2 devices changed (plant: driver, same: driver), 1 device unchanged", said)
        self.wait_for(agent, "plant", 14.2, **supply)
        self.wait_for(agent, "same", 14.2, **supply)
        for number in (7.1, 14.2):
            self.wait_for_message("plant", number, **supply)

        # A mistake changes nothing.
        self.write("plant.yaml", text.replace("input: 101", "input: 70000"))
        agent.reload(REFUSED)
        self.assertIn("plant.yaml:26:", agent.log())
        self.wait_for(agent, "plant", 14.2, **supply)

        # A map that goes takes its device along, whose last readings may still be under way.
        agent.write(devices=agent.settings["devices"][2:], maps=agent.settings["maps"][1:])
        agent.reload(IN_FORCE)
        self.assertEqual(set(agent.devices()), {"valves"})

    def test_remote_io_is_polled_and_rewired(self):
        registers = (REMOTE_IO / "remote_io.registers").read_text(encoding="utf-8")
        block = self.serve(registers)
        self.write("wiring.csv", "device,name,means,when,discrete\nio-1,q1,tripped,closed,1\nio-1,epo,epo,open,6\n")
        agent = self.agent(
            [{"name": "io-1", "driver": "remote_io", "url": block.url, "first_register": 1, "interval": "1s",
              "inputs": [{"name": "tank", "quantity": "fuel_level_ratio", "input": 61, "type": "u16", "unit": "%",
                          "raw": "4000..20000", "value": "0..100"}]}],
            wiring=str(self.folder / "wiring.csv"))
        self.wait_for(agent, "io-1", 3, "facility_breaker_state", component="breaker", point="q1")
        self.wait_for(agent, "io-1", 0, "facility_alarm_state", point="epo")
        self.wait_for(agent, "io-1", 0.5, "facility_fuel_level_ratio", point="tank")
        agent.reload(SAME)
        self.write("wiring.csv", "device,name,means,when,discrete\nio-1,q1,tripped,open,1\nio-1,epo,epo,closed,6\n")
        self.assertIn("1 device changed (io-1: driver)", agent.reload(IN_FORCE))
        self.wait_for(agent, "io-1", 0, "facility_breaker_state", component="breaker", point="q1")
        self.wait_for(agent, "io-1", 1, "facility_alarm_state", point="epo")
        for number in (3, 0):
            self.wait_for_message("io-1", number, "facility_breaker_state", component="breaker", point="q1")
        document = agent.devices()["io-1"]
        self.assertEqual((document["driver"], document["class"]), ("remote_io", "io"))


class Variants(WithFolder):
    """trane_ch530 serves as the driver with variants."""

    DRIVER = "trane_ch530"

    def test_what_a_variant_has_is_read_where_it_is_named(self):
        recording = TOP / "tests" / "drivers" / self.DRIVER / f"{self.DRIVER}.registers"
        url = f"replay:{recording}"
        variants = self.variants()
        shared = hallwatch.run("read", "--json", "--driver", self.DRIVER, url)
        self.assertEqual(shared.returncode, hallwatch.OK, shared.stderr)
        self.assertIn("no variant of driver", shared.stderr)
        self.assertIn(", ".join(variants), shared.stderr)
        counts = {None: len(shared.stdout.splitlines())}
        for variant in variants:
            done = hallwatch.run("read", "--json", "--driver", self.DRIVER, "--variant", variant, url)
            self.assertEqual((done.returncode, done.stderr), (hallwatch.OK, ""), variant)
            counts[variant] = len(done.stdout.splitlines())
            config = self.write("hallwatch.yaml", json.dumps({"site": "s", "devices": [
                {"name": "c", "driver": self.DRIVER, "variant": variant, "url": url}]}))
            self.assertEqual(hallwatch.run("check", str(config)).stderr, "")
            self.assertEqual(len(hallwatch.read_json("--config", str(config), "c")), counts[variant])
        config = self.write("hallwatch.yaml", json.dumps({"site": "s", "devices": [
            {"name": "c", "driver": self.DRIVER, "url": url}]}))
        checked = hallwatch.run("check", str(config))
        self.assertEqual(checked.returncode, hallwatch.OK)
        self.assertIn("c: no variant of driver", checked.stderr)
        self.assertGreater(max(counts.values()), counts[None])

    def test_another_variant_is_refused(self):
        done = hallwatch.run("read", "--driver", self.DRIVER, "--variant", "none", "modbus://127.0.0.1/1")
        self.assertEqual(done.returncode, hallwatch.USAGE)
        self.assertIn(", ".join(self.variants()), done.stderr)

    def variants(self):
        page = hallwatch.run("drivers", self.DRIVER).stdout.splitlines()
        first = next(i for i, words in enumerate(page) if words.split()[:1] == ["variants"])
        names = [page[first].split()[1]]
        for words in page[first + 1 :]:
            if not words.startswith(" " * 10):
                break
            names.append(words.split()[0])
        return names


if __name__ == "__main__":
    unittest.main()
