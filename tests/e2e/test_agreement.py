#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the SNMP drivers against recordings of real devices and what LibreNMS derives from them.

The recordings lie beside the project (../shared/recordings) and are not part of it; where they are not there,
each is reported as skipped, by name. One snmpsimd serves them; hallwatch recognises each device by itself,
except where only the standard part of a device is read. Every expected value that is no state and whose OID
lies in a column that the driver knows must come out, converted; what the manuals contradict stands in
agreement_exceptions.json with its reason.
"""

import json
import math
import sys
import time

import hallwatch
from device_servers import TOP, SnmpSimulator

RECORDINGS = TOP.parent / "shared" / "recordings"
EXCEPTIONS = TOP / "tests" / "e2e" / "agreement_exceptions.json"
UPS_MIB = "1.3.6.1.2.1.33.1."
UPS_TABLES = ("2.", "3.3.", "4.1.", "4.2.", "4.4.", "5.1.", "5.3.", "6.1.", "7.3.")
UPS_READINGS = tuple(UPS_MIB + table for table in UPS_TABLES)
LARGEST = "raritan-pdu_px3"
LARGEST_ASKED_S = 1.0

# What hallwatch must recognise by itself.
RECOGNISED = {
    "apc_ap7900b": "apc_rpdu2",
    "apc_ap8959eu3": "apc_rpdu2",
    "s-apc-8641": "apc_rpdu2",
    "raritan-pdu_px2": "raritan_px",
    "raritan-pdu_px3": "raritan_px",
    "deltaups_mini-snmp": "rfc1628",
    "generex-ups_cs121": "rfc1628",
    "netmanplus_204": "rfc1628",
}
# Devices of other families that also have the standard UPS tables: read by the generic driver.
STANDARD_UPS = (
    "apc-mgeups_galaxy7000 c-ups-standard cxc_ups dell-ups_tower1000w deltaups eaton-mgeups_5px"
    " eaton-mgeups_9px eatonupsm2_9px huaweiups_ups2000 istars marathonups netagent2 poweralert_pdumh20atnet"
    " poweralert_ups powerwalker-vfi_500r1u s-phoenixtec-power"
).split()

# From LibreNMS's unit of a class to ours.
TO_PUBLISHED = {
    "charge": 0.01,
    "count": 1,
    "current": 1,
    "frequency": 1,
    "humidity": 0.01,
    "load": 0.01,
    "percent": 0.01,
    "power": 1,
    "power_consumed": 3.6e6,
    "power_factor": 1,
    "runtime": 60,
    "temperature": 1,
    "voltage": 1,
}
COUNTED = ("expected", "found", "missing", "explained", "elsewhere")
LIBRENMS_DIGITS = 1e-5  # its expected values are rounded

# One sensor in its unsigned and its signed column: LibreNMS reads the first, a driver may read the other.
SENSOR_TABLES = [f"1.3.6.1.4.1.13742.6.5.{table}.1." for table in ("2.3", "2.4", "3.3", "4.3")]
TWIN_COLUMNS = [(table + "4.", table + "6.") for table in SENSOR_TABLES]
SENTINELS = {"-1", "-32768", "32767", "65535", "-2147483648", "2147483647", "4294967295"}
# Signed columns in which -1 is a number like any other.
SIGNED_COLUMNS = tuple(signed for _, signed in TWIN_COLUMNS) + (UPS_MIB + "2.7.",)


def load_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def expectations(name):
    """The values that LibreNMS derives, states left out; none for recordings that it does not know."""
    path = RECORDINGS / f"{name}.expected.json"
    lines = load_json(path) if path.exists() else []
    return [{**line, "oid": line["oid"].lstrip(".")} for line in lines if line["cls"] != "state"]


def has_standard_ups(path):
    """Whether a recording has more of the standard tables than the device's name."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return any(line.startswith(UPS_READINGS) for line in file)


def twins(oid):
    yield oid
    for unsigned, signed in TWIN_COLUMNS:
        if oid.startswith(unsigned):
            yield signed + oid[len(unsigned) :]


def agrees(reading, expected):
    wanted = expected["value"] * TO_PUBLISHED[expected["cls"]]
    return math.isclose(reading["value"], wanted, rel_tol=LIBRENMS_DIGITS, abs_tol=0.0)


def explain(exceptions, name, expected):
    """The exception that covers an expectation, or None; it is marked as used."""
    for exception in exceptions:
        if exception["recording"] in (name, "*") and expected["oid"].startswith(tuple(exception["oids"])):
            if exception.get("class", expected["cls"]) == expected["cls"]:
                exception["used"] = True
                return exception
    return None


