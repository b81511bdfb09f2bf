#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains what docs/accuracy.md tabulates, and writes its tables and pictures from the committed logs.

usage: accuracy.py list                                        what is done, and what is left
       accuracy.py run NAME... [--epochs N] [--data-dir DATA=DIR]   train (or go on) and commit-ready log in docs/data/accuracy
       accuracy.py write                                       docs/accuracy.md and pictures (needs gnuplot)

The runs stand in tools/accuracy.toml. A run can be stopped at any time (Ctrl-C) and goes on where it was: checkpoints
are in runs/accuracy/NAME, logs of whole epochs in docs/data/accuracy/NAME.csv.
"""
import argparse
import csv
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "docs/data/accuracy"
WORK = ROOT / "runs/accuracy"
DOC = ROOT / "docs/accuracy.md"
BEGIN, END = "<!-- {}: tools/accuracy.py -->", "<!-- end -->"


def catalogue():
    """Every run by its name; an entry with `seeds` is a series of runs NAME-SEED."""
    runs = {}
    for r in tomllib.loads((ROOT / "tools/accuracy.toml").read_text())["run"]:
        for seed in r.get("seeds", [r.get("seed", 1)]):
            name = f"{r['name']}-{seed}" if "seeds" in r else r["name"]
            runs[name] = {"options": "", "group": "main", "lines": []} | r | {"name": name, "series": r["name"], "seed": seed}
    return runs


def log(name):
    path = LOGS / f"{name}.csv"
    return list(csv.DictReader(path.open())) if path.exists() else []


def best(rows):
    return max((float(r["test_accuracy"]) for r in rows), default=0.0)


# --- run ----------------------------------------------------------------------------------------------------------

def network(run, out):
    """The network's file; with `lines`, a copy that has them behind its own options."""
    path = ROOT / "nets" / f"{run['net']}.net"
    if not run["lines"]:
        return str(path.relative_to(ROOT))
    out.mkdir(parents=True, exist_ok=True)
    text = path.read_text().splitlines()
    first = next(i for i, line in enumerate(text) if line.split()[:1] in (["conv"], ["linear"]))
    copy = out / f"{run['net']}.net"
    copy.write_text("\n".join([*text[:first], *run["lines"], *text[first:], ""]))
    return str(copy.relative_to(ROOT))


def command(run, epochs, folder):
    data, out = run["data"], WORK / run["name"]
    cmd = ["build/curta", "train", "--quiet"] if run["kind"] != "fp32" else ["/usr/bin/python3", "tools/baseline/fp32.py"]
    cmd += ["--net", network(run, out), "--data", data.removesuffix("-jpeg"), "--epochs", str(epochs), "--seed", str(run["seed"]), "--out", str(out)]
    cmd += run["options"].split() + (["--data-dir", folder] if folder else [])
    checkpoint = out / ("checkpoint.safetensors" if run["kind"] != "fp32" else "checkpoint.pt")
    return cmd + (["--resume"] if checkpoint.exists() else [])


def keep_log(run):
    """The log of whole epochs."""
    source = WORK / run["name"] / "log.csv"
    if source.exists():
        LOGS.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, LOGS / f"{run['name']}.csv")


