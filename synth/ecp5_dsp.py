# SPDX-License-Identifier: Apache-2.0
"""What Yosys 0.23 leaves out at the multipliers of an ECP5 netlist (JSON), so that less has to be routed:

* a factor of fewer than 18 bits comes in the upper bits, zeros below, instead of its sign on every pin above; the product moves up with it;
* registers that do nothing but hold a product become the output register of the multiplier (clock and enable 0 of its block).
"""
import collections

MANY = 16                                    # multipliers of a module whose registers are taken


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


def is_plain(cell):
    """A register with a clock, perhaps an enable, without reset."""
    param, pins = cell["parameters"], cell["connections"]
    return (cell["type"] == "TRELLIS_FF" and param.get("CLKMUX", "CLK") == "CLK" and param.get("CEMUX", "1") in ("1", "CE")
            and pins.get("LSR", ["0"])[0] in ("0", "x") and param.get("REGSET", "RESET") == "RESET" and pins.get("M", ["0"])[0] in ("0", "x"))


def absorb(module, name, read):
    """Whether the registers behind a product became the multiplier's own."""
    cell = module["cells"][name]
    pins, found = cell["connections"], {}
    for i in range(36):
        for bit in pins.get(f"P{i}", []):
            if not read[bit]:
                continue
            if len(read[bit]) != 1 or read[bit][0][1] != "DI" or not is_plain(module["cells"][read[bit][0][0]]):
                return False
            found[i] = read[bit][0][0]
    controls = {(c["connections"]["CLK"][0], c["connections"].get("CE", ["1"])[0] if c["parameters"].get("CEMUX", "1") == "CE" else "1")
                for c in (module["cells"][f] for f in found.values())}
    if len(controls) != 1:
        return False
    clock, enable = controls.pop()
    for i in range(36):
        pins.pop(f"P{i}", None)
    for i, register in found.items():
        pins[f"P{i}"] = module["cells"].pop(register)["connections"]["Q"]
    for port, bit in (("CLK0", clock), ("CE0", enable), ("RST0", "0")):
        pins[port] = [bit]
        cell["port_directions"][port] = "input"
    cell["parameters"].update(REG_OUTPUT_CLK="CLK0", REG_OUTPUT_CE="CE0", REG_OUTPUT_RST="RST0")
    return True


def improve(module, least=MANY):
    """(factors moved, multipliers with registers). Registers only where there are many: the four multipliers of a block share an enable."""
    read = readers(module)
    names = [n for n, c in module["cells"].items() if c["type"] == "MULT18X18D"]
    moved = sum(raise_factor(module["cells"][n]["connections"], f, read) for n in names for f in "AB")
    read = readers(module)
    return moved, sum(absorb(module, n, read) for n in names) if len(names) >= least else 0
