# The test targets; each folder's own fragment appends its programs to TESTS.
.PHONY: test test-build
test-build: $(TESTS)
test: packages ## install what is missing, build, run every test; ends with "N passed, N failed"
	@$(MAKE) --no-print-directory test-build
	@$(MAKE) --no-print-directory test-run
.PHONY: test-run
test-run: lint-quiet
	@tests/run.sh $(TESTS)
