# The timing model as a library, build/timing/libcurta_timed.a. Users link it with golden, $(CXX) and -lpthread.
TIMED_LIB := $(BUILD)/timing/libcurta_timed.a
TIMED_OBJ := $(patsubst sim/timing/%.cpp,$(BUILD)/timing/%.o,$(wildcard sim/timing/*.cpp))

$(BUILD)/timing/%.o: sim/timing/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(ALLCXX) -c $< -o $@
$(TIMED_LIB): $(TIMED_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
