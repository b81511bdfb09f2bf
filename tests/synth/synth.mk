TESTS += tests/synth/test_paths.sh
