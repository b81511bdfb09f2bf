#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves what proofs.toml lists, with Yosys and its ABC; one PASS or FAIL line a proof.

usage: run.py [--only NAME] [--quick] [--no-faults] [--list] [--table FILE]

A proof holds for all stimuli. It counts only if each of its covers is reachable (else it might be vacuous) and if each of its
planted faults, put into a copy of the RTL, breaks it. --quick (make test) proves only.
"""
import argparse
import subprocess
import sys
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OUT = ROOT / "build/formal"
LIMIT = 600     # seconds of the clock for ABC: a busy machine needs many


def aiger(proof, work, replaced, define):
    """Yosys: property module and RTL to an AIGER file with bad states and constraints."""
    files = [str(replaced.get(f, ROOT / f)) for f in proof["rtl"]] + [str(HERE / f"{proof.get('file', proof['top'])}.v")]
    chparam = " ".join(f"-chparam {k} {v}" for k, v in proof.get("params", {}).items())
    script = f"""
        read_verilog -formal {define} -I{ROOT}/rtl -I{OUT} -I{HERE} {' '.join(files)}
        hierarchy -check -top {proof['top']} {chparam}
        proc; flatten; opt -keepdc; wreduce; memory_dff; memory_collect; memory_map; opt -keepdc
        async2sync; opt_clean; techmap; opt_clean; dffunmap; abc -g AND -fast; opt_clean; setundef -undriven -anyseq
        write_aiger -zinit -map {work}.aim {work}.aig
    """
    done = subprocess.run(["yosys", "-q", "-p", "; ".join(x.strip() for x in script.strip().split("\n"))], capture_output=True, text=True)
    (work.parent / (work.name + ".log")).write_text(done.stdout + done.stderr)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().split("\n")[-1] or f"yosys ended with status {done.returncode}")


def solve(work, command, limit):
    """ABC's answer: 'proved', 'broken at N' or 'open'."""
    script = f"read_aiger {work}.aig; fold; orpos; strash; {command}"
    done = subprocess.run(["yosys-abc", "-c", script], capture_output=True, text=True, timeout=limit + 60)
    text = done.stdout + done.stderr
    (work.parent / (work.name + ".abc")).write_text(text)
    for line in text.split("\n"):
        if "was asserted in frame" in line or "is SAT" in line or "are NOT EQUIVALENT" in line:
            return "broken"
    if "Property proved" in text or "are equivalent" in text or "UNSATISFIABLE" in text:
        return "proved"
    if command.startswith("bmc3 -F") and f"No output asserted in {command.split()[2]} frames" in text and "(timeout" not in text:
        return "proved"
    return "open"


def hunt(proof, start=0):
    """Looks for a state that is there: from frame `start` on, where those before cost too much."""
    return f"bmc3 -S {start} -F {proof.get('hunt', proof.get('frames', 40))} -T {proof.get('limit', LIMIT)}"


def prove(proof, work, replaced):
    """pdr: without bound. bmc: `frames` steps. induct: two steps from the start, and one step from any state that obeys the law."""
    limit = proof.get("limit", LIMIT)
    if proof["method"] == "induct":
        aiger(proof, work, replaced, "")
        start = solve(work, "bmc3 -F 3", limit)
        if start != "proved":
            return f"{start} from the start"
        step = OUT / f"{work.name}.step"
        aiger(proof, step, replaced, "-DSTEP")
        return solve(step, f"bmc3 -F 2 -T {limit}", limit)
    aiger(proof, work, replaced, "")
    return solve(work, f"pdr -T {limit}" if proof["method"] == "pdr" else f"bmc3 -F {proof['frames']} -T {limit}", limit)


def check(proof, covers, faults):
    """Returns (held, text)."""
    limit = proof.get("limit", LIMIT)
    answer = prove(proof, OUT / proof["name"], {})
    if answer != "proved":
        return False, answer
    if not covers:
        return True, "proved"
    for c in range(proof["covers"]):
        cover = OUT / f"{proof['name']}.cover{c}"
        aiger(proof, cover, {}, f"-DCOVER={c}")
        if solve(cover, hunt(proof), limit) != "broken":
            return False, f"cover {c} was not reached: the proof may be vacuous"
    found = 0
    for i, m in enumerate(proof.get("mutant", []) if faults else []):
        name = m.get("rtl", proof["rtl"][0])
        clean = (ROOT / name).read_text()
        if clean.count(m["find"]) != 1:
            return False, f"planted fault {i}: its text occurs {clean.count(m['find'])} times in {name}"
        bad = OUT / f"{proof['name']}.fault{i}.v"
        bad.write_text(clean.replace(m["find"], m["replace"]))
        fault = OUT / f"{proof['name']}.fault{i}"
        aiger(proof, fault, {name: bad}, "")
        if solve(fault, hunt(proof, m.get("from", 0)), limit) != "broken":
            return False, f"planted fault {i} was not found: {m['find']} -> {m['replace']}"
        found += 1
    return True, f"{proof['covers']} covers" + (f", {found} faults found" if faults else "")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--only", metavar="NAME")
    ap.add_argument("--quick", action="store_true")
    ap.add_argument("--no-faults", action="store_true")
    ap.add_argument("--list", action="store_true")
    ap.add_argument("--table", metavar="FILE", help="write the results as a Markdown table")
    args = ap.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    proofs = tomllib.loads((HERE / "proofs.toml").read_text())["proof"]
    if args.only:
        proofs = [p for p in proofs if p["name"] == args.only or p["name"].startswith(args.only + "-")]
        if not proofs:
            ap.error(f"no proof {args.only!r}; --list shows them")
    if args.list:
        for p in proofs:
            print(f"{p['name']:20} {p['claim']}")
        return 0
    if any(p["top"] == "fm_check" for p in proofs):
        subprocess.run([sys.executable, str(HERE / "law.py"), str(OUT / "fm_law.vh")], check=True)
    rows, held = [], 0
    for p in proofs:
        start = time.time()
        try:
            ok, text = check(p, not args.quick, not args.quick and not args.no_faults)
        except (RuntimeError, subprocess.TimeoutExpired) as e:
            ok, text = False, str(e).replace("\n", " ")[-200:]
        held += ok
        seconds = time.time() - start
        print(f"{'PASS' if ok else 'FAIL'} formal {p['name']}: {text} ({seconds:.0f} s)", flush=True)
        method = p["method"] + (f", {p['frames']} frames" if "frames" in p else "")
        rows.append(f"| {p['name']} | {p['claim']} | {method} | {text if ok else '**' + text + '**'} | {seconds:.0f} |")
    if args.table:
        head = f"{held} of {len(proofs)} proofs hold (`make formal`).\n\n| proof | for all stimuli | method | checked by | seconds |\n| --- | --- | --- | --- | --- |\n"
        Path(args.table).write_text(head + "\n".join(rows) + "\n")
    return 0 if held == len(proofs) else 1


if __name__ == "__main__":
    sys.exit(main())
