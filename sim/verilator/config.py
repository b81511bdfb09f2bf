#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Parameters of a configuration of spec/curta.toml as options of a tool.

usage: config.py <configuration> verilator|cpp|hls

base16 is base with a port of 16 bytes.
"""
import sys
import tomllib
from pathlib import Path

SPEC = Path(__file__).resolve().parents[2] / "spec/curta.toml"


def main():
    name, tool = sys.argv[1:3]
    configs = tomllib.loads(SPEC.read_text())["config"]
    conf = dict(configs["base" if name == "base16" else name])
    if name == "base16":
        conf["BUS"] = 16
    conf["CODE"] = conf.pop("code")
    if tool == "verilator":
        print(" ".join(f"-G{k}={v}" for k, v in conf.items()), "-GTrace=1")
    elif tool == "hls":
        print(" ".join(f"-DCURTA_HLS_{k}={v}" for k, v in conf.items() if k not in ("BUS", "LANES", "OUTST", "CODE")))
    else:
        short = {"A_TILES": "A", "B_TILES": "B", "P_TILES": "P"}
        print(" ".join(f"-DCURTA_RTL_{short.get(k, k)}={v}" for k, v in conf.items()))


if __name__ == "__main__":
    main()
