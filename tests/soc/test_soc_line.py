#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The simulated machine on a bad serial line: curta deploy, monitor and fetch through a relay that drops, repeats and corrupts bytes; what a host may write.

usage: test_soc_line.py [--seed N] [--one-in N]

The relay is a pseudo-terminal in front of the simulator's. One of so many bytes, in either direction, meets a fault; the same
seed spoils the same bytes. All must end as on a good line: the weights are those of the host.
"""
import argparse
import os
import pty
import random
import re
import select
import struct
import subprocess
import sys
import threading
import time
import tty
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / os.environ.get("BUILD", "build")
DIR = BUILD / "tests/soc/line"
EPOCHS = 3
JOB = f"--net tests/soc/dot.net --data synthetic --batch 8 --limit 160 --test-limit 40 --epochs {EPOCHS}".split()
MEMORY, ACCELERATOR, PACKAGE, STATUS = 0x02000000, 0x01000000, 0x01400000, 0x01fff000
MAGIC, COMMAND, STATE = 0x4e4f4c41, STATUS + 4, STATUS + 8
IDLE, TRAINING, STOP = 0, 2, 2
OP_INFO, OP_MEM_WRITE, OP_MEM_READ, OP_REG_WRITE, OP_REG_READ = range(5)
DONE, BAD_CRC, BAD_REQUEST, BAD_RANGE, BAD_REGISTER = range(5)
MEM_SIZE = 0x40


def fail(what):
    print(f"FAIL soc_line: {what}")
    sys.exit(1)


class Relay:
    """Between self.name and the terminal `path`."""

    def __init__(self, path, seed, one_in):
        self.seed, self.one_in, self.active, self.faults = seed, one_in, False, [0, 0]
        self.line, self.far = pty.openpty()
        self.machine = os.open(path, os.O_RDWR | os.O_NOCTTY)
        for fd in (self.far, self.machine):
            tty.setraw(fd)
        os.set_blocking(self.line, False)
        self.name = os.ttyname(self.far)
        for way, (source, to) in enumerate(((self.line, self.machine), (self.machine, self.line))):
            threading.Thread(target=self.move, args=(way, source, to, random.Random(seed + way)), daemon=True).start()

    def spoil(self, way, data, dice):
        out = bytearray()
        for byte in data:
            if not self.active or dice.randrange(self.one_in):
                out.append(byte)
                continue
            self.faults[way] += 1
            out += dice.choice((b"", bytes((byte, byte)), bytes((byte ^ 1 << dice.randrange(8),))))
        return bytes(out)

    def move(self, way, source, to, dice):
        try:
            while True:
                try:
                    data = self.spoil(way, os.read(source, 256), dice)
                except BlockingIOError:
                    time.sleep(0.005)
                    continue
                while data:
                    try:
                        data = data[os.write(to, data):]
                    except BlockingIOError:
                        break  # nobody reads what the machine says
        except OSError:
            pass


class Line:
    """A host that says what it likes, frame by frame."""

    def __init__(self, name):
        self.name, self.fd, self.seq = name, os.open(name, os.O_RDWR | os.O_NOCTTY), 0

    def frame(self, op, addr, n, load=b""):
        self.seq = (self.seq + 1) % 256
        body = struct.pack("<BBHI", op, self.seq, n, addr) + load
        return b"\xc5" + body + struct.pack("<I", zlib.crc32(body))

    def answer(self, patience=20.0):
        """None: there was none."""
        data = b""
        while select.select([self.fd], [], [], patience)[0]:
            data += os.read(self.fd, 256)
            for at in (k for k in range(len(data) - 12) if data[k] == 0x5c):
                end = at + 9 + struct.unpack_from("<H", data, at + 3)[0]
                if data[at + 2] == self.seq and data[end:end + 4] == struct.pack("<I", zlib.crc32(data[at + 1:end])):
                    return data[at + 1] & 7, data[at + 9:end]
        return None

    def ask(self, op, addr=0, n=4, load=b""):
        frame, answer = self.frame(op, addr, n, load), None
        while not answer:
            os.write(self.fd, frame)
            answer = self.answer()
        return answer

    def word(self, addr):
        code, data = self.ask(OP_MEM_READ, addr)
        return struct.unpack("<I", data)[0] if code == DONE else None

    def write(self, op, addr, value):
        return self.ask(op, addr, 4, struct.pack("<I", value))[0]


class Machine:
    """Power up."""

    def __init__(self):
        self.log = open(DIR / "sim", "w+")
        self.process = subprocess.Popen([BUILD / "sim/soc/tiny/soc_sim", "--rom", BUILD / "firmware/boot.bin", "--program", BUILD / "firmware/alone.img",
                                         "--pty", "--gap", "40"], stdout=subprocess.DEVNULL, stderr=self.log)
        self.tty = None
        while not self.tty:
            if self.process.poll() is not None:
                fail(f"the simulator: {(DIR / 'sim').read_text()}")
            time.sleep(0.1)
            found = re.search(r"serial line: (\S+)", (DIR / "sim").read_text())
            self.tty = found and found.group(1)

    def off(self):
        self.process.terminate()
        self.process.wait()


def curta(*words, timeout=1500):
    done = subprocess.run([BUILD / "curta-golden", *map(str, words), "--quiet"], capture_output=True, text=True, timeout=timeout,
                          env=dict(os.environ, CURTA_SERIAL_MS="20000"))
    return done.returncode, done.stdout + done.stderr


def check_info(line):
    """Protocol, bytes of memory, clock as built, bytes of the accelerator's."""
    got, want = struct.unpack("<4I", line.ask(OP_INFO, 0, 16)[1]), (1, MEMORY, int((BUILD / "firmware/clock").read_text()), ACCELERATOR)
    if got != want:
        fail(f"info: {got}, not {want}")
    print(f"PASS soc_line: info, {want[2]} kHz")


