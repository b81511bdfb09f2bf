# Tests of the timing model and of the SystemC device.
SYSC_DIR := $(BUILD)/tests/systemc
.PRECIOUS: $(SYSC_DIR)/%.o
$(SYSC_DIR)/%.o: tests/systemc/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Itools/curta -c $< -o $@
$(SYSC_DIR)/compare_timing: $(SYSC_DIR)/compare_timing.o $(filter-out %/main.o,$(TOOLS_OBJ)) $(TOOLS_SIM) $(TOOLS_LIBS) $(BUILD)/sim/libcurta_rtl.a
	$(CXX) $(CFLAGS) $^ -o $@ $(TOOLS_LINK)
