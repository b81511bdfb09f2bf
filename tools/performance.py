#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures training steps on the Verilated RTL and writes docs/performance.md from the measurements.

usage: performance.py run [--only NET] [--config base] [--bandwidth 8]   run what is missing in docs/data/bench
       performance.py speed                                             the simulator's speed: nothing else may run
       performance.py write                                             docs/performance.md from docs/data/bench

`run` keeps one table and one text file for each network, configuration and memory bandwidth; delete a file to
measure it again. Cycle counts are exact and repeatable. `speed` measures again each time: CPU time of this machine,
for which nothing else may run beside it.
"""
import argparse
import csv
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "docs/data/bench"
# network, configuration, bytes per cycle of memory (0: width of the bus)
RUNS = [("lenet", "base", 8), ("vgg11", "base", 8), ("vgg-small-7", "base", 8), ("mlp", "base", 8),
        ("lenet", "base", 2), ("vgg11", "base", 2), ("vgg-small-7", "base", 2),
        ("lenet", "base16", 16), ("vgg11", "base16", 16), ("vgg-small-7", "base16", 16),
        ("lenet", "tiny", 8), ("lenet", "large", 32), ("vgg11", "large", 32)]

# ... and steps: some seconds each
SPEEDS = [("lenet", "base", 8, 3), ("lenet", "large", 32, 6)]


def stem(net, config, bw):
    return DATA / f"{net}-{config}-{bw}"


def run(args):
    DATA.mkdir(parents=True, exist_ok=True)
    for net, config, bw in RUNS:
        out = stem(net, config, bw)
        if out.with_suffix(".csv").exists() or (args.only and net != args.only) or (args.bandwidth and bw != args.bandwidth) \
                or (args.config and config != args.config):
            continue
        cmd = [str(ROOT / args.program), "bench", "--net", f"nets/{net}.net", "--batch", "32", "--steps", "1", "--device", f"rtl:{config}",
               "--mem-bw", str(bw), "--quiet", "--csv", str(out) + ".part"]
        print(" ".join(cmd), flush=True)
        done = subprocess.run(cmd, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return 1
        tail = [line for line in done.stdout.split("\n") if line.startswith(("cycles by cause", "memory traffic"))]
        out.with_suffix(".txt").write_text("\n".join(tail) + "\n")
        Path(str(out) + ".part").rename(out.with_suffix(".csv"))
    return 0


def measure_speed(args):
    """The best of three: whatever else the machine does makes it slower, never faster."""
    lines = ["network,configuration,steps,simulated Mcycle/s,useful MMAC/s"]
    for net, config, bw, steps in SPEEDS:
        best = (0.0, 0.0)
        for _ in range(3):
            cmd = [str(ROOT / args.program), "bench", "--net", f"nets/{net}.net", "--batch", "32", "--steps", str(steps), "--device", f"rtl:{config}",
                   "--mem-bw", str(bw), "--quiet"]
            out = subprocess.run(cmd, cwd=ROOT, capture_output=True, text=True, check=True).stdout
            line = next(line for line in out.split("\n") if line.startswith("useful MACs a second of CPU time:"))
            macs, cycles = line.split("time: ", 1)[1].split(" million; simulated cycles a second of CPU time: ")
            best = max(best, (float(cycles.split()[0]), float(macs)))
        lines.append(f"{net},{config},{steps},{best[0]},{best[1]}")
        print(lines[-1], flush=True)
    (DATA / "speed.csv").write_text("\n".join(lines) + "\n")
    return 0


def rows(net, config, bw):
    path = stem(net, config, bw).with_suffix(".csv")
    return list(csv.DictReader(path.open())) if path.exists() else []


def text(net, config, bw, start):
    path = stem(net, config, bw).with_suffix(".txt")
    return next((line[len(start):].strip() for line in path.read_text().split("\n") if line.startswith(start)), "") if path.exists() else ""


def summary(out):
    out += ["| network | configuration | memory, bytes/cycle | cycles a step | useful MACs | utilization | array busy | where the other cycles go |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"]
    for net, config, bw in RUNS:
        for r in rows(net, config, bw):
            if r["layer"] == "step":
                cause = text(net, config, bw, "cycles by cause, % of a step:").split("operand")[-1]
                out.append(f"| {net} | {config} | {bw} | {int(r['cycles']):,} | {float(r['useful MMAC']):,.0f} M | {r['utilization %']} % | {r['array busy %']} % | operand{cause} |")


def detail(out, net, config, bw):
    table = rows(net, config, bw)
    if not table:
        return
    out += ["", f"### {net}, {config}, {bw} bytes/cycle", "", "| layer | pass | useful MMAC | cycles | utilization | array busy | planned cycles |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    out += [f"| {r['layer']} | {r['pass']} | {r['useful MMAC']} | {int(r['cycles']):,} | {r['utilization %']} | {r['array busy %']} | {int(float(r['est. cycles'])):,} |"
            for r in table]


def speed(out):
    out += ["", "| network | configuration | steps | simulated Mcycle/s | useful MMAC/s |", "| --- | --- | ---: | ---: | ---: |"]
    path = DATA / "speed.csv"
    for r in csv.DictReader(path.open()) if path.exists() else []:
        out.append(f"| {r['network']} | {r['configuration']} | {r['steps']} | {r['simulated Mcycle/s']} | {r['useful MMAC/s']} |")


def write():
    out = [(ROOT / "docs/data/performance-head.md").read_text().rstrip(), ""]
    summary(out)
    out += ["", (ROOT / "docs/data/performance-gaps.md").read_text().rstrip(), "", "## By layer and pass"]
    for item in RUNS:
        detail(out, *item)
    out += ["", "## Speed of the simulation", "", "One thread, CPU time of the measured steps (memory model and the writing of the batch included), best of three: `tools/performance.py speed`."]
    speed(out)
    host = ROOT / "docs/data/bench-host.md"
    if host.exists():
        out += ["", "## On a CPU", "", host.read_text().rstrip()]
    (ROOT / "docs/performance.md").write_text("\n".join(out) + "\n")
    return 0


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("what", choices=["run", "speed", "write"])
    ap.add_argument("--only", metavar="NET")
    ap.add_argument("--config", metavar="NAME")
    ap.add_argument("--bandwidth", type=int, default=0)
    ap.add_argument("--program", default="build/curta", help="the curta program (default build/curta)")
    args = ap.parse_args()
    return run(args) if args.what == "run" else measure_speed(args) if args.what == "speed" else write()


if __name__ == "__main__":
    sys.exit(main())
