#!/usr/bin/env python3
"""Plants one fault after the other into a copy of the tree and checks that the named tests notice.

usage: run.py [--only PATTERN] [--minutes N] [--list] [--check] [--table FILE]

Mutants stand in mutants.toml: file, the exact text to find (once) and what to put in its place, and the tests
(paths below build/, with arguments) of which one must fail; needs: a feature of the processor without which no test can. The copy lies in build/mutants; the sources are never touched.
A fault that no longer applies, or a tree whose tests fail without a fault, is an error.
What was found is remembered in build/mutants/found.json for this state of the sources: an interrupted run goes on.
The table keeps what earlier runs found, with the commit of their sources; with a table the faults that were never run come first, then
the oldest, so that a run of some minutes (--minutes) renews the table piece by piece.
"""
import argparse
import fnmatch
import hashlib
import json
import resource
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TREE = ROOT / "build/mutants/tree"
FOUND = ROOT / "build/mutants/found.json"
SOURCES = ("firmware/", "golden/", "hls/", "rtl/", "driver/", "include/", "sim/", "host/", "tools/curta/", "tests/", "examples/")


def sync():
    """A copy of the sources; build products of earlier runs stay, so that make rebuilds only what changed."""
    TREE.mkdir(parents=True, exist_ok=True)
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in files.stdout.split("\n"):
        src, dst = ROOT / name, TREE / name
        if name and src.is_file() and (not dst.exists() or dst.read_bytes() != src.read_bytes()):
            dst.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(src, dst)


def fingerprint():
    """Of everything that a verdict depends on but the fault itself."""
    h = hashlib.sha256()
    paths = sorted(p for d in SOURCES for p in (TREE / d).rglob("*") if p.is_file() and "mutants" not in p.relative_to(TREE).parts)
    assert paths, "no sources: every verdict would be kept for ever"
    for path in paths:
        h.update(str(path.relative_to(TREE)).encode() + b"\0" + path.read_bytes())
    return h.hexdigest()


def run(tests, limit):
    """Builds and runs tests until one fails; `limit`: seconds of the processor, as a busy machine must not decide. Returns (failed, what happened)."""
    for test in tests:
        program = test.split()[0]
        made = subprocess.run(["make", "-s", "SIM_CONFIGS=tiny", program], cwd=TREE, capture_output=True, text=True)
        if made.returncode:
            return "build", made.stderr.strip().split("\n")[-1]
        try:
            ran = subprocess.run(test.split(), cwd=TREE, capture_output=True, text=True, timeout=20 * limit,
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5)))
        except subprocess.TimeoutExpired:
            return "killed", f"{program}: no end after {20 * limit} s"
        if ran.returncode == -signal.SIGXCPU:
            return "killed", f"{program}: no end after {limit} s of the processor"
        if ran.returncode:
            fails = [line for line in ran.stdout.split("\n") if line.startswith("FAIL")]
            return "killed", (fails or [f"{program}: exit status {ran.returncode}"])[0]
    return "survived", ""


def verdict(m, found):
    """Plants one fault, unless `found` knows it; (state, what happened)."""
    path, key = TREE / m["file"], json.dumps(m, sort_keys=True)
    if key in found:
        return "killed", found[key]
    clean = path.read_text()
    if clean.count(m["find"]) != 1:
        return "stale", f"the text to replace occurs {clean.count(m['find'])} times in {m['file']}"
    for test in m["tests"]:
        if test not in found["clean"]:
            state, text = run([test], 900)
            if state != "survived":
                return "not run", f"{test} fails without a fault: {text}"
            found["clean"].append(test)
    path.write_text(clean.replace(m["find"], m["replace"]))
    try:
        state, text = run(m["tests"], 300)
    finally:
        path.write_text(clean)
    if state == "killed":
        found[key] = text
        FOUND.write_text(json.dumps(found))
    return state, text


def stale(mutants):
    return [f"{m['name']}: the text to replace occurs {n} times in {m['file']}" for m in mutants if (n := (ROOT / m["file"]).read_text().count(m["find"])) != 1]


