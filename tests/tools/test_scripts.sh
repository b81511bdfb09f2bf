#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_scripts.sh - accuracy.py, nitro_page.py, bench_host.py, torch_step.py, fp32.py and install_packages.sh: wrong command lines, interruption
# usage: test_scripts.sh   from the repository root
set -u
dir=$(mktemp -d /tmp/curta-test-scripts-XXXXXX)
trap 'rm -rf "$dir"' EXIT
failed=0
expect() { # NAME STATUS WORDS COMMAND...
  local name=$1 status=$2 words=$3 got
  shift 3
  "$@" >"$dir/log" 2>&1
  got=$?
  if [ $got = "$status" ] && grep -qF -- "$words" "$dir/log"; then
    echo "PASS $name"
  else
    echo "FAIL $name: exit status $got, expected $status with \"$words\": $(head -c 300 "$dir/log" | tr '\n' ' ')"
    failed=1
  fi
}
expect "accuracy: run without a name" 1 "run: which?" tools/accuracy.py run
expect "accuracy: an unknown run" 1 "no run 'nothing'" tools/accuracy.py run nothing
expect "accuracy: a folder without its data set" 2 "expected DATA=DIR" tools/accuracy.py run lenet-mnist --data-dir "$dir"
expect "accuracy: no epochs" 2 "expected a number of epochs" tools/accuracy.py run lenet-mnist --epochs 0
expect "install_packages: a section that does not exist" 2 'no section "none"; it has: soc' tools/install_packages.sh none

# A training that takes a second to save after Ctrl-C, and a first save of the baseline that was cut short
cat >"$dir/slow.py" <<'PY'
import signal, sys, time
def save(*_):
    time.sleep(1)
    open(sys.argv[1], "w").close()
    sys.exit(130)
signal.signal(signal.SIGINT, save)
open(sys.argv[1] + ".ready", "w").close()
time.sleep(20)
PY
cat >"$dir/interrupt.py" <<'PY'
import os, pathlib, signal, sys, threading, time
sys.path.insert(0, "tools")
sys.dont_write_bytecode = True
import accuracy
here = pathlib.Path(sys.argv[1])
def interrupt():
    while not (here / "saved.ready").exists():
        time.sleep(0.02)
    os.killpg(0, signal.SIGINT)  # as a terminal does
os.setpgid(0, 0)
threading.Thread(target=interrupt, daemon=True).start()
status = accuracy.run_to_its_end([sys.executable, str(here / "slow.py"), str(here / "saved")])
print("status", status, "saved", (here / "saved").exists())
accuracy.WORK = here
for kind, name in (("niti", "checkpoint.safetensors"), ("fp32", "checkpoint.pt")):
    out = here / kind
    out.mkdir()
    (out / "checkpoint.part").touch()
    run = {"name": kind, "kind": kind, "net": "lenet", "data": "mnist", "seed": 1, "options": "", "lines": []}
    before = "--resume" in accuracy.command(run, 1, None)
    (out / name).touch()
    print(kind, "resumes", before, "--resume" in accuracy.command(run, 1, None))
PY
python3 "$dir/interrupt.py" "$dir" >"$dir/said" 2>&1
expect "accuracy: Ctrl-C waits until the training has saved" 0 "status 130 saved True" cat "$dir/said"
expect "accuracy: half a checkpoint is none" 0 "niti resumes False True" cat "$dir/said"
expect "accuracy: half a checkpoint of the baseline is none" 0 "fp32 resumes False True" cat "$dir/said"

# fp32 runs of three epochs, beside trainings of two, three and four
cat >"$dir/beside.py" <<'PY'
import pathlib, sys
sys.path.insert(0, "tools")
sys.dont_write_bytecode = True
import accuracy
accuracy.LOGS = pathlib.Path(sys.argv[1])
runs = {}
for n in (2, 3, 4):
    runs[f"run{n}"] = {"kind": "niti", "group": "main", "net": "lenet", "data": "mnist", "options": "", "epochs": n, "seed": 1, "twin": "twin"}
