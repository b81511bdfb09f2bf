#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fp32 baseline: the same network, data, batch, initial distribution and augmentation, trained by SGD with PyTorch.

usage: fp32.py --net FILE [--data NAME] [--data-dir DIR] [--epochs N] [--batch N] [--lr LIST] [--momentum F] [--decay F]
               [--augment] [--seed N] [--threads N] [--limit N] --out DIR [--resume]

The network is one of nets/*.net (no biases, no normalisation, Xavier normal). --lr is a schedule like curta's --mu:
0.01,100:0.001 means 0.01, from epoch 100 on 0.001. Writes one line an epoch to DIR/log.csv and a checkpoint after each
epoch; --resume goes on from it. Needs PyTorch (Debian: python3-torch), which nothing of the product does.
"""
import argparse
import gzip
import sys
import time
from pathlib import Path

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError as missing:
    sys.exit(f"fp32.py: {missing}; the fp32 baseline needs PyTorch: apt-get install python3-torch, and Debian's /usr/bin/python3")

CROP_PAD = 4
# folder and normalisation (mean, deviation of pixel/255) of each data set, as in tools/curta/data.c
DATA = {"fashion-mnist": ("/usr/share/datasets/fashion-mnist", [0.1307], [0.3081]), "mnist": ("runs/data/mnist", [0.1307], [0.3081]),
        "cifar10": ("runs/data/cifar10", [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616])}
HEADER = "epoch,train_accuracy,train_loss,test_accuracy,seconds"


def idx(path):
    raw = path.read_bytes() if path.exists() else gzip.open(f"{path}.gz", "rb").read()
    shape = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def read_idx(folder, train):
    part = "train" if train else "t10k"
    return idx(folder / f"{part}-images-idx3-ubyte")[:, None], idx(folder / f"{part}-labels-idx1-ubyte")


def read_cifar(folder, train):
    below = folder / "cifar-10-batches-bin"
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] if train else ["test_batch.bin"]
    raw = np.concatenate([np.fromfile((below if below.exists() else folder) / n, np.uint8) for n in names]).reshape(-1, 3073)
    return raw[:, 1:].reshape(-1, 3, 32, 32), raw[:, 0]


def load(name, folder, train, limit):
    try:
        x, y = (read_cifar if name == "cifar10" else read_idx)(Path(folder or DATA[name][0]), train)
    except FileNotFoundError as e:
        sys.exit(f"fp32.py: {e.filename}: no such file; name the folder of {name} with --data-dir")
    return torch.from_numpy(x[:limit].copy()), torch.from_numpy(y[:limit].astype(np.int64))


def network(path):
    """The layers of a network file as a PyTorch module."""
    layers, shape, flat = [], None, False
    for line in Path(path).read_text().split("\n"):
        word = line.split("#")[0].split()
        if not word:
            continue
        if word[0] == "input":
            shape = [int(v) for v in word[1:4]]
        elif word[0] == "conv":
            o, opt = int(word[1]), dict(zip(word[2::2], map(int, word[3::2])))
            k, s, p = opt["kernel"], opt.get("stride", 1), opt.get("pad", 0)
            layers.append(nn.Conv2d(shape[0], o, k, s, p, bias=False))
            shape = [o] + [(d + 2 * p - k) // s + 1 for d in shape[1:]]
        elif word[0] == "linear":
            if not flat:
                layers.append(nn.Flatten())
            layers.append(nn.Linear(shape[0] * shape[1] * shape[2], int(word[1]), bias=False))
            shape, flat = [int(word[1]), 1, 1], True
        elif word[0] == "maxpool":
            layers.append(nn.MaxPool2d(int(word[1])))
            shape = [shape[0]] + [d // int(word[1]) for d in shape[1:]]
        elif word[0] == "dropout":
            layers.append(nn.Dropout(1 - float(word[1])))
        elif word[0] == "relu":
            layers.append(nn.ReLU())
        elif word[0] != "flatten":
            sys.exit(f"fp32.py: {path}: unknown layer {word[0]!r}")
    net = nn.Sequential(*layers)
    for layer in net:
        if hasattr(layer, "weight"):
            nn.init.xavier_normal_(layer.weight)
    return net.to(memory_format=torch.channels_last)  # a fifth faster than the default layout on CPUs


def schedule(text, epoch):
    value = 0.0
    for entry in text.split(","):
        start, _, v = entry.rpartition(":")
        if epoch >= int(start or 0):
            value = float(v)
    return value


def augmented(x):
    """Crops out of 4 black pixels around and flips left and right, each image on its own."""
    n, c, h, w = x.shape
    dy, dx = torch.randint(0, 2 * CROP_PAD + 1, (2, n))
    flip = torch.rand(n) < 0.5
    cols = torch.arange(w).expand(n, w)
    cols = torch.where(flip[:, None], w - 1 - cols, cols) + dx[:, None]
    rows = torch.arange(h).expand(n, h) + dy[:, None]
    padded = nn.functional.pad(x, [CROP_PAD] * 4)
    return padded[torch.arange(n)[:, None, None, None], torch.arange(c)[:, None, None], rows[:, None, :, None], cols[:, None, None, :]]


def normalised(x, data):
    mean, std = (torch.tensor(v).view(-1, 1, 1) for v in DATA[data][1:])
    return ((x.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)


def accuracy(net, x, y, data):
    net.eval()
    with torch.no_grad():
        hits = sum((net(normalised(x[i:i + 500], data)).argmax(1) == y[i:i + 500]).sum().item() for i in range(0, len(x), 500))
    return 100 * hits / len(x)


def train_epoch(net, sgd, train, args):
    order, loss_sum, hits = torch.randperm(len(train[0])), 0.0, 0
    net.train()
    for i in range(0, len(order), args.batch):
        x, y = train[0][order[i:i + args.batch]], train[1][order[i:i + args.batch]]
        logits = net(normalised(augmented(x) if args.augment else x, args.data))
        loss = nn.functional.cross_entropy(logits, y)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        loss_sum += loss.item() * len(y)
        hits += (logits.argmax(1) == y).sum().item()
    return 100 * hits / len(order), loss_sum / len(order)


def arguments():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--net", required=True)
    ap.add_argument("--data", choices=DATA, default="fashion-mnist")
    ap.add_argument("--data-dir")
    ap.add_argument("--epochs", type=int, default=20)
    ap.add_argument("--batch", type=int, default=64)
    ap.add_argument("--lr", default="0.01")
    ap.add_argument("--momentum", type=float, default=0.9)
    ap.add_argument("--decay", type=float, default=0.0)
    ap.add_argument("--augment", action="store_true")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--threads", type=int, default=0, help="default: all cores")
    ap.add_argument("--limit", type=int, help="use the first N training images only")
    ap.add_argument("--out", required=True)
    ap.add_argument("--resume", action="store_true")
    return ap.parse_args()


def main():
    args = arguments()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    train, test = load(args.data, args.data_dir, True, args.limit), load(args.data, args.data_dir, False, None)
    net = network(args.net)
    sgd = torch.optim.SGD(net.parameters(), schedule(args.lr, 0), args.momentum, weight_decay=args.decay)
    out, start, lines = Path(args.out), 0, [HEADER]
    out.mkdir(parents=True, exist_ok=True)
    if args.resume and not (out / "checkpoint.pt").exists():
        sys.exit(f"fp32.py: --resume: there is no {out}/checkpoint.pt; leave --resume out to start")
    if args.resume:
        saved = torch.load(out / "checkpoint.pt")
        net.load_state_dict(saved["net"])
        sgd.load_state_dict(saved["sgd"])
        torch.set_rng_state(saved["rng"])
        start, lines = saved["epoch"], saved["lines"]
    for epoch in range(start, args.epochs):
        for group in sgd.param_groups:
            group["lr"] = schedule(args.lr, epoch)
        began = time.time()
        hits, loss = train_epoch(net, sgd, train, args)
        lines.append(f"{epoch + 1},{hits:.2f},{loss:.4f},{accuracy(net, *test, args.data):.2f},{time.time() - began:.1f}")
        print(lines[-1], flush=True)
        saved = {"net": net.state_dict(), "sgd": sgd.state_dict(), "rng": torch.get_rng_state(), "epoch": epoch + 1, "lines": lines}
        torch.save(saved, out / "checkpoint.part")
        (out / "checkpoint.part").rename(out / "checkpoint.pt")
        (out / "log.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
