#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_soc_boot - the boot ROM starts firmware/hello.c, which lies in memory or in the flash: greeting, timer interrupts, lines there and back over
# the serial line; a damaged program is not started
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/soc
mkdir -p $dir
status=0
lines='the quick brown fox jumps over the lazy dog 0123456789
tensor shapes: (n,h,w,c)
end
'
want='curta: control core is up
ticks 10
THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG 0123456789
TENSOR SHAPES: (N,H,W,C)
exit '
run() { # name, exit status, options
  name=$1 code=$2
  shift 2
  printf %s "$lines" | build/sim/soc/tiny/soc_sim --rom build/firmware/boot.bin "$@" >$dir/boot.out 2>$dir/boot.err
  got=$?
  if [ "$got" = "$code" ] && [ "$(cat $dir/boot.out)" = "$want$code" ]; then echo "PASS soc_boot $name: $(tail -n 1 $dir/boot.err)"; else
    echo "FAIL soc_boot $name: exit status $got, $(cat $dir/boot.err): $(tail -n 2 $dir/boot.out | tr '\n' ' ')"
    status=1
  fi
}
hello="--program build/firmware/hello.img"
# shellcheck disable=SC2086
run "spaced bytes" 0 $hello --gap 60 --after ticks
# a byte without its stop bit is dropped and reported: the firmware ends with status 1
# shellcheck disable=SC2086
run "bad stop bits" 1 $hello --gap 60 --after ticks --break
# what a flash may hold where the program belongs, 736 sectors behind its start: nothing, the program, the program with a wrong bit
flash() { { head -c 3014656 /dev/zero | tr '\0' '\377'; cat "$@"; } >$dir/boot.flash; }
flash build/firmware/hello.img
run "from the flash" 0 --flash $dir/boot.flash --gap 60 --after ticks
want='curta: no program in flash or memory
exit 0'
flash /dev/null
run "no program" 1 --flash $dir/boot.flash
cp build/firmware/hello.img $dir/bad.img
printf '\377' | dd of=$dir/bad.img bs=1 seek=1000 conv=notrunc 2>/dev/null
flash $dir/bad.img
run "damaged program in the flash" 1 --flash $dir/boot.flash
# shellcheck disable=SC2086
run "damaged program in memory" 1 --program $dir/bad.img
# the same over a pseudo-terminal
build/sim/soc/tiny/soc_sim --rom build/firmware/boot.bin --program build/firmware/hello.img --pty --gap 60 --after ticks 2>$dir/boot.err >/dev/null &
sim=$!
tty=
until [ -n "$tty" ] || ! kill -0 $sim 2>/dev/null; do
  sleep 0.2
  tty=$(sed -n 's/serial line: //p' $dir/boot.err)
done
cat "$tty" >$dir/pty.out 2>/dev/null &
reader=$!
printf %s "$lines" >"$tty"
wait $sim
got=$?
for _ in 1 2 3 4 5 6 7 8 9 10; do # the reader may be slower than the machine
  grep -q '^TENSOR' $dir/pty.out && break
  sleep 0.5
done
kill $reader 2>/dev/null
if [ $got = 0 ] && grep -q '^TENSOR SHAPES: (N,H,W,C)$' $dir/pty.out; then echo "PASS soc_boot pseudo-terminal"; else
  echo "FAIL soc_boot pseudo-terminal: exit status $got: $(cat $dir/boot.err)"
  status=1
fi
exit $status
