# Curta - `make` alone lists the targets.
.DEFAULT_GOAL := help
BUILD   := build
CC      ?= gcc
CXX     ?= g++
PY      ?= python3
WARN    := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror
CFLAGS  ?= -O3 -g -march=native
ALLC    := -std=c11 -D_GNU_SOURCE $(CFLAGS) $(WARN) -Iinclude -Igolden -Isim/verilator -Isim/timing -Isim/systemc -Ihost -MMD -MP
ALLCXX  := -std=c++17 $(CFLAGS) -Wall -Wextra -Werror -Iinclude -Igolden -Isim/verilator -Isim/timing -Isim/systemc -MMD -MP
CONFIGS := tiny base large
# $(call once,NAME,COMMAND): what the command prints, asked once; what was not to be had yet is asked again
once     = $(if $(once_$(1)),,$(eval once_$(1) := $(shell $(2))))$(once_$(1))
space   := $() $()
VERILATOR_HOME = $(call once,verilator,verilator --getenv VERILATOR_ROOT)

# One fragment a folder; each says what it builds.
include $(wildcard golden/*.mk hls/*.mk driver/*.mk firmware/*.mk host/*.mk sim/*/*.mk rtl/*.mk synth/*.mk tools/*.mk tests/*/*.mk tests/*.mk)
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: help all packages demo test lint format gen gen-check clean
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

packages: ## install the Debian packages named in packages.txt (quick when nothing is missing)
	@tools/install_packages.sh

gen: ## regenerate what spec/curta.toml describes
	@$(PY) tools/gen_spec.py
gen-check:
	@$(PY) tools/gen_spec.py --check

clean: ## remove everything that was built
	rm -rf $(BUILD)
