# RTL of control, DMA and top: nothing to build here; sim/verilator/sim.mk verilates the whole, tests/lint checks it.
RTL_TOP := rtl/curta.v
