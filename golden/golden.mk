# golden/: the golden model as a library, build/golden/libcurta_golden.a, and its tests.
# Users link it with -lpthread.
GOLDEN_LIB := $(BUILD)/golden/libcurta_golden.a
# Every set of kernels is compiled for its own instructions, whatever CFLAGS say of the processor; the choice is made at
# run time.
GOLDEN_CPU := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
# The levels of x86-64 are those that curta_kernels_x86_level asks for.
KERNELS_x86_64  := avx2 avx512vnni
KERNELS_aarch64 := neon dotprod
KERNEL_FLAGS_avx2       := -march=x86-64-v3 -mtune=generic
KERNEL_FLAGS_avx512vnni := -march=x86-64-v4 -mavx512vnni -mtune=generic -mprefer-vector-width=512
KERNEL_FLAGS_neon       := -march=armv8-a
KERNEL_FLAGS_dotprod    := -march=armv8.2-a+dotprod
GOLDEN_SRC := $(filter-out $(foreach k,$(KERNELS_x86_64) $(KERNELS_aarch64),golden/curta_kernels_$(k).c),$(wildcard golden/*.c)) \
              $(foreach k,$(KERNELS_$(GOLDEN_CPU)),golden/curta_kernels_$(k).c)
GOLDEN_OBJ := $(patsubst golden/%.c,$(BUILD)/golden/%.o,$(GOLDEN_SRC))

$(BUILD)/golden/%.o: golden/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) $(KERNEL_FLAGS_$(patsubst curta_kernels_%,%,$*)) -c $< -o $@

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
$(BUILD)/tests/golden/test_winograd: $(addprefix $(BUILD)/tests/golden/,test_winograd.o bench.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
$(BUILD)/tests/golden/test_kernels: $(addprefix $(BUILD)/tests/golden/,test_kernels.o kernels_nitro.o bench.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
TESTS += $(addprefix $(BUILD)/tests/golden/,test_kernels test_winograd test_device test_commands) tests/golden/test_kernels_arm.sh tests/golden/test_kernels_x86.sh

$(BUILD)/tests/golden/test_ref: $(BUILD)/tests/golden/test_ref.o $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
TESTS += $(BUILD)/tests/golden/test_ref

# Every source with its own instructions and no output, for the lint: make golden-syntax CC=clang
.PHONY: golden-syntax
golden-syntax:
	@$(foreach s,$(GOLDEN_SRC),$(CC) $(filter-out -MMD -MP,$(ALLC)) $(KERNEL_FLAGS_$(patsubst golden/curta_kernels_%.c,%,$(s))) -fsyntax-only $(s) && )true
