# SPDX-License-Identifier: Apache-2.0
"""The dashboard of a hall: what an operator looks for first, then load, supply and cooling."""

from meanings import FAILOVER, HEADROOM, INLET, LEVELS, NONE_IS_GOOD, WHOLE, mappings_of
from panels import ORANGE, RED, Query, bars, dashboard, figure, lines, states, steps
from selecting import AT_INLET, HALL, INLETS, NO_HEADER, RACK_PLACE, in_state, known_power, places, silent_gateways, worst


def hall_dashboard(metrics):
    nodes = f'{HALL}, class=~"intake|transformer|ups|bus|busway|rack", node!=""'
    racks = f'{HALL}, class="rack", node!=""'
    meters = f'{HALL}, class="meter", device!="", {INLETS}, phase="total", feed!=""'
    # Told at changes and once a minute: VictoriaMetrics would show gaps where changes were more often before.
    alarms = f"last_over_time(facility_alarm_condition_state{{{HALL}}}[5m])"
    first = [
        figure(
            "Redundancy lost",
            "Nodes that a single loss would take down now.",
            Query(in_state(2, HALL)),
            "short",
            NONE_IS_GOOD,
            "no node has a rule of redundancy",
            width=4,
        ),
        figure(
            "Redundancy unknown",
            "Nodes of which nobody knows whether they would bear a loss: too little is measured.",
            Query(in_state(4, HALL)),
            "short",
            NONE_IS_GOOD,
            "no node has a rule of redundancy",
            width=4,
        ),
        figure(
            "Alarms standing",
            "Alarms that are active, of all gateways of the site.",
            Query('sum(facility_alarms_standing{site=~"$site", reason="active"})'),
            "short",
            NONE_IS_GOOD,
            width=4,
        ),
        figure(
            "Least headroom",
            "Of all nodes with a budget: the smallest share of it that is left.",
            Query(f"min(facility_headroom_ratio{{{HALL}}})"),
            "percentunit",
            HEADROOM,
            "no node has a budget",
            width=4,
        ),
        figure(
            "Worst single loss",
            "The highest load over usable capacity that any single loss would leave behind.",
            Query(f"max(facility_failover_load_ratio{{{HALL}}})"),
            "percentunit",
            FAILOVER,
            width=4,
        ),
        figure(
            "Power of racks",
            "The sum of all racks; a lower bound, where one is not wholly known.",
            Query(f"sum({known_power(racks)})"),
            "watt",
            width=4,
        ),
        figure(
            "Measured",
            "The least share of a node's inputs that is measured now: what nobody sees is not in the sums.",
            Query(f"min(facility_measured_ratio{{{HALL}{NO_HEADER}}})"),
            "percentunit",
            WHOLE,
            width=8,
        ),
        figure(
            "Silent devices",
            "Devices that do not answer. Those of a silent gateway are not known and not counted.",
            Query(f"sum(facility_device_up{{{HALL}}} == bool 0)"),
            "short",
            NONE_IS_GOOD,
            width=8,
        ),
        silent_gateways('site=~"$site"', 8),
    ]
    load = [
        lines(
            "Power by kind of node",
            "What passes intakes, UPSes, busways and racks, as far as it is known. Each is the same power at another place: "
            "never add them.",
            Query(f"sum by (class) ({known_power(nodes)})", "{{class}}"),
            unit="watt",
            least=0,
        ),
        lines(
            "Power of racks by row",
            "The sum of the racks of each row; a lower bound, where one is not wholly known.",
            Query(f"sum by (site, hall, row) ({known_power(racks)})", "{{hall}} row {{row}}"),
            unit="watt",
            least=0,
        ),
        lines(
            "Power of meters by feed",
            "What the meters of each feed tell, added: one behind another counts besides it, and a silent one is missing.",
            Query(
                f"sum by (site, hall, feed) (max without (job, instance) (facility_active_power_watts{{{meters}}}))",
                "{{hall}} feed {{feed}}",
            ),
            unit="watt",
            least=0,
        ),
        bars(
            "Racks that use their budget most",
            "Load over the highest level of the rack's budget.",
            Query(f'topk(16, facility_budget_load_ratio{{{HALL}, class="rack"}})', "{{node}}"),
            "percentunit",
            steps((0.75, ORANGE), (0.95, RED)),
            "no rack has a budget",
        ),
        lines(
            "Energy of racks, last hour",
            "By row, from the counters of their meters; in joules (3.6 MJ are 1 kWh).",
            Query(
                f'sum by (site, hall, row) (increase(facility_active_energy_joules_total{{{racks}, phase="total"}}[1h]))',
                "{{hall}} row {{row}}",
            ),
            unit="joule",
            least=0,
        ),
        states(
            "Alarms by what they are about",
            "Alarms that hallwatch has judged: active, returned (latched), suppressed by their cause, out of service. Of more than "
            "40 the active ones are kept.",
            Query(f"bottomk(40, {alarms} > 0)", "{{alarm}} {{node}} {{device}}"),
            mappings=mappings_of(metrics["facility_alarm_condition_state"]),
            no_value="no alarm in this time",
        ),
    ]
    supply = [
        states(
            "What feeds the UPSes",
            "Mode of each UPS.",
            Query(f"facility_ups_mode_state{{{HALL}}}", "{{device}}"),
            mappings=mappings_of(metrics["facility_ups_mode_state"]),
            width=8,
            no_value="no UPS",
        ),
        lines(
            "Battery charge",
            "Charge that is left.",
            Query(f"facility_battery_charge_ratio{{{HALL}}}", "{{device}} {{component_id}}"),
            unit="percentunit",
            width=8,
            least=0,
            no_value="no battery",
        ),
        lines(
            "Battery runtime",
            "Time that is left at the present load.",
            Query(f"facility_battery_runtime_seconds{{{HALL}}}", "{{device}}"),
            unit="s",
            thresholds=LEVELS["facility_battery_runtime_seconds"],
            width=8,
            no_value="no battery",
        ),
    ]
    air = f'facility_air_temperature_celsius{{{HALL}, device!="", rack!="", {AT_INLET}}}'
    cooling = [
        lines(
            "Air of racks",
            "What each rack breathes in: the hottest of its sensors, of the 20 hottest racks; air units' own readings are on their "
            "dashboard.",
            Query(f"topk(20, max by ({RACK_PLACE}) ({air}))", "{{hall}} rack {{rack}}"),
            unit="celsius",
            thresholds=INLET,
        ),
        lines(
            "Coolant",
            "Supply and return of liquid loops.",
            Query(
                f'facility_coolant_temperature_celsius{{{HALL}, class=~"chiller|liquid"}}',
                "{{device}} {{side}} {{point}}",
            ),
            unit="celsius",
            no_value="no liquid loop",
        ),
        states(
            "Chillers and air units",
            "What each machine is doing.",
            Query(
                f'facility_unit_state{{{HALL}, class=~"chiller|air"}}',
                "{{device}} {{component}} {{component_id}}",
            ),
            mappings=mappings_of(metrics["facility_unit_state"]),
            no_value="no machine says",
        ),
        states(
            "Leaks",
            "Leak sensors: at most 20 that are wet, and at most 20 of all.",
            Query(worst(20, metrics["facility_leak_state"], HALL), "{{device}} {{point}}"),
            mappings=mappings_of(metrics["facility_leak_state"]),
            no_value="no leak sensor",
        ),
    ]
    rows = [("What to look at first", first), ("Load", load), ("Supply", supply), ("Cooling", cooling)]
    return dashboard(
        "hallwatch-hall",
        "hallwatch: Hall",
        "What an operator looks for first, then load, supply and cooling. Generated.",
        places("site", "hall"),
        rows,
    )
