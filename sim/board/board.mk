# The top of the ULX3S in Verilator with its serial line on a pseudo-terminal: build/board/sim_tiny, build/board/sim_base.
# Divider: the line is as fast as the UART allows, so that a byte is 160 cycles.
BOARD_DIR     := $(BUILD)/board
BOARD_DIVIDER := 16
BOARD_RTL     := $(wildcard rtl/*.v rtl/*.vh rtl/lib/*.v rtl/bridge/*.v) rtl/soc/curta_soc_uart.v synth/boards/ulx3s.v synth/cells/ecp5_pll.v

# $(1) configuration
define board_model
$(BOARD_DIR)/$(1)/Vulx3s.mk: $(BOARD_RTL) sim/verilator/config.py spec/curta.toml sim/board/board.mk
	@mkdir -p $$(@D)
	verilator --cc -O3 $(COVERAGE) --noassert --x-assign fast --x-initial fast --unroll-count 4096 --unroll-stmts 1000000 -Irtl -y rtl -y rtl/lib -y rtl/bridge -y rtl/soc \
	  -Wno-fatal -Wno-UNUSED --top-module ulx3s $$(filter-out -GTrace=1,$$(call sim_conf,$(1) verilator)) -GDivider=$(BOARD_DIVIDER) -GTimeoutLog=17 \
	  --Mdir $$(@D) --prefix Vulx3s synth/boards/ulx3s.v synth/cells/ecp5_pll.v
$(BOARD_DIR)/$(1)/Vulx3s__ALL.a: $(BOARD_DIR)/$(1)/Vulx3s.mk
	@$(MAKE) --no-print-directory -C $$(@D) -f Vulx3s.mk VM_PARALLEL_BUILDS=0 OPT_FAST="$$(SIM_CXX)" OPT_SLOW="-O1" OPT_GLOBAL="-O2" \
	  CXX="$(CXX)" Vulx3s__ALL.a >$$(@D)/make.log 2>&1 || { cat $$(@D)/make.log; false; }
$(BOARD_DIR)/sim_$(1): sim/board/board_sim.cpp $(BOARD_DIR)/$(1)/Vulx3s__ALL.a $(BUILD)/sim/fast/verilated.o $(BUILD)/sim/fast/verilated_threads.o
	$(CXX) $$(SIM_CXX) -Wall -Wextra -Werror -isystem $(BOARD_DIR)/$(1) -isystem $$(SIM_ROOT)/include -isystem $$(SIM_ROOT)/include/vltstd \
	  -DBOARD_HEADER='"Vulx3s.h"' -DBOARD_MODEL=Vulx3s -DBOARD_DIVIDER=$(BOARD_DIVIDER) $$(filter %.cpp %.a %.o,$$^) -lpthread -lutil -o $$@
endef
$(foreach c,tiny base,$(eval $(call board_model,$(c))))
