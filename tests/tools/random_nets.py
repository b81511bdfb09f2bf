#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random networks through planner, driver and two devices in lock-step: golden against RTL, timing model, SystemC or HLS.

usage: random_nets.py [--count N] [--seed N] [--program build/curta]

Network K is a function of K alone: layers, map sizes, kernels, batch, options, machine, device, memory speed, stalls. All
of them are networks that the machine takes, so a refusal is a failure like a difference. Prints PASS or FAIL lines; the
FAIL line ends with the command that repeats it (its network stays in the folder it names).
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MAPS, LARGEST_MAP, TIME_LIMIT = 3, 14, 600


def some(r, probability, text):
    return [text] if r.random() < probability else []


def conv_layers(r, shape, nitro):
    """Convolutions with what belongs to them; `shape` (channels, height, width) follows them."""
    for _ in range(r.randint(0, MAPS)):
        k = 3 if nitro else r.choice([1, 2, 3, 3, 5])
        pad = 1 if nitro else r.choice(sorted({0, min(1, k - 1), k // 2}))
        stride = 1 if nitro else r.choice([1, 1, 2])
        if min(shape[1:]) + 2 * pad < k:
            return
        shape[0] = r.choice([1, 3, 4, 8, 9, 16, 17, 24])
        shape[1:] = [(d + 2 * pad - k) // stride + 1 for d in shape[1:]]
        yield f"conv {shape[0]} kernel {k}" + (f" pad {pad}" if pad else "") + (f" stride {stride}" if stride > 1 else "")
        yield from some(r, 0.3, f"dropout {r.choice(['0.1', '0.25'])}") if nitro else some(r, 0.8, "relu")
        pool = 2 if nitro or min(shape[1:]) < 3 else r.choice([2, 2, 3])
        if min(shape[1:]) >= 2 and r.random() < 0.5:
            yield f"maxpool {pool}"
            shape[1:] = [d // pool for d in shape[1:]]


def linear_layers(r, nitro):
    for _ in range(r.randint(0, 2)):
        yield f"linear {r.choice([1, 5, 8, 10, 31, 64, 100])}"
        yield from [] if nitro else some(r, 0.8, "relu")
        yield from some(r, 0.3, f"dropout {r.choice(['0.1', '0.25'] if nitro else ['0.5', '0.75'])}")
    yield f"linear {r.choice([2, 3, 10, 10, 17])}"


def network(r, nitro):
    """A network file. NITRO-D knows square maps and one kind of convolution only."""
    height = r.randint(4, LARGEST_MAP)
    shape = [r.randint(1, 4), height, height if nitro else r.randint(4, LARGEST_MAP)]
    lines = ["input " + " ".join(map(str, shape))]
    if nitro:
        lines = ["algorithm nitro-d", *lines]
        lines += [line for option in ("slope 16", "shifts", "twice", "decay 12000 3000") for line in some(r, 0.3, option)]
    lines += [*conv_layers(r, shape, nitro), *([] if nitro else ["flatten"]), *linear_layers(r, nitro)]
    return "\n".join([*lines, ""])


def niti_options(r):
    words = some(r, 0.3, "--preset niti-2021") + some(r, 0.2, "--init uniform") + some(r, 0.3, "--decay")
    words += some(r, 0.2, f"--master {r.randint(1, 8)}") + some(r, 0.5, f"--mu {r.randint(-1, 6)}")
    return words + some(r, 0.5, f"--strategy {r.choice(['spill', 'keep', 'recompute', 'speculate', 'hedge'])}")


def options(r, nitro):
    config = r.choice(["tiny", "tiny", "base", "large"])
    device = r.choice(["rtl", "rtl", "systemc", "timed", "hls"])
    words = [f"--devices golden:{config},{device}:{config}", f"--batch {r.choice([1, 2, 5, 8, 13, 16])}"]
    words += [f"--steps {r.randint(1, 3)}", f"--seed {r.randint(0, 9)}", *([] if nitro else niti_options(r))]
    words += some(r, 0.8, f"--mem-bw {r.choice([1, 2, 4, 8])}") if device != "hls" else []
    words += some(r, 0.3, f"--mem-stall {r.choice([100, 500])}") if device == "rtl" else []
    return " ".join(words).split()


def run(number, program, folder):
    """None, or what went wrong with network `number` and how to see it again."""
    r = random.Random(number)
    nitro = r.random() < 0.35
    path = folder / f"{number}.net"
    path.write_text(network(r, nitro))
    command = [program, "compare", "--net", str(path), "--data", "synthetic", "--quiet", *options(r, nitro)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return f"no end in {TIME_LIMIT} s: {' '.join(command)}"
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit status {done.returncode}"]
        return f"{lines[-1]}: {' '.join(command)}"
    path.unlink()
    return None


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--count", type=int, default=20)
    ap.add_argument("--seed", type=int, default=1, help="number of the first network")
    ap.add_argument("--program", default=os.environ.get("BUILD", "build") + "/curta")
    args = ap.parse_args()
    folder, failed = Path(tempfile.mkdtemp(prefix="curta-nets-")), 0
    for number in range(args.seed, args.seed + args.count):
        wrong = run(number, args.program, folder)
        failed += wrong is not None
        if wrong:
            print(f"FAIL random network {number}: {wrong}", flush=True)
        elif sys.stderr.isatty():
            print(f"\r{number - args.seed + 1}/{args.count}", end="", file=sys.stderr, flush=True)
    if failed:
        return 1
    folder.rmdir()
    print(f"PASS {args.count} random networks: two devices in lock-step, 0 differences")
    return 0


if __name__ == "__main__":
    sys.exit(main())
