#!/bin/sh
# test_formal.sh - the proofs without their covers and planted faults (make formal has those)
cd "$(dirname "$0")/../.." && exec python3 tests/formal/run.py --quick