def run_to_its_end(cmd):
    """Exit status of a command. Ctrl-C reaches it too: it saves and ends, for which subprocess.run alone would leave it a quarter of a second."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(cmd, cwd=ROOT, check=False).returncode
    except FileNotFoundError as e:
        sys.exit(f"accuracy.py: {e.filename}: no such program; `make curta` builds build/curta")
    finally:
        signal.signal(signal.SIGINT, before)


def train(args):
    runs, folders = catalogue(), dict(args.data_dir)
    if not args.names:
        sys.exit("accuracy.py: run: which? accuracy.py list shows the names")
    unknown = [n for n in args.names if n not in runs]
    if unknown:
        sys.exit(f"accuracy.py: no run {unknown[0]!r} in tools/accuracy.toml; accuracy.py list shows them")
    for name in args.names:
        run = runs[name]
        epochs = args.epochs or run["epochs"]
        if len(log(name)) >= epochs:
            print(f"{name}: {len(log(name))} of {run['epochs']} epochs are done")
            continue
        cmd = command(run, epochs, folders.get(run["data"]))
        print(" ".join(cmd), flush=True)
        try:
            status = run_to_its_end(cmd)
        finally:
            keep_log(run)
        if status:
            return status if status > 0 else 128 - status
    return 0


def show_list():
    print(f"{'run':32} {'epochs':>9}  {'last':>7} {'best':>7}  published")
    for name, run in catalogue().items():
        rows = log(name)
        last = f"{float(rows[-1]['test_accuracy']):.2f}" if rows else "-"
        print(f"{name:32} {len(rows):4}/{run['epochs']:<4}  {last:>7} {best(rows):7.2f}  {run.get('published', '')}")
    return 0


# --- write --------------------------------------------------------------------------------------------------------

def percent(rows, pick=None):
    return "–" if not rows else f"{pick(rows) if pick else float(rows[-1]['test_accuracy']):.2f}"


def epochs(rows):
    return f"{len(rows)} epoch{'s' * (len(rows) != 1)}"


def time_of(rows):
    seconds = sum(float(r["seconds"]) for r in rows)
    return f"{seconds / 3600:.1f} h" if seconds > 5400 else f"{seconds / 60:.0f} min"


DATA_NAMES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "cifar10-jpeg": "CIFAR-10 (JPEG copy)", "cifar10": "CIFAR-10"}


def main_table(runs):
    out = ["| network | data | options | epochs run / published | NITI, last epoch | NITI, best | published | fp32, last | fp32, best | fp32 at the same epoch | seed | time |",
           "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for name, run in runs.items():
        rows, twin = log(name), log(run.get("twin", ""))
        if run["kind"] != "niti" or run["group"] != "main" or not rows:
            continue
        beside = f"{twin[len(rows) - 1]['test_accuracy']} (epoch {len(rows)})" if len(twin) >= len(rows) else "–"
        cells = [run["net"], DATA_NAMES[run["data"]], f"`{run['options']}`" if run["options"] else "defaults", f"{len(rows)} / {run.get('schedule', run['epochs'])}", percent(rows), percent(rows, best),
                 run.get("published", "–"), percent(twin) + (f" ({epochs(twin)})" if twin else ""), percent(twin, best), beside, run["seed"], time_of(rows)]
        out.append("| " + " | ".join(str(c) for c in cells) + " |")
    return [*out, "", 'A dash under "fp32 at the same epoch": the fp32 run has fewer epochs, whose learning rate fell by a schedule of its own, or there is none.']


def curves(runs):
    out = []
    for name, run in runs.items():
        if run["kind"] == "niti" and run["group"] == "main" and log(name):
            plot(f"{name}", f"{run['net']} on {DATA_NAMES[run['data']]}", [(name, "NITI, integers only")] + ([(run["twin"], "fp32 SGD")] if log(run.get("twin", "")) else []))
            out += [f"![{run['net']} on {DATA_NAMES[run['data']]}](data/accuracy/{name}.png)", ""]
    return out[:-1]


def spread(values):
    """mean ± 2 sigma, as the paper gives it"""
    return f"{statistics.mean(values):.2f} ± {2 * statistics.stdev(values):.2f}" if len(values) > 1 else f"{values[0]:.2f}"


def ablation(run, logs):
    """A row: one run, or a series with several seeds."""
    options = run["options"] or "; ".join(run["lines"]) or "defaults"
    short = "" if run["kind"] == "nitro" or len(logs[0]) >= run["epochs"] else f" ({epochs(logs[0])})"
    tails = [[float(r["test_accuracy"]) for r in rows[-3:]] for rows in logs]
    cells = [f"{run['what']}{short}", f"`{options}`", *(spread(v) for v in ([t[-1] for t in tails], [best(rows) for rows in logs], [statistics.mean(t) for t in tails]))]
    return f"| {' | '.join(cells)} | "


def ablations(runs):
    out = []
    for group in dict.fromkeys(g for r in runs.values() for g in [r["group"], *r.get("also", [])] if g not in ("main", "nitro")):
        members = {}                                 # logs of a series
        for name, run in runs.items():
            if group in (run["group"], *run.get("also", [])) and log(name):
                members.setdefault(run["series"], []).append(run)
        if not members:
            continue
        first = next(iter(members.values()))[0]
        out += [f"### {first['net']} on {DATA_NAMES[first['data']]}, {first['epochs']} epochs{' at most' if first['epochs'] == 150 else ''}", "",
                "| variant | options | last epoch | best | mean of the last three | seeds |", "| --- | --- | ---: | ---: | ---: | ---: |"]
        out += [ablation(series[0], [log(r["name"]) for r in series]) + ", ".join(str(r["seed"]) for r in series) + " |" for series in members.values()]
        out.append("")
    return out[:-1]


def nitro(runs):
    out = ["| network | data | published, best epoch | best epoch | last epoch | epochs (of at most) | seeds | time |", "| --- | --- | ---: | ---: | ---: | --- | --- | ---: |"]
    for series in dict.fromkeys(r["series"] for r in runs.values() if r["group"] == "nitro"):
        members = [(r, log(n)) for n, r in runs.items() if r["series"] == series and log(n)]
        if not members:
            continue
        run = members[0][0]
        out.append(f"| {run['net']} | {DATA_NAMES[run['data']]} | {run['published']} | {spread([best(rows) for _, rows in members])} | {spread([float(rows[-1]['test_accuracy']) for _, rows in members])} "
                   f"| {', '.join(str(len(rows)) for _, rows in members)} ({run['epochs']}) | {', '.join(str(r['seed']) for r, _ in members)} | {time_of([row for _, rows in members for row in rows])} |")
    return out if len(out) > 2 else []


def plot(name, title, lines):
    colours = ["#a50f15", "#3182bd", "#31a354", "#756bb1"]
    body = ", ".join(f"'{LOGS}/{n}.csv' using (column('epoch')):(column('test_accuracy')) with linespoints lw 2 pt {5 + 2 * i} ps 0.6 lc rgb '{colours[i]}' title '{t}'"
                     for i, (n, t) in enumerate(lines))
    subprocess.run(["gnuplot"], check=True, text=True, input=f"""
