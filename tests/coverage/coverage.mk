# Line and toggle coverage of the RTL under the device tests, in one configuration (COV_CONFIG, its library alone is built).
COV_CONFIG := tiny
COV_DIR    := $(BUILD)/tests/coverage
COV_LIB    := $(BUILD)/sim/libcurta_rtl_cov.a
$(COV_DIR)/test_random: $(BUILD)/tests/device/test_random.o $(addprefix $(BUILD)/tests/device/,hazard.o progen.o progen_gemm.o progen_vector.o coverage.o lockstep.o) $(COV_LIB) $(BUILD)/golden/libcurta_golden.a
	@mkdir -p $(@D)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread
$(COV_DIR)/test_%: $(BUILD)/tests/sim/test_%.o $(BUILD)/tests/sim/pair.o $(COV_LIB) $(BUILD)/golden/libcurta_golden.a
	@mkdir -p $(@D)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread
.PHONY: coverage coverage-build
coverage-build: $(COV_DIR)/test_random $(COV_DIR)/test_errors $(COV_DIR)/test_control
coverage: ## line and toggle coverage of rtl/ under random programs, control and error tests: docs/data/coverage.md
	@$(MAKE) --no-print-directory SIM_CONFIGS=$(COV_CONFIG) coverage-build
	@$(PY) tests/coverage/coverage.py $(COV_CONFIG) $(COV_DIR) docs/data/coverage.md
