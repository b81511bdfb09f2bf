#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_profile.sh - curta profile and curta explore: files, sums, error messages
# usage: test_profile.sh [CURTA]   from the repository root; default build/curta
set -u
curta=$(realpath "${1:-${BUILD:-build}/curta}")
dir=$(mktemp -d /tmp/curta-test-profile-XXXXXX)
trap 'rm -rf "$dir"' EXIT
failed=0
report() { # NAME STATUS TEXT
  if [ "$2" = 0 ]; then echo "PASS $1"; else
    echo "FAIL $1: $3"
    failed=1
  fi
}
refuses() { # NAME STATUS WORDS ARGS...
  local name=$1 want=$2 words=$3 got
  shift 3
  "$curta" "$@" >"$dir/log" 2>&1
  got=$?
  [ $got = "$want" ] && grep -q -- "$words" "$dir/log"
  report "$name" $? "status $got, $(tail -n 2 "$dir/log" | tr '\n' ' ')"
}
for device in timed systemc rtl:tiny; do
  "$curta" profile --net nets/vgg3.net --batch 3 --device $device --json "$dir/$device.json" --csv "$dir/$device.csv" >"$dir/log" 2>&1
  report "profile on $device" $? "$(tail -n 1 "$dir/log")"
  # Slices of an engine do not overlap, lie within the step, and their busy cycles are those of the table.
  python3 - "$dir/$device.json" "$dir/$device.csv" >"$dir/log" 2>&1 <<'P'
import csv, json, sys
events = [e for e in json.load(open(sys.argv[1]))["traceEvents"] if e["ph"] == "X"]
rows = list(csv.DictReader(open(sys.argv[2])))
for engine in (1, 2, 3):
    end = 0
    for e in sorted((e for e in events if e["tid"] == engine), key=lambda e: e["ts"]):
        assert e["ts"] >= end, f"engine {engine}: {e} overlaps"
        end = e["ts"] + e["dur"]
total = sum(e["args"]["busy"] for e in events if "args" in e)
assert total > 0 and total == int(rows[-1]["array busy"]) == sum(int(r["array busy"]) for r in rows[:-1]), total
assert any(e["cat"] == "stall" for e in events), "no stall"
# By cause: of each GEMM from the end of the one before to its own end; with the rest behind the last they add up to the step.
gemms = sorted((e for e in events if e["tid"] == 2 and e["cat"] == "command"), key=lambda e: e["ts"])
last = None
for e in gemms:
    a, end = e["args"], e["ts"] + e["dur"]
    assert a["busy"] + a["operand"] + a["drain"] in (e["dur"], e["dur"] + 1) or last is None, e
    waited = sum(a[k] for k in ("busy", "operand", "drain", "memrd", "memwr", "depend", "other"))
    assert last is None or waited == end - last, (waited, end - last, e)
    last = end
for k in ("operand", "drain", "memrd", "memwr", "depend", "other", "rd_bytes", "wr_bytes"):
    by_pass = sum(int(r[k]) for r in rows[:-2])
    assert by_pass == sum(e["args"][k] for e in gemms) and 0 <= int(rows[-2][k]) == int(rows[-1][k]) - by_pass, k
assert int(rows[-1]["memrd"]) and int(rows[-1]["rd_bytes"]) and rows[-2]["layer"] == "rest", rows[-2:]
P
  report "timeline of $device" $? "$(tail -n 1 "$dir/log")"
done
"$curta" explore --net nets/mlp.net --batch 16 --out "$dir/explore" >"$dir/log" 2>&1
report "explore" $? "$(tail -n 1 "$dir/log")"
# gnuplot is in packages.txt; it says on standard error what it does not like, and draws the rest.
[ "$(wc -l <"$dir/log")" = 6 ] && [ -s "$dir/explore/tradeoff.png" ] && [ -s "$dir/explore/roofline.png" ]
report "explore: pictures" $? "$(head -n 3 "$dir/log" | tr '\n' ' ')"
# More latency never helps, and there are points of every sweep.
python3 - "$dir/explore/explore.csv" >"$dir/log" 2>&1 <<'P'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
assert {r["sweep"] for r in rows} == {"base", "tiny", "array", "buffers", "cross", "latency"}
same = [r for r in rows if r["sweep"] == "cross"]
assert all(r["macs"] == "128" and r["fits_ecp5_85f"] == "1" for r in same) and len({(r["t"], r["r"], r["c"], r["v"]) for r in same}) == 8
# The estimate of tiny beside its own synthesis: 6 % of the LUT, a tenth of the block RAM.
cells = [[c.strip() for c in line.split("|")] for line in open("synth/results/tiny-ecp5.md") if line.startswith("| ")]
cells = dict(zip(cells[0], next(c for c in cells if c[1] == "curta, joined")))
tiny = next(r for r in rows if r["sweep"] == "tiny")
assert tiny["dsp"] == cells["dsp"], (tiny, cells)
assert all(abs(int(tiny[k]) - int(cells[of])) < part * int(cells[of]) for k, of, part in (("lut", "LUT-eq", 0.06), ("bram18", "bram", 0.1))), (tiny, cells)
by = {}
for r in rows:
    if r["sweep"] == "latency":
        by.setdefault(r["outst"], []).append((int(r["latency"]), int(r["cycles"])))
