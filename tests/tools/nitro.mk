# The NITRO-D reference: beside `curta train` (a test), and on real data (nitro_curve: no test, it takes minutes).
$(BUILD)/tests/tools/nitro_curve $(BUILD)/tests/tools/test_nitro_train: $(BUILD)/tests/tools/%: $(addprefix $(BUILD)/tests/tools/,%.o nitro_reference.o nitro_net.o) $(filter-out %/main.o,$(TOOLS_OBJ)) $(TOOLS_NONE) $(TOOLS_LIBS)
	$(CC) $(CFLAGS) $^ -o $@ $(TOOLS_LINK)
# How sparse deltas are: docs/data/density.md says with which networks and steps.
$(BUILD)/tests/tools/density: $(BUILD)/tests/tools/density.o $(filter-out %/main.o,$(TOOLS_OBJ)) $(TOOLS_NONE) $(TOOLS_LIBS)
	$(CC) $(CFLAGS) $^ -o $@ $(TOOLS_LINK)
