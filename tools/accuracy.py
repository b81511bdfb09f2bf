#!/usr/bin/env python3
"""Writes the table and the picture of docs/accuracy.md from the committed logs in docs/data.

usage: accuracy.py        needs gnuplot for the picture
"""
import csv
import subprocess
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "docs/data"
BEGIN, END = "<!-- table: tools/accuracy.py -->", "<!-- end -->"


def rows(name, key):
    return {int(r["epoch"]): float(r[key]) for r in csv.DictReader((DATA / name).open())}


def main():
    niti, fp32 = rows("lenet-fashion-niti.csv", "test_accuracy"), rows("lenet-fashion-fp32.csv", "test_accuracy")
    lines = [BEGIN, "", "| epoch | NITI, integers only | fp32 |", "| ---: | ---: | ---: |"]
    lines += [f"| {e} | {niti[e]:.2f} % | {fp32[e]:.2f} % |" if e in fp32 else f"| {e} | {niti[e]:.2f} % | not run |" for e in niti]
    doc = DATA.parent / "accuracy.md"
    head, rest = doc.read_text().split(BEGIN)
    doc.write_text(head + "\n".join(lines) + "\n\n" + END + rest.split(END)[1])
    subprocess.run(["gnuplot"], check=True, text=True, input=f"""
set terminal pngcairo size 900,500 font 'sans,11'
set output '{DATA}/lenet-fashion.png'
set datafile separator ','
set title 'LeNet on Fashion-MNIST: integers only, and fp32'
set xlabel 'epoch'
set ylabel 'test accuracy, %'
set key bottom right
set grid
plot '{DATA}/lenet-fashion-niti.csv' every ::1 using 1:7 with linespoints lw 2 pt 7 lc rgb '#a50f15' title 'NITI (int8, golden device = RTL)', \\
     '{DATA}/lenet-fashion-fp32.csv' every ::1 using 1:4 with linespoints lw 2 pt 5 lc rgb '#3182bd' title 'fp32 SGD'
""")


if __name__ == "__main__":
    main()