for points in by.values():
    cycles = [c for _, c in sorted(points)]
    assert cycles == sorted(cycles) and cycles[0] < cycles[-1], cycles
P
report "explore: latency costs" $? "$(tail -n 1 "$dir/log")"
# No point of a roofline is above the roof: cycles and bytes are of the same time.
below() { # FOLDER
  python3 - "$1/roofline.csv" >"$dir/log" 2>&1 <<'P'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
assert rows
for r in rows:
    macs, moved, cycles = int(r["macs"]), int(r["bytes"]), int(r["cycles"])
    assert macs <= 128 * cycles and moved <= 8 * cycles, r
P
}
for net in vgg3:1 lenet-cifar10:7 mlp:64 tests/nitro-cnn.net:16; do
  "$curta" explore --net "${net%:*}" --batch "${net#*:}" --out "$dir/roof" >"$dir/says" 2>&1 && below "$dir/roof"
  report "explore $net: no point above the roof" $? "$(tail -n 1 "$dir/says" "$dir/log" | tr '\n' ' ')"
done
# All points the same: no warning of gnuplot.
printf 'input 1 4 4\nflatten\nlinear 2\n' >"$dir/least.net"
"$curta" explore --net "$dir/least.net" --batch 1 --out "$dir/least" >"$dir/log" 2>&1
[ "$(wc -l <"$dir/log")" = 6 ] && [ -s "$dir/least/tradeoff.png" ]
report "explore: the least network" $? "$(head -n 3 "$dir/log" | tr '\n' ' ')"
# Several networks: the mean is that of the tables of each, and nothing is better than what is said to be the best.
"$curta" explore --nets vgg3:8,mlp:16 --out "$dir/nets" >"$dir/says" 2>&1
report "explore: two networks" $? "$(tail -n 1 "$dir/says")"
python3 - "$dir/nets" "$dir/says" >"$dir/log" 2>&1 <<'P'
import csv, re, sys
read = lambda name: list(csv.DictReader(open(f"{sys.argv[1]}/{name}")))
machines, said = read("nets.csv"), open(sys.argv[2]).read()
keys = ("t", "r", "c", "v", "bus", "a_tiles", "b_tiles", "p_tiles", "outst")
tables = {n: read(n + "/explore.csv") for n in ("vgg3-8", "mlp-16")}
for m in machines:
    ratio = 1
    for n, table in tables.items():
        own = [p for p in table if all(p[k] == m[k] for k in keys) and p["latency"] == "30" and p["bytes_per_cycle"] == "8"]
        assert own and all(p["cycles"] == m[n] and p["fits_ecp5_85f"] == "1" for p in own), (m, own)
        ratio *= int(m[n]) / int(table[0]["cycles"])
    assert abs(ratio ** 0.5 - float(m["mean"])) < 1e-4, (m, ratio)
best = min(float(m["mean"]) for m in machines)
assert machines[0]["mean"] == "1.00000" and len(machines) > 60
assert re.search(rf"^fastest: .*: {100 * (best - 1):+.1f}", said, re.M) and re.search(r"^verdict: base is .*: vgg3-8 [\d.]+ % mlp-16 [\d.]+ %$", said, re.M), said
P
report "explore: the mean of two networks" $? "$(tail -n 1 "$dir/log")"
refuses "explore with --nets and --net" 2 "without --net" explore --net mlp --nets mlp:16 --out "$dir/none"
refuses "explore with a list that is none" 2 "NET:BATCH" explore --nets mlp:16,vgg3 --out "$dir/none"
refuses "explore with a batch that is none" 2 "1..4096" explore --nets mlp:0 --out "$dir/none"
# Time alone is the time with data (a step of a training), NITRO-D too: both halves of its SKIPs. Cells of base are those of synthesis.
for net in vgg3 mlp1; do
  "$curta" explore --net nets/$net.net --batch 32 --out "$dir/explore-$net" >"$dir/says-$net" 2>&1
  grep -q '^verdict: base is ' "$dir/says-$net"
  report "explore $net: a verdict" $? "$(tail -n 1 "$dir/says-$net")"
  "$curta" profile --net nets/$net.net --batch 32 --json "$dir/json" >"$dir/profile" 2>&1
  python3 - "$dir/explore-$net" "$dir/profile" synth/results/base-ecp5.md >"$dir/log" 2>&1 <<'P'
