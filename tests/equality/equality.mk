# One training on every level of abstraction: the same weights.
EQ_DIR := $(BUILD)/tests/equality
$(EQ_DIR)/equality.o: tests/equality/equality.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Itools/curta -c $< -o $@
$(EQ_DIR)/equality: $(EQ_DIR)/equality.o $(filter-out %/main.o,$(TOOLS_OBJ)) $(TOOLS_SIM) $(TOOLS_LIBS) $(BUILD)/sim/libcurta_rtl.a
	$(CXX) $(CFLAGS) $^ -o $@ -lsystemc $(TOOLS_LINK)
TESTS += $(EQ_DIR)/test_equality
$(EQ_DIR)/test_equality: tests/equality/test_equality.sh $(EQ_DIR)/equality
	@install -m 755 $< $@

# The same program with a netlist in the place of the Verilog: NET_CONFIGS=base.
$(EQ_DIR)/equality_net: $(EQ_DIR)/equality.o $(filter-out %/main.o,$(TOOLS_OBJ)) $(TOOLS_SIM) $(TOOLS_LIBS) $(NET_LIB)
	$(CXX) $(CFLAGS) $^ -o $@ -lsystemc $(TOOLS_LINK)

.PHONY: equality
EQUALITY ?=
equality: packages ## LeNet for 20 steps on every device, one table of weight hashes: docs/data/equality.md (minutes; EQUALITY="firmware netlist": those rows too, hours)
	@$(MAKE) --no-print-directory $(EQ_DIR)/equality
	@case " $(EQUALITY) " in *" firmware "*) tools/install_packages.sh soc && \
	  $(MAKE) --no-print-directory $(BUILD)/sim/soc/base/soc_sim $(BUILD)/firmware/boot.bin $(BUILD)/firmware/alone.img $(BUILD)/curta-golden;; esac
	@case " $(EQUALITY) " in *" netlist "*) $(MAKE) --no-print-directory NET_CONFIGS=base $(EQ_DIR)/equality_net;; esac
	@EQUALITY="$(EQUALITY)" tests/equality/table.sh $(EQ_DIR)/equality >$(BUILD)/equality.md && cp $(BUILD)/equality.md docs/data/equality.md
