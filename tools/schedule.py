#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A picture of what LOAD, MATRIX and VECTOR do in a step: how much of each stretch of time, for which pass.

usage: schedule.py OUT.svg TITLE=PROFILE.json...        the files of curta profile --json
Of MATRIX the cycles in which the array multiplies count, of the others those in which a command runs.
"""
import json
import re
import sys

WIDTH, HEIGHT, LEFT, COLUMNS = 1000, 44, 70, 500
ENGINES = {1: "LOAD", 2: "array", 3: "VECTOR"}
PASSES = {"forward": "#4c78a8", "head": "#f58518", "gradient, update": "#54a24b"}
KIND = {"forward": "forward", "head": "head", "loss": "head", "weight-grad": "gradient, update", "update": "gradient, update"}


def read(name):
    """Events as (engine, layer, kind of pass, start, length, cycles that count), the longest time."""
    with open(name, encoding="utf-8") as f:
        events = [e for e in json.load(f)["traceEvents"] if e["ph"] == "X" and e["cat"] == "command" and e["tid"]]
    out = []
    for e in events:
        match = re.match(r"\S+ (\S+) (\S+)$", e["name"])
        if match and match[2] in KIND:
            counts = e["args"]["busy"] if e["tid"] == 2 else e["dur"]
            out.append((e["tid"], match[1], KIND[match[2]], e["ts"], e["dur"], counts))
    return out, max(e["ts"] + e["dur"] for e in events)


def shares(events, engine, kind, scale):
    """Of each column the part in which `engine` works for `kind`."""
    share = [0.0] * COLUMNS
    for tid, _, k, start, length, counts in events:
        if tid != engine or k != kind or not length:
            continue
        at, end, density = start * scale, (start + length) * scale, counts / length
        while at < end:
            column = min(int(at), COLUMNS - 1)
            step = min(end, column + 1) if column < COLUMNS - 1 else end
            share[column] += (step - at) * density
            at = step
    return share


def area(low, high, y, fill):
    """The band between two curves of 0..1 as one path; nothing where it is empty."""
    width = (WIDTH - LEFT) / COLUMNS
    path, c = [], 0
    while c < COLUMNS:
        if high[c] - low[c] < 0.004:
            c += 1
            continue
        first = c
        while c < COLUMNS and abs(high[c] - high[first]) < 0.01 and abs(low[c] - low[first]) < 0.01:
            c += 1
        x, top = LEFT + first * width, y + HEIGHT * (1 - min(1.0, high[first]))
        path.append(f"M{x:.1f} {top:.1f}h{(c - first) * width:.1f}v{HEIGHT * (min(1.0, high[first]) - low[first]):.1f}H{x:.1f}z")
    return f'<path fill="{fill}" d="{"".join(path)}"/>' if path else ""


def panel(title, name, longest, y):
    events, end = read(name)
    scale = COLUMNS / longest
    out = [f'<text x="{LEFT}" y="{y}" font-weight="bold">{title}: {end / 1e6:.2f} million cycles</text>']
    for layer in dict.fromkeys(e[1] for e in events if e[0] == 2):
        span = [(e[3], e[3] + e[4]) for e in events if e[0] == 2 and e[1] == layer and e[2] == "forward"]
        lo, hi = min(s[0] for s in span), max(s[1] for s in span)
        if (hi - lo) * scale > 30:
            x = LEFT + (lo + hi) / 2 * scale * (WIDTH - LEFT) / COLUMNS
            out.append(f'<text x="{x:.0f}" y="{y + 14}" text-anchor="middle" fill="#4c78a8">{layer}</text>')
    for row, (engine, label) in enumerate(ENGINES.items()):
        top, low = y + 20 + row * (HEIGHT + 6), [0.0] * COLUMNS
        out.append(f'<rect x="{LEFT}" y="{top}" width="{WIDTH - LEFT}" height="{HEIGHT}" fill="#eeeeee"/>')
        out.append(f'<text x="{LEFT - 6}" y="{top + HEIGHT / 2 + 4}" text-anchor="end">{label}</text>')
        for kind, fill in PASSES.items():
            high = [a + b for a, b in zip(low, shares(events, engine, kind, scale))]
            out.append(area(low, high, top, fill))
            low = high
    return out


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.strip())
    panels = [arg.split("=", 1) for arg in sys.argv[2:]]
    longest = max(read(name)[1] for _, name in panels)
    step = 36 + 3 * (HEIGHT + 6)
    body, x = [], LEFT
    for i, (title, name) in enumerate(panels):
        body += panel(title, name, longest, 18 + i * step)
    bottom = len(panels) * step + 10
    for kind, fill in PASSES.items():
        body.append(f'<rect x="{x}" y="{bottom}" width="12" height="12" fill="{fill}"/><text x="{x + 17}" y="{bottom + 11}">{kind}</text>')
        x += 160
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{bottom + 20}" font-family="sans-serif" '
                f'font-size="12"><rect width="100%" height="100%" fill="white"/>' + "\n".join(b for b in body if b) + "</svg>\n")


if __name__ == "__main__":
    main()
