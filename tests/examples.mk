# The examples of docs/programming.md are built and run as tests.
EXAMPLE_DIR := $(BUILD)/examples
TESTS += tests/test_examples.sh
test-build: $(EXAMPLE_DIR)/gemm $(EXAMPLE_DIR)/train_step
$(EXAMPLE_DIR)/%: examples/%.c $(BUILD)/driver/libcurta.a $(BUILD)/golden/libcurta_golden.a
	@mkdir -p $(@D)
	$(CC) $(ALLC) $< -o $@ $(BUILD)/driver/libcurta.a $(BUILD)/golden/libcurta_golden.a -lpthread

# A virtual platform with two accelerators: needs SystemC, and the RTL as a SystemC module.
PLATFORM := $(EXAMPLE_DIR)/two_accelerators
$(EXAMPLE_DIR)/cut.o: examples/platform/cut.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -c $< -o $@
$(EXAMPLE_DIR)/two_accelerators.o: examples/platform/two_accelerators.cpp
	@mkdir -p $(@D)
	$(CXX) $(SYSTEMC_CXX) -c $< -o $@
$(PLATFORM): $(EXAMPLE_DIR)/two_accelerators.o $(EXAMPLE_DIR)/cut.o $(BUILD)/systemc/libcurta_systemc_rtl.a $(BUILD)/systemc/libcurta_systemc.a \
  $(BUILD)/timing/libcurta_timed.a $(BUILD)/driver/libcurta.a $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lsystemc -lpthread
TESTS += $(EXAMPLE_DIR)/test_platform
$(EXAMPLE_DIR)/test_platform: tests/test_platform.sh $(PLATFORM)
	@install -m 755 $< $@
