# SPDX-License-Identifier: Apache-2.0
"""Which series the dashboards look at: labels by the variables that are chosen, and sums that are right."""

from meanings import NONE_IS_GOOD, trouble_of
from panels import Query, figure, variable

WHOLE_SUM = 'phase="total", point=""'  # the power of a node, where all of it is known
HALL = 'site=~"$site", hall=~"$hall"'
ROW = f'{HALL}, row=~"$row"'
RACK = f'{ROW}, rack=~"$rack"'
NODE = 'site=~"$site", hall=~"$hall", class=~"$kind", node=~"$node", node!=""'  # All includes what has none
GATEWAY = 'site=~"$site", gateway=~"$gateway"'
NO_HEADER = ', class!="header"'  # water: it has no power that could be measured
DEVICE = 'site=~"$site", device!=""'
RACK_PLACE = "site, hall, row, rack"  # by which racks are told apart: another hall has a rack 1-01, too
INLETS = 'component=~"input|inlet|"'  # of totals: what comes in, once
AT_INLET = 'point=~"inlet|"'  # of air: what the machines breathe, not what they exhale


def known_power(of):
    """The power of nodes as far as it is known now: of one that is known in part, the lower bound. What a node was before
    its meter fell silent, databases show for five minutes more: its state tells which counts."""
    power, known = (
        f'facility_active_power_watts{{{of}, phase="total"',
        f"on (site, node) facility_sum_state{{{of}}}",
    )
    return f'({power}, point=""}} and {known} == 1 or {power}, point="at_least"}} and {known} == 2)'


def in_state(code, of):
    """How many nodes are in a state of redundancy."""
    return f"sum(facility_redundancy_state{{{of}}} == bool {code})"


def worst(most, metric, of):
    """A state's series, at most so many of those in trouble and so many of all: codes are in no order of severity."""
    series = f"{metric.name}{{{of}}}"
    trouble = " or ".join(f"{series} == {code}" for code in trouble_of(metric))
    return f"topk({most}, {trouble}) or topk({most}, {series})" if trouble else f"topk({most}, {series})"


def silent_gateways(of, width, height=4):
    """A figure: gateways that nothing comes from, as the alert gateway_silent has it. Series of their devices end."""
    known, heard = (
        f"group by (site, gateway) (last_over_time(facility_clock_error_seconds{{{of}}}[{time}]))"
        for time in ("7d", "2m")
    )
    return figure(
        "Silent gateways",
        "Gateways of the site that were heard of within seven days and have told nothing for two minutes: what they read, "
        "no other figure counts.",
        Query(f"count({known} unless {heard}) or 0 * count({known})"),
        "short",
        NONE_IS_GOOD,
        "no gateway within seven days",
        width=width,
        height=height,
    )


def places(*names):
    """Variables from the site down, each offering what is in what was chosen above it."""
    labels = {"site": "Site", "hall": "Hall", "row": "Row", "rack": "Rack"}
    found = []
    for i, name in enumerate(names):
        above = ", ".join(f'{one}=~"${one}"' for one in names[:i])
        found.append(variable(name, labels[name], f"label_values(facility_device_up{{{above}}}, {name})"))
    return found
