# The Verilated device: build/sim/libcurta_rtl.a (fast) and build/sim/libcurta_rtl_slow.a (random power-up, waveforms).
# Users link one of them with $(CXX) ... -lz; both answer to curta_rtl.h. `make SIM_CONFIGS=tiny ...` builds only that configuration.
SIM_CONFIGS := tiny base base16 large
SIM_BUILT   := $(foreach c,$(SIM_CONFIGS),X($(c)))
SIM_RTL     := $(wildcard rtl/*.v rtl/*.vh rtl/lib/*.v)
SIM_ROOT    = $(VERILATOR_HOME)
SIM_FLAGS   := --language 1364-2005 -O3 --noassert --unroll-count 4096 --unroll-stmts 1000000 -Irtl -Irtl/lib -y rtl -y rtl/lib \
               -Wno-fatal -Wno-UNUSED --top-module curta
SIM_CXX     := -std=c++17 -O3 -march=native -DNDEBUG
# T R C V BUS A_TILES B_TILES P_TILES OUTST CODE, by configuration: from the specification; base16 is base with BUS = 16.
sim_conf     = $(call once,sim_$(subst $(space),_,$(1)),$(PY) sim/verilator/config.py $(1))

SIM_FAST_VFLAGS := --x-assign fast --x-initial fast
SIM_FAST_CFLAGS := -DCURTA_RTL_RANDOM=0
SIM_SLOW_VFLAGS := --x-assign unique --x-initial unique --trace-fst
SIM_SLOW_CFLAGS := -DCURTA_RTL_RANDOM=2 -DCURTA_RTL_TRACE
SIM_COV_VFLAGS  := --x-assign fast --x-initial fast --coverage-line --coverage-toggle --output-split-cfuncs 1000
SIM_COV_CFLAGS  := -DCURTA_RTL_RANDOM=0 -DCURTA_RTL_COVERAGE -DVM_COVERAGE=1

# $(1) fast, slow or cov, $(2) FAST, SLOW or COV, $(3) configuration
define sim_model
$(BUILD)/sim/$(1)/$(3)/Vcurta_$(3).mk: $(SIM_RTL) sim/verilator/config.py spec/curta.toml
	@mkdir -p $$(@D)
	verilator --cc $(SIM_FLAGS) $(SIM_$(2)_VFLAGS) $(call sim_conf,$(3) verilator) --Mdir $$(@D) --prefix Vcurta_$(3) rtl/curta.v
$(BUILD)/sim/$(1)/$(3)/Vcurta_$(3)__ALL.o: $(BUILD)/sim/$(1)/$(3)/Vcurta_$(3).mk
	@$(MAKE) --no-print-directory -C $$(@D) -f Vcurta_$(3).mk VM_PARALLEL_BUILDS=0 OPT_FAST="$(SIM_CXX)" OPT_SLOW="-O1" OPT_GLOBAL="-O2" \
	  CXX="$(CXX)" Vcurta_$(3)__ALL.a >$$(@D)/make.log 2>&1 || { cat $$(@D)/make.log; false; }
$(BUILD)/sim/$(1)/model_$(3).o: sim/verilator/curta_rtl_model.cpp $(BUILD)/sim/$(1)/$(3)/Vcurta_$(3)__ALL.o
	$(CXX) $(SIM_CXX) $(SIM_$(2)_CFLAGS) -Iinclude -Isim/verilator -isystem $(BUILD)/sim/$(1)/$(3) -isystem $(SIM_ROOT)/include \
	  -isystem $(SIM_ROOT)/include/vltstd -DCURTA_RTL_NAME=$(3) -DCURTA_RTL_HEADER='"Vcurta_$(3).h"' \
	  -DCURTA_RTL_ROOT='"Vcurta_$(3)___024root.h"' $(call sim_conf,$(3) cpp) -Wall -Wextra -MMD -MP -c $$< -o $$@
endef

# $(1) fast or slow, $(2) FAST or SLOW, $(3) library, $(4) further objects of the Verilator library
define sim_library
$(foreach c,$(SIM_CONFIGS),$(eval $(call sim_model,$(1),$(2),$(c))))
$(BUILD)/sim/$(1)/curta_rtl.o: sim/verilator/curta_rtl.cpp $(BUILD)/sim/configs
	@mkdir -p $$(@D)
	$(CXX) $(ALLCXX) $(SIM_$(2)_CFLAGS) -DCURTA_RTL_BUILT='$(SIM_BUILT)' -c $$< -o $$@
$(foreach o,$(4),$(BUILD)/sim/$(1)/$(o).o): $(BUILD)/sim/$(1)/%.o:
	@mkdir -p $$(@D)
	$(CXX) $(SIM_CXX) -I$(SIM_ROOT)/include -I$(SIM_ROOT)/include/vltstd -c $(SIM_ROOT)/include/$$*.cpp -o $$@
$(BUILD)/sim/$(3): $(BUILD)/sim/$(1)/curta_rtl.o $(foreach o,$(4),$(BUILD)/sim/$(1)/$(o).o) \
  $(foreach c,$(SIM_CONFIGS),$(BUILD)/sim/$(1)/model_$(c).o $(BUILD)/sim/$(1)/$(c)/Vcurta_$(c)__ALL.o)
	@rm -f $$@
	$(AR) rcs $$@ $$^
endef
# The list of configurations, changed only when it changes.
$(BUILD)/sim/configs: FORCE
	@mkdir -p $(@D)
	@echo '$(SIM_CONFIGS)' | cmp -s - $@ || echo '$(SIM_CONFIGS)' >$@
FORCE:
$(eval $(call sim_library,fast,FAST,libcurta_rtl.a,verilated verilated_threads))
$(eval $(call sim_library,slow,SLOW,libcurta_rtl_slow.a,verilated verilated_threads verilated_fst_c))
$(eval $(call sim_library,cov,COV,libcurta_rtl_cov.a,verilated verilated_threads verilated_cov))
SIM_LIB      := $(BUILD)/sim/libcurta_rtl.a
SIM_SLOW_LIB := $(BUILD)/sim/libcurta_rtl_slow.a

.PHONY: sim FORCE
sim: $(SIM_LIB) ## the Verilated device as a library
