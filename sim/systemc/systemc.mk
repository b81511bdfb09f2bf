# The SystemC TLM-2.0 model as a library, build/systemc/libcurta_systemc.a. Users link it with the timing model, golden,
# $(CXX), -lsystemc and -lpthread.
SYSTEMC_LIB := $(BUILD)/systemc/libcurta_systemc.a
SYSTEMC_OBJ := $(patsubst sim/systemc/%.cpp,$(BUILD)/systemc/%.o,$(wildcard sim/systemc/*.cpp))

# The headers of TLM are not free of warnings.
$(BUILD)/systemc/%.o: sim/systemc/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(ALLCXX) -Wno-error=unused-parameter -Wno-error=deprecated-declarations -c $< -o $@
$(SYSTEMC_LIB): $(SYSTEMC_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
