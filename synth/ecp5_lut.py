# SPDX-License-Identifier: Apache-2.0
"""Tables across the borders of modules: modules are mapped apart, so that when they are joined constants, copies and tables that fit into one another are left.

On a flat ECP5 netlist (JSON), until nothing changes:

* a table forgets inputs that are constant, twice there, or without influence; a constant table is a constant, a table of one net that
  passes it on is that net;
* tables, and registers, of the same function of the same nets are one;
* a table that only tables read goes into all of them, if none of these then has more than four inputs;
* what nobody reads is gone.

A table is a function of named nets: its entries are computed anew from the functions that it takes in, for all inputs.
"""
import collections
import itertools

PINS = "ABCD"


class Flat:
    """Tables and readers of a module. A net is a number, or "0", "1", "x"."""

    def __init__(self, module):
        self.module, self.cells = module, module["cells"]
        self.tables = {}                                  # name: (nets, function)
        self.kept = {bit for port in module["ports"].values() for bit in port["bits"]}
        self.readers = collections.defaultdict(set)       # net: names of cells
        for name, cell in self.cells.items():
            for port, bits in cell["connections"].items():
                if cell["port_directions"][port] == "input":
                    for bit in bits:
                        self.readers[bit].add(name)
        for name, cell in self.cells.items():
            if cell["type"] == "LUT4":
                nets = tuple(cell["connections"].get(p, ["0"])[0] for p in PINS)
                init = cell["parameters"]["INIT"]
                self.tables[name] = simplified(nets, tuple(init[15 - i] == "1" for i in range(16)))

    def output(self, name):
        return self.cells[name]["connections"]["Z"][0]

    def replace(self, old, new):
        """Every reader of net `old` reads `new`."""
        for name in self.readers.pop(old, set()):
            cell = self.cells[name]
            if name in self.tables:
                nets, function = self.tables[name]
                self.tables[name] = simplified(tuple(new if n == old else n for n in nets), function)
            for port, bits in cell["connections"].items():
                if cell["port_directions"][port] == "input":
                    cell["connections"][port] = [new if b == old else b for b in bits]
            self.readers[new].add(name)

    def drop(self, name):
        cell = self.cells.pop(name)
        self.tables.pop(name, None)
        for port, bits in cell["connections"].items():
            if cell["port_directions"][port] == "input":
                for bit in bits:
                    self.readers[bit].discard(name)

    def set_table(self, name, nets, function):
        for net in self.tables[name][0]:
            self.readers[net].discard(name)
        self.tables[name] = simplified(nets, function)
        for net in self.tables[name][0]:
            self.readers[net].add(name)


def simplified(nets, function):
    """The same function of the nets that matter, each once; `function` has 2^n entries, the first for all nets 0."""
    fixed = {"0": 0, "x": 0, "1": 1}
    names = sorted({n for n in nets if n not in fixed})
    entries = []
    for values in itertools.product((0, 1), repeat=len(names)):
        value = dict(zip(reversed(names), values))
        entries.append(function[sum(fixed.get(n, value.get(n, 0)) << i for i, n in enumerate(nets))])
    for k in reversed(range(len(names))):
        half = [entries[i & ((1 << k) - 1) | i >> k << k + 1] for i in range(len(entries) // 2)]
        if half == [entries[i & ((1 << k) - 1) | i >> k << k + 1 | 1 << k] for i in range(len(entries) // 2)]:
            entries = half
            del names[k]
    return tuple(names), tuple(entries)


def composed(outer, net, inner):
    """The table `outer` with `inner` in the place of `net`, or None if it has more than four inputs."""
    names = sorted({*outer[0], *inner[0]} - {net})
    if len(names) > 4:
        return None
    entries = []
    for values in itertools.product((0, 1), repeat=len(names)):
        value = dict(zip(reversed(names), values))
        value[net] = inner[1][sum(value[n] << i for i, n in enumerate(inner[0]))]
        entries.append(outer[1][sum(value[n] << i for i, n in enumerate(outer[0]))])
    return tuple(names), tuple(entries)


def trivial(flat):
    """Constants and copies."""
    done = 0
    for name in list(flat.tables):
        nets, function = flat.tables[name]
        out = flat.output(name)
        if out in flat.kept or len(nets) > 1 or (len(nets) == 1 and function != (False, True)):
            continue
        flat.replace(out, nets[0] if nets else "01"[function[0]])
        flat.drop(name)
        done += 1
    return done


def register(cell):
    """What makes two registers the same, or None."""
    pins = {p: b[0] for p, b in cell["connections"].items() if p != "Q"}
    return (tuple(sorted(pins.items(), key=str)), tuple(sorted(cell["parameters"].items()))) if cell["type"] == "TRELLIS_FF" else None


def alike(flat):
    """Tables and registers that are there twice."""
    done, first = 0, {}
    for name in list(flat.cells):
        cell = flat.cells[name]
        key = flat.tables[name] if name in flat.tables else register(cell)
        out = (cell["connections"].get("Z") or cell["connections"].get("Q", [None]))[0] if key else None
        if not key or out is None:
            continue
        if key not in first:
            first[key] = out
        elif out not in flat.kept:
            flat.replace(out, first[key])
            flat.drop(name)
            done += 1
    return done


def absorbed(flat):
    """Tables that went into all their readers."""
    done = 0
    for name in list(flat.tables):
        out = flat.output(name)
        readers = flat.readers[out]
        if out in flat.kept or not readers or not all(r in flat.tables for r in readers):
            continue
        new = {r: composed(flat.tables[r], out, flat.tables[name]) for r in readers}
        if all(new.values()):
            for r, (nets, function) in new.items():
                flat.set_table(r, nets, function)
            flat.drop(name)
            done += 1
    return done


def dead(flat):
    done = 0
    for name in list(flat.cells):
        cell = flat.cells[name]
        if cell["type"] in ("LUT4", "TRELLIS_FF", "CCU2C"):
            outs = [b for p, bits in cell["connections"].items() if cell["port_directions"][p] == "output" for b in bits]
            if not any(flat.readers[b] or b in flat.kept for b in outs):
                flat.drop(name)
                done += 1
    return done


def improve(module):
    """How many tables and registers less; the module's cells are then as the functions say."""
    flat = Flat(module)
    before = len(flat.cells)
    while trivial(flat) + alike(flat) + absorbed(flat) + dead(flat):
        pass
    for name, (nets, function) in flat.tables.items():
        cell = flat.cells[name]
        index = [sum((i >> k & 1) << k for k in range(len(nets))) for i in range(16)]
        cell["parameters"]["INIT"] = "".join("1" if function[index[15 - i]] else "0" for i in range(16))
        for k, pin in enumerate(PINS):
            cell["connections"][pin] = [nets[k] if k < len(nets) else "0"]
            cell["port_directions"][pin] = "input"
    return before - len(flat.cells)