for name, n in (("run2", 2), ("run3", 3), ("run4", 4), ("twin", 3)):
    (accuracy.LOGS / f"{name}.csv").write_text("epoch,test_accuracy,seconds\n" + "".join(f"{e},{50 + e}.00,1\n" for e in range(1, n + 1)))
table = accuracy.main_table(runs)
print("beside:", *(row.split("|")[10].strip() for row in table[2:5]))
print("says why:", any("has fewer epochs" in line for line in table[5:]))
PY
python3 "$dir/beside.py" "$dir" >"$dir/said" 2>&1
expect "accuracy: fp32 at the same epoch, none of a shorter run" 0 "beside: 52.00 (epoch 2) 53.00 (epoch 3) –" cat "$dir/said"
expect "accuracy: a dash is explained" 0 "says why: True" cat "$dir/said"
cat >"$dir/page.py" <<'PY'
import pathlib, sys
sys.path.insert(0, "tools")
sys.dont_write_bytecode = True
import nitro_page
page = nitro_page.DOC.read_text()
nitro_page.DOC = pathlib.Path(sys.argv[1]) / "page.md"
nitro_page.DOC.write_text(page)
nitro_page.write()
print("the same:", nitro_page.DOC.read_text() == page)
PY
python3 "$dir/page.py" "$dir" >"$dir/said" 2>&1
expect "nitro_page: the page is what its files say" 0 "the same: True" cat "$dir/said"
verdict() { python3 -c 'import sys; sys.dont_write_bytecode = True; sys.path.insert(0, "tools/bench_host"); import bench_host; print(bench_host.verdict(eval(sys.argv[1])))' "$1"; }
expect "bench_host: a missed target is said" 0 "**Missed:** vgg-small-7 has 3.99 instead of 4." verdict '{"vgg11": 4.0, "vgg-small-7": 3.99}'
expect "bench_host: targets that are reached" 0 "None is missed." verdict '{"mlp": 2.5, "alexnet": 1}'

if /usr/bin/python3 -c 'import torch' 2>/dev/null; then
  mkdir "$dir/mnist"
  python3 - "$dir/mnist" <<'PY'
import struct, sys
for split, n in (("train", 40), ("t10k", 7)):
    open(f"{sys.argv[1]}/{split}-images-idx3-ubyte", "wb").write(struct.pack(">4I", 0x803, n, 8, 8) + bytes(k % 251 for k in range(n * 64)))
    open(f"{sys.argv[1]}/{split}-labels-idx1-ubyte", "wb").write(struct.pack(">2I", 0x801, n) + bytes(1 for k in range(n)))
PY
  printf 'algorithm nitro-d\ninput 1 8 8\nrate 256\namplify 1\ndecay 3000 500\nhead 256\nslope 8\nbatch 4\nepochs 2\ntwice\nflip\nshifts\ncrop 1\nlinear 10\n' >"$dir/nitro.net"
  expect "torch_step: every option of NITRO-D" 0 "ready" /usr/bin/python3 tools/bench_host/torch_step.py "$dir/nitro.net" 4 1 nchw </dev/null
  printf 'input 1 8 8\nlinear 10\n' >"$dir/dot.net"
  fp32=(/usr/bin/python3 tools/baseline/fp32.py --net "$dir/dot.net" --data mnist --threads 1)
  expect "fp32: no such data" 1 "name the folder of mnist with --data-dir" "${fp32[@]}" --data-dir "$dir/none" --out "$dir/baseline"
  expect "fp32: nothing to resume" 1 "leave --resume out" "${fp32[@]}" --data-dir "$dir/mnist" --out "$dir/baseline" --resume
  cat >"$dir/sizes.py" <<'PY'
import sys
sys.path.insert(0, "tools/baseline")
sys.dont_write_bytecode = True
import fp32
load, sizes = fp32.load, []
def counted(*args):
    sizes.append(len((data := load(*args))[0]))
    return data
fp32.load = counted
fp32.main()
print("images", *sizes)
PY
  expect "fp32: --limit leaves the test images alone" 0 "images 5 7" /usr/bin/python3 "$dir/sizes.py" "${fp32[@]:2}" --data-dir "$dir/mnist" --out "$dir/baseline" --epochs 1 --limit 5
fi
exit $failed
