#!/usr/bin/env python3
"""fp32 baseline: the same network, data, batch and initial distribution, trained by SGD with PyTorch.

usage: fp32.py [--epochs 20] [--batch 64] [--lr 0.01] [--momentum 0.9] [--seed 1] [--data DIR] [--csv FILE]

LeNet of NITI (20 and 50 channels, no biases, Xavier normal) on Fashion-MNIST or MNIST in a folder of IDX files.
Writes one CSV line per epoch: epoch, train accuracy, train loss, test accuracy, seconds. Needs python3-torch;
nothing of the product does.
"""
import argparse
import gzip
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn


def idx(path):
    raw = gzip.open(path, "rb").read()
    dims = raw[3]
    shape = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(dims)]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dims).reshape(shape)


def load(folder, part):
    x = idx(Path(folder) / f"{part}-images-idx3-ubyte.gz").astype(np.float32)
    y = idx(Path(folder) / f"{part}-labels-idx1-ubyte.gz").astype(np.int64)
    return torch.from_numpy((x / 255 - 0.1307) / 0.3081)[:, None], torch.from_numpy(y)


def lenet():
    net = nn.Sequential(nn.Conv2d(1, 20, 5, bias=False), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5, bias=False), nn.ReLU(),
                        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(800, 500, bias=False), nn.ReLU(), nn.Linear(500, 10, bias=False))
    for layer in net:
        if hasattr(layer, "weight"):
            nn.init.xavier_normal_(layer.weight)
    return net


def accuracy(net, x, y):
    with torch.no_grad():
        hits = sum((net(x[i:i + 1000]).argmax(1) == y[i:i + 1000]).sum().item() for i in range(0, len(x), 1000))
    return 100 * hits / len(x)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--epochs", type=int, default=20)
    ap.add_argument("--batch", type=int, default=64)
    ap.add_argument("--lr", type=float, default=0.01)
    ap.add_argument("--momentum", type=float, default=0.9)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    ap.add_argument("--csv", default="-")
    args = ap.parse_args()
    torch.manual_seed(args.seed)
    train, test = load(args.data, "train"), load(args.data, "t10k")
    net, ce = lenet(), nn.CrossEntropyLoss()
    sgd = torch.optim.SGD(net.parameters(), args.lr, args.momentum)
    out = open(args.csv, "w") if args.csv != "-" else None
    print("epoch,train_accuracy,train_loss,test_accuracy,seconds", file=out, flush=True)
    for epoch in range(1, args.epochs + 1):
        start, order, loss_sum, hits = time.time(), torch.randperm(len(train[0])), 0.0, 0
        for i in range(0, len(order), args.batch):
            x, y = train[0][order[i:i + args.batch]], train[1][order[i:i + args.batch]]
            logits = net(x)
            loss = ce(logits, y)
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            loss_sum += loss.item() * len(y)
            hits += (logits.argmax(1) == y).sum().item()
        n = len(order)
        print(f"{epoch},{100 * hits / n:.2f},{loss_sum / n:.4f},{accuracy(net, *test):.2f},{time.time() - start:.1f}", file=out, flush=True)


if __name__ == "__main__":
    main()
