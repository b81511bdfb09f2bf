#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""curta monitor, fetch and compare against machines that lie, mumble or are silent: a message and an exit status, nothing worse.

usage: test_alone.py [--program build/curta-golden]

The machine is a pseudo-terminal and the frames of rtl/bridge/curta_bridge.v over a memory that each case spoils. What an
honest machine answers is tests/soc/test_soc_serial.sh.
"""
import argparse
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
import tty
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MEMORY, ACCELERATOR, PACKAGE, STATUS = 0x02000000, 0x01000000, 0x01400000, 0x01fff000
MAGIC, MEM_SIZE = 0x4e4f4c41, 0x40
TRAINING, DONE = 2, 3
OP_INFO, OP_MEM_WRITE, OP_MEM_READ, OP_REG_WRITE, OP_REG_READ = range(5)
HEAD, PAYLOAD = 9, 1024
NET, NITRO = "input 1 4 4\nlinear 10\n", "algorithm nitro-d\ninput 1 4 4\nlinear 10\n"
failed, said = False, []


def registers():
    """Offset: value of what the driver asks before it plans, for `base`."""
    text = (ROOT / "include/curta_spec.h").read_text()
    known = {name: int(value, 16) for name, value in re.findall(r"#define CURTA_(\w+) (0x\w+?)u\b", text)}
    return {known["REG_ID"]: known["VERSION_MAGIC"], known["REG_VERSION"]: known["VERSION_HARDWARE"] | known["VERSION_NUMERICS"] << 16,
            known["REG_CONFIG"]: 8 | 8 << 8 | 8 << 16 | 2 << 24, known["REG_CAPS0"]: 1024 | 1024 << 16, known["REG_CAPS1"]: 256 | 8 << 16, known["REG_CAPS2"]: 8}


class Machine(threading.Thread):
    """Answers at self.name until the program under test has gone."""

    def __init__(self, status=(), package=b"", chatter=b"", silent=False, growth=0):
        super().__init__(daemon=True)
        self.memory = bytearray(MEMORY)
        self.memory[STATUS:STATUS + 4 * len(status)] = struct.pack(f"<{len(status)}I", *status)
        self.memory[PACKAGE:PACKAGE + len(package)] = package
        self.registers, self.chatter, self.silent = registers(), chatter, silent
        self.growth, self.looks, self.sent = growth, [], 0  # epochs between two looks; when they were; bytes of memory asked for
        self.line, self.far = pty.openpty()
        tty.setraw(self.far)
        self.name = os.ttyname(self.far)
        self.start()

    def take(self, n):
        data = b""
        while len(data) < n:
            data += os.read(self.line, n - len(data))
        return data

    def answer(self, op, addr, n, load):
        if op == OP_INFO:
            return struct.pack("<4I", 1, MEMORY, 75000, ACCELERATOR)
        if op == OP_MEM_READ:
            if self.growth and addr == STATUS and n > 4:
                self.grow()
            self.sent += n
            return bytes(self.memory[addr:addr + n])
        if op == OP_REG_READ:
            return struct.pack("<I", self.registers.get(addr, 0))
        if op == OP_MEM_WRITE:
            self.memory[addr:addr + n] = load
        if op == OP_REG_WRITE:
            self.registers[addr] = struct.unpack("<I", load)[0]
        return b""

    def grow(self):
        self.looks.append(time.monotonic())
        epoch, epochs = struct.unpack_from("<2I", self.memory, STATUS + 20)
        struct.pack_into("<I", self.memory, STATUS + 20, min(epoch + self.growth, epochs))
        struct.pack_into("<I", self.memory, STATUS + 8, DONE if epoch + self.growth >= epochs else TRAINING)

    def run(self):
        while self.chatter:
            os.write(self.line, self.chatter)
        try:
            while True:
                head = self.take(HEAD)
                op, seq, n, addr = struct.unpack("<xBBHI", head)
                load = self.take(n) if op in (OP_MEM_WRITE, OP_REG_WRITE) else b""
                self.take(4)
                data = self.answer(op, addr, n, load)
                body = struct.pack("<BBHI", 0, seq, len(data), 0) + data
                if not self.silent:
                    os.write(self.line, b"\x5c" + body + struct.pack("<I", zlib.crc32(body)))
        except OSError:
            pass


def package(net=NET, batch=8, option=None, mu=((0, 2),), job=1, net_bytes=None):
    """The head of a package (include/curta_package.h) and its network."""
    words = [0x4b505543, 2, 0, job, 0, len(net) if net_bytes is None else net_bytes, batch, 1, 0, 0, 0, 1]
    words += option or [1, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0, len(mu)]
    words += [v & 0xffffffff for pair in list(mu) + [(0, 0)] * (16 - len(mu)) for v in pair]
    words += [1, 4, 4, 10, 0, 32, 0, 0, 16, 0, 0]
    words[4] = 4 * len(words)
    return struct.pack(f"<{len(words)}I", *words) + net.encode()


def status(state=DONE, job=1, epoch=1, epochs=1, crc=0x12345678):
    return (MAGIC, 0, state, job, 4, epoch, epochs, 32, 7, 32, 16, 1000, crc)


def check(name, program, command, machine, expected, words):
    global failed
    patience = "100" if machine.silent or machine.chatter else "5000"
    environment = dict(os.environ, CURTA_SERIAL_MS=patience, CURTA_THREADS="1")
    cmd = [str(program), *command, "--quiet"]
    cmd = [c.replace("TERMINAL", f"serial:{machine.name}") for c in cmd]
    try:
        done = subprocess.run(cmd, capture_output=True, text=True, env=environment, timeout=60, cwd=ROOT)
        got, text = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        got, text = "none: it hangs", ""
    said.append(text)
    if got == expected and words in text:
        print(f"PASS alone: {name}")
        return
    failed = True
    print(f"FAIL alone: {name}: exit status {got}, expected {expected} with {words!r}: {text[-400:]!r}")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--program", type=Path, default=ROOT / os.environ.get("BUILD", "build") / "curta-golden")
    program = ap.parse_args().program.resolve()
    with tempfile.TemporaryDirectory(prefix="curta-test-alone-") as folder:
        fetch = ["fetch", "--device", "TERMINAL", "--out", folder, "--data", "synthetic"]
        monitor = ["monitor", "--device", "TERMINAL"]
        (Path(folder) / "dot.net").write_text(NET)
        both = ["compare", "--net", f"{folder}/dot.net", "--devices", "golden,TERMINAL", "--steps", "1"]
        cases = [
            ("a machine that says nothing", monitor, Machine(silent=True), 3, "the board does not answer"),
            ("something that never stops talking", monitor, Machine(chatter=b"yes\n" * 256), 3, "the board does not answer"),
            ("a memory without a status", monitor, Machine(), 1, "is no machine that trains alone"),
            ("a state that does not exist", monitor, Machine(status(state=77)), 0, "unknown state"),
            ("an epoch beyond all", monitor, Machine(status(epoch=0xffffffff)), 0, "done, step 4"),
            ("a machine that failed", monitor, Machine(status(state=4)), 1, "failed, step 4\n"),
            ("a machine that says why", monitor, Machine(status(state=4) + (0,) * 512 + struct.unpack("<2I", b"plan\x1b: !")), 1, "failed, step 4: plan?: !\n"),
            ("an epoch before the last reset", monitor, Machine(status() + (0xffffffff, 0xffffffff)), 0, "epoch 1/1  done before the machine was last started\ndone"),
            ("an epoch", monitor, Machine(status() + (16, 4)), 0, "epoch 1/1  train 50.00 %  test 25.00 %\ndone"),
            ("a machine that is not done", fetch, Machine(status(state=0)), 1, "has no weights to fetch: it is idle"),
            ("a package of another job", fetch, Machine(status(job=2), package()), 1, "is not the one that it has trained"),
            ("a network of 12 MB", fetch, Machine(status(), package(net_bytes=12000000)), 1, "is not the one that it has trained"),
            ("a network of nitro-d", fetch, Machine(status(), package(NITRO)), 1, "a network of nitro-d, which no machine trains alone"),
            ("a network that is none", fetch, Machine(status(), package("\x01\x02\x03")), 1, "found \"???\""),
            ("a batch of 4294967295", fetch, Machine(status(), package(batch=0xffffffff)), 1, "planning a batch of 4294967295 on serial:"),
            ("no schedule", fetch, Machine(status(), package(mu=())), 1, "the options in its package cannot be"),
            ("a schedule out of range", fetch, Machine(status(), package(mu=((0, 2), (5, 99)))), 1, "the options in its package cannot be"),
            ("rounding out of range", fetch, Machine(status(), package(option=[77] * 11 + [1])), 1, "a training option is out of range"),
            ("other weights", fetch, Machine(status(), package()), 1, "does not hold the weights that it has trained"),
            ("a board has no retirement records", both, Machine(), 1, "has no retirement records"),
        ]
        (Path(folder) / "wide.net").write_text("input 1 28 28\nlinear 2048\nrelu\nlinear 10\n")
        train = ["train", "--net", f"{folder}/wide.net", "--data", "synthetic", "--batch", "900", "--limit", "900", "--no-eval", "--device", "TERMINAL", "--out", f"{folder}/never"]
        all_of_it, part = Machine(), Machine()
        followed = Machine(status(TRAINING, 1, 50, 200) + (16, 4) * 200, growth=50)
        taken = Machine(status())
        fcntl.flock(taken.far, fcntl.LOCK_EX)
        cases += [
            ("more epochs than the machine keeps", monitor, Machine(status(epoch=300, epochs=300) + (16, 4) * 256), 0,
             "epoch 256/300  train 50.00 %  test 25.00 %\nthe machine keeps no figures of later epochs than 256\ndone"),
            ("a terminal that another program has", monitor, taken, 3, "in use by another program"),
            ("a training of 200 epochs, looked at three times", monitor, followed, 0, "epoch 200/200  train 50.00 %  test 25.00 %\ndone"),
            ("a plan larger than its accelerator's memory", train, all_of_it, 1, "device memory too small (a smaller batch needs less)"),
            ("a plan larger than --mem-mib", [*train, "--mem-mib", "8"], part, 1, ", has 8388608"),
            ("--mem-mib of more than it has", [*train, "--mem-mib", "17"], Machine(), 2, "has 16384 KiB; leave the option out"),
        ]
        for name, command, machine, expected, words in cases:
            check(name, program, command, machine, expected, words)
        pauses = [b - a for a, b in zip(followed.looks, followed.looks[1:])]
        if followed.sent > 4 + 3 * 52 + 200 * 8 or min(pauses) < 0.9:
            print(f"FAIL alone: monitor takes time from the training: {followed.sent} bytes in {len(followed.looks)} looks, pauses of {min(pauses):.2f} s")
            sys.exit(1)
        sizes = [m.registers.get(MEM_SIZE) for m in (all_of_it, part)]
        if sizes != [ACCELERATOR, 8 << 20]:
            print(f"FAIL alone: MEM_SIZE was set to {sizes}")
            sys.exit(1)
        if (Path(folder) / "checkpoint.safetensors").exists():
            print("FAIL alone: a refused fetch has left a checkpoint")
            sys.exit(1)
        crc = int(re.search(r"checksum (\w+), not", "".join(said)).group(1), 16)
        fetch, look = fetch[:-2], ["eval", "--checkpoint", f"{folder}/checkpoint.safetensors", "--test-limit", "8", "--device", "golden"]
        resume = ["train", "--resume", "--out", folder, "--epochs", "1"]
        for name, command, expected, words in [
            ("fetch without --data", fetch, 0, "checksum of the weights"),
            ("eval of what was trained on nobody knows what", look, 2, "does not say what it was trained on: add --data"),
            ("resume of it", resume, 2, "does not say what it was trained on: add --data"),
            ("eval of it with --data", [*look, "--data", "synthetic"], 0, "of 8 test images of synthetic"),
            ("resume of it with --data", [*resume, "--data", "synthetic"], 0, ""),
            ("fetch with --data", [*fetch, "--data", "synthetic", "--overwrite"], 0, "checksum of the weights"),
            ("eval of that", look, 0, "of 8 test images of synthetic"),
        ]:
            check(name, program, command, Machine(status(crc=crc), package()), expected, words)
    sys.exit(failed)


if __name__ == "__main__":
    main()