def check_readings(name, readings):
    """What no reading may be, whatever the device: an absent code as a number, or a place twice."""
    problems, places = [], set()
    for reading in readings:
        place = (reading["metric"], tuple(sorted(reading["labels"].items())))
        if place in places:
            problems.append(f"{name}: twice: {place}")
        places.add(place)
        signed = reading["source"].startswith(SIGNED_COLUMNS)
        is_state = reading["metric"].endswith("_state")
        raw = str(reading["raw"])
        if raw in SENTINELS and not is_state and not (signed and raw == "-1"):
            source = reading["source"]
            problems.append(f"{name}: raw {raw} published: {reading['metric']} from {source}")
    return problems


def check_expectations(name, readings, columns, exceptions):
    """Counts of expectations by outcome, and a line for each that is missing."""
    by_source = {reading["source"]: reading for reading in readings}
    counts, problems = dict.fromkeys(COUNTED, 0), []
    for expected in expectations(name):
        if not expected["oid"].startswith(tuple(columns)):
            counts["elsewhere"] += 1
            continue
        counts["expected"] += 1
        reading = next((by_source[oid] for oid in twins(expected["oid"]) if oid in by_source), None)
        if reading is not None and reading["value"] is not None and agrees(reading, expected):
            counts["found"] += 1
        elif explain(exceptions, name, expected):
            counts["explained"] += 1
        else:
            counts["missing"] += 1
            said = "nothing" if reading is None else f"{reading['value']} {reading['unit']}"
            wanted = f"{expected['cls']} {expected['value']} from {expected['oid']}"
            problems.append(f"{name}: {wanted}: {said} came out")
    return counts, problems


def driver_columns(driver):
    """The OIDs of a driver's points, each ended by a dot so that a row of it begins with it."""
    points = hallwatch.driver_points(driver)
    return [point["source"].removesuffix(".0") + "." for point in points]


def read_published(simulator, name):
    """The readings that would be published, and the problem of a device that could not be read."""
    arguments = ["--raw", "--community", name, simulator.url]
    if name not in RECOGNISED:
        arguments = ["--driver", "rfc1628", *arguments]
    try:
        readings = hallwatch.read_json(*arguments)
    except RuntimeError as problem:
        return [], [f"{name}: {problem}"]
    return [reading for reading in readings if reading["quality"] == "good"], []


def check_recording(simulator, name, columns, exceptions):
    start = time.monotonic()
    readings, refused = read_published(simulator, name)
    took_s = time.monotonic() - start
    driver = RECOGNISED.get(name, "rfc1628")
    problems = check_readings(name, readings)
    if any(reading["driver"] != driver for reading in readings):
        problems.append(f"{name}: read by {readings[0]['driver']}, not by {driver}")
    counts, missing = check_expectations(name, readings, columns[driver], exceptions)
    if counts["explained"] == 0 or counts["missing"] > 0:
        problems += refused
    numbers = " ".join(f"{counts[column]:9}" for column in COUNTED)
    print(f"{name:24} {driver:11} {len(readings):8} {numbers} {took_s:7.2f}")
    if name == LARGEST:
        print(f"  the largest recording took {took_s:.2f} s (asked: under {LARGEST_ASKED_S:g} s)")
    return counts, problems + missing


def main():
    names = [*RECOGNISED, *STANDARD_UPS]
    if not RECORDINGS.is_dir():
        for name in names:
            print(f"skipped {name}: {RECORDINGS} is not there")
        return 0
    exceptions = load_json(EXCEPTIONS)
    columns = {driver: driver_columns(driver) for driver in set(RECOGNISED.values())}
    problems = []
    for path in sorted(RECORDINGS.glob("*.snmprec")):
        if path.stem not in names and has_standard_ups(path):
            problems.append(f"{path.stem} has the standard UPS tables, but is not in the list of this test")
    totals = {}
    heads = " ".join(f"{column:>9}" for column in COUNTED)
    print(f"{'recording':24} {'driver':11} readings {heads} seconds")
    with SnmpSimulator([RECORDINGS / f"{name}.snmprec" for name in names]) as simulator:
        for name in names:
            counts, found = check_recording(simulator, name, columns, exceptions)
            problems += found
            for key, n in counts.items():
                totals[key] = totals.get(key, 0) + n
    unused = [exception["reason"] for exception in exceptions if "used" not in exception]
    problems += [f"exception never needed: {reason}" for reason in unused]
    for line in problems:
        print(line)
    counted = ", ".join(f"{n} {key}" for key, n in totals.items())
    print(f"{len(names)} recordings, {counted}, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
