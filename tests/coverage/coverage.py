#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the programs of a coverage build, merges what Verilator counted, writes a table by file.

usage: coverage.py BUILD TABLE [PIECE...]     PIECE: one of PIECES that is run again; without: all. Of the others the last counts are taken

Exit status 1 if a program fails, if a file of rtl/ is counted nowhere, if fewer than 95 % of the lines of rtl/ or of one of its files are reached,
those aside that JUSTIFIED names, or if a line that it names is reached or is not there.
"""
import collections
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

LEAST = 95
HELLO = "the quick brown fox jumps over the lazy dog 0123456789\ntensor shapes: (n,h,w,c)\nend\n"
JOB = "--net tests/soc/dot.net --data synthetic --batch 8 --limit 8 --no-eval --epochs 1"
MACHINE = "{cov}/machine/tiny-sdram/soc_sim --rom {build}/firmware/boot.bin --program {build}/firmware"
# The programs of a piece: command, its input, its exit status.
PIECES = {
    "device": [(f"{{cov}}/test_{t}", "", 0) for t in ("random tiny 40 1 40", "control tiny", "errors tiny")],
    "units": [(f"{{cov}}/soc/test_{t}", "", 0) for t in ("rv_random", "sdram", "soc_mem", "soc_cache", "soc_uart", "soc_timer", "soc_flash", "soc_irq", "soc_rom")],
    "machine": [(f"{MACHINE}/hello.img --gap 60 --after ticks --break", HELLO, 1),
                (f"{{build}}/curta-golden deploy {JOB} --image {{cov}}/job.pkg", "", 0),
                (f"{MACHINE}/alone.img --load {{cov}}/job.pkg@0x1400000 --cycles 100000000", "", 0)],
    "board": [(f"{test} {{cov}}/board/sim_tiny", "", 0) for test in ("{cov}/board/test_board", "tests/board/test_serial_train.sh")],
}
# (file, text of the line): why none of them reaches it
JUSTIFIED = {
    ("rtl/bridge/curta_bridge.v", "if ((m_rvalid_i && m_rresp_i != 2'd0) || (m_bvalid_i && m_bresp_i != 2'd0)) code_q <= BAD_REGISTER;"): "`curta_regs` refuses nothing",
    ("rtl/curta_cp.v", "default: state_q <= Halt;"): "Halt is held by halt_i, which stays until the reset",
    ("rtl/curta_list.v", "for (s = 1; s < V; s = s + 1) if (pos_q[Gw*s +: Gw] > most) most = pos_q[Gw*s +: Gw];"):
        "Verilator compares for its counter behind the loop, where `most` is the largest; `progen` pads streams",
    ("rtl/curta_vissue.v", "default: step_d = PIdle;"): "a state code that is not used",
    ("rtl/curta_walk.v", "default: state_q <= IDLE;"): "a state code that is not used",
}


def run(piece, build, cov):
    """Runs the programs of a piece; their counts, merged, are in COV/PIECE.dat."""
    data = cov / "data" / piece
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    for command, text, status in PIECES[piece]:
        argv = command.format(build=build, cov=cov).split()
        done = subprocess.run(argv, input=text, env={**os.environ, "CURTA_COVERAGE": str(data)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != status:
            sys.exit(f"FAIL coverage: {' '.join(argv)}: exit status {done.returncode}: {done.stdout[-500:]}")
        print(f"{' '.join(argv)}: done", flush=True)
    subprocess.run(["verilator_coverage", "--write", str(cov / f"{piece}.dat"), *map(str, sorted(data.glob("*.dat")))], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(data)


def points(merged):
    """(kind, file, line, where in it, count) of every coverage point: bits of signals, blocks of statements with all their lines."""
    for line in merged.read_text(errors="replace").split("\n"):
        m = re.match(r"C '(.*)' (\d+)$", line)
        if not m:
            continue
        fields = dict(part.split("\x02", 1) for part in m.group(1).split("\x01") if "\x02" in part)
        where, times = (fields.get("n"), fields.get("o")), int(m.group(2))
        if "toggle" in fields.get("page", ""):
            yield "toggle", fields["f"], int(fields["l"]), where, times
        elif fields.get("S"):                # without: the else that an if does not have
            for first, _, last in (s.partition("-") for s in fields["S"].split(",")):
                for n in range(int(first), int(last or first) + 1):
                    yield "line", fields["f"], n, where, times


def count(merged):
    """By file of rtl/: whether each line, each bit of a signal was reached, in whichever instance. A line is reached if all blocks on it are."""
    seen = {"line": collections.defaultdict(collections.Counter), "toggle": collections.defaultdict(collections.Counter)}
    for file in merged:
        for kind, name, n, where, times in points(file):
            if name.startswith("rtl/"):
                seen[kind][name][n, where] += times
    lines = collections.defaultdict(dict)
    for name, blocks in seen["line"].items():
        for (n, _), times in blocks.items():
            lines[name][n] = times > 0 and lines[name].get(n, True)
    return lines, seen["toggle"]


def reached(counts):
    return sum(times > 0 for times in counts.values())


def percent(part, of):
    return f"{100 * part / of:.1f} %" if of else "-"


def table(files, lines, toggles):
    """The table as lines of text, and what is wrong with it."""
    rows, missed, wrong, named = [], [], [], set()
    total = collections.Counter()
    for file in files:
        source = Path(file).read_text().split("\n")
        without = 0                      # lines not reached that are justified
        for n, ran in sorted(lines[file].items()):
            text = source[n - 1].strip()
            why = JUSTIFIED.get((file, text), "")
            if not ran:
                named.add((file, text))
                without += bool(why)
                missed.append(f"| `{file}:{n}` | `{text[:90].replace('|', chr(92) + '|')}` | {why} |")
        got, of = reached(lines[file]), len(lines[file])
        total.update(got=got, of=of, without=without, bits=reached(toggles[file]), of_bits=len(toggles[file]))
        rows.append(f"| `{file}` | {of} | {got} | {percent(got, of)} | {reached(toggles[file])} of {len(toggles[file])} |")
        if not lines[file] and not toggles[file]:
            wrong.append(f"{file} is counted nowhere")
        if 100 * got < LEAST * (of - without):
            wrong.append(f"{file}: {got} of {of} lines are reached, {without} of the others are justified: under {LEAST} %")
    if 100 * total["got"] < LEAST * (total["of"] - total["without"]):
        wrong.append(f"rtl/: {total['got']} of {total['of']} lines are reached, {total['without']} of the others are justified: under {LEAST} %")
    wrong += [f"{file}: justified, but reached or not there: {text}" for file, text in JUSTIFIED if (file, text) not in named]
    head = (f"Lines and toggles of `rtl/` (`make coverage`): **{percent(total['got'], total['of'])}** of {total['of']} lines are reached, {total['of'] - total['got']} are not, "
            f"{total['without']} of these are justified; **{percent(total['bits'], total['of_bits'])}** of {total['of_bits']} bits toggled.")
    return [head, "", "| file | lines | reached | | toggled bits |", "| --- | ---: | ---: | ---: | ---: |", *rows, "",
            "Lines never reached:", "", "| line | source | why |", "| --- | --- | --- |", *missed], wrong


def main():
    build, out, pieces = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    cov = build / "tests/coverage"
    for piece in pieces or PIECES:
        run(piece, build, cov)
    files = subprocess.run(["git", "ls-files", "rtl/*.v", "rtl/curta_mask.vh"], capture_output=True, text=True, check=True).stdout.split()
    text, wrong = table(files, *count([cov / f"{piece}.dat" for piece in PIECES]))
    out.write_text("\n".join(text) + "\n")
    print(text[0])
    for line in wrong:
        print(f"FAIL coverage: {line}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
