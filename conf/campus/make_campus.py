#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes an AI campus as a topology and its inventory: 250 MW in twelve halls, 1,900 racks, unless told otherwise.

    conf/campus/make_campus.py FOLDER [--halls 12] [--racks 1900] [--design 2N|catcher] [--only HALL] [--volts 415]

FOLDER gets power.csv (the nodes), devices.csv (what measures them), wiring.csv (breaker contacts) and copies of this
folder's configurations. The same arguments write the same files. `--only 1` writes the campus level and hall 1 alone:
that is how the three files beside this program were made.

How the campus is built, and where its figures come from (per hall unless it says otherwise):

  campus      two 154 kV intakes, two buses with an open coupler; pairs of 60 MVA 154/22.9 kV transformers, a pair for two halls,
              each of which carries both halls alone (2 x 20.8 MW / 0.95 = 44 MVA); ties between the 22.9 kV buses, open
  22.9 kV     feeders A and B of 1,250 A (the whole hall takes 552 A); two boards that change over: own side, other side,
              generators; nine generator sets of 3 MW in parallel, one of them spare
  blocks      22.9/0.4 kV transformers of 3,150 kVA, switchboards of 5,000 A, UPSes of five modules of 500 kW. 2N: a UPS for
              each side of 16 racks of 132 kW (2.1 MW of 2.5 MW). catcher: a UPS feeds side A of one group and side B of the
              next; a transfer switch before each busway takes the one spare UPS when that fails
  rows        8 liquid-cooled racks of 132 kW on two busways of 2,000 A (1,484 A when one is lost); tap-offs of 400 A
              for two racks, rack PDUs of 250 A (184 A when one is lost); the rest are network racks of 20 kW on floor PDUs
  cooling     85 % of a rack's heat goes to liquid: 4 CDUs of 1.3 MW and 117 m3/h (10 K) for 32 racks, one spare; 12 fan
              walls of 300 kW for the rest, one spare; five chillers of 4.5 MW of cold, one spare; 0.75 MW of power each
