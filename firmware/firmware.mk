# SPDX-License-Identifier: Apache-2.0
# Programs of the control core (packages of section [soc]): build/firmware/alone.bin, hello.bin.
RV_CC      := riscv64-unknown-elf-gcc
RV_FLAGS   := --specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF -std=c11 -march=rv32im -mabi=ilp32 -Os -msave-restore -ffunction-sections -fdata-sections \
              -Wall -Wextra -Wconversion -Wshadow -Werror -nostartfiles -Wl,--gc-sections -Wl,--no-warn-rwx-segments -T firmware/soc.ld -Ifirmware -Iinclude
FW_SHARED  := firmware/start.S firmware/soc.c
FW_ALONE   := $(FW_SHARED) firmware/alone.c firmware/train.c firmware/train_open.c firmware/door.c firmware/host.c firmware/keep.c firmware/link.c firmware/spi.c firmware/slots.c tools/curta/draw.c $(wildcard driver/*.c)

$(BUILD)/firmware/alone.elf: $(FW_ALONE) $(wildcard firmware/*.h include/*.h driver/*.h) firmware/soc.ld golden/curta_num.h tools/curta/draw.h
	@mkdir -p $(@D)
	$(RV_CC) $(RV_FLAGS) -Igolden -Itools/curta $(FW_ALONE) -o $@
$(BUILD)/firmware/hello.elf: $(FW_SHARED) firmware/hello.c firmware/soc.h firmware/soc.ld
	@mkdir -p $(@D)
	$(RV_CC) $(RV_FLAGS) $(FW_SHARED) firmware/hello.c -o $@
$(BUILD)/firmware/%.bin: $(BUILD)/firmware/%.elf
	riscv64-unknown-elf-objcopy -O binary $< $@
