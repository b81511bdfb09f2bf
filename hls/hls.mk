# hls/: the kernels of every configuration and the device made of them, build/hls/libcurta_hls.a. Users link it before golden.
# HLS pragmas and the labels that HLS reports use are unknown to a C compiler; words of a memory are read as what they are.
HLS_CONFIGS := tiny base large
HLS_KERNELS := load gemm requant update
HLS_FLAGS   := -Ihls -Wno-unknown-pragmas -Wno-unused-label -fno-strict-aliasing
HLS_LIB     := $(BUILD)/hls/libcurta_hls.a
hls_conf     = $(call once,hls_$(1),$(PY) sim/verilator/config.py $(1) hls) -DCURTA_HLS_NAME=$(1)

define hls_kernel
$(BUILD)/hls/$(2)_$(1).o: hls/curta_hls_$(2).c sim/verilator/config.py spec/curta.toml
	@mkdir -p $$(@D)
	$$(CC) $$(ALLC) $$(HLS_FLAGS) $$(call hls_conf,$(1)) -c $$< -o $$@
endef
$(foreach c,$(HLS_CONFIGS),$(foreach k,$(HLS_KERNELS),$(eval $(call hls_kernel,$(c),$(k)))))
$(BUILD)/hls/device.o: hls/curta_hls_device.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) $(HLS_FLAGS) -c $< -o $@
$(HLS_LIB): $(BUILD)/hls/device.o $(foreach c,$(HLS_CONFIGS),$(HLS_KERNELS:%=$(BUILD)/hls/%_$(c).o))
	@rm -f $@
	$(AR) rcs $@ $^
