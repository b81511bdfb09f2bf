#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the HLS kernels stay inside what Vitis HLS and Bambu both synthesize, on the syntax tree of clang.

usage: subset.py FLAGS... -- FILE...      FLAGS: of the compiler; prints PASS or FAIL lines; exit status 1 if a rule is broken

Rules, for the kernel and every function that it reaches: no call of a function without a body (heap, stdio, ...), no call
through a pointer, no recursion; loops are `for` with a counter that steps by a constant towards a bound that the loop does
not change, and where the bound is no constant a pragma states the trip count; no while, do, goto; no pointer to a pointer,
no array of pointers, in structures neither; no pointer in a union and none made of an integer; no array of variable size; no global that is written, no static that is not
const; no floating point, in no expression. Every pipelined loop
has the marks of the cycle model and the interval that README.md states.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "hls/README.md"


def walk(node):
    yield node
    for child in node.get("inner", []):
        yield from walk(child)


def kind_of(node):
    return node.get("kind", "")


def type_of(node):
    """As written, and without the names that typedef gave."""
    t = node.get("type", {})
    return t.get("qualType", "") + " ; " + t.get("desugaredQualType", "")


def points_to_pointers(t):
    return re.search(r"\*\s*(const\s*)?[*\[]", t)


class Unit:
    def __init__(self, path, flags):
        self.path = path
        self.text = Path(path).read_text()
        # A ccache in the place of clang would answer with the tree of another file: it preprocesses to nothing.
        out = subprocess.run(["clang", *flags, "-fsyntax-only", "-Xclang", "-ast-dump=json", path], capture_output=True, text=True,
                             env={**os.environ, "CCACHE_DISABLE": "1"}, check=False)
        if out.returncode:
            sys.exit(f"FAIL hls subset {path}: {out.stderr.strip()}")
        self.tree = json.loads(out.stdout)
        self.functions = {n["name"]: n for n in self.tree["inner"] if kind_of(n) == "FunctionDecl" and any(kind_of(c) == "CompoundStmt" for c in n.get("inner", []))}
        self.faults = []

    def fault(self, function, text):
        self.faults.append(f"{function}: {text}")

    def calls(self, function):
        for n in walk(function):
            if kind_of(n) != "CallExpr":
                continue
            callee = n["inner"][0]
            while kind_of(callee) in ("ImplicitCastExpr", "ParenExpr"):
                callee = callee["inner"][0]
            ref = callee.get("referencedDecl", {})
            yield ref.get("name") if ref.get("kind") == "FunctionDecl" else None

    def reached(self, top):
        """Functions that `top` reaches; recursion is a path that meets itself."""
        seen = set()

        def visit(name, path):
            if name in path:
                self.fault(name, "recursion: " + " -> ".join([*path, name]))
                return
            if name is None:
                self.fault(path[-1], "call through a pointer")
                return
            if name not in self.functions:
                self.fault(path[-1], f"calls {name}, which has no body here")
                return
            if name in seen:
                return
            seen.add(name)
            for callee in self.calls(self.functions[name]):
                visit(callee, [*path, name])

        visit(top, [])
        return seen


def assigned(node):
    """Names of variables that are assigned, stepped, or whose address is taken below node."""
    for n in walk(node):
        k = kind_of(n)
        if (k in ("BinaryOperator", "CompoundAssignOperator") and n.get("opcode", "").endswith("=") and n["opcode"] not in ("==", "!=", "<=", ">=")) or (
                k == "UnaryOperator" and n.get("opcode") in ("++", "--", "&")):
            target = n["inner"][0]
            if n.get("opcode") == "&" and "const" in target.get("type", {}).get("qualType", ""):
                continue
            while kind_of(target) in ("ParenExpr", "ImplicitCastExpr", "MemberExpr") and target.get("inner"):
                target = target["inner"][0]
            if kind_of(target) == "DeclRefExpr":
                yield target["referencedDecl"]["name"]


def names(node):
    return {n["referencedDecl"]["name"] for n in walk(node) if kind_of(n) == "DeclRefExpr" and n.get("referencedDecl", {}).get("kind") in ("VarDecl", "ParmVarDecl")}


def steps_towards(step, comparison):
    """The counter moves by a constant, and to where the comparison ends; to an inequality by one."""
    up = {"++": True, "+=": True, "<<=": True, "--": False, "-=": False, ">>=": False}.get(step.get("opcode"))
    if kind_of(step) == "CompoundAssignOperator":
        parts = [n for n in walk(step["inner"][1]) if kind_of(n) != "ImplicitCastExpr"]
        if [kind_of(n) for n in parts] != ["IntegerLiteral"] or parts[0]["value"] == "0":
            return False
    if up is None or comparison["opcode"] == "!=":
        return up is not None and kind_of(step) == "UnaryOperator"
    return (comparison["opcode"] in ("<", "<=")) == up


