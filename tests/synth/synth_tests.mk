# Netlists that synth/ecp5.py has improved compute what they did.
TESTS += tests/synth/test_ecp5.py tests/synth/test_ecp5_ram.py tests/synth/test_array.py tests/synth/test_ecp5_floor.py tests/synth/test_ecp5_mul.py tests/synth/test_ecp5_lut.py