def check_registers(line):
    """The accelerator may not touch the firmware's memory, whatever a host says."""
    while line.word(STATE) != IDLE:
        time.sleep(0.5)
    for asked, want in ((0x02000000, ACCELERATOR), (0xffffffff, ACCELERATOR), (0x00800000, 0x00800000)):
        if line.write(OP_REG_WRITE, MEM_SIZE, asked) != DONE:
            fail("a register cannot be written")
        got = struct.unpack("<I", line.ask(OP_REG_READ, MEM_SIZE)[1])[0]
        if got != want:
            fail(f"MEM_SIZE is {got:#x} after {asked:#x} was written, not {want:#x}")
    print("PASS soc_line: MEM_SIZE ends where the firmware's memory begins")


def check_job(relay):
    """Deployed, followed and fetched over the bad line, a job ends as on the host."""
    device = ["--device", f"serial:{relay.name}@1000000"]
    code, host = curta("train", *JOB, "--out", DIR / "host", "--overwrite")
    if code:
        fail(f"host: {host}")
    relay.active = True
    for words in (["deploy", *JOB, *device], ["monitor", *device], ["fetch", *device, "--data", "synthetic", "--out", DIR / "fetched", "--overwrite"]):
        code, text = curta(*words)
        if code:
            fail(f"{words[0]}, seed {relay.seed}: exit status {code}: {text[-300:]}")
        if words[0] == "monitor" and (curve(text) != curve(host) or len(curve(text)) != EPOCHS):
            fail(f"monitor, seed {relay.seed}: {text[-300:]!r} is not the curve of the host: {host[-300:]!r}")
    relay.active = False
    if weights("host") != weights("fetched"):
        fail(f"seed {relay.seed}: fetched weights differ")
    if not all(relay.faults):
        fail(f"seed {relay.seed}: no fault was met")
    print(f"PASS soc_line: deploy, monitor and fetch past {relay.faults[0]} faults on the way to the machine and {relay.faults[1]} on the way back: curve and weights of the host")


def curve(text):
    return re.findall(r"^epoch (\d+).*train ([0-9.]+) %.*test ([0-9.]+) %", text, re.M)


def weights(name):
    return subprocess.run([sys.executable, "tests/soc/weights.py", DIR / name / "checkpoint.safetensors"], capture_output=True, text=True, check=True).stdout


def check_lock(line):
    """While it trains a host may write its command and nothing else."""
    code, text = curta("deploy", *JOB[:-1], 60000, "--device", f"serial:{line.name}@1000000")
    if code:
        fail(f"deploy: {text[-300:]}")
    while line.word(STATE) != TRAINING:
        time.sleep(0.5)
    refused = [(OP_MEM_WRITE, addr, BAD_RANGE) for addr in (STATUS, STATUS + 8, PACKAGE, 0)] + [(OP_REG_WRITE, MEM_SIZE, BAD_REGISTER)]
    for op, addr, want in refused:
        code = line.write(op, addr, 0)
        if code != want:
            fail(f"while it trains: writing {addr:#x} is answered with {code}, not {want}")
    if line.write(OP_MEM_WRITE, COMMAND, STOP) != DONE:
        fail("while it trains: a command is refused")
    while line.word(STATE) == TRAINING:
        time.sleep(0.5)
    if line.word(STATE) != IDLE or line.word(STATUS) != MAGIC:
        fail(f"after a STOP: state {line.word(STATE)}, magic {line.word(STATUS):#x}")
    print("PASS soc_line: while it trains a host may write a command and nothing else")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--one-in", type=int, default=3000)
    args = ap.parse_args()
    os.chdir(ROOT)
    DIR.mkdir(parents=True, exist_ok=True)
    machine = Machine()
    try:
        relay = Relay(machine.tty, args.seed, args.one_in)
        line = Line(relay.name)
        check_info(line)
        check_registers(line)
        check_job(relay)
        check_lock(line)
    finally:
        machine.off()


if __name__ == "__main__":
    main()
