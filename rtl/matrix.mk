# SPDX-License-Identifier: Apache-2.0
# The matrix engine alone: a Verilator test bench of curta_matrix + curta_accmem for each shape, the operand buffer, lint.
MX_CONFIGS := tiny base base16 large odd
MX_RTL     := $(addprefix rtl/,$(addsuffix .v,$(addprefix curta_,matrix matrix_sum steps gather walk step array opbuf accmem))) rtl/lib/curta_ram.v
MX_ROOT     = $(VERILATOR_HOME)
MX_INC      = -isystem $(MX_ROOT)/include -isystem $(MX_ROOT)/include/vltstd
MX_CXX     := -std=c++17 -O1 -Wall -Wextra -Werror -MMD -MP -Iinclude -Itests/matrix
# T R C V BUS A_TILES B_TILES P_TILES DIGIT of a shape
MX_tiny     := 8 2 2 4 8 512 64 16 10
MX_base     := 8 8 8 2 8 1024 1024 256 18
MX_base16   := 8 8 8 2 16 1024 1024 256 18
MX_large    := 16 16 16 4 32 512 512 256 18
MX_odd      := 16 4 8 2 16 256 128 32 13
mx_word      = $(word $(1),$(MX_$(2)))

# $(1) shape, $(2) its folder
define mx_rules
$(2)/Vmatrix_$(1).mk: $(MX_RTL) rtl/curta_spec.vh tests/matrix/matrix_tb.v
	@mkdir -p $(2)
	verilator --cc -O3 --noassert --x-assign unique --x-initial unique -Irtl -GT=$(call mx_word,1,$(1)) -GR=$(call mx_word,2,$(1)) \
	  -GC=$(call mx_word,3,$(1)) -GV=$(call mx_word,4,$(1)) -GBUS=$(call mx_word,5,$(1)) -GA_TILES=$(call mx_word,6,$(1)) \
	  -GB_TILES=$(call mx_word,7,$(1)) -GP_TILES=$(call mx_word,8,$(1)) -GDIGIT=$(call mx_word,9,$(1)) --Mdir $(2) --prefix Vmatrix_$(1) --top-module matrix_tb \
	  $(MX_RTL) tests/matrix/matrix_tb.v
$(2)/Vmatrix_$(1)__ALL.a: $(2)/Vmatrix_$(1).mk
	@$(MAKE) --no-print-directory -C $(2) -f Vmatrix_$(1).mk VM_PARALLEL_BUILDS=0 OPT_FAST=-O1 OPT_SLOW=-O0 CXX="$(CXX)" \
	  Vmatrix_$(1)__ALL.a >$(2)/make.log 2>&1 || { cat $(2)/make.log; false; }
$(BUILD)/tests/matrix/test_matrix_$(1): tests/matrix/test_matrix.cpp $(BUILD)/tests/matrix/verilated.o \
  $(BUILD)/tests/matrix/verilated_threads.o $(2)/Vmatrix_$(1)__ALL.a
	$(CXX) $(MX_CXX) $(MX_INC) -isystem $(2) -DCONFIG=$(1) -DP_T=$(call mx_word,1,$(1))u -DP_R=$(call mx_word,2,$(1))u \
	  -DP_C=$(call mx_word,3,$(1))u -DP_V=$(call mx_word,4,$(1))u -DP_BUS=$(call mx_word,5,$(1))u -DP_A=$(call mx_word,6,$(1))u \
	  -DP_B=$(call mx_word,7,$(1))u -DP_P=$(call mx_word,8,$(1))u -DP_D=$(call mx_word,9,$(1))u $$(filter %.cpp %.o %.a,$$^) -lpthread -o $$@
TESTS += $(BUILD)/tests/matrix/test_matrix_$(1)
endef
$(foreach c,$(MX_CONFIGS),$(eval $(call mx_rules,$(c),$(BUILD)/tests/matrix/$(c))))

$(BUILD)/tests/matrix/verilated.o $(BUILD)/tests/matrix/verilated_threads.o: $(BUILD)/tests/matrix/%.o:
	@mkdir -p $(@D)
	$(CXX) -O2 $(MX_INC) -c $(MX_ROOT)/include/$*.cpp -o $@

TESTS += tests/matrix/test_opbuf.sh tests/matrix/test_matrix_lint.sh
