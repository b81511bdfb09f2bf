# The synthesized netlists run the programs of test_random: the golden device is the judge, as it is for the RTL.
.PHONY: test-netlist
NET_PROGRAMS ?= 3
$(BUILD)/tests/device/test_random_net: $(BUILD)/tests/device/test_random.o $(DEVICE_OBJ) $(NET_LIB) $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread
test-netlist: ## the netlists of `tiny` (iCE40 cells) and `base` (ECP5 cells) run random programs as golden does (slow: synthesis and 50 MB of C++ each)
	@$(MAKE) --no-print-directory $(BUILD)/tests/device/test_random_net
	@for c in $(NET_CONFIGS); do $(BUILD)/tests/device/test_random_net $$c $(NET_PROGRAMS) || exit 1; done
