# SPDX-License-Identifier: Apache-2.0
"""What synth.py and table.py share: targets, kinds of cells, long-running tools."""
import re
import shutil
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
    "ecp5": {"LUT4": "lut", "CCU2C": "carry", "TRELLIS_FF": "ff", "MULT18X18D": "dsp", "ALU54B": "alu", "DP16KD": "bram", "TRELLIS_DPR16X4": "dpr"},
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
        return "ff" if "DFF" in cell else "gate" if cell.startswith("$_") else "memory"
    return None


def run(name, command, log, mark):
    """A command that takes minutes: what it says goes to the file log; once a minute the last line with the text mark is shown.
    Returns whether it succeeded."""
    start = time.time()
    with open(log, "w") as out:
        process = subprocess.Popen(command, cwd=OUT, stdout=out, stderr=subprocess.STDOUT)
        while True:
            try:
                process.wait(60)
                break
            except subprocess.TimeoutExpired:
                lines = [x for x in Path(log).read_text(errors="replace").splitlines() if mark in x]
                print(f"  {name}: {(time.time() - start) / 60:.0f} min, {lines[-1].strip()[:110] if lines else 'begun'}", flush=True)
            except BaseException:
                process.kill()
                raise
    errors = [x for x in Path(log).read_text(errors="replace").splitlines() if "ERROR" in x]
    print(f"{'FAIL' if process.returncode else 'PASS'} {name}: {time.time() - start:.0f} s" + (f", {errors[:2]}, see {log}" if process.returncode else ""), flush=True)
    return process.returncode == 0


def tool(name):
    for candidate in (name, "yowasp-" + name, str(ROOT / "build/venv/bin" / ("yowasp-" + name))):
        if shutil.which(candidate):
            return shutil.which(candidate)
    sys.exit(f"{name} is not installed. " + ("`make pnr-tools` puts nextpnr-ecp5 and ecppack (YoWASP, from PyPI) into build/venv" if "ecp" in name
                                             else f"Debian: apt install {'fpga-icestorm' if name == 'icepack' else name}"))


def netlist_modules(document):
    """Modules of a netlist that are made of cells."""
    return {m: v for m, v in document["modules"].items() if not v["attributes"].get("blackbox") and not v["attributes"].get("whitebox")}
