# Tests of command processor, DMA, errors and the Verilated device.
SIMT_DIR := $(BUILD)/tests/sim
TESTS += $(SIMT_DIR)/test_errors $(SIMT_DIR)/test_control

$(SIMT_DIR)/%.o: tests/sim/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -c $< -o $@
$(SIMT_DIR)/bench_rtl: $(SIMT_DIR)/bench_rtl.o $(SIM_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread
$(SIMT_DIR)/test_%: $(SIMT_DIR)/test_%.o $(SIMT_DIR)/pair.o $(SIM_LIB) $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread

.PHONY: bench-sim
bench-sim: $(SIMT_DIR)/bench_rtl ## cycles a second of the Verilated device
	@$<
