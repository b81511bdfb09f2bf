# SPDX-License-Identifier: Apache-2.0
# run.tcl - synthesis of the kernels by Vitis HLS (`make hls-vitis`). Never run by us: hls/README.md.
# CURTA_HLS_FLAGS: parameters of the configuration, from the Makefile.
set flags "-I[file normalize ..] -I[file normalize ../../golden] -I[file normalize ../../include] $::env(CURTA_HLS_FLAGS)"
set out [file normalize ../../build/hls/vitis]
file mkdir $out
foreach kernel {load gemm requant update} {
  open_project -reset $out/$kernel
  set_top curta_hls_$kernel
  add_files ../curta_hls_$kernel.c -cflags $flags
  open_solution -reset solution -flow_target vivado
  set_part xcku5p-ffvb676-2-e
  create_clock -period 5 -name default
  csynth_design
  export_design -format ip_catalog
  close_project
}
exit
