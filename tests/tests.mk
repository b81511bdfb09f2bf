# The test targets; each folder's own fragment appends its programs to TESTS.
TESTS += tests/lint/lint.sh
.PHONY: test test-build test-run lint format mutants
test-build: $(TESTS)
test-run:
	@tests/run.sh $(TESTS)
test: packages ## install what is missing, build, run every test; ends with "N passed, N failed"
	@$(MAKE) --no-print-directory -j$(shell nproc) test-build
	@$(MAKE) --no-print-directory test-run
lint: packages ## every static check: Verilator -Wall, Icarus, Yosys, gcc, clang, house rules, generated files
	@tests/run.sh tests/lint/lint.sh
format: ## clang-format on all C and C++ files
	@clang-format -i $(shell git ls-files '*.c' '*.h' '*.cpp' | grep -v curta_spec.h)
mutants: packages ## plant faults and count how many the tests find (hours; MINUTES=30: the oldest results first)
	@$(PY) tests/mutants/run.py --table docs/data/mutants.md $(if $(MINUTES),--minutes $(MINUTES))
