#!/usr/bin/env python3
"""Paper design of NITRO-D on the machine: MACs, bytes, cycles and utilization of every layer and pass, before any RTL.

usage: estimate_nitro.py [--config base] [--batch 64] [--bandwidth 8] [--digit 18] [--weight-bytes 4] [--correlation 1.0] [--markdown]

Same block model as estimate.py. The network is VGG8B for 28x28 images. Densities of the deltas are measured ones (share of
positions that the head pooling leaves non-zero). docs/decisions/0004-nitro-d.md quotes the output.
"""
import argparse
import math
import random
import tomllib
from pathlib import Path

from estimate import ROOT, taps, up

# name, channels in, side, channels out, main pooling behind it, measured density of the deltas
CONVS = [("C0", 1, 28, 128, False, 0.026), ("C1", 128, 28, 256, True, 0.013), ("C2", 256, 14, 256, False, 0.047),
         ("C3", 256, 14, 512, True, 0.020), ("C4", 512, 7, 512, True, 0.071), ("C5", 512, 3, 512, True, 0.37)]
LINEARS = [("F0", 512, 1024, 2), ("OUT", 1024, 10, 1)]  # name, inputs, outputs, visits a step
CLASSES, HEAD = 10, 4096


def head_pool(c, side):
    """Kernel and number of windows: curta_nitro_head_pool."""
    kh = kw = 1
    oh = ow = side
    while c * oh * ow > HEAD and kh < side:
        kh *= 2
        oh = up(side, kh)
        if c * oh * ow > HEAD:
            kw *= 2
            ow = up(side, kw)
    return kh, kw, oh, ow


