# SPDX-License-Identifier: Apache-2.0
"""The dashboard of a rack: one rack or several."""

from meanings import FAILOVER, INLET, NONE_IS_GOOD, mappings_of
from panels import GREEN, ORANGE, RED, Query, bars, dashboard, figure, lines, states, steps
from selecting import AT_INLET, INLETS, RACK, RACK_PLACE, WHOLE_SUM, in_state, known_power, places, silent_gateways, worst


def rack_dashboard(metrics):
    node = f'{RACK}, class="rack", node!=""'
    pdu = f'{RACK}, class="pdu", device!=""'

    def carried(feeds):
        """The power of PDUs that answer: of one that fell silent databases show the last for some minutes more."""
        power = f'facility_active_power_watts{{{pdu}, {INLETS}, phase="total", feed=~"{feeds}"}}'
        return f"({power} and on (site, device) facility_device_up == 1)"

    share_of_a, both, of_b = (f"sum by ({RACK_PLACE}) {carried(feeds)}" for feeds in ("A", "A|B", "B"))
    part = "site, device, component, component_id"
    outlet = f'facility_active_power_watts{{{pdu}, component="outlet"}}'
    named = f"max by ({part}, name) (facility_component_info{{{pdu}}})"
    first = [
        figure(
            "Power of all",
            "The sum of the racks chosen; a lower bound, where one is not wholly known.",
            Query(f"sum({known_power(node)})"),
            "watt",
            width=6,
            height=3,
        ),
        figure(
            "Least headroom",
            "Power that is left below the highest level of the budget, of the rack with the least.",
            Query(f"min(facility_power_headroom_watts{{{node}}})"),
            "watt",
            steps((0, GREEN), base=RED),
            "no budget",
            width=6,
            height=3,
        ),
        figure(
            "Load over budget",
            "Of the rack that uses most of its own.",
            Query(f"max(facility_budget_load_ratio{{{node}}})"),
            "percentunit",
            steps((0.75, ORANGE), (0.95, RED)),
            "no budget",
            width=6,
            height=3,
        ),
        figure(
            "Worst single loss",
            "Load over usable capacity that it would leave.",
            Query(f"max(facility_failover_load_ratio{{{node}}})"),
            "percentunit",
            FAILOVER,
            width=6,
            height=3,
        ),
        figure(
            "Redundancy lost",
            "Racks that a single loss would take down now.",
            Query(in_state(2, node)),
            "short",
            NONE_IS_GOOD,
            "no rule of redundancy",
            width=6,
            height=3,
        ),
        figure(
            "Redundancy unknown",
            "Racks of which nobody knows whether they would bear a loss: too little is measured.",
            Query(in_state(4, node)),
            "short",
            NONE_IS_GOOD,
            "no rule of redundancy",
            width=6,
            height=3,
        ),
        figure(
            "Silent devices",
            "Devices of the racks that do not answer. Those of a silent gateway are not known and not counted.",
            Query(f"sum(facility_device_up{{{RACK}}} == bool 0)"),
            "short",
            NONE_IS_GOOD,
            width=6,
            height=3,
        ),
        silent_gateways('site=~"$site"', 6, 3),
    ]
    load = [
        lines(
            "Power",
            "Of each rack.",
            Query(f"facility_active_power_watts{{{node}, {WHOLE_SUM}}}", "{{node}}"),
            unit="watt",
            least=0,
        ),
        lines(
            "Power by feed",
            "What the PDUs of each feed carry, those that answer: on 2N about the same.",
            Query(f"sum by ({RACK_PLACE}, feed) {carried('.*')}", "{{hall}} {{rack}} {{feed}}"),
            unit="watt",
            least=0,
        ),
        lines(
            "Current by PDU and phase",
            "At the inlets.",
            Query(
                f'topk(40, facility_current_amperes{{{pdu}, component=~"inlet|input", phase=~"L[123]"}})',
                "{{device}} {{phase}}",
            ),
            unit="amp",
            least=0,
        ),
        states(
            "Budget",
            "How each rack stands to its budget.",
            Query(f"facility_budget_state{{{node}}}", "{{node}}"),
            mappings=mappings_of(metrics["facility_budget_state"]),
            no_value="no budget",
        ),
        lines(
            "Share of feed A",
            "Power of A over A and B, of racks where PDUs of both answer.",
            Query(f"{share_of_a} / {both} and on ({RACK_PLACE}) {of_b}", "{{hall}} {{rack}}"),
            unit="percentunit",
            thresholds=steps((0.2, GREEN), (0.8, ORANGE), base=ORANGE),
            no_value="no rack with feeds A and B",
        ),
        lines(
            "Energy, last hour",
            "In joules (3.6 MJ are 1 kWh).",
            Query(f'increase(facility_active_energy_joules_total{{{node}, phase="total"}}[1h])', "{{node}}"),
            unit="joule",
            least=0,
        ),
    ]
    outlets = [
        bars(
            "Outlets with most power",
            "By the name that people gave them, where they did.",
            Query(
                f"topk(20, {outlet} * on ({part}) group_left (name) {named} or on ({part}) {outlet})",
                "{{device}} {{component_id}} {{name}}",
            ),
            "watt",
            steps((1000, ORANGE), (2500, RED)),
            "no PDU meters its outlets",
        ),
        lines(
            "Outlets with most current",
            "The 20 highest.",
            Query(
                f'topk(20, facility_current_amperes{{{pdu}, component="outlet"}})',
                "{{device}} {{component_id}}",
            ),
            unit="amp",
            least=0,
            no_value="no PDU meters its outlets",
        ),
    ]
    surroundings = [
        lines(
            "Inlet air",
            "What the rack breathes in, at its sensors: the 20 hottest.",
            Query(
                f"topk(20, facility_air_temperature_celsius{{{RACK}, {AT_INLET}}})",
                "{{device}} {{component_id}} {{point}}",
            ),
            unit="celsius",
            thresholds=INLET,
            width=6,
        ),
        lines(
            "Other air",
            "Exhaust and all that is no inlet: the 20 hottest.",
            Query(
                f'topk(20, facility_air_temperature_celsius{{{RACK}, point!~"inlet|"}})',
                "{{device}} {{component_id}} {{point}}",
            ),
            unit="celsius",
            no_value="no sensor but at inlets",
            width=6,
        ),
        lines(
            "Humidity",
            "At the rack's sensors.",
            Query(
                f"topk(20, facility_relative_humidity_ratio{{{RACK}}})",
                "{{device}} {{component_id}} {{point}}",
            ),
            unit="percentunit",
            width=6,
        ),
        lines(
            "Coolant",
            "Of the rack's own cooling.",
            Query(f"facility_coolant_temperature_celsius{{{RACK}}}", "{{device}} {{side}} {{point}}"),
            unit="celsius",
            width=6,
            no_value="no liquid cooling",
        ),
        states(
            "Leaks",
            "Leak sensors: at most 20 that are wet, and at most 20 of all.",
            Query(worst(20, metrics["facility_leak_state"], RACK), "{{device}} {{point}}"),
            mappings=mappings_of(metrics["facility_leak_state"]),
            no_value="no leak sensor",
        ),
        states(
            "Devices",
            "How the agent fares with each.",
            Query(f"facility_device_state{{{RACK}}}", "{{device}}"),
            mappings=mappings_of(metrics["facility_device_state"]),
        ),
    ]
    rows = [("Now", first), ("Load", load), ("Outlets", outlets), ("Surroundings", surroundings)]
    return dashboard(
        "hallwatch-rack",
        "hallwatch: Rack",
        "One rack or several: power by feed, outlets, budget, surroundings. Generated.",
        places("site", "hall", "row", "rack"),
        rows,
    )
