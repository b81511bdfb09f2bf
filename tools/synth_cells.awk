# SPDX-License-Identifier: Apache-2.0
# synth_cells.awk - the cells of a table of synth/results as definitions for tools/curta/explore_area.c
BEGIN { FS = "[|]" }
NF > 8 { gsub(/[^a-z_0-9]|×.*/, "", $2); lut = $9 + 0 }
$2 == "curta" { printf "-DSYNTH_LUT=%du -DSYNTH_DSP=%du -DSYNTH_BRAM=%du ", lut, $6, $7 }
$2 == "curta_array" { printf "-DSYNTH_ARRAY=%du ", lut }
$2 ~ /^curta_(requant|vpost|vfront|rand)$/ { lanes += lut } # what there is once a lane
END { printf "-DSYNTH_LANES=%du", lanes }