class Machine:
    def __init__(self, cfg, args):
        self.t, self.r, self.c, self.v = cfg["T"], cfg["R"], cfg["C"], cfg["V"]
        self.a, self.b, self.p = cfg["A_TILES"] // 2, cfg["B_TILES"] // 2, cfg["P_TILES"] // 2
        self.macs, self.tile = self.r * self.c * self.v, cfg["T"] ** 2
        self.subs = (self.t // self.r) * (self.t // self.c)
        self.batch, self.bw, self.wb, self.corr = args.batch, args.bandwidth, args.weight_bytes, args.correlation
        # planes of an 18-bit weight and of a delta of 18 bits; a native operand takes both in one
        self.planes = 1 if args.digit >= 18 else up(18, args.digit - 1)
        self.nt = up(args.batch, self.t)
        self.rng = random.Random(1)

    def visit(self, k):
        return self.subs * max(up(k, self.v), self.r)

    def forward_bytes(self, n_pos, a_tiles, n_lane, b_tiles, halo):
        """Fewest operand bytes: int8 activations, wide weights; a block of pos x lane results."""
        best = None
        for pos in (1, 2, 4, 8, 16, 32, 64, 128):
            for lane in (1, 2, 4, 8, 16, 32):
                if pos * lane > self.p:
                    continue
                side = math.sqrt(min(pos, n_pos))
                a = up(n_lane, lane) * n_pos * ((side + halo) / side) ** 2 * a_tiles
                b = (1 if b_tiles * lane <= self.b else up(n_pos, pos)) * n_lane * b_tiles
                cost = a * self.tile + b * self.tile * self.wb
                best = cost if best is None else min(best, cost)
        return best

    def distinct(self, places, active):
        """Mean rows of a list for one image, window and tile of channels: distinct places of T independent maxima; and mean groups
        of the list of a tile of images: its longest stream."""
        total = steps = 0
        for _ in range(1000):
            rows = [len({self.rng.randrange(places) for _ in range(self.t) if self.rng.random() < active}) * self.corr for _ in range(self.t)]
            total += sum(rows) / self.t
            steps += max(sum(rows[v::self.v]) for v in range(self.v))
        return total / 1000, steps / 1000

    def conv(self, layer):
        name, c, side, o, pooled, density = layer
        t, nt = self.t, self.nt
        pairs = taps(side, side, 3, 1, 1) ** 2
        useful = self.batch * c * o * pairs
        mean = pairs / side**2
        k, ct, ot = (9, 2, up(o, t)) if c == 1 else (mean * c, up(c, t), up(o, t))
        taps_, ctw = (1, 2) if c == 1 else (9, ct)
        pos, weights = nt * side**2, taps_ * ot * ctw
        out = pos * ot * self.tile
        cyc = pos * ot * (self.visit(k) if self.planes == 1 else max(self.planes * self.subs * up(k, self.v), self.r))
        rows = [("forward", useful, cyc, self.forward_bytes(pos, ctw, ot, taps_ * ctw, 0 if c == 1 else 2) + out * (1.25 if pooled else 2))]
        kh, kw, oh, ow = head_pool(o, side)
        n_h = o * oh * ow
        rows.append(("head", 3 * self.batch * n_h * CLASSES, *self.head(n_h, out)))
        # weight gradient, dense: every position
        places_used = pairs / 9 if c > 1 else side**2  # positions that a tap meets inside the image; the folded layer has no taps
        dense = weights * self.planes * self.subs * max(places_used * self.batch / self.v, self.r)
        # slices of V images x 8 channels at a position; and of 1 x 8
        s2, s1 = (1 - (1 - density) ** (t * self.v)) * self.corr, (1 - (1 - density) ** t) * self.corr
        # gather: per image and window the distinct places of T channels; the V lanes of k take images of their own; rows that a tap
        # moves out of the image take their step all the same
        windows, places = oh * ow, kh * kw
        mean_d, steps = self.distinct(places, min(1.0, density * side**2 / windows))
        gather = weights * self.planes * self.subs * nt * windows * max(steps, self.r)
        groups = up(taps_ * ot, self.p)
        mem = groups * ctw * nt * side**2 * 1.25 * self.tile + ctw * nt * ot * windows * self.tile * 5
        best = min(dense, gather)
        rows.append(("weight-grad", useful, best, mem if best == gather else mem + 2 * out * 4))
        rows.append(("update", 0, 0, weights * self.tile * 2 * 4))
        return dict(name=name, rows=rows, dense=dense, slice2=dense * s2, slice1=dense * s1, gather=gather, distinct=mean_d, places=places,
                    useful_dw=useful * density)

    def head(self, n_h, zs_bytes):
        ht = up(n_h, self.t)
        fwd = self.nt * 2 * self.visit(n_h) * self.planes
        dx = self.nt * ht * self.visit(CLASSES) * self.planes
        dw = 2 * ht * self.visit(self.batch)
        mem = zs_bytes + self.nt * ht * self.tile * (2 + 2 + 1 + 1 + 4) + ht * 2 * self.tile * (2 * self.wb + 8)
        return fwd + dx + dw, mem

    def linear(self, layer):
        name, c, o, visits = layer
        t, nt, ct, ot = self.t, self.nt, up(c, self.t), up(o, self.t)
        useful, w = self.batch * c * o, up(c, self.t) * up(o, self.t)
        rows = [("forward", useful, nt * ot * self.visit(c) * self.planes, nt * ct * self.tile * up(ot, 16) + w * self.tile * self.wb + nt * ot * self.tile * 2)]
        if name != "OUT":
            cyc, mem = self.head(o, 0)
            rows.append(("head", 3 * visits * self.batch * o * CLASSES, visits * cyc, visits * mem))
        planes = self.planes if name != "OUT" else 1
        dense = w * planes * self.visit(self.batch)
        rows.append(("weight-grad", visits * useful, visits * dense, visits * nt * (ct * up(ot, 8) + ot * 4 * up(ct, 16)) * self.tile))
        rows.append(("update", 0, 0, visits * w * self.tile * 8))
        return dict(name=name, rows=rows, dense=visits * dense, slice2=visits * dense, slice1=visits * dense, gather=visits * dense, distinct=0, places=1,
                    useful_dw=visits * useful)


def line(markdown, cells):
    print("| " + " | ".join(cells) + " |" if markdown else " ".join(f"{x:>13}" for x in cells))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--config", default="base")
    ap.add_argument("--batch", type=int, default=64)
    ap.add_argument("--bandwidth", type=float, default=8, help="bytes per cycle, reads and writes together")
    ap.add_argument("--digit", type=int, default=18, help="bits of the wide operand that the array takes at once")
    ap.add_argument("--weight-bytes", type=float, default=4, help="bytes of a weight in memory")
    ap.add_argument("--correlation", type=float, default=1.0, help="distinct maxima / those of independent channels")
    ap.add_argument("--markdown", action="store_true")
    args = ap.parse_args()
    m = Machine(tomllib.loads((Path(ROOT) / "spec/curta.toml").read_text())["config"][args.config], args)
    layers = [m.conv(x) for x in CONVS] + [m.linear(x) for x in LINEARS]
    head = ["layer", "pass", "MACs (M)", "MB", "array kcyc", "memory kcyc", "expected kcyc", "utilization"]
    line(args.markdown, head)
    if args.markdown:
        print("|" + " --- |" * len(head))
    fwd = step = array = memory = 0
    for l in layers:
        for name, macs, cyc, mb in l["rows"]:
            macs = l["useful_dw"] if name == "weight-grad" else macs
            mem = mb / m.bw
            expect = max(cyc, mem) if cyc else 0
            fwd += expect if name == "forward" else 0
            step += expect
            array += cyc
            memory += mem
            line(args.markdown, [l["name"], name, f"{macs / 1e6:.1f}", f"{mb / 1e6:.1f}", f"{cyc / 1e3:.0f}", f"{mem / 1e3:.0f}", f"{expect / 1e3:.0f}",
                                 f"{100 * macs / (expect * m.macs):.0f} %" if expect else "–"])
    line(args.markdown, ["step", "", "", "", f"{array / 1e3:.0f}", f"{memory / 1e3:.0f}", f"{max(step, memory) / 1e3:.0f}", ""])
    print(f"\nforward {fwd / 1e6:.1f} M cycles, step {max(step, memory) / 1e6:.1f} M: {max(step, memory) / fwd:.3f} forward passes\n")
    head = ["weight gradient, kcycles", "dense", "2x8 slices", "1x8 slices", "gather", "distinct of places"]
    line(args.markdown, head)
    if args.markdown:
        print("|" + " --- |" * len(head))
    for l in layers:
        line(args.markdown, [l["name"]] + [f"{l[k] / 1e3:.0f}" for k in ("dense", "slice2", "slice1", "gather")] + [f"{l['distinct']:.2f} of {l['places']}"])
    other = step - sum(max(c, b / m.bw) for l in layers for n, _, c, b in l["rows"] if n == "weight-grad")
    for k in ("dense", "slice2", "slice1", "gather"):
        total = sum(l[k] for l in layers)
        print(f"step with {k}: {(other + total) / fwd:.3f} forward passes (weight gradient {total / 1e6:.1f} M)")
    best = sum(min(l["dense"], l["gather"]) for l in layers)
    print(f"step with the better of dense and gather per layer: {(other + best) / fwd:.3f} forward passes (weight gradient {best / 1e6:.1f} M)")


if __name__ == "__main__":
    main()
