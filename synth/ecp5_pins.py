# SPDX-License-Identifier: Apache-2.0
"""Which input of a table a net takes: the one that comes last takes D.

On a routed `base` a wire to D is 0.3 ns shorter than the same one to A if both ends are near, and 0.6 ns if they are not, C and B lie between,
and nextpnr does not exchange inputs. Yosys gives the last net A, which is the fastest input inside a table.

When a net comes is estimated: ps of nextpnr's cells (speed grade 6), and of wires by how many read them.
"""
import collections

ORDER = "DCBA"                                            # the fastest way first
BEHIND_CLOCK = {"TRELLIS_FF": 525, "DP16KD": 5700}
THROUGH = {"LUT4": 240, "CCU2C": 450, "TRELLIS_DPR16X4": 240, "MULT18X18D": 3900}
CLOCKED = ("CLK", "WCK", "WRE", "DI", "WAD", "CE", "RST") # pins of those cells that no output follows


def wire(readers):
    return 700 + 150 * readers.bit_length()


def pins(cell, direction):
    return [(pin, bit) for pin, bits in cell["connections"].items() if cell["port_directions"][pin] == direction for bit in bits if not isinstance(bit, str)]


def arrivals(cells):
    """ps after the clock by net, at its readers."""
    readers = collections.Counter(bit for cell in cells.values() for _, bit in pins(cell, "input"))
    driver = {bit: cell for cell in cells.values() for _, bit in pins(cell, "output")}
    inputs = {id(cell): [bit for pin, bit in pins(cell, "input") if not pin.startswith(CLOCKED)] for cell in cells.values() if cell["type"] in THROUGH}
    time = {}
    for first in driver:
        stack = [first]
        while stack:
            net = stack[-1]
            cell = driver.get(net)
            later = [] if cell is None or net in time else [bit for bit in inputs.get(id(cell), ()) if bit not in time]
            if later and len(stack) < 10000:                 # a loop ends here
                stack += later
                continue
            stack.pop()
            if net not in time:
                behind = 0 if cell is None else BEHIND_CLOCK.get(cell["type"], 0)
                if cell is not None and cell["type"] in THROUGH:
                    behind = THROUGH[cell["type"]] + max((time.get(bit, 0) for bit in inputs[id(cell)]), default=0)
                time[net] = behind + wire(readers[net])
    return time


def rearranged(cell, order):
    """Gives the nets on pins `order` of a table, the latest last, the pins of ORDER; what is free is 0."""
    taken = dict(zip(ORDER, reversed(order)))                # new pin: old pin
    init = cell["parameters"]["INIT"]
    old = lambda i: sum(1 << "ABCD".index(taken[pin]) for pin in taken if i >> "ABCD".index(pin) & 1)
    nets = {pin: cell["connections"][taken[pin]] if pin in taken else ["0"] for pin in "ABCD"}
    cell["parameters"]["INIT"] = "".join(init[15 - old(15 - i)] for i in range(16))
    cell["connections"].update(nets)


def improve(module):
    """How many tables were rearranged."""
    cells, done = module["cells"], 0
    time = arrivals(cells)
    for cell in cells.values():
        if cell["type"] != "LUT4":
            continue
        order = sorted((pin for pin in "ABCD" if not isinstance(cell["connections"][pin][0], str)), key=lambda pin: time.get(cell["connections"][pin][0], 0))
        if order and dict(zip(ORDER, reversed(order))) != {pin: pin for pin in order}:
            rearranged(cell, order)
            done += 1
    return done
