#!/usr/bin/env python3
"""Paper design: MACs, bytes, cycles and utilization of every layer and pass, before any RTL.

usage: estimate.py [--config base] [--batch 32] [--bandwidth 8] [--markdown] [NET...]

A block model: best blocking per pass under half of each on-chip memory (double buffering), bandwidth shared by
reads and writes, no latency. docs/architecture.md quotes its output; docs/performance.md compares it with the RTL.
"""
import argparse
import math
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# conv: (out, kernel, stride, pad); pool: 2x2; fc: (out). Input: channels, side.
NETS = {
    "lenet": ((1, 28), [("conv", 20, 5, 1, 0), ("pool",), ("conv", 50, 5, 1, 0), ("pool",), ("fc", 500), ("fc", 10)]),
    "vgg11": ((3, 32), [("conv", 64, 3, 1, 1), ("pool",), ("conv", 128, 3, 1, 1), ("pool",), ("conv", 256, 3, 1, 1), ("conv", 256, 3, 1, 1),
                        ("pool",), ("conv", 512, 3, 1, 1), ("conv", 512, 3, 1, 1), ("pool",), ("conv", 512, 3, 1, 1), ("conv", 512, 3, 1, 1),
                        ("pool",), ("fc", 10)]),
    "vgg-small-7": ((3, 32), [("conv", 128, 3, 1, 1), ("conv", 128, 3, 1, 1), ("pool",), ("conv", 256, 3, 1, 1), ("conv", 256, 3, 1, 1),
                              ("pool",), ("conv", 512, 3, 1, 1), ("conv", 512, 3, 1, 1), ("pool",), ("fc", 10)]),
    "mlp": ((784, 1), [("fc", 256), ("fc", 128), ("fc", 10)]),
}


