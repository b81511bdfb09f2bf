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
