# Tests of the timing model and of the SystemC device.
SYSC_DIR := $(BUILD)/tests/systemc
.PRECIOUS: $(SYSC_DIR)/%.o
$(SYSC_DIR)/%.o: tests/systemc/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Itools/curta -c $< -o $@
$(SYSC_DIR)/compare_timing: $(SYSC_DIR)/compare_timing.o $(filter-out %/main.o,$(TOOLS_OBJ)) $(TOOLS_SIM) $(TOOLS_LIBS) $(BUILD)/sim/libcurta_rtl.a
	$(CXX) $(CFLAGS) $^ -o $@ $(TOOLS_LINK)

# The tests of the RTL on the timing model: same programs, same records, errors and memory.
TIMED_TESTS := $(addprefix $(SYSC_DIR)/timed_,control errors random)
TESTS += $(TIMED_TESTS)
$(SYSC_DIR)/timed_random: $(DEVICE_DIR)/test_random.o $(DEVICE_OBJ) $(SYSC_DIR)/as_rtl.o $(TIMED_LIB) $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lpthread
$(SYSC_DIR)/timed_%: $(SIMT_DIR)/test_%.o $(SIMT_DIR)/pair.o $(SYSC_DIR)/as_rtl.o $(TIMED_LIB) $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lpthread

.PHONY: timing-table
timing-table: $(SYSC_DIR)/compare_timing ## the timing model against the RTL, docs/data/timing.md (minutes)
	@tests/systemc/timing_table.sh $< >$(BUILD)/timing.md && cp $(BUILD)/timing.md docs/data/timing.md