"""

import argparse
import csv
import shutil
from pathlib import Path

NODE_COLUMNS = (
    "name,kind,sources,cooled_by,takes,rating,standard,units,trip,meters,device,breaker,normal,budget,redundancy,"
    "autonomy,start,flow,hall,row,rack,feed,gateway"
).split(",")
DEVICE_COLUMNS = "name,driver,variant,url,gateway,hall,row,rack,feed".split(",")
WIRING_COLUMNS = "device,name,means,when,discrete".split(",")
HERE = Path(__file__).resolve().parent
COPIED = ("gateway.yaml", "site.yaml", "cdu.yaml", "fan_wall.yaml")

SIDES = ("a", "b")
MV, HV = "22.9 kV", "154 kV"
COMPUTE_RACKS, RACKS_PER_ROW, ROWS_PER_GROUP = 128, 8, 2  # of a hall
NETWORK_ROWS, GENERATORS, CHILLERS, FAN_WALLS, CDUS_PER_LOOP, LOOPS = 2, 9, 5, 12, 4, 4
HALLS_PER_PAIR = 2
METERS_PER_GATEWAY = 16


class Campus:
    """The rows, as they gather."""

    def __init__(self, arguments):
        self.design, self.volts = arguments.design, f"{arguments.volts} V"
        self.halls, self.racks = arguments.halls, arguments.racks
        self.nodes, self.devices, self.wiring = [], [], []
        self.place = {}  # the labels of what is written next
        self.meters = {}  # how many there are behind Modbus gateways, by hall

    def node(self, name, kind, *sources, **cells):
        self.nodes.append({"name": name, "kind": kind, "sources": ";".join(sources), **self.place, **cells})
        return name

    def device(self, name, driver, url, **cells):
        self.devices.append({"name": name, "driver": driver, "url": url, **self.place, **cells})
        return name

    def meter(self, name, driver="schneider_pm5000", **cells):
        """Meters share Modbus gateways, sixteen units on each."""
        number = self.meters[self.hall] = self.meters.get(self.hall, -1) + 1
        gateway, unit = divmod(number, METERS_PER_GATEWAY)
        return self.device(name, driver, f"modbus://10.{self.hall}.1.{10 + gateway}/{1 + unit}", **cells)

    def contacts(self, name, breakers):
        """A remote I/O block, which is told by each breaker whether it is closed and whether it has tripped."""
        self.device(name, "remote_io", f"modbus://10.{self.hall}.2.10/1")
        for number, breaker in enumerate(breakers):
            for input_, means in enumerate(("tripped", "breaker_closed")):
                row = {"name": breaker, "means": means, "when": "closed", "discrete": 2 * number + input_}
                self.wiring.append({"device": name, **row})

    def enter(self, hall, **place):
        self.hall = hall
        hall_place = {"hall": f"hall-{hall}", "gateway": f"gw-{hall}"} if hall else {"gateway": "site"}
        self.place = {**hall_place, **place}


def pair_of(hall):
    """Of main transformers."""
    return -(-hall // HALLS_PER_PAIR)


def add_campus_level(campus, halls):
    campus.enter(0)
    pairs = sorted({pair_of(hall) for hall in halls})
    campus.contacts("site-io", ["coupler", *(f"tie_{pair}" for pair in pairs)])
    for number in (1, 2):
        meter = campus.meter(f"meter-intake-{number}", "ls_gimac")
        campus.node(f"intake-{number}", "intake", rating=f"300 MW;2000 A;{HV}", meters=meter, feed="AB"[number - 1])
    campus.node("coupler", "tie", "intake-1", "intake-2", rating=f"2000 A;{HV}", breaker="site-io:breaker/coupler", normal="open")
    for number in (1, 2):
        campus.node(f"bus-{number}", "bus", f"intake-{number}", "coupler", rating=f"2000 A;{HV}", feed="AB"[number - 1])
    for pair in pairs:
        for number, side in enumerate(SIDES, 1):
            name = f"{pair}-{side}"
            meter = campus.meter(f"meter-tr-{name}", "ls_gimac", feed=side.upper())
            campus.node(f"tr-{name}", "transformer", f"bus-{number}", rating=f"60 MVA;{MV}", meters=meter, feed=side.upper())
        tie = campus.node(
            f"tie-{pair}", "tie", f"tr-{pair}-a", f"tr-{pair}-b", rating=f"2000 A;{MV}", breaker=f"site-io:breaker/tie_{pair}", normal="open"
        )
        for side in SIDES:
            campus.node(f"mv-{pair}-{side}", "bus", f"tr-{pair}-{side}", tie, rating=f"2000 A;{MV}", feed=side.upper())


def add_medium_voltage(campus, hall):
    campus.enter(hall)
    h, pair = f"h{hall}", pair_of(hall)
    campus.contacts(f"{h}-io", [f"feeder_{side}" for side in SIDES])
    sets = []
    for number in range(1, GENERATORS + 1):
        device = campus.device(f"{h}-gen-{number}-controller", "dse_gencomm", f"modbus://10.{hall}.2.{20 + number}/1")
        sets.append(
            campus.node(f"{h}-gen-{number}", "generator", rating=f"3 MW;3750 kVA;{MV}", meters=f"{device}:generator", device=device, start="15s")
        )
    campus.node(f"{h}-gen-bus", "bus", *sets, rating=f"1250 A;{MV}", redundancy="N+1")
    for side in SIDES:
        feed = side.upper()
        meter = campus.meter(f"{h}-meter-feeder-{side}", "ls_gimac", feed=feed)
        campus.node(
            f"{h}-feeder-{side}",
            "breaker",
            f"mv-{pair}-{side}",
            rating=f"1250 A;{MV}",
            standard="none",
            meters=meter,
            breaker=f"{h}-io:breaker/feeder_{side}",
            feed=feed,
        )
    for side, other in (SIDES, SIDES[::-1]):
        campus.node(
            f"{h}-mv-{side}",
            "ats",
            f"{h}-feeder-{side}",
            f"{h}-feeder-{other}",
            f"{h}-gen-bus",
            rating=f"1250 A;{MV}",
            standard="none",
            feed=side.upper(),
        )


def add_board(campus, name, source, side):
    """A 22.9/0.4 kV transformer and its switchboard."""
    meter = campus.meter(f"{name}-meter", feed=side.upper())
    campus.node(f"{name}-tr", "transformer", source, rating=f"3150 kVA;{campus.volts}", feed=side.upper())
    return campus.node(
        f"{name}-msb",
        "bus",
        f"{name}-tr",
        rating=f"5000 A;{campus.volts}",
        standard="IEC 60947-2",
        trip="electronic Ir 5000 A tr 10 s",
        meters=meter,
        feed=side.upper(),
    )


def add_block(campus, hall, block, side):
    """Transformer, switchboard, UPS; its name."""
    name = f"h{hall}-{block}"
    board = add_board(campus, name, f"h{hall}-mv-{side}", side)
    number = len([row for row in campus.devices if row["driver"] == "rfc1628" and row["hall"] == f"hall-{hall}"])
    device = campus.device(f"{name}-ups-card", "rfc1628", f"snmp://10.{hall}.3.{10 + number}", feed=side.upper())
    return campus.node(
        f"{name}-ups",
        "ups",
        board,
        rating=f"500 kW;500 kVA;{campus.volts}",
        units=5,
        meters=f"{device}:output",
        device=device,
        autonomy="5min",
        feed=side.upper(),
    )


def add_blocks(campus, hall):
    """What feeds both busways of each group of rows, by preference."""
    groups = COMPUTE_RACKS // (RACKS_PER_ROW * ROWS_PER_GROUP)
    if campus.design == "2N":
        return [[[add_block(campus, hall, f"{side}{group}", side)] for side in SIDES] for group in range(1, groups + 1)]
    blocks = [add_block(campus, hall, f"u{group + 1}", SIDES[group % 2]) for group in range(groups)]
    spare = add_block(campus, hall, "catcher", "b")
    return [[[blocks[group], spare], [blocks[(group + 1) % groups], spare]] for group in range(groups)]


def add_source_of_row(campus, hall, name, side, sources):
    """Behind a transfer switch where there are two UPSes to choose from."""
    if len(sources) == 1:
        return sources[0]
    return campus.node(f"h{hall}-sts-{name}-{side}", "sts", *sources, rating=f"2000 A;{campus.volts}", feed=side.upper())


def add_rack(campus, hall, name, sources, kind):
    """A rack and its two PDUs; `kind`: its rating, PDUs, their driver, budget and what cools it."""
    campus.place["rack"] = name
    row, number = (int(piece) for piece in name.split("-"))
    pdus = []
    for index, side in enumerate(SIDES):
        feed = side.upper()
        url = f"snmp://10.{hall}.{100 + row}.{10 + 2 * number + index}"
        device = campus.device(f"h{hall}-pdu-{name}-{side}-card", kind["driver"], url, feed=feed)
        rating = f"{kind['amperes']} A;{campus.volts}"
        pdus.append(
            campus.node(
                f"h{hall}-pdu-{name}-{side}",
                "pdu",
                sources[index],
                rating=rating,
                standard=kind["standard"],
                trip="thermal-magnetic",
                meters=device,
                feed=feed,
            )
        )
    campus.node(
        f"h{hall}-rack-{name}",
        "rack",
        *pdus,
        cooled_by=kind["cooled_by"],
        rating=kind["rating"],
        budget=kind["budget"],
        redundancy="2N",
    )
    del campus.place["rack"]


def add_compute_row(campus, hall, row, feeds):
    campus.enter(hall, row=f"{row:02}")
    loop = 1 + (row - 1) * LOOPS * RACKS_PER_ROW // COMPUTE_RACKS
    kind = {
        "driver": "raritan_px",
        "amperes": 250,
        "standard": "IEC 60947-2",
        "rating": "132 kW",
        "budget": "rack",
        "cooled_by": f"h{hall}-loop-{loop}",
    }
    busways = []
    for side, sources in zip(SIDES, feeds):
        source = add_source_of_row(campus, hall, f"{row:02}", side, sources)
        meter = campus.meter(f"h{hall}-busway-{row:02}-{side}-meter", feed=side.upper())
        busways.append(
            campus.node(
                f"h{hall}-busway-{row:02}-{side}",
                "busway",
                source,
                rating=f"2000 A;{campus.volts}",
                standard="IEC 60947-2",
                trip="electronic Ir 2000 A tr 10 s",
                meters=meter,
                feed=side.upper(),
            )
        )
    for first in range(1, RACKS_PER_ROW + 1, 2):
        taps = [
            campus.node(
                f"h{hall}-tap-{row:02}-{first}-{side}",
                "tap_off",
                busway,
                rating=f"400 A;{campus.volts}",
                standard="IEC 60947-2",
                trip="thermal-magnetic",
                feed=side.upper(),
            )
            for side, busway in zip(SIDES, busways)
        ]
        for number in (first, first + 1):
            add_rack(campus, hall, f"{row:02}-{number}", taps, kind)


def add_network_row(campus, hall, row, racks, feeds):
    """Racks of switches and storage, on the floor's own PDUs."""
    campus.enter(hall, row=f"{row:02}")
    kind = {
        "driver": "apc_rpdu2",
        "amperes": 32,
        "standard": "IEC 60898",
        "rating": "20 kW",
        "budget": "network",
        "cooled_by": f"h{hall}-room",
    }
    floor = []
    for side, sources in zip(SIDES, feeds):
        source = add_source_of_row(campus, hall, f"{row:02}", side, sources)
        rating = f"630 A;{campus.volts}"
        floor.append(campus.node(f"h{hall}-floor-{row:02}-{side}", "pdu", source, rating=rating, standard="IEC 60947-2", feed=side.upper()))
    for number in range(1, racks + 1):
        add_rack(campus, hall, f"{row:02}-{number}", floor, kind)


