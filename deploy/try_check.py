# SPDX-License-Identifier: Apache-2.0
"""What a broker and a database received of each device of an inventory: used by deploy/try --once.

usage: try_check.py INVENTORY.csv RECEIVED DATABASE-URL

RECEIVED grows while mosquitto_sub writes to it, a line "TOPIC MESSAGE" each. Looks after 15 s, and goes on looking for
another 15 s while something is missing. Exit status 0: readings of every device arrived in both, nearly all of them good.
"""

import csv
import json
import sys
import time
import urllib.parse
import urllib.request

FIRST_LOOK_S, LAST_LOOK_S = 15, 30
LEAST_GOOD = 0.9
# What the agent says of a device is no reading of the device.
HEALTH = (
    "facility_device_up",
    "facility_device_state",
    "facility_device_last_success",
    "facility_sample_skew",
    "facility_poll_",
    "facility_bus_time",
    "facility_points_parked",
    "facility_reading_bad",
    "facility_device_info",
    "facility_component_info",
)


def device_names(path):
    with open(path, encoding="utf-8") as file:
        return [row["name"] for row in csv.DictReader(file)]


def broker_counts(path):
    """{device: (readings, good readings)} of the messages so far."""
    counts = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            topic, _, payload = line.partition(" ")
            if not line.endswith("\n") or topic.count("/") != 2:
                continue  # not yet whole, or presence
            message = json.loads(payload)
            readings = [r for r in message.get("readings", []) if not r["metric"].startswith(HEALTH)]
            good = sum(reading["quality"] == "good" for reading in readings)
            total, total_good = counts.get(message.get("device"), (0, 0))
            counts[message.get("device")] = (total + len(readings), total_good + good)
    return counts


def database_counts(url):
    """{device: samples} of what the database holds."""
    health = "|".join(f"{name}.*" for name in HEALTH)
    query = f'sum(count_over_time({{__name__=~"facility_.+",__name__!~"{health}"}}[10m])) by (device)'
    urllib.request.urlopen(f"{url}/internal/force_flush", timeout=10).close()
    parameters = urllib.parse.urlencode({"query": query, "nocache": 1})
    with urllib.request.urlopen(f"{url}/api/v1/query?{parameters}", timeout=10) as answer:
        result = json.load(answer)["data"]["result"]
    return {row["metric"].get("device"): int(float(row["value"][1])) for row in result}


def mistakes(names, broker, database):
    """What is missing, in words; [] when everything arrived."""
    found = []
    for name in names:
        readings, good = broker.get(name, (0, 0))
        if readings == 0:
            found.append(f"{name}: no reading reached the broker")
        elif good < LEAST_GOOD * readings:
            found.append(f"{name}: only {good} of {readings} readings are good")
        if database.get(name, 0) == 0:
            found.append(f"{name}: no reading reached the database")
    return found


def print_table(names, broker, database):
    width = max(map(len, names))
    print(f"{'DEVICE':{width}}  {'IN THE BROKER':>13}  {'GOOD':>5}  {'IN THE DATABASE':>15}")
    for name in names:
        readings, good = broker.get(name, (0, 0))
        share = f"{100 * good // readings} %" if readings else "-"
        print(f"{name:{width}}  {readings:13}  {share:>5}  {database.get(name, 0):15}")
    total = sum(broker.get(name, (0, 0))[0] for name in names), sum(database.get(name, 0) for name in names)
    print(f"{len(names)} devices: {total[0]} readings in the broker, {total[1]} in the database")


def main(inventory, received, url):
    names = device_names(inventory)
    begin = time.monotonic()
    print(f"hallwatch reads {len(names)} devices for {FIRST_LOOK_S} s ...", flush=True)
    time.sleep(FIRST_LOOK_S)
    while True:
        broker, database = broker_counts(received), database_counts(url)
        missing = mistakes(names, broker, database)
        if not missing or time.monotonic() - begin > LAST_LOOK_S:
            break
        time.sleep(1)
    print_table(names, broker, database)
    for line in missing:
        print(f"MISSING {line}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
