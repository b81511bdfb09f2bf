# Tests of the HLS kernels: every official vector through them, random commands against the law, the tests of the devices on
# the device that they make, and what can be said of them without an HLS tool.
HLST_DIR := $(BUILD)/tests/hls
.PRECIOUS: $(HLST_DIR)/%.o
$(HLST_DIR)/%.o: tests/hls/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Ihls -c $< -o $@

# The vectors: operators of the reference are replaced by kernels whose stores are as large as tile numbers allow.
HLS_OPS  := $(foreach o,conv conv_dx conv_dw requant magnitude update,-Dcurta_ops_$(o)=hls_ops_$(o))
HLS_WIDE := $(filter-out -DCURTA_HLS_NAME=% -DCURTA_HLS_A_TILES=% -DCURTA_HLS_B_TILES=% -DCURTA_HLS_P_TILES=%,$(call hls_conf,base)) -DCURTA_HLS_NAME=wide $(foreach s,A B P,-DCURTA_HLS_$(s)_TILES=65535)
$(HLST_DIR)/%_wide.o: hls/curta_hls_%.c sim/verilator/config.py spec/curta.toml
	@mkdir -p $(@D)
	$(CC) $(ALLC) $(HLS_FLAGS) $(HLS_WIDE) -c $< -o $@
$(HLST_DIR)/test_vectors.o $(HLST_DIR)/replay.o: $(HLST_DIR)/%.o: tests/golden/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) $(HLS_OPS) -c $< -o $@
$(HLST_DIR)/curta_ref.o: golden/curta_ref.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) $(HLS_OPS) -c $< -o $@
TESTS += $(HLST_DIR)/test_vectors
$(HLST_DIR)/test_vectors: $(addprefix $(HLST_DIR)/,test_vectors.o replay.o curta_ref.o ops_hls.o $(HLS_KERNELS:%=%_wide.o)) $(BUILD)/tests/golden/npy.o $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -lm -o $@

# Random commands of every kind against the law in plain loops.
$(HLST_DIR)/test_device.o $(HLST_DIR)/bench.o: $(HLST_DIR)/%.o: tests/golden/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Ihls -DTEST_HLS -c $< -o $@
TESTS += $(HLST_DIR)/test_device
$(HLST_DIR)/test_device: $(addprefix $(HLST_DIR)/,test_device.o bench.o) $(addprefix $(BUILD)/tests/golden/,random_command.o law.o) $(HLS_LIB) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@

# Random programs, as the RTL runs them. (Command processor, registers and errors are the golden device's own.)
TESTS += $(HLST_DIR)/hls_random
$(HLST_DIR)/hls_random: $(DEVICE_DIR)/test_random.o $(DEVICE_OBJ) $(HLST_DIR)/as_hls.o $(HLS_LIB) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -o $@ -lpthread
