# SPDX-License-Identifier: Apache-2.0
# synth_cells.awk - the cells of a table of synth/results as definitions for tools/curta/explore_area.c
BEGIN { FS = " *[|] *" }
$2 == "module" { for (i = 2; i < NF; i++) column[$i] = i }
NF > 8 { name = $2; gsub(/[^a-z_0-9,]|×.*/, "", name); lut = $column["LUT-eq"] + 0 }
name == "curta,joined" { printf "-DSYNTH_LUT=%du -DSYNTH_DSP=%du -DSYNTH_BRAM=%du ", lut, $column["dsp"], $column["bram"] }
name == "curta_array" { printf "-DSYNTH_ARRAY=%du ", lut }
name ~ /^curta_(requant|vpost|vfront|rand|vnitro)$/ { lanes += lut; dsp += $column["dsp"] } # what there is once a lane
name ~ /^curta_(opbuf|gather)$/ { buffers += $column["bram"] }
name == "curta_accmem" { printf "-DSYNTH_SUMS=%du ", $column["bram"] }
END { printf "-DSYNTH_LANES=%du -DSYNTH_LANES_DSP=%du -DSYNTH_BUFFERS=%du", lanes, dsp, buffers }
