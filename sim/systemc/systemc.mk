# The SystemC TLM-2.0 model as a library, build/systemc/libcurta_systemc.a. Users link it with the timing model, golden,
# $(CXX), -lsystemc and -lpthread. build/systemc/libcurta_systemc_rtl.a adds the RTL as a SystemC module (verilator --sc);
# users put it before the first. It has one configuration: tiny, or what make SYSC_RTL=base|base16|large names.
SYSTEMC_LIB := $(BUILD)/systemc/libcurta_systemc.a
SYSTEMC_RTL := curta_tlm_rtl curta_systemc_rtl
SYSTEMC_OBJ := $(patsubst sim/systemc/%.cpp,$(BUILD)/systemc/%.o,$(filter-out $(SYSTEMC_RTL:%=sim/systemc/%.cpp),$(wildcard sim/systemc/*.cpp)))
SYSC_RTL     ?= tiny
SYSTEMC_CONF := $(if $(filter-out tiny base base16 large,$(SYSC_RTL)),$(error SYSC_RTL: tiny, base, base16 or large, not $(SYSC_RTL)),$(SYSC_RTL))
SYSTEMC_VRL  := $(BUILD)/systemc/$(SYSTEMC_CONF)

# The headers of TLM are not free of warnings.
SYSTEMC_CXX := $(ALLCXX) -Wno-error=unused-parameter -Wno-error=deprecated-declarations

$(BUILD)/systemc/%.o: sim/systemc/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(SYSTEMC_CXX) -c $< -o $@
$(SYSTEMC_LIB): $(SYSTEMC_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(SYSTEMC_VRL)/Vcurta_sc.mk: $(wildcard rtl/*.v rtl/*.vh rtl/lib/*.v) sim/verilator/config.py spec/curta.toml
	@mkdir -p $(@D)
	verilator --sc $(SIM_FLAGS) $(SIM_FAST_VFLAGS) $(call sim_conf,$(SYSTEMC_CONF) verilator) --Mdir $(@D) --prefix Vcurta_sc rtl/curta.v
$(SYSTEMC_VRL)/Vcurta_sc__ALL.o: $(SYSTEMC_VRL)/Vcurta_sc.mk
	@$(MAKE) --no-print-directory -C $(@D) -f Vcurta_sc.mk VM_PARALLEL_BUILDS=0 OPT_FAST="$(SIM_CXX)" OPT_SLOW="-O1" OPT_GLOBAL="-O2" \
	  CXX="$(CXX)" Vcurta_sc__ALL.a >$(@D)/make.log 2>&1 || { cat $(@D)/make.log; false; }
# The configuration, changed only when it changes.
$(BUILD)/systemc/rtl_config: FORCE
	@mkdir -p $(@D)
	@echo $(SYSTEMC_CONF) | cmp -s - $@ || echo $(SYSTEMC_CONF) >$@
$(SYSTEMC_RTL:%=$(BUILD)/systemc/%.o): $(BUILD)/systemc/%.o: sim/systemc/%.cpp $(SYSTEMC_VRL)/Vcurta_sc.mk $(BUILD)/systemc/rtl_config
	$(CXX) $(SYSTEMC_CXX) -isystem $(SYSTEMC_VRL) -isystem $(SIM_ROOT)/include -isystem $(SIM_ROOT)/include/vltstd \
	  -DCURTA_SC_HEADER='"Vcurta_sc.h"' -DCURTA_SC_MODEL=Vcurta_sc -DCURTA_SC_CONFIG='"$(SYSTEMC_CONF)"' $(call sim_conf,$(SYSTEMC_CONF) cpp) -c $< -o $@
$(BUILD)/systemc/verilated.o $(BUILD)/systemc/verilated_threads.o: $(BUILD)/systemc/%.o:
	@mkdir -p $(@D)
	$(CXX) $(SIM_CXX) -DVM_SC=1 -I$(SIM_ROOT)/include -I$(SIM_ROOT)/include/vltstd -c $(SIM_ROOT)/include/$*.cpp -o $@
$(BUILD)/systemc/libcurta_systemc_rtl.a: $(SYSTEMC_RTL:%=$(BUILD)/systemc/%.o) $(SYSTEMC_VRL)/Vcurta_sc__ALL.o $(BUILD)/systemc/verilated.o $(BUILD)/systemc/verilated_threads.o
	@rm -f $@
	$(AR) rcs $@ $^
