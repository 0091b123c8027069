# SPDX-License-Identifier: Apache-2.0
"""Which series the dashboards look at: labels by the variables that are chosen, and sums that are right."""

from panels import RED, steps, variable

WHOLE_SUM = 'phase="total", point=""'  # the power of a node, where all of it is known
HALL = 'site=~"$site", hall=~"$hall"'
ROW = f'{HALL}, row=~"$row"'
RACK = f'{ROW}, rack=~"$rack"'
NODE = 'site=~"$site", hall=~"$hall", class=~"$kind", node=~"$node"'
GATEWAY = 'site=~"$site", gateway=~"$gateway"'
NO_HEADER = ', class!="header"'  # water: it has no power that could be measured
DEVICE = 'site=~"$site", device!=""'
LOST = steps((1, RED))


def known_power(of):
    """The power of nodes as far as it is known now: of one that is known in part, the lower bound. What a node was before
    its meter fell silent, databases show for five minutes more: its state tells which counts."""
    power, known = (
        f'facility_active_power_watts{{{of}, phase="total"',
        f"on (site, node) facility_sum_state{{{of}}}",
    )
    return f'({power}, point=""}} and {known} == 1 or {power}, point="at_least"}} and {known} == 2)'


def places(*names):
    """Variables from the site down, each offering what is in what was chosen above it."""
    labels = {"site": "Site", "hall": "Hall", "row": "Row", "rack": "Rack"}
    found = []
    for i, name in enumerate(names):
        above = ", ".join(f'{one}=~"${one}"' for one in names[:i])
        found.append(variable(name, labels[name], f"label_values(facility_device_up{{{above}}}, {name})"))
    return found
