# Tests of command processor, DMA, errors and the Verilated device.
SIMT_DIR := $(BUILD)/tests/sim
TESTS += $(SIMT_DIR)/test_axi_checker $(SIMT_DIR)/test_errors $(SIMT_DIR)/test_list_errors $(SIMT_DIR)/test_control $(SIMT_DIR)/test_hard_reset $(SIMT_DIR)/test_recover \
         $(SIMT_DIR)/test_nitro_operators $(SIMT_DIR)/test_nitro_official

.PRECIOUS: $(SIMT_DIR)/%.o
$(SIMT_DIR)/%.o: tests/sim/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -c $< -o $@
$(SIMT_DIR)/test_axi_checker: tests/sim/test_axi_checker.cpp
	@mkdir -p $(@D)
	$(CXX) $(ALLCXX) $< -o $@
$(SIMT_DIR)/bench_rtl: $(SIMT_DIR)/bench_rtl.o $(SIM_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread
$(SIMT_DIR)/test_recover: $(SIMT_DIR)/test_recover.o $(BUILD)/driver/libcurta.a $(SIM_LIB) $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread
# The official vectors of NITRO-D on devices: operators one by one, whole steps.
NITRO_SIM := $(SIMT_DIR)/test_nitro_operators $(SIMT_DIR)/test_nitro_official
$(addsuffix .o,$(NITRO_SIM)) $(NITRO_SIM_OBJ): ALLC += -Itests/golden
$(NITRO_SIM): $(SIMT_DIR)/test_nitro_%: $(SIMT_DIR)/test_nitro_%.o $(NITRO_SIM_OBJ) \
  $(BUILD)/driver/libcurta.a $(SIM_LIB) $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread
$(SIMT_DIR)/test_%: $(SIMT_DIR)/test_%.o $(SIMT_DIR)/pair.o $(SIM_LIB) $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread
$(SIMT_DIR)/torture_%: $(SIMT_DIR)/test_%.o $(SIMT_DIR)/pair.o $(SIM_SLOW_LIB) $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread

$(SIMT_DIR)/torture_random: $(BUILD)/tests/device/test_random.o $(DEVICE_OBJ) $(SIM_SLOW_LIB) $(GOLDEN_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lz -lpthread

.PHONY: bench-sim test-torture
bench-sim: $(SIMT_DIR)/bench_rtl ## cycles a second of the Verilated device
	@$<
test-torture: $(SIMT_DIR)/torture_errors $(SIMT_DIR)/torture_control $(SIMT_DIR)/torture_hard_reset $(SIMT_DIR)/torture_random ## control, errors, hard resets, random programs from random power-up states (builds the slow library)
	@tests/sim/torture.sh $^
