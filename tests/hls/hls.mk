# Tests of the HLS kernels: every official vector through them, random commands against the law, the tests of the devices on
# the device that they make, and what can be said of them without an HLS tool.
HLST_DIR := $(BUILD)/tests/hls
.PRECIOUS: $(HLST_DIR)/%.o
$(HLST_DIR)/%.o: tests/hls/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Ihls -c $< -o $@

# The vectors: operators of the reference are replaced by kernels whose stores are as large as tile numbers allow.
HLS_OPS  := $(foreach o,conv conv_dx conv_dw requant magnitude update,-Dcurta_ops_$(o)=hls_ops_$(o))
HLS_WIDE  = $(filter-out -DCURTA_HLS_NAME=% -DCURTA_HLS_A_TILES=% -DCURTA_HLS_B_TILES=% -DCURTA_HLS_P_TILES=%,$(call hls_conf,base)) -DCURTA_HLS_NAME=wide $(foreach s,A B P,-DCURTA_HLS_$(s)_TILES=65535)
$(HLST_DIR)/%_wide.o: hls/curta_hls_%.c sim/verilator/config.py spec/curta.toml
	@mkdir -p $(@D)
	$(CC) $(ALLC) $(HLS_FLAGS) $(HLS_WIDE) -c $< -o $@
$(HLST_DIR)/test_vectors.o $(HLST_DIR)/replay.o $(HLST_DIR)/test_ref.o: $(HLST_DIR)/%.o: tests/golden/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) $(HLS_OPS) -c $< -o $@
$(HLST_DIR)/curta_ref.o: golden/curta_ref.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) $(HLS_OPS) -c $< -o $@
TESTS += $(HLST_DIR)/test_vectors
$(HLST_DIR)/test_vectors: $(addprefix $(HLST_DIR)/,test_vectors.o replay.o curta_ref.o ops_hls.o $(HLS_KERNELS:%=%_wide.o)) $(BUILD)/tests/golden/npy.o $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -lm -o $@
# What those do not reach: random shapes, strides, draws.
TESTS += $(HLST_DIR)/test_ref
$(HLST_DIR)/test_ref: $(addprefix $(HLST_DIR)/,test_ref.o curta_ref.o ops_hls.o $(HLS_KERNELS:%=%_wide.o)) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@

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

# The official vectors of NITRO-D, operators as commands and whole steps, as the RTL runs them.
HLST_NITRO := $(HLST_DIR)/test_nitro_operators $(HLST_DIR)/test_nitro_official
TESTS += $(HLST_NITRO)
$(HLST_NITRO): $(HLST_DIR)/test_nitro_%: $(BUILD)/tests/sim/test_nitro_%.o $(NITRO_SIM_OBJ) \
  $(BUILD)/driver/libcurta.a $(HLST_DIR)/as_hls.o $(HLS_LIB) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -o $@ -lpthread

# The cycle-annotated kernels.
$(HLST_DIR)/%_trace.o: hls/curta_hls_%.c sim/verilator/config.py spec/curta.toml
	@mkdir -p $(@D)
	$(CC) $(ALLC) $(HLS_FLAGS) -Itests/hls -DCURTA_HLS_TRACE='"curta_hls_trace.h"' $(call hls_conf,base) -c $< -o $@
$(HLST_DIR)/cycles.o: tests/hls/cycles.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Itools/curta -c $< -o $@
$(HLST_DIR)/cycles: $(addprefix $(HLST_DIR)/,cycles.o trace.o $(HLS_KERNELS:%=%_trace.o)) $(filter-out %/main.o,$(TOOLS_OBJ)) $(addprefix $(BUILD)/tools/device_,none.o hls.o) $(HLS_LIB) $(TOOLS_LIBS)
	$(CC) $(CFLAGS) $^ -o $@ $(TOOLS_LINK)
TESTS += $(HLST_DIR)/test_hls_check
$(HLST_DIR)/test_hls_check: tests/hls/hls_check.sh $(HLST_DIR)/cycles
	@install -m 755 $< $@

.PHONY: hls-check hls-vitis hls-bambu
hls-check: packages ## what can be said of the HLS kernels without an HLS tool
	@$(MAKE) --no-print-directory $(HLST_DIR)/test_hls_check
	@$(HLST_DIR)/test_hls_check
hls-vitis: ## synthesis by Vitis HLS (not part of any package source; untested)
	@command -v vitis_hls >/dev/null || { echo "hls-vitis: no vitis_hls in PATH"; exit 1; }
	@cd hls/vitis && CURTA_HLS_FLAGS="$(filter-out -DCURTA_HLS_NAME=%,$(call hls_conf,base))" vitis_hls -f run.tcl
hls-bambu: ## synthesis by Bambu (not part of any package source; untested)
	@command -v bambu >/dev/null || { echo "hls-bambu: no bambu in PATH"; exit 1; }
	@hls/bambu/run.sh $(BUILD)/hls/bambu $(filter-out -DCURTA_HLS_NAME=%,$(call hls_conf,base))
