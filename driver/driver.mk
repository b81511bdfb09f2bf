# driver/: the driver, the planner and the runtime as a library, build/driver/libcurta.a, and its tests.
DRIVER_LIB := $(BUILD)/driver/libcurta.a
DRIVER_OBJ := $(patsubst driver/%.c,$(BUILD)/driver/%.o,$(wildcard driver/*.c))

$(BUILD)/driver/%.o: driver/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -ffreestanding -c $< -o $@

$(DRIVER_LIB): $(DRIVER_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
