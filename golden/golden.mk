# golden/: the golden model as a library, build/golden/libcurta_golden.a, and its tests.
# Users link it with -lpthread.
GOLDEN_LIB := $(BUILD)/golden/libcurta_golden.a
GOLDEN_OBJ := $(patsubst golden/%.c,$(BUILD)/golden/%.o,$(wildcard golden/*.c))

$(BUILD)/golden/%.o: golden/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -c $< -o $@

$(GOLDEN_LIB): $(GOLDEN_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/tests/golden/%.o: tests/golden/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -c $< -o $@

$(BUILD)/tests/golden/test_vectors: $(addprefix $(BUILD)/tests/golden/,test_vectors.o npy.o replay.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -lm -o $@
TESTS += $(BUILD)/tests/golden/test_vectors

.PHONY: bench-golden
bench-golden: $(BUILD)/tests/golden/bench_gemm ## speed of the golden device
	@$<
$(BUILD)/tests/golden/bench_gemm: $(BUILD)/tests/golden/bench_gemm.o $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@

$(BUILD)/tests/golden/test_device: $(addprefix $(BUILD)/tests/golden/,test_device.o random_command.o law.o bench.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
$(BUILD)/tests/golden/test_commands: $(addprefix $(BUILD)/tests/golden/,test_commands.o bench.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
$(BUILD)/tests/golden/test_kernels: $(addprefix $(BUILD)/tests/golden/,test_kernels.o bench.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
TESTS += $(addprefix $(BUILD)/tests/golden/,test_kernels test_device test_commands)

$(BUILD)/tests/golden/test_ref: $(BUILD)/tests/golden/test_ref.o $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
TESTS += $(BUILD)/tests/golden/test_ref
