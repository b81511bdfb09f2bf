# Proofs with Yosys and ABC. `make formal` runs all with their covers and planted faults and rewrites the table; `make test` proves all, without those.
.PHONY: formal
formal: ## prove FIFOs, arbiters, AXI, rounding, legality and address ranges; every proof with covers and planted faults
	@$(PY) tests/formal/run.py --table docs/data/formal.md
TESTS += tests/formal/test_formal.sh