set terminal pngcairo size 900,500 font 'sans,11'
set output '{LOGS}/{name}.png'
set datafile separator ','
set datafile columnheaders
set title '{title}'
set xlabel 'epoch'
set ylabel 'test accuracy, %'
set key bottom right
set grid
plot {body}
""")


def replace(text, what, lines):
    head, rest = text.split(BEGIN.format(what))
    return head + "\n".join([BEGIN.format(what), "", *lines, "", END]) + rest.split(END, 1)[1]


def write():
    runs, text = catalogue(), DOC.read_text()
    for what, lines in (("table", main_table(runs)), ("curves", curves(runs)), ("ablations", ablations(runs)), ("nitro", nitro(runs))):
        text = replace(text, what, lines)
    DOC.write_text(text)
    return 0


def data_dir(text):
    name, equals, folder = text.partition("=")
    if not equals or name not in DATA_NAMES:
        raise argparse.ArgumentTypeError(f"expected DATA=DIR with DATA one of {', '.join(DATA_NAMES)}, found {text!r}")
    return name, os.path.abspath(folder)


def positive(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a number of epochs, found {text!r}")
    return int(text)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=["list", "run", "write"])
    ap.add_argument("names", nargs="*", metavar="NAME")
    ap.add_argument("--epochs", type=positive, metavar="N", help="stop after so many epochs (default: all of the run)")
    ap.add_argument("--data-dir", action="append", default=[], type=data_dir, metavar="DATA=DIR", help="folder of a data set, e.g. mnist=runs/data/mnist")
    args = ap.parse_args()
    os.chdir(ROOT)
    return train(args) if args.what == "run" else write() if args.what == "write" else show_list()


if __name__ == "__main__":
    sys.exit(main())
