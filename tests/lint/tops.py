#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What goes into a bitstream or through place and route, with the modules that synthesis takes: Verilator -Wall, Icarus, Yosys with the vendor's cells.

usage: tops.py        prints PASS or FAIL lines; exit status 1 if one fails, or if a Verilog file of rtl/ or synth/ is part of no top
"""
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = tomllib.loads((ROOT / "spec/curta.toml").read_text())["config"]
SPEC = tomllib.loads((ROOT / "synth/targets.toml").read_text())
FOLDERS = ["rtl", "rtl/lib", "rtl/soc", "rtl/bridge"]
CELLS = ["tests/lint/cells.v", "synth/cells/ecp5_pll.v", "synth/cells/ecp5_dsp.v"]
VENDOR = {"ecp5": "+/ecp5/cells_sim.v +/ecp5/cells_bb.v", "ice40": "+/ice40/cells_sim.v"}
ELSEWHERE = {"rtl/soc/curta_rv_retire.v": "of simulations only; test_rv_lint.sh"}
LATCHES = "t:$dlatch t:$adlatch t:$dlatchsr t:$sr"


def tops():
    """(file of the top, its configuration or None, family, folder in the place of rtl/, macros): every board, the harnesses."""
    for b in SPEC["board"]:
        yield f"synth/boards/{b['top']}", b["config"], b["family"], f"synth/{b['family']}", b.get("defines", [])
    for t in SPEC["target"]:
        if t["name"] in ("base-ecp5", "tiny-up5k", "base-xc7"):
            yield "synth/curta_harness.v", t["config"], t["family"], t.get("instead", f"synth/{t['family']}"), t.get("defines", [])
    yield "synth/curta_soc_harness.v", None, "ecp5", "synth/ecp5", []


def run(name, command):
    """Runs a check, which must say nothing; whether it passed."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    good = done.returncode == 0 and not done.stdout
    print(f"{'PASS' if good else 'FAIL'} lint {name}" + ("" if good else f": {' '.join(command)}"), flush=True)
    for line in [] if good else done.stdout.split("\n")[:12]:
        print(f"     {line}")
    return good


def check(file, config, family, folder, defines, used):
    """The three tools on one top; the files that Icarus found for it are added to used."""
    top = Path(file).stem
    name = f"{top}-{config}" if config else top
    name += f"-{family}" if family == "xilinx" else ""
    params = {k: v for k, v in CONFIGS[config].items() if k != "code"} | {"CODE": CONFIGS[config]["code"]} if config else {}
    special = [str(p.relative_to(ROOT)) for p in sorted((ROOT / folder).glob("*.v"))]     # in the place of rtl/
    folders = [folder] * bool(special) + FOLDERS
    macros = [f"-D{d}" for d in defines]
    read = [*macros, "-Irtl", "-Irtl/soc", *(x for f in folders for x in ("-y", f)), file, *CELLS]
    good = run(f"verilator-{name}", ["verilator", "--lint-only", "-Wall", "--top-module", top, *(f"-G{k}={v}" for k, v in params.items()), *read])
    with tempfile.NamedTemporaryFile("r") as depends:
        # portbind: pins of vendor's cells that a mode does not use; Verilator, whose waiver stands at the cell, sees all others
        good &= run(f"icarus-{name}", ["iverilog", "-g2005", "-Wall", "-Wno-timescale", "-Wno-portbind", *(f"-P{top}.{k}={v}" for k, v in params.items()),
                                       f"-Mall={depends.name}", "-s", top, "-o", "/dev/null", *read])
        used |= set(depends.read().split("\n"))
    if config != "base":            # the accelerator alone is checked in every configuration (lint.sh)
        here = {Path(s).name for s in special}
        sources = [file, *special, *(str(p.relative_to(ROOT)) for f in FOLDERS for p in sorted((ROOT / f).glob("*.v")) if p.name not in here)]
        chparam = "".join(f" -chparam {k} {v}" for k, v in params.items())
        good &= run(f"yosys-{name}", ["yosys", "-q", "-w", "Replacing memory", "-p",
                                      f"read_verilog -lib -specify {VENDOR[family]}; read_verilog {' '.join(macros)} -Irtl -Irtl/soc {' '.join(sources)}; "
                                      f"hierarchy -check -top {top}{chparam}; proc; flatten; opt_clean; check -assert; select -assert-none {LATCHES}"])
    return good


def main():
    used, good = set(), True
    for top in tops():
        good &= check(*top, used)
    tracked = subprocess.run(["git", "ls-files", "rtl/*.v", "rtl/*.vh", "synth/*.v"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    unread = [f for f in tracked if not f.startswith("synth/cells/") and f not in used and f not in ELSEWHERE]
    print(f"{'FAIL' if unread else 'PASS'} lint every-file" + (f": part of no top: {' '.join(unread)}" if unread else ""))
    return not good or bool(unread)


if __name__ == "__main__":
    sys.exit(main())
