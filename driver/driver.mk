# driver/: the driver, the planner and the runtime as a library, build/driver/libcurta.a, and its tests.
DRIVER_LIB := $(BUILD)/driver/libcurta.a
DRIVER_OBJ := $(patsubst driver/%.c,$(BUILD)/driver/%.o,$(wildcard driver/*.c))

$(BUILD)/driver/%.o: driver/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -ffreestanding -c $< -o $@

$(DRIVER_LIB): $(DRIVER_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

DRIVER_TESTS := banks configs steps nitro_steps share parse numbers device plan nets
DRIVER_DIR := $(BUILD)/tests/driver
TESTS += $(addprefix $(DRIVER_DIR)/test_,$(DRIVER_TESTS))

$(DRIVER_DIR)/%.o: tests/driver/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -c $< -o $@
$(DRIVER_DIR)/test_%: $(DRIVER_DIR)/test_%.o $(DRIVER_DIR)/twin.o $(DRIVER_LIB) $(BUILD)/golden/libcurta_golden.a
	$(CC) $(CFLAGS) $^ -o $@ -lpthread -lm
$(DRIVER_DIR)/test_nitro_steps: $(addprefix $(DRIVER_DIR)/,test_nitro_steps.o nitro_twin.o twin.o) $(DRIVER_LIB) $(BUILD)/golden/libcurta_golden.a
	$(CC) $(CFLAGS) $^ -o $@ -lpthread -lm
$(DRIVER_DIR)/bench_passes: $(DRIVER_DIR)/bench_passes.o $(DRIVER_DIR)/bench_peak.o $(DRIVER_LIB) $(BUILD)/golden/libcurta_golden.a
	$(CC) $(CFLAGS) $^ -o $@ -lpthread
