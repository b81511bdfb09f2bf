# The control core: lock-step against the ISA model (in make test); qemu, programs and proofs (make test-soc, formal-soc).
SOC_DIR  := $(BUILD)/tests/soc
SOC_RTL  := $(wildcard rtl/soc/curta_rv*.v)
SOC_ROOT  = $(VERILATOR_HOME)
SOC_INC   = -isystem $(SOC_ROOT)/include -isystem $(SOC_ROOT)/include/vltstd
SOC_CXX  := -std=c++17 -O2 -Wall -Wextra -Werror -MMD -MP -Itests/soc

$(SOC_DIR)/core/Vcurta_rv.mk: $(SOC_RTL) rtl/soc/curta_rv.vh tests/soc/soc.mk
	@mkdir -p $(@D)
	verilator --cc -O3 $(COVERAGE) --noassert --x-assign unique --x-initial unique -Irtl/soc -GRetire=1 -GResetPc="32'h80000000" --Mdir $(@D) \
	  --prefix Vcurta_rv --top-module curta_rv $(SOC_RTL)
$(SOC_DIR)/core/Vcurta_rv__ALL.a: $(SOC_DIR)/core/Vcurta_rv.mk
	@$(MAKE) --no-print-directory -C $(@D) -f Vcurta_rv.mk VM_PARALLEL_BUILDS=0 OPT_FAST=-O2 OPT_SLOW=-O0 CXX="$(CXX)" \
	  Vcurta_rv__ALL.a >$(@D)/make.log 2>&1 || { cat $(@D)/make.log; false; }
$(SOC_DIR)/isa.o: tests/soc/isa.c tests/soc/isa.h
	@mkdir -p $(@D)
	$(CC) $(ALLC) -c $< -o $@
$(SOC_DIR)/verilated.o $(SOC_DIR)/verilated_threads.o: $(SOC_DIR)/%.o:
	@mkdir -p $(@D)
	$(CXX) -O2 $(SOC_INC) -c $(SOC_ROOT)/include/$*.cpp -o $@
SOC_LOCKSTEP := $(SOC_DIR)/core/Vcurta_rv__ALL.a $(SOC_DIR)/isa.o $(SOC_DIR)/verilated.o $(SOC_DIR)/verilated_threads.o
$(SOC_DIR)/test_rv_random $(SOC_DIR)/run_flat $(SOC_DIR)/rv_program: $(SOC_DIR)/%: tests/soc/%.cpp $(SOC_LOCKSTEP)
	$(CXX) $(SOC_CXX) $(SOC_INC) -isystem $(SOC_DIR)/core $(filter %.cpp %.o %.a,$^) -lpthread -o $@
