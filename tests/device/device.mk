# Random programs: golden against RTL.
DEVICE_DIR := $(BUILD)/tests/device
DEVICE_OBJ := $(addprefix $(DEVICE_DIR)/,hazard.o progen.o progen_gemm.o progen_vector.o coverage.o lockstep.o)
TESTS += $(DEVICE_DIR)/test_progen $(DEVICE_DIR)/test_random

$(DEVICE_DIR)/%.o: tests/device/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -c $< -o $@
$(DEVICE_DIR)/test_progen: $(DEVICE_DIR)/test_progen.o $(DEVICE_OBJ) $(BUILD)/golden/libcurta_golden.a
	$(CC) $(CFLAGS) $^ -o $@ -lpthread
$(DEVICE_DIR)/test_random: $(DEVICE_DIR)/test_random.o $(DEVICE_OBJ) $(BUILD)/sim/libcurta_rtl.a $(BUILD)/golden/libcurta_golden.a
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread

.PHONY: test-random
test-random: $(DEVICE_DIR)/test_random ## the long random comparison: RTL = golden on 1,000 programs a configuration (goes on where it stopped)
	@BUILD=$(BUILD) tests/random.sh docs/data/random.txt

TESTS += $(DEVICE_DIR)/test_plan_races
$(DEVICE_DIR)/test_plan_races: $(DEVICE_DIR)/test_plan_races.o $(DEVICE_DIR)/hazard.o $(BUILD)/driver/libcurta.a
	$(CC) $(CFLAGS) $^ -o $@
