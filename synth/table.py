# SPDX-License-Identifier: Apache-2.0
"""Tables of synth/results: cells by module from netlists, clock from the reports and slowest paths from the delays of nextpnr."""
import collections
import json
import re
import statistics

import paths
from flow import CARRY_LUTS, CONFIGS, OUT, RESULTS, kind, netlist_modules

KINDS = ("lut", "carry", "gate", "ff", "dsp", "alu", "bram", "bram18", "spram", "dpr", "memory")


def module_name(module):
    return re.search(r"curta[a-z_]*", module.split("\\")[-1] if "\\curta" not in module else module[module.index("\\curta"):]).group(0)


def counts(family, netlist):
    """(modules that each module has, how often; its cells with those inside), of a hierarchical netlist."""
    modules = netlist_modules(json.loads(netlist.read_text()))
    types = {m: collections.Counter(c["type"] for c in v.get("cells", {}).values()) for m, v in modules.items()}
    memo = {}

    def total(m):
        if m not in memo:
            count = collections.Counter()
            for cell, n in types[m].items():
                if cell in types:
                    for k, x in total(cell).items():
                        count[k] += n * x
                elif kind(family, cell):
                    count[kind(family, cell)] += n
            memo[m] = count
        return memo[m]

    return types, {m: total(m) for m in types}


def write_rows(target, netlist):
    """Cells of the accelerator and of each module inside it, counted in a hierarchical netlist, into build/synth/TARGET.rows.json."""
    types, total = counts(target["family"], netlist)
    rows = []

    def walk(m, path, times):
        rows.append({"module": path, "times": times, **total[m]})
        for cell, n in types[m].items():
            if cell in types and not module_name(cell).startswith(("curta_ram", "curta_fifo")):
                walk(cell, path + "/" + module_name(cell), n)

    walk(next(m for m in types if module_name(m) == "curta"), "curta", 1)
    flat = OUT / f"{netlist.stem}-flat.json"
    if target["name"] == netlist.stem and flat.exists():
        rows.insert(0, {"module": "curta, joined", "times": 1, **max(counts(target["family"], flat)[1].values(), key=lambda c: sum(c.values()))})
    (OUT / f"{target['name']}.rows.json").write_text(json.dumps(rows, indent=1))
    return rows


def clock(report):
    return min(c["achieved"] for c in report["fmax"].values())


def cells(target, macs):
    rows = json.loads((OUT / f"{target['name']}.rows.json").read_text())
    keys = [k for k in KINDS if any(r.get(k) for r in rows) and k != "gate"]           # gates stand in the column of the sum
    weight, unit = CARRY_LUTS[target["family"]], "LUT-eq" if target["family"] else "gates"
    text = ["Cells of each module (Yosys 0.23, hierarchy kept, Trace = 0; a module includes what is inside it"
            + ("; *joined*: all modules in one, as they are placed)." if rows[0]["module"].endswith("joined") else ").")
            + (f" LUT-eq is LUT + {weight} × carry." if weight else "") + (" Memories are not among the gates." if unit == "gates" else ""), "",
            "| module | " + " | ".join(keys) + f" | {unit} | {unit} per MAC |", "| --- |" + " --- |" * (len(keys) + 2)]
    for r in rows:
        eq = r.get("lut", r.get("gate", 0)) + weight * r.get("carry", 0)
        times = f" ×{r['times']}" if r["times"] > 1 else ""
        text.append(f"| {'· ' * r['module'].count('/')}{r['module'].split('/')[-1]}{times} | " + " | ".join(str(r.get(k, 0)) for k in keys) + f" | {eq} | {eq / macs:.1f} |")
    return text


def clocks(reports, macs):
    """Reports by seed: median and range of the clock, what is used of the part."""
    mhz = {seed: clock(r) for seed, r in reports.items()}
    used = {k: v for k, v in next(iter(reports.values())).get("utilization", {}).items() if v["used"]}
    many = f"median **{statistics.median(mhz.values()):.1f} MHz**, " if len(mhz) > 1 else ""
    peak = f"; peak {macs * statistics.median(mhz.values()) / 1000:.2f} GMAC/s" if macs else ""
    return ["", f"Clock after routing{', in the harness' if macs else ''}: {many}" + ", ".join(f"seed {s}: {m:.1f} MHz" for s, m in mhz.items()) + f"{peak}.", "",
            f"Used of the part{', harness included' if macs else ''}: " + ", ".join(f"{k} {v['used']} of {v['available']}" for k, v in used.items()) + "."]


