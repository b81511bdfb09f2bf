# SPDX-License-Identifier: Apache-2.0
"""What Yosys 0.23 leaves undone in a netlist for ECP5 (ecp5_dsp.py, ecp5_carry.py), done in its JSON; tests/synth/test_ecp5.py simulates both."""
import json

import ecp5_carry
import ecp5_dsp


def improve(file):
    netlist, factors, registers, tables = json.loads(file.read_text()), 0, 0, 0
    for module in netlist["modules"].values():
        if module.get("cells") and not {"blackbox", "whitebox"} & set(module["attributes"]):
            moved, held = ecp5_dsp.improve(module)
            factors, registers, tables = factors + moved, registers + held, tables + ecp5_carry.improve(module)
    file.write_text(json.dumps(netlist))
    print(f"{file.stem}: {tables} tables into adders, {registers} multipliers with a register, {factors} factors in upper bits", flush=True)
