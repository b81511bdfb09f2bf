# SPDX-License-Identifier: Apache-2.0
# Programs of the control core (packages of section [soc]): build/firmware/alone.img, hello.img; its boot ROM: boot.bin.
RV_CC      := riscv64-unknown-elf-gcc
# The clock that the firmware counts with and tells a host: that of the bitstream, 25 MHz in BOARD=ulx3s-alone.
CLOCK_KHZ  ?= 25000
RV_COMMON  := --specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF -std=c11 -march=rv32im -mabi=ilp32 -ffunction-sections -fdata-sections \
              -Wall -Wextra -Wconversion -Wshadow -Werror -Ifirmware -Iinclude -include firmware/rotate.h
RV_FLAGS   := $(RV_COMMON) -Os -msave-restore -nostartfiles -Wl,--gc-sections -Wl,--no-warn-rwx-segments
FW_SHARED  := firmware/start.S firmware/soc.c
# What runs once for every pixel or weight is compiled for speed, all else for size and as one unit (3 KB less): a program has 96 KB.
FW_FAST    := firmware/feed.c firmware/memory.c driver/init.c driver/tensor.c
FW_SPEED   := -O3 -fno-tree-loop-distribute-patterns -Igolden # a loop that copies stays one: memcpy is such a loop
FW_SMALL   := $(FW_SHARED) $(addprefix firmware/,alone.c train.c train_open.c door.c flash.c host.c keep.c link.c spi.c slots.c) tools/curta/draw.c \
              $(filter-out $(FW_FAST),$(wildcard driver/*.c))
FW_HEADERS := $(wildcard firmware/*.h include/*.h driver/*.h) golden/curta_num.h tools/curta/draw.h

# The clock, changed only when it changes.
$(BUILD)/firmware/clock: FORCE
	@mkdir -p $(@D)
	@echo '$(CLOCK_KHZ)' | cmp -s - $@ || echo '$(CLOCK_KHZ)' >$@

FW_OBJ     := $(patsubst %.c,$(BUILD)/firmware/%.o,$(notdir $(FW_FAST)))
$(BUILD)/firmware/%.o: firmware/%.c $(FW_HEADERS) firmware/firmware.mk
	@mkdir -p $(@D)
	$(RV_CC) $(RV_COMMON) $(FW_SPEED) -c $< -o $@
$(BUILD)/firmware/%.o: driver/%.c $(FW_HEADERS) firmware/firmware.mk
	@mkdir -p $(@D)
	$(RV_CC) $(RV_COMMON) $(FW_SPEED) -c $< -o $@
$(BUILD)/firmware/alone.elf: $(FW_SMALL) $(FW_OBJ) $(FW_HEADERS) firmware/soc.ld $(BUILD)/firmware/clock
	@mkdir -p $(@D)
	$(RV_CC) $(RV_FLAGS) -DCLOCK_KHZ=$(CLOCK_KHZ)u -flto -flto-partition=none -T firmware/soc.ld -Igolden -Itools/curta $(FW_SMALL) $(FW_OBJ) -o $@
$(BUILD)/firmware/hello.elf: $(FW_SHARED) firmware/hello.c firmware/soc.h firmware/soc.ld
	@mkdir -p $(@D)
	$(RV_CC) $(RV_FLAGS) -T firmware/soc.ld $(FW_SHARED) firmware/hello.c -o $@
FW_BOOT    := firmware/start.S firmware/boot.c firmware/spi.c driver/package.c
$(BUILD)/firmware/boot.elf: $(FW_BOOT) $(FW_HEADERS) firmware/boot.ld $(BUILD)/firmware/clock
	@mkdir -p $(@D)
	$(RV_CC) $(RV_FLAGS) -DCLOCK_KHZ=$(CLOCK_KHZ)u -T firmware/boot.ld $(FW_BOOT) -o $@
$(BUILD)/firmware/%.img: $(BUILD)/firmware/%.bin firmware/image.py
	$(PY) firmware/image.py $< $@
$(BUILD)/firmware/%.bin: $(BUILD)/firmware/%.elf
	riscv64-unknown-elf-objcopy -O binary $< $@
