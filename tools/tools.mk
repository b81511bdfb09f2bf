# SPDX-License-Identifier: Apache-2.0
# tools/: the curta program. build/curta has every device; build/curta-golden is the same without the simulators (a C
# compiler is enough to build it, and the tests of tools use it); build/curta-trace simulates slowly but writes waves.
TOOLS_OBJ  := $(patsubst tools/curta/%.c,$(BUILD)/tools/%.o,$(filter-out tools/curta/device_%.c,$(wildcard tools/curta/*.c)) tools/curta/device_serial.c)
TOOLS_NONE := $(addprefix $(BUILD)/tools/device_,none.o none_hls.o)
TOOLS_LIBS := $(BUILD)/host/libcurta_serial.a $(BUILD)/driver/libcurta.a $(BUILD)/golden/libcurta_golden.a
TOOLS_LINK := -lz -lm -lpthread

$(BUILD)/tools/%.o: tools/curta/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Ihls -c $< -o $@

# curta explore scales what synthesis has found of base.
SYNTH_BASE  := synth/results/base-ecp5.md
SYNTH_CELLS  = $(call once,synth_cells,awk -f tools/synth_cells.awk $(SYNTH_BASE))
$(BUILD)/tools/explore_area.o: $(SYNTH_BASE) tools/synth_cells.awk
$(BUILD)/tools/explore_area.o: ALLC += $(SYNTH_CELLS)

TOOLS_SIM := $(addprefix $(BUILD)/tools/device_,rtl.o timed.o systemc.o hls.o) $(BUILD)/hls/libcurta_hls.a $(BUILD)/systemc/libcurta_systemc.a $(BUILD)/timing/libcurta_timed.a
$(BUILD)/curta: $(TOOLS_OBJ) $(TOOLS_SIM) $(TOOLS_LIBS) $(BUILD)/sim/libcurta_rtl.a
	$(CXX) $(CFLAGS) $^ -o $@ -lsystemc $(TOOLS_LINK)
$(BUILD)/curta-trace: $(TOOLS_OBJ) $(TOOLS_SIM) $(TOOLS_LIBS) $(BUILD)/sim/libcurta_rtl_slow.a
	$(CXX) $(CFLAGS) $^ -o $@ -lsystemc $(TOOLS_LINK)
$(BUILD)/curta-golden: $(TOOLS_OBJ) $(TOOLS_NONE) $(TOOLS_LIBS)
	$(CC) $(CFLAGS) $^ -o $@ $(TOOLS_LINK)

.PHONY: curta
curta: $(BUILD)/curta ## the command line program, with every device

demo: packages ## LeNet on Fashion-MNIST, then RTL against golden: a few minutes
	@BUILD="$(BUILD)" MAKE="$(MAKE)" tools/demo.sh

# Tests: programs in C on the parts, a script on the whole program.
TOOLS_TESTS := $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,$(wildcard tests/tools/test_*.c)) \
               $(patsubst tests/tools/%.sh,$(BUILD)/tests/tools/%,$(wildcard tests/tools/test_*.sh))
TESTS += $(TOOLS_TESTS) tests/tools/random_nets.py tests/tools/test_alone.py
.PRECIOUS: $(BUILD)/tests/tools/%.o
$(BUILD)/tests/tools/%.o: tests/tools/%.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Itools/curta -c $< -o $@
$(BUILD)/tests/tools/test_%: $(BUILD)/tests/tools/test_%.o $(filter-out %/main.o,$(TOOLS_OBJ)) $(TOOLS_NONE) $(TOOLS_LIBS)
	$(CC) $(CFLAGS) $^ -o $@ $(TOOLS_LINK)
$(BUILD)/tests/tools/test_%: tests/tools/test_%.sh $(BUILD)/curta-golden
	@mkdir -p $(@D)
	@install -m 755 $< $@
$(BUILD)/tests/tools/test_lockstep: $(BUILD)/curta

# Needs python3-torch and libopenblas0-pthread, which nothing else does: it is not in packages.txt, and bench_host.py says how to get it. On a machine
# that is not idle measure with BENCH_HOST="--threads 1": more threads than free cores spoil PyTorch's figures first.
.PHONY: bench-host
bench-host: $(BUILD)/curta-golden $(BUILD)/tests/driver/bench_passes ## training speed on this CPU beside PyTorch: docs/data/bench-host.md
	@BUILD="$(BUILD)" $(PY) tools/bench_host/bench_host.py $(BENCH_HOST) --out docs/data/bench-host.md
