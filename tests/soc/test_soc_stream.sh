#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_soc_stream - the standalone machine learns room occupancy from a stream of samples, batch by batch in their order: weights and
# the number of samples that it had right before it learned them equal the host's
# usage: test_soc_stream.sh [folder samples config]      of the data set; without: a small synthetic one
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/soc/stream
mkdir -p $dir/data
data=${1:-$dir/data} samples=${2:-64} config=${3:-tiny}
# light and CO2 rise when somebody is there, an hour each, as in the real files
[ $# -gt 0 ] || for split in datatraining datatest; do
  awk -v n=$samples 'BEGIN {
    print "\"date\",\"Temperature\",\"Humidity\",\"Light\",\"CO2\",\"HumidityRatio\",\"Occupancy\""
    for (i = 0; i < n; i++) { on = int(i / 12) % 2; x = (i * 7919) % 101
      printf "\"%d\",\"2015-02-04 17:%02d:00\",%.2f,%.3f,%.1f,%.2f,%.6f,%d\r\n", i + 1, i % 60, 20 + on + x / 200, 25 + x / 50, on * 430 + x, 450 + on * 300 + x, 0.0037 + x / 100000, on }
  }' >$dir/data/$split.txt
done
job="--net nets/occupancy.net --data occupancy --data-dir $data --in-order --mu 3 --batch 8 --epochs 1 --limit $samples --no-eval"
test=soc_stream
. tests/soc/machine.sh
host
trains
right=$(awk '/^epoch 1/ { print $4 }' $dir/out) part=$(awk '/^epoch 1/ { printf "%.2f", 100 * $4 / $6 }' $dir/out)
host=$(sed -n 's/^epoch.*train \([0-9.]*\) %.*/\1/p' $dir/host.log)
[ "$part" = "$host" ] || fail "$part % were right before they were learned, on the host $host %"
# a data set that is in order must not be shuffled
# shellcheck disable=SC2086
build/curta-golden train $(echo "$job" | sed 's/--in-order//') --out $dir/shuffled --overwrite --quiet >$dir/host.log 2>&1
python3 tests/soc/weights.py $dir/shuffled/checkpoint.safetensors >$dir/other
cmp -s $dir/want $dir/other && fail "the order makes no difference"
echo "PASS soc_stream $config: $right of $samples samples right before they were learned, weights = host; $(grep '^cycles' $dir/out)"
