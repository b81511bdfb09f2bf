# Line and toggle coverage of rtl/: the accelerator under the device tests in one configuration (COV_CONFIG, its library alone is built), rtl/soc
# under its benches and in a machine, rtl/bridge on a board. The latter come from their own rules, with COVERAGE set, in folders of COV_DIR.
COV_CONFIG := tiny
COV_DIR    := $(BUILD)/tests/coverage
COV_LIB    := $(BUILD)/sim/libcurta_rtl_cov.a
COV_CXX    := -std=c++17 -O1 -DNDEBUG
$(COV_DIR)/test_random: $(BUILD)/tests/device/test_random.o $(addprefix $(BUILD)/tests/device/,hazard.o progen.o progen_gemm.o progen_vector.o coverage.o lockstep.o) $(COV_LIB) $(BUILD)/golden/libcurta_golden.a
	@mkdir -p $(@D)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread
$(COV_DIR)/test_%: $(BUILD)/tests/sim/test_%.o $(BUILD)/tests/sim/pair.o $(COV_LIB) $(BUILD)/golden/libcurta_golden.a
	@mkdir -p $(@D)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread

# write.o makes a bench write what its models have counted.
COV_OBJ    := $(COV_DIR)/write.o $(COV_DIR)/verilated_cov.o
$(COV_DIR)/write.o: tests/coverage/write.cpp
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -O1 -Wall -Wextra -Werror -MMD -MP -isystem $(VERILATOR_HOME)/include -isystem $(VERILATOR_HOME)/include/vltstd -c $< -o $@
$(COV_DIR)/verilated_cov.o:
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -O1 -I$(VERILATOR_HOME)/include -I$(VERILATOR_HOME)/include/vltstd -c $(VERILATOR_HOME)/include/verilated_cov.cpp -o $@
ifdef COVERAGE
COV_BENCHES := $(addprefix $(SOC_DIR)/test_,rv_random sdram soc_mem soc_cache soc_uart soc_timer soc_flash soc_irq soc_rom) $(SOC_SIM_DIR)/tiny-sdram/soc_sim $(BOARD_DIR)/sim_tiny
$(COV_BENCHES): $(COV_OBJ)
.PHONY: coverage-benches
coverage-benches: $(COV_BENCHES) $(BOARD_TEST_DIR)/test_board
endif

.PHONY: coverage coverage-build
coverage-build: $(addprefix $(BUILD)/,sim/fast/verilated.o sim/fast/verilated_threads.o curta-golden firmware/boot.bin firmware/hello.img firmware/alone.img)
	@$(MAKE) --no-print-directory SIM_CONFIGS=$(COV_CONFIG) SIM_CXX="$(COV_CXX)" $(addprefix $(COV_DIR)/test_,random errors control)
	@$(MAKE) --no-print-directory COVERAGE="--coverage-line --coverage-toggle --output-split-cfuncs 1000 tests/coverage/coverage.vlt" SIM_CXX="$(COV_CXX)" SOC_DIR=$(COV_DIR)/soc \
	  SOC_SIM_DIR=$(COV_DIR)/machine BOARD_DIR=$(COV_DIR)/board BOARD_TEST_DIR=$(COV_DIR)/board coverage-benches
coverage: packages ## line and toggle coverage of rtl/ under device tests, benches of the SoC, a machine that trains, a board: docs/data/coverage.md; fails under 95 %
	@tools/install_packages.sh soc
	@$(MAKE) --no-print-directory coverage-build
	@$(PY) tests/coverage/coverage.py $(BUILD) docs/data/coverage.md
