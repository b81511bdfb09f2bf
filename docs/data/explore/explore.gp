set datafile separator ','
set grid lc rgb '#dddddd'
set terminal pngcairo size 1200,900 font 'sans,10'
d = 'docs/data/explore/'
macs = 128
brams = 208
e = d.'explore.csv'
stats e every ::1 using (strcol(1) eq 'buffers' ? $14 : NaN) nooutput
array c[5] = ['#08519c', '#4292c6', '#006d2c', '#d94801', '#6a51a3']
of(sweep, column, value, y) = strcol(1) eq sweep && column == value ? y : NaN
set key top right
set ylabel 'cycles of a training step'
set output d.'tradeoff.png'
set multiplot layout 2,2
set logscale xy
set format x '%.0s%c'
set format y '%.1s %c'
set title 'arrays: cycles, by bytes a cycle of the memory'
set xlabel 'LUT-equivalents (estimate); hollow: does not fit an ECP5-85F'
set xtics (20000, 30000, 50000, 100000)
set xrange [20000:130000]
plot for [k=1:4] e every ::1 using ($20 == 0 ? $17 : NaN):(of('array', $11, 2**k, $14)) with points pt 6 ps 1.2 lc rgb c[k] notitle, \
  for [k=1:4] e every ::1 using ($20 == 1 ? $17 : NaN):(of('array', $11, 2**k, $14)) with points pt 7 ps 1.2 lc rgb c[k] title sprintf('%d', 2**k), \
  e every ::1 using ($5 == 1 || $3 != $4 && $4 == 8 ? NaN : $17):(of('array', $11, 16, $14)):(sprintf('%dx%dx%d', $3, $4, $5)) with labels left rotate by -45 offset 0.3,-0.7 font ',8' tc rgb '#666666' notitle, \
  e every ::1 using 17:(strcol(1) eq 'base' ? $14 : NaN) with points pt 2 ps 2 lw 2 lc rgb 'black' title 'base'
set title 'arrays: useful products, by bytes a cycle of the memory'
set xlabel 'multiplications a cycle of the array'
set ylabel '% of what the array can make'
unset logscale
set logscale x 2
set xrange [12:1400]
set yrange [0:100]
set xtics auto
set format '%g'
plot for [k=1:4] e every ::1 using 13:(of('array', $11, 2**k, 100*$15)) with points pt 7 ps 1.2 lc rgb c[k] title sprintf('%d', 2**k), \
  e every ::1 using 13:(strcol(1) eq 'base' ? 100*$15 : NaN) with points pt 2 ps 2 lw 2 lc rgb 'black' title 'base'
unset logscale
set ylabel 'cycles of a training step'
set format y '%.2s %c'
set autoscale
set title 'buffers of base: cycles, by tiles of an operand buffer; small: of the sums'
set xlabel 'block RAMs of 18 kbit (estimate); dashed: an ECP5-85F has '.brams
set arrow 1 from first brams, graph 0 to first brams, graph 1 nohead lc rgb '#999999' dt 2
set offsets graph 0.02, graph 0.02, 0, 0
margin = 0.08*(STATS_max - STATS_min) + 0.001*STATS_max
set yrange [STATS_min - margin:STATS_max + margin]
plot for [k=0:3] e every ::1 using 19:(of('buffers', $7, 256*2**k, $14)):9 with labels offset 0,0.8 font ',8' tc rgb c[k+1] notitle, \
  for [k=0:3] e every ::1 using (of('buffers', $7, 256*2**k, $19)):14 with linespoints pt 7 lw 1.5 lc rgb c[k+1] title sprintf('%d', 256*2**k), \
  e every ::1 using 19:(strcol(1) eq 'base' ? $14 : NaN) with points pt 2 ps 2 lw 2 lc rgb 'black' title 'base'
unset arrow 1
set autoscale y
set logscale x
set key top left
set title 'memory of base: cycles, by reads outstanding'
set xlabel 'latency of the memory, cycles'
set xtics (10, 30, 100, 300)
plot for [k=1:5] e every ::1 using (of('latency', $10, 2**k, $12)):14 with linespoints pt 7 lw 1.5 lc rgb c[k] title sprintf('%d', 2**k), \
  e every ::1 using 12:(strcol(1) eq 'base' ? $14 : NaN) with points pt 2 ps 2 lw 2 lc rgb 'black' title 'base'
unset multiplot
reset
set datafile separator ','
set grid lc rgb '#dddddd'
set terminal pngcairo size 1200,700 font 'sans,10'
f = d.'roofline.csv'
set output d.'roofline.png'
stats f every ::1 using 6 name 'X' nooutput
stats f every ::1 using 7 name 'Y' nooutput
set logscale xy
set samples 2000
set xlabel 'useful MACs a byte of memory traffic'
set ylabel 'useful MACs a cycle'
set title 'base, 8 bytes a cycle: layers and passes (named: below 90 % of the roof)'
set key bottom right
set xrange [X_min < 0.6 ? X_min / 1.2 : 0.5:X_max > 800 ? X_max * 1.5 : 1000]
set yrange [Y_min < 1.2 ? Y_min / 1.2 : 1:200]
pass = 'forward input-gradient weight-gradient learning-layer'
array number[4] = [0, 1, 2, 6]
array colour[4] = ['#08519c', '#d94801', '#006d2c', '#6a51a3']
array mark[4] = [7, 5, 9, 13]
roof(x) = 8*x < macs ? 8*x : macs
plot roof(x) with lines lw 2 lc rgb 'black' title 'roof', \
  for [k=1:4] f every ::1 using ($2 == number[k] ? $6 : NaN):7 with points pt mark[k] ps 1.2 lc rgb colour[k] title word(pass, k), \
  for [k=1:4] f every ::1 using ($2 == number[k] && $7 < 0.9*roof($6) ? $6 : NaN):7:1 with labels left offset 0.9,0.1 font ',9' tc rgb colour[k] notitle
