# SPDX-License-Identifier: Apache-2.0
"""The slowest path into each module, from the delays that nextpnr writes (SDF). Its own report shows only the slowest of all.

usage: paths.py SDF NETLIST [MODULE]   worst path into each instance, in ns; of MODULE (u_matrix/u_steps) every step
       paths.py SDF NETLIST +NS        how many ends are later than NS ns, by the register that their slowest path begins at:
                                       one register often stands behind hundreds of them

Clocks are ideal and all cells have one; a path begins at a clocked output and ends at a pin with a setup time.
"""
import collections
import json
import re
import sys

PIN = r"((?:\\.|[^\s\\])+)/(\w+)"
MAX = r"\(-?\d+:-?\d+:(-?\d+)\)"
WIRE = re.compile(rf"\(INTERCONNECT {PIN} {PIN} {MAX}")
ARC = re.compile(rf"\(IOPATH (\w+) (\w+) {MAX}")
SETUP = re.compile(rf"\(SETUPHOLD \(posedge (\w+)\) \(posedge \w+\) {MAX}")


def plain(name):
    return re.sub(r"\\(.)", r"\1", name)


def place_of(cell):
    """The instances around a cell, as a path: two levels below the accelerator."""
    found = re.findall(r"u_[a-z0-9_]+|g_[a-z0-9_]+\[\d+\]", cell)
    return "/".join([x for x in found if x not in ("u_curta", "u_board")][:2]) or "top"


def delays(sdf):
    """Edges of the timing graph, its sources with clock-to-output, its ends with setup: ps by (cell, pin)."""
    edges, start, end, cell = collections.defaultdict(list), {}, {}, ""
    with open(sdf) as lines:
        for line in lines:
            line = line.strip()
            if line.startswith("(INTERCONNECT"):
                a, p, b, q, ps = WIRE.match(line).groups()
                edges[plain(a), p].append(((plain(b), q), int(ps)))
            elif line.startswith("(INSTANCE"):
                cell = plain(line[10:-1])
            elif line.startswith("(IOPATH"):
                p, q, ps = ARC.match(line).groups()
                if p.startswith("CLK") and p != "CLKI":
                    start[cell, q] = int(ps)
                else:
                    edges[cell, p].append(((cell, q), int(ps)))
            elif line.startswith("(SETUPHOLD (posedge"):
                p, ps = SETUP.match(line).groups()
                end[cell, p] = int(ps)
    return edges, start, end


def arrivals(edges, start):
    """Latest arrival at every pin behind a source, and the pin that it comes from."""
    reach, stack, degree = set(start), list(start), collections.Counter()
    while stack:
        for other, _ in edges.get(stack.pop(), ()):
            degree[other] += 1
            if other not in reach:
                reach.add(other)
                stack.append(other)
    time, back = dict(start), {}
    ready = [p for p in start if not degree[p]]
    while ready:
        p = ready.pop()
        for other, ps in edges.get(p, ()):
            if time[p] + ps > time.get(other, -1):
                time[other] = time[p] + ps
                back[other] = p
            degree[other] -= 1
            if not degree[other]:
                ready.append(other)
    return time, back


def slowest(sdf):
    """By instance: (ps, pins of the slowest path that ends in it with their arrival)."""
    edges, start, end = delays(sdf)
    time, back = arrivals(edges, start)
    worst = {}
    for pin, setup in end.items():
        if pin in time and time[pin] + setup > worst.get(place_of(pin[0]), (-1,))[0]:
            worst[place_of(pin[0])] = (time[pin] + setup, pin)
    result = {}
    for where, (ps, pin) in worst.items():
        path = [pin]
        while path[-1] in back:
            path.append(back[path[-1]])
        result[where] = (ps, [(p, time[p]) for p in reversed(path)])
    return dict(sorted(result.items(), key=lambda x: -x[1][0]))


def places(path):
    """A path as the instances that it passes with the ns spent in and behind each."""
    spent = []
    for (pin, now), (_, then) in zip(path, path[1:] + path[-1:]):
        where = place_of(pin[0])
        now = 0 if not spent else now
        if spent and spent[-1][0] == where:
            spent[-1][1] += (then - now) / 1000
        else:
            spent.append([where, (then - now) / 1000])
    return spent


def names(netlist):
    """Registers by the cell that holds them."""
    top = next(m for m in json.load(open(netlist))["modules"].values() if int(m["attributes"].get("top", "0"), 2))
    nets = {}
    for name, net in top["netnames"].items():
        for i, bit in enumerate(net["bits"]):
            if not net["hide_name"]:
                nets[bit] = f"{name}[{i}]" if len(net["bits"]) > 1 else name
    return {cell: nets[c["connections"]["Q"][0]] for cell, c in top["cells"].items() if "Q" in c["connections"] and c["connections"]["Q"][0] in nets}


def late(sdf, register, limit):
    """Ends later than limit ns, by the register in front of their slowest path: {register: [(ns, instance of the end)]}, and all ends."""
    edges, start, end = delays(sdf)
    time, back = arrivals(edges, start)
    found = collections.defaultdict(list)
    for pin, setup in end.items():
        if (ns := (time.get(pin, -setup) + setup) / 1000) > limit:
            first = pin
            while first in back:
                first = back[first]
            found[re.sub(r"\[\d+\].*", "", register.get(first[0], first[0]))].append((ns, place_of(pin[0])))
    return found, len(end)


def show_late(sdf, netlist, limit):
    found, ends = late(sdf, names(netlist), limit)
    print(f"{sum(map(len, found.values()))} of {ends} ends are later than {limit:g} ns")
    for first, all_ in sorted(found.items(), key=lambda x: -max(x[1])[0]):
        where = ", ".join(f"{place} {n}" for place, n in collections.Counter(p for _, p in all_).most_common(6))
        print(f"{max(all_)[0]:6.1f} {len(all_):5}  {first} -> {where}")


def main():
    if len(sys.argv) > 3 and sys.argv[3].startswith("+"):
        show_late(sys.argv[1], sys.argv[2], float(sys.argv[3][1:]))
        return
    result, register = slowest(sys.argv[1]), names(sys.argv[2])
    for where, (ps, path) in result.items():
        if len(sys.argv) > 3 and sys.argv[3] != where:
            continue
        first, last = path[0][0][0], path[-1][0][0]
        print(f"{ps / 1000:6.1f}  {where}: {register.get(first, first)} -> {register.get(last, last)}.{path[-1][0][1]}: " + " > ".join(f"{k} {v:.1f}" for k, v in places(path)))
        if len(sys.argv) > 3:
            for (cell, pin), now in path:
                print(f"{now / 1000:8.2f} {pin:6} {cell}")


if __name__ == "__main__":
    main()