def parts(entry, netlist, depth=3):
    """Cells of a board's top and of what is inside it, not deeper than `depth`, nor inside the accelerator; small ones are left out."""
    types, total = counts(entry["family"], netlist)
    top = max(total, key=lambda m: sum(total[m].values()))
    keys = [k for k in KINDS if total[top].get(k)]
    weight = CARRY_LUTS[entry["family"]]
    equal = lambda m: total[m]["lut"] + weight * total[m]["carry"]
    text = ["| module | " + " | ".join(keys) + " | LUT-eq | share |", "| --- |" + " --- |" * (len(keys) + 2)]

    def walk(m, level):
        name = module_name(m) if "curta" in m else m.split("\\")[-1]
        text.append(f"| {'· ' * level}{name} | " + " | ".join(str(total[m].get(k, 0)) for k in keys) + f" | {equal(m)} | {100 * equal(m) / equal(top):.1f} % |")
        for inner in sorted((c for c in types[m] if c in types), key=lambda c: -equal(c)):
            if level < depth and name != "curta" and 50 * equal(inner) > equal(top):
                walk(inner, level + 1)

    walk(top, 0)
    return text


def write_board(entry, netlist, reports):
    """synth/results/BOARD.md: its parts, clock and use of the part, from runs of this call."""
    text = [f"# {entry['name']}: `{entry['config']}` in `synth/boards/{entry['top']}`", "",
            "Cells (Yosys 0.23, hierarchy kept; a module includes what is inside it; parts below 2 % are left out). LUT-eq is LUT + "
            f"{CARRY_LUTS[entry['family']]} × carry.", "", *parts(entry, netlist), *clocks(reports, 0)]
    for seed in list(reports)[:1]:
        text += slow_paths(OUT / f"{entry['name']}.sdf", seed)[:16]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{entry['name']}.md").write_text("\n".join(text) + "\n")
    print(RESULTS / f"{entry['name']}.md")


def slow_paths(sdf, seed):
    """The slowest path into each module: where it comes from and the ns that it spends in each instance, wires behind it included."""
    text = ["", f"Slowest path into each instance, seed {seed} (`synth/paths.py` on the delays of nextpnr; ns with clock-to-output, setup and wires; of each instance passed, the ns in and behind it):", "",
            "| into | ns | of it wires | passes |", "| --- | --- | --- | --- |"]
    for where, (ps, path) in paths.slowest(sdf).items():
        wires = sum(then - now for (a, now), (b, then) in zip(path, path[1:]) if a[0] != b[0])
        text.append(f"| {where} | {ps / 1000:.1f} | {wires / 1000:.1f} | " + ", ".join(f"{k} {v:.1f}" for k, v in paths.places(path)) + " |")
    return text


def write(target):
    """synth/results/TARGET.md, from what build/synth has of it; whether there was anything."""
    name, conf = target["name"], CONFIGS[target["config"]]
    macs = conf["R"] * conf["C"] * conf["V"]
    placed = OUT / f"{name}-harness-flat.json"          # reports older than it are of another RTL
    since = placed.stat().st_mtime if placed.exists() else 0
    reports = {p.name.removesuffix(".report.json").rsplit("seed")[-1]: json.loads(p.read_text()) for p in sorted(OUT.glob(f"{name}-seed*.report.json"))
               if p.stat().st_mtime > since}
    text = [f"# {name}: `{target['config']}` ({macs} MACs a cycle) on {target['part']}", ""]
    if not (OUT / f"{name}.rows.json").exists():
        print(f"FAIL build/synth has no cells of {name}: synth/synth.py synth {name}", flush=True)
        return False
    text += cells(target, macs)
    if reports:
        text += clocks(reports, macs)
    for seed in sorted(reports, key=lambda s: clock(reports[s]))[(len(reports) - 1) // 2:][:1]:
        text += slow_paths(OUT / f"{name}-seed{seed}.sdf", seed)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.md").write_text("\n".join(text) + "\n")
    print(RESULTS / f"{name}.md")
    return True
