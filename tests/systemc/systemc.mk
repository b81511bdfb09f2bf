# Tests of the timing model and of the SystemC device.
SYSC_DIR := $(BUILD)/tests/systemc
.PRECIOUS: $(SYSC_DIR)/%.o
$(SYSC_DIR)/%.o: tests/systemc/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Itools/curta -c $< -o $@
$(SYSC_DIR)/compare_timing: $(SYSC_DIR)/compare_timing.o $(filter-out %/main.o,$(TOOLS_OBJ)) $(TOOLS_SIM) $(TOOLS_LIBS) $(BUILD)/sim/libcurta_rtl.a
	$(CXX) $(CFLAGS) $^ -o $@ -lsystemc $(TOOLS_LINK)

# The tests of the RTL on the timing model and on the SystemC model: same programs, same records, errors and memory.
TESTS += $(foreach t,control errors list_errors recover random,$(SYSC_DIR)/timed_$(t) $(SYSC_DIR)/systemc_$(t))
$(SYSC_DIR)/as_systemc.o: tests/systemc/as_rtl.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -DAS_SYSTEMC -c $< -o $@
$(SYSC_DIR)/timed_random: $(DEVICE_DIR)/test_random.o $(DEVICE_OBJ) $(SYSC_DIR)/as_rtl.o $(BUILD)/timing/libcurta_timed.a $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lpthread
$(SYSC_DIR)/timed_%: $(SIMT_DIR)/test_%.o $(SIMT_DIR)/pair.o $(SYSC_DIR)/as_rtl.o $(BUILD)/timing/libcurta_timed.a $(BUILD)/driver/libcurta.a $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lpthread
$(SYSC_DIR)/systemc_random: $(DEVICE_DIR)/test_random.o $(DEVICE_OBJ) $(SYSC_DIR)/as_systemc.o $(BUILD)/systemc/libcurta_systemc.a $(BUILD)/timing/libcurta_timed.a $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lsystemc -lpthread
$(SYSC_DIR)/systemc_%: $(SIMT_DIR)/test_%.o $(SIMT_DIR)/pair.o $(SYSC_DIR)/as_systemc.o $(BUILD)/systemc/libcurta_systemc.a $(BUILD)/timing/libcurta_timed.a \
  $(BUILD)/driver/libcurta.a $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lsystemc -lpthread

# The RTL as a SystemC module between the same sockets: one configuration, SYSC_RTL.
$(SYSC_DIR)/as_systemc_rtl.o: tests/systemc/as_rtl.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -DAS_SYSTEMC_RTL -c $< -o $@
$(SYSC_DIR)/systemc_rtl: $(SIMT_DIR)/test_errors.o $(SIMT_DIR)/pair.o $(SYSC_DIR)/as_systemc_rtl.o $(BUILD)/systemc/libcurta_systemc_rtl.a \
  $(BUILD)/systemc/libcurta_systemc.a $(BUILD)/timing/libcurta_timed.a $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lsystemc -lpthread
$(SYSC_DIR)/systemc_rtl_random: $(DEVICE_DIR)/test_random.o $(DEVICE_OBJ) $(SYSC_DIR)/as_systemc_rtl.o $(BUILD)/systemc/libcurta_systemc_rtl.a \
  $(BUILD)/systemc/libcurta_systemc.a $(BUILD)/timing/libcurta_timed.a $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lsystemc -lpthread
TESTS += $(SYSC_DIR)/test_systemc_rtl
$(SYSC_DIR)/test_systemc_rtl: tests/systemc/test_systemc_rtl.sh $(SYSC_DIR)/systemc_rtl $(SYSC_DIR)/systemc_rtl_random
	@install -m 755 $< $@

# Platforms of others: a memory that knows nothing of the model; initiators, buses and clocks.
TESTS += $(SYSC_DIR)/test_plain_memory $(SYSC_DIR)/test_tlm
$(SYSC_DIR)/test_plain_memory.o $(SYSC_DIR)/test_tlm.o: $(SYSC_DIR)/%.o: tests/systemc/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(SYSTEMC_CXX) -Iexamples/platform -c $< -o $@
$(SYSC_DIR)/test_tlm: $(BUILD)/systemc/libcurta_systemc_rtl.a
$(SYSC_DIR)/test_plain_memory $(SYSC_DIR)/test_tlm: $(SYSC_DIR)/%: $(SYSC_DIR)/%.o $(BUILD)/examples/cut.o $(BUILD)/systemc/libcurta_systemc.a \
  $(BUILD)/timing/libcurta_timed.a $(BUILD)/driver/libcurta.a $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $(filter %.o,$^) $(filter %_rtl.a,$^) $(filter-out %_rtl.a,$(filter %.a,$^)) -o $@ -lsystemc -lpthread

.PHONY: timing-table sim-speed
sim-speed: packages ## speed of the timing model and of SystemC beside the RTL, docs/data/sim-speed.md
	@$(MAKE) --no-print-directory $(BUILD)/curta
	@tests/systemc/speed_table.sh $(BUILD)/curta >$(BUILD)/sim-speed.md && cp $(BUILD)/sim-speed.md docs/data/sim-speed.md
timing-table: packages ## the timing model against the RTL, docs/data/timing.md (half an hour; TIMING='*': hours)
	@$(MAKE) --no-print-directory $(SYSC_DIR)/compare_timing
	@tests/systemc/timing_table.sh $(SYSC_DIR)/compare_timing >$(BUILD)/timing.md && cp $(BUILD)/timing.md docs/data/timing.md

TESTS += $(SYSC_DIR)/test_timing $(SYSC_DIR)/test_vector_time
$(SYSC_DIR)/test_vector_time: $(SYSC_DIR)/test_vector_time.o $(BUILD)/timing/libcurta_timed.a $(GOLDEN_LIB) $(BUILD)/sim/libcurta_rtl.a
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread
$(SYSC_DIR)/test_timing: tests/systemc/test_timing.sh $(SYSC_DIR)/compare_timing
	@install -m 755 $< $@
TESTS += $(SYSC_DIR)/test_profile
$(SYSC_DIR)/test_profile: tests/systemc/test_profile.sh $(BUILD)/curta
	@mkdir -p $(@D)
	@install -m 755 $< $@
