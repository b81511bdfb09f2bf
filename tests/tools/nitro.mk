# The NITRO-D reference on real data: build/tests/tools/nitro_curve (not a test: it takes minutes).
$(BUILD)/tests/tools/nitro_curve: $(addprefix $(BUILD)/tests/tools/,nitro_curve.o nitro_net.o) $(filter-out %/main.o,$(TOOLS_OBJ)) $(TOOLS_NONE) $(TOOLS_LIBS)
	$(CC) $(CFLAGS) $^ -o $@ $(TOOLS_LINK)
# How sparse deltas are: docs/data/density.md says with which networks and steps.
$(BUILD)/tests/tools/density: $(BUILD)/tests/tools/density.o $(filter-out %/main.o,$(TOOLS_OBJ)) $(TOOLS_NONE) $(TOOLS_LIBS)
	$(CC) $(CFLAGS) $^ -o $@ $(TOOLS_LINK)