def git(*command):
    return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def read_table(file):
    """{fault: (found by, commit)} of a table that write_table has made."""
    cells = [[c.strip() for c in line.split("|")] for line in Path(file).read_text().split("\n") if line.startswith("| ")] if Path(file).exists() else []
    return {c[1]: (c[4], c[5]) for c in cells if len(c) == 7 and c[5] not in ("at", "---", "")}


def write_table(file, mutants, ran):
    """All faults: those of `ran` {name: (state, text)} with the present commit, the others as the table has them."""
    old, at = read_table(file), git("describe", "--always", "--dirty=+", "--exclude=*")
    new = {n: (t.split(":")[0].removeprefix("FAIL ") if s == "killed" else f"**{s}**", at) for n, (s, t) in ran.items()}
    rows = [(m, *new.get(m["name"], old.get(m["name"], ("not run yet", "")))) for m in mutants]
    missed, never = sum(by.startswith("**") for _, by, _ in rows), sum(not commit for *_, commit in rows)
    lines = [f"{len(rows) - missed - never} of {len(rows)} planted faults were found by the last run of each (*at*: the commit of its sources), {missed} were not, {never} have not been run by `make mutants` yet.", "",
             "| fault | where | what it breaks | found by | at |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {m['name']} | `{m['file']}` | {m['why']} | {by} | {commit} |" for m, by, commit in rows]
    Path(file).write_text("\n".join(lines) + "\n")


def oldest_first(mutants, file):
    """Never run, then by the age of the commit in the table."""
    age = {commit: -i for i, commit in enumerate(git("rev-list", "--abbrev-commit", "HEAD").split("\n"))}
    old = read_table(file)
    return sorted(mutants, key=lambda m: age.get(old[m["name"]][1], -10**6) if m["name"] in old else -10**9)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--only", metavar="PATTERN", help="names, for example 'axi-*'")
    ap.add_argument("--minutes", metavar="N", type=float, default=1e9, help="begin no fault after N minutes")
    ap.add_argument("--list", action="store_true")
    ap.add_argument("--check", action="store_true", help="only whether each fault still applies to the sources")
    ap.add_argument("--table", metavar="FILE", help="bring the results into a Markdown table of all faults")
    args = ap.parse_args()
    mutants = known = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text())["mutant"]
    if args.table:
        mutants = oldest_first(mutants, args.table)
    if args.only:
        mutants = [m for m in mutants if fnmatch.fnmatch(m["name"], args.only)]
        if not mutants:
            ap.error(f"no fault is called {args.only!r}; --list shows them")
    if args.list:
        for m in mutants:
            print(f"{m['name']:32} {m['file']}: {m['why']}")
        return 0
    if args.check:
        print("\n".join(stale(mutants)))
        return 1 if stale(mutants) else 0
    begun = time.time()
    sync()
    sources = fingerprint()
    found = json.loads(FOUND.read_text()) if FOUND.exists() else {}
    found = found if found.get("sources") == sources else {"sources": sources, "clean": []}
    ran, skipped, cpu = {}, 0, Path("/proc/cpuinfo").read_text()
    try:
        for i, m in enumerate(mutants, 1):
            if time.time() - begun > 60 * args.minutes:
                break
            if m.get("needs", "") not in cpu:
                print(f"SKIP mutant {i}/{len(mutants)} {m['name']}: this processor has no {m['needs']}", flush=True)
                skipped += 1
                continue
            start = time.time()
            ran[m["name"]] = state, text = verdict(m, found)
            print(f"{'PASS' if state == 'killed' else 'FAIL'} mutant {i}/{len(mutants)} {m['name']}: {state} ({time.time() - start:.0f} s) {text[:150]}", flush=True)
    finally:
        if args.table:
            write_table(args.table, known, ran)
    dead = sum(state == "killed" for state, _ in ran.values())
    print(f"{dead} of {len(ran)} planted faults were found" + (f", {skipped} skipped" if skipped else "")
          + (f"; {left} are left" if (left := len(mutants) - len(ran) - skipped) else ""))
    return 0 if dead == len(ran) else 1


if __name__ == "__main__":
    sys.exit(main())
