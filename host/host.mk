# host/: devices behind a cable, build/host/libcurta_serial.a: C and termios, nothing else.
HOST_LIB := $(BUILD)/host/libcurta_serial.a
$(BUILD)/host/%.o: host/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -c $< -o $@
$(HOST_LIB): $(BUILD)/host/curta_serial.o
	@rm -f $@
	$(AR) rcs $@ $^
