#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures steps of NITRO-D with the timing model and writes the tables of docs/data/nitro-vgg8b.md from the measurements.

usage: nitro_page.py run [--program build/curta]     run what is missing in docs/data/bench
       nitro_page.py write                          the tables

`run` keeps one file nitro-NET-BATCH[-sequential].csv for each step, and in nitro-vgg8b-64.density which products are with deltas that are not zero
(build/tests/tools/density); delete a file to measure it again. Cycle counts are exact and repeatable. What the Verilog takes stands in nitro-rtl.csv, by hand.
"""
import argparse
import csv
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "docs/data/bench"
DOC = ROOT / "docs/data/nitro-vgg8b.md"
DENSITY = DATA / "nitro-vgg8b-64.density"
BEGIN, END = "<!-- {}: tools/nitro_page.py -->", "<!-- end -->"
# network, batch, steps before the measured one, images; each overlapping and sequential
RUNS = [("vgg8b", 64, 2, "fashion-mnist"), ("vgg8b", 32, 2, "fashion-mnist"), ("vgg8b", 16, 2, "fashion-mnist"), ("vgg8b", 8, 2, "fashion-mnist"),
        ("vgg11b", 16, 2, "synthetic"), ("mlp3", 64, 50, "fashion-mnist"), ("mlp1", 64, 50, "fashion-mnist")]
PEAK = 128  # products a cycle of base


def path(net, batch, sequential=False):
    return DATA / f"nitro-{net}-{batch}{'-sequential' * sequential}.csv"


def measure(args):
    for net, batch, warm, data in RUNS:
        for sequential in (False, True):
            out = path(net, batch, sequential)
            if out.exists():
                continue
            cmd = [args.program, "bench", "--net", net, "--data", data, "--batch", str(batch), "--steps", "1", "--warm", str(warm), "--device", "timed:base", "--mem-bw", "8",
                   "--quiet", "--csv", f"{out}.part"] + ["--sequential"] * sequential
            print(" ".join(cmd), flush=True)
            if subprocess.run(cmd, cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
                return 1
            Path(f"{out}.part").rename(out)
    if not DENSITY.exists():
        cmd = ["build/tests/tools/density", "3", "--net", "nets/vgg8b.net", "--data", "fashion-mnist", "--batch", "64"]
        print(" ".join(cmd), flush=True)
        done = subprocess.run(cmd, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            return 1
        DENSITY.write_text(done.stdout)
    return 0


def rows(*run):
    return list(csv.DictReader(path(*run).open()))


def step(*run):
    return rows(*run)[-1]


def gathered():
    """Useful millions of products of each layer's weight gradient: of deltas that are not zero."""
    cells = [[c.strip() for c in line.split("|")[1:-1]] for line in DENSITY.read_text().split("\n") if line.startswith("|")]
    return {c[0]: float(c[2]) for c in cells if len(c) == 6 and c[1][:1].isdigit()}


def layers():
    """The step by layer and pass, and its sum in words."""
    out = ["| layer | pass | GEMMs | useful MMAC | cycles | utilization % | array busy % |", "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    known, useful, of = gathered(), 0.0, {}
    for r in rows("vgg8b", 64):
        cycles, macs, last = int(r["cycles"]), float(r["useful MMAC"]), r["layer"] == "step"
        if r["pass"] == "weight-grad" and not macs:
            macs = known[r["layer"]]
        useful += 0 if last else macs
        macs = useful if last else macs
        of[r["pass"]] = of.get(r["pass"], 0) + cycles
        share = f"{1e8 * macs / (PEAK * cycles):.1f}" if macs else "–"
        out.append(f"| {'**step**' if last else r['layer']} | {r['pass']} | {r['GEMMs']} | {macs:.3f} | {cycles:,} | {share} | {r['array busy %']} |")
    total = of[""]
    return [*out, "", f"Forward passes {of['forward'] / 1e6:.1f} M cycles, weight gradients {of['weight-grad'] / 1e6:.1f} M, heads {of['head'] / 1e6:.1f} M, step {total / 1e6:.1f} M: "
            f"**{total / of['forward']:.2f} forward passes**."]


NAMES = {"vgg8b": "VGG8B", "vgg11b": "VGG11B", "mlp3": "MLP-3", "mlp1": "MLP-1"}


def schedule():
    out = ["| network, batch | step | cycles, sequential | cycles, overlapping | gained | array busy %, sequential and overlapping |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for net, batch, warm, _ in RUNS:
        one, two = step(net, batch, True), step(net, batch)
        a, b = int(one["cycles"]), int(two["cycles"])
        out.append(f"| {NAMES[net]}, {batch} | {warm + 1} | {a:,} | {b:,} | {100 * (1 - b / a):.1f} % | {one['array busy %']}, {two['array busy %']} |")
    return out


def batches():
    out = ["| batch | timing model, step | in forward passes | Verilated RTL, step |", "| --- | ---: | ---: | ---: |"]
    rtl = {int(r["batch"]): int(r["cycles"]) for r in csv.DictReader((DATA / "nitro-rtl.csv").open())}
    for batch in sorted(b for net, b, _, _ in RUNS if net == "vgg8b"):
        forward = sum(int(r["cycles"]) for r in rows("vgg8b", batch) if r["pass"] == "forward")
        cycles = int(step("vgg8b", batch)["cycles"])
        out.append(f"| {batch} | {cycles:,} | {cycles / forward:.3f} | {rtl[batch]:,} |")
    return out


def write():
    text = DOC.read_text()
    for what, lines in (("layers", layers()), ("schedule", schedule()), ("batches", batches())):
        head, rest = text.split(BEGIN.format(what))
        text = head + "\n".join([BEGIN.format(what), "", *lines, "", END]) + rest.split(END, 1)[1]
    DOC.write_text(text)
    return 0


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=["run", "write"])
    ap.add_argument("--program", default="build/curta", help="the curta program (default build/curta)")
    args = ap.parse_args()
    return measure(args) if args.what == "run" else write()


if __name__ == "__main__":
    sys.exit(main())
