#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what spec/curta.toml says of commands as Verilog for fm_check.v: opcodes, the bits of each word that are fields, fields.

usage: law.py FILE

It reads the specification on its own, not through tools/gen_spec.py, whose output is what is under proof. A field F of command C of
the command `w` (1024 bits) is `LAW_C_F.
"""
import sys
import tomllib
from pathlib import Path

SPEC = tomllib.loads((Path(__file__).resolve().parents[2] / "spec/curta.toml").read_text())


def main():
    lines, cases, names = [], [], []
    for cmd in SPEC["command"]:
        masks = {0: 0xFFFF00FF}                    # tag and opcode
        if cmd["engine"] != "cp":
            masks |= {1: 0xFFFFFFFF, 2: 0xFFFFFFFF, 3: 0xFFFFFFFF}   # waits
        lines.append(f"`define LAW_{cmd['name']} 8'd{cmd['opcode']}")
        names.append(f"op == 8'd{cmd['opcode']}")
        for name, word, hi, lo, _, _ in cmd["fields"]:
            masks[word] = masks.get(word, 0) | ((1 << (hi + 1)) - (1 << lo))
            lines.append(f"`define LAW_{cmd['name']}_{name} w[{32 * word + lo} +: {hi - lo + 1}]")
        every = sum(mask << (32 * word) for word, mask in masks.items())
        cases.append(f"    8'd{cmd['opcode']}: law_fields = 1024'h{every:x};")
    lines += ["function [1023:0] law_fields(input [7:0] op);", "  case (op)", *cases, "    default: law_fields = 1024'd0;", "  endcase",
              "endfunction", "function law_known(input [7:0] op);", f"  law_known = {' || '.join(names)};", "endfunction"]
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
