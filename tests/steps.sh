#!/bin/sh
# steps.sh - whole training steps on RTL and golden in lock-step: every command's record and all memory that the plan names.
# Three networks, all configurations, batches that fill the tiles and that do not, both presets, memory stalls.
cd "$(dirname "$0")/.." || exit 1
status=0
for config in tiny base base16 large; do
  for net in mlp lenet vgg3; do
    for batch in 32 13; do
      for preset in niti-2020 niti-2021; do
        case $config-$net in tiny-lenet) steps=1 ;; *) steps=3 ;; esac
        stall=$([ $batch = 13 ] && echo 200 || echo 0)
        line=$(build/curta compare --net nets/$net.net --batch $batch --steps $steps --preset $preset --devices golden:${config%16},rtl:$config --mem-stall "$stall" --quiet 2>&1) || status=1
        printf '%-7s %-6s batch %-3s %s stalls %s: %s\n' $config $net $batch $preset "$stall" "$(echo "$line" | tail -n 1)"
      done
    done
  done
done
exit $status
