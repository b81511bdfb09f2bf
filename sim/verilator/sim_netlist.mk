# The synthesized netlists as Verilated devices, the objects NET_LIB: the same interface as the RTL (curta_rtl.h), without records (Trace = 0)
# and without a view into memories. Cell models are those that Yosys ships, and synth/cells where it has none or a slow one.
NET_CONFIGS     ?= tiny base
NET_TARGET_tiny ?= tiny-up5k
NET_TARGET_base := base-ecp5
NET_YOSYS        = $(dir $(shell command -v yosys))../share/yosys
NET_CELLS_up5k   = -DNO_ICE40_DEFAULT_ASSIGNMENTS $(NET_YOSYS)/ice40/cells_sim.v
NET_CELLS_ecp5   = -I$(NET_YOSYS)/ecp5 synth/cells/ecp5_lut.v synth/cells/ecp5_ram.v synth/cells/ecp5_dsp.v $(NET_YOSYS)/ecp5/cells_sim.v
NET_DIR         := $(BUILD)/sim/net
NET_BUILT       := $(foreach c,$(NET_CONFIGS),X($(c)))

# Files that say what was built last, written only when that changes: other configurations, another netlist of one.
net_says = @mkdir -p $(@D) && { echo '$(1)' | cmp -s - $@ || echo '$(1)' >$@; }
$(NET_DIR)/built: FORCE
	$(call net_says,$(NET_CONFIGS))

# $(1) configuration
define net_model
$(BUILD)/synth/$(NET_TARGET_$(1)).v: $(SIM_RTL) synth/targets.toml spec/curta.toml $(wildcard synth/ecp5/*.v synth/ecp5*.py) synth/synth.py
	$(PY) synth/synth.py netlist $(NET_TARGET_$(1))
	@touch $$@
$(NET_DIR)/$(1)/target: FORCE
	$$(call net_says,$(NET_TARGET_$(1)))
$(NET_DIR)/$(1)/Vcurta_$(1).mk: $(BUILD)/synth/$(NET_TARGET_$(1)).v $(NET_DIR)/$(1)/target $(wildcard synth/cells/*.v)
	verilator --cc -O3 --noassert --x-assign fast --x-initial fast --output-split 20000 --output-split-cfuncs 2000 -Wno-fatal -Wno-lint -Wno-style -Wno-MODDUP -Wno-TIMESCALEMOD --top-module curta --Mdir $$(@D) \
	  --prefix Vcurta_$(1) $$< $$(NET_CELLS_$(lastword $(subst -, ,$(NET_TARGET_$(1)))))
	@rm -f $$(@D)/*__ver.d          # make would read it and synthesize whenever it is asked for anything else
$(NET_DIR)/$(1)/Vcurta_$(1)__ALL.a: $(NET_DIR)/$(1)/Vcurta_$(1).mk
	@$(MAKE) --no-print-directory -C $$(@D) -f Vcurta_$(1).mk VM_PARALLEL_BUILDS=1 OPT_FAST="-O1" OPT_SLOW="-O0" OPT_GLOBAL="-O1" CXX="$(CXX)" \
	  Vcurta_$(1)__ALL.a >$$(@D)/make.log 2>&1 || { tail $$(@D)/make.log; false; }
$(NET_DIR)/model_$(1).o: sim/verilator/curta_rtl_model.cpp $(NET_DIR)/$(1)/Vcurta_$(1).mk
	$(CXX) -std=c++17 -O1 -DNDEBUG -DCURTA_RTL_RANDOM=0 -DCURTA_RTL_NETLIST -Iinclude -Isim/verilator -isystem $(NET_DIR)/$(1) -isystem $(SIM_ROOT)/include \
	  -isystem $(SIM_ROOT)/include/vltstd -DCURTA_RTL_NAME=$(1) -DCURTA_RTL_HEADER='"Vcurta_$(1).h"' \
	  -DCURTA_RTL_ROOT='"Vcurta_$(1)___024root.h"' $(call sim_conf,$(1) cpp) -Wall -Wextra -MMD -MP -c $$< -o $$@
endef
$(foreach c,$(NET_CONFIGS),$(eval $(call net_model,$(c))))
$(NET_DIR)/curta_rtl.o: sim/verilator/curta_rtl.cpp $(NET_DIR)/built
	$(CXX) $(ALLCXX) -DCURTA_RTL_NETLIST -DCURTA_RTL_BUILT='$(NET_BUILT)' -c $< -o $@
NET_LIB := $(NET_DIR)/curta_rtl.o $(foreach c,$(NET_CONFIGS),$(NET_DIR)/model_$(c).o $(NET_DIR)/$(c)/Vcurta_$(c)__ALL.a) \
           $(BUILD)/sim/fast/verilated.o $(BUILD)/sim/fast/verilated_threads.o
