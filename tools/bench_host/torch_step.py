#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fp32 training steps of a network file with PyTorch, for bench_host.py.

usage: torch_step.py NET BATCH THREADS LAYOUT

For every number N on a line of standard input it runs N steps and prints "seconds cpu_seconds". The network is the file's
(no biases, no batch normalisation; one of NITRO-D is trained by backpropagation, with a ReLU for each NITRO-ReLU), the optimiser SGD with momentum 0.9, the batch lies in memory, and two steps have run
before the first line is read. LAYOUT is nchw (PyTorch's default) or nhwc (channels last, the faster one for most convolutions on a CPU).
"""
import re
import sys
import time
from pathlib import Path

import torch
from torch import nn


LAYOUTS = {"nchw": torch.contiguous_format, "nhwc": torch.channels_last}
NITRO_OPTIONS = ("decay", "head", "twice", "crop", "flip", "rate", "slope", "amplify", "shifts", "batch", "epochs")


def layers(path):
    """The network file as modules; shapes are followed for the sizes that PyTorch wants to be told."""
    out, c, h, w, flat, nitro = [], 0, 0, 0, False, False
    for line in open(path, encoding="utf-8"):
        words = line.split("#")[0].split()
        if not words:
            continue
        option = {k: int(v) for k, v in zip(words[2::2], words[3::2])} if words[0] == "conv" else {}
        if words[0] == "input":
            c, h, w = map(int, words[1:])
            first = (c, h, w)
        elif words[0] == "conv":
            k, stride, pad = option["kernel"], option.get("stride", 1), option.get("pad", 0)
            out.append(nn.Conv2d(c, int(words[1]), k, stride, pad, bias=False))
            c, h, w = int(words[1]), (h + 2 * pad - k) // stride + 1, (w + 2 * pad - k) // stride + 1
        elif words[0] == "relu":
            out.append(nn.ReLU(inplace=True))
        elif words[0] == "maxpool":
            out.append(nn.MaxPool2d(int(words[1])))
            h, w = h // int(words[1]), w // int(words[1])
        elif words[0] == "flatten":
            out.append(nn.Flatten())
            c, h, w, flat = c * h * w, 1, 1, True
        elif words[0] == "dropout":
            out.append(nn.Dropout(float(words[1])))
        elif words[0] == "linear":
            if not flat:
                out.append(nn.Flatten())
            flat = True
            out.append(nn.Linear(c * h * w, int(words[1]), bias=False))
            c, h, w = int(words[1]), 1, 1
        elif words == ["algorithm", "nitro-d"]:
            nitro = True
        elif not (nitro and words[0] in NITRO_OPTIONS):
            raise SystemExit(f"{path}: {words[0]}: not known here")
        if nitro and words[0] in ("conv", "linear"):
            out.append(nn.ReLU(inplace=True))
    return nn.Sequential(*(out[:-1] if nitro else out)), first, c


def main():
    path, batch, threads, layout = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), LAYOUTS[sys.argv[4]]
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net, shape, classes = layers(path)
    net = net.to(memory_format=layout)
    x, y = torch.randn(batch, *shape).contiguous(memory_format=layout), torch.randint(classes, (batch,))
    ce, sgd = nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), 0.001, 0.9)

    def step():
        sgd.zero_grad(set_to_none=True)
        ce(net(x), y).backward()
        sgd.step()

    step()
    step()
    libraries = sorted({Path(line.split()[-1]).name for line in open("/proc/self/maps") if re.search(r"/lib\S*(blas|mkl|blis)\S*\.so", line)})
    print("ready", torch.__version__, *libraries, flush=True)
    for line in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            step()
        print(time.perf_counter() - start, time.process_time() - cpu, flush=True)


if __name__ == "__main__":
    main()
