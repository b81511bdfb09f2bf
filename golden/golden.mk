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

$(BUILD)/tests/golden/test_device: $(addprefix $(BUILD)/tests/golden/,test_device.o law.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
TESTS += $(BUILD)/tests/golden/test_device

$(BUILD)/tests/golden/test_ref: $(BUILD)/tests/golden/test_ref.o $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
TESTS += $(BUILD)/tests/golden/test_ref
