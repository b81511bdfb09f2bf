# The examples of docs/programming.md are built and run as tests.
EXAMPLE_DIR := $(BUILD)/examples
TESTS += tests/test_examples.sh
test-build: $(EXAMPLE_DIR)/gemm $(EXAMPLE_DIR)/train_step
$(EXAMPLE_DIR)/%: examples/%.c $(BUILD)/driver/libcurta.a $(BUILD)/golden/libcurta_golden.a
	@mkdir -p $(@D)
	$(CC) $(ALLC) $< -o $@ $(BUILD)/driver/libcurta.a $(BUILD)/golden/libcurta_golden.a -lpthread