import csv, re, sys
base = next(csv.DictReader(open(sys.argv[1] + "/explore.csv")))
step = int(re.search(r": (\d+) cycles a step", open(sys.argv[2]).read())[1])
assert abs(int(base["cycles"]) - step) < 0.01 * step, (base["cycles"], step)
passes = [(r["layer"], r["pass"]) for r in csv.DictReader(open(sys.argv[1] + "/roofline.csv"))]
weighted = {layer for layer, _ in passes}
assert all((layer, p) in passes for layer in weighted for p in "02") and len(set(passes)) == len(passes), passes
heads = {r["layer"]: int(r["macs"]) for r in csv.DictReader(open(sys.argv[1] + "/roofline.csv")) if r["pass"] == "6"}
assert sorted(heads.values()) == ([3 * 32 * 10 * 50, 3 * 32 * 10 * 100] if "mlp1" in sys.argv[1] else []), heads
rows = [[c.strip() for c in line.split("|")] for line in open(sys.argv[3]) if line.startswith("| ")]
cells = dict(zip(rows[0], next(r for r in rows if r[1] == "curta, joined")))
assert [base["lut"], base["dsp"], base["bram18"]] == [cells["LUT-eq"], cells["dsp"], cells["bram"]], (base, cells)
# Twice the buffers and sums take twice the block RAM of the modules that hold them, a port of 16 bytes twice the lanes.
part = lambda names, column: sum(int(r[rows[0].index(column)]) for r in rows[1:] if r[1].lstrip("· ").split(" ")[0] in names)
points = list(csv.DictReader(open(sys.argv[1] + "/explore.csv")))
deep = next(p for p in points if [p["a_tiles"], p["p_tiles"]] == ["2048", "512"])
assert int(deep["bram18"]) == int(base["bram18"]) + part(["curta_opbuf", "curta_gather", "curta_accmem"], "bram"), deep
wide = next(p for p in points if [p["r"], p["c"], p["v"], p["bus"]] == ["8", "8", "2", "16"])
assert int(wide["dsp"]) == int(base["dsp"]) + part(["curta_requant", "curta_vnitro"], "dsp"), wide
P
  report "explore $net: cycles, passes, cells of base" $? "$(tail -n 1 "$dir/log")"
done
refuses "profile on golden" 2 "has no time" profile --net nets/mlp.net --device golden
refuses "profile into a missing folder" 1 "/nonexistent/x" profile --net nets/mlp.net --batch 8 --json /nonexistent/x
refuses "explore without a network" 2 "net" explore --out "$dir/none"
refuses "explore into a file" 1 "$dir/log" explore --net nets/mlp.net --out "$dir/log/x"
refuses "stalls on the timing model" 2 "no random stalls" train --net nets/mlp.net --device timed --mem-stall 5 --data synthetic
refuses "a slow memory of the HLS kernels" 2 "mem-latency 9: --device hls:base has no time" bench --net nets/mlp.net --device hls --mem-latency 9
refuses "waves of the SystemC model" 2 "no waves" train --net nets/mlp.net --device systemc --trace x.fst --data synthetic
refuses "two SystemC devices" 2 "one simulation" compare --net nets/mlp.net --devices systemc,systemc:tiny
refuses "unknown configuration" 2 "no configuration" profile --net nets/mlp.net --device timed:huge
refuses "help of profile" 0 "trace-event" profile --help
refuses "help of explore" 0 "pictures" explore --help
for device in timed systemc; do
  "$curta" train --net nets/vgg3.net --batch 8 --steps 2 --data synthetic --no-eval --device $device --out "$dir/$device" --quiet >"$dir/log" 2>&1
  report "training on $device" $? "$(tail -n 1 "$dir/log")"
  "$curta" train --net nets/vgg3.net --batch 8 --steps 2 --data synthetic --no-eval --out "$dir/golden" --overwrite --quiet >"$dir/log" 2>&1
  python3 - "$dir/$device/checkpoint.safetensors" "$dir/golden/checkpoint.safetensors" <<'P'
import json, struct, sys
def tensors(name):
    raw = open(name, "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8:8 + n])
    return {k: raw[8 + n + v["data_offsets"][0]:8 + n + v["data_offsets"][1]] for k, v in head.items() if k != "__metadata__"}
a, b = tensors(sys.argv[1]), tensors(sys.argv[2])
sys.exit(a != b or not a)
P
  report "weights of $device = golden" $? "they differ"
done
exit $failed