$(SOC_DIR)/test_checkpoint: tests/soc/test_checkpoint.c firmware/slots.c firmware/flash.c driver/package.c
$(SOC_DIR)/test_keep: tests/soc/test_keep.c firmware/keep.c firmware/flash.c driver/package.c
$(SOC_DIR)/test_checkpoint $(SOC_DIR)/test_keep: tests/soc/cut_flash.h $(wildcard firmware/*.h sim/soc/*.h include/*.h)
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Ifirmware -Isim/soc $(filter %.c,$^) -o $@
$(SOC_DIR)/test_feed: tests/soc/test_feed.c firmware/feed.c $(BUILD)/driver/libcurta.a $(BUILD)/golden/libcurta_golden.a $(wildcard firmware/*.h)
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Ifirmware $(filter %.c %.a,$^) -lpthread -lm -o $@
$(SOC_DIR)/test_link: tests/soc/test_link.c firmware/link.c driver/package.c $(BUILD)/host/libcurta_serial.a firmware/link.h
	@mkdir -p $(@D)
	$(CC) $(ALLC) -Ifirmware $(filter %.c %.a,$^) -lpthread -lutil -o $@
$(SOC_DIR)/soc_cut: tests/soc/soc_cut.cpp tests/soc/cut_watch.h $(SOC_SIM_DIR)/tiny/Vsoc__ALL.a $(BUILD)/sim/fast/verilated.o $(BUILD)/sim/fast/verilated_threads.o $(SOC_SIM_HDR)
	@mkdir -p $(@D)
	$(CXX) $(SIM_CXX) -Wall -Wextra -Werror -Iinclude -Isim/verilator -Isim/soc -isystem $(SOC_SIM_DIR)/tiny -isystem $(SIM_ROOT)/include \
	  -isystem $(SIM_ROOT)/include/vltstd -DSOC_DIVIDER=$(SOC_DIVIDER) $(filter %.cpp %.a %.o,$^) -lpthread -o $@
$(SOC_DIR)/test_soc_cut: tests/soc/test_soc_cut.sh $(SOC_DIR)/soc_cut $(BUILD)/firmware/boot.bin $(BUILD)/firmware/alone.img $(BUILD)/curta-golden
	@install -m 755 $< $@
FW_TIME := tests/soc/programs/time.c firmware/start.S firmware/soc.c firmware/host.c firmware/link.c driver/package.c
$(SOC_DIR)/time/time.elf: $(FW_TIME) $(FW_HEADERS) firmware/soc.ld
	@mkdir -p $(@D)
	$(RV_CC) $(RV_FLAGS) -DCLOCK_KHZ=$(CLOCK_KHZ)u -T firmware/soc.ld $(FW_TIME) -o $@
$(SOC_DIR)/time/time.img: $(SOC_DIR)/time/time.elf firmware/image.py
	riscv64-unknown-elf-objcopy -O binary $< $(@D)/time.bin
	$(PY) firmware/image.py $(@D)/time.bin $@
# $(1) folder, $(2) top, $(3) its sources, $(4) its options, $(5) the bench's headers
define soc_unit
$(SOC_DIR)/$(1)/V$(2).mk: $(3)
	@mkdir -p $$(@D)
	verilator --cc -O3 $(COVERAGE) --noassert --x-assign unique --x-initial unique $(4) --Mdir $$(@D) --prefix V$(2) --top-module $(2) $(3)
$(SOC_DIR)/$(1)/V$(2)__ALL.a: $(SOC_DIR)/$(1)/V$(2).mk
	@$(MAKE) --no-print-directory -C $$(@D) -f V$(2).mk VM_PARALLEL_BUILDS=0 OPT_FAST=-O2 OPT_SLOW=-O0 CXX="$(CXX)" \
	  V$(2)__ALL.a >$$(@D)/make.log 2>&1 || { cat $$(@D)/make.log; false; }
$(SOC_DIR)/test_$(1): tests/soc/test_$(1).cpp $(SOC_DIR)/$(1)/V$(2)__ALL.a $(SOC_DIR)/verilated.o $(SOC_DIR)/verilated_threads.o $(5)
	$(CXX) $$(SOC_CXX) $$(SOC_INC) -Isim/soc -isystem $(SOC_DIR)/$(1) $$(filter %.cpp %.o %.a,$$^) -lpthread -o $$@
endef
$(eval $(call soc_unit,sdram,curta_soc_sdram,rtl/soc/curta_soc_sdram.v rtl/lib/curta_fifo.v rtl/lib/curta_fifo_ram.v rtl/lib/curta_ram.v,-GInit=1000,sim/soc/soc_sdram.h))
$(eval $(call soc_unit,soc_mem,curta_soc_mem,rtl/soc/curta_soc_mem.v rtl/soc/curta_soc_line.v rtl/soc/curta_soc_cache.v rtl/lib/curta_ram.v,-GShared="28'h4000" -GCache=1024 -GLogProgram=16 -GProgram="28'h10000",))
$(eval $(call soc_unit,soc_cache,curta_soc_cache,rtl/soc/curta_soc_cache.v rtl/lib/curta_ram.v,-GBytes=1024 -GLogWindow=13 -GBase="28'h3e000",))
$(eval $(call soc_unit,soc_uart,curta_soc_uart,rtl/soc/curta_soc_uart.v rtl/lib/curta_fifo.v,,tests/soc/unit.h))
$(eval $(call soc_unit,soc_timer,curta_soc_timer,rtl/soc/curta_soc_timer.v,--public-flat-rw,tests/soc/unit.h))
$(eval $(call soc_unit,soc_flash,curta_soc_flash,rtl/soc/curta_soc_flash.v,,tests/soc/unit.h))
$(eval $(call soc_unit,soc_irq,curta_soc_irq,rtl/soc/curta_soc_irq.v,,tests/soc/unit.h))
SOC_ROM_FILE := $(SOC_DIR)/rom.hex
$(SOC_ROM_FILE): tests/soc/soc.mk
	@mkdir -p $(@D)
	awk 'BEGIN { srand(7); for (k = 0; k < 512; k++) printf "%04x%04x\n", 65536 * rand(), 65536 * rand() }' >$@
$(eval $(call soc_unit,soc_rom,curta_soc_rom,rtl/soc/curta_soc_rom.v,-GFile='"$(SOC_ROM_FILE)"',tests/soc/unit.h))
$(SOC_DIR)/test_soc_rom: SOC_CXX += -DSOC_ROM_FILE='"$(SOC_ROM_FILE)"' -DSOC_ROM_WORDS=512u
$(SOC_DIR)/test_soc_rom: $(SOC_ROM_FILE)
TESTS += $(SOC_DIR)/test_soc_flash $(SOC_DIR)/test_soc_irq $(SOC_DIR)/test_soc_rom $(SOC_DIR)/test_feed $(SOC_DIR)/test_soc_mem $(SOC_DIR)/test_soc_cache $(SOC_DIR)/test_soc_uart $(SOC_DIR)/test_soc_timer $(SOC_DIR)/test_sdram $(SOC_DIR)/test_link $(SOC_DIR)/test_checkpoint $(SOC_DIR)/test_keep $(SOC_DIR)/test_rv_random tests/soc/test_rv_lint.sh

.PHONY: test-soc test-powercut formal-soc soc-demo
test-soc: ## the control core against qemu, C programs and the planner on it; the SoC boots and trains alone
	@tools/install_packages.sh soc
	@$(MAKE) --no-print-directory $(SOC_DIR)/run_flat $(SOC_DIR)/rv_program $(BUILD)/sim/soc/tiny/soc_sim $(BUILD)/sim/soc/tiny-sdram/soc_sim $(BUILD)/sim/soc/base/soc_sim $(BUILD)/firmware/boot.bin $(BUILD)/firmware/hello.img $(SOC_DIR)/time/time.img $(SOC_DIR)/test_soc_cut
	@tests/run.sh tests/soc/test_rv_qemu.sh tests/soc/test_rv_programs.sh tests/soc/test_soc_boot.sh tests/soc/test_soc_time.sh tests/soc/test_soc_train.sh tests/soc/test_soc_stream.sh tests/soc/test_soc_power.sh tests/soc/test_soc_reset.sh tests/soc/test_soc_cut.sh tests/soc/test_soc_serial.sh tests/soc/test_soc_fault.sh tests/soc/test_soc_line.py
CUTS ?= 1000
CUT_SEED ?= 1
test-powercut: ## the power of the simulated machine cut at 1,000 random instants (CUTS=, CUT_SEED=), each time to the end of the training
	@tools/install_packages.sh soc
	@$(MAKE) --no-print-directory $(SOC_DIR)/test_soc_cut
	@tests/soc/test_soc_cut.sh $(CUTS) $(CUT_SEED)
soc-demo: ## the standalone machine trains the MLP (50 steps) and LeNet (10 steps) on Fashion-MNIST in simulation: weights of the host, and so does the Verilog with a host
	@tools/install_packages.sh
	@tools/install_packages.sh soc
	@$(MAKE) --no-print-directory $(BUILD)/sim/soc/base/soc_sim $(BUILD)/firmware/boot.bin $(BUILD)/firmware/alone.img $(BUILD)/curta-golden $(BUILD)/curta
	@tests/soc/test_soc_train.sh base nets/mlp.net 200 8 2 40
	@tests/soc/test_soc_train.sh base nets/lenet.net 80 8 1 8
	@$(BUILD)/curta compare --net nets/mlp.net --data fashion-mnist --batch 8 --limit 200 --devices golden:base,rtl:base --steps 50
	@$(BUILD)/curta compare --net nets/lenet.net --data fashion-mnist --batch 8 --limit 80 --devices golden:base,rtl:base --steps 10
formal-soc: packages ## proofs of the control core
	@tests/run.sh tests/soc/formal/prove.sh
