# SPDX-License-Identifier: Apache-2.0
# The standalone machine: build/sim/soc/<config>/soc_sim, serial line of SOC_DIVIDER cycles a bit.
STANDALONE_RTL := $(wildcard rtl/*.v rtl/lib/*.v rtl/soc/*.v)
SOC_DIVIDER    := 16
SOC_SIM_DIR    := $(BUILD)/sim/soc
SOC_SIM_HDR    := $(wildcard sim/soc/*.h sim/verilator/curta_rtl*.h)

# $(1) folder, $(2) configuration, $(3) top, $(4) its options, $(5) definitions of the harness
define soc_sim
$(SOC_SIM_DIR)/$(1)/Vsoc.mk: $(STANDALONE_RTL) $(wildcard rtl/*.vh) rtl/soc/curta_rv.vh sim/soc/soc.vlt sim/soc/soc.mk
	@mkdir -p $$(@D)
	verilator --cc $$(SIM_FLAGS) $(COVERAGE) -Irtl/soc --top-module $(3) --x-assign fast --x-initial unique $$(filter-out -GTrace=1,$$(call sim_conf,$(2) verilator)) \
	  -GDivider="16'd$(SOC_DIVIDER)" $(4) --Mdir $$(@D) --prefix Vsoc sim/soc/soc.vlt $(STANDALONE_RTL)
$(SOC_SIM_DIR)/$(1)/Vsoc__ALL.a: $(SOC_SIM_DIR)/$(1)/Vsoc.mk
	@$(MAKE) --no-print-directory -C $$(@D) -f Vsoc.mk VM_PARALLEL_BUILDS=0 OPT_FAST="$$(SIM_CXX)" OPT_SLOW="-O1" OPT_GLOBAL="-O2" \
	  CXX="$(CXX)" Vsoc__ALL.a >$$(@D)/make.log 2>&1 || { cat $$(@D)/make.log; false; }
$(SOC_SIM_DIR)/$(1)/soc_sim: sim/soc/soc_sim.cpp $(SOC_SIM_DIR)/$(1)/Vsoc__ALL.a $(BUILD)/sim/fast/verilated.o $(BUILD)/sim/fast/verilated_threads.o $(SOC_SIM_HDR)
	$(CXX) $$(SIM_CXX) -Wall -Wextra -Werror -Iinclude -Isim/verilator -isystem $(SOC_SIM_DIR)/$(1) -isystem $$(SIM_ROOT)/include \
	  -isystem $$(SIM_ROOT)/include/vltstd -DSOC_DIVIDER=$(SOC_DIVIDER) $(5) $$< $(SOC_SIM_DIR)/$(1)/Vsoc__ALL.a \
	  $$(filter %.o,$$^) -lpthread -lutil -o $$@
endef
$(foreach c,tiny base,$(eval $(call soc_sim,$(c),$(c),curta_standalone,,)))
$(foreach c,tiny base,$(eval $(call soc_sim,$(c)-sdram,$(c),curta_standalone_sdram,-GInit=1000,-DSOC_SDRAM=1000)))
