#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Training on a CPU: Curta's golden device beside PyTorch in fp32, in one run, and the rate of its inner loops.

usage: bench_host.py [--out FILE] [--rounds 5] [--seconds 1.0] [--threads N] [--nets mlp,lenet,vgg11,vgg-small-7]

Needs build/curta-golden, build/tests/driver/bench_passes and a Python with torch (Debian: python3-torch and libopenblas0-pthread, for /usr/bin/python3).
Both sides train the same network on the same batch with the same number of threads, in turns: round for round one run of
each, and the ratio is the median over the rounds.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
CURTA, PASSES, TORCH = BUILD / "curta-golden", BUILD / "tests/driver/bench_passes", Path(__file__).with_name("torch_step.py")
BATCH = 64
TARGETS = {"mlp": 2, "lenet": 2, "vgg11": 4, "vgg-small-7": 4}  # times PyTorch in the faster of its layouts
CORES = len(os.sched_getaffinity(0))  # those of this process, as curta counts them


def python_with_torch():
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0:
            return python
    sys.exit("bench_host: no Python here can import torch; install it with: apt-get install python3-torch (only this benchmark needs it)")


def peak_mib(process):
    """Waits for a child; its peak resident memory in MiB."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024


class Torch:
    def __init__(self, python, net, batch, threads, layout):
        self.batch = batch
        self.child = subprocess.Popen([python, TORCH, net, str(batch), str(threads), layout], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      env={**os.environ, "OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)})
        words = self.child.stdout.readline().split()
        if words[:1] != ["ready"]:
            sys.exit(f"bench_host: torch_step.py failed on {net}")
        fast = [w for w in words[2:] if re.search("openblas|mkl|blis", w)]
        if not fast:
            sys.exit("bench_host: PyTorch runs on the reference BLAS here, up to 15 times too slow to be fair; apt-get install libopenblas0-pthread")
        self.version = f"{words[1]} with {fast[0]}"

    def run(self, steps):
        """Images a second: by the clock, by processor time of the process."""
        self.child.stdin.write(f"{steps}\n")
        self.child.stdin.flush()
        wall, cpu = map(float, self.child.stdout.readline().split())
        return steps * self.batch / wall, steps * self.batch / cpu

    def close(self):
        self.child.stdin.close()
        return peak_mib(self.child)


def curta(net, batch, threads, steps):
    """Images a second by the clock and by processor time, and peak MiB, of one run of the program."""
    child = subprocess.Popen([CURTA, "bench", "--net", net, "--batch", str(batch), "--steps", str(steps), "--threads", str(threads), "--quiet"],
                             stdout=subprocess.PIPE, text=True)
    text = child.stdout.read()
    memory = peak_mib(child)
    m = re.search(r"(\d+) steps of (\d+) images.*: ([\d.]+) s, ([\d.]+) s CPU", text)
    if child.returncode or not m:
        sys.exit(f"bench_host: curta bench failed on {net}: {text}")
    images = int(m[1]) * int(m[2])
    return images / float(m[3]), images / float(m[4]), memory


def steps_for(rate, batch, seconds):
    return max(1, round(rate * seconds / batch))


LAYOUTS = ("nchw", "nhwc")


def beside(python, net, args, layout):
    """Rounds of ours and of PyTorch in one of its memory layouts, in turns; medians."""
    torch = Torch(python, net, BATCH, args.threads, layout)
    theirs = steps_for(torch.run(1)[0], BATCH, args.seconds)
    mine = steps_for(curta(net, BATCH, args.threads, 2)[0], BATCH, args.seconds)
    rounds = [(curta(net, BATCH, args.threads, mine), torch.run(theirs)) for _ in range(args.rounds)]
    median = lambda f: statistics.median(f(o, t) for o, t in rounds)
    return {"ours": median(lambda o, t: o[0]), "rate": median(lambda o, t: t[0]), "ratio": median(lambda o, t: o[0] / t[0]), "cpu_ratio": median(lambda o, t: o[1] / t[1]),
            "ours_mib": max(o[2] for o, _ in rounds), "mib": torch.close(), "version": torch.version, "steps": mine}


def compare(python, net, args):
    """One layout after the other, so that only one PyTorch at a time has memory and threads."""
    sides = [beside(python, net, args, layout) for layout in LAYOUTS]
    return {"ours": statistics.median(s["ours"] for s in sides), "torch": sides, "mib": max(s["ours_mib"] for s in sides), "version": sides[0]["version"], "steps": sides[0]["steps"]}


def row(name, r):
    sides = " | ".join(f"{rate(s['rate'])} | {s['ratio']:.1f} | {s['cpu_ratio']:.1f}" for s in r["torch"])
    least = min(s["mib"] for s in r["torch"])
    return f"| {name} | {rate(r['ours'])} | {sides} | {r['mib']:.0f} | {least:.0f} | {r['mib'] / least:.2f} |"


def verdict(ratios):
    """The targets beside what was measured: a miss is said where the figures are."""
    known = {n: r for n, r in ratios.items() if n in TARGETS}
    if not known:
        return ""
    missed = [f"{n} has {r:.2f} instead of {TARGETS[n]}" for n, r in known.items() if r < TARGETS[n]]
    return (f"Targets, times PyTorch in the faster of its two layouts: {', '.join(f'{n} {TARGETS[n]}' for n in known)}. "
            + (f"**Missed:** {'; '.join(missed)}." if missed else "None is missed."))


def batches(net, args, steps):
    """Our images a second at several batches, in turns."""
    sizes = (32, 64, 256)
    runs = {n: [] for n in sizes}
    for _ in range(args.rounds):
        for n in sizes:
            runs[n].append(curta(net, n, args.threads, max(1, steps * BATCH // n)))
    return [(n, statistics.median(r[0] for r in runs[n]), statistics.median(r[1] for r in runs[n]), max(r[2] for r in runs[n])) for n in sizes]


def passes(net, rounds):
    """[(layer, pass, macs, best GMAC/s)], peak, instruction set, its instruction: the best of the rounds on both sides."""
    best, peak, cpu, instruction = {}, 0, "", ""
    for _ in range(rounds):
        lines = subprocess.run([PASSES, net, str(BATCH), "2"], capture_output=True, text=True, check=True).stdout.splitlines()
        _, gmacs, cpu, instruction = lines[0].split()
        peak = max(peak, float(gmacs))
        for layer, name, macs, gemm, _, _ in (line.split() for line in lines[1:]):
            if int(macs) and float(gemm):
                key = layer, name, int(macs)
                best[key] = max(best.get(key, 0), int(macs) / float(gemm) * 1e-6)
    return [(*key, rate) for key, rate in best.items()], peak, cpu, instruction


def cpu_name():
    text = Path("/proc/cpuinfo").read_text()
    m = re.search(r"model name\s*: (.*)", text)
    flags = re.search(r"flags\s*: (.*)", text)
    known = [f for f in ("avx2", "avx512f", "avx512_vnni", "avx512vbmi", "amx_int8") if flags and f in flags[1].split()]
    return f"{m[1] if m else os.uname().machine}, {CORES} cores, {' '.join(known)}"


def rate(x):
    return f"{x:,.0f}" if x >= 100 else f"{x:.1f}"


def tables(args, python):
    nets = [(n, str(ROOT / "nets" / f"{n}.net")) for n in args.nets.split(",")]
    out, scaling, version, ratios = [], [], "", {}
    for name, net in nets:
        r = compare(python, net, args)
        version = r["version"]
        ratios[name] = min(s["ratio"] for s in r["torch"])
        out.append(row(name, r))
        scaling += [f"| {name} | {n} | {rate(wall)} | {rate(cpu)} | {mib:.0f} |" for n, wall, cpu, mib in batches(net, args, r["steps"])]
        print(out[-1], flush=True)
    yield f"Measured by `make bench-host` on: {cpu_name()}. {args.threads} threads, batch {BATCH}, PyTorch {version} in fp32 (same network, no biases, no batch"
    yield "normalisation, SGD with momentum 0.9, batch in memory, in PyTorch's default layout nchw and in nhwc, channels last), in turns, median of the rounds. Load average when it ended: " + f"{os.getloadavg()[0]:.1f}."
    yield "*CPU ratio* counts images for a second of processor time of all threads instead of a second on the clock: other programs on the"
    yield "machine disturb it less. Memory is the peak of the whole process (of PyTorch the smaller of two): with Python and the import of torch there, with the program and its"
    yield "synthetic data here."
    yield ""
    yield "| network | Curta, images/s | PyTorch nchw, images/s | ratio | CPU ratio | PyTorch nhwc, images/s | ratio | CPU ratio | Curta, peak MiB | PyTorch, peak MiB | memory ratio |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    yield from out
    yield ""
    if verdict(ratios):
        yield from (verdict(ratios), "")
    yield "| network | batch | images/s | images per CPU second | peak MiB |"
    yield "| --- | --- | --- | --- | --- |"
    yield from scaling
    for name, net in nets:
        rows, peak, cpu, instruction = passes(net, args.rounds)
        large = [r for r in rows if r[2] >= 8e8]
        if not large or not peak:
            continue
        yield ""
        yield f"GEMM of the large convolutions of {name} ({cpu}), packing included, one thread, by processor time; measured peak of {instruction} on a core: {peak:.0f} GMAC/s. Counted are the products of the definition: convolutions that take fewer (golden/README.md) may be above the peak."
        yield ""
        yield "| layer | pass | GMAC a step | GMAC/s | of the peak |"
        yield "| --- | --- | --- | --- | --- |"
        yield from (f"| {layer} | {p} | {macs * 1e-9:.2f} | {gmacs:.0f} | {100 * gmacs / peak:.0f} % |" for layer, p, macs, gmacs in large)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--out")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--seconds", type=float, default=1.0)
    ap.add_argument("--threads", type=int, default=CORES)
    ap.add_argument("--nets", default="mlp,lenet,vgg11,vgg-small-7")
    args = ap.parse_args()
    text = "\n".join(tables(args, python_with_torch())) + "\n"
    print(text)
    if args.out:
        Path(args.out).write_text(text)


if __name__ == "__main__":
    main()
