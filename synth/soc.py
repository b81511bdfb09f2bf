#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Area of the standalone machine's control side by module: Yosys, synth_ecp5, modules kept apart, before place and route.

usage: soc.py FIRMWARE.bin [TOP...]        of curta_soc, curta_soc_mem, curta_soc_sdram; prints a Markdown table
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("curta_soc", "curta_soc_mem", "curta_soc_sdram")
CELLS = ("LUT4", "CCU2C", "TRELLIS_DPR16X4", "TRELLIS_FF", "DP16KD", "MULT18X18D")
ROM_BYTES = 98304


def hex_words(binary):
    data = Path(binary).read_bytes().ljust(ROM_BYTES, b"\0")
    return "\n".join(f"{int.from_bytes(data[i:i + 4], 'little'):08x}" for i in range(0, ROM_BYTES, 4)) + "\n"


def synthesise(top, rom, folder):
    """Yosys's statistics of every module under `top`."""
    sources = " ".join(str(p) for p in sorted(ROOT.glob("rtl/soc/*.v")) + sorted(ROOT.glob("rtl/lib/*.v")) if "standalone" not in p.name)
    stat = folder / f"{top}.stat"
    script = (f"read_verilog -I{ROOT}/rtl/soc {sources}; chparam -set RomFile \"{rom}\" curta_soc; hierarchy -check -top {top}; "
              f"synth_ecp5 -abc9 -nowidelut -noflatten -top {top}; tee -o {stat} stat")
    subprocess.run(["yosys", "-q", "-p", script], check=True, stdout=subprocess.DEVNULL)
    return stat.read_text()


def rows(text):
    for name, body in re.findall(r"=== (\S+) ===\n(.*?)(?=\n===|\Z)", text, re.S):
        cells = dict(re.findall(r"^\s+(\w+)\s+(\d+)$", body, re.M))
        if "hierarchy" not in name and any(c in cells for c in CELLS):
            yield re.sub(r"^\$paramod(\$[0-9a-f]+)?\\|\\.*", "", name), [int(cells.get(c, 0)) for c in CELLS]


def main():
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
