#!/usr/bin/env python3
"""Plants one fault after the other into a copy of the tree and checks that the named tests notice.

usage: run.py [--only PATTERN] [--list] [--check] [--table FILE]

Mutants stand in mutants.toml: file, the exact text to find (once) and what to put in its place, and the tests
(paths below build/, with arguments) of which one must fail. The copy lies in build/mutants; the sources are never touched.
A fault that no longer applies, or a tree whose tests fail without a fault, is an error.
What was found is remembered in build/mutants/found.json for this state of the sources: an interrupted run goes on.
"""
import argparse
import fnmatch
import hashlib
import json
import shutil
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
    """Builds and runs tests until one fails. Returns (failed, what happened)."""
    for test in tests:
        program = test.split()[0]
        made = subprocess.run(["make", "-s", "SIM_CONFIGS=tiny", program], cwd=TREE, capture_output=True, text=True)
        if made.returncode:
            return "build", made.stderr.strip().split("\n")[-1]
        try:
            ran = subprocess.run(test.split(), cwd=TREE, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return "killed", f"{program}: no end after {limit} s"
        if ran.returncode:
            fails = [line for line in ran.stdout.split("\n") if line.startswith("FAIL")]
            return "killed", (fails or [f"{program}: exit status {ran.returncode}"])[0]
    return "survived", ""


def stale(mutants):
    return [f"{m['name']}: the text to replace occurs {n} times in {m['file']}" for m in mutants if (n := (ROOT / m["file"]).read_text().count(m["find"])) != 1]


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--only", metavar="PATTERN", help="names, for example 'axi-*'")
    ap.add_argument("--list", action="store_true")
    ap.add_argument("--check", action="store_true", help="only whether each fault still applies to the sources")
    ap.add_argument("--table", metavar="FILE", help="write the result as a Markdown table")
    args = ap.parse_args()
    mutants = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text())["mutant"]
    if args.only:
        mutants = [m for m in mutants if fnmatch.fnmatch(m["name"], args.only)]
        if not mutants:
            ap.error(f"no fault is called {args.only!r}; --list shows them")
        if args.table:
            ap.error("--table needs all faults")
    if args.list:
        for m in mutants:
            print(f"{m['name']:32} {m['file']}: {m['why']}")
        return 0
    if args.check:
        print("\n".join(stale(mutants)))
        return 1 if stale(mutants) else 0
    sync()
    state = fingerprint()
    found = json.loads(FOUND.read_text()) if FOUND.exists() else {}
    found = found if found.get("sources") == state else {"sources": state}
    tests = list(dict.fromkeys(t for m in mutants for t in m["tests"]))
    if not found.get("clean", {}).get(" ".join(tests)):
        state, text = run(tests, 900)
        if state != "survived":
            print(f"FAIL mutants: the tests do not pass without a fault: {text}")
            return 1
        found.setdefault("clean", {})[" ".join(tests)] = True
    rows, dead = [], 0
    for i, m in enumerate(mutants, 1):
        start, path, key = time.time(), TREE / m["file"], json.dumps(m, sort_keys=True)
        clean = path.read_text()
        if key in found:
            state, text = "killed", found[key]
        elif clean.count(m["find"]) != 1:
            state, text = "stale", f"the text to replace occurs {clean.count(m['find'])} times in {m['file']}"
        else:
            path.write_text(clean.replace(m["find"], m["replace"]))
            try:
                state, text = run(m["tests"], 300)
            finally:
                path.write_text(clean)
            if state == "killed":
                found[key] = text
                FOUND.write_text(json.dumps(found))
        dead += state == "killed"
        rows.append((m["name"], m["file"], m["why"], state, text))
        print(f"{'PASS' if state == 'killed' else 'FAIL'} mutant {i}/{len(mutants)} {m['name']}: {state} ({time.time() - start:.0f} s) {text[:150]}", flush=True)
    print(f"{dead} of {len(mutants)} planted faults were found")
    if args.table:
        lines = ["| fault | where | what it breaks | found by |", "| --- | --- | --- | --- |"]
        lines += [f"| {n} | `{f}` | {w} | {t.split(':')[0].removeprefix('FAIL ') if s == 'killed' else '**' + s + '**'} |" for n, f, w, s, t in rows]
        Path(args.table).write_text(f"{dead} of {len(mutants)} planted faults were found.\n\n" + "\n".join(lines) + "\n")
    return 0 if dead == len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
