# SPDX-License-Identifier: Apache-2.0
"""What Yosys 0.23 leaves undone in a netlist for ECP5 (ecp5_dsp.py, ecp5_carry.py, ecp5_lut.py, ecp5_copies.py, ecp5_pins.py), done in its JSON, the
places of the array and the rows that stay empty (ecp5_floor.py); tests/synth/test_ecp5.py simulates both."""
import json

import ecp5_carry
import ecp5_copies
import ecp5_dsp
import ecp5_floor
import ecp5_lut
import ecp5_pins


def bodies(netlist):
    return [m for m in netlist["modules"].values() if m.get("cells") and not {"blackbox", "whitebox"} & set(m["attributes"])]


def improve(file):
    """Each module of a hierarchical netlist."""
    netlist, factors, tables = json.loads(file.read_text()), 0, 0
    for module in bodies(netlist):
        factors += ecp5_dsp.improve(module)
        tables += ecp5_carry.improve(module)
    file.write_text(json.dumps(netlist))
    print(f"{file.stem}: {tables} tables into adders, {factors} factors in upper bits", flush=True)


def improve_flat(file, empty_rows=()):
    """What was in the way of that were the borders of modules."""
    netlist, less, tables, copies, moved, slices, empty = json.loads(file.read_text()), 0, 0, 0, 0, 0, 0
    for module in bodies(netlist):
        less += ecp5_lut.improve(module)
        tables += ecp5_carry.improve(module)
        less += ecp5_lut.improve(module)
        copies += ecp5_copies.improve(module)
        moved += ecp5_pins.improve(module)
        slices += ecp5_floor.fix(module)
        empty += ecp5_floor.keep_empty(module, empty_rows)
    file.write_text(json.dumps(netlist))
    print(f"{file.stem.removesuffix('-made')}: joined, {less} tables and registers less, {tables} tables into adders, {copies} copies of registers, {moved} tables have other inputs, {slices} slices of the array have their places"
          + (f", {empty} places of tables stay empty" if empty else ""), flush=True)