def add_machines(campus, kind, first, driver, supplies, of_device=(), **cells):
    """Machines that tell their own power and state, each on the sources that `supplies` has for it: their names."""
    word = kind.split("_")[0]
    names = []
    for number, sources in enumerate(supplies, 1):
        name = f"h{campus.hall}-{word}-{number}"
        url = f"modbus://10.{campus.hall}.2.{first + number}/1"
        device = campus.device(f"{name}-controller", driver, url, **dict(of_device))
        names.append(campus.node(name, kind, *sources, meters=device, device=device, **cells))
    return names


def add_cooling(campus, hall, feeds):
    campus.enter(hall)
    h = f"h{hall}"
    boards = [add_board(campus, f"{h}-cooling-{side}", f"{h}-mv-{side}", side) for side in SIDES]
    either = [boards[:: 1 - number % 2 * 2] for number in range(CHILLERS)]
    chillers = add_machines(
        campus, "chiller", 40, "trane_ch530", either, {"variant": "rtwd"}, takes="prefers", rating="4.5 MW"
    )
    water = campus.node(f"{h}-water", "header", cooled_by=";".join(chillers), redundancy="N+1")
    # Pumps and fans go on at once when a side is lost: behind transfer switches, on the UPSes of the first two groups.
    switches = []
    for number, ((preferred, *_), (alternate, *_)) in enumerate((feeds[0], feeds[1][::-1]), 1):
        name = f"{h}-sts-pumps-{number}"
        device = campus.device(f"{name}-controller", "siemens_atc6300", f"modbus://10.{hall}.2.{50 + number}/1")
        switches.append([campus.node(name, "sts", preferred, alternate, rating=f"400 A;{campus.volts}", device=device)])
    walls = add_machines(
        campus, "air_unit", 100, "fan_wall", switches * (FAN_WALLS // 2), cooled_by=water, rating="300 kW"
    )
    campus.node(f"{h}-room", "header", cooled_by=";".join(walls), redundancy="N+1")
    supplies = switches * (LOOPS * CDUS_PER_LOOP // 2)
    cdus = add_machines(campus, "cdu", 150, "cdu", supplies, cooled_by=water, rating="1.3 MW", flow="117 m3/h")
    for loop in range(LOOPS):
        mine = cdus[loop * CDUS_PER_LOOP : (loop + 1) * CDUS_PER_LOOP]
        campus.node(f"{h}-loop-{loop + 1}", "header", cooled_by=";".join(mine), redundancy="N+1")


def add_hall(campus, hall):
    add_medium_voltage(campus, hall)
    feeds = add_blocks(campus, hall)
    add_cooling(campus, hall, feeds)
    rows = COMPUTE_RACKS // RACKS_PER_ROW
    for row in range(1, rows + 1):
        add_compute_row(campus, hall, row, feeds[(row - 1) // ROWS_PER_GROUP])
    racks = campus.racks // campus.halls + (hall <= campus.racks % campus.halls) - COMPUTE_RACKS
    for row in range(NETWORK_ROWS):
        share = racks // NETWORK_ROWS + (row < racks % NETWORK_ROWS)
        add_network_row(campus, hall, rows + 1 + row, share, feeds[2 + row])


def write(path, columns, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    title, _, details = __doc__.partition("\n")
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=title, epilog=details, formatter_class=form)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--halls", type=int, default=12)
    parser.add_argument("--racks", type=int, default=1900, help="of all halls")
    parser.add_argument("--design", choices=("2N", "catcher"), default="2N", help="of the UPSes")
    parser.add_argument("--only", type=int, metavar="HALL", help="the campus level and this hall")
    parser.add_argument("--volts", type=int, default=415, help="between phases, of racks")
    arguments = parser.parse_args()
    least = arguments.halls * COMPUTE_RACKS
    if not 1 <= arguments.halls <= 99 or not least <= arguments.racks <= least + arguments.halls * 100:
        parser.error(f"1 to 99 halls, of {COMPUTE_RACKS} to {COMPUTE_RACKS + 100} racks each")
    campus = Campus(arguments)
    halls = [arguments.only] if arguments.only else range(1, arguments.halls + 1)
    add_campus_level(campus, halls)
    for hall in halls:
        add_hall(campus, hall)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    write(arguments.folder / "power.csv", NODE_COLUMNS, campus.nodes)
    write(arguments.folder / "devices.csv", DEVICE_COLUMNS, campus.devices)
    write(arguments.folder / "wiring.csv", WIRING_COLUMNS, campus.wiring)
    if arguments.folder.resolve() != HERE:
        for name in COPIED:
            shutil.copy(HERE / name, arguments.folder)
    racks = [node for node in campus.nodes if node["kind"] == "rack"]
    print(f"{len(campus.nodes)} nodes, {len(racks)} racks, {len(campus.devices)} devices in {arguments.folder}")


main()
