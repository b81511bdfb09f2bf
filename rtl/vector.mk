# The vector engine alone: test benches of curta_vector and of the requantiser in Verilator, one for each configuration.
VEC_CONFIGS := tiny base base16 large lanes8
VEC_RTL     := $(wildcard rtl/curta_v*.v rtl/curta_loss*.v rtl/lib/*.v) rtl/curta_requant.v rtl/curta_rand.v rtl/curta_spec.vh
VEC_ROOT     = $(VERILATOR_HOME)
VEC_INC      = -isystem $(VEC_ROOT)/include -isystem $(VEC_ROOT)/include/vltstd
VEC_VFLAGS  := --cc -O3 --noassert --x-assign unique --x-initial unique --unroll-count 1024 --unroll-stmts 100000 -Irtl -y rtl -y rtl/lib
VEC_CXX     := -std=c++17 -O2 -march=native -Iinclude -Igolden -Itests/vector
# T C BUS P_TILES Lanes of a configuration; base16, lanes8: base with a wider port, with twice the lanes
VEC_tiny    := 8 2 8 16 2
VEC_base    := 8 8 8 256 4
VEC_base16  := 8 8 16 256 4
VEC_lanes8  := 8 8 8 256 8
VEC_large   := 16 16 32 256 16
vec_word     = $(word $(1),$(VEC_$(2)))

# $(1) configuration
define vec_rules
$(BUILD)/tests/vector/$(1)/Vvector_$(1).mk: $(VEC_RTL)
	@mkdir -p $$(@D)
	verilator $(VEC_VFLAGS) -GT=$(call vec_word,1,$(1)) -GC=$(call vec_word,2,$(1)) -GBUS=$(call vec_word,3,$(1)) \
	  -GP_TILES=$(call vec_word,4,$(1)) -GLanes=$(call vec_word,5,$(1)) --Mdir $$(@D) --prefix Vvector_$(1) --top-module curta_vector rtl/curta_vector.v
$(BUILD)/tests/vector/$(1)/Vvector_$(1)__ALL.a: $(BUILD)/tests/vector/$(1)/Vvector_$(1).mk
	@$(MAKE) --no-print-directory -C $$(@D) -f Vvector_$(1).mk VM_PARALLEL_BUILDS=0 OPT_FAST="-O2 -march=native" OPT_SLOW="-O1" \
	  CXX="$(CXX)" Vvector_$(1)__ALL.a >$$(@D)/make.log 2>&1 || { cat $$(@D)/make.log; false; }
$(BUILD)/tests/vector/test_vector_$(1): tests/vector/test_vector.cpp $(BUILD)/tests/vector/vector_model.o $(BUILD)/tests/vector/verilated.o \
  $(BUILD)/tests/vector/verilated_threads.o  $(BUILD)/tests/vector/$(1)/Vvector_$(1)__ALL.a $(GOLDEN_LIB)
	$(CXX) $(VEC_CXX) -Wall -Wextra -Werror -MMD -MP $(VEC_INC) -isystem $(BUILD)/tests/vector/$(1) -DCONFIG=$(1) \
	  -DP_GOLDEN='"$(patsubst base16,base,$(1:lanes8=base))"' -DP_T=$(call vec_word,1,$(1)) -DP_C=$(call vec_word,2,$(1)) -DP_BUS=$(call vec_word,3,$(1)) \
	  -DP_P=$(call vec_word,4,$(1)) -DP_L=$(call vec_word,5,$(1)) tests/vector/test_vector.cpp $$(filter %.o %.a,$$^) \
	  -lpthread -o $$@
TESTS += $(BUILD)/tests/vector/test_vector_$(1)
endef
$(foreach c,$(VEC_CONFIGS),$(eval $(call vec_rules,$(c))))

$(BUILD)/tests/vector/vector_model.o: tests/vector/vector_model.c
	@mkdir -p $(@D)
	$(CC) $(ALLC) -c $< -o $@
$(BUILD)/tests/vector/verilated.o $(BUILD)/tests/vector/verilated_threads.o: $(BUILD)/tests/vector/%.o:
	@mkdir -p $(@D)
	$(CXX) -O2 -march=native $(VEC_INC) -c $(VEC_ROOT)/include/$*.cpp -o $@

# The lanes of the requantiser.
$(BUILD)/tests/vector/requant/Vrequant__ALL.a: rtl/curta_requant.v rtl/lib/curta_mul.v
	@mkdir -p $(@D)
	verilator $(VEC_VFLAGS) -GC=8 --Mdir $(@D) --prefix Vrequant --top-module curta_requant rtl/curta_requant.v rtl/lib/curta_mul.v
	@$(MAKE) --no-print-directory -C $(@D) -f Vrequant.mk VM_PARALLEL_BUILDS=0 OPT_FAST="-O2 -march=native" OPT_SLOW="-O1" \
	  CXX="$(CXX)" Vrequant__ALL.a >$(@D)/make.log 2>&1 || { cat $(@D)/make.log; false; }
$(BUILD)/tests/vector/test_requant: tests/vector/test_requant.cpp $(BUILD)/tests/vector/requant/Vrequant__ALL.a \
  $(BUILD)/tests/vector/verilated.o $(BUILD)/tests/vector/verilated_threads.o
	$(CXX) $(VEC_CXX) -Wall -Wextra -Werror -MMD -MP $(VEC_INC) -isystem $(BUILD)/tests/vector/requant $(filter %.cpp %.o %.a,$^) -lpthread -o $@
TESTS += $(BUILD)/tests/vector/test_requant

# The lanes that divide.
$(BUILD)/tests/vector/quot/Vquot__ALL.a: rtl/curta_vquot.v rtl/lib/curta_prod.v
	@mkdir -p $(@D)
	verilator $(VEC_VFLAGS) -GC=8 --Mdir $(@D) --prefix Vquot --top-module curta_vquot rtl/curta_vquot.v rtl/lib/curta_prod.v
	@$(MAKE) --no-print-directory -C $(@D) -f Vquot.mk VM_PARALLEL_BUILDS=0 OPT_FAST="-O2 -march=native" OPT_SLOW="-O1" \
	  CXX="$(CXX)" Vquot__ALL.a >$(@D)/make.log 2>&1 || { cat $(@D)/make.log; false; }
$(BUILD)/tests/vector/test_quot: tests/vector/test_quot.cpp $(BUILD)/tests/vector/quot/Vquot__ALL.a \
  $(BUILD)/tests/vector/verilated.o $(BUILD)/tests/vector/verilated_threads.o
	$(CXX) $(VEC_CXX) -Wall -Wextra -Werror -MMD -MP $(VEC_INC) -isystem $(BUILD)/tests/vector/quot $(filter %.cpp %.o %.a,$^) -lpthread -o $@
TESTS += $(BUILD)/tests/vector/test_quot