def check_for(unit, function, loop, text):
    init, _, condition, step, body = loop["inner"]
    counter = [n["name"] for n in walk(init) if kind_of(n) == "VarDecl"]
    if len(counter) != 1:
        return unit.fault(function, "a loop without a counter of its own")
    comparison = condition
    while kind_of(comparison) == "BinaryOperator" and comparison.get("opcode") == "&&":
        comparison = comparison["inner"][0]
    while kind_of(comparison) in ("ImplicitCastExpr", "ParenExpr"):
        comparison = comparison["inner"][0]
    if kind_of(comparison) != "BinaryOperator" or comparison.get("opcode") not in ("<", "<=", ">", ">=", "!="):
        return unit.fault(function, f"loop over {counter[0]}: no bound")
    if names(step.get("inner", [{}])[0]) != {counter[0]} or counter[0] not in names(comparison["inner"][0]) or not steps_towards(step, comparison):
        return unit.fault(function, f"loop over {counter[0]}: its counter does not step by a constant towards its bound")
    bound = names(comparison) - {counter[0]}
    touched = set(assigned(body))
    if bound & touched or counter[0] in touched:
        unit.fault(function, f"loop over {counter[0]}: its bound or counter changes inside: {', '.join(sorted((bound | {counter[0]}) & touched))}")
    if bound and text is not None and "LOOP_TRIPCOUNT" not in text:
        unit.fault(function, f"loop over {counter[0]} to a bound that is no constant: no LOOP_TRIPCOUNT")


def source_of(unit, node):
    """The first lines of a loop of this file, where its pragmas stand; None for loops of headers."""
    begin = node.get("range", {}).get("begin", {})
    if "offset" not in begin or begin.get("includedFrom") or "expansionLoc" in begin:
        return None
    text = unit.text[begin["offset"]:]
    return text[:400] if text.startswith("for") else None


def check_function(unit, name):
    function = unit.functions[name]
    for n in walk(function):
        k, t = kind_of(n), type_of(n)
        if re.search(r"\b(float|double)\b", t):
            unit.fault(name, f"floating point: {n.get('name') or k}")
        if k in ("WhileStmt", "DoStmt", "GotoStmt", "IndirectGotoStmt"):
            unit.fault(name, k)
        if n.get("castKind") in ("IntegralToPointer", "PointerToIntegral"):
            unit.fault(name, f"{n['castKind']}: {n['type']['qualType']}")
        if k == "ForStmt":
            check_for(unit, name, n, source_of(unit, n))
        if k in ("VarDecl", "ParmVarDecl"):
            if points_to_pointers(t):
                unit.fault(name, f"{n['name']} points to pointers")
            if k == "VarDecl" and re.search(r"\[(?!\d+\])", t):
                unit.fault(name, f"{n['name']} has a variable size: {n['type']['qualType']}")
            if n.get("storageClass") == "static" and "const" not in t:
                unit.fault(name, f"{n['name']} is static and not const")
            if re.search(r"\(\*", t) and not re.search(r"\(\*\)?\s*(const\s*)?\)?\[", t):
                unit.fault(name, f"{n['name']} is a pointer to a function")


def check_unions(unit):
    """No pointer in a union, be it inside a structure that is named elsewhere."""
    records = [n for n in walk(unit.tree) if kind_of(n) == "RecordDecl"]
    holders = set()  # structures and unions with pointers

    def holds(field):
        t = type_of(field)
        return "*" in t or holders & set(re.findall(r"(?:struct|union) (\w+)", t))

    for _ in records:
        holders |= {n["name"] for n in records if n.get("name") and any(kind_of(f) == "FieldDecl" and holds(f) for f in walk(n))}
    for n in records:
        if n.get("tagUsed") == "union":
            for field in walk(n):
                if kind_of(field) == "FieldDecl" and holds(field):
                    unit.fault("(file)", f"{field.get('name')} of union {n.get('name', '')} is or has a pointer")


def check_globals(unit):
    check_unions(unit)
    for n in unit.tree["inner"]:
        if kind_of(n) == "RecordDecl":
            for field in walk(n):
                if kind_of(field) == "FieldDecl" and points_to_pointers(type_of(field)):
                    unit.fault("(file)", f"{field.get('name')} of struct {n.get('name')} points to pointers")
        if kind_of(n) == "VarDecl" and not n.get("isImplicit") and "const" not in n.get("type", {}).get("qualType", ""):
            unit.fault("(file)", f"{n['name']} is a global that can be written")


def check_pipelines(unit):
    stated = dict(re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", README.read_text(), re.M))
    for m in re.finditer(r"PIPELINE II=(\d+)", unit.text):
        labels = re.findall(r"^\s*([a-z_]+):\n\s*for ", unit.text[:m.start()], re.M)
        loop = labels[-1] if labels else "?"
        if stated.get(loop) != m.group(1):
            unit.fault("(file)", f"loop {loop}: interval {m.group(1)} in the pragma, {stated.get(loop)} in README.md")
        if f'CURTA_HLS_LOOP("{loop}")' not in unit.text:
            unit.fault("(file)", f"loop {loop} has no marks of the cycle model")


def main():
    split = sys.argv.index("--")
    flags, files = sys.argv[1:split], sys.argv[split + 1:]
    failed = 0
    for path in files:
        unit = Unit(path, flags)
        tops = [n for n in unit.functions if re.fullmatch(r"curta_hls_[a-z]+", n) and unit.functions[n].get("storageClass") != "static"]
        if len(tops) != 1:
            unit.fault("(file)", f"one kernel a file, found {tops}")
        reached = set().union(*(unit.reached(t) for t in tops))
        for name in sorted(reached):
            check_function(unit, name)
        check_globals(unit)
        check_pipelines(unit)
        for fault in sorted(set(unit.faults)):
            print(f"FAIL hls subset {path}: {fault}")
        if not unit.faults:
            print(f"PASS hls subset {path}: {len(reached)} functions")
        failed |= bool(unit.faults)
    return failed


if __name__ == "__main__":
    sys.exit(main())
