#!/usr/bin/env python3
"""House rules that no compiler knows: who may include whom, licence lines, no floating point where none belongs, what is a program can be called, links lead somewhere.

usage: tree.py        prints PASS or FAIL lines; exit status 1 if a rule is broken
"""
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Which folders a folder's C and C++ files may include headers from (besides its own).
MAY_INCLUDE = {
    "include": set(),
    "golden": {"include"},
    "driver": {"include", "golden:curta_num.h", "golden:curta_nitro.h"},
    "sim": {"include", "golden"},
    "host": {"include"},
    "hls": {"include", "golden"},
    "tools": {"include", "golden", "sim", "hls", "host"},
    "firmware": {"include", "tools:draw.h"},
    "examples": {"include", "golden", "sim"},
}
INTEGER_ONLY = ("golden/", "hls/", "driver/", "include/", "firmware/")
LICENSED = {".c", ".h", ".cpp", ".v", ".vh"}


def tracked():
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [p for p in out.split("\n") if p and (ROOT / p).is_file()]


def strip_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.S)


def includes(files):
    headers = {}
    for path in files:
        if path.endswith(".h"):
            headers.setdefault(Path(path).name, set()).add(path.split("/")[0])
    for path in files:
        top = path.split("/")[0]
        if top not in MAY_INCLUDE or Path(path).suffix not in {".c", ".h", ".cpp"}:
            continue
        for name in re.findall(r'#include "(?:[^"]*/)?([^"/]+)"', (ROOT / path).read_text()):
            owners = headers.get(name, set())
            allowed = MAY_INCLUDE[top] | {w.split(":")[0] for w in MAY_INCLUDE[top] if w.endswith(":" + name)}
            if owners and top not in owners and not owners & allowed:
                yield f"{path} includes {name} of {', '.join(sorted(owners))}: {top} may include only {', '.join(sorted(MAY_INCLUDE[top])) or 'itself'}"


def licences(files):
    for path in files:
        if Path(path).suffix in LICENSED and "SPDX-License-Identifier: Apache-2.0" not in (ROOT / path).read_text()[:300]:
            yield f"{path} has no SPDX line"


def floats(files):
    for path in files:
        if path.startswith(INTEGER_ONLY) and Path(path).suffix in {".c", ".h"}:
            for i, line in enumerate(strip_comments((ROOT / path).read_text()).split("\n"), 1):
                if re.search(r"\b(float|double)\b", line):
                    yield f"{path}: floating point: {line.strip()}"


def heap(files):
    for path in files:
        if path.startswith("driver/") and path.endswith((".c", ".h")):
            text = strip_comments((ROOT / path).read_text())
            for word in re.findall(r"\b(malloc|calloc|realloc|free|printf|fopen)\s*\(", text):
                yield f"{path} calls {word}: the driver is freestanding"


def nettype(files):
    for path in files:
        if path.startswith("rtl/") and path.endswith(".v"):
            text = (ROOT / path).read_text()
            if "`default_nettype none" not in text or "`default_nettype wire" not in text:
                yield f"{path} does not set and restore `default_nettype"


def waivers(files):
    for path in files:
        if path.startswith(("rtl/", "synth/")) and path.endswith(".v"):
            for i, line in enumerate((ROOT / path).read_text().split("\n"), 1):
                if "lint_off" in line and not re.search(r"lint_off [A-Z]+ \*/ +// \S", line):
                    yield f"{path}:{i} waives a warning without a reason, or more than one by name"


def size(files):
    for path in files:
        if (ROOT / path).stat().st_size > 1 << 20:
            yield f"{path} is larger than 1 MB"


def executables(files):
    for path in files:
        if (ROOT / path).open("rb").read(2) == b"#!" and not os.access(ROOT / path, os.X_OK):
            yield f"{path} begins with #! and is not executable"


def anchors(path):
    """What a link may name behind #: headings as the usual renderers spell them."""
    for heading in re.findall(r"^#+ (.*)$", (ROOT / path).read_text(), re.M):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links(files):
    """Relative links of documents, and the targets of make that they name."""
    known = set(files) | {str(parent) for path in files for parent in Path(path).parents}
    targets = {t for path in files if path.endswith((".mk", "Makefile")) for t in re.findall(r"^([a-z][a-z-]*):", (ROOT / path).read_text(), re.M)}
    for path in (p for p in files if p.endswith(".md")):
        text = (ROOT / path).read_text()
        folder = "docs" if path.startswith("docs/data/performance-") else os.path.dirname(path)   # parts of docs/performance.md
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
            name, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(folder, name)) if name else path
            if target not in known:
                yield f"{path}: {link} is not there"
            elif anchor and anchor not in anchors(target):
                yield f"{path}: {target} has no heading #{anchor}"
        for target in re.findall(r"`make ([a-z][a-z-]*)(?![\w/-])", text):
            if target not in targets:
                yield f"{path}: make {target} is no target"


def main():
    files, failed = tracked(), 0
    for rule in (includes, licences, floats, heap, nettype, waivers, size, executables, links):
        broken = list(rule(files))
        failed += bool(broken)
        print(f"{'FAIL' if broken else 'PASS'} lint {rule.__name__}" + (f": {broken[0]}" + (f" (and {len(broken) - 1} more)" if broken[1:] else "") if broken else ""))
        for line in broken[1:]:
            print(f"     {line}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