def up(x, t):
    return -(-x // t)


def taps(n_out, n_in, k, s, p):
    """Number of (output position, tap) pairs of one dimension that do not fall into the padding."""
    return sum(1 for o in range(n_out) for r in range(k) if 0 <= o * s + r - p < n_in)


def layers(net):
    """Yields (name, channels in, side in, channels out, side out, kernel, stride, pad, pooled)."""
    (c, h), spec = NETS[net]
    out, n = [], {"conv": 0, "fc": 0}
    for item in spec:
        if item[0] == "pool":
            out[-1]["pool"] = True
            h //= 2
            continue
        n[item[0]] += 1
        o, k, s, p = item[1:] if item[0] == "conv" else (item[1], h, 1, 0)
        oh = (h + 2 * p - k) // s + 1
        out.append(dict(name=f"{item[0]}{n[item[0]]}", c=c, h=h, o=o, oh=oh, k=k, s=s, p=p, pool=False, first=not out))
        c, h = o, oh
    return out


def fold(l):
    """The first layer as the host writes it: all taps as channels, or the taps of a row, whichever costs less."""
    if not l["first"] or l["k"] == 1:
        return l
    return dict(l, c=l["c"] * l["k"] ** 2, h=l["oh"], k=1, s=1, p=0)


class Machine:
    def __init__(self, cfg, batch, bandwidth):
        self.t, self.r, self.cc, self.v = cfg["T"], cfg["R"], cfg["C"], cfg["V"]
        self.a, self.b, self.p = cfg["A_TILES"] // 2, cfg["B_TILES"] // 2, cfg["P_TILES"] // 2
        self.macs, self.tile = self.r * self.cc * self.v, cfg["T"] ** 2
        self.batch, self.bw = batch, bandwidth
        self.subs = (self.t // self.r) * (self.t // self.cc)

    def steps(self, k):
        """Cycles of one visit with k contraction elements: the sums' exchange is the least."""
        return self.subs * max(up(k, self.v), self.r)

    def loads(self, n_pos, a_per_pos, n_lane, b_tiles, halo):
        """Fewest operand tiles: a block of pos x lane results, both operands once per block (b: per lane tile)."""
        best = None
        for pos in (1, 2, 4, 8, 16, 32, 64, 128):
            for lane in (1, 2, 4, 8, 16, 32):
                if pos * lane > self.p:
                    continue
                blocks_p, blocks_l = up(n_pos, pos), up(n_lane, lane)
                side = math.sqrt(min(pos, n_pos))
                grown = ((side + halo) / side) ** 2
                a = blocks_p * blocks_l * min(pos, n_pos) * grown * a_per_pos
                b = (blocks_p if b_tiles * n_lane > self.b else 1) * n_lane * b_tiles
                if best is None or a + b < best:
                    best = a + b
        return best

    def layer(self, l):
        f, t = fold(l), self.t
        nt, ct, ot = up(self.batch, t), up(f["c"], t), up(f["o"], t)
        pairs = taps(f["oh"], f["h"], f["k"], f["s"], f["p"]) ** 2
        useful = self.batch * l["c"] * l["o"] * taps(l["oh"], l["h"], l["k"], l["s"], l["p"]) ** 2
        mean = pairs / f["oh"] ** 2
        out_tiles, in_tiles, w_tiles = nt * f["oh"] ** 2 * ot, nt * f["h"] ** 2 * ct, f["k"] ** 2 * ot * ct
        rows = []
        cyc = out_tiles * self.steps(mean * f["c"])
        ld = self.loads(nt * f["oh"] ** 2, ct * f["s"] ** 2, ot, f["k"] ** 2 * ct, f["k"] - 1)
        shrink = 0.5 if l["pool"] else 1
        rows.append(("fwd", useful, cyc, ld * self.tile, out_tiles * self.tile * (8 + shrink)))
        if not l["first"]:
            mean_in = pairs / f["h"] ** 2
            cyc = in_tiles * self.steps(mean_in * f["o"])
            ld = self.loads(nt * f["h"] ** 2, ot / f["s"] ** 2, ct, f["k"] ** 2 * ot, f["k"] - 1)
            rows.append(("dx", useful, cyc, ld * self.tile, in_tiles * self.tile * 10))
        grad = 3 if self.batch * l["oh"] ** 2 < 512 else 4  # bytes: int24 where it cannot overflow
        per_tap = pairs / f["k"] ** 2
        cyc = w_tiles * self.steps(per_tap * self.batch)
        lanes_o = max(1, min(ot, self.p // max(1, f["k"] ** 2)))
        ld = up(ot, lanes_o) * in_tiles + up(ct, max(1, self.p // (lanes_o * f["k"] ** 2))) * out_tiles
        rows.append(("dw", useful, cyc, ld * self.tile, w_tiles * self.tile * grad))
        rows.append(("update", 0, 0, 0, w_tiles * self.tile * (grad + 2)))
        return rows


def report(net, m, markdown):
    head = ["layer", "pass", "MACs (M)", "operand MB", "result MB", "array kcycles", "memory kcycles", "expected kcycles", "utilization"]
    print("| " + " | ".join(head) + " |\n|" + " --- |" * len(head) if markdown else ("%-7s %-7s" + " %10s" * 7) % tuple(head))
    total = [0.0, 0.0, 0.0, 0.0]
    for l in layers(net):
        for name, macs, cyc, ld, st in m.layer(l):
            mem = (ld + st) / m.bw
            # The update has no array work: it hides behind other passes and counts as memory time of the step.
            expect = max(cyc, (ld + (st if name == "update" else 0 if cyc > st / m.bw else st)) / m.bw) if cyc else 0
            total = [total[0] + macs, total[1] + cyc, total[2] + mem, total[3] + expect]
            cells = [l["name"], name, f"{macs / 1e6:.1f}", f"{ld / 1e6:.2f}", f"{st / 1e6:.2f}", f"{cyc / 1e3:.0f}", f"{mem / 1e3:.0f}",
                     f"{expect / 1e3:.0f}", f"{100 * macs / (expect * m.macs):.0f} %" if expect else "–"]
            print("| " + " | ".join(cells) + " |" if markdown else ("%-7s %-7s" + " %10s" * 7) % tuple(cells))
    expect = max(total[3], total[2])
    cells = ["step", "", f"{total[0] / 1e6:.0f}", "", "", f"{total[1] / 1e3:.0f}", f"{total[2] / 1e3:.0f}", f"{expect / 1e3:.0f}",
             f"{100 * total[0] / (expect * m.macs):.0f} %"]
    print("| " + " | ".join(cells) + " |\n" if markdown else ("%-7s %-7s" + " %10s" * 7) % tuple(cells))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("nets", nargs="*", default=["lenet", "vgg11", "vgg-small-7"], metavar="NET", help=", ".join(NETS))
    ap.add_argument("--config", default="base")
    ap.add_argument("--batch", type=int, default=32)
    ap.add_argument("--bandwidth", type=float, default=8, help="bytes per cycle, reads and writes together")
    ap.add_argument("--markdown", action="store_true")
    args = ap.parse_args()
    configs = tomllib.loads((ROOT / "spec/curta.toml").read_text())["config"]
    if args.config not in configs:
        ap.error(f"no configuration {args.config!r}; there are {', '.join(configs)}")
    for net in args.nets:
        if net not in NETS:
            ap.error(f"no network {net!r}; there are {', '.join(NETS)}")
        print(f"{'### ' if args.markdown else ''}{net}, batch {args.batch}, {args.config}, {args.bandwidth:g} bytes/cycle\n")
        report(net, Machine(configs[args.config], args.batch, args.bandwidth), args.markdown)


if __name__ == "__main__":
    main()
