# SPDX-License-Identifier: Apache-2.0
"""Look-up tables in front of adders into the adders of an ECP5 netlist (JSON): Yosys 0.23 leaves two of the four inputs of each carry cell constant.

A half of CCU2C computes  sum = p ^ cin,  carry = p ? cin : g,  p = INIT[D C B A],  g = INIT[0 0 B A].  Yosys makes p = A ^ B (or its inverse) and
g = A. If an operand M comes from a table f of up to three nets that nobody else reads, then p = P ^ f(x, y, z) with the other operand P on pin A and
g = P is the same adder: where p is 0, the operands are equal. p and g share the entries of C = D = 0, so f must be 0 there; with at
most two nets D is 1 and they share none. Each half is compared with what it replaces for all values before it is taken.
"""
import itertools

PINS = "ABCD"


def driven(module):
    """Tables by the net that they drive, how often a net is read."""
    tables, reads = {}, {}
    for name, cell in module["cells"].items():
        for port, bits in cell["connections"].items():
            if cell["port_directions"][port] == "input":
                for bit in bits:
                    reads[bit] = reads.get(bit, 0) + 1
        if cell["type"] == "LUT4":
            tables[cell["connections"]["Z"][0]] = name
    for port in module["ports"].values():
        if port["direction"] != "input":
            for bit in port["bits"]:
                reads[bit] = reads.get(bit, 0) + 2
    return tables, reads


def entry(init, values):
    """INIT is a string of 16 bits, the last for all inputs 0."""
    return init[15 - sum(v << i for i, v in enumerate(values))] == "1"


def half(init, pins, value):
    """(p, g) of half a carry cell, `value` of every net."""
    now = [value.get(p, p == "1") for p in pins]
    return entry(init, now), entry(init, now[:2] + [0, 0])


def merged(init, pins, lut_init, lut_pins, operand):
    """(init, pins) of the half with the table in place of its operand, or None."""
    direct = pins[1 - operand]
    inputs = sorted({p for p in lut_pins if not isinstance(p, str)} - {direct})
    if isinstance(direct, str) or len(inputs) > 3:
        return None
    for order in itertools.permutations(inputs):
        wide = [direct, *order, *["0"] * (3 - len(order))]
        if len(order) < 3:
            wide[3] = "1"
        bits = {}
        for values in itertools.product((0, 1), repeat=len(order) + 1):
            value = dict(zip((direct, *order), values))
            value["new"] = entry(lut_init, [value.get(p, p == "1") for p in lut_pins])
            old = half(init, [p if i != operand else "new" for i, p in enumerate(pins)], value)
            at = sum(value.get(p, p == "1") << i for i, p in enumerate(wide))
            clash = [bits.setdefault(at, old[0]) != old[0]]
            if not old[0]:                     # the carry matters where nothing is handed on
                clash.append(bits.setdefault(at & 3, old[1]) != old[1])
            if any(clash):
                break
        else:
            return "".join("1" if bits.get(15 - i, 0) else "0" for i in range(16)), wide
    return None


def improve(module):
    """How many tables went into carry cells."""
    tables, reads = driven(module)
    done = 0
    for cell in [c for c in module["cells"].values() if c["type"] == "CCU2C"]:
        nets, param = cell["connections"], cell["parameters"]
        for h in "01":
            pins = [nets[p + h][0] for p in PINS]
            if param[f"INJECT1_{h}"] != "NO" or not all(isinstance(p, str) for p in pins[2:]):
                continue
            for operand in (1, 0):
                name = tables.get(pins[operand])
                if name is None or reads[pins[operand]] != 1 or pins[0] == pins[1]:
                    continue
                lut = module["cells"][name]
                new = merged(param["INIT" + h], pins, lut["parameters"]["INIT"], [lut["connections"].get(p, ["0"])[0] for p in PINS], operand)
                if new is None:
                    continue
                param["INIT" + h] = new[0]
                for p, net in zip(PINS, new[1]):
                    nets[p + h] = [net]
                del module["cells"][name], tables[pins[operand]]
                done += 1
                break
    return done
