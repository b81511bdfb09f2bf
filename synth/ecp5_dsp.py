# SPDX-License-Identifier: Apache-2.0
"""What Yosys 0.23 leaves out at the multipliers of an ECP5 netlist (JSON), so that less has to be routed: a factor of fewer than 18 bits comes in
the upper bits, zeros below, instead of its sign on every pin above; the product moves up with it.

Registers behind a product stay in logic: the open bitstream database has no bits for the enable of a multiplier's output register.
"""
import collections

def readers(module):
    """Who reads a net: (cell, port, bit of the port); the module's own ports are readers called None."""
    found = collections.defaultdict(list)
    for name, cell in module["cells"].items():
        for port, bits in cell["connections"].items():
            if cell["port_directions"][port] == "input":
                for i, bit in enumerate(bits):
                    found[bit].append((name, port, i))
    for port in module["ports"].values():
        if port["direction"] != "input":
            for bit in port["bits"]:
                found[bit].append((None, None, 0))
    return found


def width(pins, factor):
    """Bits of a signed factor without the copies of its sign."""
    bits = [pins[f"{factor}{i}"][0] for i in range(18)]
    if isinstance(bits[17], str) or pins[f"SIGNED{factor}"][0] != "1":
        return 18
    while len(bits) > 1 and bits[-2] == bits[-1]:
        bits.pop()
    return len(bits)


def raise_factor(pins, factor, read):
    """Whether a factor was moved to the upper pins."""
    shift = 18 - width(pins, factor)
    if not shift or any(read[bit] for i in range(36 - shift, 36) for bit in pins.get(f"P{i}", [])):
        return False
    move = lambda letter, top: [pins.pop(f"{letter}{i}", None) for i in range(top - shift)]
    product, value = move("P", 36), move(factor, 18)
    for letter, bits in (("P", product), (factor, value)):
        for i in range(36 if letter == "P" else 18):
            pins.pop(f"{letter}{i}", None)
            if i >= shift and bits[i - shift] is not None:
                pins[f"{letter}{i}"] = bits[i - shift]
            elif letter != "P":
                pins[f"{letter}{i}"] = ["0"]
    return True


def improve(module):
    """How many factors were moved."""
    read = readers(module)
    names = [n for n, c in module["cells"].items() if c["type"] == "MULT18X18D"]
    return sum(raise_factor(module["cells"][n]["connections"], f, read) for n in names for f in "AB")
