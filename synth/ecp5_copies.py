# SPDX-License-Identifier: Apache-2.0
"""Copies of registers that many read: nextpnr places a register in the middle of its readers, however far these lie apart, and copies none.

A register with more than MANY readers whose inputs come early becomes several with the same inputs, sqrt(readers) / 3 but two at least. Each
serves readers that are near each other in the netlist, and so on the device: the 36 bits of a cell of the array, for example.
When inputs come is estimated (ecp5_pins.py). DSP blocks stay with the original: the cells of a block share four enables.
"""
import collections

import ecp5_pins

MANY = 10
EARLY = 6500                                              # ps: what a copy far away adds to the way of its input must not hurt
BUSY = 64                                                 # a net of more readers says nothing of who is near


def wanted(cells, readers):
    """{register: number of registers in its place}."""
    time = ecp5_pins.arrivals(cells)
    late = lambda cell: max(time.get(bit, 0) for pin, bit in ecp5_pins.pins(cell, "input") if pin != "CLK")
    return {name: max(2, round(len(readers[cell["connections"]["Q"][0]]) ** 0.5 / 3)) for name, cell in cells.items()
            if cell["type"] == "TRELLIS_FF" and len(readers[cell["connections"].get("Q", [None])[0]]) > MANY and late(cell) <= EARLY}


def neighbours(cells, readers):
    """{cell: cells that a net of few readers joins with it}."""
    near = collections.defaultdict(set)
    for name, cell in cells.items():
        for _, bit in ecp5_pins.pins(cell, "output"):
            if len(readers[bit]) <= BUSY:
                for other, _ in readers[bit]:
                    near[name].add(other)
                    near[other].add(name)
    return near


def groups(pins, near, count):
    """The pins (cell, pin) in `count` groups of one size, each of cells that are near its first."""
    left, size = dict.fromkeys(sorted(pins)), -(-len(pins) // count)
    by_cell = collections.defaultdict(list)
    for cell, pin in left:
        by_cell[cell].append((cell, pin))
    while left:
        first = next(iter(left))[0]
        group, queue, seen = [], collections.deque([first]), {first}
        while queue and len(group) < size:
            cell = queue.popleft()
            for pin in by_cell.pop(cell, ()):
                group.append(pin)
                del left[pin]
            for other in sorted(near[cell] - seen):
                seen.add(other)
                queue.append(other)
        yield group


def improve(module):
    """How many registers were added."""
    cells, added = module["cells"], 0
    readers = collections.defaultdict(list)               # net: (cell, pin)
    for name, cell in cells.items():
        for pin, bit in ecp5_pins.pins(cell, "input"):
            readers[bit].append((name, pin))
    taken = [*(bits for cell in cells.values() for bits in cell["connections"].values()), *(port["bits"] for port in module["ports"].values())]
    near, free = neighbours(cells, readers), 1 + max(bit for bits in taken for bit in bits if not isinstance(bit, str))
    for name, count in wanted(cells, readers).items():
        net = cells[name]["connections"]["Q"][0]
        others = [pin for pin in readers[net] if cells[pin[0]]["type"] not in ("MULT18X18D", "ALU54B")]
        for k, group in enumerate(groups(others, near, count)):
            if not k:
                continue                                  # what there is serves the first group
            copy = {**cells[name], "connections": {**cells[name]["connections"], "Q": [free]}}
            cells[f"{name}$copy{k}"] = copy
            for cell, pin in group:
                cells[cell]["connections"][pin] = [free if bit == net else bit for bit in cells[cell]["connections"][pin]]
            free, added = free + 1, added + 1
    return added
